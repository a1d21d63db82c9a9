// SPDX-License-Identifier: GPL-2.0
/*
 * Settings of a host, on trees of files as Documentation/ABI/testing/sysfs-devices-system-cpu,
 * admin-guide/pm/cpufreq.rst and admin-guide/mm/transhuge.rst describe them. A stand-in for
 * bt_write_all() is the kernel: it refuses, or makes another value of what is written.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/json.h"
#include "lab/host.h"
#include "tests/unit/tree.h"

#define CPU "/sys/devices/system/cpu/"
#define POLICY0 CPU "cpufreq/policy0/"
#define POLICY1 CPU "cpufreq/policy1/"
#define THP "/sys/kernel/mm/transparent_hugepage/"
#define BOOT "/proc/sys/kernel/random/boot_id"

/* What the kernel does with a value that is written to a file of this name. */
static struct kernel {
	const char *file;
	int refusal;		/* -errno */
	const char *makes;	/* of it; NULL: the value itself */
	const char *takes_away;	/* this directory of the tree */
} kernel;

int __real_bt_write_all(int fd, const void *data, size_t size);
int __wrap_bt_write_all(int fd, const void *data, size_t size);
int __wrap_bt_write_all(int fd, const void *data, size_t size)
{
	char self[64], path[PATH_MAX] = "", command[PATH_MAX + 8];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	assert_true(readlink(self, path, sizeof(path) - 1) > 0);
	if (!kernel.file || !strstr(path, kernel.file))
		return __real_bt_write_all(fd, data, size);
	if (kernel.refusal) {
		/* A file of a tree was cut by its opening, one of sysfs is not. */
		__real_bt_write_all(fd, "1000000\n", 8);
		return kernel.refusal;
	}
	if (kernel.takes_away) {
		snprintf(command, sizeof(command), "rm -r %s", tree_path(kernel.takes_away));
		assert_int_equal(system(command), 0);
	}
	data = kernel.makes ? kernel.makes : data;
	return __real_bt_write_all(fd, data, kernel.makes ? strlen(kernel.makes) : size);
}

static void put_policy(const char *path)
{
	char file[128];
	static const struct { const char *name, *text; } files[] = {
		{ "scaling_governor", "schedutil\n" },
		{ "scaling_available_governors", "performance powersave schedutil \n" },
		{ "scaling_min_freq", "1000000\n" },
		{ "scaling_max_freq", "2100000\n" },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(files); i++) {
		snprintf(file, sizeof(file), "%s%s", path, files[i].name);
		tree_put(file, files[i].text);
	}
}

/* A machine of two cores with two threads each, as it comes. */
static int make_machine(void **state)
{
	kernel = (struct kernel){ 0 };
	if (make_directory(state))
		return -1;
	tree_put(BOOT, "b5c0c3c5-9d4b-4a3a-8a53-6d7d0f7d7a11\n");
	tree_put(CPU "smt/control", "on\n");
	tree_put(CPU "cpufreq/boost", "1\n");
	put_policy(POLICY0);
	put_policy(POLICY1);
	tree_put(THP "enabled", "always [madvise] never\n");
	tree_put(THP "defrag", "always defer defer+madvise [madvise] never\n");
	tree_put("/proc/sys/kernel/numa_balancing", "1\n");
	return 0;
}

static const char *record(void)
{
	return in_directory("record.json");
}

static struct bt_host *plan(const char *keep)
{
	struct bt_host *host;
	struct bt_err err = { 0 };

	if (bt_host_plan(&host, directory, keep, &err))
		fail_msg("%s", err.text);
	return host;
}

static struct bt_host *load(void)
{
	struct bt_host *host;
	struct bt_err err = { 0 };

	if (bt_host_load(&host, directory, record(), &err))
		fail_msg("%s", err.text);
	return host;
}

static const struct bt_host_setting *setting_of(const struct bt_host *host, const char *path)
{
	for (unsigned i = 0; i < host->count; i++) {
		if (!strcmp(host->settings[i].path, path))
			return &host->settings[i];
	}
	fail_msg("no setting %s", path);
	return NULL;
}

static void set(void)
{
	struct bt_host *host = plan(NULL);
	struct bt_err err = { 0 };

	if (bt_host_set(host, record(), &err))
		fail_msg("%s", err.text);
	bt_host_free(host);
}

