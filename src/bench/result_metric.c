// SPDX-License-Identifier: GPL-2.0
/* The numbers of a repetition: a metric of a point of one phase, or a function of its own. */
#include <math.h>
#include <string.h>

#include "bench/result.h"

typedef const struct bt_result_repetition *repetition_t;

static double known(uint64_t value)
{
	return value == BT_UNKNOWN ? NAN : (double)value;
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

/* ---- the probes --------------------------------------------------------------------------- */

static double reached(repetition_t r, enum bt_phase phase)
{
	const struct bt_measure *measure = &r->phases[phase].measure;

	return measure->state == BT_MEASURE_DONE ? (double)measure->reached_bytes : NAN;
}

static double probe_rate(repetition_t r, enum bt_phase phase)
{
	const struct bt_measure *measure = &r->phases[phase].measure;

	return measure->state == BT_MEASURE_DONE ? bt_measure_rate(measure) : NAN;
}

static double idle_available(repetition_t r)
{
	return reached(r, BT_PHASE_IDLE);
}

static double pressed_available(repetition_t r)
{
	return reached(r, BT_PHASE_PRESSED);
}

static double available_ratio(repetition_t r)
{
	return ratio(reached(r, BT_PHASE_PRESSED), reached(r, BT_PHASE_IDLE));
}

static double idle_probe_rate(repetition_t r)
{
	return probe_rate(r, BT_PHASE_IDLE);
}

static double pressed_probe_rate(repetition_t r)
{
	return probe_rate(r, BT_PHASE_PRESSED);
}

/* ---- the load ----------------------------------------------------------------------------- */

static double failures(repetition_t r)
{
	double sum = NAN;

	for (unsigned phase = BT_PHASE_WARMUP; phase < BT_PHASE_COUNT; phase++) {
		double some = known(r->phases[phase].counts.failures);

		if (r->phases[phase].known && !isnan(some))
			sum = isnan(sum) ? some : sum + some;
	}
	return sum;
}

static double steady_after(repetition_t r)
{
	return known(r->steady_after_ns);
}

/* ---- the table ---------------------------------------------------------------------------- */

#define COUNTED(key_, label_, unit_, better_, function, ...) \
	{ .key = key_, .label = label_, .unit = BT_UNIT_##unit_, .better = BT_BETTER_##better_, \
	  .value = function, ##__VA_ARGS__ }
#define OF_POINT(key_, label_, unit_, better_, phase_, metric, ...) \
	{ .key = key_, .label = label_, .unit = BT_UNIT_##unit_, .better = BT_BETTER_##better_, \
	  .phase = BT_PHASE_##phase_, .point_metric = metric, ##__VA_ARGS__ }
#define LATENCY(key_, label_, phase_, metric, ...) \
	OF_POINT(key_, label_, NS, LESS, phase_, metric, .latency = true, ##__VA_ARGS__)
#define DETAIL .detail = true
#define AGAINST(key_) .against = key_

const struct bt_result_metric bt_result_metrics[] = {
	COUNTED("idle_available_bytes", "available idle", BYTES, MORE, idle_available),
	COUNTED("antagonized_available_bytes", "available antagonized", BYTES, MORE,
		pressed_available, AGAINST("idle_available_bytes")),
	COUNTED("antagonized_available_ratio", "antagonized of idle", RATIO, MORE,
		available_ratio, DETAIL),
	COUNTED("idle_probe_bytes_per_s", "probe rate idle", BYTES_PER_S, MORE, idle_probe_rate),
	COUNTED("antagonized_probe_bytes_per_s", "probe rate loaded", BYTES_PER_S, MORE,
		pressed_probe_rate, AGAINST("idle_probe_bytes_per_s")),
	COUNTED("alloc_failures", "failures", COUNT, LESS, failures),
	COUNTED("steady_after_ns", "steady after", NS, NEITHER, steady_after),

	OF_POINT("allocs_per_s", "allocs", PER_S, MORE, LOAD, "allocs_per_s"),
	OF_POINT("pages_per_s", "pages", PAGES_PER_S, MORE, LOAD, "pages_per_s"),
	OF_POINT("held_bytes", "held", BYTES, NEITHER, LOAD, "held_bytes"),
	OF_POINT("remote_ratio", "remote blocks", RATIO, LESS, LOAD, "remote_ratio"),
	OF_POINT("preempted_per_s", "preempted", PER_S, NEITHER, LOAD, "preempted_per_s", DETAIL),
	OF_POINT("bulk_calls_per_s", "bulk calls", PER_S, MORE, LOAD, "bulk_calls_per_s"),
	OF_POINT("bulk_fill_ratio", "bulk calls filled", RATIO, MORE, LOAD, "bulk_fill_ratio"),
	OF_POINT("handoff_ratio", "handed off", RATIO, NEITHER, LOAD, "handoff_ratio"),
	LATENCY("alloc_p50_ns", "alloc p50", LOAD, "alloc_p50_ns"),
	LATENCY("alloc_p90_ns", "alloc p90", LOAD, "alloc_p90_ns", DETAIL),
	LATENCY("alloc_p99_ns", "alloc p99", LOAD, "alloc_p99_ns"),
	LATENCY("alloc_p999_ns", "alloc p99.9", LOAD, "alloc_p999_ns"),
	LATENCY("alloc_max_edge_ns", "alloc max <=", LOAD, "alloc_max_edge_ns"),
	LATENCY("free_p50_ns", "free p50", LOAD, "free_p50_ns"),
	LATENCY("free_p90_ns", "free p90", LOAD, "free_p90_ns", DETAIL),
	LATENCY("free_p99_ns", "free p99", LOAD, "free_p99_ns"),
	LATENCY("free_p999_ns", "free p99.9", LOAD, "free_p999_ns", DETAIL),
	LATENCY("free_max_edge_ns", "free max <=", LOAD, "free_max_edge_ns", DETAIL),

	LATENCY("bulk_p50_ns", "bulk call p50", LOAD, "bulk_p50_ns"),
	LATENCY("bulk_p99_ns", "bulk call p99", LOAD, "bulk_p99_ns"),
	LATENCY("bulk_p999_ns", "bulk call p99.9", LOAD, "bulk_p999_ns", DETAIL),
	LATENCY("bulk_max_edge_ns", "bulk call max <=", LOAD, "bulk_max_edge_ns"),

	OF_POINT("antagonized_allocs_per_s", "probed allocs", PER_S, MORE, PRESSED,
		 "allocs_per_s", AGAINST("allocs_per_s")),
	OF_POINT("antagonized_remote_ratio", "probed remote", RATIO, LESS, PRESSED,
		 "remote_ratio", DETAIL),
	LATENCY("antagonized_alloc_p50_ns", "probed alloc p50", PRESSED,
		"alloc_p50_ns", AGAINST("alloc_p50_ns")),
	LATENCY("antagonized_alloc_p90_ns", "probed alloc p90", PRESSED,
		"alloc_p90_ns", AGAINST("alloc_p90_ns"), DETAIL),
	LATENCY("antagonized_alloc_p99_ns", "probed alloc p99", PRESSED,
		"alloc_p99_ns", AGAINST("alloc_p99_ns")),
	LATENCY("antagonized_alloc_p999_ns", "probed alloc p99.9", PRESSED,
		"alloc_p999_ns", AGAINST("alloc_p999_ns")),
	LATENCY("antagonized_alloc_max_edge_ns", "probed alloc max <=", PRESSED,
		"alloc_max_edge_ns", AGAINST("alloc_max_edge_ns")),
	LATENCY("antagonized_bulk_p50_ns", "probed bulk p50", PRESSED,
		"bulk_p50_ns", AGAINST("bulk_p50_ns")),
	LATENCY("antagonized_bulk_p99_ns", "probed bulk p99", PRESSED,
		"bulk_p99_ns", AGAINST("bulk_p99_ns")),
	LATENCY("antagonized_free_p50_ns", "probed free p50", PRESSED,
		"free_p50_ns", AGAINST("free_p50_ns"), DETAIL),
	LATENCY("antagonized_free_p90_ns", "probed free p90", PRESSED,
		"free_p90_ns", AGAINST("free_p90_ns"), DETAIL),
	LATENCY("antagonized_free_p99_ns", "probed free p99", PRESSED,
		"free_p99_ns", AGAINST("free_p99_ns"), DETAIL),
	LATENCY("antagonized_free_p999_ns", "probed free p99.9", PRESSED,
		"free_p999_ns", AGAINST("free_p999_ns"), DETAIL),
	LATENCY("antagonized_free_max_edge_ns", "probed free max <=", PRESSED,
		"free_max_edge_ns", AGAINST("free_max_edge_ns"), DETAIL),
};

const unsigned bt_result_metric_count = BT_ARRAY_SIZE(bt_result_metrics);

double bt_result_value(const struct bt_result_metric *metric,
		       const struct bt_result_repetition *repetition)
{
	const struct bt_result_phase *phase = &repetition->phases[metric->phase];

	if (metric->value)
		return metric->value(repetition);
	return phase->known ? bt_metric_value(bt_metric_find(metric->point_metric), &phase->point) :
			      NAN;
}

const struct bt_result_metric *bt_result_metric_find(const char *key)
{
	for (unsigned i = 0; i < bt_result_metric_count; i++) {
		if (!strcmp(bt_result_metrics[i].key, key))
			return &bt_result_metrics[i];
	}
	return NULL;
}

const char *bt_result_metric_text(const struct bt_result_metric *metric, double value, char *buf,
				  size_t size)
{
	static const struct bt_units units;

	return bt_metric_text(&(struct bt_metric){ .unit = metric->unit }, &units, value, buf,
			      size);
}
