/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The numbers of a run by name, for tables, comparison, pictures and CSV: those that a benchmark
 * wrote down, and those computed from them and from its tables. buddytop.7 gives the meaning of
 * each key. A run has a value for each iteration, or one.
 */
#ifndef BT_LAB_METRIC_H
#define BT_LAB_METRIC_H

#include "bench/stats.h"
#include "frame/metric.h"
#include "lab/run.h"

enum bt_lab_kernel { BT_LAB_COPY, BT_LAB_SCALE, BT_LAB_ADD, BT_LAB_TRIAD, BT_LAB_KERNELS };
extern const char *const bt_lab_kernel_name[BT_LAB_KERNELS];	/* "copy": of table "stream" */

struct bt_lab_metric_kind {
	const char *key;		/* "shrink_bytes_per_s" */
	const char *label;		/* "shrink speed" */
	enum bt_unit unit;
	enum bt_better better;
	unsigned benchmarks;		/* 1 << enum bt_lab_benchmark of those that have it */
	bool detail;			/* left out where there is little room */
	/* New values into *values (caller frees), how many; by what these say. */
	unsigned (*compute)(const struct bt_lab_metric_kind *kind, const struct bt_lab_run *run,
			    double **values);
	const char *bytes, *ns;		/* keys of a run's metrics */
	double (*reduce)(double *values, size_t count);	/* all rows of a table to one number */
	enum bt_lab_kernel kernel;
};
extern const struct bt_lab_metric_kind bt_lab_metric_kinds[];
extern const unsigned bt_lab_metric_kind_count;

/* NULL: there is none of this key. */
const struct bt_lab_metric_kind *bt_lab_metric_kind_find(const char *key);
/*
 * One for each iteration, NaN where it is not known; 0: the run has none, or is no result. The
 * caller frees *values, also of none.
 */
unsigned bt_lab_values(const struct bt_lab_metric_kind *kind, const struct bt_lab_run *run,
		       double **values);
/* "1.23 GiB/s"; NaN "?"; buf 24 bytes. */
const char *bt_lab_metric_text(const struct bt_lab_metric_kind *kind, double value, char *buf,
			       size_t size);

/* ---- statistics of values ----------------------------------------------------------------- */

/* What kind of interval is meant, wherever one is shown. */
#define BT_LAB_MEAN_CI "of the mean, Student's t"
#define BT_LAB_MEDIAN_CI "of the median, percentile bootstrap"

/*
 * Those of the values that are known. A mean of speeds is just that: each iteration's bytes / time,
 * then the mean; not all bytes / all time, which is less. The first percentile is by definition 7
 * (stats.h), which is the default of numpy.
 */
struct bt_lab_statistics {
	struct bt_summary summary;
	double p1;
	struct bt_ci mean_ci;		/* BT_LAB_MEAN_CI; NaN of fewer than two values */
	struct bt_ci median_ci;		/* BT_LAB_MEDIAN_CI; NaN below BT_MEDIAN_CI_VALUES */
};
void bt_lab_statistics(const double *values, size_t count, double confidence, uint64_t seed,
		       struct bt_lab_statistics *statistics);

#endif
