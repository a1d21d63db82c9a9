// SPDX-License-Identifier: GPL-2.0
/* A microbenchmark: what keys and commands do to its plan, the run, and what comes of it. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "core/mask.h"
#include "ui/action.h"

#define WHO "kbench"	/* in the event log: one word to filter by */

const char *ui_app_kbench_runs(const struct ui_app *app)
{
	return app->kbench.run ? "a microbenchmark runs (U stops it)" : NULL;
}

static const char *why_not(const struct ui_app *app)
{
	const struct ui_model *model = app->model;

	if (ui_app_no_source(app))
		return ui_app_no_source(app);
	if (!model->live->has_module)
		return "a microbenchmark needs the module";
	if (app->draft.on)
		return "there is a draft (D sends it, :discard drops it)";
	if (model->wanted->run != BT_RUN_DRAIN || ui_model_loaded(model))
		return "the load is on, and a microbenchmark is alone or nothing (w stops it)";
	return NULL;
}

static void show_view(struct ui_app *app)
{
	app->screen.view = UI_VIEW_KBENCH;
	app->screen.alone = false;
}

/* ---- start -------------------------------------------------------------------------------- */

static int start(struct ui_app *app, struct bt_err *err)
{
	struct ui_kbench *kbench = &app->kbench;
	int rc;

	kbench->before = *app->model->wanted;
	kbench->plan.config = kbench->before;
	rc = bt_kbench_start(&kbench->run, app->session, &kbench->plan, WHO, err);
	if (rc)
		return rc;
	kbench->start_ns = app->model->status.now_ns;
	kbench->shown = kbench->plan.kind;
	ui_app_update(app);
	ui_app_say(app, UI_ROLE_NORMAL, "microbenchmark %s: U stops it, the controls wait",
		   bt_kbench_name[kbench->plan.kind]);
	return 0;
}

static void agree(struct ui_app *app)
{
	struct bt_err err;

	app->start_agreed = true;
	if (start(app, &err))
		ui_app_say_error(app, &err);
}

static const struct ui_answer answers[] = {
	{ 'y', "start the microbenchmark", agree },
	{ 0, NULL, NULL },
};

/* The same bounds as of the load: a yes to one is a yes to both. */
static void ask(struct ui_app *app, const struct bt_config *config)
{
	struct ui_question *question = ui_question_open(app, "Start the microbenchmark?", answers);

	ui_question_line(question,
			 "Kernel threads on CPUs of %s allocate and free pages as fast as they can.",
			 app->model->machine->host);
	ui_question_line(question, "The machine becomes slower and may reclaim or swap.");
	ui_app_say_guard(app, question, config);
	ui_question_line(question, "U or ! stops it at any time. This is asked once.");
}

int ui_app_kbench_start(struct ui_app *app, const char *assignments, struct bt_err *err)
{
	const char *not_now = app->kbench.run ? ui_app_kbench_runs(app) : why_not(app);
	struct bt_kbench_plan plan = app->kbench.plan;
	int rc;

	if (not_now)
		return bt_err_set(err, EBUSY, "not possible: %s", not_now);
	rc = ui_kbench_assign(&plan, assignments, app->model->machine, app->model->live, err);
	if (rc)
		return rc;
	app->kbench.plan = plan;
	show_view(app);
	plan.config = *app->model->wanted;
	rc = bt_kbench_groups(&plan, app->model->machine, app->model->live, NULL, err);
	if (rc < 0)
		return rc;
	if (app->start_agreed)
		return start(app, err);
	ask(app, &plan.config);
	return 0;
}

/* ---- the run ------------------------------------------------------------------------------ */

int ui_app_kbench_stop(struct ui_app *app, struct bt_err *err)
{
	int rc = bt_kbench_stop(app->kbench.run, "stopped by the operator", err);

	if (!rc)
		ui_app_say(app, UI_ROLE_WARN, "microbenchmark stopped: everything held is given back");
	return rc;
}

/* The result beside the one before; failed: the session's error, which is its flaw. */
static void keep_result(struct ui_kbench *kbench, const struct bt_err *failed)
{
	struct bt_kbench *result = bt_kbench_copy(bt_kbench_result(kbench->run));
	enum bt_kbench_kind kind = result->plan.kind;

	if (failed && !result->flaw[0])
		bt_copy_clean(result->flaw, sizeof(result->flaw), failed->text);
	bt_kbench_end(kbench->run);
	kbench->run = NULL;
	bt_kbench_free(kbench->previous[kind]);
	kbench->previous[kind] = kbench->last[kind];
	kbench->last[kind] = result;
	kbench->shown = kind;
}

/*
 * The controls have again what they had, which drains whatever a failed run has left; but not where
 * somebody else has started the load meanwhile. What has no control cannot, and holds nothing.
 */
