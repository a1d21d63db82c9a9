// SPDX-License-Identifier: GPL-2.0
#include "lab/run_json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "frame/fields.h"
#include "frame/frame_json.h"

#define NAME_LETTERS 48u
#define VM_MAX 1024u

#define ROW(type, member, kind, ...) BT_FIELD(struct type, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field run_rows[] = {
	ROW(bt_lab_run, benchmark, BT_FIELD_NAME, .required = true, .max = BT_LAB_BENCHMARKS - 1,
	    .names = bt_lab_benchmark_name),
	ROW(bt_lab_run, mode, BT_FIELD_TEXT, .required = true),
	ROW(bt_lab_run, label, BT_FIELD_TEXT),
	ROW(bt_lab_run, repetition, BT_FIELD_UNSIGNED, .required = true,
	    .max = BT_PLAN_REPETITIONS_MAX),
	ROW(bt_lab_run, warm_up, BT_FIELD_BOOL, .required = true),
	ROW(bt_lab_run, seed, BT_FIELD_UNSIGNED),
	ROW(bt_lab_run, begin_utc_ns, BT_FIELD_SIGNED, .required = true),
	ROW(bt_lab_run, end_utc_ns, BT_FIELD_SIGNED, .required = true),
	ROW(bt_lab_run, end, BT_FIELD_NAME, .required = true, .max = BT_LAB_ENDS - 1,
	    .names = bt_lab_end_name),
	ROW(bt_lab_run, reason, BT_FIELD_TEXT),
	ROW(bt_lab_run, accel, BT_FIELD_TEXT),
	ROW(bt_lab_run, reality, BT_FIELD_NAME, .required = true, .max = BT_SIMULATED,
	    .names = bt_reality_name),
	ROW(bt_lab_run, unproven, BT_FIELD_BOOL, .required = true),
	ROW(bt_lab_run, qemu_version, BT_FIELD_TEXT),
	ROW(bt_lab_run, qemu_sha256, BT_FIELD_TEXT),
	ROW(bt_lab_run, kernel_sha256, BT_FIELD_TEXT),
	ROW(bt_lab_run, module_sha256, BT_FIELD_TEXT),
	BT_FIELD(struct bt_lab_run, warnings, "warning_count", BT_FIELD_UNSIGNED),
};

static const struct bt_field mark_rows[] = {
	ROW(bt_lab_mark, kind, BT_FIELD_TEXT, .required = true),
	ROW(bt_lab_mark, vm, BT_FIELD_UNSIGNED, .max = VM_MAX),
	ROW(bt_lab_mark, iteration, BT_FIELD_UNSIGNED),
};

static const struct bt_field_table run_fields = BT_FIELD_TABLE(run_rows);
static const struct bt_field_table mark_fields = BT_FIELD_TABLE(mark_rows);

