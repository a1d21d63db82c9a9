// SPDX-License-Identifier: GPL-2.0
#include "ui/chart.h"

#include <math.h>

#include "core/util.h"

#define BRAILLE_BASE 0x2800
#define BRAILLE_MIN_ROWS 4

double ui_scale_place(const struct ui_scale *scale, double value)
{
	double place;

	if (scale->log) {
		if (value <= scale->low)
			return 0;
		place = log(value / scale->low) / log(scale->high / scale->low);
	} else {
		place = (value - scale->low) / (scale->high - scale->low);
	}
	return place < 0 ? 0 : place > 1 ? 1 : place;
}

static bool known(double value)
{
	return !isnan(value) && value >= 0;
}

double ui_series_max(const double *values, unsigned count)
{
	double max = NAN;

	for (unsigned i = 0; i < count; i++) {
		if (known(values[i]) && !(max >= values[i]))
			max = values[i];
	}
	return max;
}

double ui_series_min(const double *values, unsigned count)
{
	double min = NAN;

	for (unsigned i = 0; i < count; i++) {
		if (known(values[i]) && !(min <= values[i]))
			min = values[i];
	}
	return min;
}

double ui_nice_ceiling(double value)
{
	static const double steps[] = { 1, 2, 5, 10 };
	double power = pow(10, floor(log10(value)));

	for (unsigned i = 0; i < BT_ARRAY_SIZE(steps); i++) {
		if (value <= steps[i] * power * (1 + 1e-9))
			return steps[i] * power;
	}
	return 10 * power;
}

/* Index into a ramp of `steps` characters after the blank: anything above 0 shows. */
static unsigned ramp_index(double ratio, unsigned steps)
{
	if (!(ratio > 0))
		return 0;
	return ratio >= 1 ? steps : 1 + (unsigned)(ratio * (steps - 1) + 0.5);
}

wchar_t ui_level_char(const struct ui_glyphs *glyphs, double ratio)
{
	return glyphs->level[ramp_index(ratio, glyphs->levels)];
}

wchar_t ui_shade_char(const struct ui_glyphs *glyphs, double ratio)
{
	return glyphs->shade[ramp_index(ratio, glyphs->shades)];
}

void ui_put_heat(const struct ui_area *area, int row, int col, double ratio)
{
	ui_put_char(area, row, col, ui_theme_heat(ratio),
		    ui_shade_char(area->canvas->glyphs, ratio));
}

static bool draws_braille(const struct ui_area *area)
{
	return area->canvas->glyphs->braille && area->rect.rows >= BRAILLE_MIN_ROWS;
}

unsigned ui_chart_per_column(const struct ui_area *area)
{
	return draws_braille(area) ? 2 : 1;
}

unsigned ui_chart_capacity(const struct ui_area *area)
{
	unsigned values = (unsigned)area->rect.cols * ui_chart_per_column(area);

	return values < UI_SERIES_MAX ? values : UI_SERIES_MAX;
}

static void draw_gap(const struct ui_area *area, int col)
{
	for (int row = 0; row < area->rect.rows; row++)
		ui_put_glyph(area, row, col, UI_ROLE_DIM, UI_GLYPH_GAP);
}

static void draw_column(const struct ui_area *area, int col, double place, enum ui_role role)
{
	const struct ui_glyphs *glyphs = area->canvas->glyphs;
	int rows = area->rect.rows;
	/* A known value is visible even at the bottom of the scale. */
	int units = 1 + (int)(place * (rows * (int)glyphs->levels - 1) + 0.5);

	for (int row = rows - 1; row >= 0 && units > 0; row--) {
		int here = units < (int)glyphs->levels ? units : (int)glyphs->levels;

		ui_put_char(area, row, col, role, glyphs->level[here]);
		units -= here;
	}
}

static void chart_columns(const struct ui_area *area, const double *values, unsigned count,
			  const struct ui_scale *scale, enum ui_role role)
{
	for (unsigned i = 0; i < count; i++) {
		int col = area->rect.cols - (int)count + (int)i;

		if (values[i] == UI_GAP)
			draw_gap(area, col);
		else if (known(values[i]))
			draw_column(area, col, ui_scale_place(scale, values[i]), role);
	}
}

static wchar_t char_at(const struct ui_area *area, int row, int col)
{
	const struct ui_canvas *canvas = area->canvas;

	return canvas->cells[(size_t)(area->rect.row + row) * (size_t)canvas->cols +
			     (size_t)(area->rect.col + col)].ch;
}

static bool is_dots(wchar_t ch)
{
	return ch >= BRAILLE_BASE && ch <= BRAILLE_BASE + 0xff;
}

/* Adds one dot; x and y count dots from the lower left corner. */
static void add_dot(const struct ui_area *area, int x, int y, enum ui_role role)
{
	static const unsigned char bits[2][4] = { { 0x40, 0x04, 0x02, 0x01 },
						  { 0x80, 0x20, 0x10, 0x08 } };
	int row = area->rect.rows - 1 - y / 4, col = x / 2;
	wchar_t there;

	if (row < 0 || col < 0 || col >= area->rect.cols)
		return;
	there = char_at(area, row, col);
	if (!is_dots(there))
		there = BRAILLE_BASE;
	ui_put_char(area, row, col, role, there | bits[x & 1][y & 3]);
}

