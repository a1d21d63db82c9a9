// SPDX-License-Identifier: GPL-2.0
/* One of a parameter's choices, each with its effect: classes, patterns, guards. */
#include <string.h>

#include "ui/app.h"

#define NAME_COLS 16
#define PICKER_COLS 76

static void apply(struct ui_app *app, const struct bt_param *param, unsigned choice)
{
	struct bt_config draft;
	struct bt_err err;

	ui_app_config(app, &draft);
	if (bt_param_set(param, &draft, param->choices[choice].name, &app->model->limits, &err))
		ui_app_say_error(app, &err);
	else
		ui_app_change(app, &draft, "key", &err);
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

static void picker_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_picker *picker = &app->overlay.picker;
	const struct bt_choice *choices = picker->param->choices;
	unsigned now = (unsigned)bt_param_get(picker->param, app->model->wanted);
	struct ui_area inside = ui_box(screen, (int)picker->count, PICKER_COLS,
				       picker->param->label,
				       "Up Down choose   Enter apply   Esc cancel");
	int rows = inside.rect.rows;
	int first = (int)picker->selected >= rows ? (int)picker->selected - rows + 1 : 0;

	for (int row = 0; row < rows && first + row < (int)picker->count; row++) {
		unsigned choice = (unsigned)(first + row);
		bool selected = choice == picker->selected;

		if (selected)
			ui_put_glyph(&inside, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
		ui_putf(&inside, row, 2, selected ? UI_ROLE_SELECTED : UI_ROLE_NORMAL, "%s%s",
			choices[choice].name, choice == now ? " *" : "");
		ui_put_cut(&inside, row, 2 + NAME_COLS + 2, inside.rect.cols - NAME_COLS - 4,
			   UI_ROLE_DIM, choices[choice].help);
	}
}

static const struct ui_overlay_ops picker_ops = { .key = picker_key, .draw = picker_draw };

void ui_picker_open(struct ui_app *app, const struct bt_param *param)
{
	struct ui_picker *picker = &app->overlay.picker;
	struct bt_config config;

	memset(picker, 0, sizeof(*picker));
	picker->param = param;
	while (picker->param->choices[picker->count].name)
		picker->count++;
	ui_app_config(app, &config);
	picker->selected = (unsigned)bt_param_get(param, &config);
	if (picker->selected >= picker->count)
		picker->selected = 0;
	app->overlay.ops = &picker_ops;
}
