// SPDX-License-Identifier: GPL-2.0
/*
 * One operation of a worker, with a kernel that the test plays (tests/unit/kernel). Its clock moves
 * in the allocator by as many nanoseconds as the test says, and by 1 us in everything else that the
 * worker calls: so the figures are exact, and what is timed besides the allocator shows.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "core/util.h"
#include "kmod/ant.h"
#include "kmod/hist.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/timex.h>

#define ORDERS		11u
#define NODES		32u
#define PAGES		4096u
#define TOUCHED_PAGES	4u
#define UNTIMED_NS	1000u

/* At the head of each block: what it was allocated with. */
struct page {
	int node;
	unsigned order;
	bool held;
};

struct call {
	gfp_t gfp;
	unsigned order;
	int node;
	bool has_mask;
	u64 mask;
	const struct page *page;
	u64 stats_op, stats_start_ns;	/* what a reader saw meanwhile */
};

/* What the kernel does, and what was asked of it. */
static struct {
	u64 now_ns, allocator_ns;
	unsigned long switches;		/* out of the CPU, during the next call */
	bool fails;
	int gives_node;			/* -1: the preferred one */
	unsigned clock_reads;
	bool touched_in_time;		/* memory was written before the last reading of the clock */
	struct call call;
	unsigned used;
	struct page pages[PAGES];
	unsigned char memory[TOUCHED_PAGES * PAGE_SIZE];	/* of the block allocated last */
	struct task_struct task;
	const struct ant_worker *worker;
	bool distrusted;		/* the counter of cycles */
	u64 cycles_offset;
	bool reset_cycles;		/* in the next call: as after sleep */
	struct ant_worker *ends_run;	/* in the next call */
} kernel;

/* The clock of all tests of a run: 0, the kernel distrusts its counter. */
static unsigned int run_khz;
unsigned int tsc_khz;

nodemask_t node_states[NR_NODE_STATES];

struct task_struct *get_current(void)
{
	return &kernel.task;
}

static void look_at_clock(void)
{
	kernel.clock_reads++;
	kernel.touched_in_time = kernel.memory[0] || kernel.memory[sizeof(kernel.memory) - 1];
}

u64 ktime_get_ns(void)
{
	look_at_clock();
	return kernel.now_ns;
}

/* A reading where it is what counts; where the kernel distrusts it, any number at all. */
u64 get_cycles(void)
{
	if (kernel.distrusted)
		return 12345 * kernel.now_ns;
	look_at_clock();
	return kernel.now_ns * (tsc_khz / 1000000) + kernel.cycles_offset;
}

int check_tsc_unstable(void)
{
	return kernel.distrusted;
}

int boot_cpu_has(int feature)
{
	return feature == X86_FEATURE_TSC;
}

static void enter_allocator(const struct call *call)
{
	kernel.call = *call;
	kernel.call.stats_op = kernel.worker->stats->op;
	kernel.call.stats_start_ns = kernel.worker->stats->op_start_ns;
	kernel.now_ns += kernel.allocator_ns;
	kernel.task.nivcsw += kernel.switches;
	if (kernel.reset_cycles)
		kernel.cycles_offset = -kernel.now_ns * (tsc_khz / 1000000);
	kernel.reset_cycles = false;
	if (kernel.ends_run)
		kernel.ends_run->until_ns = 0;
	kernel.ends_run = NULL;
}

struct page *__alloc_pages(gfp_t gfp, unsigned int order, int preferred_nid, nodemask_t *nodemask)
{
	struct page *page = &kernel.pages[kernel.used];

	enter_allocator(&(struct call){ gfp, order, preferred_nid, nodemask,
					nodemask ? nodemask->bits : 0, page, 0, 0 });
	if (kernel.fails)
		return NULL;
	memset(kernel.memory, 0, sizeof(kernel.memory));
	kernel.used += 1u << order;
	assert_in_range(kernel.used, 1, PAGES);
	page->node = kernel.gives_node < 0 ? preferred_nid : kernel.gives_node;
	page->order = order;
	page->held = true;
	return page;
}

void __free_pages(struct page *page, unsigned int order)
{
	enter_allocator(&(struct call){ .order = order, .page = page });
	assert_true(page->held);
	assert_int_equal(order, page->order);
	page->held = false;
}

unsigned long page_to_pfn(const struct page *page)
{
	kernel.now_ns += UNTIMED_NS;
	return (unsigned long)(page - kernel.pages);
}

