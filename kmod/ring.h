/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bounded double-ended queue of 64-bit entries, oldest first. Pure, single user; the caller
 * never pushes into a full ring nor pops from an empty one.
 */
#ifndef ANT_RING_H
#define ANT_RING_H

#include <linux/types.h>

struct ant_ring {
	__u64 capacity;
	__u64 first;		/* slot of the oldest entry */
	__u64 count;
	__u64 slot[];
};

/* Slot of the entry at a distance from the oldest; distance <= capacity. */
static inline __u64 ant_ring_slot(const struct ant_ring *ring, __u64 distance)
{
	__u64 slot = ring->first + distance;

	return slot < ring->capacity ? slot : slot - ring->capacity;
}

static inline void ant_ring_push(struct ant_ring *ring, __u64 entry)
{
	ring->slot[ant_ring_slot(ring, ring->count)] = entry;
	ring->count++;
}

static inline __u64 ant_ring_pop_oldest(struct ant_ring *ring)
{
	__u64 entry = ring->slot[ring->first];

	ring->first = ant_ring_slot(ring, 1);
	ring->count--;
	return entry;
}

static inline __u64 ant_ring_pop_newest(struct ant_ring *ring)
{
	ring->count--;
	return ring->slot[ant_ring_slot(ring, ring->count)];
}

#endif
