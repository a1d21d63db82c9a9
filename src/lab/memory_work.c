// SPDX-License-Identifier: GPL-2.0
/* Memory of the guest that a program in it takes, writes to and gives back. */
#include <errno.h>

#include "core/util.h"
#include "lab/bench.h"

#define SAMPLE_LIMIT_NS (30 * BT_NS_PER_S)
#define HOLD "lab"	/* what the guest's program keeps it under */

static void fill_arguments(struct bt_json_writer *w, const void *context)
{
	const struct bt_lab_memory_work *work = context;

	bt_json_u64(w, "bytes", work->bytes);
	bt_json_u64(w, "threads", work->threads);
	bt_json_string(w, "name", HOLD);
}

static void name_argument(struct bt_json_writer *w, const void *context)
{
	(void)context;
	bt_json_string(w, "name", HOLD);
}

static void take_totals(void *context, const struct bt_json *answer)
{
	struct bt_lab_memory_work *work = context;

	if (!bt_json_get_u64(answer, "ns", &work->ns))
		work->ns = BT_UNKNOWN;
	bt_json_get_u64(answer, "bytes", &work->bytes);
}

int bt_lab_fill(struct bt_lab *lab, unsigned vm, struct bt_lab_memory_work *work,
		struct bt_err *err)
{
	struct bt_lab_job job = { .name = "fill", .arguments = fill_arguments,
				  .totals = take_totals, .context = work };
	char bytes[32];

	bt_lab_doing(lab, "filling %s of the guest",
		     bt_text_bytes(work->bytes, bytes, sizeof(bytes)));
	return bt_lab_do(lab, vm, &job, lab->options->work_limit_ns, err);
}

int bt_lab_touch(struct bt_lab *lab, unsigned vm, struct bt_lab_memory_work *work,
		 struct bt_err *err)
{
	struct bt_lab_job job = { .name = "touch", .arguments = name_argument,
				  .totals = take_totals, .context = work };

	bt_lab_doing(lab, "touching it again");
	return bt_lab_do(lab, vm, &job, lab->options->work_limit_ns, err);
}

int bt_lab_release(struct bt_lab *lab, unsigned vm, struct bt_err *err)
{
	struct bt_lab_job job = { .name = "release", .arguments = name_argument };

	return bt_lab_do(lab, vm, &job, lab->options->work_limit_ns, err);
}

int bt_lab_fillable(struct bt_lab *lab, unsigned vm, uint64_t *bytes, struct bt_err *err)
{
	const struct bt_lab_sample *sample = bt_lab_guest_sample(lab->guests[vm]);
	uint64_t now_ns = bt_mono_ns(), end_ns = now_ns + SAMPLE_LIMIT_NS;
	int ret = 0;

	/* One that was taken before something was given back would say too little. */
	while (!ret && sample->mono_ns < now_ns) {
		if (bt_mono_ns() > end_ns)
			return bt_err_set(err, ETIMEDOUT, "the guest's agent is silent");
		ret = bt_lab_until(lab, bt_mono_ns() + BT_LAB_SAMPLE_NS / 2, err);
	}
	/* The program in the guest leaves a twentieth, and wants some itself. */
	*bytes = sample->available_bytes == BT_UNKNOWN ? 0 : sample->available_bytes / 100 * 93;
	return ret;
}
