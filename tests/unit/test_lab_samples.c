// SPDX-License-Identifier: GPL-2.0
/* Runs of a folder, those of hyperalloc-bench among them, and what of them is compared. */
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/compare.h"
#include "lab/group.h"
#include "lab/metric.h"
#include "lab/runs.h"
#include "lab/show.h"
#include "tests/unit/directory.h"
#include "tests/unit/sample_lab.h"

/* A folder for a run below a folder of the test, and the run in it; frees the run. */
static void put_run(const char *folder, const char *name, struct bt_lab_run *run)
{
	char *path = bt_xasprintf("%s/%s/%s", directory, folder, name);

	assert_int_equal(bt_make_path(path, 0755, NULL), 0);
	assert_int_equal(bt_lab_run_write(run, path, NULL), 0);
	bt_lab_run_free(run);
	free(path);
}

static struct bt_lab_run *inflate(const char *mode, unsigned repetition)
{
	struct bt_lab_run *run = lab_inflate(mode, repetition * 1e9, 1e9, 1e9, 2);

	run->repetition = repetition;
	return run;
}

static struct bt_samples *read_samples(const char *name)
{
	struct bt_samples *samples;
	struct bt_err err = { 0 };

	if (bt_samples_read(&samples, in_directory(name), &err))
		fail_msg("%s", err.text);
	return samples;
}

static void refused(const char *name, int code, const char *why)
{
	struct bt_samples *samples;
	struct bt_err err = { 0 };

	assert_int_equal(bt_samples_read(&samples, in_directory(name), &err), -code);
	if (!strstr(err.text, why))
		fail_msg("'%s' is not in '%s'", why, err.text);
}

static void rename_file(const char *from, const char *to)
{
	char *old = bt_xstrdup(in_directory(from));

	assert_int_equal(rename(old, in_directory(to)), 0);
	free(old);
}

/* Repetitions are joined in their order; a warm-up and what is no result are left out. */
static void test_joined(void **state)
{
	struct bt_lab_run *warm_up = inflate("virtio-mem", 1), *failed = inflate("virtio-mem", 4);
	struct bt_lab_run *disturbed = inflate("virtio-mem", 2);
	const struct bt_samples_series *series;
	struct bt_samples *samples;

	(void)state;
	warm_up->warm_up = true;
	failed->end = BT_LAB_NO_TARGET;
	failed->warnings = 2;
	bt_lab_run_noise(disturbed, "load was 9");	/* which is no part of the plan */
	put_run("joined", "c", disturbed);
	put_run("joined", "b/deeper", inflate("virtio-mem", 3));
	put_run("joined", "a", warm_up);
	put_run("joined", "d", failed);
	put_run("joined", "e", inflate("base-manual", 1));
	samples = read_samples("joined");
	assert_int_equal(samples->kind, BT_SAMPLES_LAB);
	series = bt_samples_find(samples, "inflate virtio-mem", "shrink_ns");
	assert_int_equal(series->count, 4);
	assert_true(series->values[0] == 2e9 && series->values[1] == 2.02e9);
	assert_true(series->values[2] == 3e9 && series->values[3] == 3.03e9);
	assert_int_equal(series->unit, BT_UNIT_NS);
	assert_int_equal(series->better, BT_BETTER_LESS);
	assert_int_equal(bt_samples_find(samples, "inflate base-manual", "shrink_ns")->count, 2);
	assert_null(bt_samples_find(samples, "inflate base-manual", "shrink_device_ns"));
	assert_false(samples->independent);
	assert_true(samples->partial);
	assert_int_equal(samples->warnings, 2);
	assert_string_equal(samples->note,
			    "1 runs are no results, first inflate virtio-mem: target-not-reached");
	assert_string_equal(samples->plan, "inflate base-manual: memory=4G\n"
			    "inflate base-manual: touched=yes\ninflate virtio-mem: memory=4G\n"
			    "inflate virtio-mem: touched=yes\n");
	assert_string_equal(samples->machine.accel, "kvm");
	assert_string_equal(samples->facts[BT_FACT_QEMU], "QEMU emulator version 7.2.22");
	bt_samples_free(samples);
	/* A run's folder, and the document in it. */
	samples = read_samples("joined/e");
	assert_int_equal(samples->series_count, 14);
	bt_samples_free(samples);
	samples = read_samples("joined/e/result.json");
	assert_int_equal(samples->series_count, 14);
	bt_samples_free(samples);
	/* Under another name nothing says where its tables are. */
	rename_file("joined/e/result.json", "joined/e/copy.json");
	refused("joined/e/copy.json", EPROTO, "is read as a folder");
}

