// SPDX-License-Identifier: GPL-2.0
/* What a typed filter keeps, by hand. */
#include "tests/unit/test.h"

#include "ui/filter.h"

static const struct ui_filter_row cpu8 = { 8, 1, { "running", "held 4 MiB" } };
static const struct ui_filter_row cpu9 = { 9, 2, { "OFFLINE" } };
static const struct ui_filter_row oom = { -1, -1, { "oom", "kernel", "OOM killer: 2 killed" } };

static bool fits(const char *text, const struct ui_filter_row *row)
{
	struct ui_filter filter;

	ui_filter_parse(&filter, text);
	return ui_filter_fits(&filter, row);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_true(fits("", &cpu8));
	assert_true(fits("   ", &oom));
	assert_true(fits("!", &cpu8));
}

static void test_numbers(void **state)
{
	(void)state;
	assert_true(fits("0-3,8", &cpu8));
	assert_false(fits("0-3,8", &cpu9));
	assert_true(fits("8", &cpu8));
	assert_false(fits("!8", &cpu8));
	assert_true(fits("!8", &cpu9));
	/* While it is typed. */
	assert_true(fits("8-", &cpu8));
	assert_true(fits("3,8,", &cpu8));
	/* No list: a text, which is nowhere in the row. */
	assert_false(fits("9-8", &cpu8));
	assert_false(fits("1,,8", &cpu8));
}

static void test_node(void **state)
{
	(void)state;
	assert_true(fits("node 1", &cpu8));
	assert_true(fits("Node 0-1", &cpu8));
	assert_false(fits("node 1", &cpu9));
	assert_true(fits("!node 1", &cpu9));
	assert_true(fits("node", &cpu9));
	assert_true(fits("node 2 9", &cpu9));
	assert_false(fits("node 2 8", &cpu9));
}

static void test_text(void **state)
{
	(void)state;
	assert_true(fits("OOM", &oom));
	assert_true(fits("kill kernel", &oom));
	assert_false(fits("kill module", &oom));
	assert_false(fits("!oom", &oom));
	assert_true(fits("offline", &cpu9));
	/* A row without number or node: what is typed is a text. */
	assert_true(fits("2", &oom));
	assert_false(fits("3", &oom));
	assert_false(fits("node 2", &oom));
	assert_false(fits("node", &oom));
}

/* More words than are kept: the rest narrows nothing, and nothing is written beyond. */
static void test_many(void **state)
{
	(void)state;
	assert_true(fits("k k k k k k k k zzz", &oom));
	assert_true(fits("1,2,3,4,5,6,7,8", &cpu8));
	assert_false(fits("1,2,3,4,5,6,7,9,10,11,12,13,14,15,16,17,8", &cpu8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_node),	cmocka_unit_test(test_text),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
