/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A number of a guest over time, from the table "samples": what is under it, and its largest value.
 */
#ifndef BT_LAB_CURVE_H
#define BT_LAB_CURVE_H

#include "lab/run.h"

/*
 * Points in the order of time; those whose value nobody knows, or whose time is no later than that
 * of the one before, are left out.
 */
struct bt_lab_curve {
	double *time_ns, *value;
	size_t count;
};

/* Guests that the samples are of: 1 + the largest number; 0 without samples. */
unsigned bt_lab_guests(const struct bt_lab_run *run);
/* A column of "samples" of one guest; empty where there is none. The caller frees. */
void bt_lab_curve(const struct bt_lab_run *run, const char *column, unsigned vm,
		  struct bt_lab_curve *curve);
void bt_lab_curve_free(struct bt_lab_curve *curve);
/* On the line between the points around it; NaN before the first and after the last. */
double bt_lab_curve_at(const struct bt_lab_curve *curve, double time_ns);

/* Trapezoidal rule: what is under the lines between the points. x ascends; 0 of fewer than two. */
double bt_lab_trapezoid(const double *x, const double *y, size_t count);
/* The same of the part of a curve between two times; of that part which it has points around. */
double bt_lab_curve_area(const struct bt_lab_curve *curve, double begin, double end);

/*
 * Of rss_bytes, summed over the guests, between two times: bytes * ns by the trapezoidal rule, and
 * the largest sum at the time of any sample (a guest without samples around that time has none).
 * NaN: there are no samples.
 */
double bt_lab_footprint_byte_ns(const struct bt_lab_run *run, double begin_ns, double end_ns);
double bt_lab_peak_bytes(const struct bt_lab_run *run, double begin_ns, double end_ns);

#endif
