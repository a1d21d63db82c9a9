// SPDX-License-Identifier: GPL-2.0
#include "work/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int bt_lines_open(struct bt_lines *lines, struct bt_err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return bt_err_set(err, errno, "pipe: %s", strerror(errno));
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	lines->in = ends[0];
	lines->out = ends[1];
	lines->used = 0;
	return 0;
}

static void tell(struct bt_lines *lines, size_t length, struct bt_work_call *call)
{
	char clean[BT_LINES_SIZE];

	lines->text[length] = '\0';
	bt_copy_clean(clean, sizeof(clean), lines->text);
	bt_json_string(bt_work_line(call), "output", clean);
	bt_work_send(call);
}

/* Bytes of the first line, with what ends it; all when there is no room for more; 0: none. */
static size_t whole(const struct bt_lines *lines)
{
	const char *end = memchr(lines->text, '\n', lines->used);

	if (end)
		return (size_t)(end - lines->text) + 1;
	return lines->used == BT_LINES_SIZE - 1 ? lines->used : 0;
}

static void tell_whole(struct bt_lines *lines, struct bt_work_call *call)
{
	size_t size;

	while ((size = whole(lines))) {
		char next = lines->text[size];
		bool ended = lines->text[size - 1] == '\n';

		tell(lines, size - ended, call);
		lines->text[size] = next;
		lines->used -= size;
		memmove(lines->text, lines->text + size, lines->used);
	}
}

bool bt_lines_read(struct bt_lines *lines, struct bt_work_call *call)
{
	ssize_t got;

	do {
		got = read(lines->in, lines->text + lines->used,
			   BT_LINES_SIZE - 1 - lines->used);
		if (got > 0) {
			lines->used += (size_t)got;
			tell_whole(lines, call);
		}
	} while (got > 0 && !atomic_load(&call->stop));
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void bt_lines_close(struct bt_lines *lines, struct bt_work_call *call)
{
	bt_lines_read(lines, call);
	if (lines->used)
		tell(lines, lines->used, call);
	close(lines->in);
	close(lines->out);
}
