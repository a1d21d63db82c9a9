// SPDX-License-Identifier: GPL-2.0
/* The simulated machine's processes, pageblocks and clock rates, which frames hold only when wanted. */
#include <stdio.h>
#include <string.h>

#include "source/sim.h"

#define BLOCK_ORDER 9u
#define FIRST_PID 412u

/* Shares of what is used besides the antagonist: anonymous memory, and mapped page cache. */
static const struct {
	const char *name;
	uint16_t anon_permille, cache_permille;
	uint8_t idle_percent;	/* of the anonymous memory: what is swapped out first */
	int16_t oom_score_adj;
} task_rows[] = {
	{ "java", 260, 30, 25, 0 },	       { "postgres", 170, 240, 10, -900 },
	{ "mysqld", 120, 110, 15, 0 },	       { "redis-server", 95, 4, 5, 0 },
	{ "prometheus", 70, 60, 40, 0 },       { "node", 60, 12, 50, 0 },
	{ "gunicorn", 38, 6, 70, 0 },	       { "gunicorn", 36, 6, 70, 0 },
	{ "dockerd", 24, 18, 60, -500 },       { "containerd", 18, 14, 60, -999 },
	{ "systemd-journal", 9, 40, 30, -250 }, { "rsyslogd", 6, 3, 40, 0 },
	{ "sshd", 3, 2, 80, -1000 },	       { "systemd", 5, 4, 60, 0 },
	{ "chronyd", 2, 1, 90, 0 },	       { "cron", 1, 1, 95, 0 },
};

struct sum {
	uint64_t used_pages, cache_pages;
};

static struct sum sum_up(const struct sim *sim)
{
	struct sum sum = { 0 };

	for (unsigned n = 0; n < sim->machine.node_count; n++) {
		sum.used_pages += sim->nodes[n].used_pages;
		sum.cache_pages += sim_cache_pages(sim, n);
	}
	return sum;
}

static uint64_t anon_pages(const struct sum *sum, unsigned row)
{
	return sum->used_pages / 2 * task_rows[row].anon_permille / 1000;
}

static uint64_t swapped_pages(const struct sim *sim, const struct sum *sum, unsigned row)
{
	return anon_pages(sum, row) * task_rows[row].idle_percent / 100 *
	       sim_pressure_percent(sim) / 100;
}

uint64_t sim_swapped_pages(const struct sim *sim)
{
	struct sum sum = sum_up(sim);
	uint64_t pages = 0;

	for (unsigned row = 0; row < BT_ARRAY_SIZE(task_rows); row++)
		pages += swapped_pages(sim, &sum, row);
	return pages;
}

/* As the kernel computes it: the share of all memory in thousandths, with a base of 1000, by 2/3. */
static uint64_t oom_score(const struct sim *sim, uint64_t pages, int adjust)
{
	uint64_t total = sim->machine.memory_bytes / sim->machine.page_bytes;
	int64_t points = 1000 + (int64_t)(pages * 1000 / total) + adjust;

	return adjust == -1000 || points < 0 ? 0 : (uint64_t)points * 2 / 3;
}

static void fill_task(const struct sim *sim, const struct sum *sum, unsigned row,
		      struct bt_frame_task *task)
{
	uint64_t swapped = swapped_pages(sim, sum, row);
	uint64_t rss = anon_pages(sum, row) - swapped +
		       sum->cache_pages / 4 * task_rows[row].cache_permille / 1000;

	rss -= rss * (sim_random(sim, 7000 + row, 0) % 16) / 4096;
	*task = (struct bt_frame_task){
		.pid = FIRST_PID + row * 137,
		.state = { sim_random(sim, 7100 + row, 0) % 8 ? 'S' : 'R' },
		.rss_bytes = rss * sim->machine.page_bytes,
		.swap_bytes = swapped * sim->machine.page_bytes,
		.oom_score = oom_score(sim, rss + swapped, task_rows[row].oom_score_adj),
		.oom_score_adj = task_rows[row].oom_score_adj,
	};
	snprintf(task->name, sizeof(task->name), "%s", task_rows[row].name);
}

static uint64_t memory_of(const struct bt_frame_task *task)
{
	return task->rss_bytes + task->swap_bytes;
}

