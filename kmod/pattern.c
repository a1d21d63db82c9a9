// SPDX-License-Identifier: GPL-2.0
/* The bands of the patterns. Pure: also built into user space. */
#include "buddytop_uapi.h"
#include "pattern.h"

static __u64 lesser(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

static struct ant_band band_burst(const struct ant_band_terms *t)
{
	__u64 middle = t->share / 2;
	__u64 low = middle - lesser(middle, t->burst / 2);

	return (struct ant_band){ .low = low, .high = lesser(low + t->burst, t->share) };
}

static struct ant_band band_steady(const struct ant_band_terms *t)
{
	__u64 low = t->share - lesser(t->share, t->burst);

	return (struct ant_band){ .low = low, .high = t->share };
}

static struct ant_band band_repeat(const struct ant_band_terms *t)
{
	return (struct ant_band){ .low = 0, .high = lesser(t->block, t->share) };
}

static struct ant_band band_ramp(const struct ant_band_terms *t)
{
	return (struct ant_band){ .low = 0, .high = t->share };
}

static struct ant_band band_hold(const struct ant_band_terms *t)
{
	return (struct ant_band){ .low = t->share, .high = t->share };
}

static struct ant_band (*const bands[BT_PATTERN_COUNT])(const struct ant_band_terms *t) = {
	[BT_PATTERN_BURST] = band_burst,
	[BT_PATTERN_STEADY] = band_steady,
	[BT_PATTERN_REPEAT] = band_repeat,
	[BT_PATTERN_RAMP] = band_ramp,
	[BT_PATTERN_HOLD] = band_hold,
};

struct ant_band ant_band(const struct ant_band_terms *terms)
{
	if (terms->run == BT_RUN_GO)
		return bands[terms->pattern](terms);
	/* Never grow; keep the share or nothing. */
	return (struct ant_band){ .low = terms->run == BT_RUN_KEEP ? terms->share : 0 };
}

struct ant_band ant_band_clip(struct ant_band band, __u64 limit)
{
	band.low = lesser(band.low, limit);
	band.high = lesser(band.high, limit);
	return band;
}

enum ant_step ant_pattern_step(enum ant_phase *phase, const struct ant_band *band, __u64 held,
			       __u64 block)
{
	if (*phase == ANT_GROWING && held + block > band->high)
		*phase = ANT_SHRINKING;
	else if (*phase == ANT_SHRINKING && held <= band->low)
		*phase = ANT_GROWING;

	if (*phase == ANT_SHRINKING)
		return held > band->low ? ANT_STEP_FREE : ANT_STEP_NONE;
	return held + block <= band->high ? ANT_STEP_ALLOC : ANT_STEP_NONE;
}
