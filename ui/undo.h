/* SPDX-License-Identifier: GPL-2.0 */
/* The last changes that this dashboard made, newest last, so that each can be taken back. Pure. */
#ifndef UI_UNDO_H
#define UI_UNDO_H

#include "ui/control.h"

#define UI_UNDO_MAX 32

enum ui_change_kind {
	UI_CHANGE_CONFIG,	/* a published generation, or a step of a draft */
	UI_CHANGE_INTERVAL,
	UI_CHANGE_RESET,	/* of what is shown */
};

struct ui_change {
	enum ui_change_kind kind;
	struct bt_config before, after;			/* CONFIG */
	uint64_t interval_before_ns, interval_after_ns;	/* INTERVAL */
};

struct ui_undo {
	struct ui_change changes[UI_UNDO_MAX];
	unsigned count;
};

/* Adds one; the oldest is forgotten when there are too many. */
void ui_undo_push(struct ui_undo *undo, const struct ui_change *change);
/* back 0 is the newest; NULL beyond the oldest. */
const struct ui_change *ui_undo_at(const struct ui_undo *undo, unsigned back);
void ui_undo_drop(struct ui_undo *undo, unsigned back);
/*
 * Takes a change of a config back in config: only the rows that it touched, and of them only those
 * that are not as before already. Returns how many differ then.
 */
unsigned ui_undo_apply(const struct ui_change *change, struct bt_config *config);
/* What the change was: "order 0 -> 3", "interval 1.00 s -> 500 ms", "reset". */
const char *ui_undo_text(const struct ui_change *change, char *buf, size_t size);

#endif
