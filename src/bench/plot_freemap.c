// SPDX-License-Identifier: GPL-2.0
#include "bench/plot_freemap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/gnuplot.h"
#include "bench/plot_page.h"

#define HUGE_BYTES (2.0 * (1 << 20))
#define WIDER 1.6	/* a panel than high */

/* Fields of a row: a power of two, so that rows begin at round numbers. */
static unsigned fields_of_row(unsigned count)
{
	unsigned fields = 1;

	while (fields < WIDER * count / fields)
		fields *= 2;
	return fields;
}

/* Column, row and share of each, both from 0. */
static void put_fields(const struct bt_frame_freemap *map, unsigned fields, FILE *out)
{
	fputs("$map << EOD\n", out);
	for (unsigned i = 0; i < map->count; i++)
		fprintf(out, "%u %u %.4g\n", i % fields, i / fields,
			100 * bt_freemap_ratio(map, i, i + 1));
	fputs("EOD\n", out);
}

/* "1397 of 2049 frames of 2 MiB are free as a whole (68.2 %), 209 MiB more in the others" */
static void put_caption(const struct bt_frame_freemap *map, const struct bt_plot_box *box,
			FILE *out)
{
	char caption[256], more[64] = "", sampled[64] = "", text[32];

	if (map->free_pages != BT_UNKNOWN && map->free_frames != BT_UNKNOWN) {
		uint64_t pages = map->free_pages - map->free_frames * map->huge_pages;

		snprintf(more, sizeof(more), ", %s more in the others",
			 bt_text_bytes(pages * ((2u << 20) / map->huge_pages), text, sizeof(text)));
	}
	if (map->sampled_one_in > 1 && map->sampled_one_in != BT_UNKNOWN)
		snprintf(sampled, sizeof(sampled), "; one frame of %llu was looked at",
			 (unsigned long long)map->sampled_one_in);
	if (map->free_frames == BT_UNKNOWN)
		snprintf(caption, sizeof(caption), "? of %llu frames of 2 MiB are free as a whole%s",
			 (unsigned long long)map->frames, sampled);
	else
		snprintf(caption, sizeof(caption), "%llu of %llu frames of 2 MiB are free as a whole "
			 "(%.1f %%)%s%s", (unsigned long long)map->free_frames,
			 (unsigned long long)map->frames, 100 * bt_freemap_free_share(map), more,
			 sampled);
	bt_plot_caption(out, box, caption);
}

void bt_plot_map_write(const struct bt_frame_freemap *map, const struct bt_plot_box *box,
		       FILE *out)
{
	const struct bt_plot_margins margins = { .right = 116, .below = 84 };
	uint64_t every = map->sampled_one_in == BT_UNKNOWN ? 1 : map->sampled_one_in;
	double field_bytes = (double)(map->cell_frames * every) * HUGE_BYTES;
	unsigned fields = fields_of_row(map->count), rows = (map->count + fields - 1) / fields;
	const char *row_name, *all_name;
	double row_bytes = field_bytes * fields, all_bytes = row_bytes * rows;
	double row_unit = bt_plot_byte_unit(row_bytes, &row_name);
	double all_unit = bt_plot_byte_unit(all_bytes, &all_name);

	put_fields(map, fields, out);
	bt_plot_frame(out, box, &margins);
	bt_plot_colour_box(out, box, &margins);
	bt_plot_palette(out);
	put_caption(map, box, out);
	fprintf(out, "set key off\nunset grid\nset cbrange [0:100]\nset cblabel 'free, %%'\n"
		"set format cb '%%g'\nset xrange [0:%.10g]\nset yrange [%.10g:0]\n"
		"set xlabel 'memory within a row, %s'\nset ylabel 'memory by address, %s'\n",
		row_bytes / row_unit, all_bytes / all_unit, row_name, all_name);
	/* Each reaches a little below those after it: no paper shows through in between. */
	fprintf(out, "x(n) = n * %.10g\ny(n) = n * %.10g\n"
		"plot $map using (x($1 + 0.5)):(y($2 + 0.5)):(x($1)):(x($1 + 1.02)):(y($2)):"
		"(y($2 + 1.02)):3 with boxxyerror fillstyle solid noborder linecolor palette "
		"notitle\n", field_bytes / row_unit, row_bytes / all_unit);
}

static void put_panels(const struct bt_plot_maps *plot, FILE *out)
{
	bool warning = plot->warning && *plot->warning;
	struct bt_plot_sheet sheet = {
		.width = plot->width, .height = plot->height, .columns = plot->count > 1 ? 2 : 1,
		.head_lines = 1 + (plot->fact != NULL) + warning, .format = plot->format,
	};
	struct bt_plot_box page, box;

	sheet.rows = (plot->count + sheet.columns - 1) / sheet.columns;
	page = bt_plot_page(&sheet);
	bt_plot_page_begin(out, &page, plot->format);
	bt_plot_head_title(out, &page, plot->title);
	if (plot->fact)
		bt_plot_head_fact(out, &page, 1, plot->fact);
	if (warning)
		bt_plot_head_warning(out, &page, sheet.head_lines - 1, plot->warning);
	for (unsigned i = 0; i < plot->count; i++) {
		box = bt_plot_page_panel(&page, &sheet, i, plot->count);
		bt_plot_panel_begin(out, &box, plot->maps[i].title);
		bt_plot_map_write(plot->maps[i].map, &box, out);
		bt_plot_panel_end(out);
	}
	bt_plot_page_end(out);
}

int bt_plot_maps_program(const struct bt_plot_maps *plot, char **program, size_t *size,
			 struct bt_err *err)
{
	FILE *out;

	for (unsigned i = 0; i < plot->count; i++) {
		if (!plot->maps[i].map->count)
			return bt_err_set(err, ENODATA, "%s: its map of free pages has no frames",
					  plot->maps[i].title);
	}
	out = open_memstream(program, size);
	if (!out)
		return bt_err_set(err, errno, "no memory for gnuplot's program");
	put_panels(plot, out);
	if (fclose(out))
		return bt_err_set(err, ENOMEM, "no memory for gnuplot's program");
	return 0;
}

int bt_plot_maps_draw(const struct bt_plot_maps *plot, char **picture, size_t *size,
		      struct bt_err *err)
{
	char *program;
	size_t program_size;
	int rc = bt_plot_maps_program(plot, &program, &program_size, err);

	if (rc)
		return rc;
	rc = bt_gnuplot_run(program, program_size, picture, size, err);
	free(program);
	return rc;
}
