// SPDX-License-Identifier: GPL-2.0
/* Controls without a screen: steps, assignments, undo, drafts, edited rows, the CPU grid. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "core/util.h"
#include "ui/cpu_grid.h"
#include "ui/draft.h"
#include "ui/keys.h"
#include "ui/recall.h"

static __u64 eight_cpus[BT_CPU_WORDS] = { 0xff };
static __u64 two_nodes[BT_NODE_WORDS] = { 0x3 };

static struct ant_limits limits_of_test(void)
{
	return (struct ant_limits){
		.page_bytes = 4096, .max_order = 10, .cpu_count = 8, .node_count = 2,
		.max_held_bytes = 4ull << 30,
		.possible_cpus = eight_cpus, .memory_nodes = two_nodes,
	};
}

static struct bt_config config_of_test(void)
{
	const struct ant_limits limits = limits_of_test();
	struct bt_config config;

	bt_config_default(&config, &limits, 8ull << 30);
	return config;
}

static unsigned row_of(const char *name)
{
	unsigned row;

	assert_true(ui_control_find(name, (unsigned)strlen(name), &row));
	return row;
}

/* ---- rows ------------------------------------------------------------------------------- */

static void rows_are_all_parameters(void **state)
{
	(void)state;
	assert_int_equal(ui_control_rows(), bt_param_count + 1);
	assert_null(ui_control_param(0));
	for (unsigned i = 0; i < bt_param_count; i++) {
		assert_ptr_equal(ui_control_param(ui_control_row(&bt_params[i])), &bt_params[i]);
		assert_int_equal(row_of(bt_params[i].name), ui_control_row(&bt_params[i]));
	}
	assert_int_equal(row_of("workers"), 0);
	assert_false(ui_control_find("", 0, NULL));
	assert_false(ui_control_find("nonsense", 8, NULL));
	assert_false(ui_control_find("l", 1, NULL));	/* lease or limit */
}

static void steps_up_and_down(void **state)
{
	static const struct {
		const char *row, *from, *up, *down;	/* NULL: no step */
	} rows[] = {
		{ "order", "0", "1", NULL },
		{ "order", "10", NULL, "9" },		/* the machine's largest */
		{ "batch", "64", "128", "32" },
		{ "batch", "1", "2", NULL },
		{ "batch", "65536", NULL, "32768" },
		{ "pace", "0", NULL, "1000000" },	/* above flat out is nothing */
		{ "pace", "1000000", "0", "500000" },
		{ "pace", "300", "500", "200" },
		{ "held", "64M", "80M", "56M" },	/* quarters of the power of two below */
		{ "held", "80M", "96M", "64M" },
		{ "held", "3G", "3584M", "2560M" },
		{ "held", "4G", NULL, "3584M" },	/* the module's limit */
		{ "held", "1M", "2M", "4096" },
		{ "reserve", "0", "1M", NULL },
		{ "lease", "5s", "10s", "2s" },
		{ "lease", "100ms", "200ms", "off" },
		{ "lease", "off", "100ms", NULL },
		{ "lease", "10m", NULL, "5m" },
		{ "limit", "off", "100ms", NULL },
		{ "limit", "90s", "2m", "1m" },
		{ "touch", "none", "first", "all" },	/* choices go round */
		{ "workers", "drained", "running", "kept" },
	};
	const struct ant_limits limits = limits_of_test();

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		for (int up = 0; up <= 1; up++) {
			struct bt_config from = config_of_test(), wanted = from, config;
			const char *to = up ? rows[i].up : rows[i].down;
			unsigned row = row_of(rows[i].row);

			assert_int_equal(ui_control_set(row, &from, rows[i].from, NULL, NULL), 0);
			config = wanted = from;
			if (to)
				assert_int_equal(ui_control_set(row, &wanted, to, NULL, NULL), 0);
			if (ui_control_step(row, &config, &limits, up) != !!to ||
			    memcmp(&config, &wanted, sizeof(config)))
				fail_msg("%s %s %s", rows[i].row, rows[i].from, up ? "up" : "down");
		}
	}
}

static void masks_have_no_step(void **state)
{
	const struct ant_limits limits = limits_of_test();
	struct bt_config config = config_of_test();

	(void)state;
	assert_false(ui_control_step(row_of("cpus"), &config, &limits, true));
	assert_false(ui_control_step(row_of("node"), &config, &limits, true));
}

