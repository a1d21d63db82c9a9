// SPDX-License-Identifier: GPL-2.0
/*
 * A recording shown again: its frames, log and history at every position, forwards and back; pace;
 * and files that are damaged. Also built for the thread sanitizer.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "tests/unit/session_rig.h"

#define FRAMES 40u
#define BEGIN_S 1000u	/* the simulated clock's; a frame is a second */

static char path[64], copy[64];

static struct bt_session *open_session(const char *spec, uint64_t interval_ns)
{
	const struct bt_session_options options = { .source = spec, .interval_ns = interval_ns,
						    .history = true };
	struct bt_session *session;
	struct bt_err err = { 0 };

	if (bt_session_open(&session, &options, &err))
		fail_msg("%s", err.text);
	return session;
}

static struct bt_session *open_replay(const char *file, uint64_t interval_ns)
{
	char spec[128];

	snprintf(spec, sizeof(spec), "replay:%s", file);
	return open_session(spec, interval_ns);
}

/* 40 frames of a second each; marks at 10 and 20 s, a start at 15 s, a pause before 30 s. */
static int make_recording(void **state)
{
	struct bt_session *s = open_session("sim:1,cpus=2", 0);
	struct bt_err err;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/replay-test-%d.jsonl", (int)getpid());
	snprintf(copy, sizeof(copy), "/tmp/replay-test-%d.copy", (int)getpid());
	unlink(path);
	if (bt_session_record(s, path, &err))
		return -1;
	for (unsigned frame = 0; frame < FRAMES; frame++) {
		rig_frames(s, 1);
		if (frame == 10)
			bt_session_note(s, BT_EVENT_MARK, "key", "before the start");
		if (frame == 15)
			rig_publish(s, "order=3 start", &err);
		if (frame == 20)
			bt_session_note(s, BT_EVENT_MARK, "key", "steady");
		if (frame == 29) {
			bt_session_pause(s, true);
			bt_session_pause(s, false);
		}
	}
	bt_session_close(s);
	return 0;
}

static int remove_recording(void **state)
{
	(void)state;
	unlink(copy);
	return unlink(path);
}

static uint64_t shown_s(const struct bt_session *s)
{
	const struct bt_frame *frame = bt_session_frame(s);

	return frame ? frame->mono_ns / BT_NS_PER_S - BEGIN_S : UINT64_MAX;
}

static bool seeking(const struct bt_session *s)
{
	struct bt_replay_status status;

	assert_true(bt_session_replay(s, &status));
	return status.seeking;
}

static void go_to(struct bt_session *s, const char *where, uint64_t expected_s)
{
	struct bt_err err = { 0 };

	if (bt_session_seek_text(s, where, &err))
		fail_msg("%s", err.text);
	rig_until(s, shown_s(s) == expected_s && !seeking(s));
}

/* The points of the history are the first frame and the seconds up to the position, each once. */
static void check_history(const struct bt_session *s, uint64_t position_s)
{
	const struct bt_history *history = bt_session_history(s);

	assert_int_equal(bt_history_count(history, BT_TIER_SAMPLE), position_s + 1);
	for (unsigned age = 0; age < position_s; age++) {
		const struct bt_point *point = bt_history_at(history, BT_TIER_SAMPLE, age);

		assert_int_equal(point->mono_ns, (BEGIN_S + position_s - age) * BT_NS_PER_S);
		assert_int_equal(point->length_ns, BT_NS_PER_S);
		assert_int_equal(point->gap, position_s - age == 30);
		assert_int_equal(!!(point->flags & BT_POINT_MARK),
				 position_s - age == 11 || position_s - age == 21);
	}
}

static void test_same_frames(void **state)
{
	struct bt_session *s = open_replay(path, 0);
	struct bt_replay_status status;

	(void)state;
	assert_true(bt_session_replay(s, &status));
	assert_int_equal(status.length_ns, (FRAMES - 1) * BT_NS_PER_S);
	assert_int_equal(status.marks, 2);
	rig_frames(s, 17);
	assert_int_equal(shown_s(s), 16);
	assert_int_equal(bt_session_frame(s)->config.order, 3);
	assert_int_equal(bt_session_config(s)->order, 3);
	assert_int_equal(bt_session_frame(s)->run, BT_RUN_GO);
	check_history(s, 16);
	/* Logged by whoever recorded, not found anew: each line is there once. */
	assert_non_null(rig_event(s, BT_EVENT_CONTROL, "order 0 -> 3"));
	assert_int_equal(rig_event(s, BT_EVENT_CONTROL, "order 0 -> 3")->generation, 1);
	assert_string_equal(rig_event(s, BT_EVENT_CONTROL, "order")->who, "test");
	assert_int_equal(bt_session_event_last(s), 4); /* mark, order, start, applied */
	bt_session_close(s);
}

