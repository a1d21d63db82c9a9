// SPDX-License-Identifier: GPL-2.0
#include "frame/history.h"

#include <stdlib.h>
#include <string.h>

#include "frame/merge.h"

/* Points of a tier where there is room for all, and those that no machine is too large for. */
static const struct {
	unsigned want, least;
} sizes[BT_TIER_COUNT] = {
	[BT_TIER_SAMPLE] = { 600, 120 },
	[BT_TIER_1S] = { 1800, 300 },
	/* An hour of steps that are over, wherever in a step it ends. */
	[BT_TIER_10S] = { 720, 3600 / 10 + 2 },
	[BT_TIER_60S] = { 1440, 3600 / 60 + 2 },
};

const uint64_t bt_tier_ns[BT_TIER_COUNT] = {
	[BT_TIER_1S] = BT_NS_PER_S,
	[BT_TIER_10S] = 10 * BT_NS_PER_S,
	[BT_TIER_60S] = 60 * BT_NS_PER_S,
};

struct ring {
	char *slots;
	size_t stride;		/* the tails of the CPUs are last, so that a tier can do without */
	uint8_t tails;
	unsigned capacity, count;
	unsigned newest;	/* index of the newest slot, when there is one */
	uint64_t step;		/* which of all steps the newest slot is */
};

struct bt_history {
	struct bt_layout layout;
	uint64_t number;	/* intervals so far */
	struct ring rings[BT_TIER_COUNT];
};

/* ---- size -------------------------------------------------------------------------------- */

static size_t all_bytes(const struct bt_history *history, const unsigned counts[BT_TIER_COUNT])
{
	size_t bytes = 0;

	for (unsigned tier = 0; tier < BT_TIER_COUNT; tier++)
		bytes += counts[tier] * history->rings[tier].stride;
	return bytes;
}

/* What is left over the least is shared in the proportion of what is wanted. */
static void choose_capacities(struct bt_history *history)
{
	unsigned want[BT_TIER_COUNT], least[BT_TIER_COUNT], tier;
	size_t want_bytes, least_bytes;
	double share = 1;

	for (tier = 0; tier < BT_TIER_COUNT; tier++) {
		want[tier] = sizes[tier].want;
		least[tier] = sizes[tier].least;
	}
	want_bytes = all_bytes(history, want);
	least_bytes = all_bytes(history, least);
	if (want_bytes > BT_HISTORY_BYTES)
		share = (double)(BT_HISTORY_BYTES - least_bytes) /
			(double)(want_bytes - least_bytes);
	for (tier = 0; tier < BT_TIER_COUNT; tier++)
		history->rings[tier].capacity =
			least[tier] + (unsigned)((want[tier] - least[tier]) * share);
}

struct bt_history *bt_history_create(const struct bt_machine *machine)
{
	struct bt_history *history = bt_xcalloc(1, sizeof(*history));
	const struct bt_layout *layout = &history->layout;
	bool few_cpus;

	bt_layout_init(&history->layout, machine);
	/* In the coarser tiers CPUs are kept where they add at most a quarter. */
	few_cpus = layout->all_bytes - layout->cpus_at <= layout->cpus_at / 4;
	for (unsigned tier = 0; tier < BT_TIER_COUNT; tier++) {
		bool cpus = tier == BT_TIER_SAMPLE || few_cpus;

		history->rings[tier].tails = BT_TAIL_NODES | (cpus ? BT_TAIL_CPUS : 0);
		history->rings[tier].stride = cpus ? layout->all_bytes : layout->cpus_at;
	}
	choose_capacities(history);
	for (unsigned tier = 0; tier < BT_TIER_COUNT; tier++) {
		struct ring *ring = &history->rings[tier];

		ring->slots = bt_xcalloc(ring->capacity, ring->stride);
	}
	return history;
}

void bt_history_free(struct bt_history *history)
{
	if (!history)
		return;
	for (unsigned tier = 0; tier < BT_TIER_COUNT; tier++)
		free(history->rings[tier].slots);
	free(history);
}

bool bt_history_fits(const struct bt_history *history, const struct bt_machine *machine)
{
	return history->layout.node_count == machine->node_count &&
	       history->layout.cpu_count == machine->cpu_count;
}

unsigned bt_history_capacity(const struct bt_history *history, enum bt_tier tier)
{
	return history->rings[tier].capacity;
}

size_t bt_history_bytes(const struct bt_history *history)
{
	size_t bytes = 0;

	for (unsigned tier = 0; tier < BT_TIER_COUNT; tier++)
		bytes += history->rings[tier].capacity * history->rings[tier].stride;
	return bytes;
}

