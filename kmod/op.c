// SPDX-License-Identifier: GPL-2.0
/* Operations of a worker: the timed call and its accounts, one of them or a run. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "ant.h"
#include "compat.h"
#include "flight.h"
#include "random.h"
#include "timing.h"

/* Where operations are not timed, so many pages asked for, and the clock is read again. */
#define ANT_UNREAD_PAGES	16u

/* What `touch` writes. */
#define ANT_TOUCH_BYTE		0x5a

static __always_inline u64 *ant_hist_of(const struct ant_worker *w, enum bt_op op, size_t order)
{
	return w->hist + (order * BT_OP_COUNT + op) * BT_HIST_BUCKETS;
}

/* What the next allocation is counted with. */
static __always_inline void ant_op_order(struct ant_worker *w, unsigned int order)
{
	w->alloc_hist = ant_hist_of(w, BT_OP_ALLOC, order);
	w->alloc_blocks = &w->by_order[order];
}

void ant_op_sample(struct ant_worker *w)
{
	ant_op_order(w, w->job.order);
	/* Where the operations are long, one of them is enough to end a batch late. */
	w->read_every = max(ANT_UNREAD_PAGES >> w->job.order, 1u);
	if (w->job.op_interval_ns)
		w->read_every = 1;
	w->unread = w->read_every;
	if (w->sample_every == w->job.sample_every)
		return;
	w->sample_every = w->job.sample_every;
	w->sampling = w->sample_every > 1;
	w->left[BT_OP_ALLOC] = 1;
	w->left[BT_OP_FREE] = 1;
}

noinline u64 ant_op_account(struct ant_worker *w, struct ant_latencies to, u64 start_ticks,
			    u64 end_ticks)
{
	u64 ticks = end_ticks - start_ticks;
	u64 now_ns = ant_clock_ns(&w->clock, end_ticks);
	u64 ns = ant_clock_length_ns(&w->clock, ticks);

	/* The counter was reset in between: nothing is known. */
	if ((s64)ticks < 0)
		return now_ns;
	if (current->nivcsw != w->switches) {
		ant_compat_increment(&w->stats->preempted);
		ant_compat_add(&w->stats->preempted_ns, ns);
		return now_ns;
	}
	ant_compat_increment(&to.hist[bt_hist_index(ns)]);
	if (ns > *to.max_ns)
		WRITE_ONCE(*to.max_ns, ns);
	return now_ns;
}

static __always_inline void ant_touch(struct page *page, unsigned int order, u32 touch)
{
	if (likely(touch == BT_TOUCH_NONE))
		return;
	memset(page_address(page), ANT_TOUCH_BYTE,
	       touch == BT_TOUCH_FIRST ? sizeof(long) : PAGE_SIZE << order);
}

static __always_inline struct page *ant_get(struct ant_worker *w, unsigned int order)
{
	return ant_compat_alloc(w->job.gfp, order, w->start_node, w->strict_nodes);
}

static __always_inline bool ant_got(struct ant_worker *w, struct bt_cpu_stats *stats,
				    struct page *page, size_t order)
{
	int node;

	ant_touch(page, order, w->job.touch);
	ant_hold_push(&w->hold, page, order);
	ant_account_held(w, stats, 1);
	node = page_to_nid(page);
	ant_compat_increment(&stats->allocs);
	ant_compat_increment(w->alloc_blocks);
	ant_compat_increment(&w->by_node[node]);
	if (unlikely(node != w->mem_node)) {
		ant_compat_increment(&stats->remote_blocks);
		ant_compat_add(&stats->remote_pages, 1ull << order);
	}
	return true;
}

void ant_op_got(struct ant_worker *w, struct page *page, unsigned int order)
{
	ant_got(w, w->stats, page, order);
}

static bool ant_failed(struct ant_worker *w)
{
	ant_compat_increment(&w->stats->failures);
	return false;
}

static noinline bool ant_alloc_untimed(struct ant_worker *w, unsigned int order, u64 *now_ns)
{
	struct bt_cpu_stats *stats = w->stats;
	struct page *page;

	ant_flight_start(stats, *now_ns);
	page = ant_get(w, order);
	ant_untimed_end(w, now_ns);
	return likely(page) ? ant_got(w, stats, page, order) : ant_failed(w);
}

static __always_inline bool ant_alloc(struct ant_worker *w, struct bt_cpu_stats *stats,
				      unsigned int order, u64 *now_ns)
{
	struct ant_start start;
	struct page *page;
	u64 end;

	/* Apart from frees: where the two take turns, one of them would have all the samples. */
	if (w->sampling && !ant_timing_due(&w->left[BT_OP_ALLOC], w->sample_every)) {
		/* A copy, so that the caller's may be in a register; so in ant_free(). */
		u64 time_ns = *now_ns;
		bool got = ant_alloc_untimed(w, order, &time_ns);

		*now_ns = time_ns;
		return got;
	}
	start = ant_timed_start(w, stats);
	page = ant_get(w, order);
	end = ant_timed_end(w, stats);
	if (unlikely(!page)) {
		*now_ns = ant_clock_ns(&w->clock, end);
		return ant_failed(w);
	}
	*now_ns = ant_account_time(w, (struct ant_latencies){ w->alloc_hist, &stats->alloc_max_ns },
				   start, end);
	return ant_got(w, stats, page, order);
}

