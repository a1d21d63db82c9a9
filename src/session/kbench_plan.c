// SPDX-License-Identifier: GPL-2.0
/* What a microbenchmark needs of a machine: CPUs, room, configurations. */
#include "session/kbench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "core/param.h"

const char *const bt_kbench_name[BT_KBENCH_KINDS] = {
	[BT_KBENCH_BULK] = "bulk",
	[BT_KBENCH_REPEAT] = "repeat",
	[BT_KBENCH_RAND] = "rand",
	[BT_KBENCH_FRAG] = "frag",
};

const char *const bt_kbench_help[BT_KBENCH_KINDS] = {
	[BT_KBENCH_BULK] = "allocates all blocks, then frees them in the same order",
	[BT_KBENCH_REPEAT] = "allocates one block and frees it, over and over",
	[BT_KBENCH_RAND] = "allocates all blocks, shuffles them over all threads, frees them",
	[BT_KBENCH_FRAG] = "fills memory, frees half at random, then re-allocates a share at random",
};

#define DEFAULT_ALLOCS 4096
/* More than any machine has, and no product with them overflows. */
#define HELD_BLOCKS_MAX (1ull << 24)

void bt_kbench_plan_default(struct bt_kbench_plan *plan, const struct bt_machine *machine)
{
	struct ant_limits limits = bt_machine_limits(machine);

	*plan = (struct bt_kbench_plan){
		.iterations = 100,
		.allocs = DEFAULT_ALLOCS,
		.order_count = 1,
		.threads = { 1 },
		.thread_count = 1,
		.percent = 10,
		.node = -1,
		.seed = 1,
	};
	bt_config_default(&plan->config, &limits, machine->memory_bytes);
	plan->config.gfp = BT_GFP_MOVABLE;
}

/* ---- CPUs --------------------------------------------------------------------------------- */

static bool is_candidate(const struct bt_kbench_plan *plan, const struct bt_machine *machine,
			 const struct bt_frame *frame, unsigned cpu, bool node_has_cpus)
{
	return frame->cpus[cpu].online &&
	       (!bt_mask_weight(plan->cpus, BT_CPU_WORDS) || bt_mask_test(plan->cpus, cpu)) &&
	       (!node_has_cpus || machine->cpu_node[cpu] == plan->node);
}

static bool has_cpus(const struct bt_machine *machine, const struct bt_frame *frame, int node)
{
	unsigned cpu = 0;

	while (cpu < frame->cpu_count &&
	       (!frame->cpus[cpu].online || machine->cpu_node[cpu] != node))
		cpu++;
	return cpu < frame->cpu_count;
}

/* The first ones that fit. */
static int choose_cpus(const struct bt_kbench_plan *plan, const struct bt_machine *machine,
		       const struct bt_frame *frame, struct bt_kbench_group *group,
		       struct bt_err *err)
{
	bool bound = plan->node >= 0 && has_cpus(machine, frame, plan->node);
	char node[32] = "";
	unsigned found = 0;

	memset(group->cpus, 0, sizeof(group->cpus));
	for (unsigned cpu = 0; cpu < frame->cpu_count && found < group->threads; cpu++) {
		if (is_candidate(plan, machine, frame, cpu, bound)) {
			bt_mask_set(group->cpus, cpu, true);
			found++;
		}
	}
	if (found == group->threads)
		return 0;
	if (bound)
		snprintf(node, sizeof(node), " of node %d", plan->node);
	return bt_err_set(err, EINVAL, "%u threads need as many CPUs: %u%s are online%s",
			  group->threads, found, node,
			  bt_mask_weight(plan->cpus, BT_CPU_WORDS) ? " and allowed" : "");
}

/* ---- room --------------------------------------------------------------------------------- */

static uint64_t held_bytes(const struct bt_machine *machine, const struct bt_kbench_group *group,
			   uint64_t blocks)
{
	uint64_t pages = blocks << group->order;

	return group->threads *
	       (pages * machine->page_bytes + ant_ring_bytes(pages, machine->page_bytes));
}

/* Blocks that a thread has at once. */
static uint64_t held_blocks(const struct bt_kbench_plan *plan, const struct bt_kbench_group *group)
{
	return plan->kind == BT_KBENCH_REPEAT ? 1 : group->allocs;
}

/* frag fills nine tenths of what there is, of the node or of all, above the reserve. */
static uint64_t fill_bytes(const struct bt_kbench_plan *plan, const struct bt_machine *machine,
			   const struct bt_frame *frame)
{
	uint64_t bytes = frame->memory.available_bytes, node;

	if (bytes == BT_UNKNOWN)
		return machine->max_held_bytes;
	bytes -= plan->config.reserve_bytes < bytes ? plan->config.reserve_bytes : bytes;
	if (plan->node >= 0) {
		node = frame->nodes[plan->node].free_bytes;
		bytes = node != BT_UNKNOWN && node < bytes ? node : bytes;
	}
	bytes = bytes / 10 * 9;
	return bytes < machine->max_held_bytes ? bytes : machine->max_held_bytes;
}

static int find_room(const struct bt_kbench_plan *plan, const struct bt_machine *machine,
		     const struct bt_frame *frame, struct bt_kbench_group *group, struct bt_err *err)
{
	char need[32], cap[32];
	uint64_t room = ant_share_pages(machine->max_held_bytes, group->threads,
					machine->page_bytes) >> group->order;

	group->allocs = plan->allocs ? plan->allocs :
			ant_share_pages(fill_bytes(plan, machine, frame), group->threads,
					machine->page_bytes) >> group->order;
	if (group->allocs && held_blocks(plan, group) <= room)
		return 0;
	if (!group->allocs)
		group->allocs = 1;
	return bt_err_set(err, EINVAL, "%s of %llu blocks of order %u on %u CPUs holds %s: the module "
			  "allows %s (its parameter max_held_pct, --max-held-pct of a guest)",
			  bt_kbench_name[plan->kind], (unsigned long long)group->allocs, group->order,
			  group->threads,
			  bt_text_bytes(held_bytes(machine, group, held_blocks(plan, group)), need,
					sizeof(need)),
			  bt_text_bytes(machine->max_held_bytes, cap, sizeof(cap)));
}

