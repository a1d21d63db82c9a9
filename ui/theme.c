// SPDX-License-Identifier: GPL-2.0
#include "ui/theme.h"

#include <stddef.h>

/*
 * Mid tones that keep their contrast on black and on white, and hues that the common forms of
 * colour blindness tell apart: blue, orange, bluish green, vermilion. Dim is a grey, because few
 * terminals draw "faint" legibly; dark blue of the 8 colours is never used.
 */
static const struct ui_style styles[UI_ROLE_COUNT] = {
	[UI_ROLE_NORMAL] = { -1, -1, 0, 0 },
	[UI_ROLE_DIM] = { 244, -1, 0, 0 },
	[UI_ROLE_STRONG] = { -1, -1, UI_ATTR_BOLD, UI_ATTR_BOLD },
	[UI_ROLE_TITLE] = { 74, 6, UI_ATTR_BOLD, UI_ATTR_BOLD },
	[UI_ROLE_RULE] = { 240, -1, 0, 0 },
	[UI_ROLE_FOCUS] = { 172, 3, UI_ATTR_BOLD, UI_ATTR_BOLD | UI_ATTR_UNDERLINE },
	[UI_ROLE_GOOD] = { 36, 2, 0, 0 },
	[UI_ROLE_WARN] = { 172, 3, UI_ATTR_BOLD, UI_ATTR_BOLD },
	[UI_ROLE_BAD] = { 203, 1, UI_ATTR_BOLD, UI_ATTR_BOLD | UI_ATTR_UNDERLINE },
	[UI_ROLE_BADGE] = { 172, 3, UI_ATTR_REVERSE, UI_ATTR_REVERSE },
	[UI_ROLE_ALARM] = { 203, 1, UI_ATTR_REVERSE | UI_ATTR_BOLD,
			    UI_ATTR_REVERSE | UI_ATTR_BOLD },
	[UI_ROLE_SELECTED] = { -1, -1, UI_ATTR_REVERSE, UI_ATTR_REVERSE },
	[UI_ROLE_KEY] = { 74, 6, 0, UI_ATTR_BOLD },
	[UI_ROLE_GRAPH_A] = { 36, 2, 0, 0 },
	[UI_ROLE_GRAPH_B] = { 74, 6, 0, 0 },
	[UI_ROLE_GRAPH_C] = { 172, 3, 0, 0 },
};

const struct ui_style *ui_theme_style(enum ui_role role)
{
	return &styles[role < UI_ROLE_COUNT ? role : UI_ROLE_NORMAL];
}

bool ui_theme_wants_colour(const char *no_color)
{
	return !no_color || !*no_color;
}
