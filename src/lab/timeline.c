// SPDX-License-Identifier: GPL-2.0
/*
 * stream and ftq: what a guest's own work notices of its memory leaving and coming back. All memory
 * is touched first. Then the work runs for the whole timeline; after a seventh of it the guest
 * shrinks to the least, after nine fourteenths it grows to the most: 20, 90 and 140 s in the
 * HyperAlloc benchmarks. A baseline is the same without resizing.
 *
 *	stream	memory bandwidth (copy, scale, add, triad), a row for each pass over the arrays
 *	ftq	work done in fixed quanta of time, a row for each quantum
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/util.h"
#include "lab/bench.h"
#include "lab/metric.h"

#define COUNTS_MAX (BT_LAB_COLUMNS_MAX - 3)

/* When it shrinks, grows and ends, in 14ths of the timeline. */
enum { SHRINK_PARTS = 2, GROW_PARTS = 9, PARTS = 14 };

static uint64_t part_ns(const struct bt_lab *lab, unsigned parts)
{
	return lab->options->timeline_ns / PARTS * parts;
}

/* ---- rows --------------------------------------------------------------------------------- */

static double guest_time(const struct bt_lab *lab, uint64_t guest_ns)
{
	return bt_lab_at(lab, bt_lab_guest_time(lab->guests[0], guest_ns));
}

static unsigned kernel_number(const char *name)
{
	unsigned i = 0;

	while (i < BT_LAB_KERNELS && (!name || strcmp(bt_lab_kernel_name[i], name)))
		i++;
	return i;
}

static void take_stream_row(void *context, const struct bt_json *row)
{
	static const char *const columns[] = { "kernel", "iteration", "begin_ns", "end_ns", "bytes",
					       NULL };
	struct bt_lab *lab = context;
	struct bt_lab_table *table = bt_lab_run_table(lab->run, "stream", columns);
	unsigned kernel = kernel_number(bt_json_get_string(row, "kernel"));
	uint64_t iteration = 0, start_ns, ns, bytes;

	if (!table || kernel == BT_LAB_KERNELS ||
	    !bt_json_get_u64(row, "start_ns", &start_ns) || !bt_json_get_u64(row, "ns", &ns) ||
	    !bt_json_get_u64(row, "bytes", &bytes))
		return;
	bt_json_get_u64(row, "iteration", &iteration);
	bt_lab_table_add(table, (const double[]){ kernel, (double)iteration,
						  guest_time(lab, start_ns),
						  guest_time(lab, start_ns + ns), (double)bytes });
}

static struct bt_lab_table *ftq_table(struct bt_lab *lab, unsigned threads)
{
	char names[COUNTS_MAX][16];
	const char *columns[BT_LAB_COLUMNS_MAX + 1] = { "sample", "begin_ns", "work" };

	for (unsigned i = 0; i < threads && i < COUNTS_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "thread%u", i);
		columns[3 + i] = names[i];
	}
	return bt_lab_run_table(lab->run, "ftq", columns);
}

static void take_ftq_row(void *context, const struct bt_json *row)
{
	struct bt_lab *lab = context;
	const struct bt_json *counts = bt_json_get_array(row, "counts"), *count;
	double cells[BT_LAB_COLUMNS_MAX] = { 0 };
	struct bt_lab_table *table;
	uint64_t sample, start_ns, value;
	unsigned threads = 0;

	if (!counts || counts->count != lab->options->threads ||
	    !bt_json_get_u64(row, "sample", &sample) ||
	    !bt_json_get_u64(row, "start_ns", &start_ns))
		return;
	table = ftq_table(lab, counts->count);
	for (count = counts->child; count && threads < COUNTS_MAX; count = count->next) {
		if (!bt_json_as_u64(count, &value))
			return;
		cells[3 + threads++] = (double)value;
		cells[2] += (double)value;
	}
	cells[0] = (double)sample;
	cells[1] = guest_time(lab, start_ns);
	if (table)
		bt_lab_table_add(table, cells);
}

/* ---- requests ------------------------------------------------------------------------------ */

static void stream_arguments(struct bt_json_writer *w, const void *context)
{
	const struct bt_lab_options *options = ((const struct bt_lab *)context)->options;

	bt_json_array(w, "kernels");
	for (unsigned i = 0; i < BT_LAB_KERNELS; i++) {
		if (options->kernels & 1u << i)
			bt_json_string(w, NULL, bt_lab_kernel_name[i]);
	}
	bt_json_end_array(w);
	bt_json_u64(w, "bytes", 3 * options->array_bytes);
	bt_json_u64(w, "threads", options->threads);
	bt_json_u64(w, "iterations", 1000000);	/* the limit of time comes first */
	bt_json_u64(w, "limit_ns", options->timeline_ns);
}

static void ftq_arguments(struct bt_json_writer *w, const void *context)
{
	const struct bt_lab_options *options = ((const struct bt_lab *)context)->options;

	bt_json_u64(w, "quantum_ns", options->quantum_ns);
	bt_json_u64(w, "threads", options->threads);
	bt_json_u64(w, "samples", options->timeline_ns / options->quantum_ns);
}

