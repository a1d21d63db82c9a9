/* SPDX-License-Identifier: GPL-2.0 */
/* Loads as a file leaves them, for load.c and load_file.c. */
#ifndef BT_LOAD_LIST_H
#define BT_LOAD_LIST_H

#include "core/arena.h"
#include "core/load.h"

struct bt_loads {
	struct bt_load items[BT_LOADS_MAX];
	unsigned count;
	struct bt_arena *texts;	/* what the file said */
};

#endif
