// SPDX-License-Identifier: GPL-2.0
#include "bench/samples.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/kbench_doc.h"
#include "bench/result_json.h"
#include "bench/samples_build.h"
#include "lab/run_json.h"

/* So much of a document tells its kind: the name of the schema stands in front. */
#define BEGIN_BYTES 4096

const char *const bt_samples_kind_name[] = {
	[BT_SAMPLES_RESULT] = "result",
	[BT_SAMPLES_RECORDING] = "recording",
	[BT_SAMPLES_PAB] = "page_alloc_bench",
	[BT_SAMPLES_KBENCH] = "microbenchmark",
	[BT_SAMPLES_LAB] = "run of the lab",
};

/* ---- building ---------------------------------------------------------------------------- */

struct bt_samples *bt_samples_create(const char *path, enum bt_samples_kind kind)
{
	struct bt_samples *samples = bt_xcalloc(1, sizeof(*samples));

	samples->path = bt_xstrdup(path);
	samples->kind = kind;
	samples->plan = bt_xstrdup("");
	samples->independent = true;
	samples->machine.memory_bytes = BT_UNKNOWN;
	samples->machine.cpu_count = BT_UNKNOWN;
	samples->machine.node_count = BT_UNKNOWN;
	return samples;
}

void bt_samples_free(struct bt_samples *samples)
{
	if (!samples)
		return;
	for (size_t i = 0; i < samples->series_count; i++) {
		free(samples->series[i].config);
		free(samples->series[i].metric);
		free(samples->series[i].values);
	}
	for (unsigned i = 0; i < BT_FACT_COUNT; i++)
		free(samples->facts[i]);
	free(samples->series);
	free(samples->plan);
	free(samples->path);
	free(samples);
}

const char *const bt_samples_fact_name[BT_FACT_COUNT] = {
	[BT_FACT_THP] = "transparent huge pages", [BT_FACT_GOVERNOR] = "governor",
	[BT_FACT_SMT] = "SMT", [BT_FACT_COMMAND_LINE] = "kernel command line",
	[BT_FACT_MICROCODE] = "microcode", [BT_FACT_MODULE] = "version of the module",
	[BT_FACT_ABI] = "ABI of the module", [BT_FACT_INIT_ON_ALLOC] = "init_on_alloc",
	[BT_FACT_INTERVAL] = "sampling interval", [BT_FACT_CLOCK] = "clock of the module",
	[BT_FACT_QEMU] = "QEMU", [BT_FACT_HOST_KERNEL] = "kernel of the host",
};

void bt_samples_fact(struct bt_samples *samples, enum bt_samples_fact fact, const char *text)
{
	if (*text && !samples->facts[fact])
		samples->facts[fact] = bt_xstrdup(text);
}

static void add_facts(struct bt_samples *samples, const struct bt_machine *machine)
{
	char abi[16];

	bt_samples_fact(samples, BT_FACT_THP, machine->thp);
	bt_samples_fact(samples, BT_FACT_GOVERNOR, machine->governor);
	bt_samples_fact(samples, BT_FACT_SMT, machine->smt);
	bt_samples_fact(samples, BT_FACT_COMMAND_LINE, machine->command_line);
	bt_samples_fact(samples, BT_FACT_MICROCODE, machine->microcode);
	bt_samples_fact(samples, BT_FACT_MODULE, machine->module_version);
	if (!machine->abi_version)
		return; /* no module, no features */
	snprintf(abi, sizeof(abi), "%u", machine->abi_version);
	bt_samples_fact(samples, BT_FACT_ABI, abi);
	bt_samples_fact(samples, BT_FACT_INIT_ON_ALLOC,
			machine->features & BT_FEATURE_INIT_ON_ALLOC ? "on" : "off");
}

void bt_samples_machine(struct bt_samples *samples, const struct bt_machine *machine)
{
	bt_copy_clean(samples->machine.host, sizeof(samples->machine.host), machine->host);
	bt_copy_clean(samples->machine.kernel, sizeof(samples->machine.kernel), machine->kernel);
	bt_copy_clean(samples->machine.cpu_model, sizeof(samples->machine.cpu_model),
		      machine->cpu_model);
	bt_copy_clean(samples->machine.source, sizeof(samples->machine.source), machine->source);
	bt_copy_clean(samples->machine.accel, sizeof(samples->machine.accel), machine->accel);
	samples->machine.memory_bytes = machine->memory_bytes;
	samples->machine.cpu_count = machine->cpu_count;
	samples->machine.node_count = machine->node_count;
	samples->machine.reality = machine->reality;
	samples->machine.known = true;
	add_facts(samples, machine);
}

static struct bt_samples_series *find(const struct bt_samples *samples, const char *config,
				      const char *metric)
{
	for (size_t i = 0; i < samples->series_count; i++) {
		if (!strcmp(samples->series[i].metric, metric) &&
		    !strcmp(samples->series[i].config, config))
			return &samples->series[i];
	}
	return NULL;
}

