/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Automatic resizing of a device that has none of its own (virtio-mem): after each look at the
 * guest's free huge pages, one decision. The rule and its numbers are those of hyperalloc-bench's
 * harness (compiling/bench.py), which does the same once a sample: of what is free in whole huge
 * pages nine tenths count; a step is a sixteenth of the guest's most.
 */
#ifndef BT_LAB_CONTROLLER_H
#define BT_LAB_CONTROLLER_H

#include "vm/mode.h"

#define BT_LAB_CONTROLLER_NS BT_NS_PER_S	/* between two decisions */

/*
 * What the guest should have: less than half a step free, two steps more; less than a step, one
 * more; more than two steps, one less; within its bounds. free_huge_bytes: in blocks of order 9 and
 * more.
 */
uint64_t bt_lab_controller_target(const struct bt_mode_size *size, uint64_t actual_bytes,
				  uint64_t free_huge_bytes);

#endif
