// SPDX-License-Identifier: GPL-2.0
/* Whole configurations: their check in words, their default, the names of the ABI's numbers. */
#include "core/param.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "core/util.h"

/* The parameter that a fault belongs to; the rest can only come from a program. */
static const char *const fault_param[ANT_CONFIG_FAULT_COUNT] = {
	[ANT_CONFIG_ORDER] = "order",	      [ANT_CONFIG_PATTERN] = "pattern",
	[ANT_CONFIG_FREE_ORDER] = "free",     [ANT_CONFIG_TOUCH] = "touch",
	[ANT_CONFIG_GFP] = "gfp",	      [ANT_CONFIG_NODE_POLICY] = "node",
	[ANT_CONFIG_NODES] = "node",	      [ANT_CONFIG_REMOTE] = "node",
	[ANT_CONFIG_CPUS] = "cpus",	      [ANT_CONFIG_GUARD] = "guard",
	[ANT_CONFIG_RESERVE] = "reserve",     [ANT_CONFIG_BATCH] = "batch",
	[ANT_CONFIG_PACE] = "pace",	      [ANT_CONFIG_SAMPLE] = "sample",
	[ANT_CONFIG_LEASE] = "lease",
	[ANT_CONFIG_RUN_LIMIT] = "limit",     [ANT_CONFIG_HELD_LIMIT] = "held",
	[ANT_CONFIG_HELD_SMALL] = "held",     [ANT_CONFIG_STEP_HELD] = "held",
	[ANT_CONFIG_WEIGHT] = "order",	      [ANT_CONFIG_MIX_ORDER] = "order",
	[ANT_CONFIG_NO_MIX] = "order",	      [ANT_CONFIG_BULK_PAGES] = "bulk",
	[ANT_CONFIG_BULK_ORDER] = "bulk",     [ANT_CONFIG_NO_BULK] = "bulk",
	[ANT_CONFIG_HANDOFF] = "handoff",     [ANT_CONFIG_HANDOFF_CPUS] = "handoff",
	[ANT_CONFIG_NO_HANDOFF] = "handoff",
};

/* "order 3", "order 0:8+3:1", "bulk 64": what one allocation is. */
static const char *text_sizes(const struct bt_config *config, char *buf, size_t size)
{
	const char *name = config->bulk_pages ? "bulk" : "order";
	char value[96];

	bt_param_text(bt_param_find(name), config, value, sizeof(value));
	snprintf(buf, size, "%s %s", name, value);
	return buf;
}

/* What would be right, " (...)" or nothing. */
static void text_remedy(enum ant_config_fault fault, const struct bt_config *config,
			const struct ant_limits *limits, char *buf, size_t size)
{
	char bytes[16], list[128];
	uint64_t pages, least;

	buf[0] = '\0';
	switch (fault) {
	case ANT_CONFIG_ORDER:
		snprintf(buf, size, " (0 to %u)", limits->max_order);
		break;
	case ANT_CONFIG_HELD_LIMIT:
		snprintf(buf, size, " (at most %llu, %s)",
			 (unsigned long long)limits->max_held_bytes,
			 bt_text_bytes(limits->max_held_bytes, bytes, sizeof(bytes)));
		break;
	case ANT_CONFIG_HELD_SMALL:
		pages = ant_least_pages(config);
		least = bt_mask_weight(config->cpus, BT_CPU_WORDS) *
			(pages * limits->page_bytes + ant_ring_bytes(pages, limits->page_bytes));
		snprintf(buf, size, " (at least %llu at %s)", (unsigned long long)least,
			 text_sizes(config, list, sizeof(list)));
		break;
	case ANT_CONFIG_NODES:
		bt_mask_text(limits->memory_nodes, BT_NODE_WORDS, list, sizeof(list));
		snprintf(buf, size, " (with memory: %s)", list);
		break;
	case ANT_CONFIG_CPUS:
		bt_mask_text(limits->possible_cpus, BT_CPU_WORDS, list, sizeof(list));
		snprintf(buf, size, " (possible: %s)", list);
		break;
	default:
		break;
	}
}

int bt_config_check(const struct bt_config *config, const struct ant_limits *limits,
		    struct bt_err *err)
{
	enum ant_config_fault fault = ant_config_check(config, limits);
	char value[256] = "", remedy[192];

