// SPDX-License-Identifier: GPL-2.0
/* Results as tables: all runs at one look, Markdown, CSV. */
#include <math.h>
#include <stdlib.h>

#include "bench/print_rows.h"
#include "bench/table.h"

#define WIDTH 80

/* ---- all runs at one look ----------------------------------------------------------------- */

/* What tells runs apart, the more important the later it gives way. */
static const struct {
	struct bt_table_column column;
	const char *key;
} overview[] = {
	{ { .title = "run" }, NULL },
	{ { "idle", true, 4 }, "idle_available_bytes" },
	{ { "antagonized", true, 1 }, "antagonized_available_bytes" },
	{ { "allocs", true, 1 }, "allocs_per_s" },
	{ { "alloc p50", true, 3 }, "alloc_p50_ns" },
	{ { "alloc p99", true, 2 }, "alloc_p99_ns" },
	{ { "free p99", true, 5 }, "free_p99_ns" },
	{ { "failures", true, 6 }, "alloc_failures" },
};

#define COLUMNS BT_ARRAY_SIZE(overview)

static void add_overview(struct bt_table *table, const struct bt_result *result,
			 const struct bt_result_run *run)
{
	char texts[COLUMNS][BT_PRINT_TEXT];
	const char *cells[COLUMNS] = { run->label };
	struct bt_print_row row;

	for (unsigned i = 1; i < COLUMNS; i++) {
		const struct bt_result_metric *metric = bt_result_metric_find(overview[i].key);

		cells[i] = bt_print_row(&row, result, run, metric) ?
			   bt_print_cell(metric, row.summary.median, texts[i]) : "";
	}
	bt_table_row(table, cells);
}

void bt_print_overview(FILE *out, const struct bt_result *result, bool markdown)
{
	struct bt_table_column columns[COLUMNS];
	struct bt_table *table;
	unsigned runs = 0;

	for (unsigned i = 0; i < COLUMNS; i++)
		columns[i] = overview[i].column;
	table = bt_table_create(columns, COLUMNS);
	for (unsigned i = 0; i < result->run_count; i++) {
		if (!result->runs[i].repetition_count)
			continue;
		add_overview(table, result, &result->runs[i]);
		runs++;
	}
	if (runs > 1 && markdown) {
		bt_table_markdown(table, out);
	} else if (runs > 1) {
		fputs("\nmedians\n", out);
		bt_table_print(table, out, WIDTH);
	}
	bt_table_free(table);
}

/* ---- Markdown ----------------------------------------------------------------------------- */

static void add_row(struct bt_table *table, const struct bt_print_row *row)
{
	char median[BT_PRINT_TEXT], low[BT_PRINT_TEXT], high[BT_PRINT_TEXT], count[16],
		change[BT_PRINT_CHANGE];
	const char *const cells[] = {
		row->metric->label,
		bt_result_metric_text(row->metric, row->summary.median, median, sizeof(median)),
		bt_result_metric_text(row->metric, row->summary.p25, low, sizeof(low)),
		bt_result_metric_text(row->metric, row->summary.p75, high, sizeof(high)),
		count, bt_print_change(row, change, sizeof(change)),
	};

	snprintf(count, sizeof(count), "%zu", row->summary.count);
	bt_table_row(table, cells);
}

void bt_print_markdown(FILE *out, const struct bt_result *result)
{
	static const struct bt_table_column columns[] = {
		{ .title = "metric" }, { "median", true, 0 }, { "25 %", true, 0 },
		{ "75 %", true, 0 }, { "n", true, 0 }, { .title = "change [95 % CI]" },
	};
	struct bt_table *table = bt_table_create(columns, BT_ARRAY_SIZE(columns));
	struct bt_print_row row;

	fputs("```\n", out);
	bt_print_head(out, result);
	for (unsigned i = 0; i < result->warning_count; i++)
		fprintf(out, "warning: %s\n", result->warnings[i]);
	fputs("```\n\n", out);
	bt_print_overview(out, result, true);
	for (unsigned i = 0; i < result->run_count; i++) {
		const struct bt_result_run *run = &result->runs[i];

		if (run->repetition_count)
			bt_table_heading(table, run->label);
		for (unsigned j = 0; j < bt_result_metric_count; j++) {
			if (bt_print_row(&row, result, run, &bt_result_metrics[j]))
				add_row(table, &row);
		}
	}
	bt_table_markdown(table, out);
	bt_table_free(table);
	bt_print_remarks(out, result, "- ");
}

/* ---- CSV ---------------------------------------------------------------------------------- */

enum { CSV_RUN, CSV_REPETITION, CSV_START, CSV_COUNTED, CSV_FLAW, CSV_METRICS };

static void add_repetition(struct bt_table *table, const struct bt_result *result,
			   const struct bt_result_run *run, const struct bt_result_repetition *r)
{
	char number[16], utc[BT_PRINT_TEXT], values[BT_TABLE_COLUMNS_MAX][BT_PRINT_TEXT];
	const char *cells[BT_TABLE_COLUMNS_MAX] = {
		[CSV_RUN] = run->label,
		[CSV_REPETITION] = number,
		[CSV_START] = utc,
		[CSV_COUNTED] = bt_result_counts(r) ? "yes" : "no",
		[CSV_FLAW] = r->complete ? r->flaw : "not complete",
	};

	snprintf(number, sizeof(number), "%u", r->number);
	bt_utc_text(r->start_utc_ns, utc, sizeof(utc));
	for (unsigned i = 0; i < bt_result_metric_count; i++) {
		const struct bt_result_metric *metric = &bt_result_metrics[i];
		double value = bt_result_value(metric, r);
		bool known = !isnan(value) && (result->latencies || !metric->latency);

		values[i][0] = '\0';
		if (known)
			snprintf(values[i], sizeof(values[i]), "%.15g", value);
		cells[CSV_METRICS + i] = values[i];
	}
	bt_table_row(table, cells);
}

void bt_print_csv(FILE *out, const struct bt_result *result)
{
	struct bt_table_column columns[BT_TABLE_COLUMNS_MAX] = {
		[CSV_RUN] = { .title = "run" },
		[CSV_REPETITION] = { .title = "repetition" },
		[CSV_START] = { .title = "start_utc" },
		[CSV_COUNTED] = { .title = "counted" },
		[CSV_FLAW] = { .title = "flaw" },
	};
	struct bt_table *table;

	for (unsigned i = 0; i < bt_result_metric_count; i++)
		columns[CSV_METRICS + i].title = bt_result_metrics[i].key;
	table = bt_table_create(columns, CSV_METRICS + bt_result_metric_count);
	for (unsigned i = 0; i < result->run_count; i++) {
		const struct bt_result_run *run = &result->runs[i];

		for (unsigned j = 0; j < run->repetition_count; j++)
			add_repetition(table, result, run, &run->repetitions[j]);
	}
	bt_table_csv(table, out);
	bt_table_free(table);
}
