// SPDX-License-Identifier: GPL-2.0
/* A recording as samples: blocks of its intervals under load, by configuration. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/samples_build.h"
#include "frame/history.h"
#include "source/recording.h"

/* One value: so much time under load, that single intervals and what they were cut by even out. */
#define BLOCK_NS (10 * BT_NS_PER_S)
#define CONFIG_TEXT 1024

/* All that ran in one configuration. */
struct load {
	char *config;
	struct bt_point block;		/* not yet full; nothing while known_ns is 0 */
	bool any;			/* a block was full */
};

struct reader {
	struct bt_samples *samples;
	struct bt_recording_file *file;
	struct bt_frame *older, *newer;
	struct bt_interval *interval;
	struct load *loads;
	size_t load_count;
	size_t damaged;
	bool any_frame;
};

/*
 * "order=0 cpus=0-3 node=local ...": all that says how the load runs, nothing of when it ends. Ways
 * to allocate without the module are configurations of their own, for they are not to be compared.
 */
static void config_text(const struct bt_frame *frame, char text[CONFIG_TEXT])
{
	static const char *const ends[] = { "lease", "limit" };
	size_t used = frame->way[0] ? (size_t)snprintf(text, CONFIG_TEXT, "way=%s", frame->way) : 0;

	text[used] = '\0';
	for (const struct bt_param *p = bt_params; p < bt_params + bt_param_count; p++) {
		char value[256];

		if (!strcmp(p->name, ends[0]) || !strcmp(p->name, ends[1]))
			continue;
		bt_param_text(p, &frame->config, value, sizeof(value));
		if (used < CONFIG_TEXT)
			used += (size_t)snprintf(text + used, CONFIG_TEXT - used, "%s%s=%s",
						 used ? " " : "", p->name, value);
	}
}

static struct load *find_load(struct reader *r, const struct bt_frame *frame)
{
	char text[CONFIG_TEXT];

	config_text(frame, text);
	for (size_t i = 0; i < r->load_count; i++) {
		if (!strcmp(r->loads[i].config, text))
			return &r->loads[i];
	}
	r->loads = bt_xrealloc(r->loads, r->load_count + 1, sizeof(*r->loads));
	r->loads[r->load_count] = (struct load){ .config = bt_xstrdup(text) };
	return &r->loads[r->load_count++];
}

/* Counts are left out: they grow with the time of a block, and their rates are there. */
static void end_block(struct reader *r, struct load *load)
{
	bt_point_quantiles(&load->block);
	for (const struct bt_metric *m = bt_metrics; m < bt_metrics + bt_metric_count; m++) {
		double value = bt_metric_value(m, &load->block);

		struct bt_samples_series *series;

		if (m->unit == BT_UNIT_COUNT || isnan(value))
			continue;
		series = bt_samples_series(r->samples, load->config, m->key, m->label, m->unit,
					   m->better);
		series->edges = m->unit == BT_UNIT_NS;
		bt_samples_value(series, value);
	}
	load->block.known_ns = 0;
	load->any = true;
}

/* The configuration was in force on every CPU when it began, and still was when it ended. */
static bool is_loaded(const struct reader *r)
{
	struct bt_frame_totals totals;

	if (!r->older->has_module || !r->newer->has_module || r->interval->point.gap ||
	    !r->interval->point.known_ns || r->older->run != BT_RUN_GO ||
	    r->newer->run != BT_RUN_GO ||
	    r->older->config.generation != r->newer->config.generation)
		return false;
	bt_frame_totals(r->older, &totals);
	return totals.applied == totals.online;
}

static void add_interval(struct reader *r)
{
	struct load *load;

	bt_interval_derive(r->interval, r->older, r->newer);
	if (!is_loaded(r))
		return;
	load = find_load(r, r->newer);
	if (load->block.known_ns)
		bt_point_merge(&load->block, &r->interval->point);
	else
		load->block = r->interval->point;
	if (load->block.known_ns >= BLOCK_NS)
		end_block(r, load);
}

static int read_line(struct reader *r, size_t line, struct bt_err *err)
{
	struct bt_frame *frame;
	int rc;

	if (r->file->lines[line].kind != BT_LINE_FRAME) {
		r->damaged += r->file->lines[line].kind == BT_LINE_DAMAGED;
		return 0;
	}
	rc = bt_recording_frame(r->file, line, r->newer, err);
	if (rc == -EPROTO) {
		r->damaged++;
		return 0;
	}
	if (rc || r->newer->extra)
		return rc;
	if (r->any_frame)
		add_interval(r);
	r->any_frame = true;
	frame = r->older;
	r->older = r->newer;
	r->newer = frame;
	return 0;
}

