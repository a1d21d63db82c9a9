/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two values at the start of every data path: struct bt_machine, the facts of a machine that do
 * not change while a source is open, and struct bt_frame, all that was true at one instant, as
 * cumulative counts read from a source. Records, snapshots and links carry only frames.
 *
 * Unknown numbers are BT_UNKNOWN, never 0. Frames are made once with the dimensions of their
 * machine and then reused: filling one allocates nothing.
 */
#ifndef BT_FRAME_H
#define BT_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "kmod/buddytop_uapi.h"
#include "kmod/config.h"
#include "core/hist.h"
#include "core/util.h"

#define BT_MAX_CPUS 1024u	/* of a frame; more in a machine is refused, saying so */
#define BT_MAX_NODES 64u
#define BT_MAX_ORDERS 16u
#define BT_MAX_ZONES 128u	/* populated zones, all nodes */
#define BT_NAME 64
#define BT_TROUBLE_TEXT 160

/* How true a source's numbers are; shown on every screen and in every document. */
enum bt_reality {
	BT_REAL,		/* the machine itself */
	BT_EMULATED,		/* a real kernel on an emulated CPU (TCG) */
	BT_SIMULATED,		/* no kernel at all: the sim source */
};
extern const char *const bt_reality_name[];	/* "real" */

#define BT_WAYS_MAX 8u

/* Whether blocks come from the nodes that the config names (user/policy.h). */
enum bt_way_nodes {
	BT_WAY_NODES_UNKNOWN,	/* one node, no count of what each serves, or a busy one */
	BT_WAY_NODES_FOLLOWED,
	BT_WAY_NODES_IGNORED,
	BT_WAY_NODES_COUNT
};

/* A way to allocate without the module, and what came of trying it (source user). */
struct bt_machine_way {
	char name[16];		/* "packet" */
	char dropped[160];	/* why there is no order, or the first that lacks does; "" = all are there */
	uint32_t orders;	/* bit n: proven for blocks of order n */
	bool traced;		/* by the tracepoint of the allocator, not by its count of pages */
	uint8_t nodes;		/* enum bt_way_nodes */
};

struct bt_machine {
	char source[BT_NAME];		/* "kmod", "vm", "sim", "replay", "remote" */
	char source_note[256];		/* why this source, not a better one; "" = nothing to say */
	char host[BT_NAME];
	char kernel[128];		/* uname release */
	char kernel_version[256];	/* uname version: build number and date */
	char arch[BT_NAME];
	char cpu_model[128];
	char command_line[1024];	/* of the kernel, cut */
	char module_version[BT_NAME];	/* "" without the module */
	/* Hypervisor or accelerator: "kvm", "tcg"; "other": a nameless one; "none": bare metal. */
	char accel[BT_NAME];		/* "" = unknown */
	char thp[BT_NAME];		/* "always", "madvise" or "never"; "" = unknown */
	char governor[BT_NAME];		/* each that some CPU has: "performance, powersave" */
	char smt[BT_NAME];		/* "on", "off", "forceoff", "notsupported" ... */
	char microcode[BT_NAME];	/* of CPU 0, as /proc/cpuinfo writes it */
	enum bt_reality reality;
	uint32_t abi_version;		/* 0 without the module */
	uint64_t features;		/* BT_FEATURE_* */
	uint32_t page_bytes;
	uint32_t max_order;
	uint32_t cpu_count;		/* CPU numbers are below this */
	uint32_t node_count;		/* node numbers are below this */
	uint64_t memory_bytes;		/* MemTotal */
	uint64_t max_held_bytes;	/* that all CPUs may hold: bt_machine_bound() */
	__u64 memory_nodes[BT_NODE_WORDS];
	__u64 possible_cpus[BT_CPU_WORDS];
	__u64 allowed_cpus[BT_CPU_WORDS]; /* own affinity mask at start */
	uint16_t cpu_node[BT_MAX_CPUS];	/* always below node_count; 0 for CPUs never online */
	uint16_t cpu_core[BT_MAX_CPUS];	/* first CPU of the same core: SMT siblings share it */
	uint8_t distance[BT_MAX_NODES][BT_MAX_NODES]; /* 0 = unknown */
	struct bt_machine_way ways[BT_WAYS_MAX];
	uint32_t way_count;		/* tried; 0 of any other source, or when none was */
};

