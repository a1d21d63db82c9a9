// SPDX-License-Identifier: GPL-2.0
#include "ui/layout.h"

#include <string.h>

#include "core/util.h"

/* A band of the screen: one panel, or two side by side. Bands are stacked from the top. */
struct band {
	enum ui_panel left, right;	/* right UI_PANEL_NONE: the left one takes all */
	int wanted;			/* rows with which nothing is missing, with the title */
	int useful;			/* rows below which the graph is gone */
	bool grows;			/* rows that nobody wants are shared among these */
};

/* In the order of importance as well as from the top: what does not fit is cut from the end. */
static const struct band wide[] = {
	{ UI_PANEL_AVAILABLE, UI_PANEL_LATENCY, 14, 7, true },
	{ UI_PANEL_RATE, UI_PANEL_REMOTE, 14, 7, true },
	{ UI_PANEL_CONTROL, UI_PANEL_EVENTS, 16, 6, false },
};

static const struct band two_columns[] = {
	{ UI_PANEL_AVAILABLE, UI_PANEL_LATENCY, 14, 7, true },
	{ UI_PANEL_RATE, UI_PANEL_REMOTE, 12, 7, true },
	{ UI_PANEL_CONTROL, UI_PANEL_NONE, 6, 6, false },
	{ UI_PANEL_EVENTS, UI_PANEL_NONE, 9, 3, true },
};

static const struct band narrow[] = {
	{ UI_PANEL_AVAILABLE, UI_PANEL_NONE, 10, 3, true },
	{ UI_PANEL_RATE, UI_PANEL_NONE, 9, 3, true },
	{ UI_PANEL_LATENCY, UI_PANEL_NONE, 8, 6, false },
	{ UI_PANEL_REMOTE, UI_PANEL_NONE, 9, 3, true },
	{ UI_PANEL_CONTROL, UI_PANEL_NONE, 16, 4, false },
	{ UI_PANEL_EVENTS, UI_PANEL_NONE, 9, 3, true },
};

#define MAX_BANDS 6

struct plan {
	const struct band *bands;
	unsigned count;
	int rows[MAX_BANDS];
	unsigned order[MAX_BANDS];	/* who is served first */
};

static void choose_bands(struct plan *plan, int cols)
{
	if (cols >= UI_LAYOUT_WIDE_COLS) {
		plan->bands = wide;
		plan->count = BT_ARRAY_SIZE(wide);
	} else if (cols >= UI_LAYOUT_TWO_COLS) {
		plan->bands = two_columns;
		plan->count = BT_ARRAY_SIZE(two_columns);
	} else {
		plan->bands = narrow;
		plan->count = BT_ARRAY_SIZE(narrow);
	}
}

static void order_bands(struct plan *plan, enum ui_panel first)
{
	unsigned next = 0;

	for (unsigned i = 0; i < plan->count; i++) {
		if (first != UI_PANEL_NONE &&
		    (plan->bands[i].left == first || plan->bands[i].right == first))
			plan->order[next++] = i;
	}
	for (unsigned i = 0; i < plan->count; i++) {
		if (!next || plan->order[0] != i)
			plan->order[next++] = i;
	}
}

/* Raises every band in turn to goal rows, as far as left reaches. */
static void raise_bands(struct plan *plan, int *left, int (*goal)(const struct band *))
{
	for (unsigned i = 0; i < plan->count; i++) {
		unsigned band = plan->order[i];
		int more = goal(&plan->bands[band]) - plan->rows[band];

		if (more > *left)
			more = *left;
		if (more <= 0)
			continue;
		plan->rows[band] += more;
		*left -= more;
	}
}

static int goal_title(const struct band *band)
{
	(void)band;
	return 1;
}

static int goal_useful(const struct band *band)
{
	return band->useful;
}

static int goal_wanted(const struct band *band)
{
	return band->wanted;
}

static void share_rest(struct plan *plan, int left)
{
	unsigned growing = 0;

	for (unsigned i = 0; i < plan->count; i++)
		growing += plan->bands[i].grows;
	for (unsigned i = 0; i < plan->count && growing; i++) {
		int share;

		if (!plan->bands[i].grows)
			continue;
		share = left / (int)growing--;
		plan->rows[i] += share;
		left -= share;
	}
}

static void place_bands(struct ui_layout *layout, const struct plan *plan, int row, int cols)
{
	int left_cols = (cols - UI_LAYOUT_GUTTER + 1) / 2;

	for (unsigned i = 0; i < plan->count; i++) {
		const struct band *band = &plan->bands[i];
		int rows = plan->rows[i];

		if (!rows)
			continue;
		layout->panel[band->left] = (struct ui_rect){ row, 0, rows, cols };
		if (band->right != UI_PANEL_NONE) {
			layout->panel[band->left].cols = left_cols;
			layout->panel[band->right] = (struct ui_rect){
				row, left_cols + UI_LAYOUT_GUTTER, rows,
				cols - left_cols - UI_LAYOUT_GUTTER
			};
		}
		row += rows;
	}
}

void ui_layout(struct ui_layout *layout, int rows, int cols, enum ui_panel first, bool alone)
{
	struct plan plan = { 0 };
	int left;

	memset(layout, 0, sizeof(*layout));
	if (rows < 1 || cols < 1)
		return;
	layout->header = (struct ui_rect){ 0, 0, rows >= 12 ? 2 : 1, cols };
	if (rows >= 3)
		layout->footer = (struct ui_rect){ rows - 1, 0, 1, cols };
	left = rows - layout->header.rows - layout->footer.rows;
	if (alone && first != UI_PANEL_NONE) {
		if (left)
			layout->panel[first] = (struct ui_rect){layout->header.rows, 0, left, cols};
		return;
	}
	choose_bands(&plan, cols);
	order_bands(&plan, first);
	raise_bands(&plan, &left, goal_title);
	raise_bands(&plan, &left, goal_useful);
	raise_bands(&plan, &left, goal_wanted);
	share_rest(&plan, left);
	place_bands(layout, &plan, layout->header.rows, cols);
}
