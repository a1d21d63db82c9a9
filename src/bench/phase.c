// SPDX-License-Identifier: GPL-2.0
/* What a phase's frames say: its point, its counts, its samples, and what spoils a repetition. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/bench_state.h"
#include "core/param.h"
#include "frame/noise.h"

static uint64_t delta(uint64_t older, uint64_t newer)
{
	return older == BT_UNKNOWN || newer == BT_UNKNOWN || newer < older ? BT_UNKNOWN :
									     newer - older;
}

static uint64_t pages_of(const struct bt_interval *interval)
{
	uint64_t pages = 0;

	for (unsigned order = 0; order < BT_MAX_ORDERS; order++)
		pages += interval->order_allocs[order] << order;
	return pages;
}

/* ---- phases ------------------------------------------------------------------------------- */

static void count(struct bt_result_phase *phase, const struct bt_interval *whole,
		  const struct bt_frame *older, const struct bt_frame *newer)
{
	struct bt_frame_totals a, b;

	bt_frame_totals(older, &a);
	bt_frame_totals(newer, &b);
	phase->counts = (struct bt_result_counts){
		.alloc_blocks = delta(a.allocs, b.allocs),
		.alloc_pages = pages_of(whole),
		.free_blocks = delta(a.frees, b.frees),
		.failures = delta(a.failures, b.failures),
		.backoffs = delta(a.backoffs, b.backoffs),
		.throttled = delta(a.throttled, b.throttled),
		.preempted = delta(a.preempted, b.preempted),
		.remote_blocks = delta(a.remote_blocks, b.remote_blocks),
		.remote_pages = delta(a.remote_pages, b.remote_pages),
	};
	phase->oom_notifications = delta(older->oom_notifications, newer->oom_notifications);
}

static void fill(struct bt_bench *b, const struct bt_frame *frame)
{
	struct bt_result_phase *phase = &b->repetition->phases[b->progress.phase];

	bt_interval_derive(b->whole, b->begin, frame);
	phase->point = b->whole->point;
	count(phase, b->whole, b->begin, frame);
	b->in_phase = false;
}

int bt_bench_begin(struct bt_bench *b, enum bt_phase phase, struct bt_err *err)
{
	int rc = bt_bench_fresh(b, err);

	if (rc)
		return rc;
	bt_frame_copy(b->begin, bt_session_frame(b->session));
	b->repetition->phases[phase].known = true;
	b->repetition->phases[phase].start_utc_ns = b->begin->utc_ns;
	b->progress.phase = phase;
	b->progress.between = false;
	b->in_phase = true;
	bt_frame_copy(b->last, b->begin); /* samples of a phase begin with it */
	b->has_last = true;
	return 0;
}

int bt_bench_end(struct bt_bench *b, struct bt_err *err)
{
	int rc = bt_bench_fresh(b, err);

	if (rc)
		return rc;
	bt_bench_observe(b, bt_session_frame(b->session)); /* and end with it */
	fill(b, bt_session_frame(b->session));
	b->repetition->phases[b->progress.phase].complete = true;
	b->progress.between = true;
	return 0;
}

void bt_bench_cut(struct bt_bench *b)
{
	struct bt_result_phase *phase = &b->repetition->phases[b->progress.phase];

	if (!b->in_phase)
		return;
	fill(b, bt_session_frame(b->session));
	phase->measure = b->measure;
}

/* ---- samples ------------------------------------------------------------------------------ */

static void watch_steady(struct bt_bench *b, const struct bt_frame *frame)
{
	struct bt_frame_totals older, newer;
	struct bt_steady_sample sample = { .ns = b->interval->point.length_ns };
	uint64_t allocs, frees;

	bt_frame_totals(b->last, &older);
	bt_frame_totals(frame, &newer);
	allocs = delta(older.allocs, newer.allocs);
	frees = delta(older.frees, newer.frees);
	if (allocs == BT_UNKNOWN || frees == BT_UNKNOWN)
		return;
	sample.allocs = (double)allocs;
	sample.frees = (double)frees;
	b->steady_now = bt_steady_add(&b->steady, &sample, b->plan->steady_percent);
}

