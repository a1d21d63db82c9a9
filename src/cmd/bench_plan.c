// SPDX-License-Identifier: GPL-2.0
/* buddytop bench: what is to be done, from a file, a result or the options alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bench.h"

/* The job of page_alloc_bench, which has no plans. */
static const char pab_name[] = "pab";
static const char pab_text[] = "[pab]\norder = 0,4\n";

/* A text that grows; the old one is freed. */
static void add_line(char **text, const char *key, const char *value, const char *unit)
{
	char *before = *text;

	if (!value)
		return;
	*text = bt_xasprintf("%s%s = %s%s\n", before, key, value, unit);
	free(before);
}

/* The options as the last section of the plan, which wins over all others; "" without any. */
static char *options_text(const struct bench_values *values)
{
	char *text = bt_xstrdup("");
	const char *setting;

	add_line(&text, "order", values->orders, "");
	add_line(&text, "repetitions", values->iterations, "");
	add_line(&text, "mmap-size", values->mmap_gib, "G");
	add_line(&text, "limit-bytes", values->limit, "");
	add_line(&text, "stop-at-psi", values->psi, "");
	add_line(&text, "seed", values->seed, "");
	for (unsigned i = 0; i < values->set.count; i++) {
		char *before = text;

		setting = values->set.items[i] + strlen("set=");
		text = bt_xasprintf("%s%s\n", before, setting);
		free(before);
	}
	return text;
}

static int with_options(struct bt_plan **plan, const char *name, const char *base,
			const struct bench_values *values, struct bt_err *err)
{
	char *options = options_text(values);
	char *text = *options ? bt_xasprintf("%s\n[override]\n%s", base, options) :
				bt_xstrdup(base);
	int rc = bt_plan_parse(plan, name, text, err);

	free(text);
	free(options);
	return rc;
}

int bench_plan(const struct bt_cmd_call *call, const struct bench_values *values,
	       struct bt_plan **plan, struct bt_err *err)
{
	struct bt_plan *file;
	int rc;

	if (call->argc > 1)
		return bt_err_set(err, EINVAL, "bench: one PLAN at most, '%s' is one more",
				  call->argv[1]);
	if (!call->argc)
		return with_options(plan, pab_name, pab_text, values, err);
	rc = bt_plan_read(&file, call->argv[0], err);
	if (rc)
		return rc;
	rc = with_options(plan, file->name, file->text, values, err);
	bt_plan_free(file);
	return rc;
}

int bench_plan_of(const struct bt_result *result, struct bt_plan **plan, struct bt_err *err)
{
	int rc = bt_plan_parse(plan, result->plan_name, result->plan_text, err);
	bool same;

	if (rc)
		return bt_err_prefix(err, "%s", result->path);
	same = (*plan)->run_count == result->run_count;
	for (unsigned i = 0; same && i < result->run_count; i++)
		same = !strcmp((*plan)->runs[i].label, result->runs[i].label);
	if (same)
		return 0;
	bt_plan_free(*plan);
	*plan = NULL;
	return bt_err_set(err, EINVAL, "%s: its plan gives other runs than it holds; it was made "
			  "by another version", result->path);
}

void bench_print_plan(const struct bt_plan *plan)
{
	uint64_t all_ns = 0, max_ns = 0;
	unsigned repetitions = 0, probes = 0;

	printf("%-36s %11s %9s %10s %s\n", "run", "repetitions", "each", "probes", "settings");
	for (unsigned i = 0; i < plan->run_count; i++) {
		const struct bt_plan_run *run = &plan->runs[i];

		printf("%-36s %11u %7.1f s %10s", run->label, run->repetitions,
		       (double)(bt_plan_run_ns(run) / run->repetitions) / (double)BT_NS_PER_S,
		       run->probe ? "2" : "none");
		for (unsigned j = 0; j < run->setting_count; j++)
			printf(" %s", run->settings[j]);
		putchar('\n');
		all_ns += bt_plan_run_ns(run);
		max_ns += bt_plan_run_max_ns(run);
		repetitions += run->repetitions;
		probes += run->probe ? 2 * run->repetitions : 0;
	}
	printf("%u runs, %u repetitions: %.0f s, %.0f s where no load becomes steady, and the time of "
	       "%u probes\n", plan->run_count, repetitions, (double)all_ns / (double)BT_NS_PER_S,
	       (double)max_ns / (double)BT_NS_PER_S, probes);
}