struct page *pfn_to_page(unsigned long pfn)
{
	kernel.now_ns += UNTIMED_NS;
	return &kernel.pages[pfn];
}

int page_to_nid(const struct page *page)
{
	kernel.now_ns += UNTIMED_NS;
	return page->node;
}

void *page_address(const struct page *page)
{
	(void)page;
	kernel.now_ns += UNTIMED_NS;
	return kernel.memory;
}

int cpu_to_node(int cpu)
{
	kernel.now_ns += UNTIMED_NS;
	return cpu;
}

int node_distance(int a, int b)
{
	return abs(a - b);
}

void *kvmalloc_node(size_t size, gfp_t gfp, int node)
{
	(void)gfp;
	(void)node;
	return bt_xcalloc(1, size);
}

void kvfree(const void *memory)
{
	free((void *)memory);
}

void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
	(void)vma;
	(void)flags;
}

/* ---- a worker ------------------------------------------------------------------------------ */

struct kit {
	struct ant_worker worker;
	struct bt_area area;
	struct bt_cpu_stats stats;
	u64 by_order[ORDERS], by_node[NODES];
	u64 hist[ORDERS][BT_OP_COUNT][BT_HIST_BUCKETS];
};

/* On CPU 9, which is on node 9 as nodes 0, 9, 10, 11 and 31 have memory. */
static struct kit *new_kit(void)
{
	struct kit *kit = bt_xcalloc(1, sizeof(*kit));
	struct ant_worker *w = &kit->worker;

	memset(&kernel, 0, sizeof(kernel));
	kernel.gives_node = -1;
	kernel.now_ns = 1000000000;
	kernel.task.nivcsw = 77;
	kernel.worker = w;
	kernel.distrusted = !run_khz;
	tsc_khz = run_khz ? run_khz : 1000000;
	node_states[N_MEMORY].bits = 1 | 1 << 9 | 1 << 10 | 1 << 11 | 1ull << 31;
	w->cpu = 9;
	w->job.gfp = GFP_KERNEL | __GFP_NOWARN;
	w->stats = &kit->stats;
	w->by_order = kit->by_order;
	w->by_node = kit->by_node;
	w->hist = &kit->hist[0][0][0];
	ant_hold_init(&w->hold);
	w->hold.ring = ant_ring_create(64, 0);
	w->job.sample_every = 1;
	ant_clock_init(&kit->area);
	ant_clock_anchor(&kit->area, &w->clock);
	ant_op_place(w);
	return kit;
}

static void free_kit(struct kit *kit)
{
	ant_ring_free(kit->worker.hold.ring);
	free(kit);
}

/* One that takes exactly so long. Whatever it is, the clock is read at its two ends and nowhere else. */
static bool operate(struct kit *kit, enum bt_op op, u64 ns)
{
	u64 start_ns = kernel.now_ns, now_ns = 0;
	bool done = true;

	/* Switched out before the call: not its business. */
	kernel.task.nivcsw++;
	kernel.allocator_ns = ns;
	kernel.clock_reads = 0;
	memset(kernel.memory, 0, sizeof(kernel.memory));
	ant_op_sample(&kit->worker);	/* the test may have changed the job */
	if (op == BT_OP_ALLOC)
		done = ant_op_alloc(&kit->worker, &now_ns);
	else
		ant_op_free(&kit->worker, &now_ns);
	assert_int_equal(kernel.clock_reads, 2);
	assert_false(kernel.touched_in_time);
	assert_int_equal(kernel.call.stats_op, op);
	assert_in_range(kernel.call.stats_start_ns, start_ns, now_ns - ns);
	assert_int_equal(now_ns, kernel.call.stats_start_ns + ns);
	assert_int_equal(kit->stats.op, BT_OP_NONE);
	assert_int_equal(kit->stats.op_start_ns, 0);
	return done;
}

static u64 operations(const struct kit *kit, enum bt_op op)
{
	unsigned order, i;
	u64 sum = 0;

	for (order = 0; order < ORDERS; order++)
		for (i = 0; i < BT_HIST_BUCKETS; i++)
			sum += kit->hist[order][op][i];
	return sum;
}

/* ---- latencies ------------------------------------------------------------------------------ */

