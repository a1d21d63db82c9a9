/* SPDX-License-Identifier: GPL-2.0 */
/* How much of the last half second tasks were stalled for memory, by the kernel's own account. */
#ifndef BT_PRESSURE_H
#define BT_PRESSURE_H

#include <stdint.h>

#include "core/err.h"

#define BT_PRESSURE_PATH "/proc/pressure/memory"
#define BT_PRESSURE_TICK_NS 50000000ull
#define BT_PRESSURE_WINDOW_NS 500000000ull
#define BT_PRESSURE_SAMPLES (BT_PRESSURE_WINDOW_NS / BT_PRESSURE_TICK_NS + 2)

/* The readings of a window and the one before it; zeroed = none yet. */
struct bt_pressure {
	struct {
		uint64_t at_ns, stalled_us;
	} sample[BT_PRESSURE_SAMPLES];	/* oldest first */
	unsigned count;
};

/*
 * Opens path, which is BT_PRESSURE_PATH but for tests, and reads it once. The descriptor, or
 * -EOPNOTSUPP: the kernel keeps no account of stalls, and what to do.
 */
int bt_pressure_open(const char *path, struct bt_err *err);
/* Time that some task was stalled since boot ("some ... total="). -EIO: not to be had. */
int bt_pressure_read(int fd, uint64_t *stalled_us);
/*
 * Takes a reading and returns what percentage of the window before it was stalled: the growth of
 * stalled_us since the newest reading that is a window old, over the time since then. While there
 * is none so old, the growth since the first one over a whole window. Readings come at least
 * BT_PRESSURE_TICK_NS apart.
 */
unsigned bt_pressure_percent(struct bt_pressure *pressure, uint64_t now_ns, uint64_t stalled_us);

#endif
