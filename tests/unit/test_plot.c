// SPDX-License-Identifier: GPL-2.0
/* Programs for gnuplot: numbers calculated by hand, and texts that try to be more than texts. */
#include "tests/unit/test.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/plot.h"
#include "bench/plot_text.h"
#include "tests/unit/sample_result.h"

#define GIB (1ull << 30)

/* ---- helpers ------------------------------------------------------------------------------ */

/* A result of runs without repetitions, "order=0", "order=1" ... */
static struct bt_result *empty_result(unsigned runs)
{
	struct bt_result *result = bt_result_create(NULL);

	result->plan_name = bt_xstrdup("plan");
	result->run_count = runs;
	result->runs = bt_xcalloc(runs, sizeof(*result->runs));
	for (unsigned i = 0; i < runs; i++) {
		result->runs[i].section = bt_xstrdup("plan");
		result->runs[i].label = bt_xasprintf("order=%u", i);
	}
	return result;
}

static struct bt_result_repetition *add(struct bt_result *result, unsigned run)
{
	struct bt_result_repetition *repetition = bt_result_add(&result->runs[run]);

	repetition->number = result->runs[run].repetition_count;
	repetition->complete = true;
	return repetition;
}

static void add_probes(struct bt_result *result, unsigned run, uint64_t idle, uint64_t pressed)
{
	struct bt_result_repetition *repetition = add(result, run);

	sample_probe(&repetition->phases[BT_PHASE_IDLE], idle);
	sample_probe(&repetition->phases[BT_PHASE_PRESSED], pressed);
}

static void add_rate(struct bt_result *result, unsigned run, double rate)
{
	struct bt_result_phase *phase = &add(result, run)->phases[BT_PHASE_LOAD];

	phase->known = true;
	phase->point.allocs_per_s = rate;
}

/* The program of plot; fails the test when there is none. */
static char *program_of(const struct bt_plot *plot)
{
	struct bt_err err = { 0 };
	char *program;
	size_t size;

	if (bt_plot_program(plot, &program, &size, &err))
		fail_msg("%s", err.text);
	assert_int_equal(strlen(program), size);
	return program;
}

static char *program_of_one(const struct bt_result *result, const char *kind)
{
	return program_of(&(struct bt_plot){ .results = &result, .count = 1, .kind = kind });
}

static void assert_has(const char *program, const char *part)
{
	if (!strstr(program, part))
		fail_msg("'%s' is not in:\n%s", part, program);
}

static void assert_lacks(const char *program, const char *part)
{
	if (strstr(program, part))
		fail_msg("'%s' is in:\n%s", part, program);
}

static void assert_refused(const struct bt_plot *plot, int code, const char *part)
{
	struct bt_err err = { 0 };
	char *program;
	size_t size;

	assert_int_equal(bt_plot_program(plot, &program, &size, &err), -code);
	assert_has(err.text, part);
}

/* ---- texts -------------------------------------------------------------------------------- */

static char *quoted(const char *text, unsigned most)
{
	char *result;
	size_t size;
	FILE *out = open_memstream(&result, &size);

	bt_plot_quote(out, text, most);
	fclose(out);
	return result;
}

static void assert_quoted(const char *text, unsigned most, const char *wanted)
{
	char *result = quoted(text, most);

	assert_string_equal(result, wanted);
	free(result);
}

static void texts_are_only_texts(void **state)
{
	(void)state;
	assert_quoted("order=4 cpus=2", 40, "'order=4 cpus=2'");
	assert_quoted("a'b", 40, "'a\u2019b'");
	assert_quoted("`id`", 40, "'\u2018id\u2018'");
	assert_quoted("\\n\"@x%s", 40, "'/n\u201d@x%s'");
	assert_quoted("a\nEOD\nb\x1b[1m", 40, "'a?EOD?b?[1m'");
	assert_quoted("h\u00f6st \xff", 40, "'h\u00f6st ?'");
	assert_quoted("\u0416\u03a9\u2014\u0627\u4e2d\uff20\U0001f600", 40,
		      "'\u0416\u03a9\u2014?\?\?\?'");
	assert_quoted("12345", 5, "'12345'");
	assert_quoted("123456", 5, "'1234\u2026'");
}

