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

/* The compact part, kept in histories: 1 h of it at 1 s is small. Unknown doubles are NaN. */
struct bt_point {
	uint64_t mono_ns;		/* end of the interval */
	int64_t utc_ns;
	uint64_t length_ns;
	uint64_t generation;
	bool gap;			/* nothing is known of it: pause, lost source, restart */
	uint8_t run;
	double allocs_per_s, frees_per_s, failures_per_s, throttled_per_s;
	double remote_ratio;		/* 0..1 of the interval's blocks; NaN without any */
	double remote_page_ratio;
	uint64_t available_bytes, free_bytes, held_bytes;
	struct bt_latency latency[BT_OP_COUNT];
};

struct bt_interval_cpu {
	double allocs_per_s, failures_per_s, throttled_per_s;
	uint64_t held_pages, generation;
	uint8_t state;
	bool online, applied;		/* applied: echoes the published generation */
};

struct bt_interval {
	struct bt_point point;
	uint64_t seq;			/* of the newer frame */
	struct bt_hist hist[BT_OP_COUNT];	/* all orders and nodes */
	uint64_t matrix[BT_MAX_NODES][BT_MAX_NODES]; /* blocks of the interval */
	uint64_t order_allocs[BT_MAX_ORDERS];
	double vmstat_per_s[BT_VMSTAT_COUNT];
	double preempted_per_s;
	uint64_t failures, oom_kills;	/* counts of the interval (events); BT_UNKNOWN if unknown */
	struct bt_frame_totals totals;	/* of the newer frame */
	unsigned cpu_count;
	uint32_t page_bytes;		/* of the machine */
	struct bt_interval_cpu *cpus;	/* [cpu_count] */
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
/* A point that says only "nothing known between these times". */
void bt_point_gap(struct bt_point *point, uint64_t from_ns, uint64_t to_ns, int64_t utc_ns);

/* Ring of the last points, oldest overwritten. Single thread. */
struct bt_history;
struct bt_history *bt_history_create(unsigned capacity);
void bt_history_free(struct bt_history *history);
void bt_history_add(struct bt_history *history, const struct bt_point *point);
unsigned bt_history_count(const struct bt_history *history);
/* age 0 = newest; NULL beyond the oldest. */
const struct bt_point *bt_history_at(const struct bt_history *history, unsigned age);

#endif
