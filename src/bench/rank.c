// SPDX-License-Identifier: GPL-2.0
#include "bench/stats.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/util.h"

#define EXACT_MAX 50u	/* C(100, 50) fits into 97 bits */

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
 * Orders of count_a and count_b values in which U is at most u. As many have U = n as n has
 * partitions into at most count_a parts of at most count_b each: the coefficient of q^n in the
 * product of (1 - q^(count_b + i)) / (1 - q^i) for i = 1 ... count_a (Andrews: The theory of
 * partitions, 1976; chapter 3). Whole numbers throughout, and so exact.
 */
static double orders_up_to(size_t count_a, size_t count_b, size_t u)
{
	unsigned __int128 *ways = bt_xcalloc(u + 1, sizeof(ways[0])), sum = 0;
	size_t i, n;

	ways[0] = 1;
	for (i = 1; i <= count_a; i++) {
		for (n = u; n >= count_b + i; n--)
			ways[n] -= ways[n - count_b - i];
		for (n = i; n <= u; n++)
			ways[n] += ways[n - i];
	}
	for (n = 0; n <= u; n++)
		sum += ways[n];
	free(ways);
	return (double)sum;
}

static double exact_p(size_t count_a, size_t count_b, double u)
{
	size_t above = (size_t)u, below = count_a * count_b - above;
	double orders = orders_up_to(count_a, count_b, above < below ? above : below);

	return fmin(1, 2 * orders / choose(count_a + count_b, count_a));
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
		pooled = pool(a, count_a, b, count_b);
		ranks = rank(pooled, count_a + count_b);
		free(pooled);
		if (ranks.tied == 0 && count_a <= EXACT_MAX && count_b <= EXACT_MAX)
			p = exact_p(count_a, count_b, ranks.u);
		else
			p = normal_p(count_a, count_b, &ranks);
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
