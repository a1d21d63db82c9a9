// SPDX-License-Identifier: GPL-2.0
/* Operations of a worker: the timed call and its accounts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "kmod/random.h"
#include "user/worker.h"

#define LONG_NS 16000u		/* from then on: was it switched out meanwhile? As in the module */
/* Other processes' stacks are of vmalloc(), too: less than this is not taken for ours. */
#define OTHERS_BYTES (256u << 10)

/* ---- units held: number above blocks above order ------------------------------------------- */

#define ORDER_BITS 4u
#define BLOCK_BITS 20u

static uint64_t entry_of(uint32_t unit, unsigned blocks, unsigned order)
{
	return (uint64_t)unit << (ORDER_BITS + BLOCK_BITS) | (uint64_t)blocks << ORDER_BITS | order;
}

static void make_room(struct bt_user_worker *w)
{
	uint64_t capacity = w->ring ? 2 * w->ring->capacity : 1024;
	struct ant_ring *ring;

	if (w->ring && w->ring->count < w->ring->capacity)
		return;
	ring = bt_xcalloc(1, sizeof(*ring) + capacity * sizeof(ring->slot[0]));
	ring->capacity = capacity;
	while (w->ring && w->ring->count)
		ant_ring_push(ring, ant_ring_pop_oldest(w->ring));
	free(w->ring);
	w->ring = ring;
}

/* Makes any unit the newest one. */
static void pick(struct bt_user_worker *w)
{
	struct ant_ring *ring = w->ring;
	__u64 *any = &ring->slot[ant_ring_slot(ring, ant_random_below(&w->random, ring->count))];
	__u64 *newest = &ring->slot[ant_ring_slot(ring, ring->count - 1)];
	uint64_t entry = *any;

	*any = *newest;
	*newest = entry;
}

static uint64_t pop(struct bt_user_worker *w)
{
	if (w->config.free_order == BT_FREE_FIFO || w->way->fifo)
		return ant_ring_pop_oldest(w->ring);
	if (w->config.free_order == BT_FREE_RANDOM)
		pick(w);
	return ant_ring_pop_newest(w->ring);
}

/* ---- accounts ------------------------------------------------------------------------------ */

static bool sampled(struct bt_user_worker *w, enum bt_op op)
{
	if (w->left[op] > 1) {
		w->left[op]--;
		return false;
	}
	w->left[op] = w->config.sample_every;
	return true;
}

static bool was_switched_out(struct bt_user_worker *w)
{
	struct rusage usage;
	bool out;

	getrusage(RUSAGE_THREAD, &usage);
	out = usage.ru_nivcsw != w->switches;
	w->switches = usage.ru_nivcsw;
	return out;
}

static void count_time(struct bt_user_worker *w, enum bt_op op, unsigned order, uint64_t ns)
{
	struct bt_cpu_stats *stats = w->board.stats;
	__u64 *longest = op == BT_OP_ALLOC ? &stats->alloc_max_ns : &stats->free_max_ns;

	if (!w->way->timed || !sampled(w, op))
		return;
	if (ns > LONG_NS && was_switched_out(w)) {
		bt_board_add(&stats->preempted, 1);
		bt_board_add(&stats->preempted_ns, ns);
		return;
	}
	bt_board_add(&w->board.hist[(order * BT_OP_COUNT + op) * BT_HIST_BUCKETS +
				    bt_hist_index(ns)], 1);
	if (ns > *longest)
		bt_board_set(longest, ns);
}

static void count_held(struct bt_user_worker *w, uint64_t blocks, uint64_t pages)
{
	w->held_pages += pages;
	BT_USER_ADD(w, held_blocks, blocks);
	BT_USER_SET(w, held_pages, w->held_pages);
}

static void count_allocs(struct bt_user_worker *w, unsigned order, uint64_t blocks)
{
	BT_USER_ADD(w, allocs, blocks);
	bt_board_add(&w->board.by_order[order], blocks);
	if (w->machine->node_count == 1)
		bt_board_add(&w->board.by_node[0], blocks);
}

static void count_frees(struct bt_user_worker *w, unsigned order, uint64_t blocks)
{
	BT_USER_ADD(w, frees, blocks);
	BT_USER_ADD(w, freed_pages, blocks << order);
}

static uint64_t begin(struct bt_user_worker *w, enum bt_op op)
{
	uint64_t start_ns = bt_mono_ns();

	BT_USER_SET(w, op, op);
	BT_USER_SET(w, op_start_ns, start_ns);
	return start_ns;
}

static uint64_t end(struct bt_user_worker *w)
{
	uint64_t end_ns = bt_mono_ns();

	BT_USER_SET(w, op_start_ns, 0);
	return end_ns;
}

/* ---- vmalloc ------------------------------------------------------------------------------- */

/* A single page is one, whoever asked the page allocator for it. */
static bool may_fall_back(const struct bt_user_worker *w, unsigned order)
{
	return w->way->uses_vmalloc && order;
}

