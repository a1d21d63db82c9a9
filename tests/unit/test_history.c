// SPDX-License-Identifier: GPL-2.0
/* Tiers of points; every expected number is worked out by hand beside it. */
#include "tests/unit/test.h"

#include <malloc.h>
#include <math.h>
#include <string.h>

#include "frame/history.h"

#define S BT_NS_PER_S
#define HOUR (3600 * S)

struct rig {
	struct bt_machine machine;
	struct bt_history *history;
	struct bt_interval *interval;	/* what is added next; all unknown at first */
	struct bt_frame *frame;		/* its zones */
};

static void rig_open(struct rig *rig, unsigned cpus, unsigned nodes)
{
	rig->machine = (struct bt_machine){ .page_bytes = 4096, .max_order = 10,
					    .cpu_count = cpus, .node_count = nodes };
	rig->history = bt_history_create(&rig->machine);
	rig->interval = bt_interval_create(&rig->machine);
	rig->frame = bt_frame_create(&rig->machine);
}

static void rig_close(struct rig *rig)
{
	bt_history_free(rig->history);
	bt_interval_free(rig->interval);
	bt_frame_free(rig->frame);
}

/* The interval as it is, with these times. */
static void add(struct rig *rig, uint64_t length_ns, uint64_t end_ns)
{
	struct bt_point *point = &rig->interval->point;

	point->gap = false;
	point->mono_ns = end_ns;
	point->length_ns = point->known_ns = length_ns;
	bt_history_add(rig->history, rig->interval, rig->frame);
}

static void add_gap(struct rig *rig, uint64_t length_ns, uint64_t end_ns)
{
	bt_interval_gap(rig->interval, end_ns - length_ns, end_ns, 0);
	bt_history_add(rig->history, rig->interval, NULL);
}

static const struct bt_point *at(const struct rig *rig, enum bt_tier tier, unsigned age)
{
	const struct bt_point *point = bt_history_at(rig->history, tier, age);

	assert_non_null(point);
	return point;
}

/* ---- size -------------------------------------------------------------------------------- */

static void every_machine_fits(void **state)
{
	static const unsigned nodes[] = { 1, 2, 3, 4, 8, 16, 64 };
	unsigned cpus, i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(nodes); i++) {
		for (cpus = 1; cpus <= 1024; cpus *= 2) {
			struct mallinfo2 before = mallinfo2(), after;
			struct rig rig;

			rig_open(&rig, cpus, nodes[i]);
			after = mallinfo2();
			/* What was really taken, with the interval and the frame (0 under ASan). */
			assert_true(after.hblkhd - before.hblkhd + after.uordblks -
				    before.uordblks <= (64u << 20) + (4u << 20));
			assert_true(bt_history_bytes(rig.history) <= 64u << 20);
			assert_true(bt_history_capacity(rig.history, BT_TIER_10S) * 10 >= 3610);
			assert_true(bt_history_capacity(rig.history, BT_TIER_60S) * 60 >= 3660);
			assert_true(bt_history_capacity(rig.history, BT_TIER_1S) >= 300);
			assert_true(bt_history_capacity(rig.history, BT_TIER_SAMPLE) >= 120);
			rig_close(&rig);
		}
	}
}

/* An hour and a bit at any interval: the coarser tiers reach back the whole hour. */
static void an_hour_is_kept(void **state)
{
	static const uint64_t every_ms[] = { 100, 1000, 5000 };
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(every_ms); i++) {
		uint64_t every_ns = every_ms[i] * BT_NS_PER_MS, now = 0;
		enum bt_tier tier;
		struct rig rig;

		rig_open(&rig, 1024, 16);
		rig.interval->point.failures = 1;
		while (now < HOUR + 7 * 60 * S) {
			now += every_ns;
			add(&rig, every_ns, now);
		}
		for (tier = BT_TIER_10S; tier <= BT_TIER_60S; tier++) {
			uint64_t covered_ns = 0, failures = 0;
			unsigned age;

			for (age = 0; covered_ns < HOUR; age++) {
				const struct bt_point *point = at(&rig, tier, age);

				assert_int_equal(point->mono_ns, now - covered_ns);
				covered_ns += point->length_ns;
				failures += point->failures;
			}
			/* One in each interval. */
			assert_int_equal(failures, covered_ns / every_ns);
		}
		rig_close(&rig);
	}
}

