/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where CPUs stand on the screen: by node, then by number, a node on lines of its own or, where
 * many nodes are small, several nodes side by side. Pure; the work grows with the CPUs, not with
 * their square.
 */
#ifndef UI_GRID_H
#define UI_GRID_H

#include "frame/frame.h"

struct ui_grid_cell {
	uint16_t cpu, node, line;
	int16_t col;
	bool labelled;		/* stands after a label: the first of its node, or of a line */
};

struct ui_grid {
	unsigned count, lines;
	struct ui_grid_cell cells[BT_MAX_CPUS];
};

#define UI_GRID_LABEL_COLS 8	/* "15  1023 " */

struct ui_grid_form {
	int cell_cols;
	unsigned group;		/* cells between two blank columns; 0: none */
	bool side_by_side;	/* nodes that fit on one line share lines */
};

/* The CPUs whose bit is set, without places yet. */
void ui_grid_fill(struct ui_grid *grid, const struct bt_machine *machine, const __u64 *cpus);
void ui_grid_place(struct ui_grid *grid, const struct ui_grid_form *form, int cols);
/* Index of the cell of a CPU; 0 when it has none. */
unsigned ui_grid_find(const struct ui_grid *grid, unsigned cpu);
/* The cell `lines` lines further down (or up), as near as can be in column; index at the ends. */
unsigned ui_grid_step(const struct ui_grid *grid, unsigned index, int lines);

#endif
