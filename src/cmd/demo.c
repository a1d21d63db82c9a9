// SPDX-License-Identifier: GPL-2.0
/* buddytop demo: the dashboard goes through the named loads by itself. */
#include <errno.h>

#include "cmd/loads.h"
#include "cmd/top.h"

#define SECONDS 15u
#define SECONDS_MAX 3600u

struct demo_values {
	struct top_values top;
	uint64_t seconds;
	const char *loads;
};

static const struct bt_opt demo_opts[] = {
	{ "seconds", 0, BT_OPT_NUMBER, "N", "so long with each load (default 15)",
	  offsetof(struct demo_values, seconds) },
	{ "load", 0, BT_OPT_TEXT, "NAME,...", "these alone, in this order (default: all)",
	  offsetof(struct demo_values, loads) },
	TOP_OPT_GLYPHS(struct demo_values, top),
	TOP_OPT_THEME(struct demo_values, top),
	TOP_OPT_STEP(struct demo_values, top),
	{ 0 }
};

static int choose_loads(struct ui_demo_plan *plan, const struct bt_loads *loads, const char *names,
			struct bt_err *err)
{
	if (names)
		return bt_cmd_loads_choose(loads, names, plan->loads, &plan->count, err);
	for (unsigned i = 0; i < bt_loads_count(loads); i++)
		plan->loads[plan->count++] = bt_loads_at(loads, i);
	return 0;
}

static int run_demo(struct bt_cmd_call *call, struct bt_err *err)
{
	struct demo_values *values = call->values;
	uint64_t seconds = values->seconds ? values->seconds : SECONDS;
	struct ui_demo_plan plan = { .each_ns = seconds * BT_NS_PER_S,
				     .agreed = call->source.yes };
	struct bt_loads *loads;
	int code;

	if (call->argc)
		return bt_err_set(err, EINVAL, "demo: '%s': takes no operands (--load NAME,...)",
				  call->argv[0]);
	if (seconds > SECONDS_MAX)
		return bt_err_set(err, EINVAL, "--seconds: 1 to %u is expected", SECONDS_MAX);
	code = bt_cmd_loads_read(&loads, err);
	if (code)
		return code;
	code = choose_loads(&plan, loads, values->loads, err);
	values->top.fallback = "vm";
	values->top.loads = loads;
	values->top.demo = &plan;
	if (!code)
		code = top_run(call, &values->top, err);
	bt_loads_free(loads);
	return code;
}

const struct bt_cmd bt_cmd_demo = {
	.name = "demo",
	.operands = "",
	.summary = "Go through the named loads in the dashboard, with captions",
	.description = "In a guest of our own, or on another --source, which is asked for first.\n"
		       "n and p go on and back, Space holds, q ends it; at its end the load is "
		       "stopped.",
	.opts = demo_opts,
	.values_size = sizeof(struct demo_values),
	.run = run_demo,
};
