// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include <stdlib.h>

#include "core/util.h"
#include "kmod/ring.h"

static struct ant_ring *ring_of(uint64_t capacity)
{
	struct ant_ring *ring = bt_xcalloc(1, sizeof(*ring) + capacity * sizeof(ring->slot[0]));

	ring->capacity = capacity;
	return ring;
}

static void first_in_first_out(void **state)
{
	struct ant_ring *ring = ring_of(3);
	uint64_t i;

	(void)state;
	ant_ring_push(ring, 100);
	ant_ring_push(ring, 101);
	for (i = 102; i < 120; i++) {
		ant_ring_push(ring, i);
		assert_int_equal(ring->count, 3);
		assert_int_equal(ant_ring_pop_oldest(ring), i - 2);
	}
	free(ring);
}

static void last_in_first_out(void **state)
{
	struct ant_ring *ring = ring_of(3);
	uint64_t i;

	(void)state;
	/* Start in the middle, so that the entries lie across the end. */
	ant_ring_push(ring, 1);
	ant_ring_push(ring, 2);
	ant_ring_pop_oldest(ring);
	ant_ring_pop_oldest(ring);
	for (i = 10; i < 13; i++)
		ant_ring_push(ring, i);
	for (i = 12; i >= 10; i--)
		assert_int_equal(ant_ring_pop_newest(ring), i);
	assert_int_equal(ring->count, 0);
	free(ring);
}

/* Against a plain array, whatever is done in whatever order. */
static void any_order_of_pushes_and_pops(void **state)
{
	struct ant_ring *ring = ring_of(7);
	uint64_t model[7], pushed = 0;
	unsigned count = 0, i, k, seed = 1;

	(void)state;
	for (i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		if (seed >> 16 & 1 && count < 7) {
			model[count++] = ++pushed;
			ant_ring_push(ring, pushed);
		} else if (seed >> 17 & 1 && count) {
			assert_int_equal(ant_ring_pop_newest(ring), model[--count]);
		} else if (count) {
			assert_int_equal(ant_ring_pop_oldest(ring), model[0]);
			for (k = 1; k < count; k++)
				model[k - 1] = model[k];
			count--;
		}
		assert_int_equal(ring->count, count);
	}
	assert_true(pushed > 1000);
	free(ring);
}

static void slots_are_inside(void **state)
{
	struct ant_ring ring = { .capacity = 5 };
	uint64_t distance;

	(void)state;
	for (ring.first = 0; ring.first < ring.capacity; ring.first++) {
		for (distance = 0; distance <= ring.capacity; distance++)
			assert_int_equal(ant_ring_slot(&ring, distance), (ring.first + distance) % 5);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_inside),
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(last_in_first_out),
		cmocka_unit_test(any_order_of_pushes_and_pops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
