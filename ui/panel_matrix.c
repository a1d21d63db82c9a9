// SPDX-License-Identifier: GPL-2.0
/* Which nodes the antagonist's blocks came from, by the node of the CPU that asked. */
#include <math.h>

#include "ui/chart.h"
#include "ui/graph.h"
#include "ui/panel.h"

enum form { FORM_SHARE, FORM_RATE, FORM_DISTANCE };

static const char *const modes[] = {
	[FORM_SHARE] = "share of each CPU node's blocks",
	[FORM_RATE] = "blocks/s",
	[FORM_DISTANCE] = "distances",
	NULL
};

#define LABEL_COLS 8
#define TAIL_COLS 9	/* each of two sums at the end of a row */

/* Columns of a cell: glyph and number with a blank, glyph and number, glyphs alone. */
static const struct cell_form {
	int cols[FORM_DISTANCE + 1];	/* of each form */
	bool numbers, gap;
} cell_forms[] = {
	{ { 5, 7, 5 }, true, true },
	{ { 4, 6, 4 }, true, false },
	{ { 2, 2, 2 }, false, false },
	{ { 1, 1, 1 }, false, false },
};

struct matrix {
	const struct ui_model *model;
	const float *rates;		/* NULL: unknown */
	enum form form;
	const struct cell_form *cell;
	int cell_cols;
	unsigned nodes, first, shown;	/* columns */
	bool tail;
	double most;			/* of all cells, for the glyphs */
};

static double row_sum(const struct matrix *matrix, unsigned from)
{
	double sum = 0;

	for (unsigned to = 0; to < matrix->nodes; to++)
		sum += (double)matrix->rates[from * matrix->nodes + to];
	return sum;
}

/* The number of a cell; NaN: unknown. sum: of its row. */
static double value_of(const struct matrix *matrix, unsigned from, unsigned to, double sum)
{
	unsigned distance = matrix->model->machine->distance[from][to];

	if (matrix->form == FORM_DISTANCE)
		return distance ? distance : NAN;
	if (matrix->form == FORM_RATE)
		return (double)matrix->rates[from * matrix->nodes + to];
	return sum > 0 ? (double)matrix->rates[from * matrix->nodes + to] / sum : NAN;
}

static double most_of(const struct matrix *matrix)
{
	double most = 0;

	if (matrix->form == FORM_SHARE)
		return 1;
	for (unsigned from = 0; from < matrix->nodes; from++) {
		for (unsigned to = 0; to < matrix->nodes; to++)
			most = fmax(most, value_of(matrix, from, to, NAN));
	}
	return most;
}

static void cell_text(const struct matrix *matrix, double value, char text[UI_TEXT])
{
	if (isnan(value))
		snprintf(text, UI_TEXT, "?");
	else if (matrix->form == FORM_RATE)
		bt_text_count(value, text, UI_TEXT);
	else if (matrix->form == FORM_DISTANCE)
		snprintf(text, UI_TEXT, "%.0f", value);
	else if (value > 0 && value < 0.005)
		snprintf(text, UI_TEXT, "<1");
	else
		snprintf(text, UI_TEXT, "%.0f", value * 100);
}

static void draw_cell(const struct matrix *matrix, const struct ui_area *area, int row, int col,
		      double value, bool own)
{
	double ratio = matrix->most > 0 ? value / matrix->most : NAN;
	enum ui_role role = isnan(value) || value == 0 ? UI_ROLE_DIM :
			    own ? UI_ROLE_STRONG : UI_ROLE_NORMAL;
	char text[UI_TEXT];

	/* The nearest distance is nothing to be seen, the furthest is the densest. */
	if (matrix->form == FORM_DISTANCE)
		ratio = matrix->most > 10 ? (value - 10) / (matrix->most - 10) : 0;
	if (!matrix->cell->numbers) {
		for (int i = 0; i < matrix->cell_cols; i++) {
			if (isnan(value))
				ui_put_char(area, row, col + i, UI_ROLE_DIM, L'?');
			else
				ui_put_heat(area, row, col + i, ratio);
		}
		return;
	}
	ui_put_heat(area, row, col + matrix->cell->gap, ratio);
	cell_text(matrix, value, text);
	ui_put_right(area, row, col + matrix->cell_cols, role, text);
}

static void draw_row(const struct matrix *matrix, const struct ui_area *area, int row,
		     unsigned from)
{
	double sum = matrix->rates ? row_sum(matrix, from) : NAN;
	int col = LABEL_COLS;
	char text[UI_TEXT];

	ui_putf(area, row, 0, UI_ROLE_DIM, "CPU n%u", from);
	for (unsigned i = 0; i < matrix->shown; i++, col += matrix->cell_cols)
		draw_cell(matrix, area, row, col,
			  value_of(matrix, from, matrix->first + i, sum),
			  matrix->first + i == from);
	if (!matrix->tail)
		return;
	ui_put_right(area, row, col + TAIL_COLS, UI_ROLE_DIM,
		     bt_text_count(sum, text, sizeof(text)));
	ui_put_right(area, row, col + 2 * TAIL_COLS, UI_ROLE_DIM,
		     ui_text_percent(sum > 0 ? 1 - (double)matrix->rates[from * matrix->nodes +
									 from] / sum : NAN, text));
}

