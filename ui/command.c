// SPDX-License-Identifier: GPL-2.0
/* The commands of the command line, as operators, scripts and screen tests use them. */
#include "ui/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ui/app.h"

static int change_rows(struct ui_app *app, const char *assignments, bool start,
		       struct bt_err *err)
{
	struct bt_config config;
	int code;

	ui_app_config(app, &config);
	code = ui_control_assign(&config, assignments, &app->model->limits, err);
	if (code)
		return code;
	if (start)
		bt_config_run(&config, BT_RUN_GO);
	return ui_app_change(app, &config, "command", err);
}

static int run_start(struct ui_app *app, const char *argument, struct bt_err *err)
{
	return change_rows(app, argument, true, err);
}

static int run_load(struct ui_app *app, const char *argument, struct bt_err *err)
{
	const struct bt_load *load;
	int code = 0;

	if (!*argument)
		ui_load_list_open(app);
	else
		code = bt_loads_find(app->loads, argument, &load, err);
	return code || !*argument ? code : ui_app_load(app, load, err);
}

/* Also of a microbenchmark, while other controls wait. */
static int run_stop(struct ui_app *app, const char *argument, struct bt_err *err)
{
	const char *why_not = ui_app_no_stop(app);

	(void)argument;
	if (why_not)
		return bt_err_set(err, EPERM, "not possible: %s", why_not);
	return ui_app_stop_now(app, "command", err);
}

static int run_kbench(struct ui_app *app, const char *argument, struct bt_err *err)
{
	return ui_app_kbench_start(app, argument, err);
}

