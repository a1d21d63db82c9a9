// SPDX-License-Identifier: GPL-2.0
/*
 * Mixed loads: orders by weight, bulk calls and hand-off, as the kernel's tracepoints and its count of
 * pages see them.
 */
#include "scenarios.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

#define MIB (1024ull * 1024)

/* A frame leaves counts out as long as all are 0. */
static uint64_t since(uint64_t before, uint64_t now)
{
	return (now == BT_UNKNOWN ? 0 : now) - (before == BT_UNKNOWN ? 0 : before);
}

/* A configuration that is not to be had, and a word of the reason. */
static void check_refused(struct rig *rig, const char *assignments, const char *word)
{
	struct bt_config config;
	struct bt_err err = { 0 };
	int code = rig_config(rig, assignments, &config, &err);

	rig_check(rig, code == -EINVAL && strstr(err.text, word), "%s is refused: %s",
		  assignments, err.text);
}

/* ---- orders by weight ------------------------------------------------------------------------ */

static const struct {
	unsigned order;
	double share;
} mix_parts[] = { { 0, 0.6 }, { 3, 0.3 }, { 9, 0.1 } };

#define MIX "order=0:6+3:3+9:1"

/* Five standard deviations of a share of so many blocks. */
static bool share_fits(uint64_t part, uint64_t all, double share)
{
	double sigma = sqrt((double)all * share * (1 - share));

	return fabs((double)part - share * (double)all) <= 5 * sigma + 1;
}

/* Blocks by order, of an event that is traced while the mix runs from nothing and drains. */
static void run_mix(struct rig *rig, const char *event, uint64_t traced[BT_MAX_ORDERS])
{
	if (strcmp(event, "mm_page_alloc"))
		oracle_trigger_arm(event, "order");
	else
		oracle_trigger_arm_blocks();	/* one that failed is none of ours */
	rig_publish(rig, MIX, BT_RUN_GO);
	rig_wait_ms(rig, 1000);
	rig_drain(rig);
	for (unsigned order = 0; order < BT_MAX_ORDERS; order++)
		traced[order] = oracle_trigger_sum(order);
	oracle_trigger_disarm();
}

static void scenario_mix(struct rig *rig)
{
	uint64_t traced[BT_MAX_ORDERS], before[BT_MAX_ORDERS], all = 0, held;
	unsigned i, order;

	check_refused(rig, "order=0:1+9:0", "weight");
	check_refused(rig, "order=0:1+99:1", "out of range");
	rig_publish(rig, RIG_PLAIN " pattern=burst free=random batch=64 held=256M", BT_RUN_DRAIN);
	for (order = 0; order < BT_MAX_ORDERS; order++)
		before[order] = rig_fresh(rig)->order_allocs[order];
	run_mix(rig, "mm_page_alloc", traced);
	for (order = 0; order < BT_MAX_ORDERS; order++)
		all += traced[order];
	for (i = 0; i < BT_ARRAY_SIZE(mix_parts); i++) {
		uint64_t ours;

		order = mix_parts[i].order;
		ours = since(before[order], rig_fresh(rig)->order_allocs[order]);
		rig_check(rig, traced[order] > 50 && share_fits(traced[order], all, mix_parts[i].share),
			  "order %u: %" PRIu64 " of %" PRIu64 " blocks traced, of weight %.0f in 10", order,
			  traced[order], all, mix_parts[i].share * 10);
		rig_check(rig, rig_near(ours, traced[order], 0.1), "and reported %" PRIu64, ours);
	}
	/* Each block is freed as what it was. */
	for (order = 0; order < BT_MAX_ORDERS; order++)
		before[order] = rig_fresh(rig)->order_allocs[order];
	run_mix(rig, "mm_page_free", traced);
	for (i = 0; i < BT_ARRAY_SIZE(mix_parts); i++) {
		uint64_t ours;

		order = mix_parts[i].order;
		ours = since(before[order], rig_fresh(rig)->order_allocs[order]);
		rig_check(rig, rig_near(ours, traced[order], 0.1),
			  "order %u: %" PRIu64 " allocated, %" PRIu64 " frees traced", order, ours,
			  traced[order]);
	}
	/* All of them, and their ring, within what may be held: two rings of 64 pages and a bit. */
	rig_publish(rig, MIX " pattern=hold held=64M", BT_RUN_GO);
	rig_until(rig, rig_holds, 64 * MIB - 2 * 3 * MIB, 20000);
	held = rig_totals(rig).held_pages * 4096;
	rig_check(rig, held <= 64 * MIB && held >= 64 * MIB - 6 * MIB,
		  "of held=64M it holds %" PRIu64 " bytes, less than one block of order 9 a CPU short", held);
	rig_drain(rig);
	rig_publish(rig, "order=0", BT_RUN_DRAIN);
}

