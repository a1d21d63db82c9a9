// SPDX-License-Identifier: GPL-2.0
/* Panels of the lab with bars: speeds of inflate, and what compiling took altogether. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plot_lab.h"
#include "lab/reference.h"

#define CLUSTER 0.84		/* of the way to the next one */
#define WORDS_MAX 24u		/* bars: so many have room for their number */
#define GIB (1024.0 * 1024 * 1024)
#define TITLE "title '" BT_LAB_REFERENCE_NAME "'"

static bool always(const struct bt_lab_run *run)
{
	(void)run;
	return true;
}

/* One number of the bars, in the unit of its axis. */
struct amount {
	const char *metric, *name;	/* name: below the axis, with gnuplot's \n */
	double unit;
};

static double bar_x(const struct bt_plot_groups *groups, unsigned cluster, unsigned index)
{
	return cluster + (index - (groups->count - 1) / 2.0) * CLUSTER / groups->count;
}

/* Mean with its interval; NaN where there is none. */
struct bar {
	double x, mean, low, high;
};

static bool find_bar(const struct bt_plot_groups *groups, unsigned cluster, unsigned index,
		     const struct amount *amount, struct bar *bar)
{
	struct bt_lab_statistics s;

	bt_plot_group_statistics(&groups->group[index], bt_lab_metric_kind_find(amount->metric),
				 &s);
	*bar = (struct bar){ .x = bar_x(groups, cluster, index),
			     .mean = s.summary.mean / amount->unit,
			     .low = s.mean_ci.low / amount->unit,
			     .high = s.mean_ci.high / amount->unit };
	return s.summary.count > 0;
}

static void put_bar(const struct bar *bar, FILE *out)
{
	fprintf(out, "%.10g %.10g", bar->x, bar->mean);
	if (isnan(bar->low))
		fputs(" NaN NaN", out);
	else
		fprintf(out, " %.10g %.10g", bar->low, bar->high);
}

/* Whiskers are arrows with flat heads: gnuplot's error bars bring a point that hides the bar. */
static void put_bars(const char *before, const char *data, double width, const char *colour,
		     FILE *out)
{
	fprintf(out, "%s%s using 1:2:(%.10g) with boxes fillcolor rgb '%s' notitle, \\\n"
		"\t%s using 1:3:(0):($4 - $3) with vectors heads size screen 0.004,90 nofilled "
		"linewidth 1.5 linecolor rgb 'black' notitle", before, data, width, colour, data);
}

struct range {
	double low, high;
};

static void widen(struct range *range, double value)
{
	if (value > 0) {
		range->low = fmin(range->low, value);
		range->high = fmax(range->high, value);
	}
}

/* What was published of the modes that are shown, as wide as their bars; returns how many. */
static unsigned put_references(const struct bt_plot_groups *groups, unsigned cluster,
			       const struct amount *amount, struct range *range, FILE *out)
{
	unsigned count = 0;

	for (unsigned i = 0; i < groups->count; i++) {
		const struct bt_lab_run *run = groups->group[i].first;
		double value = bt_lab_reference(run->benchmark, run->mode, run->label,
						amount->metric) / amount->unit;

		if (isnan(value))
			continue;
		fprintf(out, "%.10g %.10g %.10g\n", bar_x(groups, cluster, i), value,
			CLUSTER / groups->count * 0.46);
		widen(range, value);
		count++;
	}
	return count;
}

static void draw_references(const char *data, const char *title, FILE *out)
{
	fprintf(out, ", \\\n\t%s using 1:2:3 with xerrorbars pointtype 4 pointsize 0.4 linewidth 2 "
		"linecolor rgb '#d0004f' %s", data, title);
}

/* ---- inflate ------------------------------------------------------------------------------ */

static const struct amount speeds[] = {
	{ "shrink_bytes_per_s", "shrink", GIB },
	{ "grow_bytes_per_s", "grow", GIB },
	{ "install_bytes_per_s", "install", GIB },
	{ "return_install_bytes_per_s", "grow and\\ninstall", GIB },
};

