// SPDX-License-Identifier: GPL-2.0
/* Panels of bars: a cluster for each configuration, in it a bar for each series. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/plot_data.h"
#include "bench/plot_text.h"

#define CLUSTER 0.8		/* of the way to the next one */
#define SERIES_MAX (2 * BT_PLOT_DOCUMENTS_MAX)
#define TIC_LETTERS 20u		/* of a label below the axis */
#define LETTER 8.0		/* pixels of one, about */

/* One bar: where it is and what it says, in the unit of the axis. */
struct bar {
	double x, height, low, high;
	bool known, sure;		/* sure: there is an interval */
};

struct bars {
	struct bt_plot_labels labels;
	unsigned series;
	unsigned known, sure;		/* bars so far, and those of them with an interval */
};

static double bar_width(const struct bars *bars)
{
	return CLUSTER / bars->series;
}

static double bar_x(const struct bars *bars, unsigned label, unsigned series)
{
	return label + (series - (bars->series - 1) / 2.0) * bar_width(bars);
}

static void put_bar(FILE *out, struct bars *bars, const struct bar *bar)
{
	if (!bar->known)
		return;
	bars->known++;
	bars->sure += bar->sure;
	fprintf(out, "%.10g %.10g ", bar->x, bar->height);
	if (bar->sure)
		fprintf(out, "%.10g %.10g\n", bar->low, bar->high);
	else
		fputs("NaN NaN\n", out);
}

/* What a caption says of the whiskers, once the bars are there. */
static const char *text_sure(const struct bars *bars, const char *all)
{
	if (bars->sure == bars->known)
		return all;
	return bars->sure ? ", 95 percent intervals where there are enough repetitions" :
			    ", no interval: too few repetitions";
}

static unsigned longest_tic(const struct bt_plot_labels *labels)
{
	unsigned longest = 0;

	for (unsigned i = 0; i < labels->count; i++) {
		unsigned length = (unsigned)strlen(bt_plot_tic(labels, i));

		longest = length > longest ? length : longest;
	}
	return longest < TIC_LETTERS ? longest : TIC_LETTERS;
}

/* Labels stand slanted where they would run into each other. */
static void put_x_axis(FILE *out, const struct bars *bars, const struct bt_plot_box *box,
		       unsigned legend_lines, const char *says)
{
	const struct bt_plot_labels *labels = &bars->labels;
	unsigned longest = longest_tic(labels);
	bool slanted = labels->count * (longest + 1) * LETTER > box->width / box->zoom - 120;
	char caption[128];

	bt_plot_frame(out, box, &(struct bt_plot_margins){
			      .right = 16, .below = slanted ? 50 + longest * LETTER * 0.7 : 60,
			      .legend_lines = legend_lines });
	fprintf(out, "set key horizontal maxrows %u\nset xrange [-0.6:%.10g]\n"
		"set xtics nomirror scale 0 %s (", legend_lines, labels->count - 0.4,
		slanted ? "rotate by 45 right" : "norotate");
	for (unsigned i = 0; i < labels->count; i++) {
		fputs(i ? ", " : "", out);
		bt_plot_quote_tic(out, bt_plot_tic(labels, i), TIC_LETTERS);
		fprintf(out, " %u", i);
	}
	fputs(")\n", out);
	snprintf(caption, sizeof(caption), "%s%s%s", labels->axis,
		 labels->axis[0] ? "  \u2014  " : "", says);
	bt_plot_caption(out, box, caption);
}

/* Whiskers are arrows with flat heads: gnuplot's error bars bring a point that hides the bar. */
static void put_bars(FILE *out, unsigned series, const struct bars *bars, const char *colour,
		     const char *before)
{
	fprintf(out, "%s$bars%u using 1:2:(%.10g) with boxes fillcolor rgb '%s' title NAME%u, \\\n"
		"\t$bars%u using 1:3:(0):($4 - $3) with vectors heads size screen 0.004,90 "
		"nofilled linewidth 1.5 linecolor rgb 'black' notitle", before, series,
		bar_width(bars) * 0.92, colour, series, series);
}

static void put_name(FILE *out, unsigned series, unsigned document, unsigned documents,
		     const char *what)
{
	fprintf(out, "NAME%u = ", series);
	if (documents > 1)
		bt_plot_quote_format(out, 40, "%c %s", bt_samples_letter(document), what);
	else
		bt_plot_quote(out, what, 40);
	fputc('\n', out);
}

