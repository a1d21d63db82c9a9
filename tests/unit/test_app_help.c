// SPDX-License-Identifier: GPL-2.0
/* The help of a machine that has no module: each way to allocate, or why it is not here. */
#include "tests/unit/test.h"
#include "tests/unit/app_rig.h"

/* A simulated machine that says it is one without the module. */
static int open_without_module(void **state, const struct bt_source_options *options,
			       struct bt_machine *machine, struct bt_err *err)
{
	int code = bt_source_sim.open(state, options, machine, err);

	machine->ways[0] = (struct bt_machine_way){ .name = "packet", .orders = 0x7ff };
	machine->ways[1] = (struct bt_machine_way){
		.name = "huge", .dropped = "transparent huge pages are off",
	};
	machine->way_count = 2;
	return code;
}

static struct bt_source_ops source;
const struct bt_source_ops *const bt_sources[] = { &source, NULL };

static int rig_open_ways(void **state)
{
	return rig_open_spec(state, "ways:1,cpus=2", 0);
}

static void the_help_has_each_way(void **state)
{
	struct rig *rig = *state;

	press(rig, "?");
	assert_shows(rig, "Ways to allocate without the module");
	assert_shows(rig, "packet  orders 0-10, proven by its count of pages");
	assert_shows(rig, "huge  not here: transparent huge pages are off");
}

static void the_control_panel_points_there(void **state)
{
	struct rig *rig = *state;

	assert_shows(rig, "no module 1 of 2 ways here (? has them)");
}

static void what_is_typed_finds_them(void **state)
{
	struct rig *rig = *state;

	press(rig, "?huge pages");
	assert_shows(rig, "Ways to allocate without the module");
	assert_shows(rig, "huge  not here: transparent huge pages are off");
	assert_hides(rig, "packet  orders");
	press(rig, ESC "?ways");
	assert_shows(rig, "packet  orders");
	assert_shows(rig, "huge  not here");
	press(rig, ESC "?snapshot");
	assert_hides(rig, "Ways to allocate");
}

/* They come first, and go out of sight as all else does. */
static void a_small_screen_scrolls(void **state)
{
	struct rig *rig = *state;

	ui_canvas_resize(&rig->app->canvas, 24, 80);
	press(rig, "?");
	assert_shows(rig, "huge  not here: transparent huge pages are off");
	ui_app_key(rig->app, UI_KEY_DOWN);
	assert_hides(rig, "Ways to allocate");
	assert_shows(rig, "packet  orders 0-10");
	ui_app_key(rig->app, UI_KEY_PAGE_DOWN);
	assert_hides(rig, "huge  not here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_help_has_each_way, rig_open_ways, rig_close),
		cmocka_unit_test_setup_teardown(the_control_panel_points_there, rig_open_ways,
						rig_close),
		cmocka_unit_test_setup_teardown(what_is_typed_finds_them, rig_open_ways, rig_close),
		cmocka_unit_test_setup_teardown(a_small_screen_scrolls, rig_open_ways, rig_close),
	};

	source = bt_source_sim;
	source.name = "ways";
	source.open = open_without_module;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
