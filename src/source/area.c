// SPDX-License-Identifier: GPL-2.0
#include "source/area.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask.h"

struct bt_area_reader {
	const char *map;
	struct bt_area head;		/* the constant part, as checked */
	unsigned nodes, orders;		/* of the area, at most what a frame has */
	uint64_t *seen_allocs;		/* [cpu][order] at the last read */
	bool used[BT_MAX_ORDERS];	/* some CPU has allocated blocks of this order */
	uint64_t *seen_frees;		/* [cpu] */
	struct bt_frame_calls calls;	/* at the last read */
	struct bt_hist bulk;		/* of them */
	struct bt_hist *sums;		/* [order][node][op] */
	bool *stale;			/* same: to be summed again */
};

static uint64_t load(const char *at)
{
	return __atomic_load_n((const uint64_t *)at, __ATOMIC_RELAXED);
}

/* What is read after it is not older. */
static uint64_t load_acquire(const char *at)
{
	return __atomic_load_n((const uint64_t *)at, __ATOMIC_ACQUIRE);
}

/* ---- checks ---------------------------------------------------------------------------- */

/* count items of stride from offset, each with need bytes used, lie inside of size. */
static bool fits(uint64_t offset, uint64_t stride, uint64_t count, uint64_t need, uint64_t size)
{
	if (offset % sizeof(uint64_t) || stride % sizeof(uint64_t) || !count || stride < need)
		return false;
	return offset <= size && stride <= size && count <= size / stride &&
	       offset + (count - 1) * stride + need <= size;
}

static bool cpu_blocks_fit(const struct bt_area *a, size_t size)
{
	uint64_t order_bytes = a->order_count * sizeof(uint64_t);
	uint64_t node_bytes = a->node_count * sizeof(uint64_t);

	return a->cpu_offset >= a->header_bytes &&
	       fits(a->cpu_offset, a->cpu_stride, a->cpu_count, sizeof(struct bt_cpu_stats),
		    size) &&
	       a->order_offset >= sizeof(struct bt_cpu_stats) &&
	       a->node_offset >= sizeof(struct bt_cpu_stats) &&
	       fits(a->order_offset, a->cpu_stride, 1, order_bytes, a->cpu_stride) &&
	       fits(a->node_offset, a->cpu_stride, 1, node_bytes, a->cpu_stride);
}

static bool histograms_fit(const struct bt_area *a, size_t size)
{
	uint64_t buckets = (uint64_t)a->hist_buckets * sizeof(uint64_t);

	return fits(0, a->hist_op_stride, a->hist_op_count, buckets, a->hist_order_stride) &&
	       fits(0, a->hist_order_stride, a->order_count, a->hist_order_stride,
		    a->hist_cpu_stride) &&
	       fits(a->hist_offset, a->hist_cpu_stride, a->cpu_count, a->hist_cpu_stride, size) &&
	       fits(a->bulk_hist_offset, a->hist_cpu_stride, a->cpu_count, buckets, size);
}

static int check(const struct bt_area *a, size_t size, struct bt_err *err)
{
	if (a->magic != BT_AREA_MAGIC)
		return bt_err_set(err, EPROTO, "it is not buddytop's statistics area");
	if (a->abi_version != BT_ABI_VERSION)
		return bt_err_set(err, EPROTO,
				  "the module's ABI is %u, this program's %u: build both from "
				  "the same version",
				  a->abi_version, BT_ABI_VERSION);
	if (a->header_bytes < sizeof(*a) || a->map_bytes > size || a->map_bytes < a->header_bytes)
		return bt_err_set(err, EPROTO, "the statistics area has a wrong size");
	if (a->hist_buckets != BT_HIST_BUCKETS || a->hist_sub_bits != BT_HIST_SUB_BITS ||
	    a->hist_op_count != BT_OP_COUNT)
		return bt_err_set(err, EPROTO,
				  "the statistics area has histograms of another shape");
	if (!a->node_count || !a->order_count || !cpu_blocks_fit(a, a->map_bytes) ||
	    !histograms_fit(a, a->map_bytes))
		return bt_err_set(err, EPROTO,
				  "the statistics area does not fit its own description");
	return 0;
}

int bt_area_reader_create(struct bt_area_reader **reader, const void *map, size_t size,
			  struct bt_err *err)
{
	struct bt_area_reader *r;
	struct bt_area head;
	size_t sums;
	int rc;

