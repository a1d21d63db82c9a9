// SPDX-License-Identifier: GPL-2.0
/* One operation of a worker: where the block comes from, the timed call, its accounts. */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "ant.h"
#include "compat.h"
#include "hist.h"

/* Only longer operations are looked at for an involuntary switch. */
#define ANT_PREEMPTED_NS	16000

/* What `touch` writes. */
#define ANT_TOUCH_BYTE		0x5a

const gfp_t ant_gfp[BT_GFP_COUNT] = {
	[BT_GFP_KERNEL_MAYFAIL] = GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN,
	[BT_GFP_KERNEL] = GFP_KERNEL | __GFP_NOWARN,
	[BT_GFP_KERNEL_NORETRY] = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN,
	[BT_GFP_ATOMIC] = GFP_ATOMIC | __GFP_NOWARN,
	[BT_GFP_MOVABLE] = GFP_HIGHUSER_MOVABLE | __GFP_RETRY_MAYFAIL | __GFP_NOWARN,
};

/* Policies that may not fall back to other nodes. */
static const bool ant_policy_strict[BT_NODE_COUNT] = {
	[BT_NODE_BIND] = true,
	[BT_NODE_INTERLEAVE] = true,
	[BT_NODE_REMOTE] = true,
};

/* One writer, readers in user space: a whole word at a time. */
static void ant_add(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

static int ant_nearest_memory_node(int node)
{
	int candidate, nearest = NUMA_NO_NODE;

	for_each_node_state(candidate, N_MEMORY)
		if (nearest == NUMA_NO_NODE ||
		    node_distance(node, candidate) < node_distance(node, nearest))
			nearest = candidate;
	return nearest;
}

void ant_op_place(struct ant_worker *w)
{
	int node = cpu_to_node(w->cpu);

	w->mem_node = ant_nearest_memory_node(node);
	if (w->job.node_policy == BT_NODE_REMOTE) {
		w->nodes = node_states[N_MEMORY];
		node_clear(w->mem_node, w->nodes);
	} else {
		nodes_and(w->nodes, w->job.nodes, node_states[N_MEMORY]);
	}
	w->start_node = w->mem_node;
	if (w->job.node_policy == BT_NODE_PREFER && !nodes_empty(w->nodes))
		w->start_node = first_node(w->nodes);
	w->interleave = w->job.node_policy == BT_NODE_INTERLEAVE && !nodes_empty(w->nodes);
	WRITE_ONCE(w->stats->cpu_node, node);
	WRITE_ONCE(w->stats->mem_node, w->mem_node);
}

struct ant_timing {
	u64 start_ns;
	unsigned long switches;
};

static struct ant_timing ant_timing_start(struct ant_worker *w, enum bt_op op)
{
	struct ant_timing t = { .switches = current->nivcsw };

	WRITE_ONCE(w->stats->op, op);
	t.start_ns = ktime_get_ns();
	WRITE_ONCE(w->stats->op_start_ns, t.start_ns);
	return t;
}

static u64 ant_timing_end(struct ant_worker *w)
{
	u64 now_ns;

	/* Test builds only: a delay the histograms must show. */
	if (ANT_TEST_DELAY_NS) {
		u64 until_ns = ktime_get_ns() + ANT_TEST_DELAY_NS;

		while (ktime_get_ns() < until_ns)
			cpu_relax();
	}
	now_ns = ktime_get_ns();
	WRITE_ONCE(w->stats->op_start_ns, 0);
	WRITE_ONCE(w->stats->op, BT_OP_NONE);
	return now_ns;
}

static void ant_account_ns(struct ant_worker *w, enum bt_op op, unsigned int order,
			   const struct ant_timing *t, u64 now_ns)
{
	u64 *max_ns = op == BT_OP_ALLOC ? &w->stats->alloc_max_ns : &w->stats->free_max_ns;
	u64 ns = now_ns - t->start_ns;

	if (ns > ANT_PREEMPTED_NS && current->nivcsw != t->switches) {
		ant_add(&w->stats->preempted, 1);
		ant_add(&w->stats->preempted_ns, ns);
		return;
	}
	ant_add(&w->hist[(order * BT_OP_COUNT + op) * BT_HIST_BUCKETS + bt_hist_index(ns)], 1);
	if (ns > *max_ns)
		WRITE_ONCE(*max_ns, ns);
}

static void ant_account_held(struct ant_worker *w)
{
	WRITE_ONCE(w->stats->held_blocks, w->hold.ring->count);
	WRITE_ONCE(w->stats->held_pages, w->hold.pages);
}

static void ant_account_alloc(struct ant_worker *w, int node, unsigned int order)
{
	ant_add(&w->stats->allocs, 1);
	ant_add(&w->by_order[order], 1);
	ant_add(&w->by_node[node], 1);
	if (node != w->mem_node) {
		ant_add(&w->stats->remote_blocks, 1);
		ant_add(&w->stats->remote_pages, 1ull << order);
	}
	ant_account_held(w);
}

static void ant_touch(struct page *page, unsigned int order, u32 touch)
{
	if (touch == BT_TOUCH_FIRST)
		memset(page_address(page), ANT_TOUCH_BYTE, sizeof(long));
	else if (touch == BT_TOUCH_ALL)
		memset(page_address(page), ANT_TOUCH_BYTE, PAGE_SIZE << order);
}

bool ant_op_alloc(struct ant_worker *w, u64 *now_ns)
{
	unsigned int order = w->job.order;
	nodemask_t *nodes = ant_policy_strict[w->job.node_policy] ? &w->nodes : NULL;
	struct ant_timing t;
	struct page *page;

	if (w->interleave)
		w->start_node = next_node_in(w->start_node, w->nodes);
	t = ant_timing_start(w, BT_OP_ALLOC);
	page = ant_compat_alloc(w->job.gfp, order, w->start_node, nodes);
	*now_ns = ant_timing_end(w);
	if (!page) {
		ant_add(&w->stats->failures, 1);
		return false;
	}
	ant_account_ns(w, BT_OP_ALLOC, order, &t, *now_ns);
	ant_touch(page, order, w->job.touch);
	ant_hold_push(&w->hold, page, order);
	ant_account_alloc(w, page_to_nid(page), order);
	return true;
}

void ant_op_free(struct ant_worker *w, u64 *now_ns)
{
	unsigned int order;
	struct page *page = ant_hold_pop(&w->hold, w->job.free_order, &order);
	struct ant_timing t = ant_timing_start(w, BT_OP_FREE);

	__free_pages(page, order);
	*now_ns = ant_timing_end(w);
	ant_account_ns(w, BT_OP_FREE, order, &t, *now_ns);
	ant_add(&w->stats->frees, 1);
	ant_add(&w->stats->freed_pages, 1ull << order);
	ant_account_held(w);
}
