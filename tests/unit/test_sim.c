// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated machine: the same argument gives the same numbers, every count agrees with every
 * other, and each parameter has the effect that it has on a real allocator.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "core/param.h"
#include "tests/unit/sim_rig.h"

static void rig_set(struct rig *rig, const char *assignment)
{
	struct bt_err err = { 0 };

	if (!strcmp(assignment, "start"))
		rig->config.run = BT_RUN_GO;
	else if (!strcmp(assignment, "stop"))
		rig->config.run = BT_RUN_DRAIN;
	else if (bt_param_assign(&rig->config, assignment, &rig->limits, &err))
		fail_msg("%s", err.text);
	assert_int_equal(bt_source_sim.publish(rig->state, &rig->config, ++rig->token, &err), 0);
	rig_step(rig, 4);
}

static char *play(const char *argument)
{
	static const char *const script[] = {"start", "order=4", "held=2G", "pattern=ramp",
					     "cpus=0,2"};
	struct rig *rig = rig_open(argument);
	char *text;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(script); i++)
		rig_set(rig, script[i]);
	text = rig_text(rig);
	rig_close(rig);
	return text;
}

static void test_same_seed_same_frames(void **state)
{
	char *a = play("5,cpus=4"), *b = play("5,cpus=4"), *other = play("6,cpus=4");

	(void)state;
	assert_string_equal(a, b);
	assert_string_not_equal(a, other);
	free(a);
	free(b);
	free(other);
}

static void test_clock(void **state)
{
	struct rig *rig = rig_open("1");
	struct bt_err err = { 0 };
	uint64_t start;

	(void)state;
	rig_step(rig, 1);
	start = rig->frame->mono_ns;
	assert_int_equal(rig->frame->utc_ns, 1767225600000000000ll); /* 2026-01-01T00:00:00Z */
	rig_step(rig, 1);
	assert_int_equal(rig->frame->mono_ns - start, BT_NS_PER_S);
	/* An extra frame comes between and does not move the grid. */
	rig->frame->extra = true;
	assert_int_equal(bt_source_sim.read(rig->state, rig->frame, &err), 0);
	assert_true(rig->frame->mono_ns > start + BT_NS_PER_S);
	assert_true(rig->frame->mono_ns < start + 2 * BT_NS_PER_S);
	rig_step(rig, 1);
	assert_int_equal(rig->frame->mono_ns - start, 2 * BT_NS_PER_S);
	bt_source_sim.set_interval(rig->state, 250 * BT_NS_PER_MS);
	rig_step(rig, 2);
	assert_int_equal(rig->frame->mono_ns - start, 2 * BT_NS_PER_S + 500 * BT_NS_PER_MS);
	rig_close(rig);
}

static void test_topologies(void **state)
{
	static const char *const arguments[] = {
		"1,cpus=1,nodes=1,memory=64M",
		"2,cpus=3,nodes=2,memonly=1",
		"3,cpus=6,nodes=3,cpuonly=0",
		"4,cpus=1024,nodes=16,memory=1T",
		"5,cpus=16,nodes=4,memonly=3,cpuonly=1,offline=2+5-7",
	};
	static const char *const patterns[] = { "pattern=steady", "pattern=repeat", "pattern=ramp",
						"pattern=hold", "pattern=burst" };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(arguments); i++) {
		struct rig *rig = rig_open(arguments[i]);

		rig_set(rig, "start");
		for (unsigned p = 0; p < BT_ARRAY_SIZE(patterns); p++) {
			rig_set(rig, patterns[p]);
			check_counts(rig);
			rig_set(rig, p % 2 ? "order=0" : "order=6");
			check_counts(rig);
		}
		rig_set(rig, "stop");
		check_counts(rig);
		assert_int_equal(rig->interval->totals.held_blocks, 0);
		rig_close(rig);
	}
}

static void test_offline_cpus(void **state)
{
	struct rig *rig = rig_open("1,cpus=8,offline=2+5-6");

	(void)state;
	rig_set(rig, "start");
	assert_int_equal(rig->interval->totals.online, 5);
	assert_int_equal(rig->interval->totals.applied, 5);
	assert_false(rig->frame->cpus[5].online);
	assert_int_equal(rig->frame->cpus[5].allocs, 0);
	assert_true(rig->frame->cpus[4].allocs > 0);
	rig_close(rig);
}

static double rate_after(struct rig *rig, const char *assignment)
{
	rig_set(rig, assignment);
	check_counts(rig);
	return rig->interval->point.allocs_per_s;
}