/* ---- available ---------------------------------------------------------------------------- */

static const struct {
	const char *metric, *name;
} states[2] = {
	{ "idle_available_bytes", "idle" },
	{ "antagonized_available_bytes", "antagonized" },
};

bool bt_plot_available_has(const struct bt_plot *plot)
{
	return bt_plot_has(plot, bt_result_metric_find(states[0].metric), 1) ||
	       bt_plot_has(plot, bt_result_metric_find(states[1].metric), 1);
}

typedef void (*each_median_t)(FILE *out, struct bars *bars, unsigned label, unsigned series,
			      const struct bt_plot_median *median, double *context);

/* Medians of one series: a document in one state. */
static void each_median(const struct bt_plot *plot, struct bars *bars, unsigned series,
			each_median_t each, FILE *out, double *context)
{
	const struct bt_result_metric *metric = bt_result_metric_find(states[series % 2].metric);

	for (unsigned i = 0; i < bars->labels.count; i++) {
		const struct bt_result_run *run = bt_plot_run(plot->results[series / 2],
							      bars->labels.label[i]);
		struct bt_plot_median median;

		bt_plot_median(run, metric, &median);
		each(out, bars, i, series, &median, context);
		free(median.values);
	}
}

static void find_highest(FILE *out, struct bars *bars, unsigned label, unsigned series,
			 const struct bt_plot_median *median, double *highest)
{
	(void)out, (void)bars, (void)label, (void)series;
	for (unsigned i = 0; i < median->count; i++)
		*highest = fmax(*highest, median->values[i]);
}

static void put_median(FILE *out, struct bars *bars, unsigned label, unsigned series,
		       const struct bt_plot_median *median, double *unit)
{
	put_bar(out, bars, &(struct bar){ .x = bar_x(bars, label, series),
				    .known = median->count > 0, .sure = !isnan(median->ci.low),
				    .height = median->median / *unit,
				    .low = median->ci.low / *unit,
				    .high = median->ci.high / *unit });
}

/* The repetitions as dots, side by side so that equal ones are seen. */
static void put_dots(FILE *out, struct bars *bars, unsigned label, unsigned series,
		     const struct bt_plot_median *median, double *unit)
{
	double step = bar_width(bars) * 0.6 / (median->count ? median->count : 1);

	for (unsigned i = 0; i < median->count; i++)
		fprintf(out, "%.10g %.10g\n",
			bar_x(bars, label, series) + (i - (median->count - 1) / 2.0) * step,
			median->values[i] / *unit);
}

void bt_plot_available_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	struct bars bars = { .series = 2 * plot->count };
	double highest = 0, unit;
	const char *name;
	char colour[8], says[96];

	bt_plot_labels(plot, &bars.labels);
	for (unsigned i = 0; i < bars.series; i++)
		each_median(plot, &bars, i, find_highest, out, &highest);
	unit = bt_plot_byte_unit(highest, &name);
	fputs("$dots << EOD\n", out);
	for (unsigned i = 0; i < bars.series; i++)
		each_median(plot, &bars, i, put_dots, out, &unit);
	fputs("EOD\n", out);
	for (unsigned i = 0; i < bars.series; i++) {
		fprintf(out, "$bars%u << EOD\n", i);
		each_median(plot, &bars, i, put_median, out, &unit);
		fputs("EOD\n", out);
		put_name(out, i, i / 2, plot->count, states[i % 2].name);
	}
	snprintf(says, sizeof(says), "medians%s; dots: repetitions",
		 text_sure(&bars, " with 95 percent intervals (bootstrap)"));
	put_x_axis(out, &bars, box, 2, says);
	fprintf(out, "set ylabel '%s'\nset yrange [0:%.10g]\n", name,
		fmax(highest, 1) / unit * 1.05);
	for (unsigned i = 0; i < bars.series; i++)
		put_bars(out, i, &bars, bt_plot_hue_colour(i / 2, i % 2, colour),
			 i ? ", \\\n\t" : "plot ");
	fputs(", \\\n\t$dots using 1:2 with points pointtype 6 pointsize 0.5 linecolor rgb "
	      "'black' notitle\n", out);
	bt_plot_labels_free(&bars.labels);
}

/* ---- compare ------------------------------------------------------------------------------ */

/* What is compared when nobody said: the first of these that two documents have. */
static const char *const usual_metrics[] = {
	"allocs_per_s", "antagonized_available_bytes", "antagonized_allocs_per_s",
	"alloc_p99_ns", "idle_available_bytes",
};

