/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page about results: one HTML file that needs nothing else. Its pictures are images in data:
 * URIs, which run no script whatever they hold, and its policy forbids everything but these and its
 * own style; so it can be opened, sent and kept without a thought.
 */
#ifndef BT_REPORT_H
#define BT_REPORT_H

#include "bench/result.h"
#include "lab/runs.h"

struct bt_report {
	const struct bt_result *const *results;	/* up to BT_PLOT_DOCUMENTS_MAX */
	unsigned count;
	const char *title;			/* NULL: "buddytop: plan NAME" */
};

/*
 * The page (caller frees). missing.code: why pictures are missing from it, which the page says,
 * too; 0: none are.
 */
int bt_report_make(const struct bt_report *report, char **page, size_t *size,
		   struct bt_err *missing, struct bt_err *err);

struct bt_report_lab {
	const struct bt_lab_runs *runs;		/* with their tables */
	const char *name;			/* what they are called */
	const char *title;			/* NULL: "buddytop lab: NAME" */
	bool published;				/* what HyperAlloc's authors published, beside it */
};

/* The same of runs of the lab. */
int bt_report_lab_make(const struct bt_report_lab *report, char **page, size_t *size,
		       struct bt_err *missing, struct bt_err *err);

#endif