static void test_order_and_pace(void **state)
{
	struct rig *rig = rig_open("1,cpus=4,memory=16G");
	double small, large;
	uint64_t p50;

	(void)state;
	small = rate_after(rig, "start");
	p50 = rig->interval->point.latency[BT_OP_ALLOC].quantile_ns[BT_P50];
	large = rate_after(rig, "order=9");
	assert_true(large > 0 && large < small / 2);
	assert_true(rig->interval->point.latency[BT_OP_ALLOC].quantile_ns[BT_P50] > 2 * p50);
	assert_true(rig->interval->order_allocs[9] > 0);
	assert_int_equal(rig->interval->order_allocs[0], 0);
	/* 1000 operations a second on each of 4 CPUs. */
	assert_float_equal(rate_after(rig, "pace=1000") + rig->interval->point.frees_per_s, 4000,
			   1);
	rig_close(rig);
}

static void test_mask(void **state)
{
	struct rig *rig = rig_open("1,cpus=8");

	(void)state;
	rig_set(rig, "start");
	rig_set(rig, "cpus=1-2");
	for (unsigned c = 0; c < 8; c++) {
		bool in = c == 1 || c == 2;

		assert_int_equal(rig->interval->cpus[c].allocs_per_s > 0, in);
		assert_int_equal(rig->frame->cpus[c].held_blocks > 0, in);
		assert_int_equal(rig->frame->cpus[c].state,
				 in ? BT_WORKER_RUNNING : BT_WORKER_IDLE);
	}
	rig_close(rig);
}

static void test_nodes(void **state)
{
	struct rig *rig = rig_open("1,cpus=8,nodes=2,memory=16G");

	(void)state;
	rig_set(rig, "start");
	assert_float_equal(rig->interval->point.remote_ratio, 0, 0);
	rig_set(rig, "node=remote");
	assert_float_equal(rig->interval->point.remote_ratio, 1, 0);
	assert_float_equal(rig->interval->matrix[0], 0, 0);
	assert_true(rig->interval->matrix[1] > 0 && rig->interval->matrix[2] > 0);
	rig_set(rig, "node=bind:1");
	assert_float_equal(rig->interval->point.remote_ratio, 0.5, 0.05);
	assert_float_equal(rig->interval->matrix[0] + rig->interval->matrix[2], 0, 0);
	rig_set(rig, "node=interleave:0-1");
	assert_float_equal(rig->interval->point.remote_ratio, 0.5, 0.05);
	rig_set(rig, "node=prefer:0");
	assert_float_equal(rig->interval->matrix[3], 0, 0);
	rig_close(rig);
}

/* More than a node has: local allocations spill to the other one. */
static void test_full_node_spills(void **state)
{
	struct rig *rig = rig_open("1,cpus=8,nodes=2,memory=8G");

	(void)state;
	rig_set(rig, "pattern=hold");
	rig_set(rig, "cpus=0-3");
	rig_set(rig, "held=5G");
	rig_set(rig, "start");
	rig_step(rig, 20);
	check_counts(rig);
	assert_true(rig->frame->matrix[0][1] > 0);
	assert_true(rig->frame->nodes[0].numa_foreign > 0);
	rig_close(rig);
}

/* What is held is what is missing, byte for byte up to the wobble of other people's memory. */
static void test_held_lowers_available(void **state)
{
	struct rig *rig = rig_open("1,cpus=8,memory=16G");
	uint64_t before, held;

	(void)state;
	rig_step(rig, 2);
	before = rig->frame->memory.available_bytes;
	rig_set(rig, "pattern=hold");
	rig_set(rig, "held=3G");
	rig_set(rig, "start");
	rig_step(rig, 10);
	held = rig->interval->totals.held_pages * rig->machine.page_bytes;
	assert_in_range(held, 3000ull << 20, 3072ull << 20);
	assert_in_range(before - rig->frame->memory.available_bytes, held - (32ull << 20),
			held + (32ull << 20));
	rig_close(rig);
}

/* Histograms of the CPUs add up to those of the nodes. */
static void test_selected_cpu(void **state)
{
	struct rig *rig = rig_open("5,cpus=4,nodes=2");
	uint64_t by_cpu = 0;

	(void)state;
	rig_set(rig, "start");
	rig_step(rig, 5);
	rig_set(rig, "stop");
	rig_step(rig, 2);
	for (int cpu = 0; cpu < 4; cpu++) {
		rig->frame->want = BT_WANT_CPU(cpu);
		rig_step(rig, 1);
		assert_int_equal(rig->frame->cpu_hist.cpu, cpu);
		by_cpu += rig->frame->cpu_hist.hist[BT_OP_ALLOC].total;
	}
	assert_true(by_cpu > 0);
	assert_int_equal(by_cpu, hist_total(rig->frame, BT_OP_ALLOC));
	rig_close(rig);
}

