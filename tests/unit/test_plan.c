// SPDX-License-Identifier: GPL-2.0
/* What the text of a plan means. */
#include "tests/unit/test.h"

#include <string.h>

#include "bench/plan.h"
#include "core/util.h"

static struct bt_plan *parse(const char *text)
{
	struct bt_err err = { 0 };
	struct bt_plan *plan;

	if (bt_plan_parse(&plan, "p", text, &err))
		fail_msg("refused: %s", err.text);
	return plan;
}

static void assert_labels(const struct bt_plan *plan, const char *const *labels)
{
	unsigned i;

	for (i = 0; i < plan->run_count && labels[i]; i++)
		assert_string_equal(plan->runs[i].label, labels[i]);
	assert_int_equal(i, plan->run_count);
	assert_null(labels[i]);
}

#define ASSERT_LABELS(plan, ...) \
	assert_labels(plan, (const char *const[]){ __VA_ARGS__, NULL })

static void assert_settings(const struct bt_plan_run *run, const char *joined)
{
	char text[1024] = "";

	for (unsigned i = 0; i < run->setting_count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 run->settings[i]);
	assert_string_equal(text, joined);
}

/* ---- what it means ---------------------------------------------------------------------- */

/* The figures that buddytop.5 gives as defaults. */
static void nothing_said_means_defaults(void **state)
{
	struct bt_plan *plan = parse("[only]\n");
	const struct bt_plan_run *run = plan->runs;

	(void)state;
	assert_string_equal(plan->name, "p");
	assert_string_equal(plan->text, "[only]\n");
	assert_int_equal(plan->seed, 1);
	assert_false(plan->shuffle);
	ASSERT_LABELS(plan, "only");
	assert_string_equal(run->section, "only");
	assert_int_equal(run->setting_count, 0);
	assert_int_equal(run->cpus, 0);
	assert_int_equal(run->held, BT_HELD_AUTO);
	assert_int_equal(run->repetitions, 5);
	assert_int_equal(run->settle_ns, 500000000);
	assert_int_equal(run->warmup_ns, 1000000000);
	assert_int_equal(run->steady_limit_ns, 10000000000);
	assert_int_equal(run->steady_percent, 20);
	assert_int_equal(run->load_ns, 2000000000);
	assert_true(run->probe);
	assert_true(run->limit_bytes == BT_UNKNOWN);
	assert_int_equal(run->region_bytes, 0);
	assert_int_equal(run->stop_psi_percent, 0);
	bt_plan_free(plan);
}

static void every_key_lands_in_its_field(void **state)
{
	struct bt_plan *plan = parse(
		"seed = 18446744073709551615\nshuffle = yes\n[a]\n"
		"order = 3\ncpus = 2\nmask = 0-3\nnode = bind:1\ngfp = atomic\npattern = ramp\n"
		"free = lifo\ntouch = all\nbatch = 7\npace = 100\nheld = 64M\nreserve = 0\n"
		"guard = safe\nlease = 5s\nlimit = 2h\nrepetitions = 3\nsettle = 1\nwarmup = 250ms\n"
		"steady = off\nsteady-percent = 5\nseconds = 2m\nprobe = no\nlimit-bytes = 1G\n"
		"mmap-size = 16M\nstop-at-psi = 40\n");
	const struct bt_plan_run *run = plan->runs;

	(void)state;
	assert_true(plan->seed == UINT64_MAX);
	assert_true(plan->shuffle);
	assert_settings(run, "order=3 cpus=0-3 node=bind:1 gfp=atomic pattern=ramp free=lifo "
			     "touch=all batch=7 pace=100 held=64M reserve=0 guard=safe lease=5s "
			     "limit=2h");
	assert_int_equal(run->cpus, 2);
	assert_int_equal(run->held, BT_HELD_BYTES);
	assert_int_equal(run->repetitions, 3);
	assert_int_equal(run->settle_ns, 1000000000);
	assert_int_equal(run->warmup_ns, 250000000);
	assert_int_equal(run->steady_limit_ns, 0);
	assert_int_equal(run->steady_percent, 5);
	assert_int_equal(run->load_ns, 120000000000);
	assert_false(run->probe);
	assert_int_equal(run->limit_bytes, 1 << 30);
	assert_int_equal(run->region_bytes, 16 << 20);
	assert_int_equal(run->stop_psi_percent, 40);
	/* 3 times 1 s + 0.25 s + 120 s; steady is not waited for. */
	assert_int_equal(bt_plan_run_ns(run), 363750000000);
	assert_int_equal(bt_plan_run_max_ns(run), 363750000000);
	bt_plan_free(plan);
}

