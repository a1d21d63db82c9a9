// SPDX-License-Identifier: GPL-2.0
#include "bench/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/html.h"
#include "bench/plot.h"
#include "bench/plot_data.h"
#include "bench/report_parts.h"

static const char style[] =
	":root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --dim: #595959;\n"
	"  --line: #d0d0d0; --band: #f3f5f7; --warn: #a83200; --good: #00664a; --link: #0b5c94 }\n"
	"@media (prefers-color-scheme: dark) { :root { --paper: #16181b; --ink: #e8e8e8;\n"
	"  --dim: #b0b0b0; --line: #444; --band: #22262b; --warn: #ffa477; --good: #6fd3b0;\n"
	"  --link: #8cc4f0 } }\n"
	"* { box-sizing: border-box }\n"
	"body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--paper);\n"
	"  color: var(--ink); font: 1rem/1.5 system-ui, 'DejaVu Sans', Verdana, sans-serif;\n"
	"  overflow-wrap: anywhere }\n"
	"h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0 }\n"
	"h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line) }\n"
	"h3 { font-size: 1.05rem; margin: 1.25rem 0 .25rem }\n"
	"p, li { max-width: 46rem }\n"
	"a { color: var(--link) }\n"
	".warn { color: var(--warn); font-weight: 600 }\n"
	".better { color: var(--good); font-weight: 600 }\n"
	".dim, caption { color: var(--dim) }\n"
	".box { overflow-x: auto; margin: .5rem 0 1rem }\n"
	".box:focus-visible { outline: 2px solid var(--link) }\n"
	"table { border-collapse: collapse; font-size: .9rem; overflow-wrap: normal }\n"
	"caption { text-align: left; padding: .25rem 0 }\n"
	"th, td { padding: .2rem .6rem; text-align: left; vertical-align: top;\n"
	"  border-bottom: 1px solid var(--line) }\n"
	"thead th { border-bottom: 2px solid var(--dim); vertical-align: bottom }\n"
	"tbody tr:nth-child(even) { background: var(--band) }\n"
	"tbody th { font-weight: 600; min-width: 8rem }\n"
	".metrics tbody :is(th, td) { white-space: nowrap }\n"
	"td.n, tbody .n { white-space: nowrap }\n"
	".n { text-align: right; font-variant-numeric: tabular-nums }\n"
	".wide { min-width: 12rem; overflow-wrap: anywhere }\n"
	".out { color: var(--dim) }\n"
	"pre { background: var(--band); padding: .75rem; overflow-x: auto; font-size: .9rem }\n"
	"figure { margin: 1rem 0 }\n"
	"img { display: block; width: 100%; min-width: 40rem; height: auto; background: #fff;\n"
	"  border: 1px solid var(--line) }\n"
	"figcaption { color: var(--dim); font-size: .9rem }\n"
	"summary { cursor: pointer; font-weight: 600; padding: .25rem 0 }\n"
	"@media print { body { max-width: none; padding: 0; font-size: 9pt }\n"
	"  .box { overflow: visible } figure, tr { break-inside: avoid }\n"
	"  h2, h3 { break-after: avoid }\n"
	"  details::details-content { content-visibility: visible; block-size: auto } }\n";

static const char policy[] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
			     "base-uri 'none'; form-action 'none'";

const char *bt_report_name(const struct bt_report *report, unsigned document, char *buf,
			   size_t size)
{
	const char *name = bt_plot_name(report->results[document]);

	if (report->count > 1)
		snprintf(buf, size, "%c: %s", bt_samples_letter(document), name);
	else
		snprintf(buf, size, "%s", name);
	return buf;
}

void bt_report_table(FILE *out, const char *kind, const char *caption)
{
	bt_html(out, "<div class=\"box\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">"
		"<table class=\"%s\"><caption>%s</caption>\n", caption, kind, caption);
}

void bt_report_table_end(FILE *out)
{
	bt_html(out, "</tbody></table></div>\n");
}

void bt_report_begin(FILE *out, const char *title)
{
	bt_html(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"generator\" content=\"buddytop %s\">\n"
		"<title>%s</title>\n<style>\n", policy, PACKAGE_VERSION, title);
	fputs(style, out);
	bt_html(out, "</style>\n</head>\n<body>\n<header>\n<h1>%s</h1>\n", title);
}

