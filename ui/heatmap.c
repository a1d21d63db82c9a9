// SPDX-License-Identifier: GPL-2.0
#include "ui/heatmap.h"

#include <math.h>

#include "ui/text.h"

#define MOST_WIDE 4u

/* ---- axis -------------------------------------------------------------------------------- */

struct ui_heat_axis ui_heat_axis(unsigned first, unsigned last, unsigned room,
				 unsigned most_per_octave)
{
	struct ui_heat_axis axis = { .first = first, .octaves = last + 1 - first, .per_octave = 1,
				     .span = 1, .wide = 1 };

	while (axis.octaves > room * axis.span)
		axis.span++;
	while (axis.per_octave < most_per_octave && axis.octaves * axis.per_octave * 2 <= room)
		axis.per_octave *= 2;
	if (axis.per_octave == most_per_octave && axis.span == 1) {
		axis.wide = room / ui_heat_bins(&axis);
		axis.wide = axis.wide < MOST_WIDE ? axis.wide : MOST_WIDE;
	}
	axis.octaves = room * axis.span / axis.per_octave / axis.wide;
	if (axis.first + axis.octaves > BT_LOG2_BINS)
		axis.octaves = BT_LOG2_BINS - axis.first;
	return axis;
}

unsigned ui_heat_bins(const struct ui_heat_axis *axis)
{
	return axis->octaves * axis->per_octave / axis->span;
}

uint64_t ui_heat_floor(const struct ui_heat_axis *axis, unsigned bin)
{
	unsigned octave = axis->first + bin * axis->span / axis->per_octave;
	uint64_t eighths = BT_HIST_SUB + bin % axis->per_octave * BT_HIST_SUB / axis->per_octave;

	return (eighths << octave) / BT_HIST_SUB;
}

static unsigned bin_of_bucket(const struct ui_heat_axis *axis, unsigned bucket)
{
	unsigned octave = bt_hist_log2_bin(bucket), eighth;

	if (octave < axis->first)
		return 0;
	if ((octave - axis->first) / axis->span * axis->per_octave >= ui_heat_bins(axis))
		return ui_heat_bins(axis) - 1;
	eighth = (unsigned)((bt_hist_floor(bucket) * BT_HIST_SUB >> octave) % BT_HIST_SUB);
	return (octave - axis->first) / axis->span * axis->per_octave +
	       eighth * axis->per_octave / BT_HIST_SUB;
}

unsigned ui_heat_bin(const struct ui_heat_axis *axis, uint64_t ns)
{
	return bin_of_bucket(axis, bt_hist_index(ns));
}

void ui_heat_counts(const struct ui_heat_axis *axis, const struct bt_hist *hist,
		    double counts[UI_HEAT_BINS_MAX])
{
	for (unsigned bin = 0; bin < ui_heat_bins(axis); bin++)
		counts[bin] = 0;
	for (unsigned bucket = 0; bucket < BT_HIST_BUCKETS; bucket++) {
		if (hist->count[bucket])
			counts[bin_of_bucket(axis, bucket)] += (double)hist->count[bucket];
	}
}

void ui_heat_octave_counts(const struct ui_heat_axis *axis, const double octaves[BT_LOG2_BINS],
			   double counts[UI_HEAT_BINS_MAX])
{
	for (unsigned bin = 0; bin < ui_heat_bins(axis); bin++)
		counts[bin] = 0;
	for (unsigned octave = 0; octave < BT_LOG2_BINS; octave++)
		counts[ui_heat_bin(axis, 1ull << octave)] += octaves[octave];
}

/* ---- density ----------------------------------------------------------------------------- */

double ui_heat_ratio(double count, double full)
{
	return count > 0 ? log1p(count) / log1p(full) : 0;
}

double ui_heat_full(double largest)
{
	return largest > 10 ? pow(10, ceil(log10(largest) - 1e-9)) : 10;
}

double ui_heat_least(const struct ui_glyphs *glyphs, unsigned step, double full)
{
	double ratio = ((double)step - 1.5) / ((double)glyphs->shades - 1);

	return step <= 1 ? 1 : ceil(expm1(ratio * log1p(full)));
}

