// SPDX-License-Identifier: GPL-2.0
/* The keys in the last line: first those that the focused panel answers to, then those of all. */
#include "ui/keys.h"
#include "ui/panel.h"

static bool always(const struct ui_screen *screen, const struct ui_panel_ops *ops)
{
	(void)screen;
	(void)ops;
	return true;
}

static bool is_past(const struct ui_screen *screen, const struct ui_panel_ops *ops)
{
	(void)ops;
	return screen->model->past || screen->model->frozen;
}

static bool filters(const struct ui_screen *screen, const struct ui_panel_ops *ops)
{
	(void)screen;
	return ops->filters;
}

static bool has_modes(const struct ui_screen *screen, const struct ui_panel_ops *ops)
{
	(void)screen;
	return ops->modes;
}

static bool has_subjects(const struct ui_screen *screen, const struct ui_panel_ops *ops)
{
	(void)screen;
	return ops->subjects;
}

static bool not_in_control(const struct ui_screen *screen, const struct ui_panel_ops *ops)
{
	(void)ops;
	return ui_screen_focus(screen) != UI_PANEL_CONTROL;
}

static bool in_kbench(const struct ui_screen *screen, const struct ui_panel_ops *ops)
{
	(void)ops;
	return screen->view == UI_VIEW_KBENCH;
}

static const struct {
	enum ui_action_id action;
	bool (*fits)(const struct ui_screen *screen, const struct ui_panel_ops *ops);
} firsts[] = {
	{ UI_ACTION_HELP, always },		{ UI_ACTION_QUIT, always },
	{ UI_ACTION_KBENCH, in_kbench },	{ UI_ACTION_KBENCH_SAVE, in_kbench },
	{ UI_ACTION_TIME_LIVE, is_past },	{ UI_ACTION_MODE, has_modes },
	{ UI_ACTION_SUBJECT_UP, has_subjects }, { UI_ACTION_FILTER, filters },
	{ UI_ACTION_NEXT_PANEL, not_in_control },
};

/* Whether a key belongs to those that depend on the panel, and whether it is one of them now. */
static bool is_first(enum ui_action_id action)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(firsts); i++) {
		if (firsts[i].action == action)
			return true;
	}
	return false;
}

/* Returns the column behind it; what does not fit is left out. */
static int put_key(const struct ui_area *area, int col, const struct ui_binding *binding)
{
	char name[16];
	int width;

	ui_key_name(binding->key[0], name, sizeof(name));
	width = ui_text_width(name) + 1 + ui_text_width(binding->brief);
	if (col + width > area->rect.cols)
		return col;
	ui_put(area, 0, col, UI_ROLE_KEY, name);
	ui_put(area, 0, col + ui_text_width(name) + 1, UI_ROLE_DIM, binding->brief);
	return col + width + 2;
}

void ui_footer_keys(const struct ui_screen *screen, const struct ui_area *area)
{
	const struct ui_panel_ops *ops = ui_panels[ui_screen_focus(screen)];
	int col = 0;

	for (unsigned f = 0; f < BT_ARRAY_SIZE(firsts); f++) {
		for (unsigned i = 0; i < ui_binding_count && firsts[f].fits(screen, ops); i++) {
			if (ui_bindings[i].action == firsts[f].action)
				col = put_key(area, col, &ui_bindings[i]);
		}
	}
	for (unsigned i = 0; i < ui_binding_count; i++) {
		if (ui_bindings[i].brief && !is_first(ui_bindings[i].action))
			col = put_key(area, col, &ui_bindings[i]);
	}
}
