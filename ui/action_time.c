// SPDX-License-Identifier: GPL-2.0
/* Keys and commands of time: which instant is shown, how long steps are, what is compared. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ui/action.h"
#include "ui/baseline.h"
#include "ui/beside.h"

#define EVENT_FLAGS (BT_POINT_CONTROL | BT_POINT_MARK | BT_POINT_STOPPED | BT_POINT_FAILURE | \
		     BT_POINT_OOM | BT_POINT_LOST)

static const char *needs_history(const struct ui_app *app)
{
	return app->model->point ? NULL : "there is no history yet";
}

/* About what the graphs of a screen show: two points in a column, two graphs beside each other. */
unsigned ui_app_window_points(const struct ui_app *app)
{
	return (unsigned)(app->canvas.cols > 1 ? app->canvas.cols : 1);
}

void ui_app_say_time(struct ui_app *app)
{
	const struct ui_model *model = app->model;
	char time[UI_TEXT];

	if (!model->point)
		return;
	ui_app_say(app, UI_ROLE_NORMAL, "%s, a step is %s; End or 0 returns to live",
		   ui_point_time(model, model->point, time), ui_tier_name[model->tier]);
}

static void say_moved(struct ui_app *app, bool moved, const char *why_not)
{
	if (!moved)
		ui_app_say(app, UI_ROLE_WARN, "%s", why_not);
}

/* ---- moving ------------------------------------------------------------------------------ */

static void move(struct ui_app *app, int points)
{
	bool moved = ui_feed_move(app->feed, points);

	if (points < 0)
		say_moved(app, moved, "this is the oldest at this length of step; Z shows longer ones");
	else
		say_moved(app, moved, app->model->frozen ? "this is the newest; End follows it" :
							   "this is now already");
}

void ui_time_page(struct ui_app *app, int by)
{
	move(app, by * (int)ui_app_window_points(app));
}

/* In a grid the arrows move the selection; h and l are time everywhere. */
static void run_back(struct ui_app *app)
{
	if (app->pressed_key != UI_KEY_LEFT || !ui_move(app, UI_MOVE_LEFT))
		move(app, -1);
}

static void run_forward(struct ui_app *app)
{
	if (app->pressed_key != UI_KEY_RIGHT || !ui_move(app, UI_MOVE_RIGHT))
		move(app, 1);
}

static void run_oldest(struct ui_app *app)
{
	say_moved(app, ui_feed_oldest(app->feed), "this is the oldest at this length of step");
}

static void run_live(struct ui_app *app)
{
	ui_feed_live(app->feed);
}

static void run_sample_next(struct ui_app *app)
{
	say_moved(app, ui_feed_move_sample(app->feed, 1), "this is the newest sample");
}

static void run_sample_previous(struct ui_app *app)
{
	say_moved(app, ui_feed_move_sample(app->feed, -1), "this is the oldest sample kept");
}

static void run_event_previous(struct ui_app *app)
{
	say_moved(app, ui_feed_move_flag(app->feed, EVENT_FLAGS, -1),
		  "there is no mark or event before this, at this length of step");
}

static void run_event_next(struct ui_app *app)
{
	say_moved(app, ui_feed_move_flag(app->feed, EVENT_FLAGS, 1),
		  "there is no mark or event after this");
}

static void run_jump(struct ui_app *app)
{
	ui_jump_open(app);
}

static void move_tier(struct ui_app *app, int by)
{
	if (ui_feed_move_tier(app->feed, by))
		ui_app_say(app, UI_ROLE_NORMAL, "a step of the graphs is %s",
			   ui_tier_name[app->model->tier]);
	else
		ui_app_say(app, UI_ROLE_WARN, by < 0 ? "a step is a sample already" :
						       "there are no longer steps than 60 s");
}

static void run_step_shorter(struct ui_app *app)
{
	move_tier(app, -1);
}

static void run_step_longer(struct ui_app *app)
{
	move_tier(app, 1);
}

/* ---- a recording on its way to another time ---------------------------------------------- */

