// SPDX-License-Identifier: GPL-2.0
/* Which instant is shown: keys of time on a simulated machine, whose samples are a second apart. */
#include "tests/unit/test.h"
#include "tests/unit/session_rig.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "frame/metric.h"
#include "ui/app.h"
#include "ui/baseline.h"
#include "ui/compare.h"

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, &bt_source_replay, NULL };

#define S BT_NS_PER_S

struct rig {
	struct bt_session *session;
	struct ui_app app;
	const struct ui_model *model;
};

static void pass(struct rig *rig, unsigned samples)
{
	rig_frames(rig->session, samples);
	ui_app_update(&rig->app);
}

static void press(struct rig *rig, const char *keys)
{
	for (; *keys; keys++)
		ui_app_key(&rig->app, *keys == '\n' ? UI_KEY_ENTER : *keys);
}

static void key(struct rig *rig, int number)
{
	ui_app_key(&rig->app, number);
}

/* The load runs, and there are 20 samples. */
static void rig_open(struct rig *rig)
{
	struct bt_session_options options = { .source = "sim:1,cpus=4,nodes=2", .history = true };
	struct bt_err err = { 0 };

	memset(rig, 0, sizeof(*rig));
	if (bt_session_open(&rig->session, &options, &err))
		fail_msg("%s", err.text);
	rig_frames(rig->session, 1);
	ui_app_init(&rig->app, rig->session, ui_glyphs_find("ascii"), "UTF-8");
	rig->model = rig->app.model;
	ui_canvas_resize(&rig->app.canvas, 50, 160);
	if (rig_publish(rig->session, "start", &err))
		fail_msg("%s", err.text);
	pass(rig, 19);
}

static void rig_close(struct rig *rig)
{
	ui_app_free(&rig->app);
	bt_session_close(rig->session);
}

static uint64_t newest(const struct rig *rig)
{
	return bt_history_at(rig->model->history, BT_TIER_SAMPLE, 0)->number;
}

static void back_shows_the_past(void **state)
{
	const struct ui_model *model;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	model = rig.model;
	assert_int_equal(model->point->number, 20);
	assert_false(model->past);
	assert_ptr_equal(model->frame, model->live);
	key(&rig, UI_KEY_LEFT);
	press(&rig, "h");
	assert_true(model->past && model->frozen);
	assert_null(model->frame);
	assert_null(model->interval);
	assert_int_equal(model->point->number, 18);
	assert_int_equal(model->behind_points, 2);
	assert_int_equal(model->behind_ns, 2 * S);
	/* The present goes on, and the past stays. */
	pass(&rig, 5);
	assert_int_equal(model->point->number, 18);
	assert_int_equal(ui_model_point(model, 1)->number, 17);
	assert_int_equal(model->behind_points, 7);
	assert_int_equal(model->live->seq, bt_session_frame(rig.session)->seq);
	press(&rig, "l");
	assert_int_equal(model->point->number, 19);
	for (unsigned i = 0; i < 20; i++)
		key(&rig, UI_KEY_RIGHT);
	assert_int_equal(model->point->number, 25);
	assert_true(model->frozen);
	key(&rig, UI_KEY_HOME);
	assert_int_equal(model->point->number, 1);
	key(&rig, UI_KEY_LEFT);
	assert_int_equal(model->point->number, 1);
	press(&rig, "0");
	assert_false(model->past || model->frozen);
	assert_int_equal(model->point->number, 25);
	rig_close(&rig);
}

static void freezing_keeps_the_frame(void **state)
{
	const struct ui_model *model;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	model = rig.model;
	press(&rig, " ");
	assert_int_equal(model->frame->seq, bt_session_frame(rig.session)->seq);
	pass(&rig, 3);
	assert_false(model->past);
	assert_int_equal(model->frame->seq + 3, model->live->seq);
	assert_int_equal(model->point->number, 20);
	/* Away from the frozen instant and back to it. */
	key(&rig, UI_KEY_LEFT);
	assert_null(model->frame);
	key(&rig, UI_KEY_RIGHT);
	assert_int_equal(model->frame->seq + 3, model->live->seq);
	rig_close(&rig);
}