/* "orders 0-10, proven by its count of pages", "not here: huge pages are off". As snprintf. */
#define BT_WAY_TEXT 256
int bt_machine_way_text(const struct bt_machine_way *way, char *buf, size_t size);

/* ant_limits of a machine; pointers into it. */
struct ant_limits bt_machine_limits(const struct bt_machine *machine);
/* What its max_held_bytes comes from: "max_held_pct of the module", "half of what was available". */
const char *bt_machine_bound(const struct bt_machine *machine);

/* What a CPU's worker did of a step of a microbenchmark; generation 0: none yet. */
struct bt_frame_step {
	uint64_t generation;		/* of the step; the rest is of it */
	uint64_t done, failures;	/* operations tried, and those without a block */
	uint64_t start_ns, end_ns;	/* of the first and the last operation */
	uint64_t preempted_ns;		/* in between: the worker was switched out */
	uint64_t ended;			/* generation of the last step that came to its end */
};

/*
 * What all workers together did by bulk calls and by hand-off. All unknown as long as there was none
 * of either since the module was loaded: documents leave it out.
 */
struct bt_frame_calls {
	uint64_t bulk_calls, bulk_asked_pages, bulk_got_pages;
	uint64_t bulk_partial;		/* calls that got some pages, but fewer than asked */
	uint64_t bulk_max_ns;		/* the longest call */
	uint64_t handoff_frees;		/* blocks that another CPU had allocated */
	uint64_t handoff_kept;		/* that were to be handed off, and were freed here */
};

struct bt_frame_cpu {
	uint64_t generation;	/* adopted by this CPU's worker */
	uint64_t last_ns, op_start_ns;
	uint64_t allocs, frees, failures, backoffs, throttled;
	/* Held is also what others handed off to it, until it is freed. */
	uint64_t held_blocks, held_pages, remote_blocks, remote_pages;
	uint64_t preempted, preempted_ns, alloc_max_ns, free_max_ns;
	uint8_t state;		/* enum bt_worker_state */
	uint8_t op;		/* enum bt_op */
	bool online;
	struct bt_frame_step step;
};

struct bt_frame_zone {
	char name[16];
	uint16_t node;
	uint64_t free_pages, min_pages, low_pages, high_pages, managed_pages, pcp_pages;
	uint64_t free_blocks[BT_MAX_ORDERS];
};

struct bt_frame_node {
	bool has_memory, online;
	uint64_t total_bytes, free_bytes;
	/* pages */
	uint64_t numa_hit, numa_miss, numa_foreign, interleave_hit, local_node, other_node;
};

struct bt_frame_memory {
	uint64_t total_bytes, free_bytes, available_bytes, cached_bytes, dirty_bytes, slab_bytes,
		anon_bytes, swap_total_bytes, swap_free_bytes;
};

/* One PSI line pair of /proc/pressure/memory. */
struct bt_frame_psi {
	uint64_t some_avg10_centipercent, some_total_us;
	uint64_t full_avg10_centipercent, full_total_us;
};

/* What the CPUs did, all together. The times are of /proc/stat, and grow in steps of its ticks. */
struct bt_frame_load {
	uint64_t load1_centi;	/* 100 times the load average of the last minute */
	uint64_t cpu_us;	/* all time of all CPUs, idle time too */
	uint64_t busy_us;	/* of that neither idle, nor waiting for a disk, nor stolen */
	uint64_t steal_us;	/* of that taken by the hypervisor though there was work */
};

