/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dashboard without its terminal: a session's picture and what keys do to it. Keys go in,
 * canvases come out; ui.c connects both to a terminal, tests to text.
 */
#ifndef UI_APP_H
#define UI_APP_H

#include "ui/canvas.h"
#include "ui/keys.h"
#include "ui/model.h"
#include "ui/overlay.h"
#include "ui/panel.h"

struct ui_app {
	struct bt_session *session;
	struct ui_feed *feed;
	const struct ui_model *model;
	struct ui_canvas canvas;
	struct ui_screen screen;
	struct ui_overlay overlay;
	char message[BT_ERR_TEXT];	/* in the footer until the next key */
	enum ui_role message_role;
	const char *codeset;
	const struct ui_binding *pressed;	/* of the action that runs */
	int pressed_key;
	bool start_agreed;	/* asked once per session */
	bool quit;
	bool redraw;		/* the terminal is to be repainted from nothing */
	const struct ui_theme *theme;
	bool colours;		/* the terminal has some */
	unsigned steps;		/* samples still to come before the next key (:step) */
};

void ui_app_init(struct ui_app *app, struct bt_session *session, const struct ui_glyphs *glyphs,
		 const char *codeset);
void ui_app_free(struct ui_app *app);

/* After bt_session_step() said that something changed. */
void ui_app_update(struct ui_app *app);
/* What a key does: the overlay's, if there is one, else the key table's. */
void ui_app_key(struct ui_app *app, int key);
/* Draws everything into app->canvas. */
void ui_app_draw(struct ui_app *app);

/* One line in the footer, until the next key. */
void ui_app_say(struct ui_app *app, enum ui_role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void ui_app_say_error(struct ui_app *app, const struct bt_err *err);

/* Why nothing can be sent to the antagonist now, by key or command; NULL when it can. */
const char *ui_app_no_control(const struct ui_app *app);
/* Sends a config; a refusal is said in the footer too. who: "key", "command". */
int ui_app_publish(struct ui_app *app, const struct bt_config *config, const char *who,
		   struct bt_err *err);
/* The config that changes start from, with its generation taken off. */
void ui_app_draft(const struct ui_app *app, struct bt_config *config);
/* Opens the editor that fits the parameter. */
void ui_app_edit(struct ui_app *app, const struct bt_param *param);
/* Asks first, once per session. */
void ui_app_start(struct ui_app *app, const char *who);
void ui_app_run(struct ui_app *app, enum bt_run run, const char *who);
void ui_app_snapshot(struct ui_app *app);
void ui_app_quit(struct ui_app *app);
void ui_app_measure(struct ui_app *app);

/* action.c: runs what the key is bound to, or says why it is not possible now. */
void ui_action_run(struct ui_app *app, int key);
/* command.c: one line of the command line. 0, or a negative errno with err. */
int ui_command_run(struct ui_app *app, const char *line, struct bt_err *err);

#endif
