// SPDX-License-Identifier: GPL-2.0
/* View 5: a cell for each CPU, all about the selected one, and a table where there is room. */
#include <math.h>
#include <string.h>

#include "core/mask.h"
#include "ui/chart.h"
#include "ui/cpus.h"

static const char *const modes[] = {
	"allocs/s", "failures/s", "throttled/s", "generations behind", "held",
	"table by CPU", "table by allocs/s", "table by failures/s", "table by held",
	"table by longest alloc", NULL
};

static const struct {
	enum ui_cpu_value value;
	bool table;		/* nothing but the table */
} mode_defs[BT_ARRAY_SIZE(modes) - 1] = {
	{ UI_CPU_ALLOCS, false }, { UI_CPU_FAILURES, false }, { UI_CPU_THROTTLED, false },
	{ UI_CPU_BEHIND, false }, { UI_CPU_HELD, false },
	{ UI_CPU_NUMBER, true },  { UI_CPU_ALLOCS, true },    { UI_CPU_FAILURES, true },
	{ UI_CPU_HELD, true },	  { UI_CPU_LONGEST, true },
};

/* ---- what goes where -------------------------------------------------------------------- */

enum cell_form { CELL_NUMBERS, CELL_NUMBER, CELL_WIDE, CELL_NARROW, CELL_FORMS };

/* From "  12 # 1.23M", a number, a cell and its condition, to one character. */
static const int cell_cols[CELL_FORMS] = { 13, 7, 2, 1 };
static const unsigned cell_group[CELL_FORMS] = { 0, 0, 8, 8 };

struct plan {
	struct ui_cpus_view view;
	struct ui_grid grid;
	enum cell_form form;
	enum ui_cpu_value value;
	bool table_only;
	int head, grid_rows, table_rows, trend_rows, detail_rows, legend_rows;
	unsigned selected;		/* index in grid */
	unsigned top;			/* first line of the grid that shows */
	double most;			/* a full cell: no CPU has more of value */
};

static bool wanted(const struct ui_cpus_view *view, const struct ui_filter *filter, unsigned cpu)
{
	const struct ui_filter_row row = {
		.number = cpu, .node = view->model->machine->cpu_node[cpu],
		.texts = { ui_cpu_state(view, cpu),
			   ui_cpu_conditions[ui_cpu_condition(view, cpu)].name },
	};

	return bt_mask_test(view->model->machine->possible_cpus, cpu) &&
	       ui_filter_fits(filter, &row);
}

/* False: nothing is known of CPUs. */
static bool fill(struct plan *plan, const struct ui_model *model,
		 const struct ui_panel_state *state)
{
	__u64 cpus[BT_CPU_WORDS] = { 0 };
	struct ui_filter filter;

	memset(plan, 0, sizeof(*plan));
	if (!ui_cpus_view(&plan->view, model))
		return false;
	ui_filter_parse(&filter, state->filter);
	for (unsigned cpu = 0; cpu < model->machine->cpu_count; cpu++)
		bt_mask_set(cpus, cpu, wanted(&plan->view, &filter, cpu));
	ui_grid_fill(&plan->grid, model->machine, cpus);
	plan->value = mode_defs[state->mode].value;
	plan->table_only = mode_defs[state->mode].table;
	plan->selected = ui_grid_find(&plan->grid, state->selected);
	return true;
}

/* The form that says most and needs no more than these lines; false: none does. */
static bool fit_grid(struct plan *plan, int lines, int cols)
{
	for (unsigned form = 0; form < CELL_FORMS; form++) {
		for (int side_by_side = 0; side_by_side < 2; side_by_side++) {
			const struct ui_grid_form shape = { cell_cols[form], cell_group[form],
							    side_by_side };

			plan->form = form;
			ui_grid_place(&plan->grid, &shape, cols);
			if ((int)plan->grid.lines <= lines)
				return true;
		}
	}
	return false;
}

/* Rows from which on half of what is left goes to a table. */
#define TABLE_FROM 20
#define TABLE_LEAST 4

