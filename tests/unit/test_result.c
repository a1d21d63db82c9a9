// SPDX-License-Identifier: GPL-2.0
/* Results: what counts, their numbers, the document there and back, and that of page_alloc_bench. */
#include "tests/unit/test.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/result.h"
#include "core/mask.h"
#include "core/param.h"

#define GIB (1ull << 30)

static struct bt_plan_run runs[] = {
	{ .section = (char *)"pab", .label = (char *)"order=0", .repetitions = 3 },
	{ .section = (char *)"pab", .label = (char *)"order=4", .repetitions = 3 },
};

static const struct bt_plan plan = {
	.name = (char *)"pab", .text = (char *)"[pab]\norder = 0,4\n", .seed = 7,
	.run_count = BT_ARRAY_SIZE(runs), .runs = runs,
};

static void probe(struct bt_result_phase *phase, uint64_t bytes, uint64_t ns)
{
	phase->known = phase->complete = true;
	phase->measure = (struct bt_measure){
		.state = BT_MEASURE_DONE, .reached_bytes = bytes, .elapsed_ns = ns,
		.end = BT_MEASURE_END_OOM_KILL,
	};
}

/* So many allocations in the bucket of 1000 ns, 960 to 1023, and as many frees in that of 7 ns. */
static void operations(struct bt_result_phase *phase, uint64_t count)
{
	phase->known = phase->complete = true;
	phase->point.hist[BT_OP_ALLOC].count[bt_hist_index(1000)] = count;
	phase->point.hist[BT_OP_ALLOC].total = count;
	phase->point.hist[BT_OP_FREE].count[7] = count;
	phase->point.hist[BT_OP_FREE].total = count;
	phase->point.allocs_per_s = (double)count / 2;
	phase->counts = (struct bt_result_counts){
		.alloc_blocks = count, .alloc_pages = count, .free_blocks = count,
		.failures = 1, .remote_blocks = count / 10,
	};
	bt_point_quantiles(&phase->point);
}

static struct bt_result_repetition *repetition(struct bt_result_run *run, uint64_t idle,
					       uint64_t pressed)
{
	struct bt_result_repetition *r = bt_result_add(run);

	r->number = r->position = run->repetition_count;
	r->complete = true;
	probe(&r->phases[BT_PHASE_IDLE], idle, BT_NS_PER_S);
	operations(&r->phases[BT_PHASE_WARMUP], 100);
	operations(&r->phases[BT_PHASE_LOAD], 1000);
	operations(&r->phases[BT_PHASE_PRESSED], 20);
	probe(&r->phases[BT_PHASE_PRESSED], pressed, 2 * BT_NS_PER_S);
	return r;
}

static void set_machine(struct bt_machine *machine)
{
	snprintf(machine->source, sizeof(machine->source), "vm");
	snprintf(machine->host, sizeof(machine->host), "guest");
	machine->reality = BT_EMULATED;
	machine->page_bytes = 4096;
	machine->max_order = 10;
	machine->cpu_count = machine->node_count = 1;
	machine->memory_bytes = 2 * GIB;
}

/* Two runs; of the first, one repetition has a flaw and one was cut short. */
static struct bt_result *sample(void)
{
	struct bt_result *result = bt_result_create(&plan);
	struct bt_result_repetition *r;
	struct bt_result_sample at = { .at_ns = 5, .length_ns = 3, .phase = BT_PHASE_LOAD,
				       .allocs_per_s = 12.5, .available_bytes = GIB,
				       .held_bytes = BT_UNKNOWN, .alloc_bins[9] = 4 };

	set_machine(&result->machine);
	result->source = bt_xstrdup("vm");
	result->start_utc_ns = 1790000000000000000;
	result->end_utc_ns = 1790000060000000000;
	for (unsigned i = 0; i < 2; i++) {
		result->runs[i].known = true;
		result->runs[i].config.size = sizeof(struct bt_config);
		result->runs[i].config.order = i * 4;
		result->runs[i].config.run = BT_RUN_GO;
		result->runs[i].config.batch_blocks = 1000;
		bt_mask_set(result->runs[i].config.cpus, 0, true);
	}
	r = repetition(&result->runs[0], 4 * GIB, 3 * GIB);
	bt_result_sample(r, &at);
	bt_result_warn(&r->warnings, &r->warning_count, "load was 2");
	r = repetition(&result->runs[0], 8 * GIB, GIB);
	snprintf(r->flaw, sizeof(r->flaw), "guard: the lease expired");
	r = repetition(&result->runs[0], 16 * GIB, GIB);
	r->complete = false;
	r = repetition(&result->runs[0], 6 * GIB, 3 * GIB);
	r->steady = true;
	r->steady_after_ns = 42;
	r->steady_spread = 0.125;
	snprintf(r->way, sizeof(r->way), "pbuf");
	return result;
}

