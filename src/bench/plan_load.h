/* SPDX-License-Identifier: GPL-2.0 */
/* Named loads (core/load.h) as a plan: a section each, called by the load's name. */
#ifndef BT_PLAN_LOAD_H
#define BT_PLAN_LOAD_H

#include "bench/plan.h"
#include "core/load.h"

/*
 * Text for bt_plan_parse(). Parameters are the load's; what it does not name is as in
 * bt_config_default(), as wherever the load runs, but for guard and reserve: a repetition that a
 * guard has touched is no result, so they are the plan's own, and a load's reserve is left out.
 * CPUs, lease, time limit and sampling are the plan's where the load does not name them. Caller
 * frees. -EINVAL: a load keeps to guard safe and guarded is false, or its name is one that a plan
 * has for something else; err names it, *text is NULL.
 */
int bt_plan_load_text(char **text, const struct bt_load *const *loads, unsigned count, bool guarded,
		      struct bt_err *err);

#endif