static int run_save_kbench(struct ui_app *app, const char *argument, struct bt_err *err)
{
	return ui_app_kbench_save(app, argument, err);
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
		return bt_err_set(err, EINVAL,
				  "there is a draft: :apply sends it, :discard drops it");
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

static int run_record(struct ui_app *app, const char *argument, struct bt_err *err)
{
	return ui_app_record(app, argument, err);
}

static int run_takeover(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument;
	return ui_app_takeover(app, err);
}

static int run_seek(struct ui_app *app, const char *argument, struct bt_err *err)
{
	return ui_app_seek(app, argument, err);
}

static int run_speed(struct ui_app *app, const char *argument, struct bt_err *err)
{
	return ui_app_speed(app, argument, err);
}

static int run_export(struct ui_app *app, const char *argument, struct bt_err *err)
{
	return ui_app_export(app, argument, err);
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
	if (app->model->status.state == BT_SESSION_ENDED)
		return bt_err_set(err, ENODATA, "step: the recording is over");
	app->steps = (unsigned)count;
	if (count)
		ui_app_kick(app);
	return 0;
}

static int run_jump(struct ui_app *app, const char *argument, struct bt_err *err)
{
	return ui_app_jump(app, argument, err);
}

static int run_live(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument, (void)err;
	ui_feed_live(app->feed);
	return 0;
}

static int run_reset(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument, (void)err;
	ui_app_reset(app);
	return 0;
}

static int run_baseline(struct ui_app *app, const char *argument, struct bt_err *err)
{
	(void)argument;
	return ui_app_baseline(app, err);
}

static int run_compare(struct ui_app *app, const char *argument, struct bt_err *err)
{
	return ui_app_compare(app, strcmp(argument, "off"), err);
}

const struct ui_command ui_commands[] = {
	{ "start", true, run_start, UI_ARGUMENT_ASSIGNMENTS, "[NAME VALUE ...]",
	  "start the workers, with these parameters; the first start asks", NULL },
	{ "load", true, run_load, UI_ARGUMENT_LOAD, "[NAME]",
	  "start a named load, as fragment: a preset of all parameters; without a name, a list of "
	  "them", NULL },
	{ "stop", false, run_stop, UI_ARGUMENT_NONE, NULL,
	  "stop the workers and give everything back, at once", NULL },
	{ "keep", true, run_keep, UI_ARGUMENT_NONE, NULL,
	  "the workers sleep, what is held stays", NULL },
	{ "undo", false, run_undo, UI_ARGUMENT_CHANGE, "[N]",
	  "take the last change back, or the Nth last; only what it touched", NULL },
	{ "draft", true, run_draft, UI_ARGUMENT_NONE, NULL,
	  "begin a draft: changes wait and show what they would do", NULL },
	{ "apply", true, run_apply, UI_ARGUMENT_NONE, NULL,
	  "send the draft as one generation", NULL },
	{ "discard", false, run_discard, UI_ARGUMENT_NONE, NULL,
	  "drop the draft", NULL },
	{ "kbench", false, run_kbench, UI_ARGUMENT_TEXT, "[NAME] [PART=VALUE ...]",
	  "start a microbenchmark: bulk, repeat, rand or frag, and of its plan orders, threads, "
	  "allocs, iterations, node, percent, seed", NULL },
	{ "save-kbench", false, run_save_kbench, UI_ARGUMENT_FILE, "[FILE]",
	  "write the result of the microbenchmark of view 8 to a JSON file", NULL },
	{ "mark", false, run_mark, UI_ARGUMENT_TEXT, "[TEXT]",
	  "mark this moment in the event log and in all graphs", NULL },
	{ "jump", false, run_jump, UI_ARGUMENT_MARK, "TIME",
	  "show the past: 12:34:56, -5m, or the text of a mark", NULL },
	{ "live", false, run_live, UI_ARGUMENT_NONE, NULL,
	  "show what is now", NULL },
	{ "baseline", false, run_baseline, UI_ARGUMENT_NONE, NULL,
	  "take the time on the screen as the baseline", NULL },
	{ "compare", false, run_compare, UI_ARGUMENT_TEXT, "[off]",
	  "compare every number with the baseline", NULL },
	{ "reset", false, run_reset, UI_ARGUMENT_NONE, NULL,
	  "begin anew what counts since the start", NULL },
	{ "measure", true, run_measure, UI_ARGUMENT_NONE, NULL,
	  "find what user space can really get; asks how far to go", NULL },
	{ "interval", false, run_interval, UI_ARGUMENT_TEXT, "TIME",
	  "time between two samples, 20ms to 60s; a bare number is seconds", NULL },
	{ "snapshot", false, run_snapshot, UI_ARGUMENT_NONE, NULL,
	  "write all that is known now to a JSON file", NULL },
	{ "record", false, run_record, UI_ARGUMENT_FILE, "[FILE]",
	  "record everything to a file that is not there yet; S ends it", NULL },
	{ "takeover", false, run_takeover, UI_ARGUMENT_NONE, NULL,
	  "take control over, once the controller of the source is gone", NULL },
	{ "seek", false, run_seek, UI_ARGUMENT_TEXT, "TIME",
	  "in a replay: go to 5m, +30s, -30s, 12:34:56, begin, end, mark N, mark next", NULL },
	{ "speed", false, run_speed, UI_ARGUMENT_TEXT, "X|max",
	  "in a replay: 0.1 to 100 times as fast as it was", NULL },
	{ "freeze", false, run_freeze, UI_ARGUMENT_NONE, NULL,
	  "freeze the picture, or let it go on", NULL },
	{ "pause", false, run_pause, UI_ARGUMENT_NONE, NULL,
	  "pause sampling, or let it go on", NULL },
	{ "quit", false, run_quit, UI_ARGUMENT_NONE, NULL,
	  "quit; asks while the load is on", NULL },
	{ "export", false, run_export, UI_ARGUMENT_FILE, "FILE",
	  "write the events that fit view 7's filter to a new file, CSV if it ends with .csv, else "
	  "JSON Lines", NULL },
	{ "save-screen", false, run_save_screen, UI_ARGUMENT_FILE, "FILE",
	  "write the screen to a file, as text", NULL },
	{ "step", false, run_step, UI_ARGUMENT_TEXT, "[N]",
	  "let N samples pass (with --step)", NULL },
};

const unsigned ui_command_count = BT_ARRAY_SIZE(ui_commands);

const struct ui_command *ui_command_find(const char *name, unsigned length)
{
	for (unsigned i = 0; i < ui_command_count; i++) {
		if (strlen(ui_commands[i].name) == length &&
		    !strncmp(ui_commands[i].name, name, length))
			return &ui_commands[i];
	}
	return NULL;
}

void ui_commands_print(FILE *to)
{
	for (const struct ui_command *c = ui_commands; c < ui_commands + ui_command_count; c++)
		fprintf(to, "Commands\t%s%s%s\t%s\n", c->name, c->form ? " " : "",
			c->form ? c->form : "", c->help);
}

static int check_control(const struct ui_app *app, struct bt_err *err)
{
	const char *why_not = ui_app_no_control(app);

	return why_not ? bt_err_set(err, EPERM, "not possible: %s", why_not) : 0;
}

/* Names are looked at first: a word that means nothing is told as such, also without control. */
static int assign(struct ui_app *app, const char *line, struct bt_err *err)
{
	unsigned length = (unsigned)strcspn(line, " =");
	int code = 0;

	if (!ui_control_find(line, length, NULL))
		return bt_err_set(err, EINVAL, "%.*s: there is no such command or parameter",
				  (int)length, line);
	code = check_control(app, err);
	return code ? code : change_rows(app, line, false, err);
}

int ui_command_run(struct ui_app *app, const char *line, struct bt_err *err)
{
	const struct ui_command *command;
	char text[UI_LINE_MAX];
	unsigned length;
	int code;

	snprintf(text, sizeof(text), "%s", line + strspn(line, " :"));
	for (char *end = text + strlen(text); end > text && end[-1] == ' ';)
		*--end = '\0';
	length = (unsigned)strcspn(text, " =");
	if (!length)
		return 0;
	command = ui_command_find(text, length);
	if (!command)
		return assign(app, text, err);
	code = command->controls ? check_control(app, err) : 0;
	if (!code)
		code = command->run(app, text + length + strspn(text + length, " ="), err);
	ui_app_update(app);
	return code;
}
