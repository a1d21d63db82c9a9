// SPDX-License-Identifier: GPL-2.0
#include "ui/freemap.h"

#define HUGE_BYTES (2ull << 20)

/* Of the shades the first that is not blank is for nothing, the densest for all. */
#define SHADE_NONE 1u
#define SHADE_PART 2u

static unsigned shade_of(const struct ui_glyphs *glyphs, double ratio)
{
	unsigned parts = glyphs->shades - SHADE_PART;
	unsigned part = (unsigned)(ratio * parts);

	if (ratio <= 0)
		return SHADE_NONE;
	if (ratio >= 1)
		return glyphs->shades;
	return SHADE_PART + (part < parts ? part : parts - 1);
}

/* Only the cold half of the ramp: nothing may look warmer than what is free as a whole. */
static enum ui_role role_of(double ratio)
{
	return ratio <= 0 ? UI_ROLE_RULE : ratio >= 1 ? UI_ROLE_GOOD : ui_theme_heat(ratio / 2);
}

static void put_shade(const struct ui_area *area, int row, int col, double ratio)
{
	const struct ui_glyphs *glyphs = area->canvas->glyphs;

	ui_put_char(area, row, col, role_of(ratio), glyphs->shade[shade_of(glyphs, ratio)]);
}

/* Cells of the map that are one character in so many places. */
static unsigned cells_each(const struct bt_frame_freemap *map, int rows, int cols)
{
	unsigned places = (unsigned)rows * (unsigned)cols;

	return map->count > places ? (map->count + places - 1) / places : 1;
}

#define LEGEND_EACH " a character"

static void draw_legend(const struct ui_area *area, int line, const struct bt_frame_freemap *map,
			unsigned each, const struct bt_units *units)
{
	const struct ui_glyphs *glyphs = area->canvas->glyphs;
	uint64_t bytes = each * map->cell_frames * map->sampled_one_in * HUGE_BYTES;
	unsigned parts = glyphs->shades - SHADE_PART;
	char text[UI_TEXT];
	int col;

	put_shade(area, line, 0, 0);
	col = ui_put(area, line, 2, UI_ROLE_DIM, "in use") + 2;
	for (unsigned part = 0; part < parts; part++)
		put_shade(area, line, col++, (part + 0.5) / parts);
	col = ui_put(area, line, col + 1, UI_ROLE_DIM, "partly free") + 2;
	put_shade(area, line, col, 1);
	col = ui_put(area, line, col + 2, UI_ROLE_DIM, "free") + 2;
	ui_text_bytes(units, bytes, text);
	if (map->sampled_one_in != BT_UNKNOWN &&
	    col + ui_text_width(text) + ui_text_width(LEGEND_EACH) <= area->rect.cols)
		ui_putf(area, line, col, UI_ROLE_DIM, "%s" LEGEND_EACH, text);
}

void ui_freemap_draw(const struct ui_area *area, const struct bt_frame_freemap *map,
		     const struct bt_units *units)
{
	bool legend = area->rect.rows >= UI_FREEMAP_LEGEND_ROWS;
	int rows = area->rect.rows - legend, cols = area->rect.cols;
	unsigned each, at = 0;

	if (rows <= 0 || cols <= 0)
		return;
	each = cells_each(map, rows, cols);
	for (int place = 0; at < map->count; place++, at += each)
		put_shade(area, place / cols, place % cols, bt_freemap_ratio(map, at, at + each));
	if (legend)
		draw_legend(area, rows, map, each, units);
}

void ui_freemap_facts(struct ui_row *row, const struct bt_frame_freemap *map,
		      const struct bt_units *units)
{
	uint64_t broken_up = BT_UNKNOWN;
	char text[UI_TEXT];

	if (map->free_pages != BT_UNKNOWN && map->free_frames != BT_UNKNOWN)
		broken_up = (map->free_pages - map->free_frames * map->huge_pages) *
			    (HUGE_BYTES / map->huge_pages);
	if (map->free_frames == BT_UNKNOWN)
		ui_row_add(row, 0, UI_ROLE_STRONG, "free frames", "?");
	else
		ui_row_add(row, 0, UI_ROLE_STRONG, "free frames", "%llu of %llu",
			   (unsigned long long)map->free_frames, (unsigned long long)map->frames);
	ui_row_add(row, 1, UI_ROLE_NORMAL, "", "%s",
		   ui_text_percent(bt_freemap_free_share(map), text));
	ui_row_add(row, 2, UI_ROLE_NORMAL, "broken up", "%s",
		   broken_up == BT_UNKNOWN ? "?" : ui_text_bytes(units, broken_up, text));
	if (map->sampled_one_in > 1 && map->sampled_one_in != BT_UNKNOWN)
		ui_row_add(row, 3, UI_ROLE_WARN, "sampled", "one of %llu",
			   (unsigned long long)map->sampled_one_in);
}
