// SPDX-License-Identifier: GPL-2.0
#include "system/findlimit.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"
#include "system/cgroup.h"
#include "system/findlimit_child.h"
#include "system/pressure.h"

#define CGROUP_TRIES 100u	/* to remove it, a millisecond apart */
#define CGROUP_WAIT_NS BT_NS_PER_S	/* for the kernel to be through with its process */

struct bt_findlimit {
	struct bt_findlimit_shared *shared;
	pid_t pid;			/* 0 once it was waited for */
	uint64_t start_ns, end_ns;
	struct bt_cgroup cgroup;
	uint64_t oom_kills;		/* of the machine, before */
	struct bt_measure measure;	/* what stays the same; its end once pid is 0 */
};

/* ---- starting ----------------------------------------------------------------------------- */

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

static int check(const struct bt_measure_options *options, struct bt_err *err)
{
	int code = bt_measure_check(options, err), fd;

	if (code)
		return code;
	if (options->limit_bytes && options->limit_bytes < (uint64_t)sysconf(_SC_PAGESIZE))
		return bt_err_set(err, EINVAL, "limit of %llu bytes: at least a page is needed",
				  (unsigned long long)options->limit_bytes);
	if (!options->stop_psi_percent)
		return 0;
	fd = bt_pressure_open(BT_PRESSURE_PATH, err);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static struct bt_findlimit_shared *share(const struct bt_measure_options *options)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), region = options->region_bytes;
	struct bt_findlimit_shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
						  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return NULL;
	sem_init(&shared->go, 1, 0);
	shared->options = *options;
	shared->options.limit_bytes = options->limit_bytes / page * page;
	region = region ? region : BT_MEASURE_REGION_BYTES;
	region -= region % BT_MEASURE_REGION_MIN;
	shared->options.region_bytes = region;
	atomic_store(&shared->region_bytes, region);
	return shared;
}

/* Without a cgroup of its own it measures all the same, and says why. */
static void enter_cgroup(struct bt_findlimit *run)
{
	struct bt_measure *measure = &run->measure;
	struct bt_err why;

	measure->cgroup = BT_MEASURE_CGROUP_OWN;
	if (!bt_cgroup_enter(&run->cgroup, "", run->pid, &why))
		return;
	measure->cgroup = BT_MEASURE_CGROUP_SHARED;
	bt_copy_clean(measure->no_cgroup, sizeof(measure->no_cgroup), why.text);
}

int bt_findlimit_start(struct bt_findlimit **run, const struct bt_measure_options *options,
		       struct bt_err *err)
{
	struct bt_findlimit_shared *shared;
	pid_t parent = getpid();
	struct bt_findlimit *r;
	int code = check(options, err);

	if (code)
		return code;
	shared = share(options);
	if (!shared)
		return bt_err_set(err, errno, "cannot measure: %s", strerror(errno));
	r = bt_xcalloc(1, sizeof(*r));
	r->shared = shared;
	r->oom_kills = count_oom_kills();
	r->measure.limit_bytes = shared->options.limit_bytes;
	r->measure.stop_psi_percent = options->stop_psi_percent;
	r->pid = fork();
	if (!r->pid)
		bt_findlimit_child(shared, parent);
	if (r->pid < 0) {
		code = bt_err_set(err, errno, "cannot start a process to measure with: %s",
				  strerror(errno));
		r->pid = 0;
		bt_findlimit_free(r);
		return code;
	}
	enter_cgroup(r);
	bt_measure_finish(&r->measure, BT_MEASURE_END_NONE);
	r->start_ns = bt_mono_ns();
	atomic_store(&shared->last_ns, r->start_ns);
	sem_post(&shared->go);
	*run = r;
	return 0;
}

/* ---- its end ------------------------------------------------------------------------------ */

