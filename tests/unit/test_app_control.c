// SPDX-License-Identifier: GPL-2.0
/* Undo, drafts, rows edited in place and the command line, by keys on a simulated machine. */
#include "tests/unit/test.h"
#include "tests/unit/app_rig.h"

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, NULL };

/* ---- undo ------------------------------------------------------------------------------- */

static void undo_is_a_new_generation(void **state)
{
	struct rig *rig = *state;
	uint64_t generation;

	press(rig, "]]]:gfp atomic\n");
	generation = after(rig, 2)->generation;
	press(rig, "u");
	assert_shows(rig, "undo: gfp atomic -> kernel-mayfail");
	assert_int_equal(after(rig, 2)->generation, generation + 1);
	assert_int_equal(after(rig, 0)->gfp, BT_GFP_KERNEL_MAYFAIL);
	assert_int_equal(after(rig, 0)->order, 3);
	assert_string_equal(rig_event(rig->session, BT_EVENT_CONTROL, "gfp atomic")->who, "undo");
	press(rig, "uu");
	assert_int_equal(after(rig, 2)->order, 1);
	press(rig, "u");
	assert_int_equal(after(rig, 2)->order, 0);
	press(rig, "u");
	assert_shows(rig, "nothing to undo");
	/* Undoing is not itself remembered, and nothing was sent for the last key. */
	assert_int_equal(after(rig, 2)->generation, generation + 4);
}

static void undo_leaves_what_others_changed(void **state)
{
	struct rig *rig = *state;
	struct bt_err err;

	press(rig, ":order 3 batch 128\n");
	after(rig, 2);
	assert_int_equal(rig_publish(rig->session, "pace=1000 batch=16", &err), 0);
	after(rig, 2);
	press(rig, "u");
	assert_int_equal(after(rig, 2)->order, 0);
	assert_int_equal(after(rig, 0)->batch_blocks, 64);
	assert_int_equal(after(rig, 0)->pace_ops, 1000);
}

/* The second last change, without the last. */
static void undo_by_number(void **state)
{
	struct rig *rig = *state;

	press(rig, ":order 3\n:touch all\n");
	after(rig, 2);
	press(rig, ":undo 2\n");
	assert_int_equal(after(rig, 2)->order, 0);
	assert_int_equal(after(rig, 0)->touch, BT_TOUCH_ALL);
	press(rig, ":undo 2\n");
	assert_shows(rig, "nothing to undo: 1 change is remembered");
	press(rig, ESC ":undo x\n");
	assert_shows(rig, "how many changes back");
}

static void undoing_a_stop_asks(void **state)
{
	struct rig *rig = *state;

	press(rig, "wy");
	assert_int_equal(after(rig, 2)->run, BT_RUN_GO);
	press(rig, "!");
	assert_int_equal(after(rig, 2)->run, BT_RUN_DRAIN);
	press(rig, "u");
	assert_shows(rig, "Undo the stop: start the load again?");
	press(rig, ESC);
	assert_int_equal(after(rig, 2)->run, BT_RUN_DRAIN);
	press(rig, "uy");
	assert_shows(rig, "undo: workers drained -> running");
	assert_int_equal(after(rig, 2)->run, BT_RUN_GO);
	/* The change before it was the start: taking that back stops, without a question. */
	press(rig, "u");
	assert_int_equal(after(rig, 2)->run, BT_RUN_DRAIN);
	press(rig, "u");
	assert_shows(rig, "nothing to undo");
}

static void undo_puts_the_interval_back(void **state)
{
	struct rig *rig = *state;

	press(rig, ":interval 500ms\n+");	/* 1 s */
	press(rig, "+");			/* 2 s */
	assert_int_equal(rig->app->model->status.interval_ns, 2 * BT_NS_PER_S);
	press(rig, "u");
	assert_shows(rig, "undo: interval 2.00 s -> 1.00 s");
	assert_int_equal(rig->app->model->status.interval_ns, BT_NS_PER_S);
	assert_non_null(rig_event(rig->session, BT_EVENT_NOTE, "interval 2.00 s -> 1.00 s"));
	press(rig, "uu");
	assert_int_equal(rig->app->model->status.interval_ns, BT_NS_PER_S);
}

