// SPDX-License-Identifier: GPL-2.0
#include "core/mask.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kmod/buddytop_uapi.h"

bool bt_mask_test(const __u64 *mask, unsigned bit)
{
	return mask[bit / 64] >> (bit % 64) & 1;
}

void bt_mask_set(__u64 *mask, unsigned bit, bool on)
{
	uint64_t one = 1ull << (bit % 64);

	if (on)
		mask[bit / 64] |= one;
	else
		mask[bit / 64] &= ~one;
}

unsigned bt_mask_weight(const __u64 *mask, unsigned words)
{
	unsigned bits = 0, i;

	for (i = 0; i < words; i++)
		bits += (unsigned)__builtin_popcountll(mask[i]);
	return bits;
}

unsigned bt_mask_next(const __u64 *mask, unsigned words, unsigned from)
{
	unsigned word = from / 64;
	uint64_t rest;

	if (word >= words)
		return words * 64;
	rest = mask[word] >> (from % 64) << (from % 64);
	while (!rest) {
		if (++word == words)
			return words * 64;
		rest = mask[word];
	}
	return word * 64 + (unsigned)__builtin_ctzll(rest);
}

/* What a parse works on; at is where it stands in text. */
struct parse {
	const char *text, *at;
	const char *what;
	unsigned count;
	__u64 *mask;
	struct bt_err *err;
};

/* Names the part around p->at (up to the next comma) and its position, counted from 1. */
static int refuse(const struct parse *p, const char *from, const char *why)
{
	int length = (int)strcspn(from, ",");

	return bt_err_set(p->err, EINVAL, "%s list '%s': '%.*s' at character %u: %s", p->what,
			  p->text, length, from, (unsigned)(from - p->text) + 1, why);
}

static void set_range(__u64 *mask, unsigned first, unsigned last, bool on)
{
	unsigned bit;

	for (bit = first; bit <= last; bit++)
		bt_mask_set(mask, bit, on);
}

/* One number below count, from p->at, which moves behind it. */
static int parse_number(struct parse *p, const char *part, unsigned *value)
{
	char why[80];
	uint64_t sum = 0;

	if (!isdigit((unsigned char)*p->at))
		return refuse(p, part, *part && *part != ',' ? "a number is expected"
							    : "empty between commas");
	for (; isdigit((unsigned char)*p->at); p->at++) {
		if (sum < p->count)
			sum = sum * 10 + (uint64_t)(*p->at - '0');
	}
	if (sum >= p->count) {
		snprintf(why, sizeof(why), "out of range, the highest is %u", p->count - 1);
		return refuse(p, part, why);
	}
	*value = (unsigned)sum;
	return 0;
}

/* "3", "0-3", "^2", "^4-5" up to a comma or the end. */
static int parse_part(struct parse *p)
{
	const char *part = p->at;
	bool on = *p->at != '^';
	unsigned first, last;
	int code;

	if (!on)
		p->at++;
	code = parse_number(p, part, &first);
	if (code)
		return code;
	last = first;
	if (*p->at == '-') {
		p->at++;
		code = parse_number(p, part, &last);
		if (code)
			return code;
	}
	if (*p->at && *p->at != ',')
		return refuse(p, part, "a comma or the end is expected");
	if (last < first)
		return refuse(p, part, "the range runs backwards");
	set_range(p->mask, first, last, on);
	return 0;
}

static int parse_list(struct parse *p)
{
	int code;

	/* A list that only takes away takes away from all. */
	if (*p->at == '^')
		set_range(p->mask, 0, p->count - 1, true);
	for (;;) {
		code = parse_part(p);
		if (code || !*p->at)
			return code;
		p->at++;
	}
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Digits after "0x", from the last to the first; a comma ends a 32-bit word. */
static int parse_hex(struct parse *p)
{
	const char *digits = p->at + 2;
	bool words = strchr(digits, ',');
	const char *at = digits + strlen(digits);
	unsigned base = 0, used = 0, i;

	if (at == digits)
		return refuse(p, p->at, "a hexadecimal mask is expected");
	while (at-- > digits) {
		int value = hex_value(*at);

		if (*at == ',' && used && at > digits) {
			base += 32;
			used = 0;
			continue;
		}
		if (value < 0 || (words && used == 32))
			return refuse(p, p->at, "malformed hexadecimal mask");
		for (i = 0; i < 4; i++, used++) {
			if (!(value >> i & 1))
				continue;
			if (base + used >= p->count)
				return refuse(p, p->at, "the mask has bits out of range");
			bt_mask_set(p->mask, base + used, true);
		}
	}
	return 0;
}

int bt_mask_parse(const char *text, unsigned count, __u64 *mask, unsigned words,
		  const char *what, struct bt_err *err)
{
	__u64 parsed[BT_CPU_WORDS] = { 0 };
	struct parse p = { .text = text, .at = text, .what = what, .mask = parsed, .err = err };
	int code = 0;

	assert(words <= BT_CPU_WORDS);
	p.count = count < words * 64 ? count : words * 64;
	if (!p.count)
		code = bt_err_set(err, EINVAL, "%s list '%s': there is none", what, text);
	else if (!*text)
		code = bt_err_set(err, EINVAL, "%s list is empty: name one at least, as 0 or 0-3",
				  what);
	else if (!strcmp(text, "all"))
		set_range(parsed, 0, p.count - 1, true);
	else if (!strncmp(text, "0x", 2))
		code = parse_hex(&p);
	else if (strcmp(text, "none"))
		code = parse_list(&p);
	if (!code)
		memcpy(mask, parsed, words * sizeof(*mask));
	return code;
}

int bt_mask_text(const __u64 *mask, unsigned words, char *buf, size_t size)
{
	unsigned bits = words * 64;
	unsigned first = bt_mask_next(mask, words, 0);
	size_t used = 0;

	if (size)
		buf[0] = '\0';
	while (first < bits) {
		char part[32];
		unsigned last = first;

		while (last + 1 < bits && bt_mask_test(mask, last + 1))
			last++;
		if (last > first)
			snprintf(part, sizeof(part), "%s%u-%u", used ? "," : "", first, last);
		else
			snprintf(part, sizeof(part), "%s%u", used ? "," : "", first);
		if (used < size)
			snprintf(buf + used, size - used, "%s", part);
		used += strlen(part);
		first = last + 1 < bits ? bt_mask_next(mask, words, last + 1) : bits;
	}
	return (int)used;
}
