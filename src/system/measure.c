// SPDX-License-Identifier: GPL-2.0
#include "system/measure.h"

#include <errno.h>
#include <math.h>

#include "core/util.h"

const char *const bt_measure_state_name[BT_MEASURE_STATE_COUNT] = {
	[BT_MEASURE_NONE] = "none",
	[BT_MEASURE_RUNNING] = "running",
	[BT_MEASURE_DONE] = "done",
	[BT_MEASURE_FAILED] = "failed",
};

const char *const bt_measure_end_name[BT_MEASURE_END_COUNT] = {
	[BT_MEASURE_END_LIMIT] = "limit",
	[BT_MEASURE_END_PRESSURE] = "pressure",
	[BT_MEASURE_END_OOM_KILL] = "oom-kill",
	[BT_MEASURE_END_REFUSED] = "refused",
	[BT_MEASURE_END_FAILED] = "failed",
};

const char *const bt_measure_fill_name[BT_MEASURE_FILL_COUNT] = {
	[BT_MEASURE_FILL_POPULATE] = "populate",
	[BT_MEASURE_FILL_TOUCH] = "touch",
};

const char *const bt_measure_cgroup_name[BT_MEASURE_CGROUP_COUNT] = {
	[BT_MEASURE_CGROUP_OWN] = "own",
	[BT_MEASURE_CGROUP_SHARED] = "shared",
};

int bt_measure_check(const struct bt_measure_options *options, struct bt_err *err)
{
	if (options->region_bytes && options->region_bytes < BT_MEASURE_REGION_MIN)
		return bt_err_set(err, EINVAL, "region_bytes %llu: a mapping has at least %llu",
				  (unsigned long long)options->region_bytes, BT_MEASURE_REGION_MIN);
	if (options->stop_psi_percent > 100)
		return bt_err_set(err, EINVAL, "stop_psi_percent %u: at most 100, the whole time",
				  options->stop_psi_percent);
	return 0;
}

enum bt_measure_state bt_measure_state_at(enum bt_measure_end end)
{
	if (end == BT_MEASURE_END_NONE)
		return BT_MEASURE_RUNNING;
	return end == BT_MEASURE_END_FAILED ? BT_MEASURE_FAILED : BT_MEASURE_DONE;
}

void bt_measure_finish(struct bt_measure *measure, enum bt_measure_end end)
{
	measure->end = end;
	measure->state = bt_measure_state_at(end);
}

double bt_measure_rate(const struct bt_measure *measure)
{
	if (measure->state == BT_MEASURE_NONE || !measure->elapsed_ns)
		return NAN;
	return (double)measure->reached_bytes * (double)BT_NS_PER_S / (double)measure->elapsed_ns;
}
