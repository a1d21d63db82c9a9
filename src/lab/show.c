// SPDX-License-Identifier: GPL-2.0
#include "lab/show.h"

#include <math.h>
#include <string.h>

#include "bench/table.h"

const char *bt_lab_run_doubt(const struct bt_lab_run *run)
{
	static const char *const doubts[2][2] = {
		{ "", "never run against the real QEMU" },
		{ "emulated: no KVM", "emulated: no KVM, and never run against the real QEMU" },
	};

	return doubts[run->reality != BT_REAL][run->unproven];
}

const char *bt_lab_run_name(const struct bt_lab_run *run, char buf[BT_LAB_NAMED])
{
	char config[BT_LAB_CONFIG];

	snprintf(buf, BT_LAB_NAMED, "%s r%02u", bt_lab_config(run, config), run->repetition);
	return buf;
}

const char *bt_lab_group_state(const struct bt_lab_group *group, char buf[BT_LAB_CONFIG])
{
	const char *doubt = bt_lab_run_doubt(group->first ? group->first : group->runs[0]);
	unsigned warm_ups = 0, failed = 0, unavailable = 0;
	size_t used;

	for (unsigned i = 0; i < group->count; i++) {
		failed += bt_lab_run_failed(group->runs[i]);
		unavailable += group->runs[i]->end == BT_LAB_UNAVAILABLE;
		warm_ups += group->runs[i]->end == BT_LAB_OK && group->runs[i]->warm_up;
	}
	used = (size_t)snprintf(buf, BT_LAB_CONFIG, "%u run%s", group->count,
				group->count == 1 ? "" : "s");
	if (failed)
		used += (size_t)snprintf(buf + used, BT_LAB_CONFIG - used, ", %u FAILED", failed);
	if (unavailable)
		used += (size_t)snprintf(buf + used, BT_LAB_CONFIG - used, ", %u unavailable",
					 unavailable);
	if (warm_ups)
		used += (size_t)snprintf(buf + used, BT_LAB_CONFIG - used, ", %u to warm up",
					 warm_ups);
	if (*doubt)
		snprintf(buf + used, BT_LAB_CONFIG - used, "; %s", doubt);
	return buf;
}

const char *bt_lab_interval_text(const struct bt_lab_metric_kind *kind, struct bt_ci ci,
				 char buf[BT_LAB_INTERVAL])
{
	char low[24], high[24];

	if (isnan(ci.low))
		snprintf(buf, BT_LAB_INTERVAL, "-");
	else
		snprintf(buf, BT_LAB_INTERVAL, "%s to %s",
			 bt_lab_metric_text(kind, fmax(ci.low, 0), low, sizeof(low)),
			 bt_lab_metric_text(kind, fmax(ci.high, 0), high, sizeof(high)));
	return buf;
}

/* ---- numbers ------------------------------------------------------------------------------ */

enum { METRIC, COUNT, MEDIAN, MEDIAN_CI, MEAN, MEAN_CI, COLUMNS };

static const struct bt_table_column columns[COLUMNS] = {
	[METRIC] = { "metric", false, 0 },
	[COUNT] = { "n", true, 0 },
	[MEDIAN] = { "median", true, 0 },
	[MEDIAN_CI] = { "interval of it (a)", true, 0 },
	[MEAN] = { "mean", true, 1 },
	[MEAN_CI] = { "interval of it (b)", true, 1 },
};

static void add_metric(struct bt_table *table, const struct bt_lab_metric_kind *kind,
		       const struct bt_lab_statistics *statistics)
{
	const struct bt_summary *summary = &statistics->summary;
	char count[24], median[24], mean[24], median_ci[BT_LAB_INTERVAL],
		mean_ci[BT_LAB_INTERVAL];
	const char *const cells[COLUMNS] = {
		[METRIC] = kind->label, [COUNT] = count,
		[MEDIAN] = bt_lab_metric_text(kind, summary->median, median, sizeof(median)),
		[MEDIAN_CI] = median_ci,
		[MEAN] = bt_lab_metric_text(kind, summary->mean, mean, sizeof(mean)),
		[MEAN_CI] = mean_ci,
	};

	snprintf(count, sizeof(count), "%zu", summary->count);
	bt_lab_interval_text(kind, statistics->median_ci, median_ci);
	bt_lab_interval_text(kind, statistics->mean_ci, mean_ci);
	bt_table_row(table, cells);
}

