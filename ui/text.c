// SPDX-License-Identifier: GPL-2.0
#include "ui/text.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "core/util.h"

#define WORD_GAP 2

const char *ui_text_percent(double ratio, char buf[UI_TEXT])
{
	double percent = ratio * 100;

	if (isnan(ratio))
		snprintf(buf, UI_TEXT, "?");
	else if (percent > 0 && percent < 0.1)
		snprintf(buf, UI_TEXT, "<0.1 %%");
	else
		snprintf(buf, UI_TEXT, "%.*f %%", percent == 0 || percent >= 99.95 ? 0 : 1,
			 percent);
	return buf;
}

const char *ui_text_rate(double per_s, char buf[UI_TEXT])
{
	bt_text_count(per_s, buf, UI_TEXT - 2);
	if (strcmp(buf, "?"))
		strcat(buf, "/s");
	return buf;
}

const char *ui_text_clock(uint64_t ns, char buf[UI_TEXT])
{
	uint64_t s = ns / BT_NS_PER_S;

	if (s < 3600)
		snprintf(buf, UI_TEXT, "%02u:%02u", (unsigned)(s / 60), (unsigned)(s % 60));
	else
		snprintf(buf, UI_TEXT, "%llu:%02u:%02u", (unsigned long long)(s / 3600),
			 (unsigned)(s / 60 % 60), (unsigned)(s % 60));
	return buf;
}

const char *ui_text_bytes(const struct bt_units *units, uint64_t bytes, char buf[UI_TEXT])
{
	return bt_text_bytes_in(units, bytes, buf, UI_TEXT);
}

const char *ui_text_narrow(const struct bt_units *units, uint64_t bytes, char buf[UI_TEXT])
{
	return bt_text_narrow_in(units, bytes, buf, UI_TEXT);
}

const char *ui_text_latency(const struct bt_units *units, uint64_t ns, char buf[UI_TEXT])
{
	return bt_text_latency_in(units, ns, buf, UI_TEXT);
}

__attribute__((format(printf, 3, 0)))
static void add(struct ui_row *row, struct ui_word word, const char *format, va_list args)
{
	if (row->count == UI_ROW_WORDS)
		return;
	row->words[row->count] = word;
	vsnprintf(row->words[row->count].text, sizeof(word.text), format, args);
	if (row->words[row->count].text[0])
		row->count++;
}

void ui_row_add(struct ui_row *row, unsigned priority, enum ui_role role, const char *label,
		const char *format, ...)
{
	struct ui_word word = { .priority = priority, .role = role, .label = label };
	va_list args;

	va_start(args, format);
	add(row, word, format, args);
	va_end(args);
}

void ui_row_add_right(struct ui_row *row, unsigned priority, enum ui_role role, const char *label,
		      const char *format, ...)
{
	struct ui_word word = { .priority = priority, .role = role, .label = label, .right = true };
	va_list args;

	va_start(args, format);
	add(row, word, format, args);
	va_end(args);
}

static int word_width(const struct ui_word *word)
{
	return ui_text_width(word->text) + (*word->label ? ui_text_width(word->label) + 1 : 0);
}

static int row_width(const struct ui_row *row)
{
	int width = 0;

	for (unsigned i = 0; i < row->count; i++)
		width += word_width(&row->words[i]) + (i ? WORD_GAP : 0);
	return width;
}

static void drop_least(struct ui_row *row)
{
	unsigned least = 0;

	for (unsigned i = 1; i < row->count; i++) {
		if (row->words[i].priority >= row->words[least].priority)
			least = i;
	}
	row->count--;
	memmove(&row->words[least], &row->words[least + 1],
		(row->count - least) * sizeof(row->words[0]));
}

static void draw_word(const struct ui_area *area, int line, int col, const struct ui_word *word)
{
	if (*word->label)
		col = ui_put(area, line, col, UI_ROLE_DIM, word->label) + 1;
	ui_put_cut(area, line, col, area->rect.cols - col, word->role, word->text);
}

int ui_row_fit(struct ui_row *row, int width)
{
	while (row->count && row_width(row) > width)
		drop_least(row);
	return row_width(row);
}

void ui_row_draw(struct ui_row *row, const struct ui_area *area, int line, int col, int width)
{
	struct ui_area part = ui_area_part(area, line, col, 1, width);
	int left = 0, right = part.rect.cols;

	while (row->count > 1 && row_width(row) > part.rect.cols)
		drop_least(row);
	for (unsigned i = row->count; i-- > 0;) {
		if (!row->words[i].right)
			continue;
		right -= word_width(&row->words[i]);
		draw_word(&part, 0, right, &row->words[i]);
		right -= WORD_GAP;
	}
	for (unsigned i = 0; i < row->count; i++) {
		if (row->words[i].right)
			continue;
		draw_word(&part, 0, left, &row->words[i]);
		left += word_width(&row->words[i]) + WORD_GAP;
	}
}
