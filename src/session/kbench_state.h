/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of a microbenchmark under way: what its files share. */
#ifndef BT_KBENCH_STATE_H
#define BT_KBENCH_STATE_H

#include "session/kbench.h"

/* Blocks of a phase on each CPU. */
enum bt_kbench_amount { AMOUNT_NONE, AMOUNT_ALL, AMOUNT_HALF, AMOUNT_SHARE };

enum { MEASURES_GET = 1, MEASURES_PUT = 2 };

struct bt_kbench_phase {
	const char *name;
	enum bt_step step;	/* BT_STEP_NONE: give everything back */
	enum bt_kbench_amount amount;
	unsigned measures;	/* what the row says of it; none: a preparation */
};

struct bt_kbench_program;

enum bt_kbench_stage {
	STAGE_PREPARE,		/* what was held before the group is given back */
	STAGE_SETUP,
	STAGE_ITERATION,
	STAGE_MAP,		/* frag, after the iterations: all is held, the map is read */
	STAGE_LAST,		/* all is given back, then it is over */
	STAGE_OVER,
};

struct bt_kbench_run {
	struct bt_session *session;
	const char *who;
	struct bt_kbench *result;
	const struct bt_kbench_program *program;
	unsigned groups;		/* in all; result->groups has room for them */
	unsigned group, iteration, index;
	enum bt_kbench_stage stage;
	const struct bt_kbench_phase *phase;	/* under way */
	struct bt_kbench_row row;	/* of the iteration under way */
	struct bt_frame *begin;		/* of the phase */
	bool has_begin;
	struct bt_interval *whole;	/* of a phase */
	uint64_t seq, token, generation; /* generation 0: not accepted yet */
	uint64_t last_generation;	/* of ours */
	uint64_t start_ns, due_ns, poll_ns; /* own clock */
	double phase_ratio;
	uint64_t map_after_ns;		/* clock of the frames: the map shall be read after that */
	uint64_t map_limit_ns;		/* own clock: a source that has none shall not be waited for */
};

struct bt_kbench_group *bt_kbench_group_of(const struct bt_kbench_run *run);
/* Of the phase under way, on each CPU. */
uint64_t bt_kbench_blocks(const struct bt_kbench_run *run);
/* Why it is worthless; the first one is the one to tell of. */
void bt_kbench_flaw(struct bt_kbench_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* All CPUs have given back, with our configuration in force. */
bool bt_kbench_drained(const struct bt_kbench_run *run, const struct bt_frame *frame);
/* All CPUs have ended the step under way; also notes how much of it is done. */
bool bt_kbench_ended(struct bt_kbench_run *run, const struct bt_frame *frame);
/* What makes it worthless; true: there is nothing of ours to stop any more. */
bool bt_kbench_judge(struct bt_kbench_run *run, const struct bt_frame *frame);
/* The phase that ended with this frame, into the row and its group. */
/* The fill of frag is over: what came of it. */
void bt_kbench_filled(struct bt_kbench_run *run, const struct bt_frame *frame);
void bt_kbench_measure(struct bt_kbench_run *run, const struct bt_frame *frame);

#endif
