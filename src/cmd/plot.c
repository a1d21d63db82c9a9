// SPDX-License-Identifier: GPL-2.0
/* buddytop plot: pictures of results. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/kbench_doc.h"
#include "bench/samples.h"
#include "cmd/lab.h"
#include "cmd/plot_freemap.h"
#include "cmd/results.h"

struct plot_values {
	const char *output, *kind, *metric, *run, *size, *title;
	uint64_t repetition;		/* 0: the first that counts */
	bool published;
};

#define OUTPUT_OPT \
	{ "output", 'o', BT_OPT_TEXT, "FILE", \
	  "picture to write, FILE.svg, FILE.png or FILE.pdf; replaces what was there", \
	  offsetof(struct plot_values, output) }
#define RUN_OPT \
	{ "run", 0, BT_OPT_TEXT, "PATTERN", \
	  "only configurations whose label fits, with * and ? as in file names", \
	  offsetof(struct plot_values, run) }
#define PUBLISHED_OPT(help) \
	{ "published", 0, BT_OPT_FLAG, NULL, help, offsetof(struct plot_values, published) }
#define SIZE_OPT \
	{ "size", 0, BT_OPT_TEXT, "WxH", "of the picture in pixels (default: what it needs)", \
	  offsetof(struct plot_values, size) }
#define TITLE_OPT(usual) \
	{ "title", 0, BT_OPT_TEXT, "TEXT", "first line of the picture (default: " usual ")", \
	  offsetof(struct plot_values, title) }

static const struct bt_opt plot_opts[] = {
	OUTPUT_OPT,
	{ "kind", 'k', BT_OPT_TEXT, "NAME",
	  "available, compare, latency, rate, heatmap, of microbenchmarks averages, iterations, "
	  "frames, of runs of the lab inflate, stream, ftq, footprint, overview, multivm, or all "
	  "that there is data for (default); freemap, of snapshots and recordings",
	  offsetof(struct plot_values, kind) },
	{ "metric", 0, BT_OPT_TEXT, "KEY", "what is compared (default: allocs_per_s)",
	  offsetof(struct plot_values, metric) },
	RUN_OPT,
	{ "repetition", 0, BT_OPT_NUMBER, "N",
	  "of rate and heatmap, from 1 (default: the first that counts)",
	  offsetof(struct plot_values, repetition) },
	PUBLISHED_OPT("of the lab: what was published of HyperAlloc, beside what was measured"),
	SIZE_OPT,
	TITLE_OPT("the plan"),
	{ 0 }
};

static const struct bt_opt lab_plot_opts[] = {
	OUTPUT_OPT,
	{ "kind", 'k', BT_OPT_TEXT, "NAME", "inflate, stream, ftq, footprint, overview, multivm, "
	  "or all that there is data for (default)", offsetof(struct plot_values, kind) },
	RUN_OPT,
	PUBLISHED_OPT("what was published of HyperAlloc, beside what was measured"),
	SIZE_OPT,
	TITLE_OPT("the folder"),
	{ 0 }
};

static int write_picture(const struct plot_values *values, const struct bt_plot *plot,
			 struct bt_err *err)
{
	char *picture;
	size_t size;
	int rc = bt_plot_draw(plot, &picture, &size, err);

	if (rc)
		return rc;
	rc = bt_write_file(values->output, picture, size, 0644, err);
	free(picture);
	return rc;
}

static int draw_results(struct bt_cmd_call *call, const struct plot_values *values,
			struct bt_plot *plot, struct bt_err *err)
{
	struct bt_cmd_results results;
	int rc = bt_cmd_results_read(call, "plot", values->output, &results, err);

	plot->results = (const struct bt_result *const *)results.result;
	plot->count = results.count;
	if (!rc)
		rc = write_picture(values, plot, err);
	bt_cmd_results_free(&results);
	return rc;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static int draw_kbenches(struct bt_cmd_call *call, const struct plot_values *values,
			 struct bt_plot *plot, struct bt_err *err)
{
	struct bt_kbench *read[BT_PLOT_DOCUMENTS_MAX];
	const char *names[BT_PLOT_DOCUMENTS_MAX];
	int rc = bt_cmd_results_check(call, "plot", values->output, err);

