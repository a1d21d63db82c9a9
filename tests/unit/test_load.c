// SPDX-License-Identifier: GPL-2.0
/* Named loads: the program's own, and what a load makes of a config. Sizes are worked out by hand. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/load.h"
#include "core/util.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

static const __u64 one_node[BT_NODE_WORDS] = { 1 }, two_nodes[BT_NODE_WORDS] = { 3 };
static const __u64 two_cpus[BT_CPU_WORDS] = { 3 }, many_cpus[BT_CPU_WORDS] = { ~0ull };

/* A guest as --vm makes it, and a server whose module may hold the usual 25 %. */
static const struct ant_limits guest = {
	.max_order = 10, .page_bytes = 4096, .cpu_count = 2, .node_count = 2,
	.max_held_bytes = 921 * MIB, .memory_nodes = two_nodes, .possible_cpus = two_cpus,
	.features = BT_FEATURE_BULK | BT_FEATURE_MIXED,
};
static const struct ant_limits server = {
	.max_order = 10, .page_bytes = 4096, .cpu_count = 64, .node_count = 1,
	.max_held_bytes = 64 * GIB, .memory_nodes = one_node, .possible_cpus = many_cpus,
	.features = BT_FEATURE_BULK | BT_FEATURE_MIXED,
};

static const struct bt_load *get(const char *name)
{
	const struct bt_load *load;
	struct bt_err err;

	assert_int_equal(bt_loads_find(NULL, name, &load, &err), 0);
	assert_string_equal(load->name, name);
	return load;
}

static void names_are_there(void **state)
{
	static const char *const names[] = { "steady", "fragment", "compaction", "oom-edge",
					     "atomic-burst", "numa-spill", "pcp-storm" };
	const struct bt_load *load;
	struct bt_err err;

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(names); i++)
		get(names[i]);
	assert_int_equal(bt_loads_find(NULL, "frag", &load, &err), -EINVAL);
	assert_null(load);
	assert_non_null(strstr(err.text, "load frag: there is none of this name"));
	assert_non_null(strstr(err.text, "fragment"));
}

static unsigned settings_of(const struct bt_load *load, const struct bt_param *param)
{
	size_t length = strlen(param->name);
	unsigned count = 0;

	for (const char *const *setting = load->settings; *setting; setting++)
		count += !strncmp(*setting, param->name, length) && (*setting)[length] == '=';
	return count;
}

/* What a file is refused for, the program's own do not have either. */
static void the_table_is_sound(void **state)
{
	(void)state;
	assert_true(bt_loads_count(NULL) <= BT_LOADS_MAX);
	/* A setting for each parameter, and the end. */
	assert_true(bt_param_count < BT_LOAD_SETTINGS);
	for (unsigned i = 0; i < bt_loads_count(NULL); i++) {
		const struct bt_load *load = bt_loads_at(NULL, i);
		unsigned all = 0, known = 0;

		assert_ptr_equal(get(load->name), load);
		assert_true(strlen(load->name) < BT_LOAD_NAME);
		assert_true(*load->shows && strlen(load->shows) < BT_LOAD_TEXT);
		assert_true(*load->look && strlen(load->look) < BT_LOAD_TEXT);
		assert_in_range(load->view, 1, BT_LOAD_VIEWS);
		while (load->settings[all])
			all++;
		for (unsigned row = 0; row < bt_param_count; row++) {
			assert_true(settings_of(load, &bt_params[row]) <= 1);
			known += settings_of(load, &bt_params[row]);
		}
		assert_int_equal(known, all);
	}
}

static void every_load_is_valid_on_machines_of_any_size(void **state)
{
	static const struct {
		const struct ant_limits *limits;
		uint64_t memory_bytes;
	} machines[] = { { &guest, 1024 * MIB }, { &server, 256 * GIB } };
	struct bt_config config;
	struct bt_err err = { 0 };

	(void)state;
	for (unsigned m = 0; m < BT_ARRAY_SIZE(machines); m++) {
		const struct ant_limits *limits = machines[m].limits;

		for (unsigned i = 0; i < bt_loads_count(NULL); i++) {
			const struct bt_load *load = bt_loads_at(NULL, i);
			unsigned nodes = limits == &guest ? 2 : 1;

			if (load->nodes > nodes)
				continue;
			bt_config_default(&config, limits, machines[m].memory_bytes);
			if (bt_load_config(load, limits, machines[m].memory_bytes, &config, NULL,
					   &err))
				fail_msg("%s", err.text);
			assert_int_equal(bt_config_check(&config, limits, &err), 0);
			assert_int_equal(config.run, BT_RUN_GO);
			/* None of ours puts the machine at risk. */
			assert_int_equal(config.guard, BT_GUARD_SAFE);
			assert_true(config.reserve_bytes >= machines[m].memory_bytes / 20 - MIB);
		}
	}
}

