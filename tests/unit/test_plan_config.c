// SPDX-License-Identifier: GPL-2.0
/* Runs on machines, plans in files, and the plans that ship. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench/plan.h"
#include "core/mask.h"
#include "core/util.h"

#define GIB (1ull << 30)
#define MAX_CPUS 1024

struct rig {
	struct bt_machine machine;
	struct bt_frame frame;
	struct bt_frame_cpu cpus[MAX_CPUS];
};

/* Its CPUs are all online, its nodes all have memory; a quarter of it may be held. */
static struct rig *rig_create(unsigned cpus, unsigned nodes, uint64_t memory_bytes)
{
	struct rig *rig = bt_xcalloc(1, sizeof(*rig));

	rig->machine = (struct bt_machine){
		.abi_version = 2,
		.page_bytes = 4096,
		.max_order = 10,
		.cpu_count = cpus,
		.node_count = nodes,
		.memory_bytes = memory_bytes,
		.max_held_bytes = memory_bytes / 4,
	};
	for (unsigned i = 0; i < nodes; i++)
		bt_mask_set(rig->machine.memory_nodes, i, true);
	for (unsigned i = 0; i < cpus; i++) {
		bt_mask_set(rig->machine.possible_cpus, i, true);
		rig->cpus[i].online = true;
	}
	rig->frame.cpu_count = cpus;
	rig->frame.cpus = rig->cpus;
	return rig;
}

/* Of the first run; 0 or -errno. */
static int configure(const struct rig *rig, const char *text, struct bt_config *config,
		     struct bt_err *err)
{
	struct bt_plan *plan;
	int code;

	if (bt_plan_parse(&plan, "p", text, err))
		fail_msg("%s", err->text);
	code = bt_plan_config(plan->runs, &rig->machine, &rig->frame, config, err);
	bt_plan_free(plan);
	return code;
}

static struct bt_config config_of(const struct rig *rig, const char *text)
{
	struct bt_config config;
	struct bt_err err = { 0 };

	if (configure(rig, text, &config, &err))
		fail_msg("%s", err.text);
	return config;
}

static void assert_cpus(const struct bt_config *config, const char *list)
{
	char text[128];

	bt_mask_text(config->cpus, BT_CPU_WORDS, text, sizeof(text));
	assert_string_equal(text, list);
}

/* The job of page_alloc_bench on the whole machine. */
static void defaults_are_the_original_job(void **state)
{
	struct rig *rig = rig_create(2, 2, GIB);
	struct bt_config config = config_of(rig, "[a]\n");

	(void)state;
	assert_int_equal(config.run, BT_RUN_GO);
	assert_int_equal(config.order, 0);
	assert_int_equal(config.pattern, BT_PATTERN_BURST);
	assert_int_equal(config.batch_blocks, 1000);
	assert_int_equal(config.free_order, BT_FREE_FIFO);
	assert_int_equal(config.touch, BT_TOUCH_NONE);
	assert_int_equal(config.node_policy, BT_NODE_LOCAL);
	assert_int_equal(config.gfp, BT_GFP_KERNEL);
	assert_int_equal(config.guard, BT_GUARD_BENCH);
	assert_int_equal(config.reserve_bytes, 0);
	assert_int_equal(config.pace_ops, 0);
	assert_int_equal(config.lease_ms, 10000);
	assert_int_equal(config.run_limit_ms, 0);
	assert_cpus(&config, "0-1");
	free(rig);
}

/*
 * By hand: 2000 blocks, and a ring of 24 bytes and 8 for each of their pages, in whole pages.
 * Order 0: 2000 * 4096 + 4 * 4096 = 8208384 a CPU. Order 4: 32000 * 4096 + 63 * 4096 = 131330048.
 */
