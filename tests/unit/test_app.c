// SPDX-License-Identifier: GPL-2.0
/* The dashboard without a terminal: keys on a simulated machine, and pictures of every size. */
#include "tests/unit/test.h"
#include "tests/unit/app_picture.h"
#include "tests/unit/session_rig.h"

#include "core/mask.h"
#include "ui/app.h"

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, NULL };

struct rig {
	struct bt_session *session;
	struct ui_app app;
	char *text;	/* of the last picture */
};

static void rig_open(struct rig *rig, const char *source)
{
	struct bt_session_options options = { .source = source, .history = true };
	struct bt_err err = { 0 };

	memset(rig, 0, sizeof(*rig));
	if (bt_session_open(&rig->session, &options, &err))
		fail_msg("%s", err.text);
	rig_frames(rig->session, 3);
	ui_app_init(&rig->app, rig->session, ui_glyphs_find("ascii"), "UTF-8");
	ui_canvas_resize(&rig->app.canvas, 50, 160);
}

static void rig_close(struct rig *rig)
{
	ui_app_free(&rig->app);
	bt_session_close(rig->session);
	free(rig->text);
}

static void press(struct rig *rig, const char *keys)
{
	for (; *keys; keys++)
		ui_app_key(&rig->app, *keys == '\n' ? UI_KEY_ENTER : *keys);
}

static void pass(struct rig *rig, unsigned samples)
{
	rig_frames(rig->session, samples);
	ui_app_update(&rig->app);
}

static const char *picture(struct rig *rig)
{
	return rig_picture(&rig->app, &rig->text);
}

#define assert_shows(rig, words) assert_non_null(strstr(picture(rig), words))
#define assert_hides(rig, words) assert_null(strstr(picture(rig), words))

static void starts_after_a_yes(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, "sim:1");
	press(&rig, "w");
	assert_shows(&rig, "Start the load?");
	press(&rig, "n");	/* no answer to this question */
	assert_shows(&rig, "Start the load?");
	ui_app_key(&rig.app, UI_KEY_ESC);
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.session)->run, BT_RUN_DRAIN);
	press(&rig, "wy");
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.session)->run, BT_RUN_GO);
	/* Off, and on again: asked once a session. */
	press(&rig, "w");
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.session)->run, BT_RUN_DRAIN);
	press(&rig, "w");
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.session)->run, BT_RUN_GO);
	press(&rig, "!");
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.session)->run, BT_RUN_DRAIN);
	rig_close(&rig);
}

/* Parameters may change while nothing runs: changing them never starts anything. */
static void keys_change_parameters(void **state)
{
	struct rig rig;
	const struct bt_config *now;

	(void)state;
	rig_open(&rig, "sim:1,cpus=8,nodes=2");
	press(&rig, "]]]]");
	press(&rig, "[");
	press(&rig, "}");
	press(&rig, "((");
	pass(&rig, 2);
	now = &bt_session_frame(rig.session)->config;
	assert_int_equal(now->order, 3);
	assert_int_equal(now->batch_blocks, 128);	/* 64 at first */
	assert_int_equal(now->pace_ops, 500000);	/* flat out, 1M, 500k */
	press(&rig, "))");
	press(&rig, "o");
	ui_app_key(&rig.app, UI_KEY_CTRL_U);
	press(&rig, "7\n");
	press(&rig, "c0-2,6\n");
	press(&rig, ":node bind:1\n:gfp=atomic\n:held 64M\n");
	pass(&rig, 2);
	now = &bt_session_frame(rig.session)->config;
	assert_int_equal(now->order, 7);
	assert_int_equal(now->pace_ops, 0);
	assert_int_equal(now->cpus[0], 0x47);
	assert_int_equal(now->node_policy, BT_NODE_BIND);
	assert_int_equal(now->nodes[0], 2);
	assert_int_equal(now->gfp, BT_GFP_ATOMIC);
	assert_int_equal(now->max_held_bytes, 64 << 20);
	assert_int_equal(now->run, BT_RUN_DRAIN);
	rig_close(&rig);
}

