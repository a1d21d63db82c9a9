// SPDX-License-Identifier: GPL-2.0
/*
 * The remote source: an agent at the other end of a stream (buddytop.5). The incoming half of the
 * stream belongs to whoever reads (the sampler); the outgoing half is shared, under a lock, and
 * nobody ever waits for it.
 */
#include "source/remote.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "frame/measure_json.h"
#include "source/attach.h"
#include "source/remote_state.h"

#define ANSWER_NS BT_NS_PER_S		/* read() waits this long, and goes on waiting next time */
#define END_MS 3000u

/* ---- sending (under lock) --------------------------------------------------------------- */

static void send_waiting_publish(struct remote *r)
{
	if (!r->publish_line || bt_stream_put(&r->stream, r->publish_line, r->publish_size))
		return;
	free(r->publish_line);
	r->publish_line = NULL;
}

static int flush(struct remote *r)
{
	int rc = bt_stream_flush(&r->stream);

	if (!rc && r->publish_line) {
		send_waiting_publish(r);
		rc = bt_stream_flush(&r->stream);
	}
	return rc == -EAGAIN ? 0 : rc;
}

static struct bt_json_writer *begin(struct remote *r, const char *op)
{
	bt_json_writer_reset(r->writer);
	bt_json_object(r->writer, NULL);
	bt_json_string(r->writer, "op", op);
	return r->writer;
}

static int end(struct remote *r)
{
	const char *text;
	size_t size;
	int rc;

	bt_json_end_object(r->writer);
	text = bt_json_writer_text(r->writer, &size);
	rc = text ? bt_stream_put(&r->stream, text, size) : -EIO;
	return rc ? rc : flush(r);
}

static int send_simple(struct remote *r, const char *op)
{
	begin(r, op);
	return end(r);
}

static void send_want(struct bt_json_writer *w, unsigned want)
{
	bt_json_array(w, "want");
	for (unsigned i = 0; i < BT_WANT_COUNT; i++) {
		if (want & (1u << i))
			bt_json_string(w, NULL, bt_want_name[i]);
	}
	bt_json_end_array(w);
}

static int send_read(struct remote *r, bool extra, unsigned want)
{
	int rc;

	pthread_mutex_lock(&r->lock);
	if (r->measure.state == BT_MEASURE_RUNNING && !r->measure_asked) {
		bt_json_u64(begin(r, "measured"), "id", 0);
		r->measure_asked = !end(r);
	}
	begin(r, "read");
	bt_json_u64(r->writer, "id", r->last_id + 1);
	if (r->attach)
		bt_json_bool(r->writer, "follow", true);
	if (extra)
		bt_json_bool(r->writer, "extra", true);
	if (BT_WANT_READINGS(want))
		send_want(r->writer, want);
	if (bt_want_cpu(want) >= 0)
		bt_json_u64(r->writer, "want_cpu", (uint64_t)bt_want_cpu(want));
	rc = end(r);
	if (!rc)
		r->awaited_id = ++r->last_id;
	pthread_mutex_unlock(&r->lock);
	return rc == -ENOBUFS ? 0 : rc; /* it does not read us: then there is no answer either */
}

/* ---- receiving ------------------------------------------------------------------------- */

static int take_measure(struct remote *r, const struct bt_json *node, struct bt_err *err)
{
	struct bt_measure measure;
	int rc = bt_measure_decode(node, &measure, err);

	if (rc)
		return rc;
	pthread_mutex_lock(&r->lock);
	r->measure = measure;
	r->measure_asked = false;
	pthread_mutex_unlock(&r->lock);
	return 0;
}

static void fail_measure(struct remote *r, const char *text)
{
	pthread_mutex_lock(&r->lock);
	if (r->measure.state == BT_MEASURE_RUNNING) {
		bt_measure_finish(&r->measure, BT_MEASURE_END_FAILED);
		bt_copy_clean(r->measure.text, sizeof(r->measure.text), text);
	}
	r->measure_asked = false;
	pthread_mutex_unlock(&r->lock);
}

/*
 * An error that answers our read: not now, or never again. Others can only be about a measurement.
 */
static int take_error(struct remote *r, const struct bt_json *error, bool ours, struct bt_err *err)
{
	const char *text = bt_json_get_string(error, "text");
	uint64_t code = EIO;

	bt_json_get_u64(error, "errno", &code);
	if (!ours) {
		fail_measure(r, text ? text : "refused");
		return 0;
	}
	r->awaited_id = 0;
	return bt_err_set(err, code == ENODATA ? ENODATA : ETIMEDOUT, "%s",
			  text ? text : "the agent has no frame");
}

/* 0 = frame is filled, -EAGAIN = something else, -ETIMEDOUT = no frame now, else the end. */
static int take_line(struct remote *r, const char *line, size_t size, struct bt_frame *frame,
		     struct bt_err *err)
{
	const struct bt_json *root = bt_json_parse(r->reader, line, size, err);
	const struct bt_json *node;
	uint64_t id = 0;
	bool ours;
	int rc;

