/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Node policies without the module: set_mempolicy(2) of the thread that allocates. The page
 * allocator obeys it where it is called without a node of the caller's choice; which ways do so is
 * found out (user/proof.h).
 */
#ifndef BT_POLICY_H
#define BT_POLICY_H

#include "frame/frame.h"

/*
 * That of config, for the calling thread, which stays on cpu: prefer, bind and interleave as the
 * kernel has them, remote as bind to all memory nodes but the CPU's own, local as the kernel's
 * default, whatever was inherited. Only allocations from now on. A machine of one memory node needs
 * none. -errno of the call.
 */
int bt_policy_set(const struct bt_config *config, const struct bt_machine *machine, unsigned cpu);
/* Bound to one node; or the default. The calling thread. -errno. */
int bt_policy_bind(unsigned node);
int bt_policy_reset(void);

/* Memory nodes that this process may use: its cpuset may leave some out. */
void bt_policy_allowed(const struct bt_machine *machine, __u64 nodes[BT_NODE_WORDS]);

#define BT_POLICY_NODES (BT_NODE_WORDS * 64)

struct bt_policy_room {
	uint64_t left_bytes;	/* free, and kept of files that nobody used for long; BT_UNKNOWN */
	uint64_t of_bytes;	/* all memory of the same nodes; 0: nobody says */
};

/*
 * What all CPUs of config together may have where the kernel does not fall back to other nodes, by
 * what each memory node has: with bind the sum of its nodes. With remote each CPU has the sum of all
 * nodes but its own, and the least of these is the bound, as if all CPUs had that one: they may all
 * be of one node. left_bytes is BT_UNKNOWN where it falls back, or nobody knows. Pure.
 */
struct bt_policy_room bt_policy_room(const struct bt_config *config,
				     const struct bt_machine *machine,
				     const struct bt_policy_room nodes[BT_POLICY_NODES]);
/* By what the nodes have now, /sys/.../nodeN/meminfo; read only where it does not fall back. */
struct bt_policy_room bt_policy_room_now(const struct bt_config *config,
					 const struct bt_machine *machine);

/* Calls of the page allocator that a node has served, /sys/.../nodeN/numastat; BT_UNKNOWN. */
uint64_t bt_policy_served(unsigned node);

#endif
