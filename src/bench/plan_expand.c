// SPDX-License-Identifier: GPL-2.0
/* From sections to runs: every combination of what a section sweeps, the last key fastest. */
#include "bench/plan_draft.h"

#include <errno.h>
#include <stdlib.h>

#include "core/util.h"

static const struct bt_plan_entry *entry_of(const struct bt_plan_draft *draft,
					    const struct bt_plan_section *section, unsigned index)
{
	return &draft->entries[section->entries[index]];
}

/* Saturates above the maximum, long before it can overflow. */
static unsigned combinations(const struct bt_plan_draft *draft,
			     const struct bt_plan_section *section)
{
	uint64_t product = 1;

	for (unsigned i = 0; i < section->count && product <= BT_PLAN_RUNS_MAX; i++)
		product *= entry_of(draft, section, i)->values.count;
	return product > BT_PLAN_RUNS_MAX ? BT_PLAN_RUNS_MAX + 1 : (unsigned)product;
}

static int count_runs(const struct bt_plan_draft *draft, unsigned *count, struct bt_err *err)
{
	const struct bt_plan *plan = draft->plan;

	*count = 0;
	for (unsigned i = 0; i < plan->section_count; i++) {
		*count += combinations(draft, &draft->sections[i]);
		if (*count > BT_PLAN_RUNS_MAX)
			return bt_err_set(err, EINVAL,
					  "plan %s, [%s]: with it the plan has more than %u runs",
					  plan->name, plan->sections[i], BT_PLAN_RUNS_MAX);
	}
	return 0;
}

/* Which value of each entry run number `number` of the section has. */
static void pick_values(const struct bt_plan_draft *draft, const struct bt_plan_section *section,
			unsigned number, const char *picked[BT_PLAN_KEYS_MAX])
{
	for (unsigned i = section->count; i-- > 0;) {
		const struct bt_plan_values *values = &entry_of(draft, section, i)->values;

		picked[i] = values->items[number % values->count];
		number /= values->count;
	}
}

static char *make_label(const struct bt_plan_draft *draft, const struct bt_plan_section *section,
			const char *name, const char *const picked[BT_PLAN_KEYS_MAX])
{
	char *label = bt_xasprintf("%s%s", draft->plan->section_count > 1 ? name : "",
				   draft->plan->section_count > 1 ? ": " : "");
	unsigned swept = 0;

	for (unsigned i = 0; i < section->count; i++) {
		const struct bt_plan_entry *entry = entry_of(draft, section, i);
		char *before = label;

		if (entry->values.count == 1)
			continue;
		label = bt_xasprintf("%s%s%s=%s", before, swept++ ? " " : "", entry->key->name,
				     picked[i]);
		free(before);
	}
	if (swept)
		return label;
	free(label);
	return bt_xstrdup(name);
}

/* The values were checked when they were read. */
static void make_run(const struct bt_plan_draft *draft, unsigned section_index, unsigned number,
		     struct bt_plan_run *run)
{
	const struct bt_plan_section *section = &draft->sections[section_index];
	const char *picked[BT_PLAN_KEYS_MAX];

	pick_values(draft, section, number, picked);
	bt_plan_key_presets(draft->plan, run);
	for (unsigned i = 0; i < section->count; i++)
		bt_plan_key_set(entry_of(draft, section, i)->key, picked[i], draft->plan, run,
				NULL);
	run->section = draft->plan->sections[section_index];
	run->label = make_label(draft, section, run->section, picked);
}

int bt_plan_expand(const struct bt_plan_draft *draft, struct bt_err *err)
{
	struct bt_plan *plan = draft->plan;
	unsigned total, count, i, number;
	int code = count_runs(draft, &total, err);

	if (code)
		return code;
	plan->runs = bt_xcalloc(total, sizeof(*plan->runs));
	for (i = 0; i < plan->section_count; i++) {
		count = combinations(draft, &draft->sections[i]);
		for (number = 0; number < count; number++)
			make_run(draft, i, number, &plan->runs[plan->run_count++]);
	}
	return 0;
}
