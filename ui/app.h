/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dashboard without its terminal: a session's picture and what keys do to it. Keys go in,
 * canvases come out; ui.c connects both to a terminal, tests to text.
 */
#ifndef UI_APP_H
#define UI_APP_H

#include "core/load.h"
#include "ui/canvas.h"
#include "ui/command.h"
#include "ui/demo.h"
#include "ui/draft.h"
#include "ui/kbench.h"
#include "ui/keys.h"
#include "ui/model.h"
#include "ui/overlay.h"
#include "ui/panel.h"
#include "ui/recall.h"
#include "ui/setup.h"

/* A change that waits for a yes: what it would do, frozen when the question was put. */
struct ui_asked {
	struct bt_config base, config;	/* only rows that differ are changed */
	const char *who;
	const struct bt_load *load;	/* that it is of; NULL: of none */
	bool draft;			/* ends the draft mode */
	int undo_back;			/* entry of the undo list that is done with; -1: none */
};

/* The second machine, which is told what the first was (against.c). */
struct ui_against {
	struct ui_beside *beside;	/* NULL: there is none */
	bool follows;			/* what the first had before we looked is not repeated */
	bool agreed;			/* a load may start there: it was asked about */
	struct bt_config sent;		/* what the first had when it was last told something */
	uint64_t token;			/* of the first, then */
	char less[UI_CONTROL_TEXT];	/* what it could not have of that, as the log has it */
	uint64_t interval_ns, event;	/* that it was told; of its log, the last one in ours */
	uint64_t sampled_seq;		/* see below */
};

struct ui_app {
	struct bt_session *session;
	struct ui_against against;
	struct ui_feed *feed;
	const struct ui_model *model;
	struct ui_canvas canvas;
	struct ui_screen screen;
	struct ui_overlay overlay;
	char message[BT_ERR_TEXT];	/* in the footer until the next key */
	enum ui_role message_role;
	const char *codeset;
	const struct ui_binding *pressed;	/* of the action that runs */
	int pressed_key;
	struct ui_draft draft;
	struct ui_undo undo;
	struct ui_recall recall;	/* lines of the command line */
	const struct bt_loads *loads;	/* NULL: those of the program */
	struct ui_asked asked;
	struct ui_kbench kbench;
	struct ui_demo demo;
	unsigned marks;
	bool start_agreed;	/* asked once per session */
	bool quit;
	bool redraw;		/* the terminal is to be repainted from nothing */
	struct ui_setup setup;
	bool colours;		/* the terminal has some */
	unsigned steps;		/* samples still to come before the next key (:step) */
	uint64_t sampled_seq;	/* of the frame that there was when the last one was asked for */
};

void ui_app_init(struct ui_app *app, struct bt_session *session, const struct ui_glyphs *glyphs,
		 const char *codeset);
void ui_app_free(struct ui_app *app);

/* After bt_session_step() said that something changed. */
void ui_app_update(struct ui_app *app);
/* What a key does: the overlay's, if there is one, else the key table's. */
void ui_app_key(struct ui_app *app, int key);
/* Rows of the canvas that are the view's, with its footer: all but a demonstration's caption. */
int ui_app_view_rows(const struct ui_app *app);
/* Draws everything into app->canvas. */
void ui_app_draw(struct ui_app *app);

