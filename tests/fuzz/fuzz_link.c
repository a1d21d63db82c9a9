// SPDX-License-Identifier: GPL-2.0
/*
 * An input is what a client sends to a session before it goes. All that it hears is lines of JSON,
 * the greeting first, and frames that can be decoded.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "session/session.h"
#include "source/stream.h"

#define HEARD_MAX (8u << 20)
#define LIMIT_MS 60000

struct client {
	struct bt_session *session;
	int ends[2]; /* ours, the session's */
	struct bt_stream stream;
	struct bt_json_reader *reader;
	struct bt_machine machine; /* of the greeting */
	unsigned lines;
};

static void hear_greeting(struct client *client, const struct bt_json *root)
{
	const struct bt_json *hello = bt_json_get_object(root, "hello");
	struct bt_err err = { 0 };

	fuzz_must(hello, "the first line is no greeting");
	if (bt_machine_decode(bt_json_get(hello, "machine"), &client->machine, &err))
		fuzz_must(false, "the machine of the greeting: %s", err.text);
}

static void hear_frame(const struct client *client, const struct bt_json *node)
{
	struct bt_frame *frame = bt_frame_create(&client->machine);
	struct bt_err err = { 0 };

	if (bt_frame_decode(node, frame, &err))
		fuzz_must(false, "a frame: %s", err.text);
	bt_frame_free(frame);
}

static void hear_line(struct client *client, const char *line, size_t size)
{
	struct bt_err err = { 0 };
	const struct bt_json *root = bt_json_parse(client->reader, line, size, &err);

	fuzz_must(root && root->type == BT_JSON_OBJECT, "an answer that is no JSON: %s", err.text);
	if (!client->lines++)
		hear_greeting(client, root);
	else if (bt_json_get(root, "frame"))
		hear_frame(client, bt_json_get(root, "frame"));
	else if (bt_json_get(root, "error"))
		fuzz_must(bt_json_get_string(bt_json_get(root, "error"), "text"), "no reason");
	else
		fuzz_must(bt_json_get(root, "measure") || bt_json_get(root, "session"),
			  "an answer to nothing");
}

static void hear(struct client *client)
{
	size_t size;
	char *line;

	while (!bt_stream_fill(&client->stream))
		;
	while ((line = bt_stream_line(&client->stream, &size)))
		hear_line(client, line, size);
}

static unsigned clients_of(const struct bt_session *session)
{
	struct bt_session_status status;

	bt_session_status(session, &status);
	return status.clients;
}

/* Until the session has let it go: nothing keeps it, as it sends no more. */
static void talk(struct client *client, const uint8_t *data, size_t size)
{
	struct pollfd fd = { .fd = bt_session_fd(client->session), .events = POLLIN };
	int ready;

	send(client->ends[0], data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(client->ends[0], SHUT_WR);
	while (clients_of(client->session)) {
		ready = poll(&fd, 1, LIMIT_MS);
		fuzz_must(ready > 0 || (ready < 0 && errno == EINTR), /* libFuzzer has a timer */
			  "a client that has gone stays");
		bt_session_step(client->session);
		hear(client);
	}
	hear(client);
	fuzz_must(client->lines, "no greeting");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bt_session_options options = { .source = "sim:3,cpus=3,nodes=2",
						    .relay_keepalive = true };
	struct client *client = bt_xcalloc(1, sizeof(*client));
	struct bt_err err = { 0 };

	fuzz_must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, client->ends), "no sockets");
	client->reader = bt_json_reader_create(HEARD_MAX);
	if (bt_session_open(&client->session, &options, &err) ||
	    bt_stream_init(&client->stream, client->ends[0], client->ends[0], HEARD_MAX, 1, &err) ||
	    bt_session_attach(client->session, client->ends[1], client->ends[1], "fuzz", &err))
		fuzz_must(false, "%s", err.text);
	talk(client, data, size);
	bt_session_close(client->session);
	bt_stream_free(&client->stream);
	bt_json_reader_free(client->reader);
	close(client->ends[0]);
	close(client->ends[1]);
	free(client);
	return 0;
}
