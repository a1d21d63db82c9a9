// SPDX-License-Identifier: GPL-2.0
#include "system/freemap.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kernel-page-flags.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/files.h"

#define HUGE_BYTES (2ull << 20)
#define HUGE_PAGES_MAX (HUGE_BYTES / 4096)
#define FLAG(name) (1ull << KPF_##name)
#define RANGES_MAX 256u
#define PROBE_FRAMES 32u	/* looked at between two guesses of how long it will take */
#define PROBE_PART 8u		/* of the limit: a shorter time says little while other tasks run */
#define REST 10u		/* times a reading, from its begin to the next one in turn */
#define REST_EXTRA 2u		/* the same out of turn, where somebody waits for it */

/* Pages of memory, and the frames they begin to touch: those that no range before them touches. */
struct range {
	uint64_t first, end;
	uint64_t first_frame, frames;
};

struct walk {
	const struct bt_freemap_source *from;
	uint64_t huge_pages, frames;
	struct range ranges[RANGES_MAX];
	unsigned range_count;
	uint64_t flags[HUGE_PAGES_MAX];
	struct bt_freemap_look *looks;
	size_t room, count;
	uint64_t every;		/* looks[i] is of frame i * every */
};

/* ---- where there is memory ------------------------------------------------------------------ */

/* Beyond the last range there is room for, a hole is read like memory: it has no pages. */
static void add_range(struct walk *walk, uint64_t first, uint64_t end)
{
	struct range *last = walk->range_count ? &walk->ranges[walk->range_count - 1] : NULL;

	if (end <= first || (last && first < last->end))
		return;
	if (last && (first == last->end || walk->range_count == RANGES_MAX))
		last->end = end;
	else
		walk->ranges[walk->range_count++] = (struct range){ .first = first, .end = end };
}

/* "  100000000-23fffffff : System RAM", of which kernels have kinds: "System RAM (virtio_mem)". */
static void add_line(struct walk *walk, const char *line)
{
	uint64_t page_bytes = walk->from->page_bytes;
	unsigned long long first, last;
	int used = 0;

	if (sscanf(line, " %llx-%llx : System RAM%n", &first, &last, &used) != 2 || !used)
		return;
	line += used;
	if ((*line == '\n' || *line == ' ' || !*line) && strncmp(line, " (boot alias)", 13))
		add_range(walk, (first + page_bytes - 1) / page_bytes, (last + 1) / page_bytes);
}

static bool there_is(const struct walk *walk, uint64_t page)
{
	uint64_t flags;

	return pread(walk->from->flags, &flags, sizeof(flags), (off_t)(page * sizeof(flags))) ==
	       sizeof(flags);
}

