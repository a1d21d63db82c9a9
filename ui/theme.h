/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Roles of cells and how a terminal shows them. Always on the terminal's own background; no role
 * differs from another by colour alone where it tells a state (a word or a glyph says it too).
 */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>

enum ui_role {
	UI_ROLE_NORMAL,
	UI_ROLE_DIM,		/* labels, units, data that is no longer live */
	UI_ROLE_STRONG,		/* the numbers one looks for */
	UI_ROLE_TITLE,
	UI_ROLE_RULE,		/* lines between panels, frames of boxes */
	UI_ROLE_FOCUS,		/* title of the focused panel */
	UI_ROLE_GOOD,
	UI_ROLE_WARN,
	UI_ROLE_BAD,
	UI_ROLE_BADGE,		/* SIMULATED, FROZEN: reverse */
	UI_ROLE_ALARM,		/* SOURCE LOST: reverse */
	UI_ROLE_SELECTED,	/* reverse */
	UI_ROLE_KEY,		/* names of keys */
	UI_ROLE_GRAPH_A,	/* available, allocations */
	UI_ROLE_GRAPH_B,	/* frees */
	UI_ROLE_GRAPH_C,	/* remote */
	UI_ROLE_COUNT
};

enum ui_attr { UI_ATTR_BOLD = 1, UI_ATTR_DIM = 2, UI_ATTR_REVERSE = 4, UI_ATTR_UNDERLINE = 8 };

struct ui_style {
	short fg256, fg8;	/* -1: the terminal's own */
	unsigned char attr;	/* with colours */
	unsigned char mono;	/* without */
};

/* Never NULL. */
const struct ui_style *ui_theme_style(enum ui_role role);
/* Colours are wanted unless NO_COLOR is set to something (no-color.org). */
bool ui_theme_wants_colour(const char *no_color);

#endif
