// SPDX-License-Identifier: GPL-2.0
/* The statistics area: one read-only mapping that describes itself. */
#include <linux/cache.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>

#include "ant.h"
#include "compat.h"
#include "hist.h"

static struct bt_area ant_area_layout(void)
{
	struct bt_area a = {
		.magic = BT_AREA_MAGIC,
		.abi_version = BT_ABI_VERSION,
		.header_bytes = sizeof(struct bt_area),
		.cpu_count = nr_cpu_ids,
		.node_count = nr_node_ids,
		.order_count = ANT_MAX_ORDER + 1,
		.hist_op_count = BT_OP_COUNT,
		.hist_buckets = BT_HIST_BUCKETS,
		.hist_sub_bits = BT_HIST_SUB_BITS,
	};

	a.cpu_offset = L1_CACHE_ALIGN(sizeof(struct bt_area));
	a.order_offset = sizeof(struct bt_cpu_stats);
	a.node_offset = a.order_offset + a.order_count * sizeof(u64);
	a.cpu_stride = L1_CACHE_ALIGN(a.node_offset + a.node_count * sizeof(u64));
	a.hist_offset = L1_CACHE_ALIGN(a.cpu_offset + a.cpu_count * a.cpu_stride);
	a.hist_op_stride = a.hist_buckets * sizeof(u64);
	a.hist_order_stride = a.hist_op_count * a.hist_op_stride;
	/* Bulk calls are of one order. */
	a.bulk_hist_offset = a.hist_offset + a.order_count * a.hist_order_stride;
	a.hist_cpu_stride = a.order_count * a.hist_order_stride + a.hist_op_stride;
	a.map_bytes = PAGE_ALIGN(a.hist_offset + a.cpu_count * a.hist_cpu_stride);
	return a;
}

static struct bt_info ant_info(const struct bt_area *area, unsigned int max_held_pct)
{
	return (struct bt_info){
		.size = sizeof(struct bt_info),
		.abi_version = BT_ABI_VERSION,
		.features = (want_init_on_alloc(GFP_KERNEL) ? BT_FEATURE_INIT_ON_ALLOC : 0) |
			    (ANT_TEST_DELAY_NS ? BT_FEATURE_TEST_DELAY : 0) |
			    (ANT_HAS_BULK ? BT_FEATURE_BULK : 0) | BT_FEATURE_MIXED,
		.page_bytes = PAGE_SIZE,
		.max_order = ANT_MAX_ORDER,
		.cpu_count = area->cpu_count,
		.node_count = area->node_count,
		.map_bytes = area->map_bytes,
		.max_held_bytes = (u64)totalram_pages() * PAGE_SIZE / 100 * max_held_pct,
		.max_held_pct = max_held_pct,
	};
}

int ant_stats_init(struct ant_dev *dev, unsigned int max_held_pct)
{
	struct bt_area layout = ant_area_layout();

	if (max_held_pct < 1 || max_held_pct > 95)
		return -EINVAL;
	dev->area = vmalloc_user(layout.map_bytes);
	if (!dev->area)
		return -ENOMEM;
	*dev->area = layout;
	ant_clock_init(dev->area);
	dev->info = ant_info(&layout, max_held_pct);
	dev->config.size = sizeof(dev->config);
	return 0;
}

void ant_stats_exit(struct ant_dev *dev)
{
	vfree(dev->area);
}

void ant_stats_attach(struct ant_dev *dev, struct ant_worker *worker)
{
	const struct bt_area *area = dev->area;
	void *block = (void *)area + area->cpu_offset + worker->cpu * area->cpu_stride;

	worker->stats = block;
	worker->stats->op = BT_OP_NONE;
	worker->by_order = block + area->order_offset;
	worker->by_node = block + area->node_offset;
	worker->hist = (void *)area + area->hist_offset + worker->cpu * area->hist_cpu_stride;
	worker->bulk_hist = (void *)area + area->bulk_hist_offset +
			    worker->cpu * area->hist_cpu_stride;
}
