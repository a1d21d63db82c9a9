/* SPDX-License-Identifier: GPL-2.0 */
/* Inside findlimit: what parent and child share, a mapping, and the child's whole life. */
#ifndef BT_FINDLIMIT_CHILD_H
#define BT_FINDLIMIT_CHILD_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "system/measure.h"

struct bt_findlimit_shared {
	struct bt_measure_options options;	/* limit and region in whole pages, region not 0 */
	sem_t go;			/* posted when the child may begin */
	_Atomic uint64_t region_bytes;	/* as halved by now */
	_Atomic uint64_t claimed_bytes;	/* by a thread, to be filled */
	_Atomic uint64_t reached_bytes;	/* filled */
	_Atomic uint64_t last_ns;
	_Atomic unsigned threads;
	_Atomic bool populate;		/* the kernel has MADV_POPULATE_WRITE */
	_Atomic int refusal;		/* errno of the mapping or page that the kernel refused */
	_Atomic unsigned stalled_percent; /* not 0: it ended for this pressure */
};

/* Offers itself to the OOM killer, waits for go, takes memory, exits. */
void bt_findlimit_child(struct bt_findlimit_shared *shared, pid_t parent)
	__attribute__((noreturn));

#endif
