// SPDX-License-Identifier: GPL-2.0
#include "ui/theme.h"

#include <stddef.h>
#include <string.h>

/*
 * The colours were chosen by calculation, which tests/unit/test_theme.c repeats: contrast as WCAG
 * 2 measures it, graph colours that the common forms of colour blindness tell apart, and heat
 * ramps whose lightness rises (falls on a light background) by a visible step each time, for those
 * forms too. Dim is a grey, because few terminals draw "faint" legibly; dark blue of the 8 colours
 * is never used on a dark background.
 */
static const struct ui_theme dark = {
	.name = "default",
	.help = "for dark backgrounds",
	.colour = true,
	.bg256 = -1, .bg8 = -1,
	.styles = {
		[UI_ROLE_NORMAL] = { -1, -1, 0 },
		[UI_ROLE_DIM] = { 246, -1, 0 },
		[UI_ROLE_STRONG] = { -1, -1, UI_ATTR_BOLD },
		[UI_ROLE_TITLE] = { 74, 6, UI_ATTR_BOLD },
		[UI_ROLE_RULE] = { 240, -1, 0 },
		[UI_ROLE_FOCUS] = { 214, 3, UI_ATTR_BOLD },
		[UI_ROLE_GOOD] = { 43, 2, 0 },
		[UI_ROLE_WARN] = { 214, 3, UI_ATTR_BOLD },
		[UI_ROLE_BAD] = { 203, 1, UI_ATTR_BOLD },
		[UI_ROLE_BADGE] = { 214, 3, UI_ATTR_REVERSE },
		[UI_ROLE_ALARM] = { 203, 1, UI_ATTR_REVERSE | UI_ATTR_BOLD },
		[UI_ROLE_SELECTED] = { -1, -1, UI_ATTR_REVERSE },
		[UI_ROLE_KEY] = { 74, 6, 0 },
		[UI_ROLE_GRAPH_A] = { 43, 2, 0 },
		[UI_ROLE_GRAPH_B] = { 105, 6, 0 },
		[UI_ROLE_GRAPH_C] = { 214, 3, 0 },
		[UI_ROLE_HEAT_1] = { 25, 5, 0 },
		[UI_ROLE_HEAT_2] = { 62, 5, 0 },
		[UI_ROLE_HEAT_3] = { 32, 6, 0 },
		[UI_ROLE_HEAT_4] = { 38, 6, 0 },
		[UI_ROLE_HEAT_5] = { 43, 3, 0 },
		[UI_ROLE_HEAT_6] = { 186, 3, 0 },
		[UI_ROLE_HEAT_7] = { 191, 7, 0 },
		[UI_ROLE_HEAT_8] = { 229, 7, UI_ATTR_BOLD },
	},
};

static const struct ui_theme light = {
	.name = "light",
	.help = "for light backgrounds",
	.colour = true,
	.bg256 = -1, .bg8 = -1,
	.styles = {
		[UI_ROLE_NORMAL] = { -1, -1, 0 },
		[UI_ROLE_DIM] = { 242, -1, 0 },
		[UI_ROLE_STRONG] = { -1, -1, UI_ATTR_BOLD },
		[UI_ROLE_TITLE] = { 25, 4, UI_ATTR_BOLD },
		[UI_ROLE_RULE] = { 248, -1, 0 },
		[UI_ROLE_FOCUS] = { 130, 5, UI_ATTR_BOLD },
		[UI_ROLE_GOOD] = { 29, 2, 0 },
		[UI_ROLE_WARN] = { 130, 5, UI_ATTR_BOLD },
		[UI_ROLE_BAD] = { 124, 1, UI_ATTR_BOLD },
		[UI_ROLE_BADGE] = { 130, 5, UI_ATTR_REVERSE },
		[UI_ROLE_ALARM] = { 124, 1, UI_ATTR_REVERSE | UI_ATTR_BOLD },
		[UI_ROLE_SELECTED] = { -1, -1, UI_ATTR_REVERSE },
		[UI_ROLE_KEY] = { 25, 4, 0 },
		[UI_ROLE_GRAPH_A] = { 29, 2, 0 },
		[UI_ROLE_GRAPH_B] = { 57, 4, 0 },
		[UI_ROLE_GRAPH_C] = { 130, 5, 0 },
		[UI_ROLE_HEAT_1] = { 144, 6, 0 },
		[UI_ROLE_HEAT_2] = { 140, 6, 0 },
		[UI_ROLE_HEAT_3] = { 135, 2, 0 },
		[UI_ROLE_HEAT_4] = { 98, 2, 0 },
		[UI_ROLE_HEAT_5] = { 93, 5, 0 },
		[UI_ROLE_HEAT_6] = { 56, 5, 0 },
		[UI_ROLE_HEAT_7] = { 19, 4, 0 },
		[UI_ROLE_HEAT_8] = { 17, 4, UI_ATTR_BOLD },
	},
};