/* ---- draft ------------------------------------------------------------------------------ */

static void draft_is_one_generation(void **state)
{
	struct rig *rig = *state;
	uint64_t generation;

	press(rig, "]");
	generation = after(rig, 2)->generation;
	press(rig, "D]]}:gfp atomic\nc0-3\n");
	assert_shows(rig, "DRAFT 4 changes");
	assert_shows(rig, "*order      1 -> 3");
	assert_shows(rig, "8 pages, 32.0 KiB a block");
	press(rig, DOWN);
	assert_shows(rig, "order 1 -> 3: 8 pages, 32.0 KiB a block");
	assert_int_equal(after(rig, 2)->generation, generation);
	press(rig, "D");
	assert_int_equal(after(rig, 2)->generation, generation + 1);
	assert_int_equal(after(rig, 0)->order, 3);
	assert_int_equal(after(rig, 0)->batch_blocks, 128);
	assert_int_equal(after(rig, 0)->gfp, BT_GFP_ATOMIC);
	assert_int_equal(after(rig, 0)->cpus[0], 0xf);
	assert_hides(rig, "DRAFT");
	/* One change for undo, too. */
	press(rig, "u");
	assert_int_equal(after(rig, 2)->order, 1);
	assert_int_equal(after(rig, 0)->cpus[0], 0xff);
	assert_int_equal(after(rig, 0)->generation, generation + 2);
}

static void draft_is_dropped(void **state)
{
	struct rig *rig = *state;

	press(rig, "D]]" ESC);
	assert_hides(rig, "DRAFT");
	press(rig, ":draft\n:order 5\n:discard\n:apply\n");
	assert_shows(rig, "there is no draft");
	press(rig, ESC "DD");
	assert_shows(rig, "draft: nothing was changed");
	assert_int_equal(after(rig, 2)->generation, 0);
}

static void draft_has_its_own_undo(void **state)
{
	struct rig *rig = *state;

	press(rig, "]");
	after(rig, 2);
	press(rig, "D]]u");
	assert_shows(rig, "undo in the draft: order 3 -> 2");
	press(rig, "uu");
	assert_shows(rig, "nothing to undo");
	press(rig, "D");
	assert_int_equal(after(rig, 2)->order, 1);
}

/* A draft may be wrong on the way, and is only sent when it is right. */
static void draft_is_checked_when_sent(void **state)
{
	struct rig *rig = *state;

	press(rig, "D:order 10\n:held 4M\n");
	assert_shows(rig, "not valid yet");
	press(rig, "D");
	assert_shows(rig, "too small");
	assert_shows(rig, "DRAFT 2 changes");
	assert_int_equal(after(rig, 2)->generation, 0);
	press(rig, ":order 0\n:apply\n");
	assert_int_equal(after(rig, 2)->max_held_bytes, 4 << 20);
}

static void draft_starts_after_a_yes(void **state)
{
	struct rig *rig = *state;

	press(rig, "Dw]");
	assert_shows(rig, "drained -> running");
	assert_int_equal(after(rig, 2)->run, BT_RUN_DRAIN);
	press(rig, "D");
	assert_shows(rig, "Start the load?");
	press(rig, ESC);
	assert_shows(rig, "DRAFT 2 changes");
	press(rig, "Dy");
	assert_int_equal(after(rig, 2)->run, BT_RUN_GO);
	assert_int_equal(after(rig, 0)->order, 1);
	assert_hides(rig, "DRAFT");
}

/* What stops the load does so at once, also in a draft. */
static void stop_is_not_drafted(void **state)
{
	struct rig *rig = *state;

	press(rig, "wy");
	after(rig, 2);
	press(rig, "D]!");
	assert_int_equal(after(rig, 2)->run, BT_RUN_DRAIN);
	assert_shows(rig, "DRAFT 1 change ");
}

