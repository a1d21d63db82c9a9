// SPDX-License-Identifier: GPL-2.0
/*
 * Sample directories: `two-nodes` is what a Debian 6.1 guest of two nodes and four CPUs (the last
 * one offline) had in /proc and /sys; `odd` is made up, with what kernels can lack, and so are
 * `clocks`, with CPUs that differ, and `many-nodes`, with node numbers of two digits. And the machine
 * itself, against what this test reads there on its own.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "core/mask.h"
#include "system/system.h"

struct kit {
	struct bt_system *system;
	struct bt_machine machine;
	struct bt_frame *frame;
};

static struct kit *new_kit(const char *root)
{
	struct kit *kit = bt_xcalloc(1, sizeof(*kit));
	struct bt_err err = { 0 };

	if (bt_system_open(&kit->system, root, &err) ||
	    bt_system_machine(kit->system, &kit->machine, &err))
		fail_msg("%s", err.text);
	kit->frame = bt_frame_create(&kit->machine);
	bt_system_read(kit->system, kit->frame);
	return kit;
}

static void free_kit(struct kit *kit)
{
	bt_frame_free(kit->frame);
	bt_system_close(kit->system);
	free(kit);
}

static void two_nodes_machine(void **state)
{
	struct kit *kit = new_kit(test_data("two-nodes"));
	const struct bt_machine *machine = &kit->machine;

	(void)state;
	assert_int_equal(machine->cpu_count, 4);
	assert_int_equal(machine->possible_cpus[0], 0xf);
	assert_int_equal(machine->node_count, 2);
	assert_int_equal(machine->memory_nodes[0], 3);
	assert_int_equal(machine->max_order, 10);
	assert_int_equal(machine->cpu_core[0], 0);
	assert_int_equal(machine->cpu_core[1], 0);
	assert_int_equal(machine->cpu_core[2], 2);
	assert_int_equal(machine->cpu_core[3], 3);	/* offline: nothing told */
	assert_string_equal(machine->cpu_model, "Intel Xeon Processor (Skylake)");
	assert_string_equal(machine->command_line,
			    "console=ttyS0 quiet panic=-1 tsc=reliable");
	assert_string_equal(machine->accel, "qemu");
	assert_string_equal(machine->microcode, "0x1");
	assert_string_equal(machine->thp, "");
	assert_string_equal(machine->smt, "");
	assert_string_equal(machine->governor, "");
	assert_int_equal(machine->memory_bytes, BT_UNKNOWN);	/* libproc2 knows no root */
	free_kit(kit);
}

static void two_nodes_zones(void **state)
{
	static const struct bt_frame_zone expected[] = {
		{ "DMA", 0, 3808, 22, 27, 32, 3840, 0, { 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 3 } },
		{ "DMA32", 0, 53890, 355, 443, 531, 60245, 175 + 83 + 79,
		  { 5, 4, 4, 2, 0, 1, 3, 1, 3, 1, 51 } },
		{ "DMA32", 1, 51081, 297, 371, 445, 52980, 52 + 155 + 44,
		  { 1, 2, 7, 12, 7, 7, 5, 7, 7, 3, 45 } },
	};
	struct kit *kit = new_kit(test_data("two-nodes"));
	unsigned i, order;

	(void)state;
	assert_int_equal(kit->frame->zone_count, 3);
	for (i = 0; i < 3; i++) {
		const struct bt_frame_zone *zone = &kit->frame->zones[i];

		assert_string_equal(zone->name, expected[i].name);
		assert_int_equal(zone->node, expected[i].node);
		assert_int_equal(zone->free_pages, expected[i].free_pages);
		assert_int_equal(zone->min_pages, expected[i].min_pages);
		assert_int_equal(zone->low_pages, expected[i].low_pages);
		assert_int_equal(zone->high_pages, expected[i].high_pages);
		assert_int_equal(zone->managed_pages, expected[i].managed_pages);
		assert_int_equal(zone->pcp_pages, expected[i].pcp_pages);
		for (order = 0; order < 11; order++)
			assert_int_equal(zone->free_blocks[order], expected[i].free_blocks[order]);
		for (; order < BT_MAX_ORDERS; order++)
			assert_int_equal(zone->free_blocks[order], BT_UNKNOWN);
	}
	free_kit(kit);
}

