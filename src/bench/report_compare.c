// SPDX-License-Identifier: GPL-2.0
/* The comparison in a report: what `compare` says, whether it would have refused to or not. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/html.h"
#include "bench/plot.h"
#include "bench/plot_data.h"
#include "bench/report_parts.h"

static void put_list(FILE *out, char **texts, unsigned count, const char *kind)
{
	for (unsigned i = 0; i < count; i++)
		bt_html(out, "<li class=\"%s\">%s</li>\n", kind, texts[i]);
}

static void put_row(const struct bt_compare_row *row, FILE *out)
{
	static const char *const kinds[] = {
		[BT_EFFECT_NONE] = "", [BT_EFFECT_BETTER] = "better", [BT_EFFECT_WORSE] = "warn",
	};
	char cells[BT_COLUMN_COUNT][BT_COMPARE_CELL];

	bt_compare_cells(row, false, cells);
	bt_html(out, "<tr><th scope=\"row\">%s</th><td class=\"%s\">%s</td>",
		cells[BT_COLUMN_METRIC], kinds[row->effect], cells[BT_COLUMN_VERDICT]);
	for (unsigned i = BT_COLUMN_A; i < BT_COLUMN_VERDICT; i++)
		bt_html(out, "<td class=\"n\">%s</td>", cells[i]);
	bt_html(out, "</tr>\n");
}

/* The verdict stands where it is seen on a narrow page, too. */
static void put_table_head(const struct bt_comparison *c, const char *caption, const char *other,
			   FILE *out)
{
	bt_report_table(out, "metrics", caption);
	bt_html(out, "<thead><tr><th scope=\"col\">metric</th><th scope=\"col\">verdict</th>"
		"<th scope=\"col\" class=\"n\">A</th>"
		"<th scope=\"col\" class=\"n\">spread</th>"
		"<th scope=\"col\" class=\"n\">%s</th>"
		"<th scope=\"col\" class=\"n\">spread</th>"
		"<th scope=\"col\" class=\"n\">runs</th>"
		"<th scope=\"col\" class=\"n\">difference</th>"
		"<th scope=\"col\" class=\"n\">%u %% interval</th>"
		"<th scope=\"col\" class=\"n\">p</th></tr></thead>\n<tbody>\n", other,
		(unsigned)lround(c->options.confidence * 100));
}

/* Rows of one document and configuration, which stand together. */
static size_t group_end(const struct bt_comparison *c, size_t first, unsigned effects[3])
{
	size_t i = first;

	memset(effects, 0, 3 * sizeof(*effects));
	for (; i < c->row_count && c->rows[i].document == c->rows[first].document &&
	       !strcmp(c->rows[i].a->config, c->rows[first].a->config); i++)
		effects[c->rows[i].effect]++;
	return i;
}

static void put_tables(const struct bt_comparison *c, FILE *out)
{
	unsigned effects[3];
	size_t end;

	for (size_t first = 0; first < c->row_count; first = end) {
		const struct bt_compare_row *row = &c->rows[first];
		char caption[256], other[2] = { bt_samples_letter(row->document), '\0' };

		end = group_end(c, first, effects);
		snprintf(caption, sizeof(caption), "%.200s: A and %s", row->a->config, other);
		bt_html(out, effects[BT_EFFECT_BETTER] + effects[BT_EFFECT_WORSE] ?
			"<details open>\n" : "<details>\n");
		bt_html(out, "<summary>%s: %u better, %u worse</summary>\n", caption,
			effects[BT_EFFECT_BETTER], effects[BT_EFFECT_WORSE]);
		put_table_head(c, caption, other, out);
		for (size_t i = first; i < end; i++)
			put_row(&c->rows[i], out);
		bt_report_table_end(out);
		bt_html(out, "</details>\n");
	}
}

static void put_comparison(const struct bt_comparison *c, FILE *out)
{
	if (c->reason_count)
		bt_html(out, "<p class=\"warn\">These are not comparable:</p>\n<ul>\n");
	put_list(out, c->reasons, c->reason_count, "warn");
	bt_html(out, c->reason_count ? "</ul>\n" : "");
	bt_html(out, "<p>Of %u differences tested, %u are for the better, %u for the worse, %u "
		"neither; %u show none. %u have too few runs to tell.</p>\n", c->tested, c->better,
		c->worse, c->other, c->none, c->too_few);
	put_tables(c, out);
	bt_html(out, "<p class=\"dim\">Values are medians; a spread is as wide as the middle half "
		"of the values. Intervals and p are as of buddytop compare.</p>\n"
		"<ul class=\"dim\">\n");
	put_list(out, c->notes, c->note_count, "");
	bt_html(out, "</ul>\n");
}

void bt_report_comparison(const struct bt_report *report, FILE *out)
{
	struct bt_samples *samples[BT_PLOT_DOCUMENTS_MAX];
	struct bt_compare_options options = bt_compare_defaults;
	struct bt_comparison *comparison;
	struct bt_err err;

	for (unsigned i = 0; i < report->count; i++)
		samples[i] = bt_samples_of_result(report->results[i]);
	options.force = true;
	bt_html(out, "<section>\n<h2 id=\"comparison\">Comparison</h2>\n");
	if (bt_compare(&comparison, (const struct bt_samples *const *)samples, report->count,
		       &options, &err)) {
		bt_html(out, "<p class=\"warn\">%s</p>\n", err.text);
	} else {
		put_comparison(comparison, out);
		bt_compare_free(comparison);
	}
	bt_html(out, "</section>\n");
	for (unsigned i = 0; i < report->count; i++)
		bt_samples_free(samples[i]);
}
