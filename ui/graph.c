// SPDX-License-Identifier: GPL-2.0
#include "ui/graph.h"

#include <math.h>
#include <stdio.h>

#include "ui/panel.h"

#define LABEL_COLS 9
#define LABELS_FROM_COLS 36

const char *ui_text_span(uint64_t ns, char buf[UI_TEXT])
{
	uint64_t s = (ns + BT_NS_PER_S / 2) / BT_NS_PER_S;

	if (ns < 10 * BT_NS_PER_S)
		snprintf(buf, UI_TEXT, "%.3g s", (double)(ns / 100000000) / 10);
	else if (s < 60)
		snprintf(buf, UI_TEXT, "%u s", (unsigned)s);
	else if (s < 3600)
		snprintf(buf, UI_TEXT, "%u:%02u min", (unsigned)(s / 60), (unsigned)(s % 60));
	else
		snprintf(buf, UI_TEXT, "%u:%02u h", (unsigned)(s / 3600), (unsigned)(s / 60 % 60));
	return buf;
}

/* ---- values ------------------------------------------------------------------------------ */

/* Most values by which a graph moves on at once. */
#define JUMP_MAX 16u

unsigned ui_model_slot(const struct ui_model *model)
{
	const struct bt_point *point = model->point;
	uint64_t step_ns = bt_tier_ns[model->tier];

	if (!step_ns)
		return (unsigned)point->number;
	return (unsigned)((point->mono_ns - point->length_ns / 2) / step_ns);
}

/*
 * A graph that moved with every sample would be painted again with every sample, lines through all
 * its rows foremost: this one lets the newest value run to the edge, and then moves on by some.
 */
unsigned ui_graph_places(const struct ui_model *model, unsigned capacity)
{
	unsigned jump = capacity / 8 < JUMP_MAX ? capacity / 8 & ~1u : JUMP_MAX;

	return model->point && jump > 1 ? jump - 1 - ui_model_slot(model) % jump : 0;
}

/* A series with the free places behind it. */
typedef unsigned (*series_fn)(const struct ui_model *model, ui_value_fn value, double *values,
			      unsigned want);
static unsigned placed_series(const struct ui_model *model, series_fn series, ui_value_fn value,
			      double *values, unsigned capacity)
{
	unsigned places = ui_graph_places(model, capacity);
	unsigned count = series(model, value, values, capacity - places);

	if (!count)
		return 0;
	for (unsigned i = 0; i < places; i++)
		values[count++] = NAN;
	return count;
}

static double extreme(const struct ui_model *model, const struct ui_area *plot, ui_value_fn value,
		      double (*of)(const double *values, unsigned count),
		      double (*choose)(double a, double b))
{
	double values[UI_SERIES_MAX], now;
	unsigned capacity = ui_chart_capacity(plot);

	now = of(values, placed_series(model, ui_model_series, value, values, capacity));
	/* fmax() and fmin() prefer what is known to NaN. */
	return choose(now, of(values, placed_series(model, ui_model_baseline_series, value, values,
						    capacity)));
}

double ui_graph_max(const struct ui_model *model, const struct ui_area *plot, ui_value_fn value)
{
	return extreme(model, plot, value, ui_series_max, fmax);
}

double ui_graph_min(const struct ui_model *model, const struct ui_area *plot, ui_value_fn value)
{
	return extreme(model, plot, value, ui_series_min, fmin);
}

void ui_graph_events(const struct ui_model *model, const struct ui_area *plot,
		     unsigned per_column)
{
	uint32_t flags[UI_SERIES_MAX];
	unsigned want = (unsigned)plot->rect.cols * per_column, have = 0, age = 0;
	const struct bt_point *point;

	if (want > UI_SERIES_MAX)
		want = UI_SERIES_MAX;
	for (unsigned places = ui_graph_places(model, want); have < places; have++)
		flags[want - 1 - have] = 0;
	for (; have < want && (point = ui_model_point(model, age)) != NULL; have++, age++)
		flags[want - 1 - have] = point->flags;
	ui_chart_events(plot, flags + want - have, have, per_column);
}

void ui_graph_draw(const struct ui_model *model, const struct ui_area *plot,
		   const struct ui_graph *graph)
{
	double values[UI_SERIES_MAX];
	unsigned capacity = ui_chart_capacity(plot), count;

	count = placed_series(model, ui_model_baseline_series, graph->value, values, capacity);
	ui_chart_ghost(plot, values, count, &graph->scale);
	count = placed_series(model, ui_model_series, graph->value, values, capacity);
	ui_chart(plot, values, count, &graph->scale, graph->role);
	ui_graph_events(model, plot, ui_chart_per_column(plot));
}

