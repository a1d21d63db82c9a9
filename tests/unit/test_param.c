// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "core/param.h"
#include "core/util.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

/* A machine of 8 CPU numbers (5 is missing) and 3 nodes (1 has no memory). */
static const __u64 memory_nodes[BT_NODE_WORDS] = { 5 };
static const __u64 possible_cpus[BT_CPU_WORDS] = { 0xdf };
static const struct ant_limits limits = {
	.max_order = 10,
	.page_bytes = 4096,
	.cpu_count = 8,
	.node_count = 3,
	.max_held_bytes = GIB,
	.memory_nodes = memory_nodes,
	.possible_cpus = possible_cpus,
};

static struct bt_config default_config(void)
{
	struct bt_config config;

	bt_config_default(&config, &limits, 4 * GIB);
	return config;
}

static void default_is_valid(void **state)
{
	struct bt_config config = default_config();
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_config_check(&config, &limits, &err), 0);
	assert_int_equal(config.run, BT_RUN_DRAIN);
	assert_int_equal(config.order, 0);
	assert_int_equal(config.cpus[0], 0xdf);
	assert_int_equal(config.gfp, BT_GFP_KERNEL_MAYFAIL);
	assert_int_equal(config.pattern, BT_PATTERN_BURST);
	assert_int_equal(config.batch_blocks, 64);
	assert_int_equal(config.pace_ops, 0);
	assert_int_equal(config.max_held_bytes, 409 * MIB);	/* 10 % of 4096 MiB */
	assert_int_equal(config.reserve_bytes, 204 * MIB);	/* 5 % */
	assert_int_equal(config.lease_ms, 5000);
	assert_int_equal(config.run_limit_ms, 0);
	bt_config_default(&config, &limits, 100 * GIB);
	assert_int_equal(config.max_held_bytes, GIB);		/* the module's limit */
}

/* What is assigned is in the field, and is written back in a form that can be assigned. */
static void assigns_and_writes(void **state)
{
	static const struct {
		const char *assignment, *name, *text;
	} rows[] = {
		{ "order=3", "order", "3" },
		{ "or=10", "order", "10" },
		{ "cpus=0-3,7", "cpus", "0-3,7" },
		{ "cpus=0x83", "cpus", "0-1,7" },
		{ "cpus=all", "cpus", "0-4,6-7" },
		{ "cpus=^0", "cpus", "1-4,6-7" },
		{ "node=local", "node", "local" },
		{ "node=prefer:2", "node", "prefer:2" },
		{ "node=bind:0,2", "node", "bind:0,2" },
		{ "node=interleave:0-2", "node", "interleave:0-2" },
		{ "node=remote", "node", "remote" },
		{ "gfp=kernel", "gfp", "kernel" },
		{ "gfp=kernel-noretry", "gfp", "kernel-noretry" },
		{ "pattern=ramp", "pattern", "ramp" },
		{ "free=lifo", "free", "lifo" },
		{ "touch=all", "touch", "all" },
		{ "batch=65536", "batch", "65536" },
		{ "pace=100000000", "pace", "100000000" },
		{ "pace=0", "pace", "0" },
		{ "sample=1/16", "sample", "1/16" },
		{ "sample=16", "sample", "1/16" },
		{ "sample=1", "sample", "1/1" },
		{ "sample=1/65536", "sample", "1/65536" },
		{ "held=64M", "held", "64MiB" },
		{ "held=1GiB", "held", "1GiB" },
		{ "held=1536M", "held", NULL },
		{ "held=5000", "held", "5000B" },
		{ "reserve=0", "reserve", "0B" },
		{ "reserve=1536K", "reserve", "1536KiB" },
		{ "guard=bench", "guard", "bench" },
		{ "lease=10s", "lease", "10s" },
		{ "lease=100", "lease", "100ms" },
		{ "lease=off", "lease", "off" },
		{ "lease=0", "lease", "off" },
		{ "limit=90m", "limit", "90m" },
		{ "limit=2h", "limit", "2h" },
		{ "limit=off", "limit", "off" },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_config config = default_config(), again = default_config();
		const struct bt_param *param = bt_param_find(rows[i].name);
		struct bt_err err = { 0 };
		char text[64];
		int code = bt_param_assign(&config, rows[i].assignment, &limits, &err);

		if (!rows[i].text) {
			assert_int_equal(code, -EINVAL);
			continue;
		}
		if (code)
			fail_msg("%s: %s", rows[i].assignment, err.text);
		assert_int_equal(bt_param_text(param, &config, text, sizeof(text)),
				 strlen(rows[i].text));
		assert_string_equal(text, rows[i].text);
		assert_int_equal(bt_param_set(param, &again, text, &limits, &err), 0);
		assert_memory_equal(&again, &config, sizeof(config));
	}
}

