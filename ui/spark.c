// SPDX-License-Identifier: GPL-2.0
#include "ui/spark.h"

#include <math.h>

unsigned ui_spark_capacity(const struct ui_model *model, int width)
{
	unsigned capacity = width > UI_SERIES_MAX ? UI_SERIES_MAX : width > 0 ? (unsigned)width : 0;

	return capacity - ui_graph_places(model, capacity);
}

/* Where there are levels enough, the highest leaves a line between rows. */
static double top_of(const struct ui_glyphs *glyphs)
{
	return glyphs->levels < 8 ? 1 : 1 - 1.0 / (glyphs->levels - 1);
}

void ui_spark_put(const struct ui_area *area, int row, int col, double value, double high,
		  enum ui_role role)
{
	const struct ui_glyphs *glyphs = area->canvas->glyphs;

	if (isnan(value))
		return;
	if (value == UI_GAP)
		ui_put_glyph(area, row, col, UI_ROLE_DIM, UI_GLYPH_GAP);
	else if (value > 0)
		ui_put_char(area, row, col, role,
			    ui_level_char(glyphs, fmin(value / high, 1) * top_of(glyphs)));
	else
		ui_put_glyph(area, row, col, UI_ROLE_RULE, UI_GLYPH_ABSENT);
}

void ui_spark(const struct ui_model *model, const struct ui_area *area, int row, int col, int width,
	      const double *values, unsigned count, double high, enum ui_role role)
{
	int first = col + (int)ui_spark_capacity(model, width) - (int)count;

	for (unsigned i = 0; i < count; i++)
		ui_spark_put(area, row, first + (int)i, values[i], high, role);
}

void ui_spark_head(const struct ui_model *model, const struct ui_area *area, int row, int col,
		   int width)
{
	unsigned capacity = ui_spark_capacity(model, width), count = 0;
	const struct bt_point *point, *oldest = NULL;
	char text[UI_TEXT];
	int end = col;

	for (; count < capacity && (point = ui_model_point(model, count)) != NULL; count++)
		oldest = point;
	if (count > 1 && width >= 16)
		end = ui_putf(area, row, col, UI_ROLE_DIM, "last %s",
			      ui_text_span(model->point->mono_ns - oldest->mono_ns +
					   oldest->length_ns, text)) + 1;
	for (unsigned age = 0; age < count; age++) {
		const struct ui_event_line *line = ui_event_line(ui_model_point(model, age)->flags);
		int at = col + (int)capacity - 1 - (int)age;

		if (line && at >= end)
			ui_put_glyph(area, row, at, line->role, line->upright);
	}
}
