/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A graph of the model's history, complete: the values, the baseline's ghost, gaps, lines where
 * something happened, and the axis of time. Panels say only which number.
 */
#ifndef UI_GRAPH_H
#define UI_GRAPH_H

#include "ui/chart.h"
#include "ui/model.h"
#include "ui/text.h"

/* Least rows of an area in which a graph spends one on the axis of time. */
#define UI_GRAPH_AXIS_ROWS 6

struct ui_graph {
	ui_value_fn value;
	enum ui_role role;
	struct ui_scale scale;
};

/* Extremes of what ui_graph_draw() would show in the area, ghost too; NaN: nothing is known. */
double ui_graph_max(const struct ui_model *model, const struct ui_area *plot, ui_value_fn value);
double ui_graph_min(const struct ui_model *model, const struct ui_area *plot, ui_value_fn value);
/*
 * How many places at the right edge of so many are free: a graph that moved with every sample would
 * be painted again with every sample.
 */
unsigned ui_graph_places(const struct ui_model *model, unsigned capacity);
/* Values, ghost and lines, no axis. */
void ui_graph_draw(const struct ui_model *model, const struct ui_area *plot,
		   const struct ui_graph *graph);
/* The same, in points of one character, a column for each value, without lines. */
void ui_graph_points(const struct ui_model *model, const struct ui_area *plot,
		     const struct ui_graph *graph, wchar_t ch);
/* A second line of the same window over it (ui_chart_level()); graph->value is what it is of. */
void ui_graph_level(const struct ui_model *model, const struct ui_area *plot,
		    const struct ui_graph *graph);
/* The lines alone, over what was drawn of the newest points. */
void ui_graph_events(const struct ui_model *model, const struct ui_area *plot,
		     unsigned per_column);
/*
 * In one row below a plot of the same columns that can show that many points: when it begins, which
 * lines are in it, how long it is.
 */
void ui_graph_axis(const struct ui_model *model, const struct ui_area *area, int row,
		   unsigned points, unsigned per_column);
/*
 * All of it in an area: on the right label_cols for top (and bottom) of the scale, the axis of time
 * where there are rows enough. A narrow area has only the graph.
 */
void ui_graph_panel(const struct ui_model *model, const struct ui_area *area,
		    const struct ui_graph *graph, const char *top, const char *bottom);
/* The part of the area that ui_graph_panel() draws values into. */
struct ui_area ui_graph_plot(const struct ui_area *area);

/* A number of the shown point that grows by one from point to point. */
unsigned ui_model_slot(const struct ui_model *model);

/* "45 s", "2:30 min", "1:05 h". */
const char *ui_text_span(uint64_t ns, char buf[UI_TEXT]);

#endif