static void adding_allocates_nothing(void **state)
{
	struct mallinfo2 before, after;
	struct rig rig;
	unsigned i;

	(void)state;
	rig_open(&rig, 64, 4);
	before = mallinfo2();
	for (i = 1; i <= 5000; i++)
		add(&rig, S, i * S);
	after = mallinfo2();
	assert_int_equal(after.uordblks + after.hblkhd, before.uordblks + before.hblkhd);
	assert_int_equal(bt_history_count(rig.history, BT_TIER_SAMPLE),
			 bt_history_capacity(rig.history, BT_TIER_SAMPLE));
	rig_close(&rig);
}

/* ---- steps ------------------------------------------------------------------------------- */

static void no_history_is_an_empty_one(void **state)
{
	struct rig rig;

	(void)state;
	assert_int_equal(bt_history_count(NULL, BT_TIER_1S), 0);
	assert_null(bt_history_at(NULL, BT_TIER_1S, 0));
	rig_open(&rig, 1, 1);
	assert_int_equal(bt_history_count(rig.history, BT_TIER_1S), 0);
	assert_null(bt_history_at(rig.history, BT_TIER_1S, 0));
	rig_close(&rig);
}

static void samples_fill_steps(void **state)
{
	struct rig rig;
	unsigned i;

	(void)state;
	rig_open(&rig, 4, 2);
	/* 2.5 s of samples each 100 ms, a little late as a timer is. */
	for (i = 1; i <= 25; i++)
		add(&rig, S / 10, 10 * S + i * S / 10 + BT_NS_PER_MS);
	assert_int_equal(bt_history_count(rig.history, BT_TIER_SAMPLE), 25);
	assert_int_equal(bt_history_count(rig.history, BT_TIER_1S), 3);
	assert_int_equal(bt_history_count(rig.history, BT_TIER_10S), 1);
	assert_int_equal(at(&rig, BT_TIER_1S, 2)->length_ns, S);
	assert_int_equal(at(&rig, BT_TIER_1S, 1)->length_ns, S);
	assert_int_equal(at(&rig, BT_TIER_1S, 1)->mono_ns, 12 * S + BT_NS_PER_MS);
	assert_int_equal(at(&rig, BT_TIER_1S, 0)->length_ns, S / 2);	/* still being filled */
	assert_int_equal(at(&rig, BT_TIER_60S, 0)->length_ns, 25 * S / 10);
	add(&rig, S / 10, 10 * S + 26 * S / 10);
	assert_int_equal(bt_history_count(rig.history, BT_TIER_1S), 3);
	assert_int_equal(at(&rig, BT_TIER_1S, 0)->length_ns, 6 * S / 10);
	rig_close(&rig);
}

static void long_samples_are_steps_of_their_own(void **state)
{
	struct rig rig;
	unsigned i;

	(void)state;
	rig_open(&rig, 4, 2);
	for (i = 1; i <= 4; i++)
		add(&rig, 5 * S, i * 5 * S);
	assert_int_equal(bt_history_count(rig.history, BT_TIER_1S), 4);
	assert_int_equal(bt_history_count(rig.history, BT_TIER_10S), 2);
	assert_int_equal(at(&rig, BT_TIER_1S, 0)->length_ns, 5 * S);
	assert_int_equal(at(&rig, BT_TIER_10S, 0)->length_ns, 10 * S);
	rig_close(&rig);
}

static void numbers_find_points(void **state)
{
	struct rig rig;
	unsigned i;

	(void)state;
	rig_open(&rig, 1024, 16);
	for (i = 1; i <= 4000; i++)
		add(&rig, S, i * S);
	assert_int_equal(at(&rig, BT_TIER_SAMPLE, 0)->number, 4000);
	assert_int_equal(bt_history_age(rig.history, BT_TIER_SAMPLE, 4000), 0);
	assert_int_equal(bt_history_age(rig.history, BT_TIER_SAMPLE, 4001), 0);
	assert_int_equal(bt_history_age(rig.history, BT_TIER_SAMPLE, 3990), 10);
	/* Steps of 10 end at 4000, 3990 ...: 3990 is the last of its step, 3991 first of the next. */
	assert_int_equal(bt_history_age(rig.history, BT_TIER_10S, 3990), 1);
	assert_int_equal(bt_history_age(rig.history, BT_TIER_10S, 3991), 0);
	assert_int_equal(at(&rig, BT_TIER_10S, 1)->number, 3990);
	/* Gone from the samples: the oldest there is. */
	assert_int_equal(bt_history_age(rig.history, BT_TIER_SAMPLE, 1),
			 bt_history_count(rig.history, BT_TIER_SAMPLE) - 1);
	rig_close(&rig);
}

