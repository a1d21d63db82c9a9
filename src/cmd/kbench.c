// SPDX-License-Identifier: GPL-2.0
/* buddytop kbench: microbenchmarks in the kernel, on the module's own workers. */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/kbench_doc.h"
#include "cmd/bench_progress.h"
#include "cmd/cmd.h"
#include "core/mask.h"
#include "core/param.h"

#define INTERVAL_NS (250 * BT_NS_PER_MS)	/* of samples; phases are looked at when they end */
#define FIRST_NS (30 * BT_NS_PER_S)
#define GIVE_BACK_NS (10 * BT_NS_PER_S)		/* after the end: then the lease does it */

struct kbench_values {
	const char *iterations, *allocs, *seed, *percent;	/* numbers */
	const char *orders, *threads, *node, *cpus, *output;
	struct bt_opt_list set;
	bool json, csv, quiet;
};

#define FIELD(f) offsetof(struct kbench_values, f)

static const struct bt_opt kbench_opts[] = {
	{ "iterations", 0, BT_OPT_TEXT, "N", "of each order and number of threads (default 100, frag 10)",
	  FIELD(iterations) },
	{ "allocs", 0, BT_OPT_TEXT, "N", "blocks of each thread (default 4096; frag: all it may hold)",
	  FIELD(allocs) },
	{ "orders", 0, BT_OPT_TEXT, "LIST", "to do it for (default 0)", FIELD(orders) },
	{ "threads", 0, BT_OPT_TEXT, "LIST", "numbers of threads, a CPU each (default 1; frag: all)",
	  FIELD(threads) },
	{ "node", 0, BT_OPT_TEXT, "N", "CPUs and memory of this node alone", FIELD(node) },
	{ "on-cpus", 0, BT_OPT_TEXT, "LIST", "CPUs to choose from (default: all, by number)",
	  FIELD(cpus) },
	{ "percent", 0, BT_OPT_TEXT, "N", "frag: re-allocated in an iteration, of what is held (default 10)",
	  FIELD(percent) },
	{ "seed", 0, BT_OPT_TEXT, "N", "of what is random (default 1)", FIELD(seed) },
	{ "set", 0, BT_OPT_SETTING, "KEY=VALUE", "gfp, touch, sample, guard, reserve or lease of the workers",
	  FIELD(set) },
	{ "output-path", 'o', BT_OPT_TEXT, "FILE", "write the result document there", FIELD(output) },
	{ "json", 0, BT_OPT_FLAG, NULL, "print the result document instead of the table", FIELD(json) },
	{ "csv", 0, BT_OPT_FLAG, NULL, "print a line for each iteration, with linux-alloc-bench's columns",
	  FIELD(csv) },
	{ "quiet", 'q', BT_OPT_FLAG, NULL, "no progress and no table", FIELD(quiet) },
	{ 0 }
};

struct job {
	struct bt_cmd_call *call;
	const struct kbench_values *values;
	enum bt_kbench_kind kind;
	struct bt_session *session;
	struct bench_progress shown;
	struct bt_cmd_opening opening;
	int stop_fd;
};

/* ---- options ------------------------------------------------------------------------------ */

static int choose_kind(struct job *job, struct bt_err *err)
{
	if (job->call->argc != 1)
		return bt_err_set(err, EINVAL, "which one: bulk, repeat, rand or frag?");
	return bt_kbench_find_kind(job->call->argv[0], &job->kind, err);
}

static int check_values(const struct job *job, struct bt_err *err)
{
	const struct kbench_values *values = job->values;

	if (values->json + values->csv + values->quiet > 1)
		return bt_err_set(err, EINVAL, "--json, --csv and --quiet exclude each other");
	if (values->percent && job->kind != BT_KBENCH_FRAG)
		return bt_err_set(err, EINVAL, "--percent: only frag re-allocates");
	return 0;
}

/* What the run decides is not to be set. */
static int set_params(const struct bt_opt_list *set, struct bt_kbench_plan *plan,
		      const struct ant_limits *limits, struct bt_err *err)
{
	static const char *const own[] = { "order", "cpus", "node", "pattern", "free", "batch", "bulk",
					   "handoff", "pace", "held" };
	int rc = 0;

	for (unsigned i = 0; i < set->count && !rc; i++) {
		const char *assignment = set->items[i] + strlen("set=");

		for (unsigned k = 0; k < BT_ARRAY_SIZE(own) && !rc; k++) {
			if (!strncmp(assignment, own[k], strlen(own[k])) &&
			    assignment[strlen(own[k])] == '=')
				rc = bt_err_set(err, EINVAL, "--set %s: the benchmark decides that by "
						"itself", assignment);
		}
		if (!rc)
			rc = bt_param_assign(&plan->config, assignment, limits, err);
	}
	if (!rc && plan->config.guard == BT_GUARD_BENCH)
		plan->config.reserve_bytes = 0;
	return rc;
}

