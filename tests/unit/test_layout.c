// SPDX-License-Identifier: GPL-2.0
/* The layout at every size: inside the screen, no overlaps, nothing lost in vain. */
#include "tests/unit/test.h"

#include "ui/layout.h"

#define MAX_ROWS 120
#define MAX_COLS 250
#define OVERVIEW_PANELS 6

/* What has been placed so far. */
struct placed {
	const struct ui_rect *rects[UI_PANEL_COUNT + 2];
	unsigned count;
};

static bool apart(const struct ui_rect *a, const struct ui_rect *b)
{
	return a->row + a->rows <= b->row || b->row + b->rows <= a->row ||
	       a->col + a->cols <= b->col || b->col + b->cols <= a->col;
}

static void place(struct placed *placed, const struct ui_rect *rect, int rows, int cols)
{
	if (!rect->rows)
		return;
	assert_true(rect->rows > 0 && rect->cols > 0);
	assert_true(rect->row >= 0 && rect->col >= 0);
	assert_true(rect->row + rect->rows <= rows && rect->col + rect->cols <= cols);
	for (unsigned i = 0; i < placed->count; i++)
		assert_true(apart(placed->rects[i], rect));
	placed->rects[placed->count++] = rect;
}

static unsigned shown(const struct ui_layout *layout)
{
	unsigned count = 0;

	for (unsigned i = 0; i < UI_PANEL_COUNT; i++)
		count += layout->panel[i].rows > 0;
	return count;
}

static void lay_out(struct ui_layout *layout, enum ui_view view, int rows, int cols,
		    enum ui_panel first, bool alone)
{
	const struct ui_layout_request request = {
		.view = view, .rows = rows, .cols = cols, .first = first, .alone = alone,
	};

	ui_layout(layout, &request);
}

static void check_size(enum ui_view view, int rows, int cols, enum ui_panel first, bool alone)
{
	struct placed placed = { .count = 0 };
	struct ui_layout layout;

	lay_out(&layout, view, rows, cols, first, alone);
	assert_true(layout.header.rows >= 1);
	place(&placed, &layout.header, rows, cols);
	place(&placed, &layout.footer, rows, cols);
	for (unsigned i = 0; i < UI_PANEL_COUNT; i++)
		place(&placed, &layout.panel[i], rows, cols);
}

static void test_every_size(void **state)
{
	enum ui_panel panels[UI_PANEL_COUNT];

	(void)state;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		unsigned last = ui_view_panels(view, panels) - 1;

		for (int rows = 1; rows <= MAX_ROWS; rows++) {
			for (int cols = 1; cols <= MAX_COLS; cols++) {
				check_size(view, rows, cols, UI_PANEL_NONE, false);
				check_size(view, rows, cols, panels[0], true);
				check_size(view, rows, cols, panels[last], false);
			}
		}
	}
}

/* Every shape of a view has the same panels, each once. */
static void test_shapes_agree(void **state)
{
	(void)state;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		ui_panel_set first = 0;

		for (unsigned shape = 0; shape < UI_SHAPE_COUNT; shape++) {
			const struct ui_band *band = ui_views[view].bands[shape];
			ui_panel_set seen = 0;

			for (; band->wanted; band++) {
				assert_false(seen & UI_PANEL_BIT(band->left));
				seen |= UI_PANEL_BIT(band->left);
				if (band->right == UI_PANEL_NONE)
					continue;
				assert_false(seen & UI_PANEL_BIT(band->right));
				seen |= UI_PANEL_BIT(band->right);
			}
			first = shape ? first : seen;
			assert_int_equal(seen, first);
		}
	}
}

/* A line for each panel is enough: six bands, four from 76 columns on, three from 120. */
static void test_nothing_lost(void **state)
{
	static const struct {
		int cols, body_rows;
	} needs[] = { { 40, 6 }, { 75, 6 }, { 76, 4 }, { 119, 4 }, { 120, 3 }, { 250, 3 } };
	struct ui_layout layout;

	(void)state;
	for (unsigned i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		/* One row of header and one of footer come on top. */
		lay_out(&layout, UI_VIEW_OVERVIEW, needs[i].body_rows + 2, needs[i].cols, UI_PANEL_NONE, false);
		assert_int_equal(shown(&layout), OVERVIEW_PANELS);
		lay_out(&layout, UI_VIEW_OVERVIEW, needs[i].body_rows + 1, needs[i].cols, UI_PANEL_NONE, false);
		assert_true(shown(&layout) < OVERVIEW_PANELS);
	}
}

