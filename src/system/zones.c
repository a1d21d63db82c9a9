// SPDX-License-Identifier: GPL-2.0
/* /proc/zoneinfo: watermarks and per-CPU lists; /proc/buddyinfo: free lists. */
#include <string.h>

#include "system/files.h"

bool bt_scan_zone(const char **at, uint64_t *node, char name[BT_ZONE_NAME])
{
	size_t length;

	if (!bt_scan_word(at, "Node") || !bt_scan_u64(at, node) || **at != ',')
		return false;
	++*at;
	if (!bt_scan_word(at, "zone"))
		return false;
	*at += strspn(*at, " ");
	length = strcspn(*at, " ,\n");
	if (!length || length >= BT_ZONE_NAME)
		return false;
	memcpy(name, *at, length);
	name[length] = '\0';
	*at += length;
	return true;
}

/* The zone of a head line, made when absent; NULL when there is no room. */
static struct bt_frame_zone *find_zone(struct bt_frame *frame, uint64_t node, const char *name)
{
	struct bt_frame_zone *zone;
	unsigned i;

	for (i = 0; i < frame->zone_count; i++) {
		zone = &frame->zones[i];
		if (zone->node == node && !strcmp(zone->name, name))
			return zone;
	}
	if (frame->zone_count == BT_MAX_ZONES || node >= frame->node_count)
		return NULL;
	zone = &frame->zones[frame->zone_count++];
	memset(zone, 0xff, sizeof(*zone));
	zone->node = (uint16_t)node;
	strcpy(zone->name, name);
	return zone;
}

static void scan_zone_line(struct bt_frame_zone *zone, const char *line)
{
	static const struct {
		const char *first, *second;
		size_t offset;
	} rows[] = {
		{ "pages", "free", offsetof(struct bt_frame_zone, free_pages) },
		{ "min", NULL, offsetof(struct bt_frame_zone, min_pages) },
		{ "low", NULL, offsetof(struct bt_frame_zone, low_pages) },
		{ "high", NULL, offsetof(struct bt_frame_zone, high_pages) },
		{ "managed", NULL, offsetof(struct bt_frame_zone, managed_pages) },
	};
	uint64_t value;
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		const char *at = line;

		if (bt_scan_word(&at, rows[i].first) &&
		    (!rows[i].second || bt_scan_word(&at, rows[i].second)) &&
		    bt_scan_u64(&at, &value)) {
			memcpy((char *)zone + rows[i].offset, &value, sizeof(value));
			return;
		}
	}
	if (bt_scan_word(&line, "count:") && bt_scan_u64(&line, &value))
		zone->pcp_pages = zone->pcp_pages == BT_UNKNOWN ? value : zone->pcp_pages + value;
}

/* The file lists every zone of a node; those without memory are no zones to us. */
static void drop_if_empty(struct bt_frame *frame, const struct bt_frame_zone *zone)
{
	if (zone && zone->managed_pages == 0)
		frame->zone_count--;
}

static void read_zoneinfo(struct bt_system *system, struct bt_frame *frame)
{
	const char *line = bt_system_text(system, system->files[BT_FILE_ZONEINFO]);
	struct bt_frame_zone *zone = NULL;
	uint64_t node;
	char name[BT_ZONE_NAME];

	for (; line; line = bt_scan_line(line)) {
		const char *at = line;

		if (bt_scan_zone(&at, &node, name)) {
			drop_if_empty(frame, zone);
			zone = find_zone(frame, node, name);
		} else if (zone) {
			scan_zone_line(zone, line);
		}
	}
	drop_if_empty(frame, zone);
}

static void read_buddyinfo(struct bt_system *system, struct bt_frame *frame)
{
	const char *line = bt_system_text(system, system->files[BT_FILE_BUDDYINFO]);
	struct bt_frame_zone *zone;
	uint64_t node;
	char name[BT_ZONE_NAME];
	unsigned order;

	for (; line; line = bt_scan_line(line)) {
		const char *at = line;

		if (!bt_scan_zone(&at, &node, name))
			continue;
		zone = find_zone(frame, node, name);
		for (order = 0; zone && order < BT_MAX_ORDERS; order++) {
			if (!bt_scan_u64(&at, &zone->free_blocks[order]))
				break;
		}
	}
}

void bt_system_read_zones(struct bt_system *system, struct bt_frame *frame)
{
	frame->zone_count = 0;
	read_zoneinfo(system, frame);
	read_buddyinfo(system, frame);
}

unsigned bt_system_order_count(struct bt_system *system)
{
	const char *at = bt_system_text(system, system->files[BT_FILE_BUDDYINFO]);
	uint64_t value;
	unsigned orders = 0;
	char name[BT_ZONE_NAME];

	if (!at || !bt_scan_zone(&at, &value, name))
		return 0;
	while (bt_scan_u64(&at, &value))
		orders++;
	return orders;
}
