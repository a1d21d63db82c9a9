// SPDX-License-Identifier: GPL-2.0
/*
 * Expected values are published or were computed by scipy 1.10.1 and numpy 1.24.2, by the call that
 * stands beside them.
 */
#include "tests/unit/test.h"

#include "bench/stats.h"
#include "tests/unit/samples.h"

/* scipy.stats.mannwhitneyu(a, b, alternative='two-sided', method='exact'), also R's where said. */
static void exact_as_scipy_and_r(void **state)
{
	double u;

	(void)state;
	/* The example of scipy's documentation. */
	assert_close(bt_stats_mann_whitney(SAMPLE(19, 22, 16, 29, 24), SAMPLE(20, 11, 17, 12), &u),
		     0.1111111111111111);
	assert_true(u == 17);
	assert_close(bt_stats_mann_whitney(SAMPLE(20, 11, 17, 12), SAMPLE(19, 22, 16, 29, 24), &u),
		     0.1111111111111111);
	assert_true(u == 3);
	/*
	 * Hollander, Wolfe: Nonparametric statistical methods, 1973, page 69, the example of R's
	 * wilcox.test: W = 35, one-sided p = 0.1272.
	 */
	assert_close(bt_stats_mann_whitney(SAMPLE(0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64,
						  0.73, 1.46),
					   SAMPLE(1.15, 0.88, 0.90, 0.74, 1.21), &u),
		     0.2544122544122544);
	assert_true(u == 35);
}

/* Mann and Whitney 1947, table 1, of 3 and 3: P(U <= 0 ... 4) = .05, .10, .20, .35, .50. */
static void exact_as_in_the_first_table(void **state)
{
	static const double one_sided[] = { 0.05, 0.10, 0.20, 0.35, 0.50 };
	/* Against 1, 2, 3. */
	static const double a[][3] = {
		{ -3, -2, -1 }, { -3, -2, 1.5 }, { -3, -2, 2.5 }, { -3, -2, 3.5 }, { -3, 1.5, 3.5 },
	};
	unsigned i;
	double u;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(a); i++) {
		assert_close(bt_stats_mann_whitney(a[i], 3, SAMPLE(1, 2, 3), &u), 2 * one_sided[i]);
		assert_true(u == i);
	}
}

/* p of samples without ties in which u pairs have the larger value in a. */
static double p_of_u(size_t count_a, size_t count_b, size_t u)
{
	double a[60], b[60], u_found, p;
	size_t i, left = u;

	for (i = 0; i < count_b; i++)
		b[i] = (double)i;
	/* Each in turn above as many of b as may be: between b[above - 1] and b[above]. */
	for (i = 0; i < count_a; i++) {
		size_t above = left < count_b ? left : count_b;

		a[i] = (double)above - 0.9 + 0.01 * (double)i;
		left -= above;
	}
	p = bt_stats_mann_whitney(a, count_a, b, count_b, &u_found);
	assert_true(u_found == (double)u);
	return p;
}

