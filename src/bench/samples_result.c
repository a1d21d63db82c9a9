// SPDX-License-Identifier: GPL-2.0
/* A result as samples: a value for each repetition that counts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/samples_build.h"

/* Ways to allocate without the module are not to be compared: each is a configuration of its own. */
static char *config_of(const struct bt_result_run *run)
{
	const char *way = bt_result_way(run);

	return way && *way ? bt_xasprintf("%s way=%s", run->label, way) : bt_xstrdup(run->label);
}

static void add_run(struct bt_samples *samples, const struct bt_result_run *run)
{
	double *values = bt_xcalloc(run->repetition_count, sizeof(*values));
	char *config = config_of(run);

	for (unsigned i = 0; i < bt_result_metric_count; i++) {
		const struct bt_result_metric *m = &bt_result_metrics[i];
		unsigned count = bt_result_values(run, m, values);

		struct bt_samples_series *series;

		if (!count)
			continue;
		series = bt_samples_series(samples, config, m->key, m->label, m->unit,
					   m->better);
		series->edges = m->latency;
		for (unsigned v = 0; v < count; v++)
			bt_samples_value(series, values[v]);
	}
	free(config);
	free(values);
}

static void fill(struct bt_samples *samples, const struct bt_result *result)
{
	unsigned left_out = 0;
	char interval[16];

	bt_samples_machine(samples, &result->machine);
	bt_samples_fact(samples, BT_FACT_INTERVAL,
			bt_text_ns(result->interval_ns, interval, sizeof(interval)));
	samples->warnings = result->warning_count;
	free(samples->plan);
	samples->plan = bt_samples_plan_text(result->plan_text ? result->plan_text : "");
	samples->partial = result->partial;
	for (unsigned i = 0; i < result->run_count; i++) {
		const struct bt_result_run *run = &result->runs[i];

		add_run(samples, run);
		for (unsigned r = 0; r < run->repetition_count; r++) {
			left_out += !bt_result_counts(&run->repetitions[r]);
			samples->warnings += run->repetitions[r].warning_count;
		}
	}
	if (left_out)
		snprintf(samples->note, sizeof(samples->note),
			 "%u repetitions do not count, the document says why", left_out);
}

struct bt_samples *bt_samples_of_result(const struct bt_result *result)
{
	struct bt_samples *samples =
		bt_samples_create(result->path ? result->path : "", BT_SAMPLES_RESULT);

	fill(samples, result);
	return samples;
}

int bt_samples_read_result(struct bt_samples *samples, struct bt_err *err)
{
	struct bt_result *result;
	int rc = bt_result_read(&result, samples->path, err);

	/* What is no JSON is damage, not a wrong use of the command. */
	if (rc == -EINVAL)
		rc = -(err->code = EPROTO);
	if (rc)
		return rc;
	fill(samples, result);
	bt_result_free(result);
	return 0;
}