static void grid_edits_the_mask(void **state)
{
	static const struct {
		const char *keys;
		uint64_t mask;
	} rows[] = {
		{ "N \n", 0x01 },
		{ "Nll \n", 0x04 },
		{ "Nn\n", 0x0f },	/* the whole node of CPU 0 */
		{ "nI\n", 0x0f },
		{ "Nxlllx\n", 0x0f },
		{ "Alllllx\n", 0xff },	/* a range that was begun only */
		{ "N3\n", 0x08 },
		{ "^0\n", 0xfe },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct rig rig;

		rig_open(&rig, "sim:1,cpus=8,nodes=2");
		press(&rig, "c");
		press(&rig, rows[i].keys);
		pass(&rig, 2);
		assert_int_equal(bt_session_frame(rig.session)->config.cpus[0], rows[i].mask);
		rig_close(&rig);
	}
}

static void wrong_input_is_refused(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, "sim:1,cpus=8,nodes=2");
	press(&rig, "c3-1");
	assert_shows(&rig, "the range runs backwards");
	press(&rig, "\n");
	assert_shows(&rig, "the range runs backwards");
	ui_app_key(&rig.app, UI_KEY_ESC);
	press(&rig, ":order 11\n");
	assert_shows(&rig, "allowed is 0 to 10");
	ui_app_key(&rig.app, UI_KEY_ESC);
	press(&rig, ":nonsense\n");
	assert_shows(&rig, "no such command or parameter");
	ui_app_key(&rig.app, UI_KEY_ESC);
	press(&rig, "[");
	assert_shows(&rig, "the order is 0 already");
	press(&rig, "9");
	assert_shows(&rig, "A guest of the lab as its host sees it; here is none.");
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.session)->config.generation, 0);
	rig_close(&rig);
}

/* What the module runs is not known yet, so that a change would start from a guess. */
static void nothing_is_sent_before_the_first_frame(void **state)
{
	static const char *const inputs[] = { "w", "]", "!", "f", ":start\n", ":stop\n", ":keep\n",
					      ":measure\n", ":order 3\n", ":cpus 0\n" };
	struct bt_session_options options = { .source = "sim:1", .history = true };
	struct rig rig = { 0 };
	struct bt_err err = { 0 };

	(void)state;
	if (bt_session_open(&rig.session, &options, &err))
		fail_msg("%s", err.text);
	ui_app_init(&rig.app, rig.session, ui_glyphs_find("ascii"), "UTF-8");
	ui_canvas_resize(&rig.app.canvas, 50, 160);
	assert_null(rig.app.model->frame);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(inputs); i++) {
		press(&rig, inputs[i]);
		assert_shows(&rig, "not possible: the first sample is still to come");
		ui_app_key(&rig.app, UI_KEY_ESC);
	}
	press(&rig, ":nonsense\n");
	assert_shows(&rig, "no such command or parameter");
	ui_app_key(&rig.app, UI_KEY_ESC);
	pass(&rig, 3);
	assert_int_equal(bt_session_frame(rig.session)->config.generation, 0);
	rig_close(&rig);
}

static void frozen_picture_stays(void **state)
{
	struct rig rig;
	char *before;

	(void)state;
	rig_open(&rig, "sim:1");
	press(&rig, "wy");
	pass(&rig, 5);
	press(&rig, " ");
	before = bt_xstrdup(strstr(picture(&rig), "Available memory"));
	*strstr(before, "Control") = '\0';
	pass(&rig, 4);
	assert_shows(&rig, "FROZEN 00:04 behind, 4 new");
	assert_non_null(strstr(picture(&rig), before));
	ui_app_key(&rig.app, UI_KEY_ESC);
	assert_hides(&rig, "FROZEN");
	free(before);
	rig_close(&rig);
}

static void quitting_asks_while_loaded(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, "sim:1");
	press(&rig, "wy");
	pass(&rig, 2);
	press(&rig, "q");
	assert_shows(&rig, "Quit?");
	press(&rig, "n");
	assert_false(rig.app.quit);
	assert_hides(&rig, "Quit?");
	ui_app_key(&rig.app, UI_KEY_CTRL_C);
	assert_false(rig.app.quit);
	ui_app_key(&rig.app, UI_KEY_CTRL_C);
	assert_true(rig.app.quit);
	rig_close(&rig);

	rig_open(&rig, "sim:1");
	for (unsigned i = 0; i < 3; i++)
		ui_app_key(&rig.app, UI_KEY_ESC);
	assert_false(rig.app.quit);
	press(&rig, "q");
	assert_true(rig.app.quit);
	rig_close(&rig);
}

