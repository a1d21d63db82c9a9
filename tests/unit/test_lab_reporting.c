// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters of free-page reporting: what a guest's kernel is told, and what its answers make of a
 * run. The names are those of mm/page_reporting.c and of HyperAlloc's kernel (hyperalloc-bench,
 * bench.py: page_reporting_delay, page_reporting_capacity, page_reporting_order).
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/util.h"
#include "lab/reporting.h"

static const struct bt_lab_reporting nothing = { BT_LAB_AS_IT_COMES, BT_LAB_AS_IT_COMES,
						 BT_UNKNOWN };
/* Order 0, 512 blocks, after 2 s. */
static const struct bt_lab_reporting all = { 0, 512, 2000000000 };

static void check_append(const struct bt_lab_reporting *asked, const char *append,
			 const char *expected)
{
	char *text = bt_lab_reporting_append(asked, append);

	assert_string_equal(text, expected);
	free(text);
}

static void the_kernel_is_told(void **state)
{
	struct bt_lab_reporting order = nothing;

	(void)state;
	order.order = 4;
	check_append(&nothing, NULL, "");
	check_append(&nothing, "quiet", "quiet");
	check_append(&order, NULL, "page_reporting.page_reporting_order=4");
	check_append(&all, "quiet", "quiet page_reporting.page_reporting_order=0 "
		     "page_reporting.page_reporting_delay=2000 "
		     "page_reporting.page_reporting_capacity=512");
	assert_null(bt_lab_reporting_asked(&nothing));
	assert_string_equal(bt_lab_reporting_asked(&order), "reporting-order");
}

struct noted {
	enum bt_lab_reporting_key key;
	const struct bt_lab_reporting *asked;
	struct bt_lab_reporting_answer answer;
	const char *name, *value;
	const char *reason;	/* NULL: it is as it was asked for */
};

static void what_the_guest_says_counts(void **state)
{
	static const struct noted cases[] = {
		{ BT_LAB_REPORTING_ORDER, &nothing, { true, 9, "" }, "reporting_order", "9", NULL },
		{ BT_LAB_REPORTING_ORDER, &all, { true, 0, "" }, "reporting_order", "0", NULL },
		{ BT_LAB_REPORTING_ORDER, &all, { true, 9, "Permission denied" }, "reporting_order",
		  "9", "reporting-order: the guest's kernel does not take 0 for "
		  "page_reporting.page_reporting_order: Permission denied" },
		{ BT_LAB_REPORTING_ORDER, &all, { true, BT_UNKNOWN, "" }, "reporting_order",
		  "unavailable", "reporting-order: the guest's kernel does not take 0 for "
		  "page_reporting.page_reporting_order" },
		{ BT_LAB_REPORTING_DELAY, &all, { true, 2000, "" }, "reporting_delay_ms", "2000",
		  NULL },
		{ BT_LAB_REPORTING_DELAY, &all, { false, BT_UNKNOWN, "" }, "reporting_delay_ms",
		  "unavailable", "reporting-delay: the guest's kernel has no "
		  "page_reporting.page_reporting_delay" },
		/* Nobody asked for it: it is missing, and that is all. */
		{ BT_LAB_REPORTING_CAPACITY, &nothing, { false, BT_UNKNOWN, "" },
		  "reporting_capacity", "unavailable", NULL },
		{ BT_LAB_REPORTING_CAPACITY, &all, { true, 32, "" }, "reporting_capacity", "32",
		  "reporting-capacity: the guest's kernel does not take 512 for "
		  "page_reporting.page_reporting_capacity" },
	};

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		const struct noted *c = &cases[i];
		struct bt_lab_run *run = bt_lab_run_create(BT_LAB_COMPILING, "base-auto");
		struct bt_err err = { 0 };
		int ret = bt_lab_reporting_note(run, c->key, c->asked, &c->answer, &err);

		assert_string_equal(bt_lab_run_parameter_value(run, c->name), c->value);
		assert_int_equal(ret, c->reason ? -EOPNOTSUPP : 0);
		if (c->reason)
			assert_string_equal(err.text, c->reason);
		bt_lab_run_free(run);
	}
}

static void modes_that_report_nothing_refuse(void **state)
{
	static const struct {
		const char *mode;
		bool reports;
	} cases[] = {
		{ "base-auto", true }, { "base-manual", false }, { "virtio-mem", false },
		{ "virtio-mem-auto", false },
	};
	struct bt_lab_options options;
	struct bt_modes *modes;
	struct bt_err err;

	(void)state;
	setenv("XDG_CONFIG_HOME", "/nowhere", 1);
	assert_int_equal(bt_modes_read(&modes, NULL, &err), 0);
	bt_lab_options_default(&options, BT_LAB_COMPILING);
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		assert_int_equal(bt_modes_find(modes, cases[i].mode, &options.mode, &err), 0);
		options.reporting = nothing;
		assert_int_equal(bt_lab_check_mode(&options, &err), 0);
		options.reporting.order = 0;
		assert_int_equal(bt_lab_check_mode(&options, &err), cases[i].reports ? 0 : -EINVAL);
		if (!cases[i].reports)
			assert_non_null(strstr(err.text, "reporting-order: in mode "));
	}
	bt_modes_free(modes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_is_told),
		cmocka_unit_test(what_the_guest_says_counts),
		cmocka_unit_test(modes_that_report_nothing_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
