/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A second machine beside the one that is shown: what it was at the time of each point of the
 * first, by the histories of both, whose clocks have nothing in common but that they run equally
 * fast. Its points stand where a baseline's do (ui_model_baseline() and its like in model.h). Its
 * history has the same nodes and CPUs, so that tails of its points are reached through the first's.
 */
#ifndef UI_BESIDE_H
#define UI_BESIDE_H

#include "ui/model.h"

#define UI_BESIDE_LABEL 10
#define UI_BESIDE_EPOCHS 16

struct ui_beside {
	struct bt_session *session;	/* the caller's */
	const char *given;		/* how the operator named it; the caller's */
	char name[128];			/* its kernel; as given, where that is the first's kernel too */
	char label[UI_BESIDE_LABEL];	/* the same in at most 9 columns, or "other" */
	char first[UI_BESIDE_LABEL];	/* and the first's kernel, or "this" */
	bool two_kernels;		/* label and first are versions of kernels */
	char trouble[BT_ERR_TEXT];	/* why it did not take the last change; "": it did */

	/* As of the last update. */
	const struct bt_machine *machine;
	const struct bt_history *history;
	const struct bt_frame *live;
	struct bt_session_status status;
	struct bt_measure measure;
	bool fits;			/* it can be compared: ui_beside_check() */
	const struct bt_point *point;	/* of the shown instant; NULL: it was not there yet */

	/* How their clocks go together: epochs, as a clock may begin anew. */
	struct ui_epoch {
		int64_t shift_ns;		/* its clock less the first's */
		uint64_t ours;			/* of the first's points of this number and later */
		uint64_t theirs, last;		/* holds for its points with these numbers */
	} epochs[UI_BESIDE_EPOCHS];
	unsigned epoch_count;
	struct ui_pace {
		unsigned restarts[2];
		uint64_t interval_ns;
	} pace;
	bool due;			/* that is to be found out, anew perhaps */
	uint64_t seen[2];		/* newest samples: the first's; its own when it became due */

	/* The point of a frozen picture is a copy: a step that was not over then goes on. */
	struct bt_point *kept;
	enum bt_tier kept_tier;
	uint64_t kept_number;		/* of the first's; 0: none is kept */
	struct bt_point nothing;	/* of times that it knows nothing of */
};

/*
 * -EINVAL: the two cannot be compared, err says in what they differ: numbers of CPUs and nodes,
 * size of pages, reality; source, where one of them is "user".
 */
int ui_beside_check(const struct bt_machine *first, const struct bt_machine *second,
		    struct bt_err *err);

/* name, label and first, of beside->machine and given. */
void ui_beside_name(struct ui_beside *beside, const struct bt_machine *first);

/* The label where it says which, else the name. */
const char *ui_beside_word(const struct ui_beside *beside);

struct ui_beside *ui_beside_create(struct bt_session *session, const char *given);
void ui_beside_free(struct ui_beside *beside);

/*
 * Once both were stepped, while no sample that was asked of both is still to come from one of them:
 * what is the newest of both now was sampled at the same time. Holds until one of them is lost,
 * turned back, or the interval changes.
 */
void ui_beside_match(struct ui_beside *beside, const struct bt_session *first);
/* Part of ui_feed_update(), and of whatever shows another instant. NULL: nothing to do. */
void ui_beside_update(struct ui_beside *beside, const struct ui_model *model);

/*
 * What it was at the time of a point of the first, in the same tier: a point of its history, which
 * stays until it is stepped; one that is a gap where it was lost or is behind; NULL: before its
 * first sample.
 */
const struct bt_point *ui_beside_at(const struct ui_beside *beside, enum bt_tier tier,
				    const struct bt_point *point);

#endif
