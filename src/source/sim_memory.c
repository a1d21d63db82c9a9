// SPDX-License-Identifier: GPL-2.0
/* The simulated machine's memory: what is free, what pressure does, and how a frame shows it. */
#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "source/sim.h"

#define DMA_PAGES 3840u
#define UTC_EPOCH_S 1767225600ll	/* 2026-01-01: no wall clock in here */
#define PSI_PERIOD_NS (10 * BT_NS_PER_S)

/* Watermarks in parts of a zone: min, low and high are 1, 1.25 and 1.5 of it. */
static uint64_t min_pages(uint64_t managed)
{
	return managed / 512;
}

static uint64_t used_pages(const struct sim *sim, unsigned node)
{
	uint64_t used = sim->nodes[node].used_pages;

	return used + used * (sim_random(sim, 1000, node) % 16) / 4096; /* other people's work */
}

uint64_t sim_cache_pages(const struct sim *sim, unsigned node)
{
	const struct sim_node *n = &sim->nodes[node];
	uint64_t taken = n->held_pages + used_pages(sim, node) + 2 * min_pages(n->managed_pages);
	uint64_t least = n->managed_pages / 128, left;

	left = n->managed_pages > taken ? n->managed_pages - taken : 0;
	if (left > n->cache_pages)
		return n->cache_pages;
	return left > least ? left : least;
}

uint64_t sim_free_pages(const struct sim *sim, unsigned node)
{
	const struct sim_node *n = &sim->nodes[node];
	uint64_t taken = n->held_pages + used_pages(sim, node) + sim_cache_pages(sim, node);

	return n->managed_pages > taken ? n->managed_pages - taken : 0;
}

uint64_t sim_room_pages(const struct sim *sim, unsigned node)
{
	const struct sim_node *n = &sim->nodes[node];
	uint64_t taken = n->held_pages + used_pages(sim, node) + n->managed_pages / 128 +
			 min_pages(n->managed_pages);

	return n->managed_pages > taken ? n->managed_pages - taken : 0;
}

uint64_t sim_available_pages(const struct sim *sim)
{
	uint64_t pages = 0;

	for (unsigned n = 0; n < sim->machine.node_count; n++)
		pages += sim_room_pages(sim, n);
	return pages;
}

/* 0 while a tenth of the memory is available, 100 when nothing is. */
unsigned sim_pressure_percent(const struct sim *sim)
{
	uint64_t tenth = sim->machine.memory_bytes / sim->machine.page_bytes / 10;
	uint64_t available = sim_available_pages(sim);

	return available >= tenth ? 0 : (unsigned)(100 - available * 100 / tenth);
}

/* The other way round; tasks are stalled for half of the pressure (see psi in sim_fill_frame()). */
uint64_t sim_calm_pages(const struct sim *sim, unsigned psi_percent)
{
	uint64_t tenth = sim->machine.memory_bytes / sim->machine.page_bytes / 10;
	uint64_t available = sim_available_pages(sim), left = 0;

	if (psi_percent < 50)
		left = tenth - tenth * psi_percent / 50;
	return available > left ? available - left : 0;
}

static uint64_t all_cache_pages(const struct sim *sim)
{
	uint64_t pages = 0;

	for (unsigned n = 0; n < sim->machine.node_count; n++)
		pages += sim_cache_pages(sim, n);
	return pages;
}

/* A quarter of what is out comes back each second, and goes again. */
static void advance_swap(struct sim *sim, uint64_t ms)
{
	uint64_t swapped = sim_swapped_pages(sim), before = sim->swap_seen_pages;
	uint64_t churn = swapped * ms / 4000, *v = sim->vmstat;

	v[BT_VMSTAT_PSWPOUT] += churn + (swapped > before ? swapped - before : 0);
	v[BT_VMSTAT_PSWPIN] += churn + (swapped < before ? before - swapped : 0);
	v[BT_VMSTAT_PGMAJFAULT] += churn / 2;
	sim->swap_seen_pages = swapped;
}

/* Large blocks have to be made where memory is short; the larger, the more often in vain. */
static void advance_compaction(struct sim *sim, uint64_t ms, unsigned pressure)
{
	uint64_t order = sim->config.order, stalls, *v = sim->vmstat;

	if (sim->config.run != BT_RUN_GO || order < 4)
		return;
	stalls = order * ms * pressure / 400;
	v[BT_VMSTAT_COMPACT_STALL] += stalls;
	v[BT_VMSTAT_COMPACT_FAIL] += stalls * order / 16;
	v[BT_VMSTAT_COMPACT_SUCCESS] += stalls - stalls * order / 16;
}