/* Shortage shows where a real one does: in the tasks, in swap, and in who has which pageblocks. */
static void test_details(void **state)
{
	struct rig *rig = rig_open("1,cpus=8,memory=16G");
	struct bt_frame_pageblocks *blocks = &rig->frame->pageblocks;
	const struct bt_frame_zone *zone;
	uint64_t idle_rss, swapped = 0;

	(void)state;
	rig_step(rig, 1);
	assert_int_equal(rig->frame->tasks.state, BT_DETAIL_NONE);
	assert_int_equal(blocks->state, BT_DETAIL_NONE);
	assert_int_equal(rig->frame->frequency.state, BT_DETAIL_NONE);
	rig->frame->want = BT_WANT_ALL;
	rig_step(rig, 1);
	assert_int_equal(rig->frame->tasks.state, BT_DETAIL_KNOWN);
	assert_true(rig->frame->tasks.count > 10);
	assert_int_equal(rig->frame->tasks.mono_ns, rig->frame->mono_ns);
	/* It has neither clocks nor load, nor what a kernel says of them. */
	assert_int_equal(rig->frame->frequency.state, BT_DETAIL_NOT_IN_KERNEL);
	assert_int_equal(rig->frame->frequency.max_khz, BT_UNKNOWN);
	assert_int_equal(rig->frame->load.load1_centi, BT_UNKNOWN);
	assert_int_equal(rig->frame->load.cpu_us, BT_UNKNOWN);
	assert_string_equal(rig->machine.thp, "");
	assert_string_equal(rig->machine.governor, "");
	assert_string_equal(rig->machine.smt, "");
	assert_string_equal(rig->machine.microcode, "");
	idle_rss = rig->frame->tasks.task[0].rss_bytes;
	assert_int_equal(rig->frame->tasks.task[0].swap_bytes, 0);
	/* The types of a zone together are the zone's free blocks. */
	assert_int_equal(blocks->count % rig->frame->zone_count, 0);
	zone = &rig->frame->zones[rig->frame->zone_count - 1];
	for (unsigned order = 0; order <= rig->machine.max_order; order++) {
		uint64_t sum = 0;

		for (unsigned i = 0; i < blocks->count; i++) {
			if (blocks->types[i].node == zone->node &&
			    !strcmp(blocks->types[i].zone, zone->name))
				sum += blocks->types[i].free_blocks[order];
		}
		assert_int_equal(sum, zone->free_blocks[order]);
	}
	rig_set(rig, "pattern=hold");
	rig_set(rig, "held=14G");
	rig_set(rig, "start");
	rig_step(rig, 20);
	for (unsigned i = 0; i < rig->frame->tasks.count; i++)
		swapped += rig->frame->tasks.task[i].swap_bytes;
	assert_true(swapped > 0);
	assert_int_equal(rig->frame->memory.swap_total_bytes - rig->frame->memory.swap_free_bytes,
			 swapped);
	assert_true(rig->frame->tasks.task[0].rss_bytes < idle_rss);
	assert_true(rig->frame->vmstat[BT_VMSTAT_PSWPOUT] >= swapped / rig->machine.page_bytes);
	rig_close(rig);
}

/* The map and the zones know the same free pages, however much of the machine is looked at. */
static void test_free_map(void **state)
{
	static const struct {
		const char *machine;
		uint64_t frames, every;
	} rows[] = {
		{ "3,cpus=4,memory=64M", 32, 1 },
		{ "3,cpus=4,memory=16G,nodes=2", 8192, 1 },
		{ "3,cpus=4,memory=1T", 131072, 4 },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct rig *rig = rig_open(rows[i].machine);
		const struct bt_frame_freemap *map = &rig->frame->free_map;
		uint64_t free_pages = 0, cells = 0;

		rig_step(rig, 1);
		assert_int_equal(map->state, BT_DETAIL_NONE);
		rig->frame->want = BT_WANT_FREE_MAP;
		rig_step(rig, 1);
		assert_int_equal(map->state, BT_DETAIL_KNOWN);
		assert_int_equal(map->mono_ns, rig->frame->mono_ns);
		assert_int_equal(map->sampled_one_in, rows[i].every);
		assert_in_range(map->frames, rows[i].frames, rows[i].frames + 4);
		for (unsigned z = 0; z < rig->frame->zone_count; z++)
			free_pages += rig->frame->zones[z].free_pages;
		for (unsigned cell = 0; cell < map->count; cell++)
			cells += map->cells[cell];
		assert_int_equal(cells, map->free_pages);
		assert_in_range(map->free_pages, free_pages / rows[i].every - 2000,
				free_pages / rows[i].every);
		if (rows[i].every == 1)
			assert_int_equal(map->free_pages, free_pages);
		assert_true(map->free_frames > 0 && map->free_frames < map->frames);
		rig_close(rig);
	}
}

