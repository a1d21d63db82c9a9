// SPDX-License-Identifier: GPL-2.0
#include "work/pool.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
}

static void kill_and_reap(pid_t pid)
{
	kill(-pid, SIGKILL);	/* ESRCH: it leads no group */
	kill(pid, SIGKILL);
	reap(pid, NULL);
}

int bt_pool_watch(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

int bt_pool_add(struct bt_pool *pool, pid_t pid, unsigned number, struct bt_err *err)
{
	int fd = bt_pool_watch(pid);

	if (fd < 0) {
		kill_and_reap(pid);
		return bt_err_set(err, -fd, "pidfd_open: %s", strerror(-fd));
	}
	pool->fds[pool->running] = (struct pollfd){ .fd = fd, .events = POLLIN };
	pool->children[pool->running++] = (struct bt_pool_child){ .pid = pid, .number = number,
								  .start_ns = bt_mono_ns() };
	return 0;
}

static void take_out(struct bt_pool *pool, unsigned index)
{
	close(pool->fds[index].fd);
	pool->running--;
	pool->fds[index] = pool->fds[pool->running];
	pool->children[index] = pool->children[pool->running];
}

int bt_pool_wait(struct bt_pool *pool, int stop_fd, struct bt_pool_child *ended, int *status)
{
	struct pollfd *stop = &pool->fds[pool->running];

	*stop = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
	while (poll(pool->fds, pool->running + 1, -1) < 0 && errno == EINTR)
		;
	if (stop->revents)
		return -EINTR;
	for (unsigned i = 0; i < pool->running; i++) {
		if (!pool->fds[i].revents)
			continue;
		*ended = pool->children[i];
		reap(ended->pid, status);
		take_out(pool, i);
		return 0;
	}
	return -EINTR;
}

void bt_pool_kill(struct bt_pool *pool)
{
	while (pool->running) {
		kill_and_reap(pool->children[0].pid);
		take_out(pool, 0);
	}
}
