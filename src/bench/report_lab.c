// SPDX-License-Identifier: GPL-2.0
/* The page about runs of the lab. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/html.h"
#include "bench/report_parts.h"
#include "bench/samples.h"
#include "lab/reference.h"
#include "lab/show.h"

#define VALUE 24	/* bytes of a number with its unit */

/* ---- head --------------------------------------------------------------------------------- */

static unsigned failures(const struct bt_lab_runs *runs)
{
	unsigned failed = 0;

	for (unsigned i = 0; i < runs->count; i++)
		failed += bt_lab_run_failed(runs->runs[i]);
	return failed;
}

/* Of the first run whose guest came up, where one did. */
static const struct bt_lab_run *first_run(const struct bt_lab_runs *runs)
{
	for (unsigned i = 0; i < runs->count; i++) {
		if (runs->runs[i]->has_guest)
			return runs->runs[i];
	}
	return runs->runs[0];
}

static void put_doubts(const struct bt_lab_runs *runs, FILE *out)
{
	unsigned emulated = 0, unproven = 0, missing = 0, failed = failures(runs);
	struct bt_err err = { 0 };
	struct bt_samples *samples = bt_samples_of_lab(runs, &err);

	for (unsigned i = 0; i < runs->count; i++) {
		emulated += runs->runs[i]->reality != BT_REAL;
		unproven += runs->runs[i]->unproven;
		missing += runs->runs[i]->end == BT_LAB_UNAVAILABLE;
	}
	if (emulated)
		bt_html(out, "<p class=\"warn\">EMULATED: %u of %u runs had no KVM, so their times "
			"say nothing about a machine.</p>\n", emulated, runs->count);
	if (unproven)
		bt_html(out, "<p class=\"warn\">UNPROVEN: %u of %u runs are of modes that were "
			"never run against the real QEMU.</p>\n", unproven, runs->count);
	if (failed)
		bt_html(out, "<p class=\"warn\">FAILED: %u of %u runs are no results.</p>\n",
			failed, runs->count);
	if (missing)
		bt_html(out, "<p class=\"warn\">UNAVAILABLE: for %u of %u runs the guest's kernel "
			"lacks what was to be set.</p>\n", missing, runs->count);
	if (!samples)
		bt_html(out, "<p class=\"warn\">MIXED: %s</p>\n", err.text);
	bt_samples_free(samples);
}

static void put_head(const struct bt_report_lab *report, FILE *out)
{
	const struct bt_lab_run *first = first_run(report->runs);
	char title[160], when[32];

	if (report->title)
		bt_copy_clean(title, sizeof(title), report->title);
	else
		snprintf(title, sizeof(title), "buddytop lab: %.120s", report->name);
	bt_report_begin(out, title);
	bt_utc_text(first->begin_utc_ns, when, sizeof(when));
	bt_html(out, "<p>%s \u2014 %s, Linux %s, guests %s%s, %s</p>\n", report->name,
		first->host.host, first->host.kernel, first->has_guest ? "Linux " : "?",
		first->has_guest ? first->guest.kernel : "", when);
	put_doubts(report->runs, out);
	bt_html(out, "</header>\n<main>\n");
}

/* ---- what went wrong ---------------------------------------------------------------------- */

/* All that are no results: their end's name tells one kind from another. */
static void put_failures(const struct bt_lab_runs *runs, FILE *out)
{
	char name[BT_LAB_NAMED];
	unsigned said = 0;

	bt_html(out, "<section>\n<h2 id=\"failures\">Failures</h2>\n<ul>\n");
	for (unsigned i = 0; i < runs->count; i++) {
		const struct bt_lab_run *run = runs->runs[i];

		if (run->end != BT_LAB_OK && ++said)
			bt_html(out, "<li class=\"warn\">%s: %s: %s</li>\n",
				bt_lab_run_name(run, name), bt_lab_end_name[run->end],
				run->reason);
	}
	if (!said)
		bt_html(out, "<li>None.</li>\n");
	bt_html(out, "</ul>\n</section>\n");
}

