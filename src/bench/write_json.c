// SPDX-License-Identifier: GPL-2.0
/* A result of `buddytop write` as a document: buddytop.5 has its keys. */
#include <stdlib.h>

#include "bench/stats.h"
#include "bench/write.h"
#include "core/mask.h"
#include "frame/frame_json.h"

#define WRITE_VERSION 1u

static void put_plan(struct bt_json_writer *w, const struct bt_write_plan *plan)
{
	bt_json_object(w, "settings");
	bt_json_u64(w, "memory_bytes", plan->memory_bytes);
	bt_json_known(w, "huge_page_bytes", plan->huge_page_bytes);
	bt_json_u64(w, "iterations", plan->iterations);
	bt_json_bool(w, "huge", plan->huge);
	bt_json_bool(w, "populate", plan->populate);
	bt_json_bool(w, "private", plan->private);
	bt_json_bool(w, "rand", plan->rand);
	if (plan->rand)
		bt_json_u64(w, "seed", plan->seed);
	bt_json_end_object(w);
}

static void put_iteration(struct bt_json_writer *w, const struct bt_write_run *run,
			  const struct bt_write_iteration *iteration)
{
	bt_json_object(w, NULL);
	bt_json_u64(w, "map_ns", iteration->map_ns);
	bt_json_u64(w, "unmap_ns", iteration->unmap_ns);
	bt_json_known(w, "fault_rss_bytes", iteration->fault_rss_bytes);
	bt_json_known(w, "drop_rss_bytes", iteration->drop_rss_bytes);
	bt_json_known(w, "huge_bytes", iteration->huge_bytes);
	bt_json_array(w, "threads");
	for (unsigned i = 0; i < run->threads; i++) {
		const struct bt_write_thread *thread = &iteration->threads[i];

		bt_json_object(w, NULL);
		bt_json_u64(w, "cpu", thread->cpu);
		bt_json_u64(w, "pages", thread->pages);
		bt_json_u64(w, "fault_ns", thread->fault_ns);
		bt_json_u64(w, "drop_ns", thread->drop_ns);
		bt_json_u64(w, "minor_faults", thread->minor_faults);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
	bt_json_end_object(w);
}

static void put_summary(struct bt_json_writer *w, const struct bt_write_summary *summary)
{
	bt_json_object(w, NULL);
	bt_json_string(w, "phase", bt_write_phase_name[summary->phase]);
	bt_json_u64(w, "count", summary->count);
	bt_json_double(w, "min", summary->min);
	bt_json_double(w, "mean", summary->mean);
	bt_json_double(w, "p50", summary->p50);
	bt_json_double(w, "p90", summary->p90);
	bt_json_double(w, "p99", summary->p99);
	bt_json_double(w, "max", summary->max);
	bt_json_end_object(w);
}

static void put_run(struct bt_json_writer *w, const struct bt_write_run *run)
{
	struct bt_write_summary summary;

	bt_json_object(w, NULL);
	bt_json_u64(w, "thread_count", run->threads);
	bt_json_array(w, "page_ns");
	for (unsigned i = 0; run->done && i < BT_WRITE_PHASES; i++) {
		bt_write_summary(run, i, &summary);
		put_summary(w, &summary);
	}
	bt_json_end_array(w);
	bt_json_array(w, "iterations");
	for (unsigned i = 0; i < run->done; i++)
		put_iteration(w, run, &run->iterations[i]);
	bt_json_end_array(w);
	bt_json_end_object(w);
}

void bt_write_encode(struct bt_json_writer *w, const struct bt_write_result *result)
{
	bt_json_object(w, NULL);
	bt_json_object(w, "schema");
	bt_json_string(w, "name", "buddytop-write");
	bt_json_u64(w, "version", WRITE_VERSION);
	bt_json_end_object(w);
	bt_json_string(w, "program", PACKAGE_VERSION);
	bt_json_i64(w, "start_utc_ns", result->start_utc_ns);
	bt_json_i64(w, "end_utc_ns", result->end_utc_ns);
	bt_json_bool(w, "partial", result->partial);
	bt_json_string(w, "partial_reason", result->partial_reason);
	bt_machine_encode(w, "machine", &result->machine);
	bt_json_string(w, "thp_shmem", result->thp_shmem);
	put_plan(w, &result->plan);
	bt_json_array(w, "runs");
	for (unsigned i = 0; i < result->plan.run_count; i++)
		put_run(w, &result->runs[i]);
	bt_json_end_array(w);
	bt_json_end_object(w);
}
