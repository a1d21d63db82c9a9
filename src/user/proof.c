// SPDX-License-Identifier: GPL-2.0
#include "user/proof.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/mask.h"
#include "core/util.h"
#include "user/account.h"
#include "user/policy.h"
#include "user/trace.h"

#define PAGES 64u
#define MOST_PAGES 8192u	/* where others allocate so much that fewer would not show */
#define TRIES 20u
#define QUIET_TRIES 3u		/* of one size: more is more noise for others who try */
#define WAY_NS (4 * BT_NS_PER_S)	/* on a way; an order of it is tried once in any case */
#define PAUSE_NS BT_NS_PER_MS	/* between two, for others to be through */
/* What others allocate in the meantime is less than this and a half of ours. */
#define OTHERS_PAGES 256u
#define BATCH_PAGES 31u

struct trial {
	const struct bt_way *way;
	void *state;
	const struct bt_account *account;
	unsigned order;
	unsigned pages;			/* altogether, if a block is not more */
	unsigned count;			/* of calls, up to PAGES */
	unsigned blocks;		/* of each */
	struct bt_account_pages grown;
	uint64_t vmalloc_bytes;		/* that VmallocUsed grew by while they were held */
	uint64_t traced;		/* blocks; BT_UNKNOWN: nobody counted */
	bool fell_back;			/* to vmalloc() */
	uint64_t end_ns;		/* then there is no other try */
};

static uint64_t grown(uint64_t from, uint64_t to)
{
	return from == BT_UNKNOWN || to == BT_UNKNOWN ? BT_UNKNOWN : to - from;
}

/* Gives back what it got. */
static int allocate(struct trial *trial, struct bt_account_pages *between)
{
	uint64_t vmalloc_bytes = bt_account_bytes(trial->account, "VmallocUsed");
	uint32_t units[PAGES];
	unsigned got = 0;
	int code = 0;

	while (!code && got < trial->count) {
		if (trial->way->prepare)
			code = trial->way->prepare(trial->state);
		if (!code)
			code = trial->way->alloc(trial->state, trial->order, trial->blocks,
						 &units[got]);
		got += !code;
	}
	*between = bt_account_pages(trial->account);
	trial->vmalloc_bytes = grown(vmalloc_bytes,
				     bt_account_bytes(trial->account, "VmallocUsed"));
	for (unsigned i = 0; i < got && trial->way->free; i++) {
		trial->way->free(trial->state, trial->order, units[i]);
		if (trial->way->settle)
			trial->way->settle(trial->state);
	}
	return code;
}

static int try_once(struct trial *trial)
{
	struct bt_account_pages before, between, after;
	int code, trace_fd = bt_trace_open(trial->order);

	before = bt_account_pages(trial->account);
	code = allocate(trial, &between);
	after = bt_account_pages(trial->account);
	trial->traced = bt_trace_blocks(trace_fd);
	if (trace_fd >= 0)
		close(trace_fd);
	if (trial->way->transient)
		between = before;
	trial->grown.alloc = grown(before.alloc, trial->way->transient ? after.alloc :
									 between.alloc);
	trial->grown.free = grown(between.free, after.free);
	return code;
}

/* So little more that it is what is usual of others: without a trace nothing else tells them from us. */
static bool is_ours(uint64_t grown, uint64_t pages)
{
	return grown <= pages + pages / 2 + OTHERS_PAGES;
}

/* The last few pages may wait in a CPU's batch for their lists (struct folio_batch), and go later. */
static bool has_grown(const struct trial *trial, uint64_t pages)
{
	return trial->grown.alloc >= pages && trial->grown.free + BATCH_PAGES >= pages;
}

/*
 * What others take and give back meanwhile, as the stacks of processes, is less than half a block: what
 * grew by less than that was not ours, and what was ours did not shrink below it.
 */
static bool is_of_vmalloc(const struct trial *trial)
{
	uint64_t block_bytes = (uint64_t)sysconf(_SC_PAGESIZE) << trial->order;

	return trial->way->uses_vmalloc && trial->order &&
	       (trial->vmalloc_bytes == BT_UNKNOWN ||
		(int64_t)trial->vmalloc_bytes >= (int64_t)block_bytes / 2);
}

