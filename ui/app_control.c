// SPDX-License-Identifier: GPL-2.0
/* Changes of the load and of the interval: sent, drafted, asked about, and taken back. */
#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "session/load.h"
#include "ui/app.h"
#include "ui/beside.h"

const char *ui_app_no_source(const struct ui_app *app)
{
	return app->model->live ? app->model->no_control : "the first sample is still to come";
}

const char *ui_app_no_stop(const struct ui_app *app)
{
	return ui_against_follower(app) ? NULL : ui_app_no_source(app);
}

const char *ui_app_no_control(const struct ui_app *app)
{
	const char *why_not = ui_app_no_source(app);

	return why_not ? why_not : ui_app_kbench_runs(app);
}

void ui_app_config(const struct ui_app *app, struct bt_config *config)
{
	*config = app->draft.on ? app->draft.config : *app->model->wanted;
	config->generation = 0;
}

static void remember(struct ui_app *app, const struct bt_config *before)
{
	struct ui_change change = {
		.kind = UI_CHANGE_CONFIG, .before = *before, .after = *app->model->wanted,
	};

	if (ui_control_changes(&change.before, &change.after))
		ui_undo_push(&app->undo, &change);
}

/* What the load could not have in full is found out once more: config may be a draft, merged. */
static int publish_load(struct ui_app *app, const struct bt_config *config,
			const struct bt_load *load, struct bt_err *err)
{
	struct bt_config again = *config;
	char note[BT_ERR_TEXT];

	if (bt_session_load_config(app->session, load, &again, note, NULL))
		note[0] = '\0';
	return bt_session_load(app->session, load, config, note, err);
}

/* load NULL: it is not that of one. */
static int send_config(struct ui_app *app, const struct bt_config *config, const char *who,
		       const struct bt_load *load, struct bt_err *err)
{
	const char *runs = ui_app_kbench_runs(app);
	int code;

	if (runs)
		code = bt_err_set(err, EBUSY, "not possible: %s", runs);
	else if (load)
		code = publish_load(app, config, load, err);
	else
		code = bt_session_publish(app->session, config, who, err);
	if (code)
		ui_app_say_error(app, err);
	ui_app_update(app);
	return code;
}

static void say_load(struct ui_app *app, const struct bt_load *load)
{
	if (load)
		ui_app_say(app, UI_ROLE_GOOD, "load %s. %s", load->name,
			   *load->look ? load->look : load->shows);
}

static int send_and_remember(struct ui_app *app, const struct bt_config *config, const char *who,
			     const struct bt_load *load, struct bt_err *err)
{
	struct bt_config before = *app->model->wanted;
	int code = send_config(app, config, who, load, err);

	if (code)
		return code;
	remember(app, &before);
	say_load(app, load);
	return 0;
}

static bool starts(const struct ui_app *app, const struct bt_config *config)
{
	return config->run == BT_RUN_GO && app->model->wanted->run != BT_RUN_GO;
}

/* It starts a load on a machine for which nobody was asked yet. */
static bool asks(const struct ui_app *app, const struct bt_config *config)
{
	return starts(app, config) &&
	       (!app->start_agreed || (ui_against_follower(app) && !app->against.agreed));
}

/* ---- what is asked before a load starts ------------------------------------------------- */

static void agree_to_start(struct ui_app *app)
{
	const struct ui_asked asked = app->asked;
	struct bt_config before = *app->model->wanted, config = before;
	char text[UI_CONTROL_TEXT];
	struct bt_err err;

	app->start_agreed = true;
	app->against.agreed = true;
	ui_control_merge(&config, &asked.base, &asked.config);
	if (send_config(app, &config, asked.who, asked.load, &err))
		return;
	ui_control_text(&before, &config, text, sizeof(text));
	if (asked.undo_back >= 0)
		ui_undo_drop(&app->undo, (unsigned)asked.undo_back);
	else
		remember(app, &before);
	if (asked.draft)
		app->draft.on = false;
	say_load(app, asked.load);
	if (asked.draft || asked.undo_back >= 0)
		ui_app_say(app, UI_ROLE_GOOD, "%s: %s", asked.who, text);
}

static const struct ui_answer start_answers[] = {
	{ 'y', "start the workers", agree_to_start },
	{ 0, NULL, NULL },
};

