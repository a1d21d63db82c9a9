// SPDX-License-Identifier: GPL-2.0
#include "bench/html.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "core/util.h"

static const char *escaped(char sign)
{
	switch (sign) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* keep: control characters that stay. */
static void put_text(FILE *out, const char *text, const char *keep)
{
	while (*text) {
		size_t length = bt_utf8_length(text), step = length ? length : 1;
		char one[8] = "", clean[8];

		memcpy(one, text, step);
		bt_copy_clean(clean, sizeof(clean), one);
		if (strchr(keep, *text))
			fputc(*text, out);
		else
			fputs(escaped(*clean) ? escaped(*clean) : clean, out);
		text += step;
	}
}

void bt_html(FILE *out, const char *markup, ...)
{
	va_list args;

	va_start(args, markup);
	for (; *markup; markup++) {
		if (*markup != '%') {
			fputc(*markup, out);
			continue;
		}
		markup++;
		if (*markup == 's')
			put_text(out, va_arg(args, const char *), "");
		else if (*markup == 'u')
			fprintf(out, "%u", va_arg(args, unsigned));
		else
			fputc('%', out);
	}
	va_end(args);
}

void bt_html_lines(FILE *out, const char *text)
{
	put_text(out, text, "\n\t");
}

void bt_html_base64(FILE *out, const void *data, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i += 3) {
		unsigned left = size - i < 3 ? (unsigned)(size - i) : 3;
		uint32_t group = (uint32_t)bytes[i] << 16;

		if (left > 1)
			group |= (uint32_t)bytes[i + 1] << 8;
		if (left > 2)
			group |= bytes[i + 2];
		for (unsigned k = 0; k < 4; k++)
			fputc(k <= left ? digits[group >> (18 - 6 * k) & 63] : '=', out);
	}
}