static unsigned put_noise_of(const struct bt_lab_run *run, FILE *out)
{
	char name[BT_LAB_NAMED];
	unsigned count = 0;

	for (unsigned i = 0; i < run->parameter_count; i++) {
		if (!strcmp(run->parameters[i].name, BT_LAB_NOISE) && ++count)
			bt_html(out, "<li>%s: %s</li>\n", bt_lab_run_name(run, name),
				run->parameters[i].value);
	}
	return count;
}

static void put_noise(const struct bt_lab_runs *runs, FILE *out)
{
	unsigned count = 0;

	bt_html(out, "<section>\n<h2 id=\"noise\">What disturbed the runs</h2>\n<ul>\n");
	for (unsigned i = 0; i < runs->count; i++)
		count += put_noise_of(runs->runs[i], out);
	if (!count)
		bt_html(out, "<li>Nothing that was noticed.</li>\n");
	bt_html(out, "</ul>\n</section>\n");
}

/* ---- numbers ------------------------------------------------------------------------------ */

static void put_value(const struct bt_lab_metric_kind *kind, double value, FILE *out)
{
	char text[VALUE];

	bt_html(out, "<td class=\"n\">%s</td>", isnan(value) ? "" :
		bt_lab_metric_text(kind, value, text, sizeof(text)));
}

static void put_interval(const struct bt_lab_metric_kind *kind, struct bt_ci ci, FILE *out)
{
	char text[BT_LAB_INTERVAL];

	bt_html(out, "<td class=\"n\">%s</td>", bt_lab_interval_text(kind, ci, text));
}

static void put_metric(const struct bt_report_lab *report, const struct bt_lab_group *group,
		       const struct bt_lab_metric_kind *kind, FILE *out)
{
	const struct bt_lab_run *run = group->runs[0];
	struct bt_lab_statistics statistics;
	const struct bt_summary *summary = &statistics.summary;
	char config[BT_LAB_CONFIG];

	bt_lab_group_statistics(group, kind, BT_LAB_CONFIDENCE, &statistics);
	if (!summary->count)
		return;
	bt_html(out, "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%u</td>",
		strchr(bt_lab_config(run, config), ' ') + 1, kind->label, (unsigned)summary->count);
	put_value(kind, summary->median, out);
	put_interval(kind, statistics.median_ci, out);
	put_value(kind, summary->mean, out);
	put_interval(kind, statistics.mean_ci, out);
	put_value(kind, summary->deviation, out);
	put_value(kind, statistics.p1, out);
	if (report->published)
		put_value(kind, bt_lab_reference(run->benchmark, run->mode, run->label, kind->key),
			  out);
	bt_html(out, "</tr>\n");
}

static void put_table_head(const struct bt_report_lab *report, const char *name, FILE *out)
{
	char caption[64];

	snprintf(caption, sizeof(caption), "%s: all runs that count", name);
	bt_report_table(out, "metrics", caption);
	bt_html(out, "<thead><tr><th scope=\"col\">mode</th><th scope=\"col\">metric</th>"
		"<th scope=\"col\" class=\"n\">n</th><th scope=\"col\" class=\"n\">median</th>"
		"<th scope=\"col\" class=\"n\">interval of it</th>"
		"<th scope=\"col\" class=\"n\">mean</th>"
		"<th scope=\"col\" class=\"n\">interval of it</th>"
		"<th scope=\"col\" class=\"n\">deviation</th>"
		"<th scope=\"col\" class=\"n\">1st percentile</th>");
	if (report->published)
		bt_html(out, "<th scope=\"col\" class=\"n\">published</th>");
	bt_html(out, "</tr></thead>\n<tbody>\n");
}

