// SPDX-License-Identifier: GPL-2.0
/* View 8 without a terminal: the form, a run on the simulated machine, one result beside the last. */
#include "tests/unit/test.h"
#include "tests/unit/app_picture.h"
#include "tests/unit/session_rig.h"

#include <errno.h>
#include <math.h>

#include "ui/app.h"

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, NULL };

struct rig {
	struct bt_session *session;
	struct ui_app app;
	char *text;	/* of the last picture */
};

/* What the writer was given; the function has no context. */
static struct {
	char path[512];
	const struct bt_kbench *result;
	unsigned rows;
} written;

static int write_document(const struct bt_kbench *result, const char *path, struct bt_err *err)
{
	(void)err;
	snprintf(written.path, sizeof(written.path), "%s", path);
	written.result = result;
	written.rows = result->row_count;
	return 0;
}

static void rig_open(struct rig *rig)
{
	struct bt_session_options options = { .source = "sim:1,cpus=4,nodes=2", .history = true };
	struct bt_err err = { 0 };

	memset(rig, 0, sizeof(*rig));
	if (bt_session_open(&rig->session, &options, &err))
		fail_msg("%s", err.text);
	rig_frames(rig->session, 3);
	ui_app_init(&rig->app, rig->session, ui_glyphs_find("ascii"), "UTF-8");
	rig->app.kbench.write = write_document;
	ui_canvas_resize(&rig->app.canvas, 50, 160);
	ui_app_update(&rig->app);
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

/* A picture after each sample: that is when the run goes on. */
static void pass(struct rig *rig, unsigned samples)
{
	while (samples--) {
		rig_frames(rig->session, 1);
		ui_app_update(&rig->app);
	}
}

static void pass_run(struct rig *rig)
{
	for (unsigned i = 0; i < 200 && rig->app.kbench.run; i++)
		pass(rig, 1);
	assert_null(rig->app.kbench.run);
	pass(rig, 2);
}

static const char *picture(struct rig *rig)
{
	return rig_picture(&rig->app, &rig->text);
}

#define assert_shows(rig, words)                                                   \
	do {                                                                       \
		if (!strstr(picture(rig), words))                                  \
			fail_msg("'%s' is not in:\n%s", words, (rig)->text);       \
	} while (0)
#define assert_hides(rig, words) assert_null(strstr(picture(rig), words))

/* ---- the form ----------------------------------------------------------------------------- */

static void a_line_is_a_plan(void **state)
{
	struct rig rig;
	struct bt_kbench_plan plan, before;
	struct bt_err err = { 0 };

	(void)state;
	rig_open(&rig);
	plan = rig.app.kbench.plan;
	assert_int_equal(ui_kbench_assign(&plan, "rand orders=0,4 threads 1-2 seed=7",
					  rig.app.model->machine, rig.app.model->live, &err), 0);
	assert_int_equal(plan.kind, BT_KBENCH_RAND);
	assert_int_equal(plan.order_count, 2);
	assert_int_equal(plan.threads[1], 2);
	assert_int_equal(plan.seed, 7);
	assert_int_equal(ui_kbench_assign(&plan, "benchmark=frag percent=50",
					  rig.app.model->machine, rig.app.model->live, &err), 0);
	assert_int_equal(plan.kind, BT_KBENCH_FRAG);
	assert_int_equal(plan.threads[0], 4);
	before = plan;
	assert_int_equal(ui_kbench_assign(&plan, "bulk nonsense=1", rig.app.model->machine,
					  rig.app.model->live, &err), -EINVAL);
	assert_non_null(strstr(err.text, "nonsense"));
	assert_int_equal(ui_kbench_assign(&plan, "bulk percent=101", rig.app.model->machine,
					  rig.app.model->live, &err), -EINVAL);
	assert_memory_equal(&plan, &before, sizeof(plan));
	rig_close(&rig);
}

static void rows_are_edited(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	press(&rig, "8\n");
	assert_int_equal(rig.app.kbench.plan.kind, BT_KBENCH_REPEAT);
	press(&rig, "jj\n");
	ui_app_key(&rig.app, UI_KEY_CTRL_U);
	press(&rig, "9\n");
	assert_shows(&rig, "9 threads need as many CPUs: 4 are online");
	press(&rig, "\n");
	ui_app_key(&rig.app, UI_KEY_CTRL_U);
	press(&rig, "x\n");
	assert_shows(&rig, "Esc cancel");	/* it stays open, with what is wrong */
	ui_app_key(&rig.app, UI_KEY_ESC);
	assert_int_equal(rig.app.kbench.plan.threads[0], 9);
	press(&rig, "U");
	assert_null(rig.app.kbench.run);
	assert_shows(&rig, "9 threads need");
	rig_close(&rig);
}

/* ---- a run -------------------------------------------------------------------------------- */

static void it_starts_after_a_yes(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	press(&rig, "U");
	assert_int_equal(rig.app.screen.view, UI_VIEW_KBENCH);
	press(&rig, "U");
	assert_shows(&rig, "Start the microbenchmark?");
	ui_app_key(&rig.app, UI_KEY_ESC);
	assert_null(rig.app.kbench.run);
	press(&rig, "Uy");
	assert_non_null(rig.app.kbench.run);
	press(&rig, "U");
	pass_run(&rig);
	press(&rig, "U");
	assert_non_null(rig.app.kbench.run);	/* asked once */
	rig_close(&rig);
}

static void it_is_alone(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	press(&rig, "wy");
	pass(&rig, 3);
	press(&rig, "8U");
	assert_null(rig.app.kbench.run);
	assert_shows(&rig, "the load is on");
	press(&rig, "w");
	pass(&rig, 3);
	press(&rig, "D]U");
	assert_null(rig.app.kbench.run);
	assert_shows(&rig, "there is a draft");
	press(&rig, ":discard\nU");
	assert_non_null(rig.app.kbench.run);
	rig_close(&rig);
}

/* Every way to the module is closed meanwhile, but for those that stop it. */
static void controls_wait(void **state)
{
	static const char *const inputs[] = { "w", "]", "}", "u", "f", "D", "o", ":start\n",
					      ":keep\n", ":order 3\n", ":measure\n", ":kbench\n" };
	struct rig rig;
	uint64_t token;

	(void)state;
	rig_open(&rig);
	press(&rig, "]");
	pass(&rig, 2);
	press(&rig, ":kbench iterations=2\ny");
	token = bt_session_token(rig.session);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(inputs); i++) {
		press(&rig, inputs[i]);
		assert_shows(&rig, "a microbenchmark runs (U stops it)");
		ui_app_key(&rig.app, UI_KEY_ESC);
	}
	assert_int_equal(bt_session_token(rig.session), token);
	assert_non_null(rig.app.kbench.run);
	press(&rig, "q");
	assert_shows(&rig, "A microbenchmark runs");
	rig_close(&rig);
}

