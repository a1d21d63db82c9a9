// SPDX-License-Identifier: GPL-2.0
/* The filter of a panel while it is typed: in the footer, where it hides none of the rows. */
#include <string.h>

#include "ui/app.h"

static struct ui_panel_state *filtered(struct ui_app *app)
{
	return &app->screen.panels[app->overlay.filter.panel];
}

static void set(struct ui_panel_state *state, const char *text)
{
	snprintf(state->filter, sizeof(state->filter), "%s", text);
	state->selected = 0;
	state->scroll = 0;
}

static void filter_key(struct ui_app *app, int key)
{
	struct ui_line *line = &app->overlay.filter.line;

	if (key == UI_KEY_ENTER) {
		ui_overlay_close(app);
		return;
	}
	if (!ui_line_key(line, key))
		return;
	if (line->length >= UI_FILTER_MAX) {
		line->text[UI_FILTER_MAX - 1] = '\0';
		ui_line_set(line, line->text);
	}
	set(filtered(app), line->text);
}

static void filter_cancel(struct ui_app *app)
{
	set(filtered(app), "");
}

#define FIELD_COLS 32

static void filter_draw(struct ui_app *app, const struct ui_area *screen)
{
	static const char help[] = "0-3,8  node 1  text  !not   Enter keep   Esc show all";
	struct ui_area line = ui_area_part(screen, screen->rect.rows - 1, 0, 1, screen->rect.cols);
	int cols = line.rect.cols > FIELD_COLS + 16 ? FIELD_COLS : line.rect.cols - 2;
	struct ui_area field = ui_area_part(&line, 0, 2, 1, cols);

	ui_area_fill(&line, L' ', UI_ROLE_NORMAL);
	ui_put(&line, 0, 0, UI_ROLE_KEY, "/");
	ui_line_draw(&app->overlay.filter.line, &field, 0, 0);
	if (cols == FIELD_COLS)
		ui_put_cut(&line, 0, FIELD_COLS + 4, line.rect.cols - FIELD_COLS - 4, UI_ROLE_DIM,
			   help);
}

static const struct ui_overlay_ops filter_ops = {
	.key = filter_key, .draw = filter_draw, .cancel = filter_cancel,
};

bool ui_filter_open(struct ui_app *app)
{
	enum ui_panel panel = ui_screen_focus(&app->screen);

	if (!ui_panels[panel] || !ui_panels[panel]->filters)
		return false;
	app->overlay.ops = &filter_ops;
	app->overlay.filter.panel = panel;
	ui_line_set(&app->overlay.filter.line, app->screen.panels[panel].filter);
	return true;
}

bool ui_filter_drop(struct ui_app *app)
{
	struct ui_panel_state *state = &app->screen.panels[ui_screen_focus(&app->screen)];

	if (!state->filter[0])
		return false;
	set(state, "");
	return true;
}
