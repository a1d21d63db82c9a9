/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last hours of intervals in rings of a fixed size, one ring (tier) for each length of step. A
 * point has a fixed part and tails as long as the machine is large; a tail is reached through the
 * history. Points stay where they are until their ring has gone round. Single thread.
 */
#ifndef BT_HISTORY_H
#define BT_HISTORY_H

#include "frame/interval.h"

enum bt_tier { BT_TIER_SAMPLE, BT_TIER_1S, BT_TIER_10S, BT_TIER_60S, BT_TIER_COUNT };
/* Length of a step; 0 of BT_TIER_SAMPLE: each interval as it was sampled. */
extern const uint64_t bt_tier_ns[BT_TIER_COUNT];

enum bt_tail { BT_TAIL_NODES = 1 << 0, BT_TAIL_CPUS = 1 << 1 };

/* What a zone was at the end of the point. */
struct bt_point_zone {
	char name[16];
	uint16_t node;
	uint64_t free_pages, min_pages, low_pages, high_pages, managed_pages, pcp_pages;
	uint32_t free_blocks[BT_MAX_ORDERS];
};

#define BT_HISTORY_BYTES (64ull << 20)	/* no history takes more */

struct bt_history;
/* All its memory at once: adding allocates nothing. */
struct bt_history *bt_history_create(const struct bt_machine *machine);
void bt_history_free(struct bt_history *history);
/* Made for a machine of this size. */
bool bt_history_fits(const struct bt_history *history, const struct bt_machine *machine);
/* How many points a tier keeps, and the memory of all tiers. */
unsigned bt_history_capacity(const struct bt_history *history, enum bt_tier tier);
size_t bt_history_bytes(const struct bt_history *history);

/* frame: the newer one of the interval, for its zones; NULL: none are known. */
void bt_history_add(struct bt_history *history, const struct bt_interval *interval,
		    const struct bt_frame *frame);
unsigned bt_history_count(const struct bt_history *history, enum bt_tier tier);
/* age 0 = newest, which in a tier of steps is still being filled; NULL beyond the oldest. */
const struct bt_point *bt_history_at(const struct bt_history *history, enum bt_tier tier,
				     unsigned age);
/* Age of the point that holds the interval of this number, else of the oldest one after it. */
unsigned bt_history_age(const struct bt_history *history, enum bt_tier tier, uint64_t number);

/*
 * Tails of a point that is in the history, or came from bt_history_point(). NULL: it has none.
 * bt_point_nodes(): [node_count]. bt_point_matrix(): blocks/s, [node of CPU * node_count + node of
 * block]. bt_point_zones(): [point->zone_count]. bt_point_cpus(): [cpu_count], of large machines
 * only in the finest tier.
 */
const struct bt_point_node *bt_point_nodes(const struct bt_history *history,
					   const struct bt_point *point);
const float *bt_point_matrix(const struct bt_history *history, const struct bt_point *point);
const struct bt_point_zone *bt_point_zones(const struct bt_history *history,
					   const struct bt_point *point);
const struct bt_point_cpu *bt_point_cpus(const struct bt_history *history,
					 const struct bt_point *point);

/*
 * Takes the fixed part of a point that follows into, which has no tails. The quantiles are left as
 * they are: bt_point_quantiles().
 */
void bt_point_merge(struct bt_point *into, const struct bt_point *from);
/* A point of the caller's with all tails, for bt_history_merge(); free() it. */
struct bt_point *bt_history_point(const struct bt_history *history);
/* All from age oldest to age newest (inclusive; oldest >= newest) as if it had been one step. */
void bt_history_merge(const struct bt_history *history, enum bt_tier tier, unsigned oldest,
		      unsigned newest, struct bt_point *into);

#endif
