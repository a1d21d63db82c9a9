// SPDX-License-Identifier: GPL-2.0
/* Above the panels: which documents it is of, and what of them is not to be overlooked. */
#include "bench/plot_data.h"
#include "bench/plot_page.h"

#include <string.h>

const char *bt_plot_reality(enum bt_reality reality)
{
	static const char *const realities[] = {
		[BT_REAL] = "",
		[BT_EMULATED] = "EMULATED: times are not those of a machine",
		[BT_SIMULATED] = "SIMULATED: no kernel was measured",
	};

	return realities[reality];
}

void bt_plot_warning(const struct bt_result *result, char *text, size_t size)
{
	const char *reality = bt_plot_reality(result->machine.reality);

	snprintf(text, size, "%s%s%s%s%s", reality, *reality && result->partial ? ".  " : "",
		 result->partial ? "PARTIAL" : "",
		 result->partial && result->partial_reason[0] ? ": " : "",
		 result->partial ? result->partial_reason : "");
}

static void warn_of_kbench(const struct bt_kbench *result, char *text, size_t size)
{
	const char *reality = bt_plot_reality(result->machine.reality);

	snprintf(text, size, "%s%s%s%s%s", reality, *reality && !result->complete ? ".  " : "",
		 result->complete ? "" : "NOT COMPLETE", result->complete || !*result->flaw ? "" : ": ",
		 result->complete ? "" : result->flaw);
}

static void warn_of_labs(const struct bt_lab_runs *runs, char *text, size_t size)
{
	const char *reality = "", *unproven = "";
	unsigned failed = 0, unavailable = 0;
	char partial[96] = "";

	for (unsigned i = 0; i < runs->count; i++) {
		const struct bt_lab_run *run = runs->runs[i];

		failed += bt_lab_run_failed(run);
		unavailable += run->end == BT_LAB_UNAVAILABLE;
		if (bt_lab_counts(run) && run->reality)
			reality = bt_plot_reality(run->reality);
		if (bt_lab_counts(run) && run->unproven)
			unproven = "UNPROVEN: a mode's QEMU was never seen";
	}
	if (failed)
		snprintf(partial, sizeof(partial), "PARTIAL: %u of %u runs failed", failed,
			 runs->count);
	if (unavailable)
		snprintf(partial + strlen(partial), sizeof(partial) - strlen(partial),
			 "%s%u of %u unavailable", failed ? ", " : "", unavailable, runs->count);
	snprintf(text, size, "%s%s%s%s%s", reality,
		 *reality && (*unproven || *partial) ? ".  " : "", unproven,
		 *unproven && *partial ? ".  " : "", partial);
}

static void warn_of(const struct bt_plot *plot, unsigned document, char *text, size_t size)
{
	if (plot->labs)
		warn_of_labs(plot->labs[document], text, size);
	else if (plot->kbenches)
		warn_of_kbench(plot->kbenches[document], text, size);
	else
		bt_plot_warning(plot->results[document], text, size);
}

/* The machine it is of, and when it began. */
static const struct bt_machine *machine_of(const struct bt_plot *plot, unsigned document,
					   int64_t *start_utc_ns)
{
	const struct bt_lab_run *run = plot->labs ? plot->labs[document]->runs[0] : NULL;

	*start_utc_ns = run ? run->begin_utc_ns :
			plot->kbenches ? plot->kbenches[document]->start_utc_ns :
			plot->results[document]->start_utc_ns;
	return run ? &run->host : plot->kbenches ? &plot->kbenches[document]->machine :
	       &plot->results[document]->machine;
}

