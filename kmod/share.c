// SPDX-License-Identifier: GPL-2.0
/* What a configuration makes of memory, in pages. Pure: also built into user space. */
#include "config.h"

__u64 ant_weights_sum(const struct bt_config *config)
{
	__u64 sum = 0;
	__u32 i;

	for (i = 0; i < BT_ORDER_COUNT; i++)
		sum += config->order_weights[i];
	return sum;
}

__u64 ant_ring_bytes(__u64 pages, __u32 page_bytes)
{
	if (!pages)
		return 0;
	return (sizeof(struct ant_ring) + pages * sizeof(__u64) + page_bytes - 1) / page_bytes *
	       page_bytes;
}

__u64 ant_share_pages(__u64 max_held_bytes, __u32 cpus, __u32 page_bytes)
{
	__u64 bytes = cpus ? max_held_bytes / cpus : 0;
	__u64 pages = bytes / (page_bytes + sizeof(__u64));

	/* The ring takes whole pages. */
	while (pages && pages * page_bytes + ant_ring_bytes(pages, page_bytes) > bytes)
		pages--;
	return pages;
}

__u64 ant_unit_pages(const struct bt_config *config)
{
	return config->bulk_pages ? config->bulk_pages : 1ull << config->order;
}

__u64 ant_burst_pages(const struct bt_config *config)
{
	__u64 sum = ant_weights_sum(config), pages = 0, unit = ant_unit_pages(config);
	__u32 i;

	for (i = 0; i < BT_ORDER_COUNT; i++)
		pages += (__u64)config->order_weights[i] << i;
	pages = sum ? config->batch_blocks * pages / sum :
		      (__u64)config->batch_blocks << config->order;
	return pages > unit ? pages : unit;
}

__u64 ant_least_pages(const struct bt_config *config)
{
	return ant_unit_pages(config) + (config->handoff ? 1ull << config->order : 0);
}

__u64 ant_inbox_pages(const struct bt_config *config, __u64 share)
{
	__u64 block = 1ull << config->order, pages = share / 8;

	if (!config->handoff || share < ant_least_pages(config))
		return 0;
	if (pages > share - ant_unit_pages(config))
		pages = share - ant_unit_pages(config);
	return pages > block ? pages : block;
}
