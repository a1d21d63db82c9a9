// SPDX-License-Identifier: GPL-2.0
/* Memory that goes away under the load, block by block (sysfs), and comes back. */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "oracle.h"

/* Memory blocks are tried from here down; 128 MiB each in a guest of this size. */
#define FIRST_TRIED 64u
#define BLOCK_BYTES (128 * MIB)
/* Offlining a block that nobody holds takes a tenth of a second. */
#define OFFLINE_LIMIT_MS 20000u

static bool memory_state(unsigned block, const char *state)
{
	char path[80];
	int fd;
	bool done;

	snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%u/state", block);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, state, strlen(state)) > 0;
	if (fd >= 0)
		close(fd);
	return done;
}

/* Takes some block offline while nothing is held; 0: none of this guest's can go. */
static unsigned take_block(void)
{
	unsigned block = FIRST_TRIED;

	while (block && !memory_state(block, "offline"))
		block--;
	return block;
}

/* The same from a process that can be ended, for it tries for ever while somebody holds a page. */
static bool offline_in_time(unsigned block, uint64_t *took_ms)
{
	uint64_t start_ns = bt_mono_ns();
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		_exit(!memory_state(block, "offline"));
	do {
		usleep(10000);
		*took_ms = (bt_mono_ns() - start_ns) / BT_NS_PER_MS;
		if (*took_ms > OFFLINE_LIMIT_MS)
			kill(pid, SIGKILL);
	} while (waitpid(pid, &status, WNOHANG) != pid);
	return status == 0;
}

static int node_of(unsigned block)
{
	char path[80];
	int node;

	for (node = 0; node < 16; node++) {
		snprintf(path, sizeof(path), "/sys/devices/system/memory/memory%u/node%d", block, node);
		if (!access(path, F_OK))
			return node;
	}
	return -1;
}

/* Free memory of a node's zone Movable, without the CPUs' own lists. */
static uint64_t movable_free_bytes(int node)
{
	char *text = oracle_text("/proc/zoneinfo"), head[32], *at;
	uint64_t pages = 0;

	snprintf(head, sizeof(head), "Node %d, zone  Movable", node);
	at = strstr(text, head);
	at = at ? strstr(at, "pages free") : NULL;
	if (at)
		pages = strtoull(at + strlen("pages free"), NULL, 10);
	free(text);
	return pages * 4096;
}

static void test_hotplug(struct abi *abi)
{
	struct bt_config config = abi_config(), seen = {.size = sizeof(seen)};
	uint64_t generation;
	unsigned block;
	int fd = abi_control(abi);

	config.pattern = BT_PATTERN_HOLD;
	config.max_held_bytes = 16 * MIB;
	block = take_block();
	if (!block) {
		skip(abi, "memory hotplug: no block of this guest's memory can go offline");
		close(fd);
		return;
	}
	abi_run(abi, fd, &config);
	generation = config.generation;
	check(abi, memory_state(block, "online") && abi->area->generation == generation + 1,
	      "memory block %u comes: one generation", block);
	check(abi, abi_wait_word(&abi_cpu(abi, 0)->generation, generation + 1, 20000) &&
	      abi_wait_word(&abi_cpu(abi, 1)->generation, generation + 1, 20000),
	      "every worker works its nodes out again");
	ioctl(abi->observer, BT_IOC_GET_CONFIG, &seen);
	seen.generation = config.generation;
	check(abi, !memcmp(&seen, &config, sizeof(seen)), "the configuration is the same");
	check(abi, memory_state(block, "offline") && abi->area->generation == generation + 3,
	      "it goes: one to drain, one for the nodes");
	check(abi, abi->area->run == BT_RUN_DRAIN && abi->area->reason == BT_REASON_OFFLINE,
	      "drained, with the reason");
	memory_state(block, "online");
	check(abi, abi->area->run == BT_RUN_DRAIN && abi->area->generation == generation + 4,
	      "when it is back nothing starts by itself");
	close(fd);
}

/* Blocks of a load in zone Movable of one node, which has that one memory block. */
static void check_offline(struct abi *abi, int fd, unsigned block, enum bt_guard guard,
			  enum bt_run run)
{
	struct bt_config config = abi_config();
	int node = node_of(block);
	uint64_t before = movable_free_bytes(node), left, took_ms = 0;
	bool gone;

	config.pattern = BT_PATTERN_HOLD;
	config.max_held_bytes = BLOCK_BYTES + 32 * MIB;
	config.gfp = BT_GFP_MOVABLE;
	config.node_policy = BT_NODE_BIND;
	config.nodes[0] = 1ull << node;
	config.guard = guard;
	abi_run(abi, fd, &config);
	abi_wait_held(abi, (BLOCK_BYTES + 30 * MIB) / 4096, UINT64_MAX, 20000);
	config.run = run;
	abi_run(abi, fd, &config);
	left = movable_free_bytes(node);
	check(abi, before > 100 * MIB && left < before / 10,
	      "guard %d, run %d: the load has all of the block but %" PRIu64 " of %" PRIu64 " bytes",
	      guard, run, left, before);
	gone = offline_in_time(block, &took_ms);
	check(abi, gone, "the block goes offline, in %" PRIu64 " ms", took_ms);
	check(abi, abi->area->run == BT_RUN_DRAIN && abi->area->reason == BT_REASON_OFFLINE &&
	      abi_wait_held(abi, 0, 0, 20000), "everything was given back, with the reason");
	check(abi, memory_state(block, "online_movable"), "it comes back");
}

static void test_offline(struct abi *abi)
{
	unsigned block = take_block();
	int fd;

	if (!block || !memory_state(block, "online_movable")) {
		skip(abi, "memory offline: no block of this guest can be made movable");
		return;
	}
	fd = abi_control(abi);
	check_offline(abi, fd, block, BT_GUARD_SAFE, BT_RUN_GO);
	check_offline(abi, fd, block, BT_GUARD_BENCH, BT_RUN_GO);
	check_offline(abi, fd, block, BT_GUARD_BENCH, BT_RUN_KEEP);
	close(fd);
	/* As it was, for the tests that follow. */
	check(abi, memory_state(block, "offline") && memory_state(block, "online_kernel"),
	      "nothing of it is held when the controller is gone");
}

const struct abi_test abi_memory_tests[] = {
	{"memory hotplug", test_hotplug},
	{"memory offline", test_offline},
	{0}
};
