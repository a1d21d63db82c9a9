/* SPDX-License-Identifier: GPL-2.0 */
/* Machines and frames with every member in use, for the tests of JSON and the fuzzer. */
#ifndef BT_SAMPLE_FRAME_H
#define BT_SAMPLE_FRAME_H

#include <string.h>

#include "core/mask.h"
#include "frame/frame.h"

static inline void sample_machine(struct bt_machine *machine, unsigned cpus, unsigned nodes)
{
	unsigned i, j;

	*machine = (struct bt_machine){
		.source = "kmod",
		.source_note = "a \"note\"",
		.host = "h\xc3\xb6st",
		.kernel = "6.1.0-56-amd64",
		.kernel_version = "#1 SMP",
		.arch = "x86_64",
		.cpu_model = "CPU @ 2.50GHz",
		.command_line = "quiet",
		.module_version = "0.1.0",
		.accel = "tcg",
		.thp = "madvise",
		.governor = "performance, powersave",
		.smt = "on",
		.microcode = "0x5003604",
		.reality = BT_EMULATED,
		.abi_version = 1,
		.features = BT_FEATURE_INIT_ON_ALLOC,
		.page_bytes = 4096,
		.max_order = 10,
		.cpu_count = cpus,
		.node_count = nodes,
		.memory_bytes = 1ull << 40,
		.max_held_bytes = 1ull << 38,
		.ways = {
			{ .name = "packet", .orders = 0x7ff, .traced = true,
			  .nodes = BT_WAY_NODES_FOLLOWED },
			{ .name = "sysctl", .orders = 0x7fc, .nodes = BT_WAY_NODES_IGNORED },
			{ .name = "huge", .dropped = "transparent huge pages are off" },
		},
		.way_count = 3,
	};
	for (i = 0; i < nodes; i++) {
		bt_mask_set(machine->memory_nodes, i, i != 1);
		for (j = 0; j < nodes; j++)
			machine->distance[i][j] = i == j ? 10 : 21;
	}
	for (i = 0; i < cpus; i++) {
		bt_mask_set(machine->possible_cpus, i, true);
		bt_mask_set(machine->allowed_cpus, i, i % 2);
		machine->cpu_node[i] = (uint16_t)(i % nodes);
		machine->cpu_core[i] = (uint16_t)(i / 2 * 2);
	}
}

/* A different number for every cell, in magnitudes that a day of load reaches. */
static inline void sample_cpu(struct bt_frame_cpu *cpu, unsigned i)
{
	*cpu = (struct bt_frame_cpu){
		.generation = 3 + i % 2,
		.last_ns = 86400000000000ull + i,
		.op_start_ns = 86400000000500ull + i,
		.allocs = 86400000000ull + i,
		.frees = 86399000000ull + i,
		.failures = 100000 + i,
		.backoffs = 90000 + i,
		.throttled = 80000 + i,
		.held_blocks = 70000 + i,
		.held_pages = 600000 + i,
		.remote_blocks = 8640000000ull + i,
		.remote_pages = 86400000000ull + i,
		.preempted = 50000 + i,
		.preempted_ns = 7000000000ull + i,
		.alloc_max_ns = 12000000 + i,
		.free_max_ns = 2000000 + i,
		.state = (uint8_t)(i % BT_WORKER_COUNT),
		.op = (uint8_t)(i % 3 == 2 ? BT_OP_NONE : i % 3),
		.online = i % 5 != 4,
		.step = {
			.generation = 5 + i % 3,
			.done = 262144000 + i,
			.failures = 40000 + i,
			.start_ns = 86399000000000ull + i,
			.end_ns = 86399900000000ull + i,
			.ended = 4 + i % 3,
		},
	};
}

static inline void sample_config(struct bt_config *config, unsigned cpus)
{
	unsigned i;

	*config = (struct bt_config){
		.size = sizeof(*config),
		.run = BT_RUN_GO,
		.order = 3,
		.pattern = BT_PATTERN_RAMP,
		.free_order = BT_FREE_LIFO,
		.touch = BT_TOUCH_FIRST,
		.gfp = BT_GFP_MOVABLE,
		.node_policy = BT_NODE_BIND,
		.guard = BT_GUARD_BENCH,
		.batch_blocks = 65,
		.pace_ops = 1234,
		.sample_every = 16,
		.lease_ms = 5001,
		.run_limit_ms = 60001,
		.max_held_bytes = (1ull << 37) + 1,
		.reserve_bytes = 12345,
		.generation = 4,
		.nodes = { 1 },
	};
	for (i = 0; i < cpus; i += 2)
		bt_mask_set(config->cpus, i, true);
}

