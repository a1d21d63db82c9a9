// SPDX-License-Identifier: GPL-2.0
/*
 * A recording as a machine whose clock can be turned. Going back feeds again what came before the
 * new position, so that its history is there; going forward feeds what lies between. Those frames
 * are marked: nobody needs to draw them.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/recording.h"
#include "source/source.h"

#define HISTORY_NS (3600 * BT_NS_PER_S)	/* fed before a position that is gone back to */
#define STEP_MAX_NS (60 * BT_NS_PER_S)	/* longer ones are pauses of the recording, and cut short */
#define LINES_A_READ 4096u		/* passed over in one read() */
#define EVENTS 1024u

struct replay {
	struct bt_recording_file *file;	/* its lines: only read(); its index never changes */
	pthread_mutex_t lock;		/* all below; nothing is read from the file under it */
	size_t next;			/* line */
	unsigned seeks;			/* what was begun before one is not finished */
	size_t begin;			/* of a seek: the first frame that is fed */
	size_t feed_from;		/* frames before this one are passed over */
	size_t target;			/* of a seek: those before it are only fed */
	bool seeking;			/* it was not read yet */
	bool passed;			/* frames before the next one were passed over */
	bool restart;			/* the next frame continues nothing */
	bool paused;
	double speed;			/* 0: as fast as possible */
	uint64_t due_own_ns;		/* of the frame before, own clock; 0: not paced yet */
	uint64_t position_ns, clock_ns;	/* of the last frame handed out */
	size_t left_out;		/* damaged lines come by */
	struct bt_event events[EVENTS];	/* by number - 1, the last ones */
	uint64_t event_at_ns[EVENTS];	/* where they are in the recording */
	uint64_t event_count;
};

