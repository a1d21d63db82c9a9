// SPDX-License-Identifier: GPL-2.0
/* A microbenchmark under way: phase after phase, each a generation. */
#include "session/kbench_state.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/param.h"

/* A phase may be over long before the next sample by the clock: looked at after 1 ms, 2, 4 ... */
#define POLL_FIRST_NS BT_NS_PER_MS
#define POLL_LAST_NS (500 * BT_NS_PER_MS)

/* ---- phases ------------------------------------------------------------------------------- */

#define PHASES 3	/* at most, and the end */

static const struct bt_kbench_phase give_back = { .name = "give back" };
static const struct bt_kbench_phase read_map = { .name = "map of free pages" };
#define MAP_LIMIT_NS (30 * BT_NS_PER_S)

/* Lists end with an entry without a name. */
static const struct bt_kbench_program {
	struct bt_kbench_phase setup[PHASES + 1];		/* once a group */
	struct bt_kbench_phase iteration[PHASES + 1];
} programs[BT_KBENCH_KINDS] = {
	[BT_KBENCH_BULK] = { .iteration = {
		{ "get", BT_STEP_GET, AMOUNT_ALL, MEASURES_GET },
		{ "put", BT_STEP_PUT, AMOUNT_ALL, MEASURES_PUT },
	} },
	[BT_KBENCH_REPEAT] = { .iteration = {
		{ "pair", BT_STEP_PAIR, AMOUNT_ALL, MEASURES_GET | MEASURES_PUT },
	} },
	[BT_KBENCH_RAND] = { .iteration = {
		{ "get", BT_STEP_GET, AMOUNT_ALL, MEASURES_GET },
		{ "shuffle", BT_STEP_SHUFFLE, AMOUNT_NONE, 0 },
		{ "put", BT_STEP_PUT, AMOUNT_ALL, MEASURES_PUT },
	} },
	[BT_KBENCH_FRAG] = {
		.setup = {
			{ "fill", BT_STEP_GET, AMOUNT_ALL, 0 },
			{ "free half", BT_STEP_PUT, AMOUNT_HALF, 0 },
		},
		.iteration = {
			{ "put", BT_STEP_PUT, AMOUNT_SHARE, MEASURES_PUT },
			{ "get", BT_STEP_GET, AMOUNT_SHARE, MEASURES_GET },
		},
	},
};

static const struct bt_kbench_phase *phase_of(const struct bt_kbench_run *run)
{
	if (run->stage == STAGE_SETUP)
		return &run->program->setup[run->index];
	if (run->stage == STAGE_ITERATION)
		return &run->program->iteration[run->index];
	if (run->stage == STAGE_MAP)
		return &read_map;
	return &give_back;
}

/* Every phase has one of its own, the same in each run. */
static uint64_t seed_of(const struct bt_kbench_run *run)
{
	return run->result->plan.seed + ((uint64_t)run->group << 48) +
	       ((uint64_t)run->iteration << 8) + run->index;
}

static int publish(struct bt_kbench_run *run, struct bt_err *err)
{
	const struct bt_kbench_phase *phase = phase_of(run);
	struct bt_config config;
	int rc;

	run->phase = phase;
	bt_kbench_config(&run->result->plan, bt_kbench_group_of(run),
			 bt_session_machine(run->session), &config);
	if (phase->step != BT_STEP_NONE) {
		bt_config_run(&config, BT_RUN_STEP);
		config.step = phase->step;
		config.step_blocks = bt_kbench_blocks(run);
		config.seed = seed_of(run);
	}
	rc = bt_session_publish(run->session, &config, run->who, err);
	if (rc)
		return rc;
	run->token = bt_session_token(run->session);
	run->generation = 0;
	run->phase_ratio = NAN;
	run->poll_ns = POLL_FIRST_NS;
	run->due_ns = bt_mono_ns() + run->poll_ns;
	return 0;
}

static void over(struct bt_kbench_run *run)
{
	run->stage = STAGE_OVER;
	run->due_ns = UINT64_MAX;
	run->result->end_utc_ns = bt_utc_ns();
	run->result->complete = !run->result->flaw[0];
}

/* ---- from phase to phase ------------------------------------------------------------------ */

static void begin_row(struct bt_kbench_run *run)
{
	const struct bt_kbench_plan *plan = &run->result->plan;
	const struct bt_kbench_group *group = bt_kbench_group_of(run);

	run->row = (struct bt_kbench_row){
		.order = group->order, .threads = group->threads, .iteration = run->iteration,
		.allocs = plan->kind == BT_KBENCH_FRAG ? bt_kbench_share(plan, group->filled) :
							 group->allocs,
		.free_pages = BT_UNKNOWN, .free_frames = BT_UNKNOWN,
	};
}

