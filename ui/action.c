// SPDX-License-Identifier: GPL-2.0
/* What keys do: one row an action, with the condition under which it is possible. */
#include <errno.h>
#include <string.h>

#include "ui/app.h"
#include "ui/control.h"

struct action {
	/* Why it is not possible now, or NULL when it is; no function: always possible. */
	const char *(*why_not)(const struct ui_app *app);
	void (*run)(struct ui_app *app);
};

/* 1, 2, 5, 10 ...: the step after (or before) value. */
static uint64_t step_125(uint64_t value, bool up)
{
	uint64_t step = 1, before = 1;

	for (unsigned i = 0; step < value || (up && step == value); i++) {
		before = step;
		step = i % 3 == 1 ? step / 2 * 5 : step * 2;
	}
	return up ? step : before;
}

/* ---- parameters ------------------------------------------------------------------------- */

static void set_number(struct ui_app *app, const char *name, uint64_t value)
{
	const struct bt_param *param = bt_param_find(name);
	struct bt_config draft;
	char text[UI_TEXT];
	struct bt_err err;

	ui_app_draft(app, &draft);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	if (bt_param_set(param, &draft, text, &app->model->limits, &err))
		ui_app_say_error(app, &err);
	else
		ui_app_publish(app, &draft, "key", &err);
}

static void run_order_down(struct ui_app *app)
{
	if (app->model->wanted->order)
		set_number(app, "order", app->model->wanted->order - 1);
	else
		ui_app_say(app, UI_ROLE_WARN, "the order is 0 already");
}

static void run_order_up(struct ui_app *app)
{
	set_number(app, "order", (uint64_t)app->model->wanted->order + 1);
}

static void run_batch_down(struct ui_app *app)
{
	if (app->model->wanted->batch_blocks > 1)
		set_number(app, "batch", app->model->wanted->batch_blocks / 2);
	else
		ui_app_say(app, UI_ROLE_WARN, "the batch is 1 block already");
}

static void run_batch_up(struct ui_app *app)
{
	set_number(app, "batch", (uint64_t)app->model->wanted->batch_blocks * 2);
}

#define PACE_FASTEST 1000000u	/* the step above is flat out */

static void run_pace_down(struct ui_app *app)
{
	uint32_t pace = app->model->wanted->pace_ops;

	set_number(app, "pace", !pace ? PACE_FASTEST : step_125(pace, false));
}

static void run_pace_up(struct ui_app *app)
{
	uint32_t pace = app->model->wanted->pace_ops;

	if (!pace)
		ui_app_say(app, UI_ROLE_WARN, "the pace is flat out already");
	else
		set_number(app, "pace", pace >= PACE_FASTEST ? 0 : step_125(pace, true));
}

static void run_edit(struct ui_app *app)
{
	ui_app_edit(app, bt_param_find(app->pressed->param));
}

static void run_workers(struct ui_app *app)
{
	if (app->model->wanted->run == BT_RUN_GO)
		ui_app_run(app, BT_RUN_DRAIN, "key");
	else
		ui_app_start(app, "key");
}

static void run_stop_now(struct ui_app *app)
{
	struct bt_err err;

	if (bt_session_stop_now(app->session, "key", &err))
		ui_app_say_error(app, &err);
	else
		ui_app_say(app, UI_ROLE_WARN, "stop sent: everything held is given back");
	ui_app_update(app);
}

static void run_measure(struct ui_app *app)
{
	ui_app_measure(app);
}

/* ---- view ------------------------------------------------------------------------------- */

static void run_freeze(struct ui_app *app)
{
	ui_feed_freeze(app->feed, !app->model->frozen);
}

static void run_pause(struct ui_app *app)
{
	bt_session_pause(app->session, app->model->status.state != BT_SESSION_PAUSED);
	ui_app_update(app);
}

static void set_interval(struct ui_app *app, bool up)
{
	uint64_t ms = app->model->status.interval_ns / BT_NS_PER_MS;
	struct bt_err err;
	char text[UI_TEXT];

	if (bt_session_set_interval(app->session, step_125(ms, up) * BT_NS_PER_MS, &err)) {
		ui_app_say_error(app, &err);
		return;
	}
	ui_app_update(app);
	ui_app_say(app, UI_ROLE_NORMAL, "a sample every %s",
		   bt_text_ns(app->model->status.interval_ns, text, sizeof(text)));
}

static void run_interval_up(struct ui_app *app)
{
	set_interval(app, true);
}

static void run_interval_down(struct ui_app *app)
{
	set_interval(app, false);
}

static const char *needs_own_clock(const struct ui_app *app)
{
	return app->model->status.interval_ns ? NULL : "time is stepped here (:step)";
}

static void run_interval(struct ui_app *app)
{
	ui_prompt_open_interval(app);
}

static void run_snapshot(struct ui_app *app)
{
	ui_app_snapshot(app);
}

static void run_log(struct ui_app *app)
{
	ui_log_open(app);
}