static void draw_heads(const struct matrix *matrix, const struct ui_area *area)
{
	unsigned last = matrix->first + matrix->shown - 1;
	int col = LABEL_COLS;

	ui_put(area, 1, 0, UI_ROLE_DIM, "page");
	if (!matrix->cell->numbers)
		ui_putf(area, 1, col, UI_ROLE_DIM, "n%u to n%u%s", matrix->first, last,
			matrix->shown < matrix->nodes ? ", Enter for more" : "");
	for (unsigned i = 0; i < matrix->shown; i++) {
		col += matrix->cell_cols;
		if (matrix->cell->numbers)
			ui_putf_right(area, 1, col, UI_ROLE_DIM, "n%u", matrix->first + i);
	}
	if (!matrix->tail)
		return;
	ui_put_right(area, 1, col + TAIL_COLS, UI_ROLE_DIM, "blocks/s");
	ui_put_right(area, 1, col + 2 * TAIL_COLS, UI_ROLE_DIM, "other");
}

/*
 * The widest cells with which all columns fit; where none do, the narrowest, around the own node
 * of the first row that shows.
 */
static void choose_columns(struct matrix *matrix, int cols, unsigned first_row)
{
	int room = cols - LABEL_COLS;

	matrix->shown = matrix->nodes;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(cell_forms); i++) {
		matrix->cell = &cell_forms[i];
		matrix->cell_cols = matrix->cell->cols[matrix->form];
		if ((int)matrix->nodes * matrix->cell_cols <= room)
			break;
	}
	if ((int)matrix->nodes * matrix->cell_cols > room) {
		matrix->shown = room > 0 ? (unsigned)room : 1;
		matrix->first = first_row > matrix->shown / 2 ? first_row - matrix->shown / 2 : 0;
		if (matrix->first + matrix->shown > matrix->nodes)
			matrix->first = matrix->nodes - matrix->shown;
	}
	matrix->tail = matrix->rates && matrix->cell->numbers &&
		       (int)matrix->nodes * matrix->cell_cols + 2 * TAIL_COLS <= room;
}

static void draw_explanation(const struct matrix *matrix, const struct ui_area *area)
{
	static const char *const texts[] = {
		[FORM_SHARE] = "% of a CPU node's blocks, by page node",
		[FORM_RATE] = "blocks/s of a CPU node, by page node",
		[FORM_DISTANCE] = "distance of the page node, 10 = its own",
	};

	ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM,
		   matrix->rates || matrix->form == FORM_DISTANCE ? texts[matrix->form] :
		   ui_why_unknown(matrix->model));
}

static double remote_of(const struct bt_point *point)
{
	return point->remote_ratio;
}

#define GRAPH_LEAST_ROWS 6

/* What is left below the rows shows how the share of other nodes came about. */
static void draw_graph(const struct ui_model *model, const struct ui_area *area, int used)
{
	static const struct ui_graph graph = { remote_of, UI_ROLE_GRAPH_C, { 0, 1, false } };
	struct ui_area part = ui_area_part(area, used + 2, 0, area->rect.rows - used - 2,
					   area->rect.cols);

	if (part.rect.rows < GRAPH_LEAST_ROWS)
		return;
	ui_put_cut(area, used + 1, 0, area->rect.cols, UI_ROLE_DIM,
		   "share of blocks from another node, over time");
	ui_graph_panel(model, &part, &graph, "100 %", "0 %");
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	struct matrix matrix = {
		.model = model, .nodes = model->machine->node_count, .form = state->mode,
		.rates = ui_model_has_rates(model) ?
			 bt_point_matrix(model->history, model->point) : NULL,
	};
	unsigned room = area->rect.rows > 2 ? (unsigned)area->rect.rows - 2 : 0, first;

	draw_explanation(&matrix, area);
	if (!matrix.rates)
		matrix.form = FORM_DISTANCE;
	first = matrix.nodes <= room ? 0 :
		state->scroll > matrix.nodes - room ? matrix.nodes - room : state->scroll;
	choose_columns(&matrix, area->rect.cols, first);
	matrix.most = most_of(&matrix);
	draw_heads(&matrix, area);
	for (unsigned i = 0; i < room && first + i < matrix.nodes; i++)
		draw_row(&matrix, area, (int)i + 2, first + i);
	if (first + room < matrix.nodes)
		ui_put_glyph(area, area->rect.rows - 1, area->rect.cols - 1, UI_ROLE_WARN,
			     UI_GLYPH_MORE_DOWN);
	else if (matrix.rates)
		draw_graph(model, area, 2 + (int)matrix.nodes);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)state;
	return model->machine->node_count;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	char text[UI_TEXT];

	(void)only;
	if (ui_model_has_rates(model))
		ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s of blocks from another node",
			   ui_text_percent(model->point->remote_ratio, text));
}

const struct ui_panel_ops ui_panel_matrix = {
	.title = "Who takes from where",
	.metric = "remote_ratio",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.modes = modes,
};
