// SPDX-License-Identifier: GPL-2.0
/* The table of metrics against the point that it reads. */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "frame/metric.h"

static void names_are_unique(void **state)
{
	unsigned i, j;

	(void)state;
	for (i = 0; i < bt_metric_count; i++) {
		assert_ptr_equal(bt_metric_find(bt_metrics[i].key), &bt_metrics[i]);
		assert_true(strlen(bt_metrics[i].label) <= 20);
		assert_int_equal(strspn(bt_metrics[i].key, "abcdefghijklmnopqrstuvwxyz0123456789_"),
				 strlen(bt_metrics[i].key));
		for (j = 0; j < i; j++) {
			assert_string_not_equal(bt_metrics[i].key, bt_metrics[j].key);
			assert_string_not_equal(bt_metrics[i].label, bt_metrics[j].label);
			assert_true(bt_metrics[i].offset != bt_metrics[j].offset);
		}
		/* Groups stand together. */
		if (i && strcmp(bt_metrics[i].group, bt_metrics[i - 1].group)) {
			for (j = 0; j < i; j++)
				assert_string_not_equal(bt_metrics[i].group, bt_metrics[j].group);
		}
	}
	assert_null(bt_metric_find("nonsense"));
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);

	return length >= strlen(end) && !strcmp(text + length - strlen(end), end);
}

static void keys_end_with_their_unit(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < bt_metric_count; i++) {
		const struct bt_metric *metric = &bt_metrics[i];

		assert_int_equal(ends_with(metric->key, "_bytes"), metric->unit == BT_UNIT_BYTES);
		assert_int_equal(ends_with(metric->key, "_ns"), metric->unit == BT_UNIT_NS);
		assert_int_equal(ends_with(metric->key, "_ratio"), metric->unit == BT_UNIT_RATIO);
		assert_int_equal(ends_with(metric->key, "_bytes_per_s"),
				 metric->unit == BT_UNIT_BYTES_PER_S);
		assert_int_equal(ends_with(metric->key, "_per_s"),
				 metric->unit == BT_UNIT_PER_S ||
				 metric->unit == BT_UNIT_BYTES_PER_S ||
				 metric->unit == BT_UNIT_PAGES_PER_S);
	}
}

/* Every double and every uint64_t of a point that is a number of the machine has a row. */
static void all_of_a_point_is_there(void **state)
{
	struct bt_machine machine = { .page_bytes = 4096, .cpu_count = 1, .node_count = 1 };
	struct bt_interval *interval = bt_interval_create(&machine);
	const struct bt_point *point = &interval->point;
	unsigned i, wholes = 0, doubles = 0;

	(void)state;
	for (i = 0; i < bt_metric_count; i++) {
		double value = bt_metric_value(&bt_metrics[i], point);

		/* All unknown, but the counts of histograms: those are empty. */
		assert_true(isnan(value) || (value == 0 && strstr(bt_metrics[i].key, "s_timed")));
		wholes += bt_metrics[i].whole;
		doubles += !bt_metrics[i].whole;
	}
	/*
	 * From the first rate to the last of the host; two counts, twelve sizes, and the latencies, but
	 * for how many bulk calls were timed.
	 */
	assert_int_equal(doubles, (offsetof(struct bt_point, failures) -
				   offsetof(struct bt_point, allocs_per_s)) / sizeof(double));
	assert_int_equal(wholes, (offsetof(struct bt_point, latency) -
				  offsetof(struct bt_point, failures)) / sizeof(uint64_t) +
				 3 * sizeof(struct bt_latency) / sizeof(uint64_t) - 1);
	bt_interval_free(interval);
}

static void values_are_read(void **state)
{
	struct bt_point point = { .allocs_per_s = 1.5, .swap_used_bytes = 4096,
				  .held_bytes = BT_UNKNOWN };

	(void)state;
	point.latency[BT_OP_FREE].quantile_ns[BT_P999] = 77;
	point.vmstat_per_s[BT_VMSTAT_PSWPOUT] = 8;
	assert_true(bt_metric_value(bt_metric_find("allocs_per_s"), &point) == 1.5);
	assert_true(bt_metric_value(bt_metric_find("swap_used_bytes"), &point) == 4096);
	assert_true(isnan(bt_metric_value(bt_metric_find("held_bytes"), &point)));
	assert_true(bt_metric_value(bt_metric_find("free_p999_ns"), &point) == 77);
	assert_true(bt_metric_value(bt_metric_find("pswpout_per_s"), &point) == 8);
}

static void texts_have_units(void **state)
{
	static const struct bt_units units;
	static const struct {
		const char *key, *text;
		double value;
	} rows[] = {
		{ "free_bytes", "1.50 GiB", 1.5 * (1 << 30) }, { "free_bytes", "?", NAN },
		{ "alloc_p99_ns", "812 ns", 812 }, { "alloc_p99_ns", "?", NAN },
		{ "remote_ratio", "12.3 %", 0.123 }, { "remote_ratio", "?", NAN },
		{ "allocs_per_s", "4.56M/s", 4.56e6 }, { "allocs_per_s", "?", NAN },
		{ "host_inflate_bytes_per_s", "1.50 GiB/s", 1.5 * (1 << 30) },
		{ "host_cpu_ratio", "187.5 %", 1.875 },
		{ "pgalloc_per_s", "12 pages/s", 12 }, { "oom_kills", "3", 3 },
	};
	char text[24];

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++)
		assert_string_equal(bt_metric_text(bt_metric_find(rows[i].key), &units,
						   rows[i].value, text, sizeof(text)),
				    rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(keys_end_with_their_unit),
		cmocka_unit_test(all_of_a_point_is_there),
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(texts_have_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
