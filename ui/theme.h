/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Roles of cells, and the themes that turn them into colours. No role differs from another by
 * colour alone where it tells a state: a word or a glyph says it too, and the monochrome theme
 * has an attribute for it.
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
	/* Density, from almost nothing to most; always with a glyph of the shade ramp. */
	UI_ROLE_HEAT_1, UI_ROLE_HEAT_2, UI_ROLE_HEAT_3, UI_ROLE_HEAT_4,
	UI_ROLE_HEAT_5, UI_ROLE_HEAT_6, UI_ROLE_HEAT_7, UI_ROLE_HEAT_8,
	UI_ROLE_COUNT
};

#define UI_HEAT_STEPS 8u

enum ui_attr { UI_ATTR_BOLD = 1, UI_ATTR_DIM = 2, UI_ATTR_REVERSE = 4, UI_ATTR_UNDERLINE = 8 };

struct ui_style {
	short fg256, fg8;	/* -1: the terminal's own */
	unsigned char attr;	/* enum ui_attr */
};

struct ui_theme {
	const char *name;	/* in settings and on the command line */
	const char *help;
	bool colour;		/* false: attributes alone */
	short bg256, bg8;	/* -1: the terminal's own */
	struct ui_style styles[UI_ROLE_COUNT];
};

extern const struct ui_theme *const ui_themes[];	/* ends with NULL */

/* By name: "default", "light", "contrast", "monochrome"; NULL when there is none. */
const struct ui_theme *ui_theme_find(const char *name);
/* The one after, behind the last the first again. */
const struct ui_theme *ui_theme_next(const struct ui_theme *now);
/* The one to start with: chosen, but monochrome where NO_COLOR is set to something (no-color.org). */
const struct ui_theme *ui_theme_start(const struct ui_theme *chosen, const char *no_color);
/* Never NULL. */
const struct ui_style *ui_theme_style(const struct ui_theme *theme, enum ui_role role);
/* The step of the heat ramp for a ratio 0..1; anything above 0 is at least the first. */
enum ui_role ui_theme_heat(double ratio);

#endif
