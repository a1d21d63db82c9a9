// SPDX-License-Identifier: GPL-2.0
#include "vm/resize.h"

#include <stdlib.h>

#include "core/util.h"

/* A device that does not answer for so long is not at work any more. */
#define ANSWER_LIMIT_NS (10 * BT_NS_PER_S)

static int ask(struct bt_vm *vm, const struct bt_mode *mode, const struct bt_mode_size *size,
	       struct bt_vm_answer *answer, uint64_t *bytes, struct bt_err *err)
{
	struct bt_mode_request query = bt_mode_query(mode);
	int ret = bt_vm_command(vm, query.name, query.arguments, &query.context, ANSWER_LIMIT_NS,
				answer, err);

	return ret ? ret : bt_mode_actual(mode, size, answer->value, bytes, err);
}

int bt_resize_query(struct bt_vm *vm, const struct bt_mode *mode, const struct bt_mode_size *size,
		    uint64_t *bytes, struct bt_err *err)
{
	struct bt_vm_answer answer;

	return ask(vm, mode, size, &answer, bytes, err);
}

static void note(struct bt_resize *r, uint64_t mono_ns)
{
	struct bt_resize_point *last = r->points + r->point_count - 1;

	if (r->point_count && last->actual_bytes == r->actual_bytes)
		return;
	if (r->point_count < BT_RESIZE_POINTS_MAX)
		last = &r->points[r->point_count++];
	*last = (struct bt_resize_point){ mono_ns, r->actual_bytes };
}

int bt_resize_begin(struct bt_resize *r, struct bt_vm *vm, const struct bt_mode *mode,
		    const struct bt_mode_size *size, uint64_t bytes, struct bt_err *err)
{
	struct bt_mode_request request = bt_mode_resize(mode, size, bytes);
	struct bt_vm_answer answer;
	int ret;

	*r = (struct bt_resize){ .vm = vm, .mode = mode, .size = *size };
	ret = ask(vm, mode, size, &answer, &r->begin_bytes, err);
	if (ret)
		return ret;
	r->actual_bytes = r->begin_bytes;
	r->target_bytes = bt_mode_target(size, bytes);
	ret = bt_vm_command(vm, request.name, request.arguments, &request.context, ANSWER_LIMIT_NS,
			    &answer, err);
	if (ret)
		return ret;
	r->sent_ns = r->before_ns = r->asked_ns = answer.sent_ns;
	r->answered_ns = answer.received_ns;
	r->points = bt_xcalloc(BT_RESIZE_POINTS_MAX, sizeof(*r->points));
	note(r, answer.sent_ns);
	return 0;
}

int bt_resize_poll(struct bt_resize *r, struct bt_err *err)
{
	struct bt_vm_answer answer;
	int ret = ask(r->vm, r->mode, &r->size, &answer, &r->actual_bytes, err);

	if (ret)
		return ret;
	if (answer.sent_ns - r->asked_ns > r->longest_gap_ns)
		r->longest_gap_ns = answer.sent_ns - r->asked_ns;
	r->asked_ns = answer.sent_ns;
	r->polls++;
	note(r, answer.sent_ns + (answer.received_ns - answer.sent_ns) / 2);
	if (r->actual_bytes != r->target_bytes) {
		r->before_ns = answer.sent_ns;
		return 0;
	}
	r->reached_ns = answer.received_ns;
	return 1;
}

void bt_resize_free(struct bt_resize *r)
{
	free(r->points);
	r->points = NULL;
}

uint64_t bt_resize_moved_bytes(const struct bt_resize *r)
{
	return r->actual_bytes > r->begin_bytes ? r->actual_bytes - r->begin_bytes :
						  r->begin_bytes - r->actual_bytes;
}