	if (size < sizeof(head))
		return bt_err_set(err, EPROTO, "the statistics area is too small");
	memcpy(&head, map, sizeof(head));
	rc = check(&head, size, err);
	if (rc)
		return rc;
	r = bt_xcalloc(1, sizeof(*r));
	r->map = map;
	r->head = head;
	r->nodes = head.node_count < BT_MAX_NODES ? head.node_count : BT_MAX_NODES;
	r->orders = head.order_count < BT_MAX_ORDERS ? head.order_count : BT_MAX_ORDERS;
	sums = (size_t)r->orders * r->nodes * BT_OP_COUNT;
	r->seen_allocs = bt_xcalloc((size_t)head.cpu_count * r->orders, sizeof(uint64_t));
	r->seen_frees = bt_xcalloc(head.cpu_count, sizeof(uint64_t));
	r->sums = bt_xcalloc(sums, sizeof(*r->sums));
	r->stale = bt_xcalloc(sums, sizeof(*r->stale));
	*reader = r;
	return 0;
}

void bt_area_reader_free(struct bt_area_reader *r)
{
	if (!r)
		return;
	free(r->seen_allocs);
	free(r->seen_frees);
	free(r->sums);
	free(r->stale);
	free(r);
}

/* ---- CPUs ------------------------------------------------------------------------------ */

static const char *cpu_block(const struct bt_area_reader *r, unsigned cpu)
{
	return r->map + r->head.cpu_offset + cpu * r->head.cpu_stride;
}

#define CPU_FIELD(r, cpu, field) \
	load(cpu_block(r, cpu) + offsetof(struct bt_cpu_stats, field))

static unsigned node_of(const struct bt_area_reader *r, unsigned cpu)
{
	uint64_t node = CPU_FIELD(r, cpu, cpu_node);

	return node < r->nodes ? (unsigned)node : 0;
}

#define STEP_FIELD(r, cpu, field) \
	load_acquire(cpu_block(r, cpu) + offsetof(struct bt_cpu_stats, field))

/*
 * In this order: what is read after its end is all of the step, and the next one writes its
 * generation before it begins to count anew.
 */
static void read_step(const struct bt_area_reader *r, unsigned cpu, struct bt_frame_step *to)
{
	to->ended = STEP_FIELD(r, cpu, step_ended);
	to->done = STEP_FIELD(r, cpu, step_done);
	to->failures = STEP_FIELD(r, cpu, step_failures);
	to->start_ns = STEP_FIELD(r, cpu, step_start_ns);
	to->end_ns = STEP_FIELD(r, cpu, step_end_ns);
	to->preempted_ns = STEP_FIELD(r, cpu, step_preempted_ns);
	to->generation = STEP_FIELD(r, cpu, step_generation);
}

static void add_calls(const struct bt_area_reader *r, unsigned cpu, struct bt_frame_calls *to)
{
	uint64_t max_ns = CPU_FIELD(r, cpu, bulk_max_ns);

	to->bulk_calls += CPU_FIELD(r, cpu, bulk_calls);
	to->bulk_asked_pages += CPU_FIELD(r, cpu, bulk_asked_pages);
	to->bulk_got_pages += CPU_FIELD(r, cpu, bulk_got_pages);
	to->bulk_partial += CPU_FIELD(r, cpu, bulk_partial);
	to->bulk_max_ns = max_ns > to->bulk_max_ns ? max_ns : to->bulk_max_ns;
	to->handoff_frees += CPU_FIELD(r, cpu, handoff_frees);
	to->handoff_kept += CPU_FIELD(r, cpu, handoff_kept);
}

static void read_cpu(const struct bt_area_reader *r, unsigned cpu, struct bt_frame_cpu *to)
{
	uint64_t state = CPU_FIELD(r, cpu, state);

	to->generation = CPU_FIELD(r, cpu, generation);
	to->last_ns = CPU_FIELD(r, cpu, last_ns);
	to->op_start_ns = CPU_FIELD(r, cpu, op_start_ns);
	to->allocs = CPU_FIELD(r, cpu, allocs);
	to->frees = CPU_FIELD(r, cpu, frees);
	to->failures = CPU_FIELD(r, cpu, failures);
	to->backoffs = CPU_FIELD(r, cpu, backoffs);
	to->throttled = CPU_FIELD(r, cpu, throttled);
	/* What waits to be freed by this CPU is held, too. */
	to->held_blocks = CPU_FIELD(r, cpu, held_blocks) + CPU_FIELD(r, cpu, handoff_blocks);
	to->held_pages = CPU_FIELD(r, cpu, held_pages) + CPU_FIELD(r, cpu, handoff_pages);
	to->remote_blocks = CPU_FIELD(r, cpu, remote_blocks);
	to->remote_pages = CPU_FIELD(r, cpu, remote_pages);
	to->preempted = CPU_FIELD(r, cpu, preempted);
	to->preempted_ns = CPU_FIELD(r, cpu, preempted_ns);
	to->alloc_max_ns = CPU_FIELD(r, cpu, alloc_max_ns);
	to->free_max_ns = CPU_FIELD(r, cpu, free_max_ns);
	read_step(r, cpu, &to->step);
	to->state = state < BT_WORKER_COUNT ? (uint8_t)state : BT_WORKER_OFFLINE;
	to->op = BT_OP_NONE;
	if (to->op_start_ns && CPU_FIELD(r, cpu, op) < BT_OP_COUNT)
		to->op = (uint8_t)CPU_FIELD(r, cpu, op);
}