static void several_assignments(void **state)
{
	static const char *const wrong[] = {
		"order", "order 11", "order 3 nonsense 4", "order 3 cpus 8", "=3", "order=3 cpus",
	};
	const struct ant_limits limits = limits_of_test();
	struct bt_config config = config_of_test(), before;
	struct bt_err err;

	(void)state;
	assert_int_equal(ui_control_assign(&config, "order 3 cpus 0-3", &limits, &err), 0);
	assert_int_equal(config.order, 3);
	assert_int_equal(config.cpus[0], 0xf);
	assert_int_equal(ui_control_assign(&config, "ord=4 node=bind:1  gfp =  atomic workers kept",
					   &limits, &err), 0);
	assert_int_equal(config.order, 4);
	assert_int_equal(config.node_policy, BT_NODE_BIND);
	assert_int_equal(config.gfp, BT_GFP_ATOMIC);
	assert_int_equal(config.run, BT_RUN_KEEP);
	before = config;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(wrong); i++) {
		assert_int_equal(ui_control_assign(&config, wrong[i], &limits, &err), -EINVAL);
		assert_memory_equal(&config, &before, sizeof(config));
	}
	assert_int_equal(ui_control_assign(&config, "", &limits, &err), 0);
}

static void differences_and_their_text(void **state)
{
	struct bt_config from = config_of_test(), to = from, other = from;
	char text[UI_CONTROL_TEXT];

	(void)state;
	assert_int_equal(ui_control_changes(&from, &to), 0);
	assert_string_equal(ui_control_text(&from, &to, text, sizeof(text)), "");
	to.order = 3;
	to.cpus[0] = 0xf;
	to.run = BT_RUN_GO;
	to.generation = 7;	/* is no control */
	assert_int_equal(ui_control_changes(&from, &to), 3);
	assert_string_equal(ui_control_text(&from, &to, text, sizeof(text)),
			    "workers drained -> running, order 0 -> 3, cpus 0-7 -> 0-3");
	/* What others changed meanwhile stays. */
	other.batch_blocks = 256;
	other.cpus[0] = 0xfe;
	ui_control_merge(&other, &from, &to);
	assert_int_equal(other.order, 3);
	assert_int_equal(other.cpus[0], 0xf);
	assert_int_equal(other.batch_blocks, 256);
	assert_int_equal(other.run, BT_RUN_GO);
	text[0] = '\0';
	ui_control_text(&from, &to, text, 12);
	assert_int_equal(strlen(text), 11);
}

/* The module refuses bench with a reserve: the reserve goes along, and comes back by undo. */
/* No source but the module hears of an OOM kill before it comes (source user has no notifier). */
static void guard_safe_promises_what_the_source_can(void **state)
{
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	const struct bt_param *guard = bt_param_find("guard");
	struct bt_config config = config_of_test();
	char text[UI_EFFECT];

	(void)state;
	assert_int_equal(config.guard, BT_GUARD_SAFE);
	assert_non_null(strstr(ui_effect(guard, &config, machine, text), "the first that is OOM-killed"));
	machine->abi_version = BT_ABI_VERSION;
	assert_non_null(strstr(ui_effect(guard, &config, machine, text), "before an OOM kill"));
	config.guard = BT_GUARD_BENCH;
	machine->abi_version = 0;
	assert_non_null(strstr(ui_effect(guard, &config, machine, text), "the pressure stays"));
	free(machine);
}

static void guard_bench_takes_the_reserve_along(void **state)
{
	struct bt_config config = config_of_test(), before = config;
	struct ui_change change = { .kind = UI_CHANGE_CONFIG, .before = before };
	const struct ant_limits limits = limits_of_test();

	(void)state;
	assert_true(config.reserve_bytes > 0);
	assert_int_equal(ui_control_assign(&config, "guard bench", &limits, NULL), 0);
	assert_int_equal(config.reserve_bytes, 0);
	assert_int_equal(bt_config_check(&config, &limits, NULL), 0);
	change.after = config;
	assert_int_equal(ui_undo_apply(&change, &config), 2);
	assert_memory_equal(&config, &before, sizeof(config));
}