/* Pages of the file: it ends where no page can be. */
static uint64_t end_of_file(const struct walk *walk)
{
	uint64_t low = 0, high = 1;

	while (high < 1ull << 50 && there_is(walk, high - 1))
		high *= 2;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (there_is(walk, middle))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void find_ranges(struct walk *walk)
{
	uint64_t end_frame = 0;
	unsigned i;

	for (const char *line = walk->from->iomem; line; line = bt_scan_line(line))
		add_line(walk, line);
	if (!walk->range_count)
		add_range(walk, 0, end_of_file(walk));
	for (i = 0; i < walk->range_count; i++) {
		struct range *range = &walk->ranges[i];
		uint64_t end = (range->end + walk->huge_pages - 1) / walk->huge_pages;

		range->first_frame = range->first / walk->huge_pages;
		if (range->first_frame < end_frame)
			range->first_frame = end_frame;
		range->frames = end > range->first_frame ? end - range->first_frame : 0;
		walk->frames += range->frames;
		end_frame = end;
	}
}

/* The range that has the frame with this index among all, and the frame's number. */
static unsigned find_frame(const struct walk *walk, uint64_t index, uint64_t *frame)
{
	unsigned i = 0;

	while (index >= walk->ranges[i].frames)
		index -= walk->ranges[i++].frames;
	*frame = walk->ranges[i].first_frame + index;
	return i;
}

/* ---- reading -------------------------------------------------------------------------------- */

static struct bt_freemap_look count_pages(const struct walk *walk, unsigned range, uint64_t begin,
					  uint64_t end)
{
	struct bt_freemap_look look = { 0 };

	for (; range < walk->range_count && walk->ranges[range].first < end; range++) {
		const struct range *r = &walk->ranges[range];
		uint64_t page = r->first > begin ? r->first : begin;
		uint64_t last = r->end < end ? r->end : end;

		for (; page < last; page++) {
			uint64_t flags = walk->flags[page - begin];

			if (flags & (FLAG(NOPAGE) | FLAG(OFFLINE)))
				continue;
			look.pages++;
			look.free += (flags & FLAG(BUDDY)) != 0;
		}
	}
	return look;
}

/* 0 or an errno. What lies behind the end of the file is no memory. */
static int look_at(struct walk *walk, uint64_t index)
{
	uint64_t frame, begin;
	unsigned range = find_frame(walk, index, &frame);
	ssize_t got;

	begin = frame * walk->huge_pages;
	do {
		got = pread(walk->from->flags, walk->flags,
			    walk->huge_pages * sizeof(*walk->flags),
			    (off_t)(begin * sizeof(*walk->flags)));
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno;
	walk->looks[walk->count++] =
		count_pages(walk, range, begin, begin + (uint64_t)got / sizeof(*walk->flags));
	return 0;
}

/* After looks that took spent_ns: those to come take too long; a few are not worth a change. */
static bool too_slow(const struct walk *walk, uint64_t looks, uint64_t spent_ns)
{
	uint64_t to_come = (walk->frames - walk->count * walk->every) / walk->every;
	double to_come_ns = (double)spent_ns * (double)to_come / (double)looks;
	double limit_ns = (double)walk->from->limit_ns, least_ns = limit_ns / PROBE_PART;

	if (walk->frames < 2 * walk->every * BT_FREEMAP_LOOKS_MIN)
		return false;
	return (double)spent_ns >= least_ns && to_come_ns > least_ns &&
	       (double)spent_ns + to_come_ns > limit_ns;
}

/*
 * Every frame at first; whenever that turns out to take too long, every second one of those seen is
 * forgotten, and what follows is read as sparsely: what is left is always evenly spread.
 */
static int look_at_all(struct walk *walk)
{
	uint64_t start_ns = walk->from->now_ns(), looks = 0;
	int code = 0;

	while (!code && walk->count * walk->every < walk->frames) {
		bool full = walk->count == walk->room;

		if (full || (looks && looks % PROBE_FRAMES == 0 &&
			     too_slow(walk, looks, walk->from->now_ns() - start_ns))) {
			walk->count = bt_freemap_thin(walk->looks, walk->count);
			walk->every *= 2;
		}
		if (walk->count * walk->every < walk->frames)
			code = look_at(walk, walk->count * walk->every);
		looks++;
	}
	return code;
}

static void tell_span(const struct walk *walk, struct bt_frame_freemap *map)
{
	size_t first = 0, last = walk->count;

	map->first_frame = map->end_frame = 0;
	while (first < last && !walk->looks[first].pages)
		first++;
	while (last > first && !walk->looks[last - 1].pages)
		last--;
	if (first == last)
		return;
	find_frame(walk, first * walk->every, &map->first_frame);
	find_frame(walk, (last - 1) * walk->every, &map->end_frame);
	map->end_frame++;
}

int bt_freemap_read(const struct bt_freemap_source *from, struct bt_frame_freemap *map)
{
	struct walk *walk = bt_xcalloc(1, sizeof(*walk));
	int code;

	walk->from = from;
	walk->huge_pages = HUGE_BYTES / from->page_bytes;
	walk->every = 1;
	find_ranges(walk);
	walk->room = walk->frames < BT_FREEMAP_LOOKS_MAX ? walk->frames : BT_FREEMAP_LOOKS_MAX;
	walk->looks = bt_xcalloc(walk->room + 1, sizeof(*walk->looks));
	code = look_at_all(walk);
	if (!code) {
		map->huge_pages = walk->huge_pages;
		map->sampled_one_in = walk->every;
		tell_span(walk, map);
		bt_freemap_fill(map, walk->looks, walk->count);
	}
	free(walk->looks);
	free(walk);
	return code;
}

/* ---- of the machine ------------------------------------------------------------------------- */

static int open_once(const struct bt_system *system, const char *path, int *fd)
{
	char buf[PATH_MAX];

	if (*fd < 0)
		*fd = open(bt_system_path(system, buf, "%s", path), O_RDONLY | O_CLOEXEC);
	return *fd;
}

static void read_afresh(struct bt_system *system, struct bt_frame_freemap *to)
{
	struct bt_freemap_source from = {
		.page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
		.limit_ns = BT_FREEMAP_LIMIT_NS,
		.now_ns = bt_mono_ns,
	};
	int code = 0;

	bt_freemap_forget(to);
	to->mono_ns = bt_mono_ns();
	from.flags = open_once(system, "/proc/kpageflags", &system->kpageflags);
	if (from.flags < 0)
		code = errno;
	from.iomem = bt_system_long_text(system, open_once(system, "/proc/iomem", &system->iomem));
	if (!code)
		code = bt_freemap_read(&from, to);
	to->state = code ? bt_system_detail(code) : BT_DETAIL_KNOWN;
	to->read_ns = bt_mono_ns() - to->mono_ns;
}

bool bt_freemap_due(const struct bt_frame_freemap *last, bool extra, uint64_t now_ns)
{
	uint64_t rest = extra ? REST_EXTRA : REST;

	if (last->state == BT_DETAIL_NONE)
		return true;
	if (now_ns < last->mono_ns + rest * last->read_ns)
		return false;
	return extra || bt_want_due(BT_WANT_INDEX_FREE_MAP, last->state, last->mono_ns, now_ns);
}

void bt_system_read_free_map(struct bt_system *system, struct bt_frame *frame)
{
	if (!system->free_map)
		system->free_map = bt_freemap_create();
	if (bt_freemap_due(system->free_map, frame->extra, frame->mono_ns))
		read_afresh(system, system->free_map);
	bt_freemap_copy(&frame->free_map, system->free_map);
}
