/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time of one CPU out of a counter of ticks. An anchor is an instant known in both, ticks and
 * CLOCK_MONOTONIC; what has passed since is the ticks since, scaled. The kernel slews its own clock
 * meanwhile, so the anchor is set anew every batch. Pure: also built into user space.
 *
 * The time never goes back on a CPU: where the old anchor's time is ahead of the new one's, it
 * stands still until the new one has caught up. Only a lead beyond ANT_CLOCK_LEAD_MAX_NS, which no
 * slewing makes in a batch, is given up: the counter has jumped, and what waits for the time would
 * wait for as long.
 */
#ifndef ANT_CLOCK_H
#define ANT_CLOCK_H

#include <linux/types.h>

/* Binary places of a tick's length: at 5 GHz an error below 1.2e-9, 0.1 ms in a day. */
#define ANT_CLOCK_SHIFT		32
#define ANT_CLOCK_LEAD_MAX_NS	10000000ull
/* Longer operations are looked at for an involuntary switch. */
#define ANT_CLOCK_LONG_NS	16000ull

struct ant_clock {
	__u64 anchor_ticks;
	__u64 anchor_ns;
	/* The counter has been this far: what is below needs ant_clock_read_other(). */
	__u64 reached_ticks;
	__u64 mult;		/* nanoseconds of a tick, << ANT_CLOCK_SHIFT; 0 = no anchor yet */
	__u64 long_ticks;	/* ANT_CLOCK_LONG_NS */
	__u64 product_ticks;	/* the most whose product with mult has 64 bits */
	__u64 last_ns;		/* of the readings by ktime: the last one */
	__u32 khz;		/* of the counter; 0 = the ticks are nanoseconds of ktime */
};

/* Of a clock that goes by ktime: no counter gets there. */
#define ANT_CLOCK_NEVER		(~0ull)

/* What that many ticks last, to the nanosecond below. */
static inline __u64 ant_clock_length_ns(const struct ant_clock *clock, __u64 ticks)
{
	return (__u64)((__uint128_t)ticks * clock->mult >> ANT_CLOCK_SHIFT);
}

/* The time at ticks that are far from the anchor; before it, it is the anchor's. */
static inline __u64 ant_clock_far_ns(const struct ant_clock *clock, __u64 ticks)
{
	__u64 since = ticks - clock->anchor_ticks;

	return clock->anchor_ns + ((__s64)since < 0 ? 0 : ant_clock_length_ns(clock, since));
}

/* As if nanoseconds were ticks where there is no counter. */
static inline void ant_clock_scale(struct ant_clock *clock, __u32 khz)
{
	__u64 one = 1ull << ANT_CLOCK_SHIFT;

	clock->khz = khz;
	clock->mult = khz ? 1000000 * one / khz : one;
	clock->product_ticks = ~0ull / clock->mult;
	/* The last one whose length, to the nanosecond below, is not longer. */
	clock->long_ticks = ((ANT_CLOCK_LONG_NS + 1) * one - 1) / clock->mult;
}

/* The time given last. */
static inline __u64 ant_clock_last_ns(const struct ant_clock *clock)
{
	return clock->khz ? ant_clock_far_ns(clock, clock->reached_ticks) : clock->last_ns;
}

/*
 * A new anchor: now_ns of CLOCK_MONOTONIC is `ticks` of a counter of khz. The counter may be
 * another one than before, or have been reset.
 */
static inline void ant_clock_set(struct ant_clock *clock, __u32 khz, __u64 ticks, __u64 now_ns)
{
	__u64 given_ns = ant_clock_last_ns(clock);
	__u64 lead_ns = given_ns > now_ns ? given_ns - now_ns : 0;

	if (lead_ns > ANT_CLOCK_LEAD_MAX_NS)
		lead_ns = 0;
	if (khz != clock->khz || !clock->mult)
		ant_clock_scale(clock, khz);
	clock->anchor_ns = now_ns + lead_ns;
	clock->anchor_ticks = ticks + (khz ? lead_ns * khz / 1000000 : lead_ns);
	clock->reached_ticks = khz ? ticks : ANT_CLOCK_NEVER;
	clock->last_ns = clock->anchor_ns;
}

#endif