/* The bits behind the words of a list that is cut in messages. */
static void masks_differ_beyond_their_text(void **state)
{
	struct bt_config from = config_of_test(), to = from;

	(void)state;
	to.cpus[BT_CPU_WORDS - 1] = 1ull << 63;
	assert_int_equal(ui_control_changes(&from, &to), 1);
	to = from;
	to.nodes[BT_NODE_WORDS - 1] = 1;
	assert_int_equal(ui_control_changes(&from, &to), 1);
}

/* ---- undo and draft --------------------------------------------------------------------- */

static void undo_puts_back_what_was_touched(void **state)
{
	struct bt_config before = config_of_test(), after = before, now;
	struct ui_change change = { .kind = UI_CHANGE_CONFIG };
	char text[UI_CONTROL_TEXT];

	(void)state;
	after.order = 3;
	after.gfp = BT_GFP_ATOMIC;
	change.before = before;
	change.after = after;
	now = after;
	now.batch_blocks = 128;		/* changed since, by someone else */
	now.gfp = before.gfp;		/* put back already */
	assert_int_equal(ui_undo_apply(&change, &now), 1);
	assert_int_equal(now.order, 0);
	assert_int_equal(now.gfp, before.gfp);
	assert_int_equal(now.batch_blocks, 128);
	assert_int_equal(ui_undo_apply(&change, &now), 0);
	assert_string_equal(ui_undo_text(&change, text, sizeof(text)),
			    "order 0 -> 3, gfp kernel-mayfail -> atomic");
	change = (struct ui_change){ .kind = UI_CHANGE_INTERVAL, .interval_before_ns = 1000000000,
				     .interval_after_ns = 500000000 };
	assert_string_equal(ui_undo_text(&change, text, sizeof(text)),
			    "interval 1.00 s -> 500 ms");
}

static void undo_remembers_at_least_32(void **state)
{
	struct ui_undo *undo = bt_xcalloc(1, sizeof(*undo));
	struct ui_change change = { .kind = UI_CHANGE_INTERVAL };

	(void)state;
	assert_null(ui_undo_at(undo, 0));
	ui_undo_drop(undo, 0);
	for (uint64_t i = 1; i <= 40; i++) {
		change.interval_after_ns = i;
		ui_undo_push(undo, &change);
	}
	assert_true(undo->count >= 32);
	for (unsigned back = 0; back < 32; back++)
		assert_int_equal(ui_undo_at(undo, back)->interval_after_ns, 40 - back);
	assert_null(ui_undo_at(undo, undo->count));
	/* One out of the middle. */
	ui_undo_drop(undo, 2);
	assert_int_equal(ui_undo_at(undo, 0)->interval_after_ns, 40);
	assert_int_equal(ui_undo_at(undo, 1)->interval_after_ns, 39);
	assert_int_equal(ui_undo_at(undo, 2)->interval_after_ns, 37);
	free(undo);
}

static void draft_follows_what_is_sent(void **state)
{
	struct ui_draft *draft = bt_xcalloc(1, sizeof(*draft));
	struct bt_config sent = config_of_test(), config;

	(void)state;
	ui_draft_begin(draft, &sent);
	assert_int_equal(ui_draft_changes(draft), 0);
	assert_null(ui_draft_proposal(draft, row_of("order"), &sent));
	config = draft->config;
	config.order = 3;
	ui_draft_change(draft, &config);
	config.batch_blocks = 128;
	ui_draft_change(draft, &config);
	ui_draft_change(draft, &config);	/* changes nothing: no step */
	assert_int_equal(ui_draft_changes(draft), 2);
	assert_int_equal(draft->undo.count, 2);
	assert_int_equal(ui_draft_proposal(draft, row_of("order"), &sent)->order, 3);
	/* Another client set the batch to the drafted value, and the pace. */
	sent.batch_blocks = 128;
	sent.pace_ops = 1000;
	ui_draft_rebase(draft, &sent);
	assert_int_equal(ui_draft_changes(draft), 1);
	assert_int_equal(draft->config.order, 3);
	assert_int_equal(draft->config.pace_ops, 1000);
	assert_null(ui_draft_proposal(draft, row_of("pace"), &sent));
	free(draft);
}

