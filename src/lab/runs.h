/* SPDX-License-Identifier: GPL-2.0 */
/* Several runs: all finished ones of a folder, wherever below it they are. */
#ifndef BT_LAB_RUNS_H
#define BT_LAB_RUNS_H

#include "lab/run.h"

#define BT_LAB_RUNS_MAX 10000u
#define BT_LAB_CONFIG (2 * BT_LAB_TEXT + 32)

struct bt_lab_runs {
	char *path;			/* as it was named */
	struct bt_lab_run **runs;	/* by benchmark, mode, label, what ran it, and repetition */
	unsigned count;
};

/*
 * Of a run's own folder, its result.json, a folder of such folders (symbolic links below it are not
 * followed), or a result folder of hyperalloc-bench (import.h). -ENODATA: no finished run is there;
 * -EPROTO: one is damaged, or path is another file. The caller frees *runs.
 */
int bt_lab_runs_read(struct bt_lab_runs **runs, const char *path, bool tables, struct bt_err *err);
void bt_lab_runs_free(struct bt_lab_runs *runs);
/* Takes the run, which is freed with them. */
void bt_lab_runs_add(struct bt_lab_runs *runs, struct bt_lab_run *run);

/* A result, and no warm-up: its numbers count. */
bool bt_lab_counts(const struct bt_lab_run *run);
/* What it is a repetition of: "inflate base-manual order=9". */
const char *bt_lab_config(const struct bt_lab_run *run, char buf[BT_LAB_CONFIG]);

#endif
