// SPDX-License-Identifier: GPL-2.0
/* When a load counts as steady: sequences whose answer follows from the definition in steady.h. */
#include "tests/unit/test.h"

#include <math.h>

#include "bench/steady.h"
#include "core/util.h"

#define PERCENT 20

static bool add(struct bt_steady *steady, double allocs, double frees)
{
	return bt_steady_add(steady,
			     &(struct bt_steady_sample){ BT_NS_PER_S / 4, allocs, frees, 0 }, PERCENT);
}

/* Adds the same again until it is steady; the number of samples, 0 = not within limit. */
static unsigned samples_until(struct bt_steady *steady, double allocs, double frees,
			      unsigned limit)
{
	for (unsigned i = 1; i <= limit; i++) {
		if (add(steady, allocs, frees))
			return i;
	}
	return 0;
}

static void even_rates(void **state)
{
	struct bt_steady steady;

	(void)state;
	bt_steady_begin(&steady);
	assert_true(isnan(steady.spread));
	assert_int_equal(samples_until(&steady, 1000, 1000, 100), BT_STEADY_PARTS);
	assert_true(steady.spread == 0);
}

/* The rate is even, but all is kept: it grows. */
static void growth(void **state)
{
	struct bt_steady steady;

	(void)state;
	bt_steady_begin(&steady);
	assert_int_equal(samples_until(&steady, 1000, 0, 300), 0);
	/* Of 1000 allocations 810 are freed: 19 % apart. */
	bt_steady_begin(&steady);
	assert_int_equal(samples_until(&steady, 1000, 810, 100), BT_STEADY_PARTS);
	bt_steady_begin(&steady);
	assert_int_equal(samples_until(&steady, 1000, 790, 300), 0);
}

/* A pattern that has all it wants does nothing any more: after its growth, the last five samples. */
static void stillness(void **state)
{
	struct bt_steady steady;

	(void)state;
	bt_steady_begin(&steady);
	for (unsigned i = 0; i < 40; i++)
		assert_false(add(&steady, 5000, 0));
	assert_int_equal(samples_until(&steady, 0, 0, 100), BT_STEADY_PARTS);
	assert_true(steady.spread == 0);
}

/* Mean of 1000 and 1500 in parts of one sample: five parts, e.g. 3 x 1000, 2 x 1500: mean 1200. */
static void spread_by_hand(void **state)
{
	static const double rates[] = { 1000, 1500, 1000, 1500, 1000 };
	struct bt_steady steady;
	bool steady_now = false;

	(void)state;
	bt_steady_begin(&steady);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rates); i++)
		steady_now = add(&steady, rates[i], rates[i]);
	assert_false(steady_now);
	assert_true(fabs(steady.spread - 300.0 / 1200.0) < 1e-12);
}

/*
 * A slow cycle, one sample of allocations and one of frees: with the time its parts hold the same
 * number of cycles, and it is steady though no two samples are alike.
 */
static void slow_cycle(void **state)
{
	struct bt_steady steady;
	unsigned at = 0;

	(void)state;
	bt_steady_begin(&steady);
	for (unsigned i = 1; i <= 200 && !at; i++) {
		if (i % 2 ? add(&steady, 2000, 0) : add(&steady, 0, 2000))
			at = i;
	}
	assert_in_range(at, 10, 100);
}

/* The first seconds are forgotten: fast at first, then even. */
static void start_is_left_behind(void **state)
{
	struct bt_steady steady;
	unsigned at;

	(void)state;
	bt_steady_begin(&steady);
	for (unsigned i = 0; i < 10; i++)
		add(&steady, 10000, 0);
	at = samples_until(&steady, 1000, 1000, 100);
	/* Window 2/3 of all: 10 + n samples, 10 of them out of it when n >= 20. */
	assert_in_range(at, 10, 20);
}

/* Allocations that all fail are no rest, and no load either. */
static void failures_are_not_still(void **state)
{
	struct bt_steady steady;

	(void)state;
	bt_steady_begin(&steady);
	for (unsigned i = 0; i < 100; i++)
		assert_false(bt_steady_add(&steady,
					   &(struct bt_steady_sample){ BT_NS_PER_S, 0, 0, 10 },
					   PERCENT));
}

static void many_samples(void **state)
{
	struct bt_steady steady;

	(void)state;
	bt_steady_begin(&steady);
	for (unsigned i = 0; i < 5 * BT_STEADY_SAMPLES; i++)
		add(&steady, 1000, 0);
	assert_true(steady.count <= BT_STEADY_SAMPLES);
	assert_false(bt_steady_add(&steady, &(struct bt_steady_sample){ 0, 1, 1, 0 }, PERCENT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(even_rates), cmocka_unit_test(growth),
		cmocka_unit_test(stillness), cmocka_unit_test(spread_by_hand),
		cmocka_unit_test(slow_cycle), cmocka_unit_test(start_is_left_behind),
		cmocka_unit_test(failures_are_not_still), cmocka_unit_test(many_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