/* Whatever bytes come, nothing in between the quotes ends or means something. */
static void no_text_gets_out(void **state)
{
	char text[64];
	unsigned seed = 1;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		char *result;

		for (unsigned i = 0; i + 1 < sizeof(text); i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = (char)(seed >> 16);
		}
		text[sizeof(text) - 1] = '\0';
		result = quoted(text, 40);
		assert_int_equal(result[0], '\'');
		assert_int_equal(strcspn(result + 1, "'`\\\"\n\r"), strlen(result) - 2);
		assert_int_equal(result[strlen(result) - 1], '\'');
		free(result);
	}
}

static void documents_write_no_program(void **state)
{
	static const char attack[] = "'\nsystem('x') `x` $x @x \\ %s";
	struct bt_result *result = sample_result("/a/`x`.json", 1);
	const struct bt_result *results[] = { result, result };
	char *program;

	(void)state;
	free(result->plan_name);
	result->plan_name = bt_xstrdup(attack);
	free(result->runs[1].label);
	result->runs[1].label = bt_xstrdup(attack);
	strcpy(result->machine.host, attack);
	strcpy(result->machine.kernel, attack);
	result->partial = true;
	strcpy(result->partial_reason, attack);
	program = program_of(&(struct bt_plot){ .results = results, .count = 2, .title = attack });
	assert_lacks(program, "`");
	assert_lacks(program, "\\ ");
	assert_lacks(program, "system('");
	assert_lacks(program, "\nsystem");
	assert_has(program, "'\u2019?system(\u2019x\u2019) \u2018x\u2018 $x @x / %s'");
	/* The same below an axis, where 20 characters have room. */
	assert_has(program, "'\u2019?system(\u2019x\u2019) \u2018x\u2018 $\u2026' 1");
	free(program);
	bt_result_free(result);
}

/* ---- available ---------------------------------------------------------------------------- */

/*
 * Two series, so bars are 0.4 wide and stand 0.2 beside their configuration. Of three values, more
 * than a quarter of all resamples have the smallest (largest) as median: 7 of 27.
 */
static void bars_are_medians(void **state)
{
	struct bt_result *result = empty_result(2);
	char *program;

	(void)state;
	add_probes(result, 0, 4 * GIB, GIB);
	add_probes(result, 0, GIB, 3 * GIB / 2);
	add_probes(result, 0, 2 * GIB, GIB / 2);
	add_probes(result, 0, 3 * GIB, 2 * GIB);
	add_probes(result, 0, 5 * GIB, 5 * GIB / 2);
	add_probes(result, 0, 9 * GIB, 9 * GIB);
	strcpy(result->runs[0].repetitions[5].flaw, "a guard fired");
	for (unsigned i = 0; i < 4; i++) /* too few for an interval */
		add_probes(result, 1, 3 * GIB, 2 * GIB);
	program = program_of_one(result, "available");
	/* Of 5^5 resamples 5.8 % have the least three times or more: it is the lower end. */
	assert_has(program, "\n$bars0 << EOD\n-0.2 3 1 5\n0.8 3 NaN NaN\nEOD\n");
	assert_has(program, "\n$bars1 << EOD\n0.2 1.5 0.5 2.5\n1.2 2 NaN NaN\nEOD\n");
	assert_has(program, "set ylabel 'GiB'");
	assert_has(program, "('0' 0, '1' 1)");
	assert_has(program, "'order  \u2014  medians, 95 percent intervals where there are enough");
	assert_has(program, "\n-0.296 4\n-0.248 1\n-0.2 2\n-0.152 3\n-0.104 5\n");
	free(program);
	bt_result_free(result);
}

static void labels_stay_whole_where_they_differ(void **state)
{
	struct bt_result *result = empty_result(2);
	char *program;

	(void)state;
	free(result->runs[1].label);
	/* The text of a tic is a format. */
	result->runs[1].label = bt_xstrdup("held=5%");
	add_probes(result, 0, 5 << 20, 4 << 20);
	program = program_of_one(result, "available");
	assert_has(program, "('order=0' 0, 'held=5%%' 1)");
	assert_has(program, "set ylabel 'MiB'");
	free(program);
	bt_result_free(result);
}

