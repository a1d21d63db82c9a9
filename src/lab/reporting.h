/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parameters of free-page reporting in the guest's kernel (mm/page_reporting.c): from which order
 * on blocks are reported, how long after the first of them, and how many at once. HyperAlloc's
 * study of them has a kernel of its own: an unmodified one has the order alone. What counts is what
 * the guest itself says of them once it is up.
 */
#ifndef BT_LAB_REPORTING_H
#define BT_LAB_REPORTING_H

#include "lab/bench.h"

/* What a guest answered about one of them. */
struct bt_lab_reporting_answer {
	bool there;
	uint64_t value;		/* BT_UNKNOWN: no number */
	char refused[64];	/* why it was not taken; "" */
};

/* append, which may be NULL, and what is asked for behind it; the caller frees. */
char *bt_lab_reporting_append(const struct bt_lab_reporting *asked, const char *append);
/*
 * The n-th (enum bt_lab_reporting_key) as the guest has it, into the run's parameters;
 * -EOPNOTSUPP: it is not what was asked for.
 */
int bt_lab_reporting_note(struct bt_lab_run *run, unsigned key,
			  const struct bt_lab_reporting *asked,
			  const struct bt_lab_reporting_answer *answer, struct bt_err *err);
/* All of a guest of a mode that reports: set where the command line did not, and noted. */
int bt_lab_reporting_set(struct bt_lab *lab, unsigned vm, struct bt_err *err);

#endif
