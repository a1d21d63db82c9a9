// SPDX-License-Identifier: GPL-2.0
#include "work/stream.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/write.h"
#include "work/crew.h"

#define ERROR_MAX 1e-8
/* Other choices of kernels shrink or grow without end: anew before they are no ordinary numbers. */
#define SMALLEST 1e-100
#define LARGEST 1e100

static const double initial[BT_STREAM_ARRAYS] = {
	[BT_STREAM_A] = 1, [BT_STREAM_B] = 2, [BT_STREAM_C] = 0,
};

struct thread_time {
	_Alignas(128) uint64_t start_ns;	/* a line of the cache for each thread */
	uint64_t end_ns;
};

struct bt_stream_run {
	struct bt_stream_plan plan;
	double *at[BT_STREAM_ARRAYS];
	uint64_t array_bytes;
	struct bt_stream_row *rows;
	atomic_size_t done;		/* of them */
	struct thread_time times[BT_STREAM_THREADS_MAX];
	pthread_barrier_t barrier;
	struct bt_crew crew;
	/* Written by one thread between two barriers. */
	double expected[BT_STREAM_ARRAYS];
	bool over, anew;
};

static size_t row_count(const struct bt_stream_plan *plan)
{
	return plan->iterations * plan->kernel_count;
}

/* Whole pages, as no two threads may share one that the first touch places. */
static uint64_t array_bytes(const struct bt_stream_plan *plan)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE), bytes = plan->elements * sizeof(double);

	return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

uint64_t bt_stream_needs_bytes(const struct bt_stream_plan *plan)
{
	return BT_STREAM_ARRAYS * array_bytes(plan) + row_count(plan) * sizeof(struct bt_stream_row);
}

/* ---- a thread ----------------------------------------------------------------------------- */

/* Elements [*first, *first + result). */
static size_t share(const struct bt_stream_run *run, unsigned index, size_t *first)
{
	uint64_t page_elements = (uint64_t)sysconf(_SC_PAGESIZE) / sizeof(double), begin, pages, end;

	pages = bt_write_share(run->array_bytes / sizeof(double) / page_elements, run->plan.threads,
			       1, index, &begin);
	end = (begin + pages) * page_elements;
	*first = begin * page_elements;
	return (end < run->plan.elements ? end : run->plan.elements) - *first;
}

static void fill(void *context, unsigned index)
{
	struct bt_stream_run *run = context;
	size_t first, count = share(run, index, &first);

	for (unsigned i = 0; i < BT_STREAM_ARRAYS; i++) {
		for (size_t j = first; j < first + count; j++)
			run->at[i][j] = initial[i];
	}
}

