// SPDX-License-Identifier: GPL-2.0
/*
 * What is compared, of each kind of document: the numbers that stand in it, what is refused and
 * why, and what makes two documents incomparable.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "bench/samples_build.h"
#include "session/recorder.h"
#include "source/recording.h"
#include "tests/unit/directory.h"
#include "tests/unit/session_rig.h"

static struct bt_samples *read_samples(const char *path)
{
	struct bt_samples *samples;
	struct bt_err err = { 0 };

	if (bt_samples_read(&samples, path, &err))
		fail_msg("%s", err.text);
	return samples;
}

/* A text as a document; it is refused with code, and the message has this in it. */
static void check_refusal(const char *text, int code, const char *part)
{
	const char *path = in_directory("odd.json");
	struct bt_samples *samples;
	struct bt_err err = { 0 };
	int rc;

	assert_int_equal(bt_write_file(path, text, strlen(text), 0600, &err), 0);
	rc = bt_samples_read(&samples, path, &err);
	if (rc != code || !strstr(err.text, part) || !strstr(err.text, path))
		fail_msg("%s: %d: %s", text, rc, err.text);
}

static void check_series(const struct bt_samples *samples, const char *config, const char *metric,
			 const double *values, size_t count)
{
	const struct bt_samples_series *series = bt_samples_find(samples, config, metric);

	if (!series)
		fail_msg("no %s of %s", metric, config);
	assert_int_equal(series->count, count);
	for (size_t i = 0; i < count; i++)
		assert_true(series->values[i] == values[i]);
}

#define CHECK(samples, config, metric, ...) \
	check_series(samples, config, metric, (const double[]){ __VA_ARGS__ }, \
		     BT_ARRAY_SIZE(((const double[]){ __VA_ARGS__ })))

/* ---- page_alloc_bench -------------------------------------------------------------------- */

/* The file's own numbers; of the ten latencies 10 to 100 the nearest ranks 5, 9, 10 and 10. */
static void test_pab(void **state)
{
	struct bt_samples *samples = read_samples(test_data("compare/pab.json"));

	(void)state;
	assert_int_equal(samples->kind, BT_SAMPLES_PAB);
	assert_false(samples->machine.known);
	assert_true(samples->independent);
	assert_string_equal(samples->plan, "");
	CHECK(samples, "order=0", "idle_available_bytes", 3221225472, 3223322624, 3219128320);
	CHECK(samples, "order=4", "antagonized_available_bytes", 2097152000);
	CHECK(samples, "order=0", "kernel_page_allocs", 4000000, 4100000, 3900000);
	CHECK(samples, "order=0", "kernel_page_allocs_remote", 12, 0, 7);
	CHECK(samples, "order=4", "alloc_failures", 17);
	CHECK(samples, "order=0", "alloc_p50_ns", 50);
	CHECK(samples, "order=0", "alloc_p90_ns", 90);
	CHECK(samples, "order=0", "alloc_p99_ns", 100);
	CHECK(samples, "order=0", "alloc_p999_ns", 100);
	CHECK(samples, "order=4", "free_p50_ns", 200);
	assert_null(bt_samples_find(samples, "order=0", "free_p50_ns"));
	assert_null(bt_samples_find(samples, "order=1", "idle_available_bytes"));
	assert_int_equal(bt_samples_find(samples, "order=0", "alloc_p50_ns")->unit, BT_UNIT_NS);
	assert_int_equal(bt_samples_find(samples, "order=4", "idle_available_bytes")->better,
			 BT_BETTER_MORE);
	bt_samples_free(samples);
}

/* Of the first version, which knew one order and one key; others are passed over. */
static void test_pab_without_order(void **state)
{
	static const char text[] = "{\n  \"idle_available_bytes\": [5, 6],\n"
				   "  \"of_a_later_version\": [\"x\"],\n"
				   "  \"idle_available_bytes_orders\": [1],\n"
				   "  \"buddytop_result_is_partial\": [1],\n"
				   "  \"buddytop_machine_is_emulated\": [1],\n"
				   "  \"kernel_page_allocs_order11\": [7]\n}\n";
	const char *path = in_directory("first.json");
	struct bt_samples *samples;
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_write_file(path, text, strlen(text), 0600, &err), 0);
	samples = read_samples(path);
	assert_int_equal(samples->series_count, 2);
	assert_true(samples->partial);
	assert_int_equal(samples->machine.reality, BT_EMULATED);
	CHECK(samples, "load", "idle_available_bytes", 5, 6);
	CHECK(samples, "order=11", "kernel_page_allocs", 7);
	bt_samples_free(samples);
}

