// SPDX-License-Identifier: GPL-2.0
#include "bench/plot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/gnuplot.h"
#include "bench/plot_data.h"
#include "bench/plot_lab.h"
#include "bench/plot_page.h"

const struct bt_plot_kind bt_plot_kinds[] = {
	{
		.name = "available",
		.title = "Memory that user space can get",
		.needs = "a repetition with a probe",
		.shows = "For each configuration, a bar for the idle machine and one under load.",
		.has = bt_plot_available_has,
		.write = bt_plot_available_write,
	}, {
		.name = "compare",
		.title = "Difference from the first document",
		.needs = "two documents with the same configuration and metric",
		.shows = "For each configuration, a bar for each document after the first.",
		.has = bt_plot_compare_has,
		.write = bt_plot_compare_write,
	}, {
		.name = "latency",
		.title = "Latency of allocations and frees",
		.needs = "histograms (a result made without --latencies=false)",
		.shows = "For each configuration, a curve of the share of operations that took at "
			 "most so long.",
		.has = bt_plot_latency_has,
		.write = bt_plot_latency_write,
	}, {
		.name = "rate",
		.title = "Rate of allocations over time",
		.needs = "a counted repetition with samples",
		.shows = "For each configuration, a curve of the rate in one repetition.",
		.has = bt_plot_rate_has,
		.write = bt_plot_rate_write,
	}, {
		.name = "heatmap",
		.title = "Latency of allocations over time",
		.needs = "a counted repetition with latencies in its samples",
		.shows = "Of one repetition, how many allocations (bulk calls where there are) took how "
			 "long at each time.",
		.has = bt_plot_heatmap_has,
		.write = bt_plot_heatmap_write,
	}, {
		.name = "averages",
		.title = "Time of an operation, by order and threads",
		.needs = "a microbenchmark with an iteration",
		.shows = "For each order and number of threads, a bar for the allocations and one for "
			 "the frees.",
		.of = BT_PLOT_OF_KBENCHES,
		.has = bt_plot_averages_has,
		.write = bt_plot_averages_write,
	}, {
		.name = "iterations",
		.title = "Time of an operation, over the iterations",
		.needs = "a microbenchmark with two iterations",
		.shows = "For each order and number of threads, a curve of the averages of its "
			 "iterations.",
		.of = BT_PLOT_OF_KBENCHES,
		.has = bt_plot_iterations_has,
		.write = bt_plot_iterations_write,
	}, {
		.name = "frames",
		.title = "Free frames of 2 MiB, over the iterations",
		.needs = "a microbenchmark frag with two iterations",
		.shows = "For each order and number of threads, a curve of the frames that are free.",
		.of = BT_PLOT_OF_KBENCHES,
		.has = bt_plot_frames_has,
		.write = bt_plot_frames_write,
	}, {
		.name = "inflate",
		.title = "How fast memory leaves and enters a guest",
		.needs = "runs of inflate in the lab",
		.shows = "For each operation, a bar for each mode, as a speed.",
		.of = BT_PLOT_OF_LABS,
		.has = bt_plot_inflate_has,
		.write = bt_plot_inflate_write,
	}, {
		.name = "stream",
		.title = "Memory bandwidth of a guest that is resized",
		.needs = "runs of stream in the lab",
		.shows = "For each mode, the bandwidth of each iteration over time, of all "
			 "repetitions.",
		.of = BT_PLOT_OF_LABS,
		.has = bt_plot_stream_has,
		.write = bt_plot_stream_write,
	}, {
		.name = "ftq",
		.title = "Work of a guest that is resized",
		.needs = "runs of ftq in the lab",
		.shows = "For each mode, the work done in each quantum of time, of all "
			 "repetitions.",
		.of = BT_PLOT_OF_LABS,
		.has = bt_plot_ftq_has,
		.write = bt_plot_ftq_write,
	}, {
		.name = "footprint",
		.title = "Memory of a guest that compiles",
		.needs = "runs of compiling in the lab",
		.shows = "Memory over time: of one mode its parts, of several what the host gave.",
		.of = BT_PLOT_OF_LABS,
		.has = bt_plot_footprint_has,
		.write = bt_plot_footprint_write,
	}, {
		.name = "overview",
		.title = "What compiling took",
		.needs = "runs of compiling in the lab",
		.shows = "For each mode, bars for footprint, runtime and CPU time.",
		.of = BT_PLOT_OF_LABS,
		.has = bt_plot_overview_has,
		.write = bt_plot_overview_write,
	}, {
		.name = "multivm",
		.title = "Memory of several guests",
		.needs = "runs of multivm in the lab",
		.shows = "Memory of the guests over time, one above the other.",
		.of = BT_PLOT_OF_LABS,
		.has = bt_plot_multivm_has,
		.write = bt_plot_multivm_write,
	},
};

