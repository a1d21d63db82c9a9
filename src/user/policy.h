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

/*
 * What may be had under config where the kernel does not fall back to other nodes (bind, remote):
 * the free memory of its nodes and what it keeps of files that nobody used for long; for remote
 * that of the emptiest node, times their number, since CPUs differ in theirs. BT_UNKNOWN: it falls
 * back, or nobody knows.
 */
uint64_t bt_policy_free_bytes(const struct bt_config *config, const struct bt_machine *machine);

/* Calls of the page allocator that a node has served, /sys/.../nodeN/numastat; BT_UNKNOWN. */
uint64_t bt_policy_served(unsigned node);

#endif
