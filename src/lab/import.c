// SPDX-License-Identifier: GPL-2.0
#include "lab/import.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lab/csv.h"
#include "lab/curve.h"
#include "lab/run_json.h"

#define META_BYTES_MAX (1u << 20)
#define FILES_MAX 1000u			/* N, and guests */
#define GIB (1024.0 * 1024 * 1024)
#define HUGE_BYTES (2.0 * 1024 * 1024)
#define PAGE_BYTES 4096.0

/* A folder that is read, and its meta.json. */
struct source {
	const char *folder;
	const struct bt_json *args, *sys;
	char mode[BT_LAB_TEXT];
	double memory_gib, target_gib;
};

/* ---- meta.json ---------------------------------------------------------------------------- */

/* A document of ours or theirs; the reader owns *root. */
static int read_json(struct bt_json_reader *reader, const char *path, const struct bt_json **root,
		     struct bt_err *err)
{
	char *text;
	ssize_t size = bt_read_file(path, META_BYTES_MAX, &text, err);

	if (size < 0)
		return (int)size;
	*root = bt_json_parse(reader, text, (size_t)size, err);
	free(text);
	if (*root)
		return 0;
	err->code = EPROTO;
	return bt_err_prefix(err, "%s", path);
}

/* Of lscpu's list of fields; "" where there is none. */
static const char *cpu_field(const struct bt_json *sys, const char *name)
{
	const struct bt_json *fields = bt_json_get_array(sys, "lscpu");

	for (const struct bt_json *f = fields ? fields->child : NULL; f; f = f->next) {
		const char *field = bt_json_get_string(f, "field");
		const char *data = bt_json_get_string(f, "data");

		if (field && data && !strcmp(field, name))
			return data;
	}
	return "";
}

static uint32_t cpu_number(const struct bt_json *sys, const char *name)
{
	uint64_t number;

	return bt_parse_u64(cpu_field(sys, name), &number) || number > BT_MAX_CPUS ?
	       0 : (uint32_t)number;
}

/* "240520-195821", which they took in the time zone of their machine; 0: not said. */
static int64_t start_utc_ns(const struct bt_json *sys)
{
	const char *text = bt_json_get_string(sys, "time");
	struct tm tm = { 0 };

	if (!text || !strptime(text, "%y%m%d-%H%M%S", &tm))
		return 0;
	return (int64_t)timegm(&tm) * (int64_t)BT_NS_PER_S;
}

/* "Linux HOST RELEASE ..." and the rest of what they wrote of the host. */
static void take_host(struct bt_machine *host, const struct bt_json *sys)
{
	const char *uname = bt_json_get_string(sys, "uname");
	char name[BT_NAME] = "", kernel[sizeof(host->kernel)] = "";
	uint64_t memory_bytes;

	if (uname && sscanf(uname, "%*s %63s %127s", name, kernel) == 2) {
		bt_copy_clean(host->host, sizeof(host->host), name);
		bt_copy_clean(host->kernel, sizeof(host->kernel), kernel);
	}
	bt_copy_clean(host->cpu_model, sizeof(host->cpu_model), cpu_field(sys, "Model name:"));
	host->cpu_count = cpu_number(sys, "CPU(s):");
	host->node_count = cpu_number(sys, "NUMA node(s):");
	if (bt_json_get_u64(bt_json_get_object(sys, "meminfo"), "MemTotal", &memory_bytes))
		host->memory_bytes = memory_bytes;
}

static void add_argument(struct bt_lab_run *run, const struct source *source, const char *theirs,
			 const char *ours, const char *unit)
{
	const struct bt_json *value = bt_json_get(source->args, theirs);

	if (value && (value->type == BT_JSON_NUMBER || value->type == BT_JSON_STRING))
		bt_lab_run_parameter(run, ours, "%s%s", value->string, unit);
}

