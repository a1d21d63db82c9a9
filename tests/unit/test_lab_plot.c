// SPDX-License-Identifier: GPL-2.0
/* Programs for gnuplot of runs of the lab: numbers calculated by hand, and warnings of the head. */
#include "tests/unit/test.h"

#include <errno.h>

#include "bench/plot.h"
#include "tests/unit/sample_lab.h"

static struct bt_lab_runs *all_of(const struct bt_lab_run *const *runs, unsigned count)
{
	struct bt_lab_runs *all = bt_xcalloc(1, sizeof(*all));

	all->path = bt_xstrdup("lab");
	for (unsigned i = 0; i < count; i++)
		bt_lab_runs_add(all, (struct bt_lab_run *)runs[i]);
	return all;
}

#define ALL_OF(...) all_of((const struct bt_lab_run *const[]){ __VA_ARGS__ }, \
	BT_ARRAY_SIZE(((const struct bt_lab_run *const[]){ __VA_ARGS__ })))

static int try_program(const struct bt_lab_runs *const *labs, unsigned count, const char *kind,
		       const char *run, bool published, char **program, struct bt_err *err)
{
	static const char *const names[] = { "one", "two" };
	size_t size;

	return bt_plot_program(&(struct bt_plot){ .labs = labs, .names = names, .count = count,
						  .kind = kind, .run = run,
						  .published = published },
			       program, &size, err);
}

/* Of one document, which is freed. */
static char *program_of(struct bt_lab_runs *runs, const char *kind, bool published)
{
	const struct bt_lab_runs *labs[] = { runs };
	struct bt_err err = { 0 };
	char *program;

	if (try_program(labs, 1, kind, NULL, published, &program, &err))
		fail_msg("%s", err.text);
	bt_lab_runs_free(runs);
	return program;
}

static void assert_has(const char *program, const char *part)
{
	if (!strstr(program, part))
		fail_msg("'%s' is not in:\n%s", part, program);
}

/*
 * Two iterations, 2 GiB in 2 s and in 1 s: 1 and 2 GiB/s, mean 1.5, deviation sqrt(0.5); the
 * interval reaches 12.7062 * 0.5 to both sides, below 0 too, and ends with the axis at 1. The only
 * bar of a cluster stands in its middle.
 */
static void test_inflate(void **state)
{
	struct bt_lab_run *run = bt_lab_run_create(BT_LAB_INFLATE, "virtio-mem");
	char *program;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		bt_lab_run_value(run, "shrink_bytes", 2 * LAB_GIB);
		bt_lab_run_value(run, "shrink_ns", i ? 1e9 : 2e9);
	}
	program = program_of(ALL_OF(run), "inflate", true);
	assert_has(program, "$bars0 << EOD\n0 1.5 1 7.853102368 1.50\nEOD\n");
	assert_has(program, "'virtio-mem'");
	/* 34.5 GiB/s of shrinking were published. */
	assert_has(program, "$published << EOD\n0 34.5 0.3864\n1 101.7 0.3864\n3 4 0.3864\nEOD\n");
	assert_has(program, "published: HyperAlloc");
	free(program);
}

static struct bt_lab_run *stream_of(unsigned repetition, double late_ns, double gib)
{
	static const char *const columns[] = { "kernel", "iteration", "begin_ns", "end_ns", "bytes",
					       NULL };
	struct bt_lab_run *run = bt_lab_run_create(BT_LAB_STREAM, "base-manual");
	struct bt_lab_table *table = bt_lab_run_table(run, "stream", columns);

	run->repetition = repetition;
	bt_lab_table_add(table, (double[]){ 3, 0, late_ns + 1.5e9, late_ns + 2e9, gib * LAB_GIB });
	bt_lab_table_add(table, (double[]){ 0, 0, late_ns + 2e9, late_ns + 3e9, gib * LAB_GIB });
	bt_lab_table_add(table, (double[]){ 3, 1, late_ns + 3e9, late_ns + 4e9, gib * LAB_GIB });
	bt_lab_run_mark(run, "shrink", late_ns + 1.75e9, late_ns + 2.5e9);
	return run;
}

/*
 * The work begins 1.5 s after the run. 2 GiB in half a second at its begin, in one 1.5 s later;
 * of another kernel nothing is drawn. A second guest came up 7 s later and moved 1 GiB as fast; of
 * what warms up nothing is drawn either.
 */
static void test_stream(void **state)
{
	struct bt_lab_run *warm_up = stream_of(0, 3e9, 9);
	char *program;

	(void)state;
	warm_up->warm_up = true;
	program = program_of(ALL_OF(warm_up, stream_of(1, 0, 2), stream_of(2, 7e9, 1)), "stream",
			     false);
	assert_has(program, "$points0 << EOD\n0 4\n1.5 2\n0 2\n1.5 1\nEOD\n");
	assert_has(program, "rectangle from first 0.25, graph 0 to first 1, graph 1");
	assert_has(program, "'shrink' at first 0.25");
	assert_has(program, "iterations of triad, all repetitions; resized as base-manual r01");
	assert_has(program, "'GiB/s'");
	assert_has(program, "set yrange [0:4.2]");
	free(program);
}

static unsigned lines_between(const char *program, const char *begin)
{
	const char *text = strstr(program, begin), *end;
	unsigned count = 0;

	assert_non_null(text);
	end = strstr(text += strlen(begin), "EOD");
	assert_non_null(end);
	for (; text < end; text++)
		count += *text == '\n';
	return count;
}

