/* SPDX-License-Identifier: GPL-2.0 */
/* The settings in force, and the set-up screen that changes and saves them. */
#ifndef UI_SETUP_H
#define UI_SETUP_H

#include "ui/settings.h"

struct ui_app;

struct ui_setup {
	struct ui_settings now;		/* in force */
	struct ui_settings start;	/* those of the file, but for options and environment */
	struct ui_settings_file *file;	/* NULL: none (tests) */
	const struct ui_glyphs *safe_glyphs;	/* the set that "auto" stands for */
	unsigned touched;		/* set here by hand, even if to what they were */
	unsigned selected;		/* row of the set-up screen */
};

/* Puts settings in force; those that differ from the file's hold for this run. */
void ui_setup_begin(struct ui_app *app, struct ui_settings_file *file,
		    const struct ui_settings *start, const struct ui_glyphs *safe_glyphs);
/* Makes the screen follow setup.now. */
void ui_setup_apply(struct ui_app *app);
/* Takes the interval over from the session: keys and commands change it there. */
void ui_setup_follow_session(struct ui_app *app);
/* What saving would write: all that the operator changed, by keys or here; never options. */
unsigned ui_setup_unsaved(const struct ui_app *app);
int ui_setup_save(struct ui_app *app, struct bt_err *err);
/* The screen. */
void ui_setup_open(struct ui_app *app);

#endif
