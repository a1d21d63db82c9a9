// SPDX-License-Identifier: GPL-2.0
/* Bulk calls: many pages of order 0 by one call of the allocator, which is timed as that. */
#include <linux/mm.h>
#include <linux/string.h>

#include "ant.h"
#include "compat.h"
#include "flight.h"
#include "timing.h"

/* One call, for as many pages as the job says. Returns those it got. */
static unsigned long ant_bulk_call(struct ant_worker *w, u64 *now_ns)
{
	struct bt_cpu_stats *stats = w->stats;
	struct ant_start start;
	unsigned long got;
	u64 end;

	/* The kernel fills what is NULL. */
	memset(w->bulk, 0, w->job.bulk_pages * sizeof(*w->bulk));
	start = ant_timed_start(w, stats);
	got = ant_compat_alloc_bulk(w->job.gfp, w->start_node, w->strict_nodes, w->job.bulk_pages,
				    w->bulk);
	end = ant_timed_end(w, stats);
	if (!got) {
		*now_ns = ant_clock_ns(&w->clock, end);
		return 0;
	}
	*now_ns = ant_op_account(w, (struct ant_latencies){ w->bulk_hist, &stats->bulk_max_ns },
				 start.ticks, end);
	return got;
}

/* A call that got nothing has no latency, as a block that was not there has none. */
static void ant_bulk_count(struct ant_worker *w, unsigned long got)
{
	struct bt_cpu_stats *stats = w->stats;

	ant_compat_increment(&stats->bulk_calls);
	ant_compat_add(&stats->bulk_asked_pages, w->job.bulk_pages);
	ant_compat_add(&stats->bulk_got_pages, got);
	if (!got)
		ant_compat_increment(&stats->failures);
	else if (got < w->job.bulk_pages)
		ant_compat_increment(&stats->bulk_partial);
}

bool ant_bulk_grow(struct ant_worker *w, u64 high, u64 *now_ns)
{
	u64 last = high - w->job.bulk_pages;
	unsigned long got, i;

	ant_flight_kind(w->stats, BT_OP_ALLOC);
	do {
		ant_op_next_node(w);
		got = ant_bulk_call(w, now_ns);
		ant_bulk_count(w, got);
		for (i = 0; i < got; i++)
			ant_op_got(w, w->bulk[i], 0);
	} while (got && *now_ns < w->until_ns && w->hold.pages <= last);
	ant_flight_kind(w->stats, BT_OP_NONE);
	return got;
}
