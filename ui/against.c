// SPDX-License-Identifier: GPL-2.0
/*
 * Control of the second machine: whatever the first was told, it is told too, whoever said so, as
 * long as the first is ours to control. But no load starts there that the operator was not asked
 * about. What becomes of it never stops the first; it is said in the footer, in
 * the header and in the log.
 */
#include <errno.h>
#include <string.h>

#include "core/param.h"
#include "ui/app.h"
#include "ui/beside.h"

#define WHO "against"

int ui_against_begin(struct ui_app *app, struct bt_session *second, const char *given,
		     struct bt_err *err)
{
	struct ui_against *against = &app->against;
	int code = ui_beside_check(bt_session_machine(app->session), bt_session_machine(second),
				   err);

	if (code)
		return code;
	against->beside = ui_beside_create(second, given);
	ui_feed_set_beside(app->feed, against->beside);
	ui_app_update(app);
	return 0;
}

void ui_against_end(struct ui_app *app)
{
	ui_beside_free(app->against.beside);
	app->against.beside = NULL;
}

/* ---- what befalls it --------------------------------------------------------------------- */

/* What the first was told is in the log already; marks of graphs are those of the first alone. */
static const char *const told[BT_EVENT_KINDS] = {
	[BT_EVENT_REFUSED] = "", [BT_EVENT_STOPPED] = "", [BT_EVENT_FAILURE] = "",
	[BT_EVENT_OOM] = "", [BT_EVENT_LOST] = "lost: ", [BT_EVENT_BACK] = "", [BT_EVENT_NOTE] = "",
};

static void tell_events(struct ui_app *app)
{
	struct ui_against *against = &app->against;
	const struct bt_session *second = against->beside->session;
	const char *who = ui_beside_word(against->beside);
	uint64_t first = bt_session_event_first(second), last = bt_session_event_last(second);

	if (against->event + 1 < first)
		against->event = first - 1;
	while (against->event < last) {
		const struct bt_event *event = bt_session_event(second, ++against->event);

		if (event && told[event->kind])
			bt_session_note(app->session, BT_EVENT_NOTE, who, "%s%s",
					told[event->kind], event->text);
		if (event && event->kind == BT_EVENT_LOST)
			ui_app_say(app, UI_ROLE_BAD, "%s is lost: %s", who, event->text);
	}
}

bool ui_against_step(struct ui_app *app)
{
	bool changed;

	if (!app->against.beside)
		return false;
	changed = bt_session_step(app->against.beside->session);
	/* The log has the first's time: while its sample is still to come, that of before. */
	if (!app->steps || ui_app_sampled(app))
		tell_events(app);
	return changed;
}

int ui_against_fd(const struct ui_app *app)
{
	return app->against.beside ? bt_session_fd(app->against.beside->session) : -1;
}

/* ---- what it is told --------------------------------------------------------------------- */

/* Somebody has told the first something, and not just its steps of a microbenchmark. */
static bool was_told(const struct ui_app *app, const struct bt_config *config)
{
	const struct ui_against *against = &app->against;
	const struct bt_frame *frame = bt_session_frame(app->session);

	if (app->kbench.run || config->run == BT_RUN_STEP)
		return false;
	if (bt_session_token(app->session) != against->token)
		return true;
	/* By other clients; but what ended by itself there goes on here. */
	return frame && frame->has_module && frame->reason == BT_REASON_USER &&
	       memcmp(config, &against->sent, sizeof(*config));
}

/*
 * The same, but for what this machine has less of: what may be held, and a reserve beside which
 * that could not be held any more. That one becomes the same share of its memory.
 */
static void fit(const struct ui_app *app, struct bt_config *config)
{
	const struct bt_session *second = app->against.beside->session;
	uint64_t ours = bt_session_machine(app->session)->memory_bytes;
	uint64_t theirs = bt_session_machine(second)->memory_bytes;
	struct ant_limits limits = bt_machine_limits(bt_session_machine(second));

	if (config->max_held_bytes > limits.max_held_bytes)
		config->max_held_bytes = limits.max_held_bytes;
	if (ours == BT_UNKNOWN || theirs >= ours ||
	    config->max_held_bytes + config->reserve_bytes <= theirs)
		return;
	config->reserve_bytes = (uint64_t)((double)config->reserve_bytes * (double)theirs /
					   (double)ours);
}

/* Once, and not at each change of something else. */
static void say_less(struct ui_app *app, const struct bt_config *wanted,
		     const struct bt_config *config)
{
	char text[UI_CONTROL_TEXT] = "";

	if (ui_control_changes(wanted, config))
		ui_control_text(wanted, config, text, sizeof(text));
	if (*text && strcmp(text, app->against.less))
		bt_session_note(app->session, BT_EVENT_NOTE,
				ui_beside_word(app->against.beside), "may hold less: %s", text);
	snprintf(app->against.less, sizeof(app->against.less), "%s", text);
}

/* No load of which nobody was asked: it stays as it is there. */
static void hold_back(struct ui_app *app, struct bt_config *config)
{
	const struct bt_session *second = app->against.beside->session;

	if (config->run != BT_RUN_GO || app->against.agreed)
		return;
	bt_config_run(config, (enum bt_run)bt_session_config(second)->run);
	bt_session_note(app->session, BT_EVENT_NOTE, WHO,
			"%s has no load: nobody was asked for one there; stop and start it here",
			ui_beside_word(app->against.beside));
}

