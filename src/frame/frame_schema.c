// SPDX-License-Identifier: GPL-2.0
#include "frame/frame_schema.h"

#include "core/param.h"
#include "frame/frame.h"

static const char *const reason_names[BT_REASON_COUNT] = {
	[BT_REASON_NONE] = "none",
	[BT_REASON_USER] = "user",
	[BT_REASON_LEASE] = "lease",
	[BT_REASON_TIME_LIMIT] = "time-limit",
	[BT_REASON_RELEASED] = "released",
	[BT_REASON_OOM] = "oom",
	[BT_REASON_OFFLINE] = "offline",
};

static const char *const op_names[] = {
	[BT_OP_ALLOC] = "alloc",
	[BT_OP_FREE] = "free",
	[BT_OP_NONE] = "none",
};

#define FRAME(member, kind, ...) BT_FIELD(struct bt_frame, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field frame_fields[] = {
	FRAME(seq, BT_FIELD_UNSIGNED, .required = true),
	FRAME(mono_ns, BT_FIELD_UNSIGNED, .required = true),
	FRAME(utc_ns, BT_FIELD_SIGNED, .required = true),
	FRAME(read_ns, BT_FIELD_UNSIGNED),
	FRAME(extra, BT_FIELD_BOOL),
	FRAME(gap, BT_FIELD_BOOL),
};

static const struct bt_field module_fields[] = {
	FRAME(run, BT_FIELD_NAME, .required = true, .max = BT_RUN_COUNT - 1, .names = bt_run_names),
	FRAME(reason, BT_FIELD_NAME, .required = true, .max = BT_REASON_COUNT - 1,
	      .names = reason_names),
	FRAME(controlled, BT_FIELD_BOOL),
	FRAME(publish_ns, BT_FIELD_UNSIGNED),
	FRAME(oom_notifications, BT_FIELD_UNSIGNED),
	FRAME(oom_freed_pages, BT_FIELD_UNSIGNED),
	FRAME(lease_expiries, BT_FIELD_UNSIGNED),
	FRAME(limit_expiries, BT_FIELD_UNSIGNED),
	FRAME(clock_pair_ns, BT_FIELD_UNSIGNED),
	FRAME(ring_bytes, BT_FIELD_UNSIGNED),
	FRAME(clock, BT_FIELD_NAME, .max = BT_CLOCK_COUNT - 1, .names = bt_clock_names),
};

static const struct bt_field ack_fields[] = {
	BT_FIELD(struct bt_frame_ack, token, "token", BT_FIELD_UNSIGNED, .required = true),
	BT_FIELD(struct bt_frame_ack, generation, "generation", BT_FIELD_UNSIGNED),
	BT_FIELD(struct bt_frame_ack, error, "errno", BT_FIELD_UNSIGNED, .max = 4095),
	BT_FIELD(struct bt_frame_ack, text, "text", BT_FIELD_TEXT),
};

#define CPU(member) BT_FIELD(struct bt_frame_cpu, member, #member, BT_FIELD_UNSIGNED)

static const struct bt_field cpu_columns[] = {
	CPU(generation), CPU(last_ns), CPU(op_start_ns),
	CPU(allocs), CPU(frees), CPU(failures), CPU(backoffs), CPU(throttled),
	CPU(held_blocks), CPU(held_pages), CPU(remote_blocks), CPU(remote_pages),
	CPU(preempted), CPU(preempted_ns), CPU(alloc_max_ns), CPU(free_max_ns),
	BT_FIELD(struct bt_frame_cpu, state, "state", BT_FIELD_NAME,
		 .max = BT_WORKER_COUNT - 1, .names = bt_worker_names),
	BT_FIELD(struct bt_frame_cpu, op, "op", BT_FIELD_NAME,
		 .max = BT_OP_NONE, .names = op_names),
};

#define STEP(member) BT_FIELD(struct bt_frame_cpu, step.member, #member, BT_FIELD_UNSIGNED)

static const struct bt_field step_columns[] = {
	STEP(generation), STEP(done), STEP(failures), STEP(start_ns), STEP(end_ns),
	STEP(preempted_ns), STEP(ended),
};

#define CALLS(member) BT_FIELD(struct bt_frame_calls, member, #member, BT_FIELD_UNSIGNED)

static const struct bt_field calls_fields[] = {
	CALLS(bulk_calls), CALLS(bulk_asked_pages), CALLS(bulk_got_pages), CALLS(bulk_partial),
	CALLS(bulk_max_ns), CALLS(handoff_frees), CALLS(handoff_kept),
};

