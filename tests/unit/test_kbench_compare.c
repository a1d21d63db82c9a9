// SPDX-License-Identifier: GPL-2.0
/*
 * Microbenchmarks as what is compared and drawn: numbers that stand in documents written by hand, and
 * what makes two of them incomparable.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "bench/kbench_doc.h"
#include "bench/plot.h"
#include "bench/samples.h"
#include "tests/unit/directory.h"

static struct bt_kbench *read_document(const char *name)
{
	struct bt_kbench *result;
	struct bt_err err = { 0 };

	if (bt_kbench_read(&result, test_data(name), &err))
		fail_msg("%s", err.text);
	return result;
}

static struct bt_samples *read_samples(const char *name)
{
	struct bt_samples *samples;
	struct bt_err err = { 0 };

	if (bt_samples_read(&samples, test_data(name), &err))
		fail_msg("%s", err.text);
	return samples;
}

static void check_series(const struct bt_samples *samples, const char *config, const char *metric,
			 enum bt_better better, const double values[3])
{
	const struct bt_samples_series *series = bt_samples_find(samples, config, metric);

	if (!series)
		fail_msg("no %s of %s", metric, config);
	assert_int_equal(series->better, better);
	assert_int_equal(series->count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_true(series->values[i] == values[i]);
}

#define CHECK(samples, config, metric, better, ...) \
	check_series(samples, config, metric, better, (const double[3]){ __VA_ARGS__ })

/* ---- samples ------------------------------------------------------------------------------ */

static void rows_are_samples(void **state)
{
	struct bt_samples *samples = read_samples("compare/kbench.json");

	(void)state;
	assert_int_equal(samples->kind, BT_SAMPLES_KBENCH);
	assert_int_equal(samples->series_count, 6);
	CHECK(samples, "order=0 threads=1", "get_avg_ns", BT_BETTER_LESS, 100, 104, 102);
	CHECK(samples, "order=0 threads=2", "put_avg_ns", BT_BETTER_LESS, 90, 91, 92);
	CHECK(samples, "order=4 threads=1", "get_avg_ns", BT_BETTER_LESS, 400, 410, 420);
	assert_null(bt_samples_find(samples, "order=0 threads=1", "free_frames"));
	assert_true(samples->machine.known);
	assert_string_equal(samples->machine.host, "box");
	assert_string_equal(samples->facts[BT_FACT_CLOCK], "tsc");
	assert_false(samples->independent);
	assert_true(samples->partial);
	assert_string_equal(samples->note, "CPU 1 went offline");
	bt_samples_free(samples);
}

static void frag_has_frames(void **state)
{
	struct bt_samples *samples = read_samples("compare/kbench-frag.json");

	(void)state;
	CHECK(samples, "order=0 threads=2", "free_frames", BT_BETTER_MORE, 500, 450, 400);
	CHECK(samples, "order=0 threads=2", "free_pages", BT_BETTER_MORE, 300000, 299000, 298000);
	assert_false(samples->partial);
	assert_string_equal(samples->note, "");
	bt_samples_free(samples);
}

/* A pair's time stands in get and put: it is one number. */
static void a_pair_is_one_number(void **state)
{
	struct bt_kbench *result = read_document("compare/kbench.json");
	struct bt_samples *samples;

	(void)state;
	result->plan.kind = BT_KBENCH_REPEAT;
	result->rows[1].get.avg_ns = BT_UNKNOWN;
	samples = bt_samples_of_kbench(result, "name");
	assert_null(bt_samples_find(samples, "order=0 threads=1", "get_avg_ns"));
	assert_null(bt_samples_find(samples, "order=0 threads=1", "put_avg_ns"));
	assert_int_equal(bt_samples_find(samples, "order=0 threads=1", "pair_avg_ns")->count, 2);
	bt_samples_free(samples);
	bt_kbench_free(result);
}

struct heard {
	unsigned count;
	char last[BT_ERR_TEXT];
};

static void hear(void *context, const char *text)
{
	struct heard *heard = context;

	heard->count++;
	snprintf(heard->last, sizeof(heard->last), "%s", text);
}

static void check_difference(const struct bt_kbench *a, const struct bt_kbench *b, const char *part)
{
	struct bt_samples *left = bt_samples_of_kbench(a, "a"), *right = bt_samples_of_kbench(b, "b");
	struct heard heard = { 0 };
	unsigned reasons = bt_samples_differ(left, right, hear, &heard);

	assert_int_equal(reasons, heard.count);
	assert_int_equal(reasons, part ? 1 : 0);
	if (part && !strstr(heard.last, part))
		fail_msg("'%s' is not in: %s", part, heard.last);
	bt_samples_free(left);
	bt_samples_free(right);
}

static void what_is_measured_must_be_the_same(void **state)
{
	struct bt_kbench *a = read_document("compare/kbench.json");
	struct bt_kbench *b = bt_kbench_copy(a);

	(void)state;
	check_difference(a, b, NULL);
	/* How often, of which orders and threads, and the seed. */
	b->plan.iterations = 7;
	b->plan.seed = 9;
	b->plan.order_count = b->plan.thread_count = 1;
	check_difference(a, b, NULL);
	b->plan.kind = BT_KBENCH_RAND;
	check_difference(a, b, "'benchmark=bulk', 'benchmark=rand'");
	b->plan.kind = a->plan.kind;
	b->plan.allocs = 65;
	check_difference(a, b, "'allocs=64', 'allocs=65'");
	b->plan.allocs = 64;
	b->plan.config.gfp = BT_GFP_ATOMIC;
	check_difference(a, b, "gfp=");
	b->plan.config.gfp = a->plan.config.gfp;
	b->machine.reality = BT_EMULATED;
	check_difference(a, b, "kind of machine: real, emulated");
	bt_kbench_free(a);
	bt_kbench_free(b);
}

