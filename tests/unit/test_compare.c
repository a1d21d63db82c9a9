// SPDX-License-Identifier: GPL-2.0
/*
 * Verdicts on samples made by hand: p values are counts of arrangements, written as fractions,
 * medians and differences are read off. Then whole comparisons and what is printed of them.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/compare.h"
#include "bench/samples_build.h"
#include "tests/unit/samples.h"

static struct bt_samples_series series_of(const double *values, size_t count)
{
	return (struct bt_samples_series){
		.config = (char *)"load", .metric = (char *)"m", .label = "m",
		.unit = BT_UNIT_BYTES, .better = BT_BETTER_MORE,
		.values = (double *)values, .count = count,
	};
}

/* ---- one series -------------------------------------------------------------------------- */

/* All of a below all of b: the least p of n and m values is 2 of C(n + m, n) arrangements. */
static void test_sizes(void **state)
{
	static const double low[] = { 1, 2, 3, 4 }, high[] = { 50, 60, 70, 80, 90 };
	static const struct {
		size_t a, b;
		double p;
		enum bt_verdict verdict;
	} sizes[] = {
		{ 1, 1, 2.0 / 2, BT_VERDICT_TOO_FEW },	 { 3, 3, 2.0 / 20, BT_VERDICT_TOO_FEW },
		{ 3, 4, 2.0 / 35, BT_VERDICT_TOO_FEW },	 { 4, 3, 2.0 / 35, BT_VERDICT_TOO_FEW },
		{ 3, 5, 2.0 / 56, BT_VERDICT_MORE },	 { 4, 4, 2.0 / 70, BT_VERDICT_MORE },
		{ 2, 5, 2.0 / 21, BT_VERDICT_TOO_FEW },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(sizes); i++) {
		struct bt_samples_series a = series_of(low, sizes[i].a);
		struct bt_samples_series b = series_of(high, sizes[i].b);
		struct bt_compare_row row;

		bt_compare_series(&bt_compare_defaults, &a, &b, &row);
		assert_close(row.p, sizes[i].p);
		assert_int_equal(row.verdict, sizes[i].verdict);
		/* no interval where nothing can be told */
		assert_int_equal(isnan(row.difference.difference_ci.low),
				 sizes[i].verdict == BT_VERDICT_TOO_FEW);
	}
}

/* At an alpha of 0.1 three runs are enough; the difference is told without it, too. */
static void test_alpha(void **state)
{
	struct bt_samples_series a = series_of(SAMPLE(1, 2, 3)), b = series_of(SAMPLE(4, 6, 8));
	struct bt_compare_options options = bt_compare_defaults;
	struct bt_compare_row row;

	(void)state;
	bt_compare_series(&options, &a, &b, &row);
	assert_int_equal(row.verdict, BT_VERDICT_TOO_FEW);
	assert_true(row.difference.difference == 4);
	assert_true(row.difference.ratio == 2);
	options.alpha = 0.1;
	bt_compare_series(&options, &a, &b, &row);
	assert_int_equal(row.verdict, BT_VERDICT_MORE);
}

/* b is a and 1.5: apart (p = 2 / C(10, 5)), by 1.5 of a median of 100.2. */
static void test_noise(void **state)
{
	struct bt_samples_series a = series_of(SAMPLE(100, 100.1, 100.2, 100.3, 100.4));
	struct bt_samples_series b = series_of(SAMPLE(101.5, 101.6, 101.7, 101.8, 101.9));
	struct bt_compare_options options = bt_compare_defaults;
	char cells[BT_COLUMN_COUNT][BT_COMPARE_CELL];
	struct bt_compare_row row;

	(void)state;
	bt_compare_series(&options, &a, &b, &row);
	assert_close(row.p, 2.0 / 252);
	assert_true(row.difference.difference_ci.low > 0);
	assert_int_equal(row.verdict, BT_VERDICT_NONE);
	assert_int_equal(row.effect, BT_EFFECT_NONE);
	assert_true(row.below_noise);
	bt_compare_cells(&row, false, cells);
	assert_string_equal(cells[BT_COLUMN_VERDICT], "no difference shown, below noise");
	bt_compare_cells(&row, true, cells);
	assert_string_equal(cells[BT_COLUMN_VERDICT], "below noise");
	bt_compare_series(&options, &a, &a, &row);
	assert_false(row.below_noise);
	options.noise_percent = 1.4;
	bt_compare_series(&options, &a, &b, &row);
	assert_false(row.below_noise);
	assert_int_equal(row.verdict, BT_VERDICT_MORE);
	assert_int_equal(row.effect, BT_EFFECT_BETTER);
	bt_compare_series(&options, &b, &a, &row);
	assert_int_equal(row.verdict, BT_VERDICT_LESS);
	assert_int_equal(row.effect, BT_EFFECT_WORSE);
}