/* Times, and their buckets by hand: 123 is in the octave from 64, whose buckets are 8 wide. */
static void times_are_the_allocators_own(void **state)
{
	static const struct {
		u64 ns;
		unsigned bucket;
	} rows[] = {
		{ 0, 0 },	{ 1, 1 },	 { 7, 7 },	    { 8, 8 },
		{ 9, 9 },	{ 15, 15 },	 { 16, 16 },	    { 17, 16 },
		{ 119, 38 },	{ 120, 39 },	 { 123, 39 },	    { 127, 39 },
		{ 128, 40 },	{ 16000, 95 },	 { 16001, 95 },	    { 16384, 96 },
		{ 1000000, 143 }, { 200000000, 203 }, { 16106127359, 254 }, { 16106127360, 255 },
	};
	unsigned i, op;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct kit *kit = new_kit();

		kit->worker.job.order = i % 4;
		for (op = 0; op < BT_OP_COUNT; op++) {
			operate(kit, op, rows[i].ns);
			assert_int_equal(operations(kit, op), 1);
			assert_int_equal(kit->hist[i % 4][op][rows[i].bucket], 1);
		}
		assert_int_equal(kit->stats.alloc_max_ns, rows[i].ns);
		assert_int_equal(kit->stats.free_max_ns, rows[i].ns);
		free_kit(kit);
	}
}

/* Every time up to 5 us and many beyond; the two operations differ, so neither has the other's. */
static void maxima_are_exact(void **state)
{
	struct kit *kit = new_kit();
	u64 ns;

	(void)state;
	for (ns = 0; ns < 20000000; ns += ns < 5000 ? 1 : 9973) {
		kernel.used = 0;
		operate(kit, BT_OP_ALLOC, ns);
		operate(kit, BT_OP_FREE, 2 * ns);
		assert_int_equal(kit->stats.alloc_max_ns, ns);
		assert_int_equal(kit->stats.free_max_ns, 2 * ns);
	}
	operate(kit, BT_OP_ALLOC, 5);
	assert_int_equal(kit->stats.alloc_max_ns, ns - 9973);
	assert_int_equal(kit->stats.preempted, 0);
	assert_int_equal(operations(kit, BT_OP_ALLOC), kit->stats.allocs);
	assert_int_equal(operations(kit, BT_OP_FREE), kit->stats.frees);
	free_kit(kit);
}

/* Above 16 us and switched out meanwhile: counted apart. One of the two alone is a latency. */
static void preempted_operations_are_apart(void **state)
{
	static const struct {
		u64 ns;
		unsigned switches;
		bool preempted;
	} rows[] = {
		{ 16000, 0, false }, { 16000, 1, false }, { 16001, 0, false },
		{ 16001, 1, true },  { 5000000, 3, true },
	};
	unsigned i, op;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct kit *kit = new_kit();
		u64 counted_ns = rows[i].preempted ? 0 : rows[i].ns;

		kernel.switches = rows[i].switches;
		for (op = 0; op < BT_OP_COUNT; op++) {
			operate(kit, op, rows[i].ns);
			assert_int_equal(operations(kit, op), !rows[i].preempted);
		}
		assert_int_equal(kit->stats.preempted, rows[i].preempted ? 2 : 0);
		assert_int_equal(kit->stats.preempted_ns, rows[i].preempted ? 2 * rows[i].ns : 0);
		assert_int_equal(kit->stats.alloc_max_ns, counted_ns);
		assert_int_equal(kit->stats.free_max_ns, counted_ns);
		assert_int_equal(kit->stats.allocs, 1);
		assert_int_equal(kit->stats.frees, 1);
		free_kit(kit);
	}
}

static void memory_is_touched_after_the_clock(void **state)
{
	static const struct {
		unsigned touch;
		size_t bytes;	/* of a block of 4 pages */
	} rows[] = { { BT_TOUCH_NONE, 0 }, { BT_TOUCH_FIRST, 8 }, { BT_TOUCH_ALL, 16384 } };
	size_t i, byte;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct kit *kit = new_kit();

		kit->worker.job.order = 2;
		kit->worker.job.touch = rows[i].touch;
		operate(kit, BT_OP_ALLOC, 123);
		for (byte = 0; byte < sizeof(kernel.memory); byte++)
			assert_int_equal(kernel.memory[byte] != 0, byte < rows[i].bytes);
		assert_int_equal(kit->stats.alloc_max_ns, 123);
		free_kit(kit);
	}
}

