// SPDX-License-Identifier: GPL-2.0
#include "ui/app.h"
#include "ui/export.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

void ui_app_init(struct ui_app *app, struct bt_session *session, const struct ui_glyphs *glyphs,
		 const char *codeset)
{
	struct ui_settings settings;

	memset(app, 0, sizeof(*app));
	app->session = session;
	app->codeset = codeset;
	app->feed = ui_feed_create(session);
	app->model = ui_feed_model(app->feed);
	ui_screen_init(&app->screen, app->model);
	bt_kbench_plan_default(&app->kbench.plan, bt_session_machine(session));
	ui_feed_show_own(app->feed, &app->draft, &app->kbench);
	ui_canvas_init(&app->canvas, glyphs);
	ui_settings_default(&settings);
	ui_setup_begin(app, NULL, &settings, glyphs);
}

void ui_app_free(struct ui_app *app)
{
	ui_against_end(app);
	ui_kbench_free(&app->kbench);
	ui_feed_free(app->feed);
	ui_canvas_free(&app->canvas);
	ui_recall_free(&app->recall);
}

/* A frozen or past picture takes nothing new. */
static void want(struct ui_app *app)
{
	int rows = ui_app_view_rows(app), cols = app->canvas.cols;
	bool live = !app->model->frozen && !app->model->past;
	unsigned run = app->kbench.run ? bt_kbench_wants(app->kbench.run) : 0;

	bt_session_want(app->session,
			bt_want_join(live ? ui_screen_wants(&app->screen, rows, cols) : 0, run));
}

void ui_app_update(struct ui_app *app)
{
	/* First: what it wants of the next frame may have changed. */
	ui_app_kbench_step(app);
	want(app);
	ui_against_follow(app);
	ui_feed_update(app->feed);
	if (app->draft.on)
		ui_draft_rebase(&app->draft, app->model->wanted);
	ui_demo_step(app);
}

void ui_app_say(struct ui_app *app, enum ui_role role, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(app->message, sizeof(app->message), format, args);
	va_end(args);
	app->message_role = role;
}

void ui_app_say_error(struct ui_app *app, const struct bt_err *err)
{
	ui_app_say(app, UI_ROLE_BAD, "%s", err->text);
}

/* ---- questions -------------------------------------------------------------------------- */

static void quit_now(struct ui_app *app)
{
	app->quit = true;
}

static void keep_on(struct ui_app *app)
{
	(void)app;
}

static const struct ui_answer quit_answers[] = {
	{ 'y', "stop the load and quit (^C again does the same)", quit_now },
	{ 'n', "go on", keep_on },
	{ 0, NULL, NULL },
};

void ui_app_quit(struct ui_app *app)
{
	struct ui_question *question;

	if (app->model->no_control || (!app->kbench.run && !ui_model_loaded(app->model))) {
		app->quit = true;
		return;
	}
	question = ui_question_open(app, "Quit?", quit_answers);
	ui_question_line(question, "%s. It cannot outlive this program:",
			 app->kbench.run ? "A microbenchmark runs" : "The load is on");
	ui_question_line(question, "all that is held is given back first.");
}

static void measure(struct ui_app *app, uint64_t limit_bytes)
{
	const struct bt_measure_options options = { .limit_bytes = limit_bytes };
	struct bt_err err;

	if (bt_session_measure(app->session, &options, &err))
		ui_app_say_error(app, &err);
	else
		ui_app_say(app, UI_ROLE_NORMAL, "measuring what user space can get");
	ui_against_measure(app, &options);
	ui_app_update(app);
}

static uint64_t measure_limit(const struct ui_app *app)
{
	const struct bt_frame *frame = app->model->live;

	return frame && frame->memory.available_bytes != BT_UNKNOWN ?
	       frame->memory.available_bytes / 10 * 9 : 0;
}

static void measure_limited(struct ui_app *app)
{
	measure(app, measure_limit(app));
}

static void measure_to_oom(struct ui_app *app)
{
	measure(app, 0);
}

static const struct ui_answer measure_answers[] = {
	{ 'y', "measure, and stop at that limit", measure_limited },
	{ 'O', "go on until the OOM killer ends the measuring process", measure_to_oom },
	{ 0, NULL, NULL },
};

