// SPDX-License-Identifier: GPL-2.0
/* Import of compiling and multivm: samples of guests, and when what ended. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/csv.h"
#include "lab/curve.h"
#include "lab/import_source.h"

#define FILES_MAX 1000u			/* N, and guests */
#define HUGE_BYTES (2.0 * 1024 * 1024)
#define PAGE_BYTES 4096.0

/* ---- samples and times -------------------------------------------------------------------- */

/* A row of theirs as one of ours: s, bytes, free 4 KiB pages, those of them in 2 MiB, bytes. */
static void add_sample(struct bt_lab_table *samples, const struct bt_lab_table *theirs, size_t row,
		       unsigned vm)
{
	double pages = bt_lab_table_cell(theirs, row, 2);
	double huge_bytes = bt_lab_table_cell(theirs, row, 3) * HUGE_BYTES;
	double small_bytes = pages * PAGE_BYTES - huge_bytes;

	bt_lab_table_add(samples, (double[]){
		bt_lab_table_cell(theirs, row, 0) * 1e9, vm, bt_lab_table_cell(theirs, row, 1),
		NAN, NAN, NAN, small_bytes, huge_bytes, bt_lab_table_cell(theirs, row, 4),
		bt_lab_table_cell(theirs, row, 5), NAN,
		pages > 0 ? small_bytes / (pages * PAGE_BYTES) : NAN });
}

static int add_samples(struct bt_lab_run *run, const char *path, unsigned vm, struct bt_err *err)
{
	static const char *const ours[] = { BT_LAB_SAMPLE_COLUMNS, NULL };
	static const char *const columns[] = { "time", "rss", "small", "huge", "cached", "total",
					       NULL };
	struct bt_lab_run *scratch = bt_lab_run_create(BT_LAB_COMPILING, "");
	struct bt_lab_table *theirs = bt_lab_run_table(scratch, "out", columns);
	struct bt_lab_table *samples = bt_lab_run_table(run, "samples", ours);
	int rc = bt_lab_csv_read(theirs, path, err);

	for (size_t row = 0; row < theirs->rows && !rc; row++)
		add_sample(samples, theirs, row, vm);
	bt_lab_run_free(scratch);
	return rc;
}

/* The i-th of a list of seconds, or the only one; NaN: there is none. */
static double second(const struct bt_json *times, const char *key, unsigned i)
{
	const struct bt_json *node = bt_json_get(times, key);
	double value = NAN;

	if (node && node->type == BT_JSON_ARRAY) {
		node = node->child;
		for (; node && i; i--)
			node = node->next;
	} else if (i) {
		node = NULL;
	}
	bt_json_as_double(node, &value);
	return value * 1e9;
}

static void add_phase(struct bt_lab_run *run, const char *kind, unsigned vm, double begin_ns,
		      double end_ns)
{
	if (!isnan(begin_ns) && !isnan(end_ns))
		bt_lab_run_mark(run, kind, begin_ns, end_ns)->vm = vm;
}

/* Each of theirs is the end of a phase, which begins with the end of the one before. */
static void add_phases(struct bt_lab_run *run, const struct bt_json *times, unsigned vm)
{
	const struct bt_json *builds = bt_json_get_array(times, "build");
	double last = 0, start, build, delay, clean, drop;

	for (unsigned i = 0; i < (builds ? builds->count : 0); i++) {
		start = second(times, "start", i);
		build = second(times, "build", i);
		delay = second(times, "delay", i);
		add_phase(run, "build", vm, isnan(start) ? last : start, build);
		add_phase(run, "delay", vm, build, delay);
		last = isnan(delay) ? build : delay;
	}
	clean = second(times, "clean", 0);
	drop = second(times, "drop", 0);
	if (!isnan(second(times, "start", 0)))
		return; /* of several builds in one guest each was cleaned up */
	add_phase(run, "clean", vm, last, clean);
	add_phase(run, "drop", vm, isnan(clean) ? last : clean, drop);
}

/* Of several guests together it would be no number of a build. */
static void add_cpu(struct bt_lab_run *run, const struct bt_json *cpu)
{
	double user, system;

	if (run->benchmark != BT_LAB_COMPILING || !bt_json_get_double(cpu, "user", &user) ||
	    !bt_json_get_double(cpu, "system", &system))
		return;
	bt_lab_run_value(run, "cpu_user_ns", user * 1e9);
	bt_lab_run_value(run, "cpu_system_ns", system * 1e9);
}

static int add_times(struct bt_lab_run *run, const char *path, unsigned vm, struct bt_err *err)
{
	struct bt_json_reader *reader = bt_json_reader_create(BT_LAB_IMPORT_BYTES_MAX);
	const struct bt_json *times;
	int rc = bt_lab_import_json(reader, path, &times, err);

	if (!rc) {
		add_phases(run, times, vm);
		add_cpu(run, bt_json_get_object(times, "cpu"));
	}
	bt_json_reader_free(reader);
	return rc;
}