/* Options that were given; the others stay as they are. */
static int set_fields(const struct kbench_values *v, struct bt_kbench_plan *plan,
		      const struct bt_machine *machine, struct bt_err *err)
{
	const struct {
		const char *name, *text;
	} rows[] = {
		{ "orders", v->orders }, { "threads", v->threads }, { "iterations", v->iterations },
		{ "allocs", v->allocs }, { "percent", v->percent }, { "seed", v->seed },
	};
	int rc = 0;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows) && !rc; i++) {
		const struct bt_kbench_field *field = bt_kbench_field_find(rows[i].name);

		if (rows[i].text)
			rc = field->set(field, plan, rows[i].text, machine, err);
	}
	return rc;
}

/* Nodes and CPUs first: frag takes all that they allow. */
static int make_plan(const struct job *job, struct bt_kbench_plan *plan, struct bt_err *err)
{
	const struct bt_machine *machine = bt_session_machine(job->session);
	const struct bt_kbench_field *node = bt_kbench_field_find("node");
	const struct kbench_values *v = job->values;
	struct ant_limits limits = bt_machine_limits(machine);
	int rc = 0;

	bt_kbench_plan_default(plan, machine);
	if (v->node)
		rc = node->set(node, plan, v->node, machine, err);
	if (!rc && v->cpus)
		rc = bt_mask_parse(v->cpus, machine->cpu_count, plan->cpus, BT_CPU_WORDS, "--on-cpus", err);
	if (rc)
		return rc;
	bt_kbench_set_kind(plan, job->kind, machine, bt_session_frame(job->session));
	rc = set_params(&v->set, plan, &limits, err);
	return rc ? rc : set_fields(v, plan, machine, err);
}

/* ---- the run ------------------------------------------------------------------------------ */

static void show(struct job *job, const struct bt_kbench_run *run)
{
	struct bt_kbench_progress now;
	char text[128];

	bt_kbench_progress(run, &now);
	if (!now.group)
		return;
	snprintf(text, sizeof(text), "%s order %u, %u threads, %s", bt_kbench_name[job->kind],
		 now.group->order, now.group->threads, now.phase);
	bench_progress_line(&job->shown, &(struct bench_progress_place){
		.position = now.done + 1, .total = now.total,
		.elapsed_ns = now.elapsed_ns,
		.left_ns = now.done ? now.elapsed_ns / now.done * (now.total - now.done) : BT_UNKNOWN,
	}, text);
}

/* Until a frame came, something is due or the end is asked for. True: it is. */
static bool wait_for_more(const struct job *job, const struct bt_kbench_run *run, bool stopping)
{
	uint64_t now_ns = bt_mono_ns(), due_ns = bt_kbench_due_ns(run);
	uint64_t left_ns = due_ns > now_ns ? due_ns - now_ns : 0;
	struct timespec timeout = {
		.tv_sec = left_ns > BT_NS_PER_S ? 1 : 0,
		.tv_nsec = left_ns > BT_NS_PER_S ? 0 : (long)left_ns,
	};
	struct pollfd fds[] = {
		{ .fd = bt_session_fd(job->session), .events = POLLIN },
		{ .fd = stopping ? -1 : job->stop_fd, .events = POLLIN },
	};

	bt_session_want(job->session, bt_kbench_wants(run));
	ppoll(fds, BT_ARRAY_SIZE(fds), &timeout, NULL);
	bt_session_step(job->session);
	return fds[1].revents != 0;
}