void ui_app_say_guard(const struct ui_app *app, struct ui_question *question,
		      const struct bt_config *config)
{
	char text[UI_TEXT];

	if (config->guard == BT_GUARD_SAFE)
		ui_question_line(question, "Guard safe: leaves %s available, %s.",
				 bt_text_bytes(config->reserve_bytes, text, sizeof(text)),
				 app->model->machine->abi_version ?
					 "gives all back before an OOM kill" :
					 "is the first that an OOM kill takes");
	else
		ui_question_line(question,
				 "Guard bench: leaves no reserve; others may be OOM-killed.");
}

static void say_ends(struct ui_question *question, const struct bt_config *config)
{
	char text[UI_TEXT];

	if (config->lease_ms)
		ui_question_line(question, "Stops by itself %s after this program falls silent.",
				 bt_text_ns(config->lease_ms * BT_NS_PER_MS, text, sizeof(text)));
	if (config->run_limit_ms)
		ui_question_line(question, "Stops by itself after %s.",
				 bt_text_ns(config->run_limit_ms * BT_NS_PER_MS, text,
					    sizeof(text)));
}

/* config is what would run then; load, undo_back: see struct ui_asked. */
static void ask_to_start(struct ui_app *app, const struct bt_config *config, const char *who,
			 const struct bt_load *load, int undo_back)
{
	const struct bt_machine *machine = app->model->machine;
	const char *second = ui_against_follower(app);
	bool undo = undo_back >= 0;
	struct ui_question *question;
	char text[UI_TEXT], order[BT_PARAM_TEXT];

	app->asked = (struct ui_asked){
		.base = *app->model->wanted, .config = *config, .who = who, .load = load,
		.draft = app->draft.on, .undo_back = undo_back,
	};
	question = ui_question_open(app, undo ? "Undo the stop: start the load again?" :
					 "Start the load?", start_answers);
	bt_param_text(bt_param_find("order"), config, order, sizeof(order));
	ui_question_line(question, "%s on %u CPUs of %s allocate and free %s %s,",
			 machine->abi_version ? "Kernel threads" : "Threads",
			 bt_mask_weight(config->cpus, BT_CPU_WORDS), machine->host,
			 bt_config_is_mix(config) ? "by orders" : "pages of order", order);
	ui_question_line(question, "as fast as the pace allows, holding at most %s.",
			 bt_text_bytes(config->max_held_bytes, text, sizeof(text)));
	if (second)
		ui_question_line(question, "The same on %s (%s, source %s), the second machine.", second,
				 app->against.beside->machine->host,
				 app->against.beside->machine->source);
	ui_question_line(question, "%s and may reclaim or swap.",
			 second ? "Both become slower" : "The machine becomes slower");
	ui_app_say_guard(app, question, config);
	say_ends(question, config);
	if (second && machine->abi_version && !app->against.beside->machine->abi_version)
		ui_question_line(question, "Of %s an OOM kill takes the workers first.", second);
	ui_question_line(question, "! stops at any time.%s", undo ? "" : " This is asked once.");
}

/* ---- changes ---------------------------------------------------------------------------- */

/* What a step of the draft means, and whether the draft could be sent as it is. */
static void say_step(struct ui_app *app, const struct bt_config *before)
{
	const struct bt_config *config = &app->draft.config;
	char text[UI_CONTROL_TEXT], effect[UI_EFFECT] = "";
	struct bt_err err;
	unsigned row = 0;

	while (row + 1 < ui_control_rows() && ui_control_same(row, before, config))
		row++;
	if (ui_control_changes(before, config) == 1)
		ui_control_effect(row, config, app->model->machine, effect);
	ui_control_text(before, config, text, sizeof(text));
	if (bt_config_check(config, &app->model->limits, &err))
		ui_app_say(app, UI_ROLE_WARN, "draft: %s; not valid yet: %s", text, err.text);
	else
		ui_app_say(app, UI_ROLE_NORMAL, "draft: %s%s%s", text, *effect ? ": " : "", effect);
}

static int change(struct ui_app *app, const struct bt_config *config, const char *who,
		  const struct bt_load *load, struct bt_err *err)
{
	const struct bt_config before = app->draft.config;

	if (app->draft.on) {
		ui_draft_change(&app->draft, config);
		say_step(app, &before);
		return 0;
	}
	if (asks(app, config)) {
		ask_to_start(app, config, who, load, -1);
		return 0;
	}
	return send_and_remember(app, config, who, load, err);
}