static void keys_of(struct ui_row_edit *edit, const char *keys)
{
	const struct ant_limits limits = limits_of_test();

	for (; *keys; keys++)
		assert_true(ui_row_edit_key(edit, &limits, *keys == '^' ? UI_KEY_UP :
					    *keys == 'v' ? UI_KEY_DOWN :
					    *keys == '<' ? UI_KEY_BACKSPACE : *keys));
}

static void row_is_stepped_and_typed(void **state)
{
	struct bt_config config = config_of_test();
	struct ui_row_edit edit;

	(void)state;
	config.order = 5;
	ui_row_edit_begin(&edit, row_of("order"), &config);
	keys_of(&edit, "^^");
	assert_int_equal(edit.config.order, 7);
	keys_of(&edit, "9");		/* typing starts afresh */
	assert_int_equal(edit.config.order, 9);
	assert_true(edit.typing);
	keys_of(&edit, "9");
	assert_int_equal(edit.err.code, EINVAL);
	assert_int_equal(edit.config.order, 9);
	keys_of(&edit, "<v");
	assert_int_equal(edit.config.order, 8);
	assert_int_equal(edit.err.code, 0);
	assert_false(edit.typing);
	keys_of(&edit, "<");		/* an editing key keeps the value */
	assert_string_equal(edit.line.text, "");
	keys_of(&edit, "10^");
	assert_int_equal(edit.err.code, ERANGE);
	ui_row_edit_begin(&edit, 0, &config);
	keys_of(&edit, "^");
	assert_int_equal(edit.config.run, BT_RUN_GO);
	assert_false(ui_row_edit_key(&edit, NULL, UI_KEY_PAGE_UP));
}

/* ---- lines typed before ----------------------------------------------------------------- */

static void recall_searches_by_prefix(void **state)
{
	struct ui_recall recall = { 0 };
	unsigned at;

	(void)state;
	ui_recall_add(&recall, "order 3");
	ui_recall_add(&recall, "cpus 0-3");
	ui_recall_add(&recall, "");
	ui_recall_add(&recall, " : ");
	ui_recall_add(&recall, "order 4");
	ui_recall_add(&recall, "order 3");	/* moves to the end */
	assert_int_equal(recall.count, 3);
	at = recall.count;
	assert_string_equal(ui_recall_find(&recall, "", &at, true), "order 3");
	assert_string_equal(ui_recall_find(&recall, "", &at, true), "order 4");
	assert_string_equal(ui_recall_find(&recall, "", &at, true), "cpus 0-3");
	assert_null(ui_recall_find(&recall, "", &at, true));
	assert_string_equal(ui_recall_find(&recall, "", &at, false), "order 4");
	at = recall.count;
	assert_string_equal(ui_recall_find(&recall, "c", &at, true), "cpus 0-3");
	assert_null(ui_recall_find(&recall, "c", &at, false));
	assert_int_equal(at, 0);
	for (unsigned i = 0; i < 2 * UI_RECALL_MAX; i++) {
		char line[16];

		snprintf(line, sizeof(line), "order %u", i);
		ui_recall_add(&recall, line);
	}
	assert_int_equal(recall.count, UI_RECALL_MAX);
	assert_string_equal(recall.lines[0], "order 100");
	ui_recall_free(&recall);
	assert_int_equal(recall.count, 0);
}

/* ---- the grid of CPUs ------------------------------------------------------------------- */

/* Nodes 0 and 2 have CPUs, numbered in turn; pairs share a core; CPU 5 is not possible. */
static struct bt_machine *machine_of_grid(void)
{
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));

	machine->cpu_count = 12;
	machine->node_count = 4;
	for (unsigned cpu = 0; cpu < machine->cpu_count; cpu++) {
		machine->cpu_node[cpu] = cpu % 2 ? 2 : 0;
		machine->cpu_core[cpu] = (uint16_t)(cpu / 4 * 4 + cpu % 2);
		bt_mask_set(machine->possible_cpus, cpu, cpu != 5);
	}
	return machine;
}