/* What is lost first is the least important, in every view; what is there lies from the top down. */
static void check_order(enum ui_view view, int rows, int cols)
{
	const struct ui_band *band = ui_views[view].bands[ui_view_shape(cols)];
	struct ui_layout layout;
	int next;
	bool lost = false;

	lay_out(&layout, view, rows, cols, UI_PANEL_NONE, false);
	next = layout.header.rows;
	for (; band->wanted; band++) {
		const struct ui_rect *left = &layout.panel[band->left];

		assert_false(lost && left->rows);
		lost = !left->rows;
		if (band->right != UI_PANEL_NONE)
			assert_int_equal(layout.panel[band->right].rows, left->rows);
		if (lost)
			continue;
		assert_int_equal(left->row, next);
		next += left->rows;
	}
	/* Some band grows in every view, so no row is left over. */
	assert_int_equal(next, rows - layout.footer.rows);
}

static void test_importance(void **state)
{
	(void)state;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		for (int rows = 1; rows <= MAX_ROWS; rows++) {
			for (int cols = 1; cols <= MAX_COLS; cols++)
				check_order(view, rows, cols);
		}
	}
}

/* Header first, then the footer, then panels; one more row never loses anything. */
static void test_more_rows_lose_nothing(void **state)
{
	static const int widths[] = { 1, 40, 75, 76, 80, 119, 120, 160, 250 };

	(void)state;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		for (unsigned i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
			unsigned before = 0;

			for (int rows = 3; rows <= MAX_ROWS; rows++) {
				struct ui_layout layout;

				lay_out(&layout, view, rows, widths[i], UI_PANEL_NONE, false);
				assert_int_equal(layout.footer.rows, 1);
				assert_true(shown(&layout) >= before);
				before = shown(&layout);
			}
		}
	}
}

/* A hidden panel takes no room, in no view and no shape, and the others get what it had. */
static void test_hidden(void **state)
{
	static const int widths[] = { 40, 80, 160 };
	enum ui_panel panels[UI_PANEL_COUNT];

	(void)state;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		unsigned count = ui_view_panels(view, panels);

		for (unsigned i = 0; i < count * 3; i++) {
			struct ui_layout_request request = {
				.view = view, .rows = 50, .cols = widths[i % 3],
				.first = UI_PANEL_NONE, .hidden = UI_PANEL_BIT(panels[i / 3]),
			};
			struct ui_layout layout;

			ui_layout(&layout, &request);
			assert_int_equal(layout.panel[panels[i / 3]].rows, 0);
			assert_int_equal(shown(&layout), count - 1);
			request.hidden = ~(ui_panel_set)0;
			ui_layout(&layout, &request);
			assert_int_equal(shown(&layout), 0);
			assert_true(layout.header.rows > 0);
		}
	}
}

static void test_first(void **state)
{
	struct ui_layout layout;

	(void)state;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		enum ui_panel panels[UI_PANEL_COUNT];

		for (unsigned i = ui_view_panels(view, panels); i-- > 0;) {
			lay_out(&layout, view, 3, 40, panels[i], false);
			assert_int_equal(layout.panel[panels[i]].rows, 1);
		}
	}
	lay_out(&layout, UI_VIEW_OVERVIEW, 4, 40, UI_PANEL_EVENTS, false);
	assert_true(layout.panel[UI_PANEL_EVENTS].rows > 0);
	lay_out(&layout, UI_VIEW_OVERVIEW, 10, 40, UI_PANEL_CONTROL, false);
	assert_true(layout.panel[UI_PANEL_CONTROL].rows > layout.panel[UI_PANEL_AVAILABLE].rows);
	lay_out(&layout, UI_VIEW_OVERVIEW, 24, 80, UI_PANEL_RATE, true);
	assert_int_equal(shown(&layout), 1);
	assert_int_equal(layout.panel[UI_PANEL_RATE].rows, 21);
	assert_int_equal(layout.panel[UI_PANEL_RATE].cols, 80);
}

static void test_degenerate(void **state)
{
	struct ui_layout layout;

	(void)state;
	lay_out(&layout, UI_VIEW_OVERVIEW, 0, 80, UI_PANEL_NONE, false);
	assert_int_equal(layout.header.rows, 0);
	lay_out(&layout, UI_VIEW_OVERVIEW, 24, -1, UI_PANEL_NONE, false);
	assert_int_equal(shown(&layout), 0);
	lay_out(&layout, UI_VIEW_OVERVIEW, 1, 1, UI_PANEL_NONE, false);
	assert_int_equal(layout.header.rows, 1);
	assert_int_equal(layout.footer.rows, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_nothing_lost),
		cmocka_unit_test(test_importance),
		cmocka_unit_test(test_more_rows_lose_nothing),
		cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_degenerate),
		cmocka_unit_test(test_shapes_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
