// SPDX-License-Identifier: GPL-2.0
/* The file of loads: what it adds and changes, and what it is refused for, with its line. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/load.h"
#include "core/util.h"
#include "tests/unit/tree.h"

static int read_loads(struct bt_loads **loads, const char *text, struct bt_err *err)
{
	tree_put("/loads.ini", text);
	return bt_loads_read(loads, tree_path("/loads.ini"), err);
}

static struct bt_loads *loads_of(const char *text)
{
	struct bt_loads *loads;
	struct bt_err err = { 0 };

	if (read_loads(&loads, text, &err))
		fail_msg("%s", err.text);
	return loads;
}

static const struct bt_load *get(const struct bt_loads *loads, const char *name)
{
	const struct bt_load *load;

	assert_int_equal(bt_loads_find(loads, name, &load, NULL), 0);
	return load;
}

static void assert_settings(const struct bt_load *load, const char *wanted)
{
	char text[256] = "";

	for (const char *const *setting = load->settings; *setting; setting++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s", *setting);
	assert_string_equal(text, wanted);
}

static void without_a_file_there_are_those_of_the_program(void **state)
{
	struct bt_loads *loads;
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_loads_read(&loads, tree_path("/none.ini"), &err), 0);
	assert_int_equal(bt_loads_count(loads), bt_load_table_count);
	bt_loads_free(loads);
	assert_int_equal(bt_loads_read(&loads, "", &err), 0);
	assert_int_equal(bt_loads_count(loads), bt_load_table_count);
	assert_null(bt_loads_at(loads, 0)->file);
	bt_loads_free(loads);
	bt_loads_free(NULL);
	loads = loads_of("# nothing\n; yet\n");
	assert_int_equal(bt_loads_count(loads), bt_load_table_count);
	bt_loads_free(loads);
}

static void adds_one_of_ones_own(void **state)
{
	struct bt_loads *loads = loads_of("\xef\xbb\xbf# mine\n\n[my-load]\n"
					  "shows = Costly orders beside each other.\n"
					  "look = View 4: what is left.\r\n"
					  "view = 4\nneeds-nodes = 2\n"
					  "order = 5\nheld=60%\nnode = bind:0,1\npace = 1000 ; slow\n"
					  "reserve = 64M");
	const struct bt_load *load = get(loads, "my-load");

	(void)state;
	assert_int_equal(bt_loads_count(loads), bt_load_table_count + 1);
	assert_ptr_equal(bt_loads_at(loads, bt_load_table_count), load);
	assert_string_equal(load->shows, "Costly orders beside each other.");
	assert_string_equal(load->look, "View 4: what is left.");
	assert_int_equal(load->view, 4);
	assert_int_equal(load->nodes, 2);
	assert_settings(load, " order=5 held=60% node=bind:0,1 pace=1000 reserve=64M");
	assert_string_equal(load->file, tree_path("/loads.ini"));
	bt_loads_free(loads);
}

/* One of the program is changed where the file has its name; one that is like it has all of it. */
static void changes_and_takes_over(void **state)
{
	struct bt_loads *loads = loads_of("[pcp-storm]\nbatch = 8\n"
					  "[storm-2]\nlike = pcp-storm\nshows = The same, of pairs.\n"
					  "order = 1\ntouch = first\n");
	const struct bt_load *changed = get(loads, "pcp-storm"), *like = get(loads, "storm-2");

	(void)state;
	assert_settings(changed, " order=0 pattern=burst free=lifo batch=8 pace=0 held=2%");
	assert_settings(like, " order=1 pattern=burst free=lifo batch=8 pace=0 held=2% touch=first");
	assert_settings(get(NULL, "pcp-storm"),
			" order=0 pattern=burst free=lifo batch=16 pace=0 held=2%");
	assert_string_equal(changed->shows, get(NULL, "pcp-storm")->shows);
	assert_string_equal(like->shows, "The same, of pairs.");
	assert_string_equal(like->look, changed->look);
	assert_int_equal(like->view, 1);
	assert_string_equal(changed->file, tree_path("/loads.ini"));
	assert_null(get(loads, "steady")->file);
	bt_loads_free(loads);
}

#define DIGITS_40 "0123456789012345678901234567890123456789"
#define SENTENCE_132 DIGITS_40 DIGITS_40 DIGITS_40 "012345678901"

