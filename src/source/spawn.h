/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A shell command whose standard input and output are ours, in a process group of its own. The
 * kernel kills the shell when the thread that started it ends, however it ends: that thread ends it
 * before.
 */
#ifndef BT_SPAWN_H
#define BT_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/err.h"

struct bt_spawn {
	pid_t pid;
	int pid_fd;
	int in, out;		/* its standard output (we read) and input (we write) */
	int err;		/* its standard error, non-blocking */
	char said[160];		/* last line of its standard error */
};

int bt_spawn_start(struct bt_spawn *spawn, const char *command, struct bt_err *err);
/* Reads what it complained about, so that it never blocks on that; keeps the last line in said. */
void bt_spawn_listen(struct bt_spawn *spawn);
/* Shortly after its output has ended: true if it has too, text says how as below. Reaps nothing. */
bool bt_spawn_ended(struct bt_spawn *spawn, char *text, size_t size);
/*
 * Closes its input and output, waits limit_ns for its end, then ends the group by force. text gets
 * "exited with 127: sh: 1: nonsense: not found" or the like.
 */
void bt_spawn_end(struct bt_spawn *spawn, unsigned limit_ms, char *text, size_t size);

#endif
