/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of source "user": what its guard makes of the numbers it looks at. There is no notifier of
 * the OOM killer for a process: it has to be early by itself. Pure.
 */
#ifndef BT_USER_GUARD_H
#define BT_USER_GUARD_H

#include <stdbool.h>

#include "system/pressure.h"

/*
 * What it does not go below, whatever the config says: the kernel's own reserves are not counted in
 * MemAvailable, and other processes want to live.
 */
#define BT_USER_FLOOR_PERCENT 3u
#define BT_USER_HELD_PERCENT 50u	/* of what would be available without us */
#define BT_USER_STOP_PSI_PERCENT 20u	/* of half a second that some task was stalled */
#define BT_USER_CALM_NS 2000000000ull	/* without so much of it, before it goes on */

struct bt_guard_look {
	uint64_t memory_bytes;		/* of the machine */
	uint64_t available_bytes;	/* MemAvailable; BT_UNKNOWN: nobody says */
	uint64_t reserve_bytes;		/* of the config */
	uint64_t held_bytes;		/* by all workers */
	uint64_t group_bytes;		/* memory limit of the control group that has least left */
	uint64_t group_left_bytes;	/* BT_UNKNOWN: there is none */
	uint64_t nodes_bytes;		/* memory of the nodes that it has to come from; 0: unknown */
	uint64_t nodes_left_bytes;	/* BT_UNKNOWN: any node will do */
};

/*
 * What all workers together may hold: half of what would be available without them, and no more than
 * leaves available the reserve, or BT_USER_FLOOR_PERCENT of memory where that is more. The same by
 * what the control group has, and by what the nodes have that it must come from, both without the
 * reserve, which is the machine's. The least of the three; what is held already where none is known.
 */
uint64_t bt_guard_allowed_bytes(const struct bt_guard_look *look);
/* A control group that has so much left allows what is wanted, unless it is larger than the machine. */
uint64_t bt_guard_enough_bytes(uint64_t wanted_bytes, uint64_t memory_bytes);

/* Zeroed: nothing was read yet. */
struct bt_guard_pressure {
	struct bt_pressure readings;
	uint64_t read_ns;		/* the newest one */
	uint64_t pressed_ns;		/* when there was too much of it last; 0: never */
};

/*
 * Whether to give everything back: some task was stalled for BT_USER_STOP_PSI_PERCENT of a window,
 * now or less than BT_USER_CALM_NS ago. stalled_us as of bt_pressure_read(). May be asked more often
 * than readings are to come.
 */
bool bt_guard_is_pressed(struct bt_guard_pressure *pressure, uint64_t now_ns, uint64_t stalled_us);
/* Nobody looks for a while: what comes then is not to be spread over that time. */
void bt_guard_look_away(struct bt_guard_pressure *pressure);

#endif
