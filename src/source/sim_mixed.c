// SPDX-License-Identifier: GPL-2.0
/* Simulated loads of several orders, by bulk calls, and with hand-off. */
#include "source/sim.h"

/* Of a bulk call, for each page: the lists are entered once. */
#define BULK_PERCENT 40u
/* Of the blocks that are to be handed off, those that have a taker. */
#define TAKEN_PERCENT 97u

static uint64_t weights_below(const struct bt_config *config, unsigned end)
{
	uint64_t sum = 0;

	for (unsigned order = 0; order < end; order++)
		sum += config->order_weights[order];
	return sum;
}

uint64_t sim_order_part(const struct bt_config *config, unsigned order, uint64_t whole)
{
	uint64_t sum = ant_weights_sum(config);

	if (!sum)
		return order == config->order ? whole : 0;
	return sim_part(whole, weights_below(config, order + 1), sum) -
	       sim_part(whole, weights_below(config, order), sum);
}

uint64_t sim_block_pages(const struct bt_config *config)
{
	uint64_t sum = ant_weights_sum(config), pages = 0;

	if (!sum)
		return 1ull << config->order;
	for (unsigned order = 0; order < BT_ORDER_COUNT; order++)
		pages += (uint64_t)config->order_weights[order] << order;
	return (pages + sum - 1) / sum;
}

/* A thousand of them, so that a mix is no matter of rounding. */
#define MANY 1000u

static uint64_t alloc_ns(const struct sim *sim, unsigned running)
{
	uint64_t ns = 0;

	for (unsigned order = 0; order <= sim->machine.max_order; order++)
		ns += sim_order_part(&sim->config, order, MANY) * sim_alloc_ns(sim, order, running);
	ns /= MANY;
	return sim->config.bulk_pages ? ns * BULK_PERCENT / 100 : ns;
}

uint64_t sim_pair_ns(const struct sim *sim, unsigned running)
{
	uint64_t ns = alloc_ns(sim, running);

	return ns + sim_free_ns(ns) + 2 * SIM_LOOP_NS + sim_touch_ns(sim);
}

/* Pages by whole calls. */
static uint64_t count_bulk(struct sim *sim, unsigned cpu, uint64_t pages)
{
	struct bt_frame_calls *counts = &sim->calls;
	uint64_t *rest = &sim->cpus[cpu].bulk_rest, calls;

	*rest += pages;
	calls = *rest / sim->config.bulk_pages;
	*rest %= sim->config.bulk_pages;
	counts->bulk_calls += calls;
	counts->bulk_asked_pages += calls * sim->config.bulk_pages;
	counts->bulk_got_pages += calls * sim->config.bulk_pages;
	return calls;
}

static void count_handoff(struct sim *sim, uint64_t frees)
{
	struct bt_frame_calls *counts = &sim->calls;
	uint64_t taken = frees * TAKEN_PERCENT / 100;

	counts->handoff_frees += taken;
	counts->handoff_kept += frees - taken;
}

void sim_account(struct sim *sim, unsigned cpu, unsigned running, uint64_t allocs, uint64_t frees)
{
	const struct bt_config *config = &sim->config;
	uint64_t every = config->sample_every ? config->sample_every : 1;
	uint64_t bulk_ns = config->bulk_pages * alloc_ns(sim, running);

	for (unsigned order = 0; order <= sim->machine.max_order; order++) {
		struct sim_timed timed = {
			.order = order,
			.allocs = config->bulk_pages ? 0 : sim_order_part(config, order, allocs) / every,
			.frees = sim_order_part(config, order, frees) / every,
			.base_ns = sim_alloc_ns(sim, order, running),
		};

		if (timed.allocs || timed.frees)
			sim_record_latency(sim, cpu, &timed);
	}
	if (config->bulk_pages)
		sim_record_calls(sim, cpu, count_bulk(sim, cpu, allocs), bulk_ns);
	if (config->handoff)
		count_handoff(sim, frees);
}
