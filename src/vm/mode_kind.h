/* SPDX-License-Identifier: GPL-2.0 */
/* The table of modes, for mode.c and mode_file.c. */
#ifndef BT_MODE_KIND_H
#define BT_MODE_KIND_H

#include "vm/mode.h"

/* What a mode needs beyond an unmodified QEMU and kernel. */
enum bt_mode_parts { BT_PARTS_STOCK, BT_PARTS_HUGE, BT_PARTS_LLFREE };

struct bt_mode_device;

struct bt_mode_kind {
	const char *name, *summary;
	const struct bt_mode_device *device;
	enum bt_mode_drive drive;
	enum bt_mode_parts parts;
};

extern const struct bt_mode_kind bt_mode_kinds[];
extern const unsigned bt_mode_kind_count;

#endif
