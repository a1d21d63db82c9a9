// SPDX-License-Identifier: GPL-2.0
/* Sources with a log of their own, and recordings, whose clock can be turned. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "session/internal.h"

#define SPEED_MIN 0.1
#define SPEED_MAX 100.0

/* As they were logged there; only the numbers are ours. */
void bt_session_take_events(struct bt_session *s, const struct bt_frame *frame)
{
	struct bt_event event;

	if (frame->events > s->taken_event + BT_EVENTS)
		s->taken_event = frame->events - BT_EVENTS;
	while (s->taken_event < frame->events) {
		if (bt_sampler_event(s->sampler, ++s->taken_event, &event))
			bt_session_log_event(s, &event);
	}
}

/* The clock was turned back: log and history begin anew with what is fed next. */
void bt_session_restart(struct bt_session *s)
{
	s->last_event = s->recorded_event = 0;
	s->point_flags = 0;
	s->has_interval = false;
	s->base = NULL;
	bt_history_free(s->history);
	s->history = s->options.history ? bt_history_create(&s->machine) : NULL;
	s->restarts++;
}

bool bt_session_replay(const struct bt_session *s, struct bt_replay_status *status)
{
	if (!bt_sampler_replay(s->sampler))
		return false;
	bt_sampler_replay_status(s->sampler, status);
	return true;
}

static int check_replay(const struct bt_session *s, struct bt_err *err)
{
	return bt_sampler_replay(s->sampler) ? 0 :
	       bt_err_set(err, EOPNOTSUPP, "only a recording has another time or speed");
}

int bt_session_seek(struct bt_session *s, uint64_t at_ns, struct bt_err *err)
{
	int rc = check_replay(s, err);

	if (!rc)
		bt_sampler_seek(s->sampler, at_ns);
	return rc;
}

int bt_session_seek_event(struct bt_session *s, const struct bt_event *event, struct bt_err *err)
{
	uint64_t at_ns;
	int rc = check_replay(s, err);

	if (!rc && !bt_sampler_place(s->sampler, event, &at_ns))
		rc = bt_err_set(err, EINVAL, "the recording does not say when this was");
	if (!rc)
		bt_sampler_seek(s->sampler, at_ns);
	return rc;
}

void bt_session_stop_seek(struct bt_session *s)
{
	if (bt_sampler_replay(s->sampler))
		bt_sampler_stop_seek(s->sampler);
}

int bt_session_set_speed(struct bt_session *s, double speed, struct bt_err *err)
{
	int rc = check_replay(s, err);

	if (rc)
		return rc;
	if (isnan(speed) || (speed != 0 && (speed < SPEED_MIN || speed > SPEED_MAX)))
		return bt_err_set(err, EINVAL, "speed: from 0.1 to 100, or 'max'");
	bt_sampler_set_speed(s->sampler, speed);
	s->changed = true;
	return 0;
}

bool bt_session_replay_mark(const struct bt_session *s, size_t index, uint64_t *at_ns,
			    struct bt_event *event)
{
	return bt_sampler_replay(s->sampler) && bt_sampler_mark(s->sampler, index, at_ns, event);
}
