// SPDX-License-Identifier: GPL-2.0
/*
 * Several dashboards on one session: the same frames, control through whoever has the source, and
 * taking over when that one is killed. The owners are processes of their own.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/socket.h"
#include "tests/unit/session_rig.h"

#define AGENT "./buddytop-agent"
#define INTERVAL_NS (30 * BT_NS_PER_MS)

static char runtime[64];

static int make_runtime(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as the program does */
	snprintf(runtime, sizeof(runtime), "/tmp/attach-test-XXXXXX");
	if (!mkdtemp(runtime))
		return -1;
	return setenv("XDG_RUNTIME_DIR", runtime, 1);
}

static int remove_runtime(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", runtime);
	return system(command);
}

static int try_open(struct bt_session **session, const char *spec, bool read_only,
		    struct bt_err *err)
{
	const struct bt_session_options options = {
		.source = spec, .interval_ns = INTERVAL_NS, .history = true, .serve = true,
		.source_options = { .read_only = read_only },
	};

	return bt_session_open(session, &options, err);
}

static struct bt_session *open_session(const char *spec, bool read_only)
{
	struct bt_session *session;
	struct bt_err err = { 0 };

	if (try_open(&session, spec, read_only, &err))
		fail_msg("%s", err.text);
	return session;
}

/* A process that has the source open until it, or the test, ends; it may pause after a second. */
static pid_t start_owner(const char *spec, bool pauses)
{
	pid_t child = fork();
	int fd = -1;

	assert_true(child >= 0);
	if (!child) {
		struct bt_session *session;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		session = open_session(spec, false);

		for (;;) {
			rig_idle(session, BT_NS_PER_S);
			if (pauses)
				bt_session_pause(session, true);
		}
	}
	for (unsigned i = 0; fd < 0 && i < 400; i++) {
		bt_sleep_until_ns(bt_mono_ns() + 10 * BT_NS_PER_MS);
		fd = bt_socket_connect(NULL);
	}
	assert_true(fd >= 0);
	close(fd);
	return child;
}

static void end_owner(pid_t owner)
{
	kill(owner, SIGKILL);
	waitpid(owner, NULL, 0);
}

static struct bt_peer peer_of(const struct bt_session *s)
{
	struct bt_peer peer;

	bt_session_peer(s, &peer);
	return peer;
}

/* The newest ones: its virtual clock goes on by one interval each. */
static bool follow_each_other(const struct bt_session *session, unsigned count)
{
	const struct bt_history *history = bt_session_history(session);

	if (bt_history_count(history, BT_TIER_SAMPLE) < count)
		return false;
	for (unsigned age = 0; age < count; age++) {
		if (bt_history_at(history, BT_TIER_SAMPLE, age)->length_ns != INTERVAL_NS)
			return false;
	}
	return true;
}

static void test_same_frames(void **state)
{
	pid_t owner = start_owner("sim:1,cpus=2", false);
	struct bt_session *a = open_session("session", false), *b = open_session("session", true);

	(void)state;
	/* Every frame of the owner is there. On a machine that pauses one may be late; not ever again. */
	rig_until(a, follow_each_other(a, 15));
	assert_string_equal(bt_session_machine(a)->source, "sim");
	assert_int_equal(bt_session_machine(a)->reality, BT_SIMULATED);
	rig_until(b, bt_session_frame(b));
	rig_until(a, peer_of(a).dashboards == 3);
	assert_int_equal(peer_of(a).pid, owner);
	assert_int_equal(peer_of(a).controller_pid, 0);
	bt_session_close(b);
	rig_until(a, peer_of(a).dashboards == 2);
	bt_session_close(a);
	end_owner(owner);
}

/* Its log is the owner's; nothing is found out twice. */
static void test_control_through_the_owner(void **state)
{
	pid_t owner = start_owner("sim:1,cpus=2", false);
	struct bt_session *a = open_session("session", false), *b = open_session("session", true);
	char who[32];
	struct bt_err err;
	unsigned starts = 0;

	(void)state;
	rig_until(a, bt_session_frame(a));
	assert_null(bt_session_no_control(a));
	assert_int_equal(rig_publish(a, "order=2 start", &err), 0);
	rig_until(a, bt_session_frame(a)->run == BT_RUN_GO && rig_event(a, BT_EVENT_APPLIED, ""));
	rig_until(b, bt_session_frame(b) && bt_session_frame(b)->config.order == 2);
	rig_until(b, rig_event(b, BT_EVENT_CONTROL, "order 0 -> 2"));
	snprintf(who, sizeof(who), "pid %d", (int)getpid());
	assert_string_equal(rig_event(b, BT_EVENT_CONTROL, "order 0 -> 2")->who, who);
	assert_int_equal(rig_event(b, BT_EVENT_CONTROL, "order 0 -> 2")->generation, 1);
	for (uint64_t n = 1; n <= bt_session_event_last(a); n++)
		starts += !strcmp(bt_session_event(a, n)->text, "start");
	assert_int_equal(starts, 1);
	rig_until(a, peer_of(a).controller_pid == (uint64_t)getpid());
	/* the observer */
	assert_non_null(bt_session_no_control(b));
	assert_int_equal(rig_publish(b, "stop", &err), -EPERM);
	assert_int_equal(bt_session_takeover(b, &err), -EPERM);
	/* what only the owner can do, or need not be done */
	assert_int_equal(bt_session_set_interval(a, BT_NS_PER_S, &err), -EPERM);
	assert_int_equal(bt_session_takeover(a, &err), -EBUSY);
	bt_session_close(b);
	bt_session_close(a);
	end_owner(owner);
}