static void two_nodes_counters(void **state)
{
	struct kit *kit = new_kit(test_data("two-nodes"));
	const struct bt_frame *frame = kit->frame;

	(void)state;
	assert_int_equal(frame->vmstat[BT_VMSTAT_PGALLOC], 32 + 10848);
	assert_int_equal(frame->vmstat[BT_VMSTAT_PGFREE], 120235);
	assert_int_equal(frame->vmstat[BT_VMSTAT_PGFAULT], 836);
	assert_int_equal(frame->vmstat[BT_VMSTAT_ALLOCSTALL], 0);
	assert_int_equal(frame->vmstat[BT_VMSTAT_OOM_KILL], 0);
	assert_int_equal(frame->nodes[0].numa_hit, 5192);
	assert_int_equal(frame->nodes[0].other_node, 339);
	assert_int_equal(frame->nodes[1].numa_hit, 2060);
	assert_int_equal(frame->nodes[1].numa_miss, 0);
	assert_int_equal(frame->nodes[1].interleave_hit, 283);
	assert_int_equal(frame->nodes[1].local_node, 854);
	assert_int_equal(frame->nodes[0].total_bytes, 256340 * 1024);
	assert_int_equal(frame->nodes[0].free_bytes, 230964 * 1024);
	assert_int_equal(frame->nodes[1].total_bytes, 211920 * 1024);
	assert_int_equal(frame->nodes[1].free_bytes, 204172 * 1024);
	assert_true(frame->nodes[1].has_memory && frame->nodes[1].online);
	assert_int_equal(frame->psi.some_avg10_centipercent, 0);
	assert_true(frame->cpus[0].online && frame->cpus[1].online && frame->cpus[2].online);
	assert_false(frame->cpus[3].online);
	free_kit(kit);
}

/* In that directory most numbers are made of the node's; node 9 has no memory, 1 to 8 do not exist. */
static void many_nodes_machine(void **state)
{
	struct kit *kit = new_kit(test_data("many-nodes"));
	const struct bt_frame_node *nodes = kit->frame->nodes;
	unsigned i;

	(void)state;
	assert_int_equal(kit->machine.node_count, 32);
	assert_int_equal(kit->machine.memory_nodes[0], 1 | 1 << 10 | 1 << 11 | 1u << 31);
	for (i = 0; i < 32; i++) {
		bool online = i == 0 || (i >= 9 && i <= 11) || i == 31, has_memory = online && i != 9;

		assert_int_equal(nodes[i].online, online);
		assert_int_equal(nodes[i].has_memory, has_memory);
		if (!online) {
			assert_int_equal(nodes[i].numa_hit, BT_UNKNOWN);
			assert_int_equal(nodes[i].free_bytes, BT_UNKNOWN);
			continue;
		}
		assert_int_equal(nodes[i].numa_hit, has_memory ? 100 + i : 0);
		assert_int_equal(nodes[i].numa_miss, has_memory ? 200 + i : 0);
		assert_int_equal(nodes[i].numa_foreign, has_memory ? 300 + i : 0);
		assert_int_equal(nodes[i].interleave_hit, has_memory ? 400 + i : 0);
		assert_int_equal(nodes[i].local_node, has_memory ? 500 + i : 0);
		assert_int_equal(nodes[i].other_node, has_memory ? 600 + i : 0);
		assert_int_equal(nodes[i].total_bytes, has_memory ? (1000 * i + 900) * 4096 : 0);
		assert_int_equal(nodes[i].free_bytes, has_memory ? (1000 * i + 500) * 4096 : 0);
	}
	free_kit(kit);
}