/* ---- bulk calls ------------------------------------------------------------------------------ */

struct bulk {
	struct bt_frame_calls calls;	/* of the run */
	uint64_t allocs, failures, singles;	/* blocks timed one by one */
	uint64_t timed;
};

static uint64_t timed_singles(const struct bt_frame *frame)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < frame->hist_count; i++)
		sum += frame->hists[i].op == BT_OP_ALLOC ? frame->hists[i].hist.total : 0;
	return sum;
}

static struct bulk bulk_now(struct rig *rig)
{
	struct bt_frame_totals totals = rig_totals(rig);
	const struct bt_frame *frame = rig_fresh(rig);

	return (struct bulk){
		.calls = frame->calls, .allocs = totals.allocs, .failures = totals.failures,
		.singles = timed_singles(frame), .timed = frame->bulk_hist.total,
	};
}

static struct bulk bulk_since(const struct bulk *a, const struct bulk *b)
{
	return (struct bulk){
		.calls = {
			.bulk_calls = since(a->calls.bulk_calls, b->calls.bulk_calls),
			.bulk_asked_pages = since(a->calls.bulk_asked_pages, b->calls.bulk_asked_pages),
			.bulk_got_pages = since(a->calls.bulk_got_pages, b->calls.bulk_got_pages),
			.bulk_partial = since(a->calls.bulk_partial, b->calls.bulk_partial),
		},
		.allocs = since(a->allocs, b->allocs),
		.failures = since(a->failures, b->failures),
		.singles = since(a->singles, b->singles),
		.timed = since(a->timed, b->timed),
	};
}

static struct bulk run_bulk(struct rig *rig, const char *assignments, const char *event, unsigned ms,
			    uint64_t *traced)
{
	struct bulk before = bulk_now(rig), after;

	oracle_trigger_arm(event, "order");
	rig_publish(rig, assignments, BT_RUN_GO);
	rig_wait_ms(rig, ms);
	rig_drain(rig);
	*traced = oracle_trigger_sum(0);
	oracle_trigger_disarm();
	after = bulk_now(rig);
	return bulk_since(&before, &after);
}

static void check_bulk_size(struct rig *rig, unsigned pages)
{
	uint64_t traced, kernel = oracle_vmstat_zones("pgalloc");
	char text[64];
	struct bulk run;

	snprintf(text, sizeof(text), "bulk=%u", pages);
	run = run_bulk(rig, text, "mm_page_free", 1000, &traced);
	kernel = oracle_vmstat_zones("pgalloc") - kernel;
	rig_check(rig, run.calls.bulk_calls > 20 &&
		  run.calls.bulk_asked_pages == run.calls.bulk_calls * pages &&
		  run.calls.bulk_got_pages <= run.calls.bulk_asked_pages &&
		  run.calls.bulk_got_pages * 100 >= run.calls.bulk_asked_pages * 99,
		  "bulk=%u: %" PRIu64 " calls for %" PRIu64 " pages, got %" PRIu64, pages,
		  run.calls.bulk_calls, run.calls.bulk_asked_pages, run.calls.bulk_got_pages);
	rig_check(rig, rig_near(run.calls.bulk_got_pages, traced, 0.1) &&
		  run.allocs == run.calls.bulk_got_pages,
		  "%" PRIu64 " frees of a page are traced, %" PRIu64 " blocks reported", traced, run.allocs);
	/* 2000: what else there is in a guest in that time. */
	rig_check(rig, kernel >= run.calls.bulk_got_pages &&
		  kernel <= run.calls.bulk_got_pages + run.calls.bulk_got_pages / 50 + 2000 * oracle_patience(),
		  "the kernel counts %" PRIu64 " pages allocated", kernel);
	rig_check(rig, run.singles == 0 && run.timed > 0 && run.timed <= run.calls.bulk_calls,
		  "timed: %" PRIu64 " calls as a whole, %" PRIu64 " single allocations", run.timed,
		  run.singles);
}

