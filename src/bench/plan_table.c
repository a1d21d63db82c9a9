// SPDX-License-Identifier: GPL-2.0
/* The rows; what is done with them is in plan_key.c. */
#include "bench/plan_key.h"

#define GIVEN(text) .name = text, .param = text, .kind = BT_PLAN_PARAM
#define FIELD(member) \
	.offset = offsetof(struct bt_plan_run, member), \
	.width = sizeof(((struct bt_plan_run *)0)->member)
#define PLAN_FIELD(member) \
	.of_plan = true, .offset = offsetof(struct bt_plan, member), \
	.width = sizeof(((struct bt_plan *)0)->member)

#define TIME_MAX (24 * 3600 * BT_NS_PER_S)
#define SMALLEST_PAGE 4096	/* bytes, of any machine */

/* Presets of the parameters: the job of page_alloc_bench, in which nothing cancels the pressure. */
const struct bt_plan_key bt_plan_keys[] = {
	{ GIVEN("order"), .list = BT_PLAN_RANGES, .preset = "0" },
	{ .name = "cpus", .kind = BT_PLAN_NUMBER, .list = BT_PLAN_RANGES, FIELD(cpus),
	  .min = 1, .max = BT_MAX_CPUS, .word = "all", .preset = "all",
	  .help = "How many CPUs run, the lowest of the mask that are online." },
	{ .name = "mask", .param = "cpus", .kind = BT_PLAN_PARAM, .list = BT_PLAN_BLANKS,
	  .preset = "all",
	  .help = "CPUs that may run: a list, or all that are online." },
	{ GIVEN("node"), .list = BT_PLAN_BLANKS, .preset = "local" },
	{ GIVEN("gfp"), .list = BT_PLAN_COMMAS, .preset = "kernel" },
	{ GIVEN("pattern"), .list = BT_PLAN_COMMAS, .preset = "burst" },
	{ GIVEN("free"), .list = BT_PLAN_COMMAS, .preset = "fifo" },
	{ GIVEN("touch"), .list = BT_PLAN_COMMAS, .preset = "none" },
	{ GIVEN("batch"), .list = BT_PLAN_RANGES, .preset = "1000" },
	{ GIVEN("bulk"), .list = BT_PLAN_RANGES, .preset = "off" },
	{ GIVEN("handoff"), .list = BT_PLAN_COMMAS, .preset = "off" },
	{ GIVEN("pace"), .list = BT_PLAN_RANGES, .preset = "0" },
	{ GIVEN("sample"), .list = BT_PLAN_COMMAS, .preset = "1/1" },
	{ .name = "held", .param = "held", .kind = BT_PLAN_HELD, .list = BT_PLAN_COMMAS,
	  .preset = "auto",
	  .help = "Cap of the blocks held, with their rings, over all CPUs: bytes, a share of the "
		  "memory, or room for 2000 blocks on each CPU." },
	{ GIVEN("reserve"), .list = BT_PLAN_COMMAS, .preset = "0" },
	{ GIVEN("guard"), .list = BT_PLAN_COMMAS, .preset = "bench" },
	{ GIVEN("lease"), .list = BT_PLAN_COMMAS, .preset = "10s" },
	{ GIVEN("limit"), .list = BT_PLAN_COMMAS, .preset = "off" },

	{ .name = "repetitions", .kind = BT_PLAN_NUMBER, FIELD(repetitions),
	  .min = 1, .max = BT_PLAN_REPETITIONS_MAX, .preset = "5",
	  .help = "How often each run is measured." },
	{ .name = "settle", .kind = BT_PLAN_TIME, FIELD(settle_ns), .max = TIME_MAX,
	  .preset = "500ms",
	  .help = "Rest before each measurement, with everything given back." },
	{ .name = "warmup", .kind = BT_PLAN_TIME, FIELD(warmup_ns), .max = TIME_MAX,
	  .preset = "1s",
	  .help = "Load before each measurement that is not measured, at least." },
	{ .name = "steady", .kind = BT_PLAN_TIME, FIELD(steady_limit_ns), .max = TIME_MAX,
	  .word = "off", .preset = "10s",
	  .help = "Longest wait, after the warm-up, until the load is steady." },
	{ .name = "steady-percent", .kind = BT_PLAN_NUMBER, FIELD(steady_percent),
	  .min = 1, .max = 100, .preset = "20",
	  .help = "Steady is a load whose rates stay within so much of their mean." },
	{ .name = "seconds", .kind = BT_PLAN_TIME, FIELD(load_ns),
	  .min = BT_NS_PER_MS, .max = TIME_MAX, .preset = "2s",
	  .help = "How long the load alone is measured." },
	{ .name = "probe", .kind = BT_PLAN_YES_NO, FIELD(probe), .preset = "yes",
	  .help = "Measure what user space can get, idle and under load, by taking it." },
	{ .name = "limit-bytes", .kind = BT_PLAN_BYTES, FIELD(limit_bytes),
	  .min = SMALLEST_PAGE, .max = INT64_MAX, .word = "off", .word_value = BT_UNKNOWN,
	  .preset = "off",
	  .help = "The probe takes no more than this; off: until the OOM killer ends it." },
	{ .name = "mmap-size", .kind = BT_PLAN_BYTES, FIELD(region_bytes),
	  .min = SMALLEST_PAGE, .max = INT64_MAX, .word = "auto", .preset = "auto",
	  .help = "Size of one mapping of the probe." },
	{ .name = "stop-at-psi", .kind = BT_PLAN_NUMBER, FIELD(stop_psi_percent),
	  .min = 1, .max = 100, .word = "off", .preset = "off",
	  .help = "The probe stops where tasks wait for memory in so many percent of the time." },

	{ .name = "seed", .kind = BT_PLAN_NUMBER, PLAN_FIELD(seed), .max = UINT64_MAX,
	  .preset = "1",
	  .help = "Of everything random; only in [global]." },
	{ .name = "shuffle", .kind = BT_PLAN_YES_NO, PLAN_FIELD(shuffle), .preset = "no",
	  .help = "Runs in random order within each round of repetitions; only in [global]." },
};

const unsigned bt_plan_key_count = BT_ARRAY_SIZE(bt_plan_keys);
_Static_assert(BT_ARRAY_SIZE(bt_plan_keys) <= BT_PLAN_KEYS_MAX, "BT_PLAN_KEYS_MAX is too small");
