// SPDX-License-Identifier: GPL-2.0
/* Heatmaps: which bin a latency is in, how dense a count is, what lines of a map look like. */
#include "tests/unit/test.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "ui/heatmap.h"
#include "ui/latency.h"

static char dumped[4096];

static const char *dump(const struct ui_canvas *canvas)
{
	FILE *to = fmemopen(dumped, sizeof(dumped), "w");

	ui_canvas_dump(canvas, to);
	fclose(to);
	return dumped;
}

static struct ui_canvas new_canvas(const char *glyphs, int rows, int cols)
{
	struct ui_canvas canvas;

	ui_canvas_init(&canvas, ui_glyphs_find(glyphs));
	ui_canvas_resize(&canvas, rows, cols);
	return canvas;
}

static void add(struct bt_hist *hist, uint64_t ns, uint64_t count)
{
	hist->count[bt_hist_index(ns)] += count;
	hist->total += count;
}

/* 64 ns to 1023 ns are 4 octaves; 4 cells each are what 19 columns have room for. */
static void test_axis(void **state)
{
	struct ui_heat_axis axis = ui_heat_axis(6, 9, 19, 8);

	(void)state;
	assert_int_equal(axis.per_octave, 4);
	assert_int_equal(axis.octaves, 4);
	assert_int_equal(ui_heat_bins(&axis), 16);
	assert_int_equal(ui_heat_floor(&axis, 0), 64);
	assert_int_equal(ui_heat_floor(&axis, 1), 80);
	assert_int_equal(ui_heat_floor(&axis, 4), 128);
	assert_int_equal(ui_heat_floor(&axis, 15), 896);
	assert_int_equal(ui_heat_floor(&axis, 16), 1024);
	/* Every latency is in the bin between whose edges it lies. */
	for (uint64_t ns = 64; ns < 1024; ns++) {
		unsigned bin = ui_heat_bin(&axis, ns);

		assert_true(ui_heat_floor(&axis, bin) <= ns && ns < ui_heat_floor(&axis, bin + 1));
	}
	assert_int_equal(ui_heat_bin(&axis, 0), 0);
	assert_int_equal(ui_heat_bin(&axis, 63), 0);
	assert_int_equal(ui_heat_bin(&axis, 1024), 15);
	assert_int_equal(ui_heat_bin(&axis, UINT64_MAX), 15);
}

/* Room that is left goes to octaves above, or, of octaves that cannot be cut, to wider cells. */
static void test_axis_room(void **state)
{
	struct ui_heat_axis axis = ui_heat_axis(6, 9, 30, 4);

	(void)state;
	assert_int_equal(axis.octaves, 7);
	axis = ui_heat_axis(6, 9, 13, 1);
	assert_int_equal(axis.wide, 3);
	assert_int_equal(axis.octaves, 4);
	/* Never beyond the last octave of histograms. */
	axis = ui_heat_axis(30, 33, 200, 8);
	assert_int_equal(axis.first + axis.octaves, BT_LOG2_BINS);
}

/* Ten octaves in four cells: three in each. */
static void test_axis_narrow(void **state)
{
	struct ui_heat_axis axis = ui_heat_axis(4, 13, 4, 8);

	(void)state;
	assert_int_equal(axis.span, 3);
	assert_int_equal(ui_heat_bins(&axis), 4);
	assert_int_equal(ui_heat_floor(&axis, 1), 128);
	assert_int_equal(ui_heat_bin(&axis, 127), 0);
	assert_int_equal(ui_heat_bin(&axis, 128), 1);
	assert_int_equal(ui_heat_bin(&axis, 1023), 1);
	assert_int_equal(ui_heat_bin(&axis, 1024), 2);
	assert_int_equal(ui_heat_bin(&axis, 1u << 20), 3);
}

