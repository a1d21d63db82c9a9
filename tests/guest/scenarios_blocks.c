// SPDX-License-Identifier: GPL-2.0
/* Pageblocks and fragmentation indices against what the kernel itself says of the same moment. */
#include "scenarios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frame/fragment.h"
#include "oracle.h"
#include "system/system.h"

#define MIB (1024ull * 1024)

/* ---- pageblocks -------------------------------------------------------------------------- */

/* Pageblocks of a type in a zone, by the table at the end of /proc/pagetypeinfo. */
static uint64_t table_blocks(const char *text, const struct bt_frame_pagetype *row)
{
	static const char head[] = "Number of blocks type";
	const char *at = strstr(text, head), *line = at ? strchr(at, '\n') : NULL;
	char word[16] = "", *number;
	unsigned node, column = 0;
	int used;

	if (!line)
		return UINT64_MAX;
	for (at += strlen(head); sscanf(at, " %15s%n", word, &used) == 1; at += used, column++) {
		if (at + used > line)
			return UINT64_MAX;
		if (!strcmp(word, row->type))
			break;
	}
	/* Each node has a table of its own, with the same columns. */
	for (; line; line = strchr(line + 1, '\n')) {
		if (sscanf(line, " Node %u, zone %15[^ ,]%n", &node, word, &used) != 2 ||
		    line[used] == ',' || node != row->node || strcmp(word, row->zone))
			continue;
		for (number = (char *)line + used; column-- > 0;)
			strtoull(number, &number, 10);
		return strtoull(number, NULL, 10);
	}
	return UINT64_MAX;
}

/* Free pages of a type in a zone, by the table at its beginning. */
static uint64_t table_free_pages(const char *text, const struct bt_frame_pagetype *row)
{
	char zone[16], type[16], *number;
	const char *line;
	unsigned node, order;
	uint64_t pages = 0;
	int used;

	for (line = strstr(text, "\nNode"); line; line = strstr(line + 1, "\nNode")) {
		if (sscanf(line, " Node %u, zone %15[^,], type %15s%n", &node, zone, type, &used) ==
			    3 &&
		    node == row->node && !strcmp(zone, row->zone) && !strcmp(type, row->type))
			break;
	}
	if (!line)
		return UINT64_MAX;
	number = (char *)line + used;
	for (order = 0; *(number += strspn(number, " >")) != '\n' && *number; order++)
		pages += strtoull(number, &number, 10) << order;
	return pages;
}

static uint64_t row_free_pages(const struct bt_frame_pagetype *row)
{
	unsigned order, orders = bt_known_orders(row->free_blocks);
	uint64_t pages = 0;

	for (order = 0; order < orders; order++)
		pages += row->free_blocks[order] << order;
	return pages;
}

static bool pageblocks_since(const struct bt_frame *frame, uint64_t since_ns)
{
	return frame->pageblocks.state == BT_DETAIL_KNOWN && frame->pageblocks.mono_ns >= since_ns;
}

static unsigned count_of(const char *text, const char *word)
{
	unsigned count = 0;

	while ((text = strstr(text, word))) {
		count++;
		text++;
	}
	return count;
}

/* Whether a row is what the file said before or after it was read, or between. */
static bool row_agrees(const struct bt_frame_pagetype *row, const char *before, const char *after)
{
	const uint64_t slack_pages = 512; /* what the guest moves between the readings */
	uint64_t blocks[2] = {table_blocks(before, row), table_blocks(after, row)};
	uint64_t pages[2] = {table_free_pages(before, row), table_free_pages(after, row)};
	uint64_t got = row_free_pages(row);

	if ((row->blocks == blocks[0] || row->blocks == blocks[1]) &&
	    (got + slack_pages >= pages[0] || got + slack_pages >= pages[1]) &&
	    (got <= pages[0] + slack_pages || got <= pages[1] + slack_pages))
		return true;
	printf("# node %u %s %s: %llu blocks, %llu free pages; the file: %llu, %llu and %llu, "
	       "%llu\n",
	       row->node, row->zone, row->type, (unsigned long long)row->blocks,
	       (unsigned long long)got, (unsigned long long)blocks[0], (unsigned long long)pages[0],
	       (unsigned long long)blocks[1], (unsigned long long)pages[1]);
	return false;
}

