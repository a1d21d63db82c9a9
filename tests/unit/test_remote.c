// SPDX-License-Identifier: GPL-2.0
/*
 * The remote source and the agent, end to end: a real buddytop-agent that serves a simulated
 * machine, and everything that can be at the other end of a pipe instead of one.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "source/remote.h"
#include "tests/unit/session_rig.h"

#define AGENT "./buddytop-agent"

static struct bt_session *open_remote(const char *spec, uint64_t interval_ns)
{
	const struct bt_session_options options = { .source = spec, .interval_ns = interval_ns,
						    .history = true };
	struct bt_session *session;
	struct bt_err err = { 0 };

	if (bt_session_open(&session, &options, &err))
		fail_msg("%s", err.text);
	return session;
}

/* The only process whose command line has the mark in it; the agent's shell has exec'd it. */
static pid_t find_agent(const char *mark)
{
	char command[256];
	int pid = 0;
	FILE *out;

	/* Of this test only: others may run the same at the same time. */
	snprintf(command, sizeof(command), "pgrep -P %d -f -- 'buddytop-agent.*%s' | head -n 1",
		 (int)getpid(), mark);
	out = popen(command, "r");
	if (fscanf(out, "%d", &pid) != 1)
		pid = 0;
	pclose(out);
	return pid;
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) && errno == ESRCH;
}

static void test_frames_and_control(void **state)
{
	struct bt_session *s =
		open_remote("remote:exec " AGENT " --source sim:4,cpus=64,nodes=4", 0);
	struct bt_err err = { 0 };

	(void)state;
	assert_string_equal(bt_session_machine(s)->source, "remote");
	assert_int_equal(bt_session_machine(s)->reality, BT_SIMULATED);
	assert_int_equal(bt_session_machine(s)->cpu_count, 64);
	rig_frames(s, 2);
	/* The agent's clock is the client's: one interval a frame. */
	assert_int_equal(bt_session_interval(s)->point.length_ns, BT_NS_PER_S);
	assert_int_equal(rig_publish(s, "order=3 cpus=0-31 start", &err), 0);
	rig_frames(s, 2);
	assert_non_null(rig_event(s, BT_EVENT_APPLIED, "64/64"));
	assert_int_equal(bt_session_frame(s)->config.order, 3);
	assert_true(bt_session_interval(s)->point.allocs_per_s > 0);
	assert_int_equal(bt_session_interval(s)->cpus[40].allocs_per_s > 0, 0);
	assert_int_equal(bt_session_stop_now(s, "test", &err), 0);
	rig_frames(s, 2);
	assert_int_equal(bt_session_interval(s)->totals.held_blocks, 0);
	bt_session_close(s);
}

static void test_measure(void **state)
{
	struct bt_session *s = open_remote("remote:exec " AGENT " --source sim:4", 0);
	const struct bt_measure_options options = { .limit_bytes = 64ull << 20 };
	struct bt_measure measure = { 0 };
	struct bt_err err = { 0 };

	(void)state;
	rig_frames(s, 1);
	assert_int_equal(bt_session_measure(s, &options, &err), 0);
	bt_session_measured(s, &measure);
	assert_int_equal(measure.state, BT_MEASURE_RUNNING);
	rig_frames(s, 5);
	bt_session_measured(s, &measure);
	assert_int_equal(measure.state, BT_MEASURE_DONE);
	assert_int_equal(measure.reached_bytes, 64ull << 20);
	bt_session_close(s);
}

static void test_want(void **state)
{
	struct bt_session *s = open_remote("remote:exec " AGENT " --source sim:4", 0);

	(void)state;
	rig_frames(s, 1);
	assert_int_equal(bt_session_frame(s)->tasks.state, BT_DETAIL_NONE);
	bt_session_want(s, BT_WANT_ALL);
	rig_frames(s, 1);
	assert_true(bt_session_frame(s)->tasks.count > 10);
	assert_int_equal(bt_session_frame(s)->pageblocks.block_pages, 512);
	bt_session_want(s, BT_WANT_TASKS);
	rig_frames(s, 1);
	assert_int_equal(bt_session_frame(s)->tasks.state, BT_DETAIL_KNOWN);
	assert_int_equal(bt_session_frame(s)->pageblocks.state, BT_DETAIL_NONE);
	assert_int_equal(bt_session_frame(s)->cpu_hist.cpu, -1);
	bt_session_want(s, BT_WANT_CPU(3));
	rig_frames(s, 1);
	assert_int_equal(bt_session_frame(s)->cpu_hist.cpu, 3);
	assert_int_equal(bt_session_frame(s)->tasks.state, BT_DETAIL_NONE);
	bt_session_close(s);
}