/*
 * p shows a difference and the interval does not: 488 of the 12870 arrangements of eight and eight
 * are as far apart, but three low values of b are often the middle of a resample.
 */
static void test_interval_with_zero(void **state)
{
	struct bt_samples_series a = series_of(SAMPLE(1, 2, 3, 4, 50, 51, 52, 53));
	struct bt_samples_series b = series_of(SAMPLE(40, 41, 42, 54, 55, 56, 57, 58));
	struct bt_compare_row row;

	(void)state;
	bt_compare_series(&bt_compare_defaults, &a, &b, &row);
	assert_close(row.p, 488.0 / 12870);
	assert_true(row.difference.difference_ci.low < 0);
	assert_true(row.difference.difference_ci.high > 0);
	assert_true(row.difference.ratio > 0.5);
	assert_int_equal(row.verdict, BT_VERDICT_NONE);
}

/*
 * The other way round: one pair is in the wrong order, as in one more of 70 arrangements at each
 * end, and the interval is without 0.
 */
static void test_not_significant(void **state)
{
	struct bt_samples_series a = series_of(SAMPLE(10, 11, 12, 13));
	struct bt_samples_series b = series_of(SAMPLE(12.5, 20, 21, 22));
	struct bt_compare_row row;

	(void)state;
	bt_compare_series(&bt_compare_defaults, &a, &b, &row);
	assert_close(row.p, 4.0 / 70);
	assert_true(row.difference.difference_ci.low > 0);
	assert_int_equal(row.verdict, BT_VERDICT_NONE);
}

static void test_words(void **state)
{
	static const struct {
		enum bt_unit unit;
		enum bt_better better;
		enum bt_verdict more, less;
		enum bt_effect more_is, less_is;
	} words[] = {
		{ BT_UNIT_NS, BT_BETTER_LESS, BT_VERDICT_SLOWER, BT_VERDICT_FASTER,
		  BT_EFFECT_WORSE, BT_EFFECT_BETTER },
		{ BT_UNIT_PER_S, BT_BETTER_MORE, BT_VERDICT_FASTER, BT_VERDICT_SLOWER,
		  BT_EFFECT_BETTER, BT_EFFECT_WORSE },
		{ BT_UNIT_PAGES_PER_S, BT_BETTER_MORE, BT_VERDICT_FASTER, BT_VERDICT_SLOWER,
		  BT_EFFECT_BETTER, BT_EFFECT_WORSE },
		{ BT_UNIT_BYTES_PER_S, BT_BETTER_MORE, BT_VERDICT_FASTER, BT_VERDICT_SLOWER,
		  BT_EFFECT_BETTER, BT_EFFECT_WORSE },
		/* failures a second are no speed */
		{ BT_UNIT_PER_S, BT_BETTER_LESS, BT_VERDICT_MORE, BT_VERDICT_LESS,
		  BT_EFFECT_WORSE, BT_EFFECT_BETTER },
		{ BT_UNIT_BYTES, BT_BETTER_MORE, BT_VERDICT_MORE, BT_VERDICT_LESS,
		  BT_EFFECT_BETTER, BT_EFFECT_WORSE },
		{ BT_UNIT_COUNT, BT_BETTER_LESS, BT_VERDICT_MORE, BT_VERDICT_LESS,
		  BT_EFFECT_WORSE, BT_EFFECT_BETTER },
		{ BT_UNIT_RATIO, BT_BETTER_LESS, BT_VERDICT_MORE, BT_VERDICT_LESS,
		  BT_EFFECT_WORSE, BT_EFFECT_BETTER },
		{ BT_UNIT_BYTES, BT_BETTER_NEITHER, BT_VERDICT_MORE, BT_VERDICT_LESS,
		  BT_EFFECT_NONE, BT_EFFECT_NONE },
		{ BT_UNIT_NS, BT_BETTER_NEITHER, BT_VERDICT_MORE, BT_VERDICT_LESS,
		  BT_EFFECT_NONE, BT_EFFECT_NONE },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(words); i++) {
		struct bt_samples_series low = series_of(SAMPLE(10, 11, 12, 13, 14));
		struct bt_samples_series high = series_of(SAMPLE(20, 21, 22, 23, 24));
		struct bt_compare_row row;

		low.unit = high.unit = words[i].unit;
		low.better = high.better = words[i].better;
		bt_compare_series(&bt_compare_defaults, &low, &high, &row);
		assert_int_equal(row.verdict, words[i].more);
		assert_int_equal(row.effect, words[i].more_is);
		bt_compare_series(&bt_compare_defaults, &high, &low, &row);
		assert_int_equal(row.verdict, words[i].less);
		assert_int_equal(row.effect, words[i].less_is);
	}
}

