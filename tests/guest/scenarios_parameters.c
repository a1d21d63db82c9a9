// SPDX-License-Identifier: GPL-2.0
/* Every live parameter has its effect, as the kernel's own tracepoints and statistics see it. */
#include "scenarios.h"

#include <stdio.h>
#include <string.h>

#include "oracle.h"

#define MIB (1024ull * 1024)


/* Runs assignments for ms milliseconds with a trigger armed, drains, and leaves the trigger readable. */
static bool run_with_trigger(struct rig *rig, const char *event, const char *keys,
			     const char *assignments, unsigned ms)
{
	bool good;

	oracle_trigger_arm(event, keys);
	good = rig_publish(rig, assignments, BT_RUN_GO);
	rig_wait_ms(rig, ms);
	good = rig_drain(rig) && good;
	return good;
}

static void scenario_order(struct rig *rig)
{
	unsigned order, max = bt_session_machine(rig->session)->max_order;

	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	for (order = 0; order <= max; order++) {
		uint64_t before = rig_fresh(rig)->order_allocs[order], ours, kernel, all;
		char text[32];

		snprintf(text, sizeof(text), "order=%u", order);
		run_with_trigger(rig, "mm_page_alloc", "order", text, 300);
		kernel = oracle_trigger_sum(order);
		all = oracle_trigger_sum(UINT64_MAX);
		oracle_trigger_disarm();
		ours = rig_fresh(rig)->order_allocs[order] - before;
		rig_check(rig, kernel > 0 && rig_near(ours, kernel, 1) && rig_near(kernel, all, 1),
			  "order %u: tracepoint %llu of %llu, reported %llu", order,
			  (unsigned long long)kernel, (unsigned long long)all,
			  (unsigned long long)ours);
	}
}

/* With all CPUs in the mask each allocates, and what its worker counts was allocated on it. */
static void check_own_cpus(struct rig *rig)
{
	uint64_t own[2], kernel[2];
	const struct bt_frame *frame = rig_fresh(rig);
	unsigned cpu;

	for (cpu = 0; cpu < 2; cpu++)
		own[cpu] = frame->cpus[cpu].allocs;
	run_with_trigger(rig, "mm_page_alloc", "common_cpu", "cpus=0-1", 300);
	for (cpu = 0; cpu < 2; cpu++)
		kernel[cpu] = oracle_trigger_sum(cpu);
	oracle_trigger_disarm();
	frame = rig_fresh(rig);
	for (cpu = 0; cpu < 2; cpu++) {
		own[cpu] = frame->cpus[cpu].allocs - own[cpu];
		/* 20: interrupts in a worker's time may allocate, too. */
		rig_check(rig, own[cpu] > 100 && kernel[cpu] >= own[cpu] && kernel[cpu] <= own[cpu] + 20,
			  "cpus=0-1: worker %u counts %llu, %llu were on its CPU", cpu,
			  (unsigned long long)own[cpu], (unsigned long long)kernel[cpu]);
	}
}

static void scenario_cpus(struct rig *rig)
{
	unsigned cpu;

	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	for (cpu = 0; cpu < 2; cpu++) {
		uint64_t here, other;
		char text[32];

		snprintf(text, sizeof(text), "cpus=%u", cpu);
		run_with_trigger(rig, "mm_page_alloc", "common_cpu", text, 300);
		here = oracle_trigger_sum(cpu);
		other = oracle_trigger_sum(1 - cpu);
		oracle_trigger_disarm();
		rig_check(rig, here > 0 && other == 0, "cpus=%u: %llu there, %llu elsewhere", cpu,
			  (unsigned long long)here, (unsigned long long)other);
	}
	check_own_cpus(rig);
}

static const struct {
	const char *name, *has, *has_not;
} gfp_cases[] = {
	{"kernel-mayfail", "__GFP_RETRY_MAYFAIL", "__GFP_NORETRY"},
	{"kernel", "GFP_KERNEL", "__GFP_RETRY_MAYFAIL"},
	{"kernel-noretry", "__GFP_NORETRY", "__GFP_RETRY_MAYFAIL"},
	{"atomic", "GFP_ATOMIC", "GFP_KERNEL"},
	{"movable", "GFP_HIGHUSER_MOVABLE", "__GFP_NORETRY"},
};

