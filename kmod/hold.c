// SPDX-License-Identifier: GPL-2.0
/* The bounded ring of held blocks. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>

#include "hold.h"
#include "random.h"

/* Entries moved between two chances to be preempted. */
#define ANT_SETTLE_ENTRIES	65536

/* Stands for "no ring"; shared, because nothing is ever pushed into capacity 0. */
static struct ant_ring ant_ring_none;

void ant_hold_init(struct ant_hold *hold)
{
	*hold = (struct ant_hold){ .ring = &ant_ring_none };
}

static u64 ant_entry_pages(u64 entry)
{
	return 1ull << (entry & ((1u << ANT_ENTRY_ORDER_BITS) - 1));
}

void ant_hold_swap(struct ant_hold *a, u64 i, struct ant_hold *b, u64 j)
{
	u64 *x = &a->ring->slot[ant_ring_slot(a->ring, i)];
	u64 *y = &b->ring->slot[ant_ring_slot(b->ring, j)];

	a->pages += ant_entry_pages(*y) - ant_entry_pages(*x);
	b->pages += ant_entry_pages(*x) - ant_entry_pages(*y);
	swap(*x, *y);
}

void ant_hold_pick(struct ant_hold *hold)
{
	ant_hold_swap(hold, ant_random_below(&hold->random, hold->ring->count),
		      hold, hold->ring->count - 1);
}

u64 ant_hold_share(const struct ant_hold *hold)
{
	return hold->next ? hold->next->capacity : hold->ring->capacity;
}

struct ant_ring *ant_hold_settle(struct ant_hold *hold)
{
	struct ant_ring *old = hold->ring;

	/* A block has at least one page, so that pages that fit are blocks that fit. */
	if (!hold->next || hold->pages > hold->next->capacity)
		return NULL;
	while (old->count) {
		ant_ring_push(hold->next, ant_ring_pop_oldest(old));
		if (!(old->count % ANT_SETTLE_ENTRIES))
			cond_resched();
	}
	hold->ring = hold->next;
	hold->next = NULL;
	return old;
}

struct ant_ring *ant_ring_create(u64 pages, int node)
{
	struct ant_ring *ring;

	if (!pages)
		return &ant_ring_none;
	/* A configuration that is too large is refused; it must not make the OOM killer choose. */
	ring = kvmalloc_node(struct_size(ring, slot, pages),
			     GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN, node);
	if (ring) {
		ring->capacity = pages;
		ring->first = 0;
		ring->count = 0;
	}
	return ring;
}

void ant_ring_free(struct ant_ring *ring)
{
	if (ring != &ant_ring_none)
		kvfree(ring);
}
