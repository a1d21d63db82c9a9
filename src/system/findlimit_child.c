// SPDX-License-Identifier: GPL-2.0
/* The process that takes memory. */
#include "system/findlimit_child.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/util.h"
#include "system/leave.h"
#include "system/pressure.h"

#define STEP_BYTES (256ull << 10) /* counted at once: what a kill leaves uncounted per thread */
/* What a thread claims at once, at a multiple of it: a huge page of most machines. */
#define CHUNK_BYTES (2ull << 20)
#define THREADS_MAX 1024u
#define STACK_BYTES (256u << 10)	/* of a thread; 8 MiB times a thousand is a lot to commit */

/* What a thread has left of the region that it mapped last. */
struct region {
	char *at;
	uint64_t left_bytes;
};

/* ---- taking ------------------------------------------------------------------------------- */

static int populate(char *from, size_t size)
{
	while (madvise(from, size, MADV_POPULATE_WRITE)) {
		if (errno != EINTR && errno != EAGAIN)
			return errno;
	}
	return 0;
}

/* Before 5.14, writing a byte of each page does the same. */
static int fill(const struct bt_findlimit_shared *shared, char *from, size_t size)
{
	size_t at, page;

	if (atomic_load(&shared->populate))
		return populate(from, size);
	page = (size_t)sysconf(_SC_PAGESIZE);
	for (at = 0; at < size; at += page)
		((volatile char *)from)[at] = 1;
	return 0;
}

static char *map(uint64_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
}

/* At a multiple of CHUNK_BYTES: a mapping that is one chunk longer, its ends given back. */
static char *map_aligned(uint64_t size)
{
	char *from = map(size + CHUNK_BYTES), *at;

	if (from == MAP_FAILED)
		return from;
	at = from + (CHUNK_BYTES - (uintptr_t)from % CHUNK_BYTES) % CHUNK_BYTES;
	if (at > from)
		munmap(from, (size_t)(at - from));
	munmap(at + size, CHUNK_BYTES - (size_t)(at - from));
	return at;
}

/* A region is whole chunks long. */
static int map_region(struct bt_findlimit_shared *shared, struct region *region)
{
	uint64_t size = atomic_load(&shared->region_bytes) / CHUNK_BYTES * CHUNK_BYTES;

	while ((region->at = map_aligned(size)) == MAP_FAILED) {
		if (errno != ENOMEM || size / 2 < BT_MEASURE_REGION_MIN)
			return errno;
		size = size / 2 / CHUNK_BYTES * CHUNK_BYTES;
		atomic_store(&shared->region_bytes, size);
	}
	region->left_bytes = size;
	return 0;
}

static void count(struct bt_findlimit_shared *shared, uint64_t size)
{
	atomic_fetch_add(&shared->reached_bytes, size);
	atomic_store(&shared->last_ns, bt_mono_ns());
}

/* Its first step brought all of it: the kernel gave a huge page. */
static bool is_huge(char *chunk)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char last = 0;

	return !mincore(chunk + CHUNK_BYTES - page, page, &last) && last & 1;
}

/*
 * Step by step, until the kernel turns out to have given all of it at once. Of a chunk that is
 * wanted in part only, no huge page may be given.
 */
static int fill_chunk(struct bt_findlimit_shared *shared, char *chunk, uint64_t size)
{
	uint64_t at, step;
	int code;

	if (size < CHUNK_BYTES)
		madvise(chunk, CHUNK_BYTES, MADV_NOHUGEPAGE);
	for (at = 0; at < size; at += step) {
		step = size - at < STEP_BYTES ? size - at : STEP_BYTES;
		code = fill(shared, chunk + at, step);
		if (code)
			return code;
		if (!at && size == CHUNK_BYTES && is_huge(chunk))
			step = size;
		count(shared, step);
	}
	return 0;
}

/* Only the last chunk of all is a shorter one. */
static int take_chunk(struct bt_findlimit_shared *shared, struct region *region, uint64_t size)
{
	int code = region->left_bytes ? 0 : map_region(shared, region);

	if (!code)
		code = fill_chunk(shared, region->at, size);
	region->at += CHUNK_BYTES;
	region->left_bytes -= CHUNK_BYTES;
	return code;
}

