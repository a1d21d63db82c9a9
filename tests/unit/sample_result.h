/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results with all that pictures and reports show, from simple formulas, so that a test knows every
 * number: three orders, five repetitions each, of which the last of order 4 does not count.
 */
#ifndef BT_SAMPLE_RESULT_H
#define BT_SAMPLE_RESULT_H

#include <math.h>
#include <string.h>

#include "bench/result.h"
#include "tests/unit/sample_frame.h"

#define SAMPLE_GIB ((double)(1ull << 30))
#define SAMPLE_REPETITIONS 5u
#define SAMPLE_STEP_NS (100 * BT_NS_PER_MS)

/* Times in ns where each phase ends. */
static const unsigned sample_ends_ms[BT_PHASE_COUNT] = { 2000, 3500, 7500, 12000 };

/* Medians of 5 repetitions, each 1/64 GiB above the one before: the third one's. */
static inline uint64_t sample_idle_bytes(unsigned run, unsigned number)
{
	return (uint64_t)((6.0 - run / 4.0 + (number - 3.0) / 64) * SAMPLE_GIB);
}

static inline uint64_t sample_pressed_bytes(unsigned run, unsigned number)
{
	return (uint64_t)((4.0 - run / 2.0 + (number - 3.0) / 64) * SAMPLE_GIB);
}

/* Blocks a second: 8M, 2M, 0.5M, times speed; one percent more from repetition to repetition. */
static inline double sample_rate(unsigned run, unsigned number, double speed)
{
	return 8e6 / (1u << 2 * run) * speed * (1 + (number - 3.0) / 100);
}

/* Two humps: most operations about base_ns, one in 200 about 64 times as long. */
static inline void sample_hist(struct bt_hist *hist, double base_ns)
{
	*hist = (struct bt_hist){ .total = 0 };
	for (unsigned i = 0; i < BT_HIST_BUCKETS; i++) {
		double octaves = log2(((double)bt_hist_floor(i) + 1) / base_ns);
		double far = octaves - 6;

		hist->count[i] = (uint64_t)(1e6 * exp(-2 * octaves * octaves) +
					    5e3 * exp(-far * far / 2));
		hist->total += hist->count[i];
	}
}

static inline void sample_phase(struct bt_result_phase *phase, double rate, double base_ns)
{
	phase->known = phase->complete = true;
	phase->point.gap = false;
	phase->point.allocs_per_s = phase->point.frees_per_s = phase->point.pages_per_s = rate;
	phase->point.remote_ratio = 0.125;
	phase->point.known_ns = phase->point.length_ns = 4 * BT_NS_PER_S;
	sample_hist(&phase->point.hist[BT_OP_ALLOC], base_ns);
	sample_hist(&phase->point.hist[BT_OP_FREE], base_ns / 2);
	bt_point_quantiles(&phase->point);
}

static inline void sample_probe(struct bt_result_phase *phase, uint64_t reached_bytes)
{
	phase->known = phase->complete = true;
	phase->measure = (struct bt_measure){
		.state = BT_MEASURE_DONE, .reached_bytes = reached_bytes,
		.end = BT_MEASURE_END_OOM_KILL, .elapsed_ns = 2 * BT_NS_PER_S,
	};
}

static inline void sample_samples(struct bt_result_repetition *repetition, double rate,
				  double base_ns)
{
	unsigned phase = 0;

	for (uint64_t at_ns = SAMPLE_STEP_NS; at_ns <= 12 * BT_NS_PER_S; at_ns += SAMPLE_STEP_NS) {
		struct bt_result_sample sample = { .at_ns = at_ns, .length_ns = SAMPLE_STEP_NS };
		double slow, now;

		while (at_ns > sample_ends_ms[phase] * BT_NS_PER_MS)
			phase++;
		slow = phase == BT_PHASE_PRESSED ?
		       1 + 4 * ((double)at_ns / BT_NS_PER_S - 7.5) / 4.5 : 1;
		now = phase == BT_PHASE_IDLE ? 0 : rate / slow *
		      (1 + sin((double)at_ns / 3e8) / 20);
		sample.phase = (uint8_t)phase;
		sample.allocs_per_s = now;
		sample.available_bytes = sample.held_bytes = BT_UNKNOWN;
		for (unsigned bin = 0; bin < BT_LOG2_BINS; bin++) {
			double octaves = bin + 0.5 - log2(base_ns * slow);

			sample.alloc_bins[bin] = (uint32_t)(now / 10 * exp(-octaves * octaves));
		}
		bt_result_sample(repetition, &sample);
	}
}

