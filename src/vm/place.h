/* SPDX-License-Identifier: GPL-2.0 */
/* Where the parts of a guest are found, and where what a guest leaves behind is kept. */
#ifndef BT_PLACE_H
#define BT_PLACE_H

#include <limits.h>

#include "core/err.h"

/* Parts that come with the program. */
enum bt_place_part {
	BT_PLACE_INIT,		/* the guest's /init */
	BT_PLACE_AGENT,
	BT_PLACE_WORK,		/* workloads of the lab, in the guest */
	BT_PLACE_FETCH_KERNEL,
	BT_PLACE_KMOD,		/* directory of the module's sources */
	BT_PLACE_PARTS
};

/*
 * Path of a part: what the environment says, else beside the running program (a build tree), else
 * where it is installed. -ENODEV names the places tried.
 */
int bt_place_find(enum bt_place_part part, char path[PATH_MAX], struct bt_err *err);

/* Directories of the user, made when absent: kernels and built modules; console logs. */
int bt_place_cache(const char *name, char path[PATH_MAX], struct bt_err *err);
int bt_place_state(char path[PATH_MAX], struct bt_err *err);
/* Where the user's settings would be; not made. */
int bt_place_config(char path[PATH_MAX], struct bt_err *err);
/* The same of a file in it, "modes.ini". */
int bt_place_config_file(const char *name, char path[PATH_MAX], struct bt_err *err);

/*
 * A new private directory (0700) for sockets and images of a guest; those that dead processes of
 * ours left are removed.
 */
int bt_place_private(char path[PATH_MAX], struct bt_err *err);
/* Removes a directory and the files in it. */
void bt_place_remove(const char *path);

/* A program of PATH (names with a slash are taken as they are). -ENOENT. */
int bt_place_program(const char *name, char path[PATH_MAX]);

#endif