static void test_guards(void **state)
{
	struct rig *rig = rig_open("1,cpus=8,memory=4G");

	(void)state;
	rig_set(rig, "pattern=hold");
	rig_set(rig, "held=3680M");
	rig_set(rig, "reserve=1G");
	rig_set(rig, "start");
	rig_step(rig, 20);
	assert_true(rig->interval->totals.throttled > 0);
	assert_in_range(rig->frame->memory.available_bytes, 900ull << 20, 1100ull << 20);
	assert_int_equal(rig->frame->oom_notifications, 0);
	rig->config.reserve_bytes = 0;
	rig_set(rig, "guard=bench");
	rig_step(rig, 20);
	assert_true(rig->interval->totals.failures > 0);
	assert_true(rig->frame->memory.available_bytes < 200ull << 20);
	rig_set(rig, "gfp=kernel");
	assert_true(rig->frame->vmstat[BT_VMSTAT_OOM_KILL] > 0);
	rig_close(rig);
}

static void test_adoption_takes_time(void **state)
{
	struct rig *rig = rig_open("1,cpus=64");
	struct bt_frame_totals totals;
	struct bt_err err = { 0 };

	(void)state;
	rig_step(rig, 1);
	rig->config.run = BT_RUN_GO;
	assert_int_equal(bt_source_sim.publish(rig->state, &rig->config, 9, &err), 0);
	bt_source_sim.set_interval(rig->state, BT_NS_PER_MS);
	rig_step(rig, 1);
	bt_frame_totals(rig->frame, &totals);
	assert_int_equal(rig->frame->ack.token, 9);
	assert_int_equal(rig->frame->ack.generation, 1);
	assert_in_range(totals.applied, 1, 63);
	rig_step(rig, 4);
	assert_int_equal(rig->interval->totals.applied, 64);
	rig_close(rig);
}

static void test_refusal(void **state)
{
	struct rig *rig = rig_open("1,cpus=4");
	struct bt_err err = { 0 };

	(void)state;
	rig->config.order = 11;
	assert_int_equal(bt_source_sim.publish(rig->state, &rig->config, 3, &err), 0);
	rig_step(rig, 1);
	assert_int_equal(rig->frame->ack.token, 3);
	assert_int_equal(rig->frame->ack.error, EINVAL);
	assert_non_null(strstr(rig->frame->ack.text, "order"));
	assert_int_equal(rig->frame->config.generation, 0);
	rig_close(rig);
}

static void test_faults(void **state)
{
	struct rig *rig =
		rig_open("1,cpus=4,fault=stuck@4s:2,fault=offline@8s:3,fault=online@12s:3,"
			 "fault=jump@16s:60,fault=oom@20s,fault=fail@24s:50,fault=lost@30s");
	struct bt_err err = { 0 };
	int64_t utc;

	(void)state;
	rig_set(rig, "start"); /* frames 0..3 s */
	rig_set(rig, "order=1"); /* 4..7 s: CPU 2 is stuck before it adopts */
	assert_int_equal(rig->interval->totals.applied, 3);
	assert_int_equal(rig->interval->totals.stuck_cpu, 2);
	assert_int_equal(rig->interval->totals.stuck_ns, 3 * BT_NS_PER_S);
	rig_step(rig, 1);
	assert_false(rig->frame->cpus[3].online);
	rig_step(rig, 4);
	assert_true(rig->frame->cpus[3].online);
	rig_step(rig, 3);
	utc = rig->frame->utc_ns;
	rig_step(rig, 1);
	assert_int_equal(rig->frame->utc_ns - utc, 61ll * (int64_t)BT_NS_PER_S);
	rig_step(rig, 4);
	assert_int_equal(rig->frame->reason, BT_REASON_OOM);
	assert_int_equal(rig->frame->oom_notifications, 1);
	rig_set(rig, "start"); /* 21..24 s */
	rig_step(rig, 1);
	assert_true(rig->interval->point.failures > 0);
	rig_step(rig, 4);
	assert_int_equal(bt_source_sim.read(rig->state, rig->frame, &err), -ENODEV);
	rig_close(rig);
}

