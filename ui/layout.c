// SPDX-License-Identifier: GPL-2.0
#include "ui/layout.h"

#include <string.h>

/* The bands of one screen. */
struct plan {
	struct ui_band bands[UI_BANDS_MAX];	/* without what is hidden */
	unsigned count;
	int rows[UI_BANDS_MAX];
	unsigned order[UI_BANDS_MAX];		/* who is served first */
};

static enum ui_panel unless_hidden(enum ui_panel panel, ui_panel_set hidden)
{
	return panel != UI_PANEL_NONE && (hidden & UI_PANEL_BIT(panel)) ? UI_PANEL_NONE : panel;
}

/* The neighbour of a hidden panel takes all of the width. */
static void choose_bands(struct plan *plan, const struct ui_layout_request *request)
{
	const struct ui_band *band =
		ui_views[request->view].bands[ui_view_shape(request->cols)];

	for (; band->wanted; band++) {
		enum ui_panel left = unless_hidden(band->left, request->hidden);
		enum ui_panel right = unless_hidden(band->right, request->hidden);
		struct ui_band *to = &plan->bands[plan->count];

		if (left == UI_PANEL_NONE && right == UI_PANEL_NONE)
			continue;
		*to = *band;
		to->left = left != UI_PANEL_NONE ? left : right;
		to->right = left != UI_PANEL_NONE ? right : UI_PANEL_NONE;
		plan->count++;
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
static void raise_bands(struct plan *plan, int *left, int (*goal)(const struct ui_band *))
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

static int goal_title(const struct ui_band *band)
{
	(void)band;
	return 1;
}

static int goal_useful(const struct ui_band *band)
{
	return band->useful;
}

static int goal_wanted(const struct ui_band *band)
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
		const struct ui_band *band = &plan->bands[i];
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

/* The third row names the views. */
static int header_rows(int rows)
{
	return rows >= 30 ? 3 : rows >= 12 ? 2 : 1;
}

void ui_layout(struct ui_layout *layout, const struct ui_layout_request *request)
{
	int rows = request->rows, cols = request->cols, left;
	struct plan plan = { 0 };

	memset(layout, 0, sizeof(*layout));
	if (rows < 1 || cols < 1)
		return;
	layout->header = (struct ui_rect){ 0, 0, header_rows(rows), cols };
	if (rows >= 3)
		layout->footer = (struct ui_rect){ rows - 1, 0, 1, cols };
	left = rows - layout->header.rows - layout->footer.rows;
	if (request->alone && unless_hidden(request->first, request->hidden) != UI_PANEL_NONE) {
		if (left)
			layout->panel[request->first] =
				(struct ui_rect){ layout->header.rows, 0, left, cols };
		return;
	}
	choose_bands(&plan, request);
	order_bands(&plan, request->first);
	raise_bands(&plan, &left, goal_title);
	raise_bands(&plan, &left, goal_useful);
	raise_bands(&plan, &left, goal_wanted);
	share_rest(&plan, left);
	place_bands(layout, &plan, layout->header.rows, cols);
}
