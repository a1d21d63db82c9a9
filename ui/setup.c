// SPDX-License-Identifier: GPL-2.0
#include "ui/setup.h"

#include <errno.h>
#include "ui/app.h"

void ui_setup_apply(struct ui_app *app)
{
	struct ui_setup *setup = &app->setup;

	app->canvas.glyphs = setup->now.glyphs ? setup->now.glyphs : setup->safe_glyphs;
	ui_feed_set_units(app->feed, &setup->now.units);
	ui_screen_hide(&app->screen, setup->now.hidden);
}

void ui_setup_begin(struct ui_app *app, struct ui_settings_file *file,
		    const struct ui_settings *start, const struct ui_glyphs *safe_glyphs)
{
	app->setup = (struct ui_setup){
		.now = *start, .start = *start, .file = file, .safe_glyphs = safe_glyphs,
	};
	app->screen.view = start->view;
	ui_setup_apply(app);
}

void ui_setup_follow_session(struct ui_app *app)
{
	if (app->model->status.interval_ns)
		app->setup.now.interval_ns = app->model->status.interval_ns;
}

unsigned ui_setup_unsaved(const struct ui_app *app)
{
	const struct ui_setup *setup = &app->setup;
	unsigned changed = ui_settings_differ(&setup->now, &setup->start) | setup->touched;

	return setup->file ? changed & ui_settings_differ(&setup->now, &setup->file->settings) :
			     changed;
}

int ui_setup_save(struct ui_app *app, struct bt_err *err)
{
	struct ui_setup *setup = &app->setup;
	unsigned which;
	int code;

	ui_setup_follow_session(app);
	which = ui_setup_unsaved(app);
	if (!setup->file)
		return bt_err_set(err, ENOENT, "not saved: there is no settings file here");
	code = ui_settings_save(setup->file, &setup->now, which, err);
	if (code)
		return code;
	ui_settings_take(&setup->start, &setup->now, which);
	setup->touched = 0;
	return 0;
}
