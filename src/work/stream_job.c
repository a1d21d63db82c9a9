// SPDX-License-Identifier: GPL-2.0
/*
 * The kernels of STREAM (work/stream.h): kernels (a list; default all four), bytes (of the three
 * arrays together), threads, iterations. A row of each kernel in each iteration: kernel,
 * thread_count, iteration, start_ns, ns, bytes (moved, by STREAM's counting). Answers: elements (of
 * an array), iterations that are complete. Values that are wrong at the end are an error.
 */
#include <errno.h>
#include <stdlib.h>

#include "work/job.h"
#include "work/stream.h"

#define ITERATIONS_MAX 1000000u
#define ROWS_A_LINE 256u

static int read_kernels(const struct bt_work_call *call, struct bt_stream_plan *plan,
			struct bt_err *err)
{
	static const char *const all[] = { "copy", "scale", "add", "triad" };
	const struct bt_json *list = bt_json_get_array(call->request, "kernels");

	if (!bt_json_get(call->request, "kernels")) {
		for (; plan->kernel_count < BT_ARRAY_SIZE(all); plan->kernel_count++)
			plan->kernels[plan->kernel_count] = bt_stream_kernel(all[plan->kernel_count]);
		return 0;
	}
	if (!list || !list->count || list->count > BT_STREAM_KERNELS_MAX)
		return bt_err_set(err, EINVAL, "\"kernels\" is no list of 1 to %u names",
				  BT_STREAM_KERNELS_MAX);
	for (const struct bt_json *name = list->child; name; name = name->next) {
		const struct bt_stream_kernel *kernel =
			name->type == BT_JSON_STRING ? bt_stream_kernel(name->string) : NULL;

		if (!kernel)
			return bt_err_set(err, EINVAL, "\"kernels\": '%s' is none of copy, scale, add, "
					  "triad", name->string ? name->string : "?");
		plan->kernels[plan->kernel_count++] = kernel;
	}
	return 0;
}

static int read_plan(const struct bt_work_call *call, struct bt_stream_plan *plan, uint16_t *cpus,
		     struct bt_err *err)
{
	static const struct bt_work_number iterations = { "iterations", 1, ITERATIONS_MAX,
							  BT_UNKNOWN };
	uint64_t bytes;
	int code = read_kernels(call, plan, err);

	if (!code)
		code = bt_work_threads(call, &plan->threads, cpus, err);
	if (!code)	/* a page of each array for each */
		code = bt_work_pages(call, BT_STREAM_ARRAYS * plan->threads, &bytes, err);
	if (!code)
		code = bt_work_number(call, &iterations, &plan->iterations, err);
	if (code)
		return code;
	/* Whole pages of each, so that the three of them are no more than was asked for. */
	bytes /= BT_STREAM_ARRAYS;
	plan->elements = bt_work_whole_pages(bytes) / sizeof(double);
	return bt_work_room(bt_stream_needs_bytes(plan), NULL, err);
}

static void put_row(struct bt_json_writer *w, const struct bt_stream_plan *plan, size_t number,
		    const struct bt_stream_row *row)
{
	const struct bt_stream_kernel *kernel = plan->kernels[number % plan->kernel_count];

	bt_json_object(w, NULL);
	bt_json_string(w, "kernel", kernel->name);
	bt_json_u64(w, "thread_count", plan->threads);
	bt_json_u64(w, "iteration", number / plan->kernel_count);
	bt_json_u64(w, "start_ns", row->start_ns);
	bt_json_u64(w, "ns", row->ns);
	bt_json_u64(w, "bytes", plan->elements * kernel->element_bytes);
	bt_json_end_object(w);
}

/* Those from number `told` on; returns how many there are now. */
static size_t tell_rows(struct bt_work_call *call, const struct bt_stream_plan *plan,
			const struct bt_stream_run *run, size_t told)
{
	const struct bt_stream_row *rows;
	size_t done = bt_stream_rows(run, &rows);

	while (told < done) {
		struct bt_json_writer *w = bt_work_line(call);

		bt_json_array(w, "rows");
		for (unsigned i = 0; i < ROWS_A_LINE && told < done; i++, told++)
			put_row(w, plan, told, &rows[told]);
		bt_json_end_array(w);
		bt_work_send(call);
	}
	return told;
}

/* The threads that are measured do nothing else: rows are told from here, some times a second. */
static int measure(struct bt_work_call *call, const struct bt_stream_plan *plan,
		   struct bt_stream_run *run, struct bt_err *err)
{
	size_t told = 0;
	int code;

	bt_work_begun(call, bt_mono_ns());
	code = bt_stream_begin(run, err);
	if (code)
		return code;
	while (!bt_stream_wait(run, BT_WORK_TICK_MS))
		told = tell_rows(call, plan, run, told);
	told = tell_rows(call, plan, run, told);
	bt_json_u64(call->answer, "elements", plan->elements);
	bt_json_u64(call->answer, "iterations", told / plan->kernel_count);
	return bt_stream_end(run, err);
}

int bt_work_stream(struct bt_work_call *call, struct bt_err *err)
{
	uint16_t cpus[BT_WORK_THREADS_MAX];
	struct bt_stream_plan plan = { .cpus = cpus, .stop = &call->stop };
	struct bt_stream_run *run;
	int code = read_plan(call, &plan, cpus, err);

	if (!code)
		code = bt_stream_open(&run, &plan, err);
	if (code)
		return code;
	code = measure(call, &plan, run, err);
	bt_stream_close(run);
	return code;
}
