// SPDX-License-Identifier: GPL-2.0
/* Frames, intervals and history; every expected number is worked out by hand beside it. */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "core/mask.h"
#include "frame/interval.h"

static struct bt_machine machine = {
	.page_bytes = 4096,
	.max_order = 10,
	.cpu_count = 4,
	.node_count = 2,
};

/* All zero, CPUs online and idle, at one second. */
static struct bt_frame *new_frame(void)
{
	struct bt_frame *frame = bt_frame_create(&machine);
	unsigned i;

	frame->seq = 1;
	frame->mono_ns = 1000000000;
	frame->has_module = true;
	frame->config.generation = 5;
	for (i = 0; i < frame->cpu_count; i++) {
		frame->cpus[i] = (struct bt_frame_cpu){
			.state = BT_WORKER_IDLE,
			.op = BT_OP_NONE,
			.online = true,
			.generation = 5,
		};
	}
	memset(frame->vmstat, 0, sizeof(frame->vmstat));
	return frame;
}

static struct bt_frame *later(const struct bt_frame *frame, uint64_t ns)
{
	struct bt_frame *next = bt_frame_create(&machine);

	bt_frame_copy(next, frame);
	next->seq++;
	next->mono_ns += ns;
	return next;
}

static void cleared_frame_is_unknown(void **state)
{
	struct bt_frame *frame = new_frame();
	struct bt_frame_totals totals;

	(void)state;
	bt_frame_hist(frame, 0, 0, BT_OP_ALLOC);
	frame->zone_count = 1;
	bt_frame_clear(frame);
	assert_int_equal(frame->memory.available_bytes, BT_UNKNOWN);
	assert_int_equal(frame->vmstat[BT_VMSTAT_OOM_KILL], BT_UNKNOWN);
	assert_int_equal(frame->psi.some_total_us, BT_UNKNOWN);
	assert_int_equal(frame->cpus[3].allocs, BT_UNKNOWN);
	assert_int_equal(frame->cpus[3].op, BT_OP_NONE);
	assert_false(frame->cpus[3].online);
	assert_int_equal(frame->nodes[1].numa_hit, BT_UNKNOWN);
	assert_false(frame->nodes[1].has_memory);
	assert_int_equal(frame->hist_count, 0);
	assert_int_equal(frame->zone_count, 0);
	assert_false(frame->has_module);
	bt_frame_totals(frame, &totals);
	assert_int_equal(totals.allocs, BT_UNKNOWN);
	assert_int_equal(totals.online, 0);
	assert_int_equal(totals.stuck_cpu, -1);
	bt_frame_free(frame);
}

static void histograms_stay_sorted_and_bounded(void **state)
{
	struct bt_frame *frame = new_frame();
	unsigned i, order, node, op;

	(void)state;
	bt_frame_hist(frame, 3, 1, BT_OP_FREE)->total = 1;
	bt_frame_hist(frame, 0, 1, BT_OP_ALLOC)->total = 2;
	bt_frame_hist(frame, 3, 0, BT_OP_FREE)->total = 3;
	assert_int_equal(frame->hist_count, 3);
	assert_int_equal(bt_frame_hist(frame, 3, 1, BT_OP_FREE)->total, 1);
	assert_int_equal(bt_frame_hist_find(frame, 0, 1, BT_OP_ALLOC)->total, 2);
	assert_null(bt_frame_hist_find(frame, 0, 0, BT_OP_ALLOC));
	assert_int_equal(frame->hists[1].node, 0);
	assert_int_equal(frame->hists[2].node, 1);
	for (order = 11; order-- > 0;) {
		for (node = 0; node < 2; node++) {
			for (op = 0; op < BT_OP_COUNT; op++)
				assert_non_null(bt_frame_hist(frame, order, node, op));
		}
	}
	assert_int_equal(frame->hist_count, 11 * 2 * 2);
	assert_null(bt_frame_hist(frame, 11, 0, 0));
	for (i = 0; i < frame->hist_count; i++)
		assert_int_equal(frame->hists[i].order * 4 + frame->hists[i].node * 2 +
				 frame->hists[i].op, i);
	bt_frame_free(frame);
}

