/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How an operation is timed: two readings of the clock around it, and a count in the bucket of what
 * lies between. Inline, for a pair of operations of order 0 is some 1200 instructions, and this
 * must not be a twentieth of them (tests/bench/instructions.c holds it to that).
 */
#ifndef ANT_TIMING_H
#define ANT_TIMING_H

#include <linux/compiler.h>

#include "clock.h"
#include "compat.h"
#include "hist.h"

/* ---- clock.c -------------------------------------------------------------------------------- */

/*
 * A reading where the counter is not used, or went back: on resume from sleep it may begin anew,
 * and then the clock is set again.
 */
u64 ant_clock_read_other(struct ant_clock *clock);
/* ant_clock_ns() at any distance from the anchor. */
u64 ant_clock_ns_other(const struct ant_clock *clock, u64 ticks);

/* ---- the clock ------------------------------------------------------------------------------ */

/* Now, in ticks. Of rare and slow cases there is one branch for all. */
static __always_inline u64 ant_clock_read(struct ant_clock *clock)
{
	u64 ticks = ant_compat_ticks();

	return likely(ticks >= clock->reached_ticks) ? ticks : ant_clock_read_other(clock);
}

/* The time at `ticks`, a reading since the clock was set. */
static __always_inline u64 ant_clock_ns(const struct ant_clock *clock, u64 ticks)
{
	u64 since = ticks - clock->anchor_ticks;

	if (unlikely(since > clock->product_ticks))
		return ant_clock_ns_other(clock, ticks);
	return clock->anchor_ns + (since * clock->mult >> ANT_CLOCK_SHIFT);
}

/* ---- a timed section ------------------------------------------------------------------------ */

/*
 * Whether the next operation is timed: the first, and then one in `every`. *left: operations until
 * one is, that one included.
 */
static __always_inline bool ant_timing_due(u32 *left, u32 every)
{
	if (unlikely(--*left))
		return false;
	*left = every;
	return true;
}

/* Begins a section: its start in ticks. */
static __always_inline u64 ant_timing_start(struct ant_clock *clock)
{
	return ant_clock_read(clock);
}

/* Ends it: its end in ticks. */
static __always_inline u64 ant_timing_end(struct ant_clock *clock)
{
	u64 ticks = ant_compat_ticks();

	if (unlikely(ticks < clock->reached_ticks))
		return ant_clock_read_other(clock);
	clock->reached_ticks = ticks;
	return ticks;
}

/* A section that was long, or during which the counter was reset. */
static __always_inline bool ant_timing_long(const struct ant_clock *clock, u64 ticks)
{
	return ticks > clock->long_ticks;
}

/* What another section lasted. */
static __always_inline u64 ant_timing_short_ns(const struct ant_clock *clock, u64 ticks)
{
	return ticks * clock->mult >> ANT_CLOCK_SHIFT;
}

/* hist: the buckets of one operation and order; ns: of a short section. */
static __always_inline void ant_timing_count_short(u64 *hist, u64 ns)
{
	ant_compat_increment(&hist[bt_hist_index_short(ns)]);
}

#endif
