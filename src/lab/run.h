/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one run of the lab found: one benchmark, one mode, one configuration, once. Numbers are of
 * three kinds: metrics (a number for each iteration), tables (rows over time, each a CSV file of
 * its own in the run's folder) and marks (what happened between two times).
 *
 * Times of a run are ns of the host's monotonic clock since the run began; times of the guest are
 * brought to that clock first. Numbers are doubles, which hold ns of a hundred days exactly; NaN is
 * a number that nobody knows.
 */
#ifndef BT_LAB_RUN_H
#define BT_LAB_RUN_H

#include "bench/result.h"
#include "frame/frame.h"

#define BT_LAB_TEXT 128u
#define BT_LAB_TABLES_MAX 8u
#define BT_LAB_COLUMNS_MAX 80u
#define BT_LAB_ROWS_MAX 4000000u

enum bt_lab_benchmark {
	BT_LAB_INFLATE, BT_LAB_STREAM, BT_LAB_FTQ, BT_LAB_COMPILING, BT_LAB_MULTIVM, BT_LAB_BENCHMARKS
};
extern const char *const bt_lab_benchmark_name[BT_LAB_BENCHMARKS];	/* "inflate" */

/* Why a run is no result. */
enum bt_lab_end {
	BT_LAB_OK,
	BT_LAB_INTERRUPTED,	/* by the operator */
	BT_LAB_NO_PARTS,	/* QEMU, kernel, module, program or right that is missing */
	BT_LAB_NO_MEMORY,	/* the host has less than the guests were to have */
	BT_LAB_NO_BOOT,		/* the guest did not come up in time */
	BT_LAB_PANIC,		/* of the guest's kernel */
	BT_LAB_QEMU_ENDED,
	BT_LAB_QMP_LOST,
	BT_LAB_NO_TARGET,	/* the size that was asked for was not reached in time */
	BT_LAB_WORKLOAD,	/* it failed, or took too long */
	BT_LAB_UNAVAILABLE,	/* the guest's kernel has not what was to be set: no failure */
	BT_LAB_NO_SPACE,	/* the results cannot be written */
	BT_LAB_DISK_FULL,	/* the host has no room for what the guest writes to its disk */
	BT_LAB_ENDS
};
extern const char *const bt_lab_end_name[BT_LAB_ENDS];	/* "target-not-reached" */

#define BT_LAB_NOISE "noise"	/* parameter, as often as there are warnings: what disturbed it */

struct bt_lab_parameter {
	char *name, *value;
};

struct bt_lab_metric {
	char *key;		/* "shrink_ns"; the names are in lab/metric.h */
	double *values;		/* one for each iteration */
	unsigned count;
};

struct bt_lab_table {
	char *name;		/* "samples", "stream", "ftq", "resize": the file is NAME.csv */
	char *columns[BT_LAB_COLUMNS_MAX];	/* with their unit: "time_ns" */
	unsigned column_count;
	double *cells;		/* row by row */
	size_t rows, capacity;
};

/* begin_ns == end_ns: an instant; end_ns NaN: it never came to its end. */
struct bt_lab_mark {
	char kind[24];		/* "boot", "shrink", "grow", "build", "delay", "clean", "drop" */
	unsigned vm;		/* number of the guest, from 0 */
	unsigned iteration;	/* from 0 */
	double begin_ns, end_ns;
	double bytes;		/* that moved, or the target; NaN: none */
};

struct bt_lab_run {
	enum bt_lab_benchmark benchmark;
	char mode[BT_LAB_TEXT];
	char label[BT_LAB_TEXT];	/* of the configuration in the mode: "threads=2"; "" = one only */
	unsigned repetition;		/* from 1 */
	bool warm_up;			/* kept, but no part of what is computed */
	uint64_t seed;
	int64_t begin_utc_ns, end_utc_ns;

	enum bt_lab_end end;
	char reason[BT_ERR_TEXT];	/* "" when OK */

	struct bt_machine host;		/* source "lab" */
	struct bt_machine guest;
	bool has_guest;			/* it came as far as to say what it is */
	char accel[BT_NAME];		/* "kvm", "tcg"; "" = not known */
	enum bt_reality reality;	/* BT_EMULATED without KVM */
	bool unproven;			/* mode whose QEMU this program was never run with */
	/* "QEMU emulator version 7.2.22", and SHA-256 of what was run; "" = not known */
	char qemu_version[BT_LAB_TEXT], qemu_sha256[65], kernel_sha256[65], module_sha256[65];
	unsigned warnings;		/* of noise (frame/noise.h) before and during */

	struct bt_lab_parameter *parameters;	/* all that were given, as text */
	unsigned parameter_count;
	struct bt_lab_metric *metrics;
	unsigned metric_count;
	struct bt_lab_table tables[BT_LAB_TABLES_MAX];
	unsigned table_count;
	struct bt_lab_mark *marks;
	unsigned mark_count;
};

/* It is no result, and not for want of something that its guest's kernel just has not. */
static inline bool bt_lab_run_failed(const struct bt_lab_run *run)
{
	return run->end != BT_LAB_OK && run->end != BT_LAB_UNAVAILABLE;
}

struct bt_lab_run *bt_lab_run_create(enum bt_lab_benchmark benchmark, const char *mode);
void bt_lab_run_free(struct bt_lab_run *run);

void bt_lab_run_parameter(struct bt_lab_run *run, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* One more parameter BT_LAB_NOISE: what disturbed it. */
void bt_lab_run_noise(struct bt_lab_run *run, const char *text);
/* NULL: it was not given. */
const char *bt_lab_run_parameter_value(const struct bt_lab_run *run, const char *name);
/* One more value; the metric is made by its first. */
void bt_lab_run_value(struct bt_lab_run *run, const char *key, double value);
/* NULL: there is none. */
const struct bt_lab_metric *bt_lab_run_metric(const struct bt_lab_run *run, const char *key);
/* Made by its first use with these columns (NULL-terminated); NULL: too many tables. */
struct bt_lab_table *bt_lab_run_table(struct bt_lab_run *run, const char *name,
				      const char *const *columns);
const struct bt_lab_table *bt_lab_run_find_table(const struct bt_lab_run *run, const char *name);
/* A row of column_count cells; false: BT_LAB_ROWS_MAX are there. */
bool bt_lab_table_add(struct bt_lab_table *table, const double *cells);
/* -1: it has no such column. */
int bt_lab_table_column(const struct bt_lab_table *table, const char *name);
double bt_lab_table_cell(const struct bt_lab_table *table, size_t row, int column);
struct bt_lab_mark *bt_lab_run_mark(struct bt_lab_run *run, const char *kind, double begin_ns,
				    double end_ns);
/* The first of a guest; NULL: there is none. */
const struct bt_lab_mark *bt_lab_run_find_mark(const struct bt_lab_run *run, const char *kind,
					       unsigned vm);

/*
 * The columns of "samples": one row for each guest and sample, 10 a second or more. rss_bytes,
 * cpu_*_ns: of QEMU, by /proc; size_bytes: what the device says the guest has; the rest is the
 * guest's own, by its agent. free_huge_bytes: in blocks of order 9 and more; unusable: share of the
 * free memory that is in none of them (Gorman: unusable free space index, order 9).
 */
#define BT_LAB_SAMPLE_COLUMNS \
	"time_ns", "vm", "rss_bytes", "cpu_user_ns", "cpu_system_ns", "size_bytes", \
	"free_small_bytes", "free_huge_bytes", "cached_bytes", "total_bytes", "available_bytes", \
	"unusable"

/* ---- a run's folder (lab/folder.c) --------------------------------------------------------- */

/*
 * result.json, and NAME.csv for each table. The folder is the caller's, and there; result.json
 * comes last and whole, so that a folder that has one is a finished run. -ENOSPC ...
 */
int bt_lab_run_write(const struct bt_lab_run *run, const char *folder, struct bt_err *err);
/* tables: read them too. -ENOENT: no finished run is there; -EPROTO: damaged. */
int bt_lab_run_read(struct bt_lab_run **run, const char *folder, bool tables, struct bt_err *err);

#endif
