// SPDX-License-Identifier: GPL-2.0
/*
 * Pairs of an allocation and a free inside the kernel: bare, and with what the antagonist does
 * around them. That is its own code, linked and inlined here a second time; only the loops are the
 * test's.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "ant.h"
#include "testpairs.h"
#include "timing.h"

#define PAIRS_MAX	10000000ull
#define SAMPLE_EVERY	16
#define GFP		(GFP_KERNEL | __GFP_NOWARN)

/* A worker without a thread, with statistics that nobody maps. */
struct testcall_kit {
	struct ant_worker worker;
	struct bt_area area;
	struct bt_cpu_stats stats;
	u64 by_order[ANT_MAX_ORDER + 1];
	u64 by_node[MAX_NUMNODES];
	u64 hist[(ANT_MAX_ORDER + 1) * BT_OP_COUNT * BT_HIST_BUCKETS];
};

static struct testcall_kit *testcall_kit_new(unsigned int order, u32 sample_every)
{
	struct testcall_kit *kit = kvzalloc(sizeof(*kit), GFP_KERNEL);
	struct ant_worker *w = &kit->worker;

	if (!kit)
		return NULL;
	w->cpu = raw_smp_processor_id();
	w->stats = &kit->stats;
	w->by_order = kit->by_order;
	w->by_node = kit->by_node;
	w->hist = kit->hist;
	w->job.order = order;
	w->job.gfp = GFP;
	w->job.sample_every = sample_every;
	ant_hold_init(&w->hold);
	w->hold.ring = ant_ring_create(1ull << order, NUMA_NO_NODE);
	if (!w->hold.ring) {
		kvfree(kit);
		return NULL;
	}
	ant_clock_init(&kit->area);
	ant_clock_anchor(&kit->area, &w->clock);
	ant_op_place(w);
	ant_op_sample(w);
	return kit;
}

static void testcall_kit_free(struct testcall_kit *kit)
{
	ant_ring_free(kit->worker.hold.ring);
	kvfree(kit);
}

/* One pair; false: there was no memory. */
static __always_inline bool testcall_bare(struct ant_worker *w)
{
	struct page *page = ant_compat_alloc(w->job.gfp, w->job.order, w->start_node, NULL);

	if (!page)
		return false;
	__free_pages(page, w->job.order);
	return true;
}

static __always_inline void testcall_count(struct ant_worker *w, u64 *hist, u64 start)
{
	u64 ticks = ant_timing_end(&w->clock) - start;

	if (unlikely(ant_timing_long(&w->clock, ticks)))
		ant_compat_increment(&hist[bt_hist_index(ant_clock_length_ns(&w->clock, ticks))]);
	else
		ant_timing_count_short(hist, ant_timing_short_ns(&w->clock, ticks));
}

static __always_inline bool testcall_timed(struct ant_worker *w, u32 every)
{
	bool timed = every == 1 || ant_timing_due(&w->left[BT_OP_ALLOC], every);
	struct page *page;
	u64 start;

	if (timed)
		start = ant_timing_start(&w->clock);
	page = ant_compat_alloc(w->job.gfp, w->job.order, w->start_node, NULL);
	if (!page)
		return false;
	if (timed)
		testcall_count(w, w->alloc_hist, start);

	timed = every == 1 || ant_timing_due(&w->left[BT_OP_FREE], every);
	if (timed)
		start = ant_timing_start(&w->clock);
	__free_pages(page, w->job.order);
	if (timed)
		testcall_count(w, w->alloc_hist + BT_HIST_BUCKETS, start);
	return true;
}

static noinline u64 testcall_run_bare(struct ant_worker *w, u64 pairs)
{
	while (pairs && testcall_bare(w))
		pairs--;
	return pairs;
}

static noinline u64 testcall_run_clock(struct ant_worker *w, u64 pairs)
{
	while (pairs && testcall_timed(w, 1))
		pairs--;
	return pairs;
}

static noinline u64 testcall_run_sampled(struct ant_worker *w, u64 pairs)
{
	while (pairs && testcall_timed(w, w->sample_every))
		pairs--;
	return pairs;
}

static noinline u64 testcall_run_op(struct ant_worker *w, u64 pairs)
{
	u64 now_ns = 0;

	for (; pairs && ant_op_alloc(w, &now_ns); pairs--)
		ant_op_free(w, &now_ns);
	return pairs;
}

static const struct {
	u64 (*run)(struct ant_worker *w, u64 pairs); /* pairs not done, for there was no memory */
	u32 sample_every;
} testcall_modes[TESTCALL_MODES] = {
	[TESTCALL_BARE] = { testcall_run_bare, 1 },
	[TESTCALL_CLOCK] = { testcall_run_clock, 1 },
	[TESTCALL_SAMPLED] = { testcall_run_sampled, SAMPLE_EVERY },
	[TESTCALL_OP] = { testcall_run_op, 1 },
	[TESTCALL_OP_SAMPLED] = { testcall_run_op, SAMPLE_EVERY },
};

