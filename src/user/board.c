// SPDX-License-Identifier: GPL-2.0
#include "user/board.h"

#include "core/util.h"

#define CACHE_LINE 64u
#define CLOCK_TRIES 64u

static uint64_t aligned(uint64_t bytes)
{
	return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

static struct bt_area layout(const struct bt_machine *machine)
{
	struct bt_area a = {
		.magic = BT_AREA_MAGIC,
		.abi_version = BT_ABI_VERSION,
		.header_bytes = sizeof(struct bt_area),
		.cpu_count = machine->cpu_count,
		.node_count = machine->node_count,
		.order_count = machine->max_order + 1,
		.hist_op_count = BT_OP_COUNT,
		.hist_buckets = BT_HIST_BUCKETS,
		.hist_sub_bits = BT_HIST_SUB_BITS,
		.controlled = 1,
		.clock = BT_CLOCK_COUNT,
	};

	a.cpu_offset = aligned(sizeof(struct bt_area));
	a.order_offset = sizeof(struct bt_cpu_stats);
	a.node_offset = a.order_offset + a.order_count * sizeof(uint64_t);
	a.cpu_stride = aligned(a.node_offset + a.node_count * sizeof(uint64_t));
	a.hist_offset = aligned(a.cpu_offset + a.cpu_count * a.cpu_stride);
	a.hist_op_stride = a.hist_buckets * sizeof(uint64_t);
	a.hist_order_stride = a.hist_op_count * a.hist_op_stride;
	a.bulk_hist_offset = a.hist_offset + a.order_count * a.hist_order_stride;
	a.hist_cpu_stride = a.order_count * a.hist_order_stride + a.hist_op_stride;
	a.map_bytes = a.hist_offset + a.cpu_count * a.hist_cpu_stride;
	return a;
}

size_t bt_board_bytes(const struct bt_machine *machine)
{
	return layout(machine).map_bytes;
}

/* Two readings back to back: the smallest of many. */
static uint64_t clock_pair_ns(void)
{
	uint64_t least = BT_UNKNOWN;

	for (unsigned i = 0; i < CLOCK_TRIES; i++) {
		uint64_t start = bt_mono_ns(), ns = bt_mono_ns() - start;

		least = ns < least ? ns : least;
	}
	return least;
}

void bt_board_init(void *map, const struct bt_machine *machine)
{
	struct bt_area *area = map;

	*area = layout(machine);
	area->clock_pair_ns = clock_pair_ns();
	for (unsigned cpu = 0; cpu < machine->cpu_count; cpu++) {
		struct bt_cpu_stats *stats = bt_board_cpu(map, cpu).stats;

		stats->op = BT_OP_NONE;
		stats->cpu_node = stats->mem_node = machine->cpu_node[cpu];
	}
}

struct bt_board_cpu bt_board_cpu(void *map, unsigned cpu)
{
	const struct bt_area *area = map;
	char *block = (char *)map + area->cpu_offset + cpu * area->cpu_stride;

	return (struct bt_board_cpu){
		.stats = (struct bt_cpu_stats *)block,
		.by_order = (__u64 *)(block + area->order_offset),
		.by_node = (__u64 *)(block + area->node_offset),
		.hist = (__u64 *)((char *)map + area->hist_offset +
				     cpu * area->hist_cpu_stride),
	};
}
