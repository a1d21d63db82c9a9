/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bar with marks on it: how full, and which of the marks are reached. Marks that the scale would
 * put into one column stand beside each other, and the bar ends on the right side of each of them:
 * what one reads off is always true, also where a column is too coarse for it. Pure.
 */
#ifndef UI_GAUGE_H
#define UI_GAUGE_H

#include "ui/canvas.h"
#include "ui/chart.h"

#define UI_GAUGE_MARKS 3

struct ui_gauge {
	double value;			/* NaN: unknown */
	double marks[UI_GAUGE_MARKS];	/* in rising order */
	unsigned mark_count;
	struct ui_scale scale;
};

struct ui_gauge_place {
	int filled;			/* columns, from the left */
	int mark[UI_GAUGE_MARKS];	/* columns; -1: beyond the scale, or there was no room */
	bool beyond;			/* value is larger than the scale */
};

void ui_gauge_place(const struct ui_gauge *gauge, int width, struct ui_gauge_place *place);
/* letters: one for each mark. */
void ui_gauge_draw(const struct ui_gauge *gauge, const struct ui_area *area, int row, int col,
		   int width, const char *letters);

#endif
