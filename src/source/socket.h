/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a running session listens, for both ends: in $XDG_RUNTIME_DIR/buddytop; where that is not
 * set, root in /run/buddytop and others in /tmp/buddytop-UID.
 */
#ifndef BT_SOCKET_H
#define BT_SOCKET_H

#include <stddef.h>
#include <sys/un.h>

#include "core/err.h"

#define BT_SOCKET_PATH 108

int bt_socket_path(char *path, size_t size, struct bt_err *err);
/* Nobody else may have made the socket's directory or be able to write in it: -EPERM. */
int bt_socket_check_directory(const char *socket_path, struct bt_err *err);
struct sockaddr_un bt_socket_address(const char *path);
/* A connected stream to this user's session; -ENOTCONN when none runs. */
int bt_socket_connect(struct bt_err *err);
int bt_socket_connect_to(const char *path, struct bt_err *err);

#endif