/* A thread whose mapping is refused ends alone: the others may have much of theirs left. */
static void *take_memory(void *context)
{
	struct bt_findlimit_shared *shared = context;
	uint64_t limit = shared->options.limit_bytes, start, size;
	struct region region = { 0 };
	int code = 0;

	while (!code) {
		start = atomic_fetch_add(&shared->claimed_bytes, CHUNK_BYTES);
		if (limit && start >= limit)
			break;
		size = limit && limit - start < CHUNK_BYTES ? limit - start : CHUNK_BYTES;
		code = take_chunk(shared, &region, size);
	}
	if (code)
		atomic_store(&shared->refusal, code);
	return NULL;
}

/* ---- watching ----------------------------------------------------------------------------- */

struct watch {
	struct bt_findlimit_shared *shared;
	int fd;
};

/*
 * Ends the process where it stands: the threads may be in the middle of reclaim, and a page that
 * one of them still waits for is what must not be taken.
 */
static void *watch_pressure(void *context)
{
	const struct watch *watch = context;
	struct bt_findlimit_shared *shared = watch->shared;
	struct bt_pressure pressure = { .count = 0 };
	uint64_t stalled_us;
	unsigned percent;

	for (;;) {
		if (bt_pressure_read(watch->fd, &stalled_us))
			_exit(BT_EXIT_FAILED);
		percent = bt_pressure_percent(&pressure, bt_mono_ns(), stalled_us);
		if (percent >= shared->options.stop_psi_percent) {
			atomic_store(&shared->stalled_percent, percent);
			_exit(BT_EXIT_OK);
		}
		bt_sleep_until_ns(bt_mono_ns() + BT_PRESSURE_TICK_NS);
	}
	return NULL;
}

/* ---- its life ----------------------------------------------------------------------------- */

/* Processors the child may use; it fills from each of them. */
static unsigned thread_count(void)
{
	cpu_set_t set;
	int cpus;

	if (sched_getaffinity(0, sizeof(set), &set))
		return THREADS_MAX;
	cpus = CPU_COUNT(&set);
	return (unsigned)cpus < THREADS_MAX ? (unsigned)cpus : THREADS_MAX;
}

static bool can_populate(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *at = map(page);
	bool can = at != MAP_FAILED && populate(at, page) != EINVAL;

	if (at != MAP_FAILED)
		munmap(at, page);
	return can;
}

static bool start_thread(pthread_t *thread, void *(*run)(void *context), void *context)
{
	pthread_attr_t attr;
	bool good;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	good = !pthread_create(thread, &attr, run, context);
	pthread_attr_destroy(&attr);
	return good;
}

/* Without it, what was to be bounded by it would not be. */
static void start_watch(struct watch *watch)
{
	pthread_t thread;

	watch->fd = bt_pressure_open(BT_PRESSURE_PATH, NULL);
	if (watch->fd < 0 || !start_thread(&thread, watch_pressure, watch))
		_exit(BT_EXIT_FAILED);
}

/* glibc makes threads in the child of a process that has some; the parent's locks are not ours. */
void bt_findlimit_child(struct bt_findlimit_shared *shared, pid_t parent)
{
	struct watch watch = { .shared = shared };
	pthread_t threads[THREADS_MAX];
	unsigned wanted = thread_count(), started = 0;

	bt_leave_parent(parent, "bt-findlimit");
	while (sem_wait(&shared->go) && errno == EINTR)
		;
	atomic_store(&shared->populate, can_populate());
	if (shared->options.stop_psi_percent)
		start_watch(&watch);
	atomic_store(&shared->threads, 1);
	while (started + 1 < wanted && start_thread(&threads[started], take_memory, shared)) {
		started++;
		atomic_fetch_add(&shared->threads, 1);
	}
	take_memory(shared);
	while (started)
		pthread_join(threads[--started], NULL);
	_exit(BT_EXIT_OK);
}