static void test_no_control(void **state)
{
	struct bt_session *s = open_replay(path, 0);
	struct bt_err err;

	(void)state;
	assert_string_equal(bt_session_no_control(s), "a recording cannot be controlled");
	rig_frames(s, 1);
	assert_int_equal(rig_publish(s, "start", &err), -EPERM);
	assert_int_equal(bt_session_stop_now(s, "test", &err), -EPERM);
	bt_session_close(s);
}

static void test_seek(void **state)
{
	struct bt_session *s = open_replay(path, 0);

	(void)state;
	go_to(s, "25s", 25);
	check_history(s, 25);
	go_to(s, "12s", 12);
	check_history(s, 12);
	assert_non_null(rig_event(s, BT_EVENT_MARK, "before the start"));
	assert_null(rig_event(s, BT_EVENT_MARK, "steady"));
	go_to(s, "+5s", 17);
	check_history(s, 17);
	go_to(s, "-10s", 7);
	check_history(s, 7);
	assert_int_equal(bt_session_event_last(s), 0);
	go_to(s, "mark next", 10);
	go_to(s, "mark next", 20);
	go_to(s, "mark previous", 10);
	go_to(s, "mark 2", 20);
	go_to(s, "before the start", 10);
	go_to(s, "2h", FRAMES - 1);
	check_history(s, FRAMES - 1);
	go_to(s, "-1h", 0);
	check_history(s, 0);
	go_to(s, "+18446744073s", FRAMES - 1);
	/* the simulated day begins at midnight */
	go_to(s, "00:00:31", 31);
	check_history(s, 31);
	bt_session_close(s);
}

static void test_seek_refused(void **state)
{
	static const char *const wrong[] = { "", "soon", "+-5s", "12:60:00", "mark 3", "mark 0" };
	struct bt_session *s = open_replay(path, 0), *live;
	struct bt_err err;

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(wrong); i++)
		assert_int_equal(bt_session_seek_text(s, wrong[i], &err), -EINVAL);
	bt_session_close(s);
	live = open_session("sim:1,cpus=2", 0);
	assert_int_equal(bt_session_seek_text(live, "5s", &err), -EOPNOTSUPP);
	assert_int_equal(bt_session_speed_text(live, "x2", &err), -EOPNOTSUPP);
	bt_session_close(live);
}

static unsigned marks_in(const char *file)
{
	struct bt_session *s = open_replay(file, 0);
	struct bt_replay_status status;

	assert_true(bt_session_replay(s, &status));
	bt_session_close(s);
	return (unsigned)status.marks;
}

/* What is shown a second time is recorded a second time: frames, and what happened between them. */
static void test_recorded_again(void **state)
{
	struct bt_session *s = open_replay(path, 0);
	struct bt_err err;

	(void)state;
	unlink(copy);
	assert_int_equal(bt_session_record(s, copy, &err), 0);
	go_to(s, "15s", 15);
	go_to(s, "0s", 0);
	go_to(s, "15s", 15);
	bt_session_close(s);
	assert_int_equal(marks_in(copy), 2);
	unlink(copy);
}

static void test_end_is_no_end(void **state)
{
	struct bt_session *s = open_replay(path, BT_NS_PER_S);
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_session_speed_text(s, "max", &err), 0);
	rig_until(s, rig_state(s) == BT_SESSION_ENDED);
	check_history(s, FRAMES - 1);
	bt_session_pause(s, true);
	go_to(s, "5s", 5);
	assert_int_equal(rig_state(s), BT_SESSION_PAUSED);
	rig_idle(s, 50 * BT_NS_PER_MS);
	assert_int_equal(shown_s(s), 5);
	bt_session_pause(s, false);
	rig_until(s, rig_state(s) == BT_SESSION_ENDED);
	check_history(s, FRAMES - 1);
	bt_session_close(s);
}