static void test_many_cpus(void **state)
{
	struct bt_session *s = open_remote("remote:exec " AGENT " -s sim:4,cpus=1024,nodes=16", 0);
	struct bt_err err = { 0 };

	(void)state;
	rig_publish(s, "start", &err);
	rig_frames(s, 3);
	assert_int_equal(bt_session_interval(s)->totals.applied, 1024);
	bt_session_close(s);
}

/* An agent has no control to give: a recording. */
static void test_no_control(void **state)
{
	char path[] = "/tmp/bt-remote-XXXXXX", spec[256];
	int fd = mkstemp(path);
	struct bt_session *s;
	struct bt_err err = { 0 };

	(void)state;
	close(fd);
	snprintf(spec, sizeof(spec), "echo '{\"op\":\"read\",\"id\":1}' | " AGENT " -s sim:2 > %s",
		 path);
	assert_int_equal(system(spec), 0);
	snprintf(spec, sizeof(spec), "remote:exec " AGENT " -s replay:%s", path);
	s = open_remote(spec, 0);
	assert_non_null(bt_session_no_control(s));
	assert_int_equal(rig_publish(s, "start", &err), -EPERM);
	rig_frames(s, 1);
	assert_int_equal(bt_session_frame(s)->mono_ns, 1000 * BT_NS_PER_S);
	bt_session_kick(s);
	rig_until(s, rig_state(s) == BT_SESSION_ENDED);
	bt_session_close(s);
	unlink(path);
}

