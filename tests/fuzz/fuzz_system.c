// SPDX-License-Identifier: GPL-2.0
/*
 * An input is a machine's /proc and /sys, as fuzz_put_files() takes them apart. What is read of it
 * is a machine and a frame that the protocol can carry.
 */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "frame/interval.h"
#include "system/pressure.h"
#include "system/system.h"

#define CPUS_MAX 64u /* frames of larger machines take most of the time, and no other path */
#define NODES_MAX 12u
#define CPU "/sys/devices/system/cpu/"
#define NODE "/sys/devices/system/node/"

static const char *const paths[] = {
	"/proc/buddyinfo",
	"/proc/cmdline",
	"/proc/cpuinfo",
	"/proc/loadavg",
	"/proc/pagetypeinfo",
	"/proc/pressure/memory",
	"/proc/stat",
	"/proc/vmstat",
	"/proc/zoneinfo",
	"/proc/device-tree/hypervisor/compatible",
	"/sys/class/dmi/id/sys_vendor",
	"/sys/hypervisor/type",
	"/sys/kernel/mm/transparent_hugepage/enabled",
	CPU "online",
	CPU "possible",
	CPU "smt/control",
	CPU "cpu0/cpufreq/cpuinfo_max_freq",
	CPU "cpu0/cpufreq/scaling_cur_freq",
	CPU "cpu0/cpufreq/scaling_governor",
	CPU "cpu0/topology/thread_siblings_list",
	CPU "cpu1/cpufreq/cpuinfo_max_freq",
	CPU "cpu1/cpufreq/scaling_cur_freq",
	CPU "cpu1/cpufreq/scaling_governor",
	CPU "cpu1/topology/thread_siblings_list",
	NODE "has_memory",
	NODE "online",
	NODE "possible",
	NODE "node0/meminfo",
	NODE "node0/numastat",
	NODE "node1/meminfo",
	NODE "node1/numastat",
};

static void carry(const struct bt_machine *machine, const struct bt_frame *frame)
{
	struct bt_machine *machine_there = bt_xcalloc(1, sizeof(*machine_there));
	struct fuzz_document document;
	struct bt_frame *frame_there;
	struct bt_err err = { 0 };

	fuzz_document_begin(&document);
	bt_json_object(document.writer, NULL);
	bt_machine_encode(document.writer, "machine", machine);
	bt_frame_encode(document.writer, "frame", frame);
	bt_json_end_object(document.writer);
	if (bt_machine_decode(bt_json_get(fuzz_document_parse(&document), "machine"), machine_there,
			      &err))
		fuzz_must(false, "a machine that is refused: %s", err.text);
	frame_there = bt_frame_create(machine_there);
	if (bt_frame_decode(bt_json_get(fuzz_document_parse(&document), "frame"), frame_there,
			    &err))
		fuzz_must(false, "a frame that is refused: %s", err.text);
	bt_frame_free(frame_there);
	fuzz_document_end(&document);
	free(machine_there);
}

/* The second reading is from the files that are open by then. */
static void read_frames(struct bt_system *system, const struct bt_machine *machine)
{
	struct bt_frame *frames[] = { bt_frame_create(machine), bt_frame_create(machine) };
	struct bt_interval *interval = bt_interval_create(machine);

	for (unsigned i = 0; i < BT_ARRAY_SIZE(frames); i++) {
		frames[i]->want = BT_WANT_PAGEBLOCKS | BT_WANT_FREQUENCY | BT_WANT_TASKS;
		bt_system_read(system, frames[i]);
		for (unsigned z = 0; z < frames[i]->zone_count; z++)
			fuzz_must(frames[i]->zones[z].node < machine->node_count, "no such node");
	}
	carry(machine, frames[1]);
	bt_interval_derive(interval, frames[0], frames[1]);
	bt_interval_free(interval);
	bt_frame_free(frames[0]);
	bt_frame_free(frames[1]);
}

static void read_pressure(void)
{
	char *path = bt_xasprintf("%s/proc/pressure/memory", fuzz_directory());
	struct bt_err err = { 0 };
	int fd = bt_pressure_open(path, &err);

	if (fd < 0)
		fuzz_must_say(&err);
	else
		close(fd);
	free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_system *system;
	struct bt_err err = { 0 };

	fuzz_put_files(data, size, paths, BT_ARRAY_SIZE(paths));
	fuzz_must(!bt_system_open(&system, fuzz_directory(), &err), "%s", err.text);
	snprintf(machine->source, sizeof(machine->source), "kmod");
	if (bt_system_machine(system, machine, &err))
		fuzz_must_say(&err);
	else if (machine->cpu_count <= CPUS_MAX && machine->node_count <= NODES_MAX)
		read_frames(system, machine);
	bt_system_close(system);
	read_pressure();
	fuzz_remove_files(paths, BT_ARRAY_SIZE(paths));
	free(machine);
	return 0;
}
