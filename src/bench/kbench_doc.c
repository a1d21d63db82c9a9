// SPDX-License-Identifier: GPL-2.0
#include "bench/kbench_doc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result.h"
#include "core/mask.h"
#include "core/param.h"
#include "frame/fields.h"
#include "frame/frame_json.h"

#define ROW(type, member, kind, ...) BT_FIELD(struct type, member, #member, kind, ##__VA_ARGS__)

/* ---- members ------------------------------------------------------------------------------ */

static const struct bt_field top_rows[] = {
	ROW(bt_kbench, start_utc_ns, BT_FIELD_SIGNED, .required = true),
	ROW(bt_kbench, end_utc_ns, BT_FIELD_SIGNED),
	ROW(bt_kbench, complete, BT_FIELD_BOOL, .required = true),
	ROW(bt_kbench, flaw, BT_FIELD_TEXT),
	ROW(bt_kbench, clock, BT_FIELD_NAME, .max = BT_CLOCK_COUNT - 1, .names = bt_clock_names),
	ROW(bt_kbench, clock_pair_ns, BT_FIELD_UNSIGNED),
};

static const struct bt_field plan_rows[] = {
	BT_FIELD(struct bt_kbench_plan, kind, "benchmark", BT_FIELD_NAME, .required = true,
		 .max = BT_KBENCH_KINDS - 1, .names = bt_kbench_name),
	ROW(bt_kbench_plan, iterations, BT_FIELD_UNSIGNED, .required = true,
	    .max = BT_KBENCH_ROWS_MAX),
	BT_FIELD(struct bt_kbench_plan, allocs, "allocs_blocks", BT_FIELD_UNSIGNED),
	ROW(bt_kbench_plan, percent, BT_FIELD_UNSIGNED, .max = 100),
	ROW(bt_kbench_plan, seed, BT_FIELD_UNSIGNED),
};

static const struct bt_field group_rows[] = {
	ROW(bt_kbench_group, order, BT_FIELD_UNSIGNED, .required = true, .max = BT_MAX_ORDERS - 1),
	ROW(bt_kbench_group, threads, BT_FIELD_UNSIGNED, .required = true, .max = BT_MAX_CPUS),
	BT_FIELD(struct bt_kbench_group, allocs, "allocs_blocks", BT_FIELD_UNSIGNED),
	BT_FIELD(struct bt_kbench_group, filled, "filled_blocks", BT_FIELD_UNSIGNED),
	ROW(bt_kbench_group, fill_failures, BT_FIELD_UNSIGNED),
};

static const struct bt_field row_rows[] = {
	ROW(bt_kbench_row, order, BT_FIELD_UNSIGNED, .required = true, .max = BT_MAX_ORDERS - 1),
	ROW(bt_kbench_row, threads, BT_FIELD_UNSIGNED, .required = true, .max = BT_MAX_CPUS),
	ROW(bt_kbench_row, iteration, BT_FIELD_UNSIGNED, .required = true,
	    .max = BT_KBENCH_ROWS_MAX),
	BT_FIELD(struct bt_kbench_row, allocs, "allocs_blocks", BT_FIELD_UNSIGNED),
	ROW(bt_kbench_row, failures, BT_FIELD_UNSIGNED),
	ROW(bt_kbench_row, preempted, BT_FIELD_UNSIGNED),
	ROW(bt_kbench_row, preempted_ns, BT_FIELD_UNSIGNED),
	ROW(bt_kbench_row, free_pages, BT_FIELD_UNSIGNED),
	ROW(bt_kbench_row, free_frames, BT_FIELD_UNSIGNED),
};

static const struct bt_field times_rows[] = {
	ROW(bt_kbench_times, min_ns, BT_FIELD_UNSIGNED),
	ROW(bt_kbench_times, avg_ns, BT_FIELD_UNSIGNED),
	ROW(bt_kbench_times, max_ns, BT_FIELD_UNSIGNED),
	BT_FIELD(struct bt_kbench_times, latency.count, "count", BT_FIELD_UNSIGNED),
	BT_FIELD(struct bt_kbench_times, latency.quantile_ns[BT_P50], "p50_ns", BT_FIELD_UNSIGNED),
	BT_FIELD(struct bt_kbench_times, latency.quantile_ns[BT_P90], "p90_ns", BT_FIELD_UNSIGNED),
	BT_FIELD(struct bt_kbench_times, latency.quantile_ns[BT_P99], "p99_ns", BT_FIELD_UNSIGNED),
	BT_FIELD(struct bt_kbench_times, latency.quantile_ns[BT_P999], "p999_ns", BT_FIELD_UNSIGNED),
	BT_FIELD(struct bt_kbench_times, latency.max_edge_ns, "max_edge_ns", BT_FIELD_UNSIGNED),
};

