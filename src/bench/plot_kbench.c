// SPDX-License-Identifier: GPL-2.0
/* Panels of microbenchmarks: averages by order and threads, and over the iterations. */
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plot_data.h"

#define CLUSTER 0.8		/* of the way to the next one */
#define SLANT_FROM 8u		/* labels: so many run into each other */
#define NAME_LETTERS 30u
#define TICS_OF_ALL 12u		/* iterations: so few have a tic each */

enum series { SERIES_GET, SERIES_PUT, SERIES_FRAMES };

/* An order and number of threads of one document. */
struct curve {
	const struct bt_kbench *result;
	unsigned document, order, threads;
};

struct curves {
	struct curve curve[BT_PLOT_CURVES_MAX];
	unsigned count, more;
};

/* ---- which ones --------------------------------------------------------------------------- */

static bool shown(const struct bt_plot *plot, const struct bt_kbench_group *group)
{
	char label[64];

	snprintf(label, sizeof(label), "order=%u threads=%u", group->order, group->threads);
	return !plot->run || !fnmatch(plot->run, label, 0);
}

static bool has_group(const struct bt_kbench *result, const struct bt_kbench_group *group)
{
	for (unsigned i = 0; i < result->group_count; i++) {
		if (result->groups[i].order == group->order &&
		    result->groups[i].threads == group->threads)
			return true;
	}
	return false;
}

static void add_curve(struct curves *curves, const struct bt_kbench *result, unsigned document,
		      const struct bt_kbench_group *group)
{
	if (curves->count == BT_PLOT_CURVES_MAX)
		curves->more++;
	else
		curves->curve[curves->count++] = (struct curve){
			.result = result, .document = document, .order = group->order,
			.threads = group->threads,
		};
}

/* Of all documents that have it, side by side: it is what they are compared by. */
static void add_group(const struct bt_plot *plot, struct curves *curves, unsigned document,
		      const struct bt_kbench_group *group)
{
	for (unsigned d = 0; d < document; d++) {
		if (has_group(plot->kbenches[d], group))
			return; /* it is there already */
	}
	for (unsigned d = document; d < plot->count; d++) {
		if (has_group(plot->kbenches[d], group))
			add_curve(curves, plot->kbenches[d], d, group);
	}
}

static void find_curves(const struct bt_plot *plot, struct curves *curves)
{
	*curves = (struct curves){ .count = 0 };
	for (unsigned d = 0; plot->kbenches && d < plot->count; d++) {
		const struct bt_kbench *result = plot->kbenches[d];

		for (unsigned g = 0; g < result->group_count; g++) {
			if (shown(plot, &result->groups[g]))
				add_group(plot, curves, d, &result->groups[g]);
		}
	}
}

unsigned bt_plot_kbench_groups(const struct bt_plot *plot)
{
	struct curves curves;

	find_curves(plot, &curves);
	return curves.count + curves.more;
}

static double value_of(const struct bt_kbench_row *row, enum series series)
{
	const uint64_t values[] = {
		[SERIES_GET] = row->get.avg_ns, [SERIES_PUT] = row->put.avg_ns,
		[SERIES_FRAMES] = row->free_frames,
	};

	return values[series] == BT_UNKNOWN ? NAN : (double)values[series];
}

static bool is_of(const struct bt_kbench_row *row, const struct curve *curve)
{
	return row->order == curve->order && row->threads == curve->threads;
}

/* Values of a curve that are known. */
static unsigned count_of(const struct curve *curve, enum series series)
{
	unsigned count = 0;

	for (unsigned i = 0; i < curve->result->row_count; i++)
		count += is_of(&curve->result->rows[i], curve) &&
			 !isnan(value_of(&curve->result->rows[i], series));
	return count;
}

static bool has(const struct bt_plot *plot, enum series series, unsigned values)
{
	struct curves curves;

	find_curves(plot, &curves);
	for (unsigned i = 0; i < curves.count; i++) {
		if (count_of(&curves.curve[i], series) >= values)
			return true;
	}
	return false;
}

/* "B  order 0, 2 threads" */
static void put_name(const struct bt_plot *plot, const struct curve *curve, FILE *out)
{
	char letter[4] = "";

	if (plot->count > 1)
		snprintf(letter, sizeof(letter), "%c  ", bt_samples_letter(curve->document));
	bt_plot_quote_format(out, NAME_LETTERS, "%sorder %u, x%u", letter, curve->order,
			     curve->threads);
}