/* Two runs that are alike but for what ran them have no mean. */
static void check_groups(const char *folder)
{
	struct bt_lab_group group;
	struct bt_lab_runs *runs;
	struct bt_err err = { 0 };
	char state[BT_LAB_CONFIG];

	assert_int_equal(bt_lab_runs_read(&runs, in_directory(folder), false, &err), 0);
	assert_int_equal(bt_lab_group_take(runs, 0, &group), 1);
	assert_int_equal(group.first->reality, BT_REAL);
	assert_string_equal(bt_lab_group_state(&group, state), "1 run");
	assert_int_equal(bt_lab_group_take(runs, 1, &group), 2);
	assert_string_equal(bt_lab_group_state(&group, state), "1 run; emulated: no KVM");
	bt_lab_runs_free(runs);
}

static void test_not_mixed(void **state)
{
	struct bt_lab_run *emulated = inflate("virtio-mem", 2), *other = inflate("virtio-mem", 2);
	char *path = bt_xasprintf("%s/empty/nothing", directory);

	(void)state;
	emulated->reality = BT_EMULATED;
	bt_copy_clean(emulated->accel, sizeof(emulated->accel), "tcg");
	put_run("mixed", "a", inflate("virtio-mem", 1));
	put_run("mixed", "b", emulated);
	check_groups("mixed");
	refused("mixed", EPROTO, "some of its runs are real (kvm), others emulated (tcg)");
	bt_copy_clean(other->host.host, sizeof(other->host.host), "elsewhere");
	put_run("hosts", "a", inflate("virtio-mem", 1));
	put_run("hosts", "b", other);
	refused("hosts", EPROTO, "several machines");
	assert_int_equal(bt_make_path(path, 0755, NULL), 0);
	refused("empty", ENODATA, "no finished run");
	/* A link to itself is not followed. */
	assert_int_equal(symlink("..", in_directory("empty/loop")), 0);
	refused("empty", ENODATA, "no finished run");
	free(path);
}

static void keep_reason(void *context, const char *text)
{
	strcat(strcat(context, text), "\n");
}

static void test_differ(void **state)
{
	struct bt_lab_run *emulated = inflate("virtio-mem", 1), *other = inflate("virtio-mem", 1);
	struct bt_samples *a, *b;
	char reasons[1024] = "";

	(void)state;
	emulated->reality = BT_EMULATED;
	bt_copy_clean(emulated->accel, sizeof(emulated->accel), "tcg");
	bt_lab_run_parameter(other, "touched", "no");
	bt_lab_run_parameter(other, "iterations", "7");
	put_run("kvm", "a", inflate("virtio-mem", 1));
	put_run("kvm", "b", inflate("base-manual", 1));
	put_run("tcg", "a", emulated);
	put_run("other", "a", other);
	a = read_samples("kvm");
	b = read_samples("tcg");
	assert_int_equal(bt_samples_differ(a, b, keep_reason, reasons), 2);
	assert_non_null(strstr(reasons, "other kind of machine: real, emulated"));
	assert_non_null(strstr(reasons, "other accelerator: kvm, tcg"));
	bt_samples_free(b);
	/* That A has more modes is no reason; parameters are those of modes that both have. */
	b = read_samples("kvm/a");
	assert_int_equal(bt_samples_differ(a, b, keep_reason, reasons), 0);
	bt_samples_free(b);
	b = read_samples("other");
	reasons[0] = '\0';
	assert_int_equal(bt_samples_differ(a, b, keep_reason, reasons), 1);
	assert_string_equal(reasons, "other plan: 'inflate virtio-mem: touched=yes', "
			    "'inflate virtio-mem: touched=no'\n");
	bt_samples_free(b);
	bt_samples_free(a);
}

/* ---- hyperalloc-bench --------------------------------------------------------------------- */

static void put_text(const char *name, const char *text)
{
	const char *path = in_directory(name);

	assert_int_equal(bt_write_file(path, text, strlen(text), 0644, NULL), 0);
}

static void make_folder(const char *name)
{
	assert_int_equal(bt_make_path(in_directory(name), 0755, NULL), 0);
}

#define META(args) "{\"args\": {" args "}, " \
	"\"sys\": {\"uname\": \"Linux rack 6.1.0-test #8 SMP\\n\", " \
	"\"lscpu\": [{\"field\": \"CPU(s):\", \"data\": \"48\"}, {\"field\": \"Model name:\", " \
	"\"data\": \"A CPU\"}, {\"field\": \"NUMA node(s):\", \"data\": \"2\"}], " \
	"\"meminfo\": {\"MemTotal\": 402560712704}, \"time\": \"240520-195821\"}, " \
	"\"custom\": \"vm\"}"

static const struct bt_lab_run *only(struct bt_lab_runs **runs, const char *name)
{
	struct bt_err err = { 0 };

	if (bt_lab_runs_read(runs, in_directory(name), true, &err))
		fail_msg("%s", err.text);
	assert_int_equal((*runs)->count, 1);
	return (*runs)->runs[0];
}

