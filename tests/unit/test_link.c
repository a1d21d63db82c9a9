// SPDX-License-Identifier: GPL-2.0
/*
 * The agent protocol as a client on a socket sees it: greeting, frames, publications, and what
 * becomes of rubbish, half lines, endless lines and clients that do not read. Also snapshots.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/json.h"
#include "source/socket.h"
#include "tests/unit/session_rig.h"

#define BUF (1u << 20)

struct rig {
	struct bt_session *session;
	int fd, served_fd;		/* the client's end and the other */
	char *buf;
	size_t used;
	struct bt_json_reader *reader;
};

static int setup(void **state)
{
	struct rig *rig = bt_xcalloc(1, sizeof(*rig));
	const struct bt_session_options options = {
		.source = "sim:3,cpus=4", .relay_keepalive = true, .history = true};
	struct bt_err err = { 0 };
	int pair[2];

	if (bt_session_open(&rig->session, &options, &err))
		fail_msg("%s", err.text);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	rig->fd = pair[0];
	rig->served_fd = pair[1];
	rig->buf = bt_xcalloc(BUF, 1);
	rig->reader = bt_json_reader_create(BUF);
	assert_int_equal(bt_session_attach(rig->session, pair[1], pair[1], "test", &err), 0);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	bt_session_close(rig->session);
	close(rig->fd);
	close(rig->served_fd);
	bt_json_reader_free(rig->reader);
	free(rig->buf);
	free(rig);
	return 0;
}

static void say(struct rig *rig, const char *text)
{
	assert_int_equal(bt_write_all(rig->fd, text, strlen(text)), 0);
}

/* Steps the session until a line has come; NULL when the session has dropped us. */
static const struct bt_json *hear(struct rig *rig)
{
	static char line[BUF];
	uint64_t end = bt_mono_ns() + RIG_LIMIT_NS;

	while (bt_mono_ns() < end) {
		char *newline = memchr(rig->buf, '\n', rig->used);
		struct bt_err err = { 0 };
		const struct bt_json *root;
		size_t size;
		ssize_t got;

		if (newline) {
			size = (size_t)(newline - rig->buf);
			memcpy(line, rig->buf, size);
			rig->used -= size + 1;
			memmove(rig->buf, newline + 1, rig->used);
			root = bt_json_parse(rig->reader, line, size, &err);
			if (!root)
				fail_msg("%s", err.text);
			return root;
		}
		rig_idle(rig->session, 2 * BT_NS_PER_MS);
		got = read(rig->fd, rig->buf + rig->used, BUF - rig->used);
		if (got < 0 && !rig_clients(rig->session))
			return NULL;
		rig->used += got > 0 ? (size_t)got : 0;
	}
	fail_msg("no line came");
	return NULL;
}

static uint64_t number_at(const struct bt_json *node, const char *key)
{
	uint64_t value = 0;

	assert_true(bt_json_get_u64(node, key, &value));
	return value;
}

static const struct bt_json *hear_frame(struct rig *rig, uint64_t id)
{
	const struct bt_json *root = hear(rig), *frame = bt_json_get_object(root, "frame");

	assert_non_null(frame);
	assert_int_equal(number_at(root, "id"), id);
	return frame;
}

static void hear_error(struct rig *rig, uint64_t code)
{
	const struct bt_json *error = bt_json_get_object(hear(rig), "error");

	assert_non_null(error);
	assert_int_equal(number_at(error, "errno"), code);
	assert_non_null(bt_json_get_string(error, "text"));
}

static void test_greeting_and_frames(void **state)
{
	struct rig *rig = *state;
	const struct bt_json *hello = bt_json_get_object(hear(rig), "hello");

	assert_int_equal(number_at(hello, "protocol"), 1);
	assert_string_equal(bt_json_get_string(bt_json_get_object(hello, "machine"), "host"),
			    "sim");
	assert_null(bt_json_get_string(hello, "no_control"));
	assert_string_equal(bt_json_get_array(hello, "offers")->child->string, "measure-options");
	say(rig, "{\"op\":\"read\",\"id\":41}\n");
	assert_int_equal(number_at(hear_frame(rig, 41), "seq"), 1);
	say(rig, "{\"op\":\"read\",\"id\":42,\"extra\":true}\n");
	assert_int_equal(number_at(hear_frame(rig, 42), "mono_ns"), 1000005000000ull);
	say(rig, "{\"op\":\"read\",\"id\":43}\n");
	assert_int_equal(number_at(hear_frame(rig, 43), "mono_ns"), 1001000000000ull);
}

