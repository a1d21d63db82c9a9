// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include <string.h>

#include "core/hist.h"
#include "core/util.h"

/* By the format's definition: values below 8 by themselves, then eight equal buckets an octave. */
static void buckets_are_where_defined(void **state)
{
	static const struct {
		uint64_t ns;
		unsigned index;
		uint64_t floor;
	} rows[] = {
		{ 0, 0, 0 },	   { 7, 7, 7 },	      { 8, 8, 8 },	 { 15, 15, 15 },
		{ 16, 16, 16 },	   { 17, 16, 16 },    { 18, 17, 18 },	 { 31, 23, 30 },
		{ 32, 24, 32 },	   { 1000, 63, 960 }, { 1023, 63, 960 }, { 1024, 64, 1024 },
		{ 16106127359ull, 254, 15032385536ull },
		{ 16106127360ull, 255, 16106127360ull },	/* 15 * 2^30 */
		{ UINT64_MAX, 255, 16106127360ull },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		assert_int_equal(bt_hist_index(rows[i].ns), rows[i].index);
		assert_int_equal(bt_hist_floor(rows[i].index), rows[i].floor);
	}
	for (i = 8; i < BT_HIST_BUCKETS; i++) {
		uint64_t width = bt_hist_floor(i + 1) - bt_hist_floor(i);

		assert_true(width * 8 <= bt_hist_floor(i));
		assert_int_equal(bt_hist_index(bt_hist_floor(i)), i);
		assert_int_equal(bt_hist_index(bt_hist_floor(i + 1) - 1), i);
	}
}

static void put(struct bt_hist *hist, uint64_t ns, uint64_t count)
{
	hist->count[bt_hist_index(ns)] += count;
	hist->total += count;
}

static void quantiles_by_hand(void **state)
{
	struct bt_hist hist = { 0 };

	(void)state;
	assert_int_equal(bt_hist_quantile(&hist, 0.5), BT_UNKNOWN);
	assert_int_equal(bt_hist_max_edge(&hist), BT_UNKNOWN);
	/* 10 values: 5 of 3 ns, 4 of 17 ns (bucket 16..17), 1 of 1000 ns (bucket 960..1023). */
	put(&hist, 3, 5);
	put(&hist, 17, 4);
	put(&hist, 1000, 1);
	assert_int_equal(bt_hist_quantile(&hist, 0.000001), 3);
	assert_int_equal(bt_hist_quantile(&hist, 0.5), 3);	/* rank 5 */
	assert_int_equal(bt_hist_quantile(&hist, 0.500001), 17);	/* rank 6 */
	assert_int_equal(bt_hist_quantile(&hist, 0.9), 17);	/* rank 9 */
	assert_int_equal(bt_hist_quantile(&hist, 0.99), 1023);	/* rank 10 */
	assert_int_equal(bt_hist_quantile(&hist, 1), 1023);
	assert_int_equal(bt_hist_max_edge(&hist), 1023);
}

/* Whole ranks that floating point misses: 0.999 of 3000 is rank 2997, 0.07 of 100 rank 7. */
static void ranks_are_exact(void **state)
{
	struct bt_hist hist = { 0 };

	(void)state;
	put(&hist, 1, 2997);
	put(&hist, 5, 3);
	assert_int_equal(bt_hist_quantile(&hist, 0.999), 1);
	memset(&hist, 0, sizeof(hist));
	put(&hist, 1, 7);
	put(&hist, 5, 93);
	assert_int_equal(bt_hist_quantile(&hist, 0.07), 1);
	memset(&hist, 0, sizeof(hist));
	put(&hist, 2, UINT64_MAX / 2);
	put(&hist, 6, UINT64_MAX / 2);
	assert_int_equal(bt_hist_quantile(&hist, 0.5), 2);
	assert_int_equal(bt_hist_quantile(&hist, 0.51), 6);
}

static void adds_and_subtracts(void **state)
{
	struct bt_hist older = { 0 }, newer = { 0 }, out;

	(void)state;
	put(&older, 3, 10);
	put(&older, 100, 4);
	put(&newer, 3, 12);
	put(&newer, 100, 1);	/* went back */
	put(&newer, 200, 7);
	bt_hist_sub(&out, &newer, &older);
	assert_int_equal(out.count[3], 2);
	assert_int_equal(out.count[bt_hist_index(100)], 1);
	assert_int_equal(out.count[bt_hist_index(200)], 7);
	assert_int_equal(out.total, 10);
	bt_hist_add(&out, &older);
	assert_int_equal(out.count[3], 12);
	assert_int_equal(out.total, 24);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_are_where_defined),
		cmocka_unit_test(quantiles_by_hand),
		cmocka_unit_test(ranks_are_exact),
		cmocka_unit_test(adds_and_subtracts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
