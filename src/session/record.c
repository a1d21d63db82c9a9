// SPDX-License-Identifier: GPL-2.0
/* Recording a session: what its log and its source say, in the order in which it came. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "session/internal.h"

/* Told once; the session goes on. */
static void give_up(struct bt_session *s, const struct bt_err *err)
{
	s->recording.bytes = bt_recorder_bytes(s->recorder);
	bt_recorder_close(s->recorder);
	s->recorder = NULL;
	bt_session_log(s, BT_EVENT_FAILURE, 0, "session", "%s; recording has ended", err->text);
	s->recording.error = *err;
}

/* A change gets its generation with the answer to it: until then its line waits. */
bool bt_session_event_final(const struct bt_session *s, const struct bt_event *event)
{
	return event->kind != BT_EVENT_CONTROL || event->generation || !s->observer.awaited_token;
}

void bt_session_record_events(struct bt_session *s)
{
	struct bt_err err;

	while (s->recorder && s->recorded_event < s->last_event) {
		const struct bt_event *event = bt_session_event(s, s->recorded_event + 1);

		if (event && !bt_session_event_final(s, event))
			return;
		s->recorded_event++;
		if (event && bt_recorder_event(s->recorder, event, &err))
			give_up(s, &err);
	}
}

void bt_session_record_frame(struct bt_session *s, const struct bt_frame *frame)
{
	struct bt_err err;

	bt_session_record_events(s);
	if (!s->recorder)
		return;
	if (bt_recorder_frame(s->recorder, frame, &err))
		give_up(s, &err);
	else if (!s->recording.frames++)
		s->recording.since_ns = frame->mono_ns;
}

int bt_session_record(struct bt_session *s, const char *path, struct bt_err *err)
{
	int rc;

	if (s->recorder)
		return bt_err_set(err, EBUSY, "recording to %s already", s->recording.path);
	if (strlen(path) >= sizeof(s->recording.path))
		return bt_err_set(err, ENAMETOOLONG, "recording: the path is too long");
	rc = bt_recorder_open(&s->recorder, path, &s->machine, &s->config, err);
	if (rc)
		return rc;
	s->recording = (struct bt_recording){ .frames = 0 };
	snprintf(s->recording.path, sizeof(s->recording.path), "%s", path);
	bt_session_log(s, BT_EVENT_NOTE, 0, "session", "recording to %s", path);
	s->recorded_event = s->last_event;
	if (s->base)
		bt_session_record_frame(s, s->base);
	return 0;
}

int bt_session_record_beside(struct bt_session *s, const char *dir, struct bt_err *err)
{
	char path[sizeof(s->recording.path)];
	int rc = bt_session_choose_path(s, dir, "buddytop", ".jsonl", path, sizeof(path), err);

	return rc ? rc : bt_session_record(s, path, err);
}

void bt_session_record_stop(struct bt_session *s)
{
	if (!s->recorder)
		return;
	bt_session_log(s, BT_EVENT_NOTE, 0, "session", "recording ended: %s", s->recording.path);
	s->observer.awaited_token = 0; /* nothing waits any longer */
	bt_session_record_events(s);
	if (s->recorder)
		s->recording.bytes = bt_recorder_bytes(s->recorder);
	bt_recorder_close(s->recorder);
	s->recorder = NULL;
}

bool bt_session_recording(const struct bt_session *s, struct bt_recording *recording)
{
	*recording = s->recording;
	if (s->recorder)
		recording->bytes = bt_recorder_bytes(s->recorder);
	return s->recorder;
}
