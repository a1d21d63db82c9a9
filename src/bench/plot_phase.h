/* SPDX-License-Identifier: GPL-2.0 */
/* The phases of a repetition, in panels whose x axis is its time in seconds. */
#ifndef BT_PLOT_PHASE_H
#define BT_PLOT_PHASE_H

#include <stdio.h>

#include "bench/plot_text.h"
#include "bench/result.h"

/* Index of the first sample of it; sample_count: there is none. */
unsigned bt_plot_phase_begin(const struct bt_result_repetition *repetition, enum bt_phase phase);
/* Something that begins at a time, in the unit of the x axis. */
struct bt_plot_span {
	double start;
	const char *name;
};
/* A line where each begins, in the order of time, and its name above; length: of the x axis. */
void bt_plot_spans_write(const struct bt_plot_span *spans, unsigned count, double length,
			 const struct bt_plot_box *box, FILE *out);
/* Lines between phases, and their names above the panel. */
void bt_plot_phase_write(const struct bt_result_repetition *repetition,
			 const struct bt_plot_box *box, FILE *out);

#endif
