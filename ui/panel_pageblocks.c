// SPDX-License-Identifier: GPL-2.0
/* Pageblocks: how many are of which migrate type, what is free of each, and who has which zone. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "frame/fragment.h"
#include "ui/chart.h"
#include "ui/reading.h"
#include "ui/fragment.h"
#include "ui/panel.h"

#define TYPES_MAX 8u
#define NAME_COLS 12
#define COUNT_COLS 9
#define PERCENT_COLS 8
#define FREE_COLS 11
#define LARGEST_COLS 9
#define BAR_MIN_COLS 6
#define BAR_MAX_COLS 30

/* A migrate type, summed over zones. */
struct type {
	const char *name;
	uint64_t count;		/* pageblocks */
	struct bt_blocks blocks;
	bool capped;		/* more is free than the kernel has counted */
};

struct types {
	struct type type[TYPES_MAX];
	unsigned count;
	uint64_t all;		/* pageblocks of all types */
};

static struct type *find_type(struct types *types, const char *name)
{
	struct type *type;

	for (unsigned i = 0; i < types->count; i++) {
		if (!strcmp(types->type[i].name, name))
			return &types->type[i];
	}
	if (types->count == TYPES_MAX)
		return NULL;
	type = &types->type[types->count++];
	*type = (struct type){ .name = name };
	return type;
}

/* Of one zone (the row's), or of all (zone NULL). */
static struct types sum_up(const struct bt_frame_pageblocks *from,
			   const struct bt_frame_pagetype *zone)
{
	struct types types = { .count = 0 };

	for (unsigned i = 0; i < from->count; i++) {
		const struct bt_frame_pagetype *row = &from->types[i];
		struct type *type;

		if (zone && (row->node != zone->node || strcmp(row->zone, zone->zone)))
			continue;
		type = find_type(&types, row->type);
		if (!type || row->blocks == BT_UNKNOWN)
			continue;
		type->count += row->blocks;
		types.all += row->blocks;
		bt_blocks_add(&type->blocks, row->free_blocks);
		for (unsigned order = 0; order < type->blocks.orders; order++)
			type->capped |= row->free_blocks[order] == BT_PAGETYPE_FREE_MAX;
	}
	return types;
}

/* ---- by type ------------------------------------------------------------------------------ */

struct columns {
	int bar_cols, free, largest;	/* 0: no room */
};

static struct columns place(int cols)
{
	int room = cols - NAME_COLS - COUNT_COLS - PERCENT_COLS;
	struct columns at = { .bar_cols = 0 };
	int end = NAME_COLS + COUNT_COLS + PERCENT_COLS;

	if (room >= FREE_COLS + LARGEST_COLS + BAR_MIN_COLS + 1) {
		at.bar_cols = room - FREE_COLS - LARGEST_COLS - 1;
		if (at.bar_cols > BAR_MAX_COLS)
			at.bar_cols = BAR_MAX_COLS;
		at.free = end + at.bar_cols + 1 + FREE_COLS;
		at.largest = at.free + LARGEST_COLS;
	} else if (room >= LARGEST_COLS) {
		at.largest = end + LARGEST_COLS;
	}
	return at;
}

static void draw_heads(const struct columns *at, const struct ui_area *area)
{
	ui_put(area, 1, 0, UI_ROLE_DIM, "type");
	ui_put_right(area, 1, NAME_COLS + COUNT_COLS, UI_ROLE_DIM, "blocks");
	if (at->free)
		ui_put_right(area, 1, at->free, UI_ROLE_DIM, "free");
	if (at->largest)
		ui_put_right(area, 1, at->largest, UI_ROLE_DIM, "largest");
}

static void draw_type(const struct ui_model *model, const struct types *types,
		      const struct type *type, const struct columns *at,
		      const struct ui_area *area, int row)
{
	double ratio = types->all ? (double)type->count / (double)types->all : NAN;
	uint64_t count, bytes = bt_blocks_pages(&type->blocks) * model->machine->page_bytes;
	int end = NAME_COLS + COUNT_COLS, largest = bt_blocks_largest(&type->blocks, &count);
	char text[UI_TEXT];

	ui_put(area, row, 0, type->count ? UI_ROLE_NORMAL : UI_ROLE_DIM, type->name);
	ui_put_right(area, row, end, UI_ROLE_STRONG, ui_text_blocks(type->count, text));
	end += PERCENT_COLS;
	ui_put_right(area, row, end, UI_ROLE_DIM, ui_text_percent(ratio, text));
	if (at->bar_cols)
		ui_bar(area, row, end + 1, at->bar_cols, ratio, UI_ROLE_GRAPH_A);
	if (at->free)
		ui_putf_right(area, row, at->free, UI_ROLE_NORMAL, "%s%s",
			      type->capped ? ">=" : "",
			      ui_text_bytes(&model->units, bytes, text));
	if (at->largest && largest >= 0)
		ui_putf_right(area, row, at->largest, UI_ROLE_NORMAL, "order %d", largest);
	else if (at->largest)
		ui_put_right(area, row, at->largest, UI_ROLE_RULE, "none");
}

