// SPDX-License-Identifier: GPL-2.0
/* How broken up free memory is: both indices of the kernel for each order, of a zone or of all. */
#include <math.h>
#include <stdio.h>

#include "ui/fragment.h"
#include "ui/graph.h"
#include "ui/panel.h"

#define UNUSABLE_COLS 9
#define INDEX_COLS 10
#define VERDICT_COLS 12
#define OBTAINABLE_COLS 12
#define WIDE_COLS 60
#define BAR_MAX_COLS 40
#define HEAD_ROWS 2

/* Above it the kernel compacts, below it reclaims (vm.extfrag_threshold has this by default). */
#define THRESHOLD 500

/* ---- which zone --------------------------------------------------------------------------- */

static int put_choice(const struct ui_area *area, int col, bool selected, const char *name)
{
	int end = col + ui_text_width(name) + 2;

	if (end > area->rect.cols)
		return col;
	ui_putf(area, 0, col, selected ? UI_ROLE_SELECTED : UI_ROLE_DIM, "%s%s%s",
		selected ? "[" : " ", name, selected ? "]" : " ");
	return end;
}

/* What can be chosen; where not all fit, from the chosen one on. */
static void draw_choice(const struct ui_model *model, unsigned selected,
			const struct ui_area *area)
{
	const struct bt_point_zone *zones = bt_point_zones(model->history, model->point);
	unsigned count = zones ? model->point->zone_count : 0;
	unsigned first = selected;
	int width = 0, col = 0;

	/* As many before it as leave room for it. */
	while (first > 0 && width + 12 < area->rect.cols - 12) {
		width += 12;
		first--;
	}
	for (unsigned i = first; i <= count; i++) {
		char name[UI_TEXT] = "all zones";
		int next;

		if (i)
			snprintf(name, sizeof(name), "n%u %s", zones[i - 1].node,
				 zones[i - 1].name);
		next = put_choice(area, col, i == selected, name);
		if (next == col)
			break;
		col = next;
	}
}

/* ---- the table ---------------------------------------------------------------------------- */

static const char *verdict(int index, enum ui_role *role)
{
	*role = UI_ROLE_GOOD;
	if (index == BT_INDEX_SUCCESS)
		return "available";
	*role = UI_ROLE_BAD;
	if (index > THRESHOLD)
		return "fragmented";
	return "too little";
}

/* Where it is narrow, the index stands only where it says more than that there is a block. */
struct columns {
	bool wide;
	int unusable, bar, bar_cols, index, obtainable, verdict;
};

static struct columns place(int cols)
{
	struct columns at = { .wide = cols >= WIDE_COLS };
	int rest = at.wide ? INDEX_COLS + OBTAINABLE_COLS + VERDICT_COLS + 2 : VERDICT_COLS;

	at.unusable = UI_ORDER_COLS + (at.wide ? UI_BLOCK_COLS : 0) + UNUSABLE_COLS;
	at.bar = at.unusable + 2;
	at.bar_cols = cols - at.bar - rest;
	if (at.bar_cols > BAR_MAX_COLS)
		at.bar_cols = BAR_MAX_COLS;
	if (at.bar_cols < 0)
		at.bar_cols = 0;
	at.obtainable = at.bar + at.bar_cols + OBTAINABLE_COLS;
	at.index = at.obtainable + INDEX_COLS;
	at.verdict = at.wide ? at.index + 2 : at.bar + at.bar_cols + 1;
	return at;
}

/* What is looked at, and the same of the baseline where that is to be shown. */
struct subject {
	const struct ui_model *model;
	struct bt_blocks blocks, baseline;
	bool compare;
	struct columns at;
};

static void draw_heads(const struct subject *of, const struct ui_area *area)
{
	const struct columns *at = &of->at;

	ui_fragment_order_head(area, 1, at->wide);
	ui_put_right(area, 1, at->unusable, UI_ROLE_DIM, "unusable");
	if (at->wide) {
		ui_put_right(area, 1, at->obtainable, UI_ROLE_DIM,
			     of->compare ? ui_model_compared_label(of->model) : "obtainable");
		ui_put_right(area, 1, at->index, UI_ROLE_DIM, "index");
	}
	ui_put(area, 1, at->verdict, UI_ROLE_DIM, at->wide ? "a request is" : "a request");
}

static void draw_index(const struct subject *of, unsigned order, const struct ui_area *area,
		       int row)
{
	int index = bt_fragmentation_index(&of->blocks, order);
	enum ui_role role;
	const char *says = verdict(index, &role);
	char text[UI_TEXT];

	if (of->at.wide) {
		if (of->compare)
			ui_text_index(bt_unusable_index(&of->baseline, order), text);
		else
			ui_text_blocks(bt_blocks_suitable(&of->blocks, order), text);
		ui_put_right(area, row, of->at.obtainable, UI_ROLE_NORMAL, text);
		ui_put_right(area, row, of->at.index,
			     index == BT_INDEX_SUCCESS ? UI_ROLE_DIM : UI_ROLE_STRONG,
			     ui_text_index(index, text));
	}
	ui_put(area, row, of->at.verdict, role, says);
}

