// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "core/json.h"
#include "core/util.h"

static void text_is(struct bt_json_writer *w, const char *expected)
{
	size_t size;
	const char *text = bt_json_writer_text(w, &size);

	if (!expected) {
		assert_null(text);
		assert_int_equal(size, 0);
		return;
	}
	assert_non_null(text);
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(text, expected, size);
}

static void writes_every_type(void **state)
{
	struct bt_json_writer *w = bt_json_writer_create(false);

	(void)state;
	bt_json_object(w, NULL);
	bt_json_u64(w, "max", UINT64_MAX);
	bt_json_i64(w, "min", INT64_MIN);
	bt_json_double(w, "tenth", 0.1);
	bt_json_double(w, "third", 1.0 / 3);
	bt_json_double(w, "nan", NAN);
	bt_json_double(w, "inf", INFINITY);
	bt_json_bool(w, "yes", true);
	bt_json_string(w, "text", "a\"b\\c\n\x01/");
	bt_json_string(w, "none", NULL);
	bt_json_known(w, "unknown", BT_UNKNOWN);
	bt_json_known(w, "known", 0);
	bt_json_array(w, "list");
	bt_json_u64(w, NULL, 1);
	bt_json_object(w, NULL);
	bt_json_end_object(w);
	bt_json_array(w, NULL);
	bt_json_end_array(w);
	bt_json_end_array(w);
	bt_json_end_object(w);
	text_is(w, "{\"max\":18446744073709551615,\"min\":-9223372036854775808,\"tenth\":0.1,"
		   "\"third\":0.33333333333333331,\"nan\":null,\"inf\":null,\"yes\":true,"
		   "\"text\":\"a\\\"b\\\\c\\n\\u0001/\",\"none\":null,\"known\":0,"
		   "\"list\":[1,{},[]]}");
	bt_json_writer_reset(w);
	text_is(w, NULL);
	bt_json_u64(w, NULL, 7);
	text_is(w, "7");
	bt_json_writer_free(w);
}

static void repairs_what_is_not_utf8(void **state)
{
	struct bt_json_writer *w = bt_json_writer_create(false);

	(void)state;
	bt_json_object(w, NULL);
	bt_json_string(w, "a\xff", "\xc3\xa9\xc3z\xed\xa0\x80");
	bt_json_end_object(w);
	text_is(w, "{\"a?\":\"\xc3\xa9?z???\"}");
	bt_json_writer_free(w);
}

static void refuses_invalid_use(void **state)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	unsigned i;

	(void)state;
	bt_json_object(w, NULL);
	text_is(w, NULL);		/* not closed */
	bt_json_u64(w, NULL, 1);	/* no key */
	bt_json_end_object(w);
	text_is(w, NULL);

	bt_json_writer_reset(w);
	bt_json_array(w, NULL);
	bt_json_u64(w, "key", 1);	/* a key in an array */
	bt_json_end_array(w);
	text_is(w, NULL);

	bt_json_writer_reset(w);
	bt_json_array(w, NULL);
	bt_json_end_object(w);
	bt_json_end_array(w);
	text_is(w, NULL);

	bt_json_writer_reset(w);
	for (i = 0; i < BT_JSON_DEPTH_MAX + 1; i++)
		bt_json_array(w, NULL);
	for (i = 0; i < BT_JSON_DEPTH_MAX + 1; i++)
		bt_json_end_array(w);
	text_is(w, NULL);

	bt_json_writer_reset(w);
	bt_json_bool(w, NULL, false);
	text_is(w, "false");
	bt_json_writer_free(w);
}

static const struct bt_json *parse(struct bt_json_reader *r, const char *text)
{
	return bt_json_parse(r, text, strlen(text), NULL);
}

static void reads_every_type(void **state)
{
	struct bt_json_reader *r = bt_json_reader_create(4096);
	const struct bt_json *root, *list;
	uint64_t u;
	int64_t i;
	double d;
	bool b = false;

	(void)state;
	root = parse(r, "{\"max\":18446744073709551615,\"min\":-9223372036854775808,\"d\":0.1,"
			"\"b\":true,\"s\":\"\\u20ac\\n\",\"n\":null,\"o\":{\"x\":1},"
			"\"l\":[1,\"two\",3],\"max\":5}");
	assert_non_null(root);
	assert_int_equal(root->count, 9);
	assert_true(bt_json_get_u64(root, "max", &u));	/* the first of two */
	assert_true(u == UINT64_MAX);
	assert_true(bt_json_get_i64(root, "min", &i));
	assert_true(i == INT64_MIN);
	assert_true(bt_json_get_double(root, "d", &d));
	assert_true(d == 0.1);
	assert_true(bt_json_get_bool(root, "b", &b) && b);
	assert_string_equal(bt_json_get_string(root, "s"), "\xe2\x82\xac\n");
	assert_int_equal(bt_json_get(root, "n")->type, BT_JSON_NULL);
	assert_true(bt_json_get_u64(bt_json_get_object(root, "o"), "x", &u));
	list = bt_json_get_array(root, "l");
	assert_int_equal(list->count, 3);
	assert_true(bt_json_as_u64(list->child, &u));
	assert_false(bt_json_as_u64(list->child->next, &u));
	assert_null(list->child->next->next->next);

	assert_null(bt_json_get(root, "absent"));
	assert_null(bt_json_get(NULL, "x"));
	assert_null(bt_json_get(list, "x"));
	assert_null(bt_json_get_object(root, "l"));
	assert_null(bt_json_get_string(root, "n"));
	assert_false(bt_json_get_bool(root, "d", &b));
	assert_false(bt_json_as_u64(NULL, &u));
	bt_json_reader_free(r);
}

