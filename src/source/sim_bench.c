// SPDX-License-Identifier: GPL-2.0
/*
 * Steps of a microbenchmark on the simulated machine. It knows how much a CPU holds, but no single
 * blocks: whatever the free order, what is freed is the average of them.
 */
#include "core/mask.h"
#include "source/sim.h"

#define SHUFFLE_NS 25		/* of one block */

bool sim_bench_ended(const struct sim *sim, unsigned cpu)
{
	return sim->config.run == BT_RUN_STEP &&
	       sim->cpus[cpu].stats.step.ended == sim->config.generation;
}

bool sim_bench_runs(const struct sim *sim)
{
	unsigned cpu = 0;

	if (sim->config.run != BT_RUN_STEP)
		return false;
	while (cpu < sim->machine.cpu_count &&
	       (!sim_takes_part(sim, cpu) || sim->cpus[cpu].stuck || sim_bench_ended(sim, cpu)))
		cpu++;
	return cpu < sim->machine.cpu_count;
}

/* ---- begin and end ---------------------------------------------------------------------- */

/* When it woke up for the step, or came on line since. */
static void begin(const struct sim *sim, struct sim_cpu *c, uint64_t frame_ns)
{
	uint64_t before_ns = sim->now_ns - frame_ns;
	uint64_t start_ns = c->adopt_ns > before_ns ? c->adopt_ns : before_ns;

	c->stats.step = (struct bt_frame_step){
		.generation = sim->config.generation,
		.start_ns = start_ns,
		.end_ns = start_ns,
		.ended = c->stats.step.ended,
	};
	c->stats.state = BT_WORKER_RUNNING;
}

static void end(const struct sim *sim, struct bt_frame_cpu *s)
{
	s->step.ended = sim->config.generation;
	s->last_ns = s->step.end_ns;
	s->state = BT_WORKER_IDLE;
}

/* ---- operations ------------------------------------------------------------------------- */

/* Each does count operations; returns how many of them got no block. */
static uint64_t get(struct sim *sim, unsigned cpu, uint64_t count)
{
	uint64_t failed = sim_place(sim, cpu, &(struct sim_demand){
		.order = sim->config.order, .grow = count });

	sim->cpus[cpu].stats.held_blocks += count - failed;
	return failed;
}

static uint64_t put(struct sim *sim, unsigned cpu, uint64_t count)
{
	struct bt_frame_cpu *s = &sim->cpus[cpu].stats;

	sim_give_back(sim, cpu, sim_part(s->held_pages, count, s->held_blocks));
	s->held_blocks -= count;
	s->frees += count;
	return 0;
}

/* Where there is room for one, there is for one after the other. */
static uint64_t pair(struct sim *sim, unsigned cpu, uint64_t count)
{
	if (!count || get(sim, cpu, 1))
		return count;
	put(sim, cpu, 1);
	sim_place(sim, cpu, &(struct sim_demand){ .order = sim->config.order, .churn = count - 1 });
	sim->cpus[cpu].stats.frees += count - 1;
	return 0;
}

static uint64_t (*const operations[BT_STEP_COUNT])(struct sim *sim, unsigned cpu,
						   uint64_t count) = {
	[BT_STEP_GET] = get,
	[BT_STEP_PUT] = put,
	[BT_STEP_PAIR] = pair,
};

/* What one takes, the loop around it included. The sum of its latencies is never longer. */
static uint64_t operation_ns(const struct sim *sim, unsigned cpu, uint64_t alloc_ns)
{
	uint64_t get_ns = sim_mean_ns(sim, alloc_ns) + sim_touch_ns(sim) + SIM_LOOP_NS;
	uint64_t put_ns = sim_mean_ns(sim, sim_free_ns(alloc_ns)) + SIM_LOOP_NS;
	const uint64_t ns[BT_STEP_COUNT] = {
		[BT_STEP_GET] = get_ns,
		[BT_STEP_PUT] = put_ns,
		[BT_STEP_PAIR] = get_ns + put_ns,
	};

	return ns[sim->config.step] * (105 + sim_random(sim, cpu, 1) % 9) / 100;
}

/* ---- bounds ----------------------------------------------------------------------------- */

/* Operations for which there is a block to free, or room for one. */
static uint64_t possible(const struct sim *sim, unsigned cpu, uint64_t share_pages)
{
	const struct bt_frame_cpu *s = &sim->cpus[cpu].stats;
	uint64_t room = share_pages > s->held_pages ?
			(share_pages - s->held_pages) >> sim->config.order : 0;

	if (sim->config.step == BT_STEP_PUT)
		return s->held_blocks;
	return sim->config.step == BT_STEP_GET || !room ? room : UINT64_MAX;
}

