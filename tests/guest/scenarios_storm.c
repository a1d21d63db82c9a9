// SPDX-License-Identifier: GPL-2.0
/* Processes that take memory until they are killed, again and again, while the load runs. */
#include "scenarios.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

#define MIB (1024ull * 1024)
#define HOGS 3u
/* A storm lasts so long, and until so many have been killed: a busy machine fills memory slowly. */
#define STORM_NS (7 * BT_NS_PER_S)
#define STORM_LIMIT_NS (180 * BT_NS_PER_S)
#define STORM_KILLS 3u
/* The longest that a frame may be late, on a host that is busy with other things. */
#define LATE_NS (20 * BT_NS_PER_S)

#define LOAD " order=0 gfp=kernel held=200M reserve=0 lease=60s "

struct storm {
	pid_t hogs[HOGS];
	unsigned ended;
	uint64_t seq, last_ns, longest_ns; /* of frames */
	/* A stopped load starts again when so many hogs have ended: it has nothing to give until then. */
	unsigned restart;
	unsigned stops, other_stops; /* by the guard, each followed by a new start; by others */
};

static pid_t start_hog(void)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "1000", 4) != 4)
		_exit(1);
	for (;;) {
		char *block = mmap(NULL, 4 * MIB, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (block != MAP_FAILED)
			memset(block, 1, 4 * MIB);
	}
}

/* Each that has ended is followed by another. */
static void keep_hogs(struct storm *storm)
{
	unsigned i;
	int status;

	for (i = 0; i < HOGS; i++) {
		if (storm->hogs[i] > 0 && waitpid(storm->hogs[i], &status, WNOHANG) == 0)
			continue;
		storm->ended += storm->hogs[i] > 0;
		storm->hogs[i] = start_hog();
	}
}

static void end_hogs(struct storm *storm)
{
	unsigned i;

	for (i = 0; i < HOGS; i++) {
		if (storm->hogs[i] > 0) {
			kill(storm->hogs[i], SIGKILL);
			waitpid(storm->hogs[i], NULL, 0);
		}
	}
}

static void watch_frames(struct rig *rig, struct storm *storm)
{
	const struct bt_frame *frame;
	uint64_t now_ns;

	rig_wait_ms(rig, 20);
	frame = bt_session_frame(rig->session);
	now_ns = bt_mono_ns();
	if (now_ns - storm->last_ns > storm->longest_ns)
		storm->longest_ns = now_ns - storm->last_ns;
	if (frame->seq != storm->seq)
		storm->last_ns = now_ns;
	storm->seq = frame->seq;
	if (frame->run != BT_RUN_GO && !storm->restart) {
		storm->restart = storm->ended + 1;
		storm->stops += frame->reason == BT_REASON_OOM;
		storm->other_stops += frame->reason != BT_REASON_OOM;
	}
	if (storm->restart && storm->ended >= storm->restart) {
		storm->restart = 0;
		rig_publish(rig, "", BT_RUN_GO);
		storm->last_ns = bt_mono_ns();
	}
}

/* An orphan is gone from /proc when the first process has reaped it. */
static bool init_answers(void)
{
	uint64_t end_ns = oracle_deadline_ns(5000);
	int ends[2];
	pid_t pid, orphan = -1;

	if (pipe(ends))
		return false;
	pid = fork();
	if (pid == 0) {
		orphan = fork();
		if (orphan)
			_exit(write(ends[1], &orphan, sizeof(orphan)) != sizeof(orphan));
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	if (read(ends[0], &orphan, sizeof(orphan)) != sizeof(orphan))
		orphan = -1;
	close(ends[0]);
	close(ends[1]);
	while (orphan > 0 && !kill(orphan, 0) && bt_mono_ns() < end_ns)
		usleep(10000);
	return orphan > 0 && kill(orphan, 0) < 0;
}

static void check_storm(struct rig *rig, const char *guard)
{
	struct storm storm = {.last_ns = bt_mono_ns()};
	uint64_t kills = oracle_vmstat("oom_kill"), told, start_ns = bt_mono_ns(), frames;
	uint64_t length_ns;
	bool safe = !strcmp(guard, "safe");
	char load[512];

	told = rig_fresh(rig)->oom_notifications;
	frames = bt_session_frame(rig->session)->seq;
	snprintf(load, sizeof(load), RIG_PLAIN LOAD "guard=%s", guard);
	rig_publish(rig, load, BT_RUN_GO);
	do {
		keep_hogs(&storm);
		watch_frames(rig, &storm);
		length_ns = bt_mono_ns() - start_ns;
	} while (length_ns < (storm.ended < STORM_KILLS ? STORM_LIMIT_NS : STORM_NS));
	end_hogs(&storm);
	kills = oracle_vmstat("oom_kill") - kills;
	told = rig_fresh(rig)->oom_notifications - told;
	frames = rig_fresh(rig)->seq - frames;
	rig_check(rig, kills >= STORM_KILLS && storm.ended >= STORM_KILLS,
		  "guard %s: the kernel killed %llu processes, %u hogs ended, in %.1f s", guard,
		  (unsigned long long)kills, storm.ended, (double)length_ns / BT_NS_PER_S);
	rig_check(rig, told >= kills, "the module was told of it %llu times", (unsigned long long)told);
	rig_check(rig, (storm.stops > 0) == safe && !storm.other_stops,
		  "the guard stopped the load %u times, nobody else (%u)", storm.stops,
		  storm.other_stops);
	rig_check(rig, frames > 20 && storm.longest_ns < LATE_NS,
		  "%llu frames came meanwhile, none later than %llu ms", (unsigned long long)frames,
		  (unsigned long long)(storm.longest_ns / BT_NS_PER_MS));
	rig_check(rig, init_answers(), "the first process does its work");
	rig_drain(rig);
}

void scenario_oom_storm(struct rig *rig)
{
	uint64_t before, end_ns;

	rig_drain(rig);
	rig_wait_ms(rig, 1000);
	before = oracle_free_bytes();
	check_storm(rig, "safe");
	check_storm(rig, "bench");
	end_ns = oracle_deadline_ns(10000);
	while (oracle_free_bytes() + 12 * MIB < before && bt_mono_ns() < end_ns)
		rig_wait_ms(rig, 100);
	rig_check(rig, oracle_free_bytes() + 12 * MIB >= before,
		  "after both no memory is missing, but for %lld KiB",
		  ((long long)before - (long long)oracle_free_bytes()) / 1024);
	rig_publish(rig, RIG_PLAIN, BT_RUN_GO);
	rig_check(rig, rig_until(rig, rig_holds, 60 * MIB, 20000), "the load starts again");
	rig_drain(rig);
}