void bt_report_end(FILE *out)
{
	bt_html(out, "</main>\n<footer><p class=\"dim\">Made by buddytop %s. buddytop(7) gives the "
		"meaning of each number.</p></footer>\n</body>\n</html>\n", PACKAGE_VERSION);
}

static void put_head(const struct bt_report *report, FILE *out)
{
	char title[160], name[128], warning[256], when[32];

	snprintf(title, sizeof(title), "buddytop: plan %s", report->results[0]->plan_name ?
		 report->results[0]->plan_name : "?");
	if (report->title)
		bt_copy_clean(title, sizeof(title), report->title);
	bt_report_begin(out, title);
	for (unsigned i = 0; i < report->count; i++) {
		const struct bt_result *result = report->results[i];

		bt_utc_text(result->start_utc_ns, when, sizeof(when));
		bt_html(out, "<p>%s \u2014 %s, Linux %s, %s</p>\n",
			bt_report_name(report, i, name, sizeof(name)), result->machine.host,
			result->machine.kernel, when);
		bt_plot_warning(result, warning, sizeof(warning));
		if (warning[0])
			bt_html(out, "<p class=\"warn\">%s</p>\n", warning);
	}
	bt_html(out, "</header>\n<main>\n");
}

static int put_picture(const struct bt_plot *plot, FILE *out, struct bt_err *err)
{
	const struct bt_plot_kind *kind = bt_plot_kind_find(plot->kind);
	char *picture;
	size_t size;
	int rc = bt_plot_draw(plot, &picture, &size, err);

	if (rc)
		return rc;
	bt_html(out, "<figure>\n<div class=\"box\" role=\"region\" tabindex=\"0\" "
		"aria-label=\"%s\"><img alt=\"%s. %s The tables have the numbers.\" "
		"src=\"data:image/svg+xml;base64,", kind->title, kind->title, kind->shows);
	bt_html_base64(out, picture, size);
	bt_html(out, "\"></div>\n<figcaption>%s. %s</figcaption>\n</figure>\n", kind->title,
		kind->shows);
	free(picture);
	return 0;
}

void bt_report_pictures(const struct bt_plot *plot, FILE *out, struct bt_err *missing)
{
	struct bt_plot one = *plot;

	bt_html(out, "<section>\n<h2 id=\"pictures\">Pictures</h2>\n");
	for (unsigned i = 0; i < bt_plot_kind_count && !missing->code; i++) {
		one.kind = bt_plot_kinds[i].name;
		if (bt_plot_kinds[i].of == bt_plot_sort(plot) && bt_plot_kinds[i].has(&one))
			put_picture(&one, out, missing);
	}
	if (missing->code)
		bt_html(out, "<p class=\"warn\">Pictures are missing: %s</p>\n", missing->text);
	bt_html(out, "</section>\n");
}

static void put_body(const struct bt_report *report, FILE *out, struct bt_err *missing)
{
	struct bt_plot plot = { .results = report->results, .count = report->count,
				.title = report->title, .format = BT_PLOT_SVG };
	char name[128];

	if (report->count > 1)
		bt_report_comparison(report, out);
	bt_report_pictures(&plot, out, missing);
	bt_report_warnings(report, out);
	for (unsigned i = 0; i < report->count; i++) {
		bt_html(out, "<section>\n<h2 id=\"results%u\">Results%s%s</h2>\n", i,
			report->count > 1 ? " of " : "", report->count > 1 ?
			bt_report_name(report, i, name, sizeof(name)) : "");
		bt_report_overview(report, i, out);
		bt_report_medians(report, i, out);
		bt_report_repetitions(report, i, out);
		bt_html(out, "</section>\n");
	}
	bt_report_machines(report, out);
	bt_report_plans(report, out);
}

int bt_report_make(const struct bt_report *report, char **page, size_t *size,
		   struct bt_err *missing, struct bt_err *err)
{
	FILE *out = open_memstream(page, size);

	*missing = (struct bt_err){ .code = 0 };
	if (!out)
		return bt_err_set(err, errno, "no memory for the report");
	put_head(report, out);
	put_body(report, out, missing);
	bt_report_end(out);
	if (fclose(out))
		return bt_err_set(err, ENOMEM, "no memory for the report");
	return 0;
}