static void share_rows(struct plan *plan, int rows, int cols)
{
	int room;

	plan->detail_rows = rows >= 16 ? 3 : rows >= 9 ? 2 : rows >= 4 ? 1 : 0;
	plan->legend_rows = rows >= 7 && !plan->table_only;
	plan->head = rows >= 6 && !plan->table_only;
	room = rows - plan->detail_rows - plan->legend_rows - plan->head;
	if (plan->table_only) {
		plan->table_rows = room;
		return;
	}
	if (room < TABLE_FROM || !fit_grid(plan, room / 2, cols))
		fit_grid(plan, room, cols);
	/* That no CPU is out of sight is worth a line or two about the selected one. */
	for (; (int)plan->grid.lines > room && plan->detail_rows > 1; room++)
		plan->detail_rows--;
	plan->grid_rows = (int)plan->grid.lines < room ? (int)plan->grid.lines : room;
	room -= plan->grid_rows + 1;
	if (room < TABLE_LEAST)
		return;
	/* Where every CPU has its row in the table and there is as much again: over time. */
	if (room >= 2 * ((int)plan->grid.count + 1) + 1) {
		plan->trend_rows = (int)plan->grid.count + 1;
		room = plan->trend_rows;
	}
	plan->table_rows = room;
}

static void make(struct plan *plan, int rows, int cols)
{
	unsigned line, lines;

	share_rows(plan, rows, cols);
	line = plan->grid.count ? plan->grid.cells[plan->selected].line : 0;
	lines = (unsigned)plan->grid_rows;
	if (line >= lines)
		plan->top = line - lines + 1;
	plan->most = 0;
	for (unsigned i = 0; i < plan->grid.count; i++)
		plan->most = fmax(plan->most, ui_cpu_value(&plan->view, plan->value,
							   plan->grid.cells[i].cpu));
	/* A round number: a scale that followed the busiest would set all cells in motion. */
	if (plan->most > 0 && plan->value != UI_CPU_BEHIND)
		plan->most = ui_nice_ceiling(plan->most);
}

/* ---- the grid --------------------------------------------------------------------------- */

/* A level for a value; 0 is the lowest, and anything above it is higher. */
static void put_level(const struct plan *plan, const struct ui_area *area, int row, int col,
		      double value)
{
	const struct ui_glyphs *glyphs = area->canvas->glyphs;
	double ratio = plan->most > 0 ? value / plan->most : 0;

	if (isnan(value))
		ui_put_char(area, row, col, UI_ROLE_DIM, L'?');
	else if (!(ratio > 0))
		ui_put_char(area, row, col, UI_ROLE_DIM, glyphs->level[1]);
	else
		ui_put_char(area, row, col, ui_theme_heat(ratio),
			    glyphs->level[2 + (unsigned)(ratio * (glyphs->levels - 2) + 0.5)]);
}

static void put_condition(const struct ui_area *area, int row, int col,
			  enum ui_cpu_condition condition, bool selected)
{
	const struct ui_cpu_condition_def *def = &ui_cpu_conditions[condition];
	enum ui_role role = selected ? UI_ROLE_SELECTED : def->role;

	if (def->letter)
		ui_put_char(area, row, col, role, (wchar_t)def->letter);
	else
		ui_put_glyph(area, row, col, role, def->glyph);
}

/* What a single character shows of a CPU: its condition comes before its value. */
static void put_cell(const struct plan *plan, const struct ui_area *area, int row, int col,
		     unsigned cpu, bool selected)
{
	enum ui_cpu_condition condition = ui_cpu_condition(&plan->view, cpu);
	double value = ui_cpu_value(&plan->view, plan->value, cpu);
	/* Where failures or throttling are what is asked for, how much says more than that. */
	bool told = value > 0 && (plan->value == UI_CPU_FAILURES ||
				  plan->value == UI_CPU_THROTTLED) &&
		    condition != UI_CPU_STUCK;

	if (condition != UI_CPU_FINE && !told)
		put_condition(area, row, col, condition, selected);
	else if (selected)
		ui_put_char(area, row, col, UI_ROLE_SELECTED, L'@');
	else
		put_level(plan, area, row, col, value);
}

