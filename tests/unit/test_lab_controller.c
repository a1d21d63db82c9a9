// SPDX-License-Identifier: GPL-2.0
/*
 * The rule of hyperalloc-bench (a385a2d, compiling/bench.py), by hand for a guest of at most 16 GiB:
 * a step is its sixteenth, 1 GiB; nine tenths of what is free in huge pages count; less than half a
 * step: two more, less than a step: one more, more than two steps: one less.
 */
#include "tests/unit/test.h"

#include "core/util.h"
#include "lab/controller.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static const struct bt_mode_size size = { .cpus = 4, .memory_bytes = 16 * GIB,
					  .least_bytes = 2 * GIB, .initial_bytes = 2 * GIB };

/* Nine tenths are half a step, a step, two steps at 568.9 MiB, 1137.8 MiB and 2275.6 MiB. */
static void the_rule_is_kept(void **state)
{
	static const struct {
		uint64_t actual_bytes, free_bytes, target_bytes;
	} cases[] = {
		{ 4 * GIB, 0, 6 * GIB },
		{ 4 * GIB, 568 * MIB, 6 * GIB },
		{ 4 * GIB, 570 * MIB, 5 * GIB },
		{ 4 * GIB, 1136 * MIB, 5 * GIB },
		{ 4 * GIB, 1138 * MIB, 4 * GIB },
		{ 4 * GIB, 2274 * MIB, 4 * GIB },
		{ 4 * GIB, 2276 * MIB, 3 * GIB },
		{ 4 * GIB, 16 * GIB, 3 * GIB },
		/* To a few bytes: nine tenths are 536870907, 536870916; half a step is 536870912. */
		{ 4 * GIB, 596523230, 6 * GIB },
		{ 4 * GIB, 596523240, 5 * GIB },
	};

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++)
		assert_int_equal(bt_lab_controller_target(&size, cases[i].actual_bytes,
							  cases[i].free_bytes),
				 cases[i].target_bytes);
}

static void it_stays_within_the_guests_bounds(void **state)
{
	(void)state;
	assert_int_equal(bt_lab_controller_target(&size, 16 * GIB, 0), 16 * GIB);
	assert_int_equal(bt_lab_controller_target(&size, 15 * GIB, 0), 16 * GIB);
	assert_int_equal(bt_lab_controller_target(&size, 2 * GIB, 8 * GIB), 2 * GIB);
	assert_int_equal(bt_lab_controller_target(&size, 2 * GIB + 512 * MIB, 8 * GIB), 2 * GIB);
	/* A device that has not said anything yet. */
	assert_int_equal(bt_lab_controller_target(&size, 0, 8 * GIB), 2 * GIB);
	/* In whole units, whatever the device says: 5 GiB and what makes the next 2 MiB full. */
	assert_int_equal(bt_lab_controller_target(&size, 4 * GIB + 1, 1000 * MIB),
			 5 * GIB + 2 * MIB);
}

/*
 * Of 200 MiB, a step of 12.5: 200 less one is 187.5, in units 188; 150 and one more 162.5, and two
 * more 175.
 */
static void steps_need_not_be_whole_units(void **state)
{
	static const struct bt_mode_size odd = { .cpus = 1, .memory_bytes = 200 * MIB,
						 .least_bytes = 100 * MIB,
						 .initial_bytes = 200 * MIB };

	(void)state;
	assert_int_equal(bt_lab_controller_target(&odd, 200 * MIB, 40 * MIB), 188 * MIB);
	assert_int_equal(bt_lab_controller_target(&odd, 150 * MIB, 10 * MIB), 164 * MIB);
	assert_int_equal(bt_lab_controller_target(&odd, 150 * MIB, 4 * MIB), 176 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rule_is_kept),
		cmocka_unit_test(it_stays_within_the_guests_bounds),
		cmocka_unit_test(steps_need_not_be_whole_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