static struct bt_lab_run *new_run(const struct source *source, enum bt_lab_benchmark benchmark,
				  unsigned repetition)
{
	struct bt_lab_run *run = bt_lab_run_create(benchmark, source->mode);

	run->repetition = repetition;
	run->begin_utc_ns = run->end_utc_ns = start_utc_ns(source->sys);
	bt_copy_clean(run->accel, sizeof(run->accel), "kvm");
	take_host(&run->host, source->sys);
	add_argument(run, source, "mem", "memory", "G");
	add_argument(run, source, "cores", "cpus", "");
	return run;
}

/* What stands behind the mode in the name that they gave the folder: "o0-d100-c32". */
static const char *behind_mode(const struct source *source)
{
	const char *suffix = bt_json_get_string(source->args, "suffix");
	const char *mode = bt_json_get_string(source->args, "mode");
	const char *at = suffix ? strstr(suffix, mode) : NULL;

	at = at ? at + strlen(mode) : "";
	if (!strncmp(at, "-vfio", 5))
		at += 5;
	return at + (*at == '-');
}

/* The name of the mode here. */
static int take_mode(struct source *source, struct bt_err *err)
{
	const char *mode = bt_json_get_string(source->args, "mode");
	const struct bt_json *vfio = bt_json_get(source->args, "vfio");
	const struct bt_json *device = bt_json_get(source->args, "vfio_dev");
	bool with_device = (vfio && vfio->type != BT_JSON_NULL) ||
			   (device && device->type != BT_JSON_NULL);

	if (!mode || !bt_json_get_double(source->args, "mem", &source->memory_gib))
		return bt_err_set(err, EPROTO, "%s/meta.json is not of hyperalloc-bench: args have "
				  "no mode and mem", source->folder);
	if (!strcmp(mode, "virtio-mem-movable"))
		mode = "virtio-mem"; /* as they called it until the memory was always movable */
	snprintf(source->mode, sizeof(source->mode), "%.100s%s", mode, with_device ? "+vfio" : "");
	source->target_gib = NAN;
	bt_json_get_double(source->args, "shrink_target", &source->target_gib);
	return 0;
}

/* ---- inflate ------------------------------------------------------------------------------ */

static void add_time(struct bt_lab_run *run, const char *ns_key, const char *bytes_key, double ns,
		     double bytes)
{
	bt_lab_run_value(run, ns_key, ns > 0 ? ns : NAN); /* 0: it was not measured */
	bt_lab_run_value(run, bytes_key, ns > 0 ? bytes : NAN);
}

static void add_iteration(struct bt_lab_run *run, const struct source *source,
			  const struct bt_lab_table *table, size_t row)
{
	double moved = (source->memory_gib - source->target_gib) * GIB;
	double touched = (source->memory_gib - 1) * GIB;

	add_time(run, "shrink_ns", "shrink_bytes", bt_lab_table_cell(table, row, 0), moved);
	add_time(run, "grow_ns", "grow_bytes", bt_lab_table_cell(table, row, 1), moved);
	add_time(run, "install_ns", "install_bytes", bt_lab_table_cell(table, row, 2), touched);
	add_time(run, "retouch_ns", "retouch_bytes", bt_lab_table_cell(table, row, 3), touched);
}

static struct bt_lab_run *new_inflate(const struct source *source, unsigned repetition)
{
	struct bt_lab_run *run = new_run(source, BT_LAB_INFLATE, repetition);
	bool nofault = false;

	bt_json_get_bool(source->args, "nofault", &nofault);
	bt_lab_run_parameter(run, "touched", nofault ? "no" : "yes");
	add_argument(run, source, "shrink_target", "target", "G");
	if (nofault)
		bt_copy_clean(run->label, sizeof(run->label), "touched=no");
	return run;
}

static int import_inflate(struct bt_lab_runs *runs, const struct source *source, const char *path,
			  struct bt_err *err)
{
	static const char *const columns[] = { "shrink", "grow", "touch", "touch2", NULL };
	struct bt_lab_run *scratch = bt_lab_run_create(BT_LAB_INFLATE, ""), *run;
	struct bt_lab_table *table = bt_lab_run_table(scratch, "out", columns);
	int rc = bt_lab_csv_read(table, path, err);
	unsigned first = table->rows > 1; /* the measured one */

