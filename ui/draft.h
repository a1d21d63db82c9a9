/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the operator works on before anybody is told: a draft of many controls, sent as one
 * generation, and the one row of the control panel that is edited in place. Pure.
 */
#ifndef UI_DRAFT_H
#define UI_DRAFT_H

#include "ui/line.h"
#include "ui/undo.h"

/* A row that is edited in place: stepped up and down, or typed. */
struct ui_row_edit {
	bool open;
	unsigned row;			/* control.h */
	struct bt_config base, config;	/* as it was, and with the row as edited */
	bool typing;
	struct ui_line line;
	struct bt_err err;		/* of the text, or of the last Enter; code 0: none */
};

struct ui_draft {
	bool on;		/* controls change the draft only */
	struct bt_config base;		/* what was sent last */
	struct bt_config config;	/* the same with the draft's changes */
	struct ui_undo undo;		/* steps of the draft */
	struct ui_row_edit edit;
};

void ui_draft_begin(struct ui_draft *draft, const struct bt_config *sent);
/* Something was sent, by whomever: the draft's own changes are now changes of that. */
void ui_draft_rebase(struct ui_draft *draft, const struct bt_config *sent);
/* Rows that the draft would change. */
unsigned ui_draft_changes(const struct ui_draft *draft);
/* Takes a changed config into the draft, as one step. */
void ui_draft_change(struct ui_draft *draft, const struct bt_config *config);
/*
 * The value that a row of the panel proposes instead of the one sent: of the edited row, or of the
 * draft. NULL when it proposes none.
 */
const struct bt_config *ui_draft_proposal(const struct ui_draft *draft, unsigned row,
					  const struct bt_config *sent);

void ui_row_edit_begin(struct ui_row_edit *edit, unsigned row, const struct bt_config *config);
/* Up, Down, or a key of typing; false when the key is not for a row. */
bool ui_row_edit_key(struct ui_row_edit *edit, const struct ant_limits *limits, int key);

#endif
