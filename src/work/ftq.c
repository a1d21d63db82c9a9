// SPDX-License-Identifier: GPL-2.0
#include "work/ftq.h"

#include <stdlib.h>

#include "core/util.h"
#include "work/crew.h"

#define UNIT_STEPS 64u
#define LEAD_NS (10 * BT_NS_PER_MS)	/* for the threads to be there when the warm-up begins */

struct ftq_thread {
	uint64_t *counts;		/* of plan.samples */
	atomic_size_t done;
};

struct bt_ftq_run {
	struct bt_ftq_plan plan;
	uint64_t warm_ns;		/* begin of the warm-up */
	struct ftq_thread *threads;
	struct bt_crew crew;
};

uint64_t bt_ftq_needs_bytes(const struct bt_ftq_plan *plan)
{
	return plan->threads * plan->samples * sizeof(uint64_t);
}

/* Each step needs the one before it, and no memory. */
__attribute__((noinline)) static uint64_t unit(uint64_t value)
{
	for (unsigned i = 0; i < UNIT_STEPS; i++) {
		value = value * 6364136223846793005u + 1442695040888963407u;
		__asm__ volatile("" : "+r"(value));
	}
	return value;
}

static bool is_stopped(const struct bt_ftq_run *run)
{
	return atomic_load_explicit(run->plan.stop, memory_order_relaxed);
}

static uint64_t count_until(const struct bt_ftq_run *run, uint64_t end_ns, uint64_t *value)
{
	uint64_t count = 0;

	for (; bt_mono_ns() < end_ns && !is_stopped(run); count++)
		*value = unit(*value);
	return count;
}

static void work(void *context, unsigned index)
{
	struct bt_ftq_run *run = context;
	struct ftq_thread *thread = &run->threads[index];
	uint64_t value = index;

	while (!bt_sleep_until_ns(run->warm_ns))
		;
	for (size_t i = 0; i < BT_FTQ_WARM_UP + run->plan.samples; i++) {
		uint64_t end_ns = run->warm_ns + (i + 1) * run->plan.quantum_ns;
		uint64_t count = count_until(run, end_ns, &value);

		if (is_stopped(run))
			return;
		if (i < BT_FTQ_WARM_UP)
			continue;
		thread->counts[i - BT_FTQ_WARM_UP] = count;
		atomic_store_explicit(&thread->done, i - BT_FTQ_WARM_UP + 1, memory_order_release);
	}
}

static void free_run(struct bt_ftq_run *run)
{
	for (unsigned i = 0; i < run->plan.threads; i++)
		free(run->threads[i].counts);
	free(run->threads);
	free(run);
}

int bt_ftq_open(struct bt_ftq_run **out, const struct bt_ftq_plan *plan, uint64_t *start_ns,
		struct bt_err *err)
{
	struct bt_ftq_run *run = bt_xcalloc(1, sizeof(*run));
	int code;

	run->plan = *plan;
	run->threads = bt_xcalloc(plan->threads, sizeof(*run->threads));
	for (unsigned i = 0; i < plan->threads; i++) {
		run->threads[i].counts = bt_xcalloc(plan->samples, sizeof(uint64_t));
		/* No fault of a page of it is to be measured. */
		for (size_t j = 0; j < plan->samples; j++)
			*(volatile uint64_t *)&run->threads[i].counts[j] = 0;
	}
	run->crew = (struct bt_crew){ .count = plan->threads, .cpus = plan->cpus, .work = work,
				      .context = run };
	run->warm_ns = bt_mono_ns() + LEAD_NS;
	*start_ns = run->warm_ns + BT_FTQ_WARM_UP * plan->quantum_ns;
	code = bt_crew_start(&run->crew, err);
	if (code)
		free_run(run);
	else
		*out = run;
	return code;
}

bool bt_ftq_wait(const struct bt_ftq_run *run, int wait_ms)
{
	return bt_crew_wait(&run->crew, wait_ms);
}

size_t bt_ftq_done(const struct bt_ftq_run *run)
{
	size_t done = run->plan.samples;

	for (unsigned i = 0; i < run->plan.threads; i++) {
		size_t own = atomic_load_explicit(&run->threads[i].done, memory_order_acquire);

		done = own < done ? own : done;
	}
	return done;
}

uint64_t bt_ftq_count(const struct bt_ftq_run *run, size_t sample, unsigned thread)
{
	return run->threads[thread].counts[sample];
}

void bt_ftq_close(struct bt_ftq_run *run)
{
	bt_crew_end(&run->crew);
	free_run(run);
}
