/* SPDX-License-Identifier: GPL-2.0 */
/* One client of the agent protocol: what link.c, its stream, and link_requests.c share. */
#ifndef BT_LINK_H
#define BT_LINK_H

#include "session/internal.h"
#include "source/stream.h"

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

/* link.c: an answer, to the request of this id or (NULL) to none; sent by the end. */
struct bt_json_writer *bt_link_begin(struct bt_link *link, const uint64_t *id);
void bt_link_end(struct bt_link *link);
void bt_link_error(struct bt_link *link, const uint64_t *id, const struct bt_err *err);
/* Answers the read that waits. */
void bt_link_send_frame(struct bt_link *link, struct bt_frame *frame);

/* link_requests.c: one line that came. */
void bt_link_request(struct bt_link *link, const char *line, size_t size);

#endif
