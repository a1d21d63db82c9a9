/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory bandwidth by the four kernels of STREAM (McCalpin: Memory bandwidth and machine balance in
 * current high performance computers, 1995), own code. Three arrays of doubles, each thread's share
 * first touched by it; an iteration is every kernel asked for, in order, each between two barriers.
 * Its time is that from the first thread that began to the last that was through.
 *
 * Bytes are counted as STREAM does, 8 for each element read and each written, without what a cache
 * reads before a write. The factor q is not STREAM's 3, by which all four kernels multiply a by 15
 * in each iteration, until it is infinite: sqrt(2) - 1 gives a = q a + q (a + q a) = a.
 */
#ifndef BT_WORK_STREAM_H
#define BT_WORK_STREAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

#define BT_STREAM_Q 0.41421356237309505
#define BT_STREAM_KERNELS_MAX 16u	/* in one iteration */
#define BT_STREAM_THREADS_MAX 256u

enum bt_stream_array { BT_STREAM_A, BT_STREAM_B, BT_STREAM_C, BT_STREAM_ARRAYS };

struct bt_stream_kernel {
	const char *name;
	unsigned element_bytes;		/* moved for each element */
	void (*run)(double *restrict a, double *restrict b, double *restrict c, size_t count);
	/* What it does, for the validation: to = the sum of the arrays, each by its factor. */
	enum bt_stream_array to;
	double factor[BT_STREAM_ARRAYS];
};

/* "copy", "scale", "add", "triad"; NULL: none of them. */
const struct bt_stream_kernel *bt_stream_kernel(const char *name);

struct bt_stream_plan {
	const struct bt_stream_kernel *kernels[BT_STREAM_KERNELS_MAX];
	unsigned kernel_count;
	uint64_t elements;		/* of each array, at least a page for each thread */
	uint64_t iterations;
	unsigned threads;
	const uint16_t *cpus;
	const atomic_bool *stop;	/* looked at after each kernel */
};

struct bt_stream_row {
	uint64_t start_ns, ns;
};

struct bt_stream_run;

/* Bytes that a plan takes for arrays and rows. */
uint64_t bt_stream_needs_bytes(const struct bt_stream_plan *plan);
/* Maps the arrays and has them touched. */
int bt_stream_open(struct bt_stream_run **run, const struct bt_stream_plan *plan,
		   struct bt_err *err);
/* Starts the threads. */
int bt_stream_begin(struct bt_stream_run *run, struct bt_err *err);
/* Whether all are through, after at most wait_ms. */
bool bt_stream_wait(struct bt_stream_run *run, int wait_ms);
/* Rows that are complete: row n is that of kernel n % kernel_count in iteration n / kernel_count. */
size_t bt_stream_rows(const struct bt_stream_run *run, const struct bt_stream_row **rows);
/* Waits for the threads; then whether every element is what it should be, to 1e-8. -EIO. */
int bt_stream_end(struct bt_stream_run *run, struct bt_err *err);
void bt_stream_close(struct bt_stream_run *run);

#endif
