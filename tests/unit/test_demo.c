// SPDX-License-Identifier: GPL-2.0
/* The demonstration: its course by the clock of a simulated machine, a second a sample, and keys. */
#include "tests/unit/test.h"
#include "tests/unit/app_rig.h"

#include <errno.h>

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, NULL };

static const char *const three[] = { "steady", "fragment", "numa-spill", NULL };

/* Four seconds each. */
static void begin(struct rig *rig, const char *const *names, bool agreed)
{
	struct ui_demo_plan plan = { .each_ns = 4 * BT_NS_PER_S, .agreed = agreed };

	for (; *names; names++)
		assert_int_equal(bt_loads_find(NULL, *names, &plan.loads[plan.count++], NULL), 0);
	ui_demo_begin(rig->app, &plan);
	ui_app_update(rig->app);
}

static int rig_open_demo(void **state)
{
	int code = rig_open(state);

	begin(*state, three, true);
	return code;
}

static int rig_open_one_node(void **state)
{
	return rig_open_spec(state, "sim:1,cpus=2,nodes=1", 0);
}

static void goes_through_all_and_stops_the_load(void **state)
{
	struct rig *rig = *state;

	/* The time begins with the first sample that is there. */
	assert_shows(rig, "DEMO 1/3  steady");
	assert_shows(rig, "4 s left");
	assert_shows(rig, "Single pages at a gentle, fixed pace");
	assert_shows(rig, "View 2: a narrow band");
	assert_int_equal(rig->app->screen.view, UI_VIEW_LATENCY);
	assert_int_equal(after(rig, 2)->run, BT_RUN_GO);
	assert_shows(rig, "2 s left");
	after(rig, 1);
	assert_shows(rig, "DEMO 1/3");
	after(rig, 1);
	assert_shows(rig, "DEMO 2/3  fragment");
	assert_int_equal(rig->app->screen.view, UI_VIEW_FRAGMENTATION);
	assert_int_equal(after(rig, 1)->batch_blocks, 16384);
	after(rig, 3);
	assert_shows(rig, "DEMO 3/3  numa-spill");
	assert_int_equal(rig->app->screen.view, UI_VIEW_NUMA);
	after(rig, 4);
	assert_shows(rig, "That was all. The load is stopped");
	assert_int_equal(after(rig, 1)->run, BT_RUN_DRAIN);
	assert_string_equal(rig_event(rig->session, BT_EVENT_CONTROL, "stop")->who, "demo");
	assert_int_equal(after(rig, 9)->run, BT_RUN_DRAIN);
	press(rig, "n ");
	assert_shows(rig, "That was all.");
	press(rig, "p");
	assert_shows(rig, "DEMO 3/3  numa-spill");
	assert_int_equal(after(rig, 2)->run, BT_RUN_GO);
}

static void keys_go_on_back_and_hold(void **state)
{
	struct rig *rig = *state;

	press(rig, "p");
	assert_shows(rig, "DEMO 1/3");
	press(rig, "n");
	assert_shows(rig, "DEMO 2/3  fragment");
	after(rig, 3);
	press(rig, " ");
	assert_shows(rig, "held");
	after(rig, 9);
	assert_shows(rig, "DEMO 2/3  fragment");
	assert_int_equal(after(rig, 1)->run, BT_RUN_GO);
	press(rig, " ");
	assert_shows(rig, "1 s left");
	after(rig, 1);
	assert_shows(rig, "DEMO 3/3  numa-spill");
	press(rig, "p");
	assert_shows(rig, "DEMO 2/3  fragment");
	assert_shows(rig, "4 s left");
	press(rig, "nn");
	assert_shows(rig, "That was all.");
	/* Other keys are those of the dashboard. */
	press(rig, "5");
	assert_int_equal(rig->app->screen.view, UI_VIEW_CPUS);
	assert_false(rig->app->quit);
	press(rig, "q");
	assert_true(rig->app->quit);
}

static void the_end_stops_the_load(void **state)
{
	struct rig *rig = *state;

	after(rig, 2);
	press(rig, "q");
	assert_true(rig->app->quit);
	assert_null(rig->app->overlay.ops);
	assert_int_equal(after(rig, 1)->run, BT_RUN_DRAIN);
}

/* What the operator has stopped is not started again but by a key of his. */
static void a_stop_holds_it(void **state)
{
	struct rig *rig = *state;

	after(rig, 1);
	press(rig, "!");
	after(rig, 1);
	assert_shows(rig, "held: the load was stopped");
	assert_int_equal(after(rig, 9)->run, BT_RUN_DRAIN);
	assert_shows(rig, "DEMO 1/3");
	press(rig, " ");
	assert_int_equal(after(rig, 1)->run, BT_RUN_GO);
	assert_shows(rig, "3 s left");
}

static void nobody_is_interrupted(void **state)
{
	struct rig *rig = *state;
	uint64_t generation = after(rig, 1)->generation;

	press(rig, "?");
	after(rig, 9);
	assert_int_equal(after(rig, 1)->generation, generation);
	press(rig, ESC);
	after(rig, 1);
	assert_shows(rig, "DEMO 2/3");
	press(rig, "D");
	generation = after(rig, 1)->generation;
	after(rig, 9);
	assert_shows(rig, "held: there is a draft");
	assert_int_equal(after(rig, 1)->generation, generation);
}

