// SPDX-License-Identifier: GPL-2.0
#include "user/shared.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void bt_user_wake(struct bt_user_shared *shared)
{
	syscall(SYS_futex, &shared->bell, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void bt_user_ring(struct bt_user_shared *shared)
{
	atomic_fetch_add(&shared->bell, 1);
	bt_user_wake(shared);
}

void bt_user_wait(struct bt_user_shared *shared, uint32_t heard, uint64_t limit_ns)
{
	struct timespec limit = { .tv_sec = (time_t)(limit_ns / BT_NS_PER_S),
				  .tv_nsec = (long)(limit_ns % BT_NS_PER_S) };

	syscall(SYS_futex, &shared->bell, FUTEX_WAIT, heard, limit_ns == BT_UNKNOWN ? NULL : &limit,
		NULL, 0);
}

void bt_user_tell(struct bt_user_shared *shared, uint64_t generation, const char *text)
{
	pthread_mutex_lock(&shared->trouble_lock);
	if (atomic_load(&shared->trouble_claimed) < generation) {
		atomic_store(&shared->trouble_claimed, generation);
		atomic_thread_fence(memory_order_release);
		bt_copy_clean(shared->trouble, sizeof(shared->trouble), text);
		atomic_store_explicit(&shared->trouble_generation, generation,
				      memory_order_release);
	}
	pthread_mutex_unlock(&shared->trouble_lock);
}

/* A later one may be written over it meanwhile: then this one does not matter any more. */
void bt_user_told(const struct bt_user_shared *shared, uint64_t generation,
		  char text[BT_TROUBLE_TEXT])
{
	text[0] = '\0';
	if (atomic_load_explicit(&shared->trouble_generation, memory_order_acquire) == generation)
		bt_copy_clean(text, BT_TROUBLE_TEXT, shared->trouble);
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load(&shared->trouble_claimed) != generation)
		text[0] = '\0';
}

bool bt_user_newest(const struct bt_user_shared *shared, struct bt_user_job *job,
		    uint64_t *generation)
{
	uint64_t after;

	do {
		*generation = atomic_load_explicit(&shared->generation, memory_order_acquire);
		*job = shared->jobs[*generation % BT_USER_JOBS];
		atomic_thread_fence(memory_order_acquire);
		after = atomic_load_explicit(&shared->generation, memory_order_relaxed);
	} while (after - *generation >= BT_USER_JOBS - 1);
	return *generation > 0;
}
