/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The picture before it meets a terminal: a buffer of cells, each one character and the role it
 * plays (theme.h turns roles into colours). Knows no curses, so that every screen can be drawn,
 * dumped and compared without a terminal. One thread.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <wchar.h>

#include "ui/glyphs.h"
#include "ui/theme.h"

struct ui_cell {
	wchar_t ch;
	uint8_t role;	/* enum ui_role */
};

struct ui_rect {
	int row, col, rows, cols;
};

struct ui_canvas {
	int rows, cols;
	struct ui_cell *cells;
	const struct ui_glyphs *glyphs;
	bool dim;	/* everything drawn from now on is in UI_ROLE_DIM */
};

/* A part of a canvas: what is drawn through it is clipped; coordinates start at its corner. */
struct ui_area {
	struct ui_canvas *canvas;
	struct ui_rect rect;
};

void ui_canvas_init(struct ui_canvas *canvas, const struct ui_glyphs *glyphs);
void ui_canvas_free(struct ui_canvas *canvas);
/* New size (at least 1x1), all blank. */
void ui_canvas_resize(struct ui_canvas *canvas, int rows, int cols);
void ui_canvas_clear(struct ui_canvas *canvas);
/* One line a row, UTF-8, trailing blanks removed. */
void ui_canvas_dump(const struct ui_canvas *canvas, FILE *to);

struct ui_area ui_area_all(struct ui_canvas *canvas);
/* A part of parent, cut to it; may come out empty (rows or cols 0). */
struct ui_area ui_area_part(const struct ui_area *parent, int row, int col, int rows, int cols);
/* Centred in parent, at most as large as it. */
struct ui_area ui_area_centred(const struct ui_area *parent, int rows, int cols);
void ui_area_fill(const struct ui_area *area, wchar_t ch, enum ui_role role);

void ui_put_char(const struct ui_area *area, int row, int col, enum ui_role role, wchar_t ch);
void ui_put_glyph(const struct ui_area *area, int row, int col, enum ui_role role,
		  enum ui_glyph glyph);
/*
 * UTF-8 text; returns the column after it. Control characters, broken bytes, characters that are
 * not one column wide, and everything but ASCII under the ASCII glyphs become '?'.
 */
int ui_put(const struct ui_area *area, int row, int col, enum ui_role role, const char *text);
int ui_putf(const struct ui_area *area, int row, int col, enum ui_role role, const char *format,
	    ...) __attribute__((format(printf, 5, 6)));
/* The same, ending before column end. */
void ui_put_right(const struct ui_area *area, int row, int end, enum ui_role role,
		  const char *text);
void ui_putf_right(const struct ui_area *area, int row, int end, enum ui_role role,
		   const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Text cut to width columns, with an ellipsis where something is missing. */
int ui_put_cut(const struct ui_area *area, int row, int col, int width, enum ui_role role,
	       const char *text);
/* Text over as many rows as it needs, broken at blanks; returns how many (area NULL: counts). */
int ui_put_wrapped(const struct ui_area *area, int row, int col, int width, enum ui_role role,
		   const char *text);
/* A glyph of the canvas as text for ui_put(). */
const char *ui_glyph_text(const struct ui_canvas *canvas, enum ui_glyph glyph, char buf[5]);
/* Columns that ui_put() takes for text. */
int ui_text_width(const char *text);

#endif