/* Compares one reading with the file; adds up the pageblocks of node 1. */
static void check_pageblocks(struct rig *rig, const char *when, uint64_t *unmovable,
			     uint64_t *movable)
{
	char *before = oracle_text("/proc/pagetypeinfo"), *after;
	const struct bt_frame_pageblocks *seen;
	unsigned i, agree = 0, rows = count_of(before, ", type ");
	char *pages = strstr(before, "Pages per block:");
	uint64_t block_pages = pages ? strtoull(pages + strlen("Pages per block:"), NULL, 10) : 0;

	rig_until(rig, pageblocks_since, bt_mono_ns(), 20000);
	after = oracle_text("/proc/pagetypeinfo");
	seen = &bt_session_frame(rig->session)->pageblocks;
	*unmovable = *movable = 0;
	for (i = 0; i < seen->count; i++) {
		const struct bt_frame_pagetype *row = &seen->types[i];

		agree += row_agrees(row, before, after);
		*unmovable += row->node == 1 && !strcmp(row->type, "Unmovable") ? row->blocks : 0;
		*movable += row->node == 1 && !strcmp(row->type, "Movable") ? row->blocks : 0;
	}
	rig_check(rig,
		  rows > 0 && seen->count == rows && agree == rows &&
			  seen->block_pages == block_pages,
		  "%s: %u of %u rows of pagetypeinfo, %llu pages a block", when, agree, rows,
		  (unsigned long long)seen->block_pages);
	free(after);
	free(before);
}

/* Holds most of node 1 in blocks of one kind, each a whole pageblock. */
static void hold_blocks(struct rig *rig, const char *gfp)
{
	char text[160];

	snprintf(text, sizeof(text),
		 "gfp=%s order=9 node=bind:1 pattern=hold guard=bench reserve=0 "
		 "held=360M",
		 gfp);
	rig_publish(rig, text, BT_RUN_GO);
	rig_until(rig, rig_holds, 340 * MIB, 20000);
	rig_check(rig, rig_totals(rig).held_pages * 4096 >= 300 * MIB,
		  "%s: %llu MiB of node 1 are held", gfp,
		  (unsigned long long)rig_totals(rig).held_pages * 4096 / MIB);
}

static void scenario_pageblocks(struct rig *rig)
{
	uint64_t unmovable[2], movable[2];

	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_check(rig, rig_fresh(rig)->pageblocks.state == BT_DETAIL_NONE,
		  "not wanted, there are none");
	bt_session_want(rig->session, BT_WANT_PAGEBLOCKS);
	hold_blocks(rig, "kernel-mayfail");
	check_pageblocks(rig, "under unmovable blocks", &unmovable[0], &movable[0]);
	rig_drain(rig);
	hold_blocks(rig, "movable");
	check_pageblocks(rig, "under movable blocks", &unmovable[1], &movable[1]);
	bt_session_want(rig->session, 0);
	/* A free block of this order changes its type when it is taken for another: 150 of 180. */
	rig_check(rig,
		  unmovable[0] >= 150 && movable[1] >= 150 && unmovable[1] < unmovable[0] &&
			  movable[1] > movable[0],
		  "node 1: %llu unmovable and %llu movable, then %llu and %llu",
		  (unsigned long long)unmovable[0], (unsigned long long)movable[0],
		  (unsigned long long)unmovable[1], (unsigned long long)movable[1]);
	rig_publish(rig, "gfp=kernel-mayfail node=local guard=safe reserve=32M held=64M",
		    BT_RUN_DRAIN);
	rig_drain(rig);
}

/* ---- fragmentation ----------------------------------------------------------------------- */

#define EXTFRAG "/sys/kernel/debug/extfrag/"

/* "-1.000", "0.954" and what the kernel makes of values between: " 0.-500". */
static int thousandths(char **at)
{
	int whole = (int)strtol(*at, at, 10), part;

	++*at;
	part = (int)strtol(*at, at, 10);
	return whole * 1000 + (whole < 0 ? -part : part);
}

/* Compares the lines of one of the files; counts values, and those not at an end of the scale. */
static unsigned compare_indices(const struct bt_frame *frame, const char *text,
				int (*index_of)(const struct bt_blocks *blocks, unsigned order),
				unsigned *values, unsigned *inner)
{
	const char *line;
	char zone[16];
	unsigned node, i, order, wrong = 0;
	int used;

	for (line = text; line && sscanf(line, " Node %u, zone %15s%n", &node, zone, &used) == 2;
	     line = strchr(line + 1, '\n')) {
		struct bt_blocks blocks = {0};
		char *at = (char *)line + used;

		for (i = 0; i < frame->zone_count; i++) {
			if (frame->zones[i].node == node && !strcmp(frame->zones[i].name, zone))
				bt_blocks_add(&blocks, frame->zones[i].free_blocks);
		}
		for (order = 0; *(at += strspn(at, " ")) != '\n' && *at; order++) {
			int kernel = thousandths(&at);

			wrong += index_of(&blocks, order) != kernel;
			*inner += kernel != 0 && kernel != -1000 && kernel != 1000;
			++*values;
		}
		wrong += blocks.orders != order;
	}
	return wrong;
}

