// SPDX-License-Identifier: GPL-2.0
/*
 * Expected values are published or were computed by scipy 1.10.1 and numpy 1.24.2, by the call that
 * stands beside them.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "bench/stats.h"
#include "tests/unit/samples.h"

/* ---- random numbers ---------------------------------------------------------------------- */

/* The reference implementation's first outputs of the state 1, 2, 3, 4, by Vigna. */
static void xoshiro_is_as_published(void **state)
{
	static const uint64_t expected[] = {
		11520ull, 0ull, 1509978240ull, 1215971899390074240ull, 1216172134540287360ull,
		607988272756665600ull, 16172922978634559625ull, 8476171486693032832ull,
		10595114339597558777ull, 2904607092377533576ull,
	};
	struct bt_random random = { { 1, 2, 3, 4 } };
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(expected); i++)
		assert_int_equal(bt_random_next(&random), expected[i]);
}

/* The reference implementation's first outputs of splitmix64 for 1234567. */
static void seeds_by_splitmix64(void **state)
{
	static const uint64_t expected[4] = {
		6457827717110365317ull, 3203168211198807973ull, 9817491932198370423ull,
		4593380528125082431ull,
	};
	struct bt_random random;

	(void)state;
	bt_random_seed(&random, 1234567);
	assert_memory_equal(random.state, expected, sizeof(expected));
	bt_random_seed(&random, 0);
	assert_int_equal(random.state[0], 0xe220a8397b1dcdafull);
}

/*
 * x * 10 / 2^64 of each x published above, 16172922978634559625 / 2^64 being 0.8767. The second, 0,
 * is drawn again: 0 * 10 is below 2^64 % 10 = 6.
 */
static void numbers_are_below_the_bound(void **state)
{
	static const uint64_t expected[] = { 0, 0, 0, 0, 0, 8, 4, 5, 1, 7 };
	struct bt_random random = { { 1, 2, 3, 4 } };
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(expected); i++)
		assert_int_equal(bt_random_below(&random, 10), expected[i]);
	for (i = 0; i < 10; i++)
		assert_int_equal(bt_random_below(&random, 1), 0);
}

/*
 * Of the bound 3 * 2^62, two of four numbers fall on a multiple of 3 unless the surplus is drawn
 * again: half instead of a third of 90000, whose deviation is sqrt(90000 * 1/3 * 2/3) = 141.
 */
static void numbers_below_are_equally_likely(void **state)
{
	unsigned count[3] = { 0 }, i;
	struct bt_random random;

	(void)state;
	bt_random_seed(&random, 1);
	for (i = 0; i < 90000; i++) {
		uint64_t value = bt_random_below(&random, 3ull << 62);

		assert_true(value < 3ull << 62);
		count[value % 3]++;
	}
	for (i = 0; i < BT_ARRAY_SIZE(count); i++)
		assert_within((double)count[i], 30000, 5 * 141);
}

/* ---- one sample -------------------------------------------------------------------------- */

/* numpy.percentile(numpy.arange(1, 101), [0, 1, 25, 50, 75, 95, 99, 100]); by hand 1 + 99 q. */
static void quantiles_of_1_to_100(void **state)
{
	static const struct {
		double q, expected;
	} rows[] = {
		{ 0, 1 },	{ 0.01, 1.99 },	 { 0.25, 25.75 }, { 0.5, 50.5 },
		{ 0.75, 75.25 }, { 0.95, 95.05 }, { 0.99, 99.01 }, { 1, 100 },
	};
	double values[100];
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(values); i++)
		values[i] = i + 1;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		double value = bt_stats_quantile(values, BT_ARRAY_SIZE(values), rows[i].q);

		assert_close(value, rows[i].expected);
	}
}

/*
 * x = [36, 7, 41, 15, 40, 39]; numpy.percentile(x, [25, 50, 75]), numpy.mean(x),
 * numpy.std(x, ddof=1)
 */
static void summary_as_numpy(void **state)
{
	struct bt_summary summary;

	(void)state;
	bt_stats_summary(SAMPLE(36, 7, 41, 15, 40, 39), &summary);
	assert_int_equal(summary.count, 6);
	assert_close(summary.min, 7);
	assert_close(summary.p25, 20.25);
	assert_close(summary.median, 37.5);
	assert_close(summary.p75, 39.75);
	assert_close(summary.max, 41);
	assert_close(summary.mean, 29.666666666666668);
	assert_close(summary.deviation, 14.773850773128402);
	assert_close(bt_stats_median(SAMPLE(36, 7, 41, 15, 40, 39)), 37.5);
	assert_close(bt_stats_median(SAMPLE(36, 7, 41, 15, 40)), 36);
}