bool ui_time_stops_seek(struct ui_app *app, enum ui_action_id id)
{
	static const bool stops[UI_ACTION_COUNT] = {
		[UI_ACTION_BACK] = true,	    [UI_ACTION_TIME_BACK] = true,
		[UI_ACTION_TIME_FORWARD] = true,    [UI_ACTION_TIME_OLDEST] = true,
		[UI_ACTION_TIME_LIVE] = true,	    [UI_ACTION_SAMPLE_NEXT] = true,
		[UI_ACTION_SAMPLE_PREVIOUS] = true, [UI_ACTION_EVENT_PREVIOUS] = true,
		[UI_ACTION_EVENT_NEXT] = true,
	};
	struct bt_replay_status replay;

	if (!stops[id] || !bt_session_replay(app->session, &replay) || !replay.seeking)
		return false;
	bt_session_stop_seek(app->session);
	ui_app_say(app, UI_ROLE_WARN, "stopped on the way, after %u %% of it", replay.seek_percent);
	return true;
}

/* ---- jumping ----------------------------------------------------------------------------- */

/* "12:34" or "12:34:56": the last such time of day until newest. */
static bool parse_clock(const char *text, int64_t newest_utc_ns, int64_t *utc_ns)
{
	const int64_t day_s = 24 * 3600;
	int64_t newest_s = newest_utc_ns / (int64_t)BT_NS_PER_S, s;
	unsigned h, m, seconds = 0;
	int used = 0;

	if (sscanf(text, "%2u:%2u%n:%2u%n", &h, &m, &used, &seconds, &used) < 2 || text[used] ||
	    h > 23 || m > 59 || seconds > 59)
		return false;
	s = newest_s - newest_s % day_s + h * 3600 + m * 60 + seconds;
	*utc_ns = (s > newest_s ? s - day_s : s) * (int64_t)BT_NS_PER_S;
	return true;
}

static bool parse_instant(const struct ui_model *model, const char *to, uint64_t *mono_ns)
{
	const struct bt_point *newest = bt_history_at(model->history, BT_TIER_SAMPLE, 0);
	int64_t utc_ns;
	uint64_t ns;

	if (*to == '-' && !bt_parse_time_ns(to + 1, BT_NS_PER_S, &ns)) {
		*mono_ns = newest->mono_ns > ns ? newest->mono_ns - ns : 0;
		return true;
	}
	if (model->status.virtual_clock)
		return !bt_parse_time_ns(to, BT_NS_PER_S, mono_ns);
	if (!parse_clock(to, newest->utc_ns, &utc_ns))
		return false;
	ns = (uint64_t)(newest->utc_ns - utc_ns);
	*mono_ns = newest->mono_ns > ns ? newest->mono_ns - ns : 0;
	return true;
}

static const struct bt_event *find_mark(const struct bt_session *session, const char *text)
{
	uint64_t number = bt_session_event_last(session);

	for (; number && number >= bt_session_event_first(session); number--) {
		const struct bt_event *event = bt_session_event(session, number);

		if (event && event->kind == BT_EVENT_MARK && strcasestr(event->text, text))
			return event;
	}
	return NULL;
}

int ui_app_jump(struct ui_app *app, const char *to, struct bt_err *err)
{
	const struct ui_model *model = app->model;
	const struct bt_event *mark;
	uint64_t mono_ns;

	/* A recording is all there: not only what its history has. */
	if (model->is_replay)
		return ui_app_seek(app, to, err);
	if (needs_history(app))
		return bt_err_set(err, EINVAL, "%s", needs_history(app));
	if (!*to)
		return bt_err_set(err, EINVAL, "where to? A time as %s, -5m, or a mark's text",
				  model->status.virtual_clock ? "90s" : "12:34:56");
	if (!parse_instant(model, to, &mono_ns)) {
		mark = find_mark(app->session, to);
		if (!mark)
			return bt_err_set(err, EINVAL, "%s: neither a time as %s or -5m, nor a mark",
					  to, model->status.virtual_clock ? "90s" : "12:34:56");
		mono_ns = mark->mono_ns;
	}
	ui_feed_go(app->feed, mono_ns);
	ui_app_say_time(app);
	return 0;
}

