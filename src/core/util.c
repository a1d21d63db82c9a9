// SPDX-License-Identifier: GPL-2.0
#include "core/util.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *check_memory(void *memory)
{
	if (!memory) {
		fputs("out of memory\n", stderr);
		exit(BT_EXIT_FAILED);
	}
	return memory;
}

void *bt_xcalloc(size_t count, size_t size)
{
	return check_memory(calloc(count ? count : 1, size ? size : 1));
}

void *bt_xrealloc(void *old, size_t count, size_t size)
{
	return check_memory(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *bt_xstrdup(const char *text)
{
	return check_memory(strdup(text));
}

char *bt_xasprintf(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return check_memory(text);
}

uint64_t bt_mono_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * BT_NS_PER_S + (uint64_t)now.tv_nsec;
}

int64_t bt_utc_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * (int64_t)BT_NS_PER_S + now.tv_nsec;
}

bool bt_sleep_until_ns(uint64_t mono_ns)
{
	struct timespec until = {
		.tv_sec = (time_t)(mono_ns / BT_NS_PER_S),
		.tv_nsec = (long)(mono_ns % BT_NS_PER_S),
	};

	return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0;
}

/* Broken-down UTC time; returns the nanoseconds within the second, also before 1970. */
static int64_t split_utc(int64_t utc_ns, struct tm *tm)
{
	int64_t per_s = (int64_t)BT_NS_PER_S;
	int64_t rest = utc_ns % per_s;
	time_t seconds;

	if (rest < 0)
		rest += per_s;
	seconds = (time_t)((utc_ns - rest) / per_s);
	gmtime_r(&seconds, tm);
	return rest;
}

void bt_utc_text(int64_t utc_ns, char *buf, size_t size)
{
	struct tm tm;
	int64_t rest = split_utc(utc_ns, &tm);
	char date[40];

	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, size, "%s.%03dZ", date, (int)(rest / (int64_t)BT_NS_PER_MS));
}

void bt_utc_compact(int64_t utc_ns, char *buf, size_t size)
{
	struct tm tm;

	split_utc(utc_ns, &tm);
	if (!strftime(buf, size, "%Y%m%dT%H%M%SZ", &tm) && size)
		buf[0] = '\0';
}

/* The valid range of a UTF-8 character's second byte depends on the first (RFC 3629, section 4). */
static bool second_byte_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return second >= 0x80 && second <= 0xbf;
	}
}

size_t bt_utf8_length(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length, i;

	if (bytes[0] < 0x80)
		return bytes[0] ? 1 : 0;
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	length = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (!second_byte_fits(bytes[0], bytes[1]))
		return 0;
	for (i = 2; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

/* C0, DEL and, as they come in UTF-8, C1. */
static bool is_control(const char *text, size_t length)
{
	unsigned char first = (unsigned char)text[0];

	return first < ' ' || first == 0x7f ||
	       (length == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0);
}

void bt_copy_clean(char *to, size_t size, const char *from)
{
	size_t used = 0;

	if (!size)
		return;
	while (*from) {
		size_t length = bt_utf8_length(from);
		bool bad = !length || is_control(from, length);
		size_t out = bad ? 1 : length;

		if (used + out >= size)
			break;
		memcpy(to + used, bad ? "?" : from, out);
		used += out;
		from += length ? length : 1;
	}
	to[used] = '\0';
}
