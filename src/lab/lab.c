// SPDX-License-Identifier: GPL-2.0
#include "lab/lab.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/bench.h"
#include "lab/controller.h"
#include "lab/look.h"
#include "lab/workload.h"

#define MIB ((uint64_t)1 << 20)

/* What the machine itself needs beside the guests. */
#define HOST_RESERVE_BYTES (256 * MIB)

const char *const bt_lab_workload_name[BT_LAB_WORKLOADS] = {
	[BT_LAB_WRITE] = "write",
	[BT_LAB_SYNTH] = "synth",
	[BT_LAB_BUILD] = "build",
	[BT_LAB_COMMAND] = "command",
};

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
		.size = { .cpus = 2, .memory_bytes = 1024 * MIB, .least_bytes = 256 * MIB,
			  .initial_bytes = 1024 * MIB },
		.accel = "auto",
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

int bt_lab_check(const struct bt_lab_options *options, uint64_t available_bytes, struct bt_err *err)
{
	uint64_t wanted_bytes = options->vms * options->size.memory_bytes;
	char wanted[32], available[32];
	int ret = bt_mode_check(options->mode, err);

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

/* ---- guests ------------------------------------------------------------------------------- */

double bt_lab_at(const struct bt_lab *lab, uint64_t mono_ns)
{
	return (double)(int64_t)(mono_ns - lab->begin_ns);
}

static bool tell(void *context, const char *text)
{
	struct bt_lab *lab = context;
	const struct bt_lab_options *options = lab->options;

	if (options->progress)
		options->progress(options->context, text);
	return options->stop_fd < 0 || !bt_lab_readable(options->stop_fd);
}

static void tell_doing(struct bt_lab *lab)
{
	uint64_t seconds = (bt_mono_ns() - lab->doing_ns) / BT_NS_PER_S;
	char text[BT_LAB_TEXT + 64];

	snprintf(text, sizeof(text), "%s, %llu s", lab->doing, (unsigned long long)seconds);
	tell(lab, text);
}

void bt_lab_doing(struct bt_lab *lab, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(lab->doing, sizeof(lab->doing), format, args);
	va_end(args);
	lab->doing_ns = bt_mono_ns();
	for (unsigned i = 0; i < lab->guest_count; i++)
		bt_session_note(bt_lab_guest_session(lab->guests[i]), BT_EVENT_MARK, "lab", "%s",
				lab->doing);
	tell_doing(lab);
}

static bool asked(void *context, const char *question)
{
	const struct bt_lab_options *options = ((struct bt_lab *)context)->options;

	return options->ask && options->ask(options->context, question);
}

static double known(uint64_t value)
{
	return value == BT_UNKNOWN ? NAN : (double)value;
}

static unsigned number_of(const struct bt_lab *lab, const struct bt_lab_guest *guest)
{
	unsigned number = 0;

	while (number < lab->guest_count && lab->guests[number] != guest)
		number++;
	return number;
}

/* A request alone: the guest follows in its own time, and the next look sees how far it is. */
static void control(struct bt_lab *lab, struct bt_lab_guest *guest, const struct bt_lab_sample *s)
{
	const struct bt_mode *mode = bt_lab_guest_mode(guest);
	unsigned number = number_of(lab, guest);
	struct bt_mode_request request;
	struct bt_vm_answer answer;
	struct bt_err ignored;	/* the loop meets what is behind it, too */
	uint64_t target;

	if (bt_mode_drive(mode) != BT_DRIVE_CONTROLLER || number >= lab->guest_count ||
	    s->size_bytes == BT_UNKNOWN || s->free_huge_bytes == BT_UNKNOWN ||
	    s->mono_ns - lab->controlled_ns[number] < BT_LAB_CONTROLLER_NS)
		return;
	lab->controlled_ns[number] = s->mono_ns;
	target = bt_lab_controller_target(bt_lab_guest_size(guest), s->size_bytes,
					  s->free_huge_bytes);
	if (target == s->size_bytes)
		return;
	request = bt_mode_resize(mode, bt_lab_guest_size(guest), target);
	bt_vm_command(bt_lab_guest_vm(guest), request.name, request.arguments, &request.context,
		      BT_NS_PER_S, &answer, &ignored);
}

static void take_sample(void *context, struct bt_lab_guest *guest, const struct bt_lab_sample *s)
{
	struct bt_lab *lab = context;
	double small = known(s->free_small_bytes), huge = known(s->free_huge_bytes);
	const double row[] = {
		bt_lab_at(lab, s->mono_ns), number_of(lab, guest), known(s->rss_bytes),
		known(s->cpu_user_ns), known(s->cpu_system_ns), known(s->size_bytes), small, huge,
		known(s->cached_bytes), known(s->total_bytes), known(s->available_bytes),
		small + huge > 0 ? small / (small + huge) : NAN,
	};

	bt_lab_table_add(lab->samples, row);
	control(lab, guest, s);
}

static bool works_on_disk(enum bt_lab_benchmark benchmark)
{
	return benchmark == BT_LAB_COMPILING || benchmark == BT_LAB_MULTIVM;
}

int bt_lab_boot(struct bt_lab *lab, struct bt_err *err)
{
	const struct bt_lab_options *from = lab->options;
	unsigned number = lab->guest_count;
	char *trace = bt_xasprintf("%s/trace-%u.log", from->folder, number), *disk = NULL;
	struct bt_lab_guest_options options = {
		.mode = from->mode, .size = from->size, .accel = from->accel,
		.append = from->append, .tree = from->build_tree, .trace_path = trace, .boot_limit_ns = from->boot_limit_ns,
		.serve = from->serve && !number, .assume_yes = from->assume_yes, .progress = tell,
		.ask = asked, .sample = take_sample, .context = lab };
	uint64_t start_ns = bt_mono_ns();
	int ret;

	lab->end = BT_LAB_NO_BOOT;
	bt_lab_doing(lab, "booting guest %u", number);
	ret = works_on_disk(from->benchmark) ? bt_lab_make_disk(from, from->folder, number, &disk,
							       err) : 0;
	options.disk = disk;
	if (!ret)
		ret = bt_lab_guest_start(&lab->guests[number], &options, err);
	/* QEMU has it open: what the guest writes to it is nobody's, and gone with the guest. */
	if (disk && from->workload != BT_LAB_COMMAND)
		unlink(disk);
	free(disk);
	free(trace);
	if (ret)
		return ret;
	lab->end = BT_LAB_WORKLOAD;
	lab->guest_count++;
	bt_lab_run_mark(lab->run, "boot", bt_lab_at(lab, start_ns), bt_lab_at(lab, bt_mono_ns()))->vm =
		number;
	if (number)
		return 0;
	lab->run->guest = *bt_lab_guest_machine(lab->guests[0]);
	lab->run->has_guest = true;
	lab->run->reality = lab->run->guest.reality;
	bt_lab_look_at_guest(lab->run, bt_lab_guest_vm(lab->guests[0]));
	snprintf(lab->run->accel, sizeof(lab->run->accel), "%s",
		 bt_vm_accel(bt_lab_guest_vm(lab->guests[0])));
	return 0;
}

/* ---- waiting ------------------------------------------------------------------------------ */

#define TELL_NS (250 * BT_NS_PER_MS)

static int pump(struct bt_lab *lab, uint64_t until_ns, struct bt_err *err)
{
	uint64_t next_ns = bt_mono_ns() + TELL_NS;
	unsigned gone = 0;
	int ret = bt_lab_pump(lab->guests, lab->guest_count,
			      until_ns < next_ns ? until_ns : next_ns, lab->options->stop_fd, &gone,
			      err);

	tell_doing(lab);
	if (ret && lab->guest_count > 1)
		bt_err_prefix(err, "guest %u", gone);
	return ret;
}

int bt_lab_until(struct bt_lab *lab, uint64_t mono_ns, struct bt_err *err)
{
	int ret = 0;

	while (!ret && bt_mono_ns() < mono_ns)
		ret = pump(lab, mono_ns, err);
	return ret;
}

int bt_lab_settle(struct bt_lab *lab, struct bt_err *err)
{
	return bt_lab_until(lab, bt_mono_ns() + lab->options->settle_ns, err);
}

int bt_lab_finish_job(struct bt_lab *lab, struct bt_lab_job *job, uint64_t limit_ns,
		      struct bt_err *err)
{
	uint64_t end_ns = bt_mono_ns() + limit_ns;
	int ret = 0;

	lab->end = BT_LAB_WORKLOAD;
	while (!ret && !job->done) {
		if (bt_mono_ns() >= end_ns)
			ret = bt_err_set(err, ETIMEDOUT, "%s in the guest is not done in %llu s",
					 job->name, (unsigned long long)(limit_ns / BT_NS_PER_S));
		else
			ret = pump(lab, end_ns, err);
	}
	if (ret || !job->error.code)
		return ret;
	*err = job->error;
	return -err->code;
}

int bt_lab_do(struct bt_lab *lab, unsigned vm, struct bt_lab_job *job, uint64_t limit_ns,
	      struct bt_err *err)
{
	int ret = bt_lab_job_start(lab->guests[vm], job, err);

	if (!ret)
		ret = bt_lab_finish_job(lab, job, limit_ns, err);
	/* It lives at our caller's. */
	bt_lab_forget_job(lab->guests[vm]);
	return ret;
}

/* ---- resizing ----------------------------------------------------------------------------- */

void bt_lab_note_resize(struct bt_lab *lab, unsigned vm, const struct bt_resize *resize,
			const char *kind)
{
	static const char *const columns[] = { "time_ns", "vm", "size_bytes", "target_bytes", NULL };
	struct bt_lab_table *table = bt_lab_run_table(lab->run, "resize", columns);
	struct bt_lab_mark *mark =
		bt_lab_run_mark(lab->run, kind, bt_lab_at(lab, resize->sent_ns),
				resize->reached_ns ? bt_lab_at(lab, resize->reached_ns) : NAN);

	mark->vm = vm;
	mark->bytes = (double)bt_resize_moved_bytes(resize);
	for (unsigned i = 0; table && i < resize->point_count; i++) {
		const double row[] = { bt_lab_at(lab, resize->points[i].mono_ns), vm,
				       (double)resize->points[i].actual_bytes,
				       (double)resize->target_bytes };

		bt_lab_table_add(table, row);
	}
}

static int not_reached(const struct bt_resize *resize, uint64_t limit_ns, struct bt_err *err)
{
	char target[32], actual[32];

	return bt_err_set(err, ETIMEDOUT, "the guest did not come to %s in %llu s: it has %s",
			  bt_text_bytes(resize->target_bytes, target, sizeof(target)),
			  (unsigned long long)(limit_ns / BT_NS_PER_S),
			  bt_text_bytes(resize->actual_bytes, actual, sizeof(actual)));
}

int bt_lab_resize_to(struct bt_lab *lab, unsigned vm, uint64_t bytes, const char *kind,
		     struct bt_err *err)
{
	uint64_t limit_ns = lab->options->resize_limit_ns, end_ns = bt_mono_ns() + limit_ns;
	const struct bt_resize *resize;
	char text[32];
	int ret;

	bt_lab_doing(lab, "%s to %s", kind, bt_text_bytes(bytes, text, sizeof(text)));
	ret = bt_lab_resize_start(lab->guests[vm], bytes, err);
	if (ret)
		return ret;
	resize = bt_lab_resize(lab->guests[vm]);
	lab->end = BT_LAB_NO_TARGET;
	while (!ret && !resize->reached_ns)
		ret = bt_mono_ns() < end_ns ? pump(lab, end_ns, err) :
					      not_reached(resize, limit_ns, err);
	bt_lab_note_resize(lab, vm, resize, kind);
	if (!ret) {
		char *key = bt_xasprintf("%s_ns", kind);

		bt_lab_run_value(lab->run, key, (double)(resize->reached_ns - resize->sent_ns));
		free(key);
		key = bt_xasprintf("%s_bytes", kind);
		bt_lab_run_value(lab->run, key, (double)bt_resize_moved_bytes(resize));
		free(key);
	}
	bt_lab_resize_end(lab->guests[vm]);
	return ret;
}

uint64_t bt_lab_rss(struct bt_lab *lab, unsigned vm)
{
	return bt_lab_process_rss(bt_vm_pid(bt_lab_guest_vm(lab->guests[vm])));
}

/* ---- a whole run -------------------------------------------------------------------------- */

static void note_options(struct bt_lab_run *run, const struct bt_lab_options *o)
{
	bt_lab_run_parameter(run, "cpus", "%u", o->size.cpus);
	bt_lab_run_parameter(run, "memory_bytes", "%llu", (unsigned long long)o->size.memory_bytes);
	bt_lab_run_parameter(run, "least_bytes", "%llu", (unsigned long long)o->size.least_bytes);
	bt_lab_run_parameter(run, "initial_bytes", "%llu",
			     (unsigned long long)o->size.initial_bytes);
	bt_lab_run_parameter(run, "settle_ns", "%llu", (unsigned long long)o->settle_ns);
	bt_lab_run_parameter(run, "threads", "%u", o->threads);
	bt_lab_run_parameter(run, "iterations", "%u", o->iterations);
	if (o->append && *o->append)
		bt_lab_run_parameter(run, "append", "%s", o->append);
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
		{ EIO, BT_LAB_QEMU_ENDED }, { EPIPE, BT_LAB_QMP_LOST }, { ENOSPC, BT_LAB_NO_SPACE },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(ends); i++) {
		if (ends[i].code == err->code)
			return ends[i].end;
	}
	return lab->end;
}