static void stopping_gives_all_back(void **state)
{
	static const char *const stops[] = { "!", "U", ":stop\n" };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(stops); i++) {
		struct bt_frame_totals totals;
		struct rig rig;

		rig_open(&rig);
		press(&rig, ":kbench iterations=50\ny");
		pass(&rig, 8);
		press(&rig, stops[i]);
		pass_run(&rig);
		bt_frame_totals(bt_session_frame(rig.session), &totals);
		assert_int_equal(totals.held_blocks, 0);
		assert_shows(&rig, "NOT COMPLETE: stopped by the operator");
		press(&rig, "O");
		assert_true(written.rows > 0);
		rig_close(&rig);
	}
}

/* The controls have what they had, not what the last phase had. */
static void controls_are_as_before(void **state)
{
	struct bt_config before;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	press(&rig, "]]]");
	press(&rig, ":cpus 1,3\n");
	pass(&rig, 2);
	before = *bt_session_config(rig.session);
	press(&rig, ":kbench orders=0 iterations=2 allocs=64\ny");
	pass_run(&rig);
	assert_int_equal(ui_control_changes(&before, bt_session_config(rig.session)), 0);
	assert_int_equal(bt_session_frame(rig.session)->config.order, 3);
	rig_close(&rig);
}

/* ---- results ------------------------------------------------------------------------------ */

static void results_stand_beside_each_other(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig);
	press(&rig, "8");
	assert_shows(&rig, "None has run yet");
	press(&rig, "O");
	assert_shows(&rig, "there is no result of a microbenchmark yet");
	press(&rig, ":kbench orders=0,4 iterations=3 allocs=64\ny");
	pass_run(&rig);
	assert_shows(&rig, "complete, 6 iterations");
	assert_shows(&rig, "no previous one");
	press(&rig, "O");
	assert_non_null(strstr(written.path, "/buddytop-kbench-sim-"));
	assert_int_equal(written.rows, 6);
	press(&rig, ":kbench allocs=128\n");
	pass_run(&rig);
	assert_hides(&rig, "no previous one");
	assert_shows(&rig, "Not the same plan: allocs 128, before 64");
	assert_ptr_not_equal(rig.app.kbench.last[BT_KBENCH_BULK],
			     rig.app.kbench.previous[BT_KBENCH_BULK]);
	/* Another benchmark has a previous one of its own: none. */
	press(&rig, ":kbench repeat\n");
	pass_run(&rig);
	assert_shows(&rig, "no previous one");
	assert_shows(&rig, "pair avg");
	press(&rig, ":save-kbench /there\n");
	assert_string_equal(written.path, "/there");
	rig_close(&rig);
}

