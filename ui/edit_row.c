// SPDX-License-Identifier: GPL-2.0
/* A row of the control panel edited in place; the panel shows it, the footer says what it means. */
#include <string.h>

#include "ui/app.h"
#include "ui/text.h"

static void apply(struct ui_app *app)
{
	struct ui_row_edit mine = app->draft.edit;
	struct bt_config config;
	struct bt_err err;

	if (mine.err.code)
		return;
	ui_overlay_close(app);
	ui_app_config(app, &config);
	ui_control_merge(&config, &mine.base, &mine.config);
	if (!ui_app_change(app, &config, "panel", &err))
		return;
	mine.err = err;
	ui_edit_row_open(app, mine.row);
	app->draft.edit = mine;
	app->message[0] = '\0';
}

static void row_key(struct ui_app *app, int key)
{
	if (key == UI_KEY_ENTER)
		apply(app);
	else
		ui_row_edit_key(&app->draft.edit, &app->model->limits, key);
}

/* The value with its effect, or what is wrong with it, in the last row of the screen. */
static void row_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_row_edit *edit = &app->draft.edit;
	struct ui_area line = ui_area_part(screen, screen->rect.rows - 1, 0, 1, screen->rect.cols);
	struct ui_row row = { 0 };
	char value[BT_PARAM_TEXT], effect[UI_EFFECT];
	struct bt_err err;

	ui_area_fill(&line, L' ', UI_ROLE_NORMAL);
	if (edit->err.code)
		ui_row_add(&row, 0, UI_ROLE_BAD, "", "%.200s", edit->err.text);
	else if (bt_config_check(&edit->config, &app->model->limits, &err))
		ui_row_add(&row, 0, UI_ROLE_WARN, "", "%.200s", err.text);
	else
		ui_row_add(&row, 0, UI_ROLE_STRONG, "", "%s %s: %s", ui_control_label(edit->row),
			   ui_control_value(edit->row, &edit->config, value, sizeof(value)),
			   ui_control_effect(edit->row, &edit->config, app->model->machine,
					     effect));
	ui_row_add_right(&row, 1, UI_ROLE_DIM, "", "Up Down or type, Enter %s, Esc drops",
			 app->draft.on ? "drafts" : "applies");
	ui_row_draw(&row, &line, 0, 0, line.rect.cols);
}

static const struct ui_overlay_ops row_ops = { .key = row_key, .draw = row_draw };

void ui_edit_row_open(struct ui_app *app, unsigned row)
{
	const struct bt_param *param = ui_control_param(row);
	struct bt_config config;

	if (param && (param->kind == BT_PARAM_CPUS || param->kind == BT_PARAM_NODES)) {
		ui_app_edit(app, param);
		return;
	}
	ui_app_config(app, &config);
	ui_row_edit_begin(&app->draft.edit, row, &config);
	app->overlay.ops = &row_ops;
}