static const struct bt_field_table top = BT_FIELD_TABLE(top_rows);
static const struct bt_field_table plan_table = BT_FIELD_TABLE(plan_rows);
static const struct bt_field_table group_table = BT_FIELD_TABLE(group_rows);
static const struct bt_field_table row_table = BT_FIELD_TABLE(row_rows);
static const struct bt_field_table times_table = BT_FIELD_TABLE(times_rows);

/* ---- writing ------------------------------------------------------------------------------ */

static void encode_unsigned(struct bt_json_writer *w, const char *key, const unsigned *numbers,
			    unsigned count)
{
	bt_json_array(w, key);
	for (unsigned i = 0; i < count; i++)
		bt_json_u64(w, NULL, numbers[i]);
	bt_json_end_array(w);
}

static void encode_plan(struct bt_json_writer *w, const struct bt_kbench_plan *plan)
{
	bt_json_object(w, "plan");
	bt_fields_encode(w, &plan_table, plan);
	encode_unsigned(w, "orders", plan->orders, plan->order_count);
	encode_unsigned(w, "threads", plan->threads, plan->thread_count);
	if (plan->node >= 0)
		bt_json_u64(w, "node", (uint64_t)plan->node);
	if (bt_mask_weight(plan->cpus, BT_CPU_WORDS))
		bt_mask_encode(w, "cpus", plan->cpus, BT_CPU_WORDS);
	bt_config_encode(w, "config", &plan->config);
	bt_json_end_object(w);
}

static void encode_group(struct bt_json_writer *w, const struct bt_kbench_group *group)
{
	bt_json_object(w, NULL);
	bt_fields_encode(w, &group_table, group);
	bt_mask_encode(w, "cpus", group->cpus, BT_CPU_WORDS);
	bt_buckets_encode(w, "get_buckets", &group->get);
	bt_buckets_encode(w, "put_buckets", &group->put);
	if (group->map)
		bt_freemap_encode(w, "free_map", group->map);
	bt_json_end_object(w);
}

static void encode_times(struct bt_json_writer *w, const char *key,
			 const struct bt_kbench_times *times)
{
	bt_json_object(w, key);
	bt_fields_encode(w, &times_table, times);
	bt_json_end_object(w);
}

static void encode_row(struct bt_json_writer *w, const struct bt_kbench_row *row)
{
	bt_json_object(w, NULL);
	bt_fields_encode(w, &row_table, row);
	encode_times(w, "get", &row->get);
	encode_times(w, "put", &row->put);
	bt_json_end_object(w);
}

void bt_kbench_encode(struct bt_json_writer *w, const struct bt_kbench *result)
{
	bt_json_object(w, NULL);
	bt_json_object(w, "schema");
	bt_json_string(w, "name", BT_KBENCH_SCHEMA);
	bt_json_u64(w, "version", BT_KBENCH_VERSION);
	bt_json_end_object(w);
	bt_json_object(w, "program");
	bt_json_string(w, "name", "buddytop");
	bt_json_string(w, "version", PACKAGE_VERSION);
	bt_json_end_object(w);
	bt_fields_encode(w, &top, result);
	bt_machine_encode(w, "machine", &result->machine);
	encode_plan(w, &result->plan);
	bt_json_array(w, "groups");
	for (unsigned i = 0; i < result->group_count; i++)
		encode_group(w, &result->groups[i]);
	bt_json_end_array(w);
	bt_json_array(w, "rows");
	for (unsigned i = 0; i < result->row_count; i++)
		encode_row(w, &result->rows[i]);
	bt_json_end_array(w);
	bt_json_end_object(w);
}

int bt_kbench_write(const struct bt_kbench *result, const char *path, struct bt_err *err)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	int rc;

	bt_kbench_encode(w, result);
	rc = bt_document_write(w, path, err);
	bt_json_writer_free(w);
	return rc;
}

/* ---- reading ------------------------------------------------------------------------------ */

static int decode_unsigned(const struct bt_json *node, const char *key, unsigned *numbers,
			   unsigned most, unsigned *count, struct bt_err *err)
{
	const struct bt_json *array = bt_json_get_array(node, key), *element;
	uint64_t value;

	*count = 0;
	for (element = array ? array->child : NULL; element; element = element->next) {
		if (*count == most || !bt_json_as_u64(element, &value) || value > BT_MAX_CPUS)
			return bt_err_set(err, EPROTO, "%s: too many, or no numbers in range", key);
		numbers[(*count)++] = (unsigned)value;
	}
	return *count ? 0 : bt_err_set(err, EPROTO, "%s is missing or empty", key);
}

static int decode_plan(const struct bt_json *node, struct bt_kbench_plan *plan, struct bt_err *err)
{
	uint64_t value;
	int rc;

	if (!node)
		return bt_err_set(err, EPROTO, "plan is missing");
	plan->node = -1;
	if (bt_json_get_u64(node, "node", &value) && value < BT_MAX_NODES)
		plan->node = (int)value;
	rc = bt_fields_decode(node, &plan_table, plan, err);
	if (!rc)
		rc = decode_unsigned(node, "orders", plan->orders, BT_MAX_ORDERS,
				     &plan->order_count, err);
	if (!rc)
		rc = decode_unsigned(node, "threads", plan->threads, BT_KBENCH_GROUPS,
				     &plan->thread_count, err);
	if (!rc && bt_json_get(node, "cpus"))
		rc = bt_mask_decode(node, "cpus", BT_MAX_CPUS, plan->cpus, BT_CPU_WORDS, err);
	if (!rc)
		rc = bt_config_decode(bt_json_get(node, "config"), &plan->config, err);
	return rc;
}

