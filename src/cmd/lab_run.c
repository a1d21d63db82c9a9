// SPDX-License-Identifier: GPL-2.0
/* buddytop lab run, lab suite: runs of the lab, and lab modes: what they are done with. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bench_progress.h"
#include "cmd/lab.h"
#include "cmd/lab_guest.h"
#include "core/param.h"
#include "lab/metric.h"
#include "lab/suite.h"

struct run_values {
	struct lab_guest_values guest;
	const char *directory, *seed;
	bool resume, again, quiet;
};

#define FIELD(f) offsetof(struct run_values, f)

#define COMMON_OPTS \
	{ "directory", 'd', BT_OPT_TEXT, "DIR", "where the results go (default buddytop-lab-TIME)", \
	  FIELD(directory) }, \
	{ "resume", 'r', BT_OPT_FLAG, NULL, "go on where that directory ends", FIELD(resume) }, \
	{ "again", 0, BT_OPT_FLAG, NULL, "with --resume: runs that failed, too", FIELD(again) }, \
	{ "seed", 0, BT_OPT_TEXT, "N", "of the order of runs and of synth (default 1)", \
	  FIELD(seed) }, \
	LAB_GUEST_OPTS(struct run_values, guest), \
	{ "quiet", 'q', BT_OPT_FLAG, NULL, "no progress and no table", FIELD(quiet) },

static const struct bt_opt run_opts[] = {
#define KEY(name, value, help, benchmarks, kind, field, min, max, list) \
	{ name, 0, BT_OPT_SETTING, value, help, FIELD(guest.set) },
#include "lab/plan_keys.def"
#undef KEY
	COMMON_OPTS
	{ 0 }
};

static const struct bt_opt suite_opts[] = {
	COMMON_OPTS
	{ 0 }
};

struct job {
	const struct run_values *values;
	struct bench_progress shown;
	int stop_fd;
};

/* ---- progress ----------------------------------------------------------------------------- */

static void show(void *context, const struct bt_lab_suite_progress *now, const char *text)
{
	struct job *job = context;
	const struct bench_progress_place place = { now->position, now->total, now->elapsed_ns,
						    now->left_ns };
	char line[sizeof(now->item->name) + BT_LAB_TEXT];

	snprintf(line, sizeof(line), "%s: %s", now->item->name, text);
	bench_progress_line(&job->shown, &place, line);
}

/* What a run came to, in a line: median of each metric that there is room for. */
static void print_figures(const struct bt_lab_run *run)
{
	for (unsigned i = 0; i < bt_lab_metric_kind_count; i++) {
		const struct bt_lab_metric_kind *kind = &bt_lab_metric_kinds[i];
		struct bt_lab_statistics statistics;
		unsigned count;
		double *values;
		char text[32];

		if (kind->detail || !(kind->benchmarks & 1u << run->benchmark))
			continue;
		count = bt_lab_values(kind, run, &values);
		bt_lab_statistics(values, count, 0.95, run->seed, &statistics);
		if (statistics.summary.count)
			printf("    %-28s %s\n", kind->label,
			       bt_lab_metric_text(kind, statistics.summary.median, text,
						  sizeof(text)));
		free(values);
	}
}

static void done(void *context, const struct bt_lab_suite_progress *now, const struct bt_lab_run *run)
{
	struct job *job = context;

	bench_progress_clear(&job->shown);
	if (job->values->quiet)
		return;
	printf("%u/%u %s%s%s\n", now->position, now->total, now->item->name,
	       run->reality == BT_EMULATED ? " (emulated: no KVM)" : "",
	       run->unproven ? " (never run against the real QEMU)" : "");
	if (run->end == BT_LAB_UNAVAILABLE)
		printf("    unavailable: %s\n", run->reason);
	else if (run->end != BT_LAB_OK)
		printf("    FAILED, %s: %s\n", bt_lab_end_name[run->end], run->reason);
	else
		print_figures(run);
	fflush(stdout);
}

static bool ask(void *context, const char *question)
{
	struct job *job = context;

	bench_progress_clear(&job->shown);
	return bt_cmd_ask(question, job->stop_fd, NULL, NULL);
}

/* ---- what is run -------------------------------------------------------------------------- */

