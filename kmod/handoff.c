// SPDX-License-Identifier: GPL-2.0
/*
 * Hand-off: what one CPU allocated, the next one of the mask frees. Each worker has an inbox, which
 * the others put blocks into and it alone empties. A full or closed inbox refuses, and then the
 * block is freed where it is held: nobody ever waits for another to make room.
 */
#include <linux/mm.h>
#include <linux/sched.h>

#include "ant.h"
#include "compat.h"
#include "flight.h"
#include "timing.h"

/* Blocks that go over between two looks at the clock. */
#define ANT_HANDOFF_RUN		32u

static bool ant_inbox_put(struct ant_worker *to, struct page *page, unsigned int order)
{
	struct ant_inbox *box = &to->inbox;
	u64 pages = 1ull << order;
	bool fits;

	spin_lock(&box->lock);
	fits = box->open && box->count < ANT_INBOX_BLOCKS &&
	       to->stats->handoff_pages + pages <= box->max_pages;
	if (fits) {
		box->entry[(box->first + box->count++) % ANT_INBOX_BLOCKS] =
			ant_entry(page, order);
		WRITE_ONCE(to->stats->handoff_blocks, box->count);
		WRITE_ONCE(to->stats->handoff_pages, to->stats->handoff_pages + pages);
	}
	spin_unlock(&box->lock);
	return fits;
}

/* The oldest one, or NULL. */
static struct page *ant_inbox_take(struct ant_worker *w, unsigned int *order)
{
	struct ant_inbox *box = &w->inbox;
	struct page *page = NULL;

	spin_lock(&box->lock);
	if (box->count) {
		page = ant_entry_page(box->entry[box->first], order);
		box->first = (box->first + 1) % ANT_INBOX_BLOCKS;
		WRITE_ONCE(w->stats->handoff_blocks, --box->count);
		WRITE_ONCE(w->stats->handoff_pages, w->stats->handoff_pages - (1ull << *order));
	}
	spin_unlock(&box->lock);
	return page;
}

static bool ant_handoff_free(struct ant_worker *w, u64 *now_ns)
{
	unsigned int order;
	struct page *page = ant_inbox_take(w, &order);

	if (!page)
		return false;
	/* Among its own blocks for the moment, so that as many are freed as were held. */
	ant_account_held(w, w->stats, 1);
	ant_compat_increment(&w->stats->handoff_frees);
	ant_op_free_page(w, page, order, now_ns);
	return true;
}

void ant_handoff_drain(struct ant_worker *w, u64 *now_ns)
{
	while (ant_handoff_free(w, now_ns))
		cond_resched();
}

void ant_handoff_open(struct ant_worker *w, u64 max_pages, u64 now_ns)
{
	spin_lock(&w->inbox.lock);
	w->inbox.open = max_pages > 0;
	w->inbox.max_pages = max_pages;
	spin_unlock(&w->inbox.lock);
	if (!max_pages)
		ant_handoff_drain(w, &now_ns);
}

void ant_handoff_empty(struct ant_worker *w, u64 end_ns, u64 *now_ns)
{
	unsigned int most = ANT_INBOX_BLOCKS;

	/* The others may be as fast. */
	while (most-- && READ_ONCE(w->inbox.count) && *now_ns < end_ns &&
	       ant_handoff_free(w, now_ns))
		;
}

void ant_handoff_shrink(struct ant_worker *w, u64 low, u64 *now_ns)
{
	unsigned int left = w->until_ns ? ANT_HANDOFF_RUN : 1, order;

	do {
		struct page *page = ant_hold_pop(&w->hold, w->job.free_order, &order);

		/* Before it is the other's: a sum over all CPUs has it once at most. */
		ant_account_held(w, w->stats, -1);
		if (w->receiver && ant_inbox_put(w->receiver, page, order))
			continue;
		ant_account_held(w, w->stats, 1);
		ant_compat_increment(&w->stats->handoff_kept);
		ant_op_free_page(w, page, order, now_ns);
	} while (--left && *now_ns < w->until_ns && w->hold.pages > low);
	*now_ns = ant_clock_ns(&w->clock, ant_clock_read(&w->clock));
}
