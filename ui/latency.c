// SPDX-License-Identifier: GPL-2.0
#include "ui/latency.h"

#include <math.h>
#include <stdio.h>

#include "core/param.h"

const char *const ui_latency_name[UI_LATENCY_ROWS] = {
	[BT_P50] = "p50", [BT_P90] = "p90", [BT_P99] = "p99", [BT_P999] = "p99.9",
	[UI_LATENCY_MAX] = "max <=",
};

const char *const ui_op_name[UI_OPS] = {
	[BT_OP_ALLOC] = "allocs",
	[BT_OP_FREE] = "frees",
	[UI_OP_BULK] = "bulk calls",
};

unsigned ui_latency_op(const struct ui_model *model, enum bt_op op)
{
	const struct bt_config *config = ui_model_applied(model);
	const struct bt_point *point = model->point;
	bool bulk;

	if (op != BT_OP_ALLOC || !point)
		return op;
	/* A load at a slow pace has times without an allocation. */
	if (!point->bulk.count && !point->latency[op].count)
		bulk = config && config->bulk_pages;
	else
		bulk = bt_point_is_bulk(point);
	return bulk ? UI_OP_BULK : op;
}

const struct bt_hist *ui_latency_hist(const struct bt_point *point, unsigned op)
{
	return op == UI_OP_BULK ? &point->bulk_hist : &point->hist[op];
}

void ui_latency_timing(const struct ui_model *model, unsigned rank, struct ui_row *row)
{
	const struct bt_frame *live = model->live;
	const struct bt_config *config = ui_model_applied(model);
	char text[UI_TEXT];
	bool told;

	if (!live)
		return;
	told = live->clock < BT_CLOCK_COUNT;
	ui_row_add(row, rank, UI_ROLE_NORMAL, "clock", "%s%s%s",
		   ui_text_latency(&model->units, live->clock_pair_ns, text), told ? " " : "",
		   told ? bt_clock_names[live->clock] : "");
	/* Bulk calls are all timed. */
	if (config && config->sample_every > 1 && !config->bulk_pages)
		ui_row_add(row, rank, UI_ROLE_WARN, "timed", "1/%u", config->sample_every);
}

bool ui_latency_untimed(const struct ui_model *model, struct ui_row *row)
{
	const struct bt_frame *live = model->live;

	if (!live || !live->has_module || !live->way[0] || !live->cpu_count)
		return false;
	for (unsigned cpu = 0; cpu < live->cpu_count; cpu++) {
		if (live->cpus[cpu].alloc_max_ns != BT_UNKNOWN)
			return false;
	}
	ui_row_add(row, 0, UI_ROLE_DIM, "", "not timed: a call of way %s is many blocks",
		   live->way);
	return true;
}

uint64_t ui_latency_ns(const struct bt_point *point, unsigned op, unsigned row)
{
	const struct bt_latency *latency = op == UI_OP_BULK ? &point->bulk : &point->latency[op];

	return row == UI_LATENCY_MAX ? latency->max_edge_ns : latency->quantile_ns[row];
}

static double as_double(const struct bt_point *point, unsigned op, unsigned row)
{
	uint64_t ns = ui_latency_ns(point, op, row);

	return ns == BT_UNKNOWN ? NAN : (double)ns;
}

enum { OP_ALLOC = BT_OP_ALLOC, OP_FREE = BT_OP_FREE, OP_BULK = UI_OP_BULK };

#define SERIES(X) X(ALLOC, P50) X(ALLOC, P90) X(ALLOC, P99) X(ALLOC, P999) X(ALLOC, QUANTILES) \
	X(FREE, P50) X(FREE, P90) X(FREE, P99) X(FREE, P999) X(FREE, QUANTILES) \
	X(BULK, P50) X(BULK, P90) X(BULK, P99) X(BULK, P999) X(BULK, QUANTILES)

