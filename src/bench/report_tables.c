// SPDX-License-Identifier: GPL-2.0
/* Tables of a report: machines, medians, repetitions, and the lists beside them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/html.h"
#include "bench/plot_data.h"
#include "bench/report_parts.h"

#define VALUE 24	/* bytes of a number with its unit */

/* ---- machines ----------------------------------------------------------------------------- */

#define FACT 1100

static void text_reality(const struct bt_result *result, char *text, size_t size)
{
	static const char *const names[] = {
		[BT_REAL] = "the machine itself",
		[BT_EMULATED] = "a real kernel on an emulated CPU",
		[BT_SIMULATED] = "simulated, no kernel at all",
	};

	snprintf(text, size, "%s", names[result->machine.reality]);
}

static void text_cpus(const struct bt_result *result, char *text, size_t size)
{
	snprintf(text, size, "%u", result->machine.cpu_count);
}

static void text_nodes(const struct bt_result *result, char *text, size_t size)
{
	snprintf(text, size, "%u", result->machine.node_count);
}

static void text_memory(const struct bt_result *result, char *text, size_t size)
{
	bt_text_bytes(result->machine.memory_bytes, text, size);
}

static void text_module(const struct bt_result *result, char *text, size_t size)
{
	snprintf(text, size, "%s, ABI %u", result->machine.module_version,
		 result->machine.abi_version);
}

static void text_start(const struct bt_result *result, char *text, size_t size)
{
	bt_utc_text(result->start_utc_ns, text, size);
}

static void text_end(const struct bt_result *result, char *text, size_t size)
{
	bt_utc_text(result->end_utc_ns, text, size);
}

static void text_seed(const struct bt_result *result, char *text, size_t size)
{
	snprintf(text, size, "%llu", (unsigned long long)result->seed);
}

static void text_interval(const struct bt_result *result, char *text, size_t size)
{
	bt_text_ns(result->interval_ns, text, size);
}

static void text_load(const struct bt_result *result, char *text, size_t size)
{
	if (isnan(result->load1_before))
		snprintf(text, size, "?");
	else
		snprintf(text, size, "%.2f", result->load1_before);
}

static void text_complete(const struct bt_result *result, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s", result->partial ? "no" : "yes",
		 result->partial_reason[0] ? ": " : "", result->partial_reason);
}

/* A text of the machine as it is, or made by a function. */
static const struct {
	const char *name;
	size_t offset;
	void (*text)(const struct bt_result *result, char *text, size_t size);
} facts[] = {
#define OF_MACHINE(name, member) { name, offsetof(struct bt_result, machine.member), NULL }
	OF_MACHINE("host", host),
	OF_MACHINE("kernel", kernel),
	OF_MACHINE("kernel version", kernel_version),
	OF_MACHINE("kernel command line", command_line),
	{ "measured on", 0, text_reality },
	OF_MACHINE("hypervisor", accel),
	OF_MACHINE("source", source),
	OF_MACHINE("architecture", arch),
	OF_MACHINE("CPU", cpu_model),
	OF_MACHINE("microcode", microcode),
	OF_MACHINE("SMT", smt),
	OF_MACHINE("governor", governor),
	OF_MACHINE("huge pages", thp),
	{ "CPUs", 0, text_cpus },
	{ "nodes", 0, text_nodes },
	{ "memory", 0, text_memory },
	{ "module", 0, text_module },
	{ "buddytop", offsetof(struct bt_result, program), NULL },
	{ "load average before", 0, text_load },
	{ "start", 0, text_start },
	{ "end", 0, text_end },
	{ "complete", 0, text_complete },
	{ "seed", 0, text_seed },
	{ "sampling interval", 0, text_interval },
};

