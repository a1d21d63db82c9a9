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

	if (interval->point.gap)
		return BT_UNKNOWN;
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
	int rc = b->chained ? 0 : bt_bench_fresh(b, err);

	if (rc)
		return rc;
	bt_frame_copy(b->begin, bt_session_frame(b->session));
	b->repetition->phases[phase].known = true;
	b->repetition->phases[phase].start_utc_ns = b->begin->utc_ns;
	b->progress.phase = phase;
	b->progress.between = false;
	b->in_phase = true;
	b->chained = b->has_probed = false;
	bt_frame_copy(b->last, b->begin); /* samples of a phase begin with it */
	b->has_last = true;
	return 0;
}

/*
 * When a probe is over, its memory goes back, and the load has the machine for itself again: what
 * comes after the last page is no part of the phase.
 */
static void end_with_probe(struct bt_bench *b)
{
	struct bt_result_repetition *r = b->repetition;
	uint64_t end_ns = b->probed->mono_ns - b->first->mono_ns;

	while (r->sample_count && r->samples[r->sample_count - 1].at_ns > end_ns)
		r->sample_count--;
	fill(b, b->probed);
}

int bt_bench_end(struct bt_bench *b, struct bt_err *err)
{
	enum bt_phase phase = b->progress.phase;
	int rc = 0;

	if (b->has_probed) {
		end_with_probe(b);
	} else {
		rc = bt_bench_fresh(b, err);
		if (rc)
			return rc;
		bt_bench_observe(b, bt_session_frame(b->session)); /* and end with it */
		fill(b, bt_session_frame(b->session));
		b->chained = phase == BT_PHASE_WARMUP || phase == BT_PHASE_LOAD;
	}
	b->repetition->phases[phase].complete = true;
	b->progress.between = true;
	return 0;
}

void bt_bench_cut(struct bt_bench *b)
{
	struct bt_result_phase *phase = &b->repetition->phases[b->progress.phase];

	if (!b->in_phase)
		return;
	bt_bench_observe(b, bt_session_frame(b->session));
	fill(b, bt_session_frame(b->session));
	if (b->probing)
		phase->measure = b->measure;
}

void bt_bench_follow_probe(struct bt_bench *b, const struct bt_frame *frame)
{
	bool grew = b->measure.reached_bytes > b->probed_bytes;

	if (!b->probing)
		return;
	if (!grew && b->probe_grew) {
		bt_bench_observe(b, frame); /* the phase may end with it */
		bt_frame_copy(b->probed, frame);
	}
	b->has_probed = !grew && (b->has_probed || b->probe_grew);
	b->probe_grew = grew;
	b->probed_bytes = b->measure.reached_bytes;
}

/* ---- samples ------------------------------------------------------------------------------ */

static void watch_steady(struct bt_bench *b, const struct bt_frame *frame)
{
	struct bt_frame_totals older, newer;
	struct bt_steady_sample sample = { .ns = b->interval->point.length_ns };
	uint64_t allocs, frees, failures;

	bt_frame_totals(b->last, &older);
	bt_frame_totals(frame, &newer);
	allocs = delta(older.allocs, newer.allocs);
	frees = delta(older.frees, newer.frees);
	failures = delta(older.failures, newer.failures);
	if (allocs == BT_UNKNOWN || frees == BT_UNKNOWN || failures == BT_UNKNOWN)
		return;
	sample.failures = (double)failures;
	sample.allocs = (double)allocs;
	sample.frees = (double)frees;
	b->steady_now = bt_steady_add(&b->steady, &sample, b->plan->steady_percent);
}

static void add_sample(struct bt_bench *b, const struct bt_frame *frame)
{
	const struct bt_point *point = &b->interval->point;
	const struct bt_hist *hist = bt_point_is_bulk(point) ? &point->bulk_hist :
				     &point->hist[BT_OP_ALLOC];
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

/* Those that were killed besides our probes, one of which may be dead and not waited for. */
static uint64_t others_killed(const struct bt_bench *b, const struct bt_frame *frame)
{
	uint64_t kills = delta(b->first->vmstat[BT_VMSTAT_OOM_KILL],
			       frame->vmstat[BT_VMSTAT_OOM_KILL]);
	unsigned ours = b->probes_killed + b->probing;

	return kills == BT_UNKNOWN || kills <= ours ? 0 : kills - ours;
}

void bt_bench_count_kills(struct bt_bench *b, const struct bt_frame *frame)
{
	b->repetition->oom_kills = delta(b->first->vmstat[BT_VMSTAT_OOM_KILL],
					 frame->vmstat[BT_VMSTAT_OOM_KILL]);
}

static void judge_guards(struct bt_bench *b, const struct bt_frame *frame)
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
	if (others_killed(b, frame))
		bt_bench_flaw(b, "processes besides the probes that the OOM killer ended: %llu",
			      (unsigned long long)others_killed(b, frame));
	if (grew(older.online, newer.online))
		bt_bench_flaw(b, "CPUs went on or off line: %u at first, %u now", older.online,
			      newer.online);
}

void bt_bench_judge(struct bt_bench *b, const struct bt_frame *frame)
{
	if (b->has_first)
		judge_guards(b, frame);
	if (!b->generation)
		return;
	if (frame->config.generation > b->generation)
		bt_bench_flaw(b, "somebody else changed the config");
	else if (b->sent.run == BT_RUN_GO && frame->run != BT_RUN_GO)
		bt_bench_flaw(b, "the load stopped: %s", bt_reason_text(frame->reason));
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