bool bt_plot_inflate_has(const struct bt_plot *plot)
{
	struct bt_plot_groups groups;

	bt_plot_groups(plot, 1u << BT_LAB_INFLATE, always, &groups);
	return groups.count > 0;
}

/* So that three digits are seen, or what is before the point. */
static int decimals(double value)
{
	return (int)fmax(0, 2 - floor(log10(value)));
}

static void find_range(const struct bt_plot_groups *groups, struct range *range)
{
	struct bar bar;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(speeds) * groups->count; i++) {
		if (!find_bar(groups, i / groups->count, i % groups->count,
			      &speeds[i / groups->count], &bar))
			continue;
		widen(range, bar.mean);
		widen(range, bar.low);
		widen(range, bar.high);
	}
}

/* A power of ten, a step below the lowest bar, which would have no height otherwise. */
static int bottom_of(const struct range *range)
{
	return (int)floor(log10(range->low / 1.5));
}

/* The interval of a mean can reach below 0: it ends where the axis does. */
static void put_speeds(const struct bt_plot_groups *groups, unsigned index,
		       const struct range *range, FILE *out)
{
	struct bar bar;

	fprintf(out, "$bars%u << EOD\n", index);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(speeds); i++) {
		if (!find_bar(groups, i, index, &speeds[i], &bar) || !(bar.mean > 0))
			continue;
		if (!isnan(bar.low))
			bar.low = fmax(bar.low, pow(10, bottom_of(range)));
		put_bar(&bar, out);
		fprintf(out, " %.*f\n", decimals(bar.mean), bar.mean);
	}
	fputs("EOD\n", out);
}

/* What was published of the modes that are shown, where they stand. */
static unsigned put_published(const struct bt_plot_groups *groups, struct range *range, FILE *out)
{
	unsigned count = 0;

	fputs("$published << EOD\n", out);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(speeds); i++)
		count += put_references(groups, i, &speeds[i], range, out);
	fputs("EOD\n", out);
	return count;
}

static void put_speed_axis(const struct range *range, FILE *out)
{
	int first = bottom_of(range), last = (int)ceil(log10(range->high * 1.5));

	fprintf(out, "set logscale y\nset yrange [1e%d:1e%d]\nset ylabel 'GiB/s'\n"
		"set ytics nomirror (", first, last);
	for (int power = first; power <= last; power++) {
		fprintf(out, "%s'%.10g' 1e%d", power > first ? ", " : "", pow(10, power), power);
		for (unsigned digit = 2; digit < 10 && power < last; digit++)
			fprintf(out, ", '' %ue%d 1", digit, power);
	}
	fprintf(out, ")\nset xrange [-0.6:%.10g]\nset xtics nomirror scale 0 (",
		BT_ARRAY_SIZE(speeds) - 0.4);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(speeds); i++)
		fprintf(out, "%s\"%s\" %u", i ? ", " : "", speeds[i].name, i);
	fputs(")\n", out);
}

void bt_plot_inflate_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	struct range range = { INFINITY, 0 };
	struct bt_plot_groups groups;
	unsigned published = 0;
	char name[24], colour[8];

	bt_plot_groups(plot, 1u << BT_LAB_INFLATE, always, &groups);
	find_range(&groups, &range);
	if (plot->published)
		published = put_published(&groups, &range, out);
	if (!(range.high > 0))
		range = (struct range){ 1, 10 };
	for (unsigned i = 0; i < groups.count; i++)
		put_speeds(&groups, i, &range, out);
	bt_plot_lab_frame(box, &groups, 1, 2,
			  "means of the iterations' speeds, 95 percent intervals (Student's t)",
			  out);
	put_speed_axis(&range, out);
	bt_plot_lab_legend(plot, &groups, "boxes", out);
	for (unsigned i = 0; i < groups.count; i++) {
		snprintf(name, sizeof(name), "$bars%u", i);
		put_bars(", \\\n\t", name, CLUSTER / groups.count * 0.94,
			 bt_plot_group_colour(plot, &groups, i, colour), out);
		/* What was published stands where the numbers would. */
		if (published || groups.count * BT_ARRAY_SIZE(speeds) > WORDS_MAX)
			continue;
		fprintf(out, ", \\\n\t%s using 1:(valid(4) && $4 > $2 ? $4 : $2):5 with labels "
			"rotate by 90 left offset 0,0.5", name);
		bt_plot_font(out, box, 11);
		fputs("notitle", out);
	}
	if (published)
		draw_references("$published", TITLE, out);
	fputc('\n', out);
}

