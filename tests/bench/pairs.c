// SPDX-License-Identifier: GPL-2.0
/*
 * Pairs of an allocation and a free, a second: the antagonist's workers against a loop in the kernel
 * that does the same with blocks and has nothing else around the calls (tests/bench/testpairs.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/util.h"
#include "kmod/config.h"
#include "pages.h"
#include "testcall.h"
#include "tests/guest/rig.h"

#define DEVICE "/dev/" TESTCALL_DEVICE_NAME
#define ROUNDS 10u
#define WINDOW_MS 100u
#define FIRST_PAIRS 400u	/* to learn how many a window has */
#define AIM_PERCENT 90.0
#define CPUS_MAX 64u

static const struct plan {
	const char *pattern;
	unsigned order, blocks;	/* of a burst; a worker's share is two of them */
} plans[] = {
	{ "burst", 0, 1000 },  { "burst", 4, 1000 },  { "burst", 9, 40 },
	{ "steady", 0, 1000 }, { "steady", 4, 1000 }, { "steady", 9, 40 },
};

#define PLANS BT_ARRAY_SIZE(plans)

/* ---- the worker's side ---------------------------------------------------------------------- */

static bool freed(const struct bt_frame *frame, uint64_t frees)
{
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	return totals.frees > frees;
}

static double pairs_done(struct rig *rig, uint64_t *mono_ns)
{
	const struct bt_frame *frame = rig_fresh(rig);
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	*mono_ns = frame->mono_ns;
	return (double)(totals.allocs + totals.frees) / 2;
}

static bool worker_rate(struct rig *rig, const struct plan *plan, unsigned cpus, double *rate)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), begin_ns, end_ns;
	uint64_t share = 2ull * plan->blocks << plan->order;
	uint64_t held = cpus * (share * page + ant_ring_bytes(share, (__u32)page));
	uint64_t frees = rig_totals(rig).frees;
	char text[256];
	double begin;

	snprintf(text, sizeof(text),
		 "order=%u cpus=0-%u node=local gfp=kernel pattern=%s free=fifo touch=none "
		 "batch=%u pace=0 sample=1 held=%llu guard=bench reserve=0 lease=20s limit=0",
		 plan->order, cpus - 1, plan->pattern, plan->blocks, (unsigned long long)held);
	/* Filled once it frees. */
	if (!rig_publish(rig, text, BT_RUN_GO) || !rig_until(rig, freed, frees, 20000))
		return rig_check(rig, false, "%s starts", plan->pattern);
	begin = pairs_done(rig, &begin_ns);
	rig_wait_ms(rig, WINDOW_MS);
	*rate = pairs_done(rig, &end_ns) - begin;
	*rate *= (double)BT_NS_PER_S / (double)(end_ns - begin_ns);
	return rig_drain(rig);
}

/* ---- the bare loop -------------------------------------------------------------------------- */

struct loop_thread {
	struct testcall_loop loop;
	pthread_t thread;
	int fd, code;
};

static void *run(void *argument)
{
	struct loop_thread *t = argument;

	t->code = ioctl(t->fd, TESTCALL_IOC_LOOP, &t->loop) ? errno : 0;
	return NULL;
}

static int start_on(struct loop_thread *t, int fd, unsigned cpu, const struct testcall_loop *loop)
{
	pthread_attr_t attributes;
	cpu_set_t set;
	int code;

	t->fd = fd;
	t->loop = *loop;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(set), &set);
	code = pthread_create(&t->thread, &attributes, run, t);
	pthread_attr_destroy(&attributes);
	return code;
}

/* Of all CPUs together, at once. */
static int bare_rate(int fd, const struct testcall_loop *loop, unsigned cpus, double *rate)
{
	struct loop_thread threads[CPUS_MAX];
	unsigned i, started;
	int code = 0;

	for (started = 0; started < cpus && !code; started += !code)
		code = start_on(&threads[started], fd, started, loop);
	*rate = 0;
	for (i = 0; i < started; i++) {
		pthread_join(threads[i].thread, NULL);
		code = code ? code : threads[i].code;
		*rate += (double)threads[i].loop.pairs * BT_NS_PER_S / (double)threads[i].loop.ns;
	}
	return -code;
}

