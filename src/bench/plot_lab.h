/* SPDX-License-Identifier: GPL-2.0 */
/* What the panels of the lab have in common: which runs they show, as what, and their marks. */
#ifndef BT_PLOT_LAB_H
#define BT_PLOT_LAB_H

#include "bench/plot_data.h"
#include "lab/group.h"

#define BT_PLOT_LAB_LETTERS 34u	/* of a name in the legend */
#define BT_PLOT_LAB_RIGHT 285.0	/* room for it beside the axes */

/* The repetitions of one benchmark, mode and label in one document that count. */
struct bt_plot_group {
	unsigned document;
	const struct bt_lab_run *first;	/* of them */
	struct bt_lab_group of;
};

struct bt_plot_groups {
	struct bt_plot_group group[BT_PLOT_CURVES_MAX];
	unsigned count, more;
};

/* Those of benchmarks (1 << enum bt_lab_benchmark) that are shown, and whose first has() it. */
void bt_plot_groups(const struct bt_plot *plot, unsigned benchmarks,
		    bool (*has)(const struct bt_lab_run *run), struct bt_plot_groups *groups);
/* Groups of any benchmark that are shown. */
unsigned bt_plot_lab_groups(const struct bt_plot *plot);

/* Of the values of all repetitions; count 0: there are none. */
void bt_plot_group_statistics(const struct bt_plot_group *group,
			      const struct bt_lab_metric_kind *kind,
			      struct bt_lab_statistics *statistics);

static inline double bt_plot_cell(const struct bt_lab_table *table, size_t row, const char *column)
{
	return bt_lab_table_cell(table, row, bt_lab_table_column(table, column));
}

/* As a string of gnuplot, "B base-manual order=9"; and its colour. */
void bt_plot_group_name(const struct bt_plot *plot, const struct bt_plot_group *group, FILE *out);
const char *bt_plot_group_colour(const struct bt_plot *plot, const struct bt_plot_groups *groups,
				 unsigned index, char buf[8]);

/*
 * Axes with a legend beside them, so many lines above them and so many of text between them and
 * what is below: says, and how many groups are not shown.
 */
void bt_plot_lab_frame(const struct bt_plot_box *box, const struct bt_plot_groups *groups,
		       unsigned lines_above, unsigned lines_below, const char *says, FILE *out);
/* "plot" and what stands for each group in the legend; more may be appended. */
void bt_plot_lab_legend(const struct bt_plot *plot, const struct bt_plot_groups *groups,
			const char *style, FILE *out);

/* The panels. */
bool bt_plot_inflate_has(const struct bt_plot *plot);
void bt_plot_inflate_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);
bool bt_plot_stream_has(const struct bt_plot *plot);
void bt_plot_stream_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);
bool bt_plot_ftq_has(const struct bt_plot *plot);
void bt_plot_ftq_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);
bool bt_plot_footprint_has(const struct bt_plot *plot);
void bt_plot_footprint_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);
bool bt_plot_overview_has(const struct bt_plot *plot);
void bt_plot_overview_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);
bool bt_plot_multivm_has(const struct bt_plot *plot);
void bt_plot_multivm_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);

#endif
