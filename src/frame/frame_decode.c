// SPDX-License-Identifier: GPL-2.0
#include "frame/frame_json.h"

#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "frame/frame_schema.h"

/* One CPU's number or name; null is unknown, which only 64 bits can say. */
static bool decode_cell(const struct bt_json *node, const struct bt_field *column, uint64_t *value)
{
	if (column->kind == BT_FIELD_NAME)
		return node->type == BT_JSON_STRING && bt_field_named(column, node->string, value);
	*value = BT_UNKNOWN;
	if (node->type == BT_JSON_NULL)
		return column->width == sizeof(*value);
	return bt_json_as_u64(node, value) && *value <= bt_field_max(column);
}

static int refuse_column(const struct bt_field *column, struct bt_err *err)
{
	return bt_err_set(err, EPROTO, "cpus.%s is no column of values in range", column->key);
}

static int decode_column(const struct bt_json *node, const struct bt_field *column,
			 struct bt_frame *frame, struct bt_err *err)
{
	const struct bt_json *member = bt_json_get(node, column->key), *element;
	uint64_t value;
	unsigned i;

	if (!member)
		return 0;
	if (member->type != BT_JSON_ARRAY) {
		if (!decode_cell(member, column, &value))
			return refuse_column(column, err);
		for (i = 0; i < frame->cpu_count; i++)
			bt_field_store(column, &frame->cpus[i], value);
		return 0;
	}
	if (member->count != frame->cpu_count)
		return refuse_column(column, err);
	for (element = member->child, i = 0; element; element = element->next, i++) {
		if (!decode_cell(element, column, &value))
			return refuse_column(column, err);
		bt_field_store(column, &frame->cpus[i], value);
	}
	return 0;
}

/* node NULL: nothing is known of them. */
static int decode_columns(const struct bt_json *node, const struct bt_field_table *table,
			  struct bt_frame *frame, struct bt_err *err)
{
	int code = 0;

	for (unsigned i = 0; node && !code && i < table->count; i++)
		code = decode_column(node, &table->fields[i], frame, err);
	return code;
}

static int decode_hists(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	const struct bt_json *array = bt_json_get_array(node, "latency"), *element;

	for (element = array ? array->child : NULL; element; element = element->next) {
		struct bt_frame_hist read = { 0 };
		struct bt_hist *hist = NULL;
		int code = bt_fields_decode(element, &bt_schema_hist, &read,
					    err);

		if (!code)
			code = bt_buckets_decode(bt_json_get_array(element, "buckets"), &read.hist,
					      err);
		if (code)
			return code;
		if (read.node < frame->node_count &&
		    !bt_frame_hist_find(frame, read.order, read.node, read.op))
			hist = bt_frame_hist(frame, read.order, read.node, read.op);
		if (!hist)
			return bt_err_set(err, EPROTO, "latency: unknown node, twice the same, or "
					  "too many");
		*hist = read.hist;
	}
	return 0;
}

static int decode_cpu_hist(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	const struct bt_json *selected = bt_json_get_object(node, "cpu_latency");
	struct bt_frame_cpu_hist *to = &frame->cpu_hist;
	uint64_t cpu;
	int code;

	if (!selected)
		return 0;
	if (!bt_json_get_u64(selected, "cpu", &cpu) || cpu >= frame->cpu_count)
		return bt_err_set(err, EPROTO, "cpu_latency: no such CPU");
	memset(to->hist, 0, sizeof(to->hist));
	code = bt_buckets_decode(bt_json_get_array(selected, "alloc_buckets"), &to->hist[BT_OP_ALLOC],
			      err);
	if (!code)
		code = bt_buckets_decode(bt_json_get_array(selected, "free_buckets"),
				      &to->hist[BT_OP_FREE], err);
	if (!code)
		to->cpu = (int)cpu;
	return code;
}

static int decode_matrix(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	const struct bt_json *rows = bt_json_get_array(node, "node_alloc_blocks"), *row;
	unsigned i = 0;
	int code;

	if (!rows || rows->count != frame->node_count)
		return bt_err_set(err, EPROTO, "node_alloc_blocks has not %u rows",
				  frame->node_count);
	for (row = rows->child; row; row = row->next, i++) {
		code = bt_numbers_decode(row, "node_alloc_blocks", frame->matrix[i], frame->node_count,
				    err);
		if (code)
			return code;
		if (!row->count)
			memset(frame->matrix[i], 0xff, frame->node_count * sizeof(uint64_t));
	}
	return 0;
}

