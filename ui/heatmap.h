/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Heatmaps of latency, pure: histograms become bins of an axis, bins become cells whose glyph and
 * colour say the same count on a logarithmic scale. One histogram is one line of the map.
 */
#ifndef UI_HEATMAP_H
#define UI_HEATMAP_H

#include "ui/chart.h"

/*
 * Octaves (hist.h: bin n begins at 2^n ns), each cut into 1, 2, 4 or 8 bins, or several of them in
 * one bin. The first and the last bin take what lies beyond the axis too.
 */
struct ui_heat_axis {
	unsigned first, octaves;
	unsigned per_octave;	/* bins of an octave */
	unsigned span;		/* octaves of a bin; > 1 only where per_octave is 1 */
	unsigned wide;		/* cells of a bin; >= 1 */
};

#define UI_HEAT_BINS_MAX (BT_LOG2_BINS * BT_HIST_SUB)

/*
 * The finest axis of at most most_per_octave that has first to last in room cells (>= 1), and above
 * them what else there is room for.
 */
struct ui_heat_axis ui_heat_axis(unsigned first, unsigned last, unsigned room,
				 unsigned most_per_octave);
unsigned ui_heat_bins(const struct ui_heat_axis *axis);
/* Lower edge of a bin; of the number of bins: the end of the last one, were it bounded. */
uint64_t ui_heat_floor(const struct ui_heat_axis *axis, unsigned bin);
unsigned ui_heat_bin(const struct ui_heat_axis *axis, uint64_t ns);
void ui_heat_counts(const struct ui_heat_axis *axis, const struct bt_hist *hist,
		    double counts[UI_HEAT_BINS_MAX]);
/* Of octaves; the axis does not cut them. */
void ui_heat_octave_counts(const struct ui_heat_axis *axis, const double octaves[BT_LOG2_BINS],
			   double counts[UI_HEAT_BINS_MAX]);

/* Density of a count where `full` is the most: logarithmic, 0 only for 0. */
double ui_heat_ratio(double count, double full);
/* The most that the map's scale shows for this largest count: rarely another one. */
double ui_heat_full(double largest);
/* Least count that is drawn with step 1 ... glyphs->shades of the shades. */
double ui_heat_least(const struct ui_glyphs *glyphs, unsigned step, double full);

enum ui_heat_marker { UI_HEAT_P50, UI_HEAT_P99, UI_HEAT_MARKERS };
#define UI_HEAT_MARKER_CHARS L"59"

struct ui_heat_line {
	bool gap;			/* nothing is known of this time */
	uint32_t flags;			/* enum bt_point_flag */
	double counts[UI_HEAT_BINS_MAX];
	int marker[UI_HEAT_MARKERS];	/* their bins; -1: none */
};

struct ui_heat_map {
	struct ui_area area;		/* cells only */
	struct ui_heat_axis axis;
	double full;
	bool upright;		/* a line is a column, its lowest bin at the bottom; else a row */
	int cursor;		/* octave shown as selected in the line at cursor_at; -1: none */
	int cursor_at;
};

/* at: row or column of the line. */
void ui_heat_draw(const struct ui_heat_map *map, int at, const struct ui_heat_line *line);
/* In a row: markers, the least count of each glyph, and the lines of events, as far as they fit. */
void ui_heat_legend(double full, bool upright, const struct ui_area *area, int line);

#endif
