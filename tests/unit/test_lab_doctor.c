// SPDX-License-Identifier: GPL-2.0
/*
 * What the doctor says of a machine, on a tree of files of /proc and /sys in the forms that proc(5)
 * and Documentation/ABI/testing/sysfs-devices-system-cpu describe: one file is changed, and its
 * check with it, and no other.
 */
#include "tests/unit/test.h"

#include "lab/doctor.h"
#include "tests/unit/tree.h"

#define CPU "/sys/devices/system/cpu/"
#define THP "/sys/kernel/mm/transparent_hugepage/"
#define CLOCK "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define MEMINFO(available, swap, pool) \
	"MemTotal:       16317660 kB\nMemAvailable:   " available " kB\nSwapTotal:      " swap \
	" kB\nHugePages_Total: " pool "\nHugepagesize:       2048 kB\n"

static int make_machine(void **state)
{
	static const struct { const char *path, *text; } files[] = {
		{ "/proc/meminfo", MEMINFO("8388608", "0", "0") },
		{ "/proc/loadavg", "0.07 0.03 0.00 1/123 4567\n" },
		{ "/sys/devices/system/cpu/possible", "0-3\n" },
		{ "/sys/devices/system/cpu/online", "0-3\n" },
		{ CPU "smt/control", "off\n" },
		{ CPU "cpu0/cpufreq/scaling_governor", "performance\n" },
		{ CPU "intel_pstate/no_turbo", "1\n" },
		{ THP "enabled", "[always] madvise never\n" },
		{ THP "defrag", "always defer defer+madvise [madvise] never\n" },
		{ "/sys/kernel/iommu_groups/0/devices/x", "" },
		{ "/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n" },
		{ CLOCK, "tsc\n" },
	};

	if (make_directory(state))
		return -1;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(files); i++)
		tree_put(files[i].path, files[i].text);
	return 0;
}

static void look(struct bt_doctor *doctor, const char *results)
{
	struct bt_err err = { 0 };
	const struct bt_doctor_options options = { .root = directory, .results = results };

	if (bt_doctor_look(doctor, &options, &err))
		fail_msg("%s", err.text);
}

static const struct bt_doctor_check *check_of(const struct bt_doctor *doctor, const char *what)
{
	for (unsigned i = 0; i < doctor->count; i++) {
		if (!strcmp(doctor->checks[i].what, what))
			return &doctor->checks[i];
	}
	fail_msg("no check %s", what);
	return NULL;
}

/* How many CPUs this test may use, and the room for results, are of the machine that it runs on. */
static bool is_of_the_tree(const struct bt_doctor_check *check)
{
	return strcmp(check->what, "CPUs") && strcmp(check->what, "space");
}

static void finds_all_well(void **state)
{
	struct bt_doctor doctor;

	(void)state;
	look(&doctor, directory);
	assert_int_equal(doctor.count, 14);
	assert_true(doctor.possible);
	for (unsigned i = 0; i < doctor.count; i++) {
		const struct bt_doctor_check *check = &doctor.checks[i];

		if (is_of_the_tree(check) && (check->state != BT_DOCTOR_OK || *check->remedy))
			fail_msg("%s: %s", check->what, check->found);
	}
	assert_string_equal(check_of(&doctor, "memory")->found, "8.00 GiB available");
	assert_string_equal(check_of(&doctor, "huge pages")->found, "always, defrag madvise");
	assert_string_equal(check_of(&doctor, "IOMMU")->found, "1 groups (buddytop lab vfio list)");
	assert_string_equal(check_of(&doctor, "other load")->found, "load average 0.07");
}

