// SPDX-License-Identifier: GPL-2.0
/* Where blocks come from, as the kernel's own counters of its nodes see it. */
#include "scenarios.h"

#include "oracle.h"

/* Blocks the kernel took from a node, whoever asked; one count a block. */
static uint64_t taken_from(unsigned node)
{
	return oracle_numastat(node, "local_node") + oracle_numastat(node, "other_node");
}

static const struct {
	const char *assignments;
	double share[2];	/* of the blocks, by node */
} node_cases[] = {
	{"cpus=0 node=local", {1, 0}},
	{"cpus=1 node=local", {0, 1}},
	{"cpus=0-1 node=prefer:1", {0, 1}},
	{"cpus=0-1 node=bind:0", {1, 0}},
	{"cpus=0-1 node=interleave:0-1", {0.5, 0.5}},
	{"cpus=0 node=remote", {0, 1}},
	{"cpus=1 node=remote", {1, 0}},
};

static void scenario_node(struct rig *rig)
{
	/* What the agent and this program allocate meanwhile; on a slow kernel it is a longer while. */
	const unsigned others = 500 * oracle_patience();
	unsigned i, node;

	/* Order 4 keeps the count of what others allocate meanwhile far below a percent. */
	rig_publish(rig, RIG_PLAIN " order=4", BT_RUN_DRAIN);
	for (i = 0; i < BT_ARRAY_SIZE(node_cases); i++) {
		uint64_t blocks, got[2];
		bool right = true;

		oracle_trigger_arm("mm_page_alloc", "order");
		for (node = 0; node < 2; node++)
			got[node] = taken_from(node);
		rig_publish(rig, node_cases[i].assignments, BT_RUN_GO);
		/* Sampling allocates, too. */
		bt_session_pause(rig->session, true);
		rig_wait_ms(rig, 1500);
		bt_session_pause(rig->session, false);
		rig_drain(rig);
		for (node = 0; node < 2; node++)
			got[node] = taken_from(node) - got[node];
		blocks = oracle_trigger_sum(4);
		oracle_trigger_disarm();
		for (node = 0; node < 2; node++) {
			double want = node_cases[i].share[node] * (double)blocks;

			right = right && (double)got[node] >= want * 0.99 &&
				(double)got[node] <= want * 1.01 + others;
		}
		rig_check(rig, blocks > 1000 && right, "%s: %llu blocks, node 0 gave %llu, node 1 %llu",
			  node_cases[i].assignments, (unsigned long long)blocks,
			  (unsigned long long)got[0], (unsigned long long)got[1]);
	}
	rig_publish(rig, "node=local", BT_RUN_DRAIN);
}

/* ---- twelve nodes ---------------------------------------------------------------------------- */

#define NODES 12

/* Blocks of the workers on every CPU by the node that they came from, as a frame has it. */
static void add_up_matrix(struct rig *rig, uint64_t blocks[NODES])
{
	const struct bt_frame *frame = rig_fresh(rig);
	unsigned cpu_node, node;

	for (node = 0; node < NODES; node++) {
		blocks[node] = 0;
		for (cpu_node = 0; cpu_node < NODES; cpu_node++)
			blocks[node] += frame->matrix[cpu_node][node];
	}
}

/* Runs on one node: a frame ascribes all to it that the workers got, and the kernel agrees. */
static void check_far_node(struct rig *rig, const char *assignments, unsigned far)
{
	uint64_t before[NODES], after[NODES], kernel = taken_from(far), traced, others = 0, own;
	unsigned node;

	add_up_matrix(rig, before);
	oracle_trigger_arm_blocks(); /* a node may be full: a debug kernel takes of the last one */
	rig_publish(rig, assignments, BT_RUN_GO);
	rig_wait_ms(rig, 500);
	rig_drain(rig);
	traced = oracle_trigger_sum(4);
	oracle_trigger_disarm();
	kernel = taken_from(far) - kernel;
	add_up_matrix(rig, after);
	own = after[far] - before[far];
	for (node = 0; node < NODES; node++)
		others += node == far ? 0 : after[node] - before[node];
	/* The trigger drops a hit now and then, when another CPU has its entry in hand. */
	rig_check(rig, traced > 100 && rig_near(own, traced, 0.02) && others == 0,
		  "%s: %llu blocks, %llu from node %u in the frame, %llu from others", assignments,
		  (unsigned long long)traced, (unsigned long long)own, far,
		  (unsigned long long)others);
	/* What others take from a node without CPUs meanwhile is little. */
	rig_check(rig, kernel >= traced && kernel <= traced + traced / 100 + 500,
		  "numastat of node %u: %llu", far, (unsigned long long)kernel);
}

/* A frame's own numbers of a node, with the kernel's files read before and after it. */
static void check_node_numbers(struct rig *rig, unsigned node)
{
	uint64_t least = taken_from(node), total = oracle_node_bytes(node, "MemTotal"), most;
	const struct bt_frame_node *seen = &rig_fresh(rig)->nodes[node];

	most = taken_from(node);
	rig_check(rig, least > 0 && seen->local_node + seen->other_node >= least &&
		  seen->local_node + seen->other_node <= most && seen->total_bytes == total,
		  "node %u has %llu bytes and gave %llu blocks, numastat says %llu to %llu", node,
		  (unsigned long long)seen->total_bytes,
		  (unsigned long long)(seen->local_node + seen->other_node),
		  (unsigned long long)least, (unsigned long long)most);
}

static void scenario_many_nodes(struct rig *rig)
{
	if (!rig_check(rig, bt_session_machine(rig->session)->node_count == NODES &&
		       bt_session_machine(rig->session)->memory_nodes[0] == (1 << NODES) - 1,
		       "twelve nodes with memory are seen"))
		return;
	rig_publish(rig, RIG_PLAIN " order=4", BT_RUN_DRAIN);
	check_far_node(rig, "node=bind:11", 11);
	check_far_node(rig, "node=prefer:10", 10);
	check_node_numbers(rig, 10);
	check_node_numbers(rig, 11);
	rig_publish(rig, "node=local", BT_RUN_DRAIN);
}

const struct scenario node_scenarios[] = {
	{.name = "node", .run = scenario_node},
	{.name = "many nodes", .run = scenario_many_nodes, .nodes = NODES},
	{0},
};
