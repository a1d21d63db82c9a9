// SPDX-License-Identifier: GPL-2.0
#include "bench/plot_text.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "core/util.h"

/* ---- texts -------------------------------------------------------------------------------- */

/* What ends a string, runs a command, escapes: the last two not in single quotes, but still. */
static const struct {
	char sign;
	const char *instead;
} lookalikes[] = {
	{ '\'', "\u2019" }, { '"', "\u201d" }, { '`', "\u2018" }, { '\\', "/" },
};

/*
 * Latin, Greek, Cyrillic, and dashes and quotes: what a usual font has. For a sign that no font has
 * gnuplot's cairo terminals draw a box with its number as large as the page.
 */
static bool is_usual(const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (length == 2)
		return ((bytes[0] & 0x1fu) << 6 | (bytes[1] & 0x3fu)) < 0x530;
	if (length == 3)
		return bytes[0] == 0xe2 && bytes[1] == 0x80 && bytes[2] >= 0x90 && bytes[2] <= 0xa7;
	return length == 1;
}

static void put_character(FILE *out, const char *text, size_t length)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(lookalikes); i++) {
		if (*text == lookalikes[i].sign) {
			fputs(lookalikes[i].instead, out);
			return;
		}
	}
	if (is_usual(text, length))
		fwrite(text, 1, length, out);
	else
		fputc('?', out);
}

/* double_percent: where gnuplot takes the text for a format. */
static void quote(FILE *out, const char *text, unsigned characters_max, bool double_percent)
{
	char clean[256];
	const char *at = clean;
	unsigned used = 0;

	bt_copy_clean(clean, sizeof(clean), text);
	fputc('\'', out);
	while (*at) {
		size_t length = bt_utf8_length(at);

		if (++used == characters_max && at[length]) {
			fputs("\u2026", out);
			break;
		}
		if (double_percent && *at == '%')
			fputc('%', out);
		put_character(out, at, length);
		at += length;
	}
	fputc('\'', out);
}

void bt_plot_quote(FILE *out, const char *text, unsigned characters_max)
{
	quote(out, text, characters_max, false);
}

void bt_plot_quote_tic(FILE *out, const char *text, unsigned characters_max)
{
	quote(out, text, characters_max, true);
}

void bt_plot_quote_format(FILE *out, unsigned characters_max, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	bt_plot_quote(out, text, characters_max);
}

/* ---- colours ------------------------------------------------------------------------------ */

/*
 * Okabe and Ito: Color universal design, 2008, without black and the yellow that white swallows; in
 * this order neighbours differ in lightness, too.
 */
static const unsigned hues[] = { 0x0072b2, 0xe69f00, 0x009e73, 0xd55e00, 0x56b4e9, 0xcc79a7 };

/* Dark violet to light green, lightness rising in even steps; nothing as light as the paper. */
static const unsigned ramp[] = { 0x35155e, 0x3b4a8c, 0x2d7391, 0x22977f, 0x5cb85c, 0xa5cf3c };

/* Almost the paper to almost black. */
static const unsigned heat[] = { 0xe3f0cf, 0xaedbb8, 0x66bcb4, 0x3993b0, 0x2c66a0, 0x2b377f,
				 0x1a1040 };

/* Light and dark, of a hue for each document; black whiskers and dots are seen on the dark, too. */
static const unsigned pairs[][2] = {
	{ 0xa6cbe8, 0x2e77b0 }, { 0xf6cf94, 0xc9741a }, { 0xa5dcc9, 0x1f8a6b },
	{ 0xe6bcd6, 0xa8588a }, { 0xd2d2d2, 0x777777 }, { 0xd9d890, 0x8a8a1c },
};

static const char *text_colour(unsigned colour, char buf[8])
{
	snprintf(buf, 8, "#%06x", colour & 0xffffff);
	return buf;
}

static unsigned channel(unsigned colour, unsigned shift)
{
	return colour >> shift & 0xff;
}

/* Between the colours of a ramp, 0 <= at <= 1. */
static unsigned mix(const unsigned *colours, unsigned count, double at)
{
	double place = at * (count - 1);
	unsigned low = place >= count - 1 ? count - 2 : (unsigned)place;
	unsigned mixed = 0;

	for (unsigned shift = 0; shift < 24; shift += 8) {
		double from = channel(colours[low], shift), to = channel(colours[low + 1], shift);

		mixed |= (unsigned)lround(from + (to - from) * (place - low)) << shift;
	}
	return mixed;
}

const char *bt_plot_ramp_colour(unsigned index, unsigned count, char buf[8])
{
	if (count <= BT_ARRAY_SIZE(hues))
		return text_colour(hues[index % BT_ARRAY_SIZE(hues)], buf);
	return text_colour(mix(ramp, BT_ARRAY_SIZE(ramp), (double)index / (count - 1)), buf);
}

const char *bt_plot_hue_colour(unsigned document, double dark, char buf[8])
{
	return text_colour(mix(pairs[document % BT_ARRAY_SIZE(pairs)], 2, dark), buf);
}