/* Runs of one benchmark, from index to end; metric by metric, so that modes stand together. */
static void put_benchmark(const struct bt_report_lab *report, unsigned index, unsigned end,
			  FILE *out)
{
	const struct bt_lab_runs *runs = report->runs;
	const char *name = bt_lab_benchmark_name[runs->runs[index]->benchmark];
	char config[BT_LAB_CONFIG], state[BT_LAB_CONFIG];
	struct bt_lab_group group;

	bt_html(out, "<section>\n<h2 id=\"%s\">%s</h2>\n<ul>\n", name, name);
	for (unsigned i = index; i < end;) {
		i = bt_lab_group_take(runs, i, &group);
		bt_html(out, "<li>%s: %s</li>\n", bt_lab_config(group.runs[0], config),
			bt_lab_group_state(&group, state));
	}
	bt_html(out, "</ul>\n");
	put_table_head(report, name, out);
	for (unsigned k = 0; k < bt_lab_metric_kind_count; k++) {
		for (unsigned i = index; i < end;) {
			i = bt_lab_group_take(runs, i, &group);
			put_metric(report, &group, &bt_lab_metric_kinds[k], out);
		}
	}
	bt_report_table_end(out);
	bt_html(out, "</section>\n");
}

static void put_benchmarks(const struct bt_report_lab *report, FILE *out)
{
	const struct bt_lab_runs *runs = report->runs;
	unsigned end;

	for (unsigned i = 0; i < runs->count; i = end) {
		for (end = i; end < runs->count &&
		     runs->runs[end]->benchmark == runs->runs[i]->benchmark;)
			end++;
		put_benchmark(report, i, end, out);
	}
	bt_html(out, "<p class=\"dim\">n are values, one of each iteration. Intervals are of %u "
		"%%: that of the median is %s, from %u values on; that of the mean is %s, "
		"cut at 0.</p>\n",
		(unsigned)lround(100 * BT_LAB_CONFIDENCE), BT_LAB_MEDIAN_CI, BT_MEDIAN_CI_VALUES,
		BT_LAB_MEAN_CI);
	if (report->published)
		bt_html(out, "<p class=\"dim\">%s: on another machine, under KVM, with guests of "
			"12 CPUs and 20 GiB (L. Wrenger et al., EuroSys 2025).</p>\n",
			BT_LAB_REFERENCE_NAME);
}

/* ---- what was measured, and with what ----------------------------------------------------- */

static void memory_text(const struct bt_machine *machine, char *text, size_t size)
{
	char bytes[VALUE];

	snprintf(text, size, "%u CPUs, %s", machine->cpu_count,
		 bt_text_bytes(machine->memory_bytes, bytes, sizeof(bytes)));
}

#define OF_RUN(name, member) { name, offsetof(struct bt_lab_run, member) }
static const struct {
	const char *name;
	size_t offset;	/* of a text */
} facts[] = {
	OF_RUN("host", host.host),
	OF_RUN("host's kernel", host.kernel),
	OF_RUN("host's kernel version", host.kernel_version),
	OF_RUN("host's CPU", host.cpu_model),
	OF_RUN("host's hypervisor", host.accel),
	OF_RUN("host's governor", host.governor),
	OF_RUN("host's SMT", host.smt),
	OF_RUN("host's huge pages", host.thp),
	OF_RUN("guest's kernel", guest.kernel),
	OF_RUN("guest's kernel version", guest.kernel_version),
	OF_RUN("guest's command line", guest.command_line),
	OF_RUN("guest's CPU", guest.cpu_model),
	OF_RUN("guest's huge pages", guest.thp),
	OF_RUN("module", guest.module_version),
	OF_RUN("run by", accel),
	OF_RUN("QEMU", qemu_version),
	OF_RUN("SHA-256 of QEMU", qemu_sha256),
	OF_RUN("SHA-256 of the guest's kernel", kernel_sha256),
	OF_RUN("SHA-256 of the module", module_sha256),
};

static void put_fact(const char *name, const char *text, FILE *out)
{
	bt_html(out, "<tr><th scope=\"row\">%s</th><td class=\"wide\">%s</td></tr>\n", name,
		text[0] ? text : "?");
}