void ui_graph_level(const struct ui_model *model, const struct ui_area *plot,
		    const struct ui_graph *graph)
{
	double values[UI_SERIES_MAX];
	unsigned count = placed_series(model, ui_model_series, graph->value, values,
				       ui_chart_capacity(plot));

	ui_chart_level(plot, values, count, &graph->scale, graph->role);
}

void ui_graph_points(const struct ui_model *model, const struct ui_area *plot,
		     const struct ui_graph *graph, wchar_t ch)
{
	unsigned capacity = (unsigned)plot->rect.cols < UI_SERIES_MAX ?
				    (unsigned)plot->rect.cols : UI_SERIES_MAX;
	wchar_t ghost = plot->canvas->glyphs->glyph[UI_GLYPH_GHOST];
	double values[UI_SERIES_MAX];
	unsigned count;

	count = placed_series(model, ui_model_baseline_series, graph->value, values, capacity);
	ui_chart_points(plot, values, count, &graph->scale, UI_ROLE_DIM, ghost);
	count = placed_series(model, ui_model_series, graph->value, values, capacity);
	ui_chart_points(plot, values, count, &graph->scale, graph->role, ch);
}

/* ---- axes -------------------------------------------------------------------------------- */

struct window {
	const struct bt_point *oldest;
	unsigned count;
	uint64_t ns;
	uint32_t flags;		/* of all its points */
};

static struct window shown_window(const struct ui_model *model, unsigned points)
{
	struct window window = { 0 };
	const struct bt_point *point;

	while (window.count < points && (point = ui_model_point(model, window.count)) != NULL) {
		window.oldest = point;
		window.flags |= point->flags;
		window.count++;
	}
	if (window.oldest)
		window.ns = model->point->mono_ns - window.oldest->mono_ns +
			    window.oldest->length_ns;
	return window;
}

void ui_graph_axis(const struct ui_model *model, const struct ui_area *area, int row,
		   unsigned points, unsigned per_column)
{
	unsigned places = ui_graph_places(model, points);
	struct window window = shown_window(model, points - places);
	int cols = area->rect.cols;
	int start = cols - (int)((window.count + places + per_column - 1) / per_column);
	struct ui_row words = { 0 };
	char text[UI_TEXT], glyph[5];
	int width;

	if (!window.oldest)
		return;
	ui_row_add(&words, 1, UI_ROLE_DIM, "", "%s", ui_point_time(model, window.oldest, text));
	for (unsigned i = 0; i < UI_EVENT_LINES; i++) {
		const struct ui_event_line *line = &ui_event_lines[i];

		if (window.flags & line->flags)
			ui_row_add(&words, 2 + i, line->role, "", "%s %s",
				   ui_glyph_text(area->canvas, line->upright, glyph), line->name);
	}
	ui_row_add_right(&words, 0, UI_ROLE_DIM, "", "%s", ui_text_span(window.ns, text));
	width = ui_row_fit(&words, cols);
	/* The first word stands below the oldest point where the rest has room behind it. */
	if (start > cols - width)
		start = cols - width;
	ui_row_draw(&words, area, row, start, cols - start);
}

static bool has_labels(const struct ui_area *area)
{
	return area->rect.cols >= LABELS_FROM_COLS && area->rect.rows > 1;
}

struct ui_area ui_graph_plot(const struct ui_area *area)
{
	bool axis = area->rect.rows >= UI_GRAPH_AXIS_ROWS;

	return ui_area_part(area, 0, 0, area->rect.rows - axis,
			    area->rect.cols - (has_labels(area) ? LABEL_COLS : 0));
}

void ui_graph_panel(const struct ui_model *model, const struct ui_area *area,
		    const struct ui_graph *graph, const char *top, const char *bottom)
{
	struct ui_area plot = ui_graph_plot(area);
	unsigned capacity = ui_chart_capacity(&plot);
	char text[UI_TEXT];

	ui_graph_draw(model, &plot, graph);
	if (has_labels(area)) {
		ui_put_right(area, 0, area->rect.cols, UI_ROLE_DIM, top);
		ui_put_right(area, plot.rect.rows - 1, area->rect.cols, UI_ROLE_DIM, bottom);
	}
	if (plot.rect.rows < area->rect.rows) {
		struct ui_area below = ui_area_part(area, plot.rect.rows, 0, 1, plot.rect.cols);

		ui_graph_axis(model, &below, 0, capacity, ui_chart_per_column(&plot));
	} else if (has_labels(area) && area->rect.rows > 2) {
		ui_put_right(area, area->rect.rows / 2, area->rect.cols, UI_ROLE_DIM,
			     ui_text_span(shown_window(model, capacity -
						       ui_graph_places(model, capacity)).ns, text));
	}
}
