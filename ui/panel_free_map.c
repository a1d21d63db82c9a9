// SPDX-License-Identifier: GPL-2.0
/* Where free memory lies: how much of each frame of 2 MiB is free, by address. */
#include "ui/freemap.h"
#include "ui/panel.h"
#include "ui/reading.h"

#define FACTS_MIN_ROWS 3	/* with fewer, the title says enough */

/* NULL: there is none, and *why says so. */
static const struct bt_frame_freemap *find_map(const struct ui_model *model, const char **why)
{
	const struct bt_frame_freemap *map = model->frame ? &model->frame->free_map : NULL;

	*why = ui_reading_why_not(model, map ? map->state : BT_DETAIL_NONE);
	return *why ? NULL : map;
}

static void draw_facts(const struct ui_model *model, const struct bt_frame_freemap *map,
		       const struct ui_area *area)
{
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	ui_freemap_facts(&row, map, &model->units);
	ui_row_add(&row, 4, UI_ROLE_DIM, "read", "%s", ui_reading_age(model, map->mono_ns, text));
	ui_row_add(&row, 5, UI_ROLE_DIM, "in", "%s",
		   ui_text_latency(&model->units, map->read_ns, text));
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	const char *why;
	const struct bt_frame_freemap *map = find_map(model, &why);
	int facts = area->rect.rows >= FACTS_MIN_ROWS;
	struct ui_area picture;

	(void)state;
	if (!map) {
		ui_put(area, 0, 0, UI_ROLE_NORMAL, why);
		ui_put(area, 1, 0, UI_ROLE_DIM, "source: /proc/kpageflags");
		return;
	}
	if (facts)
		draw_facts(model, map, area);
	picture = ui_area_part(area, facts, 0, area->rect.rows - facts, area->rect.cols);
	ui_freemap_draw(&picture, map, &model->units);
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const char *why;
	const struct bt_frame_freemap *map = find_map(model, &why);
	char text[UI_TEXT];

	(void)only;
	if (!map) {
		ui_row_add(row, 0, UI_ROLE_DIM, "", "%s", why);
		return;
	}
	ui_row_add(row, 0, UI_ROLE_STRONG, "free as a whole", "%s",
		   ui_text_percent(bt_freemap_free_share(map), text));
}

const struct ui_panel_ops ui_panel_free_map = {
	.title = "Free memory by address",
	.summary = summary,
	.draw = draw,
	.wants = BT_WANT_FREE_MAP,
};
