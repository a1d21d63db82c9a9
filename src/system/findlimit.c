// SPDX-License-Identifier: GPL-2.0
#include "system/findlimit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"

#define REGION_BYTES (64ull << 20)	/* of one mapping: few mappings, yet no single huge one */
#define STEP_BYTES (256ull << 10) /* counted at once: what a kill leaves uncounted per thread */
#define THREADS_MAX 64u

/* The page shared by parent and child. */
struct progress {
	uint64_t limit_bytes;
	_Atomic uint64_t claimed_bytes;	/* by a thread, to be filled */
	_Atomic uint64_t reached_bytes;	/* filled */
	_Atomic uint64_t last_ns;
	_Atomic int refusal;		/* errno of the mapping or page that the kernel refused */
};

struct bt_findlimit {
	struct progress *progress;
	pid_t pid;			/* 0 once it was waited for */
	uint64_t start_ns;
	uint64_t oom_kills;		/* of the machine, before */
	struct bt_measure end;		/* valid once pid is 0 */
};

/* ---- the child ---------------------------------------------------------------------------- */

/* MADV_POPULATE_WRITE came with 5.14; before it, writing a byte of each page does the same. */
static int fill(char *from, size_t size)
{
	long page = sysconf(_SC_PAGESIZE);
	size_t at;

	while (madvise(from, size, MADV_POPULATE_WRITE)) {
		if (errno == EINVAL)
			break;
		if (errno != EINTR && errno != EAGAIN)
			return errno;
	}
	for (at = 0; at < size; at += (size_t)page)
		((volatile char *)from)[at] = 1;
	return 0;
}

static int fill_region(struct progress *progress, uint64_t size)
{
	char *region = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t at, step;
	int code;

	if (region == MAP_FAILED)
		return errno;
	/* A huge page would be counted when its first step is filled, and only in part. */
	madvise(region, size, MADV_NOHUGEPAGE);
	for (at = 0; at < size; at += step) {
		step = size - at < STEP_BYTES ? size - at : STEP_BYTES;
		code = fill(region + at, step);
		if (code)
			return code;
		atomic_fetch_add(&progress->reached_bytes, step);
		atomic_store(&progress->last_ns, bt_mono_ns());
	}
	return 0;
}

static void *take_memory(void *shared)
{
	struct progress *progress = shared;
	uint64_t limit = progress->limit_bytes, start, size;
	int code = 0;

	while (!code && !atomic_load(&progress->refusal)) {
		start = atomic_fetch_add(&progress->claimed_bytes, REGION_BYTES);
		if (start >= limit)
			break;
		size = limit - start < REGION_BYTES ? limit - start : REGION_BYTES;
		code = fill_region(progress, size);
	}
	if (code)
		atomic_store(&progress->refusal, code);
	return NULL;
}

