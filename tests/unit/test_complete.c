// SPDX-License-Identifier: GPL-2.0
/* What the command line offers, for a machine of four nodes of which one has no memory. */
#include "tests/unit/test.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mask.h"
#include "core/util.h"
#include "ui/command.h"
#include "ui/complete.h"

struct rig {
	struct bt_machine *machine;
	struct bt_config config;
	struct ui_undo *undo;
	struct ui_completion *completion;
};

static int rig_open(void **state)
{
	struct rig *rig = bt_xcalloc(1, sizeof(*rig));
	struct ant_limits limits;

	rig->machine = bt_xcalloc(1, sizeof(*rig->machine));
	rig->machine->page_bytes = 4096;
	rig->machine->max_order = 10;
	rig->machine->cpu_count = 16;
	rig->machine->node_count = 4;
	rig->machine->max_held_bytes = 1ull << 30;
	rig->machine->memory_bytes = 4ull << 30;
	for (unsigned cpu = 0; cpu < 16; cpu++) {
		rig->machine->cpu_node[cpu] = (uint16_t)(cpu / 4);
		bt_mask_set(rig->machine->possible_cpus, cpu, true);
	}
	rig->machine->memory_nodes[0] = 0xd;
	limits = bt_machine_limits(rig->machine);
	bt_config_default(&rig->config, &limits, rig->machine->memory_bytes);
	rig->undo = bt_xcalloc(1, sizeof(*rig->undo));
	rig->completion = bt_xcalloc(1, sizeof(*rig->completion));
	*state = rig;
	return 0;
}

static int rig_close(void **state)
{
	struct rig *rig = *state;

	free(rig->machine);
	free(rig->undo);
	free(rig->completion);
	free(rig);
	return 0;
}

static void at(struct rig *rig, const char *line)
{
	const struct ui_complete_world world = { rig->machine, &rig->config, rig->undo, NULL, NULL };

	ui_complete(&world, line, (unsigned)strlen(line), rig->completion);
}

/* The candidates of a line, with blanks between them. */
static const char *offered(struct rig *rig, const char *line)
{
	static char text[4096];
	size_t used = 0;

	at(rig, line);
	text[0] = '\0';
	for (unsigned i = 0; i < rig->completion->count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? " " : "",
					 rig->completion->candidates[i].text);
	return text;
}

static void names(void **state)
{
	struct rig *rig = *state;

	assert_string_equal(offered(rig, "or"), "order");
	assert_string_equal(offered(rig, ":pa"), "pattern pace pause");
	assert_int_equal(rig->completion->from, 1);
	assert_int_equal(ui_complete_common(rig->completion), 2);
	assert_string_equal(offered(rig, "zzz"), "");
	assert_int_equal(ui_complete_common(rig->completion), 0);
	/* Everything, at the beginning. */
	at(rig, "");
	assert_int_equal(rig->completion->count, ui_control_rows() + ui_command_count);
	assert_false(rig->completion->more);
}

static void every_command_and_parameter_is_offered(void **state)
{
	struct rig *rig = *state;
	bool found;

	for (unsigned i = 0; i < bt_param_count + ui_command_count; i++) {
		const char *name = i < bt_param_count ? bt_params[i].name :
							ui_commands[i - bt_param_count].name;

		found = false;
		at(rig, name);
		for (unsigned c = 0; c < rig->completion->count; c++)
			found |= !strcmp(rig->completion->candidates[c].text, name);
		if (!found)
			fail_msg("%s is not offered", name);
	}
}

static void values(void **state)
{
	struct rig *rig = *state;

	assert_string_equal(offered(rig, "free "), "fifo lifo random");
	assert_string_equal(offered(rig, "order 3 free=l"), "lifo");
	assert_int_equal(rig->completion->from, 13);
	assert_string_equal(offered(rig, "gfp kernel-"), "kernel-mayfail kernel-noretry");
	assert_string_equal(offered(rig, "lease "), "off");
	assert_string_equal(offered(rig, "workers r"), "running");
	assert_string_equal(offered(rig, "order "), "");
	/* After a value, names of parameters but no commands. */
	assert_string_equal(offered(rig, "order 3 p"), "pattern pace");
	assert_string_equal(offered(rig, "start order=3 hel"), "held");
}

