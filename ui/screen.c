// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "ui/compare.h"
#include "ui/panel.h"

/* ---- which panel ------------------------------------------------------------------------ */

const struct ui_panel_ops *const ui_panels[UI_PANEL_COUNT] = {
	[UI_PANEL_AVAILABLE] = &ui_panel_available, [UI_PANEL_RATE] = &ui_panel_rate,
	[UI_PANEL_LATENCY] = &ui_panel_latency,	    [UI_PANEL_REMOTE] = &ui_panel_remote,
	[UI_PANEL_HEATMAP] = &ui_panel_heatmap,	    [UI_PANEL_HISTOGRAM] = &ui_panel_histogram,
	[UI_PANEL_PERCENTILES] = &ui_panel_percentiles, [UI_PANEL_WHERE] = &ui_panel_where,
	[UI_PANEL_CONTROL] = &ui_panel_control,	    [UI_PANEL_EVENTS] = &ui_panel_events,
	[UI_PANEL_ZONES] = &ui_panel_zones,	    [UI_PANEL_MATRIX] = &ui_panel_matrix,
	[UI_PANEL_NUMASTAT] = &ui_panel_numastat,   [UI_PANEL_CPUS] = &ui_panel_cpus,
	[UI_PANEL_FREE_BLOCKS] = &ui_panel_free_blocks,
	[UI_PANEL_FRAGMENTATION] = &ui_panel_fragmentation,
	[UI_PANEL_PAGEBLOCKS] = &ui_panel_pageblocks,
	[UI_PANEL_FREE_MAP] = &ui_panel_free_map,
	[UI_PANEL_RECLAIM] = &ui_panel_reclaim,
	[UI_PANEL_PRESSURE] = &ui_panel_pressure,
	[UI_PANEL_TASKS] = &ui_panel_tasks,	    [UI_PANEL_EVENT_LIST] = &ui_panel_event_list,
	[UI_PANEL_KBENCH_PLAN] = &ui_panel_kbench_plan, [UI_PANEL_KBENCH_RUN] = &ui_panel_kbench_run,
	[UI_PANEL_KBENCH_RESULT] = &ui_panel_kbench_result,
	[UI_PANEL_KBENCH_ROWS] = &ui_panel_kbench_rows,
	[UI_PANEL_LAB] = &ui_panel_lab,
};

void ui_screen_init(struct ui_screen *screen, const struct ui_model *model)
{
	enum ui_panel panels[UI_PANEL_COUNT];

	memset(screen, 0, sizeof(*screen));
	screen->model = model;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		ui_view_panels(view, panels);
		screen->focus[view] = panels[0];
	}
	screen->focus[UI_VIEW_OVERVIEW] = UI_PANEL_CONTROL;
}

enum ui_panel ui_screen_focus(const struct ui_screen *screen)
{
	return screen->focus[screen->view];
}

static ui_panel_set hidden_panels(const struct ui_screen *screen)
{
	ui_panel_set hidden = screen->hidden;

	for (unsigned panel = 0; panel < UI_PANEL_COUNT; panel++) {
		if (!ui_panels[panel])
			hidden |= UI_PANEL_BIT(panel);
	}
	return hidden;
}

/* Those of a view that are not hidden. */
static unsigned open_panels(const struct ui_screen *screen, enum ui_view view,
			    enum ui_panel panels[UI_PANEL_COUNT])
{
	unsigned count = ui_view_panels(view, panels), open = 0;

	for (unsigned i = 0; i < count; i++) {
		if (!(hidden_panels(screen) & UI_PANEL_BIT(panels[i])))
			panels[open++] = panels[i];
	}
	return open;
}

void ui_screen_hide(struct ui_screen *screen, ui_panel_set hidden)
{
	enum ui_panel panels[UI_PANEL_COUNT];

	screen->hidden = hidden;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		unsigned open = open_panels(screen, view, panels);

		if (open && (hidden & UI_PANEL_BIT(screen->focus[view])))
			screen->focus[view] = panels[0];
	}
}

void ui_screen_move_focus(struct ui_screen *screen, int by)
{
	enum ui_panel panels[UI_PANEL_COUNT];
	unsigned count = open_panels(screen, screen->view, panels), at = 0;

	while (at < count && panels[at] != ui_screen_focus(screen))
		at++;
	if (by > 0 ? at + 1 < count : at > 0 && at < count) {
		screen->focus[screen->view] = panels[at + (unsigned)by];
		return;
	}
	screen->view = (screen->view + UI_VIEW_COUNT + (unsigned)by) % UI_VIEW_COUNT;
	count = open_panels(screen, screen->view, panels);
	if (count)
		screen->focus[screen->view] = panels[by > 0 ? 0 : count - 1];
}

