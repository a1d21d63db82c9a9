// SPDX-License-Identifier: GPL-2.0
/*
 * Steps of a microbenchmark on the simulated machine: what buddytop(4) says of them, counted by
 * hand.
 */
#include "tests/unit/test.h"

#include <errno.h>

#include "core/mask.h"
#include "tests/unit/sim_rig.h"

#define MIB (1ull << 20)

static struct rig *steps_open(const char *argument, const char *cpus)
{
	struct rig *rig = rig_open(argument);
	struct bt_err err = { 0 };
	char text[64];

	snprintf(text, sizeof(text), "cpus=%s", cpus);
	if (bt_param_assign(&rig->config, text, &rig->limits, &err))
		fail_msg("%s", err.text);
	rig->config.run = BT_RUN_STEP;
	rig->config.max_held_bytes = rig->limits.max_held_bytes;
	rig->config.guard = BT_GUARD_BENCH;
	rig->config.reserve_bytes = 0;
	rig_step(rig, 1);
	return rig;
}

static void read_extra(struct rig *rig)
{
	struct bt_err err = { 0 };

	rig->frame->extra = true;
	if (bt_source_sim.read(rig->state, rig->frame, &err))
		fail_msg("%s", err.text);
}

static void publish(struct rig *rig, enum bt_step step, uint64_t blocks)
{
	struct bt_err err = { 0 };

	rig->config.step = step;
	rig->config.step_blocks = blocks;
	assert_int_equal(bt_source_sim.publish(rig->state, &rig->config, ++rig->token, &err), 0);
}

static const struct bt_frame_step *step_of(const struct rig *rig, unsigned cpu)
{
	return &rig->frame->cpus[cpu].step;
}

static bool ended(const struct rig *rig)
{
	bool all = true;

	for (unsigned c = 0; c < rig->frame->cpu_count; c++)
		all = all && (!bt_mask_test(rig->config.cpus, c) ||
			      step_of(rig, c)->ended == rig->frame->config.generation);
	return all;
}

/* Waits for the end of it as a session does, by frames out of turn; returns how many it took. */
static unsigned run_step(struct rig *rig, enum bt_step step, uint64_t blocks)
{
	unsigned frames = 0;

	publish(rig, step, blocks);
	do {
		assert_true(frames++ < 200);
		read_extra(rig);
	} while (!ended(rig));
	check_counts(rig);
	return frames;
}

/* What each CPU of a mask says of the step that has just ended. */
static void check_ended(const struct rig *rig, const char *cpus, uint64_t done, uint64_t held)
{
	const struct bt_frame *f = rig->frame;
	__u64 mask[BT_CPU_WORDS] = { 0 };

	assert_int_equal(bt_mask_parse(cpus, f->cpu_count, mask, BT_CPU_WORDS, "cpus", NULL), 0);
	for (unsigned c = 0; c < f->cpu_count; c++) {
		const struct bt_frame_step *s = step_of(rig, c);

		if (!bt_mask_test(mask, c))
			continue;
		assert_int_equal(s->generation, f->config.generation);
		assert_int_equal(s->ended, f->config.generation);
		assert_int_equal(s->done, done);
		assert_int_equal(s->failures, 0);
		assert_int_equal(f->cpus[c].held_blocks, held);
		assert_int_equal(f->cpus[c].state, BT_WORKER_IDLE);
		assert_true(s->start_ns > f->publish_ns);
		assert_true(done ? s->end_ns > s->start_ns : s->end_ns >= s->start_ns);
		assert_true(s->end_ns <= f->mono_ns);
	}
}