static void auto_has_room_for_2000_blocks(void **state)
{
	struct rig *small = rig_create(2, 2, GIB), *large = rig_create(1024, 64, 4096 * GIB);

	(void)state;
	assert_int_equal(config_of(small, "order = 0").max_held_bytes, 2 * 8208384);
	assert_int_equal(config_of(small, "cpus = 1").max_held_bytes, 8208384);
	assert_int_equal(config_of(small, "order = 4").max_held_bytes, 2 * 131330048);
	/* 2 * 64000 * 4096 are more than a quarter of 1 GiB. */
	assert_int_equal(config_of(small, "order = 5").max_held_bytes, GIB / 4);
	assert_int_equal(config_of(small, "order = 10").max_held_bytes, GIB / 4);
	assert_int_equal(config_of(large, "order = 0").max_held_bytes, 1024ull * 8208384);
	assert_int_equal(config_of(large, "mask = 0-99").max_held_bytes, 100ull * 8208384);
	assert_int_equal(ant_share_pages(1024ull * 8208384, 1024, 4096), 2000);
	free(small);
	free(large);
}

static void settings_reach_the_config(void **state)
{
	struct rig *rig = rig_create(2, 2, GIB);
	struct bt_config config = config_of(rig, "order = 3\nnode = bind:1\ngfp = atomic\n"
						 "batch = 8\nguard = safe\nreserve = 32M\n"
						 "lease = off\nlimit = 1m\nheld = 64M\n");

	(void)state;
	assert_int_equal(config.order, 3);
	assert_int_equal(config.node_policy, BT_NODE_BIND);
	assert_int_equal(config.nodes[0], 2);
	assert_int_equal(config.gfp, BT_GFP_ATOMIC);
	assert_int_equal(config.batch_blocks, 8);
	assert_int_equal(config.guard, BT_GUARD_SAFE);
	assert_int_equal(config.reserve_bytes, 32 << 20);
	assert_int_equal(config.lease_ms, 0);
	assert_int_equal(config.run_limit_ms, 60000);
	assert_int_equal(config.max_held_bytes, 64 << 20);
	/* 12.5 % of 2^30, 20 % rounded down */
	assert_int_equal(config_of(rig, "held = 12.5%").max_held_bytes, 134217728);
	assert_int_equal(config_of(rig, "held = 20%").max_held_bytes, 214748364);
	/* max_held_pct=20 of 2^30 bytes: 52428 of the 52428.8 pages */
	rig->machine.max_held_bytes = 52428 * 4096;
	assert_int_equal(config_of(rig, "held = 20%").max_held_bytes, 214745088);
	free(rig);
}

static void cpus_are_the_lowest_of_the_mask_online(void **state)
{
	struct rig *rig = rig_create(8, 1, GIB);
	static const struct {
		const char *text, *list;
	} rows[] = {
		{ "[a]", "0,2-6" },		 { "cpus = 1", "0" },
		{ "cpus = 3", "0,2-3" },	 { "cpus = all", "0,2-6" },
		{ "mask = all", "0,2-6" },	 { "mask = ^0", "2-6" },
		{ "mask = 4-6", "4-6" },	 { "mask = 0x5", "0,2" },
		{ "mask = 1-7\ncpus = 2", "2-3" }, { "cpus = 1\nmask = ^0,^2", "3" },
	};

	(void)state;
	rig->cpus[1].online = rig->cpus[7].online = false;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_config config = config_of(rig, rows[i].text);

		assert_cpus(&config, rows[i].list);
	}
	free(rig);
}

