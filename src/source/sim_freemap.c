// SPDX-License-Identifier: GPL-2.0
/*
 * Where the simulated machine's free blocks lie: those of the zones, in frames of 2 MiB. Which
 * frames are kept whole and which are broken up follows from seed and address alone, so that the
 * picture changes only as far as the free lists do.
 */
#include <stdlib.h>

#include "frame/freemap.h"
#include "source/sim.h"

#define FRAME_ORDER 9u
#define FRAME_PAGES (1ull << FRAME_ORDER)
#define REGION_FRAMES 24u	/* neighbours that are alike */
#define ONE (1ull << 16)	/* of chances */

/* What is left to be placed in the rest of a zone. */
struct rest {
	uint64_t frames, pages;	/* of the zone */
	uint64_t whole;		/* frames that are free as a whole */
	uint64_t scattered;	/* free pages in the others */
};

/* Evenly distributed bits of the seed and a number, at all times the same. */
static uint64_t bits(const struct sim *sim, uint64_t number)
{
	uint64_t x = sim->seed * 0x9e3779b97f4a7c15ull + number;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

/* 0 to ONE - 1: half of it of the frame's region, half its own. */
static uint64_t chance(const struct sim *sim, uint64_t frame, unsigned what)
{
	uint64_t region = bits(sim, (frame / REGION_FRAMES) * 8 + what) % ONE;

	return (region + bits(sim, (frame * 8 + what) | 1ull << 62) % ONE) / 2;
}

static struct rest rest_of(const struct bt_frame_zone *zone, unsigned max_order, uint64_t every)
{
	struct rest rest = { .pages = zone->managed_pages / every, .whole = 0 };

	rest.frames = (rest.pages + FRAME_PAGES - 1) / FRAME_PAGES;
	for (unsigned order = 0; order <= max_order && order < BT_MAX_ORDERS; order++) {
		if (order >= FRAME_ORDER)
			rest.whole += zone->free_blocks[order] << (order - FRAME_ORDER);
		else
			rest.scattered += zone->free_blocks[order] << order;
	}
	rest.whole /= every;
	rest.scattered /= every;
	/* The zone's blocks know no addresses: the odd pages at its end may be part of a large one. */
	for (; rest.whole > rest.pages / FRAME_PAGES; rest.whole--)
		rest.scattered += FRAME_PAGES;
	return rest;
}

/* Pages free in a frame that is not free as a whole: most have few, some many. */
static uint64_t scatter(const struct sim *sim, uint64_t frame, const struct rest *rest,
			uint64_t pages)
{
	uint64_t broken = rest->frames - rest->whole, share = chance(sim, frame, 1);
	uint64_t others = rest->pages - pages - rest->whole * FRAME_PAGES, most = pages - 1;
	uint64_t least = rest->scattered > others ? rest->scattered - others : 0;
	/* The mean of the square of share is 7/24. */
	uint64_t wanted = rest->scattered * share / broken * share / ONE * 24 / 7 / ONE;

	if (wanted > most)
		wanted = most;
	if (wanted > rest->scattered)
		wanted = rest->scattered;
	return wanted < least ? least : wanted;
}

static struct bt_freemap_look place(const struct sim *sim, uint64_t frame, struct rest *rest)
{
	uint64_t pages = rest->pages < FRAME_PAGES ? rest->pages : FRAME_PAGES;
	bool whole = rest->whole && pages == FRAME_PAGES &&
		     (rest->whole >= rest->pages / FRAME_PAGES ||
		      chance(sim, frame, 0) * rest->frames < rest->whole * ONE);
	uint64_t unused = whole ? pages : scatter(sim, frame, rest, pages);

	rest->whole -= whole;
	rest->scattered -= whole ? 0 : unused;
	rest->pages -= pages;
	rest->frames--;
	return (struct bt_freemap_look){ .free = (uint16_t)unused, .pages = (uint16_t)pages };
}

/* Zones stand one behind the other, each from a frame's begin. */
void sim_fill_free_map(const struct sim *sim, const struct bt_frame *frame,
		       struct bt_frame_freemap *map)
{
	struct bt_freemap_look *looks = bt_xcalloc(BT_FREEMAP_LOOKS_MAX, sizeof(*looks));
	uint64_t pages = sim->machine.memory_bytes / sim->machine.page_bytes, every = 1;
	size_t count = 0;

	while (pages / FRAME_PAGES / every + frame->zone_count > BT_FREEMAP_LOOKS_MAX)
		every *= 2;
	for (unsigned z = 0; z < frame->zone_count; z++) {
		struct rest rest = rest_of(&frame->zones[z], sim->machine.max_order, every);

		while (rest.frames && count < BT_FREEMAP_LOOKS_MAX) {
			looks[count] = place(sim, count, &rest);
			count++;
		}
	}
	map->state = BT_DETAIL_KNOWN;
	map->mono_ns = sim->now_ns;
	map->read_ns = count * 8000;
	map->huge_pages = FRAME_PAGES;
	map->first_frame = 0;
	map->end_frame = count * every;
	map->sampled_one_in = every;
	bt_freemap_fill(map, looks, count);
	free(looks);
}
