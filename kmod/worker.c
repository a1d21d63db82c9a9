// SPDX-License-Identifier: GPL-2.0
/* What a worker does each time its thread runs: adopt a generation, a bounded batch, or a sleep. */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "ant.h"
#include "random.h"

/* A batch ends with the first operation past this. */
#define ANT_BATCH_NS		NSEC_PER_MSEC
/* No sleep is longer: park and stop have to wait for its end. */
#define ANT_SLEEP_MAX_NS	(10 * NSEC_PER_MSEC)
#define ANT_SLEEP_SLACK_NS	(50 * NSEC_PER_USEC)
/* A paced worker that was held up makes good for so much, not more. */
#define ANT_CATCH_UP_NS		(100 * NSEC_PER_MSEC)
#define ANT_BACKOFF_MIN_NS	(100 * NSEC_PER_USEC)
#define ANT_BACKOFF_MAX_NS	(100 * NSEC_PER_MSEC)
/* Blocks freed between two looks at the time of a drain that has not all of it. */
#define ANT_DRAIN_LOOK		64

void ant_worker_state(struct ant_worker *w, enum bt_worker_state state)
{
	WRITE_ONCE(w->stats->state, state);
}

void ant_worker_rest(struct ant_dev *dev, struct ant_worker *w)
{
	/* Pairs with ant_workers_drained(): whoever sees it rest sees all done before. */
	smp_store_release(&w->idle, true);
	if (wq_has_sleeper(&dev->drained))
		wake_up_all(&dev->drained);
}

void ant_worker_take_ring(struct ant_worker *w)
{
	struct ant_ring *handed = xchg(&w->handed, NULL);

	if (handed) {
		ant_ring_free(w->hold.next);
		w->hold.next = handed;
	}
	ant_ring_free(ant_hold_settle(&w->hold));
}

/* The next CPU of the mask that is online, and not its own. Caller holds lock. */
static struct ant_worker *ant_worker_next(struct ant_dev *dev, const struct ant_worker *w)
{
	const struct cpumask *cpus = (const struct cpumask *)dev->config.cpus;
	unsigned int cpu = cpumask_next_and(w->cpu, cpus, cpu_online_mask);

	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first_and(cpus, cpu_online_mask);
	return cpu < nr_cpu_ids && cpu != w->cpu ? per_cpu_ptr(dev->workers, cpu) : NULL;
}

/* The job as it is, but for hand-off: only who allocates and frees looks after its inbox. */
static void ant_worker_plan(struct ant_worker *w, u64 now_ns)
{
	u64 share = ant_hold_share(&w->hold);

	if (w->job.run != BT_RUN_GO || w->job.pattern == BT_PATTERN_HOLD)
		w->job.inbox_pages = 0;
	w->band = ant_band(&(struct ant_band_terms){
		.run = w->job.run,
		.pattern = w->job.pattern,
		/* The ring may be of a later generation. */
		.share = share - min(share, w->job.inbox_pages),
		.block = w->job.unit_pages,
		.burst = w->job.burst_pages,
	});
	ant_handoff_open(w, w->job.inbox_pages, now_ns);
}

static void ant_worker_adopt(struct ant_dev *dev, struct ant_worker *w, u64 now_ns)
{
	u64 generation;

	/* A shuffle is through with this worker first: it looks at job and ring. */
	percpu_down_read(&dev->rings);
	spin_lock(&dev->lock);
	generation = dev->generation;
	w->job = dev->job;
	if (!test_bit(w->cpu, (unsigned long *)dev->config.cpus))
		w->job.run = BT_RUN_DRAIN;
	w->receiver = ant_worker_next(dev, w);
	spin_unlock(&dev->lock);
	ant_worker_take_ring(w);
	percpu_up_read(&dev->rings);

	ant_worker_plan(w, now_ns);
	ant_op_place(w);
	ant_op_sample(w);
	w->hold.random = ant_random_state(w->job.seed, w->cpu);
	w->mix_random = ant_random_state(~w->job.seed, w->cpu);
	w->phase = ANT_GROWING;
	w->idle = false;
	w->resume_ns = 0;
	w->backoff_ns = 0;
	w->generation = generation;
	/* Whoever sees the echo sees what was held before it, and that it is no longer idle. */
	smp_store_release(&w->stats->generation, generation);
}

static void ant_worker_sleep(struct ant_dev *dev, struct ant_worker *w, u64 now_ns)
{
	ktime_t timeout = ns_to_ktime(min_t(u64, w->resume_ns - now_ns, ANT_SLEEP_MAX_NS));

	set_current_state(TASK_INTERRUPTIBLE);
	if (ant_worker_is_current(dev, w))
		schedule_hrtimeout_range(&timeout, ANT_SLEEP_SLACK_NS, HRTIMER_MODE_REL);
	__set_current_state(TASK_RUNNING);
}

/* False while the next operation's time has not come. Draining is not paced, nor is a guard. */
static bool ant_worker_due(struct ant_worker *w, bool guarded, u64 now_ns)
{
	if (!w->job.op_interval_ns || w->job.run != BT_RUN_GO || guarded)
		return true;
	if (now_ns < w->due_ns) {
		w->resume_ns = w->due_ns;
		if (w->job.reserve_pages)	/* is to be watched meanwhile */
			w->resume_ns = min(w->due_ns, now_ns + ANT_SLEEP_MAX_NS);
		return false;
	}
	w->due_ns = max(w->due_ns, now_ns - ANT_CATCH_UP_NS) + w->job.op_interval_ns;
	return true;
}