static void run_view(struct ui_app *app)
{
	unsigned view = (unsigned)(app->pressed_key - '1');

	if (view < UI_VIEW_COUNT) {
		app->screen.view = view;
		app->screen.alone = false;
	} else {
		ui_app_say(app, UI_ROLE_WARN, "there is no view %c; there are 1 to %u",
			   app->pressed_key, UI_VIEW_COUNT);
	}
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

static void run_glyphs(struct ui_app *app)
{
	app->canvas.glyphs = ui_glyphs_next(app->canvas.glyphs, app->codeset);
	ui_app_say(app, UI_ROLE_NORMAL, "glyphs: %s", app->canvas.glyphs->name);
}

static const char *needs_colours(const struct ui_app *app)
{
	return app->colours ? NULL : "this terminal has no colours";
}

static void run_theme(struct ui_app *app)
{
	app->theme = ui_theme_next(app->theme);
	ui_app_say(app, UI_ROLE_NORMAL, "theme: %s, %s", app->theme->name, app->theme->help);
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

static void move(struct ui_app *app, int by)
{
	enum ui_panel panel = ui_screen_focus(&app->screen);
	const struct ui_panel_ops *ops = ui_panels[panel];
	struct ui_panel_state *state = &app->screen.panels[panel];
	unsigned *at = ops && ops->selects ? &state->selected : &state->scroll;
	unsigned count = ops && ops->extent ? ops->extent(app->model, state) : 0;
	long to = (long)*at + (ops && ops->from_end ? -by : by);

	*at = to < 0 || !count ? 0 : to >= (long)count ? count - 1 : (unsigned)to;
}

#define PAGE 8

static void run_move_up(struct ui_app *app)
{
	move(app, -1);
}

static void run_move_down(struct ui_app *app)
{
	move(app, 1);
}

static void run_page_up(struct ui_app *app)
{
	move(app, -PAGE);
}

static void run_page_down(struct ui_app *app)
{
	move(app, PAGE);
}

static void run_enter(struct ui_app *app)
{
	unsigned row = app->screen.panels[UI_PANEL_CONTROL].selected;

	if (ui_screen_focus(&app->screen) != UI_PANEL_CONTROL)
		app->screen.alone = !app->screen.alone;
	else if (app->model->no_control)
		ui_app_say(app, UI_ROLE_WARN, "not possible: %s", app->model->no_control);
	else if (row)
		ui_app_edit(app, &bt_params[row - 1]);
	else
		ui_picker_open(app, NULL);
}

static void run_back(struct ui_app *app)
{
	if (app->screen.alone)
		app->screen.alone = false;
	else
		ui_feed_freeze(app->feed, false);
}

/* ---- program ---------------------------------------------------------------------------- */

static void run_command(struct ui_app *app)
{
	ui_prompt_open_command(app);
}

static void run_help(struct ui_app *app)
{
	ui_help_open(app);
}

static void run_quit(struct ui_app *app)
{
	ui_app_quit(app);
}

static const struct action actions[UI_ACTION_COUNT] = {
	[UI_ACTION_WORKERS] = { ui_app_no_control, run_workers },
	[UI_ACTION_STOP_NOW] = { ui_app_no_control, run_stop_now },
	[UI_ACTION_ORDER_DOWN] = { ui_app_no_control, run_order_down },
	[UI_ACTION_ORDER_UP] = { ui_app_no_control, run_order_up },
	[UI_ACTION_EDIT] = { ui_app_no_control, run_edit },
	[UI_ACTION_BATCH_DOWN] = { ui_app_no_control, run_batch_down },
	[UI_ACTION_BATCH_UP] = { ui_app_no_control, run_batch_up },
	[UI_ACTION_PACE_DOWN] = { ui_app_no_control, run_pace_down },
	[UI_ACTION_PACE_UP] = { ui_app_no_control, run_pace_up },
	[UI_ACTION_MEASURE] = { ui_app_no_control, run_measure },
	[UI_ACTION_FREEZE] = { NULL, run_freeze },
	[UI_ACTION_PAUSE] = { needs_own_clock, run_pause },
	[UI_ACTION_INTERVAL_UP] = { needs_own_clock, run_interval_up },
	[UI_ACTION_INTERVAL_DOWN] = { needs_own_clock, run_interval_down },
	[UI_ACTION_INTERVAL] = { needs_own_clock, run_interval },
	[UI_ACTION_SNAPSHOT] = { NULL, run_snapshot },
	[UI_ACTION_LOG] = { NULL, run_log },
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
	[UI_ACTION_GLYPHS] = { NULL, run_glyphs },
	[UI_ACTION_THEME] = { needs_colours, run_theme },
	[UI_ACTION_REDRAW] = { NULL, run_redraw },
	[UI_ACTION_HELP] = { NULL, run_help },
	[UI_ACTION_QUIT] = { NULL, run_quit },
};

void ui_action_run(struct ui_app *app, int key)
{
	const struct ui_binding *binding = ui_keys_find(key);
	const struct action *action;
	const char *why_not;

	if (!binding)
		return;
	action = &actions[binding->action];
	why_not = action->why_not ? action->why_not(app) : NULL;
	app->pressed = binding;
	app->pressed_key = key;
	if (why_not)
		ui_app_say(app, UI_ROLE_WARN, "not possible: %s", why_not);
	else
		action->run(app);
}
