// SPDX-License-Identifier: GPL-2.0
/* Two simulated machines: the second is compared with the first at the same time. */
#include "tests/unit/test.h"
#include "tests/unit/against_rig.h"

#include <errno.h>
#include <math.h>

#include "ui/baseline.h"
#include "ui/compare.h"

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, NULL };

#define S BT_NS_PER_S

static double allocs(const struct bt_point *point)
{
	return point->allocs_per_s;
}

/* ---- which two --------------------------------------------------------------------------- */

static void only_of_one_size(void **state)
{
	static const struct {
		const char *second, *why;
	} rows[] = {
		{ "sim:2,cpus=8,nodes=2", "second machine has 8 CPUs, the first 4" },
		{ "sim:2,cpus=4,nodes=1", "second machine has 1 nodes, the first 2" },
	};
	struct bt_session *first = open_session(FIRST);

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_session *second = open_session(rows[i].second);
		struct bt_err err = { 0 };

		assert_int_equal(ui_beside_check(bt_session_machine(first),
						 bt_session_machine(second), &err), -EINVAL);
		assert_non_null(strstr(err.text, rows[i].why));
		bt_session_close(second);
	}
	bt_session_close(first);
}

/* Machines of one size whose numbers are of different kinds. */
static void only_of_one_kind(void **state)
{
	static const struct {
		const char *first, *second;
		enum bt_reality first_is, second_is;
		const char *why;	/* NULL: it can be */
	} rows[] = {
		{ "vm", "vm", BT_EMULATED, BT_EMULATED, NULL },
		{ "vm", "kmod", BT_REAL, BT_REAL, NULL },
		{ "sim", "kmod", BT_SIMULATED, BT_REAL, "second machine is real, the first simulated" },
		{ "vm", "vm", BT_EMULATED, BT_REAL, "second machine is real, the first emulated" },
		{ "user:pipe", "kmod", BT_REAL, BT_REAL, "second source is kmod, the first user:pipe" },
		{ "kmod", "user:anon", BT_REAL, BT_REAL, "second source is user:anon, the first kmod" },
		{ "user:pipe", "user:anon", BT_REAL, BT_REAL, "in other ways" },
		{ "user:pipe", "user:pipe", BT_REAL, BT_REAL, NULL },
	};
	struct bt_machine *two = bt_xcalloc(2, sizeof(*two));

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_err err = { 0 };

		snprintf(two[0].source, sizeof(two[0].source), "%s", rows[i].first);
		snprintf(two[1].source, sizeof(two[1].source), "%s", rows[i].second);
		two[0].reality = rows[i].first_is;
		two[1].reality = rows[i].second_is;
		assert_int_equal(ui_beside_check(&two[0], &two[1], &err), rows[i].why ? -EINVAL : 0);
		if (rows[i].why && !strstr(err.text, rows[i].why))
			fail_msg("'%s' does not say '%s'", err.text, rows[i].why);
	}
	free(two);
}

/* A baseline of one way says nothing of another; of none, as at rest, it does. */
static void ways_are_not_mixed(void **state)
{
	struct bt_frame now = { .way = "packet" };
	struct bt_point whole = { .number = 1 };
	struct ui_baseline baseline = { .way = "pipe", .whole = &whole };
	struct ui_model model = { .live = &now, .baseline = &baseline, .compare = true };

	(void)state;
	assert_string_equal(ui_model_other_way(&model), "pipe");
	assert_null(ui_model_baseline(&model));
	strcpy(now.way, "pipe");
	assert_null(ui_model_other_way(&model));
	assert_ptr_equal(ui_model_baseline(&model), &whole);
	strcpy(baseline.way, "");
	assert_ptr_equal(ui_model_baseline(&model), &whole);
}

static void named_by_what_differs(void **state)
{
	static const struct {
		const char *kernel, *given, *name, *label, *first;
	} rows[] = {
		{ "6.12.117+deb12-amd64", "6.12", "6.12.117+deb12-amd64", "6.12.117", "6.1.0" },
		{ "6.1.0-56-amd64", "sim:2,cpus=4", "sim:2,cpus=4", "sim:2", "this" },
		/* Two builds of one version; too long for a column. */
		{ "6.1.0-mine", "./bzImage", "6.1.0-mine", "other", "this" },
		{ "6.1.0-56-amd64", "remote:ssh host agent", "remote:ssh host agent", "other", "this" },
	};
	const struct bt_machine first = { .kernel = "6.1.0-56-amd64" };
	struct bt_machine *second = bt_xcalloc(1, sizeof(*second));

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct ui_beside beside = { .machine = second, .given = rows[i].given };

		snprintf(second->kernel, sizeof(second->kernel), "%s", rows[i].kernel);
		ui_beside_name(&beside, &first);
		assert_string_equal(beside.name, rows[i].name);
		assert_string_equal(beside.label, rows[i].label);
		assert_string_equal(beside.first, rows[i].first);
		assert_string_equal(ui_beside_word(&beside), strcmp(beside.label, "other") ?
				    rows[i].label : rows[i].name);
	}
	free(second);
}

