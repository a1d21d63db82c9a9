// SPDX-License-Identifier: GPL-2.0
#include "lab/metric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab/curve.h"

#define GIB_MIN (1024.0 * 1024 * 1024 * 60e9)	/* in bytes * ns */
#define SLOWEST 0.01

typedef const struct bt_lab_metric_kind *kind_t;
typedef const struct bt_lab_run *run_t;

const char *const bt_lab_kernel_name[BT_LAB_KERNELS] = {
	[BT_LAB_COPY] = "copy", [BT_LAB_SCALE] = "scale", [BT_LAB_ADD] = "add",
	[BT_LAB_TRIAD] = "triad",
};

/* ---- numbers of iterations ---------------------------------------------------------------- */

static unsigned one(double value, double **values)
{
	if (isnan(value))
		return 0;
	*values = bt_xcalloc(1, sizeof(**values));
	**values = value;
	return 1;
}

static unsigned written(kind_t kind, run_t run, double **values)
{
	const struct bt_lab_metric *metric = bt_lab_run_metric(run, kind->key);
	unsigned count = metric ? metric->count : 0;

	*values = bt_xcalloc(count ? count : 1, sizeof(**values));
	if (count)
		memcpy(*values, metric->values, count * sizeof(**values));
	return count;
}

/* Of two metrics, as far as both go, by function. */
static unsigned both(run_t run, const char *a_key, const char *b_key,
		     double (*function)(double a, double b), double **values)
{
	const struct bt_lab_metric *a = bt_lab_run_metric(run, a_key);
	const struct bt_lab_metric *b = bt_lab_run_metric(run, b_key);
	unsigned count = !a || !b ? 0 : a->count < b->count ? a->count : b->count;

	*values = bt_xcalloc(count ? count : 1, sizeof(**values));
	for (unsigned i = 0; i < count; i++)
		(*values)[i] = function(a->values[i], b->values[i]);
	return count;
}

static double per_s(double bytes, double ns)
{
	return ns > 0 ? bytes / ns * BT_NS_PER_S : NAN;
}

static double minus(double a, double b)
{
	return a - b;
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

static unsigned speed(kind_t kind, run_t run, double **values)
{
	return both(run, kind->bytes, kind->ns, per_s, values);
}

static unsigned freed(kind_t kind, run_t run, double **values)
{
	(void)kind;
	return both(run, "rss_before_bytes", "rss_after_bytes", minus, values);
}

static unsigned freed_ratio(kind_t kind, run_t run, double **values)
{
	const struct bt_lab_metric *moved = bt_lab_run_metric(run, "shrink_bytes");
	unsigned count = freed(kind, run, values);

	if (!moved || moved->count < count)
		count = moved ? moved->count : 0;
	for (unsigned i = 0; i < count; i++)
		(*values)[i] = ratio((*values)[i], moved->values[i]);
	return count;
}

/* A byte takes the time of its return, and then that of its first touch. */
static unsigned return_install(kind_t kind, run_t run, double **values)
{
	double *grow, *install;
	unsigned grown = both(run, "grow_bytes", "grow_ns", per_s, &grow);
	unsigned installed = both(run, "install_bytes", "install_ns", per_s, &install);
	unsigned count = grown < installed ? grown : installed;

	(void)kind;
	for (unsigned i = 0; i < count; i++)
		grow[i] = 1 / (1 / grow[i] + 1 / install[i]);
	free(install);
	*values = grow;
	return count;
}

/* ---- stream and ftq ----------------------------------------------------------------------- */

/* The bandwidth of each iteration of a kernel; how many there are. */
static size_t bandwidths(run_t run, enum bt_lab_kernel kernel, double **values)
{
	const struct bt_lab_table *table = bt_lab_run_find_table(run, "stream");
	int of = table ? bt_lab_table_column(table, "kernel") : -1;
	int begin = table ? bt_lab_table_column(table, "begin_ns") : -1;
	int end = table ? bt_lab_table_column(table, "end_ns") : -1;
	int bytes = table ? bt_lab_table_column(table, "bytes") : -1;
	size_t count = 0;

	*values = bt_xcalloc(table && table->rows ? table->rows : 1, sizeof(**values));
	for (size_t i = 0; of >= 0 && i < table->rows; i++) {
		double speed = per_s(bt_lab_table_cell(table, i, bytes),
				     bt_lab_table_cell(table, i, end) -
				     bt_lab_table_cell(table, i, begin));

		if (bt_lab_table_cell(table, i, of) == kernel && !isnan(speed))
			(*values)[count++] = speed;
	}
	return count;
}

static size_t works(run_t run, double **values)
{
	const struct bt_lab_table *table = bt_lab_run_find_table(run, "ftq");
	int column = table ? bt_lab_table_column(table, "work") : -1;
	size_t count = 0;

	*values = bt_xcalloc(table && table->rows ? table->rows : 1, sizeof(**values));
	for (size_t i = 0; column >= 0 && i < table->rows; i++) {
		double work = bt_lab_table_cell(table, i, column);

		if (!isnan(work))
			(*values)[count++] = work;
	}
	return count;
}

static double mean(double *values, size_t count)
{
	struct bt_summary summary;

	bt_stats_summary(values, count, &summary);
	return summary.mean;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts them. */
static double percentile_1(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), ascending);
	return bt_stats_quantile(values, count, SLOWEST);
}

