/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How broken up free memory is, from the free blocks of each order. The two indices are those that
 * Linux shows for each zone in debugfs, extfrag/unusable_index and extfrag/extfrag_index
 * (mm/vmstat.c: unusable_free_index() and __fragmentation_index(); the first is defined in Gorman
 * and Whitcroft, "The What, The Why and the Where To of Anti-Fragmentation", Ottawa Linux Symposium
 * 2006), with the kernel's integer arithmetic, in thousandths:
 *
 *	pages      = sum of count[i] * 2^i over all orders i
 *	blocks     = sum of count[i] over all orders i
 *	suitable_k = sum of count[i] * 2^(i - k) over the orders i >= k
 *
 *	unusable_k = 1000 * (pages - suitable_k * 2^k) / pages, 1000 where nothing is free
 *	index_k    = -1000 where suitable_k > 0: a request of order k would succeed, else
 *	             1000 - (1000 + 1000 * pages / 2^k) / blocks
 *
 * Watermarks, migrate types and per-CPU lists play no part in either.
 */
#ifndef BT_FRAGMENT_H
#define BT_FRAGMENT_H

#include "frame/frame.h"

/* Free blocks of a zone, or of several together. */
struct bt_blocks {
	uint64_t count[BT_MAX_ORDERS];
	unsigned orders;	/* those that are known, from order 0; 0 = nothing is known */
};

#define BT_INDEX_SUCCESS (-1000)	/* fragmentation index of a request that would succeed */
#define BT_INDEX_UNKNOWN INT32_MIN

/* Adds the free blocks of one more zone, as a frame or as a point of the history has them. */
void bt_blocks_add(struct bt_blocks *blocks, const uint64_t free_blocks[BT_MAX_ORDERS]);
void bt_blocks_add_narrow(struct bt_blocks *blocks, const uint32_t free_blocks[BT_MAX_ORDERS]);

uint64_t bt_blocks_pages(const struct bt_blocks *blocks);
/* Blocks of this order that could be handed out, larger ones split. */
uint64_t bt_blocks_suitable(const struct bt_blocks *blocks, unsigned order);
/* The largest order of which a block is free, and how many; -1 when nothing is free or known. */
int bt_blocks_largest(const struct bt_blocks *blocks, uint64_t *count);

/* Thousandths; BT_INDEX_UNKNOWN for an order that is not known. */
int bt_unusable_index(const struct bt_blocks *blocks, unsigned order);
int bt_fragmentation_index(const struct bt_blocks *blocks, unsigned order);

#endif
