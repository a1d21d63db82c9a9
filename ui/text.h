/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words for numbers that only screens need (core/util.h has the rest), and rows of words that give
 * way to each other where a row is short.
 */
#ifndef UI_TEXT_H
#define UI_TEXT_H

#include <stdint.h>

#include "core/util.h"
#include "ui/canvas.h"

#define UI_TEXT 32

/* "12.3 %", "0 %", "<0.1 %"; NaN: "?". */
const char *ui_text_percent(double ratio, char buf[UI_TEXT]);
/* "1.23M/s"; NaN: "?". */
const char *ui_text_rate(double per_s, char buf[UI_TEXT]);
/* "00:12", "1:02:03". */
const char *ui_text_clock(uint64_t ns, char buf[UI_TEXT]);
/* Sizes and latencies in the units that model->units says; UI_TEXT is room enough. */
const char *ui_text_bytes(const struct bt_units *units, uint64_t bytes, char buf[UI_TEXT]);
/* In at most 6 columns: "1.23Gi". */
const char *ui_text_narrow(const struct bt_units *units, uint64_t bytes, char buf[UI_TEXT]);
/* In at most 8 columns. */
const char *ui_text_latency(const struct bt_units *units, uint64_t ns, char buf[UI_TEXT]);

struct ui_word {
	unsigned priority;	/* 0 stays longest */
	enum ui_role role;
	bool right;		/* from the right end of the row */
	const char *label;	/* before the text, dim; "" = none */
	char text[256];
};

#define UI_ROW_WORDS 16

struct ui_row {
	struct ui_word words[UI_ROW_WORDS];
	unsigned count;
};

/* label must outlive the row. Empty text adds nothing. */
void ui_row_add(struct ui_row *row, unsigned priority, enum ui_role role, const char *label,
		const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The same, at the right end. */
void ui_row_add_right(struct ui_row *row, unsigned priority, enum ui_role role, const char *label,
		      const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Takes the least important words away until the rest fits; returns the width it has. */
int ui_row_fit(struct ui_row *row, int width);
/* Draws what fits in [col, col + width), two blanks apart; the least important words go first. */
void ui_row_draw(struct ui_row *row, const struct ui_area *area, int line, int col, int width);

#endif
