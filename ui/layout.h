/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where things go: a pure function of the size of the screen. A screen that shrinks first loses
 * rows of panels, then panels in the order of their importance, then the footer, until one status
 * line is left.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include <stdbool.h>

#include "ui/canvas.h"

enum ui_panel {	/* in the order of their importance */
	UI_PANEL_AVAILABLE,
	UI_PANEL_RATE,
	UI_PANEL_LATENCY,
	UI_PANEL_REMOTE,
	UI_PANEL_CONTROL,
	UI_PANEL_EVENTS,
	UI_PANEL_COUNT,
	UI_PANEL_NONE = UI_PANEL_COUNT
};

struct ui_layout {
	struct ui_rect header;	/* 1 or 2 rows */
	struct ui_rect footer;	/* 0 or 1 row: keys, message, prompt */
	struct ui_rect panel[UI_PANEL_COUNT];	/* rows 0: there was no room */
};

/* The two columns of panels are separated by this many blank ones. */
#define UI_LAYOUT_GUTTER 2
/* From this width on two columns. */
#define UI_LAYOUT_TWO_COLS 76
/* From this width on the event log stands beside the control panel. */
#define UI_LAYOUT_WIDE_COLS 120

/*
 * first (or UI_PANEL_NONE) is the panel that is given its rows before all others; with alone it is
 * the only one.
 */
void ui_layout(struct ui_layout *layout, int rows, int cols, enum ui_panel first, bool alone);

#endif