/* Folders may hold runs of several machines: then the head says so. */
static void put_machine(const struct bt_lab_runs *runs, FILE *out)
{
	const struct bt_lab_run *run = first_run(runs);
	char text[64];

	bt_html(out, "<section>\n<h2 id=\"machine\">Machine</h2>\n");
	bt_report_table(out, "", "Of the first run");
	bt_html(out, "<thead><tr><th scope=\"col\">fact</th><th "
		"scope=\"col\">value</th></tr></thead>\n<tbody>\n");
	for (unsigned i = 0; i < BT_ARRAY_SIZE(facts); i++)
		put_fact(facts[i].name, (const char *)run + facts[i].offset, out);
	memory_text(&run->host, text, sizeof(text));
	put_fact("host has", text, out);
	memory_text(&run->guest, text, sizeof(text));
	put_fact("guest has", run->has_guest ? text : "", out);
	bt_report_table_end(out);
	bt_html(out, "</section>\n");
}

static void put_parameters(const struct bt_lab_run *run, FILE *out)
{
	unsigned said = 0;

	bt_html(out, "<td class=\"wide\">");
	for (unsigned i = 0; i < run->parameter_count; i++) {
		if (strcmp(run->parameters[i].name, BT_LAB_NOISE))
			bt_html(out, "%s%s=%s", said++ ? ", " : "", run->parameters[i].name,
				run->parameters[i].value);
	}
	bt_html(out, "</td>");
}

static void put_run(const struct bt_lab_run *run, FILE *out)
{
	char name[BT_LAB_NAMED], when[32], took[VALUE], seed[VALUE];
	uint64_t took_ns = BT_UNKNOWN;

	bt_utc_text(run->begin_utc_ns, when, sizeof(when));
	if (run->end_utc_ns > run->begin_utc_ns)
		took_ns = (uint64_t)(run->end_utc_ns - run->begin_utc_ns);
	bt_text_ns(took_ns, took, sizeof(took));
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)run->seed);
	bt_html(out, bt_lab_counts(run) ? "<tr>" : "<tr class=\"out\">");
	bt_html(out, "<th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%s</td>"
		"<td class=\"n\">%s</td><td>%s%s</td><td>%s</td>"
		"<td class=\"n\">%u</td>", bt_lab_run_name(run, name), when, took, seed,
		bt_lab_end_name[run->end], run->warm_up ? ", to warm up" : "",
		bt_lab_run_doubt(run), run->warnings);
	put_parameters(run, out);
	bt_html(out, "</tr>\n");
}

static void put_runs(const struct bt_lab_runs *runs, FILE *out)
{
	bt_html(out, "<section>\n<h2 id=\"runs\">Runs</h2>\n<details>\n<summary>Every run (%u)"
		"</summary>\n", runs->count);
	bt_report_table(out, "", "Every run, its end and its parameters");
	bt_html(out, "<thead><tr><th scope=\"col\">run</th><th scope=\"col\">start</th>"
		"<th scope=\"col\" class=\"n\">took</th><th scope=\"col\" class=\"n\">seed</th>"
		"<th scope=\"col\">end</th><th scope=\"col\">doubt</th>"
		"<th scope=\"col\" class=\"n\">warnings</th>"
		"<th scope=\"col\">parameters</th></tr></thead>\n<tbody>\n");
	for (unsigned i = 0; i < runs->count; i++)
		put_run(runs->runs[i], out);
	bt_report_table_end(out);
	bt_html(out, "</details>\n</section>\n");
}

/* ---- the page ----------------------------------------------------------------------------- */

int bt_report_lab_make(const struct bt_report_lab *report, char **page, size_t *size,
		       struct bt_err *missing, struct bt_err *err)
{
	const struct bt_plot plot = { .labs = &report->runs, .names = &report->name, .count = 1,
				      .title = report->title, .published = report->published,
				      .format = BT_PLOT_SVG };
	FILE *out = open_memstream(page, size);

	*missing = (struct bt_err){ .code = 0 };
	if (!out)
		return bt_err_set(err, errno, "no memory for the report");
	put_head(report, out);
	bt_report_pictures(&plot, out, missing);
	put_failures(report->runs, out);
	put_noise(report->runs, out);
	put_benchmarks(report, out);
	put_machine(report->runs, out);
	put_runs(report->runs, out);
	bt_report_end(out);
	if (fclose(out))
		return bt_err_set(err, ENOMEM, "no memory for the report");
	return 0;
}
