// SPDX-License-Identifier: GPL-2.0
/* The sampler's thread: when to read, what a failed read means, and opening a lost source again. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "session/sampler_state.h"

#define SILENT_NS (3 * BT_NS_PER_S)
#define RETRY_MIN_NS BT_NS_PER_S
#define RETRY_MAX_NS (30 * BT_NS_PER_S)

void bt_sampler_poke(const struct bt_sampler *s)
{
	uint64_t one = 1;

	while (write(s->event_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void set_phase(struct bt_sampler *s, enum bt_sampler_phase phase, const struct bt_err *err)
{
	pthread_mutex_lock(&s->lock);
	s->status.phase = phase;
	if (err)
		s->status.error = *err;
	pthread_mutex_unlock(&s->lock);
	bt_sampler_poke(s);
}

enum job { JOB_QUIT, JOB_DUE, JOB_ASKED, JOB_EXTRA, JOB_REOPEN };

/* Such a source waits for whoever takes the frames: none of them is lost. */
static uint64_t own_pace(struct bt_sampler *s)
{
	return bt_ring_full(&s->ring) ? UINT64_MAX : s->ops->due_ns(s->state);
}

/* The time the next job is due, UINT64_MAX = only when asked. Under lock. */
static uint64_t next_due(struct bt_sampler *s, enum job *job)
{
	bool wanted = s->normal_wanted || s->extra_wanted;

	if (s->quit) {
		*job = JOB_QUIT;
		return 0;
	}
	if (s->switching && s->status.phase != BT_SAMPLER_REOPENED) {
		*job = JOB_REOPEN;
		return 0;
	}
	switch (s->status.phase) {
	case BT_SAMPLER_REOPENED:
		return UINT64_MAX;
	case BT_SAMPLER_ENDED:
		*job = JOB_DUE;
		return s->rewound ? own_pace(s) : UINT64_MAX;
	case BT_SAMPLER_LOST:
		*job = JOB_REOPEN;
		if (!s->interval_ns)
			return wanted ? 0 : UINT64_MAX;
		return s->retry_ns;
	default:
		*job = s->extra_wanted ? JOB_EXTRA : s->normal_wanted ? JOB_ASKED : JOB_DUE;
		if (wanted)
			return 0;
		if (s->ops->due_ns)
			return s->paused && !s->ops->replay ? UINT64_MAX : own_pace(s);
		return s->interval_ns && !s->paused ? s->deadline_ns : UINT64_MAX;
	}
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / BT_NS_PER_S),
				  .tv_nsec = (long)(ns % BT_NS_PER_S) };
}

/* Sets the next deadline; those that are over by now are counted, not made up for. */
static void move_deadline(struct bt_sampler *s, uint64_t now)
{
	uint64_t missed = (now - s->deadline_ns) / s->interval_ns;

	s->status.late_samples += missed;
	s->deadline_ns += (missed + 1) * s->interval_ns;
	s->untold_ns += (missed + 1) * s->interval_ns;
}

static void take_request(struct bt_sampler *s, enum job job)
{
	if (job == JOB_REOPEN)
		s->extra_wanted = 0; /* a sample asked for is taken once the source is open */
	else if (job == JOB_EXTRA)
		s->extra_wanted--;
	else if (job == JOB_ASKED)
		s->normal_wanted--;
	else if (!s->ops->due_ns)
		move_deadline(s, bt_mono_ns());
	s->rewound = false;
}

static enum job wait_for_job(struct bt_sampler *s)
{
	enum job job = JOB_QUIT;
	uint64_t due;

	pthread_mutex_lock(&s->lock);
	while ((due = next_due(s, &job)) > bt_mono_ns()) {
		struct timespec at = to_timespec(due);

		if (due == UINT64_MAX)
			pthread_cond_wait(&s->wake, &s->lock);
		else
			pthread_cond_timedwait(&s->wake, &s->lock, &at);
	}
	if (job != JOB_QUIT)
		take_request(s, job);
	pthread_mutex_unlock(&s->lock);
	return job;
}

static void set_retry(struct bt_sampler *s)
{
	/* Another dashboard may take over at any time: that is not to be missed for long. */
	unsigned doublings = s->next_ops->peer ? 0 : s->status.retries < 5 ? s->status.retries : 5;
	uint64_t wait = RETRY_MIN_NS << doublings;

	s->retry_ns = bt_mono_ns() + (wait < RETRY_MAX_NS ? wait : RETRY_MAX_NS);
}

/* Taken away first: the session's thread may be using it under the lock. */
static void close_source(struct bt_sampler *s)
{
	void *state;

	pthread_mutex_lock(&s->source_lock);
	state = s->state;
	if (state && s->ops->peer)
		s->ops->peer(state, &s->peer);
	s->state = NULL;
	pthread_mutex_unlock(&s->source_lock);
	if (state)
		s->ops->close(state);
}

static void lose(struct bt_sampler *s, const struct bt_err *err)
{
	close_source(s);
	pthread_mutex_lock(&s->lock);
	s->status.retries = 0;
	s->status.since_ns = bt_mono_ns();
	s->normal_wanted = s->extra_wanted = 0;
	set_retry(s);
	pthread_mutex_unlock(&s->lock);
	set_phase(s, BT_SAMPLER_LOST, err);
}