/* ---- lines ------------------------------------------------------------------------------- */

static void put(const struct ui_heat_map *map, int at, unsigned bin, enum ui_role role, wchar_t ch)
{
	for (unsigned i = 0; i < map->axis.wide; i++) {
		int cell = (int)(bin * map->axis.wide + i);

		if (map->upright)
			ui_put_char(&map->area, map->area.rect.rows - 1 - cell, at, role, ch);
		else
			ui_put_char(&map->area, at, cell, role, ch);
	}
}

static bool selected(const struct ui_heat_map *map, int at, unsigned bin)
{
	return at == map->cursor_at && map->cursor >= 0 &&
	       ui_heat_bin(&map->axis, 1ull << map->cursor) / map->axis.per_octave ==
		       bin / map->axis.per_octave;
}

static void put_bin(const struct ui_heat_map *map, int at, unsigned bin,
		    const struct ui_heat_line *line)
{
	const struct ui_glyphs *glyphs = map->area.canvas->glyphs;
	const struct ui_event_line *event = ui_event_line(line->flags);
	double ratio = ui_heat_ratio(line->counts[bin], map->full);
	wchar_t ch = ui_shade_char(glyphs, ratio);
	enum ui_role role = ch == L' ' ? UI_ROLE_NORMAL : ui_theme_heat(ratio);

	if (line->gap) {
		ch = glyphs->glyph[UI_GLYPH_GAP];
		role = UI_ROLE_DIM;
	} else if (ch == L' ' && event) {
		ch = glyphs->glyph[map->upright ? event->upright : event->across];
		role = event->role;
	}
	for (unsigned marker = 0; marker < UI_HEAT_MARKERS; marker++) {
		if (!line->gap && line->marker[marker] == (int)bin) {
			ch = UI_HEAT_MARKER_CHARS[marker];
			role = UI_ROLE_STRONG;
		}
	}
	put(map, at, bin, selected(map, at, bin) ? UI_ROLE_SELECTED : role, ch);
}

void ui_heat_draw(const struct ui_heat_map *map, int at, const struct ui_heat_line *line)
{
	for (unsigned bin = 0; bin < ui_heat_bins(&map->axis); bin++)
		put_bin(map, at, bin, line);
}

void ui_heat_legend(double full, bool upright, const struct ui_area *area, int line)
{
	const struct ui_glyphs *glyphs = area->canvas->glyphs;
	static const char *const markers[UI_HEAT_MARKERS] = { "p50", "p99" };
	char text[UI_TEXT];
	int col = 0;

	for (unsigned i = 0; i < UI_HEAT_MARKERS && col + 5 <= area->rect.cols; i++) {
		ui_put_char(area, line, col, UI_ROLE_STRONG, UI_HEAT_MARKER_CHARS[i]);
		col = ui_put(area, line, col + 2, UI_ROLE_DIM, markers[i]) + 2;
	}
	for (unsigned step = 1; step <= glyphs->shades && col + 8 < area->rect.cols; step++) {
		double least = ui_heat_least(glyphs, step, full);

		/* Of few operations no count may be drawn with a step in between. */
		if (step < glyphs->shades && ui_heat_least(glyphs, step + 1, full) <= least)
			continue;
		ui_put_heat(area, line, col, ui_heat_ratio(step == glyphs->shades ? full : least,
							   full));
		col = ui_putf(area, line, col + 2, UI_ROLE_DIM, "%s%s",
			      bt_text_count(least, text, sizeof(text)),
			      step == glyphs->shades ? " and more" : "") + 2;
	}
	if (col + 17 <= area->rect.cols)
		col = ui_put(area, line, col, UI_ROLE_DIM, "operations a cell") + 2;
	for (unsigned i = 0; i < UI_EVENT_LINES; i++) {
		const struct ui_event_line *event = &ui_event_lines[i];

		if (col + 2 + ui_text_width(event->name) > area->rect.cols)
			continue;
		ui_put_glyph(area, line, col, event->role,
			     upright ? event->upright : event->across);
		col = ui_put(area, line, col + 2, UI_ROLE_DIM, event->name) + 2;
	}
}
