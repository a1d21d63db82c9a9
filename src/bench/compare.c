// SPDX-License-Identifier: GPL-2.0
#include "bench/compare.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare_notes.h"

const struct bt_compare_options bt_compare_defaults = {
	.confidence = 0.95,
	.alpha = 0.05,
	.noise_percent = 2,
	.regression_percent = NAN,
	.seed = 1,
};

const char *const bt_verdict_text[BT_VERDICT_COUNT] = {
	[BT_VERDICT_TOO_FEW] = "too few runs to tell",
	[BT_VERDICT_NONE] = "no difference shown",
	[BT_VERDICT_MORE] = "more",
	[BT_VERDICT_LESS] = "less",
	[BT_VERDICT_FASTER] = "faster",
	[BT_VERDICT_SLOWER] = "slower",
};

/* ---- one series against another ---------------------------------------------------------- */

/*
 * Of two quantiles of histograms the larger one is at least its bucket's lower edge: neighbouring
 * buckets can hold two values that are next to each other.
 */
static bool is_above_noise(const struct bt_compare_options *options,
			   const struct bt_compare_row *row)
{
	double smaller = fmin(row->summary_a.median, row->summary_b.median);
	double larger = fmax(row->summary_a.median, row->summary_b.median);

	if (row->a->edges && row->b->edges)
		return (double)bt_hist_floor(bt_hist_index((uint64_t)larger)) >=
		       smaller * (1 + options->noise_percent / 100);
	/* Written so that a ratio to 0, which is not known, is above any noise. */
	return !(fabs(row->difference.ratio) * 100 < options->noise_percent);
}

static bool is_significant(const struct bt_compare_options *options,
			   const struct bt_compare_row *row)
{
	const struct bt_ci *ci = &row->difference.difference_ci;

	return row->p <= options->alpha && (ci->low > 0 || ci->high < 0);
}

/* Times, and rates of what is to be done much, have a speed. */
static bool has_speed(const struct bt_samples_series *series)
{
	switch (series->unit) {
	case BT_UNIT_NS:
		return series->better == BT_BETTER_LESS;
	case BT_UNIT_PER_S:
	case BT_UNIT_BYTES_PER_S:
	case BT_UNIT_PAGES_PER_S:
		return series->better == BT_BETTER_MORE;
	default:
		return false;
	}
}

static void judge(const struct bt_compare_options *options, struct bt_compare_row *row)
{
	bool more = row->difference.difference > 0, good;

	row->verdict = BT_VERDICT_NONE;
	if (!is_significant(options, row))
		return;
	row->below_noise = !is_above_noise(options, row);
	if (row->below_noise)
		return;
	row->verdict = more ? BT_VERDICT_MORE : BT_VERDICT_LESS;
	if (row->a->better == BT_BETTER_NEITHER)
		return;
	good = more == (row->a->better == BT_BETTER_MORE);
	row->effect = good ? BT_EFFECT_BETTER : BT_EFFECT_WORSE;
	if (has_speed(row->a))
		row->verdict = good ? BT_VERDICT_FASTER : BT_VERDICT_SLOWER;
	/* Written so that what is worse than 0 is a regression by any percentage. */
	row->regression = !good && !isnan(options->regression_percent) &&
			  !(fabs(row->difference.ratio) * 100 < options->regression_percent);
}

void bt_compare_series(const struct bt_compare_options *options, const struct bt_samples_series *a,
		       const struct bt_samples_series *b, struct bt_compare_row *row)
{
	static const struct bt_ci nothing = { NAN, NAN };
	struct bt_difference *d = &row->difference;

	*row = (struct bt_compare_row){ .a = a, .b = b };
	bt_stats_summary(a->values, a->count, &row->summary_a);
	bt_stats_summary(b->values, b->count, &row->summary_b);
	row->p = bt_stats_mann_whitney(a->values, a->count, b->values, b->count, NULL);
	if (bt_stats_mann_whitney_min(a->count, b->count) <= options->alpha) {
		bt_stats_difference(a->values, a->count, b->values, b->count, options->confidence,
				    options->seed, d);
		judge(options, row);
		return;
	}
	/* The bootstrap of three values knows ten medians at most: no interval to show anybody. */
	d->median_a = row->summary_a.median;
	d->median_b = row->summary_b.median;
	d->difference = d->median_b - d->median_a;
	d->ratio = d->median_a != 0 ? d->difference / d->median_a : NAN;
	d->difference_ci = d->ratio_ci = nothing;
	row->verdict = BT_VERDICT_TOO_FEW;
}

const char *bt_compare_text(const struct bt_samples_series *series, double value, char *buf,
			    size_t size)
{
	static const struct bt_units units;
	const struct bt_metric metric = { .unit = series->unit };

	return bt_metric_text(&metric, &units, value, buf, size);
}

/* ---- all that there is ------------------------------------------------------------------- */

static bool is_wanted(const struct bt_compare_options *options, const char *metric)
{
	for (unsigned i = 0; i < options->metric_count; i++) {
		if (!strcmp(options->metrics[i], metric))
			return true;
	}
	return !options->metric_count;
}

