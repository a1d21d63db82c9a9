// SPDX-License-Identifier: GPL-2.0
/*
 * A step of a microbenchmark: so many operations on each CPU of the mask, then rest and keep what
 * is held. Its phases are generations that the controller publishes one after the other.
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>

#include "ant.h"
#include "random.h"
#include "timing.h"

/* A batch ends with the first operation past this. */
#define ANT_KBENCH_BATCH_NS	NSEC_PER_MSEC
/* The shuffling worker looks so often whether the others rest. */
#define ANT_SHUFFLE_POLL_NS	(100 * NSEC_PER_USEC)
/* Exchanges between two looks at the clock. */
#define ANT_SHUFFLE_LOOK	256

static u64 ant_kbench_now(struct ant_worker *w)
{
	return ant_clock_ns(&w->clock, ant_clock_read(&w->clock));
}

/* Told apart from the reset of the next step by the order of these words: see bt_cpu_stats. */
static void ant_kbench_begin(struct ant_worker *w, u64 now_ns)
{
	WRITE_ONCE(w->stats->step_generation, w->generation);
	/* Whoever reads a number of this step reads its generation after it. */
	smp_wmb();
	WRITE_ONCE(w->stats->step_done, 0);
	WRITE_ONCE(w->stats->step_failures, 0);
	WRITE_ONCE(w->stats->step_start_ns, now_ns);
	WRITE_ONCE(w->stats->step_end_ns, now_ns);
	WRITE_ONCE(w->stats->step_preempted_ns, 0);
	w->step_switches = current->nivcsw;
	w->stepped_ns = now_ns;
	w->mix_cpu = 0;
	w->mix_slot = 0;
}

/* After an operation. What others ran in between is no time of the step: see bt_cpu_stats. */
static void ant_kbench_step_on(struct ant_worker *w, u64 now_ns)
{
	if (unlikely(current->nivcsw != w->step_switches)) {
		w->step_switches = current->nivcsw;
		WRITE_ONCE(w->stats->step_preempted_ns,
			   w->stats->step_preempted_ns + now_ns - w->stepped_ns);
	}
	w->stepped_ns = now_ns;
	WRITE_ONCE(w->stats->step_done, w->stats->step_done + 1);
}

static void ant_kbench_end(struct ant_dev *dev, struct ant_worker *w)
{
	ant_worker_state(w, BT_WORKER_IDLE);
	/* Whoever sees it sees the numbers of the whole step. */
	smp_store_release(&w->stats->step_ended, w->generation);
	ant_worker_rest(dev, w);
}

/* ---- operations ------------------------------------------------------------------------- */

/* Each is one operation; false: there is no block to free, or no room for one. */
static bool ant_kbench_get(struct ant_worker *w, u64 high, u64 *now_ns)
{
	if (w->hold.pages + (1ull << w->job.order) > high)
		return false;
	if (!ant_op_alloc(w, now_ns))
		WRITE_ONCE(w->stats->step_failures, w->stats->step_failures + 1);
	return true;
}

static bool ant_kbench_put(struct ant_worker *w, u64 high, u64 *now_ns)
{
	if (!w->hold.ring->count)
		return false;
	ant_op_free(w, now_ns);
	return true;
}

static bool ant_kbench_pair(struct ant_worker *w, u64 high, u64 *now_ns)
{
	u64 failures = w->stats->step_failures;

	if (!ant_kbench_get(w, high, now_ns))
		return false;
	return w->stats->step_failures != failures || ant_kbench_put(w, high, now_ns);
}

static bool (*const ant_kbench_op[BT_STEP_COUNT])(struct ant_worker *w, u64 high, u64 *now_ns) = {
	[BT_STEP_GET] = ant_kbench_get,
	[BT_STEP_PUT] = ant_kbench_put,
	[BT_STEP_PAIR] = ant_kbench_pair,
};

/* True when the step is over. */
static bool ant_kbench_ops(struct ant_dev *dev, struct ant_worker *w, u64 *now_ns)
{
	u64 share = ant_hold_share(&w->hold), end_ns = *now_ns + ANT_KBENCH_BATCH_NS;
	struct ant_band band = { .high = share };

	if (w->job.step != BT_STEP_PUT && ant_guard_reserve(w, &band)) {
		WRITE_ONCE(w->stats->throttled, w->stats->throttled + 1);
		return true;
	}
	while (w->stats->step_done < w->job.step_blocks) {
		/* Where the reserve is what leaves no room, the next batch looks again. */
		if (!ant_kbench_op[w->job.step](w, band.high, now_ns))
			return band.high == share;
		ant_kbench_step_on(w, *now_ns);
		if (*now_ns >= end_ns || !ant_worker_is_current(dev, w))
			break;
	}
	return w->stats->step_done >= w->job.step_blocks;
}

