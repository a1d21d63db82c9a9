// SPDX-License-Identifier: GPL-2.0
/* One repetition, phase by phase. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "bench/bench_state.h"

#define WHO "bench"
/* How long all CPUs may take to follow: one that is deep in reclaim is late. */
#define APPLY_LIMIT_NS (120 * BT_NS_PER_S)

/* ---- control ------------------------------------------------------------------------------ */

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

	if (frame->ack.token != b->token || frame->ack.error)
		return false;
	b->generation = frame->ack.generation; /* from now on another one is somebody else's */
	if (frame->config.generation != b->generation)
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
	rc = bt_session_publish(b->session, config, WHO, err);
	b->token = bt_session_token(b->session);
	if (rc)
		return rc;
	return bt_bench_wait(b, applied, APPLY_LIMIT_NS,
			     config->run == BT_RUN_DRAIN ? "the load to be given back" :
							   "all CPUs to take up the load", err);
}

static int drain(struct bt_bench *b, struct bt_err *err)
{
	struct bt_config config = b->run->config;

	bt_config_run(&config, BT_RUN_DRAIN);
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

	if (rc == -EBUSY) {
		bt_bench_flaw(b, "somebody else measures at the same time");
		return -BT_ESPOILT;
	}
	if (rc)
		return rc;
	b->measure = (struct bt_measure){ .state = BT_MEASURE_RUNNING };
	b->probed_bytes = 0;
	b->probing = true;
	b->probe_grew = b->has_probed = false;
	rc = bt_bench_wait(b, measured, UINT64_MAX, "", err);
	if (rc)
		return rc;
	b->probing = false;
	b->probes_killed += b->measure.end == BT_MEASURE_END_OOM_KILL;
	phase->measure = b->measure;
	if (b->measure.state != BT_MEASURE_FAILED)
		return 0;
	bt_bench_flaw(b, "the probe failed: %s", b->measure.text);
	return -BT_ESPOILT;
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
	return b->steady_now || spent_ns - b->plan->warmup_ns >= b->plan->steady_limit_ns;
}

/* Also one of before --resume, by somebody whose rights or limits were others. */
static int check_way(struct bt_bench *b)
{
	const char *way = b->repetition->way, *before = bt_result_way(b->run);

	if (bt_result_way_fits(b->run, way))
		return 0;
	bt_bench_flaw(b, "blocks came by %s, not by %s as in those before",
		      *way ? way : "the module", *before ? before : "the module");
	return -BT_ESPOILT;
}

/* The phase begins before the load does, so that it holds all of it. */
static int warm_up(struct bt_bench *b, struct bt_err *err)
{
	struct bt_config config = b->run->config;
	uint64_t now_ns;
	int rc = bt_bench_begin(b, BT_PHASE_WARMUP, err);

	bt_config_run(&config, BT_RUN_GO);
	if (!rc)
		rc = publish(b, &config, err);
	if (rc)
		return rc;
	bt_steady_begin(&b->steady);
	b->steady_now = false;
	b->steady_watched = b->plan->steady_limit_ns;
	rc = bt_bench_wait(b, is_warm, UINT64_MAX, "", err);
	now_ns = bt_session_frame(b->session)->mono_ns;
	b->steady_watched = false;
	snprintf(b->repetition->way, sizeof(b->repetition->way), "%s", b->last->way);
	if (!rc)
		rc = check_way(b);
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

	double limit_s = (double)(b->plan->warmup_ns + b->plan->steady_limit_ns) /
			 (double)BT_NS_PER_S;

	if (!b->plan->steady_limit_ns || b->repetition->steady)
		return;
	if (isnan(b->steady.spread))
		snprintf(text, sizeof(text), "steady or not: %.1f s have too few samples to tell",
			 limit_s);
	else if (b->steady.spread * 100 <= b->plan->steady_percent)
		snprintf(text, sizeof(text),
			 "no steady state within %.1f s: what it holds still grew or shrank", limit_s);
	else
		snprintf(text, sizeof(text),
			 "no steady state within %.1f s: rates differed by %.0f %%", limit_s,
			 b->steady.spread * 100);
	bt_result_warn(&b->repetition->warnings, &b->repetition->warning_count, text);
}

static int start(struct bt_bench *b, struct bt_err *err)
{
	const struct bt_machine *machine = bt_session_machine(b->session);
	int rc = bt_plan_config(b->plan, machine, bt_session_frame(b->session), &b->run->config,
				err);

	if (rc) { /* it could when the benchmark began */
		bt_bench_flaw(b, "%s", err->text);
		return -BT_ESPOILT;
	}
	b->run->known = true;
	b->progress.between = true;
	b->generation = 0;
	b->has_first = b->chained = b->probing = false;
	b->probes_killed = 0;
	b->measure.state = BT_MEASURE_NONE;
	rc = drain(b, err);
	if (!rc)
		rc = bt_bench_rest(b, b->plan->settle_ns, err);
	if (!rc)
		rc = bt_bench_fresh(b, err);
	if (rc)
		return rc;
	bt_frame_copy(b->first, bt_session_frame(b->session));
	b->has_first = true;
	return 0;
}

static int finish(struct bt_bench *b, struct bt_err *err)
{
	int rc;

	bt_bench_noise(b, bt_session_frame(b->session));
	bt_bench_count_kills(b, bt_session_frame(b->session));
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
	b->probing = false;
	b->repetition->end_utc_ns = bt_utc_ns();
	/* What was spoilt is told by its flaw, and the next one may be a good one. */
	return rc == -BT_ESPOILT ? 0 : rc;
}
