/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A demonstration: the dashboard goes through named loads by itself, some seconds each, in the view
 * that shows each best, with what it shows and where to look written below. Its time is that of the
 * source, so that it can be stepped.
 */
#ifndef UI_DEMO_H
#define UI_DEMO_H

#include "core/load.h"
#include "ui/canvas.h"

struct ui_app;

struct ui_demo_plan {
	const struct bt_load *loads[BT_LOADS_MAX];
	unsigned count;
	uint64_t each_ns;
	bool agreed;		/* nobody else is on the machine: nothing is asked */
};

enum ui_demo_state {
	UI_DEMO_OFF,		/* there is none: all functions do nothing */
	UI_DEMO_WAITING,	/* for the first sample */
	UI_DEMO_ASKED,		/* whether the first load may start */
	UI_DEMO_RUNNING,
	UI_DEMO_HELD,		/* the load stays, or was stopped by somebody */
	UI_DEMO_OVER,		/* it has gone through all, or this machine can do none */
};

struct ui_demo {
	struct ui_demo_plan plan;	/* those that the machine can do */
	enum ui_demo_state state;
	unsigned at;
	uint64_t since_ns;		/* clock of the source: the present one's begin */
	uint64_t spent_ns;		/* HELD: by then */
	char why[BT_ERR_TEXT];		/* HELD: by whom or what; "" = the operator's key */
	bool entering;			/* what that updates does not step it */
	uint64_t token;			/* of the present one's publication; 0: there is none */
};

/* From the next ui_demo_step() with a sample on. */
void ui_demo_begin(struct ui_app *app, const struct ui_demo_plan *plan);
/* On to the next load when it is time; part of ui_app_update(). */
void ui_demo_step(struct ui_app *app);
/* A key while nothing lies over the view: n, p, Space and q are the demonstration's. */
bool ui_demo_key(struct ui_app *app, int key);
/* Rows of the caption on a screen of that size; 0 without a demonstration. */
int ui_demo_rows(const struct ui_app *app, int rows, int cols);
/* The caption; and the keys, in one row. */
void ui_demo_draw(const struct ui_app *app, const struct ui_area *area);
void ui_demo_draw_keys(const struct ui_area *area);

#endif