/* One line in the footer, until the next key. */
void ui_app_say(struct ui_app *app, enum ui_role role, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void ui_app_say_error(struct ui_app *app, const struct bt_err *err);

/* ---- app_control.c: everything that changes the load or can be undone ---------------------- */

/* Why nothing can be sent to the antagonist now, by key or command; NULL when it can. */
const char *ui_app_no_control(const struct ui_app *app);
/* The same but for a microbenchmark that runs: what stops it is always possible. */
const char *ui_app_no_source(const struct ui_app *app);
/* Why neither this machine nor a second one can be told to stop; NULL when one can. */
const char *ui_app_no_stop(const struct ui_app *app);
/*
 * A line of a question before a start: what guard and reserve do. Without the module nothing is told of
 * an OOM kill before it comes.
 */
void ui_app_say_guard(const struct ui_app *app, struct ui_question *question,
		      const struct bt_config *config);
/* The config that changes start from: the draft's, else the last one sent, without generation. */
void ui_app_config(const struct ui_app *app, struct bt_config *config);
/*
 * Takes a changed config: into the draft in draft mode; else sends it, after a question where it
 * starts the load for the first time. A refusal is said in the footer too. who: "key", "command".
 */
int ui_app_change(struct ui_app *app, const struct bt_config *config, const char *who,
		  struct bt_err *err);
/* The same of a named load, all of it at once; its sentences go to the log when it was sent. */
int ui_app_load(struct ui_app *app, const struct bt_load *load, struct bt_err *err);
void ui_app_run(struct ui_app *app, enum bt_run run, const char *who);
int ui_app_stop_now(struct ui_app *app, const char *who, struct bt_err *err);
int ui_app_set_interval(struct ui_app *app, uint64_t interval_ns, struct bt_err *err);
/* Opens the editor that fits the parameter. */
void ui_app_edit(struct ui_app *app, const struct bt_param *param);
/* Takes the change back that is `back` changes old, 0 = the last: of the draft, in draft mode. */
int ui_app_undo(struct ui_app *app, unsigned back, struct bt_err *err);
void ui_app_draft_begin(struct ui_app *app);
/* Sends the draft as one generation; its mode ends when that could be sent. */
int ui_app_draft_apply(struct ui_app *app, const char *who, struct bt_err *err);
void ui_app_draft_discard(struct ui_app *app);
/* What a row of the draft is and means, for panels that have no room for it. */
void ui_app_say_draft(struct ui_app *app, unsigned row);
/* Puts a mark into the event log and so into the graphs; text "" gives it a number only. */
void ui_app_mark(struct ui_app *app, const char *text, const char *who);

/* ---- action_time.c: which instant is shown, and what it is compared with ------------------ */

/* To a clock time, a time ago ("-5m"), or a mark by its text. */
int ui_app_jump(struct ui_app *app, const char *to, struct bt_err *err);
void ui_app_reset(struct ui_app *app);
/* back: of the change in the list of changes, which is a reset; it leaves the list. */
int ui_app_unreset(struct ui_app *app, unsigned back, struct bt_err *err);
/* To the time of an event of the log, also where only a recording still has it. */
void ui_app_go_event(struct ui_app *app, const struct bt_event *event);
/* The time on the screen becomes the baseline. */
int ui_app_baseline(struct ui_app *app, struct bt_err *err);
int ui_app_compare(struct ui_app *app, bool compare, struct bt_err *err);
/* What is shown now, said in the footer. */
void ui_app_say_time(struct ui_app *app);

/* Points of the shown tier that the graphs of the screen have room for. */
unsigned ui_app_window_points(const struct ui_app *app);
/* The events that fit the filter of view 7, to a new file. */
int ui_app_export(struct ui_app *app, const char *path, struct bt_err *err);
void ui_app_snapshot(struct ui_app *app);
/* Begins a recording; path "": beside us, with a name of its own. */
int ui_app_record(struct ui_app *app, const char *path, struct bt_err *err);
/* Opens the source itself, with control. */
int ui_app_takeover(struct ui_app *app, struct bt_err *err);
/* In a replay. */
int ui_app_seek(struct ui_app *app, const char *where, struct bt_err *err);
int ui_app_speed(struct ui_app *app, const char *speed, struct bt_err *err);
void ui_app_step_speed(struct ui_app *app, bool faster);
void ui_app_quit(struct ui_app *app);
void ui_app_measure(struct ui_app *app);

/* ---- app_kbench.c: the microbenchmark of view 8, alone with the machine while it runs -------- */

/* That one runs, in words; NULL: none does. */
const char *ui_app_kbench_runs(const struct ui_app *app);
/*
 * Takes assignments (kbench.h) into the plan and starts it, after the question that a first start of
 * the load asks too. -EBUSY: the load is on, or one runs; the errors of bt_kbench_groups().
 */
int ui_app_kbench_start(struct ui_app *app, const char *assignments, struct bt_err *err);
/* One that runs: what it holds is given back, what it has measured stays. */
int ui_app_kbench_stop(struct ui_app *app, struct bt_err *err);
/* Moves it on, never waits; part of ui_app_update(). */
void ui_app_kbench_step(struct ui_app *app);
/* Own clock: when ui_app_update() is to be called though nothing has come; UINT64_MAX: never. */
uint64_t ui_app_due_ns(const struct ui_app *app);
/* The result to a file; path "": beside us, with a name of its own. */
int ui_app_kbench_save(struct ui_app *app, const char *path, struct bt_err *err);
/* The selected row of the plan: the next benchmark, or a prompt for the rest. */
void ui_app_kbench_edit(struct ui_app *app);

/* ---- against.c: a second machine, which does what the first does ---------------------------- */

/*
 * second stays the caller's, and so does given, its name for the operator; both are used until
 * ui_against_end(), before it is closed. -EINVAL: the two cannot be compared (beside.h).
 */
int ui_against_begin(struct ui_app *app, struct bt_session *second, const char *given,
		     struct bt_err *err);
/* Nothing to do where there is none, as all below. */
void ui_against_end(struct ui_app *app);
/* Readable when it is to be stepped; -1: there is none. */
int ui_against_fd(const struct ui_app *app);
/* bt_session_step() of it; what befell it is told in the log. */
bool ui_against_step(struct ui_app *app);
/* Tells it what the first was told since; part of ui_app_update(). */
void ui_against_follow(struct ui_app *app);
/* Its name, where it can be told what the first is told; else NULL. */
const char *ui_against_follower(const struct ui_app *app);
/* At once, whatever becomes of the first. False: there is none, or it cannot be told. */
bool ui_against_stop(struct ui_app *app, const char *who);
void ui_against_relax(const struct ui_app *app, bool relaxed);
void ui_against_measure(struct ui_app *app, const struct bt_measure_options *options);
/* A sample of each machine, soon; whether it has come from each that can sample. */
void ui_app_kick(struct ui_app *app);
bool ui_app_sampled(const struct ui_app *app);

/* action.c: runs what the key is bound to, or says why it is not possible now. */
void ui_action_run(struct ui_app *app, int key);

#endif
