// SPDX-License-Identifier: GPL-2.0
#include "bench/write_stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/thread.h"

#define BLOCK_PAGES 512u	/* touched between two looks at whether to go on */
#define STACK_BYTES (256u << 10)
#define PHASES 2u		/* of the threads: fault, drop */

/* ---- a thread ----------------------------------------------------------------------------- */

static uint64_t minor_faults(void)
{
	struct rusage usage = { 0 };

	getrusage(RUSAGE_THREAD, &usage);
	return (uint64_t)usage.ru_minflt;
}

/* Without a sanitizer's looks at its shadow memory, whose pages would be faults of their own. */
__attribute__((no_sanitize("address"), no_sanitize("thread")))
static void touch_block(const struct bt_write_stage *stage, uint64_t first, uint64_t count)
{
	const uint32_t *order = stage->order;
	uint64_t page_bytes = stage->plan->page_bytes;

	for (uint64_t i = first; i < first + count; i++) {
		uint64_t page = order ? order[i] : i;

		*(volatile uint64_t *)(stage->at + page * page_bytes) = 1;
	}
}

static void touch(struct bt_write_worker *worker)
{
	struct bt_write_stage *stage = worker->stage;
	uint64_t pages = worker->out->pages, done, count;

	for (done = 0; done < pages; done += count) {
		if (atomic_load_explicit(&stage->stop, memory_order_relaxed))
			return;
		count = pages - done < BLOCK_PAGES ? pages - done : BLOCK_PAGES;
		touch_block(stage, worker->first + done, count);
		atomic_store_explicit(&worker->touched, done + count, memory_order_relaxed);
	}
}

static void fault(struct bt_write_worker *worker)
{
	uint64_t faults = minor_faults(), start_ns = bt_mono_ns();

	touch(worker);
	worker->out->fault_ns = bt_mono_ns() - start_ns;
	worker->out->minor_faults = minor_faults() - faults;
}

static void drop(struct bt_write_worker *worker)
{
	const struct bt_write_stage *stage = worker->stage;
	uint64_t page_bytes = stage->plan->page_bytes, start_ns = bt_mono_ns();

	if (madvise(stage->at + worker->first * page_bytes, worker->out->pages * page_bytes,
		    MADV_DONTNEED))
		worker->error = errno;
	worker->out->drop_ns = bt_mono_ns() - start_ns;
}

/* The last one tells whoever directs them, who cannot wait at a barrier and watch for ^C. */
static void *work(void *context)
{
	static void (*const phases[PHASES])(struct bt_write_worker *worker) = { fault, drop };
	static const uint64_t one = 1;
	struct bt_write_worker *worker = context;
	struct bt_write_stage *stage = worker->stage;

	while (sem_wait(&stage->all_there))
		;
	for (unsigned i = 0; stage->count && i < PHASES; i++) {
		pthread_barrier_wait(&stage->barrier);
		if (stage->over)
			break;
		phases[i](worker);
		if (atomic_fetch_sub(&stage->busy, 1) == 1)
			bt_write_all(stage->idle_fd, &one, sizeof(one));
	}
	return NULL;
}

/* ---- all of them -------------------------------------------------------------------------- */

static void join(struct bt_write_stage *stage, unsigned started)
{
	for (unsigned i = 0; i < started; i++)
		pthread_join(stage->workers[i].thread, NULL);
	pthread_barrier_destroy(&stage->barrier);
	sem_destroy(&stage->all_there);
	free(stage->workers);
	if (stage->idle_fd >= 0)
		close(stage->idle_fd);
}

/* The phases wait until all threads are there: a barrier knows its number beforehand. */
static int start_all(struct bt_write_stage *stage, struct bt_err *err)
{
	unsigned started = 0, i;
	int code = 0;

	for (; !code && started < stage->count; started += !code)
		code = bt_thread_on_cpu(&stage->workers[started].thread,
					stage->workers[started].out->cpu, STACK_BYTES, work,
					&stage->workers[started], err);
	if (code)
		stage->count = 0;
	for (i = 0; i < started; i++)
		sem_post(&stage->all_there);
	if (code)
		join(stage, started);
	return code;
}

int bt_write_stage_open(struct bt_write_stage *stage, const struct bt_write_plan *plan,
			char *at, const uint32_t *order, struct bt_write_iteration *iteration,
			unsigned count, struct bt_err *err)
{
	uint64_t pages = plan->memory_bytes / plan->page_bytes;
	struct bt_write_worker *workers = aligned_alloc(_Alignof(struct bt_write_worker),
							count * sizeof(*workers));

	*stage = (struct bt_write_stage){ .plan = plan, .at = at, .order = order, .count = count,
					  .workers = workers };
	stage->idle_fd = eventfd(0, EFD_CLOEXEC);
	if (stage->idle_fd < 0 || !workers) {
		int code = bt_err_set(err, workers ? errno : ENOMEM, "threads of the benchmark: %s",
				      strerror(workers ? errno : ENOMEM));

		if (stage->idle_fd >= 0)
			close(stage->idle_fd);
		free(workers);
		return code;
	}
	pthread_barrier_init(&stage->barrier, NULL, count + 1);
	sem_init(&stage->all_there, 0, 0);
	for (unsigned i = 0; i < count; i++) {
		workers[i] = (struct bt_write_worker){ .stage = stage,
						       .out = &iteration->threads[i] };
		workers[i].out->cpu = plan->cpus[i];
		workers[i].out->pages = bt_write_share(pages, count, bt_write_unit_pages(plan), i,
						       &workers[i].first);
	}
	return start_all(stage, err);
}

void bt_write_stage_begin(struct bt_write_stage *stage)
{
	atomic_store(&stage->busy, stage->count);
	stage->begun++;
	pthread_barrier_wait(&stage->barrier);
}

void bt_write_stage_close(struct bt_write_stage *stage)
{
	if (stage->begun < PHASES) {
		stage->over = true;
		pthread_barrier_wait(&stage->barrier);
	}
	join(stage, stage->count);
}

uint64_t bt_write_stage_touched(const struct bt_write_stage *stage)
{
	uint64_t pages = 0;

	for (unsigned i = 0; i < stage->count; i++)
		pages += atomic_load_explicit(&stage->workers[i].touched, memory_order_relaxed);
	return pages;
}

int bt_write_stage_failed(const struct bt_write_stage *stage, struct bt_err *err)
{
	for (unsigned i = 0; i < stage->count; i++) {
		const struct bt_write_worker *worker = &stage->workers[i];

		if (worker->error)
			return bt_err_set(err, worker->error, "madvise(MADV_DONTNEED) of %llu pages "
					  "on CPU %u: %s",
					  (unsigned long long)worker->out->pages, worker->out->cpu,
					  strerror(worker->error));
	}
	return 0;
}
