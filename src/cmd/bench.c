// SPDX-License-Identifier: GPL-2.0
/* buddytop bench: the engine without a screen. */
#include "cmd/bench.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/print.h"
#include "cmd/bench_progress.h"

#define INTERVAL_NS (250 * BT_NS_PER_MS)	/* of samples, where none is given */
#define FIRST_NS (30 * BT_NS_PER_S)

#define FIELD(f) offsetof(struct bench_values, f)

static const struct bt_opt bench_opts[] = {
	{ "alloc-orders", 0, BT_OPT_TEXT, "LIST", "orders to do it for (default 0,4)",
	  FIELD(orders) },
	{ "iterations", 0, BT_OPT_TEXT, "N", "repetitions of each run (default 5)",
	  FIELD(iterations) },
	{ "timeout-s", 0, BT_OPT_NUMBER, "N", "end N seconds after the machine is there",
	  FIELD(timeout_s) },
	{ "output-path", 'o', BT_OPT_TEXT, "FILE", "write the result there, parts of it before the end",
	  FIELD(output) },
	{ "format", 0, BT_OPT_TEXT, "buddytop|pab", "of that file (pab: as page_alloc_bench's)",
	  FIELD(format) },
	{ "latencies", 0, BT_OPT_BOOL, "true|false", "whether they are in the result (default true)",
	  FIELD(latencies) },
	{ "findlimit-mmap-size-gib", 0, BT_OPT_TEXT, "N", "size of one mapping of the probe",
	  FIELD(mmap_gib) },
	{ "limit-bytes", 0, BT_OPT_TEXT, "SIZE", "the probe takes no more (default: to the OOM kill)",
	  FIELD(limit) },
	{ "stop-at-psi", 0, BT_OPT_TEXT, "PERCENT", "the probe stops at so much memory pressure",
	  FIELD(psi) },
	{ "load", 0, BT_OPT_TEXT, "NAME,...", "measure these named loads (buddytop loads lists them)",
	  FIELD(loads) },
	{ "set", 0, BT_OPT_SETTING, "KEY=VALUE", "a key of the plan, over all of its sections",
	  FIELD(set) },
	{ "seed", 0, BT_OPT_TEXT, "N", "of what is drawn by chance (default 1)", FIELD(seed) },
	{ "resume", 0, BT_OPT_TEXT, "FILE", "go on with the plan that FILE is a part of",
	  FIELD(resume) },
	{ "dry-run", 0, BT_OPT_FLAG, NULL, "list the runs, do nothing", FIELD(dry_run) },
	{ "quiet", 'q', BT_OPT_FLAG, NULL, "no progress and no table", FIELD(quiet) },
	{ "json", 0, BT_OPT_FLAG, NULL, "print the result document instead of the table",
	  FIELD(json) },
	{ "csv", 0, BT_OPT_FLAG, NULL, "print a line for each repetition", FIELD(csv) },
	{ "markdown", 0, BT_OPT_FLAG, NULL, "print the tables as Markdown", FIELD(markdown) },
	{ 0 }
};

struct job {
	const struct bench_values *values;
	struct bench_loads loads;
	struct bt_plan *plan;
	struct bt_result *result;
	struct bt_session *session;
	struct bench_file file;
	bool no_latencies;
	bool begun;		/* there is something to save and print */
	struct bench_progress shown;
	struct bt_cmd_opening opening;
	int stop_fd;
};

/* ---- options ------------------------------------------------------------------------------ */

static int choose_format(const char *value, bool *pab, struct bt_err *err)
{
	*pab = value && !strcmp(value, "pab");
	if (value && !*pab && strcmp(value, "buddytop"))
		return bt_err_set(err, EINVAL, "--format: '%s' is neither buddytop nor pab", value);
	return 0;
}

static int check_values(const struct bt_cmd_call *call, const struct bench_values *values,
			struct bt_err *err)
{
	bool plan_given = call->argc || values->orders || values->iterations ||
			  values->mmap_gib || values->limit || values->psi || values->seed ||
			  values->loads || values->set.count;

	if (values->json + values->csv + values->markdown + values->quiet > 1)
		return bt_err_set(err, EINVAL,
				  "--json, --csv, --markdown and --quiet exclude each other");
	if (values->resume && plan_given)
		return bt_err_set(err, EINVAL, "--resume goes on with the plan in that file: no "
				  "PLAN and no option of one beside it");
	if (values->loads && call->argc)
		return bt_err_set(err, EINVAL, "--load: the named loads are the plan; no PLAN beside "
				  "them");
	if (values->format && !values->output)
		return bt_err_set(err, EINVAL, "--format is that of --output-path, which is missing");
	return 0;
}