static void failures_are_no_latencies(void **state)
{
	struct kit *kit = new_kit();

	(void)state;
	kernel.fails = true;
	assert_false(operate(kit, BT_OP_ALLOC, 123));
	assert_int_equal(kit->stats.failures, 1);
	assert_int_equal(operations(kit, BT_OP_ALLOC), 0);
	assert_int_equal(kit->stats.alloc_max_ns, 0);
	assert_int_equal(kit->stats.allocs, 0);
	assert_int_equal(kit->stats.held_blocks, 0);
	assert_int_equal(kit->worker.hold.ring->count, 0);
	kernel.fails = false;
	assert_true(operate(kit, BT_OP_ALLOC, 123));
	assert_int_equal(kit->stats.failures, 1);
	assert_int_equal(kit->stats.allocs, 1);
	free_kit(kit);
}

/* ---- blocks and their orders ---------------------------------------------------------------- */

static const unsigned mixed_orders[] = { 4, 4, 0, 0, 3, 9, 0, 10, 1, 4 };
#define MIXED_PAGES (3 * 16 + 3 * 1 + 8 + 512 + 1024 + 2)

/* Holds one block of each of mixed_orders, and then wants another order. */
static void hold_mixed(struct kit *kit, const struct page *block[])
{
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(mixed_orders); i++) {
		kit->worker.job.order = mixed_orders[i];
		operate(kit, BT_OP_ALLOC, 100);
		block[i] = kernel.call.page;
	}
	kit->worker.job.order = 7;
	assert_int_equal(kit->stats.held_pages, MIXED_PAGES);
}

/* Which of the blocks is due at a step; at random any that is still held, `held` has those. */
static unsigned block_due(unsigned free_order, unsigned step, const struct page *const block[],
			  bool held[])
{
	const unsigned count = BT_ARRAY_SIZE(mixed_orders);
	unsigned at = free_order == BT_FREE_LIFO ? count - 1 - step : step;

	if (free_order == BT_FREE_RANDOM) {
		for (at = 0; at < count && block[at] != kernel.call.page; at++)
			;
		assert_true(at < count && held[at]);
	}
	held[at] = false;
	return at;
}

/* __free_pages() of the test asserts the order; here it is which block, and the accounts. */
static void free_mixed(struct kit *kit, const struct page *const block[], unsigned free_order)
{
	const unsigned count = BT_ARRAY_SIZE(mixed_orders);
	u64 freed = 0, by_order[ORDERS] = { 0 };
	bool held[BT_ARRAY_SIZE(mixed_orders)];
	unsigned i;

	memset(held, true, sizeof(held));
	kit->worker.job.free_order = free_order;
	for (i = 0; i < count; i++) {
		unsigned at, order;

		operate(kit, BT_OP_FREE, 200);
		at = block_due(free_order, i, block, held);
		order = mixed_orders[at];
		freed += 1ull << order;
		by_order[order]++;
		assert_ptr_equal(kernel.call.page, block[at]);
		assert_int_equal(kernel.call.order, order);
		assert_int_equal(kit->stats.freed_pages, freed);
		assert_int_equal(kit->stats.held_pages, MIXED_PAGES - freed);
		assert_int_equal(kit->stats.held_blocks, count - 1 - i);
		/* 200 ns: in the octave from 128, whose buckets are 16 wide; 40 + 4. */
		assert_int_equal(kit->hist[order][BT_OP_FREE][44], by_order[order]);
	}
	assert_int_equal(kit->stats.frees, count);
	assert_int_equal(operations(kit, BT_OP_FREE), count);
}

static void blocks_go_back_with_their_own_order(void **state)
{
	const struct page *block[BT_ARRAY_SIZE(mixed_orders)];
	unsigned free_order, settles;

	(void)state;
	for (free_order = 0; free_order < BT_FREE_COUNT; free_order++) {
		for (settles = 0; settles < 2; settles++) {
			struct kit *kit = new_kit();
			struct ant_hold *hold = &kit->worker.hold;

			hold_mixed(kit, block);
			if (settles) {
				hold->next = ant_ring_create(MIXED_PAGES, 0);
				ant_ring_free(ant_hold_settle(hold));
				assert_int_equal(hold->ring->capacity, MIXED_PAGES);
			}
			free_mixed(kit, block, free_order);
			free_kit(kit);
		}
	}
}

/* ---- accounts and nodes --------------------------------------------------------------------- */