static double first_value(const struct bt_lab_run *run, const char *key)
{
	double *values, value;
	unsigned count = bt_lab_values(bt_lab_metric_kind_find(key), run, &values);

	value = count ? values[0] : NAN;
	free(values);
	return value;
}

static double cell(const struct bt_lab_table *table, size_t row, const char *column)
{
	return bt_lab_table_cell(table, row, bt_lab_table_column(table, column));
}

/* 18 GiB in 18 s, 9 s; 19 GiB are touched in 38 s and 1.9 s; the first iteration is a warm-up. */
static void test_inflate(void **state)
{
	struct bt_lab_runs *runs;
	const struct bt_lab_run *run;

	(void)state;
	make_folder("inflate");
	put_text("inflate/meta.json", META("\"mem\": 20, \"cores\": 12, \"shrink_target\": 2, "
		 "\"mode\": \"virtio-mem-movable\", \"nofault\": false, \"vfio\": 4, "
		 "\"suffix\": \"virtio-mem-movable-vfio\""));
	put_text("inflate/out.csv", "shrink,grow,touch,touch2\n1,2,3,4\n"
		 "18000000000,9000000000,38000000000,1900000000\n1,1,1,1\n");
	assert_int_equal(bt_lab_runs_read(&runs, in_directory("inflate"), true, NULL), 0);
	assert_int_equal(runs->count, 2);
	assert_true(runs->runs[0]->warm_up);
	assert_int_equal(bt_lab_run_metric(runs->runs[0], "shrink_ns")->count, 1);
	run = runs->runs[1];
	assert_false(run->warm_up);
	assert_string_equal(run->mode, "virtio-mem+vfio");
	assert_string_equal(run->label, "");
	assert_string_equal(run->host.host, "rack");
	assert_string_equal(run->host.kernel, "6.1.0-test");
	assert_string_equal(run->host.cpu_model, "A CPU");
	assert_int_equal(run->host.cpu_count, 48);
	assert_int_equal(run->host.node_count, 2);
	assert_true(run->host.memory_bytes == 402560712704);
	/* date -u -d '2024-05-20 19:58:21' +%s */
	assert_true(run->begin_utc_ns == 1716235101ll * 1000000000);
	assert_string_equal(bt_lab_run_parameter_value(run, "memory"), "20G");
	assert_int_equal(bt_lab_run_metric(run, "shrink_ns")->count, 2);
	assert_true(first_value(run, "shrink_bytes_per_s") == LAB_GIB);
	assert_true(first_value(run, "grow_bytes_per_s") == 2 * LAB_GIB);
	assert_true(first_value(run, "install_bytes_per_s") == LAB_GIB / 2);
	assert_true(first_value(run, "retouch_bytes_per_s") == 10 * LAB_GIB);
	bt_lab_runs_free(runs);
}

static void test_nofault(void **state)
{
	struct bt_lab_runs *runs;
	const struct bt_lab_run *run;

	(void)state;
	make_folder("nofault");
	put_text("nofault/meta.json", META("\"mem\": 20, \"cores\": 12, \"shrink_target\": 2, "
		 "\"mode\": \"huge-manual\", \"nofault\": true, \"vfio\": null"));
	put_text("nofault/out.csv", "shrink,grow,touch,touch2\n9000000000,1,0,0\n");
	run = only(&runs, "nofault");
	assert_string_equal(run->mode, "huge-manual");
	assert_string_equal(run->label, "touched=no");
	assert_true(first_value(run, "shrink_bytes_per_s") == 2 * LAB_GIB);
	assert_true(isnan(first_value(run, "install_bytes_per_s")));
	bt_lab_runs_free(runs);
}