static void test_each_step_does_what_it_says(void **state)
{
	struct rig *rig = steps_open("7,cpus=4,nodes=2", "1-2");
	const struct bt_frame *f = rig->frame;

	(void)state;
	assert_int_equal(f->clock, BT_CLOCK_TSC);
	assert_int_equal(step_of(rig, 1)->generation, 0);
	run_step(rig, BT_STEP_GET, 1000);
	check_ended(rig, "1-2", 1000, 1000);
	assert_int_equal(hist_total(f, BT_OP_ALLOC), 2000);
	assert_int_equal(hist_total(f, BT_OP_FREE), 0);
	run_step(rig, BT_STEP_PUT, 600);
	check_ended(rig, "1-2", 600, 400);
	assert_int_equal(hist_total(f, BT_OP_FREE), 1200);
	run_step(rig, BT_STEP_PAIR, 500);
	check_ended(rig, "1-2", 500, 400);
	assert_int_equal(f->cpus[1].allocs, 1500);
	assert_int_equal(f->cpus[1].frees, 1100);
	/* It rests, and keeps what it holds. */
	rig_step(rig, 3);
	check_ended(rig, "1-2", 500, 400);
	/* There are no more. */
	rig->config.free_order = BT_FREE_RANDOM;
	run_step(rig, BT_STEP_PUT, 1000);
	check_ended(rig, "1-2", 400, 0);
	run_step(rig, BT_STEP_PUT, 1000);
	check_ended(rig, "1-2", 0, 0);
	assert_int_equal(hist_total(f, BT_OP_ALLOC), 3000);
	assert_int_equal(hist_total(f, BT_OP_FREE), 3000);
	/* Of others it says nothing. */
	assert_int_equal(step_of(rig, 0)->generation, 0);
	assert_int_equal(f->cpus[0].allocs + f->cpus[3].allocs, 0);
	rig_close(rig);
}

/* The numbers are those of one step; the end of the one before is told until the next one's. */
static void test_steps_follow_each_other(void **state)
{
	struct rig *rig = steps_open("7,cpus=64", "0-63");
	uint64_t first, fresh = 0;

	(void)state;
	run_step(rig, BT_STEP_GET, 1000);
	first = rig->frame->config.generation;
	publish(rig, BT_STEP_PUT, 10);
	bt_source_sim.set_interval(rig->state, BT_NS_PER_MS);
	rig_step(rig, 1);
	for (unsigned c = 0; c < 64; c++) {
		const struct bt_frame_step *s = step_of(rig, c);
		bool is_new = s->generation != first;

		fresh += is_new;
		assert_int_equal(s->generation, first + is_new);
		assert_int_equal(s->done, is_new ? 10 : 1000);
		assert_int_equal(s->ended, s->generation);
	}
	assert_in_range(fresh, 1, 63);
	rig_step(rig, 5);
	check_ended(rig, "0-63", 10, 990);
	rig_close(rig);
}

/* Longer than an interval: it grows from frame to frame, and what is held with it. */
static void test_progress(void **state)
{
	struct rig *rig = steps_open("3,cpus=2", "0-1");
	uint64_t done = 0, grown = 0;
	unsigned frames = 0;

	(void)state;
	bt_source_sim.set_interval(rig->state, 10 * BT_NS_PER_MS);
	publish(rig, BT_STEP_GET, 1000000);
	do {
		const struct bt_frame_step *s = step_of(rig, 0);

		assert_true(frames++ < 100);
		rig_step(rig, 1);
		check_counts(rig);
		assert_true(s->done >= done && s->done <= 1000000);
		assert_int_equal(rig->frame->cpus[0].held_blocks, s->done);
		assert_true(s->end_ns <= rig->frame->mono_ns);
		assert_int_equal(s->ended == s->generation, s->done == 1000000);
		grown += s->done > done;
		done = s->done;
	} while (!ended(rig));
	assert_true(grown >= 5);
	check_ended(rig, "0-1", 1000000, 1000000);
	rig_close(rig);
}

static double ns_each(const struct rig *rig, unsigned cpu)
{
	const struct bt_frame_step *s = step_of(rig, cpu);

	return (double)(s->end_ns - s->start_ns) / (double)s->done;
}

static double ns_of(struct rig *rig, enum bt_step step)
{
	run_step(rig, step, 100000 >> rig->config.order);
	return ns_each(rig, 0);
}

static void test_what_they_cost(void **state)
{
	struct rig *rig = steps_open("1,cpus=4", "0-3");
	double small, get, put;

	(void)state;
	small = ns_of(rig, BT_STEP_GET);
	assert_true(ns_of(rig, BT_STEP_PUT) < small);
	rig->config.order = 9;
	get = ns_of(rig, BT_STEP_GET);
	put = ns_of(rig, BT_STEP_PUT);
	assert_true(get > 2 * small && put < get);
	assert_float_equal(ns_of(rig, BT_STEP_PAIR) / (get + put), 1, 0.15);
	rig->config.touch = BT_TOUCH_ALL;
	assert_true(ns_of(rig, BT_STEP_GET) > 10 * get);
	rig_close(rig);
}