int ui_app_change(struct ui_app *app, const struct bt_config *config, const char *who,
		  struct bt_err *err)
{
	return change(app, config, who, NULL, err);
}

int ui_app_load(struct ui_app *app, const struct bt_load *load, struct bt_err *err)
{
	struct bt_config config;
	int code;

	ui_app_config(app, &config);
	code = bt_session_load_config(app->session, load, &config, NULL, err);
	return code ? code : change(app, &config, "load", load, err);
}

void ui_app_run(struct ui_app *app, enum bt_run run, const char *who)
{
	struct bt_config config;
	struct bt_err err;

	ui_app_config(app, &config);
	bt_config_run(&config, run);
	ui_app_change(app, &config, who, &err);
}

int ui_app_stop_now(struct ui_app *app, const char *who, struct bt_err *err)
{
	struct bt_config before = *app->model->wanted;
	bool second;
	int code;

	/* First, for it may be all that can be told. */
	second = ui_against_stop(app, who);
	if (app->kbench.run)
		return ui_app_kbench_stop(app, err);
	code = bt_session_stop_now(app->session, who, err);
	ui_app_update(app);
	if (code && !second)
		return code;
	if (code) {
		ui_app_say(app, UI_ROLE_WARN, "stop sent to %s alone: %s",
			   ui_beside_word(app->against.beside), err->text);
		return 0;
	}
	remember(app, &before);
	ui_app_say(app, UI_ROLE_WARN, "stop sent: everything held is given back");
	return 0;
}

int ui_app_set_interval(struct ui_app *app, uint64_t interval_ns, struct bt_err *err)
{
	struct ui_change change = {
		.kind = UI_CHANGE_INTERVAL,
		.interval_before_ns = app->model->status.interval_ns,
		.interval_after_ns = interval_ns,
	};
	char text[UI_TEXT];
	int code;

	if (!change.interval_before_ns)
		return bt_err_set(err, EPERM, "not possible: time is stepped here (:step)");
	code = bt_session_set_interval(app->session, interval_ns, err);
	if (code)
		return code;
	if (change.interval_before_ns != interval_ns)
		ui_undo_push(&app->undo, &change);
	ui_app_update(app);
	ui_app_say(app, UI_ROLE_NORMAL, "a sample every %s",
		   bt_text_ns(interval_ns, text, sizeof(text)));
	return 0;
}

void ui_app_edit(struct ui_app *app, const struct bt_param *param)
{
	switch (param->kind) {
	case BT_PARAM_CHOICE:
		ui_picker_open(app, param);
		break;
	case BT_PARAM_CPUS:
		ui_cpus_open(app);
		break;
	case BT_PARAM_NODES:
		ui_nodes_open(app);
		break;
	default:
		ui_prompt_open_param(app, param);
	}
}

void ui_app_mark(struct ui_app *app, const char *text, const char *who)
{
	char number[UI_TEXT];

	snprintf(number, sizeof(number), "mark %u", ++app->marks);
	bt_session_note(app->session, BT_EVENT_MARK, who, "%s", *text ? text : number);
	ui_app_update(app);
	ui_app_say(app, UI_ROLE_GOOD, "marked: %s", *text ? text : number);
}

/* ---- the draft -------------------------------------------------------------------------- */

void ui_app_draft_begin(struct ui_app *app)
{
	ui_draft_begin(&app->draft, app->model->wanted);
	ui_app_say(app, UI_ROLE_NORMAL,
		   "draft: nothing is sent until D or :apply; :discard drops it");
}

int ui_app_draft_apply(struct ui_app *app, const char *who, struct bt_err *err)
{
	const struct bt_config *config = &app->draft.config;
	unsigned changes = ui_draft_changes(&app->draft);
	int code;

	if (!app->draft.on)
		return bt_err_set(err, EINVAL, "there is no draft: D or :draft begins one");
	if (!changes) {
		app->draft.on = false;
		ui_app_say(app, UI_ROLE_NORMAL, "draft: nothing was changed");
		return 0;
	}
	if (asks(app, config)) {
		code = bt_config_check(config, &app->model->limits, err);
		if (!code)
			ask_to_start(app, config, who, NULL, -1);
		return code;
	}
	code = send_and_remember(app, config, who, NULL, err);
	if (code)
		return code;
	app->draft.on = false;
	ui_app_say(app, UI_ROLE_GOOD, "draft: %u change%s sent as one generation", changes,
		   changes == 1 ? "" : "s");
	return 0;
}

