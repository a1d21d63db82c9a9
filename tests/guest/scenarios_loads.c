// SPDX-License-Identifier: GPL-2.0
/* Named loads on the real module: that the kernel's own numbers say what their sentences do. */
#include "scenarios.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"
#include "session/load.h"

#define MIB (1024ull * 1024)
#define WAIT_MS 30000

/* From a plain start, and at rest, until its generation is published. */
static bool begin(struct rig *rig, const char *name)
{
	const struct bt_load *load;
	struct bt_config config;
	char note[BT_ERR_TEXT] = "";
	struct bt_err err = { 0 };
	int code;

	rig_publish(rig, RIG_PLAIN " reserve=48M", BT_RUN_DRAIN);	/* 5 % of it, as the program has it */
	rig_drain(rig);
	config = *bt_session_config(rig->session);
	code = bt_loads_find(NULL, name, &load, &err);
	if (!code)
		code = bt_session_load_config(rig->session, load, &config, note, &err);
	if (!code)
		code = bt_session_load(rig->session, load, &config, note, &err);
	return rig_check(rig, !code, "load %s starts%s%s", name, code ? ": " : "", err.text);
}

/* Lets it run until what is looked for is so; false after WAIT_MS. */
static bool comes_to(struct rig *rig, bool (*is_so)(void))
{
	uint64_t end_ns = oracle_deadline_ns(WAIT_MS);

	while (bt_mono_ns() < end_ns) {
		if (is_so())
			return true;
		rig_wait_ms(rig, 100);
	}
	return is_so();
}

static uint64_t bytes_in_huge_blocks(void)
{
	return 4096 * oracle_free_pages(9);
}

/* Much is free, and most of it in pieces; whole is what the load was not given, here a tenth. */
static bool is_in_pieces(void)
{
	uint64_t free_bytes = oracle_meminfo_bytes("MemFree"), whole = bytes_in_huge_blocks();

	return free_bytes > 48 * MIB && whole < free_bytes / 2 &&
	       whole < oracle_meminfo_bytes("MemTotal") / 8;
}

static void check_fragment(struct rig *rig)
{
	uint64_t before = bytes_in_huge_blocks();
	bool came;

	if (!begin(rig, "fragment"))
		return;
	came = comes_to(rig, is_in_pieces);
	rig_check(rig, came,
		  "fragment: of %" PRIu64 " MiB free %" PRIu64 " are in blocks of order 9 and more, %" PRIu64
		  " before it", (uint64_t)(oracle_meminfo_bytes("MemFree") / MIB),
		  (uint64_t)(bytes_in_huge_blocks() / MIB), (uint64_t)(before / MIB));
}

/* The reserve of the load is 5 % of memory. */
static bool is_at_the_edge(void)
{
	return oracle_meminfo_bytes("MemAvailable") < oracle_meminfo_bytes("MemTotal") / 100 * 8;
}

static void check_oom_edge(struct rig *rig)
{
	uint64_t kills = oracle_vmstat("oom_kill"), available, total = oracle_meminfo_bytes("MemTotal");
	bool came;

	if (!begin(rig, "oom-edge"))
		return;
	came = comes_to(rig, is_at_the_edge);
	rig_wait_ms(rig, 2000);
	available = oracle_meminfo_bytes("MemAvailable");
	rig_check(rig, came && available > total / 100 * 2 && available < total / 100 * 8 &&
		  oracle_vmstat("oom_kill") == kills,
		  "oom-edge: %" PRIu64 " MiB of %" PRIu64 " stay available, nobody is killed",
		  (uint64_t)(available / MIB), (uint64_t)(total / MIB));
}

static void check_atomic_burst(struct rig *rig)
{
	uint64_t low = UINT64_MAX, high = 0, total = oracle_meminfo_bytes("MemTotal");
	uint64_t end_ns = oracle_deadline_ns(WAIT_MS);
	char gfp[256];

	if (!begin(rig, "atomic-burst"))
		return;
	while (high < low + total / 2 && bt_mono_ns() < end_ns) {
		uint64_t now = oracle_meminfo_bytes("MemFree");

		low = now < low ? now : low;
		high = now > high ? now : high;
		rig_wait_ms(rig, 20);
	}
	oracle_gfp_text(gfp, sizeof(gfp));
	rig_check(rig, strstr(gfp, "GFP_ATOMIC") && !strstr(gfp, "DIRECT_RECLAIM"),
		  "atomic-burst allocates with %s", gfp);
	rig_check(rig, high >= low + total / 2, "from nothing to all: %" PRIu64 " to %" PRIu64 " MiB free",
		  (uint64_t)(low / MIB), (uint64_t)(high / MIB));
}

/* Pages that were wanted of node 0, and came of node 1. */
static uint64_t spilled(void)
{
	return oracle_numastat(1, "numa_miss");
}

static bool has_spilled(void)
{
	return oracle_node_bytes(0, "MemFree") < oracle_node_bytes(0, "MemTotal") / 8;
}

static void check_numa_spill(struct rig *rig)
{
	uint64_t before = spilled(), full, more;
	bool came;

	if (!begin(rig, "numa-spill"))
		return;
	came = comes_to(rig, has_spilled);
	rig_check(rig, came, "numa-spill: node 0 has %" PRIu64 " MiB free of %" PRIu64,
		  (uint64_t)(oracle_node_bytes(0, "MemFree") / MIB),
		  (uint64_t)(oracle_node_bytes(0, "MemTotal") / MIB));
	full = spilled();
	rig_wait_ms(rig, 2000);
	more = spilled() - full;
	rig_check(rig, more > 1000, "and node 1 serves what missed it: %" PRIu64 " pages, then %" PRIu64
		  " more", full - before, more);
}

static void scenario_loads(struct rig *rig)
{
	check_fragment(rig);
	check_oom_edge(rig);
	check_atomic_burst(rig);
	check_numa_spill(rig);
	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_drain(rig);
}

const struct scenario load_scenarios[] = {
	{ .name = "loads", .run = scenario_loads },
	{ 0 },
};
