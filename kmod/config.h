/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The check of a configuration: pure, no allocation, no kernel state. Built into the module and
 * into user space, so that both refuse the same values for the same reason.
 */
#ifndef ANT_CONFIG_H
#define ANT_CONFIG_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#else
#include <stddef.h>
#endif

#include "buddytop_uapi.h"
#include "ring.h"

/* What the check needs to know of the machine. It reads only the words that the counts need. */
struct ant_limits {
	__u32 max_order;
	__u32 page_bytes;
	__u32 cpu_count;	/* CPU numbers are below this */
	__u32 node_count;	/* node numbers are below this */
	__u64 max_held_bytes;
	__u64 features;		/* BT_FEATURE_*: of interest are BULK and MIXED */
	const __u64 *memory_nodes; /* nodes that have memory */
	const __u64 *possible_cpus;
};

/* First field that is wrong, or ANT_CONFIG_OK. ant_config_fault_text[] has a sentence for each. */
enum ant_config_fault {
	ANT_CONFIG_OK = 0,
	ANT_CONFIG_SIZE,
	ANT_CONFIG_FLAGS,
	ANT_CONFIG_RESERVED,	/* reserved, generation, or a step's members without one, not 0 */
	ANT_CONFIG_RUN,
	ANT_CONFIG_ORDER,
	ANT_CONFIG_PATTERN,
	ANT_CONFIG_FREE_ORDER,
	ANT_CONFIG_STEP,	/* unknown, or one without BT_RUN_STEP, or none with it */
	ANT_CONFIG_STEP_BLOCKS,	/* 0 or too many; not 0 for BT_STEP_SHUFFLE */
	ANT_CONFIG_SAMPLE,
	ANT_CONFIG_TOUCH,
	ANT_CONFIG_GFP,
	ANT_CONFIG_NODE_POLICY,
	ANT_CONFIG_NODES,	/* too many or few for the policy, or one has no memory */
	ANT_CONFIG_REMOTE,	/* `remote` on a machine with one memory node */
	ANT_CONFIG_CPUS,	/* empty, or a CPU that cannot exist */
	ANT_CONFIG_GUARD,
	ANT_CONFIG_RESERVE,	/* not 0 with guard bench */
	ANT_CONFIG_BATCH,
	ANT_CONFIG_PACE,
	ANT_CONFIG_LEASE,
	ANT_CONFIG_RUN_LIMIT,
	ANT_CONFIG_HELD_LIMIT,	/* above max_held_pct's share */
	ANT_CONFIG_HELD_SMALL,	/* less than ant_least_pages() and a ring for each CPU */
	ANT_CONFIG_STEP_HELD,	/* less than step_blocks for each CPU of the mask; BT_STEP_GET */
	ANT_CONFIG_STEP_MIX,	/* a mix, bulk calls or hand-off with BT_RUN_STEP */
	ANT_CONFIG_WEIGHT,
	ANT_CONFIG_MIX_ORDER,	/* order is not the highest one that has a weight */
	ANT_CONFIG_BULK_PAGES,
	ANT_CONFIG_BULK_ORDER,	/* bulk calls of another order than 0 */
	ANT_CONFIG_NO_MIX,	/* without BT_FEATURE_MIXED */
	ANT_CONFIG_NO_BULK,	/* without BT_FEATURE_BULK */
	ANT_CONFIG_NO_HANDOFF,	/* without BT_FEATURE_MIXED */
	ANT_CONFIG_HANDOFF,	/* neither 0 nor 1 */
	ANT_CONFIG_HANDOFF_CPUS, /* hand-off within one CPU */
	ANT_CONFIG_FAULT_COUNT
};

extern const char *const ant_config_fault_text[ANT_CONFIG_FAULT_COUNT];

enum ant_config_fault ant_config_check(const struct bt_config *config,
				       const struct ant_limits *limits);

/* ---- share.c -------------------------------------------------------------------------------- */

/* Of the weights of a mix; 0 = there is none. */
__u64 ant_weights_sum(const struct bt_config *config);

/* Memory of a ring for that many pages: one slot for each, so that any order fits. Whole pages. */
__u64 ant_ring_bytes(__u64 pages, __u32 page_bytes);

/*
 * One CPU's share of max_held_bytes when cpus CPUs run, in pages, with the bytes of its ring taken
 * off already. 0 for no CPUs.
 */
__u64 ant_share_pages(__u64 max_held_bytes, __u32 cpus, __u32 page_bytes);

/* Most pages of one allocation: of a block of the highest order, or of a bulk call. */
__u64 ant_unit_pages(const struct bt_config *config);

/* Pages of a burst of batch_blocks blocks, of a mix on average; at least ant_unit_pages(). */
__u64 ant_burst_pages(const struct bt_config *config);

/* Smallest share of a CPU that a configuration can do anything with. */
__u64 ant_least_pages(const struct bt_config *config);

/*
 * The part of a share that is for what others hand off to the CPU; the rest is for its own blocks.
 * An eighth, yet room for a block, and at least ant_unit_pages() stay. 0 without hand-off.
 */
__u64 ant_inbox_pages(const struct bt_config *config, __u64 share);

#endif
