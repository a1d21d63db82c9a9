/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The ABI of /dev/buddytop: the only header that both the module and user space include.
 * buddytop.4 is its manual.
 *
 * Control: one fixed structure (struct bt_config) is published as a whole; each publication is a
 * generation, which every online worker adopts and echoes in its statistics block.
 * Statistics: one read-only mapping that describes itself (struct bt_area). A reader takes every
 * offset, stride and count from the area, never from sizeof().
 *
 * Every structure begins with its size in bytes, as the caller knows it. A kernel that knows less
 * refuses non-zero bytes it does not know (E2BIG); one that knows more takes them as zero.
 */
#ifndef BUDDYTOP_UAPI_H
#define BUDDYTOP_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define BT_DEVICE_NAME	"buddytop"
#define BT_ABI_VERSION	3u	/* 2: microbenchmark, sampling, clock; 3: mixed loads */
#define BT_AREA_MAGIC	0x31706f7479646475ull	/* "uddytop1", little endian */

/* Bits of the masks in struct bt_config, word 0 bit 0 = CPU or node 0. */
#define BT_CPU_WORDS	128	/* 8192 CPUs, the largest NR_CPUS distributions build */
#define BT_NODE_WORDS	16	/* 1024 nodes, MAX_NUMNODES of the same */

/* What the workers do with this generation. */
enum bt_run {
	BT_RUN_DRAIN = 0,	/* give every held block back, then sleep: the state after load */
	BT_RUN_GO = 1,		/* run the pattern */
	BT_RUN_KEEP = 2,	/* sleep, keep what is held */
	BT_RUN_STEP = 3,	/* one step of a microbenchmark, then sleep and keep what is held */
	BT_RUN_COUNT
};

/* Why the current bt_run state was entered. */
enum bt_reason {
	BT_REASON_NONE = 0,	/* never started */
	BT_REASON_USER = 1,	/* the controller published it */
	BT_REASON_LEASE = 2,	/* no keep-alive within lease_ms */
	BT_REASON_TIME_LIMIT = 3, /* run_limit_ms is over */
	BT_REASON_RELEASED = 4,	/* the controlling file was closed, its process may have died */
	BT_REASON_OOM = 5,	/* the OOM notifier fired under guard `safe` */
	BT_REASON_OFFLINE = 6,	/* a memory block is about to go offline, under any guard */
	BT_REASON_COUNT
};

enum bt_pattern {
	BT_PATTERN_BURST = 0,	/* alternating bursts of `batch` blocks around half the share */
	BT_PATTERN_STEADY = 1,	/* fill the share, then free and allocate `batch` in turn */
	BT_PATTERN_REPEAT = 2,	/* allocate one block and free it */
	BT_PATTERN_RAMP = 3,	/* grow to the share, drain to nothing, again */
	BT_PATTERN_HOLD = 4,	/* grow to the share and keep it */
	BT_PATTERN_COUNT
};

enum bt_free_order {
	BT_FREE_FIFO = 0,	/* oldest held block first */
	BT_FREE_LIFO = 1,	/* newest held block first */
	BT_FREE_RANDOM = 2,	/* any, by `seed` and the CPU's number */
	BT_FREE_COUNT
};

/*
 * What every CPU of the mask does `step_blocks` times in BT_RUN_STEP. A step ends early where there
 * is no more to free or no more room, and below the reserve of guard safe; an allocation that fails
 * is counted and the next one tried.
 */
enum bt_step {
	BT_STEP_NONE = 0,	/* of every other run */
	BT_STEP_GET = 1,	/* allocate a block and hold it */
	BT_STEP_PUT = 2,	/* free a held block, in free_order */
	BT_STEP_PAIR = 3,	/* allocate a block and free one */
	BT_STEP_SHUFFLE = 4,	/* step_blocks 0: mix what all these CPUs hold, by `seed` */
	BT_STEP_COUNT
};

enum bt_touch {
	BT_TOUCH_NONE = 0,
	BT_TOUCH_FIRST = 1,	/* write the first word of the block, outside the timed section */
	BT_TOUCH_ALL = 2,	/* write the whole block, outside the timed section */
	BT_TOUCH_COUNT
};

