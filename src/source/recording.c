// SPDX-License-Identifier: GPL-2.0
#include "source/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frame/frame_json.h"

#define LINE_MAX_BYTES (BT_FRAME_LINE_MAX + 65536u)
#define LINES_MAX (4u << 20)
#define MARKS_MAX 4096u
#define CHUNK (1u << 20)
#define TELL_BYTES (32u << 20)	/* files from here on take long enough to be told about */
#define BEGIN_BYTES 512u	/* the times of a frame stand in front */

/* ---- lines ------------------------------------------------------------------------------ */

static void make_room(struct bt_recording_file *f, size_t size)
{
	if (size <= f->room)
		return;
	f->room = 2 * size;
	f->text = bt_xrealloc(f->text, f->room, 1);
}

static int read_line(struct bt_recording_file *f, size_t index, struct bt_err *err)
{
	const struct bt_line *line = &f->lines[index];
	ssize_t got;

	make_room(f, line->size + 1);
	got = pread(f->fd, f->text, line->size, (off_t)line->offset);
	if (got < 0)
		return bt_err_set(err, EIO, "%s: %s", f->path, strerror(errno));
	if ((size_t)got < line->size)
		return bt_err_set(err, EIO, "%s has become shorter", f->path);
	f->text[got] = '\0';
	return 0;
}

static int damaged(size_t index, const struct bt_err *why, struct bt_err *err)
{
	return bt_err_set(err, EPROTO, "line %zu of the recording is damaged and left out: %s",
			  index + 2, why->text);
}

/* What stands under key in a line, for its decoder; NULL where there is no such object. */
static int read_object(struct bt_recording_file *f, size_t index, const char *key,
		       const struct bt_json **object, struct bt_err *err)
{
	int rc = read_line(f, index, err);
	struct bt_err why = { .text = "it is no JSON" };
	const struct bt_json *root;

	if (rc)
		return rc;
	root = bt_json_parse(f->reader, f->text, f->lines[index].size, &why);
	if (!root)
		return damaged(index, &why, err);
	*object = bt_json_get_object(root, key);
	return 0;
}

int bt_recording_frame(struct bt_recording_file *f, size_t index, struct bt_frame *frame,
		       struct bt_err *err)
{
	const struct bt_json *object;
	struct bt_err why = { 0 };
	int rc = read_object(f, index, "frame", &object, err);

	if (!rc && bt_frame_decode(object, frame, &why))
		rc = damaged(index, &why, err);
	return rc;
}

int bt_recording_event(struct bt_recording_file *f, size_t index, struct bt_event *event,
		       struct bt_err *err)
{
	const struct bt_json *object;
	struct bt_err why = { 0 };
	int rc = read_object(f, index, "event", &object, err);

	if (!rc && bt_event_decode(object, event, &why))
		rc = damaged(index, &why, err);
	return rc;
}

/* ---- the index -------------------------------------------------------------------------- */

/* What the index has to remember from line to line. */
struct indexer {
	struct bt_recording_file *f;
	size_t lines_room, marks_room;
	uint64_t last_mono_ns, at_ns;
	bool greeted;		/* the first line is behind */
	uint64_t size;		/* of the file */
};

static void index_mark(struct indexer *x, const struct bt_event *event)
{
	struct bt_recording_file *f = x->f;

	if (event->kind != BT_EVENT_MARK || f->mark_count == MARKS_MAX)
		return;
	if (f->mark_count == x->marks_room) {
		x->marks_room = x->marks_room ? 2 * x->marks_room : 16;
		f->marks = bt_xrealloc(f->marks, x->marks_room, sizeof(*f->marks));
		f->mark_at_ns = bt_xrealloc(f->mark_at_ns, x->marks_room, sizeof(*f->mark_at_ns));
	}
	f->mark_at_ns[f->mark_count] = x->at_ns;
	f->marks[f->mark_count++] = *event;
}

static enum bt_line_kind index_frame(struct indexer *x, const struct bt_json *frame)
{
	struct bt_recording_file *f = x->f;
	uint64_t mono_ns;
	int64_t utc_ns;

	if (!bt_json_get_u64(frame, "mono_ns", &mono_ns) ||
	    !bt_json_get_i64(frame, "utc_ns", &utc_ns))
		return BT_LINE_DAMAGED;
	if (!f->frame_count++)
		f->begin_utc_ns = utc_ns;
	else if (mono_ns > x->last_mono_ns &&
		 __builtin_add_overflow(x->at_ns, mono_ns - x->last_mono_ns, &x->at_ns))
		x->at_ns = UINT64_MAX; /* a file of nonsense still has its lines in order */
	x->last_mono_ns = mono_ns;
	f->length_ns = x->at_ns;
	return BT_LINE_FRAME;
}

/* Frames are long: only where one begins is looked at, until it is shown. */
static enum bt_line_kind index_text(struct indexer *x, const char *text, size_t size)
{
	size_t begin = size < BEGIN_BYTES ? size : BEGIN_BYTES;
	const struct bt_json *root = bt_json_parse_begin(x->f->reader, text, begin);
	struct bt_event event;

	if (bt_json_get_object(root, "frame"))
		return index_frame(x, bt_json_get_object(root, "frame"));
	root = bt_json_parse(x->f->reader, text, size, NULL);
	if (!root)
		return BT_LINE_DAMAGED;
	if (!bt_json_get_object(root, "event"))
		return BT_LINE_OTHER;
	if (bt_event_decode(bt_json_get_object(root, "event"), &event, NULL))
		return BT_LINE_DAMAGED;
	index_mark(x, &event);
	return BT_LINE_EVENT;
}