static int read_lines(struct reader *r, struct bt_err *err)
{
	int rc = 0;

	for (size_t line = 0; !rc && line < r->file->line_count; line++)
		rc = read_line(r, line, err);
	if (rc)
		return rc;
	/* What is left is shorter than the others; it stands where there is nothing else. */
	for (size_t i = 0; i < r->load_count; i++) {
		if (!r->loads[i].any)
			end_block(r, &r->loads[i]);
	}
	if (!r->load_count)
		return bt_err_set(err, ENODATA, "%s: no load ran in it, there is nothing to compare",
				  r->samples->path);
	r->samples->partial = r->file->cut || r->file->more;
	if (r->damaged)
		snprintf(r->samples->note, sizeof(r->samples->note),
			 "%zu damaged lines are left out", r->damaged);
	return 0;
}

int bt_samples_read_recording(struct bt_samples *samples, struct bt_err *err)
{
	const struct bt_source_options options = { .argument = samples->path };
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct reader r = { .samples = samples };
	int rc = bt_recording_open(&r.file, &options, machine, err);

	if (rc) {
		free(machine);
		return rc;
	}
	bt_samples_machine(samples, machine);
	samples->independent = false;
	r.older = bt_frame_create(machine);
	r.newer = bt_frame_create(machine);
	r.interval = bt_interval_create(machine);
	rc = read_lines(&r, err);
	for (size_t i = 0; i < r.load_count; i++)
		free(r.loads[i].config);
	free(r.loads);
	bt_interval_free(r.interval);
	bt_frame_free(r.newer);
	bt_frame_free(r.older);
	bt_recording_close(r.file);
	free(machine);
	return rc;
}

/* ---- configurations of recordings -------------------------------------------------------- */

/* Whether one of the words of text, which blanks divide, is this one. */
static bool has_word(const char *text, const char *word, size_t length)
{
	while (*text) {
		size_t here = strcspn(text, " ");

		if (here == length && !memcmp(text, word, length))
			return true;
		text += here + (text[here] == ' ');
	}
	return false;
}

static bool is_everywhere(struct bt_samples *const *samples, unsigned count, const char *word,
			  size_t length)
{
	for (unsigned i = 0; i < count; i++) {
		for (size_t s = 0; samples[i]->kind == BT_SAMPLES_RECORDING &&
		     s < samples[i]->series_count; s++) {
			if (!has_word(samples[i]->series[s].config, word, length))
				return false;
		}
	}
	return true;
}

/* Of a configuration the words that all have. */
static char *shared_words(struct bt_samples *const *samples, unsigned count, const char *config)
{
	char *shared = NULL;
	size_t size;
	FILE *out = open_memstream(&shared, &size);

	while (*config) {
		size_t length = strcspn(config, " ");

		if (is_everywhere(samples, count, config, length))
			fprintf(out, "%.*s ", (int)length, config);
		config += length + (config[length] == ' ');
	}
	fclose(out);
	return shared;
}

static char *without_words(const char *config, const char *shared)
{
	char *left = NULL;
	size_t size;
	FILE *out = open_memstream(&left, &size);
	const char *gap = "";

	for (size_t length; *config; config += length + (config[length] == ' ')) {
		length = strcspn(config, " ");
		if (has_word(shared, config, length))
			continue;
		fprintf(out, "%s%.*s", gap, (int)length, config);
		gap = " ";
	}
	if (!*gap)
		fputs("load", out);
	fclose(out);
	return left;
}

void bt_samples_shorten(struct bt_samples *const *samples, unsigned count)
{
	char *shared = NULL, *config;

	for (unsigned i = 0; i < count; i++) {
		if (samples[i]->kind != BT_SAMPLES_RECORDING || !samples[i]->series_count)
			continue;
		if (!shared)
			shared = shared_words(samples, count, samples[i]->series[0].config);
		for (size_t s = 0; s < samples[i]->series_count; s++) {
			config = without_words(samples[i]->series[s].config, shared);
			free(samples[i]->series[s].config);
			samples[i]->series[s].config = config;
		}
	}
	free(shared);
}
