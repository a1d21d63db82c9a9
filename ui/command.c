// SPDX-License-Identifier: GPL-2.0
/* The command line: every control by its name, as keys, scripts and screen tests use it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ui/app.h"

struct command {
	const char *name;
	bool controls;	/* acts on the antagonist */
	/* argument is "" when there was none. */
	int (*run)(struct ui_app *app, const char *argument, struct bt_err *err);
};

static int run_start(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument, (void)err;
	ui_app_run(app, BT_RUN_GO, "command");
	return 0;
}

static int run_stop(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument;
	return ui_app_stop_now(app, "command", err);
}

static int run_keep(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument, (void)err;
	ui_app_run(app, BT_RUN_KEEP, "command");
	return 0;
}

static int run_interval(struct ui_app *app, const char *argument, struct bt_err *err)
{
	uint64_t ns;

	if (bt_parse_time_ns(argument, BT_NS_PER_S, &ns))
		return bt_err_set(err, EINVAL, "interval %s: a time is expected, as 200ms or 2s",
				  argument);
	return ui_app_set_interval(app, ns, err);
}

static int run_snapshot(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument, (void)err;
	ui_app_snapshot(app);
	return 0;
}

static int run_measure(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument, (void)err;
	ui_app_measure(app);
	return 0;
}

static int run_freeze(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument, (void)err;
	ui_feed_freeze(app->feed, !app->model->frozen);
	return 0;
}

static int run_pause(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument, (void)err;
	bt_session_pause(app->session, app->model->status.state != BT_SESSION_PAUSED);
	return 0;
}

static int run_quit(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument, (void)err;
	ui_app_quit(app);
	return 0;
}

static int run_undo(struct ui_app *app, const char *argument, struct bt_err *err)
{
	uint64_t number = 1;

	if (*argument && (bt_parse_u64(argument, &number) || !number || number > UI_UNDO_MAX))
		return bt_err_set(err, EINVAL, "undo %s: how many changes back is expected, as 1",
				  argument);
	return ui_app_undo(app, (unsigned)number - 1, err);
}

static int run_draft(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument;
	if (app->draft.on)
		return bt_err_set(err, EINVAL, "there is a draft: :apply sends it, :discard drops it");
	ui_app_draft_begin(app);
	return 0;
}

static int run_apply(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument;
	return ui_app_draft_apply(app, "draft", err);
}

static int run_discard(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument;
	if (!app->draft.on)
		return bt_err_set(err, EINVAL, "there is no draft to drop");
	ui_app_draft_discard(app);
	return 0;
}

static int run_mark(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)err;
	ui_app_mark(app, argument, "command");
	return 0;
}

static int run_save_screen(struct ui_app *app, const char *argument, struct bt_err *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory;
	int code;

	if (!*argument)
		return bt_err_set(err, EINVAL, "save-screen needs a file");
	memory = open_memstream(&text, &size);
	if (!memory)
		return bt_err_set(err, ENOMEM, "save-screen: out of memory");
	ui_app_draw(app);
	ui_canvas_dump(&app->canvas, memory);
	fclose(memory);
	code = bt_write_file(argument, text, size, 0644, err);
	free(text);
	return code;
}

static int run_step(struct ui_app *app, const char *argument, struct bt_err *err)
{
	uint64_t count = 1;

	if (app->model->status.interval_ns)
		return bt_err_set(err, EINVAL, "step: time passes by itself here (see --step)");
	if (*argument && (bt_parse_u64(argument, &count) || count > 100000))
		return bt_err_set(err, EINVAL, "step %s: a number of samples is expected",
				  argument);
	app->steps = (unsigned)count;
	if (count)
		bt_session_kick(app->session);
	return 0;
}

static const struct command commands[] = {
	{ "start", true, run_start },
	{ "stop", true, run_stop },
	{ "keep", true, run_keep },
	{ "undo", false, run_undo },
	{ "draft", true, run_draft },
	{ "apply", true, run_apply },
	{ "discard", false, run_discard },
	{ "mark", false, run_mark },
	{ "measure", true, run_measure },
	{ "interval", false, run_interval },
	{ "snapshot", false, run_snapshot },
	{ "freeze", false, run_freeze },
	{ "pause", false, run_pause },
	{ "quit", false, run_quit },
	{ "save-screen", false, run_save_screen },
	{ "step", false, run_step },
};

static int check_control(const struct ui_app *app, struct bt_err *err)
{
	const char *why_not = ui_app_no_control(app);

	return why_not ? bt_err_set(err, EPERM, "not possible: %s", why_not) : 0;
}

static int set_parameter(struct ui_app *app, const char *name, const char *value,
			 struct bt_err *err)
{
	const struct bt_param *param = bt_param_find(name);
	struct bt_config draft;
	int code;

	if (!param)
		return bt_err_set(err, EINVAL, "%s: there is no such command or parameter", name);
	code = check_control(app, err);
	if (code)
		return code;
	ui_app_config(app, &draft);
	code = bt_param_set(param, &draft, value, &app->model->limits, err);
	return code ? code : ui_app_change(app, &draft, "command", err);
}

int ui_command_run(struct ui_app *app, const char *line, struct bt_err *err)
{
	char word[UI_LINE_MAX], *argument;
	size_t length;
	int code;

	line += strspn(line, " :");
	snprintf(word, sizeof(word), "%s", line);
	length = strcspn(word, " =");
	argument = word + length + strspn(word + length, " =");
	word[length] = '\0';
	for (char *end = argument + strlen(argument); end > argument && end[-1] == ' ';)
		*--end = '\0';
	if (!length)
		return 0;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, word))
			continue;
		code = commands[i].controls ? check_control(app, err) : 0;
		if (!code)
			code = commands[i].run(app, argument, err);
		ui_app_update(app);
		return code;
	}
	return set_parameter(app, word, argument, err);
}
