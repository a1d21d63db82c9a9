/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_LEAVE_H
#define BT_LEAVE_H

#include <sys/types.h>

/*
 * First of all in a child that takes memory: it dies with its parent (the thread that made it), is
 * the first whom the OOM killer takes, has none of the parent's files, handlers and blocked signals,
 * and is called name. It is a process group of its own, so that the terminal's keys do not reach it:
 * ^Z would stop whoever watches what is held, and ^C is for the parent to answer. Exits where that
 * cannot be had: BT_EXIT_FAILED when the parent has gone already, BT_EXIT_IMPOSSIBLE without a say in
 * the OOM killer's choice.
 */
void bt_leave_parent(pid_t parent, const char *name);

#endif
