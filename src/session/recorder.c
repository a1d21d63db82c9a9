// SPDX-License-Identifier: GPL-2.0
#include "session/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame/frame_json.h"

#define PROTOCOL_VERSION 1u	/* of the greeting: that of an agent */

struct bt_recorder {
	int fd;
	char *path;
	uint64_t bytes;		/* of whole lines */
	unsigned cpu_count, node_count;	/* of the machine in the greeting */
	struct bt_json_writer *writer;
	char *line;		/* the text with its newline: one write() */
	size_t room;
};

/* A file that nobody can find again is not worth filling the disk for. */
static int check_there(const struct bt_recorder *r, struct bt_err *err)
{
	struct stat st;

	if (!fstat(r->fd, &st) && !st.st_nlink)
		return bt_err_set(err, ENOENT, "recording: %s was removed", r->path);
	return 0;
}

static int put_line(struct bt_recorder *r, struct bt_err *err)
{
	size_t size;
	const char *text;
	int rc;

	bt_json_end_object(r->writer);
	text = bt_json_writer_text(r->writer, &size);
	if (!text)
		return bt_err_set(err, EIO, "recording: a line cannot be encoded");
	if (size + 1 > r->room) {
		r->room = 2 * (size + 1);
		r->line = bt_xrealloc(r->line, r->room, 1);
	}
	memcpy(r->line, text, size);
	r->line[size] = '\n';
	rc = bt_write_all(r->fd, r->line, size + 1);
	if (rc) {
		/* Part of it may be there; should even this fail, readers leave the last line out. */
		if (ftruncate(r->fd, (off_t)r->bytes))
			return bt_err_set(err, -rc, "recording: %s: %s; its last line is not whole",
					  r->path, strerror(-rc));
		return bt_err_set(err, -rc, "recording: %s: %s", r->path, strerror(-rc));
	}
	r->bytes += size + 1;
	return 0;
}

static struct bt_json_writer *begin(struct bt_recorder *r)
{
	bt_json_writer_reset(r->writer);
	bt_json_object(r->writer, NULL);
	return r->writer;
}

static int put_hello(struct bt_recorder *r, const struct bt_machine *machine,
		     const struct bt_config *config, struct bt_err *err)
{
	struct bt_json_writer *w = begin(r);

	bt_json_object(w, "schema");
	bt_json_string(w, "name", "buddytop-recording");
	bt_json_u64(w, "version", BT_RECORDING_VERSION);
	bt_json_end_object(w);
	bt_json_object(w, "hello");
	bt_json_u64(w, "protocol", PROTOCOL_VERSION);
	bt_json_string(w, "version", PACKAGE_VERSION);
	bt_machine_encode(w, "machine", machine);
	bt_config_encode(w, "config", config);
	bt_json_end_object(w);
	return put_line(r, err);
}

int bt_recorder_open(struct bt_recorder **recorder, const char *path,
		     const struct bt_machine *machine, const struct bt_config *config,
		     struct bt_err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644), rc;
	struct bt_recorder *r;

	if (fd < 0)
		return bt_err_set(err, errno, "recording: %s: %s", path, strerror(errno));
	r = bt_xcalloc(1, sizeof(*r));
	r->fd = fd;
	r->path = bt_xstrdup(path);
	r->cpu_count = machine->cpu_count;
	r->node_count = machine->node_count;
	r->writer = bt_json_writer_create(false);
	rc = put_hello(r, machine, config, err);
	if (rc) {
		unlink(path);
		bt_recorder_close(r);
		return rc;
	}
	*recorder = r;
	return 0;
}

int bt_recorder_frame(struct bt_recorder *r, const struct bt_frame *frame, struct bt_err *err)
{
	int rc = check_there(r, err);

	if (!rc && (frame->cpu_count != r->cpu_count || frame->node_count != r->node_count))
		rc = bt_err_set(err, ESTALE, "recording: the source came back as another machine");
	if (rc)
		return rc;
	bt_frame_encode(begin(r), "frame", frame);
	return put_line(r, err);
}

int bt_recorder_event(struct bt_recorder *r, const struct bt_event *event, struct bt_err *err)
{
	bt_event_encode(begin(r), "event", event);
	return put_line(r, err);
}

uint64_t bt_recorder_bytes(const struct bt_recorder *r)
{
	return r->bytes;
}

void bt_recorder_close(struct bt_recorder *r)
{
	if (!r)
		return;
	close(r->fd);
	bt_json_writer_free(r->writer);
	free(r->path);
	free(r->line);
	free(r);
}