#define MEMORY(member) BT_FIELD(struct bt_frame_memory, member, #member, BT_FIELD_UNSIGNED)

static const struct bt_field memory_fields[] = {
	MEMORY(total_bytes), MEMORY(free_bytes), MEMORY(available_bytes), MEMORY(cached_bytes),
	MEMORY(dirty_bytes), MEMORY(slab_bytes), MEMORY(anon_bytes), MEMORY(swap_total_bytes),
	MEMORY(swap_free_bytes),
};

#define PSI(member) BT_FIELD(struct bt_frame_psi, member, #member, BT_FIELD_UNSIGNED)

static const struct bt_field psi_fields[] = {
	PSI(some_avg10_centipercent), PSI(some_total_us),
	PSI(full_avg10_centipercent), PSI(full_total_us),
};

#define LOAD(member) BT_FIELD(struct bt_frame_load, member, #member, BT_FIELD_UNSIGNED)

static const struct bt_field load_fields[] = {
	LOAD(load1_centi), LOAD(cpu_us), LOAD(busy_us), LOAD(steal_us),
};

#define NODE(member, key) BT_FIELD(struct bt_frame_node, member, key, BT_FIELD_UNSIGNED)

static const struct bt_field node_fields[] = {
	BT_FIELD(struct bt_frame_node, has_memory, "has_memory", BT_FIELD_BOOL),
	BT_FIELD(struct bt_frame_node, online, "online", BT_FIELD_BOOL),
	NODE(total_bytes, "total_bytes"), NODE(free_bytes, "free_bytes"),
	NODE(numa_hit, "numa_hit_pages"), NODE(numa_miss, "numa_miss_pages"),
	NODE(numa_foreign, "numa_foreign_pages"), NODE(interleave_hit, "interleave_hit_pages"),
	NODE(local_node, "local_node_pages"), NODE(other_node, "other_node_pages"),
};

#define ZONE(member, kind, ...) \
	BT_FIELD(struct bt_frame_zone, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field zone_fields[] = {
	ZONE(name, BT_FIELD_TEXT, .required = true),
	ZONE(node, BT_FIELD_UNSIGNED, .required = true, .max = BT_MAX_NODES - 1),
	ZONE(free_pages, BT_FIELD_UNSIGNED), ZONE(min_pages, BT_FIELD_UNSIGNED),
	ZONE(low_pages, BT_FIELD_UNSIGNED), ZONE(high_pages, BT_FIELD_UNSIGNED),
	ZONE(managed_pages, BT_FIELD_UNSIGNED), ZONE(pcp_pages, BT_FIELD_UNSIGNED),
};

static const struct bt_field hist_fields[] = {
	BT_FIELD(struct bt_frame_hist, order, "order", BT_FIELD_UNSIGNED, .required = true,
		 .max = BT_MAX_ORDERS - 1),
	BT_FIELD(struct bt_frame_hist, node, "node", BT_FIELD_UNSIGNED, .required = true,
		 .max = BT_MAX_NODES - 1),
	BT_FIELD(struct bt_frame_hist, op, "op", BT_FIELD_NAME, .required = true,
		 .max = BT_OP_COUNT - 1, .names = op_names),
};

const struct bt_field_table bt_schema_frame = BT_FIELD_TABLE(frame_fields);
const struct bt_field_table bt_schema_module = BT_FIELD_TABLE(module_fields);
const struct bt_field_table bt_schema_ack = BT_FIELD_TABLE(ack_fields);
const struct bt_field_table bt_schema_cpu = BT_FIELD_TABLE(cpu_columns);
const struct bt_field_table bt_schema_step = BT_FIELD_TABLE(step_columns);
const struct bt_field_table bt_schema_calls = BT_FIELD_TABLE(calls_fields);
const struct bt_field_table bt_schema_memory = BT_FIELD_TABLE(memory_fields);
const struct bt_field_table bt_schema_psi = BT_FIELD_TABLE(psi_fields);
const struct bt_field_table bt_schema_load = BT_FIELD_TABLE(load_fields);
const struct bt_field_table bt_schema_node = BT_FIELD_TABLE(node_fields);
const struct bt_field_table bt_schema_zone = BT_FIELD_TABLE(zone_fields);
const struct bt_field_table bt_schema_hist = BT_FIELD_TABLE(hist_fields);
