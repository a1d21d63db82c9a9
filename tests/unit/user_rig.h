/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For the tests of page allocations without the module: checks in a child process, as root and as
 * nobody, and the kernel's own numbers, read by this file alone.
 */
#ifndef BT_USER_RIG_H
#define BT_USER_RIG_H

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"

#define MIB (1ull << 20)
#define NOBODY 65534

/* What a check says: "" all is well, "skip: ..." it cannot be done here, else what is wrong. */
#define VERDICT 256

/* Sum of the lines of a file of /proc that begin with name: vmstat's pages, meminfo's KiB. */
static inline uint64_t proc_sum(const char *path, const char *name)
{
	uint64_t sum = 0;
	char line[256];
	FILE *file = fopen(path, "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (!strncmp(line, name, strlen(name)))
			sum += strtoull(line + strcspn(line, " "), NULL, 10);
	}
	if (file)
		fclose(file);
	return sum;
}

static inline uint64_t pages_allocated(void)
{
	return proc_sum("/proc/vmstat", "pgalloc_");
}

/* Free memory, that on the lists of CPUs included: since Linux 6.7 these may be long. */
static inline uint64_t free_bytes(void)
{
	FILE *file = fopen("/proc/zoneinfo", "r");
	uint64_t pages = 0;
	char line[256], *at;

	while (file && fgets(line, sizeof(line), file)) {
		at = line + strspn(line, " ");
		if (!strncmp(at, "count:", strlen("count:")))
			pages += strtoull(at + strlen("count:"), NULL, 10);
	}
	if (file)
		fclose(file);
	return proc_sum("/proc/meminfo", "MemFree:") * 1024 +
	       pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Free blocks of order and above, in pages, of all zones. */
static inline uint64_t buddy_pages(unsigned order)
{
	FILE *file = fopen("/proc/buddyinfo", "r");
	uint64_t pages = 0;
	char line[512], *at, *end;

	while (file && fgets(line, sizeof(line), file)) {
		at = strstr(line, "zone");
		at += strcspn(at, " ");
		at += strspn(at, " ");
		at += strcspn(at, " ");	/* behind the zone's name */
		for (unsigned i = 0;; i++, at = end) {
			uint64_t blocks = strtoull(at, &end, 10);

			if (end == at)
				break;
			if (i >= order)
				pages += blocks << i;
		}
	}
	if (file)
		fclose(file);
	return pages;
}

static inline void become_nobody(void)
{
	if (geteuid())
		return;
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		abort();
	prctl(PR_SET_DUMPABLE, 1);	/* as of a process that was nobody's from the beginning */
}

struct check {
	void (*run)(const void *context, char verdict[VERDICT]);
	const void *context;
};

/* In a process of its own, which may then do to itself what it likes. */
static inline void check_as(bool nobody, const char *what, const struct check *check)
{
	char verdict[VERDICT] = "", *end;
	int fds[2], status;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		if (nobody)
			become_nobody();
		check->run(check->context, verdict);
		got = write(fds[1], verdict, strlen(verdict) + 1);
		_exit(got < 0);
	}
	close(fds[1]);
	got = read(fds[0], verdict, sizeof(verdict) - 1);
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	end = verdict + (got > 0 ? got : 0);
	*end = '\0';
	if (got <= 0 || status)
		fail_msg("%s, %s: ended with status %#x", what, nobody ? "nobody" : "as we are",
			 (unsigned)status);
	if (!strncmp(verdict, "skip", 4))
		print_message("%s, %s: %s\n", what, nobody ? "nobody" : "as we are", verdict);
	else if (*verdict)
		fail_msg("%s, %s: %s", what, nobody ? "nobody" : "as we are", verdict);
}

static inline void check_both(const char *what, const struct check *check)
{
	check_as(false, what, check);
	check_as(true, what, check);
}

#endif
