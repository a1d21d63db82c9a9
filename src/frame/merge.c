// SPDX-License-Identifier: GPL-2.0
#include "frame/merge.h"

#include <math.h>
#include <string.h>

/* ---- layout ------------------------------------------------------------------------------ */

static size_t aligned(size_t bytes)
{
	return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
}

void bt_layout_init(struct bt_layout *layout, const struct bt_machine *machine)
{
	size_t nodes = machine->node_count;
	/* Populated: up to two small ones on the first nodes, one or two on each. */
	unsigned zones = 2 * machine->node_count + 4;

	layout->node_count = machine->node_count;
	layout->cpu_count = machine->cpu_count;
	layout->zone_capacity = zones < BT_MAX_ZONES ? zones : BT_MAX_ZONES;
	layout->matrix_at = sizeof(struct bt_point) + nodes * sizeof(struct bt_point_node);
	layout->zones_at = aligned(layout->matrix_at + nodes * nodes * sizeof(float));
	layout->cpus_at = layout->zones_at + layout->zone_capacity * sizeof(struct bt_point_zone);
	layout->all_bytes =
		aligned(layout->cpus_at + layout->cpu_count * sizeof(struct bt_point_cpu));
}

static void fill_zone(struct bt_point_zone *to, const struct bt_frame_zone *from)
{
	memcpy(to->name, from->name, sizeof(to->name));
	to->node = from->node;
	to->free_pages = from->free_pages;
	to->min_pages = from->min_pages;
	to->low_pages = from->low_pages;
	to->high_pages = from->high_pages;
	to->managed_pages = from->managed_pages;
	to->pcp_pages = from->pcp_pages;
	for (unsigned order = 0; order < BT_MAX_ORDERS; order++)
		to->free_blocks[order] = (uint32_t)from->free_blocks[order];
}

void bt_layout_fill(const struct bt_layout *layout, struct bt_point *point,
		    const struct bt_interval *interval, const struct bt_frame *frame)
{
	unsigned nodes = layout->node_count, zones = frame ? frame->zone_count : 0;

	*point = interval->point;
	point->tails = BT_TAIL_NODES | BT_TAIL_CPUS;
	memcpy(bt_layout_nodes(layout, point), interval->nodes, nodes * sizeof(*interval->nodes));
	memcpy(bt_layout_matrix(layout, point), interval->matrix,
	       nodes * nodes * sizeof(*interval->matrix));
	memcpy(bt_layout_cpus(layout, point), interval->cpus,
	       layout->cpu_count * sizeof(*interval->cpus));
	point->zone_count = (uint8_t)(zones < layout->zone_capacity ? zones :
								      layout->zone_capacity);
	for (unsigned i = 0; i < point->zone_count; i++)
		fill_zone(&bt_layout_zones(layout, point)[i], &frame->zones[i]);
}

/* ---- the fixed part ---------------------------------------------------------------------- */

/* share: of from in the time of both. */
static double mean(double into, double from, double share)
{
	if (isnan(into))
		return from;
	return isnan(from) ? into : into + (from - into) * share;
}

static float mean_float(float into, float from, float share)
{
	if (isnan(into))
		return from;
	return isnan(from) ? into : into + (from - into) * share;
}

/* Share of from where what counts is rate times time; NaN counts nothing. */
static double share_of(double into_rate, uint64_t into_ns, double from_rate, uint64_t from_ns)
{
	double into = isnan(into_rate) ? 0 : into_rate * (double)into_ns;
	double from = isnan(from_rate) ? 0 : from_rate * (double)from_ns;

	return into + from > 0 ? from / (into + from) : 0;
}

/* NaN is "none of it" where allocations are known: over the time of both it is 0. */
static double none_is_0(double value, const struct bt_point *point)
{
	return isnan(value) && !isnan(point->allocs_per_s) ? 0 : value;
}

/* Before the rates that they are weighted by. */
static void merge_calls(struct bt_point *into, const struct bt_point *from, double share)
{
	double frees = share_of(into->frees_per_s, into->known_ns, from->frees_per_s,
				from->known_ns);

	into->bulk_fill_ratio = mean(into->bulk_fill_ratio, from->bulk_fill_ratio,
				     share_of(into->bulk_calls_per_s, into->known_ns,
					      from->bulk_calls_per_s, from->known_ns));
	if (!isnan(into->handoff_ratio) || !isnan(from->handoff_ratio))
		into->handoff_ratio = mean(none_is_0(into->handoff_ratio, into),
					   none_is_0(from->handoff_ratio, from), frees);
	if (!isnan(into->bulk_calls_per_s) || !isnan(from->bulk_calls_per_s))
		into->bulk_calls_per_s = mean(none_is_0(into->bulk_calls_per_s, into),
					      none_is_0(from->bulk_calls_per_s, from), share);
}