/* /proc/vmstat, the lines we use: name in the file; the sum where each zone has a line. */
#define BT_VMSTATS(X) \
	X(PGALLOC, "pgalloc")			/* pages; sum of pgalloc_* */ \
	X(PGFREE, "pgfree")			/* pages */ \
	X(ALLOCSTALL, "allocstall")		/* sum of allocstall_* */ \
	X(PGSCAN_DIRECT, "pgscan_direct") \
	X(PGSCAN_KSWAPD, "pgscan_kswapd") \
	X(PGSTEAL_DIRECT, "pgsteal_direct") \
	X(PGSTEAL_KSWAPD, "pgsteal_kswapd") \
	X(COMPACT_STALL, "compact_stall") \
	X(COMPACT_SUCCESS, "compact_success") \
	X(COMPACT_FAIL, "compact_fail") \
	X(OOM_KILL, "oom_kill") \
	X(PSWPIN, "pswpin") \
	X(PSWPOUT, "pswpout") \
	X(PGFAULT, "pgfault") \
	X(PGMAJFAULT, "pgmajfault") \
	X(BALLOON_INFLATE, "balloon_inflate") \
	X(BALLOON_DEFLATE, "balloon_deflate")

enum bt_vmstat {
#define BT_VMSTAT_ENUM(id, name) BT_VMSTAT_##id,
	BT_VMSTATS(BT_VMSTAT_ENUM)
#undef BT_VMSTAT_ENUM
	BT_VMSTAT_COUNT
};

extern const char *const bt_vmstat_name[BT_VMSTAT_COUNT];

/* Latency of one order on the CPUs of one node; only those with a count are in a frame. */
struct bt_frame_hist {
	uint16_t order, node;
	uint8_t op;		/* enum bt_op */
	struct bt_hist hist;
};

/* How the last publication that this source was asked for ended; rides on the next frame. */
struct bt_frame_ack {
	uint64_t token;		/* publish()'s of the source; 0 = none yet */
	uint64_t generation;	/* when accepted */
	int32_t error;		/* 0 or a positive errno */
	char text[128];		/* why it was refused; accepted: what of it is done otherwise */
};

/*
 * Readings that cost too much for every frame: a frame holds them only when whoever reads it wants
 * them. They are read at most so often, and frames between two readings repeat the last one.
 */
#define BT_WANTS(X) \
	X(TASKS, "tasks", 1 * BT_NS_PER_S)		/* a walk through /proc/<pid> */ \
	X(PAGEBLOCKS, "pageblocks", 5 * BT_NS_PER_S)	/* the kernel walks lists under zone locks */ \
	X(FREQUENCY, "frequency", 1 * BT_NS_PER_S)	/* a file may interrupt the CPU it is of */ \
	X(FREE_MAP, "free_map", 1 * BT_NS_PER_S)	/* flags of every page there is */

enum bt_want {
#define BT_WANT_ENUM(id, name, ns) BT_WANT_INDEX_##id,
	BT_WANTS(BT_WANT_ENUM)
#undef BT_WANT_ENUM
	BT_WANT_COUNT
};

#define BT_WANT_TASKS (1u << BT_WANT_INDEX_TASKS)
#define BT_WANT_PAGEBLOCKS (1u << BT_WANT_INDEX_PAGEBLOCKS)
#define BT_WANT_FREQUENCY (1u << BT_WANT_INDEX_FREQUENCY)
#define BT_WANT_FREE_MAP (1u << BT_WANT_INDEX_FREE_MAP)
#define BT_WANT_ALL ((1u << BT_WANT_COUNT) - 1)

extern const char *const bt_want_name[BT_WANT_COUNT];

/*
 * Besides, the number of one CPU whose own histograms a frame is to hold: a view has selected it.
 * Several who want frames may select several; the first one's is read.
 */