static void add_blocks(const struct bt_area_reader *r, unsigned cpu, struct bt_frame *frame)
{
	const char *block = cpu_block(r, cpu);
	uint64_t *row = frame->matrix[node_of(r, cpu)];

	for (unsigned order = 0; order < r->orders; order++)
		frame->order_allocs[order] += load(block + r->head.order_offset + order * 8);
	for (unsigned node = 0; node < r->nodes; node++)
		row[node] += load(block + r->head.node_offset + node * 8);
}

/* ---- histograms ------------------------------------------------------------------------ */

static size_t sum_index(const struct bt_area_reader *r, unsigned order, unsigned node, unsigned op)
{
	return ((size_t)order * r->nodes + node) * BT_OP_COUNT + op;
}

/*
 * Whether a CPU's histogram may have something. A free may be of any order that was ever allocated,
 * where there is hand-off by any CPU; the area counts only allocations by order.
 */
static bool may_count(const struct bt_area_reader *r, unsigned cpu, unsigned order, unsigned op)
{
	if (r->seen_allocs[(size_t)cpu * r->orders + order])
		return true;
	return op == BT_OP_FREE && r->used[order] && CPU_FIELD(r, cpu, handoff_frees);
}

static void mark_allocs(struct bt_area_reader *r, unsigned cpu)
{
	const char *orders = cpu_block(r, cpu) + r->head.order_offset;
	uint64_t *seen = r->seen_allocs + (size_t)cpu * r->orders;
	unsigned node = node_of(r, cpu);

	for (unsigned order = 0; order < r->orders; order++) {
		uint64_t allocs = load(orders + order * 8);

		if (allocs != seen[order])
			r->stale[sum_index(r, order, node, BT_OP_ALLOC)] = true;
		seen[order] = allocs;
		r->used[order] |= allocs != 0;
	}
}

/* After the allocations of all CPUs. */
static void mark_frees(struct bt_area_reader *r, unsigned cpu)
{
	uint64_t frees = CPU_FIELD(r, cpu, frees);
	unsigned node = node_of(r, cpu);

	for (unsigned order = 0; order < r->orders && frees != r->seen_frees[cpu]; order++) {
		if (may_count(r, cpu, order, BT_OP_FREE))
			r->stale[sum_index(r, order, node, BT_OP_FREE)] = true;
	}
	r->seen_frees[cpu] = frees;
}

static void add_buckets(const char *from, struct bt_hist *to)
{
	for (unsigned bucket = 0; bucket < BT_HIST_BUCKETS; bucket++) {
		uint64_t count = load(from + bucket * 8);

		to->count[bucket] += count;
		to->total += count;
	}
}

static void add_histogram(const struct bt_area_reader *r, unsigned cpu, unsigned order,
			  unsigned op, struct bt_hist *to)
{
	add_buckets(r->map + r->head.hist_offset + cpu * r->head.hist_cpu_stride +
		    order * r->head.hist_order_stride + op * r->head.hist_op_stride, to);
}

static void sum_bulk_again(struct bt_area_reader *r)
{
	memset(&r->bulk, 0, sizeof(r->bulk));
	for (unsigned cpu = 0; cpu < r->head.cpu_count; cpu++) {
		if (CPU_FIELD(r, cpu, bulk_calls))
			add_buckets(r->map + r->head.bulk_hist_offset +
				    cpu * r->head.hist_cpu_stride, &r->bulk);
	}
}

/* All CPUs together: whose they are is in no view. */
static void read_calls(struct bt_area_reader *r, struct bt_frame *frame)
{
	struct bt_frame_calls calls = { 0 };

	for (unsigned cpu = 0; cpu < r->head.cpu_count; cpu++)
		add_calls(r, cpu, &calls);
	if (calls.bulk_calls != r->calls.bulk_calls)
		sum_bulk_again(r);
	r->calls = calls;
	frame->bulk_hist = r->bulk;
	if (calls.bulk_calls || calls.handoff_frees || calls.handoff_kept)
		frame->calls = calls;
}

static void sum_again(struct bt_area_reader *r, unsigned order, unsigned node, unsigned op)
{
	struct bt_hist *sum = &r->sums[sum_index(r, order, node, op)];

	memset(sum, 0, sizeof(*sum));
	for (unsigned cpu = 0; cpu < r->head.cpu_count; cpu++) {
		if (node_of(r, cpu) == node && may_count(r, cpu, order, op))
			add_histogram(r, cpu, order, op, sum);
	}
}

