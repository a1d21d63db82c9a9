// SPDX-License-Identifier: GPL-2.0
#include "lab/run.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const bt_lab_benchmark_name[BT_LAB_BENCHMARKS] = {
	[BT_LAB_INFLATE] = "inflate", [BT_LAB_STREAM] = "stream", [BT_LAB_FTQ] = "ftq",
	[BT_LAB_COMPILING] = "compiling", [BT_LAB_MULTIVM] = "multivm",
};

const char *const bt_lab_end_name[BT_LAB_ENDS] = {
	[BT_LAB_OK] = "ok",
	[BT_LAB_INTERRUPTED] = "interrupted",
	[BT_LAB_NO_PARTS] = "parts-missing",
	[BT_LAB_NO_MEMORY] = "host-memory",
	[BT_LAB_NO_BOOT] = "not-booted",
	[BT_LAB_PANIC] = "guest-panic",
	[BT_LAB_QEMU_ENDED] = "qemu-ended",
	[BT_LAB_QMP_LOST] = "qmp-lost",
	[BT_LAB_NO_TARGET] = "target-not-reached",
	[BT_LAB_WORKLOAD] = "workload-failed",
	[BT_LAB_UNAVAILABLE] = "unavailable",
	[BT_LAB_NO_SPACE] = "results-not-written",
	[BT_LAB_DISK_FULL] = "disk-full",
};

struct bt_lab_run *bt_lab_run_create(enum bt_lab_benchmark benchmark, const char *mode)
{
	struct bt_lab_run *run = bt_xcalloc(1, sizeof(*run));

	run->benchmark = benchmark;
	bt_copy_clean(run->mode, sizeof(run->mode), mode);
	run->repetition = 1;
	return run;
}

static void free_table(struct bt_lab_table *table)
{
	for (unsigned i = 0; i < table->column_count; i++)
		free(table->columns[i]);
	free(table->cells);
	free(table->name);
}

void bt_lab_run_free(struct bt_lab_run *run)
{
	if (!run)
		return;
	for (unsigned i = 0; i < run->parameter_count; i++) {
		free(run->parameters[i].name);
		free(run->parameters[i].value);
	}
	for (unsigned i = 0; i < run->metric_count; i++) {
		free(run->metrics[i].key);
		free(run->metrics[i].values);
	}
	for (unsigned i = 0; i < run->table_count; i++)
		free_table(&run->tables[i]);
	free(run->parameters);
	free(run->metrics);
	free(run->marks);
	free(run);
}

/* ---- parameters --------------------------------------------------------------------------- */

static struct bt_lab_parameter *find_parameter(const struct bt_lab_run *run, const char *name)
{
	for (unsigned i = 0; i < run->parameter_count; i++) {
		if (!strcmp(run->parameters[i].name, name))
			return &run->parameters[i];
	}
	return NULL;
}

static struct bt_lab_parameter *add_parameter(struct bt_lab_run *run, const char *name)
{
	struct bt_lab_parameter *parameter;

	run->parameters = bt_xrealloc(run->parameters, run->parameter_count + 1,
				      sizeof(*run->parameters));
	parameter = &run->parameters[run->parameter_count++];
	*parameter = (struct bt_lab_parameter){ .name = bt_xstrdup(name) };
	return parameter;
}

const char *bt_lab_run_parameter_value(const struct bt_lab_run *run, const char *name)
{
	const struct bt_lab_parameter *parameter = find_parameter(run, name);

	return parameter ? parameter->value : NULL;
}