/* Allocation classes; every one adds __GFP_NOWARN. Never raw bits. */
enum bt_gfp {
	BT_GFP_KERNEL_MAYFAIL = 0, /* GFP_KERNEL | __GFP_RETRY_MAYFAIL: the default */
	BT_GFP_KERNEL = 1,	/* GFP_KERNEL: may call the OOM killer on others */
	BT_GFP_KERNEL_NORETRY = 2, /* GFP_KERNEL | __GFP_NORETRY */
	BT_GFP_ATOMIC = 3,	/* GFP_ATOMIC: eats the reserves */
	BT_GFP_MOVABLE = 4,	/* GFP_HIGHUSER_MOVABLE | __GFP_RETRY_MAYFAIL; pinned in fact */
	BT_GFP_COUNT
};

enum bt_node_policy {
	BT_NODE_LOCAL = 0,	/* the CPU's memory node, may fall back */
	BT_NODE_PREFER = 1,	/* the one node in nodes[], may fall back */
	BT_NODE_BIND = 2,	/* only nodes[], nearest first */
	BT_NODE_INTERLEAVE = 3,	/* only nodes[], in turn */
	BT_NODE_REMOTE = 4,	/* every memory node but the CPU's own, nearest first */
	BT_NODE_COUNT
};

enum bt_guard {
	BT_GUARD_SAFE = 0,	/* keep reserve_bytes available; drain at an OOM notification */
	BT_GUARD_BENCH = 1,	/* neither: reserve_bytes must be 0 */
	BT_GUARD_COUNT
};

#define BT_ORDER_COUNT	16	/* in a configuration; a machine has 0 .. bt_info.max_order */

/* BT_IOC_PUBLISH (in, out: generation) and BT_IOC_GET_CONFIG (out; in: size). */
struct bt_config {
	__u32 size;		/* sizeof(struct bt_config) as the caller knows it */
	__u32 flags;		/* none defined: 0 */
	__u32 run;		/* enum bt_run */
	__u32 order;		/* 0 .. bt_info.max_order; of a mix the highest that has a weight */
	__u32 pattern;		/* enum bt_pattern */
	__u32 free_order;	/* enum bt_free_order */
	__u32 touch;		/* enum bt_touch */
	__u32 gfp;		/* enum bt_gfp */
	__u32 node_policy;	/* enum bt_node_policy */
	__u32 guard;		/* enum bt_guard */
	__u32 batch_blocks;	/* 1 .. BT_BATCH_MAX: blocks of one burst, of a mix on average */
	__u32 pace_ops;		/* operations a second per CPU; 0 = flat out */
	__u32 lease_ms;		/* BT_LEASE_MIN_MS .. BT_LEASE_MAX_MS; 0 = no lease */
	__u32 sample_every;	/* time one operation in so many, by CPU; 0 and 1 = every one */
	__u64 run_limit_ms;	/* time limit of one run; 0 = none */
	__u64 max_held_bytes;	/* blocks held and rings together, all CPUs of the mask */
	__u64 reserve_bytes;	/* guard safe: leave this much available */
	__u64 generation;	/* out; 0 on the way in */
	__u64 nodes[BT_NODE_WORDS];
	__u64 cpus[BT_CPU_WORDS]; /* bits of offline CPUs are kept and apply once they are online */
	/* Since version 2. */
	__u32 step;		/* enum bt_step */
	__u32 reserved;		/* 0 */
	__u64 step_blocks;	/* operations of the step on each CPU */
	__u64 seed;		/* of what is random */
	/* Since version 3. None of it goes with BT_RUN_STEP. */
	__u32 bulk_pages;	/* asked for in each bulk call, 1 .. BT_BULK_MAX; 0 = none */
	__u32 handoff;		/* 1: another CPU of the mask frees; 0 */
	/*
	 * A mix: each block is of a random order, by these weights, 0 .. BT_WEIGHT_MAX. All 0: no
	 * mix. Bulk calls are of order 0 alone.
	 */
	__u32 order_weights[BT_ORDER_COUNT];
};

