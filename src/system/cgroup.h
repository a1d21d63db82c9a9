/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A control group (cgroup v2) of its own for a process that is going to run into the OOM killer. In
 * it, a memory limit of the cgroup that we run in, of a session or a service, does not end the
 * process before the machine's memory does; and its memory.events say whether it was this process
 * that the OOM killer ended, where the count of the machine says only that somebody was.
 *
 * It is made as high up as we may: directly below the mount, else below the highest ancestor of our
 * own cgroup that passes the memory controller on and was delegated to us. Of other cgroups one
 * setting is changed, and stays: +memory in cgroup.subtree_control of the mount itself, where it is
 * missing. memory.oom.group stays 0: the threads of the one process in it die together anyway, and
 * with 1 the kernel counts that kill twice (seen on 6.1).
 */
#ifndef BT_CGROUP_H
#define BT_CGROUP_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/err.h"

struct bt_cgroup {
	char path[PATH_MAX];	/* "" = none */
};

/*
 * Makes buddytop-probe-PID and moves process pid, a child that waits, into it; before that, removes
 * those of processes that are gone. root is put before every path ("" but in tests). The kernel may
 * take some ten ms. Fails with cgroup->path "": -EOPNOTSUPP no memory controller of cgroup v2, or
 * what the last place that could be one answered; err says it in a few words.
 */
int bt_cgroup_enter(struct bt_cgroup *cgroup, const char *root, pid_t pid, struct bt_err *err);
/* Processes of it that an OOM killer has ended; BT_UNKNOWN when it does not say. */
uint64_t bt_cgroup_oom_kills(const struct bt_cgroup *cgroup);
/*
 * Once its process was waited for. 0 = it is gone (or there was none); -EBUSY: the kernel is not
 * through with the process, try again.
 */
int bt_cgroup_remove(struct bt_cgroup *cgroup);

/* Our own cgroup and those above it. */
struct bt_cgroup_limits {
	char **directory;	/* ours first */
	unsigned count;		/* 0: no cgroup v2 */
};

/* root as above. To be given to bt_cgroup_limits_forget(). */
void bt_cgroup_limits_find(struct bt_cgroup_limits *limits, const char *root);
void bt_cgroup_limits_forget(struct bt_cgroup_limits *limits);
/*
 * What their memory limits still allow, as they are now, page cache aside, which goes before anybody
 * is killed: the least of memory.max - (memory.current - active_file - inactive_file), and that
 * memory.max. Both BT_UNKNOWN: no limit, or no memory controller of cgroup v2. Where one allows
 * enough_bytes even with its page cache, that is its room: the cache costs the kernel most to tell.
 */
uint64_t bt_cgroup_limits_room(const struct bt_cgroup_limits *limits, uint64_t enough_bytes,
			       uint64_t *of_bytes);
/*
 * memory.pressure of the highest one that has a limit, whether or not it is there: stalls of all
 * that the limit is for, which a large machine's own account has too few of to show. The caller's;
 * NULL: none has one.
 */
char *bt_cgroup_limits_pressure(const struct bt_cgroup_limits *limits);
/* Of bt_cgroup_limits_find(root), the room alone. */
uint64_t bt_cgroup_room_bytes(const char *root);

#endif
