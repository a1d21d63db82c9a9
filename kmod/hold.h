/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The blocks one worker holds, oldest first, each with its own order. Only that worker touches
 * them; a new ring, of another capacity, is handed to it and settles once what is held fits.
 */
#ifndef ANT_HOLD_H
#define ANT_HOLD_H

#include <linux/mm.h>
#include <linux/types.h>

#include "buddytop_uapi.h"
#include "ring.h"

/* An entry is a frame number above the block's order. */
#define ANT_ENTRY_ORDER_BITS	6

struct ant_hold {
	struct ant_ring *ring;	/* never NULL */
	struct ant_ring *next;	/* takes over when `pages` fits; NULL: none */
	u64 pages;
	u64 random;		/* state of BT_FREE_RANDOM */
};

void ant_hold_init(struct ant_hold *hold);
/* Exchanges two blocks, which are at these distances from the oldest; a may be b. */
void ant_hold_swap(struct ant_hold *a, u64 i, struct ant_hold *b, u64 j);
/* Makes any block the newest one, by `random`; there is one. */
void ant_hold_pick(struct ant_hold *hold);
/* Pages that may be held, once a ring handed over has settled. */
u64 ant_hold_share(const struct ant_hold *hold);
/* Takes the handed ring over if what is held fits into it. Returns the ring to free, or NULL. */
struct ant_ring *ant_hold_settle(struct ant_hold *hold);

static __always_inline u64 ant_entry(struct page *page, unsigned int order)
{
	return (u64)page_to_pfn(page) << ANT_ENTRY_ORDER_BITS | order;
}

static __always_inline struct page *ant_entry_page(u64 entry, unsigned int *order)
{
	*order = entry & ((1u << ANT_ENTRY_ORDER_BITS) - 1);
	return pfn_to_page(entry >> ANT_ENTRY_ORDER_BITS);
}

/* Inline, as all that every operation does. */
static __always_inline void ant_hold_push(struct ant_hold *hold, struct page *page,
					  unsigned int order)
{
	ant_ring_push(hold->ring, ant_entry(page, order));
	hold->pages += 1ull << order;
}

/* Takes one block out; hold->ring->count > 0. */
static __always_inline struct page *ant_hold_pop(struct ant_hold *hold, u32 free_order,
						 unsigned int *order)
{
	struct page *page;
	u64 entry;

	if (likely(free_order == BT_FREE_FIFO)) {
		entry = ant_ring_pop_oldest(hold->ring);
	} else {
		if (free_order == BT_FREE_RANDOM)
			ant_hold_pick(hold);
		entry = ant_ring_pop_newest(hold->ring);
	}
	page = ant_entry_page(entry, order);
	hold->pages -= 1ull << *order;
	return page;
}

/* The ring of capacity 0 for 0 pages; NULL where there is no memory. May sleep. */
struct ant_ring *ant_ring_create(u64 pages, int node);
/* ring may be NULL. May sleep. */
void ant_ring_free(struct ant_ring *ring);

#endif
