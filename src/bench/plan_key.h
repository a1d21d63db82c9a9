/* SPDX-License-Identifier: GPL-2.0 */
/* The one table of a plan's keys; only the files of the plan include it. */
#ifndef BT_PLAN_KEY_H
#define BT_PLAN_KEY_H

#include "bench/plan.h"

#define BT_PLAN_KEYS_MAX 32u

enum bt_plan_kind {
	BT_PLAN_PARAM,		/* of bt_params: goes to the run's settings */
	BT_PLAN_HELD,		/* "held" of bt_params, a share of the memory, or auto */
	BT_PLAN_NUMBER,
	BT_PLAN_BYTES,
	BT_PLAN_TIME,		/* ns; a bare number is seconds */
	BT_PLAN_YES_NO,
};

/* How several values of a key are written; each kind of list takes those before it, too. */
enum bt_plan_list {
	BT_PLAN_ONE,		/* they are not: the key cannot be swept */
	BT_PLAN_BLANKS,		/* values may have commas of their own, as masks */
	BT_PLAN_COMMAS,
	BT_PLAN_RANGES,		/* 0-10, 0-10:2 */
};

struct bt_plan_key {
	const char *name;
	const char *param;	/* its name in bt_params; NULL = none */
	enum bt_plan_kind kind;
	enum bt_plan_list list;
	bool of_plan;		/* a field of the plan, given once in [global]; else of a run */
	size_t offset, width;	/* of the field, unless a parameter's */
	uint64_t min, max;	/* numbers, bytes, times */
	const char *word;	/* stands for word_value beside the numbers; NULL = none */
	uint64_t word_value;
	const char *preset;	/* what holds when the plan says nothing */
	const char *help;	/* one sentence; NULL: the parameter's */
};

extern const struct bt_plan_key bt_plan_keys[];
extern const unsigned bt_plan_key_count;	/* at most BT_PLAN_KEYS_MAX */

/* By its full name; NULL otherwise. */
const struct bt_plan_key *bt_plan_key_find(const char *name);
/* The key whose name is nearest to a misspelt one; NULL when none is near. */
const struct bt_plan_key *bt_plan_key_near(const char *name);
/* -EINVAL: there is none of this full name; err says which may be meant. */
int bt_plan_key_get(const char *name, const struct bt_plan_key **key, struct bt_err *err);
/* What values look like: "0 to 15", "TIME from 1ms to 24h". As snprintf. */
int bt_plan_key_form(const struct bt_plan_key *key, char *buf, size_t size);

/*
 * Puts one value into plan or run, that of a parameter into the run's settings. -EINVAL: err names
 * key, value and what is allowed, nothing has changed.
 */
int bt_plan_key_set(const struct bt_plan_key *key, const char *value, struct bt_plan *plan,
		    struct bt_plan_run *run, struct bt_err *err);
/* The presets of all keys but the parameters, which bt_plan_key_config() knows. */
void bt_plan_key_presets(struct bt_plan *plan, struct bt_plan_run *run);
/* The presets of the parameters, then the run's settings; as bt_param_set(). */
int bt_plan_key_config(const struct bt_plan_run *run, const struct ant_limits *limits,
		       struct bt_config *config, struct bt_err *err);
/* Frees what a run owns, not the run. */
void bt_plan_run_clear(struct bt_plan_run *run);

/* The values that a key sweeps over, in their order. */
struct bt_plan_values {
	char **items;
	unsigned count;
};

/*
 * Splits a text as the key's list allows, and checks each value. -EINVAL: one is wrong, there
 * twice, or they are more than BT_PLAN_RUNS_MAX; values is empty then.
 */
int bt_plan_values_parse(struct bt_plan_values *values, const struct bt_plan_key *key,
			 const char *text, struct bt_err *err);
void bt_plan_values_clear(struct bt_plan_values *values);

#endif
