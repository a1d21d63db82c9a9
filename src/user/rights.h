/* SPDX-License-Identifier: GPL-2.0 */
/* What this process may do, and what it can give itself. */
#ifndef BT_RIGHTS_H
#define BT_RIGHTS_H

#include <stdbool.h>

#include "core/err.h"

/* capabilities(7), which programs without its library number themselves. */
enum bt_capability {
	BT_CAP_NET_RAW = 13,
	BT_CAP_IPC_LOCK = 14,
	BT_CAP_SYS_ADMIN = 21,
	BT_CAP_SYS_RESOURCE = 24,
};

bool bt_has_capability(enum bt_capability capability);
/*
 * Packet sockets for a process with one thread: nothing where it has the right, else a user and a
 * network namespace of its own. -errno: neither; err has what to do.
 */
int bt_rights_network(struct bt_err *err);
/* As many descriptors as it may have. */
void bt_rights_descriptors(void);

#endif
