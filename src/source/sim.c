// SPDX-License-Identifier: GPL-2.0
/* The sim source: a deterministic machine with a virtual clock, for tests, screens and practice. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/mask.h"
#include "core/param.h"
#include "source/sim.h"

#define DEFAULT_INTERVAL_NS BT_NS_PER_S
#define MEASURE_NS (2 * BT_NS_PER_S)
#define ADOPT_MIN_NS 40000u
#define ADOPT_SPREAD_NS 3000000u
#define FAIL_NS (3 * BT_NS_PER_S)

static void sim_free(struct sim *sim)
{
	pthread_mutex_destroy(&sim->lock);
	free(sim->cpus);
	free(sim->nodes);
	free(sim->hists);
	free(sim->cpu_hists);
	free(sim);
}

static int sim_open(void **state, const struct bt_source_options *options,
		    struct bt_machine *machine, struct bt_err *err)
{
	struct sim *sim = bt_xcalloc(1, sizeof(*sim));
	struct ant_limits limits;
	int rc;

	pthread_mutex_init(&sim->lock, NULL);
	sim->now_ns = SIM_START_NS;
	sim->publish_ns = BT_UNKNOWN;
	sim->interval_ns = options->interval_ns ? options->interval_ns : DEFAULT_INTERVAL_NS;
	rc = sim_configure(sim, options->argument, err);
	if (rc) {
		sim_free(sim);
		return rc;
	}
	sim->hists = bt_xcalloc((size_t)(sim->machine.max_order + 1) * sim->machine.node_count *
				BT_OP_COUNT, sizeof(*sim->hists));
	sim->cpu_hists = bt_xcalloc((size_t)sim->machine.cpu_count * BT_OP_COUNT,
				    sizeof(*sim->cpu_hists));
	limits = bt_machine_limits(&sim->machine);
	bt_config_default(&sim->config, &limits, sim->machine.memory_bytes);
	*machine = sim->machine;
	*state = sim;
	return 0;
}

static void stop(struct sim *sim, enum bt_reason reason)
{
	bt_config_run(&sim->config, BT_RUN_DRAIN);
	sim->reason = reason;
}

static void notify_oom(struct sim *sim)
{
	uint64_t held = 0;

	for (unsigned n = 0; n < sim->machine.node_count; n++)
		held += sim->nodes[n].held_pages;
	sim->oom_notifications++;
	if (sim->config.guard == BT_GUARD_BENCH) {
		sim->vmstat[BT_VMSTAT_OOM_KILL]++;
		return;
	}
	sim->oom_freed_pages += held;
	stop(sim, BT_REASON_OOM);
	sim_drain(sim);
}

/* Its worker is parked, and gives back first. */
static void take_offline(struct sim *sim, unsigned cpu)
{
	sim_drain_cpu(sim, cpu);
	sim->cpus[cpu].stats.online = false;
	sim->cpus[cpu].stats.state = BT_WORKER_OFFLINE;
}

static void get_stuck(struct sim *sim, struct sim_cpu *cpu)
{
	cpu->stuck = true;
	cpu->stats.op = BT_OP_ALLOC;
	cpu->stats.op_start_ns = sim->now_ns;
}

/* Happens once, at its time; returns the errno of a fault that ends the source. */
static int fire(struct sim *sim, struct sim_fault *fault, struct bt_err *err)
{
	struct sim_cpu *cpu = &sim->cpus[fault->argument % sim->machine.cpu_count];

	fault->fired = true;
	switch (fault->kind) {
	case SIM_LOST:
		return bt_err_set(err, ENODEV, "sim: the source is gone, as asked (fault=lost)");
	case SIM_RUBBISH:
		return bt_err_set(err, EPROTO,
				  "sim: the agent sent rubbish, as asked (fault=rubbish)");
	case SIM_FAIL:
		sim->fail_until_ns = sim->now_ns + FAIL_NS;
		sim->fail_per_s = fault->argument;
		return 0;
	case SIM_OOM:
		notify_oom(sim);
		return 0;
	case SIM_STUCK:
		get_stuck(sim, cpu);
		return 0;
	case SIM_JUMP:
		sim->jump_ns += (int64_t)(fault->argument * BT_NS_PER_S);
		return 0;
	case SIM_OFFLINE:
		take_offline(sim, (unsigned)(cpu - sim->cpus));
		return 0;
	case SIM_ONLINE:
		cpu->stats.online = true;
		return 0;
	default:
		sim->lease_expiries++;
		stop(sim, BT_REASON_LEASE);
		return 0;
	}
}

