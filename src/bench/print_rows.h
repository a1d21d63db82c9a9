/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of printing results: what the forms share. */
#ifndef BT_PRINT_ROWS_H
#define BT_PRINT_ROWS_H

#include "bench/print.h"
#include "bench/stats.h"

#define BT_PRINT_TEXT 32	/* a number and its unit */
#define BT_PRINT_CHANGE 64	/* a difference and its interval */

/* A metric of a run. */
struct bt_print_row {
	const struct bt_result_metric *metric;
	struct bt_summary summary;
	unsigned changed;		/* so many values to compare it with; 0: none */
	struct bt_difference change;
};

/* False when the run has no such number, or it was to be left out. */
bool bt_print_row(struct bt_print_row *row, const struct bt_result *result,
		  const struct bt_result_run *run, const struct bt_result_metric *metric);
/*
 * "-15.3 % [-16.3 -14.4]", "" where there is nothing to compare with; without the interval where a
 * side has few values. buf: BT_PRINT_CHANGE.
 */
const char *bt_print_change(const struct bt_print_row *row, char *buf, size_t size);
/* Pages by a second without "pages": the row says it; buf: BT_PRINT_TEXT. */
const char *bt_print_cell(const struct bt_result_metric *metric, double value, char *buf);
/* Three lines: plan, machine, versions. */
void bt_print_head(FILE *out, const struct bt_result *result);
/* A row for each run, medians, where there are several; or Markdown. */
void bt_print_overview(FILE *out, const struct bt_result *result, bool markdown);
/*
 * What did not count, and what of it is known; probes that were bounded; runs left out; noise of
 * single repetitions. A line each, mark before it; before the first one a line that is empty.
 * False where there is nothing to say.
 */
bool bt_print_remarks(FILE *out, const struct bt_result *result, const char *mark);

#endif