static void draw_order(const struct subject *of, unsigned order, const struct ui_area *area,
		       int row)
{
	int unusable = bt_unusable_index(&of->blocks, order);
	char text[UI_TEXT];

	ui_fragment_order(of->model, order, area, row, of->at.wide);
	ui_put_right(area, row, of->at.unusable, unusable ? UI_ROLE_STRONG : UI_ROLE_DIM,
		     ui_text_index(unusable, text));
	ui_bar(area, row, of->at.bar, of->at.bar_cols, unusable / 1000.0,
	       unusable > THRESHOLD ? UI_ROLE_WARN : UI_ROLE_GRAPH_A);
	draw_index(of, order, area, row);
}

/* ---- over time ---------------------------------------------------------------------------- */

#define CHART_MIN_ROWS 5

static double unusable_of(const struct bt_blocks *blocks, unsigned order)
{
	int unusable = bt_unusable_index(blocks, order);

	return unusable == BT_INDEX_UNKNOWN ? NAN : unusable;
}

/* With the free places behind it, as all graphs have them. */
static unsigned series(const struct ui_model *model, ui_point_fn at, unsigned zone,
		       unsigned capacity, double *values)
{
	unsigned places = ui_graph_places(model, capacity);
	unsigned count = ui_fragment_series(model, at, unusable_of, ui_fragment_our_order(model),
					    zone, values, capacity - places);

	while (places-- && count)
		values[count++] = NAN;
	return count;
}

static void draw_chart(const struct ui_model *model, unsigned zone, const struct ui_area *area)
{
	struct ui_area body = ui_area_part(area, 1, 0, area->rect.rows - 1, area->rect.cols);
	struct ui_area plot = ui_graph_plot(&body), below;
	static const struct ui_scale scale = { .low = 0, .high = 1000 };
	unsigned capacity = ui_chart_capacity(&plot), per_column = ui_chart_per_column(&plot);
	double values[UI_SERIES_MAX];
	unsigned count = series(model, ui_model_baseline_point, zone, capacity, values);

	ui_putf(area, 0, 0, UI_ROLE_DIM, "unusable for order %u over time%s%s",
		ui_fragment_our_order(model), count ? "; dotted: " : "",
		count ? ui_model_compared_label(model) : "");
	ui_chart_ghost(&plot, values, count, &scale);
	count = series(model, ui_model_point, zone, capacity, values);
	ui_chart(&plot, values, count, &scale, UI_ROLE_GRAPH_A);
	ui_graph_events(model, &plot, per_column);
	ui_put_right(&body, 0, body.rect.cols, UI_ROLE_DIM, "1.000");
	ui_put_right(&body, plot.rect.rows - 1, body.rect.cols, UI_ROLE_DIM, "0.000");
	below = ui_area_part(&body, plot.rect.rows, 0, 1, plot.rect.cols);
	if (below.rect.rows > 0)
		ui_graph_axis(model, &below, 0, capacity, per_column);
}

/* ---- the panel ---------------------------------------------------------------------------- */

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	const struct bt_point *baseline = ui_model_baseline(model);
	struct subject of = { .model = model, .compare = baseline != NULL,
			      .at = place(area->rect.cols) };
	struct ui_area rest;
	unsigned order, zone;
	int row = HEAD_ROWS;

	if (!model->point)
		return;
	zone = state->selected <= model->point->zone_count ? state->selected : 0;
	of.blocks = ui_fragment_blocks(model, model->point, zone);
	if (baseline)
		of.baseline = ui_fragment_blocks(model, baseline, zone);
	order = of.blocks.orders;
	draw_choice(model, zone, area);
	if (!order) {
		ui_put(area, 1, 0, UI_ROLE_DIM, "this machine tells no free lists");
		return;
	}
	draw_heads(&of, area);
	for (; row < area->rect.rows && order > 0; row++)
		draw_order(&of, --order, area, row);
	rest = ui_area_part(area, row + 1, 0, area->rect.rows - row - 1, area->rect.cols);
	if (rest.rect.rows >= CHART_MIN_ROWS)
		draw_chart(model, zone, &rest);
}

/* Of the order that the antagonist asks for, all zones together. */
static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	unsigned order = ui_fragment_our_order(model);
	struct bt_blocks blocks = { .orders = 0 };
	char text[UI_TEXT];

	(void)only;
	if (model->point)
		blocks = ui_fragment_blocks(model, model->point, 0);
	ui_row_add(row, 0, UI_ROLE_STRONG, "unusable", "%s",
		   ui_text_index(bt_unusable_index(&blocks, order), text));
	ui_row_add(row, 1, UI_ROLE_NORMAL, "for order", "%u", order);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)state;
	return model->point ? model->point->zone_count + 1u : 0;
}

const struct ui_panel_ops ui_panel_fragmentation = {
	.title = "Fragmentation",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.selects = true,
};
