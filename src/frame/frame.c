// SPDX-License-Identifier: GPL-2.0
#include "frame/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask.h"
#include "frame/freemap.h"

const char *const bt_vmstat_name[BT_VMSTAT_COUNT] = {
#define BT_VMSTAT_TEXT(id, name) [BT_VMSTAT_##id] = name,
	BT_VMSTATS(BT_VMSTAT_TEXT)
#undef BT_VMSTAT_TEXT
};

const char *const bt_want_name[BT_WANT_COUNT] = {
#define BT_WANT_TEXT(id, name, ns) [BT_WANT_INDEX_##id] = name,
	BT_WANTS(BT_WANT_TEXT)
#undef BT_WANT_TEXT
};

static const uint64_t want_interval_ns[BT_WANT_COUNT] = {
#define BT_WANT_NS(id, name, ns) [BT_WANT_INDEX_##id] = ns,
	BT_WANTS(BT_WANT_NS)
#undef BT_WANT_NS
};

const char *const bt_detail_name[BT_DETAIL_COUNT] = {
	[BT_DETAIL_KNOWN] = "known",
	[BT_DETAIL_NEEDS_ROOT] = "needs-root",
	[BT_DETAIL_NOT_IN_KERNEL] = "not-in-kernel",
	[BT_DETAIL_FAILED] = "failed",
};

/* A node has at most five zones with pages, a zone at most seven migrate types. */
#define PAGETYPES_PER_NODE (5u * 7u)

bool bt_want_due(enum bt_want want, enum bt_detail state, uint64_t last_ns, uint64_t now_ns)
{
	return state == BT_DETAIL_NONE ||
	       now_ns >= last_ns + want_interval_ns[want] - want_interval_ns[want] / 10;
}

static const char *const way_nodes[BT_WAY_NODES_COUNT] = {
	[BT_WAY_NODES_UNKNOWN] = "",
	[BT_WAY_NODES_FOLLOWED] = ", from the nodes it is told",
	[BT_WAY_NODES_IGNORED] = ", from nodes of its own choice",
};

int bt_machine_way_text(const struct bt_machine_way *way, char *buf, size_t size)
{
	const __u64 mask = way->orders;
	char orders[64];

	if (!way->orders)
		return snprintf(buf, size, "not here: %s", way->dropped);
	bt_mask_text(&mask, 1, orders, sizeof(orders));
	return snprintf(buf, size, "%s %s, proven by %s%s%s%s",
			mask & (mask - 1) ? "orders" : "order", orders,
			way->traced ? "the allocator's tracepoint" : "its count of pages",
			way_nodes[way->nodes], *way->dropped ? "; not all: " : "", way->dropped);
}

struct ant_limits bt_machine_limits(const struct bt_machine *machine)
{
	return (struct ant_limits){
		.max_order = machine->max_order,
		.page_bytes = machine->page_bytes,
		.cpu_count = machine->cpu_count,
		.node_count = machine->node_count,
		.max_held_bytes = machine->max_held_bytes,
		.features = machine->features,
		.memory_nodes = machine->memory_nodes,
		.possible_cpus = machine->possible_cpus,
	};
}

const char *bt_machine_bound(const struct bt_machine *machine)
{
	return machine->abi_version ? "max_held_pct of the module" : "half of what was available";
}

static unsigned hist_capacity(const struct bt_machine *machine)
{
	return (machine->max_order + 1) * machine->node_count * BT_OP_COUNT;
}

size_t bt_frame_bytes(const struct bt_machine *machine)
{
	return sizeof(struct bt_frame) + machine->cpu_count * sizeof(struct bt_frame_cpu) +
	       machine->node_count * sizeof(struct bt_frame_node) +
	       BT_MAX_ZONES * sizeof(struct bt_frame_zone) +
	       hist_capacity(machine) * sizeof(struct bt_frame_hist) +
	       machine->node_count * PAGETYPES_PER_NODE * sizeof(struct bt_frame_pagetype) +
	       BT_FREEMAP_CELLS * sizeof(uint32_t);
}

struct bt_frame *bt_frame_create(const struct bt_machine *machine)
{
	struct bt_frame *frame = bt_xcalloc(1, sizeof(*frame));

