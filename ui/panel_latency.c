// SPDX-License-Identifier: GPL-2.0
/* Latency: percentiles of allocation and free, each with its own line over time. */
#include "ui/graph.h"
#include "ui/latency.h"
#include "ui/panel.h"

#define LABEL_COLS 7
#define VALUE_COLS 8
#define SPARK_MIN_COLS 6

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	uint64_t p99 = model->point ? ui_latency_ns(model->point, ui_latency_op(model, BT_OP_ALLOC),
						    BT_P99) : BT_UNKNOWN;
	char text[UI_TEXT];

	(void)only;
	ui_row_add(row, 0, UI_ROLE_STRONG, "p99", "%s", ui_text_latency(&model->units, p99, text));
	ui_latency_timing(model, 1, row);
}

/* One operation's half of the table. */
struct half {
	const struct ui_model *model;
	unsigned op;
	struct ui_scale scale;	/* the same for all its lines, so that they compare */
	int col, cols;		/* of the value and the line after it */
};

/* From the lowest median to the highest maximum that a graph of this size shows. */
static void fit_scale(struct half *half, const struct ui_area *spark)
{
	const ui_value_fn *value = ui_latency_value[half->op];

	half->scale = ui_latency_scale(ui_graph_min(half->model, spark, value[BT_P50]),
				       ui_graph_max(half->model, spark, value[UI_LATENCY_MAX]));
}

static struct ui_area spark_area(const struct half *half, const struct ui_area *area, int top,
				 int tall)
{
	int blank = tall > 1;	/* a row between two lines where there is room */

	return ui_area_part(area, top + blank, half->col + VALUE_COLS + 1, tall - blank,
			    half->cols - VALUE_COLS - 2);
}

static void draw_line(const struct half *half, const struct ui_area *area, unsigned row, int top,
		      int tall)
{
	static const enum ui_role roles[UI_OPS] = { UI_ROLE_GRAPH_A, UI_ROLE_GRAPH_B,
						    UI_ROLE_GRAPH_A };
	struct ui_area spark = spark_area(half, area, top, tall);
	const struct ui_graph graph = { ui_latency_value[half->op][row], roles[half->op],
					half->scale };
	char text[UI_TEXT];

	ui_put_right(area, top + tall - 1, half->col + VALUE_COLS,
		     row == BT_P99 ? UI_ROLE_STRONG : UI_ROLE_NORMAL,
		     ui_text_latency(&half->model->units,
				     ui_latency_ns(half->model->point, half->op, row), text));
	if (spark.rect.cols >= SPARK_MIN_COLS)
		ui_graph_draw(half->model, &spark, &graph);
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
	unsigned op;

	if (ui_latency_untimed(model, &row)) {
		ui_row_draw(&row, area, line, 0, area->rect.cols);
		return;
	}
	ui_row_add(&row, 0, point->preempted_per_s > 0 ? UI_ROLE_WARN : UI_ROLE_NORMAL,
		   "preempted (left out)", "%s", ui_text_rate(point->preempted_per_s, text));
	op = ui_latency_op(model, BT_OP_ALLOC);
	ui_row_add(&row, 2, UI_ROLE_NORMAL, "timed now", "%s %s",
		   bt_text_count((double)ui_latency_hist(point, op)->total, text, sizeof(text)),
		   ui_op_name[op]);
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
	int facts = rows > UI_LATENCY_MAX + 2, head = rows >= 4;
	int tall = (rows - facts - head) / (UI_LATENCY_MAX + 1);
	struct half halves[BT_OP_COUNT] = {
		{ .model = model, .op = ui_latency_op(model, BT_OP_ALLOC), .col = LABEL_COLS,
		  .cols = half_cols },
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
	for (unsigned op = 0; op < BT_OP_COUNT; op++) {
		struct ui_area spark = spark_area(&halves[op], area, head, tall);

		fit_scale(&halves[op], &spark);
	}
	if (head) {
		draw_head(&halves[BT_OP_ALLOC], area,
			  halves[BT_OP_ALLOC].op == UI_OP_BULK ? "bulk" : "alloc");
		draw_head(&halves[BT_OP_FREE], area, "free");
	}
	for (unsigned row = 0; row <= UI_LATENCY_MAX; row++) {
		int top = head + (int)row * tall;

		if (top + tall > rows - facts)
			break;
		ui_put(area, top + tall - 1, 0, UI_ROLE_DIM, ui_latency_name[row]);
		for (unsigned op = 0; op < BT_OP_COUNT; op++)
			draw_line(&halves[op], area, row, top, tall);
	}
	if (facts)
		draw_facts(model, area, rows - 1);
}

const struct ui_panel_ops ui_panel_latency = {
	.title = "Latency",
	.metric = "alloc_p99_ns",
	.summary = summary,
	.draw = draw,
};
