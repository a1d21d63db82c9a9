// SPDX-License-Identifier: GPL-2.0
/* A comparison as tables, for people and for spreadsheets. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/table.h"

#define CELL BT_COMPARE_CELL
/* Below it verdicts are shorter, so that the widest numbers fit into 80. */
#define NARROW_COLS 100

/* ---- cells ------------------------------------------------------------------------------- */

/* "+3.1", "+312"; the tenths of what is large are nobody's concern. */
static const char *text_percent(double ratio, char cell[CELL])
{
	double percent = ratio * 100;

	if (fabs(percent) < 0.05)
		snprintf(cell, CELL, "0.0"); /* never "-0.0" */
	else
		snprintf(cell, CELL, "%+.*f", fabs(percent) < 99.95 ? 1 : 0, percent);
	return cell;
}

static void text_difference(const struct bt_compare_row *row, char cell[CELL])
{
	const struct bt_difference *d = &row->difference;
	char amount[24], percent[CELL];

	if (!isnan(d->ratio))
		snprintf(cell, CELL, "%.40s %%", text_percent(d->ratio, percent));
	else if (d->difference == 0)
		snprintf(cell, CELL, "0");
	else /* from 0 there is no percentage */
		snprintf(cell, CELL, "%c%s", d->difference > 0 ? '+' : '-',
			 bt_compare_text(row->a, fabs(d->difference), amount, sizeof(amount)));
}

static void text_interval(const struct bt_compare_row *row, char cell[CELL])
{
	const struct bt_ci *ci = &row->difference.ratio_ci;
	char low[CELL], high[CELL];

	if (!isnan(ci->low) && !isnan(ci->high))
		snprintf(cell, CELL, "%.20s..%.20s %%", text_percent(ci->low, low),
			 text_percent(ci->high, high));
}

static void text_verdict(const struct bt_compare_row *row, bool narrow, char cell[CELL])
{
	static const char *const short_text[BT_VERDICT_COUNT] = {
		[BT_VERDICT_TOO_FEW] = "too few runs", [BT_VERDICT_NONE] = "none shown",
	};
	static const char *const effect[] = {
		[BT_EFFECT_NONE] = "", [BT_EFFECT_BETTER] = " (better)",
		[BT_EFFECT_WORSE] = " (worse)",
	};
	/* Faster and slower say it already. */
	bool told = row->verdict == BT_VERDICT_FASTER || row->verdict == BT_VERDICT_SLOWER;

	if (row->below_noise)
		snprintf(cell, CELL, "%s", narrow ? "below noise" :
			 "no difference shown, below noise");
	else if (narrow && short_text[row->verdict])
		snprintf(cell, CELL, "%s", short_text[row->verdict]);
	else
		snprintf(cell, CELL, "%s%s", bt_verdict_text[row->verdict],
			 told ? "" : effect[row->effect]);
}

static void text_p(double p, char cell[CELL])
{
	if (p < 0.001)
		snprintf(cell, CELL, "<.001");
	else if (!isnan(p))
		snprintf(cell, CELL, "%.3f", p);
}

/* One value has no spread. */
static void text_spread(const struct bt_samples_series *series, const struct bt_summary *summary,
			char cell[CELL])
{
	if (series->count > 1)
		bt_compare_text(series, summary->p75 - summary->p25, cell, CELL);
}

void bt_compare_cells(const struct bt_compare_row *row, bool narrow,
		      char cells[BT_COLUMN_COUNT][CELL])
{
	memset(cells, 0, BT_COLUMN_COUNT * CELL);
	snprintf(cells[BT_COLUMN_METRIC], CELL, "%s", row->a->label);
	bt_compare_text(row->a, row->summary_a.median, cells[BT_COLUMN_A], CELL);
	text_spread(row->a, &row->summary_a, cells[BT_COLUMN_IQR_A]);
	bt_compare_text(row->b, row->summary_b.median, cells[BT_COLUMN_B], CELL);
	text_spread(row->b, &row->summary_b, cells[BT_COLUMN_IQR_B]);
	snprintf(cells[BT_COLUMN_RUNS], CELL, "%zu/%zu", row->a->count, row->b->count);
	text_difference(row, cells[BT_COLUMN_DIFFERENCE]);
	text_interval(row, cells[BT_COLUMN_CI]);
	text_p(row->p, cells[BT_COLUMN_P]);
	text_verdict(row, narrow, cells[BT_COLUMN_VERDICT]);
}

