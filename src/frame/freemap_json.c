// SPDX-License-Identifier: GPL-2.0
/* The map of free pages as JSON: in a frame, and wherever else one is kept. */
#include <errno.h>

#include "frame/fields.h"
#include "frame/freemap.h"

#define HUGE_PAGES_MAX 65535u	/* counts of a frame have 16 bits */

#define FREE_MAP(member, kind, ...) \
	BT_FIELD(struct bt_frame_freemap, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field fields[] = {
	FREE_MAP(state, BT_FIELD_NAME, .required = true, .max = BT_DETAIL_COUNT - 1,
		 .names = bt_detail_name),
	FREE_MAP(mono_ns, BT_FIELD_UNSIGNED), FREE_MAP(read_ns, BT_FIELD_UNSIGNED),
	FREE_MAP(huge_pages, BT_FIELD_UNSIGNED, .max = HUGE_PAGES_MAX),
	FREE_MAP(first_frame, BT_FIELD_UNSIGNED), FREE_MAP(end_frame, BT_FIELD_UNSIGNED),
	FREE_MAP(sampled_one_in, BT_FIELD_UNSIGNED),
	FREE_MAP(frames, BT_FIELD_UNSIGNED, .max = UINT32_MAX),
	FREE_MAP(free_frames, BT_FIELD_UNSIGNED),
	FREE_MAP(free_pages, BT_FIELD_UNSIGNED), FREE_MAP(pages, BT_FIELD_UNSIGNED),
	FREE_MAP(cell_frames, BT_FIELD_UNSIGNED, .max = UINT32_MAX),
};

static const struct bt_field_table table = BT_FIELD_TABLE(fields);

static void encode_cells(struct bt_json_writer *w, const struct bt_frame_freemap *map)
{
	unsigned i;

	bt_numbers_encode(w, "classes", map->classes, BT_FREEMAP_CLASSES);
	bt_json_array(w, "cells");
	for (i = 0; i < map->count; i++)
		bt_json_u64(w, NULL, map->cells[i]);
	bt_json_end_array(w);
}

void bt_freemap_encode(struct bt_json_writer *w, const char *key,
		       const struct bt_frame_freemap *map)
{
	bt_json_object(w, key);
	bt_fields_encode(w, &table, map);
	if (map->state == BT_DETAIL_KNOWN)
		encode_cells(w, map);
	bt_json_end_object(w);
}

/* Numbers that divide, that arrays are as long as, and parts that are no larger than the whole. */
static bool fit(const struct bt_frame_freemap *map, unsigned cells)
{
	if (!map->huge_pages || map->huge_pages == BT_UNKNOWN || map->frames == BT_UNKNOWN ||
	    !map->cell_frames || map->cell_frames == BT_UNKNOWN || !map->sampled_one_in ||
	    map->cell_frames * map->huge_pages > UINT32_MAX ||
	    cells != (map->frames + map->cell_frames - 1) / map->cell_frames)
		return false;
	return map->free_frames == BT_UNKNOWN ||
	       (map->free_frames <= map->frames &&
		map->free_frames <= map->free_pages / map->huge_pages);
}

static int decode_cells(const struct bt_json *node, struct bt_frame_freemap *map,
			struct bt_err *err)
{
	const struct bt_json *cells = bt_json_get_array(node, "cells"), *element;
	uint64_t value;

	if (!cells || cells->count > BT_FREEMAP_CELLS)
		return bt_err_set(err, EPROTO, "cells is no array of at most %u",
				  BT_FREEMAP_CELLS);
	if (!fit(map, cells->count))
		return bt_err_set(err, EPROTO, "%u cells and the numbers of frames and pages "
				  "contradict each other", cells->count);
	map->count = cells->count;
	element = cells->child;
	for (unsigned i = 0; i < map->count; i++, element = element->next) {
		if (!bt_json_as_u64(element, &value) ||
		    value > bt_freemap_cell_frames(map, i) * map->huge_pages)
			return bt_err_set(err, EPROTO, "cell %u has no number of free pages", i);
		map->cells[i] = (uint32_t)value;
	}
	return bt_numbers_decode(bt_json_get(node, "classes"), "classes", map->classes,
				 BT_FREEMAP_CLASSES, err);
}

int bt_freemap_decode(const struct bt_json *node, struct bt_frame_freemap *map,
		      struct bt_err *err)
{
	int code;

	bt_freemap_forget(map);
	code = bt_fields_decode(node, &table, map, err);
	if (!code && map->state == BT_DETAIL_KNOWN)
		code = decode_cells(node, map, err);
	return code ? bt_err_prefix(err, "free_map") : 0;
}