static void note_answer(struct bt_sampler *s)
{
	pthread_mutex_lock(&s->lock);
	s->answer_ns = bt_mono_ns();
	if (s->status.phase == BT_SAMPLER_SILENT || s->status.phase == BT_SAMPLER_ENDED)
		s->status.phase = BT_SAMPLER_LIVE;
	pthread_mutex_unlock(&s->lock);
}

/* No answer yet: a request stays one; after a while everybody should know. */
static void note_silence(struct bt_sampler *s, enum job job, const struct bt_err *err)
{
	bool tell = false;

	pthread_mutex_lock(&s->lock);
	if (job == JOB_EXTRA)
		s->extra_wanted++;
	else if (!s->interval_ns)
		s->normal_wanted++;
	if (s->status.phase == BT_SAMPLER_LIVE &&
	    bt_mono_ns() - s->answer_ns > SILENT_NS + 2 * s->interval_ns) {
		s->status.phase = BT_SAMPLER_SILENT;
		s->status.error = *err;
		s->status.since_ns = s->answer_ns;
		tell = true;
	}
	pthread_mutex_unlock(&s->lock);
	if (tell)
		bt_sampler_poke(s);
}

/* A frame that came by the clock may wait for others while nobody looks closely. */
static bool may_wait(struct bt_sampler *s, enum job job)
{
	bool may;

	pthread_mutex_lock(&s->lock);
	may = s->relaxed && job == JOB_DUE && !s->ops->due_ns &&
	      s->untold_ns < BT_NS_PER_S &&
	      bt_ring_waiting(&s->ring) + BT_SAMPLER_SPARE < s->frame_count;
	pthread_mutex_unlock(&s->lock);
	return may;
}

static void hand_over(struct bt_sampler *s, enum job job)
{
	bt_ring_push(&s->ring);
	if (may_wait(s, job))
		return;
	s->untold_ns = 0;
	bt_sampler_poke(s);
}

static unsigned want_now(struct bt_sampler *s)
{
	unsigned want;

	pthread_mutex_lock(&s->lock);
	want = s->want;
	pthread_mutex_unlock(&s->lock);
	return want;
}

static void sample(struct bt_sampler *s, enum job job)
{
	struct bt_frame *frame = bt_ring_slot(&s->ring);
	struct bt_err err = { 0 };
	int rc;

	if (!frame)
		return;
	frame->extra = job == JOB_EXTRA;
	frame->want = want_now(s);
	rc = s->ops->read(s->state, frame, &err);
	switch (rc) {
	case 0:
		frame->extra |= job == JOB_EXTRA; /* a recording's may be so by themselves */
		note_answer(s);
		hand_over(s, job);
		return;
	case -EAGAIN:
		note_answer(s);
		return;
	case -ENODATA:
		set_phase(s, BT_SAMPLER_ENDED, &err);
		return;
	case -ETIMEDOUT:
		note_silence(s, job, &err);
		return;
	default:
		lose(s, &err);
	}
}

/* The operator is not asked again, and a long open ends when the session does. */
static bool still_wanted(void *context, const char *text)
{
	struct bt_sampler *s = context;
	bool quit;

	(void)text;
	pthread_mutex_lock(&s->lock);
	quit = s->quit;
	pthread_mutex_unlock(&s->lock);
	return !quit;
}

static void reopen(struct bt_sampler *s)
{
	const struct bt_source_ops *ops;
	struct bt_source_options options, adopted;
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_err err = { 0 };
	void *state = NULL;
	int rc;

	close_source(s);
	pthread_mutex_lock(&s->lock);
	ops = s->next_ops;
	options = adopted = s->next_options;
	options.interval_ns = s->interval_ns;
	s->switching = false;
	pthread_mutex_unlock(&s->lock);
	options.progress = still_wanted;
	options.ask = NULL;
	options.context = s;
	rc = ops->open(&state, &options, machine, &err);
	pthread_mutex_lock(&s->lock);
	s->next_state = state;
	if (s->status.phase != BT_SAMPLER_LOST)
		s->status.since_ns = bt_mono_ns();
	s->status.retries++;
	s->status.phase = rc ? BT_SAMPLER_LOST : BT_SAMPLER_REOPENED;
	if (rc) {
		s->normal_wanted = 0;
		if (rc != -ENOTCONN) /* nobody there: what was said when it went still holds */
			s->status.error = err;
		set_retry(s);
	} else {
		/* Another one that was asked for meanwhile comes too late. */
		s->next_ops = ops;
		s->next_options = adopted;
		s->switching = false;
		s->machine = *machine;
	}
	pthread_mutex_unlock(&s->lock);
	free(machine);
	bt_sampler_poke(s);
}

void *bt_sampler_run(void *context)
{
	struct bt_sampler *s = context;
	enum job job;

	pthread_setname_np(pthread_self(), "bt-sampler");
	while ((job = wait_for_job(s)) != JOB_QUIT) {
		if (job == JOB_REOPEN)
			reopen(s);
		else
			sample(s, job);
	}
	/* Here, because what this thread has opened may have processes that end with it. */
	close_source(s);
	if (s->next_state)
		s->next_ops->close(s->next_state);
	return NULL;
}
