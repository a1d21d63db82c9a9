// SPDX-License-Identifier: GPL-2.0
/* What the simulated workers do: patterns and guard. */
#include "core/mask.h"
#include "source/sim.h"

#define BATCH_NS BT_NS_PER_MS
#define BACKOFF_NS (10 * BT_NS_PER_MS)

/* One worker's plan for a step, in blocks. */
struct plan {
	uint64_t ops;		/* there is time for */
	uint64_t target;	/* to hold at the end, at most */
	uint64_t allocs, frees;
};

uint64_t sim_random(const struct sim *sim, uint64_t a, uint64_t b)
{
	/* splitmix64's finalizer over a sum with odd multiples. */
	uint64_t x = sim->seed * 0x9e3779b97f4a7c15ull + sim->steps * 0xd1342543de82ef95ull +
		     a * 0xaf251af3b0f025b5ull + b * 0xb564ef22ec7aece5ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* The pattern: grow or shrink to the target, then allocate and free in turn. */
static void plan_level(struct plan *plan, uint64_t held)
{
	if (held > plan->target) {
		plan->frees = held - plan->target < plan->ops ? held - plan->target : plan->ops;
		plan->ops -= plan->frees;
	} else {
		plan->allocs = plan->target - held < plan->ops ? plan->target - held : plan->ops;
		plan->ops -= plan->allocs;
	}
}

static void plan_churn(struct plan *plan)
{
	plan->allocs += plan->ops / 2;
	plan->frees += plan->ops / 2;
}

/* Whole rides up and down, then what is left of the time as a walk in the direction of travel. */
static void plan_ramp(struct plan *plan, uint64_t held, bool *draining)
{
	uint64_t ride = 2 * plan->target, rides = ride ? plan->ops / ride : 0;

	plan->allocs = plan->frees = rides * plan->target;
	plan->ops -= rides * ride;
	while (plan->ops && plan->target) {
		uint64_t way = *draining ? held : plan->target - held;

		way = way < plan->ops ? way : plan->ops;
		plan->ops -= way;
		*(*draining ? &plan->frees : &plan->allocs) += way;
		held = *draining ? held - way : held + way;
		if (held == 0 || held >= plan->target)
			*draining = held > 0;
	}
}

static void make_plan(const struct sim *sim, struct sim_cpu *c, struct plan *plan)
{
	uint64_t held = c->stats.held_blocks, batch = sim->config.batch_blocks;

	switch (sim->config.pattern) {
	case BT_PATTERN_HOLD:
		plan_level(plan, held);
		return;
	case BT_PATTERN_RAMP:
		if (held <= plan->target) {
			plan_ramp(plan, held, &c->draining);
			return;
		}
		plan_level(plan, held);
		return;
	case BT_PATTERN_REPEAT:
		plan->target = 0;
		break;
	case BT_PATTERN_BURST: /* seen at the top or at the bottom of a burst */
		plan->target /= 2;
		if (plan->target > batch)
			plan->target += sim_random(sim, 7, 0) % 2 ? batch / 2 : 0 - batch / 2;
		break;
	default:
		break;
	}
	plan_level(plan, held);
	plan_churn(plan);
}

/* Guard safe: nothing that would take the machine below the reserve; below it, give back. */
static void apply_guard(const struct sim *sim, struct sim_cpu *c, struct plan *plan,
			uint64_t step_ns)
{
	uint64_t available = sim_available_pages(sim);
	uint64_t reserve = sim->config.reserve_bytes / sim->machine.page_bytes, most;
	uint64_t held = c->stats.held_blocks;

	if (sim->config.guard != BT_GUARD_SAFE)
		return;
	if (available < reserve) {
		plan->allocs = 0;
		plan->frees = held < 4 * (uint64_t)sim->config.batch_blocks ?
			      held : 4 * (uint64_t)sim->config.batch_blocks;
		c->stats.throttled += step_ns / BATCH_NS + 1;
		return;
	}
	most = plan->frees + (available - reserve) / sim_block_pages(&sim->config);
	if (plan->allocs > most) {
		plan->allocs = most;
		c->stats.throttled += step_ns / BATCH_NS + 1;
	}
}

/* Of each order its part; returns the blocks that could not be had. */
static uint64_t place(struct sim *sim, unsigned cpu, uint64_t grow, uint64_t churn)
{
	uint64_t failed = 0;

	for (unsigned order = 0; order <= sim->machine.max_order; order++) {
		struct sim_demand demand = { order, sim_order_part(&sim->config, order, grow),
					     sim_order_part(&sim->config, order, churn) };

		if (demand.grow || demand.churn)
			failed += sim_place(sim, cpu, &demand);
	}
	return failed;
}

/* Blocks of what is held have their own orders: the average is freed, churn brings the new one. */
static void execute(struct sim *sim, unsigned cpu, const struct plan *plan, uint64_t step_ns)
{
	struct sim_cpu *c = &sim->cpus[cpu];
	uint64_t churn = plan->allocs < plan->frees ? plan->allocs : plan->frees;
	uint64_t shrink = plan->frees - churn, grow = plan->allocs - churn;
	uint64_t kept = c->stats.held_blocks - shrink, renewed = churn < kept ? churn : kept;
	uint64_t old = c->stats.held_blocks ?
		       c->stats.held_pages * (shrink + renewed) / c->stats.held_blocks : 0;
	uint64_t failed;

	sim_give_back(sim, cpu, old);
	failed = place(sim, cpu, grow + renewed, churn - renewed);
	c->stats.frees += plan->frees;
	c->stats.held_blocks += grow - shrink - failed;
	if (failed) {
		c->stats.failures += step_ns / BACKOFF_NS + 1;
		c->stats.backoffs += step_ns / BACKOFF_NS + 1;
		c->stats.state = BT_WORKER_BACKOFF;
	}
}

static void work_on(struct sim *sim, unsigned cpu, const struct sim_turn *turn)
{
	uint64_t step_ns = turn->frame_ns;
	struct sim_cpu *c = &sim->cpus[cpu];
	struct bt_frame_cpu before = c->stats;
	uint64_t jitter = 96 + sim_random(sim, cpu, 1) % 9;
	uint64_t pair = sim_pair_ns(sim, turn->running);
	struct plan plan = { .target = turn->share_pages / sim_block_pages(&sim->config),
			     .ops = 2 * step_ns / pair * jitter / 100 };
	uint64_t paced = (uint64_t)sim->config.pace_ops * (step_ns / 1000) / 1000000;

	if (sim->config.pace_ops && plan.ops > paced)
		plan.ops = paced;
	c->stats.state = BT_WORKER_RUNNING;
	make_plan(sim, c, &plan);
	apply_guard(sim, c, &plan, step_ns);
	if (c->stats.throttled != before.throttled)
		c->stats.state = BT_WORKER_THROTTLED;
	execute(sim, cpu, &plan, step_ns);
	if (sim->now_ns < sim->fail_until_ns) {
		c->stats.failures += sim->fail_per_s * (step_ns / 1000) / 1000000;
		c->stats.backoffs += sim->fail_per_s * (step_ns / 1000) / 1000000;
	}
	sim_account(sim, cpu, turn->running, c->stats.allocs - before.allocs,
		    c->stats.frees - before.frees);
	c->stats.last_ns = sim->now_ns - sim_random(sim, cpu, 2) % BATCH_NS;
}

bool sim_takes_part(const struct sim *sim, unsigned cpu)
{
	return sim->cpus[cpu].stats.online && bt_mask_test(sim->config.cpus, cpu) &&
	       (sim->config.run == BT_RUN_GO || sim->config.run == BT_RUN_STEP);
}

void sim_drain_cpu(struct sim *sim, unsigned cpu)
{
	struct bt_frame_cpu *s = &sim->cpus[cpu].stats;

	sim_give_back(sim, cpu, s->held_pages);
	s->frees += s->held_blocks;
	s->held_blocks = 0;
}

void sim_drain(struct sim *sim)
{
	for (unsigned cpu = 0; cpu < sim->machine.cpu_count; cpu++)
		sim_drain_cpu(sim, cpu);
}

static struct sim_turn make_turn(const struct sim *sim, uint64_t step_ns)
{
	/* CPUs of the mask that are offline keep their share, as in the module. */
	struct sim_turn turn = {
		.frame_ns = step_ns,
		.share_pages = ant_share_pages(sim->config.max_held_bytes,
					       bt_mask_weight(sim->config.cpus, BT_CPU_WORDS),
					       sim->machine.page_bytes),
	};

	for (unsigned cpu = 0; cpu < sim->machine.cpu_count; cpu++)
		turn.running += sim_takes_part(sim, cpu) && !sim_bench_ended(sim, cpu);
	turn.waiting = turn.running;
	return turn;
}

static void take_turn(struct sim *sim, unsigned cpu, struct sim_turn *turn)
{
	struct sim_cpu *c = &sim->cpus[cpu];

	if (sim_takes_part(sim, cpu)) {
		if (sim->config.run == BT_RUN_STEP)
			sim_bench_turn(sim, cpu, turn);
		else
			work_on(sim, cpu, turn);
		return;
	}
	c->stats.state = BT_WORKER_IDLE;
	if (sim->config.run != BT_RUN_KEEP)
		sim_drain_cpu(sim, cpu);
}

void sim_work(struct sim *sim, uint64_t step_ns)
{
	struct sim_turn turn = make_turn(sim, step_ns);

	for (unsigned cpu = 0; cpu < sim->machine.cpu_count; cpu++) {
		struct sim_cpu *c = &sim->cpus[cpu];

		if (!c->stats.online || c->stuck)
			continue;
		if (c->stats.generation != sim->config.generation) {
			if (c->adopt_ns > sim->now_ns)
				continue; /* has not woken up yet */
			c->stats.generation = sim->config.generation;
		}
		take_turn(sim, cpu, &turn);
	}
	if (sim->config.step == BT_STEP_SHUFFLE)
		sim_bench_shuffle(sim);
}