/* Dots at y, and those between it and the neighbour's height: steep edges stay connected. */
static void add_dots(const struct ui_area *area, int x, int y, int before, enum ui_role role)
{
	int step = before < y ? 1 : -1;

	add_dot(area, x, y, role);
	for (int between = before + step; before >= 0 && before != y && between != y;
	     between += step)
		add_dot(area, x, between, role);
}

static void chart_braille(const struct ui_area *area, const double *values, unsigned count,
			  const struct ui_scale *scale, enum ui_role role)
{
	int top = area->rect.rows * 4 - 1, before = -1;

	for (unsigned i = 0; i < count; i++) {
		int x = area->rect.cols * 2 - (int)count + (int)i;
		int y = -1;

		if (values[i] == UI_GAP) {
			draw_gap(area, x / 2);
		} else if (known(values[i])) {
			y = (int)(ui_scale_place(scale, values[i]) * top + 0.5);
			add_dots(area, x, y, before, role);
		}
		before = y;
	}
}

void ui_chart(const struct ui_area *area, const double *values, unsigned count,
	      const struct ui_scale *scale, enum ui_role role)
{
	unsigned capacity = ui_chart_capacity(area);

	if (count > capacity) {
		values += count - capacity;
		count = capacity;
	}
	if (draws_braille(area))
		chart_braille(area, values, count, scale, role);
	else
		chart_columns(area, values, count, scale, role);
}

/* ---- several lines, ghosts, events ----------------------------------------------------- */

/* Row of a value from the top. */
static int row_of(const struct ui_area *area, const struct ui_scale *scale, double value)
{
	int last = area->rect.rows - 1;

	return last - (int)(ui_scale_place(scale, value) * last + 0.5);
}

/* The first value of each column that has room for several; never over dots. */
static void put_line(const struct ui_area *area, const double *values, unsigned count,
		     const struct ui_scale *scale, enum ui_role role, enum ui_glyph glyph)
{
	int per_column = (int)ui_chart_per_column(area);

	for (unsigned i = 0; i < count; i++) {
		int x = area->rect.cols * per_column - (int)count + (int)i, row;

		if (x < 0 || x % per_column || !known(values[i]))
			continue;
		row = row_of(area, scale, values[i]);
		if (!is_dots(char_at(area, row, x / per_column)))
			ui_put_glyph(area, row, x / per_column, role, glyph);
	}
}

void ui_chart_ghost(const struct ui_area *area, const double *values, unsigned count,
		    const struct ui_scale *scale)
{
	put_line(area, values, count, scale, UI_ROLE_DIM, UI_GLYPH_GHOST);
}

void ui_chart_level(const struct ui_area *area, const double *values, unsigned count,
		    const struct ui_scale *scale, enum ui_role role)
{
	put_line(area, values, count, scale, role, UI_GLYPH_HLINE);
}

void ui_chart_points(const struct ui_area *area, const double *values, unsigned count,
		     const struct ui_scale *scale, enum ui_role role, wchar_t ch)
{
	for (unsigned i = 0; i < count; i++) {
		int col = area->rect.cols - (int)count + (int)i;

		if (values[i] == UI_GAP)
			draw_gap(area, col);
		else if (known(values[i]))
			ui_put_char(area, row_of(area, scale, values[i]), col, role, ch);
	}
}

const struct ui_event_line ui_event_lines[UI_EVENT_LINES] = {
	{ BT_POINT_OOM, UI_GLYPH_OOM, UI_GLYPH_OOM_ACROSS, UI_ROLE_BAD, "out of memory" },
	{ BT_POINT_MARK, UI_GLYPH_MARK, UI_GLYPH_MARK_ACROSS, UI_ROLE_STRONG, "mark" },
	{ BT_POINT_CONTROL | BT_POINT_STOPPED, UI_GLYPH_CONTROL, UI_GLYPH_CONTROL_ACROSS,
	  UI_ROLE_KEY, "control" },
};

const struct ui_event_line *ui_event_line(uint32_t flags)
{
	for (unsigned i = 0; i < UI_EVENT_LINES; i++) {
		if (flags & ui_event_lines[i].flags)
			return &ui_event_lines[i];
	}
	return NULL;
}

void ui_chart_events(const struct ui_area *area, const uint32_t *flags, unsigned count,
		     unsigned per_column)
{
	for (unsigned i = 0; i < count; i++) {
		int x = area->rect.cols * (int)per_column - (int)count + (int)i;
		int col = x / (int)per_column;
		const struct ui_event_line *line = x < 0 ? NULL : ui_event_line(flags[i]);

		for (int row = 0; line && row < area->rect.rows; row++) {
			if (!row || char_at(area, row, col) == L' ')
				ui_put_glyph(area, row, col, line->role, line->upright);
		}
	}
}

void ui_bar(const struct ui_area *area, int row, int col, int width, double ratio,
	    enum ui_role role)
{
	int filled = known(ratio) ? (int)((ratio > 1 ? 1 : ratio) * width + 0.5) : 0;

	if (ratio > 0 && !filled)
		filled = 1;
	for (int i = 0; i < width; i++) {
		ui_put_glyph(area, row, col + i, i < filled ? role : UI_ROLE_RULE,
			     i < filled ? UI_GLYPH_BAR : UI_GLYPH_ABSENT);
	}
}