/*
 * Of buckets [64, 71], [72, 79] and [80, 87] neighbours can hold 71.9 and 72.1; two apart are 8 at
 * least, a ninth.
 */
static void test_edges(void **state)
{
	struct bt_samples_series a = series_of(SAMPLE(71, 71, 71, 71, 71));
	struct bt_samples_series next = series_of(SAMPLE(79, 79, 79, 79, 79));
	struct bt_samples_series third = series_of(SAMPLE(87, 87, 87, 87, 87));
	struct bt_compare_options options = bt_compare_defaults;
	struct bt_compare_row row;

	(void)state;
	a.unit = next.unit = third.unit = BT_UNIT_NS;
	a.better = BT_BETTER_LESS;
	bt_compare_series(&options, &a, &next, &row);
	assert_int_equal(row.verdict, BT_VERDICT_SLOWER);
	a.edges = next.edges = third.edges = true;
	bt_compare_series(&options, &a, &next, &row);
	assert_int_equal(row.verdict, BT_VERDICT_NONE);
	bt_compare_series(&options, &next, &a, &row);
	assert_int_equal(row.verdict, BT_VERDICT_NONE);
	bt_compare_series(&options, &a, &third, &row);
	assert_int_equal(row.verdict, BT_VERDICT_SLOWER);
	/* 80 / 71 is 1.127 */
	options.noise_percent = 13;
	bt_compare_series(&options, &a, &third, &row);
	assert_int_equal(row.verdict, BT_VERDICT_NONE);
	options.noise_percent = 12;
	bt_compare_series(&options, &a, &third, &row);
	assert_int_equal(row.verdict, BT_VERDICT_SLOWER);
}

/*
 * In the upper half of an octave a bucket is less than an eighth of its edge: [256, 511] has eight
 * of 32. Between [416, 447] and [480, 511] is all of [448, 479]; 480 / 447 is 1.07.
 */
static void test_upper_edges(void **state)
{
	struct bt_samples_series a = series_of(SAMPLE(447, 447, 447, 447, 447));
	struct bt_samples_series next = series_of(SAMPLE(479, 479, 479, 479, 479));
	struct bt_samples_series third = series_of(SAMPLE(511, 511, 511, 511, 511));
	struct bt_compare_row row;

	(void)state;
	a.edges = next.edges = third.edges = true;
	bt_compare_series(&bt_compare_defaults, &a, &next, &row);
	assert_int_equal(row.verdict, BT_VERDICT_NONE);
	bt_compare_series(&bt_compare_defaults, &a, &third, &row);
	assert_int_equal(row.verdict, BT_VERDICT_MORE);
	bt_compare_series(&bt_compare_defaults, &third, &a, &row);
	assert_int_equal(row.verdict, BT_VERDICT_LESS);
}

/* From a median of 100 to 90, of which more is better; and failures from none. */
static void test_regressions(void **state)
{
	struct bt_samples_series a = series_of(SAMPLE(98, 99, 100, 101, 102));
	struct bt_samples_series b = series_of(SAMPLE(88, 89, 90, 91, 92));
	struct bt_samples_series none = series_of(SAMPLE(0, 0, 0, 0, 0));
	struct bt_samples_series some = series_of(SAMPLE(3, 4, 5, 6, 7));
	struct bt_compare_options options = bt_compare_defaults;
	struct bt_compare_row row;

	(void)state;
	bt_compare_series(&options, &a, &b, &row);
	assert_false(row.regression);
	options.regression_percent = 10;
	bt_compare_series(&options, &a, &b, &row);
	assert_true(row.regression);
	bt_compare_series(&options, &b, &a, &row);
	assert_false(row.regression);
	options.regression_percent = 10.1;
	bt_compare_series(&options, &a, &b, &row);
	assert_int_equal(row.effect, BT_EFFECT_WORSE);
	assert_false(row.regression);
	none.better = some.better = BT_BETTER_LESS;
	bt_compare_series(&options, &none, &some, &row);
	assert_true(isnan(row.difference.ratio));
	assert_int_equal(row.verdict, BT_VERDICT_MORE);
	assert_true(row.regression);
	bt_compare_series(&options, &none, &none, &row);
	assert_int_equal(row.verdict, BT_VERDICT_NONE);
}