#define BT_BATCH_MAX	65536u
#define BT_PACE_MAX	100000000u
#define BT_SAMPLE_MAX	65536u
#define BT_BULK_MAX	512u
#define BT_WEIGHT_MAX	65535u
#define BT_STEP_BLOCKS_MAX	0x10000000000ull	/* 2 to the power of 40 */
#define BT_LEASE_MIN_MS	100u
#define BT_LEASE_MAX_MS	600000u
#define BT_RUN_LIMIT_MAX_MS	(30ull * 24 * 3600 * 1000)

/* bt_info.features */
#define BT_FEATURE_INIT_ON_ALLOC	0x1ull	/* the kernel zeroes every block */
#define BT_FEATURE_TEST_DELAY		0x2ull	/* test build: a known delay is timed too */
#define BT_FEATURE_BULK			0x4ull	/* the kernel has bulk calls (5.13 and later) */
#define BT_FEATURE_MIXED		0x8ull	/* mixes of orders, hand-off: since version 3 */

/* BT_IOC_INFO (in: size; out: the rest). Facts that do not change while the module is loaded. */
struct bt_info {
	__u32 size;
	__u32 abi_version;	/* BT_ABI_VERSION */
	__u64 features;
	__u32 page_bytes;
	__u32 max_order;
	__u32 cpu_count;	/* nr_cpu_ids */
	__u32 node_count;	/* nr_node_ids */
	__u64 map_bytes;	/* length to pass to mmap() */
	__u64 max_held_bytes;	/* limit from the module parameter max_held_pct */
	__u32 max_held_pct;
	__u32 reserved;
};

/*
 * EPERM: BT_IOC_PUBLISH and BT_IOC_KEEPALIVE need the controlling (O_RDWR) descriptor. EINVAL: a
 * size below version 1's, or (BT_IOC_PUBLISH) a field that kmod/config.h refuses. E2BIG: more than
 * a page, or non-zero bytes that the module does not know. ENOMEM: no memory for the rings; nothing
 * has changed.
 */
#define BT_IOC_MAGIC		0xb7
#define BT_IOC_INFO		_IO(BT_IOC_MAGIC, 0)	/* struct bt_info * */
#define BT_IOC_GET_CONFIG	_IO(BT_IOC_MAGIC, 1)	/* struct bt_config * */
#define BT_IOC_PUBLISH		_IO(BT_IOC_MAGIC, 2)	/* struct bt_config *; never waits */
#define BT_IOC_KEEPALIVE	_IO(BT_IOC_MAGIC, 3)	/* no argument: renews the lease */

/*
 * The head of the mapping. Everything up to `hist_sub_bits` is constant; what follows changes, each
 * word by itself (read it with one 64-bit load).
 */
struct bt_area {
	__u64 magic;		/* BT_AREA_MAGIC */
	__u32 abi_version;
	__u32 header_bytes;	/* sizeof(struct bt_area) of the module */
	__u64 map_bytes;
	__u32 cpu_count;
	__u32 node_count;
	__u32 order_count;	/* max_order + 1 */
	__u32 hist_op_count;	/* enum bt_op values that have a histogram: 2 */
	__u64 cpu_offset;	/* first struct bt_cpu_stats, from the start of the area */
	__u64 cpu_stride;
	__u64 order_offset;	/* u64[order_count] blocks allocated by order, in a CPU's block */
	__u64 node_offset;	/* u64[node_count] blocks allocated by node, in a CPU's block */
	__u64 hist_offset;	/* u64[buckets] of CPU 0, order 0, alloc */
	__u64 hist_cpu_stride;
	__u64 hist_order_stride;
	__u64 hist_op_stride;
	__u32 hist_buckets;	/* BT_HIST_BUCKETS of hist.h */
	__u32 hist_sub_bits;	/* BT_HIST_SUB_BITS of hist.h */