/* The same for the reserve: a CPU's part of what it leaves to those that had no turn yet. */
static uint64_t allowed(const struct sim *sim, unsigned waiting)
{
	uint64_t reserve = sim->config.reserve_bytes / sim->machine.page_bytes, available, blocks;

	if (!reserve || sim->config.step == BT_STEP_PUT)
		return UINT64_MAX;
	available = sim_available_pages(sim);
	blocks = available > reserve ? (available - reserve) / waiting >> sim->config.order : 0;
	return sim->config.step == BT_STEP_GET || !blocks ? blocks : UINT64_MAX;
}

/* Of fault=fail. */
static uint64_t failing(const struct sim *sim, uint64_t count, uint64_t ns)
{
	uint64_t failures = sim->fail_per_s * (ns / 1000) / 1000000;

	if (sim->now_ns >= sim->fail_until_ns || sim->config.step == BT_STEP_PUT)
		return 0;
	return failures < count ? failures : count;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* ----------------------------------------------------------------------------------------- */

static void operate(struct sim *sim, unsigned cpu, uint64_t count, uint64_t each_ns)
{
	struct bt_frame_step *step = &sim->cpus[cpu].stats.step;
	uint64_t failed = failing(sim, count, count * each_ns);

	failed += operations[sim->config.step](sim, cpu, count - failed);
	step->done += count;
	step->failures += failed;
	step->end_ns += count * each_ns;
	sim->cpus[cpu].stats.failures += failed;
	sim->cpus[cpu].stats.last_ns = step->end_ns;
}

static void bench(struct sim *sim, unsigned cpu, const struct sim_turn *turn)
{
	struct bt_frame_cpu *s = &sim->cpus[cpu].stats, before = *s;
	uint64_t blocks = sim->config.step_blocks, most = allowed(sim, turn->waiting);
	uint64_t base_ns = sim_alloc_ns(sim, sim->config.order, turn->running);
	uint64_t each_ns = operation_ns(sim, cpu, base_ns);
	uint64_t timely = (sim->now_ns - s->step.end_ns) / each_ns;

	if (!most) {
		s->throttled++;
		end(sim, s);
		return;
	}
	most = least(most, possible(sim, cpu, turn->share_pages));
	operate(sim, cpu, least(most, least(timely, blocks - s->step.done)), each_ns);
	sim_record_latency(sim, cpu, &(struct sim_timed){
		sim->config.order, s->allocs - before.allocs, s->frees - before.frees, base_ns });
	/* Where the reserve is what left no room, the next frame looks again. */
	if (s->step.done == blocks || !possible(sim, cpu, turn->share_pages))
		end(sim, s);
}

/* The CPU that shuffles for all: the first one of the mask. */
static unsigned leader(const struct sim *sim)
{
	unsigned cpu = 0;

	while (cpu < sim->machine.cpu_count && !sim_takes_part(sim, cpu))
		cpu++;
	return cpu;
}

void sim_bench_turn(struct sim *sim, unsigned cpu, struct sim_turn *turn)
{
	struct sim_cpu *c = &sim->cpus[cpu];

	if (sim_bench_ended(sim, cpu))
		return;
	if (c->stats.step.generation != sim->config.generation)
		begin(sim, c, turn->frame_ns);
	if (sim->config.step != BT_STEP_SHUFFLE)
		bench(sim, cpu, turn);
	else if (cpu != leader(sim))
		end(sim, &c->stats);
	turn->waiting--;
}

/* All workers have adopted the step, so that the others rest; since when. */
static bool others_rest(const struct sim *sim, uint64_t *since_ns)
{
	*since_ns = 0;
	for (unsigned cpu = 0; cpu < sim->machine.cpu_count; cpu++) {
		const struct bt_frame_cpu *s = &sim->cpus[cpu].stats;

		if (s->online && s->generation != sim->config.generation)
			return false;
		if (sim_takes_part(sim, cpu) && s->step.start_ns > *since_ns)
			*since_ns = s->step.start_ns;
	}
	return true;
}

void sim_bench_shuffle(struct sim *sim)
{
	unsigned lead = leader(sim);
	uint64_t since_ns, blocks = 0;
	struct bt_frame_cpu *s;

	if (lead == sim->machine.cpu_count || sim_bench_ended(sim, lead) ||
	    sim->cpus[lead].stuck || !others_rest(sim, &since_ns))
		return;
	for (unsigned cpu = 0; cpu < sim->machine.cpu_count; cpu++)
		blocks += sim_takes_part(sim, cpu) ? sim->cpus[cpu].stats.held_blocks : 0;
	s = &sim->cpus[lead].stats;
	s->step.end_ns = since_ns + blocks * SHUFFLE_NS;
	if (s->step.end_ns > sim->now_ns) {
		s->step.end_ns = s->last_ns = sim->now_ns;
		return;
	}
	sim_mix(sim);
	end(sim, s);
}