static void test_counts(void **state)
{
	struct ui_heat_axis axis = ui_heat_axis(6, 9, 8, 8);
	double counts[UI_HEAT_BINS_MAX], octaves[BT_LOG2_BINS] = { [3] = 2, [6] = 5, [9] = 1, [33] = 7 };
	struct bt_hist hist = { 0 };

	(void)state;
	add(&hist, 10, 3);	/* below the axis */
	add(&hist, 64, 4);
	add(&hist, 95, 5);	/* still the lower half of the octave */
	add(&hist, 96, 6);
	add(&hist, 1000000, 7);	/* above it */
	ui_heat_counts(&axis, &hist, counts);
	assert_int_equal(axis.per_octave, 2);
	assert_true(counts[0] == 12 && counts[1] == 6 && counts[2] == 0 && counts[7] == 7);
	axis = ui_heat_axis(6, 9, 4, 1);
	ui_heat_octave_counts(&axis, octaves, counts);
	assert_true(counts[0] == 7 && counts[1] == 0 && counts[3] == 8);
}

static void test_density(void **state)
{
	const struct ui_glyphs *glyphs = ui_glyphs_find("full");

	(void)state;
	assert_true(ui_heat_ratio(0, 1000) == 0);
	assert_true(ui_heat_ratio(1000, 1000) == 1);
	/* ln(1 + 30.62) is half of ln(1 + 999) within a thousandth. */
	assert_true(fabs(ui_heat_ratio(30.62, 999) - 0.5) < 1e-3);
	assert_true(ui_heat_full(0) == 10 && ui_heat_full(10) == 10 && ui_heat_full(11) == 100 &&
		    ui_heat_full(1000) == 1000);
	/* The legend says what the map draws: one less is the glyph before. */
	for (unsigned step = 2; step <= glyphs->shades; step++) {
		double least = ui_heat_least(glyphs, step, 1e6);

		assert_int_equal(ui_shade_char(glyphs, ui_heat_ratio(least, 1e6)),
				 glyphs->shade[step]);
		assert_int_equal(ui_shade_char(glyphs, ui_heat_ratio(least - 1, 1e6)),
				 glyphs->shade[step - 1]);
	}
}

static void test_lines(void **state)
{
	struct ui_canvas canvas = new_canvas("ascii", 5, 6);
	struct ui_heat_map map = { .area = ui_area_all(&canvas), .axis = ui_heat_axis(6, 11, 6, 1),
				   .full = 10, .cursor = 7, .cursor_at = 0 };
	struct ui_heat_line line = { .counts = { 0, 10, 0, 1 }, .marker = { 1, 3 } };

	(void)state;
	ui_heat_draw(&map, 0, &line);
	line.marker[UI_HEAT_P50] = line.marker[UI_HEAT_P99] = -1;
	ui_heat_draw(&map, 1, &line);
	line.flags = BT_POINT_MARK | BT_POINT_CONTROL;
	ui_heat_draw(&map, 2, &line);
	line.flags = BT_POINT_CONTROL;
	ui_heat_draw(&map, 3, &line);
	line.gap = true;
	ui_heat_draw(&map, 4, &line);
	/* ln 2 is 0.289 of ln 11: the third of nine shades. */
	assert_string_equal(dump(&canvas), " 5 9\n @ -\n!@!-!!\n_@_-__\n//////\n");
	/* The cursor's octave, and no other, in the line of the cursor. */
	assert_int_equal(canvas.cells[1].role, UI_ROLE_SELECTED);
	assert_int_equal(canvas.cells[2].role, UI_ROLE_NORMAL);
	assert_int_not_equal(canvas.cells[7].role, UI_ROLE_SELECTED);
	ui_canvas_free(&canvas);
}

static void test_upright(void **state)
{
	struct ui_canvas canvas = new_canvas("ascii", 4, 2);
	struct ui_heat_map map = { .area = ui_area_all(&canvas), .axis = ui_heat_axis(6, 9, 4, 1),
				   .full = 10, .upright = true, .cursor = -1 };
	struct ui_heat_line line = { .counts = { 10, 0, 1, 0 }, .marker = { -1, -1 } };

	(void)state;
	line.flags = BT_POINT_OOM | BT_POINT_MARK;
	ui_heat_draw(&map, 1, &line);
	assert_string_equal(dump(&canvas), " $\n -\n $\n @\n");
	ui_canvas_free(&canvas);
}

