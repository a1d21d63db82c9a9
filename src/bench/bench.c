// SPDX-License-Identifier: GPL-2.0
/* The order of repetitions, and waiting. */
#include "bench/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_state.h"
#include "bench/stats.h"
#include "core/param.h"

#define TICK_NS (BT_NS_PER_S / 2)	/* between two looks at limits and progress */
#define FRESH_LIMIT_NS (60 * BT_NS_PER_S) /* a machine out of memory answers late */

/* ---- waiting ------------------------------------------------------------------------------ */

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void tell(struct bt_bench *b)
{
	const struct bt_bench_options *options = b->options;

	b->progress.elapsed_ns = bt_mono_ns() - b->start_ns;
	b->progress.measure = b->measure.state == BT_MEASURE_RUNNING ? &b->measure : NULL;
	b->progress.point = b->has_last ? &b->interval->point : NULL;
	if (b->done && b->progress.total) {
		unsigned left = b->progress.total - b->progress.position + 1;

		b->progress.left_ns = b->session_ns / b->done * left;
	}
	if (options->progress)
		options->progress(options->context, &b->progress);
}

/* A config of somebody else's that says nothing but that the load is to stop. */
static bool is_stop(const struct bt_bench *b, const struct bt_frame *frame)
{
	if (!b->generation || frame->config.generation <= b->generation ||
	    frame->config.run != BT_RUN_DRAIN)
		return false;
	for (unsigned i = 0; i < bt_param_count; i++) {
		if (!bt_param_same(&bt_params[i], &frame->config, &b->sent))
			return false;
	}
	return true;
}

/*
 * Whoever stops the load, by ctl or in a dashboard, wants the benchmark to end: it must not start the
 * load again. Anything else that is changed spoils the repetition.
 */
static int watch(struct bt_bench *b, const struct bt_frame *frame, struct bt_err *err)
{
	struct bt_measure other;

	if (!b->repetition)
		return 0;
	if (is_stop(b, frame))
		return bt_err_set(err, EINTR, "the load was stopped by somebody else");
	bt_session_measured(b->session, &other);
	if (!b->probing && b->has_first && other.state == BT_MEASURE_RUNNING)
		bt_bench_flaw(b, "somebody else measures at the same time");
	bt_bench_judge(b, frame);
	return b->repetition->flaw[0] ? bt_err_set(err, BT_ESPOILT, "%s", b->repetition->flaw) : 0;
}

int bt_bench_tick(struct bt_bench *b, struct bt_err *err)
{
	uint64_t spent_ns = bt_mono_ns() - b->start_ns, timeout_ns = b->options->timeout_ns;
	const struct bt_frame *frame;
	int rc;

	if (spent_ns >= timeout_ns)
		return bt_err_set(err, ETIME, "the time limit of %llu s is over",
				  (unsigned long long)(timeout_ns / BT_NS_PER_S));
	rc = bt_session_wait_frame(b->session, b->seq, earlier(TICK_NS, timeout_ns - spent_ns),
				   b->options->stop_fd, err);
	frame = bt_session_frame(b->session);
	if (b->probing)
		bt_session_measured(b->session, &b->measure);
	if (!rc) {
		b->seq = frame->seq;
		if (!frame->extra)
			bt_bench_observe(b, frame);
		bt_bench_follow_probe(b, frame);
		rc = watch(b, frame, err);
	}
	tell(b);
	return rc == -ETIMEDOUT ? 0 : rc;
}

static int check_refusal(const struct bt_bench *b, struct bt_err *err)
{
	const struct bt_frame *frame = bt_session_frame(b->session);

	if (!frame || frame->ack.token != b->token)
		return 0;
	/* What a result says it measured is what was measured. */
	if (!frame->ack.error && frame->ack.text[0] && b->sent.run != BT_RUN_DRAIN)
		return bt_err_set(err, ECANCELED, "the machine cannot do the config of '%s' as it "
				  "is, but with %s: plan it so (--set)", b->run->label,
				  frame->ack.text);
	if (!frame->ack.error)
		return 0;
	return bt_err_set(err, ECANCELED, "the machine refused the config of '%s': %s",
			  b->run->label, frame->ack.text);
}