const struct bt_samples_series *bt_samples_find(const struct bt_samples *samples,
						const char *config, const char *metric)
{
	return find(samples, config, metric);
}

struct bt_samples_series *bt_samples_series(struct bt_samples *samples, const char *config,
					    const char *metric, const char *label, enum bt_unit unit,
					    enum bt_better better)
{
	struct bt_samples_series *series = find(samples, config, metric);

	if (series)
		return series;
	samples->series = bt_xrealloc(samples->series, samples->series_count + 1, sizeof(*series));
	series = &samples->series[samples->series_count++];
	*series = (struct bt_samples_series){
		.config = bt_xstrdup(config), .metric = bt_xstrdup(metric), .label = label,
		.unit = unit, .better = better,
	};
	return series;
}

void bt_samples_value(struct bt_samples_series *series, double value)
{
	if (isnan(value))
		return;
	series->values = bt_xrealloc(series->values, series->count + 1, sizeof(value));
	series->values[series->count++] = value;
}

/* ---- what kind of document --------------------------------------------------------------- */

static ssize_t read_begin(const char *path, char *text, size_t size, struct bt_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return bt_err_set(err, errno, "cannot open %s: %s", path, strerror(errno));
	got = read(fd, text, size);
	if (got < 0)
		got = bt_err_set(err, errno, "cannot read %s: %s", path, strerror(errno));
	close(fd);
	return got;
}

static bool kind_of_object(const struct bt_json *root, enum bt_samples_kind *kind,
			   char schema[BT_NAME])
{
	const char *name = bt_json_get_string(bt_json_get_object(root, "schema"), "name");

	if (name)
		bt_copy_clean(schema, BT_NAME, name);
	if (bt_json_get_object(root, "hello"))
		*kind = BT_SAMPLES_RECORDING;
	else if (name && !strcmp(name, BT_RESULT_SCHEMA))
		*kind = BT_SAMPLES_RESULT;
	else if (name && !strcmp(name, BT_KBENCH_SCHEMA))
		*kind = BT_SAMPLES_KBENCH;
	else if (name && !strcmp(name, BT_LAB_SCHEMA))
		*kind = BT_SAMPLES_LAB;
	else
		return false;
	return true;
}

/* A recording is one by its first line, everything else by the beginning of the whole. */
static int kind_of_file(const char *path, enum bt_samples_kind *kind, struct bt_err *err)
{
	char text[BEGIN_BYTES], schema[BT_NAME] = "";
	ssize_t size = read_begin(path, text, sizeof(text), err);
	struct bt_json_reader *reader;
	const struct bt_json *root;
	const char *line_end;
	int rc = 0;

	if (size < 0)
		return (int)size;
	line_end = memchr(text, '\n', (size_t)size);
	reader = bt_json_reader_create(sizeof(text));
	root = line_end ? bt_json_parse_begin(reader, text, (size_t)(line_end - text)) : NULL;
	if (!kind_of_object(root, kind, schema)) {
		root = bt_json_parse_begin(reader, text, (size_t)size);
		if (!root || root->type != BT_JSON_OBJECT)
			rc = bt_err_set(err, EPROTO, "%s is no result, recording or document of "
					"page_alloc_bench", path);
		else if (!kind_of_object(root, kind, schema))
			*kind = BT_SAMPLES_PAB;
	}
	if (!rc && *schema && *kind == BT_SAMPLES_PAB)
		rc = bt_err_set(err, EPROTO, "%s is a %s: results (buddytop-result), microbenchmarks "
				"(buddytop-kbench), runs of the lab (buddytop-lab), recordings and "
				"documents of page_alloc_bench can be compared", path, schema);
	bt_json_reader_free(reader);
	return rc;
}

int bt_samples_kind_of(const char *path, enum bt_samples_kind *kind, struct bt_err *err)
{
	struct stat status;

	if (stat(path, &status) || !S_ISDIR(status.st_mode))
		return kind_of_file(path, kind, err);
	*kind = BT_SAMPLES_LAB;
	return 0;
}

int bt_samples_read(struct bt_samples **samples, const char *path, struct bt_err *err)
{
	static int (*const readers[])(struct bt_samples *samples, struct bt_err *err) = {
		[BT_SAMPLES_RESULT] = bt_samples_read_result,
		[BT_SAMPLES_RECORDING] = bt_samples_read_recording,
		[BT_SAMPLES_PAB] = bt_samples_read_pab,
		[BT_SAMPLES_KBENCH] = bt_samples_read_kbench,
		[BT_SAMPLES_LAB] = bt_samples_read_lab,
	};
	struct bt_samples *read;
	enum bt_samples_kind kind;
	int rc = bt_samples_kind_of(path, &kind, err);

	if (rc)
		return rc;
	read = bt_samples_create(path, kind);
	rc = readers[kind](read, err);
	if (!rc && !read->series_count)
		rc = bt_err_set(err, ENODATA, "%s has no numbers that could be compared", path);
	if (rc) {
		bt_samples_free(read);
		return rc;
	}
	*samples = read;
	return 0;
}