static bool judge(struct trial *trial, struct bt_proof *proof)
{
	uint64_t blocks = (uint64_t)trial->count * trial->blocks, pages = blocks << trial->order;

	if (trial->grown.alloc == BT_UNKNOWN || trial->grown.free == BT_UNKNOWN) {
		snprintf(proof->reason, sizeof(proof->reason), "/proc/vmstat has no pgalloc");
		return false;
	}
	snprintf(proof->reason, sizeof(proof->reason),
		 "order %u: %llu pages were to be allocated, pgalloc grew by %llu, pgfree by %llu",
		 trial->order, (unsigned long long)pages, (unsigned long long)trial->grown.alloc,
		 (unsigned long long)trial->grown.free);
	if (!has_grown(trial, pages) ||
	    (trial->traced == BT_UNKNOWN &&
	     !(is_ours(trial->grown.alloc, pages) && is_ours(trial->grown.free, pages))))
		return false;
	trial->fell_back = is_of_vmalloc(trial);
	if (trial->fell_back) {
		snprintf(proof->reason, sizeof(proof->reason),
			 "order %u: %llu pages came out of vmalloc(), as VmallocUsed says",
			 trial->order, (unsigned long long)pages);
		return false;
	}
	if (trial->traced == BT_UNKNOWN)
		return true;
	proof->traced = true;
	snprintf(proof->reason, sizeof(proof->reason),
		 "order %u: %llu blocks were to be allocated, the tracepoint counted %llu",
		 trial->order, (unsigned long long)blocks, (unsigned long long)trial->traced);
	return trial->traced >= blocks;
}

/*
 * What is counted is of one CPU, and blocks of a way that ignores nodes would come along with a thread
 * that moves from one to the next.
 */
static bool stay_here(cpu_set_t *before)
{
	int cpu = sched_getcpu();
	cpu_set_t here;

	if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof(*before), before))
		return false;
	CPU_ZERO(&here);
	CPU_SET((unsigned)cpu, &here);
	return !sched_setaffinity(0, sizeof(here), &here);
}

static void set_order(struct trial *trial, unsigned order, unsigned least)
{
	unsigned blocks = trial->pages >> order > least ? trial->pages >> order : least;

	trial->order = order;
	trial->blocks = blocks < trial->way->unit_blocks ? blocks : trial->way->unit_blocks;
	trial->count = blocks / trial->blocks < PAGES ? blocks / trial->blocks : PAGES;
}

/* What others take stays what it is; this order and the next ones stand out more. */
static void stand_out(struct trial *trial)
{
	if (trial->traced != BT_UNKNOWN || trial->pages >= MOST_PAGES || trial->fell_back ||
	    !has_grown(trial, ((uint64_t)trial->count * trial->blocks) << trial->order))
		return;
	trial->pages *= 2;
	set_order(trial, trial->order, 1);
}

/* Others may allocate meanwhile: one good try of some is enough. */
static bool prove_order(struct trial *trial, struct bt_proof *proof)
{
	int code;

	trial->fell_back = false;
	for (unsigned i = 0; i < TRIES; i++) {
		code = try_once(trial);
		/* So few there must be, or that is what it is there to find out; of many it may be said. */
		if (code == -ENOMEM && proof->orders && trial->pages == PAGES)
			return true;
		if (code) {
			snprintf(proof->reason, sizeof(proof->reason), "order %u: %s",
				 trial->order, strerror(-code));
			return false;
		}
		if (judge(trial, proof))
			return true;
		if (bt_mono_ns() >= trial->end_ns)
			break;
		if (i % QUIET_TRIES == QUIET_TRIES - 1)
			stand_out(trial);
		bt_sleep_until_ns(bt_mono_ns() + PAUSE_NS);
	}
	return trial->fell_back && proof->orders & ~1u;
}

static void prove_orders(struct trial *trial, unsigned max_order, struct bt_proof *proof)
{
	char lost[BT_PROOF_TEXT] = "";

	trial->end_ns = bt_mono_ns() + WAY_NS;
	for (unsigned order = 0; order <= max_order; order++) {
		if (!(trial->way->orders & 1u << order))
			continue;
		set_order(trial, order, 1);
		if (prove_order(trial, proof))
			proof->orders |= 1u << order;
		else if (!*lost)
			memcpy(lost, proof->reason, sizeof(lost));
	}
	memcpy(proof->reason, lost, sizeof(lost));
}