static void test_killed_agent(void **state)
{
	struct bt_session *s = open_remote("remote:exec " AGENT " -s sim:1301", 50 * BT_NS_PER_MS);
	pid_t pid;

	(void)state;
	rig_until(s, rig_seq(s) >= 3);
	pid = find_agent("sim:1301");
	assert_true(pid > 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	rig_until(s, rig_state(s) == BT_SESSION_LOST);
	assert_non_null(rig_event(s, BT_EVENT_LOST, "the agent was killed by signal 9"));
	assert_non_null(bt_session_frame(s));
	rig_until(s, rig_state(s) == BT_SESSION_LIVE); /* a new agent after 1 s */
	rig_until(s, rig_seq(s) >= 2);
	assert_true(is_gone(pid));
	pid = find_agent("sim:1301");
	bt_session_close(s);
	assert_true(is_gone(pid));
}

/* The second agent was started by the sampler's thread, and is not killed when that ends. */
static void test_reopened_agent_ends_politely(void **state)
{
	char path[] = "/tmp/bt-remote-XXXXXX", spec[256], kill_it[128], *codes = NULL;
	int fd = mkstemp(path);
	struct bt_session *s;

	(void)state;
	close(fd);
	snprintf(spec, sizeof(spec), "remote:" AGENT " -s sim:%d; echo $? >>%s", getpid(), path);
	s = open_remote(spec, 50 * BT_NS_PER_MS);
	rig_until(s, rig_seq(s) >= 3);
	/* The seed is our pid: the agent of another run of this test is not meant. */
	snprintf(kill_it, sizeof(kill_it), "pkill -KILL -fx '" AGENT " -s sim:%d'", getpid());
	assert_int_equal(system(kill_it), 0);
	rig_until(s, rig_state(s) == BT_SESSION_LOST);
	rig_until(s, rig_state(s) == BT_SESSION_LIVE);
	bt_session_close(s);
	assert_true(bt_read_file(path, 64, &codes, NULL) > 0);
	assert_string_equal(codes, "137\n0\n");
	free(codes);
	unlink(path);
}

/* Stopped, not dead: the screen says so, and goes on when the agent does. */
static void test_suspended_agent(void **state)
{
	struct bt_session *s = open_remote("remote:exec " AGENT " -s sim:1302", 50 * BT_NS_PER_MS);
	struct bt_session_status status;
	uint64_t seq, start;
	pid_t pid;

	(void)state;
	rig_until(s, rig_seq(s) >= 3);
	pid = find_agent("sim:1302");
	assert_int_equal(kill(pid, SIGSTOP), 0);
	rig_until(s, rig_state(s) == BT_SESSION_LOST);
	bt_session_status(s, &status);
	assert_int_equal(status.next_try, 0);
	seq = rig_seq(s);
	assert_int_equal(kill(pid, SIGCONT), 0);
	rig_until(s, rig_state(s) == BT_SESSION_LIVE);
	rig_until(s, rig_seq(s) > seq + 1);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	start = bt_mono_ns();
	bt_session_close(s); /* one that does not end is ended */
	assert_true(bt_mono_ns() - start < 6 * BT_NS_PER_S);
	assert_true(is_gone(pid));
}

static void test_not_an_agent(void **state)
{
	static const struct {
		const char *command;
		const char *says;
	} cases[] = {
		{ "yes", "no agent there: it says 'y'" },
		{ "yes 123456789012345678901234567890", "says '12345678901234567890'..." },
		{ "yes \"$(printf '\\001\\377')\"", "no agent there: what it sends is no text" },
		{ "cat /dev/urandom", "" },
		{ "cat /dev/zero", "without an end" },
		{ "true", "exited with 0" },
		{ "exit 3", "exited with 3" },
		{ "kill -9 $$", "it was killed by signal 9" },
		{ "echo oh no >&2; exit 7", "exited with 7: oh no" },
		{ "no-such-command-here", "not found" },
		{ "echo '{\"hello\":{\"protocol\":9}}'; sleep 60", "protocol 9" },
		{ "echo '{\"hello\":{\"protocol\":1,\"machine\":{}}}'; sleep 60", "machine" },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_session_options options = { .source = NULL };
		struct bt_session *session;
		struct bt_err err = { 0 };
		char spec[128];

		snprintf(spec, sizeof(spec), "remote:%s", cases[i].command);
		options.source = spec;
		if (!bt_session_open(&session, &options, &err))
			fail_msg("'%s' was taken for an agent", cases[i].command);
		if (!strstr(err.text, cases[i].says) || !strstr(err.text, "remote"))
			fail_msg("'%s': %s", cases[i].command, err.text);
		for (const char *c = err.text; *c; c++)
			assert_true(*c >= ' ' && *c <= '~');
	}
}

/* What a login prints before the agent speaks does not matter. */
static void test_banner(void **state)
{
	struct bt_session *s = open_remote("remote:echo Welcome; echo; exec " AGENT " -s sim:1", 0);

	(void)state;
	rig_frames(s, 1);
	bt_session_close(s);
}

/* ---- a stream whose other end is the test ----------------------------------------------- */

struct peer {
	int pair[2];
	void *remote;
	struct bt_machine *machine;
	struct bt_frame *frame;
};

/* Takes a part of a text out. */
static void cut(char *text, const char *part)
{
	char *at = strstr(text, part);

	if (!at)
		fail_msg("no %s in %s", part, text);
	memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
}

/* The greeting of a real agent, less what an older one does not say, and then silence. */
static void peer_open_without(struct peer *peer, const char *part)
{
	const struct bt_source_options options = { .argument = NULL };
	struct bt_err err = { 0 };
	char *hello = bt_xcalloc(1, 65536);
	FILE *agent = popen(": | " AGENT " -s sim:1,cpus=2", "r");

	(void)!fgets(hello, 65536, agent);
	if (!hello[0])
		fail_msg("the agent said nothing");
	pclose(agent);
	if (part)
		cut(hello, part);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, peer->pair), 0);
	assert_int_equal(bt_write_all(peer->pair[1], hello, strlen(hello)), 0);
	free(hello);
	peer->machine = bt_xcalloc(1, sizeof(*peer->machine));
	if (bt_remote_open_fd(&peer->remote, peer->pair[0], BT_NS_PER_S, &options, peer->machine,
			      &err))
		fail_msg("%s", err.text);
	peer->frame = bt_frame_create(peer->machine);
}

