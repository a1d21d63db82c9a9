// SPDX-License-Identifier: GPL-2.0
#include "ui/spark.h"

#include <math.h>

#include "ui/text.h"

static void put_value(const struct ui_area *area, int row, int col, double value, double high,
		      enum ui_role role)
{
	if (isnan(value))
		return;
	if (value == UI_GAP)
		ui_put_glyph(area, row, col, UI_ROLE_DIM, UI_GLYPH_GAP);
	else if (value > 0)
		ui_put_char(area, row, col, role,
			    ui_level_char(area->canvas->glyphs, high > 0 ? value / high : 0));
	else
		ui_put_glyph(area, row, col, UI_ROLE_RULE, UI_GLYPH_ABSENT);
}

void ui_spark(const struct ui_area *area, int row, int col, int width, const double *values,
	      unsigned count, double high, enum ui_role role)
{
	int first = width - (int)count;

	for (int i = first < 0 ? 0 : first; i < width; i++)
		put_value(area, row, col + i, values[i - first], high, role);
}

/* Points there are, at most width of them. */
static unsigned point_count(const struct ui_model *model, int width)
{
	unsigned count = 0;

	while ((int)count < width && ui_model_point(model, count))
		count++;
	return count;
}

void ui_spark_head(const struct ui_model *model, const struct ui_area *area, int row, int col,
		   int width)
{
	unsigned count = point_count(model, width);
	const struct bt_point *oldest = count ? ui_model_point(model, count - 1) : NULL;
	char text[UI_TEXT];
	int end = col;

	if (!oldest)
		return;
	if (count > 1 && width >= 16)
		end = ui_putf(area, row, col, UI_ROLE_DIM, "last %s",
			      ui_text_clock(model->point->mono_ns - oldest->mono_ns +
					    oldest->length_ns, text)) + 1;
	for (unsigned age = 0; age < count; age++) {
		int at = col + width - 1 - (int)age;

		if (ui_model_point(model, age)->flags && at >= end)
			ui_put_glyph(area, row, at, UI_ROLE_WARN, UI_GLYPH_VLINE);
	}
}