static void blocks_are_counted_by_order_and_node(void **state)
{
	struct kit *kit = new_kit();

	(void)state;
	kit->worker.job.order = 3;
	operate(kit, BT_OP_ALLOC, 100);
	kernel.gives_node = 11;
	operate(kit, BT_OP_ALLOC, 100);
	kit->worker.job.order = 1;
	kernel.gives_node = 31;
	operate(kit, BT_OP_ALLOC, 100);
	assert_int_equal(kit->stats.cpu_node, 9);
	assert_int_equal(kit->stats.mem_node, 9);
	assert_int_equal(kit->stats.allocs, 3);
	assert_int_equal(kit->by_order[3], 2);
	assert_int_equal(kit->by_order[1], 1);
	assert_int_equal(kit->by_node[9], 1);
	assert_int_equal(kit->by_node[11], 1);
	assert_int_equal(kit->by_node[31], 1);
	assert_int_equal(kit->stats.remote_blocks, 2);
	assert_int_equal(kit->stats.remote_pages, 8 + 2);
	assert_int_equal(kit->stats.held_blocks, 3);
	assert_int_equal(kit->stats.held_pages, 8 + 8 + 2);
	free_kit(kit);
}

#define N(node) (1ull << (node))

/* The search of a worker on node 9, and on 5, which has no memory: 9 is nearest to it. */
static void policies_ask_for_their_nodes(void **state)
{
	static const struct {
		unsigned cpu, policy;
		u64 nodes;
		int start[3];	/* of three allocations */
		u64 mask;	/* 0: none, may fall back */
	} rows[] = {
		{ 9, BT_NODE_LOCAL, 0, { 9, 9, 9 }, 0 },
		{ 5, BT_NODE_LOCAL, 0, { 9, 9, 9 }, 0 },
		{ 9, BT_NODE_PREFER, N(11), { 11, 11, 11 }, 0 },
		{ 9, BT_NODE_PREFER, N(12), { 9, 9, 9 }, 0 },	/* its memory went offline */
		{ 9, BT_NODE_BIND, N(10) | N(31), { 9, 9, 9 }, N(10) | N(31) },
		{ 5, BT_NODE_BIND, N(11) | N(12), { 9, 9, 9 }, N(11) },
		{ 9, BT_NODE_INTERLEAVE, N(0) | N(10) | N(31), { 10, 31, 0 }, N(0) | N(10) | N(31) },
		{ 9, BT_NODE_REMOTE, 0, { 9, 9, 9 }, N(0) | N(10) | N(11) | N(31) },
	};
	unsigned i, k;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct kit *kit = new_kit();

		kit->worker.cpu = rows[i].cpu;
		kit->worker.job.node_policy = rows[i].policy;
		kit->worker.job.nodes.bits = rows[i].nodes;
		kit->worker.job.order = 2;
		ant_op_place(&kit->worker);
		for (k = 0; k < 3; k++) {
			operate(kit, BT_OP_ALLOC, 100);
			assert_int_equal(kernel.call.node, rows[i].start[k]);
			assert_int_equal(kernel.call.has_mask, rows[i].mask != 0);
			assert_int_equal(kernel.call.mask, rows[i].mask);
			assert_int_equal(kernel.call.order, 2);
			assert_int_equal(kernel.call.gfp, GFP_KERNEL | __GFP_NOWARN);
		}
		free_kit(kit);
	}
}

/* ---- sampling ------------------------------------------------------------------------------- */

/* Readings of the clock in one operation of 100 ns, told that it was now_ns before. */
static unsigned sampled(struct kit *kit, enum bt_op op, u64 *now_ns)
{
	kernel.allocator_ns = 100;
	kernel.clock_reads = 0;
	memset(kernel.memory, 0, sizeof(kernel.memory));
	if (op == BT_OP_ALLOC)
		assert_true(ant_op_alloc(&kit->worker, now_ns));
	else
		ant_op_free(&kit->worker, now_ns);
	assert_int_equal(kernel.call.stats_op, op);
	assert_int_equal(kit->stats.op, BT_OP_NONE);
	assert_int_equal(kit->stats.op_start_ns, 0);
	return kernel.clock_reads;
}

static struct kit *new_sampling_kit(unsigned every, unsigned order)
{
	struct kit *kit = new_kit();

	kit->worker.job.sample_every = every;
	kit->worker.job.order = order;
	ant_ring_free(kit->worker.hold.ring);
	kit->worker.hold.ring = ant_ring_create(PAGES, 0);
	ant_op_sample(&kit->worker);
	return kit;
}

