// SPDX-License-Identifier: GPL-2.0
/* Available bytes: now, over time, the low-water mark, and each zone against its watermarks. */
#include <math.h>

#include "ui/chart.h"
#include "ui/panel.h"

static double available_of(const struct bt_point *point)
{
	return point->available_bytes == BT_UNKNOWN ? NAN : (double)point->available_bytes;
}

static void summary(const struct ui_model *model, struct ui_row *row)
{
	uint64_t bytes = model->frame ? model->frame->memory.available_bytes : BT_UNKNOWN;
	uint64_t total = model->machine->memory_bytes;
	char text[UI_TEXT], percent[UI_TEXT];

	ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s", bt_text_bytes(bytes, text, sizeof(text)));
	if (bytes != BT_UNKNOWN && total && total != BT_UNKNOWN)
		ui_row_add(row, 1, UI_ROLE_NORMAL, "", "%s",
			   ui_text_percent((double)bytes / (double)total, percent));
}

static void add_measure(const struct bt_measure *measure, struct ui_row *row)
{
	char text[UI_TEXT], limit[UI_TEXT];

	bt_text_bytes(measure->reached_bytes, text, sizeof(text));
	switch (measure->state) {
	case BT_MEASURE_RUNNING:
		if (measure->limit_bytes == BT_UNKNOWN)
			snprintf(limit, sizeof(limit), "the OOM kill");
		else
			bt_text_bytes(measure->limit_bytes, limit, sizeof(limit));
		ui_row_add(row, 0, UI_ROLE_WARN, "measuring", "%s, up to %s", text, limit);
		break;
	case BT_MEASURE_DONE:
		ui_row_add(row, 0, UI_ROLE_GOOD, "user space got", "%s, %s", text,
			   measure->oom_killed ? "then the OOM kill" : "stopped at the limit");
		break;
	case BT_MEASURE_FAILED:
		ui_row_add(row, 0, UI_ROLE_BAD, "measuring failed:", "%s", measure->text);
		break;
	default:
		break;
	}
}