void bt_report_machines(const struct bt_report *report, FILE *out)
{
	char text[FACT];

	bt_html(out, "<section>\n<h2 id=\"machines\">Machine</h2>\n");
	bt_report_table(out, "", "What was measured, and with what");
	bt_html(out, "<thead><tr><th scope=\"col\">fact</th>");
	for (unsigned i = 0; i < report->count; i++)
		bt_html(out, "<th scope=\"col\">%s</th>",
			bt_report_name(report, i, text, sizeof(text)));
	bt_html(out, "</tr></thead>\n<tbody>\n");
	for (unsigned k = 0; k < BT_ARRAY_SIZE(facts); k++) {
		bt_html(out, "<tr><th scope=\"row\">%s</th>", facts[k].name);
		for (unsigned i = 0; i < report->count; i++) {
			const char *member = (const char *)report->results[i] + facts[k].offset;

			snprintf(text, sizeof(text), "%s", facts[k].text ? "" : member);
			if (facts[k].text)
				facts[k].text(report->results[i], text, sizeof(text));
			bt_html(out, "<td class=\"wide\">%s</td>", text[0] ? text : "?");
		}
		bt_html(out, "</tr>\n");
	}
	bt_report_table_end(out);
	bt_html(out, "</section>\n");
}

/* ---- plans and warnings ------------------------------------------------------------------- */

void bt_report_plans(const struct bt_report *report, FILE *out)
{
	char name[128];

	bt_html(out, "<section>\n<h2 id=\"plans\">Plan</h2>\n");
	for (unsigned i = 0; i < report->count; i++) {
		const struct bt_result *result = report->results[i];

		bt_html(out, "<h3>%s</h3>\n<pre>",
			bt_report_name(report, i, name, sizeof(name)));
		bt_html_lines(out, result->plan_text ? result->plan_text : "");
		bt_html(out, "</pre>\n");
	}
	bt_html(out, "</section>\n");
}

static unsigned flawed(const struct bt_result_run *run)
{
	unsigned count = 0;

	for (unsigned i = 0; i < run->repetition_count; i++)
		count += !bt_result_counts(&run->repetitions[i]);
	return count;
}

static unsigned put_run_warnings(const struct bt_result_run *run, FILE *out)
{
	unsigned count = 0;

	if (run->left_out[0] && ++count)
		bt_html(out, "<li>%s: left out: %s</li>\n", run->label, run->left_out);
	else if (run->repetition_count < run->wanted && ++count)
		bt_html(out, "<li>%s: %u of %u repetitions were done.</li>\n", run->label,
			run->repetition_count, run->wanted);
	if (flawed(run) && ++count)
		bt_html(out, "<li>%s: %u of %u repetitions do not count; the table of repetitions "
			"says why.</li>\n", run->label, flawed(run), run->repetition_count);
	for (unsigned i = 0; i < run->repetition_count; i++) {
		const struct bt_result_repetition *repetition = &run->repetitions[i];

		for (unsigned k = 0; k < repetition->warning_count; k++, count++)
			bt_html(out, "<li>%s, repetition %u: %s</li>\n", run->label,
				repetition->number, repetition->warnings[k]);
	}
	return count;
}

void bt_report_warnings(const struct bt_report *report, FILE *out)
{
	char name[128];

	bt_html(out, "<section>\n<h2 id=\"warnings\">Warnings</h2>\n");
	for (unsigned i = 0; i < report->count; i++) {
		const struct bt_result *result = report->results[i];
		unsigned count = result->warning_count;

		if (report->count > 1)
			bt_html(out, "<h3>%s</h3>\n",
				bt_report_name(report, i, name, sizeof(name)));
		bt_html(out, "<ul>\n");
		for (unsigned k = 0; k < result->warning_count; k++)
			bt_html(out, "<li>%s</li>\n", result->warnings[k]);
		for (unsigned k = 0; k < result->run_count; k++)
			count += put_run_warnings(&result->runs[k], out);
		if (!count)
			bt_html(out, "<li>None.</li>\n");
		bt_html(out, "</ul>\n");
	}
	bt_html(out, "</section>\n");
}

/* ---- medians ------------------------------------------------------------------------------ */

static bool metric_has(const struct bt_result_run *run, const struct bt_result_metric *metric)
{
	for (unsigned i = 0; i < run->repetition_count; i++) {
		if (!isnan(bt_result_value(metric, &run->repetitions[i])))
			return true;
	}
	return false;
}

