// SPDX-License-Identifier: GPL-2.0
/* What keys do to the load, the draft and the interval. */
#include <string.h>

#include "ui/action.h"

static void step_row(struct ui_app *app, bool up)
{
	const struct bt_param *param = bt_param_find(app->pressed->param);
	unsigned row = ui_control_row(param);
	struct bt_config config;
	char value[BT_PARAM_TEXT];
	struct bt_err err;

	ui_app_config(app, &config);
	if (ui_control_step(row, &config, &app->model->limits, up))
		ui_app_change(app, &config, "key", &err);
	else
		ui_app_say(app, UI_ROLE_WARN, "the %s is %s already", param->name,
			   ui_control_value(row, &config, value, sizeof(value)));
}

static void run_step_down(struct ui_app *app)
{
	step_row(app, false);
}

static void run_step_up(struct ui_app *app)
{
	step_row(app, true);
}

static void run_edit(struct ui_app *app)
{
	ui_app_edit(app, bt_param_find(app->pressed->param));
}

static void run_workers(struct ui_app *app)
{
	struct bt_config config;

	ui_app_config(app, &config);
	ui_app_run(app, config.run == BT_RUN_GO ? BT_RUN_DRAIN : BT_RUN_GO, "key");
}

static void run_stop_now(struct ui_app *app)
{
	struct bt_err err;

	if (ui_app_stop_now(app, "key", &err))
		ui_app_say_error(app, &err);
}

static void run_measure(struct ui_app *app)
{
	ui_app_measure(app);
}

static void run_undo(struct ui_app *app)
{
	struct bt_err err;

	if (ui_app_undo(app, 0, &err))
		ui_app_say(app, UI_ROLE_WARN, "%s", err.text);
}

static void run_draft(struct ui_app *app)
{
	struct bt_err err;

	if (!app->draft.on)
		ui_app_draft_begin(app);
	else if (ui_app_draft_apply(app, "draft", &err))
		ui_app_say_error(app, &err);
}

/* ---- marks and the interval ------------------------------------------------------------- */

static void run_mark(struct ui_app *app)
{
	ui_app_mark(app, "", "key");
}

static void run_mark_text(struct ui_app *app)
{
	ui_prompt_open_mark(app);
}

static const char *needs_own_clock(const struct ui_app *app)
{
	return app->model->status.interval_ns ? NULL : "time is stepped here (:step)";
}

static void step_interval(struct ui_app *app, bool up)
{
	uint64_t ms = app->model->status.interval_ns / BT_NS_PER_MS;
	struct bt_err err;

	if (app->model->is_replay)
		ui_app_step_speed(app, up);
	else if (ui_app_set_interval(app, ui_step_125(ms, up) * BT_NS_PER_MS, &err))
		ui_app_say_error(app, &err);
}

static void run_interval_up(struct ui_app *app)
{
	step_interval(app, true);
}

static void run_interval_down(struct ui_app *app)
{
	step_interval(app, false);
}

static void run_interval(struct ui_app *app)
{
	ui_prompt_open_interval(app);
}

const struct ui_action ui_control_actions[UI_ACTION_COUNT] = {
	[UI_ACTION_WORKERS] = { ui_app_no_control, run_workers },
	[UI_ACTION_STOP_NOW] = { ui_app_no_stop, run_stop_now },
	[UI_ACTION_STEP_DOWN] = { ui_app_no_control, run_step_down },
	[UI_ACTION_STEP_UP] = { ui_app_no_control, run_step_up },
	[UI_ACTION_EDIT] = { ui_app_no_control, run_edit },
	[UI_ACTION_MEASURE] = { ui_app_no_control, run_measure },
	[UI_ACTION_UNDO] = { NULL, run_undo },
	[UI_ACTION_DRAFT] = { ui_app_no_control, run_draft },
	[UI_ACTION_MARK] = { NULL, run_mark },
	[UI_ACTION_MARK_TEXT] = { NULL, run_mark_text },
	[UI_ACTION_INTERVAL_UP] = { needs_own_clock, run_interval_up },
	[UI_ACTION_INTERVAL_DOWN] = { needs_own_clock, run_interval_down },
	[UI_ACTION_INTERVAL] = { needs_own_clock, run_interval },
};
