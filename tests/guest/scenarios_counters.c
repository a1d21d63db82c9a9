// SPDX-License-Identifier: GPL-2.0
/*
 * An interval's counters while the kernel reclaims, and the zones, with the kernel's own files read
 * before and after each frame.
 */
#include "scenarios.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

#define MIB (1024ull * 1024)

/* ---- counters of an interval ------------------------------------------------------------- */

static const struct {
	enum bt_vmstat counter;
	const char *name; /* in /proc/vmstat */
	bool zones;	  /* a line for each kind of zone */
} vmstat_lines[] = {
	{BT_VMSTAT_PGALLOC, "pgalloc", true},
	{BT_VMSTAT_PGFREE, "pgfree", false},
	{BT_VMSTAT_ALLOCSTALL, "allocstall", true},
	{BT_VMSTAT_PGSCAN_DIRECT, "pgscan_direct", false},
	{BT_VMSTAT_PGSCAN_KSWAPD, "pgscan_kswapd", false},
	{BT_VMSTAT_PGSTEAL_DIRECT, "pgsteal_direct", false},
	{BT_VMSTAT_PGSTEAL_KSWAPD, "pgsteal_kswapd", false},
	{BT_VMSTAT_COMPACT_STALL, "compact_stall", false},
	{BT_VMSTAT_COMPACT_SUCCESS, "compact_success", false},
	{BT_VMSTAT_COMPACT_FAIL, "compact_fail", false},
	{BT_VMSTAT_OOM_KILL, "oom_kill", false},
	{BT_VMSTAT_PGFAULT, "pgfault", false},
	{BT_VMSTAT_PGMAJFAULT, "pgmajfault", false},
};

static const struct {
	enum bt_numastat counter;
	const char *name; /* in nodeN/numastat */
} numastat_lines[] = {
	{BT_NUMA_HIT, "numa_hit"},	    {BT_NUMA_MISS, "numa_miss"},
	{BT_NUMA_FOREIGN, "numa_foreign"},  {BT_NUMA_INTERLEAVE_HIT, "interleave_hit"},
	{BT_NUMA_LOCAL_NODE, "local_node"}, {BT_NUMA_OTHER_NODE, "other_node"},
};

struct readings {
	uint64_t vmstat[BT_ARRAY_SIZE(vmstat_lines)];
	uint64_t numastat[2][BT_ARRAY_SIZE(numastat_lines)];
	uint64_t some_us, full_us;
};

static uint64_t vmstat_now(unsigned line)
{
	return vmstat_lines[line].zones ? oracle_vmstat_zones(vmstat_lines[line].name) :
					  oracle_vmstat(vmstat_lines[line].name);
}

static struct readings read_all(void)
{
	char *pressure = oracle_text("/proc/pressure/memory"), *at;
	struct readings now;
	unsigned i, node;

	for (i = 0; i < BT_ARRAY_SIZE(vmstat_lines); i++)
		now.vmstat[i] = vmstat_now(i);
	for (node = 0; node < 2; node++) {
		for (i = 0; i < BT_ARRAY_SIZE(numastat_lines); i++)
			now.numastat[node][i] = oracle_numastat(node, numastat_lines[i].name);
	}
	at = strstr(pressure, "total=");
	now.some_us = at ? strtoull(at + strlen("total="), &at, 10) : 0;
	at = at ? strstr(at, "total=") : NULL;
	now.full_us = at ? strtoull(at + strlen("total="), NULL, 10) : 0;
	free(pressure);
	return now;
}

/* A frame with what the kernel said before and after it. */
struct moment {
	struct readings before, after;
	struct bt_frame *frame;
};

static struct moment take_moment(struct rig *rig)
{
	struct moment moment;

	moment.before = read_all();
	moment.frame = rig_copy(rig);
	moment.after = read_all();
	return moment;
}

/* got lies between the least and the most that a counter can have moved; relative: of a float. */
static bool moved(const char *what, double got, const uint64_t first[2], const uint64_t second[2])
{
	double least = second[0] > first[1] ? (double)(second[0] - first[1]) : 0,
	       most = (double)(second[1] - first[0]), slack = 1 + most * 1e-6;

	if (got >= least - slack && got <= most + slack)
		return true;
	printf("# %s: %.1f in the interval, the file says %.0f to %.0f\n", what, got, least, most);
	return false;
}

#define MOVED(what, got, a, b, field)                                                              \
	moved(what, got, (const uint64_t[2]){(a)->before.field, (a)->after.field},                 \
	      (const uint64_t[2]){(b)->before.field, (b)->after.field})