static void totals_by_hand(void **state)
{
	struct bt_frame *frame = new_frame();
	struct bt_frame_totals totals;

	(void)state;
	frame->cpus[0].allocs = 10;
	frame->cpus[1].allocs = 5;
	frame->cpus[2].allocs = BT_UNKNOWN;
	frame->cpus[0].alloc_max_ns = 7;
	frame->cpus[3].alloc_max_ns = 9;
	frame->cpus[0].state = BT_WORKER_RUNNING;
	frame->cpus[1].state = BT_WORKER_THROTTLED;
	frame->cpus[1].generation = 4;		/* has not adopted yet */
	frame->cpus[2].state = BT_WORKER_RUNNING;
	frame->cpus[2].online = false;
	/* CPU 0 in an operation for 99 ms: not stuck yet. CPU 1 for 100, CPU 3 for 150 ms. */
	frame->cpus[0].op = frame->cpus[1].op = frame->cpus[3].op = BT_OP_ALLOC;
	frame->cpus[0].op_start_ns = 901000000;
	frame->cpus[1].op_start_ns = 900000000;
	frame->cpus[3].op_start_ns = 850000000;
	bt_frame_totals(frame, &totals);
	assert_int_equal(totals.allocs, 15);
	assert_int_equal(totals.alloc_max_ns, 9);
	assert_int_equal(totals.online, 3);
	assert_int_equal(totals.applied, 2);
	assert_int_equal(totals.running, 2);
	assert_int_equal(totals.stuck_cpu, 3);
	assert_int_equal(totals.stuck_ns, 150000000);
	frame->cpus[3].op_start_ns = 1000000001;	/* began after the frame's time was taken */
	bt_frame_totals(frame, &totals);
	assert_int_equal(totals.stuck_cpu, 1);
	bt_frame_free(frame);
}

static void copies_deeply(void **state)
{
	struct bt_frame *frame = new_frame(), *copy;

	(void)state;
	bt_frame_hist(frame, 2, 1, BT_OP_ALLOC)->total = 8;
	frame->zones[0].free_pages = 77;
	frame->zone_count = 1;
	copy = later(frame, 0);
	frame->cpus[0].allocs = 1;
	frame->zones[0].free_pages = 0;
	frame->hists[0].hist.total = 0;
	assert_int_equal(copy->cpus[0].allocs, 0);
	assert_int_equal(copy->zones[0].free_pages, 77);
	assert_int_equal(bt_frame_hist_find(copy, 2, 1, BT_OP_ALLOC)->total, 8);
	bt_frame_free(frame);
	bt_frame_free(copy);
}

static void rates_by_hand(void **state)
{
	struct bt_frame *older = new_frame(), *newer = later(older, 500000000);
	struct bt_interval *interval = bt_interval_create(&machine);

	(void)state;
	/*
	 * In half a second: 300 + 100 allocations, 100 frees, 3 failures, 40 of 400 blocks remote.
	 */
	newer->cpus[0].allocs = 300;
	newer->cpus[1].allocs = 100;
	newer->cpus[0].frees = 100;
	newer->cpus[1].failures = 3;
	newer->cpus[1].throttled = 2;
	newer->cpus[1].remote_blocks = 40;
	newer->cpus[1].remote_pages = 320;
	newer->cpus[0].held_pages = 1000;
	newer->cpus[2].preempted = 1;
	newer->order_allocs[0] = 360;		/* 360 pages */
	newer->order_allocs[3] = 40;		/* 320 pages */
	newer->matrix[0][1] = 40;
	newer->memory.available_bytes = 123;
	newer->memory.free_bytes = 45;
	newer->vmstat[BT_VMSTAT_OOM_KILL] = 1;
	newer->vmstat[BT_VMSTAT_PGALLOC] = 680;
	newer->run = BT_RUN_GO;
	bt_interval_derive(interval, older, newer);
	assert_false(interval->point.gap);
	assert_int_equal(interval->seq, 2);
	assert_int_equal(interval->point.length_ns, 500000000);
	assert_int_equal(interval->point.mono_ns, 1500000000);
	assert_int_equal(interval->point.generation, 5);
	assert_int_equal(interval->point.run, BT_RUN_GO);
	assert_true(interval->point.allocs_per_s == 800.0);
	assert_true(interval->point.frees_per_s == 200.0);
	assert_true(interval->point.failures_per_s == 6.0);
	assert_true(interval->point.throttled_per_s == 4.0);
	assert_true(interval->point.preempted_per_s == 2.0);
	assert_true(interval->point.remote_ratio == 0.1);
	assert_true(fabs(interval->point.remote_page_ratio - 320.0 / 680.0) < 1e-12);
	assert_int_equal(interval->point.held_bytes, 4096000);
	assert_int_equal(interval->point.available_bytes, 123);
	assert_int_equal(interval->point.free_bytes, 45);
	assert_int_equal(interval->point.failures, 3);
	assert_int_equal(interval->point.oom_kills, 1);
	assert_true(interval->point.vmstat_per_s[BT_VMSTAT_PGALLOC] == 1360.0);
	assert_int_equal(interval->order_allocs[3], 40);
	assert_true(interval->matrix[1] == 80.0f);	/* from node 0 to 1 */
	assert_true(interval->cpus[0].allocs_per_s == 600.0f);
	assert_true(interval->cpus[1].failures_per_s == 6.0f);
	assert_true(interval->cpus[2].allocs_per_s == 0.0f);
	assert_true(interval->point.pages_per_s == 1360.0);
	assert_true(interval->cpus[0].applied);
	assert_int_equal(interval->totals.allocs, 400);
	bt_interval_free(interval);
	bt_frame_free(older);
	bt_frame_free(newer);
}

