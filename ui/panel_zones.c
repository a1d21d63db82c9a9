// SPDX-License-Identifier: GPL-2.0
/* Zones: free pages against the watermarks, as bars that carry the marks, and each node's sum. */
#include <math.h>
#include <string.h>

#include "ui/filter.h"
#include "ui/gauge.h"
#include "ui/panel.h"

static const char letters[] = "mlh";

enum scale { SCALE_LOG, SCALE_LOW, SCALE_ALL };

static const char *const modes[] = {
	[SCALE_LOG] = "logarithmic bars",
	[SCALE_LOW] = "bars from 0 to 4 x high",
	[SCALE_ALL] = "bars from 0 to all of the zone",
	NULL
};

/* ---- rows: the zones in the kernel's order, before those of a node with several their sum -- */

#define ROWS_MAX (BT_MAX_ZONES + BT_MAX_NODES)

struct row {
	struct bt_point_zone zone;	/* or the sum */
	int index;			/* in the point; -1: a sum */
	bool member;			/* below a sum */
};

struct rows {
	unsigned count;
	struct row row[ROWS_MAX];
};

enum zone_state { STATE_UNKNOWN, STATE_MIN, STATE_LOW, STATE_HIGH, STATE_OK, STATE_COUNT };

static const struct {
	const char *brief, *title, *text;
	enum ui_role role;
} states[STATE_COUNT] = {
	[STATE_UNKNOWN] = { "?", "?", "?", UI_ROLE_DIM },
	[STATE_MIN] = { "<MIN!", "below min", "below min: direct reclaim", UI_ROLE_BAD },
	[STATE_LOW] = { "<low", "below low", "below low: kswapd runs", UI_ROLE_WARN },
	[STATE_HIGH] = { "<high", "below high", "below high", UI_ROLE_NORMAL },
	[STATE_OK] = { "ok", "ok", "ok", UI_ROLE_GOOD },
};

static enum zone_state state_of(const struct bt_point_zone *zone)
{
	if (zone->free_pages == BT_UNKNOWN || zone->min_pages == BT_UNKNOWN)
		return STATE_UNKNOWN;
	if (zone->free_pages < zone->min_pages)
		return STATE_MIN;
	if (zone->free_pages < zone->low_pages)
		return STATE_LOW;
	return zone->free_pages < zone->high_pages ? STATE_HIGH : STATE_OK;
}

static void add(uint64_t *sum, uint64_t pages)
{
	*sum = *sum == BT_UNKNOWN || pages == BT_UNKNOWN ? BT_UNKNOWN : *sum + pages;
}

static void add_zone(struct bt_point_zone *sum, const struct bt_point_zone *zone)
{
	add(&sum->free_pages, zone->free_pages);
	add(&sum->min_pages, zone->min_pages);
	add(&sum->low_pages, zone->low_pages);
	add(&sum->high_pages, zone->high_pages);
	add(&sum->managed_pages, zone->managed_pages);
	add(&sum->pcp_pages, zone->pcp_pages);
}

static bool wanted(const struct ui_filter *filter, const struct bt_point_zone *zone)
{
	const struct ui_filter_row row = {
		.number = zone->node, .node = zone->node,
		.texts = { zone->name, states[state_of(zone)].text },
	};

	return ui_filter_fits(filter, &row);
}

static void build(const struct ui_model *model, const struct ui_panel_state *state,
		  struct rows *rows)
{
	const struct bt_point *point = model->point;
	const struct bt_point_zone *zones = point ? bt_point_zones(model->history, point) : NULL;
	unsigned count = zones ? point->zone_count : 0, end;
	struct ui_filter filter;

	ui_filter_parse(&filter, state->filter);
	rows->count = 0;
	for (unsigned first = 0; first < count; first = end) {
		struct row sum = { .index = -1, .zone = { .name = "", .node = zones[first].node } };
		struct row *head = &rows->row[rows->count];
		unsigned members = 0;

		for (end = first; end < count && zones[end].node == zones[first].node; end++)
			members += wanted(&filter, &zones[end]);
		if (members > 1)
			rows->row[rows->count++] = sum;
		for (unsigned i = first; i < end; i++) {
			if (!wanted(&filter, &zones[i]))
				continue;
			rows->row[rows->count++] = (struct row){ zones[i], (int)i, members > 1 };
			if (members > 1)
				add_zone(&head->zone, &zones[i]);
		}
	}
}

/* ---- columns ---------------------------------------------------------------------------- */

enum number { NUMBER_FREE, NUMBER_OF, NUMBER_LOW, NUMBER_PCP, NUMBER_MIN, NUMBER_HIGH,
	      NUMBER_COUNT };

/* In the order in which they are given room. */
static const char *const zone_heads[NUMBER_COUNT] = {
	[NUMBER_FREE] = "free", [NUMBER_OF] = "of", [NUMBER_LOW] = "low",
	[NUMBER_PCP] = "pcp", [NUMBER_MIN] = "min", [NUMBER_HIGH] = "high",
};

