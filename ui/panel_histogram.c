// SPDX-License-Identifier: GPL-2.0
/*
 * Histogram: the operations of the shown step of time by latency, over all since the start or the
 * last reset, on one logarithmic scale of counts; in compare mode the baseline's shape besides.
 */
#include <math.h>
#include <string.h>

#include "ui/graph.h"
#include "ui/heatmap.h"
#include "ui/latency.h"
#include "ui/panel.h"

#define LABEL_COLS 7
#define NUMBER_COLS 8
#define BAR_MIN_COLS 6
#define BOTH_FROM_COLS 72
#define BETWEEN_COLS 2
#define LEGEND_FROM_ROWS 6
#define SINCE_SHADE 2

/* Numbers beside a bar, the most important first. */
enum column { COLUMN_SHARE, COLUMN_COUNT, COLUMN_UP_TO, COLUMNS };
static const char *const column_names[COLUMNS] = { "share", "count", "up to" };

struct half {
	const struct ui_model *model;
	unsigned op;
	int node;
	struct ui_area area;
	unsigned first, last, per_row;	/* octaves */
	double now[BT_LOG2_BINS], since[BT_LOG2_BINS], baseline[BT_LOG2_BINS];
	bool has_now, has_since, has_baseline;
	double total, full;		/* of now; the largest bar */
};

static double sum(const double bins[BT_LOG2_BINS], unsigned first, unsigned count)
{
	double all = 0;

	for (unsigned bin = first; bin < first + count && bin < BT_LOG2_BINS; bin++)
		all += bins[bin];
	return all;
}

/* The baseline covers another time: what of its shape counts as many operations as are shown. */
static void scale_baseline(struct half *half)
{
	double all = sum(half->baseline, 0, BT_LOG2_BINS);

	for (unsigned bin = 0; all > 0 && bin < BT_LOG2_BINS; bin++)
		half->baseline[bin] *= half->total / all;
}

static void count(struct half *half)
{
	const struct ui_model *model = half->model;
	const struct bt_point *baseline = ui_model_baseline(model);

	half->has_now = ui_latency_octaves(model, model->point, half->node, half->op, half->now);
	/* The sum since then has no tails, so nothing by node. */
	half->has_since = half->node < 0 &&
			  ui_latency_octaves(model, model->since, -1, half->op, half->since);
	half->has_baseline = baseline && ui_latency_octaves(model, baseline, half->node, half->op,
							    half->baseline);
	half->total = sum(half->now, 0, BT_LOG2_BINS);
	if (half->has_baseline)
		scale_baseline(half);
	half->full = 10;
	for (unsigned bin = half->first; bin <= half->last; bin += half->per_row) {
		half->full = fmax(half->full, sum(half->now, bin, half->per_row));
		if (half->has_since)
			half->full = fmax(half->full, sum(half->since, bin, half->per_row));
	}
	half->full = ui_heat_full(half->full);
}

static int bar_length(const struct half *half, double value, int cols)
{
	int length = (int)(ui_heat_ratio(value, half->full) * cols + 0.5);

	return value > 0 && length < 1 ? 1 : length > cols ? cols : length;
}

static void draw_bar(const struct half *half, int row, unsigned bin, int cols)
{
	const struct ui_glyphs *glyphs = half->area.canvas->glyphs;
	static const enum ui_role roles[UI_OPS] = { UI_ROLE_GRAPH_A, UI_ROLE_GRAPH_B,
						    UI_ROLE_GRAPH_A };
	int now = bar_length(half, sum(half->now, bin, half->per_row), cols);
	int since = half->has_since ? bar_length(half, sum(half->since, bin, half->per_row), cols) :
				      0;
	double ghost = half->has_baseline ? sum(half->baseline, bin, half->per_row) : 0;

	for (int i = 0; i < cols && (i < now || i < since); i++)
		ui_put_char(&half->area, row, LABEL_COLS + i, i < now ? roles[half->op] :
								       UI_ROLE_DIM,
			    i < now ? glyphs->glyph[UI_GLYPH_BAR] : glyphs->shade[SINCE_SHADE]);
	if (ghost >= 1)
		ui_put_glyph(&half->area, row, LABEL_COLS + bar_length(half, ghost, cols) - 1,
			     UI_ROLE_STRONG, UI_GLYPH_VLINE);
}

static void draw_numbers(const struct half *half, int row, unsigned bin, int columns)
{
	double here = sum(half->now, bin, half->per_row);
	char text[COLUMNS][UI_TEXT];
	int end = half->area.rect.cols;

	if (!half->has_now || !(half->total > 0))
		return;
	ui_text_percent(here / half->total, text[COLUMN_SHARE]);
	bt_text_count(here, text[COLUMN_COUNT], UI_TEXT);
	ui_text_percent(sum(half->now, 0, bin + half->per_row) / half->total, text[COLUMN_UP_TO]);
	for (int column = columns - 1; column >= 0; column--, end -= NUMBER_COLS)
		ui_put_right(&half->area, row, end, here > 0 ? UI_ROLE_NORMAL : UI_ROLE_DIM,
			     text[column]);
}

