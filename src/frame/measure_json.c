// SPDX-License-Identifier: GPL-2.0
#include "frame/measure_json.h"

#include "frame/fields.h"

static const char *const state_names[] = {
	[BT_MEASURE_NONE] = "none",
	[BT_MEASURE_RUNNING] = "running",
	[BT_MEASURE_DONE] = "done",
	[BT_MEASURE_FAILED] = "failed",
};

#define ROW(member, kind, ...) BT_FIELD(struct bt_measure, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field rows[] = {
	ROW(state, BT_FIELD_NAME, .required = true, .max = BT_ARRAY_SIZE(state_names) - 1,
	    .names = state_names),
	ROW(reached_bytes, BT_FIELD_UNSIGNED, .required = true),
	ROW(limit_bytes, BT_FIELD_UNSIGNED),
	ROW(elapsed_ns, BT_FIELD_UNSIGNED, .required = true),
	ROW(oom_killed, BT_FIELD_BOOL),
	ROW(text, BT_FIELD_TEXT),
};

static const struct bt_field_table table = BT_FIELD_TABLE(rows);

void bt_measure_encode(struct bt_json_writer *w, const char *key,
		       const struct bt_measure *measure)
{
	bt_json_object(w, key);
	bt_fields_encode(w, &table, measure);
	bt_json_end_object(w);
}

int bt_measure_decode(const struct bt_json *node, struct bt_measure *measure, struct bt_err *err)
{
	struct bt_measure decoded = { .limit_bytes = BT_UNKNOWN };
	int rc = bt_fields_decode(node, &table, &decoded, err);

	if (rc)
		return bt_err_prefix(err, "measure");
	*measure = decoded;
	return 0;
}
