// SPDX-License-Identifier: GPL-2.0
/* buddytop bench: what is to be done, from a file, a result or the options alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan_load.h"
#include "cmd/bench.h"
#include "cmd/loads.h"

/* The job of page_alloc_bench, which has no plans. */
static const char pab_name[] = "pab";
static const char pab_text[] = "[pab]\norder = 0,4\n";

/* An option as the line of a plan that it becomes. */
struct line {
	const char *option;
	char *key, *value;
};

#define LINES_MAX (BT_OPT_LIST + 8)

/* The options as the last section of the plan, which wins over all others. */
struct lines {
	struct line items[LINES_MAX];
	unsigned count;
};

static void free_lines(struct lines *lines)
{
	while (lines->count) {
		free(lines->items[--lines->count].key);
		free(lines->items[lines->count].value);
	}
}

/*
 * By itself, so that what is wrong with it is said of the option: the user knows of no plan, nor of
 * its lines. Takes key and value.
 */
static int add_line(struct lines *lines, const char *option, char *key, char *value,
		    struct bt_err *err)
{
	int rc = bt_plan_check_line(key, value, err);

	for (unsigned i = 0; !rc && i < lines->count; i++) {
		if (!strcmp(lines->items[i].key, key))
			rc = bt_err_set(err, EINVAL, "%s is given by --%s already", key,
					lines->items[i].option);
	}
	lines->items[lines->count++] = (struct line){ option, key, value };
	return rc ? bt_err_prefix(err, "--%s", option) : 0;
}

static char *without_blanks(const char *text, size_t length)
{
	while (length && strchr(" \t", text[length - 1]))
		length--;
	while (length && strchr(" \t", *text)) {
		text++;
		length--;
	}
	return bt_xasprintf("%.*s", (int)length, text);
}

static int add_setting(struct lines *lines, const char *setting, struct bt_err *err)
{
	size_t key = strcspn(setting, "=");

	if (!setting[key] || !key || strchr(setting, '\n'))
		return bt_err_set(err, EINVAL, "--set: '%s' is not KEY=VALUE", setting);
	return add_line(lines, "set", without_blanks(setting, key),
			without_blanks(setting + key + 1, strlen(setting + key + 1)), err);
}

static int collect(struct lines *lines, const struct bench_values *values, struct bt_err *err)
{
	const struct {
		const char *option, *key, *value, *unit;
	} rows[] = {
		{ "alloc-orders", "order", values->orders, "" },
		{ "iterations", "repetitions", values->iterations, "" },
		{ "findlimit-mmap-size-gib", "mmap-size", values->mmap_gib, "G" },
		{ "limit-bytes", "limit-bytes", values->limit, "" },
		{ "stop-at-psi", "stop-at-psi", values->psi, "" },
		{ "seed", "seed", values->seed, "" },
	};
	int rc = 0;

	for (unsigned i = 0; !rc && i < BT_ARRAY_SIZE(rows); i++) {
		if (rows[i].value)
			rc = add_line(lines, rows[i].option, bt_xstrdup(rows[i].key),
				      bt_xasprintf("%s%s", rows[i].value, rows[i].unit), err);
	}
	for (unsigned i = 0; !rc && i < values->set.count; i++)
		rc = add_setting(lines, values->set.items[i] + strlen("set="), err);
	return rc;
}

/* Caller frees. */
static char *join(const char *base, const struct lines *lines)
{
	char *text = bt_xasprintf("%s%s", base, lines->count ? "\n[override]\n" : "");

	for (unsigned i = 0; i < lines->count; i++) {
		char *before = text;

		text = bt_xasprintf("%s%s = %s\n", before, lines->items[i].key,
				    lines->items[i].value);
		free(before);
	}
	return text;
}

static int parse(struct bt_plan **plan, const char *name, const char *base,
		 const struct lines *lines, struct bt_err *err)
{
	char *text = join(base, lines);
	int rc = bt_plan_parse(plan, name, text, err);

	free(text);
	return rc;
}

static int plan_of_file(struct bt_plan **plan, const char *path, const struct lines *lines,
			struct bt_err *err)
{
	struct bt_plan *file;
	int rc = bt_plan_read(&file, path, err);

	if (rc)
		return rc;
	rc = parse(plan, file->name, file->text, lines, err);
	bt_plan_free(file);
	return rc;
}

static bool has_line(const struct lines *lines, const char *key)
{
	for (unsigned i = 0; i < lines->count; i++) {
		if (!strcmp(lines->items[i].key, key))
			return true;
	}
	return false;
}

static int plan_of_loads(struct bt_plan **plan, const char *names, const struct lines *lines,
			 struct bench_loads *loads, struct bt_err *err)
{
	char *text = NULL, *name;
	int rc = bt_cmd_loads_read(&loads->all, err);

	if (!rc)
		rc = bt_cmd_loads_choose(loads->all, names, loads->chosen, &loads->count, err);
	if (!rc)
		rc = bt_plan_load_text(&text, loads->chosen, loads->count,
				       has_line(lines, "guard"), err);
	if (rc)
		return rc;
	name = bt_xasprintf("load %s", names);
	rc = parse(plan, name, text, lines, err);
	free(name);
	free(text);
	return rc;
}

int bench_plan(const struct bt_cmd_call *call, const struct bench_values *values,
	       struct bench_loads *loads, struct bt_plan **plan, struct bt_err *err)
{
	struct lines lines = { .count = 0 };
	int rc;

	if (call->argc > 1)
		return bt_err_set(err, EINVAL, "bench: one PLAN at most, '%s' is one more",
				  call->argv[1]);
	rc = collect(&lines, values, err);
	if (!rc && values->loads)
		rc = plan_of_loads(plan, values->loads, &lines, loads, err);
	else if (!rc && call->argc)
		rc = plan_of_file(plan, call->argv[0], &lines, err);
	else if (!rc)
		rc = parse(plan, pab_name, pab_text, &lines, err);
	free_lines(&lines);
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