static int fire_due(struct sim *sim, struct bt_err *err)
{
	int rc = 0;

	for (struct sim_fault *f = sim->faults; f < sim->faults + sim->fault_count && !rc; f++) {
		if (!f->fired && SIM_START_NS + f->at_ns <= sim->now_ns)
			rc = fire(sim, f, err);
	}
	return rc;
}

/*
 * Out of turn: a little, but never into the next one's place. Who waits for the end of a step gets
 * there by such frames alone, as they advance by as much again as it has lasted, up to an interval.
 */
static uint64_t extra_ns(const struct sim *sim, uint64_t next)
{
	uint64_t ns = SIM_EXTRA_NS;

	if (!sim_bench_runs(sim))
		return sim->now_ns + ns < next ? sim->now_ns + ns : next - 1;
	if (sim->now_ns - sim->publish_ns > ns)
		ns = sim->now_ns - sim->publish_ns;
	return sim->now_ns + (ns < sim->interval_ns ? ns : sim->interval_ns);
}

static uint64_t next_ns(const struct sim *sim, bool extra)
{
	uint64_t next = SIM_START_NS + ((sim->now_ns - SIM_START_NS) / sim->interval_ns + 1) *
				       sim->interval_ns;

	if (extra)
		return extra_ns(sim, next);
	return sim->seq ? next : SIM_START_NS;
}

static void check_time_limit(struct sim *sim)
{
	uint64_t limit_ns = sim->config.run_limit_ms * BT_NS_PER_MS;

	if (sim->config.run != BT_RUN_DRAIN && limit_ns &&
	    sim->now_ns >= sim->run_start_ns + limit_ns) {
		sim->limit_expiries++;
		stop(sim, BT_REASON_TIME_LIMIT);
	}
}

static uint64_t all_failures(const struct sim *sim)
{
	uint64_t failures = 0;

	for (unsigned c = 0; c < sim->machine.cpu_count; c++)
		failures += sim->cpus[c].stats.failures;
	return failures;
}

static int advance(struct sim *sim, bool extra, struct bt_err *err)
{
	uint64_t next = next_ns(sim, extra), step_ns = next - sim->now_ns, before;
	int rc;

	sim->now_ns = next;
	sim->steps++;
	rc = fire_due(sim, err);
	if (rc)
		return rc;
	check_time_limit(sim);
	before = all_failures(sim);
	if (step_ns)
		sim_work(sim, step_ns);
	/* A plain GFP_KERNEL allocation that finds nothing calls the OOM killer. */
	if (sim->config.gfp == BT_GFP_KERNEL && all_failures(sim) > before &&
	    sim->now_ns >= sim->fail_until_ns)
		notify_oom(sim);
	sim_memory_advance(sim, step_ns);
	sim->seq++;
	return 0;
}

static int sim_read(void *state, struct bt_frame *frame, struct bt_err *err)
{
	struct sim *sim = state;
	bool extra = frame->extra;
	int rc;

	bt_frame_clear(frame);
	pthread_mutex_lock(&sim->lock);
	rc = advance(sim, extra, err);
	if (!rc)
		sim_fill_frame(sim, frame);
	pthread_mutex_unlock(&sim->lock);
	frame->extra = extra;
	return rc;
}

static void adopt_later(struct sim *sim)
{
	for (unsigned c = 0; c < sim->machine.cpu_count; c++)
		sim->cpus[c].adopt_ns = sim->now_ns + ADOPT_MIN_NS +
					sim_random(sim, 5000 + c, sim->config.generation) %
					ADOPT_SPREAD_NS;
}

static void accept(struct sim *sim, const struct bt_config *config)
{
	uint64_t generation = sim->config.generation + 1;

	if (config->run != BT_RUN_DRAIN && sim->config.run == BT_RUN_DRAIN)
		sim->run_start_ns = sim->now_ns;
	sim->config = *config;
	sim->config.generation = generation;
	sim->reason = BT_REASON_USER;
	sim->publish_ns = sim->now_ns;
	adopt_later(sim);
}

static int sim_publish(void *state, const struct bt_config *config, uint64_t token,
		       struct bt_err *err)
{
	struct sim *sim = state;
	struct ant_limits limits = bt_machine_limits(&sim->machine);
	struct bt_err refusal = { 0 };

