// SPDX-License-Identifier: GPL-2.0
/*
 * The only thread that draws. It sleeps in one ppoll() over keys, session, signals and whatever
 * was written to the standard error, and draws at most once for each wake-up.
 */
#include "ui/ui.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ui/app.h"
#include "ui/term.h"

/* Between two pictures that are frozen, where no key was pressed: less than a second's samples. */
#define FROZEN_NS (900 * BT_NS_PER_MS)
/* Phases of a microbenchmark bring frames by the hundred: drawing each would disturb it. */
#define KBENCH_NS (200 * BT_NS_PER_MS)

enum { POLL_KEYS, POLL_SESSION, POLL_AGAINST, POLL_SIGNALS, POLL_STDERR, POLL_COUNT };

struct ui {
	struct ui_app app;
	struct ui_term *term;
	const struct ui_signals *signals;
	int stderr_pipe, stderr_before;	/* -1: not captured */
	char stderr_line[256];
	size_t stderr_used;
	const struct bt_load *load;	/* still to be started */
	bool changed, end;
	bool pending;			/* what the session has changed waits for its time */
	uint64_t shown_ns;		/* of the last picture */
};

/* ---- what is written to the standard error goes to the event log ------------------------- */

static void capture_stderr(struct ui *ui)
{
	int ends[2];

	ui->stderr_pipe = ui->stderr_before = -1;
	/* Non-blocking at both ends: this thread may itself be the one that writes. */
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return;
	ui->stderr_before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	ui->stderr_pipe = ends[0];
}

static void note_stderr(struct ui *ui)
{
	ui->stderr_line[ui->stderr_used] = '\0';
	if (ui->stderr_used)
		bt_session_note(ui->app.session, BT_EVENT_NOTE, "stderr", "%s", ui->stderr_line);
	ui->stderr_used = 0;
	ui->changed = true;
}

static void read_stderr(struct ui *ui)
{
	char buf[512];
	ssize_t size;

	while ((size = read(ui->stderr_pipe, buf, sizeof(buf))) > 0) {
		for (ssize_t i = 0; i < size; i++) {
			if (buf[i] == '\n' || ui->stderr_used + 1 == sizeof(ui->stderr_line))
				note_stderr(ui);
			if (buf[i] != '\n')
				ui->stderr_line[ui->stderr_used++] = buf[i];
		}
	}
}

static void release_stderr(struct ui *ui)
{
	if (ui->stderr_pipe < 0)
		return;
	dup2(ui->stderr_before, STDERR_FILENO);
	close(ui->stderr_before);
	close(ui->stderr_pipe);
}

/* ---- what wakes the loop ----------------------------------------------------------------- */

static void fit_to_terminal(struct ui *ui)
{
	int rows, cols;

	ui_term_resize(ui->term);
	ui_term_size(ui->term, &rows, &cols);
	if (rows != ui->app.canvas.rows || cols != ui->app.canvas.cols)
		ui_canvas_resize(&ui->app.canvas, rows, cols);
	ui->changed = true;
}

/* The session sends no keep-alive while the program is stopped: the lease ends the load. */
static void suspend(struct ui *ui)
{
	uint64_t stopped = bt_mono_ns();
	char text[UI_TEXT];

	ui_term_leave(ui->term);
	ui_signals_suspend();
	ui_term_return(ui->term);
	stopped = bt_mono_ns() - stopped;
	bt_session_note(ui->app.session, BT_EVENT_NOTE, "signal",
			"suspended for %s; without keep-alive the lease ends a load",
			bt_text_ns(stopped, text, sizeof(text)));
	ui->app.redraw = true;
	fit_to_terminal(ui);
}

