// SPDX-License-Identifier: GPL-2.0
/* What a simulated operation costs, and the histograms that tell of it. */
#include "source/sim.h"

#define PPM 1000000u

/* Workers of the same node share its zone lock above the per-CPU lists' orders. */
uint64_t sim_alloc_ns(const struct sim *sim, unsigned order, unsigned running)
{
	uint64_t ns = 62 + 9 * order;

	if (order > 3)
		ns += 170 + 35 * (order - 4) + 7 * (uint64_t)(running < 64 ? running : 64);
	if (sim->config.node_policy == BT_NODE_REMOTE)
		ns += ns * 2 / 5;
	if (sim->config.gfp == BT_GFP_ATOMIC)
		ns -= ns / 16;
	return ns + ns * sim_pressure_percent(sim) / 50;
}

uint64_t sim_free_ns(uint64_t alloc_ns)
{
	return alloc_ns * 3 / 4;
}

uint64_t sim_touch_ns(const struct sim *sim)
{
	const struct bt_config *config = &sim->config;

	if (config->touch == BT_TOUCH_NONE)
		return 0;
	if (config->touch == BT_TOUCH_FIRST)
		return 30;
	/* 8 bytes a nanosecond */
	return sim->machine.page_bytes * sim_block_pages(config) / 8;
}

/* Weight of each part of the latency distribution, and where it is in percent of the base. */
static const struct {
	uint32_t ppm, percent;
	bool tail;			/* grows under pressure */
} latency_parts[] = {
	{ 5, 30000, true }, { 45, 9000, true }, { 450, 2600, true }, { 5500, 700, true },
	{ 34000, 240, false }, { 140000, 135, false }, { PPM, 100, false },
};

static uint64_t part_ppm(const struct sim *sim, unsigned part)
{
	uint64_t ppm = latency_parts[part].ppm;

	return latency_parts[part].tail ? ppm + ppm * sim_pressure_percent(sim) / 5 : ppm;
}

uint64_t sim_mean_ns(const struct sim *sim, uint64_t base_ns)
{
	uint64_t left = PPM, sum = 0;

	for (unsigned p = 0; p < BT_ARRAY_SIZE(latency_parts); p++) {
		uint64_t ppm = part_ppm(sim, p);

		ppm = ppm < left ? ppm : left;
		left -= ppm;
		sum += ppm * latency_parts[p].percent;
	}
	return base_ns * (sum / PPM) / 100;
}

static uint64_t part_of(const struct sim *sim, unsigned part, uint64_t count, uint64_t salt)
{
	uint64_t ppm = part_ppm(sim, part), n;

	n = count / PPM * ppm + count % PPM * ppm / PPM;
	return n + (sim_random(sim, salt, part) % PPM < count % PPM * ppm % PPM);
}

/* Adds count operations around base_ns to the node's and the CPU's histogram; returns the slowest. */
static uint64_t add_latencies(const struct sim *sim, struct bt_hist *of_node,
			      struct bt_hist *of_cpu, uint64_t count, uint64_t base_ns,
			      uint64_t salt)
{
	static const unsigned spread_percent[] = { 92, 98, 104, 112 };
	uint64_t slowest = 0, left = count;

	for (unsigned p = 0; p < BT_ARRAY_SIZE(latency_parts) && left; p++) {
		uint64_t n = part_of(sim, p, count, salt),
			 ns = base_ns * latency_parts[p].percent / 100;

		n = n < left ? n : left;
		left -= n;
		ns = ns * (97 + sim_random(sim, salt, 100 + p) % 7) / 100;
		for (unsigned s = 0; s < BT_ARRAY_SIZE(spread_percent) && n; s++) {
			uint64_t some = (n + 3 - s) / (BT_ARRAY_SIZE(spread_percent) - s);
			uint64_t at = ns * spread_percent[s] / 100;

			some = some < n ? some : n;
			of_node->count[bt_hist_index(at)] += some;
			of_node->total += some;
			of_cpu->count[bt_hist_index(at)] += some;
			of_cpu->total += some;
			n -= some;
			slowest = at > slowest ? at : slowest;
		}
	}
	return slowest;
}

void sim_record_latency(struct sim *sim, unsigned cpu, const struct sim_timed *timed)
{
	struct bt_frame_cpu *s = &sim->cpus[cpu].stats;
	unsigned order = timed->order, node = sim->machine.cpu_node[cpu];
	struct bt_hist *own = &sim->cpu_hists[(size_t)cpu * BT_OP_COUNT];
	uint64_t preempted = timed->allocs >> 21, slowest;

	s->preempted += preempted;
	s->preempted_ns += preempted * 45000;
	slowest = add_latencies(sim, sim_hist(sim, order, node, BT_OP_ALLOC), &own[BT_OP_ALLOC],
				timed->allocs - preempted, timed->base_ns, cpu * 2);
	s->alloc_max_ns = slowest > s->alloc_max_ns ? slowest : s->alloc_max_ns;
	slowest = add_latencies(sim, sim_hist(sim, order, node, BT_OP_FREE), &own[BT_OP_FREE],
				timed->frees, sim_free_ns(timed->base_ns), cpu * 2 + 1);
	s->free_max_ns = slowest > s->free_max_ns ? slowest : s->free_max_ns;
}

void sim_record_calls(struct sim *sim, unsigned cpu, uint64_t calls, uint64_t base_ns)
{
	struct bt_frame_calls *counts = &sim->calls;
	struct bt_hist none = { 0 };	/* no view has them by CPU */
	uint64_t slowest = add_latencies(sim, &sim->bulk_hist, &none, calls, base_ns, cpu * 2);

	counts->bulk_max_ns = slowest > counts->bulk_max_ns ? slowest : counts->bulk_max_ns;
}