static void check_interval(struct rig *rig, const struct moment *a, const struct moment *b)
{
	struct bt_interval *interval = rig_interval(rig, a->frame, b->frame);
	double s = (double)interval->point.length_ns / BT_NS_PER_S;
	unsigned i, node, vmstat = 0, numa = 0, psi;

	for (i = 0; i < BT_ARRAY_SIZE(vmstat_lines); i++)
		vmstat += MOVED(vmstat_lines[i].name,
				interval->point.vmstat_per_s[vmstat_lines[i].counter] * s, a, b,
				vmstat[i]);
	for (node = 0; node < 2; node++) {
		for (i = 0; i < BT_ARRAY_SIZE(numastat_lines); i++)
			numa += MOVED(
				numastat_lines[i].name,
				interval->nodes[node].numastat_per_s[numastat_lines[i].counter] * s,
				a, b, numastat[node][i]);
	}
	psi = MOVED("some", interval->point.psi_some_ratio * s * 1e6, a, b, some_us);
	psi += MOVED("full", interval->point.psi_full_ratio * s * 1e6, a, b, full_us);
	rig_check(rig, vmstat == BT_ARRAY_SIZE(vmstat_lines), "%u counters of vmstat in %.1f s",
		  vmstat, s);
	rig_check(rig, numa == 2 * BT_ARRAY_SIZE(numastat_lines), "%u counters of numastat", numa);
	rig_check(rig, psi == 2, "%u totals of pressure: some %.1f ms, full %.1f ms", psi,
		  interval->point.psi_some_ratio * s * 1e3,
		  interval->point.psi_full_ratio * s * 1e3);
	bt_interval_free(interval);
}

