// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/result_json.h"
#include "frame/frame_json.h"
#include "frame/measure_json.h"
#include "frame/point_json.h"

#define ROW(type, member, kind, ...) BT_FIELD(struct type, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field top_rows[] = {
	ROW(bt_result, start_utc_ns, BT_FIELD_SIGNED, .required = true),
	ROW(bt_result, end_utc_ns, BT_FIELD_SIGNED, .required = true),
	ROW(bt_result, partial, BT_FIELD_BOOL, .required = true),
	ROW(bt_result, partial_reason, BT_FIELD_TEXT),
	ROW(bt_result, interval_ns, BT_FIELD_UNSIGNED),
	ROW(bt_result, seed, BT_FIELD_UNSIGNED),
	ROW(bt_result, latencies, BT_FIELD_BOOL),
};

static const struct bt_field repetition_rows[] = {
	ROW(bt_result_repetition, number, BT_FIELD_UNSIGNED, .required = true,
	    .max = BT_PLAN_REPETITIONS_MAX),
	ROW(bt_result_repetition, position, BT_FIELD_UNSIGNED),
	ROW(bt_result_repetition, start_utc_ns, BT_FIELD_SIGNED, .required = true),
	ROW(bt_result_repetition, end_utc_ns, BT_FIELD_SIGNED, .required = true),
	ROW(bt_result_repetition, complete, BT_FIELD_BOOL, .required = true),
	ROW(bt_result_repetition, way, BT_FIELD_TEXT),
	ROW(bt_result_repetition, flaw, BT_FIELD_TEXT),
	ROW(bt_result_repetition, steady, BT_FIELD_BOOL),
	ROW(bt_result_repetition, steady_after_ns, BT_FIELD_UNSIGNED),
	ROW(bt_result_repetition, oom_kills, BT_FIELD_UNSIGNED),
};

static const struct bt_field phase_rows[] = {
	ROW(bt_result_phase, complete, BT_FIELD_BOOL, .required = true),
	ROW(bt_result_phase, start_utc_ns, BT_FIELD_SIGNED),
	ROW(bt_result_phase, oom_notifications, BT_FIELD_UNSIGNED),
};

#define COUNT(member) ROW(bt_result_counts, member, BT_FIELD_UNSIGNED)

static const struct bt_field count_rows[] = {
	COUNT(alloc_blocks), COUNT(alloc_pages), COUNT(free_blocks), COUNT(failures),
	COUNT(backoffs), COUNT(throttled), COUNT(preempted), COUNT(remote_blocks),
	COUNT(remote_pages),
};

static const struct bt_field sample_rows[] = {
	ROW(bt_result_sample, phase, BT_FIELD_NAME, .required = true, .max = BT_PHASE_COUNT - 1,
	    .names = bt_phase_name),
	ROW(bt_result_sample, at_ns, BT_FIELD_UNSIGNED, .required = true),
	ROW(bt_result_sample, length_ns, BT_FIELD_UNSIGNED, .required = true),
	ROW(bt_result_sample, available_bytes, BT_FIELD_UNSIGNED),
	ROW(bt_result_sample, held_bytes, BT_FIELD_UNSIGNED),
};

const struct bt_field_table bt_result_top = BT_FIELD_TABLE(top_rows);
const struct bt_field_table bt_result_repetition_rows = BT_FIELD_TABLE(repetition_rows);
const struct bt_field_table bt_result_phase_rows = BT_FIELD_TABLE(phase_rows);
const struct bt_field_table bt_result_count_rows = BT_FIELD_TABLE(count_rows);
const struct bt_field_table bt_result_sample_rows = BT_FIELD_TABLE(sample_rows);

static void encode_texts(struct bt_json_writer *w, const char *key, char *const *texts,
			 unsigned count)
{
	bt_json_array(w, key);
	for (unsigned i = 0; i < count; i++)
		bt_json_string(w, NULL, texts[i]);
	bt_json_end_array(w);
}

static struct bt_point without_latencies(const struct bt_point *point)
{
	struct bt_point without = *point;

	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		memset(&without.latency[op], 0xff, sizeof(without.latency[op])); /* unknown */
	memset(&without.bulk, 0xff, sizeof(without.bulk));
	return without;
}

static void encode_phase(struct bt_json_writer *w, const struct bt_result_phase *phase,
			 bool latencies)
{
	struct bt_point point = latencies ? phase->point : without_latencies(&phase->point);

	bt_fields_encode(w, &bt_result_phase_rows, phase);
	bt_point_encode_members(w, &point);
	bt_json_object(w, "counts");
	bt_fields_encode(w, &bt_result_count_rows, &phase->counts);
	bt_json_end_object(w);
	if (latencies) {
		bt_buckets_encode(w, "alloc_buckets", &phase->point.hist[BT_OP_ALLOC]);
		bt_buckets_encode(w, "free_buckets", &phase->point.hist[BT_OP_FREE]);
		if (phase->point.bulk_hist.total)
			bt_buckets_encode(w, "bulk_buckets", &phase->point.bulk_hist);
	}
	if (phase->measure.state != BT_MEASURE_NONE)
		bt_measure_encode(w, "probe", &phase->measure);
}

