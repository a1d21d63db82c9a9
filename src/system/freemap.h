/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One reading of /proc/kpageflags, eight bytes a page, into a map of free frames. The kernel sets
 * KPF_BUDDY on every page of a free block, not on its first one alone (stable_page_flags() in
 * fs/proc/page.c), so that frames need not know blocks.
 */
#ifndef BT_SYSTEM_FREEMAP_H
#define BT_SYSTEM_FREEMAP_H

#include "frame/freemap.h"

#define BT_FREEMAP_LIMIT_NS (2 * BT_NS_PER_S)
#define BT_FREEMAP_LOOKS_MIN 512u	/* fewer would say little; 5 ms, some s on an emulated CPU */

struct bt_freemap_source {
	int flags;		/* open /proc/kpageflags */
	/*
	 * Text of /proc/iomem, which tells where there is memory at all: large machines have holes that
	 * would take hours to read. NULL, or one that hides its addresses: everything up to the end.
	 */
	const char *iomem;
	uint64_t page_bytes;
	/*
	 * About how long it may take; when all frames would take longer, it is every 2^n-th of them,
	 * but never fewer than BT_FREEMAP_LOOKS_MIN.
	 */
	uint64_t limit_ns;
	uint64_t (*now_ns)(void);	/* its clock */
};

/*
 * All of map but state, mono_ns and read_ns. 0, or the errno of reading the flags: then map is left
 * as it is.
 */
int bt_freemap_read(const struct bt_freemap_source *from, struct bt_frame_freemap *map);

/*
 * Whether to read it again at now_ns. In turn, a tenth of the time goes into it at most. Out of turn
 * (extra) it may be read again sooner, but not all the time: a benchmark looks at what each of its
 * steps has left, and waits for it.
 */
bool bt_freemap_due(const struct bt_frame_freemap *last, bool extra, uint64_t now_ns);

#endif