static void peer_open(struct peer *peer)
{
	peer_open_without(peer, NULL);
}

static void peer_close(struct peer *peer)
{
	bt_source_remote.close(peer->remote);
	bt_frame_free(peer->frame);
	free(peer->machine);
	close(peer->pair[0]);
	close(peer->pair[1]);
}

static int peer_read_after(struct peer *peer, const char *answer, struct bt_err *err)
{
	bt_write_all(peer->pair[1], answer, strlen(answer));
	return bt_source_remote.read(peer->remote, peer->frame, err);
}

static void test_answers(void **state)
{
	struct bt_err err = { 0 };
	struct peer peer;

	(void)state;
	peer_open(&peer);
	/* None, then one to another question, one not now, one that is no frame, then the end. */
	assert_int_equal(bt_source_remote.read(peer.remote, peer.frame, &err), -ETIMEDOUT);
	assert_int_equal(peer_read_after(&peer, "{\"id\":7,\"frame\":{}}\n{\"what\":1}\n", &err),
			 -ETIMEDOUT);
	assert_int_equal(peer_read_after(&peer,
					 "{\"id\":1,\"error\":{\"errno\":107,\"text\":\"lost\"}}\n",
					 &err),
			 -ETIMEDOUT);
	assert_string_equal(err.text, "lost");
	assert_int_equal(peer_read_after(&peer, "{\"id\":2,\"frame\":{}}\n", &err), -EPROTO);
	assert_int_equal(peer_read_after(&peer, "\x01\xff rubbish\n", &err), -EPROTO);
	assert_non_null(strstr(err.text, "rubbish"));
	shutdown(peer.pair[1], SHUT_RDWR);
	assert_int_equal(bt_source_remote.read(peer.remote, peer.frame, &err), -ECONNRESET);
	peer_close(&peer);
}

/* What it would ignore is not asked of it: it would run into the OOM kill. The rest is. */
static void test_measure_by_an_older_agent(void **state)
{
	static const struct bt_measure_options cannot[] = {
		{ .stop_psi_percent = 10 },
		{ .limit_bytes = 1 << 30, .region_bytes = 1 << 30 },
	};
	const struct bt_measure_options can = { .limit_bytes = 1 << 30 };
	struct bt_measure measure;
	struct bt_err err = { 0 };
	struct peer peer;
	char asked[256];
	ssize_t size;

	(void)state;
	peer_open_without(&peer, "\"offers\":[\"measure-options\"],");
	for (unsigned i = 0; i < BT_ARRAY_SIZE(cannot); i++) {
		assert_int_equal(bt_source_remote.measure(peer.remote, &cannot[i], &err),
				 -EOPNOTSUPP);
		assert_non_null(strstr(err.text, "older"));
		bt_source_remote.measured(peer.remote, &measure);
		assert_int_equal(measure.state, BT_MEASURE_NONE);
	}
	assert_int_equal(bt_source_remote.measure(peer.remote, &can, &err), 0);
	size = read(peer.pair[1], asked, sizeof(asked) - 1);
	assert_true(size > 0);
	asked[size] = '\0';
	assert_string_equal(asked, "{\"op\":\"measure\",\"limit_bytes\":1073741824}\n");
	peer_close(&peer);
}

