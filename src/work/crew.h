/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of buddytop-work: threads, each on a CPU of its own, that do one thing and end. */
#ifndef BT_WORK_CREW_H
#define BT_WORK_CREW_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

struct bt_crew_member {
	struct bt_crew *crew;
	unsigned index;
	pthread_t thread;
};

struct bt_crew {
	unsigned count;			/* the caller's: how many, and what each of them does */
	const uint16_t *cpus;
	void (*work)(void *context, unsigned index);
	void *context;
	/* Inside. */
	struct bt_crew_member *members;
	sem_t gate;			/* none begins before all are there */
	bool cancelled;
	atomic_uint busy;
	int idle_fd;			/* eventfd: the last of them is through */
};

/* All of them or none. */
int bt_crew_start(struct bt_crew *crew, struct bt_err *err);
/* Whether all are through, after at most wait_ms (-1: as long as it takes). */
bool bt_crew_wait(const struct bt_crew *crew, int wait_ms);
/* Waits for them, and frees what was made for them. */
void bt_crew_end(struct bt_crew *crew);
/* All three. */
int bt_crew_run(struct bt_crew *crew, struct bt_err *err);

#endif
