// SPDX-License-Identifier: GPL-2.0
/* The named loads, with what the selected one shows, where to look, and what it is made of. */
#include <string.h>

#include "session/load.h"
#include "ui/app.h"

#define NAME_COLS 16
#define LIST_COLS 96
#define DETAIL_ROWS 9		/* a blank, two rows of each sentence, of parameters, why not */
#define SETTINGS_TEXT 256

static void list_key(struct ui_app *app, int key)
{
	struct ui_load_list *list = &app->overlay.loads;
	unsigned selected = list->selected, count = bt_loads_count(app->loads);
	struct bt_err err;

	switch (key) {
	case UI_KEY_DOWN:
	case 'j':
		list->selected = (selected + 1) % count;
		break;
	case UI_KEY_UP:
	case 'k':
		list->selected = (selected + count - 1) % count;
		break;
	case UI_KEY_ENTER:
		ui_overlay_close(app);
		if (ui_app_load(app, bt_loads_at(app->loads, selected), &err))
			ui_app_say_error(app, &err);
		break;
	}
}

static void join(const char *const *settings, char text[SETTINGS_TEXT])
{
	size_t used = 0;

	text[0] = '\0';
	for (; *settings && used < SETTINGS_TEXT; settings++)
		used += (size_t)snprintf(text + used, SETTINGS_TEXT - used, "%s%s",
					 used ? " " : "", *settings);
}

static void draw_detail(struct ui_app *app, const struct bt_load *load, const struct ui_area *area,
			int row)
{
	int cols = area->rect.cols;
	char text[SETTINGS_TEXT], note[BT_ERR_TEXT];
	struct bt_config config;
	struct bt_err err;

	row += ui_put_wrapped(area, row, 0, cols, UI_ROLE_NORMAL, load->shows);
	row += ui_put_wrapped(area, row, 0, cols, UI_ROLE_STRONG, load->look);
	join(load->settings, text);
	row += ui_put_wrapped(area, row, 0, cols, UI_ROLE_DIM, text);
	ui_app_config(app, &config);
	if (bt_session_load_config(app->session, load, &config, note, &err))
		ui_put_wrapped(area, row, 0, cols, UI_ROLE_WARN, err.text);
	else
		ui_put_wrapped(area, row, 0, cols, UI_ROLE_WARN, note);
}

static void list_draw(struct ui_app *app, const struct ui_area *screen)
{
	unsigned selected = app->overlay.loads.selected, count = bt_loads_count(app->loads);
	struct ui_area inside = ui_box(screen, (int)count + DETAIL_ROWS, LIST_COLS, "Named loads",
				       "Up Down choose   Enter start   Esc cancel");
	int rows = inside.rect.rows, list, first;

	/* On low screens the names scroll, so that what one shows has its rows. */
	list = rows - DETAIL_ROWS < 3 ? (rows < 3 ? rows : 3) : rows - DETAIL_ROWS;
	list = list < (int)count ? list : (int)count;
	first = (int)selected >= list ? (int)selected - list + 1 : 0;
	for (int row = 0; row < list; row++) {
		const struct bt_load *load = bt_loads_at(app->loads, (unsigned)(first + row));
		bool chosen = first + row == (int)selected;

		if (chosen)
			ui_put_glyph(&inside, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
		ui_put(&inside, row, 2, chosen ? UI_ROLE_SELECTED : UI_ROLE_NORMAL, load->name);
		ui_put_cut(&inside, row, 2 + NAME_COLS, inside.rect.cols - NAME_COLS - 2,
			   UI_ROLE_DIM, load->shows);
	}
	draw_detail(app, bt_loads_at(app->loads, selected), &inside, list + 1);
}

static const struct ui_overlay_ops list_ops = { .key = list_key, .draw = list_draw };

void ui_load_list_open(struct ui_app *app)
{
	app->overlay.ops = &list_ops;
	app->overlay.loads.selected = 0;
}