	__u64 generation;	/* last one published */
	__u64 publish_ns;	/* when, CLOCK_MONOTONIC */
	__u64 run;		/* enum bt_run */
	__u64 reason;		/* enum bt_reason */
	__u64 controlled;	/* 1 while a controlling descriptor is open */
	__u64 oom_notifications;
	__u64 oom_freed_pages;	/* pages really freed inside the notifier */
	__u64 lease_expiries;
	__u64 limit_expiries;
	__u64 clock_pair_ns;	/* two clock reads back to back: smallest of many, at load */
	__u64 ring_bytes;	/* memory of the rings of held blocks, counted in max_held_bytes */
	__u64 clock;		/* enum bt_clock in use; from TSC to KTIME once it is distrusted */
	/* Since version 3; constant. */
	__u64 bulk_hist_offset;	/* u64[buckets] of CPU 0's bulk calls; next at hist_cpu_stride */
};

/* What times the operations: see bt_area.clock. */
enum bt_clock {
	BT_CLOCK_KTIME = 0,	/* ktime_get(): the kernel trusts no faster one, or has none */
	BT_CLOCK_TSC = 1,	/* the time-stamp counter, calibrated by the kernel */
	BT_CLOCK_COUNT
};

enum bt_op { BT_OP_ALLOC = 0, BT_OP_FREE = 1, BT_OP_COUNT, BT_OP_NONE = 0xff };

enum bt_worker_state {
	BT_WORKER_OFFLINE = 0,	/* the CPU is offline or was never up */
	BT_WORKER_IDLE = 1,	/* asleep: not running, not in the mask, or nothing to do */
	BT_WORKER_RUNNING = 2,
	BT_WORKER_DRAINING = 3,
	BT_WORKER_BACKOFF = 4,	/* waits after a failed allocation */
	BT_WORKER_THROTTLED = 5, /* guard safe: below the reserve */
	BT_WORKER_COUNT
};

/*
 * One CPU. The only writer is that CPU's worker, but for the gauges of hand-off, which have a lock.
 * Values but the gauges (state, op, op_start_ns, held_*, step_*, handoff_blocks and _pages) only
 * grow. At order_offset and node_offset two arrays follow in the same block.
 */
struct bt_cpu_stats {
	__u64 generation;	/* adopted */
	__u64 last_ns;		/* end of the last batch, CLOCK_MONOTONIC */
	__u64 op_start_ns;	/* start of the operation in flight, CLOCK_MONOTONIC; 0 = none */
	__u64 state;		/* enum bt_worker_state */
	__u64 op;		/* enum bt_op of the one in flight, where op_start_ns is not 0 */
	__u64 cpu_node;
	__u64 mem_node;		/* nearest node with memory: what `local` means */
	__u64 allocs;		/* blocks */
	__u64 frees;		/* blocks */
	__u64 freed_pages;
	__u64 failures;
	__u64 backoffs;
	__u64 throttled;	/* batches that freed instead of allocating, for the reserve */
	__u64 held_blocks;
	__u64 held_pages;
	__u64 remote_blocks;	/* block's node differs from mem_node */
	__u64 remote_pages;
	__u64 preempted;	/* operations > 16 us, switched out meanwhile: not in histograms */
	__u64 preempted_ns;
	__u64 alloc_max_ns;	/* exact, since load, without preempted ones */
	__u64 free_max_ns;
	__u64 batches;
	/* Of the step of generation step_generation, 0 = none yet. */
	__u64 step_generation;
	__u64 step_done;	/* operations tried so far */
	__u64 step_failures;	/* of these, allocations that failed */
	__u64 step_start_ns;	/* of its first operation, CLOCK_MONOTONIC */
	__u64 step_end_ns;	/* of its last one so far */
	__u64 step_preempted_ns; /* of these: operations before or in which it was switched out */
	__u64 step_ended;	/* generation of the last step that came to its end; written last */
	/* Since version 3. Pages that bulk calls got are among allocs, by order and node too. */
	__u64 bulk_calls;
	__u64 bulk_asked_pages;	/* by these calls together */
	__u64 bulk_got_pages;
	__u64 bulk_partial;	/* calls that got some, but fewer than asked; none is a failure */
	__u64 bulk_max_ns;	/* exact, since load, without preempted ones */
	__u64 handoff_frees;	/* of frees: blocks that another CPU had allocated */
	__u64 handoff_kept;	/* of frees: blocks that were to be handed off and had no taker */
	__u64 handoff_blocks;	/* gauges: handed to this CPU, not freed yet, in nobody's held_* */
	__u64 handoff_pages;
};

#endif