static void merge_rates(struct bt_point *into, const struct bt_point *from, double share)
{
	static const size_t rates[] = {
		offsetof(struct bt_point, allocs_per_s), offsetof(struct bt_point, frees_per_s),
		offsetof(struct bt_point, failures_per_s),
		offsetof(struct bt_point, throttled_per_s),
		offsetof(struct bt_point, preempted_per_s),
		offsetof(struct bt_point, pages_per_s),
		offsetof(struct bt_point, psi_some_ratio),
		offsetof(struct bt_point, psi_full_ratio),
		offsetof(struct bt_point, host_cpu_ratio),
		offsetof(struct bt_point, host_inflate_bytes_per_s),
		offsetof(struct bt_point, host_deflate_bytes_per_s),
	};

	/* Before the rates that they are weighted by. */
	into->remote_ratio = mean(into->remote_ratio, from->remote_ratio,
				  share_of(into->allocs_per_s, into->known_ns, from->allocs_per_s,
					   from->known_ns));
	into->remote_page_ratio = mean(into->remote_page_ratio, from->remote_page_ratio,
				       share_of(into->pages_per_s, into->known_ns,
						from->pages_per_s, from->known_ns));
	merge_calls(into, from, share);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rates); i++) {
		double *to = (double *)((char *)into + rates[i]);

		*to = mean(*to, *(const double *)((const char *)from + rates[i]), share);
	}
	for (unsigned i = 0; i < BT_VMSTAT_COUNT; i++)
		into->vmstat_per_s[i] = mean(into->vmstat_per_s[i], from->vmstat_per_s[i], share);
}

static void keep_known(uint64_t *into, uint64_t from)
{
	if (from != BT_UNKNOWN)
		*into = from;
}

static void add_known(uint64_t *into, uint64_t from)
{
	if (*into == BT_UNKNOWN)
		*into = from;
	else if (from != BT_UNKNOWN)
		*into += from;
}

static void merge_gauges(struct bt_point *into, const struct bt_point *from)
{
	keep_known(&into->held_bytes, from->held_bytes);
	keep_known(&into->available_bytes, from->available_bytes);
	keep_known(&into->free_bytes, from->free_bytes);
	keep_known(&into->cached_bytes, from->cached_bytes);
	keep_known(&into->anon_bytes, from->anon_bytes);
	keep_known(&into->dirty_bytes, from->dirty_bytes);
	keep_known(&into->slab_bytes, from->slab_bytes);
	keep_known(&into->swap_used_bytes, from->swap_used_bytes);
	keep_known(&into->host_rss_bytes, from->host_rss_bytes);
	keep_known(&into->host_size_bytes, from->host_size_bytes);
	keep_known(&into->host_target_bytes, from->host_target_bytes);
	/* BT_UNKNOWN is larger than any number of bytes. */
	if (from->available_min_bytes < into->available_min_bytes)
		into->available_min_bytes = from->available_min_bytes;
	if (from->gap)
		return;
	into->generation = from->generation;
	into->run = from->run;
	into->stuck_cpu = from->stuck_cpu;
}

/* ---- tails ------------------------------------------------------------------------------- */

static void merge_node(struct bt_point_node *into, const struct bt_point_node *from, float share)
{
	keep_known(&into->free_bytes, from->free_bytes);
	keep_known(&into->total_bytes, from->total_bytes);
	for (unsigned i = 0; i < BT_NUMASTAT_COUNT; i++)
		into->numastat_per_s[i] =
			mean_float(into->numastat_per_s[i], from->numastat_per_s[i], share);
	for (unsigned op = 0; op < BT_OP_COUNT; op++) {
		for (unsigned bin = 0; bin < BT_LOG2_BINS; bin++)
			into->bins[op][bin] += from->bins[op][bin];
	}
}

static void merge_cpu(struct bt_point_cpu *into, const struct bt_point_cpu *from, float share)
{
	into->allocs_per_s = mean_float(into->allocs_per_s, from->allocs_per_s, share);
	into->failures_per_s = mean_float(into->failures_per_s, from->failures_per_s, share);
	into->throttled_per_s = mean_float(into->throttled_per_s, from->throttled_per_s, share);
	into->state = from->state;
	into->online = from->online;
	into->applied = from->applied;
}

static void merge_nodes(const struct bt_layout *layout, struct bt_point *into,
			const struct bt_point *from, float share)
{
	float *matrix = bt_layout_matrix(layout, into);
	const float *further = bt_layout_matrix(layout, from);
	unsigned nodes = layout->node_count;

	for (unsigned i = 0; i < nodes; i++)
		merge_node(&bt_layout_nodes(layout, into)[i], &bt_layout_nodes(layout, from)[i],
			   share);
	for (unsigned i = 0; i < nodes * nodes; i++)
		matrix[i] = mean_float(matrix[i], further[i], share);
	if (!from->zone_count)
		return;
	into->zone_count = from->zone_count;
	memcpy(bt_layout_zones(layout, into), bt_layout_zones(layout, from),
	       from->zone_count * sizeof(struct bt_point_zone));
}

void bt_merge(const struct bt_layout *layout, struct bt_point *into, const struct bt_point *from)
{
	uint64_t known_ns = into->known_ns + from->known_ns;
	double share = known_ns ? (double)from->known_ns / (double)known_ns : 0;

	merge_rates(into, from, share);
	merge_gauges(into, from);
	add_known(&into->failures, from->failures);
	add_known(&into->oom_kills, from->oom_kills);
	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		bt_hist_add(&into->hist[op], &from->hist[op]);
	bt_hist_add(&into->bulk_hist, &from->bulk_hist);
	if (into->tails & BT_TAIL_NODES)
		merge_nodes(layout, into, from, (float)share);
	for (unsigned i = 0; into->tails & BT_TAIL_CPUS && i < layout->cpu_count; i++)
		merge_cpu(&bt_layout_cpus(layout, into)[i], &bt_layout_cpus(layout, from)[i],
			  (float)share);
	into->number = from->number;
	into->mono_ns = from->mono_ns;
	into->utc_ns = from->utc_ns;
	into->length_ns += from->length_ns;
	into->known_ns = known_ns;
	into->flags |= from->flags;
	into->gap = into->gap && from->gap;
}

void bt_point_merge(struct bt_point *into, const struct bt_point *from)
{
	bt_merge(NULL, into, from);
}
