// SPDX-License-Identifier: GPL-2.0
/*
 * What must hold when things go wrong: full nodes, dying and sleeping clients, vanishing CPUs, OOM
 * storms, unloading. Each scenario asserts first that its own cause really happened.
 */
#include "scenarios.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

#define MIB (1024ull * 1024)
#define DEVICE "/dev/" BT_DEVICE_NAME

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static void scenario_remote_when_full(struct rig *rig)
{
	uint64_t room = oracle_node_bytes(0, "MemFree"), other, remote;
	struct bt_frame_totals totals;
	char text[256];

	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	other = oracle_numastat(1, "other_node");
	remote = rig_totals(rig).remote_blocks;
	snprintf(text, sizeof(text), "order=4 cpus=0 pattern=hold guard=bench reserve=0 held=%llu",
		 (unsigned long long)(room + 96 * MIB));
	rig_publish(rig, text, BT_RUN_GO);
	rig_until(rig, rig_holds, room + 80 * MIB, 40000);
	rig_wait_ms(rig, 1000);	/* to the end: both counts must be of the same blocks */
	other = oracle_numastat(1, "other_node") - other;
	totals = rig_totals(rig);
	remote = totals.remote_blocks - remote;
	rig_check(rig, totals.held_pages * 4096 >= room + 80 * MIB, "node 0 is full: %llu held",
		  (unsigned long long)totals.held_pages * 4096);
	/* What other processes take from node 1 for CPU 0 meanwhile is a few pages. */
	rig_check(rig, remote > 1000 && other >= remote && other < remote + remote / 100 + 500,
		  "%llu remote blocks, numastat of node 1 says %llu", (unsigned long long)remote,
		  (unsigned long long)other);
	rig_publish(rig, "guard=safe reserve=32M held=64M", BT_RUN_DRAIN);
	rig_drain(rig);
}

/* What user space can get before the OOM killer comes, in bytes; 0 when it could not be measured. */
static uint64_t user_available(struct rig *rig)
{
	const struct bt_measure_options to_the_end = {0};
	struct bt_measure measure = {.state = BT_MEASURE_NONE};
	struct bt_err err = {0};
	uint64_t kills = oracle_vmstat("oom_kill");
	unsigned i;

	if (bt_session_measure(rig->session, &to_the_end, &err) < 0) {
		rig_check(rig, false, "measuring starts: %s", err.text);
		return 0;
	}
	for (i = 0; i < 600; i++) {
		rig_wait_ms(rig, 100);
		bt_session_measured(rig->session, &measure);
		if (measure.state == BT_MEASURE_DONE || measure.state == BT_MEASURE_FAILED)
			break;
	}
	rig_check(rig, measure.end == BT_MEASURE_END_OOM_KILL &&
		  oracle_vmstat("oom_kill") > kills, "user space got %llu bytes up to its OOM kill %s",
		  (unsigned long long)measure.reached_bytes, measure.text);
	return measure.reached_bytes;
}

/* What is held once it grows no more: a slow kernel is still filling when most of it is there. */
static uint64_t held_at_rest(struct rig *rig)
{
	uint64_t held = 0, before, end = oracle_deadline_ns(20000);

	do {
		before = held;
		rig_wait_ms(rig, 500);
		held = rig_totals(rig).held_pages * 4096;
	} while (held != before && bt_mono_ns() < end);
	return held;
}

static void scenario_held_lowers_available(struct rig *rig)
{
	uint64_t fifth = oracle_meminfo_bytes("MemTotal") / 5, idle, loaded, held, after;
	char text[256];

	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_wait_ms(rig, 3000);	/* per-CPU lists shrink, see oracle_begin() */
	idle = user_available(rig);
	snprintf(text, sizeof(text),
		 "order=0 pattern=hold gfp=kernel guard=bench reserve=0 lease=60s held=%llu",
		 (unsigned long long)fifth);
	rig_publish(rig, text, BT_RUN_GO);
	rig_until(rig, rig_holds, fifth * 95 / 100, 20000);
	held = held_at_rest(rig);
	rig_check(rig, held >= fifth * 95 / 100, "a fifth of the guest is held: %llu of %llu",
		  (unsigned long long)held, (unsigned long long)fifth);
	loaded = user_available(rig);
	rig_check(rig, idle > loaded && rig_near(idle - loaded, fifth, 10),
		  "user space gets %llu bytes less, held are %llu",
		  (unsigned long long)(idle - loaded), (unsigned long long)fifth);
	after = rig_totals(rig).held_pages * 4096;
	rig_check(rig, after == held, "guard bench gave nothing back: %llu bytes held, %llu before",
		  (unsigned long long)after, (unsigned long long)held);
	rig_publish(rig, "guard=safe reserve=32M held=64M lease=20s", BT_RUN_DRAIN);
	rig_drain(rig);
}