/* The newest step of 10 s goes on being filled; the picture of it does not change. */
static void a_frozen_step_stays(void **state)
{
	const struct ui_model *model;
	uint64_t length_ns;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	model = rig.model;
	press(&rig, "ZZ");
	pass(&rig, 2);	/* the sim begins at 1000 s: a step ends at 1020 s */
	length_ns = model->point->length_ns;
	assert_in_range(length_ns, S, 9 * S);
	press(&rig, " ");
	pass(&rig, 3);
	assert_int_equal(model->point->length_ns, length_ns);
	assert_int_equal(bt_history_at(model->history, BT_TIER_10S, 0)->length_ns,
			 length_ns + 3 * S);
	assert_int_equal(model->behind_points, 3);
	rig_close(&rig);
}

static void steps_hold_the_instant(void **state)
{
	const struct ui_model *model;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	model = rig.model;
	pass(&rig, 40);
	for (unsigned i = 0; i < 17; i++)
		press(&rig, "T");
	assert_int_equal(model->point->number, 43);
	press(&rig, "ZZ");
	assert_int_equal(model->tier, BT_TIER_10S);
	assert_true(model->point->number >= 43 && model->point->number < 53);
	assert_true(model->past);
	press(&rig, "zz");
	assert_int_equal(model->tier, BT_TIER_SAMPLE);
	assert_int_equal(model->point->number, 43);
	press(&rig, "z");
	assert_int_equal(model->tier, BT_TIER_SAMPLE);
	/* Samples again, from whatever step. */
	press(&rig, "Zt");
	assert_int_equal(model->tier, BT_TIER_SAMPLE);
	assert_int_equal(model->point->number, 44);
	rig_close(&rig);
}

static void marks_are_found(void **state)
{
	const struct ui_model *model;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	model = rig.model;
	press(&rig, "m");
	pass(&rig, 5);
	press(&rig, "<");
	assert_true(model->point->flags & BT_POINT_MARK);
	assert_int_equal(model->point->number, 21);	/* it fell between 20 and 21 */
	press(&rig, "<");
	assert_true(model->point->flags & BT_POINT_CONTROL);	/* the start */
	press(&rig, ">");
	assert_int_equal(model->point->number, 21);
	press(&rig, ">");
	assert_int_equal(model->point->number, 21);
	/* From the list: the newest line is the mark. */
	press(&rig, "0J\n");
	assert_true(model->past);
	assert_in_range(model->point->number, 20, 21);
	rig_close(&rig);
}

static void jumps_to_times(void **state)
{
	const struct ui_model *model;
	uint64_t end_ns;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	model = rig.model;
	end_ns = model->point->mono_ns;
	press(&rig, "J-5s\n");
	assert_int_equal(model->point->mono_ns, end_ns - 5 * S);
	press(&rig, "J1003s\n");	/* virtual clock */
	assert_int_equal(model->point->mono_ns, 1003 * S);
	press(&rig, "Jnowhere\n");
	assert_non_null(rig.app.overlay.ops);
	key(&rig, UI_KEY_ESC);
	assert_int_equal(model->point->mono_ns, 1003 * S);
	press(&rig, ":mark the spot\n");
	pass(&rig, 4);
	press(&rig, ":jump the sp\n");
	assert_int_equal(model->point->mono_ns, end_ns);
	press(&rig, ":live\n");
	assert_false(model->frozen);
	/* Before all samples that are kept, but in the history of longer steps. */
	pass(&rig, 1000);
	press(&rig, "J1003s\n");
	assert_true(model->tier > BT_TIER_SAMPLE);
	assert_true(model->point->mono_ns >= 1003 * S &&
		    model->point->mono_ns - model->point->length_ns < 1003 * S);
	rig_close(&rig);
}

