/* SPDX-License-Identifier: GPL-2.0 */
/* QEMU's machine protocol on a stream: JSON objects, one a line, answers and events mixed. */
#ifndef BT_QMP_H
#define BT_QMP_H

#include "core/err.h"
#include "core/json.h"

struct bt_qmp;

/*
 * Takes over our end of a socket pair, non-blocking from then on; asks at once for the command mode,
 * in which events are sent too: QEMU may come to it later. The socket is closed when that fails.
 */
int bt_qmp_open(struct bt_qmp **qmp, int fd, struct bt_err *err);
/* Closes the socket too. NULL is allowed. */
void bt_qmp_close(struct bt_qmp *qmp);
int bt_qmp_fd(const struct bt_qmp *qmp);
/* Writes the members of a command's arguments into an object that is open. */
typedef void bt_qmp_arguments(struct bt_json_writer *w, const void *context);

struct bt_qmp_command {
	const char *name;		/* "balloon" */
	bt_qmp_arguments *arguments;	/* NULL: it has none */
	const void *context;
	uint64_t id;			/* comes back with its answer; 0: without one */
};

/* Sends a command; its answer is a message as others. -EAGAIN: QEMU takes nothing now. */
int bt_qmp_send(struct bt_qmp *qmp, const struct bt_qmp_command *command);
/*
 * The next message that has wholly arrived, valid until the next call. NULL with err->code 0: none
 * now; with -EPIPE QEMU closed the socket, else the message was not understood.
 */
const struct bt_json *bt_qmp_receive(struct bt_qmp *qmp, struct bt_err *err);

#endif
