/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file of a recording (buddytop.5) and an index of its lines, made once. Times in here are
 * since the first frame and never go back, whatever the clocks of the recorded machine did. One
 * thread at a time.
 */
#ifndef BT_RECORDING_H
#define BT_RECORDING_H

#include "frame/event.h"
#include "frame/frame.h"
#include "source/source.h"

enum bt_line_kind { BT_LINE_FRAME, BT_LINE_EVENT, BT_LINE_OTHER, BT_LINE_DAMAGED };

struct bt_line {
	uint64_t offset;	/* in the file */
	uint64_t at_ns;		/* of a frame; others have the time of the frame before them */
	uint32_t size;		/* without the newline */
	uint8_t kind;		/* enum bt_line_kind */
};

struct bt_recording_file {
	struct bt_line *lines;		/* all but the first, which is the greeting */
	size_t line_count, frame_count;
	uint64_t length_ns;		/* time of the last frame */
	int64_t begin_utc_ns;		/* of the first frame */
	struct bt_event *marks;		/* events of kind mark */
	uint64_t *mark_at_ns;
	size_t mark_count;
	bool cut;			/* the last line has no end, and is not in lines */
	bool more;			/* there are more lines than can be indexed */
	char *path;

	int fd;
	char *text;			/* of the line read last */
	size_t room;
	struct bt_json_reader *reader;
};

/*
 * The file is options->argument, their progress is told and may give up. -EPROTO: it is no
 * recording, -EINTR: given up.
 */
int bt_recording_open(struct bt_recording_file **file, const struct bt_source_options *options,
		      struct bt_machine *machine, struct bt_err *err);
void bt_recording_close(struct bt_recording_file *file);
/* Numbers of lines for messages count from 1, the greeting is 1. 0, or -EPROTO or -EIO. */
int bt_recording_frame(struct bt_recording_file *file, size_t line, struct bt_frame *frame,
		       struct bt_err *err);
int bt_recording_event(struct bt_recording_file *file, size_t line, struct bt_event *event,
		       struct bt_err *err);
/* Index of the last frame that is not after at_ns, else of the first; line_count without frames. */
size_t bt_recording_find(const struct bt_recording_file *file, uint64_t at_ns);

#endif
