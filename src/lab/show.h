/* SPDX-License-Identifier: GPL-2.0 */
/* What runs of the lab came to, as text. */
#ifndef BT_LAB_SHOW_H
#define BT_LAB_SHOW_H

#include <stdio.h>

#include "lab/group.h"

#define BT_LAB_CONFIDENCE 0.95

/*
 * A table of metrics for each group of repetitions, then the runs that failed, and those that are
 * unavailable, with their reasons, then what disturbed which. details: also of metrics that are
 * left out where there is little room. Lines are not longer than width (0: there is room).
 */
void bt_lab_show(const struct bt_lab_runs *runs, bool details, unsigned width, FILE *out);

/* "3 of 4 runs count", and what else must not be overlooked of a group; buf: BT_LAB_CONFIG. */
const char *bt_lab_group_state(const struct bt_lab_group *group, char buf[BT_LAB_CONFIG]);
/* Why the first numbers of a run mean less: "emulated: no KVM"; "" they do not. */
const char *bt_lab_run_doubt(const struct bt_lab_run *run);
/* "inflate base-manual order=9 r01"; buf: BT_LAB_CONFIG + 16. */
#define BT_LAB_NAMED (BT_LAB_CONFIG + 16)
const char *bt_lab_run_name(const struct bt_lab_run *run, char buf[BT_LAB_NAMED]);
/*
 * "1.20 GiB/s to 1.24 GiB/s"; "-" of an interval that there is none of. Times, sizes and speeds are
 * not below 0, the interval of a mean of a few that differ much can be: it is cut there.
 */
#define BT_LAB_INTERVAL 64u
const char *bt_lab_interval_text(const struct bt_lab_metric_kind *kind, struct bt_ci ci,
				 char buf[BT_LAB_INTERVAL]);

#endif