static void test_half_lines(void **state)
{
	struct rig *rig = *state;

	hear(rig);
	say(rig, "{\"op\":\"re");
	rig_idle(rig->session, 20 * BT_NS_PER_MS);
	say(rig, "ad\",\"id\":1}\n{\"op\":\"keepalive\"}\n{\"op\":");
	hear_frame(rig, 1);
	say(rig, "\"read\",\"id\":2}\r\n");
	hear_frame(rig, 2);
}

static void test_second_read_is_refused(void **state)
{
	struct rig *rig = *state;

	hear(rig);
	say(rig, "{\"op\":\"read\",\"id\":1}\n{\"op\":\"read\",\"id\":2}\n");
	hear_error(rig, EBUSY);
	hear_frame(rig, 1);
}

/* Costly parts are in the answers to those who want them, and in no other frame. */
static void test_want(void **state)
{
	struct rig *rig = *state;
	const struct bt_json *frame;

	hear(rig);
	say(rig, "{\"op\":\"read\",\"id\":1}\n");
	frame = hear_frame(rig, 1);
	assert_null(bt_json_get(frame, "tasks"));
	assert_null(bt_json_get(frame, "pageblocks"));
	say(rig, "{\"op\":\"read\",\"id\":2,\"want\":[\"tomorrow\",7,\"tasks\"]}\n");
	frame = hear_frame(rig, 2);
	assert_string_equal(bt_json_get_string(bt_json_get(frame, "tasks"), "state"), "known");
	assert_null(bt_json_get(frame, "pageblocks"));
	rig_frames(rig->session, 1);
	assert_int_equal(bt_session_frame(rig->session)->tasks.state, BT_DETAIL_NONE);
	bt_session_want(rig->session, BT_WANT_PAGEBLOCKS);
	say(rig, "{\"op\":\"read\",\"id\":3,\"want\":7}\n");
	frame = hear_frame(rig, 3);
	assert_null(bt_json_get(frame, "tasks"));
	assert_non_null(bt_json_get(frame, "pageblocks"));
	assert_int_equal(bt_session_frame(rig->session)->pageblocks.state, BT_DETAIL_KNOWN);
	/* Of two CPUs the session's own is read. */
	bt_session_want(rig->session, BT_WANT_CPU(2));
	say(rig, "{\"op\":\"read\",\"id\":4,\"want_cpu\":1}\n");
	hear_frame(rig, 4);
	assert_int_equal(bt_session_frame(rig->session)->cpu_hist.cpu, 2);
	bt_session_want(rig->session, 0);
	say(rig, "{\"op\":\"read\",\"id\":5,\"want_cpu\":1}\n");
	hear_frame(rig, 5);
	assert_int_equal(bt_session_frame(rig->session)->cpu_hist.cpu, 1);
	rig_frames(rig->session, 1);
	assert_int_equal(bt_session_frame(rig->session)->pageblocks.state, BT_DETAIL_NONE);
	assert_int_equal(bt_session_frame(rig->session)->cpu_hist.cpu, -1);
}

