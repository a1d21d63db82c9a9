/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The repetitions of one benchmark, mode and label, and what they say together: on one host, and all of
 * one reality and accelerator, for emulated numbers and others have no mean.
 */
#ifndef BT_LAB_GROUP_H
#define BT_LAB_GROUP_H

#include "lab/metric.h"
#include "lab/runs.h"

struct bt_lab_group {
	const struct bt_lab_run *first;	/* that counts; NULL: none does */
	struct bt_lab_run *const *runs;	/* of the list that it was taken of */
	unsigned count, counted;
};

/* The group that the index-th run begins; returns the index after its last. */
unsigned bt_lab_group_take(const struct bt_lab_runs *runs, unsigned index,
			   struct bt_lab_group *group);
/* Of the values of all repetitions that count, one of each iteration; count 0: there are none. */
void bt_lab_group_statistics(const struct bt_lab_group *group,
			     const struct bt_lab_metric_kind *kind, double confidence,
			     struct bt_lab_statistics *statistics);

#endif
