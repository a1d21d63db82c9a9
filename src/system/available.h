/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_AVAILABLE_H
#define BT_AVAILABLE_H

#include <stdint.h>

#include "frame/frame.h"

/*
 * The machine, for a measurement by user space (source "user"), and the bytes that are free for the
 * taking: MemAvailable, the kernel's estimate, or less where cgroups limit us; BT_UNKNOWN where
 * nobody says.
 */
int bt_available_look(struct bt_machine *machine, uint64_t *available_bytes, struct bt_err *err);

#endif
