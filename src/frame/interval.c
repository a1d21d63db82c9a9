// SPDX-License-Identifier: GPL-2.0
#include "frame/interval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double quantiles[BT_QUANTILES] = {
	[BT_P50] = 0.5, [BT_P90] = 0.9, [BT_P99] = 0.99, [BT_P999] = 0.999,
};

struct bt_interval *bt_interval_create(const struct bt_machine *machine)
{
	struct bt_interval *interval = bt_xcalloc(1, sizeof(*interval));

	interval->page_bytes = machine->page_bytes;
	interval->cpu_count = machine->cpu_count;
	interval->cpus = bt_xcalloc(machine->cpu_count, sizeof(*interval->cpus));
	bt_point_gap(&interval->point, 0, 0, 0);
	return interval;
}

void bt_interval_free(struct bt_interval *interval)
{
	if (!interval)
		return;
	free(interval->cpus);
	free(interval);
}

static void forget_rates(struct bt_point *point)
{
	unsigned op, q;

	point->allocs_per_s = point->frees_per_s = NAN;
	point->failures_per_s = point->throttled_per_s = NAN;
	point->remote_ratio = point->remote_page_ratio = NAN;
	for (op = 0; op < BT_OP_COUNT; op++) {
		point->latency[op].count = 0;
		point->latency[op].max_edge_ns = BT_UNKNOWN;
		for (q = 0; q < BT_QUANTILES; q++)
			point->latency[op].quantile_ns[q] = BT_UNKNOWN;
	}
}

void bt_point_gap(struct bt_point *point, uint64_t from_ns, uint64_t to_ns, int64_t utc_ns)
{
	*point = (struct bt_point){
		.mono_ns = to_ns,
		.utc_ns = utc_ns,
		.length_ns = to_ns > from_ns ? to_ns - from_ns : 0,
		.gap = true,
		.available_bytes = BT_UNKNOWN,
		.free_bytes = BT_UNKNOWN,
		.held_bytes = BT_UNKNOWN,
	};
	forget_rates(point);
}

/* ---- counters ---------------------------------------------------------------------------- */

static bool went_back(uint64_t older, uint64_t newer)
{
	return older != BT_UNKNOWN && newer != BT_UNKNOWN && newer < older;
}

static bool cpu_went_back(const struct bt_frame_cpu *older, const struct bt_frame_cpu *newer)
{
	return went_back(older->allocs, newer->allocs) || went_back(older->frees, newer->frees) ||
	       went_back(older->failures, newer->failures) ||
	       went_back(older->backoffs, newer->backoffs) ||
	       went_back(older->throttled, newer->throttled) ||
	       went_back(older->remote_blocks, newer->remote_blocks) ||
	       went_back(older->remote_pages, newer->remote_pages) ||
	       went_back(older->preempted, newer->preempted);
}

static bool restarted(const struct bt_frame *older, const struct bt_frame *newer)
{
	unsigned i;

	if (newer->mono_ns <= older->mono_ns)
		return true;
	for (i = 0; i < newer->cpu_count; i++) {
		if (cpu_went_back(&older->cpus[i], &newer->cpus[i]))
			return true;
	}
	for (i = 0; i < BT_VMSTAT_COUNT; i++) {
		if (went_back(older->vmstat[i], newer->vmstat[i]))
			return true;
	}
	return false;
}

static uint64_t delta(uint64_t older, uint64_t newer)
{
	if (older == BT_UNKNOWN || newer == BT_UNKNOWN)
		return BT_UNKNOWN;
	return newer > older ? newer - older : 0;
}

static double per_s(uint64_t count, uint64_t length_ns)
{
	return count == BT_UNKNOWN ? NAN : (double)count * 1e9 / (double)length_ns;
}

/* The counters are not read at one instant, so that a part can seem to be above its whole. */
static double ratio(uint64_t part, uint64_t whole)
{
	if (part == BT_UNKNOWN || whole == BT_UNKNOWN || !whole)
		return NAN;
	return part < whole ? (double)part / (double)whole : 1.0;
}

/* ---- what happened ------------------------------------------------------------------------ */

static void forget_differences(struct bt_interval *interval)
{
	unsigned i;

	memset(interval->hist, 0, sizeof(interval->hist));
	memset(interval->matrix, 0, sizeof(interval->matrix));
	memset(interval->order_allocs, 0, sizeof(interval->order_allocs));
	for (i = 0; i < BT_VMSTAT_COUNT; i++)
		interval->vmstat_per_s[i] = NAN;
	interval->preempted_per_s = NAN;
	interval->failures = interval->oom_kills = BT_UNKNOWN;
	for (i = 0; i < interval->cpu_count; i++) {
		struct bt_interval_cpu *cpu = &interval->cpus[i];

		cpu->allocs_per_s = cpu->failures_per_s = cpu->throttled_per_s = NAN;
	}
}