int bt_bench_wait(struct bt_bench *b, bool (*reached)(struct bt_bench *b), uint64_t limit_ns,
		  const char *what, struct bt_err *err)
{
	uint64_t start_ns = bt_mono_ns();
	int rc = 0;

	while (!rc && !reached(b)) {
		if (bt_mono_ns() - start_ns >= limit_ns)
			return bt_err_set(err, ETIMEDOUT, "waited %llu s for %s",
					  (unsigned long long)(limit_ns / BT_NS_PER_S), what);
		rc = bt_bench_tick(b, err);
		if (!rc)
			rc = check_refusal(b, err);
	}
	return rc;
}

int bt_bench_fresh(struct bt_bench *b, struct bt_err *err)
{
	uint64_t start_ns = bt_mono_ns(), seq;
	int rc = 0;

	/* What was read by now is taken first; one more may have been on its way. */
	bt_session_step(b->session);
	if (bt_session_frame(b->session))
		b->seq = bt_session_frame(b->session)->seq;
	seq = b->seq;
	bt_session_kick(b->session);
	while (!rc && b->seq <= seq + !bt_session_frame(b->session)->extra) {
		if (bt_mono_ns() - start_ns >= FRESH_LIMIT_NS)
			return bt_err_set(err, ETIMEDOUT, "no frame from the machine for %llu s",
					  FRESH_LIMIT_NS / BT_NS_PER_S);
		rc = bt_bench_tick(b, err);
	}
	return rc;
}

static bool elapsed(struct bt_bench *b)
{
	return bt_session_frame(b->session)->mono_ns >= b->until_ns;
}

int bt_bench_rest(struct bt_bench *b, uint64_t ns, struct bt_err *err)
{
	b->until_ns = bt_session_frame(b->session)->mono_ns + ns;
	return bt_bench_wait(b, elapsed, UINT64_MAX, "", err);
}

/* ---- the order ---------------------------------------------------------------------------- */

int bt_bench_check(const struct bt_plan *plan, const struct bt_machine *machine,
		   const struct bt_frame *frame, struct bt_err *err)
{
	struct bt_err first = { 0 }, error;
	struct bt_config config;

	for (unsigned i = 0; i < plan->run_count; i++) {
		if (!bt_plan_config(&plan->runs[i], machine, frame, &config, &error))
			return 0;
		if (!first.code)
			first = error;
	}
	return bt_err_set(err, first.code, "%s", first.text);
}

bool bt_bench_is_done(const struct bt_result *result)
{
	for (unsigned i = 0; i < result->run_count; i++) {
		const struct bt_result_run *run = &result->runs[i];

		if (!run->left_out[0] && run->repetition_count < run->wanted)
			return false;
	}
	return true;
}

/* As a sweep that goes further than this machine does. */
static void leave_out(struct bt_bench *b)
{
	const struct bt_machine *machine = bt_session_machine(b->session);
	struct bt_result *result = b->options->result;
	struct bt_config config;
	struct bt_err error;

	for (unsigned i = 0; i < result->run_count; i++) {
		struct bt_result_run *run = &result->runs[i];

		run->left_out[0] = '\0';
		if (bt_plan_config(&b->options->plan->runs[i], machine,
				   bt_session_frame(b->session), &config, &error))
			bt_copy_clean(run->left_out, sizeof(run->left_out), error.text);
		else
			b->progress.total += b->options->plan->runs[i].repetitions;
	}
}

unsigned bt_bench_resume(struct bt_result *result)
{
	unsigned there = 0;

	for (unsigned i = 0; i < result->run_count; i++) {
		struct bt_result_run *run = &result->runs[i];

		while (run->repetition_count &&
		       !run->repetitions[run->repetition_count - 1].complete &&
		       !run->repetitions[run->repetition_count - 1].flaw[0])
			bt_result_drop(run);
		there += run->repetition_count;
	}
	result->partial = false;
	result->partial_reason[0] = '\0';
	return there;
}