static void restore(struct bt_host *host)
{
	struct bt_err err = { 0 };

	if (bt_host_restore(host, record(), BT_HOST_KEEP, &err))
		fail_msg("%s", err.text);
	bt_host_free(host);
}

static void assert_as_it_came(void)
{
	assert_string_equal(tree_get(CPU "smt/control"), "on");
	assert_string_equal(tree_get(CPU "cpufreq/boost"), "1");
	assert_string_equal(tree_get(POLICY0 "scaling_governor"), "schedutil");
	assert_string_equal(tree_get(POLICY1 "scaling_governor"), "schedutil");
	assert_string_equal(tree_get(POLICY0 "scaling_min_freq"), "1000000");
	assert_string_equal(tree_get("/proc/sys/kernel/numa_balancing"), "1");
	assert_non_null(strstr(tree_get(THP "enabled"), "madvise"));
}

static void plans(void **state)
{
	struct bt_host *host = plan(NULL);
	const struct bt_host_setting *setting;

	(void)state;
	/* smt, boost, two governors, two minima, enabled, numa_balancing. */
	assert_int_equal(bt_host_count(host, BT_HOST_CHANGE), 8);
	/* defrag: what it should be, though not in the words of the file. */
	assert_int_equal(setting_of(host, THP "defrag")->state, BT_HOST_SAME);
	setting = setting_of(host, POLICY1 "scaling_min_freq");
	assert_string_equal(setting->was, "1000000");
	assert_string_equal(setting->set, "2100000");
	setting = setting_of(host, "");
	assert_string_equal(setting->name, "ksm");
	assert_int_equal(setting->state, BT_HOST_CANNOT);
	bt_host_free(host);
	assert_as_it_came();
	assert_int_equal(access(record(), F_OK), -1);
}

static void keeps(void **state)
{
	struct bt_host *host = plan("smt,governor,ksm");
	struct bt_err err = { 0 };

	(void)state;
	for (unsigned i = 0; i < host->count; i++) {
		assert_string_not_equal(host->settings[i].name, "smt");
		assert_string_not_equal(host->settings[i].name, "governor");
	}
	assert_int_equal(bt_host_count(host, BT_HOST_CHANGE), 5);
	bt_host_free(host);
	assert_int_equal(bt_host_plan(&host, directory, "smt,hyperthreads", &err), -EINVAL);
	assert_non_null(strstr(err.text, "'hyperthreads' is no setting"));
	assert_null(host);
}

static void sees_what_cannot_be(void **state)
{
	struct bt_host *host;

	(void)state;
	tree_put(POLICY0 "scaling_available_governors", "powersave schedutil \n");
	tree_put(CPU "smt/control", "notsupported\n");
	host = plan(NULL);
	assert_int_equal(setting_of(host, POLICY0 "scaling_governor")->state, BT_HOST_CANNOT);
	assert_string_equal(setting_of(host, POLICY0 "scaling_governor")->why,
			    "the driver has only: powersave schedutil ");
	assert_int_equal(setting_of(host, POLICY1 "scaling_governor")->state, BT_HOST_CHANGE);
	assert_int_equal(setting_of(host, CPU "smt/control")->state, BT_HOST_SAME);
	bt_host_free(host);
	tree_put(CPU "smt/control", "notimplemented\n");
	host = plan(NULL);
	assert_int_equal(setting_of(host, CPU "smt/control")->state, BT_HOST_CANNOT);
	bt_host_free(host);
}

static void sets_and_restores(void **state)
{
	struct bt_host *host;
	struct bt_err err = { 0 };

	(void)state;
	set();
	assert_string_equal(tree_get(CPU "smt/control"), "off");
	assert_string_equal(tree_get(CPU "cpufreq/boost"), "0");
	assert_string_equal(tree_get(POLICY0 "scaling_governor"), "performance");
	assert_string_equal(tree_get(POLICY1 "scaling_min_freq"), "2100000");
	assert_string_equal(tree_get(THP "enabled"), "always");
	assert_string_equal(tree_get("/proc/sys/kernel/numa_balancing"), "0");
	host = load();
	assert_int_equal(host->count, 8);
	assert_int_equal(bt_host_count(host, BT_HOST_CHANGE), 8);
	assert_false(host->earlier_boot);
	restore(host);
	assert_as_it_came();
	assert_int_equal(access(record(), F_OK), -1);
	assert_int_equal(bt_host_load(&host, directory, record(), &err), -ENOENT);
}

