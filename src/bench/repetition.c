// SPDX-License-Identifier: GPL-2.0
/* One repetition, phase by phase. */
#include <errno.h>
#include <stdio.h>

#include "bench/bench_state.h"
#include "core/param.h"

#define WHO "bench"
/* How long all CPUs may take to follow: one that is deep in reclaim is late. */
#define APPLY_LIMIT_NS (120 * BT_NS_PER_S)

/* ---- control ------------------------------------------------------------------------------ */

static bool same_config(const struct bt_config *a, const struct bt_config *b)
{
	for (unsigned i = 0; i < bt_param_count; i++) {
		if (!bt_param_same(&bt_params[i], a, b))
			return false;
	}
	return a->run == b->run;
}

/* Of those that run: what a CPU held when it went off line is not for them to give back. */
static bool holds(const struct bt_frame *frame)
{
	for (unsigned i = 0; i < frame->cpu_count; i++) {
		if (frame->cpus[i].online && frame->cpus[i].held_pages)
			return true;
	}
	return false;
}

static bool applied(struct bt_bench *b)
{
	const struct bt_frame *frame = bt_session_frame(b->session);
	struct bt_frame_totals totals;

	if (frame->ack.token == b->ack_token || !same_config(&frame->config, &b->sent))
		return false;
	bt_frame_totals(frame, &totals);
	return totals.applied == totals.online &&
	       (b->sent.run != BT_RUN_DRAIN || !holds(frame));
}

static int publish(struct bt_bench *b, const struct bt_config *config, struct bt_err *err)
{
	int rc;

	b->sent = *config;
	b->generation = 0;
	b->ack_token = bt_session_frame(b->session)->ack.token;
	rc = bt_session_publish(b->session, config, WHO, err);
	if (rc)
		return rc;
	return bt_bench_wait(b, applied, APPLY_LIMIT_NS,
			     config->run == BT_RUN_DRAIN ? "the load to be given back" :
							   "all CPUs to take up the load", err);
}

static int drain(struct bt_bench *b, struct bt_err *err)
{
	struct bt_config config = b->run->config;

	config.run = BT_RUN_DRAIN;
	return publish(b, &config, err);
}

void bt_bench_stop(struct bt_bench *b)
{
	bt_session_stop_now(b->session, WHO, NULL);
}

/* ---- probes ------------------------------------------------------------------------------- */

static bool measured(struct bt_bench *b)
{
	bt_session_measured(b->session, &b->measure);
	return b->measure.state != BT_MEASURE_RUNNING;
}

static int probe(struct bt_bench *b, struct bt_err *err)
{
	struct bt_result_phase *phase = &b->repetition->phases[b->progress.phase];
	const struct bt_measure_options options = {
		.limit_bytes = b->plan->limit_bytes == BT_UNKNOWN ? 0 : b->plan->limit_bytes,
		.region_bytes = b->plan->region_bytes,
		.stop_psi_percent = b->plan->stop_psi_percent,
	};
	int rc = bt_session_measure(b->session, &options, err);

	b->measure.state = BT_MEASURE_RUNNING;
	if (!rc)
		rc = bt_bench_wait(b, measured, UINT64_MAX, "", err);
	if (rc)
		return rc;
	phase->measure = b->measure;
	if (b->measure.state == BT_MEASURE_FAILED)
		bt_bench_flaw(b, "the probe failed: %s", b->measure.text);
	return 0;
}

/* ---- phases ------------------------------------------------------------------------------- */

static int idle(struct bt_bench *b, struct bt_err *err)
{
	int rc = bt_bench_begin(b, BT_PHASE_IDLE, err);

	if (!rc)
		rc = probe(b, err);
	return rc ? rc : bt_bench_end(b, err);
}

static bool is_warm(struct bt_bench *b)
{
	uint64_t now_ns = bt_session_frame(b->session)->mono_ns;
	uint64_t spent_ns = now_ns - b->begin->mono_ns;

	if (spent_ns < b->plan->warmup_ns)
		return false;
	return b->steady_now || spent_ns >= b->plan->steady_limit_ns;
}