#define BT_WANT_CPU_SHIFT 16
#define BT_WANT_CPU(cpu) (((unsigned)(cpu) + 1) << BT_WANT_CPU_SHIFT)
#define BT_WANT_READINGS(want) ((want) & BT_WANT_ALL)
/* -1: none */
static inline int bt_want_cpu(unsigned want)
{
	return (int)(want >> BT_WANT_CPU_SHIFT) - 1;
}

/* What two want together; of two CPUs that of the first. */
static inline unsigned bt_want_join(unsigned first, unsigned second)
{
	return first | (bt_want_cpu(first) < 0 ? second : BT_WANT_READINGS(second));
}

/* What became of such a reading. */
enum bt_detail {
	BT_DETAIL_NONE,		/* not wanted, or the source (an older agent) knows nothing of it */
	BT_DETAIL_KNOWN,
	BT_DETAIL_NEEDS_ROOT,
	BT_DETAIL_NOT_IN_KERNEL,
	BT_DETAIL_FAILED,	/* for a reason that nobody expected */
	BT_DETAIL_COUNT
};
extern const char *const bt_detail_name[BT_DETAIL_COUNT];	/* "needs-root" */

/*
 * Whether to read it again at now_ns, after the reading of last_ns ended in state. A sampling
 * interval that is as long and a little early counts as long enough.
 */
bool bt_want_due(enum bt_want want, enum bt_detail state, uint64_t last_ns, uint64_t now_ns);

#define BT_MAX_TASKS 32u

struct bt_frame_task {
	uint32_t pid;
	char name[16];		/* comm */
	char state[2];		/* the letter of /proc/<pid>/status; "" = unknown */
	uint64_t rss_bytes, swap_bytes, oom_score;
	int64_t oom_score_adj;	/* BT_UNKNOWN_SIGNED */
};

/* The processes with the most memory, resident and swapped out together. */
struct bt_frame_tasks {
	uint8_t state;		/* enum bt_detail; only when known there is more */
	uint64_t mono_ns;	/* when it was read */
	uint64_t read_ns;	/* what that took */
	uint64_t processes;	/* all there are, kernel threads too */
	unsigned count;
	struct bt_frame_task task[BT_MAX_TASKS];
};

/* One migrate type in one zone. */
struct bt_frame_pagetype {
	char zone[16], type[16];
	uint16_t node;
	uint64_t blocks;			/* pageblocks of this type */
	uint64_t free_blocks[BT_MAX_ORDERS];	/* BT_PAGETYPE_FREE_MAX: so many or more */
};

#define BT_PAGETYPE_FREE_MAX 100000u	/* Linux 5.5 and later stop counting there */

struct bt_frame_pageblocks {
	uint8_t state;		/* enum bt_detail */
	uint64_t mono_ns, read_ns;
	uint64_t block_pages;	/* pages of one pageblock */
	unsigned count, capacity;
	struct bt_frame_pagetype *types;	/* [capacity], count used, by zone and type */
};

#define BT_FREQUENCY_CPUS 16u

/* Clock rates of at most BT_FREQUENCY_CPUS online CPUs, spread evenly over all of them. */
struct bt_frame_frequency {
	uint8_t state;		/* enum bt_detail; not in the kernel: no cpufreq, as in guests */
	uint64_t mono_ns, read_ns;
	uint64_t cpus;			/* whose rate was read */
	uint64_t min_khz, max_khz;	/* lowest and highest of them now */
	uint64_t limit_khz;		/* what the fastest of them can have */
};

#define BT_FREEMAP_CELLS 8192u	/* 16 GiB in cells of one frame */
#define BT_FREEMAP_CLASSES 18u	/* none of a frame free, each sixteenth, all (freemap.h) */

/*
 * How much of each frame of 2 MiB is free: pages on the buddy allocator's lists, not those on the
 * lists of CPUs. Frames without memory are left out; what the kernel took at boot is memory in use,
 * what a balloon has given away is none. Of large machines only every so many frames are looked
 * at: all counts are of those.
 */
