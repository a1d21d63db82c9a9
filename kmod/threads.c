// SPDX-License-Identifier: GPL-2.0
/*
 * One thread per CPU, kept by smpboot, which starts, parks and stops them and follows hotplug. The
 * threads of offline CPUs are parked and hold nothing.
 */
#include <linux/cpu.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/smpboot.h>

#include "ant.h"

static struct ant_worker *ant_worker_of(unsigned int cpu)
{
	return per_cpu_ptr(ant_dev.workers, cpu);
}

static int ant_thread_should_run(unsigned int cpu)
{
	return ant_worker_wants_to_run(&ant_dev, ant_worker_of(cpu));
}

static void ant_thread_run(unsigned int cpu)
{
	ant_worker_run(&ant_dev, ant_worker_of(cpu));
}

static void ant_thread_up(unsigned int cpu)
{
	struct ant_worker *w = ant_worker_of(cpu);

	w->idle = false;
	w->resume_ns = 0;
	ant_op_place(w);
	ant_worker_state(w, BT_WORKER_IDLE);
	/*
	 * Adopts what is published now before it does or takes anything: until it was seen to be
	 * online, nobody has waited for it.
	 */
	w->generation = 0;
}

static void ant_thread_park(unsigned int cpu)
{
	struct ant_worker *w = ant_worker_of(cpu);

	percpu_down_read(&ant_dev.rings);
	ant_handoff_open(w, 0, READ_ONCE(w->stats->last_ns));
	ant_worker_drain(w, U64_MAX);
	percpu_up_read(&ant_dev.rings);
	ant_worker_state(w, BT_WORKER_OFFLINE);
	ant_worker_rest(&ant_dev, w);
}

static struct smp_hotplug_thread ant_threads = {
	.thread_should_run = ant_thread_should_run,
	.thread_fn = ant_thread_run,
	.thread_comm = "buddytop/%u",
	.setup = ant_thread_up,
	.unpark = ant_thread_up,
	.park = ant_thread_park,
};

struct ant_worker *ant_worker_current(struct ant_dev *dev)
{
	/* A worker is bound to its CPU; any other task may look at any worker. */
	struct ant_worker *w = per_cpu_ptr(dev->workers, raw_smp_processor_id());

	return READ_ONCE(w->task) == current ? w : NULL;
}

/*
 * Without cpus_read_lock(), so that the OOM notifier may call it wherever memory ran out: a thread
 * once made stays until it is unregistered, and a parked one ignores the call and looks at the
 * generation when it is unparked.
 */
void ant_workers_wake(struct ant_dev *dev)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct task_struct *task = READ_ONCE(per_cpu_ptr(dev->workers, cpu)->task);

		if (task)
			wake_up_process(task);
	}
}

static void ant_workers_take_parked_rings(struct ant_dev *dev)
{
	unsigned int cpu;

	percpu_down_read(&dev->rings);
	for_each_possible_cpu(cpu) {
		/* Of one that is online the thread may run, whatever its state still says. */
		if (!cpu_online(cpu))
			ant_worker_take_ring(per_cpu_ptr(dev->workers, cpu));
	}
	percpu_up_read(&dev->rings);
}

void ant_workers_take_offline_rings(struct ant_dev *dev)
{
	cpus_read_lock();
	ant_workers_take_parked_rings(dev);
	cpus_read_unlock();
}

void ant_workers_try_offline_rings(struct ant_dev *dev)
{
	if (!cpus_read_trylock())
		return;
	ant_workers_take_parked_rings(dev);
	cpus_read_unlock();
}

bool ant_workers_drained(struct ant_dev *dev, u64 generation, const struct ant_worker *except)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		const struct ant_worker *w = per_cpu_ptr(dev->workers, cpu);

		if (w == except || READ_ONCE(w->stats->state) == BT_WORKER_OFFLINE)
			continue;
		/* Pairs with ant_worker_adopt(): first the echo, then whether it rests since. */
		if (smp_load_acquire(&w->stats->generation) < generation)
			return false;
		/* Pairs with ant_worker_rest(). */
		if (!smp_load_acquire(&w->idle))
			return false;
	}
	return true;
}

int ant_workers_init(struct ant_dev *dev)
{
	unsigned int cpu;
	int err;

	err = percpu_init_rwsem(&dev->rings);
	if (err)
		return err;
	dev->first = kvmalloc_array(nr_cpu_ids, sizeof(*dev->first), GFP_KERNEL);
	if (!dev->first) {
		err = -ENOMEM;
		goto err_first;
	}
	/* Until the first publication: nothing to do, with single pages. */
	dev->job.unit_pages = 1;
	dev->workers = alloc_percpu(struct ant_worker);
	if (!dev->workers) {
		err = -ENOMEM;
		goto err_workers;
	}
	for_each_possible_cpu(cpu) {
		struct ant_worker *w = per_cpu_ptr(dev->workers, cpu);

		w->cpu = cpu;
		w->job = dev->job;
		ant_hold_init(&w->hold);
		spin_lock_init(&w->inbox.lock);
		ant_stats_attach(dev, w);
	}
	ant_threads.store = &dev->workers->task;
	err = smpboot_register_percpu_thread(&ant_threads);
	if (err)
		goto err_threads;
	return 0;

err_threads:
	free_percpu(dev->workers);
err_workers:
	kvfree(dev->first);
err_first:
	percpu_free_rwsem(&dev->rings);
	return err;
}

/* Nothing is held here: the last release has seen to it. */
void ant_workers_exit(struct ant_dev *dev)
{
	unsigned int cpu;

	smpboot_unregister_percpu_thread(&ant_threads);
	/* A CPU that went offline during that release has kept its ring. */
	for_each_possible_cpu(cpu)
		ant_worker_take_ring(per_cpu_ptr(dev->workers, cpu));
	free_percpu(dev->workers);
	kvfree(dev->first);
	percpu_free_rwsem(&dev->rings);
}