/* ---- whole comparisons ------------------------------------------------------------------- */

static void add(struct bt_samples *samples, const char *config, const char *metric,
		enum bt_unit unit, enum bt_better better, const double *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bt_samples_value(bt_samples_series(samples, config, metric, metric, unit, better),
				 values[i]);
}

/* Three documents of one machine: the second is slower at order 4, the third lacks it. */
struct set {
	struct bt_samples *all[3];
	struct bt_compare_options options;
};

static int make_set(void **state)
{
	struct set *set = bt_xcalloc(1, sizeof(*set));
	const struct bt_machine machine = { .host = "lab1", .kernel = "6.1.0", .source = "kmod",
					    .memory_bytes = 1ull << 30, .cpu_count = 4,
					    .node_count = 1 };

	for (unsigned i = 0; i < 3; i++) {
		struct bt_samples *s = bt_samples_create(i ? i > 1 ? "c" : "b" : "a",
							 BT_SAMPLES_RESULT);

		bt_samples_machine(s, &machine);
		add(s, "order=0", "available_bytes", BT_UNIT_BYTES, BT_BETTER_MORE,
		    SAMPLE(1024, 1025, 1026, 1027, 1028));
		add(s, "order=0", "failures", BT_UNIT_COUNT, BT_BETTER_LESS, SAMPLE(0, 0, 0, 0, 0));
		if (i == 0)
			add(s, "order=4", "alloc_ns", BT_UNIT_NS, BT_BETTER_LESS,
			    SAMPLE(100, 101, 102, 103, 104));
		if (i == 1)
			add(s, "order=4", "alloc_ns", BT_UNIT_NS, BT_BETTER_LESS,
			    SAMPLE(200, 201, 204, 206, 207));
		if (i == 1)
			add(s, "order=9", "alloc_ns", BT_UNIT_NS, BT_BETTER_LESS, SAMPLE(1));
		set->all[i] = s;
	}
	set->options = bt_compare_defaults;
	*state = set;
	return 0;
}

static int free_set(void **state)
{
	struct set *set = *state;

	for (unsigned i = 0; i < 3; i++)
		bt_samples_free(set->all[i]);
	free(set);
	return 0;
}

static int try_compare(struct set *set, unsigned count, struct bt_comparison **c,
		       struct bt_err *err)
{
	return bt_compare(c, (const struct bt_samples *const *)set->all, count, &set->options, err);
}

static struct bt_comparison *compare(struct set *set, unsigned count)
{
	struct bt_comparison *c = NULL;
	struct bt_err err = { 0 };

	if (try_compare(set, count, &c, &err))
		fail_msg("%s", err.text);
	return c;
}

static void test_rows(void **state)
{
	struct set *set = *state;
	struct bt_comparison *c;

	set->options.regression_percent = 5;
	c = compare(set, 3);
	assert_int_equal(c->row_count, 5);
	assert_int_equal(c->rows[2].document, 1);
	assert_string_equal(c->rows[2].a->metric, "alloc_ns");
	assert_true(c->rows[2].difference.ratio == 1);
	assert_int_equal(c->rows[2].verdict, BT_VERDICT_SLOWER);
	assert_int_equal(c->rows[3].document, 2);
	assert_int_equal(c->tested, 5);
	assert_int_equal(c->worse, 1);
	assert_int_equal(c->better, 0);
	assert_int_equal(c->none, 4);
	assert_int_equal(c->regressions, 1);
	assert_int_equal(c->reason_count, 0);
	bt_compare_free(c);
}

static bool has_note(const struct bt_comparison *c, const char *part)
{
	for (unsigned i = 0; i < c->note_count; i++) {
		if (strstr(c->notes[i], part))
			return true;
	}
	return false;
}