/* The deviation of 1, 2, 3 is 1, also beside 1 TiB, whose square has no digits left for it. */
static void deviation_keeps_its_digits(void **state)
{
	const double large = 1ull << 40;
	struct bt_summary summary;

	(void)state;
	bt_stats_summary(SAMPLE(large + 1, large + 2, large + 3), &summary);
	assert_close(summary.mean, large + 2);
	assert_close(summary.deviation, 1);
}

static void few_values_leave_much_unknown(void **state)
{
	struct bt_summary summary;
	struct bt_ci ci;

	(void)state;
	bt_stats_summary(NULL, 0, &summary);
	assert_int_equal(summary.count, 0);
	assert_true(isnan(summary.min) && isnan(summary.p25) && isnan(summary.median));
	assert_true(isnan(summary.p75) && isnan(summary.max) && isnan(summary.mean));
	assert_true(isnan(summary.deviation));
	assert_true(isnan(bt_stats_median(NULL, 0)));

	bt_stats_summary(SAMPLE(5), &summary);
	assert_true(summary.min == 5 && summary.p25 == 5 && summary.max == 5 && summary.mean == 5);
	assert_true(isnan(summary.deviation));
	ci = bt_stats_median_ci(SAMPLE(5), 0.95, 1);
	assert_true(isnan(ci.low) && isnan(ci.high));
}

/* ---- bootstrap --------------------------------------------------------------------------- */

/*
 * Of an odd number n of values the median of a resample is one of them, not above the k-th with
 * probability scipy.stats.binom.sf((n - 1) // 2, n, k / n). For n = 11 this passes 0.025 from
 * 0.0072 at k = 2 to 0.051 at k = 3 and 0.975 from 0.949 at 8 to 0.993 at 9; for n = 25 it passes
 * 0.05 from 0.030 at 8 to 0.074 at 9 and 0.95 from 0.926 at 16 to 0.970 at 17. These are more than
 * nine standard errors of 10,000 resamples away, so that all seeds must find the same interval.
 */
static void median_ci_is_between_known_ranks(void **state)
{
	static const struct {
		size_t count;
		double confidence, low, high;
	} rows[] = { { 11, 0.95, 3, 9 }, { 25, 0.9, 9, 17 } };
	double ranks[25];
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(ranks); i++)	/* 1 to 25, the first 11 out of order */
		ranks[i] = i < 11 ? 1 + i * 7 % 11 : i + 1;
	for (i = 0; i < 20 * BT_ARRAY_SIZE(rows); i++) {
		size_t row = i / 20;
		struct bt_ci ci = bt_stats_median_ci(ranks, rows[row].count, rows[row].confidence, i);

		assert_close(ci.low, rows[row].low);
		assert_close(ci.high, rows[row].high);
	}
}

/*
 * For n = 25 and 0.95 the ranks are 8 and 18; the median of a uniform distribution is between them
 * with probability scipy.stats.binom.cdf(17, 25, 0.5) - binom.cdf(7, 25, 0.5) = 0.957.
 */
static void median_ci_covers_the_median(void **state)
{
	unsigned trial, covered = 0;
	struct bt_random random;

	(void)state;
	bt_random_seed(&random, 4);
	for (trial = 0; trial < 400; trial++) {
		double values[25];
		struct bt_ci ci;
		unsigned i;

		for (i = 0; i < BT_ARRAY_SIZE(values); i++)
			values[i] = (double)(bt_random_next(&random) >> 11) * 0x1p-53;
		ci = bt_stats_median_ci(values, BT_ARRAY_SIZE(values), 0.95, trial);
		covered += ci.low <= 0.5 && ci.high >= 0.5;
	}
	/* Four standard errors of 400 trials: 4 * sqrt(0.957 * 0.043 / 400) = 0.041. */
	assert_within(covered / 400.0, 0.957, 0.041);
}

#define BEFORE VALUES(812, 835, 790, 861, 823, 848, 779, 817, 902, 840), 10
#define AFTER VALUES(884, 951, 866, 823, 910, 897, 872, 938, 905, 889, 1004, 858), 12

/*
 * scipy.stats.bootstrap((before, after), d, paired=False, method='percentile', n_resamples=10**6,
 * random_state=1) with d = lambda x, y, axis: median(y, axis) - median(x, axis), divided by
 * median(x, axis) for the ratio. Its own bounds with n_resamples=10000 have, over random_state 0 to
 * 199, deviations of 0.40 and 0.83, of the ratio 0.00035 and 0.00097; five of them are allowed.
 */
