// SPDX-License-Identifier: GPL-2.0
/* What the agent protocol says of a measurement, against documents written by hand (buddytop.5). */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/util.h"
#include "frame/measure_json.h"

struct rig {
	struct bt_json_writer *writer;
	struct bt_json_reader *reader;
};

static int setup(void **state)
{
	struct rig *rig = bt_xcalloc(1, sizeof(*rig));

	rig->writer = bt_json_writer_create(false);
	rig->reader = bt_json_reader_create(4096);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	bt_json_writer_free(rig->writer);
	bt_json_reader_free(rig->reader);
	free(rig);
	return 0;
}

static const struct bt_json *parse(struct rig *rig, const char *text)
{
	const struct bt_json *root = bt_json_parse(rig->reader, text, strlen(text), NULL);

	assert_non_null(root);
	return root;
}

static void assert_options(struct rig *rig, const struct bt_measure_options *options,
			   const char *text)
{
	size_t size;

	bt_json_writer_reset(rig->writer);
	bt_json_object(rig->writer, NULL);
	bt_measure_options_encode(rig->writer, options);
	bt_json_end_object(rig->writer);
	assert_string_equal(bt_json_writer_text(rig->writer, &size), text);
}

/* What is not asked for is not there. */
static void writes_options(void **state)
{
	struct rig *rig = *state;

	assert_options(rig, &(struct bt_measure_options){ 0 }, "{}");
	assert_options(rig, &(struct bt_measure_options){ .limit_bytes = 1048576 },
		       "{\"limit_bytes\":1048576}");
	assert_options(rig, &(struct bt_measure_options){ .region_bytes = 1 << 30,
							  .stop_psi_percent = 100 },
		       "{\"region_bytes\":1073741824,\"stop_psi_percent\":100}");
}

static void reads_options(void **state)
{
	struct bt_measure_options options;
	struct rig *rig = *state;

	assert_int_equal(bt_measure_options_decode(
		parse(rig, "{\"op\":\"measure\",\"limit_bytes\":5,\"region_bytes\":6,"
			   "\"stop_psi_percent\":7}"), &options, NULL), 0);
	assert_int_equal(options.limit_bytes, 5);
	assert_int_equal(options.region_bytes, 6);
	assert_int_equal(options.stop_psi_percent, 7);
	assert_int_equal(bt_measure_options_decode(parse(rig, "{\"op\":\"measure\"}"), &options,
						   NULL), 0);
	assert_int_equal(options.limit_bytes, 0);
	assert_int_equal(options.region_bytes, 0);
	assert_int_equal(options.stop_psi_percent, 0);
}

/* Whoever means a bound and is not understood must not get a measurement without one. */
static void refuses_bounds_it_cannot_read(void **state)
{
	static const struct {
		const char *text, *names;
	} bad[] = {
		{ "{\"limit_bytes\":\"64M\"}", "limit_bytes" },
		{ "{\"limit_bytes\":-1}", "limit_bytes" },
		{ "{\"limit_bytes\":1e9}", "limit_bytes" },
		{ "{\"limit_bytes\":null}", "limit_bytes" },
		{ "{\"limit_bytes\":0}", "limit_bytes" },
		{ "{\"limit_bytes\":18446744073709551615}", "limit_bytes" },
		{ "{\"region_bytes\":[]}", "region_bytes" },
		{ "{\"stop_psi_percent\":true}", "stop_psi_percent" },
		{ "{\"stop_psi_percent\":101}", "stop_psi_percent" },
		{ "{\"stop_psi_percent\":4294967306}", "stop_psi_percent" },
	};
	struct rig *rig = *state;
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(bad); i++) {
		struct bt_measure_options options;
		struct bt_err err = { 0 };

		assert_int_equal(bt_measure_options_decode(parse(rig, bad[i].text), &options, &err),
				 -EPROTO);
		assert_non_null(strstr(err.text, bad[i].names));
	}
}

static const struct bt_json *round_trip(struct rig *rig, const struct bt_measure *measure)
{
	const char *text;
	size_t size;

	bt_json_writer_reset(rig->writer);
	bt_json_object(rig->writer, NULL);
	bt_measure_encode(rig->writer, "measure", measure);
	bt_json_end_object(rig->writer);
	text = bt_json_writer_text(rig->writer, &size);
	assert_non_null(text);
	return bt_json_get_object(parse(rig, text), "measure");
}

