/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of plans, for plan.c (what they take) and plan_runs.c (which runs that makes). */
#ifndef BT_LAB_PLAN_PART_H
#define BT_LAB_PLAN_PART_H

#include "lab/plan.h"

#define LAB_PLAN_SECTIONS_MAX 64u
#define LAB_PLAN_VALUES_MAX 32u
#define MIB ((uint64_t)1 << 20)

#define INFLATE (1u << BT_LAB_INFLATE)
#define STREAM (1u << BT_LAB_STREAM)
#define FTQ (1u << BT_LAB_FTQ)
#define COMPILING (1u << BT_LAB_COMPILING)
#define MULTIVM (1u << BT_LAB_MULTIVM)
#define ALL (INFLATE | STREAM | FTQ | COMPILING | MULTIVM)

enum lab_plan_kind { COUNT, BYTES, TIME, TEXT, FLAG, KERNELS, WORKLOAD };

struct lab_plan_key {
	struct bt_lab_key key;
	enum lab_plan_kind kind;
	size_t offset;		/* in struct bt_lab_item */
	uint64_t min, max;
	bool list;
};

enum {
	LAB_PLAN_KEYS = 0
#define KEY(...) + 1
#include "lab/plan_keys.def"
#undef KEY
};
extern const struct lab_plan_key lab_plan_keys[LAB_PLAN_KEYS];

/* Values of a key; none: the default. */
struct lab_plan_values {
	char *text[LAB_PLAN_VALUES_MAX];
	unsigned count;
};

struct lab_plan_section {
	enum bt_lab_benchmark benchmark;
	struct lab_plan_values values[LAB_PLAN_KEYS];
};

struct bt_lab_plan {
	struct lab_plan_section sections[LAB_PLAN_SECTIONS_MAX];
	unsigned count;
};

/* Into the item's field; a text stays the plan's. -EINVAL: it is no value of the key. */
int lab_plan_apply(const struct lab_plan_key *key, const char *text, struct bt_lab_item *item);

#endif