static void test_notes(void **state)
{
	struct set *set = *state;
	struct bt_comparison *c;

	set->all[1]->partial = true;
	set->all[2]->machine.reality = set->all[0]->machine.reality = BT_EMULATED;
	set->all[1]->machine.reality = BT_EMULATED;
	snprintf(set->all[2]->note, sizeof(set->all[2]->note), "3 damaged lines are left out");
	add(set->all[0], "order=0", "few", BT_UNIT_COUNT, BT_BETTER_MORE, SAMPLE(1, 2, 3));
	add(set->all[1], "order=0", "few", BT_UNIT_COUNT, BT_BETTER_MORE, SAMPLE(4, 5, 6));
	set->options.regression_percent = 1;
	c = compare(set, 3);
	assert_true(has_note(c, "10000 resamples, seed 1"));
	assert_true(has_note(c, "5 comparisons were tested"));
	assert_true(has_note(c, "about one in 20 has such a p by chance, here 0.2"));
	assert_true(has_note(c, "Too few runs: 4 of each side"));
	assert_true(has_note(c, "EMULATED machine, whose times are not those of hardware: A, B, C."));
	assert_true(has_note(c, "it ended before all was measured: B."));
	assert_true(has_note(c, "C: 3 damaged lines are left out."));
	assert_true(has_note(c, "Only A has: order=4"));
	assert_true(has_note(c, "Only B has: order=9"));
	assert_true(has_note(c, "Regressions below 2 % are noise"));
	assert_false(has_note(c, "depend on each other"));
	bt_compare_free(c);
	set->all[2]->independent = false;
	c = compare(set, 3);
	assert_true(has_note(c, "depend on each other, so that interval and p look surer than they "
				"are: C."));
	bt_compare_free(c);
}

static void test_refusal(void **state)
{
	struct set *set = *state;
	struct bt_comparison *c;
	struct bt_err err;

	snprintf(set->all[2]->machine.host, BT_NAME, "lab2");
	assert_int_equal(try_compare(set, 3, &c, &err), -EPERM);
	assert_string_equal(err.text, "not comparable (--force compares all the same): A, C: other "
			    "machine: lab1, lab2");
	assert_int_equal(bt_err_exit(&err), BT_EXIT_FAILED);
	set->options.force = true;
	c = compare(set, 3);
	assert_int_equal(c->reason_count, 1);
	assert_int_equal(c->row_count, 5);
	bt_compare_free(c);
}

/* Each has one configuration, and they are not the same one: a question, so only by force. */
static void test_single_configurations(void **state)
{
	struct set *set = *state;
	struct bt_samples *samples[2];
	struct bt_comparison *c;
	struct bt_err err;

	for (unsigned i = 0; i < 2; i++) {
		samples[i] = bt_samples_create("x", BT_SAMPLES_RECORDING);
		add(samples[i], i ? "order=3" : "order=0", "m", BT_UNIT_NS, BT_BETTER_LESS,
		    i ? VALUES(5, 6, 7, 8) : VALUES(1, 2, 3, 4), 4);
	}
	assert_int_equal(bt_compare(&c, (const struct bt_samples *const *)samples, 2, &set->options,
				    &err), -EPERM);
	assert_non_null(strstr(err.text, "other configuration: 'order=0', 'order=3'"));
	set->options.force = true;
	assert_int_equal(bt_compare(&c, (const struct bt_samples *const *)samples, 2, &set->options,
				    &err), 0);
	assert_int_equal(c->row_count, 1);
	assert_int_equal(c->rows[0].verdict, BT_VERDICT_SLOWER);
	assert_string_equal(c->rows[0].b->config, "order=3");
	assert_false(has_note(c, "Only"));
	bt_compare_free(c);
	bt_samples_free(samples[0]);
	bt_samples_free(samples[1]);
}

static void test_metrics(void **state)
{
	struct set *set = *state;
	char *wanted[] = { (char *)"alloc_ns", (char *)"failures" };
	char *wrong[] = { (char *)"alloc_ns", (char *)"nonsense" };
	struct bt_comparison *c;
	struct bt_err err;

	set->options.metrics = wanted;
	set->options.metric_count = 2;
	c = compare(set, 2);
	assert_int_equal(c->row_count, 2);
	bt_compare_free(c);
	set->options.metrics = wrong;
	assert_int_equal(try_compare(set, 2, &c, &err), -EINVAL);
	assert_string_equal(err.text, "a has no metric 'nonsense'");
	/* the third has neither order 4 nor this metric elsewhere */
	set->options.metrics = wanted;
	set->options.metric_count = 1;
	bt_samples_free(set->all[1]);
	set->all[1] = set->all[2];
	set->all[2] = NULL;
	assert_int_equal(try_compare(set, 2, &c, &err), -ENODATA);
	assert_non_null(strstr(err.text, "is in both documents"));
}

/* ---- what is printed --------------------------------------------------------------------- */

