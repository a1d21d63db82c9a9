/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a suite of the lab is to run: sections, each a benchmark with its settings, some of which
 * are lists. Every combination of a section is a run, each as often as it is to be repeated; the
 * repetitions are interleaved, so that a drift of the machine meets all modes alike.
 *
 *	[inflate]
 *	mode = base-manual, virtio-mem
 *	memory = 1G
 *	repetitions = 3
 */
#ifndef BT_LAB_PLAN_H
#define BT_LAB_PLAN_H

#include <stdio.h>

#include "lab/lab.h"

struct bt_lab_plan;

/* A setting of a benchmark: for --help, the manual page and errors. */
struct bt_lab_key {
	const char *name;	/* "memory" */
	const char *value;	/* "SIZE" */
	const char *help;	/* one line */
	unsigned benchmarks;	/* 1 << enum bt_lab_benchmark of those that have it */
};
/* Key of that index; NULL: no more. */
const struct bt_lab_key *bt_lab_key_at(unsigned index);

struct bt_lab_plan *bt_lab_plan_create(void);
void bt_lab_plan_free(struct bt_lab_plan *plan);
/* A section; its settings are the benchmark's defaults. -EINVAL: no such benchmark; too many. */
int bt_lab_plan_add(struct bt_lab_plan *plan, const char *benchmark, struct bt_err *err);
/*
 * Of the section that was added last: "threads", "1,2". Lists are possible where several values make
 * sense. -EINVAL names key and value.
 */
int bt_lab_plan_set(struct bt_lab_plan *plan, const char *name, const char *value,
		    struct bt_err *err);
/* No section was added yet. */
bool bt_lab_plan_is_empty(const struct bt_lab_plan *plan);
/*
 * Sections and settings of a file, [BENCHMARK] and key = value; a line that begins with # or ; is
 * for people. path "full", "fast": those that are built in. An error names the line.
 */
int bt_lab_plan_read(struct bt_lab_plan *plan, const char *path, struct bt_err *err);

/* Without blanks and ends of lines around it, in place. */
char *bt_lab_trim(char *text);

/* One run of a plan. */
struct bt_lab_item {
	struct bt_lab_options options;	/* mode, folder and callbacks are the suite's to fill in */
	const char *mode;
	/*
	 * Of what has more than one value: "cpus=2"; and what was done, which published figures are
	 * found by, in any case: "touched=no", "baseline=yes", "threads=2", "workload=synth".
	 */
	char label[BT_LAB_TEXT];
	unsigned repetition;		/* from 1 */
	bool warm_up;
	char name[2 * BT_LAB_TEXT];	/* of its folder: "inflate-base-manual-threads=2-r01" */
};

/*
 * All runs in the order in which they are done: warm-ups first, then repetition by repetition, each
 * shuffled by the seed. The caller frees *items; texts belong to the plan.
 */
int bt_lab_plan_expand(const struct bt_lab_plan *plan, uint64_t seed, struct bt_lab_item **items,
		       unsigned *count, struct bt_err *err);
/* Sections and settings as they were given, a line each: what must be the same to resume. */
void bt_lab_plan_print(const struct bt_lab_plan *plan, FILE *out);

#endif