static int decode_module(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	const struct bt_json *config = bt_json_get(node, "config");
	const struct bt_json *ack = bt_json_get_object(node, "ack");
	const char *way = bt_json_get_string(node, "way");
	const char *trouble = bt_json_get_string(node, "way_trouble");
	int code = config ? bt_config_decode(config, &frame->config, err) : 0;

	if (!code && ack)
		code = bt_fields_decode(ack, &bt_schema_ack, &frame->ack, err);
	if (!code)
		code = bt_fields_decode(node, &bt_schema_module, frame, err);
	bt_copy_clean(frame->way, sizeof(frame->way), way ? way : "");
	bt_copy_clean(frame->way_trouble, sizeof(frame->way_trouble), trouble ? trouble : "");
	if (!code)
		code = bt_numbers_decode(bt_json_get(node, "order_alloc_blocks"), "order_alloc_blocks",
				    frame->order_allocs, BT_MAX_ORDERS, err);
	if (!code)
		code = decode_matrix(node, frame, err);
	if (!code)
		code = decode_columns(bt_json_get_object(node, "cpus"), &bt_schema_cpu, frame, err);
	if (!code)
		code = decode_columns(bt_json_get_object(node, "steps"), &bt_schema_step, frame, err);
	if (!code)
		code = bt_fields_decode(bt_json_get_object(node, "calls"), &bt_schema_calls,
					&frame->calls, err);
	if (!code)
		code = decode_hists(node, frame, err);
	if (!code && bt_json_get(node, "bulk_buckets"))
		code = bt_buckets_decode(bt_json_get_array(node, "bulk_buckets"), &frame->bulk_hist,
					 err);
	if (!code)
		code = decode_cpu_hist(node, frame, err);
	frame->has_module = !code;
	return code;
}

static int decode_online(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	__u64 online[BT_MAX_CPUS / 64] = { 0 };
	unsigned i;
	int code = bt_mask_decode(node, "online_cpus", frame->cpu_count, online, BT_MAX_CPUS / 64,
				  err);

	for (i = 0; !code && i < frame->cpu_count; i++)
		frame->cpus[i].online = bt_mask_test(online, i);
	return code;
}

static int decode_vmstat(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	unsigned i;

	for (i = 0; i < BT_VMSTAT_COUNT; i++) {
		const struct bt_json *member = bt_json_get(node, bt_vmstat_name[i]);

		if (member && !bt_json_as_u64(member, &frame->vmstat[i]))
			return bt_err_set(err, EPROTO, "vmstat.%s is no number", bt_vmstat_name[i]);
	}
	return 0;
}

static int decode_nodes(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	const struct bt_json *array = bt_json_get_array(node, "nodes"), *element;
	unsigned i = 0;
	int code = 0;

	if (!array || array->count != frame->node_count)
		return bt_err_set(err, EPROTO, "nodes is no array of %u", frame->node_count);
	for (element = array->child; !code && element; element = element->next)
		code = bt_fields_decode(element, &bt_schema_node,
					&frame->nodes[i++], err);
	return code;
}

static int decode_zones(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	const struct bt_json *array = bt_json_get_array(node, "zones"), *element;
	int code;

	if (!array || array->count > BT_MAX_ZONES)
		return bt_err_set(err, EPROTO, "zones is no array of at most %u", BT_MAX_ZONES);
	for (element = array->child; element; element = element->next) {
		struct bt_frame_zone *zone = &frame->zones[frame->zone_count];

		memset(zone, 0xff, sizeof(*zone));
		code = bt_fields_decode(element, &bt_schema_zone, zone, err);
		if (!code)
			code = bt_numbers_decode(bt_json_get(element, "free_blocks"),
					    "zones.free_blocks", zone->free_blocks, BT_MAX_ORDERS,
					    err);
		if (!code && zone->node >= frame->node_count)
			code = bt_err_set(err, EPROTO, "zones: there is no node %u", zone->node);
		if (code)
			return code;
		frame->zone_count++;
	}
	return 0;
}

static int decode_memory(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	int code = bt_fields_decode(bt_json_get_object(node, "memory"), &bt_schema_memory,
				    &frame->memory, err);

	if (!code)
		code = bt_fields_decode(bt_json_get_object(node, "psi"), &bt_schema_psi,
					&frame->psi, err);
	if (!code)
		code = bt_fields_decode(bt_json_get_object(node, "load"), &bt_schema_load,
					&frame->load, err);
	if (!code)
		code = decode_vmstat(bt_json_get_object(node, "vmstat"), frame, err);
	if (!code)
		code = decode_nodes(node, frame, err);
	return code ? code : decode_zones(node, frame, err);
}

int bt_frame_decode(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	const struct bt_json *module = bt_json_get(node, "module");
	int code = 0;

	bt_frame_clear(frame);
	if (!node || node->type != BT_JSON_OBJECT)
		code = bt_err_set(err, EPROTO, "it is no object");
	if (!code)
		code = bt_fields_decode(node, &bt_schema_frame, frame, err);
	if (!code)
		code = decode_online(node, frame, err);
	if (!code && module)
		code = decode_module(module, frame, err);
	if (!code)
		code = decode_memory(node, frame, err);
	if (!code)
		code = bt_detail_decode(node, frame, err);
	if (!code)
		code = bt_host_decode(bt_json_get(node, "host"), &frame->host, err);
	if (code) {
		bt_err_prefix(err, "frame");
		bt_frame_clear(frame);
	}
	return code;
}
