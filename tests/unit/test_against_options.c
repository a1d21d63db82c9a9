// SPDX-License-Identifier: GPL-2.0
/* What --against is: a kernel for a second guest that is else as the first, or a source. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "cmd/against.h"

/* Its name is all that counts here. */
static const struct bt_source_ops vm = { .name = "vm" };
const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, &vm, NULL };

#define SETTINGS_MAX 8

static void check_settings(const char *const *extra, const char *const expected[SETTINGS_MAX])
{
	unsigned i = 0;

	for (; expected[i]; i++)
		assert_string_equal(extra[i], expected[i]);
	assert_null(extra[i]);
}

static void a_kernel_or_a_source(void **state)
{
	static const char *const first_settings[] = {
		"cpus=4", "kernel=6.1", "kdir=/usr/src/6.1", "module=/tmp/6.1.ko", "append=a=b c",
		NULL,
	};
	static const struct {
		struct against_values values;
		const char *source, *settings[SETTINGS_MAX];
	} rows[] = {
		{ { "6.12", NULL }, "vm", { "kernel=6.12", "cpus=4", "append=a=b c" } },
		{ { "./bzImage", "../linux" }, "vm",
		  { "kernel=./bzImage", "kdir=../linux", "cpus=4", "append=a=b c" } },
		{ { "vm", NULL }, "vm", { "cpus=4", "append=a=b c" } },
	};
	const struct bt_session_options first = {
		.source = "vm", .source_note = "no module here", .interval_ns = 5, .serve = true,
		.lock_memory = true, .history = true, .source_options.extra = first_settings,
		.source_options.read_only = true,
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_opt_list settings = { .count = 0 };
		struct bt_session_options second;
		struct bt_err err = { 0 };

		assert_int_equal(against_options(&rows[i].values, &first, &settings, &second, &err), 0);
		assert_string_equal(second.source, rows[i].source);
		check_settings(second.source_options.extra, rows[i].settings);
		assert_null(second.source_note);
		assert_false(second.serve || second.lock_memory);
		assert_true(second.history && second.source_options.read_only);
		assert_int_equal(second.interval_ns, 5);
		bt_opt_list_free(&settings);
	}
}

static void beside_other_sources(void **state)
{
	const struct bt_session_options first = { .source = "sim:1" };
	const struct against_values kernel = { "6.12", NULL }, tree = { "sim:2", "/usr/src" };
	const struct against_values source = { "sim:2,cpus=4", NULL };
	struct bt_opt_list settings = { .count = 0 };
	struct bt_session_options second;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(against_options(&source, &first, &settings, &second, &err), 0);
	assert_string_equal(second.source, "sim:2,cpus=4");
	assert_null(second.source_options.extra);
	assert_int_equal(against_options(&kernel, &first, &settings, &second, &err), -EINVAL);
	assert_non_null(strstr(err.text, "--against: source '6.12': no such kind"));
	assert_int_equal(against_options(&tree, &first, &settings, &second, &err), -EINVAL);
	assert_non_null(strstr(err.text, "--against-kdir /usr/src"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_or_a_source),
		cmocka_unit_test(beside_other_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