	if (fault == ANT_CONFIG_OK)
		return 0;
	if (!fault_param[fault])
		return bt_err_set(err, EINVAL, "configuration: %s", ant_config_fault_text[fault]);
	bt_param_text(bt_param_find(fault_param[fault]), config, value, sizeof(value));
	text_remedy(fault, config, limits, remedy, sizeof(remedy));
	return bt_err_set(err, EINVAL, "%s=%s: %s%s", fault_param[fault], value,
			  ant_config_fault_text[fault], remedy);
}

static uint64_t whole_mib(uint64_t bytes)
{
	return bytes >> 20 << 20;
}

void bt_config_default(struct bt_config *config, const struct ant_limits *limits,
		       uint64_t total_bytes)
{
	uint64_t held = whole_mib(total_bytes / 10);

	*config = (struct bt_config){
		.size = sizeof(*config),
		.run = BT_RUN_DRAIN,
		.pattern = BT_PATTERN_BURST,
		.free_order = BT_FREE_FIFO,
		.touch = BT_TOUCH_NONE,
		.gfp = BT_GFP_KERNEL_MAYFAIL,
		.node_policy = BT_NODE_LOCAL,
		.guard = BT_GUARD_SAFE,
		.batch_blocks = 64,
		.sample_every = 1,
		.lease_ms = 5000,
		.max_held_bytes = held < limits->max_held_bytes ? held : limits->max_held_bytes,
		.reserve_bytes = whole_mib(total_bytes / 20),
	};
	memcpy(config->cpus, limits->possible_cpus, sizeof(config->cpus));
}

bool bt_config_is_mix(const struct bt_config *config)
{
	return ant_weights_sum(config) > 0;
}

void bt_config_run(struct bt_config *config, enum bt_run run)
{
	config->run = run;
	if (run == BT_RUN_STEP)
		return;
	config->step = BT_STEP_NONE;
	config->step_blocks = 0;
	config->seed = 0;
}

static const char *name_of(const char *const *names, size_t count, uint64_t value)
{
	return value < count ? names[value] : "?";
}

const char *const bt_run_names[BT_RUN_COUNT] = {
	[BT_RUN_DRAIN] = "drained",
	[BT_RUN_GO] = "running",
	[BT_RUN_KEEP] = "kept",
	[BT_RUN_STEP] = "step",
};

const char *const bt_step_names[BT_STEP_COUNT] = {
	[BT_STEP_NONE] = "none",
	[BT_STEP_GET] = "get",
	[BT_STEP_PUT] = "put",
	[BT_STEP_PAIR] = "pair",
	[BT_STEP_SHUFFLE] = "shuffle",
};

const char *const bt_clock_names[BT_CLOCK_COUNT] = {
	[BT_CLOCK_KTIME] = "ktime",
	[BT_CLOCK_TSC] = "tsc",
};

const char *const bt_worker_names[BT_WORKER_COUNT] = {
	[BT_WORKER_OFFLINE] = "offline",
	[BT_WORKER_IDLE] = "idle",
	[BT_WORKER_RUNNING] = "running",
	[BT_WORKER_DRAINING] = "draining",
	[BT_WORKER_BACKOFF] = "backoff",
	[BT_WORKER_THROTTLED] = "throttled",
};

const char *bt_run_name(uint64_t run)
{
	return name_of(bt_run_names, BT_RUN_COUNT, run);
}

const char *bt_reason_text(uint64_t reason)
{
	static const char *const texts[BT_REASON_COUNT] = {
		[BT_REASON_NONE] = "",
		[BT_REASON_USER] = "asked",
		[BT_REASON_LEASE] = "lease expired: no keep-alive",
		[BT_REASON_TIME_LIMIT] = "time limit reached",
		[BT_REASON_RELEASED] = "controller gone: device closed",
		[BT_REASON_OOM] = "machine out of memory: guard freed all",
		[BT_REASON_OFFLINE] = "memory is going offline: all freed",
	};

	return name_of(texts, BT_REASON_COUNT, reason);
}

const char *bt_worker_name(uint64_t state)
{
	return name_of(bt_worker_names, BT_WORKER_COUNT, state);
}
