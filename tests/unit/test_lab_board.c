// SPDX-License-Identifier: GPL-2.0
/*
 * What the lab tells of a guest, in the frames of the guest's session: with an agent at the other
 * end that lies about its host, and a board that another thread writes to.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/board.h"
#include "session/recorder.h"
#include "source/source.h"
#include "tests/unit/sample_frame.h"

#define AGENT "./buddytop-agent"
#define LIE_BYTES 424242

/* ---- the board alone ---------------------------------------------------------------------- */

static void what_was_told_is_there(void **state)
{
	const struct bt_lab_place place = { .run = 3, .runs = 12, .repetition = 2,
					    .iterations = 10 };
	struct bt_lab_board board;
	struct bt_frame_host host;

	(void)state;
	bt_lab_board_init(&board, "inflate", "virtio-mem", &place);
	bt_lab_board_read(&board, &host);
	assert_true(host.known);
	assert_string_equal(host.benchmark, "inflate");
	assert_string_equal(host.mode, "virtio-mem");
	assert_string_equal(host.phase, "");
	assert_int_equal(host.run, 3);
	assert_int_equal(host.runs, 12);
	assert_int_equal(host.repetition, 2);
	assert_int_equal(host.iterations, 10);
	/* Nothing was said of the rest. */
	assert_int_equal(host.phase_ns, BT_UNKNOWN);
	assert_int_equal(host.iteration, BT_UNKNOWN);
	assert_int_equal(host.rss_bytes, BT_UNKNOWN);
	assert_int_equal(host.cpu_user_ns, BT_UNKNOWN);
	assert_int_equal(host.size_bytes, BT_UNKNOWN);
	assert_int_equal(host.target_bytes, BT_UNKNOWN);
	bt_lab_board_phase(&board, "shrink to 256 MiB", 4);
	bt_lab_board_size(&board, 300);
	bt_lab_board_target(&board, 200);
	bt_lab_board_read(&board, &host);
	assert_string_equal(host.phase, "shrink to 256 MiB");
	assert_true(host.phase_ns < 60 * BT_NS_PER_S);	/* an age, no time of day or of a clock */
	assert_int_equal(host.iteration, 4);
	assert_int_equal(host.size_bytes, 300);
	assert_int_equal(host.target_bytes, 200);
	bt_lab_board_phase(&board, "resting", 0);
	bt_lab_board_read(&board, &host);
	assert_string_equal(host.phase, "resting");
	assert_int_equal(host.iteration, BT_UNKNOWN);
	bt_lab_board_free(&board);
}

/* VmRSS of this process, in the kernel's own words. */
static uint64_t resident_bytes(void)
{
	unsigned long long kib = 0;
	char line[256];
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "VmRSS: %llu kB", &kib) == 1)
			break;
	}
	fclose(file);
	return kib << 10;
}

/* This process stands for QEMU: 32 MiB that it writes to are in its numbers. */
static void memory_and_time_are_of_the_process(void **state)
{
	const struct bt_lab_place place = { 0 };
	const size_t size = 32 << 20;
	struct bt_frame_host before, after;
	struct bt_lab_board board;
	unsigned char *memory;

	(void)state;
	bt_lab_board_init(&board, NULL, "base-manual", &place);
	bt_lab_board_qemu(&board, getpid());
	bt_lab_board_read(&board, &before);
	assert_string_equal(before.benchmark, "");
	assert_int_equal(before.run, BT_UNKNOWN);
	memory = bt_xcalloc(1, size);
	for (size_t i = 0; i < size; i += 512)
		((volatile unsigned char *)memory)[i] = (unsigned char)i;
	bt_lab_board_read(&board, &after);
	assert_in_range(after.rss_bytes, resident_bytes() - (4 << 20),
			resident_bytes() + (4 << 20));
	/* Sanitizers have more of their own for it. */
	assert_true(after.rss_bytes >= before.rss_bytes + size - (2 << 20));
	assert_true(after.cpu_user_ns >= before.cpu_user_ns);
	assert_int_not_equal(after.cpu_system_ns, BT_UNKNOWN);
	free(memory);
	bt_lab_board_free(&board);
}

static void a_process_that_is_gone_is_unknown(void **state)
{
	const struct bt_lab_place place = { 0 };
	struct bt_lab_board board;
	struct bt_frame_host host;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	bt_lab_board_init(&board, "ftq", "base-manual", &place);
	bt_lab_board_qemu(&board, pid);
	bt_lab_board_read(&board, &host);
	assert_true(host.known);
	assert_int_equal(host.rss_bytes, BT_UNKNOWN);
	assert_int_equal(host.cpu_user_ns, BT_UNKNOWN);
	bt_lab_board_free(&board);
}

/* ---- two threads -------------------------------------------------------------------------- */

struct writer {
	struct bt_lab_board board;
	atomic_bool end;
};

static void *write_on(void *context)
{
	struct writer *writer = context;

	for (unsigned i = 1; !atomic_load(&writer->end); i++) {
		bt_lab_board_phase(&writer->board, i % 2 ? "aaaaaaaa" : "bbbbbbbb", i);
		bt_lab_board_size(&writer->board, i);
		bt_lab_board_target(&writer->board, i);
	}
	return NULL;
}

