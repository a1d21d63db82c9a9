/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Child processes that cannot outlive us: a process group of their own, killed by the kernel when
 * the thread that started them ends, however it ends.
 */
#ifndef BT_CHILD_H
#define BT_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/err.h"

#define BT_CHILD_FDS 4u

struct bt_child_spec {
	const char *const *argv;	/* argv[0] is the path; without a slash, looked for in PATH */
	const char *root;		/* its root directory and where it begins; NULL: ours */
	const char *directory;		/* where it begins, as its root has it; NULL: as above */
	int out_fd, err_fd;		/* become stdout and stderr; stdin is /dev/null */
	int fds[BT_CHILD_FDS];		/* kept open under their own numbers */
	unsigned fd_count;
};

/* Returns the pid or -errno (also when the program cannot be executed). */
pid_t bt_child_start(const struct bt_child_spec *spec, struct bt_err *err);
/* True once it has ended; *status is waitpid()'s. */
bool bt_child_ended(pid_t pid, int *status);
/* SIGKILL to the whole group and reaped. */
void bt_child_kill(pid_t pid);
/* "exit 1", "killed by signal 9 (Killed)". */
const char *bt_child_status_text(int status, char *buf, size_t size);

/* Called while something takes long; false = give up. May be NULL. */
struct bt_patience {
	bool (*progress)(void *context, const char *text);
	void *context;
};

/* "text, 3 s"; false when the operator gave up. */
bool bt_patience_ask(const struct bt_patience *patience, const char *text, uint64_t since_ns);

struct bt_child_job {
	const char *const *argv;
	const char *text;	/* what it does, for progress and errors */
	const char *log_path;	/* stderr is appended to it */
	char *output;		/* gets what it prints, but the last newline; NULL: to the log */
	size_t output_size;
	const char *directory;	/* where it begins; NULL: here */
	int keep_fd;		/* it and its own children have it open; 0: none */
	/* Who gives up sends SIGTERM first: so long it may take to clean up. */
	uint64_t grace_ns;
};

/* Runs a program to its end. Returns its exit code, or -errno. */
int bt_child_run(const struct bt_child_job *job, const struct bt_patience *patience,
		 struct bt_err *err);

#endif