/* ---- numbers ------------------------------------------------------------------------------ */

static double value(const struct bt_result *result, unsigned index, const char *key)
{
	const struct bt_result_metric *metric = bt_result_metric_find(key);

	assert_non_null(metric);
	return bt_result_value(metric, &result->runs[0].repetitions[index]);
}

static void numbers_by_hand(void **state)
{
	struct bt_result *result = sample();

	(void)state;
	assert_true(value(result, 0, "idle_available_bytes") == 4.0 * GIB);
	assert_true(value(result, 0, "antagonized_available_ratio") == 0.75);
	assert_true(value(result, 0, "antagonized_probe_bytes_per_s") == 1.5 * GIB);
	assert_true(value(result, 0, "allocs_per_s") == 500);
	/* The bucket of 1000 ns goes to 1023 (hist.h: eight buckets to an octave, 64 wide here). */
	assert_true(value(result, 0, "alloc_p99_ns") == 1023);
	assert_true(value(result, 0, "antagonized_free_p50_ns") == 7);
	/* One in each of warm-up, load and load under probe. */
	assert_true(value(result, 0, "alloc_failures") == 3);
	assert_true(isnan(value(result, 0, "steady_after_ns")));
	assert_true(value(result, 3, "steady_after_ns") == 42);
	result->runs[0].repetitions[0].phases[BT_PHASE_IDLE].measure.state = BT_MEASURE_FAILED;
	assert_true(isnan(value(result, 0, "idle_available_bytes")));
	assert_true(isnan(value(result, 0, "antagonized_available_ratio")));
	bt_result_free(result);
}

static void only_what_counts(void **state)
{
	struct bt_result *result = sample();
	double values[4];
	struct bt_hist hist;

	(void)state;
	assert_int_equal(bt_result_values(&result->runs[0],
					  bt_result_metric_find("idle_available_bytes"), values), 2);
	assert_true(values[0] == 4.0 * GIB && values[1] == 6.0 * GIB);
	bt_result_hist(&result->runs[0], BT_PHASES_LOADED, BT_OP_ALLOC, &hist);
	assert_int_equal(hist.total, 2 * (1000 + 20));
	bt_result_free(result);
}

static void keys_are_unique(void **state)
{
	(void)state;
	for (unsigned i = 0; i < bt_result_metric_count; i++) {
		const struct bt_result_metric *metric = &bt_result_metrics[i];

		assert_ptr_equal(bt_result_metric_find(metric->key), metric);
		assert_true(metric->value || bt_metric_find(metric->point_metric));
		assert_true(!metric->against || bt_result_metric_find(metric->against));
	}
}

/* Twice as many as are kept: neighbours of a phase are merged, and no allocation is lost. */
static void many_samples(void **state)
{
	struct bt_result *result = bt_result_create(&plan);
	struct bt_result_repetition *r = bt_result_add(&result->runs[0]);
	uint64_t length_ns = 0, allocs = 0;

	(void)state;
	for (unsigned i = 0; i < 2 * BT_RESULT_SAMPLES_MAX; i++) {
		struct bt_result_sample one = { .at_ns = i + 1, .length_ns = 1,
						.phase = BT_PHASE_LOAD, .allocs_per_s = i % 2,
						.alloc_bins[3] = 1 };

		bt_result_sample(r, &one);
	}
	assert_true(r->sample_count <= BT_RESULT_SAMPLES_MAX);
	for (unsigned i = 0; i < r->sample_count; i++) {
		length_ns += r->samples[i].length_ns;
		allocs += r->samples[i].alloc_bins[3];
	}
	assert_int_equal(length_ns, 2 * BT_RESULT_SAMPLES_MAX);
	assert_int_equal(allocs, 2 * BT_RESULT_SAMPLES_MAX);
	assert_true(r->samples[0].allocs_per_s == 0.5);
	bt_result_free(result);
}

