/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What views read: the session's data as of the last step, or as of the moment the picture was
 * frozen. Nothing here samples; ui_feed_update() only takes what the session already has.
 */
#ifndef UI_MODEL_H
#define UI_MODEL_H

#include "session/session.h"

struct ui_draft;

struct ui_model {
	/* The event log and the clock of the machine; NULL in tests without a session. */
	const struct bt_session *session;
	const struct bt_machine *machine;
	const struct bt_frame *frame;		/* NULL before the first one */
	const struct bt_interval *interval;	/* NULL before the second one */
	const struct bt_history *history;
	unsigned history_skip;			/* newest points that a frozen picture leaves out */
	const struct bt_config *wanted;		/* last sent; frame->config follows */
	const struct ui_draft *draft;		/* what is proposed instead; NULL in tests */
	const char *no_control;
	struct bt_session_status status;
	struct bt_measure measure;
	struct ant_limits limits;
	uint64_t low_bytes;			/* least MemAvailable since the start, BT_UNKNOWN */
	struct bt_units units;			/* of sizes and latencies on the screen */
	double own_cpu_ratio;			/* of one CPU; NaN: not known, or time is stepped */
	bool frozen;
	uint64_t behind_ns, behind_points;	/* of a frozen picture */
	uint64_t lost_for_ns;			/* status.state BT_SESSION_LOST */
};

/* The owner of a model: takes from a session, keeps copies while frozen. */
struct ui_feed;

struct ui_feed *ui_feed_create(struct bt_session *session);
void ui_feed_free(struct ui_feed *feed);
/* After bt_session_step(). The model stays valid until the next step. */
void ui_feed_update(struct ui_feed *feed);
const struct ui_model *ui_feed_model(const struct ui_feed *feed);
/* The draft that panels show; it is the caller's. */
void ui_feed_show_draft(struct ui_feed *feed, const struct ui_draft *draft);
void ui_feed_freeze(struct ui_feed *feed, bool freeze);
void ui_feed_set_units(struct ui_feed *feed, const struct bt_units *units);

/* Point of the shown history, age 0 = newest shown; NULL beyond the oldest. */
const struct bt_point *ui_model_point(const struct ui_model *model, unsigned age);
/*
 * The last `want` values of the history, oldest first, into values; returns how many there are.
 * Gaps become UI_GAP (chart.h), unknown numbers NaN.
 */
typedef double (*ui_value_fn)(const struct bt_point *point);
unsigned ui_model_series(const struct ui_model *model, ui_value_fn value, double *values,
			 unsigned want);
/*
 * What the workers were told last; NULL where there is no module, or one that was never told
 * anything: its config is all zero, which no published one is.
 */
const struct bt_config *ui_model_applied(const struct ui_model *model);
/* Blocks are being allocated, or are held: leaving would change something. */
bool ui_model_loaded(const struct ui_model *model);

#endif