long testcall_pairs(struct testcall_pairs __user *arg)
{
	struct testcall_pairs p;
	struct testcall_kit *kit;
	u64 start_ns, left;

	if (copy_from_user(&p, arg, sizeof(p)))
		return -EFAULT;
	if (p.mode >= TESTCALL_MODES || p.order > ANT_MAX_ORDER || !p.pairs || p.pairs > PAIRS_MAX)
		return -EINVAL;
	kit = testcall_kit_new(p.order, testcall_modes[p.mode].sample_every);
	if (!kit)
		return -ENOMEM;
	start_ns = ktime_get_ns();
	left = testcall_modes[p.mode].run(&kit->worker, p.pairs);
	p.ns = ktime_get_ns() - start_ns;
	testcall_kit_free(kit);
	if (left)
		return -ENOMEM;
	return copy_to_user(arg, &p, sizeof(p)) ? -EFAULT : 0;
}

/* ---- a bare loop of the workers' access pattern --------------------------------------------- */

struct testcall_held {
	struct ant_ring *ring;	/* pages as numbers */
	const struct testcall_loop *loop;
	u64 pages;
	int node;
};

/* `counter` is a constant, so that the bare loop has not even a branch for it. */
static __always_inline void testcall_tick(bool counter)
{
	if (counter)
		ant_compat_ticks();
}

static __always_inline bool testcall_grow(struct testcall_held *held, u64 to, bool counter)
{
	const struct testcall_loop *l = held->loop;

	for (; held->pages + (1ull << l->order) <= to; held->pages += 1ull << l->order) {
		struct page *page;

		testcall_tick(counter);
		page = ant_compat_alloc(GFP, l->order, held->node, NULL);
		testcall_tick(counter);
		if (!page)
			return false;
		if (l->touch == BT_TOUCH_FIRST)
			memset(page_address(page), 1, sizeof(long));
		else if (l->touch == BT_TOUCH_ALL)
			memset(page_address(page), 1, PAGE_SIZE << l->order);
		ant_ring_push(held->ring, (unsigned long)page);
	}
	return true;
}

static __always_inline void testcall_shrink(struct testcall_held *held, u64 to, bool counter)
{
	unsigned int order = held->loop->order;

	for (; held->pages > to; held->pages -= 1ull << order) {
		struct page *page = (struct page *)(unsigned long)ant_ring_pop_oldest(held->ring);

		testcall_tick(counter);
		__free_pages(page, order);
		testcall_tick(counter);
	}
}

static __always_inline long testcall_around(struct testcall_held *held, struct testcall_loop *l,
					    bool counter)
{
	u64 turn = (l->high >> l->order) - (l->low >> l->order);
	u64 want = l->pairs, start_ns;
	long ret = 0;

	if (!testcall_grow(held, l->low, counter))
		return -ENOMEM;
	start_ns = ktime_get_ns();
	for (l->pairs = 0; l->pairs < want && !ret; l->pairs += turn) {
		if (!testcall_grow(held, l->high, counter))
			ret = -ENOMEM;
		testcall_shrink(held, l->low, counter);
		if (signal_pending(current))
			ret = -EINTR;
		cond_resched();
	}
	l->ns = ktime_get_ns() - start_ns;
	return ret;
}

static noinline long testcall_around_bare(struct testcall_held *held, struct testcall_loop *l)
{
	return testcall_around(held, l, false);
}

static noinline long testcall_around_counter(struct testcall_held *held, struct testcall_loop *l)
{
	return testcall_around(held, l, true);
}

long testcall_loop(struct testcall_loop __user *arg)
{
	struct testcall_loop l;
	struct testcall_held held = { .loop = &l, .node = numa_mem_id() };
	long ret;

	if (copy_from_user(&l, arg, sizeof(l)))
		return -EFAULT;
	if (l.order > ANT_MAX_ORDER || l.high > l.capacity || l.capacity > totalram_pages() ||
	    l.low >> l.order >= l.high >> l.order || l.counter > 1 || l.reserved)
		return -EINVAL;
	held.ring = ant_ring_create(l.capacity, held.node);
	if (!held.ring)
		return -ENOMEM;
	ret = l.counter ? testcall_around_counter(&held, &l) : testcall_around_bare(&held, &l);
	testcall_shrink(&held, 0, false);
	ant_ring_free(held.ring);
	if (!ret && copy_to_user(arg, &l, sizeof(l)))
		ret = -EFAULT;
	return ret;
}