/* False where all blocks are of one node, or may be. */
static __always_inline bool ant_next_node(struct ant_worker *w)
{
	if (w->interleave)
		w->start_node = next_node_in(w->start_node, w->nodes);
	return w->interleave;
}

void ant_op_next_node(struct ant_worker *w)
{
	ant_next_node(w);
}

bool ant_op_alloc(struct ant_worker *w, u64 *now_ns)
{
	struct bt_cpu_stats *stats = w->stats;
	bool got;

	ant_next_node(w);
	ant_flight_kind(stats, BT_OP_ALLOC);
	got = ant_alloc(w, stats, w->job.order, now_ns);
	ant_flight_kind(stats, BT_OP_NONE);
	return got;
}

bool ant_op_grow(struct ant_worker *w, u64 high, u64 *now_ns)
{
	struct bt_cpu_stats *stats = w->stats;
	unsigned int order = w->job.order;
	u64 last = high - (1ull << order);
	u64 time_ns = *now_ns;
	bool got;

	/* One alone where the next one is of another node. */
	if (ant_next_node(w))
		w->until_ns = 0;
	ant_flight_kind(stats, BT_OP_ALLOC);
	do
		got = ant_alloc(w, stats, order, &time_ns);
	while (likely(got) && time_ns < w->until_ns && w->hold.pages <= last);
	ant_flight_kind(stats, BT_OP_NONE);
	*now_ns = time_ns;
	return got;
}

/* Of a random order, by the weights; which is counted with its own. */
static unsigned int ant_mix_order(struct ant_worker *w)
{
	u64 left = ant_random_below(&w->mix_random, w->job.mix.sum);
	unsigned int order = 0;

	while (left >= w->job.mix.weights[order])
		left -= w->job.mix.weights[order++];
	ant_op_order(w, order);
	return order;
}

bool ant_op_grow_mix(struct ant_worker *w, u64 high, u64 *now_ns)
{
	struct bt_cpu_stats *stats = w->stats;
	u64 last = high - (1ull << w->job.order);
	u64 time_ns = *now_ns;
	bool got;

	ant_flight_kind(stats, BT_OP_ALLOC);
	do {
		ant_next_node(w);
		got = ant_alloc(w, stats, ant_mix_order(w), &time_ns);
	} while (got && time_ns < w->until_ns && w->hold.pages <= last);
	ant_flight_kind(stats, BT_OP_NONE);
	*now_ns = time_ns;
	return got;
}

static __always_inline void ant_gave(struct ant_worker *w, struct bt_cpu_stats *stats,
				     unsigned int order)
{
	ant_compat_increment(&stats->frees);
	ant_compat_add(&stats->freed_pages, 1ull << order);
	ant_account_held(w, stats, -1);
}

static noinline void ant_free_untimed(struct ant_worker *w, struct page *page, unsigned int order,
				      u64 *now_ns)
{
	ant_flight_start(w->stats, *now_ns);
	__free_pages(page, order);
	ant_untimed_end(w, now_ns);
	ant_gave(w, w->stats, order);
}

static __always_inline void ant_free_page(struct ant_worker *w, struct bt_cpu_stats *stats,
					  struct page *page, unsigned int order, u64 *now_ns)
{
	struct ant_start start;
	struct ant_latencies to;
	u64 end;

	if (w->sampling && !ant_timing_due(&w->left[BT_OP_FREE], w->sample_every)) {
		u64 time_ns = *now_ns;

		ant_free_untimed(w, page, order, &time_ns);
		*now_ns = time_ns;
		return;
	}
	start = ant_timed_start(w, stats);
	__free_pages(page, order);
	end = ant_timed_end(w, stats);
	to = (struct ant_latencies){ ant_hist_of(w, BT_OP_FREE, order), &stats->free_max_ns };
	*now_ns = ant_account_time(w, to, start, end);
	ant_gave(w, stats, order);
}

void ant_op_free_page(struct ant_worker *w, struct page *page, unsigned int order, u64 *now_ns)
{
	ant_flight_kind(w->stats, BT_OP_FREE);
	ant_free_page(w, w->stats, page, order, now_ns);
	ant_flight_kind(w->stats, BT_OP_NONE);
}

static __always_inline void ant_free(struct ant_worker *w, struct bt_cpu_stats *stats, u64 *now_ns)
{
	unsigned int order;
	struct page *page = ant_hold_pop(&w->hold, w->job.free_order, &order);

	ant_free_page(w, stats, page, order, now_ns);
}

void ant_op_free(struct ant_worker *w, u64 *now_ns)
{
	struct bt_cpu_stats *stats = w->stats;

	ant_flight_kind(stats, BT_OP_FREE);
	ant_free(w, stats, now_ns);
	ant_flight_kind(stats, BT_OP_NONE);
}

void ant_op_shrink(struct ant_worker *w, u64 low, u64 *now_ns)
{
	struct bt_cpu_stats *stats = w->stats;
	u64 time_ns = *now_ns;

	ant_flight_kind(stats, BT_OP_FREE);
	do
		ant_free(w, stats, &time_ns);
	while (time_ns < w->until_ns && w->hold.pages > low);
	ant_flight_kind(stats, BT_OP_NONE);
	*now_ns = time_ns;
}
