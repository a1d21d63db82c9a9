// SPDX-License-Identifier: GPL-2.0
#include "frame/fragment.h"

void bt_blocks_add(struct bt_blocks *blocks, const uint64_t free_blocks[BT_MAX_ORDERS])
{
	unsigned orders = bt_known_orders(free_blocks);

	for (unsigned order = 0; order < orders; order++)
		blocks->count[order] += free_blocks[order];
	if (orders > blocks->orders)
		blocks->orders = orders;
}

void bt_blocks_add_narrow(struct bt_blocks *blocks, const uint32_t free_blocks[BT_MAX_ORDERS])
{
	unsigned order = 0;

	for (; order < BT_MAX_ORDERS && free_blocks[order] != UINT32_MAX; order++)
		blocks->count[order] += free_blocks[order];
	if (order > blocks->orders)
		blocks->orders = order;
}

uint64_t bt_blocks_pages(const struct bt_blocks *blocks)
{
	uint64_t pages = 0;

	/* The second bound is for compilers that do not know the first to be as good. */
	for (unsigned order = 0; order < blocks->orders && order < BT_MAX_ORDERS; order++)
		pages += blocks->count[order] << order;
	return pages;
}

uint64_t bt_blocks_suitable(const struct bt_blocks *blocks, unsigned order)
{
	uint64_t suitable = 0;

	for (unsigned from = order; from < blocks->orders; from++)
		suitable += blocks->count[from] << (from - order);
	return suitable;
}

int bt_blocks_largest(const struct bt_blocks *blocks, uint64_t *count)
{
	for (unsigned order = blocks->orders; order-- > 0;) {
		if (blocks->count[order]) {
			*count = blocks->count[order];
			return (int)order;
		}
	}
	*count = 0;
	return -1;
}

int bt_unusable_index(const struct bt_blocks *blocks, unsigned order)
{
	uint64_t pages = bt_blocks_pages(blocks);

	if (order >= blocks->orders)
		return BT_INDEX_UNKNOWN;
	if (!pages)
		return 1000;
	return (int)((pages - (bt_blocks_suitable(blocks, order) << order)) * 1000 / pages);
}

int bt_fragmentation_index(const struct bt_blocks *blocks, unsigned order)
{
	uint64_t pages = bt_blocks_pages(blocks), total = 0;

	if (order >= blocks->orders)
		return BT_INDEX_UNKNOWN;
	for (unsigned i = 0; i < blocks->orders; i++)
		total += blocks->count[i];
	if (!total)
		return 0;
	if (bt_blocks_suitable(blocks, order))
		return BT_INDEX_SUCCESS;
	return 1000 - (int)((1000 + (pages * 1000 >> order)) / total);
}
