// SPDX-License-Identifier: GPL-2.0
/* What the guard of source "user" allows: every figure by hand. */
#include "tests/unit/test.h"

#include "core/mask.h"
#include "core/util.h"
#include "user/guard.h"
#include "user/policy.h"

#define MB 1000000ull
#define GB 1000000000ull

#define NO_GROUP .group_left_bytes = BT_UNKNOWN
#define NO_NODES .nodes_left_bytes = BT_UNKNOWN

struct row {
	struct bt_guard_look look;
	uint64_t allowed;
};

static void check_rows(const struct row *rows, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t allowed = bt_guard_allowed_bytes(&rows[i].look);

		if (allowed != rows[i].allowed)
			fail_msg("row %u: %llu", i, (unsigned long long)allowed);
	}
}

/* A machine of 32 GB: 3 % of it are 0.96 GB. */
static void allows_half_and_leaves_a_floor(void **state)
{
	static const struct row rows[] = {
		/* Half of 10 + 2; the floor is far. */
		{ { .memory_bytes = 32 * GB, .available_bytes = 10 * GB, .held_bytes = 2 * GB,
		    NO_GROUP, NO_NODES }, 6 * GB },
		{ { .memory_bytes = 32 * GB, .available_bytes = 12 * GB, NO_GROUP,
		    NO_NODES }, 6 * GB },
		/* 0.5 + 1 less the floor; half would be 0.75. */
		{ { .memory_bytes = 32 * GB, .available_bytes = 500 * MB, .held_bytes = 1 * GB,
		    NO_GROUP, NO_NODES }, 540 * MB },
		/* A reserve below the floor changes nothing, one above it does. */
		{ { .memory_bytes = 32 * GB, .available_bytes = 500 * MB, .reserve_bytes = 100 * MB,
		    .held_bytes = 1 * GB, NO_GROUP, NO_NODES }, 540 * MB },
		{ { .memory_bytes = 32 * GB, .available_bytes = 500 * MB,
		    .reserve_bytes = 1200 * MB, .held_bytes = 1 * GB, NO_GROUP,
		    NO_NODES }, 300 * MB },
		{ { .memory_bytes = 32 * GB, .available_bytes = 500 * MB, .reserve_bytes = 2 * GB,
		    .held_bytes = 1 * GB, NO_GROUP, NO_NODES }, 0 },
		/* As much as floor and held together: nothing but what is left of it. */
		{ { .memory_bytes = 32 * GB, .available_bytes = 0, .held_bytes = 960 * MB, NO_GROUP,
		    NO_NODES }, 0 },
		{ { .memory_bytes = 32 * GB, .available_bytes = 0, .held_bytes = 961 * MB, NO_GROUP,
		    NO_NODES }, 1 * MB },
		{ { .memory_bytes = 32 * GB, .available_bytes = BT_UNKNOWN, .reserve_bytes = 2 * GB,
		    .held_bytes = 3 * GB, NO_GROUP, NO_NODES }, 3 * GB },
	};

	(void)state;
	check_rows(rows, BT_ARRAY_SIZE(rows));
}

/* Of a machine with plenty: a group of 4 GB, 3 % of which are 0.12 GB. */
static void a_control_group_has_its_own(void **state)
{
	static const struct row rows[] = {
		/* Half of 3 + 1; the reserve of 12 GB is the machine's. */
		{ { .memory_bytes = 256 * GB, .available_bytes = 200 * GB, .reserve_bytes = 12 * GB,
		    .held_bytes = 1 * GB, .group_bytes = 4 * GB, .group_left_bytes = 3 * GB,
		    NO_NODES }, 2 * GB },
		/* Others of the group have taken all but 0.1: 0.1 + 0.1 less the floor. */
		{ { .memory_bytes = 256 * GB, .available_bytes = 200 * GB, .held_bytes = 100 * MB,
		    .group_bytes = 4 * GB, .group_left_bytes = 100 * MB, NO_NODES }, 80 * MB },
		{ { .memory_bytes = 256 * GB, .available_bytes = 200 * GB, .held_bytes = 100 * MB,
		    .group_bytes = 4 * GB, .group_left_bytes = 0, NO_NODES }, 0 },
		/* The machine has less than the group's limit. */
		{ { .memory_bytes = 32 * GB, .available_bytes = 1 * GB, .held_bytes = 1 * GB,
		    .group_bytes = 64 * GB, .group_left_bytes = 60 * GB, NO_NODES }, 1 * GB },
		{ { .memory_bytes = 32 * GB, .available_bytes = BT_UNKNOWN, .held_bytes = 1 * GB,
		    .group_bytes = 4 * GB, .group_left_bytes = 3 * GB, NO_NODES }, 2 * GB },
	};

	(void)state;
	check_rows(rows, BT_ARRAY_SIZE(rows));
}