/* The console and the command line of each guest, before it is gone. */
static void keep_papers(const struct bt_lab *lab)
{
	const char *folder = lab->options->folder;

	for (unsigned i = 0; folder && i < lab->guest_count; i++) {
		const struct bt_vm *vm = bt_lab_guest_vm(lab->guests[i]);

		bt_lab_keep_copy(bt_vm_console_path(vm), folder, "console", i);
		bt_lab_keep_argv(bt_vm_argv(vm), folder, i);
	}
}

static void take_traces(struct bt_lab *lab)
{
	struct bt_err ignored;

	for (unsigned i = 0; lab->options->folder && i < lab->guest_count; i++) {
		char *path = bt_xasprintf("%s/trace-%u.log", lab->options->folder, i);

		bt_lab_take_trace(lab, path, i, &ignored);
		free(path);
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
	keep_papers(&lab);
	for (unsigned i = 0; i < lab.guest_count; i++)
		bt_lab_guest_stop(lab.guests[i]);
	take_traces(&lab);
	bt_lab_look_after(look, run);
	run->end = ret ? end_of(&lab, &err) : BT_LAB_OK;
	if (ret)
		snprintf(run->reason, sizeof(run->reason), "%s", err.text);
	run->end_utc_ns = bt_utc_ns();
	return run;
}
