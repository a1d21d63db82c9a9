/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of a benchmark run: what its files share. */
#ifndef BT_BENCH_STATE_H
#define BT_BENCH_STATE_H

#include <errno.h>

#include "bench/bench.h"
#include "bench/steady.h"

struct bt_bench {
	const struct bt_bench_options *options;
	struct bt_session *session;
	struct bt_bench_progress progress;
	uint64_t start_ns;		/* own clock */
	uint64_t session_ns;		/* of repetitions done by this call, for the estimate */
	unsigned done;

	/* The repetition under way. */
	const struct bt_plan_run *plan;
	struct bt_result_run *run;
	struct bt_result_repetition *repetition;
	struct bt_frame *first;		/* of the repetition */
	struct bt_frame *begin;		/* of the phase */
	struct bt_frame *last;		/* whose interval was looked at last */
	struct bt_frame *probed;	/* the first one after the probe took its last page */
	bool has_first, has_last, has_probed;
	bool chained;			/* the next phase begins with the frame that ended the last */
	struct bt_interval *interval;	/* between two frames */
	struct bt_interval *whole;	/* of a phase */
	bool in_phase;
	uint64_t seq;			/* of the newest frame seen */
	uint64_t generation;		/* of our config; 0: it is on its way */
	uint64_t token;			/* of what we published last */
	struct bt_config sent;
	bool probing;			/* the probe that runs is ours */
	struct bt_measure measure;	/* of it */
	uint64_t probed_bytes;		/* that it had when it was looked at last */
	bool probe_grew;		/* more than the time before */
	unsigned probes_killed;		/* in this repetition, by the OOM killer */
	struct bt_steady steady;
	bool steady_watched, steady_now;
	uint64_t until_ns;		/* what bt_bench_rest() waits for, clock of the frames */
};

/*
 * One more frame, or half a second without one. -EINTR, also when somebody else stopped the load;
 * -ETIME; BT_ESPOILT: the repetition has a flaw now; or the source's error.
 */
#define BT_ESPOILT EBADE
int bt_bench_tick(struct bt_bench *b, struct bt_err *err);
/* A frame that was read after this call. */
int bt_bench_fresh(struct bt_bench *b, struct bt_err *err);
/*
 * Until reached() holds; -ETIMEDOUT names `what` after limit_ns (own clock; UINT64_MAX: never).
 * Tells of a refusal by the source, too.
 */
int bt_bench_wait(struct bt_bench *b, bool (*reached)(struct bt_bench *b), uint64_t limit_ns,
		  const char *what, struct bt_err *err);
/* So much of the frames' time. */
int bt_bench_rest(struct bt_bench *b, uint64_t ns, struct bt_err *err);

/* phase.c */
int bt_bench_begin(struct bt_bench *b, enum bt_phase phase, struct bt_err *err);
int bt_bench_end(struct bt_bench *b, struct bt_err *err);
/* The phase under way as far as it is known: it was cut short. */
void bt_bench_cut(struct bt_bench *b);
/* A frame of the clock: a sample of the repetition, and the look at the steady state. */
void bt_bench_observe(struct bt_bench *b, const struct bt_frame *frame);
/* What fired, was changed or was killed between the first frame of the repetition and frame. */
void bt_bench_judge(struct bt_bench *b, const struct bt_frame *frame);
/* Those of the repetition, ours among them. */
void bt_bench_count_kills(struct bt_bench *b, const struct bt_frame *frame);
/* A frame while our probe runs: whether it still takes memory. */
void bt_bench_follow_probe(struct bt_bench *b, const struct bt_frame *frame);
/* Noise before it all, and that between the first frame of the repetition and frame. */
void bt_bench_noise_before(struct bt_bench *b, const struct bt_frame *frame);
void bt_bench_noise(struct bt_bench *b, const struct bt_frame *frame);
void bt_bench_flaw(struct bt_bench *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* repetition.c: one repetition of b->plan into b->repetition. */
int bt_bench_repetition(struct bt_bench *b, struct bt_err *err);
/* Stops the load; the error of a source that is lost does not matter any more. */
void bt_bench_stop(struct bt_bench *b);

#endif