struct bt_frame_freemap {
	uint8_t state;		/* enum bt_detail; only when known there is more */
	uint64_t mono_ns;	/* when the reading began */
	uint64_t read_ns;
	uint64_t huge_pages;		/* pages of 2 MiB */
	uint64_t first_frame, end_frame; /* address / 2 MiB: of the first, behind the last one */
	uint64_t sampled_one_in;	/* 1: every frame; k: every k-th, evenly spread */
	uint64_t frames;		/* looked at that have memory */
	uint64_t free_frames;		/* of those with all pages free */
	uint64_t free_pages, pages;	/* of those free, and all */
	uint64_t classes[BT_FREEMAP_CLASSES];	/* frames by bt_freemap_class() of free pages */
	uint64_t cell_frames;		/* 2^n neighbours are one cell; the last one may have fewer */
	unsigned count;
	uint32_t *cells;		/* [BT_FREEMAP_CELLS], count used: free pages, by address */
};

/*
 * A guest as its host sees it: resident memory and time of the QEMU around it, what its memory
 * device says, and what is done with it. Only the program that runs the guest knows that (buddytop
 * lab); what an agent inside of it says about it is not taken.
 */
struct bt_frame_host {
	bool known;		/* only then there is more */
	char benchmark[BT_NAME], mode[BT_NAME];	/* "inflate", "virtio-mem"; "" = none */
	char phase[128];	/* what is done now: "shrink to 256 MiB"; "" = nothing is told */
	/* For how long already: an age, since the clock of the host is not that of the frame. */
	uint64_t phase_ns;
	uint64_t run, runs;	/* this one, from 1, of so many */
	uint64_t repetition;	/* this run is of its configuration, from 1 */
	uint64_t iteration, iterations;	/* in the run, from 1 */
	uint64_t rss_bytes;	/* resident memory of QEMU */
	uint64_t cpu_user_ns, cpu_system_ns;	/* of QEMU since it began, in steps of clock ticks */
	uint64_t size_bytes;	/* that the device says the guest has */
	uint64_t target_bytes;	/* asked for last; unknown: the device decides, or nothing was asked */
};

/* The selected CPU, all orders. */
struct bt_frame_cpu_hist {
	int cpu;		/* -1: none is wanted, or the source cannot tell */
	struct bt_hist hist[BT_OP_COUNT];
};

struct bt_frame {
	uint64_t seq;		/* counts the source's frames from 1 */
	uint64_t mono_ns;	/* CLOCK_MONOTONIC of the machine read; virtual under sim */
	int64_t utc_ns;
	uint64_t read_ns;	/* what reading this frame took */
	bool extra;		/* out of turn (after a publication): not for intervals */
	/* Of sources with a log or a clock of their own; not in documents. */
	uint64_t events;	/* that came before it, since the source was opened */
	bool restart;		/* the clock was turned back: what was shown before is no history */
	bool feed;		/* passed on the way to a position: for the history alone */
	bool gap;		/* nothing is known of the time before it: pause, lost source */
	unsigned want;		/* BT_WANT_*, BT_WANT_CPU(), set by whoever reads, like extra */

	/* Everything up to `cpus` is known, but what is BT_UNKNOWN; of the module, or without it. */
	bool has_module;
	/* Current; config.generation is the published one. 0: none yet, the rest means nothing. */
	struct bt_config config;
	struct bt_frame_ack ack;
	uint64_t publish_ns;		/* unknown while config.generation is 0 */
	uint8_t run, reason;	/* enum bt_run, enum bt_reason */
	bool controlled;
	uint8_t clock;		/* enum bt_clock; BT_CLOCK_COUNT: not told */
	char way[16];		/* without the module: how blocks are allocated; "" = by it */
	char way_trouble[BT_TROUBLE_TEXT];	/* why not all of the config is done by it; "" = it is */
	uint64_t oom_notifications, oom_freed_pages, lease_expiries, limit_expiries;
	uint64_t clock_pair_ns, ring_bytes;
	uint64_t order_allocs[BT_MAX_ORDERS];			/* blocks, all CPUs */
	/* Blocks, [node of CPU][of block]; a row is known or it is not. */
	uint64_t matrix[BT_MAX_NODES][BT_MAX_NODES];