static void many_nodes_zones(void **state)
{
	static const unsigned expected[] = { 0, 10, 11, 31 };
	struct kit *kit = new_kit(test_data("many-nodes"));
	unsigned i, order;

	(void)state;
	assert_int_equal(kit->frame->zone_count, 4);
	for (i = 0; i < 4; i++) {
		const struct bt_frame_zone *zone = &kit->frame->zones[i];
		unsigned node = expected[i];

		assert_string_equal(zone->name, "Normal");
		assert_int_equal(zone->node, node);
		assert_int_equal(zone->free_pages, 1000 * node + 500);
		assert_int_equal(zone->managed_pages, 1000 * node + 900);
		assert_int_equal(zone->min_pages, node + 100);
		assert_int_equal(zone->low_pages, node + 200);
		assert_int_equal(zone->high_pages, node + 300);
		assert_int_equal(zone->pcp_pages, 2 * node + 3);
		for (order = 0; order <= 10; order++)
			assert_int_equal(zone->free_blocks[order], node + order);
	}
	free_kit(kit);
}

static void clocks_machine(void **state)
{
	struct kit *kit = new_kit(test_data("clocks"));
	const struct bt_frame_load *load = &kit->frame->load;

	(void)state;
	assert_string_equal(kit->machine.cpu_model, "Example CPU, microcode: none @ 2.40GHz");
	assert_string_equal(kit->machine.microcode, "0x5003604");
	assert_string_equal(kit->machine.thp, "never");
	assert_string_equal(kit->machine.smt, "on");
	assert_string_equal(kit->machine.governor, "performance, powersave");
	assert_int_equal(load->load1_centi, 320);
	/* Ticks of 10 ms; guest and guest_nice are in user and nice. */
	assert_int_equal(sysconf(_SC_CLK_TCK), 100);
	assert_int_equal(load->busy_us, (1000 + 20 + 300 + 5 + 15) * 10000);
	assert_int_equal(load->steal_us, 700 * 10000);
	assert_int_equal(load->cpu_us, (1340 + 700 + 50000 + 400) * 10000);
	free_kit(kit);
}

/* What a kernel does not tell is unknown, and what is no line of the format is passed over. */
static void odd_kernel(void **state)
{
	struct kit *kit = new_kit(test_data("odd"));
	const struct bt_frame *frame = kit->frame;
	const struct bt_frame_zone *zone = &frame->zones[0];

	(void)state;
	assert_int_equal(kit->machine.cpu_count, 7);
	assert_int_equal(kit->machine.possible_cpus[0], 0x5f);
	assert_int_equal(kit->machine.max_order, 13);
	assert_int_equal(kit->machine.node_count, 1);
	assert_int_equal(kit->machine.memory_nodes[0], 1);
	assert_string_equal(kit->machine.accel, "");
	assert_string_equal(kit->machine.cpu_model, "");
	assert_string_equal(kit->machine.thp, "");	/* no word in brackets */
	assert_int_equal(frame->load.load1_centi, BT_UNKNOWN);
	assert_int_equal(frame->load.cpu_us, BT_UNKNOWN);	/* too few numbers */
	assert_int_equal(frame->load.busy_us, BT_UNKNOWN);
	assert_int_equal(frame->load.steal_us, BT_UNKNOWN);
	assert_int_equal(frame->psi.some_avg10_centipercent, 125);
	assert_int_equal(frame->psi.some_total_us, 123456);
	assert_int_equal(frame->psi.full_avg10_centipercent, 1207);
	assert_int_equal(frame->psi.full_total_us, 7890);
	assert_int_equal(frame->vmstat[BT_VMSTAT_ALLOCSTALL], 7);
	assert_int_equal(frame->vmstat[BT_VMSTAT_PGSCAN_DIRECT], 5);
	assert_int_equal(frame->vmstat[BT_VMSTAT_PGFREE], BT_UNKNOWN);
	assert_int_equal(frame->vmstat[BT_VMSTAT_PGFAULT], BT_UNKNOWN);
	assert_int_equal(frame->vmstat[BT_VMSTAT_OOM_KILL], BT_UNKNOWN);
	assert_int_equal(frame->vmstat[BT_VMSTAT_BALLOON_INFLATE], 0);
	assert_int_equal(frame->vmstat[BT_VMSTAT_COMPACT_STALL], UINT64_MAX - 1);
	assert_int_equal(frame->zone_count, 1);
	assert_int_equal(zone->free_pages, 10);
	assert_int_equal(zone->low_pages, 2);
	assert_int_equal(zone->high_pages, BT_UNKNOWN);	/* the lists' "high:" is another */
	assert_int_equal(zone->pcp_pages, 3);
	assert_int_equal(zone->free_blocks[13], 14);
	assert_int_equal(zone->free_blocks[14], BT_UNKNOWN);
	/* Without NUMA there is one node, with all there is. */
	assert_true(frame->nodes[0].online && frame->nodes[0].has_memory);
	assert_int_equal(frame->nodes[0].numa_hit, BT_UNKNOWN);
	assert_true(frame->cpus[0].online && frame->cpus[6].online);
	free_kit(kit);
}

