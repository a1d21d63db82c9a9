// SPDX-License-Identifier: GPL-2.0
#include "frame/metric.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DOUBLE(member) .offset = offsetof(struct bt_point, member)
#define WHOLE(member) .offset = offsetof(struct bt_point, member), .whole = true
#define LESS .better = BT_BETTER_LESS
#define MORE .better = BT_BETTER_MORE
#define MODULE .module = true
#define RARE .rare = true

/* The keys stand in full below, so that they can be found. */
#define MEMORY(key_, member, label_, ...) \
	{ .key = key_, .label = label_, .group = memory, .unit = BT_UNIT_BYTES, \
	  WHOLE(member), ##__VA_ARGS__ }
#define LOAD(key_, member, unit_, label_, ...) \
	{ .key = key_, .label = label_, .group = load, .unit = BT_UNIT_##unit_, \
	  DOUBLE(member), MODULE, ##__VA_ARGS__ }
#define LATENCY(key_, op, member, label_) \
	{ .key = key_, .label = label_, .group = latency, .unit = BT_UNIT_NS, \
	  WHOLE(latency[BT_OP_##op].member), LESS, MODULE }
#define BULK(key_, member, label_) \
	{ .key = key_, .label = label_, .group = latency, .unit = BT_UNIT_NS, \
	  WHOLE(bulk.member), LESS, MODULE, RARE }
#define TIMED(key_, op, label_) \
	{ .key = key_, .label = label_, .group = latency, .unit = BT_UNIT_COUNT, \
	  WHOLE(latency[BT_OP_##op].count), MODULE }
#define VMSTAT(key_, id, group_, unit_, label_, ...) \
	{ .key = key_, .label = label_, .group = group_, .unit = BT_UNIT_##unit_, \
	  DOUBLE(vmstat_per_s[BT_VMSTAT_##id]), ##__VA_ARGS__ }
#define PRESSURE(key_, member, label_) \
	{ .key = key_, .label = label_, .group = reclaim, .unit = BT_UNIT_RATIO, DOUBLE(member), \
	  LESS }
#define HOST(key_, unit_, label_, ...) \
	{ .key = key_, .label = label_, .group = lab, .unit = BT_UNIT_##unit_, RARE, \
	  ##__VA_ARGS__ }

static const char memory[] = "Memory";
static const char load[] = "Load";
static const char latency[] = "Latency";
static const char kernel[] = "Kernel";
static const char reclaim[] = "Reclaim and pressure";
static const char lab[] = "The guest by its host";

const struct bt_metric bt_metrics[] = {
	MEMORY("available_bytes", available_bytes, "available", MORE),
	MEMORY("available_min_bytes", available_min_bytes, "available, least", MORE),
	MEMORY("free_bytes", free_bytes, "free", MORE),
	MEMORY("held_bytes", held_bytes, "held", MODULE),
	MEMORY("cached_bytes", cached_bytes, "cached"),
	MEMORY("anon_bytes", anon_bytes, "anonymous"),
	MEMORY("dirty_bytes", dirty_bytes, "dirty"),
	MEMORY("slab_bytes", slab_bytes, "slab"),
	MEMORY("swap_used_bytes", swap_used_bytes, "swap used", LESS),

	LOAD("allocs_per_s", allocs_per_s, PER_S, "allocs", MORE),
	LOAD("frees_per_s", frees_per_s, PER_S, "frees"),
	LOAD("pages_per_s", pages_per_s, PAGES_PER_S, "pages allocated", MORE),
	LOAD("failures_per_s", failures_per_s, PER_S, "failed", LESS),
	{ .key = "failures", .label = "failures", .group = load, .unit = BT_UNIT_COUNT,
	  WHOLE(failures), LESS, MODULE, .has_rate = true },
	LOAD("throttled_per_s", throttled_per_s, PER_S, "throttled", LESS),
	LOAD("preempted_per_s", preempted_per_s, PER_S, "preempted", LESS),
	LOAD("remote_ratio", remote_ratio, RATIO, "remote blocks", LESS),
	LOAD("remote_page_ratio", remote_page_ratio, RATIO, "remote pages", LESS),
	LOAD("bulk_calls_per_s", bulk_calls_per_s, PER_S, "bulk calls", MORE, RARE),
	LOAD("bulk_fill_ratio", bulk_fill_ratio, RATIO, "bulk calls filled", MORE, RARE),
	LOAD("handoff_ratio", handoff_ratio, RATIO, "handed off", RARE),

	LATENCY("alloc_p50_ns", ALLOC, quantile_ns[BT_P50], "alloc p50"),
	LATENCY("alloc_p90_ns", ALLOC, quantile_ns[BT_P90], "alloc p90"),
	LATENCY("alloc_p99_ns", ALLOC, quantile_ns[BT_P99], "alloc p99"),
	LATENCY("alloc_p999_ns", ALLOC, quantile_ns[BT_P999], "alloc p99.9"),
	LATENCY("alloc_max_edge_ns", ALLOC, max_edge_ns, "alloc max <="),
	TIMED("allocs_timed", ALLOC, "allocs timed"),
	LATENCY("free_p50_ns", FREE, quantile_ns[BT_P50], "free p50"),
	LATENCY("free_p90_ns", FREE, quantile_ns[BT_P90], "free p90"),
	LATENCY("free_p99_ns", FREE, quantile_ns[BT_P99], "free p99"),
	LATENCY("free_p999_ns", FREE, quantile_ns[BT_P999], "free p99.9"),
	LATENCY("free_max_edge_ns", FREE, max_edge_ns, "free max <="),
	TIMED("frees_timed", FREE, "frees timed"),
	BULK("bulk_p50_ns", quantile_ns[BT_P50], "bulk call p50"),
	BULK("bulk_p90_ns", quantile_ns[BT_P90], "bulk call p90"),
	BULK("bulk_p99_ns", quantile_ns[BT_P99], "bulk call p99"),
	BULK("bulk_p999_ns", quantile_ns[BT_P999], "bulk call p99.9"),
	BULK("bulk_max_edge_ns", max_edge_ns, "bulk call max <="),

	VMSTAT("allocstall_per_s", ALLOCSTALL, reclaim, PER_S, "allocation stalls", LESS),
	VMSTAT("pgscan_direct_per_s", PGSCAN_DIRECT, reclaim, PAGES_PER_S, "scanned, direct", LESS),
	VMSTAT("pgscan_kswapd_per_s", PGSCAN_KSWAPD, reclaim, PAGES_PER_S, "scanned, kswapd", LESS),
	VMSTAT("pgsteal_direct_per_s", PGSTEAL_DIRECT, reclaim, PAGES_PER_S, "stolen, direct"),
	VMSTAT("pgsteal_kswapd_per_s", PGSTEAL_KSWAPD, reclaim, PAGES_PER_S, "stolen, kswapd"),
	VMSTAT("compact_stall_per_s", COMPACT_STALL, reclaim, PER_S, "compaction stalls", LESS),
	VMSTAT("compact_success_per_s", COMPACT_SUCCESS, reclaim, PER_S, "compaction success"),
	VMSTAT("compact_fail_per_s", COMPACT_FAIL, reclaim, PER_S, "compaction failed", LESS),
	VMSTAT("pswpin_per_s", PSWPIN, reclaim, PAGES_PER_S, "swapped in", LESS),
	VMSTAT("pswpout_per_s", PSWPOUT, reclaim, PAGES_PER_S, "swapped out", LESS),
	VMSTAT("oom_kill_per_s", OOM_KILL, reclaim, PER_S, "OOM kill rate", LESS),
	{ .key = "oom_kills", .label = "OOM kills", .group = reclaim, .unit = BT_UNIT_COUNT,
	  WHOLE(oom_kills), LESS, .has_rate = true },
	PRESSURE("psi_some_ratio", psi_some_ratio, "pressure, some"),
	PRESSURE("psi_full_ratio", psi_full_ratio, "pressure, full"),

	VMSTAT("pgalloc_per_s", PGALLOC, kernel, PAGES_PER_S, "all pages allocated"),
	VMSTAT("pgfree_per_s", PGFREE, kernel, PAGES_PER_S, "all pages freed"),
	VMSTAT("pgfault_per_s", PGFAULT, kernel, PER_S, "page faults"),
	VMSTAT("pgmajfault_per_s", PGMAJFAULT, kernel, PER_S, "major faults", LESS),
	VMSTAT("balloon_inflate_per_s", BALLOON_INFLATE, kernel, PAGES_PER_S, "balloon inflated"),
	VMSTAT("balloon_deflate_per_s", BALLOON_DEFLATE, kernel, PAGES_PER_S, "balloon deflated"),

	HOST("host_rss_bytes", BYTES, "resident in QEMU", WHOLE(host_rss_bytes), LESS),
	HOST("host_size_bytes", BYTES, "size by the device", WHOLE(host_size_bytes)),
	HOST("host_target_bytes", BYTES, "size asked for", WHOLE(host_target_bytes)),
	HOST("host_inflate_bytes_per_s", BYTES_PER_S, "inflating", DOUBLE(host_inflate_bytes_per_s)),
	HOST("host_deflate_bytes_per_s", BYTES_PER_S, "deflating", DOUBLE(host_deflate_bytes_per_s)),
	HOST("host_cpu_ratio", RATIO, "QEMU, of one CPU", DOUBLE(host_cpu_ratio), LESS),
};

const char *const bt_unit_name[BT_UNITS] = {
	[BT_UNIT_BYTES] = "bytes", [BT_UNIT_BYTES_PER_S] = "bytes_per_s", [BT_UNIT_NS] = "ns",
	[BT_UNIT_RATIO] = "ratio", [BT_UNIT_COUNT] = "count", [BT_UNIT_PER_S] = "per_s",
	[BT_UNIT_PAGES_PER_S] = "pages_per_s", [BT_UNIT_GIB_MIN] = "gib_min",
};

const unsigned bt_metric_count = BT_ARRAY_SIZE(bt_metrics);

const struct bt_metric *bt_metric_find(const char *key)
{
	for (unsigned i = 0; i < bt_metric_count; i++) {
		if (!strcmp(bt_metrics[i].key, key))
			return &bt_metrics[i];
	}
	return NULL;
}

const char *bt_metric_text(const struct bt_metric *metric, const struct bt_units *units,
			   double value, char *buf, size_t size)
{
	static const char *const suffix[BT_UNITS] = {
		[BT_UNIT_COUNT] = "", [BT_UNIT_PER_S] = "/s", [BT_UNIT_PAGES_PER_S] = " pages/s",
		[BT_UNIT_GIB_MIN] = " GiB min",
	};
	char number[16];

	switch (metric->unit) {
	case BT_UNIT_BYTES:
		return bt_text_bytes_in(units, isnan(value) ? BT_UNKNOWN : (uint64_t)value, buf,
					size);
	case BT_UNIT_BYTES_PER_S:
		bt_text_bytes_in(units, isnan(value) ? BT_UNKNOWN : (uint64_t)value, number,
				 sizeof(number));
		snprintf(buf, size, "%s%s", number, isnan(value) ? "" : "/s");
		return buf;
	case BT_UNIT_NS:
		return bt_text_latency_in(units, isnan(value) ? BT_UNKNOWN : (uint64_t)value, buf,
					  size);
	case BT_UNIT_RATIO:
		snprintf(buf, size, isnan(value) ? "?" : "%.1f %%", value * 100);
		return buf;
	default:
		bt_text_count(value, number, sizeof(number));
		snprintf(buf, size, "%s%s", number, isnan(value) ? "" : suffix[metric->unit]);
		return buf;
	}
}

double bt_metric_value(const struct bt_metric *metric, const struct bt_point *point)
{
	const char *at = (const char *)point + metric->offset;
	uint64_t whole;

	if (!metric->whole)
		return *(const double *)at;
	whole = *(const uint64_t *)at;
	return whole == BT_UNKNOWN ? NAN : (double)whole;
}

void bt_metric_set(const struct bt_metric *metric, struct bt_point *point, double value)
{
	char *at = (char *)point + metric->offset;

	if (!metric->whole)
		*(double *)at = value;
	else
		*(uint64_t *)at = isnan(value) ? BT_UNKNOWN : (uint64_t)value;
}
