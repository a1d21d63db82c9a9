// SPDX-License-Identifier: GPL-2.0
/* What a frame holds besides when a view asks for it: one CPU's histograms, and tasks. */
#include "scenarios.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

#define MIB (1024ull * 1024)

/* ---- the selected CPU -------------------------------------------------------------------- */

static bool shows_cpu(const struct bt_frame *frame, uint64_t cpu)
{
	return frame->cpu_hist.cpu == (int)(int64_t)cpu;
}

static bool is_between(uint64_t value, uint64_t low, uint64_t high)
{
	return value >= low && value <= high;
}

/* Bursts on both CPUs, then on CPU 0 alone: the two are told apart by their counts. */
static void burst_on_both(struct rig *rig)
{
	rig_publish(rig, "cpus=0-1", BT_RUN_GO);
	rig_wait_ms(rig, 200);
	rig_publish(rig, "cpus=0", BT_RUN_GO);
	rig_wait_ms(rig, 700);
	rig_drain(rig);
}

/* Of the operations that the kernel traced, all but those in which the worker was switched out. */
static bool is_timed(uint64_t timed, uint64_t traced, uint64_t preempted)
{
	return timed * 100 <= traced * 101 && (timed + preempted) * 100 >= traced * 99;
}

static void check_selected(struct rig *rig, unsigned cpu)
{
	struct bt_frame *older, *newer;
	struct bt_interval *interval;
	uint64_t here, other, allocs, frees, preempted;

	bt_session_want(rig->session, BT_WANT_CPU(cpu));
	rig_until(rig, shows_cpu, cpu, 20000);
	older = rig_copy(rig);
	oracle_trigger_arm("mm_page_alloc", "common_cpu");
	burst_on_both(rig);
	here = oracle_trigger_sum(cpu);
	other = oracle_trigger_sum(1 - cpu);
	oracle_trigger_disarm();
	newer = rig_copy(rig);
	interval = rig_interval(rig, older, newer);
	allocs = interval->selected.hist[BT_OP_ALLOC].total;
	frees = interval->selected.hist[BT_OP_FREE].total;
	preempted = newer->cpus[cpu].preempted - older->cpus[cpu].preempted;
	rig_check(rig, here > 1000 && other > 1000 && !rig_near(here, other, 10),
		  "the tracepoint counts %llu on CPU %u and %llu on the other",
		  (unsigned long long)here, cpu, (unsigned long long)other);
	rig_check(rig,
		  interval->selected.cpu == (int)cpu && is_timed(allocs, here, preempted) &&
			  is_timed(frees, here, preempted) && preempted * 20 <= here,
		  "its histograms have %llu allocations, %llu frees; preempted %llu",
		  (unsigned long long)allocs, (unsigned long long)frees,
		  (unsigned long long)preempted);
	bt_interval_free(interval);
	bt_frame_free(newer);
	bt_frame_free(older);
}

static void scenario_selected_cpu(struct rig *rig)
{
	unsigned cpu;

	rig_publish(rig, RIG_PLAIN " order=1 pattern=burst held=32M", BT_RUN_DRAIN);
	for (cpu = 0; cpu < 2; cpu++)
		check_selected(rig, cpu);
	bt_session_want(rig->session, 0);
	rig_check(rig, rig_until(rig, shows_cpu, (uint64_t)-1, 20000), "unselected, there is none");
}

/* ---- tasks ------------------------------------------------------------------------------- */

/* A process that has touched so many bytes when this returns, and sleeps. */
static pid_t start_sleeper(uint64_t bytes)
{
	char ready = 0;
	int pipes[2];
	pid_t pid;

	if (pipe(pipes) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				   -1, 0);

		if (block != MAP_FAILED && memset(block, 1, bytes) && write(pipes[1], "r", 1) == 1)
			pause();
		_exit(1);
	}
	close(pipes[1]);
	if (read(pipes[0], &ready, 1) != 1)
		ready = 0;
	close(pipes[0]);
	return ready ? pid : -1;
}

