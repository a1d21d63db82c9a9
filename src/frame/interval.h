/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened between two frames. Derived here and nowhere else (interval.c); history, views and
 * comparison use only intervals. buddytop.7 gives each number's meaning, unit and source.
 */
#ifndef BT_INTERVAL_H
#define BT_INTERVAL_H

#include "frame/frame.h"

enum bt_quantile { BT_P50, BT_P90, BT_P99, BT_P999, BT_QUANTILES };

struct bt_latency {
	uint64_t count;			/* operations in the interval's histogram */
	uint64_t quantile_ns[BT_QUANTILES]; /* upper bucket edges; BT_UNKNOWN without any */
	uint64_t max_edge_ns;		/* top bucket's edge: shown as <= */
};

/* Events that fell into a point; vertical lines in graphs. */
enum bt_point_flag {
	BT_POINT_CONTROL = 1 << 0,	/* someone changed something */
	BT_POINT_MARK = 1 << 1,		/* someone wanted to find this again */
	BT_POINT_STOPPED = 1 << 2,	/* a guard stopped the load */
	BT_POINT_FAILURE = 1 << 3,	/* allocations began to fail */
	BT_POINT_OOM = 1 << 4,
	BT_POINT_LOST = 1 << 5,		/* the source was lost */
};

/*
 * The fixed part of a step of time; the rest is in tails (history.h). Unknown doubles are NaN,
 * unknown integers BT_UNKNOWN. A point of the history may cover many intervals: rates are then
 * means over known_ns, counts and histograms sums, gauges the last known.
 */
struct bt_point {
	uint64_t number;		/* of its newest interval in the history, from 1 */
	uint64_t mono_ns;		/* end of the interval */
	int64_t utc_ns;
	uint64_t length_ns;
	uint64_t known_ns;		/* what of it is no gap */
	uint64_t generation;
	uint32_t flags;			/* enum bt_point_flag */
	bool gap;			/* nothing is known of it: pause, lost source, restart */
	uint8_t run;
	uint8_t zone_count;		/* of its tail */
	uint8_t tails;			/* enum bt_tail: the tails that it has (history.h) */
	int16_t stuck_cpu;		/* longest in one operation (>= 100 ms) or -1 */

	double allocs_per_s, frees_per_s, failures_per_s, throttled_per_s, preempted_per_s;
	double pages_per_s;		/* allocated by the antagonist */
	double remote_ratio;		/* 0..1 of the interval's blocks; NaN without any */
	double remote_page_ratio;
	double bulk_calls_per_s;	/* NaN of a load that makes none */
	double bulk_fill_ratio;		/* 0..1: pages got of those asked for; NaN without a call */
	double handoff_ratio;		/* 0..1 of the frees: blocks that another CPU allocated; NaN as above */
	double vmstat_per_s[BT_VMSTAT_COUNT];
	double psi_some_ratio, psi_full_ratio;	/* 0..1 of the time some, all tasks were stalled */
	/* Of a guest of the lab, by its host: QEMU's time as a share of one CPU's, may be above 1; */
	double host_cpu_ratio;
	/* its size by the device, out of the guest and back into it: one of them is 0. */
	double host_inflate_bytes_per_s, host_deflate_bytes_per_s;
	uint64_t failures, oom_kills;	/* counts */

	uint64_t held_bytes;
	uint64_t available_bytes, available_min_bytes, free_bytes, cached_bytes, anon_bytes,
		dirty_bytes, slab_bytes, swap_used_bytes;
	uint64_t host_rss_bytes, host_size_bytes, host_target_bytes;

	struct bt_latency latency[BT_OP_COUNT];
	struct bt_hist hist[BT_OP_COUNT];	/* all orders and nodes */
	struct bt_latency bulk;		/* of whole bulk calls */
	struct bt_hist bulk_hist;
};

enum bt_numastat { BT_NUMA_HIT, BT_NUMA_MISS, BT_NUMA_FOREIGN, BT_NUMA_INTERLEAVE_HIT,
		   BT_NUMA_LOCAL_NODE, BT_NUMA_OTHER_NODE, BT_NUMASTAT_COUNT };
extern const char *const bt_numastat_name[BT_NUMASTAT_COUNT];	/* as in the file */

struct bt_point_node {
	uint64_t free_bytes, total_bytes;
	float numastat_per_s[BT_NUMASTAT_COUNT];	/* pages */
	float bins[BT_OP_COUNT][BT_LOG2_BINS];	/* operations of this node's CPUs, by latency */
};

struct bt_point_cpu {
	float allocs_per_s, failures_per_s, throttled_per_s;
	uint8_t state;			/* enum bt_worker_state */
	bool online, applied;		/* applied: echoes the published generation */
};

struct bt_interval {
	struct bt_point point;
	uint64_t seq;			/* of the newer frame */
	uint64_t order_allocs[BT_MAX_ORDERS];	/* blocks of the interval */
	struct bt_frame_totals totals;	/* of the newer frame */
	unsigned cpu_count, node_count;
	uint32_t page_bytes;		/* of the machine */
	struct bt_point_cpu *cpus;	/* [cpu_count] */
	struct bt_point_node *nodes;	/* [node_count] */
	float *matrix;			/* blocks/s, [node of CPU * node_count + node of block] */
	struct bt_frame_cpu_hist selected; /* of the interval; cpu -1: not in both frames */
};

struct bt_interval *bt_interval_create(const struct bt_machine *machine);
void bt_interval_free(struct bt_interval *interval);
/*
 * interval = newer - older. A counter that went back means the source restarted: the interval is a
 * gap. older == NULL: gauges only, rates unknown. Times come from the frames, never from a nominal
 * interval. Allocates nothing.
 */
void bt_interval_derive(struct bt_interval *interval, const struct bt_frame *older,
			const struct bt_frame *newer);
/* Deep copy between intervals of the same machine. */
void bt_interval_copy(struct bt_interval *to, const struct bt_interval *from);
/* Makes it say only "nothing known between these times". */
void bt_interval_gap(struct bt_interval *interval, uint64_t from_ns, uint64_t to_ns,
		     int64_t utc_ns);
/* There were bulk calls in it, and no other allocation was timed. */
static inline bool bt_point_is_bulk(const struct bt_point *point)
{
	return point->bulk.count && !point->latency[BT_OP_ALLOC].count;
}

/* Of what allocates: of single blocks, or of whole bulk calls where there are those alone. */
static inline const struct bt_latency *bt_point_alloc_latency(const struct bt_point *point)
{
	return bt_point_is_bulk(point) ? &point->bulk : &point->latency[BT_OP_ALLOC];
}

/* A point of which nothing is known, not even its times. */
void bt_point_forget(struct bt_point *point);
/* point->latency of point->hist, and that of bulk calls. */
void bt_point_quantiles(struct bt_point *point);

#endif
