/* SPDX-License-Identifier: GPL-2.0 */
/* The panels of the views: one file each, all drawn from the model alone. */
#ifndef UI_PANEL_H
#define UI_PANEL_H

#include "ui/filter.h"
#include "ui/layout.h"
#include "ui/model.h"
#include "ui/text.h"

/* What moving about has done to a panel. */
struct ui_panel_state {
	unsigned selected;	/* of the rows, where ops->selects */
	unsigned scroll;	/* first line that shows; where ops->from_end: lines back from it */
	unsigned mode;		/* index into ops->modes */
	unsigned subject;	/* index into ops->subjects */
	char filter[UI_FILTER_MAX];	/* where ops->filters: only rows that fit (filter.h) are shown */
};

enum ui_move { UI_MOVE_UP, UI_MOVE_DOWN, UI_MOVE_LEFT, UI_MOVE_RIGHT, UI_MOVE_PAGE_UP,
	       UI_MOVE_PAGE_DOWN, UI_MOVES };

struct ui_panel_ops {
	const char *title;
	const char *metric;	/* of the title while there is a comparison; NULL: none */
	/* The one number of the panel, for its title line; only: there is no room but this line. */
	void (*summary)(const struct ui_model *model, bool only, struct ui_row *row);
	/* Everything below the title. */
	void (*draw)(const struct ui_model *model, const struct ui_panel_state *state,
		     const struct ui_area *area);
	/*
	 * Rows of state->selected or lines of state->scroll there are, with the filter of state;
	 * NULL: nothing moves.
	 */
	unsigned (*extent)(const struct ui_model *model, const struct ui_panel_state *state);
	/*
	 * Instead of that: a panel whose rows are no plain list. inside: what it draws in. False:
	 * nothing moves that way, so that arrows to the left and right are time.
	 */
	bool (*move)(const struct ui_model *model, struct ui_panel_state *state,
		     const struct ui_rect *inside, enum ui_move how);
	bool selects;		/* moving changes selected, else scroll */
	bool from_end;		/* the newest line is the last: up is further back */
	bool filters;
	unsigned wants;		/* BT_WANT_*: what frames must hold while it is on screen */
	/* The CPU whose own histograms they must hold, or -1; NULL: never one. */
	int (*wants_cpu)(const struct ui_model *model, const struct ui_panel_state *state);
	/* Forms the panel can take, by name for the footer; ends with NULL. NULL: only one. */
	const char *const *modes;
	/* How many different things the panel can show, and the name of each; NULL: only one. */
	unsigned (*subjects)(const struct ui_model *model);
	const char *(*subject_name)(unsigned subject, char buf[UI_TEXT]);
};

extern const struct ui_panel_ops ui_panel_available, ui_panel_rate, ui_panel_latency,
	ui_panel_remote, ui_panel_control, ui_panel_events, ui_panel_zones,
	ui_panel_matrix, ui_panel_numastat, ui_panel_cpus,
	ui_panel_free_blocks, ui_panel_fragmentation, ui_panel_pageblocks, ui_panel_free_map,
	ui_panel_reclaim, ui_panel_pressure, ui_panel_tasks,
	ui_panel_heatmap, ui_panel_histogram, ui_panel_percentiles, ui_panel_where,
	ui_panel_event_list,
	ui_panel_kbench_plan, ui_panel_kbench_run, ui_panel_kbench_result, ui_panel_kbench_rows,
	ui_panel_lab;
/* Indexed by enum ui_panel. */
extern const struct ui_panel_ops *const ui_panels[UI_PANEL_COUNT];

/* Header, panels of the view and, without a prompt or message, the keys. */
struct ui_screen {
	const struct ui_model *model;
	struct ui_panel_state panels[UI_PANEL_COUNT];
	enum ui_view view;
	enum ui_panel focus[UI_VIEW_COUNT];	/* of each view */
	bool alone;			/* only the focused panel */
	ui_panel_set hidden;
};
void ui_screen_init(struct ui_screen *screen, const struct ui_model *model);
enum ui_panel ui_screen_focus(const struct ui_screen *screen);
/* Hides these panels of all views; a focus on one of them goes to one that shows. */
void ui_screen_hide(struct ui_screen *screen, ui_panel_set hidden);
/* The panel after (by 1) or before (by -1) the focused one, in the next view after the last. */
void ui_screen_move_focus(struct ui_screen *screen, int by);
/* BT_WANT_* of the panels that are on screen at this size. */
unsigned ui_screen_wants(const struct ui_screen *screen, int rows, int cols);
/* What the focused panel draws in, below its title, on a screen of this size. */
struct ui_rect ui_screen_inside(const struct ui_screen *screen, int rows, int cols);
void ui_screen_draw(const struct ui_screen *screen, const struct ui_area *area);

/* Header lines; also all that is left on a screen of one row. */
/* header_session.c: recordings and replays. */
void ui_header_session(const struct ui_model *model, struct ui_row *row);
void ui_header_draw(const struct ui_screen *screen, const struct ui_area *area);
/* By enum bt_reality; "" for a real machine. */
extern const char *const ui_reality_badge[];
/* footer.c: one row of keys. */
void ui_footer_keys(const struct ui_screen *screen, const struct ui_area *area);

/* "12:34:56" of the end of a point, or seconds of a virtual clock. */
const char *ui_point_time(const struct ui_model *model, const struct bt_point *point,
			  char buf[UI_TEXT]);
/* "12:34:56" of an event, or seconds of the source's clock where that is virtual. */
const char *ui_event_time(const struct ui_model *model, const struct bt_event *event,
			  char buf[UI_TEXT]);
/* "2026-11-21T05:16:47.123Z", or seconds of a virtual clock. */
const char *ui_event_instant(const struct ui_model *model, const struct bt_event *event,
			     char buf[UI_TEXT]);
/* What a filter sees of an event; */
bool ui_event_fits(const struct ui_filter *filter, const struct bt_event *event);
/* Of the list of view 7; NULL: none fits its filter. */
const struct bt_event *ui_event_selected(const struct ui_model *model,
					 const struct ui_panel_state *state);
enum ui_role ui_event_role(enum bt_event_kind kind);

/* The first of count rows to draw in so many: scrolled, but not beyond the last. */
unsigned ui_first_row(unsigned scroll, unsigned count, int rows);
/* Says in the last row that rows follow below it. */
void ui_put_more(const struct ui_area *area);

/* Why a number of the module is not known, in few words. */
const char *ui_why_unknown(const struct ui_model *model);

#endif