static void reset_begins_anew_and_back(void **state)
{
	const struct ui_model *model;
	struct bt_point *all;
	uint64_t before;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	model = rig.model;
	all = bt_history_point(model->history);
	before = model->since->latency[BT_OP_ALLOC].count;
	assert_true(before > 0);
	press(&rig, "r");
	assert_null(model->since);
	pass(&rig, 3);
	bt_history_merge(model->history, BT_TIER_SAMPLE, 2, 0, all);
	assert_int_equal(model->since->latency[BT_OP_ALLOC].count, all->hist[BT_OP_ALLOC].total);
	assert_int_equal(model->since->length_ns, 3 * S);
	press(&rig, "u");
	bt_history_merge(model->history, BT_TIER_SAMPLE, 22, 0, all);
	assert_int_equal(model->since->latency[BT_OP_ALLOC].count, all->hist[BT_OP_ALLOC].total);
	assert_true(all->hist[BT_OP_ALLOC].total > before);
	assert_memory_equal(model->since->latency, all->latency, sizeof(all->latency));
	assert_int_equal(model->since->available_min_bytes, all->available_min_bytes);
	/* Once: nothing more to take back. */
	press(&rig, "rru");
	assert_non_null(model->since);
	free(all);
	rig_close(&rig);
}

/* 20 samples, 3, 2 and 4, with a reset between them; each covers a second but the first. */
static void every_reset_is_taken_back(void **state)
{
	const struct ui_model *model;
	struct bt_point *all;
	struct bt_err err;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	model = rig.model;
	press(&rig, "r");
	pass(&rig, 3);
	press(&rig, "r");
	pass(&rig, 2);
	press(&rig, "rr");	/* the second one begins what has just begun */
	pass(&rig, 4);
	assert_int_equal(model->since->length_ns, 4 * S);
	/* The one in the middle, then from the last to the first. */
	assert_int_equal(ui_app_undo(&rig.app, 1, &err), 0);
	assert_int_equal(model->since->length_ns, 4 * S);
	press(&rig, "u");
	assert_int_equal(model->since->length_ns, 9 * S);
	press(&rig, "u");
	all = bt_history_point(model->history);
	bt_history_merge(model->history, BT_TIER_SAMPLE, 28, 0, all);
	assert_int_equal(model->since->length_ns, all->length_ns);
	assert_memory_equal(model->since->latency, all->latency, sizeof(all->latency));
	assert_int_equal(ui_app_undo(&rig.app, 0, &err), -EINVAL);
	free(all);
	rig_close(&rig);
}

static double allocs(const struct bt_point *point)
{
	return point->allocs_per_s;
}

static void baseline_is_kept(void **state)
{
	const struct ui_model *model;
	const struct bt_point *baseline;
	double values[64];
	const struct bt_point *point;
	uint64_t oldest_free_pages;
	struct bt_point *all;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	model = rig.model;
	point = bt_history_at(model->history, BT_TIER_SAMPLE, 19);
	oldest_free_pages = bt_point_zones(model->history, point)[0].free_pages;
	press(&rig, "B");
	assert_false(model->compare);
	press(&rig, "b");
	assert_int_equal(ui_model_baseline_series(model, allocs, values, 64), 0);
	assert_null(ui_model_baseline(model));
	all = bt_history_point(model->history);
	bt_history_merge(model->history, BT_TIER_SAMPLE, 19, 0, all);
	pass(&rig, 700);	/* the samples of the baseline are gone */
	press(&rig, "B");
	key(&rig, UI_KEY_ESC);
	assert_true(model->compare);
	baseline = ui_model_baseline(model);
	for (unsigned i = 0; i < bt_metric_count; i++) {
		double a = bt_metric_value(&bt_metrics[i], baseline);
		double b = bt_metric_value(&bt_metrics[i], all);

		assert_true(a == b || (isnan(a) && isnan(b)));
	}
	assert_int_equal(ui_model_baseline_series(model, allocs, values, 64), 20);
	assert_true(values[19] == model->baseline->points[0]->allocs_per_s);
	/* With its zones: graphs of one of them have a ghost, too. */
	point = ui_model_baseline_point(model, 19);
	assert_non_null(bt_point_zones(model->history, point));
	assert_int_equal(bt_point_zones(model->history, point)[0].free_pages, oldest_free_pages);
	assert_null(ui_model_baseline_point(model, 20));
	press(&rig, "B");
	assert_false(model->compare);
	assert_null(ui_model_baseline_point(model, 0));
	free(all);
	rig_close(&rig);
}