/* Operations follow each other: together they last as long as the step or shorter. */
static void test_latencies_fit_into_the_step(void **state)
{
	static const unsigned orders[] = { 0, 3, 10 };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(orders); i++) {
		struct rig *rig = steps_open("5,cpus=4,memory=64G", "2");
		const struct bt_hist *hist = &rig->frame->cpu_hist.hist[BT_OP_ALLOC];
		uint64_t least = 0, ns;

		rig->config.order = orders[i];
		rig->frame->want = BT_WANT_CPU(2);
		run_step(rig, BT_STEP_GET, 10000);
		for (unsigned b = 1; b < BT_HIST_BUCKETS; b++)
			least += hist->count[b] * (b < 8 ? b : (8ull + b % 8) << (b / 8 - 1));
		ns = step_of(rig, 2)->end_ns - step_of(rig, 2)->start_ns;
		assert_int_equal(hist->total, 10000);
		assert_in_range(least, ns / 4, ns);
		rig_close(rig);
	}
}

/*
 * A short one ends within a few frames out of turn, the first of which are 5 ms. A long one needs
 * as many as it has intervals, besides those until they are as long: 5 ms * 2^8 > 1 s.
 */
static void test_frames_out_of_turn(void **state)
{
	struct rig *rig = steps_open("2,cpus=2", "0");
	uint64_t begin_ns, ns;
	unsigned frames;

	(void)state;
	begin_ns = rig->frame->mono_ns;
	assert_in_range(run_step(rig, BT_STEP_GET, 1000), 1, 2);
	assert_true(rig->frame->mono_ns - begin_ns <= 10 * BT_NS_PER_MS);
	begin_ns = rig->frame->mono_ns;
	frames = run_step(rig, BT_STEP_PAIR, 100000000);
	ns = rig->frame->mono_ns - begin_ns;
	assert_true(ns > 10 * BT_NS_PER_S); /* 100 ns a pair at least */
	assert_true(frames <= ns / BT_NS_PER_S + 10);
	check_ended(rig, "0", 100000000, 1000);
	/* The grid of those in turn stays, and the others are as short as ever. */
	begin_ns = rig->frame->mono_ns;
	read_extra(rig);
	assert_in_range(rig->frame->mono_ns - begin_ns, 1, 5 * BT_NS_PER_MS);
	rig_step(rig, 1);
	assert_int_equal(rig->frame->mono_ns % BT_NS_PER_S, 0);
	rig_close(rig);
}

/* 16 MiB: 4088 pages and a ring of 8 fit. */
static void test_no_room(void **state)
{
	struct rig *rig = steps_open("1,cpus=2", "0-1");

	(void)state;
	rig->config.max_held_bytes = 32 * MIB;
	publish(rig, BT_STEP_GET, 4089);
	rig_step(rig, 1);
	assert_int_equal(rig->frame->ack.error, EINVAL);
	assert_non_null(strstr(rig->frame->ack.text, "held"));
	assert_int_equal(rig->frame->config.generation, 0);
	run_step(rig, BT_STEP_GET, 4088);
	check_ended(rig, "0-1", 4088, 4088);
	run_step(rig, BT_STEP_PAIR, 10);
	check_ended(rig, "0-1", 0, 4088);
	run_step(rig, BT_STEP_PUT, 88);
	run_step(rig, BT_STEP_GET, 100);
	check_ended(rig, "0-1", 88, 4088);
	/* Room for one is room for any number of pairs. */
	run_step(rig, BT_STEP_PUT, 1);
	assert_in_range(run_step(rig, BT_STEP_PAIR, 10000), 1, 2);
	check_ended(rig, "0-1", 10000, 4087);
	rig_close(rig);
}

