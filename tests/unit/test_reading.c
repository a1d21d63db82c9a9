// SPDX-License-Identifier: GPL-2.0
/*
 * Readings that cost much are made while a panel that shows them is on a live screen, and not
 * otherwise; and what the screen says of them.
 */
#include "tests/unit/test.h"
#include "tests/unit/session_rig.h"

#include "ui/app.h"
#include "ui/reading.h"
#include "ui/tasks.h"

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, NULL };

struct rig {
	struct bt_session *session;
	struct ui_app app;
};

static int setup(void **state)
{
	const struct bt_session_options options = { .source = "sim:1", .history = true };
	struct rig *rig = bt_xcalloc(1, sizeof(*rig));
	struct bt_err err = { 0 };

	if (bt_session_open(&rig->session, &options, &err))
		fail_msg("%s", err.text);
	rig_frames(rig->session, 2);
	ui_app_init(&rig->app, rig->session, ui_glyphs_find("ascii"), "UTF-8");
	ui_canvas_resize(&rig->app.canvas, 50, 160);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	ui_app_free(&rig->app);
	bt_session_close(rig->session);
	free(rig);
	return 0;
}

/* What the frame after the key holds. */
static unsigned held_after(struct rig *rig, int key)
{
	const struct bt_frame *frame;

	if (key)
		ui_app_key(&rig->app, key);
	rig_frames(rig->session, 1);
	ui_app_update(&rig->app);
	frame = bt_session_frame(rig->session);
	return (frame->tasks.state ? BT_WANT_TASKS : 0) |
	       (frame->pageblocks.state ? BT_WANT_PAGEBLOCKS : 0);
}

static void by_view(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(held_after(rig, 0), 0);
	assert_int_equal(held_after(rig, '4'), BT_WANT_PAGEBLOCKS);
	assert_int_equal(held_after(rig, 0), BT_WANT_PAGEBLOCKS);
	assert_int_equal(held_after(rig, '6'), BT_WANT_TASKS);
	for (int key = '1'; key <= '7'; key++)
		assert_int_equal(held_after(rig, key), key == '4' ? BT_WANT_PAGEBLOCKS :
						       key == '6' ? BT_WANT_TASKS : 0);
}

/* Another panel alone, a hidden one, and a screen with no room for it: they are not on screen. */
static void by_panel(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(held_after(rig, '6'), BT_WANT_TASKS);
	assert_int_equal(held_after(rig, UI_KEY_ENTER), 0);
	assert_int_equal(held_after(rig, UI_KEY_ESC), BT_WANT_TASKS);
	ui_canvas_resize(&rig->app.canvas, 2, 40);
	ui_app_update(&rig->app);
	assert_int_equal(held_after(rig, 0), 0);
	ui_canvas_resize(&rig->app.canvas, 50, 160);
	ui_screen_hide(&rig->app.screen, UI_PANEL_BIT(UI_PANEL_TASKS));
	ui_app_update(&rig->app);
	assert_int_equal(held_after(rig, 0), 0);
}

/* Sampling goes on while the picture is frozen, but what nobody sees change is not read. */
static void not_while_frozen(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(held_after(rig, '6'), BT_WANT_TASKS);
	assert_int_equal(held_after(rig, ' '), 0);
	assert_non_null(rig->app.model->frame);
	assert_int_equal(rig->app.model->frame->tasks.state, BT_DETAIL_KNOWN);	/* still shown */
	assert_int_equal(held_after(rig, ' '), BT_WANT_TASKS);
	assert_int_equal(held_after(rig, UI_KEY_LEFT), 0);
	assert_string_equal(ui_reading_why_not(rig->app.model, BT_DETAIL_NONE),
			    "not kept in history");
}

static void reasons(void **state)
{
	struct bt_machine machine = { .source = "kmod" };
	struct bt_frame frame = { .mono_ns = 10 * BT_NS_PER_S };
	struct ui_model model = { .machine = &machine, .frame = &frame };
	char text[UI_TEXT];

	(void)state;
	assert_null(ui_reading_why_not(&model, BT_DETAIL_KNOWN));
	assert_string_equal(ui_reading_why_not(&model, BT_DETAIL_NEEDS_ROOT), "needs root");
	assert_string_equal(ui_reading_why_not(&model, BT_DETAIL_NOT_IN_KERNEL),
			    "not in this kernel");
	assert_string_equal(ui_reading_why_not(&model, BT_DETAIL_NONE),
			    "comes with the next sample");
	snprintf(machine.source, sizeof(machine.source), "replay");
	assert_string_equal(ui_reading_why_not(&model, BT_DETAIL_NONE), "not in this recording");
	assert_string_equal(ui_reading_age(&model, 10 * BT_NS_PER_S + 5, text), "now");
	assert_string_equal(ui_reading_age(&model, 7 * BT_NS_PER_S, text), "3 s ago");
}

static struct bt_frame_tasks reading(uint64_t mono_ns, uint32_t pid, uint64_t rss_bytes)
{
	return (struct bt_frame_tasks){
		.state = BT_DETAIL_KNOWN, .mono_ns = mono_ns, .count = 1,
		.task = { { .pid = pid, .name = "a", .rss_bytes = rss_bytes } },
	};
}

static void tasks_are_followed(void **state)
{
	static struct ui_tasks tasks;
	struct bt_frame_tasks first = reading(1, 7, 100), second = reading(2, 7, 80);
	struct bt_frame_tasks none = { .state = BT_DETAIL_NONE }, third = reading(3, 7, 90);
	struct bt_frame_task other = { .pid = 7, .name = "b" };

	(void)state;
	ui_tasks_follow(&tasks, &none);
	assert_int_equal(tasks.first.state, BT_DETAIL_NONE);
	ui_tasks_follow(&tasks, &first);
	assert_null(ui_tasks_find(&tasks.before, &first.task[0]));	/* nothing came before */
	ui_tasks_follow(&tasks, &second);
	ui_tasks_follow(&tasks, &second);	/* the same reading in the next frame */
	assert_int_equal(ui_tasks_find(&tasks.before, &second.task[0])->rss_bytes, 100);
	ui_tasks_follow(&tasks, &none);
	ui_tasks_follow(&tasks, &third);
	assert_int_equal(ui_tasks_find(&tasks.before, &third.task[0])->rss_bytes, 80);
	assert_int_equal(ui_tasks_find(&tasks.first, &third.task[0])->rss_bytes, 100);
	assert_null(ui_tasks_find(&tasks.first, &other));	/* the number was used again */
	ui_tasks_rebase(&tasks);
	assert_int_equal(ui_tasks_find(&tasks.first, &third.task[0])->rss_bytes, 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_view, setup, teardown),
		cmocka_unit_test_setup_teardown(by_panel, setup, teardown),
		cmocka_unit_test_setup_teardown(not_while_frozen, setup, teardown),
		cmocka_unit_test(reasons),
		cmocka_unit_test(tasks_are_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