static inline void sample_repetition(struct bt_result_run *run, unsigned index, double speed)
{
	struct bt_result_repetition *repetition = bt_result_add(run);
	unsigned number = run->repetition_count;
	double base_ns = 200.0 * (1 + index) / speed, rate = sample_rate(index, number, speed);

	repetition->number = number;
	repetition->position = index + 3 * (number - 1) + 1;
	repetition->complete = repetition->steady = true;
	repetition->start_utc_ns = (1764000000ll + 60ll * repetition->position) *
				   (int64_t)BT_NS_PER_S;
	repetition->end_utc_ns = repetition->start_utc_ns + 12 * (int64_t)BT_NS_PER_S;
	repetition->steady_after_ns = 1500 * BT_NS_PER_MS;
	repetition->steady_spread = 0.05;
	sample_probe(&repetition->phases[BT_PHASE_IDLE], sample_idle_bytes(index, number));
	sample_phase(&repetition->phases[BT_PHASE_WARMUP], NAN, base_ns);
	sample_phase(&repetition->phases[BT_PHASE_LOAD], rate, base_ns);
	sample_phase(&repetition->phases[BT_PHASE_PRESSED], rate / 4, 4 * base_ns);
	sample_probe(&repetition->phases[BT_PHASE_PRESSED], sample_pressed_bytes(index, number));
	sample_samples(repetition, rate, base_ns);
	if (index == 1 && number == SAMPLE_REPETITIONS)
		strcpy(repetition->flaw, "the guard's reserve was reached");
}

/* The caller frees it; speed is a factor of rates, and divides latencies. */
static inline struct bt_result *sample_result(const char *path, double speed)
{
	static const unsigned orders[] = { 0, 4, 9 };
	struct bt_result *result = bt_result_create(NULL);

	result->path = bt_xstrdup(path);
	strcpy(result->program, "0.1.0");
	result->source = bt_xstrdup("kmod");
	sample_machine(&result->machine, 4, 2);
	result->machine.memory_bytes = 8ull << 30;
	result->machine.reality = BT_REAL;
	result->plan_name = bt_xstrdup("orders");
	result->plan_text = bt_xstrdup("# which order costs what\norder = 0 4 9\n");
	result->seed = 1;
	result->load1_before = 1.2;
	result->interval_ns = SAMPLE_STEP_NS;
	result->start_utc_ns = 1764000000ll * (int64_t)BT_NS_PER_S;
	result->end_utc_ns = result->start_utc_ns + 900ll * (int64_t)BT_NS_PER_S;
	bt_result_warn(&result->warnings, &result->warning_count, "load average 1.2 at the start");
	result->run_count = BT_ARRAY_SIZE(orders);
	result->runs = bt_xcalloc(result->run_count, sizeof(*result->runs));
	for (unsigned i = 0; i < result->run_count; i++) {
		struct bt_result_run *run = &result->runs[i];

		run->section = bt_xstrdup("orders");
		run->label = bt_xasprintf("order=%u", orders[i]);
		run->config.order = orders[i];
		run->wanted = SAMPLE_REPETITIONS;
		for (unsigned k = 0; k < SAMPLE_REPETITIONS; k++)
			sample_repetition(run, i, speed);
	}
	return result;
}

#endif
