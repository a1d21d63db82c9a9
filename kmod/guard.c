// SPDX-License-Identifier: GPL-2.0
/*
 * What keeps the machine alive beside the antagonist: the reserve, the OOM notifier, the lease and
 * the time limit. Also follows memory hotplug, because policies name nodes and held pages cannot be
 * migrated.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/oom.h>

#include "ant.h"

/* The OOM notifier stalls the task that ran out of memory for so long at most. */
#define ANT_OOM_WAIT_MS	100
/* Offlining tries again until every page is free, so that this only spares it a few rounds. */
#define ANT_OFFLINE_WAIT_MS	1000

bool ant_guard_reserve(const struct ant_worker *w, struct ant_band *band)
{
	u64 held = w->hold.pages, reserve = w->job.reserve_pages, available, limit;

	if (!reserve)
		return false;
	available = max(si_mem_available(), 0L);
	/* All workers look at the same number: each takes, or gives, its part of the difference. */
	if (available >= reserve)
		limit = held + (available - reserve) / w->job.cpus;
	else
		limit = held - min(held, DIV_ROUND_UP(reserve - available, w->job.cpus));
	*band = ant_band_clip(*band, limit);
	return limit < held + w->job.unit_pages;
}

void ant_guard_arm(struct ant_dev *dev)
{
	const struct bt_config *c = &dev->config;
	u64 now_ns = ktime_get_ns();

	if (c->run == BT_RUN_DRAIN) {
		dev->run_start_ns = 0;
		dev->run_end_ns = 0;
		dev->lease_end_ns = 0;
		return;
	}
	if (!dev->run_start_ns)
		dev->run_start_ns = now_ns;
	dev->run_end_ns = c->run_limit_ms ? dev->run_start_ns + c->run_limit_ms * NSEC_PER_MSEC : 0;
	dev->lease_end_ns = c->lease_ms ? now_ns + (u64)c->lease_ms * NSEC_PER_MSEC : 0;
}

void ant_guard_keepalive(struct ant_dev *dev)
{
	spin_lock(&dev->lock);
	if (dev->lease_end_ns)
		dev->lease_end_ns = ktime_get_ns() + (u64)dev->config.lease_ms * NSEC_PER_MSEC;
	spin_unlock(&dev->lock);
}

/* Stops what is over; returns the next deadline, U64_MAX for none. */
static u64 ant_guard_check_deadlines(struct ant_dev *dev, u64 now_ns)
{
	u64 lease_end_ns = dev->lease_end_ns ?: U64_MAX;
	u64 run_end_ns = dev->run_end_ns ?: U64_MAX;

	if (now_ns >= lease_end_ns) {
		WRITE_ONCE(dev->area->lease_expiries, dev->area->lease_expiries + 1);
		ant_stop(dev, BT_REASON_LEASE);
		return U64_MAX;
	}
	if (now_ns >= run_end_ns) {
		WRITE_ONCE(dev->area->limit_expiries, dev->area->limit_expiries + 1);
		ant_stop(dev, BT_REASON_TIME_LIMIT);
		return U64_MAX;
	}
	return min(lease_end_ns, run_end_ns);
}

static void ant_guard_deadline(struct work_struct *work)
{
	struct ant_dev *dev = container_of(to_delayed_work(work), struct ant_dev, deadline);
	u64 now_ns = ktime_get_ns(), next_ns;

	spin_lock(&dev->lock);
	next_ns = ant_guard_check_deadlines(dev, now_ns);
	spin_unlock(&dev->lock);
	if (next_ns != U64_MAX)
		queue_delayed_work(dev->wq, &dev->deadline, nsecs_to_jiffies(next_ns - now_ns) + 1);
	else
		ant_workers_wake(dev);
}

void ant_guard_watch(struct ant_dev *dev)
{
	mod_delayed_work(dev->wq, &dev->deadline, 0);
}

static u64 ant_guard_held_pages(struct ant_dev *dev)
{
	u64 pages = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct bt_cpu_stats *stats = per_cpu_ptr(dev->workers, cpu)->stats;

		pages += READ_ONCE(stats->held_pages) + READ_ONCE(stats->handoff_pages);
	}
	return pages;
}