bool bt_lab_name_is_good(const char *name)
{
	size_t length = strlen(name);

	return length && length <= NAME_LETTERS &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

/* ---- encoding ----------------------------------------------------------------------------- */

static void encode_parameters(struct bt_json_writer *w, const struct bt_lab_run *run)
{
	bt_json_array(w, "parameters");
	for (unsigned i = 0; i < run->parameter_count; i++) {
		bt_json_object(w, NULL);
		bt_json_string(w, "name", run->parameters[i].name);
		bt_json_string(w, "value", run->parameters[i].value);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
}

static void encode_metrics(struct bt_json_writer *w, const struct bt_lab_run *run)
{
	bt_json_array(w, "metrics");
	for (unsigned i = 0; i < run->metric_count; i++) {
		bt_json_object(w, NULL);
		bt_json_string(w, "key", run->metrics[i].key);
		bt_json_array(w, "values");
		for (unsigned v = 0; v < run->metrics[i].count; v++)
			bt_json_double(w, NULL, run->metrics[i].values[v]);
		bt_json_end_array(w);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
}

static void encode_tables(struct bt_json_writer *w, const struct bt_lab_run *run)
{
	bt_json_array(w, "tables");
	for (unsigned i = 0; i < run->table_count; i++) {
		const struct bt_lab_table *table = &run->tables[i];

		bt_json_object(w, NULL);
		bt_json_string(w, "name", table->name);
		bt_json_u64(w, "rows", table->rows);
		bt_json_array(w, "columns");
		for (unsigned c = 0; c < table->column_count; c++)
			bt_json_string(w, NULL, table->columns[c]);
		bt_json_end_array(w);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
}

static void encode_known(struct bt_json_writer *w, const char *key, double value)
{
	if (!isnan(value))
		bt_json_double(w, key, value);
}

static void encode_marks(struct bt_json_writer *w, const struct bt_lab_run *run)
{
	bt_json_array(w, "marks");
	for (unsigned i = 0; i < run->mark_count; i++) {
		const struct bt_lab_mark *mark = &run->marks[i];

		bt_json_object(w, NULL);
		bt_fields_encode(w, &mark_fields, mark);
		encode_known(w, "begin_ns", mark->begin_ns);
		encode_known(w, "end_ns", mark->end_ns);
		encode_known(w, "bytes", mark->bytes);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
}

static void encode_head(struct bt_json_writer *w)
{
	bt_json_object(w, "schema");
	bt_json_string(w, "name", BT_LAB_SCHEMA);
	bt_json_u64(w, "version", BT_LAB_VERSION);
	bt_json_end_object(w);
	bt_json_object(w, "program");
	bt_json_string(w, "name", "buddytop");
	bt_json_string(w, "version", PACKAGE_VERSION);
	bt_json_end_object(w);
}

void bt_lab_run_encode(struct bt_json_writer *w, const struct bt_lab_run *run)
{
	bt_json_object(w, NULL);
	encode_head(w);
	bt_fields_encode(w, &run_fields, run);
	/* A run can end before it knows the machine it was to be on, and others do not say all. */
	if (run->host.cpu_count && run->host.node_count && run->host.page_bytes)
		bt_machine_encode(w, "host", &run->host);
	if (run->has_guest)
		bt_machine_encode(w, "guest", &run->guest);
	encode_parameters(w, run);
	encode_metrics(w, run);
	encode_tables(w, run);
	encode_marks(w, run);
	bt_json_end_object(w);
}

/* ---- decoding ----------------------------------------------------------------------------- */

static int decode_schema(const struct bt_json *root, struct bt_err *err)
{
	const struct bt_json *schema = bt_json_get_object(root, "schema");
	const char *name = bt_json_get_string(schema, "name");
	uint64_t version;

	if (!name || strcmp(name, BT_LAB_SCHEMA))
		return bt_err_set(err, EPROTO, "it is no run of buddytop lab");
	if (!bt_json_get_u64(schema, "version", &version) || version != BT_LAB_VERSION)
		return bt_err_set(err, EPROTO, "it is a run of another version than %u: a newer "
				  "buddytop reads it", BT_LAB_VERSION);
	return 0;
}

static int decode_machines(const struct bt_json *root, struct bt_lab_run *run, struct bt_err *err)
{
	const struct bt_json *host = bt_json_get(root, "host");
	const struct bt_json *guest = bt_json_get(root, "guest");
	int rc = host ? bt_machine_decode(host, &run->host, err) : 0;

	if (rc)
		return bt_err_prefix(err, "host");
	if (!guest)
		return 0;
	run->has_guest = true;
	return bt_machine_decode(guest, &run->guest, err) ? bt_err_prefix(err, "guest") : 0;
}

static int decode_parameter(const struct bt_json *node, struct bt_lab_run *run, struct bt_err *err)
{
	const char *name = bt_json_get_string(node, "name");
	const char *value = bt_json_get_string(node, "value");

	bool noise = name && !strcmp(name, BT_LAB_NOISE);

	if (!name || !value || (!noise && bt_lab_run_parameter_value(run, name)))
		return bt_err_set(err, EPROTO, "parameters: one has no name and value of its own");
	if (noise)
		bt_lab_run_noise(run, value);
	else
		bt_lab_run_parameter(run, name, "%s", value);
	return 0;
}

static int decode_metric(const struct bt_json *node, struct bt_lab_run *run, struct bt_err *err)
{
	const struct bt_json *values = bt_json_get_array(node, "values");
	const char *key = bt_json_get_string(node, "key");
	double number;

	if (!key || !values || !bt_lab_name_is_good(key) || bt_lab_run_metric(run, key))
		return bt_err_set(err, EPROTO, "metrics: one has no key and values of its own");
	for (const struct bt_json *v = values->child; v; v = v->next) {
		number = NAN;
		if (v->type != BT_JSON_NULL && !bt_json_as_double(v, &number))
			return bt_err_set(err, EPROTO, "metrics: %s holds no numbers", key);
		bt_lab_run_value(run, key, number);
	}
	return 0;
}

static int decode_table(const struct bt_json *node, struct bt_lab_run *run, uint64_t *rows,
			struct bt_err *err)
{
	const struct bt_json *array = bt_json_get_array(node, "columns");
	const char *name = bt_json_get_string(node, "name");
	const char *columns[BT_LAB_COLUMNS_MAX + 1] = { NULL };
	unsigned count = 0;

	if (!name || !bt_lab_name_is_good(name) || bt_lab_run_find_table(run, name))
		return bt_err_set(err, EPROTO, "tables: one has no name of its own");
	if (!array || !array->count || array->count > BT_LAB_COLUMNS_MAX ||
	    !bt_json_get_u64(node, "rows", rows) || *rows > BT_LAB_ROWS_MAX)
		return bt_err_set(err, EPROTO, "tables: rows or columns of %s are missing or too "
				  "many", name);
	for (const struct bt_json *column = array->child; column; column = column->next) {
		if (column->type != BT_JSON_STRING || !bt_lab_name_is_good(column->string))
			return bt_err_set(err, EPROTO, "tables: columns of %s are no names", name);
		columns[count++] = column->string;
	}
	if (!bt_lab_run_table(run, name, columns))
		return bt_err_set(err, EPROTO, "tables: more than %u", BT_LAB_TABLES_MAX);
	return 0;
}

static int decode_tables(const struct bt_json *array, struct bt_lab_run *run,
			 uint64_t rows[BT_LAB_TABLES_MAX], struct bt_err *err)
{
	int rc = 0;

	if (array && array->count > BT_LAB_TABLES_MAX)
		return bt_err_set(err, EPROTO, "tables: more than %u", BT_LAB_TABLES_MAX);
	for (const struct bt_json *t = array ? array->child : NULL; t && !rc; t = t->next)
		rc = decode_table(t, run, &rows[run->table_count], err);
	return rc;
}

static int decode_mark(const struct bt_json *node, struct bt_lab_run *run, struct bt_err *err)
{
	struct bt_lab_mark read = { .end_ns = NAN, .bytes = NAN };
	struct bt_lab_mark *mark;
	int rc = bt_fields_decode(node, &mark_fields, &read, err);

	if (!rc && !bt_json_get_double(node, "begin_ns", &read.begin_ns))
		rc = bt_err_set(err, EPROTO, "member begin_ns is missing");
	if (rc)
		return bt_err_prefix(err, "marks");
	bt_json_get_double(node, "end_ns", &read.end_ns);	/* absent: it never came to it */
	bt_json_get_double(node, "bytes", &read.bytes);
	mark = bt_lab_run_mark(run, read.kind, read.begin_ns, read.end_ns);
	*mark = read;
	return 0;
}

static int decode_each(const struct bt_json *array, struct bt_lab_run *run,
		       int (*decode)(const struct bt_json *node, struct bt_lab_run *run,
				     struct bt_err *err), struct bt_err *err)
{
	int rc = 0;

	for (const struct bt_json *n = array ? array->child : NULL; n && !rc; n = n->next)
		rc = decode(n, run, err);
	return rc;
}

static int decode_all(const struct bt_json *root, struct bt_lab_run *run,
		      uint64_t rows[BT_LAB_TABLES_MAX], struct bt_err *err)
{
	int rc = bt_fields_decode(root, &run_fields, run, err);

	if (!rc)
		rc = decode_machines(root, run, err);
	if (!rc)
		rc = decode_each(bt_json_get_array(root, "parameters"), run, decode_parameter, err);
	if (!rc)
		rc = decode_each(bt_json_get_array(root, "metrics"), run, decode_metric, err);
	if (!rc)
		rc = decode_tables(bt_json_get_array(root, "tables"), run, rows, err);
	return rc ? rc : decode_each(bt_json_get_array(root, "marks"), run, decode_mark, err);
}

int bt_lab_run_decode(const struct bt_json *root, struct bt_lab_run **run,
		      uint64_t rows[BT_LAB_TABLES_MAX], struct bt_err *err)
{
	struct bt_lab_run *decoded;
	int rc = decode_schema(root, err);

	if (rc)
		return rc;
	decoded = bt_lab_run_create(BT_LAB_INFLATE, "");
	rc = decode_all(root, decoded, rows, err);
	if (rc)
		bt_lab_run_free(decoded);
	else
		*run = decoded;
	return rc;
}
