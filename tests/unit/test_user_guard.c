// SPDX-License-Identifier: GPL-2.0
/* What the guard of source "user" allows: every figure by hand. */
#include "tests/unit/test.h"

#include "core/util.h"
#include "user/guard.h"

#define MB 1000000ull
#define GB 1000000000ull

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
		{ { 32 * GB, 10 * GB, 0, 2 * GB, 0, BT_UNKNOWN, BT_UNKNOWN }, 6 * GB },
		{ { 32 * GB, 12 * GB, 0, 0, 0, BT_UNKNOWN, BT_UNKNOWN }, 6 * GB },
		/* 0.5 + 1 less the floor; half would be 0.75. */
		{ { 32 * GB, 500 * MB, 0, 1 * GB, 0, BT_UNKNOWN, BT_UNKNOWN }, 540 * MB },
		/* A reserve below the floor changes nothing, one above it does. */
		{ { 32 * GB, 500 * MB, 100 * MB, 1 * GB, 0, BT_UNKNOWN, BT_UNKNOWN }, 540 * MB },
		{ { 32 * GB, 500 * MB, 1200 * MB, 1 * GB, 0, BT_UNKNOWN, BT_UNKNOWN }, 300 * MB },
		{ { 32 * GB, 500 * MB, 2 * GB, 1 * GB, 0, BT_UNKNOWN, BT_UNKNOWN }, 0 },
		/* As much as floor and held together: nothing but what is left of it. */
		{ { 32 * GB, 0, 0, 960 * MB, 0, BT_UNKNOWN, BT_UNKNOWN }, 0 },
		{ { 32 * GB, 0, 0, 961 * MB, 0, BT_UNKNOWN, BT_UNKNOWN }, 1 * MB },
		{ { 32 * GB, BT_UNKNOWN, 2 * GB, 3 * GB, 0, BT_UNKNOWN, BT_UNKNOWN }, 3 * GB },
	};

	(void)state;
	check_rows(rows, BT_ARRAY_SIZE(rows));
}

/* Of a machine with plenty: a group of 4 GB, 3 % of which are 0.12 GB. */
static void a_control_group_has_its_own(void **state)
{
	static const struct row rows[] = {
		/* Half of 3 + 1; the reserve of 12 GB is the machine's. */
		{ { 256 * GB, 200 * GB, 12 * GB, 1 * GB, 4 * GB, 3 * GB, BT_UNKNOWN }, 2 * GB },
		/* Others of the group have taken all but 0.1: 0.1 + 0.1 less the floor. */
		{ { 256 * GB, 200 * GB, 0, 100 * MB, 4 * GB, 100 * MB, BT_UNKNOWN }, 80 * MB },
		{ { 256 * GB, 200 * GB, 0, 100 * MB, 4 * GB, 0, BT_UNKNOWN }, 0 },
		/* The machine has less than the group's limit. */
		{ { 32 * GB, 1 * GB, 0, 1 * GB, 64 * GB, 60 * GB, BT_UNKNOWN }, 1 * GB },
		{ { 32 * GB, BT_UNKNOWN, 0, 1 * GB, 4 * GB, 3 * GB, BT_UNKNOWN }, 2 * GB },
	};

	(void)state;
	check_rows(rows, BT_ARRAY_SIZE(rows));
}

/* Bound to nodes that have little, of a machine with plenty: half of it, for there is no floor. */
static void nodes_have_their_own(void **state)
{
	static const struct row rows[] = {
		{ { 32 * GB, 20 * GB, 0, 1 * GB, 0, BT_UNKNOWN, 3 * GB }, 2 * GB },
		{ { 32 * GB, 20 * GB, 0, 0, 0, BT_UNKNOWN, 0 }, 0 },
		{ { 32 * GB, 2 * GB, 0, 0, 0, BT_UNKNOWN, 30 * GB }, 1 * GB },
	};

	(void)state;
	check_rows(rows, BT_ARRAY_SIZE(rows));
}

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
		cmocka_unit_test(nodes_have_their_own),
		cmocka_unit_test(a_fifth_of_a_window_is_too_much),
		cmocka_unit_test(it_waits_until_it_is_calm),
		cmocka_unit_test(being_asked_often_hides_nothing),
		cmocka_unit_test(time_without_a_load_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
