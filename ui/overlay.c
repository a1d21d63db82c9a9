// SPDX-License-Identifier: GPL-2.0
/* What overlays have in common, and questions. */
#include "ui/overlay.h"

#include <stdarg.h>
#include <string.h>

#include "ui/app.h"

#define FRAME_MIN_ROWS 4
#define FRAME_MIN_COLS 12

void ui_overlay_close(struct ui_app *app)
{
	app->overlay.ops = NULL;
	app->draft.edit.open = false;
}

static void draw_edge(const struct ui_area *box, int row, enum ui_glyph left, enum ui_glyph right,
		      enum ui_role role, const char *text)
{
	int cols = box->rect.cols, width = ui_text_width(text);

	for (int col = 1; col < cols - 1; col++)
		ui_put_glyph(box, row, col, UI_ROLE_RULE, UI_GLYPH_HLINE);
	ui_put_glyph(box, row, 0, UI_ROLE_RULE, left);
	ui_put_glyph(box, row, cols - 1, UI_ROLE_RULE, right);
	if (!width)
		return;
	if (width > cols - 6)
		width = cols - 6;
	ui_put_char(box, row, 2, UI_ROLE_NORMAL, L' ');
	ui_put_cut(box, row, 3, width, role, text);
	ui_put_char(box, row, 3 + width, UI_ROLE_NORMAL, L' ');
}

struct ui_area ui_box(const struct ui_area *screen, int rows, int cols, const char *title,
		      const char *hint)
{
	struct ui_area box = ui_area_centred(screen, rows + 2, cols + 4);

	ui_area_fill(&box, L' ', UI_ROLE_NORMAL);
	if (box.rect.rows < FRAME_MIN_ROWS || box.rect.cols < FRAME_MIN_COLS)
		return box;
	draw_edge(&box, 0, UI_GLYPH_TOP_LEFT, UI_GLYPH_TOP_RIGHT, UI_ROLE_TITLE, title);
	for (int row = 1; row < box.rect.rows - 1; row++) {
		ui_put_glyph(&box, row, 0, UI_ROLE_RULE, UI_GLYPH_VLINE);
		ui_put_glyph(&box, row, box.rect.cols - 1, UI_ROLE_RULE, UI_GLYPH_VLINE);
	}
	draw_edge(&box, box.rect.rows - 1, UI_GLYPH_BOTTOM_LEFT, UI_GLYPH_BOTTOM_RIGHT,
		  UI_ROLE_DIM, hint);
	return ui_area_part(&box, 1, 2, box.rect.rows - 2, box.rect.cols - 4);
}

/* ---- questions -------------------------------------------------------------------------- */

static void question_key(struct ui_app *app, int key)
{
	const struct ui_answer *answer = app->overlay.question.answers;

	for (; answer->label; answer++) {
		if (answer->key == key) {
			ui_overlay_close(app);
			answer->run(app);
			return;
		}
	}
}

#define ANSWER_COL 7

/* Rows that the question takes at a width; draws it from row on when area is given. */
static int question_rows(const struct ui_question *question, const struct ui_area *area, int row,
			 int width)
{
	int first = row;
	char name[16];

	for (unsigned i = 0; i < question->line_count; i++)
		row += ui_put_wrapped(area, row, 0, width, UI_ROLE_NORMAL, question->lines[i]);
	row++;
	for (const struct ui_answer *answer = question->answers; answer->label; answer++) {
		if (area)
			ui_put(area, row, 1, UI_ROLE_KEY,
			       ui_key_name(answer->key, name, sizeof(name)));
		row += ui_put_wrapped(area, row, ANSWER_COL, width - ANSWER_COL, UI_ROLE_STRONG,
				      answer->label);
	}
	return row - first;
}

static int question_cols(const struct ui_question *question)
{
	int width = ui_text_width(question->title) + 4;

	for (unsigned i = 0; i < question->line_count; i++) {
		if (ui_text_width(question->lines[i]) > width)
			width = ui_text_width(question->lines[i]);
	}
	for (const struct ui_answer *answer = question->answers; answer->label; answer++) {
		if (ui_text_width(answer->label) + ANSWER_COL > width)
			width = ui_text_width(answer->label) + ANSWER_COL;
	}
	return width;
}

static void question_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_question *question = &app->overlay.question;
	int cols = question_cols(question), rows;
	struct ui_area inside;

	if (cols > screen->rect.cols - 4)
		cols = screen->rect.cols - 4;
	rows = question_rows(question, NULL, 0, cols);
	inside = ui_box(screen, rows, cols, question->title, "Esc cancel");
	rows = question_rows(question, NULL, 0, inside.rect.cols);
	/* Where not all fits, the answers matter most. */
	question_rows(question, &inside, rows > inside.rect.rows ? inside.rect.rows - rows : 0,
		      inside.rect.cols);
}

static const struct ui_overlay_ops question_ops = { .key = question_key, .draw = question_draw };

struct ui_question *ui_question_open(struct ui_app *app, const char *title,
				     const struct ui_answer *answers)
{
	struct ui_question *question = &app->overlay.question;

	app->overlay.ops = &question_ops;
	memset(question, 0, sizeof(*question));
	question->title = title;
	question->answers = answers;
	return question;
}

void ui_question_line(struct ui_question *question, const char *format, ...)
{
	va_list args;

	if (question->line_count == UI_QUESTION_LINES)
		return;
	va_start(args, format);
	vsnprintf(question->lines[question->line_count++], sizeof(question->lines[0]), format,
		  args);
	va_end(args);
}

bool ui_question_is(const struct ui_app *app, const struct ui_answer *answers)
{
	return app->overlay.ops == &question_ops && app->overlay.question.answers == answers;
}
