/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ring of preallocated slots between one producer thread and one consumer thread. The owner makes
 * the slots and gives their pointers; the ring never allocates or copies. Neither side ever waits.
 */
#ifndef BT_RING_H
#define BT_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct bt_ring {
	void **slots;		/* [capacity], owned by the owner of the ring */
	unsigned capacity;
	_Atomic unsigned filled;	/* slots handed over since the start; the producer writes */
	_Atomic unsigned released;	/* slots given back since the start; the consumer writes */
	_Atomic uint64_t lost;		/* times the producer found no slot */
};

/* capacity is a power of two, so that the counts may wrap. */
static inline void bt_ring_init(struct bt_ring *ring, void **slots, unsigned capacity)
{
	ring->slots = slots;
	ring->capacity = capacity;
	atomic_init(&ring->filled, 0);
	atomic_init(&ring->released, 0);
	atomic_init(&ring->lost, 0);
}

/* Producer: the slot to fill next, or NULL (counted as lost) when the consumer holds them all. */
static inline void *bt_ring_slot(struct bt_ring *ring)
{
	unsigned filled = atomic_load_explicit(&ring->filled, memory_order_relaxed);
	unsigned released = atomic_load_explicit(&ring->released, memory_order_acquire);

	if (filled - released == ring->capacity) {
		atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
		return NULL;
	}
	return ring->slots[filled & (ring->capacity - 1)];
}

/* Producer: whether bt_ring_slot() would find none. */
static inline bool bt_ring_full(struct bt_ring *ring)
{
	return atomic_load_explicit(&ring->filled, memory_order_relaxed) -
		       atomic_load_explicit(&ring->released, memory_order_acquire) ==
	       ring->capacity;
}

/* Producer: hands the slot of the last bt_ring_slot() over. Without it the slot is just reused. */
static inline void bt_ring_push(struct bt_ring *ring)
{
	unsigned filled = atomic_load_explicit(&ring->filled, memory_order_relaxed);

	atomic_store_explicit(&ring->filled, filled + 1, memory_order_release);
}

/* Producer: slots handed over and not given back yet. */
static inline unsigned bt_ring_waiting(const struct bt_ring *ring)
{
	return atomic_load_explicit(&ring->filled, memory_order_relaxed) -
	       atomic_load_explicit(&ring->released, memory_order_relaxed);
}

/* Consumer: the oldest slot handed over, or NULL. It stays the consumer's until bt_ring_pop(). */
static inline void *bt_ring_front(struct bt_ring *ring)
{
	unsigned released = atomic_load_explicit(&ring->released, memory_order_relaxed);
	unsigned filled = atomic_load_explicit(&ring->filled, memory_order_acquire);

	return filled == released ? NULL : ring->slots[released & (ring->capacity - 1)];
}

/* Consumer: gives the slot of bt_ring_front() back. */
static inline void bt_ring_pop(struct bt_ring *ring)
{
	unsigned released = atomic_load_explicit(&ring->released, memory_order_relaxed);

	atomic_store_explicit(&ring->released, released + 1, memory_order_release);
}

static inline uint64_t bt_ring_lost(const struct bt_ring *ring)
{
	return atomic_load_explicit(&ring->lost, memory_order_relaxed);
}

#endif
