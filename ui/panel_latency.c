// SPDX-License-Identifier: GPL-2.0
/* Latency: percentiles of allocation and free, each with its own line over time. */
#include <math.h>

#include "ui/chart.h"
#include "ui/panel.h"

#define LABEL_COLS 7
#define VALUE_COLS 8
#define SPARK_MIN_COLS 6
#define MAX_ROW BT_QUANTILES	/* the maximum stands below the quantiles */

static const char *const row_names[BT_QUANTILES + 1] = {
	[BT_P50] = "p50", [BT_P90] = "p90", [BT_P99] = "p99", [BT_P999] = "p99.9",
	[MAX_ROW] = "max <=",
};

static uint64_t latency_ns(const struct bt_point *point, unsigned op, unsigned row)
{
	const struct bt_latency *latency = &point->latency[op];

	return row == MAX_ROW ? latency->max_edge_ns : latency->quantile_ns[row];
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	uint64_t p99 = model->point ? latency_ns(model->point, BT_OP_ALLOC, BT_P99) : BT_UNKNOWN;
	char text[UI_TEXT];

	(void)only;
	ui_row_add(row, 0, UI_ROLE_STRONG, "p99", "%s", ui_text_latency(&model->units, p99, text));
	if (model->live)
		ui_row_add(row, 1, UI_ROLE_NORMAL, "clock", "%s",
			   ui_text_latency(&model->units, model->live->clock_pair_ns, text));
}

/* One operation's half of the table. */
struct half {
	const struct ui_model *model;
	unsigned op;
	struct ui_scale scale;	/* the same for all its lines, so that they compare */
	int col, cols;		/* of the value and the line after it */
};

static double as_double(uint64_t ns)
{
	return ns == BT_UNKNOWN ? NAN : (double)ns;
}

static unsigned series(const struct half *half, unsigned row, double *values, unsigned want)
{
	unsigned have = 0;

	while (have < want && ui_model_point(half->model, have))
		have++;
	for (unsigned age = 0; age < have; age++) {
		const struct bt_point *point = ui_model_point(half->model, age);

		values[have - 1 - age] = point->gap ? UI_GAP :
						      as_double(latency_ns(point, half->op, row));
	}
	return have;
}

/* From the lowest median to the highest maximum shown, in powers of two. */
static void fit_scale(struct half *half, unsigned want)
{
	double values[UI_SERIES_MAX], low, high;

	low = ui_series_min(values, series(half, BT_P50, values, want));
	high = ui_series_max(values, series(half, MAX_ROW, values, want));
	if (isnan(low) || isnan(high)) {
		half->scale = (struct ui_scale){ 1, 2, true };
		return;
	}
	half->scale.log = true;
	half->scale.low = exp2(floor(log2(low > 1 ? low : 1)));
	half->scale.high = exp2(ceil(log2(high > 1 ? high : 1)));
	if (half->scale.high <= half->scale.low)
		half->scale.high = half->scale.low * 2;
}

static void draw_line(const struct half *half, const struct ui_area *area, unsigned row, int top,
		      int tall)
{
	static const enum ui_role roles[BT_OP_COUNT] = { UI_ROLE_GRAPH_A, UI_ROLE_GRAPH_B };
	int blank = tall > 1;	/* a row between two lines where there is room */
	struct ui_area spark = ui_area_part(area, top + blank, half->col + VALUE_COLS + 1,
					    tall - blank, half->cols - VALUE_COLS - 2);
	double values[UI_SERIES_MAX];
	char text[UI_TEXT];

	ui_put_right(area, top + tall - 1, half->col + VALUE_COLS,
		     row == BT_P99 ? UI_ROLE_STRONG : UI_ROLE_NORMAL,
		     ui_text_latency(&half->model->units,
				     latency_ns(half->model->point, half->op, row), text));
	if (spark.rect.cols >= SPARK_MIN_COLS)
		ui_chart(&spark, values, series(half, row, values, ui_chart_capacity(&spark)),
			 &half->scale, roles[half->op]);
}

static void draw_head(const struct half *half, const struct ui_area *area, const char *name)
{
	char low[UI_TEXT], high[UI_TEXT];

	ui_put_right(area, 0, half->col + VALUE_COLS, UI_ROLE_DIM, name);
	if (half->cols >= VALUE_COLS + 24 && half->scale.low > 1)
		ui_putf(area, 0, half->col + VALUE_COLS + 1, UI_ROLE_DIM, "%s to %s, log",
			ui_text_latency(&half->model->units, (uint64_t)half->scale.low, low),
			ui_text_latency(&half->model->units, (uint64_t)half->scale.high, high));
}

static void draw_facts(const struct ui_model *model, const struct ui_area *area, int line)
{
	const struct bt_point *point = model->point;
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	ui_row_add(&row, 0, point->preempted_per_s > 0 ? UI_ROLE_WARN : UI_ROLE_NORMAL,
		   "preempted (left out)", "%s", ui_text_rate(point->preempted_per_s, text));
	ui_row_add(&row, 2, UI_ROLE_NORMAL, "timed now", "%s allocs",
		   bt_text_count((double)point->latency[BT_OP_ALLOC].count, text,
				 sizeof(text)));
	ui_row_add(&row, 3, UI_ROLE_NORMAL, "", "%s frees",
		   bt_text_count((double)point->latency[BT_OP_FREE].count, text,
				 sizeof(text)));
	ui_row_draw(&row, area, line, 0, area->rect.cols);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	int rows = area->rect.rows, cols = area->rect.cols;
	int half_cols = (cols - LABEL_COLS) / 2;
	int facts = rows > MAX_ROW + 2, head = rows >= 4;
	int tall = (rows - facts - head) / (MAX_ROW + 1);
	struct half halves[BT_OP_COUNT] = {
		{ .model = model, .op = BT_OP_ALLOC, .col = LABEL_COLS, .cols = half_cols },
		{ .model = model, .op = BT_OP_FREE, .col = LABEL_COLS + half_cols,
		  .cols = half_cols },
	};

	(void)state;
	if (!ui_model_has_rates(model)) {
		ui_put_cut(area, 0, 0, cols, UI_ROLE_DIM, ui_why_unknown(model));
		return;
	}
	if (tall < 1)
		tall = 1;
	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		fit_scale(&halves[op], (unsigned)(cols > 0 ? cols : 1));
	if (head) {
		draw_head(&halves[BT_OP_ALLOC], area, "alloc");
		draw_head(&halves[BT_OP_FREE], area, "free");
	}
	for (unsigned row = 0; row <= MAX_ROW; row++) {
		int top = head + (int)row * tall;

		if (top + tall > rows - facts)
			break;
		ui_put(area, top + tall - 1, 0, UI_ROLE_DIM, row_names[row]);
		for (unsigned op = 0; op < BT_OP_COUNT; op++)
			draw_line(&halves[op], area, row, top, tall);
	}
	if (facts)
		draw_facts(model, area, rows - 1);
}

const struct ui_panel_ops ui_panel_latency = {
	.title = "Latency",
	.summary = summary,
	.draw = draw,
};
