// SPDX-License-Identifier: GPL-2.0
/* buddytop, buddytop top: the dashboard. */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/kbench_doc.h"
#include "cmd/loads.h"
#include "cmd/stream.h"
#include "cmd/top.h"
#include "ui/beside.h"
#include "ui/command.h"
#include "ui/keys.h"
#include "ui/term.h"
#include "ui/ui.h"

struct own_values {
	struct top_values top;
	struct stream_values stream;
};

static const struct bt_opt top_opts[] = {
	TOP_OPT_GLYPHS(struct own_values, top),
	TOP_OPT_THEME(struct own_values, top),
	TOP_OPT_STEP(struct own_values, top),
	TOP_OPTS_AGAINST(struct own_values, top),
	STREAM_OPTS(struct own_values, stream),
	{ "list-keys", 0, BT_OPT_FLAG, NULL,
	  "print every key and command of the screen, tab-separated",
	  offsetof(struct own_values, top.list_keys) },
	{ 0 }
};

/* ---- before the screen: a long start is told line by line, and ^C ends it ---------------- */

struct start {
	struct ui_signals signals;
	char told[BT_CMD_TOLD];
	struct bt_session *first;	/* that is open while a second one is being opened */
};

static bool on_progress(void *context, const char *text)
{
	struct start *start = context;

	/* It samples already, and nobody else takes its samples. */
	if (start->first)
		bt_session_step(start->first);
	bt_cmd_tell(text, start->told);
	return !ui_signals_end_asked(&start->signals);
}

static bool end_asked(const void *signals)
{
	return ui_signals_end_asked(signals);
}

static bool on_ask(void *context, const char *question)
{
	const struct start *start = context;

	return bt_cmd_ask(question, start->signals.fd, end_asked, &start->signals);
}

/* ---- the command ------------------------------------------------------------------------ */

static int open_session(struct bt_session **session, const struct bt_session_options *options,
			struct bt_err *err)
{
	int code = bt_session_open(session, options, err);

	if (!code && options->interval_ns)
		bt_session_kick(*session);
	return code;
}

static int open_second(const struct top_values *values, const struct bt_session *first,
		       const struct bt_session_options *first_options,
		       struct bt_opt_list *settings, struct ui_options *options,
		       struct bt_err *err)
{
	struct bt_session_options second;
	int code;

	if (!values->against.what)
		return values->against.kdir ? bt_err_set(err, EINVAL, "--against-kdir %s: --against is "
							 "missing", values->against.kdir) : 0;
	code = against_options(&values->against, first_options, settings, &second, err);
	if (!code)
		code = open_session(&options->against, &second, err);
	if (!code && ui_beside_check(bt_session_machine(first), bt_session_machine(options->against),
				     err))
		code = bt_err_prefix(err, "--against %s", values->against.what);
	options->against_name = values->against.what;
	return code;
}

static int show_dashboard(const struct bt_session_options *session_options, struct start *start,
			  const struct top_values *values, struct ui_options *options,
			  struct bt_err *err)
{
	struct bt_opt_list settings = { .count = 0 };
	int code = open_session(&start->first, session_options, err);

	if (code)
		return code;
	if (values->demo)
		values->demo->agreed |= bt_cmd_is_ours(bt_session_machine(start->first));
	if (values->problem)
		bt_session_note(start->first, BT_EVENT_NOTE, "loads", "%s", values->problem);
	code = open_second(values, start->first, session_options, &settings, options, err);
	if (!code && values->prepare)
		code = values->prepare(start->first, values->context, err);
	if (!code)
		code = ui_run(start->first, &start->signals, options, err);
	bt_session_close(options->against);
	bt_session_close(start->first);
	bt_opt_list_free(&settings);
	return code;
}

int top_run(struct bt_cmd_call *call, const struct top_values *values, struct bt_err *err)
{
	struct start start = { .told = "" };
	struct bt_session_options options = {
		.source_options = { .progress = on_progress, .ask = on_ask, .context = &start },
		.serve = !values->step,
		.lock_memory = !values->step,
		.history = true,
	};
	struct ui_settings_file settings;
	struct ui_options ui_options = {
		.glyphs = values->glyphs, .theme = values->theme, .settings = &settings,
		.write_kbench = bt_kbench_write,
		.loads = values->loads, .load = values->load, .demo = values->demo,
	};
	char note[BT_CMD_NOTE];
	int code;

	code = bt_cmd_session_options(call, values->fallback ? values->fallback : "auto", &options,
				      note, err);
	if (!code)
		code = ui_term_usable(err);
	if (code)
		return code;
	ui_settings_load(&settings);
	if (call->source.interval_ns == BT_UNKNOWN)
		options.interval_ns = settings.settings.interval_ns;
	options.source_options.read_only = values->read_only;
	if (values->step)
		options.interval_ns = 0;
	if (!strncmp(options.source, "replay", strlen("replay")))
		options.serve = options.lock_memory = false;
	setlocale(LC_CTYPE, "");
	code = ui_signals_begin(&start.signals, err);
	if (code)
		return code;
	code = show_dashboard(&options, &start, values, &ui_options, err);
	ui_signals_end(&start.signals);
	return code;
}

/* What is wrong with loads.ini is told in the log, as with settings, where no load is asked for. */
static int run_dashboard(struct bt_cmd_call *call, struct own_values *values, struct bt_err *err)
{
	struct bt_loads *loads;
	struct bt_err problem;
	int code = bt_cmd_loads_read(&loads, &problem);

	if (code && values->stream.load) {
		*err = problem;
		return code;
	}
	values->top.problem = code ? problem.text : NULL;
	values->top.loads = loads;
	code = values->stream.load ?
		       bt_loads_find(loads, values->stream.load, &values->top.load, err) : 0;
	if (!code)
		code = top_run(call, &values->top, err);
	bt_loads_free(loads);
	return code;
}

static int run_top(struct bt_cmd_call *call, struct bt_err *err)
{
	struct own_values *values = call->values;
	int code = 0;

	values->top.read_only = values->stream.read_only;
	if (values->top.list_keys) {
		ui_keys_print(stdout);
		ui_commands_print(stdout);
	} else if (call->argc) {
		code = bt_err_set(err, EINVAL, "'%s': the dashboard takes no operands",
				  call->argv[0]);
	} else if ((values->stream.plain || values->stream.batch) && values->top.against.what) {
		code = bt_err_set(err, EINVAL, "--against: two machines are only on the screen, not in "
				  "lines (--plain, --batch)");
	} else if (values->stream.plain || values->stream.batch) {
		code = stream_run(call, &values->stream, err);
	} else {
		code = run_dashboard(call, values, err);
	}
	bt_opt_list_free(&values->stream.set);
	return code;
}

const struct bt_cmd bt_cmd_top = {
	.name = "top",
	.operands = "",
	.summary = "Show the dashboard, the default command",
	.description = "Without --source: a session that runs; else this machine, by its module where it is "
		       "loaded, without it\n(source user) where not. --vm runs a guest.\n"
		       "The load is off until it is started with 'w'. '?' shows the keys.",
	.opts = top_opts,
	.values_size = sizeof(struct own_values),
	.run = run_top,
};