/* ---- saving and printing ------------------------------------------------------------------ */

static void print_json(const struct job *job)
{
	struct bt_json_writer *w = bt_json_writer_create(true);

	bt_result_encode(w, job->result);
	bt_cmd_print_json(w);
	bt_json_writer_free(w);
}

static void print(const struct job *job)
{
	const struct bench_values *values = job->values;

	if (values->json)
		print_json(job);
	else if (values->csv)
		bt_print_csv(stdout, job->result);
	else if (values->markdown)
		bt_print_markdown(stdout, job->result);
	else if (!values->quiet)
		bt_print_text(stdout, job->result);
}

static void on_progress(void *context, const struct bt_bench_progress *now)
{
	struct job *job = context;

	bench_progress_show(&job->shown, now);
}

/* Until the last one it is a part, should nothing come after it. */
static int on_done(void *context, const struct bt_bench_progress *now, struct bt_err *err)
{
	struct job *job = context;

	bench_progress_done(&job->shown, now);
	/* One that was spoilt is done with; one that was cut short by the end is not. */
	job->result->partial = now->position < now->total ||
			       (!now->repetition->complete && !now->repetition->flaw[0]);
	snprintf(job->result->partial_reason, sizeof(job->result->partial_reason), "%s",
		 job->result->partial ? "it was not finished" : "");
	return bench_file_update(&job->file, job->result, err);
}

/* ---- the machine -------------------------------------------------------------------------- */

static int consent(const struct job *job, const struct bt_cmd_call *call, struct bt_err *err)
{
	const struct bt_machine *machine = bt_session_machine(job->session);
	char *question;
	bool yes;

	if (call->source.yes || bt_cmd_is_ours(machine))
		return 0;
	if (!isatty(STDIN_FILENO))
		return bt_err_set(err, ECANCELED, "bench takes memory from everybody on %s, with no "
				  "guard: --yes agrees", machine->host);
	question = bt_xasprintf("bench takes memory from everybody on %s, with no guard; processes "
				"may be OOM-killed. Go on?", machine->host);
	yes = bt_cmd_ask(question, job->stop_fd, NULL, NULL);
	free(question);
	return yes ? 0 : bt_err_set(err, ECANCELED, "not agreed to; nothing was done");
}

/* What is there already; true: nothing is left to do, and no machine is needed for it. */
static bool resume(const struct job *job)
{
	unsigned there = bt_bench_resume(job->result);
	bool done = bt_bench_is_done(job->result);

	if (!job->values->quiet)
		fprintf(stderr, "buddytop: %u repetitions are there already%s\n", there,
			done ? ", nothing is left to do" : "");
	return done;
}

static int begin_result(struct job *job, const struct bt_session_options *options,
			struct bt_err *err)
{
	const struct bt_machine *machine = bt_session_machine(job->session);
	struct bt_result *result = job->result;

	if (job->values->resume)
		return bench_check_same_machine(&result->machine, machine, err);
	job->result = result = bt_result_create(job->plan);
	snprintf(result->program, sizeof(result->program), "%s", PACKAGE_VERSION);
	result->source = bt_xstrdup(options->source);
	result->machine = *machine;
	result->interval_ns = options->interval_ns;
	result->start_utc_ns = result->end_utc_ns = bt_utc_ns();
	return 0;
}

static uint64_t timeout_ns(const struct bench_values *values)
{
	uint64_t max_s = UINT64_MAX / BT_NS_PER_S;

	return values->timeout_s && values->timeout_s <= max_s ?
	       values->timeout_s * BT_NS_PER_S : UINT64_MAX;
}

static int measure(struct job *job, const struct bt_cmd_call *call,
		   const struct bt_session_options *options, struct bt_err *err)
{
	const struct bt_machine *machine = bt_session_machine(job->session);
	int rc = bt_session_wait_frame(job->session, 0, FIRST_NS, job->stop_fd, err);

	if (!rc && bt_session_no_control(job->session))
		rc = bt_err_set(err, EPERM, "no control: %s",
				bt_session_no_control(job->session));
	/* Nobody is asked whether to do what cannot be done. */
	if (!rc)
		rc = bench_check_loads(&job->loads, machine, err);
	if (!rc)
		rc = bt_bench_check(job->plan, machine, bt_session_frame(job->session), err);
	if (!rc)
		rc = consent(job, call, err);
	if (!rc)
		rc = begin_result(job, options, err);
	if (rc)
		return rc;
	job->result->latencies &= !job->no_latencies;
	job->begun = true;
	return bt_bench_run(&(struct bt_bench_options){
		.session = job->session, .plan = job->plan, .result = job->result,
		.timeout_ns = timeout_ns(job->values), .stop_fd = job->stop_fd,
		.progress = on_progress, .save = on_done, .context = job,
	}, err);
}

