/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The antagonist's state, and what its files offer each other.
 *
 * Who may touch what: `control` (mutex) serialises the controller's publications; `lock` (spinlock,
 * never held across an allocation or a sleep) guards config, job, generation, the deadlines and the
 * changing words of the area's head. A worker owns its struct ant_worker, but for `share` and
 * `fresh` (control), `handed` (xchg) and `inbox` (its own lock), and its statistics.
 */
#ifndef ANT_H
#define ANT_H

#include <linux/atomic.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/notifier.h>
#include <linux/percpu-rwsem.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "buddytop_uapi.h"
#include "clock.h"
#include "config.h"
#include "hold.h"
#include "pattern.h"

/* Orders by weight; sum 0: none. */
struct ant_mix {
	u32 sum;
	u32 weights[BT_ORDER_COUNT];
};

/* What a worker needs of a configuration, in the kernel's terms. */
struct ant_job {
	u32 run;		/* enum bt_run */
	u32 pattern;
	u32 free_order;
	u32 touch;
	u32 order;		/* of a mix the highest */
	u32 node_policy;
	u32 bulk_pages;		/* of one call; 0 = blocks one by one */
	u32 step;		/* enum bt_step */
	u32 cpus;		/* CPUs of the mask */
	u32 sample_every;	/* > 0 */
	gfp_t gfp;
	u64 op_interval_ns;	/* 0 = flat out */
	u64 reserve_pages;
	u64 step_blocks;
	u64 seed;
	u32 lowest_order;	/* of the mix, or order: where it fails, there is no more */
	u64 unit_pages;		/* at most, of one allocation */
	u64 burst_pages;
	u64 inbox_pages;	/* of a CPU's share, what is for hand-off; 0 = there is none */
	struct ant_mix mix;
	nodemask_t nodes;
};

/* Blocks handed to a worker for it to free; oldest first, as entries of a ring. */
#define ANT_INBOX_BLOCKS	256u

struct ant_inbox {
	spinlock_t lock;	/* leaf; also guards the gauges of hand-off in the statistics */
	bool open;
	u32 first;
	u32 count;
	u64 max_pages;
	u64 entry[ANT_INBOX_BLOCKS];
};

/* Where an operation's latencies are counted. */
struct ant_latencies {
	u64 *hist;
	u64 *max_ns;
};

struct ant_worker {
	struct ant_clock clock;	/* first: every operation has its address at hand */
	struct task_struct *task; /* set by smpboot; NULL until the CPU was first up */
	unsigned int cpu;
	bool idle;		/* nothing to do until the next generation */
	u64 generation;		/* adopted */
	struct ant_job job;	/* of that generation */
	struct ant_hold hold;
	struct ant_band band;
	enum ant_phase phase;
	int mem_node;		/* nearest node with memory */
	int start_node;		/* where the search for a block begins */
	bool interleave;	/* the next one begins at the next node */
	nodemask_t nodes;	/* nodes of the policy that have memory */
	nodemask_t *strict_nodes; /* the same where no other one will do, or NULL */
	u64 resume_ns;		/* sleep until then: pace, back-off, reserve */
	u64 due_ns;		/* pace: the next operation's time */
	u64 until_ns;		/* a run of operations ends with the first one past this */
	u64 backoff_ns;		/* the last one, 0 after a success */
	unsigned long step_switches; /* involuntary ones, at the last operation of a step */
	u64 stepped_ns;		/* its end */
	unsigned int mix_cpu;	/* how far the shuffle is: the next block is of this CPU, */
	u64 mix_slot;		/* at this distance from its oldest */
	u64 mix_random;		/* state of the choice of orders */
	struct ant_worker *receiver; /* who frees what it hands off; NULL: nobody else is there */
	bool gives;		/* in this batch, rather than freeing */
	struct ant_inbox inbox;
	struct page *bulk[BT_BULK_MAX];

	struct ant_ring *handed; /* a new ring on its way, NULL = none */
	struct ant_ring *fresh;	/* being prepared by the publisher */
	u64 share;		/* pages of the last ring handed over */

	bool sampling;		/* not every operation is timed */
	u32 sample_every;	/* as `left` counts */
	u32 read_every;		/* untimed operations from one reading of the clock to the next */
	u32 unread;		/* of these, left until it is read */
	u32 left[BT_OP_COUNT];	/* operations to the next one that is timed, itself included */
	unsigned long switches;	/* of the thread, when the last timed one began */