const unsigned bt_plot_kind_count = BT_ARRAY_SIZE(bt_plot_kinds);

int bt_plot_size(const char *text, struct bt_plot *plot, struct bt_err *err)
{
	const char *by = strchr(text, 'x');
	char width[8] = "";
	uint64_t x = 0, y = 0;

	if (by && (size_t)(by - text) < sizeof(width))
		memcpy(width, text, (size_t)(by - text));
	if (!by || bt_parse_u64(width, &x) || bt_parse_u64(by + 1, &y) || x < BT_PLOT_SIDE_MIN ||
	    y < BT_PLOT_SIDE_MIN || x > BT_PLOT_SIDE_MAX || y > BT_PLOT_SIDE_MAX)
		return bt_err_set(err, EINVAL, "--size %s: not WIDTHxHEIGHT, each %u to %u pixels",
				  text, BT_PLOT_SIDE_MIN, BT_PLOT_SIDE_MAX);
	plot->width = (unsigned)x;
	plot->height = (unsigned)y;
	return 0;
}

/* ---- what is asked for -------------------------------------------------------------------- */

const struct bt_plot_kind *bt_plot_kind_find(const char *name)
{
	for (unsigned i = 0; i < bt_plot_kind_count; i++) {
		if (!strcmp(bt_plot_kinds[i].name, name))
			return &bt_plot_kinds[i];
	}
	return NULL;
}

static int refuse_kind(const char *name, struct bt_err *err)
{
	char names[256] = "all";

	for (unsigned i = 0; i < bt_plot_kind_count; i++)
		strcat(strcat(names, ", "), bt_plot_kinds[i].name);
	return bt_err_set(err, EINVAL, "--kind %s: no such picture; there are %s, and "
			  "freemap of snapshots and recordings", name, names);
}

/* The one that was asked for is there, in any configuration that is shown; none asked for: true. */
static bool has_repetition(const struct bt_plot *plot, const struct bt_plot_labels *labels)
{
	bool found = !plot->repetition;

	for (unsigned i = 0; i < labels->count && !found; i++) {
		for (unsigned k = 0; k < plot->count && !found; k++) {
			const struct bt_result_run *run = bt_plot_run(plot->results[k],
								      labels->label[i]);

			found = run && bt_plot_repetition(plot, run);
		}
	}
	return found;
}

static int check_kbench_names(const struct bt_plot *plot, struct bt_err *err)
{
	if (plot->metric || plot->repetition)
		return bt_err_set(err, EINVAL, "--metric, --repetition: a microbenchmark has neither");
	if (!bt_plot_kbench_groups(plot))
		return bt_err_set(err, EINVAL, "%s%s: no order and number of threads is called so",
				  plot->run ? "--run " : "", plot->run ? plot->run : plot->names[0]);
	return 0;
}

static int check_lab_names(const struct bt_plot *plot, struct bt_err *err)
{
	if (plot->metric || plot->repetition)
		return bt_err_set(err, EINVAL, "--metric, --repetition: no picture of the lab has "
				  "them");
	if (!bt_plot_lab_groups(plot))
		return bt_err_set(err, EINVAL, "%s%s: %s", plot->run ? "--run " : "",
				  plot->run ? plot->run : plot->names[0],
				  plot->run ? "no benchmark, mode and label is called so" :
				  "no run counts: all are warm-ups, or ended before their results");
	return 0;
}

static int check_names(const struct bt_plot *plot, struct bt_err *err)
{
	struct bt_plot_labels labels;
	unsigned count;
	bool found;

	if (plot->count > BT_PLOT_DOCUMENTS_MAX)
		return bt_err_set(err, EINVAL, "%u documents: a picture has room for %u",
				  plot->count, BT_PLOT_DOCUMENTS_MAX);
	if (plot->kbenches)
		return check_kbench_names(plot, err);
	if (plot->labs)
		return check_lab_names(plot, err);
	if (plot->published)
		return bt_err_set(err, EINVAL, "--published: only of runs of the lab");
	if (plot->metric && !bt_result_metric_find(plot->metric))
		return bt_err_set(err, EINVAL, "--metric %s: no such metric; buddytop(7) has them "
				  "all, allocs_per_s and alloc_p99_ns among them", plot->metric);
	bt_plot_labels(plot, &labels);
	count = labels.count;
	found = has_repetition(plot, &labels);
	bt_plot_labels_free(&labels);
	if (count && found)
		return 0;
	if (count)
		return bt_err_set(err, EINVAL, "--repetition %u: no configuration that is shown "
				  "has so many", plot->repetition);
	if (plot->run)
		return bt_err_set(err, EINVAL, "--run %s: no configuration is called so",
				  plot->run);
	return bt_err_set(err, EINVAL, "%s: there is no configuration in it",
			  bt_plot_name(plot->results[0]));
}

