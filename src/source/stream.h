/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines of text over a pair of non-blocking descriptors, bounded both ways: the framing of the
 * agent protocol, for both of its ends. Not for several threads at once.
 */
#ifndef BT_STREAM_H
#define BT_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

struct bt_stream {
	int in, out;			/* the caller's; may be the same */
	char *in_buf, *out_buf;
	size_t in_start, in_used, in_scanned, in_max; /* unread: in_start .. in_used */
	size_t out_start, out_used, out_max;
	size_t in_room, out_room;	/* allocated */
};

/*
 * line_max: longest line accepted; out_max: most bytes queued. Makes both descriptors non-blocking.
 */
int bt_stream_init(struct bt_stream *stream, int in, int out, size_t line_max, size_t out_max,
		   struct bt_err *err);
void bt_stream_free(struct bt_stream *stream);
/*
 * Reads what is there. 0; -EAGAIN nothing; -ENODATA the end; -EMSGSIZE a line is longer than
 * line_max; another -errno. Lines that came before are still there afterwards.
 */
int bt_stream_fill(struct bt_stream *stream);
/*
 * The next complete line, terminated, without its newline; valid until the next fill. NULL: none.
 */
char *bt_stream_line(struct bt_stream *stream, size_t *size);
/* Queues text and a newline as a whole; -ENOBUFS when out_max would be passed. */
int bt_stream_put(struct bt_stream *stream, const char *text, size_t size);
/* Writes what can be written. 0 = nothing left, -EAGAIN = some left, another -errno = broken. */
int bt_stream_flush(struct bt_stream *stream);

static inline bool bt_stream_pending(const struct bt_stream *stream)
{
	return stream->out_start < stream->out_used;
}

#endif