static void test_octave_quantile(void **state)
{
	double bins[BT_LOG2_BINS] = { [6] = 98, [10] = 1, [20] = 1 };
	const double nothing[BT_LOG2_BINS] = { 0 };
	char text[UI_TEXT];

	(void)state;
	assert_int_equal(ui_octave_quantile(bins, 0.5), 127);
	assert_int_equal(ui_octave_quantile(bins, 0.99), 2047);
	assert_int_equal(ui_octave_quantile(bins, 1), (2u << 20) - 1);
	assert_int_equal(ui_octave_quantile(nothing, 0.5), BT_UNKNOWN);
	assert_string_equal(ui_octave_text(6, text), "64 ns");
	assert_string_equal(ui_octave_text(10, text), "1 us");
	assert_string_equal(ui_octave_text(33, text), "8 s");
}

/* Marks go through blank cells and the top one; a line of a graph and a gap stay. */
static void test_events(void **state)
{
	static const struct ui_scale scale = { 0, 4, false };
	const double values[] = { 1, 4, UI_GAP, 1 };
	const uint32_t flags[] = { BT_POINT_CONTROL, BT_POINT_MARK, BT_POINT_OOM, BT_POINT_FAILURE };
	struct ui_canvas canvas = new_canvas("ascii", 2, 4);
	struct ui_area all = ui_area_all(&canvas);

	(void)state;
	ui_chart(&all, values, 4, &scale, UI_ROLE_GRAPH_A);
	ui_chart_events(&all, flags, 4, 1);
	assert_string_equal(dump(&canvas), "|!$\n+#/+\n");
	ui_canvas_free(&canvas);
}

/* Two values in a column: the flags of either are drawn in it, and the ghost beside. */
static void test_halves_of_columns(void **state)
{
	static const struct ui_scale scale = { 0, 3, false };
	const double values[] = { 0, 0, 0, 0, 0, 0 };
	const double ghost[] = { 3, 3, 3, 3, 3, 3 };
	const uint32_t flags[] = { 0, 0, BT_POINT_MARK, 0, 0, BT_POINT_CONTROL };
	struct ui_canvas canvas = new_canvas("full", 4, 3);
	struct ui_area all = ui_area_all(&canvas);

	(void)state;
	ui_chart_ghost(&all, ghost, 6, &scale);
	ui_chart(&all, values, 6, &scale, UI_ROLE_GRAPH_A);
	ui_chart_events(&all, flags, 6, ui_chart_per_column(&all));
	assert_string_equal(dump(&canvas),
			    "\u2219\u2503\u2502\n \u2503\u2502\n \u2503\u2502\n\u28c0\u28c0\u28c0\n");
	ui_canvas_free(&canvas);
}

/* A second line is one character a column, and never over the dots of the first. */
static void test_level(void **state)
{
	static const struct ui_scale scale = { 0, 3, false };
	const double values[] = { 0, 0, 0, 0, 3, 3 };
	const double level[] = { 3, 0, 0, NAN, 3, 3 };
	struct ui_canvas canvas = new_canvas("full", 4, 3);
	struct ui_area all = ui_area_all(&canvas);

	(void)state;
	ui_chart(&all, values, 6, &scale, UI_ROLE_GRAPH_A);
	ui_chart_level(&all, level, 6, &scale, UI_ROLE_WARN);
	/* Above the first column; on the dots of the others. */
	assert_string_equal(dump(&canvas),
			    "\u2500 \u284f\n  \u2847\n  \u2847\n\u28c0\u28c0\u2807\n");
	ui_canvas_free(&canvas);
	/* Columns are drawn over. */
	canvas = new_canvas("ascii", 1, 3);
	all = ui_area_all(&canvas);
	ui_chart(&all, (const double[]){ 3, 3, 0 }, 3, &scale, UI_ROLE_GRAPH_A);
	ui_chart_level(&all, (const double[]){ 1, NAN, 1 }, 3, &scale, UI_ROLE_WARN);
	assert_string_equal(dump(&canvas), "-#-\n");
	ui_canvas_free(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_axis),
		cmocka_unit_test(test_axis_room),
		cmocka_unit_test(test_axis_narrow),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_density),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_upright),
		cmocka_unit_test(test_octave_quantile),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_halves_of_columns),
		cmocka_unit_test(test_level),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