void ui_app_draft_discard(struct ui_app *app)
{
	unsigned changes = ui_draft_changes(&app->draft);

	app->draft.on = false;
	ui_app_say(app, UI_ROLE_NORMAL, "draft dropped, %u change%s not sent", changes,
		   changes == 1 ? "" : "s");
}

void ui_app_say_draft(struct ui_app *app, unsigned row)
{
	const struct bt_config *config = &app->draft.config;
	bool same = ui_control_same(row, &app->draft.base, config);
	char old[BT_PARAM_TEXT], new[BT_PARAM_TEXT], effect[UI_EFFECT];

	ui_control_value(row, &app->draft.base, old, sizeof(old));
	ui_control_value(row, config, new, sizeof(new));
	ui_control_effect(row, config, app->model->machine, effect);
	ui_app_say(app, UI_ROLE_NORMAL, "%s %s%s%s: %s", ui_control_label(row), old,
		   same ? "" : " -> ", same ? "" : new, effect);
}

/* ---- undo ------------------------------------------------------------------------------- */

static int undo_draft(struct ui_app *app, unsigned back)
{
	const struct bt_config before = app->draft.config;
	char text[UI_CONTROL_TEXT];

	ui_undo_apply(ui_undo_at(&app->draft.undo, back), &app->draft.config);
	ui_undo_drop(&app->draft.undo, back);
	ui_app_say(app, UI_ROLE_NORMAL, "undo in the draft: %s",
		   ui_control_text(&before, &app->draft.config, text, sizeof(text)));
	return 0;
}

static int undo_config(struct ui_app *app, unsigned back, struct bt_err *err)
{
	const struct ui_change *change = ui_undo_at(&app->undo, back);
	struct bt_config before = *app->model->wanted, config = before;
	char text[UI_CONTROL_TEXT];
	int code;

	if (!ui_undo_apply(change, &config)) {
		ui_app_say(app, UI_ROLE_NORMAL, "undo: %s is as before already",
			   ui_undo_text(change, text, sizeof(text)));
		ui_undo_drop(&app->undo, back);
		return 0;
	}
	if (starts(app, &config)) {
		ask_to_start(app, &config, "undo", NULL, (int)back);
		return 0;
	}
	code = send_config(app, &config, "undo", NULL, err);
	if (code)
		return code;
	ui_undo_drop(&app->undo, back);
	ui_app_say(app, UI_ROLE_GOOD, "undo: %s",
		   ui_control_text(&before, &config, text, sizeof(text)));
	return 0;
}

static int undo_interval(struct ui_app *app, unsigned back, struct bt_err *err)
{
	struct ui_change change = *ui_undo_at(&app->undo, back);
	char before[16], after[16];
	int code = bt_session_set_interval(app->session, change.interval_before_ns, err);

	if (code)
		return code;
	bt_text_ns(app->model->status.interval_ns, before, sizeof(before));
	bt_text_ns(change.interval_before_ns, after, sizeof(after));
	bt_session_note(app->session, BT_EVENT_NOTE, "undo", "interval %s -> %s", before, after);
	ui_undo_drop(&app->undo, back);
	ui_app_update(app);
	ui_app_say(app, UI_ROLE_GOOD, "undo: interval %s -> %s", before, after);
	return 0;
}

int ui_app_undo(struct ui_app *app, unsigned back, struct bt_err *err)
{
	const struct ui_undo *undo = app->draft.on ? &app->draft.undo : &app->undo;
	const struct ui_change *change = ui_undo_at(undo, back);
	const char *why_not = ui_app_no_control(app);

	if (!change)
		return bt_err_set(err, EINVAL, "nothing to undo: %u change%s remembered",
				  undo->count, undo->count == 1 ? " is" : "s are");
	if (app->draft.on)
		return undo_draft(app, back);
	if (change->kind == UI_CHANGE_INTERVAL)
		return undo_interval(app, back, err);
	if (change->kind == UI_CHANGE_RESET)
		return ui_app_unreset(app, back, err);
	if (why_not)
		return bt_err_set(err, EPERM, "not possible: %s", why_not);
	return undo_config(app, back, err);
}