static void take_signals(struct ui *ui)
{
	int number;

	while ((number = ui_signals_next(ui->signals)) != 0) {
		switch (number) {
		case SIGINT:
			ui_app_key(&ui->app, UI_KEY_CTRL_C);
			break;
		case SIGTSTP:
			suspend(ui);
			break;
		case SIGCONT:
			/* Someone stopped us with SIGSTOP; the terminal may show anything. */
			ui_term_leave(ui->term);
			ui_term_return(ui->term);
			ui->app.redraw = true;
			break;
		case SIGWINCH:
			break;
		default:
			ui->end = true;
		}
		fit_to_terminal(ui);
	}
}

/* Keys wait in the terminal while samples that were asked for by number are still to come. */
static void take_keys(struct ui *ui)
{
	int key;

	while (!ui->app.steps && !ui->app.quit && (key = ui_term_key(ui->term)) != UI_KEY_NONE) {
		ui_app_key(&ui->app, key);
		ui->changed = true;
	}
}

/* Until then a picture that nobody acts upon stays; 0: it is drawn at once. */
static uint64_t stays_until_ns(const struct ui *ui)
{
	const struct ui_model *model = ui->app.model;

	if (!model->status.interval_ns)
		return 0;
	return model->frozen ? ui->shown_ns + FROZEN_NS :
	       ui->app.kbench.run ? ui->shown_ns + KBENCH_NS : 0;
}

/* The load of the command line; it needs the first sample. */
static void start_load(struct ui *ui)
{
	const struct bt_load *load = ui->load;
	struct bt_err err;

	if (!load || !ui->app.model->live)
		return;
	ui->load = NULL;
	if (ui_app_load(&ui->app, load, &err))
		ui_app_say_error(&ui->app, &err);
}

static void take_session(struct ui *ui)
{
	ui->pending |= bt_session_step(ui->app.session);
	ui->pending |= ui_against_step(&ui->app);
	ui_app_update(&ui->app);
	start_load(ui);
	if (ui->app.model->status.state == BT_SESSION_ENDED ||
	    ui->app.model->status.state == BT_SESSION_LOST)
		ui->app.steps = 0; /* no sample will come by itself: the keys are heard again */
	if (ui->app.steps && ui_app_sampled(&ui->app) && --ui->app.steps)
		ui_app_kick(&ui->app);
}

static void show(struct ui *ui)
{
	ui->changed |= ui->pending && bt_mono_ns() >= stays_until_ns(ui);
	if (!ui->changed)
		return;
	ui->shown_ns = bt_mono_ns();
	ui_app_update(&ui->app);
	ui_app_draw(&ui->app);
	ui_term_theme(ui->term, ui->app.setup.now.theme);
	ui_term_show(ui->term, &ui->app.canvas, ui->app.redraw);
	ui->app.redraw = false;
	ui->changed = ui->pending = false;
}

/* Time passes by itself since a source was lost, and before a picture or a phase is due. */
static const struct timespec *patience(const struct ui *ui, struct timespec *buf)
{
	uint64_t now = bt_mono_ns(), until = ui_app_due_ns(&ui->app), wait;

	if (ui->pending && stays_until_ns(ui) < until)
		until = stays_until_ns(ui);
	else if (ui->app.model->status.state == BT_SESSION_LOST && now + BT_NS_PER_S < until)
		until = now + BT_NS_PER_S;
	if (until == UINT64_MAX)
		return NULL;
	wait = until > now ? until - now : 0;
	*buf = (struct timespec){ .tv_sec = (time_t)(wait / BT_NS_PER_S),
				  .tv_nsec = (long)(wait % BT_NS_PER_S) };
	return buf;
}