	if (!root)
		return bt_remote_rubbish("the agent sent rubbish", line, err);
	ours = bt_json_get_u64(root, "id", &id) && r->awaited_id && id == r->awaited_id;
	node = bt_json_get_object(root, "error");
	if (node) {
		rc = take_error(r, node, ours, err);
		return rc ? rc : -EAGAIN;
	}
	if (r->attach) {
		pthread_mutex_lock(&r->lock);
		bt_attach_take(r->attach, root);
		pthread_mutex_unlock(&r->lock);
	}
	node = bt_json_get_object(root, "measure");
	if (node && take_measure(r, node, err))
		return -EPROTO;
	node = bt_json_get_object(root, "frame");
	if (!node || !ours)
		return -EAGAIN;
	r->awaited_id = 0;
	rc = bt_frame_decode(node, frame, err);
	if (r->attach) {
		frame->events = bt_attach_events(r->attach);
		return rc;
	}
	/* They are of the agent's session; what they are in ours, the sampler and it know. */
	frame->extra = frame->gap = false;
	/* An agent sees one machine: what it says of the host around it would be made up. */
	bt_frame_forget_host(&frame->host);
	return rc;
}

/* Waits for something to read (0), an interrupt (-EINTR) or the time (-ETIMEDOUT). */
int bt_remote_wait(struct remote *r, uint64_t until_ns, bool want_input)
{
	uint64_t now = bt_mono_ns();
	struct pollfd fds[4] = {
		{ .fd = r->wake_fd, .events = POLLIN },
		{ .fd = want_input ? r->stream.in : -1, .events = POLLIN },
		{ .fd = r->spawn.pid ? r->spawn.err : -1, .events = POLLIN },
		{ .fd = -1, .events = POLLOUT },
	};

	pthread_mutex_lock(&r->lock);
	if (bt_stream_pending(&r->stream))
		fds[3].fd = r->stream.out;
	pthread_mutex_unlock(&r->lock);
	poll(fds, BT_ARRAY_SIZE(fds),
	     now >= until_ns ? 0 : (int)((until_ns - now) / BT_NS_PER_MS) + 1);
	if (fds[0].revents)
		return -EINTR;
	if (fds[2].revents & POLLIN)
		bt_spawn_listen(&r->spawn);
	if (fds[3].revents) {
		pthread_mutex_lock(&r->lock);
		flush(r);
		pthread_mutex_unlock(&r->lock);
	}
	if (fds[1].revents)
		return 0;
	return bt_mono_ns() >= until_ns ? -ETIMEDOUT : -EAGAIN;
}

/*
 * Lines that are there first, then the stream; the same results as take_line(), or the stream's
 * end.
 */
static int receive(struct remote *r, struct bt_frame *frame, uint64_t until_ns, struct bt_err *err)
{
	size_t size;
	char *line;
	int rc;

	for (;;) {
		while ((line = bt_stream_line(&r->stream, &size))) {
			rc = take_line(r, line, size, frame, err);
			if (rc != -EAGAIN)
				return rc;
		}
		rc = bt_remote_wait(r, until_ns, true);
		if (rc == -EINTR)
			return bt_err_set(err, EAGAIN, "interrupted");
		if (rc == -ETIMEDOUT)
			return bt_err_set(err, ETIMEDOUT, "the agent does not answer");
		if (rc)
			continue;
		rc = bt_stream_fill(&r->stream);
		if (rc == -ENODATA)
			return bt_err_set(err, ECONNRESET, "the agent has ended");
		if (rc == -EMSGSIZE)
			return bt_err_set(err, EPROTO, "the agent sent a line that is too long");
		if (rc && rc != -EAGAIN)
			return bt_err_set(err, -rc, "the link broke: %s", strerror(-rc));
	}
}

/* A broken pipe says only that it is gone; of a command of our own, we know how. */
static int agent_ended(struct remote *r, struct bt_err *err)
{
	char how[256];

	if (!r->spawn.pid || !bt_spawn_ended(&r->spawn, how, sizeof(how)))
		return bt_err_set(err, ECONNRESET, "the agent has ended");
	return bt_err_set(err, ECONNRESET, "the agent %s", how);
}

static int remote_read(void *state, struct bt_frame *frame, struct bt_err *err)
{
	struct remote *r = state;
	int rc = r->awaited_id ? 0 : send_read(r, frame->extra, frame->want);

	if (rc)
		return agent_ended(r, err);
	rc = receive(r, frame, bt_mono_ns() + ANSWER_NS, err);
	if (rc == -ETIMEDOUT && !r->awaited_id) {
		uint64_t until = bt_mono_ns() + BT_REMOTE_PAUSE_NS;

		while (bt_remote_wait(r, until, false) == -EAGAIN)
			;
	}
	if (rc == -ETIMEDOUT && r->awaited_id && r->attach) {
		/* A session that is paused, or samples slowly, has none to send. */
		pthread_mutex_lock(&r->lock);
		send_simple(r, "session");
		rc = bt_attach_alive(r->attach) ? -EAGAIN : rc;
		pthread_mutex_unlock(&r->lock);
	}
	return rc == -ECONNRESET ? agent_ended(r, err) : rc;
}

