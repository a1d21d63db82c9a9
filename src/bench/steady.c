// SPDX-License-Identifier: GPL-2.0
#include "bench/steady.h"

#include <math.h>
#include <string.h>

void bt_steady_begin(struct bt_steady *steady)
{
	steady->count = 0;
	steady->spread = NAN;
}

static void append(struct bt_steady *steady, const struct bt_steady_sample *sample)
{
	if (steady->count == BT_STEADY_SAMPLES) {
		steady->count -= BT_STEADY_SAMPLES / 4;
		memmove(steady->samples, steady->samples + BT_STEADY_SAMPLES / 4,
			steady->count * sizeof(*sample));
	}
	steady->samples[steady->count++] = *sample;
}

static struct bt_steady_sample sum(const struct bt_steady *steady, unsigned from, unsigned to)
{
	struct bt_steady_sample all = { 0 };

	for (unsigned i = from; i < to; i++) {
		all.ns += steady->samples[i].ns;
		all.allocs += steady->samples[i].allocs;
		all.frees += steady->samples[i].frees;
		all.failures += steady->samples[i].failures;
	}
	return all;
}

/* Largest distance of a part's rate from the mean of all; 0 when nothing happened. */
static double spread_of(const struct bt_steady *steady, unsigned from)
{
	unsigned count = steady->count - from;
	struct bt_steady_sample all = sum(steady, from, steady->count);
	double mean = all.allocs / (double)all.ns, largest = 0;

	for (unsigned i = 0; i < BT_STEADY_PARTS && mean > 0; i++) {
		struct bt_steady_sample part =
			sum(steady, from + count * i / BT_STEADY_PARTS,
			    from + count * (i + 1) / BT_STEADY_PARTS);

		largest = fmax(largest, fabs(part.allocs / (double)part.ns - mean) / mean);
	}
	return largest;
}

static bool is_still(const struct bt_steady *steady)
{
	struct bt_steady_sample last =
		sum(steady, steady->count - BT_STEADY_PARTS, steady->count);

	return last.allocs + last.frees + last.failures == 0;
}

bool bt_steady_add(struct bt_steady *steady, const struct bt_steady_sample *sample,
		   unsigned percent)
{
	struct bt_steady_sample all;
	unsigned window;

	if (!sample->ns)
		return false;
	append(steady, sample);
	if (steady->count < BT_STEADY_PARTS)
		return false;
	if (is_still(steady)) {
		steady->spread = 0;
		return true;
	}
	window = steady->count * 2 / 3;
	if (window < BT_STEADY_PARTS)
		window = BT_STEADY_PARTS;
	all = sum(steady, steady->count - window, steady->count);
	steady->spread = spread_of(steady, steady->count - window);
	return all.allocs > 0 && steady->spread * 100 <= percent &&
	       fabs(all.allocs - all.frees) * 100 <= percent * all.allocs;
}
