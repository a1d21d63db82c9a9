// SPDX-License-Identifier: GPL-2.0
/*
 * Measuring what user space can get, to each of its ends: who dies, in which cgroup, how exact the
 * count is, and what is left afterwards.
 */
#include "scenarios.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

#define MIB (1024ull * 1024)
#define CGROUPS "/sys/fs/cgroup"
#define PROBE "bt-findlimit"
#define PROCESSES_MAX 64u

/* ---- what the kernel says of processes and cgroups ----------------------------------------- */

/* A file of a process that may end meanwhile; "" then. */
static void proc_text(pid_t pid, const char *file, char text[512])
{
	char path[64];
	int fd;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, 511);
	text[got > 0 ? got : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

/* Pages in memory; the second number of statm. */
static uint64_t resident_bytes(pid_t pid)
{
	char text[512], *at;

	proc_text(pid, "statm", text);
	at = strchr(text, ' ');
	return at ? strtoull(at, NULL, 10) * 4096 : 0;
}

struct processes {
	pid_t pid[PROCESSES_MAX];
	char name[PROCESSES_MAX][16];
	unsigned count;
};

/* Whether it still is what init forked: "2 (init) S 1 ...". */
static bool is_child_of_init(pid_t pid)
{
	char text[512], state;
	int parent;

	proc_text(pid, "stat", text);
	return sscanf(text, "%*d (init) %c %d", &state, &parent) == 2 && parent == 1;
}

/*
 * All that have a command line, as the kernel's threads come and go, but for a second init: it
 * waits for the port of an agent, which this guest has not, and gives up after 10 s.
 */
static struct processes list_processes(void)
{
	struct processes list = {.count = 0};
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char text[512], name[512];

	while (proc && (entry = readdir(proc)) && list.count < PROCESSES_MAX) {
		pid_t pid = atoi(entry->d_name);

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		proc_text(pid, "cmdline", text);
		if (!*text || is_child_of_init(pid))
			continue;
		proc_text(pid, "comm", name);
		snprintf(list.name[list.count], sizeof(list.name[0]), "%.*s",
			 (int)strcspn(name, "\n"), name);
		list.pid[list.count++] = pid;
	}
	if (proc)
		closedir(proc);
	return list;
}

/* The name of one that is gone; NULL: all are there. */
static const char *missing_one(const struct processes *before)
{
	unsigned i;

	for (i = 0; i < before->count; i++) {
		if (kill(before->pid[i], 0))
			return before->name[i];
	}
	return NULL;
}

static unsigned count_probe_cgroups(void)
{
	DIR *dir = opendir(CGROUPS);
	struct dirent *entry;
	unsigned count = 0;

	while (dir && (entry = readdir(dir)))
		count += !strncmp(entry->d_name, "buddytop-probe-", strlen("buddytop-probe-"));
	if (dir)
		closedir(dir);
	return count;
}

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

/* "some avg10=... total=N", in microseconds. */
static uint64_t stalled_us(void)
{
	char *text = oracle_text("/proc/pressure/memory"), *at = strstr(text, "total=");
	uint64_t us = at ? strtoull(at + strlen("total="), NULL, 10) : 0;

	free(text);
	return us;
}

/* ---- measuring ----------------------------------------------------------------------------- */

static bool begin(struct rig *rig, const struct bt_measure_options *options)
{
	struct bt_err err = {0};

	return !bt_session_measure(rig->session, options, &err) ||
	       rig_check(rig, false, "measuring starts: %s", err.text);
}

static struct bt_measure wait_end(struct rig *rig)
{
	struct bt_measure measure = {.state = BT_MEASURE_NONE};
	unsigned i;

	for (i = 0; i < 600; i++) {
		rig_wait_ms(rig, 100);
		bt_session_measured(rig->session, &measure);
		if (measure.state == BT_MEASURE_DONE || measure.state == BT_MEASURE_FAILED)
			break;
	}
	return measure;
}

/* The probe, once it has so much; -1 when that does not come within 30 s. */
static pid_t wait_resident(struct rig *rig, uint64_t bytes)
{
	uint64_t end = oracle_deadline_ns(30000);
	pid_t pid = -1;

	while (bt_mono_ns() < end) {
		if (pid < 0 || kill(pid, 0))
			pid = rig_process(PROBE);
		if (pid >= 0 && resident_bytes(pid) >= bytes)
			return pid;
		rig_wait_ms(rig, 1);
	}
	rig_check(rig, false, "a process " PROBE " takes memory within 30 s");
	return -1;
}

static const char *end_text(const struct bt_measure *measure)
{
	const char *name = bt_measure_end_name[measure->end];

	return name ? name : "none";
}

static void check_nothing_left(struct rig *rig)
{
	rig_check(rig, rig_process(PROBE) < 0 && count_probe_cgroups() == 0,
		  "process and cgroup of the probe are gone");
}

static void scenario_to_the_kill(struct rig *rig)
{
	const struct bt_measure_options options = {0};
	struct processes before = list_processes();
	uint64_t kills = oracle_vmstat("oom_kill");
	char cgroup[512], score[512], wanted[64];
	const char *missing;
	struct bt_measure measure;
	pid_t pid;

	if (!begin(rig, &options))
		return;
	pid = wait_resident(rig, 100 * MIB);
	proc_text(pid, "cgroup", cgroup);
	proc_text(pid, "oom_score_adj", score);
	measure = wait_end(rig);
	kills = oracle_vmstat("oom_kill") - kills;
	snprintf(wanted, sizeof(wanted), "0::/buddytop-probe-%d\n", (int)pid);
	rig_check(rig, !strcmp(cgroup, wanted) && measure.cgroup == BT_MEASURE_CGROUP_OWN,
		  "it was in a cgroup of its own: %.*s %s", (int)strcspn(cgroup, "\n"), cgroup,
		  measure.no_cgroup);
	rig_check(rig, !strcmp(score, "1000\n"), "it was the first choice: oom_score_adj %.*s",
		  (int)strcspn(score, "\n"), score);
	rig_check(rig, measure.end == BT_MEASURE_END_OOM_KILL, "it ended by %s %s with %llu MiB",
		  end_text(&measure), measure.text,
		  (unsigned long long)(measure.reached_bytes / MIB));
	rig_check(rig, kills == 1, "the kernel killed %llu process", (unsigned long long)kills);
	missing = missing_one(&before);
	rig_check(rig, before.count >= 3 && !missing, "of %u other processes %s is missing",
		  before.count, missing ? missing : "none");
	rig_check(rig, measure.fill == BT_MEASURE_FILL_POPULATE && measure.threads == 2,
		  "it populated from %llu threads, %.0f MiB a second",
		  (unsigned long long)measure.threads, bt_measure_rate(&measure) / MIB);
	check_nothing_left(rig);
}

/* Stopped half-way, what it says it has is what is missing from the free memory. */
static void scenario_count_is_exact(struct rig *rig)
{
	const struct bt_measure_options options = {.limit_bytes = 600 * MIB};
	struct bt_measure measure;
	uint64_t before, fall, uncounted;
	pid_t pid;

	rig_wait_ms(rig, 3000);	/* what the scenario before took comes back */
	before = oracle_free_bytes();
	if (!begin(rig, &options))
		return;
	pid = wait_resident(rig, 300 * MIB);
	if (pid < 0)
		return;
	kill(pid, SIGSTOP);
	rig_wait_ms(rig, 1000);
	bt_session_measured(rig->session, &measure);
	fall = before - oracle_free_bytes();
	rig_check(rig, measure.state == BT_MEASURE_RUNNING && measure.reached_bytes >= 250 * MIB,
		  "it was stopped on its way, at %llu KiB",
		  (unsigned long long)measure.reached_bytes / 1024);
	/*
	 * A thread that was stopped with a huge page in hand has not counted it yet, and its CPU's list
	 * is refilled by two of them at least (__rmqueue_pcplist() of Linux 6.1): one may lie there.
	 */
	uncounted = measure.threads * 2 * 2 * MIB;
	if (fall > measure.reached_bytes)
		fall -= fall - measure.reached_bytes < uncounted ? fall - measure.reached_bytes :
								   uncounted;
	rig_check(rig, rig_near(measure.reached_bytes, fall, 2), "%llu KiB less are free",
		  (unsigned long long)fall / 1024);
	kill(pid, SIGCONT);
	measure = wait_end(rig);
	rig_check(rig, measure.end == BT_MEASURE_END_LIMIT && measure.reached_bytes == 600 * MIB,
		  "it ended by %s with %llu bytes", end_text(&measure),
		  (unsigned long long)measure.reached_bytes);
	check_nothing_left(rig);
}

/* The agent's own cgroup holds 100 MiB; the machine has more, and that is the question. */
static void scenario_beyond_our_cgroup(struct rig *rig)
{
	const struct bt_measure_options options = {.limit_bytes = 300 * MIB};
	uint64_t kills = oracle_vmstat("oom_kill");
	struct bt_measure measure;
	char agent[16];

	snprintf(agent, sizeof(agent), "%d", (int)rig_process("buddytop-agent"));
	put(CGROUPS "/cgroup.subtree_control", "+memory");
	if (!rig_check(rig, !mkdir(CGROUPS "/limited", 0755) &&
		       put(CGROUPS "/limited/memory.max", "100M") &&
		       put(CGROUPS "/limited/cgroup.procs", agent),
		       "the agent is limited to 100 MiB"))
		return;
	if (begin(rig, &options)) {
		measure = wait_end(rig);
		rig_check(rig, measure.end == BT_MEASURE_END_LIMIT &&
			  oracle_vmstat("oom_kill") == kills, "user space got %llu MiB, end %s %s",
			  (unsigned long long)(measure.reached_bytes / MIB), end_text(&measure),
			  measure.text);
	}
	put(CGROUPS "/cgroup.procs", agent);
	rig_check(rig, !rmdir(CGROUPS "/limited"), "the agent is out again");
	check_nothing_left(rig);
}

static void scenario_killed_by_hand(struct rig *rig)
{
	const struct bt_measure_options options = {.limit_bytes = 600 * MIB};
	uint64_t kills = oracle_vmstat("oom_kill");
	struct bt_measure measure;
	pid_t pid;

	if (!begin(rig, &options))
		return;
	pid = wait_resident(rig, 50 * MIB);
	if (pid < 0)
		return;
	kill(pid, SIGKILL);
	measure = wait_end(rig);
	rig_check(rig, measure.state == BT_MEASURE_FAILED && measure.end == BT_MEASURE_END_FAILED &&
		  oracle_vmstat("oom_kill") == kills, "kill -9 is a failure: %s", measure.text);
	check_nothing_left(rig);
}

/*
 * Memory that can be reclaimed where there is neither swap nor a disk: pages that were given up by
 * MADV_FREE, and are written again and again. Whoever needs memory then has to reclaim it, and the
 * writer has to get new pages. Three quarters of it can be reclaimed at any time: were all of it
 * written before it is given up, there would be moments in which the kernel can only kill.
 */
static pid_t start_churn(uint64_t bytes)
{
	uint64_t part = bytes / 4;
	pid_t pid = fork();
	char *block;

	if (pid)
		return pid;
	put("/proc/self/oom_score_adj", "0");
	block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (uint64_t from = 0;; from = (from + part) % bytes) {
		for (uint64_t at = from; at < from + part; at += 4096)
			block[at] = 1;
		madvise(block + from, part, MADV_FREE);
	}
}

static void scenario_to_a_pressure(struct rig *rig)
{
	const struct bt_measure_options options = {.stop_psi_percent = 10};
	pid_t churn = start_churn(300 * MIB);
	uint64_t kills = oracle_vmstat("oom_kill"), stalled;
	struct bt_measure measure;

	for (unsigned i = 0; i < 200 && resident_bytes(churn) <= 250 * MIB; i++)
		rig_wait_ms(rig, 100);
	rig_check(rig, resident_bytes(churn) > 250 * MIB, "another process has %llu MiB",
		  (unsigned long long)(resident_bytes(churn) / MIB));
	stalled = stalled_us();
	if (begin(rig, &options)) {
		measure = wait_end(rig);
		stalled = stalled_us() - stalled;
		rig_check(rig, measure.end == BT_MEASURE_END_PRESSURE &&
			  measure.state == BT_MEASURE_DONE, "it ended by %s with %llu MiB: %s",
			  end_text(&measure), (unsigned long long)(measure.reached_bytes / MIB),
			  measure.text);
		/* A tenth of half a second. */
		rig_check(rig, stalled >= 50000, "the kernel counted %llu us of stalls meanwhile",
			  (unsigned long long)stalled);
		rig_check(rig, measure.reached_bytes > 200 * MIB, "not before memory was short");
		rig_check(rig, oracle_vmstat("oom_kill") == kills && !kill(churn, 0),
			  "nobody was killed");
	}
	kill(churn, SIGKILL);
	waitpid(churn, NULL, 0);
	check_nothing_left(rig);
}

const struct scenario measure_scenarios[] = {
	{.name = "measure to the kill", .run = scenario_to_the_kill},
	{.name = "measure exactly", .run = scenario_count_is_exact},
	{.name = "measure beyond a cgroup", .run = scenario_beyond_our_cgroup},
	{.name = "measure and kill", .run = scenario_killed_by_hand},
	{.name = "measure to a pressure", .run = scenario_to_a_pressure},
	{0},
};