static void draw_head(const struct half *half, int columns)
{
	int end = half->area.rect.cols;

	ui_put(&half->area, 0, 0, UI_ROLE_STRONG, ui_op_name[half->op]);
	for (int column = columns - 1; column >= 0; column--, end -= NUMBER_COLS)
		ui_put_right(&half->area, 0, end, UI_ROLE_DIM, column_names[column]);
}

static void draw_half(struct half *half)
{
	int room = half->area.rect.cols - LABEL_COLS - BAR_MIN_COLS, bar;
	int columns = room > 0 ? room / NUMBER_COLS : 0, row = 1;
	char text[UI_TEXT];

	if (columns > COLUMNS)
		columns = COLUMNS;
	bar = half->area.rect.cols - LABEL_COLS - columns * NUMBER_COLS;
	draw_head(half, columns);
	for (unsigned bin = half->first; bin <= half->last && row < half->area.rect.rows;
	     bin += half->per_row, row++) {
		ui_put_right(&half->area, row, LABEL_COLS - 1, UI_ROLE_DIM,
			     ui_octave_text(bin, text));
		draw_bar(half, row, bin, bar);
		draw_numbers(half, row, bin, columns);
	}
}

static void draw_legend(const struct half *half, const struct ui_area *area, int line)
{
	const struct ui_glyphs *glyphs = area->canvas->glyphs;
	char time[UI_TEXT], bar[5];
	struct ui_row words = { 0 };

	ui_row_add(&words, 0, UI_ROLE_DIM, "", "%s shown",
		   ui_glyph_text(area->canvas, UI_GLYPH_BAR, bar));
	if (half->has_since) {
		ui_row_add(&words, 1, UI_ROLE_DIM, "", "%lc the last %s",
			   (wint_t)glyphs->shade[SINCE_SHADE],
			   ui_text_span(half->model->since->known_ns, time));
		ui_row_add(&words, 4, UI_ROLE_DIM, "", "(r begins anew)");
	} else {
		ui_row_add(&words, 1, UI_ROLE_DIM, "", "since the reset: not by node");
	}
	if (half->has_baseline)
		ui_row_add(&words, 2, UI_ROLE_STRONG, "", "%s %s's shape",
			   ui_glyph_text(area->canvas, UI_GLYPH_VLINE, bar),
			   ui_model_compared_label(half->model));
	ui_row_add(&words, 3, UI_ROLE_DIM, "", "logarithmic bars, rows begin at the latency named");
	ui_row_draw(&words, area, line, 0, area->rect.cols);
}

static void begin_half(struct half *half, int rows)
{
	unsigned octaves;

	ui_latency_range(half->model, &half->first, &half->last);
	octaves = half->last + 1 - half->first;
	half->per_row = rows < 1 ? octaves : (octaves + (unsigned)rows - 1) / (unsigned)rows;
	count(half);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	struct ui_subject subject = ui_latency_subject(model, state->subject);
	bool legend = area->rect.rows >= LEGEND_FROM_ROWS;
	int cols = area->rect.cols, col = 0;

	if (!model->since || !ui_model_has_rates(model)) {
		ui_put_cut(area, 0, 0, cols, UI_ROLE_DIM, ui_why_unknown(model));
		return;
	}
	if (cols < BOTH_FROM_COLS)
		ui_subject_narrow(&subject);
	if (subject.op[BT_OP_ALLOC] && subject.op[BT_OP_FREE])
		cols = (cols - BETWEEN_COLS) / 2;
	for (unsigned op = 0; op < BT_OP_COUNT; op++) {
		struct half half = { .model = model, .op = ui_latency_op(model, op),
				     .node = subject.node };

		if (!subject.op[op])
			continue;
		half.area = ui_area_part(area, 0, col, area->rect.rows - legend, cols);
		begin_half(&half, half.area.rect.rows - 1);
		draw_half(&half);
		if (legend && !col)
			draw_legend(&half, area, area->rect.rows - 1);
		col += cols + BETWEEN_COLS;
	}
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	unsigned op = ui_latency_op(model, BT_OP_ALLOC);
	char text[UI_TEXT];

	(void)only;
	if (!model->point)
		return;
	ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s %s",
		   bt_text_count((double)ui_latency_hist(model->point, op)->total, text,
				 sizeof(text)), ui_op_name[op]);
	ui_row_add(row, 1, UI_ROLE_NORMAL, "", "%s frees",
		   bt_text_count((double)model->point->latency[BT_OP_FREE].count, text,
				 sizeof(text)));
}

const struct ui_panel_ops ui_panel_histogram = {
	.title = "Histogram",
	.summary = summary,
	.draw = draw,
	.subjects = ui_latency_subjects,
	.subject_name = ui_latency_subject_name,
};