static void test_refusals(void **state)
{
	struct bt_samples *samples;
	struct bt_err err;

	(void)state;
	check_refusal("", -EPROTO, "is no result, recording or document");
	check_refusal("[1]", -EPROTO, "is no result, recording or document");
	check_refusal("hello\n", -EPROTO, "is no result, recording or document");
	check_refusal("{}", -EPROTO, "none of their keys");
	check_refusal("{\"something\":[1]}", -EPROTO, "none of their keys");
	check_refusal("{\"schema\":{\"name\":\"buddytop-snapshot\",\"version\":2}}", -EPROTO,
		      "is a buddytop-snapshot");
	check_refusal("{\"idle_available_bytes_order0\":5}", -EPROTO,
		      "idle_available_bytes_order0 is no array of numbers");
	check_refusal("{\"idle_available_bytes_order0\":[1,-2]}", -EPROTO,
		      "value 2 of 2 is no whole number");
	check_refusal("{\"idle_available_bytes_order0\":[1.5]}", -EPROTO, "value 1 of 1");
	check_refusal("{\"idle_available_bytes_order0\":[1,[2]]}", -EPROTO, "value 2 of 2");
	check_refusal("{\"kernel_page_alloc_latencies_ns_order0\":[\"9\"]}", -EPROTO, "value 1 of 1");
	check_refusal("{\"idle_available_bytes_order0\":[1", -EPROTO, "JSON line 1");
	check_refusal("{\"idle_available_bytes_order0\":[]}", -ENODATA, "no numbers");
	assert_int_equal(bt_samples_read(&samples, in_directory("absent"), &err), -ENOENT);
	/* A folder can be one of the lab; this one has no run in it. */
	assert_int_equal(bt_samples_read(&samples, directory, &err), -ENODATA);
}

/* ---- recordings -------------------------------------------------------------------------- */

#define SPEC "sim:3,cpus=2"

/* Runs each of the loads for some frames of a second each, and records all of it. */
static void record(const char *path, const char *const *loads, const unsigned *frames,
		   unsigned count)
{
	const struct bt_session_options options = { .source = SPEC, .history = 16 };
	struct bt_session *session;
	struct bt_err err = { 0 };

	if (bt_session_open(&session, &options, &err) || bt_session_record(session, path, &err))
		fail_msg("%s", err.text);
	for (unsigned i = 0; i < count; i++) {
		if (rig_publish(session, loads[i], &err))
			fail_msg("%s", err.text);
		rig_frames(session, frames[i]);
	}
	bt_session_record_stop(session);
	bt_session_close(session);
}

struct instant {
	uint64_t mono_ns, allocs, generation;
	bool loaded;		/* runs, and every CPU has applied it */
};

/* What the frames of a recording say, without any interval being derived. */
static unsigned read_instants(const char *path, struct instant *instants, unsigned room)
{
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	const struct bt_source_options options = { .argument = path };
	struct bt_recording_file *file;
	struct bt_frame_totals totals;
	struct bt_frame *frame;
	struct bt_err err;
	unsigned count = 0;

	assert_int_equal(bt_recording_open(&file, &options, machine, &err), 0);
	frame = bt_frame_create(machine);
	for (size_t line = 0; line < file->line_count && count < room; line++) {
		if (file->lines[line].kind != BT_LINE_FRAME)
			continue;
		assert_int_equal(bt_recording_frame(file, line, frame, &err), 0);
		if (frame->extra)
			continue;
		bt_frame_totals(frame, &totals);
		instants[count++] = (struct instant){
			frame->mono_ns, totals.allocs, frame->config.generation,
			frame->run == BT_RUN_GO && totals.applied == totals.online,
		};
	}
	bt_frame_free(frame);
	bt_recording_close(file);
	free(machine);
	return count;
}

