/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All runs of a plan, into one directory: plan.txt, and a folder for each run. A run works in
 * NAME.part, which becomes NAME when it is over; what is called so is finished, and is never touched
 * again.
 */
#ifndef BT_LAB_SUITE_H
#define BT_LAB_SUITE_H

#include "lab/plan.h"

struct bt_lab_suite_progress {
	unsigned position, total;	/* of runs, from 1 */
	unsigned failed, skipped;	/* so far; skipped: they were finished before */
	const struct bt_lab_item *item;
	uint64_t elapsed_ns, left_ns;	/* left: by the runs so far; BT_UNKNOWN before the first */
};

struct bt_lab_suite {
	const struct bt_lab_plan *plan;
	const struct bt_modes *modes;
	uint64_t seed;
	const char *directory;
	bool resume;		/* the directory has a part of this plan */
	bool again;		/* runs that failed are done once more; what they left is kept beside */
	const char *accel;
	bool serve, assume_yes;
	int stop_fd;
	/* What the run at work does now; may be NULL. */
	void (*progress)(void *context, const struct bt_lab_suite_progress *now, const char *text);
	/* A run is over; may be NULL. */
	void (*done)(void *context, const struct bt_lab_suite_progress *now,
		     const struct bt_lab_run *run);
	bool (*ask)(void *context, const char *question);
	void *context;
};

/*
 * One after the other; one that fails costs only itself. 0: all are done and well; -EREMOTEIO: some
 * failed, err says how many; -EINTR: stop_fd, what is finished is kept; -EEXIST: the directory has
 * results already; -EINVAL: it is of another plan; -ENODEV: a mode lacks parts.
 */
int bt_lab_suite_run(const struct bt_lab_suite *suite, struct bt_err *err);

#endif
