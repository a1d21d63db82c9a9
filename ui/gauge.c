// SPDX-License-Identifier: GPL-2.0
#include "ui/gauge.h"

#include <math.h>

static int column(const struct ui_scale *scale, double value, int width)
{
	return (int)(ui_scale_place(scale, value) * width + 0.5);
}

/* From the left, each at its place or beside the one before it. */
static void place_marks(const struct ui_gauge *gauge, int width, int *mark)
{
	int before = -1;

	for (unsigned i = 0; i < gauge->mark_count; i++) {
		int at = column(&gauge->scale, gauge->marks[i], width);

		mark[i] = -1;
		if (gauge->marks[i] > gauge->scale.high)
			continue;
		mark[i] = at > before ? at : before + 1;
		before = mark[i];
	}
	/* What was pushed out at the right end moves the others back. */
	for (unsigned i = gauge->mark_count, end = (unsigned)width; i-- > 0;) {
		if (mark[i] < 0)
			continue;
		if (mark[i] >= (int)end)
			mark[i] = (int)end - 1;
		end = mark[i] > 0 ? (unsigned)mark[i] : 0;
	}
}

void ui_gauge_place(const struct ui_gauge *gauge, int width, struct ui_gauge_place *place)
{
	*place = (struct ui_gauge_place){ .beyond = gauge->value > gauge->scale.high };
	place_marks(gauge, width, place->mark);
	if (isnan(gauge->value))
		return;
	place->filled = column(&gauge->scale, gauge->value, width);
	for (unsigned i = 0; i < gauge->mark_count; i++) {
		int mark = place->mark[i];

		if (mark < 0)
			continue;
		if (gauge->value >= gauge->marks[i] && place->filled <= mark)
			place->filled = mark + 1;
		else if (gauge->value < gauge->marks[i] && place->filled > mark)
			place->filled = mark;
	}
}

void ui_gauge_draw(const struct ui_gauge *gauge, const struct ui_area *area, int row, int col,
		   int width, const char *letters)
{
	struct ui_gauge_place place;
	enum ui_role role = UI_ROLE_GRAPH_A;

	ui_gauge_place(gauge, width, &place);
	for (unsigned i = 0; i < gauge->mark_count; i++) {
		if (gauge->value < gauge->marks[i])
			role = i ? UI_ROLE_WARN : UI_ROLE_BAD;
		if (role != UI_ROLE_GRAPH_A)
			break;
	}
	for (int i = 0; i < width; i++)
		ui_put_glyph(area, row, col + i, i < place.filled ? role : UI_ROLE_RULE,
			     i < place.filled ? UI_GLYPH_BAR : UI_GLYPH_ABSENT);
	for (unsigned i = 0; i < gauge->mark_count; i++) {
		if (place.mark[i] >= 0)
			ui_put_char(area, row, col + place.mark[i],
				    place.mark[i] < place.filled ? UI_ROLE_STRONG : UI_ROLE_WARN,
				    (wchar_t)letters[i]);
	}
	if (place.beyond && width > 0)
		ui_put_glyph(area, row, col + width - 1, role, UI_GLYPH_POINTER);
}