static void draw_facts(const struct ui_model *model, const struct ui_area *area)
{
	const struct bt_frame *frame = model->frame;
	struct ui_row row = { 0 };
	char text[UI_TEXT], limit[UI_TEXT];
	struct bt_frame_totals totals;

	add_measure(&model->measure, &row);
	ui_row_add(&row, 1, UI_ROLE_NORMAL, "low", "%s",
		   bt_text_bytes(model->low_bytes, text, sizeof(text)));
	if (frame->has_module) {
		bt_frame_totals(frame, &totals);
		ui_row_add(&row, 2, UI_ROLE_NORMAL, "held", "%s of %s",
			   bt_text_bytes(totals.held_pages * model->machine->page_bytes, text,
					 sizeof(text)),
			   bt_text_bytes(frame->config.max_held_bytes, limit, sizeof(limit)));
	}
	ui_row_add(&row, 3, UI_ROLE_NORMAL, "free", "%s",
		   bt_text_bytes(frame->memory.free_bytes, text, sizeof(text)));
	if (model->measure.state == BT_MEASURE_NONE)
		ui_row_add(&row, 4, UI_ROLE_DIM, "", "f: what user space can get");
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

static void draw_graph(const struct ui_model *model, const struct ui_area *area)
{
	double values[UI_SERIES_MAX];
	unsigned count = ui_model_series(model, available_of, values, ui_chart_capacity(area));
	double high = (double)model->machine->memory_bytes;
	struct ui_scale scale = { .high = high > 0 && high < (double)BT_UNKNOWN ?
					  high : ui_series_max(values, count) };

	if (scale.high > 0)
		ui_chart(area, values, count, &scale, UI_ROLE_GRAPH_A);
}

/* What a zone's free pages are in relation to its watermarks, in a word. */
static const char *zone_state(const struct bt_frame_zone *zone, enum ui_role *role)
{
	*role = UI_ROLE_DIM;
	if (zone->free_pages == BT_UNKNOWN || zone->min_pages == BT_UNKNOWN)
		return "?";
	if (zone->free_pages < zone->min_pages) {
		*role = UI_ROLE_BAD;
		return "BELOW MIN";
	}
	*role = UI_ROLE_WARN;
	if (zone->free_pages < zone->low_pages)
		return "below low";
	if (zone->free_pages < zone->high_pages)
		return "below high";
	*role = UI_ROLE_DIM;
	return "ok";
}

#define ZONE_NAME_COLS 10
#define ZONE_BYTES_COLS 7
#define ZONE_STATE_COLS 11
#define ZONE_BAR_MIN 8

static const char *const zone_heads[] = { "free", "min", "low", "high", "managed" };
#define ZONE_NUMBERS 5u

/* Number columns that fit; "managed" is the first to go, and the state needs its place. */
static unsigned zone_columns(int cols)
{
	int room = (cols - ZONE_NAME_COLS - ZONE_STATE_COLS) / ZONE_BYTES_COLS;

	return room < 0 ? 0 : room > (int)ZONE_NUMBERS ? ZONE_NUMBERS : (unsigned)room;
}

static void draw_zone(const struct ui_model *model, const struct bt_frame_zone *zone,
		      const struct ui_area *area, int row)
{
	const uint64_t pages[ZONE_NUMBERS] = { zone->free_pages, zone->min_pages, zone->low_pages,
					       zone->high_pages, zone->managed_pages };
	unsigned columns = zone_columns(area->rect.cols);
	int col = ZONE_NAME_COLS, bar;
	const char *state;
	char text[UI_TEXT];
	enum ui_role role;

	ui_putf(area, row, 0, UI_ROLE_NORMAL, "%2u %s", zone->node, zone->name);
	for (unsigned i = 0; i < columns; i++) {
		uint64_t bytes = pages[i] == BT_UNKNOWN ? BT_UNKNOWN :
							  pages[i] * model->machine->page_bytes;

		col += ZONE_BYTES_COLS;
		ui_put_right(area, row, col, i ? UI_ROLE_DIM : UI_ROLE_STRONG,
			     ui_text_bytes_short(bytes, text));
	}
	bar = area->rect.cols - col - 2 - ZONE_STATE_COLS;
	if (bar >= ZONE_BAR_MIN && zone->managed_pages && zone->free_pages != BT_UNKNOWN) {
		ui_bar(area, row, col + 2, bar,
		       (double)zone->free_pages / (double)zone->managed_pages, UI_ROLE_GRAPH_A);
		col += 2 + bar;
	}
	state = zone_state(zone, &role);
	ui_put(area, row, col + 1, role, state);
}

static void draw_zones(const struct ui_model *model, unsigned first, const struct ui_area *area)
{
	const struct bt_frame *frame = model->frame;
	unsigned columns = zone_columns(area->rect.cols);

	ui_put(area, 0, 0, UI_ROLE_DIM, "node zone");
	for (unsigned i = 0; i < columns; i++)
		ui_put_right(area, 0, ZONE_NAME_COLS + ZONE_BYTES_COLS * (int)(i + 1), UI_ROLE_DIM,
			     zone_heads[i]);
	if (first >= frame->zone_count)
		first = frame->zone_count ? frame->zone_count - 1 : 0;
	for (int row = 1; row < area->rect.rows && first < frame->zone_count; row++, first++) {
		if (row == area->rect.rows - 1 && first + 1 < frame->zone_count)
			ui_putf(area, row, 0, UI_ROLE_DIM, "%u more zones", frame->zone_count - first);
		else
			draw_zone(model, &frame->zones[first], area, row);
	}
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	int rows = area->rect.rows, zones, graph;
	struct ui_area part;

	if (!model->frame)
		return;
	draw_facts(model, area);
	zones = (int)model->frame->zone_count + 1;
	/* The table gets its rows, but never leaves the graph less than a third. */
	graph = rows - 1 - zones;
	if (graph < (rows - 1) / 3)
		graph = (rows - 1) / 3;
	if (graph < 2)
		graph = rows - 1;
	part = ui_area_part(area, 1, 0, graph, area->rect.cols);
	if (part.rect.rows > 0)
		draw_graph(model, &part);
	part = ui_area_part(area, 1 + graph, 0, rows - 1 - graph, area->rect.cols);
	if (part.rect.rows > 1)
		draw_zones(model, state->scroll, &part);
}

static unsigned extent(const struct ui_model *model)
{
	return model->frame ? model->frame->zone_count : 0;
}

const struct ui_panel_ops ui_panel_available = {
	.title = "Available memory",
	.summary = summary,
	.draw = draw,
	.extent = extent,
};