static void put_value(FILE *out, const struct bt_result_metric *metric, double value)
{
	char text[VALUE];

	bt_html(out, "<td class=\"n\">%s</td>",
		bt_result_metric_text(metric, value, text, sizeof(text)));
}

static void put_range(FILE *out, const struct bt_result_metric *metric, double low, double high)
{
	char from[VALUE], to[VALUE];

	if (isnan(low))
		bt_html(out, "<td class=\"n\">?</td>");
	else
		bt_html(out, "<td class=\"n\">%s to %s</td>",
			bt_result_metric_text(metric, low, from, sizeof(from)),
			bt_result_metric_text(metric, high, to, sizeof(to)));
}

static void put_median(const struct bt_result_run *run, const struct bt_result_metric *metric,
		       FILE *out)
{
	struct bt_plot_median median;
	struct bt_summary summary;

	bt_plot_median(run, metric, &median);
	bt_stats_summary(median.values, median.count, &summary);
	bt_html(out, "<tr><th scope=\"row\">%s</th>", metric->label);
	put_value(out, metric, summary.median);
	put_range(out, metric, median.ci.low, median.ci.high);
	put_range(out, metric, summary.p25, summary.p75);
	put_range(out, metric, summary.min, summary.max);
	bt_html(out, "<td class=\"n\">%u</td></tr>\n", median.count);
	free(median.values);
}

/* The columns of the overview, as far as any configuration has numbers for them. */
static const char *const usual[] = {
	"idle_available_bytes", "antagonized_available_bytes", "antagonized_available_ratio",
	"allocs_per_s", "alloc_p50_ns", "alloc_p99_ns", "alloc_p999_ns", "free_p50_ns",
	"alloc_failures", "antagonized_allocs_per_s", "antagonized_alloc_p99_ns",
};

static unsigned choose_columns(const struct bt_result *result,
			       const struct bt_result_metric *columns[BT_ARRAY_SIZE(usual)])
{
	unsigned count = 0;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(usual); i++) {
		const struct bt_result_metric *metric = bt_result_metric_find(usual[i]);
		bool has = false;

		for (unsigned k = 0; metric && k < result->run_count; k++)
			has |= metric_has(&result->runs[k], metric);
		if (has)
			columns[count++] = metric;
	}
	return count;
}

static double median_of(const struct bt_result_run *run, const struct bt_result_metric *metric)
{
	double *values = bt_xcalloc(run->repetition_count, sizeof(*values));
	double median = bt_stats_median(values, bt_result_values(run, metric, values));

	free(values);
	return median;
}

void bt_report_overview(const struct bt_report *report, unsigned document, FILE *out)
{
	const struct bt_result *result = report->results[document];
	const struct bt_result_metric *columns[BT_ARRAY_SIZE(usual)];
	unsigned count = choose_columns(result, columns);

	bt_report_table(out, "", "Medians of the repetitions that count");
	bt_html(out, "<thead><tr><th scope=\"col\">configuration</th>");
	for (unsigned k = 0; k < count; k++)
		bt_html(out, "<th scope=\"col\" class=\"n\">%s</th>", columns[k]->label);
	bt_html(out, "<th scope=\"col\" class=\"n\">counted</th></tr></thead>\n<tbody>\n");
	for (unsigned i = 0; i < result->run_count; i++) {
		const struct bt_result_run *run = &result->runs[i];

		bt_html(out, "<tr><th scope=\"row\">%s</th>", run->label);
		for (unsigned k = 0; k < count; k++)
			put_value(out, columns[k], median_of(run, columns[k]));
		bt_html(out, "<td class=\"n\">%u of %u</td></tr>\n",
			run->repetition_count - flawed(run), run->repetition_count);
	}
	bt_report_table_end(out);
}