/* The first, and then every Nth: of n operations (n - 1) / N + 1, whatever the other kind does. */
static void one_in_so_many_is_timed(void **state)
{
	static const struct {
		unsigned every, pairs, timed;
	} rows[] = {
		{ 1, 10, 10 }, { 2, 10, 5 }, { 3, 10, 4 }, { 3, 9, 3 }, { 7, 1, 1 },
		{ 16, 16, 1 }, { 16, 17, 2 }, { 16, 160, 10 }, { 65536, 1000, 1 },
	};
	unsigned i, k;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct kit *kit = new_sampling_kit(rows[i].every, 0);
		u64 now_ns = kernel.now_ns;

		for (k = 0; k < rows[i].pairs; k++) {
			sampled(kit, BT_OP_ALLOC, &now_ns);
			sampled(kit, BT_OP_FREE, &now_ns);
		}
		assert_int_equal(operations(kit, BT_OP_ALLOC), rows[i].timed);
		assert_int_equal(operations(kit, BT_OP_FREE), rows[i].timed);
		/* 100 ns: in the octave from 64, whose buckets are 8 wide; 32 + 4. */
		assert_int_equal(kit->hist[0][BT_OP_ALLOC][36], rows[i].timed);
		assert_int_equal(kit->stats.allocs, rows[i].pairs);
		assert_int_equal(kit->stats.frees, rows[i].pairs);
		assert_int_equal(kit->stats.freed_pages, rows[i].pairs);
		assert_int_equal(kit->by_order[0], rows[i].pairs);
		assert_int_equal(kit->by_node[9], rows[i].pairs);
		assert_int_equal(kit->stats.held_blocks, 0);
		assert_int_equal(kit->stats.alloc_max_ns, 100);
		free_kit(kit);
	}
}

/* The same share again is no new beginning; another one is. */
static void a_new_share_begins_anew(void **state)
{
	struct kit *kit = new_sampling_kit(4, 0);
	u64 now_ns = kernel.now_ns;
	unsigned i;

	(void)state;
	for (i = 0; i < 8; i++) {
		sampled(kit, BT_OP_ALLOC, &now_ns);
		ant_op_sample(&kit->worker);
	}
	assert_int_equal(operations(kit, BT_OP_ALLOC), 2);
	kit->worker.job.sample_every = 3;
	ant_op_sample(&kit->worker);
	sampled(kit, BT_OP_ALLOC, &now_ns);
	assert_int_equal(operations(kit, BT_OP_ALLOC), 3);
	free_kit(kit);
}

/* Without being timed, the clock is looked at after 16 pages, and each time where there is a pace. */
static void the_clock_is_looked_at_now_and_then(void **state)
{
	static const struct {
		unsigned order, interval_ns, every;
	} rows[] = { { 0, 0, 16 }, { 1, 0, 8 }, { 3, 0, 2 }, { 4, 0, 1 }, { 5, 0, 1 }, { 0, 1000, 1 } };
	unsigned i, k;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct kit *kit = new_sampling_kit(65536, rows[i].order);
		u64 now_ns = kernel.now_ns, before_ns;

		kit->worker.job.op_interval_ns = rows[i].interval_ns;
		ant_op_sample(&kit->worker);
		assert_int_equal(sampled(kit, BT_OP_ALLOC, &now_ns), 2);
		for (k = 1; k <= 48; k++) {
			before_ns = now_ns;
			assert_int_equal(sampled(kit, BT_OP_ALLOC, &now_ns), k % rows[i].every == 0);
			/* In flight since the last look. */
			assert_int_equal(kernel.call.stats_start_ns, before_ns);
			assert_true(k % rows[i].every ? now_ns == before_ns : now_ns > before_ns);
		}
		free_kit(kit);
	}
}

/* Neither the longest nor preempted: it was not looked at. */
static void what_is_not_timed_is_in_no_latency(void **state)
{
	struct kit *kit = new_sampling_kit(2, 0);
	u64 now_ns = kernel.now_ns;

	(void)state;
	sampled(kit, BT_OP_ALLOC, &now_ns);
	kernel.allocator_ns = 900000;
	kernel.switches = 3;
	assert_true(ant_op_alloc(&kit->worker, &now_ns));
	assert_int_equal(kit->stats.preempted, 0);
	assert_int_equal(kit->stats.alloc_max_ns, 100);
	assert_int_equal(kit->stats.allocs, 2);
	free_kit(kit);
}

/* ---- runs ----------------------------------------------------------------------------------- */

static struct kit *new_run_kit(unsigned order)
{
	struct kit *kit = new_kit();

	kit->worker.job.order = order;
	kit->worker.until_ns = UINT64_MAX;
	kernel.allocator_ns = 100;
	ant_op_sample(&kit->worker);
	return kit;
}