/* Of 32 GB, 3 % of which are 0.96: for 2 GB twice that has to be there, and the floor. */
static void a_group_with_enough_left_does_not_matter(void **state)
{
	struct bt_guard_look look = {
		.memory_bytes = 32 * GB, .available_bytes = 30 * GB, NO_NODES,
		.group_bytes = 32 * GB, .group_left_bytes = bt_guard_enough_bytes(2 * GB, 32 * GB),
	};

	(void)state;
	assert_int_equal(look.group_left_bytes, 4960 * MB);
	assert_true(bt_guard_allowed_bytes(&look) >= 2 * GB);
}

/* Bound to nodes that have little, of a machine with plenty. */
static void nodes_have_their_own(void **state)
{
	static const struct row rows[] = {
		{ { .memory_bytes = 32 * GB, .available_bytes = 20 * GB, .held_bytes = 1 * GB,
		    NO_GROUP, .nodes_left_bytes = 3 * GB }, 2 * GB },
		{ { .memory_bytes = 32 * GB, .available_bytes = 20 * GB, NO_GROUP,
		    .nodes_left_bytes = 0 }, 0 },
		{ { .memory_bytes = 32 * GB, .available_bytes = 2 * GB, NO_GROUP,
		    .nodes_left_bytes = 30 * GB }, 1 * GB },
		/* 0.1 + 0.1 less 3 % of 4 GB; half would be 0.1. */
		{ { .memory_bytes = 32 * GB, .available_bytes = 20 * GB, .held_bytes = 100 * MB,
		    NO_GROUP, .nodes_bytes = 4 * GB, .nodes_left_bytes = 100 * MB }, 80 * MB },
		/* The reserve is the machine's, of which half may be held: 10 GB; of the nodes 2. */
		{ { .memory_bytes = 32 * GB, .available_bytes = 20 * GB, .reserve_bytes = 5 * GB,
		    NO_GROUP, .nodes_bytes = 4 * GB, .nodes_left_bytes = 4 * GB }, 2 * GB },
	};

	(void)state;
	check_rows(rows, BT_ARRAY_SIZE(rows));
}

/* ---- what the nodes have ------------------------------------------------------------------- */

/* CPUs 0-1 are of node 0, 2-3 of node 1, 4-5 of node 2; the nodes have 10, 20 and 30 GB. */
struct node_row {
	enum bt_node_policy policy;
	const char *cpus, *allowed, *nodes, *memory;
	uint64_t left[3];
	struct bt_policy_room room;
};

static struct bt_policy_room room_of(const struct node_row *row)
{
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_policy_room nodes[BT_POLICY_NODES] = { 0 }, room;
	struct bt_config config = { .node_policy = (__u32)row->policy };

	machine->cpu_count = 6;
	for (unsigned cpu = 0; cpu < 6; cpu++)
		machine->cpu_node[cpu] = (uint16_t)(cpu / 2);
	bt_mask_parse(row->cpus, 6, config.cpus, BT_CPU_WORDS, "CPU", NULL);
	bt_mask_parse(row->allowed, 6, machine->allowed_cpus, BT_CPU_WORDS, "CPU", NULL);
	bt_mask_parse(row->nodes, 3, config.nodes, BT_NODE_WORDS, "node", NULL);
	bt_mask_parse(row->memory, 3, machine->memory_nodes, BT_NODE_WORDS, "node", NULL);
	for (unsigned node = 0; node < 3; node++)
		nodes[node] = (struct bt_policy_room){ row->left[node], (node + 1) * 10 * GB };
	room = bt_policy_room(&config, machine, nodes);
	free(machine);
	return room;
}

