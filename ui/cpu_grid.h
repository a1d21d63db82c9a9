/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUs in the order of the editor's grid, by node, then by number, and what can be done to a mask
 * there. Places count from 0 in that order. Pure.
 */
#ifndef UI_CPU_GRID_H
#define UI_CPU_GRID_H

#include "frame/frame.h"

struct ui_cpu_grid {
	unsigned count, node_count;
	uint16_t cpu[BT_MAX_CPUS];		/* [place] */
	uint16_t core[BT_MAX_CPUS];		/* [place]: its CPU's core */
	uint16_t start[BT_MAX_NODES + 1];	/* [node]: first place; the next one's ends it */
};

/* The possible CPUs of a machine, as it is now. */
void ui_cpu_grid_init(struct ui_cpu_grid *grid, const struct bt_machine *machine);
unsigned ui_cpu_grid_node(const struct ui_cpu_grid *grid, unsigned place);
unsigned ui_cpu_grid_size(const struct ui_cpu_grid *grid, unsigned node);
/* CPUs of a node that are in the mask. */
unsigned ui_cpu_grid_taken(const struct ui_cpu_grid *grid, unsigned node, const __u64 *mask);
/* Line of a place where a node begins a line and per_line CPUs fill it; of place count: lines. */
unsigned ui_cpu_grid_line(const struct ui_cpu_grid *grid, unsigned place, unsigned per_line);
/* The place a line below (or above), in the same column where that line is long enough. */
unsigned ui_cpu_grid_vertical(const struct ui_cpu_grid *grid, unsigned place, unsigned per_line,
			      bool down);
/* First place of the next node that has CPUs (or the one before); the same at the ends. */
unsigned ui_cpu_grid_next_node(const struct ui_cpu_grid *grid, unsigned place, bool down);

void ui_cpu_grid_all(const struct ui_cpu_grid *grid, __u64 *mask, bool on);
void ui_cpu_grid_invert(const struct ui_cpu_grid *grid, __u64 *mask);
/* The node of a place: all in, or all out when they are in. */
void ui_cpu_grid_toggle_node(const struct ui_cpu_grid *grid, unsigned place, __u64 *mask);
/* All places from one to the other get the state that the first has not. */
void ui_cpu_grid_range(const struct ui_cpu_grid *grid, unsigned from, unsigned to, __u64 *mask);
/* Leaves the first thread of each core that is in the mask. */
void ui_cpu_grid_one_thread(const struct ui_cpu_grid *grid, __u64 *mask);

#endif