/* ---- documents ---------------------------------------------------------------------------- */

static char *encode(const struct bt_result *result, bool pab)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	const char *text;
	char *copy;
	size_t size;

	if (pab)
		bt_result_encode_pab(w, result);
	else
		bt_result_encode(w, result);
	text = bt_json_writer_text(w, &size);
	assert_non_null(text);
	copy = bt_xstrdup(text);
	bt_json_writer_free(w);
	return copy;
}

static void there_and_back(void **state)
{
	struct bt_result *result = sample(), *read;
	struct bt_json_reader *reader = bt_json_reader_create(BT_RESULT_BYTES_MAX);
	const struct bt_result_repetition *r;
	struct bt_err err = { 0 };
	char *text, *again;

	(void)state;
	result->partial = true;
	snprintf(result->partial_reason, sizeof(result->partial_reason), "interrupted");
	text = encode(result, false);
	assert_int_equal(bt_result_decode(bt_json_parse(reader, text, strlen(text), &err), &read,
					  &err), 0);
	snprintf(read->program, sizeof(read->program), "%s", result->program);
	again = encode(read, false);
	assert_string_equal(again, text);
	r = &read->runs[0].repetitions[0];
	assert_int_equal(r->phases[BT_PHASE_IDLE].measure.reached_bytes, 4 * GIB);
	assert_int_equal(r->phases[BT_PHASE_LOAD].point.latency[BT_OP_ALLOC].quantile_ns[BT_P50],
			 1023);
	assert_int_equal(r->samples[0].alloc_bins[9], 4);
	assert_int_equal(r->samples[0].held_bytes, BT_UNKNOWN);
	assert_string_equal(r->warnings[0], "load was 2");
	assert_string_equal(read->runs[0].repetitions[1].flaw, "guard: the lease expired");
	assert_false(read->runs[0].repetitions[2].complete);
	assert_true(read->runs[0].repetitions[3].steady_spread == 0.125);
	assert_string_equal(read->runs[0].repetitions[3].way, "pbuf");
	assert_string_equal(read->runs[0].repetitions[2].way, "");
	assert_int_equal(read->runs[1].config.order, 4);
	free(again);
	free(text);
	bt_result_free(read);
	bt_result_free(result);
	bt_json_reader_free(reader);
}

static void without_latencies(void **state)
{
	struct bt_result *result = sample();
	char *text;

	(void)state;
	result->latencies = false;
	text = encode(result, false);
	assert_null(strstr(text, "_buckets"));
	assert_null(strstr(text, "alloc_bins"));
	assert_null(strstr(text, "alloc_p99_ns"));
	free(text);
	text = encode(result, true);
	assert_null(strstr(text, "latenc"));
	assert_non_null(strstr(text, "kernel_page_allocs_order0"));
	free(text);
	bt_result_free(result);
}

/* Every byte of a document cut off or changed is refused or read, never a crash. */
static void damaged(void **state)
{
	struct bt_result *result = sample(), *read;
	struct bt_json_reader *reader = bt_json_reader_create(BT_RESULT_BYTES_MAX);
	char *text = encode(result, false);
	size_t size = strlen(text);
	unsigned refused = 0;

	(void)state;
	for (size_t i = 0; i < size; i += 7) {
		struct bt_err err = { 0 };
		const struct bt_json *root;
		char before = text[i];

		text[i] = text[i] == '1' ? '"' : '1';
		root = bt_json_parse(reader, text, size, &err);
		if (!root || bt_result_decode(root, &read, &err))
			refused++;
		else
			bt_result_free(read);
		text[i] = before;
	}
	assert_true(refused > size / 7 / 4);
	free(text);
	bt_result_free(result);
	bt_json_reader_free(reader);
}

/* ---- page_alloc_bench --------------------------------------------------------------------- */

static const struct bt_json *member(const struct bt_json *root, const char *key, unsigned count)
{
	const struct bt_json *array = bt_json_get_array(root, key);

	if (!array)
		fail_msg("%s is no array", key);
	assert_int_equal(array->count, count);
	return array->child;
}