/* Two GiB a node: what they can have is 512 blocks of 4 MiB at most, and each asks for 400. */
static void test_failures(void **state)
{
	struct rig *rig = steps_open("1,cpus=2,nodes=2,memory=4G", "0-1");
	const struct bt_frame *f = rig->frame;
	uint64_t held, failures;

	(void)state;
	rig->config.order = 10;
	rig->config.gfp = BT_GFP_KERNEL_NORETRY;
	rig->config.node_policy = BT_NODE_BIND;
	rig->config.nodes[0] = 2;
	run_step(rig, BT_STEP_GET, 400);
	held = f->cpus[0].held_blocks + f->cpus[1].held_blocks;
	failures = step_of(rig, 0)->failures + step_of(rig, 1)->failures;
	assert_int_equal(step_of(rig, 0)->done, 400);
	assert_int_equal(step_of(rig, 1)->done, 400);
	assert_in_range(held, 1, 512);
	assert_int_equal(failures, 800 - held);
	assert_int_equal(f->cpus[0].failures + f->cpus[1].failures, failures);
	assert_int_equal(hist_total(f, BT_OP_ALLOC), held);
	/* A pair that gets nothing frees nothing. */
	run_step(rig, BT_STEP_PAIR, 50);
	assert_int_equal(step_of(rig, 0)->done, 50);
	assert_int_equal(step_of(rig, 0)->failures + step_of(rig, 1)->failures, 100);
	assert_int_equal(f->cpus[0].held_blocks + f->cpus[1].held_blocks, held);
	/* Freeing does not ask for the order. */
	rig->config.order = 0;
	run_step(rig, BT_STEP_PUT, 400);
	assert_int_equal(f->cpus[0].held_pages + f->cpus[1].held_pages, 0);
	rig_close(rig);
}

/* fault=fail: 1000 failures a second of what would else succeed. */
static void test_injected_failures(void **state)
{
	struct rig *rig = steps_open("1,cpus=1,nodes=1,fault=fail@1s:1000", "0");
	const struct bt_frame_step *s = step_of(rig, 0);

	(void)state;
	rig_step(rig, 1);
	run_step(rig, BT_STEP_GET, 1000000);
	assert_int_equal(s->done, 1000000);
	assert_true(s->failures > 0);
	assert_int_equal(rig->frame->cpus[0].held_blocks, 1000000 - s->failures);
	/* One a frame may be lost in rounding. */
	assert_in_range(s->failures, (s->end_ns - s->start_ns) / BT_NS_PER_MS - 20,
			(s->end_ns - s->start_ns) / BT_NS_PER_MS);
	rig_close(rig);
}

static void test_reserve(void **state)
{
	struct rig *rig = steps_open("1,cpus=4,nodes=2,memory=4G", "0-3");
	const struct bt_frame *f = rig->frame;
	uint64_t before = f->memory.available_bytes, held = 0;

	(void)state;
	rig->config.guard = BT_GUARD_SAFE;
	rig->config.reserve_bytes = before - 400 * MIB;
	/* 4 * 150 MiB is more than there is above it. */
	run_step(rig, BT_STEP_GET, 150 * MIB / 4096);
	for (unsigned c = 0; c < 4; c++) {
		assert_int_equal(step_of(rig, c)->failures, 0);
		held += f->cpus[c].held_pages * 4096;
		assert_int_equal(step_of(rig, c)->done, f->cpus[c].held_pages);
		/* Each has its part, those that began earlier a little more. */
		assert_in_range(f->cpus[c].held_pages, 80 * MIB / 4096, 120 * MIB / 4096);
	}
	/* Other people's memory wobbles by 15/4096 of its tenth: 1.5 MiB. */
	assert_in_range(held, 397 * MIB, 403 * MIB);
	assert_true(f->cpus[0].throttled + f->cpus[1].throttled + f->cpus[2].throttled +
		    f->cpus[3].throttled > 0);
	/* Below it nothing is taken, but what is held can be freed. */
	rig->config.reserve_bytes = before;
	run_step(rig, BT_STEP_PAIR, 5);
	for (unsigned c = 0; c < 4; c++)
		assert_int_equal(step_of(rig, c)->done, 0);
	run_step(rig, BT_STEP_PUT, 5);
	check_ended(rig, "0", 5, f->cpus[0].held_blocks);
	rig_close(rig);
}

/*
 * CPU 0 holds blocks of node 0, CPU 7 of node 1. After a shuffle half of what CPU 0 holds, which it
 * gives back when it is no longer of the mask, is of node 1.
 */
