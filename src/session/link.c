// SPDX-License-Identifier: GPL-2.0
/*
 * One client of the agent protocol (buddytop.5): on the session's socket, on an agent's standard
 * input and output, or on the port of a guest. The client pulls; nothing is sent unasked.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "session/internal.h"
#include "source/stream.h"

#define LINE_MAX_BYTES (64u * 1024)	/* of a request; a config is far below */
#define OUT_MAX_BYTES (4u * BT_FRAME_LINE_MAX)	/* a client that does not read gets no more */
#define RUBBISH_MAX 16u

struct bt_link {
	struct bt_session *session;
	struct bt_link *next;
	struct bt_stream stream;
	struct bt_watch in_watch, out_watch;
	struct bt_json_reader *reader;
	char who[32];
	bool owns, dead, writing, reading;
	bool ended;			/* sends no more; what it asked for is still answered */
	uint64_t read_id;		/* waits for a frame when reading is true */
	bool follows;			/* takes what comes: a dashboard */
	uint64_t pid, event_sent;
	unsigned want;			/* BT_WANT_* that this frame is to hold */
	unsigned rubbish;
	/* How this client's last publication went: its token is not the session's. */
	uint64_t client_token, session_token;
	struct bt_frame_ack refused;	/* token 0 = it was not refused here */
};

/* Waits for requests until the client has ended, and for room while output is left. */
static void update_watch(struct bt_link *link, bool writing)
{
	int epoll_fd = link->session->epoll_fd, op = EPOLL_CTL_MOD;
	struct epoll_event event = { .data.ptr = &link->in_watch };

	if (link->stream.in == link->stream.out) {
		event.events = (link->ended ? 0u : EPOLLIN) | (writing ? EPOLLOUT : 0u);
	} else if (writing != link->writing) {
		event.events = EPOLLOUT;
		event.data.ptr = &link->out_watch;
		op = writing ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
	} else {
		return;
	}
	epoll_ctl(epoll_fd, op, link->stream.out, &event);
	link->writing = writing;
}

static void flush(struct bt_link *link)
{
	int rc = bt_stream_flush(&link->stream);

	if (rc && rc != -EAGAIN)
		link->dead = true;
	else
		update_watch(link, rc != 0);
	if (!rc && link->ended && !link->reading)
		link->dead = true;
}

static void send_text(struct bt_link *link)
{
	size_t size;
	const char *text = bt_json_writer_text(link->session->writer, &size);

	if (!text || bt_stream_put(&link->stream, text, size))
		link->dead = true;
	else
		flush(link);
}

static struct bt_json_writer *begin(struct bt_link *link, const uint64_t *id)
{
	struct bt_json_writer *w = link->session->writer;

	bt_json_writer_reset(w);
	bt_json_object(w, NULL);
	if (id)
		bt_json_u64(w, "id", *id);
	return w;
}

static void end(struct bt_link *link)
{
	bt_json_end_object(link->session->writer);
	send_text(link);
}

static void send_error(struct bt_link *link, const uint64_t *id, const struct bt_err *err)
{
	struct bt_json_writer *w = begin(link, id);

	bt_json_object(w, "error");
	bt_json_i64(w, "errno", err->code);
	bt_json_string(w, "text", err->text);
	bt_json_end_object(w);
	end(link);
}

static void greet(struct bt_link *link)
{
	const struct bt_session *s = link->session;
	struct bt_json_writer *w = begin(link, NULL);

	bt_json_object(w, "hello");
	bt_json_u64(w, "protocol", BT_PROTOCOL_VERSION);
	bt_json_string(w, "version", PACKAGE_VERSION);
	bt_machine_encode(w, "machine", &s->machine);
	bt_config_encode(w, "config", &s->config);
	if (s->no_control[0])
		bt_json_string(w, "no_control", s->no_control);
	bt_json_end_object(w);
	end(link);
}

/* ---- answers --------------------------------------------------------------------------- */

