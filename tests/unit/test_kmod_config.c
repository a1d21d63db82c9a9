// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include <stddef.h>
#include <string.h>

#include "core/util.h"
#include "kmod/config.h"

/* A machine of 4 CPUs and 3 nodes; node 1 has no memory. The check reads one word of each mask. */
static const uint64_t memory_nodes[] = { 0x5 };
static const uint64_t possible_cpus[] = { 0xf };
static const struct ant_limits limits = {
	.max_order = 10,
	.page_bytes = 4096,
	.cpu_count = 4,
	.node_count = 3,
	.max_held_bytes = 1 << 30,
	.memory_nodes = (const __u64 *)memory_nodes,
	.possible_cpus = (const __u64 *)possible_cpus,
};

static struct bt_config good(void)
{
	return (struct bt_config){
		.size = sizeof(struct bt_config),
		.batch_blocks = 1,
		.max_held_bytes = 1 << 20,
		.cpus = { 0x3 },
	};
}

#define FIELD(name, v, result) \
	{ #name, offsetof(struct bt_config, name), sizeof(((struct bt_config *)0)->name), v, \
	  ANT_CONFIG_##result }

/* The edges of every field, as buddytop_uapi.h gives them. */
static void every_field_has_its_edges(void **state)
{
	static const struct {
		const char *name;
		size_t offset, size;
		uint64_t value;
		enum ant_config_fault fault;
	} rows[] = {
		FIELD(size, sizeof(struct bt_config) - 1, SIZE),
		FIELD(size, sizeof(struct bt_config) + 1, SIZE),
		FIELD(flags, 1, FLAGS),
		FIELD(reserved, 1, RESERVED),
		FIELD(generation, 1, RESERVED),
		FIELD(run, 2, OK),		FIELD(run, 3, STEP),
		FIELD(run, 4, RUN),
		FIELD(order, 6, OK),		FIELD(order, 11, ORDER),
		FIELD(order, 0xffffffff, ORDER),
		FIELD(pattern, 4, OK),		FIELD(pattern, 5, PATTERN),
		FIELD(free_order, 2, OK),	FIELD(free_order, 3, FREE_ORDER),
		FIELD(touch, 2, OK),		FIELD(touch, 3, TOUCH),
		FIELD(gfp, 4, OK),		FIELD(gfp, 5, GFP),
		FIELD(node_policy, 4, OK),	FIELD(node_policy, 5, NODE_POLICY),
		FIELD(guard, 1, OK),		FIELD(guard, 2, GUARD),
		FIELD(step, 1, STEP),		FIELD(step, 5, STEP),
		FIELD(step_blocks, 1, STEP_BLOCKS), FIELD(seed, UINT64_MAX, OK),
		FIELD(sample_every, 0, OK),	FIELD(sample_every, 1, OK),
		FIELD(sample_every, 65536, OK),	FIELD(sample_every, 65537, SAMPLE),
		FIELD(batch_blocks, 65536, OK),	FIELD(batch_blocks, 65537, BATCH),
		FIELD(batch_blocks, 0, BATCH),
		FIELD(pace_ops, 100000000, OK),	FIELD(pace_ops, 100000001, PACE),
		FIELD(lease_ms, 0, OK),		FIELD(lease_ms, 99, LEASE),
		FIELD(lease_ms, 100, OK),	FIELD(lease_ms, 600000, OK),
		FIELD(lease_ms, 600001, LEASE),
		FIELD(run_limit_ms, 2592000000, OK), FIELD(run_limit_ms, 2592000001, RUN_LIMIT),
		FIELD(max_held_bytes, 1 << 30, OK), FIELD(max_held_bytes, (1 << 30) + 1, HELD_LIMIT),
		FIELD(max_held_bytes, 0, HELD_SMALL),
		FIELD(reserve_bytes, UINT64_MAX, OK),
		FIELD(cpus[0], 0xf, OK),	FIELD(cpus[0], 0, CPUS),
		FIELD(cpus[0], 0x10, CPUS),	FIELD(cpus[1], 1, CPUS),
		FIELD(cpus[127], 1ull << 63, CPUS),
		FIELD(nodes[0], 1, NODES),
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_config config = good();

		memcpy((char *)&config + rows[i].offset, &rows[i].value, rows[i].size);
		if (ant_config_check(&config, &limits) != rows[i].fault)
			fail_msg("%s = %llu", rows[i].name, (unsigned long long)rows[i].value);
	}
}

static void policies_want_their_nodes(void **state)
{
	static const struct {
		unsigned policy;
		uint64_t nodes;
		enum ant_config_fault fault;
	} rows[] = {
		{ BT_NODE_LOCAL, 0, ANT_CONFIG_OK },
		{ BT_NODE_LOCAL, 4, ANT_CONFIG_NODES },
		{ BT_NODE_PREFER, 4, ANT_CONFIG_OK },
		{ BT_NODE_PREFER, 0, ANT_CONFIG_NODES },
		{ BT_NODE_PREFER, 5, ANT_CONFIG_NODES },
		{ BT_NODE_PREFER, 2, ANT_CONFIG_NODES },	/* no memory */
		{ BT_NODE_PREFER, 8, ANT_CONFIG_NODES },	/* does not exist */
		{ BT_NODE_BIND, 5, ANT_CONFIG_OK },
		{ BT_NODE_BIND, 7, ANT_CONFIG_NODES },
		{ BT_NODE_BIND, 0, ANT_CONFIG_NODES },
		{ BT_NODE_INTERLEAVE, 1, ANT_CONFIG_OK },
		{ BT_NODE_INTERLEAVE, 0, ANT_CONFIG_NODES },
		{ BT_NODE_REMOTE, 0, ANT_CONFIG_OK },
		{ BT_NODE_REMOTE, 1, ANT_CONFIG_NODES },
	};
	static const uint64_t one_node[] = { 0x1 };
	struct bt_config config = good();
	struct ant_limits small = limits;
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		config.node_policy = rows[i].policy;
		config.nodes[0] = rows[i].nodes;
		assert_int_equal(ant_config_check(&config, &limits), rows[i].fault);
	}
	small.memory_nodes = (const __u64 *)one_node;
	config.node_policy = BT_NODE_REMOTE;
	config.nodes[0] = 0;
	assert_int_equal(ant_config_check(&config, &small), ANT_CONFIG_REMOTE);
}

