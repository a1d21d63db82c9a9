// SPDX-License-Identifier: GPL-2.0
#include "ui/keys.h"
#include "ui/panel.h"

const struct ui_panel_ops *const ui_panels[UI_PANEL_COUNT] = {
	[UI_PANEL_AVAILABLE] = &ui_panel_available, [UI_PANEL_RATE] = &ui_panel_rate,
	[UI_PANEL_LATENCY] = &ui_panel_latency,	    [UI_PANEL_REMOTE] = &ui_panel_remote,
	[UI_PANEL_CONTROL] = &ui_panel_control,	    [UI_PANEL_EVENTS] = &ui_panel_events,
};

/* A rule with the panel's name on the left and its number on the right. */
static void draw_title(const struct ui_model *model, const struct ui_panel_ops *ops, bool focused,
		       const struct ui_area *area)
{
	struct ui_row words = { 0 };
	struct ui_area line = ui_area_part(area, 0, 0, 1, area->rect.cols);
	int cols = area->rect.cols, title, width;

	ui_area_fill(&line, line.canvas->glyphs->glyph[UI_GLYPH_HLINE], UI_ROLE_RULE);
	ui_put_glyph(&line, 0, 1, focused ? UI_ROLE_WARN : UI_ROLE_RULE,
		     focused ? UI_GLYPH_POINTER : UI_GLYPH_HLINE);
	ui_put_char(&line, 0, 2, UI_ROLE_NORMAL, L' ');
	title = ui_put(&line, 0, 3, focused ? UI_ROLE_FOCUS : UI_ROLE_TITLE, ops->title);
	ui_put_char(&line, 0, title++, UI_ROLE_NORMAL, L' ');
	ops->summary(model, area->rect.rows == 1, &words);
	width = ui_row_fit(&words, cols - title - 5);
	if (!width)
		return;
	line = ui_area_part(area, 0, cols - width - 4, 1, width + 2);
	ui_area_fill(&line, L' ', UI_ROLE_NORMAL);
	ui_row_draw(&words, &line, 0, 1, width);
}

static void draw_panel(const struct ui_overview *overview, enum ui_panel panel,
		       const struct ui_area *area)
{
	const struct ui_panel_ops *ops = ui_panels[panel];
	struct ui_area body = ui_area_part(area, 1, 0, area->rect.rows - 1, area->rect.cols);

	draw_title(overview->model, ops, overview->focus == panel, area);
	if (body.rect.rows > 0)
		ops->draw(overview->model, &overview->panels[panel], &body);
}

void ui_footer_keys(const struct ui_area *area)
{
	int col = 0, width;
	char name[16];

	for (unsigned i = 0; i < ui_binding_count; i++) {
		const struct ui_binding *binding = &ui_bindings[i];

		if (!binding->brief)
			continue;
		ui_key_name(binding->key[0], name, sizeof(name));
		width = ui_text_width(name) + 1 + ui_text_width(binding->brief);
		if (col + width > area->rect.cols)
			continue;
		ui_put(area, 0, col, UI_ROLE_KEY, name);
		ui_put(area, 0, col + ui_text_width(name) + 1, UI_ROLE_DIM, binding->brief);
		col += width + 2;
	}
}

void ui_overview_draw(const struct ui_overview *overview, const struct ui_area *screen)
{
	struct ui_canvas *canvas = screen->canvas;
	bool stale = overview->model->status.state == BT_SESSION_LOST ||
		     overview->model->status.state == BT_SESSION_ENDED;
	struct ui_layout layout;
	struct ui_area area;

	ui_layout(&layout, screen->rect.rows, screen->rect.cols, overview->focus, overview->alone);
	area = ui_area_part(screen, layout.header.row, 0, layout.header.rows, layout.header.cols);
	ui_header_draw(overview->model, &area);
	for (unsigned panel = 0; panel < UI_PANEL_COUNT; panel++) {
		const struct ui_rect *rect = &layout.panel[panel];

		if (!rect->rows)
			continue;
		canvas->dim = stale && panel != UI_PANEL_EVENTS;
		area = ui_area_part(screen, rect->row, rect->col, rect->rows, rect->cols);
		draw_panel(overview, panel, &area);
	}
	canvas->dim = false;
}