/* ---- the command -------------------------------------------------------------------------- */

static int open_and_measure(struct job *job, struct bt_cmd_call *call, struct bt_err *err)
{
	struct bt_session_options options = {
		.source_options = { .progress = bt_cmd_opening_told, .ask = bt_cmd_opening_asked,
				    .context = &job->opening },
		.serve = true,
		.lock_memory = true,
	};
	char note[BT_CMD_NOTE];
	int rc;

	if (call->source.interval_ns == BT_UNKNOWN)
		call->source.interval_ns = INTERVAL_NS;
	rc = bt_cmd_session_options(call, job->values->resume && !call->source.spec ?
				    job->result->source : "auto", &options, note, err);
	if (!rc)
		rc = bt_session_open(&job->session, &options, err);
	if (rc)
		return rc;
	rc = measure(job, call, &options, err);
	bench_progress_clear(&job->shown);
	bt_session_close(job->session);
	return rc;
}

/* The first error is the one to tell of; this one stands beside it. */
static int write_file(struct job *job, int rc, struct bt_err *err)
{
	struct bt_err failed = { 0 };

	if (job->file.failed || !bench_file_write(&job->file, job->result, &failed))
		return rc;
	if (!rc)
		*err = failed;
	else
		fprintf(stderr, "buddytop: %s\n", failed.text);
	return rc ? rc : -failed.code;
}

/* What there is counts, too, when it came to an early end. */
static int finish(struct job *job, int rc, struct bt_err *err)
{
	const char *path = job->file.path;

	if (!job->begun)
		return rc;
	rc = write_file(job, rc, err);
	print(job);
	if (!rc)
		return bench_check_counted(job->result, err);
	if (rc == -EINTR || rc == -ETIME)
		bt_err_set(err, -rc, "%s: what was measured is marked partial%s%s",
			   rc == -EINTR ? "interrupted" : "the time limit is over",
			   path ? ", in " : "", path ? path : "");
	return rc;
}

static int prepare(struct job *job, const struct bt_cmd_call *call, struct bt_err *err)
{
	const struct bench_values *values = job->values;
	int rc = check_values(call, values, err);

	job->no_latencies = values->latencies == BT_OPT_NO;
	if (!rc)
		rc = choose_format(values->format, &job->file.pab, err);
	if (!rc && values->resume)
		rc = bt_result_read(&job->result, values->resume, err);
	if (!rc)
		rc = values->resume ? bench_plan_of(job->result, &job->plan, err) :
				      bench_plan(call, values, &job->loads, &job->plan, err);
	if (!rc && job->file.pab)
		rc = bt_result_check_pab(job->plan, err);
	job->file.path = values->output ? values->output : values->resume;
	if (!rc && job->file.path && !values->dry_run)
		rc = bt_file_may_be_written(job->file.path, err);
	return rc;
}

static int run_bench(struct bt_cmd_call *call, struct bt_err *err)
{
	struct bench_values *values = call->values;
	struct job job = { .values = values };
	int rc;

	setlocale(LC_CTYPE, "");
	job.stop_fd = bt_cmd_catch_end();
	job.opening = (struct bt_cmd_opening){ .quiet = values->quiet, .stop_fd = job.stop_fd };
	bench_progress_begin(&job.shown, values->quiet);
	rc = prepare(&job, call, err);
	if (!rc && values->dry_run) {
		bench_print_plan(job.plan);
	} else if (!rc && values->resume && resume(&job)) {
		job.begun = true;
		job.result->latencies &= !job.no_latencies;
		rc = finish(&job, 0, err);
	} else if (!rc) {
		rc = finish(&job, open_and_measure(&job, call, err), err);
	}
	bt_result_free(job.result);
	bt_plan_free(job.plan);
	bt_loads_free(job.loads.all);
	bt_opt_list_free(&values->set);
	close(job.stop_fd);
	return rc;
}

const struct bt_cmd bt_cmd_bench = {
	.name = "bench",
	.operands = "[PLAN]",
	.summary = "Measure without a screen: the job of page_alloc_bench, or a plan's",
	.description = "How much memory user space can get, idle and while kernel pages are allocated and freed on\n"
		       "all CPUs, and what the allocations take. PLAN is a file or the name of one that was installed.",
	.opts = bench_opts,
	.single_dash = true,
	.values_size = sizeof(struct bench_values),
	.run = run_bench,
};
