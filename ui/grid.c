// SPDX-License-Identifier: GPL-2.0
#include "ui/grid.h"

#include <stdlib.h>
#include <string.h>

#include "core/mask.h"

void ui_grid_fill(struct ui_grid *grid, const struct bt_machine *machine, const __u64 *cpus)
{
	unsigned at[BT_MAX_NODES + 1] = { 0 };

	grid->count = grid->lines = 0;
	for (unsigned cpu = 0; cpu < machine->cpu_count; cpu++)
		at[machine->cpu_node[cpu] + 1] += bt_mask_test(cpus, cpu);
	for (unsigned node = 0; node < BT_MAX_NODES; node++)
		at[node + 1] += at[node];
	for (unsigned cpu = 0; cpu < machine->cpu_count; cpu++) {
		uint16_t node = machine->cpu_node[cpu];

		if (!bt_mask_test(cpus, cpu))
			continue;
		grid->cells[at[node]++] = (struct ui_grid_cell){ .cpu = (uint16_t)cpu, .node = node };
		grid->count++;
	}
}

/* First cell after those of the node that begins at first. */
static unsigned node_end(const struct ui_grid *grid, unsigned first)
{
	unsigned end = first;

	while (end < grid->count && grid->cells[end].node == grid->cells[first].node)
		end++;
	return end;
}

static int cells_width(const struct ui_grid_form *form, unsigned cells)
{
	unsigned gaps = form->group && cells ? (cells - 1) / form->group : 0;

	return (int)cells * form->cell_cols + (int)gaps;
}

#define GROUP 4		/* where no blanks tell groups apart */

/* At least one, also where there is no room for it. */
static unsigned cells_per_line(const struct ui_grid_form *form, int cols)
{
	unsigned cells = 1, group = form->group ? form->group : GROUP;

	while (cells < BT_MAX_CPUS &&
	       cells_width(form, cells + 1) <= cols - UI_GRID_LABEL_COLS)
		cells++;
	/* Whole groups, where there is room for one: equal columns are then equal numbers. */
	return cells > group ? cells - cells % group : cells;
}

static int widest_node(const struct ui_grid *grid, const struct ui_grid_form *form)
{
	int widest = 0;

	for (unsigned first = 0, end; first < grid->count; first = end) {
		int width;

		end = node_end(grid, first);
		width = UI_GRID_LABEL_COLS + cells_width(form, end - first) + 2;
		widest = width > widest ? width : widest;
	}
	return widest;
}

/* The cells of one node from a line and column on; returns the last line that they take. */
static unsigned place_node(struct ui_grid *grid, const struct ui_grid_form *form, unsigned first,
			   unsigned end, unsigned line, int col, unsigned per_line)
{
	for (unsigned i = first; i < end; i++) {
		unsigned in_line = (i - first) % per_line;
		struct ui_grid_cell *cell = &grid->cells[i];

		cell->labelled = !in_line;
		cell->line = (uint16_t)(line + (i - first) / per_line);
		cell->col = (int16_t)(col + UI_GRID_LABEL_COLS + cells_width(form, in_line) +
				      (form->group && in_line && in_line % form->group == 0));
	}
	return line + (end - first - 1) / per_line;
}

void ui_grid_place(struct ui_grid *grid, const struct ui_grid_form *form, int cols)
{
	unsigned per_line = cells_per_line(form, cols), beside = 1, line = 0, node = 0;
	int widest = widest_node(grid, form);

	if (form->side_by_side && widest > 0 && widest <= cols + 2)
		beside = (unsigned)((cols + 2) / widest);
	grid->lines = 0;
	for (unsigned first = 0, end; first < grid->count; first = end, node++) {
		end = node_end(grid, first);
		if (node % beside == 0)
			line = grid->lines;
		grid->lines = place_node(grid, form, first, end, line,
					 (int)(node % beside) * widest, per_line) + 1;
	}
}

unsigned ui_grid_find(const struct ui_grid *grid, unsigned cpu)
{
	for (unsigned i = 0; i < grid->count; i++) {
		if (grid->cells[i].cpu == cpu)
			return i;
	}
	return 0;
}

unsigned ui_grid_step(const struct ui_grid *grid, unsigned index, int lines)
{
	const struct ui_grid_cell *from = &grid->cells[index];
	int line = (int)from->line + lines, nearest = 1 << 20;
	unsigned found = index;

	if (!grid->count)
		return index;
	line = line < 0 ? 0 : line >= (int)grid->lines ? (int)grid->lines - 1 : line;
	for (unsigned i = 0; i < grid->count; i++) {
		int away = abs(grid->cells[i].col - from->col);

		if (grid->cells[i].line == line && away < nearest) {
			nearest = away;
			found = i;
		}
	}
	return found;
}
