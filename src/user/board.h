/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of source "user": the statistics area, in the shape that the module's has (buddytop.4). */
#ifndef BT_USER_BOARD_H
#define BT_USER_BOARD_H

#include "frame/frame.h"

/* Where one CPU's worker writes. */
struct bt_board_cpu {
	struct bt_cpu_stats *stats;
	__u64 *by_order;	/* blocks */
	__u64 *by_node;
	__u64 *hist;		/* [order][op][bucket] */
};

size_t bt_board_bytes(const struct bt_machine *machine);
/* map: zeroed, of so many bytes. */
void bt_board_init(void *map, const struct bt_machine *machine);
struct bt_board_cpu bt_board_cpu(void *map, unsigned cpu);

/* One writer for each word; readers take it as it is. */
static inline void bt_board_set(__u64 *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static inline void bt_board_add(__u64 *word, uint64_t count)
{
	bt_board_set(word, *word + count);
}

#endif
