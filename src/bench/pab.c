// SPDX-License-Identifier: GPL-2.0
/*
 * The document of page_alloc_bench. It knows neither repetitions nor distributions: each array has
 * an element a repetition, but those of latencies, which are samples of single operations. All
 * members are arrays of integers, as its readers expect, so what else must be said is said in names.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/result.h"
#include "bench/stats.h"

#define SAMPLES_MAX 50000u	/* as many as page_alloc_bench keeps of a CPU */

typedef uint64_t (*number_t)(const struct bt_result_repetition *repetition);

/* What a probe found stays true, whatever ended the repetition after it. */
static uint64_t reached(const struct bt_result_phase *phase)
{
	return phase->complete && phase->measure.state == BT_MEASURE_DONE ?
	       phase->measure.reached_bytes : BT_UNKNOWN;
}

static uint64_t idle_bytes(const struct bt_result_repetition *repetition)
{
	return reached(&repetition->phases[BT_PHASE_IDLE]);
}

static uint64_t antagonized_bytes(const struct bt_result_repetition *repetition)
{
	return reached(&repetition->phases[BT_PHASE_PRESSED]);
}

/* Of all the time that the load ran, as page_alloc_bench counts. */
static uint64_t sum(const struct bt_result_repetition *repetition, size_t offset)
{
	uint64_t total = BT_UNKNOWN;

	for (unsigned i = BT_PHASE_WARMUP; i < BT_PHASE_COUNT; i++) {
		const struct bt_result_phase *phase = &repetition->phases[i];
		uint64_t some = *(const uint64_t *)((const char *)&phase->counts + offset);

		if (phase->known && some != BT_UNKNOWN)
			total = total == BT_UNKNOWN ? some : total + some;
	}
	return total;
}

static uint64_t allocs(const struct bt_result_repetition *repetition)
{
	return sum(repetition, offsetof(struct bt_result_counts, alloc_blocks));
}

static uint64_t failures(const struct bt_result_repetition *repetition)
{
	return sum(repetition, offsetof(struct bt_result_counts, failures));
}

static uint64_t remote(const struct bt_result_repetition *repetition)
{
	return sum(repetition, offsetof(struct bt_result_counts, remote_blocks));
}

static const struct {
	const char *key;
	number_t number;
	bool whole;		/* of a repetition that came to its end alone */
} rows[] = {
	{ "idle_available_bytes", idle_bytes, false },
	{ "antagonized_available_bytes", antagonized_bytes, false },
	{ "kernel_page_allocs", allocs, true },
	{ "kernel_alloc_failures", failures, true },
	{ "kernel_page_allocs_remote", remote, true },
};

static bool is_used(const struct bt_result_repetition *repetition, bool whole)
{
	return whole ? bt_result_counts(repetition) : !repetition->flaw[0];
}

static void encode_numbers(struct bt_json_writer *w, const char *key, unsigned order,
			   const struct bt_result_run *run, number_t number, bool whole)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_order%u", key, order);
	bt_json_array(w, name);
	for (unsigned i = 0; i < run->repetition_count; i++) {
		uint64_t value = number(&run->repetitions[i]);

		if (is_used(&run->repetitions[i], whole) && value != BT_UNKNOWN)
			bt_json_u64(w, NULL, value);
	}
	bt_json_end_array(w);
}

/* Of the probes that are in the document. */
unsigned bt_result_bounded(const struct bt_result_run *run, unsigned *probes)
{
	unsigned bounded = 0;

	*probes = 0;
	for (unsigned i = 0; i < run->repetition_count; i++) {
		for (unsigned j = 0; j < BT_PHASE_COUNT; j++) {
			const struct bt_result_phase *phase = &run->repetitions[i].phases[j];

			if (!is_used(&run->repetitions[i], false) || reached(phase) == BT_UNKNOWN)
				continue;
			++*probes;
			bounded += phase->measure.end == BT_MEASURE_END_LIMIT ||
				   phase->measure.end == BT_MEASURE_END_PRESSURE;
		}
	}
	return bounded;
}

/* How many of the probes did not go to the end of the memory. */
static void encode_bounded(struct bt_json_writer *w, unsigned order,
			   const struct bt_result_run *run)
{
	unsigned probes, bounded = bt_result_bounded(run, &probes);
	char name[64];

	if (!bounded)
		return;
	snprintf(name, sizeof(name), "buddytop_probe_was_bounded_order%u", order);
	bt_json_array(w, name);
	bt_json_u64(w, NULL, bounded);
	bt_json_end_array(w);
}

/* ---- latencies ---------------------------------------------------------------------------- */

/* Any value of the bucket is as likely as another: more is not known. */
static void encode_sample(struct bt_json_writer *w, struct bt_random *random, unsigned bucket)
{
	uint64_t floor_ns = bt_hist_floor(bucket);

	bt_json_u64(w, NULL, floor_ns + bt_random_below(random,
							bt_hist_floor(bucket + 1) - floor_ns));
}

/*
 * One operation out of each of so many equal parts of all, from the fastest to the slowest: every
 * operation once where there are few enough, and none twice.
 */
static void draw(struct bt_json_writer *w, const struct bt_hist *hist, struct bt_random *random)
{
	uint64_t wanted = hist->total < SAMPLES_MAX ? hist->total : SAMPLES_MAX, passed = 0;
	unsigned bucket = 0;

	for (uint64_t i = 0; i < wanted; i++) {
		uint64_t first = (uint64_t)((unsigned __int128)hist->total * i / wanted);
		uint64_t end = (uint64_t)((unsigned __int128)hist->total * (i + 1) / wanted);
		uint64_t rank = first + bt_random_below(random, end - first);

		while (passed + hist->count[bucket] <= rank)
			passed += hist->count[bucket++];
		encode_sample(w, random, bucket);
	}
}