static struct bt_frame_ack ack_for(const struct bt_link *link, const struct bt_frame *frame)
{
	struct bt_frame_ack ack = { 0 };

	if (link->refused.token)
		return link->refused;
	if (link->client_token && frame->ack.token == link->session_token) {
		ack = frame->ack;
		ack.token = link->client_token;
	}
	return ack;
}

static void send_frame(struct bt_link *link, struct bt_frame *frame)
{
	struct bt_frame_ack ours = frame->ack;
	struct bt_json_writer *w = begin(link, &link->read_id);

	frame->ack = ack_for(link, frame);
	bt_frame_encode(w, "frame", frame);
	frame->ack = ours;
	if (link->follows) {
		bt_session_events_encode(link->session, w, &link->event_sent);
		bt_session_peer_encode(link->session, w);
	}
	link->reading = false;
	end(link);
}

/* One that was being read when somebody began to want more is not the answer. */
void bt_links_frame(struct bt_session *s, struct bt_frame *frame)
{
	for (struct bt_link *link = s->links; link; link = link->next) {
		if (link->reading && !link->dead && !(link->want & ~frame->want))
			send_frame(link, frame);
	}
	bt_session_sum_wants(s);
}

void bt_links_fail(struct bt_session *s, const struct bt_err *err)
{
	for (struct bt_link *link = s->links; link; link = link->next) {
		if (link->reading && !link->dead) {
			link->reading = false;
			send_error(link, &link->read_id, err);
		}
	}
}

/* ---- requests -------------------------------------------------------------------------- */

/* Names that are not known here are a newer client's. */
static unsigned read_want(const struct bt_json *request)
{
	const struct bt_json *names = bt_json_get_array(request, "want"), *name;
	unsigned want = 0;

	for (name = names ? names->child : NULL; name; name = name->next) {
		for (unsigned i = 0; i < BT_WANT_COUNT; i++) {
			if (name->type == BT_JSON_STRING && !strcmp(name->string, bt_want_name[i]))
				want |= 1u << i;
		}
	}
	return want;
}

/* A dashboard gets what there is at once, and then each frame as it comes. */
static bool follow(struct bt_link *link, const struct bt_json *request)
{
	struct bt_session *s = link->session;
	bool first = !link->follows;

	bt_json_get_bool(request, "follow", &link->follows);
	if (!link->follows || !s->interval_ns)
		return false;
	if (first && s->base && s->status.phase == BT_SAMPLER_LIVE)
		send_frame(link, s->base);
	return s->status.phase == BT_SAMPLER_LIVE;
}

static int do_session(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	(void)request;
	(void)err;
	bt_session_peer_encode(link->session, begin(link, NULL));
	end(link);
	return 0;
}

static int do_read(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	struct bt_session *s = link->session;
	bool extra = s->interval_ns != 0;

	if (link->reading)
		return bt_err_set(err, EBUSY, "a read is under way");
	if (!bt_json_get_u64(request, "id", &link->read_id))
		return bt_err_set(err, EPROTO, "read: id is missing");
	if (s->status.phase == BT_SAMPLER_ENDED)
		return bt_err_set(err, ENODATA, "the recording is over");
	if (!extra)
		bt_json_get_bool(request, "extra", &extra);
	link->reading = true;
	link->want = read_want(request);
	bt_session_sum_wants(s);
	if (follow(link, request))
		return 0;
	bt_sampler_request(s->sampler, extra);
	if (s->status.phase == BT_SAMPLER_SILENT || s->status.phase == BT_SAMPLER_LOST) {
		link->reading = false; /* the request makes it try again, but who knows how long */
		return bt_err_set(err, ENOTCONN, "source lost: %s", s->status.error.text);
	}
	return 0;
}