/* One of a microbenchmark. */
static inline void sample_step_config(struct bt_config *config, unsigned cpus)
{
	sample_config(config, cpus);
	config->run = BT_RUN_STEP;
	config->step = BT_STEP_PAIR;
	config->step_blocks = 262144;
	config->seed = 18446744073709551557ull;	/* the largest prime of 64 bits */
}

static inline void sample_hists(struct bt_frame *frame, unsigned orders, unsigned buckets)
{
	unsigned order, node, op, i;

	frame->cpu_hist.cpu = 2;
	for (op = 0; op < BT_OP_COUNT; op++) {
		frame->cpu_hist.hist[op].count[60 + op] = 4000 + op;
		frame->cpu_hist.hist[op].total = 4000 + op;
	}
	for (order = 0; order < orders; order++) {
		for (node = 0; node < frame->node_count; node++) {
			for (op = 0; op < BT_OP_COUNT; op++) {
				struct bt_hist *hist = bt_frame_hist(frame, order, node, op);

				for (i = 0; i < buckets; i++) {
					hist->count[50 + i] = 1000000 / (i + 1) + order;
					hist->total += hist->count[50 + i];
				}
			}
		}
	}
}

static inline void sample_memory(struct bt_frame *frame)
{
	uint64_t *numbers;
	unsigned i, j;

	numbers = (uint64_t *)&frame->memory;
	for (i = 0; i < sizeof(frame->memory) / sizeof(*numbers); i++)
		numbers[i] = (1ull << 39) + i;
	numbers = (uint64_t *)&frame->psi;
	for (i = 0; i < sizeof(frame->psi) / sizeof(*numbers); i++)
		numbers[i] = 1000 + i;
	numbers = (uint64_t *)&frame->load;
	for (i = 0; i < sizeof(frame->load) / sizeof(*numbers); i++)
		numbers[i] = 86400000000ull + i;
	for (i = 0; i < BT_VMSTAT_COUNT; i++)
		frame->vmstat[i] = 10000000000ull + i;
	for (i = 0; i < frame->node_count; i++) {
		frame->nodes[i] = (struct bt_frame_node){
			.has_memory = i != 1,
			.online = true,
			.total_bytes = 1ull << 36,
			.free_bytes = (1ull << 35) + i,
			.numa_hit = 1000000 + i,
			.numa_miss = 2000 + i,
			.numa_foreign = 3000 + i,
			.interleave_hit = 400 + i,
			.local_node = 900000 + i,
			.other_node = 100000 + i,
		};
	}
	for (i = 0; i < frame->node_count && i < BT_MAX_ZONES; i++) {
		struct bt_frame_zone *zone = &frame->zones[frame->zone_count++];

		memset(zone, 0xff, sizeof(*zone));
		*zone = (struct bt_frame_zone){
			.name = "Normal", .node = (uint16_t)i, .free_pages = 500000 + i,
			.min_pages = 1000 + i, .low_pages = 1250 + i, .high_pages = 1500 + i,
			.managed_pages = 16000000 + i, .pcp_pages = 370 + i,
		};
		for (j = 0; j < BT_MAX_ORDERS; j++)
			zone->free_blocks[j] = j <= 10 ? 5000 - j : BT_UNKNOWN;
	}
}

