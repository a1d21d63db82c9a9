/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What views read: the session's data as of the last step, as of the moment the picture was frozen,
 * or of an instant of the past. Nothing here samples; ui_feed_update() only takes what the session
 * already has.
 */
#ifndef UI_MODEL_H
#define UI_MODEL_H

#include "session/session.h"

struct ui_baseline;
struct ui_beside;
struct ui_tasks;
struct ui_draft;
struct ui_kbench;

struct ui_model {
	/* The event log and the clock of the machine; NULL in tests without a session. */
	const struct bt_session *session;
	const struct bt_machine *machine;
	const struct bt_history *history;

	/* The shown instant, its tails through history; NULL before the first sample. */
	const struct bt_point *point;
	enum bt_tier tier;			/* the time that a point covers */
	unsigned age;				/* of the point in its tier */
	bool past;				/* scrolled back: frame and interval are NULL */
	const struct bt_frame *frame;		/* of the shown instant; NULL: none */
	const struct bt_interval *interval;

	const struct ui_tasks *tasks;		/* how those of frame have changed (tasks.h) */

	/* Always as of now: for the header and all that controls. NULL before the first one. */
	const struct bt_frame *live;
	const struct bt_config *wanted;		/* last sent; live->config follows */
	const struct ui_draft *draft;		/* what is proposed instead; NULL in tests */
	const struct ui_kbench *kbench;		/* always as of now; NULL in tests */
	const char *no_control;
	struct bt_session_status status;
	struct bt_measure measure;
	struct bt_peer peer;			/* who shows this session, who controls it */
	bool is_replay, is_recording;
	struct bt_replay_status replay;		/* is_replay */
	struct bt_recording recording;		/* is_recording, or the last one */
	struct ant_limits limits;

	/* All since the start, or since r: one long point, without tails. NULL: nothing yet. */
	const struct bt_point *since;
	const struct ui_baseline *baseline;	/* NULL: none was taken */
	const struct ui_beside *beside;		/* another machine instead; NULL: there is none */
	bool compare;				/* there is one, and it is to be shown */
	struct bt_units units;			/* of sizes and latencies on the screen */
	double own_cpu_ratio;			/* of one CPU; NaN: not known, or time is stepped */
	bool frozen;
	uint64_t behind_ns, behind_points;	/* of a frozen picture */
	uint64_t lost_for_ns;			/* status.state BT_SESSION_LOST */
};

/* ---- reading ----------------------------------------------------------------------------- */

/* Point of the shown tier, age 0 = the shown instant; NULL beyond the oldest. */
const struct bt_point *ui_model_point(const struct ui_model *model, unsigned age);
/* That function, or ui_model_baseline_point(): whose points a series is made of. */
typedef const struct bt_point *(*ui_point_fn)(const struct ui_model *model, unsigned age);
/*
 * The last `want` values up to the shown instant, oldest first, into values; returns how many there
 * are. Gaps become UI_GAP (chart.h), unknown numbers NaN.
 */
typedef double (*ui_value_fn)(const struct bt_point *point);
unsigned ui_model_series(const struct ui_model *model, ui_value_fn value, double *values,
			 unsigned want);
/* The same of the baseline's window: the ghost line. 0 unless model->compare. */
unsigned ui_model_baseline_series(const struct ui_model *model, ui_value_fn value, double *values,
				  unsigned want);
/* A point of the baseline's window, with tails, age 0 = its newest; NULL as above, or beyond it. */
const struct bt_point *ui_model_baseline_point(const struct ui_model *model, unsigned age);
/* The baseline's window as one point, with tails; NULL unless model->compare. */
const struct bt_point *ui_model_baseline(const struct ui_model *model);
/*
 * Where another machine is compared with, these three are of it: its point at the time of
 * ui_model_point(age), for age 0 also as ui_model_baseline(). One that it knows nothing of is a gap
 * without tails.
 */

/*
 * Source user: the way in which what is compared with is, or was, allocated, where that is another than
 * now, and nothing can be compared; NULL: it is not.
 */
const char *ui_model_other_way(const struct ui_model *model);
/* What that is, in words: "baseline", or the other machine's name; in at most 9 columns. */
const char *ui_model_compared(const struct ui_model *model);
const char *ui_model_compared_label(const struct ui_model *model);

/* There is a module, and the shown instant has its rates; if not: ui_why_unknown() (panel.h). */
bool ui_model_has_rates(const struct ui_model *model);
/*
 * What the workers were told last; NULL where there is no module, or one that was never told
 * anything: its config is all zero, which no published one is.
 */
const struct bt_config *ui_model_applied(const struct ui_model *model);
/* Blocks are being allocated, or are held: leaving would change something. */
bool ui_model_loaded(const struct ui_model *model);

/* ---- the owner of a model: takes from a session, keeps copies while frozen --------------- */

struct ui_feed;

struct ui_feed *ui_feed_create(struct bt_session *session);
void ui_feed_free(struct ui_feed *feed);
/* After bt_session_step(). The model stays valid until the next step. */
void ui_feed_update(struct ui_feed *feed);
const struct ui_model *ui_feed_model(const struct ui_feed *feed);
/* The draft and the microbenchmark that panels show; they are the caller's. */
void ui_feed_show_own(struct ui_feed *feed, const struct ui_draft *draft,
		      const struct ui_kbench *kbench);
/* That machine is compared with from now on; it is the caller's. NULL: none. */
void ui_feed_set_beside(struct ui_feed *feed, struct ui_beside *beside);
void ui_feed_set_units(struct ui_feed *feed, const struct bt_units *units);
void ui_feed_freeze(struct ui_feed *feed, bool freeze);

/*
 * Time. All but the last freeze the picture where they go; they stop at the ends of the history and
 * return false when nothing moved.
 */
bool ui_feed_move(struct ui_feed *feed, int points);	/* of the shown tier; < 0: back */
bool ui_feed_move_sample(struct ui_feed *feed, int samples);	/* shows samples from now on */
bool ui_feed_oldest(struct ui_feed *feed);
/* To the point in which, or after which, this was; in a coarser tier where that is needed. */
bool ui_feed_go(struct ui_feed *feed, uint64_t mono_ns);
/* The history has a point of this time: not only older and newer ones. */
bool ui_feed_holds(const struct ui_feed *feed, uint64_t mono_ns);
/* To the next (by 1) or previous (by -1) point with one of these flags. */
bool ui_feed_move_flag(struct ui_feed *feed, uint32_t flags, int by);
void ui_feed_live(struct ui_feed *feed);
/* The step of time becomes shorter (by -1) or longer (by 1); false: there is none. */
bool ui_feed_move_tier(struct ui_feed *feed, int by);
extern const char *const ui_tier_name[BT_TIER_COUNT];

/*
 * model->since begins now; false: it has only just begun. Taking a reset back (0 = the last one)
 * joins what was before and after it; false: that one is not known any more.
 */
#define UI_RESETS_MAX 32
bool ui_feed_reset(struct ui_feed *feed);
bool ui_feed_unreset(struct ui_feed *feed, unsigned back);

/*
 * The last `points` up to the shown instant become the baseline; false: there are none. Comparing is
 * with another machine where there is one, else with the baseline.
 */
bool ui_feed_take_baseline(struct ui_feed *feed, unsigned points);
void ui_feed_compare(struct ui_feed *feed, bool compare);

#endif