/* 0: complete. -EINTR, or what the flaw is (-ECANCELED). */
static int run_to_end(struct job *job, struct bt_kbench_run *run, struct bt_err *err)
{
	const struct bt_kbench *result = bt_kbench_result(run);
	uint64_t stopped_ns = 0;
	int rc;

	while (!(rc = bt_kbench_step(run, err))) {
		if (wait_for_more(job, run, stopped_ns)) {
			stopped_ns = bt_mono_ns();
			rc = bt_kbench_stop(run, "interrupted", err);
			if (rc)
				return rc;
		}
		if (stopped_ns && bt_mono_ns() - stopped_ns > GIVE_BACK_NS)
			return bt_err_set(err, EINTR, "interrupted; what is held goes back when the "
					  "device is closed");
		show(job, run);
	}
	if (rc < 0)
		return rc;
	if (stopped_ns)
		return bt_err_set(err, EINTR, "interrupted: the result is not complete");
	return result->complete ? 0 : bt_err_set(err, ECANCELED, "the result is not complete: %s",
						  result->flaw);
}

static void print_json(const struct bt_kbench *result)
{
	struct bt_json_writer *w = bt_json_writer_create(true);

	bt_kbench_encode(w, result);
	bt_cmd_print_json(w);
	bt_json_writer_free(w);
}

/* Also what there is of one that came to an early end. The first error is the one to tell of. */
static int deliver(const struct job *job, const struct bt_kbench *result, int rc, struct bt_err *err)
{
	struct bt_err failed = { 0 };

	if (job->values->json)
		print_json(result);
	else if (job->values->csv)
		bt_kbench_csv(stdout, result);
	else if (!job->values->quiet)
		bt_kbench_print(stdout, result, bt_cmd_terminal_width());
	if (!job->values->output || !bt_kbench_write(result, job->values->output, &failed))
		return rc;
	if (!rc)
		*err = failed;
	else
		fprintf(stderr, "buddytop: %s\n", failed.text);
	return rc ? rc : -failed.code;
}

static int measure(struct job *job, struct bt_err *err)
{
	struct bt_kbench_run *run = NULL;
	struct bt_kbench_plan plan;
	int rc = bt_session_wait_frame(job->session, 0, FIRST_NS, job->stop_fd, err);

	if (!rc)
		rc = make_plan(job, &plan, err);
	if (!rc)
		rc = bt_kbench_start(&run, job->session, &plan, "command line", err);
	if (rc)
		return rc;
	rc = run_to_end(job, run, err);
	bench_progress_clear(&job->shown);
	rc = deliver(job, bt_kbench_result(run), rc, err);
	bt_kbench_end(run);
	return rc;
}

/* ---- the command -------------------------------------------------------------------------- */

static int open_and_measure(struct job *job, struct bt_err *err)
{
	struct bt_session_options options = {
		.source_options = { .progress = bt_cmd_opening_told, .ask = bt_cmd_opening_asked,
				    .context = &job->opening },
		.serve = true,
		.lock_memory = true,
	};
	char note[BT_CMD_NOTE];
	int rc;

	if (job->call->source.interval_ns == BT_UNKNOWN)
		job->call->source.interval_ns = INTERVAL_NS;
	rc = bt_cmd_session_options(job->call, "module", &options, note, err);
	if (!rc)
		rc = bt_session_open(&job->session, &options, err);
	if (rc)
		return rc;
	rc = measure(job, err);
	bt_session_close(job->session);
	return rc;
}

static int run_kbench(struct bt_cmd_call *call, struct bt_err *err)
{
	struct kbench_values *values = call->values;
	struct job job = { .call = call, .values = values };
	int rc;

	setlocale(LC_CTYPE, "");
	job.stop_fd = bt_cmd_catch_end();
	job.opening = (struct bt_cmd_opening){ .quiet = values->quiet, .stop_fd = job.stop_fd };
	bench_progress_begin(&job.shown, values->quiet);
	rc = choose_kind(&job, err);
	if (!rc)
		rc = check_values(&job, err);
	if (!rc && values->output)
		rc = bt_file_may_be_written(values->output, err);
	if (!rc)
		rc = open_and_measure(&job, err);
	bt_opt_list_free(&values->set);
	close(job.stop_fd);
	return rc;
}

const struct bt_cmd bt_cmd_kbench = {
	.name = "kbench",
	.operands = "bulk|repeat|rand|frag",
	.summary = "Microbenchmarks in the kernel: the job of linux-alloc-bench",
	.description = "bulk: allocate all blocks, then free them in the same order. repeat: allocate one and free it,\n"
		       "over and over. rand: allocate all, shuffle them over all threads, free them. frag: fill memory,\n"
		       "free half at random, then re-allocate a share at random, and see what is left in one piece.",
	.opts = kbench_opts,
	.values_size = sizeof(struct kbench_values),
	.run = run_kbench,
};