static void empty_directory(void **state)
{
	struct kit *kit = new_kit("/nonexistent");
	const struct bt_frame *frame = kit->frame;

	(void)state;
	assert_int_equal(kit->machine.cpu_count, sysconf(_SC_NPROCESSORS_CONF));
	assert_int_equal(frame->zone_count, 0);
	assert_int_equal(frame->vmstat[BT_VMSTAT_PGALLOC], BT_UNKNOWN);
	assert_int_equal(frame->psi.some_total_us, BT_UNKNOWN);
	assert_int_equal(frame->memory.available_bytes, BT_UNKNOWN);
	assert_int_equal(frame->load.load1_centi, BT_UNKNOWN);
	assert_int_equal(frame->load.cpu_us, BT_UNKNOWN);
	assert_string_equal(kit->machine.microcode, "");
	assert_true(frame->mono_ns > 0);
	free_kit(kit);
}

/* ---- the machine itself --------------------------------------------------------------------- */

/* The number behind name in a file of this machine; BT_UNKNOWN when there is none. */
static uint64_t number_in(const char *path, const char *name)
{
	uint64_t value = BT_UNKNOWN;
	char *text, *at;

	if (bt_read_file(path, 1u << 24, &text, NULL) < 0)
		return BT_UNKNOWN;
	at = strstr(text, name);
	if (at)
		value = strtoull(at + strlen(name), NULL, 10);
	free(text);
	return value;
}

static void assert_near(uint64_t value, uint64_t expected, uint64_t slack)
{
	if (value + slack < expected || value > expected + slack)
		fail_msg("%llu is not near %llu", (unsigned long long)value,
			 (unsigned long long)expected);
}

static void this_machine_agrees_with_itself(void **state)
{
	struct kit *kit = new_kit("");
	const struct bt_frame *frame = kit->frame;
	uint64_t slack = 256ull << 20;	/* others work on it meanwhile */

	(void)state;
	assert_int_equal(kit->machine.memory_bytes, number_in("/proc/meminfo", "MemTotal:") * 1024);
	assert_int_equal(frame->memory.total_bytes, kit->machine.memory_bytes);
	assert_near(frame->memory.available_bytes,
		    number_in("/proc/meminfo", "MemAvailable:") * 1024, slack);
	assert_near(frame->memory.free_bytes, number_in("/proc/meminfo", "MemFree:") * 1024, slack);
	assert_near(frame->memory.cached_bytes, number_in("/proc/meminfo", "\nCached:") * 1024,
		    slack);
	assert_near(frame->memory.anon_bytes, number_in("/proc/meminfo", "AnonPages:") * 1024,
		    slack);
	assert_near(frame->memory.slab_bytes, number_in("/proc/meminfo", "\nSlab:") * 1024, slack);
	assert_int_equal(frame->memory.swap_total_bytes,
			 number_in("/proc/meminfo", "SwapTotal:") * 1024);
	assert_near(frame->vmstat[BT_VMSTAT_PGFREE], number_in("/proc/vmstat", "\npgfree "),
		    1u << 20);
	assert_near(frame->vmstat[BT_VMSTAT_PGFAULT], number_in("/proc/vmstat", "\npgfault "),
		    1u << 20);
	assert_int_equal(kit->machine.page_bytes, sysconf(_SC_PAGESIZE));
	assert_true(frame->zone_count > 0);
	assert_true(frame->read_ns > 0);
	free_kit(kit);
}

