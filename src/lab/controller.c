// SPDX-License-Identifier: GPL-2.0
#include "lab/controller.h"

#define STEPS 16u
#define COUNTED_TENTHS 9u

uint64_t bt_lab_controller_target(const struct bt_mode_size *size, uint64_t actual_bytes,
				  uint64_t free_huge_bytes)
{
	uint64_t step = size->memory_bytes / STEPS;
	uint64_t free_bytes = free_huge_bytes / 10 * COUNTED_TENTHS;
	uint64_t target = actual_bytes;

	if (free_bytes < step / 2)
		target += 2 * step;
	else if (free_bytes < step)
		target += step;
	else if (free_bytes > 2 * step)
		target -= step < target ? step : target;
	return bt_mode_target(size, target);
}
