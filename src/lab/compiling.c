// SPDX-License-Identifier: GPL-2.0
/*
 * compiling: how much of the host's memory a guest has over time, when the mode itself gives back
 * what the guest does not need. An iteration:
 *
 *	build	the workload
 *	delay	nothing is done
 *	clean	its files are removed; then nothing, again
 *	drop	the guest's page cache is given up; then nothing
 *
 * The footprint is what is under the curve of QEMU's resident memory during the build.
 */
#include <errno.h>

#include "core/util.h"
#include "lab/curve.h"
#include "lab/workload.h"

static int until_done(struct bt_lab *lab, struct bt_lab_load *load, const char *kind,
		      uint64_t limit_ns, struct bt_err *err)
{
	uint64_t begin_ns = bt_mono_ns();
	struct bt_lab_mark *mark;
	int ret = 0;

	bt_lab_doing(lab, "%s", kind);
	if (!load->job.done)
		ret = bt_lab_finish_job(lab, &load->job, limit_ns, err);
	bt_lab_forget_job(lab->guests[load->vm]);
	if (ret)
		return ret;
	mark = bt_lab_run_mark(lab->run, kind, bt_lab_at(lab, begin_ns),
			       bt_lab_at(lab, bt_mono_ns()));
	mark->vm = load->vm;
	mark->iteration = load->iteration;
	return 0;
}

/* Quiet; and then what QEMU has by now is a result. */
static int rest(struct bt_lab *lab, const char *key, struct bt_err *err)
{
	uint64_t begin_ns = bt_mono_ns();
	int ret;

	bt_lab_doing(lab, "resting");
	ret = bt_lab_settle(lab, err);
	if (ret)
		return ret;
	bt_lab_run_mark(lab->run, "delay", bt_lab_at(lab, begin_ns), bt_lab_at(lab, bt_mono_ns()))
		->iteration = lab->iteration - 1;
	bt_lab_run_value(lab->run, key, (double)bt_lab_rss(lab, 0));
	return 0;
}

/* The number of the build's mark, or -errno. */
static int build(struct bt_lab *lab, struct bt_lab_load *load, struct bt_err *err)
{
	struct bt_lab_cpu before = bt_lab_cpu_now(lab);
	const struct bt_lab_mark *mark;
	int ret = bt_lab_load_start(load, err);

	if (!ret)
		ret = until_done(lab, load, "build", bt_lab_load_limit_ns(lab->options), err);
	if (ret)
		return ret;
	mark = &lab->run->marks[lab->run->mark_count - 1];
	bt_lab_run_value(lab->run, "runtime_ns", mark->end_ns - mark->begin_ns);
	bt_lab_note_cpu(lab, &before);
	return (int)lab->run->mark_count - 1;
}

/* Long after the build: the last sample of it arrives when it is over. */
static void note_memory(struct bt_lab *lab, int mark)
{
	const struct bt_lab_mark *build = &lab->run->marks[mark];

	bt_lab_run_value(lab->run, "footprint_byte_ns",
			 bt_lab_footprint_byte_ns(lab->run, build->begin_ns, build->end_ns));
	bt_lab_run_value(lab->run, "peak_bytes",
			 bt_lab_peak_bytes(lab->run, build->begin_ns, build->end_ns));
}

static int iterate(struct bt_lab *lab, unsigned iteration, struct bt_err *err)
{
	struct bt_lab_load load = { .lab = lab, .iteration = iteration };
	uint64_t limit_ns = lab->options->work_limit_ns;
	int ret, mark;

	lab->iteration = iteration + 1;
	mark = build(lab, &load, err);
	ret = mark < 0 ? mark : rest(lab, "delay_bytes", err);
	if (!ret)
		ret = bt_lab_clean_start(&load, err);
	if (!ret)
		ret = until_done(lab, &load, "clean", limit_ns, err);
	if (!ret)
		ret = rest(lab, "clean_bytes", err);
	if (!ret)
		ret = bt_lab_drop_start(&load, err);
	if (!ret)
		ret = until_done(lab, &load, "drop", limit_ns, err);
	if (!ret)
		ret = rest(lab, "drop_bytes", err);
	if (!ret)
		note_memory(lab, mark);
	/* The job is on our stack. */
	bt_lab_forget_job(lab->guests[0]);
	return ret;
}

int bt_lab_compiling(struct bt_lab *lab, struct bt_err *err)
{
	int ret = bt_lab_boot(lab, err);

	bt_lab_note_workload(lab);
	if (!ret)
		ret = bt_lab_mount_disk(lab, 0, err);
	if (!ret)
		ret = bt_lab_settle(lab, err);
	for (unsigned i = 0; i < lab->options->iterations && !ret; i++)
		ret = iterate(lab, i, err);
	return ret;
}
