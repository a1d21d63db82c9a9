/* SPDX-License-Identifier: GPL-2.0 */
/* Runs of the lab with all that documents and pictures show, from simple formulas. */
#ifndef BT_SAMPLE_LAB_H
#define BT_SAMPLE_LAB_H

#include <math.h>
#include <string.h>

#include "lab/curve.h"
#include "lab/run.h"
#include "tests/unit/sample_frame.h"

#define LAB_GIB ((double)(1ull << 30))
#define LAB_S 1e9

static inline struct bt_lab_run *lab_run(enum bt_lab_benchmark benchmark, const char *mode)
{
	struct bt_lab_run *run = bt_lab_run_create(benchmark, mode);

	sample_machine(&run->host, 2, 1);
	bt_copy_clean(run->host.source, sizeof(run->host.source), "lab");
	run->guest = run->host;
	run->has_guest = true;
	run->seed = 7;
	run->begin_utc_ns = 1795910400ll * 1000000000;
	run->end_utc_ns = run->begin_utc_ns + 60ll * 1000000000;
	bt_copy_clean(run->accel, sizeof(run->accel), "kvm");
	bt_copy_clean(run->qemu_version, sizeof(run->qemu_version), "QEMU emulator version 7.2.22");
	bt_lab_run_parameter(run, "memory", "4G");
	return run;
}

/* So many iterations, each of 2 GiB, the i-th 1 + i/100 times as long as the first. */
static inline struct bt_lab_run *lab_inflate(const char *mode, double shrink_ns, double grow_ns,
					     double install_ns, unsigned iterations)
{
	struct bt_lab_run *run = lab_run(BT_LAB_INFLATE, mode);

	bt_lab_run_parameter(run, "touched", "yes");
	for (unsigned i = 0; i < iterations; i++) {
		double longer = 1 + i / 100.0;

		bt_lab_run_value(run, "shrink_ns", shrink_ns * longer);
		bt_lab_run_value(run, "shrink_bytes", 2 * LAB_GIB);
		bt_lab_run_value(run, "grow_ns", grow_ns * longer);
		bt_lab_run_value(run, "grow_bytes", 2 * LAB_GIB);
		bt_lab_run_value(run, "install_ns", install_ns * longer);
		bt_lab_run_value(run, "install_bytes", 2 * LAB_GIB);
		bt_lab_run_value(run, "rss_before_bytes", 4 * LAB_GIB);
		bt_lab_run_value(run, "rss_after_bytes", 2.25 * LAB_GIB);
	}
	return run;
}

/* 600 iterations of copy in 60 s, at speed bytes/ns, half of it between shrink (20 s) and 25 s. */
static inline struct bt_lab_run *lab_stream(const char *mode, double speed)
{
	static const char *const columns[] = { "kernel", "iteration", "begin_ns", "end_ns", "bytes",
					       NULL };
	struct bt_lab_run *run = lab_run(BT_LAB_STREAM, mode);
	struct bt_lab_table *table = bt_lab_run_table(run, "stream", columns);

	for (unsigned i = 0; i < 600; i++) {
		double begin = i * 0.1 * LAB_S;
		double slow = begin >= 20 * LAB_S && begin < 25 * LAB_S ? 2 : 1;
		double bytes = 0.05 * LAB_S * speed * (1 + (i * 37 % 11) / 100.0);

		bt_lab_table_add(table, (double[]){ 0, i, begin, begin + 0.05 * LAB_S * slow,
						    bytes });
	}
	bt_lab_run_mark(run, "shrink", 20 * LAB_S, 25 * LAB_S)->bytes = 2 * LAB_GIB;
	bt_lab_run_mark(run, "grow", 40 * LAB_S, 42 * LAB_S)->bytes = 2 * LAB_GIB;
	bt_lab_run_parameter(run, "threads", "2");
	return run;
}