	frame->cpu_count = machine->cpu_count;
	frame->node_count = machine->node_count;
	frame->hist_capacity = hist_capacity(machine);
	frame->cpus = bt_xcalloc(frame->cpu_count, sizeof(*frame->cpus));
	frame->nodes = bt_xcalloc(frame->node_count, sizeof(*frame->nodes));
	frame->zones = bt_xcalloc(BT_MAX_ZONES, sizeof(*frame->zones));
	frame->hists = bt_xcalloc(frame->hist_capacity, sizeof(*frame->hists));
	frame->pageblocks.capacity = frame->node_count * PAGETYPES_PER_NODE;
	frame->pageblocks.types = bt_xcalloc(frame->pageblocks.capacity,
					     sizeof(*frame->pageblocks.types));
	frame->free_map.cells = bt_xcalloc(BT_FREEMAP_CELLS, sizeof(*frame->free_map.cells));
	bt_frame_clear(frame);
	return frame;
}

void bt_frame_free(struct bt_frame *frame)
{
	if (!frame)
		return;
	free(frame->cpus);
	free(frame->nodes);
	free(frame->zones);
	free(frame->hists);
	free(frame->pageblocks.types);
	free(frame->free_map.cells);
	free(frame);
}

/* Every byte 0xff is BT_UNKNOWN in each number of 64 bits. */
static void forget(void *numbers, size_t size)
{
	memset(numbers, 0xff, size);
}

void bt_frame_forget_host(struct bt_frame_host *host)
{
	forget(host, sizeof(*host));
	host->known = false;
	host->benchmark[0] = host->mode[0] = host->phase[0] = '\0';
}

void bt_frame_clear(struct bt_frame *frame)
{
	struct bt_frame old = *frame;
	unsigned i;

	*frame = (struct bt_frame){
		.want = old.want,
		.read_ns = BT_UNKNOWN,
		.publish_ns = BT_UNKNOWN,
		.oom_notifications = BT_UNKNOWN,
		.oom_freed_pages = BT_UNKNOWN,
		.lease_expiries = BT_UNKNOWN,
		.limit_expiries = BT_UNKNOWN,
		.clock_pair_ns = BT_UNKNOWN,
		.ring_bytes = BT_UNKNOWN,
		.clock = BT_CLOCK_COUNT,
		.cpu_hist.cpu = -1,
		.cpu_count = old.cpu_count,
		.node_count = old.node_count,
		.hist_capacity = old.hist_capacity,
		.cpus = old.cpus,
		.nodes = old.nodes,
		.zones = old.zones,
		.hists = old.hists,
		.pageblocks = { .capacity = old.pageblocks.capacity,
				.types = old.pageblocks.types },
		.free_map.cells = old.free_map.cells,
	};
	bt_freemap_forget(&frame->free_map);
	bt_frame_forget_host(&frame->host);
	forget(&frame->memory, sizeof(frame->memory));
	forget(&frame->psi, sizeof(frame->psi));
	forget(&frame->calls, sizeof(frame->calls));
	forget(&frame->load, sizeof(frame->load));
	forget(frame->vmstat, sizeof(frame->vmstat));
	forget(frame->cpus, frame->cpu_count * sizeof(*frame->cpus));
	for (i = 0; i < frame->cpu_count; i++) {
		frame->cpus[i].state = BT_WORKER_OFFLINE;
		frame->cpus[i].op = BT_OP_NONE;
		frame->cpus[i].online = false;
	}
	forget(frame->nodes, frame->node_count * sizeof(*frame->nodes));
	for (i = 0; i < frame->node_count; i++)
		frame->nodes[i].has_memory = frame->nodes[i].online = false;
}

void bt_frame_copy(struct bt_frame *to, const struct bt_frame *from)
{
	struct bt_frame old = *to;

	*to = *from;
	to->hist_capacity = old.hist_capacity;
	to->cpus = old.cpus;
	to->nodes = old.nodes;
	to->zones = old.zones;
	to->hists = old.hists;
	to->pageblocks.capacity = old.pageblocks.capacity;
	to->pageblocks.types = old.pageblocks.types;
	memcpy(to->pageblocks.types, from->pageblocks.types,
	       from->pageblocks.count * sizeof(*to->pageblocks.types));
	to->free_map.cells = old.free_map.cells;
	bt_freemap_copy(&to->free_map, &from->free_map);
	memcpy(to->cpus, from->cpus, from->cpu_count * sizeof(*to->cpus));
	memcpy(to->nodes, from->nodes, from->node_count * sizeof(*to->nodes));
	memcpy(to->zones, from->zones, from->zone_count * sizeof(*to->zones));
	memcpy(to->hists, from->hists, from->hist_count * sizeof(*to->hists));
}

static int compare(const struct bt_frame_hist *entry, unsigned order, unsigned node, unsigned op)
{
	if (entry->order != order)
		return entry->order < order ? -1 : 1;
	if (entry->node != node)
		return entry->node < node ? -1 : 1;
	if (entry->op != op)
		return entry->op < op ? -1 : 1;
	return 0;
}

