// SPDX-License-Identifier: GPL-2.0
/* The device changes hands; and a recording of the real machine. */
#include "scenarios.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oracle.h"

#define MIB (1024ull * 1024)

/* ---- take-over --------------------------------------------------------------------------- */

/* Has the device, lets others attach, holds 64 MiB, and says so; never returns. */
static void control_for_good(const char *scenario, int ready_fd)
{
	struct rig rig = {.scenario = scenario, .serve = true};

	if (rig_open(&rig, "kmod") && rig_publish(&rig, RIG_PLAIN " pattern=hold", BT_RUN_GO) &&
	    write(ready_fd, "r", 1) == 1)
		rig_wait_ms(&rig, 60000);
	_exit(1);
}

/* The process that does; -1: it does not. */
static pid_t start_controller(const char *scenario)
{
	int pipes[2];
	char ready = 0;
	pid_t pid;

	/* Where the session's socket is, for both. */
	if (pipe(pipes) < 0 || setenv("XDG_RUNTIME_DIR", "/tmp", 1) < 0)
		return -1;
	pid = fork();
	if (pid == 0)
		control_for_good(scenario, pipes[1]);
	close(pipes[1]);
	if (read(pipes[0], &ready, 1) != 1)
		pid = -1;
	close(pipes[0]);
	return pid;
}

static bool has_control(struct rig *rig, unsigned limit_ms)
{
	uint64_t end = oracle_deadline_ns(limit_ms);

	while (bt_session_no_control(rig->session) && bt_mono_ns() < end)
		rig_wait_ms(rig, 20);
	return !bt_session_no_control(rig->session);
}

static void check_load(struct rig *rig)
{
	uint64_t allocs;

	oracle_trigger_arm("mm_page_alloc", "common_cpu");
	rig_publish(rig, RIG_PLAIN " pattern=burst", BT_RUN_GO);
	rig_wait_ms(rig, 300);
	rig_drain(rig);
	allocs = oracle_trigger_sum(UINT64_MAX);
	oracle_trigger_disarm();
	rig_check(rig, allocs > 1000, "and runs a load of %llu allocations",
		  (unsigned long long)allocs);
}

static void observe_and_take(struct rig *rig, pid_t controller)
{
	const char *why = bt_session_no_control(rig->session);
	struct bt_config config = *bt_session_config(rig->session);
	struct bt_err err = {0};

	rig_check(rig, why && strstr(why, "another controller"), "the second observes: %s",
		  why ? why : "it has control");
	rig_check(rig,
		  rig_until(rig, rig_holds, 60 * MIB, 20000) &&
			  bt_session_frame(rig->session)->controlled,
		  "it sees the other's load");
	config.run = BT_RUN_DRAIN;
	rig_check(rig, bt_session_publish(rig->session, &config, "scenario", &err) == -EPERM,
		  "and may not end it: %s", err.text);
	rig_check(rig, bt_session_takeover(rig->session, &err) == 0 && !has_control(rig, 1000),
		  "while the other lives, taking over brings no control");
	kill(controller, SIGKILL);
	waitpid(controller, NULL, 0);
	rig_check(rig,
		  bt_session_takeover(rig->session, &err) == 0 && has_control(rig, 20000) &&
			  rig_until(rig, rig_holds, 0, 20000),
		  "after kill -9 it does");
	check_load(rig);
}

static void scenario_take_over(struct rig *rig)
{
	pid_t controller = start_controller(rig->scenario);

	if (rig_check(rig, controller > 0, "a first session has the device") &&
	    rig_open(rig, "kmod"))
		observe_and_take(rig, controller);
	rig_close(rig);
}

static enum bt_session_state state_of(struct rig *rig)
{
	struct bt_session_status status;

	bt_session_status(rig->session, &status);
	return status.state;
}

/* Waits until the session is in a state; false after 20 s. */
static bool reaches(struct rig *rig, enum bt_session_state state)
{
	uint64_t end = oracle_deadline_ns(20000);

	while (state_of(rig) != state && bt_mono_ns() < end)
		rig_wait_ms(rig, 20);
	return state_of(rig) == state;
}

static void attach_and_take(struct rig *rig, pid_t controller)
{
	struct bt_err err = {0};
	struct bt_peer peer;

	bt_session_peer(rig->session, &peer);
	rig_check(rig, peer.pid == (uint64_t)controller && !strcmp(peer.source, "kmod"),
		  "attached to pid %llu, which has %s", (unsigned long long)peer.pid, peer.source);
	rig_check(rig,
		  rig_publish(rig, "held=32M", BT_RUN_GO) &&
			  rig_fresh(rig)->config.max_held_bytes == 32 * MIB,
		  "a change goes through it");
	rig_check(rig, bt_session_takeover(rig->session, &err) == -EBUSY,
		  "it cannot be taken over while it lives: %s", err.text);
	kill(controller, SIGKILL);
	waitpid(controller, NULL, 0);
	rig_check(rig, reaches(rig, BT_SESSION_LOST), "kill -9 of it is seen");
	rig_check(rig,
		  bt_session_takeover(rig->session, &err) == 0 && reaches(rig, BT_SESSION_LIVE) &&
			  rig_until(rig, rig_holds, 0, 20000),
		  "then the device is opened here");
	bt_session_peer(rig->session, &peer);
	rig_check(rig, peer.pid == (uint64_t)getpid() && !bt_session_no_control(rig->session),
		  "with control");
	check_load(rig);
}

