// SPDX-License-Identifier: GPL-2.0
/* What the benchmarks of the lab are made of: guests, waiting for them, resizing them. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/bench.h"
#include "lab/controller.h"
#include "lab/look.h"
#include "lab/reporting.h"
#include "lab/workload.h"

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
	for (unsigned i = 0; i < lab->guest_count; i++) {
		bt_lab_guest_phase(lab->guests[i], lab->doing, lab->iteration);
		bt_session_note(bt_lab_guest_session(lab->guests[i]), BT_EVENT_MARK, "lab", "%s",
				lab->doing);
	}
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
	if (!bt_vm_command(bt_lab_guest_vm(guest), request.name, request.arguments,
			   &request.context, BT_NS_PER_S, &answer, &ignored))
		bt_lab_guest_target(guest, target);
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

/* What the run is of, by its first guest. */
static void note_guest(struct bt_lab *lab)
{
	const struct bt_vm *vm = bt_lab_guest_vm(lab->guests[0]);

	lab->run->guest = *bt_lab_guest_machine(lab->guests[0]);
	lab->run->has_guest = true;
	lab->run->reality = lab->run->guest.reality;
	bt_lab_look_at_guest(lab->run, vm);
	snprintf(lab->run->accel, sizeof(lab->run->accel), "%s", bt_vm_accel(vm));
}

void bt_lab_keep_papers(const struct bt_lab *lab, const struct bt_vm *vm, unsigned number)
{
	const char *folder = lab->options->folder;

	if (!folder)
		return;
	bt_lab_keep_copy(bt_vm_console_path(vm), folder, "console", number);
	bt_lab_keep_argv(bt_vm_argv(vm), folder, number);
}

/* It is not among the guests yet. */
static void keep_failed(void *context, const struct bt_vm *vm)
{
	const struct bt_lab *lab = context;

	bt_lab_keep_papers(lab, vm, lab->guest_count);
}

int bt_lab_boot(struct bt_lab *lab, struct bt_err *err)
{
	const struct bt_lab_options *from = lab->options;
	unsigned number = lab->guest_count;
	char *trace = bt_xasprintf("%s/trace-%u.log", from->folder, number), *disk = NULL;
	char *append = bt_lab_reporting_append(&from->reporting, from->append);
	struct bt_lab_guest_options options = {
		.mode = from->mode, .size = from->size, .accel = from->accel,
		.append = append, .tree = from->build_tree, .trace_path = trace,
		.boot_limit_ns = from->boot_limit_ns, .serve = from->serve && !number,
		.benchmark = bt_lab_benchmark_name[from->benchmark], .place = from->place,
		.assume_yes = from->assume_yes, .progress = tell,
		.ask = asked, .failed = keep_failed, .sample = take_sample, .context = lab };
	uint64_t start_ns = bt_mono_ns();
	int ret;

	options.place.iterations = from->iterations;
	lab->end = BT_LAB_NO_BOOT;
	bt_lab_doing(lab, "booting guest %u", number);
	ret = works_on_disk(from->benchmark) ? bt_lab_make_disk(from, from->folder, number, &disk,
							       err) : 0;
	options.disk = disk;
	options.disk_kept = from->workload != BT_LAB_COMMAND;	/* ours is gone with the guest */
	if (!ret)
		ret = bt_lab_guest_start(&lab->guests[number], &options, err);
	/* QEMU has it open: what the guest writes to it is nobody's, and gone with the guest. */
	if (disk && from->workload != BT_LAB_COMMAND)
		unlink(disk);
	free(disk);
	free(trace);
	free(append);
	if (ret)
		return ret;
	lab->end = BT_LAB_WORKLOAD;
	lab->guest_count++;
	bt_lab_run_mark(lab->run, "boot", bt_lab_at(lab, start_ns), bt_lab_at(lab, bt_mono_ns()))->vm =
		number;
	bt_lab_run_value(lab->run, "clock_error_ns",
			 (double)bt_lab_guest_clock_error_ns(lab->guests[number]));
	if (!number)
		note_guest(lab);
	return bt_lab_reporting_set(lab, number, err);
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
	for (unsigned i = 0; i < lab->guest_count; i++)
		bt_lab_guest_phase(lab->guests[i], "resting", lab->iteration);
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
	mark->iteration = lab->iteration ? lab->iteration - 1 : 0;
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

static struct bt_lab_cpu cpu_of(const struct bt_lab_table *samples, unsigned vm)
{
	int guest = bt_lab_table_column(samples, "vm");

	for (size_t row = samples->rows; row-- > 0;) {
		if (bt_lab_table_cell(samples, row, guest) == vm)
			return (struct bt_lab_cpu){
				bt_lab_table_cell(samples, row,
						  bt_lab_table_column(samples, "cpu_user_ns")),
				bt_lab_table_cell(samples, row,
						  bt_lab_table_column(samples, "cpu_system_ns")),
			};
	}
	return (struct bt_lab_cpu){ NAN, NAN };
}

struct bt_lab_cpu bt_lab_cpu_now(const struct bt_lab *lab)
{
	struct bt_lab_cpu all = { 0, 0 };

	for (unsigned i = 0; i < lab->guest_count; i++) {
		struct bt_lab_cpu one = cpu_of(lab->samples, i);

		all.user_ns += one.user_ns;
		all.system_ns += one.system_ns;
	}
	return all;
}

void bt_lab_note_cpu(struct bt_lab *lab, const struct bt_lab_cpu *since)
{
	struct bt_lab_cpu now = bt_lab_cpu_now(lab);

	bt_lab_run_value(lab->run, "cpu_user_ns", now.user_ns - since->user_ns);
	bt_lab_run_value(lab->run, "cpu_system_ns", now.system_ns - since->system_ns);
}

uint64_t bt_lab_rss(struct bt_lab *lab, unsigned vm)
{
	return bt_lab_process_rss(bt_vm_pid(bt_lab_guest_vm(lab->guests[vm])));
}
