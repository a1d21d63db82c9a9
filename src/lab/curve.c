// SPDX-License-Identifier: GPL-2.0
#include "lab/curve.h"

#include <math.h>
#include <stdlib.h>

#define GUESTS_MAX 1024u

unsigned bt_lab_guests(const struct bt_lab_run *run)
{
	const struct bt_lab_table *samples = bt_lab_run_find_table(run, "samples");
	int vm = samples ? bt_lab_table_column(samples, "vm") : -1;
	double most = -1;

	for (size_t i = 0; samples && i < samples->rows; i++)
		most = fmax(most, vm < 0 ? 0 : bt_lab_table_cell(samples, i, vm));
	return most < 0 ? 0 : (unsigned)fmin(most, GUESTS_MAX - 1) + 1;
}

void bt_lab_curve(const struct bt_lab_run *run, const char *column, unsigned vm,
		  struct bt_lab_curve *curve)
{
	const struct bt_lab_table *samples = bt_lab_run_find_table(run, "samples");
	int time = samples ? bt_lab_table_column(samples, "time_ns") : -1;
	int value = samples ? bt_lab_table_column(samples, column) : -1;
	int guest = samples ? bt_lab_table_column(samples, "vm") : -1;
	double last = -1;

	*curve = (struct bt_lab_curve){ .count = 0 };
	if (time < 0 || value < 0)
		return;
	curve->time_ns = bt_xcalloc(samples->rows, sizeof(double));
	curve->value = bt_xcalloc(samples->rows, sizeof(double));
	for (size_t i = 0; i < samples->rows; i++) {
		double at = bt_lab_table_cell(samples, i, time);
		double number = bt_lab_table_cell(samples, i, value);

		if ((guest < 0 ? 0 : bt_lab_table_cell(samples, i, guest)) != vm || isnan(number) ||
		    !(at > last))
			continue;
		last = at;
		curve->time_ns[curve->count] = at;
		curve->value[curve->count++] = number;
	}
}

void bt_lab_curve_free(struct bt_lab_curve *curve)
{
	free(curve->time_ns);
	free(curve->value);
	curve->count = 0;
}

/* Index of the last point not after a time; there is one. */
static size_t find_point(const struct bt_lab_curve *curve, double time_ns)
{
	size_t low = 0, high = curve->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (curve->time_ns[middle] <= time_ns)
			low = middle;
		else
			high = middle;
	}
	return low;
}

double bt_lab_curve_at(const struct bt_lab_curve *curve, double time_ns)
{
	size_t i;
	double from, length;

	if (!curve->count || !(time_ns >= curve->time_ns[0]) ||
	    time_ns > curve->time_ns[curve->count - 1])
		return NAN;
	i = find_point(curve, time_ns);
	if (i + 1 == curve->count)
		return curve->value[i];
	from = curve->value[i];
	length = curve->time_ns[i + 1] - curve->time_ns[i];
	return from + (curve->value[i + 1] - from) * (time_ns - curve->time_ns[i]) / length;
}

double bt_lab_trapezoid(const double *x, const double *y, size_t count)
{
	double area = 0;

	for (size_t i = 1; i < count; i++)
		area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
	return area;
}

double bt_lab_curve_area(const struct bt_lab_curve *curve, double begin, double end)
{
	size_t first, last;
	double x[2], y[2], area;

	if (!curve->count)
		return 0;
	begin = fmax(begin, curve->time_ns[0]);
	end = fmin(end, curve->time_ns[curve->count - 1]);
	if (!(begin < end))
		return 0;
	first = find_point(curve, begin) + 1;
	last = find_point(curve, end);
	if (first > last) { /* both between the same two points */
		x[0] = begin, y[0] = bt_lab_curve_at(curve, begin);
		x[1] = end, y[1] = bt_lab_curve_at(curve, end);
		return bt_lab_trapezoid(x, y, 2);
	}
	area = bt_lab_trapezoid(&curve->time_ns[first], &curve->value[first], last - first + 1);
	x[0] = begin, y[0] = bt_lab_curve_at(curve, begin);
	x[1] = curve->time_ns[first], y[1] = curve->value[first];
	area += bt_lab_trapezoid(x, y, 2);
	x[0] = curve->time_ns[last], y[0] = curve->value[last];
	x[1] = end, y[1] = bt_lab_curve_at(curve, end);
	return area + bt_lab_trapezoid(x, y, 2);
}

/* ---- of all guests ------------------------------------------------------------------------ */

static struct bt_lab_curve *rss_of_guests(const struct bt_lab_run *run, unsigned count)
{
	struct bt_lab_curve *curves = bt_xcalloc(count ? count : 1, sizeof(*curves));

	for (unsigned vm = 0; vm < count; vm++)
		bt_lab_curve(run, "rss_bytes", vm, &curves[vm]);
	return curves;
}

static void free_curves(struct bt_lab_curve *curves, unsigned count)
{
	for (unsigned vm = 0; vm < count; vm++)
		bt_lab_curve_free(&curves[vm]);
	free(curves);
}

double bt_lab_footprint_byte_ns(const struct bt_lab_run *run, double begin_ns, double end_ns)
{
	unsigned guests = bt_lab_guests(run);
	struct bt_lab_curve *curves = rss_of_guests(run, guests);
	double area = NAN;

	for (unsigned vm = 0; vm < guests; vm++) {
		if (curves[vm].count)
			area = (isnan(area) ? 0 : area) +
			       bt_lab_curve_area(&curves[vm], begin_ns, end_ns);
	}
	free_curves(curves, guests);
	return area;
}

static double sum_at(const struct bt_lab_curve *curves, unsigned count, double time_ns)
{
	double sum = 0;

	for (unsigned vm = 0; vm < count; vm++) {
		double value = bt_lab_curve_at(&curves[vm], time_ns);

		sum += isnan(value) ? 0 : value;
	}
	return sum;
}

double bt_lab_peak_bytes(const struct bt_lab_run *run, double begin_ns, double end_ns)
{
	unsigned guests = bt_lab_guests(run);
	struct bt_lab_curve *curves = rss_of_guests(run, guests);
	double peak = NAN;

	/* The sum is a broken line: its largest value is at one of the points. */
	for (unsigned vm = 0; vm < guests; vm++) {
		for (size_t i = 0; i < curves[vm].count; i++) {
			double at = curves[vm].time_ns[i];

			if (at >= begin_ns && at <= end_ns)
				peak = fmax(peak, sum_at(curves, guests, at));
		}
	}
	free_curves(curves, guests);
	return peak;
}