void bt_report_medians(const struct bt_report *report, unsigned document, FILE *out)
{
	const struct bt_result *result = report->results[document];
	char caption[256];

	for (unsigned i = 0; i < result->run_count; i++) {
		const struct bt_result_run *run = &result->runs[i];

		if (!run->repetition_count)
			continue;
		bt_html(out, "<details>\n<summary>%s: all numbers</summary>\n", run->label);
		snprintf(caption, sizeof(caption), "%.160s: medians of the repetitions that count",
			 run->label);
		bt_report_table(out, "metrics", caption);
		bt_html(out, "<thead><tr><th scope=\"col\">metric</th>"
			"<th scope=\"col\" class=\"n\">median</th>"
			"<th scope=\"col\" class=\"n\">95 %% interval</th>"
			"<th scope=\"col\" class=\"n\">middle half</th>"
			"<th scope=\"col\" class=\"n\">all</th>"
			"<th scope=\"col\" class=\"n\">counted</th></tr></thead>\n<tbody>\n");
		for (unsigned k = 0; k < bt_result_metric_count; k++) {
			if (metric_has(run, &bt_result_metrics[k]))
				put_median(run, &bt_result_metrics[k], out);
		}
		bt_report_table_end(out);
		bt_html(out, "</details>\n");
	}
	bt_html(out, "<p class=\"dim\">Intervals are of the median, by the bootstrap with %u "
		"resamples. Latencies are upper edges of buckets, at most 12.5 %% above the true "
		"ones.</p>\n", BT_BOOTSTRAP_RESAMPLES);
}

/* ---- repetitions -------------------------------------------------------------------------- */

static const char *counted(const struct bt_result_repetition *repetition)
{
	if (repetition->flaw[0])
		return repetition->flaw;
	return repetition->complete ? "yes" : "no: it was interrupted";
}

static void put_repetition(const struct bt_result_run *run,
			   const struct bt_result_repetition *repetition, FILE *out)
{
	char when[32];

	bt_utc_text(repetition->start_utc_ns, when, sizeof(when));
	bt_html(out, bt_result_counts(repetition) ? "<tr>" : "<tr class=\"out\">");
	bt_html(out, "<th scope=\"row\" class=\"n\">%u</th><td class=\"n\">%u</td>"
		"<td class=\"n\">%s</td><td class=\"wide\">%s%s</td><td>%s</td>",
		repetition->number, repetition->position, when, repetition->flaw[0] ? "no: " : "",
		counted(repetition), repetition->steady ? "yes" : "no");
	for (unsigned k = 0; k < bt_result_metric_count; k++) {
		if (metric_has(run, &bt_result_metrics[k]))
			put_value(out, &bt_result_metrics[k],
				  bt_result_value(&bt_result_metrics[k], repetition));
	}
	bt_html(out, "</tr>\n");
}

void bt_report_repetitions(const struct bt_report *report, unsigned document, FILE *out)
{
	const struct bt_result *result = report->results[document];
	char caption[256];

	for (unsigned i = 0; i < result->run_count; i++) {
		const struct bt_result_run *run = &result->runs[i];

		if (!run->repetition_count)
			continue;
		bt_html(out, "<details>\n<summary>%s: every repetition (%u)</summary>\n",
			run->label, run->repetition_count);
		snprintf(caption, sizeof(caption), "%.160s: every repetition", run->label);
		bt_report_table(out, "", caption);
		bt_html(out, "<thead><tr><th scope=\"col\">no.</th><th scope=\"col\">done as</th>"
			"<th scope=\"col\">start</th><th scope=\"col\">counts</th>"
			"<th scope=\"col\">steady</th>");
		for (unsigned k = 0; k < bt_result_metric_count; k++) {
			if (metric_has(run, &bt_result_metrics[k]))
				bt_html(out, "<th scope=\"col\" class=\"n\">%s</th>",
					bt_result_metrics[k].label);
		}
		bt_html(out, "</tr></thead>\n<tbody>\n");
		for (unsigned k = 0; k < run->repetition_count; k++)
			put_repetition(run, &run->repetitions[k], out);
		bt_report_table_end(out);
		bt_html(out, "</details>\n");
	}
}
