// SPDX-License-Identifier: GPL-2.0
/*
 * Microbenchmarks through the agent on the real module, all four of them, as the tracepoints, the nodes
 * and free memory see them; and their end in the middle, a shuffle's among them.
 */
#include "scenarios.h"

#include <inttypes.h>
#include <string.h>

#include "oracle.h"
#include "session/kbench.h"

#define MIB (1024ull * 1024)
#define LIMIT_MS 60000
#define NODE 1u

static struct bt_kbench_run *start(struct rig *rig, const struct bt_kbench_plan *plan)
{
	struct bt_kbench_run *run = NULL;
	struct bt_err err = { 0 };

	if (bt_kbench_start(&run, rig->session, plan, "scenario", &err))
		rig_check(rig, false, "%s begins: %s", bt_kbench_name[plan->kind], err.text);
	return run;
}

/* False: it is over, or its time is. */
static bool goes_on(struct rig *rig, struct bt_kbench_run *run, uint64_t end_ns)
{
	struct bt_err err = { 0 };
	int code = bt_kbench_step(run, &err);

	if (code < 0)
		rig_check(rig, false, "a step: %s", err.text);
	if (code || bt_mono_ns() > end_ns)
		return false;
	bt_session_want(rig->session, bt_kbench_wants(run));
	rig_wait_ms(rig, 1);
	return true;
}

/* Blocks of an order that were traced meanwhile. */
static uint64_t run_traced(struct rig *rig, struct bt_kbench_run *run, const char *event, unsigned order)
{
	uint64_t end_ns = oracle_deadline_ns(LIMIT_MS), traced;

	oracle_trigger_arm(event, "order");
	while (goes_on(rig, run, end_ns))
		;
	traced = oracle_trigger_sum(order);
	oracle_trigger_disarm();
	return traced;
}

static struct bt_kbench_plan plan_of(struct rig *rig, enum bt_kbench_kind kind)
{
	struct bt_kbench_plan plan;

	bt_kbench_plan_default(&plan, bt_session_machine(rig->session));
	plan.kind = kind;
	plan.orders[0] = 3;
	plan.threads[0] = 2;
	plan.allocs = 500;
	plan.iterations = 4;
	plan.percent = 20;
	return plan;
}

static const struct {
	enum bt_kbench_kind kind;
	/* Of frag half of 500 stays, and 20 % of that are freed and allocated each time. */
	unsigned first, each;	/* blocks of a thread */
} kinds[] = {
	{ BT_KBENCH_BULK, 0, 500 },
	{ BT_KBENCH_REPEAT, 0, 500 },
	{ BT_KBENCH_RAND, 0, 500 },
	{ BT_KBENCH_FRAG, 500, 50 },
};

/* Each block once, allocated and freed; nothing fails, and times are those of real operations. */
static void check_kind(struct rig *rig, unsigned i, const char *event)
{
	struct bt_kbench_plan plan = plan_of(rig, kinds[i].kind);
	uint64_t wanted = 2ull * (kinds[i].first + plan.iterations * kinds[i].each), traced;
	struct bt_kbench_run *run = start(rig, &plan);
	const struct bt_kbench *result;
	bool right;

	if (!run)
		return;
	traced = run_traced(rig, run, event, plan.orders[0]);
	result = bt_kbench_result(run);
	right = result->complete && result->row_count == plan.iterations;
	for (unsigned k = 0; k < result->row_count; k++) {
		const struct bt_kbench_row *row = &result->rows[k];

		right = right && row->allocs == kinds[i].each && !row->failures && row->get.min_ns > 0 &&
			row->get.min_ns <= row->get.avg_ns && row->get.avg_ns <= row->get.max_ns &&
			row->get.max_ns != BT_UNKNOWN;
	}
	rig_check(rig, right, "%s: %u iterations%s%s", bt_kbench_name[plan.kind], result->row_count,
		  *result->flaw ? ", " : "", result->flaw);
	rig_check(rig, rig_near(traced, wanted, 0.2), "%s: %" PRIu64 " blocks of %s, %" PRIu64 " wanted",
		  bt_kbench_name[plan.kind], traced, event, wanted);
	bt_kbench_end(run);
}

/* All of one node: its CPUs, its memory. */
static void check_node(struct rig *rig)
{
	struct bt_kbench_plan plan = plan_of(rig, BT_KBENCH_BULK);
	uint64_t before[2], got[2];
	struct bt_kbench_run *run;

	plan.node = NODE;
	plan.threads[0] = 1;
	plan.iterations = 20;
	for (unsigned node = 0; node < 2; node++)
		before[node] = oracle_numastat(node, "numa_hit");
	run = start(rig, &plan);
	if (!run)
		return;
	while (goes_on(rig, run, oracle_deadline_ns(LIMIT_MS)))
		;
	for (unsigned node = 0; node < 2; node++)
		got[node] = oracle_numastat(node, "numa_hit") - before[node];
	rig_check(rig, bt_kbench_result(run)->complete && got[NODE] >= 10000 && got[0] < got[NODE] / 4,
		  "node %u alone: it served %" PRIu64 " calls, node 0 %" PRIu64, NODE, got[NODE], got[0]);
	bt_kbench_end(run);
}