static void draw_cell(const struct plan *plan, const struct ui_area *area,
		      const struct ui_grid_cell *cell, bool selected)
{
	int row = (int)cell->line - (int)plan->top, col = cell->col;
	bool numbered = plan->form <= CELL_NUMBER;
	enum ui_cpu_condition condition = ui_cpu_condition(&plan->view, cell->cpu);
	double value = ui_cpu_value(&plan->view, plan->value, cell->cpu);
	char text[UI_TEXT];

	if (cell->labelled)
		ui_putf(area, row, col - UI_GRID_LABEL_COLS, UI_ROLE_DIM, numbered ? "%-3u" :
			"%-3u%4u", cell->node, cell->cpu);
	if (numbered)
		ui_putf(area, row, col, selected ? UI_ROLE_SELECTED : UI_ROLE_DIM, "%4u",
			cell->cpu);
	put_cell(plan, area, row, numbered ? col + 5 : col, cell->cpu, selected && !numbered);
	if (plan->form == CELL_NUMBERS)
		ui_put_right(area, row, col + 12, UI_ROLE_NORMAL,
			     condition == UI_CPU_OFFLINE ? "off" :
			     ui_cpu_value_text(&plan->view, plan->value, value, text));
}

static void draw_grid(const struct plan *plan, const struct ui_area *area)
{
	for (unsigned i = 0; i < plan->grid.count; i++) {
		unsigned line = plan->grid.cells[i].line;

		if (line >= plan->top && (int)(line - plan->top) < plan->grid_rows)
			draw_cell(plan, area, &plan->grid.cells[i], i == plan->selected);
	}
	if ((int)plan->top + plan->grid_rows < (int)plan->grid.lines)
		ui_put_glyph(area, plan->grid_rows - 1, area->rect.cols - 1, UI_ROLE_WARN,
			     UI_GLYPH_MORE_DOWN);
}

static void draw_head(const struct plan *plan, const struct ui_area *area)
{
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	ui_put(area, 0, 0, UI_ROLE_DIM, "node CPU");
	ui_row_add(&row, 0, UI_ROLE_NORMAL, "", "%s", ui_cpu_value_name[plan->value]);
	if (plan->most > 0)
		ui_row_add(&row, 1, UI_ROLE_DIM, "", "full = %s a CPU",
			   ui_cpu_value_text(&plan->view, plan->value, plan->most, text));
	else
		ui_row_add(&row, 1, UI_ROLE_DIM, "", "%s", plan->view.frame ||
			   plan->value < UI_CPU_BEHIND ? "0 on every CPU" :
			   "not kept in the history");
	if (plan->form > CELL_NUMBER)
		ui_row_add(&row, 2, UI_ROLE_DIM, "", "@ selected");
	ui_row_draw(&row, area, 0, UI_GRID_LABEL_COLS + 2, area->rect.cols - UI_GRID_LABEL_COLS - 2);
}