static int send(struct ui_app *app, const struct bt_config *wanted, struct bt_err *err)
{
	const struct ui_beside *beside = app->against.beside;
	struct bt_config config = *wanted;
	int code;

	fit(app, &config);
	say_less(app, wanted, &config);
	hold_back(app, &config);
	code = bt_session_publish(beside->session, &config, WHO, err);
	if (code && config.run == BT_RUN_DRAIN)
		bt_session_stop_now(beside->session, WHO, NULL);
	return code;
}

/* What it was told. */
static void take(struct ui_app *app, const struct bt_config *config)
{
	app->against.sent = *config;
	app->against.token = bt_session_token(app->session);
}

/*
 * A load that runs already, of another client, starts nothing on the second. One that ended while
 * the first could not be seen ends there, too.
 */
static void begin_to_follow(struct ui_app *app, const struct bt_config *config)
{
	struct bt_session *second = app->against.beside->session;
	const char *who = ui_beside_word(app->against.beside);
	const char *why_not = bt_session_no_control(second);

	take(app, config);
	app->against.follows = true;
	if (why_not)
		bt_session_note(app->session, BT_EVENT_NOTE, who, "is told nothing: %s", why_not);
	else if (config->run == BT_RUN_GO)
		bt_session_note(app->session, BT_EVENT_NOTE, WHO,
				"a load runs here already: %s has none until the next change", who);
	else if (bt_session_config(second)->run == BT_RUN_GO)
		bt_session_stop_now(second, WHO, NULL);
}

static void follow_config(struct ui_app *app)
{
	struct ui_against *against = &app->against;
	struct ui_beside *beside = against->beside;
	struct bt_config config = *bt_session_config(app->session);
	struct bt_err err;

	config.generation = 0;
	/* Not what a recording was told, or a machine that somebody else controls. */
	if (!bt_session_frame(app->session) || bt_session_no_control(app->session))
		against->follows = false; /* of a module that was loaded anew, too */
	else if (!against->follows)
		begin_to_follow(app, &config);
	if (!against->follows || !was_told(app, &config))
		return;
	take(app, &config);
	beside->trouble[0] = '\0';
	if (bt_session_no_control(beside->session) || !send(app, &config, &err))
		return;
	snprintf(beside->trouble, sizeof(beside->trouble), "%s", err.text);
	bt_session_note(app->session, BT_EVENT_NOTE, ui_beside_word(beside), "not sent: %s", err.text);
	ui_app_say(app, UI_ROLE_BAD, "%s: %s", ui_beside_word(beside), err.text);
}

const char *ui_against_follower(const struct ui_app *app)
{
	const struct ui_beside *beside = app->against.beside;

	return beside && !bt_session_no_control(beside->session) ? ui_beside_word(beside) : NULL;
}

bool ui_against_stop(struct ui_app *app, const char *who)
{
	const struct ui_beside *beside = app->against.beside;

	return beside && !bt_session_stop_now(beside->session, who, NULL);
}

/* One that cannot have the interval (a recording) is not asked again. */
static void follow_interval(struct ui_app *app, const struct bt_session_status *first)
{
	struct ui_against *against = &app->against;

	if (!first->interval_ns || first->interval_ns == against->interval_ns)
		return;
	against->interval_ns = first->interval_ns;
	if (against->beside->status.interval_ns != first->interval_ns)
		bt_session_set_interval(against->beside->session, first->interval_ns, NULL);
}

void ui_against_follow(struct ui_app *app)
{
	struct ui_beside *beside = app->against.beside;
	struct bt_session_status first;

	if (!beside)
		return;
	follow_config(app);
	bt_session_status(app->session, &first);
	follow_interval(app, &first);
	if (first.state == BT_SESSION_LIVE || first.state == BT_SESSION_PAUSED)
		bt_session_pause(beside->session, first.state == BT_SESSION_PAUSED);
	/* While one of them has still to sample, nothing can be said of their clocks. */
	if (!app->steps)
		ui_beside_match(beside, app->session);
}

void ui_against_relax(const struct ui_app *app, bool relaxed)
{
	if (app->against.beside)
		bt_session_relax(app->against.beside->session, relaxed);
}

void ui_against_measure(struct ui_app *app, const struct bt_measure_options *options)
{
	struct ui_beside *beside = app->against.beside;
	struct bt_err err;

	if (beside && bt_session_measure(beside->session, options, &err))
		bt_session_note(app->session, BT_EVENT_NOTE, ui_beside_word(beside), "not measured: %s",
				err.text);
}

/* ---- samples by number ------------------------------------------------------------------- */

static uint64_t seq_of(const struct bt_session *session)
{
	const struct bt_frame *frame = bt_session_frame(session);

	return frame ? frame->seq : 0;
}

static bool can_sample(const struct bt_session *session)
{
	struct bt_session_status status;

	bt_session_status(session, &status);
	return status.state != BT_SESSION_LOST && status.state != BT_SESSION_ENDED;
}

void ui_app_kick(struct ui_app *app)
{
	struct ui_against *against = &app->against;

	app->sampled_seq = seq_of(app->session);
	bt_session_kick(app->session);
	if (!against->beside)
		return;
	against->sampled_seq = seq_of(against->beside->session);
	bt_session_kick(against->beside->session);
}

bool ui_app_sampled(const struct ui_app *app)
{
	const struct bt_session *second = app->against.beside ? app->against.beside->session : NULL;

	return seq_of(app->session) != app->sampled_seq &&
	       (!second || seq_of(second) != app->against.sampled_seq || !can_sample(second));
}
