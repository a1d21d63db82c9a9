// SPDX-License-Identifier: GPL-2.0
#include "user/policy.h"

#include <errno.h>
#include <numaif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask.h"
#include "core/util.h"

#define NODE_BITS (BT_NODE_WORDS * 64)
#define NODE_FILE "/sys/devices/system/node/node%u/%s"

/* ---- the policy ---------------------------------------------------------------------------- */

static const int modes[BT_NODE_COUNT] = {
	[BT_NODE_LOCAL] = MPOL_DEFAULT,	      [BT_NODE_PREFER] = MPOL_PREFERRED,
	[BT_NODE_BIND] = MPOL_BIND,	      [BT_NODE_INTERLEAVE] = MPOL_INTERLEAVE,
	[BT_NODE_REMOTE] = MPOL_BIND,
};

/* The kernel reads one bit less than it is told. */
static int set(int mode, const __u64 *nodes)
{
	unsigned long mask[NODE_BITS / (8 * sizeof(unsigned long))];

	memcpy(mask, nodes, sizeof(mask));
	return set_mempolicy(mode, mode == MPOL_DEFAULT ? NULL : mask,
			     mode == MPOL_DEFAULT ? 0 : NODE_BITS + 1) ? -errno : 0;
}

int bt_policy_set(const struct bt_config *config, const struct bt_machine *machine, unsigned cpu)
{
	__u64 nodes[BT_NODE_WORDS];

	if (bt_mask_weight(machine->memory_nodes, BT_NODE_WORDS) < 2)
		return 0;
	memcpy(nodes, config->nodes, sizeof(nodes));
	if (config->node_policy == BT_NODE_REMOTE) {
		memcpy(nodes, machine->memory_nodes, sizeof(nodes));
		bt_mask_set(nodes, machine->cpu_node[cpu], false);
	}
	return set(modes[config->node_policy], nodes);
}

int bt_policy_bind(unsigned node)
{
	__u64 nodes[BT_NODE_WORDS] = { 0 };

	bt_mask_set(nodes, node, true);
	return set(MPOL_BIND, nodes);
}

int bt_policy_reset(void)
{
	static const __u64 none[BT_NODE_WORDS];

	return set(MPOL_DEFAULT, none);
}

void bt_policy_allowed(const struct bt_machine *machine, __u64 nodes[BT_NODE_WORDS])
{
	unsigned long mask[NODE_BITS / (8 * sizeof(unsigned long))] = { 0 };

	memcpy(nodes, machine->memory_nodes, sizeof(machine->memory_nodes));
	/* A kernel that has room for more nodes than we refuses. */
	if (get_mempolicy(NULL, mask, NODE_BITS, NULL, MPOL_F_MEMS_ALLOWED))
		return;
	for (unsigned word = 0; word < BT_NODE_WORDS; word++) {
		__u64 allowed;

		memcpy(&allowed, (const char *)mask + word * sizeof(allowed), sizeof(allowed));
		nodes[word] &= allowed;
	}
}

/* ---- what the nodes have ------------------------------------------------------------------- */

/* The number behind a word of one of a node's files: "Node 0 MemFree:   12 kB", "numa_hit 12". */
static uint64_t node_number(unsigned node, const char *file, const char *word)
{
	uint64_t number = BT_UNKNOWN;
	char path[96], line[160], *at;
	FILE *in;

	snprintf(path, sizeof(path), NODE_FILE, node, file);
	in = fopen(path, "re");
	while (in && number == BT_UNKNOWN && fgets(line, sizeof(line), in)) {
		at = strstr(line, word);
		if (at && at[strlen(word)] == ' ')
			number = strtoull(at + strlen(word), NULL, 10);
	}
	if (in)
		fclose(in);
	return number;
}

uint64_t bt_policy_served(unsigned node)
{
	uint64_t hit = node_number(node, "numastat", "numa_hit");
	uint64_t miss = node_number(node, "numastat", "numa_miss");

	return hit == BT_UNKNOWN || miss == BT_UNKNOWN ? BT_UNKNOWN : hit + miss;
}

static uint64_t node_bytes(unsigned node)
{
	uint64_t free_kib = node_number(node, "meminfo", "MemFree:");
	uint64_t file_kib = node_number(node, "meminfo", "Inactive(file):");

	if (free_kib == BT_UNKNOWN)
		return BT_UNKNOWN;
	return (free_kib + (file_kib == BT_UNKNOWN ? 0 : file_kib)) << 10;
}

uint64_t bt_policy_free_bytes(const struct bt_config *config, const struct bt_machine *machine)
{
	bool remote = config->node_policy == BT_NODE_REMOTE;
	const __u64 *nodes = remote ? machine->memory_nodes : config->nodes;
	uint64_t sum = 0, least = BT_UNKNOWN;

	if (!remote && config->node_policy != BT_NODE_BIND)
		return BT_UNKNOWN;
	for (unsigned node = bt_mask_next(nodes, BT_NODE_WORDS, 0); node < NODE_BITS;
	     node = bt_mask_next(nodes, BT_NODE_WORDS, node + 1)) {
		uint64_t bytes = node_bytes(node);

		if (bytes == BT_UNKNOWN)
			return BT_UNKNOWN;
		sum += bytes;
		least = bytes < least ? bytes : least;
	}
	return remote ? least * bt_mask_weight(nodes, BT_NODE_WORDS) : sum;
}