static int check_metrics(const struct bt_comparison *c, struct bt_err *err)
{
	for (unsigned i = 0; i < c->options.metric_count; i++) {
		const char *metric = c->options.metrics[i];
		size_t s = 0, count = c->documents[0]->series_count;

		while (s < count && strcmp(c->documents[0]->series[s].metric, metric))
			s++;
		if (s == count)
			return bt_err_set(err, EINVAL, "%s has no metric '%s'",
					  c->documents[0]->path, metric);
	}
	return 0;
}

static void count_row(struct bt_comparison *c, const struct bt_compare_row *row)
{
	c->tested += row->verdict != BT_VERDICT_TOO_FEW;
	c->too_few += row->verdict == BT_VERDICT_TOO_FEW;
	c->none += row->verdict == BT_VERDICT_NONE;
	c->better += row->effect == BT_EFFECT_BETTER;
	c->worse += row->effect == BT_EFFECT_WORSE;
	c->other += row->verdict > BT_VERDICT_NONE && row->effect == BT_EFFECT_NONE;
	c->regressions += row->regression;
}

static void add_row(struct bt_comparison *c, unsigned document,
		    const struct bt_samples_series *a, const struct bt_samples_series *b)
{
	struct bt_compare_row *row;

	c->rows = bt_xrealloc(c->rows, c->row_count + 1, sizeof(*c->rows));
	row = &c->rows[c->row_count++];
	bt_compare_series(&c->options, a, b, row);
	row->document = document;
	count_row(c, row);
}

const char *bt_compare_only_config(const struct bt_samples *samples)
{
	if (!samples->series_count)
		return NULL;
	for (size_t i = 1; i < samples->series_count; i++) {
		if (strcmp(samples->series[i].config, samples->series[0].config))
			return NULL;
	}
	return samples->series[0].config;
}

const char *bt_compare_partner(const struct bt_comparison *c, unsigned document,
			       const char *config)
{
	const char *a = bt_compare_only_config(c->documents[0]);
	const char *b = bt_compare_only_config(c->documents[document]);

	return a && b ? b : config; /* where they differ, that is a reason not to compare */
}

static void compare_document(struct bt_comparison *c, unsigned document)
{
	const struct bt_samples *base = c->documents[0];
	const char *last = "";

	for (size_t i = 0; i < base->series_count; i++) {
		const struct bt_samples_series *a = &base->series[i], *b;
		const char *config = bt_compare_partner(c, document, a->config);

		b = bt_samples_find(c->documents[document], config, a->metric);
		if (!is_wanted(&c->options, a->metric))
			continue;
		if (b)
			add_row(c, document, a, b);
		c->missing += !b;
		/* A configuration's series stand together: each is counted once. */
		if (strcmp(config, last) && !bt_compare_has_config(c->documents[document], config))
			c->missing_configs++;
		last = config;
	}
}

static int refuse(const struct bt_comparison *c, struct bt_err *err)
{
	char text[BT_ERR_TEXT] = "";
	size_t used = 0;

	for (unsigned i = 0; i < c->reason_count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? "; " : "",
					 c->reasons[i]);
	/* In front what helps: the end of a text that is too long is cut. */
	return bt_err_set(err, EPERM, "not comparable (--force compares all the same): %s", text);
}

static int nothing_common(const struct bt_comparison *c, struct bt_err *err)
{
	const struct bt_samples *a = c->documents[0], *b = c->documents[1];

	for (unsigned i = 0; i < c->document_count; i++) {
		if (!c->documents[i]->series_count)
			return bt_err_set(err, ENODATA, "%s has no numbers that could be compared "
					  "(no repetition counts)", c->documents[i]->path);
	}
	return bt_err_set(err, ENODATA, "no metric and configuration is in both documents: '%s' of "
			  "'%s' in %s, '%s' of '%s' in %s", a->series[0].metric,
			  a->series[0].config, a->path, b->series[0].metric, b->series[0].config,
			  b->path);
}

int bt_compare(struct bt_comparison **comparison, const struct bt_samples *const *documents,
	       unsigned count, const struct bt_compare_options *options, struct bt_err *err)
{
	struct bt_comparison *c = bt_xcalloc(1, sizeof(*c));
	int rc;

	c->options = *options;
	c->documents = documents;
	c->document_count = count;
	rc = check_metrics(c, err);
	if (!rc)
		bt_compare_reasons(c);
	if (!rc && c->reason_count && !options->force)
		rc = refuse(c, err);
	for (unsigned i = 1; !rc && i < count; i++)
		compare_document(c, i);
	if (!rc && !c->row_count)
		rc = nothing_common(c, err);
	if (rc) {
		bt_compare_free(c);
		return rc;
	}
	bt_compare_notes(c);
	*comparison = c;
	return 0;
}

void bt_compare_free(struct bt_comparison *c)
{
	if (!c)
		return;
	while (c->reason_count)
		free(c->reasons[--c->reason_count]);
	while (c->note_count)
		free(c->notes[--c->note_count]);
	free(c->reasons);
	free(c->notes);
	free(c->rows);
	free(c);
}
