/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terminal: the only file that knows curses. Shows canvases, turns what is typed into keys, and
 * gives the terminal back as it was. One thread.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include <stdbool.h>

#include "core/err.h"
#include "ui/canvas.h"

struct ui_term;

/*
 * Takes the terminal on stdin and stdout over. -EOPNOTSUPP where there is none or it cannot do it
 * (TERM=dumb), err says what to use instead. stderr_fd: see ui_signals_guard().
 */
int ui_term_begin(struct ui_term **term, int stderr_fd, struct bt_err *err);
void ui_term_end(struct ui_term *term);
/* Whether ui_term_begin() could succeed; says why not before a long start. */
int ui_term_usable(struct bt_err *err);

/* Gives the terminal back for a while, and takes it again. */
void ui_term_leave(struct ui_term *term);
void ui_term_return(struct ui_term *term);

/* Takes over the terminal's present size; true when it has changed. */
bool ui_term_resize(struct ui_term *term);
void ui_term_size(const struct ui_term *term, int *rows, int *cols);
bool ui_term_can_colour(const struct ui_term *term);
/* Until the first call monochrome, as ever where the terminal has no colours. */
void ui_term_theme(struct ui_term *term, const struct ui_theme *theme);
/* Only cells that differ from what is shown are sent; with afresh, all. */
void ui_term_show(struct ui_term *term, const struct ui_canvas *canvas, bool afresh);
/* The next key typed (keys.h), or UI_KEY_NONE. Waits only for the rest of an escape sequence. */
int ui_term_key(struct ui_term *term);

#endif
