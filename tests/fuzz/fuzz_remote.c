// SPDX-License-Identifier: GPL-2.0
/*
 * An input is what an agent sends, or the session that a dashboard is attached to, before it goes:
 * a greeting, perhaps behind a login's banner, and answers.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/param.h"
#include "frame/frame_json.h"
#include "source/remote.h"

#define LIMIT_NS (1000 * BT_NS_PER_S)
#define READS_MAX 100000u /* each takes a line at least, or is the last one */
#define STEP_NS (50 * BT_NS_PER_MS)

/*
 * In place of the clock of the library (see LDFLAGS): nobody waits here. All that will ever come is
 * there before anything is read, so a second passes by looking at the clock.
 */
uint64_t __wrap_bt_mono_ns(void);

uint64_t __wrap_bt_mono_ns(void)
{
	static uint64_t now_ns = BT_NS_PER_S;

	now_ns += STEP_NS;
	return now_ns;
}

static void check_peer(const struct bt_source_ops *ops, void *state, const struct bt_frame *frame)
{
	struct bt_measure measure;
	struct bt_event event;
	struct bt_peer peer;

	ops->measured(state, &measure);
	fuzz_must(measure.state < BT_MEASURE_STATE_COUNT && measure.end < BT_MEASURE_END_COUNT &&
			  bt_measure_state_at(measure.end) <= measure.state,
		  "a measurement in a state that there is not");
	if (!ops->peer)
		return;
	ops->peer(state, &peer);
	fuzz_must(memchr(peer.source, 0, sizeof(peer.source)), "a text without an end");
	for (uint64_t i = frame->events; i && ops->event(state, i, &event); i--)
		fuzz_must(event.kind < BT_EVENT_KINDS, "an event of no kind");
}

/* What was taken over can be handed on. */
static void hand_on(const struct bt_frame *frame, struct bt_frame *other)
{
	struct fuzz_document document;
	struct bt_err err = { 0 };

	fuzz_document_begin(&document);
	bt_frame_encode(document.writer, NULL, frame);
	if (bt_frame_decode(fuzz_document_parse(&document), other, &err))
		fuzz_must(false, "a frame cannot be handed on: %s", err.text);
	fuzz_document_end(&document);
}

static bool is_over(int code)
{
	return code && code != -EAGAIN && code != -ETIMEDOUT;
}

static void use(const struct bt_source_ops *ops, void *state, const struct bt_machine *machine)
{
	const struct bt_measure_options options = { .limit_bytes = 1u << 20 };
	struct bt_frame *frame = bt_frame_create(machine), *other = bt_frame_create(machine);
	const struct ant_limits limits = bt_machine_limits(machine);
	struct bt_err err = { 0 };
	struct bt_config config;
	unsigned reads = 0;
	int code;

	bt_config_default(&config, &limits, machine->memory_bytes);
	ops->publish(state, &config, 1, &err);
	ops->measure(state, &options, &err);
	do {
		bt_frame_clear(frame);
		code = ops->read(state, frame, &err);
		if (code)
			fuzz_must_say(&err);
		else
			hand_on(frame, other);
		check_peer(ops, state, frame);
		fuzz_must(++reads < READS_MAX, "it does not end");
	} while (!is_over(code));
	bt_frame_free(other);
	bt_frame_free(frame);
}

/* In place of the one that looks for a session: the path is the number of a descriptor. */
int __wrap_bt_socket_connect_to(const char *path, struct bt_err *err);

int __wrap_bt_socket_connect_to(const char *path, struct bt_err *err)
{
	(void)err;
	return atoi(path);
}

static int open_remote(void **state, int fd, struct bt_machine *machine, struct bt_err *err)
{
	const struct bt_source_options options = { 0 };

	return bt_remote_open_fd(state, fd, LIMIT_NS, &options, machine, err);
}

/* Closes the descriptor, at last or when it fails. */
static int open_session(void **state, int fd, struct bt_machine *machine, struct bt_err *err)
{
	char number[16];
	const struct bt_source_options options = { .argument = number };

	snprintf(number, sizeof(number), "%d", dup(fd));
	return bt_source_session.open(state, &options, machine, err);
}

static void try_end(const struct bt_source_ops *ops,
		    int (*open)(void **, int, struct bt_machine *, struct bt_err *),
		    const uint8_t *data, size_t size)
{
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_err err = { 0 };
	void *state;
	int ends[2];

	fuzz_must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "no sockets");
	send(ends[1], data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(ends[1], SHUT_WR);
	if (open(&state, ends[0], machine, &err)) {
		fuzz_must_say(&err);
	} else {
		use(ops, state, machine);
		ops->close(state);
	}
	close(ends[0]);
	close(ends[1]);
	free(machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_end(&bt_source_remote, open_remote, data, size);
	try_end(&bt_source_session, open_session, data, size);
	return 0;
}