/* ---- plans -------------------------------------------------------------------------------- */

uint64_t bt_kbench_share(const struct bt_kbench_plan *plan, uint64_t allocs)
{
	uint64_t share = (allocs - allocs / 2) * plan->percent / 100;

	return share ? share : 1;
}

void bt_kbench_config(const struct bt_kbench_plan *plan, const struct bt_kbench_group *group,
		      const struct bt_machine *machine, struct bt_config *config)
{
	*config = plan->config;
	config->size = sizeof(*config);
	config->generation = 0;
	bt_config_run(config, BT_RUN_DRAIN);
	config->order = group->order;
	memset(config->order_weights, 0, sizeof(config->order_weights));
	config->bulk_pages = config->handoff = 0;
	config->pace_ops = 0;
	config->free_order = plan->kind == BT_KBENCH_FRAG ? BT_FREE_RANDOM : BT_FREE_FIFO;
	config->max_held_bytes = held_bytes(machine, group, held_blocks(plan, group));
	memcpy(config->cpus, group->cpus, sizeof(config->cpus));
	memset(config->nodes, 0, sizeof(config->nodes));
	config->node_policy = plan->node >= 0 ? BT_NODE_BIND : BT_NODE_LOCAL;
	if (plan->node >= 0)
		bt_mask_set(config->nodes, (unsigned)plan->node, true);
}

#define FRAME_BYTES (2u << 20)

void bt_kbench_free_lists(const struct bt_frame *frame, const struct bt_machine *machine, int node,
			  uint64_t *pages, uint64_t *frames)
{
	unsigned huge = 0;

	while (((uint64_t)machine->page_bytes << huge) < FRAME_BYTES)
		huge++;
	*pages = *frames = 0;
	for (unsigned z = 0; z < frame->zone_count; z++) {
		const struct bt_frame_zone *zone = &frame->zones[z];

		if ((node >= 0 && zone->node != node) || zone->free_pages == BT_UNKNOWN)
			continue;
		*pages += zone->free_pages;
		for (unsigned order = huge; order < bt_known_orders(zone->free_blocks); order++)
			*frames += zone->free_blocks[order] << (order - huge);
	}
}

static int check_numbers(const struct bt_kbench_plan *plan, struct bt_err *err)
{
	uint64_t rows = (uint64_t)plan->iterations * plan->order_count * plan->thread_count;

	if (!plan->iterations || !plan->order_count || !plan->thread_count)
		return bt_err_set(err, EINVAL, "nothing to do: at least one iteration, order and "
				  "number of threads");
	if (rows > BT_KBENCH_ROWS_MAX)
		return bt_err_set(err, EINVAL, "%llu iterations in all: at most %u",
				  (unsigned long long)rows, BT_KBENCH_ROWS_MAX);
	if (!plan->allocs && plan->kind != BT_KBENCH_FRAG)
		return bt_err_set(err, EINVAL, "no blocks: at least one a thread");
	if (plan->allocs > BT_STEP_BLOCKS_MAX ||
	    (plan->allocs > HELD_BLOCKS_MAX && plan->kind != BT_KBENCH_REPEAT))
		return bt_err_set(err, EINVAL, "%llu blocks a thread are too many",
				  (unsigned long long)plan->allocs);
	if (plan->percent < 1 || plan->percent > 100)
		return bt_err_set(err, EINVAL, "percent is 1 to 100, not %u", plan->percent);
	return 0;
}

static int check_group(const struct bt_kbench_plan *plan, const struct bt_machine *machine,
		       const struct bt_frame *frame, struct bt_kbench_group *group,
		       struct bt_err *err)
{
	const struct ant_limits limits = bt_machine_limits(machine);
	struct bt_config config;
	int rc = 0;

	if (group->order > machine->max_order)
		rc = bt_err_set(err, EINVAL, "order %u is above the kernel's maximum, %u",
				group->order, machine->max_order);
	if (!rc && !group->threads)
		rc = bt_err_set(err, EINVAL, "0 threads do nothing");
	if (!rc)
		rc = choose_cpus(plan, machine, frame, group, err);
	if (!rc)
		rc = find_room(plan, machine, frame, group, err);
	if (rc)
		return rc;
	bt_kbench_config(plan, group, machine, &config);
	return bt_config_check(&config, &limits, err);
}

int bt_kbench_groups(const struct bt_kbench_plan *plan, const struct bt_machine *machine,
		     const struct bt_frame *frame, struct bt_kbench_group *groups, struct bt_err *err)
{
	int count = 0, rc = check_numbers(plan, err);

	for (unsigned o = 0; !rc && o < plan->order_count; o++) {
		for (unsigned t = 0; !rc && t < plan->thread_count; t++) {
			struct bt_kbench_group group = {
				.order = plan->orders[o], .threads = plan->threads[t],
				.fill_failures = BT_UNKNOWN, .filled = BT_UNKNOWN,
			};

			rc = check_group(plan, machine, frame, &group, err);
			if (!rc && groups)
				groups[count] = group;
			count++;
		}
	}
	return rc ? rc : count;
}
