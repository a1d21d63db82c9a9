/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one table of live parameters. It feeds the command line, `:` commands, the control panel, the
 * JSON of a config, the checks' messages and the manual pages; a new parameter is one row.
 */
#ifndef BT_PARAM_H
#define BT_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kmod/buddytop_uapi.h"
#include "kmod/config.h" /* ant_config_check() */
#include "core/err.h"

enum bt_param_kind {
	BT_PARAM_NUMBER,	/* u32 or u64, plain digits */
	BT_PARAM_BYTES,		/* u64, "64M" */
	BT_PARAM_TIME_MS,	/* u32 or u64, "10s" */
	BT_PARAM_ORDER,		/* u32, "3"; or several by weight, with order_weights[]: "0:8+3:1" */
	BT_PARAM_ONE_IN,	/* u32 or u64, "1/16" or "16"; 0 is 1 */
	BT_PARAM_CHOICE,	/* u32, one of choices[] */
	BT_PARAM_CPUS,		/* mask of BT_CPU_WORDS */
	BT_PARAM_NODES,		/* node_policy and nodes[] together: local, prefer:N, bind:LIST,
				 * interleave:LIST, remote */
};

struct bt_choice {
	const char *name;
	const char *help;	/* effect, one sentence */
};

struct bt_param {
	const char *name;	/* "order", "cpus", "node", "gfp", "pattern", "free", "touch",
				 * "batch", "bulk", "handoff", "pace", "sample", "held",
				 * "reserve", "guard", "lease",
				 * "limit" */
	const char *label;	/* in the control panel */
	const char *unit;	/* "", "blocks", "ops/s per CPU", "bytes", "ms" */
	const char *json_key;	/* "order", "cpus", "held_bytes", "pace_ops_per_s", ... */
	const char *help;	/* one sentence */
	enum bt_param_kind kind;
	size_t offset;		/* of the field in struct bt_config */
	size_t width;		/* 4 or 8 bytes */
	uint64_t min, max;	/* numbers; max is the ABI's, bt_param_max() knows the machine's */
	bool zero_is_off;	/* 0 is allowed below min and written "off" */
	bool absent_is_zero;	/* in documents, which leave it out then: a later addition */
	bool stays;		/* says where and how one watches: a load (load.h) that does not
				 * name it leaves it as it is */
	const struct bt_choice *choices; /* ends with a NULL name; the index is the value */
};

extern const struct bt_param bt_params[];
extern const unsigned bt_param_count;

/* By name, or by an unambiguous beginning of it; NULL otherwise. */
const struct bt_param *bt_param_find(const char *name);
/* Largest value of a number on a machine (limits NULL: not known which, the ABI's bounds). */
uint64_t bt_param_max(const struct bt_param *param, const struct ant_limits *limits);
/*
 * A number's or choice's value in config; for nodes the policy, for CPUs 0, for the order that of the
 * largest blocks.
 */
uint64_t bt_param_get(const struct bt_param *param, const struct bt_config *config);
/*
 * Parses value into config (only that field changes). Checks form and the row's own range with
 * limits (limits->max_order and so on; NULL as above), not the whole. -EINVAL with a message that
 * names the parameter, the value and what is allowed; config is untouched then. "all" CPUs are the
 * possible ones.
 */
int bt_param_set(const struct bt_param *param, struct bt_config *config, const char *value,
		 const struct ant_limits *limits, struct bt_err *err);
/* "name=value"; the same. */
int bt_param_assign(struct bt_config *config, const char *assignment,
		    const struct ant_limits *limits, struct bt_err *err);
#define BT_PARAM_TEXT 192	/* room for any value but that of a mask of many CPUs or nodes */
/* The value as bt_param_set() takes it: "3", "0:8+3:1", "0-3", "bind:1", "64M" exact, "10s". As snprintf. */
int bt_param_text(const struct bt_param *param, const struct bt_config *config, char *buf,
		  size_t size);
/* Whether both configs have the same value of it; nodes with their policy. */
bool bt_param_same(const struct bt_param *param, const struct bt_config *a,
		   const struct bt_config *b);
/* Takes its value over from another config. */
void bt_param_copy(const struct bt_param *param, struct bt_config *to,
		   const struct bt_config *from);
/* What values look like: "0 to 15", "100ms to 10m, off", "SIZE", "fifo, lifo". As snprintf. */
int bt_param_form(const struct bt_param *param, char *buf, size_t size);
/* The blocks are of several orders, by weight. */
bool bt_config_is_mix(const struct bt_config *config);
/* ant_config_check(); err has the fault in a sentence with parameter and limit. 0 or -EINVAL. */
int bt_config_check(const struct bt_config *config, const struct ant_limits *limits,
		    struct bt_err *err);
/* Sets the run state; what belongs to a step goes, unless it is one. */
void bt_config_run(struct bt_config *config, enum bt_run run);
/*
 * What the dashboard starts with: drained, order 0, every CPU of limits, local, kernel-mayfail,
 * burst, fifo, touch none, batch 64, pace 0, sample 1/1, held = 10 % of total_bytes (at most the limit),
 * reserve = 5 % of total_bytes, both in whole MiB, guard safe, lease 5 s, no time limit.
 */
void bt_config_default(struct bt_config *config, const struct ant_limits *limits,
		       uint64_t total_bytes);
/* Names of the enums of the ABI: never NULL ("?" for unknown values). */
extern const char *const bt_run_names[BT_RUN_COUNT];	/* "drained", "running", "kept", "step" */
extern const char *const bt_step_names[BT_STEP_COUNT];	/* "none", "get", ... */
extern const char *const bt_clock_names[BT_CLOCK_COUNT]; /* "ktime", "tsc" */
extern const char *const bt_worker_names[BT_WORKER_COUNT];
const char *bt_run_name(uint64_t run);
const char *bt_reason_text(uint64_t reason);	/* "", "asked", "lease expired: ...", ... */
const char *bt_worker_name(uint64_t state);	/* "offline", "idle", "running", ... */

#endif