static void hints_have_range_and_value(void **state)
{
	struct rig *rig = *state;

	rig->config.order = 2;
	at(rig, "order ");
	assert_string_equal(rig->completion->hint,
			    "Size of a block: 2^order pages; several by weight: 0:8+3:1. 0 to 10. Now 2.");
	at(rig, "batch 3");
	assert_non_null(strstr(rig->completion->hint, "1 to 65536 blocks. Now 64."));
	at(rig, "held ");
	assert_non_null(strstr(rig->completion->hint, "SIZE up to 1.00 GiB"));
	at(rig, "interval ");
	assert_non_null(strstr(rig->completion->hint, "TIME"));
	at(rig, "nonsense 3");
	assert_non_null(strstr(rig->completion->hint, "nonsense"));
}

static void nodes_and_cpus(void **state)
{
	struct rig *rig = *state;

	assert_string_equal(offered(rig, "node "), "local prefer: bind: interleave: remote");
	assert_false(rig->completion->candidates[0].open);
	assert_true(rig->completion->candidates[1].open);
	assert_string_equal(offered(rig, "node bind:"), "0 2 3");	/* node 1 has no memory */
	assert_int_equal(rig->completion->from, 10);
	assert_string_equal(offered(rig, "node bind:0,3"), "3");
	assert_int_equal(rig->completion->from, 12);
	assert_string_equal(offered(rig, "cpus "), "all 0-3 4-7 8-11 12-15");
	assert_string_equal(offered(rig, "cpus 0-3,1"), "12-15");
	assert_int_equal(rig->completion->from, 9);
}

static void changes_to_undo(void **state)
{
	struct rig *rig = *state;
	struct ui_change change = { .kind = UI_CHANGE_CONFIG, .before = rig->config,
				    .after = rig->config };

	assert_string_equal(offered(rig, "undo "), "");
	change.after.order = 3;
	ui_undo_push(rig->undo, &change);
	change.after.order = 4;
	ui_undo_push(rig->undo, &change);
	assert_string_equal(offered(rig, "undo "), "1 2");
	assert_string_equal(rig->completion->candidates[0].help, "order 0 -> 4");
}

static void files(void **state)
{
	char folder[] = "/tmp/buddytop-complete-XXXXXX", line[64], path[64];
	static const char *const made[] = { "one.txt", "once", ".hidden", "t\xc3\xa4glich" };
	struct rig *rig = *state;

	assert_non_null(mkdtemp(folder));
	for (unsigned i = 0; i < BT_ARRAY_SIZE(made); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, made[i]);
		assert_int_equal(bt_write_file(path, "", 0, 0600, NULL), 0);
	}
	snprintf(path, sizeof(path), "%s/other", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(line, sizeof(line), "save-screen %s/o", folder);
	assert_string_equal(offered(rig, line), "once one.txt other/");
	assert_int_equal(ui_complete_common(rig->completion), 1);
	assert_true(rig->completion->candidates[2].open);
	/* Neither hidden ones nor such as cannot be typed. */
	snprintf(line, sizeof(line), "save-screen %s/", folder);
	assert_string_equal(offered(rig, line), "once one.txt other/");
	snprintf(line, sizeof(line), "save-screen %s/.h", folder);
	assert_string_equal(offered(rig, line), ".hidden");
	rmdir(path);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(made); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, made[i]);
		unlink(path);
	}
	rmdir(folder);
	assert_string_equal(offered(rig, "save-screen /no/such/folder/"), "");
}

/* The cursor may stand anywhere, and a line may be anything. */
static void any_line(void **state)
{
	static const char *const lines[] = {
		"", " ", ":", "=", "==", "order==", "order = 3 = 4", "node :", "node bind",
		"node bind:,",
		"node ::", "cpus ,", "cpus ,,,,", "undo x", "start", "start ", "start =", "l 3 x",
		"order 3 order 3 order", "save-screen", "save-screen ", "save-screen ///",
	};
	struct rig *rig = *state;
	char line[64];

	for (unsigned i = 0; i < BT_ARRAY_SIZE(lines); i++) {
		for (size_t length = 0; length <= strlen(lines[i]); length++) {
			snprintf(line, sizeof(line), "%.*s", (int)length, lines[i]);
			at(rig, line);
			assert_true(rig->completion->from <= length);
		}
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, rig_open, rig_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names), TEST(every_command_and_parameter_is_offered), TEST(values),
		TEST(hints_have_range_and_value), TEST(nodes_and_cpus), TEST(changes_to_undo),
		TEST(files), TEST(any_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
