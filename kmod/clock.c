// SPDX-License-Identifier: GPL-2.0
/*
 * Which clock times the operations: the time-stamp counter where the kernel calibrated and trusts
 * it, ktime elsewhere. The kernel may come to distrust it at any time, so each anchor asks again;
 * whoever sees it first says so in the area, and there is no way back.
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "ant.h"
#include "compat.h"
#include "timing.h"

/* Pairs tried for clock_pair_ns. */
#define ANT_CLOCK_PAIRS	1000

static void ant_clock_anchor_to(struct ant_clock *clock, u32 khz)
{
	unsigned long flags;
	u64 now_ns;

	/* The two readings are one instant. */
	local_irq_save(flags);
	now_ns = ktime_get_ns();
	ant_clock_set(clock, khz, khz ? ant_compat_ticks() : now_ns, now_ns);
	local_irq_restore(flags);
}

/* What one timed section costs by itself. */
static u64 ant_clock_pair_ns(u32 khz)
{
	struct ant_clock clock = {};
	u64 best = U64_MAX;
	int i;

	ant_clock_anchor_to(&clock, khz);
	for (i = 0; i < ANT_CLOCK_PAIRS; i++) {
		u64 start = ant_timing_start(&clock);

		best = min(best, ant_clock_length_ns(&clock, ant_timing_end(&clock) - start));
	}
	return best;
}

void ant_clock_init(struct bt_area *area)
{
	u32 khz = ant_compat_ticks_khz();

	area->clock = khz ? BT_CLOCK_TSC : BT_CLOCK_KTIME;
	area->clock_pair_ns = ant_clock_pair_ns(khz);
}

static u32 ant_clock_khz(struct bt_area *area)
{
	u32 khz;

	if (READ_ONCE(area->clock) != BT_CLOCK_TSC)
		return 0;
	khz = ant_compat_ticks_khz();
	if (!khz && xchg(&area->clock, BT_CLOCK_KTIME) == BT_CLOCK_TSC)
		WRITE_ONCE(area->clock_pair_ns, ant_clock_pair_ns(0));
	return khz;
}

u64 ant_clock_anchor(struct bt_area *area, struct ant_clock *clock)
{
	ant_clock_anchor_to(clock, ant_clock_khz(area));
	return ant_clock_last_ns(clock);
}

u64 ant_clock_read_other(struct ant_clock *clock)
{
	u64 now_ns;

	if (clock->khz) {
		ant_clock_anchor_to(clock, clock->khz);
		return clock->reached_ticks;
	}
	now_ns = ktime_get_ns();
	clock->last_ns = max(now_ns, clock->last_ns);
	return clock->last_ns;
}

u64 ant_clock_ns_other(const struct ant_clock *clock, u64 ticks)
{
	return ant_clock_far_ns(clock, ticks);
}
