// SPDX-License-Identifier: GPL-2.0
/*
 * multivm: several guests at once, each with the workload, some iterations of it with a quiet time
 * behind each. They begin at once or one after the other (stagger). What counts is the memory that
 * all have together.
 */
#include <errno.h>

#include "core/util.h"
#include "lab/curve.h"
#include "lab/workload.h"

enum step { WAITING, BUILDING, CLEANING, RESTING, DONE };

struct vm {
	struct bt_lab_load load;
	enum step step;
	uint64_t due_ns;		/* of WAITING and RESTING */
	uint64_t begin_ns;		/* of the job */
};

/* Each guest is at another step: no mark of all of them. */
static void enter(struct bt_lab *lab, struct vm *vm, enum step step)
{
	static const char *const phases[] = {
		[WAITING] = "waiting", [BUILDING] = "build", [CLEANING] = "clean",
		[RESTING] = "resting", [DONE] = "done",
	};

	vm->step = step;
	bt_lab_guest_phase(lab->guests[vm->load.vm], phases[step], vm->load.iteration + 1);
}

static int begin_build(struct bt_lab *lab, struct vm *vm, struct bt_err *err)
{
	vm->begin_ns = bt_mono_ns();
	/* The next one's first build; whoever begins late does not shorten the stagger. */
	if (!vm->load.iteration && vm->load.vm + 1 < lab->guest_count)
		vm[1].due_ns = vm->begin_ns + lab->options->stagger_ns;
	enter(lab, vm, BUILDING);
	return bt_lab_load_start(&vm->load, err);
}

static void mark(struct bt_lab *lab, const struct vm *vm, const char *kind)
{
	struct bt_lab_mark *m = bt_lab_run_mark(lab->run, kind, bt_lab_at(lab, vm->begin_ns),
						bt_lab_at(lab, bt_mono_ns()));

	m->vm = vm->load.vm;
	m->iteration = vm->load.iteration;
}

static int end_build(struct bt_lab *lab, struct vm *vm, struct bt_err *err)
{
	mark(lab, vm, "build");
	vm->begin_ns = bt_mono_ns();
	enter(lab, vm, CLEANING);
	return bt_lab_clean_start(&vm->load, err);
}

static void end_clean(struct bt_lab *lab, struct vm *vm)
{
	bool last = vm->load.iteration + 1 == lab->options->iterations;

	mark(lab, vm, "clean");
	vm->due_ns = bt_mono_ns() + lab->options->settle_ns;
	enter(lab, vm, last ? RESTING : WAITING);
	vm->load.iteration++;
}

static int job_result(const struct vm *vm, uint64_t limit_ns, struct bt_err *err)
{
	if (vm->load.job.done && vm->load.job.error.code) {
		*err = vm->load.job.error;
		return bt_err_prefix(err, "guest %u", vm->load.vm);
	}
	if (!vm->load.job.done && bt_mono_ns() - vm->begin_ns > limit_ns)
		return bt_err_set(err, ETIMEDOUT, "guest %u: %s is not done in %llu s", vm->load.vm,
				  vm->load.job.name, (unsigned long long)(limit_ns / BT_NS_PER_S));
	return 0;
}

static int go_on(struct bt_lab *lab, struct vm *vm, struct bt_err *err)
{
	bool due = bt_mono_ns() >= vm->due_ns;
	int ret = 0;

	switch (vm->step) {
	case WAITING:
		return due ? begin_build(lab, vm, err) : 0;
	case BUILDING:
		ret = job_result(vm, bt_lab_load_limit_ns(lab->options), err);
		return ret || !vm->load.job.done ? ret : end_build(lab, vm, err);
	case CLEANING:
		ret = job_result(vm, lab->options->work_limit_ns, err);
		if (!ret && vm->load.job.done)
			end_clean(lab, vm);
		return ret;
	case RESTING:
		if (due)
			enter(lab, vm, DONE);
		return 0;
	case DONE:
		return 0;
	}
	return ret;
}

#define LOOK_NS (20 * BT_NS_PER_MS)

static int run_all(struct bt_lab *lab, struct vm *vms, struct bt_err *err)
{
	unsigned done = 0;
	int ret = 0;

	lab->end = BT_LAB_WORKLOAD;
	while (!ret && done < lab->guest_count) {
		done = 0;
		for (unsigned i = 0; i < lab->guest_count && !ret; i++) {
			ret = go_on(lab, &vms[i], err);
			done += vms[i].step == DONE;
		}
		if (!ret)
			ret = bt_lab_until(lab, bt_mono_ns() + LOOK_NS, err);
	}
	return ret;
}

static int boot_all(struct bt_lab *lab, struct bt_err *err)
{
	int ret = 0;

	for (unsigned i = 0; i < lab->options->vms && !ret; i++) {
		ret = bt_lab_boot(lab, err);
		if (!ret)
			ret = bt_lab_mount_disk(lab, i, err);
	}
	return ret ? ret : bt_lab_settle(lab, err);
}

int bt_lab_multivm(struct bt_lab *lab, struct bt_err *err)
{
	struct vm vms[BT_LAB_VMS_MAX] = { 0 };
	struct bt_lab_cpu before;
	uint64_t begin_ns;
	int ret = boot_all(lab, err);

	bt_lab_run_parameter(lab->run, "vms", "%u", lab->options->vms);
	bt_lab_run_parameter(lab->run, "stagger_ns", "%llu",
			     (unsigned long long)lab->options->stagger_ns);
	bt_lab_note_workload(lab);
	if (ret)
		return ret;
	begin_ns = bt_mono_ns();
	before = bt_lab_cpu_now(lab);
	bt_lab_doing(lab, "%u guests at work", lab->options->vms);
	for (unsigned i = 0; i < lab->guest_count; i++)
		vms[i] = (struct vm){ .load = { .lab = lab, .vm = i },
				      .due_ns = i ? UINT64_MAX : begin_ns };
	ret = run_all(lab, vms, err);
	for (unsigned i = 0; i < lab->guest_count; i++)
		bt_lab_forget_job(lab->guests[i]);
	if (ret)
		return ret;
	bt_lab_note_cpu(lab, &before);
	bt_lab_run_value(lab->run, "footprint_byte_ns",
			 bt_lab_footprint_byte_ns(lab->run, bt_lab_at(lab, begin_ns),
						  bt_lab_at(lab, bt_mono_ns())));
	bt_lab_run_value(lab->run, "peak_bytes",
			 bt_lab_peak_bytes(lab->run, bt_lab_at(lab, begin_ns),
					   bt_lab_at(lab, bt_mono_ns())));
	return 0;
}
