/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of buddytop-work: child processes, some at once, each known by a number of the caller's. */
#ifndef BT_WORK_POOL_H
#define BT_WORK_POOL_H

#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/err.h"
#include "work/job.h"

struct bt_pool_child {
	pid_t pid;
	unsigned number;
	uint64_t start_ns;
};

struct bt_pool {
	unsigned running;
	struct bt_pool_child children[BT_WORK_THREADS_MAX];
	struct pollfd fds[BT_WORK_THREADS_MAX + 1];	/* pidfds, and the stop */
};

/* A descriptor that is readable once the child has ended; -errno. */
int bt_pool_watch(pid_t pid);
/* A child that has started; it is killed, and an error told, where it cannot be watched. */
int bt_pool_add(struct bt_pool *pool, pid_t pid, unsigned number, struct bt_err *err);
/*
 * Waits for the end of one, which *ended is then, with waitpid()'s status. -EINTR: stop_fd came
 * first.
 */
int bt_pool_wait(struct bt_pool *pool, int stop_fd, struct bt_pool_child *ended, int *status);
/* SIGKILL to all of them, and to their groups where they lead one; reaps them. */
void bt_pool_kill(struct bt_pool *pool);

#endif
