/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a benchmark is to do: a plan in the syntax of INI files, as buddytop.5 describes it, and the
 * runs that come of it. A section is a job; keys that stand for several values are swept, and each
 * combination is one run. Options of the command line become such a text, too, so that a result
 * holds all that it takes to do it again. Not for several threads at once on the same plan.
 */
#ifndef BT_PLAN_H
#define BT_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/err.h"
#include "core/inifile.h"
#include "core/param.h"
#include "frame/frame.h"

#define BT_PLAN_BYTES_MAX (256u * 1024)	/* of the text */
#define BT_PLAN_LINE_MAX BT_INI_LINE_MAX
#define BT_PLAN_RUNS_MAX 4096u
#define BT_PLAN_REPETITIONS_MAX 10000u

enum bt_plan_held { BT_HELD_AUTO, BT_HELD_PERCENT, BT_HELD_BYTES };

/* One configuration, measured `repetitions` times. */
struct bt_plan_run {
	const char *section;
	/*
	 * What tells it from the others, "order=4 cpus=2", after the section's name where there are
	 * several; the section's name where nothing does. No two runs of a plan have the same.
	 */
	char *label;
	/*
	 * "name=value" of bt_params in the order of the text, those alone that the plan gives; those
	 * swept have one value here. The plan's mask is called cpus, as in bt_params.
	 */
	char **settings;
	unsigned setting_count;
	unsigned cpus;			/* so many of the mask, lowest first; 0 = all */
	enum bt_plan_held held;		/* AUTO: room for 2000 blocks a CPU, as far as allowed */
	double held_percent;		/* PERCENT: of MemTotal; BYTES: among the settings */
	unsigned repetitions;
	uint64_t settle_ns;		/* rest before each measurement, everything given back */
	uint64_t warmup_ns;		/* load that is not measured, at least */
	uint64_t steady_limit_ns;	/* longest wait for a steady state; 0 = it is not waited for */
	unsigned steady_percent;	/* steady: rates within so much of their mean */
	uint64_t load_ns;		/* the load alone, measured */
	bool probe;			/* measure what user space can get, idle and under load */
	uint64_t limit_bytes;		/* of the probe; BT_UNKNOWN = until the OOM kill */
	uint64_t region_bytes;		/* of one mapping of the probe; 0 = the probe's own default */
	unsigned stop_psi_percent;	/* the probe stops at so much memory pressure; 0 = never */
};

struct bt_plan {
	char *name;			/* of the file without path and ".ini"; "pab" of the options */
	char *text;			/* as it was given */
	uint64_t seed;
	bool shuffle;			/* runs in random order within each round of repetitions */
	unsigned run_count;
	struct bt_plan_run *runs;
	unsigned section_count;
	char **sections;		/* names, in their order; runs[].section points into it */
};

/*
 * Parses and expands. Caller frees *plan with bt_plan_free(); it is NULL after a failure. -EINVAL:
 * err names plan, line, key, value and what is allowed; also for a key given twice in a section,
 * lines longer than the INI library reads, and more runs than the maximum.
 */
int bt_plan_parse(struct bt_plan **plan, const char *name, const char *text, struct bt_err *err);
/*
 * The same of a file; a name without a slash that is no file is looked for among the plans that
 * were installed (BT_PKGDATADIR/plans/NAME.ini, or in the directory that the environment's
 * BUDDYTOP_PLANS names). -ENOENT: there is none, err names those that are; or another -errno of
 * reading it.
 */
int bt_plan_read(struct bt_plan **plan, const char *path, struct bt_err *err);
/*
 * Whether "key = value" may be a line of a plan, whatever the others are. -EINVAL: there is no such
 * key, or one of the values is none of its; err names both.
 */
int bt_plan_check_line(const char *key, const char *value, struct bt_err *err);
/* NULL is allowed. */
void bt_plan_free(struct bt_plan *plan);

/*
 * The config of a run on a machine, checked: running, guard bench, GFP class kernel, lease 10 s
 * unless the plan says otherwise; frame tells which CPUs are online (only those run). A mask that
 * names its CPUs needs each of them, one that is open ("all", "^0") or goes with `cpus` those that
 * are online. -EINVAL: the machine has no such CPU, node, order, or may hold less; err names run,
 * key and limit. config is undefined then.
 */
int bt_plan_config(const struct bt_plan_run *run, const struct bt_machine *machine,
		   const struct bt_frame *frame, struct bt_config *config, struct bt_err *err);

/*
 * How long a run takes, all its repetitions, without the probes: usually, when the load is steady
 * as soon as it is warm, and at most. For --dry-run.
 */
uint64_t bt_plan_run_ns(const struct bt_plan_run *run);
uint64_t bt_plan_run_max_ns(const struct bt_plan_run *run);

/* The keys of a plan: "plan-key TAB name TAB form TAB default TAB help", a line each. */
void bt_plan_dump(FILE *out);

#endif
