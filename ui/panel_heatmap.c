// SPDX-License-Identifier: GPL-2.0
/*
 * Heatmap: how many operations took how long, over time. Three forms: a waterfall with the newest
 * line on top; time to the right; and a sweep that writes over its oldest column. The shown instant
 * has the cursor.
 */
#include <math.h>
#include <string.h>

#include "ui/graph.h"
#include "ui/heatmap.h"
#include "ui/latency.h"
#include "ui/panel.h"

enum form { FORM_WATERFALL, FORM_RIGHT, FORM_SWEEP };

static const char *const form_names[] = { "waterfall, newest on top", "time to the right",
					  "sweep", NULL };

/* Columns before the cells: of time, of latency. */
static const int label_cols[] = { [FORM_WATERFALL] = 10, [FORM_RIGHT] = 7, [FORM_SWEEP] = 7 };

#define BOTH_FROM_COLS 70
#define BETWEEN_COLS 3

/* Rows that a panel of a height has for anything but cells. */
struct rows {
	int names, axis, cells, reading, legend;
};

struct half {
	const struct ui_model *model;
	unsigned op;
	int node;
	enum form form;
	struct ui_area area;		/* labels and cells */
	int label_cols;
	struct ui_heat_map map;
	unsigned lines;			/* that there is room for */
};

static bool has_data(const struct ui_model *model)
{
	return model->live && model->live->has_module && model->point && model->since;
}

static struct rows divide_rows(int rows)
{
	struct rows r = { .names = rows >= 10, .axis = 1, .reading = rows >= 6,
			  .legend = rows >= 9 };

	if (rows < 3)
		r.axis = 0;
	r.cells = rows - r.names - r.axis - r.reading - r.legend;
	return r;
}

/* An even number of octaves at both ends, so that the axis seldom changes. */
static void range(const struct ui_model *model, unsigned *first, unsigned *last)
{
	ui_latency_range(model, first, last);
	*first &= ~1u;
	*last |= 1u;
}

static int cursor_octave(const struct ui_model *model, const struct ui_panel_state *state)
{
	unsigned first, last;

	range(model, &first, &last);
	if (!state->selected)
		return -1;
	return (int)(first + state->selected - 1 < last ? first + state->selected - 1 : last);
}

/* ---- one half: one operation ------------------------------------------------------------- */

static void find_markers(const struct half *half, const struct bt_point *point,
			 const double octaves[BT_LOG2_BINS], struct ui_heat_line *line)
{
	static const unsigned quantile[UI_HEAT_MARKERS] = { BT_P50, BT_P99 };
	static const double share[UI_HEAT_MARKERS] = { 0.5, 0.99 };

	for (unsigned marker = 0; marker < UI_HEAT_MARKERS; marker++) {
		uint64_t ns = half->node < 0 ? ui_latency_ns(point, half->op, quantile[marker]) :
					       ui_octave_quantile(octaves, share[marker]);

		line->marker[marker] = ns == BT_UNKNOWN ? -1 :
							  (int)ui_heat_bin(&half->map.axis, ns);
	}
}

static void count_line(const struct half *half, const struct bt_point *point,
		       struct ui_heat_line *line)
{
	double octaves[BT_LOG2_BINS];

	line->flags = point->flags;
	line->gap = point->gap;
	if (half->node < 0) {
		ui_heat_counts(&half->map.axis, ui_latency_hist(point, half->op), line->counts);
	} else {
		line->gap |= !ui_latency_octaves(half->model, point, half->node, half->op,
						 octaves);
		ui_heat_octave_counts(&half->map.axis, octaves, line->counts);
	}
	find_markers(half, point, octaves, line);
}

static double largest(const struct half *half)
{
	struct ui_heat_line line;
	const struct bt_point *point;
	double most = 0;

	for (unsigned age = 0; age < half->lines; age++) {
		point = ui_model_point(half->model, age);
		if (!point)
			break;
		count_line(half, point, &line);
		for (unsigned bin = 0; bin < ui_heat_bins(&half->map.axis); bin++)
			most = fmax(most, line.counts[bin]);
	}
	return most;
}

static int place(const struct half *half, unsigned age)
{
	int cols = half->map.area.rect.cols;

	switch (half->form) {
	case FORM_WATERFALL:
		return (int)age;
	case FORM_RIGHT:
		return cols - 1 - (int)ui_graph_places(half->model, (unsigned)cols) - (int)age;
	case FORM_SWEEP:
		break;
	}
	return (int)((ui_model_slot(half->model) + (unsigned)cols - age % (unsigned)cols) %
		     (unsigned)cols);
}

static unsigned line_count(const struct half *half)
{
	const struct ui_rect *cells = &half->map.area.rect;

	switch (half->form) {
	case FORM_WATERFALL:
		return (unsigned)cells->rows;
	case FORM_RIGHT:
		return (unsigned)cells->cols -
		       ui_graph_places(half->model, (unsigned)cells->cols);
	case FORM_SWEEP:
		break;
	}
	/* One column stays blank: there the sweep writes next. */
	return (unsigned)cells->cols - 1;
}