/* The usual table of the largest U that is significant at 0.05, two-sided. */
static void critical_values_as_in_tables(void **state)
{
	static const struct {
		size_t count_a, count_b, u;
	} rows[] = {
		{ 2, 8, 0 },   { 3, 5, 0 },    { 4, 4, 0 },    { 5, 5, 2 },    { 5, 8, 6 },
		{ 6, 10, 11 }, { 7, 7, 8 },    { 8, 12, 22 },  { 10, 10, 23 }, { 12, 15, 49 },
		{ 15, 20, 90 }, { 20, 20, 127 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		size_t a = rows[i].count_a, b = rows[i].count_b, u = rows[i].u;

		assert_true(p_of_u(a, b, u) <= 0.05);
		assert_true(p_of_u(a, b, u + 1) > 0.05);
		assert_true(p_of_u(b, a, a * b - u) <= 0.05);
		assert_true(p_of_u(b, a, a * b - u - 1) > 0.05);
	}
}

/*
 * mannwhitneyu(range(0, 2 * n, 2), [2 * i + 2 * 13 + 1 for i in range(n)], method=...): exact up to
 * 50, asymptotic above.
 */
static void exact_up_to_fifty(void **state)
{
	(void)state;
	assert_within(p_of_u(50, 50, 666), 3.944825136612607e-05, 1e-16);
	assert_within(p_of_u(51, 51, 703), 6.454524542959682e-05, 1e-16);
	assert_close(p_of_u(50, 50, 0), 1.9823306042836678e-29);	/* 2 / math.comb(100, 50) */
}

/* mannwhitneyu(a, b, alternative='two-sided', method='asymptotic') */
static void ties_as_scipy_and_r(void **state)
{
	double u;

	(void)state;
	/*
	 * R's example wilcox.test(Ozone ~ Month, data = airquality, subset = Month %in% c(5, 8)):
	 * W = 127.5, p = 0.0001208.
	 */
	assert_close(bt_stats_mann_whitney(
			     SAMPLE(41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30,
				    11, 1, 11, 4, 32, 23, 45, 115, 37),
			     SAMPLE(39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31,
				    44, 21, 9, 45, 168, 73, 76, 118, 84, 85), &u),
		     0.00012080783076877434);
	assert_true(u == 127.5);
}

/*
 * Few values, some of them equal: all orders of these. permutation_test((a, b), lambda a, b:
 * mannwhitneyu(a, b, method='asymptotic')[0], permutation_type='independent', n_resamples=inf,
 * alternative='two-sided')
 */
static void few_ties_are_counted_out(void **state)
{
	double u;

	(void)state;
	assert_close(bt_stats_mann_whitney(SAMPLE(1, 2, 2, 3, 3), SAMPLE(2, 3, 4, 4, 5, 5, 6), &u),
		     0.03535353535353535);
	assert_true(u == 4);
	assert_close(bt_stats_mann_whitney(SAMPLE(0, 0, 0, 1, 2, 2, 5, 7),
					   SAMPLE(0, 0, 3, 3, 5, 8, 9, 9), NULL),
		     0.1637917637917638);
	assert_close(bt_stats_mann_whitney(SAMPLE(1, 2, 2, 3, 3), SAMPLE(2, 3, 3, 4, 4), NULL),
		     0.19047619047619047);
	assert_close(bt_stats_mann_whitney(SAMPLE(1, 1, 2, 2, 3), SAMPLE(3, 3, 3, 3, 3), NULL),
		     0.047619047619047616);
	assert_close(bt_stats_mann_whitney(SAMPLE(5, 5, 5, 6), SAMPLE(5, 7, 7, 8, 8, 8), NULL),
		     0.047619047619047616);
	assert_true(bt_stats_mann_whitney(SAMPLE(3, 3, 3), SAMPLE(3, 3, 3, 3), &u) == 1 && u == 6);
}

/* 2 / math.comb(a + b, a) */
static void least_p_of_counts(void **state)
{
	double u;

	(void)state;
	assert_close(bt_stats_mann_whitney_min(3, 3), 0.1);
	assert_close(bt_stats_mann_whitney_min(4, 4), 0.02857142857142857);
	assert_close(bt_stats_mann_whitney_min(3, 5), 0.03571428571428571);
	assert_close(bt_stats_mann_whitney_min(5, 5), 0.007936507936507936);
	assert_close(bt_stats_mann_whitney_min(10, 10), 1.082508822446903e-05);
	assert_close(bt_stats_mann_whitney_min(1, 1), 1);
	assert_true(bt_stats_mann_whitney_min(5000, 5000) == 0);
	assert_close(p_of_u(3, 5, 0), 0.03571428571428571);
	/* method='asymptotic' says 0.0469, though 2 of the 20 orders are as far apart. */
	assert_close(bt_stats_mann_whitney(SAMPLE(1, 1, 1), SAMPLE(2, 2, 2), NULL), 0.1);

	assert_true(isnan(bt_stats_mann_whitney_min(0, 3)));
	assert_true(isnan(bt_stats_mann_whitney_min(3, 0)));
	assert_true(isnan(bt_stats_mann_whitney(NULL, 0, SAMPLE(1, 2), &u)) && isnan(u));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_as_scipy_and_r),
		cmocka_unit_test(exact_as_in_the_first_table),
		cmocka_unit_test(critical_values_as_in_tables),
		cmocka_unit_test(exact_up_to_fifty),
		cmocka_unit_test(ties_as_scipy_and_r),
		cmocka_unit_test(few_ties_are_counted_out),
		cmocka_unit_test(least_p_of_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