static void says_every_end(void **state)
{
	static const struct {
		enum bt_measure_end end;
		const char *state, *end_text;
		bool oom_killed;
	} ends[] = {
		{ BT_MEASURE_END_NONE, "running", NULL, false },
		{ BT_MEASURE_END_LIMIT, "done", "limit", false },
		{ BT_MEASURE_END_PRESSURE, "done", "pressure", false },
		{ BT_MEASURE_END_OOM_KILL, "done", "oom-kill", true },
		{ BT_MEASURE_END_REFUSED, "done", "refused", false },
		{ BT_MEASURE_END_FAILED, "failed", "failed", false },
	};
	struct rig *rig = *state;
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(ends); i++) {
		struct bt_measure measure = {
			.reached_bytes = 1000, .stop_psi_percent = 20, .region_bytes = 4096,
			.elapsed_ns = 77, .threads = 64, .fill = BT_MEASURE_FILL_TOUCH,
			.cgroup = BT_MEASURE_CGROUP_SHARED, .text = "why", .no_cgroup = "why not",
		}, back;
		const struct bt_json *node;
		bool oom_killed;

		bt_measure_finish(&measure, ends[i].end);
		node = round_trip(rig, &measure);
		assert_string_equal(bt_json_get_string(node, "state"), ends[i].state);
		if (ends[i].end_text)
			assert_string_equal(bt_json_get_string(node, "end"), ends[i].end_text);
		else
			assert_null(bt_json_get(node, "end"));
		assert_true(bt_json_get_bool(node, "oom_killed", &oom_killed));
		assert_int_equal(oom_killed, ends[i].oom_killed);
		assert_null(bt_json_get(node, "limit_bytes"));
		assert_int_equal(bt_measure_decode(node, &back, NULL), 0);
		assert_memory_equal(&back, &measure, sizeof(back));
	}
}

/* All that an agent sends which knows neither ends nor cgroups. */
static void understands_an_older_agent(void **state)
{
	static const struct {
		const char *text;
		enum bt_measure_end end;
	} cases[] = {
		{ "{\"state\":\"running\",\"reached_bytes\":5,\"elapsed_ns\":1,"
		  "\"oom_killed\":false,\"text\":\"\"}", BT_MEASURE_END_NONE },
		{ "{\"state\":\"done\",\"reached_bytes\":5,\"limit_bytes\":5,"
		  "\"oom_killed\":false}", BT_MEASURE_END_LIMIT },
		{ "{\"state\":\"done\",\"reached_bytes\":5,\"oom_killed\":true}",
		  BT_MEASURE_END_OOM_KILL },
		{ "{\"state\":\"done\",\"reached_bytes\":4,\"limit_bytes\":5,"
		  "\"oom_killed\":false,\"text\":\"the kernel refused more\"}",
		  BT_MEASURE_END_REFUSED },
		{ "{\"state\":\"failed\",\"reached_bytes\":4,\"oom_killed\":false}",
		  BT_MEASURE_END_FAILED },
	};
	struct rig *rig = *state;
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_measure measure;

		assert_int_equal(bt_measure_decode(parse(rig, cases[i].text), &measure, NULL), 0);
		assert_int_equal(measure.end, cases[i].end);
		assert_int_equal(measure.fill, BT_MEASURE_FILL_UNKNOWN);
		assert_int_equal(measure.cgroup, BT_MEASURE_CGROUP_UNKNOWN);
		assert_true(measure.threads == BT_UNKNOWN);
		assert_true(measure.region_bytes == BT_UNKNOWN);
	}
	assert_int_equal(bt_measure_decode(parse(rig, "{\"state\":\"none\"}"),
					   &(struct bt_measure){ 0 }, NULL), 0);
}

static void refuses_a_bad_answer(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"state\":\"what\"}",
		"{\"state\":\"done\",\"end\":\"bored\"}",
		"{\"state\":\"done\",\"end\":3}",
		"{\"state\":\"done\",\"end\":\"failed\"}",
		"{\"state\":\"running\",\"end\":\"limit\"}",
		"{\"state\":\"failed\",\"end\":\"oom-kill\"}",
		"{\"state\":\"done\",\"end\":\"limit\",\"reached_bytes\":-1}",
		"{\"state\":\"done\",\"end\":\"limit\",\"fill\":\"\"}",
		"{\"state\":\"done\",\"end\":\"limit\",\"cgroup\":\"yes\"}",
		"{\"state\":\"done\",\"end\":\"limit\",\"stop_psi_percent\":200}",
		"{\"state\":\"done\",\"end\":\"limit\",\"text\":5}",
	};
	struct rig *rig = *state;
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(bad); i++) {
		struct bt_measure measure;
		struct bt_err err = { 0 };

		if (bt_measure_decode(parse(rig, bad[i]), &measure, &err) != -EPROTO)
			fail_msg("%s was taken", bad[i]);
		assert_non_null(strstr(err.text, "measure: "));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_options, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_options, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_bounds_it_cannot_read, setup, teardown),
		cmocka_unit_test_setup_teardown(says_every_end, setup, teardown),
		cmocka_unit_test_setup_teardown(understands_an_older_agent, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_a_bad_answer, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
