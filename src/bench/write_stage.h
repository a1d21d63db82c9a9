/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of bench/write: the threads of one iteration. */
#ifndef BT_WRITE_STAGE_H
#define BT_WRITE_STAGE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "bench/write.h"

struct bt_write_worker {
	/* Written while others are busy: a line of the cache of its own. */
	_Alignas(128) atomic_uint_fast64_t touched;	/* pages, of the fault phase */
	struct bt_write_stage *stage;
	struct bt_write_thread *out;
	uint64_t first;			/* page of its share */
	pthread_t thread;
	int error;			/* of madvise() */
};

struct bt_write_stage {
	const struct bt_write_plan *plan;
	char *at;			/* the mapping */
	const uint32_t *order;		/* which page is touched n-th; NULL: the n-th */
	unsigned count;			/* 0: there was no thread for one of them */
	unsigned begun;			/* phases */
	struct bt_write_worker *workers;
	pthread_barrier_t barrier;	/* of the workers and whoever directs them */
	sem_t all_there;
	atomic_bool stop;		/* touch no more; whoever is in a phase still ends it */
	bool over;			/* no phase comes any more; set before the barrier alone */
	atomic_uint busy;		/* workers that the phase has not done with */
	int idle_fd;			/* eventfd: the last of them is through */
};

/*
 * Starts the threads of a run, each bound to its CPU; none of them does anything before
 * bt_write_stage_phase(). An error names the call; nothing is left then.
 */
int bt_write_stage_open(struct bt_write_stage *stage, const struct bt_write_plan *plan,
			char *at, const uint32_t *order, struct bt_write_iteration *iteration,
			unsigned count, struct bt_err *err);
/* Lets all begin with fault or drop, each of which is done once, in this order. */
void bt_write_stage_begin(struct bt_write_stage *stage);
/* Pages touched so far. */
uint64_t bt_write_stage_touched(const struct bt_write_stage *stage);
/* The first error of a thread. */
int bt_write_stage_failed(const struct bt_write_stage *stage, struct bt_err *err);
/* Waits for the threads; phases that were not begun are skipped. */
void bt_write_stage_close(struct bt_write_stage *stage);

#endif
