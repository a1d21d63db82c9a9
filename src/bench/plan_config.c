// SPDX-License-Identifier: GPL-2.0
/* What a run means on a machine: CPUs that are there, memory that may be held, and time. */
#include "bench/plan.h"

#include <errno.h>
#include <string.h>

#include "bench/plan_key.h"
#include "core/mask.h"
#include "core/util.h"

/* BT_HELD_AUTO: page_alloc_bench keeps 0 to 2000 blocks on each CPU. */
#define AUTO_BLOCKS 2000u

static bool is_online(const struct bt_frame *frame, unsigned cpu)
{
	return cpu < frame->cpu_count && frame->cpus[cpu].online;
}

/* Of the mask the lowest CPUs that are online, at most `wanted`. Returns how many. */
static unsigned pick_cpus(const __u64 *mask, const struct bt_frame *frame, unsigned wanted,
			  __u64 *picked)
{
	unsigned count = 0, cpu = bt_mask_next(mask, BT_CPU_WORDS, 0);

	for (; cpu < BT_CPU_WORDS * 64 && count < wanted;
	     cpu = bt_mask_next(mask, BT_CPU_WORDS, cpu + 1)) {
		if (!is_online(frame, cpu))
			continue;
		bt_mask_set(picked, cpu, true);
		count++;
	}
	return count;
}

/* The mask as the plan gives it; "all" when it does not. */
static const char *given_mask(const struct bt_plan_run *run)
{
	static const char name[] = "cpus=";

	for (unsigned i = 0; i < run->setting_count; i++) {
		if (!strncmp(run->settings[i], name, strlen(name)))
			return run->settings[i] + strlen(name);
	}
	return "all";
}

/*
 * A list that names its CPUs wants every one of them, or the run is not what its label says; one
 * that is open ("all", "^0"), or a number of CPUs, is content with those that are online.
 */
static int choose_cpus(const struct bt_plan_run *run, const struct bt_frame *frame,
		       struct bt_config *config, struct bt_err *err)
{
	const char *mask = given_mask(run);
	bool open_ended = run->cpus || *mask == '^' || !strcmp(mask, "all");
	unsigned named = bt_mask_weight(config->cpus, BT_CPU_WORDS);
	__u64 picked[BT_CPU_WORDS] = { 0 };
	unsigned count = pick_cpus(config->cpus, frame, run->cpus ? run->cpus : named, picked);

	if (count < run->cpus)
		return bt_err_set(err, EINVAL, "cpus=%u: of mask=%s are %u online", run->cpus, mask,
				  count);
	if (!count || (!open_ended && count < named))
		return bt_err_set(err, EINVAL, "mask=%s: of these %u CPUs are %u online", mask,
				  named, count);
	memcpy(config->cpus, picked, sizeof(picked));
	return 0;
}

/* What ant_share_pages() takes apart again: on each CPU so many blocks, and the ring for them. */
static uint64_t auto_held_bytes(const struct bt_config *config, const struct ant_limits *limits)
{
	struct bt_config many = *config;
	uint64_t pages, bytes;

	/* Blocks of a mix on average; what others hand off has an eighth of a share besides. */
	many.batch_blocks = AUTO_BLOCKS;
	pages = ant_burst_pages(&many);
	if (config->handoff)
		pages += pages / 7;
	if (__builtin_mul_overflow(pages, (uint64_t)limits->page_bytes, &bytes) ||
	    __builtin_add_overflow(bytes, ant_ring_bytes(pages, limits->page_bytes), &bytes) ||
	    __builtin_mul_overflow(bytes, (uint64_t)bt_mask_weight(config->cpus, BT_CPU_WORDS),
				   &bytes) ||
	    bytes > limits->max_held_bytes)
		return limits->max_held_bytes;
	return bytes;
}

static int set_held(const struct bt_plan_run *run, const struct bt_machine *machine,
		    const struct ant_limits *limits, struct bt_config *config, struct bt_err *err)
{
	if (run->held == BT_HELD_AUTO)
		config->max_held_bytes = auto_held_bytes(config, limits);
	if (run->held != BT_HELD_PERCENT)
		return 0;
	if (machine->memory_bytes == BT_UNKNOWN)
		return bt_err_set(err, EINVAL, "held=%g%%: the machine's memory is not known; "
				  "give bytes", run->held_percent);
	config->max_held_bytes = (uint64_t)((double)machine->memory_bytes * run->held_percent / 100);
	if (config->max_held_bytes <= limits->max_held_bytes)
		return 0;
	/* The limit is in whole pages: the same share of the memory is not above it. */
	if (config->max_held_bytes - limits->max_held_bytes < limits->page_bytes) {
		config->max_held_bytes = limits->max_held_bytes;
		return 0;
	}
	return bt_err_set(err, EINVAL, "held=%g%%: the limit (%s) is %llu bytes, %.3g%%",
			  run->held_percent, bt_machine_bound(machine),
			  (unsigned long long)limits->max_held_bytes,
			  100.0 * (double)limits->max_held_bytes / (double)machine->memory_bytes);
}

int bt_plan_config(const struct bt_plan_run *run, const struct bt_machine *machine,
		   const struct bt_frame *frame, struct bt_config *config, struct bt_err *err)
{
	struct ant_limits limits = bt_machine_limits(machine);
	int code;

	bt_config_default(config, &limits, machine->memory_bytes);
	config->run = BT_RUN_GO;
	code = bt_plan_key_config(run, &limits, config, err);
	if (!code)
		code = choose_cpus(run, frame, config, err);
	if (!code)
		code = set_held(run, machine, &limits, config, err);
	if (!code)
		code = bt_config_check(config, &limits, err);
	if (code)
		bt_err_prefix(err, "run '%s'", run->label);
	return code;
}

/* Cannot overflow: 10,000 repetitions of four times of a day each are 110 years. */
static uint64_t repeated_ns(const struct bt_plan_run *run, uint64_t waiting_ns)
{
	return run->repetitions * (run->settle_ns + run->warmup_ns + waiting_ns + run->load_ns);
}

uint64_t bt_plan_run_ns(const struct bt_plan_run *run)
{
	return repeated_ns(run, 0);
}

uint64_t bt_plan_run_max_ns(const struct bt_plan_run *run)
{
	return repeated_ns(run, run->steady_limit_ns);
}
