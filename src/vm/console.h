/* SPDX-License-Identifier: GPL-2.0 */
/* The kept console logs of guests. */
#ifndef BT_CONSOLE_H
#define BT_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

/*
 * A new log (name "console-UTC-PID.log") in dir; those beyond the newest BT_CONSOLE_KEPT are
 * removed. Returns an append-only descriptor, path (PATH_MAX) is where.
 */
#define BT_CONSOLE_KEPT 20
int bt_console_create(const char *dir, char *path, struct bt_err *err);
/*
 * What the log says of an end: the line of a kernel panic, behind that of what it panicked over ("; " between
 * them) where there is one, else the last line of the log, "" when it is empty.
 * True for a panic.
 */
bool bt_console_reason(const char *path, char *text, size_t size);

#endif
