// SPDX-License-Identifier: GPL-2.0
#include "frame/interval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double quantiles[BT_QUANTILES] = {
	[BT_P50] = 0.5, [BT_P90] = 0.9, [BT_P99] = 0.99, [BT_P999] = 0.999,
};

const char *const bt_numastat_name[BT_NUMASTAT_COUNT] = {
	[BT_NUMA_HIT] = "numa_hit",
	[BT_NUMA_MISS] = "numa_miss",
	[BT_NUMA_FOREIGN] = "numa_foreign",
	[BT_NUMA_INTERLEAVE_HIT] = "interleave_hit",
	[BT_NUMA_LOCAL_NODE] = "local_node",
	[BT_NUMA_OTHER_NODE] = "other_node",
};

struct bt_interval *bt_interval_create(const struct bt_machine *machine)
{
	struct bt_interval *interval = bt_xcalloc(1, sizeof(*interval));
	unsigned nodes = machine->node_count;

	interval->page_bytes = machine->page_bytes;
	interval->cpu_count = machine->cpu_count;
	interval->node_count = nodes;
	interval->cpus = bt_xcalloc(machine->cpu_count, sizeof(*interval->cpus));
	interval->nodes = bt_xcalloc(nodes, sizeof(*interval->nodes));
	interval->matrix = bt_xcalloc((size_t)nodes * nodes, sizeof(*interval->matrix));
	bt_interval_gap(interval, 0, 0, 0);
	return interval;
}

void bt_interval_free(struct bt_interval *interval)
{
	if (!interval)
		return;
	free(interval->cpus);
	free(interval->nodes);
	free(interval->matrix);
	free(interval);
}

void bt_interval_copy(struct bt_interval *to, const struct bt_interval *from)
{
	struct bt_interval arrays = *to;
	unsigned nodes = from->node_count;

	*to = *from;
	to->cpus = arrays.cpus;
	to->nodes = arrays.nodes;
	to->matrix = arrays.matrix;
	memcpy(to->cpus, from->cpus, from->cpu_count * sizeof(*to->cpus));
	memcpy(to->nodes, from->nodes, nodes * sizeof(*to->nodes));
	memcpy(to->matrix, from->matrix, nodes * nodes * sizeof(*to->matrix));
}

static struct bt_latency latency_of(const struct bt_hist *hist)
{
	struct bt_latency latency = {
		.count = hist->total,
		.max_edge_ns = bt_hist_max_edge(hist),
	};

	for (unsigned q = 0; q < BT_QUANTILES; q++)
		latency.quantile_ns[q] = bt_hist_quantile(hist, quantiles[q]);
	return latency;
}

void bt_point_quantiles(struct bt_point *point)
{
	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		point->latency[op] = latency_of(&point->hist[op]);
	point->bulk = latency_of(&point->bulk_hist);
}

void bt_point_forget(struct bt_point *point)
{
	unsigned i;

	*point = (struct bt_point){
		.stuck_cpu = -1,
		.allocs_per_s = NAN, .frees_per_s = NAN, .failures_per_s = NAN,
		.throttled_per_s = NAN, .preempted_per_s = NAN, .pages_per_s = NAN,
		.remote_ratio = NAN, .remote_page_ratio = NAN,
		.bulk_calls_per_s = NAN, .bulk_fill_ratio = NAN, .handoff_ratio = NAN,
		.psi_some_ratio = NAN, .psi_full_ratio = NAN, .host_cpu_ratio = NAN,
		.host_inflate_bytes_per_s = NAN, .host_deflate_bytes_per_s = NAN,
		.failures = BT_UNKNOWN, .oom_kills = BT_UNKNOWN, .held_bytes = BT_UNKNOWN,
		.available_bytes = BT_UNKNOWN, .available_min_bytes = BT_UNKNOWN,
		.free_bytes = BT_UNKNOWN, .cached_bytes = BT_UNKNOWN, .anon_bytes = BT_UNKNOWN,
		.dirty_bytes = BT_UNKNOWN, .slab_bytes = BT_UNKNOWN,
		.swap_used_bytes = BT_UNKNOWN, .host_rss_bytes = BT_UNKNOWN,
		.host_size_bytes = BT_UNKNOWN, .host_target_bytes = BT_UNKNOWN,
	};
	for (i = 0; i < BT_VMSTAT_COUNT; i++)
		point->vmstat_per_s[i] = NAN;
	bt_point_quantiles(point);
}

