// SPDX-License-Identifier: GPL-2.0
/* A row for each CPU, by number or with the most of something first. */
#include <math.h>
#include <stdlib.h>

#include "ui/cpus.h"
#include "ui/latency.h"

/* ---- order ------------------------------------------------------------------------------ */

struct sorted {
	unsigned urgency;
	double value;
	uint16_t cpu;
};

/* The most urgent and the most first, unknown ones last, equal ones by number. */
static int compare(const void *a, const void *b)
{
	const struct sorted *left = a, *right = b;

	if (left->urgency != right->urgency)
		return left->urgency > right->urgency ? -1 : 1;
	if (left->value != right->value)
		return left->value > right->value ? -1 : 1;
	return (int)left->cpu - (int)right->cpu;
}

static double sort_value(double value, double step)
{
	if (isnan(value))
		return -1;
	return step > 0 ? floor(value / step + 0.5) : value;
}

void ui_cpu_table_sort(struct ui_cpu_table *table, const struct ui_cpus_view *view,
		       const struct ui_grid *grid, enum ui_cpu_value by, double step)
{
	struct sorted sorted[BT_MAX_CPUS];

	table->view = view;
	table->count = grid->count;
	for (unsigned i = 0; i < grid->count; i++) {
		uint16_t cpu = grid->cells[i].cpu;
		enum ui_cpu_condition condition = ui_cpu_condition(view, cpu);

		sorted[i] = (struct sorted){
			.urgency = step > 0 && condition > UI_CPU_OFFLINE ? condition : 0,
			.value = by == UI_CPU_NUMBER ? 0 :
				 sort_value(ui_cpu_value(view, by, cpu), step),
			.cpu = cpu,
		};
	}
	qsort(sorted, grid->count, sizeof(sorted[0]), compare);
	for (unsigned i = 0; i < grid->count; i++)
		table->cpus[i] = sorted[i].cpu;
}

unsigned ui_cpu_table_find(const struct ui_cpu_table *table, unsigned cpu)
{
	for (unsigned i = 0; i < table->count; i++) {
		if (table->cpus[i] == cpu)
			return i;
	}
	return 0;
}

/* ---- columns, in the order in which they are given room ----------------------------------- */

struct cell {
	char text[UI_TEXT];
	enum ui_role role;
};

static void value_cell(const struct ui_cpus_view *view, enum ui_cpu_value value, unsigned cpu,
		       struct cell *cell)
{
	double number = ui_cpu_value(view, value, cpu);

	ui_cpu_value_text(view, value, number, cell->text);
	if (!(number > 0))
		cell->role = UI_ROLE_DIM;
	else if (value == UI_CPU_FAILURES || value == UI_CPU_THROTTLED || value == UI_CPU_BEHIND)
		cell->role = UI_ROLE_WARN;
}

static void number_cell(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell)
{
	(void)view;
	snprintf(cell->text, sizeof(cell->text), "%u", cpu);
}

static void node_cell(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell)
{
	snprintf(cell->text, sizeof(cell->text), "%u", view->model->machine->cpu_node[cpu]);
}

static void core_cell(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell)
{
	snprintf(cell->text, sizeof(cell->text), "%u", view->model->machine->cpu_core[cpu]);
	cell->role = UI_ROLE_DIM;
}

/* The condition, where there is one to tell, else what the worker does. */
static void state_cell(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell)
{
	const struct ui_cpu_condition_def *now = &ui_cpu_conditions[ui_cpu_condition(view, cpu)];

	snprintf(cell->text, sizeof(cell->text), "%s",
		 *now->name ? now->name : ui_cpu_state(view, cpu));
	cell->role = now->role;
}

static void generation_cell(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell)
{
	uint64_t generation = view->frame ? view->frame->cpus[cpu].generation : BT_UNKNOWN;

	snprintf(cell->text, sizeof(cell->text), "?");
	if (generation != BT_UNKNOWN)
		snprintf(cell->text, sizeof(cell->text), "%llu", (unsigned long long)generation);
	cell->role = ui_cpu_condition(view, cpu) == UI_CPU_NOT_APPLIED ? UI_ROLE_WARN :
									 UI_ROLE_DIM;
}

static void remote_cell(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell)
{
	ui_text_percent(ui_cpu_remote(view, cpu), cell->text);
}

