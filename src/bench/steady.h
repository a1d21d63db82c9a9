/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a load has become steady: its rate stays the same and what it holds neither grows nor
 * shrinks. The times looked at are the later two thirds of all since the start, in five equal parts,
 * so that a slow cycle of a pattern (large orders) is waited for as long as it takes to average out.
 */
#ifndef BT_STEADY_H
#define BT_STEADY_H

#include <stdbool.h>
#include <stdint.h>

#define BT_STEADY_PARTS 5u	/* also the fewest samples that can tell */
#define BT_STEADY_SAMPLES 1024u	/* the last ones that are kept */

struct bt_steady {
	unsigned count;
	struct bt_steady_sample {
		uint64_t ns;		/* length */
		double allocs, frees;	/* blocks of that time, all CPUs */
		double failures;
	} samples[BT_STEADY_SAMPLES];
	double spread;	/* of the last look: largest distance of a part's rate from the mean, in
			 * parts of the mean; NaN before there are enough samples */
};

void bt_steady_begin(struct bt_steady *steady);
/*
 * One more interval of the load. True when it is steady: every part's rate within percent of the
 * mean, and allocations and frees differ by no more than percent of the allocations; or nothing at
 * all happens in any of the last five samples (a pattern that has all it wants), no failure either.
 */
bool bt_steady_add(struct bt_steady *steady, const struct bt_steady_sample *sample,
		   unsigned percent);

#endif
