/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of the sim source: a machine that exists only as numbers. Everything follows from the
 * argument (seed, topology, faults), the published configs and the virtual clock, in integers, so
 * that the same keys give the same screens on any machine.
 */
#ifndef BT_SIM_H
#define BT_SIM_H

#include <pthread.h>

#include "source/source.h"

#define SIM_START_NS (1000 * BT_NS_PER_S)	/* the virtual clock at open */
#define SIM_EXTRA_NS (5 * BT_NS_PER_MS)		/* what an extra frame advances it by */
#define SIM_MAX_FAULTS 16

enum sim_fault_kind { SIM_LOST, SIM_RUBBISH, SIM_FAIL, SIM_OOM, SIM_STUCK, SIM_JUMP, SIM_OFFLINE,
		      SIM_ONLINE, SIM_LEASE, SIM_FAULT_KINDS };

struct sim_fault {
	enum sim_fault_kind kind;
	uint64_t at_ns;			/* since open */
	uint64_t argument;		/* CPU number, failures a second, seconds of a jump */
	bool fired;
};

struct sim_cpu {
	struct bt_frame_cpu stats;	/* cumulative, as a frame has them */
	uint64_t adopt_ns;		/* when it adopts the published generation */
	uint64_t held_on[BT_MAX_NODES];	/* pages */
	uint16_t mem_node;
	bool stuck;			/* in one operation for good */
	bool draining;			/* pattern ramp: on its way down */
	uint64_t bulk_rest;		/* pages that are less than a call, for the next one */
};

struct sim_node {
	uint64_t managed_pages, used_pages, cache_pages; /* used: by all but us, cache: when idle */
	uint64_t held_pages;
	uint64_t hit, miss, foreign;	/* blocks */
};

struct sim {
	pthread_mutex_t lock;		/* publish() comes from another thread than read() */
	struct bt_machine machine;
	struct sim_fault faults[SIM_MAX_FAULTS];
	unsigned fault_count;
	uint64_t seed;
	__u64 offline[BT_CPU_WORDS];	/* at open */

	uint64_t now_ns, interval_ns, steps, seq;
	int64_t jump_ns;		/* of UTC against the virtual clock */
	uint64_t fail_until_ns, fail_per_s;

	struct bt_config config;
	struct bt_frame_ack ack;
	enum bt_reason reason;
	uint64_t publish_ns, run_start_ns;
	uint64_t oom_notifications, oom_freed_pages, lease_expiries, limit_expiries;
	uint64_t order_allocs[BT_MAX_ORDERS];
	uint64_t matrix[BT_MAX_NODES][BT_MAX_NODES];
	uint64_t vmstat[BT_VMSTAT_COUNT];
	uint64_t cache_seen_pages;	/* for what was reclaimed since */
	uint64_t swap_seen_pages;
	uint64_t psi_total_us;
	struct bt_measure measure;
	uint64_t measure_start_ns;

	struct sim_cpu *cpus;
	struct sim_node *nodes;
	struct bt_hist *hists;		/* [order][node of CPU][op] */
	struct bt_hist *cpu_hists;	/* [cpu][op], all orders */
	struct bt_frame_calls calls;	/* of all CPUs */
	struct bt_hist bulk_hist;
};

/* sim_config.c: the argument "SEED,key=value,..." into machine, faults and empty CPUs and nodes. */
int sim_configure(struct sim *sim, const char *argument, struct bt_err *err);

/* sim_memory.c: memory, zones, nodes and vmstat that follow from what is held. */
uint64_t sim_cache_pages(const struct sim *sim, unsigned node);
uint64_t sim_free_pages(const struct sim *sim, unsigned node);
uint64_t sim_room_pages(const struct sim *sim, unsigned node); /* what allocations can still get */
uint64_t sim_available_pages(const struct sim *sim);
unsigned sim_pressure_percent(const struct sim *sim);
/* What can be taken before tasks are stalled for so much of the time. */
uint64_t sim_calm_pages(const struct sim *sim, unsigned psi_percent);
void sim_memory_advance(struct sim *sim, uint64_t step_ns);
void sim_fill_frame(const struct sim *sim, struct bt_frame *frame);

/*
 * sim_detail.c: processes, pageblocks and clock rates, where frame->want asks for them; what is
 * swapped out.
 */
