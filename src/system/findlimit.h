/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much memory user space can really get: a child process takes and writes memory from a thread
 * for each CPU, until a limit, until tasks are stalled for memory, until the kernel refuses, or
 * until it is OOM-killed. It offers itself to the OOM killer first (oom_score_adj 1000), holds no
 * descriptor of its parent's, dies with it and gives everything back when it ends. Where that can be
 * had, it is in a cgroup of its own meanwhile (system/cgroup.h). Swap counts as memory. Huge pages
 * are used where the kernel gives them unasked, as any program's are.
 */
#ifndef BT_FINDLIMIT_H
#define BT_FINDLIMIT_H

#include "system/measure.h"

struct bt_findlimit;

/*
 * Starts. The child dies when the calling thread ends. -EINVAL options out of bounds, or a limit of
 * less than a page; -EOPNOTSUPP stop_psi_percent where the kernel has no PSI; -EAGAIN and -ENOMEM
 * no process. A cgroup that cannot be had is no error. Making one may take some ten ms.
 */
int bt_findlimit_start(struct bt_findlimit **run, const struct bt_measure_options *options,
		       struct bt_err *err);
/* The present; never waits. Done or failed only once all memory is back, and the cgroup is gone. */
void bt_findlimit_poll(struct bt_findlimit *run, struct bt_measure *measure);
/*
 * Of one who keeps the last run, NULL as long as there was none: ends it and starts another, -EBUSY
 * while it goes on; what it has come to, BT_MEASURE_NONE without one.
 */
int bt_findlimit_again(struct bt_findlimit **last, const struct bt_measure_options *options,
		       struct bt_err *err);
void bt_findlimit_last(struct bt_findlimit *last, struct bt_measure *measure);
/* Its process, for tests and logs. */
int bt_findlimit_pid(const struct bt_findlimit *run);
/* Ends it if need be and waits until its memory is back. NULL is fine. */
void bt_findlimit_free(struct bt_findlimit *run);

#endif
