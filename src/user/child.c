// SPDX-License-Identifier: GPL-2.0
#include "user/child.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/mask.h"
#include "core/thread.h"
#include "system/cgroup.h"
#include "system/leave.h"
#include "user/guard.h"
#include "user/policy.h"
#include "user/rights.h"
#include "user/trace.h"
#include "user/worker.h"

#define STACK_BYTES (256u << 10)

/* Whose stalls are looked at. */
enum { MACHINE, GROUP, STALLS };

struct child {
	struct bt_user_shared *shared;
	void *board;
	const struct bt_machine *machine;
	struct bt_user_worker **workers;	/* [cpu_count]; NULL: none on this CPU */
	struct bt_account account;
	struct bt_cgroup_limits limits;
	struct stalls {
		int fd;				/* -1: the kernel has no account of them */
		struct bt_guard_pressure pressure;
	} stalls[STALLS];
	uint64_t run_start_ns;			/* of the present run; 0: none */
};

/* ---- the start ----------------------------------------------------------------------------- */

/* Nobody is put into namespaces who did not ask for what is had in them. */
static bool need_network(uint32_t ways)
{
	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		if (ways & 1u << i && bt_ways[i]->networks)
			return true;
	}
	return false;
}

/*
 * What the guard itself needs must not have been taken from it when it is needed. What is mapped from
 * now on is not locked: of that the workers give back page by page, which locked pages do not allow.
 * Only root, as of the session (bt_session_lock_memory()).
 */
static void lock_own_memory(void)
{
	if (!geteuid())
		mlockall(MCL_CURRENT | MCL_ONFAULT);
}

static void prove_all(struct bt_user_shared *shared, const struct bt_machine *machine)
{
	struct bt_err network = { 0 };
	int held_fd = bt_trace_hold();

	if (need_network(shared->ways))
		bt_rights_network(&network);
	bt_rights_descriptors();
	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		struct bt_proof *proof = &shared->proofs[i];

		if (!(shared->ways & 1u << i))
			snprintf(proof->reason, sizeof(proof->reason), "not asked for");
		else if (bt_ways[i]->networks && network.code)
			bt_copy_clean(proof->reason, sizeof(proof->reason), network.text);
		else
			bt_prove(bt_ways[i], machine->max_order, proof);
		bt_prove_nodes(bt_ways[i], machine, proof);
	}
	if (held_fd >= 0)
		close(held_fd);
}

static int start_worker(struct child *c, unsigned cpu, struct bt_err *err)
{
	struct bt_user_worker *w = bt_xcalloc(1, sizeof(*w));
	pthread_t thread;
	int code;

	w->shared = c->shared;
	w->machine = c->machine;
	w->cpu = cpu;
	w->board = bt_board_cpu(c->board, cpu);
	w->account = c->account; /* its files are read by position */
	code = bt_thread_on_cpu(&thread, cpu, STACK_BYTES, bt_user_worker_run, w, err);
	if (code) {
		free(w);
		return code;
	}
	pthread_detach(thread);
	c->workers[cpu] = w;
	return 0;
}

static int start_workers(struct child *c, struct bt_err *err)
{
	unsigned started = 0;
	int code = 0;

	for (unsigned cpu = 0; cpu < c->machine->cpu_count; cpu++) {
		if (bt_mask_test(c->machine->allowed_cpus, cpu) && !start_worker(c, cpu, err))
			started++;
		else if (err->code)
			code = -err->code;
	}
	if (started)
		err->code = 0; /* a CPU that is offline has none */
	return started ? 0 : code;
}

/* ---- the guard ----------------------------------------------------------------------------- */

struct held {
	uint64_t pages, most;	/* by all workers; by the one that holds most */
	unsigned workers;	/* of the config */
};

static struct held held_now(const struct child *c, const struct bt_config *config)
{
	struct held held = { .pages = 0 };

	for (unsigned cpu = 0; cpu < c->machine->cpu_count; cpu++) {
		uint64_t pages;

		if (!c->workers[cpu])
			continue;
		pages = __atomic_load_n(&c->workers[cpu]->board.stats->held_pages, __ATOMIC_RELAXED);
		held.pages += pages;
		held.most = pages > held.most ? pages : held.most;
		held.workers += bt_mask_test(config->cpus, cpu);
	}
	return held;
}

static void open_stalls(struct child *c)
{
	char *group;

	bt_cgroup_limits_find(&c->limits, "");
	group = bt_cgroup_limits_pressure(&c->limits);
	c->stalls[MACHINE].fd = bt_pressure_open(BT_PRESSURE_PATH, NULL);
	c->stalls[GROUP].fd = group ? bt_pressure_open(group, NULL) : -1;
	free(group);
	c->shared->sees_stalls = c->stalls[MACHINE].fd >= 0;
}

