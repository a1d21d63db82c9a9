// SPDX-License-Identifier: GPL-2.0
/* Interval of a mean by Student's t distribution. */
#include <math.h>
#include <stdbool.h>

#include "bench/stats.h"

#define HALVINGS 60u		/* until the bits of a double are used up */

/*
 * P(|T| <= t) with t = sqrt(degrees) tan(angle): Abramowitz, Stegun: Handbook of mathematical
 * functions, 1964; 26.7.3 of odd degrees, 26.7.4 of even ones. Both are finite sums.
 */
static double probability(double angle, size_t degrees)
{
	double cosine = cos(angle), term, sum;
	bool odd = degrees % 2;

	if (degrees == 1)
		return angle / M_PI_2;
	sum = term = odd ? cosine : 1;
	for (size_t n = odd ? 3 : 2; n < degrees; n += 2) {
		term *= (double)(n - 1) / (double)n * cosine * cosine;
		sum += term;
	}
	return odd ? (angle + sin(angle) * sum) / M_PI_2 : sin(angle) * sum;
}

double bt_stats_student(double confidence, size_t degrees)
{
	double low = 0, high = M_PI_2;

	if (!degrees)
		return NAN;
	for (unsigned i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (probability(middle, degrees) < confidence)
			low = middle;
		else
			high = middle;
	}
	return sqrt((double)degrees) * tan(low);
}

struct bt_ci bt_stats_mean_ci(const double *values, size_t count, double confidence)
{
	struct bt_summary summary;
	double half;

	if (count < 2)
		return (struct bt_ci){ NAN, NAN };
	bt_stats_summary(values, count, &summary);
	half = bt_stats_student(confidence, count - 1) * summary.deviation / sqrt((double)count);
	return (struct bt_ci){ summary.mean - half, summary.mean + half };
}