/* What the child inherited that would keep its parent's files, handlers or luck alive. */
static void leave_parent(pid_t parent)
{
	static const char worst[] = "1000";
	sigset_t none;
	int fd, signal_number;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(BT_EXIT_FAILED);
	prctl(PR_SET_NAME, "bt-findlimit");
	for (signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_range(0, ~0u, 0);
	fd = open("/proc/self/oom_score_adj", O_WRONLY);
	if (fd < 0 || bt_write_all(fd, worst, strlen(worst)))
		_exit(BT_EXIT_IMPOSSIBLE);
	close(fd);
}

/* Processors the child may use; it fills from each of them. */
static unsigned thread_count(void)
{
	cpu_set_t set;
	int cpus;

	if (sched_getaffinity(0, sizeof(set), &set))
		return THREADS_MAX;
	cpus = CPU_COUNT(&set);
	return (unsigned)cpus < THREADS_MAX ? (unsigned)cpus : THREADS_MAX;
}

/* glibc makes threads in the child of a process that has some; the parent's locks are not ours. */
static void run_child(struct progress *progress, pid_t parent) __attribute__((noreturn));
static void run_child(struct progress *progress, pid_t parent)
{
	pthread_t threads[THREADS_MAX];
	unsigned wanted = thread_count(), started = 0;

	leave_parent(parent);
	while (started + 1 < wanted &&
	       !pthread_create(&threads[started], NULL, take_memory, progress))
		started++;
	take_memory(progress);
	while (started)
		pthread_join(threads[--started], NULL);
	_exit(BT_EXIT_OK);
}

/* ---- the parent --------------------------------------------------------------------------- */

/* OOM kills of the machine since boot; unknown before Linux 4.13. */
static uint64_t count_oom_kills(void)
{
	static const char name[] = "\noom_kill ";
	uint64_t kills = BT_UNKNOWN;
	char *text, *line;

	if (bt_read_file("/proc/vmstat", 1u << 20, &text, NULL) < 0)
		return BT_UNKNOWN;
	line = strstr(text, name);
	if (line)
		kills = strtoull(line + strlen(name), NULL, 10);
	free(text);
	return kills;
}

int bt_findlimit_start(struct bt_findlimit **run, uint64_t limit_bytes, struct bt_err *err)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	pid_t parent = getpid();
	struct bt_findlimit *r;
	struct progress *progress;
	int code;

	if (limit_bytes < page)
		return bt_err_set(err, EINVAL, "limit of %llu bytes: at least a page is needed",
				  (unsigned long long)limit_bytes);
	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (progress == MAP_FAILED)
		return bt_err_set(err, errno, "cannot measure: %s", strerror(errno));
	progress->limit_bytes = limit_bytes == BT_UNKNOWN ? limit_bytes : limit_bytes / page * page;
	r = bt_xcalloc(1, sizeof(*r));
	r->progress = progress;
	r->oom_kills = count_oom_kills();
	r->start_ns = bt_mono_ns();
	atomic_store(&progress->last_ns, r->start_ns);
	r->pid = fork();
	if (!r->pid)
		run_child(progress, parent);
	if (r->pid < 0) {
		code = bt_err_set(err, errno, "cannot start a process to measure with: %s",
				  strerror(errno));
		r->pid = 0;
		bt_findlimit_free(r);
		return code;
	}
	*run = r;
	return 0;
}

static void fail(struct bt_measure *end, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void fail(struct bt_measure *end, const char *format, ...)
{
	va_list args;

	end->state = BT_MEASURE_FAILED;
	va_start(args, format);
	vsnprintf(end->text, sizeof(end->text), format, args);
	va_end(args);
}

/*
 * A SIGKILL is the OOM killer's when the kernel counted one; anybody else's says nothing about the
 * memory there is.
 */
static void judge(struct bt_findlimit *run, int status)
{
	struct bt_measure *end = &run->end;
	int refusal = atomic_load(&run->progress->refusal);
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	uint64_t oom_kills = killed ? count_oom_kills() : BT_UNKNOWN;

	end->state = BT_MEASURE_DONE;
	if (killed && (oom_kills == BT_UNKNOWN || oom_kills != run->oom_kills))
		end->oom_killed = true;
	else if (killed)
		fail(end, "killed, yet not by the OOM killer");
	else if (WIFSIGNALED(status))
		fail(end, "ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		fail(end, "the measuring process failed (exit code %d)", WEXITSTATUS(status));
	else if (refusal)
		snprintf(end->text, sizeof(end->text), "the kernel refused more: %s",
			 strerror(refusal));
}

void bt_findlimit_poll(struct bt_findlimit *run, struct bt_measure *measure)
{
	struct progress *progress = run->progress;
	int status;
	pid_t pid;

	if (run->pid) {
		pid = waitpid(run->pid, &status, WNOHANG);
		if (pid == run->pid)
			judge(run, status);
		else if (pid < 0)
			fail(&run->end, "lost the measuring process: %s", strerror(errno));
		if (pid)
			run->pid = 0;
	}
	*measure = run->end;
	if (run->pid)
		measure->state = BT_MEASURE_RUNNING;
	measure->limit_bytes = progress->limit_bytes;
	measure->reached_bytes = atomic_load(&progress->reached_bytes);
	measure->elapsed_ns = atomic_load(&progress->last_ns) - run->start_ns;
}

int bt_findlimit_pid(const struct bt_findlimit *run)
{
	return run->pid;
}

void bt_findlimit_free(struct bt_findlimit *run)
{
	if (!run)
		return;
	if (run->pid) {
		kill(run->pid, SIGKILL);
		while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	munmap(run->progress, sizeof(*run->progress));
	free(run);
}
