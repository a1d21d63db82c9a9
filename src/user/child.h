/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of source "user": the process that holds the memory, from its beginning to its end. */
#ifndef BT_USER_CHILD_H
#define BT_USER_CHILD_H

#include <sys/types.h>

#include "user/shared.h"

/* Proves the ways, starts a worker on each CPU that is allowed, and watches them. */
void bt_user_child(struct bt_user_shared *shared, void *board, const struct bt_machine *machine,
		   pid_t parent) __attribute__((noreturn));

#endif