static void the_last_key_varies_fastest(void **state)
{
	struct bt_plan *plan = parse("[s]\norder = 0-2:2, 5\nseconds = 1\ncpus = 1 all\n");

	(void)state;
	ASSERT_LABELS(plan, "order=0 cpus=1", "order=0 cpus=all", "order=2 cpus=1",
		      "order=2 cpus=all", "order=5 cpus=1", "order=5 cpus=all");
	assert_settings(&plan->runs[2], "order=2");
	assert_int_equal(plan->runs[2].cpus, 1);
	assert_int_equal(plan->runs[3].cpus, 0);
	assert_int_equal(plan->runs[3].load_ns, 1000000000);
	bt_plan_free(plan);
}

static void each_kind_of_list(void **state)
{
	static const struct {
		const char *line, *labels[5];
	} rows[] = {
		{ "order = 0-10:4", { "order=0", "order=4", "order=8" } },
		{ "order = 04,1", { "order=4", "order=1" } },
		{ "order = 3-3", { "x" } },
		{ "batch = 1-5:3 ,\t64", { "batch=1", "batch=4", "batch=64" } },
		{ "pace = 0 1000", { "pace=0", "pace=1000" } },
		{ "gfp = kernel,atomic", { "gfp=kernel", "gfp=atomic" } },
		{ "node = local bind:0,1", { "node=local", "node=bind:0,1" } },
		{ "mask = 0 0-1,3 ^0", { "mask=0", "mask=0-1,3", "mask=^0" } },
		{ "held = auto,12.5% 64M", { "held=auto", "held=12.5%", "held=64M" } },
		{ "lease = 1s off", { "lease=1s", "lease=off" } },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		char text[128];
		struct bt_plan *plan;

		snprintf(text, sizeof(text), "[x]\n%s\n", rows[i].line);
		plan = parse(text);
		assert_labels(plan, rows[i].labels);
		bt_plan_free(plan);
	}
}

static void held_is_a_share_or_bytes(void **state)
{
	struct bt_plan *plan = parse("[x]\nheld = 12.5% 64M auto 100%\n");

	(void)state;
	assert_int_equal(plan->runs[0].held, BT_HELD_PERCENT);
	assert_true(plan->runs[0].held_percent == 12.5);
	assert_int_equal(plan->runs[0].setting_count, 0);
	assert_int_equal(plan->runs[1].held, BT_HELD_BYTES);
	assert_settings(&plan->runs[1], "held=64M");
	assert_int_equal(plan->runs[2].held, BT_HELD_AUTO);
	assert_true(plan->runs[3].held_percent == 100);
	bt_plan_free(plan);
}

/* As fio's: [global] holds for what follows it, and a section has the last word. */
static void global_holds_for_the_sections_after_it(void **state)
{
	struct bt_plan *plan = parse("seconds = 1\n"
				     "[early]\n"
				     "[global]\norder = 4\ngfp = atomic\nseconds = 3\n"
				     "[late]\n"
				     "[own]\norder = 0 1\nseconds = 5\n"
				     "[global]\ngfp = movable\n"
				     "[last]\n");

	(void)state;
	ASSERT_LABELS(plan, "early", "late", "own: order=0", "own: order=1", "last");
	assert_int_equal(plan->section_count, 4);
	assert_string_equal(plan->sections[2], "own");
	assert_ptr_equal(plan->runs[3].section, plan->sections[2]);
	assert_settings(&plan->runs[0], "");
	assert_int_equal(plan->runs[0].load_ns, 1000000000);
	assert_settings(&plan->runs[1], "order=4 gfp=atomic");
	assert_int_equal(plan->runs[1].load_ns, 3000000000);
	assert_settings(&plan->runs[3], "gfp=atomic order=1");
	assert_int_equal(plan->runs[3].load_ns, 5000000000);
	assert_settings(&plan->runs[4], "order=4 gfp=movable");
	bt_plan_free(plan);
}

/* As the manual says of it. */
static void the_example_of_the_manual(void **state)
{
	struct bt_plan *plan = parse("# How does the rate of blocks grow with the CPUs?\n"
				     "[global]\nseconds = 5\nprobe = no\n\n"
				     "[small]\norder = 0\ncpus = 1,2,4\n\n"
				     "[large]\norder = 4,9\ncpus = 1,2,4\n");

	(void)state;
	ASSERT_LABELS(plan, "small: cpus=1", "small: cpus=2", "small: cpus=4",
		      "large: order=4 cpus=1", "large: order=4 cpus=2", "large: order=4 cpus=4",
		      "large: order=9 cpus=1", "large: order=9 cpus=2", "large: order=9 cpus=4");
	assert_int_equal(plan->runs[8].repetitions, 5);
	assert_int_equal(plan->runs[8].load_ns, 5000000000);
	assert_false(plan->runs[8].probe);
	bt_plan_free(plan);
}