static void draw_legend(const struct ui_area *area)
{
	struct ui_row row = { 0 };
	char glyph[5];

	for (unsigned i = UI_CPU_CONDITIONS - 1; i > UI_CPU_FINE; i--) {
		const struct ui_cpu_condition_def *def = &ui_cpu_conditions[i];

		if (def->letter)
			snprintf(glyph, sizeof(glyph), "%c", def->letter);
		ui_row_add(&row, UI_CPU_CONDITIONS - i, UI_ROLE_DIM, "", "%s %s",
			   def->letter ? glyph : ui_glyph_text(area->canvas, def->glyph, glyph),
			   def->name);
	}
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

/* ---- the whole -------------------------------------------------------------------------- */

/* Rates that differ less than this do not make rows change places each time. */
#define TABLE_STEPS 8

static void draw_table(const struct plan *plan, const struct ui_area *area)
{
	unsigned rows = area->rect.rows > 1 ? (unsigned)area->rect.rows - 1 : 0, at, first = 0;
	struct ui_cpu_table table;

	ui_cpu_table_sort(&table, &plan->view, &plan->grid, plan->value,
			  plan->table_only ? 0 : fmax(plan->most, 1) / TABLE_STEPS);
	at = ui_cpu_table_find(&table, plan->grid.cells[plan->selected].cpu);
	/* Below a grid it tells who leads; alone it goes where the selection is. */
	if (plan->table_only && at >= rows)
		first = at - rows + 1;
	ui_cpu_table_draw(&table, area, first, table.cpus[at], plan->value);
}

static struct ui_area take(const struct ui_area *area, int *row, int rows)
{
	struct ui_area part = ui_area_part(area, *row, 0, rows, area->rect.cols);

	*row += rows;
	return part;
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	struct ui_area part;
	struct plan plan;
	int row = 0;

	if (!fill(&plan, model, state)) {
		ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM, ui_why_unknown(model));
		return;
	}
	if (!plan.grid.count) {
		ui_put(area, 0, 0, UI_ROLE_DIM, "no CPU fits the filter");
		return;
	}
	make(&plan, area->rect.rows, area->rect.cols);
	part = take(area, &row, plan.head);
	if (plan.head)
		draw_head(&plan, &part);
	part = take(area, &row, plan.grid_rows);
	draw_grid(&plan, &part);
	part = take(area, &row, plan.legend_rows);
	draw_legend(&part);
	part = take(area, &row, plan.detail_rows);
	ui_cpu_detail_draw(&plan.view, plan.grid.cells[plan.selected].cpu, &part);
	row += !plan.table_only;
	part = take(area, &row, plan.table_rows);
	if (plan.table_rows)
		draw_table(&plan, &part);
	row++;
	part = take(area, &row, plan.trend_rows);
	if (plan.trend_rows)
		ui_cpu_trend_draw(&plan.view, &plan.grid, plan.value, plan.selected, &part);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	struct plan plan;

	return fill(&plan, model, state) ? plan.grid.count : 0;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	unsigned count[UI_CPU_CONDITIONS] = { 0 };
	struct ui_cpus_view view;

	(void)only;
	if (!ui_cpus_view(&view, model))
		return;
	for (unsigned cpu = 0; cpu < model->machine->cpu_count; cpu++) {
		if (bt_mask_test(model->machine->possible_cpus, cpu))
			count[ui_cpu_condition(&view, cpu)]++;
	}
	for (unsigned i = UI_CPU_CONDITIONS - 1; i > UI_CPU_FINE; i--) {
		if (count[i])
			ui_row_add(row, UI_CPU_CONDITIONS - i, ui_cpu_conditions[i].role, "",
				   "%u %s", count[i], ui_cpu_conditions[i].name);
	}
	ui_row_add(row, 0, UI_ROLE_NORMAL, "", "%u CPUs",
		   bt_mask_weight(model->machine->possible_cpus, BT_CPU_WORDS));
}

/* Up and down are lines of what is shown, left and right the CPU before and after. */
static bool move(const struct ui_model *model, struct ui_panel_state *state,
		 const struct ui_rect *inside, enum ui_move how)
{
	static const int sign[UI_MOVES] = {
		[UI_MOVE_UP] = -1, [UI_MOVE_LEFT] = -1, [UI_MOVE_PAGE_UP] = -1,
		[UI_MOVE_DOWN] = 1, [UI_MOVE_RIGHT] = 1, [UI_MOVE_PAGE_DOWN] = 1,
	};
	bool page = how == UI_MOVE_PAGE_UP || how == UI_MOVE_PAGE_DOWN;
	struct ui_cpu_table table;
	struct plan plan;
	int lines, at;

	if (!fill(&plan, model, state) || !plan.grid.count)
		return true;
	make(&plan, inside->rows, inside->cols);
	lines = sign[how] * (!page ? 1 : plan.table_only ? plan.table_rows - 1 : plan.grid_rows);
	if (plan.table_only) {
		ui_cpu_table_sort(&table, &plan.view, &plan.grid, plan.value, 0);
		at = (int)ui_cpu_table_find(&table, plan.grid.cells[plan.selected].cpu) + lines;
		at = at < 0 ? 0 : at >= (int)table.count ? (int)table.count - 1 : at;
		state->selected = table.cpus[at];
	} else if (how == UI_MOVE_LEFT || how == UI_MOVE_RIGHT) {
		at = (int)plan.selected + sign[how];
		if (at >= 0 && at < (int)plan.grid.count)
			state->selected = plan.grid.cells[at].cpu;
	} else {
		at = (int)ui_grid_step(&plan.grid, plan.selected, lines);
		state->selected = plan.grid.cells[at].cpu;
	}
	return true;
}

const struct ui_panel_ops ui_panel_cpus = {
	.title = "CPUs",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.move = move,
	.selects = true,
	.filters = true,
	.modes = modes,
};