/* 39 seconds at a hundred times the speed are 0.39 s; at a tenth nothing comes in that time. */
static void test_pace(void **state)
{
	struct bt_session *s = open_replay(path, BT_NS_PER_S);
	uint64_t start = bt_mono_ns(), took;
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_session_speed_text(s, "x100", &err), 0);
	rig_until(s, rig_state(s) == BT_SESSION_ENDED);
	took = bt_mono_ns() - start;
	assert_in_range(took, 380 * BT_NS_PER_MS, 3 * BT_NS_PER_S);
	assert_int_equal(bt_session_speed_text(s, "0.1", &err), 0);
	go_to(s, "5s", 5);
	rig_idle(s, 200 * BT_NS_PER_MS);
	assert_int_equal(shown_s(s), 5);
	assert_int_equal(bt_session_speed_text(s, "0.05", &err), -EINVAL);
	assert_int_equal(bt_session_speed_text(s, "101", &err), -EINVAL);
	assert_int_equal(bt_session_speed_text(s, "fast", &err), -EINVAL);
	bt_session_close(s);
}

/* ---- clocks ----------------------------------------------------------------------------- */

/* The recording, the clock of its frames from this one on (the first is 0) set by so many seconds. */
static void set_clock(unsigned from, long by_s)
{
	static const char key[] = "\"mono_ns\":";
	char *text, *at, *end, *result = NULL;
	unsigned frame = 0;
	size_t length;
	FILE *out = open_memstream(&result, &length);

	assert_true(bt_read_file(path, 1ul << 28, &text, NULL) > 0);
	for (at = text; (end = strchr(at, '\n')); at = end + 1) {
		*end = '\0';
		if (!strncmp(at, "{\"frame\"", 8) && frame++ >= from) {
			char *number = strstr(at, key) + strlen(key);

			fprintf(out, "%.*s", (int)(number - at), at);
			fprintf(out, "%lld", strtoll(number, &at, 10) + by_s * (long)BT_NS_PER_S);
		}
		fprintf(out, "%s\n", at);
	}
	fclose(out);
	assert_int_equal(bt_write_file(copy, result, length, 0644, NULL), 0);
	free(result);
	free(text);
}

/* A machine that was started again: its time goes on where it was. */
static void test_clock_went_back(void **state)
{
	struct bt_replay_status status;
	struct bt_session *s;

	(void)state;
	set_clock(20, -500);
	s = open_replay(copy, 0);
	assert_true(bt_session_replay(s, &status));
	assert_int_equal(status.length_ns, (FRAMES - 2) * BT_NS_PER_S);
	bt_session_close(s);
}

/* More than an hour before the new position is not fed: what follows it is behind a gap. */
static void test_passed_over(void **state)
{
	const struct bt_point *point;
	struct bt_session *s;

	(void)state;
	set_clock(5, 7200);
	s = open_replay(copy, 0);
	rig_frames(s, 2);
	go_to(s, "end", 7200 + FRAMES - 1);
	point = bt_history_at(bt_session_history(s), BT_TIER_SAMPLE, FRAMES - 1 - 4);
	assert_int_equal(point->mono_ns, (BEGIN_S + 4) * BT_NS_PER_S);
	assert_true(point->gap);
	assert_int_equal(bt_history_count(bt_session_history(s), BT_TIER_SAMPLE), 2 + FRAMES - 4);
	bt_session_close(s);
}

/* ---- damaged files ---------------------------------------------------------------------- */

/* The recording with its line of this number (from 1) replaced, cut to size bytes (0: whole). */
static void damage(unsigned number, const char *line, size_t size)
{
	char *text, *at, *end, *result = NULL;
	size_t length;
	FILE *out = open_memstream(&result, &length);

	assert_true(bt_read_file(path, 1ul << 28, &text, NULL) > 0);
	at = text;
	for (unsigned n = 1; (end = strchr(at, '\n')); n++, at = end + 1)
		fprintf(out, "%.*s\n", n == number ? (int)strlen(line) : (int)(end - at),
			n == number ? line : at);
	fclose(out);
	assert_int_equal(bt_write_file(copy, result, size ? size : length, 0644, NULL), 0);
	free(result);
	free(text);
}

