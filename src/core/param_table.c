// SPDX-License-Identifier: GPL-2.0
/* The rows; how they are read and written is in param.c. */
#include "core/param.h"

#include "core/util.h"

static const struct bt_choice patterns[] = {
	[BT_PATTERN_BURST] = { "burst",
				"alternating bursts of batch blocks around half the share" },
	[BT_PATTERN_STEADY] = { "steady",
				 "fills its share, then frees and allocates batch in turn" },
	[BT_PATTERN_REPEAT] = { "repeat", "allocates one block and frees it" },
	[BT_PATTERN_RAMP] = { "ramp", "grows to its share, drains to nothing, again" },
	[BT_PATTERN_HOLD] = { "hold", "grows to its share and keeps it" },
	[BT_PATTERN_COUNT] = { 0 },
};

static const struct bt_choice free_orders[] = {
	[BT_FREE_FIFO] = { "fifo", "frees the oldest held block first" },
	[BT_FREE_LIFO] = { "lifo", "frees the newest held block first" },
	[BT_FREE_RANDOM] = { "random", "frees any held block" },
	[BT_FREE_COUNT] = { 0 },
};

static const struct bt_choice touches[] = {
	[BT_TOUCH_NONE] = { "none", "does not write to the blocks" },
	[BT_TOUCH_FIRST] = { "first", "writes the first word of each block, untimed" },
	[BT_TOUCH_ALL] = { "all", "writes each whole block, untimed" },
	[BT_TOUCH_COUNT] = { 0 },
};

static const struct bt_choice gfps[] = {
	[BT_GFP_KERNEL_MAYFAIL] = { "kernel-mayfail",
				    "GFP_KERNEL that fails before the OOM killer is called" },
	[BT_GFP_KERNEL] = { "kernel", "plain GFP_KERNEL: may have other processes OOM-killed" },
	[BT_GFP_KERNEL_NORETRY] = { "kernel-noretry",
				    "GFP_KERNEL that fails after one attempt to reclaim" },
	[BT_GFP_ATOMIC] = { "atomic", "GFP_ATOMIC: never sleeps, eats the kernel's reserves" },
	[BT_GFP_MOVABLE] = { "movable",
			     "from movable blocks and ZONE_MOVABLE, yet pinned in fact" },
	[BT_GFP_COUNT] = { 0 },
};

static const struct bt_choice node_policies[] = {
	[BT_NODE_LOCAL] = { "local", "the CPU's own memory node first, may fall back" },
	[BT_NODE_PREFER] = { "prefer", "prefer:N: node N first, may fall back" },
	[BT_NODE_BIND] = { "bind", "bind:LIST: only these nodes, nearest first" },
	[BT_NODE_INTERLEAVE] = { "interleave", "interleave:LIST: only these nodes, in turn" },
	[BT_NODE_REMOTE] = { "remote", "every memory node but the CPU's own, nearest first" },
	[BT_NODE_COUNT] = { 0 },
};

static const struct bt_choice guards[] = {
	[BT_GUARD_SAFE] = { "safe",
			    "keeps the reserve available, gives all back before an OOM kill" },
	[BT_GUARD_BENCH] = { "bench", "neither: the pressure stays, and others may be OOM-killed" },
	[BT_GUARD_COUNT] = { 0 },
};

static const struct bt_choice handoffs[] = {
	{ "off", "the CPU that allocated it" },
	{ "on", "the next one of the mask, as far as it keeps up" },
	{ 0 },
};

#define SMALLEST_PAGE 4096	/* bytes, of any machine */

#define FIELD(name) \
	.offset = offsetof(struct bt_config, name), \
	.width = sizeof(((struct bt_config *)0)->name)

