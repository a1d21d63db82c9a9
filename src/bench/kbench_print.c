// SPDX-License-Identifier: GPL-2.0
/* A microbenchmark as CSV and as a table. */
#include <stdlib.h>
#include <string.h>

#include "bench/kbench_doc.h"
#include "bench/stats.h"
#include "bench/table.h"
#include "core/param.h"

#define TEXT 32

/* ---- CSV ---------------------------------------------------------------------------------- */

static void csv_number(FILE *out, uint64_t value, char end)
{
	if (value != BT_UNKNOWN)
		fprintf(out, "%llu", (unsigned long long)value);
	putc(end, out);
}

static void csv_times(FILE *out, const struct bt_kbench_times *times, char end)
{
	csv_number(out, times->min_ns, ',');
	csv_number(out, times->avg_ns, ',');
	csv_number(out, times->max_ns, end);
}

static void csv_row(FILE *out, const struct bt_kbench *result, const struct bt_kbench_row *row)
{
	fprintf(out, "%u,%u,%u,", row->order, row->threads, row->iteration);
	if (result->plan.kind == BT_KBENCH_FRAG) {
		fprintf(out, "%u,", result->plan.percent);
		csv_number(out, row->free_pages, ',');
		csv_number(out, row->free_frames, '\n');
		return;
	}
	csv_number(out, row->allocs, ',');
	csv_times(out, result->plan.kind == BT_KBENCH_RAND ? &row->put : &row->get, ',');
	csv_times(out, &row->put, '\n');
}

void bt_kbench_csv(FILE *out, const struct bt_kbench *result)
{
	fputs(result->plan.kind == BT_KBENCH_FRAG ?
	      "order,threads,iter,allocs,small,huge\n" :
	      "order,x,iteration,allocs,get_min,get_avg,get_max,put_min,put_avg,put_max\n", out);
	for (unsigned i = 0; i < result->row_count; i++)
		csv_row(out, result, &result->rows[i]);
}

/* ---- table -------------------------------------------------------------------------------- */

/* All iterations of a group. */
struct summary {
	const struct bt_kbench_group *group;
	unsigned iterations;
	uint64_t min_ns[BT_OP_COUNT], max_ns[BT_OP_COUNT];
	double avg_ns[BT_OP_COUNT];	/* median */
	uint64_t failures, preempted;
	uint64_t first_frames, last_frames, last_pages;
};

static void add_times(struct summary *s, enum bt_op op, const struct bt_kbench_times *times,
		      double *averages)
{
	if (times->min_ns < s->min_ns[op])
		s->min_ns[op] = times->min_ns;
	if (times->max_ns != BT_UNKNOWN && times->max_ns > s->max_ns[op])
		s->max_ns[op] = times->max_ns;
	averages[s->iterations] = (double)times->avg_ns;
}

static void summarise(const struct bt_kbench *result, const struct bt_kbench_group *group,
		      struct summary *s)
{
	double *averages[BT_OP_COUNT];

	*s = (struct summary){ .group = group, .min_ns = { BT_UNKNOWN, BT_UNKNOWN } };
	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		averages[op] = bt_xcalloc(result->row_count + 1, sizeof(**averages));
	for (unsigned i = 0; i < result->row_count; i++) {
		const struct bt_kbench_row *row = &result->rows[i];

		if (row->order != group->order || row->threads != group->threads)
			continue;
		add_times(s, BT_OP_ALLOC, &row->get, averages[BT_OP_ALLOC]);
		add_times(s, BT_OP_FREE, &row->put, averages[BT_OP_FREE]);
		s->failures += row->failures;
		s->preempted += row->preempted;
		if (!s->iterations)
			s->first_frames = row->free_frames;
		s->last_frames = row->free_frames;
		s->last_pages = row->free_pages;
		s->iterations++;
	}
	for (unsigned op = 0; op < BT_OP_COUNT; op++) {
		struct bt_summary of_all;

		bt_stats_summary(averages[op], s->iterations, &of_all);
		s->avg_ns[op] = of_all.median;
		free(averages[op]);
	}
}

static const char *number(uint64_t value, char buf[TEXT])
{
	if (value == BT_UNKNOWN)
		return "?";
	snprintf(buf, TEXT, "%llu", (unsigned long long)value);
	return buf;
}

static const char *quantile(const struct bt_hist *hist, double q, char buf[TEXT])
{
	return number(hist->total ? bt_hist_quantile(hist, q) : BT_UNKNOWN, buf);
}

static const struct bt_table_column columns[] = {
	{ "order", true, 0 }, { "threads", true, 0 }, { "n", true, 5 },
	{ "get min", true, 3 }, { "get avg", true, 0 }, { "get max", true, 3 },
	{ "p50", true, 2 }, { "p99", true, 1 },
	{ "put min", true, 3 }, { "put avg", true, 0 }, { "put max", true, 3 },
	{ "p50", true, 2 }, { "p99", true, 1 },
	{ "failures", true, 4 },
};

