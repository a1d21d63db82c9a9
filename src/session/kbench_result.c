// SPDX-License-Identifier: GPL-2.0
#include "session/kbench.h"

#include <stdlib.h>
#include <string.h>

struct bt_kbench *bt_kbench_create(void)
{
	struct bt_kbench *result = bt_xcalloc(1, sizeof(*result));

	result->clock_pair_ns = BT_UNKNOWN;
	result->clock = BT_CLOCK_COUNT;
	return result;
}

void bt_kbench_free(struct bt_kbench *result)
{
	if (!result)
		return;
	for (unsigned i = 0; result->groups && i < result->group_count; i++)
		bt_freemap_free(result->groups[i].map);
	free(result->groups);
	free(result->rows);
	free(result);
}

static void *copy_of(const void *from, size_t count, size_t size)
{
	void *to = bt_xcalloc(count ? count : 1, size);

	if (count)
		memcpy(to, from, count * size);
	return to;
}

struct bt_kbench *bt_kbench_copy(const struct bt_kbench *result)
{
	struct bt_kbench *copy;

	if (!result)
		return NULL;
	copy = bt_kbench_create();
	*copy = *result;
	copy->groups = copy_of(result->groups, result->group_count, sizeof(*copy->groups));
	for (unsigned i = 0; i < copy->group_count; i++) {
		if (!result->groups[i].map)
			continue;
		copy->groups[i].map = bt_freemap_create();
		bt_freemap_copy(copy->groups[i].map, result->groups[i].map);
	}
	copy->rows = copy_of(result->rows, result->row_count, sizeof(*copy->rows));
	return copy;
}
