/* SPDX-License-Identifier: GPL-2.0 */
/* A plan between its lines and its runs; only the files of the plan include it. */
#ifndef BT_PLAN_DRAFT_H
#define BT_PLAN_DRAFT_H

#include "bench/plan_key.h"

/* A line "key = values". */
struct bt_plan_entry {
	const struct bt_plan_key *key;
	struct bt_plan_values values;
	unsigned line;
};

/* Which of the entries hold in a section, each key once, in the order of the text. */
struct bt_plan_section {
	unsigned line;		/* of its heading; entries of lines before it are from [global] */
	unsigned count;
	unsigned entries[BT_PLAN_KEYS_MAX];
};

struct bt_plan_draft {
	struct bt_plan *plan;
	struct bt_plan_entry *entries;	/* all of the plan */
	unsigned entry_count;
	struct bt_plan_section *sections; /* [plan->section_count] */
};

/* Makes the plan's runs. -EINVAL: they are more than BT_PLAN_RUNS_MAX. */
int bt_plan_expand(const struct bt_plan_draft *draft, struct bt_err *err);

#endif