const struct bt_param bt_params[] = {
	{ .name = "order", .label = "order", .unit = "", .json_key = "order",
	  .kind = BT_PARAM_ORDER, FIELD(order), .max = BT_ORDER_COUNT - 1,
	  .help = "Size of a block: 2^order pages; several by weight: 0:8+3:1." },
	{ .name = "cpus", .label = "CPUs", .unit = "", .json_key = "cpus",
	  .kind = BT_PARAM_CPUS, FIELD(cpus), .stays = true,
	  .help = "CPUs whose workers run; those offline join when they come online." },
	{ .name = "node", .label = "node", .unit = "", .json_key = "node",
	  .kind = BT_PARAM_NODES, FIELD(node_policy), .choices = node_policies,
	  .help = "Nodes that blocks come from." },
	{ .name = "gfp", .label = "GFP class", .unit = "", .json_key = "gfp",
	  .kind = BT_PARAM_CHOICE, FIELD(gfp), .choices = gfps,
	  .help = "Allocation class: what the allocator may do to satisfy a request." },
	{ .name = "pattern", .label = "pattern", .unit = "", .json_key = "pattern",
	  .kind = BT_PARAM_CHOICE, FIELD(pattern), .choices = patterns,
	  .help = "In what rhythm blocks are allocated and freed." },
	{ .name = "free", .label = "free order", .unit = "", .json_key = "free_order",
	  .kind = BT_PARAM_CHOICE, FIELD(free_order), .choices = free_orders,
	  .help = "Which of the held blocks is freed first." },
	{ .name = "touch", .label = "touch", .unit = "", .json_key = "touch",
	  .kind = BT_PARAM_CHOICE, FIELD(touch), .choices = touches,
	  .help = "How much of a block is written after its allocation." },
	{ .name = "batch", .label = "batch", .unit = "blocks", .json_key = "batch_blocks",
	  .kind = BT_PARAM_NUMBER, FIELD(batch_blocks), .min = 1, .max = BT_BATCH_MAX,
	  .help = "Blocks of one burst." },
	{ .name = "bulk", .label = "bulk call", .unit = "pages", .json_key = "bulk_pages",
	  .kind = BT_PARAM_NUMBER, FIELD(bulk_pages), .min = 1, .max = BT_BULK_MAX,
	  .zero_is_off = true, .absent_is_zero = true,
	  .help = "Pages asked for in one call; off: a call for each block." },
	{ .name = "handoff", .label = "hand-off", .unit = "", .json_key = "handoff",
	  .kind = BT_PARAM_CHOICE, FIELD(handoff), .choices = handoffs, .absent_is_zero = true,
	  .help = "Which CPU frees a block." },
	{ .name = "pace", .label = "pace", .unit = "ops/s per CPU", .json_key = "pace_ops_per_s",
	  .kind = BT_PARAM_NUMBER, FIELD(pace_ops), .max = BT_PACE_MAX,
	  .help = "Operations a second on each CPU; 0 is flat out." },
	{ .name = "sample", .label = "sample", .unit = "", .json_key = "sample_every",
	  .kind = BT_PARAM_ONE_IN, FIELD(sample_every), .stays = true,
	  .min = 1, .max = BT_SAMPLE_MAX,
	  .help = "Share of the allocations and of the frees that is timed; all are counted." },
	{ .name = "held", .label = "held", .unit = "bytes", .json_key = "held_bytes",
	  .kind = BT_PARAM_BYTES, FIELD(max_held_bytes), .min = SMALLEST_PAGE, .max = INT64_MAX,
	  .help = "Cap of the blocks held, with their rings, over all CPUs." },
	{ .name = "reserve", .label = "reserve", .unit = "bytes", .json_key = "reserve_bytes",
	  .kind = BT_PARAM_BYTES, FIELD(reserve_bytes), .max = INT64_MAX,
	  .help = "Guard safe frees instead of allocating below this much available memory." },
	{ .name = "guard", .label = "guard", .unit = "", .json_key = "guard",
	  .kind = BT_PARAM_CHOICE, FIELD(guard), .choices = guards,
	  .help = "What is done when the machine runs out of memory." },
	{ .name = "lease", .label = "lease", .unit = "ms", .json_key = "lease_ms",
	  .kind = BT_PARAM_TIME_MS, FIELD(lease_ms), .zero_is_off = true, .stays = true,
	  .min = BT_LEASE_MIN_MS, .max = BT_LEASE_MAX_MS,
	  .help = "The load stops when its controller was silent for this long." },
	{ .name = "limit", .label = "time limit", .unit = "ms", .json_key = "run_limit_ms",
	  .kind = BT_PARAM_TIME_MS, FIELD(run_limit_ms), .zero_is_off = true, .stays = true,
	  .min = 1, .max = BT_RUN_LIMIT_MAX_MS,
	  .help = "The load stops after this long, however it goes." },
};

const unsigned bt_param_count = BT_ARRAY_SIZE(bt_params);