/* A sweep that a section overrides stands where the section gives it. */
static void a_sweep_that_is_overridden(void **state)
{
	struct bt_plan *plan = parse("order = 0 1\ngfp = kernel,atomic\n[x]\norder = 2,3\n");

	(void)state;
	ASSERT_LABELS(plan, "gfp=kernel order=2", "gfp=kernel order=3", "gfp=atomic order=2",
		      "gfp=atomic order=3");
	bt_plan_free(plan);
}

static void keys_alone_are_one_job(void **state)
{
	struct bt_plan *plan = parse("order = 4\n");

	(void)state;
	ASSERT_LABELS(plan, "p");
	assert_string_equal(plan->runs[0].section, "p");
	assert_settings(plan->runs, "order=4");
	bt_plan_free(plan);
	plan = parse("[global]\norder = 0,4\n");
	ASSERT_LABELS(plan, "order=0", "order=4");
	bt_plan_free(plan);
}

static void comments_blanks_and_ends_of_lines(void **state)
{
	struct bt_plan *plan = parse("\xef\xbb\xbf# one\r\n  ; two\r\n\r\n [a]  # three\r\n"
				     "\torder=4\r\n  batch : 3 ; four\r\n[b];five\n# six");

	(void)state;
	ASSERT_LABELS(plan, "a", "b");
	assert_settings(&plan->runs[0], "order=4 batch=3");
	assert_settings(&plan->runs[1], "");
	bt_plan_free(plan);
}

/* ---- the table -------------------------------------------------------------------------- */

/* Each parameter can be said in a plan, the CPUs as a mask. */
static void every_parameter_has_a_key(void **state)
{
	char *dump = NULL, line[64];
	size_t size = 0;
	FILE *out = open_memstream(&dump, &size);

	(void)state;
	bt_plan_dump(out);
	fclose(out);
	for (unsigned i = 0; i < bt_param_count; i++) {
		snprintf(line, sizeof(line), "plan-key\t%s\t", bt_params[i].name);
		assert_non_null(strstr(dump, line));
	}
	assert_non_null(strstr(dump, "plan-key\tmask\tLIST\tall\t"));
	assert_non_null(strstr(dump, "plan-key\tcpus\t1 to 1024, all\tall\t"));
	assert_non_null(strstr(dump, "plan-key\tbatch\t1 to 65536\t1000\tBlocks of one burst.\n"));
	free(dump);
}

/* What the last section says holds everywhere, at the place where a section swept the key itself. */
static void an_override_wins_over_all(void **state)
{
	struct bt_plan *plan;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_plan_parse(&plan, "p", "seed=1\nrepetitions=9\n[a]\norder=0-3\nnode=local remote\n"
				       "[b]\nrepetitions=7\n[override]\norder=2,5\nrepetitions=3\nseed=4\n",
				       &err), 0);
	assert_int_equal(plan->seed, 4);
	assert_int_equal(plan->run_count, 2 * 2 + 2);
	assert_string_equal(plan->runs[0].label, "a: order=2 node=local");
	assert_string_equal(plan->runs[3].label, "a: order=5 node=remote");
	assert_string_equal(plan->runs[4].label, "b: order=2");
	for (unsigned i = 0; i < plan->run_count; i++)
		assert_int_equal(plan->runs[i].repetitions, 3);
	bt_plan_free(plan);
	assert_int_equal(bt_plan_parse(&plan, "p", "[override]\norder=1\n", &err), 0);
	assert_int_equal(plan->run_count, 1);
	assert_string_equal(plan->runs[0].settings[0], "order=1");
	bt_plan_free(plan);
	assert_int_equal(bt_plan_parse(&plan, "p", "[override]\norder=1\norder=2\n", &err), -22);
	assert_non_null(strstr(err.text, "line 3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_means_defaults),
		cmocka_unit_test(every_key_lands_in_its_field),
		cmocka_unit_test(the_last_key_varies_fastest),
		cmocka_unit_test(each_kind_of_list),
		cmocka_unit_test(held_is_a_share_or_bytes),
		cmocka_unit_test(global_holds_for_the_sections_after_it),
		cmocka_unit_test(the_example_of_the_manual),
		cmocka_unit_test(a_sweep_that_is_overridden),
		cmocka_unit_test(keys_alone_are_one_job),
		cmocka_unit_test(an_override_wins_over_all),
		cmocka_unit_test(comments_blanks_and_ends_of_lines),
		cmocka_unit_test(every_parameter_has_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