static bool all_wait(struct bt_stream_run *run)
{
	return pthread_barrier_wait(&run->barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
}

static void expect(struct bt_stream_run *run, const struct bt_stream_kernel *kernel)
{
	double sum = 0;

	for (unsigned i = 0; i < BT_STREAM_ARRAYS; i++)
		sum += kernel->factor[i] * run->expected[i];
	run->expected[kernel->to] = sum;
	run->anew |= sum != 0 && (fabs(sum) < SMALLEST || fabs(sum) > LARGEST);
}

/* By the last thread that is through, while the others wait. */
static void end_row(struct bt_stream_run *run, size_t number, const struct bt_stream_kernel *kernel)
{
	struct bt_stream_row *row = &run->rows[number];
	uint64_t end_ns = 0;

	row->start_ns = UINT64_MAX;
	for (unsigned i = 0; i < run->plan.threads; i++) {
		const struct thread_time *time = &run->times[i];

		row->start_ns = time->start_ns < row->start_ns ? time->start_ns : row->start_ns;
		end_ns = time->end_ns > end_ns ? time->end_ns : end_ns;
	}
	row->ns = end_ns - row->start_ns;
	expect(run, kernel);
	run->over = atomic_load(run->plan.stop) || number + 1 == row_count(&run->plan);
	atomic_store(&run->done, number + 1);
}

static void begin_anew(struct bt_stream_run *run, unsigned index)
{
	fill(run, index);
	if (all_wait(run)) {
		memcpy(run->expected, initial, sizeof(initial));
		run->anew = false;
	}
	all_wait(run);
}

static void work(void *context, unsigned index)
{
	struct bt_stream_run *run = context;
	struct thread_time *time = &run->times[index];
	size_t first, count = share(run, index, &first);

	for (size_t row = 0;; row++) {
		const struct bt_stream_kernel *kernel;

		all_wait(run);
		if (run->over)
			return;
		if (run->anew)
			begin_anew(run, index);
		kernel = run->plan.kernels[row % run->plan.kernel_count];
		time->start_ns = bt_mono_ns();
		kernel->run(run->at[BT_STREAM_A] + first, run->at[BT_STREAM_B] + first,
			    run->at[BT_STREAM_C] + first, count);
		time->end_ns = bt_mono_ns();
		if (all_wait(run))
			end_row(run, row, kernel);
	}
}

/* ---- all of them -------------------------------------------------------------------------- */

int bt_stream_open(struct bt_stream_run **out, const struct bt_stream_plan *plan,
		   struct bt_err *err)
{
	struct bt_stream_run *run;
	char *at;
	int code;

	at = mmap(NULL, BT_STREAM_ARRAYS * array_bytes(plan), PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return bt_err_set(err, errno, "mmap of three arrays of %llu doubles: %s",
				  (unsigned long long)plan->elements, strerror(errno));
	run = aligned_alloc(_Alignof(struct bt_stream_run), sizeof(*run));
	if (!run) {
		munmap(at, BT_STREAM_ARRAYS * array_bytes(plan));
		return bt_err_set(err, ENOMEM, "stream: out of memory");
	}
	*run = (struct bt_stream_run){ .plan = *plan, .array_bytes = array_bytes(plan),
				       .rows = bt_xcalloc(row_count(plan), sizeof(*run->rows)) };
	memcpy(run->expected, initial, sizeof(initial));
	pthread_barrier_init(&run->barrier, NULL, plan->threads);
	for (unsigned i = 0; i < BT_STREAM_ARRAYS; i++)
		run->at[i] = (double *)(at + i * run->array_bytes);
	run->crew = (struct bt_crew){ .count = plan->threads, .cpus = plan->cpus, .work = fill,
				      .context = run };
	code = bt_crew_run(&run->crew, err);
	if (code)
		bt_stream_close(run);
	else
		*out = run;
	return code;
}

int bt_stream_begin(struct bt_stream_run *run, struct bt_err *err)
{
	run->crew.work = work;
	return bt_crew_start(&run->crew, err);
}

bool bt_stream_wait(struct bt_stream_run *run, int wait_ms)
{
	return bt_crew_wait(&run->crew, wait_ms);
}

size_t bt_stream_rows(const struct bt_stream_run *run, const struct bt_stream_row **rows)
{
	*rows = run->rows;
	return atomic_load(&run->done);
}

/* NaN is no number that is near. */
static bool is_near(double value, double expected)
{
	double scale = expected != 0 ? fabs(expected) : 1;

	return fabs(value - expected) <= ERROR_MAX * scale;
}

int bt_stream_end(struct bt_stream_run *run, struct bt_err *err)
{
	bt_crew_end(&run->crew);
	for (unsigned i = 0; i < BT_STREAM_ARRAYS; i++) {
		/* What is to be begun anew has its last values still. */
		for (size_t j = 0; j < run->plan.elements; j++) {
			if (!is_near(run->at[i][j], run->expected[i]))
				return bt_err_set(err, EIO, "stream: element %zu of array %c is %g "
						  "after %zu kernels, not %g", j, "abc"[i],
						  run->at[i][j], atomic_load(&run->done),
						  run->expected[i]);
		}
	}
	return 0;
}

void bt_stream_close(struct bt_stream_run *run)
{
	munmap(run->at[0], BT_STREAM_ARRAYS * run->array_bytes);
	pthread_barrier_destroy(&run->barrier);
	free(run->rows);
	free(run);
}