static void replay_close(void *state)
{
	struct replay *r = state;

	bt_recording_close(r->file);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static int replay_open(void **state, const struct bt_source_options *options,
		       struct bt_machine *machine, struct bt_err *err)
{
	struct bt_recording_file *file;
	char recorded[BT_NAME];
	struct replay *r;
	int rc;

	if (!options->argument || !*options->argument)
		return bt_err_set(err, EINVAL, "replay: a file is missing (replay:FILE)");
	rc = bt_recording_open(&file, options, machine, err);
	if (rc)
		return rc;
	snprintf(recorded, sizeof(recorded), "%s", machine->source);
	snprintf(machine->source, sizeof(machine->source), "replay");
	snprintf(machine->source_note, sizeof(machine->source_note), "recorded from %s", recorded);
	r = bt_xcalloc(1, sizeof(*r));
	pthread_mutex_init(&r->lock, NULL);
	r->file = file;
	r->speed = 1;
	r->paused = !options->interval_ns;
	*state = r;
	return 0;
}

/* ---- reading ---------------------------------------------------------------------------- */

/* A line as it was read, without the lock. */
struct taken {
	size_t index;
	int rc;			/* of a frame or an event; -EPROTO: it is damaged */
	struct bt_err why;
	struct bt_event event;
};

static void add_event(struct replay *r, const struct bt_event *event, uint64_t at_ns)
{
	r->event_at_ns[r->event_count % EVENTS] = at_ns;
	r->events[r->event_count++ % EVENTS] = *event;
}

/* A place of the recording that says nothing, told where it is. */
static void add_damage(struct replay *r, const struct bt_line *line, const struct bt_err *why)
{
	/* Added without a sign: in a file that is damaged both may be anything. */
	uint64_t utc_ns = (uint64_t)r->file->begin_utc_ns + line->at_ns;
	struct bt_event event = { .kind = BT_EVENT_NOTE, .mono_ns = r->clock_ns, .who = "replay",
				  .utc_ns = (int64_t)utc_ns };

	bt_copy_clean(event.text, sizeof(event.text), why->text);
	r->left_out++;
	add_event(r, &event, line->at_ns);
}

/* Under lock. */
static void take_other(struct replay *r, const struct taken *taken)
{
	const struct bt_line *line = &r->file->lines[taken->index];

	if (taken->rc)
		add_damage(r, line, &taken->why);
	else if (line->kind == BT_LINE_EVENT)
		add_event(r, &taken->event, line->at_ns);
}

/* Under lock. 0, or -EPROTO: it is damaged. */
static int take_frame(struct replay *r, const struct taken *taken, struct bt_frame *frame)
{
	const struct bt_line *line = &r->file->lines[taken->index];

	if (taken->rc) {
		add_damage(r, line, &taken->why);
		return -EPROTO;
	}
	frame->restart = r->restart;
	frame->gap |= r->passed;
	frame->feed = taken->index < r->target;
	frame->events = r->event_count;
	r->restart = r->passed = false;
	r->seeking &= taken->index < r->target;
	r->position_ns = line->at_ns;
	r->clock_ns = frame->mono_ns;
	return 0;
}

static uint64_t due_of(const struct replay *r, uint64_t at_ns)
{
	uint64_t step = at_ns > r->position_ns ? at_ns - r->position_ns : 0;

	if (r->speed <= 0 || !r->due_own_ns)
		return 0;
	if (step > STEP_MAX_NS)
		step = BT_NS_PER_S;
	return r->due_own_ns + (uint64_t)((double)step / r->speed);
}

static int end(const struct replay *r, struct bt_err *err)
{
	if (r->file->cut)
		return bt_err_set(err, ENODATA, "the last line of %s is cut off and left out",
				  r->file->path);
	if (r->file->more)
		return bt_err_set(err, ENODATA, "%s has more lines than can be shown",
				  r->file->path);
	return bt_err_set(err, ENODATA, "the end of %s", r->file->path);
}

/* What a line holds. A frame before the first that is fed is only passed over. */
static void decode(struct replay *r, struct taken *taken, bool passed, struct bt_frame *frame)
{
	const struct bt_line *line = &r->file->lines[taken->index];

	taken->rc = 0;
	if (line->kind == BT_LINE_FRAME && !passed)
		taken->rc = bt_recording_frame(r->file, taken->index, frame, &taken->why);
	else if (line->kind == BT_LINE_EVENT)
		taken->rc = bt_recording_event(r->file, taken->index, &taken->event, &taken->why);
	else if (line->kind == BT_LINE_DAMAGED)
		taken->rc = bt_err_set(&taken->why, EPROTO, "line %zu of the recording is damaged "
				       "and left out", taken->index + 2);
}

/* Under lock, which is given back while the line is read. 0: frame is one; -EAGAIN: on with it. */
static int read_line(struct replay *r, struct bt_frame *frame)
{
	struct taken taken = { .index = r->next };
	const struct bt_line *line = &r->file->lines[taken.index];
	uint64_t due = due_of(r, line->at_ns), now = bt_mono_ns();
	bool passed = taken.index < r->feed_from;
	unsigned seeks = r->seeks;

	pthread_mutex_unlock(&r->lock);
	decode(r, &taken, passed, frame);
	pthread_mutex_lock(&r->lock);
	if (seeks != r->seeks)
		return -EAGAIN;
	r->next++;
	if (line->kind != BT_LINE_FRAME) {
		take_other(r, &taken);
	} else if (passed) {
		r->passed = true;
	} else if (!take_frame(r, &taken, frame)) {
		/* On time the pace is kept exactly; late, it begins anew. */
		r->due_own_ns = due && now - due < BT_NS_PER_S ? due : now;
		return 0;
	}
	return -EAGAIN;
}

static int read_next(struct replay *r, struct bt_frame *frame, struct bt_err *err)
{
	for (unsigned i = 0; i < LINES_A_READ && r->next < r->file->line_count; i++) {
		if (!read_line(r, frame))
			return 0;
	}
	if (r->next < r->file->line_count)
		return -EAGAIN;
	r->seeking = false;
	return end(r, err);
}

static int replay_read(void *state, struct bt_frame *frame, struct bt_err *err)
{
	struct replay *r = state;
	int rc;

	if (frame->extra)
		return -EAGAIN; /* nothing happens between the frames of a recording */
	pthread_mutex_lock(&r->lock);
	rc = read_next(r, frame, err);
	pthread_mutex_unlock(&r->lock);
	return rc;
}

static bool replay_event(void *state, uint64_t number, struct bt_event *event)
{
	struct replay *r = state;
	bool there;

	pthread_mutex_lock(&r->lock);
	there = number && number <= r->event_count && number + EVENTS > r->event_count;
	if (there)
		*event = r->events[(number - 1) % EVENTS];
	pthread_mutex_unlock(&r->lock);
	return there;
}

/* ---- playing ---------------------------------------------------------------------------- */

/* Behind the last frame, now: the end is to be told. */
static uint64_t due_of_next(const struct replay *r)
{
	size_t index = r->next;

	while (index < r->file->line_count && (r->file->lines[index].kind != BT_LINE_FRAME ||
					       index < r->feed_from))
		index++;
	return index < r->file->line_count ? due_of(r, r->file->lines[index].at_ns) : 0;
}

static uint64_t replay_due_ns(void *state)
{
	struct replay *r = state;
	uint64_t due = UINT64_MAX;

	pthread_mutex_lock(&r->lock);
	if (r->seeking)
		due = 0;
	else if (!r->paused)
		due = due_of_next(r);
	pthread_mutex_unlock(&r->lock);
	return due;
}

static void replay_pause(void *state, bool pause)
{
	struct replay *r = state;

	pthread_mutex_lock(&r->lock);
	r->paused = pause;
	r->due_own_ns = bt_mono_ns();
	pthread_mutex_unlock(&r->lock);
}

static void replay_set_speed(void *state, double speed)
{
	struct replay *r = state;

	pthread_mutex_lock(&r->lock);
	r->speed = speed;
	r->due_own_ns = bt_mono_ns();
	pthread_mutex_unlock(&r->lock);
}

static void replay_seek(void *state, uint64_t at_ns)
{
	struct replay *r = state;
	size_t target;

	pthread_mutex_lock(&r->lock);
	if (at_ns > r->file->length_ns)
		at_ns = r->file->length_ns;
	target = bt_recording_find(r->file, at_ns);
	r->feed_from = bt_recording_find(r->file, at_ns > HISTORY_NS ? at_ns - HISTORY_NS : 0);
	if (target < r->next) {
		r->next = 0;
		r->restart = true;
		r->left_out = 0;
	}
	r->target = target;
	r->begin = r->feed_from > r->next ? r->feed_from : r->next;
	r->seeking = true;
	r->seeks++;
	r->due_own_ns = bt_mono_ns();
	pthread_mutex_unlock(&r->lock);
}

/* What was fed stays; the next frame is the one that is shown. */
static void replay_stop_seek(void *state)
{
	struct replay *r = state;

	pthread_mutex_lock(&r->lock);
	if (r->seeking && r->target > r->next) {
		r->target = r->next;
		r->seeks++;
	}
	if (r->feed_from > r->target)
		r->feed_from = r->target;
	pthread_mutex_unlock(&r->lock);
}

static bool replay_place(void *state, const struct bt_event *event, uint64_t *at_ns)
{
	struct replay *r = state;
	uint64_t kept, i = 0;

	pthread_mutex_lock(&r->lock);
	kept = r->event_count < EVENTS ? r->event_count : EVENTS;
	while (i < kept && (r->events[i].mono_ns != event->mono_ns ||
			    r->events[i].utc_ns != event->utc_ns ||
			    strcmp(r->events[i].text, event->text)))
		i++;
	if (i < kept)
		*at_ns = r->event_at_ns[i];
	pthread_mutex_unlock(&r->lock);
	return i < kept;
}

/* How far a seek is. */
static unsigned percent(const struct replay *r)
{
	size_t done = r->next > r->begin ? r->next - r->begin : 0;

	if (r->next >= r->target)
		return 100;
	return (unsigned)(100 * done / (r->target - (r->begin < r->target ? r->begin : 0)));
}

static void replay_status(void *state, struct bt_replay_status *status)
{
	struct replay *r = state;

	pthread_mutex_lock(&r->lock);
	*status = (struct bt_replay_status){
		.position_ns = r->position_ns,
		.length_ns = r->file->length_ns,
		.begin_utc_ns = r->file->begin_utc_ns,
		.speed = r->speed,
		.seeking = r->seeking,
		.seek_percent = percent(r),
		.left_out = r->left_out,
		.marks = r->file->mark_count,
	};
	pthread_mutex_unlock(&r->lock);
}

static bool replay_mark(void *state, size_t index, uint64_t *at_ns, struct bt_event *event)
{
	struct replay *r = state; /* the index does not change */

	if (index >= r->file->mark_count)
		return false;
	*at_ns = r->file->mark_at_ns[index];
	*event = r->file->marks[index];
	return true;
}

static uint64_t replay_clock_ns(void *state)
{
	struct replay *r = state;
	uint64_t now;

	pthread_mutex_lock(&r->lock);
	now = r->clock_ns;
	pthread_mutex_unlock(&r->lock);
	return now;
}

static const char *replay_no_control(void *state)
{
	(void)state;
	return "a recording cannot be controlled";
}

static const struct bt_replay_ops replay_ops = {
	.pause = replay_pause,
	.set_speed = replay_set_speed,
	.seek = replay_seek,
	.stop_seek = replay_stop_seek,
	.place = replay_place,
	.status = replay_status,
	.mark = replay_mark,
};

const struct bt_source_ops bt_source_replay = {
	.name = "replay",
	.help = "replay:FILE: a recording",
	.open = replay_open,
	.read = replay_read,
	.no_control = replay_no_control,
	.clock_ns = replay_clock_ns,
	.event = replay_event,
	.due_ns = replay_due_ns,
	.replay = &replay_ops,
	.close = replay_close,
};