static void scenario_attached(struct rig *rig)
{
	pid_t controller = start_controller(rig->scenario);

	if (rig_check(rig, controller > 0, "a first session has the device") &&
	    rig_open(rig, "session"))
		attach_and_take(rig, controller);
	rig_close(rig);
}

/* ---- recording --------------------------------------------------------------------------- */

#define RECORDING "/tmp/guest.jsonl"

static bool has_seq(const struct bt_frame *frame, uint64_t seq)
{
	return frame->seq == seq;
}

static bool has_all(const struct bt_frame *frame, uint64_t argument)
{
	(void)argument;
	return frame->cpu_hist.cpu == 1 && frame->tasks.state == BT_DETAIL_KNOWN &&
	       frame->pageblocks.state == BT_DETAIL_KNOWN;
}

static uint64_t shown_allocs(const struct rig *rig)
{
	struct bt_frame_totals totals;

	bt_frame_totals(bt_session_frame(rig->session), &totals);
	return totals.allocs;
}

static bool same_numbers(const struct bt_frame *a, const struct bt_frame *b)
{
	struct bt_frame_totals of_a, of_b;

	bt_frame_totals(a, &of_a);
	bt_frame_totals(b, &of_b);
	return a->mono_ns == b->mono_ns && of_a.allocs == of_b.allocs &&
	       of_a.held_pages == of_b.held_pages && of_a.applied == of_b.applied &&
	       a->config.generation == b->config.generation && a->run == b->run &&
	       a->memory.available_bytes == b->memory.available_bytes &&
	       a->psi.some_total_us == b->psi.some_total_us &&
	       !memcmp(a->vmstat, b->vmstat, sizeof(a->vmstat)) && a->zone_count == b->zone_count &&
	       !memcmp(a->zones[1].free_blocks, b->zones[1].free_blocks,
		       sizeof(a->zones[1].free_blocks)) &&
	       a->nodes[1].numa_hit == b->nodes[1].numa_hit && a->hist_count == b->hist_count &&
	       a->cpu_hist.cpu == b->cpu_hist.cpu &&
	       a->cpu_hist.hist[BT_OP_ALLOC].total == b->cpu_hist.hist[BT_OP_ALLOC].total &&
	       a->tasks.processes == b->tasks.processes &&
	       a->tasks.task[0].pid == b->tasks.task[0].pid &&
	       a->pageblocks.count == b->pageblocks.count &&
	       a->pageblocks.types[0].blocks == b->pageblocks.types[0].blocks;
}

/* Records a load from before it to after it; returns what the tracepoint counted. */
static uint64_t record_load(struct rig *rig, struct bt_frame **live)
{
	struct bt_recording recording;
	struct bt_err err = {0};
	uint64_t allocs;

	unlink(RECORDING);
	rig_check(rig, bt_session_record(rig->session, RECORDING, &err) == 0, "it begins %s",
		  err.text);
	oracle_trigger_arm("mm_page_alloc", "common_cpu");
	rig_publish(rig, RIG_PLAIN " order=2 pattern=burst", BT_RUN_GO);
	rig_wait_ms(rig, 1500);
	*live = rig_copy(rig);
	rig_drain(rig);
	rig_fresh(rig);
	allocs = oracle_trigger_sum(UINT64_MAX);
	oracle_trigger_disarm();
	bt_session_recording(rig->session, &recording);
	bt_session_record_stop(rig->session);
	rig_check(rig, recording.error.code == 0 && recording.frames > 10 && allocs > 1000,
		  "%llu frames, %llu KiB, of %llu allocations",
		  (unsigned long long)recording.frames, (unsigned long long)recording.bytes / 1024,
		  (unsigned long long)allocs);
	return allocs;
}

static void replay_load(struct rig *rig, const struct bt_frame *live, uint64_t traced)
{
	uint64_t first = shown_allocs(rig), allocs;
	bool ended;
	struct bt_err err = {0};

	rig_check(rig,
		  rig_until(rig, has_seq, live->seq, 20000) &&
			  same_numbers(bt_session_frame(rig->session), live),
		  "frame %llu is shown as it was", (unsigned long long)live->seq);
	bt_session_set_speed(rig->session, 0, &err);
	ended = reaches(rig, BT_SESSION_ENDED);
	allocs = shown_allocs(rig) - first;
	rig_check(rig, ended && rig_near(allocs, traced, 1),
		  "played to its end it shows %llu allocations", (unsigned long long)allocs);
}

static void scenario_recording(struct rig *rig)
{
	struct bt_frame *live = NULL;
	uint64_t traced;

	if (!rig_open(rig, RIG_AGENT))
		return;
	bt_session_want(rig->session, BT_WANT_ALL | BT_WANT_CPU(1));
	rig_until(rig, has_all, 0, 20000);
	traced = record_load(rig, &live);
	rig_close(rig);
	if (rig_open(rig, "replay:" RECORDING))
		replay_load(rig, live, traced);
	rig_close(rig);
	bt_frame_free(live);
	unlink(RECORDING);
}

const struct scenario session_scenarios[] = {
	{.name = "take-over", .run = scenario_take_over, .own_session = true},
	{.name = "attached", .run = scenario_attached, .own_session = true},
	{.name = "recording", .run = scenario_recording, .own_session = true},
	{0},
};