static void test_shuffle(void **state)
{
	struct rig *rig = steps_open("4,cpus=8,nodes=2,memory=16G", "0,7");
	const struct bt_frame *f = rig->frame;
	uint64_t before[2];

	(void)state;
	run_step(rig, BT_STEP_GET, 200000);
	run_step(rig, BT_STEP_SHUFFLE, 0);
	check_ended(rig, "0,7", 0, 200000);
	assert_int_equal(f->cpus[0].allocs + f->cpus[7].allocs, 400000);
	for (unsigned n = 0; n < 2; n++)
		before[n] = f->nodes[n].free_bytes;
	bt_mask_set(rig->config.cpus, 0, false);
	run_step(rig, BT_STEP_PAIR, 1);
	assert_int_equal(f->cpus[0].held_blocks, 0);
	/* 100000 pages each, less the wobble of 15/4096 of a tenth of 8 GiB: 3 MiB. */
	for (unsigned n = 0; n < 2; n++)
		assert_in_range(f->nodes[n].free_bytes - before[n], 100000 * 4096 - 4 * MIB,
				100000 * 4096 + 4 * MIB);
	rig_close(rig);
}

/* Blocks of two orders on three CPUs of three nodes, one of which came later: nothing is lost. */
static void test_shuffle_loses_nothing(void **state)
{
	struct rig *rig = steps_open("4,cpus=6,nodes=3", "0,5");
	const struct bt_frame *f = rig->frame;
	static const unsigned cpus[] = { 0, 2, 5 };
	static const uint64_t blocks[] = { 1010, 7, 1010 };
	uint64_t pages = 0;

	(void)state;
	run_step(rig, BT_STEP_GET, 1003);
	rig->config.order = 3;
	bt_mask_set(rig->config.cpus, 2, true);
	run_step(rig, BT_STEP_GET, 7);
	run_step(rig, BT_STEP_SHUFFLE, 0);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(f->cpus[cpus[i]].held_blocks, blocks[i]);
		pages += f->cpus[cpus[i]].held_pages;
	}
	assert_int_equal(pages, 2 * 1003 + 3 * 7 * 8);
	/* 2027 blocks of 2174 pages: 7 of them have 7.5, no longer 56. */
	assert_in_range(f->cpus[2].held_pages, 7, 8);
	run_step(rig, BT_STEP_PUT, 5000);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(f->cpus[cpus[i]].held_pages, 0);
	rig_close(rig);
}

/* A single block on each of 64 CPUs: each node still has as many of them. */
static void test_shuffle_of_single_blocks(void **state)
{
	struct rig *rig = steps_open("4,cpus=64,nodes=2,memory=64M", "0-63");
	const struct bt_frame *f = rig->frame;
	uint64_t before[2];

	(void)state;
	run_step(rig, BT_STEP_GET, 1);
	for (unsigned n = 0; n < 2; n++)
		before[n] = f->nodes[n].free_bytes;
	run_step(rig, BT_STEP_SHUFFLE, 0);
	check_ended(rig, "0-63", 0, 1);
	/* The wobble of 15/4096 of a tenth of 32 MiB is 3 pages. */
	for (unsigned n = 0; n < 2; n++)
		assert_in_range(f->nodes[n].free_bytes, before[n] - 3 * 4096, before[n] + 3 * 4096);
	rig_close(rig);
}

/* Who shuffles 2 * 10^6 blocks is stuck 20 ms after the begin. */
static void test_shuffle_gets_stuck(void **state)
{
	struct rig *rig = steps_open("1,cpus=2,fault=stuck@3s:0", "0-1");

	(void)state;
	run_step(rig, BT_STEP_GET, 1000000);
	rig_step(rig, 2);
	assert_int_equal(rig->frame->mono_ns % BT_NS_PER_S, 0);
	bt_source_sim.set_interval(rig->state, 10 * BT_NS_PER_MS);
	rig_step(rig, 98);
	publish(rig, BT_STEP_SHUFFLE, 0);
	rig_step(rig, 30);
	check_ended(rig, "1", 0, 1000000);
	assert_int_equal(step_of(rig, 0)->generation, rig->frame->config.generation);
	assert_int_equal(step_of(rig, 0)->ended, rig->frame->config.generation - 1);
	rig_close(rig);
}

