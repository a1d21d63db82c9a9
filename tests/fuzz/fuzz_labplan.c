// SPDX-License-Identifier: GPL-2.0
/*
 * An input is the file of a plan of the lab. What it is printed as, is the same plan; each of its
 * runs has a folder's name of its own, and settings within bounds.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "lab/plan.h"

#define SAFE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.=+-_"
#define NAME_BYTES_MAX 255u	/* of a folder */

static void try_run(const struct bt_lab_item *item)
{
	const struct bt_lab_options *options = &item->options;

	fuzz_must(strspn(item->name, SAFE) == strlen(item->name), "a name that must be quoted: %s",
		  item->name);
	fuzz_must(strlen(item->name) + strlen(".part") <= NAME_BYTES_MAX, "a name too long");
	fuzz_must(*item->name != '.', "a hidden folder: %s", item->name);
	fuzz_must(item->warm_up == !item->repetition, "%s: a repetition that warms up", item->name);
	fuzz_must(options->size.cpus && options->size.cpus <= BT_VM_CPUS_MAX, "CPUs");
	fuzz_must(options->vms && options->vms <= BT_LAB_VMS_MAX, "guests");
	fuzz_must(options->iterations && options->threads, "nothing to do");
	fuzz_must(options->workload < BT_LAB_WORKLOADS, "no such workload");
	fuzz_must(options->kernels && options->kernels < 16, "no such kernels");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct bt_lab_item *)a)->name, ((const struct bt_lab_item *)b)->name);
}

static void try_runs(const struct bt_lab_plan *plan)
{
	struct bt_lab_item *items = NULL;
	struct bt_err err = { 0 };
	unsigned count = 0;

	if (bt_lab_plan_expand(plan, 1, &items, &count, &err)) {
		fuzz_must_say(&err);
		return;
	}
	fuzz_must(count > 0, "no runs, and no error");
	for (unsigned i = 0; i < count; i++)
		try_run(&items[i]);
	qsort(items, count, sizeof(*items), by_name);
	for (unsigned i = 1; i < count; i++)
		fuzz_must(strcmp(items[i - 1].name, items[i].name), "two runs are called %s",
			  items[i].name);
	free(items);
}

static char *printed(const struct bt_lab_plan *plan, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	bt_lab_plan_print(plan, out);
	fclose(out);
	return text;
}

/* --resume compares what is printed. */
static void read_again(const struct bt_lab_plan *plan)
{
	struct bt_lab_plan *again = bt_lab_plan_create();
	struct bt_err err = { 0 };
	size_t size, other_size;
	char *text = printed(plan, &size), *other;

	fuzz_must(!bt_lab_plan_read(again, fuzz_file((const uint8_t *)text, size), &err),
		  "what was printed is refused: %s", err.text);
	other = printed(again, &other_size);
	fuzz_must(!strcmp(text, other), "another plan:\n%s\n%s", text, other);
	free(other);
	free(text);
	bt_lab_plan_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_lab_plan *plan = bt_lab_plan_create();
	struct bt_err err = { 0 };

	if (bt_lab_plan_read(plan, fuzz_file(data, size), &err)) {
		fuzz_must_say(&err);
	} else {
		read_again(plan);
		try_runs(plan);
	}
	bt_lab_plan_free(plan);
	return 0;
}
