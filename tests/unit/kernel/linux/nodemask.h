/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of up to 64 nodes, with the kernel's names. */
#ifndef UNIT_KERNEL_NODEMASK_H
#define UNIT_KERNEL_NODEMASK_H

#include <linux/types.h>

#define MAX_NUMNODES	64
#define NUMA_NO_NODE	(-1)

typedef struct {
	u64 bits;
} nodemask_t;

enum node_states { N_MEMORY, NR_NODE_STATES };

extern nodemask_t node_states[NR_NODE_STATES];
int cpu_to_node(int cpu);
int node_distance(int a, int b);

/* The first node of the set at or above `from`, MAX_NUMNODES where there is none. */
static inline int node_from(int from, nodemask_t nodes)
{
	u64 left = from < MAX_NUMNODES ? nodes.bits >> from : 0;

	return left ? from + __builtin_ctzll(left) : MAX_NUMNODES;
}

#define first_node(nodes)	node_from(0, nodes)
#define nodes_empty(nodes)	(!(nodes).bits)
#define node_clear(node, nodes)	((void)((nodes).bits &= ~(1ull << (node))))
#define nodes_and(to, a, b)	((void)((to).bits = (a).bits & (b).bits))

/* The next one after `node`, round and round. */
static inline int next_node_in(int node, nodemask_t nodes)
{
	int next = node_from(node + 1, nodes);

	return next < MAX_NUMNODES ? next : first_node(nodes);
}

#define for_each_node_state(node, state)                                                           \
	for ((node) = first_node(node_states[state]); (node) < MAX_NUMNODES;                       \
	     (node) = node_from((node) + 1, node_states[state]))

#endif