static void test_time_limit(void **state)
{
	struct rig *rig = rig_open("1,cpus=4");

	(void)state;
	rig_set(rig, "limit=3s");
	rig_set(rig, "start");
	rig_step(rig, 2);
	assert_int_equal(rig->frame->run, BT_RUN_DRAIN);
	assert_int_equal(rig->frame->reason, BT_REASON_TIME_LIMIT);
	assert_int_equal(rig->interval->totals.held_blocks, 0);
	rig_close(rig);
}

static void test_measure(void **state)
{
	struct rig *rig = rig_open("1,cpus=4");
	const struct bt_measure_options options = { .limit_bytes = 1ull << 30 };
	struct bt_measure measure;

	(void)state;
	rig_step(rig, 1);
	assert_int_equal(bt_source_sim.measure(rig->state, &options, NULL), 0);
	assert_int_equal(bt_source_sim.measure(rig->state, &options, NULL), -EBUSY);
	rig_step(rig, 1);
	bt_source_sim.measured(rig->state, &measure);
	assert_int_equal(measure.state, BT_MEASURE_RUNNING);
	rig_step(rig, 2);
	bt_source_sim.measured(rig->state, &measure);
	assert_int_equal(measure.state, BT_MEASURE_DONE);
	assert_int_equal(measure.end, BT_MEASURE_END_LIMIT);
	assert_int_equal(measure.reached_bytes, 1ull << 30);
	rig_close(rig);
}

/*
 * Tasks of the simulated machine are stalled for half of the time when nothing is available, and
 * never while a tenth of 16 GiB is: 10 % of the time with four fifths of that tenth.
 */
static void test_measure_to_a_pressure(void **state)
{
	struct rig *rig = rig_open("1,cpus=4,memory=16G");
	const struct bt_measure_options options = { .stop_psi_percent = 10 };
	struct bt_measure measure;

	(void)state;
	rig_step(rig, 1);
	assert_int_equal(bt_source_sim.measure(rig->state, &options, NULL), 0);
	rig_step(rig, 3);
	bt_source_sim.measured(rig->state, &measure);
	assert_int_equal(measure.state, BT_MEASURE_DONE);
	assert_int_equal(measure.end, BT_MEASURE_END_PRESSURE);
	assert_in_range(measure.reached_bytes + (16ull << 30) / 10 * 8 / 10,
			rig->frame->memory.available_bytes - (1 << 20),
			rig->frame->memory.available_bytes + (1 << 20));
	rig_close(rig);
}

static void test_bad_arguments(void **state)
{
	static const char *const bad[] = {
		"x",
		"1,cpus=0",
		"1,cpus=1025",
		"1,nodes=17",
		"1,memory=1",
		"1,what=2",
		"1,cpus",
		"1,fault=none@1s",
		"1,fault=lost",
		"1,fault=stuck@1s:8",
		"1,offline=3-1",
		"1,nodes=2,memonly=0-1",
		"1,nodes=2,cpuonly=0-1",
		"1,nodes=2,memonly=5",
		"1,cpus=1,nodes=2",
	};
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(bad); i++) {
		const struct bt_source_options options = { .argument = bad[i] };
		struct bt_err err = { 0 };
		void *sim;

		if (bt_source_sim.open(&sim, &options, machine, &err) != -EINVAL)
			fail_msg("'%s' was accepted", bad[i]);
		assert_true(err.text[0] != '\0');
	}
	free(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_seed_same_frames),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_topologies),
		cmocka_unit_test(test_offline_cpus),
		cmocka_unit_test(test_order_and_pace),
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_full_node_spills),
		cmocka_unit_test(test_held_lowers_available),
		cmocka_unit_test(test_selected_cpu),
		cmocka_unit_test(test_details),
		cmocka_unit_test(test_free_map),
		cmocka_unit_test(test_guards),
		cmocka_unit_test(test_adoption_takes_time),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_time_limit),
		cmocka_unit_test(test_measure),
		cmocka_unit_test(test_measure_to_a_pressure),
		cmocka_unit_test(test_bad_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
