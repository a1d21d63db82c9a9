// SPDX-License-Identifier: GPL-2.0
/* The parts of a frame that are read only when wanted, as JSON. */
#include <errno.h>
#include <string.h>

#include "frame/frame.h"
#include "frame/frame_schema.h"
#include "frame/freemap.h"

#define TASKS(member, kind, ...) \
	BT_FIELD(struct bt_frame_tasks, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field tasks_fields[] = {
	TASKS(state, BT_FIELD_NAME, .required = true, .max = BT_DETAIL_COUNT - 1,
	      .names = bt_detail_name),
	TASKS(mono_ns, BT_FIELD_UNSIGNED), TASKS(read_ns, BT_FIELD_UNSIGNED),
	TASKS(processes, BT_FIELD_UNSIGNED),
};

#define TASK(member, kind, ...) \
	BT_FIELD(struct bt_frame_task, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field task_fields[] = {
	TASK(pid, BT_FIELD_UNSIGNED, .required = true),
	TASK(name, BT_FIELD_TEXT), TASK(state, BT_FIELD_TEXT),
	TASK(rss_bytes, BT_FIELD_UNSIGNED), TASK(swap_bytes, BT_FIELD_UNSIGNED),
	TASK(oom_score, BT_FIELD_UNSIGNED), TASK(oom_score_adj, BT_FIELD_SIGNED),
};

#define PAGEBLOCKS(member, kind, ...) \
	BT_FIELD(struct bt_frame_pageblocks, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field pageblocks_fields[] = {
	PAGEBLOCKS(state, BT_FIELD_NAME, .required = true, .max = BT_DETAIL_COUNT - 1,
		   .names = bt_detail_name),
	PAGEBLOCKS(mono_ns, BT_FIELD_UNSIGNED), PAGEBLOCKS(read_ns, BT_FIELD_UNSIGNED),
	PAGEBLOCKS(block_pages, BT_FIELD_UNSIGNED),
};

#define PAGETYPE(member, kind, ...) \
	BT_FIELD(struct bt_frame_pagetype, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field pagetype_fields[] = {
	PAGETYPE(node, BT_FIELD_UNSIGNED, .required = true, .max = BT_MAX_NODES - 1),
	PAGETYPE(zone, BT_FIELD_TEXT, .required = true),
	PAGETYPE(type, BT_FIELD_TEXT, .required = true),
	PAGETYPE(blocks, BT_FIELD_UNSIGNED),
};

#define FREQUENCY(member, kind, ...) \
	BT_FIELD(struct bt_frame_frequency, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field frequency_fields[] = {
	FREQUENCY(state, BT_FIELD_NAME, .required = true, .max = BT_DETAIL_COUNT - 1,
		  .names = bt_detail_name),
	FREQUENCY(mono_ns, BT_FIELD_UNSIGNED), FREQUENCY(read_ns, BT_FIELD_UNSIGNED),
	FREQUENCY(cpus, BT_FIELD_UNSIGNED, .max = BT_FREQUENCY_CPUS),
	FREQUENCY(min_khz, BT_FIELD_UNSIGNED), FREQUENCY(max_khz, BT_FIELD_UNSIGNED),
	FREQUENCY(limit_khz, BT_FIELD_UNSIGNED),
};

static const struct bt_field_table tasks_table = BT_FIELD_TABLE(tasks_fields);
static const struct bt_field_table task_table = BT_FIELD_TABLE(task_fields);
static const struct bt_field_table pageblocks_table = BT_FIELD_TABLE(pageblocks_fields);
static const struct bt_field_table pagetype_table = BT_FIELD_TABLE(pagetype_fields);
static const struct bt_field_table frequency_table = BT_FIELD_TABLE(frequency_fields);

/* ---- encoding ----------------------------------------------------------------------------- */

static void encode_tasks(struct bt_json_writer *w, const struct bt_frame_tasks *tasks)
{
	unsigned i;

	bt_json_object(w, "tasks");
	bt_fields_encode(w, &tasks_table, tasks);
	bt_json_array(w, "most");
	for (i = 0; i < tasks->count; i++) {
		bt_json_object(w, NULL);
		bt_fields_encode(w, &task_table, &tasks->task[i]);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
	bt_json_end_object(w);
}

static void encode_pageblocks(struct bt_json_writer *w, const struct bt_frame_pageblocks *from)
{
	unsigned i;

	bt_json_object(w, "pageblocks");
	bt_fields_encode(w, &pageblocks_table, from);
	bt_json_array(w, "types");
	for (i = 0; i < from->count; i++) {
		const struct bt_frame_pagetype *type = &from->types[i];

		bt_json_object(w, NULL);
		bt_fields_encode(w, &pagetype_table, type);
		bt_numbers_encode(w, "free_blocks", type->free_blocks,
				  bt_known_orders(type->free_blocks));
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
	bt_json_end_object(w);
}

static void encode_frequency(struct bt_json_writer *w, const struct bt_frame_frequency *from)
{
	bt_json_object(w, "frequency");
	bt_fields_encode(w, &frequency_table, from);
	bt_json_end_object(w);
}

void bt_detail_encode(struct bt_json_writer *w, const struct bt_frame *frame)
{
	if (frame->tasks.state != BT_DETAIL_NONE)
		encode_tasks(w, &frame->tasks);
	if (frame->pageblocks.state != BT_DETAIL_NONE)
		encode_pageblocks(w, &frame->pageblocks);
	if (frame->frequency.state != BT_DETAIL_NONE)
		encode_frequency(w, &frame->frequency);
	if (frame->free_map.state != BT_DETAIL_NONE)
		bt_freemap_encode(w, "free_map", &frame->free_map);
}

/* ---- decoding ----------------------------------------------------------------------------- */

static int decode_tasks(const struct bt_json *node, struct bt_frame_tasks *tasks,
			struct bt_err *err)
{
	const struct bt_json *most = bt_json_get_array(node, "most"), *element;
	int code;

	tasks->mono_ns = tasks->read_ns = tasks->processes = BT_UNKNOWN;
	code = bt_fields_decode(node, &tasks_table, tasks, err);
	if (!code && (!most || most->count > BT_MAX_TASKS))
		code = bt_err_set(err, EPROTO, "most is no array of at most %u", BT_MAX_TASKS);
	for (element = code ? NULL : most->child; !code && element; element = element->next) {
		struct bt_frame_task *task = &tasks->task[tasks->count++];

		*task = (struct bt_frame_task){
			.rss_bytes = BT_UNKNOWN, .swap_bytes = BT_UNKNOWN,
			.oom_score = BT_UNKNOWN, .oom_score_adj = BT_UNKNOWN_SIGNED,
		};
		code = bt_fields_decode(element, &task_table, task, err);
	}
	return code ? bt_err_prefix(err, "tasks") : 0;
}

static int decode_pageblocks(const struct bt_json *node, struct bt_frame *frame,
			     struct bt_err *err)
{
	const struct bt_json *types = bt_json_get_array(node, "types"), *element;
	struct bt_frame_pageblocks *to = &frame->pageblocks;
	int code;

	to->mono_ns = to->read_ns = to->block_pages = BT_UNKNOWN;
	code = bt_fields_decode(node, &pageblocks_table, to, err);
	if (!code && (!types || types->count > to->capacity))
		code = bt_err_set(err, EPROTO, "types is no array of at most %u", to->capacity);
	for (element = code ? NULL : types->child; !code && element; element = element->next) {
		struct bt_frame_pagetype *type = &to->types[to->count++];

		memset(type, 0xff, sizeof(*type));
		code = bt_fields_decode(element, &pagetype_table, type, err);
		if (!code)
			code = bt_numbers_decode(bt_json_get(element, "free_blocks"),
						 "free_blocks", type->free_blocks, BT_MAX_ORDERS,
						 err);
		if (!code && type->node >= frame->node_count)
			code = bt_err_set(err, EPROTO, "there is no node %u", type->node);
	}
	return code ? bt_err_prefix(err, "pageblocks") : 0;
}

static int decode_frequency(const struct bt_json *node, struct bt_frame_frequency *to,
			    struct bt_err *err)
{
	int code;

	to->mono_ns = to->read_ns = to->cpus = BT_UNKNOWN;
	to->min_khz = to->max_khz = to->limit_khz = BT_UNKNOWN;
	code = bt_fields_decode(node, &frequency_table, to, err);
	return code ? bt_err_prefix(err, "frequency") : 0;
}

int bt_detail_decode(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err)
{
	const struct bt_json *tasks = bt_json_get(node, "tasks");
	const struct bt_json *pageblocks = bt_json_get(node, "pageblocks");
	const struct bt_json *frequency = bt_json_get(node, "frequency");
	const struct bt_json *free_map = bt_json_get(node, "free_map");
	int code = tasks ? decode_tasks(tasks, &frame->tasks, err) : 0;

	if (!code && pageblocks)
		code = decode_pageblocks(pageblocks, frame, err);
	if (!code && frequency)
		code = decode_frequency(frequency, &frame->frequency, err);
	if (!code && free_map)
		code = bt_freemap_decode(free_map, &frame->free_map, err);
	return code;
}
