// SPDX-License-Identifier: GPL-2.0
/*
 * Recordings: every line whole whatever happens to the program or its disk, nothing overwritten,
 * and what a session writes into one. Snapshots of what is shown besides.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "tests/unit/directory.h"
#include "tests/unit/session_rig.h"

/* What a file holds: lines that are whole, and whether each of them is JSON with a known key. */
struct contents {
	unsigned hellos, frames, events;
	uint64_t last_mono_ns;
	bool cut;		/* the last line has no end */
};

static void read_recording(const char *path, struct contents *c)
{
	struct bt_json_reader *reader = bt_json_reader_create(BT_FRAME_LINE_MAX);
	struct bt_err err = { 0 };
	char *text, *line, *end;

	*c = (struct contents){ 0 };
	assert_true(bt_read_file(path, 1ul << 28, &text, &err) > 0);
	for (line = text; (end = strchr(line, '\n')); line = end + 1) {
		const struct bt_json *root = bt_json_parse(reader, line, (size_t)(end - line), &err);
		const struct bt_json *frame = bt_json_get_object(root, "frame");

		if (!root)
			fail_msg("%s: %.40s", err.text, line);
		c->hellos += bt_json_get_object(root, "hello") != NULL;
		c->events += bt_json_get_object(root, "event") != NULL;
		if (frame) {
			c->frames++;
			assert_true(bt_json_get_u64(frame, "mono_ns", &c->last_mono_ns));
		}
	}
	c->cut = *line;
	free(text);
	bt_json_reader_free(reader);
}

static struct bt_session *open_sim(const char *spec, uint64_t interval_ns)
{
	const struct bt_session_options options = { .source = spec, .interval_ns = interval_ns,
						    .history = 16 };
	struct bt_session *session;
	struct bt_err err = { 0 };

	if (bt_session_open(&session, &options, &err))
		fail_msg("%s", err.text);
	return session;
}

static void test_session_writes_all(void **state)
{
	const char *path = in_directory("all.jsonl");
	struct bt_session *session = open_sim("sim:1,cpus=2", 0);
	struct bt_recording recording;
	struct contents c;
	struct stat st;
	struct bt_err err;

	(void)state;
	rig_frames(session, 3);
	assert_int_equal(bt_session_record(session, path, &err), 0);
	assert_true(bt_session_recording(session, &recording));
	assert_string_equal(recording.path, path);
	assert_int_equal(bt_session_record(session, "/nonexistent/second", &err), -EBUSY);
	assert_int_equal(rig_publish(session, "order=2 start", &err), 0);
	rig_frames(session, 4);
	bt_session_record_stop(session);
	assert_false(bt_session_recording(session, &recording));
	rig_frames(session, 2);
	read_recording(path, &c);
	assert_int_equal(c.hellos, 1);
	/* the one that was shown when it began, and the four */
	assert_int_equal(c.frames, 5);
	/* order, start, applied, and the end of the recording */
	assert_int_equal(c.events, 4);
	assert_int_equal(recording.frames, 5);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(recording.bytes, st.st_size);
	bt_session_close(session);
}

/* The line of a change waits for the generation that the change gets. */
static void test_generation_is_in_event(void **state)
{
	const char *path = in_directory("generation.jsonl");
	struct bt_session *session = open_sim("sim:1,cpus=2", 0);
	struct bt_err err;
	char *text;

	(void)state;
	rig_frames(session, 1);
	assert_int_equal(bt_session_record(session, path, &err), 0);
	assert_int_equal(rig_publish(session, "order=2", &err), 0);
	rig_frames(session, 2);
	bt_session_close(session);
	assert_true(bt_read_file(path, 1 << 20, &text, NULL) > 0);
	assert_non_null(strstr(text, "\"kind\":\"control\",\"who\":\"test\",\"text\":\"order 0 -> 2\","
				     "\"generation\":1,"));
	free(text);
}

static void test_never_overwrites(void **state)
{
	const char *path = in_directory("there.jsonl");
	struct bt_session *session = open_sim("sim:1,cpus=2", 0);
	struct bt_recording recording;
	struct bt_err err;
	char *text;

	(void)state;
	assert_int_equal(bt_write_file(path, "precious", 8, 0644, NULL), 0);
	assert_int_equal(bt_session_record(session, path, &err), -EEXIST);
	assert_non_null(strstr(err.text, "there.jsonl"));
	assert_false(bt_session_recording(session, &recording));
	assert_int_equal(bt_read_file(path, 100, &text, NULL), 8);
	assert_string_equal(text, "precious");
	free(text);
	bt_session_close(session);
}

/* A frame of 2 CPUs has a few kilobytes: this disk is full within the first ten. */
static void test_full_disk(void **state)
{
	const struct rlimit small = { 20000, RLIM_INFINITY }, large = { RLIM_INFINITY,
									RLIM_INFINITY };
	const char *path = in_directory("full.jsonl");
	struct bt_session *session = open_sim("sim:1,cpus=2", 0);
	struct bt_recording recording;
	struct contents c;
	struct bt_err err;
	unsigned told = 0;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(bt_session_record(session, path, &err), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rig_frames(session, 40);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &large), 0);
	assert_false(bt_session_recording(session, &recording));
	assert_int_equal(recording.error.code, EFBIG);
	assert_int_equal(rig_seq(session), 40); /* the session went on */
	for (uint64_t n = 1; n <= bt_session_event_last(session); n++)
		told += strstr(bt_session_event(session, n)->text, "recording has ended") != NULL;
	assert_int_equal(told, 1);
	read_recording(path, &c);
	assert_int_equal(c.hellos, 1);
	assert_int_equal(c.frames, recording.frames);
	assert_in_range(c.frames, 1, 39);
	assert_false(c.cut);
	bt_session_close(session);
}

