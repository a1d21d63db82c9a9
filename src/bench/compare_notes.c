// SPDX-License-Identifier: GPL-2.0
#include "bench/compare_notes.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 6u	/* configurations that a note names */

__attribute__((format(printf, 3, 4)))
static void add(char ***texts, unsigned *count, const char *format, ...)
{
	char raw[2 * BT_ERR_TEXT], clean[2 * BT_ERR_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	bt_copy_clean(clean, sizeof(clean), raw);
	*texts = bt_xrealloc(*texts, *count + 1, sizeof(**texts));
	(*texts)[(*count)++] = bt_xstrdup(clean);
}

#define NOTE(c, ...) add(&(c)->notes, &(c)->note_count, __VA_ARGS__)

/* ---- reasons ----------------------------------------------------------------------------- */

struct saying {
	struct bt_comparison *comparison;
	unsigned document;
};

static void say(void *context, const char *text)
{
	struct saying *saying = context;

	add(&saying->comparison->reasons, &saying->comparison->reason_count, "A, %c: %s",
	    bt_samples_letter(saying->document), text);
}

void bt_compare_reasons(struct bt_comparison *c)
{
	for (unsigned i = 1; i < c->document_count; i++) {
		struct saying saying = { .comparison = c, .document = i };
		const char *a = bt_compare_only_config(c->documents[0]);
		const char *b = bt_compare_only_config(c->documents[i]);

		bt_samples_differ(c->documents[0], c->documents[i], say, &saying);
		if (a && b && strcmp(a, b))
			add(&c->reasons, &c->reason_count, "A, %c: other configuration: '%s', '%s'",
			    bt_samples_letter(i), a, b);
	}
}

/* ---- notes ------------------------------------------------------------------------------- */

static void note_method(struct bt_comparison *c)
{
	const struct bt_compare_options *o = &c->options;

	NOTE(c, "The difference is that of the medians; its interval of %g %% is a percentile "
	     "bootstrap of %u resamples, seed %llu; p is that of a two-sided Mann-Whitney U test.",
	     o->confidence * 100, BT_BOOTSTRAP_RESAMPLES, (unsigned long long)o->seed);
	NOTE(c, "One is told where p is at most %g, the interval is without 0 and the difference "
	     "at least %g %%.", o->alpha, o->noise_percent);
	if (o->regression_percent < o->noise_percent)
		NOTE(c, "Regressions below %g %% are noise, though those from %g %% on are asked "
		     "for.", o->noise_percent, o->regression_percent);
	/* How many are expected to be wrong, so that nobody takes each for a finding. */
	if (c->tested > 1)
		NOTE(c, "%u comparisons were tested, each by itself: where nothing at all has "
		     "changed, about one in %.0f has such a p by chance, here %.1f.", c->tested,
		     1 / o->alpha, c->tested * o->alpha);
}

static void note_too_few(struct bt_comparison *c)
{
	size_t enough = 1;

	if (!c->too_few)
		return;
	while (bt_stats_mann_whitney_min(enough, enough) > c->options.alpha)
		enough++;
	NOTE(c, "Too few runs: %zu of each side are the least from which p can get to %g, however "
	     "large a difference is.", enough, c->options.alpha);
}

/* ---- of documents ------------------------------------------------------------------------ */

static bool is_emulated(const struct bt_samples *samples)
{
	return samples->machine.reality == BT_EMULATED;
}

static bool is_simulated(const struct bt_samples *samples)
{
	return samples->machine.reality == BT_SIMULATED;
}

static bool is_partial(const struct bt_samples *samples)
{
	return samples->partial;
}

static bool is_dependent(const struct bt_samples *samples)
{
	return !samples->independent && samples->kind != BT_SAMPLES_KBENCH &&
	       samples->kind != BT_SAMPLES_LAB;
}

static bool is_kbench(const struct bt_samples *samples)
{
	return samples->kind == BT_SAMPLES_KBENCH;
}

static bool has_iterations(const struct bt_samples *samples)
{
	return !samples->independent && samples->kind == BT_SAMPLES_LAB;
}

static bool is_pab(const struct bt_samples *samples)
{
	return samples->kind == BT_SAMPLES_PAB;
}

static bool has_single_latencies(const struct bt_samples *samples)
{
	for (size_t i = 0; i < samples->series_count; i++) {
		if (is_pab(samples) && samples->series[i].unit == BT_UNIT_NS)
			return true;
	}
	return false;
}

static const struct {
	bool (*has)(const struct bt_samples *samples);
	const char *text;		/* before the letters of those that have it */
} traits[] = {
	{ is_emulated, "Of an EMULATED machine, whose times are not those of hardware" },
	{ is_simulated, "SIMULATED, the numbers are those of no kernel" },
	{ is_partial, "Partial, it ended before all was measured" },
	{ is_dependent, "Blocks of 10 s of one run, which depend on each other, so that interval "
			"and p look surer than they are" },
	{ is_kbench, "Iterations of one run, one after the other on the same memory, so that "
		     "interval and p look surer than they are" },
	{ has_iterations, "Iterations of one guest, one after the other, so that interval and p "
			  "look surer than they are" },
	{ is_pab, "By page_alloc_bench, which does not say on which machine and for how long it "
		  "measured" },
	{ has_single_latencies, "Latencies of single operations without a mark of the run that they "
				"are of, so that each quantile is one value" },
};

/* Only where rows were tested: others say nothing of a difference. */
static void note_edges(struct bt_comparison *c)
{
	for (size_t i = 0; i < c->row_count; i++) {
		if (!c->rows[i].a->edges || c->rows[i].verdict == BT_VERDICT_TOO_FEW)
			continue;
		NOTE(c, "Latencies are upper edges of a histogram's buckets, which are up to %g %% "
		     "wide: from one bucket to the next no difference is told.",
		     (BT_HIST_STEP - 1) * 100);
		return;
	}
}

static void note_traits(struct bt_comparison *c)
{
	for (unsigned t = 0; t < BT_ARRAY_SIZE(traits); t++) {
		char letters[3 * BT_COMPARE_DOCUMENTS_MAX] = "";
		size_t used = 0;

		for (unsigned i = 0; i < c->document_count; i++) {
			if (traits[t].has(c->documents[i]))
				used += (size_t)snprintf(letters + used, sizeof(letters) - used,
							 "%s%c", used ? ", " : "", bt_samples_letter(i));
		}
		if (used)
			NOTE(c, "%s: %s.", traits[t].text, letters);
	}
	for (unsigned i = 0; i < c->document_count; i++) {
		if (*c->documents[i]->note)
			NOTE(c, "%c: %s.", bt_samples_letter(i), c->documents[i]->note);
	}
}

/* From the word on that differs first: of a command line it is one of many. */
static const char *from_word(const char *text, const char *other)
{
	size_t word = 0;

	for (size_t i = 0; text[i] && text[i] == other[i]; i++) {
		if (text[i] == ' ')
			word = i + 1;
	}
	return text[word] ? text + word : "(end)";
}

static void note_facts(struct bt_comparison *c, unsigned document)
{
	for (unsigned i = 0; i < BT_FACT_COUNT; i++) {
		const char *a = c->documents[0]->facts[i], *b = c->documents[document]->facts[i];

		if (a && b && strcmp(a, b))
			NOTE(c, "A, %c: other %s: '%.200s', '%.200s'.", bt_samples_letter(document),
			     bt_samples_fact_name[i], from_word(a, b), from_word(b, a));
	}
}

static void note_warnings(struct bt_comparison *c)
{
	for (unsigned i = 0; i < c->document_count; i++) {
		if (c->documents[i]->warnings)
			NOTE(c, "%c has %u warnings of noise, which the document tells.",
			     bt_samples_letter(i), c->documents[i]->warnings);
	}
}

bool bt_compare_has_config(const struct bt_samples *samples, const char *config)
{
	for (size_t i = 0; i < samples->series_count; i++) {
		if (!strcmp(samples->series[i].config, config))
			return true;
	}
	return false;
}

/* Those of one that the other has not, each once; series of a configuration stand together. */
static void note_alone(struct bt_comparison *c, unsigned has, unsigned lacks)
{
	const struct bt_samples *there = c->documents[has], *other = c->documents[lacks];
	char text[BT_ERR_TEXT] = "";
	size_t used = 0;
	unsigned count = 0;

	for (size_t i = 0; i < there->series_count; i++) {
		const char *config = there->series[i].config;

		if ((i && !strcmp(config, there->series[i - 1].config)) ||
		    bt_compare_has_config(other, config))
			continue;
		if (count++ < NAMES_MAX && used < sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? ", " : "", config);
	}
	if (count)
		NOTE(c, "Only %c has: %s%s", bt_samples_letter(has), text, count > NAMES_MAX ? " ..." : "");
}

/* Metrics that one lacks in a configuration that both have: one note for each configuration. */
static void note_metrics(struct bt_comparison *c, unsigned has, unsigned lacks)
{
	const struct bt_samples *there = c->documents[has], *other = c->documents[lacks];
	char text[BT_ERR_TEXT];
	size_t used = 0;

	for (size_t i = 0; i < there->series_count; i++) {
		const struct bt_samples_series *s = &there->series[i];
		bool last = i + 1 == there->series_count || strcmp(s[1].config, s->config);

		if (bt_compare_has_config(other, s->config) &&
		    !bt_samples_find(other, s->config, s->metric) && used < sizeof(text))
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? ", " : "", s->metric);
		if (last && used)
			NOTE(c, "Of '%s' only %c has: %s.", s->config, bt_samples_letter(has), text);
		used = last ? 0 : used;
	}
}

void bt_compare_notes(struct bt_comparison *c)
{
	note_method(c);
	note_too_few(c);
	note_edges(c);
	note_traits(c);
	note_warnings(c);
	for (unsigned i = 1; i < c->document_count; i++)
		note_facts(c, i);
	for (unsigned i = 1; i < c->document_count; i++) {
		const char *a = bt_compare_only_config(c->documents[0]);

		if (a && bt_compare_partner(c, i, a) != a)
			continue; /* compared by force */
		note_alone(c, 0, i);
		note_alone(c, i, 0);
		note_metrics(c, 0, i);
		note_metrics(c, i, 0);
	}
}
