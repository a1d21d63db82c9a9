// SPDX-License-Identifier: GPL-2.0
/* Typed values, with what they would mean while they are typed. */
#include <errno.h>
#include <string.h>

#include "ui/app.h"
#include "ui/effect.h"

#define PROMPT_COLS 64

static int accept_param(struct ui_app *app, const struct bt_param *param, const char *text,
			struct bt_err *err)
{
	struct bt_config draft;
	int code;

	ui_app_config(app, &draft);
	code = bt_param_set(param, &draft, text, &app->model->limits, err);
	return code ? code : ui_app_change(app, &draft, "key", err);
}

static void prompt_key(struct ui_app *app, int key)
{
	struct ui_prompt *prompt = &app->overlay.prompt;
	struct bt_err err = { 0 };
	struct ui_prompt mine;
	int code;

	if (key != UI_KEY_ENTER) {
		if (ui_line_key(&prompt->line, key))
			prompt->err.code = 0;
		return;
	}
	/* What is accepted may open another overlay: this one closes first; an error reopens it. */
	mine = *prompt;
	ui_overlay_close(app);
	if (mine.param)
		code = accept_param(app, mine.param, mine.line.text, &err);
	else
		code = mine.accept(app, mine.line.text, &err);
	if (!code)
		return;
	mine.err = err;
	app->message[0] = '\0';
	app->overlay.prompt = mine;
	ui_prompt_reopen(app);
}

/* What Enter would do, or why it would not. */
static void live_text(struct ui_app *app, const struct ui_prompt *prompt, char buf[BT_ERR_TEXT],
		      enum ui_role *role)
{
	struct bt_config draft;
	char effect[UI_EFFECT];
	struct bt_err err;

	*role = UI_ROLE_DIM;
	if (prompt->err.code) {
		*role = UI_ROLE_BAD;
		snprintf(buf, BT_ERR_TEXT, "%s", prompt->err.text);
	} else if (!prompt->param || !prompt->line.length) {
		snprintf(buf, BT_ERR_TEXT, "%s", prompt->hint);
	} else {
		ui_app_config(app, &draft);
		if (bt_param_set(prompt->param, &draft, prompt->line.text, &app->model->limits,
				 &err) ||
		    bt_config_check(&draft, &app->model->limits, &err)) {
			*role = UI_ROLE_WARN;
			snprintf(buf, BT_ERR_TEXT, "%s", err.text);
		} else {
			snprintf(buf, BT_ERR_TEXT, "%s", ui_effect(prompt->param, &draft,
								  app->model->machine, effect));
		}
	}
}

static void prompt_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_prompt *prompt = &app->overlay.prompt;
	struct ui_area inside = ui_box(screen, 5, PROMPT_COLS, prompt->title,
				       "Enter apply   Esc cancel");
	enum ui_role role;
	char text[BT_ERR_TEXT];

	ui_put(&inside, 0, 0, UI_ROLE_KEY, prompt->param ? "=" : ":");
	ui_line_draw(&prompt->line, &inside, 0, 2);
	live_text(app, prompt, text, &role);
	ui_put_wrapped(&inside, inside.rect.rows > 2 ? 2 : 1, 0, inside.rect.cols, role, text);
}

static const struct ui_overlay_ops prompt_ops = { .key = prompt_key, .draw = prompt_draw };

void ui_prompt_reopen(struct ui_app *app)
{
	app->overlay.ops = &prompt_ops;
}

void ui_prompt_open_param(struct ui_app *app, const struct bt_param *param)
{
	struct ui_prompt *prompt = &app->overlay.prompt;
	struct bt_config config;
	char text[UI_LINE_MAX];

	memset(prompt, 0, sizeof(*prompt));
	prompt->param = param;
	prompt->title = param->label;
	prompt->hint = param->help;
	ui_app_config(app, &config);
	bt_param_text(param, &config, text, sizeof(text));
	ui_line_set(&prompt->line, text);
	app->overlay.ops = &prompt_ops;
}

static int accept_interval(struct ui_app *app, const char *text, struct bt_err *err)
{
	uint64_t ns;

	if (bt_parse_time_ns(text, BT_NS_PER_S, &ns))
		return bt_err_set(err, EINVAL, "interval=%s: a time is expected, as 200ms or 2s",
				  text);
	return ui_app_set_interval(app, ns, err);
}

static void open_other(struct ui_app *app, const char *title, const char *hint,
		       int (*accept)(struct ui_app *, const char *, struct bt_err *))
{
	struct ui_prompt *prompt = &app->overlay.prompt;

	memset(prompt, 0, sizeof(*prompt));
	prompt->title = title;
	prompt->hint = hint;
	prompt->accept = accept;
	app->overlay.ops = &prompt_ops;
}

void ui_prompt_open_interval(struct ui_app *app)
{
	open_other(app, "Interval", "Time between two samples, 20ms to 60s; a bare number is "
		   "seconds.", accept_interval);
}

void ui_prompt_open_text(struct ui_app *app, const char *title, const char *hint, const char *text,
			 int (*accept)(struct ui_app *app, const char *text, struct bt_err *err))
{
	open_other(app, title, hint, accept);
	ui_line_set(&app->overlay.prompt.line, text);
}

static int accept_mark(struct ui_app *app, const char *text, struct bt_err *err)
{
	(void)err;
	ui_app_mark(app, text, "key");
	return 0;
}

void ui_prompt_open_mark(struct ui_app *app)
{
	open_other(app, "Mark", "What is worth finding again; empty: the mark gets a number.",
		   accept_mark);
}

static int accept_export(struct ui_app *app, const char *text, struct bt_err *err)
{
	return ui_app_export(app, text, err);
}

/* With a name that is not there yet, in all likelihood. */
void ui_prompt_open_export(struct ui_app *app)
{
	const struct bt_frame *live = app->model->live;
	char time[32], name[64];

	open_other(app, "Export the events that view 7 shows",
		   "To a new file: CSV where its name ends with .csv, else JSON Lines.",
		   accept_export);
	bt_utc_compact(live ? live->utc_ns : bt_utc_ns(), time, sizeof(time));
	snprintf(name, sizeof(name), "buddytop-events-%s.jsonl", time);
	ui_line_set(&app->overlay.prompt.line, name);
}
