/* SPDX-License-Identifier: GPL-2.0 */
/* What the panels of the view Fragmentation share: orders as rows, the largest first. */
#ifndef UI_FRAGMENT_H
#define UI_FRAGMENT_H

#include "frame/fragment.h"
#include "ui/model.h"
#include "ui/text.h"

/* Columns of an order, and of the size of its block behind it. */
#define UI_ORDER_COLS 6
#define UI_BLOCK_COLS 8

/* Free blocks at a point, of all zones (0), or of the zone of this number; nothing: it has none. */
struct bt_blocks ui_fragment_blocks(const struct ui_model *model, const struct bt_point *point,
				    unsigned zone);
/*
 * A number of the free blocks of an order over time, as of ui_model_series(): oldest first, gaps
 * UI_GAP; zone as above. Returns how many there are.
 */
typedef double (*ui_fragment_fn)(const struct bt_blocks *blocks, unsigned order);
unsigned ui_fragment_series(const struct ui_model *model, ui_point_fn at, ui_fragment_fn value,
			    unsigned order, unsigned zone, double *values, unsigned want);
/* The order that the antagonist asks for; the largest instead of 0, which all memory serves. */
unsigned ui_fragment_our_order(const struct ui_model *model);

/* The order, and with size that of its blocks; the antagonist's is pointed at. */
void ui_fragment_order_head(const struct ui_area *area, int row, bool size);
void ui_fragment_order(const struct ui_model *model, unsigned order, const struct ui_area *area,
		       int row, bool size);
/* "1234", "123k"; at most 6 columns. */
const char *ui_text_blocks(uint64_t count, char buf[UI_TEXT]);
/* "0.148", "-1.000"; BT_INDEX_UNKNOWN: "?". */
const char *ui_text_index(int thousandths, char buf[UI_TEXT]);

#endif