static void numbers_are_exact_or_refused(void **state)
{
	static const char *const not_u64[] = { "-1", "-0", "1.0", "1e3", "18446744073709551616",
					       "true", "\"1\"", "[1]" };
	struct bt_json_reader *r = bt_json_reader_create(4096);
	uint64_t u = 42;
	int64_t i;
	double d;
	unsigned k;

	(void)state;
	for (k = 0; k < BT_ARRAY_SIZE(not_u64); k++) {
		const struct bt_json *node = parse(r, not_u64[k]);

		assert_non_null(node);
		assert_false(bt_json_as_u64(node, &u));
	}
	assert_int_equal(u, 42);
	assert_false(bt_json_get_i64(parse(r, "{\"i\":9223372036854775808}"), "i", &i));
	assert_false(bt_json_get_i64(parse(r, "{\"i\":1.5}"), "i", &i));
	assert_false(bt_json_get_double(parse(r, "{\"d\":1e999}"), "d", &d));
	bt_json_reader_free(r);
}

static void refuses_malformed_texts(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "JSON line 1 column 1: " },
		{ "{", "JSON line 1" },
		{ "{\"a\":1", "JSON line 1" },
		{ "[1,]", "JSON line 1 column " },
		{ "{\"a\":1}x", "trailing garbage" },
		{ "{} {}", "JSON line 1 column " },
		{ "[1,\n 2,\n x]", "JSON line 3 column " },
		{ "nul", "JSON line 1" },
		{ "01", "JSON line 1" },
		{ "\"\xff\"", "JSON line 1" },
		{ "\"a\\u0000b\"", "a string holds a NUL character" },
		{ "{\"a\\u0000\":1}", "a key holds a NUL character" },
		{ "NaN", "JSON line 1" },
		{ "{'a':1}", "JSON line 1" },
		{ "/**/1", "JSON line 1" },
	};
	struct bt_json_reader *r = bt_json_reader_create(4096);
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_err err = { 0 };

		if (bt_json_parse(r, rows[i].text, strlen(rows[i].text), &err))
			fail_msg("'%s' is not refused", rows[i].text);
		assert_int_equal(err.code, EINVAL);
		if (!strstr(err.text, rows[i].says) || strchr(err.text, '?'))
			fail_msg("'%s': %s", rows[i].text, err.text);
	}
	/* And the reader still works. */
	assert_non_null(parse(r, "[1]"));
	bt_json_reader_free(r);
}

static const struct bt_json *nest(struct bt_json_reader *r, unsigned depth, struct bt_err *err)
{
	char text[256];

	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	return bt_json_parse(r, text, 2 * depth, err);
}

static void keeps_its_limits(void **state)
{
	struct bt_json_reader *r = bt_json_reader_create(100);
	struct bt_err err = { 0 };

	(void)state;
	assert_non_null(nest(r, BT_JSON_DEPTH_MAX, &err));
	assert_null(nest(r, BT_JSON_DEPTH_MAX + 1, &err));
	assert_non_null(strstr(err.text, "nested too deeply"));
	assert_null(nest(r, 51, &err));
	assert_int_equal(err.code, EMSGSIZE);
	bt_json_reader_free(r);
}

/* Larger than a chunk of the arena, and its memory is used again. */
static void reads_large_texts_again_and_again(void **state)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	struct bt_json_reader *r = bt_json_reader_create(1u << 20);
	const struct bt_json *root, *node, *first = NULL;
	const char *text;
	uint64_t value;
	unsigned i, round;
	size_t size;

	(void)state;
	bt_json_array(w, NULL);
	for (i = 0; i < 20000; i++)
		bt_json_u64(w, NULL, i);
	bt_json_end_array(w);
	text = bt_json_writer_text(w, &size);
	for (round = 0; round < 3; round++) {
		root = bt_json_parse(r, text, size, NULL);
		assert_int_equal(root->count, 20000);
		if (first)
			assert_ptr_equal(root->child, first);
		first = root->child;
		for (node = root->child, i = 0; node; node = node->next, i++) {
			assert_true(bt_json_as_u64(node, &value));
			assert_int_equal(value, i);
		}
	}
	bt_json_reader_free(r);
	bt_json_writer_free(w);
}

/* What a program does not know must survive it: order, depth, and numbers no C type holds. */
static void copies_a_tree_as_it_was(void **state)
{
	static const char text[] =
		"{\"b\":[1,-2.50,1e400,18446744073709551616,{}],\"a\":{\"t\":true,\"n\":null,"
		"\"s\":\"\\u00e4\\n\"},\"e\":[]}";
	static const char expected[] =
		"{\"b\":[1,-2.50,1e400,18446744073709551616,{}],\"a\":{\"t\":true,\"n\":null,"
		"\"s\":\"\u00e4\\n\"},\"e\":[]}";
	struct bt_json_reader *r = bt_json_reader_create(4096);
	struct bt_json_writer *w = bt_json_writer_create(false);
	const char *copy;
	size_t size;

	(void)state;
	bt_json_node(w, NULL, bt_json_parse(r, text, strlen(text), NULL));
	copy = bt_json_writer_text(w, &size);
	assert_non_null(copy);
	assert_string_equal(copy, expected);
	bt_json_reader_free(r);
	bt_json_writer_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_type),
		cmocka_unit_test(repairs_what_is_not_utf8),
		cmocka_unit_test(refuses_invalid_use),
		cmocka_unit_test(reads_every_type),
		cmocka_unit_test(numbers_are_exact_or_refused),
		cmocka_unit_test(refuses_malformed_texts),
		cmocka_unit_test(keeps_its_limits),
		cmocka_unit_test(reads_large_texts_again_and_again),
		cmocka_unit_test(copies_a_tree_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