static const char *lost_text(const struct bt_session *s)
{
	static struct bt_session_status status;

	bt_session_status(s, &status);
	return status.error.text;
}

static void test_takeover(void **state)
{
	pid_t owner = start_owner("sim:1,cpus=2", false);
	struct bt_session *a = open_session("session", false), *b = open_session("session", false);
	struct bt_err err;
	unsigned points;

	(void)state;
	rig_until(a, bt_history_count(bt_session_history(a), BT_TIER_SAMPLE) >= 5);
	rig_until(b, bt_session_frame(b));
	end_owner(owner);
	rig_until(a, rig_state(a) == BT_SESSION_LOST);
	assert_string_equal(lost_text(a), "the controller is gone, K takes over");
	assert_int_equal(rig_publish(a, "start", &err), -ENOTCONN);
	points = bt_history_count(bt_session_history(a), BT_TIER_SAMPLE);
	assert_int_equal(bt_session_takeover(a, &err), 0);
	assert_int_equal(bt_session_takeover(a, &err), 0); /* the key is held */
	rig_until(a, rig_state(a) == BT_SESSION_LIVE && bt_session_frame(a));
	assert_non_null(rig_event(a, BT_EVENT_BACK, "this dashboard has taken over"));
	assert_int_equal(peer_of(a).pid, getpid());
	/* what was seen before stays */
	assert_true(bt_history_count(bt_session_history(a), BT_TIER_SAMPLE) >= points);
	assert_int_equal(rig_publish(a, "order=1 start", &err), 0);
	rig_until(a, bt_session_frame(a)->run == BT_RUN_GO);
	assert_int_equal(bt_session_takeover(a, &err), -EALREADY);
	/* the other one comes along by itself */
	for (unsigned i = 0; i < 400 && peer_of(a).dashboards != 2; i++) {
		rig_idle(b, 10 * BT_NS_PER_MS);
		rig_idle(a, 10 * BT_NS_PER_MS);
	}
	assert_int_equal(peer_of(a).dashboards, 2);
	assert_int_equal(rig_state(b), BT_SESSION_LIVE);
	bt_session_close(b);
	bt_session_close(a);
}

static void test_two_take_over(void **state)
{
	pid_t owner = start_owner("sim:1,cpus=2", false);
	struct bt_session *a = open_session("session", false), *b = open_session("session", false);
	struct bt_err err;

	(void)state;
	rig_until(a, bt_session_frame(a));
	rig_until(b, bt_session_frame(b));
	end_owner(owner);
	rig_until(a, rig_state(a) == BT_SESSION_LOST);
	rig_until(b, rig_state(b) == BT_SESSION_LOST);
	assert_int_equal(bt_session_takeover(a, &err), 0);
	rig_until(a, rig_state(a) == BT_SESSION_LIVE);
	assert_int_equal(bt_session_takeover(b, &err), -EBUSY);
	assert_non_null(strstr(err.text, "taken over already"));
	bt_session_close(b);
	bt_session_close(a);
}

/* What ended with its session cannot be opened again: that is said, not tried. */
static void test_remote_command_is_gone(void **state)
{
	pid_t owner = start_owner("remote:exec " AGENT " -s sim:1,cpus=2", false);
	struct bt_session *a = open_session("session", false);
	struct bt_err err;

	(void)state;
	rig_until(a, bt_session_frame(a));
	end_owner(owner);
	rig_until(a, rig_state(a) == BT_SESSION_LOST);
	assert_non_null(strstr(lost_text(a), "the controller is gone; its remote command"));
	assert_int_equal(bt_session_takeover(a, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "its remote command has ended with it"));
	bt_session_close(a);
}

/* A session that is paused sends nothing, and is not lost for that. */
static void test_paused_owner(void **state)
{
	pid_t owner = start_owner("sim:1,cpus=2", true);
	struct bt_session *a = open_session("session", false);
	uint64_t end;

	(void)state;
	rig_until(a, peer_of(a).paused);
	end = bt_mono_ns() + 6 * BT_NS_PER_S;
	while (bt_mono_ns() < end) {
		rig_idle(a, 50 * BT_NS_PER_MS);
		assert_int_equal(rig_state(a), BT_SESSION_LIVE);
	}
	bt_session_close(a);
	end_owner(owner);
}

static void test_nobody_there(void **state)
{
	struct bt_session *session;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(try_open(&session, "session", false, &err), -ENOTCONN);
	assert_int_equal(try_open(&session, "session:/nonexistent/socket", false, &err), -ENOTCONN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_frames),
		cmocka_unit_test(test_control_through_the_owner),
		cmocka_unit_test(test_takeover),
		cmocka_unit_test(test_two_take_over),
		cmocka_unit_test(test_remote_command_is_gone),
		cmocka_unit_test(test_paused_owner),
		cmocka_unit_test(test_nobody_there),
	};

	return cmocka_run_group_tests(tests, make_runtime, remove_runtime);
}