/* ---- by zone ------------------------------------------------------------------------------ */

#define ZONE_COLS 13

static const struct {
	const char *type;
	char letter;
	enum ui_role role;
} letters[] = {
	{ "Unmovable", 'U', UI_ROLE_WARN },   { "Movable", 'M', UI_ROLE_GRAPH_A },
	{ "Reclaimable", 'R', UI_ROLE_GOOD }, { "HighAtomic", 'H', UI_ROLE_GRAPH_B },
	{ "CMA", 'C', UI_ROLE_GRAPH_C },      { "Isolate", 'I', UI_ROLE_BAD },
};

static void draw_letters(const struct type *type, const struct ui_area *area, int row, int from,
			 int to)
{
	char letter = '?';
	enum ui_role role = UI_ROLE_NORMAL;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(letters); i++) {
		if (!strcmp(letters[i].type, type->name)) {
			letter = letters[i].letter;
			role = letters[i].role;
		}
	}
	for (int col = from; col < to; col++)
		ui_put_char(area, row, col, role, (wchar_t)letter);
}

/* A row of letters, each type as long as its share; what there is has one at least. */
static void draw_zone(const struct types *types, const struct ui_area *area, int row)
{
	int width = area->rect.cols - ZONE_COLS, least = 0, from = ZONE_COLS;
	uint64_t sum = 0;

	for (unsigned i = 0; i < types->count; i++)
		least += types->type[i].count > 0;
	if (width < least)
		return;
	for (unsigned i = 0; i < types->count; i++) {
		uint64_t share;
		int to;

		if (!types->type[i].count)
			continue;
		sum += types->type[i].count;
		least--;
		share = sum * (uint64_t)width / types->all;
		to = ZONE_COLS + (int)share;
		if (to <= from)
			to = from + 1;
		if (to > ZONE_COLS + width - least)
			to = ZONE_COLS + width - least;
		draw_letters(&types->type[i], area, row, from, to);
		from = to;
	}
}

static bool first_of_zone(const struct bt_frame_pageblocks *from, unsigned i)
{
	return !i || from->types[i - 1].node != from->types[i].node ||
	       strcmp(from->types[i - 1].zone, from->types[i].zone) != 0;
}

static unsigned count_zones(const struct bt_frame_pageblocks *from)
{
	unsigned zones = 0;

	for (unsigned i = 0; i < from->count; i++)
		zones += first_of_zone(from, i);
	return zones;
}

static void draw_zones(const struct bt_frame_pageblocks *from, unsigned scroll,
		       const struct ui_area *area)
{
	unsigned zones = count_zones(from), first = ui_first_row(scroll, zones, area->rect.rows);
	unsigned skip = first;
	int row = 0;

	for (unsigned i = 0; i < from->count && row < area->rect.rows; i++) {
		const struct bt_frame_pagetype *zone = &from->types[i];
		struct types types;

		if (!first_of_zone(from, i) || (skip && skip--))
			continue;
		types = sum_up(from, zone);
		ui_putf(area, row, 0, UI_ROLE_NORMAL, "n%u %.8s", zone->node, zone->zone);
		if (types.all)
			draw_zone(&types, area, row);
		else
			ui_put(area, row, ZONE_COLS, UI_ROLE_DIM, "no whole pageblock");
		row++;
	}
	if (first + (unsigned)row < zones)
		ui_put_more(area);
}

/* ---- free blocks by order and type ---------------------------------------------------------- */

#define MATRIX_COLS 12
#define MATRIX_MIN_ROWS 4

static int matrix_rows(const struct types *types, const struct ui_area *area)
{
	unsigned orders = 0;

	for (unsigned i = 0; i < types->count; i++) {
		if (types->type[i].blocks.orders > orders)
			orders = types->type[i].blocks.orders;
	}
	if (UI_ORDER_COLS + (int)types->count * MATRIX_COLS > area->rect.cols)
		return 0;
	return orders ? (int)orders + 1 : 0;
}