static void sizes_are_parts_of_the_memory(void **state)
{
	struct ant_limits odd = guest;
	struct bt_config config;
	char note[BT_ERR_TEXT];

	(void)state;
	bt_config_default(&config, &guest, 1000 * MIB);
	assert_int_equal(bt_load_config(get("steady"), &guest, 1000 * MIB, &config, note, NULL), 0);
	assert_int_equal(config.max_held_bytes, 100 * MIB);	/* 10 % */
	assert_int_equal(config.reserve_bytes, 50 * MIB);
	assert_int_equal(config.pace_ops, 20000);
	assert_string_equal(note, "");
	/* 100 % are 1000 MiB, above the guest's 921 and a half. */
	odd.max_held_bytes += MIB / 2;
	assert_int_equal(bt_load_config(get("oom-edge"), &odd, 1000 * MIB, &config, note, NULL), 0);
	assert_int_equal(config.max_held_bytes, 921 * MIB);
	/* 90 % of 256 GiB are 230.4 GiB, which is above the server's 64. */
	assert_int_equal(bt_load_config(get("fragment"), &server, 256 * GIB, &config, note, NULL), 0);
	assert_int_equal(config.max_held_bytes, 64 * GIB);
	assert_int_equal(config.batch_blocks, 16384);
	assert_int_equal(config.free_order, BT_FREE_RANDOM);
	assert_string_equal(note, "held is 64.0 GiB instead of 90% (230 GiB): no more is allowed "
				  "here");
	assert_int_equal(bt_load_config(get("fragment"), &guest, 1000 * MIB, &config, note, NULL), 0);
	assert_int_equal(config.max_held_bytes, 900 * MIB);
	assert_string_equal(note, "");
}

/* Whatever ran before, a load is the same; but where the operator lets it run is left to him. */
static void the_rest_is_as_by_default(void **state)
{
	struct bt_config config, wanted;

	(void)state;
	bt_config_default(&config, &guest, GIB);
	config.cpus[0] = 2;
	config.sample_every = 16;
	config.lease_ms = 9000;
	config.run_limit_ms = 60000;
	wanted = config;
	wanted.run = BT_RUN_GO;
	wanted.order = 9;
	wanted.pattern = BT_PATTERN_RAMP;
	wanted.free_order = BT_FREE_RANDOM;
	wanted.pace_ops = 200;
	wanted.max_held_bytes = 921 * MIB;	/* 90 % */

	config.gfp = BT_GFP_ATOMIC;
	config.touch = BT_TOUCH_ALL;
	config.guard = BT_GUARD_BENCH;
	config.reserve_bytes = 0;
	config.node_policy = BT_NODE_BIND;
	config.nodes[0] = 2;
	assert_int_equal(bt_load_config(get("compaction"), &guest, GIB, &config, NULL, NULL), 0);
	for (unsigned i = 0; i < bt_param_count; i++) {
		if (!bt_param_same(&bt_params[i], &config, &wanted))
			fail_msg("%s", bt_params[i].name);
	}
	assert_int_equal(config.run, BT_RUN_GO);
}

static void a_machine_can_be_too_small(void **state)
{
	static const struct bt_load wide = { .name = "wide", .settings = { "order=10" } };
	static const struct bt_load tall = { .name = "tall", .settings = { "order=11" } };
	static const struct bt_load far = { .name = "far", .settings = { "node=bind:1" } };
	struct bt_config config, before;
	struct bt_err err;

	(void)state;
	bt_config_default(&config, &server, 256 * GIB);
	before = config;
	assert_int_equal(bt_load_config(get("numa-spill"), &server, 256 * GIB, &config, NULL, &err),
			 -EOPNOTSUPP);
	assert_string_equal(err.text, "load numa-spill: it takes 2 nodes with memory, this machine "
				      "has 1");
	assert_int_equal(bt_load_config(&tall, &server, 256 * GIB, &config, NULL, &err), -EINVAL);
	assert_string_equal(err.text, "load tall: order=11: out of range, allowed is 0 to 10");
	assert_int_equal(bt_load_config(&far, &server, 256 * GIB, &config, NULL, &err), -EINVAL);
	assert_memory_equal(&config, &before, sizeof(config));
	assert_int_equal(bt_load_config(get("steady"), &server, BT_UNKNOWN, &config, NULL, &err),
			 -EINVAL);
	assert_non_null(strstr(err.text, "held=10%: the machine's memory is not known"));
	assert_int_equal(bt_load_config(&wide, &server, 256 * GIB, &config, NULL, &err), 0);
	bt_config_default(&config, &guest, GIB);
	assert_int_equal(bt_load_config(get("numa-spill"), &guest, GIB, &config, NULL, &err), 0);
	assert_int_equal(config.node_policy, BT_NODE_PREFER);
	assert_int_equal(config.nodes[0], 1);
}

/* The module takes guard bench with a reserve of 0 alone. */
static void guard_bench_goes_without_a_reserve(void **state)
{
	static const struct bt_load bench = { .name = "b", .settings = { "guard=bench" } };
	static const struct bt_load both = { .name = "b",
					     .settings = { "guard=bench", "reserve=5%" } };
	struct bt_config config;
	struct bt_err err;

	(void)state;
	bt_config_default(&config, &guest, GIB);
	assert_int_equal(bt_load_config(&bench, &guest, GIB, &config, NULL, &err), 0);
	assert_int_equal(config.reserve_bytes, 0);
	assert_int_equal(bt_load_config(&both, &guest, GIB, &config, NULL, &err), -EINVAL);
	assert_non_null(strstr(err.text, "load b: reserve="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_there),
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(every_load_is_valid_on_machines_of_any_size),
		cmocka_unit_test(sizes_are_parts_of_the_memory),
		cmocka_unit_test(the_rest_is_as_by_default),
		cmocka_unit_test(a_machine_can_be_too_small),
		cmocka_unit_test(guard_bench_goes_without_a_reserve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