/* Blocks of 4 pages: up to 18, four fit; down to 5 means to 4. At an edge, one all the same. */
static void runs_end_at_the_edge(void **state)
{
	struct kit *kit = new_run_kit(2);
	u64 now_ns = kernel.now_ns;

	(void)state;
	assert_true(ant_op_grow(&kit->worker, 18, &now_ns));
	assert_int_equal(kernel.call.stats_op, BT_OP_ALLOC);
	assert_int_equal(kit->stats.op, BT_OP_NONE);
	assert_int_equal(kit->stats.op_start_ns, 0);
	assert_int_equal(kit->stats.allocs, 4);
	assert_int_equal(kit->stats.held_pages, 16);
	assert_int_equal(operations(kit, BT_OP_ALLOC), 4);
	assert_int_equal(kit->by_order[2], 4);
	ant_op_shrink(&kit->worker, 5, &now_ns);
	assert_int_equal(kernel.call.stats_op, BT_OP_FREE);
	assert_int_equal(kit->stats.op, BT_OP_NONE);
	assert_int_equal(kit->stats.op_start_ns, 0);
	assert_int_equal(kit->stats.frees, 3);
	assert_int_equal(kit->stats.held_pages, 4);
	assert_int_equal(kit->stats.held_blocks, 1);
	assert_int_equal(operations(kit, BT_OP_FREE), 3);
	assert_true(ant_op_grow(&kit->worker, 4, &now_ns));
	assert_int_equal(kit->stats.allocs, 5);
	ant_op_shrink(&kit->worker, 4, &now_ns);
	assert_int_equal(kit->stats.held_pages, 4);
	free_kit(kit);
}

/*
 * An operation is 100 ns, and from one to the next it is 2 us of an allocation (frame number and
 * node) and 1 us of a free (the page): they end at 100, 2200, 4300 ns and 1100, 2200, 3300 ns.
 */
