/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sampler: one thread that owns reading and the clock. It fills preallocated frames at absolute
 * monotonic deadlines, hands them over through a ring and pokes an eventfd. When the source is lost
 * it closes it and opens it again with back-off, so that nobody else waits for that.
 *
 * All functions belong to the one thread that opened the sampler. Publishing, keep-alive and
 * measuring go to the source directly and never wait for a read.
 */
#ifndef BT_SAMPLER_H
#define BT_SAMPLER_H

#include <sched.h>

#include "source/source.h"

struct bt_sampler;

#define BT_SAMPLER_SPARE 4u

enum bt_sampler_phase {
	BT_SAMPLER_LIVE,
	BT_SAMPLER_SILENT,	/* the source is there but has not answered for a while */
	BT_SAMPLER_LOST,	/* closed; will be opened again */
	BT_SAMPLER_REOPENED,	/* open again, waits for bt_sampler_adopt() */
	BT_SAMPLER_ENDED,	/* a recording is over */
};

struct bt_sampler_status {
	enum bt_sampler_phase phase;
	struct bt_err error;		/* SILENT, LOST: why */
	uint64_t since_ns;		/* own clock: begin of the phase (SILENT: last answer) */
	unsigned retries;
	uint64_t late_samples;		/* deadlines missed */
	uint64_t lost_samples;		/* read, but nobody took the ones before */
};

/* Opens the source, waiting for it, and makes the frames. What options point to must stay. */
int bt_sampler_open(struct bt_sampler **sampler, const struct bt_source_ops *ops,
		    const struct bt_source_options *options, struct bt_machine *machine,
		    struct bt_err *err);
/* Starts the thread. interval_ns 0: samples only on request. */
int bt_sampler_start(struct bt_sampler *sampler, uint64_t interval_ns, struct bt_err *err);
/* Stops the thread and closes the source, which drains. NULL is fine. */
void bt_sampler_close(struct bt_sampler *sampler);

/* Readable when there may be frames or another phase; bt_sampler_clear() unsets it. */
int bt_sampler_fd(const struct bt_sampler *sampler);
void bt_sampler_clear(struct bt_sampler *sampler);
/* Sets it: frames are left. */
void bt_sampler_poke(const struct bt_sampler *sampler);
/* Opens another source, or the same again, in place of the one there is: then REOPENED. */
void bt_sampler_switch(struct bt_sampler *sampler, const struct bt_source_ops *ops,
		       const struct bt_source_options *options);
/* Of the source that is adopted. */
const struct bt_source_ops *bt_sampler_ops(const struct bt_sampler *sampler);
/* Of the session attached to, also when it is gone; false: the source is our own. */
bool bt_sampler_peer(struct bt_sampler *sampler, struct bt_peer *peer);
/* Program of the last session attached to; 0: none was. */
uint64_t bt_sampler_last_peer(const struct bt_sampler *sampler);
/* Exchanges *frame for the oldest frame that is ready; false when there is none. */
bool bt_sampler_take(struct bt_sampler *sampler, struct bt_frame **frame);
void bt_sampler_status(struct bt_sampler *sampler, struct bt_sampler_status *status);
/* REOPENED: gives the machine as it is now and lets the sampler go on with frames made for it. */
void bt_sampler_adopt(struct bt_sampler *sampler, struct bt_machine *machine);

void bt_sampler_set_interval(struct bt_sampler *sampler, uint64_t interval_ns);
/* No samples but requested ones. */
void bt_sampler_pause(struct bt_sampler *sampler, bool pause);
/* BT_WANT_*: what the frames read from now on are to hold besides. */
void bt_sampler_want(struct bt_sampler *sampler, unsigned want);
/*
 * Nobody looks closely: the descriptor becomes readable once a second at most, or when no more than
 * BT_SAMPLER_SPARE frames could wait. What was requested, and another phase, is told at once.
 */
void bt_sampler_relax(struct bt_sampler *sampler, bool relaxed);
/*
 * One more sample soon, out of turn if extra; when lost and on demand: tries again now, and the
 * sample follows if that succeeds.
 */
void bt_sampler_request(struct bt_sampler *sampler, bool extra);
void bt_sampler_set_cpus(struct bt_sampler *sampler, const cpu_set_t *cpus, size_t size);

/* To the source; -ENOTCONN while it is lost, -EOPNOTSUPP when the kind cannot. */
int bt_sampler_publish(struct bt_sampler *sampler, const struct bt_config *config, uint64_t token,
		       struct bt_err *err);
int bt_sampler_keepalive(struct bt_sampler *sampler);
int bt_sampler_measure(struct bt_sampler *sampler, const struct bt_measure_options *options,
		       struct bt_err *err);
void bt_sampler_measured(struct bt_sampler *sampler, struct bt_measure *measure);

/* A recording, else NULL; what is done to it takes effect at once. */
const struct bt_replay_ops *bt_sampler_replay(const struct bt_sampler *sampler);
void bt_sampler_seek(struct bt_sampler *sampler, uint64_t at_ns);
void bt_sampler_stop_seek(struct bt_sampler *sampler);
void bt_sampler_set_speed(struct bt_sampler *sampler, double speed);
void bt_sampler_replay_status(struct bt_sampler *sampler, struct bt_replay_status *status);
bool bt_sampler_mark(struct bt_sampler *sampler, size_t index, uint64_t *at_ns,
		     struct bt_event *event);
bool bt_sampler_place(struct bt_sampler *sampler, const struct bt_event *event, uint64_t *at_ns);
/* The event of a number of a source that keeps the log; false: not kept. */
bool bt_sampler_event(struct bt_sampler *sampler, uint64_t number, struct bt_event *event);
/* Why the source cannot be controlled, into text; false when it can. */
bool bt_sampler_no_control(struct bt_sampler *sampler, char *text, size_t size);

#endif
