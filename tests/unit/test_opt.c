// SPDX-License-Identifier: GPL-2.0
/*
 * Options: every kind of value, every mistake on a command line, help and dump from the same rows.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/opt.h"
#include "core/util.h"

struct values {
	bool flag, other;
	const char *text;
	uint64_t number, bytes, time_ns;
	struct bt_opt_list list;
	enum bt_opt_bool yes;
};

static const struct bt_opt opts[] = {
	{ "flag", 'f', BT_OPT_FLAG, NULL, "a flag", offsetof(struct values, flag) },
	{ "text", 't', BT_OPT_TEXT, "TEXT", "a text", offsetof(struct values, text) },
	{ "number", 'n', BT_OPT_NUMBER, "N", "a number", offsetof(struct values, number) },
	{ "bytes", 0, BT_OPT_BYTES, "SIZE", "a size", offsetof(struct values, bytes) },
	{ "time", 0, BT_OPT_TIME, "TIME", "a time", offsetof(struct values, time_ns) },
	{ "cpus", 0, BT_OPT_SETTING, "N", "a setting", offsetof(struct values, list) },
	{ "yes", 0, BT_OPT_BOOL, "true|false", "yes or no", offsetof(struct values, yes) },
	{ 0 }
};
static const struct bt_opt more[] = {
	{ "other", 'o', BT_OPT_FLAG, NULL, "of another group", offsetof(struct values, other) },
	{ 0 }
};

static int parse(struct values *values, struct bt_err *err, const char *line)
{
	static char text[256];
	static char *argv[32];
	const struct bt_opt_group groups[] = { { "A", opts, values }, { "B", more, values } };
	int argc = 0;

	snprintf(text, sizeof(text), "prog %s", line);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	memset(values, 0, sizeof(*values));
	return bt_opt_parse(groups, 2, argc, argv, err);
}

static void test_values(void **state)
{
	struct bt_err err = { 0 };
	struct values v;

	(void)state;
	assert_int_equal(parse(&v, &err, "-f --text=a,b -n 17 --bytes 64M --time 250ms -o"), 10);
	assert_true(v.flag && v.other);
	assert_string_equal(v.text, "a,b");
	assert_int_equal(v.number, 17);
	assert_int_equal(v.bytes, 67108864);
	assert_int_equal(v.time_ns, 250000000);
	assert_int_equal(parse(&v, &err, "--time 2"), 3);
	assert_int_equal(v.time_ns, 2000000000);
	assert_int_equal(parse(&v, &err, "--cpus 2 --cpus=4"), 4);
	assert_int_equal(v.list.count, 2);
	assert_string_equal(v.list.items[0], "cpus=2");
	assert_string_equal(v.list.items[1], "cpus=4");
	assert_null(v.list.items[2]);
	bt_opt_list_free(&v.list);
}

/* The words of Go's strconv.ParseBool, as its documentation lists them. */
static void test_bool(void **state)
{
	static const char *const yes[] = { "1", "t", "T", "TRUE", "true", "True" };
	static const char *const no[] = { "0", "f", "F", "FALSE", "false", "False" };
	struct bt_err err = { 0 };
	struct values v;
	char line[32];

	(void)state;
	assert_int_equal(parse(&v, &err, ""), 1);
	assert_int_equal(v.yes, BT_OPT_UNSAID);
	assert_int_equal(parse(&v, &err, "--yes"), 2);
	assert_int_equal(v.yes, BT_OPT_YES);
	assert_int_equal(parse(&v, &err, "--yes false"), 2); /* an operand: only = gives a value */
	assert_int_equal(v.yes, BT_OPT_YES);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(yes); i++) {
		snprintf(line, sizeof(line), "--yes=%s", yes[i]);
		assert_int_equal(parse(&v, &err, line), 2);
		assert_int_equal(v.yes, BT_OPT_YES);
		snprintf(line, sizeof(line), "--yes --yes=%s", no[i]);
		assert_int_equal(parse(&v, &err, line), 3);
		assert_int_equal(v.yes, BT_OPT_NO);
	}
}

static void expect_words(const char *const *from, const char *const *to)
{
	char *argv[8];
	char **words;
	int argc = 0;

	for (; from[argc]; argc++)
		argv[argc] = (char *)from[argc];
	words = bt_opt_words(opts, argc, argv);
	for (int i = 0; i < argc; i++)
		assert_string_equal(words[i], to[i]);
	assert_null(words[argc]);
	bt_opt_words_free(words);
}