static void encode_latencies(struct bt_json_writer *w, const struct bt_result *result,
			     const struct bt_result_run *run, enum bt_op op, unsigned order,
			     uint64_t *total)
{
	static const char *const names[BT_OP_COUNT] = { [BT_OP_ALLOC] = "alloc",
							[BT_OP_FREE] = "free" };
	struct bt_random random;
	struct bt_hist hist;
	char name[64];

	bt_result_hist(run, BT_PHASES_LOADED | 1u << BT_PHASE_WARMUP, op, &hist);
	bt_random_seed(&random, result->seed + order * BT_OP_COUNT + op);
	snprintf(name, sizeof(name), "kernel_page_%s_latencies_ns_order%u", names[op], order);
	bt_json_array(w, name);
	draw(w, &hist, &random);
	bt_json_end_array(w);
	*total = hist.total;
}

/* How many operations the samples were drawn from, in a member whose name says that they were. */
static void encode_note(struct bt_json_writer *w, unsigned order, const uint64_t *totals)
{
	char name[80];

	snprintf(name, sizeof(name), "buddytop_latency_samples_drawn_from_histogram_order%u",
		 order);
	bt_json_array(w, name);
	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		bt_json_u64(w, NULL, totals[op]);
	bt_json_end_array(w);
}

/* ---- the document ------------------------------------------------------------------------- */

static void encode_run(struct bt_json_writer *w, const struct bt_result *result,
		       const struct bt_result_run *run)
{
	unsigned order = run->config.order;
	uint64_t totals[BT_OP_COUNT];

	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++)
		encode_numbers(w, rows[i].key, order, run, rows[i].number,
			       rows[i].whole);
	encode_bounded(w, order, run);
	if (!result->latencies)
		return;
	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		encode_latencies(w, result, run, op, order, &totals[op]);
	encode_note(w, order, totals);
}

static void encode_flag(struct bt_json_writer *w, const char *key)
{
	bt_json_array(w, key);
	bt_json_u64(w, NULL, 1);
	bt_json_end_array(w);
}

static uint64_t count_flawed(const struct bt_result *result)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < result->run_count; i++) {
		const struct bt_result_run *run = &result->runs[i];

		for (unsigned j = 0; j < run->repetition_count; j++)
			count += !bt_result_counts(&run->repetitions[j]);
	}
	return count;
}

/* What of its config a plan has settled; the rest is of a machine. */
static struct bt_config config_of(const struct bt_plan_run *run)
{
	struct bt_config config = { 0 };

	for (unsigned i = 0; i < run->setting_count; i++) {
		if (!strncmp(run->settings[i], "order=", strlen("order=")) ||
		    !strncmp(run->settings[i], "bulk=", strlen("bulk=")) ||
		    !strncmp(run->settings[i], "handoff=", strlen("handoff=")))
			bt_param_assign(&config, run->settings[i], NULL, NULL);
	}
	return config;
}

static unsigned order_of(const struct bt_plan_run *run)
{
	return config_of(run).order % BT_MAX_ORDERS;
}

/* Runs that were never begun have no config; their orders are those of the plan. */
static void encode_left_out(struct bt_json_writer *w, const struct bt_result *result)
{
	struct bt_plan *plan;
	struct bt_err err;
	bool any = false;

	for (unsigned i = 0; i < result->run_count; i++)
		any |= result->runs[i].left_out[0] != '\0';
	if (!any || bt_plan_parse(&plan, result->plan_name, result->plan_text, &err))
		return;
	bt_json_array(w, "buddytop_orders_left_out");
	for (unsigned i = 0; i < result->run_count && i < plan->run_count; i++) {
		if (result->runs[i].left_out[0])
			bt_json_u64(w, NULL, order_of(&plan->runs[i]));
	}
	bt_json_end_array(w);
	bt_plan_free(plan);
}

static void encode_notes(struct bt_json_writer *w, const struct bt_result *result)
{
	uint64_t flawed = count_flawed(result);

	if (result->partial)
		encode_flag(w, "buddytop_result_is_partial");
	if (result->machine.reality == BT_EMULATED)
		encode_flag(w, "buddytop_machine_is_emulated");
	if (result->machine.reality == BT_SIMULATED)
		encode_flag(w, "buddytop_machine_is_simulated");
	if (flawed) {
		bt_json_array(w, "buddytop_iterations_left_out");
		bt_json_u64(w, NULL, flawed);
		bt_json_end_array(w);
	}
	encode_left_out(w, result);
}

int bt_result_check_pab(const struct bt_plan *plan, struct bt_err *err)
{
	unsigned seen = 0, order;

	for (unsigned i = 0; i < plan->run_count; i++) {
		const struct bt_config config = config_of(&plan->runs[i]);

		if (bt_config_is_mix(&config) || config.bulk_pages || config.handoff)
			return bt_err_set(err, EINVAL, "format pab: plan %s has a run of %s, for "
					  "which it has no members", plan->name,
					  config.bulk_pages ? "bulk calls" :
					  config.handoff ? "hand-off" : "several orders");
		order = order_of(&plan->runs[i]);
		if (seen & 1u << order)
			return bt_err_set(err, EINVAL, "format pab: plan %s has two runs of order "
					  "%u, its members are named by the order alone",
					  plan->name, order);
		seen |= 1u << order;
	}
	return 0;
}

void bt_result_encode_pab(struct bt_json_writer *w, const struct bt_result *result)
{
	bt_json_object(w, NULL);
	for (unsigned i = 0; i < result->run_count; i++) {
		if (result->runs[i].known)
			encode_run(w, result, &result->runs[i]);
	}
	encode_notes(w, result);
	bt_json_end_object(w);
}