static void differences_by_hand(void **state)
{
	static const struct bt_units units;
	char text[UI_COMPARE_TEXT];

	(void)state;
	assert_string_equal(ui_compare_delta(bt_metric_find("allocs_per_s"), &units, 1000, 3500,
					     text), "+2.50k/s");
	assert_string_equal(ui_compare_delta(bt_metric_find("free_bytes"), &units, 3 << 20, 1 << 20,
					     text), "-2.00 MiB");
	assert_string_equal(ui_compare_delta(bt_metric_find("remote_ratio"), &units, 0.5, 0.25,
					     text), "-25.0 points");
	assert_string_equal(ui_compare_delta(bt_metric_find("alloc_p99_ns"), &units, NAN, 5, text),
			    "?");
	assert_string_equal(ui_compare_delta(bt_metric_find("oom_kills"), &units, 2, 2, text), "0");
	assert_string_equal(ui_compare_ratio(4, 5, text), "x1.25");
	assert_string_equal(ui_compare_ratio(0.5, 20, text), "x40.0");
	assert_string_equal(ui_compare_ratio(0, 5, text), "-");
	assert_string_equal(ui_compare_ratio(5, NAN, text), "?");
}

/* ---- the history does not depend on who looks ------------------------------------------- */

/* Looks at everything in every way, and changes nothing of the machine. */
static void look(struct rig *rig, unsigned round)
{
	static const int keys[] = { ' ', UI_KEY_LEFT, 'Z', 'b', 'B', UI_KEY_ESC, 'r', '2', UI_KEY_HOME,
				    'z', '3', 'T', UI_KEY_PAGE_UP, '4', '<', '5', UI_KEY_END, '6',
				    'x', '7', UI_KEY_TAB, '1' };

	ui_canvas_resize(&rig->app.canvas, 1 + (int)(round * 7 % 60), 1 + (int)(round * 31 % 200));
	key(rig, keys[round % BT_ARRAY_SIZE(keys)]);
	ui_app_draw(&rig->app);
}

static void assert_same(const struct bt_history *a, const struct bt_history *b, enum bt_tier tier,
			unsigned age)
{
	const struct bt_point *p = bt_history_at(a, tier, age), *q = bt_history_at(b, tier, age);

	assert_int_equal(p->number, q->number);
	assert_int_equal(p->mono_ns, q->mono_ns);
	assert_int_equal(p->length_ns, q->length_ns);
	assert_int_equal(p->flags, q->flags);
	assert_memory_equal(p->hist, q->hist, sizeof(p->hist));
	for (unsigned i = 0; i < bt_metric_count; i++) {
		double x = bt_metric_value(&bt_metrics[i], p);
		double y = bt_metric_value(&bt_metrics[i], q);

		if (!(x == y || (isnan(x) && isnan(y))))
			fail_msg("%s of %u at age %u: %g, %g", bt_metrics[i].key, tier, age, x, y);
	}
	assert_memory_equal(bt_point_matrix(a, p), bt_point_matrix(b, q), 4 * sizeof(float));
	assert_memory_equal(bt_point_nodes(a, p), bt_point_nodes(b, q),
			    2 * sizeof(struct bt_point_node));
}

static void history_does_not_depend_on_drawing(void **state)
{
	struct rig looked_at, alone;
	const struct bt_history *a, *b;

	(void)state;
	rig_open(&looked_at);
	rig_open(&alone);
	for (unsigned round = 0; round < 300; round++) {
		pass(&looked_at, 1);
		look(&looked_at, round);
		rig_frames(alone.session, 1);	/* not even the model is brought up to date */
	}
	a = bt_session_history(looked_at.session);
	b = bt_session_history(alone.session);
	for (unsigned tier = 0; tier < BT_TIER_COUNT; tier++) {
		assert_int_equal(bt_history_count(a, tier), bt_history_count(b, tier));
		for (unsigned age = 0; age < bt_history_count(a, tier); age++)
			assert_same(a, b, tier, age);
	}
	assert_int_equal(newest(&looked_at), newest(&alone));
	rig_close(&looked_at);
	rig_close(&alone);
}

/* ---- a recording ------------------------------------------------------------------------- */

/*
 * A mark at 10 s, another at 3790 s of 3800 s: more than what is fed before a position. Returns the
 * time of the first frame, on the recorded machine's clock.
 */
