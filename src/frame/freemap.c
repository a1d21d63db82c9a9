// SPDX-License-Identifier: GPL-2.0
#include "frame/freemap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARTS (BT_FREEMAP_CLASSES - 2)	/* of a frame, between none and all */

struct bt_frame_freemap *bt_freemap_create(void)
{
	struct bt_frame_freemap *map = bt_xcalloc(1, sizeof(*map));

	map->cells = bt_xcalloc(BT_FREEMAP_CELLS, sizeof(*map->cells));
	bt_freemap_forget(map);
	return map;
}

void bt_freemap_free(struct bt_frame_freemap *map)
{
	if (!map)
		return;
	free(map->cells);
	free(map);
}

void bt_freemap_forget(struct bt_frame_freemap *map)
{
	uint32_t *cells = map->cells;

	memset(map, 0xff, sizeof(*map));
	map->state = BT_DETAIL_NONE;
	map->count = 0;
	map->cells = cells;
}

void bt_freemap_copy(struct bt_frame_freemap *to, const struct bt_frame_freemap *from)
{
	uint32_t *cells = to->cells;

	*to = *from;
	to->cells = cells;
	memcpy(cells, from->cells, from->count * sizeof(*cells));
}

/* ---- from frames to cells ------------------------------------------------------------------- */

unsigned bt_freemap_class(uint64_t huge_pages, uint64_t free_pages)
{
	if (!free_pages)
		return 0;
	if (free_pages >= huge_pages)
		return BT_FREEMAP_CLASSES - 1;
	return 1 + (unsigned)(free_pages * PARTS / huge_pages);
}

uint64_t bt_freemap_class_floor(uint64_t huge_pages, unsigned class)
{
	if (!class)
		return 0;
	if (class == 1)
		return 1;
	return ((class - 1) * huge_pages + PARTS - 1) / PARTS;
}

static void count_frame(struct bt_frame_freemap *map, const struct bt_freemap_look *look)
{
	map->frames++;
	map->free_frames += look->free >= map->huge_pages;
	map->free_pages += look->free;
	map->pages += look->pages;
	map->classes[bt_freemap_class(map->huge_pages, look->free)]++;
}

/* Two neighbours become one; count may be odd. */
static void halve_cells(struct bt_frame_freemap *map)
{
	unsigned i;

	for (i = 0; i < map->count; i += 2)
		map->cells[i / 2] = map->cells[i] + (i + 1 < map->count ? map->cells[i + 1] : 0);
	map->count = (map->count + 1) / 2;
	map->cell_frames *= 2;
}

void bt_freemap_fill(struct bt_frame_freemap *map, const struct bt_freemap_look *looks,
		     size_t count)
{
	size_t i;

	map->frames = map->free_frames = map->free_pages = map->pages = 0;
	memset(map->classes, 0, sizeof(map->classes));
	map->cell_frames = 1;
	map->count = 0;
	for (i = 0; i < count; i++) {
		if (!looks[i].pages)
			continue;
		if (map->frames % map->cell_frames == 0) {
			if (map->count == BT_FREEMAP_CELLS)
				halve_cells(map);
			map->cells[map->count++] = 0;
		}
		map->cells[map->count - 1] += looks[i].free;
		count_frame(map, &looks[i]);
	}
}

size_t bt_freemap_thin(struct bt_freemap_look *looks, size_t count)
{
	size_t i, left = (count + 1) / 2;

	for (i = 0; i < left; i++)
		looks[i] = looks[2 * i];
	return left;
}

/* ---- looking at it ------------------------------------------------------------------------- */

uint64_t bt_freemap_cell_frames(const struct bt_frame_freemap *map, unsigned cell)
{
	uint64_t before = cell * map->cell_frames;

	return cell + 1 < map->count ? map->cell_frames : map->frames - before;
}

double bt_freemap_ratio(const struct bt_frame_freemap *map, unsigned from, unsigned to)
{
	uint64_t free_pages = 0, frames = 0;

	for (; from < to && from < map->count; from++) {
		free_pages += map->cells[from];
		frames += bt_freemap_cell_frames(map, from);
	}
	return frames ? (double)free_pages / (double)(frames * map->huge_pages) : NAN;
}

double bt_freemap_free_share(const struct bt_frame_freemap *map)
{
	if (!map->frames || map->frames == BT_UNKNOWN || map->free_frames == BT_UNKNOWN)
		return NAN;
	return (double)map->free_frames / (double)map->frames;
}
