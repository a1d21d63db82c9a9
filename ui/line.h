/* SPDX-License-Identifier: GPL-2.0 */
/* One line of typed ASCII text: the field of prompts, editors and the command line. Pure. */
#ifndef UI_LINE_H
#define UI_LINE_H

#include "ui/canvas.h"

#define UI_LINE_MAX 4096	/* a list of every second of 1024 CPUs fits */

struct ui_line {
	char text[UI_LINE_MAX];
	unsigned length, cursor;
};

void ui_line_set(struct ui_line *line, const char *text);
/* Replaces what stands from `from` (at most the cursor) to the cursor, which then follows it. */
void ui_line_replace(struct ui_line *line, unsigned from, const char *text);
/* True when the key was one of editing: characters, Left Right Home End Backspace Delete ^U. */
bool ui_line_key(struct ui_line *line, int key);
/* In one row of area from col on, scrolled so that the cursor shows. */
void ui_line_draw(const struct ui_line *line, const struct ui_area *area, int row, int col);

#endif