/*
 * Waits until that much more memory is free than at a low point, which was measured while the same
 * processes lived as now: what they use themselves is in both. Checks it with the figures.
 */
static bool comes_back(struct rig *rig, const char *what, uint64_t low, uint64_t bytes)
{
	uint64_t end = oracle_deadline_ns(20000), now = oracle_free_bytes();

	while (now < low + bytes && bt_mono_ns() < end) {
		usleep(20000);
		now = oracle_free_bytes();
	}
	return rig_check(rig, now >= low + bytes, "%s: %lld KiB more are free, at least %llu expected",
			 what, ((long long)now - (long long)low) / 1024,
			 (unsigned long long)bytes / 1024);
}

static void scenario_killed(struct rig *rig)
{
	uint64_t free_before, low, held;
	pid_t pid;

	if (!rig_open(rig, RIG_AGENT))
		return;
	rig_wait_ms(rig, 1000);	/* what the scenario before killed comes back */
	free_before = oracle_free_bytes();
	rig_publish(rig, RIG_PLAIN " order=4 pattern=hold held=160M", BT_RUN_GO);
	rig_until(rig, rig_holds, 158 * MIB, 20000);
	held = rig_totals(rig).held_pages * 4096;
	low = oracle_free_bytes();
	rig_check(rig, held >= 150 * MIB && low + 140 * MIB < free_before,
		  "%llu KiB are held before the kill, %lld less are free",
		  (unsigned long long)held / 1024, ((long long)free_before - (long long)low) / 1024);
	pid = rig_process("buddytop-agent");
	rig_check(rig, pid > 0 && kill(pid, SIGKILL) == 0, "kill -9 of the agent, pid %d", pid);
	/* The session starts another agent, which needs what the dead one did. */
	comes_back(rig, "every page", low, held - 8 * MIB);
	rig_close(rig);
}

/* Runs in a process of its own: holds 160 MiB until it is killed. */
static void hold_for_good(const char *scenario)
{
	struct rig rig = {.scenario = scenario};

	if (rig_open(&rig, RIG_AGENT) &&
	    rig_publish(&rig, RIG_PLAIN " order=4 pattern=hold held=160M lease=3s", BT_RUN_GO))
		rig_wait_ms(&rig, 120000);
	_exit(1);
}

static void scenario_suspended(struct rig *rig)
{
	uint64_t free_before = oracle_free_bytes(), end, low;
	pid_t pid = fork();
	int status;

	if (pid == 0)
		hold_for_good(rig->scenario);
	end = oracle_deadline_ns(40000);
	while (bt_mono_ns() < end && oracle_free_bytes() + 155 * MIB > free_before)
		usleep(20000);
	usleep(6000000);
	/* Client and agent live now and below, so this is what the held pages alone are measured by. */
	low = oracle_free_bytes();
	rig_check(rig, low + 150 * MIB < free_before,
		  "a client holds 160 MiB beyond its lease of 3 s while it is awake: %lld KiB less are free",
		  ((long long)free_before - (long long)low) / 1024);
	kill(pid, SIGSTOP);
	comes_back(rig, "suspended, it loses them", low, 150 * MIB);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	usleep(500000);	/* its agent reads the end of its input and goes */
	if (!rig_open(rig, RIG_AGENT))
		return;
	rig_check(rig, rig_fresh(rig)->lease_expiries > 0, "the module counts the expired lease");
	rig_close(rig);
}

static bool cpu1_allocates_beyond(const struct bt_frame *frame, uint64_t allocs)
{
	return frame->cpus[1].allocs > allocs && frame->cpus[1].online;
}

static void scenario_hotplug(struct rig *rig)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	unsigned cycle, offline = 0, stopped = 0, resumed = 0;
	const struct bt_frame *frame;

	rig_publish(rig, RIG_PLAIN " order=2 held=96M lease=60s", BT_RUN_GO);
	for (cycle = 0; cycle < 20; cycle++) {
		uint64_t kept;

		offline += write_text(online, "0");
		rig_wait_ms(rig, 200);	/* frames that were taken before the end of that write */
		kept = rig_fresh(rig)->cpus[1].allocs;
		rig_wait_ms(rig, 100);
		frame = rig_fresh(rig);
		stopped += frame->cpus[1].allocs == kept && frame->cpus[1].held_pages == 0;
		write_text(online, "1");
		resumed += rig_until(rig, cpu1_allocates_beyond, kept, 20000);
	}
	rig_check(rig, offline == 20, "CPU 1 went offline %u times of 20", offline);
	rig_check(rig, stopped == 20, "it held and allocated nothing then: %u times", stopped);
	rig_check(rig, resumed == 20, "it took part again when back: %u times", resumed);
	rig_drain(rig);
}

