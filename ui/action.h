/* SPDX-License-Identifier: GPL-2.0 */
/* Rows of what keys do, a table for each subject; action.c looks an action up in all of them. */
#ifndef UI_ACTION_H
#define UI_ACTION_H

#include "ui/app.h"

struct ui_action {
	/* Why it is not possible now, or NULL when it is; no function: always possible. */
	const char *(*why_not)(const struct ui_app *app);
	void (*run)(struct ui_app *app);
};

/* Indexed by enum ui_action_id; rows of other subjects are empty. */
extern const struct ui_action ui_control_actions[], ui_session_actions[], ui_time_actions[],
	ui_kbench_actions[];

/* In the focused panel; false: it has nothing that moves that way. */
bool ui_move(struct ui_app *app, enum ui_move how);
/* A screen of time back (by -1) or forward (by 1). */
void ui_time_page(struct ui_app *app, int by);
/* A key of time, or Esc, while a recording is on its way to another time: it stops there. */
bool ui_time_stops_seek(struct ui_app *app, enum ui_action_id id);

#endif
