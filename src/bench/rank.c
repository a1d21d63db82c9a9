// SPDX-License-Identifier: GPL-2.0
#include "bench/stats.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/util.h"

#define EXACT_MAX 50u	/* some 50 million steps; more values are normal enough */
#define EXACT_TIED_MAX 20u	/* beyond it R and scipy, too, are taken at their normal word */

struct pooled {
	double value;
	bool from_a;
};

/* What the ranks of a and b together say. */
struct ranks {
	double u;	/* of a */
	double tied;	/* sum of t^3 - t over the groups of t equal values */
};

static int by_value(const void *left, const void *right)
{
	const struct pooled *a = left, *b = right;

	return (a->value > b->value) - (a->value < b->value);
}

static struct pooled *pool(const double *a, size_t count_a, const double *b, size_t count_b)
{
	struct pooled *pooled = bt_xcalloc(count_a + count_b, sizeof(pooled[0]));
	size_t i;

	for (i = 0; i < count_a; i++)
		pooled[i] = (struct pooled){ .value = a[i], .from_a = true };
	for (i = 0; i < count_b; i++)
		pooled[count_a + i] = (struct pooled){ .value = b[i] };
	qsort(pooled, count_a + count_b, sizeof(pooled[0]), by_value);
	return pooled;
}

/* A value of a is above all of b that came before its group, and equal to those of b in it. */
static struct ranks rank(const struct pooled *pooled, size_t count)
{
	struct ranks ranks = { 0 };
	size_t first, end, before_b = 0;

	for (first = 0; first < count; first = end) {
		size_t of_a = 0, of_b;
		double tied;

		for (end = first; end < count && pooled[end].value == pooled[first].value; end++)
			of_a += pooled[end].from_a;
		tied = (double)(end - first);
		of_b = end - first - of_a;
		ranks.u += (double)of_a * ((double)before_b + (double)of_b / 2);
		ranks.tied += tied * tied * tied - tied;
		before_b += of_b;
	}
	return ranks;
}

static double choose(size_t of, size_t count)
{
	double ways = 1;
	size_t i;

	if (count > of - count)
		count = of - count;
	for (i = 1; i <= count; i++)
		ways = ways * (double)(of - count + i) / (double)i;
	return ways;
}

/*
 * Ways to choose k values of the pool (row) so that their doubled ranks sum up to s (column), for
 * all k up to count: group by group, of whose equal values, which share their mean rank, any j may
 * be among the chosen.
 */
static double *count_ways(const struct pooled *pooled, size_t all, size_t count, size_t width)
{
	double *ways = bt_xcalloc((count + 1) * width, sizeof(ways[0]));
	size_t first, end, k, s, j;

	ways[0] = 1;
	for (first = 0; first < all; first = end) {
		size_t rank = 2 * first + 1, tied;	/* doubled, and from 1 */

		for (end = first; end < all && pooled[end].value == pooled[first].value; end++)
			;
		tied = end - first;
		rank += tied;
		for (k = count; k > 0; k--) {
			for (j = 1; j <= tied && j <= k; j++) {
				for (s = j * rank; s < width; s++)
					ways[k * width + s] += choose(tied, j) *
						ways[(k - j) * width + s - j * rank];
			}
		}
	}
	return ways;
}

/*
 * All orders of these very values counted, equal ones and all: twice the smaller tail of the sum of
 * a's ranks, which is U and a constant.
 */
static double exact_p(const struct pooled *pooled, size_t count_a, size_t count_b, double u)
{
	size_t all = count_a + count_b, width = 2 * count_a * all + 1, s;
	size_t sum = (size_t)(2 * u) + count_a * (count_a + 1);
	double *ways = count_ways(pooled, all, count_a, width), below = 0, above = 0;

	for (s = 0; s < width; s++) {
		if (s <= sum)
			below += ways[count_a * width + s];
		if (s >= sum)
			above += ways[count_a * width + s];
	}
	free(ways);
	return fmin(1, 2 * fmin(below, above) / choose(all, count_a));
}

static double normal_p(size_t count_a, size_t count_b, const struct ranks *ranks)
{
	double a = (double)count_a, b = (double)count_b, all = a + b;
	double variance = a * b / 12 * (all + 1 - ranks->tied / (all * (all - 1)));
	double distance = fabs(ranks->u - a * b / 2) - 0.5;

	if (distance <= 0)	/* where all values are equal, the variance is 0 too */
		return 1;
	return fmax(erfc(distance / sqrt(2 * variance)),
		    bt_stats_mann_whitney_min(count_a, count_b));
}

double bt_stats_mann_whitney(const double *a, size_t count_a, const double *b, size_t count_b,
			     double *u)
{
	struct ranks ranks = { .u = NAN };
	struct pooled *pooled;
	double p = NAN;

	if (count_a && count_b) {
		size_t larger = count_a > count_b ? count_a : count_b;

		pooled = pool(a, count_a, b, count_b);
		ranks = rank(pooled, count_a + count_b);
		if (larger <= (ranks.tied > 0 ? EXACT_TIED_MAX : EXACT_MAX))
			p = exact_p(pooled, count_a, count_b, ranks.u);
		else
			p = normal_p(count_a, count_b, &ranks);
		free(pooled);
	}
	if (u)
		*u = ranks.u;
	return p;
}

double bt_stats_mann_whitney_min(size_t count_a, size_t count_b)
{
	if (!count_a || !count_b)
		return NAN;
	return 2 / choose(count_a + count_b, count_a);
}