#define SERIES_FN(op, row) static double op##_##row(const struct bt_point *point) \
{ \
	return as_double(point, OP_##op, BT_##row); \
}
SERIES(SERIES_FN)

const ui_value_fn ui_latency_value[UI_OPS][UI_LATENCY_ROWS] = {
#define SERIES_ROW(op, row) [OP_##op][BT_##row] = op##_##row,
	SERIES(SERIES_ROW)
};

struct ui_scale ui_latency_scale(double low, double high)
{
	struct ui_scale scale = { 1, 2, true };

	if (isnan(low) || isnan(high))
		return scale;
	scale.low = exp2(floor(log2(low > 1 ? low : 1)));
	scale.high = exp2(ceil(log2(high > 1 ? high : 1)));
	if (scale.high <= scale.low)
		scale.high = scale.low * 2;
	return scale;
}

/* ---- whose ------------------------------------------------------------------------------- */

unsigned ui_latency_subjects(const struct ui_model *model)
{
	unsigned nodes = model->machine->node_count;

	return nodes > 1 ? UI_SUBJECTS_OF_ALL * (nodes + 1) : UI_SUBJECTS_OF_ALL;
}

struct ui_subject ui_latency_subject(const struct ui_model *model, unsigned index)
{
	unsigned which;

	if (index >= ui_latency_subjects(model))
		index = 0;
	which = index % UI_SUBJECTS_OF_ALL;
	return (struct ui_subject){ .op[BT_OP_ALLOC] = which != 2, .op[BT_OP_FREE] = which != 1,
				    .node = (int)(index / UI_SUBJECTS_OF_ALL) - 1 };
}

const char *ui_latency_subject_name(unsigned index, char buf[UI_TEXT])
{
	static const char *const names[UI_SUBJECTS_OF_ALL] = { "allocs and frees", "allocs", "frees" };

	if (index < UI_SUBJECTS_OF_ALL)
		snprintf(buf, UI_TEXT, "%s", names[index]);
	else
		snprintf(buf, UI_TEXT, "%s, node %u", names[index % UI_SUBJECTS_OF_ALL],
			 index / UI_SUBJECTS_OF_ALL - 1);
	return buf;
}

void ui_subject_narrow(struct ui_subject *subject)
{
	if (subject->op[BT_OP_ALLOC])
		subject->op[BT_OP_FREE] = false;
}

/* ---- octaves ----------------------------------------------------------------------------- */

const char *ui_octave_text(unsigned octave, char buf[UI_TEXT])
{
	static const char *const units[] = { "ns", "us", "ms", "s" };

	snprintf(buf, UI_TEXT, "%u %s", 1u << octave % 10, units[octave / 10]);
	return buf;
}

bool ui_latency_octaves(const struct ui_model *model, const struct bt_point *point, int node,
			unsigned op, double bins[BT_LOG2_BINS])
{
	const struct bt_point_node *nodes = node < 0 || op == UI_OP_BULK ? NULL :
					    bt_point_nodes(model->history, point);
	const struct bt_hist *hist = ui_latency_hist(point, op);

	for (unsigned bin = 0; bin < BT_LOG2_BINS; bin++)
		bins[bin] = nodes ? (double)nodes[node].bins[op][bin] : 0;
	if (node >= 0 || point->gap)
		return nodes && !point->gap;
	for (unsigned bucket = 0; bucket < BT_HIST_BUCKETS; bucket++)
		bins[bt_hist_log2_bin(bucket)] += (double)hist->count[bucket];
	return true;
}

uint64_t ui_octave_quantile(const double bins[BT_LOG2_BINS], double q)
{
	double total = 0, sum = 0;

	for (unsigned bin = 0; bin < BT_LOG2_BINS; bin++)
		total += bins[bin];
	for (unsigned bin = 0; bin < BT_LOG2_BINS; bin++) {
		sum += bins[bin];
		if (sum > 0 && sum >= q * total)
			return (2ull << bin) - 1;
	}
	return BT_UNKNOWN;
}

void ui_latency_range(const struct ui_model *model, unsigned *first, unsigned *last)
{
	*first = BT_LOG2_BINS;
	*last = 0;
	for (unsigned op = 0; model->since && op < UI_OPS; op++) {
		const struct bt_hist *hist = ui_latency_hist(model->since, op);

		for (unsigned bucket = 0; bucket < BT_HIST_BUCKETS; bucket++) {
			unsigned bin = bt_hist_log2_bin(bucket);

			if (!hist->count[bucket])
				continue;
			*first = bin < *first ? bin : *first;
			*last = bin > *last ? bin : *last;
		}
	}
	if (*first > *last) {
		/* Nothing yet: what an allocator takes when it need not wait. */
		*first = 6;
		*last = 13;
	}
}
