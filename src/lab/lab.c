// SPDX-License-Identifier: GPL-2.0
#include "lab/lab.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "lab/bench.h"
#include "lab/look.h"

#define MIB ((uint64_t)1 << 20)

/* What the machine itself needs beside the guests. */
#define HOST_RESERVE_BYTES (256 * MIB)

const char *const bt_lab_workload_name[BT_LAB_WORKLOADS] = {
	[BT_LAB_WRITE] = "write",
	[BT_LAB_SYNTH] = "synth",
	[BT_LAB_BUILD] = "build",
	[BT_LAB_COMMAND] = "command",
};

const char *bt_lab_workload_called(const struct bt_lab_options *options)
{
	return options->workload == BT_LAB_COMMAND && options->workload_name ?
	       options->workload_name : bt_lab_workload_name[options->workload];
}

static const struct {
	int (*run)(struct bt_lab *lab, struct bt_err *err);
} benchmarks[BT_LAB_BENCHMARKS] = {
	[BT_LAB_INFLATE] = { bt_lab_inflate },
	[BT_LAB_STREAM] = { bt_lab_stream },
	[BT_LAB_FTQ] = { bt_lab_ftq },
	[BT_LAB_COMPILING] = { bt_lab_compiling },
	[BT_LAB_MULTIVM] = { bt_lab_multivm },
};

void bt_lab_options_default(struct bt_lab_options *options, enum bt_lab_benchmark benchmark)
{
	*options = (struct bt_lab_options){
		.benchmark = benchmark,
		.size = { .cpus = 2, .memory_bytes = 1024 * MIB, .least_bytes = 256 * MIB },
		.accel = "auto",
		.reporting = { BT_LAB_AS_IT_COMES, BT_LAB_AS_IT_COMES, BT_UNKNOWN },
		.iterations = benchmark == BT_LAB_INFLATE ? 3 : 1,
		.settle_ns = BT_NS_PER_S,
		.threads = 2,
		.timeline_ns = 28 * BT_NS_PER_S,
		.kernels = 1,
		.array_bytes = 32 * MIB,
		.quantum_ns = 25 * BT_NS_PER_MS,
		.workload = BT_LAB_SYNTH,
		.workload_ns = 20 * BT_NS_PER_S,
		.vms = benchmark == BT_LAB_MULTIVM ? 2 : 1,
		.seed = 1,
		.boot_limit_ns = 180 * BT_NS_PER_S,
		.resize_limit_ns = 120 * BT_NS_PER_S,
		.work_limit_ns = 600 * BT_NS_PER_S,
		.stop_fd = -1,
	};
}

int bt_lab_check_mode(const struct bt_lab_options *options, struct bt_err *err)
{
	const char *asked = bt_lab_reporting_asked(&options->reporting);

	if (asked && !bt_mode_reports(options->mode))
		return bt_err_set(err, EINVAL, "%s: in mode %s the guest reports no free pages; "
				  "base-auto's and huge-auto's do", asked, options->mode->name);
	if (options->benchmark < BT_LAB_COMPILING &&
	    bt_mode_drive(options->mode) == BT_DRIVE_CONTROLLER)
		return bt_err_set(err, EINVAL, "mode %s: the controller resizes the guest by itself, and "
				  "%s does by its own clock; compiling and multivm are for it",
				  options->mode->name, bt_lab_benchmark_name[options->benchmark]);
	return bt_mode_check(options->mode, err);
}

int bt_lab_check(const struct bt_lab_options *options, uint64_t available_bytes, struct bt_err *err)
{
	uint64_t wanted_bytes = options->vms * options->size.memory_bytes;
	char wanted[32], available[32];
	int ret = bt_lab_check_mode(options, err);

	if (ret)
		return ret;
	if (available_bytes == BT_UNKNOWN || wanted_bytes + HOST_RESERVE_BYTES <= available_bytes)
		return 0;
	return bt_err_set(err, ENOMEM, "%u guest%s of altogether %s: this machine has %s available, "
			  "and needs 256 MiB itself (--memory, --vms)", options->vms,
			  options->vms == 1 ? "" : "s",
			  bt_text_bytes(wanted_bytes, wanted, sizeof(wanted)),
			  bt_text_bytes(available_bytes, available, sizeof(available)));
}

/* ---- a whole run -------------------------------------------------------------------------- */

static void note_time(struct bt_lab_run *run, const char *name, uint64_t ns)
{
	bt_lab_run_parameter(run, name, "%llu", (unsigned long long)ns);
}

/* What nobody said is no parameter. */
static void note_text(struct bt_lab_run *run, const char *name, const char *text)
{
	if (text && *text)
		bt_lab_run_parameter(run, name, "%s", text);
}

