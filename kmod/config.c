// SPDX-License-Identifier: GPL-2.0
/* The check of a configuration. Pure: also built into user space. */
#include "config.h"

const char *const ant_config_fault_text[ANT_CONFIG_FAULT_COUNT] = {
	[ANT_CONFIG_OK] = "no fault",
	[ANT_CONFIG_SIZE] = "the structure has another size",
	[ANT_CONFIG_FLAGS] = "unknown flags",
	[ANT_CONFIG_RESERVED] = "reserved fields are not 0",
	[ANT_CONFIG_RUN] = "unknown run state",
	[ANT_CONFIG_ORDER] = "order is above the kernel's maximum",
	[ANT_CONFIG_PATTERN] = "unknown pattern",
	[ANT_CONFIG_FREE_ORDER] = "unknown free order",
	[ANT_CONFIG_STEP] = "a step goes with run state `step`, and with no other",
	[ANT_CONFIG_STEP_BLOCKS] = "the step's number of blocks is out of range",
	[ANT_CONFIG_SAMPLE] = "sample is out of range",
	[ANT_CONFIG_TOUCH] = "unknown touch",
	[ANT_CONFIG_GFP] = "unknown allocation class",
	[ANT_CONFIG_NODE_POLICY] = "unknown node policy",
	[ANT_CONFIG_NODES] = "the nodes do not fit the policy, or one has no memory",
	[ANT_CONFIG_REMOTE] = "remote needs a second node with memory",
	[ANT_CONFIG_CPUS] = "the CPU mask is empty or names a CPU that cannot exist",
	[ANT_CONFIG_GUARD] = "unknown guard",
	[ANT_CONFIG_RESERVE] = "guard bench keeps no reserve: reserve must be 0",
	[ANT_CONFIG_BATCH] = "batch is out of range",
	[ANT_CONFIG_PACE] = "pace is out of range",
	[ANT_CONFIG_LEASE] = "lease is neither 0 nor within its range",
	[ANT_CONFIG_RUN_LIMIT] = "run time limit is out of range",
	[ANT_CONFIG_HELD_LIMIT] = "above the module's limit (parameter max_held_pct)",
	[ANT_CONFIG_HELD_SMALL] = "too small for one block and its ring on every CPU of the mask",
	[ANT_CONFIG_STEP_HELD] =
		"too small for the step's blocks and their ring on every CPU of the mask",
	[ANT_CONFIG_STEP_MIX] = "a step has one order, no bulk calls and no hand-off",
	[ANT_CONFIG_WEIGHT] = "a weight of the mix is out of range",
	[ANT_CONFIG_MIX_ORDER] = "order is not the highest one of the mix",
	[ANT_CONFIG_BULK_PAGES] = "pages of a bulk call are out of range",
	[ANT_CONFIG_BULK_ORDER] = "bulk calls give pages of order 0: order must be 0",
	[ANT_CONFIG_NO_MIX] = "only blocks of one order are to be had here",
	[ANT_CONFIG_NO_BULK] = "there are no bulk calls here: they take the module and Linux 5.13",
	[ANT_CONFIG_NO_HANDOFF] = "hand-off takes the module",
	[ANT_CONFIG_HANDOFF] = "hand-off is neither on nor off",
	[ANT_CONFIG_HANDOFF_CPUS] = "hand-off takes two CPUs in the mask",
};

/* Fields whose range is one pair of constants. */
struct range {
	__u32 offset;
	__u32 min;
	__u32 max;
	enum ant_config_fault fault;
};

#define FIELD(name) offsetof(struct bt_config, name)