/* The outcome rides on the next frame, under the client's own token. */
static void test_publish(void **state)
{
	struct rig *rig = *state;
	const struct bt_json *ack, *frame;
	char config[1024];

	hear(rig);
	snprintf(config, sizeof(config),
		 "{\"op\":\"publish\",\"token\":77,\"config\":{\"run\":\"running\","
		 "\"generation\":0,\"order\":5,\"cpus\":\"0-1\",\"node\":\"local\",\"gfp\":"
		 "\"kernel-mayfail\","
		 "\"pattern\":\"steady\",\"free_order\":\"lifo\",\"touch\":\"none\",\"batch_"
		 "blocks\":8,"
		 "\"pace_ops_per_s\":0,\"held_bytes\":67108864,\"reserve_bytes\":0,\"guard\":"
		 "\"safe\","
		 "\"lease_ms\":5000,\"run_limit_ms\":0}}\n{\"op\":\"read\",\"id\":1}\n");
	say(rig, config);
	frame = bt_json_get_object(hear_frame(rig, 1), "module");
	ack = bt_json_get_object(frame, "ack");
	assert_int_equal(number_at(ack, "token"), 77);
	assert_int_equal(number_at(ack, "errno"), 0);
	assert_int_equal(number_at(ack, "generation"), 1);
	assert_int_equal(number_at(bt_json_get_object(frame, "config"), "order"), 5);
	assert_int_equal(bt_session_config(rig->session)->run, BT_RUN_GO);
	assert_non_null(rig_event(rig->session, BT_EVENT_CONTROL, "order 0 -> 5"));

	/* One the check refuses: nothing reaches the source, the client learns why. */
	memcpy(strstr(config, "67108864"), "      40", 8);
	memcpy(strstr(config, "77"), "78", 2);
	say(rig, config);
	ack = bt_json_get_object(bt_json_get_object(hear_frame(rig, 1), "module"), "ack");
	assert_int_equal(number_at(ack, "token"), 78);
	assert_int_equal(number_at(ack, "errno"), EINVAL);
	assert_non_null(strstr(bt_json_get_string(ack, "text"), "held"));
}

/* Publishes an order as a load, and reads under the same number. */
static void say_load(struct rig *rig, unsigned token, unsigned order, const char *load)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"op\":\"publish\",\"token\":%u,\"config\":{\"run\":\"running\",\"generation\":0,"
		 "\"order\":%u,\"cpus\":\"0-3\",\"node\":\"local\",\"gfp\":\"kernel\",\"pattern\":"
		 "\"steady\",\"free_order\":\"lifo\",\"touch\":\"none\",\"batch_blocks\":8,"
		 "\"pace_ops_per_s\":0,\"held_bytes\":67108864,\"reserve_bytes\":0,\"guard\":\"safe\","
		 "\"lease_ms\":5000,\"run_limit_ms\":0},\"load\":%s}\n{\"op\":\"read\",\"id\":%u}\n",
		 token, order, load, token);
	say(rig, text);
}

/* Its name and its sentences are the client's; what would move the cursor is not printed. */
static void test_publish_load(void **state)
{
	struct rig *rig = *state;
	const struct bt_json *module;

	hear(rig);
	say_load(rig, 5, 3, "{\"name\":\"mine\\u001b[2J\",\"shows\":\"Shows it.\","
			    "\"look\":\"Look there.\",\"note\":\"held is less\"}");
	module = bt_json_get_object(hear_frame(rig, 5), "module");
	assert_int_equal(number_at(bt_json_get_object(module, "config"), "order"), 3);
	assert_string_equal(rig_event(rig->session, BT_EVENT_CONTROL, "order 0 -> 3")->who,
			    "load mine?[2J");
	assert_string_equal(rig_event(rig->session, BT_EVENT_NOTE, "Shows it.")->text,
			    "mine?[2J: Shows it.");
	assert_non_null(rig_event(rig->session, BT_EVENT_NOTE, "Look there."));
	assert_non_null(rig_event(rig->session, BT_EVENT_NOTE, "held is less"));

	/* Without a name it is anybody's, as is what is no object. */
	say_load(rig, 6, 2, "{\"shows\":\"Nothing.\"}");
	hear_frame(rig, 6);
	say_load(rig, 7, 1, "7");
	hear_frame(rig, 7);
	assert_string_equal(rig_event(rig->session, BT_EVENT_CONTROL, "order 3 -> 2")->who, "test");
	assert_string_equal(rig_event(rig->session, BT_EVENT_CONTROL, "order 2 -> 1")->who, "test");
	assert_null(rig_event(rig->session, BT_EVENT_NOTE, "Nothing."));
}

