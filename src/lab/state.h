/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of a guest, for guest.c, pump.c and job.c. */
#ifndef BT_LAB_STATE_H
#define BT_LAB_STATE_H

#include "lab/guest.h"
#include "source/stream.h"

struct bt_lab_guest {
	struct bt_lab_guest_options options;
	struct bt_vm *vm;
	char **texts;
	struct bt_guest_link link;
	struct bt_lab_board board;	/* of the link: its session's other thread reads it */
	struct bt_session *session;
	uint64_t seq;			/* of the last frame that was a sample */
	struct bt_lab_sample sample;

	struct bt_stream work;
	struct bt_json_reader *reader;
	uint64_t last_id;
	struct bt_lab_job *job;		/* that runs; NULL: none */
	bool job_ended;			/* since bt_lab_pump() began */

	int64_t clock_offset_ns;	/* guest's clock minus ours */
	uint64_t clock_error_ns;

	bool resizing;
	struct bt_resize resize;
	uint64_t asked_ns;		/* when the size was asked for without a resize */
	uint64_t alive_ns;		/* when it was last looked whether QEMU lives */
};

/* Sends what is queued and takes what has come. -EIO: the stream has ended. */
int bt_lab_work_step(struct bt_lab_guest *guest, struct bt_err *err);
/* A frame of the session, if it is new, and QEMU's own numbers beside it. */
void bt_lab_take_sample(struct bt_lab_guest *guest);

#endif