static uint64_t make_recording(const char *path)
{
	struct bt_session_options options = { .source = "sim:1,cpus=2" };
	struct bt_session *session;
	struct bt_err err = { 0 };
	uint64_t base_ns;

	if (bt_session_open(&session, &options, &err))
		fail_msg("%s", err.text);
	rig_frames(session, 1);
	base_ns = bt_session_frame(session)->mono_ns;
	assert_int_equal(bt_session_record(session, path, &err), 0);
	rig_frames(session, 10);
	bt_session_note(session, BT_EVENT_MARK, "test", "early");
	rig_frames(session, 3780);
	bt_session_note(session, BT_EVENT_MARK, "test", "late");
	rig_frames(session, 10);
	bt_session_close(session);
	return base_ns;
}

static void rig_replay(struct rig *rig, const char *path)
{
	struct bt_session_options options = { .history = true };
	struct bt_err err = { 0 };
	char spec[128];

	memset(rig, 0, sizeof(*rig));
	snprintf(spec, sizeof(spec), "replay:%s", path);
	options.source = spec;
	if (bt_session_open(&rig->session, &options, &err))
		fail_msg("%s", err.text);
	ui_app_init(&rig->app, rig->session, ui_glyphs_find("ascii"), "UTF-8");
	rig->model = rig->app.model;
	ui_canvas_resize(&rig->app.canvas, 50, 160);
	pass(rig, 1);
}

/* The recording is there, and so is its frame: a busy session takes those before it in several steps. */
static bool arrived(struct rig *rig, uint64_t base_ns, uint64_t position_s)
{
	ui_app_update(&rig->app);
	return !rig->model->replay.seeking && rig->model->replay.position_ns == position_s * S &&
	       rig->model->live->mono_ns == base_ns + position_s * S;
}

static void enter_event(struct rig *rig, const char *text)
{
	const struct bt_event *event = rig_event(rig->session, BT_EVENT_MARK, text);

	assert_non_null(event);
	rig->app.screen.panels[UI_PANEL_EVENT_LIST].selected = (unsigned)event->number;
	key(rig, UI_KEY_ENTER);
}

/* In the history or not: Enter on an event of a recording goes to its time. */
static void enter_on_an_event_of_a_recording(void **state)
{
	char path[64];
	uint64_t base_ns;
	struct rig rig;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/time-test-%d.jsonl", (int)getpid());
	unlink(path);
	base_ns = make_recording(path);
	rig_replay(&rig, path);
	press(&rig, "7:seek end\n");
	rig_until(rig.session, arrived(&rig, base_ns, 3800));
	enter_event(&rig, "late");
	assert_true(rig.model->past && arrived(&rig, base_ns, 3800));
	assert_int_equal(rig.model->point->mono_ns - rig.model->replay.position_ns,
			 rig.model->live->mono_ns - 3800 * S - 10 * S);
	enter_event(&rig, "early");
	rig_until(rig.session, arrived(&rig, base_ns, 10));
	assert_false(rig.model->frozen);
	/* On the way to another time, a key of time stops there. */
	press(&rig, ":seek end\n");
	key(&rig, UI_KEY_LEFT);
	assert_non_null(strstr(rig.app.message, "stopped on the way"));
	rig_until(rig.session, (ui_app_update(&rig.app), !rig.model->replay.seeking));
	assert_in_range(rig.model->replay.position_ns, 10 * S, 3700 * S);
	assert_false(rig.model->frozen);
	rig_close(&rig);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(back_shows_the_past),
		cmocka_unit_test(freezing_keeps_the_frame),
		cmocka_unit_test(a_frozen_step_stays),
		cmocka_unit_test(steps_hold_the_instant),
		cmocka_unit_test(marks_are_found),
		cmocka_unit_test(jumps_to_times),
		cmocka_unit_test(reset_begins_anew_and_back),
		cmocka_unit_test(every_reset_is_taken_back),
		cmocka_unit_test(baseline_is_kept),
		cmocka_unit_test(differences_by_hand),
		cmocka_unit_test(history_does_not_depend_on_drawing),
		cmocka_unit_test(enter_on_an_event_of_a_recording),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