static void what_the_machine_lacks_is_named(void **state)
{
	struct rig *rig = rig_create(4, 2, GIB);
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "order = 11", "run 'p': order=11: out of range, allowed is 0 to 10" },
		{ "mask = 0-4", "run 'p': mask: CPU list '0-4': '0-4' at character 1: out of range, "
				"the highest is 3" },
		{ "mask = 1", "run 'p': mask=1: of these 1 CPUs are 0 online" },
		{ "mask = 0-3", "run 'p': mask=0-3: of these 4 CPUs are 3 online" },
		{ "cpus = 4", "run 'p': cpus=4: of mask=all are 3 online" },
		{ "cpus = 2\nmask = 0,1", "run 'p': cpus=2: of mask=0,1 are 1 online" },
		{ "node = bind:2", "run 'p': node list '2': '2' at character 1: out of range, the "
				   "highest is 1" },
		{ "held = 30%", "run 'p': held=30%: the limit (max_held_pct of the module) is "
				"268435456 bytes, 25%" },
		{ "held = 300M", "run 'p': held=300M: out of range, allowed is 4KiB to 256MiB" },
		/* 3 * (2^10 pages and a ring of 24 + 8 * 1024 bytes, in whole pages) */
		{ "order = 10\nheld = 8M", "run 'p': held=8MiB: too small for one block and its ring "
					   "on every CPU of the mask (at least 12619776 at order 10)" },
		{ "reserve = 1M", "run 'p': reserve=1MiB: guard bench keeps no reserve: reserve must "
				  "be 0" },
	};

	(void)state;
	rig->cpus[1].online = false;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_config config;
		struct bt_err err = { 0 };

		assert_int_equal(configure(rig, rows[i].text, &config, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].message);
	}
	free(rig);
}

/* There is no parameter of a module that anybody could set. */
static void without_the_module_its_parameter_is_not_named(void **state)
{
	struct rig *rig = rig_create(4, 2, GIB);
	struct bt_config config;
	struct bt_err err = { 0 };

	(void)state;
	rig->machine.abi_version = 0;
	assert_int_equal(configure(rig, "held = 30%", &config, &err), -EINVAL);
	assert_string_equal(err.text, "run 'p': held=30%: the limit (half of what was available) "
				      "is 268435456 bytes, 25%");
	free(rig);
}

static void one_memory_node_has_no_remote(void **state)
{
	struct rig *rig = rig_create(2, 1, GIB);
	struct bt_config config;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(configure(rig, "node = local remote", &config, &err), 0);
	assert_int_equal(configure(rig, "node = remote local", &config, &err), -EINVAL);
	assert_string_equal(err.text, "run 'node=remote': node=remote: remote needs a second node "
				      "with memory");
	rig->machine.memory_bytes = BT_UNKNOWN;
	assert_int_equal(configure(rig, "held = 5%", &config, &err), -EINVAL);
	assert_string_equal(err.text, "run 'p': held=5%: the machine's memory is not known; give "
				      "bytes");
	free(rig);
}

static void times_add_up(void **state)
{
	struct bt_plan *plan;

	(void)state;
	assert_int_equal(bt_plan_parse(&plan, "p", "[a]", NULL), 0);
	/* 5 * (0.5 + 1 + 2) s, and 10 s each to become steady */
	assert_int_equal(bt_plan_run_ns(plan->runs), 17500000000);
	assert_int_equal(bt_plan_run_max_ns(plan->runs), 67500000000);
	bt_plan_free(plan);
	assert_int_equal(bt_plan_parse(&plan, "p", "repetitions = 10000\nsettle = 24h\n"
				       "warmup = 24h\nsteady = 24h\nseconds = 24h\n", NULL), 0);
	/* 10000 * 4 * 86400 s */
	assert_int_equal(bt_plan_run_max_ns(plan->runs), 3456000000000000000);
	bt_plan_free(plan);
}

/* ---- files ------------------------------------------------------------------------------ */

static void write_plan(const char *path, const char *text, size_t size)
{
	assert_int_equal(bt_write_file(path, text, size, 0600, NULL), 0);
}