static const struct {
	const char *path;
	int (*index_of)(const struct bt_blocks *blocks, unsigned order);
} indices[] = {
	{EXTFRAG "unusable_index", bt_unusable_index},
	{EXTFRAG "extfrag_index", bt_fragmentation_index},
};

/*
 * The free lists move all the time: a frame counts when the files say the same before and after it,
 * and one of INDEX_FRAMES must agree in every value. There may be many that do not: where the CPU's
 * list of pages is empty, what is read in between takes pages of the zone for as long as it is read.
 */
#define INDEX_FRAMES 400u

static void check_indices(struct rig *rig, const char *when, unsigned least_inner)
{
	unsigned i, attempt, values[2] = {0}, inner[2] = {0}, wrong[2] = {0}, still = 0;
	bool agree = false;

	for (attempt = 0; attempt < INDEX_FRAMES && !agree; attempt++) {
		char *before[2], *after;
		bool same = true;

		for (i = 0; i < 2; i++)
			before[i] = oracle_text(indices[i].path);
		rig_fresh(rig);
		for (i = 0; i < 2; i++) {
			after = oracle_text(indices[i].path);
			same = same && !strcmp(after, before[i]);
			free(after);
			values[i] = inner[i] = 0;
			wrong[i] = compare_indices(bt_session_frame(rig->session), before[i],
						   indices[i].index_of, &values[i], &inner[i]);
			free(before[i]);
		}
		still += same;
		agree = same && !wrong[0] && !wrong[1];
	}
	rig_check(
		rig,
		agree && values[0] >= 30 && values[1] == values[0] && inner[0] > 0 &&
			inner[1] >= least_inner,
		"%s: unusable %u of %u values wrong (%u inner), fragmentation %u of %u (%u inner); "
		"%u frames, %u still",
		when, wrong[0], values[0], inner[0], wrong[1], values[1], inner[1], attempt, still);
}

/* The kernel keeps so much free; khugepaged raises it to a good part of a small guest. */
static uint64_t set_min_free_kib(uint64_t kib)
{
	static const char path[] = "/proc/sys/vm/min_free_kbytes";
	char *text = oracle_text(path);
	uint64_t before = strtoull(text, NULL, 10);
	FILE *file = fopen(path, "we");

	free(text);
	if (file) {
		fprintf(file, "%llu\n", (unsigned long long)kib);
		fclose(file);
	}
	return before;
}

/*
 * Takes every free block of node 1 from the largest order down to order 4: what is left is small. A
 * change of order keeps what is held.
 */
static void fragment_node(struct rig *rig)
{
	unsigned order = bt_session_machine(rig->session)->max_order + 1;
	char text[24];

	/* More may be held than the node has. */
	rig_publish(rig,
		    "node=bind:1 gfp=kernel-noretry pattern=hold guard=bench reserve=0 held=700M",
		    BT_RUN_DRAIN);
	while (order-- > 4) {
		snprintf(text, sizeof(text), "order=%u", order);
		rig_publish(rig, text, BT_RUN_GO);
		rig_wait_ms(rig, 300);
	}
}

static void scenario_fragmentation(struct rig *rig)
{
	uint64_t min_free_kib;

	if (access(EXTFRAG "extfrag_index", R_OK) < 0) {
		rig_skip(rig, "this kernel shows no fragmentation indices");
		return;
	}
	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_drain(rig);
	check_indices(rig, "quiet", 0);
	min_free_kib = set_min_free_kib(1024);
	fragment_node(rig);
	check_indices(rig, "fragmented", 3);
	set_min_free_kib(min_free_kib);
	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_drain(rig);
}

/* ---- the map of free pages --------------------------------------------------------------- */

#define BLOCKS_HELD 120u	/* of order 9: 240 MiB */

static bool map_since(const struct bt_frame *frame, uint64_t since_ns)
{
	return frame->free_map.state == BT_DETAIL_KNOWN && frame->free_map.mono_ns >= since_ns;
}