static void refuses_a_second(void **state)
{
	struct bt_host *host;
	struct bt_err err = { 0 };

	(void)state;
	set();
	tree_put(THP "enabled", "always madvise [never]\n");
	host = plan(NULL);
	assert_int_equal(bt_host_set(host, record(), &err), -EEXIST);
	assert_non_null(strstr(err.text, "lab restore comes first"));
	assert_non_null(strstr(tree_get(THP "enabled"), "[never]"));
	bt_host_free(host);
}

/* In the middle: before it smt, boost and the governors were set. */
static void undoes_a_half(void **state)
{
	struct bt_host *host = plan(NULL);
	struct bt_err err = { 0 };

	(void)state;
	kernel = (struct kernel){ .file = "policy0/scaling_min_freq", .refusal = -EROFS };
	assert_int_equal(bt_host_set(host, record(), &err), -EROFS);
	bt_host_free(host);
	assert_non_null(strstr(err.text, "all is back as it was: cannot write 2100000 to "));
	assert_non_null(strstr(err.text, "policy0/scaling_min_freq: Read-only file system"));
	assert_as_it_came();
	assert_int_equal(access(record(), F_OK), -1);
}

/* The same, as a user whom the file does not let write. */
static void passes_over_what_it_may_not(void **state)
{
	struct bt_host *host;

	(void)state;
	if (!geteuid())
		skip();
	assert_int_equal(chmod(tree_path(THP "enabled"), 0444), 0);
	host = plan(NULL);
	assert_int_equal(setting_of(host, THP "enabled")->state, BT_HOST_CANNOT);
	assert_string_equal(setting_of(host, THP "enabled")->why, "Permission denied (root may)");
	bt_host_free(host);
}

/* A driver has steps: the next one is what counts as ours. */
static void takes_what_the_kernel_makes(void **state)
{
	struct bt_host *host;

	(void)state;
	kernel = (struct kernel){ .file = "policy1/scaling_min_freq", .makes = "2000000\n" };
	set();
	host = load();
	assert_string_equal(setting_of(host, POLICY1 "scaling_min_freq")->set, "2000000");
	assert_int_equal(setting_of(host, POLICY1 "scaling_min_freq")->state, BT_HOST_CHANGE);
	kernel = (struct kernel){ 0 };
	restore(host);
	assert_string_equal(tree_get(POLICY1 "scaling_min_freq"), "1000000");
}

static void forgets_what_has_no_effect(void **state)
{
	struct bt_host *host = plan(NULL);

	(void)state;
	kernel = (struct kernel){ .file = "cpufreq/boost", .makes = "1\n" };
	assert_int_equal(bt_host_set(host, record(), NULL), 0);
	assert_int_equal(setting_of(host, CPU "cpufreq/boost")->state, BT_HOST_CANNOT);
	bt_host_free(host);
	host = load();
	assert_int_equal(host->count, 7);
	bt_host_free(host);
}

/* Without SMT, the policy of a core's second thread is gone. */
static void loses_a_cpu(void **state)
{
	struct bt_host *host = plan(NULL);
	struct bt_err err = { 0 };

	(void)state;
	kernel = (struct kernel){ .file = "smt/control", .takes_away = CPU "cpufreq/policy1" };
	assert_int_equal(bt_host_set(host, record(), &err), 0);
	assert_string_equal(setting_of(host, POLICY1 "scaling_governor")->why,
			    "went away with its CPU");
	bt_host_free(host);
	kernel = (struct kernel){ 0 };
	host = load();
	assert_int_equal(host->count, 6);
	restore(host);
	assert_string_equal(tree_get(CPU "smt/control"), "on");
}