	if (!rc && first) {
		run = new_inflate(source, 1);
		run->warm_up = true;
		add_iteration(run, source, table, 0);
		bt_lab_runs_add(runs, run);
	}
	if (!rc) {
		run = new_inflate(source, first + 1);
		for (size_t row = first; row < table->rows; row++)
			add_iteration(run, source, table, row);
		bt_lab_runs_add(runs, run);
	}
	bt_lab_run_free(scratch);
	return rc;
}

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

static int add_times(struct bt_lab_run *run, const char *path, unsigned vm, struct bt_err *err)
{
	struct bt_json_reader *reader = bt_json_reader_create(META_BYTES_MAX);
	const struct bt_json *times, *cpu;
	double user, system;
	int rc = read_json(reader, path, &times, err);

	if (!rc) {
		add_phases(run, times, vm);
		cpu = bt_json_get_object(times, "cpu");
		if (bt_json_get_double(cpu, "user", &user) &&
		    bt_json_get_double(cpu, "system", &system) && run->benchmark == BT_LAB_COMPILING) {
			bt_lab_run_value(run, "cpu_user_ns", user * 1e9);
			bt_lab_run_value(run, "cpu_system_ns", system * 1e9);
		}
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

static struct bt_lab_run *new_compiling(const struct source *source,
					enum bt_lab_benchmark benchmark, unsigned number)
{
	struct bt_lab_run *run = new_run(source, benchmark, number + 1);
	const char *target = bt_json_get_string(source->args, "target");
	const char *more = behind_mode(source);

	snprintf(run->label, sizeof(run->label), "workload=%.60s%s%.40s", target ? target : "?",
		 *more ? " " : "", more);
	add_argument(run, source, "target", "workload", "");
	add_argument(run, source, "delay", "delay", "s");
	add_argument(run, source, "repeat", "builds", "");
	return run;
}

/* 1: there is no N-th run. */
static int import_guests(struct bt_lab_run *run, const struct source *source, unsigned number,
			 struct bt_err *err)
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

static int import_runs(struct bt_lab_runs *runs, const struct source *source,
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

/* ---- a folder ----------------------------------------------------------------------------- */

static bool has(const struct source *source, const char *name)
{
	char *path = bt_xasprintf("%s/%s", source->folder, name);
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

static int import(struct bt_lab_runs *runs, const struct source *source, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/out.csv", source->folder);
	int rc;

	if (has(source, "out.csv"))
		rc = import_inflate(runs, source, path, err);
	else if (has(source, "out_0.csv"))
		rc = import_runs(runs, source, BT_LAB_COMPILING, err);
	else if (has(source, "vm_0"))
		rc = import_runs(runs, source, BT_LAB_MULTIVM, err);
	else
		rc = bt_err_set(err, EPROTO, "%s is neither of inflate, compiling nor multivm of "
				"hyperalloc-bench: no out.csv, out_0.csv or vm_0 is beside its "
				"meta.json", source->folder);
	free(path);
	return rc;
}

int bt_lab_import(struct bt_lab_runs *runs, const char *folder, struct bt_err *err)
{
	struct bt_json_reader *reader = bt_json_reader_create(META_BYTES_MAX);
	struct source source = { .folder = folder };
	char *path = bt_xasprintf("%s/meta.json", folder);
	const struct bt_json *root;
	int rc = read_json(reader, path, &root, err);

	if (!rc) {
		source.args = bt_json_get_object(root, "args");
		source.sys = bt_json_get_object(root, "sys");
		rc = take_mode(&source, err);
	}
	if (!rc)
		rc = import(runs, &source, err);
	bt_json_reader_free(reader);
	free(path);
	return rc;
}
