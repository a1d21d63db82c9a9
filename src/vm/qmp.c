// SPDX-License-Identifier: GPL-2.0
#include "vm/qmp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/util.h"

#define MESSAGE_LIMIT 65536u

struct bt_qmp {
	int fd;
	struct bt_json_reader *reader;
	size_t used, taken;	/* bytes in buffer; of these, in messages already returned */
	char buffer[MESSAGE_LIMIT];
};

int bt_qmp_open(struct bt_qmp **out, int fd, struct bt_err *err)
{
	struct bt_qmp *qmp = bt_xcalloc(1, sizeof(*qmp));
	int ret;

	qmp->fd = fd;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	qmp->reader = bt_json_reader_create(MESSAGE_LIMIT);
	ret = bt_qmp_send(qmp, &(struct bt_qmp_command){ .name = "qmp_capabilities" });
	if (ret) {
		bt_qmp_close(qmp);
		return bt_err_set(err, -ret, "QMP: %s", strerror(-ret));
	}
	*out = qmp;
	return 0;
}

void bt_qmp_close(struct bt_qmp *qmp)
{
	if (!qmp)
		return;
	close(qmp->fd);
	bt_json_reader_free(qmp->reader);
	free(qmp);
}

int bt_qmp_fd(const struct bt_qmp *qmp)
{
	return qmp->fd;
}

int bt_qmp_send(struct bt_qmp *qmp, const struct bt_qmp_command *command)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	const char *text;
	size_t size;
	ssize_t sent;

	bt_json_object(w, NULL);
	bt_json_string(w, "execute", command->name);
	if (command->arguments) {
		bt_json_object(w, "arguments");
		command->arguments(w, command->context);
		bt_json_end_object(w);
	}
	if (command->id)
		bt_json_u64(w, "id", command->id);
	bt_json_end_object(w);
	text = bt_json_writer_text(w, &size);
	sent = send(qmp->fd, text, size, MSG_NOSIGNAL);
	bt_json_writer_free(w);
	if (sent < 0)
		return -errno;
	return (size_t)sent == size ? 0 : -EAGAIN;
}

/* More bytes into the buffer. 0 nothing now, > 0 some. */
static ssize_t fill(struct bt_qmp *qmp, struct bt_err *err)
{
	ssize_t got;

	memmove(qmp->buffer, qmp->buffer + qmp->taken, qmp->used - qmp->taken);
	qmp->used -= qmp->taken;
	qmp->taken = 0;
	if (qmp->used == sizeof(qmp->buffer))
		return bt_err_set(err, EMSGSIZE, "QMP: a message is too long");
	got = recv(qmp->fd, qmp->buffer + qmp->used, sizeof(qmp->buffer) - qmp->used, 0);
	if (got > 0)
		qmp->used += (size_t)got;
	if (!got)
		return bt_err_set(err, EPIPE, "QMP: QEMU closed the connection");
	if (got < 0 && errno != EAGAIN && errno != EINTR)
		return bt_err_set(err, errno, "QMP: %s", strerror(errno));
	return got > 0 ? got : 0;
}

const struct bt_json *bt_qmp_receive(struct bt_qmp *qmp, struct bt_err *err)
{
	char *start, *end;
	size_t size;

	err->code = 0;
	while (!(end = memchr(qmp->buffer + qmp->taken, '\n', qmp->used - qmp->taken))) {
		if (fill(qmp, err) <= 0)
			return NULL;
	}
	start = qmp->buffer + qmp->taken;
	size = (size_t)(end - start);
	qmp->taken += size + 1;
	return bt_json_parse(qmp->reader, start, size, err);
}
