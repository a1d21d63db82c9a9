// SPDX-License-Identifier: GPL-2.0
#include "source/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"

#define CHUNK 16384u

static int set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

int bt_stream_init(struct bt_stream *stream, int in, int out, size_t line_max, size_t out_max,
		   struct bt_err *err)
{
	int rc = set_nonblocking(in);

	if (!rc)
		rc = set_nonblocking(out);
	if (rc)
		return bt_err_set(err, -rc, "cannot use descriptors %d and %d: %s", in, out,
				  strerror(-rc));
	*stream = (struct bt_stream){.in = in, .out = out, .in_max = line_max, .out_max = out_max};
	return 0;
}

void bt_stream_free(struct bt_stream *stream)
{
	free(stream->in_buf);
	free(stream->out_buf);
	stream->in_buf = stream->out_buf = NULL;
}

/* Moves the unread part to the front and makes room for one more chunk and a terminator. */
static void make_room(struct bt_stream *s)
{
	if (s->in_start) {
		memmove(s->in_buf, s->in_buf + s->in_start, s->in_used - s->in_start);
		s->in_used -= s->in_start;
		s->in_scanned -= s->in_start;
		s->in_start = 0;
	}
	if (s->in_used + CHUNK + 1 > s->in_room) {
		s->in_room = 2 * (s->in_used + CHUNK + 1);
		s->in_buf = bt_xrealloc(s->in_buf, s->in_room, 1);
	}
}

int bt_stream_fill(struct bt_stream *s)
{
	ssize_t got;

	if (s->in_used - s->in_start > s->in_max &&
	    !memchr(s->in_buf + s->in_start, '\n', s->in_used - s->in_start))
		return -EMSGSIZE;
	make_room(s);
	do {
		got = read(s->in, s->in_buf + s->in_used, CHUNK);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	if (!got)
		return -ENODATA;
	s->in_used += (size_t)got;
	return 0;
}

char *bt_stream_line(struct bt_stream *s, size_t *size)
{
	char *line, *end;

	if (s->in_scanned == s->in_used)
		return NULL;
	end = memchr(s->in_buf + s->in_scanned, '\n', s->in_used - s->in_scanned);
	if (!end) {
		s->in_scanned = s->in_used;
		return NULL;
	}
	line = s->in_buf + s->in_start;
	*end = '\0';
	*size = (size_t)(end - line);
	s->in_start = s->in_scanned = (size_t)(end - s->in_buf) + 1;
	return line;
}

int bt_stream_put(struct bt_stream *s, const char *text, size_t size)
{
	size_t queued = s->out_used - s->out_start;

	if (queued + size + 1 > s->out_max)
		return -ENOBUFS;
	if (s->out_start) {
		memmove(s->out_buf, s->out_buf + s->out_start, queued);
		s->out_start = 0;
		s->out_used = queued;
	}
	if (queued + size + 1 > s->out_room) {
		s->out_room = 2 * (queued + size + 1);
		s->out_buf = bt_xrealloc(s->out_buf, s->out_room, 1);
	}
	memcpy(s->out_buf + queued, text, size);
	s->out_buf[queued + size] = '\n';
	s->out_used = queued + size + 1;
	return 0;
}

int bt_stream_flush(struct bt_stream *s)
{
	while (bt_stream_pending(s)) {
		ssize_t sent = write(s->out, s->out_buf + s->out_start, s->out_used - s->out_start);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EWOULDBLOCK ? -EAGAIN : -errno;
		s->out_start += (size_t)sent;
	}
	return 0;
}