void ui_app_go_event(struct ui_app *app, const struct bt_event *event)
{
	struct bt_err err;

	if (!app->model->is_replay || ui_feed_holds(app->feed, event->mono_ns)) {
		ui_feed_go(app->feed, event->mono_ns);
		ui_app_say_time(app);
		return;
	}
	if (bt_session_seek_event(app->session, event, &err))
		ui_app_say_error(app, &err);
	else
		ui_feed_live(app->feed);
	ui_app_update(app);
}

/* ---- baseline, comparison, reset --------------------------------------------------------- */

int ui_app_baseline(struct ui_app *app, struct bt_err *err)
{
	const struct ui_model *model = app->model;
	char length[UI_TEXT];

	if (model->beside)
		return bt_err_set(err, EINVAL, "no baseline: what is shown is compared with %s, at the "
				  "same time", model->beside->name);
	if (!ui_feed_take_baseline(app->feed, ui_app_window_points(app)))
		return bt_err_set(err, EINVAL, "there is no history yet");
	ui_app_say(app, UI_ROLE_GOOD, "baseline: %u steps, %s; B compares", model->baseline->count,
		   ui_text_clock(model->baseline->whole->length_ns, length));
	return 0;
}

int ui_app_compare(struct ui_app *app, bool compare, struct bt_err *err)
{
	if (compare && !app->model->baseline && !app->model->beside)
		return bt_err_set(err, EINVAL, "there is no baseline: b takes what is shown as one");
	ui_feed_compare(app->feed, compare);
	if (compare)
		ui_compare_open(app);
	else
		ui_app_say(app, UI_ROLE_NORMAL, "nothing is compared any more");
	return 0;
}

static void run_baseline(struct ui_app *app)
{
	struct bt_err err;

	if (ui_app_baseline(app, &err))
		ui_app_say_error(app, &err);
}

static void run_compare(struct ui_app *app)
{
	struct bt_err err;

	if (ui_app_compare(app, !app->model->compare, &err))
		ui_app_say_error(app, &err);
}

void ui_app_reset(struct ui_app *app)
{
	const struct ui_change change = { .kind = UI_CHANGE_RESET };

	if (ui_feed_reset(app->feed))
		ui_undo_push(&app->undo, &change);
	ui_app_say(app, UI_ROLE_NORMAL, "low mark and histogram begin anew; u takes that back");
}

int ui_app_unreset(struct ui_app *app, unsigned back, struct bt_err *err)
{
	unsigned newer = 0;

	for (unsigned i = 0; i < back; i++)
		newer += ui_undo_at(&app->undo, i)->kind == UI_CHANGE_RESET;
	ui_undo_drop(&app->undo, back);
	if (!ui_feed_unreset(app->feed, newer))
		return bt_err_set(err, ENOENT, "what was before that reset is not known any more");
	bt_session_note(app->session, BT_EVENT_NOTE, "undo", "what is shown is no longer reset");
	ui_app_say(app, UI_ROLE_GOOD, "undo: low mark and histogram count from before the reset");
	return 0;
}

static void run_reset(struct ui_app *app)
{
	ui_app_reset(app);
}

const struct ui_action ui_time_actions[UI_ACTION_COUNT] = {
	[UI_ACTION_TIME_BACK] = { needs_history, run_back },
	[UI_ACTION_TIME_FORWARD] = { needs_history, run_forward },
	[UI_ACTION_TIME_OLDEST] = { needs_history, run_oldest },
	[UI_ACTION_TIME_LIVE] = { NULL, run_live },
	[UI_ACTION_SAMPLE_NEXT] = { needs_history, run_sample_next },
	[UI_ACTION_SAMPLE_PREVIOUS] = { needs_history, run_sample_previous },
	[UI_ACTION_EVENT_PREVIOUS] = { needs_history, run_event_previous },
	[UI_ACTION_EVENT_NEXT] = { needs_history, run_event_next },
	[UI_ACTION_JUMP] = { needs_history, run_jump },
	[UI_ACTION_STEP_SHORTER] = { NULL, run_step_shorter },
	[UI_ACTION_STEP_LONGER] = { NULL, run_step_longer },
	[UI_ACTION_BASELINE] = { needs_history, run_baseline },
	[UI_ACTION_COMPARE] = { NULL, run_compare },
	[UI_ACTION_RESET] = { needs_history, run_reset },
};