void bt_lab_run_parameter(struct bt_lab_run *run, const char *name, const char *format, ...)
{
	struct bt_lab_parameter *parameter = find_parameter(run, name);
	char text[BT_ERR_TEXT], clean[BT_ERR_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	bt_copy_clean(clean, sizeof(clean), text);
	if (!parameter)
		parameter = add_parameter(run, name);
	free(parameter->value);
	parameter->value = bt_xstrdup(clean);
}

void bt_lab_run_noise(struct bt_lab_run *run, const char *text)
{
	char clean[BT_ERR_TEXT];

	bt_copy_clean(clean, sizeof(clean), text);
	add_parameter(run, BT_LAB_NOISE)->value = bt_xstrdup(clean);
}

/* ---- metrics ------------------------------------------------------------------------------ */

const struct bt_lab_metric *bt_lab_run_metric(const struct bt_lab_run *run, const char *key)
{
	for (unsigned i = 0; i < run->metric_count; i++) {
		if (!strcmp(run->metrics[i].key, key))
			return &run->metrics[i];
	}
	return NULL;
}

void bt_lab_run_value(struct bt_lab_run *run, const char *key, double value)
{
	const struct bt_lab_metric *there = bt_lab_run_metric(run, key);
	struct bt_lab_metric *metric;

	if (there) {
		metric = &run->metrics[there - run->metrics];
	} else {
		run->metrics = bt_xrealloc(run->metrics, run->metric_count + 1,
					   sizeof(*run->metrics));
		metric = &run->metrics[run->metric_count++];
		*metric = (struct bt_lab_metric){ .key = bt_xstrdup(key) };
	}
	metric->values = bt_xrealloc(metric->values, metric->count + 1, sizeof(*metric->values));
	metric->values[metric->count++] = value;
}

/* ---- tables ------------------------------------------------------------------------------- */

const struct bt_lab_table *bt_lab_run_find_table(const struct bt_lab_run *run, const char *name)
{
	for (unsigned i = 0; i < run->table_count; i++) {
		if (!strcmp(run->tables[i].name, name))
			return &run->tables[i];
	}
	return NULL;
}

struct bt_lab_table *bt_lab_run_table(struct bt_lab_run *run, const char *name,
				      const char *const *columns)
{
	const struct bt_lab_table *there = bt_lab_run_find_table(run, name);
	struct bt_lab_table *table;

	if (there)
		return &run->tables[there - run->tables];
	if (run->table_count == BT_LAB_TABLES_MAX)
		return NULL;
	table = &run->tables[run->table_count++];
	*table = (struct bt_lab_table){ .name = bt_xstrdup(name) };
	while (columns[table->column_count] && table->column_count < BT_LAB_COLUMNS_MAX) {
		table->columns[table->column_count] = bt_xstrdup(columns[table->column_count]);
		table->column_count++;
	}
	return table;
}

bool bt_lab_table_add(struct bt_lab_table *table, const double *cells)
{
	if (table->rows == BT_LAB_ROWS_MAX)
		return false;
	if (table->rows == table->capacity) {
		table->capacity = table->capacity ? 2 * table->capacity : 64;
		table->cells = bt_xrealloc(table->cells, table->capacity,
					   table->column_count * sizeof(*cells));
	}
	memcpy(&table->cells[table->rows++ * table->column_count], cells,
	       table->column_count * sizeof(*cells));
	return true;
}

int bt_lab_table_column(const struct bt_lab_table *table, const char *name)
{
	for (unsigned i = 0; i < table->column_count; i++) {
		if (!strcmp(table->columns[i], name))
			return (int)i;
	}
	return -1;
}

double bt_lab_table_cell(const struct bt_lab_table *table, size_t row, int column)
{
	return column < 0 ? NAN : table->cells[row * table->column_count + (unsigned)column];
}

/* ---- marks -------------------------------------------------------------------------------- */

struct bt_lab_mark *bt_lab_run_mark(struct bt_lab_run *run, const char *kind, double begin_ns,
				    double end_ns)
{
	struct bt_lab_mark *mark;

	run->marks = bt_xrealloc(run->marks, run->mark_count + 1, sizeof(*run->marks));
	mark = &run->marks[run->mark_count++];
	*mark = (struct bt_lab_mark){ .begin_ns = begin_ns, .end_ns = end_ns, .bytes = NAN };
	bt_copy_clean(mark->kind, sizeof(mark->kind), kind);
	return mark;
}

const struct bt_lab_mark *bt_lab_run_find_mark(const struct bt_lab_run *run, const char *kind,
					       unsigned vm)
{
	for (unsigned i = 0; i < run->mark_count; i++) {
		if (run->marks[i].vm == vm && !strcmp(run->marks[i].kind, kind))
			return &run->marks[i];
	}
	return NULL;
}