/* Of one document by its place, of several by document. */
static const char *colour_of(const struct bt_plot *plot, const struct curves *curves,
			     unsigned index, char buf[8])
{
	unsigned before = 0, all = 0;

	if (plot->count == 1)
		return bt_plot_ramp_colour(index, curves->count, buf);
	for (unsigned i = 0; i < curves->count; i++) {
		bool same = curves->curve[i].document == curves->curve[index].document;

		all += same;
		before += same && i < index;
	}
	return bt_plot_hue_colour(curves->curve[index].document,
				  all > 1 ? 0.3 + 0.7 * before / (all - 1) : 1, buf);
}

/* ---- over the iterations ------------------------------------------------------------------ */

static double put_curve(const struct curve *curve, enum series series, FILE *out)
{
	double highest = 0;

	for (unsigned i = 0; i < curve->result->row_count; i++) {
		const struct bt_kbench_row *row = &curve->result->rows[i];
		double value = value_of(row, series);

		if (!is_of(row, curve) || isnan(value))
			continue;
		fprintf(out, "%u %.10g\n", row->iteration + 1, value);
		highest = fmax(highest, value);
	}
	return highest;
}

static void put_frame(const struct bt_plot_box *box, const struct curves *curves, FILE *out)
{
	const double right = 250;
	char caption[128];

	bt_plot_frame(out, box, &(struct bt_plot_margins){ .right = right, .below = 60 });
	fprintf(out, "set key at screen %.6g,%.6g left top Left reverse vertical maxcols 1\n",
		(box->left + box->width - (right - 12) * box->zoom) / box->page_width,
		(box->bottom + box->height - 46 * box->zoom) / box->page_height);
	snprintf(caption, sizeof(caption), curves->more ? "iteration; %u more are not shown (--run)" :
		 "iteration", curves->more);
	bt_plot_caption(out, box, caption);
}

/* Of two series the second one is dashed. */
static const struct {
	const char *dash, *name;
} sorts[] = { { "1", "get" }, { "'-'", "put" } };

/* The colours, then what is dashed. */
static void put_legend(const struct bt_plot *plot, const struct curves *curves, unsigned count,
		       FILE *out)
{
	char colour[8];

	for (unsigned i = 0; i < curves->count; i++) {
		fprintf(out, "%skeyentry with lines linecolor rgb '%s' linewidth 2 title ",
			i ? ", \\\n\t" : "plot ", colour_of(plot, curves, i, colour));
		put_name(plot, &curves->curve[i], out);
	}
	for (unsigned i = 0; count > 1 && i < count; i++)
		fprintf(out, ", \\\n\tkeyentry with lines dashtype %s linecolor rgb 'black' title "
			"'%s'", sorts[i].dash, sorts[i].name);
}

/* Lines of one or two series. */
static void write_lines(const struct bt_plot *plot, const struct bt_plot_box *box,
			const enum series *series, unsigned count, const char *axis, FILE *out)
{
	bool pair = plot->kbenches[0]->plan.kind == BT_KBENCH_REPEAT;
	struct curves curves;
	double highest = 0;
	char colour[8];

	find_curves(plot, &curves);
	count = pair ? 1 : count;
	for (unsigned i = 0; i < curves.count * count; i++) {
		fprintf(out, "$curve%u << EOD\n", i);
		highest = fmax(highest, put_curve(&curves.curve[i / count], series[i % count], out));
		fputs("EOD\n", out);
	}
	put_frame(box, &curves, out);
	fprintf(out, "set ylabel '%s'\nset yrange [0:%.10g]\nset xrange [0.5:*]\n", axis,
		fmax(highest, 1) * 1.05);
	if (plot->kbenches[0]->plan.iterations <= TICS_OF_ALL)
		fputs("set xtics 1\n", out);
	put_legend(plot, &curves, count, out);
	for (unsigned i = 0; i < curves.count * count; i++)
		fprintf(out, ", \\\n\t$curve%u using 1:2 with lines linewidth 2 dashtype %s linecolor "
			"rgb '%s' notitle", i, sorts[i % count].dash,
			colour_of(plot, &curves, i / count, colour));
	fputc('\n', out);
}

bool bt_plot_iterations_has(const struct bt_plot *plot)
{
	return has(plot, SERIES_GET, 2) || has(plot, SERIES_PUT, 2);
}

void bt_plot_iterations_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	static const enum series both[] = { SERIES_GET, SERIES_PUT };

	write_lines(plot, box, both, 2, "ns, average of the threads", out);
}

