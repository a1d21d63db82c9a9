// SPDX-License-Identifier: GPL-2.0
#include "frame/measure_json.h"

#include <errno.h>

#include "frame/fields.h"

#define OPTION(member, ...) \
	BT_FIELD(struct bt_measure_options, member, #member, BT_FIELD_UNSIGNED, ##__VA_ARGS__)

static const struct bt_field options_fields[] = {
	OPTION(limit_bytes), OPTION(region_bytes), OPTION(stop_psi_percent, .max = 100),
};

#define MEASURE(member, kind, ...) \
	BT_FIELD(struct bt_measure, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field measure_fields[] = {
	MEASURE(state, BT_FIELD_NAME, .required = true, .max = BT_MEASURE_STATE_COUNT - 1,
		.names = bt_measure_state_name),
	MEASURE(end, BT_FIELD_NAME, .max = BT_MEASURE_END_COUNT - 1, .names = bt_measure_end_name),
	MEASURE(reached_bytes, BT_FIELD_UNSIGNED), MEASURE(limit_bytes, BT_FIELD_UNSIGNED),
	MEASURE(stop_psi_percent, BT_FIELD_UNSIGNED, .max = 100),
	MEASURE(region_bytes, BT_FIELD_UNSIGNED), MEASURE(elapsed_ns, BT_FIELD_UNSIGNED),
	MEASURE(threads, BT_FIELD_UNSIGNED),
	MEASURE(fill, BT_FIELD_NAME, .max = BT_MEASURE_FILL_COUNT - 1,
		.names = bt_measure_fill_name),
	MEASURE(cgroup, BT_FIELD_NAME, .max = BT_MEASURE_CGROUP_COUNT - 1,
		.names = bt_measure_cgroup_name),
	MEASURE(no_cgroup, BT_FIELD_TEXT), MEASURE(text, BT_FIELD_TEXT),
};

static const struct bt_field_table options_table = BT_FIELD_TABLE(options_fields);
static const struct bt_field_table measure_table = BT_FIELD_TABLE(measure_fields);

void bt_measure_options_encode(struct bt_json_writer *w, const struct bt_measure_options *options)
{
	size_t i;

	for (i = 0; i < options_table.count; i++) {
		const struct bt_field *field = &options_table.fields[i];
		uint64_t value = bt_field_load(field, options);

		if (value)
			bt_json_u64(w, field->key, value);
	}
}

int bt_measure_options_decode(const struct bt_json *node, struct bt_measure_options *options,
			      struct bt_err *err)
{
	int code;

	*options = (struct bt_measure_options){ 0 };
	code = bt_fields_decode(node, &options_table, options, err);
	if (!code && bt_json_get(node, "limit_bytes") && !options->limit_bytes)
		code = bt_err_set(err, EPROTO, "limit_bytes is 0; without it there is no limit");
	return code;
}

void bt_measure_encode(struct bt_json_writer *w, const char *key, const struct bt_measure *measure)
{
	struct bt_measure m = *measure;

	if (!m.limit_bytes)
		m.limit_bytes = BT_UNKNOWN;	/* left out */
	bt_json_object(w, key);
	bt_fields_encode(w, &measure_table, &m);
	/* All that a client of before `end` has to tell the ends apart by. */
	bt_json_bool(w, "oom_killed", m.end == BT_MEASURE_END_OOM_KILL);
	bt_json_end_object(w);
}

/* What an agent that sends no end means by the rest. */
static enum bt_measure_end guess_end(const struct bt_json *node, const struct bt_measure *m)
{
	bool oom_killed = false;

	if (m->state != BT_MEASURE_DONE)
		return m->state == BT_MEASURE_FAILED ? BT_MEASURE_END_FAILED : BT_MEASURE_END_NONE;
	bt_json_get_bool(node, "oom_killed", &oom_killed);
	if (oom_killed)
		return BT_MEASURE_END_OOM_KILL;
	return m->limit_bytes && m->reached_bytes >= m->limit_bytes ? BT_MEASURE_END_LIMIT :
								      BT_MEASURE_END_REFUSED;
}

int bt_measure_decode(const struct bt_json *node, struct bt_measure *m, struct bt_err *err)
{
	int code;

	*m = (struct bt_measure){ .region_bytes = BT_UNKNOWN, .threads = BT_UNKNOWN };
	code = bt_fields_decode(node, &measure_table, m, err);
	if (!code && !bt_json_get(node, "end"))
		m->end = guess_end(node, m);
	if (!code && m->state != BT_MEASURE_NONE && bt_measure_state_at(m->end) != m->state)
		code = bt_err_set(err, EPROTO, "member end does not go with the state");
	return code ? bt_err_prefix(err, "measure") : 0;
}
