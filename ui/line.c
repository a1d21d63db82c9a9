// SPDX-License-Identifier: GPL-2.0
#include "ui/line.h"

#include <stdio.h>
#include <string.h>

#include "ui/keys.h"

void ui_line_set(struct ui_line *line, const char *text)
{
	snprintf(line->text, sizeof(line->text), "%s", text);
	line->length = (unsigned)strlen(line->text);
	line->cursor = line->length;
}

static void insert(struct ui_line *line, char ch)
{
	if (line->length + 1 >= sizeof(line->text))
		return;
	memmove(line->text + line->cursor + 1, line->text + line->cursor,
		line->length - line->cursor + 1);
	line->text[line->cursor++] = ch;
	line->length++;
}

static void remove_at(struct ui_line *line, unsigned at)
{
	if (at >= line->length)
		return;
	memmove(line->text + at, line->text + at + 1, line->length - at);
	line->length--;
	if (line->cursor > at)
		line->cursor--;
}

void ui_line_replace(struct ui_line *line, unsigned from, const char *text)
{
	while (line->cursor > from)
		remove_at(line, line->cursor - 1);
	for (; *text; text++)
		insert(line, *text);
}

bool ui_line_key(struct ui_line *line, int key)
{
	switch (key) {
	case UI_KEY_LEFT:
		line->cursor -= line->cursor > 0;
		return true;
	case UI_KEY_RIGHT:
		line->cursor += line->cursor < line->length;
		return true;
	case UI_KEY_HOME:
		line->cursor = 0;
		return true;
	case UI_KEY_END:
		line->cursor = line->length;
		return true;
	case UI_KEY_BACKSPACE:
		if (line->cursor)
			remove_at(line, line->cursor - 1);
		return true;
	case UI_KEY_DELETE:
		remove_at(line, line->cursor);
		return true;
	case UI_KEY_CTRL_U:
		ui_line_set(line, "");
		return true;
	default:
		if (key < ' ' || key > '~')
			return false;
		insert(line, (char)key);
		return true;
	}
}

void ui_line_draw(const struct ui_line *line, const struct ui_area *area, int row, int col)
{
	int width = area->rect.cols - col;
	int first = (int)line->cursor >= width ? (int)line->cursor - width + 1 : 0;

	for (int i = 0; i < width; i++) {
		unsigned at = (unsigned)(first + i);
		wchar_t ch = at < line->length ? (wchar_t)line->text[at] : L' ';

		ui_put_char(area, row, col + i,
			    at == line->cursor ? UI_ROLE_SELECTED : UI_ROLE_STRONG, ch);
	}
}