static void index_line(struct indexer *x, const char *text, uint64_t offset, size_t size)
{
	struct bt_recording_file *f = x->f;
	struct bt_line *line;

	if (!x->greeted) {
		x->greeted = true;
		return;
	}
	if (f->line_count == LINES_MAX) {
		f->more = true;
		return;
	}
	if (f->line_count == x->lines_room) {
		x->lines_room = x->lines_room ? 2 * x->lines_room : 1024;
		f->lines = bt_xrealloc(f->lines, x->lines_room, sizeof(*f->lines));
	}
	line = &f->lines[f->line_count++];
	*line = (struct bt_line){ .offset = offset, .kind = BT_LINE_DAMAGED };
	if (text) {
		line->size = (uint32_t)size;
		line->kind = index_text(x, text, size);
	}
	line->at_ns = x->at_ns;
}

/* False: somebody gave up. */
static bool tell_progress(const struct indexer *x, const struct bt_source_options *options,
			  uint64_t offset)
{
	char text[64];

	if (!options->progress || x->size < TELL_BYTES)
		return true;
	snprintf(text, sizeof(text), "reading through %llu MB: %u %%",
		 (unsigned long long)(x->size / 1000000), (unsigned)(10 * offset / x->size) * 10);
	return options->progress(options->context, text);
}

static uint64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (uint64_t)st.st_size;
}

/*
 * The file in pieces; what is left of a line moves to the front. Of a line that is too long only
 * the end is looked for.
 */
static int index_file(struct bt_recording_file *f, const struct bt_source_options *options,
		      struct bt_err *err)
{
	struct indexer x = { .f = f, .size = size_of(f->fd) };
	uint64_t offset = 0;	/* of text[0] */
	size_t used = 0, room = LINE_MAX_BYTES + CHUNK;
	char *text = bt_xcalloc(1, room), *end;
	bool too_long = false, given_up = false;
	ssize_t got;

	while (!given_up && (got = pread(f->fd, text + used, CHUNK, (off_t)(offset + used))) > 0) {
		size_t start = 0;

		used += (size_t)got;
		while ((end = memchr(text + start, '\n', used - start))) {
			size_t size = (size_t)(end - text) - start;

			index_line(&x, too_long ? NULL : text + start, offset + start, size);
			too_long = false;
			start += size + 1;
		}
		if (used - start > LINE_MAX_BYTES) {
			too_long = true;
			start = used;
		}
		memmove(text, text + start, used - start);
		offset += start;
		used -= start;
		given_up = !tell_progress(&x, options, offset);
	}
	f->cut = used || too_long;
	free(text);
	if (given_up)
		return bt_err_set(err, EINTR, "given up reading through %s", f->path);
	return got < 0 ? bt_err_set(err, errno, "replay: %s: %s", f->path, strerror(errno)) : 0;
}

size_t bt_recording_find(const struct bt_recording_file *f, uint64_t at_ns)
{
	size_t low = 0, high = f->line_count, first = 0;

	/* Of the lines not after at_ns the last; then back to a frame, or forward to the first. */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (f->lines[middle].at_ns <= at_ns)
			low = middle + 1;
		else
			high = middle;
	}
	while (low && f->lines[low - 1].kind != BT_LINE_FRAME)
		low--;
	if (low)
		return low - 1;
	while (first < f->line_count && f->lines[first].kind != BT_LINE_FRAME)
		first++;
	return first;
}

/* ---- opening ---------------------------------------------------------------------------- */

static int read_machine(struct bt_recording_file *f, struct bt_machine *machine,
			struct bt_err *err)
{
	const struct bt_json *root = NULL, *hello;
	const char *end = NULL;
	uint64_t version = 1;
	ssize_t got;
	int rc;

	make_room(f, LINE_MAX_BYTES);
	got = pread(f->fd, f->text, LINE_MAX_BYTES, 0);
	if (got > 0)
		end = memchr(f->text, '\n', (size_t)got);
	if (end)
		root = bt_json_parse(f->reader, f->text, (size_t)(end - f->text), NULL);
	hello = bt_json_get_object(root, "hello");
	if (!hello)
		return bt_err_set(err, EPROTO,
				  "%s is not a recording: its first line has no greeting", f->path);
	bt_json_get_u64(bt_json_get_object(root, "schema"), "version", &version);
	if (version != 1)
		return bt_err_set(err, EPROTO, "%s is a recording of version %llu, this program "
				  "reads version 1", f->path, (unsigned long long)version);
	rc = bt_machine_decode(bt_json_get_object(hello, "machine"), machine, err);
	return rc ? bt_err_prefix(err, "%s, line 1", f->path) : 0;
}

int bt_recording_open(struct bt_recording_file **file, const struct bt_source_options *options,
		      struct bt_machine *machine, struct bt_err *err)
{
	const char *path = options->argument;
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct bt_recording_file *f;

	if (fd < 0)
		return bt_err_set(err, errno, "replay: %s: %s", path, strerror(errno));
	f = bt_xcalloc(1, sizeof(*f));
	f->fd = fd;
	f->path = bt_xstrdup(path);
	f->reader = bt_json_reader_create(LINE_MAX_BYTES);
	rc = read_machine(f, machine, err);
	if (!rc)
		rc = index_file(f, options, err);
	if (rc) {
		bt_recording_close(f);
		return rc;
	}
	*file = f;
	return 0;
}

void bt_recording_close(struct bt_recording_file *f)
{
	close(f->fd);
	bt_json_reader_free(f->reader);
	free(f->lines);
	free(f->marks);
	free(f->mark_at_ns);
	free(f->path);
	free(f->text);
	free(f);
}
