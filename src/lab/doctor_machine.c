// SPDX-License-Identifier: GPL-2.0
/* What files of /proc and /sys tell the doctor. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "core/mask.h"
#include "lab/doctor_look.h"
#include "lab/files.h"
#include "system/system.h"

#define CPU "/sys/devices/system/cpu/"
#define THP "/sys/kernel/mm/transparent_hugepage/"
#define CLOCK "/sys/devices/system/clocksource/clocksource0/"

#define PREPARE "buddytop lab prepare sets it, lab restore puts it back"

#define SMALL_BYTES (3ull << 30)	/* two guests of 1 GiB, and the rest of the machine */
#define SMALL_DISK_BYTES (1ull << 30)	/* consoles and samples of a suite are some 100 MiB */
#define BUSY_CENTI 20u			/* load average, 100 times, of others that is worth a word */

#define ROOT(look) ((look)->options->root)

static void look_memory(struct doctor_look *look, struct bt_doctor_check *check)
{
	uint64_t bytes;
	char text[16];

	if (!lab_meminfo(ROOT(look), "MemAvailable", &bytes)) {
		doctor_say(check, BT_DOCTOR_WARN, "", "? (no MemAvailable in /proc/meminfo)");
		return;
	}
	bt_text_bytes(bytes, text, sizeof(text));
	if (bytes >= SMALL_BYTES)
		doctor_say(check, BT_DOCTOR_OK, "", "%s available", text);
	else
		doctor_say(check, BT_DOCTOR_WARN, "end what else takes memory, or use a small --memory",
			   "%s available", text);
}

static void look_cpus(struct doctor_look *look, struct bt_doctor_check *check)
{
	unsigned count = bt_mask_weight(look->machine.allowed_cpus, BT_CPU_WORDS);

	doctor_say(check, count > 2 ? BT_DOCTOR_OK : BT_DOCTOR_WARN,
		   count > 2 ? "" : "use --cpus 1, or a machine with more",
		   "%u that this program may use", count);
}

static void look_virtual(struct doctor_look *look, struct bt_doctor_check *check)
{
	const char *accel = look->machine.accel;

	if (!strcmp(accel, "none"))
		doctor_say(check, BT_DOCTOR_OK, "", "no: the machine is real");
	else if (!*accel)
		doctor_say(check, BT_DOCTOR_OK, "", "not that anything here would tell");
	else
		doctor_say(check, BT_DOCTOR_WARN, "measure on a machine that is real",
			   "yes: %s", accel);
}

static void look_smt(struct doctor_look *look, struct bt_doctor_check *check)
{
	const char *smt = look->machine.smt;

	if (!strcmp(smt, "on"))
		doctor_say(check, BT_DOCTOR_WARN, PREPARE, "on");
	else
		doctor_say(check, BT_DOCTOR_OK, "", "%s", *smt ? smt : "not there");
}

static void look_governor(struct doctor_look *look, struct bt_doctor_check *check)
{
	const char *governor = look->machine.governor;

	if (!*governor)
		doctor_say(check, BT_DOCTOR_WARN, "",
			   "? (no cpufreq here: firmware or a hypervisor decides)");
	else if (!strcmp(governor, "performance"))
		doctor_say(check, BT_DOCTOR_OK, "", "performance");
	else
		doctor_say(check, BT_DOCTOR_WARN, PREPARE, "%s", governor);
}

static void look_turbo(struct doctor_look *look, struct bt_doctor_check *check)
{
	/* Which number means that it is off. */
	static const struct { const char *path; uint64_t off; } files[] = {
		{ CPU "intel_pstate/no_turbo", 1 }, { CPU "cpufreq/boost", 0 },
	};
	uint64_t value;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(files); i++) {
		if (!lab_number(ROOT(look), files[i].path, &value))
			continue;
		if (value == files[i].off)
			doctor_say(check, BT_DOCTOR_OK, "", "off");
		else
			doctor_say(check, BT_DOCTOR_WARN, PREPARE, "on");
		return;
	}
	doctor_say(check, BT_DOCTOR_WARN, "", "? (no switch for it here)");
}

