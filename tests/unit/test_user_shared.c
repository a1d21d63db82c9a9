// SPDX-License-Identifier: GPL-2.0
/* What workers of source "user" tell the program of their troubles. */
#include "tests/unit/test.h"

#include <sched.h>
#include <string.h>

#include "core/util.h"
#include "user/shared.h"

static struct bt_user_shared *create(void)
{
	struct bt_user_shared *shared = bt_xcalloc(1, sizeof(*shared));

	pthread_mutex_init(&shared->trouble_lock, NULL);
	return shared;
}

static void assert_told(const struct bt_user_shared *shared, uint64_t generation, const char *text)
{
	char told[BT_TROUBLE_TEXT];

	bt_user_told(shared, generation, told);
	assert_string_equal(told, text);
}

static void the_first_of_the_newest_is_kept(void **state)
{
	struct bt_user_shared *shared = create();

	(void)state;
	assert_told(shared, 1, "");
	bt_user_tell(shared, 1, "one");
	assert_told(shared, 1, "one");
	assert_told(shared, 2, "");
	bt_user_tell(shared, 3, "three");
	bt_user_tell(shared, 3, "three again");
	bt_user_tell(shared, 2, "late");
	assert_told(shared, 3, "three");
	assert_told(shared, 2, "");
	assert_told(shared, 1, "");
	free(shared);
}

/* ---- at once ------------------------------------------------------------------------------- */

#define ROUNDS 50000u

struct teller {
	struct bt_user_shared *shared;
	atomic_uint *arrived;	/* of both tellers, in all rounds */
	bool newer;		/* of the two generations of a round */
};

/* Closer together than what sleeps in between. */
static void meet(struct teller *teller, unsigned meeting)
{
	atomic_fetch_add(teller->arrived, 1);
	while (atomic_load(teller->arrived) < 2 * meeting)
		sched_yield();
}

static void *tell_all(void *context)
{
	struct teller *teller = context;
	char text[BT_TROUBLE_TEXT];

	/* As long as it may be, for it is not written in one step. */
	memset(text, teller->newer ? 'n' : 'o', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t generation = 2 * round + 1 + teller->newer;

		meet(teller, 2 * round + 1);
		bt_user_tell(teller->shared, generation, text);
		meet(teller, 2 * round + 2);
		if (teller->newer)
			assert_told(teller->shared, generation, text);
	}
	return NULL;
}

/* Whoever of two generations is faster: the text of the newer one is there once both are through. */
static void an_older_generation_hides_none(void **state)
{
	struct bt_user_shared *shared = create();
	atomic_uint arrived = 0;
	struct teller older = { shared, &arrived, false }, newer = { shared, &arrived, true };
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, tell_all, &older), 0);
	tell_all(&newer);
	pthread_join(thread, NULL);
	free(shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_the_newest_is_kept),
		cmocka_unit_test(an_older_generation_hides_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