bool bt_plot_frames_has(const struct bt_plot *plot)
{
	return has(plot, SERIES_FRAMES, 2);
}

void bt_plot_frames_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	static const enum series frames[] = { SERIES_FRAMES };

	write_lines(plot, box, frames, 1, "free frames of 2 MiB", out);
}

/* ---- by order and threads ----------------------------------------------------------------- */

/* Median over the iterations, and the least and most of them. */
struct bar {
	double median, low, high;
};

static bool find_bar(const struct curve *curve, enum series series, struct bar *bar)
{
	unsigned count = count_of(curve, series), used = 0;
	double *values;

	*bar = (struct bar){ .low = INFINITY };
	if (!count)
		return false;
	values = bt_xcalloc(count, sizeof(*values));
	for (unsigned i = 0; i < curve->result->row_count; i++) {
		double value = value_of(&curve->result->rows[i], series);

		if (!is_of(&curve->result->rows[i], curve) || isnan(value))
			continue;
		values[used++] = value;
		bar->low = fmin(bar->low, value);
		bar->high = fmax(bar->high, value);
	}
	bar->median = bt_stats_median(values, count);
	free(values);
	return true;
}

static void put_tics(const struct bt_plot *plot, const struct curves *curves, FILE *out)
{
	fprintf(out, "set xrange [-0.6:%.10g]\nset xtics nomirror scale 0 %s (", curves->count - 0.4,
		curves->count > SLANT_FROM / 2 ? "rotate by 45 right" : "norotate");
	for (unsigned i = 0; i < curves->count; i++) {
		const struct curve *curve = &curves->curve[i];
		char letter[4] = "", text[64];

		if (plot->count > 1)
			snprintf(letter, sizeof(letter), "%c ", bt_samples_letter(curve->document));
		snprintf(text, sizeof(text), "%sorder %u, x%u", letter, curve->order, curve->threads);
		fputs(i ? ", " : "", out);
		bt_plot_quote_tic(out, text, NAME_LETTERS);
		fprintf(out, " %u", i);
	}
	fputs(")\n", out);
}

/* Bars of one series, returns the highest point. */
static double put_bars(const struct curves *curves, unsigned index, unsigned count, FILE *out)
{
	double highest = 0, place = (index - (count - 1) / 2.0) * CLUSTER / count;
	struct bar bar;

	fprintf(out, "$bars%u << EOD\n", index);
	for (unsigned i = 0; i < curves->count; i++) {
		if (!find_bar(&curves->curve[i], index ? SERIES_PUT : SERIES_GET, &bar))
			continue;
		fprintf(out, "%.10g %.10g %.10g %.10g\n", i + place, bar.median, bar.low, bar.high);
		highest = fmax(highest, bar.high);
	}
	fputs("EOD\n", out);
	return highest;
}

bool bt_plot_averages_has(const struct bt_plot *plot)
{
	return has(plot, SERIES_GET, 1) || has(plot, SERIES_PUT, 1);
}

void bt_plot_averages_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	static const char *const names[] = { "get", "put" };
	bool pair = plot->kbenches[0]->plan.kind == BT_KBENCH_REPEAT;
	unsigned count = pair ? 1 : BT_ARRAY_SIZE(names);
	struct curves curves;
	double highest = 1;
	char colour[8];

	find_curves(plot, &curves);
	for (unsigned i = 0; i < count; i++)
		highest = fmax(highest, put_bars(&curves, i, count, out));
	bt_plot_frame(out, box, &(struct bt_plot_margins){
			      .right = 16, .below = curves.count > SLANT_FROM / 2 ? 140 : 60,
			      .legend_lines = 1 });
	put_tics(plot, &curves, out);
	bt_plot_caption(out, box, "medians of the iterations' averages; lines: the least and the most "
			"of them");
	fprintf(out, "set key horizontal maxrows 1\nset ylabel 'ns'\nset yrange [0:%.10g]\n",
		highest * 1.05);
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "%s$bars%u using 1:2:(%.10g) with boxes fillcolor rgb '%s' title '%s', "
			"\\\n\t$bars%u using 1:3:(0):($4 - $3) with vectors heads size screen 0.004,90 "
			"nofilled linewidth 1.5 linecolor rgb 'black' notitle", i ? ", \\\n\t" : "plot ",
			i, CLUSTER / count * 0.92, bt_plot_hue_colour(i, 1, colour),
			pair ? "pair" : names[i], i);
	fputc('\n', out);
}
