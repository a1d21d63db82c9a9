// SPDX-License-Identifier: GPL-2.0
/* Panels of the lab over time with a point for each iteration: bandwidth and work. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/plot_lab.h"

#define POINTS_MAX 3000u	/* of a group; more make a picture large, and nothing clearer */
#define RESIZES_MAX 24u
#define NS_PER_S 1e9

/* ---- points ------------------------------------------------------------------------------- */

/* What of a table is drawn against time. */
struct scatter {
	enum bt_lab_benchmark benchmark;
	const char *table;
	double (*value)(const struct bt_lab_table *table, size_t row, enum bt_lab_kernel kernel);
	enum bt_lab_kernel kernel;
};

/* Bytes per second; NaN of another kernel. */
static double bandwidth(const struct bt_lab_table *table, size_t row, enum bt_lab_kernel kernel)
{
	double ns = bt_plot_cell(table, row, "end_ns") - bt_plot_cell(table, row, "begin_ns");

	return bt_plot_cell(table, row, "kernel") == kernel && ns > 0 ?
	       bt_plot_cell(table, row, "bytes") / ns * NS_PER_S : NAN;
}

static double work(const struct bt_lab_table *table, size_t row, enum bt_lab_kernel kernel)
{
	(void)kernel;
	return bt_plot_cell(table, row, "work");
}

static bool has_rows(const struct bt_lab_run *run)
{
	const struct bt_lab_table *table =
		bt_lab_run_find_table(run, bt_lab_benchmark_name[run->benchmark]);

	return table && table->rows;
}

/* Of the n-th run of a group; NULL: it does not count, or has none. */
static const struct bt_lab_table *rows_of(const struct bt_plot_group *group, unsigned index,
					  const char *name)
{
	const struct bt_lab_run *run = group->of.runs[index];
	const struct bt_lab_table *table = bt_lab_run_find_table(run, name);

	return bt_lab_counts(run) && table && table->rows ? table : NULL;
}

static double highest_of(const struct bt_plot_groups *groups, const struct scatter *scatter)
{
	double highest = 0;

	for (unsigned i = 0; i < groups->count; i++) {
		for (unsigned k = 0; k < groups->group[i].of.count; k++) {
			const struct bt_lab_table *table =
				rows_of(&groups->group[i], k, scatter->table);

			for (size_t row = 0; table && row < table->rows; row++)
				highest = fmax(highest, scatter->value(table, row,
								       scatter->kernel));
		}
	}
	return highest;
}

/* One of so many points is drawn, so that all repetitions of a group have room. */
static size_t step_of(const struct bt_plot_group *group, const struct scatter *scatter)
{
	size_t rows = 0;

	for (unsigned i = 0; i < group->of.count; i++) {
		const struct bt_lab_table *table = rows_of(group, i, scatter->table);

		for (size_t row = 0; table && row < table->rows; row++)
			rows += !isnan(scatter->value(table, row, scatter->kernel));
	}
	return rows / POINTS_MAX + 1;
}

/*
 * Since the work began: guests boot for as long as they like, and repetitions lie over each other
 * by what they did.
 */
static double put_run(const struct bt_lab_table *table, const struct scatter *scatter, double unit,
		      size_t step, FILE *out)
{
	double begin_ns = bt_plot_cell(table, 0, "begin_ns"), last_s = 0;
	size_t met = 0;

	for (size_t row = 0; row < table->rows; row++) {
		double value = scatter->value(table, row, scatter->kernel);
		double at_s = (bt_plot_cell(table, row, "begin_ns") - begin_ns) / NS_PER_S;

		if (isnan(value) || isnan(at_s) || met++ % step)
			continue;
		fprintf(out, "%.6g %.6g\n", at_s, value / unit);
		last_s = fmax(last_s, at_s);
	}
	return last_s;
}

/* Of all repetitions that count; returns the time of the last one, in s. */
static double put_points(const struct bt_plot_groups *groups, unsigned index,
			 const struct scatter *scatter, double unit, FILE *out)
{
	const struct bt_plot_group *group = &groups->group[index];
	size_t step = step_of(group, scatter);
	double last_s = 0;

	fprintf(out, "$points%u << EOD\n", index);
	for (unsigned i = 0; i < group->of.count; i++) {
		const struct bt_lab_table *table = rows_of(group, i, scatter->table);

		if (table)
			last_s = fmax(last_s, put_run(table, scatter, unit, step, out));
	}
	fputs("EOD\n", out);
	return last_s;
}

/* How a mark is drawn: a ground from the request to the end, and a name. */
struct resize {
	const char *kind, *colour, *ground;
};

static void put_resize(const struct bt_lab_mark *mark, double work_ns, const struct resize *resize,
		       unsigned number, FILE *out)
{
	double begin_s = (mark->begin_ns - work_ns) / NS_PER_S;
	double end_s = (mark->end_ns - work_ns) / NS_PER_S;

	fprintf(out, "set object %u rectangle from first %.10g, graph 0 to first %.10g, graph 1 "
		"behind fillcolor rgb '%s' fillstyle solid noborder\n", number, begin_s, end_s,
		resize->ground);
	fprintf(out, "set arrow %u from first %.10g, graph 0 to first %.10g, graph 1 nohead front "
		"linewidth 1.5 linecolor rgb '%s'\n", number, begin_s, begin_s, resize->colour);
	fprintf(out, "set label %u '%s' at first %.10g, graph 1.03 left textcolor rgb '%s'\n",
		number, resize->kind, begin_s, resize->colour);
}

