/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of source "user": a thread that does on one CPU what the module's worker does on it. */
#ifndef BT_USER_WORKER_H
#define BT_USER_WORKER_H

#include "kmod/pattern.h"
#include "kmod/ring.h"
#include "user/account.h"
#include "user/board.h"
#include "user/shared.h"

struct bt_user_worker {
	struct bt_user_shared *shared;
	const struct bt_machine *machine;
	unsigned cpu;
	struct bt_board_cpu board;

	/* Inside. Of the job adopted: */
	uint32_t heard;			/* the bell */
	uint64_t generation;
	struct bt_config config;	/* run as it is for this CPU now */
	struct ant_band band;
	enum ant_phase phase;
	uint64_t unit_pages;		/* of one call, at least a block */
	uint64_t interval_ns;		/* pace; 0: flat out */
	uint64_t room_pages;		/* where a limit of the way was met; BT_UNKNOWN: at none */
	uint64_t room_until_ns;		/* then it is tried again */

	const struct bt_way *way;	/* open, or NULL */
	void *state;
	struct bt_account account;
	long switches;			/* involuntary ones so far */
	uint32_t left[BT_OP_COUNT];	/* to the next operation that is sampled, that one included */

	struct ant_ring *ring;		/* of units */
	uint64_t held_pages;
	__u64 random;

	uint64_t resume_ns, due_ns, backoff_ns;
};

#define BT_USER_SET(w, member, value) \
	bt_board_set(&(w)->board.stats->member, value)
#define BT_USER_ADD(w, member, count) \
	bt_board_add(&(w)->board.stats->member, count)

/* Never returns: the process ends. For pthread_create(). */
void *bt_user_worker_run(void *worker);

/* op.c: the operations, and their accounts. */
enum bt_user_got { BT_USER_GOT, BT_USER_FAILED, BT_USER_FULL };
/* One call; up to high pages held. FULL: a limit of the way's own. */
enum bt_user_got bt_user_grow(struct bt_user_worker *worker, uint64_t high, uint64_t *now_ns);
/* One unit by free order; there is one. */
void bt_user_shrink(struct bt_user_worker *worker, uint64_t *now_ns);

#endif
