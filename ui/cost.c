// SPDX-License-Identifier: GPL-2.0
#include "ui/cost.h"

#include <time.h>

#include "core/util.h"

/* Own cost is averaged over at least this long. */
#define WINDOW_NS (2 * BT_NS_PER_S)

static uint64_t process_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * BT_NS_PER_S + (uint64_t)ts.tv_nsec;
}

void ui_cost_begin(struct ui_cost *cost)
{
	*cost = (struct ui_cost){ .mono_ns = bt_mono_ns(), .cpu_ns = process_cpu_ns() };
}

double ui_cost_ratio(struct ui_cost *cost, double last)
{
	const struct ui_cost before = *cost;

	if (bt_mono_ns() - before.mono_ns < WINDOW_NS)
		return last;
	ui_cost_begin(cost);
	return (double)(cost->cpu_ns - before.cpu_ns) / (double)(cost->mono_ns - before.mono_ns);
}
