/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Graphs on a canvas, pure: series are plain arrays, oldest value first, the newest at the right
 * edge. NaN is unknown and stays blank; UI_GAP is a time of which nothing is known, drawn as such.
 */
#ifndef UI_CHART_H
#define UI_CHART_H

#include "frame/interval.h"
#include "ui/canvas.h"

#define UI_GAP (-1.0)
/* Most values of a series that a graph can use: two for each column. */
#define UI_SERIES_MAX 1024

struct ui_scale {
	double low, high;	/* low < high */
	bool log;		/* low > 0 then */
};

/* Place of value on scale, 0..1, cut to it. */
double ui_scale_place(const struct ui_scale *scale, double value);
/* Largest known value, or NaN when none is. */
double ui_series_max(const double *values, unsigned count);
double ui_series_min(const double *values, unsigned count);
/* 1, 2 or 5 times a power of ten, the next that is >= value (> 0). */
double ui_nice_ceiling(double value);

/* Values that ui_chart() draws in an area of this size. */
unsigned ui_chart_capacity(const struct ui_area *area);
/* A line of dots where there are at least four rows and braille, else filled columns. */
void ui_chart(const struct ui_area *area, const double *values, unsigned count,
	      const struct ui_scale *scale, enum ui_role role);
/*
 * What was in the baseline, before the graph itself is drawn: a dotted line, never taken for it.
 */
void ui_chart_ghost(const struct ui_area *area, const double *values, unsigned count,
		    const struct ui_scale *scale);
/*
 * A second line, after the graph itself: one character in each column, where no line of dots is.
 * values are as many in a column as those of ui_chart().
 */
void ui_chart_level(const struct ui_area *area, const double *values, unsigned count,
		    const struct ui_scale *scale, enum ui_role role);
/* One character for each value, which is one column; several series share an area. */
void ui_chart_points(const struct ui_area *area, const double *values, unsigned count,
		     const struct ui_scale *scale, enum ui_role role, wchar_t ch);

/* A kind of line through graphs. */
struct ui_event_line {
	uint32_t flags;			/* enum bt_point_flag, any of them */
	enum ui_glyph upright, across;
	enum ui_role role;
	const char *name;
};
#define UI_EVENT_LINES 3
extern const struct ui_event_line ui_event_lines[UI_EVENT_LINES];	/* the gravest first */
/* The line for a point with these flags; NULL: none. */
const struct ui_event_line *ui_event_line(uint32_t flags);
/*
 * After the graph: lines where something happened, through what is blank of their columns and
 * always the top cell. flags belong to the values of a graph, as many in a column as in that.
 */
void ui_chart_events(const struct ui_area *area, const uint32_t *flags, unsigned count,
		     unsigned per_column);
/* Values in a column of ui_chart(). */
unsigned ui_chart_per_column(const struct ui_area *area);
/* A bar of one row, ratio 0..1 of its width filled; NaN is blank. */
void ui_bar(const struct ui_area *area, int row, int col, int width, double ratio,
	    enum ui_role role);
/* One character for a ratio 0..1: any value above 0 is visible. */
wchar_t ui_level_char(const struct ui_glyphs *glyphs, double ratio);
wchar_t ui_shade_char(const struct ui_glyphs *glyphs, double ratio);
/* Density 0..1 as glyph and colour that say the same; NaN is blank. */
void ui_put_heat(const struct ui_area *area, int row, int col, double ratio);

#endif
