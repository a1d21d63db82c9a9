// SPDX-License-Identifier: GPL-2.0
/* Percentile lines: the quantiles and the maximum over time, each with a glyph of its own. */
#include <math.h>

#include "ui/graph.h"
#include "ui/latency.h"
#include "ui/panel.h"

#define LABEL_COLS 7
#define BOTH_FROM_COLS 72
#define BETWEEN_COLS 2

static const enum ui_glyph line_glyph[UI_LATENCY_ROWS] = {
	[BT_P50] = UI_GLYPH_LINE_1, [BT_P90] = UI_GLYPH_LINE_2, [BT_P99] = UI_GLYPH_LINE_3,
	[BT_P999] = UI_GLYPH_LINE_4, [UI_LATENCY_MAX] = UI_GLYPH_LINE_5,
};
static const enum ui_role line_role[UI_LATENCY_ROWS] = {
	[BT_P50] = UI_ROLE_GRAPH_A, [BT_P90] = UI_ROLE_NORMAL, [BT_P99] = UI_ROLE_GRAPH_C,
	[BT_P999] = UI_ROLE_GRAPH_B, [UI_LATENCY_MAX] = UI_ROLE_DIM,
};

struct half {
	const struct ui_model *model;
	unsigned op;
	struct ui_area area, plot;
	struct ui_scale scale;
};

/* fmin() and fmax() prefer what is known to NaN. */
static void take_in(const struct bt_point *point, unsigned op, double *low, double *high)
{
	*low = fmin(*low, ui_latency_value[op][BT_P50](point));
	*high = fmax(*high, ui_latency_value[op][UI_LATENCY_MAX](point));
}

/* From the lowest median to the highest maximum that shows, here or in the baseline. */
static void fit_scale(struct half *half)
{
	const struct bt_point *point = ui_model_baseline(half->model);
	double low = NAN, high = NAN;

	if (point)
		take_in(point, half->op, &low, &high);
	for (unsigned age = 0; age < (unsigned)half->plot.rect.cols; age++) {
		point = ui_model_point(half->model, age);
		if (!point)
			break;
		take_in(point, half->op, &low, &high);
	}
	half->scale = ui_latency_scale(low, high);
}

static void draw_legend(const struct half *half)
{
	const struct bt_point *point = half->model->point;
	char text[UI_TEXT], glyph[5];
	bool values = half->area.rect.cols >= 76;
	int col = ui_put(&half->area, 0, 0, UI_ROLE_STRONG, ui_op_name[half->op]) + 1;

	for (unsigned row = 0; row < UI_LATENCY_ROWS; row++) {
		bool edge = row == UI_LATENCY_MAX;

		col = ui_putf(&half->area, 0, col, line_role[row], "%s %s",
			      ui_glyph_text(half->area.canvas, line_glyph[row], glyph),
			      edge && !values ? "max" : ui_latency_name[row]) + 1;
		if (values)
			col = ui_put(&half->area, 0, col, UI_ROLE_NORMAL,
				     ui_text_latency(&half->model->units,
						     ui_latency_ns(point, half->op, row), text)) + 2;
	}
}

/* Octaves at the rows where they lie; one label a row. */
static void draw_labels(const struct half *half)
{
	unsigned first = (unsigned)lround(log2(half->scale.low));
	unsigned last = (unsigned)lround(log2(half->scale.high));
	int last_row = half->plot.rect.rows - 1, used = last_row + 1;
	char text[UI_TEXT];

	/* Nothing is known yet. */
	if (half->scale.low <= 1)
		return;
	for (unsigned octave = first; octave <= last && octave < 40; octave++) {
		double place = ui_scale_place(&half->scale, exp2(octave));
		int row = last_row - (int)(place * last_row + 0.5);

		if (row >= used)
			continue;
		ui_put_right(&half->area, 1 + row, LABEL_COLS - 1, UI_ROLE_DIM,
			     ui_octave_text(octave, text));
		used = row;
	}
}

static void draw_half(struct half *half)
{
	bool axis = half->area.rect.rows >= UI_GRAPH_AXIS_ROWS;
	const struct ui_glyphs *glyphs = half->area.canvas->glyphs;
	struct ui_area below;

	half->plot = ui_area_part(&half->area, 1, LABEL_COLS, half->area.rect.rows - 1 - axis,
				  half->area.rect.cols - LABEL_COLS);
	if (half->plot.rect.rows < 1 || half->plot.rect.cols < 1)
		return;
	fit_scale(half);
	draw_legend(half);
	draw_labels(half);
	for (unsigned row = UI_LATENCY_ROWS; row-- > 0;) {
		const struct ui_graph graph = { ui_latency_value[half->op][row], line_role[row],
						half->scale };

		ui_graph_points(half->model, &half->plot, &graph, glyphs->glyph[line_glyph[row]]);
	}
	ui_graph_events(half->model, &half->plot, 1);
	if (!axis)
		return;
	below = ui_area_part(&half->area, half->area.rect.rows - 1, LABEL_COLS, 1,
			     half->plot.rect.cols);
	ui_graph_axis(half->model, &below, 0, (unsigned)half->plot.rect.cols, 1);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	struct ui_subject subject = ui_latency_subject(model, state->subject);
	int cols = area->rect.cols, col = 0;

	if (!model->live || !model->live->has_module || !model->point) {
		ui_put_cut(area, 0, 0, cols, UI_ROLE_DIM, ui_why_unknown(model));
		return;
	}
	if (cols < BOTH_FROM_COLS)
		ui_subject_narrow(&subject);
	if (subject.op[BT_OP_ALLOC] && subject.op[BT_OP_FREE])
		cols = (cols - BETWEEN_COLS) / 2;
	for (unsigned op = 0; op < BT_OP_COUNT; op++) {
		struct half half = { .model = model, .op = ui_latency_op(model, op) };

		if (!subject.op[op])
			continue;
		half.area = ui_area_part(area, 0, col, area->rect.rows, cols);
		draw_half(&half);
		col += cols + BETWEEN_COLS;
	}
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	char text[UI_TEXT];

	(void)only;
	if (model->point)
		ui_row_add(row, 0, UI_ROLE_STRONG, "p50", "%s",
			   ui_text_latency(&model->units,
					   ui_latency_ns(model->point,
							 ui_latency_op(model, BT_OP_ALLOC),
							 BT_P50), text));
	if (model->compare)
		ui_row_add(row, 1, UI_ROLE_DIM, "", "dotted: %s",
			   ui_model_compared_label(model));
}

/* By node there are octaves only, too coarse for lines. */
static unsigned subjects(const struct ui_model *model)
{
	(void)model;
	return UI_SUBJECTS_OF_ALL;
}

const struct ui_panel_ops ui_panel_percentiles = {
	.title = "Percentiles",
	.metric = "alloc_p50_ns",
	.summary = summary,
	.draw = draw,
	.subjects = subjects,
	.subject_name = ui_latency_subject_name,
};
