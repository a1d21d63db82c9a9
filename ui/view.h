/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What there is to see: the views, and the bands of panels that each is made of. Pure tables; the
 * layout (layout.h) turns them into rectangles, one file a panel (panel_*.c) fills those.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include <stdbool.h>
#include <stdint.h>

enum ui_panel {
	UI_PANEL_AVAILABLE,
	UI_PANEL_RATE,
	UI_PANEL_LATENCY,
	UI_PANEL_REMOTE,
	UI_PANEL_CONTROL,
	UI_PANEL_EVENTS,	/* the last events */

	UI_PANEL_HEATMAP,	/* latency over time */
	UI_PANEL_HISTOGRAM,	/* latency of the shown instant and since reset */
	UI_PANEL_PERCENTILES,	/* lines over time */
	UI_PANEL_WHERE,		/* latency by node and by CPU */

	UI_PANEL_ZONES,		/* free, watermarks, per-CPU lists */
	UI_PANEL_MATRIX,	/* CPU node x page node */
	UI_PANEL_NUMASTAT,

	UI_PANEL_FREE_BLOCKS,	/* by order and zone, over time */
	UI_PANEL_FRAGMENTATION,	/* indices, largest order */
	UI_PANEL_PAGEBLOCKS,
	UI_PANEL_FREE_MAP,	/* by address */

	UI_PANEL_CPUS,

	UI_PANEL_RECLAIM,
	UI_PANEL_PRESSURE,
	UI_PANEL_TASKS,

	UI_PANEL_EVENT_LIST,	/* all of them, with a filter */

	UI_PANEL_KBENCH_PLAN,	/* a form */
	UI_PANEL_KBENCH_RUN,	/* progress, averages over iterations */
	UI_PANEL_KBENCH_RESULT,	/* beside the previous one */
	UI_PANEL_KBENCH_ROWS,	/* each iteration */

	UI_PANEL_LAB,		/* a guest as its host sees it */

	UI_PANEL_COUNT,
	UI_PANEL_NONE = UI_PANEL_COUNT
};

/* In settings; a panel is in one view only. */
extern const char *const ui_panel_words[UI_PANEL_COUNT];

/* A set of panels, a bit each. */
typedef uint32_t ui_panel_set;
#define UI_PANEL_BIT(panel) ((ui_panel_set)1 << (panel))

enum ui_view {
	UI_VIEW_OVERVIEW,
	UI_VIEW_LATENCY,
	UI_VIEW_NUMA,
	UI_VIEW_FRAGMENTATION,
	UI_VIEW_CPUS,
	UI_VIEW_RECLAIM,
	UI_VIEW_EVENTS,
	UI_VIEW_KBENCH,
	UI_VIEW_LAB,
	UI_VIEW_COUNT
};

/* A band of the screen: one panel, or two side by side. Bands are stacked from the top. */
struct ui_band {
	enum ui_panel left, right;	/* right UI_PANEL_NONE: the left one takes all */
	int wanted;			/* rows with which nothing is missing, with the title */
	int useful;			/* rows below which it is not worth much */
	bool grows;			/* rows that nobody wants are shared among these */
};

/* By width: one column, two columns, two columns with room for more. */
enum ui_shape { UI_SHAPE_NARROW, UI_SHAPE_TWO, UI_SHAPE_WIDE, UI_SHAPE_COUNT };

/* From this width on two columns. */
#define UI_TWO_COLS 76
/* From this width on the event log stands beside the control panel. */
#define UI_WIDE_COLS 120

#define UI_BANDS_MAX 6

struct ui_view_def {
	const char *name;	/* on screen */
	const char *word;	/* in commands and settings */
	/*
	 * In the order of importance as well as from the top: what does not fit is cut from the
	 * end. A band of 0 wanted rows ends the list; every panel of the view is in each shape.
	 */
	struct ui_band bands[UI_SHAPE_COUNT][UI_BANDS_MAX + 1];
};

extern const struct ui_view_def ui_views[UI_VIEW_COUNT];

enum ui_shape ui_view_shape(int cols);
/* The panels of a view, from the top left; returns how many (<= UI_PANEL_COUNT). */
unsigned ui_view_panels(enum ui_view view, enum ui_panel panels[UI_PANEL_COUNT]);

#endif
