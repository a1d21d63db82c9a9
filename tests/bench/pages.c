// SPDX-License-Identifier: GPL-2.0
/*
 * pages: in a guest (see run.py), where it is /sbin/guest-extra: kernel pages a second of the
 * antagonist and of a loop of ioctls, then findlimit and touching. pages LIMIT ROUNDS: the latter
 * alone, on any machine. Fails when something does not work or a count is wrong, never by a time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kmod/config.h"
#include "pages.h"
#include "testcall.h"
#include "tests/guest/oracle.h"
#include "tests/guest/rig.h"

#define ROUNDS 5u
#define WINDOW_MS 150u	/* and the time to the next frame, at most 100 ms */
#define MEMORY_ROUNDS 5u
#define ORACLE_PERCENT 5.0
#define MODULE "/modules/" TESTCALL_DEVICE_NAME ".ko"

/* All that this program needs of the sources. */
const struct bt_source_ops *const bt_sources[] = { &bt_source_kmod, NULL };

/*
 * Held in the middle: page_alloc_bench's 1000 blocks a CPU, fewer where those are too much for the
 * guest. What it allocated itself was recorded in another guest of this kind, under TCG with two
 * CPUs on two nodes, whose kernel zeroed each block, too; 0 = it was not.
 */
static const struct plan {
	unsigned order, middle;
	double recorded;	/* blocks a second */
} plans[] = {
	{ .order = 0, .middle = 1000, .recorded = 25000 },
	{ .order = 4, .middle = 1000, .recorded = 16900 },
	{ .order = 9, .middle = 40 },
};

struct bench {
	struct rig rig;
	unsigned cpus;
	uint64_t allocs;	/* of the antagonist before this start */
	struct call_loop *loop;
};

/* ---- the two sides -------------------------------------------------------------------------- */

static uint64_t antagonist_blocks(struct bench *bench, uint64_t *mono_ns)
{
	const struct bt_frame *frame = bt_session_frame(bench->rig.session);
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	*mono_ns = frame->mono_ns;
	return totals.allocs - bench->allocs;
}

static bool antagonist_start(struct bench *bench, const struct plan *plan)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), now_ns;
	/* Bursts are about half the share. */
	uint64_t share = 2ull * plan->middle << plan->order;
	uint64_t held = bench->cpus * (share * page + ant_ring_bytes(share, (__u32)page));
	char text[256];

	bench->allocs = 0;
	bench->allocs = antagonist_blocks(bench, &now_ns);
	snprintf(text, sizeof(text),
		 "order=%u cpus=0-%u node=local gfp=kernel pattern=burst free=fifo touch=none "
		 "batch=%u pace=0 held=%llu guard=bench reserve=0 lease=20s limit=0",
		 plan->order, bench->cpus - 1, plan->middle, (unsigned long long)held);
	return rig_publish(&bench->rig, text, BT_RUN_GO);
}

static bool antagonist_stop(struct bench *bench, uint64_t *blocks)
{
	uint64_t now_ns;
	bool good = rig_drain(&bench->rig);

	*blocks = antagonist_blocks(bench, &now_ns);
	return good;
}

static bool calls_start(struct bench *bench, const struct plan *plan)
{
	struct bt_err err;

	return !call_loop_start(&bench->loop, plan->order, plan->middle, &err) ||
	       rig_check(&bench->rig, false, "%s", err.text);
}

static uint64_t calls_blocks(struct bench *bench, uint64_t *mono_ns)
{
	*mono_ns = bt_mono_ns();
	return call_loop_blocks(bench->loop);
}

static bool calls_stop(struct bench *bench, uint64_t *blocks)
{
	struct bt_err err;

	return !call_loop_stop(bench->loop, blocks, &err) ||
	       rig_check(&bench->rig, false, "%s", err.text);
}

enum { ANTAGONIST, CALLS, SIDES };

/* blocks(): allocated from the start until *mono_ns; stop(): all that were. */
static const struct side {
	const char *name;
	bool (*start)(struct bench *bench, const struct plan *plan);
	uint64_t (*blocks)(struct bench *bench, uint64_t *mono_ns);
	bool (*stop)(struct bench *bench, uint64_t *blocks);
} sides[SIDES] = {
	[ANTAGONIST] = { "antagonist", antagonist_start, antagonist_blocks, antagonist_stop },
	[CALLS] = { "one ioctl a block", calls_start, calls_blocks, calls_stop },
};

/* ---- rounds --------------------------------------------------------------------------------- */

/* One side at one order: its rates, and what it and the kernel counted in all rounds together. */
struct result {
	struct series rates;
	uint64_t blocks, kernel_pages;
};

static uint64_t kernel_pages(void)
{
	static const char *const zones[] = { "dma", "dma32", "normal", "movable" };
	uint64_t pages = 0;
	char key[32];
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(zones); i++) {
		snprintf(key, sizeof(key), "pgalloc_%s", zones[i]);
		pages += oracle_vmstat(key);
	}
	return pages;
}

static bool newer(const struct bt_frame *frame, uint64_t mono_ns)
{
	return frame->mono_ns > mono_ns;
}