/* QEMU advises for huge pages itself: anything but "never" gives them to a guest. */
static void look_thp(struct doctor_look *look, struct bt_doctor_check *check)
{
	const char *thp = look->machine.thp;
	char defrag[64];

	if (!*thp) {
		doctor_say(check, BT_DOCTOR_NO, "a kernel with CONFIG_TRANSPARENT_HUGEPAGE",
			   "the kernel has none");
		return;
	}
	lab_line(ROOT(look), THP "defrag", defrag, sizeof(defrag));
	bt_keep_chosen(defrag);
	doctor_say(check, strcmp(thp, "never") ? BT_DOCTOR_OK : BT_DOCTOR_WARN,
		   strcmp(thp, "never") ? "" : PREPARE, "%s, defrag %s", thp,
		   *defrag ? defrag : "?");
}

static void look_swap(struct doctor_look *look, struct bt_doctor_check *check)
{
	uint64_t bytes;
	char text[16];

	if (!lab_meminfo(ROOT(look), "SwapTotal", &bytes))
		doctor_say(check, BT_DOCTOR_WARN, "", "? (no SwapTotal in /proc/meminfo)");
	else if (!bytes)
		doctor_say(check, BT_DOCTOR_OK, "", "none");
	else
		doctor_say(check, BT_DOCTOR_WARN, "swapoff -a while measuring", "%s",
			   bt_text_bytes(bytes, text, sizeof(text)));
}

static void look_pool(struct doctor_look *look, struct bt_doctor_check *check)
{
	uint64_t count, bytes;
	char text[16];

	if (!lab_meminfo(ROOT(look), "HugePages_Total", &count) || !count ||
	    !lab_meminfo(ROOT(look), "Hugepagesize", &bytes)) {
		doctor_say(check, BT_DOCTOR_OK, "", "none reserved");
		return;
	}
	doctor_say(check, BT_DOCTOR_WARN, "sysctl vm.nr_hugepages=0",
		   "%llu reserved, %s", (unsigned long long)count,
		   bt_text_bytes(count * bytes, text, sizeof(text)));
}

