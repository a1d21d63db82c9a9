// SPDX-License-Identifier: GPL-2.0
/*
 * Named loads as a plan. What each parameter has to be is written by hand from the table of loads
 * and from what buddytop.7 says of loads; sizes are worked out by hand.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan_load.h"
#include "core/mask.h"
#include "core/util.h"

#define MIB (1ull << 20)

static struct bt_plan *plan_of(const struct bt_load *const *loads, unsigned count,
			       const char *options)
{
	struct bt_plan *plan;
	struct bt_err err;
	char *text, *all;

	if (bt_plan_load_text(&text, loads, count, false, &err))
		fail_msg("%s", err.text);
	all = bt_xasprintf("%s%s", text, options);
	if (bt_plan_parse(&plan, "load test", all, &err))
		fail_msg("%s", err.text);
	free(all);
	free(text);
	return plan;
}

static const struct bt_load *get(const char *name)
{
	const struct bt_load *load;

	assert_int_equal(bt_loads_find(NULL, name, &load, NULL), 0);
	return load;
}

/* A machine of two CPUs and two nodes, of whose 1000 MiB the module may hold 90 %. */
static void config_of(const struct bt_plan_run *run, struct bt_config *config)
{
	struct bt_machine machine = {
		.page_bytes = 4096, .max_order = 10, .cpu_count = 2, .node_count = 2,
		.memory_bytes = 1000 * MIB, .max_held_bytes = 900 * MIB,
		.memory_nodes = { 3 }, .possible_cpus = { 3 },
		.features = BT_FEATURE_BULK | BT_FEATURE_MIXED,
	};
	struct bt_frame_cpu cpus[2] = { { .online = true }, { .online = true } };
	struct bt_frame frame = { .cpu_count = 2, .cpus = cpus };
	struct bt_err err;

	if (bt_plan_config(run, &machine, &frame, config, &err))
		fail_msg("%s", err.text);
}

static void section_is_the_load(void **state)
{
	const struct bt_load *const loads[] = { get("fragment"), get("compaction") };
	struct bt_plan *plan = plan_of(loads, 2, "");
	struct bt_config config;

	(void)state;
	assert_int_equal(plan->run_count, 2);
	assert_string_equal(plan->runs[0].label, "fragment");
	config_of(&plan->runs[0], &config);
	assert_int_equal(config.order, 0);
	assert_int_equal(config.pattern, BT_PATTERN_STEADY);
	assert_int_equal(config.free_order, BT_FREE_RANDOM);
	assert_int_equal(config.batch_blocks, 16384);
	assert_int_equal(config.pace_ops, 50000);
	assert_int_equal(config.max_held_bytes, 900 * MIB);
	config_of(&plan->runs[1], &config);
	assert_int_equal(config.order, 9);
	assert_int_equal(config.pattern, BT_PATTERN_RAMP);
	assert_int_equal(config.pace_ops, 200);
	bt_plan_free(plan);
}

/* As in the dashboard, and not as page_alloc_bench has it: but for the guard. */
static void rest_is_as_everywhere(void **state)
{
	static const struct bt_load mine = { .name = "mine", .shows = "Mine.", .look = "",
					     .settings = { "order=2" } };
	const struct bt_load *const loads[] = { &mine };
	struct bt_plan *plan = plan_of(loads, 1, "");
	struct bt_config config;

	(void)state;
	config_of(&plan->runs[0], &config);
	assert_int_equal(config.gfp, BT_GFP_KERNEL_MAYFAIL);
	assert_int_equal(config.batch_blocks, 64);
	assert_int_equal(config.max_held_bytes, 100 * MIB);
	assert_int_equal(config.pattern, BT_PATTERN_BURST);
	assert_int_equal(config.guard, BT_GUARD_BENCH);
	assert_int_equal(config.reserve_bytes, 0);
	bt_plan_free(plan);
}

/* atomic-burst has a reserve, which only guard safe would keep. */
static void reserve_is_left_out(void **state)
{
	const struct bt_load *const loads[] = { get("atomic-burst") };
	struct bt_plan *plan = plan_of(loads, 1, "");
	struct bt_config config;

	(void)state;
	config_of(&plan->runs[0], &config);
	assert_int_equal(config.gfp, BT_GFP_ATOMIC);
	assert_int_equal(config.guard, BT_GUARD_BENCH);
	assert_int_equal(config.reserve_bytes, 0);
	bt_plan_free(plan);
}

static void own_cpus_keep_their_name(void **state)
{
	static const struct bt_load mine = { .name = "mine", .shows = "Mine.", .look = "",
					     .settings = { "cpus=1", "held=64M", "lease=2s",
							   "node=bind:0,1" } };
	const struct bt_load *const loads[] = { &mine };
	struct bt_plan *plan = plan_of(loads, 1, "");
	struct bt_config config;

	(void)state;
	assert_int_equal(plan->run_count, 1);
	config_of(&plan->runs[0], &config);
	assert_int_equal(config.cpus[0], 2);
	assert_int_equal(config.max_held_bytes, 64 * MIB);
	assert_int_equal(config.lease_ms, 2000);
	assert_int_equal(config.node_policy, BT_NODE_BIND);
	assert_int_equal(config.nodes[0], 3);
	bt_plan_free(plan);
}

static void options_win(void **state)
{
	const struct bt_load *const loads[] = { get("churn") };
	struct bt_plan *plan = plan_of(loads, 1, "\n[override]\norder = 1,2\nheld = 8M\n");
	struct bt_config config;

	(void)state;
	assert_int_equal(plan->run_count, 2);
	assert_string_equal(plan->runs[1].label, "order=2");
	assert_string_equal(plan->runs[1].section, "churn");
	config_of(&plan->runs[1], &config);
	assert_int_equal(config.order, 2);
	assert_int_equal(config.max_held_bytes, 8 * MIB);
	assert_int_equal(config.batch_blocks, 512);
	bt_plan_free(plan);
}

static void refused(const struct bt_load *load, const char *why)
{
	struct bt_err err;
	char *text;

	assert_int_equal(bt_plan_load_text(&text, &load, 1, false, &err), -EINVAL);
	assert_null(text);
	if (!strstr(err.text, why))
		fail_msg("%s", err.text);
}

static void what_a_plan_cannot_be(void **state)
{
	static const struct bt_load named = { .name = "override", .shows = "", .look = "",
					      .settings = { "order=2" }, .file = "/my/loads.ini" };
	const struct bt_load *edge = get("oom-edge");
	char *text;

	(void)state;
	refused(&named, "/my/loads.ini");
	refused(edge, "load oom-edge: it keeps to its guard");
	assert_int_equal(bt_plan_load_text(&text, &edge, 1, true, NULL), 0);
	free(text);
}

/* All others of the program can be measured. */
static void every_load(void **state)
{
	struct bt_config config;

	(void)state;
	for (unsigned i = 0; i < bt_load_table_count; i++) {
		const struct bt_load *load = &bt_load_table[i];
		struct bt_plan *plan;

		if (!strcmp(load->name, "oom-edge"))
			continue;
		plan = plan_of(&load, 1, "");
		assert_int_equal(plan->run_count, 1);
		assert_string_equal(plan->runs[0].label, load->name);
		config_of(&plan->runs[0], &config);
		bt_plan_free(plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section_is_the_load),
		cmocka_unit_test(rest_is_as_everywhere),
		cmocka_unit_test(reserve_is_left_out),
		cmocka_unit_test(own_cpus_keep_their_name),
		cmocka_unit_test(options_win),
		cmocka_unit_test(what_a_plan_cannot_be),
		cmocka_unit_test(every_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