	unsigned cpu_count, node_count, zone_count, hist_count;
	unsigned hist_capacity;
	struct bt_frame_cpu *cpus;	/* [cpu_count] by CPU number */
	struct bt_frame_node *nodes;	/* [node_count] by node number */
	struct bt_frame_zone *zones;	/* [BT_MAX_ZONES], zone_count used */
	struct bt_frame_hist *hists;	/* [hist_capacity], hist_count used, by order, node, op */

	struct bt_frame_cpu_hist cpu_hist;
	struct bt_frame_calls calls;
	struct bt_hist bulk_hist;	/* bulk calls of all CPUs, each as a whole */

	struct bt_frame_memory memory;
	struct bt_frame_psi psi;
	struct bt_frame_load load;
	uint64_t vmstat[BT_VMSTAT_COUNT];

	struct bt_frame_tasks tasks;
	struct bt_frame_pageblocks pageblocks;
	struct bt_frame_frequency frequency;
	struct bt_frame_freemap free_map;

	struct bt_frame_host host;
};

/* A frame with room for the machine; all numbers unknown. Owned by the caller. */
struct bt_frame *bt_frame_create(const struct bt_machine *machine);
/* Nothing of the host is known any more. */
void bt_frame_forget_host(struct bt_frame_host *host);
/* What one frame of this machine takes. */
size_t bt_frame_bytes(const struct bt_machine *machine);
void bt_frame_free(struct bt_frame *frame);
/*
 * Back to all unknown; keeps the arrays and want. config, ack, order_allocs and matrix become 0: whether
 * they are known is told by has_module. No zones, no histograms.
 */
void bt_frame_clear(struct bt_frame *frame);
/* Deep copy between frames of the same machine. */
void bt_frame_copy(struct bt_frame *to, const struct bt_frame *from);
/* Entry for (order, node, op), made when absent; NULL when hist_capacity is used up. */
struct bt_hist *bt_frame_hist(struct bt_frame *frame, unsigned order, unsigned node, unsigned op);
/* The same without making one: NULL when absent. */
const struct bt_hist *bt_frame_hist_find(const struct bt_frame *frame, unsigned order,
					 unsigned node, unsigned op);
/* Orders whose number of free blocks is known, from order 0 on. */
unsigned bt_known_orders(const uint64_t free_blocks[BT_MAX_ORDERS]);
/* The CPU is online and echoes config.generation. */
bool bt_frame_applied(const struct bt_frame *frame, unsigned cpu);

/* How long the operation in flight on an online CPU has taken; 0 = none. */
uint64_t bt_frame_in_flight_ns(const struct bt_frame *frame, unsigned cpu);
#define BT_STUCK_NS (100 * BT_NS_PER_MS)	/* from then on a CPU is called stuck */

/*
 * Sums over the CPUs of a frame, of what is known. applied counts the CPUs of bt_frame_applied(),
 * running those online that follow the pattern, also while backing off or throttled.
 */
struct bt_frame_totals {
	uint64_t allocs, frees, failures, backoffs, throttled, held_blocks, held_pages,
		remote_blocks, remote_pages, preempted, alloc_max_ns, free_max_ns;
	unsigned online, applied, running;
	/* The online CPU longest in one operation (>= 100 ms) or -1, and for how long. */
	int stuck_cpu;
	uint64_t stuck_ns;
};
void bt_frame_totals(const struct bt_frame *frame, struct bt_frame_totals *totals);

#endif
