// SPDX-License-Identifier: GPL-2.0
/* What frames say of a microbenchmark under way: whether a phase is over, what it measured. */
#include "session/kbench_state.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/mask.h"
#include "core/param.h"

struct bt_kbench_group *bt_kbench_group_of(const struct bt_kbench_run *run)
{
	return &run->result->groups[run->group];
}

uint64_t bt_kbench_blocks(const struct bt_kbench_run *run)
{
	const struct bt_kbench_group *group = bt_kbench_group_of(run);

	switch (run->phase->amount) {
	case AMOUNT_ALL:
		return group->allocs;
	case AMOUNT_HALF:
		return group->filled / 2 ? group->filled / 2 : 1;
	case AMOUNT_SHARE:
		return bt_kbench_share(&run->result->plan, group->filled);
	default:
		return 0;
	}
}

void bt_kbench_flaw(struct bt_kbench_run *run, const char *format, ...)
{
	va_list args;

	if (run->result->flaw[0])
		return;
	va_start(args, format);
	vsnprintf(run->result->flaw, sizeof(run->result->flaw), format, args);
	va_end(args);
}

/* ---- what frames say ---------------------------------------------------------------------- */

bool bt_kbench_drained(const struct bt_kbench_run *run, const struct bt_frame *frame)
{
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	return totals.applied == totals.online && !totals.held_blocks &&
	       frame->config.generation == run->generation;
}

bool bt_kbench_ended(struct bt_kbench_run *run, const struct bt_frame *frame)
{
	double blocks = (double)bt_kbench_blocks(run) * bt_kbench_group_of(run)->threads, done = 0;
	bool all = true;

	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++) {
		const struct bt_frame_step *step = &frame->cpus[cpu].step;

		if (!bt_mask_test(bt_kbench_group_of(run)->cpus, cpu))
			continue;
		all = all && step->ended == run->generation && step->generation == run->generation;
		if (step->generation == run->generation)
			done += (double)step->done;
	}
	run->phase_ratio = blocks > 0 ? done / blocks : NAN;
	return all;
}

static bool grew(uint64_t older, uint64_t newer)
{
	return older != BT_UNKNOWN && newer != BT_UNKNOWN && newer > older;
}

bool bt_kbench_judge(struct bt_kbench_run *run, const struct bt_frame *frame)
{
	struct bt_frame_totals before, now;

	if (run->generation && frame->config.generation > run->generation) {
		if (frame->run == BT_RUN_DRAIN && frame->reason != BT_REASON_USER)
			bt_kbench_flaw(run, "stopped: %s", bt_reason_text(frame->reason));
		else
			bt_kbench_flaw(run, "another configuration was published, by somebody else or "
			     "because memory came or went");
		return true;
	}
	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++) {
		if (bt_mask_test(bt_kbench_group_of(run)->cpus, cpu) && !frame->cpus[cpu].online)
			bt_kbench_flaw(run, "CPU %u went offline", cpu);
	}
	if (!run->has_begin)
		return false;
	bt_frame_totals(run->begin, &before);
	bt_frame_totals(frame, &now);
	if (grew(before.throttled, now.throttled))
		bt_kbench_flaw(run, "guard safe kept its reserve: less memory than that is available");
	return false;
}

/* ---- measuring ---------------------------------------------------------------------------- */

static void take_times(const struct bt_kbench_run *run, const struct bt_frame *frame,
		       struct bt_kbench_times *times)
{
	uint64_t sum = 0;
	unsigned threads = 0;

	*times = (struct bt_kbench_times){ .min_ns = BT_UNKNOWN, .avg_ns = BT_UNKNOWN,
					   .max_ns = BT_UNKNOWN };
	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++) {
		const struct bt_frame_step *step = &frame->cpus[cpu].step;
		uint64_t ns;

		if (!bt_mask_test(bt_kbench_group_of(run)->cpus, cpu) || !step->done)
			continue;
		ns = (step->end_ns - step->start_ns - step->preempted_ns) / step->done;
		times->min_ns = !threads || ns < times->min_ns ? ns : times->min_ns;
		times->max_ns = !threads || ns > times->max_ns ? ns : times->max_ns;
		sum += ns;
		threads++;
	}
	if (threads)
		times->avg_ns = sum / threads;
}

static void add_counts(const struct bt_kbench_run *run, const struct bt_frame *frame,
		       struct bt_kbench_row *row)
{
	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++) {
		if (!bt_mask_test(bt_kbench_group_of(run)->cpus, cpu))
			continue;
		row->failures += frame->cpus[cpu].step.failures;
		row->preempted_ns += frame->cpus[cpu].step.preempted_ns;
	}
}

void bt_kbench_filled(struct bt_kbench_run *run, const struct bt_frame *frame)
{
	struct bt_kbench_group *group = bt_kbench_group_of(run);
	struct bt_kbench_row fill = { .failures = 0 };
	uint64_t asked = group->allocs * group->threads;

	add_counts(run, frame, &fill);
	group->fill_failures = fill.failures;
	group->filled = fill.failures < asked ? (asked - fill.failures) / group->threads : 0;
	if (!group->filled)
		bt_kbench_flaw(run, "no block of order %u was to be had: there is nothing to fragment",
			       group->order);
}

void bt_kbench_measure(struct bt_kbench_run *run, const struct bt_frame *frame)
{
	const struct bt_kbench_phase *phase = run->phase;
	struct bt_kbench_group *group = bt_kbench_group_of(run);
	struct bt_kbench_row *row = &run->row;
	struct bt_frame_totals before, now;

	bt_interval_derive(run->whole, run->begin, frame);
	bt_frame_totals(run->begin, &before);
	bt_frame_totals(frame, &now);
	if (phase->measures & MEASURES_GET) {
		take_times(run, frame, &row->get);
		row->get.latency = run->whole->point.latency[BT_OP_ALLOC];
		bt_hist_add(&group->get, &run->whole->point.hist[BT_OP_ALLOC]);
	}
	if (phase->measures & MEASURES_PUT) {
		take_times(run, frame, &row->put);
		row->put.latency = run->whole->point.latency[BT_OP_FREE];
		bt_hist_add(&group->put, &run->whole->point.hist[BT_OP_FREE]);
	}
	add_counts(run, frame, row);
	row->preempted += now.preempted - before.preempted;
}
