/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of source "user": the process that holds the memory, from its beginning to its end. */
#ifndef BT_USER_CHILD_H
#define BT_USER_CHILD_H

#include <sys/types.h>

#include "user/shared.h"

/*
 * What it does not go below, whatever the config says: the kernel's own reserves are not counted in
 * MemAvailable, and other processes want to live.
 */
#define BT_USER_FLOOR_PERCENT 3u
#define BT_USER_HELD_PERCENT 50u	/* of what is available */
#define BT_USER_STOP_PSI_PERCENT 20u	/* of half a second that some task was stalled */

/* Proves the ways, starts a worker on each CPU that is allowed, and watches them. */
void bt_user_child(struct bt_user_shared *shared, void *board, const struct bt_machine *machine,
		   pid_t parent) __attribute__((noreturn));

#endif