/* 2000 and 2000 of triad, of copy as many between them: every second of triad is drawn. */
static void test_many_points(void **state)
{
	struct bt_lab_run *runs[2];
	char *program;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct bt_lab_table *there;

		runs[i] = stream_of(i + 1, 0, 1);
		there = bt_lab_run_find_table(runs[i], "stream");
		for (unsigned k = 2; k < 2000; k++) {
			struct bt_lab_table *table = &runs[i]->tables[there - runs[i]->tables];
			double begin = k * 2e9, middle = begin + 1e9, end = middle + 1e9;

			bt_lab_table_add(table, (double[]){ 3, k, begin, middle, LAB_GIB });
			bt_lab_table_add(table, (double[]){ 0, k, middle, end, LAB_GIB });
		}
	}
	program = program_of(ALL_OF(runs[0], runs[1]), "stream", false);
	assert_int_equal(lines_between(program, "$points0 << EOD\n"), 2 * 1000);
	free(program);
}

/* Two guests of 1 and 2 GiB for a minute; then the sum is 3 GiB. */
static void test_multivm(void **state)
{
	static const char *const columns[] = { BT_LAB_SAMPLE_COLUMNS, NULL };
	struct bt_lab_run *run = bt_lab_run_create(BT_LAB_MULTIVM, "base-auto");
	struct bt_lab_table *table = bt_lab_run_table(run, "samples", columns);
	char *program;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		bt_lab_table_add(table, (double[12]){ i / 2 * 60e9, i % 2, (1 + i % 2) * LAB_GIB });
	bt_lab_run_value(run, "footprint_byte_ns", 3 * LAB_GIB * 60e9);
	program = program_of(ALL_OF(run), "multivm", false);
	assert_has(program, "$sums << EOD\n0 0 1 3\n0.1 0 1 3\n");
	assert_has(program, "peak 3.00 GiB");
	assert_has(program, ": 3 GiB min, peak");
	free(program);
}

static void test_footprint(void **state)
{
	char *program;

	(void)state;
	program = program_of(ALL_OF(lab_compiling("base-auto", 2)), NULL, false);
	assert_has(program, "'build' at first 0,");
	assert_has(program, "'drop' at first 100,");
	assert_has(program, "'page cache'");
	/* 90 s by the user, as minutes. */
	assert_has(program, "$total2_0 << EOD\n0 1.5 NaN NaN\nEOD\n");
	free(program);
	program = program_of(ALL_OF(lab_compiling("base-auto", 2), lab_compiling("base-manual", 2)),
			     "footprint", false);
	assert_has(program, "$rss1 << EOD\n");
	assert_null(strstr(program, "'page cache'"));
	free(program);
}

static void test_head(void **state)
{
	struct bt_lab_run *emulated = lab_ftq("llfree-auto", 3e5), *failed = lab_ftq("x", 1);
	const struct bt_lab_runs *labs[2];
	struct bt_err err = { 0 };
	char *program;

	(void)state;
	emulated->reality = BT_EMULATED;
	emulated->unproven = true;
	failed->end = BT_LAB_PANIC;
	labs[0] = ALL_OF(emulated, failed);
	labs[1] = ALL_OF(lab_ftq("llfree-auto", 3e5));
	assert_int_equal(try_program(labs, 2, "ftq", NULL, false, &program, &err), 0);
	assert_has(program, "'EMULATED: times are not those of a machine.  UNPROVEN: a mode\u2019s "
		   "QEMU was never seen.  PARTIAL: 1 of 2 runs failed'");
	assert_has(program, "NOT COMPARABLE: A, B: other kind of machine: emulated, real'");
	assert_null(strstr(program, "'A  x'"));
	free(program);
	failed->end = BT_LAB_UNAVAILABLE;
	assert_int_equal(try_program(labs, 2, "ftq", NULL, false, &program, &err), 0);
	assert_has(program, "QEMU was never seen.  1 of 2 unavailable'");
	assert_null(strstr(program, "'A  x'"));
	free(program);
	bt_lab_runs_free((struct bt_lab_runs *)labs[0]);
	bt_lab_runs_free((struct bt_lab_runs *)labs[1]);
	/* Both sorts in one document: nothing else says so, as nothing is compared. */
	emulated = lab_ftq("a", 3e5);
	emulated->reality = BT_EMULATED;
	program = program_of(ALL_OF(emulated, lab_ftq("b", 3e5)), "ftq", false);
	assert_has(program, "NOT COMPARABLE: lab: some of its runs are emulated");
	free(program);
}

static void test_refused(void **state)
{
	struct bt_lab_run *warm_up = lab_inflate("base-manual", 1, 1, 1, 1);
	const struct bt_lab_runs *labs[] = { ALL_OF(lab_inflate("base-manual", 1, 1, 1, 1)) };
	struct bt_err err;
	char *program;

	(void)state;
	assert_int_equal(try_program(labs, 1, "stream", NULL, false, &program, &err), -ENODATA);
	assert_non_null(strstr(err.text, "needs runs of stream in the lab"));
	assert_int_equal(try_program(labs, 1, "heatmap", NULL, false, &program, &err), -ENODATA);
	assert_int_equal(try_program(labs, 1, NULL, "virtio*", false, &program, &err), -EINVAL);
	assert_non_null(strstr(err.text, "--run virtio*"));
	assert_int_equal(try_program(labs, 1, NULL, "base-*", false, &program, &err), 0);
	free(program);
	bt_lab_runs_free((struct bt_lab_runs *)labs[0]);
	warm_up->warm_up = true;
	labs[0] = ALL_OF(warm_up);
	assert_int_equal(try_program(labs, 1, NULL, NULL, false, &program, &err), -EINVAL);
	assert_non_null(strstr(err.text, "no run counts"));
	bt_lab_runs_free((struct bt_lab_runs *)labs[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inflate),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_many_points),
		cmocka_unit_test(test_multivm),
		cmocka_unit_test(test_footprint),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
