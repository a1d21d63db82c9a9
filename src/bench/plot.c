// SPDX-License-Identifier: GPL-2.0
#include "bench/plot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/gnuplot.h"
#include "bench/plot_data.h"
#include "bench/plot_page.h"
#include "bench/samples.h"

const struct bt_plot_kind bt_plot_kinds[] = {
	{
		.name = "available",
		.title = "Memory that user space can get",
		.needs = "a repetition with a probe",
		.shows = "For each configuration, a bar for the idle machine and one under load.",
		.has = bt_plot_available_has,
		.write = bt_plot_available_write,
	}, {
		.name = "compare",
		.title = "Difference from the first document",
		.needs = "two documents with the same configuration and metric",
		.shows = "For each configuration, a bar for each document after the first.",
		.has = bt_plot_compare_has,
		.write = bt_plot_compare_write,
	}, {
		.name = "latency",
		.title = "Latency of allocations and frees",
		.needs = "histograms (a result made without --latencies=false)",
		.shows = "For each configuration, a curve of the share of operations that took at "
			 "most so long.",
		.has = bt_plot_latency_has,
		.write = bt_plot_latency_write,
	}, {
		.name = "rate",
		.title = "Rate of allocations over time",
		.needs = "a counted repetition with samples",
		.shows = "For each configuration, a curve of the rate in one repetition.",
		.has = bt_plot_rate_has,
		.write = bt_plot_rate_write,
	}, {
		.name = "heatmap",
		.title = "Latency of allocations over time",
		.needs = "a counted repetition with latencies in its samples",
		.shows = "Of one repetition, how many allocations took how long at each time.",
		.has = bt_plot_heatmap_has,
		.write = bt_plot_heatmap_write,
	},
};

const unsigned bt_plot_kind_count = BT_ARRAY_SIZE(bt_plot_kinds);

int bt_plot_size(const char *text, struct bt_plot *plot, struct bt_err *err)
{
	const char *by = strchr(text, 'x');
	char width[8] = "";
	uint64_t x = 0, y = 0;

	if (by && (size_t)(by - text) < sizeof(width))
		memcpy(width, text, (size_t)(by - text));
	if (!by || bt_parse_u64(width, &x) || bt_parse_u64(by + 1, &y) || x < BT_PLOT_SIDE_MIN ||
	    y < BT_PLOT_SIDE_MIN || x > BT_PLOT_SIDE_MAX || y > BT_PLOT_SIDE_MAX)
		return bt_err_set(err, EINVAL, "--size %s: not WIDTHxHEIGHT, each %u to %u pixels",
				  text, BT_PLOT_SIDE_MIN, BT_PLOT_SIDE_MAX);
	plot->width = (unsigned)x;
	plot->height = (unsigned)y;
	return 0;
}

/* ---- what is asked for -------------------------------------------------------------------- */

const struct bt_plot_kind *bt_plot_kind_find(const char *name)
{
	for (unsigned i = 0; i < bt_plot_kind_count; i++) {
		if (!strcmp(bt_plot_kinds[i].name, name))
			return &bt_plot_kinds[i];
	}
	return NULL;
}

static int refuse_kind(const char *name, struct bt_err *err)
{
	char names[128] = "all";

	for (unsigned i = 0; i < bt_plot_kind_count; i++)
		strcat(strcat(names, ", "), bt_plot_kinds[i].name);
	return bt_err_set(err, EINVAL, "--kind %s: no such picture; there are %s, and "
			  "freemap of snapshots and recordings", name, names);
}

/* The one that was asked for is there, in any configuration that is shown; none asked for: true. */
static bool has_repetition(const struct bt_plot *plot, const struct bt_plot_labels *labels)
{
	bool found = !plot->repetition;

	for (unsigned i = 0; i < labels->count && !found; i++) {
		for (unsigned k = 0; k < plot->count && !found; k++) {
			const struct bt_result_run *run = bt_plot_run(plot->results[k],
								      labels->label[i]);

			found = run && bt_plot_repetition(plot, run);
		}
	}
	return found;
}

static int check_names(const struct bt_plot *plot, struct bt_err *err)
{
	struct bt_plot_labels labels;
	unsigned count;
	bool found;

	if (plot->count > BT_PLOT_DOCUMENTS_MAX)
		return bt_err_set(err, EINVAL, "%u documents: a picture has room for %u",
				  plot->count, BT_PLOT_DOCUMENTS_MAX);
	if (plot->metric && !bt_result_metric_find(plot->metric))
		return bt_err_set(err, EINVAL, "--metric %s: no such metric; buddytop(7) has them "
				  "all, allocs_per_s and alloc_p99_ns among them", plot->metric);
	bt_plot_labels(plot, &labels);
	count = labels.count;
	found = has_repetition(plot, &labels);
	bt_plot_labels_free(&labels);
	if (count && found)
		return 0;
	if (count)
		return bt_err_set(err, EINVAL, "--repetition %u: no configuration that is shown "
				  "has so many", plot->repetition);
	if (plot->run)
		return bt_err_set(err, EINVAL, "--run %s: no configuration is called so",
				  plot->run);
	return bt_err_set(err, EINVAL, "%s: there is no configuration in it",
			  bt_plot_name(plot->results[0]));
}