static void draw_cells(const struct half *half)
{
	struct ui_heat_line line;
	const struct bt_point *point;
	char text[UI_TEXT];

	for (unsigned age = 0; age < half->lines; age++) {
		point = ui_model_point(half->model, age);
		if (!point)
			break;
		count_line(half, point, &line);
		ui_heat_draw(&half->map, place(half, age), &line);
		if (half->form == FORM_WATERFALL && half->label_cols)
			ui_put_right(&half->area,
				     half->map.area.rect.row - half->area.rect.row + (int)age,
				     half->label_cols - 1, UI_ROLE_DIM,
				     ui_point_time(half->model, point, text));
	}
}

/* Labels of octaves along a row, as many as have room. */
static void draw_axis_across(const struct half *half, int row)
{
	const struct ui_heat_axis *axis = &half->map.axis;
	struct ui_area cells = half->map.area;
	int next = 0, col;
	char text[UI_TEXT];

	cells.rect.row = half->area.rect.row + row;
	cells.rect.rows = 1;
	for (unsigned octave = 0; octave < axis->octaves; octave += axis->span) {
		col = (int)(octave / axis->span * axis->per_octave * axis->wide);
		ui_octave_text(axis->first + octave, text);
		if (col < next || col + ui_text_width(text) > cells.rect.cols)
			continue;
		next = ui_put(&cells, 0, col, UI_ROLE_DIM, text) + 1;
	}
}

static void draw_axis_upright(const struct half *half)
{
	const struct ui_heat_axis *axis = &half->map.axis;
	struct ui_area labels = half->area;
	char text[UI_TEXT];

	labels.rect.row = half->map.area.rect.row;
	labels.rect.rows = half->map.area.rect.rows;
	for (unsigned octave = 0; octave < axis->octaves; octave += axis->span)
		ui_put_right(&labels,
			     labels.rect.rows - 1 -
				     (int)(octave / axis->span * axis->per_octave * axis->wide),
			     half->label_cols - 1, UI_ROLE_DIM,
			     ui_octave_text(axis->first + octave, text));
}

static void draw_names(const struct half *half)
{
	const struct bt_point *point = half->model->point;
	struct ui_row words = { 0 };
	char text[UI_TEXT];

	ui_row_add(&words, 0, UI_ROLE_STRONG, "", "%s", ui_op_name[half->op]);
	for (unsigned row = 0; half->node < 0 && row < UI_LATENCY_ROWS; row++) {
		if (row != BT_P90)
			ui_row_add(&words, 1 + row, UI_ROLE_NORMAL, ui_latency_name[row], "%s",
				   ui_text_latency(&half->model->units,
						   ui_latency_ns(point, half->op, row), text));
	}
	if (half->node >= 0)
		ui_row_add(&words, 1, UI_ROLE_NORMAL, "", "CPUs of node %d", half->node);
	ui_row_draw(&words, &half->area, 0, half->map.area.rect.col - half->area.rect.col,
		    half->map.area.rect.cols);
}

static void begin_half(struct half *half, const struct rows *rows, int cursor)
{
	bool right = half->form != FORM_WATERFALL;
	unsigned first, last;

	half->map.area = ui_area_part(&half->area, rows->names + (right ? 0 : rows->axis),
				      half->label_cols, rows->cells,
				      half->area.rect.cols - half->label_cols);
	range(half->model, &first, &last);
	half->map.axis = ui_heat_axis(first, last,
				      (unsigned)(right ? half->map.area.rect.rows :
							 half->map.area.rect.cols),
				      half->node < 0 ? BT_HIST_SUB : 1);
	half->map.upright = right;
	half->map.cursor = cursor;
	half->lines = line_count(half);
	half->map.cursor_at = place(half, 0);
}

static void draw_half(const struct half *half, const struct rows *rows)
{
	struct ui_area below;

	if (rows->names)
		draw_names(half);
	if (half->form == FORM_WATERFALL) {
		if (rows->axis)
			draw_axis_across(half, rows->names);
	} else {
		draw_axis_upright(half);
		below = half->map.area;
		below.rect.row += rows->cells;
		below.rect.rows = rows->axis;
		if (rows->axis)
			ui_graph_axis(half->model, &below, 0, (unsigned)below.rect.cols, 1);
	}
	draw_cells(half);
}

/* ---- below the cells --------------------------------------------------------------------- */

static void read_cell(const struct half *half, int octave, unsigned priority, struct ui_row *words)
{
	double bins[BT_LOG2_BINS], total = 0, up_to = 0;
	char count[UI_TEXT], share[UI_TEXT], sum[UI_TEXT];

	if (!ui_latency_octaves(half->model, half->model->point, half->node, half->op, bins)) {
		ui_row_add(words, priority, UI_ROLE_DIM, "", "%s ?", ui_op_name[half->op]);
		return;
	}
	for (int bin = 0; bin < (int)BT_LOG2_BINS; bin++) {
		total += bins[bin];
		up_to += bin <= octave ? bins[bin] : 0;
	}
	ui_row_add(words, priority, UI_ROLE_STRONG, ui_op_name[half->op], "%s",
		   bt_text_count(bins[octave], count, sizeof(count)));
	ui_row_add(words, priority + 2, UI_ROLE_NORMAL, "", "%s of it",
		   ui_text_percent(total > 0 ? bins[octave] / total : NAN, share));
	ui_row_add(words, priority + 4, UI_ROLE_NORMAL, "", "%s up to here",
		   ui_text_percent(total > 0 ? up_to / total : NAN, sum));
}

