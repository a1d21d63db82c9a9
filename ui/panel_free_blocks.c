// SPDX-License-Identifier: GPL-2.0
/* Free blocks: a row for each order, the largest first; by zone or by node, and over time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame/fragment.h"
#include "ui/fragment.h"
#include "ui/panel.h"
#include "ui/spark.h"

enum mode { BY_ZONE, BY_NODE };
static const char *const modes[] = { [BY_ZONE] = "by zone", [BY_NODE] = "by node", NULL };

#define SUM_COLS (UI_ORDER_COLS + UI_BLOCK_COLS + 9)
#define COLUMN_COLS 11
#define SHARE_COLS 24
#define SHARE_BAR_COLS 15
#define SPARK_MIN_COLS 18

/* What stands beside the sum: a zone, all zones of a node, or all of the baseline. */
struct column {
	char name[12];
	struct bt_blocks blocks;
	uint64_t managed_pages;
};

struct table {
	const struct ui_model *model;
	struct bt_blocks all;
	struct column columns[BT_MAX_ZONES + 1];
	unsigned column_count, shown;
	bool share;
	int spark_col, spark_cols;
};

static struct column *find_column(struct table *table, const char *name)
{
	struct column *column;

	for (unsigned c = 0; c < table->column_count; c++) {
		if (!strcmp(table->columns[c].name, name))
			return &table->columns[c];
	}
	column = &table->columns[table->column_count++];
	*column = (struct column){ .managed_pages = 0 };
	snprintf(column->name, sizeof(column->name), "%s", name);
	return column;
}

static void collect(struct table *table, enum mode mode)
{
	const struct bt_point *point = table->model->point;
	const struct bt_point_zone *zones = bt_point_zones(table->model->history, point);

	for (unsigned z = 0; zones && z < point->zone_count; z++) {
		struct column *column;
		char name[sizeof(column->name)] = "";

		if (mode == BY_NODE)
			snprintf(name, sizeof(name), "node %u", zones[z].node % BT_MAX_NODES);
		else
			snprintf(name, sizeof(name), "n%u %.7s", zones[z].node % BT_MAX_NODES,
				 zones[z].name);
		column = find_column(table, name);
		bt_blocks_add_narrow(&column->blocks, zones[z].free_blocks);
		if (zones[z].managed_pages != BT_UNKNOWN)
			column->managed_pages += zones[z].managed_pages;
	}
}

/* First, and largest, so that it stays so. */
static void collect_baseline(struct table *table)
{
	const struct bt_point *baseline = ui_model_baseline(table->model);
	struct column *column;

	if (!baseline)
		return;
	column = find_column(table, ui_model_compared_label(table->model));
	column->blocks = ui_fragment_blocks(table->model, baseline, 0);
	column->managed_pages = UINT64_MAX;
}

/* Where not all fit, the largest first. */
static void sort_columns(struct table *table)
{
	for (unsigned i = 1; i < table->column_count; i++) {
		struct column column = table->columns[i];
		unsigned at = i;

		for (; at && table->columns[at - 1].managed_pages < column.managed_pages; at--)
			table->columns[at] = table->columns[at - 1];
		table->columns[at] = column;
	}
}

/* Columns come before the share, and both leave a graph that says something. */
static void place(struct table *table, int cols)
{
	int col = SUM_COLS, room = cols - col - SPARK_MIN_COLS;
	int fit = room > 0 ? room / COLUMN_COLS : 0;

	table->shown = table->column_count < (unsigned)fit ? table->column_count : (unsigned)fit;
	if (table->shown < table->column_count)
		sort_columns(table);
	/* The only zone is the sum once more. */
	if (table->column_count == 1 && !ui_model_baseline(table->model))
		table->shown = 0;
	col += (int)table->shown * COLUMN_COLS;
	table->share = cols - col - SHARE_COLS >= SPARK_MIN_COLS;
	col += table->share ? SHARE_COLS : 0;
	table->spark_col = col + (table->shown && table->shown < table->column_count ? 5 : 2);
	table->spark_cols = cols - table->spark_col;
}

