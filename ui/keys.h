/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keys and what they are bound to: one table, from which dispatch, help screen, footer and the
 * manual page are made. Knows no curses: term.c translates.
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A key is a Unicode character, a control character, or one of these. */
enum ui_key {
	UI_KEY_NONE = 0,
	UI_KEY_CTRL_C = 3,
	UI_KEY_TAB = 9,
	UI_KEY_ENTER = 10,
	UI_KEY_CTRL_L = 12,
	UI_KEY_CTRL_U = 21,
	UI_KEY_ESC = 27,
	UI_KEY_SPECIAL = 0x110000,	/* beyond Unicode */
	UI_KEY_UP, UI_KEY_DOWN, UI_KEY_LEFT, UI_KEY_RIGHT, UI_KEY_HOME, UI_KEY_END,
	UI_KEY_PAGE_UP, UI_KEY_PAGE_DOWN, UI_KEY_BACK_TAB, UI_KEY_BACKSPACE, UI_KEY_DELETE,
	UI_KEY_F0,	/* UI_KEY_F0 + n is Fn */
	UI_KEY_F12 = UI_KEY_F0 + 12,
};

enum ui_action_id {
	UI_ACTION_NONE,
	UI_ACTION_WORKERS, UI_ACTION_STOP_NOW,
	UI_ACTION_STEP_DOWN, UI_ACTION_STEP_UP, UI_ACTION_EDIT,	/* the binding's parameter */
	UI_ACTION_UNDO, UI_ACTION_DRAFT, UI_ACTION_MEASURE,
	UI_ACTION_KBENCH, UI_ACTION_KBENCH_SAVE,
	UI_ACTION_MARK, UI_ACTION_MARK_TEXT,
	UI_ACTION_FREEZE, UI_ACTION_PAUSE,
	UI_ACTION_INTERVAL_UP, UI_ACTION_INTERVAL_DOWN, UI_ACTION_INTERVAL,
	UI_ACTION_TIME_BACK, UI_ACTION_TIME_FORWARD, UI_ACTION_TIME_OLDEST, UI_ACTION_TIME_LIVE,
	UI_ACTION_SAMPLE_NEXT, UI_ACTION_SAMPLE_PREVIOUS,
	UI_ACTION_EVENT_PREVIOUS, UI_ACTION_EVENT_NEXT, UI_ACTION_JUMP,
	UI_ACTION_STEP_SHORTER, UI_ACTION_STEP_LONGER,
	UI_ACTION_BASELINE, UI_ACTION_COMPARE, UI_ACTION_RESET,
	UI_ACTION_SNAPSHOT, UI_ACTION_RECORD, UI_ACTION_LOG, UI_ACTION_EXPORT,
	UI_ACTION_TAKEOVER, UI_ACTION_SEEK_BACK, UI_ACTION_SEEK_ON, UI_ACTION_FILTER,
	UI_ACTION_COMMAND,
	UI_ACTION_NEXT_PANEL, UI_ACTION_PREVIOUS_PANEL,
	UI_ACTION_MOVE_UP, UI_ACTION_MOVE_DOWN, UI_ACTION_MOVE_PAGE_UP, UI_ACTION_MOVE_PAGE_DOWN,
	UI_ACTION_ENTER, UI_ACTION_BACK, UI_ACTION_VIEW, UI_ACTION_MODE,
	UI_ACTION_SUBJECT_UP, UI_ACTION_SUBJECT_DOWN,
	UI_ACTION_GLYPHS, UI_ACTION_THEME, UI_ACTION_SETUP, UI_ACTION_REDRAW,
	UI_ACTION_HELP, UI_ACTION_QUIT,
	UI_ACTION_COUNT
};

#define UI_KEY_ALIASES 3

struct ui_binding {
	enum ui_action_id action;
	int key[UI_KEY_ALIASES];	/* the first is the one shown; 0 ends */
	const char *group;		/* heading on the help screen */
	const char *brief;		/* in the footer; NULL: not there */
	const char *help;
	const char *param;		/* STEP_DOWN, STEP_UP, EDIT: bt_param.name */
};

extern const struct ui_binding ui_bindings[];
extern const unsigned ui_binding_count;

/* What a key is bound to outside dialogs; NULL when to nothing. */
const struct ui_binding *ui_keys_find(int key);
/* The binding that edits a parameter, else one that steps it, or NULL. */
const struct ui_binding *ui_keys_of_param(const char *param);
/* "Space", "F5", "^L", "o"; in buf. */
const char *ui_key_name(int key, char *buf, size_t size);
/* All names of a binding: "s F5". */
const char *ui_binding_names(const struct ui_binding *binding, char *buf, size_t size);
/* The table for the manual page: "group<TAB>names<TAB>help", a line each. */
void ui_keys_print(FILE *to);

#endif