/* A call of this kind is not traced, but for what it falls back to; the plain ones all are. */
static void check_bulk_calls(struct rig *rig)
{
	uint64_t traced;
	struct bulk run = run_bulk(rig, "bulk=64", "mm_page_alloc", 500, &traced);

	rig_check(rig, run.calls.bulk_got_pages > 1000 && traced * 50 <= run.calls.bulk_got_pages,
		  "of %" PRIu64 " pages %" PRIu64 " are traced as allocated one by one",
		  run.calls.bulk_got_pages, traced);
	run = run_bulk(rig, "bulk=off", "mm_page_alloc", 500, &traced);
	rig_check(rig, run.calls.bulk_calls == 0 && run.allocs > 1000 && rig_near(run.allocs, traced, 0.1),
		  "without it %" PRIu64 " of %" PRIu64 " are", traced, run.allocs);
}

/* A node that has no more: some calls get a part, and what they got is all that is freed. */
static void check_bulk_partial(struct rig *rig)
{
	uint64_t traced;
	struct bulk run = run_bulk(rig, "bulk=512 cpus=0 node=bind:1 guard=bench reserve=0 "
				   "gfp=kernel-noretry pattern=ramp held=700M", "mm_page_free", 8000,
				   &traced);

	rig_check(rig, run.calls.bulk_partial > 0 &&
		  run.calls.bulk_got_pages + 1 <= run.calls.bulk_asked_pages,
		  "a full node: %" PRIu64 " of %" PRIu64 " calls got a part, %" PRIu64 " nothing",
		  run.calls.bulk_partial, run.calls.bulk_calls, run.failures);
	rig_check(rig, rig_near(run.calls.bulk_got_pages, traced, 0.1) && run.calls.bulk_got_pages > 1000,
		  "%" PRIu64 " pages got, %" PRIu64 " frees traced", run.calls.bulk_got_pages, traced);
}

/*
 * With page_owner the kernel has each bulk call give one page, as an ordinary allocation: the surest
 * partial fill that there is.
 */
static bool pages_have_owners(void)
{
	char *line = oracle_text("/proc/cmdline");
	bool owners = strstr(line, "page_owner=on") && !access("/sys/kernel/debug/page_owner", F_OK);

	free(line);
	return owners;
}

static void check_bulk_fallback(struct rig *rig)
{
	uint64_t traced;
	struct bulk run = run_bulk(rig, "bulk=64", "mm_page_alloc", 1000, &traced);

	rig_check(rig, run.calls.bulk_calls > 20 && run.calls.bulk_partial == run.calls.bulk_calls &&
		  run.calls.bulk_asked_pages == 64 * run.calls.bulk_calls,
		  "with page_owner all of %" PRIu64 " calls are filled in part", run.calls.bulk_calls);
	rig_check(rig, run.allocs == run.calls.bulk_got_pages &&
		  rig_near(run.calls.bulk_got_pages, traced, 0.1),
		  "%" PRIu64 " pages got, %" PRIu64 " allocations traced", run.calls.bulk_got_pages, traced);
}

static void scenario_bulk(struct rig *rig)
{
	if (!(bt_session_machine(rig->session)->features & BT_FEATURE_BULK)) {
		check_refused(rig, "bulk=64", "no bulk calls");
		rig_skip(rig, "this kernel has no bulk calls (5.13 and later have)");
		return;
	}
	rig_publish(rig, RIG_PLAIN " pattern=burst batch=64", BT_RUN_DRAIN);
	check_refused(rig, "bulk=64 order=3", "order must be 0");
	check_refused(rig, "bulk=64 order=0:1+3:1", "order must be 0");
	check_refused(rig, "bulk=513", "out of range");
	if (pages_have_owners()) {
		check_bulk_fallback(rig);
		rig_publish(rig, RIG_PLAIN " bulk=off", BT_RUN_DRAIN);
		return;
	}
	check_bulk_size(rig, 1);
	check_bulk_size(rig, 64);
	check_bulk_size(rig, 300);	/* more than a batch has: a burst is one call */
	check_bulk_calls(rig);
	check_bulk_partial(rig);
	rig_publish(rig, RIG_PLAIN " bulk=off", BT_RUN_DRAIN);
}

/* ---- hand-off -------------------------------------------------------------------------------- */

/*
 * How many have a taker depends on how soon the other CPU looks, and that on the host. exact: the load
 * is so slow that the trace sees all of it, and what is reported is the same.
 */