static void latency_by_hand(void **state)
{
	struct bt_frame *older = new_frame(), *newer;
	struct bt_interval *interval = bt_interval_create(&machine);
	const struct bt_latency *alloc = &interval->point.latency[BT_OP_ALLOC];
	struct bt_hist *hist;

	(void)state;
	hist = bt_frame_hist(older, 0, 0, BT_OP_ALLOC);
	hist->count[bt_hist_index(100)] = hist->total = 1000;
	newer = later(older, 1000000000);
	/* New: 90 of 100 ns on node 0 (bucket 96..103), 10 of 5000 ns on node 1 (4608..5119). */
	hist = bt_frame_hist(newer, 0, 0, BT_OP_ALLOC);
	hist->count[bt_hist_index(100)] = hist->total = 1090;
	hist = bt_frame_hist(newer, 3, 1, BT_OP_ALLOC);
	hist->count[bt_hist_index(5000)] = hist->total = 10;
	bt_interval_derive(interval, older, newer);
	assert_int_equal(alloc->count, 100);
	assert_int_equal(alloc->quantile_ns[BT_P50], 103);
	assert_int_equal(alloc->quantile_ns[BT_P90], 103);	/* rank 90 */
	assert_int_equal(alloc->quantile_ns[BT_P99], 5119);
	assert_int_equal(alloc->quantile_ns[BT_P999], 5119);
	assert_int_equal(alloc->max_edge_ns, 5119);
	assert_int_equal(interval->point.hist[BT_OP_ALLOC].count[bt_hist_index(100)], 90);
	assert_int_equal(interval->point.latency[BT_OP_FREE].count, 0);
	assert_int_equal(interval->point.latency[BT_OP_FREE].quantile_ns[BT_P50], BT_UNKNOWN);
	assert_int_equal(interval->point.latency[BT_OP_FREE].max_edge_ns, BT_UNKNOWN);
	bt_interval_free(interval);
	bt_frame_free(older);
	bt_frame_free(newer);
}

