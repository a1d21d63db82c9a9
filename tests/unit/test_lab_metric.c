// SPDX-License-Identifier: GPL-2.0
/* Numbers of a run: written and computed ones, what is under a curve, and their statistics. */
#include "tests/unit/test.h"

#include "lab/metric.h"
#include "tests/unit/sample_lab.h"

static void within(double value, double wanted, double share)
{
	if (!(fabs(value - wanted) <= share * fabs(wanted)))
		fail_msg("%.17g is not %.17g", value, wanted);
}

static void close_to(double value, double wanted)
{
	within(value, wanted, 1e-12);
}

/* The i-th value of a metric; NaN: it has not so many. */
static double value_of(const struct bt_lab_run *run, const char *key, unsigned i)
{
	double *values, value;
	unsigned count = bt_lab_values(bt_lab_metric_kind_find(key), run, &values);

	value = i < count ? values[i] : NAN;
	free(values);
	return value;
}

static void test_speeds(void **state)
{
	/* 2 GiB in 0.5 s, 0.25 s and 1 s: 4, 8 and 2 GiB/s; then 1 % longer. */
	struct bt_lab_run *run = lab_inflate("base-manual", 0.5e9, 0.25e9, 1e9, 2);

	(void)state;
	close_to(value_of(run, "shrink_bytes_per_s", 0), 4 * LAB_GIB);
	close_to(value_of(run, "shrink_bytes_per_s", 1), 4 * LAB_GIB / 1.01);
	assert_true(isnan(value_of(run, "shrink_bytes_per_s", 2)));
	close_to(value_of(run, "grow_bytes_per_s", 0), 8 * LAB_GIB);
	close_to(value_of(run, "install_bytes_per_s", 0), 2 * LAB_GIB);
	/* 2 GiB are back and touched after 1.25 s. */
	close_to(value_of(run, "return_install_bytes_per_s", 0), 2 / 1.25 * LAB_GIB);
	close_to(value_of(run, "shrink_ns", 1), 0.505e9);
	close_to(value_of(run, "rss_freed_bytes", 0), 1.75 * LAB_GIB);
	close_to(value_of(run, "rss_freed_ratio", 0), 0.875);
	assert_true(isnan(value_of(run, "shrink_device_bytes_per_s", 0)));
	assert_true(isnan(value_of(run, "stream_copy_bytes_per_s", 0)));
	assert_true(isnan(value_of(run, "runtime_ns", 0)));
	bt_lab_run_value(run, "retouch_ns", 0);
	bt_lab_run_value(run, "retouch_bytes", 1);
	assert_true(isnan(value_of(run, "retouch_bytes_per_s", 0)));
	run->end = BT_LAB_NO_TARGET; /* no result at all */
	assert_true(isnan(value_of(run, "shrink_ns", 0)));
	bt_lab_run_free(run);
}

/* numpy 1.24: v = [(i * 37) % 101 for i in range(57)]; percentile(v, 1), mean(v) */
static void test_percentile(void **state)
{
	static const char *const columns[] = { "kernel", "iteration", "begin_ns", "end_ns", "bytes",
					       NULL };
	struct bt_lab_run *stream = bt_lab_run_create(BT_LAB_STREAM, "x");
	struct bt_lab_table *table = bt_lab_run_table(stream, "stream", columns);

	(void)state;
	for (unsigned i = 0; i < 57; i++) {
		double begin = i * 1e9, bytes = 2 * (i * 37 % 101);

		bt_lab_table_add(table, (double[]){ 3, i, begin, begin + 2e9, bytes });
		bt_lab_table_add(table, (double[]){ 0, i, begin, begin + 2e9, 14 });
	}
	bt_lab_table_add(table, (double[]){ 3, 57, 1, NAN, 1 });
	close_to(value_of(stream, "stream_triad_p1_bytes_per_s", 0), 1.12);
	close_to(value_of(stream, "stream_triad_bytes_per_s", 0), 49.03508771929825);
	close_to(value_of(stream, "stream_copy_bytes_per_s", 0), 7);
	assert_true(isnan(value_of(stream, "stream_add_bytes_per_s", 0)));
	bt_lab_run_free(stream);
}

static void test_work(void **state)
{
	static const char *const columns[] = { "sample", "work", NULL };
	struct bt_lab_run *ftq = bt_lab_run_create(BT_LAB_FTQ, "x");
	struct bt_lab_table *table = bt_lab_run_table(ftq, "ftq", columns);

	(void)state;
	for (unsigned i = 0; i < 57; i++)
		bt_lab_table_add(table, (double[]){ i, i * 37 % 101 });
	close_to(value_of(ftq, "ftq_p1_work", 0), 1.12);
	close_to(value_of(ftq, "ftq_work", 0), 49.03508771929825);
	close_to(value_of(ftq, "ftq_total_work", 0), 2795); /* sum(v) */
	bt_lab_run_free(ftq);
}

static struct bt_lab_run *two_guests(void)
{
	static const char *const columns[] = { "time_ns", "vm", "rss_bytes", NULL };
	static const double rows[][3] = {
		{ 0, 0, 2 }, { 0, 1, 1 }, { 10, 0, 4 }, { 20, 1, NAN }, { 30, 0, 0 }, { 40, 1, 3 },
	};
	struct bt_lab_run *run = bt_lab_run_create(BT_LAB_MULTIVM, "x");
	struct bt_lab_table *table = bt_lab_run_table(run, "samples", columns);

	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++)
		bt_lab_table_add(table, rows[i]);
	return run;
}

