// SPDX-License-Identifier: GPL-2.0
/* Which node the blocks of a simulated CPU come from: the node policy, and what is full. */
#include "core/mask.h"
#include "source/sim.h"

/* Memory nodes in the order a CPU's allocations try them. */
struct fallback {
	unsigned nodes[BT_MAX_NODES];
	unsigned count;
};

static void add_by_distance(const struct sim *sim, struct fallback *list, unsigned from,
			    const __u64 *mask, unsigned without)
{
	const struct bt_machine *m = &sim->machine;
	uint64_t taken = 0;

	for (;;) {
		unsigned best = BT_MAX_NODES;

		for (unsigned n = 0; n < m->node_count; n++) {
			if (n == without || taken >> n & 1 || !bt_mask_test(mask, n))
				continue;
			if (best == BT_MAX_NODES || m->distance[from][n] < m->distance[from][best])
				best = n;
		}
		if (best == BT_MAX_NODES)
			return;
		taken |= 1ull << best;
		list->nodes[list->count++] = best;
	}
}

static void make_fallback(const struct sim *sim, unsigned cpu, struct fallback *list)
{
	const struct bt_config *config = &sim->config;
	unsigned home = sim->cpus[cpu].mem_node, from = sim->machine.cpu_node[cpu];

	list->count = 0;
	switch (config->node_policy) {
	case BT_NODE_PREFER:
		home = bt_mask_next(config->nodes, BT_NODE_WORDS, 0);
		add_by_distance(sim, list, home, sim->machine.memory_nodes, BT_MAX_NODES);
		return;
	case BT_NODE_BIND:
	case BT_NODE_INTERLEAVE:
		add_by_distance(sim, list, from, config->nodes, BT_MAX_NODES);
		return;
	case BT_NODE_REMOTE:
		add_by_distance(sim, list, from, sim->machine.memory_nodes, home);
		return;
	default:
		add_by_distance(sim, list, home, sim->machine.memory_nodes, BT_MAX_NODES);
	}
}

static void count_blocks(struct sim *sim, unsigned cpu, unsigned node, unsigned order,
			 uint64_t blocks, unsigned wanted)
{
	struct sim_cpu *c = &sim->cpus[cpu];

	c->stats.allocs += blocks;
	sim->order_allocs[order] += blocks;
	sim->matrix[sim->machine.cpu_node[cpu]][node] += blocks;
	if (node != c->mem_node) {
		c->stats.remote_blocks += blocks;
		c->stats.remote_pages += blocks << order;
	}
	if (node == wanted) {
		sim->nodes[node].hit += blocks;
	} else {
		sim->nodes[node].miss += blocks;
		sim->nodes[wanted].foreign += blocks;
	}
}

static void hold(struct sim *sim, unsigned cpu, unsigned node, uint64_t pages)
{
	struct sim_cpu *c = &sim->cpus[cpu];

	c->held_on[node] += pages;
	c->stats.held_pages += pages;
	sim->nodes[node].held_pages += pages;
}

static void unhold(struct sim *sim, unsigned cpu, unsigned node, uint64_t pages)
{
	hold(sim, cpu, node, 0 - pages);
}

void sim_give_back(struct sim *sim, unsigned cpu, uint64_t pages)
{
	struct sim_cpu *c = &sim->cpus[cpu];
	uint64_t total = c->stats.held_pages, left = pages < total ? pages : total, part;

	for (unsigned n = 0; n < sim->machine.node_count && total; n++) {
		/* The last node with any has all that is left: nothing is lost in rounding. */
		part = sim_part(left, c->held_on[n], total);
		total -= c->held_on[n];
		left -= part;
		unhold(sim, cpu, n, part);
	}
}

/* Pages of one CPU out of those of all, by node. */
static void deal(struct sim *sim, unsigned cpu, uint64_t pages, uint64_t on[BT_MAX_NODES])
{
	uint64_t total = 0;

	for (unsigned n = 0; n < sim->machine.node_count; n++)
		total += on[n];
	for (unsigned n = 0; n < sim->machine.node_count; n++) {
		uint64_t part = sim_part(pages, on[n], total);

		total -= on[n];
		pages -= part;
		on[n] -= part;
		hold(sim, cpu, n, part);
	}
}