static void cpus_have_what_other_nodes_have(void **state)
{
	static const struct node_row rows[] = {
		/* All CPUs of one node: what the other has, once. */
		{ BT_NODE_REMOTE, "2-3", "all", "none", "0-1", { 4 * GB, 9 * GB },
		  { 4 * GB, 10 * GB } },
		{ BT_NODE_REMOTE, "0-1", "all", "none", "0-1", { 4 * GB, 9 * GB },
		  { 9 * GB, 20 * GB } },
		{ BT_NODE_REMOTE, "0-3", "all", "none", "0-1", { 4 * GB, 9 * GB },
		  { 4 * GB, 10 * GB } },
		/* 9 + 1, 4 + 1 or 4 + 9 */
		{ BT_NODE_REMOTE, "all", "all", "none", "all", { 4 * GB, 9 * GB, 1 * GB },
		  { 5 * GB, 40 * GB } },
		/* A node without memory: all others are remote. */
		{ BT_NODE_REMOTE, "4", "all", "none", "0-1", { 4 * GB, 9 * GB },
		  { 13 * GB, 30 * GB } },
		/* No worker is on CPUs that are not ours. */
		{ BT_NODE_REMOTE, "0-3", "0-1", "none", "0-1", { 4 * GB, 9 * GB },
		  { 9 * GB, 20 * GB } },
		{ BT_NODE_REMOTE, "0", "all", "none", "0-1", { 4 * GB, BT_UNKNOWN },
		  { BT_UNKNOWN, 0 } },
		{ BT_NODE_REMOTE, "0", "all", "none", "0-1", { BT_UNKNOWN, 9 * GB },
		  { 9 * GB, 20 * GB } },
		{ BT_NODE_BIND, "0", "all", "0,2", "all", { 4 * GB, 9 * GB, 1 * GB },
		  { 5 * GB, 40 * GB } },
		{ BT_NODE_BIND, "0", "all", "0,2", "all", { 4 * GB, 9 * GB, BT_UNKNOWN },
		  { BT_UNKNOWN, 0 } },
		/* The kernel falls back. */
		{ BT_NODE_PREFER, "0", "all", "0", "all", { 4 * GB, 9 * GB, 1 * GB },
		  { BT_UNKNOWN, 0 } },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_policy_room room = room_of(&rows[i]);

		if (room.left_bytes != rows[i].room.left_bytes ||
		    room.of_bytes != rows[i].room.of_bytes)
			fail_msg("row %u: %llu of %llu", i, (unsigned long long)room.left_bytes,
				 (unsigned long long)room.of_bytes);
	}
}

/* ---- stalls -------------------------------------------------------------------------------- */

#define START (1000 * BT_NS_PER_S)

static bool is_pressed(struct bt_guard_pressure *pressure, uint64_t ms, uint64_t stalled_us)
{
	return bt_guard_is_pressed(pressure, START + ms * BT_NS_PER_MS, stalled_us);
}

/* 20 % of a window of 500 ms are 100 ms. */
static void a_fifth_of_a_window_is_too_much(void **state)
{
	struct bt_guard_pressure pressure = { .read_ns = 0 };

	(void)state;
	assert_false(is_pressed(&pressure, 0, 7000));
	assert_false(is_pressed(&pressure, 50, 7000 + 99999));
	assert_true(is_pressed(&pressure, 100, 7000 + 100000));
}

/*
 * 100 ms of stall between 50 and 100 ms are in the windows that begin up to 50 ms, of which the last
 * ends at 550 ms; two seconds of calm follow.
 */
static void it_waits_until_it_is_calm(void **state)
{
	struct bt_guard_pressure pressure = { .read_ns = 0 };

	(void)state;
	for (unsigned ms = 0; ms <= 4000; ms += 50) {
		bool pressed = is_pressed(&pressure, ms, ms < 100 ? 0 : 100000);

		if (pressed != (ms >= 100 && ms < 2550))
			fail_msg("after %u ms: %d", ms, pressed);
	}
}

/* Each job and each stop wakes the guard: a quarter of the time is 100 ms after 400. */
static void being_asked_often_hides_nothing(void **state)
{
	struct bt_guard_pressure pressure = { .read_ns = 0 };

	(void)state;
	for (unsigned ms = 0; ms <= 1000; ms++) {
		bool pressed = is_pressed(&pressure, ms, ms * 250);

		if (pressed != (ms >= 400))
			fail_msg("after %u ms: %d", ms, pressed);
	}
}

/* A hundred calm seconds before the run began are no part of its window. */
static void time_without_a_load_does_not_count(void **state)
{
	struct bt_guard_pressure pressure = { .read_ns = 0 };

	(void)state;
	assert_false(is_pressed(&pressure, 0, 0));
	bt_guard_look_away(&pressure);
	assert_false(is_pressed(&pressure, 100000, 9000000));
	assert_true(is_pressed(&pressure, 100050, 9000000 + 100000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allows_half_and_leaves_a_floor),
		cmocka_unit_test(a_control_group_has_its_own),
		cmocka_unit_test(a_group_with_enough_left_does_not_matter),
		cmocka_unit_test(nodes_have_their_own),
		cmocka_unit_test(cpus_have_what_other_nodes_have),
		cmocka_unit_test(a_fifth_of_a_window_is_too_much),
		cmocka_unit_test(it_waits_until_it_is_calm),
		cmocka_unit_test(being_asked_often_hides_nothing),
		cmocka_unit_test(time_without_a_load_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