static void draw_matrix(const struct ui_model *model, const struct types *types,
			const struct ui_area *area)
{
	unsigned orders = (unsigned)matrix_rows(types, area) - 1;
	char text[UI_TEXT];

	ui_fragment_order_head(area, 0, false);
	for (unsigned i = 0; i < types->count; i++)
		ui_put_right(area, 0, UI_ORDER_COLS + (int)(i + 1) * MATRIX_COLS, UI_ROLE_DIM,
			     types->type[i].name);
	for (int row = 1; row < area->rect.rows && orders-- > 0; row++) {
		ui_fragment_order(model, orders, area, row, false);
		for (unsigned i = 0; i < types->count; i++) {
			uint64_t count = types->type[i].blocks.count[orders];

			ui_put_right(area, row, UI_ORDER_COLS + (int)(i + 1) * MATRIX_COLS,
				     count ? UI_ROLE_NORMAL : UI_ROLE_RULE,
				     ui_text_blocks(count, text));
		}
	}
}

/* ---- the panel ---------------------------------------------------------------------------- */

static void draw_facts(const struct ui_model *model, const struct bt_frame_pageblocks *from,
		       const struct ui_area *area)
{
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	ui_row_add(&row, 0, UI_ROLE_NORMAL, "pageblock", "%s",
		   from->block_pages == BT_UNKNOWN ? "?" :
		   ui_text_bytes(&model->units, from->block_pages * model->machine->page_bytes,
				 text));
	ui_row_add(&row, 1, UI_ROLE_DIM, "read", "%s", ui_reading_age(model, from->mono_ns, text));
	ui_row_add(&row, 2, UI_ROLE_DIM, "in", "%s",
		   ui_text_latency(&model->units, from->read_ns, text));
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

/* Zones first; below them the matrix, where it has rows enough to say something. */
static void draw_below(const struct ui_model *model, const struct types *types,
		       const struct ui_panel_state *state, const struct ui_area *area, int row)
{
	const struct bt_frame_pageblocks *from = &model->frame->pageblocks;
	int rows = area->rect.rows - row, zones = (int)count_zones(from);
	int matrix = matrix_rows(types, area);
	struct ui_area part;

	if (matrix > rows - zones - 1)
		matrix = rows - zones - 1;
	if (matrix < MATRIX_MIN_ROWS)
		matrix = 0;
	part = ui_area_part(area, row, 0, rows - (matrix ? matrix + 1 : 0), area->rect.cols);
	draw_zones(from, state->scroll, &part);
	part = ui_area_part(area, row + zones + 1, 0, matrix, area->rect.cols);
	if (matrix)
		draw_matrix(model, types, &part);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	enum bt_detail what = model->frame ? model->frame->pageblocks.state : BT_DETAIL_NONE;
	const char *why = ui_reading_why_not(model, what);
	struct columns at = place(area->rect.cols);
	struct types types;
	int row = 2;

	if (why) {
		ui_put(area, 0, 0, UI_ROLE_NORMAL, why);
		ui_put(area, 1, 0, UI_ROLE_DIM, "source: /proc/pagetypeinfo");
		return;
	}
	types = sum_up(&model->frame->pageblocks, NULL);
	draw_facts(model, &model->frame->pageblocks, area);
	draw_heads(&at, area);
	for (unsigned i = 0; i < types.count; i++, row++)
		draw_type(model, &types, &types.type[i], &at, area, row);
	draw_below(model, &types, state, area, row + 1);
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	enum bt_detail state = model->frame ? model->frame->pageblocks.state : BT_DETAIL_NONE;
	const char *why = ui_reading_why_not(model, state);
	struct types types;
	char text[UI_TEXT];

	(void)only;
	if (why) {
		ui_row_add(row, 0, UI_ROLE_DIM, "", "%s", why);
		return;
	}
	types = sum_up(&model->frame->pageblocks, NULL);
	for (unsigned i = 0; i < types.count; i++) {
		if (!strcmp(types.type[i].name, "Movable") && types.all)
			ui_row_add(row, 0, UI_ROLE_STRONG, "movable", "%s",
				   ui_text_percent((double)types.type[i].count /
						   (double)types.all, text));
	}
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)state;
	return model->frame ? count_zones(&model->frame->pageblocks) : 0;
}

const struct ui_panel_ops ui_panel_pageblocks = {
	.title = "Pageblocks",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.wants = BT_WANT_PAGEBLOCKS,
};