static void test_bad_requests(void **state)
{
	static const struct {
		const char *text;
		uint64_t code;
	} bad[] = {
		{ "rubbish\n", EINVAL },
		{ "\n", EINVAL },
		{ "[1,2]\n", EPROTO },
		{ "{\"op\":\"explode\"}\n", EPROTO },
		{ "{\"op\":3}\n", EPROTO },
		{ "{\"op\":\"read\"}\n", EPROTO },
		{ "{\"op\":\"read\",\"id\":-1}\n", EPROTO },
		{ "{\"op\":\"publish\",\"config\":{}}\n", EPROTO },
		{ "{\"op\":\"publish\",\"token\":0,\"config\":{}}\n", EPROTO },
		{ "{\"op\":\"measured\"}\n", EPROTO },
		{ "{\"op\":\"measure\",\"limit_bytes\":\"1G\"}\n", EPROTO },
		{ "{\"op\":\"measure\",\"limit_bytes\":0}\n", EPROTO },
		{ "{\"op\":\"measure\",\"stop_psi_percent\":101}\n", EPROTO },
		{ "{\"op\":\"measure\",\"region_bytes\":4096}\n", EINVAL },
		{ "\x80\xff{\n", EINVAL },
	};
	struct rig *rig = *state;

	hear(rig);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(bad); i++) {
		say(rig, bad[i].text);
		hear_error(rig, bad[i].code);
	}
	say(rig, "{\"op\":\"publish\",\"token\":9}\n{\"op\":\"read\",\"id\":5}\n");
	assert_int_equal(number_at(bt_json_get_object(
					   bt_json_get_object(hear_frame(rig, 5), "module"), "ack"),
				   "errno"),
			 EPROTO);
	assert_int_equal(rig_clients(rig->session), 1);
}

/* A session on demand goes on by a second with each frame, and its machine fills up in two. */
static void test_measure(void **state)
{
	struct rig *rig = *state;
	const struct bt_json *measure;

	hear(rig);
	say(rig, "{\"op\":\"measured\",\"id\":1}\n");
	measure = bt_json_get_object(hear(rig), "measure");
	assert_string_equal(bt_json_get_string(measure, "state"), "none");
	say(rig, "{\"op\":\"measure\",\"region_bytes\":2097152,\"stop_psi_percent\":25}\n"
		 "{\"op\":\"measured\",\"id\":2}\n");
	measure = bt_json_get_object(hear(rig), "measure");
	assert_string_equal(bt_json_get_string(measure, "state"), "running");
	assert_null(bt_json_get(measure, "end"));
	assert_null(bt_json_get(measure, "limit_bytes"));
	assert_int_equal(number_at(measure, "region_bytes"), 2097152);
	assert_int_equal(number_at(measure, "stop_psi_percent"), 25);
	rig_frames(rig->session, 4);
	say(rig, "{\"op\":\"measured\",\"id\":3}\n");
	measure = bt_json_get_object(hear(rig), "measure");
	assert_string_equal(bt_json_get_string(measure, "state"), "done");
	assert_string_equal(bt_json_get_string(measure, "end"), "pressure");
}

static void test_too_much_rubbish_ends_it(void **state)
{
	struct rig *rig = *state;
	unsigned answers = 0;

	hear(rig);
	for (unsigned i = 0; i < 40; i++)
		say(rig, "y\n");
	while (hear(rig))
		answers++;
	assert_in_range(answers, 16, 17);
	assert_int_equal(rig_clients(rig->session), 0);
}

static void test_endless_line_ends_it(void **state)
{
	struct rig *rig = *state;
	char *x = bt_xcalloc(1, 100000);

	hear(rig);
	memset(x, 'x', 99999);
	say(rig, x);
	free(x);
	hear_error(rig, EMSGSIZE);
	assert_null(hear(rig));
	assert_int_equal(rig_clients(rig->session), 0);
}

/* One that asks and never reads is dropped; the session and the others go on. */
static void test_client_that_does_not_read(void **state)
{
	struct rig *rig = *state;
	static char request[] = "{\"op\":\"measured\",\"id\":1}\n";
	uint64_t end = bt_mono_ns() + RIG_LIMIT_NS;

	signal(SIGPIPE, SIG_IGN);
	while (rig_clients(rig->session) && bt_mono_ns() < end) {
		for (unsigned i = 0; i < 200; i++) {
			if (write(rig->fd, request, sizeof(request) - 1) < 0)
				break;
		}
		bt_session_step(rig->session);
	}
	assert_int_equal(rig_clients(rig->session), 0);
	rig_frames(rig->session, 2);
}