static void next_group(struct bt_kbench_run *run)
{
	run->stage = STAGE_LAST;
	run->iteration = run->index = 0;
	if (run->group + 1 < run->groups) {
		run->stage = STAGE_PREPARE;
		run->group++;
	}
}

/* Moves on to the next phase. */
static void advance(struct bt_kbench_run *run)
{
	struct bt_kbench *result = run->result;

	run->index++;
	if (run->stage == STAGE_PREPARE) {
		result->group_count = run->group + 1;
		run->stage = STAGE_SETUP;
		run->index = 0;
	}
	if (run->stage == STAGE_SETUP && !phase_of(run)->name) {
		run->stage = STAGE_ITERATION;
		run->iteration = run->index = 0;
		begin_row(run);
	} else if (run->stage == STAGE_ITERATION && !phase_of(run)->name) {
		result->rows[result->row_count++] = run->row;
		run->index = 0;
		if (++run->iteration < result->plan.iterations) {
			begin_row(run);
			return;
		}
		if (result->plan.kind == BT_KBENCH_FRAG)
			run->stage = STAGE_MAP;
		else
			next_group(run);
	} else if (run->stage == STAGE_MAP) {
		next_group(run);
	}
}

/* The phase is over: what it measured, and the next one. */
static int next(struct bt_kbench_run *run, const struct bt_frame *frame, struct bt_err *err)
{
	if (run->stage == STAGE_LAST) {
		over(run);
		return 0;
	}
	if (run->stage == STAGE_SETUP && run->phase->step == BT_STEP_GET)
		bt_kbench_filled(run, frame);
	if (run->phase->measures)
		bt_kbench_measure(run, frame);
	if (run->result->plan.kind == BT_KBENCH_FRAG && run->stage == STAGE_ITERATION)
		bt_kbench_free_lists(frame, bt_session_machine(run->session),
				     run->result->plan.node, &run->row.free_pages,
				     &run->row.free_frames);
	bt_frame_copy(run->begin, frame);
	run->has_begin = true;
	advance(run);
	run->phase = phase_of(run);
	if (run->stage != STAGE_MAP)
		return publish(run, err);
	run->map_after_ns = frame->mono_ns;
	run->map_limit_ns = bt_mono_ns() + MAP_LIMIT_NS;
	run->poll_ns = POLL_FIRST_NS;
	run->due_ns = bt_mono_ns() + run->poll_ns;
	return 0;
}

/* One that was read since, or why there is none. */
static bool map_came(const struct bt_kbench_run *run, const struct bt_frame *frame)
{
	const struct bt_frame_freemap *map = &frame->free_map;

	if (bt_mono_ns() >= run->map_limit_ns)
		return true;
	return map->state != BT_DETAIL_NONE &&
	       (map->state != BT_DETAIL_KNOWN || map->mono_ns >= run->map_after_ns);
}

static void take_map(struct bt_kbench_run *run, const struct bt_frame *frame)
{
	struct bt_kbench_group *group = bt_kbench_group_of(run);

	if (frame->free_map.state == BT_DETAIL_NONE)
		return; /* of a source that knows of none, or too late */
	group->map = bt_freemap_create();
	bt_freemap_copy(group->map, &frame->free_map);
}

/* Nothing more is measured; what is held is given back. */
static int give_up(struct bt_kbench_run *run, struct bt_err *err)
{
	run->stage = STAGE_LAST;
	run->has_begin = false;
	return publish(run, err);
}

static int look(struct bt_kbench_run *run, const struct bt_frame *frame, struct bt_err *err)
{
	if (!run->generation && frame->ack.token == run->token) {
		if (frame->ack.error)
			return bt_err_set(err, frame->ack.error, "%s", frame->ack.text);
		run->generation = frame->ack.generation;
		/* Whose it was is in the event log; it was in force until ours came. */
		if (run->last_generation && run->generation != run->last_generation + 1)
			bt_kbench_flaw(run, "another configuration was published in between");
		run->last_generation = run->generation;
	} else if (!run->generation && frame->ack.token > run->token) {
		bt_kbench_flaw(run, "somebody else published a configuration at the same time");
		over(run);
		return 0;
	}
	if (!run->generation)
		return 0;
	if (bt_kbench_judge(run, frame)) {
		over(run);
		return 0;
	}
	if (run->result->flaw[0] && run->stage != STAGE_LAST)
		return give_up(run, err);
	if (frame->config.generation != run->generation)
		return 0;
	if (run->stage == STAGE_MAP) {
		if (!map_came(run, frame))
			return 0;
		take_map(run, frame);
		return next(run, frame, err);
	}
	if (run->phase->step == BT_STEP_NONE ? bt_kbench_drained(run, frame) :
					       bt_kbench_ended(run, frame))
		return next(run, frame, err);
	return 0;
}