void sim_memory_advance(struct sim *sim, uint64_t step_ns)
{
	uint64_t cache = all_cache_pages(sim), ms = step_ns / BT_NS_PER_MS;
	uint64_t *v = sim->vmstat, reclaimed;
	unsigned pressure = sim_pressure_percent(sim);

	reclaimed = sim->cache_seen_pages > cache ? sim->cache_seen_pages - cache : 0;
	reclaimed += pressure * ms / 4;
	sim->cache_seen_pages = cache;
	v[BT_VMSTAT_PGALLOC] += 40 * ms;	/* the rest of the machine */
	v[BT_VMSTAT_PGFREE] += 40 * ms;
	v[BT_VMSTAT_PGFAULT] += 25 * ms;
	v[BT_VMSTAT_PGSCAN_KSWAPD] += reclaimed + reclaimed / 3;
	v[BT_VMSTAT_PGSTEAL_KSWAPD] += reclaimed;
	v[BT_VMSTAT_PGSCAN_DIRECT] += reclaimed / 5 * pressure / 50;
	v[BT_VMSTAT_PGSTEAL_DIRECT] += reclaimed / 8 * pressure / 50;
	v[BT_VMSTAT_ALLOCSTALL] += reclaimed / 256 * pressure / 50;
	advance_swap(sim, ms);
	advance_compaction(sim, ms, pressure);
	sim->psi_total_us += step_ns / 1000 * pressure / 200;
}

/*
 * The more single pages others hold, the more of the free memory lies below the largest order. The
 * sum over the orders is exactly pages.
 */
static void fill_blocks(const struct sim *sim, struct bt_frame_zone *zone, uint64_t pages)
{
	unsigned max = sim->machine.max_order;
	uint64_t held = sim->nodes[zone->node].held_pages;
	uint64_t managed = sim->nodes[zone->node].managed_pages;
	uint64_t broken_permille = 90 + (managed ? held * 600 / managed : 0);
	uint64_t left = pages - pages * broken_permille / 1000;

	zone->free_pages = pages;
	zone->free_blocks[max] = left >> max;
	left = pages - (zone->free_blocks[max] << max);
	for (unsigned order = max; order-- > 1;) {
		uint64_t part = left / (order + 1);

		part -= part * (sim_random(sim, order, zone->node) % 8) / 64;
		zone->free_blocks[order] = part >> order;
		left -= zone->free_blocks[order] << order;
	}
	zone->free_blocks[0] = left;
}

static void add_zone(const struct sim *sim, struct bt_frame *frame, const char *name, unsigned node,
		     uint64_t managed, uint64_t *free_pages)
{
	struct bt_frame_zone *zone = &frame->zones[frame->zone_count++];
	uint64_t here = *free_pages < managed ? *free_pages : managed;

	memset(zone, 0, sizeof(*zone));
	for (unsigned order = sim->machine.max_order + 1; order < BT_MAX_ORDERS; order++)
		zone->free_blocks[order] = BT_UNKNOWN;
	snprintf(zone->name, sizeof(zone->name), "%s", name);
	zone->node = (uint16_t)node;
	zone->managed_pages = managed;
	zone->min_pages = min_pages(managed);
	zone->low_pages = zone->min_pages * 5 / 4;
	zone->high_pages = zone->min_pages * 3 / 2;
	zone->pcp_pages = here / 1024;
	fill_blocks(sim, zone, here);
	*free_pages -= here;
}

/* The kernel takes from the highest zone first, so what is free is in the lower ones. */
static void fill_zones(const struct sim *sim, struct bt_frame *frame)
{
	for (unsigned n = 0; n < sim->machine.node_count; n++) {
		uint64_t managed = sim->nodes[n].managed_pages, dma32 = managed / 4;
		uint64_t left = sim_free_pages(sim, n);

		if (!managed)
			continue;
		if (n == 0) {
			add_zone(sim, frame, "DMA", n, DMA_PAGES, &left);
			add_zone(sim, frame, "DMA32", n, dma32, &left);
			managed -= DMA_PAGES + dma32;
		}
		add_zone(sim, frame, "Normal", n, managed, &left);
	}
}

static void fill_nodes(const struct sim *sim, struct bt_frame *frame)
{
	uint64_t page_bytes = sim->machine.page_bytes;

	for (unsigned n = 0; n < sim->machine.node_count; n++) {
		const struct sim_node *from = &sim->nodes[n];

		frame->nodes[n] = (struct bt_frame_node){
			.has_memory = from->managed_pages > 0,
			.online = true,
			.total_bytes = from->managed_pages * page_bytes,
			.free_bytes = sim_free_pages(sim, n) * page_bytes,
			.numa_hit = from->hit,
			.numa_miss = from->miss,
			.numa_foreign = from->foreign,
			.interleave_hit = 0,
			.local_node = sim->matrix[n][n],
			.other_node = from->hit + from->miss - sim->matrix[n][n],
		};
	}
}

