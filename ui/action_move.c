// SPDX-License-Identifier: GPL-2.0
/* Moving about in the focused panel. */
#include "ui/action.h"

/* Lines or rows, down > 0; 0: not up or down. */
static long rows_of(enum ui_move how, const struct ui_rect *inside)
{
	long page = inside->rows > 2 ? inside->rows - 1 : 1;
	const long rows[UI_MOVES] = {
		[UI_MOVE_UP] = -1, [UI_MOVE_DOWN] = 1,
		[UI_MOVE_PAGE_UP] = -page, [UI_MOVE_PAGE_DOWN] = page,
	};

	return rows[how];
}

bool ui_move(struct ui_app *app, enum ui_move how)
{
	enum ui_panel panel = ui_screen_focus(&app->screen);
	const struct ui_panel_ops *ops = ui_panels[panel];
	struct ui_panel_state *state = &app->screen.panels[panel];
	struct ui_rect inside = ui_screen_inside(&app->screen, ui_app_view_rows(app),
						   app->canvas.cols);
	unsigned *at = ops && ops->selects ? &state->selected : &state->scroll, count;
	long by = rows_of(how, &inside), to;

	if (ops && ops->move)
		return ops->move(app->model, state, &inside, how);
	if (!ops || !ops->extent || !by)
		return false;
	count = ops->extent(app->model, state);
	to = (long)*at + (ops->from_end ? -by : by);
	*at = to < 0 || !count ? 0 : to >= (long)count ? count - 1 : (unsigned)to;
	if (panel == UI_PANEL_CONTROL && app->draft.on)
		ui_app_say_draft(app, *at);
	return true;
}
