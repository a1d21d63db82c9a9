// SPDX-License-Identifier: GPL-2.0
/* Tables: what is left out where there is no room, CSV as RFC 4180 wants it, Markdown. */
#include "tests/unit/test.h"

#include <string.h>

#include "bench/table.h"
#include "core/util.h"

static const struct bt_table_column columns[] = {
	{ .title = "name" },
	{ .title = "value", .right = true },
	{ .title = "p", .right = true, .rank = 2 },
	{ .title = "low", .right = true, .rank = 1 },
	{ .title = "high", .right = true, .rank = 2 },
	{ .title = "word" },
};

static struct bt_table *make_table(void)
{
	struct bt_table *table = bt_table_create(columns, BT_ARRAY_SIZE(columns));

	bt_table_heading(table, "first");
	bt_table_row(table, (const char *const[]){ "a", "1", "0.5", "-1", "+1", "more" });
	bt_table_row(table, (const char *const[]){ "longer", "12345", "", "", "", "" });
	bt_table_heading(table, "second");
	bt_table_row(table, (const char *const[]){ "\xc2\xb5s", "7", "", "", "", "less" });
	return table;
}

typedef void print_t(const struct bt_table *table, FILE *out, unsigned width);

static void print_csv(const struct bt_table *table, FILE *out, unsigned width)
{
	(void)width;
	bt_table_csv(table, out);
}

static void print_markdown(const struct bt_table *table, FILE *out, unsigned width)
{
	(void)width;
	bt_table_markdown(table, out);
}

static void check(print_t *print, struct bt_table *table, unsigned width, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(table, out, width);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	bt_table_free(table);
}

/* 6 + 5 + 3 + 3 + 4 + 4 characters and two blanks between them are 35; no line ends with blanks. */
static void test_wide(void **state)
{
	static const char expected[] = "name    value    p  low  high  word\n"
				       "\n"
				       "first\n"
				       "a           1  0.5   -1    +1  more\n"
				       "longer  12345\n"
				       "\n"
				       "second\n"
				       "\xc2\xb5s          7                  less\n";

	(void)state;
	check(bt_table_print, make_table(), 0, expected);
	check(bt_table_print, make_table(), 35, expected);
}

/* Of rank 2 both go at once, then rank 1; the others stay whatever the width is. */
static void test_narrow(void **state)
{
	static const char few[] = "name    value  word\n\nfirst\na           1  more\n"
				  "longer  12345\n\nsecond\n\xc2\xb5s          7  less\n";

	(void)state;
	check(bt_table_print, make_table(), 34,
	      "name    value  low  word\n\nfirst\na           1   -1  more\n"
	      "longer  12345\n\nsecond\n\xc2\xb5s          7       less\n");
	check(bt_table_print, make_table(), 23, few);
	check(bt_table_print, make_table(), 5, few);
}

static void test_csv(void **state)
{
	struct bt_table *table = bt_table_create(columns, 2);

	(void)state;
	bt_table_heading(table, "not in there");
	bt_table_row(table, (const char *const[]){ "a,b", "say \"x\"" });
	bt_table_row(table, (const char *const[]){ "plain", "" });
	check(print_csv, table, 0, "name,value\n\"a,b\",\"say \"\"x\"\"\"\nplain,\n");
}

static void test_markdown(void **state)
{
	struct bt_table *table = bt_table_create(columns, 2);

	(void)state;
	bt_table_heading(table, "a_b");
	bt_table_row(table, (const char *const[]){ "x|y", "<b>" });
	check(print_markdown, table, 0,
	      "### a\\_b\n\n| name | value |\n|---|---:|\n| x\\|y | \\<b\\> |\n");
}

/* What a document says is printed, not obeyed by the terminal. */
static void test_hostile(void **state)
{
	struct bt_table *table = bt_table_create(columns, 2);

	(void)state;
	bt_table_heading(table, "\x1b[2J");
	bt_table_row(table, (const char *const[]){ "a\nb", "\xff\x07" });
	check(bt_table_print, table, 0, "name  value\n\n?[2J\na?b      ??\n");
}

static void check_wrap(const char *text, unsigned indent, unsigned width, const char *expected)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	bt_table_wrap(out, text, indent, width);
	fclose(out);
	assert_string_equal(got, expected);
	free(got);
}

static void test_wrap(void **state)
{
	(void)state;
	check_wrap("one two three", 0, 0, "one two three\n");
	check_wrap("one two three", 0, 7, "one two\nthree\n");
	check_wrap("one two three", 2, 9, "one two\n  three\n");
	check_wrap("one two three", 2, 8, "one\n  two\n  three\n");
	/* a word that is longer than a line has one of its own */
	check_wrap("a longer", 0, 3, "a\nlonger\n");
	check_wrap("", 0, 10, "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide),	 cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_csv),	 cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_hostile),	 cmocka_unit_test(test_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