static void test_damaged_line(void **state)
{
	static const char *const wrong[] = {
		"{\"frame\":{\"seq\":1,\"mono_ns\":1002000000000,\"utc_ns\":5,", "rubbish", "",
		"{\"frame\":{\"seq\":\"a\"}}", "{\"event\":{\"number\":1}}", "[[[[", "\xff\xfe",
		"{\"frame\":{\"seq\":3,\"mono_ns\":1002000000000,\"utc_ns\":5,\"nodes\":7}}",
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(wrong); i++) {
		struct bt_replay_status status;
		struct bt_session *s;

		damage(4, wrong[i], 0); /* the greeting is line 1: the frame of 2 s */
		s = open_replay(copy, 0);
		rig_frames(s, 3);
		assert_int_equal(shown_s(s), 3);
		assert_non_null(rig_event(s, BT_EVENT_NOTE, "line 4 of the recording is damaged"));
		bt_session_replay(s, &status);
		assert_int_equal(status.left_out, 1);
		bt_session_close(s);
	}
}

static void test_unknown_line_is_passed_over(void **state)
{
	struct bt_session *s;

	(void)state;
	damage(4, "{\"comment\":\"of a later version\"}", 0);
	s = open_replay(copy, 0);
	rig_frames(s, 3);
	assert_int_equal(shown_s(s), 3);
	assert_int_equal(bt_session_event_last(s), 0);
	bt_session_close(s);
}

/* Cut at any byte it opens, shows what is whole, and says that the last line is not. */
static void test_cut(void **state)
{
	size_t size, greeting;
	char *text;

	(void)state;
	size = (size_t)bt_read_file(path, 1ul << 28, &text, NULL);
	greeting = (size_t)(strchr(text, '\n') - text) + 1;
	for (size_t cut = greeting; cut < size; cut += 997) {
		struct bt_session_status status;
		struct bt_session *s;

		damage(0, "", cut);
		s = open_replay(copy, 0);
		for (unsigned i = 0; i < FRAMES && rig_state(s) != BT_SESSION_ENDED; i++) {
			uint64_t seq = rig_seq(s);

			bt_session_kick(s);
			rig_until(s, rig_seq(s) > seq || rig_state(s) == BT_SESSION_ENDED);
		}
		bt_session_kick(s);
		rig_until(s, rig_state(s) == BT_SESSION_ENDED);
		bt_session_status(s, &status);
		if (text[cut - 1] != '\n')
			assert_non_null(rig_event(s, BT_EVENT_NOTE, "is cut off and left out"));
		bt_session_close(s);
	}
	free(text);
}

static void expect_refusal(const char *text, size_t size, const char *why)
{
	struct bt_session_options options = { .interval_ns = 0 };
	struct bt_session *session;
	struct bt_err err = { 0 };
	char spec[128];

	assert_int_equal(bt_write_file(copy, text, size, 0644, NULL), 0);
	snprintf(spec, sizeof(spec), "replay:%s", copy);
	options.source = spec;
	assert_true(bt_session_open(&session, &options, &err) < 0);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
}

static void test_no_recording(void **state)
{
	static const char later[] = "{\"schema\":{\"name\":\"buddytop-recording\",\"version\":2},"
				    "\"hello\":{}}\n";
	char *long_line = bt_xcalloc(1, 3u << 20);

	(void)state;
	memset(long_line, 'x', 3u << 20);
	expect_refusal("", 0, "not a recording");
	expect_refusal("\n", 1, "not a recording");
	expect_refusal("{\"hello\":{", 10, "not a recording");
	expect_refusal(long_line, 3u << 20, "not a recording");
	expect_refusal(later, strlen(later), "version 2");
	free(long_line);
}

/* A line beyond the limit is left out, wherever the pieces end in which the file is read. */
static void test_long_line(void **state)
{
	char *line = bt_xcalloc(1, (5u << 20) + 1);
	struct bt_session *s;

	(void)state;
	memset(line, 'x', 5u << 20);
	damage(4, line, 0);
	s = open_replay(copy, 0);
	rig_frames(s, 3);
	assert_int_equal(shown_s(s), 3);
	assert_non_null(rig_event(s, BT_EVENT_NOTE, "line 4 of the recording is damaged"));
	bt_session_close(s);
	free(line);
}