/* One document, among several with its letter. */
static void describe(const struct bt_plot *plot, unsigned document, char *text, size_t size)
{
	const char *called = plot->names ? plot->names[document] :
					   bt_plot_name(plot->results[document]);
	char when[32], name[64] = "", guest[160] = "";
	const struct bt_machine *machine;
	int64_t start_utc_ns;

	machine = machine_of(plot, document, &start_utc_ns);
	bt_utc_text(start_utc_ns, when, sizeof(when));
	strcpy(when + strlen("2026-11-21T05:16"), "Z");
	if (plot->count > 1)
		snprintf(name, sizeof(name), "%c: %.50s, ", bt_samples_letter(document), called);
	if (plot->labs && plot->labs[document]->runs[0]->has_guest)
		snprintf(guest, sizeof(guest), ", guests Linux %.80s, %.40s",
			 plot->labs[document]->runs[0]->guest.kernel,
			 plot->labs[document]->runs[0]->accel);
	snprintf(text, size, "%s%s, Linux %s%s, %s", name, machine->host, machine->kernel, guest,
		 when);
}

/* Why documents are not comparable; the comparison is not refused, but nobody shall overlook it. */
struct reasons {
	char first[160];
	unsigned count, document;
};

static void add_reason(void *context, const char *text)
{
	struct reasons *reasons = context;
	char said[BT_ERR_TEXT];

	snprintf(said, sizeof(said), "%c, %c: %.480s", bt_samples_letter(0),
		 bt_samples_letter(reasons->document), text);
	if (!reasons->count++)
		bt_copy_clean(reasons->first, sizeof(reasons->first), said);
}

/* NULL: they are of several machines, which err says. */
static struct bt_samples *samples_of(const struct bt_plot *plot, unsigned document,
				     struct bt_err *err)
{
	if (plot->labs)
		return bt_samples_of_lab(plot->labs[document], err);
	return plot->kbenches ? bt_samples_of_kbench(plot->kbenches[document], plot->names[document]) :
				bt_samples_of_result(plot->results[document]);
}

static void find_reasons(const struct bt_plot *plot, char *text, size_t size)
{
	struct bt_err err = { 0 };
	struct bt_samples *base = samples_of(plot, 0, &err);
	struct reasons reasons = { .count = 0 };
	char more[48] = "";

	for (unsigned i = 1; i < plot->count; i++) {
		struct bt_samples *other = samples_of(plot, i, &err);

		reasons.document = i;
		if (base && other)
			bt_samples_differ(base, other, add_reason, &reasons);
		bt_samples_free(other);
	}
	bt_samples_free(base);
	if (err.code)
		bt_copy_clean(reasons.first, sizeof(reasons.first), err.text);
	reasons.count += err.code != 0;
	text[0] = '\0';
	if (reasons.count > 1)
		snprintf(more, sizeof(more), " (and %u more reasons)", reasons.count - 1);
	if (reasons.count)
		snprintf(text, size, "NOT COMPARABLE: %s%s", reasons.first, more);
}

static void put_title(const struct bt_plot *plot, char *text, size_t size)
{
	const char *plan = plot->names ? NULL : plot->results[0]->plan_name;

	if (plot->labs)
		snprintf(text, size, "buddytop lab: %.100s", plot->names[0]);
	else if (plot->kbenches)
		snprintf(text, size, "buddytop: microbenchmark %s",
			 bt_kbench_name[plot->kbenches[0]->plan.kind]);
	else
		snprintf(text, size, "buddytop: plan %s", plan ? plan : "?");
}

unsigned bt_plot_head(const struct bt_plot *plot, const struct bt_plot_box *page, FILE *out)
{
	unsigned lines = 1;
	char text[256];

	put_title(plot, text, sizeof(text));
	if (out)
		bt_plot_head_title(out, page, plot->title ? plot->title : text);
	for (unsigned i = 0; i < plot->count; i++) {
		describe(plot, i, text, sizeof(text));
		if (out)
			bt_plot_head_fact(out, page, lines, text);
		lines++;
		warn_of(plot, i, text, sizeof(text));
		if (!text[0])
			continue;
		if (out)
			bt_plot_head_warning(out, page, lines, text);
		lines++;
	}
	find_reasons(plot, text, sizeof(text));
	if (text[0] && out)
		bt_plot_head_warning(out, page, lines, text);
	return lines + (text[0] != '\0');
}
