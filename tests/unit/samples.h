/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of statistics share: samples written in a call, and how near is near enough. */
#ifndef BT_TEST_SAMPLES_H
#define BT_TEST_SAMPLES_H

#include <math.h>

#include "core/util.h"

/* The two arguments values and count of a function. */
#define SAMPLE(...) VALUES(__VA_ARGS__), BT_ARRAY_SIZE(VALUES(__VA_ARGS__))
#define VALUES(...) ((const double[]){ __VA_ARGS__ })

#define assert_within(value, expected, tolerance) \
	assert_true(fabs((double)(value) - (double)(expected)) <= (tolerance))
/* But for the last digits, in which two ways to the same number differ. */
#define assert_close(value, expected) \
	assert_within(value, expected, 1e-12 * fabs((double)(expected)))

#endif