static void values_land_in_their_fields(void **state)
{
	struct bt_config config = default_config(), expected = config;

	(void)state;
	expected.order = 4;
	expected.free_order = BT_FREE_LIFO;
	expected.touch = BT_TOUCH_FIRST;
	expected.gfp = BT_GFP_ATOMIC;
	expected.pattern = BT_PATTERN_HOLD;
	expected.node_policy = BT_NODE_BIND;
	expected.nodes[0] = 4;
	expected.guard = BT_GUARD_BENCH;
	expected.batch_blocks = 7;
	expected.pace_ops = 8;
	expected.sample_every = 9;
	expected.lease_ms = 900;
	expected.run_limit_ms = 1000;
	expected.max_held_bytes = 12288;
	expected.reserve_bytes = 13;
	expected.cpus[0] = 2;
	assert_int_equal(bt_param_assign(&config, "order=4", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "free=lifo", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "touch=first", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "gfp=atomic", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "pattern=hold", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "node=bind:2", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "guard=bench", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "batch=7", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "pace=8", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "sample=1/9", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "lease=900ms", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "limit=1s", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "held=12K", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "reserve=13", &limits, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "cpus=1", &limits, NULL), 0);
	assert_memory_equal(&config, &expected, sizeof(config));
}

static void refuses(void **state)
{
	static const struct {
		const char *assignment, *says;
	} rows[] = {
		{ "order", "NAME=VALUE" },
		{ "=3", "no parameter is called ''" },
		{ "colour=3", "no parameter is called 'colour'" },
		{ "p=3", "no parameter is called 'p'" },	/* pattern or pace */
		{ "order=", "order=: a whole number" },
		{ "order=11", "order=11: out of range, allowed is 0 to 10" },
		{ "order=-1", "order=-1: a whole number" },
		{ "order=99999999999999999999", "out of range" },
		{ "order=3 ", "a whole number" },
		{ "cpus=3-1", "CPU list '3-1'" },
		{ "cpus=0-", "CPU list '0-'" },
		{ "cpus=99999", "the highest is 7" },
		{ "cpus=1,,2", "empty between commas" },
		{ "cpus=none", "at least one CPU" },
		{ "cpus=", "CPU list is empty" },
		{ "node=", "allowed is one of local, prefer:N" },
		{ "node=near", "allowed is one of local, prefer:N" },
		{ "node=local:1", "allowed is one of local, prefer:N" },
		{ "node=bind", "node list is empty" },
		{ "node=bind:", "node list is empty" },
		{ "node=bind:none", "at least one node" },
		{ "node=bind:3", "the highest is 2" },
		{ "node=prefer:0,2", "exactly one node" },
		{ "gfp=KERNEL", "allowed is one of kernel-mayfail, kernel, kernel-noretry" },
		{ "gfp=kern", "allowed is one of" },
		{ "gfp=1", "allowed is one of" },
		{ "batch=0", "batch=0: out of range, allowed is 1 to 65536 blocks" },
		{ "batch=65537", "out of range" },
		{ "batch=4294967297", "out of range" },	/* would be 1 in 32 bits */
		{ "pace=100000001", "out of range" },
		{ "sample=0", "sample=0: out of range, allowed is 1/1 to 1/65536" },
		{ "sample=1/65537", "out of range" },
		{ "sample=2/16", "sample=2/16: one in so many is expected, as 1/16 or 16" },
		{ "sample=1/", "one in so many is expected" },
		{ "held=1025M", "held=1025M: out of range, allowed is 4KiB to 1GiB" },
		{ "held=64MB", "bytes are expected" },
		{ "held=0", "out of range" },
		{ "reserve=16777216T", "out of range" },
		{ "lease=99ms", "lease=99ms: out of range, allowed is 100ms to 10m, or off" },
		{ "lease=601s", "out of range" },
		{ "lease=100us", "whole milliseconds" },
		{ "lease=ten", "whole milliseconds" },
		{ "limit=721h", "out of range, allowed is 1ms to 720h, or off" },
		{ "held=off", "bytes are expected" },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_config config = default_config(), before = config;
		struct bt_err err = { 0 };

		if (bt_param_assign(&config, rows[i].assignment, &limits, &err) != -EINVAL)
			fail_msg("'%s' is not refused", rows[i].assignment);
		if (!strstr(err.text, rows[i].says))
			fail_msg("'%s': %s", rows[i].assignment, err.text);
		assert_memory_equal(&config, &before, sizeof(config));
	}
}

