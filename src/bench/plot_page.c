// SPDX-License-Identifier: GPL-2.0
#include "bench/plot_page.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>

/* PDF counts in inches and points; 12 pixels of 96 to an inch are 9 points. */
static const struct {
	const char *ending, *terminal, *font;
	double per_pixel, font_scale;
} formats[BT_PLOT_FORMATS] = {
	[BT_PLOT_SVG] = { ".svg", "svg", "DejaVu Sans, Verdana, sans-serif", 1, 1 },
	[BT_PLOT_PNG] = { ".png", "pngcairo", "DejaVu Sans", 1, 1 },
	[BT_PLOT_PDF] = { ".pdf", "pdfcairo", "DejaVu Sans", 1 / 96.0, 1.5 },
};

int bt_plot_format(const char *path, enum bt_plot_format *format, struct bt_err *err)
{
	const char *name = strrchr(path, '/'), *dot = strrchr(name ? name : path, '.');

	for (unsigned i = 0; dot && i < BT_PLOT_FORMATS; i++) {
		if (!strcasecmp(dot, formats[i].ending)) {
			*format = i;
			return 0;
		}
	}
	return bt_err_set(err, EINVAL, "%s: a picture ends with .svg, .png or .pdf", path);
}

/* ---- head --------------------------------------------------------------------------------- */

#define HEAD_LINE 19.0
#define HEAD_LEFT 20.0
#define HEAD_ABOVE 26.0		/* the middle of the first line, which is larger */
#define HEAD_GAP 5.0

/* A label of the page, which is drawn with its first panel. */
static void put_head_line(FILE *out, const struct bt_plot_box *page, unsigned line,
			  const char *text, double pixels, const char *colour)
{
	double below = HEAD_ABOVE + (line ? HEAD_GAP : 0) + HEAD_LINE * line;

	fprintf(out, "set label %u ", 200 + line);
	bt_plot_quote(out, text, 120);
	fprintf(out, " at screen %.6g,%.6g left textcolor rgb '%s'",
		HEAD_LEFT * page->zoom / page->page_width,
		1 - below * page->zoom / page->page_height, colour);
	bt_plot_font(out, page, pixels);
	fputc('\n', out);
}

void bt_plot_head_title(FILE *out, const struct bt_plot_box *page, const char *text)
{
	put_head_line(out, page, 0, text, 16, "#000000");
}

void bt_plot_head_fact(FILE *out, const struct bt_plot_box *page, unsigned line, const char *text)
{
	put_head_line(out, page, line, text, 12, "#404040");
}

void bt_plot_head_warning(FILE *out, const struct bt_plot_box *page, unsigned line,
			  const char *text)
{
	put_head_line(out, page, line, text, 13, "#a83200");
}

/* ---- page and panels ------------------------------------------------------------------------ */

struct bt_plot_box bt_plot_page(const struct bt_plot_sheet *sheet)
{
	double head = HEAD_ABOVE + HEAD_LINE * sheet->head_lines;
	double wanted_width = sheet->columns * (sheet->columns > 1 ? 760.0 : 960.0);
	double wanted_height = head + sheet->rows * 520.0;
	struct bt_plot_box page = {
		.page_width = sheet->width ? sheet->width : wanted_width,
		.page_height = sheet->height ? sheet->height : wanted_height,
		.font_scale = formats[sheet->format].font_scale,
	};

	page.zoom = fmin(1, 1.2 * fmin(page.page_width / wanted_width,
				       page.page_height / wanted_height));
	page.width = page.page_width;
	page.height = page.page_height - head * page.zoom;
	return page;
}

void bt_plot_page_begin(FILE *out, const struct bt_plot_box *page, enum bt_plot_format format)
{
	double scale = formats[format].per_pixel;

	fprintf(out, "set encoding utf8\n"
		"set terminal %s noenhanced size %.10g,%.10g font '%s,%.3g' background '#ffffff'\n"
		"set multiplot\n", formats[format].terminal, page->page_width * scale,
		page->page_height * scale, formats[format].font,
		12 * page->zoom * page->font_scale);
}

void bt_plot_page_end(FILE *out)
{
	fputs("unset multiplot\n", out);
}

struct bt_plot_box bt_plot_page_panel(const struct bt_plot_box *page,
				      const struct bt_plot_sheet *sheet, unsigned index,
				      unsigned count)
{
	bool alone = index + 1 == count && index % sheet->columns == 0;
	struct bt_plot_box box = *page;

	box.width = alone ? page->width : page->width / sheet->columns;
	box.height = page->height / sheet->rows;
	box.left = index % sheet->columns * box.width;
	box.bottom = (sheet->rows - 1 - index / sheet->columns) * box.height;
	return box;
}

void bt_plot_panel_begin(FILE *out, const struct bt_plot_box *box, const char *title)
{
	bt_plot_title(out, box, title);
	fputs("set border 3 linecolor rgb '" BT_PLOT_GREY "'\n"
	      "set tics nomirror textcolor rgb 'black'\n"
	      "set grid ytics back linetype 1 linewidth 0.5 linecolor rgb '#dddddd'\n"
	      "set style fill solid 1 noborder\n", out);
}

void bt_plot_panel_end(FILE *out)
{
	fputs("reset\n", out);
}