static void free_cell(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell)
{
	ui_text_latency(&view->model->units,
			view->frame ? ui_longest_ns(view->frame->cpus[cpu].free_max_ns) :
				      BT_UNKNOWN, cell->text);
}

static void preempted_cell(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell)
{
	uint64_t count = view->frame ? view->frame->cpus[cpu].preempted : BT_UNKNOWN;

	bt_text_count(count == BT_UNKNOWN ? NAN : (double)count, cell->text, UI_TEXT);
	cell->role = UI_ROLE_DIM;
}

static void in_flight_cell(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell)
{
	ui_cpu_in_flight(view, cpu, cell->text);
	if (ui_cpu_condition(view, cpu) == UI_CPU_STUCK)
		cell->role = UI_ROLE_BAD;
}

static const struct {
	const char *head;
	int cols;		/* with the blanks before it */
	bool left;		/* where the text stands */
	/* One of the two. */
	void (*fill)(const struct ui_cpus_view *view, unsigned cpu, struct cell *cell);
	enum ui_cpu_value value;
} columns[] = {
	{ .head = "CPU", .cols = 5, .fill = number_cell, .value = UI_CPU_NUMBER },
	{ .head = "node", .cols = 6, .fill = node_cell, .value = UI_CPU_VALUES },
	{ .head = "state", .cols = 18, .left = true, .fill = state_cell, .value = UI_CPU_VALUES },
	{ .head = "allocs/s", .cols = 9, .value = UI_CPU_ALLOCS },
	{ .head = "failures/s", .cols = 12, .value = UI_CPU_FAILURES },
	{ .head = "throttled/s", .cols = 13, .value = UI_CPU_THROTTLED },
	{ .head = "held", .cols = 8, .value = UI_CPU_HELD },
	{ .head = "remote", .cols = 8, .fill = remote_cell, .value = UI_CPU_VALUES },
	{ .head = "gen", .cols = 7, .fill = generation_cell, .value = UI_CPU_BEHIND },
	{ .head = "longest alloc", .cols = 15, .value = UI_CPU_LONGEST },
	{ .head = "longest free", .cols = 14, .fill = free_cell, .value = UI_CPU_VALUES },
	{ .head = "in operation", .cols = 16, .left = true, .fill = in_flight_cell,
	  .value = UI_CPU_VALUES },
	{ .head = "preempted", .cols = 11, .fill = preempted_cell, .value = UI_CPU_VALUES },
	{ .head = "core", .cols = 6, .fill = core_cell, .value = UI_CPU_VALUES },
};

static void draw_row(const struct ui_cpu_table *table, unsigned cpu, const struct ui_area *area,
		     int row, bool selected)
{
	int col = 0;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(columns) && col + columns[i].cols <= area->rect.cols;
	     i++) {
		struct cell cell = { .role = UI_ROLE_NORMAL };

		if (columns[i].fill)
			columns[i].fill(table->view, cpu, &cell);
		else
			value_cell(table->view, columns[i].value, cpu, &cell);
		if (selected && !i)
			cell.role = UI_ROLE_SELECTED;
		if (columns[i].left)
			ui_put_cut(area, row, col + 2, columns[i].cols - 2, cell.role, cell.text);
		else
			ui_put_right(area, row, col + columns[i].cols, cell.role, cell.text);
		col += columns[i].cols;
	}
	if (selected)
		ui_put_glyph(area, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
}

void ui_cpu_table_draw(const struct ui_cpu_table *table, const struct ui_area *area,
		       unsigned first, unsigned selected_cpu, enum ui_cpu_value by)
{
	int col = 0;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(columns) && col + columns[i].cols <= area->rect.cols;
	     i++) {
		enum ui_role role = columns[i].value == by ? UI_ROLE_KEY : UI_ROLE_DIM;

		if (columns[i].left)
			ui_put(area, 0, col + 2, role, columns[i].head);
		else
			ui_put_right(area, 0, col + columns[i].cols, role, columns[i].head);
		col += columns[i].cols;
	}
	for (int row = 1; row < area->rect.rows && first < table->count; row++, first++)
		draw_row(table, table->cpus[first], area, row,
			 table->cpus[first] == selected_cpu);
	if (first < table->count)
		ui_put_glyph(area, area->rect.rows - 1, area->rect.cols - 1, UI_ROLE_WARN,
			     UI_GLYPH_MORE_DOWN);
}