static int do_publish(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	struct bt_config *config = &(struct bt_config){ 0 };
	struct bt_err refusal = { 0 };
	uint64_t token;
	int rc;

	if (!bt_json_get_u64(request, "token", &token) || !token)
		return bt_err_set(err, EPROTO, "publish: token is missing");
	rc = bt_config_decode(bt_json_get_object(request, "config"), config, &refusal);
	if (!rc)
		rc = bt_session_publish(link->session, config, link->who, &refusal);
	if (!rc)
		link->session->controller_pid = link->pid;
	if (rc)
		bt_session_log(link->session, BT_EVENT_REFUSED, 0, link->who, "refused: %s",
			       refusal.text);
	link->client_token = token;
	link->session_token = link->session->token;
	link->refused = (struct bt_frame_ack){ .token = rc ? token : 0, .error = refusal.code };
	bt_copy_clean(link->refused.text, sizeof(link->refused.text), refusal.text);
	return 0; /* the outcome rides on the next frame */
}

/* The session of a dashboard renews its own lease; an agent only passes on what it is told. */
static int do_keepalive(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	(void)request;
	(void)err;
	if (link->session->options.relay_keepalive)
		bt_sampler_keepalive(link->session->sampler);
	return 0;
}

static int do_measure(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	uint64_t limit = BT_UNKNOWN; /* no limit: until the OOM kill */

	bt_json_get_u64(request, "limit_bytes", &limit);
	return bt_session_measure(link->session, limit, err);
}

static int do_measured(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	static const char *const names[] = {
		[BT_MEASURE_NONE] = "none", [BT_MEASURE_RUNNING] = "running",
		[BT_MEASURE_DONE] = "done", [BT_MEASURE_FAILED] = "failed",
	};
	struct bt_measure measure;
	struct bt_json_writer *w;
	uint64_t id;

	if (!bt_json_get_u64(request, "id", &id))
		return bt_err_set(err, EPROTO, "measured: id is missing");
	bt_session_measured(link->session, &measure);
	w = begin(link, &id);
	bt_json_object(w, "measure");
	bt_json_string(w, "state", names[measure.state]);
	bt_json_u64(w, "reached_bytes", measure.reached_bytes);
	bt_json_known(w, "limit_bytes", measure.limit_bytes);
	bt_json_u64(w, "elapsed_ns", measure.elapsed_ns);
	bt_json_bool(w, "oom_killed", measure.oom_killed);
	bt_json_string(w, "text", measure.text);
	bt_json_end_object(w);
	end(link);
	return 0;
}

static int do_quit(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	(void)request;
	(void)err;
	link->dead = true;
	return 0;
}

static const struct {
	const char *op;
	int (*run)(struct bt_link *link, const struct bt_json *request, struct bt_err *err);
} operations[] = {
	{ "read", do_read },
	{ "session", do_session },
	{ "publish", do_publish },
	{ "keepalive", do_keepalive },
	{ "measure", do_measure },
	{ "measured", do_measured },
	{ "quit", do_quit },
};

static int handle(struct bt_link *link, const char *line, size_t size, struct bt_err *err)
{
	const struct bt_json *request = bt_json_parse(link->reader, line, size, err);
	const char *op = bt_json_get_string(request, "op");

	if (!request) {
		link->rubbish++;
		return -EPROTO;
	}
	for (unsigned i = 0; op && i < BT_ARRAY_SIZE(operations); i++) {
		if (!strcmp(op, operations[i].op))
			return operations[i].run(link, request, err);
	}
	link->rubbish++;
	return bt_err_set(err, EPROTO, "no such operation: %s", op ? op : "(op is missing)");
}

static void handle_line(struct bt_link *link, const char *line, size_t size)
{
	struct bt_err err = { 0 };
	uint64_t id;
	int rc = handle(link, line, size, &err);

	if (rc) {
		const struct bt_json *request = bt_json_parse(link->reader, line, size, NULL);
		bool has_id = bt_json_get_u64(request, "id", &id);

		send_error(link, has_id ? &id : NULL, &err);
	}
	if (link->rubbish > RUBBISH_MAX)
		link->dead = true;
}

