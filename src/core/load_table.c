// SPDX-License-Identifier: GPL-2.0
/* The loads of the program; how one becomes a config is in load.c. */
#include "core/load.h"

#include "core/util.h"

const struct bt_load bt_load_table[] = {
	{ .name = "steady", .view = 2,
	  .shows = "Single pages at a gentle, fixed pace: what the allocator costs while nothing "
		   "disturbs it.",
	  .look = "View 2: a narrow band, p99 close to p50. Take it as the baseline (b) for the "
		  "others.",
	  .settings = { "order=0", "pattern=steady", "batch=64", "pace=20000", "held=10%" } },
	/* Bursts stay below the high mark of a per-CPU list, which is hundreds of pages. */
	{ .name = "pcp-storm", .view = 1,
	  .shows = "Small bursts of single pages, flat out: the CPUs' own lists serve nearly all "
		   "of them, without the zone's lock.",
	  .look = "View 1: the highest rate and the shortest latency. View 3: the per-CPU lists "
		  "stay short.",
	  .settings = { "order=0", "pattern=burst", "free=lifo", "batch=16", "pace=0",
			"held=2%" } },
	/* Per-CPU lists have orders 0 to 3 and that of a huge page (0 alone before Linux 5.13). */
	{ .name = "zone-lock", .view = 2,
	  .shows = "Order 4, which no per-CPU list holds: each call takes the zone's lock, and all "
		   "CPUs of a node want the same one.",
	  .look = "View 2: the tail, p99 and max, grows with the number of CPUs. Take some away "
		  "(c) and compare.",
	  .settings = { "order=4", "pattern=burst", "free=lifo", "batch=16", "pace=0",
			"held=10%" } },
	{ .name = "churn", .view = 4,
	  .shows = "Order 3, freed in any order, flat out: buddies are split and merged all the "
		   "time, as for network buffers.",
	  .look = "View 4: free blocks of the middle orders come and go. View 2: frees that merge "
		  "take longer.",
	  .settings = { "order=3", "pattern=burst", "free=random", "batch=512", "pace=0",
			"held=20%" } },
	/* Fills all, then keeps 64 MiB of each CPU moving: free here and there, not as a whole. */
	{ .name = "fragment", .view = 4,
	  .shows = "Memory is filled with single pages, then many are freed at random: much is "
		   "free, in pieces too small for a huge page.",
	  .look = "View 4: low orders fill; of orders 9 and 10 little more is left than the load was not "
		  "given, and the rest is unusable for them.",
	  .settings = { "order=0", "pattern=steady", "free=random", "batch=16384", "pace=50000",
			"held=90%" } },
	{ .name = "compaction", .view = 6,
	  .shows = "Huge pages, order 9, until none is left in one piece: the kernel has to "
		   "reclaim and to move pages for more.",
	  .look = "View 6: compaction stalls and direct reclaim. View 2: allocations that take "
		  "milliseconds, or fail.",
	  .settings = { "order=9", "pattern=ramp", "free=random", "pace=200", "held=90%" } },
	{ .name = "atomic-burst", .view = 1,
	  .shows = "GFP_ATOMIC of order 3 from nothing to all, flat out, like a flood of packets: "
		   "it must not wait for reclaim.",
	  .look = "View 1: latency stays short where others wait; what is not free at once fails. "
		  "View 6: kswapd comes late.",
	  .settings = { "order=3", "gfp=atomic", "pattern=ramp", "pace=0", "held=90%",
			"reserve=5%" } },
	{ .name = "oom-edge", .view = 1,
	  .shows = "Takes memory until only the reserve is available, and stays there; before an "
		   "OOM kill the guard gives all back.",
	  .look = "View 1: available memory lies on the reserve, workers are throttled. View 6: "
		  "reclaim, while there are caches.",
	  .settings = { "order=0", "pattern=steady", "batch=256", "pace=50000", "held=100%",
			"reserve=5%", "guard=safe" } },
	{ .name = "numa-spill", .view = 3, .nodes = 2,
	  .shows = "All CPUs want their pages of node 0 alone: once it is full, the kernel spills "
		   "over to the other nodes.",
	  .look = "View 3: node 0 sinks to its low watermark, then numa_miss of the other nodes "
		  "rises.",
	  .settings = { "order=0", "node=prefer:0", "pattern=steady", "free=random", "batch=1024",
			"pace=20000", "held=70%" } },
	{ .name = "mixed", .view = 4,
	  .shows = "Sizes as a busy kernel asks for them: most blocks of a page, some of order 3, a "
		   "few huge pages, freed in any order.",
	  .look = "View 4: what the small blocks leave free in pieces the large ones miss. View 2: "
		  "each size is a hump of its own.",
	  .settings = { "order=0:80+3:15+9:5", "pattern=burst", "free=random", "batch=256", "pace=0",
			"held=30%" } },
	{ .name = "bulk", .view = 2,
	  .shows = "64 pages by each call, as drivers fill their receive rings; a call is timed as a "
		   "whole.",
	  .look = "View 1: more pages a second than pcp-storm has. Comparison (B): how many calls were "
		  "filled.",
	  .settings = { "order=0", "bulk=64", "pattern=burst", "free=lifo", "batch=64", "pace=0",
			"held=5%" } },
	{ .name = "hand-off", .view = 2,
	  .shows = "What a CPU allocates, the next one frees, as between a device's interrupt and its "
		   "reader: the CPUs' own lists run dry and over.",
	  .look = "View 2: beside pcp-storm, allocations that have to go to the zone for more. View 3: "
		  "the per-CPU lists.",
	  .settings = { "order=0", "handoff=on", "pattern=burst", "free=fifo", "batch=16", "pace=0",
			"held=2%" } },
};

const unsigned bt_load_table_count = BT_ARRAY_SIZE(bt_load_table);