typedef void print_t(const struct bt_comparison *c, FILE *out, unsigned width);

static void print_all(const struct bt_comparison *c, FILE *out, unsigned width)
{
	bt_compare_print(c, out, false, width);
}

static void print_changed(const struct bt_comparison *c, FILE *out, unsigned width)
{
	bt_compare_print(c, out, true, width);
}

static void print_csv(const struct bt_comparison *c, FILE *out, unsigned width)
{
	(void)width;
	bt_compare_csv(c, out, true);
}

static void print_markdown(const struct bt_comparison *c, FILE *out, unsigned width)
{
	(void)width;
	bt_compare_markdown(c, out, false);
}

static char *print_text(print_t *print, const struct bt_comparison *c, unsigned width)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print(c, out, width);
	fclose(out);
	return text;
}

#define assert_has(text, part) \
	do { \
		if (!strstr(text, part)) \
			fail_msg("no '%s' in:\n%s", part, text); \
	} while (0)

static void test_text(void **state)
{
	struct set *set = *state;
	struct bt_comparison *c;
	char *text;

	set->options.regression_percent = 5;
	c = compare(set, 2);
	text = print_text(print_all, c, 0);
	assert_has(text, "A  a: result of lab1, kernel 6.1.0\n");
	assert_has(text, "metric           ");
	assert_has(text, "95 % CI");
	assert_has(text, "\norder=4\nalloc_ns           102 ns  2 ns    204 ns  5 ns   5/5  +100 %");
	assert_has(text, "0.008  slower\n");
	assert_has(text, "1.00 KiB");
	assert_null(strstr(text, "+0.0"));
	assert_has(text, "3 comparisons: 0 better, 1 worse, 0 different but neither, 2 no "
			 "difference shown, 0 too few runs to tell; 1 worse by 5 % or more.\n");
	assert_has(text, "- Not listed: 1 of 0 throughout.\n");
	assert_null(strstr(text, "failures"));
	assert_null(strstr(text, "NOT COMPARABLE"));
	free(text);
	text = print_text(print_changed, c, 0);
	assert_null(strstr(text, "order=0\n"));
	assert_has(text, "\norder=4\n");
	assert_null(strstr(text, "Not listed"));
	free(text);
	bt_compare_free(c);
}

/* The widest of what there is: nothing is wider than 80, and what matters is still there. */
static void test_80_columns(void **state)
{
	struct set *set = *state;
	const struct {
		const char *metric;
		enum bt_unit unit;
		double value;
	} wide[] = {
		{ "alloc max <= under probe", BT_UNIT_NS, 1023 },
		{ "pages allocated", BT_UNIT_PAGES_PER_S, 123e6 },
		{ "bytes", BT_UNIT_BYTES, 1010 * 1024.0 },
	};
	struct bt_comparison *c;
	char *text, *line, *rest;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(wide); i++) {
		for (unsigned n = 0; n < 5; n++) {
			add(set->all[0], "order=0", wide[i].metric, wide[i].unit, BT_BETTER_MORE,
			    &wide[i].value, 1);
			add(set->all[1], "order=0", wide[i].metric, wide[i].unit, BT_BETTER_MORE,
			    VALUES(wide[i].value * 1.5), 1);
		}
	}
	set->options.force = true;
	snprintf(set->all[1]->machine.cpu_model, sizeof(set->all[1]->machine.cpu_model),
		 "A processor of many words that say which generation it is");
	snprintf(set->all[0]->machine.cpu_model, sizeof(set->all[0]->machine.cpu_model), "Other");
	c = compare(set, 2);
	text = print_text(print_all, c, 80);
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		if (strlen(line) > 80)
			fail_msg("%zu: %s", strlen(line), line);
		if (!strncmp(line, "pages", 5))
			assert_has(line, "123M pages/s  184M pages/s");
		if (!strncmp(line, "pages", 5))
			assert_has(line, "+50.0 %");
	}
	free(text);
	text = print_text(print_all, c, 80);
	assert_has(text, "NOT COMPARABLE, compared by force:\n- A, B: other CPU: Other, A processor");
	assert_has(text, "none shown\n");
	free(text);
	bt_compare_free(c);
}

static unsigned count_of(const char *text, char wanted)
{
	unsigned count = 0;

	while ((text = strchr(text, wanted))) {
		count++;
		text++;
	}
	return count;
}