static void test_quit_and_hang_up(void **state)
{
	struct rig *rig = *state;

	hear(rig);
	say(rig, "{\"op\":\"quit\"}\n");
	rig_until(rig->session, !rig_clients(rig->session));
}

/* `echo '{"op":"read","id":1}' | agent`: the end came before the answer. */
static void test_answer_after_the_end(void **state)
{
	struct rig *rig = *state;

	hear(rig);
	say(rig, "{\"op\":\"read\",\"id\":1}\n");
	shutdown(rig->fd, SHUT_WR);
	hear_frame(rig, 1);
	rig_until(rig->session, !rig_clients(rig->session));
}

/* xorshift64: the same everywhere. */
static uint64_t next_random(uint64_t *x, uint64_t below)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x % below;
}

static void attach_again(struct rig *rig)
{
	struct bt_err err = { 0 };
	int pair[2];

	close(rig->fd);
	close(rig->served_fd);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	rig->fd = pair[0];
	rig->served_fd = pair[1];
	rig->used = 0;
	assert_int_equal(bt_session_attach(rig->session, pair[1], pair[1], "test", &err), 0);
}

/* Requests with bytes changed, in pieces: a client may lose its link, never the session. */
static void test_mutated_requests(void **state)
{
	static const char *const requests[] = {
		"{\"op\":\"read\",\"id\":12345}\n", "{\"op\":\"keepalive\"}\n",
		"{\"op\":\"measure\",\"limit_bytes\":1048576}\n", "{\"op\":\"measured\",\"id\":7}\n",
		"{\"op\":\"publish\",\"token\":8,\"config\":{\"run\":\"running\",\"order\":3,\"cpus\":\"0-3\"}}\n",
	};
	struct rig *rig = *state;
	uint64_t x = 88172645463325252ull;
	unsigned lost = 0;

	for (unsigned i = 0; i < 4000; i++) {
		char line[256];
		size_t size, cut;

		snprintf(line, sizeof(line), "%s", requests[next_random(&x, BT_ARRAY_SIZE(requests))]);
		size = strlen(line);
		for (uint64_t n = next_random(&x, 4); n; n--)
			line[next_random(&x, size)] = (char)next_random(&x, 256);
		cut = next_random(&x, size + 1);
		(void)!write(rig->fd, line, cut);
		bt_session_step(rig->session);
		(void)!write(rig->fd, line + cut, size - cut);
		bt_session_step(rig->session);
		(void)!read(rig->fd, rig->buf, BUF);
		if (!rig_clients(rig->session)) {
			lost++;
			attach_again(rig);
		}
	}
	assert_true(lost > 10 && lost < 1000);
	rig_frames(rig->session, 1);
	assert_int_equal(rig_state(rig->session), BT_SESSION_LIVE);
}

/* ---- the socket ------------------------------------------------------------------------ */