static void plans_are_files_or_installed(void **state)
{
	char base[] = "/tmp/test_plan.XXXXXX", path[64], expected[128];
	struct bt_err err = { 0 };
	struct bt_plan *plan;

	(void)state;
	assert_non_null(mkdtemp(base));
	setenv("BUDDYTOP_PLANS", base, 1);
	snprintf(path, sizeof(path), "%s/mine.ini", base);
	write_plan(path, "order = 1\n", 10);
	for (unsigned i = 0; i < 3; i++) {
		const char *const names[] = { path, "mine", "mine.ini" };

		assert_int_equal(bt_plan_read(&plan, names[i], &err), 0);
		assert_string_equal(plan->name, "mine");
		assert_string_equal(plan->text, "order = 1\n");
		bt_plan_free(plan);
	}
	assert_int_equal(bt_plan_read(&plan, "yours", &err), -ENOENT);
	assert_null(plan);
	snprintf(expected, sizeof(expected), "there is no plan 'yours', neither as a file nor in %s "
					     "(there: mine)", base);
	assert_string_equal(err.text, expected);
	write_plan(path, "[a]\norder = 1\0", 14);
	assert_int_equal(bt_plan_read(&plan, "mine", &err), -EINVAL);
	assert_non_null(strstr(err.text, "plan mine: "));
	write_plan(path, "[a]\nsize = 1\n", 13);
	assert_int_equal(bt_plan_read(&plan, path, &err), -EINVAL);
	assert_non_null(strstr(err.text, "plan mine, line 2: "));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bt_plan_read(&plan, path, &err), -ENOENT);
	assert_int_equal(bt_plan_read(&plan, "mine", &err), -ENOENT);
	assert_non_null(strstr(err.text, "(there: none)"));
	assert_int_equal(rmdir(base), 0);
	assert_int_equal(bt_plan_read(&plan, "mine", &err), -ENOENT);
}

/* What each says of itself in its comments. */
static void the_plans_that_ship(void **state)
{
	static const struct {
		const char *name;
		unsigned runs;
		const char *first, *last;
		double seconds;
		unsigned possible;	/* runs on 4 CPUs and 2 nodes */
	} plans[] = {
		{ "gfp", 10, "order=0 gfp=kernel", "order=4 gfp=movable", 175, 10 },
		{ "huge", 6, "plenty: gfp=kernel-noretry", "scarce: gfp=movable", 105, 6 },
		{ "numa", 5, "node=local", "node=bind:1", 87.5, 5 },
		{ "orders", 11, "order=0", "order=10", 192.5, 11 },
		{ "pab", 2, "order=0", "order=4", 35, 2 },
		{ "pressure", 1, "pressure", "pressure", 32.5, 1 },
		{ "quick", 1, "quick", "quick", 5.1, 1 },
		{ "scaling", 16, "order=0 cpus=1", "order=4 cpus=all", 280, 8 },
	};
	struct rig *rig = rig_create(4, 2, 4 * GIB);
	const char *srcdir = getenv("srcdir");
	char directory[4096];

	(void)state;
	snprintf(directory, sizeof(directory), "%s/plans", srcdir ? srcdir : ".");
	setenv("BUDDYTOP_PLANS", directory, 1);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(plans); i++) {
		struct bt_plan *plan;
		struct bt_config config;
		struct bt_err err = { 0 };
		unsigned possible = 0;
		uint64_t ns = 0;

		if (bt_plan_read(&plan, plans[i].name, &err))
			fail_msg("%s", err.text);
		assert_int_equal(plan->run_count, plans[i].runs);
		assert_string_equal(plan->runs[0].label, plans[i].first);
		assert_string_equal(plan->runs[plan->run_count - 1].label, plans[i].last);
		for (unsigned run = 0; run < plan->run_count; run++) {
			ns += bt_plan_run_ns(&plan->runs[run]);
			possible += !bt_plan_config(&plan->runs[run], &rig->machine, &rig->frame,
						    &config, &err);
		}
		assert_int_equal(possible, plans[i].possible);
		assert_true((double)ns == plans[i].seconds * 1e9);
		bt_plan_free(plan);
	}
	free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_original_job),
		cmocka_unit_test(auto_has_room_for_2000_blocks),
		cmocka_unit_test(settings_reach_the_config),
		cmocka_unit_test(cpus_are_the_lowest_of_the_mask_online),
		cmocka_unit_test(what_the_machine_lacks_is_named),
		cmocka_unit_test(without_the_module_its_parameter_is_not_named),
		cmocka_unit_test(one_memory_node_has_no_remote),
		cmocka_unit_test(times_add_up),
		cmocka_unit_test(plans_are_files_or_installed),
		cmocka_unit_test(the_plans_that_ship),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