/* ---- latency ------------------------------------------------------------------------------ */

/* Buckets: 10 alone, 20 and 21, 96 to 103. Of 100, 90 are one nine, 99 are two, all the top. */
static void steps_stand_at_upper_edges(void **state)
{
	struct bt_result *result = empty_result(1);
	struct bt_result_phase *phase = &add(result, 0)->phases[BT_PHASE_LOAD];
	struct bt_hist *hist = &phase->point.hist[BT_OP_ALLOC];
	char *program;

	(void)state;
	phase->known = true;
	hist->count[bt_hist_index(10)] = 90;
	hist->count[bt_hist_index(20)] = 9;
	hist->count[bt_hist_index(100)] = 1;
	hist->total = 100;
	program = program_of_one(result, "latency");
	assert_has(program, "\n$alloc0 << EOD\n10 0\n10 1\n21 2\n103 7\nEOD\n");
	/* Nothing else was timed: no line, no entry in the legend. */
	assert_lacks(program, "$free0");
	assert_lacks(program, "$bulk0");
	assert_has(program, "linecolor rgb 'black' title 'alloc'");
	assert_lacks(program, "title 'free'");
	assert_has(program, "set yrange [0:3]");
	assert_has(program, "('0' 0, '50' 0.30103, '90' 1, '99' 2, '100' 3)");
	assert_has(program, "'10 ns' 1e1, '' 2e1 1");
	free(program);
	bt_result_free(result);
}

/* A bulk call is timed as a whole: a line of its own, of one run beside a run without. */
static void bulk_calls_have_a_line(void **state)
{
	struct bt_result *result = empty_result(2);
	struct bt_point *plain = &add(result, 0)->phases[BT_PHASE_LOAD].point;
	struct bt_point *bulk = &add(result, 1)->phases[BT_PHASE_LOAD].point;
	char *program;

	(void)state;
	plain->hist[BT_OP_ALLOC].count[bt_hist_index(10)] = plain->hist[BT_OP_ALLOC].total = 4;
	bulk->bulk_hist.count[bt_hist_index(100)] = bulk->bulk_hist.total = 9;
	bulk->hist[BT_OP_FREE].count[bt_hist_index(20)] = bulk->hist[BT_OP_FREE].total = 9;
	program = program_of_one(result, "latency");
	assert_has(program, "\n$alloc0 << EOD\n10 0\n10 7\nEOD\n");
	assert_has(program, "\n$bulk1 << EOD\n96 0\n103 7\nEOD\n");
	assert_has(program, "\n$free1 << EOD\n20 0\n21 7\nEOD\n");
	assert_lacks(program, "$bulk0");
	assert_lacks(program, "$alloc1");
	assert_has(program, "$bulk1 using 1:2 with steps");
	assert_has(program, "title 'bulk call'");
	assert_has(program, "title 'free'");
	free(program);
	bt_result_free(result);
}

static void times_have_units(void **state)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	bt_plot_time_axis(out, "x", 0, 2e10);
	fclose(out);
	assert_has(text, "set xrange [1:2e+10]");
	assert_has(text, "('1 ns' 1e0, ");
	assert_has(text, ", '100 us' 1e5, ");
	assert_has(text, ", '1 ms' 1e6, ");
	assert_has(text, ", '10 s' 1e10, ");
	free(text);
}

static void few_of_many_are_drawn(void **state)
{
	struct bt_result *result = empty_result(15);
	char *program;

	(void)state;
	for (unsigned i = 0; i < 15; i++) {
		struct bt_result_phase *phase = &add(result, i)->phases[BT_PHASE_LOAD];

		phase->known = true;
		phase->point.hist[BT_OP_ALLOC].count[10] = phase->point.hist[BT_OP_ALLOC].total = 1;
	}
	program = program_of_one(result, "latency");
	assert_has(program, "$alloc11 << EOD");
	assert_lacks(program, "$alloc12 << EOD");
	assert_has(program, "3 more are not shown");
	free(program);
	bt_result_free(result);
}

