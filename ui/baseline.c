// SPDX-License-Identifier: GPL-2.0
#include "ui/baseline.h"

#include <stdlib.h>

struct ui_baseline *ui_baseline_take(const struct bt_history *history, enum bt_tier tier,
				     unsigned newest, unsigned count)
{
	unsigned there = bt_history_count(history, tier);
	struct ui_baseline *baseline;

	if (newest >= there || !count)
		return NULL;
	baseline = bt_xcalloc(1, sizeof(*baseline));
	baseline->tier = tier;
	baseline->count = count < there - newest ? count : there - newest;
	baseline->whole = bt_history_point(history);
	bt_history_merge(history, tier, newest + baseline->count - 1, newest, baseline->whole);
	baseline->points = bt_xcalloc(baseline->count, sizeof(*baseline->points));
	for (unsigned age = 0; age < baseline->count; age++) {
		baseline->points[age] = bt_history_point(history);
		bt_history_merge(history, tier, newest + age, newest + age, baseline->points[age]);
	}
	return baseline;
}

void ui_baseline_free(struct ui_baseline *baseline)
{
	if (!baseline)
		return;
	for (unsigned age = 0; age < baseline->count; age++)
		free(baseline->points[age]);
	free(baseline->whole);
	free(baseline->points);
	free(baseline);
}
