// SPDX-License-Identifier: GPL-2.0
/* An input is a recording: what `record` writes, a greeting and then lines of frames and events. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>

#include "frame/interval.h"
#include "source/recording.h"

/* What a replay has of a recording. */
struct replay {
	struct bt_recording_file *file;
	struct bt_frame *older, *newer;
	struct bt_interval *interval;
};

/* Times of the index never go back, so that a search in them ends where it should. */
static void check_index(const struct bt_recording_file *file)
{
	uint64_t at_ns = 0;

	for (size_t i = 0; i < file->line_count; i++) {
		size_t found = bt_recording_find(file, file->lines[i].at_ns);

		fuzz_must(file->lines[i].at_ns >= at_ns && file->lines[i].at_ns <= file->length_ns,
			  "line %zu is out of order", i + 2);
		at_ns = file->lines[i].at_ns;
		fuzz_must(found == file->line_count || file->lines[found].kind == BT_LINE_FRAME,
			  "a place without a frame");
	}
	fuzz_must(bt_recording_find(file, UINT64_MAX) <= file->line_count,
		  "a place behind the end");
}

static void show_frame(struct replay *replay, size_t line)
{
	struct bt_frame *frame = replay->older;
	struct bt_err err = { 0 };
	int code = bt_recording_frame(replay->file, line, replay->newer, &err);

	if (code) {
		fuzz_must(code == -EPROTO, "line %zu: %s", line + 2, err.text);
		fuzz_must_say(&err);
		return;
	}
	bt_interval_derive(replay->interval, frame, replay->newer);
	replay->older = replay->newer;
	replay->newer = frame;
}

static void show_event(struct replay *replay, size_t line)
{
	struct bt_event event;
	struct bt_err err = { 0 };

	if (bt_recording_event(replay->file, line, &event, &err))
		fuzz_must(false, "the index took line %zu for an event: %s", line + 2, err.text);
}

static void show_all(struct bt_recording_file *file, const struct bt_machine *machine)
{
	struct replay replay = {
		.file = file,
		.older = bt_frame_create(machine),
		.newer = bt_frame_create(machine),
		.interval = bt_interval_create(machine),
	};

	for (size_t line = 0; line < file->line_count; line++) {
		if (file->lines[line].kind == BT_LINE_FRAME)
			show_frame(&replay, line);
		else if (file->lines[line].kind == BT_LINE_EVENT)
			show_event(&replay, line);
	}
	bt_interval_free(replay.interval);
	bt_frame_free(replay.newer);
	bt_frame_free(replay.older);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bt_source_options options = { .argument = fuzz_file(data, size) };
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_recording_file *file;
	struct bt_err err = { 0 };

	if (bt_recording_open(&file, &options, machine, &err)) {
		fuzz_must_say(&err);
	} else {
		check_index(file);
		show_all(file, machine);
		bt_recording_close(file);
	}
	free(machine);
	return 0;
}
