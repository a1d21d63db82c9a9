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

/* "" when absent. */
static void read_line(const struct bt_system *system, const char *file, char *to, size_t size)
{
	char path[PATH_MAX];

	bt_read_line(bt_system_path(system, path, "%s", file), to, size);
}

/* "model name\t: Intel ...": the value on the first line of that name; "" without one. */
static void cpuinfo_value(const char *line, const char *name, char *to, size_t size)
{
	char value[256] = "";

	for (; line; line = bt_scan_line(line)) {
		size_t head = strlen(name);

		if (strncmp(line, name, head))
			continue;
		head += strspn(line + head, " \t");
		if (line[head] != ':')
			continue;
		line += head + 1 + strspn(line + head + 1, " ");
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(line, "\n"), line);
		break;
	}
	bt_copy_clean(to, size, value);
}

/* Names of x86; other architectures have other ones or none. */
static void read_cpuinfo(const struct bt_system *system, struct bt_machine *machine)
{
	char path[PATH_MAX], *text = NULL;

	bt_read_file(bt_system_path(system, path, "/proc/cpuinfo"), 16 * TEXT_MAX_BYTES, &text,
		     NULL);
	cpuinfo_value(text, "model name", machine->cpu_model, sizeof(machine->cpu_model));
	cpuinfo_value(text, "microcode", machine->microcode, sizeof(machine->microcode));
	free(text);
}

static bool lists(const char *list, const char *word)
{
	size_t length = strlen(word);
	const char *at;

	for (at = strstr(list, word); at; at = strstr(at + 1, word)) {
		if ((at == list || at[-1] == ' ') && (!at[length] || at[length] == ','))
			return true;
	}
	return false;
}

/* Each governor that some CPU has, in the order of the CPUs. One policy may serve many CPUs. */
static void read_governors(const struct bt_system *system, struct bt_machine *machine)
{
	char *list = machine->governor, path[128], word[16];
	size_t used;
	unsigned i;

	list[0] = '\0';
	for (i = 0; i < machine->cpu_count; i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/cpufreq/scaling_governor",
			 i);
		read_line(system, path, word, sizeof(word));
		used = strlen(list);
		if (*word && !lists(list, word))
			snprintf(list + used, sizeof(machine->governor) - used, "%s%s",
				 used ? ", " : "", word);
	}
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
	read_cpuinfo(system, machine);
	read_line(system, "/proc/cmdline", machine->command_line, sizeof(machine->command_line));
	read_line(system, "/sys/kernel/mm/transparent_hugepage/enabled", machine->thp,
		  sizeof(machine->thp));
	bt_keep_chosen(machine->thp);
	read_line(system, "/sys/devices/system/cpu/smt/control", machine->smt, sizeof(machine->smt));
	read_governors(system, machine);
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

	if (!bt_system_mask_at(system, "/sys/devices/system/node/has_memory",
			       machine->memory_nodes, BT_NODE_WORDS))
		bt_mask_set(machine->memory_nodes, 0, true);
	bt_system_mask_at(system, "/sys/devices/system/node/possible", possible, BT_NODE_WORDS);
	/* Where that file cannot be read, what has memory is possible. */
	for (unsigned i = 0; i < BT_NODE_WORDS; i++)
		possible[i] |= machine->memory_nodes[i];
	machine->node_count = highest(possible, BT_NODE_WORDS) + 1;
	if (machine->node_count > BT_MAX_NODES)
		return bt_err_set(err, EOPNOTSUPP,
				  "this machine can have %u NUMA nodes, at most %u are supported",
				  machine->node_count, BT_MAX_NODES);
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