/* 2 GiB for a minute, 1 GiB for two. 262144 free pages are 1 GiB, of which 256 huge ones half. */
static void test_compiling(void **state)
{
	const struct bt_lab_table *samples;
	const struct bt_lab_run *run;
	struct bt_lab_runs *runs;

	(void)state;
	make_folder("compiling");
	put_text("compiling/meta.json", META("\"mem\": 16, \"cores\": 12, \"delay\": 200, "
		 "\"mode\": \"base-auto\", \"target\": \"clang\", \"vfio\": null, "
		 "\"suffix\": \"clang-base-auto-o0-d100-c32\""));
	put_text("compiling/out_0.csv", "time,rss,small,huge,cached,total\n"
		 "0.00,2147483648,262144,256,7,9\n60.00,2147483648,262144,256,7,9\n"
		 "60.00001,1073741824,nan,nan,nan,nan\n60.01,1073741824,1,0,7,9\n"
		 "180.00,1073741824,1,0,7,9\n200.00,536870912,1,0,7,9\n");
	put_text("compiling/times_0.json", "{\"build\": [60], \"delay\": [180], \"clean\": 190, "
		 "\"drop\": 201, \"cpu\": {\"total\": 200.5, \"user\": 2.5, \"system\": 0.5}}");
	run = only(&runs, "compiling");
	assert_int_equal(run->benchmark, BT_LAB_COMPILING);
	assert_string_equal(run->label, "workload=clang o0-d100-c32");
	samples = bt_lab_run_find_table(run, "samples");
	assert_int_equal(samples->rows, 6);
	assert_true(cell(samples, 1, "time_ns") == 60e9);
	assert_true(cell(samples, 0, "free_huge_bytes") == LAB_GIB / 2);
	assert_true(cell(samples, 0, "free_small_bytes") == LAB_GIB / 2);
	assert_true(cell(samples, 0, "unusable") == 0.5);
	assert_int_equal(run->mark_count, 4);
	assert_true(bt_lab_run_find_mark(run, "clean", 0)->begin_ns == 180e9);
	assert_true(bt_lab_run_find_mark(run, "drop", 0)->end_ns == 201e9);
	assert_true(first_value(run, "footprint_gib_min") == 2);
	assert_true(first_value(run, "runtime_ns") == 60e9);
	assert_true(first_value(run, "peak_bytes") == 2 * LAB_GIB);
	assert_true(first_value(run, "delay_bytes") == LAB_GIB);
	assert_true(first_value(run, "clean_bytes") == 0.75 * LAB_GIB);
	assert_true(first_value(run, "drop_bytes") == 0.5 * LAB_GIB);
	assert_true(first_value(run, "cpu_user_ns") == 2.5e9);
	bt_lab_runs_free(runs);
}

static void test_multivm(void **state)
{
	const struct bt_lab_run *run;
	struct bt_lab_runs *runs;

	(void)state;
	make_folder("vms/vm_0");
	make_folder("vms/vm_1");
	put_text("vms/meta.json", META("\"mem\": 16, \"mode\": \"llfree-auto\", \"target\": "
		 "\"write\", \"vfio\": null, \"suffix\": \"write-llfree-auto-s\", \"repeat\": 2"));
	for (unsigned vm = 0; vm < 2; vm++) {
		put_text(vm ? "vms/vm_1/out_0.csv" : "vms/vm_0/out_0.csv",
			 "time,rss,small,huge,cached,total\n0,1073741824,1,0,7,9\n"
			 "60,1073741824,1,0,7,9\n");
		put_text(vm ? "vms/vm_1/times_0.json" : "vms/vm_0/times_0.json",
			 "{\"start\": [5, 30], \"build\": [20, 50], \"clean\": [25, 55]}");
	}
	run = only(&runs, "vms");
	assert_int_equal(run->benchmark, BT_LAB_MULTIVM);
	assert_string_equal(run->label, "workload=write s");
	assert_int_equal(bt_lab_guests(run), 2);
	assert_true(first_value(run, "footprint_gib_min") == 2);
	assert_true(first_value(run, "peak_bytes") == 2 * LAB_GIB);
	assert_int_equal(run->mark_count, 4);
	assert_true(run->marks[3].begin_ns == 30e9 && run->marks[3].end_ns == 50e9);
	assert_int_equal(run->marks[3].vm, 1);
	bt_lab_runs_free(runs);
}

static void test_import_refused(void **state)
{
	(void)state;
	make_folder("odd");
	put_text("odd/meta.json", "{");
	refused("odd", EPROTO, "meta.json");
	put_text("odd/meta.json", "{\"args\": {\"mem\": 1}}");
	refused("odd", EPROTO, "is not of hyperalloc-bench");
	put_text("odd/meta.json", META("\"mem\": 1, \"mode\": \"base-manual\""));
	refused("odd", EPROTO, "neither of inflate");
	put_text("odd/out.csv", "shrink,grow,touch\n1,2,3\n");
	refused("odd", EPROTO, "out.csv, line 1");
	put_text("odd/out.csv", "shrink,grow,touch,touch2\n1,2,3,x\n");
	refused("odd", EPROTO, "out.csv, line 2");
	assert_int_equal(unlink(in_directory("odd/out.csv")), 0);
	put_text("odd/out_0.csv", "time,rss,small,huge,cached,total\n");
	refused("odd", ENOENT, "times_0.json");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_not_mixed),
		cmocka_unit_test(test_differ),
		cmocka_unit_test(test_inflate),
		cmocka_unit_test(test_nofault),
		cmocka_unit_test(test_compiling),
		cmocka_unit_test(test_multivm),
		cmocka_unit_test(test_import_refused),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
