// SPDX-License-Identifier: GPL-2.0
/* Bars with watermarks: columns by hand, and what must hold for every width and every value. */
#include "tests/unit/test.h"

#include <math.h>

#include "ui/gauge.h"

static void test_linear(void **state)
{
	/* 0..300 in 30 columns: ten to a column. */
	const struct ui_gauge gauge = {
		.value = 150, .marks = { 100, 120, 200 }, .mark_count = 3,
		.scale = { 0, 300, false },
	};
	struct ui_gauge_place place;

	(void)state;
	ui_gauge_place(&gauge, 30, &place);
	assert_int_equal(place.mark[0], 10);
	assert_int_equal(place.mark[1], 12);
	assert_int_equal(place.mark[2], 20);
	assert_int_equal(place.filled, 15);
	assert_false(place.beyond);
}

/* Real marks of a zone: 0.1 % of it, all in one column of a bar from 0 to all. */
static void test_crowded(void **state)
{
	struct ui_gauge gauge = {
		.value = 1050, .marks = { 1000, 1100, 1200 }, .mark_count = 3,
		.scale = { 0, 1000000, false },
	};
	struct ui_gauge_place place;

	(void)state;
	ui_gauge_place(&gauge, 20, &place);
	assert_int_equal(place.mark[0], 0);
	assert_int_equal(place.mark[1], 1);
	assert_int_equal(place.mark[2], 2);
	assert_int_equal(place.filled, 1); /* above min, below low */
	gauge.scale.high = 1200; /* all at the right end now */
	ui_gauge_place(&gauge, 4, &place);
	assert_int_equal(place.mark[2], 3);
	assert_true(place.mark[1] < place.mark[2] && place.mark[0] < place.mark[1]);
}

static void test_unknown_and_beyond(void **state)
{
	struct ui_gauge gauge = { .value = NAN, .marks = { 5, 50 }, .mark_count = 2,
				  .scale = { 0, 10, false } };
	struct ui_gauge_place place;

	(void)state;
	ui_gauge_place(&gauge, 10, &place);
	assert_int_equal(place.filled, 0);
	assert_int_equal(place.mark[1], -1);
	assert_false(place.beyond);
	gauge.value = 11;
	ui_gauge_place(&gauge, 10, &place);
	assert_int_equal(place.filled, 10);
	assert_true(place.beyond);
}

/* The bar covers a mark exactly when the value has reached it. */
static void test_always_true(void **state)
{
	struct ui_gauge gauge = { .marks = { 16, 20, 24 }, .mark_count = 3 };

	(void)state;
	for (int log = 0; log < 2; log++) {
		gauge.scale = (struct ui_scale){ log ? 4 : 0, 16384, log };
		for (int width = 3; width < 200; width++) {
			for (gauge.value = 0; gauge.value < 20000;
			     gauge.value = gauge.value * 1.3 + 1) {
				struct ui_gauge_place place;

				ui_gauge_place(&gauge, width, &place);
				for (unsigned i = 0; i < 3; i++)
					assert_int_equal(place.mark[i] < place.filled,
							 gauge.value >= gauge.marks[i]);
				assert_in_range(place.filled, 0, width);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_linear), cmocka_unit_test(test_crowded),
		cmocka_unit_test(test_unknown_and_beyond), cmocka_unit_test(test_always_true),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