/* Of one run: all are resized at the same times of their work, and take different times for it. */
static void put_resizes(const struct bt_lab_run *run, double work_ns, FILE *out)
{
	static const struct resize resizes[] = {
		{ "shrink", "#b3001b", "#fbe3e0" }, { "grow", "#0044a8", "#e0eafb" },
	};
	unsigned number = 0;

	for (unsigned i = 0; i < run->mark_count; i++) {
		for (unsigned k = 0; k < BT_ARRAY_SIZE(resizes); k++) {
			if (number < RESIZES_MAX && !isnan(run->marks[i].end_ns) &&
			    !strcmp(run->marks[i].kind, resizes[k].kind))
				put_resize(&run->marks[i], work_ns, &resizes[k], ++number, out);
		}
	}
}

static void write_points(const struct bt_plot *plot, const struct bt_plot_box *box,
			 const struct bt_plot_groups *groups, const struct scatter *scatter,
			 double unit, const char *axis, const char *says, FILE *out)
{
	const struct bt_lab_run *first = groups->group[0].first;
	double last_s = 1;
	char colour[8];

	for (unsigned i = 0; i < groups->count; i++)
		last_s = fmax(last_s, put_points(groups, i, scatter, unit, out));
	bt_plot_lab_frame(box, groups, 1, 1, says, out);
	put_resizes(first, bt_plot_cell(bt_lab_run_find_table(first, scatter->table), 0,
					"begin_ns"), out);
	fprintf(out, "set ylabel '%s'\nset yrange [0:%.10g]\nset xrange [0:%.10g]\n", axis,
		fmax(highest_of(groups, scatter) / unit, 1e-9) * 1.05, last_s * 1.01);
	bt_plot_lab_legend(plot, groups, "points pointtype 7 pointsize 0.7", out);
	for (unsigned i = 0; i < groups->count; i++)
		fprintf(out, ", \\\n\t$points%u using 1:2 with points pointtype 7 pointsize 0.25 "
			"linecolor rgb '%s' notitle", i,
			bt_plot_group_colour(plot, groups, i, colour));
	fputc('\n', out);
}

/* The first kernel that the first of the groups ran. */
static enum bt_lab_kernel kernel_of(const struct bt_plot_groups *groups)
{
	const struct bt_lab_table *table = bt_lab_run_find_table(groups->group[0].first, "stream");
	double kernel = bt_plot_cell(table, 0, "kernel");

	return kernel >= 0 && kernel < BT_LAB_KERNELS ? (enum bt_lab_kernel)kernel : BT_LAB_COPY;
}

static const char *resized_by(const struct bt_plot_groups *groups, const char *what, char says[200])
{
	snprintf(says, 200, "seconds of work; %s, all repetitions; resized as %.40s r%02u",
		 what, groups->group[0].first->mode, groups->group[0].first->repetition);
	return says;
}

bool bt_plot_stream_has(const struct bt_plot *plot)
{
	struct bt_plot_groups groups;

	bt_plot_groups(plot, 1u << BT_LAB_STREAM, has_rows, &groups);
	return groups.count > 0;
}

void bt_plot_stream_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	struct scatter scatter = { BT_LAB_STREAM, "stream", bandwidth, BT_LAB_COPY };
	struct bt_plot_groups groups;
	char axis[64], what[64], says[200];
	const char *name;
	double unit;

	bt_plot_groups(plot, 1u << BT_LAB_STREAM, has_rows, &groups);
	scatter.kernel = kernel_of(&groups);
	unit = bt_plot_byte_unit(highest_of(&groups, &scatter), &name);
	snprintf(axis, sizeof(axis), "%s/s", name);
	snprintf(what, sizeof(what), "iterations of %s",
		 bt_lab_kernel_name[scatter.kernel]);
	write_points(plot, box, &groups, &scatter, unit, axis, resized_by(&groups, what, says),
		     out);
}

bool bt_plot_ftq_has(const struct bt_plot *plot)
{
	struct bt_plot_groups groups;

	bt_plot_groups(plot, 1u << BT_LAB_FTQ, has_rows, &groups);
	return groups.count > 0;
}

void bt_plot_ftq_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	const struct scatter scatter = { BT_LAB_FTQ, "ftq", work, BT_LAB_COPY };
	struct bt_plot_groups groups;
	char axis[64], says[200];
	const char *name;
	double unit;

	bt_plot_groups(plot, 1u << BT_LAB_FTQ, has_rows, &groups);
	unit = bt_plot_rate_unit(highest_of(&groups, &scatter), &name);
	snprintf(axis, sizeof(axis), "%ssteps of work in a quantum", name);
	write_points(plot, box, &groups, &scatter, unit, axis,
		     resized_by(&groups, "all threads", says), out);
}