/* A map that began to be read after this moment, out of turn, between two looks at the free lists. */
static const struct bt_frame_freemap *check_free_pages(struct rig *rig, const char *when)
{
	const uint64_t slack_pages = 512; /* what the guest moves, also to lists of CPUs */
	uint64_t lists[2] = {oracle_free_pages(0)}, least, most;
	const struct bt_frame_freemap *map;

	/* What is wanted in addition comes at once, out of turn. */
	bt_session_want(rig->session, BT_WANT_FREE_MAP);
	rig_until(rig, map_since, bt_mono_ns(), 60000);
	lists[1] = oracle_free_pages(0);
	bt_session_want(rig->session, 0);
	least = (lists[0] < lists[1] ? lists[0] : lists[1]) - slack_pages;
	most = (lists[0] > lists[1] ? lists[0] : lists[1]) + slack_pages;
	map = &bt_session_frame(rig->session)->free_map;
	rig_check(rig, map->free_pages >= least && map->free_pages <= most,
		  "%s: %llu free pages, on the lists %llu and %llu; %llu of %llu frames free (%.1f ms)",
		  when, (unsigned long long)map->free_pages, (unsigned long long)lists[0],
		  (unsigned long long)lists[1], (unsigned long long)map->free_frames,
		  (unsigned long long)map->frames, (double)map->read_ns / BT_NS_PER_MS);
	return map;
}

/* Pages that the zones say are present, the absent ones not counted. */
static uint64_t present_pages(void)
{
	char *text = oracle_text("/proc/zoneinfo"), *at = text;
	uint64_t pages = 0;

	while ((at = strstr(at, "\n        present "))) {
		at += strlen("\n        present ");
		pages += strtoull(at, NULL, 10);
	}
	free(text);
	return pages;
}

/* What user nobody learns: a process of its own reads this machine. */
static enum bt_detail state_for_nobody(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		struct bt_machine machine = {.source = ""};
		struct bt_system *system;
		struct bt_frame *frame;

		if (setgid(65534) || setuid(65534) || bt_system_open(&system, "", NULL) ||
		    bt_system_machine(system, &machine, NULL))
			_exit(BT_DETAIL_COUNT);
		frame = bt_frame_create(&machine);
		frame->want = BT_WANT_FREE_MAP;
		bt_system_read(system, frame);
		_exit(frame->free_map.state);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
		(enum bt_detail)WEXITSTATUS(status) : BT_DETAIL_COUNT;
}

static void scenario_free_map(struct rig *rig)
{
	const unsigned slack_frames = 16; /* what the guest breaks up meanwhile */
	const struct bt_frame_freemap *map;
	uint64_t frames[3], pages, present = present_pages();
	char text[64];
	unsigned i;

	rig_publish(rig, RIG_PLAIN, BT_RUN_DRAIN);
	rig_drain(rig);
	rig_check(rig, rig_fresh(rig)->free_map.state == BT_DETAIL_NONE,
		  "not wanted, there is none");
	map = check_free_pages(rig, "idle");
	frames[0] = map->free_frames;
	pages = map->pages;
	rig_check(rig, map->sampled_one_in == 1 && rig_near(pages, present, 0.5),
		  "it has %llu pages, the zones %llu", (unsigned long long)pages,
		  (unsigned long long)present);
	snprintf(text, sizeof(text), "order=9 pattern=hold guard=bench reserve=0 held=%uM",
		 BLOCKS_HELD * 2);
	rig_publish(rig, text, BT_RUN_GO);
	/* What a worker keeps its blocks in is of its share, too: it holds a block less. */
	rig_until(rig, rig_holds, (BLOCKS_HELD - 2) * 2 * MIB, 60000);
	frames[1] = check_free_pages(rig, "blocks of 2 MiB held")->free_frames;
	rig_drain(rig);
	for (i = 0; i < 5; i++)
		frames[2] = check_free_pages(rig, "again and again")->free_frames;
	rig_check(rig,
		  frames[0] >= frames[1] + BLOCKS_HELD - slack_frames &&
			  frames[0] <= frames[1] + BLOCKS_HELD + slack_frames &&
			  frames[2] >= frames[1] + BLOCKS_HELD - slack_frames,
		  "%llu frames are free, %llu while %u blocks are held, then %llu",
		  (unsigned long long)frames[0], (unsigned long long)frames[1], BLOCKS_HELD,
		  (unsigned long long)frames[2]);
	rig_check(rig, state_for_nobody() == BT_DETAIL_NEEDS_ROOT, "nobody needs root for it");
	rig_publish(rig, "order=0 guard=safe reserve=32M held=64M", BT_RUN_DRAIN);
	rig_drain(rig);
}

const struct scenario block_scenarios[] = {
	{.name = "pageblocks", .run = scenario_pageblocks},
	{.name = "fragmentation", .run = scenario_fragmentation},
	{.name = "free map", .run = scenario_free_map},
	{0},
};
