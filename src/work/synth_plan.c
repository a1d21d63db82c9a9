// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <unistd.h>

#include "bench/stats.h"
#include "core/util.h"
#include "work/synth.h"

#define FILES_PART 4u		/* of bytes */
#define MEAN_PART 4u		/* the mean of u^3 is 1/4 */
#define LIVES 16u		/* of mean length, one after the other */
#define LIFE_MIN_NS BT_NS_PER_MS
#define FRACTION_BITS 20u	/* of u */

/* size * u^3, in whole pages. */
static uint64_t skewed(struct bt_random *random, uint64_t size, uint64_t page_bytes)
{
	uint64_t u = bt_random_below(random, (1u << FRACTION_BITS) + 1);
	uint64_t bytes = size;

	for (unsigned i = 0; i < 3; i++)
		bytes = (uint64_t)((unsigned __int128)bytes * u >> FRACTION_BITS);
	bytes -= bytes % page_bytes;
	return bytes ? bytes : page_bytes;
}

static uint64_t mean_life_ns(const struct bt_synth_settings *settings)
{
	uint64_t ns = settings->duration_ns / LIVES;

	return ns > LIFE_MIN_NS ? ns : LIFE_MIN_NS;
}

/* As many lives as make up the duration for each thread. */
static unsigned child_count(const struct bt_synth_settings *settings)
{
	uint64_t each = settings->duration_ns / mean_life_ns(settings);

	each = each ? each : 1;
	return each * settings->threads < BT_SYNTH_CHILDREN_MAX ?
	       (unsigned)(each * settings->threads) : BT_SYNTH_CHILDREN_MAX;
}

struct bt_synth_plan *bt_synth_plan(const struct bt_synth_settings *settings)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE), files_bytes, largest_bytes;
	uint64_t life_ns = mean_life_ns(settings);
	struct bt_synth_plan *plan = bt_xcalloc(1, sizeof(*plan));
	struct bt_random random;

	plan->settings = *settings;
	plan->count = child_count(settings);
	plan->children = bt_xcalloc(plan->count, sizeof(*plan->children));
	files_bytes = settings->bytes / FILES_PART;
	plan->anon_limit_bytes = settings->bytes - files_bytes;
	largest_bytes = plan->anon_limit_bytes / settings->threads * MEAN_PART;
	if (largest_bytes > plan->anon_limit_bytes)
		largest_bytes = plan->anon_limit_bytes;
	bt_random_seed(&random, settings->seed);
	for (unsigned i = 0; i < plan->count; i++) {
		struct bt_synth_child *child = &plan->children[i];

		child->anon_bytes = skewed(&random, largest_bytes, page_bytes);
		/* At most four times the mean each: not all of them may be that large. */
		child->file_bytes = skewed(&random, files_bytes / plan->count * MEAN_PART, page_bytes);
		if (child->file_bytes > files_bytes)
			child->file_bytes = 0;
		files_bytes -= child->file_bytes;
		child->life_ns = life_ns / 2 + bt_random_below(&random, life_ns + 1);
		for (unsigned j = 0; j < BT_ARRAY_SIZE(child->reads); j++)
			child->reads[j] = (unsigned)bt_random_below(&random, (uint64_t)i + 1);
	}
	return plan;
}

void bt_synth_plan_free(struct bt_synth_plan *plan)
{
	if (plan)
		free(plan->children);
	free(plan);
}
