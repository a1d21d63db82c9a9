// SPDX-License-Identifier: GPL-2.0
/* What keys and commands do to the session: recording it, taking it over, turning its clock. */
#include <errno.h>
#include <math.h>

#include "ui/action.h"

#define SEEK_STEP_S 10

/* ---- recording -------------------------------------------------------------------------- */

int ui_app_record(struct ui_app *app, const char *path, struct bt_err *err)
{
	struct bt_recording recording;
	int code;

	code = *path ? bt_session_record(app->session, path, err) :
		       bt_session_record_beside(app->session, ".", err);
	if (code)
		return code;
	bt_session_recording(app->session, &recording);
	ui_app_update(app);
	ui_app_say(app, UI_ROLE_GOOD, "recording to %s, S ends it", recording.path);
	return 0;
}

static void run_record(struct ui_app *app)
{
	struct bt_recording recording;
	struct bt_err err;
	char text[UI_TEXT];

	if (!bt_session_recording(app->session, &recording)) {
		if (ui_app_record(app, "", &err))
			ui_app_say_error(app, &err);
		return;
	}
	bt_session_record_stop(app->session);
	bt_session_recording(app->session, &recording);
	ui_app_update(app);
	ui_app_say(app, UI_ROLE_GOOD, "recorded %llu frames, %s, to %s",
		   (unsigned long long)recording.frames,
		   bt_text_bytes(recording.bytes, text, sizeof(text)), recording.path);
}

/* ---- several dashboards ----------------------------------------------------------------- */

int ui_app_takeover(struct ui_app *app, struct bt_err *err)
{
	int code = bt_session_takeover(app->session, err);

	if (!code)
		ui_app_say(app, UI_ROLE_NORMAL, "taking over: the source is being opened");
	ui_app_update(app);
	return code;
}

static void run_takeover(struct ui_app *app)
{
	struct bt_err err;

	if (ui_app_takeover(app, &err))
		ui_app_say_error(app, &err);
}

/* ---- replay ----------------------------------------------------------------------------- */

static const char *needs_recording(const struct ui_app *app)
{
	return app->model->is_replay ? NULL : "only a recording has another time or speed";
}

int ui_app_seek(struct ui_app *app, const char *where, struct bt_err *err)
{
	int code = bt_session_seek_text(app->session, where, err);

	if (!code)
		ui_feed_live(app->feed);
	ui_app_update(app);
	return code;
}

int ui_app_speed(struct ui_app *app, const char *speed, struct bt_err *err)
{
	int code = bt_session_speed_text(app->session, speed, err);

	ui_app_update(app);
	return code;
}

static void seek_by(struct ui_app *app, int seconds)
{
	char where[UI_TEXT];
	struct bt_err err;

	snprintf(where, sizeof(where), "%+ds", seconds);
	if (ui_app_seek(app, where, &err))
		ui_app_say_error(app, &err);
}

static void run_seek_back(struct ui_app *app)
{
	seek_by(app, -SEEK_STEP_S);
}

static void run_seek_on(struct ui_app *app)
{
	seek_by(app, SEEK_STEP_S);
}

/* The speeds that the keys step through; beyond the last: as fast as possible. */
static const double speeds[] = { 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 0 };

void ui_app_step_speed(struct ui_app *app, bool faster)
{
	const unsigned last = BT_ARRAY_SIZE(speeds) - 1;
	double speed = app->model->replay.speed;
	unsigned at = 0;
	struct bt_err err;

	if (speed == 0)
		speed = INFINITY;
	while (at < last && speeds[at] < speed)
		at++;
	if (faster && at < last)
		at += speeds[at] == speed || speed > speeds[last - 1];
	else if (!faster && at)
		at--;
	if (bt_session_set_speed(app->session, speeds[at], &err))
		ui_app_say_error(app, &err);
	ui_app_update(app);
}

const struct ui_action ui_session_actions[UI_ACTION_COUNT] = {
	[UI_ACTION_RECORD] = { NULL, run_record },
	[UI_ACTION_TAKEOVER] = { NULL, run_takeover },
	[UI_ACTION_SEEK_BACK] = { needs_recording, run_seek_back },
	[UI_ACTION_SEEK_ON] = { needs_recording, run_seek_on },
};
