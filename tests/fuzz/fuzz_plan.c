// SPDX-License-Identifier: GPL-2.0
/* An input is the text of a plan. Its runs are planned for a machine of seven CPUs. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "bench/plan.h"
#include "tests/unit/sample_frame.h"

#define CPUS 7
#define NODES 3

static void config_of(const struct bt_plan_run *run, const struct bt_machine *machine,
		      const struct bt_frame *frame)
{
	const struct ant_limits limits = bt_machine_limits(machine);
	struct bt_config config;
	struct bt_err err = { 0 };

	if (bt_plan_config(run, machine, frame, &config, &err))
		fuzz_must_say(&err);
	else
		fuzz_must(!bt_config_check(&config, &limits, &err), "%s: %s", run->label, err.text);
	fuzz_must(bt_plan_run_ns(run) <= bt_plan_run_max_ns(run), "%s: longer than at most",
		  run->label);
}

static int by_label(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void labels_differ(const struct bt_plan *plan)
{
	char **labels = bt_xcalloc(plan->run_count, sizeof(*labels));

	for (unsigned i = 0; i < plan->run_count; i++)
		labels[i] = plan->runs[i].label;
	qsort(labels, plan->run_count, sizeof(*labels), by_label);
	for (unsigned i = 1; i < plan->run_count; i++)
		fuzz_must(strcmp(labels[i - 1], labels[i]), "two runs are called %s", labels[i]);
	free(labels);
}

static void try_runs(const struct bt_plan *plan)
{
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_frame *frame;

	sample_machine(machine, CPUS, NODES);
	frame = bt_frame_create(machine);
	sample_frame(frame, 1, 1);
	fuzz_must(plan->run_count && plan->run_count <= BT_PLAN_RUNS_MAX, "%u runs",
		  plan->run_count);
	labels_differ(plan);
	for (unsigned i = 0; i < plan->run_count; i++)
		config_of(&plan->runs[i], machine, frame);
	bt_frame_free(frame);
	free(machine);
}

/* The result of a benchmark holds the text, and that is how it is done again. */
static void parse_again(const struct bt_plan *plan)
{
	struct bt_plan *again;
	struct bt_err err = { 0 };

	fuzz_must(!bt_plan_parse(&again, plan->name, plan->text, &err), "%s", err.text);
	fuzz_must(again->run_count == plan->run_count, "another number of runs");
	for (unsigned i = 0; i < plan->run_count; i++)
		fuzz_must(!strcmp(plan->runs[i].label, again->runs[i].label), "another label");
	bt_plan_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct bt_err err = { 0 };
	struct bt_plan *plan;

	if (bt_plan_parse(&plan, "fuzz", text, &err)) {
		fuzz_must_say(&err);
		fuzz_must(!plan, "refused, and made");
	} else {
		try_runs(plan);
		parse_again(plan);
	}
	bt_plan_free(plan);
	free(text);
	return 0;
}
