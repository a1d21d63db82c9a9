// SPDX-License-Identifier: GPL-2.0
#include "ui/glyphs.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct ui_glyphs full = {
	.name = "full",
	.braille = true,
	.glyph = {
		[UI_GLYPH_HLINE] = 0x2500, [UI_GLYPH_VLINE] = 0x2502,
		[UI_GLYPH_TOP_LEFT] = 0x256d, [UI_GLYPH_TOP_RIGHT] = 0x256e,
		[UI_GLYPH_BOTTOM_LEFT] = 0x2570, [UI_GLYPH_BOTTOM_RIGHT] = 0x256f,
		[UI_GLYPH_ELLIPSIS] = 0x2026,
		[UI_GLYPH_POINTER] = 0x203a,
		[UI_GLYPH_GAP] = 0x250a,
		[UI_GLYPH_OFFLINE] = 0x00d7,
		[UI_GLYPH_ABSENT] = 0x00b7,
		[UI_GLYPH_BAR] = 0x2584,
		[UI_GLYPH_MORE_DOWN] = 0x2193,
		[UI_GLYPH_CONTROL] = 0x2502, [UI_GLYPH_MARK] = 0x2503, [UI_GLYPH_OOM] = 0x2551,
		[UI_GLYPH_CONTROL_ACROSS] = 0x2500, [UI_GLYPH_MARK_ACROSS] = 0x2501,
		[UI_GLYPH_OOM_ACROSS] = 0x2550,
		[UI_GLYPH_GHOST] = 0x2219,
		[UI_GLYPH_LINE_1] = 0x25cf, [UI_GLYPH_LINE_2] = 0x25cb, [UI_GLYPH_LINE_3] = 0x25c6,
		[UI_GLYPH_LINE_4] = 0x25c7, [UI_GLYPH_LINE_5] = 0x25b2,
	},
	.level = L" \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588",
	.levels = 8,
	.shade = L" \u00b7\u2591\u2592\u2593\u2588",
	.shades = 5,
};

/* Every Debian console font has U+2500-257F, U+2588, U+2591 and U+2592, but no eighths. */
static const struct ui_glyphs console = {
	.name = "console",
	.glyph = {
		[UI_GLYPH_HLINE] = 0x2500, [UI_GLYPH_VLINE] = 0x2502,
		[UI_GLYPH_TOP_LEFT] = 0x250c, [UI_GLYPH_TOP_RIGHT] = 0x2510,
		[UI_GLYPH_BOTTOM_LEFT] = 0x2514, [UI_GLYPH_BOTTOM_RIGHT] = 0x2518,
		[UI_GLYPH_ELLIPSIS] = L'~',
		[UI_GLYPH_POINTER] = L'>',
		[UI_GLYPH_GAP] = 0x250a,
		[UI_GLYPH_OFFLINE] = L'x',
		[UI_GLYPH_ABSENT] = L'-',
		[UI_GLYPH_BAR] = 0x2588,
		[UI_GLYPH_MORE_DOWN] = L'v',
		[UI_GLYPH_CONTROL] = 0x2502, [UI_GLYPH_MARK] = 0x2503, [UI_GLYPH_OOM] = 0x2551,
		[UI_GLYPH_CONTROL_ACROSS] = 0x2500, [UI_GLYPH_MARK_ACROSS] = 0x2501,
		[UI_GLYPH_OOM_ACROSS] = 0x2550,
		[UI_GLYPH_GHOST] = L'\'',
		[UI_GLYPH_LINE_1] = L'o', [UI_GLYPH_LINE_2] = L'+', [UI_GLYPH_LINE_3] = L'x',
		[UI_GLYPH_LINE_4] = L'*', [UI_GLYPH_LINE_5] = L'^',
	},
	.level = L" .:\u2591\u2592\u2588",
	.levels = 5,
	.shade = L" .:\u2591\u2592\u2588",
	.shades = 5,
};

static const struct ui_glyphs ascii = {
	.name = "ascii",
	.ascii = true,
	.glyph = {
		[UI_GLYPH_HLINE] = L'-', [UI_GLYPH_VLINE] = L'|',
		[UI_GLYPH_TOP_LEFT] = L'+', [UI_GLYPH_TOP_RIGHT] = L'+',
		[UI_GLYPH_BOTTOM_LEFT] = L'+', [UI_GLYPH_BOTTOM_RIGHT] = L'+',
		[UI_GLYPH_ELLIPSIS] = L'~',
		[UI_GLYPH_POINTER] = L'>',
		[UI_GLYPH_GAP] = L'/',
		[UI_GLYPH_OFFLINE] = L'x',
		[UI_GLYPH_ABSENT] = L'-',
		[UI_GLYPH_BAR] = L'#',
		[UI_GLYPH_MORE_DOWN] = L'v',
		[UI_GLYPH_CONTROL] = L'|', [UI_GLYPH_MARK] = L'!', [UI_GLYPH_OOM] = L'$',
		[UI_GLYPH_CONTROL_ACROSS] = L'_', [UI_GLYPH_MARK_ACROSS] = L'!',
		[UI_GLYPH_OOM_ACROSS] = L'$',
		[UI_GLYPH_GHOST] = L'\'',
		[UI_GLYPH_LINE_1] = L'o', [UI_GLYPH_LINE_2] = L'+', [UI_GLYPH_LINE_3] = L'x',
		[UI_GLYPH_LINE_4] = L'*', [UI_GLYPH_LINE_5] = L'^',
	},
	.level = L" .:+#",
	.levels = 4,
	.shade = L" .:-=+*#%@",
	.shades = 9,
};

const struct ui_glyphs *const ui_glyph_sets[] = { &full, &console, &ascii, NULL };

const struct ui_glyphs *ui_glyphs_find(const char *name)
{
	for (unsigned i = 0; ui_glyph_sets[i]; i++) {
		if (!strcmp(ui_glyph_sets[i]->name, name))
			return ui_glyph_sets[i];
	}
	return NULL;
}

static bool is_utf8(const char *codeset)
{
	return !strcasecmp(codeset, "UTF-8") || !strcasecmp(codeset, "UTF8");
}

bool ui_glyphs_fit(const struct ui_glyphs *set, const char *codeset)
{
	return set->ascii || is_utf8(codeset);
}

const struct ui_glyphs *ui_glyphs_choose(const char *codeset, const char *term)
{
	if (!is_utf8(codeset))
		return &ascii;
	return strncmp(term, "linux", 5) ? &full : &console;
}

const struct ui_glyphs *ui_glyphs_next(const struct ui_glyphs *now, const char *codeset)
{
	unsigned i = 0;

	if (!is_utf8(codeset))
		return &ascii;
	while (ui_glyph_sets[i] != now)
		i++;
	return ui_glyph_sets[i + 1] ? ui_glyph_sets[i + 1] : ui_glyph_sets[0];
}