/* All that is true of the newer frame alone. */
static void derive_gauges(struct bt_interval *interval, const struct bt_frame *newer)
{
	struct bt_point *point = &interval->point;
	uint64_t held_pages;
	unsigned i;

	bt_frame_totals(newer, &interval->totals);
	interval->seq = newer->seq;
	held_pages = interval->totals.held_pages;
	*point = (struct bt_point){
		.mono_ns = newer->mono_ns,
		.utc_ns = newer->utc_ns,
		.generation = newer->config.generation,
		.run = newer->run,
		.available_bytes = newer->memory.available_bytes,
		.free_bytes = newer->memory.free_bytes,
		.held_bytes = held_pages == BT_UNKNOWN ? BT_UNKNOWN :
							 held_pages * interval->page_bytes,
	};
	forget_rates(point);
	for (i = 0; i < interval->cpu_count; i++) {
		interval->cpus[i].held_pages = newer->cpus[i].held_pages;
		interval->cpus[i].generation = newer->cpus[i].generation;
		interval->cpus[i].state = newer->cpus[i].state;
		interval->cpus[i].online = newer->cpus[i].online;
		interval->cpus[i].applied = bt_frame_applied(newer, i);
	}
}

static void derive_cpus(struct bt_interval *interval, const struct bt_frame *older,
			const struct bt_frame *newer)
{
	uint64_t length_ns = interval->point.length_ns;
	unsigned i;

	for (i = 0; i < interval->cpu_count; i++) {
		const struct bt_frame_cpu *a = &older->cpus[i], *b = &newer->cpus[i];
		struct bt_interval_cpu *cpu = &interval->cpus[i];

		cpu->allocs_per_s = per_s(delta(a->allocs, b->allocs), length_ns);
		cpu->failures_per_s = per_s(delta(a->failures, b->failures), length_ns);
		cpu->throttled_per_s = per_s(delta(a->throttled, b->throttled), length_ns);
	}
}

/* Blocks by order and by nodes; returns the pages allocated. */
static uint64_t derive_blocks(struct bt_interval *interval, const struct bt_frame *older,
			      const struct bt_frame *newer)
{
	uint64_t pages = 0;
	unsigned i, j;

	for (i = 0; i < BT_MAX_ORDERS; i++) {
		interval->order_allocs[i] = delta(older->order_allocs[i], newer->order_allocs[i]);
		pages += interval->order_allocs[i] << i;
	}
	for (i = 0; i < newer->node_count; i++) {
		for (j = 0; j < newer->node_count; j++)
			interval->matrix[i][j] = delta(older->matrix[i][j], newer->matrix[i][j]);
	}
	return pages;
}

static void derive_latency(struct bt_interval *interval, const struct bt_frame *older,
			   const struct bt_frame *newer)
{
	static const struct bt_hist nothing;
	struct bt_hist difference;
	unsigned i, q;

	for (i = 0; i < newer->hist_count; i++) {
		const struct bt_frame_hist *now = &newer->hists[i];
		const struct bt_hist *before =
			bt_frame_hist_find(older, now->order, now->node, now->op);

		bt_hist_sub(&difference, &now->hist, before ? before : &nothing);
		bt_hist_add(&interval->hist[now->op], &difference);
	}
	for (i = 0; i < BT_OP_COUNT; i++) {
		struct bt_latency *latency = &interval->point.latency[i];

		latency->count = interval->hist[i].total;
		latency->max_edge_ns = bt_hist_max_edge(&interval->hist[i]);
		for (q = 0; q < BT_QUANTILES; q++)
			latency->quantile_ns[q] =
				bt_hist_quantile(&interval->hist[i], quantiles[q]);
	}
}

static void derive_module(struct bt_interval *interval, const struct bt_frame *older,
			  const struct bt_frame *newer)
{
	struct bt_point *point = &interval->point;
	const struct bt_frame_totals *b = &interval->totals;
	struct bt_frame_totals a;
	uint64_t allocs, pages;

	bt_frame_totals(older, &a);
	allocs = delta(a.allocs, b->allocs);
	point->allocs_per_s = per_s(allocs, point->length_ns);
	point->frees_per_s = per_s(delta(a.frees, b->frees), point->length_ns);
	interval->failures = delta(a.failures, b->failures);
	point->failures_per_s = per_s(interval->failures, point->length_ns);
	point->throttled_per_s = per_s(delta(a.throttled, b->throttled), point->length_ns);
	interval->preempted_per_s = per_s(delta(a.preempted, b->preempted), point->length_ns);
	point->remote_ratio = ratio(delta(a.remote_blocks, b->remote_blocks), allocs);
	pages = derive_blocks(interval, older, newer);
	point->remote_page_ratio = ratio(delta(a.remote_pages, b->remote_pages), pages);
	derive_cpus(interval, older, newer);
	derive_latency(interval, older, newer);
}

void bt_interval_derive(struct bt_interval *interval, const struct bt_frame *older,
			const struct bt_frame *newer)
{
	struct bt_point *point = &interval->point;
	unsigned i;

	derive_gauges(interval, newer);
	forget_differences(interval);
	if (!older)
		return;
	if (restarted(older, newer)) {
		bt_point_gap(point, older->mono_ns, newer->mono_ns, newer->utc_ns);
		return;
	}
	point->length_ns = newer->mono_ns - older->mono_ns;
	for (i = 0; i < BT_VMSTAT_COUNT; i++)
		interval->vmstat_per_s[i] =
			per_s(delta(older->vmstat[i], newer->vmstat[i]), point->length_ns);
	interval->oom_kills =
		delta(older->vmstat[BT_VMSTAT_OOM_KILL], newer->vmstat[BT_VMSTAT_OOM_KILL]);
	if (older->has_module && newer->has_module)
		derive_module(interval, older, newer);
}
