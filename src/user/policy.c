// SPDX-License-Identifier: GPL-2.0
#include "user/policy.h"

#include <errno.h>
#include <numaif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask.h"
#include "core/util.h"

#define NODE_BITS BT_POLICY_NODES
#define NODE_FILE "/sys/devices/system/node/node%u/%s"
#define FILE_LIMIT (64u << 10)

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
static uint64_t number_of(const char *text, const char *word)
{
	const char *at = text;

	while (at && (at = strstr(at, word))) {
		at += strlen(word);
		if (*at == ' ')
			return strtoull(at, NULL, 10);
	}
	return BT_UNKNOWN;
}

static char *read_file(unsigned node, const char *file)
{
	char path[96], *text;

	snprintf(path, sizeof(path), NODE_FILE, node, file);
	return bt_read_file(path, FILE_LIMIT, &text, NULL) < 0 ? NULL : text;
}

uint64_t bt_policy_served(unsigned node)
{
	char *text = read_file(node, "numastat");
	uint64_t hit = number_of(text, "numa_hit"), miss = number_of(text, "numa_miss");

	free(text);
	return hit == BT_UNKNOWN || miss == BT_UNKNOWN ? BT_UNKNOWN : hit + miss;
}

static struct bt_policy_room room_of(unsigned node)
{
	char *text = read_file(node, "meminfo");
	uint64_t free_kib = number_of(text, "MemFree:"), all_kib = number_of(text, "MemTotal:");
	uint64_t file_kib = number_of(text, "Inactive(file):");

	free(text);
	if (free_kib == BT_UNKNOWN)
		return (struct bt_policy_room){ .left_bytes = BT_UNKNOWN };
	return (struct bt_policy_room){
		.left_bytes = (free_kib + (file_kib == BT_UNKNOWN ? 0 : file_kib)) << 10,
		.of_bytes = (all_kib == BT_UNKNOWN ? 0 : all_kib) << 10,
	};
}

/* Of all nodes in the mask together. */
static struct bt_policy_room sum(const __u64 *mask, const struct bt_policy_room *nodes)
{
	struct bt_policy_room sum = { .left_bytes = 0 };

	for (unsigned node = bt_mask_next(mask, BT_NODE_WORDS, 0); node < NODE_BITS;
	     node = bt_mask_next(mask, BT_NODE_WORDS, node + 1)) {
		if (nodes[node].left_bytes == BT_UNKNOWN)
			return (struct bt_policy_room){ .left_bytes = BT_UNKNOWN };
		sum.left_bytes += nodes[node].left_bytes;
		sum.of_bytes += nodes[node].of_bytes;
	}
	return sum;
}

/* Nodes of the CPUs that the config has and that we may use. */
static void home_nodes(const struct bt_config *config, const struct bt_machine *machine,
		       __u64 homes[BT_NODE_WORDS])
{
	memset(homes, 0, BT_NODE_WORDS * sizeof(*homes));
	for (unsigned cpu = 0; cpu < machine->cpu_count; cpu++) {
		if (bt_mask_test(config->cpus, cpu) && bt_mask_test(machine->allowed_cpus, cpu))
			bt_mask_set(homes, machine->cpu_node[cpu], true);
	}
}

static struct bt_policy_room remote_room(const struct bt_config *config,
					 const struct bt_machine *machine,
					 const struct bt_policy_room *nodes)
{
	struct bt_policy_room least = { .left_bytes = BT_UNKNOWN };
	__u64 homes[BT_NODE_WORDS], others[BT_NODE_WORDS];

	home_nodes(config, machine, homes);
	for (unsigned home = bt_mask_next(homes, BT_NODE_WORDS, 0); home < NODE_BITS;
	     home = bt_mask_next(homes, BT_NODE_WORDS, home + 1)) {
		struct bt_policy_room room;

		memcpy(others, machine->memory_nodes, sizeof(others));
		bt_mask_set(others, home, false);
		room = sum(others, nodes);
		if (room.left_bytes == BT_UNKNOWN)
			return room;
		least = room.left_bytes < least.left_bytes ? room : least;
	}
	return least;
}

struct bt_policy_room bt_policy_room(const struct bt_config *config,
				     const struct bt_machine *machine,
				     const struct bt_policy_room nodes[BT_POLICY_NODES])
{
	if (config->node_policy == BT_NODE_REMOTE)
		return remote_room(config, machine, nodes);
	if (config->node_policy == BT_NODE_BIND)
		return sum(config->nodes, nodes);
	return (struct bt_policy_room){ .left_bytes = BT_UNKNOWN };
}

struct bt_policy_room bt_policy_room_now(const struct bt_config *config,
					 const struct bt_machine *machine)
{
	struct bt_policy_room nodes[BT_POLICY_NODES];

	if (config->node_policy != BT_NODE_REMOTE && config->node_policy != BT_NODE_BIND)
		return (struct bt_policy_room){ .left_bytes = BT_UNKNOWN };
	for (unsigned node = 0; node < NODE_BITS; node++) {
		if (bt_mask_test(machine->memory_nodes, node))
			nodes[node] = room_of(node);
		else
			nodes[node] = (struct bt_policy_room){ .left_bytes = 0 };
	}
	return bt_policy_room(config, machine, nodes);
}