/* Allocations of the ten seconds from an instant on, a second. */
static double rate_from(const struct instant *instants, unsigned first)
{
	assert_int_equal(instants[first + 10].mono_ns - instants[first].mono_ns,
			 10 * BT_NS_PER_S);
	return (double)(instants[first + 10].allocs - instants[first].allocs) / 10;
}

/*
 * Of 26 seconds two blocks of ten, of 5 seconds a shorter one, in their configurations; idle time
 * and the seconds in which the load changed are in none.
 */
static void test_recording(void **state)
{
	static const char *const loads[] = { "order=0", "order=0 start", "order=2", "stop" };
	static const unsigned frames[] = { 3, 27, 6, 12 };
	const struct bt_samples_series *series;
	const char *path = in_directory("loads.jsonl");
	struct instant instants[64];
	struct bt_samples *samples;
	unsigned count, first = 0;

	(void)state;
	record(path, loads, frames, 4);
	count = read_instants(path, instants, BT_ARRAY_SIZE(instants));
	while (first < count && !instants[first].loaded)
		first++;
	assert_true(first + 20 < count);
	assert_int_equal(instants[first + 20].generation, instants[first].generation);
	samples = read_samples(path);
	assert_int_equal(samples->kind, BT_SAMPLES_RECORDING);
	assert_string_equal(samples->machine.source, "sim");
	assert_int_equal(samples->machine.reality, BT_SIMULATED);
	assert_int_equal(samples->machine.cpu_count, 2);
	assert_false(samples->independent);
	assert_false(samples->partial);
	bt_samples_shorten(&samples, 1);
	series = bt_samples_find(samples, "order=0", "allocs_per_s");
	assert_non_null(series);
	assert_int_equal(series->count, 2);
	assert_true(fabs(series->values[0] - rate_from(instants, first)) < 1e-6);
	assert_true(fabs(series->values[1] - rate_from(instants, first + 10)) < 1e-6);
	assert_false(series->edges);
	assert_true(bt_samples_find(samples, "order=0", "alloc_p99_ns")->edges);
	assert_int_equal(bt_samples_find(samples, "order=2", "allocs_per_s")->count, 1);
	/* they grow with the time */
	assert_null(bt_samples_find(samples, "order=0", "failures"));
	for (size_t i = 0; i < samples->series_count; i++)
		assert_true(!strcmp(samples->series[i].config, "order=0") ||
			    !strcmp(samples->series[i].config, "order=2"));
	bt_samples_free(samples);
}

