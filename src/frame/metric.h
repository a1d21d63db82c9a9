/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every scalar number of a point, by name: what comparison, plain output and batch output list.
 * buddytop.7 gives the meaning of each key.
 */
#ifndef BT_METRIC_H
#define BT_METRIC_H

#include "frame/interval.h"

enum bt_unit {
	BT_UNIT_BYTES,
	BT_UNIT_BYTES_PER_S,
	BT_UNIT_NS,
	BT_UNIT_RATIO,		/* 0..1; of CPU time more where several CPUs are busy */
	BT_UNIT_COUNT,		/* of the point's time */
	BT_UNIT_PER_S,
	BT_UNIT_PAGES_PER_S,
	BT_UNIT_GIB_MIN,	/* memory that was had for a time */
	BT_UNITS
};
extern const char *const bt_unit_name[BT_UNITS];	/* in documents: "bytes_per_s" */

/* What a larger number means for the machine; for signs beside a difference. */
enum bt_better { BT_BETTER_NEITHER, BT_BETTER_MORE, BT_BETTER_LESS };

struct bt_metric {
	const char *key;	/* in documents: unique, snake_case; ends with its unit but for counts */
	const char *label;	/* on the screen: unique */
	const char *group;	/* heading that it stands under */
	enum bt_unit unit;
	enum bt_better better;
	size_t offset;		/* in struct bt_point: a double, or a uint64_t where whole */
	bool whole;
	bool module;		/* of the antagonist: unknown without the module */
	bool rare;		/* of few machines or loads: not listed where it is unknown */
	bool has_rate;		/* a count whose rate is a metric of its own */
};

extern const struct bt_metric bt_metrics[];
extern const unsigned bt_metric_count;

/* NULL: there is none of this key. */
const struct bt_metric *bt_metric_find(const char *key);
/* With its unit, "1.23 GiB", "4.56M/s", "12.3 %"; NaN: "?". buf: 24 bytes are enough. */
const char *bt_metric_text(const struct bt_metric *metric, const struct bt_units *units,
			   double value, char *buf, size_t size);
/* NaN: unknown. */
double bt_metric_value(const struct bt_metric *metric, const struct bt_point *point);
/* NaN makes it unknown. */
void bt_metric_set(const struct bt_metric *metric, struct bt_point *point, double value);

#endif