static void watch_vmalloc(struct bt_user_worker *w, unsigned order, unsigned blocks)
{
	struct bt_user_shared *shared = w->shared;

	if (!may_fall_back(w, order))
		return;
	if (((uint64_t)blocks << order) * w->machine->page_bytes < OTHERS_BYTES)
		atomic_store(&shared->blind_generation, w->generation);
	pthread_mutex_lock(&shared->vmalloc_lock);
	if (!shared->calls++)
		shared->vmalloc_bytes = bt_account_bytes(&w->account, "VmallocUsed");
	pthread_mutex_unlock(&shared->vmalloc_lock);
}

/* Blocks of this call that vmalloc() has put together, as far as one can tell: all workers see all. */
static unsigned fallen_back(struct bt_user_worker *w, unsigned order, unsigned blocks)
{
	uint64_t block_bytes = (uint64_t)w->machine->page_bytes << order, before, now, grown;
	struct bt_user_shared *shared = w->shared;
	bool counts;

	if (!may_fall_back(w, order))
		return 0;
	pthread_mutex_lock(&shared->vmalloc_lock);
	now = bt_account_bytes(&w->account, "VmallocUsed");
	before = shared->vmalloc_bytes;
	grown = now > before ? now - before : 0;
	counts = now != BT_UNKNOWN && grown >= OTHERS_BYTES;
	/*
	 * What counts is given up at once: with it in the mark, as much of another's would hide behind
	 * that when this is gone. So two may be counted for one, but never one for two.
	 */
	if (!counts)
		shared->vmalloc_bytes = now;
	shared->calls--;
	pthread_mutex_unlock(&shared->vmalloc_lock);
	if (!counts)
		return 0;
	return grown / block_bytes < blocks ? (unsigned)(grown / block_bytes) : blocks;
}

/* ---- operations ---------------------------------------------------------------------------- */

/* The unit is no good as a whole: what it should be is not there. */
static enum bt_user_got give_up(struct bt_user_worker *w, unsigned order, uint32_t unit,
				unsigned blocks, unsigned fallen)
{
	count_frees(w, order, blocks - fallen);
	BT_USER_ADD(w, failures, fallen);
	w->way->free(w->state, order, unit);
	if (w->way->settle)
		w->way->settle(w->state);
	return BT_USER_FAILED;
}

static unsigned blocks_of_call(const struct bt_user_worker *w, uint64_t high)
{
	uint64_t pages = high - w->held_pages;

	return (unsigned)((pages < w->unit_pages ? pages : w->unit_pages) >> w->config.order);
}

static enum bt_user_got full(struct bt_user_worker *w, int code)
{
	char text[BT_TROUBLE_TEXT], held[16];

	bt_text_bytes(w->held_pages * w->machine->page_bytes, held, sizeof(held));
	snprintf(text, sizeof(text), "CPU %u got no more than %s by way %s: %s (%s)", w->cpu, held,
		 w->way->name, strerror(-code), w->way->limits);
	bt_user_tell(w->shared, w->generation, text);
	return BT_USER_FULL;
}

/* The kernel gives up at the first block that it has not: the call has one failure. */
static enum bt_user_got refused(struct bt_user_worker *w, int code)
{
	if (code != -ENOMEM)
		return full(w, code);
	BT_USER_ADD(w, failures, 1);
	return BT_USER_FAILED;
}

enum bt_user_got bt_user_grow(struct bt_user_worker *w, uint64_t high, uint64_t *now_ns)
{
	unsigned order = w->config.order, blocks = blocks_of_call(w, high), fallen;
	uint64_t start_ns;
	uint32_t unit;
	int code = w->way->prepare ? w->way->prepare(w->state) : 0;

	if (code)
		return full(w, code);
	watch_vmalloc(w, order, blocks);
	start_ns = begin(w, BT_OP_ALLOC);
	code = w->way->alloc(w->state, order, blocks, &unit);
	*now_ns = end(w);
	fallen = fallen_back(w, order, blocks);
	if (code)
		return refused(w, code);
	count_allocs(w, order, blocks - fallen);
	if (fallen)
		return give_up(w, order, unit, blocks, fallen);
	count_time(w, BT_OP_ALLOC, order, *now_ns - start_ns);
	if (w->way->transient) {
		count_frees(w, order, blocks);
		return BT_USER_GOT;
	}
	make_room(w);
	ant_ring_push(w->ring, entry_of(unit, blocks, order));
	count_held(w, blocks, (uint64_t)blocks << order);
	return BT_USER_GOT;
}

void bt_user_shrink(struct bt_user_worker *w, uint64_t *now_ns)
{
	uint64_t entry = pop(w), start_ns = begin(w, BT_OP_FREE);
	unsigned order = entry & ((1u << ORDER_BITS) - 1);
	uint64_t blocks = entry >> ORDER_BITS & ((1u << BLOCK_BITS) - 1);
	bool freed = w->way->free(w->state, order, (uint32_t)(entry >> (ORDER_BITS + BLOCK_BITS)));

	*now_ns = end(w);
	if (freed)
		count_time(w, BT_OP_FREE, order, *now_ns - start_ns);
	count_frees(w, order, blocks);
	count_held(w, -blocks, -(blocks << order));
	if (w->way->settle)
		w->way->settle(w->state);
}
