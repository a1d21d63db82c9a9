/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does a plan on a session: for each repetition of each run the first probe on the idle machine, then
 * the load until it is steady, the load alone, the second probe under load, and everything given
 * back. Times are those of the frames, so that a simulated machine with its own clock works the same.
 * One thread, the session's.
 */
#ifndef BT_BENCH_H
#define BT_BENCH_H

#include "bench/result.h"
#include "session/session.h"

struct bt_bench_progress {
	const struct bt_result_run *run;
	const struct bt_result_repetition *repetition;
	unsigned position, total;	/* of all repetitions, from 1 */
	enum bt_phase phase;
	bool between;			/* giving back, resting: in no phase */
	uint64_t elapsed_ns;		/* of this call */
	uint64_t left_ns;		/* an estimate; BT_UNKNOWN before there is a ground for one */
	const struct bt_point *point;	/* of the last interval; NULL: none yet */
	const struct bt_measure *measure; /* of a probe that runs, else NULL */
};

struct bt_bench_options {
	struct bt_session *session;
	const struct bt_plan *plan;
	struct bt_result *result;	/* of that plan; complete repetitions in it are not done again */
	uint64_t timeout_ns;		/* of everything; UINT64_MAX = none */
	int stop_fd;			/* ends it when it becomes readable; -1 = none */
	/* Now and then, at least twice a second; may be NULL. */
	void (*progress)(void *context, const struct bt_bench_progress *progress);
	/* After each repetition, complete or not: to save the result. An error ends it all. */
	int (*save)(void *context, const struct bt_bench_progress *progress, struct bt_err *err);
	void *context;
};

/*
 * 0: all of the plan is in the result. -EINTR: stopped, -ETIME: timeout; then the result is marked
 * partial and holds what there is, also of the repetition that was under way. Another error: the
 * machine can do none of the runs (nothing was begun), the source was lost (what there is, is in
 * the result). The load is stopped in any case; on an error a probe may still run until the session
 * is closed. Runs that the machine cannot do are left out, which the result says of each.
 */
int bt_bench_run(const struct bt_bench_options *options, struct bt_err *err);

/* Whether the machine can do any run of the plan; the error is that of the first one. */
int bt_bench_check(const struct bt_plan *plan, const struct bt_machine *machine,
		   const struct bt_frame *frame, struct bt_err *err);

/* Drops what was not finished, for a run that resumes. Returns how many repetitions are there. */
unsigned bt_bench_resume(struct bt_result *result);
/* All of it is done, but for what the machine cannot do. */
bool bt_bench_is_done(const struct bt_result *result);

#endif