/* Saved is what the operator changed, by keys or in the set-up screen; an option never is. */
static void options_are_not_saved(void **state)
{
	struct ui_settings_file file = { .path = "/nonexistent/config.json" };
	struct ui_settings start;
	struct rig rig;

	(void)state;
	rig_open(&rig, "sim:1,cpus=8,nodes=2");
	ui_settings_default(&file.settings);
	start = file.settings;
	start.theme = ui_theme_find("monochrome");
	ui_setup_begin(&rig.app, &file, &start, ui_glyphs_find("ascii"));
	assert_int_equal(ui_setup_unsaved(&rig.app), 0);
	press(&rig, "E");
	assert_shows(&rig, "for this run, by an option or the environment");
	press(&rig, "jjjl");	/* decimal sizes */
	assert_int_equal(ui_setup_unsaved(&rig.app), UI_SETTING_BIT(UI_SETTING_BYTES));
	assert_shows(&rig, "not saved  /nonexistent/config.json");
	press(&rig, "h");	/* and back: the file says so already */
	assert_int_equal(ui_setup_unsaved(&rig.app), 0);
	/* Set by hand to what the option said, it is the operator's. */
	press(&rig, "kkklh");
	assert_int_equal(ui_setup_unsaved(&rig.app), UI_SETTING_BIT(UI_SETTING_THEME));
	ui_app_key(&rig.app, UI_KEY_ESC);
	press(&rig, "v");
	assert_int_equal(ui_setup_unsaved(&rig.app), UI_SETTING_BIT(UI_SETTING_THEME) |
						     UI_SETTING_BIT(UI_SETTING_GLYPHS));
	rig_close(&rig);
}

/* 16 GiB are 17.18 GB. */
static void units_reach_the_screen(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, "sim:1,cpus=8,nodes=2,memory=16G");
	assert_shows(&rig, "16.0 GiB");
	press(&rig, "Ejjjl");
	ui_app_key(&rig.app, UI_KEY_ESC);
	assert_shows(&rig, "17.2 GB");
	assert_hides(&rig, "16.0 GiB");
	rig_close(&rig);
}

/* The focus never stays on a panel that is hidden. */
static void hidden_panels_have_no_focus(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, "sim:1,cpus=8,nodes=2");
	ui_screen_hide(&rig.app.screen, UI_PANEL_BIT(UI_PANEL_CONTROL) |
					UI_PANEL_BIT(UI_PANEL_AVAILABLE));
	assert_int_equal(ui_screen_focus(&rig.app.screen), UI_PANEL_LATENCY);
	assert_hides(&rig, "Available memory");
	for (unsigned i = 0; i < 30; i++) {
		press(&rig, "\t");
		assert_int_not_equal(ui_screen_focus(&rig.app.screen), UI_PANEL_CONTROL);
		assert_int_not_equal(ui_screen_focus(&rig.app.screen), UI_PANEL_AVAILABLE);
	}
	rig_close(&rig);
}

/* Everything that can lie on the screen, at every size: the canvas is checked by the sanitizers. */
static void draws_at_every_size(void **state)
{
	static const char *const overlays[] = { "", "?", "c", "n", "g", "o",
						":", "L", "f", "w", "E", "\t\n", "8" };
	static const char *const sources[] = { "sim:1", "sim:2,cpus=1024,nodes=16,memory=1T",
					       "sim:3,cpus=3,nodes=4,memonly=3" };

	(void)state;
	for (unsigned source = 0; source < BT_ARRAY_SIZE(sources); source++) {
		struct rig rig;

		rig_open(&rig, sources[source]);
		press(&rig, "wy");
		pass(&rig, 3);
		press(&rig, "w");
		for (unsigned i = 0; i < BT_ARRAY_SIZE(overlays); i++) {
			press(&rig, overlays[i]);
			for (int rows = 1; rows <= 64; rows += 1 + rows / 8) {
				for (int cols = 1; cols <= 250; cols += 1 + cols / 6) {
					ui_canvas_resize(&rig.app.canvas, rows, cols);
					ui_app_draw(&rig.app);
				}
			}
			ui_app_key(&rig.app, UI_KEY_ESC);
		}
		rig_close(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_after_a_yes),
		cmocka_unit_test(keys_change_parameters),
		cmocka_unit_test(grid_edits_the_mask),
		cmocka_unit_test(wrong_input_is_refused),
		cmocka_unit_test(nothing_is_sent_before_the_first_frame),
		cmocka_unit_test(frozen_picture_stays),
		cmocka_unit_test(quitting_asks_while_loaded),
		cmocka_unit_test(options_are_not_saved),
		cmocka_unit_test(units_reach_the_screen),
		cmocka_unit_test(hidden_panels_have_no_focus),
		cmocka_unit_test(draws_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