/* The original takes ZONE_NORMAL for granted and ends so small a machine. Order 0 fills a half of it. */
static void check_fragmentation(struct rig *rig)
{
	struct bt_kbench_plan plan = plan_of(rig, BT_KBENCH_FRAG);
	uint64_t frames = oracle_free_pages(9) / 512, least = UINT64_MAX;
	uint64_t small = oracle_free_bytes() / 4096 - 512 * frames, broken;
	struct bt_kbench_run *run;
	const struct bt_kbench *result;
	uint64_t end_ns = oracle_deadline_ns(LIMIT_MS);

	plan.orders[0] = 0;
	plan.allocs = 60000;
	run = start(rig, &plan);
	if (!run)
		return;
	while (goes_on(rig, run, end_ns)) {
		uint64_t now = oracle_free_pages(9) / 512;

		least = now < least ? now : least;
	}
	result = bt_kbench_result(run);
	/*
	 * 120000 pages are 234 frames, less what free memory in smaller pieces gives; half of each is
	 * freed, which makes hardly one of them whole again.
	 */
	broken = small < 120000 ? (120000 - small) / 512 * 9 / 10 : 0;
	rig_check(rig, result->complete && broken > 20 && least + broken <= frames &&
		  result->row_count == plan.iterations &&
		  result->rows[0].free_frames + broken <= frames && result->groups[0].map &&
		  result->groups[0].map->state == BT_DETAIL_KNOWN,
		  "frag in %" PRIu64 " MiB: %" PRIu64 " frames were free, %" PRIu64
		  " at least, %" PRIu64 " by the first iteration, %" PRIu64 " must be broken%s%s",
		  (uint64_t)(oracle_meminfo_bytes("MemTotal") / MIB), frames, least,
		  result->row_count ? result->rows[0].free_frames : BT_UNKNOWN, broken,
		  *result->flaw ? ", " : "",
		  result->flaw);
	bt_kbench_end(run);
}

/* True: it was stopped while that phase was at work. */
static bool stop_in(struct rig *rig, const char *phase, unsigned more_ms)
{
	struct bt_kbench_plan plan = plan_of(rig, BT_KBENCH_RAND);
	uint64_t end_ns = oracle_deadline_ns(LIMIT_MS);
	struct bt_kbench_progress progress = { .phase = "" };
	struct bt_kbench_run *run;
	bool met = false;

	plan.orders[0] = 0;
	plan.allocs = 30000;
	plan.iterations = 1000;
	run = start(rig, &plan);
	while (run && !met && goes_on(rig, run, end_ns)) {
		bt_kbench_progress(run, &progress);
		met = progress.phase && !strcmp(progress.phase, phase);
	}
	if (!run)
		return false;
	rig_wait_ms(rig, more_ms);
	bt_kbench_stop(run, "stopped by the test", NULL);
	while (goes_on(rig, run, end_ns))
		;
	met = met && !bt_kbench_result(run)->complete;
	bt_kbench_end(run);
	return met;
}

static void check_stops(struct rig *rig)
{
	static const char *const phases[] = { "get", "shuffle", "put" };
	uint64_t before = oracle_free_bytes(), now, end_ns;

	for (unsigned i = 0; i < 3 * BT_ARRAY_SIZE(phases); i++) {
		const char *phase = phases[i % BT_ARRAY_SIZE(phases)];

		rig_check(rig, stop_in(rig, phase, i) && rig_totals(rig).held_pages == 0,
			  "stopped in its phase %s, nothing is held", phase);
	}
	end_ns = oracle_deadline_ns(10000);
	do {
		now = oracle_free_bytes();
		rig_wait_ms(rig, 20);
	} while (now + 16 * MIB < before && bt_mono_ns() < end_ns);
	rig_check(rig, now + 16 * MIB >= before, "free memory is back: %" PRIu64 " of %" PRIu64, now, before);
}

static void scenario_kbench(struct rig *rig)
{
	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(kinds); i++) {
		check_kind(rig, i, "mm_page_alloc");
		check_kind(rig, i, "mm_page_free");
	}
	check_node(rig);
	check_fragmentation(rig);
	check_stops(rig);
	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
}

const struct scenario kbench_scenarios[] = {
	{ .name = "kbench", .run = scenario_kbench },
	{ 0 },
};