static const char *first_name(const struct bt_plot *plot)
{
	return plot->names ? plot->names[0] : bt_plot_name(plot->results[0]);
}

enum bt_plot_of bt_plot_sort(const struct bt_plot *plot)
{
	return plot->labs ? BT_PLOT_OF_LABS : plot->kbenches ? BT_PLOT_OF_KBENCHES :
	       BT_PLOT_OF_RESULTS;
}

/* Kinds to draw, at most bt_plot_kind_count. */
static int choose(const struct bt_plot *plot, const struct bt_plot_kind **kinds, unsigned *count,
		  struct bt_err *err)
{
	static const char *const nothing[] = {
		[BT_PLOT_OF_RESULTS] = "repetition counts",
		[BT_PLOT_OF_KBENCHES] = "iteration has ended",
		[BT_PLOT_OF_LABS] = "run that is shown has numbers over time or speeds",
	};
	bool all = !plot->kind || !strcmp(plot->kind, "all");
	const struct bt_plot_kind *only = all ? NULL : bt_plot_kind_find(plot->kind);

	*count = 0;
	if (!all && !only)
		return refuse_kind(plot->kind, err);
	if (check_names(plot, err))
		return -EINVAL;
	for (unsigned i = 0; i < bt_plot_kind_count; i++) {
		if (bt_plot_kinds[i].of == bt_plot_sort(plot) &&
		    (!only || only == &bt_plot_kinds[i]) && bt_plot_kinds[i].has(plot))
			kinds[(*count)++] = &bt_plot_kinds[i];
	}
	if (*count)
		return 0;
	if (only)
		return bt_err_set(err, ENODATA, "%s: nothing to draw as '%s', which needs %s",
				  first_name(plot), only->name, only->needs);
	return bt_err_set(err, ENODATA, "%s: nothing to draw: no %s", first_name(plot),
			  nothing[bt_plot_sort(plot)]);
}

/* ---- the page ----------------------------------------------------------------------------- */

static void put_panels(const struct bt_plot *plot, const struct bt_plot_kind *const *kinds,
		       unsigned count, FILE *out)
{
	struct bt_plot_sheet sheet = {
		.width = plot->width, .height = plot->height, .columns = count > 1 ? 2 : 1,
		.head_lines = bt_plot_head(plot, NULL, NULL), .format = plot->format,
	};
	struct bt_plot_box page, box;

	sheet.rows = (count + sheet.columns - 1) / sheet.columns;
	page = bt_plot_page(&sheet);
	bt_plot_page_begin(out, &page, plot->format);
	bt_plot_head(plot, &page, out);
	for (unsigned i = 0; i < count; i++) {
		box = bt_plot_page_panel(&page, &sheet, i, count);
		bt_plot_panel_begin(out, &box, kinds[i]->title);
		kinds[i]->write(plot, &box, out);
		bt_plot_panel_end(out);
	}
	bt_plot_page_end(out);
}

int bt_plot_program(const struct bt_plot *plot, char **program, size_t *size, struct bt_err *err)
{
	const struct bt_plot_kind *kinds[BT_ARRAY_SIZE(bt_plot_kinds)];
	unsigned count;
	int rc = choose(plot, kinds, &count, err);
	FILE *out;

	if (rc)
		return rc;
	out = open_memstream(program, size);
	if (!out)
		return bt_err_set(err, errno, "no memory for gnuplot's program");
	put_panels(plot, kinds, count, out);
	if (fclose(out))
		return bt_err_set(err, ENOMEM, "no memory for gnuplot's program");
	return 0;
}

int bt_plot_draw(const struct bt_plot *plot, char **picture, size_t *size, struct bt_err *err)
{
	char *program;
	size_t program_size;
	int rc = bt_plot_program(plot, &program, &program_size, err);

	if (rc)
		return rc;
	rc = bt_gnuplot_run(program, program_size, picture, size, err);
	free(program);
	return rc;
}
