/* SPDX-License-Identifier: GPL-2.0 */
/* What the panels of latency have in common: names, series, scales, and whose latency is shown. */
#ifndef UI_LATENCY_H
#define UI_LATENCY_H

#include "ui/chart.h"
#include "ui/model.h"
#include "ui/text.h"

/* The quantiles and below them the maximum. */
#define UI_LATENCY_MAX BT_QUANTILES
#define UI_LATENCY_ROWS (BT_QUANTILES + 1)

/* What has a latency of its own: enum bt_op, and bulk calls as a whole. */
enum { UI_OP_BULK = BT_OP_COUNT, UI_OPS };

extern const char *const ui_latency_name[UI_LATENCY_ROWS];
extern const char *const ui_op_name[UI_OPS];	/* "allocs", "frees", "bulk calls" */
/*
 * What stands in the place of enum bt_op: bulk calls for allocations, where the shown time has those
 * alone.
 */
unsigned ui_latency_op(const struct ui_model *model, enum bt_op op);
const struct bt_hist *ui_latency_hist(const struct bt_point *point, unsigned op);

/* The longest operation since the module's load: where it is 0 none has been timed. */
static inline uint64_t ui_longest_ns(uint64_t max_ns)
{
	return max_ns ? max_ns : BT_UNKNOWN;
}

/*
 * What the timing is, for a panel's head: what it costs and by which clock, and the share of the
 * operations that is timed where it is not all of them. Nothing without a module.
 */
void ui_latency_timing(const struct ui_model *model, unsigned rank, struct ui_row *row);
/* Where no operation can be timed, for want of the module: true, and why stands in the row. */
bool ui_latency_untimed(const struct ui_model *model, struct ui_row *row);
uint64_t ui_latency_ns(const struct bt_point *point, unsigned op, unsigned row);
/* The same as series of doubles, NaN = unknown. */
extern const ui_value_fn ui_latency_value[UI_OPS][UI_LATENCY_ROWS];
/* Logarithmic, between powers of two around what is known of low and high. */
struct ui_scale ui_latency_scale(double low, double high);

/*
 * Whose latency a panel shows, from state->subject: both operations or one of them, of all CPUs or
 * of those of a node.
 */
struct ui_subject {
	bool op[BT_OP_COUNT];
	int node;		/* -1: all */
};
#define UI_SUBJECTS_OF_ALL 3u	/* the first ones, which are not of a node */
unsigned ui_latency_subjects(const struct ui_model *model);
struct ui_subject ui_latency_subject(const struct ui_model *model, unsigned index);
const char *ui_latency_subject_name(unsigned index, char buf[UI_TEXT]);
/* Leaves only the first operation where there is no room for both. */
void ui_subject_narrow(struct ui_subject *subject);

/* Octaves: bin n begins at 2^n ns. "64 ns", "1 us" for 1024 ns: rounded as binary prefixes are. */
const char *ui_octave_text(unsigned octave, char buf[UI_TEXT]);
/*
 * Counts of a point by octave; false: not known. Those of a node are in the history only where its
 * tails are; bulk calls are not told by node.
 */
bool ui_latency_octaves(const struct ui_model *model, const struct bt_point *point, int node,
			unsigned op, double bins[BT_LOG2_BINS]);
/* The upper edge of the octave that holds the quantile; BT_UNKNOWN without any. */
uint64_t ui_octave_quantile(const double bins[BT_LOG2_BINS], double q);
/* The octaves in use since the start or the last reset; first <= last. */
void ui_latency_range(const struct ui_model *model, unsigned *first, unsigned *last);

#endif
