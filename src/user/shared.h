/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of source "user": what the program that has the source open shares with its child, in which
 * the workers are. The child writes statistics into an area of the module's shape; the parent writes
 * jobs. Nobody ever waits for the other.
 */
#ifndef BT_USER_SHARED_H
#define BT_USER_SHARED_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "frame/frame.h"
#include "user/proof.h"

struct bt_user_job {
	struct bt_config config;	/* as it is done, checked */
	uint32_t way;			/* enum bt_way_number */
};

/* A reader is through with a job long before so many later ones were published. */
#define BT_USER_JOBS 16u

struct bt_user_shared {
	/* Written by the parent. */
	uint32_t ways;				/* that are to be tried */
	struct bt_user_job jobs[BT_USER_JOBS];	/* of generation n: n % BT_USER_JOBS */
	_Atomic uint64_t generation;		/* the last one; 0: none */
	_Atomic uint64_t publish_ns;
	_Atomic uint64_t kept_alive_ns;

	/* Written by the child. */
	sem_t ready;				/* posted when what follows is known */
	struct bt_proof proofs[BT_WAY_COUNT];
	bool sees_stalls;			/* of the machine: its kernel has PSI */
	struct bt_err error;			/* code 0, or why there are no workers */
	_Atomic uint64_t stopped_generation;	/* the guard drains it, and its reason */
	_Atomic uint32_t stop_reason;		/* enum bt_reason */
	_Atomic uint64_t lease_expiries, limit_expiries;
	_Atomic uint64_t limit_pages;		/* that one worker may hold by the guard's leave */
	_Atomic uint64_t guarded_generation;	/* the guard has looked at */
	/* Workers of two generations may have one at once: the lock is theirs, no reader takes it. */
	pthread_mutex_t trouble_lock;
	_Atomic uint64_t trouble_claimed;	/* generation whose trouble is being written */
	_Atomic uint64_t trouble_generation;	/* and whose is there */
	char trouble[BT_TROUBLE_TEXT];
	_Atomic uint64_t blind_generation;	/* one whose fall-backs cannot all be seen */
	/* Of the child alone, under the lock. */
	pthread_mutex_t vmalloc_lock;
	uint64_t vmalloc_bytes;			/* VmallocUsed, without what counts as a fall-back */
	uint32_t calls;				/* of those that may have used it, under way */

	/* Changes with each job and each stop: what workers sleep on. */
	_Atomic uint32_t bell;
};

/* Wakes all that wait, who find a job or a stop. Either side. */
void bt_user_ring(struct bt_user_shared *shared);
/* Wakes them for limit_pages alone. Who was about to wait sleeps on: again while it matters. */
void bt_user_wake(struct bt_user_shared *shared);
/*
 * Why a worker cannot do all of a job. The first of a generation is kept, and of an older one than
 * was told nothing.
 */
void bt_user_tell(struct bt_user_shared *shared, uint64_t generation, const char *text);
/* That of generation; "": there is none. */
void bt_user_told(const struct bt_user_shared *shared, uint64_t generation,
		  char text[BT_TROUBLE_TEXT]);
/* Until the bell is not `heard` any more, or so long, or woken; BT_UNKNOWN: no limit. */
void bt_user_wait(struct bt_user_shared *shared, uint32_t heard, uint64_t limit_ns);
/* The newest job; false: none yet. A copy, as it may be overtaken. */
bool bt_user_newest(const struct bt_user_shared *shared, struct bt_user_job *job,
		    uint64_t *generation);

#endif