	(void)err;
	pthread_mutex_lock(&sim->lock);
	if (!bt_config_check(config, &limits, &refusal))
		accept(sim, config);
	sim->ack = (struct bt_frame_ack){
		.token = token,
		.generation = refusal.code ? 0 : sim->config.generation,
		.error = refusal.code,
	};
	snprintf(sim->ack.text, sizeof(sim->ack.text), "%.*s", (int)sizeof(sim->ack.text) - 1,
		 refusal.text);
	pthread_mutex_unlock(&sim->lock);
	return 0;
}

/* The lease is not simulated: it runs on the client's real clock. fault=lease shows its end. */
static int sim_keepalive(void *state)
{
	(void)state;
	return 0;
}

static int sim_measure(void *state, const struct bt_measure_options *options, struct bt_err *err)
{
	struct sim *sim = state;
	int rc = 0;

	pthread_mutex_lock(&sim->lock);
	if (sim->measure.state == BT_MEASURE_RUNNING) {
		rc = bt_err_set(err, EBUSY, "a measurement is running");
	} else {
		sim->measure = (struct bt_measure){
			.state = BT_MEASURE_RUNNING, .limit_bytes = options->limit_bytes,
			.stop_psi_percent = options->stop_psi_percent,
			.region_bytes = options->region_bytes ? options->region_bytes :
								BT_MEASURE_REGION_BYTES,
			.threads = sim->machine.cpu_count, .fill = BT_MEASURE_FILL_POPULATE,
			.cgroup = BT_MEASURE_CGROUP_SHARED, .no_cgroup = "simulated",
		};
		sim->measure_start_ns = sim->now_ns;
	}
	pthread_mutex_unlock(&sim->lock);
	return rc;
}

/* How much it gets, and what ends it there: whatever comes first. */
static uint64_t measure_goal(const struct sim *sim, enum bt_measure_end *end)
{
	const struct bt_measure *m = &sim->measure;
	uint64_t page = sim->machine.page_bytes, goal = sim_available_pages(sim) * page;
	uint64_t calm = sim_calm_pages(sim, m->stop_psi_percent) * page;

	*end = BT_MEASURE_END_OOM_KILL;
	if (m->stop_psi_percent && calm < goal) {
		*end = BT_MEASURE_END_PRESSURE;
		goal = calm;
	}
	if (m->limit_bytes && m->limit_bytes <= goal) {
		*end = BT_MEASURE_END_LIMIT;
		goal = m->limit_bytes;
	}
	return goal;
}

static void sim_measured(void *state, struct bt_measure *measure)
{
	struct sim *sim = state;
	struct bt_measure *m = &sim->measure;

	pthread_mutex_lock(&sim->lock);
	if (m->state == BT_MEASURE_RUNNING) {
		enum bt_measure_end end;
		uint64_t goal = measure_goal(sim, &end);

		m->elapsed_ns = sim->now_ns - sim->measure_start_ns;
		if (m->elapsed_ns >= MEASURE_NS) {
			bt_measure_finish(m, end);
			m->reached_bytes = goal;
			if (end == BT_MEASURE_END_PRESSURE)
				snprintf(m->text, sizeof(m->text), BT_MEASURE_STALLED_TEXT,
					 m->stop_psi_percent);
		} else {
			m->reached_bytes = goal / 1000 * (m->elapsed_ns / (MEASURE_NS / 1000));
		}
	}
	*measure = *m;
	pthread_mutex_unlock(&sim->lock);
}

static uint64_t sim_clock_ns(void *state)
{
	struct sim *sim = state;
	uint64_t ns;

	pthread_mutex_lock(&sim->lock);
	ns = next_ns(sim, false);
	pthread_mutex_unlock(&sim->lock);
	return ns;
}

static void sim_set_interval(void *state, uint64_t interval_ns)
{
	struct sim *sim = state;

	pthread_mutex_lock(&sim->lock);
	sim->interval_ns = interval_ns ? interval_ns : DEFAULT_INTERVAL_NS;
	pthread_mutex_unlock(&sim->lock);
}

static void sim_close(void *state)
{
	sim_free(state);
}

const struct bt_source_ops bt_source_sim = {
	.name = "sim",
	.help = "sim[:SEED][,cpus=N][,nodes=N][,memory=SIZE][,fault=...]: a simulated machine",
	.open = sim_open,
	.read = sim_read,
	.publish = sim_publish,
	.keepalive = sim_keepalive,
	.measure = sim_measure,
	.measured = sim_measured,
	.clock_ns = sim_clock_ns,
	.set_interval = sim_set_interval,
	.close = sim_close,
};
