// SPDX-License-Identifier: GPL-2.0
/* What keys do to the view and the program; action_control.c has what they do to the load. */
#include "ui/action.h"

/* ---- view ------------------------------------------------------------------------------- */

static void run_pause(struct ui_app *app)
{
	bt_session_pause(app->session, app->model->status.state != BT_SESSION_PAUSED);
	ui_app_update(app);
}

/* A recording waits: there is nothing new to miss. */
static void run_freeze(struct ui_app *app)
{
	if (app->model->is_replay && !app->model->frozen && app->model->status.interval_ns) {
		run_pause(app);
		return;
	}
	ui_feed_freeze(app->feed, !app->model->frozen);
}

static const char *needs_own_clock(const struct ui_app *app)
{
	return app->model->status.interval_ns ? NULL : "time is stepped here (:step)";
}

static void run_snapshot(struct ui_app *app)
{
	ui_app_snapshot(app);
}

static void run_log(struct ui_app *app)
{
	app->screen.view = UI_VIEW_EVENTS;
	app->screen.alone = false;
}

static void run_export(struct ui_app *app)
{
	ui_prompt_open_export(app);
}

static void run_view(struct ui_app *app)
{
	unsigned view = (unsigned)(app->pressed_key - '1');

	_Static_assert(UI_VIEW_COUNT == 9, "a digit that the table of keys has is of no view");
	app->screen.view = view;
	app->screen.alone = false;
}

/* The next form of the focused panel. */
static void run_mode(struct ui_app *app)
{
	enum ui_panel panel = ui_screen_focus(&app->screen);
	const struct ui_panel_ops *ops = ui_panels[panel];
	struct ui_panel_state *state = &app->screen.panels[panel];

	if (!ops || !ops->modes) {
		ui_app_say(app, UI_ROLE_WARN, "the focused panel has only this form");
		return;
	}
	state->mode = ops->modes[state->mode + 1] ? state->mode + 1 : 0;
	ui_app_say(app, UI_ROLE_NORMAL, "%s: %s", ops->title, ops->modes[state->mode]);
}

static void run_filter(struct ui_app *app)
{
	if (!ui_filter_open(app))
		ui_app_say(app, UI_ROLE_WARN, "the focused panel has no rows to filter");
}

static void move_subject(struct ui_app *app, unsigned by)
{
	enum ui_panel panel = ui_screen_focus(&app->screen);
	const struct ui_panel_ops *ops = ui_panels[panel];
	struct ui_panel_state *state = &app->screen.panels[panel];
	unsigned count = ops && ops->subjects ? ops->subjects(app->model) : 1;
	char text[UI_TEXT];

	if (count < 2) {
		ui_app_say(app, UI_ROLE_WARN, "the focused panel shows only this");
		return;
	}
	state->subject = (state->subject + count + by) % count;
	ui_app_say(app, UI_ROLE_NORMAL, "%s: %s", ops->title,
		   ops->subject_name(state->subject, text));
}

static void run_subject_up(struct ui_app *app)
{
	move_subject(app, 1);
}

static void run_subject_down(struct ui_app *app)
{
	move_subject(app, -1u);
}

static void run_glyphs(struct ui_app *app)
{
	app->setup.now.glyphs = ui_glyphs_next(app->canvas.glyphs, app->codeset);
	ui_setup_apply(app);
	ui_app_say(app, UI_ROLE_NORMAL, "glyphs: %s", app->canvas.glyphs->name);
}

static const char *needs_colours(const struct ui_app *app)
{
	return app->colours ? NULL : "this terminal has no colours";
}

static void run_theme(struct ui_app *app)
{
	const struct ui_theme *theme = ui_theme_next(app->setup.now.theme);

	app->setup.now.theme = theme;
	ui_app_say(app, UI_ROLE_NORMAL, "theme: %s, %s", theme->name, theme->help);
}

static void run_setup(struct ui_app *app)
{
	ui_setup_open(app);
}

static void run_redraw(struct ui_app *app)
{
	app->redraw = true;
}

/* ---- moving about ----------------------------------------------------------------------- */

static void run_next_panel(struct ui_app *app)
{
	ui_screen_move_focus(&app->screen, 1);
}

static void run_previous_panel(struct ui_app *app)
{
	ui_screen_move_focus(&app->screen, -1);
}

static void run_move_up(struct ui_app *app)
{
	ui_move(app, UI_MOVE_UP);
}

static void run_move_down(struct ui_app *app)
{
	ui_move(app, UI_MOVE_DOWN);
}

/* What a page moves: rows of the focused panel, or the time on the screen. */
static void run_page_up(struct ui_app *app)
{
	if (!ui_move(app, UI_MOVE_PAGE_UP))
		ui_time_page(app, -1);
}

