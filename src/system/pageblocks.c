// SPDX-License-Identifier: GPL-2.0
/* /proc/pagetypeinfo: pageblocks and free blocks by migrate type. Only root may read it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "system/files.h"

#define TYPE_NAME sizeof(((struct bt_frame_pagetype *)0)->type)
#define TYPES_MAX 16u

/* What is read, and what the lines before said of those that follow. */
struct scan {
	struct bt_frame_pageblocks *to;
	unsigned node_count;		/* of the machine */
	char column[TYPES_MAX][TYPE_NAME]; /* "Number of blocks type   Unmovable  Movable ..." */
	unsigned columns;
};

/* A word after blanks; false when there is none on the line, or it is too long. */
static bool scan_name(const char **at, char name[TYPE_NAME])
{
	const char *start = *at + strspn(*at, " ");
	size_t length = strcspn(start, " \n");

	if (!length || length >= TYPE_NAME)
		return false;
	memcpy(name, start, length);
	name[length] = '\0';
	*at = start + length;
	return true;
}

/* The row of a type in a zone, made when absent; NULL when there is no room. */
static struct bt_frame_pagetype *find_type(struct scan *scan, uint64_t node, const char *zone,
					   const char *type)
{
	struct bt_frame_pageblocks *to = scan->to;
	struct bt_frame_pagetype *row;
	unsigned i;

	for (i = 0; i < to->count; i++) {
		row = &to->types[i];
		if (row->node == node && !strcmp(row->zone, zone) && !strcmp(row->type, type))
			return row;
	}
	if (to->count == to->capacity || node >= scan->node_count)
		return NULL;
	row = &to->types[to->count++];
	memset(row, 0xff, sizeof(*row));
	row->node = (uint16_t)node;
	strcpy(row->zone, zone);
	strcpy(row->type, type);
	return row;
}

/* "Node    0, zone   Normal, type    Unmovable   1447  >100000 ..." */
static void scan_free(struct scan *scan, const char *at)
{
	struct bt_frame_pagetype *row;
	char zone[BT_ZONE_NAME], type[TYPE_NAME];
	uint64_t node;
	unsigned order;

	if (!bt_scan_zone(&at, &node, zone) || *at++ != ',' || !bt_scan_word(&at, "type") ||
	    !scan_name(&at, type))
		return;
	row = find_type(scan, node, zone, type);
	for (order = 0; row && order < BT_MAX_ORDERS; order++) {
		at += strspn(at, " >");
		if (!bt_scan_u64(&at, &row->free_blocks[order]))
			break;
	}
}

/* "Node 0, zone   Normal          155         8540 ..." */
static void scan_blocks(struct scan *scan, const char *at)
{
	char zone[BT_ZONE_NAME];
	uint64_t node, blocks;
	unsigned i;

	if (!bt_scan_zone(&at, &node, zone))
		return;
	for (i = 0; i < scan->columns && bt_scan_u64(&at, &blocks); i++) {
		struct bt_frame_pagetype *row = find_type(scan, node, zone, scan->column[i]);

		if (row)
			row->blocks = blocks;
	}
}

static void scan_columns(struct scan *scan, const char *at)
{
	scan->columns = 0;
	while (scan->columns < TYPES_MAX && scan_name(&at, scan->column[scan->columns]))
		scan->columns++;
}

static bool begins(const char **at, const char *head)
{
	if (strncmp(*at, head, strlen(head)))
		return false;
	*at += strlen(head);
	return true;
}

/* With CONFIG_PAGE_OWNER a section of mixed blocks follows, which looks like that of blocks. */
static void scan_text(struct scan *scan, const char *line)
{
	enum { NONE, FREE, BLOCKS } section = NONE;

	for (; line; line = bt_scan_line(line)) {
		const char *at = line;

		if (begins(&at, "Node ")) {
			if (section == FREE)
				scan_free(scan, line);
			else if (section == BLOCKS)
				scan_blocks(scan, line);
		} else if (begins(&at, "Pages per block:")) {
			bt_scan_u64(&at, &scan->to->block_pages);
		} else if (begins(&at, "Free pages count per migrate type")) {
			section = FREE;
		} else if (begins(&at, "Number of blocks type")) {
			section = BLOCKS;
			scan_columns(scan, at);
		} else if (begins(&at, "Number of")) {
			section = NONE;
		}
	}
}

enum bt_detail bt_system_detail(int code)
{
	switch (code) {
	case EACCES:
	case EPERM:
		return BT_DETAIL_NEEDS_ROOT;
	case ENOENT:
		return BT_DETAIL_NOT_IN_KERNEL;
	default:
		return BT_DETAIL_FAILED;
	}
}

static const char *read_text(struct bt_system *system)
{
	char path[PATH_MAX];

	if (system->pagetypeinfo < 0)
		system->pagetypeinfo = open(bt_system_path(system, path, "/proc/pagetypeinfo"),
					    O_RDONLY | O_CLOEXEC);
	if (system->pagetypeinfo < 0)
		return NULL;
	return bt_system_long_text(system, system->pagetypeinfo);
}

static void read_afresh(struct bt_system *system, struct bt_frame_pageblocks *to,
			unsigned node_count)
{
	struct scan scan = { .to = to, .node_count = node_count };
	const char *text;

	to->mono_ns = bt_mono_ns();
	to->count = 0;
	to->block_pages = BT_UNKNOWN;
	text = read_text(system);
	to->state = text ? BT_DETAIL_KNOWN : bt_system_detail(errno);
	if (text)
		scan_text(&scan, text);
	to->read_ns = bt_mono_ns() - to->mono_ns;
}

void bt_system_read_pageblocks(struct bt_system *system, struct bt_frame *frame)
{
	struct bt_frame_pageblocks *last = &system->pageblocks, *to = &frame->pageblocks;
	struct bt_frame_pagetype *types = to->types;

	if (!last->types) {
		last->capacity = to->capacity;
		last->types = bt_xcalloc(last->capacity, sizeof(*last->types));
	}
	if (bt_want_due(BT_WANT_INDEX_PAGEBLOCKS, last->state, last->mono_ns, frame->mono_ns))
		read_afresh(system, last, frame->node_count);
	*to = *last;
	to->types = types;
	memcpy(types, last->types, last->count * sizeof(*types));
}
