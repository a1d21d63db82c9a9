/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of buddytop bench share. */
#ifndef BT_CMD_BENCH_H
#define BT_CMD_BENCH_H

#include "bench/bench.h"
#include "cmd/cmd.h"
#include "core/load.h"

struct bench_values {
	/* Of the plan: they become its text, which knows what they may be. */
	const char *orders, *iterations, *mmap_gib, *limit, *psi, *seed;
	const char *loads;		/* "fragment,churn": the plan is these named loads */
	struct bt_opt_list set;		/* "set=KEY=VALUE" */
	const char *resume, *output, *format;
	enum bt_opt_bool latencies;
	uint64_t timeout_s;		/* 0 = none */
	bool dry_run, quiet, json, csv, markdown;
};

/* The named loads that make the plan; none where no option names one. */
struct bench_loads {
	struct bt_loads *all;
	const struct bt_load *chosen[BT_LOADS_MAX];
	unsigned count;
};

/* The plan of the operands and options; bench_plan.c. Caller frees loads->all, always. */
int bench_plan(const struct bt_cmd_call *call, const struct bench_values *values,
	       struct bench_loads *loads, struct bt_plan **plan, struct bt_err *err);
/* The plan that a result was made by. -EINVAL: it does not parse any more, or to other runs. */
int bench_plan_of(const struct bt_result *result, struct bt_plan **plan, struct bt_err *err);
/* What would be done, and how long it takes at most. */
void bench_print_plan(const struct bt_plan *plan);

/* The file of a result, bench_file.c. */
struct bench_file {
	const char *path;	/* NULL: none */
	bool pab;
	bool failed;		/* the last time, which was told of */
	uint64_t ended_ns, took_ns;	/* the last time, own clock; 0: there was none */
};

/* In the form that file->pab says; nothing without a path. */
int bench_file_write(struct bench_file *file, const struct bt_result *result, struct bt_err *err);
/*
 * The same in between, should it come to a bad end: only when enough time has passed since the last
 * one, and not into what cannot be replaced.
 */
int bench_file_update(struct bench_file *file, const struct bt_result *result,
		      struct bt_err *err);

/* -EOPNOTSUPP: the machine cannot do one of them; bench_check.c. */
int bench_check_loads(const struct bench_loads *loads, const struct bt_machine *machine,
		      struct bt_err *err);
/* Whether figures of the two belong together. -EINVAL: err says what differs. */
int bench_check_same_machine(const struct bt_machine *before, const struct bt_machine *now,
			     struct bt_err *err);
/*
 * -ENODATA: nothing of a run counts, though the machine can do it; err names the first such run and
 * its first flaw.
 */
int bench_check_counted(const struct bt_result *result, struct bt_err *err);

#endif