/* ---- samples ----------------------------------------------------------------------------- */

static void interval_and_pause_are_those_of_both(void **state)
{
	struct bt_session_status status;
	struct bt_session_options options = { .history = true, .interval_ns = S };
	struct bt_err err = { 0 };
	struct rig rig = { 0 };

	(void)state;
	options.source = FIRST;
	assert_int_equal(bt_session_open(&rig.first, &options, &err), 0);
	options.source = SECOND;
	assert_int_equal(bt_session_open(&rig.second, &options, &err), 0);
	ui_app_init(&rig.app, rig.first, ui_glyphs_find("ascii"), "UTF-8");
	assert_int_equal(ui_against_begin(&rig.app, rig.second, SECOND, &err), 0);
	assert_int_equal(ui_app_set_interval(&rig.app, 2 * S, &err), 0);
	bt_session_status(rig.second, &status);
	assert_int_equal(status.interval_ns, 2 * S);
	key(&rig, 'p');
	assert_int_equal(rig_state(rig.second), BT_SESSION_PAUSED);
	key(&rig, 'p');
	assert_int_equal(rig_state(rig.second), BT_SESSION_LIVE);
	rig_close(&rig);
}

static void both_are_measured(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST, SECOND);
	pass(&rig, 2);
	press(&rig, "fy");
	for (unsigned i = 0; i < 60 && rig.model->beside->measure.state != BT_MEASURE_DONE; i++)
		pass(&rig, 1);
	assert_int_equal(rig.model->measure.state, BT_MEASURE_DONE);
	assert_int_equal(rig.model->beside->measure.state, BT_MEASURE_DONE);
	rig_close(&rig);
}

/* ---- what is compared -------------------------------------------------------------------- */

/* Of two virtual clocks that began together: the points of the second end when the first's do. */
static void check_series(const struct rig *rig, unsigned least)
{
	const struct ui_model *model = rig->model;
	double values[64];
	unsigned count = ui_model_baseline_series(model, allocs, values, 64);

	assert_in_range(count, least, 64);
	for (unsigned age = 0; age < count; age++) {
		const struct bt_point *ours = ui_model_point(model, age);
		const struct bt_point *theirs = ui_model_baseline_point(model, age);

		assert_int_equal(theirs->mono_ns, ours->mono_ns);
		assert_true(isnan(allocs(theirs)) || values[count - 1 - age] == allocs(theirs));
	}
}

static void the_same_time_of_both(void **state)
{
	const struct bt_history *history;
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST, SECOND);
	assert_true(rig.model->compare);
	pass(&rig, 2);
	press(&rig, "wy");
	pass(&rig, 44);
	history = bt_session_history(rig.second);
	assert_ptr_equal(ui_model_baseline(rig.model), bt_history_at(history, BT_TIER_SAMPLE, 0));
	check_series(&rig, 40);
	press(&rig, "Z");
	check_series(&rig, 40);	/* a sample is a step of 1 s */
	press(&rig, "Z");
	assert_int_equal(rig.model->tier, BT_TIER_10S);
	check_series(&rig, 4);
	assert_true(ui_model_baseline(rig.model)->length_ns > S);
	rig_close(&rig);
}

static void stays_where_the_picture_is(void **state)
{
	const struct bt_point *point;
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST, SECOND);
	pass(&rig, 2);
	press(&rig, "wy");
	pass(&rig, 18);
	press(&rig, " ");
	pass(&rig, 7);
	assert_int_equal(rig.model->behind_points, 7);
	point = ui_model_baseline(rig.model);
	assert_int_equal(point->mono_ns, rig.model->point->mono_ns);
	assert_int_equal(point->number, 20);
	check_series(&rig, 19);
	key(&rig, UI_KEY_LEFT);
	assert_int_equal(ui_model_baseline(rig.model)->number, 19);
	key(&rig, UI_KEY_LEFT);
	pass(&rig, 700);	/* nothing of that time is left in the history of samples */
	assert_int_equal(ui_model_baseline(rig.model)->number, 18);
	assert_int_equal(ui_model_baseline(rig.model)->mono_ns, rig.model->point->mono_ns);
	/* A step of 10 s that is not over goes on in the history, not on the screen. */
	key(&rig, UI_KEY_END);
	press(&rig, "ZZ");
	pass(&rig, (unsigned)(13 - rig.model->point->mono_ns / S % 10));
	press(&rig, " ");
	point = ui_model_baseline(rig.model);
	assert_int_equal(point->mono_ns, rig.model->point->mono_ns);
	pass(&rig, 3);
	assert_int_equal(ui_model_baseline(rig.model)->mono_ns, rig.model->point->mono_ns);
	assert_int_equal(rig.model->behind_points, 3);
	assert_ptr_equal(ui_model_baseline_point(rig.model, 0), ui_model_baseline(rig.model));
	rig_close(&rig);
}