static void on_a_machine_of_others_it_asks(void **state)
{
	struct rig *rig = *state;

	begin(rig, three, false);
	assert_shows(rig, "Start the load?");
	assert_int_equal(after(rig, 9)->run, BT_RUN_DRAIN);
	press(rig, ESC);
	after(rig, 1);
	assert_shows(rig, "held: the load was not started");
	assert_int_equal(after(rig, 9)->run, BT_RUN_DRAIN);
	press(rig, " ");
	assert_shows(rig, "Start the load?");
	press(rig, "y");
	assert_int_equal(after(rig, 2)->run, BT_RUN_GO);
	assert_shows(rig, "DEMO 1/3  steady");
	after(rig, 4);
	assert_shows(rig, "DEMO 2/3  fragment");
}

static void leaves_out_what_the_machine_cannot_do(void **state)
{
	static const char *const none[] = { "numa-spill", NULL };
	struct rig *rig = *state;

	begin(rig, three, true);
	assert_shows(rig, "DEMO 1/2  steady");
	assert_non_null(rig_event(rig->session, BT_EVENT_NOTE, "left out: load numa-spill: it takes 2"));
	begin(rig, none, true);
	assert_shows(rig, "This machine can do none of the loads");
	press(rig, "np ");
	assert_shows(rig, "This machine can do none of the loads");
	press(rig, "q");
	assert_true(rig->app->quit);
}

/* As a source answers that finds out only then what it cannot do. */
static void answered(struct rig *rig, int error, const char *text)
{
	struct bt_frame *live = (struct bt_frame *)rig->app->model->live;

	live->ack.token = bt_session_token(rig->session);
	live->ack.error = error;
	snprintf(live->ack.text, sizeof(live->ack.text), "%s", text);
	ui_demo_step(rig->app);
}

/* No caption stands over another load. */
static void what_the_source_refuses_is_left_out(void **state)
{
	struct rig *rig = *state;

	after(rig, 1);
	answered(rig, EOPNOTSUPP, "no way for order 0");
	assert_shows(rig, "DEMO 1/2  fragment");
	assert_non_null(rig_event(rig->session, BT_EVENT_NOTE,
				  "left out: load steady: no way for order 0"));
	assert_int_equal(after(rig, 1)->batch_blocks, 16384);
	answered(rig, 0, "free=fifo, as way pipe has it");
	assert_shows(rig, "Here it is otherwise: free=fifo, as way pipe has it.");
	answered(rig, EOPNOTSUPP, "no way");
	assert_shows(rig, "DEMO 1/1  numa-spill");
	after(rig, 1);
	answered(rig, EOPNOTSUPP, "no nodes");
	assert_shows(rig, "This machine can do none of the loads");
	assert_int_equal(after(rig, 1)->run, BT_RUN_DRAIN);
}

/* The same where the first load began with a yes. */
static void what_is_refused_after_a_yes_is_left_out(void **state)
{
	struct rig *rig = *state;

	begin(rig, three, false);
	press(rig, "y");
	after(rig, 1);
	answered(rig, EOPNOTSUPP, "no way for order 0");
	assert_shows(rig, "DEMO 1/2  fragment");
}

/* The caption takes rows of the view, but no more than its head where there are few. */
static void the_caption_gives_way(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(ui_app_view_rows(rig->app), 50 - 3);
	ui_canvas_resize(&rig->app->canvas, 24, 80);
	assert_int_equal(ui_app_view_rows(rig->app), 24 - 5);
	assert_shows(rig, "n next  p previous  Space hold  q end");
	ui_canvas_resize(&rig->app->canvas, 16, 80);
	assert_int_equal(ui_app_view_rows(rig->app), 16 - 1);
	assert_shows(rig, "DEMO 1/3  steady");
	ui_canvas_resize(&rig->app->canvas, 2, 20);
	assert_int_equal(ui_app_view_rows(rig->app), 2);
	picture(rig);
	rig->app->demo.state = UI_DEMO_OFF;
	ui_canvas_resize(&rig->app->canvas, 24, 80);
	assert_int_equal(ui_app_view_rows(rig->app), 24);
	assert_hides(rig, "DEMO");
}

#define DEMO_TEST(test) cmocka_unit_test_setup_teardown(test, rig_open_demo, rig_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEMO_TEST(what_the_source_refuses_is_left_out),
		DEMO_TEST(goes_through_all_and_stops_the_load),
		DEMO_TEST(keys_go_on_back_and_hold),
		DEMO_TEST(the_end_stops_the_load),
		DEMO_TEST(a_stop_holds_it),
		DEMO_TEST(nobody_is_interrupted),
		cmocka_unit_test_setup_teardown(on_a_machine_of_others_it_asks, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(what_is_refused_after_a_yes_is_left_out, rig_open, rig_close),
		cmocka_unit_test_setup_teardown(leaves_out_what_the_machine_cannot_do,
						rig_open_one_node, rig_close),
		DEMO_TEST(the_caption_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
