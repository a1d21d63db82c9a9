// SPDX-License-Identifier: GPL-2.0
/* One of a parameter's choices, each with its effect: classes, patterns, guards. */
#include <string.h>

#include "ui/app.h"
#include "ui/detail.h"

#define NAME_COLS 16
#define PICKER_COLS 76
#define DETAIL_ROWS 5		/* a blank, two rows each of effect and warning */

static void apply(struct ui_app *app, const struct bt_param *param, unsigned choice)
{
	struct bt_config config;
	struct bt_err err;

	ui_app_config(app, &config);
	if (ui_control_set(ui_control_row(param), &config, param->choices[choice].name,
			   &app->model->limits, &err))
		ui_app_say_error(app, &err);
	else
		ui_app_change(app, &config, "key", &err);
}

static void picker_key(struct ui_app *app, int key)
{
	struct ui_picker *picker = &app->overlay.picker;
	const struct bt_param *param = picker->param;
	unsigned selected = picker->selected;

	switch (key) {
	case UI_KEY_DOWN:
	case 'j':
		picker->selected = (selected + 1) % picker->count;
		break;
	case UI_KEY_UP:
	case 'k':
		picker->selected = (selected + picker->count - 1) % picker->count;
		break;
	case UI_KEY_ENTER:
		ui_overlay_close(app);
		apply(app, param, selected);
		break;
	}
}

int ui_picker_draw_detail(const struct ui_app *app, const struct bt_param *param, unsigned choice,
			  const struct ui_area *area, int row)
{
	const char *warning = ui_detail_warning(param, choice);
	int cols = area->rect.cols, first = row;
	struct bt_config config;
	char text[UI_DETAIL];

	ui_app_config(app, &config);
	ui_detail(param, choice, &config, app->model->machine, text);
	if (*text)
		row += ui_put_wrapped(area, row, 0, cols, UI_ROLE_NORMAL, text);
	if (!warning)
		return row - first;
	ui_put(area, row, 0, UI_ROLE_WARN, "!");
	return row - first + ui_put_wrapped(area, row, 2, cols - 2, UI_ROLE_WARN, warning);
}

static void draw_choice(const struct ui_area *area, int row, const struct bt_choice *choice,
			bool selected, bool now)
{
	if (selected)
		ui_put_glyph(area, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
	ui_putf(area, row, 2, selected ? UI_ROLE_SELECTED : UI_ROLE_NORMAL, "%s%s", choice->name,
		now ? " *" : "");
	ui_put_cut(area, row, 2 + NAME_COLS + 2, area->rect.cols - NAME_COLS - 4, UI_ROLE_DIM,
		   choice->help);
}

static void picker_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_picker *picker = &app->overlay.picker;
	const struct bt_param *param = picker->param;
	unsigned now = (unsigned)bt_param_get(param, app->model->wanted);
	struct ui_area inside = ui_box(screen, (int)picker->count + DETAIL_ROWS, PICKER_COLS,
				       param->label, "Up Down choose   Enter apply   Esc cancel   "
				       "* is what was sent");
	int rows = inside.rect.rows, list, first;

	/* On low screens the choices scroll, so that the effect of one has its rows. */
	list = rows - DETAIL_ROWS < 3 ? (rows < 3 ? rows : 3) : rows - DETAIL_ROWS;
	list = list < (int)picker->count ? list : (int)picker->count;
	first = (int)picker->selected >= list ? (int)picker->selected - list + 1 : 0;
	for (int row = 0; row < list; row++) {
		unsigned choice = (unsigned)(first + row);

		draw_choice(&inside, row, &param->choices[choice], choice == picker->selected,
			    choice == now);
	}
	ui_picker_draw_detail(app, param, picker->selected, &inside, list + 1);
}

static const struct ui_overlay_ops picker_ops = { .key = picker_key, .draw = picker_draw };

void ui_picker_open(struct ui_app *app, const struct bt_param *param)
{
	struct ui_picker *picker = &app->overlay.picker;
	struct bt_config config;

	memset(picker, 0, sizeof(*picker));
	picker->param = param;
	while (param->choices[picker->count].name)
		picker->count++;
	ui_app_config(app, &config);
	picker->selected = (unsigned)bt_param_get(param, &config);
	if (picker->selected >= picker->count)
		picker->selected = 0;
	app->overlay.ops = &picker_ops;
}
