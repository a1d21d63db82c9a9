// SPDX-License-Identifier: GPL-2.0
/* The clock's arithmetic. Expected values are calculated by hand, or with Python's integers. */
#include "tests/unit/test.h"

#include <stdint.h>

#include "core/util.h"
#include "kmod/clock.h"

#define DAY_NS 86400000000000ull

static struct ant_clock clock_at(uint32_t khz, uint64_t ticks, uint64_t now_ns)
{
	struct ant_clock clock = { 0 };

	ant_clock_set(&clock, khz, ticks, now_ns);
	return clock;
}

/* floor(ticks * floor(10^6 * 2^32 / khz) / 2^32), by Python. */
static void ticks_become_nanoseconds(void **state)
{
	static const struct {
		uint32_t khz;
		uint64_t ticks, ns;
	} rows[] = {
		{ 1000000, 12345, 12345 },
		{ 2000000, 3, 1 },
		{ 2000000, 2000000000, 1000000000 },
		{ 5000000, 5, 0 },			/* 0.99999999977: never above */
		{ 5000000, 6, 1 },
		{ 5000000, 5000000000, 999999999 },
		{ 2893437, 2893437, 999999 },
		{ 2893437, 2893437000000000, 999999999522113 }, /* 11.6 days */
		{ 800000, 8000, 10000 },
		{ 1000, 7, 7000 },
		{ 0, 123456789012345678, 123456789012345678 },
		{ 5000000, UINT64_MAX, 3689348813882916863 }, /* 117 years */
	};
	size_t i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct ant_clock clock = clock_at(rows[i].khz, 0, 0);

		assert_int_equal(ant_clock_length_ns(&clock, rows[i].ticks), rows[i].ns);
	}
}

/* What needs no more than 64 bits, and what is not long: the last tick of each. */
static void limits_are_exact(void **state)
{
	static const uint32_t khz[] = { 0, 1000, 800000, 1000000, 2893437, 5000000 };
	size_t i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(khz); i++) {
		struct ant_clock clock = clock_at(khz[i], 0, 0);
		uint64_t last = clock.product_ticks;

		assert_int_equal(last * clock.mult >> 32, ant_clock_length_ns(&clock, last));
		assert_int_not_equal((last + 1) * clock.mult >> 32,
				     ant_clock_length_ns(&clock, last + 1));
		assert_in_range(ant_clock_length_ns(&clock, clock.long_ticks), 0, 16000);
		assert_in_range(ant_clock_length_ns(&clock, clock.long_ticks + 1), 16001, 17000);
	}
	/* 16000 ns and what is left of the 16001st, of cycles of 5 GHz. */
	assert_int_equal(clock_at(5000000, 0, 0).long_ticks, 80005);
	assert_int_equal(clock_at(0, 0, 0).long_ticks, 16000);
}

static void time_is_since_the_anchor(void **state)
{
	struct ant_clock clock = clock_at(2000000, 1000, 5 * DAY_NS);

	(void)state;
	assert_int_equal(ant_clock_far_ns(&clock, 1000), 5 * DAY_NS);
	assert_int_equal(ant_clock_far_ns(&clock, 3001), 5 * DAY_NS + 1000);
	/* An anchor of three days ago; of a whole number of cycles there is no error. */
	assert_int_equal(ant_clock_far_ns(&clock, 1000 + 2 * 3 * DAY_NS), 8 * DAY_NS);
	/* The counter's own end. */
	clock = clock_at(1000000, UINT64_MAX - 9, 100);
	assert_int_equal(ant_clock_far_ns(&clock, 10), 120);
	/* Before it: not before it. */
	clock = clock_at(1000000, 5000, 100);
	assert_int_equal(ant_clock_far_ns(&clock, 4999), 100);
	assert_int_equal(ant_clock_far_ns(&clock, 0), 100);
}

/* The kernel's clock is slewed: the counter's own rate is off by 500 in a million, for 10000 batches. */
static void slewing_does_not_add_up(void **state)
{
	static const int errors_ppm[] = { 500, -500 };
	size_t k;

	(void)state;
	for (k = 0; k < BT_ARRAY_SIZE(errors_ppm); k++) {
		uint64_t ns = DAY_NS, given_ns = 0, batch, step, ticks = 77;
		struct ant_clock clock = clock_at(1000000, ticks, ns);

		for (batch = 0; batch < 10000; batch++) {
			for (step = 0; step < 10; step++) {
				uint64_t now_ns = ant_clock_far_ns(&clock, ticks);

				assert_true(now_ns >= given_ns);
				/* 0.5 us a batch, and the one before is not forgotten at once. */
				assert_true(now_ns + 1000 > ns && now_ns < ns + 1000);
				given_ns = now_ns;
				clock.reached_ticks = ticks;
				ns += 100000;
				ticks += (uint64_t)(100000 + errors_ppm[k] / 10);
			}
			ant_clock_set(&clock, 1000000, ticks, ns);
		}
	}
}

static void a_lead_is_waited_for(void **state)
{
	struct ant_clock clock = clock_at(2000000, 0, 1000000);

	(void)state;
	clock.reached_ticks = 20000;	/* gave 1010000 */
	ant_clock_set(&clock, 2000000, 20000, 1004000);
	assert_int_equal(ant_clock_last_ns(&clock), 1010000);
	/* 6000 ns, 12000 ticks later the two are one. */
	assert_int_equal(ant_clock_far_ns(&clock, 26000), 1010000);
	assert_int_equal(ant_clock_far_ns(&clock, 32000), 1010000);
	assert_int_equal(ant_clock_far_ns(&clock, 32002), 1010001);
	/* Ten milliseconds ahead is slewing, more is not. */
	clock = clock_at(1000000, 0, 0);
	clock.reached_ticks = 10000000;
	ant_clock_set(&clock, 1000000, 10000000, 0);
	assert_int_equal(ant_clock_last_ns(&clock), 10000000);
	clock = clock_at(1000000, 0, 0);
	clock.reached_ticks = 10000001;
	ant_clock_set(&clock, 1000000, 10000001, 0);
	assert_int_equal(ant_clock_last_ns(&clock), 0);
}

/* A CPU that was away, a refined calibration, a counter that is trusted no more. */
static void another_counter_goes_on(void **state)
{
	struct ant_clock clock = clock_at(2000000, 1000000, 50000);

	(void)state;
	clock.reached_ticks = 1000600;	/* gave 50300 */
	ant_clock_set(&clock, 2000000, 7, 90000);	/* reset */
	assert_int_equal(ant_clock_far_ns(&clock, 27), 90010);
	clock.reached_ticks = 27;
	ant_clock_set(&clock, 4000000, 100, 90100);	/* calibrated anew */
	assert_int_equal(ant_clock_far_ns(&clock, 140), 90110);
	clock.reached_ticks = 140;
	ant_clock_set(&clock, 0, 90105, 90105);		/* ktime, 5 ns behind */
	assert_int_equal(ant_clock_last_ns(&clock), 90110);
	assert_int_equal(ant_clock_far_ns(&clock, 90107), 90110);
	assert_int_equal(ant_clock_far_ns(&clock, 90200), 90200);
	assert_int_equal(clock.reached_ticks, UINT64_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ticks_become_nanoseconds),
		cmocka_unit_test(limits_are_exact),
		cmocka_unit_test(time_is_since_the_anchor),
		cmocka_unit_test(slewing_does_not_add_up),
		cmocka_unit_test(a_lead_is_waited_for),
		cmocka_unit_test(another_counter_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