static void test_csv(void **state)
{
	struct set *set = *state;
	struct bt_comparison *c = compare(set, 2);
	char *text = print_text(print_csv, c, 0), *second = text + strcspn(text, "\n") + 1;

	/* medians 102 and 204, quartiles of definition 7 the second and fourth of five */
	assert_true(!strncmp(text, "document,configuration,metric,runs_a,median_a,p25_a,p75_a,", 57));
	assert_true(!strncmp(second, "b,order=4,alloc_ns,5,102,101,103,5,204,201,206,102,", 50));
	assert_has(second, ",slower,worse,order=4,no,yes\n");
	second[strcspn(second, "\n")] = '\0';
	assert_int_equal(count_of(second, ','), 22);
	free(text);
	bt_compare_free(c);
	/* what was forced is not passed on as if it had been comparable */
	snprintf(set->all[1]->machine.host, BT_NAME, "lab2");
	set->options.force = true;
	c = compare(set, 2);
	text = print_text(print_csv, c, 0);
	assert_has(text, ",slower,worse,order=4,no,no\n");
	free(text);
	bt_compare_free(c);
}

/* Texts of documents are no markup, in whatever part of the page. */
static void test_markdown_escapes(void **state)
{
	struct set *set = *state;
	struct bt_comparison *c;
	char *text;

	snprintf(set->all[0]->machine.kernel, 128, "<img src=x>");
	snprintf(set->all[1]->machine.host, BT_NAME, "<b>*[lab](x)");
	snprintf(set->all[1]->note, sizeof(set->all[1]->note), "<script>");
	set->options.force = true;
	c = compare(set, 2);
	text = print_text(print_markdown, c, 0);
	assert_has(text, "kernel \\<img src=x\\>\n");
	assert_has(text, " of \\<b\\>\\*\\[lab\\](x), kernel 6.1.0\n");
	assert_has(text, "other machine: lab1, \\<b\\>");
	assert_has(text, "- B: \\<script\\>.\n");
	free(text);
	bt_compare_free(c);
}

/* What may be the cause of a difference is told; what one does not say, or is the same, is not. */
static void test_facts(void **state)
{
	struct bt_machine machines[] = {
		{ .thp = "always", .governor = "powersave", .smt = "on", .microcode = "0x1",
		  .command_line = "quiet ro mitigations=off", .module_version = "1.0",
		  .abi_version = 1 },
		{ .thp = "never", .governor = "performance", .smt = "off", .microcode = "0x2",
		  .command_line = "quiet ro", .module_version = "1.1", .abi_version = 2,
		  .features = BT_FEATURE_INIT_ON_ALLOC },
	};
	static const char *const notes[] = {
		"huge pages: 'always', 'never'.", "governor: 'powersave', 'performance'.",
		"SMT: 'on', 'off'.", "command line: 'ro mitigations=off', 'ro'.",
		"microcode: '0x1', '0x2'.", "version of the module: '1.0', '1.1'.",
		"A, B: other ABI of the module: '1', '2'.", "init_on_alloc: 'off', 'on'.",
		"interval: '20 ms', '50 ms'.", "B has 3 warnings of noise",
	};
	struct set *set = *state;
	struct bt_comparison *c = compare(set, 2);

	assert_false(has_note(c, "other"));
	assert_false(has_note(c, "warnings"));
	bt_compare_free(c);
	for (unsigned i = 0; i < 2; i++) {
		bt_samples_machine(set->all[i], &machines[i]);
		bt_samples_fact(set->all[i], BT_FACT_INTERVAL, i ? "50 ms" : "20 ms");
	}
	set->all[1]->warnings = 3;
	c = compare(set, 2);
	assert_int_equal(c->reason_count, 0);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(notes); i++) {
		if (!has_note(c, notes[i]))
			fail_msg("no note: %s", notes[i]);
	}
	assert_false(has_note(c, "A has"));
	bt_compare_free(c);
}

/* Configurations and metrics that only one has are counted and named. */
static void test_missing(void **state)
{
	struct set *set = *state;
	struct bt_comparison *c;

	add(set->all[0], "order=0", "lost", BT_UNIT_COUNT, BT_BETTER_MORE, SAMPLE(1));
	c = compare(set, 3);
	assert_int_equal(c->missing, 3); /* "lost" of b and c, alloc_ns of c */
	assert_int_equal(c->missing_configs, 1);
	assert_true(has_note(c, "Of 'order=0' only A has: lost."));
	assert_false(has_note(c, "only B has"));
	bt_compare_free(c);
}