static void refuse_long_line(struct bt_link *link)
{
	struct bt_err err;

	bt_err_set(&err, EMSGSIZE, "a line is longer than %u bytes", LINE_MAX_BYTES);
	send_error(link, NULL, &err);
	link->dead = true;
}

/* `echo '{"op":"read",...}' | buddytop-agent`: the end came before the answer. */
static void stop_listening(struct bt_link *link)
{
	link->ended = true;
	if (link->stream.in == link->stream.out)
		update_watch(link, link->writing);
	else
		epoll_ctl(link->session->epoll_fd, EPOLL_CTL_DEL, link->stream.in, NULL);
}

static void link_ready(void *context, uint32_t events)
{
	struct bt_link *link = context;
	size_t size;
	char *line;
	int rc;

	if (link->dead)
		return;
	if (events & EPOLLOUT)
		flush(link);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	rc = bt_stream_fill(&link->stream);
	while (!link->dead && (line = bt_stream_line(&link->stream, &size)))
		handle_line(link, line, size);
	if (rc == -EMSGSIZE)
		refuse_long_line(link);
	else if (rc == -ENODATA && link->reading && !link->ended)
		stop_listening(link);
	else if (rc && rc != -EAGAIN)
		link->dead = true;
}

static void output_ready(void *context, uint32_t events)
{
	struct bt_link *link = context;

	(void)events;
	if (!link->dead)
		flush(link);
}

/* ---- coming and going ------------------------------------------------------------------ */

struct bt_link *bt_link_create(struct bt_session *s, int in, int out, bool owns, const char *who,
			       struct bt_err *err)
{
	struct bt_link *link = bt_xcalloc(1, sizeof(*link));

	link->session = s;
	link->owns = owns;
	link->in_watch = (struct bt_watch){ link_ready, link };
	link->out_watch = (struct bt_watch){ output_ready, link };
	bt_copy_clean(link->who, sizeof(link->who), who);
	if (bt_stream_init(&link->stream, in, out, LINE_MAX_BYTES, OUT_MAX_BYTES, err) ||
	    bt_session_add_watch(s, in, EPOLLIN, &link->in_watch, err)) {
		bt_stream_free(&link->stream);
		free(link);
		return NULL;
	}
	link->reader = bt_json_reader_create(LINE_MAX_BYTES);
	link->next = s->links;
	s->links = link;
	s->changed = true;
	greet(link);
	return link;
}

void bt_link_set_pid(struct bt_link *link, uint64_t pid)
{
	link->pid = pid;
}

unsigned bt_links_followers(const struct bt_session *s)
{
	unsigned count = 0;

	for (const struct bt_link *link = s->links; link; link = link->next)
		count += link->follows && !link->dead;
	return count;
}

void bt_link_free(struct bt_link *link)
{
	struct bt_session *s = link->session;
	struct bt_link **at = &s->links;

	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	update_watch(link, false);
	epoll_ctl(s->epoll_fd, EPOLL_CTL_DEL, link->stream.in, NULL);
	if (link->owns)
		close(link->stream.in);
	bt_stream_free(&link->stream);
	bt_json_reader_free(link->reader);
	free(link);
	s->changed = true;
}

void bt_links_sweep(struct bt_session *s)
{
	struct bt_link *next;

	for (struct bt_link *link = s->links; link; link = next) {
		next = link->next;
		if (link->dead)
			bt_link_free(link);
	}
}

unsigned bt_links_want(const struct bt_session *s)
{
	unsigned want = 0;

	for (const struct bt_link *link = s->links; link; link = link->next)
		want |= link->reading && !link->dead ? link->want : 0;
	return want;
}

unsigned bt_links_count(const struct bt_session *s)
{
	unsigned count = 0;

	for (const struct bt_link *link = s->links; link; link = link->next)
		count++;
	return count;
}
