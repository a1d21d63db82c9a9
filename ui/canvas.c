// SPDX-License-Identifier: GPL-2.0
#include "ui/canvas.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

#define REPLACEMENT L'?'

void ui_canvas_init(struct ui_canvas *canvas, const struct ui_glyphs *glyphs)
{
	*canvas = (struct ui_canvas){ .glyphs = glyphs };
	ui_canvas_resize(canvas, 1, 1);
}

void ui_canvas_free(struct ui_canvas *canvas)
{
	free(canvas->cells);
	canvas->cells = NULL;
}

void ui_canvas_resize(struct ui_canvas *canvas, int rows, int cols)
{
	canvas->rows = rows > 0 ? rows : 1;
	canvas->cols = cols > 0 ? cols : 1;
	canvas->cells = bt_xrealloc(canvas->cells, (size_t)canvas->rows * (size_t)canvas->cols,
				    sizeof(*canvas->cells));
	ui_canvas_clear(canvas);
}

void ui_canvas_clear(struct ui_canvas *canvas)
{
	struct ui_area all = ui_area_all(canvas);

	canvas->dim = false;
	ui_area_fill(&all, L' ', UI_ROLE_NORMAL);
}

/* UTF-8 of a character below U+10000, whatever the locale. */
static void encode(wchar_t ch, char buf[5])
{
	uint32_t c = (uint32_t)ch;

	if (c < 0x80)
		snprintf(buf, 5, "%c", (int)c);
	else if (c < 0x800)
		snprintf(buf, 5, "%c%c", (int)(0xc0 | c >> 6), (int)(0x80 | (c & 0x3f)));
	else
		snprintf(buf, 5, "%c%c%c", (int)(0xe0 | (c >> 12 & 0xf)),
			 (int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));
}

const char *ui_glyph_text(const struct ui_canvas *canvas, enum ui_glyph glyph, char buf[5])
{
	encode(canvas->glyphs->glyph[glyph], buf);
	return buf;
}

void ui_canvas_dump(const struct ui_canvas *canvas, FILE *to)
{
	for (int row = 0; row < canvas->rows; row++) {
		const struct ui_cell *line = canvas->cells + (size_t)row * (size_t)canvas->cols;
		int end = canvas->cols;
		char text[5];

		while (end > 0 && line[end - 1].ch == L' ')
			end--;
		for (int col = 0; col < end; col++) {
			encode(line[col].ch, text);
			fputs(text, to);
		}
		fputc('\n', to);
	}
}

struct ui_area ui_area_all(struct ui_canvas *canvas)
{
	return (struct ui_area){ canvas, { 0, 0, canvas->rows, canvas->cols } };
}

static void clip(int *from, int *count, int limit)
{
	int end = *from + *count;

	if (*from < 0)
		*from = 0;
	if (end > limit)
		end = limit;
	*count = end > *from ? end - *from : 0;
}

struct ui_area ui_area_part(const struct ui_area *parent, int row, int col, int rows, int cols)
{
	struct ui_area part = { parent->canvas, { row, col, rows, cols } };

	clip(&part.rect.row, &part.rect.rows, parent->rect.rows);
	clip(&part.rect.col, &part.rect.cols, parent->rect.cols);
	part.rect.row += parent->rect.row;
	part.rect.col += parent->rect.col;
	return part;
}

struct ui_area ui_area_centred(const struct ui_area *parent, int rows, int cols)
{
	int row = (parent->rect.rows - rows) / 2;
	int col = (parent->rect.cols - cols) / 2;

	if (rows > parent->rect.rows)
		row = 0;
	if (cols > parent->rect.cols)
		col = 0;
	return ui_area_part(parent, row, col, rows, cols);
}

void ui_area_fill(const struct ui_area *area, wchar_t ch, enum ui_role role)
{
	for (int row = 0; row < area->rect.rows; row++) {
		for (int col = 0; col < area->rect.cols; col++)
			ui_put_char(area, row, col, role, ch);
	}
}

void ui_put_char(const struct ui_area *area, int row, int col, enum ui_role role, wchar_t ch)
{
	struct ui_canvas *canvas = area->canvas;
	struct ui_cell *cell;

	if (row < 0 || col < 0 || row >= area->rect.rows || col >= area->rect.cols)
		return;
	cell = canvas->cells + (size_t)(area->rect.row + row) * (size_t)canvas->cols +
	       area->rect.col + col;
	cell->ch = ch;
	cell->role = (uint8_t)(canvas->dim ? UI_ROLE_DIM : role);
}