/* Brings its own background: nothing less could promise a contrast. */
static const struct ui_theme contrast = {
	.name = "contrast",
	.help = "high contrast, on black",
	.colour = true,
	.bg256 = 16, .bg8 = 0,
	.styles = {
		[UI_ROLE_NORMAL] = { 231, 7, 0 },
		[UI_ROLE_DIM] = { 252, 7, 0 },
		[UI_ROLE_STRONG] = { 231, 7, UI_ATTR_BOLD },
		[UI_ROLE_TITLE] = { 123, 6, UI_ATTR_BOLD },
		[UI_ROLE_RULE] = { 248, 7, 0 },
		[UI_ROLE_FOCUS] = { 226, 3, UI_ATTR_BOLD | UI_ATTR_UNDERLINE },
		[UI_ROLE_GOOD] = { 86, 2, UI_ATTR_BOLD },
		[UI_ROLE_WARN] = { 220, 3, UI_ATTR_BOLD },
		[UI_ROLE_BAD] = { 209, 1, UI_ATTR_BOLD | UI_ATTR_UNDERLINE },
		[UI_ROLE_BADGE] = { 220, 3, UI_ATTR_REVERSE | UI_ATTR_BOLD },
		[UI_ROLE_ALARM] = { 209, 1, UI_ATTR_REVERSE | UI_ATTR_BOLD },
		[UI_ROLE_SELECTED] = { 231, 7, UI_ATTR_REVERSE | UI_ATTR_BOLD },
		[UI_ROLE_KEY] = { 123, 6, UI_ATTR_BOLD },
		[UI_ROLE_GRAPH_A] = { 86, 2, 0 },
		[UI_ROLE_GRAPH_B] = { 147, 6, 0 },
		[UI_ROLE_GRAPH_C] = { 220, 3, 0 },
		[UI_ROLE_HEAT_1] = { 61, 5, 0 },
		[UI_ROLE_HEAT_2] = { 67, 5, 0 },
		[UI_ROLE_HEAT_3] = { 104, 6, 0 },
		[UI_ROLE_HEAT_4] = { 38, 6, 0 },
		[UI_ROLE_HEAT_5] = { 43, 3, 0 },
		[UI_ROLE_HEAT_6] = { 47, 3, 0 },
		[UI_ROLE_HEAT_7] = { 192, 7, 0 },
		[UI_ROLE_HEAT_8] = { 230, 7, UI_ATTR_BOLD },
	},
};

#define PLAIN { -1, -1, 0 }
#define WITH(attr) { -1, -1, attr }

static const struct ui_theme monochrome = {
	.name = "monochrome",
	.help = "no colours, as with NO_COLOR",
	.bg256 = -1, .bg8 = -1,
	.styles = {
		[UI_ROLE_NORMAL] = PLAIN,
		[UI_ROLE_DIM] = PLAIN,
		[UI_ROLE_STRONG] = WITH(UI_ATTR_BOLD),
		[UI_ROLE_TITLE] = WITH(UI_ATTR_BOLD),
		[UI_ROLE_RULE] = PLAIN,
		[UI_ROLE_FOCUS] = WITH(UI_ATTR_BOLD | UI_ATTR_UNDERLINE),
		[UI_ROLE_GOOD] = PLAIN,
		[UI_ROLE_WARN] = WITH(UI_ATTR_BOLD),
		[UI_ROLE_BAD] = WITH(UI_ATTR_BOLD | UI_ATTR_UNDERLINE),
		[UI_ROLE_BADGE] = WITH(UI_ATTR_REVERSE),
		[UI_ROLE_ALARM] = WITH(UI_ATTR_REVERSE | UI_ATTR_BOLD),
		[UI_ROLE_SELECTED] = WITH(UI_ATTR_REVERSE),
		[UI_ROLE_KEY] = WITH(UI_ATTR_BOLD),
		[UI_ROLE_GRAPH_A] = PLAIN,
		[UI_ROLE_GRAPH_B] = PLAIN,
		[UI_ROLE_GRAPH_C] = PLAIN,
		[UI_ROLE_HEAT_1] = PLAIN,
		[UI_ROLE_HEAT_2] = PLAIN,
		[UI_ROLE_HEAT_3] = PLAIN,
		[UI_ROLE_HEAT_4] = PLAIN,
		[UI_ROLE_HEAT_5] = PLAIN,
		[UI_ROLE_HEAT_6] = WITH(UI_ATTR_BOLD),
		[UI_ROLE_HEAT_7] = WITH(UI_ATTR_BOLD),
		[UI_ROLE_HEAT_8] = WITH(UI_ATTR_BOLD),
	},
};

const struct ui_theme *const ui_themes[] = { &dark, &light, &contrast, &monochrome, NULL };

const struct ui_theme *ui_theme_find(const char *name)
{
	for (unsigned i = 0; ui_themes[i]; i++) {
		if (!strcmp(ui_themes[i]->name, name))
			return ui_themes[i];
	}
	return NULL;
}

const struct ui_theme *ui_theme_next(const struct ui_theme *now)
{
	unsigned i = 0;

	while (ui_themes[i] != now)
		i++;
	return ui_themes[i + 1] ? ui_themes[i + 1] : ui_themes[0];
}

const struct ui_theme *ui_theme_start(const struct ui_theme *chosen, const char *no_color)
{
	return no_color && *no_color ? &monochrome : chosen;
}

const struct ui_style *ui_theme_style(const struct ui_theme *theme, enum ui_role role)
{
	return &theme->styles[role < UI_ROLE_COUNT ? role : UI_ROLE_NORMAL];
}

enum ui_role ui_theme_heat(double ratio)
{
	unsigned step = ratio > 0 ? (unsigned)(ratio * UI_HEAT_STEPS) : 0;

	return UI_ROLE_HEAT_1 + (step < UI_HEAT_STEPS ? step : UI_HEAT_STEPS - 1);
}