/* ---- over time ---------------------------------------------------------------------------- */

static struct bt_result *timed_result(void)
{
	struct bt_result *result = empty_result(1);
	struct bt_result_repetition *repetition = add(result, 0);
	struct bt_result_sample sample = { .at_ns = BT_NS_PER_S / 2, .length_ns = BT_NS_PER_S / 2,
					   .phase = BT_PHASE_WARMUP, .allocs_per_s = 2e6 };

	sample.alloc_bins[3] = 100;
	bt_result_sample(repetition, &sample);
	sample.at_ns = 3 * BT_NS_PER_S / 2;
	sample.length_ns = BT_NS_PER_S;
	sample.phase = BT_PHASE_LOAD;
	sample.allocs_per_s = 1e6;
	bt_result_sample(repetition, &sample);
	return result;
}

static void rates_stand_in_the_middle_of_their_time(void **state)
{
	struct bt_result *result = timed_result();
	char *program = program_of_one(result, "rate");

	(void)state;
	assert_has(program, "\n$rate0 << EOD\n0.25 2000000\n1 1000000\nEOD\n");
	assert_has(program, "set ylabel 'million allocations per second'");
	assert_has(program, "using 1:($2 / 1000000) with lines");
	assert_has(program, "'warmup' at first 0, ");
	assert_has(program, "'load' at first 0.5, ");
	assert_lacks(program, "'antagonized' at first");
	free(program);
	bt_result_free(result);
}

/* Three phases of a second each in 100: names that would be over each other get lines. */
static void phases_are_told_apart(void **state)
{
	static const uint64_t lengths_s[BT_PHASE_COUNT] = { 1, 1, 1, 97 };
	struct bt_result *result = empty_result(1);
	struct bt_result_repetition *repetition = add(result, 0);
	struct bt_result_sample sample = { .allocs_per_s = 1e6 };
	char *program;

	(void)state;
	for (unsigned phase = 0; phase < BT_PHASE_COUNT; phase++) {
		sample.length_ns = lengths_s[phase] * BT_NS_PER_S;
		sample.at_ns += sample.length_ns;
		sample.phase = (uint8_t)phase;
		bt_result_sample(repetition, &sample);
	}
	program = program_of_one(result, "rate");
	assert_has(program, "'idle' at first 0, graph 1.02 ");
	assert_has(program, "'warmup' at first 1, graph 1.06 ");
	assert_has(program, "'load' at first 2, graph 1.10 ");
	assert_lacks(program, "'antagonized' at first");
	free(program);
	bt_result_free(result);
}

/* Bin 3 is 8 to 16 ns; 100 in half a second are 200 a second. */
static void cells_are_rates(void **state)
{
	struct bt_result *result = timed_result();
	char *program = program_of_one(result, "heatmap");

	(void)state;
	assert_has(program, "\n$cells << EOD\n0 0.5 8 16 200\n0.5 1.5 8 16 100\nEOD\n");
	assert_has(program, "set cbrange [1e2:1e3]");
	assert_has(program, "set yrange [8:16]");
	assert_has(program, "repetition 1 of order=0'");
	assert_has(program, "'latency of an allocation'");
	free(program);
	result->runs[0].repetitions[0].phases[BT_PHASE_LOAD].point.bulk_hist.total = 1;
	program = program_of_one(result, "heatmap");
	assert_has(program, "'latency of a whole bulk call'");
	assert_has(program, "'bulk calls per second'");
	free(program);
	bt_result_free(result);
}

static double channel(unsigned value)
{
	double part = value / 255.0;

	return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
}

/* Relative luminance as WCAG 2 defines it: each colour of the scale is darker than the last. */
static void heat_darkens(void **state)
{
	char *text, *at;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	double before = 1;
	unsigned count = 0;

	(void)state;
	bt_plot_palette(out);
	fclose(out);
	for (at = strchr(text, '#'); at; at = strchr(at + 1, '#'), count++) {
		unsigned colour = (unsigned)strtoul(at + 1, NULL, 16);
		double luminance = 0.2126 * channel(colour >> 16) +
				   0.7152 * channel(colour >> 8 & 255) +
				   0.0722 * channel(colour & 255);

		assert_true(luminance < 0.9 * before);
		before = luminance;
	}
	assert_true(count >= 5);
	free(text);
}