static void test_socket(void **state)
{
	const struct bt_session_options options = { .source = "sim", .serve = true, .history = true };
	char dir[] = "/tmp/bt-link-XXXXXX", path[BT_SOCKET_PATH];
	struct bt_session *s, *second;
	struct bt_session_status status;
	struct bt_err err = { 0 };
	struct stat st;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("XDG_RUNTIME_DIR", dir, 1);
	assert_int_equal(bt_socket_connect(&err), -ENOTCONN);
	assert_int_equal(bt_session_open(&s, &options, &err), 0);
	bt_session_status(s, &status);
	snprintf(path, sizeof(path), "%s/buddytop", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(status.socket_path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	fd = bt_socket_connect(&err);
	assert_true(fd >= 0);
	rig_until(s, rig_clients(s) == 1);
	/* A second session leaves the first its socket, and says so. */
	assert_int_equal(bt_session_open(&second, &options, &err), 0);
	bt_session_status(second, &status);
	assert_string_equal(status.socket_path, "");
	assert_non_null(rig_event(second, BT_EVENT_NOTE, "another session"));
	bt_session_close(second);
	assert_int_equal(stat(path, &st), 0);
	close(fd);
	rig_until(s, rig_clients(s) == 0);
	bt_session_close(s);
	assert_int_equal(bt_socket_connect(&err), -ENOTCONN);
	/* What a killed session left behind is replaced; a directory that others can use is not. */
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(path, sizeof(path), "%s/buddytop/session.sock", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&(struct sockaddr_un){ .sun_family = AF_UNIX },
			      sizeof(sa_family_t)), 0);
	close(fd);
	assert_int_equal(bt_write_file(path, "", 0, 0600, &err), 0);
	assert_int_equal(bt_session_open(&s, &options, &err), 0);
	bt_session_status(s, &status);
	assert_string_not_equal(status.socket_path, "");
	bt_session_close(s);
	snprintf(path, sizeof(path), "%s/buddytop", dir);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(bt_session_open(&s, &options, &err), 0);
	bt_session_status(s, &status);
	assert_string_equal(status.socket_path, "");
	bt_session_close(s);
	rmdir(path);
	rmdir(dir);
}

/* ---- snapshots ------------------------------------------------------------------------- */

static unsigned count_files(const char *dir)
{
	char command[128];
	unsigned count = 0;
	FILE *ls;

	snprintf(command, sizeof(command), "ls -A %s | wc -l", dir);
	ls = popen(command, "r");
	assert_int_equal(fscanf(ls, "%u", &count), 1);
	pclose(ls);
	return count;
}

static void test_snapshot_file(void **state)
{
	struct rig *rig = *state;
	char dir[] = "/tmp/bt-snap-XXXXXX", path[4096], *text = NULL;
	struct bt_err err = { 0 };
	const struct bt_json *root;
	ssize_t size;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(bt_session_snapshot_file(rig->session, NULL, dir, path, sizeof(path), &err),
			 -EAGAIN);
	rig_frames(rig->session, 1);
	assert_int_equal(bt_session_snapshot_file(rig->session, NULL, dir, path, sizeof(path), &err), 0);
	assert_string_equal(strrchr(path, '/'), "/buddytop-sim-20260101T000000Z.json");
	size = bt_read_file(path, BUF, &text, &err);
	assert_true(size > 0);
	root = bt_json_parse(rig->reader, text, (size_t)size, &err);
	assert_string_equal(bt_json_get_string(bt_json_get_object(root, "schema"), "name"),
			    "buddytop-snapshot");
	assert_int_equal(number_at(bt_json_get_object(root, "schema"), "version"), 2);
	assert_string_equal(bt_json_get_string(bt_json_get_object(root, "machine"), "reality"),
			    "simulated");
	assert_int_equal(number_at(bt_json_get_object(root, "frame"), "seq"), 1);
	assert_non_null(bt_json_get_array(root, "events"));
	free(text);
	/* The same second again is another file. */
	assert_int_equal(bt_session_snapshot_file(rig->session, NULL, dir, path, sizeof(path), &err), 0);
	assert_non_null(strstr(path, "Z-2.json"));
	assert_int_equal(count_files(dir), 2);
	unlink(path);
	memcpy(strstr(path, "-2.json"), ".json", 6);
	unlink(path);
	assert_int_equal(
		bt_session_snapshot_file(rig->session, NULL, "/nonexistent", path,
					 sizeof(path), &err),
		-ENOENT);
	assert_int_equal(rmdir(dir), 0);
}

/* A full disk, as a limit on the size of files makes it: an error, and nothing is left. */
static void test_snapshot_on_a_full_disk(void **state)
{
	struct rig *rig = *state;
	char dir[] = "/tmp/bt-snap-XXXXXX", path[4096];
	struct bt_err err = { 0 };
	struct rlimit before, limit;

	assert_non_null(mkdtemp(dir));
	rig_frames(rig->session, 1);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 1000;
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_int_equal(bt_session_snapshot_file(rig->session, NULL, dir, path, sizeof(path), &err),
			 -EFBIG);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_non_null(strstr(err.text, dir));
	assert_int_equal(count_files(dir), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_greeting_and_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(test_second_read_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_want, setup, teardown),
		cmocka_unit_test_setup_teardown(test_publish, setup, teardown),
		cmocka_unit_test_setup_teardown(test_publish_load, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(test_measure, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_much_rubbish_ends_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_endless_line_ends_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_client_that_does_not_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_quit_and_hang_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answer_after_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mutated_requests, setup, teardown),
		cmocka_unit_test(test_socket),
		cmocka_unit_test_setup_teardown(test_snapshot_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_snapshot_on_a_full_disk, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