static void scenario_second_controller(struct rig *rig)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC), code = errno;

	rig_check(rig, fd < 0 && code == EBUSY, "a second controller gets EBUSY");
	fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	rig_check(rig, fd >= 0, "an observer may open it");
	rig_check(rig, mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED,
		  "and may not map it for writing");
	rig_check(rig, write(fd, "x", 1) < 0, "nor write to it");
	close(fd);
	rig_check(rig, syscall(SYS_delete_module, BT_DEVICE_NAME, O_NONBLOCK) < 0,
		  "rmmod is refused while it is in use");
}

static void scenario_unload(struct rig *rig)
{
	uint64_t free_before = oracle_free_bytes();	/* no client lives, as at the end */

	if (!rig_open(rig, RIG_AGENT))
		return;
	rig_publish(rig, RIG_PLAIN " order=4 held=160M", BT_RUN_GO);
	rig_until(rig, rig_holds, 150 * MIB, 20000);
	rig_close(rig);
	rig_check(rig, syscall(SYS_delete_module, BT_DEVICE_NAME, O_NONBLOCK) == 0,
		  "rmmod works after use");
	rig_check(rig, access(DEVICE, F_OK) < 0, "the device node is gone");
	comes_back(rig, "no memory is missing, but for 8 MiB", 0, free_before - 8 * MIB);
}

/* Median of p50 of the allocation over 20 intervals, order 0. */
static uint64_t median_p50(struct rig *rig)
{
	uint64_t seen[20], swap;
	unsigned i, k;

	rig_publish(rig, RIG_PLAIN " pattern=repeat cpus=0", BT_RUN_GO);
	rig_wait_ms(rig, 500);
	for (i = 0; i < BT_ARRAY_SIZE(seen); i++) {
		rig_wait_ms(rig, 120);
		seen[i] = bt_session_interval(rig->session)->point.latency[BT_OP_ALLOC]
				  .quantile_ns[BT_P50];
		for (k = i; k > 0 && seen[k] < seen[k - 1]; k--) {
			swap = seen[k];
			seen[k] = seen[k - 1];
			seen[k - 1] = swap;
		}
	}
	rig_drain(rig);
	return seen[BT_ARRAY_SIZE(seen) / 2];
}

/* Both builds are loaded here in turn, whether or not the scenario before has unloaded the module. */
static void scenario_known_delay(struct rig *rig)
{
	const uint64_t delay_ns = 200000;	/* of the test build, see the runner */
	uint64_t p50[2], most;
	int ret;

	syscall(SYS_delete_module, BT_DEVICE_NAME, O_NONBLOCK);
	ret = rig_load_module("/modules/buddytop-delay.ko", "max_held_pct=90");
	if (!rig_check(rig, ret == 0, "the test build loads: %s", strerror(-ret)))
		return;
	if (!rig_open(rig, RIG_AGENT))
		return;
	rig_check(rig, bt_session_machine(rig->session)->features & BT_FEATURE_TEST_DELAY,
		  "it says that it is a test build");
	p50[1] = median_p50(rig);
	rig_close(rig);
	syscall(SYS_delete_module, BT_DEVICE_NAME, O_NONBLOCK);
	ret = rig_load_module("/modules/buddytop.ko", "max_held_pct=90");
	if (!rig_check(rig, ret == 0, "the module loads again: %s", strerror(-ret)) ||
	    !rig_open(rig, RIG_AGENT))
		return;
	p50[0] = median_p50(rig);
	rig_close(rig);
	/*
	 * What is told is the top of a bucket, an eighth above the value at most. A kernel that checks each of
	 * its accesses and locks (PATIENCE) takes its time for the longer section, too: there it is no more
	 * than that the delay is in what is measured.
	 */
	most = (delay_ns + p50[0]) * 9 / 8;
	rig_check(rig, p50[1] > delay_ns && (p50[1] <= most || oracle_patience() > 1),
		  "p50 %llu ns with a delay of %llu ns, %llu without", (unsigned long long)p50[1],
		  (unsigned long long)delay_ns, (unsigned long long)p50[0]);
}

const struct scenario fault_scenarios[] = {
	{.name = "remote when full", .run = scenario_remote_when_full},
	{.name = "held lowers available", .run = scenario_held_lowers_available},
	{.name = "hotplug", .run = scenario_hotplug},
	{.name = "second controller", .run = scenario_second_controller},
	{.name = "OOM storm", .run = scenario_oom_storm},
	{.name = "killed", .run = scenario_killed, .own_session = true},
	{.name = "suspended", .run = scenario_suspended, .own_session = true},
	{.name = "unload", .run = scenario_unload, .own_session = true},
	{.name = "known delay", .run = scenario_known_delay, .own_session = true},
	{0},
};
