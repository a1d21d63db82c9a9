/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where things go: a pure function of the view and the size of the screen. A screen that shrinks
 * first loses rows of panels, then panels in the order of their importance, then the footer, until
 * one status line is left.
 */
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "ui/canvas.h"
#include "ui/view.h"

struct ui_layout {
	struct ui_rect header;	/* 1 or 2 rows */
	struct ui_rect footer;	/* 0 or 1 row: keys, message, prompt */
	struct ui_rect panel[UI_PANEL_COUNT];	/* rows 0: not in the view, or there was no room */
};

/* Two columns of panels are separated by this many blank ones. */
#define UI_LAYOUT_GUTTER 2

struct ui_layout_request {
	enum ui_view view;
	int rows, cols;
	enum ui_panel first;	/* is given its rows before all others; or UI_PANEL_NONE */
	bool alone;		/* first is the only one */
	ui_panel_set hidden;	/* these take no room */
};

void ui_layout(struct ui_layout *layout, const struct ui_layout_request *request);

#endif