/* The phase begins before the load does, so that it holds all of it. */
static int warm_up(struct bt_bench *b, struct bt_err *err)
{
	struct bt_config config = b->run->config;
	uint64_t now_ns;
	int rc = bt_bench_begin(b, BT_PHASE_WARMUP, err);

	config.run = BT_RUN_GO;
	if (!rc)
		rc = publish(b, &config, err);
	if (rc)
		return rc;
	b->generation = bt_session_frame(b->session)->config.generation;
	bt_steady_begin(&b->steady);
	b->steady_now = false;
	b->steady_watched = b->plan->steady_limit_ns;
	rc = bt_bench_wait(b, is_warm, UINT64_MAX, "", err);
	now_ns = bt_session_frame(b->session)->mono_ns;
	b->steady_watched = false;
	b->repetition->steady = b->steady_now;
	b->repetition->steady_spread = b->steady.spread;
	if (b->steady_now)
		b->repetition->steady_after_ns = now_ns - b->begin->mono_ns;
	return rc ? rc : bt_bench_end(b, err);
}

static int load(struct bt_bench *b, struct bt_err *err)
{
	int rc = bt_bench_begin(b, BT_PHASE_LOAD, err);

	if (!rc)
		rc = bt_bench_rest(b, b->plan->load_ns, err);
	return rc ? rc : bt_bench_end(b, err);
}

static int pressed(struct bt_bench *b, struct bt_err *err)
{
	int rc = bt_bench_begin(b, BT_PHASE_PRESSED, err);

	if (!rc)
		rc = probe(b, err);
	return rc ? rc : bt_bench_end(b, err);
}

/* ---- all of it ---------------------------------------------------------------------------- */

static void warn_unsteady(struct bt_bench *b)
{
	char text[160];

	if (!b->plan->steady_limit_ns || b->repetition->steady)
		return;
	snprintf(text, sizeof(text), "no steady state within %.1f s: rates differed by %.0f %%",
		 (double)b->plan->steady_limit_ns / (double)BT_NS_PER_S,
		 b->steady.spread * 100);
	bt_result_warn(&b->repetition->warnings, &b->repetition->warning_count, text);
}

static int start(struct bt_bench *b, struct bt_err *err)
{
	const struct bt_machine *machine = bt_session_machine(b->session);
	int rc = bt_plan_config(b->plan, machine, bt_session_frame(b->session), &b->run->config,
				err);

	b->run->known = !rc;
	b->progress.between = true;
	b->measure.state = BT_MEASURE_NONE;
	if (!rc)
		rc = drain(b, err);
	b->generation = 0;
	if (!rc)
		rc = bt_bench_rest(b, b->plan->settle_ns, err);
	if (!rc)
		rc = bt_bench_fresh(b, err);
	if (!rc)
		bt_frame_copy(b->first, bt_session_frame(b->session));
	return rc;
}

static int finish(struct bt_bench *b, struct bt_err *err)
{
	int rc;

	bt_bench_judge(b, bt_session_frame(b->session));
	bt_bench_noise(b, bt_session_frame(b->session));
	warn_unsteady(b);
	rc = drain(b, err);
	b->repetition->complete = !rc;
	return rc;
}

int bt_bench_repetition(struct bt_bench *b, struct bt_err *err)
{
	int rc;

	b->repetition->start_utc_ns = bt_utc_ns();
	rc = start(b, err);
	if (!rc && b->plan->probe)
		rc = idle(b, err);
	if (!rc)
		rc = warm_up(b, err);
	if (!rc && b->plan->load_ns)
		rc = load(b, err);
	if (!rc && b->plan->probe)
		rc = pressed(b, err);
	if (!rc)
		rc = finish(b, err);
	if (rc) {
		bt_bench_cut(b);
		bt_bench_stop(b);
	}
	b->repetition->end_utc_ns = bt_utc_ns();
	return rc;
}
