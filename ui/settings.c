// SPDX-License-Identifier: GPL-2.0
#include "ui/settings.h"

#include <string.h>

/* ---- the choices ------------------------------------------------------------------------ */

static const char *theme_name(unsigned choice)
{
	return ui_themes[choice] ? ui_themes[choice]->name : NULL;
}

static unsigned theme_get(const struct ui_settings *settings)
{
	unsigned choice = 0;

	while (ui_themes[choice] != settings->theme)
		choice++;
	return choice;
}

static void theme_set(struct ui_settings *settings, unsigned choice)
{
	settings->theme = ui_themes[choice];
}

/* The first choice leaves it to the terminal, then come the sets. */
static const char *glyphs_name(unsigned choice)
{
	if (!choice)
		return "auto";
	return ui_glyph_sets[choice - 1] ? ui_glyph_sets[choice - 1]->name : NULL;
}

static unsigned glyphs_get(const struct ui_settings *settings)
{
	unsigned choice = 0;

	if (!settings->glyphs)
		return 0;
	while (ui_glyph_sets[choice] != settings->glyphs)
		choice++;
	return choice + 1;
}

static void glyphs_set(struct ui_settings *settings, unsigned choice)
{
	settings->glyphs = choice ? ui_glyph_sets[choice - 1] : NULL;
}

static const char *bytes_name(unsigned choice)
{
	static const char *const names[] = {
		[BT_BYTES_BINARY] = "binary", [BT_BYTES_DECIMAL] = "decimal",
	};

	return choice < BT_ARRAY_SIZE(names) ? names[choice] : NULL;
}

static unsigned bytes_get(const struct ui_settings *settings)
{
	return settings->units.bytes;
}

static void bytes_set(struct ui_settings *settings, unsigned choice)
{
	settings->units.bytes = choice;
}

static const char *latency_name(unsigned choice)
{
	static const char *const names[] = {
		[BT_LATENCY_SCALED] = "auto", [BT_LATENCY_NS] = "ns",
	};

	return choice < BT_ARRAY_SIZE(names) ? names[choice] : NULL;
}

static unsigned latency_get(const struct ui_settings *settings)
{
	return settings->units.latency;
}

static void latency_set(struct ui_settings *settings, unsigned choice)
{
	settings->units.latency = choice;
}

static const char *view_name(unsigned choice)
{
	return choice < UI_VIEW_COUNT ? ui_views[choice].word : NULL;
}

static unsigned view_get(const struct ui_settings *settings)
{
	return settings->view;
}

static void view_set(struct ui_settings *settings, unsigned choice)
{
	settings->view = choice;
}

static const struct ui_setting_choice choices[UI_SETTING_COUNT] = {
	[UI_SETTING_THEME] = { "theme", "theme", theme_name, theme_get, theme_set },
	[UI_SETTING_GLYPHS] = { "glyphs", "glyphs", glyphs_name, glyphs_get, glyphs_set },
	[UI_SETTING_BYTES] = { "units.bytes", "sizes", bytes_name, bytes_get, bytes_set },
	[UI_SETTING_LATENCY] = { "units.latency", "latencies", latency_name, latency_get,
				 latency_set },
	[UI_SETTING_VIEW] = { "view", "first view", view_name, view_get, view_set },
};

const struct ui_setting_choice *ui_setting_choice(enum ui_setting setting)
{
	return choices[setting].key ? &choices[setting] : NULL;
}

/* ---- all of them ------------------------------------------------------------------------ */

void ui_settings_default(struct ui_settings *settings)
{
	*settings = (struct ui_settings){ .theme = ui_themes[0], .interval_ns = BT_NS_PER_S };
}

/* The bits of a setting as one number. */
static uint64_t number_of(const struct ui_settings *settings, enum ui_setting setting)
{
	if (choices[setting].key)
		return choices[setting].get(settings);
	return setting == UI_SETTING_INTERVAL ? settings->interval_ns : settings->hidden;
}

unsigned ui_settings_differ(const struct ui_settings *a, const struct ui_settings *b)
{
	unsigned which = 0;

	for (unsigned setting = 0; setting < UI_SETTING_COUNT; setting++) {
		if (number_of(a, setting) != number_of(b, setting))
			which |= UI_SETTING_BIT(setting);
	}
	return which;
}

void ui_settings_take(struct ui_settings *to, const struct ui_settings *from, unsigned which)
{
	for (unsigned setting = 0; setting < UI_SETTING_COUNT; setting++) {
		if ((which & UI_SETTING_BIT(setting)) && choices[setting].key)
			choices[setting].set(to, choices[setting].get(from));
	}
	if (which & UI_SETTING_BIT(UI_SETTING_INTERVAL))
		to->interval_ns = from->interval_ns;
	if (which & UI_SETTING_BIT(UI_SETTING_HIDDEN))
		to->hidden = from->hidden;
}

static ui_panel_set panels_beside(enum ui_panel panel)
{
	enum ui_panel panels[UI_PANEL_COUNT];

	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		unsigned count = ui_view_panels(view, panels);
		ui_panel_set set = 0;

		for (unsigned i = 0; i < count; i++)
			set |= UI_PANEL_BIT(panels[i]);
		if (set & UI_PANEL_BIT(panel))
			return set & ~UI_PANEL_BIT(panel);
	}
	return 0;
}

bool ui_settings_show_panel(struct ui_settings *settings, enum ui_panel panel, bool show)
{
	if (show) {
		settings->hidden &= ~UI_PANEL_BIT(panel);
		return true;
	}
	if (!(panels_beside(panel) & ~settings->hidden))
		return false;
	settings->hidden |= UI_PANEL_BIT(panel);
	return true;
}