/* ---- overview ----------------------------------------------------------------------------- */

static const struct amount totals[] = {
	{ "footprint_gib_min", "footprint,\\nGiB min", 1 },
	{ "runtime_ns", "runtime,\\nmin", 60e9 },
	{ "cpu_user_ns", "CPU user,\\nmin", 60e9 },
	{ "cpu_system_ns", "CPU system,\\nmin", 60e9 },
};

bool bt_plot_overview_has(const struct bt_plot *plot)
{
	struct bt_plot_groups groups;

	bt_plot_groups(plot, 1u << BT_LAB_COMPILING, always, &groups);
	return groups.count > 0;
}

/* Each number has an axis of its own: all are small plots side by side. */
static void set_place(const struct bt_plot_box *box, unsigned index, FILE *out)
{
	double left = 60, all = box->width / box->zoom - BT_PLOT_LAB_RIGHT;
	double width = all / BT_ARRAY_SIZE(totals);
	double from = box->left + (width * index + left) * box->zoom;
	double to = box->left + (width * (index + 1) - 8) * box->zoom;

	fprintf(out, "set lmargin at screen %.6g\nset rmargin at screen %.6g\n",
		from / box->page_width, to / box->page_width);
}

static void put_total(const struct bt_plot *plot, const struct bt_plot_box *box,
		      const struct bt_plot_groups *groups, unsigned which, FILE *out)
{
	struct range range = { INFINITY, 0 };
	unsigned published = 0;
	struct bar bar;
	char name[24], colour[8];

	for (unsigned i = 0; i < groups->count; i++) {
		fprintf(out, "$total%u_%u << EOD\n", which, i);
		if (find_bar(groups, 0, i, &totals[which], &bar)) {
			put_bar(&bar, out);
			fputc('\n', out);
			widen(&range, bar.mean);
			widen(&range, bar.high);
		} else {
			fputs("NaN NaN NaN NaN\n", out);
		}
		fputs("EOD\n", out);
	}
	if (plot->published) {
		fprintf(out, "$published%u << EOD\n", which);
		published = put_references(groups, 0, &totals[which], &range, out);
		fputs("EOD\n", out);
	}
	set_place(box, which, out);
	fprintf(out, "set xrange [-0.5:0.5]\nset xtics scale 0 (\"%s\" 0)\nset yrange [0:%.10g]\n",
		totals[which].name, range.high > 0 ? range.high * 1.08 : 1);
	if (!which)
		bt_plot_lab_legend(plot, groups, "boxes", out);
	for (unsigned i = 0; i < groups->count; i++) {
		snprintf(name, sizeof(name), "$total%u_%u", which, i);
		put_bars(which || i ? i ? ", \\\n\t" : "plot " : ", \\\n\t", name,
			 CLUSTER / groups->count * 0.94,
			 bt_plot_group_colour(plot, groups, i, colour), out);
	}
	snprintf(name, sizeof(name), "$published%u", which);
	if (published)
		draw_references(name, which ? "notitle" : TITLE, out);
	fputc('\n', out);
}

void bt_plot_overview_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	struct bt_plot_groups groups;

	bt_plot_groups(plot, 1u << BT_LAB_COMPILING, always, &groups);
	bt_plot_lab_frame(box, &groups, 0, 2,
			  "means of the runs, 95 percent intervals (Student's t)", out);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(totals); i++) {
		put_total(plot, box, &groups, i, out);
		if (!i) /* texts are drawn once */
			fputs("unset label\nset key off\n", out);
	}
}