static int one_repetition(struct bt_bench *b, unsigned index, struct bt_err *err)
{
	const struct bt_bench_options *options = b->options;
	uint64_t start_ns = bt_mono_ns();
	int rc, saved;

	b->plan = &options->plan->runs[index];
	b->run = &options->result->runs[index];
	b->repetition = bt_result_add(b->run);
	b->repetition->number = b->run->repetition_count;
	b->repetition->position = b->progress.position;
	b->progress.run = b->run;
	b->progress.repetition = b->repetition;
	rc = bt_bench_repetition(b, err);
	b->repetition = NULL;
	b->session_ns += bt_mono_ns() - start_ns;
	b->done++;
	options->result->end_utc_ns = bt_utc_ns();
	/* The first error is the one to tell of. */
	saved = options->save ?
		options->save(options->context, &b->progress, rc ? NULL : err) : 0;
	return rc ? rc : saved;
}

/* A run after the other, then all again: what drifts with time falls on all of them alike. */
static int one_round(struct bt_bench *b, unsigned round, unsigned *order,
		     struct bt_random *random, struct bt_err *err)
{
	const struct bt_plan *plan = b->options->plan;
	int rc = 0;

	for (unsigned i = 0; i < plan->run_count; i++)
		order[i] = i;
	for (unsigned i = plan->run_count; plan->shuffle && i > 1; i--) {
		unsigned other = (unsigned)bt_random_below(random, i), swap = order[i - 1];

		order[i - 1] = order[other];
		order[other] = swap;
	}
	for (unsigned i = 0; i < plan->run_count && !rc; i++) {
		const struct bt_result_run *run = &b->options->result->runs[order[i]];

		if (plan->runs[order[i]].repetitions < round || run->left_out[0] ||
		    run->repetition_count >= round)
			continue;
		b->progress.position++;
		rc = one_repetition(b, order[i], err);
	}
	return rc;
}

static int all_rounds(struct bt_bench *b, struct bt_err *err)
{
	const struct bt_plan *plan = b->options->plan;
	unsigned *order = bt_xcalloc(plan->run_count, sizeof(*order)), rounds = 0;
	struct bt_random random;
	int rc = 0;

	for (unsigned i = 0; i < plan->run_count; i++)
		rounds = plan->runs[i].repetitions > rounds ? plan->runs[i].repetitions : rounds;
	bt_random_seed(&random, plan->seed);
	for (unsigned round = 1; round <= rounds && !rc; round++)
		rc = one_round(b, round, order, &random, err);
	free(order);
	return rc;
}

static void mark_partial(struct bt_result *result, int rc, const struct bt_err *err)
{
	if (!rc)
		return;
	result->partial = true;
	bt_copy_clean(result->partial_reason, sizeof(result->partial_reason), err->text);
}

int bt_bench_run(const struct bt_bench_options *options, struct bt_err *err)
{
	const struct bt_machine *machine = bt_session_machine(options->session);
	struct bt_bench *b = bt_xcalloc(1, sizeof(*b));
	int rc;

	b->options = options;
	b->session = options->session;
	b->start_ns = bt_mono_ns();
	b->progress.left_ns = BT_UNKNOWN;
	for (unsigned i = 0; i < options->result->run_count; i++)
		b->progress.position += options->result->runs[i].repetition_count;
	b->first = bt_frame_create(machine);
	b->begin = bt_frame_create(machine);
	b->last = bt_frame_create(machine);
	b->probed = bt_frame_create(machine);
	b->interval = bt_interval_create(machine);
	b->whole = bt_interval_create(machine);
	bt_session_want(b->session, BT_WANT_FREQUENCY);
	rc = bt_bench_fresh(b, err);
	if (!rc)
		bt_bench_noise_before(b, bt_session_frame(b->session));
	if (!rc)
		rc = bt_bench_check(options->plan, machine, bt_session_frame(b->session), err);
	if (!rc) {
		leave_out(b);
		rc = all_rounds(b, err);
	}
	mark_partial(options->result, rc, err);
	bt_interval_free(b->whole);
	bt_interval_free(b->interval);
	bt_frame_free(b->probed);
	bt_frame_free(b->last);
	bt_frame_free(b->begin);
	bt_frame_free(b->first);
	free(b);
	return rc;
}
