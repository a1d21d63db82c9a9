// SPDX-License-Identifier: GPL-2.0
/* Runs of the lab as samples: a value for each iteration of each run of a benchmark and mode. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/samples_build.h"
#include "lab/metric.h"
#include "lab/runs.h"

/* ---- numbers ------------------------------------------------------------------------------ */

static void add_values(struct bt_samples *samples, const struct bt_lab_run *run)
{
	char config[BT_LAB_CONFIG];

	bt_lab_config(run, config);
	for (unsigned i = 0; i < bt_lab_metric_kind_count; i++) {
		const struct bt_lab_metric_kind *kind = &bt_lab_metric_kinds[i];
		struct bt_samples_series *series;
		double *values;
		unsigned count = bt_lab_values(kind, run, &values);

		samples->independent &= count < 2;
		for (unsigned v = 0; v < count; v++) {
			if (isnan(values[v]))
				continue;
			series = bt_samples_series(samples, config, kind->key, kind->label,
						   kind->unit, kind->better);
			bt_samples_value(series, values[v]);
		}
		free(values);
	}
}

/* ---- what is the same in two that can be compared ------------------------------------------ */

/* They say how often, where, and by which files is measured, not what. */
static bool is_idle(const char *name)
{
	static const char *const idle[] = {
		"repetitions", "iterations", "warm_up", "seed", "shuffle", "output", "resume",
		"qemu", "kernel", "kdir", "module", "image", "limit", "reference", "build_tree",
		"boot_limit_ns", "resize_limit_ns", "work_limit_ns", BT_LAB_NOISE,
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(idle); i++) {
		if (!strcmp(name, idle[i]))
			return true;
	}
	return false;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "CONFIG: NAME=VALUE" of each run, each once; bt_samples_differ() looks at configs of both. */
static char *plan_text(const struct bt_lab_runs *runs)
{
	char config[BT_LAB_CONFIG], **lines = NULL, *text = NULL;
	unsigned count = 0;
	size_t size;
	FILE *out;

	for (unsigned i = 0; i < runs->count; i++) {
		const struct bt_lab_run *run = runs->runs[i];

		for (unsigned p = 0; p < run->parameter_count && bt_lab_counts(run); p++) {
			if (is_idle(run->parameters[p].name))
				continue;
			lines = bt_xrealloc(lines, count + 1, sizeof(*lines));
			lines[count++] = bt_xasprintf("%s: %s=%s", bt_lab_config(run, config),
						      run->parameters[p].name,
						      run->parameters[p].value);
		}
	}
	if (count)
		qsort(lines, count, sizeof(*lines), by_text);
	out = open_memstream(&text, &size);
	for (unsigned i = 0; i < count; i++) {
		if (!i || strcmp(lines[i], lines[i - 1]))
			fprintf(out, "%s\n", lines[i]);
	}
	fclose(out);
	while (count)
		free(lines[--count]);
	free(lines);
	return text;
}

static void add_machine(struct bt_samples *samples, const struct bt_lab_run *run)
{
	bt_samples_machine(samples, &run->host);
	bt_copy_clean(samples->machine.source, sizeof(samples->machine.source), "lab");
	bt_copy_clean(samples->machine.accel, sizeof(samples->machine.accel), run->accel);
	if (run->has_guest)
		bt_copy_clean(samples->machine.kernel, sizeof(samples->machine.kernel),
			      run->guest.kernel);
	samples->machine.reality = run->reality;
	if (!run->host.cpu_count)
		samples->machine.cpu_count = BT_UNKNOWN;
	if (!run->host.node_count)
		samples->machine.node_count = BT_UNKNOWN;
	bt_samples_fact(samples, BT_FACT_QEMU, run->qemu_version);
	bt_samples_fact(samples, BT_FACT_HOST_KERNEL, run->host.kernel);
}

/* Numbers of one series are of one kind, whoever forces what: nothing is mixed within a folder. */
static int check_machine(const struct bt_samples *samples, const struct bt_lab_run *first,
			 const struct bt_lab_run *run, struct bt_err *err)
{
	if (run->reality != first->reality || strcmp(run->accel, first->accel))
		return bt_err_set(err, EPROTO, "%s: some of its runs are %s (%s), others %s (%s): "
				  "name folders that hold one kind each", samples->path,
				  bt_reality_name[first->reality], first->accel,
				  bt_reality_name[run->reality], run->accel);
	if (strcmp(run->host.host, first->host.host))
		return bt_err_set(err, EPROTO, "%s: its runs are of several machines, '%s' and "
				  "'%s': name folders that hold those of one each", samples->path,
				  first->host.host, run->host.host);
	return 0;
}

/* ---- all of them -------------------------------------------------------------------------- */

struct counts {
	unsigned failed, unproven;
	const struct bt_lab_run *first_failed;
};

static void take_note(struct bt_samples *samples, const struct counts *counts)
{
	char config[BT_LAB_CONFIG], failed[BT_FLAW] = "";

	if (counts->failed)
		snprintf(failed, sizeof(failed), "%u runs are no results, first %.80s: %s",
			 counts->failed, bt_lab_config(counts->first_failed, config),
			 bt_lab_end_name[counts->first_failed->end]);
	snprintf(samples->note, sizeof(samples->note), "%.100s%s%s", failed,
		 counts->failed && counts->unproven ? "; " : "",
		 counts->unproven ? "some modes were never run against the real QEMU" : "");
	samples->partial = counts->failed > 0;
}

static int fill(struct bt_samples *samples, const struct bt_lab_runs *runs, struct bt_err *err)
{
	const struct bt_lab_run *first = NULL;
	struct counts counts = { .failed = 0 };
	int rc = 0;

	for (unsigned i = 0; i < runs->count && !rc; i++) {
		const struct bt_lab_run *run = runs->runs[i];

		samples->warnings += run->warnings;
		if (bt_lab_run_failed(run) && !counts.failed++)
			counts.first_failed = run;
		if (!bt_lab_counts(run))
			continue;
		counts.unproven += run->unproven;
		if (!first)
			add_machine(samples, first = run);
		rc = check_machine(samples, first, run, err);
		add_values(samples, run);
	}
	free(samples->plan);
	samples->plan = plan_text(runs);
	take_note(samples, &counts);
	return rc;
}

struct bt_samples *bt_samples_of_lab(const struct bt_lab_runs *runs, struct bt_err *err)
{
	struct bt_samples *samples = bt_samples_create(runs->path, BT_SAMPLES_LAB);

	if (!fill(samples, runs, err))
		return samples;
	bt_samples_free(samples);
	return NULL;
}

int bt_samples_read_lab(struct bt_samples *samples, struct bt_err *err)
{
	struct bt_lab_runs *runs;
	int rc = bt_lab_runs_read(&runs, samples->path, true, err);

	if (rc)
		return rc;
	rc = fill(samples, runs, err);
	bt_lab_runs_free(runs);
	return rc;
}