static void stop_sleeper(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static uint64_t number_after(const char *path, const char *key)
{
	char *text = oracle_text(path), *at = strstr(text, key);
	uint64_t value = at ? strtoull(at + strlen(key), NULL, 10) : UINT64_MAX;

	free(text);
	return value;
}

static uint64_t of_process(pid_t pid, const char *file, const char *key)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return number_after(path, key);
}

static uint64_t count_processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint64_t count = 0;

	while (proc && (entry = readdir(proc)))
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	if (proc)
		closedir(proc);
	return count;
}

static bool tasks_since(const struct bt_frame *frame, uint64_t since_ns)
{
	return frame->tasks.state == BT_DETAIL_KNOWN && frame->tasks.mono_ns >= since_ns;
}

static bool tasks_state(const struct bt_frame *frame, uint64_t state)
{
	return frame->tasks.state == state;
}

/*
 * Calls of read() that the agent makes for ten samples, by those of a second: on a slow machine a sample
 * with tasks delays the next.
 */
static uint64_t reads_of_ten(struct rig *rig)
{
	pid_t agent = rig_process("buddytop-agent");
	uint64_t seq = rig_fresh(rig)->seq, reads = of_process(agent, "io", "syscr: "), samples;

	rig_wait_ms(rig, 1000);
	samples = rig_fresh(rig)->seq - seq;
	reads = of_process(agent, "io", "syscr: ") - reads;
	return samples ? reads * 10 / samples : 0;
}

static void check_top_task(struct rig *rig, pid_t sleeper)
{
	const struct bt_frame_task *top = &bt_session_frame(rig->session)->tasks.task[0];
	uint64_t rss = of_process(sleeper, "status", "VmRSS:") * 1024,
		 score = of_process(sleeper, "oom_score", "");

	rig_check(rig, rss >= 64 * MIB && score > 0 && score != UINT64_MAX,
		  "process %d has %llu KiB resident and oom_score %llu", sleeper,
		  (unsigned long long)rss / 1024, (unsigned long long)score);
	rig_check(rig,
		  top->pid == (uint32_t)sleeper && rig_near(top->rss_bytes, rss, 2) &&
			  top->oom_score == score && !strcmp(top->state, "S"),
		  "at the top is %u in state %s with %llu KiB, oom_score %llu", top->pid,
		  top->state, (unsigned long long)top->rss_bytes / 1024,
		  (unsigned long long)top->oom_score);
}

static void scenario_tasks(struct rig *rig)
{
	uint64_t quiet, busy, after, processes;
	pid_t sleeper = start_sleeper(64 * MIB);

	rig_check(rig, rig_fresh(rig)->tasks.state == BT_DETAIL_NONE, "not wanted, there are none");
	quiet = reads_of_ten(rig);
	bt_session_want(rig->session, BT_WANT_TASKS);
	if (rig_check(rig, sleeper > 0 && rig_until(rig, tasks_since, bt_mono_ns(), 20000),
		      "wanted, they come"))
		check_top_task(rig, sleeper);
	processes = bt_session_frame(rig->session)->tasks.processes;
	rig_check(rig, is_between(processes + 1, count_processes(), count_processes() + 2),
		  "%llu processes, %llu directories in /proc", (unsigned long long)processes,
		  (unsigned long long)count_processes());
	busy = reads_of_ten(rig);
	bt_session_want(rig->session, 0);
	rig_check(rig, rig_until(rig, tasks_state, BT_DETAIL_NONE, 20000), "not wanted, they go");
	after = reads_of_ten(rig);
	rig_check(rig, busy > quiet + processes / 2 && after < quiet + processes / 2,
		  "the agent reads %llu times for ten samples before, %llu while wanted, %llu after",
		  (unsigned long long)quiet, (unsigned long long)busy, (unsigned long long)after);
	if (sleeper > 0)
		stop_sleeper(sleeper);
}

const struct scenario detail_scenarios[] = {
	{.name = "selected CPU", .run = scenario_selected_cpu},
	{.name = "tasks", .run = scenario_tasks},
	{0},
};
