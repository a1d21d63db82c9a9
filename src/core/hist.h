/* SPDX-License-Identifier: GPL-2.0 */
/* Histograms in user space: sums, differences and quantiles over the buckets of kmod/hist.h. */
#ifndef BT_CORE_HIST_H
#define BT_CORE_HIST_H

#include <stdint.h>

#include "kmod/hist.h" /* bt_hist_index(), bt_hist_floor() */

struct bt_hist {
	uint64_t total;			/* sum of count[] */
	uint64_t count[BT_HIST_BUCKETS];
};

void bt_hist_add(struct bt_hist *to, const struct bt_hist *from);
/* to = newer - older, bucket by bucket; one that went back (a restart) counts as newer. */
void bt_hist_sub(struct bt_hist *to, const struct bt_hist *newer, const struct bt_hist *older);
/*
 * Nearest-rank quantile (rank ceil(q * total), 0 < q <= 1): the inclusive upper edge of the bucket
 * that holds the rank, in ns, so the true value is <= the result and > result / 1.125 - 1.
 * BT_UNKNOWN when the histogram is empty.
 */
#define BT_HIST_STEP 1.125
uint64_t bt_hist_quantile(const struct bt_hist *hist, double q);
/* Octaves: bin n takes [2^n, 2^(n+1)) ns, bin 0 also 0, the last one everything above. */
#define BT_LOG2_BINS 34u
unsigned bt_hist_log2_bin(unsigned bucket);

/* Upper edge of the highest bucket in use (shown as "<="); BT_UNKNOWN when empty. */
uint64_t bt_hist_max_edge(const struct bt_hist *hist);

#endif
