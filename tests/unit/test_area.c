// SPDX-License-Identifier: GPL-2.0
/*
 * The reader of the module's statistics, over areas made here by hand: with strides and offsets
 * that are not those of this version's structures, and with every lie an area can tell about
 * itself.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "source/area.h"

#define CPUS 3u
#define NODES 2u
#define ORDERS 4u
#define CPU_STRIDE 512u			/* larger than struct bt_cpu_stats and its arrays */
#define CPU_OFFSET 256u
#define ORDER_OFFSET 320u
#define NODE_OFFSET 384u
#define OP_STRIDE (BT_HIST_BUCKETS * 8u + 64)
#define ORDER_STRIDE (2 * OP_STRIDE + 128)
#define BULK_HIST_OFFSET (HIST_OFFSET + ORDERS * ORDER_STRIDE + 64)
#define HIST_CPU_STRIDE (ORDERS * ORDER_STRIDE + 64 + BT_HIST_BUCKETS * 8u + 192)
#define HIST_OFFSET (CPU_OFFSET + CPUS * CPU_STRIDE)
#define SIZE (HIST_OFFSET + CPUS * HIST_CPU_STRIDE)

struct rig {
	char *map;
	struct bt_machine *machine;
	struct bt_frame *frame;
};

static struct bt_area *head(struct rig *rig)
{
	return (struct bt_area *)rig->map;
}

static struct bt_cpu_stats *cpu_stats(struct rig *rig, unsigned cpu)
{
	return (struct bt_cpu_stats *)(rig->map + CPU_OFFSET + cpu * CPU_STRIDE);
}

static uint64_t *by_order(struct rig *rig, unsigned cpu)
{
	return (uint64_t *)(rig->map + CPU_OFFSET + cpu * CPU_STRIDE + ORDER_OFFSET);
}

static uint64_t *by_node(struct rig *rig, unsigned cpu)
{
	return (uint64_t *)(rig->map + CPU_OFFSET + cpu * CPU_STRIDE + NODE_OFFSET);
}

static uint64_t *hist(struct rig *rig, unsigned cpu, unsigned order, unsigned op)
{
	return (uint64_t *)(rig->map + HIST_OFFSET + cpu * HIST_CPU_STRIDE + order * ORDER_STRIDE +
			    op * OP_STRIDE);
}

static uint64_t *bulk_hist(struct rig *rig, unsigned cpu)
{
	return (uint64_t *)(rig->map + BULK_HIST_OFFSET + cpu * HIST_CPU_STRIDE);
}

static int setup(void **state)
{
	struct rig *rig = bt_xcalloc(1, sizeof(*rig));

	rig->map = bt_xcalloc(1, SIZE);
	*head(rig) = (struct bt_area){
		.magic = 0x31706f7479646475ull,
		.abi_version = 3,
		.header_bytes = sizeof(struct bt_area),
		.map_bytes = SIZE,
		.cpu_count = CPUS,
		.node_count = NODES,
		.order_count = ORDERS,
		.hist_op_count = 2,
		.cpu_offset = CPU_OFFSET,
		.cpu_stride = CPU_STRIDE,
		.order_offset = ORDER_OFFSET,
		.node_offset = NODE_OFFSET,
		.hist_offset = HIST_OFFSET,
		.hist_cpu_stride = HIST_CPU_STRIDE,
		.hist_order_stride = ORDER_STRIDE,
		.hist_op_stride = OP_STRIDE,
		.hist_buckets = 256,
		.hist_sub_bits = 3,
		.bulk_hist_offset = BULK_HIST_OFFSET,
	};
	rig->machine = bt_xcalloc(1, sizeof(*rig->machine));
	rig->machine->cpu_count = CPUS;
	rig->machine->node_count = NODES;
	rig->machine->max_order = ORDERS - 1;
	rig->frame = bt_frame_create(rig->machine);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	bt_frame_free(rig->frame);
	free(rig->machine);
	free(rig->map);
	free(rig);
	return 0;
}

static struct bt_area_reader *make_reader(struct rig *rig)
{
	struct bt_area_reader *reader;
	struct bt_err err = { 0 };

	if (bt_area_reader_create(&reader, rig->map, SIZE, &err))
		fail_msg("%s", err.text);
	return reader;
}

