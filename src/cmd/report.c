// SPDX-License-Identifier: GPL-2.0
/* buddytop report: a page about results. */
#include <errno.h>
#include <stdlib.h>

#include "bench/report.h"
#include "cmd/results.h"

struct report_values {
	const char *output, *title;
};

static const struct bt_opt report_opts[] = {
	{ "output", 'o', BT_OPT_TEXT, "FILE", "page to write (HTML); replaces what was there",
	  offsetof(struct report_values, output) },
	{ "title", 0, BT_OPT_TEXT, "TEXT", "heading of the page (default: the plan)",
	  offsetof(struct report_values, title) },
	{ 0 }
};

static int write_page(const struct report_values *values, const struct bt_report *report,
		      struct bt_err *err)
{
	struct bt_err missing;
	char *page;
	size_t size;
	int rc = bt_report_make(report, &page, &size, &missing, err);

	if (rc)
		return rc;
	rc = bt_write_file(values->output, page, size, 0644, err);
	free(page);
	if (!rc && missing.code)
		fprintf(stderr, "buddytop: %s has no pictures: %s\n", values->output, missing.text);
	return rc;
}

static int run_report(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct report_values *values = call->values;
	struct bt_cmd_results results;
	int rc = bt_cmd_results_read(call, "report", values->output, &results, err);
	struct bt_report report = {
		.results = (const struct bt_result *const *)results.result,
		.count = results.count,
		.title = values->title,
	};

	if (!rc)
		rc = write_page(values, &report, err);
	bt_cmd_results_free(&results);
	return rc;
}

const struct bt_cmd bt_cmd_report = {
	.name = "report",
	.operands = "RESULT...",
	.summary = "Make a page of tables and pictures of results",
	.description = "One HTML file that needs no other. Without gnuplot it has no pictures.",
	.opts = report_opts,
	.values_size = sizeof(struct report_values),
	.run = run_report,
};
