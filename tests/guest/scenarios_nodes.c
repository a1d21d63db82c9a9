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

			/* 500: what the agent and this program allocate meanwhile. */
			right = right && (double)got[node] >= want * 0.99 &&
				(double)got[node] <= want * 1.01 + 500;
		}
		rig_check(rig, blocks > 1000 && right, "%s: %llu blocks, node 0 gave %llu, node 1 %llu",
			  node_cases[i].assignments, (unsigned long long)blocks,
			  (unsigned long long)got[0], (unsigned long long)got[1]);
	}
	rig_publish(rig, "node=local", BT_RUN_DRAIN);
}

const struct scenario node_scenarios[] = {
	{.name = "node", .run = scenario_node},
	{0},
};