static void difference_as_scipy(void **state)
{
	struct bt_difference result;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 20; seed++) {
		bt_stats_difference(BEFORE, AFTER, 0.95, seed, &result);
		assert_close(result.median_a, 829);
		assert_close(result.median_b, 893);
		assert_close(result.difference, 64);
		assert_close(result.ratio, 64.0 / 829);
		assert_within(result.difference_ci.low, 31.5, 5 * 0.40);
		assert_within(result.difference_ci.high, 103, 5 * 0.83);
		assert_within(result.ratio_ci.low, 0.037612, 5 * 0.00035);
		assert_within(result.ratio_ci.high, 0.126829, 5 * 0.00097);
	}
}

/*
 * scipy.stats.bootstrap((sample,), median, method='percentile', n_resamples=10**6, random_state=1):
 * of AFTER 869 and 924, as with each random_state from 0 to 199 and n_resamples=10000; of BEFORE
 * 803.5 and 850.5 with deviations of 1.21 and 0.90 over these.
 */
static void median_ci_of_even_counts_as_scipy(void **state)
{
	struct bt_ci ci;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 20; seed++) {
		ci = bt_stats_median_ci(AFTER, 0.95, seed);
		assert_close(ci.low, 869);
		assert_close(ci.high, 924);
		ci = bt_stats_median_ci(BEFORE, 0.95, seed);
		assert_within(ci.low, 803.5, 5 * 1.21);
		assert_within(ci.high, 850.5, 5 * 0.90);
	}
}

static void a_seed_gives_the_same_again(void **state)
{
	struct bt_difference first, again;
	unsigned differ = 0;
	uint64_t seed;

	(void)state;
	bt_stats_difference(BEFORE, AFTER, 0.95, 7, &first);
	bt_stats_difference(BEFORE, AFTER, 0.95, 7, &again);
	assert_memory_equal(&first, &again, sizeof(first));
	for (seed = 8; seed < 18; seed++) {
		bt_stats_difference(BEFORE, AFTER, 0.95, seed, &again);
		differ += memcmp(&first, &again, sizeof(first)) != 0;
	}
	assert_true(differ > 0);
}

/* Values that are all equal have nothing to vary; nothing is said of the ratio to 0. */
static void differences_at_the_edges(void **state)
{
	struct bt_difference result;

	(void)state;
	bt_stats_difference(SAMPLE(4, 4, 4), SAMPLE(5, 5), 0.95, 1, &result);
	assert_true(result.difference_ci.low == 1 && result.difference_ci.high == 1);
	assert_true(result.ratio_ci.low == 0.25 && result.ratio_ci.high == 0.25);

	bt_stats_difference(SAMPLE(0, 0, 0), SAMPLE(5, 5), 0.95, 1, &result);
	assert_true(result.difference == 5 && result.difference_ci.low == 5);
	assert_true(isnan(result.ratio) && isnan(result.ratio_ci.low) && isnan(result.ratio_ci.high));

	/* The median is 2, but 7 of 27 resamples have two or three zeros. */
	bt_stats_difference(SAMPLE(0, 2, 3), SAMPLE(5, 5), 0.95, 1, &result);
	assert_true(result.ratio == 1.5 && isnan(result.ratio_ci.low));

	bt_stats_difference(SAMPLE(4), SAMPLE(5, 6), 0.95, 1, &result);
	assert_true(result.difference == 1.5 && isnan(result.difference_ci.low));
	bt_stats_difference(NULL, 0, SAMPLE(5, 6), 0.95, 1, &result);
	assert_true(isnan(result.median_a) && result.median_b == 5.5);
	assert_true(isnan(result.difference) && isnan(result.ratio) && isnan(result.ratio_ci.high));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xoshiro_is_as_published),
		cmocka_unit_test(seeds_by_splitmix64),
		cmocka_unit_test(numbers_are_below_the_bound),
		cmocka_unit_test(numbers_below_are_equally_likely),
		cmocka_unit_test(quantiles_of_1_to_100),
		cmocka_unit_test(summary_as_numpy),
		cmocka_unit_test(deviation_keeps_its_digits),
		cmocka_unit_test(few_values_leave_much_unknown),
		cmocka_unit_test(median_ci_is_between_known_ranks),
		cmocka_unit_test(median_ci_covers_the_median),
		cmocka_unit_test(difference_as_scipy),
		cmocka_unit_test(median_ci_of_even_counts_as_scipy),
		cmocka_unit_test(a_seed_gives_the_same_again),
		cmocka_unit_test(differences_at_the_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