static void tells_of_others(void **state)
{
	static const struct {
		enum bt_host_foreign foreign;
		int code;
		const char *governor;
		bool recorded;
	} cases[] = {
		{ BT_HOST_KEEP, -EBUSY, "powersave", true },
		{ BT_HOST_FORCE, 0, "schedutil", false },
		{ BT_HOST_FORGET, 0, "powersave", false },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_host *host;
		struct bt_err err = { 0 };

		if (i)
			make_machine(state);
		set();
		tree_put(POLICY0 "scaling_governor", "powersave\n");
		host = load();
		assert_int_equal(setting_of(host, POLICY0 "scaling_governor")->state,
				 BT_HOST_FOREIGN);
		assert_int_equal(bt_host_count(host, BT_HOST_FOREIGN), 1);
		assert_int_equal(bt_host_restore(host, record(), cases[i].foreign, &err),
				 cases[i].code);
		bt_host_free(host);
		assert_string_equal(tree_get(POLICY0 "scaling_governor"), cases[i].governor);
		assert_string_equal(tree_get(POLICY1 "scaling_governor"), "schedutil");
		assert_int_equal(!access(record(), F_OK), cases[i].recorded);
		if (cases[i].recorded) {
			assert_non_null(strstr(err.text, "1 setting was changed by others since"));
			/* Only that one is left in it. */
			host = load();
			assert_int_equal(host->count, 1);
			bt_host_free(host);
		}
		remove_directory(state);
	}
}

static void forgets_at_a_boot(void **state)
{
	struct bt_host *host;

	(void)state;
	set();
	tree_put(BOOT, "00000000-0000-4000-8000-000000000000\n");
	host = load();
	assert_true(host->earlier_boot);
	restore(host);
	assert_string_equal(tree_get(POLICY0 "scaling_governor"), "performance");
	assert_int_equal(access(record(), F_OK), -1);
}

/* Killed in between: the record was there before the first change, and what is not set is well. */
static void survives_a_kill(void **state)
{
	struct bt_host *host;

	(void)state;
	set();
	tree_put(THP "enabled", "always [madvise] never\n");
	tree_put("/proc/sys/kernel/numa_balancing", "1\n");
	host = load();
	assert_int_equal(bt_host_count(host, BT_HOST_SAME), 2);
	restore(host);
	assert_as_it_came();
}

static void refuses_records(void **state)
{
#define HEAD "{\"schema\":{\"name\":\"buddytop-lab-host\",\"version\":1}," \
	"\"boot_id\":\"x\",\"settings\":["
	static const struct { const char *text, *says; } cases[] = {
		{ "", "record.json" },
		{ "{}", "no buddytop-lab-host" },
		{ "{\"schema\":{\"name\":\"buddytop-lab-host\",\"version\":2},\"boot_id\":\"x\","
		  "\"settings\":[]}", "another buddytop wrote it" },
		{ HEAD "{\"setting\":\"thp\",\"path\":\"/etc/passwd\",\"was\":\"x\",\"set\":\"y\"}]}",
		  "settings[0] is none" },
		{ HEAD "{\"setting\":\"governor\",\"path\":\"" CPU "cpufreq/policy0/../../x/"
		  "scaling_governor\",\"was\":\"x\",\"set\":\"y\"}]}", "settings[0] is none" },
		{ HEAD "{\"setting\":\"thp\",\"path\":\"" THP "enabled\",\"was\":\"x\"}]}",
		  "settings[0] is none" },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_host *host;
		struct bt_err err = { 0 };

		tree_put("/record.json", cases[i].text);
		assert_int_equal(bt_host_load(&host, directory, record(), &err), -EINVAL);
		if (!strstr(err.text, cases[i].says))
			fail_msg("case %u: %s", i, err.text);
		assert_null(host);
	}
}

static void prints(void **state)
{
	static const char expected[] =
		"smt             on -> off\n"
		"turbo           1 -> 0\n"
		"governor        schedutil -> performance (2 of them)\n"
		"min-frequency   1000000 -> 2100000 (2 of them)\n"
		"thp             madvise -> always\n"
		"thp-defrag      madvise, as it should be\n"
		"numa-balancing  1 -> 0\n"
		"ksm             cannot be set: not on this machine\n";
	struct bt_host *host = plan(NULL);
	char text[1024] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	bt_host_print(out, host, false);
	fclose(out);
	bt_host_free(host);
	assert_string_equal(text, expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_machine, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plans), TEST(keeps), TEST(sees_what_cannot_be), TEST(sets_and_restores),
		TEST(refuses_a_second), TEST(undoes_a_half), TEST(passes_over_what_it_may_not),
		TEST(takes_what_the_kernel_makes), TEST(forgets_what_has_no_effect),
		TEST(loses_a_cpu), TEST(tells_of_others), TEST(forgets_at_a_boot),
		TEST(survives_a_kill), TEST(refuses_records), TEST(prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
