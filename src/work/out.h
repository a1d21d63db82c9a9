/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside of buddytop-work: lines from the job's thread to the loop, which alone reads and writes
 * the descriptors, so that a host that reads slowly never stops an answer to `clock`.
 */
#ifndef BT_WORK_OUT_H
#define BT_WORK_OUT_H

#include <pthread.h>
#include <stdbool.h>

#include "core/json.h"
#include "source/stream.h"

struct bt_work_out {
	struct bt_stream stream;
	pthread_mutex_t lock;	/* of the part of stream that is to be written */
	pthread_cond_t room;
	bool closed;		/* nobody reads any more: what is said is lost */
	int wake_fd;		/* eventfd: there is something to write, or a job has ended */
};

int bt_work_out_open(struct bt_work_out *out, int in, int out_fd, struct bt_err *err);
void bt_work_out_close(struct bt_work_out *out);
void bt_work_out_wake(struct bt_work_out *out);
/* What the writer holds, as a line. patient: waits for room, as the loop must not. */
void bt_work_out_put(struct bt_work_out *out, struct bt_json_writer *w, bool patient);
bool bt_work_out_pending(struct bt_work_out *out);
/* So much is queued that no request should be taken. */
bool bt_work_out_full(struct bt_work_out *out);
/* 0, -EAGAIN, or the error of the descriptor, after which it is closed. */
int bt_work_out_flush(struct bt_work_out *out);

#endif
