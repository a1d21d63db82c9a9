// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include <pthread.h>
#include <sched.h>

#include "core/ring.h"

#define CAPACITY 4u
#define VALUES 200000u

struct shared {
	unsigned values[CAPACITY];
	void *slots[CAPACITY];
	struct bt_ring ring;
};

static void set_up(struct shared *shared)
{
	unsigned i;

	for (i = 0; i < CAPACITY; i++)
		shared->slots[i] = &shared->values[i];
	bt_ring_init(&shared->ring, shared->slots, CAPACITY);
}

static void fills_empties_and_counts_the_lost(void **state)
{
	struct shared shared;
	unsigned i;

	(void)state;
	set_up(&shared);
	assert_null(bt_ring_front(&shared.ring));
	for (i = 0; i < CAPACITY; i++) {
		*(unsigned *)bt_ring_slot(&shared.ring) = i;
		bt_ring_push(&shared.ring);
	}
	assert_null(bt_ring_slot(&shared.ring));
	assert_null(bt_ring_slot(&shared.ring));
	assert_int_equal(bt_ring_lost(&shared.ring), 2);
	for (i = 0; i < CAPACITY; i++) {
		assert_int_equal(*(unsigned *)bt_ring_front(&shared.ring), i);
		bt_ring_pop(&shared.ring);
	}
	assert_null(bt_ring_front(&shared.ring));
	/* A slot that was asked for but not handed over is the next one again. */
	assert_ptr_equal(bt_ring_slot(&shared.ring), bt_ring_slot(&shared.ring));
	assert_null(bt_ring_front(&shared.ring));
}

static void survives_wrapping_counts(void **state)
{
	struct shared shared;

	(void)state;
	set_up(&shared);
	atomic_store(&shared.ring.filled, UINT32_MAX);
	atomic_store(&shared.ring.released, UINT32_MAX);
	*(unsigned *)bt_ring_slot(&shared.ring) = 1;
	bt_ring_push(&shared.ring);
	*(unsigned *)bt_ring_slot(&shared.ring) = 2;
	bt_ring_push(&shared.ring);
	assert_int_equal(*(unsigned *)bt_ring_front(&shared.ring), 1);
	bt_ring_pop(&shared.ring);
	assert_int_equal(*(unsigned *)bt_ring_front(&shared.ring), 2);
	bt_ring_pop(&shared.ring);
	assert_null(bt_ring_front(&shared.ring));
}

static void *produce(void *arg)
{
	struct shared *shared = arg;
	unsigned value = 0;

	while (value < VALUES) {
		unsigned *slot = bt_ring_slot(&shared->ring);

		if (!slot) {
			sched_yield();
			continue;
		}
		*slot = value++;
		bt_ring_push(&shared->ring);
	}
	return NULL;
}

static void two_threads_see_every_value_in_order(void **state)
{
	struct shared shared;
	pthread_t producer;
	unsigned expected = 0;

	(void)state;
	set_up(&shared);
	assert_int_equal(pthread_create(&producer, NULL, produce, &shared), 0);
	while (expected < VALUES) {
		unsigned *slot = bt_ring_front(&shared.ring);

		if (!slot) {
			sched_yield();
			continue;
		}
		assert_int_equal(*slot, expected);
		expected++;
		bt_ring_pop(&shared.ring);
	}
	pthread_join(producer, NULL);
	assert_null(bt_ring_front(&shared.ring));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_empties_and_counts_the_lost),
		cmocka_unit_test(survives_wrapping_counts),
		cmocka_unit_test(two_threads_see_every_value_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