static void scenario_gfp(struct rig *rig)
{
	unsigned i;

	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	for (i = 0; i < BT_ARRAY_SIZE(gfp_cases); i++) {
		uint64_t ours = rig_totals(rig).allocs, kernel;
		char text[64], seen[256];
		unsigned values;

		snprintf(text, sizeof(text), "gfp=%s", gfp_cases[i].name);
		oracle_trigger_arm("mm_page_alloc", "gfp_flags");
		rig_publish(rig, text, BT_RUN_GO);
		oracle_gfp_text(seen, sizeof(seen));
		rig_drain(rig);
		values = oracle_trigger_entries();
		kernel = oracle_trigger_sum(UINT64_MAX);
		oracle_trigger_disarm();
		ours = rig_totals(rig).allocs - ours;
		rig_check(rig, strstr(seen, gfp_cases[i].has) && strstr(seen, "__GFP_NOWARN") &&
			  !strstr(seen, gfp_cases[i].has_not), "%s: the tracepoint shows %s", text,
			  seen);
		rig_check(rig, values == 1 && kernel > 0 && rig_near(ours, kernel, 1),
			  "%s: %u value of gfp_flags in %llu allocations, reported %llu", text, values,
			  (unsigned long long)kernel, (unsigned long long)ours);
	}
	rig_publish(rig, "gfp=kernel-mayfail", BT_RUN_DRAIN);
}

static void scenario_held(struct rig *rig)
{
	const uint64_t asked = 320 * MIB;	/* 1 % is more than others take meanwhile */
	uint64_t free_before, buddy_before, lost, buddy_lost, held;

	/* Order 5: not cached in per-CPU lists, so every block shows in MemFree. */
	rig_publish(rig, RIG_PLAIN " order=5 pattern=hold", BT_RUN_DRAIN);
	rig_wait_ms(rig, 3000);	/* per-CPU lists shrink, see oracle_begin() */
	free_before = oracle_free_bytes();
	buddy_before = oracle_free_pages(5);
	rig_publish(rig, "held=320M", BT_RUN_GO);
	rig_until(rig, rig_holds, asked * 99 / 100, 20000);
	held = rig_totals(rig).held_pages * 4096;
	lost = free_before - oracle_free_bytes();
	buddy_lost = (buddy_before - oracle_free_pages(5)) * 4096;
	rig_check(rig, held <= asked && held >= asked * 95 / 100, "held=320M: %llu bytes are held",
		  (unsigned long long)held);
	rig_check(rig, rig_near(lost, held, 1), "free memory fell by %llu for %llu held",
		  (unsigned long long)lost, (unsigned long long)held);
	rig_check(rig, rig_near(buddy_lost, held, 1), "buddyinfo fell by %llu for %llu held",
		  (unsigned long long)buddy_lost, (unsigned long long)held);
	rig_drain(rig);
	lost = free_before > oracle_free_bytes() ?
	       free_before - oracle_free_bytes() : 0;
	rig_check(rig, lost <= asked / 100, "after the drain %llu bytes are missing",
		  (unsigned long long)lost);
}

/* Spread of free memory while the pattern runs, seen for 3 s, or longer (20 s) until it is least. */
static uint64_t free_spread(struct rig *rig, uint64_t least)
{
	uint64_t low = UINT64_MAX, high = 0;
	unsigned i;

	for (i = 0; i < 150 || (i < 1000 && high - low < least); i++) {
		uint64_t now = oracle_free_bytes();

		low = now < low ? now : low;
		high = now > high ? now : high;
		rig_wait_ms(rig, 20);
	}
	return high - low;
}

/* Allocations by the workers in 500 ms (on a slow kernel more), while they run. */
static uint64_t allocations_now(struct rig *rig)
{
	uint64_t hits;

	oracle_trigger_arm("mm_page_alloc", "order");
	rig_wait_ms(rig, 500);
	hits = oracle_trigger_sum(UINT64_MAX);
	oracle_trigger_disarm();
	return hits;
}

static const struct {
	const char *name;
	uint64_t held_min, held_max, spread_min, spread_max;	/* bytes, of 128 MiB allowed */
	bool churns;
} pattern_cases[] = {
	{"hold", 120 * MIB, 128 * MIB, 0, 8 * MIB, false},
	{"steady", 110 * MIB, 128 * MIB, 0, 16 * MIB, true},
	{"repeat", 0, 1 * MIB, 0, 8 * MIB, true},
	{"burst", 56 * MIB, 72 * MIB, 0, 16 * MIB, true},
	{"ramp", 0, 128 * MIB, 60 * MIB, 256 * MIB, true},
};