static double total(double *values, size_t count)
{
	return mean(values, count) * (double)count;
}

static unsigned stream(kind_t kind, run_t run, double **values)
{
	double *all;
	size_t count = bandwidths(run, kind->kernel, &all);
	double value = kind->reduce(all, count);

	free(all);
	return one(value, values);
}

static unsigned ftq(kind_t kind, run_t run, double **values)
{
	double *all;
	size_t count = works(run, &all);
	double value = kind->reduce(all, count);

	free(all);
	return one(value, values);
}

/* ---- footprint ---------------------------------------------------------------------------- */

static unsigned footprint(kind_t kind, run_t run, double **values)
{
	static const struct bt_lab_metric_kind byte_ns = { .key = "footprint_byte_ns" };
	unsigned count = written(&byte_ns, run, values);

	(void)kind;
	for (unsigned i = 0; i < count; i++)
		(*values)[i] /= GIB_MIN;
	return count;
}

/* Share of the free memory that no huge page can be made of, mean over the samples. */
static unsigned unusable(kind_t kind, run_t run, double **values)
{
	struct bt_lab_curve curve;
	double value;

	(void)kind;
	bt_lab_curve(run, "unusable", 0, &curve);
	value = mean(curve.value, curve.count);
	bt_lab_curve_free(&curve);
	return one(value, values);
}

/* ---- the table ---------------------------------------------------------------------------- */

#define INFLATE (1u << BT_LAB_INFLATE)
#define STREAM (1u << BT_LAB_STREAM)
#define FTQ (1u << BT_LAB_FTQ)
#define COMPILING (1u << BT_LAB_COMPILING)
#define MULTIVM (1u << BT_LAB_MULTIVM)

