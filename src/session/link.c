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
#include "frame/measure_json.h"
#include "session/link.h"

#define LINE_MAX_BYTES (64u * 1024)	/* of a request; a config is far below */
#define OUT_MAX_BYTES (4u * BT_FRAME_LINE_MAX)	/* a client that does not read gets no more */

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

struct bt_json_writer *bt_link_begin(struct bt_link *link, const uint64_t *id)
{
	struct bt_json_writer *w = link->session->writer;

	bt_json_writer_reset(w);
	bt_json_object(w, NULL);
	if (id)
		bt_json_u64(w, "id", *id);
	return w;
}

void bt_link_end(struct bt_link *link)
{
	bt_json_end_object(link->session->writer);
	send_text(link);
}

void bt_link_error(struct bt_link *link, const uint64_t *id, const struct bt_err *err)
{
	struct bt_json_writer *w = bt_link_begin(link, id);

	bt_json_object(w, "error");
	bt_json_i64(w, "errno", err->code);
	bt_json_string(w, "text", err->text);
	bt_json_end_object(w);
	bt_link_end(link);
}

static void greet(struct bt_link *link)
{
	const struct bt_session *s = link->session;
	struct bt_json_writer *w = bt_link_begin(link, NULL);

	bt_json_object(w, "hello");
	bt_json_u64(w, "protocol", BT_PROTOCOL_VERSION);
	bt_json_string(w, "version", PACKAGE_VERSION);
	bt_json_array(w, "offers");
	bt_json_string(w, NULL, BT_OFFER_MEASURE_OPTIONS);
	bt_json_end_array(w);
	bt_machine_encode(w, "machine", &s->machine);
	bt_config_encode(w, "config", &s->config);
	if (s->no_control[0])
		bt_json_string(w, "no_control", s->no_control);
	bt_json_end_object(w);
	bt_link_end(link);
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

void bt_link_send_frame(struct bt_link *link, struct bt_frame *frame)
{
	struct bt_frame_ack ours = frame->ack;
	struct bt_json_writer *w = bt_link_begin(link, &link->read_id);

	frame->ack = ack_for(link, frame);
	bt_frame_encode(w, "frame", frame);
	frame->ack = ours;
	if (link->follows) {
		bt_session_events_encode(link->session, w, &link->event_sent);
		bt_session_peer_encode(link->session, w);
	}
	link->reading = false;
	bt_link_end(link);
}

/* One that was being read when somebody began to want more is not the answer. */
void bt_links_frame(struct bt_session *s, struct bt_frame *frame)
{
	for (struct bt_link *link = s->links; link; link = link->next) {
		if (link->reading && !link->dead && !(BT_WANT_READINGS(link->want) & ~frame->want))
			bt_link_send_frame(link, frame);
	}
	bt_session_sum_wants(s);
}

void bt_links_fail(struct bt_session *s, const struct bt_err *err)
{
	for (struct bt_link *link = s->links; link; link = link->next) {
		if (link->reading && !link->dead) {
			link->reading = false;
			bt_link_error(link, &link->read_id, err);
		}
	}
}

/* ---- coming in -------------------------------------------------------------------------- */

static void refuse_long_line(struct bt_link *link)
{
	struct bt_err err;

	bt_err_set(&err, EMSGSIZE, "a line is longer than %u bytes", LINE_MAX_BYTES);
	bt_link_error(link, NULL, &err);
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
		bt_link_request(link, line, size);
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
		want = bt_want_join(want, link->reading && !link->dead ? link->want : 0);
	return want;
}

unsigned bt_links_count(const struct bt_session *s)
{
	unsigned count = 0;

	for (const struct bt_link *link = s->links; link; link = link->next)
		count++;
	return count;
}
