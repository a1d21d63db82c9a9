// SPDX-License-Identifier: GPL-2.0
/* The event log: what was done, and what frames say has happened. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/param.h"
#include "session/internal.h"

#define SLOW_NS BT_NS_PER_S	/* a generation that takes longer is worth a line */

static const uint32_t point_flag[BT_EVENT_KINDS] = {
	[BT_EVENT_CONTROL] = BT_POINT_CONTROL,
	[BT_EVENT_STOPPED] = BT_POINT_STOPPED,
	[BT_EVENT_FAILURE] = BT_POINT_FAILURE,
	[BT_EVENT_OOM] = BT_POINT_OOM,
	[BT_EVENT_LOST] = BT_POINT_LOST,
	[BT_EVENT_MARK] = BT_POINT_MARK,
};

void bt_session_log_event(struct bt_session *s, const struct bt_event *event)
{
	struct bt_event *kept = &s->events[++s->last_event % BT_EVENTS];

	*kept = *event;
	kept->number = s->last_event;
	s->point_flags |= point_flag[event->kind];
	s->changed = true;
}

static void log_text(struct bt_session *s, enum bt_event_kind kind, uint64_t generation,
		     const char *who, const char *text)
{
	struct bt_event event = {
		.utc_ns = s->shown ? s->shown->utc_ns : s->ops->clock_ns ? 0 : bt_utc_ns(),
		.mono_ns = s->shown ? s->shown->mono_ns : 0,
		.kind = kind,
		.generation = generation,
	};
	if (s->shown && !s->ops->clock_ns)
		event.utc_ns += (int64_t)(bt_mono_ns() - s->shown_at_ns);
	bt_copy_clean(event.who, sizeof(event.who), who);
	bt_copy_clean(event.text, sizeof(event.text), text);
	bt_session_log_event(s, &event);
}