/* ---- gaps -------------------------------------------------------------------------------- */

static void a_step_is_a_gap_only_if_all_of_it_is(void **state)
{
	const struct bt_point *step;
	struct rig rig;

	(void)state;
	rig_open(&rig, 4, 2);
	rig.interval->point.allocs_per_s = 100;
	add(&rig, 2 * S, 2 * S);
	add_gap(&rig, 3 * S, 5 * S);
	rig.interval->point.allocs_per_s = 400;
	add(&rig, 4 * S, 9 * S);
	step = at(&rig, BT_TIER_10S, 0);
	assert_false(step->gap);
	assert_int_equal(step->length_ns, 9 * S);
	assert_int_equal(step->known_ns, 6 * S);
	/* (100 * 2 s + 400 * 4 s) / 6 s: the gap counts for nothing. */
	assert_true(fabs(step->allocs_per_s - 300) < 1e-9);
	assert_true(at(&rig, BT_TIER_SAMPLE, 1)->gap);
	assert_true(at(&rig, BT_TIER_1S, 1)->gap);
	rig_close(&rig);
}

static void a_long_gap_stands_alone(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, 4, 2);
	add(&rig, S, 8 * S);
	/* Its middle is in the second ten seconds, as the sample after it is. */
	add_gap(&rig, 10 * S + S / 2, 18 * S + S / 2);
	add(&rig, S, 19 * S + S / 2);
	assert_int_equal(bt_history_count(rig.history, BT_TIER_10S), 3);
	assert_false(at(&rig, BT_TIER_10S, 0)->gap);
	assert_int_equal(at(&rig, BT_TIER_10S, 0)->length_ns, S);
	assert_true(at(&rig, BT_TIER_10S, 1)->gap);
	assert_int_equal(at(&rig, BT_TIER_10S, 1)->length_ns, 10 * S + S / 2);
	assert_true(isnan(at(&rig, BT_TIER_10S, 1)->allocs_per_s));
	/* In a minute it is a part. */
	assert_int_equal(bt_history_count(rig.history, BT_TIER_60S), 1);
	assert_false(at(&rig, BT_TIER_60S, 0)->gap);
	assert_int_equal(at(&rig, BT_TIER_60S, 0)->known_ns, 2 * S);
	rig_close(&rig);
}

/* ---- merging ----------------------------------------------------------------------------- */

static void first_part(struct rig *rig)
{
	struct bt_point *point = &rig->interval->point;

	point->allocs_per_s = 100;	/* for 1 s: 100 blocks */
	point->pages_per_s = 800;
	point->remote_ratio = 0.5;
	point->remote_page_ratio = 1;
	point->vmstat_per_s[BT_VMSTAT_PGFAULT] = 10;
	point->psi_some_ratio = 0.4;
	point->psi_full_ratio = NAN;
	point->host_cpu_ratio = 1;
	point->host_inflate_bytes_per_s = 400;
	point->host_deflate_bytes_per_s = 0;
	point->host_rss_bytes = 5000;
	point->host_size_bytes = 6000;
	point->host_target_bytes = 7000;
	point->failures = 3;
	point->oom_kills = BT_UNKNOWN;
	point->available_bytes = 1000;
	point->available_min_bytes = 900;
	point->held_bytes = 7;
	point->generation = 4;
	point->run = BT_RUN_GO;
	point->flags = BT_POINT_CONTROL;
	/* 90 operations of 100 ns (bucket 96..103). */
	point->hist[BT_OP_ALLOC].count[bt_hist_index(100)] = 90;
	point->hist[BT_OP_ALLOC].total = 90;
	bt_point_quantiles(point);
	add(rig, 1 * S, 1 * S);
}

static void second_part(struct rig *rig)
{
	struct bt_point *point = &rig->interval->point;

	memset(point->hist, 0, sizeof(point->hist));
	point->allocs_per_s = 200;	/* for 3 s: 600 blocks */
	point->pages_per_s = 800 / 3.0;	/* as many pages as in the first part */
	point->remote_ratio = 0.15;
	point->remote_page_ratio = 0;
	point->vmstat_per_s[BT_VMSTAT_PGFAULT] = 2;
	point->psi_some_ratio = 0;
	point->psi_full_ratio = 0.25;
	point->host_cpu_ratio = 2;
	point->host_inflate_bytes_per_s = 0;
	point->host_deflate_bytes_per_s = 100;
	point->host_rss_bytes = 4000;
	point->host_size_bytes = 5900;
	point->host_target_bytes = BT_UNKNOWN;
	point->failures = 4;
	point->oom_kills = 1;
	point->available_bytes = 1500;
	point->available_min_bytes = 950;
	point->held_bytes = BT_UNKNOWN;
	point->generation = 5;
	point->run = BT_RUN_DRAIN;
	point->flags = BT_POINT_OOM;
	/* 10 of 5000 ns (bucket 4608..5119). */
	point->hist[BT_OP_ALLOC].count[bt_hist_index(5000)] = 10;
	point->hist[BT_OP_ALLOC].total = 10;
	bt_point_quantiles(point);
	add(rig, 3 * S, 4 * S);
}

