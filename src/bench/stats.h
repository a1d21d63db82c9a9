/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The statistics of comparison: what a few repetitions say, and whether two sets of them differ.
 * Values are finite, in any unit and any order; a statistic that they cannot give is NaN.
 *
 * Quantiles	Hyndman, Fan: Sample quantiles in statistical packages, 1996; definition 7
 * Bootstrap	Efron, Tibshirani: An introduction to the bootstrap, 1993; chapter 13
 * Rank test	Mann, Whitney: On a test of whether one of two random variables is
 *		stochastically larger than the other, 1947
 */
#ifndef BT_STATS_H
#define BT_STATS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Random numbers that are the same everywhere for a seed: xoshiro256** (Blackman, Vigna: Scrambled
 * linear pseudorandom number generators, 2021), its state filled by splitmix64 (Steele, Lea, Flood:
 * Fast splittable pseudorandom number generators, 2014). Not for secrets.
 */
struct bt_random {
	uint64_t state[4];	/* never all zero; bt_random_seed() sees to that */
};

void bt_random_seed(struct bt_random *random, uint64_t seed);
uint64_t bt_random_next(struct bt_random *random);
/* In [0, bound), each value equally likely (Lemire: Fast random integer generation, 2019). */
uint64_t bt_random_below(struct bt_random *random, uint64_t bound);

struct bt_summary {
	size_t count;
	double min, p25, median, p75, max, mean;
	double deviation;	/* standard deviation, by n - 1; NaN of fewer than two values */
};

/* Of no values all is NaN but the count. */
void bt_stats_summary(const double *values, size_t count, struct bt_summary *summary);
/*
 * Definition 7, the default of R and numpy: on the line between the two values around
 * (count - 1) * q. Values ascend, 0 <= q <= 1; NaN of no values.
 */
double bt_stats_quantile(const double *sorted, size_t count, double q);
/* Works on a copy; NaN of no values. */
double bt_stats_median(const double *values, size_t count);

struct bt_ci {
	double low, high;
};

#define BT_BOOTSTRAP_RESAMPLES 10000u
/*
 * The least values from which an interval of a single median is shown to anybody. The smallest and
 * the largest of n hold the median with a probability of 1 - 2 / 2^n, of five 0.94; of fewer no
 * interval can be of 95 percent (Hahn, Meeker: Statistical intervals, 1991; chapter 5). Whether one
 * of a difference is shown, bt_compare_series() says.
 */
#define BT_MEDIAN_CI_VALUES 5u

/*
 * Percentile bootstrap: medians of BT_BOOTSTRAP_RESAMPLES resamples, each as large as the sample
 * and drawn from it with replacement; between their quantiles (1 - confidence) / 2 and
 * (1 + confidence) / 2. The same seed gives the same interval. NaN of fewer than two values: every
 * resample of one value is that value, and an interval of no width would claim to be sure.
 * Takes count * BT_BOOTSTRAP_RESAMPLES random numbers, some 5 ms for 100 values.
 */
struct bt_ci bt_stats_median_ci(const double *values, size_t count, double confidence,
				uint64_t seed);

/*
 * t for which a value of Student's distribution is within [-t, t] with this probability; of some
 * degrees of freedom, NaN of none. Takes their number of steps.
 */
double bt_stats_student(double confidence, size_t degrees);
/*
 * Interval of the mean of values that are about normal: mean -+ t deviation / sqrt(count) (Student:
 * The probable error of a mean, 1908). NaN of fewer than two values.
 */
struct bt_ci bt_stats_mean_ci(const double *values, size_t count, double confidence);

struct bt_difference {
	double median_a, median_b;
	double difference;	/* b - a */
	double ratio;		/* difference / a; NaN where a is 0 */
	struct bt_ci difference_ci;
	struct bt_ci ratio_ci;	/* NaN also when the median of any resample of a is 0 */
};

/*
 * Of the medians; the intervals as above, from resamples that a and b are drawn for independently.
 * NaN of an empty side, and the intervals when a side has fewer than two values.
 */
void bt_stats_difference(const double *a, size_t count_a, const double *b, size_t count_b,
			 double confidence, uint64_t seed, struct bt_difference *result);

/*
 * Two-sided Mann-Whitney U test: the probability that two samples of one distribution differ as
 * much as these or more. Exact, all orders counted, when neither count is above 50, or above 20
 * where values are equal: twice the smaller tail. Otherwise normal, corrected for ties and
 * continuity (Lehmann: Nonparametrics, 1975; chapter 1), but never below
 * bt_stats_mann_whitney_min(), which the normal distribution does not know of. 1 when all values
 * are equal; NaN when a count is 0.
 *
 * u, unless NULL: pairs in which a is larger, equal ones as a half (W of R's wilcox.test).
 */
double bt_stats_mann_whitney(const double *a, size_t count_a, const double *b, size_t count_b,
			     double *u);
/*
 * The least p that samples of these sizes can give: 2 / C(a + b, a), all of one below all of the
 * other. Above the level of significance no difference can be shown, however large it is.
 * NaN when a count is 0.
 */
double bt_stats_mann_whitney_min(size_t count_a, size_t count_b);

#endif