static void scenario_pattern(struct rig *rig)
{
	unsigned i;

	rig_publish(rig, RIG_PLAIN " order=3 held=128M", BT_RUN_DRAIN);
	for (i = 0; i < BT_ARRAY_SIZE(pattern_cases); i++) {
		uint64_t before = oracle_free_bytes(), gone, spread, hits;
		char text[32];

		snprintf(text, sizeof(text), "pattern=%s", pattern_cases[i].name);
		rig_publish(rig, text, BT_RUN_GO);
		rig_until(rig, rig_holds, pattern_cases[i].held_min, 20000);
		rig_wait_ms(rig, 2000);
		gone = before - oracle_free_bytes();
		gone = (int64_t)gone < 0 ? 0 : gone;
		spread = free_spread(rig, pattern_cases[i].spread_min);
		hits = allocations_now(rig);
		/* 8 MiB: what the rest of the guest may move in five seconds. */
		rig_check(rig, gone + 8 * MIB >= pattern_cases[i].held_min &&
			  gone <= pattern_cases[i].held_max + 8 * MIB &&
			  spread >= pattern_cases[i].spread_min && spread <= pattern_cases[i].spread_max &&
			  (hits > 100) == pattern_cases[i].churns,
			  "%s: free memory down by %llu, moves by %llu, %llu allocations meanwhile", text,
			  (unsigned long long)gone, (unsigned long long)spread,
			  (unsigned long long)hits);
		rig_drain(rig);
	}
}

static void scenario_free_order(struct rig *rig)
{
	unsigned different[2];

	/*
	 * 16 MiB of order 3 on one CPU are 512 blocks: first in, first out turns all of them over. A
	 * trigger counts up to 2048.
	 */
	rig_publish(rig, RIG_PLAIN " order=3 cpus=0 held=16M batch=1 pace=20000", BT_RUN_DRAIN);
	rig_publish(rig, "free=fifo", BT_RUN_GO);
	rig_wait_ms(rig, 500);
	oracle_trigger_arm("mm_page_free", "pfn");
	rig_wait_ms(rig, 1000);
	different[0] = oracle_trigger_entries();
	oracle_trigger_disarm();
	rig_publish(rig, "free=lifo", BT_RUN_GO);
	rig_wait_ms(rig, 100);
	oracle_trigger_arm("mm_page_free", "pfn");
	rig_wait_ms(rig, 1000);
	different[1] = oracle_trigger_entries();
	oracle_trigger_disarm();
	rig_check(rig, different[0] > 400 && different[1] > 0 && different[1] < 50,
		  "the frees of a while touch %u different blocks with fifo, %u with lifo", different[0],
		  different[1]);
	rig_drain(rig);
}

static void scenario_touch(struct rig *rig)
{
	static const struct {
		const char *name;
		bool first;
		uint64_t words;		/* written, of an order-2 block: 2048 words */
	} cases[] = {{"none", false, 0}, {"first", true, 1}, {"all", true, 2048}};
	unsigned i;

	if (!(bt_session_machine(rig->session)->features & BT_FEATURE_INIT_ON_ALLOC)) {
		rig_skip(rig, "this kernel does not zero blocks, so what workers write cannot be told");
		return;
	}
	rig_publish(rig, RIG_PLAIN " order=2 cpus=0 pattern=hold held=128M pace=200", BT_RUN_DRAIN);
	for (i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		uint64_t words = 0;
		bool first = false, seen;
		char text[32];

		snprintf(text, sizeof(text), "touch=%s", cases[i].name);
		rig_publish(rig, text, BT_RUN_GO);
		seen = oracle_block_written(2, &first, &words);
		rig_check(rig, seen && first == cases[i].first && words == cases[i].words,
			  "%s: %llu of 2048 words written", text, (unsigned long long)words);
		rig_drain(rig);
	}
	rig_publish(rig, "touch=none pace=0", BT_RUN_DRAIN);
}

static void scenario_batch(struct rig *rig)
{
	static const unsigned batches[] = {10, 40};
	unsigned i;

	rig_publish(rig, RIG_PLAIN " order=3 cpus=0 pattern=burst held=16M pace=5000", BT_RUN_DRAIN);
	for (i = 0; i < BT_ARRAY_SIZE(batches); i++) {
		char text[32];
		unsigned run;

		snprintf(text, sizeof(text), "batch=%u", batches[i]);
		rig_publish(rig, text, BT_RUN_GO);
		rig_wait_ms(rig, 1000);	/* past the first fill to the middle */
		run = oracle_longest_alloc_run(500);
		rig_check(rig, run == batches[i], "%s: the longest run of allocations is %u", text,
			  run);
	}
	rig_drain(rig);
}

static void scenario_pace(struct rig *rig)
{
	uint64_t hits, start, want;

	rig_publish(rig, RIG_PLAIN " pattern=repeat pace=400", BT_RUN_GO);
	rig_wait_ms(rig, 500);
	oracle_trigger_arm("mm_page_alloc", "order");
	start = bt_mono_ns();
	rig_wait_ms(rig, 4000);
	/* Half of the operations are allocations, on two CPUs. */
	want = (bt_mono_ns() - start) * 400 / 2 * 2 / BT_NS_PER_S;
	hits = oracle_trigger_sum(UINT64_MAX);
	oracle_trigger_disarm();
	rig_check(rig, rig_near(hits, want, 10), "pace=400: %llu allocations, %llu expected",
		  (unsigned long long)hits, (unsigned long long)want);
	rig_publish(rig, "pace=0", BT_RUN_DRAIN);
}