static void draw_reading(const struct half *halves, unsigned count, int octave,
			 const struct ui_area *area, int line)
{
	const struct ui_model *model = halves->model;
	char time[UI_TEXT], span[UI_TEXT], low[UI_TEXT], high[UI_TEXT];
	struct ui_row words = { 0 };

	ui_row_add(&words, 1, UI_ROLE_FOCUS, "", "%s", ui_point_time(model, model->point, time));
	ui_row_add(&words, 8, UI_ROLE_DIM, "", "%s long",
		   ui_text_span(model->point->length_ns, span));
	if (octave < 0) {
		ui_row_add(&words, 2, UI_ROLE_DIM, "",
			   "Up and Down choose a latency to read, Left and Right a time");
	} else {
		ui_row_add(&words, 0, UI_ROLE_SELECTED, "", "%s to %s",
			   octave ? ui_text_latency(&model->units, 1ull << octave, low) : "0 ns",
			   octave + 1 < (int)BT_LOG2_BINS ?
				   ui_text_latency(&model->units, (2ull << octave) - 1, high) :
				   "more");
		for (unsigned i = 0; i < count; i++)
			read_cell(&halves[i], octave, 1 + i, &words);
	}
	ui_row_draw(&words, area, line, 0, area->rect.cols);
}

/* ---- all --------------------------------------------------------------------------------- */

static unsigned begin_halves(const struct ui_model *model, const struct ui_panel_state *state,
			     const struct ui_area *area, const struct rows *rows,
			     struct half halves[BT_OP_COUNT])
{
	struct ui_subject subject = ui_latency_subject(model, state->subject);
	int cursor = cursor_octave(model, state), labels = label_cols[state->mode];
	/* Lines that are rows have their time once, before the first half. */
	int again = state->mode == FORM_WATERFALL ? 0 : labels;
	int cells = area->rect.cols - labels, col = 0;
	unsigned count = 0;

	if (area->rect.cols < BOTH_FROM_COLS)
		ui_subject_narrow(&subject);
	if (subject.op[BT_OP_ALLOC] && subject.op[BT_OP_FREE])
		cells = (cells - BETWEEN_COLS - again) / 2;
	for (unsigned op = 0; op < BT_OP_COUNT; op++) {
		struct half *half = &halves[count];

		if (!subject.op[op])
			continue;
		*half = (struct half){ .model = model, .op = ui_latency_op(model, op), .node = subject.node,
				       .form = (enum form)state->mode,
				       .label_cols = count ? again : labels };
		half->area = ui_area_part(area, 0, col, area->rect.rows, half->label_cols + cells);
		begin_half(half, rows, cursor);
		col += half->label_cols + cells + BETWEEN_COLS;
		count++;
	}
	return count;
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	struct rows rows = divide_rows(area->rect.rows);
	struct half halves[BT_OP_COUNT];
	double most = 0;
	unsigned count;

	if (!has_data(model)) {
		ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM, ui_why_unknown(model));
		return;
	}
	if (area->rect.cols <= label_cols[state->mode] + 2)
		return;
	count = begin_halves(model, state, area, &rows, halves);
	for (unsigned i = 0; i < count; i++)
		most = fmax(most, largest(&halves[i]));
	for (unsigned i = 0; i < count; i++) {
		halves[i].map.full = ui_heat_full(most);
		draw_half(&halves[i], &rows);
	}
	if (rows.reading)
		draw_reading(halves, count, cursor_octave(model, state), area,
			     area->rect.rows - rows.legend - 1);
	if (rows.legend)
		ui_heat_legend(ui_heat_full(most), halves->map.upright, area, area->rect.rows - 1);
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_config *config = ui_model_applied(model);
	char text[UI_TEXT];

	(void)only;
	if (has_data(model))
		ui_row_add(row, 0, UI_ROLE_STRONG, "p99", "%s",
			   ui_text_latency(&model->units,
					   ui_latency_ns(model->point,
							 ui_latency_op(model, BT_OP_ALLOC),
							 BT_P99), text));
	if (config && config->sample_every > 1 && !config->bulk_pages)
		ui_row_add(row, 1, UI_ROLE_WARN, "timed", "1/%u", config->sample_every);
	ui_row_add(row, 1, UI_ROLE_DIM, "", "a line each %s", ui_tier_name[model->tier]);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	unsigned first, last;

	(void)state;
	range(model, &first, &last);
	return last - first + 2;	/* and none */
}

const struct ui_panel_ops ui_panel_heatmap = {
	.title = "Heatmap",
	.metric = "alloc_p99_ns",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.selects = true,
	.from_end = true,
	.modes = form_names,
	.subjects = ui_latency_subjects,
	.subject_name = ui_latency_subject_name,
};
