/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two ends of an operation: what a reader sees in between, its times, what is held then. For
 * the files that have operations alone: op.c, bulk.c, handoff.c.
 */
#ifndef ANT_FLIGHT_H
#define ANT_FLIGHT_H

#include <linux/ktime.h>
#include <linux/processor.h>
#include <linux/sched.h>

#include "ant.h"
#include "timing.h"

/* Test builds only: a delay the histograms must show. */
static __always_inline void ant_delay(void)
{
	if (ANT_TEST_DELAY_NS) {
		u64 until_ns = ktime_get_ns() + ANT_TEST_DELAY_NS;

		while (ktime_get_ns() < until_ns)
			cpu_relax();
	}
}

/*
 * What a reader sees of the operation in flight. Its kind says something only where there is a
 * start, so that it can stand for all operations of a run.
 */
static __always_inline void ant_flight_kind(struct bt_cpu_stats *stats, enum bt_op op)
{
	WRITE_ONCE(stats->op, op);
}

static __always_inline void ant_flight_start(struct bt_cpu_stats *stats, u64 start_ns)
{
	WRITE_ONCE(stats->op_start_ns, start_ns);
}

static __always_inline void ant_flight_end(struct bt_cpu_stats *stats)
{
	WRITE_ONCE(stats->op_start_ns, 0);
}

/* So many blocks more. Their pages are not added up, for a shuffle changes them, too. */
static __always_inline void ant_account_held(struct ant_worker *w, struct bt_cpu_stats *stats,
					     long blocks)
{
	WRITE_ONCE(stats->held_pages, w->hold.pages);
	ant_compat_add(&stats->held_blocks, blocks);
}

/* A timed operation: when it began. */
struct ant_start {
	u64 ticks;
	u64 ns;
};

static __always_inline struct ant_start ant_timed_start(struct ant_worker *w,
							struct bt_cpu_stats *stats)
{
	struct ant_start start;

	w->switches = current->nivcsw;
	start.ticks = ant_timing_start(&w->clock);
	start.ns = ant_clock_ns(&w->clock, start.ticks);
	ant_flight_start(stats, start.ns);
	return start;
}

/* Counts what took so long, short as most are; returns the time at its end. */
static __always_inline u64 ant_account_time(struct ant_worker *w, struct ant_latencies to,
					    struct ant_start start, u64 end_ticks)
{
	u64 ticks = end_ticks - start.ticks, ns;

	if (unlikely(ant_timing_long(&w->clock, ticks)))
		return ant_op_account(w, to, start.ticks, end_ticks);
	ns = ant_timing_short_ns(&w->clock, ticks);
	ant_timing_count_short(to.hist, ns);
	if (unlikely(ns > *to.max_ns))
		WRITE_ONCE(*to.max_ns, ns);
	return start.ns + ns;
}

/* Returns the end in ticks. */
static __always_inline u64 ant_timed_end(struct ant_worker *w, struct bt_cpu_stats *stats)
{
	u64 end;

	ant_delay();
	end = ant_timing_end(&w->clock);
	ant_flight_end(stats);
	return end;
}

/* An operation that is not timed stands for one in flight since the last look at the clock. */
static __always_inline void ant_untimed_end(struct ant_worker *w, u64 *now_ns)
{
	if (!--w->unread) {
		w->unread = w->read_every;
		*now_ns = ant_clock_ns(&w->clock, ant_clock_read(&w->clock));
	}
	ant_flight_end(w->stats);
}

#endif