static int decode_group(const struct bt_json *node, struct bt_kbench_group *group,
			struct bt_err *err)
{
	const struct bt_json *map = bt_json_get_object(node, "free_map");
	int rc = bt_fields_decode(node, &group_table, group, err);

	if (!rc)
		rc = bt_mask_decode(node, "cpus", BT_MAX_CPUS, group->cpus, BT_CPU_WORDS, err);
	if (!rc)
		rc = bt_buckets_decode(bt_json_get_array(node, "get_buckets"), &group->get, err);
	if (!rc)
		rc = bt_buckets_decode(bt_json_get_array(node, "put_buckets"), &group->put, err);
	if (!rc && map) {
		group->map = bt_freemap_create();
		rc = bt_freemap_decode(map, group->map, err);
	}
	return rc;
}

static int decode_times(const struct bt_json *node, struct bt_kbench_times *times,
			struct bt_err *err)
{
	memset(times, 0xff, sizeof(*times)); /* unknown */
	times->latency.count = 0;
	return node ? bt_fields_decode(node, &times_table, times, err) : 0;
}

static int decode_row(const struct bt_json *node, struct bt_kbench_row *row, struct bt_err *err)
{
	int rc;

	row->free_pages = row->free_frames = BT_UNKNOWN;
	rc = bt_fields_decode(node, &row_table, row, err);
	if (!rc)
		rc = decode_times(bt_json_get_object(node, "get"), &row->get, err);
	if (!rc)
		rc = decode_times(bt_json_get_object(node, "put"), &row->put, err);
	return rc;
}

static int decode_lists(const struct bt_json *root, struct bt_kbench *result, struct bt_err *err)
{
	const struct bt_json *groups = bt_json_get_array(root, "groups"), *node;
	const struct bt_json *rows = bt_json_get_array(root, "rows");
	int rc = 0;

	if (!groups || !rows || rows->count > BT_KBENCH_ROWS_MAX ||
	    groups->count > BT_KBENCH_GROUPS * BT_MAX_ORDERS)
		return bt_err_set(err, EPROTO, "groups or rows are missing or too many");
	result->groups = bt_xcalloc(groups->count + 1, sizeof(*result->groups));
	result->rows = bt_xcalloc(rows->count + 1, sizeof(*result->rows));
	for (node = groups->child; node && !rc; node = node->next)
		rc = decode_group(node, &result->groups[result->group_count++], err);
	for (node = rows->child; node && !rc; node = node->next)
		rc = decode_row(node, &result->rows[result->row_count++], err);
	return rc;
}

int bt_kbench_decode(const struct bt_json *root, struct bt_kbench **out, struct bt_err *err)
{
	const struct bt_json *schema = bt_json_get_object(root, "schema");
	const char *name = bt_json_get_string(schema, "name");
	struct bt_kbench *result;
	uint64_t version;
	int rc;

	if (!name || strcmp(name, BT_KBENCH_SCHEMA) || !bt_json_get_u64(schema, "version", &version))
		return bt_err_set(err, EPROTO, "it is no result of a microbenchmark");
	if (version != BT_KBENCH_VERSION)
		return bt_err_set(err, EPROTO, "version %llu of the schema is not known",
				  (unsigned long long)version);
	result = bt_kbench_create();
	rc = bt_fields_decode(root, &top, result, err);
	if (!rc)
		rc = bt_machine_decode(bt_json_get(root, "machine"), &result->machine, err);
	if (!rc)
		rc = decode_plan(bt_json_get_object(root, "plan"), &result->plan, err);
	if (!rc)
		rc = decode_lists(root, result, err);
	if (rc) {
		bt_kbench_free(result);
		return rc;
	}
	*out = result;
	return 0;
}

int bt_kbench_read(struct bt_kbench **result, const char *path, struct bt_err *err)
{
	struct bt_json_reader *reader;
	const struct bt_json *root;
	struct bt_err why = { 0 };
	char *text;
	ssize_t size = bt_read_file(path, BT_RESULT_BYTES_MAX, &text, err);
	int rc;

	if (size < 0)
		return (int)size;
	reader = bt_json_reader_create(BT_RESULT_BYTES_MAX);
	root = bt_json_parse(reader, text, (size_t)size, &why);
	rc = root ? bt_kbench_decode(root, result, &why) : -EPROTO;
	if (rc)
		rc = bt_err_set(err, EPROTO, "%s: %s", path, why.text);
	bt_json_reader_free(reader);
	free(text);
	return rc;
}
