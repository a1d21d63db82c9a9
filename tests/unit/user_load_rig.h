/* SPDX-License-Identifier: GPL-2.0 */
/* For the tests of the process with the workers: one that may hold 64 MiB, and what it holds. */
#ifndef BT_USER_LOAD_RIG_H
#define BT_USER_LOAD_RIG_H

#include <dirent.h>

#include "core/mask.h"
#include "core/param.h"
#include "system/available.h"
#include "tests/unit/user_rig.h"
#include "user/board.h"
#include "user/load.h"

#define LIMIT_NS (20 * BT_NS_PER_S)
#define HELD (64 * MIB)

struct kit {
	struct bt_machine machine;
	uint64_t available_bytes;
	struct bt_user_load *load;
	struct bt_config config;
};

static inline bool look_at_machine(struct kit *kit, char verdict[VERDICT])
{
	struct bt_err err = { 0 };

	*kit = (struct kit){ .load = NULL };
	if (bt_available_look(&kit->machine, &kit->available_bytes, &err)) {
		snprintf(verdict, VERDICT, "%.200s", err.text);
		return false;
	}
	kit->machine.max_held_bytes = HELD;
	return true;
}

/* With the machine as it is in the kit. */
static inline bool start_kit(struct kit *kit, uint32_t ways, char verdict[VERDICT])
{
	struct ant_limits limits;
	struct bt_err err = { 0 };

	if (bt_user_load_open(&kit->load, ways, &kit->machine, &err)) {
		snprintf(verdict, VERDICT, "%.200s", err.text);
		return false;
	}
	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		const struct bt_proof *proof = bt_user_load_proof(kit->load, i);

		if (!(ways & 1u << i) || proof->orders)
			continue;
		snprintf(verdict, VERDICT, "skip: no %s: %.150s", bt_ways[i]->name, proof->reason);
		bt_user_load_close(kit->load);
		return false;
	}
	limits = bt_machine_limits(&kit->machine);
	bt_config_default(&kit->config, &limits, 0);
	memcpy(kit->config.cpus, kit->machine.allowed_cpus, sizeof(kit->config.cpus));
	kit->config.run = BT_RUN_GO;
	kit->config.pattern = BT_PATTERN_HOLD;
	kit->config.max_held_bytes = HELD;
	kit->config.lease_ms = 0;
	return true;
}

static inline bool open_kit(struct kit *kit, uint32_t ways, char verdict[VERDICT])
{
	return look_at_machine(kit, verdict) && start_kit(kit, ways, verdict);
}

static inline uint64_t held_bytes(const struct kit *kit)
{
	uint64_t bytes = 0;
	size_t size;
	void *area = (void *)(uintptr_t)bt_user_load_area(kit->load, &size);

	for (unsigned cpu = 0; cpu < kit->machine.cpu_count; cpu++)
		bytes += __atomic_load_n(&bt_board_cpu(area, cpu).stats->held_pages,
					 __ATOMIC_RELAXED) * kit->machine.page_bytes;
	return bytes;
}

static inline uint64_t total(const struct kit *kit, size_t offset)
{
	uint64_t sum = 0;
	size_t size;
	void *area = (void *)(uintptr_t)bt_user_load_area(kit->load, &size);

	for (unsigned cpu = 0; cpu < kit->machine.cpu_count; cpu++)
		sum += __atomic_load_n((__u64 *)((char *)bt_board_cpu(area, cpu).stats + offset),
				       __ATOMIC_RELAXED);
	return sum;
}

#define TOTAL(kit, member) total(kit, offsetof(struct bt_cpu_stats, member))

/* Until it is held to 7 of 8 parts at least, or (0) nothing is. */
static inline bool await_held(const struct kit *kit, uint64_t bytes)
{
	uint64_t end_ns = bt_mono_ns() + LIMIT_NS, held;

	do {
		held = held_bytes(kit);
		if (bytes ? held >= bytes / 8 * 7 && held <= bytes : !held)
			return true;
		usleep(1000);
	} while (bt_mono_ns() < end_ns);
	return false;
}

/* Of a process, those of a kind: "pipe:", "socket:". */
static inline unsigned descriptors_of(int pid, const char *kind)
{
	char path[64], link[384], target[16] = "";
	unsigned count = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(link, sizeof(link), "%s/%s", path, entry->d_name);
		if (readlink(link, target, sizeof(target) - 1) > 0)
			count += !strncmp(target, kind, strlen(kind));
	}
	if (dir)
		closedir(dir);
	return count;
}

#endif