/* ---- the timeline -------------------------------------------------------------------------- */

static int touch_all(struct bt_lab *lab, struct bt_err *err)
{
	struct bt_lab_memory_work work = { .threads = lab->options->threads };
	int ret = bt_lab_settle(lab, err);

	if (!ret)
		ret = bt_lab_fillable(lab, 0, &work.bytes, err);
	if (!ret)
		ret = bt_lab_fill(lab, 0, &work, err);
	if (!ret)
		ret = bt_lab_release(lab, 0, err);
	return ret ? ret : bt_lab_settle(lab, err);
}

/* Why the work is over before its time: its own error, or the timeline is too short for it. */
static int ended_early(struct bt_lab *lab, const struct bt_lab_job *job, struct bt_err *err)
{
	lab->end = BT_LAB_WORKLOAD;
	if (job->error.code) {
		*err = job->error;
		return -err->code;
	}
	return bt_err_set(err, ERANGE, "%s ended before the guest had grown again: a longer --timeline "
			  "is needed", job->name);
}

/* The measured part begins after the guest has made its arrays. */
static int wait_begun(struct bt_lab *lab, struct bt_lab_job *job, struct bt_err *err)
{
	uint64_t end_ns = bt_mono_ns() + lab->options->work_limit_ns;
	int ret = 0;

	while (!ret && !job->begun_ns && !job->done) {
		if (bt_mono_ns() > end_ns)
			return bt_err_set(err, ETIMEDOUT, "%s in the guest does not begin",
					  job->name);
		ret = bt_lab_until(lab, bt_mono_ns() + 20 * BT_NS_PER_MS, err);
	}
	return ret || !job->error.code ? ret : ended_early(lab, job, err);
}

static int resize_on_the_way(struct bt_lab *lab, struct bt_lab_job *job, struct bt_err *err)
{
	const struct bt_mode_size *size = &lab->options->size;
	uint64_t grow_ns = job->begun_ns + part_ns(lab, GROW_PARTS);
	int ret = bt_lab_until(lab, job->begun_ns + part_ns(lab, SHRINK_PARTS), err);

	if (!ret)
		ret = bt_lab_resize_to(lab, 0, size->least_bytes, "shrink", err);
	bt_lab_doing(lab, "%s, shrunk", job->name);
	if (!ret)
		ret = bt_lab_until(lab, grow_ns, err);
	if (!ret && job->done)
		return ended_early(lab, job, err);
	if (!ret)
		ret = bt_lab_resize_to(lab, 0, size->memory_bytes, "grow", err);
	bt_lab_doing(lab, "%s, grown", job->name);
	return ret;
}

static int run_work(struct bt_lab *lab, struct bt_lab_job *job, struct bt_err *err)
{
	int ret = bt_lab_boot(lab, err);

	if (!ret)
		ret = touch_all(lab, err);
	if (!ret)
		ret = bt_lab_job_start(lab->guests[0], job, err);
	bt_lab_doing(lab, "%s", job->name);
	if (!ret)
		ret = wait_begun(lab, job, err);
	if (!ret && !lab->options->baseline)
		ret = resize_on_the_way(lab, job, err);
	if (!ret)
		ret = bt_lab_finish_job(lab, job,
					lab->options->timeline_ns + lab->options->work_limit_ns, err);
	/* The request lives here: the guest must not go on with it. */
	if (ret && !job->done)
		bt_lab_forget_job(lab->guests[0]);
	return ret;
}

static void note_timeline(struct bt_lab *lab)
{
	bt_lab_run_parameter(lab->run, "timeline_ns", "%llu",
			     (unsigned long long)lab->options->timeline_ns);
	bt_lab_run_parameter(lab->run, "baseline", "%s", lab->options->baseline ? "yes" : "no");
}

/* "copy+triad", as it is given. */
static void note_kernels(struct bt_lab *lab)
{
	char text[64] = "";

	for (unsigned i = 0; i < BT_LAB_KERNELS; i++) {
		if (lab->options->kernels & 1u << i)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
				 *text ? "+" : "", bt_lab_kernel_name[i]);
	}
	bt_lab_run_parameter(lab->run, "operation", "%s", text);
}

int bt_lab_stream(struct bt_lab *lab, struct bt_err *err)
{
	struct bt_lab_job job = { .name = "stream", .arguments = stream_arguments,
				  .row = take_stream_row, .context = lab };

	note_timeline(lab);
	note_kernels(lab);
	bt_lab_run_parameter(lab->run, "array_bytes", "%llu",
			     (unsigned long long)lab->options->array_bytes);
	return run_work(lab, &job, err);
}

int bt_lab_ftq(struct bt_lab *lab, struct bt_err *err)
{
	struct bt_lab_job job = { .name = "ftq", .arguments = ftq_arguments, .row = take_ftq_row,
				  .context = lab };

	note_timeline(lab);
	bt_lab_run_parameter(lab->run, "quantum_ns", "%llu",
			     (unsigned long long)lab->options->quantum_ns);
	return run_work(lab, &job, err);
}