static void append(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(bt_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static void test_damaged_recording(void **state)
{
	static const char *const loads[] = { "start" };
	static const unsigned frames[] = { 13 };
	const char *path = in_directory("damaged.jsonl");
	struct bt_samples *samples;

	(void)state;
	record(path, loads, frames, 1);
	append(path, "{\"frame\":{\"seq\":\n{\"frame\":{\"mono_ns\":1,\"utc_ns\":1}}\n{\"fra");
	samples = read_samples(path);
	assert_string_equal(samples->note, "2 damaged lines are left out");
	assert_true(samples->partial);
	bt_samples_shorten(&samples, 1);
	assert_int_equal(bt_samples_find(samples, "load", "available_bytes")->count, 1);
	bt_samples_free(samples);
}

static void test_recording_without_load(void **state)
{
	static const char *const loads[] = { "order=1" };
	static const unsigned frames[] = { 5 };
	const char *path = in_directory("idle.jsonl");
	struct bt_samples *samples;
	struct bt_err err;

	(void)state;
	record(path, loads, frames, 1);
	assert_int_equal(bt_samples_read(&samples, path, &err), -ENODATA);
	assert_non_null(strstr(err.text, "no load ran in it"));
}

/* A frame of two CPUs in which only what is said here is known. */
static void put_frame(struct bt_recorder *recorder, struct bt_frame *frame, uint64_t at_s,
		      uint64_t allocs, uint64_t generation, uint64_t applied, enum bt_run run)
{
	struct bt_err err;

	frame->seq++;
	frame->mono_ns = at_s * BT_NS_PER_S;
	frame->utc_ns = (int64_t)frame->mono_ns;
	frame->has_module = true;
	frame->config.generation = generation;
	frame->config.order = generation == 2 ? 2 : 0;
	frame->run = (uint8_t)run;
	for (unsigned i = 0; i < 2; i++) {
		frame->cpus[i].online = true;
		frame->cpus[i].generation = i ? applied : generation;
		frame->cpus[i].allocs = i ? allocs : 0;
	}
	if (bt_recorder_frame(recorder, frame, &err))
		fail_msg("%s", err.text);
}

/*
 * Blocks of configurations: 2000 in ten seconds of the first, 1000 of the second. Others are none:
 * until both CPUs have applied it, while it is changed, and when a guard has stopped the load. One
 * without the module, of which 3000 in ten seconds, is by the way that its blocks are allocated.
 */
static void test_changes_are_no_load(void **state)
{
	const char *path = in_directory("changes.jsonl");
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_recorder *recorder;
	struct bt_samples *samples;
	struct bt_frame *frame;
	struct bt_err err = { 0 };
	struct ant_limits limits;

	(void)state;
	machine->page_bytes = 4096;
	machine->cpu_count = 2;
	machine->node_count = 1;
	machine->max_order = 10;
	machine->possible_cpus[0] = 3;
	limits = bt_machine_limits(machine);
	frame = bt_frame_create(machine);
	bt_config_default(&frame->config, &limits, 1ull << 30);
	assert_int_equal(bt_recorder_open(&recorder, path, machine, &frame->config, &err), 0);
	put_frame(recorder, frame, 100, 0, 1, 0, BT_RUN_GO);
	put_frame(recorder, frame, 110, 50000, 1, 1, BT_RUN_GO);
	put_frame(recorder, frame, 120, 52000, 1, 1, BT_RUN_GO);
	put_frame(recorder, frame, 130, 90000, 2, 2, BT_RUN_GO);
	put_frame(recorder, frame, 140, 91000, 2, 2, BT_RUN_GO);
	put_frame(recorder, frame, 150, 99000, 2, 2, BT_RUN_DRAIN);
	snprintf(frame->way, sizeof(frame->way), "pbuf");
	put_frame(recorder, frame, 160, 100000, 3, 3, BT_RUN_GO);
	put_frame(recorder, frame, 170, 103000, 3, 3, BT_RUN_GO);
	bt_recorder_close(recorder);
	samples = read_samples(path);
	bt_samples_shorten(&samples, 1);
	CHECK(samples, "order=0", "allocs_per_s", 200);
	CHECK(samples, "order=2", "allocs_per_s", 100);
	CHECK(samples, "way=pbuf order=0", "allocs_per_s", 300);
	bt_samples_free(samples);
	bt_frame_free(frame);
	free(machine);
}

/* Only what is the same in all goes; a page_alloc_bench document among them is left as it is. */
static void test_shorten(void **state)
{
	static const char *const configs[] = { "order=0 cpus=0-3 gfp=kernel held=64M",
					       "order=10 cpus=0-3 gfp=kernel held=64M",
					       "order=0 cpus=0-3 gfp=kernel held=1M" };
	static const char *const expected[] = { "order=0 held=64M", "order=10 held=64M",
						"order=0 held=1M" };
	struct bt_samples *all[3], *pab = bt_samples_create("p", BT_SAMPLES_PAB);

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		all[i] = bt_samples_create("r", BT_SAMPLES_RECORDING);
	all[2] = pab;
	for (unsigned i = 0; i < 3; i++)
		bt_samples_series(all[i / 2], configs[i], "m", "m", BT_UNIT_COUNT, BT_BETTER_MORE);
	bt_samples_series(pab, "order=0", "m", "m", BT_UNIT_COUNT, BT_BETTER_MORE);
	bt_samples_shorten(all, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_string_equal(all[i / 2]->series[i % 2].config, expected[i]);
	assert_string_equal(pab->series[0].config, "order=0");
	for (unsigned i = 0; i < 3; i++)
		bt_samples_free(all[i]);
}

/* ---- results ----------------------------------------------------------------------------- */

static void add_repetition(struct bt_result_run *run, uint64_t idle_bytes, bool complete,
			   const char *flaw)
{
	struct bt_result_repetition *r = bt_result_add(run);

	r->number = run->repetition_count;
	r->complete = complete;
	snprintf(r->flaw, sizeof(r->flaw), "%s", flaw);
	r->phases[BT_PHASE_IDLE].known = r->phases[BT_PHASE_IDLE].complete = true;
	r->phases[BT_PHASE_IDLE].measure.state = BT_MEASURE_DONE;
	r->phases[BT_PHASE_IDLE].measure.reached_bytes = idle_bytes;
	r->phases[BT_PHASE_LOAD].known = r->phases[BT_PHASE_LOAD].complete = true;
	r->phases[BT_PHASE_LOAD].point.allocs_per_s = 2.5 * (double)r->number;
	r->phases[BT_PHASE_LOAD].point.hist[BT_OP_ALLOC].total = 1;
	r->phases[BT_PHASE_LOAD].point.hist[BT_OP_ALLOC].count[bt_hist_index(100)] = 1;
	bt_point_quantiles(&r->phases[BT_PHASE_LOAD].point);
}

/* Repetitions that do not count have no value, wherever they stand. */
static void test_result(void **state)
{
	struct bt_plan_run runs[] = {
		{ .section = "job", .label = (char *)"order=0", .repetitions = 4 },
		{ .section = "job", .label = (char *)"order=4", .repetitions = 4 },
	};
	const struct bt_plan plan = {
		.name = (char *)"job", .text = (char *)"# why\nseed = 7\n[job]\n order=0 4\n",
		.seed = 7, .runs = runs, .run_count = 2,
	};
	const char *path = in_directory("result.json");
	struct bt_session *session;
	const struct bt_session_options options = { .source = SPEC, .history = 16 };
	struct bt_result *result = bt_result_create(&plan);
	struct bt_samples *samples;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_session_open(&session, &options, &err), 0);
	result->machine = *bt_session_machine(session);
	bt_session_close(session);
	result->source = bt_xstrdup(SPEC);
	add_repetition(&result->runs[0], 1000, true, "");
	add_repetition(&result->runs[0], 2000, true, "the lease expired");
	add_repetition(&result->runs[0], 3000, false, "");
	add_repetition(&result->runs[0], 4000, true, "");
	add_repetition(&result->runs[1], 5000, true, "");
	snprintf(result->runs[1].repetitions[0].way, sizeof(result->runs[1].repetitions[0].way),
		 "pbuf");
	if (bt_result_write(result, path, &err))
		fail_msg("%s", err.text);
	bt_result_free(result);

	samples = read_samples(path);
	assert_int_equal(samples->kind, BT_SAMPLES_RESULT);
	assert_string_equal(samples->plan, "[job]\norder=0 4\n");
	assert_string_equal(samples->machine.source, "sim");
	assert_true(samples->machine.known);
	assert_true(samples->independent);
	assert_string_equal(samples->note, "2 repetitions do not count, the document says why");
	CHECK(samples, "order=0", "idle_available_bytes", 1000, 4000);
	CHECK(samples, "order=0", "allocs_per_s", 2.5, 10);
	/* of 64 to 127 there are buckets of 8: 96 to 103 */
	CHECK(samples, "order=0", "alloc_p99_ns", 103, 103);
	assert_true(bt_samples_find(samples, "order=0", "alloc_p99_ns")->edges);
	assert_false(bt_samples_find(samples, "order=0", "allocs_per_s")->edges);
	assert_null(bt_samples_find(samples, "order=0", "antagonized_available_bytes"));
	/* Only to be compared with what was allocated the same way. */
	assert_null(bt_samples_find(samples, "order=4", "idle_available_bytes"));
	CHECK(samples, "order=4 way=pbuf", "idle_available_bytes", 5000);
	bt_samples_free(samples);
}

/* ---- what is comparable ------------------------------------------------------------------ */

static void test_plan_text(void **state)
{
	static const struct {
		const char *text, *plain;
	} plans[] = {
		{ "", "" },
		{ "# a\n; b\n\n  \t\n", "" },
		{ "order=4\n", "order=4\n" },
		{ " order =\t4 \r\n\n[ fill ]\nrepetitions = 9\nseed=1\nshuffle=yes\npace = 1 2",
		  "order=4\n[ fill ]\npace=1 2\n" },
		{ "odd line", "odd line\n" },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(plans); i++) {
		char *plain = bt_samples_plan_text(plans[i].text);

		assert_string_equal(plain, plans[i].plain);
		free(plain);
	}
}

static void keep_last(void *context, const char *text)
{
	snprintf(context, BT_ERR_TEXT, "%s", text);
}

static struct bt_samples *make_result(void)
{
	struct bt_samples *samples = bt_samples_create("x.json", BT_SAMPLES_RESULT);
	const struct bt_machine machine = {
		.host = "lab1", .kernel = "6.1.0", .cpu_model = "Fast 3000", .source = "kmod",
		.memory_bytes = 16ull << 30, .cpu_count = 8, .node_count = 2,
	};

	bt_samples_machine(samples, &machine);
	free(samples->plan);
	samples->plan = bt_xstrdup("[a]\norder=4\n");
	return samples;
}

/* One thing after the other is made different; the sentence has both values. */
static void test_differ(void **state)
{
	struct bt_samples *a = make_result(), *b = make_result();
	char text[BT_ERR_TEXT] = "";

	(void)state;
#define DIFFERS(change, back, expected)                                 \
	do {                                                            \
		change;                                                 \
		assert_int_equal(bt_samples_differ(a, b, keep_last, text), 1); \
		assert_string_equal(text, expected);                    \
		back;                                                   \
		assert_int_equal(bt_samples_differ(a, b, keep_last, text), 0); \
	} while (0)
	DIFFERS(b->machine.host[3] = '2', b->machine.host[3] = '1', "other machine: lab1, lab2");
	DIFFERS(b->machine.cpu_model[5] = '4', b->machine.cpu_model[5] = '3',
		"other CPU: Fast 3000, Fast 4000");
	DIFFERS(b->machine.source[0] = 'K', b->machine.source[0] = 'k', "other source: kmod, Kmod");
	DIFFERS(b->machine.cpu_count = 4, b->machine.cpu_count = 8, "other number of CPUs: 8, 4");
	DIFFERS(b->machine.node_count = 1, b->machine.node_count = 2,
		"other number of nodes: 2, 1");
	DIFFERS(b->machine.reality = BT_EMULATED, b->machine.reality = BT_REAL,
		"other kind of machine: real, emulated");
	DIFFERS(b->machine.memory_bytes = 8ull << 30, b->machine.memory_bytes = 16ull << 30,
		"other size of memory: 16.0 GiB, 8.00 GiB");
	DIFFERS(b->kind = BT_SAMPLES_RECORDING, b->kind = BT_SAMPLES_RESULT,
		"a result and a recording are not measured in the same way");
	DIFFERS(b->plan[10] = '5', b->plan[10] = '4', "other plan: 'order=4', 'order=5'");
	DIFFERS(b->plan[4] = '\0', b->plan[4] = 'o', "other plan: 'order=4', '(end)'");
	DIFFERS(b->machine.known = false, b->machine.known = true,
		"nothing is known of machine and plan of x.json");
#undef DIFFERS
	/* another kernel, which leaves a little less of the same memory, and what is not said */
	snprintf(b->machine.kernel, sizeof(b->machine.kernel), "6.12.0");
	b->machine.memory_bytes -= b->machine.memory_bytes / 21;
	b->machine.node_count = BT_UNKNOWN;
	b->machine.cpu_model[0] = '\0';
	b->plan[0] = '\0';
	assert_int_equal(bt_samples_differ(a, b, keep_last, text), 0);
	bt_samples_free(a);
	bt_samples_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pab),
		cmocka_unit_test(test_pab_without_order),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_recording),
		cmocka_unit_test(test_damaged_recording),
		cmocka_unit_test(test_recording_without_load),
		cmocka_unit_test(test_changes_are_no_load),
		cmocka_unit_test(test_shorten),
		cmocka_unit_test(test_result),
		cmocka_unit_test(test_plan_text),
		cmocka_unit_test(test_differ),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
