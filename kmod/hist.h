/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Log-linear histogram of nanoseconds, shared by the module and user space.
 *
 * Values below 8 have a bucket each; every octave above has 8 equal buckets, so a bucket's width is
 * at most 1/8 (12.5 %) of its lower edge. The last bucket takes everything from its lower edge
 * (15 * 2^30 ns, 16.1 s) on. Pure functions, any context.
 */
#ifndef ANT_HIST_H
#define ANT_HIST_H

#include <linux/types.h>

#define BT_HIST_SUB_BITS	3u
#define BT_HIST_SUB		8u	/* 2 to the power of BT_HIST_SUB_BITS */
#define BT_HIST_BUCKETS		256u

/* ns below the last bucket. */
static inline __u32 bt_hist_index_short(__u64 ns)
{
	/* The lowest octave for all that is below: there a value is its bucket. */
	__u32 shift = (63u ^ (__u32)__builtin_clzll(ns | BT_HIST_SUB)) - BT_HIST_SUB_BITS;

	/* What is left has the octave's highest bit, which counts as one octave more. */
	return shift * BT_HIST_SUB + (__u32)(ns >> shift);
}

static inline __u32 bt_hist_index(__u64 ns)
{
	__u32 index = bt_hist_index_short(ns);

	return index < BT_HIST_BUCKETS ? index : BT_HIST_BUCKETS - 1;
}

/* Smallest value of a bucket; of BT_HIST_BUCKETS: the end of the last one, were it bounded. */
static inline __u64 bt_hist_floor(__u32 index)
{
	if (index < BT_HIST_SUB)
		return index;
	return (__u64)(BT_HIST_SUB + index % BT_HIST_SUB) << (index / BT_HIST_SUB - 1);
}

#endif