static void add_group(struct bt_table *table, const struct bt_lab_group *group, bool details)
{
	char config[BT_LAB_CONFIG], state[BT_LAB_CONFIG], heading[2 * BT_LAB_CONFIG];
	struct bt_lab_statistics statistics;

	snprintf(heading, sizeof(heading), "%s: %s", bt_lab_config(group->runs[0], config),
		 bt_lab_group_state(group, state));
	bt_table_heading(table, heading);
	for (unsigned i = 0; i < bt_lab_metric_kind_count; i++) {
		const struct bt_lab_metric_kind *kind = &bt_lab_metric_kinds[i];

		if (kind->detail && !details)
			continue;
		bt_lab_group_statistics(group, kind, BT_LAB_CONFIDENCE, &statistics);
		if (statistics.summary.count)
			add_metric(table, kind, &statistics);
	}
}

static bool put_numbers(const struct bt_lab_runs *runs, bool details, unsigned width, FILE *out)
{
	struct bt_table *table = bt_table_create(columns, COLUMNS);
	struct bt_lab_group group;
	bool any = false;

	for (unsigned i = 0; i < runs->count; any |= group.counted > 0) {
		i = bt_lab_group_take(runs, i, &group);
		add_group(table, &group, details);
	}
	bt_table_print(table, out, width);
	bt_table_free(table);
	return any;
}

/* ---- all of it ---------------------------------------------------------------------------- */

/* As all of them have it; the first run's is named, and that others differ. */
static void put_machine(const struct bt_lab_runs *runs, unsigned width, FILE *out)
{
	const struct bt_lab_run *first = runs->runs[0];
	char line[1024], clean[sizeof(line)], when[32];

	for (unsigned i = 1; i < runs->count && !first->has_guest; i++)
		first = runs->runs[i];
	bt_utc_text(first->begin_utc_ns, when, sizeof(when));
	snprintf(line, sizeof(line), "%u run%s, the first of %s on %s, Linux %s; guests %s%s, "
		 "%s, %s",
		 runs->count, runs->count == 1 ? "" : "s", when, first->host.host,
		 first->host.kernel, first->has_guest ? "Linux " : "never up",
		 first->has_guest ? first->guest.kernel : "",
		 first->accel[0] ? first->accel : "accelerator ?",
		 first->qemu_version[0] ? first->qemu_version : "QEMU ?");
	bt_copy_clean(clean, sizeof(clean), line);
	bt_table_wrap(out, clean, 0, width);
}

static void put_line(FILE *out, unsigned width, const struct bt_lab_run *run, const char *word,
		     const char *why)
{
	char name[BT_LAB_NAMED], line[BT_LAB_NAMED + BT_ERR_TEXT + 64], clean[sizeof(line)];

	snprintf(line, sizeof(line), "%s: %s%s%s", bt_lab_run_name(run, name), word,
		 *word && *why ? ": " : "", why);
	bt_copy_clean(clean, sizeof(clean), line);
	bt_table_wrap(out, clean, 0, width);
}

static bool is_unavailable(const struct bt_lab_run *run)
{
	return run->end == BT_LAB_UNAVAILABLE;
}

/* Those that are no results, of one kind. */
static void put_ended(const struct bt_lab_runs *runs, bool (*is)(const struct bt_lab_run *run),
		      const char *heading, unsigned width, FILE *out)
{
	bool said = false;

	for (unsigned i = 0; i < runs->count; i++) {
		const struct bt_lab_run *run = runs->runs[i];

		if (!is(run))
			continue;
		if (!said)
			fprintf(out, "\n%s:\n", heading);
		said = true;
		put_line(out, width, run, is_unavailable(run) ? "" : bt_lab_end_name[run->end],
			 run->reason);
	}
}

static void put_noise(const struct bt_lab_runs *runs, unsigned width, FILE *out)
{
	bool said = false;

	for (unsigned i = 0; i < runs->count; i++) {
		const struct bt_lab_run *run = runs->runs[i];

		for (unsigned k = 0; k < run->parameter_count; k++) {
			if (strcmp(run->parameters[k].name, BT_LAB_NOISE))
				continue;
			fputs(said ? "" : "\nDisturbed:\n", out);
			said = true;
			put_line(out, width, run, "", run->parameters[k].value);
		}
	}
}

void bt_lab_show(const struct bt_lab_runs *runs, bool details, unsigned width, FILE *out)
{
	char line[256];

	put_machine(runs, width, out);
	fputc('\n', out);
	if (put_numbers(runs, details, width, out)) {
		snprintf(line, sizeof(line), "n: values, one of each iteration of the runs that "
			 "count; intervals of %.0f %%, (a) %s, from %u values on; (b) %s, from 2, "
			 "cut at 0.",
			 100 * BT_LAB_CONFIDENCE, BT_LAB_MEDIAN_CI, BT_MEDIAN_CI_VALUES,
			 BT_LAB_MEAN_CI);
		fputc('\n', out);
		bt_table_wrap(out, line, 0, width);
	}
	put_ended(runs, bt_lab_run_failed, "Failed", width, out);
	put_ended(runs, is_unavailable, "Unavailable", width, out);
	put_noise(runs, width, out);
}