static void wait_and_act(struct ui *ui)
{
	struct pollfd fds[POLL_COUNT] = {
		[POLL_KEYS] = { .fd = STDIN_FILENO, .events = ui->app.steps ? 0 : POLLIN },
		[POLL_SESSION] = { .fd = bt_session_fd(ui->app.session), .events = POLLIN },
		[POLL_AGAINST] = { .fd = ui_against_fd(&ui->app), .events = POLLIN },
		[POLL_SIGNALS] = { .fd = ui->signals->fd, .events = POLLIN },
		[POLL_STDERR] = { .fd = ui->stderr_pipe, .events = POLLIN },
	};

	struct timespec wait;

	bool relaxed = ui->app.model->frozen && !ui->app.kbench.run;

	bt_session_relax(ui->app.session, relaxed);
	ui_against_relax(&ui->app, relaxed);
	if (ppoll(fds, POLL_COUNT, patience(ui, &wait), NULL) < 0)
		return;
	ui->changed |= ui->app.model->status.state == BT_SESSION_LOST;
	if (bt_mono_ns() >= ui_app_due_ns(&ui->app))
		ui_app_update(&ui->app);
	if (fds[POLL_SIGNALS].revents)
		take_signals(ui);
	if (fds[POLL_STDERR].revents)
		read_stderr(ui);
	if (fds[POLL_SESSION].revents || fds[POLL_AGAINST].revents)
		take_session(ui);
	if (fds[POLL_KEYS].revents & (POLLHUP | POLLERR | POLLNVAL))
		ui->end = true;
	else if (fds[POLL_KEYS].revents)
		take_keys(ui);
}

/* ---- settings ---------------------------------------------------------------------------- */

/* Those of the file, but for what the options and the environment of this run say. */
static int start_settings(const struct ui_options *options, const char *codeset,
			  struct ui_settings *start, struct bt_err *err)
{
	*start = options->settings->settings;
	start->theme = ui_theme_start(start->theme, getenv("NO_COLOR"));
	if (start->glyphs && !ui_glyphs_fit(start->glyphs, codeset))
		start->glyphs = NULL;
	if (options->glyphs)
		start->glyphs = ui_glyphs_find(options->glyphs);
	if (options->theme)
		start->theme = ui_theme_find(options->theme);
	if (options->glyphs && !start->glyphs)
		return bt_err_set(err, EINVAL,
				  "--glyphs %s: allowed is one of full, console, ascii",
				  options->glyphs);
	if (!start->theme)
		return bt_err_set(err, EINVAL, "--theme %s: allowed is one of default, light, "
				  "contrast, monochrome", options->theme);
	return 0;
}

static void begin_settings(struct ui *ui, struct ui_settings_file *file,
			   struct ui_settings *start, const struct ui_glyphs *safe)
{
	if (ui->app.model->status.interval_ns)
		start->interval_ns = ui->app.model->status.interval_ns;
	ui_setup_begin(&ui->app, file, start, safe);
	for (unsigned i = 0; i < file->problem_count; i++)
		bt_session_note(ui->app.session, BT_EVENT_NOTE, "settings", "%s",
				file->problems[i].text);
}

int ui_run(struct bt_session *session, const struct ui_signals *signals,
	   const struct ui_options *options, struct bt_err *err)
{
	const char *codeset = nl_langinfo(CODESET), *term = getenv("TERM");
	const struct ui_glyphs *glyphs = ui_glyphs_choose(codeset, term ? term : "");
	struct ui ui = { .signals = signals, .changed = true };
	struct ui_settings start;
	int code;

	code = start_settings(options, codeset, &start, err);
	if (code)
		return code;
	capture_stderr(&ui);
	code = ui_term_begin(&ui.term, ui.stderr_before, err);
	if (code) {
		release_stderr(&ui);
		return code;
	}
	ui_app_init(&ui.app, session, glyphs, codeset);
	ui.app.colours = ui_term_can_colour(ui.term);
	ui.app.kbench.write = options->write_kbench;
	ui.app.loads = options->loads;
	ui.load = options->load;
	if (options->demo)
		ui_demo_begin(&ui.app, options->demo);
	begin_settings(&ui, options->settings, &start, glyphs);
	if (options->against)
		code = ui_against_begin(&ui.app, options->against, options->against_name, err);
	fit_to_terminal(&ui);
	while (!code && !ui.end && !ui.app.quit) {
		show(&ui);
		wait_and_act(&ui);
	}
	ui_term_end(ui.term);
	ui_app_free(&ui.app);
	release_stderr(&ui);
	return code;
}
