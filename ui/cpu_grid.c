// SPDX-License-Identifier: GPL-2.0
#include "ui/cpu_grid.h"

#include <string.h>

#include "core/mask.h"

void ui_cpu_grid_init(struct ui_cpu_grid *grid, const struct bt_machine *machine)
{
	memset(grid, 0, sizeof(*grid));
	grid->node_count = machine->node_count < BT_MAX_NODES ? machine->node_count : BT_MAX_NODES;
	for (unsigned node = 0; node < grid->node_count; node++) {
		grid->start[node] = (uint16_t)grid->count;
		for (unsigned cpu = 0; cpu < machine->cpu_count; cpu++) {
			if (machine->cpu_node[cpu] != node ||
			    !bt_mask_test(machine->possible_cpus, cpu))
				continue;
			grid->cpu[grid->count] = (uint16_t)cpu;
			grid->core[grid->count++] = machine->cpu_core[cpu];
		}
	}
	grid->start[grid->node_count] = (uint16_t)grid->count;
}

unsigned ui_cpu_grid_node(const struct ui_cpu_grid *grid, unsigned place)
{
	unsigned node = 0;

	while (node + 1 < grid->node_count && grid->start[node + 1] <= place)
		node++;
	return node;
}

unsigned ui_cpu_grid_size(const struct ui_cpu_grid *grid, unsigned node)
{
	return grid->start[node + 1] - grid->start[node];
}

unsigned ui_cpu_grid_taken(const struct ui_cpu_grid *grid, unsigned node, const __u64 *mask)
{
	unsigned taken = 0;

	for (unsigned place = grid->start[node]; place < grid->start[node + 1]; place++)
		taken += bt_mask_test(mask, grid->cpu[place]);
	return taken;
}

/* ---- moving ----------------------------------------------------------------------------- */

unsigned ui_cpu_grid_line(const struct ui_cpu_grid *grid, unsigned place, unsigned per_line)
{
	unsigned line = 0;

	for (unsigned node = 0; node < grid->node_count; node++) {
		if (place < grid->start[node + 1])
			return line + (place - grid->start[node]) / per_line;
		line += (ui_cpu_grid_size(grid, node) + per_line - 1) / per_line;
	}
	return line;
}

/* Line `line` of a node, at most its last CPU in column col. */
static unsigned place_of(const struct ui_cpu_grid *grid, unsigned node, unsigned line,
			 unsigned col, unsigned per_line)
{
	unsigned at = line * per_line + col, last = ui_cpu_grid_size(grid, node) - 1;

	return grid->start[node] + (at < last ? at : last);
}

unsigned ui_cpu_grid_vertical(const struct ui_cpu_grid *grid, unsigned place, unsigned per_line,
			      bool down)
{
	unsigned node = ui_cpu_grid_node(grid, place), at = place - grid->start[node];
	unsigned line = at / per_line, col = at % per_line;
	unsigned last_line = (ui_cpu_grid_size(grid, node) - 1) / per_line;

	if (down ? line < last_line : line > 0)
		return place_of(grid, node, down ? line + 1 : line - 1, col, per_line);
	while (down ? node + 1 < grid->node_count : node > 0) {
		node = down ? node + 1 : node - 1;
		if (!ui_cpu_grid_size(grid, node))
			continue;
		line = down ? 0 : (ui_cpu_grid_size(grid, node) - 1) / per_line;
		return place_of(grid, node, line, col, per_line);
	}
	return place;
}

unsigned ui_cpu_grid_next_node(const struct ui_cpu_grid *grid, unsigned place, bool down)
{
	unsigned node = ui_cpu_grid_node(grid, place);

	while (down ? node + 1 < grid->node_count : node > 0) {
		node = down ? node + 1 : node - 1;
		if (ui_cpu_grid_size(grid, node))
			return grid->start[node];
	}
	return place;
}

/* ---- masks ------------------------------------------------------------------------------ */

void ui_cpu_grid_all(const struct ui_cpu_grid *grid, __u64 *mask, bool on)
{
	for (unsigned place = 0; place < grid->count; place++)
		bt_mask_set(mask, grid->cpu[place], on);
}

void ui_cpu_grid_invert(const struct ui_cpu_grid *grid, __u64 *mask)
{
	for (unsigned place = 0; place < grid->count; place++)
		bt_mask_set(mask, grid->cpu[place], !bt_mask_test(mask, grid->cpu[place]));
}

void ui_cpu_grid_toggle_node(const struct ui_cpu_grid *grid, unsigned place, __u64 *mask)
{
	unsigned node = ui_cpu_grid_node(grid, place);
	bool on = ui_cpu_grid_taken(grid, node, mask) < ui_cpu_grid_size(grid, node);

	for (unsigned at = grid->start[node]; at < grid->start[node + 1]; at++)
		bt_mask_set(mask, grid->cpu[at], on);
}

void ui_cpu_grid_range(const struct ui_cpu_grid *grid, unsigned from, unsigned to, __u64 *mask)
{
	bool on = !bt_mask_test(mask, grid->cpu[from]);
	unsigned first = from < to ? from : to, last = from < to ? to : from;

	for (unsigned place = first; place <= last; place++)
		bt_mask_set(mask, grid->cpu[place], on);
}

void ui_cpu_grid_one_thread(const struct ui_cpu_grid *grid, __u64 *mask)
{
	__u64 cores[BT_CPU_WORDS] = { 0 };

	for (unsigned place = 0; place < grid->count; place++) {
		if (!bt_mask_test(mask, grid->cpu[place]))
			continue;
		bt_mask_set(mask, grid->cpu[place], !bt_mask_test(cores, grid->core[place]));
		bt_mask_set(cores, grid->core[place], true);
	}
}
