// SPDX-License-Identifier: GPL-2.0
/* buddytop lab show, export, report: what runs of the lab came to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report.h"
#include "cmd/lab.h"
#include "cmd/results.h"
#include "lab/export.h"
#include "lab/show.h"

struct result_values {
	const char *output, *title;
	bool details, published;
};

#define FIELD(f) offsetof(struct result_values, f)

static const struct bt_opt show_opts[] = {
	{ "all", 'a', BT_OPT_FLAG, NULL, "every metric", FIELD(details) },
	{ 0 }
};

static const struct bt_opt export_opts[] = {
	{ "output", 'o', BT_OPT_TEXT, "FILE", "CSV to write instead of standard output; replaces "
	  "what was there", FIELD(output) },
	{ 0 }
};

static const struct bt_opt report_opts[] = {
	{ "output", 'o', BT_OPT_TEXT, "FILE", "page to write (HTML); replaces what was there",
	  FIELD(output) },
	{ "published", 0, BT_OPT_FLAG, NULL,
	  "what was published of HyperAlloc, beside what was measured", FIELD(published) },
	{ "title", 0, BT_OPT_TEXT, "TEXT", "heading of the page (default: the folder)",
	  FIELD(title) },
	{ 0 }
};

/* The one folder that the operand names. The caller frees. */
static int read_runs(const struct bt_cmd_call *call, const char *command, bool tables,
		     struct bt_lab_runs **runs, struct bt_err *err)
{
	const struct result_values *values = call->values;
	int ret;

	if (call->argc != 1)
		return bt_err_set(err, EINVAL, "%s: one folder with runs of the lab is needed",
				  command);
	ret = bt_cmd_check_output(call, values->output, err);
	return ret ? ret : bt_lab_runs_read(runs, call->argv[0], tables, err);
}

static int run_show(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct result_values *values = call->values;
	struct bt_lab_runs *runs;
	/* Speeds of stream and ftq are in the tables. */
	int ret = read_runs(call, "lab show", true, &runs, err);

	if (ret)
		return ret;
	bt_lab_show(runs, values->details, bt_cmd_terminal_width(), stdout);
	bt_lab_runs_free(runs);
	return 0;
}

static int export_to(const char *path, const struct bt_lab_runs *runs, struct bt_err *err)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int ret;

	if (!out)
		return bt_err_set(err, errno, "no memory for the CSV");
	bt_lab_export_csv(out, runs->runs, runs->count);
	if (fclose(out))
		return bt_err_set(err, ENOMEM, "no memory for the CSV");
	ret = bt_write_file(path, text, size, 0644, err);
	free(text);
	return ret;
}

static int run_export(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct result_values *values = call->values;
	struct bt_lab_runs *runs;
	int ret = read_runs(call, "lab export", true, &runs, err);

	if (ret)
		return ret;
	if (values->output)
		ret = export_to(values->output, runs, err);
	else
		bt_lab_export_csv(stdout, runs->runs, runs->count);
	bt_lab_runs_free(runs);
	return ret;
}

/* "results" of "/x/results/". */
static void name_of(const char *path, char *name, size_t size)
{
	char *copy = bt_xstrdup(path), *slash;
	size_t length = strlen(copy);

	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	slash = strrchr(copy, '/');
	bt_copy_clean(name, size, slash && slash[1] ? slash + 1 : copy);
	free(copy);
}

static int write_page(const struct result_values *values, const struct bt_report_lab *report,
		      struct bt_err *err)
{
	struct bt_err missing;
	char *page;
	size_t size;
	int ret = bt_report_lab_make(report, &page, &size, &missing, err);

	if (ret)
		return ret;
	ret = bt_write_file(values->output, page, size, 0644, err);
	free(page);
	if (!ret && missing.code)
		fprintf(stderr, "buddytop: %s has no pictures: %s\n", values->output, missing.text);
	return ret;
}

static int run_report(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct result_values *values = call->values;
	struct bt_lab_runs *runs;
	char name[128];
	int ret;

	if (!values->output)
		return bt_err_set(err, EINVAL, "lab report: no file to write was named (-o FILE)");
	ret = read_runs(call, "lab report", true, &runs, err);
	if (ret)
		return ret;
	name_of(call->argv[0], name, sizeof(name));
	ret = write_page(values, &(struct bt_report_lab){ .runs = runs, .name = name,
							  .title = values->title,
							  .published = values->published }, err);
	bt_lab_runs_free(runs);
	return ret;
}

const struct bt_cmd bt_lab_show_cmd = {
	.name = "lab show",
	.operands = "DIR",
	.summary = "What the runs below a folder came to, and which failed",
	.opts = show_opts, .no_source = true, .values_size = sizeof(struct result_values),
	.run = run_show,
};

const struct bt_cmd bt_lab_export_cmd = {
	.name = "lab export",
	.operands = "DIR",
	.summary = "Their numbers as CSV: a line for each run, iteration and metric",
	.opts = export_opts, .no_source = true, .values_size = sizeof(struct result_values),
	.run = run_export,
};

const struct bt_cmd bt_lab_report_cmd = {
	.name = "lab report",
	.operands = "DIR",
	.summary = "Make a page of tables and pictures of them",
	.description = "One HTML file that needs no other. Without gnuplot it has no pictures.",
	.opts = report_opts, .no_source = true, .values_size = sizeof(struct result_values),
	.run = run_report,
};