static void test_many_events(void **state)
{
	struct bt_session *s = open_session("sim:1,cpus=2", 0);
	struct bt_err err;

	(void)state;
	unlink(copy);
	assert_int_equal(bt_session_record(s, copy, &err), 0);
	rig_frames(s, 1);
	for (unsigned i = 0; i < 9000; i++) {
		bt_session_note(s, BT_EVENT_NOTE, "test", "note %u", i);
		if (i % 500 == 0)
			bt_session_step(s);
	}
	rig_frames(s, 2);
	bt_session_close(s);
	s = open_replay(copy, 0);
	go_to(s, "end", 2);
	assert_non_null(rig_event(s, BT_EVENT_NOTE, "note 8999"));
	bt_session_close(s);
}

/* ---- long ones --------------------------------------------------------------------------- */

/* As fast as frames are taken: a seek gets no further than the frames that wait to be taken. */
static void test_seek_stopped(void **state)
{
	struct bt_session *s = open_session("sim:1,cpus=2", 0);
	struct bt_replay_status status;
	struct bt_err err;

	(void)state;
	unlink(copy);
	assert_int_equal(bt_session_record(s, copy, &err), 0);
	rig_frames(s, 300);
	bt_session_close(s);
	s = open_replay(copy, 0);
	rig_frames(s, 1);
	assert_int_equal(bt_session_seek_text(s, "end", &err), 0);
	assert_true(seeking(s));
	assert_true(bt_session_replay(s, &status) && status.seek_percent < 50);
	bt_session_stop_seek(s);
	rig_until(s, !seeking(s) && !bt_session_frame(s)->feed);
	assert_in_range(shown_s(s), 1, 150);
	assert_int_equal(bt_history_count(bt_session_history(s), BT_TIER_SAMPLE), shown_s(s) + 1);
	/* What was stopped is over: the way back and on is as ever. */
	go_to(s, "end", 299);
	assert_int_equal(bt_history_count(bt_session_history(s), BT_TIER_SAMPLE), 300);
	assert_int_equal(bt_session_seek_text(s, "200s", &err), 0);
	bt_session_stop_seek(s);
	rig_until(s, !seeking(s) && !bt_session_frame(s)->feed);
	rig_until(s, bt_history_count(bt_session_history(s), BT_TIER_SAMPLE) == shown_s(s) + 1);
	bt_session_close(s);
}

static void test_seek_event(void **state)
{
	struct bt_session *s = open_replay(path, 0);
	struct bt_event event = { .text = "of another recording" };
	struct bt_err err;

	(void)state;
	go_to(s, "end", FRAMES - 1);
	assert_int_equal(bt_session_seek_event(s, &event, &err), -EINVAL);
	event = *rig_event(s, BT_EVENT_MARK, "before the start");
	assert_int_equal(bt_session_seek_event(s, &event, &err), 0);
	rig_until(s, shown_s(s) == 10 && !seeking(s));
	bt_session_close(s);
}

struct told {
	unsigned count;
	char last[128];
};

static bool tell(void *context, const char *text)
{
	struct told *told = context;

	snprintf(told->last, sizeof(told->last), "%s", text);
	return ++told->count < 8;
}

/* A file that takes long to open is told about, and can be given up. */
static void test_open_given_up(void **state)
{
	struct told told = { 0 };
	struct bt_session_options options = {
		.source_options = { .progress = tell, .context = &told } };
	struct bt_session *session;
	struct bt_err err = { 0 };
	char spec[128];

	(void)state;
	damage(4, "", 0);
	assert_int_equal(truncate(copy, 64 << 20), 0);
	snprintf(spec, sizeof(spec), "replay:%s", copy);
	options.source = spec;
	assert_int_equal(bt_session_open(&session, &options, &err), -EINTR);
	assert_int_equal(told.count, 8);
	assert_string_equal(told.last, "reading through 67 MB: 10 %");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_frames),
		cmocka_unit_test(test_no_control),
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_recorded_again),
		cmocka_unit_test(test_clock_went_back),
		cmocka_unit_test(test_passed_over),
		cmocka_unit_test(test_seek_refused),
		cmocka_unit_test(test_end_is_no_end),
		cmocka_unit_test(test_pace),
		cmocka_unit_test(test_damaged_line),
		cmocka_unit_test(test_unknown_line_is_passed_over),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_no_recording),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_many_events),
		cmocka_unit_test(test_seek_stopped),
		cmocka_unit_test(test_seek_event),
		cmocka_unit_test(test_open_given_up),
	};

	return cmocka_run_group_tests(tests, make_recording, remove_recording);
}
