// SPDX-License-Identifier: GPL-2.0
/* Available bytes: now, over time, the low-water mark, and each zone against its watermarks. */
#include <math.h>

#include "ui/beside.h"
#include "ui/graph.h"
#include "ui/panel.h"

static double available_of(const struct bt_point *point)
{
	return point->available_bytes == BT_UNKNOWN ? NAN : (double)point->available_bytes;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	uint64_t bytes = model->point ? model->point->available_bytes : BT_UNKNOWN;
	uint64_t total = model->machine->memory_bytes;
	char text[UI_TEXT], percent[UI_TEXT];

	(void)only;
	ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s", ui_text_bytes(&model->units, bytes, text));
	if (bytes != BT_UNKNOWN && total && total != BT_UNKNOWN)
		ui_row_add(row, 1, UI_ROLE_NORMAL, "", "%s",
			   ui_text_percent((double)bytes / (double)total, percent));
}

static void add_measure(const struct ui_model *model, struct ui_row *row)
{
	const struct bt_measure *measure = &model->measure;
	char text[UI_TEXT], limit[UI_TEXT];

	ui_text_bytes(&model->units, measure->reached_bytes, text);
	switch (measure->state) {
	case BT_MEASURE_RUNNING:
		if (measure->limit_bytes)
			ui_text_bytes(&model->units, measure->limit_bytes, limit);
		else if (measure->stop_psi_percent)
			snprintf(limit, sizeof(limit), "%u %% stalled", measure->stop_psi_percent);
		else
			snprintf(limit, sizeof(limit), "the OOM kill");
		ui_row_add(row, 0, UI_ROLE_WARN, "measuring", "%s, up to %s", text, limit);
		break;
	case BT_MEASURE_DONE:
		/* Stopped at its limit, it says only that there was at least so much. */
		ui_row_add(row, 0, UI_ROLE_GOOD, "user space can get", "%s%s",
			   measure->end == BT_MEASURE_END_OOM_KILL ? "" : ">= ", text);
		break;
	case BT_MEASURE_FAILED:
		ui_row_add(row, 0, UI_ROLE_BAD, "measuring failed:", "%s", measure->text);
		break;
	default:
		break;
	}
}

/* Of another machine that was measured with it. */
static void add_beside(const struct ui_model *model, struct ui_row *row)
{
	const struct bt_measure *measure = model->beside ? &model->beside->measure : NULL;
	char text[UI_TEXT];

	if (measure && measure->state == BT_MEASURE_DONE)
		ui_row_add(row, 0, UI_ROLE_STRONG, model->beside->label, "%s%s",
			   measure->end == BT_MEASURE_END_OOM_KILL ? "" : ">= ",
			   ui_text_bytes(&model->units, measure->reached_bytes, text));
}

