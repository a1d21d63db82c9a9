// SPDX-License-Identifier: GPL-2.0
/* A microbenchmark under way: phase after phase, each a generation. */
#include "session/kbench.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask.h"
#include "core/param.h"

/* A phase may be over long before the next sample by the clock: looked at after 1 ms, 2, 4 ... */
#define POLL_FIRST_NS BT_NS_PER_MS
#define POLL_LAST_NS (500 * BT_NS_PER_MS)

/* ---- phases ------------------------------------------------------------------------------- */

/* Blocks of a phase on each CPU. */
enum amount { AMOUNT_NONE, AMOUNT_ALL, AMOUNT_HALF, AMOUNT_SHARE };

enum { MEASURES_GET = 1, MEASURES_PUT = 2 };

struct phase {
	const char *name;
	enum bt_step step;	/* BT_STEP_NONE: give everything back */
	enum amount amount;
	unsigned measures;	/* what the row says of it; none: a preparation */
};

#define PHASES 3	/* at most, and the end */

static const struct phase give_back = { .name = "give back" };
static const struct phase read_map = { .name = "map of free pages" };
#define MAP_LIMIT_NS (30 * BT_NS_PER_S)

/* Lists end with an entry without a name. */
static const struct program {
	struct phase setup[PHASES + 1];		/* once a group */
	struct phase iteration[PHASES + 1];
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

/* ---- results ------------------------------------------------------------------------------ */

struct bt_kbench *bt_kbench_create(void)
{
	struct bt_kbench *result = bt_xcalloc(1, sizeof(*result));

	result->clock_pair_ns = BT_UNKNOWN;
	result->clock = BT_CLOCK_COUNT;
	return result;
}

void bt_kbench_free(struct bt_kbench *result)
{
	if (!result)
		return;
	for (unsigned i = 0; result->groups && i < result->group_count; i++)
		bt_freemap_free(result->groups[i].map);
	free(result->groups);
	free(result->rows);
	free(result);
}

static void *copy_of(const void *from, size_t count, size_t size)
{
	void *to = bt_xcalloc(count ? count : 1, size);

	if (count)
		memcpy(to, from, count * size);
	return to;
}

struct bt_kbench *bt_kbench_copy(const struct bt_kbench *result)
{
	struct bt_kbench *copy;

	if (!result)
		return NULL;
	copy = bt_kbench_create();
	*copy = *result;
	copy->groups = copy_of(result->groups, result->group_count, sizeof(*copy->groups));
	for (unsigned i = 0; i < copy->group_count; i++) {
		if (!result->groups[i].map)
			continue;
		copy->groups[i].map = bt_freemap_create();
		bt_freemap_copy(copy->groups[i].map, result->groups[i].map);
	}
	copy->rows = copy_of(result->rows, result->row_count, sizeof(*copy->rows));
	return copy;
}

/* ---- a run -------------------------------------------------------------------------------- */

enum stage {
	STAGE_PREPARE,		/* what was held before the group is given back */
	STAGE_SETUP,
	STAGE_ITERATION,
	STAGE_MAP,		/* frag, after the iterations: all is held, the map is read */
	STAGE_LAST,		/* all is given back, then it is over */
	STAGE_OVER,
};

struct bt_kbench_run {
	struct bt_session *session;
	const char *who;
	struct bt_kbench *result;
	const struct program *program;
	unsigned groups;		/* in all; result->groups has room for them */
	unsigned group, iteration, index;
	enum stage stage;
	struct bt_kbench_row row;	/* of the iteration under way */
	struct bt_frame *begin;		/* of the phase */
	bool has_begin;
	struct bt_interval *whole;	/* of a phase */
	uint64_t seq, token, generation; /* generation 0: not accepted yet */
	uint64_t last_generation;	/* of ours */
	uint64_t start_ns, due_ns, poll_ns; /* own clock */
	double phase_ratio;
	uint64_t map_after_ns;		/* clock of the frames: the map shall be read after that */
	uint64_t map_limit_ns;		/* own clock: a source that has none shall not be waited for */
};

static struct bt_kbench_group *group_of(const struct bt_kbench_run *run)
{
	return &run->result->groups[run->group];
}

static const struct phase *phase_of(const struct bt_kbench_run *run)
{
	if (run->stage == STAGE_SETUP)
		return &run->program->setup[run->index];
	if (run->stage == STAGE_ITERATION)
		return &run->program->iteration[run->index];
	if (run->stage == STAGE_MAP)
		return &read_map;
	return &give_back;
}

static uint64_t blocks_of(const struct bt_kbench_run *run, enum amount amount)
{
	uint64_t allocs = group_of(run)->allocs;

	switch (amount) {
	case AMOUNT_ALL:
		return allocs;
	case AMOUNT_HALF:
		return allocs / 2 ? allocs / 2 : 1;
	case AMOUNT_SHARE:
		return bt_kbench_share(&run->result->plan, allocs);
	default:
		return 0;
	}
}

/* Every phase has one of its own, the same in each run. */
static uint64_t seed_of(const struct bt_kbench_run *run)
{
	return run->result->plan.seed + ((uint64_t)run->group << 48) +
	       ((uint64_t)run->iteration << 8) + run->index;
}

static int publish(struct bt_kbench_run *run, struct bt_err *err)
{
	const struct phase *phase = phase_of(run);
	struct bt_config config;
	int rc;

	bt_kbench_config(&run->result->plan, group_of(run), bt_session_machine(run->session), &config);
	if (phase->step != BT_STEP_NONE) {
		bt_config_run(&config, BT_RUN_STEP);
		config.step = phase->step;
		config.step_blocks = blocks_of(run, phase->amount);
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

/* The first flaw is the one to tell of. */
static void flaw(struct bt_kbench_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void flaw(struct bt_kbench_run *run, const char *format, ...)
{
	va_list args;

	if (run->result->flaw[0])
		return;
	va_start(args, format);
	vsnprintf(run->result->flaw, sizeof(run->result->flaw), format, args);
	va_end(args);
}

static void over(struct bt_kbench_run *run)
{
	run->stage = STAGE_OVER;
	run->due_ns = UINT64_MAX;
	run->result->end_utc_ns = bt_utc_ns();
	run->result->complete = !run->result->flaw[0];
}

/* ---- what frames say ---------------------------------------------------------------------- */

static bool drained(const struct bt_kbench_run *run, const struct bt_frame *frame)
{
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	return totals.applied == totals.online && !totals.held_blocks &&
	       frame->config.generation == run->generation;
}

/* Also notes how much of the phase is done. */
static bool ended(struct bt_kbench_run *run, const struct bt_frame *frame)
{
	const struct phase *phase = phase_of(run);
	double blocks = (double)blocks_of(run, phase->amount) * group_of(run)->threads, done = 0;
	bool all = true;

	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++) {
		const struct bt_frame_step *step = &frame->cpus[cpu].step;

		if (!bt_mask_test(group_of(run)->cpus, cpu))
			continue;
		all = all && step->ended == run->generation && step->generation == run->generation;
		if (step->generation == run->generation)
			done += (double)step->done;
	}
	run->phase_ratio = blocks > 0 ? done / blocks : NAN;
	return all;
}

static bool grew(uint64_t older, uint64_t newer)
{
	return older != BT_UNKNOWN && newer != BT_UNKNOWN && newer > older;
}

/* What makes it worthless; true: there is nothing of ours to stop any more. */
static bool judge(struct bt_kbench_run *run, const struct bt_frame *frame)
{
	struct bt_frame_totals before, now;

	if (run->generation && frame->config.generation > run->generation) {
		if (frame->run == BT_RUN_DRAIN && frame->reason != BT_REASON_USER)
			flaw(run, "stopped: %s", bt_reason_text(frame->reason));
		else
			flaw(run, "another configuration was published, by somebody else or "
			     "because memory came or went");
		return true;
	}
	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++) {
		if (bt_mask_test(group_of(run)->cpus, cpu) && !frame->cpus[cpu].online)
			flaw(run, "CPU %u went offline", cpu);
	}
	if (!run->has_begin)
		return false;
	bt_frame_totals(run->begin, &before);
	bt_frame_totals(frame, &now);
	if (grew(before.throttled, now.throttled))
		flaw(run, "guard safe kept its reserve: less memory than that is available");
	return false;
}

/* ---- measuring ---------------------------------------------------------------------------- */

static void take_times(const struct bt_kbench_run *run, const struct bt_frame *frame,
		       struct bt_kbench_times *times)
{
	uint64_t sum = 0;
	unsigned threads = 0;

	*times = (struct bt_kbench_times){ .min_ns = BT_UNKNOWN, .avg_ns = BT_UNKNOWN,
					   .max_ns = BT_UNKNOWN };
	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++) {
		const struct bt_frame_step *step = &frame->cpus[cpu].step;
		uint64_t ns;

		if (!bt_mask_test(group_of(run)->cpus, cpu) || !step->done)
			continue;
		ns = (step->end_ns - step->start_ns - step->preempted_ns) / step->done;
		times->min_ns = !threads || ns < times->min_ns ? ns : times->min_ns;
		times->max_ns = !threads || ns > times->max_ns ? ns : times->max_ns;
		sum += ns;
		threads++;
	}
	if (threads)
		times->avg_ns = sum / threads;
}

static void add_counts(const struct bt_kbench_run *run, const struct bt_frame *frame,
		       struct bt_kbench_row *row)
{
	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++) {
		if (!bt_mask_test(group_of(run)->cpus, cpu))
			continue;
		row->failures += frame->cpus[cpu].step.failures;
		row->preempted_ns += frame->cpus[cpu].step.preempted_ns;
	}
}