static void run_page_down(struct ui_app *app)
{
	if (!ui_move(app, UI_MOVE_PAGE_DOWN))
		ui_time_page(app, 1);
}

/* To the time of the selected event. */
static void enter_event(struct ui_app *app)
{
	const struct bt_event *event = ui_event_selected(
		app->model, &app->screen.panels[UI_PANEL_EVENT_LIST]);

	if (event)
		ui_app_go_event(app, event);
}

static void run_enter(struct ui_app *app)
{
	if (ui_screen_focus(&app->screen) == UI_PANEL_EVENT_LIST)
		enter_event(app);
	else if (ui_screen_focus(&app->screen) == UI_PANEL_KBENCH_PLAN)
		ui_app_kbench_edit(app);
	else if (ui_screen_focus(&app->screen) != UI_PANEL_CONTROL)
		app->screen.alone = !app->screen.alone;
	else if (app->model->no_control || app->kbench.run)
		ui_app_say(app, UI_ROLE_WARN, "not possible: %s", ui_app_no_control(app));
	else
		ui_edit_row_open(app, app->screen.panels[UI_PANEL_CONTROL].selected);
}

static void run_back(struct ui_app *app)
{
	if (ui_filter_drop(app))
		return;
	if (app->screen.alone)
		app->screen.alone = false;
	else if (app->model->frozen)
		ui_feed_freeze(app->feed, false);
	else if (app->draft.on)
		ui_app_draft_discard(app);
}

/* ---- program ---------------------------------------------------------------------------- */

static void run_command(struct ui_app *app)
{
	ui_command_line_open(app);
}

static void run_help(struct ui_app *app)
{
	ui_help_open(app);
}

static void run_quit(struct ui_app *app)
{
	ui_app_quit(app);
}

static const struct ui_action actions[UI_ACTION_COUNT] = {
	[UI_ACTION_FREEZE] = { NULL, run_freeze },
	[UI_ACTION_PAUSE] = { needs_own_clock, run_pause },
	[UI_ACTION_SNAPSHOT] = { NULL, run_snapshot },
	[UI_ACTION_LOG] = { NULL, run_log },
	[UI_ACTION_EXPORT] = { NULL, run_export },
	[UI_ACTION_COMMAND] = { NULL, run_command },
	[UI_ACTION_NEXT_PANEL] = { NULL, run_next_panel },
	[UI_ACTION_PREVIOUS_PANEL] = { NULL, run_previous_panel },
	[UI_ACTION_MOVE_UP] = { NULL, run_move_up },
	[UI_ACTION_MOVE_DOWN] = { NULL, run_move_down },
	[UI_ACTION_MOVE_PAGE_UP] = { NULL, run_page_up },
	[UI_ACTION_MOVE_PAGE_DOWN] = { NULL, run_page_down },
	[UI_ACTION_ENTER] = { NULL, run_enter },
	[UI_ACTION_BACK] = { NULL, run_back },
	[UI_ACTION_VIEW] = { NULL, run_view },
	[UI_ACTION_MODE] = { NULL, run_mode },
	[UI_ACTION_SUBJECT_UP] = { NULL, run_subject_up },
	[UI_ACTION_SUBJECT_DOWN] = { NULL, run_subject_down },
	[UI_ACTION_FILTER] = { NULL, run_filter },
	[UI_ACTION_GLYPHS] = { NULL, run_glyphs },
	[UI_ACTION_THEME] = { needs_colours, run_theme },
	[UI_ACTION_SETUP] = { NULL, run_setup },
	[UI_ACTION_REDRAW] = { NULL, run_redraw },
	[UI_ACTION_HELP] = { NULL, run_help },
	[UI_ACTION_QUIT] = { NULL, run_quit },
};

static const struct ui_action *find(enum ui_action_id id)
{
	const struct ui_action *const tables[] = { actions, ui_control_actions, ui_time_actions,
						   ui_kbench_actions };

	for (unsigned i = 0; i < BT_ARRAY_SIZE(tables); i++) {
		if (tables[i][id].run)
			return &tables[i][id];
	}
	return &ui_session_actions[id];
}

void ui_action_run(struct ui_app *app, int key)
{
	const struct ui_binding *binding = ui_keys_find(key);
	const struct ui_action *action;
	const char *why_not;

	if (!binding || ui_time_stops_seek(app, binding->action))
		return;
	action = find(binding->action);
	why_not = action->why_not ? action->why_not(app) : NULL;
	app->pressed = binding;
	app->pressed_key = key;
	if (why_not)
		ui_app_say(app, UI_ROLE_WARN, "not possible: %s", why_not);
	else
		action->run(app);
}
