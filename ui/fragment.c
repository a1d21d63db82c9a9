// SPDX-License-Identifier: GPL-2.0
#include "ui/fragment.h"

#include <stdio.h>
#include <stdlib.h>

#include "ui/chart.h"

struct bt_blocks ui_fragment_blocks(const struct ui_model *model, const struct bt_point *point,
				    unsigned zone)
{
	const struct bt_point_zone *zones = bt_point_zones(model->history, point);
	struct bt_blocks all = { .orders = 0 };

	for (unsigned z = 0; zones && z < point->zone_count; z++) {
		if (!zone || zone == z + 1)
			bt_blocks_add_narrow(&all, zones[z].free_blocks);
	}
	return all;
}

unsigned ui_fragment_series(const struct ui_model *model, ui_point_fn at, ui_fragment_fn value,
			    unsigned order, unsigned zone, double *values, unsigned want)
{
	unsigned have = 0;

	while (have < want && at(model, have))
		have++;
	for (unsigned age = 0; age < have; age++) {
		const struct bt_point *point = at(model, age);
		struct bt_blocks blocks = ui_fragment_blocks(model, point, zone);

		values[have - 1 - age] = point->gap ? UI_GAP : value(&blocks, order);
	}
	return have;
}

unsigned ui_fragment_our_order(const struct ui_model *model)
{
	const struct bt_config *applied = ui_model_applied(model);

	return applied && applied->order ? applied->order : model->limits.max_order;
}

void ui_fragment_order_head(const struct ui_area *area, int row, bool size)
{
	ui_put_right(area, row, UI_ORDER_COLS, UI_ROLE_DIM, "order");
	if (size)
		ui_put_right(area, row, UI_ORDER_COLS + UI_BLOCK_COLS, UI_ROLE_DIM, "block");
}

void ui_fragment_order(const struct ui_model *model, unsigned order, const struct ui_area *area,
		       int row, bool size)
{
	const struct bt_config *applied = ui_model_applied(model);
	bool ours = applied && applied->order == order;
	char text[UI_TEXT];

	if (ours)
		ui_put_glyph(area, row, 1, UI_ROLE_KEY, UI_GLYPH_POINTER);
	ui_putf_right(area, row, UI_ORDER_COLS, ours ? UI_ROLE_KEY : UI_ROLE_NORMAL, "%u", order);
	if (size)
		ui_put_right(area, row, UI_ORDER_COLS + UI_BLOCK_COLS, UI_ROLE_DIM,
			     ui_text_narrow(&model->units,
					    (uint64_t)model->machine->page_bytes << order, text));
}

const char *ui_text_blocks(uint64_t count, char buf[UI_TEXT])
{
	if (count < 100000)
		snprintf(buf, UI_TEXT, "%llu", (unsigned long long)count);
	else
		bt_text_count((double)count, buf, UI_TEXT);
	return buf;
}

const char *ui_text_index(int thousandths, char buf[UI_TEXT])
{
	if (thousandths == BT_INDEX_UNKNOWN)
		snprintf(buf, UI_TEXT, "?");
	else
		snprintf(buf, UI_TEXT, "%s%d.%03d", thousandths < 0 ? "-" : "",
			 abs(thousandths) / 1000, abs(thousandths) % 1000);
	return buf;
}
