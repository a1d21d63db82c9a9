// SPDX-License-Identifier: GPL-2.0
/* Named loads by command line and list, on a simulated machine. */
#include "tests/unit/test.h"
#include "tests/unit/app_rig.h"

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, NULL };

static int rig_open_one_node(void **state)
{
	return rig_open_spec(state, "sim:1,cpus=2,nodes=1", 0);
}

/* After the question of a first start. */
static void load(struct rig *rig, const char *name)
{
	press(rig, ":load ");
	press(rig, name);
	press(rig, rig->app->start_agreed ? "\n" : "\ny");
}

static void a_load_is_one_change(void **state)
{
	struct rig *rig = *state;
	const struct bt_config *config;
	const struct bt_event *event;
	uint64_t generation;

	press(rig, ":gfp atomic\n");
	generation = after(rig, 2)->generation;
	press(rig, ":load churn\n");
	assert_shows(rig, "Start the load?");
	assert_int_equal(after(rig, 2)->generation, generation);
	press(rig, "y");
	assert_shows(rig, "load churn. View 4: free blocks of the middle orders");
	config = after(rig, 2);
	assert_int_equal(config->generation, generation + 1);
	assert_int_equal(config->run, BT_RUN_GO);
	assert_int_equal(config->order, 3);
	assert_int_equal(config->free_order, BT_FREE_RANDOM);
	assert_int_equal(config->batch_blocks, 512);
	assert_int_equal(config->gfp, BT_GFP_KERNEL_MAYFAIL);
	event = rig_event(rig->session, BT_EVENT_CONTROL, "order 0 -> 3");
	assert_string_equal(event->who, "load churn");
	assert_int_equal(event->generation, generation + 1);
	assert_string_equal(rig_event(rig->session, BT_EVENT_CONTROL, "start")->who, "load churn");
	assert_non_null(rig_event(rig->session, BT_EVENT_NOTE, "churn: Order 3, freed in any order"));
	assert_non_null(rig_event(rig->session, BT_EVENT_NOTE, "View 4: free blocks"));
	load(rig, "steady");
	assert_int_equal(after(rig, 2)->generation, generation + 2);
	assert_int_equal(after(rig, 0)->order, 0);
	assert_int_equal(after(rig, 0)->pace_ops, 20000);
}

static void undo_takes_all_of_it_back(void **state)
{
	struct rig *rig = *state;
	uint64_t generation;

	press(rig, "]]:cpus 0-3\n");
	load(rig, "steady");
	load(rig, "compaction");
	generation = after(rig, 2)->generation;
	assert_int_equal(after(rig, 0)->order, 9);
	assert_int_equal(after(rig, 0)->cpus[0], 0xf); /* the operator's */
	press(rig, "u");
	assert_int_equal(after(rig, 2)->generation, generation + 1);
	assert_int_equal(after(rig, 0)->order, 0);
	assert_int_equal(after(rig, 0)->pattern, BT_PATTERN_STEADY);
	assert_int_equal(after(rig, 0)->run, BT_RUN_GO);
	press(rig, "u");
	assert_int_equal(after(rig, 2)->run, BT_RUN_DRAIN);
	assert_int_equal(after(rig, 0)->order, 2);
	assert_int_equal(after(rig, 0)->pattern, BT_PATTERN_BURST);
}

static void a_draft_takes_it(void **state)
{
	struct rig *rig = *state;
	uint64_t generation = after(rig, 2)->generation;

	press(rig, "D:load zone-lock\n");
	assert_shows(rig, "draft: ");
	assert_int_equal(after(rig, 2)->generation, generation);
	press(rig, "]D");
	assert_shows(rig, "Start the load?");
	press(rig, "y");
	assert_int_equal(after(rig, 2)->generation, generation + 1);
	assert_int_equal(after(rig, 0)->order, 5);
	assert_int_equal(after(rig, 0)->batch_blocks, 16);
}

static void the_line_completes_and_says_what_it_would_do(void **state)
{
	struct rig *rig = *state;

	press(rig, ":load nu\t");
	assert_string_equal(rig->app->overlay.command.line.text, "load numa-spill ");
	assert_shows(rig, "node local -> prefer:0");
	press(rig, ESC ":load ");
	assert_int_equal(rig->app->overlay.command.completion.count, bt_load_table_count);
	assert_shows(rig, "Memory is filled with single pages");
	press(rig, "nope\n");
	assert_shows(rig, "load nope: there is none of this name (there are steady, ");
}

static void the_list_starts_the_selected_one(void **state)
{
	struct rig *rig = *state;

	press(rig, ":load\n");
	assert_shows(rig, "Named loads");
	assert_shows(rig, "order=0 pattern=steady batch=64");
	press(rig, UP);
	assert_shows(rig, "handoff=on");
	press(rig, DOWN DOWN "j");
	assert_shows(rig, "order=4 pattern=burst free=lifo");
	press(rig, "k\ny");
	assert_int_equal(after(rig, 2)->batch_blocks, 16);
	assert_string_equal(rig_event(rig->session, BT_EVENT_CONTROL, "start")->who,
			    "load pcp-storm");
}

static void a_machine_of_one_node_says_why_not(void **state)
{
	struct rig *rig = *state;
	uint64_t generation = after(rig, 2)->generation;

	press(rig, ":load numa-spill\n");
	assert_shows(rig, "load numa-spill: it takes 2 nodes with memory, this machine has 1");
	press(rig, ESC ":load\n" UP UP UP UP);
	assert_shows(rig, "it takes 2 nodes with memory, this machine has 1");
	press(rig, "\n");
	assert_shows(rig, "it takes 2 nodes with memory, this machine has 1");
	assert_int_equal(after(rig, 2)->generation, generation);
}

#define LOAD_TEST(test) cmocka_unit_test_setup_teardown(test, rig_open, rig_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOAD_TEST(a_load_is_one_change),
		LOAD_TEST(undo_takes_all_of_it_back),
		LOAD_TEST(a_draft_takes_it),
		LOAD_TEST(the_line_completes_and_says_what_it_would_do),
		LOAD_TEST(the_list_starts_the_selected_one),
		cmocka_unit_test_setup_teardown(a_machine_of_one_node_says_why_not,
						rig_open_one_node, rig_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
