// SPDX-License-Identifier: GPL-2.0
/*
 * Generations: the one way by which anything reaches the workers. A controller's configuration is
 * checked and its memory found first; then it is stored, counted and announced under one lock.
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/time64.h>

#include "ant.h"

static struct ant_limits ant_limits(const struct ant_dev *dev)
{
	/* 64-bit kernels only: a bitmap's words are the masks' words. */
	return (struct ant_limits){
		.max_order = dev->info.max_order,
		.page_bytes = dev->info.page_bytes,
		.cpu_count = dev->info.cpu_count,
		.node_count = dev->info.node_count,
		.max_held_bytes = dev->info.max_held_bytes,
		.features = dev->info.features,
		.memory_nodes = (const u64 *)node_states[N_MEMORY].bits,
		.possible_cpus = (const u64 *)cpumask_bits(cpu_possible_mask),
	};
}

static struct ant_job ant_job(const struct bt_config *c)
{
	struct ant_job job = {
		.run = c->run,
		.pattern = c->pattern,
		.free_order = c->free_order,
		.touch = c->touch,
		.order = c->order,
		.step = c->step,
		.step_blocks = c->step_blocks,
		.seed = c->seed,
		.node_policy = c->node_policy,
		.bulk_pages = c->bulk_pages,
		.cpus = bitmap_weight((const unsigned long *)c->cpus, nr_cpu_ids),
		.sample_every = max(c->sample_every, 1u),
		.gfp = ant_gfp[c->gfp],
		.op_interval_ns = c->pace_ops ? NSEC_PER_SEC / c->pace_ops : 0,
		.reserve_pages = c->reserve_bytes >> PAGE_SHIFT,
		.unit_pages = ant_unit_pages(c),
		.burst_pages = ant_burst_pages(c),
	};
	u64 share = ant_share_pages(c->max_held_bytes, job.cpus, PAGE_SIZE);
	unsigned int order;

	job.inbox_pages = ant_inbox_pages(c, share);
	job.lowest_order = c->order;
	for (order = 0; order < BT_ORDER_COUNT; order++) {
		job.mix.weights[order] = c->order_weights[order];
		job.mix.sum += c->order_weights[order];
		if (c->order_weights[order] && order < job.lowest_order)
			job.lowest_order = order;
	}
	bitmap_copy(job.nodes.bits, (const unsigned long *)c->nodes, MAX_NUMNODES);
	return job;
}

/* Prepares a ring where a worker's share changes; on failure nothing has changed. */
static int ant_rings_prepare(struct ant_dev *dev, const u64 *cpus, u64 share)
{
	unsigned int cpu, undo;

	for_each_possible_cpu(cpu) {
		struct ant_worker *w = per_cpu_ptr(dev->workers, cpu);
		u64 want = test_bit(cpu, (const unsigned long *)cpus) ? share : 0;

		if (w->share == want)
			continue;
		w->fresh = ant_ring_create(want, cpu_to_node(cpu));
		if (!w->fresh)
			goto err_memory;
	}
	return 0;

err_memory:
	for_each_possible_cpu(undo)
		ant_ring_free(xchg(&per_cpu_ptr(dev->workers, undo)->fresh, NULL));
	return -ENOMEM;
}

/* Hands every prepared ring to its worker, which takes it with the next generation. */
static void ant_rings_hand_over(struct ant_dev *dev)
{
	u64 bytes = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct ant_worker *w = per_cpu_ptr(dev->workers, cpu);

		if (w->fresh) {
			w->share = w->fresh->capacity;
			ant_ring_free(xchg(&w->handed, w->fresh));
			w->fresh = NULL;
		}
		bytes += ant_ring_bytes(w->share, PAGE_SIZE);
	}
	WRITE_ONCE(dev->area->ring_bytes, bytes);
}

void ant_commit(struct ant_dev *dev)
{
	u64 now_ns = ktime_get_ns();

	dev->config.generation = dev->generation + 1;
	WRITE_ONCE(dev->area->run, dev->config.run);
	WRITE_ONCE(dev->area->publish_ns, now_ns);
	WRITE_ONCE(dev->area->generation, dev->config.generation);
	WRITE_ONCE(dev->generation, dev->config.generation);
}

int ant_publish(struct ant_dev *dev, struct bt_config *config)
{
	struct ant_limits limits = ant_limits(dev);
	struct ant_job job;
	u64 share;
	int err;

	if (ant_config_check(config, &limits) != ANT_CONFIG_OK)
		return -EINVAL;
	job = ant_job(config);
	share = ant_share_pages(config->max_held_bytes, job.cpus, PAGE_SIZE);
	err = ant_rings_prepare(dev, config->cpus, share);
	if (err)
		return err;
	ant_rings_hand_over(dev);

	spin_lock(&dev->lock);
	dev->config = *config;
	dev->job = job;
	WRITE_ONCE(dev->area->reason, BT_REASON_USER);
	ant_guard_arm(dev);
	ant_commit(dev);
	config->generation = dev->generation;
	spin_unlock(&dev->lock);

	ant_workers_wake(dev);
	ant_guard_watch(dev);
	/* Nobody waits for a CPU that comes or goes: what is left there is taken another time. */
	ant_workers_try_offline_rings(dev);
	return 0;
}

void ant_stop(struct ant_dev *dev, enum bt_reason reason)
{
	if (dev->config.run == BT_RUN_DRAIN)
		return;
	dev->config.run = BT_RUN_DRAIN;
	dev->config.step = BT_STEP_NONE;
	dev->config.step_blocks = 0;
	dev->job.run = BT_RUN_DRAIN;
	WRITE_ONCE(dev->area->reason, reason);
	ant_guard_arm(dev);
	ant_commit(dev);
}

void ant_release(struct ant_dev *dev)
{
	u64 generation;

	/* Share 0 needs no memory. */
	ant_rings_prepare(dev, dev->config.cpus, 0);
	ant_rings_hand_over(dev);
	spin_lock(&dev->lock);
	/* A generation in any case: for the rings. */
	if (dev->config.run == BT_RUN_DRAIN)
		ant_commit(dev);
	else
		ant_stop(dev, BT_REASON_RELEASED);
	generation = dev->generation;
	spin_unlock(&dev->lock);
	ant_workers_wake(dev);
	wait_event_idle(dev->drained, ant_workers_drained(dev, generation, NULL));
	ant_workers_take_offline_rings(dev);
}
