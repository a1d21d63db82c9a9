// SPDX-License-Identifier: GPL-2.0
#include "bench/plot_data.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plot_text.h"

const char *bt_plot_name(const struct bt_result *result)
{
	const char *slash = result->path ? strrchr(result->path, '/') : NULL;

	return slash ? slash + 1 : result->path ? result->path : "this result";
}

/* ---- configurations ----------------------------------------------------------------------- */

static bool shown(const struct bt_plot *plot, const struct bt_result_run *run)
{
	return !plot->run || !fnmatch(plot->run, run->label, 0);
}

static bool has_label(const struct bt_plot_labels *labels, const char *label)
{
	for (unsigned i = 0; i < labels->count; i++) {
		if (!strcmp(labels->label[i], label))
			return true;
	}
	return false;
}

static void find_axis(struct bt_plot_labels *labels)
{
	const char *end = labels->count > 1 ? strchr(labels->label[0], '=') : NULL;
	size_t length = end ? (size_t)(end - labels->label[0]) : 0;

	if (!length || length >= sizeof(labels->axis))
		return;
	for (unsigned i = 0; i < labels->count; i++) {
		if (strncmp(labels->label[i], labels->label[0], length + 1) ||
		    strchr(labels->label[i], ' '))
			return;
	}
	memcpy(labels->axis, labels->label[0], length);
}

void bt_plot_labels(const struct bt_plot *plot, struct bt_plot_labels *labels)
{
	unsigned room = 0;

	*labels = (struct bt_plot_labels){ .count = 0 };
	for (unsigned i = 0; i < plot->count; i++)
		room += plot->results[i]->run_count;
	labels->label = bt_xcalloc(room, sizeof(*labels->label));
	for (unsigned i = 0; i < plot->count; i++) {
		for (unsigned k = 0; k < plot->results[i]->run_count; k++) {
			const struct bt_result_run *run = &plot->results[i]->runs[k];

			if (shown(plot, run) && !has_label(labels, run->label))
				labels->label[labels->count++] = run->label;
		}
	}
	find_axis(labels);
}

void bt_plot_labels_free(struct bt_plot_labels *labels)
{
	free(labels->label);
	labels->label = NULL;
}

const char *bt_plot_tic(const struct bt_plot_labels *labels, unsigned index)
{
	return labels->label[index] + (labels->axis[0] ? strlen(labels->axis) + 1 : 0);
}

const struct bt_result_run *bt_plot_run(const struct bt_result *result, const char *label)
{
	for (unsigned i = 0; i < result->run_count; i++) {
		if (!strcmp(result->runs[i].label, label))
			return &result->runs[i];
	}
	return NULL;
}

const struct bt_result_repetition *bt_plot_repetition(const struct bt_plot *plot,
						      const struct bt_result_run *run)
{
	for (unsigned i = 0; i < run->repetition_count; i++) {
		const struct bt_result_repetition *repetition = &run->repetitions[i];

		if (plot->repetition ? repetition->number == plot->repetition :
				       bt_result_counts(repetition))
			return repetition;
	}
	return NULL;
}

const char *bt_plot_flaw(const struct bt_result_repetition *repetition, char buf[192])
{
	const char *flaw = repetition->flaw[0] ? repetition->flaw : "it was interrupted";

	snprintf(buf, 192, "; does not count: %.*s", BT_FLAW, flaw);
	return bt_result_counts(repetition) ? "" : buf;
}

/* ---- medians ------------------------------------------------------------------------------ */

void bt_plot_median(const struct bt_result_run *run, const struct bt_result_metric *metric,
		    struct bt_plot_median *median)
{
	*median = (struct bt_plot_median){ .median = NAN, .ci = { NAN, NAN } };
	if (!run)
		return;
	median->values = bt_xcalloc(run->repetition_count, sizeof(double));
	median->count = bt_result_values(run, metric, median->values);
	median->median = bt_stats_median(median->values, median->count);
	if (median->count >= BT_MEDIAN_CI_VALUES)
		median->ci = bt_stats_median_ci(median->values, median->count, BT_PLOT_CONFIDENCE,
						1);
}

static bool has_value(const struct bt_result_run *run, const struct bt_result_metric *metric)
{
	for (unsigned i = 0; run && i < run->repetition_count; i++) {
		if (bt_result_counts(&run->repetitions[i]) &&
		    !isnan(bt_result_value(metric, &run->repetitions[i])))
			return true;
	}
	return false;
}

bool bt_plot_has(const struct bt_plot *plot, const struct bt_result_metric *metric,
		 unsigned documents)
{
	struct bt_plot_labels labels;
	bool found = false;

	bt_plot_labels(plot, &labels);
	for (unsigned i = 0; i < labels.count && !found; i++) {
		unsigned having = 0;

		for (unsigned k = 0; k < plot->count; k++)
			having += has_value(bt_plot_run(plot->results[k], labels.label[i]), metric);
		found = having >= documents;
	}
	bt_plot_labels_free(&labels);
	return found;
}

/* ---- curves ------------------------------------------------------------------------------- */

void bt_plot_curves(const struct bt_plot *plot,
		    bool (*has)(const struct bt_plot *plot, const struct bt_result_run *run),
		    struct bt_plot_curves *curves)
{
	struct bt_plot_labels labels;

	*curves = (struct bt_plot_curves){ .count = 0 };
	bt_plot_labels(plot, &labels);
	/* The same configuration of all documents first: it is what they are compared by. */
	for (unsigned i = 0; i < labels.count * plot->count; i++) {
		unsigned document = i % plot->count;
		const struct bt_result_run *run = bt_plot_run(plot->results[document],
							      labels.label[i / plot->count]);

		if (!run || !has(plot, run))
			continue;
		if (curves->count < BT_PLOT_CURVES_MAX)
			curves->curve[curves->count++] =
				(struct bt_plot_curve){ .document = document, .run = run };
		else
			curves->more++;
	}
	bt_plot_labels_free(&labels);
}

#define NAME_LETTERS 30u

void bt_plot_curve_name(const struct bt_plot *plot, const struct bt_plot_curve *curve, FILE *out)
{
	if (plot->count > 1)
		bt_plot_quote_format(out, NAME_LETTERS, "%c  %s",
				     bt_samples_letter(curve->document), curve->run->label);
	else
		bt_plot_quote(out, curve->run->label, NAME_LETTERS);
}

unsigned bt_plot_curve_letters(const struct bt_plot *plot, const struct bt_plot_curves *curves)
{
	size_t longest = 0;

	for (unsigned i = 0; i < curves->count; i++) {
		size_t length = strlen(curves->curve[i].run->label) + (plot->count > 1 ? 3 : 0);

		longest = length > longest ? length : longest;
	}
	return longest < NAME_LETTERS ? (unsigned)longest : NAME_LETTERS;
}

const char *bt_plot_curve_colour(const struct bt_plot *plot, const struct bt_plot_curves *curves,
				 unsigned index, char buf[8])
{
	unsigned before = 0, of_document = 0;
	double dark;

	if (plot->count == 1)
		return bt_plot_ramp_colour(index, curves->count, buf);
	for (unsigned i = 0; i < curves->count; i++) {
		bool same = curves->curve[i].document == curves->curve[index].document;

		of_document += same;
		before += same && i < index;
	}
	/* Not from 0: the lightest lines would hardly be seen. */
	dark = of_document > 1 ? 0.3 + 0.7 * before / (of_document - 1) : 1;
	return bt_plot_hue_colour(curves->curve[index].document, dark, buf);
}
