// SPDX-License-Identifier: GPL-2.0
/* A microbenchmark as samples: a value for each iteration of an order and number of threads. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/kbench_doc.h"
#include "bench/samples_build.h"
#include "core/mask.h"
#include "core/param.h"

/* ---- which numbers ------------------------------------------------------------------------ */

#define VALUE(name, member) \
	static uint64_t name(const struct bt_kbench_row *row) \
	{ \
		return row->member; \
	}

VALUE(get_avg, get.avg_ns)
VALUE(put_avg, put.avg_ns)
VALUE(free_frames, free_frames)
VALUE(free_pages, free_pages)

#define BIT(kind) (1u << BT_KBENCH_##kind)
#define ALL (BIT(BULK) | BIT(REPEAT) | BIT(RAND) | BIT(FRAG))

/* A pair's time stands in both: one of them is enough. */
static const struct number {
	const char *metric, *label;
	uint64_t (*value)(const struct bt_kbench_row *row);
	enum bt_unit unit;
	enum bt_better better;
	unsigned kinds;
} numbers[] = {
	{ "pair_avg_ns", "time of a pair", get_avg, BT_UNIT_NS, BT_BETTER_LESS, BIT(REPEAT) },
	{ "get_avg_ns", "time of an allocation", get_avg, BT_UNIT_NS, BT_BETTER_LESS,
	  ALL & ~BIT(REPEAT) },
	{ "put_avg_ns", "time of a free", put_avg, BT_UNIT_NS, BT_BETTER_LESS, ALL & ~BIT(REPEAT) },
	{ "free_frames", "free frames of 2 MiB", free_frames, BT_UNIT_COUNT, BT_BETTER_MORE,
	  BIT(FRAG) },
	{ "free_pages", "free pages", free_pages, BT_UNIT_COUNT, BT_BETTER_MORE, BIT(FRAG) },
};

static void add_row(struct bt_samples *samples, enum bt_kbench_kind kind,
		    const struct bt_kbench_row *row)
{
	char config[64];

	snprintf(config, sizeof(config), "order=%u threads=%u", row->order, row->threads);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(numbers); i++) {
		uint64_t value = numbers[i].value(row);

		if (!(numbers[i].kinds >> kind & 1) || value == BT_UNKNOWN)
			continue;
		bt_samples_value(bt_samples_series(samples, config, numbers[i].metric,
						   numbers[i].label, numbers[i].unit,
						   numbers[i].better), (double)value);
	}
}

/* ---- what is the same in two that can be compared ------------------------------------------ */

/* Neither orders nor threads, which are configurations, nor how often, nor the seed. */
static const char *const fields[] = { "allocs", "percent", "node" };
static const char *const params[] = { "gfp", "touch", "sample", "guard" };

static char *plan_text(const struct bt_kbench_plan *plan)
{
	char *text = NULL, value[256];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "benchmark=%s\n", bt_kbench_name[plan->kind]);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(fields); i++) {
		const struct bt_kbench_field *field = bt_kbench_field_find(fields[i]);

		field->get(field, plan, value, sizeof(value));
		fprintf(out, "%s=%s\n", field->name, value);
	}
	bt_mask_text(plan->cpus, BT_CPU_WORDS, value, sizeof(value));
	fprintf(out, "cpus=%s\n", value[0] ? value : "all");
	for (unsigned i = 0; i < BT_ARRAY_SIZE(params); i++) {
		const struct bt_param *param = bt_param_find(params[i]);

		if (!param)
			continue;
		bt_param_text(param, &plan->config, value, sizeof(value));
		fprintf(out, "%s=%s\n", param->name, value);
	}
	fclose(out);
	return text;
}

static void fill(struct bt_samples *samples, const struct bt_kbench *result)
{
	bt_samples_machine(samples, &result->machine);
	if (result->clock < BT_CLOCK_COUNT)
		bt_samples_fact(samples, BT_FACT_CLOCK, bt_clock_names[result->clock]);
	free(samples->plan);
	samples->plan = plan_text(&result->plan);
	samples->independent = false;
	samples->partial = !result->complete;
	if (!result->complete)
		bt_copy_clean(samples->note, sizeof(samples->note),
			      result->flaw[0] ? result->flaw : "it was not finished");
	for (unsigned i = 0; i < result->row_count; i++)
		add_row(samples, result->plan.kind, &result->rows[i]);
}

struct bt_samples *bt_samples_of_kbench(const struct bt_kbench *result, const char *path)
{
	struct bt_samples *samples = bt_samples_create(path, BT_SAMPLES_KBENCH);

	fill(samples, result);
	return samples;
}

int bt_samples_read_kbench(struct bt_samples *samples, struct bt_err *err)
{
	struct bt_kbench *result;
	int rc = bt_kbench_read(&result, samples->path, err);

	if (rc)
		return rc;
	fill(samples, result);
	bt_kbench_free(result);
	return 0;
}
