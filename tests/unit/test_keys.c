// SPDX-License-Identifier: GPL-2.0
/* The key table against itself and against the table of parameters; the edited line. */
#include "tests/unit/test.h"

#include <string.h>

#include "core/param.h"
#include "ui/keys.h"
#include "ui/line.h"

static void test_each_key_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ui_binding_count; i++) {
		for (unsigned k = 0; k < UI_KEY_ALIASES && ui_bindings[i].key[k]; k++)
			assert_ptr_equal(ui_keys_find(ui_bindings[i].key[k]), &ui_bindings[i]);
	}
	assert_null(ui_keys_find(0));
	assert_null(ui_keys_find('~'));
}

/* A function key is often taken by the desktop: each needs a twin that is not one. */
static void test_twins(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ui_binding_count; i++) {
		int first = ui_bindings[i].key[0];

		assert_false(first > UI_KEY_F0 && first <= UI_KEY_F12);
	}
}

/* Digits choose views, 0 the present: none acts on the load. */
static void test_digits(void **state)
{
	(void)state;
	for (int key = '1'; key <= '9'; key++)
		assert_int_equal(ui_keys_find(key)->action, UI_ACTION_VIEW);
	assert_int_equal(ui_keys_find('0')->action, UI_ACTION_TIME_LIVE);
}

static void test_params(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ui_binding_count; i++) {
		enum ui_action_id action = ui_bindings[i].action;

		assert_true((action == UI_ACTION_EDIT || action == UI_ACTION_STEP_DOWN ||
			     action == UI_ACTION_STEP_UP) == !!ui_bindings[i].param);
		if (ui_bindings[i].param)
			assert_non_null(bt_param_find(ui_bindings[i].param));
	}
	assert_int_equal(ui_keys_of_param("order")->key[0], 'o');
	assert_int_equal(ui_keys_of_param("batch")->key[0], '{');
	for (unsigned i = 0; i < bt_param_count; i++)
		assert_non_null(ui_keys_of_param(bt_params[i].name));
}

static void test_documented(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	unsigned lines = 0;

	(void)state;
	ui_keys_print(memory);
	fclose(memory);
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	assert_int_equal(lines, ui_binding_count);
	assert_non_null(strstr(text, "\tq F10 ^C\t"));
	assert_non_null(strstr(text, "\tSpace\t"));
	assert_non_null(strstr(text, "\tShift-Tab\t"));
	free(text);
}

static void type(struct ui_line *line, const char *text)
{
	for (; *text; text++)
		assert_true(ui_line_key(line, *text));
}

static void test_line(void **state)
{
	struct ui_line line;

	(void)state;
	ui_line_set(&line, "");
	type(&line, "acd");
	ui_line_key(&line, UI_KEY_HOME);
	ui_line_key(&line, UI_KEY_RIGHT);
	type(&line, "b");
	assert_string_equal(line.text, "abcd");
	ui_line_key(&line, UI_KEY_DELETE);
	assert_string_equal(line.text, "abd");
	ui_line_key(&line, UI_KEY_BACKSPACE);
	assert_string_equal(line.text, "ad");
	ui_line_key(&line, UI_KEY_HOME);
	ui_line_key(&line, UI_KEY_BACKSPACE);
	ui_line_key(&line, UI_KEY_LEFT);
	assert_string_equal(line.text, "ad");
	ui_line_key(&line, UI_KEY_END);
	ui_line_key(&line, UI_KEY_DELETE);
	ui_line_key(&line, UI_KEY_RIGHT);
	assert_string_equal(line.text, "ad");
	assert_false(ui_line_key(&line, 0x20ac));
	assert_false(ui_line_key(&line, UI_KEY_UP));
	for (unsigned i = 0; i < 2 * UI_LINE_MAX; i++)
		ui_line_key(&line, 'x');
	assert_int_equal(line.length, UI_LINE_MAX - 1);
	assert_int_equal(strlen(line.text), line.length);
	ui_line_key(&line, UI_KEY_CTRL_U);
	assert_string_equal(line.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_key_once), cmocka_unit_test(test_twins),
		cmocka_unit_test(test_digits),	      cmocka_unit_test(test_params),
		cmocka_unit_test(test_documented),    cmocka_unit_test(test_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