/* Each is read whatever the other says. */
static bool is_pressed(struct child *c, uint64_t now_ns)
{
	bool pressed = false;
	uint64_t stalled_us;

	for (unsigned i = 0; i < STALLS; i++) {
		struct stalls *stalls = &c->stalls[i];

		if (stalls->fd >= 0 && !bt_pressure_read(stalls->fd, &stalled_us) &&
		    bt_guard_is_pressed(&stalls->pressure, now_ns, stalled_us))
			pressed = true;
	}
	return pressed;
}

static void look_away(struct child *c)
{
	for (unsigned i = 0; i < STALLS; i++)
		bt_guard_look_away(&c->stalls[i].pressure);
}

static uint64_t allowed_bytes(const struct child *c, const struct bt_config *config,
			      uint64_t held_bytes)
{
	struct bt_policy_room nodes = bt_policy_room_now(config, c->machine);
	struct bt_guard_look look = {
		.memory_bytes = c->machine->memory_bytes,
		.available_bytes = bt_account_bytes(&c->account, "MemAvailable"),
		.reserve_bytes = config->reserve_bytes, .held_bytes = held_bytes,
		.nodes_bytes = nodes.of_bytes, .nodes_left_bytes = nodes.left_bytes,
	};

	look.group_left_bytes = bt_cgroup_limits_room(&c->limits,
		bt_guard_enough_bytes(config->max_held_bytes, look.memory_bytes), &look.group_bytes);
	return bt_guard_allowed_bytes(&look);
}

static void limit(struct child *c, const struct bt_config *config, uint64_t generation,
		  uint64_t now_ns)
{
	struct held held = held_now(c, config);
	uint64_t page = c->machine->page_bytes, pages;

	pages = is_pressed(c, now_ns) ? 0 : allowed_bytes(c, config, held.pages * page) / page;
	pages = held.workers ? pages / held.workers : 0;
	atomic_store(&c->shared->limit_pages, pages);
	atomic_store_explicit(&c->shared->guarded_generation, generation, memory_order_release);
	if (held.most > pages)
		bt_user_wake(c->shared);
}

static void stop(struct child *c, uint64_t generation, enum bt_reason reason,
		 _Atomic uint64_t *expiries)
{
	atomic_fetch_add(expiries, 1);
	atomic_store(&c->shared->stop_reason, reason);
	atomic_store(&c->shared->stopped_generation, generation);
	c->run_start_ns = 0;
	bt_user_ring(c->shared);
}

static void check_times(struct child *c, const struct bt_config *config, uint64_t generation,
			uint64_t now_ns)
{
	uint64_t kept_alive_ns = atomic_load(&c->shared->kept_alive_ns);

	if (!c->run_start_ns)
		c->run_start_ns = now_ns;
	if (config->lease_ms && now_ns > kept_alive_ns &&
	    now_ns - kept_alive_ns >= config->lease_ms * BT_NS_PER_MS)
		stop(c, generation, BT_REASON_LEASE, &c->shared->lease_expiries);
	else if (config->run_limit_ms &&
		 now_ns - c->run_start_ns >= config->run_limit_ms * BT_NS_PER_MS)
		stop(c, generation, BT_REASON_TIME_LIMIT, &c->shared->limit_expiries);
}

/* CPUs without a worker have nothing to adopt. */
static void echo(const struct child *c, uint64_t generation)
{
	for (unsigned cpu = 0; cpu < c->machine->cpu_count; cpu++) {
		if (!c->workers[cpu])
			bt_board_set(&bt_board_cpu(c->board, cpu).stats->generation,
				     generation);
	}
}

static void watch(struct child *c)
{
	struct bt_user_shared *shared = c->shared;
	uint32_t heard = atomic_load(&shared->bell);
	uint64_t generation, now_ns = bt_mono_ns();
	struct bt_user_job job;
	bool there = bt_user_newest(shared, &job, &generation);
	bool stopped = there && atomic_load(&shared->stopped_generation) == generation;
	bool active = there && !stopped && job.config.run != BT_RUN_DRAIN;

	if (there)
		echo(c, generation);
	if (active) {
		limit(c, &job.config, generation, now_ns);
		check_times(c, &job.config, generation, now_ns);
	} else {
		c->run_start_ns = 0;
		look_away(c);
	}
	bt_user_wait(shared, heard, active ? BT_PRESSURE_TICK_NS : BT_UNKNOWN);
}

void bt_user_child(struct bt_user_shared *shared, void *board, const struct bt_machine *machine,
		   pid_t parent)
{
	struct child c = {
		.shared = shared, .board = board, .machine = machine,
		.workers = bt_xcalloc(machine->cpu_count, sizeof(struct bt_user_worker *)),
	};

	bt_leave_parent(parent, "bt-user");
	prove_all(shared, machine);
	open_stalls(&c);
	lock_own_memory();
	if (!bt_account_open(&c.account, &shared->error))
		start_workers(&c, &shared->error);
	sem_post(&shared->ready);
	for (;;)
		watch(&c);
}