/* Kinds to draw, at most bt_plot_kind_count. */
static int choose(const struct bt_plot *plot, const struct bt_plot_kind **kinds, unsigned *count,
		  struct bt_err *err)
{
	bool all = !plot->kind || !strcmp(plot->kind, "all");
	const struct bt_plot_kind *only = all ? NULL : bt_plot_kind_find(plot->kind);

	*count = 0;
	if (!all && !only)
		return refuse_kind(plot->kind, err);
	if (check_names(plot, err))
		return -EINVAL;
	for (unsigned i = 0; i < bt_plot_kind_count; i++) {
		if ((!only || only == &bt_plot_kinds[i]) && bt_plot_kinds[i].has(plot))
			kinds[(*count)++] = &bt_plot_kinds[i];
	}
	if (*count)
		return 0;
	if (only)
		return bt_err_set(err, ENODATA, "%s: nothing to draw as '%s', which needs %s",
				  bt_plot_name(plot->results[0]), only->name, only->needs);
	return bt_err_set(err, ENODATA, "%s: nothing to draw: no repetition counts",
			  bt_plot_name(plot->results[0]));
}

/* ---- the page ----------------------------------------------------------------------------- */

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

static void describe(const struct bt_plot *plot, unsigned document, char *text, size_t size)
{
	const struct bt_result *result = plot->results[document];
	char when[32], name[64] = "";

	bt_utc_text(result->start_utc_ns, when, sizeof(when));
	strcpy(when + strlen("2026-11-21T05:16"), "Z");
	if (plot->count > 1)
		snprintf(name, sizeof(name), "%c: %.50s, ", bt_samples_letter(document),
			 bt_plot_name(result));
	snprintf(text, size, "%s%s, Linux %s, %s", name, result->machine.host,
		 result->machine.kernel, when);
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

static void find_reasons(const struct bt_plot *plot, char *text, size_t size)
{
	struct bt_samples *base = bt_samples_of_result(plot->results[0]);
	struct reasons reasons = { .count = 0 };
	char more[48] = "";

	for (unsigned i = 1; i < plot->count; i++) {
		struct bt_samples *other = bt_samples_of_result(plot->results[i]);

		reasons.document = i;
		bt_samples_differ(base, other, add_reason, &reasons);
		bt_samples_free(other);
	}
	bt_samples_free(base);
	text[0] = '\0';
	if (reasons.count > 1)
		snprintf(more, sizeof(more), " (and %u more reasons)", reasons.count - 1);
	if (reasons.count)
		snprintf(text, size, "NOT COMPARABLE: %s%s", reasons.first, more);
}

/* Returns the number of lines; out NULL: only that. */
static unsigned put_head(const struct bt_plot *plot, const struct bt_plot_box *page, FILE *out)
{
	const char *plan = plot->results[0]->plan_name ? plot->results[0]->plan_name : "?";
	unsigned lines = 1;
	char text[256];

	snprintf(text, sizeof(text), "buddytop: plan %s", plan);
	if (out)
		bt_plot_head_title(out, page, plot->title ? plot->title : text);
	for (unsigned i = 0; i < plot->count; i++) {
		describe(plot, i, text, sizeof(text));
		if (out)
			bt_plot_head_fact(out, page, lines, text);
		lines++;
		bt_plot_warning(plot->results[i], text, sizeof(text));
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

static void put_panels(const struct bt_plot *plot, const struct bt_plot_kind *const *kinds,
		       unsigned count, FILE *out)
{
	struct bt_plot_sheet sheet = {
		.width = plot->width, .height = plot->height, .columns = count > 1 ? 2 : 1,
		.head_lines = put_head(plot, NULL, NULL), .format = plot->format,
	};
	struct bt_plot_box page, box;

	sheet.rows = (count + sheet.columns - 1) / sheet.columns;
	page = bt_plot_page(&sheet);
	bt_plot_page_begin(out, &page, plot->format);
	put_head(plot, &page, out);
	for (unsigned i = 0; i < count; i++) {
		box = bt_plot_page_panel(&page, &sheet, i, count);
		bt_plot_panel_begin(out, &box, kinds[i]->title);
		kinds[i]->write(plot, &box, out);
		bt_plot_panel_end(out);
	}
	bt_plot_page_end(out);
}

int bt_plot_program(const struct bt_plot *plot, char **program, size_t *size, struct bt_err *err)
{
	const struct bt_plot_kind *kinds[BT_ARRAY_SIZE(bt_plot_kinds)];
	unsigned count;
	int rc = choose(plot, kinds, &count, err);
	FILE *out;

	if (rc)
		return rc;
	out = open_memstream(program, size);
	if (!out)
		return bt_err_set(err, errno, "no memory for gnuplot's program");
	put_panels(plot, kinds, count, out);
	if (fclose(out))
		return bt_err_set(err, ENOMEM, "no memory for gnuplot's program");
	return 0;
}

int bt_plot_draw(const struct bt_plot *plot, char **picture, size_t *size, struct bt_err *err)
{
	char *program;
	size_t program_size;
	int rc = bt_plot_program(plot, &program, &program_size, err);

	if (rc)
		return rc;
	rc = bt_gnuplot_run(program, program_size, picture, size, err);
	free(program);
	return rc;
}
