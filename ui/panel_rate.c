// SPDX-License-Identifier: GPL-2.0
/* Allocation rate: totals, over time, and every CPU as a cell in its node's row. */
#include <math.h>

#include "core/mask.h"
#include "ui/graph.h"
#include "ui/panel.h"

#define NODE_LABEL_COLS 8
#define FLOW_LABEL_COLS 3
#define WIDE_CELL_COLS 12	/* "  12 # 310k " */

static double allocs_of(const struct bt_point *point)
{
	return point->allocs_per_s;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	char text[UI_TEXT];

	(void)only;
	ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s",
		   ui_text_rate(model->point ? model->point->allocs_per_s : NAN, text));
}

static void add_rate(struct ui_row *row, unsigned priority, const char *label, double per_s,
		     enum ui_role when_not_zero)
{
	char text[UI_TEXT];

	ui_row_add(row, priority, per_s > 0 ? when_not_zero : UI_ROLE_NORMAL, label, "%s",
		   ui_text_rate(per_s, text));
}

static void draw_facts(const struct ui_model *model, const struct ui_area *area)
{
	const struct bt_point *point = model->point;
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	/* The head has it, too. */
	add_rate(&row, 5, "allocs", point->allocs_per_s, UI_ROLE_STRONG);
	add_rate(&row, 0, "frees", point->frees_per_s, UI_ROLE_NORMAL);
	add_rate(&row, 1, "failed", point->failures_per_s, UI_ROLE_BAD);
	add_rate(&row, 2, "throttled", point->throttled_per_s, UI_ROLE_WARN);
	/* Of loads that have them alone. */
	if (point->bulk_calls_per_s > 0) {
		add_rate(&row, 3, "bulk calls", point->bulk_calls_per_s, UI_ROLE_NORMAL);
		ui_row_add(&row, 4, UI_ROLE_NORMAL, "filled", "%s",
			   ui_text_percent(point->bulk_fill_ratio, text));
	}
	if (point->handoff_ratio > 0)
		ui_row_add(&row, 4, UI_ROLE_NORMAL, "handed off", "%s",
			   ui_text_percent(point->handoff_ratio, text));
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

static void draw_graph(const struct ui_model *model, const struct ui_area *area)
{
	struct ui_area plot = ui_graph_plot(area);
	double max = ui_graph_max(model, &plot, allocs_of);
	struct ui_graph graph = { allocs_of, UI_ROLE_GRAPH_A,
				  { .high = max > 0 ? ui_nice_ceiling(max) : 1 } };
	char text[UI_TEXT];

	ui_graph_panel(model, area, &graph, max > 0 ? ui_text_rate(graph.scale.high, text) : "",
		       max > 0 ? "0/s" : "");
}

/* ---- cells ------------------------------------------------------------------------------ */

/* From the most telling to the densest. */
enum form {
	FORM_NUMBERS,	/* a CPU's number, level and rate; a node begins a line */
	FORM_CELLS,	/* one character a CPU; a node begins a line */
	FORM_FLOW,	/* per_cell CPUs in one character, several nodes in a line */
};

struct cells {
	const struct ui_model *model;
	const struct bt_point_cpu *cpus;
	unsigned cpu_count;
	double full;		/* allocs/s of the tallest cell */
	enum form form;
	unsigned per_cell;	/* CPUs in one character */
};

static double busiest(const struct cells *cells)
{
	double max = 0;

	for (unsigned cpu = 0; cpu < cells->cpu_count; cpu++) {
		if ((double)cells->cpus[cpu].allocs_per_s > max)
			max = (double)cells->cpus[cpu].allocs_per_s;
	}
	return max;
}

static bool cpu_present(const struct ui_model *model, unsigned cpu, unsigned node)
{
	return bt_mask_test(model->machine->possible_cpus, cpu) &&
	       model->machine->cpu_node[cpu] == node;
}

static unsigned node_cpus(const struct cells *cells, unsigned node)
{
	unsigned count = 0;

	for (unsigned cpu = 0; cpu < cells->cpu_count; cpu++)
		count += cpu_present(cells->model, cpu, node);
	return count;
}

/* How one CPU looks; the most urgent one stands for several that share a cell. */
struct look {
	unsigned urgency;
	double level;		/* 0..1 of the fullest; orders looks of equal urgency */
	wchar_t ch;
	enum ui_role role;
};

/* Before the first publication: by the mask that it will have. Of the past it is not known. */
static bool is_left_out(const struct ui_model *model, unsigned cpu)
{
	const struct bt_frame *frame = model->frame;

	if (!frame)
		return false;
	return !bt_mask_test(frame->config.generation ? frame->config.cpus : model->wanted->cpus,
			     cpu);
}

static struct look cpu_look(const struct cells *cells, const struct ui_glyphs *glyphs, unsigned cpu)
{
	const struct bt_point_cpu *now = &cells->cpus[cpu];
	double level = now->allocs_per_s > 0 ? (double)now->allocs_per_s / cells->full : 0;

	if (!now->online)
		return (struct look){ 0, 0, glyphs->glyph[UI_GLYPH_OFFLINE], UI_ROLE_DIM };
	if (cells->model->point->stuck_cpu == (int)cpu)
		return (struct look){ 6, level, L'!', UI_ROLE_BAD };
	if (now->state == BT_WORKER_BACKOFF)
		return (struct look){ 5, level, L'b', UI_ROLE_WARN };
	if (now->state == BT_WORKER_THROTTLED)
		return (struct look){ 4, level, L't', UI_ROLE_WARN };
	if (!now->applied)
		return (struct look){ 3, level, L'~', UI_ROLE_WARN };
	if (level == 0 && is_left_out(cells->model, cpu))
		return (struct look){ 1, 0, glyphs->glyph[UI_GLYPH_ABSENT], UI_ROLE_DIM };
	return (struct look){ 2, level, level > 0 ? ui_level_char(glyphs, level) : glyphs->level[1],
			      UI_ROLE_GRAPH_A };
}

static void draw_wide_cell(const struct cells *cells, const struct ui_area *area, int row, int col,
			   unsigned cpu)
{
	struct look look = cpu_look(cells, area->canvas->glyphs, cpu);
	char text[UI_TEXT];

	ui_putf(area, row, col, UI_ROLE_DIM, "%4u", cpu);
	ui_put_char(area, row, col + 5, look.role, look.ch);
	ui_put_right(area, row, col + WIDE_CELL_COLS, UI_ROLE_NORMAL,
		     cells->cpus[cpu].online ?
			     bt_text_count((double)cells->cpus[cpu].allocs_per_s, text,
					   sizeof(text)) : "off");
}

static int cell_cols(const struct cells *cells)
{
	return cells->form == FORM_NUMBERS ? WIDE_CELL_COLS : 1;
}

static int label_cols(const struct cells *cells)
{
	return cells->form == FORM_FLOW ? FLOW_LABEL_COLS : NODE_LABEL_COLS;
}

static int cells_per_line(const struct cells *cells, int cols)
{
	int room = (cols - label_cols(cells)) / cell_cols(cells);

	return room > 1 ? room : 1;
}

static int node_cells(const struct cells *cells, unsigned node)
{
	return ((int)node_cpus(cells, node) + (int)cells->per_cell - 1) / (int)cells->per_cell;
}

/* Where the next node's cells begin. A node that does not fit behind another begins a line. */
struct place {
	int line, col;
};

static void begin_node(const struct cells *cells, struct place *at, int wanted, int cols)
{
	if (at->col && (cells->form != FORM_FLOW ||
			at->col + label_cols(cells) + wanted > cols)) {
		at->line++;
		at->col = 0;
	}
}

static void end_node(const struct cells *cells, struct place *at, int wanted, int cols)
{
	int per_line = cells_per_line(cells, cols);

	at->line += (wanted - 1) / per_line;
	at->col += label_cols(cells) + wanted + 1;
}

static int all_lines(const struct cells *cells, int cols)
{
	struct place at = { 0 };

	for (unsigned node = 0; node < cells->model->machine->node_count; node++) {
		int wanted = node_cells(cells, node);

		if (!wanted)
			continue;
		begin_node(cells, &at, wanted, cols);
		end_node(cells, &at, wanted, cols);
	}
	return at.line + 1;
}

static void choose_form(struct cells *cells, int rows, int cols)
{
	cells->per_cell = 1;
	for (cells->form = FORM_NUMBERS; cells->form < FORM_FLOW; cells->form++) {
		if (cols >= label_cols(cells) + cell_cols(cells) && all_lines(cells, cols) <= rows)
			return;
	}
	while (cells->per_cell < BT_MAX_CPUS && all_lines(cells, cols) > rows)
		cells->per_cell *= 2;
}

/* The next cell of a node from *cpu on, which moves behind what the cell stands for. */
static struct look next_cell(const struct cells *cells, const struct ui_glyphs *glyphs,
			     unsigned node, unsigned *cpu)
{
	struct look shown = { 0 };

	for (unsigned in_cell = 0; in_cell < cells->per_cell && *cpu < cells->cpu_count;
	     ++*cpu) {
		struct look look;

		if (!cpu_present(cells->model, *cpu, node))
			continue;
		look = cpu_look(cells, glyphs, *cpu);
		if (!in_cell || look.urgency > shown.urgency ||
		    (look.urgency == shown.urgency && look.level > shown.level))
			shown = look;
		in_cell++;
	}
	return shown;
}

static unsigned next_cpu(const struct cells *cells, unsigned node, unsigned cpu)
{
	while (cpu < cells->cpu_count && !cpu_present(cells->model, cpu, node))
		cpu++;
	return cpu;
}

static void draw_node(const struct cells *cells, const struct ui_area *area,
		      const struct place *at, unsigned node)
{
	int per_line = cells_per_line(cells, area->rect.cols), index = 0;
	unsigned cpu = next_cpu(cells, node, 0);

	ui_putf(area, at->line, at->col, UI_ROLE_DIM, cells->form == FORM_FLOW ? "%2u" : "node %u",
		node);
	for (; cpu < cells->cpu_count; cpu = next_cpu(cells, node, cpu), index++) {
		int line = at->line + index / per_line;
		int col = at->col + label_cols(cells) + index % per_line * cell_cols(cells);
		struct look look;

		if (cells->form == FORM_NUMBERS) {
			draw_wide_cell(cells, area, line, col, cpu++);
			continue;
		}
		look = next_cell(cells, area->canvas->glyphs, node, &cpu);
		ui_put_char(area, line, col, look.role, look.ch);
	}
}

static void draw_legend(const struct cells *cells, const struct ui_area *area, int row)
{
	struct ui_row words = { 0 };
	char text[UI_TEXT], glyph[5];

	if (cells->form == FORM_FLOW)
		ui_row_add(&words, 1, UI_ROLE_DIM, "", "%u CPUs a cell", cells->per_cell);
	ui_row_add(&words, 0, UI_ROLE_DIM, "", "full = %s a CPU",
		   ui_text_rate(cells->full > 0 ? cells->full : NAN, text));
	ui_row_add(&words, 2, UI_ROLE_DIM, "", "%s not in the mask",
		   ui_glyph_text(area->canvas, UI_GLYPH_ABSENT, glyph));
	ui_row_add(&words, 3, UI_ROLE_DIM, "", "~ not applied");
	ui_row_add(&words, 4, UI_ROLE_DIM, "", "b back-off");
	ui_row_add(&words, 5, UI_ROLE_DIM, "", "t throttled");
	ui_row_add(&words, 6, UI_ROLE_DIM, "", "! stuck");
	ui_row_draw(&words, area, row, 0, area->rect.cols);
}

static void draw_cells(const struct cells *cells, bool legend, const struct ui_area *area)
{
	struct place at = { 0 };

	for (unsigned node = 0; node < cells->model->machine->node_count; node++) {
		int wanted = node_cells(cells, node);

		if (!wanted)
			continue;
		begin_node(cells, &at, wanted, area->rect.cols);
		draw_node(cells, area, &at, node);
		end_node(cells, &at, wanted, area->rect.cols);
	}
	if (legend)
		draw_legend(cells, area, area->rect.rows - 1);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	int rows = area->rect.rows - 1, cols = area->rect.cols, graph = rows;
	struct cells cells = { .model = model, .cpu_count = model->machine->cpu_count };
	bool legend = rows >= 5;
	struct ui_area part;

	(void)state;
	if (!ui_model_has_rates(model)) {
		ui_put_cut(area, 0, 0, cols, UI_ROLE_DIM, ui_why_unknown(model));
		return;
	}
	draw_facts(model, area);
	cells.cpus = bt_point_cpus(model->history, model->point);
	if (rows >= 3 && cells.cpus) {
		/* The cells take what they need, at most a row more than half. */
		cells.full = busiest(&cells);
		choose_form(&cells, (rows + 1) / 2 - legend, cols);
		graph = rows - all_lines(&cells, cols) - legend;
		part = ui_area_part(area, 1 + graph, 0, rows - graph, cols);
		draw_cells(&cells, legend, &part);
	} else if (rows >= 3) {
		ui_put_cut(area, rows, 0, cols, UI_ROLE_DIM,
			   "single CPUs: of samples only (z)");
		graph = rows - 1;
	}
	part = ui_area_part(area, 1, 0, graph, cols);
	if (part.rect.rows > 0)
		draw_graph(model, &part);
}

const struct ui_panel_ops ui_panel_rate = {
	.title = "Allocation rate",
	.metric = "allocs_per_s",
	.summary = summary,
	.draw = draw,
};
