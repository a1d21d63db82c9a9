/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of a report, in the files that write them. */
#ifndef BT_REPORT_PARTS_H
#define BT_REPORT_PARTS_H

#include "bench/plot.h"
#include "bench/report.h"

/* A page up to its heading, within <header>; and from the end of <main> on. */
void bt_report_begin(FILE *out, const char *title);
void bt_report_end(FILE *out);
/*
 * Every kind of picture that there is data for, each by itself. A page without pictures is still a
 * page: the first failure is told there and in missing, and ends them.
 */
void bt_report_pictures(const struct bt_plot *plot, FILE *out, struct bt_err *missing);

/* What a document is called: "A: base.json", its name where it is the only one; buf: 128 bytes. */
const char *bt_report_name(const struct bt_report *report, unsigned document, char *buf,
			   size_t size);

/* Who was measured, a column for each document; then plans and warnings. */
void bt_report_machines(const struct bt_report *report, FILE *out);
void bt_report_plans(const struct bt_report *report, FILE *out);
void bt_report_warnings(const struct bt_report *report, FILE *out);
/* Of a document: medians in a few columns, then in full, then every repetition. */
void bt_report_overview(const struct bt_report *report, unsigned document, FILE *out);
void bt_report_medians(const struct bt_report *report, unsigned document, FILE *out);
void bt_report_repetitions(const struct bt_report *report, unsigned document, FILE *out);
/* Each document after the first against it, as `compare --force` does it. */
void bt_report_comparison(const struct bt_report *report, FILE *out);

/*
 * A table that scrolls by itself where the page is narrow, from its caption to the end; kind is a
 * class of the style: "" or "metrics".
 */
void bt_report_table(FILE *out, const char *kind, const char *caption);
void bt_report_table_end(FILE *out);

#endif
