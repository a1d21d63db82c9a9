// SPDX-License-Identifier: GPL-2.0
/* A comparison as a document: buddytop.5 has its keys. */
#include <math.h>

#include "bench/compare.h"

#define COMPARISON_VERSION 1u

/* What is not known is left out. */
static void put_number(struct bt_json_writer *w, const char *key, double value)
{
	if (!isnan(value))
		bt_json_double(w, key, value);
}

static void put_options(struct bt_json_writer *w, const struct bt_compare_options *options)
{
	bt_json_object(w, "settings");
	bt_json_double(w, "confidence", options->confidence);
	bt_json_double(w, "alpha", options->alpha);
	bt_json_double(w, "noise_percent", options->noise_percent);
	put_number(w, "regression_percent", options->regression_percent);
	bt_json_u64(w, "resamples", BT_BOOTSTRAP_RESAMPLES);
	bt_json_u64(w, "seed", options->seed);
	bt_json_end_object(w);
}

static void put_texts(struct bt_json_writer *w, const char *key, char *const *texts, unsigned count)
{
	bt_json_array(w, key);
	for (unsigned i = 0; i < count; i++)
		bt_json_string(w, NULL, texts[i]);
	bt_json_end_array(w);
}

static void put_document(struct bt_json_writer *w, const struct bt_samples *samples)
{
	bt_json_object(w, NULL);
	bt_json_string(w, "path", samples->path);
	bt_json_string(w, "kind", bt_samples_kind_name[samples->kind]);
	if (samples->machine.known) {
		bt_json_string(w, "host", samples->machine.host);
		bt_json_string(w, "kernel", samples->machine.kernel);
		bt_json_string(w, "reality", bt_reality_name[samples->machine.reality]);
	}
	bt_json_bool(w, "independent", samples->independent);
	bt_json_bool(w, "partial", samples->partial);
	bt_json_end_object(w);
}

static void put_side(struct bt_json_writer *w, const char *key,
		     const struct bt_samples_series *series, const struct bt_summary *summary)
{
	bt_json_object(w, key);
	bt_json_double(w, "median", summary->median);
	bt_json_double(w, "p25", summary->p25);
	bt_json_double(w, "p75", summary->p75);
	bt_json_double(w, "min", summary->min);
	bt_json_double(w, "max", summary->max);
	bt_json_double(w, "mean", summary->mean);
	put_number(w, "deviation", summary->deviation);
	bt_json_array(w, "values");
	for (size_t i = 0; i < series->count; i++)
		bt_json_double(w, NULL, series->values[i]);
	bt_json_end_array(w);
	bt_json_end_object(w);
}

static void put_interval(struct bt_json_writer *w, const char *key, const struct bt_ci *ci)
{
	if (isnan(ci->low) || isnan(ci->high))
		return;
	bt_json_array(w, key);
	bt_json_double(w, NULL, ci->low);
	bt_json_double(w, NULL, ci->high);
	bt_json_end_array(w);
}

static void put_row(struct bt_json_writer *w, const struct bt_compare_row *row)
{
	static const char *const effect[] = {
		[BT_EFFECT_NONE] = "neither", [BT_EFFECT_BETTER] = "better",
		[BT_EFFECT_WORSE] = "worse",
	};

	bt_json_object(w, NULL);
	bt_json_u64(w, "document", row->document);
	bt_json_string(w, "configuration", row->a->config);
	bt_json_string(w, "configuration_b", row->b->config);
	bt_json_string(w, "metric", row->a->metric);
	bt_json_string(w, "unit", bt_unit_name[row->a->unit]);
	put_side(w, "a", row->a, &row->summary_a);
	put_side(w, "b", row->b, &row->summary_b);
	bt_json_double(w, "difference", row->difference.difference);
	put_interval(w, "difference_interval", &row->difference.difference_ci);
	put_number(w, "ratio", row->difference.ratio);
	put_interval(w, "ratio_interval", &row->difference.ratio_ci);
	bt_json_double(w, "p", row->p);
	bt_json_string(w, "verdict", bt_verdict_text[row->verdict]);
	bt_json_string(w, "effect", effect[row->effect]);
	bt_json_bool(w, "below_noise", row->below_noise);
	bt_json_bool(w, "regression", row->regression);
	bt_json_end_object(w);
}

static void put_summary(struct bt_json_writer *w, const struct bt_comparison *c)
{
	bt_json_object(w, "summary");
	bt_json_u64(w, "comparisons", c->row_count);
	bt_json_u64(w, "tested", c->tested);
	bt_json_u64(w, "better", c->better);
	bt_json_u64(w, "worse", c->worse);
	bt_json_u64(w, "neither", c->other);
	bt_json_u64(w, "no_difference", c->none);
	bt_json_u64(w, "too_few", c->too_few);
	bt_json_u64(w, "missing", c->missing);
	bt_json_u64(w, "regressions", c->regressions);
	bt_json_end_object(w);
}

void bt_compare_encode(const struct bt_comparison *c, struct bt_json_writer *w, bool changed)
{
	bt_json_object(w, NULL);
	bt_json_object(w, "schema");
	bt_json_string(w, "name", "buddytop-comparison");
	bt_json_u64(w, "version", COMPARISON_VERSION);
	bt_json_end_object(w);
	bt_json_bool(w, "comparable", !c->reason_count);
	put_texts(w, "reasons", c->reasons, c->reason_count);
	put_options(w, &c->options);
	bt_json_array(w, "documents");
	for (unsigned i = 0; i < c->document_count; i++)
		put_document(w, c->documents[i]);
	bt_json_end_array(w);
	put_summary(w, c);
	bt_json_array(w, "rows");
	for (size_t i = 0; i < c->row_count; i++) {
		if (!changed || c->rows[i].verdict > BT_VERDICT_NONE)
			put_row(w, &c->rows[i]);
	}
	bt_json_end_array(w);
	put_texts(w, "notes", c->notes, c->note_count);
	bt_json_end_object(w);
}