/* Iterations 30, 10, 20 of one group and 7, unknown, 9 of another, mixed. */
static struct bt_kbench *make_result(void)
{
	static const struct {
		unsigned order;
		uint64_t get_ns, frames;
	} rows[] = {
		{ 0, 30, 100 }, { 0, 10, 90 }, { 2, 7, 5 }, { 0, 20, 80 },
		{ 2, BT_UNKNOWN, 5 }, { 2, 9, BT_UNKNOWN },
	};
	struct bt_kbench *result = bt_kbench_create();

	result->row_count = BT_ARRAY_SIZE(rows);
	result->rows = bt_xcalloc(result->row_count, sizeof(*result->rows));
	for (unsigned i = 0; i < result->row_count; i++)
		result->rows[i] = (struct bt_kbench_row){
			.order = rows[i].order, .threads = 1, .get.avg_ns = rows[i].get_ns,
			.put.avg_ns = 1, .free_frames = rows[i].frames, .free_pages = i,
			.failures = 1, .preempted = 2,
		};
	result->group_count = 2;
	result->groups = bt_xcalloc(2, sizeof(*result->groups));
	result->groups[0] = (struct bt_kbench_group){ .threads = 1 };
	result->groups[1] = (struct bt_kbench_group){ .order = 2, .threads = 1 };
	return result;
}

static void groups_are_summed_up(void **state)
{
	struct bt_kbench *result = make_result();
	struct ui_kbench_summary s;
	double values[2];

	(void)state;
	assert_null(ui_kbench_group(result, 0, 2));
	ui_kbench_summary(result, ui_kbench_group(result, 0, 1), &s);
	assert_int_equal(s.iterations, 3);
	assert_true(s.avg_ns[BT_OP_ALLOC] == 20 && s.avg_ns[BT_OP_FREE] == 1);
	assert_true(s.first_frames == 100 && s.last_frames == 80 && s.last_pages == 3);
	assert_int_equal(s.failures, 3);
	assert_int_equal(s.preempted, 6);
	assert_true(isnan(s.p99_ns[BT_OP_ALLOC]));	/* the histogram is empty */
	ui_kbench_summary(result, ui_kbench_group(result, 2, 1), &s);
	assert_true(s.avg_ns[BT_OP_ALLOC] == 8 && s.first_frames == 5 && isnan(s.last_frames));
	ui_kbench_summary(result, NULL, &s);
	assert_true(isnan(s.avg_ns[BT_OP_FREE]) && !s.iterations);
	/* The last two of three. */
	assert_int_equal(ui_kbench_series(result, &result->groups[0], BT_OP_ALLOC, values, 2), 2);
	assert_true(values[0] == 10 && values[1] == 20);
	bt_kbench_free(result);
}

static void draws_at_every_size(void **state)
{
	static const char *const keys[] = { "", "\t", "\t", "\t", "\n" };
	struct rig rig;

	(void)state;
	rig_open(&rig);
	press(&rig, ":kbench frag orders=0,1,2,3 iterations=2\ny");
	for (unsigned run = 0; run < 2; run++) {
		pass(&rig, 9);
		for (unsigned i = 0; i < BT_ARRAY_SIZE(keys); i++) {
			press(&rig, keys[i]);
			for (int rows = 1; rows <= 64; rows += 1 + rows / 8) {
				for (int cols = 1; cols <= 250; cols += 1 + cols / 6) {
					ui_canvas_resize(&rig.app.canvas, rows, cols);
					ui_app_draw(&rig.app);
				}
			}
		}
		pass_run(&rig);
		press(&rig, "8UU");
	}
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_a_plan),
		cmocka_unit_test(rows_are_edited),
		cmocka_unit_test(it_starts_after_a_yes),
		cmocka_unit_test(it_is_alone),
		cmocka_unit_test(controls_wait),
		cmocka_unit_test(stopping_gives_all_back),
		cmocka_unit_test(controls_are_as_before),
		cmocka_unit_test(results_stand_beside_each_other),
		cmocka_unit_test(groups_are_summed_up),
		cmocka_unit_test(draws_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