static void restore(struct ui_app *app)
{
	const struct bt_frame *frame = bt_session_frame(app->session);

	if (frame && frame->run != BT_RUN_GO)
		bt_session_publish(app->session, &app->kbench.before, WHO, NULL);
}

void ui_app_kbench_step(struct ui_app *app)
{
	struct ui_kbench *kbench = &app->kbench;
	struct bt_session_status status;
	struct bt_err err = { 0 };
	const struct bt_kbench *result;
	int rc;

	if (!kbench->run)
		return;
	rc = bt_kbench_step(kbench->run, &err);
	if (!rc)
		return;
	bt_session_status(app->session, &status);
	kbench->length_ns = status.now_ns > kbench->start_ns ? status.now_ns - kbench->start_ns : 0;
	keep_result(kbench, rc < 0 ? &err : NULL);
	result = kbench->last[kbench->shown];
	restore(app);
	if (result->complete)
		ui_app_say(app, UI_ROLE_GOOD, "microbenchmark %s: complete, O writes the result",
			   bt_kbench_name[kbench->shown]);
	else
		ui_app_say(app, UI_ROLE_BAD, "microbenchmark %s: NOT COMPLETE: %s",
			   bt_kbench_name[kbench->shown], result->flaw);
}

uint64_t ui_app_due_ns(const struct ui_app *app)
{
	return app->kbench.run ? bt_kbench_due_ns(app->kbench.run) : UINT64_MAX;
}

/* ---- the document ------------------------------------------------------------------------- */

int ui_app_kbench_save(struct ui_app *app, const char *path, struct bt_err *err)
{
	const struct bt_kbench *result = ui_kbench_result(&app->kbench);
	char own[PATH_MAX];
	int rc = 0;

	if (!result)
		return bt_err_set(err, ENODATA, "there is no result of a microbenchmark yet");
	if (app->kbench.run)
		return bt_err_set(err, EBUSY, "the result is written when the microbenchmark is over");
	if (!app->kbench.write)
		return bt_err_set(err, EOPNOTSUPP, "nothing here can write the document");
	if (!*path) {
		rc = bt_kbench_path(app->session, ".", own, sizeof(own), err);
		path = own;
	}
	if (!rc)
		rc = app->kbench.write(result, path, err);
	if (!rc)
		ui_app_say(app, UI_ROLE_GOOD, "result: %s", path);
	return rc;
}

/* ---- keys --------------------------------------------------------------------------------- */

/* In view 8 it starts, from anywhere it stops; elsewhere it shows first what would start. */
static void run_kbench(struct ui_app *app)
{
	struct bt_err err;
	int rc;

	if (app->kbench.run) {
		rc = ui_app_kbench_stop(app, &err);
	} else if (app->screen.view != UI_VIEW_KBENCH) {
		show_view(app);
		ui_app_say(app, UI_ROLE_NORMAL, "U once more starts this microbenchmark");
		return;
	} else {
		rc = ui_app_kbench_start(app, "", &err);
	}
	if (rc)
		ui_app_say_error(app, &err);
}

static void run_save(struct ui_app *app)
{
	struct bt_err err;

	if (ui_app_kbench_save(app, "", &err))
		ui_app_say_error(app, &err);
}

static int accept_row(struct ui_app *app, const char *text, struct bt_err *err)
{
	unsigned row = app->screen.panels[UI_PANEL_KBENCH_PLAN].selected;
	const struct bt_kbench_field *field = &bt_kbench_fields[row - 1];

	return field->set(field, &app->kbench.plan, text, app->model->machine, err);
}

void ui_app_kbench_edit(struct ui_app *app)
{
	unsigned row = app->screen.panels[UI_PANEL_KBENCH_PLAN].selected;
	struct bt_kbench_plan *plan = &app->kbench.plan;
	char text[UI_LINE_MAX];

	if (app->kbench.run) {
		ui_app_say(app, UI_ROLE_WARN, "not possible: %s", ui_app_kbench_runs(app));
	} else if (!app->model->live) {
		ui_app_say(app, UI_ROLE_WARN, "not possible: %s", ui_app_no_source(app));
	} else if (!row) {
		bt_kbench_set_kind(plan, (plan->kind + 1) % BT_KBENCH_KINDS, app->model->machine,
				   app->model->live);
		app->kbench.shown = plan->kind;
		ui_app_say(app, UI_ROLE_NORMAL, "%s %s", bt_kbench_name[plan->kind],
			   bt_kbench_help[plan->kind]);
	} else {
		ui_prompt_open_text(app, ui_kbench_label(row), ui_kbench_help(plan, row),
				    ui_kbench_text(plan, row, text, sizeof(text)), accept_row);
	}
}

const struct ui_action ui_kbench_actions[UI_ACTION_COUNT] = {
	[UI_ACTION_KBENCH] = { NULL, run_kbench },
	[UI_ACTION_KBENCH_SAVE] = { NULL, run_save },
};