static const struct bt_result_metric *compared(const struct bt_plot *plot)
{
	if (plot->metric)
		return bt_result_metric_find(plot->metric);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(usual_metrics); i++) {
		const struct bt_result_metric *metric = bt_result_metric_find(usual_metrics[i]);

		if (metric && bt_plot_has(plot, metric, 2))
			return metric;
	}
	return NULL;
}

bool bt_plot_compare_has(const struct bt_plot *plot)
{
	const struct bt_result_metric *metric = plot->count > 1 ? compared(plot) : NULL;

	return metric && bt_plot_has(plot, metric, 2);
}

static void fill_series(const struct bt_result_run *run, const struct bt_result_metric *metric,
			struct bt_samples_series *series)
{
	*series = (struct bt_samples_series){ .unit = metric->unit, .better = metric->better,
					      .edges = metric->latency };
	if (!run)
		return;
	series->values = bt_xcalloc(run->repetition_count, sizeof(double));
	series->count = bt_result_values(run, metric, series->values);
}

/* In percent of the first document's median; the interval is there where `compare` has one. */
static struct bar difference(const struct bt_plot *plot, const struct bars *bars, unsigned label,
			     unsigned document, const struct bt_result_metric *metric)
{
	const char *name = bars->labels.label[label];
	struct bt_samples_series base, other;
	struct bt_compare_row row;
	const struct bt_difference *result = &row.difference;

	fill_series(bt_plot_run(plot->results[0], name), metric, &base);
	fill_series(bt_plot_run(plot->results[document], name), metric, &other);
	bt_compare_series(&bt_compare_defaults, &base, &other, &row);
	free(base.values);
	free(other.values);
	return (struct bar){ .x = bar_x(bars, label, document - 1), .height = 100 * result->ratio,
			     .low = 100 * result->ratio_ci.low,
			     .high = 100 * result->ratio_ci.high,
			     .known = !isnan(result->ratio),
			     .sure = !isnan(result->ratio_ci.low) };
}

static void put_compared_names(const struct bt_plot *plot, const struct bt_plot_box *box,
			       const struct bt_result_metric *metric, FILE *out)
{
	static const char *const better[] = {
		[BT_BETTER_NEITHER] = "", [BT_BETTER_MORE] = ", up is better",
		[BT_BETTER_LESS] = ", down is better",
	};
	char title[128];

	snprintf(title, sizeof(title), "%s: difference from %c%s", metric->label,
		 bt_samples_letter(0), better[metric->better]);
	bt_plot_title(out, box, title);
	fputs("set ylabel ", out);
	bt_plot_quote_format(out, 80, "percent of the median of %c", bt_samples_letter(0));
	fputc('\n', out);
	for (unsigned i = 1; i < plot->count; i++)
		put_name(out, i - 1, i, plot->count, bt_plot_name(plot->results[i]));
}

void bt_plot_compare_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	const struct bt_result_metric *metric = compared(plot);
	struct bars bars = { .series = plot->count - 1 };
	double low = 0, high = 0;
	char colour[8], says[96];

	bt_plot_labels(plot, &bars.labels);
	for (unsigned i = 0; i < bars.series; i++) {
		fprintf(out, "$bars%u << EOD\n", i);
		for (unsigned k = 0; k < bars.labels.count; k++) {
			struct bar bar = difference(plot, &bars, k, i + 1, metric);

			put_bar(out, &bars, &bar);
			/* fmin() and fmax() pass over what is NaN. */
			low = fmin(fmin(low, bar.height), bar.low);
			high = fmax(fmax(high, bar.height), bar.high);
		}
		fputs("EOD\n", out);
	}
	put_compared_names(plot, box, metric, out);
	snprintf(says, sizeof(says), "of medians%s",
		 text_sure(&bars, ", with 95 percent intervals (bootstrap of both sides)"));
	put_x_axis(out, &bars, box, 1, says);
	fprintf(out, "set yrange [%.10g:%.10g]\nset xzeroaxis linetype -1 linewidth 1.5\n",
		1.1 * fmin(low, -1), 1.1 * fmax(high, 1));
	for (unsigned i = 0; i < bars.series; i++)
		put_bars(out, i, &bars, bt_plot_hue_colour(i + 1, 1, colour),
			 i ? ", \\\n\t" : "plot ");
	fputc('\n', out);
	bt_plot_labels_free(&bars.labels);
}
