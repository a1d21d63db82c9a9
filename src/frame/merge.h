/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of the history: where the tails of a point are, and how two points become one. */
#ifndef BT_MERGE_H
#define BT_MERGE_H

#include "frame/history.h"

/* A point, then its nodes, matrix, zones and CPUs. */
struct bt_layout {
	unsigned node_count, cpu_count;
	unsigned zone_capacity;		/* further zones are left out */
	size_t matrix_at, zones_at, cpus_at, all_bytes;
};
void bt_layout_init(struct bt_layout *layout, const struct bt_machine *machine);

/* point with all tails, from an interval and the zones of its frame (NULL: none). */
void bt_layout_fill(const struct bt_layout *layout, struct bt_point *point,
		    const struct bt_interval *interval, const struct bt_frame *frame);

/*
 * from follows into; both have the tails of into. Rates become means weighted by the time that is
 * known, ratios of blocks by blocks. One that is unknown in a part is that of the other part.
 * The quantiles are left as they are: bt_point_quantiles(). layout may be NULL for no tails.
 */
void bt_merge(const struct bt_layout *layout, struct bt_point *into, const struct bt_point *from);

static inline struct bt_point_node *bt_layout_nodes(const struct bt_layout *layout,
						    const struct bt_point *point)
{
	(void)layout;
	return (struct bt_point_node *)(point + 1);
}

static inline float *bt_layout_matrix(const struct bt_layout *layout, const struct bt_point *point)
{
	return (float *)((char *)point + layout->matrix_at);
}

static inline struct bt_point_zone *bt_layout_zones(const struct bt_layout *layout,
						    const struct bt_point *point)
{
	return (struct bt_point_zone *)((char *)point + layout->zones_at);
}

static inline struct bt_point_cpu *bt_layout_cpus(const struct bt_layout *layout,
						  const struct bt_point *point)
{
	return (struct bt_point_cpu *)((char *)point + layout->cpus_at);
}

#endif
