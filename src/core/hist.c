// SPDX-License-Identifier: GPL-2.0
#include "core/hist.h"

#include <math.h>

#include "core/util.h"

void bt_hist_add(struct bt_hist *to, const struct bt_hist *from)
{
	unsigned i;

	for (i = 0; i < BT_HIST_BUCKETS; i++)
		to->count[i] += from->count[i];
	to->total += from->total;
}

void bt_hist_sub(struct bt_hist *to, const struct bt_hist *newer, const struct bt_hist *older)
{
	uint64_t total = 0;
	unsigned i;

	for (i = 0; i < BT_HIST_BUCKETS; i++) {
		uint64_t now = newer->count[i], before = older->count[i];

		to->count[i] = now >= before ? now - before : now;
		total += to->count[i];
	}
	to->total = total;
}

static uint64_t upper_edge(unsigned index)
{
	return bt_hist_floor(index + 1) - 1;
}

uint64_t bt_hist_quantile(const struct bt_hist *hist, double q)
{
	/* In millionths: q * total in floating point can land just above a whole rank. */
	unsigned __int128 parts = (unsigned __int128)hist->total * (uint64_t)llround(q * 1e6);
	uint64_t rank = (uint64_t)((parts + 999999) / 1000000);
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < BT_HIST_BUCKETS; i++) {
		sum += hist->count[i];
		if (sum >= rank && sum)
			return upper_edge(i);
	}
	return BT_UNKNOWN;
}

unsigned bt_hist_log2_bin(unsigned bucket)
{
	uint64_t floor_ns = bt_hist_floor(bucket);

	return floor_ns ? 63u - (unsigned)__builtin_clzll(floor_ns) : 0;
}

uint64_t bt_hist_max_edge(const struct bt_hist *hist)
{
	unsigned i;

	for (i = BT_HIST_BUCKETS; i-- > 0;) {
		if (hist->count[i])
			return upper_edge(i);
	}
	return BT_UNKNOWN;
}