/* Index of the first entry that is not below (order, node, op). */
static unsigned find_hist(const struct bt_frame *frame, unsigned order, unsigned node, unsigned op)
{
	unsigned low = 0, high = frame->hist_count;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (compare(&frame->hists[middle], order, node, op) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct bt_hist *bt_frame_hist_find(const struct bt_frame *frame, unsigned order,
					 unsigned node, unsigned op)
{
	unsigned at = find_hist(frame, order, node, op);

	if (at < frame->hist_count && !compare(&frame->hists[at], order, node, op))
		return &frame->hists[at].hist;
	return NULL;
}

struct bt_hist *bt_frame_hist(struct bt_frame *frame, unsigned order, unsigned node, unsigned op)
{
	unsigned at = find_hist(frame, order, node, op);
	struct bt_frame_hist *entry = &frame->hists[at];

	if (at < frame->hist_count && !compare(entry, order, node, op))
		return &entry->hist;
	if (frame->hist_count == frame->hist_capacity)
		return NULL;
	memmove(entry + 1, entry, (frame->hist_count - at) * sizeof(*entry));
	frame->hist_count++;
	*entry = (struct bt_frame_hist){
		.order = (uint16_t)order,
		.node = (uint16_t)node,
		.op = (uint8_t)op,
	};
	return &entry->hist;
}

unsigned bt_known_orders(const uint64_t free_blocks[BT_MAX_ORDERS])
{
	unsigned orders = 0;

	while (orders < BT_MAX_ORDERS && free_blocks[orders] != BT_UNKNOWN)
		orders++;
	return orders;
}

bool bt_frame_applied(const struct bt_frame *frame, unsigned cpu)
{
	return frame->has_module && frame->cpus[cpu].online &&
	       frame->cpus[cpu].generation == frame->config.generation;
}

static void add_known(uint64_t *sum, uint64_t value)
{
	if (value == BT_UNKNOWN)
		return;
	*sum = *sum == BT_UNKNOWN ? value : *sum + value;
}

static void raise_known(uint64_t *max, uint64_t value)
{
	if (value != BT_UNKNOWN && (*max == BT_UNKNOWN || value > *max))
		*max = value;
}

static void add_cpu(struct bt_frame_totals *totals, const struct bt_frame_cpu *cpu)
{
	add_known(&totals->allocs, cpu->allocs);
	add_known(&totals->frees, cpu->frees);
	add_known(&totals->failures, cpu->failures);
	add_known(&totals->backoffs, cpu->backoffs);
	add_known(&totals->throttled, cpu->throttled);
	add_known(&totals->held_blocks, cpu->held_blocks);
	add_known(&totals->held_pages, cpu->held_pages);
	add_known(&totals->remote_blocks, cpu->remote_blocks);
	add_known(&totals->remote_pages, cpu->remote_pages);
	add_known(&totals->preempted, cpu->preempted);
	raise_known(&totals->alloc_max_ns, cpu->alloc_max_ns);
	raise_known(&totals->free_max_ns, cpu->free_max_ns);
}

uint64_t bt_frame_in_flight_ns(const struct bt_frame *frame, unsigned number)
{
	const struct bt_frame_cpu *cpu = &frame->cpus[number];

	if (!cpu->online || cpu->op == BT_OP_NONE || !cpu->op_start_ns ||
	    cpu->op_start_ns >= frame->mono_ns)
		return 0;
	return frame->mono_ns - cpu->op_start_ns;
}

static bool is_running(const struct bt_frame_cpu *cpu)
{
	return cpu->state == BT_WORKER_RUNNING || cpu->state == BT_WORKER_BACKOFF ||
	       cpu->state == BT_WORKER_THROTTLED;
}

void bt_frame_totals(const struct bt_frame *frame, struct bt_frame_totals *totals)
{
	unsigned i;

	forget(totals, sizeof(*totals));
	totals->online = totals->applied = totals->running = 0;
	totals->stuck_cpu = -1;
	totals->stuck_ns = 0;
	for (i = 0; i < frame->cpu_count; i++) {
		const struct bt_frame_cpu *cpu = &frame->cpus[i];
		uint64_t stuck_ns = bt_frame_in_flight_ns(frame, i);

		add_cpu(totals, cpu);
		totals->online += cpu->online;
		totals->applied += bt_frame_applied(frame, i);
		totals->running += cpu->online && is_running(cpu);
		if (stuck_ns >= BT_STUCK_NS && stuck_ns > totals->stuck_ns) {
			totals->stuck_cpu = (int)i;
			totals->stuck_ns = stuck_ns;
		}
	}
}