static inline struct bt_lab_run *lab_ftq(const char *mode, double work)
{
	static const char *const columns[] = { "sample", "begin_ns", "work", "thread0", "thread1",
					       NULL };
	struct bt_lab_run *run = lab_run(BT_LAB_FTQ, mode);
	struct bt_lab_table *table = bt_lab_run_table(run, "ftq", columns);

	for (unsigned i = 0; i < 500; i++) {
		double begin = i * 0.12 * LAB_S;
		double here = begin >= 20 * LAB_S && begin < 25 * LAB_S ? work * 0.6 : work;

		here -= i * 37 % 23;
		bt_lab_table_add(table, (double[]){ i, begin, here, here / 2, here / 2 });
	}
	bt_lab_run_mark(run, "shrink", 20 * LAB_S, 25 * LAB_S);
	bt_lab_run_mark(run, "grow", 40 * LAB_S, 42 * LAB_S);
	bt_lab_run_parameter(run, "threads", "2");
	return run;
}

static inline void lab_samples(struct bt_lab_run *run, unsigned vm, double start_s, double base)
{
	static const char *const columns[] = { BT_LAB_SAMPLE_COLUMNS, NULL };
	struct bt_lab_table *table = bt_lab_run_table(run, "samples", columns);

	for (unsigned i = 0; i <= 1200; i++) {
		double s = i / 10.0, at = s - start_s, wave = 0.4 * sin(s * 2);
		double rss = at < 0 ? 0.5 : at < 60 ? 0.5 + base * at / 60 + wave :
			     at < 80 ? 0.5 + base : at < 100 ? 0.5 + base * 0.6 : 0.7;
		double cached = at < 0 ? 0.1 : at < 100 ? 0.3 + fmin(at, 60) / 60 : 0.1;

		bt_lab_table_add(table, (double[]){
			s * LAB_S, vm, rss * LAB_GIB, s * 1.5e9, s * 0.2e9, 4 * LAB_GIB,
			0.2 * LAB_GIB, (3.6 - rss) * LAB_GIB, cached * LAB_GIB, 4 * LAB_GIB,
			(3.7 - rss) * LAB_GIB, 0.05 });
	}
}

static inline struct bt_lab_run *lab_compiling(const char *mode, double base)
{
	struct bt_lab_run *run = lab_run(BT_LAB_COMPILING, mode);

	lab_samples(run, 0, 0, base);
	bt_lab_run_mark(run, "build", 0, 60 * LAB_S);
	bt_lab_run_mark(run, "delay", 60 * LAB_S, 80 * LAB_S);
	bt_lab_run_mark(run, "clean", 80 * LAB_S, 100 * LAB_S);
	bt_lab_run_mark(run, "drop", 100 * LAB_S, 120 * LAB_S);
	bt_lab_run_value(run, "runtime_ns", 60 * LAB_S);
	bt_lab_run_value(run, "footprint_byte_ns",
			 bt_lab_footprint_byte_ns(run, 0, 60 * LAB_S));
	bt_lab_run_value(run, "peak_bytes", bt_lab_peak_bytes(run, 0, 120 * LAB_S));
	bt_lab_run_value(run, "cpu_user_ns", 90 * LAB_S);
	bt_lab_run_value(run, "cpu_system_ns", 12 * LAB_S);
	return run;
}

static inline struct bt_lab_run *lab_multivm(const char *mode, unsigned vms)
{
	struct bt_lab_run *run = lab_run(BT_LAB_MULTIVM, mode);

	for (unsigned vm = 0; vm < vms; vm++) {
		struct bt_lab_mark *mark;

		lab_samples(run, vm, vm * 10, 2);
		mark = bt_lab_run_mark(run, "build", vm * 10 * LAB_S, (vm * 10 + 60) * LAB_S);
		mark->vm = vm;
	}
	bt_lab_run_value(run, "footprint_byte_ns",
			 bt_lab_footprint_byte_ns(run, 0, 120 * LAB_S));
	bt_lab_run_value(run, "peak_bytes", bt_lab_peak_bytes(run, 0, 120 * LAB_S));
	return run;
}

#endif
