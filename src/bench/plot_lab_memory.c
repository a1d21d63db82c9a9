// SPDX-License-Identifier: GPL-2.0
/* Panels of the lab with memory over time: of a guest that compiles, and of several. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plot_lab.h"
#include "bench/plot_phase.h"
#include "lab/curve.h"

#define LINE_POINTS 600u	/* of a line or an area: what a panel has room for */
#define SPANS_MAX 12u
#define NS_PER_S 1e9

/* ---- of one guest ------------------------------------------------------------------------- */

static bool has_samples(const struct bt_lab_run *run)
{
	struct bt_lab_curve curve;
	bool has;

	bt_lab_curve(run, "rss_bytes", 0, &curve);
	has = curve.count > 1;
	bt_lab_curve_free(&curve);
	return has;
}

static double last_ns(const struct bt_lab_run *run)
{
	double last = 0;

	for (unsigned vm = 0; vm < bt_lab_guests(run); vm++) {
		struct bt_lab_curve curve;

		bt_lab_curve(run, "rss_bytes", vm, &curve);
		if (curve.count)
			last = fmax(last, curve.time_ns[curve.count - 1]);
		bt_lab_curve_free(&curve);
	}
	return last;
}

/* "min" where it is long. */
static double time_unit(double ns, const char **name)
{
	*name = ns > 300 * NS_PER_S ? "minutes" : "seconds";
	return ns > 300 * NS_PER_S ? 60 * NS_PER_S : NS_PER_S;
}

/* The marks of a guest whose kind is a phase, in the panel's unit of time. */
static void put_phases(const struct bt_lab_run *run, const struct bt_plot_box *box, double unit,
		       double length, FILE *out)
{
	static const char *const phases[] = { "build", "delay", "clean", "drop" };
	struct bt_plot_span spans[SPANS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < run->mark_count && count < SPANS_MAX; i++) {
		for (unsigned k = 0; k < BT_ARRAY_SIZE(phases); k++) {
			if (count < SPANS_MAX && !run->marks[i].vm &&
			    !strcmp(run->marks[i].kind, phases[k]))
				spans[count++] = (struct bt_plot_span){
					run->marks[i].begin_ns / unit, phases[k] };
		}
	}
	bt_plot_spans_write(spans, count, length, box, out);
}

/* What one run's memory is made of: a column, or what is not in others. */
static const struct {
	const char *plus, *minus, *minus_too, *name, *style;
} parts[] = {
	{ "rss_bytes", NULL, NULL, "resident (QEMU)", "linewidth 2.5 dashtype 1" },
	{ "total_bytes", "free_huge_bytes", NULL, "not in free huge blocks",
	  "linewidth 1.5 dashtype '-'" },
	{ "total_bytes", "free_huge_bytes", "free_small_bytes", "used",
	  "linewidth 1.5 dashtype '.-'" },
	{ "cached_bytes", NULL, NULL, "page cache", "linewidth 1.5 dashtype '.'" },
};

static double part_at(const struct bt_lab_run *run, unsigned part, size_t row)
{
	const struct bt_lab_table *samples = bt_lab_run_find_table(run, "samples");
	double value = bt_plot_cell(samples, row, parts[part].plus);

	if (parts[part].minus)
		value -= bt_plot_cell(samples, row, parts[part].minus);
	if (parts[part].minus_too)
		value -= bt_plot_cell(samples, row, parts[part].minus_too);
	return value;
}

/* Of the first guest; true: there are points. */
static bool put_part(const struct bt_lab_run *run, unsigned part, const char *data, double unit,
		     double time, FILE *out)
{
	const struct bt_lab_table *samples = bt_lab_run_find_table(run, "samples");
	size_t step = samples->rows / (2 * LINE_POINTS) + 1, known = 0;

	fprintf(out, "%s << EOD\n", data);
	for (size_t row = 0; row < samples->rows; row += step) {
		double value = part_at(run, part, row);

		if (isnan(value) || bt_plot_cell(samples, row, "vm") > 0)
			continue;
		fprintf(out, "%.6g %.6g\n", bt_plot_cell(samples, row, "time_ns") / time,
			value / unit);
		known++;
	}
	fputs("EOD\n", out);
	return known > 0;
}

static double highest_rss(const struct bt_plot_groups *groups)
{
	double highest = 1;

	for (unsigned i = 0; i < groups->count; i++)
		highest = fmax(highest, bt_lab_peak_bytes(groups->group[i].first, 0, INFINITY));
	return highest;
}

bool bt_plot_footprint_has(const struct bt_plot *plot)
{
	struct bt_plot_groups groups;

	bt_plot_groups(plot, 1u << BT_LAB_COMPILING, has_samples, &groups);
	return groups.count > 0;
}

/* One run: all parts of its memory. */
static void write_parts(const struct bt_lab_run *run, double unit, double time, FILE *out)
{
	bool first = true;
	char name[24], colour[8];

	for (unsigned i = 0; i < BT_ARRAY_SIZE(parts); i++) {
		snprintf(name, sizeof(name), "$part%u", i);
		put_part(run, i, name, unit, time, out);
	}
	for (unsigned i = 0; i < BT_ARRAY_SIZE(parts); i++) {
		snprintf(name, sizeof(name), "$part%u", i);
		fprintf(out, "%s%s using 1:2 with lines %s linecolor rgb '%s' title '%s'",
			first ? "plot " : ", \\\n\t", name, parts[i].style,
			bt_plot_ramp_colour(i, BT_ARRAY_SIZE(parts), colour), parts[i].name);
		first = false;
	}
	fputc('\n', out);
}

