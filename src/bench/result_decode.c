// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/result_json.h"
#include "frame/frame_json.h"
#include "frame/measure_json.h"
#include "frame/point_json.h"

static int decode_texts(const struct bt_json *array, char ***texts, unsigned *count,
			struct bt_err *err)
{
	for (const struct bt_json *text = array ? array->child : NULL; text; text = text->next) {
		if (text->type != BT_JSON_STRING)
			return bt_err_set(err, EPROTO, "warnings holds no texts");
		bt_result_warn(texts, count, text->string);
	}
	return 0;
}

/* A document without latencies has no buckets. */
static int decode_buckets(const struct bt_json *node, const char *key, struct bt_hist *hist,
			  struct bt_err *err)
{
	return bt_json_get(node, key) ?
	       bt_buckets_decode(bt_json_get_array(node, key), hist, err) : 0;
}

static int decode_phase(const struct bt_json *node, struct bt_result_phase *phase,
			struct bt_err *err)
{
	const struct bt_json *probe = bt_json_get(node, "probe");
	int rc = bt_point_decode(node, &phase->point, err);

	if (!rc)
		rc = bt_fields_decode(node, &bt_result_phase_rows, phase, err);
	if (!rc)
		rc = bt_fields_decode(bt_json_get_object(node, "counts"), &bt_result_count_rows,
				      &phase->counts, err);
	if (!rc)
		rc = decode_buckets(node, "alloc_buckets", &phase->point.hist[BT_OP_ALLOC], err);
	if (!rc)
		rc = decode_buckets(node, "free_buckets", &phase->point.hist[BT_OP_FREE], err);
	if (!rc)
		rc = decode_buckets(node, "bulk_buckets", &phase->point.bulk_hist, err);
	if (!rc && probe)
		rc = bt_measure_decode(probe, &phase->measure, err);
	if (!rc)
		bt_point_quantiles(&phase->point);
	phase->known = !rc;
	return rc;
}

static int decode_phases(const struct bt_json *node, struct bt_result_repetition *repetition,
			 struct bt_err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < BT_PHASE_COUNT && !rc; i++) {
		const struct bt_json *phase = bt_json_get_object(node, bt_phase_name[i]);

		if (!phase)
			continue;
		rc = decode_phase(phase, &repetition->phases[i], err);
		if (rc)
			bt_err_prefix(err, "%s", bt_phase_name[i]);
	}
	return rc;
}

static int decode_bins(const struct bt_json *array, struct bt_result_sample *sample,
		       struct bt_err *err)
{
	const struct bt_json *bin;
	uint64_t index, count;

	if (array && array->count % 2)
		return bt_err_set(err, EPROTO, "alloc_bins are no pairs");
	for (bin = array ? array->child : NULL; bin; bin = bin->next->next) {
		if (!bt_json_as_u64(bin, &index) || index >= BT_LOG2_BINS ||
		    !bt_json_as_u64(bin->next, &count) || count > UINT32_MAX)
			return bt_err_set(err, EPROTO, "alloc_bins: a bin or count is out of range");
		sample->alloc_bins[index] = (uint32_t)count;
	}
	return 0;
}

static int decode_sample(const struct bt_json *node, struct bt_result_repetition *repetition,
			 struct bt_err *err)
{
	struct bt_result_sample sample = {
		.allocs_per_s = NAN, .available_bytes = BT_UNKNOWN, .held_bytes = BT_UNKNOWN,
	};
	int rc = bt_fields_decode(node, &bt_result_sample_rows, &sample, err);

	bt_json_get_double(node, "allocs_per_s", &sample.allocs_per_s);
	if (!rc)
		rc = decode_bins(bt_json_get_array(node, "alloc_bins"), &sample, err);
	if (!rc)
		bt_result_sample(repetition, &sample);
	return rc;
}

static int decode_samples(const struct bt_json *array, struct bt_result_repetition *repetition,
			  struct bt_err *err)
{
	int rc = 0;

	for (const struct bt_json *s = array ? array->child : NULL; s && !rc; s = s->next)
		rc = decode_sample(s, repetition, err);
	if (rc)
		bt_err_prefix(err, "samples");
	return rc;
}

static int decode_repetition(const struct bt_json *node, struct bt_result_run *run,
			     struct bt_err *err)
{
	struct bt_result_repetition *repetition = bt_result_add(run);
	int rc = bt_fields_decode(node, &bt_result_repetition_rows, repetition, err);

	bt_json_get_double(node, "steady_spread", &repetition->steady_spread);
	bt_json_get_double(node, "steal_ratio", &repetition->steal_ratio);
	if (!rc)
		rc = decode_texts(bt_json_get_array(node, "warnings"), &repetition->warnings,
				  &repetition->warning_count, err);
	if (!rc)
		rc = decode_phases(bt_json_get_object(node, "phases"), repetition, err);
	if (!rc)
		rc = decode_samples(bt_json_get_array(node, "samples"), repetition, err);
	if (rc)
		bt_err_prefix(err, "repetition %u", run->repetition_count);
	return rc;
}