/* With the next frame: the session works alike while either side runs. */
static uint64_t next_blocks(struct bench *bench, const struct side *side, uint64_t *mono_ns)
{
	rig_until(&bench->rig, newer, bt_session_frame(bench->rig.session)->mono_ns, 20000);
	return side->blocks(bench, mono_ns);
}

/* Counts are compared from rest to rest: however late a count is read then, it is the same. */
static bool measure(struct bench *bench, const struct side *side, const struct plan *plan,
		    struct result *result)
{
	uint64_t kernel = kernel_pages(), begin, begin_ns, end, end_ns, blocks;

	if (!side->start(bench, plan))
		return false;
	begin = next_blocks(bench, side, &begin_ns);
	rig_wait_ms(&bench->rig, WINDOW_MS);
	end = next_blocks(bench, side, &end_ns);
	if (!side->stop(bench, &blocks))
		return false;
	result->blocks += blocks;
	result->kernel_pages += kernel_pages() - kernel;
	series_add(&result->rates, (double)(end - begin) * BT_NS_PER_S / (double)(end_ns - begin_ns));
	return true;
}

static bool run_rounds(struct bench *bench, struct result results[][SIDES])
{
	unsigned round, i, k;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < BT_ARRAY_SIZE(plans); i++) {
			for (k = 0; k < SIDES; k++) {
				/* Each is the first one in turn. */
				unsigned side = (round + k) % SIDES;

				if (!measure(bench, &sides[side], &plans[i], &results[i][side]))
					return false;
			}
		}
	}
	return true;
}

/* There is nobody else who allocates as much as would matter. */
static void check_counts(struct bench *bench, const struct plan *plan, const struct side *side,
			 const struct result *result)
{
	uint64_t pages = result->blocks << plan->order;

	rig_check(&bench->rig, rig_near(pages, result->kernel_pages, ORACLE_PERCENT),
		  "order %u, %s: %llu pages by its own count, %llu by pgalloc_*", plan->order,
		  side->name, (unsigned long long)pages, (unsigned long long)result->kernel_pages);
}

static void print_plan(const struct plan *plan, const struct result results[SIDES])
{
	struct series ratio = series_ratio(&results[ANTAGONIST].rates, &results[CALLS].rates);
	char text[SIDES + 1][64], count[16];
	unsigned i;

	for (i = 0; i < SIDES; i++)
		series_text(&results[i].rates, false, text[i], sizeof(text[i]));
	printf("%5u  %-26s %-26s %s\n", plan->order, text[ANTAGONIST], text[CALLS],
	       series_text(&ratio, true, text[SIDES], sizeof(text[SIDES])));
	if (plan->recorded)
		printf("%7spage_alloc_bench itself: %s (recorded: other run, same kind of guest), "
		       "x %.1f\n", "", bt_text_count(plan->recorded, count, sizeof(count)),
		       series_median(&results[ANTAGONIST].rates) / plan->recorded);
}

static void compare_kernel(struct bench *bench)
{
	struct result results[BT_ARRAY_SIZE(plans)][SIDES] = {0};
	struct utsname name;
	unsigned i, k;
	bool zeroed;

	if (!run_rounds(bench, results))
		return;
	for (i = 0; i < BT_ARRAY_SIZE(plans); i++) {
		for (k = 0; k < SIDES; k++)
			check_counts(bench, &plans[i], &sides[k], &results[i][k]);
	}
	uname(&name);
	zeroed = bt_session_machine(bench->rig.session)->features & BT_FEATURE_INIT_ON_ALLOC;
	printf("blocks a second on %u CPUs of Linux %s, %s: median (least..most) of %u rounds\n"
	       "order  %-26s %-26s ratio of a round\n", bench->cpus, name.release,
	       zeroed ? "which zeroes each block" : "blocks not zeroed", ROUNDS,
	       sides[ANTAGONIST].name, sides[CALLS].name);
	for (i = 0; i < BT_ARRAY_SIZE(plans); i++)
		print_plan(&plans[i], results[i]);
}

/* ---- program -------------------------------------------------------------------------------- */

static int in_guest(void)
{
	struct bench bench = {
		.rig = { .scenario = "pages" }, .cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
	};
	struct rig *rig = &bench.rig;
	int ret = rig_load_module(MODULE, "");

	if (rig_check(rig, !ret, "%s: %s", MODULE, strerror(-ret)) && rig_open(rig, "kmod")) {
		pairs_compare(rig, bench.cpus);
		compare_kernel(&bench);
		rig_close(rig);
	}
	rig_check(rig, memory_compare(oracle_free_bytes() / 2, MEMORY_ROUNDS),
		  "findlimit and touching reach half of what is free");
	rig_check(rig, !oracle_kernel_complaints(), "the kernel's log is clean");
	printf("%u passed, %u failed, %u skipped\n", rig->passed, rig->failed, rig->skipped);
	return rig->failed != 0;
}

int main(int argc, char **argv)
{
	uint64_t limit_bytes, rounds;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 1)
		return in_guest();
	if (argc != 3 || bt_parse_bytes(argv[1], &limit_bytes) || bt_parse_u64(argv[2], &rounds)) {
		fprintf(stderr, "usage: pages [LIMIT ROUNDS]\n");
		return BT_EXIT_USAGE;
	}
	return memory_compare(limit_bytes, (unsigned)rounds) ? BT_EXIT_OK : BT_EXIT_FAILED;
}