static void finish(struct bt_measure *measure, enum bt_measure_end end, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void finish(struct bt_measure *measure, enum bt_measure_end end, const char *format, ...)
{
	va_list args;

	bt_measure_finish(measure, end);
	va_start(args, format);
	vsnprintf(measure->text, sizeof(measure->text), format, args);
	va_end(args);
}

/*
 * A SIGKILL is the OOM killer's when its own cgroup counted one, or without one, when the machine
 * did or cannot say. Anybody else's says nothing about the memory there is.
 */
static bool was_oom_killed(const struct bt_findlimit *run)
{
	uint64_t kills = bt_cgroup_oom_kills(&run->cgroup);

	if (kills != BT_UNKNOWN)
		return kills > 0;
	kills = count_oom_kills();
	return kills == BT_UNKNOWN || kills != run->oom_kills;
}

static void judge(struct bt_findlimit *run, int status)
{
	struct bt_measure *m = &run->measure;
	unsigned percent = atomic_load(&run->shared->stalled_percent);
	int refusal = atomic_load(&run->shared->refusal);
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;

	if (killed && was_oom_killed(run))
		bt_measure_finish(m, BT_MEASURE_END_OOM_KILL);
	else if (killed)
		finish(m, BT_MEASURE_END_FAILED, "killed, yet not by the OOM killer");
	else if (WIFSIGNALED(status))
		finish(m, BT_MEASURE_END_FAILED, "ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		finish(m, BT_MEASURE_END_FAILED, "the measuring process failed (exit code %d)",
		       WEXITSTATUS(status));
	else if (percent)
		finish(m, BT_MEASURE_END_PRESSURE, BT_MEASURE_STALLED_TEXT, percent);
	else if (refusal)
		finish(m, BT_MEASURE_END_REFUSED, "the kernel refused more: %s", strerror(refusal));
	else
		bt_measure_finish(m, BT_MEASURE_END_LIMIT);
}

static void look(struct bt_findlimit *run)
{
	int status;
	pid_t pid = waitpid(run->pid, &status, WNOHANG);

	if (!pid)
		return;
	if (pid == run->pid)
		judge(run, status);
	else
		finish(&run->measure, BT_MEASURE_END_FAILED, "lost the measuring process: %s",
		       strerror(errno));
	run->pid = 0;
	run->end_ns = bt_mono_ns();
}

/* Whether there is nothing left of it; a cgroup that stays busy is left to the next run. */
static bool is_over(struct bt_findlimit *run)
{
	if (run->pid)
		look(run);
	return !run->pid && (bt_cgroup_remove(&run->cgroup) != -EBUSY ||
			     bt_mono_ns() - run->end_ns > CGROUP_WAIT_NS);
}

void bt_findlimit_poll(struct bt_findlimit *run, struct bt_measure *measure)
{
	struct bt_findlimit_shared *shared = run->shared;
	unsigned threads;
	bool over = is_over(run);

	*measure = run->measure;
	if (!over && !run->pid) {	/* known already, but not told yet */
		bt_measure_finish(measure, BT_MEASURE_END_NONE);
		measure->text[0] = '\0';
	}
	measure->region_bytes = atomic_load(&shared->region_bytes);
	threads = atomic_load(&shared->threads);
	measure->threads = threads ? threads : BT_UNKNOWN;
	measure->reached_bytes = atomic_load(&shared->reached_bytes);
	measure->elapsed_ns = atomic_load(&shared->last_ns) - run->start_ns;
	measure->fill = BT_MEASURE_FILL_UNKNOWN;
	if (threads) /* else it has not found out yet */
		measure->fill = atomic_load(&shared->populate) ? BT_MEASURE_FILL_POPULATE :
								 BT_MEASURE_FILL_TOUCH;
}

void bt_findlimit_last(struct bt_findlimit *last, struct bt_measure *measure)
{
	*measure = (struct bt_measure){ .state = BT_MEASURE_NONE };
	if (last)
		bt_findlimit_poll(last, measure);
}

int bt_findlimit_again(struct bt_findlimit **last, const struct bt_measure_options *options,
		       struct bt_err *err)
{
	struct bt_measure measure;

	bt_findlimit_last(*last, &measure);
	if (measure.state == BT_MEASURE_RUNNING)
		return bt_err_set(err, EBUSY, "a measurement is running");
	bt_findlimit_free(*last);
	*last = NULL;
	return bt_findlimit_start(last, options, err);
}

int bt_findlimit_pid(const struct bt_findlimit *run)
{
	return run->pid;
}

void bt_findlimit_free(struct bt_findlimit *run)
{
	unsigned tries = 0;

	if (!run)
		return;
	if (run->pid) {
		kill(run->pid, SIGKILL);
		while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	while (bt_cgroup_remove(&run->cgroup) == -EBUSY && tries++ < CGROUP_TRIES)
		usleep(1000);
	munmap(run->shared, sizeof(*run->shared));
	free(run);
}