void sim_fill_details(const struct sim *sim, struct bt_frame *frame);
uint64_t sim_swapped_pages(const struct sim *sim);
/* sim_freemap.c: where the free blocks of the zones in frame lie. */
void sim_fill_free_map(const struct sim *sim, const struct bt_frame *frame,
		       struct bt_frame_freemap *map);

/* sim_work.c: what the workers do in a step of the virtual clock. */
void sim_work(struct sim *sim, uint64_t step_ns);
void sim_drain(struct sim *sim);
void sim_drain_cpu(struct sim *sim, unsigned cpu);
/* On line, of the mask, and the mask's CPUs have something to do. */
bool sim_takes_part(const struct sim *sim, unsigned cpu);
/* Evenly distributed bits that depend on seed, step and the two numbers alone. */
uint64_t sim_random(const struct sim *sim, uint64_t a, uint64_t b);

/*
 * sim_latency.c: what one operation takes while so many CPUs are at it, timed; around it comes the
 * loop, and after an allocation the touch.
 */
#define SIM_LOOP_NS 45
uint64_t sim_alloc_ns(const struct sim *sim, unsigned order, unsigned running);
uint64_t sim_free_ns(uint64_t alloc_ns);
uint64_t sim_touch_ns(const struct sim *sim);
/* Of operations around base_ns: most take that, a few far longer. */
uint64_t sim_mean_ns(const struct sim *sim, uint64_t base_ns);
/* A CPU's operations of one order, where an allocation takes about base_ns. */
struct sim_timed {
	unsigned order;
	uint64_t allocs, frees, base_ns;
};
/* Adds them to the histograms. */
void sim_record_latency(struct sim *sim, unsigned cpu, const struct sim_timed *timed);
/* The same of bulk calls of single pages, each as a whole. */
void sim_record_calls(struct sim *sim, unsigned cpu, uint64_t calls, uint64_t base_ns);

/* sim_mixed.c: loads of several orders, bulk calls and hand-off. */
/* Of `whole` what is of this order, by the weights of the config; the parts add up to it. */
uint64_t sim_order_part(const struct bt_config *config, unsigned order, uint64_t whole);
/* Pages of an average block, rounded up. */
uint64_t sim_block_pages(const struct bt_config *config);
/* What an average block costs: its allocation, by a call of its own or in bulk, and its free. */
uint64_t sim_pair_ns(const struct sim *sim, unsigned running);
/* Counts and times what a CPU did. */
void sim_account(struct sim *sim, unsigned cpu, unsigned running, uint64_t allocs, uint64_t frees);

/* sim_bench.c: what they do in BT_RUN_STEP, as in kmod/kbench.c. */
struct sim_turn {
	uint64_t frame_ns;	/* the virtual clock has advanced by */
	uint64_t share_pages;	/* a CPU may hold */
	unsigned running;	/* CPUs that have not come to the end of the step */
	unsigned waiting;	/* of these, those that had no turn yet */
};
void sim_bench_turn(struct sim *sim, unsigned cpu, struct sim_turn *turn);
/* After all CPUs had their turn: a shuffle is done when they rest. */
void sim_bench_shuffle(struct sim *sim);
/* A CPU that takes part has come to the end of the published step. */
bool sim_bench_ended(const struct sim *sim, unsigned cpu);
/* There is a published step, and a CPU that has not come to its end. */
bool sim_bench_runs(const struct sim *sim);

/* sim_place.c: which node a CPU's blocks come from. */
struct sim_demand {
	unsigned order;
	uint64_t grow;		/* blocks held in addition at the end */
	uint64_t churn;		/* blocks allocated and freed besides */
};
/* Takes what there is room for; returns the blocks of grow that could not be had. */
uint64_t sim_place(struct sim *sim, unsigned cpu, const struct sim_demand *demand);
/* Gives back pages of a CPU, from all nodes in proportion. */
void sim_give_back(struct sim *sim, unsigned cpu, uint64_t pages);
/*
 * Deals out anew what the CPUs that take part hold: each has as many blocks as before, and of every
 * node and order its part.
 */
void sim_mix(struct sim *sim);
/* The part of whole that some of all are; 0 where there are none. */
static inline uint64_t sim_part(uint64_t whole, uint64_t some, uint64_t all)
{
	return all ? (uint64_t)((unsigned __int128)whole * some / all) : 0;
}

static inline struct bt_hist *sim_hist(const struct sim *sim, unsigned order, unsigned node,
				       unsigned op)
{
	return &sim->hists[(order * sim->machine.node_count + node) * BT_OP_COUNT + op];
}

#endif