static void grid_is_by_node(void **state)
{
	static const uint16_t order[] = { 0, 2, 4, 6, 8, 10, 1, 3, 7, 9, 11 };
	struct bt_machine *machine = machine_of_grid();
	struct ui_cpu_grid grid;

	(void)state;
	ui_cpu_grid_init(&grid, machine);
	assert_int_equal(grid.count, 11);
	assert_memory_equal(grid.cpu, order, sizeof(order));
	assert_int_equal(ui_cpu_grid_node(&grid, 5), 0);
	assert_int_equal(ui_cpu_grid_node(&grid, 6), 2);
	assert_int_equal(ui_cpu_grid_size(&grid, 1), 0);
	assert_int_equal(ui_cpu_grid_size(&grid, 2), 5);
	/* Lines of four: 0 2 4 6 | 8 10 | 1 3 7 9 | 11. */
	assert_int_equal(ui_cpu_grid_line(&grid, 3, 4), 0);
	assert_int_equal(ui_cpu_grid_line(&grid, 4, 4), 1);
	assert_int_equal(ui_cpu_grid_line(&grid, 6, 4), 2);
	assert_int_equal(ui_cpu_grid_line(&grid, 11, 4), 4);
	assert_int_equal(ui_cpu_grid_vertical(&grid, 1, 4, true), 5);
	assert_int_equal(ui_cpu_grid_vertical(&grid, 3, 4, true), 5);	/* the line is shorter */
	assert_int_equal(ui_cpu_grid_vertical(&grid, 5, 4, true), 7);	/* over the empty node */
	assert_int_equal(ui_cpu_grid_vertical(&grid, 9, 4, true), 10);
	assert_int_equal(ui_cpu_grid_vertical(&grid, 10, 4, true), 10);
	assert_int_equal(ui_cpu_grid_vertical(&grid, 7, 4, false), 5);
	assert_int_equal(ui_cpu_grid_vertical(&grid, 2, 4, false), 2);
	assert_int_equal(ui_cpu_grid_next_node(&grid, 3, true), 6);
	assert_int_equal(ui_cpu_grid_next_node(&grid, 8, true), 8);
	assert_int_equal(ui_cpu_grid_next_node(&grid, 8, false), 0);
	free(machine);
}

static void grid_changes_masks(void **state)
{
	struct bt_machine *machine = machine_of_grid();
	__u64 mask[BT_CPU_WORDS] = { 0 };
	struct ui_cpu_grid grid;

	(void)state;
	ui_cpu_grid_init(&grid, machine);
	ui_cpu_grid_all(&grid, mask, true);
	assert_int_equal(mask[0], 0xfdf);
	ui_cpu_grid_one_thread(&grid, mask);	/* cores 0+2 1+3 4+6 7 8+10 9+11 */
	assert_int_equal(mask[0], 0x393);
	mask[0] = 0x00c;			/* the second threads only */
	ui_cpu_grid_one_thread(&grid, mask);
	assert_int_equal(mask[0], 0x00c);
	ui_cpu_grid_invert(&grid, mask);
	assert_int_equal(mask[0], 0xfd3);
	ui_cpu_grid_toggle_node(&grid, 0, mask);	/* CPU 2 was missing: all in */
	assert_int_equal(ui_cpu_grid_taken(&grid, 0, mask), 6);
	ui_cpu_grid_toggle_node(&grid, 0, mask);
	assert_int_equal(ui_cpu_grid_taken(&grid, 0, mask), 0);
	ui_cpu_grid_all(&grid, mask, false);
	ui_cpu_grid_range(&grid, 7, 4, mask);	/* places 4 to 7: CPUs 8 10 1 3 */
	assert_int_equal(mask[0], 0x50a);
	ui_cpu_grid_range(&grid, 5, 6, mask);	/* CPU 10 is in: both out */
	assert_int_equal(mask[0], 0x108);
	free(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_all_parameters),
		cmocka_unit_test(steps_up_and_down),
		cmocka_unit_test(masks_have_no_step),
		cmocka_unit_test(several_assignments),
		cmocka_unit_test(differences_and_their_text),
		cmocka_unit_test(guard_safe_promises_what_the_source_can),
		cmocka_unit_test(guard_bench_takes_the_reserve_along),
		cmocka_unit_test(masks_differ_beyond_their_text),
		cmocka_unit_test(undo_puts_back_what_was_touched),
		cmocka_unit_test(undo_remembers_at_least_32),
		cmocka_unit_test(draft_follows_what_is_sent),
		cmocka_unit_test(row_is_stepped_and_typed),
		cmocka_unit_test(recall_searches_by_prefix),
		cmocka_unit_test(grid_is_by_node),
		cmocka_unit_test(grid_changes_masks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