static void finds_each(void **state)
{
	static const struct {
		const char *path, *text;	/* NULL: the file is gone */
		const char *what;
		enum bt_doctor_state state;
		const char *found;
	} cases[] = {
		{ "/proc/meminfo", MEMINFO("1048576", "0", "0"), "memory", BT_DOCTOR_WARN,
		  "1.00 GiB available" },
		{ "/proc/meminfo", MEMINFO("8388608", "2097152", "0"), "swap", BT_DOCTOR_WARN,
		  "2.00 GiB" },
		{ "/proc/meminfo", MEMINFO("8388608", "0", "512"), "reserved", BT_DOCTOR_WARN,
		  "512 reserved, 1.00 GiB" },
		{ "/proc/loadavg", "3.05 0.03 0.00 1/123 4567\n", "other load", BT_DOCTOR_WARN,
		  "load average 3.05" },
		{ CPU "smt/control", "on\n", "SMT", BT_DOCTOR_WARN, "on" },
		{ CPU "smt/control", "notsupported\n", "SMT", BT_DOCTOR_OK, "notsupported" },
		{ CPU "cpu0/cpufreq/scaling_governor", "powersave\n", "governor", BT_DOCTOR_WARN,
		  "powersave" },
		{ CPU "cpu0/cpufreq/scaling_governor", NULL, "governor", BT_DOCTOR_WARN, "?" },
		{ CPU "intel_pstate/no_turbo", "0\n", "turbo", BT_DOCTOR_WARN, "on" },
		{ CPU "intel_pstate/no_turbo", NULL, "turbo", BT_DOCTOR_WARN, "?" },
		{ THP "enabled", "always madvise [never]\n", "huge pages", BT_DOCTOR_WARN,
		  "never, defrag madvise" },
		{ THP "enabled", NULL, "huge pages", BT_DOCTOR_NO, "the kernel has none" },
		{ "/sys/kernel/iommu_groups", NULL, "IOMMU", BT_DOCTOR_NO, "no groups" },
		{ "/sys/fs/cgroup/cgroup.controllers", "cpu pids\n", "cgroup", BT_DOCTOR_WARN,
		  "version 2, without its memory controller" },
		{ "/sys/fs/cgroup/cgroup.controllers", NULL, "cgroup", BT_DOCTOR_WARN,
		  "no version 2" },
		{ CLOCK, "hpet\n", "clock", BT_DOCTOR_WARN, "hpet" },
		{ CLOCK, NULL, "clock", BT_DOCTOR_WARN, "?" },
		{ "/sys/hypervisor/type", "xen\n", "virtual", BT_DOCTOR_WARN, "yes: xen" },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		const struct bt_doctor_check *check;
		struct bt_doctor doctor;
		char command[256];

		make_machine(state);
		if (cases[i].text)
			tree_put(cases[i].path, cases[i].text);
		snprintf(command, sizeof(command), "rm -r %s%s", directory, cases[i].path);
		if (!cases[i].text)
			assert_int_equal(system(command), 0);
		look(&doctor, directory);
		check = check_of(&doctor, cases[i].what);
		if (check->state != cases[i].state ||
		    strncmp(check->found, cases[i].found, strlen(cases[i].found)))
			fail_msg("case %u: %s: %d %s", i, check->what, check->state, check->found);
		for (unsigned j = 0; j < doctor.count; j++) {
			if (&doctor.checks[j] != check && is_of_the_tree(&doctor.checks[j]))
				assert_int_equal(doctor.checks[j].state, BT_DOCTOR_OK);
		}
		remove_directory(state);
	}
}

/* Of processors of AMD and others. */
static void knows_the_other_switch(void **state)
{
	struct bt_doctor doctor;

	(void)state;
	assert_int_equal(unlink(tree_path(CPU "intel_pstate/no_turbo")), 0);
	tree_put(CPU "cpufreq/boost", "1\n");
	look(&doctor, directory);
	assert_string_equal(check_of(&doctor, "turbo")->found, "on");
	tree_put(CPU "cpufreq/boost", "0\n");
	look(&doctor, directory);
	assert_string_equal(check_of(&doctor, "turbo")->found, "off");
}

static void looks_for_room(void **state)
{
	struct bt_doctor doctor;

	(void)state;
	look(&doctor, in_directory("nowhere"));
	assert_int_equal(check_of(&doctor, "space")->state, BT_DOCTOR_WARN);
	assert_non_null(strstr(check_of(&doctor, "space")->found, "No such file or directory"));
	look(&doctor, directory);
	assert_non_null(strstr(check_of(&doctor, "space")->found, " free in /tmp/"));
}

static void prints(void **state)
{
	static const struct bt_doctor doctor = {
		.checks = {
			{ .what = "swap", .found = "none", .why = "w", .remedy = "" },
			{ .what = "SMT", .state = BT_DOCTOR_WARN, .found = "on",
			  .why = "two threads of a core slow each other", .remedy = "turn it off" },
			{ .what = "QEMU", .state = BT_DOCTOR_NO, .needed = true,
			  .found = "is not there at all", .why = "it runs the guests", .remedy = "" },
		},
		.count = 3,
	};
	static const char expected[] =
		"ok    swap          none\n"
		"warn  SMT           on\n"
		"                    two threads of a\n"
		"                    core slow each\n"
		"                    other\n"
		"                 -> turn it off\n"
		"no    QEMU          is not there at\n"
		"                    all\n"
		"                    it runs the\n"
		"                    guests\n"
		"\n1 ok, 1 to mind, 1 not possible: the lab cannot run here\n";
	char text[1024] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	bt_doctor_print(out, &doctor, 37);
	fclose(out);
	assert_string_equal(text, expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_machine, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_all_well), TEST(finds_each), TEST(knows_the_other_switch),
		TEST(looks_for_room), TEST(prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