static uint64_t whole(const struct bt_json *node)
{
	uint64_t number;

	assert_true(bt_json_as_u64(node, &number));
	return number;
}

static void as_page_alloc_bench(void **state)
{
	struct bt_result *result = sample();
	struct bt_json_reader *reader = bt_json_reader_create(1u << 24);
	struct bt_err err = { 0 };
	const struct bt_json *root, *first;
	char *text;

	(void)state;
	repetition(&result->runs[1], 5 * GIB, 2 * GIB);
	text = encode(result, true);
	root = bt_json_parse(reader, text, strlen(text), &err);
	/*
	 * Two of four count; the load ran for 100 + 1000 + 20 allocations in each. Of the one that
	 * was cut short without a flaw the probes count.
	 */
	first = member(root, "idle_available_bytes_order0", 3);
	assert_int_equal(whole(first), 4 * GIB);
	assert_int_equal(whole(first->next), 16 * GIB);
	assert_int_equal(whole(first->next->next), 6 * GIB);
	assert_int_equal(whole(member(root, "antagonized_available_bytes_order4", 1)), 2 * GIB);
	assert_int_equal(whole(member(root, "kernel_page_allocs_order0", 2)), 1120);
	assert_int_equal(whole(member(root, "kernel_alloc_failures_order0", 2)), 3);
	assert_int_equal(whole(member(root, "kernel_page_allocs_remote_order4", 1)), 112);
	first = member(root, "kernel_page_alloc_latencies_ns_order0", 2 * 1120);
	for (; first; first = first->next)
		assert_in_range(whole(first), 960, 1023);
	first = member(root, "kernel_page_free_latencies_ns_order4", 1120);
	for (; first; first = first->next)
		assert_int_equal(whole(first), 7);
	first = member(root, "buddytop_latency_samples_drawn_from_histogram_order0", 2);
	assert_int_equal(whole(first), 2 * 1120);
	assert_int_equal(whole(member(root, "buddytop_machine_is_emulated", 1)), 1);
	assert_int_equal(whole(member(root, "buddytop_iterations_left_out", 1)), 2);
	assert_null(bt_json_get(root, "buddytop_result_is_partial"));
	assert_null(bt_json_get(root, "buddytop_probe_was_bounded_order0"));
	assert_null(bt_json_get(root, "buddytop_orders_left_out"));
	for (first = root->child; first; first = first->next)
		assert_int_equal(first->type, BT_JSON_ARRAY);
	free(text);
	bt_result_free(result);
	bt_json_reader_free(reader);
}

/* Cut short in the load; probes that stopped early; a run that the machine cannot do. */
static void pab_of_a_part(void **state)
{
	struct bt_result *result = bt_result_create(&plan);
	struct bt_json_reader *reader = bt_json_reader_create(1u << 24);
	struct bt_result_repetition *r;
	struct bt_err err;
	const struct bt_json *root;
	unsigned probes;
	char *text;

	(void)state;
	result->runs[0].known = result->partial = true;
	snprintf(result->runs[1].left_out, sizeof(result->runs[1].left_out), "order 4 is too large");
	r = repetition(&result->runs[0], 4 * GIB, 2 * GIB);
	r->phases[BT_PHASE_IDLE].measure.end = BT_MEASURE_END_LIMIT;
	r->phases[BT_PHASE_PRESSED].measure.end = BT_MEASURE_END_PRESSURE;
	r = repetition(&result->runs[0], 5 * GIB, 3 * GIB);
	r->complete = r->phases[BT_PHASE_PRESSED].complete = false;
	r->phases[BT_PHASE_IDLE].measure.end = BT_MEASURE_END_LIMIT;
	r->phases[BT_PHASE_PRESSED].measure.end = BT_MEASURE_END_LIMIT;
	r = repetition(&result->runs[0], 6 * GIB, 1 * GIB);
	snprintf(r->flaw, sizeof(r->flaw), "somebody else changed the config");
	r->phases[BT_PHASE_IDLE].measure.end = BT_MEASURE_END_LIMIT;
	assert_int_equal(bt_result_bounded(&result->runs[0], &probes), 3);
	assert_int_equal(probes, 3);
	text = encode(result, true);
	root = bt_json_parse(reader, text, strlen(text), &err);
	assert_int_equal(whole(member(root, "idle_available_bytes_order0", 2)->next), 5 * GIB);
	assert_int_equal(whole(member(root, "antagonized_available_bytes_order0", 1)), 2 * GIB);
	assert_int_equal(whole(member(root, "kernel_page_allocs_order0", 1)), 1120);
	assert_int_equal(whole(member(root, "buddytop_probe_was_bounded_order0", 1)), 3);
	assert_int_equal(whole(member(root, "buddytop_orders_left_out", 1)), 4);
	assert_int_equal(whole(member(root, "buddytop_result_is_partial", 1)), 1);
	free(text);
	bt_result_free(result);
	bt_json_reader_free(reader);
}

