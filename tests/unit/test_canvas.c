// SPDX-License-Identifier: GPL-2.0
/* Canvas, graphs, texts: clipping, characters, rows that give way, what a graph shows. */
#include "tests/unit/test.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "core/util.h"
#include "ui/chart.h"
#include "ui/text.h"

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

static void test_clipping(void **state)
{
	struct ui_canvas canvas = new_canvas("ascii", 3, 10);
	struct ui_area all = ui_area_all(&canvas), part = ui_area_part(&all, 1, 2, 5, 4);

	(void)state;
	assert_int_equal(part.rect.rows, 2);
	ui_put(&part, 0, -1, UI_ROLE_NORMAL, "abcdefgh");
	ui_put(&part, -1, 0, UI_ROLE_NORMAL, "no");
	ui_put(&part, 2, 0, UI_ROLE_NORMAL, "no");
	assert_string_equal(dump(&canvas), "\n  bcde\n\n");
	part = ui_area_part(&all, 0, 20, 1, 5);
	assert_int_equal(part.rect.cols, 0);
	part = ui_area_part(&all, -2, -3, 3, 5);
	assert_int_equal(part.rect.rows, 1);
	assert_int_equal(part.rect.cols, 2);
	ui_canvas_free(&canvas);
}

static void test_characters(void **state)
{
	struct ui_canvas canvas = new_canvas("full", 1, 20);
	struct ui_area all = ui_area_all(&canvas);

	(void)state;
	/* é; a bell; a broken byte; a wide character; an emoji of four bytes */
	ui_put(&all, 0, 0, UI_ROLE_NORMAL, "\u00e9\a\xff\u4e00!\U0001f600");
	assert_string_equal(dump(&canvas), "\u00e9\?\?\?!\?\?\?\?\n");
	ui_canvas_clear(&canvas);
	canvas.glyphs = ui_glyphs_find("ascii");
	ui_put(&all, 0, 0, UI_ROLE_NORMAL, "a\u00e9z");
	assert_string_equal(dump(&canvas), "a?z\n");
	ui_canvas_free(&canvas);
}

static void test_cut_and_right(void **state)
{
	struct ui_canvas canvas = new_canvas("ascii", 1, 12);
	struct ui_area all = ui_area_all(&canvas);

	(void)state;
	assert_int_equal(ui_put_cut(&all, 0, 0, 5, UI_ROLE_NORMAL, "abcdefg"), 5);
	ui_put_right(&all, 0, 12, UI_ROLE_NORMAL, "xyz");
	assert_string_equal(dump(&canvas), "abcd~    xyz\n");
	assert_int_equal(ui_put_cut(&all, 0, 0, 5, UI_ROLE_NORMAL, "abcde"), 5);
	assert_string_equal(dump(&canvas), "abcde    xyz\n");
	ui_canvas_free(&canvas);
}

static void test_wrapped(void **state)
{
	struct ui_canvas canvas = new_canvas("ascii", 5, 8);
	struct ui_area all = ui_area_all(&canvas);

	(void)state;
	assert_int_equal(ui_put_wrapped(&all, 0, 0, 8, UI_ROLE_NORMAL, "one two threefourfive six"),
			 4);
	assert_string_equal(dump(&canvas), "one two\nthreefou\nrfive\nsix\n\n");
	assert_int_equal(ui_put_wrapped(NULL, 0, 0, 100, UI_ROLE_NORMAL, "one two"), 1);
	assert_int_equal(ui_put_wrapped(NULL, 0, 0, 0, UI_ROLE_NORMAL, "one"), 0);
	ui_canvas_free(&canvas);
}

/* Words of low importance go first; right ones stay right. */
static void test_row(void **state)
{
	struct ui_canvas canvas = new_canvas("ascii", 1, 24);
	struct ui_area all = ui_area_all(&canvas);

	(void)state;
	for (int width = 24; width >= 10; width -= 7) {
		struct ui_row row = { 0 };

		ui_row_add(&row, 0, UI_ROLE_NORMAL, "", "first");
		ui_row_add(&row, 2, UI_ROLE_NORMAL, "n", "%d", 12);
		ui_row_add(&row, 9, UI_ROLE_NORMAL, "", "%s", "");
		ui_row_add_right(&row, 1, UI_ROLE_NORMAL, "", "right");
		ui_canvas_clear(&canvas);
		ui_row_draw(&row, &all, 0, 0, width);
		assert_string_equal(dump(&canvas), width == 24 ? "first  n 12        right\n" :
						   width == 17 ? "first       right\n" : "first\n");
	}
	ui_canvas_free(&canvas);
}

static void test_columns(void **state)
{
	static const struct ui_scale scale = { 0, 16, false };
	const double values[] = { NAN, 0, 4, 8, 16, UI_GAP, 40 };
	struct ui_canvas canvas = new_canvas("full", 2, 8);
	struct ui_area all = ui_area_all(&canvas);

	(void)state;
	/* Unknown: blank. 0: the lowest eighth. Half: one row full. Beyond the scale: full. */
	ui_chart(&all, values, 7, &scale, UI_ROLE_GRAPH_A);
	assert_string_equal(
		dump(&canvas),
		"    \u2581\u2588\u250a\u2588\n  \u2581\u2585\u2588\u2588\u250a\u2588\n");
	ui_canvas_free(&canvas);
}

