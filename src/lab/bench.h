/* SPDX-License-Identifier: GPL-2.0 */
/* What the benchmarks of the lab are made of. Each call ends early with an error of its guests. */
#ifndef BT_LAB_BENCH_H
#define BT_LAB_BENCH_H

#include "lab/lab.h"

struct bt_lab {
	const struct bt_lab_options *options;
	struct bt_lab_run *run;
	struct bt_lab_guest *guests[BT_LAB_VMS_MAX];
	unsigned guest_count;
	struct bt_lab_table *samples;
	uint64_t begin_ns;		/* times of the run count from here */
	int64_t utc_offset_ns;		/* UTC minus own monotonic clock */
	uint64_t controlled_ns[BT_LAB_VMS_MAX];	/* when a mode's controller last decided */
	enum bt_lab_end end;		/* what a failure that is known beforehand is */
	char doing[128];
	unsigned iteration;		/* at work, from 1; 0: none */
	uint64_t doing_ns;
};

/* ns of the run. */
double bt_lab_at(const struct bt_lab *lab, uint64_t mono_ns);
/* What is done from now on, for progress; and for those who watch the guests' sessions. */
void bt_lab_doing(struct bt_lab *lab, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The console and QEMU's command line of a guest into the run's folder, before it is gone. */
void bt_lab_keep_papers(const struct bt_lab *lab, const struct bt_vm *vm, unsigned number);
/* One guest more. */
int bt_lab_boot(struct bt_lab *lab, struct bt_err *err);
/* Serves the guests until then. */
int bt_lab_until(struct bt_lab *lab, uint64_t mono_ns, struct bt_err *err);
int bt_lab_settle(struct bt_lab *lab, struct bt_err *err);
/* Serves them until the job has ended; an error also when it failed, or took limit_ns. */
int bt_lab_finish_job(struct bt_lab *lab, struct bt_lab_job *job, uint64_t limit_ns,
		      struct bt_err *err);
int bt_lab_do(struct bt_lab *lab, unsigned vm, struct bt_lab_job *job, uint64_t limit_ns,
	      struct bt_err *err);

/*
 * Resizes and waits for it; a mark of that kind ("shrink") and, where key is not NULL, metrics
 * key_ns, key_bytes and, once the guests are gone, key_device_ns.
 */
int bt_lab_resize_to(struct bt_lab *lab, unsigned vm, uint64_t bytes, const char *kind,
		     struct bt_err *err);
/* Notes what a resize came to. */
void bt_lab_note_resize(struct bt_lab *lab, unsigned vm, const struct bt_resize *resize,
			const char *kind);
/* Last known resident memory of QEMU, read now. */
uint64_t bt_lab_rss(struct bt_lab *lab, unsigned vm);

struct bt_lab_cpu {
	double user_ns, system_ns;
};
/* What the QEMUs of all guests have used, by the last sample of each; NaN: one has none. */
struct bt_lab_cpu bt_lab_cpu_now(const struct bt_lab *lab);
/* A value of cpu_user_ns and one of cpu_system_ns: what they have used since. */
void bt_lab_note_cpu(struct bt_lab *lab, const struct bt_lab_cpu *since);

/* ---- work in the guest -------------------------------------------------------------------- */

struct bt_lab_memory_work {
	uint64_t bytes;
	unsigned threads;
	uint64_t ns;		/* what it took, as the guest's program says */
};

/* Threads write to every page of so much new memory; it stays until released. */
int bt_lab_fill(struct bt_lab *lab, unsigned vm, struct bt_lab_memory_work *work,
		struct bt_err *err);
/* The same pages once more. */
int bt_lab_touch(struct bt_lab *lab, unsigned vm, struct bt_lab_memory_work *work,
		 struct bt_err *err);
int bt_lab_release(struct bt_lab *lab, unsigned vm, struct bt_err *err);
/* What can be filled in a guest now, without driving it into reclaim. */
int bt_lab_fillable(struct bt_lab *lab, unsigned vm, uint64_t *bytes, struct bt_err *err);

/* ---- the benchmarks ----------------------------------------------------------------------- */

int bt_lab_inflate(struct bt_lab *lab, struct bt_err *err);
int bt_lab_stream(struct bt_lab *lab, struct bt_err *err);
int bt_lab_ftq(struct bt_lab *lab, struct bt_err *err);
int bt_lab_compiling(struct bt_lab *lab, struct bt_err *err);
int bt_lab_multivm(struct bt_lab *lab, struct bt_err *err);

/*
 * lab/trace.c: whether a line of QEMU's log is of an event of a memory device, and when that was.
 * QEMU 7.2 (scripts/tracetool/backend/log.py) begins it with thread, seconds and microseconds.
 */
bool bt_lab_trace_line(const char *line, int64_t *utc_ns);
/*
 * The same of a line of stderr by which the builds of hyperalloc-qemu tell when a resize began and
 * ended: "... llfree_balloon_start 123456789 ns", ns of its realtime clock, which on Linux is the
 * monotonic one. False: it is no such line.
 */
bool bt_lab_marker_line(const char *line, bool *end, uint64_t *mono_ns);
/*
 * Device times of all resizes that were noted by such lines of a file that a guest's console is in,
 * too. 1; 0: there are none in it; -ENOENT ...
 */
int bt_lab_take_markers(struct bt_lab *lab, const char *path, unsigned vm, struct bt_err *err);
/* Device times of all resizes that were noted, out of QEMU's trace of a guest. */
int bt_lab_take_trace(struct bt_lab *lab, const char *path, unsigned vm, struct bt_err *err);

#endif