/* The second was opened later, and is slower to answer: each sample has still its partner. */
static void clocks_may_differ(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST, SECOND);
	rig_frames(rig.first, 5);
	ui_app_update(&rig.app);
	assert_null(ui_model_baseline(rig.model));
	assert_int_equal(ui_model_baseline_series(rig.model, allocs, (double[8]){ 0 }, 8), 0);
	pass_second(&rig, 1);
	pass(&rig, 10);
	/* Its first sample was with the fifth of the first. */
	for (unsigned age = 0; age < 10; age++)
		assert_int_equal(ui_model_baseline_point(rig.model, age)->mono_ns + 4 * S,
				 ui_model_point(rig.model, age)->mono_ns);
	/* Nothing stands for the time before. */
	assert_null(ui_model_baseline_point(rig.model, 12));
	/* One that is to come any moment: the newest; one that is overdue: a gap. */
	rig_frames(rig.first, 1);
	ui_app_update(&rig.app);
	assert_int_equal(ui_model_baseline(rig.model)->number, 11);
	rig_frames(rig.first, 3);
	ui_app_update(&rig.app);
	assert_true(ui_model_baseline(rig.model)->gap);
	assert_int_equal(ui_model_baseline_point(rig.model, 4)->number, 11);
	rig_close(&rig);
}

static void one_that_is_lost_comes_back(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST, SECOND ",fault=lost@20s");
	pass(&rig, 20);
	rig_frames(rig.first, 1);
	bt_session_kick(rig.second);
	rig_until(rig.second, rig_state(rig.second) == BT_SESSION_LOST);
	ui_against_step(&rig.app);
	ui_app_update(&rig.app);
	assert_non_null(rig_event(rig.first, BT_EVENT_NOTE, "lost: "));
	assert_shows(&rig, " sim:2 LOST: ");
	rig_frames(rig.first, 4);
	ui_app_update(&rig.app);
	assert_int_equal(rig.model->status.state, BT_SESSION_LIVE);
	assert_true(ui_model_baseline(rig.model)->gap);
	assert_shows(&rig, " ? ?");
	press(&rig, "B");	/* off, then the list */
	press(&rig, "B");
	assert_shows(&rig, "Compared with sim:2");
	key(&rig, UI_KEY_ESC);
	/* It is back, and its clock begins where it had begun at first. */
	bt_session_kick(rig.second);
	rig_until(rig.second, rig_state(rig.second) == BT_SESSION_LIVE &&
		  bt_session_frame(rig.second));
	pass(&rig, 15);
	assert_non_null(rig_event(rig.first, BT_EVENT_NOTE, "source is back"));
	assert_ptr_equal(ui_model_baseline(rig.model),
			 bt_history_at(bt_session_history(rig.second), BT_TIER_SAMPLE, 0));
	assert_int_equal(ui_model_baseline_point(rig.model, 2)->number,
			 ui_model_baseline(rig.model)->number - 2);
	/* What was before is found by the clock that it had then: samples 1 to 20 of both. */
	for (unsigned number = 1; number <= 25; number++) {
		unsigned age = (unsigned)(rig.model->point->number - number);
		const struct bt_point *point = ui_model_baseline_point(rig.model, age);

		assert_int_equal(ui_model_point(rig.model, age)->number, number);
		if (number <= 20)
			assert_int_equal(point->number, number);
		else if (number > 22)	/* the newest stands in for two */
			assert_true(point->gap);
	}
	rig_close(&rig);
}

static void words_say_with_what(void **state)
{
	struct bt_err err = { 0 };
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST, SECOND);
	pass(&rig, 4);
	assert_shows(&rig, "against sim:2,cpus=4,nodes=2");
	assert_int_equal(ui_app_baseline(&rig.app, &err), -EINVAL);
	assert_non_null(strstr(err.text, "compared with " SECOND));
	press(&rig, "B");
	assert_false(rig.model->compare);
	assert_null(ui_model_baseline(rig.model));
	press(&rig, "B");
	assert_true(rig.model->compare);
	assert_shows(&rig, "Compared with " SECOND);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_of_one_size),
		cmocka_unit_test(only_of_one_kind),
		cmocka_unit_test(ways_are_not_mixed),
		cmocka_unit_test(named_by_what_differs),
		cmocka_unit_test(interval_and_pause_are_those_of_both),
		cmocka_unit_test(both_are_measured),
		cmocka_unit_test(the_same_time_of_both),
		cmocka_unit_test(stays_where_the_picture_is),
		cmocka_unit_test(clocks_may_differ),
		cmocka_unit_test(one_that_is_lost_comes_back),
		cmocka_unit_test(words_say_with_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
