// SPDX-License-Identifier: GPL-2.0
#include "frame/interval.h"

#include <stdlib.h>

struct bt_history {
	unsigned capacity, count;
	unsigned next;			/* where the next point goes */
	struct bt_point points[];
};

struct bt_history *bt_history_create(unsigned capacity)
{
	struct bt_history *history;

	if (!capacity)
		capacity = 1;
	history = bt_xcalloc(1, sizeof(*history) + capacity * sizeof(history->points[0]));
	history->capacity = capacity;
	return history;
}

void bt_history_free(struct bt_history *history)
{
	free(history);
}

void bt_history_add(struct bt_history *history, const struct bt_point *point)
{
	history->points[history->next] = *point;
	history->next = (history->next + 1) % history->capacity;
	if (history->count < history->capacity)
		history->count++;
}

unsigned bt_history_count(const struct bt_history *history)
{
	return history->count;
}

const struct bt_point *bt_history_at(const struct bt_history *history, unsigned age)
{
	if (age >= history->count)
		return NULL;
	return &history->points[(history->next + history->capacity - 1 - age) % history->capacity];
}