static const struct range ranges[] = {
	{ FIELD(size), sizeof(struct bt_config), sizeof(struct bt_config), ANT_CONFIG_SIZE },
	{ FIELD(flags), 0, 0, ANT_CONFIG_FLAGS },
	{ FIELD(reserved), 0, 0, ANT_CONFIG_RESERVED },
	{ FIELD(run), 0, BT_RUN_COUNT - 1, ANT_CONFIG_RUN },
	{ FIELD(pattern), 0, BT_PATTERN_COUNT - 1, ANT_CONFIG_PATTERN },
	{ FIELD(free_order), 0, BT_FREE_COUNT - 1, ANT_CONFIG_FREE_ORDER },
	{ FIELD(touch), 0, BT_TOUCH_COUNT - 1, ANT_CONFIG_TOUCH },
	{ FIELD(gfp), 0, BT_GFP_COUNT - 1, ANT_CONFIG_GFP },
	{ FIELD(node_policy), 0, BT_NODE_COUNT - 1, ANT_CONFIG_NODE_POLICY },
	{ FIELD(guard), 0, BT_GUARD_COUNT - 1, ANT_CONFIG_GUARD },
	{ FIELD(step), 0, BT_STEP_COUNT - 1, ANT_CONFIG_STEP },
	{ FIELD(sample_every), 0, BT_SAMPLE_MAX, ANT_CONFIG_SAMPLE },
	{ FIELD(batch_blocks), 1, BT_BATCH_MAX, ANT_CONFIG_BATCH },
	{ FIELD(bulk_pages), 0, BT_BULK_MAX, ANT_CONFIG_BULK_PAGES },
	{ FIELD(handoff), 0, 1, ANT_CONFIG_HANDOFF },
	{ FIELD(pace_ops), 0, BT_PACE_MAX, ANT_CONFIG_PACE },
	{ .fault = ANT_CONFIG_OK },
};

/* How many nodes each policy names. */
static const struct {
	__u32 min;
	__u32 max;
} policy_nodes[BT_NODE_COUNT] = {
	[BT_NODE_LOCAL] = { 0, 0 },
	[BT_NODE_PREFER] = { 1, 1 },
	[BT_NODE_BIND] = { 1, BT_NODE_WORDS * 64 },
	[BT_NODE_INTERLEAVE] = { 1, BT_NODE_WORDS * 64 },
	[BT_NODE_REMOTE] = { 0, 0 },
};

/* By hand: the kernel does not link the compiler's library. */
static __u32 weight(const __u64 *mask, __u32 words)
{
	__u32 bits = 0;
	__u64 word;
	__u32 i;

	for (i = 0; i < words; i++) {
		for (word = mask[i]; word; word &= word - 1)
			bits++;
	}
	return bits;
}

static __u32 words_of(__u32 count)
{
	return (count + 63) / 64;
}

/* Whether no bit of mask is outside `of`, which has the words that `count` numbers need. */
static int is_subset(const __u64 *mask, __u32 words, const __u64 *of, __u32 count)
{
	__u32 i;

	for (i = 0; i < words; i++) {
		if (mask[i] & ~(i < words_of(count) ? of[i] : 0))
			return 0;
	}
	return 1;
}

static enum ant_config_fault check_ranges(const struct bt_config *config)
{
	const struct range *range;

	for (range = ranges; range->fault != ANT_CONFIG_OK; range++) {
		__u32 value = *(const __u32 *)((const char *)config + range->offset);

		if (value < range->min || value > range->max)
			return range->fault;
	}
	return ANT_CONFIG_OK;
}

static enum ant_config_fault check_nodes(const struct bt_config *config,
					 const struct ant_limits *limits)
{
	__u32 nodes = weight(config->nodes, BT_NODE_WORDS);

	if (nodes < policy_nodes[config->node_policy].min ||
	    nodes > policy_nodes[config->node_policy].max ||
	    !is_subset(config->nodes, BT_NODE_WORDS, limits->memory_nodes, limits->node_count))
		return ANT_CONFIG_NODES;
	if (config->node_policy == BT_NODE_REMOTE &&
	    weight(limits->memory_nodes, words_of(limits->node_count)) < 2)
		return ANT_CONFIG_REMOTE;
	return ANT_CONFIG_OK;
}

/* How often each step may be done. */
static const struct {
	__u64 min;
	__u64 max;
} step_blocks[BT_STEP_COUNT] = {
	[BT_STEP_NONE] = { 0, 0 },
	[BT_STEP_GET] = { 1, BT_STEP_BLOCKS_MAX },
	[BT_STEP_PUT] = { 1, BT_STEP_BLOCKS_MAX },
	[BT_STEP_PAIR] = { 1, BT_STEP_BLOCKS_MAX },
	[BT_STEP_SHUFFLE] = { 0, 0 },
};