/* Some numbers of each left unknown. */
static inline void sample_details(struct bt_frame *frame)
{
	unsigned i, j;

	frame->tasks = (struct bt_frame_tasks){
		.state = BT_DETAIL_KNOWN, .mono_ns = 86400000000111ull, .read_ns = 1800000,
		.processes = 412, .count = 3,
	};
	for (i = 0; i < frame->tasks.count; i++) {
		frame->tasks.task[i] = (struct bt_frame_task){
			.pid = 4194303 - i, .name = "a (\"task\")", .state = { i ? 'S' : '\0' },
			.rss_bytes = 3ull << (34 - i), .swap_bytes = i ? 4096 * i : BT_UNKNOWN,
			.oom_score = i == 1 ? BT_UNKNOWN : 666 + i,
			.oom_score_adj = i == 2 ? BT_UNKNOWN_SIGNED : -1000,
		};
	}
	frame->frequency = (struct bt_frame_frequency){
		.state = BT_DETAIL_KNOWN, .mono_ns = 86400000000333ull, .read_ns = 250000,
		.cpus = 16, .min_khz = 1200000, .max_khz = 3400000, .limit_khz = BT_UNKNOWN,
	};
	frame->pageblocks.state = BT_DETAIL_KNOWN;
	frame->pageblocks.mono_ns = 86400000000222ull;
	frame->pageblocks.read_ns = 900000;
	frame->pageblocks.block_pages = 512;
	frame->pageblocks.count = 2;
	for (i = 0; i < 2; i++) {
		struct bt_frame_pagetype *type = &frame->pageblocks.types[i];

		*type = (struct bt_frame_pagetype){ .zone = "Normal", .blocks = 155 + i };
		strcpy(type->type, i ? "Movable" : "Unmovable");
		for (j = 0; j < BT_MAX_ORDERS; j++)
			type->free_blocks[j] = j <= 10 ? BT_PAGETYPE_FREE_MAX - j : BT_UNKNOWN;
	}
}

/* Five frames in three cells, as bt_freemap_fill() never makes them of so few. */
static inline void sample_free_map(struct bt_frame_freemap *map)
{
	static const uint32_t cells[] = { 1024, 512, 0 };

	map->state = BT_DETAIL_KNOWN;
	map->mono_ns = 86400000000444ull;
	map->read_ns = 31000000;
	map->huge_pages = 512;
	map->first_frame = 2048;
	map->end_frame = 2060;
	map->sampled_one_in = 2;
	map->frames = 5;
	map->free_frames = 3;
	map->free_pages = 1536;
	map->pages = BT_UNKNOWN;
	map->cell_frames = 2;
	memset(map->classes, 0, sizeof(map->classes));
	map->classes[0] = 2;
	map->classes[BT_FREEMAP_CLASSES - 1] = 3;
	map->count = 3;
	memcpy(map->cells, cells, sizeof(cells));
}

/* As of a run of the lab in the middle; nobody asked for a size yet. */
static inline void sample_host(struct bt_frame_host *host)
{
	*host = (struct bt_frame_host){
		.known = true, .benchmark = "inflate", .mode = "virtio-mem",
		.phase = "shrink to 256 MiB", .phase_ns = 1234567890, .run = 3, .runs = 12,
		.repetition = 1, .iteration = 2, .iterations = 10, .rss_bytes = 611196928,
		.cpu_user_ns = 71230000000, .cpu_system_ns = 4560000000, .size_bytes = 425721856,
		.target_bytes = BT_UNKNOWN,
	};
}

static inline void sample_frame(struct bt_frame *frame, unsigned hist_orders, unsigned buckets)
{
	unsigned i, j;

	bt_frame_clear(frame);
	frame->seq = 17;
	frame->mono_ns = 86400000000999ull;
	frame->utc_ns = 1795238207123456789;
	frame->read_ns = 123456;
	frame->has_module = true;
	sample_config(&frame->config, frame->cpu_count);
	frame->ack =
		(struct bt_frame_ack){ .token = 9, .generation = 4, .error = 22, .text = "no" };
	frame->publish_ns = 86000000000000ull;
	frame->run = BT_RUN_GO;
	frame->reason = BT_REASON_USER;
	frame->controlled = true;
	frame->oom_notifications = 1;
	frame->oom_freed_pages = 2;
	frame->lease_expiries = 3;
	frame->limit_expiries = 4;
	frame->clock_pair_ns = 25;
	frame->ring_bytes = 8192;
	frame->clock = BT_CLOCK_TSC;
	for (i = 0; i < BT_MAX_ORDERS; i++)
		frame->order_allocs[i] = i <= 10 ? 1000000000000ull + i : 0;
	for (i = 0; i < frame->node_count; i++) {
		for (j = 0; j < frame->node_count; j++)
			frame->matrix[i][j] = 100000000000ull + i * 64 + j;
	}
	for (i = 0; i < frame->cpu_count; i++)
		sample_cpu(&frame->cpus[i], i);
	sample_hists(frame, hist_orders, buckets);
	sample_memory(frame);
	sample_details(frame);
	sample_free_map(&frame->free_map);
	sample_host(&frame->host);
}

#endif