static int run_plan(const struct run_values *values, const struct bt_lab_plan *plan,
		    struct bt_err *err)
{
	struct job job = { .values = values, .stop_fd = bt_cmd_catch_end() };
	struct bt_lab_suite suite = {
		.plan = plan, .seed = 1, .directory = values->directory, .resume = values->resume,
		.again = values->again, .accel = lab_guest_accel(&values->guest),
		.serve = true, .assume_yes = values->guest.yes, .stop_fd = job.stop_fd, .progress = show,
		.done = done, .ask = ask, .context = &job };
	char compact[32], usual[64];
	struct bt_modes *modes = NULL;
	int ret = lab_guest_modes(&values->guest, &modes, err);

	if (!ret && values->seed && bt_parse_u64(values->seed, &suite.seed))
		ret = bt_err_set(err, EINVAL, "--seed %s: a number is needed", values->seed);
	if (!ret && values->resume && !values->directory)
		ret = bt_err_set(err, EINVAL, "--resume: which --directory?");
	if (!values->directory) {
		bt_utc_compact(bt_utc_ns(), compact, sizeof(compact));
		snprintf(usual, sizeof(usual), "buddytop-lab-%s", compact);
		suite.directory = usual;
	}
	bench_progress_begin(&job.shown, values->quiet);
	suite.modes = modes;
	if (!ret)
		ret = bt_lab_suite_run(&suite, err);
	bench_progress_clear(&job.shown);
	if (!values->quiet && (!ret || ret == -EREMOTEIO))
		printf("Results: %s\n", suite.directory);
	bt_modes_free(modes);
	return ret;
}

static int run_run(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct run_values *values = call->values;
	struct bt_lab_plan *plan = bt_lab_plan_create();
	int ret = call->argc == 1 ? bt_lab_plan_add(plan, call->argv[0], err) :
		  bt_err_set(err, EINVAL, "lab run: one benchmark is needed: inflate, stream, ftq, "
			     "compiling or multivm");

	if (!ret)
		ret = lab_guest_set(&values->guest, plan, err);
	if (!ret)
		ret = run_plan(values, plan, err);
	bt_lab_plan_free(plan);
	return ret;
}

static int run_suite(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct run_values *values = call->values;
	struct bt_lab_plan *plan = bt_lab_plan_create();
	int ret = call->argc == 1 ? bt_lab_plan_read(plan, call->argv[0], err) :
		  bt_err_set(err, EINVAL, "lab suite: full, fast, or a file is needed");

	if (!ret)
		ret = run_plan(values, plan, err);
	bt_lab_plan_free(plan);
	return ret;
}

static int run_modes(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct run_values *values = call->values;
	struct bt_modes *modes = NULL;
	int ret = lab_guest_modes(&values->guest, &modes, err);

	for (unsigned i = 0; !ret && i < bt_modes_count(modes); i++) {
		const struct bt_mode *mode = bt_modes_at(modes, i);
		struct bt_err missing;

		if (mode->vfio)
			continue;
		printf("%-18s %s%s\n", mode->name, bt_mode_summary(mode),
		       bt_mode_unproven(mode) ? " (never run against the real QEMU)" : "");
		if (bt_mode_check(mode, &missing))
			printf("%-18s not here: %s\n", "", missing.text);
	}
	bt_modes_free(modes);
	return ret;
}

const struct bt_cmd bt_lab_run_cmd = {
	.name = "lab run",
	.operands = "inflate|stream|ftq|compiling|multivm",
	.summary = "One benchmark, in one mode or several, one configuration or several",
	.opts = run_opts, .no_source = true, .values_size = sizeof(struct run_values), .run = run_run,
};

const struct bt_cmd bt_lab_suite_cmd = {
	.name = "lab suite",
	.operands = "full|fast|FILE",
	.summary = "All runs of a plan",
	.opts = suite_opts, .no_source = true, .values_size = sizeof(struct run_values),
	.run = run_suite,
};

const struct bt_cmd bt_lab_modes_cmd = {
	.name = "lab modes",
	.operands = "",
	.summary = "The modes, and what they lack here",
	.opts = suite_opts, .no_source = true, .values_size = sizeof(struct run_values),
	.run = run_modes,
};
