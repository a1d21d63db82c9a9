// SPDX-License-Identifier: GPL-2.0
/* Identity and topology: what does not change while a source is open. */
#include <errno.h>
#include <limits.h>
#include <numa.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/mask.h"
#include "system/files.h"

#define TEXT_MAX_BYTES (1u << 20)

/* ---- identity ----------------------------------------------------------------------------- */

/* First line of a small file without its end; "" when absent. */
static void read_line(const struct bt_system *system, const char *file, char *to, size_t size)
{
	char path[PATH_MAX], *text;

	to[0] = '\0';
	if (bt_read_file(bt_system_path(system, path, "%s", file), TEXT_MAX_BYTES, &text, NULL) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	bt_copy_clean(to, size, text);
	free(text);
}

/* "model name\t: Intel ..." on x86; other architectures name it otherwise or not at all. */
static void read_cpu_model(const struct bt_system *system, char *to, size_t size)
{
	char path[PATH_MAX], *text, *line, *value;

	to[0] = '\0';
	if (bt_read_file(bt_system_path(system, path, "/proc/cpuinfo"), 16 * TEXT_MAX_BYTES, &text,
			 NULL) < 0)
		return;
	line = strstr(text, "model name");
	value = line ? strchr(line, ':') : NULL;
	if (value) {
		value += 1 + strspn(value + 1, " ");
		value[strcspn(value, "\n")] = '\0';
		bt_copy_clean(to, size, value);
	}
	free(text);
}

static void read_identity(struct bt_system *system, struct bt_machine *machine)
{
	struct utsname name;

	if (!uname(&name)) {
		bt_copy_clean(machine->host, sizeof(machine->host), name.nodename);
		bt_copy_clean(machine->kernel, sizeof(machine->kernel), name.release);
		bt_copy_clean(machine->kernel_version, sizeof(machine->kernel_version),
			      name.version);
		bt_copy_clean(machine->arch, sizeof(machine->arch), name.machine);
	}
	read_cpu_model(system, machine->cpu_model, sizeof(machine->cpu_model));
	read_line(system, "/proc/cmdline", machine->command_line, sizeof(machine->command_line));
	bt_copy_clean(machine->accel, sizeof(machine->accel), bt_system_hypervisor(system));
	machine->reality = strcmp(machine->accel, "tcg") ? BT_REAL : BT_EMULATED;
}

/* ---- topology ----------------------------------------------------------------------------- */

static unsigned highest(const __u64 *mask, unsigned words)
{
	unsigned bit, last = 0;

	for (bit = bt_mask_next(mask, words, 0); bit < words * 64;
	     bit = bt_mask_next(mask, words, bit + 1))
		last = bit;
	return last;
}

static int count_cpus(struct bt_system *system, struct bt_machine *machine, struct bt_err *err)
{
	long configured = sysconf(_SC_NPROCESSORS_CONF);
	unsigned i;

	if (!bt_system_mask_at(system, "/sys/devices/system/cpu/possible", machine->possible_cpus,
			       BT_CPU_WORDS)) {
		for (i = 0; i < BT_CPU_WORDS * 64 && (long)i < configured; i++)
			bt_mask_set(machine->possible_cpus, i, true);
	}
	machine->cpu_count = highest(machine->possible_cpus, BT_CPU_WORDS) + 1;
	if (machine->cpu_count > BT_MAX_CPUS)
		return bt_err_set(err, EOPNOTSUPP, "this machine can have %u CPUs, at most %u are "
				  "supported: boot it with possible_cpus=%u", machine->cpu_count,
				  BT_MAX_CPUS, BT_MAX_CPUS);
	return 0;
}

static int count_nodes(struct bt_system *system, struct bt_machine *machine, struct bt_err *err)
{
	__u64 possible[BT_NODE_WORDS] = { 1 };

	bt_system_mask_at(system, "/sys/devices/system/node/possible", possible, BT_NODE_WORDS);
	machine->node_count = highest(possible, BT_NODE_WORDS) + 1;
	if (machine->node_count > BT_MAX_NODES)
		return bt_err_set(err, EOPNOTSUPP,
				  "this machine can have %u NUMA nodes, at most %u are supported",
				  machine->node_count, BT_MAX_NODES);
	if (!bt_system_mask_at(system, "/sys/devices/system/node/has_memory",
			       machine->memory_nodes, BT_NODE_WORDS))
		bt_mask_set(machine->memory_nodes, 0, true);
	return 0;
}

/* First CPU of the core, from the siblings the kernel lists; itself when it is offline. */
static unsigned first_sibling(struct bt_system *system, unsigned cpu)
{
	__u64 siblings[BT_CPU_WORDS];
	char path[128];
	unsigned first;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list",
		 cpu);
	if (!bt_system_mask_at(system, path, siblings, BT_CPU_WORDS))
		return cpu;
	first = bt_mask_next(siblings, BT_CPU_WORDS, 0);
	return first < BT_MAX_CPUS ? first : cpu;
}

static void read_allowed(struct bt_machine *machine)
{
	cpu_set_t *set = CPU_ALLOC(BT_CPU_WORDS * 64);
	size_t size = CPU_ALLOC_SIZE(BT_CPU_WORDS * 64);
	unsigned i;

	if (set && !sched_getaffinity(0, size, set)) {
		for (i = 0; i < machine->cpu_count; i++)
			bt_mask_set(machine->allowed_cpus, i, CPU_ISSET_S(i, size, set));
	}
	CPU_FREE(set);
}

/* Distances, and which CPU is on which node. */
static void read_numa(struct bt_machine *machine)
{
	unsigned i, j;
	int node;

	if (numa_available() < 0)
		return;
	for (i = 0; i < machine->cpu_count; i++) {
		node = numa_node_of_cpu((int)i);
		if (node >= 0 && (unsigned)node < machine->node_count)
			machine->cpu_node[i] = (uint16_t)node;
	}
	for (i = 0; i < machine->node_count; i++) {
		for (j = 0; j < machine->node_count; j++)
			machine->distance[i][j] = (uint8_t)numa_distance((int)i, (int)j);
	}
}

int bt_system_machine(struct bt_system *system, struct bt_machine *machine, struct bt_err *err)
{
	struct bt_frame_memory memory = { .total_bytes = BT_UNKNOWN };
	unsigned orders = bt_system_order_count(system), i;
	int code;

	memset(machine->possible_cpus, 0, sizeof(machine->possible_cpus));
	memset(machine->memory_nodes, 0, sizeof(machine->memory_nodes));
	memset(machine->allowed_cpus, 0, sizeof(machine->allowed_cpus));
	memset(machine->cpu_node, 0, sizeof(machine->cpu_node));
	memset(machine->distance, 0, sizeof(machine->distance));
	code = count_cpus(system, machine, err);
	if (!code)
		code = count_nodes(system, machine, err);
	if (code)
		return code;
	read_identity(system, machine);
	machine->page_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
	machine->max_order = orders ? orders - 1 : 0;
	if (machine->max_order >= BT_MAX_ORDERS)
		return bt_err_set(err, EOPNOTSUPP,
				  "this kernel has blocks up to order %u, at most %u is supported",
				  machine->max_order, BT_MAX_ORDERS - 1);
	bt_system_read_meminfo(system, &memory);
	machine->memory_bytes = memory.total_bytes;
	for (i = 0; i < machine->cpu_count; i++)
		machine->cpu_core[i] = (uint16_t)first_sibling(system, i);
	read_allowed(machine);
	if (!*system->root)
		read_numa(machine);
	return 0;
}