static void add_row(struct bt_table *table, const struct bt_compare_row *row, bool narrow)
{
	char texts[BT_COLUMN_COUNT][CELL];
	const char *cells[BT_COLUMN_COUNT];

	bt_compare_cells(row, narrow, texts);
	for (unsigned i = 0; i < BT_COLUMN_COUNT; i++)
		cells[i] = texts[i];
	bt_table_row(table, cells);
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Counters that never moved say nothing; there are dozens of them in a recording. */
static bool is_silent(const struct bt_compare_row *row)
{
	return row->summary_a.min == 0 && row->summary_a.max == 0 && row->summary_b.min == 0 &&
	       row->summary_b.max == 0;
}

static bool is_listed(const struct bt_compare_row *row, bool changed)
{
	return changed ? row->verdict > BT_VERDICT_NONE : !is_silent(row);
}

static void add_heading(struct bt_table *table, const struct bt_comparison *c,
			const struct bt_compare_row *row)
{
	char text[BT_ERR_TEXT];
	bool same = !strcmp(row->a->config, row->b->config);

	snprintf(text, sizeof(text), "%s%s%s", row->a->config, same ? "" : " against ",
		 same ? "" : row->b->config);
	if (c->document_count > 2) {
		size_t used = strlen(text);

		snprintf(text + used, sizeof(text) - used, "  (A, %c)", bt_samples_letter(row->document));
	}
	bt_table_heading(table, text);
}

/* The table of one document against the first; NULL: no row. */
static struct bt_table *make_table(const struct bt_comparison *c, unsigned document, bool changed,
				   bool narrow)
{
	char titles[BT_COLUMN_COUNT][CELL] = {
		[BT_COLUMN_METRIC] = "metric", [BT_COLUMN_A] = "A", [BT_COLUMN_IQR_A] = "IQR",
		[BT_COLUMN_IQR_B] = "IQR",
		[BT_COLUMN_RUNS] = "runs", [BT_COLUMN_DIFFERENCE] = "diff.", [BT_COLUMN_P] = "p",
		[BT_COLUMN_VERDICT] = "verdict",
	};
	/* p stays longest: it is short. */
	static const unsigned rank[BT_COLUMN_COUNT] = {
		[BT_COLUMN_P] = 1, [BT_COLUMN_CI] = 2, [BT_COLUMN_RUNS] = 3,
		[BT_COLUMN_IQR_A] = 4, [BT_COLUMN_IQR_B] = 4,
	};
	struct bt_table_column columns[BT_COLUMN_COUNT];
	const struct bt_compare_row *row, *last = NULL, *end = c->rows + c->row_count;
	struct bt_table *table;

	snprintf(titles[BT_COLUMN_B], CELL, "%c", bt_samples_letter(document));
	snprintf(titles[BT_COLUMN_CI], CELL, "%g %% CI", c->options.confidence * 100);
	for (unsigned i = 0; i < BT_COLUMN_COUNT; i++)
		columns[i] = (struct bt_table_column){
			.title = titles[i], .rank = rank[i],
			.right = i != BT_COLUMN_METRIC && i != BT_COLUMN_VERDICT,
		};
	table = bt_table_create(columns, BT_COLUMN_COUNT);
	for (row = c->rows; row < end; row++) {
		if (row->document != document || !is_listed(row, changed))
			continue;
		if (!last || strcmp(last->a->config, row->a->config))
			add_heading(table, c, row);
		add_row(table, row, narrow);
		last = row;
	}
	if (last)
		return table;
	bt_table_free(table);
	return NULL;
}

/* ---- what stands around the tables ------------------------------------------------------- */

/* Documents come from anywhere: their texts are no markup. */
static void put_text(FILE *out, const char *text, unsigned indent, unsigned width, bool markdown)
{
	if (!markdown) {
		bt_table_wrap(out, text, indent, width);
		return;
	}
	bt_table_markdown_text(out, text);
	putc('\n', out);
}

static void put_documents(const struct bt_comparison *c, FILE *out, bool markdown)
{
	for (unsigned i = 0; i < c->document_count; i++) {
		const struct bt_samples *d = c->documents[i];
		const char *host = d->machine.host, *kernel = d->machine.kernel;
		char *raw = bt_xasprintf("%s: %s%s%s%s%s", d->path, bt_samples_kind_name[d->kind],
					 *host ? " of " : "", host, *kernel ? ", kernel " : "",
					 kernel);
		char text[2 * BT_ERR_TEXT];

		bt_copy_clean(text, sizeof(text), raw);
		free(raw);
		fprintf(out, "%s%c  ", markdown ? "- " : "", bt_samples_letter(i));
		put_text(out, text, 0, 0, markdown);
	}
}

static void put_reasons(const struct bt_comparison *c, FILE *out, unsigned width, bool markdown)
{
	if (!c->reason_count)
		return;
	fputs("NOT COMPARABLE, compared by force:\n", out);
	for (unsigned i = 0; i < c->reason_count; i++) {
		fputs("- ", out);
		put_text(out, c->reasons[i], 2, width, markdown);
	}
	putc('\n', out);
}

static void put_summary(const struct bt_comparison *c, FILE *out, unsigned width)
{
	char text[BT_ERR_TEXT], regressions[64] = "";

	if (!isnan(c->options.regression_percent))
		snprintf(regressions, sizeof(regressions), "; %u worse by %g %% or more",
			 c->regressions, c->options.regression_percent);
	snprintf(text, sizeof(text), "%zu comparisons: %u better, %u worse, %u different but "
		 "neither, %u no difference shown, %u too few runs to tell%s.", c->row_count,
		 c->better, c->worse, c->other, c->none, c->too_few, regressions);
	bt_table_wrap(out, text, 0, width);
}

static unsigned count_silent(const struct bt_comparison *c)
{
	unsigned silent = 0;

	for (size_t i = 0; i < c->row_count; i++)
		silent += is_silent(&c->rows[i]);
	return silent;
}

static void put_tables(const struct bt_comparison *c, FILE *out, bool changed, unsigned width,
		       bool markdown)
{
	for (unsigned i = 1; i < c->document_count; i++) {
		struct bt_table *table = make_table(c, i, changed, width && width < NARROW_COLS);

		if (!table)
			continue;
		if (markdown)
			bt_table_markdown(table, out);
		else
			bt_table_print(table, out, width);
		putc('\n', out);
		bt_table_free(table);
	}
}

static void put_notes(const struct bt_comparison *c, FILE *out, bool changed, unsigned width,
		      bool markdown)
{
	unsigned silent = changed ? 0 : count_silent(c);

	for (unsigned i = 0; i < c->note_count; i++) {
		fputs("- ", out);
		put_text(out, c->notes[i], 2, width, markdown);
	}
	if (silent)
		fprintf(out, "- Not listed: %u of 0 throughout.\n", silent);
}

void bt_compare_print(const struct bt_comparison *c, FILE *out, bool changed, unsigned width)
{
	put_reasons(c, out, width, false);
	put_documents(c, out, false);
	putc('\n', out);
	put_tables(c, out, changed, width, false);
	put_summary(c, out, width);
	put_notes(c, out, changed, width, false);
}

void bt_compare_markdown(const struct bt_comparison *c, FILE *out, bool changed)
{
	put_reasons(c, out, 0, true);
	put_documents(c, out, true);
	putc('\n', out);
	put_tables(c, out, changed, 0, true);
	put_summary(c, out, 0);
	putc('\n', out);
	put_notes(c, out, changed, 0, true);
}

/* ---- for spreadsheets -------------------------------------------------------------------- */

enum csv_column { CSV_DOCUMENT, CSV_CONFIG, CSV_METRIC, CSV_RUNS_A, CSV_MEDIAN_A, CSV_P25_A,
		  CSV_P75_A, CSV_RUNS_B, CSV_MEDIAN_B, CSV_P25_B, CSV_P75_B, CSV_DIFFERENCE,
		  CSV_LOW, CSV_HIGH, CSV_RATIO, CSV_RATIO_LOW, CSV_RATIO_HIGH, CSV_P, CSV_VERDICT,
		  CSV_EFFECT, CSV_CONFIG_B, CSV_REGRESSION, CSV_COMPARABLE, CSV_COUNT };

static const char *const csv_titles[CSV_COUNT] = {
	"document", "configuration", "metric", "runs_a", "median_a", "p25_a", "p75_a", "runs_b",
	"median_b", "p25_b", "p75_b", "difference", "difference_low", "difference_high", "ratio",
	"ratio_low", "ratio_high", "p", "verdict", "effect", "configuration_b", "regression", "comparable",
};

static void csv_row(const struct bt_comparison *c, struct bt_table *table,
		    const struct bt_compare_row *row)
{
	static const char *const effect[] = { "", "better", "worse" };
	const struct bt_difference *d = &row->difference;
	const double numbers[CSV_COUNT] = {
		[CSV_RUNS_A] = (double)row->a->count, [CSV_MEDIAN_A] = row->summary_a.median,
		[CSV_P25_A] = row->summary_a.p25, [CSV_P75_A] = row->summary_a.p75,
		[CSV_RUNS_B] = (double)row->b->count, [CSV_MEDIAN_B] = row->summary_b.median,
		[CSV_P25_B] = row->summary_b.p25, [CSV_P75_B] = row->summary_b.p75,
		[CSV_DIFFERENCE] = d->difference, [CSV_LOW] = d->difference_ci.low,
		[CSV_HIGH] = d->difference_ci.high, [CSV_RATIO] = d->ratio,
		[CSV_RATIO_LOW] = d->ratio_ci.low, [CSV_RATIO_HIGH] = d->ratio_ci.high,
		[CSV_P] = row->p,
	};
	char texts[CSV_COUNT][CELL] = { "" };
	const char *cells[CSV_COUNT];

	for (unsigned i = 0; i < CSV_COUNT; i++) {
		if (!isnan(numbers[i])) /* what is not known is empty */
			snprintf(texts[i], CELL, "%.15g", numbers[i]);
		cells[i] = texts[i];
	}
	cells[CSV_DOCUMENT] = c->documents[row->document]->path;
	cells[CSV_CONFIG] = row->a->config;
	cells[CSV_CONFIG_B] = row->b->config;
	cells[CSV_METRIC] = row->a->metric;
	cells[CSV_VERDICT] = bt_verdict_text[row->verdict];
	cells[CSV_EFFECT] = effect[row->effect];
	cells[CSV_REGRESSION] = row->regression ? "yes" : "no";
	cells[CSV_COMPARABLE] = c->reason_count ? "no" : "yes";
	bt_table_row(table, cells);
}

void bt_compare_csv(const struct bt_comparison *c, FILE *out, bool changed)
{
	struct bt_table_column columns[CSV_COUNT];
	struct bt_table *table;

	for (unsigned i = 0; i < CSV_COUNT; i++)
		columns[i] = (struct bt_table_column){ .title = csv_titles[i] };
	table = bt_table_create(columns, CSV_COUNT);
	for (size_t i = 0; i < c->row_count; i++) {
		if (!changed || c->rows[i].verdict > BT_VERDICT_NONE)
			csv_row(c, table, &c->rows[i]);
	}
	bt_table_csv(table, out);
	bt_table_free(table);
}