static enum ant_config_fault check_step(const struct bt_config *config)
{
	int steps = config->run == BT_RUN_STEP, has_step = config->step != BT_STEP_NONE;

	if (steps != has_step)
		return ANT_CONFIG_STEP;
	if (config->step_blocks < step_blocks[config->step].min ||
	    config->step_blocks > step_blocks[config->step].max)
		return ANT_CONFIG_STEP_BLOCKS;
	return ANT_CONFIG_OK;
}

static enum ant_config_fault check_mix(const struct bt_config *config)
{
	__u32 order, highest = config->order;

	for (order = 0; order < BT_ORDER_COUNT; order++) {
		if (config->order_weights[order] > BT_WEIGHT_MAX)
			return ANT_CONFIG_WEIGHT;
		if (config->order_weights[order])
			highest = order;
	}
	return highest == config->order &&
	       (!ant_weights_sum(config) || config->order_weights[highest]) ?
	       ANT_CONFIG_OK : ANT_CONFIG_MIX_ORDER;
}

static enum ant_config_fault check_calls(const struct bt_config *config,
					 const struct ant_limits *limits, __u32 cpus)
{
	if (config->run == BT_RUN_STEP &&
	    (ant_weights_sum(config) || config->bulk_pages || config->handoff))
		return ANT_CONFIG_STEP_MIX;
	if (ant_weights_sum(config) && !(limits->features & BT_FEATURE_MIXED))
		return ANT_CONFIG_NO_MIX;
	if (config->handoff && !(limits->features & BT_FEATURE_MIXED))
		return ANT_CONFIG_NO_HANDOFF;
	if (config->bulk_pages && config->order)
		return ANT_CONFIG_BULK_ORDER;
	if (config->bulk_pages && !(limits->features & BT_FEATURE_BULK))
		return ANT_CONFIG_NO_BULK;
	if (config->handoff && cpus < 2)
		return ANT_CONFIG_HANDOFF_CPUS;
	return ANT_CONFIG_OK;
}

static enum ant_config_fault check_time(const struct bt_config *config)
{
	if (config->lease_ms &&
	    (config->lease_ms < BT_LEASE_MIN_MS || config->lease_ms > BT_LEASE_MAX_MS))
		return ANT_CONFIG_LEASE;
	if (config->run_limit_ms > BT_RUN_LIMIT_MAX_MS)
		return ANT_CONFIG_RUN_LIMIT;
	return ANT_CONFIG_OK;
}

static enum ant_config_fault check_held(const struct bt_config *config,
					const struct ant_limits *limits, __u32 cpus)
{
	__u64 share = ant_share_pages(config->max_held_bytes, cpus, limits->page_bytes);

	if (config->max_held_bytes > limits->max_held_bytes)
		return ANT_CONFIG_HELD_LIMIT;
	if (share < ant_least_pages(config))
		return ANT_CONFIG_HELD_SMALL;
	if (config->step == BT_STEP_GET && share >> config->order < config->step_blocks)
		return ANT_CONFIG_STEP_HELD;
	return ANT_CONFIG_OK;
}

enum ant_config_fault ant_config_check(const struct bt_config *config,
				       const struct ant_limits *limits)
{
	__u32 cpus = weight(config->cpus, BT_CPU_WORDS);
	enum ant_config_fault fault = check_ranges(config);

	if (fault)
		return fault;
	if (config->generation)
		return ANT_CONFIG_RESERVED;
	if (config->order > limits->max_order)
		return ANT_CONFIG_ORDER;
	fault = check_mix(config);
	if (fault)
		return fault;
	fault = check_step(config);
	if (fault)
		return fault;
	fault = check_nodes(config, limits);
	if (fault)
		return fault;
	if (!cpus ||
	    !is_subset(config->cpus, BT_CPU_WORDS, limits->possible_cpus, limits->cpu_count))
		return ANT_CONFIG_CPUS;
	fault = check_calls(config, limits, cpus);
	if (fault)
		return fault;
	if (config->guard == BT_GUARD_BENCH && config->reserve_bytes)
		return ANT_CONFIG_RESERVE;
	fault = check_time(config);
	if (fault)
		return fault;
	return check_held(config, limits, cpus);
}
