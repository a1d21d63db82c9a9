// SPDX-License-Identifier: GPL-2.0
#include "user/way.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/util.h"

const struct bt_way *const bt_ways[BT_WAY_COUNT] = {
	[BT_WAY_PIPE] = &bt_way_pipe,	    [BT_WAY_PACKET] = &bt_way_packet,
	[BT_WAY_PBUF] = &bt_way_pbuf,	    [BT_WAY_SYSCTL] = &bt_way_sysctl,
	[BT_WAY_ANON] = &bt_way_anon,	    [BT_WAY_HUGE] = &bt_way_huge,
};

static uint32_t find(const char *name, size_t length)
{
	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		if (strlen(bt_ways[i]->name) == length && !strncmp(bt_ways[i]->name, name, length))
			return 1u << i;
	}
	return 0;
}

int bt_ways_parse(const char *text, uint32_t *ways, struct bt_err *err)
{
	char names[64];
	uint32_t found = 0, one;

	if (!text || !*text || !strcmp(text, "none")) {
		*ways = text && *text ? 0 : BT_WAYS_ALL;
		return 0;
	}
	for (const char *at = text, *next; at; at = next) {
		size_t length = strcspn(at, "+");

		next = at[length] ? at + length + 1 : NULL;
		one = find(at, length);
		if (!one) {
			bt_ways_text(BT_WAYS_ALL, names, sizeof(names));
			return bt_err_set(err, EINVAL, "source user: '%.*s' is no way to allocate "
					  "(%s, none)", (int)length, at, names);
		}
		found |= one;
	}
	*ways = found;
	return 0;
}

void bt_ways_text(uint32_t ways, char *buf, size_t size)
{
	size_t used = 0;

	snprintf(buf, size, "none");
	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		if (ways & 1u << i && used < size)
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? "+" : "",
						 bt_ways[i]->name);
	}
}

enum bt_way_use bt_way_use(uint32_t pattern)
{
	static const enum bt_way_use uses[BT_PATTERN_COUNT] = {
		[BT_PATTERN_BURST] = BT_WAY_CHURN,   [BT_PATTERN_STEADY] = BT_WAY_CHURN,
		[BT_PATTERN_REPEAT] = BT_WAY_REPEAT, [BT_PATTERN_RAMP] = BT_WAY_HOLD,
		[BT_PATTERN_HOLD] = BT_WAY_HOLD,
	};

	return uses[pattern];
}

uint64_t bt_way_unit_least(const struct bt_way *way, uint64_t max_pages)
{
	uint64_t units = way->units / 4;

	return units ? (max_pages + units - 1) / units : 0;
}