/* ---- rows in place ---------------------------------------------------------------------- */

static void row_is_edited_in_place(void **state)
{
	struct rig *rig = *state;

	press(rig, DOWN "\n" UP UP);	/* the row below the workers is the order */
	assert_shows(rig, "*order      0 -> 2");
	assert_shows(rig, "order 2: 4 pages, 16.0 KiB a block");
	press(rig, ESC);
	assert_hides(rig, "0 -> 2");
	assert_int_equal(after(rig, 2)->generation, 0);
	press(rig, "\n12");
	assert_shows(rig, "allowed is 0 to 10");
	press(rig, "\n");
	assert_shows(rig, "allowed is 0 to 10");	/* stays open */
	ui_app_key(rig->app, UI_KEY_BACKSPACE);
	press(rig, "\n");
	assert_int_equal(after(rig, 2)->order, 1);
	assert_string_equal(rig_event(rig->session, BT_EVENT_CONTROL, "order 0")->who, "panel");
	/* The masks have editors of their own. */
	press(rig, DOWN "\n");
	assert_shows(rig, "t one thread a core");
	press(rig, ESC DOWN "\n");
	assert_shows(rig, "Nodes and distances");
}

static void workers_start_from_their_row(void **state)
{
	struct rig *rig = *state;

	press(rig, "\n" UP);
	assert_shows(rig, "drained -> running");
	press(rig, "\n");
	assert_shows(rig, "Start the load?");
	press(rig, "y");
	assert_int_equal(after(rig, 2)->run, BT_RUN_GO);
}

/* ---- every control in three ways -------------------------------------------------------- */

static int first_key(const struct bt_param *param)
{
	const struct ui_binding *binding = ui_keys_of_param(param->name);

	assert_non_null(binding);
	return binding->key[0];
}

/*
 * Steps or types another value than the one that is there. By key and by row the same three keys do
 * it: for a typed value "1" after ^U, in a list one down, in the CPU grid the first one out.
 */
static void change_by(struct rig *rig, const struct bt_param *param)
{
	switch (param->kind) {
	case BT_PARAM_CHOICE:
	case BT_PARAM_NODES:
		press(rig, DOWN DOWN DOWN DOWN);
		if (param->kind == BT_PARAM_CHOICE && param->choices[2].name == NULL)
			press(rig, DOWN);
		break;
	case BT_PARAM_CPUS:
		press(rig, " ");
		break;
	default:
		ui_app_key(rig->app, UI_KEY_CTRL_U);
		press(rig, param->kind == BT_PARAM_BYTES ? "700M" :
		      param->kind == BT_PARAM_TIME_MS ? "7s" :
		      param->kind == BT_PARAM_ONE_IN ? "1/4" : "1");
	}
	press(rig, "\n");
}

static bool reached(struct rig *rig, const struct bt_param *param, const struct bt_config *before)
{
	return !bt_param_same(param, before, rig->app->model->wanted);
}

static void every_control_in_three_ways(void **state)
{
	struct rig *rig = *state;

	for (const struct bt_param *p = bt_params; p < bt_params + bt_param_count; p++) {
		struct bt_config before = *rig->app->model->wanted;
		char line[128], value[64];

		/* By key: a step, or an editor. */
		ui_app_key(rig->app, first_key(p));
		if (rig->app->overlay.ops)
			change_by(rig, p);
		if (!reached(rig, p, &before))
			ui_app_key(rig->app, ')');	/* at the low end: '(' is the step down */
		if (!reached(rig, p, &before))
			fail_msg("%s: not by its key", p->name);
		/* By command: back again. */
		bt_param_text(p, &before, value, sizeof(value));
		snprintf(line, sizeof(line), ":%s %s reserve %llu\n", p->name, value,
			 (unsigned long long)before.reserve_bytes);
		press(rig, line);
		if (reached(rig, p, &before))
			fail_msg("%s: not by %s", p->name, line);
		/* In the panel. */
		rig->app->screen.panels[UI_PANEL_CONTROL].selected = ui_control_row(p);
		press(rig, "\n");
		assert_non_null(rig->app->overlay.ops);
		change_by(rig, p);
		if (!reached(rig, p, &before))
			fail_msg("%s: not in its row", p->name);
		press(rig, "u");
		if (reached(rig, p, &before))
			fail_msg("%s: not undone", p->name);
	}
}