/* Known of a CPU that both frames have, and of no other. */
static void selected_by_hand(void **state)
{
	struct bt_frame *older = new_frame(), *newer;
	struct bt_interval *interval = bt_interval_create(&machine);
	struct bt_hist *hist = &older->cpu_hist.hist[BT_OP_FREE];

	(void)state;
	assert_int_equal(interval->selected.cpu, -1);
	hist->count[50] = hist->total = 1000;
	older->cpu_hist.cpu = 1;
	newer = later(older, 1000000000);
	newer->cpu_hist.hist[BT_OP_FREE].count[50] = 1200;
	bt_interval_derive(interval, older, newer);
	assert_int_equal(interval->selected.cpu, 1);
	assert_int_equal(interval->selected.hist[BT_OP_FREE].count[50], 200);
	assert_int_equal(interval->selected.hist[BT_OP_FREE].total, 200);
	assert_int_equal(interval->selected.hist[BT_OP_ALLOC].total, 0);
	older->cpu_hist.cpu = 0;
	bt_interval_derive(interval, older, newer);
	assert_int_equal(interval->selected.cpu, -1);
	bt_interval_free(interval);
	bt_frame_free(older);
	bt_frame_free(newer);
}

static void nothing_allocated_has_no_ratio(void **state)
{
	struct bt_frame *older = new_frame(), *newer = later(older, 1000000000);
	struct bt_interval *interval = bt_interval_create(&machine);

	(void)state;
	bt_interval_derive(interval, older, newer);
	assert_true(interval->point.allocs_per_s == 0.0);
	assert_true(isnan(interval->point.remote_ratio));
	assert_true(isnan(interval->point.remote_page_ratio));
	/* Blocks are counted before their sum is read: never above 1. */
	newer->cpus[0].allocs = 10;
	newer->cpus[0].remote_blocks = 11;
	bt_interval_derive(interval, older, newer);
	assert_true(interval->point.remote_ratio == 1.0);
	bt_interval_free(interval);
	bt_frame_free(older);
	bt_frame_free(newer);
}

static void assert_unknown(const struct bt_interval *interval)
{
	assert_true(isnan(interval->point.allocs_per_s));
	assert_true(isnan(interval->point.remote_ratio));
	assert_true(isnan(interval->point.vmstat_per_s[BT_VMSTAT_PGFREE]));
	assert_true(isnan(interval->cpus[0].allocs_per_s));
	assert_int_equal(interval->point.failures, BT_UNKNOWN);
	assert_int_equal(interval->point.oom_kills, BT_UNKNOWN);
	assert_int_equal(interval->point.latency[BT_OP_ALLOC].count, 0);
	assert_int_equal(interval->point.hist[BT_OP_ALLOC].total, 0);
	assert_true(isnan(interval->matrix[0]));
}

/* Each of these says that the source began anew. */
static void restarts_are_gaps(void **state)
{
	struct bt_interval *interval = bt_interval_create(&machine);
	unsigned i;

	(void)state;
	for (i = 0; i < 5; i++) {
		struct bt_frame *older = new_frame(), *newer;

		older->cpus[2].allocs = 100;
		older->cpus[0].allocs = 50;
		older->cpus[3].failures = 2;
		older->vmstat[BT_VMSTAT_PGFAULT] = 9;
		newer = later(older, 1000000000);
		newer->cpus[0].allocs = 500;	/* the sum grows all the same */
		newer->matrix[0][0] = 450;
		if (i == 0)
			newer->cpus[2].allocs = 99;
		else if (i == 1)
			newer->cpus[3].failures = 1;
		else if (i == 2)
			newer->vmstat[BT_VMSTAT_PGFAULT] = 8;
		else if (i == 3)
			newer->mono_ns = older->mono_ns;
		else
			newer->mono_ns = older->mono_ns - 1;
		newer->memory.available_bytes = 1;
		bt_interval_derive(interval, older, newer);
		assert_true(interval->point.gap);
		assert_int_equal(interval->point.mono_ns, newer->mono_ns);
		assert_int_equal(interval->point.length_ns, i < 3 ? 1000000000 : 0);
		assert_int_equal(interval->point.available_bytes, BT_UNKNOWN);
		assert_unknown(interval);
		assert_int_equal(interval->totals.online, 4);	/* gauges of now stay */
		bt_frame_free(older);
		bt_frame_free(newer);
	}
	bt_interval_free(interval);
}

static void first_frame_has_gauges_only(void **state)
{
	struct bt_frame *frame = new_frame();
	struct bt_interval *interval = bt_interval_create(&machine);

	(void)state;
	frame->memory.available_bytes = 9;
	frame->cpus[1].held_pages = 2;
	bt_interval_derive(interval, NULL, frame);
	assert_false(interval->point.gap);
	assert_int_equal(interval->point.available_bytes, 9);
	assert_int_equal(interval->point.held_bytes, 8192);
	assert_int_equal(interval->point.length_ns, 0);
	assert_unknown(interval);
	bt_interval_free(interval);
	bt_frame_free(frame);
}

