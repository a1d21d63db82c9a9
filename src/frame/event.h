/* SPDX-License-Identifier: GPL-2.0 */
/* What was done to a machine and what befell it: the lines of the event log, and their JSON. */
#ifndef BT_EVENT_H
#define BT_EVENT_H

#include "core/json.h"

enum bt_event_kind { BT_EVENT_CONTROL, BT_EVENT_APPLIED, BT_EVENT_REFUSED, BT_EVENT_STOPPED,
		     BT_EVENT_FAILURE, BT_EVENT_OOM, BT_EVENT_LOST, BT_EVENT_BACK, BT_EVENT_NOTE,
		     BT_EVENT_MARK, BT_EVENT_KINDS };

struct bt_event {
	uint64_t number;	/* from 1 */
	int64_t utc_ns;		/* 0: not known, before the first sample of a source's own clock */
	uint64_t mono_ns;	/* of the source; 0: not known, before the first sample */
	enum bt_event_kind kind;
	uint64_t generation;	/* 0 = none */
	char who[32];		/* "key", "command", "ctl pid 812", "module" */
	char text[160];		/* "order 0 -> 3" */
};
extern const char *const bt_event_kind_name[BT_EVENT_KINDS];

/* One object under key (NULL: bare). */
void bt_event_encode(struct bt_json_writer *w, const char *key, const struct bt_event *event);
/* 0, or -EPROTO with err naming the member. */
int bt_event_decode(const struct bt_json *node, struct bt_event *event, struct bt_err *err);

#endif