static void add_group(struct bt_table *table, const struct summary *s)
{
	const struct bt_kbench_group *group = s->group;
	char texts[BT_ARRAY_SIZE(columns)][TEXT];
	const char *const cells[] = {
		number(group->order, texts[0]), number(group->threads, texts[1]),
		number(s->iterations, texts[2]),
		number(s->min_ns[BT_OP_ALLOC], texts[3]),
		number((uint64_t)s->avg_ns[BT_OP_ALLOC], texts[4]),
		number(s->max_ns[BT_OP_ALLOC], texts[5]),
		quantile(&group->get, 0.5, texts[6]), quantile(&group->get, 0.99, texts[7]),
		number(s->min_ns[BT_OP_FREE], texts[8]),
		number((uint64_t)s->avg_ns[BT_OP_FREE], texts[9]),
		number(s->max_ns[BT_OP_FREE], texts[10]),
		quantile(&group->put, 0.5, texts[11]), quantile(&group->put, 0.99, texts[12]),
		number(s->failures, texts[13]),
	};

	bt_table_row(table, cells);
}

static const struct bt_table_column frag_columns[] = {
	{ "order", true, 0 }, { "threads", true, 0 }, { "n", true, 1 },
	{ "re-allocated", true, 2 }, { "free frames first", true, 0 }, { "last", true, 0 },
	{ "free pages last", true, 1 }, { "failures", true, 3 },
};

static void add_frag(struct bt_table *table, const struct bt_kbench_plan *plan,
		     const struct summary *s)
{
	char texts[BT_ARRAY_SIZE(frag_columns)][TEXT];
	const char *const cells[] = {
		number(s->group->order, texts[0]), number(s->group->threads, texts[1]),
		number(s->iterations, texts[2]), texts[3],
		number(s->first_frames, texts[4]), number(s->last_frames, texts[5]),
		number(s->last_pages, texts[6]), number(s->failures, texts[7]),
	};

	snprintf(texts[3], TEXT, "%u %%", plan->percent);
	bt_table_row(table, cells);
}

static void print_head(FILE *out, const struct bt_kbench *result)
{
	const struct bt_kbench_plan *plan = &result->plan;
	char gfp[TEXT], touch[TEXT], node[TEXT] = "any node";

	bt_param_text(bt_param_find("gfp"), &plan->config, gfp, sizeof(gfp));
	bt_param_text(bt_param_find("touch"), &plan->config, touch, sizeof(touch));
	if (plan->node >= 0)
		snprintf(node, sizeof(node), "node %d", plan->node);
	fprintf(out, "%s: %s\n", bt_kbench_name[plan->kind], bt_kbench_help[plan->kind]);
	fprintf(out, "on %s, Linux %s, %s%s%s; %s, gfp %s, touch %s, seed %llu\n",
		result->machine.host, result->machine.kernel,
		bt_reality_name[result->machine.reality], *result->machine.accel ? ", " : "",
		result->machine.accel, node, gfp, touch, (unsigned long long)plan->seed);
}

static void print_fill(FILE *out, const struct bt_kbench_group *group)
{
	if (group->fill_failures == BT_UNKNOWN || !group->fill_failures)
		return;
	fprintf(out, "order %u, %u thread%s: of %llu blocks to fill with %llu were not to be had; halves and "
		"shares are of the others.\n", group->order, group->threads,
		group->threads == 1 ? "" : "s", (unsigned long long)group->allocs * group->threads,
		(unsigned long long)group->fill_failures);
}

static void print_foot(FILE *out, const struct bt_kbench *result, uint64_t preempted)
{
	char clock[TEXT] = "?";

	if (result->plan.kind != BT_KBENCH_FRAG) {
		fputs("ns an operation. min, avg, max: of a thread's phase, over threads and iterations "
		      "(avg: the median iteration's)", out);
		if (result->plan.kind == BT_KBENCH_REPEAT)
			fputs(", of a pair", out);
		fputs(".\n", out);
	}
	if (result->clock < BT_CLOCK_COUNT)
		snprintf(clock, sizeof(clock), "%s", bt_clock_names[result->clock]);
	fprintf(out, "p50, p99: of single operations; clock %s, each contains its %s ns", clock,
		result->clock_pair_ns == BT_UNKNOWN ? "?" : number(result->clock_pair_ns, (char[TEXT]){ 0 }));
	if (preempted)
		fprintf(out, "; %llu preempted ones are left out", (unsigned long long)preempted);
	fputs(".\n", out);
	for (unsigned i = 0; i < result->group_count; i++)
		print_fill(out, &result->groups[i]);
	if (!result->complete)
		fprintf(out, "NOT COMPLETE: %s\n",
			*result->flaw ? result->flaw : "it was not finished");
}

void bt_kbench_print(FILE *out, const struct bt_kbench *result, unsigned width)
{
	bool frag = result->plan.kind == BT_KBENCH_FRAG;
	struct bt_table *table = frag ? bt_table_create(frag_columns, BT_ARRAY_SIZE(frag_columns)) :
					bt_table_create(columns, BT_ARRAY_SIZE(columns));
	uint64_t preempted = 0;
	struct summary s;

	for (unsigned i = 0; i < result->group_count; i++) {
		summarise(result, &result->groups[i], &s);
		preempted += s.preempted;
		if (s.iterations && frag)
			add_frag(table, &result->plan, &s);
		else if (s.iterations)
			add_group(table, &s);
	}
	print_head(out, result);
	bt_table_print(table, out, width);
	bt_table_free(table);
	print_foot(out, result, preempted);
}