static void assert_merged(const struct bt_point *both)
{
	assert_int_equal(both->length_ns, 4 * S);
	assert_int_equal(both->mono_ns, 4 * S);
	assert_int_equal(both->number, 2);
	assert_true(both->allocs_per_s == 175);		/* 700 blocks in 4 s */
	/* (50 + 90) of 700 blocks; half of the pages. */
	assert_true(fabs(both->remote_ratio - 0.2) < 1e-12);
	assert_true(fabs(both->remote_page_ratio - 0.5) < 1e-12);
	assert_true(both->vmstat_per_s[BT_VMSTAT_PGFAULT] == 4);
	assert_true(fabs(both->psi_some_ratio - 0.1) < 1e-12);
	assert_true(both->psi_full_ratio == 0.25);	/* unknown in the first part */
	assert_true(both->host_cpu_ratio == 1.75);	/* 1 s of one CPU, 3 s of two */
	assert_true(both->host_inflate_bytes_per_s == 100);	/* 400 bytes in 4 s */
	assert_true(both->host_deflate_bytes_per_s == 75);	/* 300 bytes in 4 s */
	assert_int_equal(both->host_rss_bytes, 4000);
	assert_int_equal(both->host_size_bytes, 5900);
	assert_int_equal(both->host_target_bytes, 7000);
	assert_int_equal(both->failures, 7);
	assert_int_equal(both->oom_kills, 1);
	assert_int_equal(both->available_bytes, 1500);	/* the last */
	assert_int_equal(both->available_min_bytes, 900);
	assert_int_equal(both->held_bytes, 7);		/* the last known */
	assert_int_equal(both->generation, 5);
	assert_int_equal(both->run, BT_RUN_DRAIN);
	assert_int_equal(both->flags, BT_POINT_CONTROL | BT_POINT_OOM);
	assert_int_equal(both->latency[BT_OP_ALLOC].count, 100);
	assert_int_equal(both->latency[BT_OP_ALLOC].quantile_ns[BT_P50], 103);
	assert_int_equal(both->latency[BT_OP_ALLOC].quantile_ns[BT_P90], 103);	/* rank 90 */
	assert_int_equal(both->latency[BT_OP_ALLOC].quantile_ns[BT_P99], 5119);
	assert_int_equal(both->latency[BT_OP_ALLOC].max_edge_ns, 5119);
	assert_int_equal(both->latency[BT_OP_FREE].count, 0);
	assert_int_equal(both->latency[BT_OP_FREE].quantile_ns[BT_P50], BT_UNKNOWN);
}

static void points_merge(void **state)
{
	struct bt_point *whole, fixed;
	struct rig rig;

	(void)state;
	rig_open(&rig, 4, 2);
	first_part(&rig);
	second_part(&rig);
	assert_merged(at(&rig, BT_TIER_10S, 0));
	/* The parts are as they were. */
	assert_true(at(&rig, BT_TIER_SAMPLE, 1)->allocs_per_s == 100);
	assert_int_equal(at(&rig, BT_TIER_SAMPLE, 0)->latency[BT_OP_ALLOC].count, 10);
	/* A range of the caller's, and without tails. */
	whole = bt_history_point(rig.history);
	bt_history_merge(rig.history, BT_TIER_SAMPLE, 1, 0, whole);
	assert_merged(whole);
	assert_non_null(bt_point_cpus(rig.history, whole));
	free(whole);
	fixed = *at(&rig, BT_TIER_SAMPLE, 1);
	fixed.tails = 0;
	bt_point_merge(&fixed, at(&rig, BT_TIER_SAMPLE, 0));
	bt_point_quantiles(&fixed);
	assert_merged(&fixed);
	assert_null(bt_point_nodes(rig.history, &fixed));
	rig_close(&rig);
}

