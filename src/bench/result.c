// SPDX-License-Identifier: GPL-2.0
#include "bench/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const bt_phase_name[BT_PHASE_COUNT] = {
	[BT_PHASE_IDLE] = "idle",
	[BT_PHASE_WARMUP] = "warmup",
	[BT_PHASE_LOAD] = "load",
	[BT_PHASE_PRESSED] = "antagonized",
};

struct bt_result *bt_result_create(const struct bt_plan *plan)
{
	struct bt_result *result = bt_xcalloc(1, sizeof(*result));

	result->latencies = true;
	result->load1_before = NAN;
	if (!plan)
		return result;
	result->plan_name = bt_xstrdup(plan->name);
	result->plan_text = bt_xstrdup(plan->text);
	result->seed = plan->seed;
	result->run_count = plan->run_count;
	result->runs = bt_xcalloc(plan->run_count, sizeof(*result->runs));
	for (unsigned i = 0; i < plan->run_count; i++) {
		result->runs[i].section = bt_xstrdup(plan->runs[i].section);
		result->runs[i].label = bt_xstrdup(plan->runs[i].label);
		result->runs[i].wanted = plan->runs[i].repetitions;
	}
	return result;
}

static void free_texts(char **texts, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

void bt_result_drop(struct bt_result_run *run)
{
	struct bt_result_repetition *last = &run->repetitions[--run->repetition_count];

	free(last->samples);
	free_texts(last->warnings, last->warning_count);
}

static void free_run(struct bt_result_run *run)
{
	while (run->repetition_count)
		bt_result_drop(run);
	free(run->repetitions);
	free(run->section);
	free(run->label);
}

void bt_result_free(struct bt_result *result)
{
	if (!result)
		return;
	for (unsigned i = 0; i < result->run_count; i++)
		free_run(&result->runs[i]);
	free(result->runs);
	free_texts(result->warnings, result->warning_count);
	free(result->path);
	free(result->source);
	free(result->plan_name);
	free(result->plan_text);
	free(result);
}

struct bt_result_repetition *bt_result_add(struct bt_result_run *run)
{
	struct bt_result_repetition *repetition;

	run->repetitions = bt_xrealloc(run->repetitions, run->repetition_count + 1,
				       sizeof(*run->repetitions));
	repetition = &run->repetitions[run->repetition_count++];
	*repetition = (struct bt_result_repetition){
		.steady_after_ns = BT_UNKNOWN,
		.steady_spread = NAN,
		.steal_ratio = NAN,
		.oom_kills = BT_UNKNOWN,
	};
	for (unsigned i = 0; i < BT_PHASE_COUNT; i++) {
		struct bt_result_phase *phase = &repetition->phases[i];

		bt_point_forget(&phase->point);
		memset(&phase->counts, 0xff, sizeof(phase->counts)); /* unknown */
		phase->oom_notifications = BT_UNKNOWN;
	}
	return repetition;
}

void bt_result_warn(char ***warnings, unsigned *count, const char *text)
{
	for (unsigned i = 0; i < *count; i++) {
		if (!strcmp((*warnings)[i], text))
			return;
	}
	*warnings = bt_xrealloc(*warnings, *count + 1, sizeof(**warnings));
	(*warnings)[(*count)++] = bt_xstrdup(text);
}

/* ---- samples ------------------------------------------------------------------------------ */

static double weigh(double a, uint64_t a_ns, double b, uint64_t b_ns)
{
	if (isnan(a) || isnan(b))
		return isnan(a) ? b : a;
	return (a * (double)a_ns + b * (double)b_ns) / (double)(a_ns + b_ns);
}

static void merge_sample(struct bt_result_sample *into, const struct bt_result_sample *from)
{
	into->allocs_per_s = weigh(into->allocs_per_s, into->length_ns, from->allocs_per_s,
				   from->length_ns);
	into->at_ns = from->at_ns;
	into->length_ns += from->length_ns;
	into->available_bytes = from->available_bytes;
	into->held_bytes = from->held_bytes;
	for (unsigned i = 0; i < BT_LOG2_BINS; i++)
		into->alloc_bins[i] += from->alloc_bins[i];
}

/* Two neighbours become one where they are of the same phase: half as many, the same time. */
static void halve_samples(struct bt_result_repetition *repetition)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < repetition->sample_count; i++) {
		struct bt_result_sample *to = &repetition->samples[kept++];

		*to = repetition->samples[i];
		if (i + 1 < repetition->sample_count &&
		    repetition->samples[i + 1].phase == to->phase)
			merge_sample(to, &repetition->samples[++i]);
	}
	repetition->sample_count = kept;
}

void bt_result_sample(struct bt_result_repetition *repetition,
		      const struct bt_result_sample *sample)
{
	unsigned count = repetition->sample_count;

	if (count == BT_RESULT_SAMPLES_MAX)
		halve_samples(repetition);
	else if (!(count & (count - 1))) /* 0 or a power of two: there is no room for one more */
		repetition->samples = bt_xrealloc(repetition->samples, count ? 2 * count : 1,
						  sizeof(*sample));
	repetition->samples[repetition->sample_count++] = *sample;
}

void bt_result_extend(struct bt_result_repetition *repetition, const struct bt_result_sample *sample)
{
	struct bt_result_sample *last = repetition->sample_count ?
		&repetition->samples[repetition->sample_count - 1] : NULL;

	if (last && last->phase == sample->phase)
		merge_sample(last, sample);
	else
		bt_result_sample(repetition, sample);
}

/* ---- what counts -------------------------------------------------------------------------- */

bool bt_result_counts(const struct bt_result_repetition *repetition)
{
	return repetition->complete && !repetition->flaw[0];
}

const char *bt_result_way(const struct bt_result_run *run)
{
	for (unsigned i = 0; i < run->repetition_count; i++) {
		if (bt_result_counts(&run->repetitions[i]))
			return run->repetitions[i].way;
	}
	return NULL;
}

bool bt_result_way_fits(const struct bt_result_run *run, const char *way)
{
	const char *first = bt_result_way(run);

	return !first || !strcmp(first, way);
}

/* offset: of a histogram in struct bt_point. */
static void sum_hist(const struct bt_result_run *run, unsigned phases, size_t offset,
		     struct bt_hist *hist)
{
	*hist = (struct bt_hist){ .total = 0 };
	for (unsigned i = 0; i < run->repetition_count; i++) {
		if (!bt_result_counts(&run->repetitions[i]))
			continue;
		for (unsigned phase = 0; phase < BT_PHASE_COUNT; phase++) {
			const struct bt_point *point = &run->repetitions[i].phases[phase].point;

			if (phases & 1u << phase)
				bt_hist_add(hist, (const struct bt_hist *)((const char *)point +
									   offset));
		}
	}
}

void bt_result_hist(const struct bt_result_run *run, unsigned phases, enum bt_op op,
		    struct bt_hist *hist)
{
	sum_hist(run, phases, offsetof(struct bt_point, hist) + op * sizeof(*hist), hist);
}

void bt_result_bulk_hist(const struct bt_result_run *run, unsigned phases, struct bt_hist *hist)
{
	sum_hist(run, phases, offsetof(struct bt_point, bulk_hist), hist);
}

unsigned bt_result_values(const struct bt_result_run *run, const struct bt_result_metric *metric,
			  double *values)
{
	unsigned count = 0;

	for (unsigned i = 0; i < run->repetition_count; i++) {
		double value = bt_result_value(metric, &run->repetitions[i]);

		if (bt_result_counts(&run->repetitions[i]) && !isnan(value))
			values[count++] = value;
	}
	return count;
}