static void measure(struct bt_kbench_run *run, const struct bt_frame *frame)
{
	const struct phase *phase = phase_of(run);
	struct bt_kbench_group *group = group_of(run);
	struct bt_kbench_row *row = &run->row;
	struct bt_frame_totals before, now;

	bt_interval_derive(run->whole, run->begin, frame);
	bt_frame_totals(run->begin, &before);
	bt_frame_totals(frame, &now);
	if (phase->measures & MEASURES_GET) {
		take_times(run, frame, &row->get);
		row->get.latency = run->whole->point.latency[BT_OP_ALLOC];
		bt_hist_add(&group->get, &run->whole->point.hist[BT_OP_ALLOC]);
	}
	if (phase->measures & MEASURES_PUT) {
		take_times(run, frame, &row->put);
		row->put.latency = run->whole->point.latency[BT_OP_FREE];
		bt_hist_add(&group->put, &run->whole->point.hist[BT_OP_FREE]);
	}
	add_counts(run, frame, row);
	row->preempted += now.preempted - before.preempted;
}

/* ---- from phase to phase ------------------------------------------------------------------ */

static void begin_row(struct bt_kbench_run *run)
{
	const struct bt_kbench_plan *plan = &run->result->plan;
	const struct bt_kbench_group *group = group_of(run);

	run->row = (struct bt_kbench_row){
		.order = group->order, .threads = group->threads, .iteration = run->iteration,
		.allocs = plan->kind == BT_KBENCH_FRAG ? bt_kbench_share(plan, group->allocs) :
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
	if (phase_of(run)->measures)
		measure(run, frame);
	if (run->result->plan.kind == BT_KBENCH_FRAG && run->stage == STAGE_ITERATION)
		bt_kbench_free_lists(frame, bt_session_machine(run->session),
				     run->result->plan.node, &run->row.free_pages,
				     &run->row.free_frames);
	bt_frame_copy(run->begin, frame);
	run->has_begin = true;
	advance(run);
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
	struct bt_kbench_group *group = group_of(run);

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
			flaw(run, "another configuration was published in between");
		run->last_generation = run->generation;
	} else if (!run->generation && frame->ack.token > run->token) {
		flaw(run, "somebody else published a configuration at the same time");
		over(run);
		return 0;
	}
	if (!run->generation)
		return 0;
	if (judge(run, frame)) {
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
	if (phase_of(run)->step == BT_STEP_NONE ? drained(run, frame) : ended(run, frame))
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
	flaw(run, "%s", why);
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
		.group = run->stage == STAGE_OVER ? NULL : group_of(run),
		.phase = phase_of(run)->name,
		.iteration = run->stage == STAGE_ITERATION ? run->iteration + 1 : 0,
		.iterations = result->plan.iterations,
		.phase_ratio = run->phase_ratio,
		.done = result->row_count,
		.total = run->groups * result->plan.iterations,
		.elapsed_ns = bt_mono_ns() - run->start_ns,
	};
}