static void without_the_module_only_the_machine_is_known(void **state)
{
	struct bt_frame *older = bt_frame_create(&machine), *newer;
	struct bt_interval *interval = bt_interval_create(&machine);

	(void)state;
	older->mono_ns = 1;
	older->vmstat[BT_VMSTAT_PGFREE] = 5;
	newer = later(older, 1000000000);
	newer->vmstat[BT_VMSTAT_PGFREE] = 15;
	bt_interval_derive(interval, older, newer);
	assert_false(interval->point.gap);
	assert_true(interval->point.vmstat_per_s[BT_VMSTAT_PGFREE] == 10.0);
	assert_true(isnan(interval->point.vmstat_per_s[BT_VMSTAT_PGALLOC]));
	assert_true(isnan(interval->point.allocs_per_s));
	assert_int_equal(interval->point.held_bytes, BT_UNKNOWN);
	assert_int_equal(interval->point.failures, BT_UNKNOWN);
	assert_int_equal(interval->point.oom_kills, BT_UNKNOWN);
	bt_interval_free(interval);
	bt_frame_free(older);
	bt_frame_free(newer);
}

/* Half a second: 256 MiB leave the guest, QEMU's four threads are busy for 0.8 s of CPU time. */
static void a_host_by_hand(void **state)
{
	struct bt_frame *older = bt_frame_create(&machine), *newer;
	struct bt_interval *interval = bt_interval_create(&machine);
	const struct bt_point *point = &interval->point;

	(void)state;
	older->mono_ns = 1;
	older->host = (struct bt_frame_host){
		.known = true, .rss_bytes = 900, .size_bytes = 1ull << 30, .target_bytes = 1 << 28,
		.cpu_user_ns = 5000000000, .cpu_system_ns = 1000000000,
	};
	newer = later(older, 500000000);
	newer->host.size_bytes = 3ull << 28;
	newer->host.rss_bytes = 700;
	newer->host.cpu_user_ns = 5700000000;
	newer->host.cpu_system_ns = 1100000000;
	bt_interval_derive(interval, older, newer);
	assert_int_equal(point->host_rss_bytes, 700);
	assert_int_equal(point->host_size_bytes, 3ull << 28);
	assert_int_equal(point->host_target_bytes, 1 << 28);
	assert_true(point->host_inflate_bytes_per_s == 512.0 * (1 << 20));
	assert_true(point->host_deflate_bytes_per_s == 0);
	assert_true(fabs(point->host_cpu_ratio - 1.6) < 1e-12);
	/* The other way round, and then without a host. */
	older->host.size_bytes = 1ull << 29;
	bt_interval_derive(interval, older, newer);
	assert_true(point->host_inflate_bytes_per_s == 0);
	assert_true(point->host_deflate_bytes_per_s == 512.0 * (1 << 20));
	bt_frame_forget_host(&newer->host);
	bt_interval_derive(interval, older, newer);
	assert_int_equal(point->host_rss_bytes, BT_UNKNOWN);
	assert_true(isnan(point->host_inflate_bytes_per_s));
	assert_true(isnan(point->host_cpu_ratio));
	bt_interval_free(interval);
	bt_frame_free(older);
	bt_frame_free(newer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleared_frame_is_unknown),
		cmocka_unit_test(histograms_stay_sorted_and_bounded),
		cmocka_unit_test(totals_by_hand),
		cmocka_unit_test(copies_deeply),
		cmocka_unit_test(rates_by_hand),
		cmocka_unit_test(latency_by_hand),
		cmocka_unit_test(selected_by_hand),
		cmocka_unit_test(nothing_allocated_has_no_ratio),
		cmocka_unit_test(restarts_are_gaps),
		cmocka_unit_test(first_frame_has_gauges_only),
		cmocka_unit_test(without_the_module_only_the_machine_is_known),
		cmocka_unit_test(a_host_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