static void test_single_dash(void **state)
{
	static const char *const cases[][2][8] = {
		{ { "-flag", "-number=3", "-yes", "-yes=false", "-text", "a" },
		  { "-flag", "--number=3", "--yes", "--yes=false", "--text", "a" } },
		/* Not exactly a name of these options. */
		{ { "prog", "-fla", "-other", "-f", "-t", "x", "flag" },
		  { "prog", "-fla", "-other", "-f", "-t", "x", "flag" } },
		/* Values of options, and what comes behind the last one. */
		{ { "prog", "--text", "-flag", "-t", "-flag", "--", "-flag" },
		  { "prog", "--text", "-flag", "-t", "-flag", "--", "-flag" } },
		{ { "prog", "-text", "-flag", "-text=x", "-flag", "-", "" },
		  { "prog", "--text", "-flag", "--text=x", "--flag", "-", "" } },
		{ { "prog", "--yes", "-flag", "--flag", "-flag=1", "-ttext", "-n" },
		  { "prog", "--yes", "--flag", "--flag", "--flag=1", "-ttext", "-n" } },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(cases); i++)
		expect_words(cases[i][0], cases[i][1]);
	bt_opt_words_free(NULL);
}

static void test_operands(void **state)
{
	struct bt_err err = { 0 };
	struct values v;

	(void)state;
	assert_int_equal(parse(&v, &err, "a --flag b"), 2); /* moved behind */
	assert_true(v.flag);
	assert_int_equal(parse(&v, &err, "-- --flag"), 2);
	assert_false(v.flag);
	assert_int_equal(parse(&v, &err, ""), 1);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *line, *named;
	} cases[] = {
		{"--nonsense", "--nonsense: no such option"},
		{"--nonsense=1", "--nonsense=1: no such option"},
		{"--t", "--t: begins several"},
		{"-x", "-x"},
		{"--text", "--text: a value is missing"},
		{"-t", "-t"},
		{"--flag=1", "--flag=1: the option takes no value"},
		{"-n many", "--number: 'many'"},
		{"-n -1", "-1"},
		{"--bytes 64X", "64X"},
		{"--time soon", "soon"},
		{"--number 99999999999999999999", "99999999999999999999"},
		{"--yes=maybe", "--yes: 'maybe' is neither true nor false"},
		{"--yes=", "--yes: '' is neither"},
		{"--yes=tRUE", "'tRUE'"},
	};
	struct bt_err err;
	struct values v;

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(parse(&v, &err, cases[i].line), -EINVAL);
		if (!strstr(err.text, cases[i].named))
			fail_msg("%s: %s", cases[i].line, err.text);
	}
}

static void test_too_many_settings(void **state)
{
	char line[256] = "";
	struct bt_err err = { 0 };
	struct values v;

	(void)state;
	memset(&v, 0, sizeof(v));
	for (unsigned i = 0; i < BT_OPT_LIST; i++)
		v.list.items[v.list.count++] = bt_xstrdup("x");
	snprintf(line, sizeof(line), "--cpus");
	{
		char *argv[] = { (char *)"prog", line, (char *)"3", NULL };
		const struct bt_opt_group group = { "A", opts, &v };

		assert_int_equal(bt_opt_parse(&group, 1, 3, argv, &err), -EINVAL);
	}
	bt_opt_list_free(&v.list);
}

static void test_help_and_dump(void **state)
{
	const struct bt_opt_group groups[] = {{"Group A", opts, NULL}, {"Group B", more, NULL}};
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	bt_opt_help(out, groups, 2);
	bt_opt_dump(out, "ctl", opts);
	fclose(out);
	assert_non_null(strstr(text, "\nGroup A:\n  -f, --flag                a flag\n"));
	assert_non_null(strstr(text, "      --bytes SIZE          a size\n"));
	assert_non_null(strstr(text, "\nGroup B:\n  -o, --other               of another group\n"));
	assert_non_null(strstr(text, "\noption\tctl\ttext\tt\tTEXT\ta text\n"));
	assert_non_null(strstr(text, "\noption\tctl\tcpus\t\tN\ta setting\n"));
	assert_non_null(strstr(text, "      --yes[=true|false]    yes or no\n"));
	assert_non_null(strstr(text, "\noption\tctl\tyes\t\t[=true|false]\tyes or no\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_bool),
		cmocka_unit_test(test_single_dash),
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_too_many_settings),
		cmocka_unit_test(test_help_and_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