/* A process with memory that the kernel may take back without swap; it sleeps until killed. */
static pid_t start_lazy(uint64_t bytes)
{
	char ready = 0, *block;
	int pipes[2];
	pid_t pid;

	if (pipe(pipes) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			     0);
		/* Kernels without huge pages, such as those with PREEMPT_RT, do not know the advice. */
		if (block == MAP_FAILED ||
		    (madvise(block, bytes, MADV_NOHUGEPAGE) < 0 && errno != EINVAL))
			_exit(1);
		memset(block, 1, bytes);
		if (madvise(block, bytes, MADV_FREE) < 0 || write(pipes[1], "r", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(pipes[1]);
	if (read(pipes[0], &ready, 1) != 1)
		ready = 0;
	close(pipes[0]);
	return ready ? pid : -1;
}

static uint64_t stolen_pages(void)
{
	return oracle_vmstat("pgsteal_kswapd") + oracle_vmstat("pgsteal_direct");
}

static bool stole_beyond(const struct bt_frame *frame, uint64_t pages)
{
	(void)frame;
	return stolen_pages() > pages;
}

/*
 * The workers ask for large blocks of which few are free: the kernel compacts, and may leave it at
 * that. What it owes blocks up to order 3 it has to reclaim.
 */
static void press(struct rig *rig)
{
	uint64_t before = stolen_pages(), half = oracle_meminfo_bytes("MemFree") / 2;
	pid_t lazy = start_lazy(half);
	char text[160];

	snprintf(text, sizeof(text), "order=9 pattern=hold guard=bench reserve=0 held=%llu",
		 (unsigned long long)(half + 80 * MIB));
	rig_publish(rig, text, BT_RUN_GO);
	rig_until(rig, rig_holds, half + 70 * MIB, 4000);
	rig_publish(rig, "order=3", BT_RUN_GO);
	rig_until(rig, stole_beyond, before + 10000, 20000);	/* a slow guest is not yet there */
	rig_drain(rig);
	rig_check(rig, lazy > 0, "a process offers memory to reclaim");
	if (lazy > 0) {
		kill(lazy, SIGKILL);
		waitpid(lazy, NULL, 0);
	}
	rig_wait_ms(rig, 2500); /* the kernel adds up pressure every 2 s */
}

static void scenario_counters(struct rig *rig)
{
	uint64_t steals = stolen_pages(), stalls = oracle_vmstat("compact_stall"),
		 kills = oracle_vmstat("oom_kill");
	struct moment a, b;

	if (access("/proc/pressure/memory", R_OK) < 0) {
		rig_skip(rig, "this kernel counts no pressure");
		return;
	}
	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	a = take_moment(rig);
	press(rig);
	b = take_moment(rig);
	steals = stolen_pages() - steals;
	rig_check(rig,
		  steals > 10000 && b.before.some_us > a.after.some_us &&
			  oracle_vmstat("oom_kill") == kills,
		  "the kernel stole %llu pages, stalled %llu times to compact, and killed nobody",
		  (unsigned long long)steals,
		  (unsigned long long)(oracle_vmstat("compact_stall") - stalls));
	check_interval(rig, &a, &b);
	bt_frame_free(a.frame);
	bt_frame_free(b.frame);
	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
}

/* ---- zones ------------------------------------------------------------------------------- */

/* The number after a word in the part of a zone in /proc/zoneinfo. */
static uint64_t zone_number(const char *text, const struct bt_frame_zone *zone, const char *word)
{
	char head[64], *at, *end;

	snprintf(head, sizeof(head), "Node %u, zone %8s\n", zone->node, zone->name);
	at = strstr(text, head);
	end = at ? strstr(at + 1, "Node ") : NULL;
	at = at ? strstr(at, word) : NULL;
	return at && (!end || at < end) ? strtoull(at + strlen(word), NULL, 10) : UINT64_MAX;
}

/* Free pages of a zone by /proc/buddyinfo, orders added up. */
static uint64_t buddy_pages(const char *text, const struct bt_frame_zone *zone)
{
	char head[64], *at;
	uint64_t pages = 0;
	unsigned order;

	snprintf(head, sizeof(head), "Node %u, zone %8s", zone->node, zone->name);
	at = strstr(text, head);
	if (!at)
		return UINT64_MAX;
	at += strlen(head);
	for (order = 0; *(at += strspn(at, " ")) != '\n' && *at; order++)
		pages += strtoull(at, &at, 10) << order;
	return pages;
}

static bool zone_agrees(const struct bt_frame_zone *zone, const char *zoneinfo,
			const char *buddyinfo)
{
	uint64_t pages = 0, buddies = buddy_pages(buddyinfo, zone),
		 count = zone_number(zoneinfo, zone, "\n  pages free ");
	unsigned order;

	for (order = 0; order < bt_known_orders(zone->free_blocks); order++)
		pages += zone->free_blocks[order] << order;
	/* 512 pages: what the guest moves meanwhile. */
	return zone->min_pages == zone_number(zoneinfo, zone, "\n        min ") &&
	       zone->low_pages == zone_number(zoneinfo, zone, "\n        low ") &&
	       zone->high_pages == zone_number(zoneinfo, zone, "\n        high ") &&
	       zone->managed_pages == zone_number(zoneinfo, zone, "\n        managed ") &&
	       zone->free_pages + 512 >= count && zone->free_pages <= count + 512 &&
	       pages + 512 >= buddies && pages <= buddies + 512;
}

/* One frame, and the files right after it: how many zones agree, and how many there are. */
static unsigned compare_zones(struct rig *rig, unsigned *zones, uint64_t *free_pages)
{
	const struct bt_frame *frame = rig_fresh(rig);
	char *zoneinfo = oracle_text("/proc/zoneinfo"), *buddyinfo = oracle_text("/proc/buddyinfo");
	unsigned i, agree = 0;
	const char *at;

	*zones = 0;
	for (at = buddyinfo; (at = strstr(at, "Node ")); at++)
		++*zones;
	*free_pages = 0;
	for (i = 0; i < frame->zone_count; i++) {
		agree += zone_agrees(&frame->zones[i], zoneinfo, buddyinfo);
		*free_pages += frame->zones[i].free_pages;
	}
	free(buddyinfo);
	free(zoneinfo);
	return frame->zone_count == *zones ? agree : 0;
}

/* Memory moves between frame and files: one frame of 20 must agree in every zone. */
static void check_zones(struct rig *rig, const char *when, uint64_t *free_pages)
{
	unsigned attempt, agree = 0, zones = 1;

	for (attempt = 0; attempt < 20 && agree != zones; attempt++)
		agree = compare_zones(rig, &zones, free_pages);
	rig_check(rig, zones > 1 && agree == zones,
		  "%s: %u of %u zones of zoneinfo and buddyinfo in frame %u, %llu pages free", when,
		  agree, zones, attempt, (unsigned long long)*free_pages);
}

static void scenario_zones(struct rig *rig)
{
	uint64_t free_pages[2];

	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_drain(rig);
	check_zones(rig, "quiet", &free_pages[0]);
	rig_publish(rig, "order=5 pattern=hold held=200M", BT_RUN_GO);
	rig_until(rig, rig_holds, 199 * MIB, 20000);
	check_zones(rig, "200 MiB held", &free_pages[1]);
	rig_check(rig, free_pages[1] + 190 * MIB / 4096 < free_pages[0], "that is less by 190 MiB");
	rig_drain(rig);
}

const struct scenario counter_scenarios[] = {
	{.name = "zones", .run = scenario_zones},
	{.name = "counters", .run = scenario_counters},
	{0},
};
