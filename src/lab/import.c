// SPDX-License-Identifier: GPL-2.0
#include "lab/import.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lab/csv.h"
#include "lab/import_source.h"

#define GIB (1024.0 * 1024 * 1024)

/* ---- meta.json ---------------------------------------------------------------------------- */

int bt_lab_import_json(struct bt_json_reader *reader, const char *path,
		       const struct bt_json **root, struct bt_err *err)
{
	char *text;
	ssize_t size = bt_read_file(path, BT_LAB_IMPORT_BYTES_MAX, &text, err);

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

/* 0: it is not there, or more than a machine of ours has. */
static uint32_t cpu_number(const struct bt_json *sys, const char *name, uint32_t max)
{
	uint64_t number;

	return bt_parse_u64(cpu_field(sys, name), &number) || number > max ?
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
	host->cpu_count = cpu_number(sys, "CPU(s):", BT_MAX_CPUS);
	host->node_count = cpu_number(sys, "NUMA node(s):", BT_MAX_NODES);
	host->page_bytes = 4096; /* their devices are of x86 */
	if (bt_json_get_u64(bt_json_get_object(sys, "meminfo"), "MemTotal", &memory_bytes))
		host->memory_bytes = memory_bytes;
}

void bt_lab_import_argument(struct bt_lab_run *run, const struct bt_lab_source *source,
			    const char *theirs, const char *ours, const char *unit)
{
	const struct bt_json *value = bt_json_get(source->args, theirs);

	if (value && (value->type == BT_JSON_NUMBER || value->type == BT_JSON_STRING))
		bt_lab_run_parameter(run, ours, "%s%s", value->string, unit);
}

struct bt_lab_run *bt_lab_import_run(const struct bt_lab_source *source,
				     enum bt_lab_benchmark benchmark, unsigned repetition)
{
	struct bt_lab_run *run = bt_lab_run_create(benchmark, source->mode);

	run->repetition = repetition;
	run->begin_utc_ns = run->end_utc_ns = start_utc_ns(source->sys);
	bt_copy_clean(run->accel, sizeof(run->accel), "kvm");
	take_host(&run->host, source->sys);
	bt_lab_import_argument(run, source, "mem", "memory", "G");
	bt_lab_import_argument(run, source, "cores", "cpus", "");
	return run;
}

/* The name of the mode here. */
static int take_mode(struct bt_lab_source *source, struct bt_err *err)
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

static void add_iteration(struct bt_lab_run *run, const struct bt_lab_source *source,
			  const struct bt_lab_table *table, size_t row)
{
	double moved = (source->memory_gib - source->target_gib) * GIB;
	double touched = (source->memory_gib - 1) * GIB;

	add_time(run, "shrink_ns", "shrink_bytes", bt_lab_table_cell(table, row, 0), moved);
	add_time(run, "grow_ns", "grow_bytes", bt_lab_table_cell(table, row, 1), moved);
	add_time(run, "install_ns", "install_bytes", bt_lab_table_cell(table, row, 2), touched);
	add_time(run, "retouch_ns", "retouch_bytes", bt_lab_table_cell(table, row, 3), touched);
}

static struct bt_lab_run *new_inflate(const struct bt_lab_source *source, unsigned repetition)
{
	struct bt_lab_run *run = bt_lab_import_run(source, BT_LAB_INFLATE, repetition);
	bool nofault = false;

	bt_json_get_bool(source->args, "nofault", &nofault);
	bt_lab_run_parameter(run, "touched", nofault ? "no" : "yes");
	bt_lab_import_argument(run, source, "shrink_target", "target", "G");
	if (nofault)
		bt_copy_clean(run->label, sizeof(run->label), "touched=no");
	return run;
}

static int import_inflate(struct bt_lab_runs *runs, const struct bt_lab_source *source,
			  const char *path, struct bt_err *err)
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

/* ---- a folder ----------------------------------------------------------------------------- */

static bool has(const struct bt_lab_source *source, const char *name)
{
	char *path = bt_xasprintf("%s/%s", source->folder, name);
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

static int import(struct bt_lab_runs *runs, const struct bt_lab_source *source, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/out.csv", source->folder);
	int rc;

	if (has(source, "out.csv"))
		rc = import_inflate(runs, source, path, err);
	else if (has(source, "out_0.csv"))
		rc = bt_lab_import_guests(runs, source, BT_LAB_COMPILING, err);
	else if (has(source, "vm_0"))
		rc = bt_lab_import_guests(runs, source, BT_LAB_MULTIVM, err);
	else
		rc = bt_err_set(err, EPROTO, "%s is neither of inflate, compiling nor multivm of "
				"hyperalloc-bench: no out.csv, out_0.csv or vm_0 is beside its "
				"meta.json", source->folder);
	free(path);
	return rc;
}

int bt_lab_import(struct bt_lab_runs *runs, const char *folder, struct bt_err *err)
{
	struct bt_json_reader *reader = bt_json_reader_create(BT_LAB_IMPORT_BYTES_MAX);
	struct bt_lab_source source = { .folder = folder };
	char *path = bt_xasprintf("%s/meta.json", folder);
	const struct bt_json *root;
	int rc = bt_lab_import_json(reader, path, &root, err);

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
