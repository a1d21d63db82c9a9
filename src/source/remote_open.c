// SPDX-License-Identifier: GPL-2.0
/* The beginning of the remote source: the command, the greeting. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "frame/measure_json.h"
#include "source/remote_state.h"

#define PROTOCOL 1u
#define LINE_MAX_BYTES (BT_FRAME_LINE_MAX + 65536u)
#define OUT_MAX_BYTES (128u * 1024)
#define COMMAND_LIMIT_NS (30 * BT_NS_PER_S)
#define RUBBISH_CHARS 20
#define BANNER_LINES 64u		/* that a login may print before the agent speaks */

/* The beginning that is plain text; of bytes that are none, nothing is worth printing. */
int bt_remote_rubbish(const char *what, const char *line, struct bt_err *err)
{
	int length = 0;

	while (length < RUBBISH_CHARS && line[length] >= ' ' && line[length] <= '~')
		length++;
	if (!length)
		return bt_err_set(err, EPROTO, "%s: what it sends is no text", what);
	return bt_err_set(err, EPROTO, "%s: it says '%.*s'%s", what, length, line,
			  line[length] ? "..." : "");
}

/* What it can do beyond protocol 1; names that are not known here are a newer agent's. */
static void take_offers(struct remote *r, const struct bt_json *hello)
{
	const struct bt_json *offers = bt_json_get_array(hello, "offers"), *offer;

	for (offer = offers ? offers->child : NULL; offer; offer = offer->next) {
		if (offer->type == BT_JSON_STRING &&
		    !strcmp(offer->string, BT_OFFER_MEASURE_OPTIONS))
			r->measure_options = true;
	}
}

static int take_hello(struct remote *r, const char *line, size_t size, struct bt_machine *machine,
		      struct bt_err *err)
{
	const struct bt_json *root = bt_json_parse(r->reader, line, size, NULL);
	const struct bt_json *hello = bt_json_get_object(root, "hello");
	const char *why = bt_json_get_string(hello, "no_control");
	uint64_t protocol = 0;
	int rc;

	if (!hello)
		return -EAGAIN; /* a banner */
	bt_json_get_u64(hello, "protocol", &protocol);
	if (protocol != PROTOCOL)
		return bt_err_set(err, EPROTO, "the agent speaks protocol %llu, this program %u: "
				  "install the same version on both sides",
				  (unsigned long long)protocol, PROTOCOL);
	rc = bt_machine_decode(bt_json_get_object(hello, "machine"), machine, err);
	if (!rc)
		rc = bt_config_decode(bt_json_get_object(hello, "config"), &r->config, err);
	if (rc)
		return rc;
	snprintf(r->source, sizeof(r->source), "%s", machine->source);
	snprintf(machine->source, sizeof(machine->source), "remote");
	take_offers(r, hello);
	bt_copy_clean(r->no_control, sizeof(r->no_control), why ? why : "");
	return 0;
}

static int wait_hello(struct remote *r, uint64_t limit_ns, const struct bt_source_options *options,
		      struct bt_machine *machine, struct bt_err *err)
{
	uint64_t start = bt_mono_ns();
	unsigned lines = 0;
	char text[64];

	while (bt_mono_ns() - start < limit_ns) {
		size_t size;
		char *line;
		int rc;

		while ((line = bt_stream_line(&r->stream, &size))) {
			rc = take_hello(r, line, size, machine, err);
			if (rc != -EAGAIN)
				return rc;
			if (++lines > BANNER_LINES)
				return bt_remote_rubbish("no agent there", line, err);
		}
		snprintf(text, sizeof(text), "waiting for the agent, %llu s",
			 (unsigned long long)((bt_mono_ns() - start) / BT_NS_PER_S));
		if (options->progress && !options->progress(options->context, text))
			return bt_err_set(err, EINTR, "given up waiting for the agent");
		if (bt_remote_wait(r, bt_mono_ns() + BT_REMOTE_PAUSE_NS, true))
			continue;
		rc = bt_stream_fill(&r->stream);
		if (rc == -ENODATA)
			return bt_err_set(err, ENODATA, "it ended before an agent spoke");
		if (rc == -EMSGSIZE)
			return bt_err_set(err, EPROTO,
					  "no agent there: it sends a line without an end");
		if (rc && rc != -EAGAIN)
			return bt_err_set(err, -rc, "the link broke: %s", strerror(-rc));
	}
	return bt_err_set(err, ETIMEDOUT, "no agent spoke within %llu s",
			  (unsigned long long)(limit_ns / BT_NS_PER_S));
}

void bt_remote_free(struct remote *r)
{
	bt_stream_free(&r->stream);
	bt_json_reader_free(r->reader);
	bt_json_writer_free(r->writer);
	free(r->publish_line);
	close(r->wake_fd);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static int make_remote(struct remote **remote, int in, int out, struct bt_err *err)
{
	struct remote *r = bt_xcalloc(1, sizeof(*r));

	r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->reader = bt_json_reader_create(LINE_MAX_BYTES);
	r->writer = bt_json_writer_create(false);
	pthread_mutex_init(&r->lock, NULL);
	if (r->wake_fd < 0 ||
	    bt_stream_init(&r->stream, in, out, LINE_MAX_BYTES, OUT_MAX_BYTES, err)) {
		bt_remote_free(r);
		return -EIO;
	}
	*remote = r;
	return 0;
}

int bt_remote_open_fd(void **state, int fd, uint64_t limit_ns,
		      const struct bt_source_options *options, struct bt_machine *machine,
		      struct bt_err *err)
{
	struct remote *r;
	int rc = make_remote(&r, fd, fd, err);

	if (rc)
		return rc;
	rc = wait_hello(r, limit_ns, options, machine, err);
	if (rc) {
		bt_remote_free(r);
		return rc;
	}
	*state = r;
	return 0;
}

int bt_remote_open(void **state, const struct bt_source_options *options,
		       struct bt_machine *machine, struct bt_err *err)
{
	char ended[256];
	struct bt_spawn spawn;
	struct remote *r;
	int rc;

	if (!options->argument || !*options->argument)
		return bt_err_set(err, EINVAL, "remote: a command is missing (remote:\"ssh HOST "
				  "buddytop-agent\")");
	rc = bt_spawn_start(&spawn, options->argument, err);
	if (rc)
		return rc;
	rc = make_remote(&r, spawn.in, spawn.out, err);
	if (rc) {
		bt_spawn_end(&spawn, 0, ended, sizeof(ended));
		return rc;
	}
	r->spawn = spawn;
	rc = wait_hello(r, COMMAND_LIMIT_NS, options, machine, err);
	if (!rc) {
		*state = r;
		return 0;
	}
	bt_spawn_end(&r->spawn, rc == -ENODATA ? 500 : 0, ended, sizeof(ended));
	if (rc == -ENODATA)
		bt_err_set(err, ECONNREFUSED, "it %s", ended);
	bt_err_prefix(err, "remote: '%.80s'", options->argument);
	bt_remote_free(r);
	return -err->code;
}