static void test_scalars(void **state)
{
	struct rig *rig = *state;
	struct bt_area_reader *reader = make_reader(rig);
	const struct bt_frame_cpu *cpu = &rig->frame->cpus[2];

	head(rig)->publish_ns = 11;
	head(rig)->run = BT_RUN_GO;
	head(rig)->reason = BT_REASON_USER;
	head(rig)->controlled = 1;
	head(rig)->oom_notifications = 12;
	head(rig)->oom_freed_pages = 13;
	head(rig)->lease_expiries = 14;
	head(rig)->limit_expiries = 15;
	head(rig)->clock_pair_ns = 16;
	head(rig)->ring_bytes = 17;
	*cpu_stats(rig, 2) = (struct bt_cpu_stats){
		.generation = 21,
		.last_ns = 22,
		.op_start_ns = 23,
		.state = BT_WORKER_BACKOFF,
		.op = BT_OP_FREE,
		.cpu_node = 1,
		.mem_node = 0,
		.allocs = 24,
		.frees = 25,
		.failures = 26,
		.backoffs = 27,
		.throttled = 28,
		.held_blocks = 29,
		.held_pages = 30,
		.remote_blocks = 31,
		.remote_pages = 32,
		.preempted = 33,
		.preempted_ns = 34,
		.alloc_max_ns = 35,
		.free_max_ns = 36,
		.bulk_calls = 40,
		.bulk_asked_pages = 41,
		.bulk_got_pages = 42,
		.bulk_partial = 43,
		.bulk_max_ns = 44,
		.handoff_frees = 45,
		.handoff_kept = 46,
		.handoff_blocks = 100,
		.handoff_pages = 200,
	};
	*cpu_stats(rig, 0) = (struct bt_cpu_stats){
		.bulk_calls = 1, .bulk_asked_pages = 2, .bulk_got_pages = 3, .bulk_partial = 4,
		.bulk_max_ns = 9, .handoff_frees = 5, .handoff_kept = 6,
	};
	bt_frame_clear(rig->frame);
	bt_area_read(reader, rig->frame);
	assert_true(rig->frame->has_module && rig->frame->controlled);
	assert_int_equal(rig->frame->publish_ns, 11);
	assert_int_equal(rig->frame->run, BT_RUN_GO);
	assert_int_equal(rig->frame->reason, BT_REASON_USER);
	assert_int_equal(rig->frame->oom_notifications, 12);
	assert_int_equal(rig->frame->oom_freed_pages, 13);
	assert_int_equal(rig->frame->lease_expiries, 14);
	assert_int_equal(rig->frame->limit_expiries, 15);
	assert_int_equal(rig->frame->clock_pair_ns, 16);
	assert_int_equal(rig->frame->ring_bytes, 17);
	assert_int_equal(cpu->generation, 21);
	assert_int_equal(cpu->last_ns, 22);
	assert_int_equal(cpu->op_start_ns, 23);
	assert_int_equal(cpu->state, BT_WORKER_BACKOFF);
	assert_int_equal(cpu->op, BT_OP_FREE);
	assert_int_equal(cpu->allocs, 24);
	assert_int_equal(cpu->frees, 25);
	assert_int_equal(cpu->failures, 26);
	assert_int_equal(cpu->backoffs, 27);
	assert_int_equal(cpu->throttled, 28);
	/* And what others handed to it. */
	assert_int_equal(cpu->held_blocks, 29 + 100);
	assert_int_equal(cpu->held_pages, 30 + 200);
	/* Of all CPUs together. */
	assert_int_equal(rig->frame->calls.bulk_calls, 40 + 1);
	assert_int_equal(rig->frame->calls.bulk_asked_pages, 41 + 2);
	assert_int_equal(rig->frame->calls.bulk_got_pages, 42 + 3);
	assert_int_equal(rig->frame->calls.bulk_partial, 43 + 4);
	assert_int_equal(rig->frame->calls.bulk_max_ns, 44);
	assert_int_equal(rig->frame->calls.handoff_frees, 45 + 5);
	assert_int_equal(rig->frame->calls.handoff_kept, 46 + 6);
	assert_int_equal(cpu->remote_blocks, 31);
	assert_int_equal(cpu->remote_pages, 32);
	assert_int_equal(cpu->preempted, 33);
	assert_int_equal(cpu->preempted_ns, 34);
	assert_int_equal(cpu->alloc_max_ns, 35);
	assert_int_equal(cpu->free_max_ns, 36);
	/* Between the operations of a run there is none in flight. */
	cpu_stats(rig, 2)->op_start_ns = 0;
	bt_frame_clear(rig->frame);
	bt_area_read(reader, rig->frame);
	assert_int_equal(cpu->op, BT_OP_NONE);
	bt_area_reader_free(reader);
}

