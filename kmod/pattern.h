/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a worker does next. Every pattern is a band: grow until one more block would pass `high`,
 * shrink until no more than `low` is held, and again. Pure; all sizes in pages.
 */
#ifndef ANT_PATTERN_H
#define ANT_PATTERN_H

#include <linux/types.h>

struct ant_band {
	__u64 low;		/* shrink down to this */
	__u64 high;		/* grow up to this; below `low`: never grow */
};

enum ant_phase { ANT_GROWING = 0, ANT_SHRINKING = 1 };

enum ant_step { ANT_STEP_NONE = 0, ANT_STEP_ALLOC = 1, ANT_STEP_FREE = 2 };

/* What decides a band, besides the pattern. */
struct ant_band_terms {
	__u32 run;		/* enum bt_run */
	__u32 pattern;		/* enum bt_pattern */
	__u64 share;		/* pages the worker may hold */
	__u64 block;		/* pages of one block */
	__u64 burst;		/* pages of one burst: batch_blocks blocks */
};

struct ant_band ant_band(const struct ant_band_terms *terms);

/* The guard's hand on a band: neither edge above limit. */
struct ant_band ant_band_clip(struct ant_band band, __u64 limit);

/* Next step with `held` pages; turns *phase at the edges of the band. */
enum ant_step ant_pattern_step(enum ant_phase *phase, const struct ant_band *band, __u64 held,
			       __u64 block);

#endif
