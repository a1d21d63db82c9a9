// SPDX-License-Identifier: GPL-2.0
/* A result of `buddytop write` for people and for spreadsheets. */
#include <inttypes.h>
#include <string.h>

#include "bench/table.h"
#include "bench/write.h"

#define CELL 32
#define WIDTH 80
#define GIB ((double)(1ull << 30))

/* ---- for people --------------------------------------------------------------------------- */

/* Three digits say enough of a time that varies by more than that. */
static void put_ns(char cell[CELL], double ns)
{
	snprintf(cell, CELL, "%.*f", ns < 10 ? 2 : ns < 100 ? 1 : 0, ns);
}

static void add_phase(struct bt_table *table, const struct bt_write_summary *summary)
{
	const double numbers[] = { summary->min, summary->mean, summary->p50, summary->p90,
				   summary->p99, summary->max };
	char texts[BT_ARRAY_SIZE(numbers) + 1][CELL];
	const char *cells[BT_ARRAY_SIZE(texts) + 1] = { bt_write_phase_name[summary->phase],
							texts[0] };

	snprintf(texts[0], CELL, "%zu", summary->count);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(numbers); i++) {
		put_ns(texts[i + 1], numbers[i]);
		cells[i + 2] = texts[i + 1];
	}
	bt_table_row(table, cells);
}

static void add_run(struct bt_table *table, const struct bt_write_result *result,
		    const struct bt_write_run *run)
{
	struct bt_write_summary summary;
	char text[96];

	snprintf(text, sizeof(text), "threads=%u: %u of %u iterations", run->threads, run->done,
		 result->plan.iterations);
	bt_table_heading(table, text);
	for (unsigned i = 0; run->done && i < BT_WRITE_PHASES; i++) {
		bt_write_summary(run, i, &summary);
		add_phase(table, &summary);
	}
}

static void print_tables(FILE *out, const struct bt_write_result *result)
{
	static const struct bt_table_column columns[] = {
		{ "ns a page", false, 0 }, { "values", true, 1 }, { "min", true, 0 },
		{ "avg", true, 0 }, { "p50", true, 0 }, { "p90", true, 0 }, { "p99", true, 0 },
		{ "max", true, 0 },
	};
	struct bt_table *table = bt_table_create(columns, BT_ARRAY_SIZE(columns));

	for (unsigned i = 0; i < result->plan.run_count; i++)
		add_run(table, result, &result->runs[i]);
	bt_table_print(table, out, WIDTH);
	bt_table_free(table);
}

/* Of all iterations together; BT_UNKNOWN where one does not say. */
static uint64_t huge_bytes(const struct bt_write_result *result, uint64_t *of_bytes)
{
	uint64_t sum = 0;

	*of_bytes = 0;
	for (unsigned i = 0; i < result->plan.run_count; i++) {
		for (unsigned j = 0; j < result->runs[i].done; j++) {
			uint64_t bytes = result->runs[i].iterations[j].huge_bytes;

			if (bytes == BT_UNKNOWN)
				return BT_UNKNOWN;
			sum += bytes;
			*of_bytes += result->plan.memory_bytes;
		}
	}
	return sum;
}

static void print_huge(FILE *out, const struct bt_write_result *result)
{
	const struct bt_write_plan *plan = &result->plan;
	const char *setting = plan->private ? result->machine.thp : result->thp_shmem;
	uint64_t of, bytes = huge_bytes(result, &of);

	fprintf(out, "Huge pages: %s", plan->huge ? "asked for" : "advised against");
	if (bytes == BT_UNKNOWN)
		fprintf(out, ", whether given is not known");
	else if (of)
		fprintf(out, ", given for %.1f %%", 100.0 * (double)bytes / (double)of);
	fprintf(out, " (%s: %s)\n", plan->private ? "enabled" : "shmem_enabled",
		*setting ? setting : "?");
}

void bt_write_print(FILE *out, const struct bt_write_result *result)
{
	const struct bt_write_plan *plan = &result->plan;
	char memory[CELL], head[512];

	snprintf(head, sizeof(head), "%s, %s%s%s, on %s, Linux %s%s",
		 bt_text_bytes(plan->memory_bytes, memory, sizeof(memory)),
		 plan->private ? "private" : "shared", plan->populate ? ", populated" : "",
		 plan->rand ? ", in random order" : "", result->machine.host,
		 result->machine.kernel,
		 result->machine.reality == BT_EMULATED ? ", EMULATED" : "");
	bt_table_wrap(out, head, 0, WIDTH);
	fputc('\n', out);
	print_tables(out, result);
	print_huge(out, result);
	if (result->partial)
		fprintf(out, "PARTIAL (%s)\n", result->partial_reason);
}

/* ---- for spreadsheets --------------------------------------------------------------------- */

enum row_unit { ROW_MS, ROW_NS };

/* map, amin, aavg, amax, fmin, favg, fmax, unmap; a is fault, f is drop. */
static void print_phases(FILE *out, const struct bt_write_run *run, unsigned iteration,
			 enum row_unit unit)
{
	for (unsigned i = 0; i < BT_WRITE_PHASES; i++) {
		struct bt_write_bounds b = unit == ROW_MS ? bt_write_ms(run, iteration, i) :
							    bt_write_page_ns(run, iteration, i);

		fprintf(out, i ? "," : "");
		if (i == BT_WRITE_MAP || i == BT_WRITE_UNMAP)
			fprintf(out, "%" PRIu64, b.avg);
		else
			fprintf(out, "%" PRIu64 ",%" PRIu64 ",%" PRIu64, b.min, b.avg, b.max);
	}
}

static void print_row(FILE *out, const struct bt_write_result *result,
		      const struct bt_write_run *run, unsigned number, bool original)
{
	const struct bt_write_iteration *iteration = &run->iterations[number];
	uint64_t faults = 0;

	if (!original)
		fprintf(out, "%u,%u,%.10g,", run->threads, number,
			(double)result->plan.memory_bytes / GIB);
	print_phases(out, run, number, ROW_MS);
	if (!original) {
		for (unsigned i = 0; i < run->threads; i++)
			faults += iteration->threads[i].minor_faults;
		fputc(',', out);
		print_phases(out, run, number, ROW_NS);
		fprintf(out, ",%" PRIu64 ",%" PRIu64 ",", bt_write_pages(iteration, run->threads),
			faults);
		if (iteration->huge_bytes != BT_UNKNOWN)
			fprintf(out, "%" PRIu64, iteration->huge_bytes);
	}
	fputc('\n', out);
}

void bt_write_csv(FILE *out, const struct bt_write_result *result, bool original)
{
	fprintf(out, "%smap,amin,aavg,amax,fmin,favg,fmax,unmap%s\n",
		original ? "" : "x,iteration,mem,",
		original ? "" : ",map_page_ns,amin_page_ns,aavg_page_ns,amax_page_ns,fmin_page_ns,"
				"favg_page_ns,fmax_page_ns,unmap_page_ns,pages,minor_faults,"
				"huge_bytes");
	for (unsigned i = 0; i < result->plan.run_count; i++) {
		for (unsigned j = 0; j < result->runs[i].done; j++)
			print_row(out, result, &result->runs[i], j, original);
	}
}
