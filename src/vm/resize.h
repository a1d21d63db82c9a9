/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One resizing of a guest, watched from outside: the request, then the question for the size again
 * and again. Whoever drives it asks every millisecond or faster, and so knows to a millisecond when
 * the size was reached; what QEMU itself logs of it (trace.h) is exact to a microsecond.
 */
#ifndef BT_RESIZE_H
#define BT_RESIZE_H

#include "vm/mode.h"

#define BT_RESIZE_POLL_NS BT_NS_PER_MS
#define BT_RESIZE_POINTS_MAX 8192u

/* A size that was seen for the first time. Own monotonic clock: the middle of question and answer. */
struct bt_resize_point {
	uint64_t mono_ns, actual_bytes;
};

struct bt_resize {
	struct bt_vm *vm;
	const struct bt_mode *mode;
	struct bt_mode_size size;
	uint64_t begin_bytes, target_bytes;	/* as rounded and bounded */
	uint64_t actual_bytes;			/* of the last answer */
	uint64_t sent_ns;			/* of the request */
	uint64_t answered_ns;			/* when QEMU had taken it */
	uint64_t asked_ns;			/* of the last question */
	uint64_t before_ns;	/* last question whose answer was not yet the target: sent_ns at first */
	uint64_t reached_ns;	/* question whose answer was; 0: not yet */
	uint64_t longest_gap_ns;	/* between two questions: how well reached_ns is known */
	unsigned polls;
	/* The sizes on the way; the last one is overwritten where there are more. */
	struct bt_resize_point *points;
	unsigned point_count;
};

/*
 * Asks for the present size and then for the new one. 0; or an error of bt_vm_command(), after
 * which there is nothing to free.
 */
int bt_resize_begin(struct bt_resize *resize, struct bt_vm *vm, const struct bt_mode *mode,
		    const struct bt_mode_size *size, uint64_t bytes, struct bt_err *err);
/* One question. 1: the target is reached, to the page; 0: not yet; or an error. */
int bt_resize_poll(struct bt_resize *resize, struct bt_err *err);
void bt_resize_free(struct bt_resize *resize);

/* Bytes that moved so far, out of or into the guest. */
uint64_t bt_resize_moved_bytes(const struct bt_resize *resize);

/* The present size alone. */
int bt_resize_query(struct bt_vm *vm, const struct bt_mode *mode, const struct bt_mode_size *size,
		    uint64_t *bytes, struct bt_err *err);

#endif