void sim_mix(struct sim *sim)
{
	uint64_t on[BT_MAX_NODES] = { 0 }, blocks = 0, pages = 0;

	for (unsigned cpu = 0; cpu < sim->machine.cpu_count; cpu++) {
		const struct sim_cpu *c = &sim->cpus[cpu];

		if (!sim_takes_part(sim, cpu))
			continue;
		blocks += c->stats.held_blocks;
		pages += c->stats.held_pages;
		for (unsigned n = 0; n < sim->machine.node_count; n++) {
			on[n] += c->held_on[n];
			unhold(sim, cpu, n, c->held_on[n]);
		}
	}
	for (unsigned cpu = 0; cpu < sim->machine.cpu_count; cpu++) {
		uint64_t held = sim->cpus[cpu].stats.held_blocks, part;

		if (!sim_takes_part(sim, cpu))
			continue;
		part = sim_part(pages, held, blocks);
		deal(sim, cpu, part, on);
		blocks -= held;
		pages -= part;
	}
}

static uint64_t grow_on(struct sim *sim, unsigned cpu, unsigned node, unsigned order,
			uint64_t blocks, unsigned wanted)
{
	uint64_t room = sim_room_pages(sim, node) >> order;

	if (blocks > room)
		blocks = room;
	count_blocks(sim, cpu, node, order, blocks, wanted);
	hold(sim, cpu, node, blocks << order);
	return blocks;
}

/*
 * Blocks that are taken and given back: they come from the first node while it has room, and what
 * is held elsewhere moves there with them; else from where the held ones are.
 */
static void churn(struct sim *sim, unsigned cpu, const struct fallback *list,
		  const struct sim_demand *demand)
{
	struct sim_cpu *c = &sim->cpus[cpu];
	uint64_t pages = demand->churn << demand->order, left = demand->churn;
	unsigned first = list->nodes[0];

	if (sim_room_pages(sim, first) >> demand->order) {
		for (unsigned n = 0; n < sim->machine.node_count; n++) {
			uint64_t room = sim_room_pages(sim, first);
			uint64_t move = n == first ? 0 : c->held_on[n];

			move = move < pages ? move : pages;
			move = move < room ? move : room;
			unhold(sim, cpu, n, move);
			hold(sim, cpu, first, move);
		}
		count_blocks(sim, cpu, first, demand->order, left, first);
		return;
	}
	for (unsigned n = 0; n < sim->machine.node_count && c->stats.held_pages; n++) {
		uint64_t part = demand->churn * (c->held_on[n] * 1024 / c->stats.held_pages) / 1024;

		part = part < left ? part : left;
		count_blocks(sim, cpu, n, demand->order, part, first);
		left -= part;
	}
	count_blocks(sim, cpu, list->nodes[list->count - 1], demand->order, left, first);
}

/* Equal parts for every node; a full one's part goes to the others. */
static uint64_t place_interleaved(struct sim *sim, unsigned cpu, const struct fallback *list,
				  const struct sim_demand *demand)
{
	uint64_t grow = demand->grow, left = demand->churn;

	for (unsigned i = 0; i < list->count; i++) {
		unsigned parts = list->count - i, node = list->nodes[i];

		grow -= grow_on(sim, cpu, node, demand->order, grow / parts, node);
		count_blocks(sim, cpu, node, demand->order, left / parts, node);
		left -= left / parts;
	}
	for (unsigned i = 0; i < list->count && grow; i++)
		grow -= grow_on(sim, cpu, list->nodes[i], demand->order, grow, list->nodes[i]);
	return grow;
}

uint64_t sim_place(struct sim *sim, unsigned cpu, const struct sim_demand *demand)
{
	uint64_t grow = demand->grow;
	struct fallback list;

	make_fallback(sim, cpu, &list);
	if (!list.count)
		return grow;
	if (sim->config.node_policy == BT_NODE_INTERLEAVE)
		return place_interleaved(sim, cpu, &list, demand);
	for (unsigned i = 0; i < list.count && grow; i++)
		grow -= grow_on(sim, cpu, list.nodes[i], demand->order, grow, list.nodes[0]);
	if (demand->churn)
		churn(sim, cpu, &list, demand);
	return grow;
}
