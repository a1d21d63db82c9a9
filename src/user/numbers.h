/* SPDX-License-Identifier: GPL-2.0 */
/* Small numbers for things that come and go: the one that came back last, else one never used. */
#ifndef BT_NUMBERS_H
#define BT_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/util.h"

struct bt_numbers {
	uint32_t fresh;		/* those below it were in use before */
	uint32_t *back;		/* of these, those that are not any more */
	size_t count, room;
};

/* What bt_numbers_take() would take. */
static inline uint32_t bt_numbers_next(const struct bt_numbers *numbers)
{
	return numbers->count ? numbers->back[numbers->count - 1] : numbers->fresh;
}

static inline void bt_numbers_take(struct bt_numbers *numbers)
{
	if (numbers->count)
		numbers->count--;
	else
		numbers->fresh++;
}

static inline void bt_numbers_give_back(struct bt_numbers *numbers, uint32_t number)
{
	if (numbers->count == numbers->room) {
		numbers->room = numbers->room ? 2 * numbers->room : 1024;
		numbers->back = bt_xrealloc(numbers->back, numbers->room, sizeof(*numbers->back));
	}
	numbers->back[numbers->count++] = number;
}

#endif
