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
#include "tests/guest/abi.h"
#include "tests/guest/rig.h"

#define CALLS "/dev/" TESTCALL_DEVICE_NAME
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

/*
 * What a gap is made of: the counter alone is what emulation or the machine asks for a reading, a
 * worker that hardly reads it is all the rest of ours.
 */
enum { BARE, COUNTER, SAMPLED, FULL, SIDES };

static const struct side {
	const char *name;
	unsigned sample_every;	/* of a worker; 0: it is a loop */
	bool counter;
} sides[SIDES] = {
	[BARE] = { "bare loop", 0, false },
	[COUNTER] = { "bare loop with the clock read as full sampling does", 0, true },
	[SAMPLED] = { "worker, sample=1/16", 16, false },
	[FULL] = { "worker, each operation timed", 1, false },
};

struct stand {
	struct rig *rig;
	struct abi abi;
	int calls;		/* TESTCALL_DEVICE_NAME */
	unsigned cpus;
};

/* ---- the worker's side ---------------------------------------------------------------------- */

static bool freed(const struct bt_frame *frame, uint64_t frees)
{
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	return totals.frees > frees;
}

/* Out of the mapping: frames would cost the workers' CPUs more than the bare loop's. */
static double pairs_done(const struct abi *abi, unsigned cpus, uint64_t *mono_ns)
{
	uint64_t operations = 0;
	unsigned cpu;

	for (cpu = 0; cpu < cpus; cpu++)
		operations += abi_cpu(abi, cpu)->allocs + abi_cpu(abi, cpu)->frees;
	*mono_ns = bt_mono_ns();
	return (double)operations / 2;
}

static bool worker_rate(const struct stand *stand, const struct plan *plan, unsigned sample_every,
			double *rate)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), begin_ns, end_ns;
	uint64_t share = 2ull * plan->blocks << plan->order;
	uint64_t held = stand->cpus * (share * page + ant_ring_bytes(share, (__u32)page));
	uint64_t frees = rig_totals(stand->rig).frees;
	char text[256];
	double begin;

	snprintf(text, sizeof(text),
		 "order=%u cpus=0-%u node=local gfp=kernel pattern=%s free=fifo touch=none "
		 "batch=%u pace=0 sample=%u held=%llu guard=bench reserve=0 lease=20s limit=0",
		 plan->order, stand->cpus - 1, plan->pattern, plan->blocks, sample_every, (unsigned long long)held);
	/* Filled once it frees. */
	if (!rig_publish(stand->rig, text, BT_RUN_GO) ||
	    !rig_until(stand->rig, freed, frees, 20000))
		return rig_check(stand->rig, false, "%s starts", plan->pattern);
	begin = pairs_done(&stand->abi, stand->cpus, &begin_ns);
	usleep(WINDOW_MS * 1000);
	*rate = pairs_done(&stand->abi, stand->cpus, &end_ns) - begin;
	*rate *= (double)BT_NS_PER_S / (double)(end_ns - begin_ns);
	return rig_drain(stand->rig);
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
static int bare_rate(const struct stand *stand, const struct testcall_loop *loop, double *rate)
{
	struct loop_thread threads[CPUS_MAX];
	unsigned i, started;
	int code = 0;

	for (started = 0; started < stand->cpus && !code; started += !code)
		code = start_on(&threads[started], stand->calls, started, loop);
	*rate = 0;
	for (i = 0; i < started; i++) {
		pthread_join(threads[i].thread, NULL);
		code = code ? code : threads[i].code;
		*rate += (double)threads[i].loop.pairs * BT_NS_PER_S / (double)threads[i].loop.ns;
	}
	return -code;
}

/* The band of kmod/pattern.c: around half the share, or below all of it. */
static struct testcall_loop loop_of(const struct plan *plan, bool counter, double rate,
				    unsigned cpus)
{
	uint64_t burst = (uint64_t)plan->blocks << plan->order, share = 2 * burst;
	uint64_t low = strcmp(plan->pattern, "burst") ? share - burst : share / 2 - burst / 2;

	return (struct testcall_loop){
		.order = plan->order,
		.low = low,
		.high = low + burst,
		.capacity = share,
		.counter = counter,
		.pairs = rate ? (uint64_t)(rate / cpus * WINDOW_MS / 1000) + 1 : FIRST_PAIRS,
	};
}

/* ---- rounds --------------------------------------------------------------------------------- */

struct result {
	struct series rates[SIDES];
	double learnt;		/* rate of the bare loop so far */
};

static bool measure(const struct stand *stand, const struct plan *plan, const struct side *side,
		    struct result *result, double *rate)
{
	struct testcall_loop loop = loop_of(plan, side->counter, result->learnt, stand->cpus);
	int code;

	if (side->sample_every)
		return worker_rate(stand, plan, side->sample_every, rate);
	code = bare_rate(stand, &loop, rate);
	result->learnt = *rate;
	return !code || rig_check(stand->rig, false, "the %s: %s", side->name, strerror(-code));
}

static bool run_rounds(const struct stand *stand, const struct plan *plan, struct result *result)
{
	unsigned round, k;
	double rate;

	if (!measure(stand, plan, &sides[BARE], result, &rate))
		return false;
	for (round = 0; round < ROUNDS; round++) {
		for (k = 0; k < SIDES; k++) {
			/* Each is the first one in turn. */
			unsigned side = (round + k) % SIDES;

			if (!measure(stand, plan, &sides[side], result, &rate))
				return false;
			series_add(&result->rates[side], rate);
		}
	}
	return true;
}

static void print(const struct plan *plan, const struct result *result)
{
	char rate[64];
	unsigned i;

	printf("%s, order %u\n", plan->pattern, plan->order);
	for (i = 0; i < SIDES; i++) {
		struct series ratio = series_ratio(&result->rates[i], &result->rates[BARE]);
		struct series s = series_sorted(&ratio);

		series_text(&result->rates[i], false, rate, sizeof(rate));
		printf("  %-52s %-24s", sides[i].name, rate);
		if (i != BARE)
			printf(" %.1f (%.1f..%.1f)", 100 * series_median(&ratio),
			       100 * series_at(&s, 0.25), 100 * series_at(&s, 0.75));
		putchar('\n');
	}
}

void pairs_compare(struct rig *rig, unsigned cpus)
{
	struct stand stand = { .rig = rig, .cpus = cpus };
	unsigned i;

	stand.calls = open(CALLS, O_RDWR | O_CLOEXEC);
	if (!rig_check(rig, stand.calls >= 0 && cpus <= CPUS_MAX, "%s opens, for %u CPUs", CALLS,
		       cpus))
		return;
	abi_open(&stand.abi);
	printf("pairs a second on %u CPUs, all statistics: median (least..most) of %u rounds; per cent of "
	       "the bare loop\nof the same pattern in a round: median (quartiles), aim of the last line "
	       ">= %.0f\n", cpus, ROUNDS, AIM_PERCENT);
	for (i = 0; i < BT_ARRAY_SIZE(plans); i++) {
		struct result result = {0};

		if (!rig_check(rig, run_rounds(&stand, &plans[i], &result),
			       "%s of order %u against a bare loop", plans[i].pattern,
			       plans[i].order))
			break;
		print(&plans[i], &result);
	}
	abi_close(&stand.abi);
	close(stand.calls);
}
