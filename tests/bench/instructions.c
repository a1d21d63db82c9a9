// SPDX-License-Identifier: GPL-2.0
/*
 * instructions: in a guest that counts them (accel icount: a nanosecond of its clock is one), where
 * it is /sbin/guest-extra: what a pair of an allocation and a free costs bare, and with what the
 * antagonist does around it; and what a pair of a real worker costs. Fails where clock and histogram
 * are more than their share, or where a figure does not repeat.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/util.h"
#include "pages.h"
#include "testcall.h"

#define MODULE "/modules/" TESTCALL_DEVICE_NAME ".ko"
#define DEVICE "/dev/" TESTCALL_DEVICE_NAME
#define ROUNDS 21u
#define PAIRS 2000u
#define LIMIT_PERCENT 5.0
#define REPEAT_PERCENT 1.0

static const char *const modes[TESTCALL_MODES] = {
	[TESTCALL_BARE] = "bare",
	[TESTCALL_CLOCK] = "clock and histogram",
	[TESTCALL_SAMPLED] = "the same, one in 16",
	[TESTCALL_OP] = "all statistics, block held",
	[TESTCALL_OP_SAMPLED] = "the same, one in 16 timed",
};

struct counts {
	struct series modes[TESTCALL_MODES];	/* instructions of a pair, by round */
	struct worker_counts workers;
};

static int load_module(void)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

/* In rounds, so that what changes on the way changes all of them alike. */
static int measure(int fd, struct counts *counts)
{
	unsigned round, mode;

	for (round = 0; round < ROUNDS; round++) {
		for (mode = 0; mode < TESTCALL_MODES; mode++) {
			struct testcall_pairs p = { .mode = mode, .pairs = PAIRS };

			if (ioctl(fd, TESTCALL_IOC_PAIRS, &p))
				return -errno;
			series_add(&counts->modes[mode], (double)p.ns / PAIRS);
		}
	}
	return worker_measure(fd, ROUNDS, &counts->workers);
}

static void print(const struct counts *counts)
{
	double bare = series_median(&counts->modes[TESTCALL_BARE]);
	unsigned mode;

	printf("%-28s %12s %9s   %s\n", "instructions of a pair", "median", "to bare",
	       "middle half of the rounds");
	for (mode = 0; mode < TESTCALL_MODES; mode++) {
		struct series s = series_sorted(&counts->modes[mode]);
		double median = series_median(&s);

		printf("%-28s %12.1f %+8.1f%%   %.1f..%.1f\n", modes[mode], median,
		       100 * (median / bare - 1), series_at(&s, 0.25), series_at(&s, 0.75));
	}
	worker_print(&counts->workers);
}

static unsigned check(const struct counts *counts)
{
	double bare = series_median(&counts->modes[TESTCALL_BARE]);
	double percent = 100 * (series_median(&counts->modes[TESTCALL_CLOCK]) / bare - 1);
	unsigned mode, failed = 0;

	if (!(percent <= LIMIT_PERCENT)) {
		printf("FAIL clock and histogram cost %.1f %%, more than %.0f\n", percent,
		       LIMIT_PERCENT);
		failed++;
	}
	for (mode = 0; mode < TESTCALL_MODES; mode++) {
		struct series s = series_sorted(&counts->modes[mode]);
		double spread = 100 * (series_at(&s, 0.75) - series_at(&s, 0.25)) / series_median(&s);

		if (spread <= REPEAT_PERCENT)
			continue;
		printf("FAIL %s: does not repeat, the middle half spreads over %.1f %%\n",
		       modes[mode], spread);
		failed++;
	}
	return failed;
}

int main(void)
{
	struct counts counts = {0};
	struct utsname name;
	unsigned failed;
	int fd, ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	ret = load_module();
	fd = ret ? -1 : open(DEVICE, O_RDWR | O_CLOEXEC);
	if (!ret)
		ret = fd < 0 ? -errno : measure(fd, &counts);
	if (ret) {
		printf("FAIL %s: %s\n0 passed, 1 failed, 0 skipped\n", DEVICE, strerror(-ret));
		return 1;
	}
	uname(&name);
	printf("order 0 on Linux %s, %u rounds of %u pairs; a count, no time\n", name.release,
	       ROUNDS, PAIRS);
	print(&counts);
	failed = check(&counts);
	printf("%u passed, %u failed, 0 skipped\n", 1 + TESTCALL_MODES - failed, failed);
	return failed != 0;
}