/* Several: of each what QEMU had. */
static void write_resident(const struct bt_plot *plot, const struct bt_plot_groups *groups,
			   double unit, double time, FILE *out)
{
	char name[24], colour[8];

	for (unsigned i = 0; i < groups->count; i++) {
		snprintf(name, sizeof(name), "$rss%u", i);
		put_part(groups->group[i].first, 0, name, unit, time, out);
	}
	bt_plot_lab_legend(plot, groups, "lines linewidth 2", out);
	for (unsigned i = 0; i < groups->count; i++)
		fprintf(out, ", \\\n\t$rss%u using 1:2 with lines linewidth 2 linecolor rgb '%s' "
			"notitle", i, bt_plot_group_colour(plot, groups, i, colour));
	fputc('\n', out);
}

void bt_plot_footprint_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	struct bt_plot_groups groups;
	double longest = 1, unit, time;
	const char *name, *time_name;
	char says[200];

	bt_plot_groups(plot, 1u << BT_LAB_COMPILING, has_samples, &groups);
	for (unsigned i = 0; i < groups.count; i++)
		longest = fmax(longest, last_ns(groups.group[i].first));
	unit = bt_plot_byte_unit(highest_rss(&groups), &name);
	time = time_unit(longest, &time_name);
	snprintf(says, sizeof(says), groups.count > 1 ?
		 "%s; resident memory of QEMU, first repetitions; phases of %.40s" :
		 "%s; first repetition of %.60s", time_name, groups.group[0].first->mode);
	bt_plot_lab_frame(box, &groups, 3, 1, says, out);
	put_phases(groups.group[0].first, box, time, longest / time, out);
	fprintf(out, "set ylabel '%s'\nset yrange [0:*]\nset xrange [0:%.10g]\n", name,
		longest / time);
	if (groups.count > 1)
		write_resident(plot, &groups, unit, time, out);
	else
		write_parts(groups.group[0].first, unit, time, out);
}

/* ---- several guests ----------------------------------------------------------------------- */

bool bt_plot_multivm_has(const struct bt_plot *plot)
{
	struct bt_plot_groups groups;

	bt_plot_groups(plot, 1u << BT_LAB_MULTIVM, has_samples, &groups);
	return groups.count > 0;
}

/* Columns: time, then the sum up to each guest; a guest without samples there adds nothing. */
static void put_sums(const struct bt_lab_run *run, unsigned guests, double end_ns, double unit,
		     double time, FILE *out)
{
	struct bt_lab_curve *curves = bt_xcalloc(guests, sizeof(*curves));

	for (unsigned vm = 0; vm < guests; vm++)
		bt_lab_curve(run, "rss_bytes", vm, &curves[vm]);
	fputs("$sums << EOD\n", out);
	for (unsigned i = 0; i <= LINE_POINTS; i++) {
		double at = end_ns * i / LINE_POINTS, sum = 0;

		fprintf(out, "%.6g 0", at / time);
		for (unsigned vm = 0; vm < guests; vm++) {
			double value = bt_lab_curve_at(&curves[vm], at);

			sum += isnan(value) ? 0 : value;
			fprintf(out, " %.6g", sum / unit);
		}
		fputc('\n', out);
	}
	fputs("EOD\n", out);
	for (unsigned vm = 0; vm < guests; vm++)
		bt_lab_curve_free(&curves[vm]);
	free(curves);
}

void bt_plot_multivm_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	const struct bt_lab_metric_kind *total = bt_lab_metric_kind_find("footprint_gib_min");
	struct bt_lab_statistics footprint;
	struct bt_plot_groups groups;
	const struct bt_lab_run *run;
	const char *name, *time_name;
	double end_ns, unit, time, peak;
	char says[200], text[24], peak_text[16], colour[8];
	unsigned guests;

	bt_plot_groups(plot, 1u << BT_LAB_MULTIVM, has_samples, &groups);
	run = groups.group[0].first;
	guests = bt_lab_guests(run);
	end_ns = last_ns(run);
	peak = bt_lab_peak_bytes(run, 0, INFINITY);
	unit = bt_plot_byte_unit(peak, &name);
	time = time_unit(end_ns, &time_name);
	bt_plot_group_statistics(&groups.group[0], total, &footprint);
	snprintf(says, sizeof(says), "%s; first repetition of %.40s: %s, peak %s", time_name,
		 run->mode, bt_lab_metric_text(total, footprint.summary.mean, text, sizeof(text)),
		 bt_text_bytes((uint64_t)peak, peak_text, sizeof(peak_text)));
	groups.more += groups.count - 1;
	put_sums(run, guests, end_ns, unit, time, out);
	bt_plot_lab_frame(box, &groups, 0, 1, says, out);
	fprintf(out, "set ylabel 'resident memory of all guests, %s'\nset yrange [0:%.10g]\n"
		"set xrange [0:%.10g]\n", name, peak / unit * 1.05, end_ns / time);
	/* The key is in the order of the areas, the uppermost first. */
	for (unsigned vm = guests; vm-- > 0;)
		fprintf(out, "%s$sums using 1:%u:%u with filledcurves fillcolor rgb '%s' title "
			"'guest %u'", vm + 1 == guests ? "plot " : ", \\\n\t", vm + 2, vm + 3,
			bt_plot_ramp_colour(vm, guests, colour), vm + 1);
	fputc('\n', out);
}