/*
 * More operations than samples: 3 of 4 in one bucket, 1 of 4 in another. Each sample stands for one
 * of 50000 equal parts, so exactly three quarters of them are of the first.
 */
static void samples_as_the_distribution(void **state)
{
	struct bt_result *result = bt_result_create(&plan);
	struct bt_json_reader *reader = bt_json_reader_create(1u << 24);
	struct bt_result_repetition *r = bt_result_add(&result->runs[0]);
	struct bt_hist *hist = &r->phases[BT_PHASE_LOAD].point.hist[BT_OP_ALLOC];
	unsigned fast = 0, slow = 0;
	const struct bt_json *one;
	struct bt_err err;
	char *text, *again;

	(void)state;
	result->runs[0].known = r->complete = r->phases[BT_PHASE_LOAD].known = true;
	hist->count[bt_hist_index(100)] = 3000000000;
	hist->count[bt_hist_index(1000000)] = 1000000000;
	hist->total = 4000000000;
	text = encode(result, true);
	again = encode(result, true);
	assert_string_equal(text, again);
	one = member(bt_json_parse(reader, text, strlen(text), &err),
		     "kernel_page_alloc_latencies_ns_order0", 50000);
	for (; one; one = one->next) {
		fast += whole(one) < 200;
		slow += whole(one) >= 900000;
	}
	assert_int_equal(fast, 37500);
	assert_int_equal(slow, 12500);
	free(text);
	free(again);
	bt_result_free(result);
	bt_json_reader_free(reader);
}

static void orders_twice(void **state)
{
	char *first[] = { (char *)"pattern=burst", (char *)"order=4" }, *second[] = { (char *)"order=4" };
	struct bt_plan_run twice[] = {
		{ .settings = first, .setting_count = 2 }, { .settings = second, .setting_count = 1 },
	};
	struct bt_plan with = { .name = (char *)"twice", .runs = twice, .run_count = 2 };
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_result_check_pab(&with, &err), -EINVAL);
	assert_non_null(strstr(err.text, "order 4"));
	second[0] = (char *)"order=3";
	assert_int_equal(bt_result_check_pab(&with, &err), 0);
}

/* What does not count says nothing of the way; the first that does, does. */
static void the_first_that_counts_has_the_way(void **state)
{
	struct bt_result_repetition repetitions[] = {
		{ .complete = true, .way = "packet", .flaw = "the lease expired" },
		{ .complete = false, .way = "packet" },
		{ .complete = true, .way = "pbuf" },
		{ .complete = true, .way = "sysctl" },
	};
	struct bt_result_run run = { .repetitions = repetitions, .repetition_count = 2 };

	(void)state;
	assert_null(bt_result_way(&run));
	assert_true(bt_result_way_fits(&run, "packet"));
	run.repetition_count = 4;
	assert_string_equal(bt_result_way(&run), "pbuf");
	assert_true(bt_result_way_fits(&run, "pbuf"));
	assert_false(bt_result_way_fits(&run, "packet"));
	assert_false(bt_result_way_fits(&run, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_by_hand), cmocka_unit_test(only_what_counts),
		cmocka_unit_test(keys_are_unique), cmocka_unit_test(many_samples),
		cmocka_unit_test(there_and_back), cmocka_unit_test(without_latencies),
		cmocka_unit_test(damaged), cmocka_unit_test(as_page_alloc_bench),
		cmocka_unit_test(samples_as_the_distribution), cmocka_unit_test(orders_twice),
		cmocka_unit_test(pab_of_a_part),
		cmocka_unit_test(the_first_that_counts_has_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
