/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map of free pages in every frame of 2 MiB (struct bt_frame_freemap): made from what was seen
 * of single frames, kept outside of a frame, written and read as JSON. Pure.
 */
#ifndef BT_FREEMAP_H
#define BT_FREEMAP_H

#include "core/json.h"
#include "frame/frame.h"

/* One frame that was looked at. */
struct bt_freemap_look {
	uint16_t free;	/* pages */
	uint16_t pages;	/* of memory; 0: it has none and is left out */
};

/* More frames than this are never looked at one by one: 512 GiB. */
#define BT_FREEMAP_LOOKS_MAX (1u << 18)

/* A map outside of a frame, with nothing in it. Owned by the caller. */
struct bt_frame_freemap *bt_freemap_create(void);
void bt_freemap_free(struct bt_frame_freemap *map);
/* Back to nothing: all numbers unknown, no cells. */
void bt_freemap_forget(struct bt_frame_freemap *map);
/* Deep copy; to keeps its array. */
void bt_freemap_copy(struct bt_frame_freemap *to, const struct bt_frame_freemap *from);

/*
 * Counts, classes and cells of map from count frames in the order of their addresses; needs
 * map->huge_pages, leaves the members before frames as they are.
 */
void bt_freemap_fill(struct bt_frame_freemap *map, const struct bt_freemap_look *looks,
		     size_t count);
/* Keeps every second frame, from the first on; returns how many are left. */
size_t bt_freemap_thin(struct bt_freemap_look *looks, size_t count);

/*
 * Classes of a frame by its free pages: 0 for none, the last one for all of huge_pages, and between
 * them sixteenths of it: of 512 pages 1 to 31, 32 to 63 ... 480 to 511.
 */
unsigned bt_freemap_class(uint64_t huge_pages, uint64_t free_pages);
/* The least number of free pages of a class. */
uint64_t bt_freemap_class_floor(uint64_t huge_pages, unsigned class);

/* Frames that a cell stands for. */
uint64_t bt_freemap_cell_frames(const struct bt_frame_freemap *map, unsigned cell);
/* Share of the pages of cells from..to-1 that is free, 0..1; NaN of no cells. */
double bt_freemap_ratio(const struct bt_frame_freemap *map, unsigned from, unsigned to);
/* Share of the frames that are free as a whole, 0..1; NaN without frames. */
double bt_freemap_free_share(const struct bt_frame_freemap *map);

/* An object of this key, as buddytop.5 has it; cells only where the state is known. */
void bt_freemap_encode(struct bt_json_writer *w, const char *key,
		       const struct bt_frame_freemap *map);
/*
 * Into a map whose cells there is room for. -EPROTO also for numbers that contradict each other:
 * what was decoded can be drawn.
 */
int bt_freemap_decode(const struct bt_json *node, struct bt_frame_freemap *map,
		      struct bt_err *err);

#endif