static void guard_bench_keeps_no_reserve(void **state)
{
	struct bt_config config = good();

	(void)state;
	config.reserve_bytes = 1;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_OK);
	config.guard = BT_GUARD_BENCH;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_RESERVE);
}

/* Two pages and one page of ring: 12288 bytes are the least for order 1 on one CPU. */
static void a_block_and_its_ring_have_to_fit(void **state)
{
	struct bt_config config = good();

	(void)state;
	config.order = 1;
	config.cpus[0] = 0x8;
	config.max_held_bytes = 12288;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_OK);
	config.max_held_bytes--;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_HELD_SMALL);
	config.cpus[0] = 0x9;
	config.max_held_bytes = 24576;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_OK);
	config.max_held_bytes--;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_HELD_SMALL);
}

/* By hand: 8 MiB = 2044 * 4096 + 4 pages for 24 + 2044 * 8 = 16376 bytes of ring. */
/* Steps go with their run state alone, and a `get` has to find room for its blocks. */
static void steps_have_their_bounds(void **state)
{
	static const struct {
		uint32_t step;
		uint64_t blocks;
		enum ant_config_fault fault;
	} rows[] = {
		{ BT_STEP_NONE, 0, ANT_CONFIG_STEP },
		{ BT_STEP_GET, 0, ANT_CONFIG_STEP_BLOCKS },
		{ BT_STEP_GET, 1, ANT_CONFIG_OK },
		/* 512 KiB a CPU: 126 pages and a page of ring fit, 127 and the ring too. */
		{ BT_STEP_GET, 63, ANT_CONFIG_OK },
		{ BT_STEP_GET, 64, ANT_CONFIG_STEP_HELD },
		{ BT_STEP_PUT, 0, ANT_CONFIG_STEP_BLOCKS },
		{ BT_STEP_PUT, 1000000, ANT_CONFIG_OK },
		{ BT_STEP_PAIR, 1ull << 40, ANT_CONFIG_OK },
		{ BT_STEP_PAIR, (1ull << 40) + 1, ANT_CONFIG_STEP_BLOCKS },
		{ BT_STEP_SHUFFLE, 0, ANT_CONFIG_OK },
		{ BT_STEP_SHUFFLE, 1, ANT_CONFIG_STEP_BLOCKS },
		{ 5, 1, ANT_CONFIG_STEP },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_config config = good();

		config.run = BT_RUN_STEP;
		config.order = 1;
		config.step = rows[i].step;
		config.step_blocks = rows[i].blocks;
		if (ant_config_check(&config, &limits) != rows[i].fault)
			fail_msg("step %u of %llu blocks", rows[i].step,
				 (unsigned long long)rows[i].blocks);
	}
}

static void shares_leave_room_for_their_rings(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(ant_share_pages(8 << 20, 1, 4096), 2044);
	assert_int_equal(ant_ring_bytes(2044, 4096), 16384);
	assert_int_equal(ant_share_pages(16 << 20, 2, 4096), 2044);
	assert_int_equal(ant_share_pages(8191, 1, 4096), 0);
	assert_int_equal(ant_share_pages(8192, 1, 4096), 1);
	assert_int_equal(ant_share_pages(8192, 0, 4096), 0);
	assert_int_equal(ant_ring_bytes(0, 4096), 0);
	assert_int_equal(ant_share_pages(131072, 1, 65536), 1);
	for (bytes = 0; bytes < 8 << 20; bytes += 1013) {
		uint64_t pages = ant_share_pages(bytes, 1, 4096);

		assert_true(pages * 4096 + ant_ring_bytes(pages, 4096) <= bytes);
		assert_true((pages + 1) * 4096 + ant_ring_bytes(pages + 1, 4096) > bytes);
	}
}

static void every_fault_has_a_text(void **state)
{
	unsigned i, other;

	(void)state;
	for (i = 0; i < ANT_CONFIG_FAULT_COUNT; i++) {
		assert_non_null(ant_config_fault_text[i]);
		for (other = 0; other < i; other++)
			assert_string_not_equal(ant_config_fault_text[i], ant_config_fault_text[other]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_its_edges),
		cmocka_unit_test(policies_want_their_nodes),
		cmocka_unit_test(guard_bench_keeps_no_reserve),
		cmocka_unit_test(a_block_and_its_ring_have_to_fit),
		cmocka_unit_test(steps_have_their_bounds),
		cmocka_unit_test(shares_leave_room_for_their_rings),
		cmocka_unit_test(every_fault_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