unsigned ui_first_row(unsigned scroll, unsigned count, int rows)
{
	unsigned hidden = rows > 0 && count > (unsigned)rows ? count - (unsigned)rows : 0;

	return scroll < hidden ? scroll : hidden;
}

void ui_put_more(const struct ui_area *area)
{
	ui_put_glyph(area, area->rect.rows - 1, area->rect.cols - 1, UI_ROLE_WARN,
		     UI_GLYPH_MORE_DOWN);
}

/* ---- drawing ---------------------------------------------------------------------------- */

/* "filter: oom  3 of 240": rows that are left out are told of. */
static void add_filter(const struct ui_model *model, const struct ui_panel_ops *ops,
		       const struct ui_panel_state *state, struct ui_row *row)
{
	struct ui_panel_state all = *state;

	all.filter[0] = '\0';
	ui_row_add(row, 1, UI_ROLE_WARN, "filter:", "%s", state->filter);
	ui_row_add(row, 0, UI_ROLE_WARN, "", "%u of %u", ops->extent(model, state),
		   ops->extent(model, &all));
}

/* A rule with the panel's name on the left and its number on the right. */
static void draw_title(const struct ui_model *model, const struct ui_panel_ops *ops,
		       const struct ui_panel_state *state, bool focused,
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
	if (state->filter[0])
		add_filter(model, ops, state, &words);
	else
		ops->summary(model, area->rect.rows == 1, &words);
	if (ops->metric)
		ui_compare_add(model, ops->metric, &words, cols - title - 5);
	width = ui_row_fit(&words, cols - title - 5);
	if (!width)
		return;
	line = ui_area_part(area, 0, cols - width - 4, 1, width + 2);
	ui_area_fill(&line, L' ', UI_ROLE_NORMAL);
	ui_row_draw(&words, &line, 0, 1, width);
}

static void draw_panel(const struct ui_screen *screen, enum ui_panel panel,
		       const struct ui_area *area)
{
	const struct ui_panel_ops *ops = ui_panels[panel];
	struct ui_area body = ui_area_part(area, 1, 0, area->rect.rows - 1, area->rect.cols);

	draw_title(screen->model, ops, &screen->panels[panel], ui_screen_focus(screen) == panel,
		   area);
	if (body.rect.rows > 0)
		ops->draw(screen->model, &screen->panels[panel], &body);
}

static void lay_out(const struct ui_screen *screen, int rows, int cols, struct ui_layout *layout)
{
	const struct ui_layout_request request = {
		.view = screen->view, .rows = rows, .cols = cols,
		.first = ui_screen_focus(screen), .alone = screen->alone,
		.hidden = hidden_panels(screen),
	};

	ui_layout(layout, &request);
}

unsigned ui_screen_wants(const struct ui_screen *screen, int rows, int cols)
{
	struct ui_layout layout;
	unsigned wants = 0;

	lay_out(screen, rows, cols, &layout);
	for (unsigned panel = 0; panel < UI_PANEL_COUNT; panel++) {
		const struct ui_panel_ops *ops = ui_panels[panel];
		int cpu = -1;

		if (!layout.panel[panel].rows)
			continue;
		if (ops->wants_cpu)
			cpu = ops->wants_cpu(screen->model, &screen->panels[panel]);
		wants = bt_want_join(wants, ops->wants | (cpu < 0 ? 0 : BT_WANT_CPU(cpu)));
	}
	return wants;
}

struct ui_rect ui_screen_inside(const struct ui_screen *screen, int rows, int cols)
{
	struct ui_layout layout;
	struct ui_rect inside;

	lay_out(screen, rows, cols, &layout);
	inside = layout.panel[ui_screen_focus(screen)];
	if (inside.rows) {
		inside.row++;
		inside.rows--;
	}
	return inside;
}

void ui_screen_draw(const struct ui_screen *screen, const struct ui_area *whole)
{
	struct ui_canvas *canvas = whole->canvas;
	bool stale = screen->model->status.state == BT_SESSION_LOST ||
		     screen->model->status.state == BT_SESSION_ENDED;
	struct ui_layout layout;
	struct ui_area area;

	lay_out(screen, whole->rect.rows, whole->rect.cols, &layout);
	area = ui_area_part(whole, layout.header.row, 0, layout.header.rows, layout.header.cols);
	ui_header_draw(screen, &area);
	for (unsigned panel = 0; panel < UI_PANEL_COUNT; panel++) {
		const struct ui_rect *rect = &layout.panel[panel];

		if (!rect->rows)
			continue;
		canvas->dim = stale && panel != UI_PANEL_EVENTS && panel != UI_PANEL_EVENT_LIST;
		area = ui_area_part(whole, rect->row, rect->col, rect->rows, rect->cols);
		draw_panel(screen, panel, &area);
	}
	canvas->dim = false;
}
