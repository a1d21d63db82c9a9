// SPDX-License-Identifier: GPL-2.0
/* Remote ratio: share of blocks from another node than the CPU's, and who took from where. */
#include <math.h>

#include "ui/graph.h"
#include "ui/panel.h"

static double remote_of(const struct bt_point *point)
{
	return point->remote_ratio;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	double ratio = model->point ? model->point->remote_ratio : NAN;
	char text[UI_TEXT];

	(void)only;
	ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s of blocks", ui_text_percent(ratio, text));
}

static void draw_facts(const struct ui_model *model, const struct ui_area *area)
{
	const struct bt_point *point = model->point;
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	ui_row_add(&row, 0, UI_ROLE_NORMAL, "pages", "%s",
		   ui_text_percent(point->remote_page_ratio, text));
	ui_row_add(&row, 1, UI_ROLE_NORMAL, "blocks", "%s",
		   ui_text_percent(point->remote_ratio, text));
	ui_row_add(&row, 2, UI_ROLE_DIM, "", "%u nodes", model->machine->node_count);
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

static void draw_graph(const struct ui_model *model, const struct ui_area *area)
{
	static const struct ui_graph graph = { remote_of, UI_ROLE_GRAPH_C, { 0, 1, false } };

	ui_graph_panel(model, area, &graph, "100 %", "0 %");
}

/* ---- matrix ----------------------------------------------------------------------------- */

#define MATRIX_LABEL_COLS 8

/* Columns of a cell, the widest that fits is taken. */
enum { CELL_SHADE = 1, CELL_NUMBER = 4, CELL_PERCENT = 5 };

struct matrix {
	const struct ui_model *model;
	unsigned nodes;
	int cell_cols;		/* CELL_* */
};

static double cell_ratio(const struct matrix *matrix, unsigned from, unsigned to)
{
	const float *line = bt_point_matrix(matrix->model->history, matrix->model->point) +
			    from * matrix->nodes;
	double sum = 0;

	for (unsigned node = 0; node < matrix->nodes; node++)
		sum += (double)line[node];
	return sum > 0 ? (double)line[to] / sum : NAN;
}

static void draw_cell(const struct matrix *matrix, const struct ui_area *area, int row,
		      unsigned from, unsigned to)
{
	int col = MATRIX_LABEL_COLS + (int)to * matrix->cell_cols;
	double ratio = cell_ratio(matrix, from, to);
	enum ui_role role = from == to ? UI_ROLE_GOOD : UI_ROLE_GRAPH_C;
	double percent = ratio * 100;

	if (isnan(ratio))
		ui_put_right(area, row, col + matrix->cell_cols, UI_ROLE_DIM, "?");
	else if (ratio == 0)
		ui_put_right(area, row, col + matrix->cell_cols, UI_ROLE_RULE,
			     matrix->cell_cols == CELL_PERCENT ? "0%" : "0");
	else if (matrix->cell_cols == CELL_SHADE)
		ui_put_char(area, row, col, role, ui_shade_char(area->canvas->glyphs, ratio));
	else if (percent < 0.5)
		ui_put_right(area, row, col + matrix->cell_cols, role,
			     matrix->cell_cols == CELL_PERCENT ? "<1%" : "<1");
	else
		ui_putf_right(area, row, col + matrix->cell_cols, role, "%.0f%s", percent,
			      matrix->cell_cols == CELL_PERCENT ? "%" : "");
}

static void draw_matrix_head(const struct matrix *matrix, const struct ui_area *area)
{
	int col = MATRIX_LABEL_COLS;

	ui_put(area, 0, 0, UI_ROLE_DIM, "page on");
	for (unsigned to = 0; to < matrix->nodes && matrix->cell_cols > CELL_SHADE; to++) {
		col += matrix->cell_cols;
		ui_putf_right(area, 0, col, UI_ROLE_DIM, "n%u", to);
	}
	if (matrix->cell_cols == CELL_SHADE)
		ui_putf(area, 0, col, UI_ROLE_DIM, "n0 to n%u", matrix->nodes - 1);
	else if (matrix->cell_cols == CELL_NUMBER)
		ui_put(area, 0, col + 2, UI_ROLE_DIM, "in %");
}

static void draw_matrix(const struct ui_model *model, const struct ui_area *area)
{
	struct matrix matrix = { .model = model, .nodes = model->machine->node_count,
				 .cell_cols = CELL_PERCENT };
	int room = area->rect.cols - MATRIX_LABEL_COLS, row = 1;

	if ((int)matrix.nodes * CELL_PERCENT > room)
		matrix.cell_cols =
			(int)matrix.nodes * CELL_NUMBER > room ? CELL_SHADE : CELL_NUMBER;
	draw_matrix_head(&matrix, area);
	for (unsigned from = 0; from < matrix.nodes && row < area->rect.rows; from++, row++) {
		if (row == area->rect.rows - 1 && from + 1 < matrix.nodes) {
			ui_putf(area, row, 0, UI_ROLE_DIM, "%u more nodes", matrix.nodes - from);
			break;
		}
		ui_putf(area, row, 0, UI_ROLE_DIM, "CPU n%u", from);
		for (unsigned to = 0; to < matrix.nodes; to++)
			draw_cell(&matrix, area, row, from, to);
	}
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	int rows = area->rect.rows, matrix, graph;
	struct ui_area part;

	(void)state;
	if (!ui_model_has_rates(model)) {
		ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM, ui_why_unknown(model));
		return;
	}
	draw_facts(model, area);
	matrix = (int)model->machine->node_count + 1;
	if (matrix > (rows - 1) * 2 / 3)
		matrix = rows > 4 ? (rows - 1) * 2 / 3 : 0;
	graph = rows - 1 - matrix;
	part = ui_area_part(area, 1, 0, graph, area->rect.cols);
	if (graph > 0)
		draw_graph(model, &part);
	part = ui_area_part(area, 1 + graph, 0, matrix, area->rect.cols);
	if (part.rect.rows > 1)
		draw_matrix(model, &part);
}

const struct ui_panel_ops ui_panel_remote = {
	.title = "Remote node",
	.metric = "remote_ratio",
	.summary = summary,
	.draw = draw,
};