static void fill_memory(const struct sim *sim, struct bt_frame_memory *memory)
{
	uint64_t page_bytes = sim->machine.page_bytes, used = 0, unused = 0;

	for (unsigned n = 0; n < sim->machine.node_count; n++) {
		used += used_pages(sim, n);
		unused += sim_free_pages(sim, n);
	}
	*memory = (struct bt_frame_memory){
		.total_bytes = sim->machine.memory_bytes,
		.free_bytes = unused * page_bytes,
		.available_bytes = sim_available_pages(sim) * page_bytes,
		.cached_bytes = all_cache_pages(sim) * page_bytes,
		.dirty_bytes = used / 512 * page_bytes,
		.slab_bytes = used / 4 * page_bytes,
		.anon_bytes = used / 2 * page_bytes,
		.swap_total_bytes = sim->machine.memory_bytes / 8,
		.swap_free_bytes = sim->machine.memory_bytes / 8 -
				   sim_swapped_pages(sim) * page_bytes,
	};
}

static void fill_module(const struct sim *sim, struct bt_frame *frame)
{
	frame->has_module = true;
	frame->config = sim->config;
	frame->ack = sim->ack;
	frame->publish_ns = sim->publish_ns;
	frame->run = (uint8_t)sim->config.run;
	frame->reason = (uint8_t)sim->reason;
	frame->controlled = true;
	frame->oom_notifications = sim->oom_notifications;
	frame->oom_freed_pages = sim->oom_freed_pages;
	frame->lease_expiries = sim->lease_expiries;
	frame->limit_expiries = sim->limit_expiries;
	frame->clock_pair_ns = 38;
	frame->clock = BT_CLOCK_TSC;
	frame->ring_bytes = sim->config.run == BT_RUN_DRAIN ? 0 :
			    sim->config.max_held_bytes / sim->machine.page_bytes * sizeof(void *);
	for (unsigned order = 0; order <= sim->machine.max_order; order++)
		frame->order_allocs[order] = sim->order_allocs[order];
	for (unsigned from = 0; from < sim->machine.node_count; from++)
		memcpy(frame->matrix[from], sim->matrix[from],
		       sim->machine.node_count * sizeof(sim->matrix[from][0]));
}

static void fill_hists(const struct sim *sim, struct bt_frame *frame)
{
	for (unsigned order = 0; order <= sim->machine.max_order; order++) {
		for (unsigned node = 0; node < sim->machine.node_count; node++) {
			for (unsigned op = 0; op < BT_OP_COUNT; op++) {
				const struct bt_hist *from = sim_hist(sim, order, node, op);
				struct bt_hist *to = from->total ?
					bt_frame_hist(frame, order, node, op) : NULL;

				if (to)
					*to = *from;
			}
		}
	}
}

static void fill_selected(const struct sim *sim, struct bt_frame *frame)
{
	int cpu = bt_want_cpu(frame->want);

	frame->cpu_hist.cpu = cpu < (int)sim->machine.cpu_count ? cpu : -1;
	if (frame->cpu_hist.cpu >= 0)
		memcpy(frame->cpu_hist.hist, &sim->cpu_hists[(size_t)cpu * BT_OP_COUNT],
		       sizeof(frame->cpu_hist.hist));
}

void sim_fill_frame(const struct sim *sim, struct bt_frame *frame)
{
	uint64_t pages = 0;

	frame->seq = sim->seq;
	frame->mono_ns = sim->now_ns;
	frame->utc_ns = UTC_EPOCH_S * (int64_t)BT_NS_PER_S + (int64_t)(sim->now_ns - SIM_START_NS) +
			sim->jump_ns;
	frame->read_ns = 15000 + 60 * sim->machine.cpu_count;
	fill_module(sim, frame);
	for (unsigned cpu = 0; cpu < sim->machine.cpu_count; cpu++)
		frame->cpus[cpu] = sim->cpus[cpu].stats;
	fill_nodes(sim, frame);
	fill_zones(sim, frame);
	fill_hists(sim, frame);
	frame->bulk_hist = sim->bulk_hist;
	if (sim->calls.bulk_calls || sim->calls.handoff_frees)
		frame->calls = sim->calls;
	fill_selected(sim, frame);
	fill_memory(sim, &frame->memory);
	sim_fill_details(sim, frame);
	frame->psi = (struct bt_frame_psi){
		.some_avg10_centipercent = sim_pressure_percent(sim) * 50,
		.some_total_us = sim->psi_total_us,
		.full_avg10_centipercent = sim_pressure_percent(sim) * 10,
		.full_total_us = sim->psi_total_us / 5,
	};
	memcpy(frame->vmstat, sim->vmstat, sizeof(frame->vmstat));
	for (unsigned order = 0; order < BT_MAX_ORDERS; order++)
		pages += sim->order_allocs[order] << order;
	frame->vmstat[BT_VMSTAT_PGALLOC] += pages;
	frame->vmstat[BT_VMSTAT_PGFREE] += pages;
	for (unsigned n = 0; n < sim->machine.node_count; n++)
		frame->vmstat[BT_VMSTAT_PGFREE] -= sim->nodes[n].held_pages;
}
