// SPDX-License-Identifier: GPL-2.0
/* What the sampler hands over: frames become intervals, and a source that goes or comes back. */
#include <stdio.h>
#include <string.h>

#include "session/internal.h"

#define TAKING_MAX_NS (20 * BT_NS_PER_MS)
#define FED_TOLD_NS (200 * BT_NS_PER_MS)

/* ---- frames ---------------------------------------------------------------------------- */

void bt_session_free_frames(struct bt_session *s)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(s->frames); i++) {
		bt_frame_free(s->frames[i]);
		s->frames[i] = NULL;
	}
	bt_interval_free(s->interval);
	s->interval = NULL;
	s->shown = s->base = NULL;
	s->has_interval = false;
}

void bt_session_make_frames(struct bt_session *s)
{
	bt_session_free_frames(s);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(s->frames); i++)
		s->frames[i] = bt_frame_create(&s->machine);
	s->interval = bt_interval_create(&s->machine);
	if (!s->options.history || (s->history && bt_history_fits(s->history, &s->machine)))
		return;
	bt_history_free(s->history);
	s->history = bt_history_create(&s->machine);
}

/* The next interval has no beginning: pause, lost source. */
void bt_session_break_interval(struct bt_session *s)
{
	s->base = NULL;
}

/* What was before the frame is a gap, if anything was; what the frame itself says is known. */
static void begin_anew(struct bt_session *s)
{
	const struct bt_point *last = bt_history_at(s->history, BT_TIER_SAMPLE, 0);
	struct bt_point *point = &s->interval->point;

	if (!last)
		return;
	point->gap = true;
	point->length_ns = point->mono_ns > last->mono_ns ? point->mono_ns - last->mono_ns : 0;
}

static void add_interval(struct bt_session *s, const struct bt_frame *frame)
{
	bt_interval_derive(s->interval, s->base, frame);
	s->has_interval = true;
	if (s->base)
		bt_session_observe_interval(s);
	else
		begin_anew(s);
	if (!s->history)
		return;
	s->interval->point.flags = s->point_flags;
	s->point_flags = 0;
	bt_history_add(s->history, s->interval, frame);
}

/* Frames on the way to a position change no picture but its progress. */
static bool is_news(struct bt_session *s, const struct bt_frame *frame)
{
	if (frame->feed && s->shown_at_ns - s->fed_told_ns < FED_TOLD_NS)
		return false;
	s->fed_told_ns = s->shown_at_ns;
	return true;
}

static void on_frame(struct bt_session *s, struct bt_frame *frame)
{
	const struct bt_frame *before = s->shown;
	bool changed = s->changed;

	if (frame->restart)
		bt_session_restart(s);
	if (frame->gap)
		bt_session_break_interval(s);
	if (!before)
		bt_session_first_config(s, frame);
	s->shown = frame;
	s->shown_at_ns = bt_mono_ns();
	bt_session_take_events(s, frame);
	s->quiet = s->ops->event;
	bt_session_observe(s, before, frame);
	bt_session_follow_config(s, before, frame);
	if (!frame->extra) {
		frame->gap |= !s->base;
		add_interval(s, frame);
		s->base = frame;
	}
	s->quiet = false;
	bt_session_record_frame(s, frame);
	bt_links_frame(s, frame);
	s->changed = changed || is_news(s, frame);
}

/* Not more at once than a viewer can wait for: they may come as fast as they are taken. */
static void take_frames(struct bt_session *s)
{
	uint64_t begin = bt_mono_ns();

	while (bt_mono_ns() - begin < TAKING_MAX_NS) {
		unsigned spare = 0;

		while (s->frames[spare] == s->shown || s->frames[spare] == s->base)
			spare++;
		if (!bt_sampler_take(s->sampler, &s->frames[spare]))
			return;
		on_frame(s, s->frames[spare]);
	}
	bt_sampler_poke(s->sampler);
}

/* ---- the source's coming and going ----------------------------------------------------- */

void bt_session_read_no_control(struct bt_session *s)
{
	if (!bt_sampler_no_control(s->sampler, s->no_control, sizeof(s->no_control)))
		s->no_control[0] = '\0';
}

static void log_back(struct bt_session *s, bool switched)
{
	if (switched)
		bt_session_log(s, BT_EVENT_BACK, 0, "session", "this dashboard has taken over");
	else if (s->ops->peer)
		bt_session_log(s, BT_EVENT_BACK, 0, "session", "attached to a session again");
	else
		bt_session_log(s, BT_EVENT_BACK, 0, "session",
			       "source is back after %u %s; no load runs", s->status.retries,
			       s->status.retries == 1 ? "try" : "tries");
}

static void adopt_machine(struct bt_session *s)
{
	bool switched;

	bt_sampler_adopt(s->sampler, &s->machine);
	switched = s->next_source && !bt_sampler_ops(s->sampler)->peer;
	bt_session_adopt_source(s);
	if (s->source_note)
		snprintf(s->machine.source_note, sizeof(s->machine.source_note), "%s",
			 s->source_note);
	log_back(s, switched);	/* at the time of the last frame, which goes now */
	bt_session_make_frames(s);
	bt_session_read_no_control(s);
	memset(&s->observer, 0, sizeof(s->observer));
	s->token = 0;
	bt_session_set_lease(s, 0);
	s->status.phase = BT_SAMPLER_LIVE;
}

static void on_phase(struct bt_session *s, enum bt_sampler_phase before)
{
	switch (s->status.phase) {
	case BT_SAMPLER_SILENT:
	case BT_SAMPLER_LOST:
		bt_session_log(s, BT_EVENT_LOST, 0, "session", "%s", s->status.error.text);
		bt_session_break_interval(s);
		bt_links_fail(s, &s->status.error);
		break;
	case BT_SAMPLER_REOPENED:
		adopt_machine(s);
		break;
	case BT_SAMPLER_ENDED:
		bt_session_log(s, BT_EVENT_NOTE, 0, "session", "the recording is over: %s",
			       s->status.error.text);
		bt_links_fail(s, &s->status.error);
		break;
	case BT_SAMPLER_LIVE:
		if (before == BT_SAMPLER_SILENT)
			bt_session_log(s, BT_EVENT_BACK, 0, "session", "the source answers again");
		break;
	}
}

static void follow_phase(struct bt_session *s)
{
	enum bt_sampler_phase before = s->status.phase;
	unsigned retries = s->status.retries;

	bt_sampler_status(s->sampler, &s->status);
	bt_session_observe_samples(s, s->status.late_samples, s->status.lost_samples);
	if (s->status.phase != before) {
		s->changed = true;
		on_phase(s, before);
	} else if (s->status.phase == BT_SAMPLER_LOST && s->status.retries != retries) {
		s->changed = true;
		bt_links_fail(s, &s->status.error);
	}
}

void bt_session_sampler_ready(void *context, uint32_t events)
{
	struct bt_session *s = context;

	(void)events;
	bt_sampler_clear(s->sampler);
	take_frames(s);
	follow_phase(s);
}