static void repetitions_are_chosen(void **state)
{
	struct bt_result *result = timed_result();
	struct bt_plot plot = { .results = (const struct bt_result *const *)&result, .count = 1,
				.kind = "heatmap" };
	char *program;

	(void)state;
	strcpy(result->runs[0].repetitions[0].flaw, "a guard fired");
	assert_refused(&plot, ENODATA, "needs a counted repetition");
	plot.repetition = 1;
	program = program_of(&plot);
	assert_has(program, "$cells << EOD\n0 0.5");
	assert_has(program, "repetition 1 of order=0; does not count: a guard fired'");
	free(program);
	plot.kind = "rate";
	program = program_of(&plot);
	assert_has(program, "beginning of the repetition; does not count: a guard fired'");
	free(program);
	result->runs[0].repetitions[0].flaw[0] = '\0';
	program = program_of(&plot);
	assert_lacks(program, "does not count");
	free(program);
	plot.repetition = 2;
	for (unsigned i = 0; i < 3; i++) {
		plot.kind = ((const char *const[]){ NULL, "heatmap", "available" })[i];
		assert_refused(&plot, EINVAL, "--repetition 2: no configuration");
	}
	bt_result_free(result);
}

/* ---- compare ------------------------------------------------------------------------------ */

/* Values that are all the same have one median, however they are drawn. */
static void differences_are_in_percent(void **state)
{
	struct bt_result *a = empty_result(2), *b = empty_result(2);
	const struct bt_result *results[] = { a, b };
	struct bt_plot plot = { .results = results, .count = 2, .kind = "compare" };
	char *program;

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		add_rate(a, 0, 10);
		add_rate(b, 0, 12);
		add_rate(a, 1, 10);
	}
	/* Of five and two `compare` tells nothing. */
	add_rate(b, 1, 5);
	add_rate(b, 1, 5);
	a->path = bt_xstrdup("/x/old.json");
	b->path = bt_xstrdup("/x/new.json");
	program = program_of(&plot);
	assert_has(program, "\n$bars0 << EOD\n0 20 20 20\n1 -50 NaN NaN\nEOD\n");
	assert_has(program, "'allocs: difference from A, up is better'");
	assert_has(program, "NAME0 = 'B new.json'");
	assert_has(program, "'A: old.json, ");
	free(program);
	plot.metric = "alloc_p99_ns";
	assert_refused(&plot, ENODATA, "the same configuration and metric");
	plot.metric = "nonsense";
	assert_refused(&plot, EINVAL, "no such metric");
	plot.metric = NULL;
	plot.count = 1;
	assert_refused(&plot, ENODATA, "two documents");
	bt_result_free(a);
	bt_result_free(b);
}

/* ---- the page ----------------------------------------------------------------------------- */

static void warnings_stand_in_the_head(void **state)
{
	struct bt_result *result = sample_result("a.json", 1);
	char *program = program_of_one(result, NULL);

	(void)state;
	assert_lacks(program, "EMULATED");
	assert_lacks(program, "PARTIAL");
	free(program);
	result->machine.reality = BT_EMULATED;
	result->partial = true;
	strcpy(result->partial_reason, "time limit of 60 s");
	program = program_of(&(struct bt_plot){
		.results = (const struct bt_result *const *)&result, .count = 1, .title = "Mine" });
	assert_has(program, "'EMULATED: times are not those of a machine.  PARTIAL: time limit of "
		   "60 s'");
	assert_has(program, "'Mine'");
	free(program);
	result->machine.reality = BT_SIMULATED;
	program = program_of_one(result, "rate");
	assert_has(program, "'SIMULATED: ");
	free(program);
	bt_result_free(result);
}

static unsigned occurrences(const char *text, const char *part)
{
	unsigned count = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		count++;
	return count;
}