static void read_histograms(struct bt_area_reader *r, struct bt_frame *frame)
{
	for (unsigned order = 0; order < r->orders; order++) {
		for (unsigned node = 0; node < r->nodes; node++) {
			for (unsigned op = 0; op < BT_OP_COUNT; op++) {
				size_t index = sum_index(r, order, node, op);
				struct bt_hist *to;

				if (r->stale[index])
					sum_again(r, order, node, op);
				r->stale[index] = false;
				to = r->sums[index].total ? bt_frame_hist(frame, order, node, op)
							  : NULL;
				if (to)
					*to = r->sums[index];
			}
		}
	}
}

/* Of the CPU that a view has selected, wherever it is. */
static void read_selected(const struct bt_area_reader *r, struct bt_frame *frame)
{
	struct bt_frame_cpu_hist *to = &frame->cpu_hist;
	int cpu = bt_want_cpu(frame->want);

	to->cpu = cpu >= 0 && (unsigned)cpu < r->head.cpu_count && (unsigned)cpu < frame->cpu_count ?
		  cpu : -1;
	if (to->cpu < 0)
		return;
	memset(to->hist, 0, sizeof(to->hist));
	for (unsigned order = 0; order < r->orders; order++) {
		for (unsigned op = 0; op < BT_OP_COUNT; op++) {
			if (may_count(r, (unsigned)cpu, order, op))
				add_histogram(r, (unsigned)cpu, order, op, &to->hist[op]);
		}
	}
}

/* ---- all ------------------------------------------------------------------------------- */

static void clear_sums(const struct bt_area_reader *r, struct bt_frame *frame)
{
	for (unsigned order = 0; order < r->orders; order++)
		frame->order_allocs[order] = 0;
	for (unsigned from = 0; from < r->nodes; from++) {
		for (unsigned to = 0; to < r->nodes; to++)
			frame->matrix[from][to] = 0;
	}
}

#define HEAD_FIELD(r, field) load((r)->map + offsetof(struct bt_area, field))

static void read_head(const struct bt_area_reader *r, struct bt_frame *frame)
{
	uint64_t run = HEAD_FIELD(r, run), reason = HEAD_FIELD(r, reason);
	uint64_t publish_ns = HEAD_FIELD(r, publish_ns), clock = HEAD_FIELD(r, clock);

	frame->has_module = true;
	frame->publish_ns = publish_ns ? publish_ns : BT_UNKNOWN;
	frame->run = run < BT_RUN_COUNT ? (uint8_t)run : BT_RUN_DRAIN;
	frame->reason = reason < BT_REASON_COUNT ? (uint8_t)reason : BT_REASON_NONE;
	frame->controlled = HEAD_FIELD(r, controlled) != 0;
	frame->oom_notifications = HEAD_FIELD(r, oom_notifications);
	frame->oom_freed_pages = HEAD_FIELD(r, oom_freed_pages);
	frame->lease_expiries = HEAD_FIELD(r, lease_expiries);
	frame->limit_expiries = HEAD_FIELD(r, limit_expiries);
	frame->clock_pair_ns = HEAD_FIELD(r, clock_pair_ns);
	frame->ring_bytes = HEAD_FIELD(r, ring_bytes);
	frame->clock = clock < BT_CLOCK_COUNT ? (uint8_t)clock : BT_CLOCK_COUNT;
}

bool bt_area_step_runs(const struct bt_area_reader *r, const struct bt_config *config)
{
	if (config->run != BT_RUN_STEP || HEAD_FIELD(r, generation) != config->generation)
		return false;
	for (unsigned cpu = bt_mask_next(config->cpus, BT_CPU_WORDS, 0); cpu < r->head.cpu_count;
	     cpu = bt_mask_next(config->cpus, BT_CPU_WORDS, cpu + 1)) {
		if (CPU_FIELD(r, cpu, state) != BT_WORKER_OFFLINE &&
		    CPU_FIELD(r, cpu, step_ended) != config->generation)
			return true;
	}
	return false;
}

void bt_area_read(struct bt_area_reader *r, struct bt_frame *frame)
{
	read_head(r, frame);
	clear_sums(r, frame);
	for (unsigned cpu = 0; cpu < r->head.cpu_count; cpu++) {
		if (cpu < frame->cpu_count)
			read_cpu(r, cpu, &frame->cpus[cpu]);
		add_blocks(r, cpu, frame);
		mark_allocs(r, cpu);
	}
	for (unsigned cpu = 0; cpu < r->head.cpu_count; cpu++)
		mark_frees(r, cpu);
	read_histograms(r, frame);
	read_calls(r, frame);
	read_selected(r, frame);
}
