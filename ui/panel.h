/* SPDX-License-Identifier: GPL-2.0 */
/* The panels of the view Overview: one file each, all drawn from the model alone. */
#ifndef UI_PANEL_H
#define UI_PANEL_H

#include "ui/layout.h"
#include "ui/model.h"
#include "ui/text.h"

struct ui_panel_state {
	unsigned selected;	/* control: row of ui_control_rows() */
	unsigned scroll;	/* events: lines back from the newest; else the first line */
};

struct ui_panel_ops {
	const char *title;
	/* The one number of the panel, for its title line; only: there is no room but this line. */
	void (*summary)(const struct ui_model *model, bool only, struct ui_row *row);
	/* Everything below the title. */
	void (*draw)(const struct ui_model *model, const struct ui_panel_state *state,
		     const struct ui_area *area);
	/* Rows of state->selected or lines of state->scroll there are; NULL: nothing moves. */
	unsigned (*extent)(const struct ui_model *model);
	bool selects;		/* moving changes selected, else scroll */
};

extern const struct ui_panel_ops ui_panel_available, ui_panel_rate, ui_panel_latency,
	ui_panel_remote, ui_panel_control, ui_panel_events;
/* Indexed by enum ui_panel. */
extern const struct ui_panel_ops *const ui_panels[UI_PANEL_COUNT];

/* Header, panels and, without a prompt or message, the keys. */
struct ui_overview {
	const struct ui_model *model;
	struct ui_panel_state panels[UI_PANEL_COUNT];
	enum ui_panel focus;
	bool alone;		/* only the focused panel */
};
void ui_overview_draw(const struct ui_overview *overview, const struct ui_area *screen);

/* Header lines; also all that is left on a screen of one row. */
void ui_header_draw(const struct ui_model *model, const struct ui_area *area);
void ui_footer_keys(const struct ui_area *area);

/* "12:34:56" of an event, or seconds of the source's clock where that is virtual. */
const char *ui_event_time(const struct ui_model *model, const struct bt_event *event,
			  char buf[UI_TEXT]);
enum ui_role ui_event_role(enum bt_event_kind kind);

/* Why a number of the module is not known, in few words. */
const char *ui_why_unknown(const struct ui_model *model);

#endif
