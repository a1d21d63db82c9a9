/* SPDX-License-Identifier: GPL-2.0 */
/* What of the documents the panels of a plot show: configurations, curves, repetitions. */
#ifndef BT_PLOT_DATA_H
#define BT_PLOT_DATA_H

#include "bench/plot.h"
#include "bench/plot_text.h"
#include "bench/samples.h"
#include "bench/stats.h"

#define BT_PLOT_CONFIDENCE 0.95

/* The last part of the path a document came from. */
const char *bt_plot_name(const struct bt_result *result);

/* Configurations that are shown, by label, each once, in the order of the documents. */
struct bt_plot_labels {
	const char **label;
	unsigned count;
	/* "order" where every label is "order=..." and no more: the axis says it, not each tic. */
	char axis[32];
};
void bt_plot_labels(const struct bt_plot *plot, struct bt_plot_labels *labels);
void bt_plot_labels_free(struct bt_plot_labels *labels);
/* The label without what the axis says. */
const char *bt_plot_tic(const struct bt_plot_labels *labels, unsigned index);

/* NULL: the document has no such configuration. */
const struct bt_result_run *bt_plot_run(const struct bt_result *result, const char *label);
/* The one asked for, else the first that counts; NULL: the run has none. */
const struct bt_result_repetition *bt_plot_repetition(const struct bt_plot *plot,
						      const struct bt_result_run *run);
/* "; does not count: WHY" to be put after a caption, "" of one that counts. */
const char *bt_plot_flaw(const struct bt_result_repetition *repetition, char buf[192]);

/* Median of a metric's values with an interval; NaN where there are none (too few). */
struct bt_plot_median {
	double median;
	struct bt_ci ci;	/* NaN of fewer than BT_MEDIAN_CI_VALUES */
	double *values;		/* of the counted repetitions; caller frees */
	unsigned count;
};
void bt_plot_median(const struct bt_result_run *run, const struct bt_result_metric *metric,
		    struct bt_plot_median *median);
/* Some configuration that is shown has at least one value of it in that many documents. */
bool bt_plot_has(const struct bt_plot *plot, const struct bt_result_metric *metric,
		 unsigned documents);

/* Lines that a reader still tells apart; there may be `more`. */
#define BT_PLOT_CURVES_MAX 12u
struct bt_plot_curves {
	struct bt_plot_curve {
		unsigned document;
		const struct bt_result_run *run;
	} curve[BT_PLOT_CURVES_MAX];
	unsigned count, more;
};
void bt_plot_curves(const struct bt_plot *plot,
		    bool (*has)(const struct bt_plot *plot, const struct bt_result_run *run),
		    struct bt_plot_curves *curves);
/* Its name in the legend, as a string of gnuplot, and how many letters the longest has. */
void bt_plot_curve_name(const struct bt_plot *plot, const struct bt_plot_curve *curve, FILE *out);
unsigned bt_plot_curve_letters(const struct bt_plot *plot, const struct bt_plot_curves *curves);
/* Its colour, of one document by configuration, of several by document and then configuration. */
const char *bt_plot_curve_colour(const struct bt_plot *plot, const struct bt_plot_curves *curves,
				 unsigned index, char buf[8]);

/* The lines above the panels, into out (NULL: none are written; page may be NULL then). Returns their number. */
unsigned bt_plot_head(const struct bt_plot *plot, const struct bt_plot_box *page, FILE *out);
/* Of microbenchmarks: orders and numbers of threads that are shown. */
unsigned bt_plot_kbench_groups(const struct bt_plot *plot);

/* The panels, each in the file of its own sort. */
bool bt_plot_available_has(const struct bt_plot *plot);
void bt_plot_available_write(const struct bt_plot *plot, const struct bt_plot_box *box,
			     FILE *out);
bool bt_plot_latency_has(const struct bt_plot *plot);
void bt_plot_latency_write(const struct bt_plot *plot, const struct bt_plot_box *box,
			     FILE *out);
bool bt_plot_heatmap_has(const struct bt_plot *plot);
void bt_plot_heatmap_write(const struct bt_plot *plot, const struct bt_plot_box *box,
			     FILE *out);
bool bt_plot_rate_has(const struct bt_plot *plot);
void bt_plot_rate_write(const struct bt_plot *plot, const struct bt_plot_box *box,
			     FILE *out);
bool bt_plot_compare_has(const struct bt_plot *plot);
void bt_plot_compare_write(const struct bt_plot *plot, const struct bt_plot_box *box,
			     FILE *out);
bool bt_plot_averages_has(const struct bt_plot *plot);
void bt_plot_averages_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);
bool bt_plot_iterations_has(const struct bt_plot *plot);
void bt_plot_iterations_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);
bool bt_plot_frames_has(const struct bt_plot *plot);
void bt_plot_frames_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);

#endif