static void ant_worker_back_off(struct ant_worker *w, u64 now_ns)
{
	/* There is no more: let the pattern turn. Of a mix the small blocks may still be had. */
	if (w->alloc_blocks == &w->by_order[w->job.lowest_order])
		w->phase = ANT_SHRINKING;
	w->backoff_ns = clamp_t(u64, w->backoff_ns * 2, ANT_BACKOFF_MIN_NS, ANT_BACKOFF_MAX_NS);
	w->resume_ns = now_ns + w->backoff_ns;
	WRITE_ONCE(w->stats->backoffs, w->stats->backoffs + 1);
	ant_worker_state(w, BT_WORKER_BACKOFF);
}

/* Nothing to do: until the next generation or, with a reserve to watch, for a while. */
static void ant_worker_pause(struct ant_dev *dev, struct ant_worker *w, u64 now_ns)
{
	if (w->job.run != BT_RUN_DRAIN && (w->job.reserve_pages || w->job.inbox_pages))
		w->resume_ns = now_ns + ANT_SLEEP_MAX_NS;
	else
		ant_worker_rest(dev, w);
}

/* As ant_op_grow(). Each way has a loop of its own: the plain one is not the slower for them. */
static bool ant_worker_grow(struct ant_worker *w, u64 high, u64 *now_ns)
{
	if (unlikely(w->job.bulk_pages))
		return ant_bulk_grow(w, high, now_ns);
	if (unlikely(w->job.mix.sum))
		return ant_op_grow_mix(w, high, now_ns);
	return ant_op_grow(w, high, now_ns);
}

/* Operations up to an edge of the band or until end_ns; false ends the batch. */
static bool ant_worker_step(struct ant_dev *dev, struct ant_worker *w,
			    const struct ant_band *band, u64 end_ns, u64 *now_ns)
{
	u64 allocs = w->stats->allocs;
	bool got;

	/* Often: whoever hands off does not wait for room. */
	if (unlikely(w->job.inbox_pages)) {
		ant_handoff_empty(w, end_ns, now_ns);
		if (*now_ns >= end_ns)
			return false;
	}
	if (w->hold.next)
		ant_ring_free(ant_hold_settle(&w->hold));
	/* One alone where there is something to look at after each; the generation can wait. */
	w->until_ns = w->hold.next || w->job.op_interval_ns ? 0 : end_ns;
	switch (ant_pattern_step(&w->phase, band, w->hold.pages, w->job.unit_pages)) {
	case ANT_STEP_FREE:
		if (unlikely(w->gives))
			ant_handoff_shrink(w, band->low, now_ns);
		else
			ant_op_shrink(w, band->low, now_ns);
		return true;
	case ANT_STEP_ALLOC:
		got = ant_worker_grow(w, band->high, now_ns);
		if (w->stats->allocs != allocs)
			w->backoff_ns = 0;
		if (!got)
			ant_worker_back_off(w, *now_ns);
		return got;
	default:
		if (READ_ONCE(w->stats->state) != BT_WORKER_THROTTLED)
			ant_worker_state(w, BT_WORKER_IDLE);
		ant_worker_pause(dev, w, *now_ns);
		return false;
	}
}

static void ant_worker_batch(struct ant_dev *dev, struct ant_worker *w, u64 now_ns, u64 end_ns)
{
	struct ant_band band = w->band;
	bool below = w->job.run != BT_RUN_DRAIN && ant_guard_reserve(w, &band);

	if (w->job.run == BT_RUN_DRAIN) {
		ant_worker_state(w, BT_WORKER_DRAINING);
	} else if (below) {
		ant_worker_state(w, BT_WORKER_THROTTLED);
		WRITE_ONCE(w->stats->throttled, w->stats->throttled + 1);
	} else {
		ant_worker_state(w, BT_WORKER_RUNNING);
	}
	/* What the guard wants back is freed at once. */
	w->gives = w->job.inbox_pages && !below;
	percpu_down_read(&dev->rings);
	while (ant_worker_due(w, below && w->hold.pages > band.high, now_ns) &&
	       ant_worker_step(dev, w, &band, end_ns, &now_ns) &&
	       now_ns < end_ns && ant_worker_is_current(dev, w))
		;
	percpu_up_read(&dev->rings);
	WRITE_ONCE(w->stats->batches, w->stats->batches + 1);
	WRITE_ONCE(w->stats->last_ns, now_ns);
}

bool ant_worker_wants_to_run(const struct ant_dev *dev, const struct ant_worker *w)
{
	return !w->idle || !ant_worker_is_current(dev, w);
}

void ant_worker_run(struct ant_dev *dev, struct ant_worker *w)
{
	u64 now_ns = ant_clock_anchor(dev->area, &w->clock), end_ns = now_ns + ANT_BATCH_NS;

	if (!ant_worker_is_current(dev, w))
		ant_worker_adopt(dev, w, now_ns);
	/* Also when it is not its time yet. */
	if (w->job.inbox_pages)
		ant_handoff_empty(w, end_ns, &now_ns);
	if (now_ns < w->resume_ns)
		ant_worker_sleep(dev, w, now_ns);
	else if (w->job.run == BT_RUN_STEP)
		ant_kbench_batch(dev, w);
	else
		ant_worker_batch(dev, w, now_ns, end_ns);
	/* A loop that never sleeps would hold up RCU-tasks, and with it tracers. */
	cond_resched_tasks_rcu_qs();
}

void ant_worker_drain(struct ant_worker *w, u64 end_ns)
{
	u64 now_ns = READ_ONCE(w->stats->last_ns);
	unsigned int freed = 0;

	while (w->hold.ring->count) {
		ant_op_free(w, &now_ns);
		cond_resched();
		if (++freed % ANT_DRAIN_LOOK == 0 && ktime_get_ns() >= end_ns)
			break;
	}
	ant_handoff_drain(w, &now_ns);
}
