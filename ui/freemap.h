/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The picture of a map of free pages, pure: one character is so many neighbouring frames of 2 MiB,
 * in the order of their addresses, row by row. Three kinds are told apart by glyph as well as by
 * colour: nothing is free, a part is (denser and brighter for more), all is.
 */
#ifndef UI_FREEMAP_H
#define UI_FREEMAP_H

#include "frame/freemap.h"
#include "ui/text.h"

/*
 * The picture in area, as few frames a character as there is room for; where there are at least
 * UI_FREEMAP_LEGEND_ROWS, a legend in its last row. map is one whose state is known.
 */
#define UI_FREEMAP_LEGEND_ROWS 3
void ui_freemap_draw(const struct ui_area *area, const struct bt_frame_freemap *map,
		     const struct bt_units *units);
/*
 * Words of the numbers, the most important first: frames that are free as a whole and their share,
 * what is free besides in frames that are broken up, and whether only a part was looked at.
 */
void ui_freemap_facts(struct ui_row *row, const struct bt_frame_freemap *map,
		      const struct bt_units *units);

#endif