#define METRIC(key_, label_, unit_, better_, benchmarks_, compute_, ...) \
	{ .key = key_, .label = label_, .unit = BT_UNIT_##unit_, .better = BT_BETTER_##better_, \
	  .benchmarks = benchmarks_, .compute = compute_, ##__VA_ARGS__ }
#define WRITTEN(key, label, unit, better, benchmarks, ...) \
	METRIC(key, label, unit, better, benchmarks, written, ##__VA_ARGS__)
#define SPEED(key, label, bytes_, ns_, ...) \
	METRIC(key, label, BYTES_PER_S, MORE, INFLATE, speed, .bytes = bytes_, .ns = ns_, \
	       ##__VA_ARGS__)
#define BANDWIDTH(key, label, reduce_, kernel_) \
	METRIC(key, label, BYTES_PER_S, MORE, STREAM, stream, .reduce = reduce_, \
	       .kernel = BT_LAB_##kernel_)
#define WORK(key, label, reduce_) \
	METRIC(key, label, COUNT, MORE, FTQ, ftq, .reduce = reduce_)
#define DETAIL .detail = true

const struct bt_lab_metric_kind bt_lab_metric_kinds[] = {
	SPEED("shrink_bytes_per_s", "shrink speed", "shrink_bytes", "shrink_ns"),
	SPEED("grow_bytes_per_s", "grow speed", "grow_bytes", "grow_ns"),
	SPEED("install_bytes_per_s", "install speed", "install_bytes", "install_ns"),
	METRIC("return_install_bytes_per_s", "grow and install speed", BYTES_PER_S, MORE, INFLATE,
	       return_install),
	SPEED("retouch_bytes_per_s", "re-touch speed", "retouch_bytes", "retouch_ns"),
	SPEED("shrink_device_bytes_per_s", "shrink speed, device", "shrink_bytes",
	      "shrink_device_ns"),
	SPEED("grow_device_bytes_per_s", "grow speed, device", "grow_bytes", "grow_device_ns"),
	WRITTEN("shrink_ns", "shrink", NS, LESS, INFLATE),
	WRITTEN("grow_ns", "grow", NS, LESS, INFLATE),
	WRITTEN("install_ns", "install", NS, LESS, INFLATE),
	WRITTEN("retouch_ns", "re-touch", NS, LESS, INFLATE, DETAIL),
	WRITTEN("shrink_device_ns", "shrink, device", NS, LESS, INFLATE, DETAIL),
	WRITTEN("grow_device_ns", "grow, device", NS, LESS, INFLATE, DETAIL),
	WRITTEN("shrink_bytes", "shrunk by", BYTES, NEITHER, INFLATE, DETAIL),
	WRITTEN("grow_bytes", "grown by", BYTES, NEITHER, INFLATE, DETAIL),
	WRITTEN("install_bytes", "installed", BYTES, NEITHER, INFLATE, DETAIL),
	WRITTEN("retouch_bytes", "re-touched", BYTES, NEITHER, INFLATE, DETAIL),
	WRITTEN("rss_before_bytes", "QEMU before shrinking", BYTES, NEITHER, INFLATE, DETAIL),
	WRITTEN("rss_after_bytes", "QEMU after shrinking", BYTES, LESS, INFLATE, DETAIL),
	METRIC("rss_freed_bytes", "host memory freed", BYTES, MORE, INFLATE, freed),
	METRIC("rss_freed_ratio", "freed of what was asked", RATIO, MORE, INFLATE, freed_ratio),

	BANDWIDTH("stream_copy_bytes_per_s", "copy bandwidth", mean, COPY),
	BANDWIDTH("stream_copy_p1_bytes_per_s", "copy bandwidth p1", percentile_1, COPY),
	BANDWIDTH("stream_scale_bytes_per_s", "scale bandwidth", mean, SCALE),
	BANDWIDTH("stream_scale_p1_bytes_per_s", "scale bandwidth p1", percentile_1, SCALE),
	BANDWIDTH("stream_add_bytes_per_s", "add bandwidth", mean, ADD),
	BANDWIDTH("stream_add_p1_bytes_per_s", "add bandwidth p1", percentile_1, ADD),
	BANDWIDTH("stream_triad_bytes_per_s", "triad bandwidth", mean, TRIAD),
	BANDWIDTH("stream_triad_p1_bytes_per_s", "triad bandwidth p1", percentile_1, TRIAD),

	WORK("ftq_work", "work of a quantum", mean),
	WORK("ftq_p1_work", "work of a quantum p1", percentile_1),
	WORK("ftq_total_work", "work", total),

	METRIC("footprint_gib_min", "footprint", GIB_MIN, LESS, COMPILING | MULTIVM, footprint),
	WRITTEN("peak_bytes", "peak", BYTES, LESS, COMPILING | MULTIVM),
	WRITTEN("runtime_ns", "runtime", NS, LESS, COMPILING),
	WRITTEN("cpu_user_ns", "CPU user", NS, LESS, COMPILING | MULTIVM),
	WRITTEN("cpu_system_ns", "CPU system", NS, LESS, COMPILING | MULTIVM),
	WRITTEN("delay_bytes", "after the delay", BYTES, LESS, COMPILING),
	WRITTEN("clean_bytes", "after cleaning", BYTES, LESS, COMPILING),
	WRITTEN("drop_bytes", "after dropping caches", BYTES, LESS, COMPILING),
	METRIC("unusable_ratio", "unusable for huge pages", RATIO, LESS, COMPILING, unusable,
	       DETAIL),
};

const unsigned bt_lab_metric_kind_count = BT_ARRAY_SIZE(bt_lab_metric_kinds);

const struct bt_lab_metric_kind *bt_lab_metric_kind_find(const char *key)
{
	for (unsigned i = 0; i < bt_lab_metric_kind_count; i++) {
		if (!strcmp(bt_lab_metric_kinds[i].key, key))
			return &bt_lab_metric_kinds[i];
	}
	return NULL;
}

unsigned bt_lab_values(const struct bt_lab_metric_kind *kind, const struct bt_lab_run *run,
		       double **values)
{
	*values = NULL;
	if (run->end != BT_LAB_OK || !(kind->benchmarks >> run->benchmark & 1))
		return 0;
	return kind->compute(kind, run, values);
}

const char *bt_lab_metric_text(const struct bt_lab_metric_kind *kind, double value, char *buf,
			       size_t size)
{
	static const struct bt_units units = { 0 };
	const struct bt_metric shown = { .unit = kind->unit };

	return bt_metric_text(&shown, &units, value, buf, size);
}

/* ---- statistics --------------------------------------------------------------------------- */

void bt_lab_statistics(const double *values, size_t count, double confidence, uint64_t seed,
		       struct bt_lab_statistics *statistics)
{
	double *known = bt_xcalloc(count ? count : 1, sizeof(*known));
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isnan(values[i]))
			known[used++] = values[i];
	}
	bt_stats_summary(known, used, &statistics->summary);
	statistics->mean_ci = bt_stats_mean_ci(known, used, confidence);
	statistics->median_ci = (struct bt_ci){ NAN, NAN };
	if (used >= BT_MEDIAN_CI_VALUES)
		statistics->median_ci = bt_stats_median_ci(known, used, confidence, seed);
	statistics->p1 = percentile_1(known, used);
	free(known);
}