static char *copy_text(const struct bt_json *node, const char *key)
{
	const char *text = bt_json_get_string(node, key);

	return bt_xstrdup(text ? text : "");
}

static int decode_run(const struct bt_json *node, struct bt_result_run *run, struct bt_err *err)
{
	const struct bt_json *config = bt_json_get(node, "config");
	const struct bt_json *array = bt_json_get_array(node, "repetitions");
	const char *left_out = bt_json_get_string(node, "left_out");
	uint64_t wanted = 0;
	int rc = 0;

	bt_copy_clean(run->left_out, sizeof(run->left_out), left_out ? left_out : "");
	run->section = copy_text(node, "section");
	run->label = copy_text(node, "label");
	if (!bt_json_get_u64(node, "wanted", &wanted) || wanted > BT_PLAN_REPETITIONS_MAX)
		rc = bt_err_set(err, EPROTO, "member wanted is missing or out of range");
	run->wanted = (unsigned)wanted;
	if (!rc && config)
		rc = bt_config_decode(config, &run->config, err);
	run->known = config && !rc;
	for (const struct bt_json *r = array ? array->child : NULL; r && !rc; r = r->next)
		rc = decode_repetition(r, run, err);
	if (rc)
		bt_err_prefix(err, "run '%s'", run->label);
	return rc;
}

static int decode_runs(const struct bt_json *array, struct bt_result *result, struct bt_err *err)
{
	int rc = 0;

	if (!array || array->count > BT_PLAN_RUNS_MAX)
		return bt_err_set(err, EPROTO, "runs is no array of at most %u",
				  BT_PLAN_RUNS_MAX);
	result->runs = bt_xcalloc(array->count, sizeof(*result->runs));
	for (const struct bt_json *run = array->child; run && !rc; run = run->next)
		rc = decode_run(run, &result->runs[result->run_count++], err);
	return rc;
}

static int decode_schema(const struct bt_json *root, struct bt_err *err)
{
	const struct bt_json *schema = bt_json_get_object(root, "schema");
	const char *name = bt_json_get_string(schema, "name");
	uint64_t version;

	if (!name || strcmp(name, BT_RESULT_SCHEMA))
		return bt_err_set(err, EPROTO, "it is no result of buddytop bench");
	if (!bt_json_get_u64(schema, "version", &version) || version != BT_RESULT_VERSION)
		return bt_err_set(err, EPROTO, "it is a result of another version than %u: a newer "
				  "buddytop reads it", BT_RESULT_VERSION);
	return 0;
}

static int decode_all(const struct bt_json *root, struct bt_result *result, struct bt_err *err)
{
	const struct bt_json *plan = bt_json_get_object(root, "plan");
	const char *version = bt_json_get_string(bt_json_get_object(root, "program"), "version");
	int rc = bt_fields_decode(root, &bt_result_top, result, err);

	bt_json_get_double(root, "load1_before", &result->load1_before);
	bt_copy_clean(result->program, sizeof(result->program), version ? version : "");
	result->source = copy_text(root, "source");
	result->plan_name = copy_text(plan, "name");
	result->plan_text = copy_text(plan, "text");
	if (!rc)
		rc = bt_machine_decode(bt_json_get(root, "machine"), &result->machine, err);
	if (!rc)
		rc = decode_texts(bt_json_get_array(root, "warnings"), &result->warnings,
				  &result->warning_count, err);
	return rc ? rc : decode_runs(bt_json_get_array(root, "runs"), result, err);
}

int bt_result_decode(const struct bt_json *root, struct bt_result **result, struct bt_err *err)
{
	struct bt_result *decoded;
	int rc = decode_schema(root, err);

	if (rc)
		return rc;
	decoded = bt_result_create(NULL);
	rc = decode_all(root, decoded, err);
	if (rc)
		bt_result_free(decoded);
	else
		*result = decoded;
	return rc;
}

int bt_result_read(struct bt_result **result, const char *path, struct bt_err *err)
{
	struct bt_json_reader *reader;
	const struct bt_json *root;
	char *text;
	ssize_t size = bt_read_file(path, BT_RESULT_BYTES_MAX, &text, err);
	int rc;

	if (size < 0)
		return (int)size;
	reader = bt_json_reader_create(BT_RESULT_BYTES_MAX);
	root = bt_json_parse(reader, text, (size_t)size, err);
	rc = root ? bt_result_decode(root, result, err) : -err->code;
	if (rc)
		bt_err_prefix(err, "%s", path);
	else
		(*result)->path = bt_xstrdup(path);
	bt_json_reader_free(reader);
	free(text);
	return rc;
}