static void scenario_reserve(struct rig *rig)
{
	uint64_t reserve = oracle_meminfo_bytes("MemAvailable") - 64 * MIB, lowest = UINT64_MAX, now;
	uint64_t before = rig_totals(rig).throttled;
	char text[256];
	unsigned i;

	snprintf(text, sizeof(text), RIG_PLAIN " held=200M reserve=%llu", (unsigned long long)reserve);
	rig_publish(rig, text, BT_RUN_GO);
	/* For 2 s, or longer (20 s) until the load has come near. */
	for (i = 0; i < 100 || (i < 1000 && lowest >= reserve + 32 * MIB); i++) {
		now = oracle_meminfo_bytes("MemAvailable");
		lowest = now < lowest ? now : lowest;
		rig_wait_ms(rig, 20);
	}
	/* A batch of 1 ms on each CPU may go below before it is seen. */
	rig_check(rig, lowest + 8 * MIB >= reserve, "MemAvailable never below %llu (reserve %llu)",
		  (unsigned long long)lowest, (unsigned long long)reserve);
	rig_check(rig, lowest < reserve + 32 * MIB, "the load came near the reserve");
	rig_check(rig, rig_totals(rig).throttled > before, "throttling is counted");
	rig_publish(rig, "reserve=32M", BT_RUN_DRAIN);
}

static bool holds_at_most(const struct bt_frame *frame, uint64_t bytes)
{
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	return totals.held_pages * 4096 <= bytes;
}

/* At one operation a second this would take hours. */
static void scenario_reserve_is_not_paced(struct rig *rig)
{
	uint64_t low, held;
	char text[128];

	rig_publish(rig, RIG_PLAIN " pattern=hold held=64M", BT_RUN_GO);
	rig_until(rig, rig_holds, 60 * MIB, 20000);
	held = rig_totals(rig).held_pages * 4096;
	low = oracle_free_bytes();
	snprintf(text, sizeof(text), "pace=1 reserve=%llu",
		 (unsigned long long)oracle_meminfo_bytes("MemTotal"));
	rig_publish(rig, text, BT_RUN_GO);
	rig_check(rig, held >= 60 * MIB && rig_until(rig, holds_at_most, 0, 20000),
		  "all of %llu bytes is given back at pace=1", (unsigned long long)held);
	rig_check(rig, oracle_free_bytes() >= low + held * 3 / 4,
		  "and is free: %lld KiB more",
		  ((long long)oracle_free_bytes() - (long long)low) / 1024);
	rig_publish(rig, "pace=0 reserve=32M", BT_RUN_DRAIN);
}

static bool stopped_because(const struct bt_frame *frame, uint64_t reason)
{
	return frame->run == BT_RUN_DRAIN && frame->reason == reason;
}

static void scenario_limit(struct rig *rig)
{
	uint64_t free_before, start, took, now;
	unsigned i;

	rig_drain(rig);
	free_before = oracle_free_bytes();
	start = bt_mono_ns();
	rig_publish(rig, RIG_PLAIN " limit=1s", BT_RUN_GO);
	rig_check(rig, rig_until(rig, stopped_because, BT_REASON_TIME_LIMIT, 20000),
		  "limit=1s stops the load");
	took = (bt_mono_ns() - start) / BT_NS_PER_MS;
	rig_check(rig, took >= 1000 && took < 6000 * oracle_patience(), "after %llu ms",
		  (unsigned long long)took);
	for (i = 0; (now = oracle_free_bytes()) + 8 * MIB < free_before && i < 1000; i++)
		rig_wait_ms(rig, 20);
	rig_check(rig, now + 8 * MIB >= free_before, "and the memory is back: %llu of %llu free",
		  (unsigned long long)now, (unsigned long long)free_before);
	rig_publish(rig, "limit=0", BT_RUN_DRAIN);
}

const struct scenario parameter_scenarios[] = {
	{.name = "order", .run = scenario_order},
	{.name = "cpus", .run = scenario_cpus},
	{.name = "gfp", .run = scenario_gfp},
	{.name = "held", .run = scenario_held},
	{.name = "pattern", .run = scenario_pattern},
	{.name = "free order", .run = scenario_free_order},
	{.name = "touch", .run = scenario_touch},
	{.name = "batch", .run = scenario_batch},
	{.name = "pace", .run = scenario_pace},
	{.name = "reserve", .run = scenario_reserve},
	{.name = "reserve is not paced", .run = scenario_reserve_is_not_paced},
	{.name = "limit", .run = scenario_limit},
	{0},
};