static void runs_end_with_their_time(void **state)
{
	static const struct {
		u64 until_ns;
		unsigned allocs, frees;
	} rows[] = {
		{ 0, 1, 1 }, { 100, 1, 1 }, { 101, 2, 1 }, { 2200, 2, 2 }, { 2201, 3, 3 },
		{ 4300, 3, 4 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct kit *kit = new_run_kit(0);
		u64 start_ns = kernel.now_ns, now_ns = start_ns;

		kit->worker.until_ns = start_ns + rows[i].until_ns;
		assert_true(ant_op_grow(&kit->worker, 60, &now_ns));
		assert_int_equal(kit->stats.allocs, rows[i].allocs);
		assert_int_equal(now_ns, start_ns + 100 + 2100 * (rows[i].allocs - 1));
		kit->worker.until_ns = UINT64_MAX;
		assert_true(ant_op_grow(&kit->worker, 60, &now_ns));
		assert_int_equal(kit->stats.allocs, 60);
		start_ns = kernel.now_ns;
		kit->worker.until_ns = start_ns + rows[i].until_ns;
		ant_op_shrink(&kit->worker, 0, &now_ns);
		assert_int_equal(kit->stats.frees, rows[i].frees);
		assert_int_equal(now_ns, start_ns + 1100 * rows[i].frees);
		free_kit(kit);
	}
}

static void runs_end_with_a_failure(void **state)
{
	struct kit *kit = new_run_kit(0);
	u64 now_ns = kernel.now_ns;

	(void)state;
	kernel.fails = true;
	assert_false(ant_op_grow(&kit->worker, 60, &now_ns));
	assert_int_equal(kit->stats.failures, 1);
	assert_int_equal(kit->stats.held_blocks, 0);
	assert_int_equal(kit->stats.op, BT_OP_NONE);
	free_kit(kit);
}

/* The OOM notifier, in an allocation, ends the run with it. */
static void runs_can_be_ended_from_inside(void **state)
{
	struct kit *kit = new_run_kit(0);
	u64 now_ns = kernel.now_ns;

	(void)state;
	kernel.ends_run = &kit->worker;
	assert_true(ant_op_grow(&kit->worker, 60, &now_ns));
	assert_int_equal(kit->stats.allocs, 1);
	free_kit(kit);
}

/* Nodes 0, 10 and 31, one after the other from the CPU's own, 9. */
static void runs_take_the_nodes_in_turn(void **state)
{
	static const int nodes[] = { 10, 31, 0, 10 };
	struct kit *kit = new_run_kit(0);
	u64 now_ns = kernel.now_ns;
	unsigned i;

	(void)state;
	kit->worker.job.node_policy = BT_NODE_INTERLEAVE;
	kit->worker.job.nodes.bits = N(0) | N(10) | N(31);
	ant_op_place(&kit->worker);
	for (i = 0; i < BT_ARRAY_SIZE(nodes); i++) {
		kit->worker.until_ns = UINT64_MAX;
		assert_true(ant_op_grow(&kit->worker, 60, &now_ns));
		assert_int_equal(kit->stats.allocs, i + 1);
		assert_int_equal(kernel.call.node, nodes[i]);
	}
	free_kit(kit);
}

/* ---- the clock ------------------------------------------------------------------------------ */

/* What the area says is what is used; once distrusted, the counter is not read any more. */
static void a_distrusted_counter_is_left(void **state)
{
	struct kit *kit = new_kit();
	u64 anchor_ns;

	(void)state;
	assert_int_equal(kit->area.clock, run_khz ? BT_CLOCK_TSC : BT_CLOCK_KTIME);
	operate(kit, BT_OP_ALLOC, 700);
	kernel.distrusted = true;
	anchor_ns = ant_clock_anchor(&kit->area, &kit->worker.clock);
	assert_int_equal(anchor_ns, kernel.now_ns);
	assert_int_equal(kit->area.clock, BT_CLOCK_KTIME);
	operate(kit, BT_OP_ALLOC, 800);
	/* No way back. */
	kernel.distrusted = false;
	tsc_khz = 2000000;
	ant_clock_anchor(&kit->area, &kit->worker.clock);
	assert_int_equal(kit->area.clock, BT_CLOCK_KTIME);
	kernel.distrusted = true;
	operate(kit, BT_OP_ALLOC, 900);
	assert_int_equal(kit->stats.alloc_max_ns, 900);
	assert_int_equal(operations(kit, BT_OP_ALLOC), 3);
	free_kit(kit);
}

/* The counter begins anew while an operation runs: that one is left out, the time goes on. */
static void a_reset_counter_is_noticed(void **state)
{
	struct kit *kit = new_kit();
	u64 now_ns = 0, before_ns;

	(void)state;
	if (!run_khz) {
		free_kit(kit);
		return;
	}
	operate(kit, BT_OP_ALLOC, 700);
	before_ns = kernel.now_ns;
	kernel.reset_cycles = true;
	kernel.allocator_ns = 500;
	assert_true(ant_op_alloc(&kit->worker, &now_ns));
	assert_int_equal(now_ns, before_ns + 500);
	assert_int_equal(operations(kit, BT_OP_ALLOC), 1);
	assert_int_equal(kit->stats.alloc_max_ns, 700);
	assert_int_equal(kit->stats.allocs, 2);
	operate(kit, BT_OP_ALLOC, 800);
	assert_int_equal(operations(kit, BT_OP_ALLOC), 2);
	free_kit(kit);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_the_allocators_own),
		cmocka_unit_test(maxima_are_exact),
		cmocka_unit_test(preempted_operations_are_apart),
		cmocka_unit_test(memory_is_touched_after_the_clock),
		cmocka_unit_test(failures_are_no_latencies),
		cmocka_unit_test(blocks_go_back_with_their_own_order),
		cmocka_unit_test(blocks_are_counted_by_order_and_node),
		cmocka_unit_test(policies_ask_for_their_nodes),
		cmocka_unit_test(one_in_so_many_is_timed),
		cmocka_unit_test(a_new_share_begins_anew),
		cmocka_unit_test(the_clock_is_looked_at_now_and_then),
		cmocka_unit_test(what_is_not_timed_is_in_no_latency),
		cmocka_unit_test(runs_end_at_the_edge),
		cmocka_unit_test(runs_end_with_their_time),
		cmocka_unit_test(runs_end_with_a_failure),
		cmocka_unit_test(runs_can_be_ended_from_inside),
		cmocka_unit_test(runs_take_the_nodes_in_turn),
		cmocka_unit_test(a_distrusted_counter_is_left),
		cmocka_unit_test(a_reset_counter_is_noticed),
	};

	/* Of which a nanosecond is a whole number of cycles: so the figures stay exact. */
	static const struct {
		const char *name;
		unsigned khz;
	} clocks[] = { { "by ktime", 0 }, { "by cycles of 1 GHz", 1000000 },
		       { "by cycles of 2 GHz", 2000000 }, { "by cycles of 4 GHz", 4000000 } };
	int failed = 0;
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(clocks); i++) {
		run_khz = clocks[i].khz;
		failed += cmocka_run_group_tests_name(clocks[i].name, tests, NULL, NULL);
	}
	return failed;
}