	struct bt_cpu_stats *stats;
	u64 *by_order;
	u64 *by_node;
	u64 *hist;		/* [order][op][bucket] */
	u64 *alloc_hist;	/* of the next block's order, and its word of by_order */
	u64 *alloc_blocks;
	u64 *bulk_hist;		/* [bucket] */
};

struct ant_dev {
	struct miscdevice misc;
	struct mutex control;	/* one publication at a time */
	atomic_t controlled;	/* 1: a controlling file is open, or its release not over */
	spinlock_t lock;	/* short: what was published last */
	struct bt_config config; /* as published; run is the present one */
	struct ant_job job;
	u64 generation;		/* written under lock, read by workers without */
	u64 run_start_ns;	/* of the present run; 0 = drained */
	u64 lease_end_ns;	/* 0 = none */
	u64 run_end_ns;		/* 0 = none */
	struct ant_worker __percpu *workers;
	/*
	 * Who touches a worker's ring reads it, so does the worker itself for a batch; a shuffle,
	 * which touches all of them, writes it.
	 */
	struct percpu_rw_semaphore rings;
	u64 *first;		/* of a shuffle, which writes `rings`: [nr_cpu_ids] */
	wait_queue_head_t drained; /* woken whenever a worker has nothing left to do */
	struct workqueue_struct *wq;
	struct delayed_work deadline;
	struct notifier_block oom;
	struct notifier_block memory;
	struct bt_area *area;
	struct bt_info info;
};

extern struct ant_dev ant_dev;

/* dev.c */
int ant_dev_register(struct ant_dev *dev);
void ant_dev_unregister(struct ant_dev *dev);

/* publish.c */
/* Checks and publishes; sets config->generation. 0, -EINVAL, -ENOMEM. Caller holds control. */
int ant_publish(struct ant_dev *dev, struct bt_config *config);
/*
 * Drains for a reason that is not the controller's wish. Caller holds lock, and calls
 * ant_workers_wake() after it.
 */
void ant_stop(struct ant_dev *dev, enum bt_reason reason);
/* Announces dev->config and dev->job as they are. Caller: as above. */
void ant_commit(struct ant_dev *dev);
/* Drains, gives the rings back and waits until every worker has done so. No other publishes. */
void ant_release(struct ant_dev *dev);

/* threads.c */
int ant_workers_init(struct ant_dev *dev);
void ant_workers_exit(struct ant_dev *dev);
/* Makes every worker look at the generation. Any context. */
void ant_workers_wake(struct ant_dev *dev);
/*
 * Takes the rings handed to workers whose CPU is offline, for they cannot. Sleeps while a CPU
 * comes or goes, which may take as long as its worker has to free; try: does nothing then.
 */
void ant_workers_take_offline_rings(struct ant_dev *dev);
void ant_workers_try_offline_rings(struct ant_dev *dev);
/* Every worker but `except` has adopted `generation` and is at rest, or its CPU is offline. */
bool ant_workers_drained(struct ant_dev *dev, u64 generation, const struct ant_worker *except);
/* The worker that runs this, or NULL in any other task. */
struct ant_worker *ant_worker_current(struct ant_dev *dev);

/* worker.c: all but the first by the worker's own thread, or while it is parked */
bool ant_worker_wants_to_run(const struct ant_dev *dev, const struct ant_worker *worker);
void ant_worker_run(struct ant_dev *dev, struct ant_worker *worker);
void ant_worker_state(struct ant_worker *worker, enum bt_worker_state state);
/* The generation it has adopted is the last one published. */
static inline bool ant_worker_is_current(const struct ant_dev *dev, const struct ant_worker *worker)
{
	return worker->generation == READ_ONCE(dev->generation);
}

/* Nothing left to do in this generation; tells those who wait for it. */
void ant_worker_rest(struct ant_dev *dev, struct ant_worker *worker);
/* The caller holds dev->rings. */
void ant_worker_take_ring(struct ant_worker *worker);
/* Frees all it holds, or what it can until then by ktime_get_ns(); the same. */
void ant_worker_drain(struct ant_worker *worker, u64 end_ns);

