// SPDX-License-Identifier: GPL-2.0
#include "bench/freemap_document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/kbench_doc.h"
#include "frame/frame_json.h"
#include "source/recording.h"

#define SNAPSHOT_MAX (16u << 20)	/* a frame, and what a graph shows */

static int refuse(const struct bt_frame_freemap *map, const char *path, struct bt_err *err)
{
	if (map->state == BT_DETAIL_NEEDS_ROOT)
		return bt_err_set(err, ENODATA, "%s: its map of free pages needed root", path);
	if (map->state != BT_DETAIL_NONE)
		return bt_err_set(err, ENODATA, "%s: its map of free pages could not be read (%s)",
				  path, bt_detail_name[map->state]);
	return bt_err_set(err, ENODATA, "%s: no map of free pages is in it; a snapshot that root takes "
			  "has one, and so has a recording while view 4 was on screen", path);
}

/* ---- snapshots ------------------------------------------------------------------------------ */

static int take_snapshot(struct bt_freemap_document *document, const struct bt_json *tree,
			 const char *path, struct bt_err *err)
{
	const struct bt_json *frame = bt_json_get_object(tree, "frame");
	const struct bt_json *map = bt_json_get_object(frame, "free_map");
	int code;

	code = bt_machine_decode(bt_json_get_object(tree, "machine"), &document->machine, err);
	bt_json_get_i64(frame, "utc_ns", &document->utc_ns);
	if (!code && map)
		code = bt_freemap_decode(map, document->map, err);
	if (code)
		return bt_err_prefix(err, "%s", path);
	return document->map->state == BT_DETAIL_KNOWN ? 0 : refuse(document->map, path, err);
}

/* Of a microbenchmark: the map of its last group. */
static int take_kbench(struct bt_freemap_document *document, const struct bt_json *tree,
		       const char *path, struct bt_err *err)
{
	struct bt_kbench *result;
	int code = bt_kbench_decode(tree, &result, err);

	if (code)
		return bt_err_prefix(err, "%s", path);
	document->machine = result->machine;
	document->utc_ns = result->end_utc_ns;
	for (unsigned i = 0; i < result->group_count; i++) {
		if (result->groups[i].map)
			bt_freemap_copy(document->map, result->groups[i].map);
	}
	bt_kbench_free(result);
	return document->map->state == BT_DETAIL_KNOWN ? 0 : refuse(document->map, path, err);
}

/* 1: it is none. */
static int read_snapshot(struct bt_freemap_document *document, const char *path, struct bt_err *err)
{
	struct bt_json_reader *reader;
	const struct bt_json *tree;
	const char *name;
	char *text = NULL;
	ssize_t size = bt_read_file(path, SNAPSHOT_MAX, &text, err);
	int code = 1;

	if (size < 0)
		return size == -EFBIG ? 1 : (int)size;
	reader = bt_json_reader_create(SNAPSHOT_MAX);
	tree = bt_json_parse(reader, text, (size_t)size, NULL);
	name = bt_json_get_string(bt_json_get_object(tree, "schema"), "name");
	if (name && !strcmp(name, "buddytop-snapshot"))
		code = take_snapshot(document, tree, path, err);
	else if (name && !strcmp(name, BT_KBENCH_SCHEMA))
		code = take_kbench(document, tree, path, err);
	bt_json_reader_free(reader);
	free(text);
	return code;
}

/* ---- recordings ----------------------------------------------------------------------------- */

static int search_recording(struct bt_freemap_document *document, struct bt_recording_file *file,
			    const char *path, struct bt_err *err)
{
	struct bt_frame *frame = bt_frame_create(&document->machine);
	int code = 1;

	for (size_t i = file->line_count; code && i-- > 0;) {
		if (file->lines[i].kind != BT_LINE_FRAME ||
		    bt_recording_frame(file, i, frame, NULL))
			continue;
		if (frame->free_map.state == BT_DETAIL_KNOWN)
			code = 0;
		if (!code || document->map->state == BT_DETAIL_NONE) {
			bt_freemap_copy(document->map, &frame->free_map);
			document->utc_ns = frame->utc_ns;
		}
	}
	bt_frame_free(frame);
	return code ? refuse(document->map, path, err) : 0;
}

static int read_recording(struct bt_freemap_document *document, const char *path,
			  struct bt_err *err)
{
	const struct bt_source_options options = { .argument = path };
	struct bt_recording_file *file;
	int code = bt_recording_open(&file, &options, &document->machine, err);

	if (code == -EPROTO)
		return bt_err_set(err, EPROTO, "%s: neither a snapshot nor a recording, which can have a "
				  "map of free pages", path);
	if (code)
		return code;
	code = search_recording(document, file, path, err);
	bt_recording_close(file);
	return code;
}

int bt_freemap_document_read(struct bt_freemap_document *document, const char *path,
			     struct bt_err *err)
{
	int code;

	*document = (struct bt_freemap_document){ .map = bt_freemap_create() };
	code = read_snapshot(document, path, err);
	return code == 1 ? read_recording(document, path, err) : code;
}

void bt_freemap_document_free(struct bt_freemap_document *document)
{
	bt_freemap_free(document->map);
	document->map = NULL;
}