/* Everything else that a step can be interrupted by. */
static void test_no_end(void **state)
{
	struct rig *rig = steps_open("1,cpus=4,fault=stuck@2s:2,fault=lease@9s", "0-3");
	const struct bt_frame *f = rig->frame;
	uint64_t generation;

	(void)state;
	rig_step(rig, 2);
	publish(rig, BT_STEP_GET, 10);
	rig_step(rig, 1);
	assert_false(ended(rig));
	assert_int_equal(step_of(rig, 2)->generation, 0);
	check_ended(rig, "0-1,3", 10, 10);
	/* The one that shuffles waits for all. */
	publish(rig, BT_STEP_SHUFFLE, 0);
	rig_step(rig, 2);
	assert_int_equal(step_of(rig, 0)->generation, f->config.generation);
	assert_int_equal(step_of(rig, 0)->ended, f->config.generation - 1);
	check_ended(rig, "1,3", 0, 10);
	bt_mask_set(rig->config.cpus, 2, false);
	/* 10^9 pairs, 100 ns and more each: the lease ends before. */
	publish(rig, BT_STEP_PAIR, 1000000000);
	rig_step(rig, 1);
	generation = f->config.generation;
	assert_int_equal(f->cpus[0].state, BT_WORKER_RUNNING);
	rig_step(rig, 4);
	assert_int_equal(f->run, BT_RUN_DRAIN);
	assert_int_equal(f->reason, BT_REASON_LEASE);
	assert_int_equal(f->config.step, BT_STEP_NONE);
	assert_true(step_of(rig, 0)->done > 0);
	assert_true(step_of(rig, 0)->ended < generation);
	assert_int_equal(f->cpus[0].held_blocks, 0);
	check_counts(rig);
	rig_close(rig);
}

static void test_stops(void **state)
{
	struct rig *rig = steps_open("1,cpus=4", "0-3");
	const struct bt_frame *f = rig->frame;

	(void)state;
	publish(rig, BT_STEP_GET, 500000);
	read_extra(rig);
	read_extra(rig);
	assert_true(f->cpus[0].held_blocks > 0);
	bt_config_run(&rig->config, BT_RUN_DRAIN);
	publish(rig, BT_STEP_NONE, 0);
	rig_step(rig, 1);
	for (unsigned c = 0; c < 4; c++)
		assert_int_equal(f->cpus[c].held_pages, 0);
	/* The limit counts from the first step since then. */
	rig->config.run = BT_RUN_STEP;
	rig->config.run_limit_ms = 2500;
	publish(rig, BT_STEP_GET, 10);
	rig_step(rig, 2);
	check_ended(rig, "0-3", 10, 10);
	publish(rig, BT_STEP_PAIR, 10);
	rig_step(rig, 1);
	assert_int_equal(f->run, BT_RUN_DRAIN);
	assert_int_equal(f->reason, BT_REASON_TIME_LIMIT);
	assert_int_equal(f->cpus[0].held_pages, 0);
	rig_close(rig);
}

static char *play(const char *argument)
{
	struct rig *rig = steps_open(argument, "0-2");
	char *text;

	run_step(rig, BT_STEP_GET, 12345);
	run_step(rig, BT_STEP_SHUFFLE, 0);
	run_step(rig, BT_STEP_PAIR, 1000);
	text = rig_text(rig);
	rig_close(rig);
	return text;
}

static void test_same_seed_same_steps(void **state)
{
	char *a = play("5,cpus=4"), *b = play("5,cpus=4"), *other = play("6,cpus=4");

	(void)state;
	assert_non_null(strstr(a, "\"steps\":{\"generation\":[3,3,3,0],\"done\":[1000,1000,1000,0]"));
	assert_string_equal(a, b);
	assert_string_not_equal(a, other);
	free(a);
	free(b);
	free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_step_does_what_it_says),
		cmocka_unit_test(test_steps_follow_each_other),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_what_they_cost),
		cmocka_unit_test(test_latencies_fit_into_the_step),
		cmocka_unit_test(test_frames_out_of_turn),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_injected_failures),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_shuffle),
		cmocka_unit_test(test_shuffle_loses_nothing),
		cmocka_unit_test(test_shuffle_of_single_blocks),
		cmocka_unit_test(test_shuffle_gets_stuck),
		cmocka_unit_test(test_no_end),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_same_seed_same_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