/* Of one guest; 1: there are no such files. */
static int add_guest(struct bt_lab_run *run, const char *folder, unsigned vm, unsigned number,
		     struct bt_err *err)
{
	char *out = bt_xasprintf("%s/out_%u.csv", folder, number);
	char *times = bt_xasprintf("%s/times_%u.json", folder, number);
	int rc = access(out, F_OK) ? 1 : add_samples(run, out, vm, err);

	if (!rc)
		rc = add_times(run, times, vm, err);
	free(out);
	free(times);
	return rc;
}

/* ---- compiling and multivm ---------------------------------------------------------------- */

/* Resident memory when a phase was over. */
static void add_end(struct bt_lab_run *run, const char *kind, const char *key)
{
	const struct bt_lab_mark *mark = NULL;
	struct bt_lab_curve curve;
	double end_ns;

	for (unsigned i = 0; i < run->mark_count; i++) {
		if (!strcmp(run->marks[i].kind, kind))
			mark = &run->marks[i];
	}
	bt_lab_curve(run, "rss_bytes", 0, &curve);
	if (mark && curve.count) {
		end_ns = fmin(mark->end_ns, curve.time_ns[curve.count - 1]);
		bt_lab_run_value(run, key, bt_lab_curve_at(&curve, end_ns));
	}
	bt_lab_curve_free(&curve);
}

static void take_footprint(struct bt_lab_run *run)
{
	double begin_ns = INFINITY, end_ns = 0;

	for (unsigned i = 0; i < run->mark_count; i++) {
		if (strcmp(run->marks[i].kind, "build"))
			continue;
		begin_ns = fmin(begin_ns, run->marks[i].begin_ns);
		end_ns = fmax(end_ns, run->marks[i].end_ns);
	}
	/* Of several guests over all of their time, as in their figure. */
	if (run->benchmark == BT_LAB_MULTIVM)
		begin_ns = 0, end_ns = INFINITY;
	bt_lab_run_value(run, "footprint_byte_ns",
			 bt_lab_footprint_byte_ns(run, begin_ns, end_ns));
	bt_lab_run_value(run, "peak_bytes", bt_lab_peak_bytes(run, 0, INFINITY));
	if (run->benchmark == BT_LAB_MULTIVM)
		return;
	bt_lab_run_value(run, "runtime_ns", end_ns - begin_ns);
	add_end(run, "delay", "delay_bytes");
	add_end(run, "clean", "clean_bytes");
	add_end(run, "drop", "drop_bytes");
}

/* What stands behind the mode in the name that they gave the folder: "o0-d100-c32". */
static const char *behind_mode(const struct bt_lab_source *source)
{
	const char *suffix = bt_json_get_string(source->args, "suffix");
	const char *mode = bt_json_get_string(source->args, "mode");
	const char *at = suffix ? strstr(suffix, mode) : NULL;

	at = at ? at + strlen(mode) : "";
	if (!strncmp(at, "-vfio", 5))
		at += 5;
	return at + (*at == '-');
}

static struct bt_lab_run *new_compiling(const struct bt_lab_source *source,
					enum bt_lab_benchmark benchmark, unsigned number)
{
	struct bt_lab_run *run = bt_lab_import_run(source, benchmark, number + 1);
	const char *target = bt_json_get_string(source->args, "target");
	const char *more = behind_mode(source);
	char label[BT_LAB_TEXT];

	/* There is no other by which a build could be measured, and it is called so with us. */
	if (!strcmp(source->mode, "virtio-mem") || !strcmp(source->mode, "virtio-mem+vfio"))
		snprintf(run->mode, sizeof(run->mode), "virtio-mem-auto%s",
			 source->mode + strlen("virtio-mem"));
	snprintf(label, sizeof(label), "workload=%.60s%s%.40s", target ? target : "?",
		 *more ? " " : "", more);
	bt_copy_clean(run->label, sizeof(run->label), label);
	bt_lab_import_argument(run, source, "target", "workload", "");
	bt_lab_import_argument(run, source, "delay", "delay", "s");
	bt_lab_import_argument(run, source, "repeat", "builds", "");
	return run;
}

/* 1: there is no N-th run. */
static int import_guests(struct bt_lab_run *run, const struct bt_lab_source *source,
			 unsigned number, struct bt_err *err)
{
	int rc = 0;

	if (run->benchmark == BT_LAB_COMPILING)
		return add_guest(run, source->folder, 0, number, err);
	for (unsigned vm = 0; vm < FILES_MAX && !rc; vm++) {
		char *folder = bt_xasprintf("%s/vm_%u", source->folder, vm);

		rc = add_guest(run, folder, vm, number, err);
		free(folder);
		if (rc == 1 && vm)
			return 0; /* that was the last guest */
	}
	return rc;
}

int bt_lab_import_guests(struct bt_lab_runs *runs, const struct bt_lab_source *source,
			 enum bt_lab_benchmark benchmark, struct bt_err *err)
{
	for (unsigned number = 0; number < FILES_MAX; number++) {
		struct bt_lab_run *run = new_compiling(source, benchmark, number);
		int rc = import_guests(run, source, number, err);

		if (rc) {
			bt_lab_run_free(run);
			return rc < 0 ? rc : 0;
		}
		take_footprint(run);
		bt_lab_runs_add(runs, run);
	}
	return 0;
}

