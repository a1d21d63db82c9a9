// SPDX-License-Identifier: GPL-2.0
/* The picture of a map of free pages: which character a share is, and how many frames it stands for. */
#include "tests/unit/test.h"

#include <locale.h>
#include <string.h>

#include "ui/freemap.h"

static const struct bt_units units = { .bytes = BT_BYTES_BINARY };

/* count frames with so many free pages each. */
static struct bt_frame_freemap *new_map(const uint16_t *free_pages, unsigned count)
{
	struct bt_freemap_look *looks = bt_xcalloc(count, sizeof(*looks));
	struct bt_frame_freemap *map = bt_freemap_create();

	for (unsigned i = 0; i < count; i++)
		looks[i] = (struct bt_freemap_look){ .free = free_pages[i], .pages = 512 };
	map->state = BT_DETAIL_KNOWN;
	map->huge_pages = 512;
	map->sampled_one_in = 1;
	bt_freemap_fill(map, looks, count);
	free(looks);
	return map;
}

static const char *draw(const struct bt_frame_freemap *map, const char *glyphs, int rows, int cols)
{
	static char dumped[4096];
	FILE *to = fmemopen(dumped, sizeof(dumped), "w");
	struct ui_canvas canvas;
	struct ui_area area;

	ui_canvas_init(&canvas, ui_glyphs_find(glyphs));
	ui_canvas_resize(&canvas, rows, cols);
	area = ui_area_all(&canvas);
	ui_freemap_draw(&area, map, &units);
	ui_canvas_dump(&canvas, to);
	fclose(to);
	ui_canvas_free(&canvas);
	return dumped;
}

/* Nothing, each third of a frame, all but a page, all. */
static void a_character_a_frame(void **state)
{
	static const uint16_t pages[] = { 0, 1, 170, 171, 341, 342, 511, 512 };
	struct bt_frame_freemap *map = new_map(pages, 8);

	(void)state;
	assert_string_equal(draw(map, "full", 2, 4), "·░░▒\n▒▓▓█\n");
	assert_string_equal(draw(map, "full", 3, 40),
			    "·░░▒▒▓▓█\n\n· in use  ░▒▓ partly free  █ free\n");
	assert_string_equal(draw(map, "full", 3, 60),
			    "·░░▒▒▓▓█\n\n· in use  ░▒▓ partly free  █ free  2.00 MiB a character\n");
	bt_freemap_free(map);
}

/* Seven kinds of ASCII in between: sevenths of a frame of 512 pages begin at 74, 147 ... 439. */
static void shades_of_ascii(void **state)
{
	static const uint16_t pages[] = { 0, 73, 74, 146, 147, 438, 439, 511, 512 };
	struct bt_frame_freemap *map = new_map(pages, 9);

	(void)state;
	assert_string_equal(draw(map, "ascii", 1, 9), ".:--=#%%@\n");
	bt_freemap_free(map);
}

/* Two frames a character: free is only what is free in both. */
static void neighbours_share_a_character(void **state)
{
	static const uint16_t pages[] = { 512, 512, 512, 511, 0, 0, 0, 512, 512 };
	struct bt_frame_freemap *map = new_map(pages, 9);

	(void)state;
	assert_string_equal(draw(map, "full", 1, 5), "█▓·▒█\n");
	assert_string_equal(draw(map, "full", 1, 8), "█▓·▒█\n");
	assert_string_equal(draw(map, "full", 1, 9), "███▓···██\n");
	bt_freemap_free(map);
}

static void what_facts_say(void **state)
{
	static const uint16_t pages[] = { 512, 256, 0, 0 };
	struct bt_frame_freemap *map = new_map(pages, 4);
	struct ui_row row = { 0 };

	(void)state;
	map->sampled_one_in = 4;
	ui_freemap_facts(&row, map, &units);
	assert_int_equal(row.count, 4);
	assert_string_equal(row.words[0].text, "1 of 4");
	assert_string_equal(row.words[1].text, "25.0 %");
	assert_string_equal(row.words[2].text, "1.00 MiB");
	assert_string_equal(row.words[3].text, "one of 4");
	map->free_frames = BT_UNKNOWN;
	map->sampled_one_in = BT_UNKNOWN;
	row.count = 0;
	ui_freemap_facts(&row, map, &units);
	assert_int_equal(row.count, 3);
	assert_string_equal(row.words[0].text, "?");
	assert_string_equal(row.words[1].text, "?");
	assert_string_equal(row.words[2].text, "?");
	bt_freemap_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_character_a_frame),
		cmocka_unit_test(shades_of_ascii),
		cmocka_unit_test(neighbours_share_a_character),
		cmocka_unit_test(what_facts_say),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
