// SPDX-License-Identifier: GPL-2.0
/* buddytop compare: whether the numbers of two or more documents differ. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/compare.h"
#include "cmd/results.h"

#define METRICS_MAX 128u

struct compare_values {
	const char *noise, *confidence, *alpha, *regression; /* numbers with a fraction */
	const char *output;
	uint64_t seed;			/* 0: the default */
	struct bt_opt_list metrics;	/* "metric=KEY,KEY" */
	bool force, quiet, json, csv, markdown;
};

static const struct bt_opt compare_opts[] = {
	{ "force", 0, BT_OPT_FLAG, NULL,
	  "compare documents of other machines, plans or kinds; the output says so",
	  offsetof(struct compare_values, force) },
	{ "metric", 0, BT_OPT_SETTING, "KEY[,KEY]", "only these, by their keys (may be repeated)",
	  offsetof(struct compare_values, metrics) },
	{ "noise", 0, BT_OPT_TEXT, "PERCENT", "smaller differences are none (default: 2)",
	  offsetof(struct compare_values, noise) },
	{ "confidence", 0, BT_OPT_TEXT, "PERCENT", "of the intervals (default: 95)",
	  offsetof(struct compare_values, confidence) },
	{ "alpha", 0, BT_OPT_TEXT, "P", "largest p that shows a difference (default: 0.05)",
	  offsetof(struct compare_values, alpha) },
	{ "seed", 0, BT_OPT_NUMBER, "N", "of the bootstrap, from 1 (default: 1)",
	  offsetof(struct compare_values, seed) },
	{ "fail-on-regression", 0, BT_OPT_TEXT, "PERCENT",
	  "exit status 3 when something is worse by as much",
	  offsetof(struct compare_values, regression) },
	{ "quiet", 'q', BT_OPT_FLAG, NULL, "only the rows that show a difference",
	  offsetof(struct compare_values, quiet) },
	{ "json", 0, BT_OPT_FLAG, NULL, "one JSON document instead of tables",
	  offsetof(struct compare_values, json) },
	{ "csv", 0, BT_OPT_FLAG, NULL, "a line for each row, separated by commas",
	  offsetof(struct compare_values, csv) },
	{ "markdown", 0, BT_OPT_FLAG, NULL, "tables in Markdown",
	  offsetof(struct compare_values, markdown) },
	{ "output", 'o', BT_OPT_TEXT, "FILE", "write there, replacing what was there",
	  offsetof(struct compare_values, output) },
	{ 0 }
};

/* ---- options ----------------------------------------------------------------------------- */

/* A text that was not given leaves the value as it is. */
static int take_number(const char *option, const char *text, double min, double max, double *value,
		       struct bt_err *err)
{
	double number;
	char *end;

	if (!text)
		return 0;
	number = strtod(text, &end);
	/* Digits and a point; no sign, exponent, "inf" or "0x". */
	if (!*text || text[strspn(text, "0123456789.")] || *end || number < min || number > max)
		return bt_err_set(err, EINVAL, "--%s: '%s' is not a number from %g to %g", option,
				  text, min, max);
	*value = number;
	return 0;
}

static int take_numbers(const struct compare_values *values, struct bt_compare_options *options,
			struct bt_err *err)
{
	double percent = options->confidence * 100;
	int rc;

	rc = take_number("noise", values->noise, 0, 1000, &options->noise_percent, err);
	if (!rc)
		rc = take_number("confidence", values->confidence, 50, 99.99, &percent, err);
	if (!rc)
		rc = take_number("alpha", values->alpha, 0.000001, 0.5, &options->alpha, err);
	if (!rc)
		rc = take_number("fail-on-regression", values->regression, 0, 1000000,
				 &options->regression_percent, err);
	options->confidence = percent / 100;
	options->force = values->force;
	if (values->seed)
		options->seed = values->seed;
	return rc;
}

/* "metric=KEY,KEY" several times as one list; its texts are cut out of the options'. */
static int take_metrics(const struct compare_values *values, char *metrics[METRICS_MAX],
			struct bt_compare_options *options, struct bt_err *err)
{
	options->metrics = metrics;
	for (unsigned i = 0; i < values->metrics.count; i++) {
		char *rest = strchr(values->metrics.items[i], '=') + 1, *key;

		while ((key = strsep(&rest, ","))) {
			if (!*key || options->metric_count == METRICS_MAX)
				return bt_err_set(err, EINVAL, "--metric: %s", *key ? "too many" :
						  "a key is missing");
			metrics[options->metric_count++] = key;
		}
	}
	return 0;
}