void bt_plot_palette(FILE *out)
{
	char colour[8];

	fputs("set palette defined (", out);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(heat); i++)
		fprintf(out, "%s%u '%s'", i ? ", " : "", i, text_colour(heat[i], colour));
	fputs(")\n", out);
}

/* ---- places ------------------------------------------------------------------------------- */

#define LEFT 100.0
#define TITLE 24.0		/* its middle, below the panel's upper edge */
#define ABOVE 46.0		/* of the axes, without legend */
#define LEGEND_LINE 17.0

static void put_margin(FILE *out, const char *side, double pixels, double page)
{
	fprintf(out, "set %cmargin at screen %.6g\n", *side, pixels / page);
}

void bt_plot_frame(FILE *out, const struct bt_plot_box *box, const struct bt_plot_margins *margins)
{
	double left = box->left + LEFT * box->zoom;
	double top = box->bottom + box->height - ABOVE * box->zoom;

	fprintf(out, "set key at screen %.6g,%.6g left top Left reverse samplen 2\n",
		left / box->page_width, (top + 8 * box->zoom) / box->page_height);
	top -= margins->legend_lines * LEGEND_LINE * box->zoom;
	put_margin(out, "left", left, box->page_width);
	put_margin(out, "right", box->left + box->width - margins->right * box->zoom,
		   box->page_width);
	put_margin(out, "top", top, box->page_height);
	put_margin(out, "bottom", box->bottom + margins->below * box->zoom, box->page_height);
}

void bt_plot_colour_box(FILE *out, const struct bt_plot_box *box,
			const struct bt_plot_margins *margins)
{
	double above = ABOVE + margins->legend_lines * LEGEND_LINE;

	fprintf(out, "set colorbox user origin screen %.6g,%.6g size screen %.6g,%.6g\n",
		(box->left + box->width - (margins->right - 12) * box->zoom) / box->page_width,
		(box->bottom + margins->below * box->zoom) / box->page_height,
		20 * box->zoom / box->page_width,
		(box->height - (above + margins->below) * box->zoom) / box->page_height);
}

void bt_plot_font(FILE *out, const struct bt_plot_box *box, double pixels)
{
	fprintf(out, " font ',%.3g' ", pixels * box->zoom * box->font_scale);
}

void bt_plot_title(FILE *out, const struct bt_plot_box *box, const char *title)
{
	fputs("set label 100 ", out);
	bt_plot_quote(out, title, 80);
	fprintf(out, " at screen %.6g,%.6g left", (box->left + LEFT * box->zoom) / box->page_width,
		(box->bottom + box->height - TITLE * box->zoom) / box->page_height);
	bt_plot_font(out, box, 14);
	fputc('\n', out);
}

void bt_plot_caption(FILE *out, const struct bt_plot_box *box, const char *caption)
{
	fputs("set label 101 ", out);
	bt_plot_quote(out, caption, 120);
	fprintf(out, " at screen %.6g,%.6g left", (box->left + LEFT * box->zoom) / box->page_width,
		(box->bottom + 16 * box->zoom) / box->page_height);
	bt_plot_font(out, box, 11);
	fputs("textcolor rgb '" BT_PLOT_GREY "'\n", out);
}

/* ---- axes --------------------------------------------------------------------------------- */

static void put_decade(FILE *out, unsigned power)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	unsigned unit = power / 3 < BT_ARRAY_SIZE(units) ? power / 3 : BT_ARRAY_SIZE(units) - 1;

	fprintf(out, "'%.0f %s' 1e%u", pow(10, power - 3.0 * unit), units[unit], power);
}

void bt_plot_time_axis(FILE *out, const char *axis, double low_ns, double high_ns)
{
	unsigned first = (unsigned)floor(log10(fmax(low_ns, 1)));
	unsigned last = (unsigned)ceil(log10(fmax(high_ns, 10)));

	fprintf(out, "set logscale %s\nset %srange [%.10g:%.10g]\nset %stics nomirror (", axis,
		axis, fmax(low_ns, 1), fmax(high_ns, 10), axis);
	for (unsigned power = first; power <= last; power++) {
		fputs(power > first ? ", " : "", out);
		put_decade(out, power);
		for (unsigned digit = 2; digit < 10; digit++)
			fprintf(out, ", '' %ue%u 1", digit, power);
	}
	fputs(")\n", out);
}

double bt_plot_rate_unit(double high, const char **name)
{
	static const char *const names[] = { "", "thousand ", "million ", "billion " };
	double unit = 1;
	unsigned i = 0;

	for (; high / unit >= 1000 && i + 1 < BT_ARRAY_SIZE(names); i++)
		unit *= 1000;
	*name = names[i];
	return unit;
}

double bt_plot_byte_unit(double high, const char **name)
{
	static const char *const names[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB" };
	double unit = 1;
	unsigned i = 0;

	for (; high / unit >= 1024 && i + 1 < BT_ARRAY_SIZE(names); i++)
		unit *= 1024;
	*name = names[i];
	return unit;
}