static uint64_t number_of(const struct bt_point_zone *zone, enum number number)
{
	const uint64_t pages[NUMBER_COUNT] = {
		[NUMBER_FREE] = zone->free_pages, [NUMBER_OF] = zone->managed_pages,
		[NUMBER_LOW] = zone->low_pages,	  [NUMBER_PCP] = zone->pcp_pages,
		[NUMBER_MIN] = zone->min_pages,	  [NUMBER_HIGH] = zone->high_pages,
	};

	return pages[number];
}

/* On the screen from the left, of those there is room for. */
static const enum number shown_order[NUMBER_COUNT] = {
	NUMBER_FREE, NUMBER_OF, NUMBER_MIN, NUMBER_LOW, NUMBER_HIGH, NUMBER_PCP,
};

#define NAME_COLS 12
#define NUMBER_COLS 8
#define BRIEF_COLS 7
#define TEXT_COLS 27
#define BAR_WANTED 24
#define TREND_COLS 24
#define TALL_MOST 5	/* lines of a row: with four the graph is a line of dots */
#define LEGEND_FROM 43	/* columns of the bar */

struct table {
	unsigned numbers;	/* of enum number, from its start */
	int bar, trend, text;	/* columns of each */
};

static struct table table_for(int cols)
{
	struct table table = { .text = cols >= 120 ? TEXT_COLS : BRIEF_COLS };
	int room = cols - NAME_COLS - table.text - NUMBER_COLS;

	table.numbers = 1;
	while (table.numbers < NUMBER_COUNT && room - NUMBER_COLS >= BAR_WANTED) {
		room -= NUMBER_COLS;
		table.numbers++;
	}
	if (room >= 2 * BAR_WANTED) {
		table.trend = TREND_COLS;
		room -= TREND_COLS;
	}
	table.bar = room > 4 ? room - 2 : 0;
	return table;
}

/* ---- drawing ---------------------------------------------------------------------------- */

static double pages_of(uint64_t pages)
{
	return pages == BT_UNKNOWN ? NAN : (double)pages;
}

static struct ui_gauge gauge_of(const struct row *row, enum scale scale)
{
	const struct bt_point_zone *zone = &row->zone;
	double low = pages_of(zone->min_pages) / 4, all = pages_of(zone->managed_pages);
	double high = pages_of(zone->high_pages) * 4;
	struct ui_gauge gauge = {
		.value = pages_of(zone->free_pages),
		.marks = { pages_of(zone->min_pages), pages_of(zone->low_pages),
			   pages_of(zone->high_pages) },
		.mark_count = row->index < 0 ? 0 : UI_GAUGE_MARKS,
		.scale = { 0, all > 0 ? all : 1, false },
	};

	if (scale == SCALE_LOW && high > 0)
		gauge.scale.high = high;
	if (scale == SCALE_LOG && all > 1) {
		gauge.scale.low = low >= 1 && low < all ? low : 1;
		gauge.scale.log = true;
	}
	return gauge;
}

/* Free pages of a zone over time; a machine whose zones changed meanwhile is not mixed up. */
static unsigned series(const struct ui_model *model, ui_point_fn at, const struct row *row,
		       double *values, unsigned want)
{
	unsigned have = 0;

	while (have < want && at(model, have))
		have++;
	for (unsigned age = 0; age < have; age++) {
		const struct bt_point *point = at(model, age);
		const struct bt_point_zone *zones = bt_point_zones(model->history, point);
		bool there = zones && row->index < (int)point->zone_count &&
			     zones[row->index].node == row->zone.node;

		values[have - 1 - age] = point->gap ? UI_GAP :
					 there ? pages_of(zones[row->index].free_pages) : NAN;
	}
	return have;
}

static void draw_trend(const struct ui_model *model, const struct row *row,
		       const struct ui_area *area)
{
	double values[UI_SERIES_MAX], ghost[UI_SERIES_MAX];
	unsigned want = ui_chart_capacity(area);
	unsigned count = series(model, ui_model_point, row, values, want);
	unsigned ghosts = series(model, ui_model_baseline_point, row, ghost, want);
	struct ui_scale scale = { 0, 1, false };

	/* From the least to the most, but less than 1 % of it is not made a mountain. */
	scale.high = fmax(ui_series_max(values, count), ui_series_max(ghost, ghosts));
	scale.low = fmin(fmin(ui_series_min(values, count), ui_series_min(ghost, ghosts)),
			 scale.high * 0.99);
	if (!(scale.high > 0))
		return;
	if (area->rect.rows > 1) /* in one row a line has no height */
		ui_chart_ghost(area, ghost, ghosts, &scale);
	ui_chart(area, values, count, &scale, UI_ROLE_GRAPH_A);
}

static void draw_state(const struct ui_model *model, const struct row *row,
		       const struct table *table, const struct ui_area *area, int line, int col)
{
	const struct bt_point_zone *zone = &row->zone;
	enum zone_state state = state_of(zone);
	char text[UI_TEXT];

	if (row->index < 0)
		return;
	if (table->text < TEXT_COLS)
		ui_put(area, line, col, states[state].role, states[state].brief);
	else if (state == STATE_OK)
		ui_putf(area, line, col, states[state].role, "ok, %s above low",
			ui_text_narrow(&model->units, (zone->free_pages - zone->low_pages) *
				       model->machine->page_bytes, text));
	else
		ui_put_cut(area, line, col, table->text - 1, states[state].role, states[state].text);
}