/*
 * By hand. Guest 0: 2 to 4 in 10, to 0 in 20: 30 + 40. Guest 1: 1 to 3 in 40: 80; at 10 it has 1.5,
 * at 30 2.5. Between 5 and 20: guest 0 3 to 4 in 5, 4 to 2 in 10: 17.5 + 30; guest 1 1.25 to 2 in
 * 15: 24.375. Between 12 and 14, which are between two samples of each: 3.6 to 3.2, 1.6 to 1.7.
 */
static void test_area(void **state)
{
	struct bt_lab_run *run = two_guests();

	(void)state;
	assert_int_equal(bt_lab_guests(run), 2);
	close_to(bt_lab_footprint_byte_ns(run, 0, 40), 150);
	close_to(bt_lab_footprint_byte_ns(run, -10, 100), 150);
	close_to(bt_lab_footprint_byte_ns(run, 5, 20), 71.875);
	close_to(bt_lab_footprint_byte_ns(run, 12, 14), 10.1);
	close_to(bt_lab_footprint_byte_ns(run, 10, 30), 40 + 40);
	assert_true(bt_lab_footprint_byte_ns(run, 50, 60) == 0);
	close_to(bt_lab_peak_bytes(run, 0, 40), 5.5);
	close_to(bt_lab_peak_bytes(run, 15, 40), 3);
	bt_lab_run_free(run);
	run = bt_lab_run_create(BT_LAB_MULTIVM, "x");
	assert_int_equal(bt_lab_guests(run), 0);
	assert_true(isnan(bt_lab_footprint_byte_ns(run, 0, 40)));
	assert_true(isnan(bt_lab_peak_bytes(run, 0, 40)));
	bt_lab_run_value(run, "footprint_byte_ns", 3 * LAB_GIB * 120e9); /* 3 GiB, two minutes */
	close_to(value_of(run, "footprint_gib_min", 0), 6);
	bt_lab_run_value(run, "footprint_byte_ns", LAB_GIB * 60e9);
	bt_lab_run_value(run, "footprint_byte_ns", LAB_GIB * 30e9);
	close_to(value_of(run, "footprint_gib_min", 1), 1);
	close_to(value_of(run, "footprint_gib_min", 2), 0.5);
	bt_lab_run_free(run);
}

/* scipy 1.10: stats.t.ppf(0.975, n), stats.t.ppf(0.995, n), which is right to eight digits. */
static void test_student(void **state)
{
	static const struct {
		size_t degrees;
		double t95, t99;
	} wanted[] = {
		{ 1, 12.706204736432095, 63.65674116287399 },
		{ 2, 4.302652729911275, 9.92484320091807 },
		{ 3, 3.182446305284263, 5.84090929975643 },
		{ 4, 2.7764451051977987, 4.604094871415897 },
		{ 8, 2.3060041350333704, 3.3553873313333957 },
		{ 9, 2.2621571627409915, 3.2498355440153697 },
		{ 30, 2.0422724563012373, 2.7499956535670305 },
		{ 1000, 1.9623390808264074, 2.580754698065942 },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(wanted); i++) {
		within(bt_stats_student(0.95, wanted[i].degrees), wanted[i].t95, 1e-8);
		within(bt_stats_student(0.99, wanted[i].degrees), wanted[i].t99, 1e-8);
	}
	assert_true(isnan(bt_stats_student(0.95, 0)));
}

/*
 * scipy 1.10, numpy 1.24: stats.t.interval(0.95, 5, loc=mean(x), scale=stats.sem(x)), mean(x),
 * std(x, ddof=1), percentile(x, 1), median(x)
 */
static void test_statistics(void **state)
{
	static const double x[] = { 12.5, 11.75, NAN, 13.25, 12.0, 14.5, 12.25 };
	struct bt_lab_statistics s;

	(void)state;
	bt_lab_statistics(x, BT_ARRAY_SIZE(x), 0.95, 1, &s);
	assert_int_equal(s.summary.count, 6);
	within(s.mean_ci.low, 11.640475629727879, 1e-8);
	within(s.mean_ci.high, 13.776191036938789, 1e-8);
	close_to(s.summary.mean, 12.708333333333334);
	close_to(s.summary.deviation, 1.0175542573576442);
	close_to(s.p1, 11.7625);
	close_to(s.summary.median, 12.375);
	/* A median of resamples is a value, or halfway between two. */
	assert_true(s.median_ci.low >= 11.75 && s.median_ci.low <= 12.375);
	assert_true(s.median_ci.high <= 14.5 && s.median_ci.high >= 12.375);
	bt_lab_statistics(x, 2, 0.95, 1, &s);
	assert_true(isnan(s.median_ci.low) && !isnan(s.mean_ci.low));
	bt_lab_statistics(x, 1, 0.95, 1, &s);
	assert_true(isnan(s.mean_ci.low) && s.p1 == 12.5);
	bt_lab_statistics(NULL, 0, 0.95, 1, &s);
	assert_true(isnan(s.p1) && isnan(s.summary.mean));
}

static void test_table(void **state)
{
	char text[24];

	(void)state;
	for (unsigned i = 0; i < bt_lab_metric_kind_count; i++)
		assert_ptr_equal(bt_lab_metric_kind_find(bt_lab_metric_kinds[i].key),
				 &bt_lab_metric_kinds[i]);
	assert_null(bt_lab_metric_kind_find("footprint_byte_ns"));
	assert_string_equal(bt_lab_metric_text(bt_lab_metric_kind_find("footprint_gib_min"), 43.4,
					       text, sizeof(text)), "43.4 GiB min");
	assert_string_equal(bt_lab_metric_text(bt_lab_metric_kind_find("shrink_bytes_per_s"), NAN,
					       text, sizeof(text)), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_speeds),
		cmocka_unit_test(test_percentile),
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_area),
		cmocka_unit_test(test_student),
		cmocka_unit_test(test_statistics),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
