// SPDX-License-Identifier: GPL-2.0
/* Which clock times the operations, and which of them are timed. */
#include "scenarios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/param.h"
#include "core/util.h"
#include "oracle.h"

/* The guest runs with tsc=reliable, and once with tsc=unstable, which the kernel takes at its word. */
static void scenario_clock(struct rig *rig)
{
	const struct bt_frame *frame = rig_fresh(rig);
	enum bt_clock want;
	char *line = NULL;

	if (!rig_check(rig, bt_read_file("/proc/cmdline", 4096, &line, NULL) > 0, "/proc/cmdline"))
		return;
	want = strstr(line, "tsc=unstable") ? BT_CLOCK_KTIME : BT_CLOCK_TSC;
	free(line);
	rig_check(rig, frame->clock == want, "the clock is %s, expected %s",
		  frame->clock < BT_CLOCK_COUNT ? bt_clock_names[frame->clock] : "not told",
		  bt_clock_names[want]);
	rig_check(rig, frame->clock_pair_ns < 100000, "a pair of readings costs %llu ns",
		  (unsigned long long)frame->clock_pair_ns);
	/* The times of a batch's end are CLOCK_MONOTONIC, by whichever clock. */
	rig_publish(rig, RIG_PLAIN, BT_RUN_GO);
	rig_wait_ms(rig, 500);
	for (unsigned i = 0; i < 20; i++) {
		frame = rig_fresh(rig);
		for (unsigned cpu = 0; cpu < 2; cpu++) {
			uint64_t last_ns = frame->cpus[cpu].last_ns, now_ns = bt_mono_ns();

			if (last_ns > now_ns || now_ns - last_ns > 2 * BT_NS_PER_S)
				rig_check(rig, false, "CPU %u: last batch at %llu, it is %llu", cpu,
					  (unsigned long long)last_ns, (unsigned long long)now_ns);
		}
	}
	rig_check(rig, true, "batches end in the last two seconds, and never later than now");
	rig_drain(rig);
}

struct counts {
	uint64_t ops[BT_OP_COUNT], timed[BT_OP_COUNT], preempted;
};

static struct counts counts_of(struct rig *rig, unsigned cpu)
{
	const struct bt_frame *frame = rig_fresh(rig);
	struct counts counts = {
		.ops = { frame->cpus[cpu].allocs, frame->cpus[cpu].frees },
		.preempted = frame->cpus[cpu].preempted,
	};

	for (unsigned i = 0; i < frame->hist_count; i++)
		counts.timed[frame->hists[i].op] += frame->hists[i].hist.total;
	return counts;
}

/* One CPU alone, from rest to rest, so that the sums of all CPUs are its own. */
static void sample_on(struct rig *rig, unsigned cpu, unsigned every)
{
	struct counts before, after;
	uint64_t want = 0, got;
	char text[256];

	/* Another share is a new beginning. */
	rig_publish(rig, RIG_PLAIN " sample=7", BT_RUN_DRAIN);
	rig_drain(rig);
	before = counts_of(rig, cpu);
	snprintf(text, sizeof(text), RIG_PLAIN " cpus=%u sample=1/%u", cpu, every);
	rig_publish(rig, text, BT_RUN_GO);
	rig_wait_ms(rig, 300);
	rig_drain(rig);
	after = counts_of(rig, cpu);
	got = after.preempted - before.preempted;
	for (unsigned op = 0; op < BT_OP_COUNT; op++) {
		uint64_t ops = after.ops[op] - before.ops[op];

		want += (ops + every - 1) / every;
		got += after.timed[op] - before.timed[op];
		rig_check(rig, ops > 1000 && after.timed[op] - before.timed[op] <=
						  (ops + every - 1) / every,
			  "CPU %u, 1/%u: %llu of %llu in the histogram", cpu, every,
			  (unsigned long long)(after.timed[op] - before.timed[op]),
			  (unsigned long long)ops);
	}
	rig_check(rig, got == want, "CPU %u, 1/%u: %llu timed, %llu expected", cpu, every,
		  (unsigned long long)got, (unsigned long long)want);
}

static void scenario_sample(struct rig *rig)
{
	static const unsigned shares[] = { 1, 3, 16 };

	for (unsigned i = 0; i < BT_ARRAY_SIZE(shares); i++) {
		sample_on(rig, 0, shares[i]);
		sample_on(rig, 1, shares[i]);
	}
	rig_publish(rig, "sample=1", BT_RUN_DRAIN);
}

const struct scenario clock_scenarios[] = {
	{.name = "clock", .run = scenario_clock},
	{.name = "sample", .run = scenario_sample},
	{0},
};
