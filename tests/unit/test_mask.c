// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "core/util.h"

#define WORDS 2u

static void parses_and_writes(void **state)
{
	static const struct {
		const char *text;
		__u64 words[WORDS];
		const char *list;
	} rows[] = {
		{ "0", { 1 }, "0" },
		{ "0-3", { 0xf }, "0-3" },
		{ "0-3,8", { 0x10f }, "0-3,8" },
		{ "8,0-3", { 0x10f }, "0-3,8" },
		{ "0-7,^2", { 0xfb }, "0-1,3-7" },
		{ "0-7,^2-5,4", { 0xd3 }, "0-1,4,6-7" },
		{ "63-64", { 1ull << 63, 1 }, "63-64" },
		{ "99", { 0, 1ull << 35 }, "99" },
		{ "all", { ~0ull, (1ull << 36) - 1 }, "0-99" },
		{ "^0", { ~1ull, (1ull << 36) - 1 }, "1-99" },
		{ "none", { 0 }, "" },
		{ "0x0f", { 0xf }, "0-3" },
		{ "0xF", { 0xf }, "0-3" },
		{ "0x1,00000000,80000001", { 0x80000001, 1 }, "0,31,64" },
		{ "0x10000000000000000", { 0, 1 }, "64" },
	};
	char list[64];
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		__u64 mask[WORDS] = { 42, 42 };
		struct bt_err err = { 0 };

		if (bt_mask_parse(rows[i].text, 100, mask, WORDS, "CPU", &err))
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_memory_equal(mask, rows[i].words, sizeof(mask));
		assert_int_equal(bt_mask_text(mask, WORDS, list, sizeof(list)),
				 strlen(rows[i].list));
		assert_string_equal(list, rows[i].list);
	}
}

/* Each is refused, names the part at fault and its position, and leaves the mask alone. */
static void refuses(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "3-1", "'3-1' at character 1: the range runs backwards" },
		{ "0-", "'0-' at character 1: a number is expected" },
		{ "99999", "'99999' at character 1: out of range, the highest is 99" },
		{ "0,100", "'100' at character 3: out of range" },
		{ "18446744073709551616", "out of range" },
		{ "1,,2", "'' at character 3: empty between commas" },
		{ ",", "'' at character 1: empty between commas" },
		{ "1,", "'' at character 3: empty between commas" },
		{ ",1", "'' at character 1" },
		{ "^", "'^' at character 1: a number is expected" },
		{ "1,^", "'^' at character 3" },
		{ "^^1", "'^^1' at character 1" },
		{ "", "empty" },
		{ " ", "' ' at character 1: a number is expected" },
		{ " 1", "a number is expected" },
		{ "1 ", "a comma or the end is expected" },
		{ "0 - 3", "a comma or the end is expected" },
		{ "0-3-5", "a comma or the end is expected" },
		{ "-1", "a number is expected" },
		{ "+1", "a number is expected" },
		{ "x", "a number is expected" },
		{ "0-x", "a number is expected" },
		{ "ALL", "a number is expected" },
		{ "all,1", "a number is expected" },
		{ "0x", "a hexadecimal mask is expected" },
		{ "0xg", "malformed" },
		{ "0x,1", "malformed" },
		{ "0x1,", "malformed" },
		{ "0x1,,1", "malformed" },
		{ "0x123456789,1", "malformed" },
		{ "0x1 ", "malformed" },
		{ "0x10000000000000000000000000", "out of range" },
		{ "0x1,00000000,00000000,00000000,00000000", "out of range" },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		__u64 mask[WORDS] = { 42, 43 };
		struct bt_err err = { 0 };

		if (bt_mask_parse(rows[i].text, 100, mask, WORDS, "CPU", &err) != -EINVAL)
			fail_msg("'%s' is not refused", rows[i].text);
		if (!strstr(err.text, rows[i].says) || strncmp(err.text, "CPU list", 8))
			fail_msg("'%s': %s", rows[i].text, err.text);
		assert_int_equal(mask[0], 42);
		assert_int_equal(mask[1], 43);
	}
	assert_int_equal(bt_mask_parse("0", 0, NULL, 0, "node", NULL), -EINVAL);
}

static void walks_and_counts(void **state)
{
	__u64 mask[WORDS] = { 0 };
	char list[4];

	(void)state;
	assert_int_equal(bt_mask_next(mask, WORDS, 0), 128);
	bt_mask_set(mask, 5, true);
	bt_mask_set(mask, 63, true);
	bt_mask_set(mask, 127, true);
	assert_int_equal(bt_mask_weight(mask, WORDS), 3);
	assert_int_equal(bt_mask_next(mask, WORDS, 0), 5);
	assert_int_equal(bt_mask_next(mask, WORDS, 5), 5);
	assert_int_equal(bt_mask_next(mask, WORDS, 6), 63);
	assert_int_equal(bt_mask_next(mask, WORDS, 64), 127);
	assert_int_equal(bt_mask_next(mask, WORDS, 128), 128);
	bt_mask_set(mask, 63, false);
	assert_false(bt_mask_test(mask, 63));
	assert_true(bt_mask_test(mask, 127));
	/* As snprintf: cut, but the length needed. */
	assert_int_equal(bt_mask_text(mask, WORDS, list, sizeof(list)), 5);
	assert_string_equal(list, "5,1");
	assert_int_equal(bt_mask_text(mask, WORDS, NULL, 0), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_and_writes),
		cmocka_unit_test(refuses),
		cmocka_unit_test(walks_and_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