void ui_put_glyph(const struct ui_area *area, int row, int col, enum ui_role role,
		  enum ui_glyph glyph)
{
	ui_put_char(area, row, col, role, area->canvas->glyphs->glyph[glyph]);
}

/* One character of UTF-8 at *text, which moves on; REPLACEMENT for a byte that makes no sense. */
static wchar_t next_char(const char **text)
{
	const unsigned char *s = (const unsigned char *)*text;
	unsigned more = s[0] >= 0xe0 && s[0] < 0xf0 ? 2 : s[0] >= 0xc2 && s[0] < 0xe0 ? 1 : 0;
	wchar_t ch = more == 2 ? s[0] & 0x0f : s[0] & 0x1f;

	*text += 1;
	if (s[0] < 0x80)
		return s[0] < ' ' || s[0] == 0x7f ? REPLACEMENT : (wchar_t)s[0];
	if (!more)
		return REPLACEMENT;
	for (unsigned i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		ch = ch << 6 | (s[i] & 0x3f);
	}
	*text += more;
	return ch;
}

/* wcwidth() depends on the locale; in C it knows ASCII only, and nothing else is drawn then. */
static wchar_t drawable(wchar_t ch, const struct ui_glyphs *glyphs)
{
	if (ch < 0x80)
		return ch;
	return glyphs->ascii || wcwidth(ch) != 1 ? REPLACEMENT : ch;
}

int ui_put(const struct ui_area *area, int row, int col, enum ui_role role, const char *text)
{
	while (*text)
		ui_put_char(area, row, col++, role,
			    drawable(next_char(&text), area->canvas->glyphs));
	return col;
}

int ui_text_width(const char *text)
{
	int width = 0;

	for (; *text; width++)
		next_char(&text);
	return width;
}

__attribute__((format(printf, 3, 0)))
static void format_text(char *buf, size_t size, const char *format, va_list args)
{
	if (vsnprintf(buf, size, format, args) < 0)
		buf[0] = '\0';
}

int ui_putf(const struct ui_area *area, int row, int col, enum ui_role role, const char *format,
	    ...)
{
	char buf[1024];
	va_list args;

	va_start(args, format);
	format_text(buf, sizeof(buf), format, args);
	va_end(args);
	return ui_put(area, row, col, role, buf);
}

void ui_put_right(const struct ui_area *area, int row, int end, enum ui_role role, const char *text)
{
	ui_put(area, row, end - ui_text_width(text), role, text);
}

void ui_putf_right(const struct ui_area *area, int row, int end, enum ui_role role,
		   const char *format, ...)
{
	char buf[1024];
	va_list args;

	va_start(args, format);
	format_text(buf, sizeof(buf), format, args);
	va_end(args);
	ui_put_right(area, row, end, role, buf);
}

int ui_put_cut(const struct ui_area *area, int row, int col, int width, enum ui_role role,
	       const char *text)
{
	struct ui_area part = ui_area_part(area, row, col, 1, width);
	int end = ui_put(&part, 0, 0, role, text);

	if (end <= part.rect.cols)
		return col + end;
	ui_put_glyph(&part, 0, part.rect.cols - 1, role, UI_GLYPH_ELLIPSIS);
	return col + part.rect.cols;
}

/* Bytes of text that go into a line of width columns, broken at a blank where there is one. */
static int line_bytes(const char *text, int width)
{
	const char *at = text, *blank = NULL;

	for (int col = 0; *at && col < width; col++) {
		if (*at == ' ' && at > text)
			blank = at;
		next_char(&at);
	}
	return !*at || *at == ' ' || !blank ? (int)(at - text) : (int)(blank - text);
}

int ui_put_wrapped(const struct ui_area *area, int row, int col, int width, enum ui_role role,
		   const char *text)
{
	int rows = 0;

	if (width < 1)
		return 0;
	for (; *text; rows++) {
		int bytes = line_bytes(text, width);

		if (area)
			ui_putf(area, row + rows, col, role, "%.*s", bytes, text);
		text += bytes;
		text += *text == ' ';
	}
	return rows;
}
