// SPDX-License-Identifier: GPL-2.0
/* What is made of the times of `buddytop write`. */
#include "bench/write.h"

#include <stdlib.h>

#include "bench/stats.h"
#include "core/util.h"

const char *const bt_write_phase_name[BT_WRITE_PHASES] = {
	[BT_WRITE_MAP] = "map",
	[BT_WRITE_FAULT] = "fault",
	[BT_WRITE_DROP] = "drop",
	[BT_WRITE_UNMAP] = "unmap",
};

uint64_t bt_write_unit_pages(const struct bt_write_plan *plan)
{
	return plan->huge && plan->huge_page_bytes != BT_UNKNOWN ?
	       plan->huge_page_bytes / plan->page_bytes : 1;
}

/* Shares differ by no more than a unit; what is less than one is the last thread's. */
uint64_t bt_write_share(uint64_t pages, unsigned threads, uint64_t unit_pages, unsigned index,
			uint64_t *first)
{
	uint64_t units = pages / unit_pages, each = units / threads, more = units % threads;
	uint64_t begin = index * each + (index < more ? index : more);
	uint64_t share = (each + (index < more)) * unit_pages;

	*first = begin * unit_pages;
	return index + 1 == threads ? pages - *first : share;
}

struct bt_write_bounds bt_write_bounds(const uint64_t *values, size_t count)
{
	struct bt_write_bounds bounds = { 0 };
	uint64_t sum = 0;

	if (!count)
		return bounds;
	bounds.min = values[0];
	for (size_t i = 0; i < count; i++) {
		if (values[i] < bounds.min)
			bounds.min = values[i];
		if (values[i] > bounds.max)
			bounds.max = values[i];
		sum += values[i];
	}
	bounds.avg = sum / count;
	return bounds;
}

uint64_t bt_write_pages(const struct bt_write_iteration *iteration, unsigned threads)
{
	uint64_t pages = 0;

	for (unsigned i = 0; i < threads; i++)
		pages += iteration->threads[i].pages;
	return pages;
}

static bool is_of_threads(enum bt_write_phase phase)
{
	return phase == BT_WRITE_FAULT || phase == BT_WRITE_DROP;
}

/* Value `index` of a phase, and the pages it is of. */
static uint64_t time_ns(const struct bt_write_run *run, const struct bt_write_iteration *iteration,
			enum bt_write_phase phase, unsigned index, uint64_t *pages)
{
	const struct bt_write_thread *thread = &iteration->threads[index];

	if (!is_of_threads(phase)) {
		*pages = bt_write_pages(iteration, run->threads);
		return phase == BT_WRITE_MAP ? iteration->map_ns : iteration->unmap_ns;
	}
	*pages = thread->pages;
	return phase == BT_WRITE_FAULT ? thread->fault_ns : thread->drop_ns;
}

/* per_ns 0: by the pages. */
static struct bt_write_bounds bounds_of(const struct bt_write_run *run, unsigned iteration,
					enum bt_write_phase phase, uint64_t per_ns)
{
	unsigned count = is_of_threads(phase) ? run->threads : 1;
	uint64_t *values = bt_xcalloc(count, sizeof(*values)), pages;
	struct bt_write_bounds bounds;

	for (unsigned i = 0; i < count; i++) {
		values[i] = time_ns(run, &run->iterations[iteration], phase, i, &pages);
		values[i] /= per_ns ? per_ns : pages;
	}
	bounds = bt_write_bounds(values, count);
	free(values);
	return bounds;
}

struct bt_write_bounds bt_write_ms(const struct bt_write_run *run, unsigned iteration,
				   enum bt_write_phase phase)
{
	return bounds_of(run, iteration, phase, BT_NS_PER_MS);
}

struct bt_write_bounds bt_write_page_ns(const struct bt_write_run *run, unsigned iteration,
					enum bt_write_phase phase)
{
	return bounds_of(run, iteration, phase, 0);
}

size_t bt_write_values(const struct bt_write_run *run, enum bt_write_phase phase, double *values)
{
	unsigned each = is_of_threads(phase) ? run->threads : 1;
	size_t count = 0;
	uint64_t ns, pages;

	for (unsigned i = 0; i < run->done; i++) {
		for (unsigned j = 0; j < each; j++) {
			ns = time_ns(run, &run->iterations[i], phase, j, &pages);
			values[count++] = (double)ns / (double)pages;
		}
	}
	return count;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bt_write_summary(const struct bt_write_run *run, enum bt_write_phase phase,
		      struct bt_write_summary *summary)
{
	double *values = bt_xcalloc((size_t)run->done * run->threads + 1, sizeof(*values));
	struct bt_summary all;
	size_t count = bt_write_values(run, phase, values);

	bt_stats_summary(values, count, &all);
	qsort(values, count, sizeof(*values), by_value);
	*summary = (struct bt_write_summary){
		.phase = phase, .count = count, .min = all.min, .mean = all.mean, .p50 = all.median,
		.p90 = bt_stats_quantile(values, count, 0.9),
		.p99 = bt_stats_quantile(values, count, 0.99), .max = all.max,
	};
	free(values);
}