/* ---- shuffle ---------------------------------------------------------------------------- */

/*
 * What a CPU takes part with; NULL: its worker is not of the mask. Whoever writes `rings` gets the
 * same answer throughout: a worker changes its job as a reader.
 */
static struct ant_hold *ant_shuffle_hold(struct ant_dev *dev, unsigned int cpu)
{
	struct ant_worker *w = per_cpu_ptr(dev->workers, cpu);

	return w->job.run == BT_RUN_STEP ? &w->hold : NULL;
}

/* Number of the first block of every CPU, counted through; returns that of all. */
static u64 ant_shuffle_count(struct ant_dev *dev, u64 *first)
{
	unsigned int cpu;
	u64 blocks = 0;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		struct ant_hold *hold = cpu_possible(cpu) ? ant_shuffle_hold(dev, cpu) : NULL;

		first[cpu] = blocks;
		blocks += hold ? hold->ring->count : 0;
	}
	return blocks;
}

/* The CPU whose block has this number: the last one that does not begin behind it. */
static unsigned int ant_shuffle_cpu(const u64 *first, u64 number)
{
	unsigned int low = 0, high = nr_cpu_ids - 1;

	while (low < high) {
		unsigned int middle = (low + high + 1) / 2;

		if (first[middle] <= number)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/*
 * Fisher and Yates' shuffle over the rings of all workers of the mask, which rest. True when it is
 * through, false when the batch's time is over.
 */
static bool ant_shuffle_some(struct ant_dev *dev, struct ant_worker *w, u64 *first, u64 end_ns)
{
	u64 blocks = ant_shuffle_count(dev, first), number, other, looks = 0;
	unsigned int cpu;

	for (number = first[w->mix_cpu] + w->mix_slot; number < blocks; number++) {
		if (++looks % ANT_SHUFFLE_LOOK == 0 && ktime_get_ns() >= end_ns)
			break;
		w->mix_cpu = ant_shuffle_cpu(first, number);
		w->mix_slot = number - first[w->mix_cpu];
		other = number + ant_random_below(&w->hold.random, blocks - number);
		cpu = ant_shuffle_cpu(first, other);
		ant_hold_swap(ant_shuffle_hold(dev, w->mix_cpu), w->mix_slot,
			      ant_shuffle_hold(dev, cpu), other - first[cpu]);
		w->mix_slot++;
	}
	return number >= blocks;
}

/* The first CPU of the mask that is online does it for all. */
static bool ant_shuffle_leads(struct ant_dev *dev, const struct ant_worker *w)
{
	unsigned int cpu;

	spin_lock(&dev->lock);
	cpu = cpumask_first_and((const struct cpumask *)dev->config.cpus, cpu_online_mask);
	spin_unlock(&dev->lock);
	return w->cpu == cpu;
}

/* One worker does it, when all others have adopted the step and rest. True when it is over. */
static bool ant_shuffle_batch(struct ant_dev *dev, struct ant_worker *w, u64 now_ns)
{
	bool over = false;

	/* Anew each time: with a CPU of the mask that has come since, there would be two. */
	if (!ant_shuffle_leads(dev, w))
		return true;
	if (!ant_workers_drained(dev, w->generation, w)) {
		w->resume_ns = now_ns + ANT_SHUFFLE_POLL_NS;
		return false;
	}
	percpu_down_write(&dev->rings);
	/* Who has adopted a generation since is no longer of the step, and who has not waits. */
	if (ant_worker_is_current(dev, w))
		over = ant_shuffle_some(dev, w, dev->first,
					ktime_get_ns() + ANT_KBENCH_BATCH_NS);
	percpu_up_write(&dev->rings);
	return over;
}

/* ----------------------------------------------------------------------------------------- */

void ant_kbench_batch(struct ant_dev *dev, struct ant_worker *w)
{
	u64 now_ns = ant_kbench_now(w);
	bool over;

	if (w->stats->step_generation != w->generation)
		ant_kbench_begin(w, now_ns);
	ant_worker_state(w, BT_WORKER_RUNNING);
	if (w->job.step == BT_STEP_SHUFFLE) {
		over = ant_shuffle_batch(dev, w, now_ns);
	} else {
		percpu_down_read(&dev->rings);
		over = ant_kbench_ops(dev, w, &now_ns);
		percpu_up_read(&dev->rings);
	}
	/* Operations that are not timed do not read it. */
	now_ns = ant_kbench_now(w);
	WRITE_ONCE(w->stats->step_end_ns, now_ns);
	WRITE_ONCE(w->stats->batches, w->stats->batches + 1);
	WRITE_ONCE(w->stats->last_ns, now_ns);
	if (over)
		ant_kbench_end(dev, w);
}
