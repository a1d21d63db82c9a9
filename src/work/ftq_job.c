// SPDX-License-Identifier: GPL-2.0
/*
 * Work in fixed quanta of time (work/ftq.h): quantum_ns, threads, samples. A row of each sample:
 * sample, start_ns (when its quantum began, by the clock), counts (of each thread). Answers:
 * samples that are complete.
 */
#include <errno.h>

#include "work/ftq.h"
#include "work/job.h"

#define QUANTUM_MIN_NS 1000u
#define SAMPLES_MAX 1000000u
#define COUNTS_MAX (16u << 20)	/* of all threads: 128 MiB */
#define COUNTS_A_LINE 1024u

static int read_plan(const struct bt_work_call *call, struct bt_ftq_plan *plan, uint16_t *cpus,
		     struct bt_err *err)
{
	static const struct bt_work_number quantum = { "quantum_ns", QUANTUM_MIN_NS,
						       60 * BT_NS_PER_S, BT_UNKNOWN };
	static const struct bt_work_number number = { "samples", 1, SAMPLES_MAX, BT_UNKNOWN };
	uint64_t samples;
	int code = bt_work_number(call, &quantum, &plan->quantum_ns, err);

	if (!code)
		code = bt_work_number(call, &number, &samples, err);
	if (!code)
		code = bt_work_threads(call, &plan->threads, cpus, err);
	if (code)
		return code;
	if (samples * plan->threads > COUNTS_MAX)
		return bt_err_set(err, EINVAL, "\"samples\": %llu of %u threads are more than %u "
				  "counts", (unsigned long long)samples, plan->threads, COUNTS_MAX);
	plan->samples = samples;
	return bt_work_room(bt_ftq_needs_bytes(plan), NULL, err);
}

/* Those from number `told` on; returns how many there are now. */
static size_t tell_rows(struct bt_work_call *call, const struct bt_ftq_plan *plan,
			const struct bt_ftq_run *run, uint64_t start_ns, size_t told)
{
	size_t done = bt_ftq_done(run);

	while (told < done) {
		struct bt_json_writer *w = bt_work_line(call);

		bt_json_array(w, "rows");
		for (unsigned i = 0; i < COUNTS_A_LINE && told < done; i += plan->threads, told++) {
			bt_json_object(w, NULL);
			bt_json_u64(w, "sample", told);
			bt_json_u64(w, "start_ns", start_ns + told * plan->quantum_ns);
			bt_json_array(w, "counts");
			for (unsigned thread = 0; thread < plan->threads; thread++)
				bt_json_u64(w, NULL, bt_ftq_count(run, told, thread));
			bt_json_end_array(w);
			bt_json_end_object(w);
		}
		bt_json_end_array(w);
		bt_work_send(call);
	}
	return told;
}

int bt_work_ftq(struct bt_work_call *call, struct bt_err *err)
{
	uint16_t cpus[BT_WORK_THREADS_MAX];
	struct bt_ftq_plan plan = { .cpus = cpus, .stop = &call->stop };
	struct bt_ftq_run *run;
	uint64_t start_ns;
	size_t told = 0;
	int code = read_plan(call, &plan, cpus, err);

	if (!code)
		code = bt_ftq_open(&run, &plan, &start_ns, err);
	if (code)
		return code;
	bt_work_begun(call, start_ns);
	while (!bt_ftq_wait(run, BT_WORK_TICK_MS))
		told = tell_rows(call, &plan, run, start_ns, told);
	told = tell_rows(call, &plan, run, start_ns, told);
	bt_ftq_close(run);
	bt_json_u64(call->answer, "samples", told);
	return 0;
}