static void note_options(struct bt_lab_run *run, const struct bt_lab_options *o)
{
	bt_lab_run_parameter(run, "cpus", "%u", o->size.cpus);
	bt_lab_run_parameter(run, "memory_bytes", "%llu", (unsigned long long)o->size.memory_bytes);
	bt_lab_run_parameter(run, "least_bytes", "%llu", (unsigned long long)o->size.least_bytes);
	bt_lab_run_parameter(run, "initial_bytes", "%llu",
			     (unsigned long long)o->size.initial_bytes);
	note_time(run, "settle_ns", o->settle_ns);
	bt_lab_run_parameter(run, "threads", "%u", o->threads);
	bt_lab_run_parameter(run, "iterations", "%u", o->iterations);
	note_time(run, "boot_limit_ns", o->boot_limit_ns);
	note_time(run, "resize_limit_ns", o->resize_limit_ns);
	note_time(run, "work_limit_ns", o->work_limit_ns);
	note_text(run, "append", o->append);
	note_text(run, "qemu", o->mode->qemu);
	note_text(run, "kernel", o->mode->kernel);
	note_text(run, "kdir", o->mode->kdir);
	note_text(run, "module", o->mode->module);
	note_text(run, "mode_append", o->mode->append);
	note_text(run, "vfio_devices", o->mode->vfio_devices);
}

/* By the error; what the lab was about decides where that says too little. */
static enum bt_lab_end end_of(const struct bt_lab *lab, const struct bt_err *err)
{
	static const struct {
		int code;
		enum bt_lab_end end;
	} ends[] = {
		{ EINTR, BT_LAB_INTERRUPTED }, { ECANCELED, BT_LAB_INTERRUPTED },
		{ ENODEV, BT_LAB_NO_PARTS }, { EINVAL, BT_LAB_NO_PARTS },
		{ ENOMEM, BT_LAB_NO_MEMORY }, { EHOSTDOWN, BT_LAB_PANIC },
		{ EIO, BT_LAB_QEMU_ENDED }, { EPIPE, BT_LAB_QMP_LOST }, { ENOSPC, BT_LAB_DISK_FULL },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(ends); i++) {
		if (ends[i].code == err->code)
			return ends[i].end;
	}
	return lab->end;
}

static void take_traces(struct bt_lab *lab)
{
	struct bt_err ignored;

	for (unsigned i = 0; lab->options->folder && i < lab->guest_count; i++) {
		char *console = bt_xasprintf("%s/console-%u.log", lab->options->folder, i);
		char *trace = bt_xasprintf("%s/trace-%u.log", lab->options->folder, i);

		/* Its own words are exact; QEMU's stderr is in the console's file. */
		if (bt_lab_take_markers(lab, console, i, &ignored) <= 0)
			bt_lab_take_trace(lab, trace, i, &ignored);
		free(console);
		free(trace);
	}
}

struct bt_lab_run *bt_lab_run_once(const struct bt_lab_options *options)
{
	static const char *const columns[] = { BT_LAB_SAMPLE_COLUMNS, NULL };
	struct bt_lab_run *run = bt_lab_run_create(options->benchmark, options->mode->name);
	struct bt_lab lab = { .options = options, .run = run, .begin_ns = bt_mono_ns(),
			      .end = BT_LAB_NO_PARTS };
	struct bt_lab_look *look;
	struct bt_err err = { 0 };
	uint64_t available_bytes;
	int ret;

	lab.samples = bt_lab_run_table(run, "samples", columns);
	lab.utc_offset_ns = bt_utc_ns() - (int64_t)bt_mono_ns();
	run->begin_utc_ns = bt_utc_ns();
	run->seed = options->seed;
	run->unproven = bt_mode_unproven(options->mode);
	note_options(run, options);
	look = bt_lab_look_before(run, options, &available_bytes);
	ret = bt_lab_check(options, available_bytes, &err);
	if (!ret)
		ret = benchmarks[options->benchmark].run(&lab, &err);
	for (unsigned i = 0; i < lab.guest_count; i++) {
		bt_lab_keep_papers(&lab, bt_lab_guest_vm(lab.guests[i]), i);
		bt_lab_guest_stop(lab.guests[i]);
	}
	take_traces(&lab);
	bt_lab_look_after(look, run);
	run->end = ret ? end_of(&lab, &err) : BT_LAB_OK;
	if (ret)
		snprintf(run->reason, sizeof(run->reason), "%s", err.text);
	run->end_utc_ns = bt_utc_ns();
	return run;
}
