/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In-kernel microbenchmarks, the job of linux-alloc-bench, on the antagonist's own workers. Each phase
 * is a published generation (buddytop.4, "Steps"), and the next one is published when every CPU has
 * said that it ended: the barrier between phases. Whatever comes between (a guard, somebody else's
 * configuration, a CPU that goes offline) ends the run with a flaw; what was measured before it stays.
 *
 * One thread, the session's. Time is the caller's: bt_kbench_step() never waits.
 */
#ifndef BT_KBENCH_H
#define BT_KBENCH_H

#include "frame/freemap.h"
#include "frame/interval.h"
#include "session/session.h"

enum bt_kbench_kind {
	BT_KBENCH_BULK,		/* allocate all, then free all in the same order */
	BT_KBENCH_REPEAT,	/* allocate one and free it, over and over */
	BT_KBENCH_RAND,		/* allocate all, shuffle over all threads, free all */
	BT_KBENCH_FRAG,		/* allocate all, free half at random, then re-allocate a share at random */
	BT_KBENCH_KINDS
};
extern const char *const bt_kbench_name[BT_KBENCH_KINDS];	/* "bulk" */
extern const char *const bt_kbench_help[BT_KBENCH_KINDS];	/* one sentence */

#define BT_KBENCH_GROUPS 64u	/* numbers of threads in one plan */
#define BT_KBENCH_ROWS_MAX 100000u

struct bt_kbench_plan {
	enum bt_kbench_kind kind;
	unsigned iterations;
	uint64_t allocs;	/* blocks a thread; 0 (frag alone): as many as may be held */
	unsigned orders[BT_MAX_ORDERS], order_count;
	unsigned threads[BT_KBENCH_GROUPS], thread_count;
	unsigned percent;	/* frag: re-allocated in an iteration, of what is held */
	/*
	 * Threads run on the CPUs of this node and take its memory alone; -1: on any, by number, with
	 * the memory of their own node first. A node without CPUs: any CPU, its memory.
	 */
	int node;
	__u64 cpus[BT_CPU_WORDS]; /* to choose from; none: all that are online */
	uint64_t seed;
	/*
	 * What else a configuration has: gfp, touch, sample, guard, reserve, lease. What the run itself
	 * decides (run, order, CPUs, node, cap) is not looked at.
	 */
	struct bt_config config;
};

/* bulk of 100 iterations, 4096 blocks, order 0, one thread, 10 %, any node, seed 1, gfp movable. */
void bt_kbench_plan_default(struct bt_kbench_plan *plan, const struct bt_machine *machine);

/* ---- the plan as people write it (kbench_fields.c) ----------------------------------------- */

/* -EINVAL: there is none of this name. */
int bt_kbench_find_kind(const char *name, enum bt_kbench_kind *kind, struct bt_err *err);
/*
 * Another benchmark. Between frag and the others iterations, allocs and threads go to what is usual:
 * frag takes all CPUs that the plan allows and as many blocks as may be held.
 */
void bt_kbench_set_kind(struct bt_kbench_plan *plan, enum bt_kbench_kind kind,
			const struct bt_machine *machine, const struct bt_frame *frame);

struct bt_kbench_field {
	const char *name, *help;
	size_t offset, count_offset;	/* count_offset: of lists */
	uint64_t least, most;		/* of a number; of a list: most numbers in it */
	/* -EINVAL: plan is untouched then; err names the field. */
	int (*set)(const struct bt_kbench_field *field, struct bt_kbench_plan *plan,
		   const char *text, const struct bt_machine *machine, struct bt_err *err);
	/* What set() takes. */
	void (*get)(const struct bt_kbench_field *field, const struct bt_kbench_plan *plan,
		    char *buf, size_t size);
};
/* orders, threads, allocs, iterations, node, percent, seed */
extern const struct bt_kbench_field bt_kbench_fields[];
extern const unsigned bt_kbench_field_count;
/* NULL: there is none of this name. */
const struct bt_kbench_field *bt_kbench_field_find(const char *name);

/*
 * Threads of a phase: each one's time, from its first operation to its last but for what others ran
 * in between, over its operations.
 */
struct bt_kbench_times {
	uint64_t min_ns, avg_ns, max_ns; /* over the threads, whole ns; BT_UNKNOWN: there is none */
	struct bt_latency latency;	/* of single operations, all threads */
};

/* One iteration. */
struct bt_kbench_row {
	unsigned order, threads, iteration;	/* iteration from 0 */
	uint64_t allocs;		/* tried by each thread; frag: re-allocated */
	struct bt_kbench_times get, put; /* repeat: a pair, in both; its latencies are apart */
	uint64_t failures;		/* allocations that gave nothing, all threads */
	uint64_t preempted;		/* operations that are in no latency (buddytop.7) */
	uint64_t preempted_ns;		/* left out of the times, all threads and phases */
	/*
	 * frag, at the end of the iteration, by the free lists of the node (or of all): free pages,
	 * and 2 MiB frames in free blocks of that size or more. BT_UNKNOWN: another benchmark.
	 */
	uint64_t free_pages, free_frames;
};

