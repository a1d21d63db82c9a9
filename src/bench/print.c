// SPDX-License-Identifier: GPL-2.0
#include "bench/print_rows.h"

#include <langinfo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/param.h"

#define SEED 1	/* of the bootstrap: the same document prints the same */
#define CONFIDENCE 0.95
/* The bootstrap of two or three values says 95 % and covers 70 to 92 %. */
#define CI_VALUES_MIN 4

static const char *const reality[] = {
	[BT_REAL] = "", [BT_EMULATED] = ", EMULATED", [BT_SIMULATED] = ", SIMULATED",
};

/* ---- a metric of a run -------------------------------------------------------------------- */

/* In a row that says "pages" already the unit need not. */
const char *bt_print_cell(const struct bt_result_metric *metric, double value, char *buf)
{
	struct bt_result_metric short_one = *metric;

	if (metric->unit == BT_UNIT_PAGES_PER_S)
		short_one.unit = BT_UNIT_PER_S;
	return bt_result_metric_text(&short_one, value, buf, BT_PRINT_TEXT);
}

/* Room for the values of one run. */
static double *values_of(const struct bt_result_run *run)
{
	return bt_xcalloc(run->repetition_count + 1, sizeof(double));
}

static void compare(struct bt_print_row *row, const struct bt_result_run *run, const double *values,
		    unsigned count)
{
	const struct bt_result_metric *against = bt_result_metric_find(row->metric->against);
	double *base = values_of(run);
	unsigned base_count = bt_result_values(run, against, base);

	row->changed = base_count;
	if (base_count)
		bt_stats_difference(base, base_count, values, count, CONFIDENCE, SEED,
				    &row->change);
	free(base);
}

/* False when the run has no such number, or it was to be left out. */
bool bt_print_row(struct bt_print_row *row, const struct bt_result *result,
		     const struct bt_result_run *run, const struct bt_result_metric *metric)
{
	double *values = values_of(run);
	unsigned count = bt_result_values(run, metric, values);

	*row = (struct bt_print_row){ .metric = metric };
	if (count && (result->latencies || !metric->latency)) {
		bt_stats_summary(values, count, &row->summary);
		if (metric->against)
			compare(row, run, values, count);
	} else {
		count = 0;
	}
	free(values);
	return count;
}

/* Signed percent: no more digits than a comparison of a few repetitions has. */
static const char *percent(double ratio, char *buf, size_t size)
{
	snprintf(buf, size, "%+.*f", fabs(ratio) < 0.9995 ? 1 : 0, ratio * 100);
	return buf;
}

const char *bt_print_change(const struct bt_print_row *row, char *buf, size_t size)
{
	const struct bt_difference *change = &row->change;
	char middle[16], low[16], high[16];

	buf[0] = '\0';
	if (!row->changed || isnan(change->ratio))
		return buf;
	percent(change->ratio, middle, sizeof(middle));
	if (isnan(change->ratio_ci.low) || row->changed < CI_VALUES_MIN ||
	    row->summary.count < CI_VALUES_MIN)
		snprintf(buf, size, "%s %%", middle);
	else
		snprintf(buf, size, "%s %% [%s %s]", middle,
			 percent(change->ratio_ci.low, low, sizeof(low)),
			 percent(change->ratio_ci.high, high, sizeof(high)));
	return buf;
}

/* ---- histograms --------------------------------------------------------------------------- */

bool bt_print_ascii(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8");
}

void bt_print_hist(const struct bt_hist *hist, bool ascii, char *buf, size_t size,
		   uint64_t *from_ns, uint64_t *to_ns)
{
	static const char *const levels[2][9] = {
		{ " ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587",
		  "\u2588" },
		{ " ", ".", ":", "-", "=", "+", "*", "#", "@" },
	};
	uint64_t bins[BT_LOG2_BINS] = { 0 }, most = 0;
	unsigned first = BT_LOG2_BINS, last = 0;
	size_t used = 0;

	for (unsigned i = 0; i < BT_HIST_BUCKETS; i++)
		bins[bt_hist_log2_bin(i)] += hist->count[i];
	for (unsigned i = 0; i < BT_LOG2_BINS; i++) {
		if (!bins[i])
			continue;
		first = i < first ? i : first;
		last = i;
		most = bins[i] > most ? bins[i] : most;
	}
	buf[0] = '\0';
	for (unsigned i = first; i <= last && i < BT_LOG2_BINS; i++) {
		/* One alone is seen, too: the tail is what one looks for. */
		unsigned level = bins[i] ? 1 + (unsigned)(7 * log2((double)bins[i]) /
							  fmax(log2((double)most), 1)) : 0;

		used += (size_t)snprintf(buf + used, size - used, "%s",
					 levels[ascii][level > 8 ? 8 : level]);
		if (used >= size)
			break;
	}
	*from_ns = first < BT_LOG2_BINS && first ? 1ull << first : 0;
	*to_ns = 2ull << last;
}