void ui_app_measure(struct ui_app *app)
{
	struct ui_question *question;
	char text[UI_TEXT];

	if (app->model->measure.state == BT_MEASURE_RUNNING) {
		ui_app_say(app, UI_ROLE_WARN, "a measurement is running already");
		return;
	}
	if (!measure_limit(app)) {
		ui_app_say(app, UI_ROLE_WARN, "not possible: MemAvailable is not known yet");
		return;
	}
	question = ui_question_open(app, "Measure what user space can get?", measure_answers);
	ui_question_line(question, "A process on %s takes memory and touches it, up to %s",
			 app->model->machine->host,
			 ui_text_bytes(&app->model->units, measure_limit(app), text));
	ui_question_line(question, "(90 %% of MemAvailable), then gives it back. Caches shrink.");
}

/* ---- snapshot --------------------------------------------------------------------------- */

void ui_app_snapshot(struct ui_app *app)
{
	const struct ui_model *model = app->model;
	char path[PATH_MAX];
	struct bt_err err;
	const struct bt_shown shown = {
		.frame = model->frame, .point = model->point, .frozen = model->frozen,
		.past = model->past, .tier = model->tier, .age = model->age,
		.count = ui_app_window_points(app),
	};

	if (bt_session_snapshot_file(app->session, &shown, ".", path, sizeof(path), &err))
		ui_app_say_error(app, &err);
	else
		ui_app_say(app, UI_ROLE_GOOD, "snapshot: %s", path);
	ui_app_update(app);
}

int ui_app_export(struct ui_app *app, const char *path, struct bt_err *err)
{
	struct ui_filter filter;
	unsigned count;
	int code;

	ui_filter_parse(&filter, app->screen.panels[UI_PANEL_EVENT_LIST].filter);
	code = ui_export_events(app->model, &filter, path, &count, err);
	if (!code)
		ui_app_say(app, UI_ROLE_GOOD, "%u event%s in %s", count,
			   count == 1 ? "" : "s", path);
	return code;
}

/* ---- keys and picture ------------------------------------------------------------------- */

void ui_app_key(struct ui_app *app, int key)
{
	app->message[0] = '\0';
	if (key == UI_KEY_CTRL_C) {
		/* The second ^C, or one that finds nothing to ask about, quits. */
		if (ui_question_is(app, quit_answers))
			app->quit = true;
		else
			ui_app_quit(app);
	} else if (app->overlay.ops && key == UI_KEY_ESC) {
		if (app->overlay.ops->cancel)
			app->overlay.ops->cancel(app);
		ui_overlay_close(app);
	} else if (app->overlay.ops) {
		app->overlay.ops->key(app, key);
	} else if (!ui_demo_key(app, key)) {
		ui_action_run(app, key);
	}
	want(app);
}

static void draw_footer(const struct ui_app *app, const struct ui_area *screen)
{
	int rows = screen->rect.rows, cols = screen->rect.cols;
	struct ui_area line = ui_area_part(screen, rows - 1, 0, 1, cols);

	/* On the smallest screens the status line gives way to a message, but not to keys. */
	if (app->message[0]) {
		ui_area_fill(&line, L' ', UI_ROLE_NORMAL);
		ui_put_cut(&line, 0, 0, cols, app->message_role, app->message);
	} else if (rows >= 3 && app->demo.state != UI_DEMO_OFF) {
		ui_demo_draw_keys(&line);
	} else if (rows >= 3) {
		ui_footer_keys(&app->screen, &line);
	}
}

int ui_app_view_rows(const struct ui_app *app)
{
	int rows = app->canvas.rows;

	return rows - ui_demo_rows(app, rows, app->canvas.cols);
}

/* The caption begins where the view, by itself, would have the footer. */
static void draw_demo(const struct ui_app *app, const struct ui_area *screen)
{
	int rows = ui_app_view_rows(app), caption = screen->rect.rows - rows;
	struct ui_area area = ui_area_part(screen, rows - 1, 0, caption, screen->rect.cols);

	if (caption)
		ui_demo_draw(app, &area);
}

void ui_app_draw(struct ui_app *app)
{
	struct ui_area screen = ui_area_all(&app->canvas), view;

	ui_canvas_clear(&app->canvas);
	view = ui_area_part(&screen, 0, 0, ui_app_view_rows(app), screen.rect.cols);
	ui_screen_draw(&app->screen, &view);
	draw_demo(app, &screen);
	draw_footer(app, &screen);
	if (app->overlay.ops)
		app->overlay.ops->draw(app, &screen);
}
