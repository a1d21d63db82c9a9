// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions of a pair of the real worker, its whole loop and what the kernel does for its thread,
 * and of the bare loop of the same pattern: blocks of order 0, oldest first, not touched.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "core/util.h"
#include "kmod/config.h"
#include "pages.h"
#include "testcall.h"
#include "tests/guest/abi.h"
#include "tests/guest/rig.h"

#define SETTLE_MS	10u	/* some times around the band */
#define WINDOW_MS	40u
#define WINDOW_PAIRS	30000u
#define BURST		1000u
#define SHARE		(2 * BURST)

/* Bands in pages, of bursts of BURST blocks and that share. */
static const struct {
	const char *name;
	enum bt_pattern pattern;
	uint64_t low, high;
} patterns[WORKER_PATTERNS] = {
	{ "burst", BT_PATTERN_BURST, 500, 1500 },
	{ "steady", BT_PATTERN_STEADY, 1000, 2000 },
};

static uint64_t operations(const struct abi *abi)
{
	return abi_cpu(abi, 0)->allocs + abi_cpu(abi, 0)->frees;
}

static double cpu_ns(clockid_t clock)
{
	struct timespec t = {0};

	clock_gettime(clock, &t);
	return (double)t.tv_sec * (double)BT_NS_PER_S + (double)t.tv_nsec;
}

/* Of the thread's own time: there is one CPU, and this program wants it, too. */
static double worker_pair(const struct abi *abi, clockid_t clock)
{
	uint64_t done = operations(abi);
	double start_ns = cpu_ns(clock);

	usleep(WINDOW_MS * 1000);
	done = operations(abi) - done;
	return (cpu_ns(clock) - start_ns) / ((double)done / 2);
}

static struct bt_config config_of(const struct abi *abi, enum bt_pattern pattern)
{
	struct bt_config config = abi_config();

	config.cpus[0] = 1;
	config.pattern = pattern;
	config.guard = BT_GUARD_BENCH;
	config.batch_blocks = BURST;
	config.max_held_bytes = SHARE * (uint64_t)abi->info.page_bytes +
				ant_ring_bytes(SHARE, abi->info.page_bytes);
	return config;
}

static bool measure_worker(struct abi *abi, int control, clockid_t clock, unsigned pattern,
			   struct series *series)
{
	struct bt_config config = config_of(abi, patterns[pattern].pattern);

	if (!abi_run(abi, control, &config) ||
	    !check(abi, abi_wait_held(abi, patterns[pattern].low, SHARE, 20000), "%s fills",
		   patterns[pattern].name))
		return false;
	usleep(SETTLE_MS * 1000);
	series_add(series, worker_pair(abi, clock));
	config.run = BT_RUN_DRAIN;
	return abi_run(abi, control, &config) && abi_wait_held(abi, 0, 0, 20000);
}

static int measure_bare(int fd, unsigned pattern, struct series *series)
{
	struct testcall_loop loop = {
		.low = patterns[pattern].low,
		.high = patterns[pattern].high,
		.capacity = SHARE,
		.pairs = WINDOW_PAIRS,
	};

	if (ioctl(fd, TESTCALL_IOC_LOOP, &loop))
		return -errno;
	series_add(series, (double)loop.ns / (double)loop.pairs);
	return 0;
}

int worker_measure(int fd, unsigned rounds, struct worker_counts *counts)
{
	struct abi abi = {0};
	clockid_t clock;
	unsigned i;
	int control, ret = 0;

	abi_open(&abi);
	control = abi_control(&abi);
	if (clock_getcpuclockid(rig_process("buddytop/0"), &clock))
		ret = -ESRCH;
	for (i = 0; i < rounds * WORKER_PATTERNS && !ret; i++) {
		unsigned pattern = i % WORKER_PATTERNS;

		ret = measure_bare(fd, pattern, &counts->bare[pattern]);
		if (!ret && !measure_worker(&abi, control, clock, pattern, &counts->worker[pattern]))
			ret = -EIO;
	}
	close(control);
	abi_close(&abi);
	return ret;
}

void worker_print(const struct worker_counts *counts)
{
	unsigned i;

	printf("%-28s %12s %12s %9s %14s\n", "of a worker, all its loop", "worker", "bare loop",
	       "to bare", "speed, of bare");
	for (i = 0; i < WORKER_PATTERNS; i++) {
		double worker = series_median(&counts->worker[i]);
		double bare = series_median(&counts->bare[i]);

		printf("%-28s %12.1f %12.1f %+8.1f%% %13.1f%%\n", patterns[i].name, worker, bare,
		       100 * (worker / bare - 1), 100 * bare / worker);
	}
}