static void encode_phases(struct bt_json_writer *w, const struct bt_result_repetition *repetition,
			  bool latencies)
{
	bt_json_object(w, "phases");
	for (unsigned i = 0; i < BT_PHASE_COUNT; i++) {
		if (!repetition->phases[i].known)
			continue;
		bt_json_object(w, bt_phase_name[i]);
		encode_phase(w, &repetition->phases[i], latencies);
		bt_json_end_object(w);
	}
	bt_json_end_object(w);
}

/* For whoever reads the document without us; a reader of ours takes them from the phases. */
static void encode_metrics(struct bt_json_writer *w, const struct bt_result_repetition *repetition,
			   bool latencies)
{
	bt_json_object(w, "metrics");
	for (unsigned i = 0; i < bt_result_metric_count; i++) {
		const struct bt_result_metric *metric = &bt_result_metrics[i];
		double value = bt_result_value(metric, repetition);

		if (!isnan(value) && (latencies || !metric->latency))
			bt_json_double(w, metric->key, value);
	}
	bt_json_end_object(w);
}

static void encode_sample(struct bt_json_writer *w, const struct bt_result_sample *sample,
			  bool latencies)
{
	bt_json_object(w, NULL);
	bt_fields_encode(w, &bt_result_sample_rows, sample);
	if (!isnan(sample->allocs_per_s))
		bt_json_double(w, "allocs_per_s", sample->allocs_per_s);
	if (latencies) {
		bt_json_array(w, "alloc_bins");
		for (unsigned i = 0; i < BT_LOG2_BINS; i++) {
			if (!sample->alloc_bins[i])
				continue;
			bt_json_u64(w, NULL, i);
			bt_json_u64(w, NULL, sample->alloc_bins[i]);
		}
		bt_json_end_array(w);
	}
	bt_json_end_object(w);
}

static void encode_repetition(struct bt_json_writer *w,
			      const struct bt_result_repetition *repetition, bool latencies)
{
	bt_json_object(w, NULL);
	bt_fields_encode(w, &bt_result_repetition_rows, repetition);
	bt_json_bool(w, "counted", bt_result_counts(repetition));
	if (!isnan(repetition->steady_spread))
		bt_json_double(w, "steady_spread", repetition->steady_spread);
	if (!isnan(repetition->steal_ratio))
		bt_json_double(w, "steal_ratio", repetition->steal_ratio);
	encode_texts(w, "warnings", repetition->warnings, repetition->warning_count);
	encode_metrics(w, repetition, latencies);
	encode_phases(w, repetition, latencies);
	bt_json_array(w, "samples");
	for (unsigned i = 0; i < repetition->sample_count; i++)
		encode_sample(w, &repetition->samples[i], latencies);
	bt_json_end_array(w);
	bt_json_end_object(w);
}

static void encode_run(struct bt_json_writer *w, const struct bt_result_run *run, bool latencies)
{
	bt_json_object(w, NULL);
	bt_json_string(w, "section", run->section);
	bt_json_string(w, "label", run->label);
	bt_json_u64(w, "wanted", run->wanted);
	if (run->left_out[0])
		bt_json_string(w, "left_out", run->left_out);
	if (run->known)
		bt_config_encode(w, "config", &run->config);
	bt_json_array(w, "repetitions");
	for (unsigned i = 0; i < run->repetition_count; i++)
		encode_repetition(w, &run->repetitions[i], latencies);
	bt_json_end_array(w);
	bt_json_end_object(w);
}

static void encode_head(struct bt_json_writer *w, const struct bt_result *result)
{
	char utc[32];

	bt_json_object(w, "schema");
	bt_json_string(w, "name", BT_RESULT_SCHEMA);
	bt_json_u64(w, "version", BT_RESULT_VERSION);
	bt_json_end_object(w);
	bt_json_object(w, "program");
	bt_json_string(w, "name", "buddytop");
	bt_json_string(w, "version", result->program);
	bt_json_end_object(w);
	bt_utc_text(result->start_utc_ns, utc, sizeof(utc));
	bt_json_string(w, "started_at", utc);
	bt_utc_text(result->end_utc_ns, utc, sizeof(utc));
	bt_json_string(w, "ended_at", utc);
	bt_fields_encode(w, &bt_result_top, result);
	if (!isnan(result->load1_before))
		bt_json_double(w, "load1_before", result->load1_before);
	bt_json_string(w, "source", result->source);
	bt_json_object(w, "plan");
	bt_json_string(w, "name", result->plan_name);
	bt_json_string(w, "text", result->plan_text);
	bt_json_end_object(w);
	bt_machine_encode(w, "machine", &result->machine);
	encode_texts(w, "warnings", result->warnings, result->warning_count);
}

void bt_result_encode(struct bt_json_writer *w, const struct bt_result *result)
{
	bt_json_object(w, NULL);
	encode_head(w, result);
	bt_json_array(w, "runs");
	for (unsigned i = 0; i < result->run_count; i++)
		encode_run(w, &result->runs[i], result->latencies);
	bt_json_end_array(w);
	bt_json_end_object(w);
}

int bt_document_write(struct bt_json_writer *w, const char *path, struct bt_err *err)
{
	size_t size;
	const char *text = bt_json_writer_text(w, &size);

	if (!text)
		return bt_err_set(err, EIO, "%s: the document cannot be encoded", path);
	return bt_write_file(path, text, size, 0644, err);
}

int bt_result_write(const struct bt_result *result, const char *path, struct bt_err *err)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	int rc;

	bt_result_encode(w, result);
	rc = bt_document_write(w, path, err);
	bt_json_writer_free(w);
	return rc;
}
