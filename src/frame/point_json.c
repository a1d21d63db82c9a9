// SPDX-License-Identifier: GPL-2.0
#include "frame/point_json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "core/param.h"
#include "frame/fields.h"
#include "frame/metric.h"

/* As the kinds of events are called. */
static const struct {
	uint32_t flag;
	const char *name;
} flags[] = {
	{ BT_POINT_CONTROL, "control" }, { BT_POINT_MARK, "mark" },
	{ BT_POINT_STOPPED, "stopped" }, { BT_POINT_FAILURE, "failure" },
	{ BT_POINT_OOM, "oom" },	 { BT_POINT_LOST, "lost" },
};

void bt_point_encode_members(struct bt_json_writer *w, const struct bt_point *point)
{
	bt_json_u64(w, "mono_ns", point->mono_ns);
	bt_json_i64(w, "utc_ns", point->utc_ns);
	bt_json_u64(w, "length_ns", point->length_ns);
	bt_json_bool(w, "gap", point->gap);
	bt_json_string(w, "run", bt_run_name(point->run));
	if (point->generation)
		bt_json_u64(w, "generation", point->generation);
	bt_json_array(w, "events");
	for (unsigned i = 0; i < BT_ARRAY_SIZE(flags); i++) {
		if (point->flags & flags[i].flag)
			bt_json_string(w, NULL, flags[i].name);
	}
	bt_json_end_array(w);
	bt_json_object(w, "metrics");
	for (unsigned i = 0; i < bt_metric_count; i++) {
		double value = bt_metric_value(&bt_metrics[i], point);

		if (!isnan(value))
			bt_json_double(w, bt_metrics[i].key, value);
	}
	bt_json_end_object(w);
}

void bt_point_encode(struct bt_json_writer *w, const char *key, const struct bt_point *point)
{
	bt_json_object(w, key);
	bt_point_encode_members(w, point);
	bt_json_end_object(w);
}

#define POINT(member, kind, ...) BT_FIELD(struct bt_point, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field point_rows[] = {
	POINT(mono_ns, BT_FIELD_UNSIGNED, .required = true),
	POINT(utc_ns, BT_FIELD_SIGNED, .required = true),
	POINT(length_ns, BT_FIELD_UNSIGNED, .required = true),
	POINT(gap, BT_FIELD_BOOL),
	POINT(generation, BT_FIELD_UNSIGNED),
	POINT(run, BT_FIELD_NAME, .max = BT_RUN_COUNT - 1, .names = bt_run_names),
};

static const struct bt_field_table point_fields = BT_FIELD_TABLE(point_rows);

static void decode_flags(const struct bt_json *array, struct bt_point *point)
{
	for (const struct bt_json *name = array ? array->child : NULL; name; name = name->next) {
		for (unsigned i = 0; name->type == BT_JSON_STRING && i < BT_ARRAY_SIZE(flags); i++) {
			if (!strcmp(name->string, flags[i].name))
				point->flags |= flags[i].flag;
		}
	}
}

/* Every metric is 0 or more; whole ones above 2^64 are no numbers of ours. */
static int decode_metrics(const struct bt_json *node, struct bt_point *point, struct bt_err *err)
{
	for (unsigned i = 0; i < bt_metric_count; i++) {
		const struct bt_metric *metric = &bt_metrics[i];
		double value;

		if (!bt_json_get(node, metric->key))
			continue;
		if (!bt_json_get_double(node, metric->key, &value) ||
		    !(value >= 0 && value < 0x1p64))
			return bt_err_set(err, EPROTO, "metrics.%s is no number in range",
					  metric->key);
		bt_metric_set(metric, point, value);
	}
	return 0;
}

int bt_point_decode(const struct bt_json *node, struct bt_point *point, struct bt_err *err)
{
	int code;

	bt_point_forget(point);
	code = bt_fields_decode(node, &point_fields, point, err);
	if (code)
		return code;
	point->known_ns = point->gap ? 0 : point->length_ns;
	decode_flags(bt_json_get_array(node, "events"), point);
	return decode_metrics(bt_json_get_object(node, "metrics"), point, err);
}