/* ---- adding ------------------------------------------------------------------------------ */

static struct bt_point *slot(const struct ring *ring, unsigned index)
{
	return (struct bt_point *)(ring->slots + index * ring->stride);
}

static struct bt_point *next_slot(struct ring *ring)
{
	if (ring->count)
		ring->newest = (ring->newest + 1) % ring->capacity;
	if (ring->count < ring->capacity)
		ring->count++;
	return slot(ring, ring->newest);
}

/* By the middle: samples that are due at the end of a step come a little later. */
static uint64_t step_of(const struct bt_point *point, uint64_t step_ns)
{
	uint64_t half_ns = point->length_ns / 2;

	return (point->mono_ns > half_ns ? point->mono_ns - half_ns : 0) / step_ns;
}

/* A gap longer than a step stays by itself, or what follows would be told as that long. */
static bool stands_alone(const struct bt_point *point, uint64_t step_ns)
{
	return point->gap && point->length_ns >= step_ns;
}

static void add_to_step(const struct bt_history *history, struct ring *ring, uint64_t step_ns,
			const struct bt_point *point)
{
	struct bt_point *now = slot(ring, ring->newest);
	uint64_t step = step_of(point, step_ns);

	if (ring->count && step == ring->step && !stands_alone(now, step_ns) &&
	    !stands_alone(point, step_ns)) {
		bt_merge(&history->layout, now, point);
		bt_point_quantiles(now);
		return;
	}
	now = next_slot(ring);
	memcpy(now, point, ring->stride);
	now->tails = ring->tails;
	ring->step = step;
}

void bt_history_add(struct bt_history *history, const struct bt_interval *interval,
		    const struct bt_frame *frame)
{
	struct bt_point *point = next_slot(&history->rings[BT_TIER_SAMPLE]);

	bt_layout_fill(&history->layout, point, interval, frame);
	point->number = ++history->number;
	for (unsigned tier = BT_TIER_1S; tier < BT_TIER_COUNT; tier++)
		add_to_step(history, &history->rings[tier], bt_tier_ns[tier], point);
}

/* ---- reading ----------------------------------------------------------------------------- */

unsigned bt_history_count(const struct bt_history *history, enum bt_tier tier)
{
	return history ? history->rings[tier].count : 0;
}

const struct bt_point *bt_history_at(const struct bt_history *history, enum bt_tier tier,
				     unsigned age)
{
	const struct ring *ring;

	if (age >= bt_history_count(history, tier))
		return NULL;
	ring = &history->rings[tier];
	return slot(ring, (ring->newest + ring->capacity - age) % ring->capacity);
}

unsigned bt_history_age(const struct bt_history *history, enum bt_tier tier, uint64_t number)
{
	unsigned young = 0, old = bt_history_count(history, tier);

	/* Points of ages below young + 1 end at number or after it, those from old on before. */
	while (young + 1 < old) {
		unsigned middle = young + (old - young) / 2;

		if (bt_history_at(history, tier, middle)->number >= number)
			young = middle;
		else
			old = middle;
	}
	return young;
}

const struct bt_point_node *bt_point_nodes(const struct bt_history *history,
					   const struct bt_point *point)
{
	return point->tails & BT_TAIL_NODES ? bt_layout_nodes(&history->layout, point) : NULL;
}

const float *bt_point_matrix(const struct bt_history *history, const struct bt_point *point)
{
	return point->tails & BT_TAIL_NODES ? bt_layout_matrix(&history->layout, point) : NULL;
}

const struct bt_point_zone *bt_point_zones(const struct bt_history *history,
					   const struct bt_point *point)
{
	return point->tails & BT_TAIL_NODES ? bt_layout_zones(&history->layout, point) : NULL;
}

const struct bt_point_cpu *bt_point_cpus(const struct bt_history *history,
					 const struct bt_point *point)
{
	return point->tails & BT_TAIL_CPUS ? bt_layout_cpus(&history->layout, point) : NULL;
}

/* ---- merging ----------------------------------------------------------------------------- */

struct bt_point *bt_history_point(const struct bt_history *history)
{
	return bt_xcalloc(1, history->layout.all_bytes);
}

void bt_history_merge(const struct bt_history *history, enum bt_tier tier, unsigned oldest,
		      unsigned newest, struct bt_point *into)
{
	memcpy(into, bt_history_at(history, tier, oldest), history->rings[tier].stride);
	while (oldest-- > newest)
		bt_merge(&history->layout, into, bt_history_at(history, tier, oldest));
	bt_point_quantiles(into);
}
