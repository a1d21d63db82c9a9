// SPDX-License-Identifier: GPL-2.0
/* Numbers of runs as CSV, and what was published. */
#include "tests/unit/test.h"

#include "lab/export.h"
#include "lab/metric.h"
#include "lab/reference.h"
#include "tests/unit/sample_lab.h"

static char *exported(struct bt_lab_run *const *runs, unsigned count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	bt_lab_export_csv(out, runs, count);
	fclose(out);
	return text;
}

static void test_csv(void **state)
{
	struct bt_lab_run *runs[5];
	char *text;

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(runs); i++)
		runs[i] = bt_lab_run_create(BT_LAB_COMPILING, "base-auto");
	runs[0]->warm_up = true;
	bt_lab_run_value(runs[0], "runtime_ns", 1);
	bt_copy_clean(runs[1]->label, sizeof(runs[1]->label), "a \"b\", c");
	runs[1]->repetition = 3;
	runs[1]->reality = BT_EMULATED;
	runs[1]->unproven = true;
	bt_copy_clean(runs[1]->accel, sizeof(runs[1]->accel), "tcg");
	bt_lab_run_value(runs[1], "runtime_ns", 0.1);
	bt_lab_run_value(runs[1], "runtime_ns", NAN);
	bt_lab_run_value(runs[1], "peak_bytes", 5);
	runs[2]->end = BT_LAB_PANIC;
	bt_lab_run_value(runs[2], "runtime_ns", 2);
	runs[3]->end = runs[4]->end = BT_LAB_UNAVAILABLE;
	bt_copy_clean(runs[3]->label, sizeof(runs[3]->label), "reporting-delay=100ms");
	runs[4]->warm_up = true;
	text = exported(runs, 5);
	assert_string_equal(text,
		"benchmark,mode,label,repetition,iteration,metric,unit,value,reality,accel,unproven\n"
		"compiling,base-auto,\"a \"\"b\"\", c\",3,1,peak_bytes,bytes,5,emulated,tcg,yes\n"
		"compiling,base-auto,\"a \"\"b\"\", c\",3,1,runtime_ns,ns,0.10000000000000001,emulated,tcg,yes\n"
		"compiling,base-auto,\"a \"\"b\"\", c\",3,2,runtime_ns,ns,,emulated,tcg,yes\n"
		"compiling,base-auto,reporting-delay=100ms,1,,unavailable,,,real,,no\n");
	free(text);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(runs); i++)
		bt_lab_run_free(runs[i]);
}

/*
 * By what the paper's abstract says of these figures: HyperAlloc shrinks 362 times as fast as
 * virtio-balloon and 10 times as fast as virtio-mem, and compiles with 17 % less than free-page
 * reporting.
 */
static void test_published(void **state)
{
	double hyperalloc = bt_lab_reference(BT_LAB_INFLATE, "llfree-manual", "",
					     "shrink_bytes_per_s");
	double balloon = bt_lab_reference(BT_LAB_INFLATE, "base-manual", "", "shrink_bytes_per_s");
	double memory = bt_lab_reference(BT_LAB_INFLATE, "virtio-mem", "", "shrink_bytes_per_s");
	double less = bt_lab_reference(BT_LAB_COMPILING, "llfree-auto", "workload=clang",
				       "footprint_gib_min");
	double more = bt_lab_reference(BT_LAB_COMPILING, "base-auto", "workload=clang",
				       "footprint_gib_min");

	(void)state;
	assert_true(fabs(hyperalloc / balloon - 362) < 2);
	assert_true(fabs(hyperalloc / memory - 10) < 0.1);
	assert_true(fabs(1 - less / more - 0.17) < 0.01);
	assert_true(isnan(bt_lab_reference(BT_LAB_INFLATE, "base-auto", "", "shrink_bytes_per_s")));
	for (unsigned i = 0; i < bt_lab_reference_count; i++) {
		const struct bt_lab_metric_kind *kind =
			bt_lab_metric_kind_find(bt_lab_references[i].metric);

		assert_non_null(kind);
		assert_true(kind->benchmarks >> bt_lab_references[i].benchmark & 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