void bt_prove(const struct bt_way *way, unsigned max_order, struct bt_proof *proof)
{
	const struct bt_way_terms terms = { .max_pages = (uint64_t)PAGES << max_order };
	struct bt_account account;
	struct trial trial = { .way = way, .account = &account, .pages = PAGES };
	struct bt_err err = { 0 };
	cpu_set_t cpus;
	bool stays = stay_here(&cpus);

	*proof = (struct bt_proof){ .orders = 0 };
	if (!bt_account_open(&account, &err) && !way->open(&trial.state, &terms, &err)) {
		prove_orders(&trial, max_order, proof);
		way->close(trial.state);
	}
	if (err.code)
		bt_copy_clean(proof->reason, sizeof(proof->reason), err.text);
	bt_account_close(&account);
	if (stays)
		sched_setaffinity(0, sizeof(cpus), &cpus);
}

/* ---- nodes --------------------------------------------------------------------------------- */

#define NODES_TRIED 2u		/* a way that ignores them cannot be on both */
#define NODE_BLOCKS 4u		/* at least, so that others do not look like ours */

/* Calls that node has served, and all others of the machine. */
struct served {
	uint64_t there, elsewhere;
};

static struct served served(const struct bt_machine *machine, unsigned at)
{
	struct served served = { 0 };

	for (unsigned node = 0; node < machine->node_count; node++) {
		uint64_t calls = bt_mask_test(machine->memory_nodes, node) ?
				 bt_policy_served(node) : 0;

		if (calls == BT_UNKNOWN)
			return (struct served){ BT_UNKNOWN, BT_UNKNOWN };
		*(node == at ? &served.there : &served.elsewhere) += calls;
	}
	return served;
}

/*
 * Ours are somewhere: where less than half of them can be elsewhere, the rest is there; where fewer were
 * served than ours are, some are elsewhere. Others who take more than that hide both.
 */
static enum bt_way_nodes prove_node(struct trial *trial, const struct bt_machine *machine,
				    unsigned node)
{
	enum bt_way_nodes nodes = BT_WAY_NODES_IGNORED;
	struct bt_account_pages between;

	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t blocks = (uint64_t)trial->count * trial->blocks;
		struct served before = served(machine, node), after;

		if (before.there == BT_UNKNOWN || bt_policy_bind(node))
			return BT_WAY_NODES_UNKNOWN;
		if (allocate(trial, &between))
			return BT_WAY_NODES_UNKNOWN;
		after = served(machine, node);
		if (after.there - before.there >= blocks) {
			if (after.elsewhere - before.elsewhere < blocks / 2)
				return BT_WAY_NODES_FOLLOWED;
			nodes = BT_WAY_NODES_UNKNOWN;
		}
		if (nodes == BT_WAY_NODES_UNKNOWN && i % QUIET_TRIES == QUIET_TRIES - 1 &&
		    trial->pages < MOST_PAGES) {
			trial->pages *= 2;
			set_order(trial, trial->order, NODE_BLOCKS);
		}
		bt_sleep_until_ns(bt_mono_ns() + PAUSE_NS);
	}
	return nodes;
}

static enum bt_way_nodes prove_each(struct trial *trial, const struct bt_machine *machine)
{
	enum bt_way_nodes nodes = BT_WAY_NODES_FOLLOWED;
	__u64 allowed[BT_NODE_WORDS];
	cpu_set_t cpus;
	unsigned node = 0;

	bt_policy_allowed(machine, allowed);
	if (bt_mask_weight(allowed, BT_NODE_WORDS) < NODES_TRIED || !stay_here(&cpus))
		return BT_WAY_NODES_UNKNOWN;
	for (unsigned i = 0; i < NODES_TRIED && nodes == BT_WAY_NODES_FOLLOWED; i++) {
		node = bt_mask_next(allowed, BT_NODE_WORDS, node);
		nodes = prove_node(trial, machine, node++);
	}
	bt_policy_reset();
	sched_setaffinity(0, sizeof(cpus), &cpus);
	return nodes;
}

void bt_prove_nodes(const struct bt_way *way, const struct bt_machine *machine,
		    struct bt_proof *proof)
{
	const struct bt_way_terms terms = { .max_pages = (uint64_t)PAGES << machine->max_order };
	struct bt_account account;
	struct trial trial = { .way = way, .account = &account, .pages = PAGES };

	proof->nodes = BT_WAY_NODES_UNKNOWN;
	if (!proof->orders || bt_mask_weight(machine->memory_nodes, BT_NODE_WORDS) < NODES_TRIED)
		return;
	if (!bt_account_open(&account, NULL) && !way->open(&trial.state, &terms, NULL)) {
		set_order(&trial, (unsigned)__builtin_ctz(proof->orders), NODE_BLOCKS);
		proof->nodes = prove_each(&trial, machine);
		way->close(trial.state);
	}
	bt_account_close(&account);
}