/* Waits for the drain that is on, so long at most; returns the pages held after it. */
static u64 ant_guard_give_back(struct ant_dev *dev, u64 generation, unsigned int wait_ms)
{
	struct ant_worker *self = ant_worker_current(dev);

	/*
	 * This worker is inside the allocator and cannot adopt; its blocks are not in use there.
	 * The operation it is in goes on afterwards, and whoever watches shall see that; but it is
	 * the last one of its run.
	 */
	if (self) {
		u64 op = self->stats->op, start_ns = self->stats->op_start_ns;

		/* What is left then it frees when it adopts. */
		ant_worker_drain(self, ktime_get_ns() + wait_ms * NSEC_PER_MSEC);
		WRITE_ONCE(self->stats->op, op);
		WRITE_ONCE(self->stats->op_start_ns, start_ns);
		self->until_ns = 0;
	}
	wait_event_idle_timeout(dev->drained, ant_workers_drained(dev, generation, self),
				msecs_to_jiffies(wait_ms));
	return ant_guard_held_pages(dev);
}

/* Runs in whatever task ran out of memory: allocates nothing and takes no lock but ours. */
static int ant_guard_oom(struct notifier_block *nb, unsigned long unused, void *freed_pages)
{
	struct ant_dev *dev = container_of(nb, struct ant_dev, oom);
	/* First of all: once they are told, workers may be through before anybody has looked. */
	u64 before = ant_guard_held_pages(dev), generation, after, freed;
	bool safe;

	spin_lock(&dev->lock);
	WRITE_ONCE(dev->area->oom_notifications, dev->area->oom_notifications + 1);
	safe = dev->config.guard == BT_GUARD_SAFE;
	if (safe)
		ant_stop(dev, BT_REASON_OOM);
	generation = dev->generation;
	spin_unlock(&dev->lock);
	if (!safe)
		return NOTIFY_OK;

	ant_workers_wake(dev);
	after = ant_guard_give_back(dev, generation, ANT_OOM_WAIT_MS);
	freed = before - min(before, after);
	*(unsigned long *)freed_pages += freed;
	spin_lock(&dev->lock);
	WRITE_ONCE(dev->area->oom_freed_pages, dev->area->oom_freed_pages + freed);
	spin_unlock(&dev->lock);
	return NOTIFY_OK;
}

/*
 * Somebody wants the memory, whatever the guard: held pages would keep him waiting for ever. The
 * caller has the hotplug locks of CPUs and memory; workers take neither, so they can be waited for.
 */
static void ant_guard_offline(struct ant_dev *dev)
{
	u64 generation;

	spin_lock(&dev->lock);
	ant_stop(dev, BT_REASON_OFFLINE);
	generation = dev->generation;
	spin_unlock(&dev->lock);
	ant_workers_wake(dev);
	ant_guard_give_back(dev, generation, ANT_OFFLINE_WAIT_MS);
}

/*
 * Nodes got or lost memory: every worker works its policy out again. A step is not begun anew with
 * that: it is over where it was, and what is held stays.
 */
static void ant_guard_nodes_changed(struct ant_dev *dev)
{
	spin_lock(&dev->lock);
	if (dev->config.run == BT_RUN_STEP) {
		dev->config.run = BT_RUN_KEEP;
		dev->config.step = BT_STEP_NONE;
		dev->config.step_blocks = 0;
		dev->job.run = BT_RUN_KEEP;
	}
	ant_commit(dev);
	spin_unlock(&dev->lock);
	ant_workers_wake(dev);
}

static int ant_guard_memory(struct notifier_block *nb, unsigned long action, void *unused)
{
	struct ant_dev *dev = container_of(nb, struct ant_dev, memory);

	switch (action) {
	case MEM_GOING_OFFLINE:
		ant_guard_offline(dev);
		break;
	case MEM_ONLINE:
	case MEM_OFFLINE:
		ant_guard_nodes_changed(dev);
		break;
	}
	return NOTIFY_OK;
}

int ant_guard_init(struct ant_dev *dev)
{
	int err;

	INIT_DELAYED_WORK(&dev->deadline, ant_guard_deadline);
	/* With a rescuer: a lease must expire when there is no memory for new kworkers. */
	dev->wq = alloc_workqueue("buddytop", WQ_UNBOUND | WQ_MEM_RECLAIM, 1);
	if (!dev->wq)
		return -ENOMEM;
	dev->oom.notifier_call = ant_guard_oom;
	err = register_oom_notifier(&dev->oom);
	if (err)
		goto err_oom;
	dev->memory.notifier_call = ant_guard_memory;
	err = register_memory_notifier(&dev->memory);
	if (err)
		goto err_memory;
	return 0;

err_memory:
	unregister_oom_notifier(&dev->oom);
err_oom:
	destroy_workqueue(dev->wq);
	return err;
}

void ant_guard_exit(struct ant_dev *dev)
{
	unregister_memory_notifier(&dev->memory);
	unregister_oom_notifier(&dev->oom);
	cancel_delayed_work_sync(&dev->deadline);
	destroy_workqueue(dev->wq);
}
