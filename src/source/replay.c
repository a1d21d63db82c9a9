// SPDX-License-Identifier: GPL-2.0
/*
 * A recording as a machine: JSON Lines as the agent protocol has them, {"hello":...} first, then
 * one {"frame":...} a line. Its clock is that of the recording.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame/frame_json.h"
#include "source/source.h"

#define LINE_MAX_BYTES (BT_FRAME_LINE_MAX + 65536u)

struct replay {
	FILE *file;
	char *path, *line;
	size_t room;
	unsigned long number;		/* of the line */
	struct bt_json_reader *reader;
	_Atomic uint64_t clock_ns;	/* of the last frame */
};

/*
 * The length, -ENODATA at the end or when the last line was cut off, -EPROTO when it is too long.
 */
static ssize_t next_line(struct replay *r, struct bt_err *err)
{
	ssize_t size = getline(&r->line, &r->room, r->file);

	if (size <= 0 || r->line[size - 1] != '\n')
		return bt_err_set(err, ENODATA, "the end of %s", r->path);
	r->number++;
	if (size > (ssize_t)LINE_MAX_BYTES)
		return bt_err_set(err, EPROTO, "line %lu of %s is too long", r->number, r->path);
	return size;
}

static int read_machine(struct replay *r, struct bt_machine *machine, struct bt_err *err)
{
	const struct bt_json *hello = NULL;
	ssize_t size = next_line(r, err);
	char recorded[BT_NAME];
	int rc;

	if (size > 0)
		hello = bt_json_get_object(bt_json_parse(r->reader, r->line, (size_t)size, NULL),
					   "hello");
	if (!hello)
		return bt_err_set(err, EPROTO,
				  "%s is not a recording: its first line has no greeting", r->path);
	rc = bt_machine_decode(bt_json_get_object(hello, "machine"), machine, err);
	if (rc)
		return bt_err_prefix(err, "%s, line 1", r->path);
	snprintf(recorded, sizeof(recorded), "%s", machine->source);
	snprintf(machine->source, sizeof(machine->source), "replay");
	snprintf(machine->source_note, sizeof(machine->source_note), "recorded from %s", recorded);
	return 0;
}

static void replay_close(void *state)
{
	struct replay *r = state;

	fclose(r->file);
	bt_json_reader_free(r->reader);
	free(r->path);
	free(r->line);
	free(r);
}

static int replay_open(void **state, const struct bt_source_options *options,
		       struct bt_machine *machine, struct bt_err *err)
{
	struct replay *r;
	FILE *file;
	int rc;

	if (!options->argument || !*options->argument)
		return bt_err_set(err, EINVAL, "replay: a file is missing (replay:FILE)");
	file = fopen(options->argument, "re");
	if (!file)
		return bt_err_set(err, errno, "replay: %s: %s", options->argument, strerror(errno));
	r = bt_xcalloc(1, sizeof(*r));
	r->file = file;
	r->path = bt_xstrdup(options->argument);
	r->reader = bt_json_reader_create(LINE_MAX_BYTES);
	rc = read_machine(r, machine, err);
	if (rc) {
		replay_close(r);
		return rc;
	}
	*state = r;
	return 0;
}

/* What is damaged ends the recording: opening it again would not mend it. */
static int replay_read(void *state, struct bt_frame *frame, struct bt_err *err)
{
	struct replay *r = state;
	const struct bt_json *root;
	struct bt_err why = { 0 };
	ssize_t size;

	if (frame->extra)
		return -EAGAIN; /* nothing happens between the frames of a recording */
	size = next_line(r, &why);
	if (size < 0)
		return bt_err_set(err, ENODATA, "%s", why.text);
	root = bt_json_parse(r->reader, r->line, (size_t)size, &why);
	if (!root || bt_frame_decode(bt_json_get_object(root, "frame"), frame, &why))
		return bt_err_set(err, ENODATA, "line %lu of %s is damaged: %s", r->number, r->path,
				  why.text);
	r->clock_ns = frame->mono_ns;
	return 0;
}

static uint64_t replay_clock_ns(void *state)
{
	struct replay *r = state;

	return r->clock_ns;
}

const struct bt_source_ops bt_source_replay = {
	.name = "replay",
	.help = "replay:FILE: a recording",
	.open = replay_open,
	.read = replay_read,
	.clock_ns = replay_clock_ns,
	.close = replay_close,
};
