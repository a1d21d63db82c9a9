// SPDX-License-Identifier: GPL-2.0
#include "frame/frame_json.h"

#include "core/mask.h"
#include "frame/frame_schema.h"

static void encode_cell(struct bt_json_writer *w, const struct bt_field *column, uint64_t value)
{
	if (column->kind == BT_FIELD_NAME)
		bt_json_string(w, NULL, bt_field_name(column, value));
	else if (value == BT_UNKNOWN)
		bt_json_string(w, NULL, NULL);
	else
		bt_json_u64(w, NULL, value);
}

/* One value where all CPUs have the same, so that idle columns cost nothing. */
static void encode_column(struct bt_json_writer *w, const struct bt_field *column,
			  const struct bt_frame *frame)
{
	uint64_t first = bt_field_load(column, &frame->cpus[0]);
	unsigned i = 1;

	while (i < frame->cpu_count && bt_field_load(column, &frame->cpus[i]) == first)
		i++;
	if (i == frame->cpu_count) {
		bt_fields_encode(w, &(struct bt_field_table){ column, 1 }, &frame->cpus[0]);
		return;
	}
	bt_json_array(w, column->key);
	for (i = 0; i < frame->cpu_count; i++)
		encode_cell(w, column, bt_field_load(column, &frame->cpus[i]));
	bt_json_end_array(w);
}

static void encode_hist(struct bt_json_writer *w, const struct bt_frame_hist *entry)
{
	bt_json_object(w, NULL);
	bt_fields_encode(w, &bt_schema_hist, entry);
	bt_buckets_encode(w, "buckets", &entry->hist);
	bt_json_end_object(w);
}

static void encode_cpu_hist(struct bt_json_writer *w, const struct bt_frame_cpu_hist *selected)
{
	if (selected->cpu < 0)
		return;
	bt_json_object(w, "cpu_latency");
	bt_json_u64(w, "cpu", (uint64_t)selected->cpu);
	bt_buckets_encode(w, "alloc_buckets", &selected->hist[BT_OP_ALLOC]);
	bt_buckets_encode(w, "free_buckets", &selected->hist[BT_OP_FREE]);
	bt_json_end_object(w);
}

static void encode_columns(struct bt_json_writer *w, const char *key,
			   const struct bt_field_table *table, const struct bt_frame *frame)
{
	bt_json_object(w, key);
	for (unsigned i = 0; i < table->count; i++)
		encode_column(w, &table->fields[i], frame);
	bt_json_end_object(w);
}

static void encode_blocks(struct bt_json_writer *w, const struct bt_frame *frame)
{
	unsigned i;

	bt_numbers_encode(w, "order_alloc_blocks", frame->order_allocs, BT_MAX_ORDERS);
	/* A row is known as a whole or not at all: then it is empty. */
	bt_json_array(w, "node_alloc_blocks");
	for (i = 0; i < frame->node_count; i++)
		bt_numbers_encode(w, NULL, frame->matrix[i],
				  frame->matrix[i][0] == BT_UNKNOWN ? 0 : frame->node_count);
	bt_json_end_array(w);
	encode_columns(w, "cpus", &bt_schema_cpu, frame);
	if (frame->config.run == BT_RUN_STEP)
		encode_columns(w, "steps", &bt_schema_step, frame);
	if (frame->calls.bulk_calls != BT_UNKNOWN) {
		bt_json_object(w, "calls");
		bt_fields_encode(w, &bt_schema_calls, &frame->calls);
		bt_json_end_object(w);
	}
	bt_json_array(w, "latency");
	for (i = 0; i < frame->hist_count; i++)
		encode_hist(w, &frame->hists[i]);
	bt_json_end_array(w);
	if (frame->bulk_hist.total)
		bt_buckets_encode(w, "bulk_buckets", &frame->bulk_hist);
	encode_cpu_hist(w, &frame->cpu_hist);
}

static void encode_module(struct bt_json_writer *w, const struct bt_frame *frame)
{
	bt_json_object(w, "module");
	/* Before the first publication there is neither. */
	if (frame->config.generation)
		bt_config_encode(w, "config", &frame->config);
	if (frame->ack.token) {
		bt_json_object(w, "ack");
		bt_fields_encode(w, &bt_schema_ack, &frame->ack);
		bt_json_end_object(w);
	}
	bt_fields_encode(w, &bt_schema_module, frame);
	if (frame->way[0])
		bt_json_string(w, "way", frame->way);
	if (frame->way_trouble[0])
		bt_json_string(w, "way_trouble", frame->way_trouble);
	encode_blocks(w, frame);
	bt_json_end_object(w);
}

static void encode_online(struct bt_json_writer *w, const struct bt_frame *frame)
{
	__u64 online[BT_MAX_CPUS / 64] = { 0 };
	unsigned i;

	for (i = 0; i < frame->cpu_count; i++)
		bt_mask_set(online, i, frame->cpus[i].online);
	bt_mask_encode(w, "online_cpus", online, BT_MAX_CPUS / 64);
}

static void encode_zone(struct bt_json_writer *w, const struct bt_frame_zone *zone)
{
	bt_json_object(w, NULL);
	bt_fields_encode(w, &bt_schema_zone, zone);
	bt_numbers_encode(w, "free_blocks", zone->free_blocks,
			  bt_known_orders(zone->free_blocks));
	bt_json_end_object(w);
}

/* Nothing where nothing is known, as of a simulated machine. */
static void encode_load(struct bt_json_writer *w, const struct bt_frame_load *load)
{
	size_t i = 0;

	while (i < bt_schema_load.count &&
	       bt_field_load(&bt_schema_load.fields[i], load) == BT_UNKNOWN)
		i++;
	if (i == bt_schema_load.count)
		return;
	bt_json_object(w, "load");
	bt_fields_encode(w, &bt_schema_load, load);
	bt_json_end_object(w);
}

static void encode_memory(struct bt_json_writer *w, const struct bt_frame *frame)
{
	unsigned i;

	bt_json_object(w, "memory");
	bt_fields_encode(w, &bt_schema_memory, &frame->memory);
	bt_json_end_object(w);
	bt_json_object(w, "psi");
	bt_fields_encode(w, &bt_schema_psi, &frame->psi);
	bt_json_end_object(w);
	encode_load(w, &frame->load);
	bt_json_object(w, "vmstat");
	for (i = 0; i < BT_VMSTAT_COUNT; i++)
		bt_json_known(w, bt_vmstat_name[i], frame->vmstat[i]);
	bt_json_end_object(w);
	bt_json_array(w, "nodes");
	for (i = 0; i < frame->node_count; i++) {
		bt_json_object(w, NULL);
		bt_fields_encode(w, &bt_schema_node, &frame->nodes[i]);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
	bt_json_array(w, "zones");
	for (i = 0; i < frame->zone_count; i++)
		encode_zone(w, &frame->zones[i]);
	bt_json_end_array(w);
}

void bt_frame_encode(struct bt_json_writer *w, const char *key, const struct bt_frame *frame)
{
	bt_json_object(w, key);
	bt_fields_encode(w, &bt_schema_frame, frame);
	encode_online(w, frame);
	if (frame->has_module)
		encode_module(w, frame);
	encode_memory(w, frame);
	bt_detail_encode(w, frame);
	bt_host_encode(w, &frame->host);
	bt_json_end_object(w);
}