/* No half of a text, and a race is what the thread sanitizer looks for here. */
static void a_reader_sees_whole_phases(void **state)
{
	const struct bt_lab_place place = { .iterations = 1 };
	struct writer writer = { .end = false };
	struct bt_frame_host host;
	pthread_t thread;

	(void)state;
	bt_lab_board_init(&writer.board, "inflate", "virtio-mem", &place);
	bt_lab_board_phase(&writer.board, "aaaaaaaa", 1);
	assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
	for (unsigned i = 0; i < 20000; i++) {
		bt_lab_board_read(&writer.board, &host);
		if (strcmp(host.phase, host.iteration % 2 ? "aaaaaaaa" : "bbbbbbbb"))
			fail_msg("%s in iteration %llu", host.phase,
				 (unsigned long long)host.iteration);
	}
	atomic_store(&writer.end, true);
	pthread_join(thread, NULL);
	bt_lab_board_free(&writer.board);
}

/* ---- in frames ---------------------------------------------------------------------------- */

/* A recording whose frames say what their host has; an agent that plays it says the same. */
static void write_lie(const char *path)
{
	const struct bt_config config = { .size = sizeof(config) };
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_recorder *recorder;
	struct bt_err err = { 0 };
	struct bt_frame *frame;

	sample_machine(machine, 1, 1);
	frame = bt_frame_create(machine);
	frame->seq = frame->mono_ns = 1;
	frame->host.known = true;
	frame->host.rss_bytes = frame->host.size_bytes = LIE_BYTES;
	if (bt_recorder_open(&recorder, path, machine, &config, &err) ||
	    bt_recorder_frame(recorder, frame, &err))
		fail_msg("%s", err.text);
	frame->mono_ns += BT_NS_PER_S;
	assert_int_equal(bt_recorder_frame(recorder, frame, &err), 0);
	bt_recorder_close(recorder);
	bt_frame_free(frame);
	free(machine);
}

static pid_t start_agent(const char *path, int *fd)
{
	char *source = bt_xasprintf("replay:%s", path);
	int pair[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	if (!pid) {
		dup2(pair[1], 0);
		dup2(pair[1], 1);
		execl(AGENT, AGENT, "--source", source, (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	free(source);
	*fd = pair[0];
	return pid;
}

/* The first frame of a guest that is linked so. */
static void read_through(struct bt_guest_link *link, struct bt_frame_host *host)
{
	const struct bt_source_options options = { .guest = link, .read_only = true };
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	char path[] = "/tmp/bt-board-XXXXXX";
	struct bt_err err = { 0 };
	struct bt_frame *frame;
	void *source;
	pid_t pid;
	int rc;

	close(mkstemp(path));
	unlink(path);	/* whoever records wants a new file */
	write_lie(path);
	pid = start_agent(path, &link->fd);
	if (bt_source_guest.open(&source, &options, machine, &err))
		fail_msg("%s", err.text);
	frame = bt_frame_create(machine);
	do {
		rc = bt_source_guest.read(source, frame, &err);
	} while (rc == -EAGAIN || rc == -ETIMEDOUT);
	if (rc)
		fail_msg("%s", err.text);
	assert_int_equal(frame->seq, 1);
	*host = frame->host;
	bt_frame_free(frame);
	bt_source_guest.close(source);
	close(link->fd);
	waitpid(pid, NULL, 0);
	unlink(path);
	free(machine);
}

static void an_agent_says_nothing_of_its_host(void **state)
{
	struct bt_guest_link link = { .accel = "tcg" };
	struct bt_frame_host host;

	(void)state;
	read_through(&link, &host);
	assert_false(host.known);
	assert_int_equal(host.rss_bytes, BT_UNKNOWN);
	assert_int_equal(host.size_bytes, BT_UNKNOWN);
}

static void frames_have_what_the_board_has(void **state)
{
	const struct bt_lab_place place = { .run = 1, .runs = 2 };
	struct bt_lab_board board;
	struct bt_guest_link link = { .accel = "tcg", .host = bt_lab_board_read,
				      .context = &board };
	struct bt_frame_host host;

	(void)state;
	bt_lab_board_init(&board, "stream", "virtio-mem", &place);
	bt_lab_board_phase(&board, "grow to 1.00 GiB", 0);
	bt_lab_board_size(&board, 777);
	read_through(&link, &host);
	assert_true(host.known);
	assert_string_equal(host.phase, "grow to 1.00 GiB");
	assert_int_equal(host.size_bytes, 777);
	assert_int_equal(host.rss_bytes, BT_UNKNOWN);	/* no process, and not what the agent says */
	bt_lab_board_free(&board);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_told_is_there),
		cmocka_unit_test(memory_and_time_are_of_the_process),
		cmocka_unit_test(a_process_that_is_gone_is_unknown),
		cmocka_unit_test(a_reader_sees_whole_phases),
		cmocka_unit_test(an_agent_says_nothing_of_its_host),
		cmocka_unit_test(frames_have_what_the_board_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
