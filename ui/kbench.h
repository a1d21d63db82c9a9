/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The microbenchmark of view 8: the plan as it is proposed, the run, and results, the last of each
 * benchmark beside the one before it. app_kbench.c acts on it, panels only read it.
 */
#ifndef UI_KBENCH_H
#define UI_KBENCH_H

#include "session/kbench.h"

/* Writes a result's document to a path; ui knows no documents (src/bench), so it is given. */
typedef int (*ui_kbench_write_fn)(const struct bt_kbench *result, const char *path,
				  struct bt_err *err);

struct ui_kbench {
	struct bt_kbench_plan plan;	/* config is taken from the controls when it starts */
	struct bt_kbench_run *run;	/* NULL: none is under way */
	struct bt_config before;	/* what the controls had: in force again after the run */
	uint64_t start_ns, length_ns;	/* clock of the source; length of the last run */
	struct bt_kbench *last[BT_KBENCH_KINDS], *previous[BT_KBENCH_KINDS];
	enum bt_kbench_kind shown;	/* of which the last one is shown while none runs */
	ui_kbench_write_fn write;	/* NULL: there is no writer */
};

void ui_kbench_free(struct ui_kbench *kbench);

/* ---- the form: row 0 is the benchmark, row n is bt_kbench_fields[n - 1] ------------------ */

unsigned ui_kbench_rows(void);
const char *ui_kbench_label(unsigned row);
const char *ui_kbench_help(const struct bt_kbench_plan *plan, unsigned row);
const char *ui_kbench_text(const struct bt_kbench_plan *plan, unsigned row, char *buf, size_t size);
/*
 * "bulk orders=0,4 threads 1,2": names and values, a benchmark may stand alone; plan is untouched
 * on error.
 */
int ui_kbench_assign(struct bt_kbench_plan *plan, const char *text,
		     const struct bt_machine *machine, const struct bt_frame *frame,
		     struct bt_err *err);

/* ---- results ------------------------------------------------------------------------------ */

/* What of a group's rows is laid beside the previous result; NaN: nothing known. */
struct ui_kbench_summary {
	unsigned iterations;
	double avg_ns[BT_OP_COUNT];		/* median of the iterations' averages */
	double p99_ns[BT_OP_COUNT];		/* of single operations, upper edge */
	double first_frames, last_frames, last_pages;
	uint64_t failures, preempted;
};

/* That of the run under way, else the last one of the benchmark shown; NULL: there is none. */
const struct bt_kbench *ui_kbench_result(const struct ui_kbench *kbench);
/* The one before that, of the same benchmark; NULL: there is none. */
const struct bt_kbench *ui_kbench_previous(const struct ui_kbench *kbench);
/* group NULL: all NaN and 0. */
void ui_kbench_summary(const struct bt_kbench *result, const struct bt_kbench_group *group,
		       struct ui_kbench_summary *summary);
/* The group of that order and number of threads; NULL: there is none, also of no result. */
const struct bt_kbench_group *ui_kbench_group(const struct bt_kbench *result, unsigned order,
					      unsigned threads);
/* What differs but orders, threads and iterations: "blocks 4096, before 8192"; "" = nothing. */
const char *ui_kbench_differs(const struct bt_kbench *result, const struct bt_kbench *previous,
			      char *buf, size_t size);
/*
 * Averages of an operation, an iteration each, oldest first, the last `room` of them; returns how
 * many.
 */
unsigned ui_kbench_series(const struct bt_kbench *result, const struct bt_kbench_group *group,
			  enum bt_op op, double *values, unsigned room);

#endif
