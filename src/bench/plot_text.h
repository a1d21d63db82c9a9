/* SPDX-License-Identifier: GPL-2.0 */
/* Texts, colours, axes and places of gnuplot programs: what the panels have in common. */
#ifndef BT_PLOT_TEXT_H
#define BT_PLOT_TEXT_H

#include <stdint.h>
#include <stdio.h>

#define BT_PLOT_GREY "#595959"

/*
 * A string constant of gnuplot that stands for text and for nothing else: single quotes, in which
 * gnuplot substitutes nothing; what would end them, or means something to gnuplot elsewhere,
 * becomes a sign that looks alike, and what a usual font has not got a '?'. Programs turn "enhanced"
 * text off. At most characters_max characters, the last an ellipsis where there were more.
 */
void bt_plot_quote(FILE *out, const char *text, unsigned characters_max);
/* The same for a tic of an axis, whose text gnuplot takes for a format. */
void bt_plot_quote_tic(FILE *out, const char *text, unsigned characters_max);
/* As bt_plot_quote(), formatted; at most 255 bytes. */
void bt_plot_quote_format(FILE *out, unsigned characters_max, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Colours as "#rrggbb" into buf (8 bytes). Curves: few are told apart by hue, in any of the common
 * forms of colour blindness; many by lightness, as configurations mostly have an order.
 */
const char *bt_plot_ramp_colour(unsigned index, unsigned count, char buf[8]);
/* The hue of a document, from light (0) to dark (1). */
const char *bt_plot_hue_colour(unsigned document, double dark, char buf[8]);
/* "set palette": lightness falls with the value, so that it is read without hue, and in grey. */
void bt_plot_palette(FILE *out);

/*
 * Where a panel stands, in pixels from the lower left of the page. Nothing is left to gnuplot's own
 * layout, which lets legends and titles run into each other.
 */
struct bt_plot_box {
	double left, bottom, width, height, page_width, page_height;
	double zoom;		/* of letters and margins: below 1 on a page that is small */
	double font_scale;	/* gnuplot's unit of font sizes in pixels */
};

/* Room around the axes of a panel, in pixels of a page that is not small. */
struct bt_plot_margins {
	double right, below;
	unsigned legend_lines;	/* between title and axes */
};
void bt_plot_frame(FILE *out, const struct bt_plot_box *box, const struct bt_plot_margins *margins);
/* The scale of colours, in the right margin. */
void bt_plot_colour_box(FILE *out, const struct bt_plot_box *box,
			const struct bt_plot_margins *margins);
void bt_plot_title(FILE *out, const struct bt_plot_box *box, const char *title);
/* Below the axis, small: what it shows, and how. */
void bt_plot_caption(FILE *out, const struct bt_plot_box *box, const char *caption);
/* " font ',10' " in the unit of the page. */
void bt_plot_font(FILE *out, const struct bt_plot_box *box, double pixels);

/* A logarithmic axis ("x", "y") of times, tics in words at the powers of ten: "10 us". */
void bt_plot_time_axis(FILE *out, const char *axis, double low_ns, double high_ns);
/* What one unit of an axis of bytes up to high is, "GiB" into *name. */
double bt_plot_byte_unit(double high, const char **name);
/* The same of other numbers, "million " (with a blank), "" for 1. */
double bt_plot_rate_unit(double high, const char **name);

#endif
