/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The characters a screen is drawn with, in three sets: everything (box lines, eighths, braille),
 * what every font of the Linux console has (box lines, full block, two shades), and ASCII. Every
 * character is one column wide.
 */
#ifndef UI_GLYPHS_H
#define UI_GLYPHS_H

#include <stdbool.h>
#include <wchar.h>

enum ui_glyph {
	UI_GLYPH_HLINE, UI_GLYPH_VLINE,
	UI_GLYPH_TOP_LEFT, UI_GLYPH_TOP_RIGHT, UI_GLYPH_BOTTOM_LEFT, UI_GLYPH_BOTTOM_RIGHT,
	UI_GLYPH_ELLIPSIS,
	UI_GLYPH_POINTER,	/* the selected row, the focused panel */
	UI_GLYPH_GAP,		/* nothing is known of this time */
	UI_GLYPH_OFFLINE,	/* a CPU that is offline */
	UI_GLYPH_ABSENT,	/* a CPU outside the mask, the rest of a bar; no level or shade */
	UI_GLYPH_BAR,		/* the filled part of a bar */
	UI_GLYPH_MORE_DOWN,
	/* Lines through graphs where something happened; none looks like another or like a gap. */
	UI_GLYPH_CONTROL, UI_GLYPH_MARK, UI_GLYPH_OOM,
	UI_GLYPH_CONTROL_ACROSS, UI_GLYPH_MARK_ACROSS, UI_GLYPH_OOM_ACROSS,
	UI_GLYPH_GHOST,		/* what was in the baseline */
	UI_GLYPH_LINE_1, UI_GLYPH_LINE_2, UI_GLYPH_LINE_3, UI_GLYPH_LINE_4, UI_GLYPH_LINE_5,
	UI_GLYPH_COUNT
};

struct ui_glyphs {
	const char *name;
	bool ascii;		/* nothing but ASCII may reach the terminal */
	bool braille;
	wchar_t glyph[UI_GLYPH_COUNT];
	const wchar_t *level;	/* level[0] is blank, level[levels] full, growing upwards */
	unsigned levels;
	const wchar_t *shade;	/* shade[0] is a blank, shade[shades] the densest */
	unsigned shades;
};

extern const struct ui_glyphs *const ui_glyph_sets[];	/* richest first, ends with NULL */

/* By name: "full", "console", "ascii"; NULL when there is none. */
const struct ui_glyphs *ui_glyphs_find(const char *name);
/*
 * The set that is safe here: codeset is nl_langinfo(CODESET), term is $TERM. Not UTF-8: ASCII;
 * the Linux console: its own; else everything.
 */
const struct ui_glyphs *ui_glyphs_choose(const char *codeset, const char *term);
/* Whether codeset can show a set. */
bool ui_glyphs_fit(const struct ui_glyphs *set, const char *codeset);
/* The next richest set that codeset can show, after the last the first again. */
const struct ui_glyphs *ui_glyphs_next(const struct ui_glyphs *now, const char *codeset);

#endif