static void test_markdown(void **state)
{
	struct set *set = *state;
	struct bt_comparison *c;
	char *text;

	add(set->all[0], "order=4", "one", BT_UNIT_COUNT, BT_BETTER_MORE, SAMPLE(3));
	add(set->all[1], "order=4", "one", BT_UNIT_COUNT, BT_BETTER_MORE, SAMPLE(4));
	c = compare(set, 2);
	text = print_text(print_markdown, c, 0);
	assert_has(text, "### order=4\n\n| metric | A | IQR | B | IQR | runs | diff. | 95 % CI | p | "
			 "verdict |\n|---|---:|");
	assert_has(text, "| alloc\\_ns | 102 ns | 2 ns | 204 ns | 5 ns | 5/5 | +100 % |");
	/* one value has no spread, and no interval */
	assert_has(text, "| one | 3 |  | 4 |  | 1/1 | +33.3 % |  | 1.000 | too few runs to tell |\n");
	free(text);
	bt_compare_free(c);
}

static void test_json(void **state)
{
	struct set *set = *state;
	struct bt_json_reader *reader = bt_json_reader_create(1 << 20);
	struct bt_json_writer *w = bt_json_writer_create(false);
	const struct bt_json *root, *row;
	struct bt_comparison *c;
	double number;
	uint64_t count;
	bool truth;
	size_t size;
	const char *text;

	snprintf(set->all[1]->machine.host, BT_NAME, "lab2");
	set->options.force = true;
	add(set->all[0], "order=0", "few", BT_UNIT_COUNT, BT_BETTER_MORE, SAMPLE(0));
	add(set->all[1], "order=0", "few", BT_UNIT_COUNT, BT_BETTER_MORE, SAMPLE(4));
	c = compare(set, 2);
	bt_compare_encode(c, w, false);
	text = bt_json_writer_text(w, &size);
	root = bt_json_parse(reader, text, size, NULL);
	assert_non_null(root);
	assert_string_equal(bt_json_get_string(bt_json_get_object(root, "schema"), "name"),
			    "buddytop-comparison");
	assert_true(bt_json_get_bool(root, "comparable", &truth));
	assert_false(truth);
	assert_string_equal(bt_json_get_array(root, "reasons")->child->string,
			    "A, B: other machine: lab1, lab2");
	assert_int_equal(bt_json_get_array(root, "documents")->count, 2);
	assert_int_equal(bt_json_get_array(root, "rows")->count, 4);
	row = bt_json_get_array(root, "rows")->child->next->next;
	assert_string_equal(bt_json_get_string(row, "verdict"), "slower");
	assert_string_equal(bt_json_get_string(row, "effect"), "worse");
	assert_string_equal(bt_json_get_string(row, "unit"), "ns");
	assert_true(bt_json_get_double(row, "ratio", &number));
	assert_true(number == 1);
	assert_true(bt_json_get_double(row, "p", &number));
	assert_close(number, 2.0 / 252);
	assert_int_equal(bt_json_get_array(row, "ratio_interval")->count, 2);
	assert_int_equal(bt_json_get_array(bt_json_get_object(row, "b"), "values")->count, 5);
	/* from 0, of one value: no ratio, no intervals, no deviation */
	row = row->next;
	assert_string_equal(bt_json_get_string(row, "verdict"), "too few runs to tell");
	assert_null(bt_json_get(row, "ratio"));
	assert_null(bt_json_get(row, "ratio_interval"));
	assert_null(bt_json_get(row, "difference_interval"));
	assert_null(bt_json_get(bt_json_get_object(row, "a"), "deviation"));
	assert_true(bt_json_get_u64(bt_json_get_object(root, "summary"), "worse", &count));
	assert_int_equal(count, 1);
	bt_compare_free(c);
	bt_json_writer_free(w);
	bt_json_reader_free(reader);
}

#define SET_TEST(test) cmocka_unit_test_setup_teardown(test, make_set, free_set)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_alpha),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_interval_with_zero),
		cmocka_unit_test(test_not_significant),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_upper_edges),
		cmocka_unit_test(test_regressions),
		SET_TEST(test_rows),
		SET_TEST(test_notes),
		SET_TEST(test_refusal),
		SET_TEST(test_single_configurations),
		SET_TEST(test_metrics),
		SET_TEST(test_text),
		SET_TEST(test_80_columns),
		SET_TEST(test_csv),
		SET_TEST(test_markdown),
		SET_TEST(test_markdown_escapes),
		SET_TEST(test_missing),
		SET_TEST(test_facts),
		SET_TEST(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
