/* SPDX-License-Identifier: GPL-2.0 */
/* What the two files of buddytop bench share. */
#ifndef BT_CMD_BENCH_H
#define BT_CMD_BENCH_H

#include "bench/bench.h"
#include "cmd/cmd.h"

struct bench_values {
	/* Of the plan: they become its text, which knows what they may be. */
	const char *orders, *iterations, *mmap_gib, *limit, *psi, *seed;
	struct bt_opt_list set;		/* "set=KEY=VALUE" */
	const char *resume, *output, *format;
	enum bt_opt_bool latencies;
	uint64_t timeout_s;		/* 0 = none */
	bool dry_run, quiet, json, csv, markdown;
};

/* The plan of the operands and options; bench_plan.c. */
int bench_plan(const struct bt_cmd_call *call, const struct bench_values *values,
	       struct bt_plan **plan, struct bt_err *err);
/* The plan that a result was made by. -EINVAL: it does not parse any more, or to other runs. */
int bench_plan_of(const struct bt_result *result, struct bt_plan **plan, struct bt_err *err);
/* What would be done, and how long it takes at most. */
void bench_print_plan(const struct bt_plan *plan);

#endif