/* CPUs 0 and 1 are on node 0, CPU 2 on node 1: sums by order, by node pair, and of histograms. */
static void test_sums(void **state)
{
	struct rig *rig = *state;
	struct bt_area_reader *reader = make_reader(rig);
	const struct bt_frame *f = rig->frame;

	cpu_stats(rig, 2)->cpu_node = 1;
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		by_order(rig, cpu)[1] = 10 + cpu;
		by_node(rig, cpu)[1] = 100 + cpu;
		hist(rig, cpu, 1, BT_OP_ALLOC)[40] = 10 + cpu;
		cpu_stats(rig, cpu)->frees = 1;
		hist(rig, cpu, 1, BT_OP_FREE)[30] = 1;
	}
	bt_frame_clear(rig->frame);
	bt_area_read(reader, rig->frame);
	assert_int_equal(f->order_allocs[0], 0);
	assert_int_equal(f->order_allocs[1], 33);
	assert_int_equal(f->matrix[0][0], 0);
	assert_int_equal(f->matrix[0][1], 201);
	assert_int_equal(f->matrix[1][1], 102);
	assert_int_equal(f->hist_count, 4); /* order 1, two nodes, two operations */
	assert_int_equal(bt_frame_hist(rig->frame, 1, 0, BT_OP_ALLOC)->count[40], 21);
	assert_int_equal(bt_frame_hist(rig->frame, 1, 1, BT_OP_ALLOC)->count[40], 12);
	assert_int_equal(bt_frame_hist(rig->frame, 1, 0, BT_OP_FREE)->total, 2);

	/* More of one order, and a free of the other: both are seen in the next frame. */
	by_order(rig, 0)[3] = 5;
	hist(rig, 0, 3, BT_OP_ALLOC)[200] = 5;
	cpu_stats(rig, 2)->frees = 4;
	hist(rig, 2, 1, BT_OP_FREE)[31] = 3;
	bt_frame_clear(rig->frame);
	bt_area_read(reader, rig->frame);
	assert_int_equal(bt_frame_hist(rig->frame, 3, 0, BT_OP_ALLOC)->count[200], 5);
	assert_int_equal(bt_frame_hist(rig->frame, 1, 1, BT_OP_FREE)->count[31], 3);
	assert_int_equal(bt_frame_hist(rig->frame, 1, 1, BT_OP_FREE)->total, 4);
	assert_int_equal(bt_frame_hist(rig->frame, 1, 0, BT_OP_ALLOC)->total, 21);

	/* What did not count since is not read again: 1024 CPUs would be megabytes. */
	hist(rig, 0, 1, BT_OP_ALLOC)[41] = 1000;
	bt_frame_clear(rig->frame);
	bt_area_read(reader, rig->frame);
	assert_int_equal(bt_frame_hist(rig->frame, 1, 0, BT_OP_ALLOC)->total, 21);
	bt_area_reader_free(reader);
}

/* Bulk calls of all CPUs together, read again when there were more. */
static void test_bulk_calls(void **state)
{
	struct rig *rig = *state;
	struct bt_area_reader *reader = make_reader(rig);

	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		cpu_stats(rig, cpu)->bulk_calls = cpu;
		bulk_hist(rig, cpu)[80] = cpu;
	}
	for (unsigned more = 0; more < 2; more++) {
		bt_frame_clear(rig->frame);
		bt_area_read(reader, rig->frame);
		assert_int_equal(rig->frame->bulk_hist.count[80], CPUS * (CPUS - 1) / 2);
		assert_int_equal(rig->frame->bulk_hist.total, CPUS * (CPUS - 1) / 2 + more);
		assert_int_equal(rig->frame->hist_count, 0);
		cpu_stats(rig, 0)->bulk_calls++;
		bulk_hist(rig, 0)[90]++;
	}
	bt_area_reader_free(reader);
}