/* ---- command line ----------------------------------------------------------------------- */

static void tab_completes(void **state)
{
	struct rig *rig = *state;

	press(rig, ":ord\t4 node bi\t1 fr\tl\t\n");
	assert_int_equal(after(rig, 2)->order, 4);
	assert_int_equal(after(rig, 0)->nodes[0], 2);
	assert_int_equal(after(rig, 0)->free_order, BT_FREE_LIFO);
	assert_int_equal(after(rig, 0)->generation, 1);
	/* Where it is not clear, one after the other, and back. */
	press(rig, ":gfp \t");
	assert_shows(rig, ":gfp kernel-mayfail");
	press(rig, "\t");
	assert_shows(rig, ":gfp kernel\n");
	ui_app_key(rig->app, UI_KEY_BACK_TAB);
	ui_app_key(rig->app, UI_KEY_BACK_TAB);
	assert_shows(rig, ":gfp movable");
	press(rig, "\n");
	assert_int_equal(after(rig, 2)->gfp, BT_GFP_MOVABLE);
}

static void lines_come_back(void **state)
{
	struct rig *rig = *state;

	press(rig, ":order 3\n:batch 128\n:order 4\n:" UP);
	assert_shows(rig, ":order 4");
	press(rig, UP);
	assert_shows(rig, ":batch 128");
	press(rig, ESC ":o" UP UP);	/* only those that begin with it */
	assert_shows(rig, ":order 3");
	press(rig, DOWN DOWN);
	assert_shows(rig, ":o");
	assert_hides(rig, ":order");
	press(rig, UP UP "\n");
	assert_int_equal(after(rig, 2)->order, 3);
}

static void preview_of_a_line(void **state)
{
	struct rig *rig = *state;

	press(rig, ":order 3 cpus 0-1");
	assert_shows(rig, "order 0 -> 3, cpus 0-7 -> 0-1");
	press(rig, " held 4");
	assert_hides(rig, "order 0 -> 3, cpus");
	assert_int_equal(after(rig, 2)->generation, 0);
}

static void marks_are_events(void **state)
{
	struct rig *rig = *state;

	press(rig, "m:mark reboot of b\nMhere it is\n");
	assert_non_null(rig_event(rig->session, BT_EVENT_MARK, "mark 1"));
	assert_non_null(rig_event(rig->session, BT_EVENT_MARK, "reboot of b"));
	assert_non_null(rig_event(rig->session, BT_EVENT_MARK, "here it is"));
	/* The command line offers them, the newest first; a text may have blanks. */
	press(rig, ":jump ");
	assert_shows(rig, "here it is");
	press(rig, "re\t");
	assert_shows(rig, ":jump reboot of b");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, rig_open, rig_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(undo_is_a_new_generation),
		TEST(undo_leaves_what_others_changed),
		TEST(undo_by_number),
		TEST(undoing_a_stop_asks),
		cmocka_unit_test_setup_teardown(undo_puts_the_interval_back, rig_open_timed,
						rig_close),
		TEST(draft_is_one_generation),
		TEST(draft_is_dropped),
		TEST(draft_has_its_own_undo),
		TEST(draft_is_checked_when_sent),
		TEST(draft_starts_after_a_yes),
		TEST(stop_is_not_drafted),
		TEST(row_is_edited_in_place),
		TEST(workers_start_from_their_row),
		TEST(every_control_in_three_ways),
		TEST(tab_completes),
		TEST(lines_come_back),
		TEST(preview_of_a_line),
		TEST(marks_are_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
