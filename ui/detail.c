// SPDX-License-Identifier: GPL-2.0
#include "ui/detail.h"

#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "ui/text.h"

struct detail {
	const char *param;
	unsigned choice;
	const char *text, *warning;
};

static const struct detail details[] = {
	{ "gfp", BT_GFP_KERNEL_MAYFAIL,
	  "May sleep, reclaim and compact again and again while that helps, then fails. It never "
	  "calls the OOM killer: pressure without victims.", NULL },
	{ "gfp", BT_GFP_KERNEL,
	  "May sleep, reclaim and compact. Up to order 3 the allocator does not give up: it calls "
	  "the OOM killer and tries again.",
	  "Other processes may be killed when memory runs out." },
	{ "gfp", BT_GFP_KERNEL_NORETRY,
	  "Reclaims and compacts once, lightly, and then fails: what one gets without waiting for "
	  "it.", NULL },
	{ "gfp", BT_GFP_ATOMIC,
	  "Never sleeps and reclaims nothing itself, it only wakes kswapd: as interrupt handlers "
	  "allocate.",
	  "Goes below the min watermark, into the reserves that drivers live from: network "
	  "packets may be dropped." },
	{ "gfp", BT_GFP_MOVABLE,
	  "Comes from where user memory comes from: movable pageblocks and ZONE_MOVABLE.",
	  "A module's pages do not migrate: while held they are pinned there, and compaction, CMA "
	  "and memory hot-unplug fail on them." },
	{ "guard", BT_GUARD_SAFE,
	  "Frees instead of allocating while less than the reserve is available, and gives all "
	  "back before the OOM killer chooses a victim.", NULL },
	{ "guard", BT_GUARD_BENCH,
	  "Gives nothing back and keeps no reserve, which becomes 0: the pressure that is measured "
	  "stays.",
	  "The machine may stall, and other processes may be killed." },
	{ "touch", BT_TOUCH_NONE,
	  "Measures the allocator alone; in a guest the host need not provide the pages.", NULL },
	{ "touch", BT_TOUCH_ALL,
	  "Each block is really there, also in the host of a guest; between two operations the "
	  "caches fill with it.", NULL },
	{ "node", BT_NODE_LOCAL,
	  "As kernel code usually allocates: the nearest node that has room.", NULL },
	{ "node", BT_NODE_PREFER,
	  "Every CPU asks one node first and takes the nearest other one when it is full.", NULL },
	{ "node", BT_NODE_BIND,
	  "Nothing but these nodes: when they are full, allocations reclaim there and fail, "
	  "however much is free elsewhere.", NULL },
	{ "node", BT_NODE_INTERLEAVE,
	  "Block after block from these nodes in turn: spreads the pressure, and most CPUs "
	  "allocate remotely.", NULL },
	{ "node", BT_NODE_REMOTE,
	  "Never the CPU's own node: shows what remote memory costs.", NULL },
};

static const struct detail *find(const struct bt_param *param, unsigned choice)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(details); i++) {
		if (details[i].choice == choice && !strcmp(details[i].param, param->name))
			return &details[i];
	}
	return NULL;
}

/* Patterns follow from the share of a CPU. */
static void pattern_text(const struct bt_config *config, const struct bt_machine *machine,
			 char buf[UI_DETAIL])
{
	uint64_t cpus = bt_mask_weight(config->cpus, BT_CPU_WORDS);
	uint64_t share = config->max_held_bytes / (cpus ? cpus : 1), many_bytes;
	struct bt_config many = *config;
	char bytes[UI_TEXT], order[BT_PARAM_TEXT];

	bt_text_bytes(share, bytes, sizeof(bytes));
	bt_param_text(bt_param_find("order"), config, order, sizeof(order));
	/* Blocks of a mix on average. */
	many.batch_blocks = BT_BATCH_MAX;
	many_bytes = machine->page_bytes * ant_burst_pages(&many);
	snprintf(buf, UI_DETAIL, "The share of a CPU is %s, about %llu blocks of order %s; batch "
		 "is %u.", bytes,
		 (unsigned long long)((unsigned __int128)share * BT_BATCH_MAX / many_bytes), order,
		 config->batch_blocks);
}

const char *ui_detail(const struct bt_param *param, unsigned choice, const struct bt_config *config,
		      const struct bt_machine *machine, char buf[UI_DETAIL])
{
	const struct detail *detail = find(param, choice);

	if (!strcmp(param->name, "pattern"))
		pattern_text(config, machine, buf);
	else
		snprintf(buf, UI_DETAIL, "%s", detail ? detail->text : "");
	return buf;
}

const char *ui_detail_warning(const struct bt_param *param, unsigned choice)
{
	const struct detail *detail = find(param, choice);

	return detail ? detail->warning : NULL;
}