static void all_that_there_is_becomes_a_panel(void **state)
{
	struct bt_result *result = sample_result("a.json", 1);
	const struct bt_result *results[] = { result, result };
	struct bt_plot plot = { .results = results, .count = 1, .width = 800, .height = 600,
				.format = BT_PLOT_PDF };
	char *program = program_of(&plot);

	(void)state;
	assert_int_equal(occurrences(program, "\nplot "), 4);
	assert_has(program, "set terminal pdfcairo noenhanced size 8.333333333,6.25 ");
	free(program);
	plot.count = 2;
	plot.format = BT_PLOT_PNG;
	program = program_of(&plot);
	assert_int_equal(occurrences(program, "\nplot "), 5);
	assert_has(program, "set terminal pngcairo noenhanced size 800,600 ");
	free(program);
	plot.run = "order=[49]";
	program = program_of(&plot);
	assert_has(program, "('4' 0, '9' 1)");
	free(program);
	plot.run = "order=7";
	assert_refused(&plot, EINVAL, "no configuration");
	plot.run = NULL;
	plot.kind = "pie";
	assert_refused(&plot, EINVAL, "all, available, compare, latency, rate, heatmap");
	plot.run = NULL;
	plot.kind = "all";
	program = program_of(&plot);
	assert_int_equal(occurrences(program, "\nplot "), 5);
	free(program);
	plot.count = BT_PLOT_DOCUMENTS_MAX + 1;
	plot.kind = NULL;
	assert_refused(&plot, EINVAL, "room for 6");
	bt_result_free(result);
}

static void nothing_is_not_drawn(void **state)
{
	struct bt_result *result = empty_result(1);
	struct bt_plot plot = { .results = (const struct bt_result *const *)&result, .count = 1 };

	(void)state;
	assert_refused(&plot, ENODATA, "nothing to draw");
	result->run_count = 0;
	assert_refused(&plot, EINVAL, "no configuration");
	result->run_count = 1;
	bt_result_free(result);
}

static void formats_and_sizes(void **state)
{
	static const char *const bad_sizes[] = {
		"", "x", "800", "800x", "x600", "299x600", "800x10001", "800x600x1", "-800x600",
		"8e2x600", "99999999999x600",
	};
	enum bt_plot_format format;
	struct bt_plot plot;
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_plot_format("a.svg", &format, &err), 0);
	assert_int_equal(format, BT_PLOT_SVG);
	assert_int_equal(bt_plot_format("a.b/c.PNG", &format, &err), 0);
	assert_int_equal(format, BT_PLOT_PNG);
	assert_int_equal(bt_plot_format("a.pdf", &format, &err), 0);
	assert_int_equal(format, BT_PLOT_PDF);
	assert_int_equal(bt_plot_format("a.gif", &format, &err), -EINVAL);
	assert_int_equal(bt_plot_format("a.svg/b", &format, &err), -EINVAL);
	assert_int_equal(bt_plot_format("svg", &format, &err), -EINVAL);
	assert_int_equal(bt_plot_size("800x600", &plot, &err), 0);
	assert_int_equal(plot.width, 800);
	assert_int_equal(plot.height, 600);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(bad_sizes); i++)
		assert_int_equal(bt_plot_size(bad_sizes[i], &plot, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_only_texts),
		cmocka_unit_test(no_text_gets_out),
		cmocka_unit_test(documents_write_no_program),
		cmocka_unit_test(bars_are_medians),
		cmocka_unit_test(labels_stay_whole_where_they_differ),
		cmocka_unit_test(steps_stand_at_upper_edges),
		cmocka_unit_test(bulk_calls_have_a_line),
		cmocka_unit_test(times_have_units),
		cmocka_unit_test(few_of_many_are_drawn),
		cmocka_unit_test(rates_stand_in_the_middle_of_their_time),
		cmocka_unit_test(phases_are_told_apart),
		cmocka_unit_test(cells_are_rates),
		cmocka_unit_test(heat_darkens),
		cmocka_unit_test(repetitions_are_chosen),
		cmocka_unit_test(differences_are_in_percent),
		cmocka_unit_test(warnings_stand_in_the_head),
		cmocka_unit_test(all_that_there_is_becomes_a_panel),
		cmocka_unit_test(nothing_is_not_drawn),
		cmocka_unit_test(formats_and_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
