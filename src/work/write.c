// SPDX-License-Identifier: GPL-2.0
/*
 * The phases of `buddytop write` (bench/write.h): bytes, threads, iterations (default 1), huge
 * (default false). A row of each iteration: iteration, and map_ns, fault_ns, drop_ns, unmap_ns, of
 * fault and drop that of the slowest thread. Answers: bytes, iterations that are complete.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/write.h"
#include "work/job.h"

#define THP_SIZE "/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"

static uint64_t huge_page_bytes(void)
{
	uint64_t bytes = BT_UNKNOWN;
	char *text;

	if (bt_read_file(THP_SIZE, 64, &text, NULL) < 0)
		return BT_UNKNOWN;
	bytes = strtoull(text, NULL, 10);
	free(text);
	return bytes ? bytes : BT_UNKNOWN;
}

static void put_row(void *context, const struct bt_write_progress *now)
{
	const struct bt_write_iteration *iteration = &now->run->iterations[now->iteration - 1];
	struct bt_work_call *call = context;
	struct bt_json_writer *w = bt_work_line(call);
	uint64_t fault_ns = 0, drop_ns = 0;

	for (unsigned i = 0; i < now->run->threads; i++) {
		const struct bt_write_thread *thread = &iteration->threads[i];

		fault_ns = thread->fault_ns > fault_ns ? thread->fault_ns : fault_ns;
		drop_ns = thread->drop_ns > drop_ns ? thread->drop_ns : drop_ns;
	}
	bt_json_object(w, "row");
	bt_json_u64(w, "iteration", now->iteration - 1);
	bt_json_u64(w, "map_ns", iteration->map_ns);
	bt_json_u64(w, "fault_ns", fault_ns);
	bt_json_u64(w, "drop_ns", drop_ns);
	bt_json_u64(w, "unmap_ns", iteration->unmap_ns);
	bt_json_end_object(w);
	bt_work_send(call);
}

static int make_plan(struct bt_work_call *call, struct bt_write_plan *plan, struct bt_err *err)
{
	static const struct bt_work_number number = { "iterations", 1, BT_WRITE_ITERATIONS_MAX, 1 };
	uint64_t iterations;
	int code = bt_work_threads(call, &plan->threads[0], plan->cpus, err);

	if (!code)
		code = bt_work_pages(call, plan->threads[0], &plan->memory_bytes, err);
	if (!code)
		code = bt_work_number(call, &number, &iterations, err);
	if (code)
		return code;
	bt_json_get_bool(call->request, "huge", &plan->huge);
	plan->iterations = (unsigned)iterations;
	plan->cpu_count = plan->threads[0];
	return 0;
}

int bt_work_write(struct bt_work_call *call, struct bt_err *err)
{
	struct bt_write_plan plan = { .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE), .private = true,
				      .huge_page_bytes = huge_page_bytes(), .run_count = 1 };
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_write_result *result;
	int code = make_plan(call, &plan, err);

	if (!code)
		code = bt_work_room(plan.memory_bytes, machine, err);
	if (!code)	/* room was asked for above, by this program's rule */
		code = bt_write_check(&plan, machine, BT_UNKNOWN, err);
	free(machine);
	if (code)
		return code;
	result = bt_write_create(&plan);
	bt_work_begun(call, bt_mono_ns());
	code = bt_write_run(result, &(struct bt_write_options){
		.stop_fd = call->stop_fd, .done = put_row, .context = call }, err);
	bt_json_u64(call->answer, "bytes", plan.memory_bytes);
	bt_json_u64(call->answer, "iterations", result->runs[0].done);
	bt_write_free(result);
	if (code != -EINTR)
		return code;
	*err = (struct bt_err){ 0 };
	return 0;
}