/* An end of a name that nobody knows, an error instead of a beginning, an end that is known. */
static void test_measure_answers(void **state)
{
	const struct bt_measure_options options = { .stop_psi_percent = 10 };
	struct bt_measure measure;
	struct bt_err err = { 0 };
	struct peer peer;

	(void)state;
	peer_open(&peer);
	assert_int_equal(bt_source_remote.measure(peer.remote, &options, &err), 0);
	bt_source_remote.measured(peer.remote, &measure);
	assert_int_equal(measure.state, BT_MEASURE_RUNNING);
	assert_int_equal(measure.stop_psi_percent, 10);
	assert_int_equal(peer_read_after(&peer, "{\"error\":{\"errno\":95,\"text\":\"no PSI\"}}\n",
					 &err), -ETIMEDOUT);
	bt_source_remote.measured(peer.remote, &measure);
	assert_int_equal(measure.end, BT_MEASURE_END_FAILED);
	assert_string_equal(measure.text, "no PSI");
	assert_int_equal(peer_read_after(&peer, "{\"id\":0,\"measure\":{\"state\":\"done\","
					 "\"end\":\"pressure\",\"reached_bytes\":7}}\n", &err),
			 -ETIMEDOUT);
	bt_source_remote.measured(peer.remote, &measure);
	assert_int_equal(measure.end, BT_MEASURE_END_PRESSURE);
	assert_int_equal(measure.reached_bytes, 7);
	assert_int_equal(peer_read_after(&peer, "{\"id\":0,\"measure\":{\"state\":\"done\","
					 "\"end\":\"bored\"}}\n", &err), -EPROTO);
	assert_non_null(strstr(err.text, "end"));
	peer_close(&peer);
}

static void test_endless_line(void **state)
{
	struct peer peer;
	struct bt_err err = { 0 };
	pid_t writer;
	int rc;

	(void)state;
	peer_open(&peer);
	writer = fork();
	if (!writer) {
		char x[4096];

		memset(x, 'x', sizeof(x));
		for (unsigned i = 0; i < 4096 && write(peer.pair[1], x, sizeof(x)) > 0; i++)
			;
		_exit(0);
	}
	do {
		rc = bt_source_remote.read(peer.remote, peer.frame, &err);
	} while (rc == -ETIMEDOUT);
	assert_int_equal(rc, -EPROTO);
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
	peer_close(&peer);
}

/* The other end reads nothing: nobody waits for it, and once it reads, the newest config arrives
 * last. */
static void test_publish_never_blocks(void **state)
{
	struct bt_config config = { .size = sizeof(config) };
	struct bt_err err = { 0 };
	char *all = bt_xcalloc(1, 1 << 20), *last = NULL;
	struct peer peer;
	size_t used = 0;

	(void)state;
	peer_open(&peer);
	config.cpus[0] = 3;
	alarm(120);	/* whoever waits for a reader waits for ever */
	for (uint64_t token = 1; token <= 5000; token++) {
		assert_int_equal(bt_source_remote.publish(peer.remote, &config, token, &err), 0);
		assert_int_equal(bt_source_remote.keepalive(peer.remote), 0);
	}
	alarm(0);
	fcntl(peer.pair[1], F_SETFL, O_NONBLOCK);
	for (unsigned i = 0; i < 400; i++) {
		ssize_t got = read(peer.pair[1], all + used, (1 << 20) - 1 - used);

		used += got > 0 ? (size_t)got : 0;
		if (got <= 0)
			bt_source_remote.keepalive(peer.remote);
		if (used > (1 << 20) - 65536)
			break;
	}
	for (char *at = all; (at = strstr(at, "\"token\":")); at++)
		last = at;
	assert_non_null(last);
	assert_int_equal(strtoul(last + 8, NULL, 10), 5000);
	free(all);
	peer_close(&peer);
}

static void test_interrupt(void **state)
{
	struct bt_err err = { 0 };
	struct peer peer;

	(void)state;
	peer_open(&peer);
	bt_source_remote.interrupt(peer.remote);
	/* One that had waited for an answer would say -ETIMEDOUT. */
	assert_int_equal(bt_source_remote.read(peer.remote, peer.frame, &err), -EAGAIN);
	peer_close(&peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_and_control),
		cmocka_unit_test(test_measure),
		cmocka_unit_test(test_want),
		cmocka_unit_test(test_many_cpus),
		cmocka_unit_test(test_no_control),
		cmocka_unit_test(test_killed_agent),
		cmocka_unit_test(test_reopened_agent_ends_politely),
		cmocka_unit_test(test_suspended_agent),
		cmocka_unit_test(test_not_an_agent),
		cmocka_unit_test(test_banner),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_measure_by_an_older_agent),
		cmocka_unit_test(test_measure_answers),
		cmocka_unit_test(test_endless_line),
		cmocka_unit_test(test_publish_never_blocks),
		cmocka_unit_test(test_interrupt),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