/* The band of kmod/pattern.c: around half the share, or below all of it. */
static struct testcall_loop loop_of(const struct plan *plan, double rate, unsigned cpus)
{
	uint64_t burst = (uint64_t)plan->blocks << plan->order, share = 2 * burst;
	uint64_t low = strcmp(plan->pattern, "burst") ? share - burst : share / 2 - burst / 2;

	return (struct testcall_loop){
		.order = plan->order,
		.low = low,
		.high = low + burst,
		.capacity = share,
		.pairs = rate ? (uint64_t)(rate / cpus * WINDOW_MS / 1000) + 1 : FIRST_PAIRS,
	};
}

/* ---- rounds --------------------------------------------------------------------------------- */

struct result {
	struct series worker, bare;
	double learnt;		/* rate of the bare loop so far */
};

static bool measure_bare(struct rig *rig, int fd, const struct plan *plan, unsigned cpus,
			 struct result *result)
{
	struct testcall_loop loop = loop_of(plan, result->learnt, cpus);
	int code = bare_rate(fd, &loop, cpus, &result->learnt);

	return !code || rig_check(rig, false, "the bare loop: %s", strerror(-code));
}

static bool measure(struct rig *rig, int fd, const struct plan *plan, unsigned cpus, bool first,
		    struct result *result)
{
	double rate = 0;

	if (first && !measure_bare(rig, fd, plan, cpus, result))
		return false;
	if (!worker_rate(rig, plan, cpus, &rate))
		return false;
	if (!first && !measure_bare(rig, fd, plan, cpus, result))
		return false;
	series_add(&result->worker, rate);
	series_add(&result->bare, result->learnt);
	return true;
}

static bool run_rounds(struct rig *rig, int fd, const struct plan *plan, unsigned cpus,
		       struct result *result)
{
	unsigned round;

	if (!measure_bare(rig, fd, plan, cpus, result))
		return false;
	for (round = 0; round < ROUNDS; round++) {
		if (!measure(rig, fd, plan, cpus, round % 2, result))
			return false;
	}
	return true;
}

static void print(const struct plan *plan, const struct result *result)
{
	struct series ratio = series_ratio(&result->worker, &result->bare);
	struct series s = series_sorted(&ratio);
	char worker[64], bare[64];

	series_text(&result->worker, false, worker, sizeof(worker));
	series_text(&result->bare, false, bare, sizeof(bare));
	printf("%-7s %5u  %-24s %-24s %.1f (%.1f..%.1f)\n", plan->pattern, plan->order, worker,
	       bare, 100 * series_median(&ratio), 100 * series_at(&s, 0.25),
	       100 * series_at(&s, 0.75));
}

void pairs_compare(struct rig *rig, unsigned cpus)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	unsigned i;

	if (!rig_check(rig, fd >= 0 && cpus <= CPUS_MAX, "%s opens, for %u CPUs", DEVICE, cpus))
		return;
	printf("pairs a second on %u CPUs, all statistics, each operation timed, against a bare loop of "
	       "the same pattern\nin the kernel: median (least..most) of %u rounds; per cent of a "
	       "round: median (quartiles), aim >= %.0f\n%-7s %5s  %-24s %-24s per cent\n", cpus,
	       ROUNDS, AIM_PERCENT, "pattern", "order", "worker", "bare loop");
	for (i = 0; i < PLANS; i++) {
		struct result result = {0};

		if (!rig_check(rig, run_rounds(rig, fd, &plans[i], cpus, &result),
			       "%s of order %u against a bare loop", plans[i].pattern,
			       plans[i].order))
			break;
		print(&plans[i], &result);
	}
	close(fd);
}
