// SPDX-License-Identifier: GPL-2.0
/* Events as CSV, by the rules of RFC 4180, and files that never replace another. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "ui/export.h"

static void test_csv(void **state)
{
	const struct bt_event event = {
		.number = 7, .utc_ns = 1763702207123000000, .mono_ns = 42, .kind = BT_EVENT_CONTROL,
		.generation = 3, .who = "ctl, pid 812", .text = "order 0 -> 3 \"now\"",
	};
	char line[UI_EXPORT_LINE];
	unsigned length;

	(void)state;
	/* date -u -d @1763702207 */
	length = ui_export_csv(&event, line);
	assert_int_equal(length, strlen(line));
	assert_string_equal(line, "7,2025-11-21T05:16:47.123Z,42,control,3,\"ctl, pid 812\","
				  "\"order 0 -> 3 \"\"now\"\"\"\r\n");
}

/* Nothing is not zero: a field stays empty. */
static void test_unknown(void **state)
{
	const struct bt_event event = { .number = 1, .kind = BT_EVENT_NOTE, .who = "session" };
	char line[UI_EXPORT_LINE];

	(void)state;
	ui_export_csv(&event, line);
	assert_string_equal(line, "1,,,note,,\"session\",\"\"\r\n");
}

/* Nothing but quotes, which double: the longest line there can be. */
static void test_longest(void **state)
{
	struct bt_event event = { .number = UINT64_MAX, .mono_ns = UINT64_MAX,
				  .generation = UINT64_MAX, .kind = BT_EVENT_NOTE };
	char line[UI_EXPORT_LINE];

	(void)state;
	memset(event.who, '"', sizeof(event.who) - 1);
	memset(event.text, '"', sizeof(event.text) - 1);
	assert_in_range(ui_export_csv(&event, line), 400, sizeof(line) - 1);
}

static void test_new_file(void **state)
{
	char dir[] = "/tmp/test_export.XXXXXX", path[64], *text;
	struct bt_err err;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/file", dir);
	assert_int_equal(bt_write_new_file(path, "one", 3, 0644, &err), 0);
	assert_int_equal(bt_write_new_file(path, "two", 3, 0644, &err), -EEXIST);
	assert_int_equal(bt_read_file(path, 100, &text, &err), 3);
	assert_string_equal(text, "one");
	free(text);
	/* No remains of the second beside it. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv), cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_new_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
