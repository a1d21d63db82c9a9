// SPDX-License-Identifier: GPL-2.0
#include "ui/draft.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ui/keys.h"

void ui_draft_begin(struct ui_draft *draft, const struct bt_config *sent)
{
	memset(draft, 0, sizeof(*draft));
	draft->on = true;
	draft->base = draft->config = *sent;
}

void ui_draft_rebase(struct ui_draft *draft, const struct bt_config *sent)
{
	struct bt_config config = *sent;

	ui_control_merge(&config, &draft->base, &draft->config);
	draft->base = *sent;
	draft->config = config;
}

unsigned ui_draft_changes(const struct ui_draft *draft)
{
	return ui_control_changes(&draft->base, &draft->config);
}

void ui_draft_change(struct ui_draft *draft, const struct bt_config *config)
{
	struct ui_change change = {
		.kind = UI_CHANGE_CONFIG, .before = draft->config, .after = *config,
	};

	draft->config = *config;
	if (ui_control_changes(&change.before, &change.after))
		ui_undo_push(&draft->undo, &change);
}

const struct bt_config *ui_draft_proposal(const struct ui_draft *draft, unsigned row,
					  const struct bt_config *sent)
{
	const struct ui_row_edit *edit = &draft->edit;

	if (edit->open && (edit->row == row || !ui_control_same(row, &edit->base, &edit->config)))
		return &edit->config;
	if (draft->on && !ui_control_same(row, &draft->config, sent))
		return &draft->config;
	return NULL;
}

/* ---- a row edited in place -------------------------------------------------------------- */

void ui_row_edit_begin(struct ui_row_edit *edit, unsigned row, const struct bt_config *config)
{
	memset(edit, 0, sizeof(*edit));
	edit->open = true;
	edit->row = row;
	edit->base = edit->config = *config;
}

static void step(struct ui_row_edit *edit, const struct ant_limits *limits, bool up)
{
	char value[BT_PARAM_TEXT];

	edit->typing = false;
	edit->err.code = 0;
	if (!ui_control_step(edit->row, &edit->config, limits, up))
		bt_err_set(&edit->err, ERANGE, "there is nothing %s %s", up ? "above" : "below",
			   ui_control_value(edit->row, &edit->config, value, sizeof(value)));
}

/* The first character typed replaces the value, an editing key begins to change it. */
static void begin_typing(struct ui_row_edit *edit, int key)
{
	char value[UI_LINE_MAX] = "";

	if (key < ' ' || key > '~') {
		if (edit->row)
			bt_param_text(ui_control_param(edit->row), &edit->config, value,
				      sizeof(value));
		else
			ui_control_value(edit->row, &edit->config, value, sizeof(value));
	}
	ui_line_set(&edit->line, value);
}

static bool type(struct ui_row_edit *edit, const struct ant_limits *limits, int key)
{
	if (!edit->typing)
		begin_typing(edit, key);
	if (!ui_line_key(&edit->line, key))
		return false;
	edit->typing = true;
	edit->err.code = 0;
	ui_control_set(edit->row, &edit->config, edit->line.text, limits, &edit->err);
	return true;
}

bool ui_row_edit_key(struct ui_row_edit *edit, const struct ant_limits *limits, int key)
{
	if (key != UI_KEY_UP && key != UI_KEY_DOWN)
		return type(edit, limits, key);
	step(edit, limits, key == UI_KEY_UP);
	return true;
}
