// SPDX-License-Identifier: GPL-2.0
#include "frame/event.h"

#include "frame/fields.h"

const char *const bt_event_kind_name[BT_EVENT_KINDS] = {
	[BT_EVENT_CONTROL] = "control",
	[BT_EVENT_APPLIED] = "applied",
	[BT_EVENT_REFUSED] = "refused",
	[BT_EVENT_STOPPED] = "stopped",
	[BT_EVENT_FAILURE] = "failure",
	[BT_EVENT_OOM] = "oom",
	[BT_EVENT_LOST] = "lost",
	[BT_EVENT_BACK] = "back",
	[BT_EVENT_NOTE] = "note",
	[BT_EVENT_MARK] = "mark",
};

#define EVENT(member, kind, ...) BT_FIELD(struct bt_event, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field fields[] = {
	EVENT(number, BT_FIELD_UNSIGNED, .required = true),
	EVENT(kind, BT_FIELD_NAME, .required = true, .max = BT_EVENT_KINDS - 1,
	      .names = bt_event_kind_name),
	EVENT(who, BT_FIELD_TEXT, .required = true),
	EVENT(text, BT_FIELD_TEXT, .required = true),
};

static const struct bt_field_table table = BT_FIELD_TABLE(fields);

void bt_event_encode(struct bt_json_writer *w, const char *key, const struct bt_event *event)
{
	bt_json_object(w, key);
	bt_fields_encode(w, &table, event);
	if (event->generation)
		bt_json_u64(w, "generation", event->generation);
	if (event->utc_ns)
		bt_json_i64(w, "utc_ns", event->utc_ns);
	if (event->mono_ns)
		bt_json_u64(w, "mono_ns", event->mono_ns);
	bt_json_end_object(w);
}

int bt_event_decode(const struct bt_json *node, struct bt_event *event, struct bt_err *err)
{
	*event = (struct bt_event){ .generation = 0 };
	bt_json_get_i64(node, "utc_ns", &event->utc_ns);
	bt_json_get_u64(node, "mono_ns", &event->mono_ns);
	bt_json_get_u64(node, "generation", &event->generation);
	return bt_fields_decode(node, &table, event, err);
}
