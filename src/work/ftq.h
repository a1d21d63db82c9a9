/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work done in fixed quanta of time (Sottile, Minnich: Analysis of microbenchmarks for performance
 * tuning of clusters, 2004), own code. Each thread counts small units of work until the end of the
 * quantum, start + (n + 1) * quantum of CLOCK_MONOTONIC, which is looked at after each unit: by the
 * vDSO, from the TSC where the kernel trusts that, and always calibrated. A quantum that a thread
 * slept through has a count of 0. Ten quanta of warm-up are done before the first that counts.
 */
#ifndef BT_WORK_FTQ_H
#define BT_WORK_FTQ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

#define BT_FTQ_WARM_UP 10u

struct bt_ftq_plan {
	uint64_t quantum_ns;
	size_t samples;
	unsigned threads;
	const uint16_t *cpus;
	const atomic_bool *stop;
};

struct bt_ftq_run;

uint64_t bt_ftq_needs_bytes(const struct bt_ftq_plan *plan);
/* Starts the threads; *start_ns is when the first quantum that counts will begin. */
int bt_ftq_open(struct bt_ftq_run **run, const struct bt_ftq_plan *plan, uint64_t *start_ns,
		struct bt_err *err);
/* Whether all threads are through, after at most wait_ms. */
bool bt_ftq_wait(const struct bt_ftq_run *run, int wait_ms);
/* Samples that all threads are through with. */
size_t bt_ftq_done(const struct bt_ftq_run *run);
/* Units of work that a thread did in one of these. */
uint64_t bt_ftq_count(const struct bt_ftq_run *run, size_t sample, unsigned thread);
/* Waits for the threads. */
void bt_ftq_close(struct bt_ftq_run *run);

#endif
