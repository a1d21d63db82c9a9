// SPDX-License-Identifier: GPL-2.0
/* Where the blocks of a worker come from: allocation classes and nodes. */
#include <linux/mm.h>

#include "ant.h"

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
	w->strict_nodes = ant_policy_strict[w->job.node_policy] ? &w->nodes : NULL;
	w->interleave = w->job.node_policy == BT_NODE_INTERLEAVE && !nodes_empty(w->nodes);
	WRITE_ONCE(w->stats->cpu_node, node);
	WRITE_ONCE(w->stats->mem_node, w->mem_node);
}