static void draw_facts(const struct ui_model *model, const struct ui_area *area)
{
	const struct bt_config *applied = ui_model_applied(model);
	const struct bt_point *point = model->point;
	struct ui_row row = { 0 };
	char text[UI_TEXT], limit[UI_TEXT];

	add_measure(model, &row);
	add_beside(model, &row);
	ui_row_add(&row, 1, UI_ROLE_NORMAL, "low", "%s",
		   ui_text_bytes(&model->units,
				 model->since ? model->since->available_min_bytes : BT_UNKNOWN,
				 text));
	if (point->held_bytes != BT_UNKNOWN)
		ui_row_add(&row, 2, UI_ROLE_NORMAL, "held", "%s of %s",
			   ui_text_bytes(&model->units, point->held_bytes, text),
			   ui_text_bytes(&model->units,
					 (applied ? applied : model->wanted)->max_held_bytes,
					 limit));
	ui_row_add(&row, 3, UI_ROLE_NORMAL, "free", "%s",
		   ui_text_bytes(&model->units, point->free_bytes, text));
	if (model->measure.state == BT_MEASURE_NONE)
		ui_row_add(&row, 4, UI_ROLE_DIM, "", "f: what user space can get");
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

static void draw_graph(const struct ui_model *model, const struct ui_area *area)
{
	uint64_t total = model->machine->memory_bytes;
	struct ui_area plot = ui_graph_plot(area);
	struct ui_graph graph = { .value = available_of, .role = UI_ROLE_GRAPH_A };
	char text[UI_TEXT];

	graph.scale.high = total && total != BT_UNKNOWN ? (double)total :
			   ui_graph_max(model, &plot, available_of);
	if (graph.scale.high > 0)
		ui_graph_panel(model, area, &graph,
			       ui_text_bytes(&model->units, (uint64_t)graph.scale.high, text),
			       "0");
}

/* Where a zone's free pages stand among its watermarks. */
static const char *zone_state(const struct bt_point_zone *zone, enum ui_role *role)
{
	*role = UI_ROLE_DIM;
	if (zone->free_pages == BT_UNKNOWN || zone->min_pages == BT_UNKNOWN)
		return "?";
	if (zone->free_pages < zone->min_pages) {
		*role = UI_ROLE_BAD;
		return "<MIN!";
	}
	*role = UI_ROLE_WARN;
	if (zone->free_pages < zone->low_pages)
		return "<low";
	if (zone->free_pages < zone->high_pages)
		return "<high";
	*role = UI_ROLE_DIM;
	return "ok";
}

#define ZONE_NAME_COLS 9
#define ZONE_STATE_COLS 6
#define ZONE_BAR_MIN 8
#define ZONE_NUMBERS 5

static const char *const zone_heads[ZONE_NUMBERS] = { "free", "min", "low", "high", "of" };

/* Columns of the table at a width: numbers close together where it is narrow, a bar where not. */
struct zone_table {
	int numbers, number_cols, bar_cols;
};

static struct zone_table zone_table(int cols)
{
	int room = cols - ZONE_NAME_COLS - ZONE_STATE_COLS;
	struct zone_table table = { .number_cols = room >= ZONE_NUMBERS * 8 ? 8 : 7 };

	table.numbers = room / table.number_cols;
	if (table.numbers > ZONE_NUMBERS)
		table.numbers = ZONE_NUMBERS;
	if (table.numbers < 0)
		table.numbers = 0;
	table.bar_cols = room - table.numbers * table.number_cols - 2;
	if (table.bar_cols < ZONE_BAR_MIN)
		table.bar_cols = 0;
	return table;
}

static void draw_zone(const struct ui_model *model, const struct bt_point_zone *zone,
		      const struct ui_area *area, int row)
{
	const uint64_t pages[ZONE_NUMBERS] = { zone->free_pages, zone->min_pages, zone->low_pages,
					       zone->high_pages, zone->managed_pages };
	struct zone_table table = zone_table(area->rect.cols);
	int col = ZONE_NAME_COLS;
	const char *state;
	char text[UI_TEXT];
	enum ui_role role;

	ui_putf(area, row, 0, UI_ROLE_NORMAL, "%-2u %.6s", zone->node, zone->name);
	for (int i = 0; i < table.numbers; i++) {
		uint64_t bytes = pages[i] == BT_UNKNOWN ? BT_UNKNOWN :
							  pages[i] * model->machine->page_bytes;

		col += table.number_cols;
		ui_put_right(area, row, col, i ? UI_ROLE_DIM : UI_ROLE_STRONG,
			     ui_text_narrow(&model->units, bytes, text));
	}
	if (table.bar_cols && zone->managed_pages && zone->free_pages != BT_UNKNOWN) {
		ui_bar(area, row, col + 2, table.bar_cols,
		       (double)zone->free_pages / (double)zone->managed_pages, UI_ROLE_GRAPH_A);
		col += 2 + table.bar_cols;
	}
	state = zone_state(zone, &role);
	ui_put(area, row, col + 1, role, state);
}

/* Zones in the order of the kernel, or the largest first where not all can be shown. */
static void order_zones(const struct bt_point_zone *zones, unsigned count, bool by_size,
			uint8_t order[BT_MAX_ZONES])
{
	for (unsigned i = 0; i < count; i++) {
		unsigned at = i;

		for (; by_size && at > 0 && zones[order[at - 1]].managed_pages <
					    zones[i].managed_pages; at--)
			order[at] = order[at - 1];
		order[at] = (uint8_t)i;
	}
}

static void draw_zones(const struct ui_model *model, unsigned first, const struct ui_area *area)
{
	const struct bt_point_zone *zones = bt_point_zones(model->history, model->point);
	struct zone_table table = zone_table(area->rect.cols);
	uint8_t order[BT_MAX_ZONES];
	unsigned count = model->point->zone_count;

	ui_put(area, 0, 0, UI_ROLE_DIM, "node zone");
	for (int i = 0; i < table.numbers; i++)
		ui_put_right(area, 0, ZONE_NAME_COLS + table.number_cols * (i + 1), UI_ROLE_DIM,
			     zone_heads[i]);
	order_zones(zones, count, (int)count >= area->rect.rows, order);
	if (first >= count)
		first = count ? count - 1 : 0;
	for (int row = 1; row < area->rect.rows && first < count; row++, first++) {
		if (row == area->rect.rows - 1 && first + 1 < count)
			ui_putf(area, row, 0, UI_ROLE_DIM, "%u more zones", count - first);
		else
			draw_zone(model, &zones[order[first]], area, row);
	}
}

/* The table gets its rows, but leaves the graph a third of all, or one row where there are few. */
static int graph_rows(int rows, int table)
{
	int least = rows < 7 ? 1 : rows / 3;

	if (rows < 4)
		return rows;
	return rows - table > least ? rows - table : least;
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	int rows = area->rect.rows - 1, graph;
	struct ui_area part;

	if (!model->point)
		return;
	draw_facts(model, area);
	graph = graph_rows(rows, (int)model->point->zone_count + 1);
	part = ui_area_part(area, 1, 0, graph, area->rect.cols);
	if (part.rect.rows > 0)
		draw_graph(model, &part);
	part = ui_area_part(area, 1 + graph, 0, rows - graph, area->rect.cols);
	if (part.rect.rows > 1)
		draw_zones(model, state->scroll, &part);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)state;
	return model->point ? model->point->zone_count : 0;
}

const struct ui_panel_ops ui_panel_available = {
	.title = "Available memory",
	.metric = "available_bytes",
	.summary = summary,
	.draw = draw,
	.extent = extent,
};