	while (!rc && plot->count < (unsigned)call->argc) {
		const char *path = call->argv[plot->count];

		names[plot->count] = name_of(path);
		rc = bt_kbench_read(&read[plot->count], path, err);
		plot->count += !rc;
	}
	plot->kbenches = (const struct bt_kbench *const *)read;
	plot->names = names;
	if (!rc)
		rc = write_picture(values, plot, err);
	while (plot->count)
		bt_kbench_free(read[--plot->count]);
	return rc;
}

static int draw_labs(struct bt_cmd_call *call, const char *command,
		     const struct plot_values *values, struct bt_plot *plot, struct bt_err *err)
{
	struct bt_lab_runs *read[BT_PLOT_DOCUMENTS_MAX];
	const char *names[BT_PLOT_DOCUMENTS_MAX];
	int rc = bt_cmd_results_check(call, command, values->output, err);

	while (!rc && plot->count < (unsigned)call->argc) {
		names[plot->count] = name_of(call->argv[plot->count]);
		rc = bt_lab_runs_read(&read[plot->count], call->argv[plot->count], true, err);
		plot->count += !rc;
	}
	plot->labs = (const struct bt_lab_runs *const *)read;
	plot->names = names;
	if (!rc)
		rc = write_picture(values, plot, err);
	while (plot->count)
		bt_lab_runs_free(read[--plot->count]);
	plot->labs = NULL;
	plot->names = NULL;
	return rc;
}

/* The first document says which kind all are; what cannot be read is told when it is. */
static enum bt_samples_kind kind_of(const struct bt_cmd_call *call)
{
	enum bt_samples_kind kind;

	return call->argc && !bt_samples_kind_of(call->argv[0], &kind, NULL) ? kind :
	       BT_SAMPLES_RESULT;
}

static int make_plot(const struct plot_values *values, struct bt_plot *plot, struct bt_err *err)
{
	int rc = 0;

	*plot = (struct bt_plot){ .kind = values->kind, .metric = values->metric,
				  .run = values->run, .title = values->title,
				  .published = values->published,
				  .repetition = (unsigned)values->repetition };
	if (values->output)
		rc = bt_plot_format(values->output, &plot->format, err);
	if (!rc && values->size)
		rc = bt_plot_size(values->size, plot, err);
	if (!rc && values->repetition > BT_PLAN_REPETITIONS_MAX)
		rc = bt_err_set(err, EINVAL, "--repetition: at most %u", BT_PLAN_REPETITIONS_MAX);
	return rc;
}

static int run_plot(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct plot_values *values = call->values;
	struct bt_plot plot;
	int rc = make_plot(values, &plot, err);

	if (rc)
		return rc;
	if (values->kind && !strcmp(values->kind, "freemap"))
		return bt_cmd_plot_freemap(call, &plot, values->output, err);
	switch (kind_of(call)) {
	case BT_SAMPLES_KBENCH:
		return draw_kbenches(call, values, &plot, err);
	case BT_SAMPLES_LAB:
		return draw_labs(call, "plot", values, &plot, err);
	default:
		return draw_results(call, values, &plot, err);
	}
}

static int run_lab_plot(struct bt_cmd_call *call, struct bt_err *err)
{
	struct plot_values values = *(const struct plot_values *)call->values;
	char *usual = NULL;
	struct bt_plot plot;
	int rc;

	if (!values.output && call->argc == 1)
		values.output = usual = bt_xasprintf("%s/plot.svg", call->argv[0]);
	rc = make_plot(&values, &plot, err);
	if (!rc)
		rc = draw_labs(call, "lab plot", &values, &plot, err);
	if (!rc && usual)
		printf("Picture: %s\n", usual);
	free(usual);
	return rc;
}

const struct bt_cmd bt_cmd_plot = {
	.name = "plot",
	.operands = "RESULT...",
	.summary = "Draw results, microbenchmarks or runs of the lab as a picture, by gnuplot",
	.description = "Of several results the first is what others are compared with.",
	.opts = plot_opts,
	.values_size = sizeof(struct plot_values),
	.run = run_plot,
};

const struct bt_cmd bt_lab_plot_cmd = {
	.name = "lab plot",
	.operands = "DIR...",
	.summary = "Draw runs of the lab as a picture, by gnuplot",
	.description = "Of several folders the first is what others are compared with. The picture "
		       "of one goes\ninto it as plot.svg where no other file is named.",
	.opts = lab_plot_opts,
	.no_source = true,
	.values_size = sizeof(struct plot_values),
	.run = run_lab_plot,
};