static const struct {
	const char *text, *says;
} refused[] = {
	{ "order = 3\n", ":1: order: of no load: [NAME] comes first" },
	{ "[a]\nshows = x\norder = 16\n", ":3: order=16: out of range, allowed is 0 to 15" },
	{ "[a]\nshows = x\norders = 1\n", ":3: orders: there is no such key (there are like, " },
	{ "[a]\nshows = x\nord = 1\n", ":3: ord: there is no such key" },
	{ "[a]\nshows = x\n\nheld = 101%\n", ":4: held=101%: of the memory 1% to 100% are allowed" },
	{ "[a]\nshows = x\nheld = 0%\n", ":3: held=0%: of the memory 1% to 100%" },
	{ "[a]\nshows = x\nheld = 1.5%\n", ":3: held=1.5%: of the memory 1% to 100%" },
	{ "[a]\nshows = x\npace = 5%\n", ":3: pace=5%: a whole number is expected" },
	{ "[a]\nshows = x\npattern = wild\n", ":3: pattern=wild: allowed is one of burst, " },
	{ "[a]\nshows = x\norder = 1\norder = 2\n", ":4: order: is there already in [a]" },
	{ "[a]\nshows = x\nshows = y\n", ":3: shows: is there already in [a]" },
	{ "[a]\nshows = x\nlike = steady\n", ":3: like: is the first line of its section" },
	{ "[a]\nlike = none\n", ":2: load none: there is none of this name" },
	{ "[a]\nshows =\n", ":2: shows: a sentence is expected, of at most 131 bytes" },
	{ "[a]\nlook = " SENTENCE_132 "\n", ":2: look: a sentence is expected" },
	{ "[a]\norder = 1\n[b]\nshows = x\n", ":1: [a]: 'shows = SENTENCE' is missing" },
	{ "\n[a]\norder = 1\n", ":2: [a]: 'shows = SENTENCE' is missing" },
	{ "[a]\nshows = x\n[a]\nshows = y\n", ":3: [a]: a section of this name is there already" },
	{ "[fragment]\norder = 1\n[fragment]\n", ":3: [fragment]: a section of this name" },
	{ "[a]\nshows = x\nview = 10\n", ":3: view: 1 to 9 is expected" },
	{ "[a]\nshows = x\nview = 0\n", ":3: view: 1 to 9 is expected" },
	{ "[a]\nshows = x\nneeds-nodes = two\n", ":3: needs-nodes: 0 to 1024 is expected" },
	{ "[a]\nshows = x\nnonsense\n", ":3: KEY = VALUE or [SECTION] is expected" },
	{ "[a b]\n", ":1: [a b]: [NAME] is expected, up to 23 letters" },
	{ "[a-name-of-24--characters]\n", ":1: [a-name-of-24--characters]: [NAME] is expected" },
};

static void is_refused_with_its_line(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(refused); i++) {
		struct bt_loads *loads = (void *)1;
		struct bt_err err = { 0 };
		char wanted[PATH_MAX];

		assert_int_equal(read_loads(&loads, refused[i].text, &err), -EINVAL);
		assert_null(loads);
		snprintf(wanted, sizeof(wanted), "%s%s", tree_path("/loads.ini"), refused[i].says);
		if (strncmp(err.text, wanted, strlen(wanted)))
			fail_msg("%s\nis not: %s", err.text, wanted);
	}
}

static void is_a_file_of_text(void **state)
{
	static const char zero[] = "[a]\nshows = x\n\0order = 1\n";
	struct bt_loads *loads;
	struct bt_err err;

	(void)state;
	tree_parents("/folder/x");
	assert_int_equal(bt_loads_read(&loads, tree_path("/folder"), &err), -EINVAL);
	assert_non_null(strstr(err.text, "/folder: is not a file"));
	assert_int_equal(mkfifo(tree_path("/fifo"), 0600), 0);
	assert_int_equal(bt_loads_read(&loads, tree_path("/fifo"), &err), -EINVAL);
	assert_int_equal(bt_write_file(tree_path("/zero"), zero, sizeof(zero) - 1, 0600, &err), 0);
	assert_int_equal(bt_loads_read(&loads, tree_path("/zero"), &err), -EINVAL);
	assert_non_null(strstr(err.text, "/zero: is no text: it has a byte 0"));
}

static void there_is_a_most(void **state)
{
	char text[4096] = "";
	struct bt_loads *loads;
	struct bt_err err;
	size_t used = 0;

	(void)state;
	for (unsigned i = bt_load_table_count; i < BT_LOADS_MAX; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "[n%u]\nshows = x\n", i);
	loads = loads_of(text);
	assert_int_equal(bt_loads_count(loads), BT_LOADS_MAX);
	bt_loads_free(loads);
	snprintf(text + used, sizeof(text) - used, "[one-more]\nshows = x\n");
	assert_int_equal(read_loads(&loads, text, &err), -EINVAL);
	assert_non_null(strstr(err.text, "[one-more]: more than 64 loads"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file_there_are_those_of_the_program),
		cmocka_unit_test(adds_one_of_ones_own),
		cmocka_unit_test(changes_and_takes_over),
		cmocka_unit_test(is_refused_with_its_line),
		cmocka_unit_test(is_a_file_of_text),
		cmocka_unit_test(there_is_a_most),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