static void test_file_removed(void **state)
{
	const char *path = in_directory("gone.jsonl");
	struct bt_session *session = open_sim("sim:1,cpus=2", 0);
	struct bt_recording recording;
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_session_record(session, path, &err), 0);
	rig_frames(session, 2);
	assert_int_equal(unlink(path), 0);
	rig_frames(session, 2);
	assert_false(bt_session_recording(session, &recording));
	assert_int_equal(recording.error.code, ENOENT);
	assert_non_null(rig_event(session, BT_EVENT_FAILURE, "was removed; recording has ended"));
	bt_session_close(session);
}

/* A writer killed at any moment leaves whole lines and at most one that is cut off. */
static void test_kill(void **state)
{
	const char *path = in_directory("killed.jsonl");

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		struct contents c;
		struct stat file;
		pid_t child;

		unlink(path);
		child = fork();
		assert_true(child >= 0);
		if (!child) {
			struct bt_session *session = open_sim("sim:1,cpus=8", 0);
			struct bt_err err;

			if (bt_session_record(session, path, &err))
				_exit(1);
			for (;;)
				rig_frames(session, 1);
		}
		while (stat(path, &file) || !file.st_size)	/* until it has its greeting */
			bt_sleep_until_ns(bt_mono_ns() + BT_NS_PER_MS);
		/* prime, so that the rounds end at different places of the work */
		bt_sleep_until_ns(bt_mono_ns() + 2 * BT_NS_PER_MS + round * 1237 * 1000);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		read_recording(path, &c);
		assert_int_equal(c.hellos, 1);
		/* the simulated clock begins at 1000 s and advances by a second a frame */
		if (c.frames)
			assert_int_equal(c.last_mono_ns, (999 + c.frames) * BT_NS_PER_S);
	}
}

/* A snapshot of the past: no frame, the instant's point, and the points before it, oldest first. */
/* Before the first sample nobody knows the source's time: it is left out, not called 0. */
static void test_event_of_unknown_time(void **state)
{
	const struct bt_event before = { .number = 1, .kind = BT_EVENT_NOTE, .who = "a", .text = "b" };
	struct bt_json_reader *reader = bt_json_reader_create(4096);
	struct bt_json_writer *w = bt_json_writer_create(false);
	struct bt_event after;
	const char *text;
	size_t size;

	(void)state;
	bt_event_encode(w, NULL, &before);
	text = bt_json_writer_text(w, &size);
	assert_string_equal(text, "{\"number\":1,\"kind\":\"note\",\"who\":\"a\",\"text\":\"b\"}");
	assert_int_equal(bt_event_decode(bt_json_parse(reader, text, size, NULL), &after, NULL), 0);
	assert_int_equal(after.utc_ns, 0);
	assert_int_equal(after.mono_ns, 0);
	assert_string_equal(after.text, "b");
	bt_json_writer_free(w);
	bt_json_reader_free(reader);
}

static void test_snapshot_of_what_is_shown(void **state)
{
	struct bt_session *session = open_sim("sim:1,cpus=2", 0);
	struct bt_json_reader *reader = bt_json_reader_create(1u << 20);
	struct bt_json_writer *w = bt_json_writer_create(false);
	struct bt_shown shown = { .past = true, .frozen = true, .age = 2, .count = 3 };
	const struct bt_json *root, *node;
	uint64_t expected_s = 1000 + 6 - 2 - 2, number;
	const char *text;
	struct bt_err err;
	size_t size;

	(void)state;
	rig_frames(session, 7); /* the last is at 1006 s */
	shown.point = bt_history_at(bt_session_history(session), BT_TIER_SAMPLE, 2);
	assert_int_equal(bt_session_snapshot(session, &shown, w, &err), 0);
	text = bt_json_writer_text(w, &size);
	root = bt_json_parse(reader, text, size, &err);
	assert_non_null(root);
	assert_null(bt_json_get(root, "frame"));
	assert_string_equal(bt_json_get_string(root, "taken_at"), "2026-01-01T00:00:04.000Z");
	root = bt_json_get_object(root, "shown");
	assert_true(bt_json_get_u64(bt_json_get_object(root, "point"), "mono_ns", &number));
	assert_int_equal(number, 1004 * BT_NS_PER_S);
	node = bt_json_get_array(root, "window");
	assert_int_equal(node->count, 3);
	for (node = node->child; node; node = node->next) {
		assert_true(bt_json_get_u64(node, "mono_ns", &number));
		assert_int_equal(number, expected_s++ * BT_NS_PER_S);
		assert_true(bt_json_get_u64(bt_json_get_object(node, "metrics"), "available_bytes",
					    &number));
	}
	bt_json_writer_free(w);
	bt_json_reader_free(reader);
	bt_session_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session_writes_all),
		cmocka_unit_test(test_generation_is_in_event),
		cmocka_unit_test(test_never_overwrites),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_file_removed),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_event_of_unknown_time),
		cmocka_unit_test(test_snapshot_of_what_is_shown),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