/* A CPU that frees what others allocated has frees of orders that it never allocated. */
static void test_frees_for_others(void **state)
{
	struct rig *rig = *state;
	struct bt_area_reader *reader = make_reader(rig);

	/* Whichever of the two has the lower number. */
	for (unsigned order = 1; order < 3; order++) {
		unsigned gives = order - 1, takes = 1 - gives;

		by_order(rig, gives)[order] = 5;
		hist(rig, gives, order, BT_OP_ALLOC)[40] = 5;
		cpu_stats(rig, takes)->frees = cpu_stats(rig, takes)->handoff_frees = 5;
		hist(rig, takes, order, BT_OP_FREE)[50] = 5;
		bt_frame_clear(rig->frame);
		rig->frame->want = BT_WANT_CPU(takes);
		bt_area_read(reader, rig->frame);
		assert_int_equal(rig->frame->hist_count, 2 * order);
		assert_int_equal(bt_frame_hist(rig->frame, order, 0, BT_OP_FREE)->count[50], 5);
		assert_int_equal(rig->frame->cpu_hist.hist[BT_OP_FREE].count[50], 5);
	}
	bt_area_reader_free(reader);
}

/* One CPU's own, all orders together, whatever others have; also what has not counted since. */
static void test_selected_cpu(void **state)
{
	struct rig *rig = *state;
	struct bt_area_reader *reader = make_reader(rig);
	const struct bt_frame_cpu_hist *selected = &rig->frame->cpu_hist;

	for (unsigned cpu = 0; cpu < 3; cpu++) {
		by_order(rig, cpu)[0] = by_order(rig, cpu)[2] = 1;
		hist(rig, cpu, 0, BT_OP_ALLOC)[40] = 10 + cpu;
		hist(rig, cpu, 2, BT_OP_ALLOC)[40] = 100;
		hist(rig, cpu, 2, BT_OP_FREE)[41] = 7;
	}
	bt_frame_clear(rig->frame);
	bt_area_read(reader, rig->frame);
	assert_int_equal(selected->cpu, -1);
	rig->frame->want = BT_WANT_CPU(1) | BT_WANT_TASKS;
	for (int twice = 0; twice < 2; twice++) {
		bt_frame_clear(rig->frame);
		bt_area_read(reader, rig->frame);
		assert_int_equal(selected->cpu, 1);
		assert_int_equal(selected->hist[BT_OP_ALLOC].count[40], 111);
		assert_int_equal(selected->hist[BT_OP_ALLOC].total, 111);
		assert_int_equal(selected->hist[BT_OP_FREE].count[41], 7);
	}
	rig->frame->want = BT_WANT_CPU(BT_MAX_CPUS - 1);
	bt_frame_clear(rig->frame);
	bt_area_read(reader, rig->frame);
	assert_int_equal(selected->cpu, -1);
	bt_area_reader_free(reader);
}

static void test_values_out_of_range(void **state)
{
	struct rig *rig = *state;
	struct bt_area_reader *reader = make_reader(rig);

	head(rig)->run = 77;
	head(rig)->reason = 1ull << 40;
	cpu_stats(rig, 0)->state = 99;
	cpu_stats(rig, 0)->op = 1ull << 63;
	cpu_stats(rig, 0)->op_start_ns = 23;
	cpu_stats(rig, 0)->cpu_node = 1ull << 60;
	by_order(rig, 0)[0] = 1;
	by_node(rig, 0)[0] = 1;
	bt_frame_clear(rig->frame);
	bt_area_read(reader, rig->frame);
	assert_true(rig->frame->run < BT_RUN_COUNT);
	assert_true(rig->frame->reason < BT_REASON_COUNT);
	assert_true(rig->frame->cpus[0].state < BT_WORKER_COUNT);
	assert_int_equal(rig->frame->cpus[0].op, BT_OP_NONE);
	assert_int_equal(rig->frame->order_allocs[0], 1);
	bt_area_reader_free(reader);
}