int bt_kbench_step(struct bt_kbench_run *run, struct bt_err *err)
{
	const struct bt_frame *frame = bt_session_frame(run->session);
	struct bt_session_status status;
	int rc = 0;

	bt_session_status(run->session, &status);
	if (status.state == BT_SESSION_LOST)
		return bt_err_set(err, EIO, "source lost: %s", status.error.text);
	if (run->stage != STAGE_OVER && frame && frame->seq != run->seq) {
		run->seq = frame->seq;
		rc = look(run, frame, err);
	}
	if (!rc && status.interval_ns && bt_mono_ns() >= run->due_ns) {
		bt_session_kick(run->session);
		run->poll_ns = run->poll_ns * 2 < POLL_LAST_NS ? run->poll_ns * 2 : POLL_LAST_NS;
		run->due_ns = bt_mono_ns() + run->poll_ns;
	}
	return rc ? rc : run->stage == STAGE_OVER;
}

int bt_kbench_stop(struct bt_kbench_run *run, const char *why, struct bt_err *err)
{
	if (run->stage == STAGE_OVER || run->stage == STAGE_LAST)
		return 0;
	bt_kbench_flaw(run, "%s", why);
	return give_up(run, err);
}

/* ---- begin and end ------------------------------------------------------------------------ */

static void begin_result(struct bt_kbench_run *run, const struct bt_kbench_plan *plan,
			 const struct bt_frame *frame)
{
	struct bt_kbench *result = run->result;

	result->plan = *plan;
	result->machine = *bt_session_machine(run->session);
	result->start_utc_ns = bt_utc_ns();
	result->clock = frame->clock;
	result->clock_pair_ns = frame->clock_pair_ns;
	result->groups = bt_xcalloc((size_t)plan->order_count * plan->thread_count,
				    sizeof(*result->groups));
	result->rows = bt_xcalloc((size_t)plan->iterations * plan->order_count * plan->thread_count,
				  sizeof(*result->rows));
}

int bt_kbench_start(struct bt_kbench_run **out, struct bt_session *session,
		    const struct bt_kbench_plan *plan, const char *who, struct bt_err *err)
{
	const struct bt_machine *machine = bt_session_machine(session);
	const struct bt_frame *frame = bt_session_frame(session);
	struct bt_kbench_run *run;
	int rc;

	if (bt_session_no_control(session))
		return bt_err_set(err, EPERM, "no control: %s", bt_session_no_control(session));
	if (!frame || !frame->has_module)
		return bt_err_set(err, EOPNOTSUPP, "a microbenchmark needs the module");
	rc = bt_kbench_groups(plan, machine, frame, NULL, err);
	if (rc < 0)
		return rc;
	run = bt_xcalloc(1, sizeof(*run));
	run->session = session;
	run->who = who;
	run->program = &programs[plan->kind];
	run->groups = (unsigned)rc;
	run->result = bt_kbench_create();
	run->begin = bt_frame_create(machine);
	run->whole = bt_interval_create(machine);
	run->start_ns = bt_mono_ns();
	run->seq = frame->seq;
	begin_result(run, plan, frame);
	bt_kbench_groups(plan, machine, frame, run->result->groups, err);
	rc = publish(run, err);
	if (rc) {
		bt_kbench_end(run);
		return rc;
	}
	*out = run;
	return 0;
}

unsigned bt_kbench_wants(const struct bt_kbench_run *run)
{
	return run->stage == STAGE_MAP ? BT_WANT_FREE_MAP : 0;
}

uint64_t bt_kbench_due_ns(const struct bt_kbench_run *run)
{
	struct bt_session_status status;

	bt_session_status(run->session, &status);
	return status.interval_ns ? run->due_ns : UINT64_MAX;
}

const struct bt_kbench *bt_kbench_result(const struct bt_kbench_run *run)
{
	return run->result;
}

void bt_kbench_end(struct bt_kbench_run *run)
{
	if (!run)
		return;
	bt_kbench_free(run->result);
	bt_frame_free(run->begin);
	bt_interval_free(run->whole);
	free(run);
}

void bt_kbench_progress(const struct bt_kbench_run *run, struct bt_kbench_progress *progress)
{
	const struct bt_kbench *result = run->result;

	*progress = (struct bt_kbench_progress){
		.group = run->stage == STAGE_OVER ? NULL : bt_kbench_group_of(run),
		.phase = phase_of(run)->name,
		.iteration = run->stage == STAGE_ITERATION ? run->iteration + 1 : 0,
		.iterations = result->plan.iterations,
		.phase_ratio = run->phase_ratio,
		.done = result->row_count,
		.total = run->groups * result->plan.iterations,
		.elapsed_ns = bt_mono_ns() - run->start_ns,
	};
}
