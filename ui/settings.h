/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an operator can set once and for all, and the file that keeps it: config.json (buddytop.5)
 * in $XDG_CONFIG_HOME/buddytop or ~/.config/buddytop. It is read at the start and written only on
 * demand. Whatever it says that is wrong is told and has no effect; nothing in it is ever fatal.
 */
#ifndef UI_SETTINGS_H
#define UI_SETTINGS_H

#include <limits.h>

#include "core/err.h"
#include "core/util.h"
#include "ui/glyphs.h"
#include "ui/theme.h"
#include "ui/view.h"

struct ui_settings {
	const struct ui_theme *theme;
	const struct ui_glyphs *glyphs;	/* NULL: what is safe here */
	uint64_t interval_ns;
	struct bt_units units;
	enum ui_view view;		/* the first one */
	ui_panel_set hidden;
};

enum ui_setting {
	UI_SETTING_THEME,
	UI_SETTING_GLYPHS,
	UI_SETTING_INTERVAL,
	UI_SETTING_BYTES,
	UI_SETTING_LATENCY,
	UI_SETTING_VIEW,
	UI_SETTING_HIDDEN,	/* of all panels */
	UI_SETTING_COUNT
};

/* A set of settings, a bit each. */
#define UI_SETTING_BIT(setting) (1u << (setting))

/* A setting that is one of several. */
struct ui_setting_choice {
	const char *key;	/* in the file, with dots between objects */
	const char *label;	/* on the screen */
	const char *(*name)(unsigned choice);	/* NULL behind the last */
	unsigned (*get)(const struct ui_settings *settings);
	void (*set)(struct ui_settings *settings, unsigned choice);
};

/* NULL for those that are none: the interval and the panels. */
const struct ui_setting_choice *ui_setting_choice(enum ui_setting setting);

void ui_settings_default(struct ui_settings *settings);
/* Which settings differ. */
unsigned ui_settings_differ(const struct ui_settings *a, const struct ui_settings *b);
/* Takes those of `which` over from another. */
void ui_settings_take(struct ui_settings *to, const struct ui_settings *from, unsigned which);
/*
 * Hides a panel or shows it. False, and nothing is changed, where it is the last of its view that
 * shows.
 */
bool ui_settings_show_panel(struct ui_settings *settings, enum ui_panel panel, bool show);

#define UI_SETTINGS_PROBLEMS 8u

struct ui_settings_file {
	char path[PATH_MAX];		/* "": there is no place for it, no_place says why */
	struct bt_err no_place;
	bool present;
	struct ui_settings settings;	/* what it says; defaults where it says nothing */
	struct bt_err problems[UI_SETTINGS_PROBLEMS];	/* what had no effect; the first ones */
	unsigned problem_count;
};

/* Finds the file by the environment and reads it; one that is not there is no problem. */
void ui_settings_load(struct ui_settings_file *file);
/*
 * Writes those of `which`, whole or not at all; everything else in the file stays as it is. Refuses
 * (-EEXIST) to write over what is not a settings file of this user.
 */
int ui_settings_save(struct ui_settings_file *file, const struct ui_settings *settings,
		     unsigned which, struct bt_err *err);

#endif