static void check_handoff(struct rig *rig, const char *assignments, double least, bool exact)
{
	struct oracle_frees frees;
	struct bt_frame_totals before, after;
	uint64_t handed;
	double traced, ours, slack, most = least > 0 ? 1 : 0;

	rig_publish(rig, assignments, BT_RUN_GO);
	rig_wait_ms(rig, 500);
	before = rig_totals(rig);
	handed = bt_session_frame(rig->session)->calls.handoff_frees;
	oracle_frees(exact ? 1000 : 100, &frees);
	after = rig_totals(rig);
	traced = (double)frees.elsewhere / (double)(frees.elsewhere + frees.same);
	ours = (double)since(handed, bt_session_frame(rig->session)->calls.handoff_frees) /
	       (double)since(before.frees, after.frees);
	rig_check(rig, frees.same + frees.elsewhere > 200 && traced >= least && traced <= most,
		  "%s: of %u frees traced %.1f %% are on another CPU", assignments,
		  frees.same + frees.elsewhere, traced * 100);
	/*
	 * Its two counts are not read at one instant: a few frees may be in one alone. Nor is the trace as long
	 * as the time between two samples, by far where the kernel is slow, and the share changes with time.
	 */
	slack = oracle_patience() > 1 ? 0.06 : 0.03;
	rig_check(rig, ours >= least - slack && ours <= most + slack &&
		  (!exact || fabs(ours - traced) <= slack),
		  "reported %.1f %%", ours * 100);
	rig_drain(rig);
}

/* Whatever way a block went, it is freed once, as what it was. */
static void check_handoff_frees(struct rig *rig)
{
	uint64_t before[BT_MAX_ORDERS], traced, ours;

	for (unsigned order = 0; order < BT_MAX_ORDERS; order++)
		before[order] = rig_fresh(rig)->order_allocs[order];
	oracle_trigger_arm("mm_page_free", "order");
	rig_publish(rig, "handoff=on order=3:3+4:1 free=random", BT_RUN_GO);
	rig_wait_ms(rig, 1000);
	rig_drain(rig);
	for (unsigned order = 3; order <= 4; order++) {
		traced = oracle_trigger_sum(order);
		ours = since(before[order], rig_fresh(rig)->order_allocs[order]);
		rig_check(rig, ours > 100 && rig_near(ours, traced, 0.02),
			  "order %u: %" PRIu64 " allocated, %" PRIu64 " frees traced", order, ours, traced);
	}
	oracle_trigger_disarm();
}

/* What waits to be freed by another is held, and within the bound. */
static void check_handoff_held(struct rig *rig)
{
	uint64_t most = 0, held, before, least_free = UINT64_MAX, now, handed;

	rig_publish(rig, "handoff=on order=9 pattern=ramp held=64M", BT_RUN_DRAIN);
	rig_wait_ms(rig, 2000);	/* per-CPU lists shrink, see oracle_begin() */
	before = oracle_free_bytes();
	handed = rig_fresh(rig)->calls.handoff_frees;
	rig_publish(rig, "", BT_RUN_GO);
	for (unsigned i = 0; i < 50; i++) {
		held = rig_totals(rig).held_pages * 4096;
		most = held > most ? held : most;
		now = oracle_free_bytes();
		least_free = now < least_free ? now : least_free;
	}
	rig_check(rig, most > 16 * MIB && most <= 64 * MIB, "of held=64M at most %" PRIu64 " are held", most);
	/* 8 MiB: what the rest of the guest may move in a while. */
	rig_check(rig, least_free < before - 16 * MIB && least_free + 72 * MIB >= before,
		  "and free memory fell by %" PRIu64, before - least_free);
	rig_check(rig, since(handed, bt_session_frame(rig->session)->calls.handoff_frees) > 10,
		  "while %" PRIu64 " blocks were handed off",
		  since(handed, bt_session_frame(rig->session)->calls.handoff_frees));
	rig_drain(rig);
}

static void scenario_handoff(struct rig *rig)
{
	rig_publish(rig, RIG_PLAIN " order=3 pattern=burst free=fifo", BT_RUN_DRAIN);
	check_refused(rig, "handoff=on cpus=0", "two CPUs");
	check_handoff(rig, "handoff=off pace=2000 batch=8 held=16M", 0, true);
	check_handoff(rig, "handoff=on", 0.5, true);
	check_handoff(rig, "order=0:3+4:1 free=random", 0.5, true);
	check_handoff(rig, "pace=0 batch=64 held=64M", 0.5, false);
	check_handoff_frees(rig);
	check_handoff_held(rig);
	rig_publish(rig, RIG_PLAIN " handoff=off", BT_RUN_DRAIN);
}

const struct scenario mixed_scenarios[] = {
	{ .name = "mix", .run = scenario_mix },
	{ .name = "bulk", .run = scenario_bulk },
	{ .name = "handoff", .run = scenario_handoff },
	{ 0 },
};