void bt_session_log(struct bt_session *s, enum bt_event_kind kind, uint64_t generation,
		    const char *who, const char *format, ...)
{
	char text[sizeof(s->events[0].text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!s->quiet)
		log_text(s, kind, generation, who, text);
}

void bt_session_note(struct bt_session *s, enum bt_event_kind kind, const char *who,
		     const char *format, ...)
{
	char text[sizeof(s->events[0].text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log_text(s, kind, 0, who, text);
}

uint64_t bt_session_event_first(const struct bt_session *s)
{
	if (!s->last_event)
		return 0;
	return s->last_event > BT_EVENTS ? s->last_event - BT_EVENTS + 1 : 1;
}

uint64_t bt_session_event_last(const struct bt_session *s)
{
	return s->last_event;
}

const struct bt_event *bt_session_event(const struct bt_session *s, uint64_t number)
{
	if (!number || number < bt_session_event_first(s) || number > s->last_event)
		return NULL;
	return &s->events[number % BT_EVENTS];
}

/* Nothing but the step itself is another one: phases of one microbenchmark. */
static bool is_next_step(const struct bt_config *from, const struct bt_config *to)
{
	if (from->run != BT_RUN_STEP || to->run != BT_RUN_STEP)
		return false;
	for (const struct bt_param *p = bt_params; p < bt_params + bt_param_count; p++) {
		if (!bt_param_same(p, from, to))
			return false;
	}
	return true;
}

/* Hundreds of steps are one line after the last of them, which says how many and up to where. */
static void log_steps(struct bt_session *s, const struct bt_config *last, const char *who)
{
	uint64_t generation = s->shown ? s->shown->config.generation : 0;

	if (s->steps && last->step < BT_STEP_COUNT)
		bt_session_log(s, BT_EVENT_CONTROL, generation, who,
			       "%u more step%s, the last %s %llu blocks, seed %llu, generation %llu",
			       s->steps, s->steps == 1 ? "" : "s", bt_step_names[last->step],
			       (unsigned long long)last->step_blocks,
			       (unsigned long long)last->seed, (unsigned long long)generation);
	s->steps = 0;
}

void bt_session_log_changes(struct bt_session *s, const struct bt_config *from,
			    const struct bt_config *to, const char *who)
{
	static const char *const verb[BT_RUN_COUNT] = {
		[BT_RUN_DRAIN] = "stop", [BT_RUN_GO] = "start", [BT_RUN_KEEP] = "keep",
	};
	char old[BT_PARAM_TEXT], new[BT_PARAM_TEXT];

	if (is_next_step(from, to)) {
		s->steps++;
		return;
	}
	log_steps(s, from, who);
	for (const struct bt_param *p = bt_params; p < bt_params + bt_param_count; p++) {
		if (bt_param_same(p, from, to))
			continue;
		bt_param_text(p, from, old, sizeof(old));
		bt_param_text(p, to, new, sizeof(new));
		bt_session_log(s, BT_EVENT_CONTROL, 0, who, "%s %s -> %s", p->name, old, new);
	}
	if (to->run == BT_RUN_STEP && to->step < BT_STEP_COUNT)
		bt_session_log(s, BT_EVENT_CONTROL, 0, who, "step %s %llu blocks, seed %llu; "
			       "those that follow are told together", bt_step_names[to->step],
			       (unsigned long long)to->step_blocks,
			       (unsigned long long)to->seed);
	else if (from->run != to->run && to->run < BT_RUN_COUNT)
		bt_session_log(s, BT_EVENT_CONTROL, 0, who, "%s", verb[to->run]);
}

/* The lines of a publication get its generation once it has one. */
static void number_events(struct bt_session *s, uint64_t generation)
{
	uint64_t number = s->observer.first_event;

	if (number < bt_session_event_first(s))
		number = bt_session_event_first(s);
	for (; number && number <= s->last_event; number++) {
		struct bt_event *event = &s->events[number % BT_EVENTS];

		if (event->kind == BT_EVENT_CONTROL && !event->generation)
			event->generation = generation;
	}
}

/* Who the log says did what a frame tells. */
static const char *doer(const struct bt_session *s)
{
	return s->machine.abi_version ? "module" : "workers";
}

static void observe_ack(struct bt_session *s, const struct bt_frame *now)
{
	struct bt_observer *o = &s->observer;

	if (!o->awaited_token || now->ack.token != o->awaited_token)
		return;
	o->awaited_token = 0;
	if (now->ack.error) {
		bt_session_log(s, BT_EVENT_REFUSED, 0, doer(s), "refused: %s", now->ack.text);
		return;
	}
	if (now->ack.text[0])
		bt_session_log(s, BT_EVENT_NOTE, now->ack.generation, doer(s), "changed: %s",
			       now->ack.text);
	number_events(s, now->ack.generation);
	o->awaited_generation = now->ack.generation;
	o->awaited_since_ns = now->publish_ns;
	o->slow_told = false;
}

static int first_behind(const struct bt_frame *frame)
{
	for (unsigned c = 0; c < frame->cpu_count; c++) {
		if (frame->cpus[c].online && frame->cpus[c].generation != frame->config.generation)
			return (int)c;
	}
	return -1;
}

static void observe_applied(struct bt_session *s, const struct bt_frame *now)
{
	struct bt_observer *o = &s->observer;
	struct bt_frame_totals totals;

	if (!o->awaited_generation)
		return;
	if (now->config.generation != o->awaited_generation) {
		o->awaited_generation = 0; /* overtaken by a newer one */
		return;
	}
	bt_frame_totals(now, &totals);
	if (totals.applied == totals.online && s->steps) {
		o->awaited_generation = 0;
	} else if (totals.applied == totals.online) {
		bt_session_log(s, BT_EVENT_APPLIED, o->awaited_generation, doer(s),
			       "applied on %u/%u CPUs", totals.applied, totals.online);
		o->awaited_generation = 0;
	} else if (!o->slow_told && now->mono_ns > o->awaited_since_ns + SLOW_NS) {
		bt_session_log(s, BT_EVENT_NOTE, o->awaited_generation, doer(s),
			       "applied on %u/%u CPUs, waiting for CPU %d", totals.applied,
			       totals.online, first_behind(now));
		o->slow_told = true;
	}
}

static void observe_run(struct bt_session *s, const struct bt_frame *before,
			const struct bt_frame *now)
{
	if (before->run == BT_RUN_GO && now->run != BT_RUN_GO && now->reason != BT_REASON_USER)
		bt_session_log(s, BT_EVENT_STOPPED, now->config.generation, doer(s), "stopped: %s",
			       bt_reason_text(now->reason));
}

static bool grew(uint64_t before, uint64_t now)
{
	return before != BT_UNKNOWN && now != BT_UNKNOWN && now > before;
}

static void observe_oom(struct bt_session *s, const struct bt_frame *before,
			const struct bt_frame *now)
{
	const unsigned kill = BT_VMSTAT_OOM_KILL;
	char size[16];

	if (grew(before->oom_notifications, now->oom_notifications)) {
		uint64_t pages = grew(before->oom_freed_pages, now->oom_freed_pages) ?
				 now->oom_freed_pages - before->oom_freed_pages : 0;

		bt_session_log(s, BT_EVENT_OOM, 0, doer(s), "OOM notifier fired, %s given back",
			       bt_text_bytes(pages * s->machine.page_bytes, size, sizeof(size)));
	}
	if (grew(before->vmstat[kill], now->vmstat[kill]))
		bt_session_log(s, BT_EVENT_OOM, 0, "kernel", "OOM killer: %llu killed",
			       (unsigned long long)(now->vmstat[kill] - before->vmstat[kill]));
}

static void observe_cpus(struct bt_session *s, const struct bt_frame *before,
			 const struct bt_frame *now)
{
	for (unsigned c = 0; c < now->cpu_count && c < before->cpu_count; c++) {
		if (now->cpus[c].online != before->cpus[c].online)
			bt_session_log(s, BT_EVENT_NOTE, 0, "kernel", "CPU %u is %s", c,
				       now->cpus[c].online ? "online" : "offline");
	}
}

static void observe_stuck(struct bt_session *s, const struct bt_frame *now)
{
	struct bt_frame_totals totals;
	char time[16];

	bt_frame_totals(now, &totals);
	if (totals.stuck_cpu >= 0 && totals.stuck_ns >= SLOW_NS && !s->observer.stuck)
		bt_session_log(s, BT_EVENT_NOTE, 0, doer(s), "CPU %d is in one operation for %s",
			       totals.stuck_cpu, bt_text_ns(totals.stuck_ns, time, sizeof(time)));
	s->observer.stuck = totals.stuck_cpu >= 0 && totals.stuck_ns >= SLOW_NS;
}

/* Once each job: the way's limit stays what it is. */
static void observe_way(struct bt_session *s, const struct bt_frame *before,
			const struct bt_frame *now)
{
	bool told = before && before->config.generation == now->config.generation &&
		    before->way_trouble[0];

	if (now->way_trouble[0] && !told)
		bt_session_log(s, BT_EVENT_NOTE, now->config.generation, doer(s), "%s",
			       now->way_trouble);
}

void bt_session_observe(struct bt_session *s, const struct bt_frame *before,
			const struct bt_frame *now)
{
	if (now->has_module) {
		observe_ack(s, now);
		observe_applied(s, now);
		observe_stuck(s, now);
		observe_way(s, before, now);
	}
	if (!before)
		return;
	if (now->has_module && before->has_module)
		observe_run(s, before, now);
	observe_oom(s, before, now);
	observe_cpus(s, before, now);
}

/* The begin of an episode is an event, not each of its intervals. */
void bt_session_observe_interval(struct bt_session *s)
{
	const struct bt_interval *i = s->interval;
	bool failing = i->point.failures != BT_UNKNOWN && i->point.failures > 0;
	bool throttled = i->point.throttled_per_s > 0;
	struct bt_observer *o = &s->observer;
	char time[16];

	if (failing && !o->failing)
		bt_session_log(s, BT_EVENT_FAILURE, i->point.generation, doer(s),
			       "%llu allocations failed in %s", (unsigned long long)i->point.failures,
			       bt_text_ns(i->point.length_ns, time, sizeof(time)));
	if (throttled && !o->throttled)
		bt_session_log(s, BT_EVENT_NOTE, i->point.generation, doer(s),
			       "guard: below the reserve, giving back instead of allocating");
	o->failing = failing;
	o->throttled = throttled;
}

/* At most one line in this time: on a machine under load every sample may be late. */
#define SAMPLES_TOLD_NS (10 * BT_NS_PER_S)

void bt_session_observe_samples(struct bt_session *s, uint64_t late, uint64_t lost)
{
	uint64_t now_ns = s->shown ? s->shown->mono_ns : 0;

	if ((late == s->samples.late && lost == s->samples.lost) ||
	    (s->samples.told_ns && now_ns < s->samples.told_ns + SAMPLES_TOLD_NS))
		return;
	if (late > s->samples.late)
		bt_session_log(s, BT_EVENT_NOTE, 0, "session",
			       "samples late: %llu were not taken when they were due",
			       (unsigned long long)(late - s->samples.late));
	if (lost > s->samples.lost)
		bt_session_log(s, BT_EVENT_NOTE, 0, "session",
			       "samples lost: %llu were taken, but not read in time",
			       (unsigned long long)(lost - s->samples.lost));
	s->samples.late = late;
	s->samples.lost = lost;
	s->samples.told_ns = now_ns;
}