static void tails_merge(void **state)
{
	const struct bt_point *both;
	const struct bt_point_zone *zone;
	const struct bt_point_node *nodes;
	const struct bt_point_cpu *cpus;
	struct rig rig;

	(void)state;
	rig_open(&rig, 4, 2);
	rig.interval->nodes[1].free_bytes = 500;
	rig.interval->nodes[1].numastat_per_s[BT_NUMA_MISS] = 40;
	rig.interval->nodes[1].bins[BT_OP_FREE][10] = 2;
	rig.interval->matrix[0 * 2 + 1] = 8;
	rig.interval->cpus[3] = (struct bt_point_cpu){ .allocs_per_s = 4, .failures_per_s = 1,
						       .online = true, .applied = true };
	strcpy(rig.frame->zones[0].name, "DMA");
	rig.frame->zones[0].free_pages = 77;
	rig.frame->zone_count = 1;
	add(&rig, 1 * S, 1 * S);
	rig.interval->nodes[1].free_bytes = 400;
	rig.interval->nodes[1].numastat_per_s[BT_NUMA_MISS] = 0;
	rig.interval->nodes[1].bins[BT_OP_FREE][10] = 5;
	rig.interval->matrix[0 * 2 + 1] = 0;
	rig.interval->cpus[3] = (struct bt_point_cpu){ .allocs_per_s = 8, .failures_per_s = NAN,
						       .state = BT_WORKER_THROTTLED };
	strcpy(rig.frame->zones[0].name, "Normal");
	rig.frame->zones[0].node = 1;
	rig.frame->zones[0].free_pages = 66;
	rig.frame->zones[0].free_blocks[3] = 9;
	add(&rig, 3 * S, 4 * S);

	both = at(&rig, BT_TIER_10S, 0);
	nodes = bt_point_nodes(rig.history, both);
	assert_int_equal(nodes[1].free_bytes, 400);
	assert_true(nodes[1].numastat_per_s[BT_NUMA_MISS] == 10);	/* 40 in 4 s */
	assert_true(nodes[1].bins[BT_OP_FREE][10] == 7);
	assert_true(bt_point_matrix(rig.history, both)[1] == 2);
	assert_true(isnan(bt_point_matrix(rig.history, both)[2]));
	assert_int_equal(both->zone_count, 1);
	zone = bt_point_zones(rig.history, both);
	assert_string_equal(zone->name, "Normal");
	assert_int_equal(zone->node, 1);
	assert_int_equal(zone->free_pages, 66);
	assert_int_equal(zone->free_blocks[3], 9);
	cpus = bt_point_cpus(rig.history, both);
	assert_true(cpus[3].allocs_per_s == 7);		/* (4 + 3 * 8) / 4 */
	assert_true(cpus[3].failures_per_s == 1);
	assert_int_equal(cpus[3].state, BT_WORKER_THROTTLED);
	assert_false(cpus[3].online);
	assert_string_equal(bt_point_zones(rig.history, at(&rig, BT_TIER_SAMPLE, 1))->name, "DMA");
	rig_close(&rig);
}

static void cpus_are_kept_where_they_are_few(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, 1024, 16);
	rig.interval->cpus[1023].allocs_per_s = 5;
	rig.interval->matrix[15 * 16 + 15] = 6;
	add(&rig, S, S);
	assert_true(bt_point_cpus(rig.history, at(&rig, BT_TIER_SAMPLE, 0))[1023].allocs_per_s ==
		    5);
	assert_null(bt_point_cpus(rig.history, at(&rig, BT_TIER_60S, 0)));
	assert_true(bt_point_matrix(rig.history, at(&rig, BT_TIER_60S, 0))[255] == 6);
	rig_close(&rig);
	rig_open(&rig, 8, 2);
	add(&rig, S, S);
	assert_non_null(bt_point_cpus(rig.history, at(&rig, BT_TIER_60S, 0)));
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_machine_fits),
		cmocka_unit_test(an_hour_is_kept),
		cmocka_unit_test(adding_allocates_nothing),
		cmocka_unit_test(no_history_is_an_empty_one),
		cmocka_unit_test(samples_fill_steps),
		cmocka_unit_test(long_samples_are_steps_of_their_own),
		cmocka_unit_test(numbers_find_points),
		cmocka_unit_test(a_step_is_a_gap_only_if_all_of_it_is),
		cmocka_unit_test(a_long_gap_stands_alone),
		cmocka_unit_test(points_merge),
		cmocka_unit_test(tails_merge),
		cmocka_unit_test(cpus_are_kept_where_they_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