static void test_braille(void **state)
{
	static const struct ui_scale scale = { 0, 15, false };
	const double values[] = { 0, 0, 15, 15 };
	struct ui_canvas canvas = new_canvas("full", 4, 2);
	struct ui_area all = ui_area_all(&canvas);

	(void)state;
	assert_int_equal(ui_chart_capacity(&all), 4);
	ui_chart(&all, values, 4, &scale, UI_ROLE_GRAPH_A);
	/* Two dots at the bottom of the left cell; the rise is drawn in the right one. */
	assert_string_equal(dump(&canvas), " \u284f\n \u2847\n \u2847\n\u28c0\u2807\n");
	ui_canvas_free(&canvas);
}

static void test_scales(void **state)
{
	static const struct ui_scale log_scale = { 64, 65536, true };

	(void)state;
	assert_true(fabs(ui_scale_place(&log_scale, 2048) - 0.5) < 1e-9);
	assert_true(ui_scale_place(&log_scale, 1) == 0);
	assert_true(ui_scale_place(&log_scale, 1e9) == 1);
	assert_true(ui_nice_ceiling(0.03) == 0.05);
	assert_true(ui_nice_ceiling(1) == 1);
	assert_true(ui_nice_ceiling(1001) == 2000);
	assert_true(ui_nice_ceiling(5.1e6) == 1e7);
	assert_true(isnan(ui_series_max((double[]){ NAN, UI_GAP }, 2)));
	assert_true(ui_series_max((double[]){ NAN, 2, UI_GAP, 1 }, 4) == 2);
	assert_true(ui_series_min((double[]){ NAN, 2, UI_GAP, 1 }, 4) == 1);
}

static void test_texts(void **state)
{
	static const struct bt_units units;
	char text[UI_TEXT];

	(void)state;
	assert_string_equal(ui_text_percent(0, text), "0 %");
	assert_string_equal(ui_text_percent(0.0004, text), "<0.1 %");
	assert_string_equal(ui_text_percent(0.1234, text), "12.3 %");
	assert_string_equal(ui_text_percent(1, text), "100 %");
	assert_string_equal(ui_text_percent(NAN, text), "?");
	assert_string_equal(ui_text_rate(1234, text), "1.23k/s");
	assert_string_equal(ui_text_rate(NAN, text), "?");
	assert_string_equal(ui_text_clock(12 * BT_NS_PER_S, text), "00:12");
	assert_string_equal(ui_text_clock(3723 * BT_NS_PER_S, text), "1:02:03");
	assert_string_equal(ui_text_narrow(&units, 3 << 19, text), "1.50Mi");
	assert_string_equal(ui_text_narrow(&units, BT_UNKNOWN, text), "?");
}

static void test_glyph_choice(void **state)
{
	(void)state;
	assert_string_equal(ui_glyphs_choose("UTF-8", "xterm-256color")->name, "full");
	assert_string_equal(ui_glyphs_choose("UTF-8", "linux")->name, "console");
	assert_string_equal(ui_glyphs_choose("ANSI_X3.4-1968", "xterm")->name, "ascii");
	assert_string_equal(ui_glyphs_choose("ISO-8859-1", "linux")->name, "ascii");
	assert_string_equal(ui_glyphs_next(ui_glyphs_find("full"), "UTF-8")->name, "console");
	assert_string_equal(ui_glyphs_next(ui_glyphs_find("ascii"), "UTF-8")->name, "full");
	assert_string_equal(ui_glyphs_next(ui_glyphs_find("ascii"), "ISO-8859-1")->name, "ascii");
	assert_null(ui_glyphs_find("none"));
	/* The Linux console's fonts have these and no others (Lat15, Terminus, VGA). */
	for (unsigned i = 0; i < UI_GLYPH_COUNT; i++) {
		wchar_t ch = ui_glyphs_find("console")->glyph[i];

		assert_true(ch < 0x80 || (ch >= 0x2500 && ch <= 0x257f) || ch == 0x2588);
		assert_true(ui_glyphs_find("ascii")->glyph[i] < 0x80);
	}
	for (const wchar_t *ch = ui_glyphs_find("ascii")->level; *ch; ch++)
		assert_true(*ch < 0x80);
	assert_int_equal(wcslen(ui_glyphs_find("console")->level),
			 ui_glyphs_find("console")->levels + 1);
	assert_int_equal(wcslen(ui_glyphs_find("full")->level), ui_glyphs_find("full")->levels + 1);
	assert_int_equal(wcslen(ui_glyphs_find("full")->shade), ui_glyphs_find("full")->shades + 1);
	assert_int_equal(wcslen(ui_glyphs_find("ascii")->shade),
			 ui_glyphs_find("ascii")->shades + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clipping), cmocka_unit_test(test_characters),
		cmocka_unit_test(test_cut_and_right), cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_row), cmocka_unit_test(test_columns),
		cmocka_unit_test(test_braille), cmocka_unit_test(test_scales),
		cmocka_unit_test(test_texts), cmocka_unit_test(test_glyph_choice),
	};

	/* wcwidth() knows characters beyond ASCII only in a locale that has them. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