static void draw_heads(const struct table *table, const struct ui_area *area)
{
	int col = SUM_COLS;

	ui_fragment_order_head(area, 0, true);
	ui_put_right(area, 0, col, UI_ROLE_DIM, "all");
	for (unsigned c = 0; c < table->shown; c++) {
		col += COLUMN_COLS;
		ui_put_right(area, 0, col, UI_ROLE_DIM, table->columns[c].name);
	}
	if (table->shown && table->shown < table->column_count)
		ui_putf(area, 0, col + 1, UI_ROLE_DIM, "+%u", table->column_count - table->shown);
	if (table->share)
		ui_put(area, 0, col + 2, UI_ROLE_DIM, "of free memory");
	ui_spark_head(table->model, area, 0, table->spark_col, table->spark_cols);
}

static void put_count(const struct ui_area *area, int row, int end, uint64_t count, bool sum)
{
	char text[UI_TEXT];

	ui_put_right(area, row, end, !count ? UI_ROLE_RULE : sum ? UI_ROLE_STRONG : UI_ROLE_NORMAL,
		     ui_text_blocks(count, text));
}

static void draw_share(const struct table *table, unsigned order, const struct ui_area *area,
		       int row, int col)
{
	uint64_t pages = bt_blocks_pages(&table->all);
	double ratio = pages ? ldexp((double)table->all.count[order], (int)order) / (double)pages :
			       NAN;
	char text[UI_TEXT];

	ui_bar(area, row, col + 2, SHARE_BAR_COLS, ratio, UI_ROLE_GRAPH_A);
	ui_put_right(area, row, col + SHARE_COLS, UI_ROLE_DIM, ui_text_percent(ratio, text));
}

static double count_of(const struct bt_blocks *blocks, unsigned order)
{
	return order < blocks->orders ? (double)blocks->count[order] : NAN;
}

static void draw_spark(const struct table *table, unsigned order, const struct ui_area *area,
		       int row)
{
	double values[UI_SERIES_MAX];
	unsigned count = ui_fragment_series(table->model, ui_model_point, count_of, order, 0, values,
					    ui_spark_capacity(table->model, table->spark_cols));

	ui_spark(table->model, area, row, table->spark_col, table->spark_cols, values, count,
		 ui_series_max(values, count), UI_ROLE_GRAPH_A);
}

static void draw_order(const struct table *table, unsigned order, const struct ui_area *area,
		       int row)
{
	int col = SUM_COLS;

	ui_fragment_order(table->model, order, area, row, true);
	put_count(area, row, col, table->all.count[order], true);
	for (unsigned c = 0; c < table->shown; c++) {
		col += COLUMN_COLS;
		put_count(area, row, col, table->columns[c].blocks.count[order], false);
	}
	if (table->share)
		draw_share(table, order, area, row, col);
	if (table->spark_cols > 0)
		draw_spark(table, order, area, row);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	struct table *table;
	unsigned order;

	if (!model->point)
		return;
	table = bt_xcalloc(1, sizeof(*table));
	table->model = model;
	table->all = ui_fragment_blocks(model, model->point, 0);
	collect_baseline(table);
	collect(table, state->mode);
	place(table, area->rect.cols);
	draw_heads(table, area);
	order = table->all.orders - ui_first_row(state->scroll, table->all.orders,
						 area->rect.rows - 1);
	for (int row = 1; row < area->rect.rows && order > 0; row++)
		draw_order(table, --order, area, row);
	if (order > 0)
		ui_put_more(area);
	if (!table->all.orders)
		ui_put(area, 1, 0, UI_ROLE_DIM, "this machine tells no free lists");
	free(table);
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	struct bt_blocks all = { .orders = 0 };
	char text[UI_TEXT], size[UI_TEXT];
	uint64_t count = 0;
	int order = -1;

	(void)only;
	if (model->point) {
		all = ui_fragment_blocks(model, model->point, 0);
		order = bt_blocks_largest(&all, &count);
	}
	if (order < 0) {
		ui_row_add(row, 0, UI_ROLE_STRONG, "largest order still available", "%s",
			   all.orders ? "none" : "?");
		return;
	}
	ui_row_add(row, 0, UI_ROLE_STRONG, "largest order still available", "%d", order);
	ui_row_add(row, 1, UI_ROLE_NORMAL, "", "%s of %s", ui_text_blocks(count, text),
		   ui_text_bytes(&model->units, (uint64_t)model->machine->page_bytes << order, size));
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)state;
	return model->point ? ui_fragment_blocks(model, model->point, 0).orders : 0;
}

const struct ui_panel_ops ui_panel_free_blocks = {
	.title = "Free blocks",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.modes = modes,
};
