// SPDX-License-Identifier: GPL-2.0
/*
 * Allocations that fail: of a node that is full, of the reserves, and by failure injection where
 * the kernel has it. The kernel's own count is the module's; nothing hangs and nothing is lost.
 */
#include "scenarios.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define MIB (1024ull * 1024)
#define INJECT "/sys/kernel/debug/fail_page_alloc/"
/* More than can ever be injected here; the kernel counts it down. */
#define INJECT_TIMES 1000000000u

static bool failed_beyond(const struct bt_frame *frame, uint64_t failures)
{
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	return totals.failures > failures;
}

/* Free memory is back to before within 20 s, but for slack. */
static void check_all_back(struct rig *rig, const char *what, uint64_t before, uint64_t slack)
{
	uint64_t end = oracle_deadline_ns(20000), now;

	while ((now = oracle_free_bytes()) + slack < before && bt_mono_ns() < end)
		usleep(20000);
	rig_check(rig, now + slack >= before, "%s: %lld KiB fewer are free than before", what,
		  ((long long)before - (long long)now) / 1024);
}

/* The mark below which only those who may use the reserves get anything; all zones of node 1. */
static uint64_t node1_min_bytes(void)
{
	char *text = oracle_text("/proc/zoneinfo"), *at = text;
	uint64_t pages = 0;

	while ((at = strstr(at, "Node 1, zone"))) {
		at = strstr(at, " min ");
		if (!at)
			break;
		pages += strtoull(at + strlen(" min "), NULL, 10);
	}
	free(text);
	return pages * 4096;
}

/*
 * Node 1 has less than what is asked of it: every allocation beyond fails. Of order 4, for single
 * pages below the marks take long.
 */
static void scenario_full_node(struct rig *rig)
{
	uint64_t before, failures, traced, dropped, left, min = node1_min_bytes();
	char text[160];

	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_drain(rig);
	before = oracle_free_bytes();
	failures = rig_totals(rig).failures;
	oracle_trigger_arm_failures();
	snprintf(text, sizeof(text),
		 "order=4 node=bind:1 gfp=kernel-noretry pattern=hold guard=bench reserve=0 "
		 "held=%llu",
		 (unsigned long long)(oracle_node_bytes(1, "MemFree") + 64 * MIB));
	rig_publish(rig, text, BT_RUN_GO);
	rig_until(rig, failed_beyond, failures + 20, 40000);
	left = oracle_node_bytes(1, "MemFree");
	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_drain(rig);
	failures = rig_totals(rig).failures - failures;
	traced = oracle_trigger_sum(4);
	dropped = oracle_trigger_dropped();
	oracle_trigger_disarm();
	rig_check(rig, failures > 20 && failures >= traced && failures <= traced + dropped,
		  "%llu failures, the tracepoint saw %llu",
		  (unsigned long long)failures, (unsigned long long)traced);
	rig_check(rig, left >= min * 3 / 4 && left < min * 2,
		  "node 1 has %llu KiB left, its mark is %llu",
		  (unsigned long long)left / 1024, (unsigned long long)min / 1024);
	check_all_back(rig, "after the drain", before, 8 * MIB);
}

/* ---- failure injection ------------------------------------------------------------------- */

static bool put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	bool good = file && fputs(text, file) >= 0;

	return file && !fclose(file) && good;
}

static bool inject_put(const char *name, unsigned value)
{
	char path[96], text[24];

	snprintf(path, sizeof(path), INJECT "%s", name);
	snprintf(text, sizeof(text), "%u", value);
	return put(path, text);
}

/* How many allocations the kernel has made fail since inject_begin(). */
static uint64_t injected(void)
{
	char *text = oracle_text(INJECT "times");
	uint64_t left = strtoull(text, NULL, 10);

	free(text);
	return INJECT_TIMES - left;
}

/* Only allocations of the workers may fail: of any order and any GFP class. */
static unsigned mark_workers(bool fail)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	unsigned marked = 0;

	while (proc && (entry = readdir(proc))) {
		char path[300], comm[32] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue;
		if (!fgets(comm, sizeof(comm), file))
			comm[0] = '\0';
		fclose(file);
		if (strncmp(comm, BT_DEVICE_NAME "/", strlen(BT_DEVICE_NAME "/")))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/make-it-fail", entry->d_name);
		marked += put(path, fail ? "1" : "0");
	}
	if (proc)
		closedir(proc);
	return marked;
}

static bool inject_begin(struct rig *rig)
{
	unsigned workers = mark_workers(true);

	return rig_check(rig, workers == 2 && inject_put("verbose", 0) && inject_put("interval", 1) &&
			 inject_put("min-order", 0) && inject_put("ignore-gfp-wait", 0) &&
			 inject_put("ignore-gfp-highmem", 0) && inject_put("task-filter", 1) &&
			 inject_put("times", INJECT_TIMES),
			 "allocations of %u workers, and of nobody else, can be made to fail", workers);
}

static void inject_end(void)
{
	inject_put("probability", 0);
	inject_put("task-filter", 0);
	mark_workers(false);
}

/* One pattern, with that percentage of its allocations failing from its start to its end. */
static void check_injected(struct rig *rig, const char *pattern, unsigned percent)
{
	uint64_t before = oracle_free_bytes(), first = injected(), kernel;
	struct bt_frame_totals older = rig_totals(rig), newer;
	uint64_t failures, tries;
	char text[200];

	inject_put("probability", percent);
	snprintf(text, sizeof(text), RIG_PLAIN " order=1 pattern=%s lease=60s", pattern);
	rig_publish(rig, text, BT_RUN_GO);
	rig_until(rig, failed_beyond, older.failures + 100, 20000);
	/* A generation on the way: adopted in time whatever fails. */
	rig_publish(rig, "order=0", BT_RUN_GO);
	rig_until(rig, failed_beyond, older.failures + 200, 20000);
	rig_drain(rig);
	inject_put("probability", 0);
	newer = rig_totals(rig);
	failures = newer.failures - older.failures;
	tries = newer.allocs - older.allocs + failures;
	kernel = injected() - first;
	/* Once in a while page_owner needs a page itself, for the stack of a worker. */
	rig_check(rig, failures > 200 && failures <= kernel && kernel <= failures + 3,
		  "%s: %llu of %llu allocations failed, the kernel made %llu fail", pattern,
		  (unsigned long long)failures, (unsigned long long)tries,
		  (unsigned long long)kernel);
	rig_check(rig, newer.allocs - older.allocs == newer.frees - older.frees,
		  "%s: %llu blocks allocated, %llu freed", pattern,
		  (unsigned long long)(newer.allocs - older.allocs),
		  (unsigned long long)(newer.frees - older.frees));
	check_all_back(rig, pattern, before, 4 * MIB);
}

static void scenario_injection(struct rig *rig)
{
	static const struct {
		const char *name;
		unsigned percent;
	} patterns[] = { {"burst", 5}, {"steady", 20}, {"repeat", 10}, {"ramp", 5}, {"hold", 20} };
	unsigned i;

	if (access(INJECT, R_OK)) {
		rig_skip(rig, "this kernel cannot make page allocations fail (FAIL_PAGE_ALLOC)");
		return;
	}
	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_drain(rig);
	if (inject_begin(rig)) {
		for (i = 0; i < BT_ARRAY_SIZE(patterns); i++)
			check_injected(rig, patterns[i].name, patterns[i].percent);
	}
	inject_end();
}

const struct scenario failure_scenarios[] = {
	{.name = "full node", .run = scenario_full_node},
	{.name = "failure injection", .run = scenario_injection},
	{0},
};
