// SPDX-License-Identifier: GPL-2.0
#include "frame/point_json.h"

#include <math.h>

#include "core/param.h"
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
