/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The blocks one worker holds, oldest first, each with its own order. Only that worker touches
 * them; a new ring, of another capacity, is handed to it and settles once what is held fits.
 */
#ifndef ANT_HOLD_H
#define ANT_HOLD_H

#include <linux/mm_types.h>
#include <linux/types.h>

#include "ring.h"

struct ant_hold {
	struct ant_ring *ring;	/* never NULL */
	struct ant_ring *next;	/* takes over when `pages` fits; NULL: none */
	u64 pages;
	u64 random;		/* state of BT_FREE_RANDOM */
};

void ant_hold_init(struct ant_hold *hold);
void ant_hold_push(struct ant_hold *hold, struct page *page, unsigned int order);
/* Takes one block out; hold->ring->count > 0. */
struct page *ant_hold_pop(struct ant_hold *hold, u32 free_order, unsigned int *order);
/* Exchanges two blocks, which are at these distances from the oldest; a may be b. */
void ant_hold_swap(struct ant_hold *a, u64 i, struct ant_hold *b, u64 j);
/* Pages that may be held, once a ring handed over has settled. */
u64 ant_hold_share(const struct ant_hold *hold);
/* Takes the handed ring over if what is held fits into it. Returns the ring to free, or NULL. */
struct ant_ring *ant_hold_settle(struct ant_hold *hold);

/* The ring of capacity 0 for 0 pages; NULL where there is no memory. May sleep. */
struct ant_ring *ant_ring_create(u64 pages, int node);
/* ring may be NULL. May sleep. */
void ant_ring_free(struct ant_ring *ring);

#endif