static int check_usage(const struct bt_cmd_call *call, const struct compare_values *values,
		       struct bt_err *err)
{
	if (call->argc < 2 || call->argc > (int)BT_COMPARE_DOCUMENTS_MAX)
		return bt_err_set(err, EINVAL, "compare: two to %u documents are compared, the "
				  "first with each of the others (see --help)",
				  BT_COMPARE_DOCUMENTS_MAX);
	if (values->json + values->csv + values->markdown > 1)
		return bt_err_set(err, EINVAL, "--json, --csv and --markdown: only one of them");
	return bt_cmd_check_output(call, values->output, err);
}

/* ---- output ------------------------------------------------------------------------------ */

static void print_json(const struct bt_comparison *comparison, FILE *out, bool quiet)
{
	struct bt_json_writer *w = bt_json_writer_create(true);
	const char *text;
	size_t size;

	bt_compare_encode(comparison, w, quiet);
	text = bt_json_writer_text(w, &size);
	fwrite(text ? text : "", 1, size, out);
	bt_json_writer_free(w);
}

static void print_as(const struct compare_values *values, const struct bt_comparison *comparison,
		     FILE *out)
{
	if (values->json)
		print_json(comparison, out, values->quiet);
	else if (values->csv)
		bt_compare_csv(comparison, out, values->quiet);
	else if (values->markdown)
		bt_compare_markdown(comparison, out, values->quiet);
	else
		bt_compare_print(comparison, out, values->quiet, values->output ? 0 : bt_cmd_terminal_width());
}

static int put_output(const struct compare_values *values, const struct bt_comparison *comparison,
		      struct bt_err *err)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	int rc = 0;

	print_as(values, comparison, memory);
	fclose(memory);
	if (values->output)
		rc = bt_write_file(values->output, text, size, 0644, err);
	else if (fwrite(text, 1, size, stdout) != size || fflush(stdout))
		rc = bt_err_set(err, EIO, "standard output: cannot write");
	free(text);
	return rc;
}

/* ---- the command ------------------------------------------------------------------------- */

static int verdict(const struct bt_comparison *c, struct bt_err *err)
{
	const struct bt_compare_row *row = c->rows;

	if (isnan(c->options.regression_percent))
		return 0;
	if (!c->tested)
		fprintf(stderr, "buddytop: too few runs to tell anything: no regression could have "
				"been found\n");
	if (c->too_few + c->missing)
		fprintf(stderr, "buddytop: %u of %zu could not be tested or are missing\n",
			c->too_few + c->missing, c->row_count + c->missing);
	if (!c->regressions && c->missing_configs)
		return bt_err_set(err, ENODATA, "%u configurations of %s are missing: whether they "
				  "are worse nobody knows (the notes name them)",
				  c->missing_configs, c->documents[0]->path);
	if (!c->regressions)
		return 0;
	while (!row->regression)
		row++;
	return bt_err_set(err, BT_EREGRESSION, "%u of %zu are worse by %g %% or more, first %s of "
			  "'%s' in %s", c->regressions, c->row_count, c->options.regression_percent,
			  row->a->metric, row->b->config, c->documents[row->document]->path);
}

static int compare(struct bt_samples *const *documents, unsigned count,
		   const struct compare_values *values, const struct bt_compare_options *options,
		   struct bt_err *err)
{
	struct bt_comparison *comparison;
	int rc;

	bt_samples_shorten(documents, count);
	rc = bt_compare(&comparison, (const struct bt_samples *const *)documents, count, options,
			err);
	if (rc)
		return rc;
	rc = put_output(values, comparison, err);
	if (!rc)
		rc = verdict(comparison, err);
	bt_compare_free(comparison);
	return rc;
}

static int run_compare(struct bt_cmd_call *call, struct bt_err *err)
{
	struct bt_samples *documents[BT_COMPARE_DOCUMENTS_MAX];
	struct bt_compare_options options = bt_compare_defaults;
	struct compare_values *values = call->values;
	char *metrics[METRICS_MAX];
	unsigned count = 0;
	int rc;

	rc = check_usage(call, values, err);
	if (!rc)
		rc = take_numbers(values, &options, err);
	if (!rc)
		rc = take_metrics(values, metrics, &options, err);
	while (!rc && count < (unsigned)call->argc) {
		rc = bt_samples_read(&documents[count], call->argv[count], err);
		count += !rc;
	}
	if (!rc)
		rc = compare(documents, count, values, &options, err);
	while (count)
		bt_samples_free(documents[--count]);
	bt_opt_list_free(&values->metrics);
	return rc;
}

const struct bt_cmd bt_cmd_compare = {
	.name = "compare",
	.operands = "A B [C ...]",
	.summary = "Compare results, microbenchmarks, runs of the lab, recordings or documents of "
		   "page_alloc_bench",
	.description = "Each document with A, number by number: medians, how far they are apart,\n"
		       "how sure that is, and whether it is faster or slower.",
	.opts = compare_opts,
	.values_size = sizeof(struct compare_values),
	.run = run_compare,
};
