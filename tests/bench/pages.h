/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page rates side by side: the antagonist against a loop of ioctls, findlimit against touching
 * pages. Every comparison runs in rounds, one side right after the other, so that what disturbs one
 * disturbs the other; a ratio is one of the two rates of a round.
 */
#ifndef BENCH_PAGES_H
#define BENCH_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

struct rig;

#define PAGES_ROUNDS_MAX 64u

/* ---- table.c ------------------------------------------------------------------------------ */

/* One figure of each round. */
struct series {
	double values[PAGES_ROUNDS_MAX];
	unsigned count;
};

/* Beyond PAGES_ROUNDS_MAX nothing is added. */
void series_add(struct series *series, double value);
double series_median(const struct series *series);	/* NaN of none */
struct series series_sorted(const struct series *series);
/* The value below which about that share of a sorted series lies; NaN of none. */
double series_at(const struct series *sorted, double share);
/* a / b, round by round. */
struct series series_ratio(const struct series *a, const struct series *b);
/* "312k (250k..350k)": median, least and most; true: each with two decimals instead. */
const char *series_text(const struct series *series, bool decimals, char *buf, unsigned size);

/* ---- calls.c: the loop in C, one ioctl a block ---------------------------------------------- */

struct call_loop;

/*
 * Starts a thread on each online CPU that allocates and frees blocks of one order through
 * TESTCALL_DEVICE_NAME, oldest first, as page_alloc_bench does: up to a number of blocks drawn from
 * middle..2 * middle, down to one of 0..middle, and again. -errno: the device, or a thread.
 */
int call_loop_start(struct call_loop **loop, unsigned order, unsigned middle, struct bt_err *err);
/* Blocks allocated since the start, by all threads. */
uint64_t call_loop_blocks(const struct call_loop *loop);
/*
 * Ends it; all is freed. *blocks: the count at its very end. -errno: an ioctl failed, and the thread
 * had stopped there.
 */
int call_loop_stop(struct call_loop *loop, uint64_t *blocks, struct bt_err *err);

/* ---- pairs.c: workers and a bare loop in the kernel ------------------------------------------ */

/* In rounds, with the table; a FAIL line of rig where something does not work. */
void pairs_compare(struct rig *rig, unsigned cpus);

/* ---- worker.c: a real worker's instructions -------------------------------------------------- */

#define WORKER_PATTERNS 2u

/* Instructions of a pair by pattern and round: of the worker, and of the bare loop of its pattern. */
struct worker_counts {
	struct series worker[WORKER_PATTERNS], bare[WORKER_PATTERNS];
};

/*
 * In a guest of one CPU that counts instructions, beside a loaded module; fd: TESTCALL_DEVICE_NAME.
 * -errno; -EIO: the worker did not do as it was told.
 */
int worker_measure(int fd, unsigned rounds, struct worker_counts *counts);
void worker_print(const struct worker_counts *counts);

/* ---- touch.c: memory of user space ---------------------------------------------------------- */

/*
 * Takes limit_bytes in a process of its own; ns: from its start to the last page. -errno: less than
 * the limit was reached.
 *
 * findlimit: bt_findlimit_start(). touch: page_alloc_bench's way, one mapping, a thread for each
 * CPU, one write and one addition to a counter of all for each page; touch_small: that without huge
 * pages, which findlimit does not use.
 */
int memory_findlimit(uint64_t limit_bytes, uint64_t *ns, struct bt_err *err);
int memory_touch(uint64_t limit_bytes, uint64_t *ns, struct bt_err *err);
int memory_touch_small(uint64_t limit_bytes, uint64_t *ns, struct bt_err *err);

/* Compares them in rounds and prints the table. False: one failed, and why is printed. */
bool memory_compare(uint64_t limit_bytes, unsigned rounds);

#endif