static void forget_rates(struct bt_interval *interval)
{
	unsigned i, j;

	memset(interval->order_allocs, 0, sizeof(interval->order_allocs));
	for (i = 0; i < interval->cpu_count; i++) {
		struct bt_point_cpu *cpu = &interval->cpus[i];

		cpu->allocs_per_s = cpu->failures_per_s = cpu->throttled_per_s = NAN;
	}
	for (i = 0; i < interval->node_count; i++) {
		struct bt_point_node *node = &interval->nodes[i];

		memset(node->bins, 0, sizeof(node->bins));
		for (j = 0; j < BT_NUMASTAT_COUNT; j++)
			node->numastat_per_s[j] = NAN;
	}
	for (i = 0; i < interval->node_count * interval->node_count; i++)
		interval->matrix[i] = NAN;
	interval->selected.cpu = -1;
}

void bt_interval_gap(struct bt_interval *interval, uint64_t from_ns, uint64_t to_ns,
		     int64_t utc_ns)
{
	struct bt_point *point = &interval->point;
	unsigned i;

	bt_point_forget(point);
	point->gap = true;
	point->mono_ns = to_ns;
	point->utc_ns = utc_ns;
	point->length_ns = to_ns > from_ns ? to_ns - from_ns : 0;
	forget_rates(interval);
	for (i = 0; i < interval->node_count; i++)
		interval->nodes[i].free_bytes = interval->nodes[i].total_bytes = BT_UNKNOWN;
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

	if (newer->mono_ns <= older->mono_ns ||
	    went_back(older->calls.bulk_calls, newer->calls.bulk_calls) ||
	    went_back(older->calls.handoff_frees, newer->calls.handoff_frees))
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

/* ---- gauges ------------------------------------------------------------------------------ */

static void derive_memory(struct bt_point *point, const struct bt_frame_memory *memory)
{
	point->available_bytes = point->available_min_bytes = memory->available_bytes;
	point->free_bytes = memory->free_bytes;
	point->cached_bytes = memory->cached_bytes;
	point->anon_bytes = memory->anon_bytes;
	point->dirty_bytes = memory->dirty_bytes;
	point->slab_bytes = memory->slab_bytes;
	point->swap_used_bytes = delta(memory->swap_free_bytes, memory->swap_total_bytes);
}

/* All that is true of the newer frame alone. */
static void derive_gauges(struct bt_interval *interval, const struct bt_frame *newer)
{
	struct bt_point *point = &interval->point;
	uint64_t held_pages;
	unsigned i;

	bt_frame_totals(newer, &interval->totals);
	interval->seq = newer->seq;
	bt_point_forget(point);
	point->mono_ns = newer->mono_ns;
	point->utc_ns = newer->utc_ns;
	point->generation = newer->config.generation;
	point->run = newer->run;
	point->stuck_cpu = (int16_t)interval->totals.stuck_cpu;
	held_pages = interval->totals.held_pages;
	if (held_pages != BT_UNKNOWN)
		point->held_bytes = held_pages * interval->page_bytes;
	derive_memory(point, &newer->memory);
	point->host_rss_bytes = newer->host.rss_bytes;
	point->host_size_bytes = newer->host.size_bytes;
	point->host_target_bytes = newer->host.target_bytes;
	for (i = 0; i < interval->node_count; i++) {
		interval->nodes[i].free_bytes = newer->nodes[i].free_bytes;
		interval->nodes[i].total_bytes = newer->nodes[i].total_bytes;
	}
	for (i = 0; i < interval->cpu_count; i++) {
		interval->cpus[i].state = newer->cpus[i].state;
		interval->cpus[i].online = newer->cpus[i].online;
		interval->cpus[i].applied = bt_frame_applied(newer, i);
	}
}

/* ---- what the antagonist did ------------------------------------------------------------- */

static void derive_cpus(struct bt_interval *interval, const struct bt_frame *older,
			const struct bt_frame *newer)
{
	uint64_t length_ns = interval->point.length_ns;
	unsigned i;

	for (i = 0; i < interval->cpu_count; i++) {
		const struct bt_frame_cpu *a = &older->cpus[i], *b = &newer->cpus[i];
		struct bt_point_cpu *cpu = &interval->cpus[i];

		cpu->allocs_per_s = (float)per_s(delta(a->allocs, b->allocs), length_ns);
		cpu->failures_per_s = (float)per_s(delta(a->failures, b->failures), length_ns);
		cpu->throttled_per_s = (float)per_s(delta(a->throttled, b->throttled), length_ns);
	}
}

/* Blocks by order and by nodes; returns the pages allocated. */
static uint64_t derive_blocks(struct bt_interval *interval, const struct bt_frame *older,
			      const struct bt_frame *newer)
{
	uint64_t pages = 0;
	unsigned i, j, nodes = interval->node_count;

	for (i = 0; i < BT_MAX_ORDERS; i++) {
		interval->order_allocs[i] = delta(older->order_allocs[i], newer->order_allocs[i]);
		pages += interval->order_allocs[i] << i;
	}
	for (i = 0; i < nodes; i++) {
		for (j = 0; j < nodes; j++)
			interval->matrix[i * nodes + j] =
				(float)per_s(delta(older->matrix[i][j], newer->matrix[i][j]),
					     interval->point.length_ns);
	}
	return pages;
}

static void add_bins(float bins[BT_LOG2_BINS], const struct bt_hist *hist)
{
	unsigned i;

	for (i = 0; i < BT_HIST_BUCKETS; i++) {
		if (hist->count[i])
			bins[bt_hist_log2_bin(i)] += (float)hist->count[i];
	}
}

static void derive_latency(struct bt_interval *interval, const struct bt_frame *older,
			   const struct bt_frame *newer)
{
	static const struct bt_hist nothing;
	struct bt_hist difference;
	unsigned i;

	for (i = 0; i < newer->hist_count; i++) {
		const struct bt_frame_hist *now = &newer->hists[i];
		const struct bt_hist *before =
			bt_frame_hist_find(older, now->order, now->node, now->op);

		if (before && before->total == now->hist.total)
			continue;
		bt_hist_sub(&difference, &now->hist, before ? before : &nothing);
		bt_hist_add(&interval->point.hist[now->op], &difference);
		add_bins(interval->nodes[now->node].bins[now->op], &difference);
	}
	if (newer->bulk_hist.total > older->bulk_hist.total)
		bt_hist_sub(&interval->point.bulk_hist, &newer->bulk_hist, &older->bulk_hist);
	bt_point_quantiles(&interval->point);
}

/* What the newer frame tells of, the older one leaves out as long as it was 0. */
static uint64_t calls_delta(uint64_t older, uint64_t newer)
{
	return delta(older == BT_UNKNOWN ? 0 : older, newer);
}

/* Of loads that have none of it, nothing is told, whatever there was before. */
static void derive_calls(struct bt_point *point, const struct bt_frame *a, const struct bt_frame *b,
			 uint64_t frees)
{
	const struct bt_frame_calls *older = &a->calls, *newer = &b->calls;
	uint64_t calls = calls_delta(older->bulk_calls, newer->bulk_calls);
	uint64_t handed = calls_delta(older->handoff_frees, newer->handoff_frees);

	if (b->config.bulk_pages || (calls && calls != BT_UNKNOWN))
		point->bulk_calls_per_s = per_s(calls, point->length_ns);
	point->bulk_fill_ratio =
		ratio(calls_delta(older->bulk_got_pages, newer->bulk_got_pages),
		      calls_delta(older->bulk_asked_pages, newer->bulk_asked_pages));
	if (b->config.handoff || (handed && handed != BT_UNKNOWN))
		point->handoff_ratio = ratio(handed, frees);
}

static void derive_selected(struct bt_interval *interval, const struct bt_frame *older,
			    const struct bt_frame *newer)
{
	if (older->cpu_hist.cpu != newer->cpu_hist.cpu)
		return;
	interval->selected.cpu = newer->cpu_hist.cpu;
	for (unsigned op = 0; newer->cpu_hist.cpu >= 0 && op < BT_OP_COUNT; op++)
		bt_hist_sub(&interval->selected.hist[op], &newer->cpu_hist.hist[op],
			    &older->cpu_hist.hist[op]);
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
	point->failures = delta(a.failures, b->failures);
	point->failures_per_s = per_s(point->failures, point->length_ns);
	point->throttled_per_s = per_s(delta(a.throttled, b->throttled), point->length_ns);
	point->preempted_per_s = per_s(delta(a.preempted, b->preempted), point->length_ns);
	point->remote_ratio = ratio(delta(a.remote_blocks, b->remote_blocks), allocs);
	pages = derive_blocks(interval, older, newer);
	point->pages_per_s = per_s(pages, point->length_ns);
	point->remote_page_ratio = ratio(delta(a.remote_pages, b->remote_pages), pages);
	derive_calls(point, older, newer, delta(a.frees, b->frees));
	derive_cpus(interval, older, newer);
	derive_latency(interval, older, newer);
	derive_selected(interval, older, newer);
}

/* ---- what the machine did ---------------------------------------------------------------- */

static void derive_nodes(struct bt_interval *interval, const struct bt_frame *older,
			 const struct bt_frame *newer)
{
	static const size_t offset[BT_NUMASTAT_COUNT] = {
		[BT_NUMA_HIT] = offsetof(struct bt_frame_node, numa_hit),
		[BT_NUMA_MISS] = offsetof(struct bt_frame_node, numa_miss),
		[BT_NUMA_FOREIGN] = offsetof(struct bt_frame_node, numa_foreign),
		[BT_NUMA_INTERLEAVE_HIT] = offsetof(struct bt_frame_node, interleave_hit),
		[BT_NUMA_LOCAL_NODE] = offsetof(struct bt_frame_node, local_node),
		[BT_NUMA_OTHER_NODE] = offsetof(struct bt_frame_node, other_node),
	};
	unsigned i, j;

	for (i = 0; i < interval->node_count; i++) {
		const char *a = (const char *)&older->nodes[i], *b = (const char *)&newer->nodes[i];

		for (j = 0; j < BT_NUMASTAT_COUNT; j++) {
			uint64_t pages = delta(*(const uint64_t *)(a + offset[j]),
					       *(const uint64_t *)(b + offset[j]));

			interval->nodes[i].numastat_per_s[j] =
				(float)per_s(pages, interval->point.length_ns);
		}
	}
}

static double stalled(uint64_t older_us, uint64_t newer_us, uint64_t length_ns)
{
	uint64_t us = delta(older_us, newer_us);

	return ratio(us == BT_UNKNOWN ? us : us * 1000, length_ns);
}

static void derive_machine(struct bt_interval *interval, const struct bt_frame *older,
			   const struct bt_frame *newer)
{
	struct bt_point *point = &interval->point;
	unsigned i;

	for (i = 0; i < BT_VMSTAT_COUNT; i++)
		point->vmstat_per_s[i] =
			per_s(delta(older->vmstat[i], newer->vmstat[i]), point->length_ns);
	point->oom_kills =
		delta(older->vmstat[BT_VMSTAT_OOM_KILL], newer->vmstat[BT_VMSTAT_OOM_KILL]);
	point->psi_some_ratio = stalled(older->psi.some_total_us, newer->psi.some_total_us,
					point->length_ns);
	point->psi_full_ratio = stalled(older->psi.full_total_us, newer->psi.full_total_us,
					point->length_ns);
	derive_nodes(interval, older, newer);
}

static uint64_t cpu_ns(const struct bt_frame_host *host)
{
	if (host->cpu_user_ns == BT_UNKNOWN || host->cpu_system_ns == BT_UNKNOWN)
		return BT_UNKNOWN;
	return host->cpu_user_ns + host->cpu_system_ns;
}

static void derive_host(struct bt_point *point, const struct bt_frame_host *older,
			const struct bt_frame_host *newer)
{
	point->host_cpu_ratio = per_s(delta(cpu_ns(older), cpu_ns(newer)), point->length_ns) / 1e9;
	point->host_inflate_bytes_per_s =
		per_s(delta(newer->size_bytes, older->size_bytes), point->length_ns);
	point->host_deflate_bytes_per_s =
		per_s(delta(older->size_bytes, newer->size_bytes), point->length_ns);
}

void bt_interval_derive(struct bt_interval *interval, const struct bt_frame *older,
			const struct bt_frame *newer)
{
	struct bt_point *point = &interval->point;

	derive_gauges(interval, newer);
	forget_rates(interval);
	if (!older)
		return;
	if (restarted(older, newer)) {
		bt_interval_gap(interval, older->mono_ns, newer->mono_ns, newer->utc_ns);
		return;
	}
	point->length_ns = point->known_ns = newer->mono_ns - older->mono_ns;
	derive_machine(interval, older, newer);
	derive_host(point, &older->host, &newer->host);
	if (older->has_module && newer->has_module)
		derive_module(interval, older, newer);
}
