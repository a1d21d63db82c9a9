/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a running session listens, for both ends: in $XDG_RUNTIME_DIR/buddytop; where that is not
 * set, root in /run/buddytop and others in /tmp/buddytop-UID.
 */
#ifndef BT_SOCKET_H
#define BT_SOCKET_H

#include <stddef.h>

#include "core/err.h"

#define BT_SOCKET_PATH 108

int bt_socket_path(char *path, size_t size, struct bt_err *err);
/* A connected stream to this user's session; -ENOTCONN when none runs. */
int bt_socket_connect(struct bt_err *err);

#endif