/* Without a machine the ABI's own bounds hold. */
static void knows_bounds_without_a_machine(void **state)
{
	struct bt_config config = default_config();

	(void)state;
	assert_int_equal(bt_param_assign(&config, "order=15", NULL, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "order=16", NULL, NULL), -EINVAL);
	assert_int_equal(bt_param_assign(&config, "cpus=8191", NULL, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "cpus=99999", NULL, NULL), -EINVAL);
	assert_int_equal(bt_param_assign(&config, "held=8T", NULL, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "node=bind:1023", NULL, NULL), 0);
	assert_int_equal(bt_param_assign(&config, "node=bind:1024", NULL, NULL), -EINVAL);
}

static void table_is_complete(void **state)
{
	unsigned i, j;

	(void)state;
	assert_int_equal(bt_param_count, 17);
	for (i = 0; i < bt_param_count; i++) {
		const struct bt_param *param = &bt_params[i];

		assert_ptr_equal(bt_param_find(param->name), param);
		assert_non_null(param->label);
		assert_non_null(param->unit);
		assert_non_null(param->json_key);
		assert_non_null(param->help);
		assert_true(param->width == 4 || param->width == 8 || param->kind == BT_PARAM_CPUS);
		for (j = 0; j < i; j++) {
			assert_string_not_equal(param->json_key, bt_params[j].json_key);
			assert_true(param->offset != bt_params[j].offset);
		}
	}
}

/* One fault at a time in a valid config; the sentence names the parameter and the limit. */
static void check_names_the_fault(void **state)
{
	struct bt_config config;
	struct bt_err err;

#define FAULT(change, sentence) \
	do { \
		config = default_config(); \
		memset(&err, 0, sizeof(err)); \
		change; \
		assert_int_equal(bt_config_check(&config, &limits, &err), -EINVAL); \
		if (!strstr(err.text, sentence)) \
			fail_msg("'%s' is not in: %s", sentence, err.text); \
	} while (0)

	(void)state;
	FAULT(config.size = 4, "size");
	FAULT(config.flags = 1, "flags");
	FAULT(config.generation = 1, "reserved");
	FAULT(config.run = BT_RUN_COUNT, "run state");
	FAULT(config.order = 11, "order=11: order is above the kernel's maximum (0 to 10)");
	FAULT(config.cpus[0] = 0x20, "cpus=5: the CPU mask is empty or names a CPU that cannot exist "
				     "(possible: 0-4,6-7)");
	FAULT(config.cpus[0] = 0, "cpus=none");
	FAULT((config.node_policy = BT_NODE_BIND, config.nodes[0] = 2), "node=bind:1");
	FAULT((config.node_policy = BT_NODE_BIND, config.nodes[0] = 2), "(with memory: 0,2)");
	FAULT(config.nodes[0] = 1, "node=local:0");
	FAULT(config.guard = BT_GUARD_BENCH, "reserve=204MiB: guard bench keeps no reserve");
	FAULT(config.max_held_bytes = GIB + 1, "(at most 1073741824, 1.00 GiB)");
	/* 7 CPUs, order 9: 512 pages, a page of 512 pointers and one more for the ring's head. */
	FAULT((config.order = 9, config.max_held_bytes = 14737407),
	      "held=14737407B: too small for one block and its ring on every CPU of the mask "
	      "(at least 14737408 at order 9)");
	config.max_held_bytes = 14737408;
	assert_int_equal(bt_config_check(&config, &limits, &err), 0);
#undef FAULT
}

static void names_never_fail(void **state)
{
	(void)state;
	assert_string_equal(bt_run_name(BT_RUN_GO), "running");
	assert_string_equal(bt_run_name(BT_UNKNOWN), "?");
	assert_string_equal(bt_reason_text(BT_REASON_NONE), "");
	assert_string_equal(bt_reason_text(BT_REASON_COUNT), "?");
	assert_string_equal(bt_worker_name(BT_WORKER_THROTTLED), "throttled");
	assert_string_equal(bt_worker_name(99), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_is_valid),
		cmocka_unit_test(assigns_and_writes),
		cmocka_unit_test(values_land_in_their_fields),
		cmocka_unit_test(refuses),
		cmocka_unit_test(knows_bounds_without_a_machine),
		cmocka_unit_test(table_is_complete),
		cmocka_unit_test(check_names_the_fault),
		cmocka_unit_test(names_never_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