static void add_sample(struct bt_bench *b, const struct bt_frame *frame)
{
	const struct bt_point *point = &b->interval->point;
	const struct bt_hist *hist = &point->hist[BT_OP_ALLOC];
	struct bt_result_sample sample = {
		.at_ns = frame->mono_ns - b->first->mono_ns,
		.length_ns = point->length_ns,
		.phase = (uint8_t)b->progress.phase,
		.allocs_per_s = point->allocs_per_s,
		.available_bytes = point->available_bytes,
		.held_bytes = point->held_bytes,
	};

	for (unsigned i = 0; i < BT_HIST_BUCKETS; i++)
		sample.alloc_bins[bt_hist_log2_bin(i)] += (uint32_t)hist->count[i];
	/* The rest of a phase is too short for a rate of its own. */
	if (sample.length_ns < b->options->result->interval_ns / 2)
		bt_result_extend(b->repetition, &sample);
	else
		bt_result_sample(b->repetition, &sample);
}

void bt_bench_observe(struct bt_bench *b, const struct bt_frame *frame)
{
	if (b->has_last && frame->mono_ns > b->last->mono_ns) {
		bt_interval_derive(b->interval, b->last, frame);
		if (b->steady_watched)
			watch_steady(b, frame);
		if (b->in_phase)
			add_sample(b, frame);
	}
	bt_frame_copy(b->last, frame);
	b->has_last = true;
}

/* ---- what spoils it ----------------------------------------------------------------------- */

void bt_bench_flaw(struct bt_bench *b, const char *format, ...)
{
	va_list args;

	if (b->repetition->flaw[0])
		return; /* the first one is the cause */
	va_start(args, format);
	vsnprintf(b->repetition->flaw, sizeof(b->repetition->flaw), format, args);
	va_end(args);
}

static bool grew(uint64_t older, uint64_t newer)
{
	return older != BT_UNKNOWN && newer != BT_UNKNOWN && newer != older;
}

void bt_bench_judge(struct bt_bench *b, const struct bt_frame *frame)
{
	const struct bt_frame *first = b->first;
	struct bt_frame_totals older, newer;

	bt_frame_totals(first, &older);
	bt_frame_totals(frame, &newer);
	if (grew(first->oom_freed_pages, frame->oom_freed_pages))
		bt_bench_flaw(b, "guard: the OOM notifier took the load away");
	if (grew(older.throttled, newer.throttled))
		bt_bench_flaw(b, "guard: the reserve held the load back");
	if (grew(first->lease_expiries, frame->lease_expiries))
		bt_bench_flaw(b, "guard: the lease expired");
	if (grew(first->limit_expiries, frame->limit_expiries))
		bt_bench_flaw(b, "guard: the load's time limit was reached");
	if (b->generation && frame->config.generation != b->generation)
		bt_bench_flaw(b, "somebody else changed the config");
	if (b->generation && frame->run != BT_RUN_GO)
		bt_bench_flaw(b, "the load stopped: %s", bt_reason_text(frame->reason));
	if (grew(older.online, newer.online))
		bt_bench_flaw(b, "CPUs went on or off line: %u at first, %u at the end",
			      older.online, newer.online);
}

/* ---- noise -------------------------------------------------------------------------------- */

void bt_bench_noise_before(struct bt_bench *b, const struct bt_frame *frame)
{
	struct bt_result *result = b->options->result;
	char texts[BT_NOISE_WARNINGS][BT_NOISE_TEXT];
	struct bt_noise noise;
	unsigned count;

	bt_noise_between(&noise, frame, frame);
	count = bt_noise_warnings(bt_session_machine(b->session), &noise, texts);
	for (unsigned i = 0; i < count; i++)
		bt_result_warn(&result->warnings, &result->warning_count, texts[i]);
	if (isnan(result->load1_before))
		result->load1_before = noise.load1_before;
}

static bool is_said(const struct bt_result *result, const char *text)
{
	for (unsigned i = 0; i < result->warning_count; i++) {
		if (!strcmp(result->warnings[i], text))
			return true;
	}
	return false;
}

/* What holds for all of it is said once; the load of a repetition is that of the one before it. */
void bt_bench_noise(struct bt_bench *b, const struct bt_frame *frame)
{
	struct bt_result_repetition *r = b->repetition;
	char texts[BT_NOISE_WARNINGS][BT_NOISE_TEXT];
	struct bt_noise noise;
	unsigned count;

	bt_noise_between(&noise, b->first, frame);
	noise.load1_before = NAN;
	r->steal_ratio = noise.steal_ratio;
	count = bt_noise_warnings(bt_session_machine(b->session), &noise, texts);
	for (unsigned i = 0; i < count; i++) {
		if (!is_said(b->options->result, texts[i]))
			bt_result_warn(&r->warnings, &r->warning_count, texts[i]);
	}
}
