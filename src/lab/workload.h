/* SPDX-License-Identifier: GPL-2.0 */
/* What the guests do in compiling and multivm: the requests to the program in them. */
#ifndef BT_LAB_WORKLOAD_H
#define BT_LAB_WORKLOAD_H

#include "lab/bench.h"

/* Which it is, and what belongs to it, among the run's parameters. */
void bt_lab_note_workload(struct bt_lab *lab);

/* A job of the workload of the options, for a guest; it lives with the caller. */
struct bt_lab_load {
	const struct bt_lab *lab;
	unsigned vm;
	unsigned iteration;
	struct bt_lab_job job;
	/* Of build and command: what they print is appended to output-VM.log of the run's folder. */
	char said[160];			/* the last line of it */
	uint64_t said_bytes;
};

/* More of a load's output is not kept. */
#define BT_LAB_OUTPUT_BYTES (4u << 20)

/*
 * The longest that it may take: work_limit_ns, of synth besides twice its duration, which is a plan:
 * processes that wait for memory make it longer, by 1.7 at most of many seeds (test_work_parts.c).
 */
uint64_t bt_lab_load_limit_ns(const struct bt_lab_options *options);
/* The workload itself; its seed differs from guest to guest and from iteration to iteration. */
int bt_lab_load_start(struct bt_lab_load *load, struct bt_err *err);
/* What it left on the guest's disk is removed; done at once where it leaves nothing. */
int bt_lab_clean_start(struct bt_lab_load *load, struct bt_err *err);
/* The guest's page cache is given up. */
int bt_lab_drop_start(struct bt_lab_load *load, struct bt_err *err);

/*
 * The guest's disk: an empty file system in a new file in folder, or the user's image. NULL: the
 * workload needs none. The caller frees *path; -ENODEV: mke2fs is missing.
 */
int bt_lab_make_disk(const struct bt_lab_options *options, const char *folder, unsigned vm,
		     char **path, struct bt_err *err);
/* Where the guest's program works with it. */
int bt_lab_mount_disk(struct bt_lab *lab, unsigned vm, struct bt_err *err);

#endif
