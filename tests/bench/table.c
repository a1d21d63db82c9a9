// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/util.h"
#include "pages.h"

void series_add(struct series *series, double value)
{
	if (series->count < PAGES_ROUNDS_MAX)
		series->values[series->count++] = value;
}

static int compare_values(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct series series_sorted(const struct series *series)
{
	struct series copy = *series;

	qsort(copy.values, copy.count, sizeof(*copy.values), compare_values);
	return copy;
}

double series_median(const struct series *series)
{
	struct series s = series_sorted(series);

	if (!s.count)
		return NAN;
	return (s.values[s.count / 2] + s.values[(s.count - 1) / 2]) / 2;
}

double series_at(const struct series *sorted, double share)
{
	return sorted->count ? sorted->values[lround(share * (sorted->count - 1))] : NAN;
}

struct series series_ratio(const struct series *a, const struct series *b)
{
	struct series ratio = {0};
	unsigned i;

	for (i = 0; i < a->count && i < b->count; i++)
		series_add(&ratio, a->values[i] / b->values[i]);
	return ratio;
}

static const char *value_text(double value, bool decimals, char buf[16])
{
	if (!decimals)
		return bt_text_count(value, buf, 16);
	snprintf(buf, 16, "%.2f", value);
	return buf;
}

const char *series_text(const struct series *series, bool decimals, char *buf, unsigned size)
{
	struct series s = series_sorted(series);
	char median[16], least[16], most[16];

	if (!s.count)
		return "none";
	snprintf(buf, size, "%s (%s..%s)", value_text(series_median(&s), decimals, median),
		 value_text(s.values[0], decimals, least),
		 value_text(s.values[s.count - 1], decimals, most));
	return buf;
}