/* clock.c */
/* Chooses the clock and measures what it costs; both stand in the area. */
void ant_clock_init(struct bt_area *area);
/*
 * Sets the clock by ktime, and tells the time. First of all in every batch; by the clock's own CPU.
 */
u64 ant_clock_anchor(struct bt_area *area, struct ant_clock *clock);

/* place.c */
extern const gfp_t ant_gfp[BT_GFP_COUNT];
/* Works out where the blocks of worker->job come from. */
void ant_op_place(struct ant_worker *worker);

/* op.c */
/* Takes sample_every and order of worker->job over. */
void ant_op_sample(struct ant_worker *worker);
/*
 * Allocates and holds one block; false if there was none. *now_ns, in: a time before the operation;
 * out: when it ended or, if that was not looked at, as before. It is looked at after each timed
 * operation and each one of a pace, and else after every 16 pages asked for.
 */
bool ant_op_alloc(struct ant_worker *worker, u64 *now_ns);
/* Frees one held block; there is one. *now_ns: as above. */
void ant_op_free(struct ant_worker *worker, u64 *now_ns);
/*
 * The same in a run: on until one block more would pass `high`, or no more than `low` is held (in
 * pages), there is none, or the time is until_ns. At least once. A loop of its own, for a call and
 * a choice each are much beside what an operation of order 0 is.
 */
bool ant_op_grow(struct ant_worker *worker, u64 high, u64 *now_ns);
void ant_op_shrink(struct ant_worker *worker, u64 low, u64 *now_ns);
/* As ant_op_grow(), each block of an order by the weights of the job's mix; it has one. */
bool ant_op_grow_mix(struct ant_worker *worker, u64 high, u64 *now_ns);
/* Parts of an operation, for others: turns to the next node, if the policy has several in turn, */
void ant_op_next_node(struct ant_worker *worker);
/* counts what took so long, returns the time at its end, */
u64 ant_op_account(struct ant_worker *worker, struct ant_latencies to, u64 start_ticks,
		   u64 end_ticks);
/* takes a block that was allocated, */
void ant_op_got(struct ant_worker *worker, struct page *page, unsigned int order);
/* and frees one that is in no ring, but counted as held. */
void ant_op_free_page(struct ant_worker *worker, struct page *page, unsigned int order,
		      u64 *now_ns);

/* bulk.c */
/* As ant_op_grow(), by calls for the job's bulk_pages each; whatever they get is held. */
bool ant_bulk_grow(struct ant_worker *worker, u64 high, u64 *now_ns);

/* handoff.c */
/* Takes blocks from now on, so many pages; 0: takes none any more, and frees those it has. */
void ant_handoff_open(struct ant_worker *worker, u64 max_pages, u64 now_ns);
/* Frees all it was handed. */
void ant_handoff_drain(struct ant_worker *worker, u64 *now_ns);
/* Frees what it was handed, until then at the latest. */
void ant_handoff_empty(struct ant_worker *worker, u64 end_ns, u64 *now_ns);
/* As ant_op_shrink(), by giving blocks to the receiver; what it does not take is freed. */
void ant_handoff_shrink(struct ant_worker *worker, u64 low, u64 *now_ns);

/* kbench.c */
/* Of the worker's step, some 1 ms; then it sleeps a little, or rests for it is over. */
void ant_kbench_batch(struct ant_dev *dev, struct ant_worker *worker);

/* guard.c */
int ant_guard_init(struct ant_dev *dev);
void ant_guard_exit(struct ant_dev *dev);
/*
 * Clips the band to what the reserve leaves this worker. True when less than the reserve is
 * available, so that blocks have to be freed.
 */
bool ant_guard_reserve(const struct ant_worker *worker, struct ant_band *band);
/* Sets the deadlines of dev->config. Caller holds lock, and calls ant_guard_watch() after it. */
void ant_guard_arm(struct ant_dev *dev);
void ant_guard_watch(struct ant_dev *dev);
/* Renews the lease. */
void ant_guard_keepalive(struct ant_dev *dev);

/* stats.c */
int ant_stats_init(struct ant_dev *dev, unsigned int max_held_pct);
void ant_stats_exit(struct ant_dev *dev);
/* Points the worker at its blocks of the area. */
void ant_stats_attach(struct ant_dev *dev, struct ant_worker *worker);

#endif