static void others_are_no_microbenchmarks(void **state)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{ "{", "JSON" },
		{ "{}", "no result of a microbenchmark" },
		{ "{\"schema\":{\"name\":\"buddytop-kbench\",\"version\":9}}", "version 9" },
		{ "{\"schema\":{\"name\":\"buddytop-kbench\",\"version\":1}}", "start_utc_ns" },
	};
	struct bt_kbench *result;
	struct bt_err err;

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		const char *path = in_directory("odd.json");

		assert_int_equal(bt_write_file(path, rows[i].text, strlen(rows[i].text), 0600, &err), 0);
		assert_int_equal(bt_kbench_read(&result, path, &err), -EPROTO);
		if (!strstr(err.text, rows[i].part) || !strstr(err.text, path))
			fail_msg("%s: %s", rows[i].text, err.text);
	}
	assert_int_equal(bt_kbench_read(&result, in_directory("absent"), &err), -ENOENT);
}

/* ---- pictures ----------------------------------------------------------------------------- */

static char *program_of(const struct bt_plot *plot)
{
	struct bt_err err = { 0 };
	char *program;
	size_t size;

	if (bt_plot_program(plot, &program, &size, &err))
		fail_msg("%s", err.text);
	return program;
}

static void assert_has(const char *program, const char *part)
{
	if (!strstr(program, part))
		fail_msg("'%s' is not in:\n%s", part, program);
}

static void pictures_of_one(void **state)
{
	struct bt_kbench *result = read_document("compare/kbench.json");
	const char *name = "kbench.json";
	struct bt_plot plot = {
		.kbenches = (const struct bt_kbench *const *)&result, .names = &name, .count = 1,
	};
	char *program = program_of(&plot);

	(void)state;
	assert_has(program, "microbenchmark bulk");
	assert_has(program, "NOT COMPLETE: CPU 1 went offline");
	/* The median of 100, 104, 102 with the least and the most; get is left of the middle. */
	assert_has(program, "$bars0 << EOD\n-0.2 102 100 104\n0.8 121 120 122\n1.8 410 400 420\nEOD\n");
	assert_has(program, "$bars1 << EOD\n0.2 82 80 84\n");
	assert_has(program, "$curve0 << EOD\n1 100\n2 104\n3 102\nEOD\n");
	assert_has(program, "$curve5 << EOD\n1 300\n2 310\n3 320\nEOD\n");
	assert_null(strstr(program, "free frames"));
	free(program);
	plot.run = "order=4*";
	program = program_of(&plot);
	assert_has(program, "$bars0 << EOD\n-0.2 410 400 420\nEOD\n");
	free(program);
	bt_kbench_free(result);
}

static void pictures_of_two(void **state)
{
	struct bt_kbench *results[2] = { read_document("compare/kbench.json"),
					 read_document("compare/kbench-frag.json") };
	const char *names[2] = { "first.json", "second.json" };
	struct bt_plot plot = {
		.kbenches = (const struct bt_kbench *const *)results, .names = names, .count = 2,
	};
	char *program;

	(void)state;
	results[1]->plan.kind = BT_KBENCH_BULK;
	results[1]->plan.allocs = 64;
	results[1]->rows[0].get.avg_ns = 240;
	program = program_of(&plot);
	assert_has(program, "A: first.json");
	assert_null(strstr(program, "NOT COMPARABLE"));
	/* The same order and threads of both stand side by side: the third bar is B's. */
	assert_has(program, "$bars0 << EOD\n-0.2 102 100 104\n0.8 121 120 122\n"
			    "1.8 122 121 240\n2.8 410 400 420\nEOD\n");
	free(program);
	results[1]->plan.kind = BT_KBENCH_FRAG;
	program = program_of(&plot);
	assert_has(program, "NOT COMPARABLE: A, B: other plan: ");
	assert_has(program, "1 500\n2 450\n3 400\n");
	free(program);
	bt_kbench_free(results[0]);
	bt_kbench_free(results[1]);
}

static void assert_refused(const struct bt_plot *plot, int code, const char *part)
{
	struct bt_err err = { 0 };
	char *program;
	size_t size;

	assert_int_equal(bt_plot_program(plot, &program, &size, &err), -code);
	assert_has(err.text, part);
}

static void pictures_are_refused(void **state)
{
	struct bt_kbench *result = read_document("compare/kbench.json");
	const char *name = "kbench.json";
	const struct bt_plot plain = {
		.kbenches = (const struct bt_kbench *const *)&result, .names = &name, .count = 1,
	};
	struct bt_plot plot = plain;

	(void)state;
	plot.kind = "frames";
	assert_refused(&plot, ENODATA, "needs a microbenchmark frag");
	plot.kind = "latency";
	assert_refused(&plot, ENODATA, "needs histograms");
	plot = plain;
	plot.run = "order=9*";
	assert_refused(&plot, EINVAL, "order=9*");
	plot = plain;
	plot.metric = "allocs_per_s";
	assert_refused(&plot, EINVAL, "--metric");
	result->row_count = 0;
	assert_refused(&plain, ENODATA, "no iteration has ended");
	bt_kbench_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_samples),
		cmocka_unit_test(frag_has_frames),
		cmocka_unit_test(a_pair_is_one_number),
		cmocka_unit_test(what_is_measured_must_be_the_same),
		cmocka_unit_test(others_are_no_microbenchmarks),
		cmocka_unit_test(pictures_of_one),
		cmocka_unit_test(pictures_of_two),
		cmocka_unit_test(pictures_are_refused),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