/* Microseconds of busy time, and the load, which the kernel gives another way too. */
static uint64_t busy_now_us(void)
{
	unsigned long long user, nice, system, idle, iowait, irq, softirq;
	FILE *file = fopen("/proc/stat", "r");

	assert_int_equal(fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice,
				&system, &idle, &iowait, &irq, &softirq), 7);
	fclose(file);
	return (user + nice + system + irq + softirq) * (1000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

static void this_machine_load(void **state)
{
	uint64_t before_us = busy_now_us();
	struct kit *kit = new_kit("");
	const struct bt_frame_load *load = &kit->frame->load;
	struct sysinfo info;

	(void)state;
	assert_in_range(load->busy_us, before_us, busy_now_us());
	assert_true(load->cpu_us > load->busy_us && load->steal_us <= load->cpu_us - load->busy_us);
	assert_int_equal(sysinfo(&info), 0);
	/* It changes every five seconds, by less than the CPUs and tasks there are. */
	assert_near(load->load1_centi, info.loads[0] * 100 / (1 << SI_LOAD_SHIFT), 200);
	free_kit(kit);
}

/* On x86 the kernel lists the CPU's word on it among its flags. */
static void this_machine_is_virtual_or_not(void **state)
{
	struct kit *kit = new_kit("");
	const char *accel = kit->machine.accel;

	(void)state;
#if defined(__x86_64__)
	assert_string_not_equal(accel, "");
	if (number_in("/proc/cpuinfo", " hypervisor ") != BT_UNKNOWN)
		assert_string_not_equal(accel, "none");
#endif
	if (!strcmp(accel, "none"))
		assert_int_equal(number_in("/proc/cpuinfo", " hypervisor "), BT_UNKNOWN);
	free_kit(kit);
}

static void this_machine_topology(void **state)
{
	struct kit *kit = new_kit("");
	const struct bt_machine *machine = &kit->machine;
	unsigned i, online = 0;
	char path[128];

	(void)state;
	for (i = 0; i < machine->cpu_count; i++)
		online += kit->frame->cpus[i].online;
	assert_int_equal(online, sysconf(_SC_NPROCESSORS_ONLN));
	for (i = 0; i < machine->cpu_count; i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/node%u", i,
			 machine->cpu_node[i]);
		if (kit->frame->cpus[i].online && !access("/sys/devices/system/node/node0", F_OK))
			assert_int_equal(access(path, F_OK), 0);
	}
	if (!access("/sys/devices/system/node/node0/distance", R_OK))
		assert_int_equal(machine->distance[0][0],
				 number_in("/sys/devices/system/node/node0/distance", ""));
	assert_true(bt_mask_weight(machine->allowed_cpus, BT_CPU_WORDS) > 0);
	free_kit(kit);
}

/* ---- no allocation --------------------------------------------------------------------------- */

#if !BT_SANITIZED
static unsigned long allocations;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

/* The libraries' calls come here too. */
void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}

static void reading_allocates_nothing(void **state)
{
	struct kit *kit = new_kit("");
	unsigned long before = allocations;
	unsigned i;

	(void)state;
	assert_true(before > 0);
	for (i = 0; i < 10; i++) {
		bt_frame_clear(kit->frame);
		bt_system_read(kit->system, kit->frame);
	}
	assert_int_equal(allocations, before);
	free_kit(kit);
}
#else
static void reading_allocates_nothing(void **state)
{
	(void)state;
	print_message("skipped: a sanitizer owns malloc\n");
	skip();
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_nodes_machine),
		cmocka_unit_test(two_nodes_zones),
		cmocka_unit_test(two_nodes_counters),
		cmocka_unit_test(many_nodes_machine),
		cmocka_unit_test(many_nodes_zones),
		cmocka_unit_test(clocks_machine),
		cmocka_unit_test(odd_kernel),
		cmocka_unit_test(empty_directory),
		cmocka_unit_test(this_machine_agrees_with_itself),
		cmocka_unit_test(this_machine_load),
		cmocka_unit_test(this_machine_is_virtual_or_not),
		cmocka_unit_test(this_machine_topology),
		cmocka_unit_test(reading_allocates_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
