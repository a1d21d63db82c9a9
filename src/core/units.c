// SPDX-License-Identifier: GPL-2.0
#include "core/util.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Digits at the start of text; *end is the first character after them. */
static int parse_digits(const char *text, uint64_t *value, const char **end)
{
	uint64_t sum = 0;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(*text - '0'), &sum))
			return -ERANGE;
	}
	*value = sum;
	*end = text;
	return 0;
}

int bt_parse_u64(const char *text, uint64_t *value)
{
	const char *end;
	uint64_t parsed;
	int err = parse_digits(text, &parsed, &end);

	if (err)
		return err;
	if (*end)
		return -EINVAL;
	*value = parsed;
	return 0;
}

static int scale(uint64_t value, uint64_t factor, uint64_t *out)
{
	uint64_t product;

	if (__builtin_mul_overflow(value, factor, &product))
		return -ERANGE;
	*out = product;
	return 0;
}

int bt_parse_bytes(const char *text, uint64_t *bytes)
{
	static const char prefixes[] = "KMGT";
	const char *end, *prefix;
	uint64_t value;
	int err = parse_digits(text, &value, &end);

	if (err)
		return err;
	if (!*end || !strcasecmp(end, "B"))
		return scale(value, 1, bytes);
	prefix = strchr(prefixes, *end & ~0x20);
	if (!prefix || !*prefix || (end[1] && strcasecmp(end + 1, "iB")))
		return -EINVAL;
	return scale(value, 1024ull << (10 * (prefix - prefixes)), bytes);
}

int bt_parse_time_ns(const char *text, uint64_t default_unit_ns, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "ns", 1 },	       { "us", 1000 },		      { "ms", BT_NS_PER_MS },
		{ "s", BT_NS_PER_S }, { "m", 60 * BT_NS_PER_S }, { "h", 3600 * BT_NS_PER_S },
	};
	const char *end;
	uint64_t value;
	int err = parse_digits(text, &value, &end);
	size_t i;

	if (err)
		return err;
	if (!*end)
		return scale(value, default_unit_ns, ns);
	for (i = 0; i < BT_ARRAY_SIZE(units); i++) {
		if (!strcmp(end, units[i].name))
			return scale(value, units[i].ns, ns);
	}
	return -EINVAL;
}

/* Three significant digits; whole numbers from 100 on. */
static const char *text_scaled(double value, const char *unit, char *buf, size_t size)
{
	int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

	snprintf(buf, size, "%.*f%s", decimals, value, unit);
	return buf;
}

static const struct byte_scale {
	double factor, first_too_much;	/* this much is written in the next unit */
	const char *wide[8], *narrow[8]	;	/* end with NULL */
} byte_scales[] = {
	[BT_BYTES_BINARY] = {
		1024, 1023.5,
		{ " B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB" },
		{ "B", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei" },
	},
	[BT_BYTES_DECIMAL] = {
		1000, 999.5,
		{ " B", " kB", " MB", " GB", " TB", " PB", " EB" },
		{ "B", "kB", "MB", "GB", "TB", "PB", "EB" },
	},
};

static const char *text_bytes(const struct byte_scale *scale, const char *const *units,
			      uint64_t bytes, char *buf, size_t size)
{
	double value = (double)bytes / scale->factor;

	if (bytes == BT_UNKNOWN) {
		snprintf(buf, size, "?");
		return buf;
	}
	if (value < 1) {
		snprintf(buf, size, "%u%s", (unsigned)bytes, units[0]);
		return buf;
	}
	for (units++; value >= scale->first_too_much && units[1]; units++)
		value /= scale->factor;
	return text_scaled(value, units[0], buf, size);
}

const char *bt_text_bytes_in(const struct bt_units *units, uint64_t bytes, char *buf, size_t size)
{
	const struct byte_scale *scale = &byte_scales[units->bytes];

	return text_bytes(scale, scale->wide, bytes, buf, size);
}

const char *bt_text_narrow_in(const struct bt_units *units, uint64_t bytes, char *buf, size_t size)
{
	const struct byte_scale *scale = &byte_scales[units->bytes];

	return text_bytes(scale, scale->narrow, bytes, buf, size);
}

const char *bt_text_bytes(uint64_t bytes, char *buf, size_t size)
{
	return text_bytes(&byte_scales[BT_BYTES_BINARY], byte_scales[BT_BYTES_BINARY].wide, bytes,
			  buf, size);
}

const char *bt_text_ns(uint64_t ns, char *buf, size_t size)
{
	static const char *const units[] = { " us", " ms", " s" };
	double value = (double)ns / 1000;
	size_t i = 0;

	if (ns == BT_UNKNOWN) {
		snprintf(buf, size, "?");
		return buf;
	}
	if (ns < 1000) {
		snprintf(buf, size, "%u ns", (unsigned)ns);
		return buf;
	}
	for (; value >= 999.5 && i + 1 < BT_ARRAY_SIZE(units); i++)
		value /= 1000;
	return text_scaled(value, units[i], buf, size);
}

const char *bt_text_count(double count, char *buf, size_t size)
{
	static const char *const units[] = { "k", "M", "G", "T", "P", "E" };
	double value = count / 1000;
	size_t i = 0;

	/* Also catches NaN. */
	if (!(count >= 0) || count >= (double)BT_UNKNOWN) {
		snprintf(buf, size, "?");
		return buf;
	}
	if (count < 999.5) {
		bool whole = count == (double)(unsigned)count;

		snprintf(buf, size, "%.*f", whole || count >= 99.95 ? 0 : count < 9.995 ? 2 : 1,
			 count);
		return buf;
	}
	for (; value >= 999.5 && i + 1 < BT_ARRAY_SIZE(units); i++)
		value /= 1000;
	return text_scaled(value, units[i], buf, size);
}

/* Up to here in full: wider than the widest text of another kind it must not be. */
#define NS_IN_FULL 99999u

const char *bt_text_latency_in(const struct bt_units *units, uint64_t ns, char *buf, size_t size)
{
	char count[16];

	if (units->latency == BT_LATENCY_SCALED || ns == BT_UNKNOWN)
		return bt_text_ns(ns, buf, size);
	if (ns <= NS_IN_FULL)
		snprintf(buf, size, "%u ns", (unsigned)ns);
	else
		snprintf(buf, size, "%s ns", bt_text_count((double)ns, count, sizeof(count)));
	return buf;
}