static unsigned count_entries(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	unsigned count = 0;

	while (dir && (entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return count;
}

static void look_iommu(struct doctor_look *look, struct bt_doctor_check *check)
{
	char path[PATH_MAX];
	unsigned count = count_entries(lab_path(path, ROOT(look), "/sys/kernel/iommu_groups"));

	if (count)
		doctor_say(check, BT_DOCTOR_OK, "", "%u groups (buddytop lab vfio list)", count);
	else
		doctor_say(check, BT_DOCTOR_NO, "VT-d or AMD-Vi in the firmware, intel_iommu=on "
			   "on Intel's kernel command line; in a VM, one with a virtual IOMMU",
			   "no groups");
}

static void look_cgroup(struct doctor_look *look, struct bt_doctor_check *check)
{
	char line[256];

	if (!lab_line(ROOT(look), "/sys/fs/cgroup/cgroup.controllers", line, sizeof(line)))
		doctor_say(check, BT_DOCTOR_WARN, "mount cgroup2 on /sys/fs/cgroup",
			   "no version 2 at /sys/fs/cgroup");
	else if (!strstr(line, "memory"))
		doctor_say(check, BT_DOCTOR_WARN, "boot without systemd.unified_cgroup_hierarchy=0",
			   "version 2, without its memory controller");
	else
		doctor_say(check, BT_DOCTOR_OK, "", "version 2, with its memory controller");
}

static void look_space(struct doctor_look *look, struct bt_doctor_check *check)
{
	const char *path = look->options->results;
	struct statvfs disk;
	uint64_t bytes;
	char text[16];

	if (statvfs(path, &disk)) {
		doctor_say(check, BT_DOCTOR_WARN, "make it, or name another by --results", "%s: %s",
			   path, strerror(errno));
		return;
	}
	bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	doctor_say(check, bytes < SMALL_DISK_BYTES ? BT_DOCTOR_WARN : BT_DOCTOR_OK,
		   bytes < SMALL_DISK_BYTES ? "make room, or name another by --results" : "",
		   "%s free in %s", bt_text_bytes(bytes, text, sizeof(text)), path);
}

static void look_load(struct doctor_look *look, struct bt_doctor_check *check)
{
	struct bt_frame *frame = bt_frame_create(&look->machine);
	struct bt_system *system;
	uint64_t centi = BT_UNKNOWN;

	if (!bt_system_open(&system, ROOT(look), NULL)) {
		bt_system_read(system, frame);
		centi = frame->load.load1_centi;
		bt_system_close(system);
	}
	bt_frame_free(frame);
	if (centi == BT_UNKNOWN)
		doctor_say(check, BT_DOCTOR_WARN, "", "? (no /proc/loadavg)");
	else
		doctor_say(check, centi > BUSY_CENTI ? BT_DOCTOR_WARN : BT_DOCTOR_OK,
			   centi > BUSY_CENTI ? "end it, and wait a minute" : "",
			   "load average %llu.%02llu", (unsigned long long)centi / 100,
			   (unsigned long long)centi % 100);
}

/* Those that a program reads without a system call: Documentation/timers/timekeeping.rst. */
static void look_clock(struct doctor_look *look, struct bt_doctor_check *check)
{
	static const char *const fast[] = { "tsc", "kvm-clock", "arch_sys_counter",
					    "hyperv_clocksource_tsc_page" };
	char now[64];

	if (!lab_line(ROOT(look), CLOCK "current_clocksource", now, sizeof(now))) {
		doctor_say(check, BT_DOCTOR_WARN, "", "? (no " CLOCK "current_clocksource)");
		return;
	}
	now[strcspn(now, " ")] = '\0';
	for (unsigned i = 0; i < BT_ARRAY_SIZE(fast); i++) {
		if (!strcmp(now, fast[i])) {
			doctor_say(check, BT_DOCTOR_OK, "", "%s", now);
			return;
		}
	}
	doctor_say(check, BT_DOCTOR_WARN, "the kernel's log says why it does not trust the TSC",
		   "%s", now);
}

const struct doctor_row doctor_machine[] = {
	{ "memory", "guests that do not fit are refused", .look = look_memory },
	{ "CPUs", "with no CPU left for the host, guests wait for each other and for QEMU",
	  .look = look_cpus },
	{ "virtual", "a VM's memory and CPUs are shared with others, and its page tables are two "
	  "levels deep", .look = look_virtual },
	{ "SMT", "two threads of a core slow each other, more or less as it happens",
	  .look = look_smt },
	{ "governor", "a clock rate that follows the load changes times from run to run",
	  .look = look_governor },
	{ "turbo", "how high the clock goes depends on heat and on what other CPUs do",
	  .look = look_turbo },
	{ "huge pages", "guests on small pages alone are slower to fill, to empty and to run",
	  .look = look_thp },
	{ "reserved", "memory of the hugetlb pool is kept from the guests", .look = look_pool },
	{ "swap", "what was swapped out is missing in a guest's resident memory, and looks as "
	  "reclaimed", .look = look_swap },
	{ "IOMMU", "the modes with +vfio need a device in an IOMMU group", .look = look_iommu },
	{ "cgroup", "without it no limit can be set on the memory of several guests",
	  .look = look_cgroup },
	{ "space", "a run that cannot be written down is lost", .look = look_space },
	{ "other load", "what else runs takes time from the guests", .look = look_load },
	{ "clock", "a clock that needs a system call makes each time stamp slow", .look = look_clock },
	{ 0 }
};
