// SPDX-License-Identifier: GPL-2.0
#include "bench/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

/* ---- one sample -------------------------------------------------------------------------- */

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void sort(double *values, size_t count)
{
	qsort(values, count, sizeof(values[0]), by_value);
}

static double *sorted_copy(const double *values, size_t count)
{
	double *sorted = bt_xcalloc(count, sizeof(sorted[0]));

	if (count)
		memcpy(sorted, values, count * sizeof(sorted[0]));
	sort(sorted, count);
	return sorted;
}

double bt_stats_quantile(const double *sorted, size_t count, double q)
{
	double place, below;
	size_t at;

	if (!count)
		return NAN;
	place = (double)(count - 1) * q;
	below = floor(place);
	at = (size_t)below;
	if (at + 1 >= count)
		return sorted[count - 1];
	return sorted[at] + (place - below) * (sorted[at + 1] - sorted[at]);
}

double bt_stats_median(const double *values, size_t count)
{
	double *sorted = sorted_copy(values, count);
	double median = bt_stats_quantile(sorted, count, 0.5);

	free(sorted);
	return median;
}

static double mean_of(const double *values, size_t count)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		sum += values[i];
	return count ? sum / (double)count : NAN;
}

/* From the mean, not from a sum of squares: bytes of a large machine squared leave no digits. */
static double deviation_of(const double *values, size_t count, double mean)
{
	double squares = 0;
	size_t i;

	if (count < 2)
		return NAN;
	for (i = 0; i < count; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	return sqrt(squares / (double)(count - 1));
}

void bt_stats_summary(const double *values, size_t count, struct bt_summary *summary)
{
	double *sorted = sorted_copy(values, count);
	double mean = mean_of(sorted, count);

	*summary = (struct bt_summary){
		.count = count,
		.min = bt_stats_quantile(sorted, count, 0),
		.p25 = bt_stats_quantile(sorted, count, 0.25),
		.median = bt_stats_quantile(sorted, count, 0.5),
		.p75 = bt_stats_quantile(sorted, count, 0.75),
		.max = bt_stats_quantile(sorted, count, 1),
		.mean = mean,
		.deviation = deviation_of(sorted, count, mean),
	};
	free(sorted);
}

/* ---- bootstrap --------------------------------------------------------------------------- */

static const struct bt_ci unknown_ci = { NAN, NAN };

/* A sample sorted once: a resample is how often each value was drawn, and needs no sort. */
struct sample {
	double *sorted;
	unsigned *drawn;
	size_t count;
};

static struct sample sample_of(const double *values, size_t count)
{
	return (struct sample){
		.sorted = sorted_copy(values, count),
		.drawn = bt_xcalloc(count, sizeof(unsigned)),
		.count = count,
	};
}

static void sample_free(struct sample *sample)
{
	free(sample->sorted);
	free(sample->drawn);
}

static double median_of_resample(struct sample *sample, struct bt_random *random)
{
	size_t i, at = 0, passed, lower;

	memset(sample->drawn, 0, sample->count * sizeof(sample->drawn[0]));
	for (i = 0; i < sample->count; i++)
		sample->drawn[bt_random_below(random, sample->count)]++;
	/* The values of the two middle ranks, which are one where the count is odd. */
	for (passed = sample->drawn[0]; passed <= (sample->count - 1) / 2;)
		passed += sample->drawn[++at];
	for (lower = at; passed <= sample->count / 2;)
		passed += sample->drawn[++at];
	return sample->sorted[lower] + (sample->sorted[at] - sample->sorted[lower]) / 2;
}

/* Sorts what the resamples gave. */
static struct bt_ci percentile_ci(double *results, double confidence)
{
	const size_t count = BT_BOOTSTRAP_RESAMPLES;
	size_t i;

	for (i = 0; i < count; i++) {
		if (isnan(results[i]))
			return unknown_ci;
	}
	sort(results, count);
	return (struct bt_ci){
		.low = bt_stats_quantile(results, count, (1 - confidence) / 2),
		.high = bt_stats_quantile(results, count, (1 + confidence) / 2),
	};
}

struct bt_ci bt_stats_median_ci(const double *values, size_t count, double confidence,
				uint64_t seed)
{
	struct bt_random random;
	struct sample sample;
	struct bt_ci ci;
	double *medians;
	size_t i;

	if (count < 2)
		return unknown_ci;
	sample = sample_of(values, count);
	medians = bt_xcalloc(BT_BOOTSTRAP_RESAMPLES, sizeof(medians[0]));
	bt_random_seed(&random, seed);
	for (i = 0; i < BT_BOOTSTRAP_RESAMPLES; i++)
		medians[i] = median_of_resample(&sample, &random);
	ci = percentile_ci(medians, confidence);
	free(medians);
	sample_free(&sample);
	return ci;
}

static double ratio_of(double difference, double base)
{
	return base == 0 ? NAN : difference / base;
}

static void difference_cis(struct sample *a, struct sample *b, double confidence, uint64_t seed,
			   struct bt_difference *result)
{
	double *differences = bt_xcalloc(BT_BOOTSTRAP_RESAMPLES, sizeof(differences[0]));
	double *ratios = bt_xcalloc(BT_BOOTSTRAP_RESAMPLES, sizeof(ratios[0]));
	struct bt_random random;
	size_t i;

	bt_random_seed(&random, seed);
	for (i = 0; i < BT_BOOTSTRAP_RESAMPLES; i++) {
		double median_a = median_of_resample(a, &random);

		differences[i] = median_of_resample(b, &random) - median_a;
		ratios[i] = ratio_of(differences[i], median_a);
	}
	result->difference_ci = percentile_ci(differences, confidence);
	result->ratio_ci = percentile_ci(ratios, confidence);
	free(differences);
	free(ratios);
}

void bt_stats_difference(const double *a, size_t count_a, const double *b, size_t count_b,
			 double confidence, uint64_t seed, struct bt_difference *result)
{
	struct sample sample_a = sample_of(a, count_a), sample_b = sample_of(b, count_b);
	double median_a = bt_stats_quantile(sample_a.sorted, count_a, 0.5);
	double median_b = bt_stats_quantile(sample_b.sorted, count_b, 0.5);

	*result = (struct bt_difference){
		.median_a = median_a,
		.median_b = median_b,
		.difference = median_b - median_a,
		.ratio = ratio_of(median_b - median_a, median_a),
		.difference_ci = unknown_ci,
		.ratio_ci = unknown_ci,
	};
	if (count_a >= 2 && count_b >= 2)
		difference_cis(&sample_a, &sample_b, confidence, seed, result);
	sample_free(&sample_a);
	sample_free(&sample_b);
}