static void print_hist(FILE *out, const char *label, const struct bt_hist *hist)
{
	uint64_t from_ns, to_ns;
	char line[BT_LOG2_BINS * 3 + 1], from[BT_PRINT_TEXT], to[BT_PRINT_TEXT];

	if (!hist->total)
		return;
	bt_print_hist(hist, bt_print_ascii(), line, sizeof(line), &from_ns, &to_ns);
	fprintf(out, "  %-21s %11s [%s] %s\n", label,
		bt_text_ns(from_ns, from, sizeof(from)), line, bt_text_ns(to_ns, to, sizeof(to)));
}

static void print_hists(FILE *out, const struct bt_result *result, const struct bt_result_run *run)
{
	static const enum bt_phase phases[] = { BT_PHASE_LOAD, BT_PHASE_PRESSED };
	static const char *const labels[][3] = {
		{ "alloc, log scale", "bulk call, log scale", "free, log scale" },
		{ "probed alloc", "probed bulk call", "probed free" },
	};
	struct bt_hist hist;

	if (!result->latencies)
		return;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(phases); i++) {
		bt_result_hist(run, 1u << phases[i], BT_OP_ALLOC, &hist);
		print_hist(out, labels[i][0], &hist);
		bt_result_bulk_hist(run, 1u << phases[i], &hist);
		print_hist(out, labels[i][1], &hist);
		bt_result_hist(run, 1u << phases[i], BT_OP_FREE, &hist);
		print_hist(out, labels[i][2], &hist);
	}
}

/* ---- for people --------------------------------------------------------------------------- */

static unsigned done(const struct bt_result *result)
{
	unsigned count = 0;

	for (unsigned i = 0; i < result->run_count; i++) {
		for (unsigned j = 0; j < result->runs[i].repetition_count; j++)
			count += result->runs[i].repetitions[j].complete;
	}
	return count;
}

static unsigned wanted(const struct bt_result *result)
{
	unsigned count = 0;

	for (unsigned i = 0; i < result->run_count; i++)
		count += result->runs[i].left_out[0] ? 0 : result->runs[i].wanted;
	return count;
}

void bt_print_head(FILE *out, const struct bt_result *result)
{
	const struct bt_machine *machine = &result->machine;
	char memory[BT_PRINT_TEXT];

	fprintf(out, "plan %s: %u of %u repetitions%s%s%s\n", result->plan_name,
		done(result), wanted(result), result->partial ? ", PARTIAL (" : "",
		result->partial ? result->partial_reason : "", result->partial ? ")" : "");
	fprintf(out, "%s, %s%s%s%s, kernel %s\n", machine->host, machine->source,
		machine->accel[0] ? " on " : "", machine->accel, reality[machine->reality],
		machine->kernel);
	fprintf(out, "%u CPUs, %u nodes, %s; buddytop %s, module %s (ABI %u)\n",
		machine->cpu_count, machine->node_count,
		bt_text_bytes(machine->memory_bytes, memory, sizeof(memory)), result->program,
		machine->module_version[0] ? machine->module_version : "none",
		machine->abi_version);
}

static void print_row(FILE *out, const struct bt_print_row *row)
{
	char median[BT_PRINT_TEXT], low[BT_PRINT_TEXT], high[BT_PRINT_TEXT];
	char change[BT_PRINT_CHANGE], line[128];
	int used = snprintf(line, sizeof(line), "  %-21s %11s", row->metric->label,
			    bt_print_cell(row->metric, row->summary.median, median));

	if (row->summary.count > 1)
		used += snprintf(line + used, sizeof(line) - (size_t)used, " %10s..%-10s",
				 bt_print_cell(row->metric, row->summary.p25, low),
				 bt_print_cell(row->metric, row->summary.p75, high));
	if (*bt_print_change(row, change, sizeof(change)))
		snprintf(line + used, sizeof(line) - (size_t)used, "%*s%s",
			 row->summary.count > 1 ? 1 : 24, "", change);
	for (used = (int)strlen(line); used && line[used - 1] == ' '; used--)
		line[used - 1] = '\0';
	fprintf(out, "%s\n", line);
}

static void print_run(FILE *out, const struct bt_result *result, const struct bt_result_run *run)
{
	unsigned counted = 0;
	struct bt_print_row row;

	for (unsigned i = 0; i < run->repetition_count; i++)
		counted += bt_result_counts(&run->repetitions[i]);
	fprintf(out, "\n%s: %u of %u repetitions counted\n", run->label, counted,
		run->repetition_count);
	fprintf(out, "  %-21s %11s %10s..%-10s %s\n", "", "median", "25 %", "75 %",
		"change [95 % CI]");
	for (unsigned i = 0; i < bt_result_metric_count; i++) {
		if (!bt_result_metrics[i].detail &&
		    bt_print_row(&row, result, run, &bt_result_metrics[i]))
			print_row(out, &row);
	}
	print_hists(out, result, run);
}

void bt_print_text(FILE *out, const struct bt_result *result)
{
	bt_print_head(out, result);
	bt_print_overview(out, result, false);
	for (unsigned i = 0; i < result->run_count; i++) {
		if (result->runs[i].repetition_count)
			print_run(out, result, &result->runs[i]);
	}
	if (!bt_print_remarks(out, result, ""))
		fputc('\n', out);
	for (unsigned i = 0; i < result->warning_count; i++)
		fprintf(out, "warning: %s\n", result->warnings[i]);
}