/* tall: lines that the row takes, of which the graph leaves the last one blank. */
static void draw_row(const struct ui_model *model, const struct row *row, enum scale scale,
		     const struct ui_area *area, int line, int tall)
{
	struct table table = table_for(area->rect.cols);
	struct ui_gauge gauge = gauge_of(row, scale);
	bool sum = row->index < 0;
	int col = NAME_COLS;
	struct ui_area trend;
	char text[UI_TEXT];

	if (sum)
		ui_putf(area, line, 0, UI_ROLE_STRONG, "node %u", row->zone.node);
	else if (row->member)
		ui_putf(area, line, 3, UI_ROLE_NORMAL, "%.8s", row->zone.name);
	else
		ui_putf(area, line, 0, UI_ROLE_NORMAL, "%-3u%.8s", row->zone.node, row->zone.name);
	for (unsigned i = 0; i < NUMBER_COUNT; i++) {
		uint64_t pages = number_of(&row->zone, shown_order[i]);

		if (shown_order[i] >= table.numbers)
			continue;
		col += NUMBER_COLS;
		ui_put_right(area, line, col,
			     shown_order[i] == NUMBER_FREE ? UI_ROLE_STRONG : UI_ROLE_DIM,
			     ui_text_narrow(&model->units, pages == BT_UNKNOWN ? BT_UNKNOWN :
					    pages * model->machine->page_bytes, text));
	}
	if (table.bar)
		ui_gauge_draw(&gauge, area, line, col + 1, table.bar, letters);
	col += table.bar + 2;
	if (table.trend && !sum) {
		trend = ui_area_part(area, line, col, tall > 1 ? tall - 1 : 1, table.trend - 1);
		draw_trend(model, row, &trend);
	}
	draw_state(model, row, &table, area, line, col + table.trend);
}

static void draw_head(const struct ui_model *model, enum scale scale, const struct ui_area *area)
{
	static const char *const bar_heads[] = {
		[SCALE_LOG] = "free, logarithmic",
		[SCALE_LOW] = "free, up to 4 x high",
		[SCALE_ALL] = "free of all",
	};
	struct table table = table_for(area->rect.cols);
	int col = NAME_COLS, width = table.bar;

	(void)model;
	ui_put(area, 0, 0, UI_ROLE_DIM, "node zone");
	for (unsigned i = 0; i < NUMBER_COUNT; i++) {
		if (shown_order[i] >= table.numbers)
			continue;
		col += NUMBER_COLS;
		ui_put_right(area, 0, col, UI_ROLE_DIM, zone_heads[shown_order[i]]);
	}
	if (width >= LEGEND_FROM)
		ui_putf(area, 0, col + 1, UI_ROLE_DIM, "%s  m min  l low  h high", bar_heads[scale]);
	else if (width)
		ui_put_cut(area, 0, col + 1, width, UI_ROLE_DIM, bar_heads[scale]);
	if (table.trend)
		ui_put(area, 0, col + table.bar + 2, UI_ROLE_DIM, "free over time");
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	struct rows rows;
	unsigned room = area->rect.rows > 1 ? (unsigned)area->rect.rows - 1 : 0, first, tall;

	build(model, state, &rows);
	if (!rows.count) {
		ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM,
			   state->filter[0] ? "no zone fits the filter" : ui_why_unknown(model));
		return;
	}
	draw_head(model, state->mode, area);
	first = rows.count <= room ? 0 :
		state->scroll > rows.count - room ? rows.count - room : state->scroll;
	tall = room / rows.count;
	tall = !tall || !table_for(area->rect.cols).trend ? 1 : tall < TALL_MOST ? tall : TALL_MOST;
	for (unsigned i = 0; i < room && first + i < rows.count; i++)
		draw_row(model, &rows.row[first + i], state->mode, area, (int)(i * tall) + 1,
			 (int)tall);
	if (first + room < rows.count)
		ui_put_glyph(area, (int)room, area->rect.cols - 1, UI_ROLE_WARN, UI_GLYPH_MORE_DOWN);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	struct rows rows;

	build(model, state, &rows);
	return rows.count;
}

/* Zones that are below a mark, the worst told. */
static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_point_zone *zones =
		model->point ? bt_point_zones(model->history, model->point) : NULL;
	unsigned count[STATE_COUNT] = { 0 };

	(void)only;
	for (unsigned i = 0; zones && i < model->point->zone_count; i++)
		count[state_of(&zones[i])]++;
	for (unsigned state = STATE_MIN; state <= STATE_LOW; state++) {
		if (count[state])
			ui_row_add(row, 0, states[state].role, "", "%u zone%s %s", count[state],
				   count[state] > 1 ? "s" : "", states[state].title);
	}
	if (zones)
		ui_row_add(row, 1, UI_ROLE_NORMAL, "", "%u in all", model->point->zone_count);
}

const struct ui_panel_ops ui_panel_zones = {
	.title = "Zones",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.filters = true,
	.modes = modes,
};
