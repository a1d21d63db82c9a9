/* SPDX-License-Identifier: GPL-2.0 */
/* What this program takes of a CPU. */
#ifndef UI_COST_H
#define UI_COST_H

#include <stdint.h>

/* Start of the time that is averaged over. */
struct ui_cost {
	uint64_t mono_ns, cpu_ns;
};

void ui_cost_begin(struct ui_cost *cost);
/*
 * The mean since the last answer as a share of one CPU, once that is long enough ago; until then
 * what was answered last.
 */
double ui_cost_ratio(struct ui_cost *cost, double last);

#endif