/* Each lie alone is enough. */
static void test_lies(void **state)
{
	static const struct {
		const char *what;
		size_t offset;
		unsigned bytes;
		uint64_t value;
	} lies[] = {
		{ "magic", offsetof(struct bt_area, magic), 8, 1 },
		{ "version", offsetof(struct bt_area, abi_version), 4, 2 },
		{ "header", offsetof(struct bt_area, header_bytes), 4, 8 },
		{ "map too large", offsetof(struct bt_area, map_bytes), 8, SIZE + 8 },
		{ "map too small", offsetof(struct bt_area, map_bytes), 8, SIZE - 8 },
		{ "no CPU", offsetof(struct bt_area, cpu_count), 4, 0 },
		{ "more CPUs", offsetof(struct bt_area, cpu_count), 4, CPUS + 1 },
		{ "most CPUs", offsetof(struct bt_area, cpu_count), 4, UINT32_MAX },
		{ "no node", offsetof(struct bt_area, node_count), 4, 0 },
		{ "more nodes", offsetof(struct bt_area, node_count), 4, 25 },
		{ "no order", offsetof(struct bt_area, order_count), 4, 0 },
		{ "more orders", offsetof(struct bt_area, order_count), 4, ORDERS + 1 },
		{ "operations", offsetof(struct bt_area, hist_op_count), 4, 3 },
		{ "CPUs in the head", offsetof(struct bt_area, cpu_offset), 8, 8 },
		{ "CPUs behind", offsetof(struct bt_area, cpu_offset), 8, SIZE },
		{ "CPUs far behind", offsetof(struct bt_area, cpu_offset), 8, UINT64_MAX - 7 },
		{ "CPUs askew", offsetof(struct bt_area, cpu_offset), 8, CPU_OFFSET + 4 },
		{ "CPUs overlap", offsetof(struct bt_area, cpu_stride), 8, 64 },
		{ "CPUs on one", offsetof(struct bt_area, cpu_stride), 8, 0 },
		{ "CPUs far apart", offsetof(struct bt_area, cpu_stride), 8, 1ull << 63 },
		{ "orders in the block", offsetof(struct bt_area, order_offset), 8, 8 },
		{ "orders behind", offsetof(struct bt_area, order_offset), 8, CPU_STRIDE - 8 },
		{ "nodes behind", offsetof(struct bt_area, node_offset), 8, CPU_STRIDE },
		{ "histograms behind", offsetof(struct bt_area, hist_offset), 8, SIZE - 8 },
		{ "histograms overlap", offsetof(struct bt_area, hist_cpu_stride), 8, 8 },
		{ "orders overlap", offsetof(struct bt_area, hist_order_stride), 8, 8 },
		{ "orders too far", offsetof(struct bt_area, hist_order_stride), 8, 1ull << 62 },
		{ "operations overlap", offsetof(struct bt_area, hist_op_stride), 8, 8 },
		{ "bulk calls behind", offsetof(struct bt_area, bulk_hist_offset), 8,
		  BULK_HIST_OFFSET + 256 },
		{ "bulk calls askew", offsetof(struct bt_area, bulk_hist_offset), 8,
		  BULK_HIST_OFFSET + 4 },
		{ "buckets", offsetof(struct bt_area, hist_buckets), 4, 512 },
		{ "bucket width", offsetof(struct bt_area, hist_sub_bits), 4, 4 },
	};
	struct rig *rig = *state;
	struct bt_area truth = *head(rig);

	for (unsigned i = 0; i < BT_ARRAY_SIZE(lies); i++) {
		struct bt_area_reader *reader;
		struct bt_err err = { 0 };

		memcpy(rig->map + lies[i].offset, &lies[i].value, lies[i].bytes);
		if (bt_area_reader_create(&reader, rig->map, SIZE, &err) != -EPROTO || !err.text[0])
			fail_msg("believed: %s", lies[i].what);
		*head(rig) = truth;
	}
}

static void test_too_small(void **state)
{
	struct rig *rig = *state;
	struct bt_area_reader *reader;

	assert_int_equal(bt_area_reader_create(&reader, rig->map, sizeof(struct bt_area) - 1, NULL),
			 -EPROTO);
	assert_int_equal(bt_area_reader_create(&reader, rig->map, 0, NULL), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_scalars, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sums, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bulk_calls, setup, teardown),
		cmocka_unit_test_setup_teardown(test_frees_for_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_selected_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_values_out_of_range, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_small, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
