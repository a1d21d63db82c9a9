/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much memory user space can really get: a child process takes and writes memory from a thread
 * for each CPU, until a limit, until the kernel refuses, or until it is OOM-killed. It offers itself
 * to the OOM killer first (oom_score_adj 1000), holds no descriptor, dies with its parent and gives
 * everything back when it ends. Swap counts as memory. Huge pages are not used.
 */
#ifndef BT_FINDLIMIT_H
#define BT_FINDLIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

/* What is known of a measurement; also what a source and the agent protocol tell of it. */
struct bt_measure {
	enum { BT_MEASURE_NONE, BT_MEASURE_RUNNING, BT_MEASURE_DONE, BT_MEASURE_FAILED } state;
	uint64_t reached_bytes, limit_bytes; /* limit BT_UNKNOWN = to the OOM kill */
	uint64_t elapsed_ns;	/* until the last page that it got */
	bool oom_killed;
	char text[128];		/* failure; done below the limit: the kernel's refusal */
};

struct bt_findlimit;

/*
 * Starts. limit_bytes BT_UNKNOWN: no limit; else it is taken in whole pages. The child dies when
 * the calling thread ends. -EINVAL less than a page, -EAGAIN and -ENOMEM no process.
 */
int bt_findlimit_start(struct bt_findlimit **run, uint64_t limit_bytes, struct bt_err *err);
/* The present; never waits. Done or failed only once all memory is back. */
void bt_findlimit_poll(struct bt_findlimit *run, struct bt_measure *measure);
/* Its process, for tests and logs. */
int bt_findlimit_pid(const struct bt_findlimit *run);
/* Ends it if need be and waits until its memory is back. NULL is fine. */
void bt_findlimit_free(struct bt_findlimit *run);

#endif