/* ---- control --------------------------------------------------------------------------- */

static void send_load(struct bt_json_writer *w, const struct bt_load *load, const char *note)
{
	bt_json_object(w, "load");
	bt_json_string(w, "name", load->name);
	bt_json_string(w, "shows", load->shows);
	bt_json_string(w, "look", load->look);
	bt_json_string(w, "note", note);
	bt_json_end_object(w);
}

int bt_remote_publish_load(void *state, const struct bt_config *config, uint64_t token,
			   const struct bt_load *load, const char *note, struct bt_err *err)
{
	struct remote *r = state;
	const char *text;
	size_t size;
	int rc;

	pthread_mutex_lock(&r->lock);
	bt_json_u64(begin(r, "publish"), "token", token);
	bt_config_encode(r->writer, "config", config);
	if (load)
		send_load(r->writer, load, note);
	rc = end(r);
	if (rc == -ENOBUFS) {
		text = bt_json_writer_text(r->writer, &size);
		free(r->publish_line);
		r->publish_line = bt_xstrdup(text);
		r->publish_size = size;
		rc = 0;
	}
	pthread_mutex_unlock(&r->lock);
	return rc ? bt_err_set(err, -rc, "cannot reach the agent: %s", strerror(-rc)) : 0;
}

static int remote_publish(void *state, const struct bt_config *config, uint64_t token,
			  struct bt_err *err)
{
	return bt_remote_publish_load(state, config, token, NULL, NULL, err);
}

static int remote_keepalive(void *state)
{
	struct remote *r = state;
	int rc = 0;

	pthread_mutex_lock(&r->lock);
	if (!bt_stream_pending(&r->stream)) /* else an older one is still on its way */
		rc = send_simple(r, "keepalive");
	else
		rc = flush(r);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

/* An older agent passes over what it does not know, and would run into the OOM kill. */
static int check_offer(const struct remote *r, const struct bt_measure_options *options,
		       struct bt_err *err)
{
	const char *what = options->stop_psi_percent ? "stop at a pressure" :
			   options->region_bytes ? "map regions of a given size" : NULL;

	if (!what || r->measure_options)
		return 0;
	return bt_err_set(err, EOPNOTSUPP, "the agent on the other side is older and cannot %s: "
			  "install this version there, too, or bound it by --limit-bytes alone",
			  what);
}

static int remote_measure(void *state, const struct bt_measure_options *options,
			  struct bt_err *err)
{
	struct remote *r = state;
	int rc = check_offer(r, options, err);

	if (rc)
		return rc;
	pthread_mutex_lock(&r->lock);
	bt_measure_options_encode(begin(r, "measure"), options);
	rc = end(r);
	if (!rc)
		r->measure = (struct bt_measure){
			.state = BT_MEASURE_RUNNING, .limit_bytes = options->limit_bytes,
			.stop_psi_percent = options->stop_psi_percent,
			.region_bytes = BT_UNKNOWN, .threads = BT_UNKNOWN,
		};
	pthread_mutex_unlock(&r->lock);
	return rc ? bt_err_set(err, -rc, "cannot reach the agent: %s", strerror(-rc)) : 0;
}

static void remote_measured(void *state, struct bt_measure *measure)
{
	struct remote *r = state;

	pthread_mutex_lock(&r->lock);
	*measure = r->measure;
	pthread_mutex_unlock(&r->lock);
}

static const char *remote_no_control(void *state)
{
	struct remote *r = state;

	return r->no_control[0] ? r->no_control : NULL;
}

const struct bt_config *bt_remote_config(const void *state)
{
	const struct remote *r = state;

	return &r->config;
}

static void remote_interrupt(void *state)
{
	struct remote *r = state;
	uint64_t one = 1;

	while (write(r->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void remote_close(void *state)
{
	struct remote *r = state;
	char ended[256];

	pthread_mutex_lock(&r->lock);
	send_simple(r, "quit");
	pthread_mutex_unlock(&r->lock);
	if (r->spawn.pid)
		bt_spawn_end(&r->spawn, END_MS, ended, sizeof(ended));
	bt_remote_free(r);
}

const struct bt_source_ops bt_source_remote = {
	.name = "remote",
	.help = "remote:COMMAND: an agent behind a command's standard input and output",
	.open = bt_remote_open,
	.read = remote_read,
	.publish = remote_publish,
	.no_control = remote_no_control,
	.keepalive = remote_keepalive,
	.measure = remote_measure,
	.measured = remote_measured,
	.interrupt = remote_interrupt,
	.close = remote_close,
};