static void fill_tasks(const struct sim *sim, struct bt_frame_tasks *tasks)
{
	struct sum sum = sum_up(sim);

	tasks->state = BT_DETAIL_KNOWN;
	tasks->mono_ns = sim->now_ns;
	tasks->read_ns = 1800000;
	tasks->processes = 180 + sim_random(sim, 7200, 0) % 4;
	for (unsigned row = 0; row < BT_ARRAY_SIZE(task_rows); row++) {
		struct bt_frame_task task;
		unsigned at = tasks->count++;

		fill_task(sim, &sum, row, &task);
		for (; at && memory_of(&tasks->task[at - 1]) < memory_of(&task); at--)
			tasks->task[at] = tasks->task[at - 1];
		tasks->task[at] = task;
	}
}

/* Shares of a zone's pageblocks and of its free blocks, in thousandths; movable has the rest. */
enum type { UNMOVABLE, MOVABLE, RECLAIMABLE, HIGHATOMIC, ISOLATE, TYPES };

static const char *const type_names[TYPES] = { "Unmovable", "Movable", "Reclaimable", "HighAtomic",
					       "Isolate" };

static void split(uint64_t whole, uint64_t unmovable_permille, uint64_t part[TYPES])
{
	part[UNMOVABLE] = whole * unmovable_permille / 1000;
	part[RECLAIMABLE] = whole * 50 / 1000;
	part[HIGHATOMIC] = whole * 4 / 1000;
	part[ISOLATE] = 0;
	part[MOVABLE] = whole - part[UNMOVABLE] - part[RECLAIMABLE] - part[HIGHATOMIC];
}

/* What the antagonist holds is not movable, and takes blocks of the other types when it must. */
static uint64_t unmovable_permille(const struct sim *sim, unsigned node)
{
	const struct sim_node *n = &sim->nodes[node];

	return 60 + (n->managed_pages ? n->held_pages * 700 / n->managed_pages : 0);
}

static void fill_types(const struct sim *sim, const struct bt_frame_zone *zone,
		       struct bt_frame_pageblocks *to)
{
	struct bt_frame_pagetype *types = &to->types[to->count];
	uint64_t permille = unmovable_permille(sim, zone->node), part[TYPES];

	to->count += TYPES;
	split(zone->managed_pages >> BLOCK_ORDER, permille, part);
	for (unsigned t = 0; t < TYPES; t++) {
		memset(&types[t], 0xff, sizeof(types[t]));
		types[t].node = zone->node;
		types[t].blocks = part[t];
		memcpy(types[t].zone, zone->name, sizeof(types[t].zone));
		snprintf(types[t].type, sizeof(types[t].type), "%s", type_names[t]);
	}
	for (unsigned order = 0; order <= sim->machine.max_order; order++) {
		split(zone->free_blocks[order], permille, part);
		for (unsigned t = 0; t < TYPES; t++)
			types[t].free_blocks[order] = part[t];
	}
}

/* As in a guest: there are no clocks that could change. */
static struct bt_frame_frequency no_clocks(const struct sim *sim)
{
	return (struct bt_frame_frequency){
		.state = BT_DETAIL_NOT_IN_KERNEL,
		.mono_ns = sim->now_ns,
		.read_ns = BT_UNKNOWN,
		.cpus = 0,
		.min_khz = BT_UNKNOWN,
		.max_khz = BT_UNKNOWN,
		.limit_khz = BT_UNKNOWN,
	};
}

void sim_fill_details(const struct sim *sim, struct bt_frame *frame)
{
	if (frame->want & BT_WANT_TASKS)
		fill_tasks(sim, &frame->tasks);
	if (frame->want & BT_WANT_FREQUENCY)
		frame->frequency = no_clocks(sim);
	if (frame->want & BT_WANT_FREE_MAP)
		sim_fill_free_map(sim, frame, &frame->free_map);
	if (!(frame->want & BT_WANT_PAGEBLOCKS))
		return;
	frame->pageblocks.state = BT_DETAIL_KNOWN;
	frame->pageblocks.mono_ns = sim->now_ns;
	frame->pageblocks.read_ns = 700000;
	frame->pageblocks.block_pages = 1ull << BLOCK_ORDER;
	for (unsigned z = 0; z < frame->zone_count; z++)
		fill_types(sim, &frame->zones[z], &frame->pageblocks);
}