/* All iterations of one order and number of threads. */
struct bt_kbench_group {
	unsigned order, threads;
	uint64_t allocs;		/* blocks a thread */
	/*
	 * frag: allocations of the fill that gave nothing, all threads, and what a thread then held, on
	 * average: half of it is freed, and shares are of it. BT_UNKNOWN: not filled yet, another benchmark.
	 */
	uint64_t fill_failures, filled;
	__u64 cpus[BT_CPU_WORDS];
	struct bt_hist get, put;
	/*
	 * frag: free pages in every frame of 2 MiB of the whole machine after the last iteration, per-CPU
	 * lists not counted; its state says why where there is none. NULL: it did not come to that.
	 */
	struct bt_frame_freemap *map;
};

struct bt_kbench {
	struct bt_kbench_plan plan;
	struct bt_machine machine;
	int64_t start_utc_ns, end_utc_ns;
	uint64_t clock_pair_ns;		/* contained in each latency; BT_UNKNOWN */
	uint8_t clock;			/* enum bt_clock, BT_CLOCK_COUNT: not told */
	struct bt_kbench_group *groups;
	unsigned group_count;		/* begun */
	struct bt_kbench_row *rows;
	unsigned row_count;
	bool complete;
	char flaw[160];			/* why it is not; "" = complete or under way */
};

struct bt_kbench *bt_kbench_create(void);
void bt_kbench_free(struct bt_kbench *result);
/* NULL is fine. */
struct bt_kbench *bt_kbench_copy(const struct bt_kbench *result);

/*
 * The groups that the plan has on this machine, in the order in which they are done, into groups
 * (NULL: only checked). Returns their number, or -EINVAL: what the plan asks for and the machine has
 * not (CPUs, node, order, more held than the module's parameter max_held_pct allows, in one line).
 */
int bt_kbench_groups(const struct bt_kbench_plan *plan, const struct bt_machine *machine,
		     const struct bt_frame *frame, struct bt_kbench_group *groups, struct bt_err *err);
/* The configuration of a group, drained; each of its steps differs from it in run, step and seed. */
void bt_kbench_config(const struct bt_kbench_plan *plan, const struct bt_kbench_group *group,
		      const struct bt_machine *machine, struct bt_config *config);
/* Pages, and 2 MiB frames, in the free lists of the zones of a node, -1: of all. */
void bt_kbench_free_lists(const struct bt_frame *frame, const struct bt_machine *machine, int node,
			  uint64_t *pages, uint64_t *frames);
/* Blocks that a thread re-allocates in an iteration of frag. */
uint64_t bt_kbench_share(const struct bt_kbench_plan *plan, uint64_t allocs);

/* ---- a run ------------------------------------------------------------------------------- */

struct bt_kbench_run;

/*
 * Begins: publishes the first generation. The session has its first frame and control (-EPERM).
 * -EINVAL as above; the session's own errors.
 */
int bt_kbench_start(struct bt_kbench_run **run, struct bt_session *session,
		    const struct bt_kbench_plan *plan, const char *who, struct bt_err *err);
/*
 * To be called after bt_session_step(), and at bt_kbench_due_ns(): looks at the newest frame, and
 * publishes what comes next. 0: it goes on; 1: it is over, complete or with a flaw, and drained; or
 * the session's error.
 */
int bt_kbench_step(struct bt_kbench_run *run, struct bt_err *err);
/*
 * Own clock (bt_mono_ns()): when to look again though no frame has come. UINT64_MAX: never, also in a
 * session on demand, whose samples are asked for by others.
 */
uint64_t bt_kbench_due_ns(const struct bt_kbench_run *run);
/* BT_WANT_*: what the session's frames have to hold now; the caller joins it with its own. */
unsigned bt_kbench_wants(const struct bt_kbench_run *run);
/* Ends it: `why` becomes the flaw; bt_kbench_step() goes on until all is given back. */
int bt_kbench_stop(struct bt_kbench_run *run, const char *why, struct bt_err *err);
/* What there is so far; valid until the run is freed. */
const struct bt_kbench *bt_kbench_result(const struct bt_kbench_run *run);
/* "./buddytop-kbench-HOST-TIME.json" in dir, which is not there yet. */
int bt_kbench_path(const struct bt_session *session, const char *dir, char *path, size_t size,
		   struct bt_err *err);
/* The load is not stopped: bt_kbench_stop() is for that. NULL is fine. */
void bt_kbench_end(struct bt_kbench_run *run);

struct bt_kbench_progress {
	const struct bt_kbench_group *group;	/* NULL: none yet */
	const char *phase;		/* "get", "put", "pair", "shuffle", "fill", "give back" */
	unsigned iteration, iterations;	/* of the group, from 1; 0 before the first one */
	double phase_ratio;		/* 0..1 of the phase's operations; NaN unknown */
	unsigned done, total;		/* iterations of all groups */
	uint64_t elapsed_ns;
};
void bt_kbench_progress(const struct bt_kbench_run *run, struct bt_kbench_progress *progress);

#endif
