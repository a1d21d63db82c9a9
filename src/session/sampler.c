// SPDX-License-Identifier: GPL-2.0
#include "session/sampler.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "session/sampler_state.h"

#define STACK_BYTES (512u * 1024)	/* it is locked: the default of 8 MiB would be a waste */

/* ---- opening and closing --------------------------------------------------------------- */

static void free_frames(struct bt_sampler *s)
{
	for (unsigned i = 0; i < s->frame_count; i++)
		bt_frame_free(s->slots[i]);
}

static void make_frames(struct bt_sampler *s, const struct bt_machine *machine)
{
	free_frames(s);
	s->frame_count = BT_SAMPLER_FRAMES_MAX;
	while (s->frame_count > BT_SAMPLER_FRAMES_MIN &&
	       s->frame_count * bt_frame_bytes(machine) > BT_SAMPLER_FRAMES_BYTES)
		s->frame_count /= 2;
	for (unsigned i = 0; i < s->frame_count; i++)
		s->slots[i] = bt_frame_create(machine);
	bt_ring_init(&s->ring, s->slots, s->frame_count);
}

static void init_locks(struct bt_sampler *s)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->source_lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &attr);
	pthread_condattr_destroy(&attr);
}

static void free_sampler(struct bt_sampler *s)
{
	free_frames(s);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->source_lock);
	close(s->event_fd);
	free(s);
}

int bt_sampler_open(struct bt_sampler **sampler, const struct bt_source_ops *ops,
		    const struct bt_source_options *options, struct bt_machine *machine,
		    struct bt_err *err)
{
	struct bt_sampler *s;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), rc;

	if (fd < 0)
		return bt_err_set(err, errno, "eventfd: %s", strerror(errno));
	s = bt_xcalloc(1, sizeof(*s));
	s->ops = ops;
	s->options = s->next_options = *options;
	s->next_ops = ops;
	s->event_fd = fd;
	init_locks(s);
	rc = ops->open(&s->state, options, machine, err);
	if (rc) {
		free_sampler(s);
		return rc;
	}
	make_frames(s, machine);
	*sampler = s;
	return 0;
}

int bt_sampler_start(struct bt_sampler *s, uint64_t interval_ns, struct bt_err *err)
{
	sigset_t all, before;
	pthread_attr_t attr;
	int rc;

	s->interval_ns = interval_ns;
	s->deadline_ns = s->answer_ns = bt_mono_ns();
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* inherited: no signal ends in the sampler */
	rc = pthread_create(&s->thread, &attr, bt_sampler_run, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	if (rc)
		return bt_err_set(err, rc, "sampler thread: %s", strerror(rc));
	s->started = true;
	return 0;
}

void bt_sampler_close(struct bt_sampler *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->quit = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_lock(&s->source_lock);
	if (s->state && s->ops->interrupt)
		s->ops->interrupt(s->state);
	pthread_mutex_unlock(&s->source_lock);
	if (s->started)
		pthread_join(s->thread, NULL);
	else if (s->state)
		s->ops->close(s->state);
	free_sampler(s);
}

static void wake(struct bt_sampler *s)
{
	pthread_mutex_lock(&s->lock);
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

/* ---- for the session's thread ---------------------------------------------------------- */

int bt_sampler_fd(const struct bt_sampler *s)
{
	return s->event_fd;
}

void bt_sampler_clear(struct bt_sampler *s)
{
	uint64_t count;

	while (read(s->event_fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

bool bt_sampler_take(struct bt_sampler *s, struct bt_frame **frame)
{
	struct bt_frame *ready = bt_ring_front(&s->ring);

	if (!ready)
		return false;
	/* The slot is ours until it is popped: leave the spare frame in it. */
	for (unsigned i = 0; i < s->frame_count; i++) {
		if (s->slots[i] == ready)
			s->slots[i] = *frame;
	}
	*frame = ready;
	bt_ring_pop(&s->ring);
	if (s->ops->due_ns)
		wake(s);
	return true;
}

void bt_sampler_status(struct bt_sampler *s, struct bt_sampler_status *status)
{
	pthread_mutex_lock(&s->lock);
	*status = s->status;
	pthread_mutex_unlock(&s->lock);
	status->lost_samples = bt_ring_lost(&s->ring);
}

void bt_sampler_adopt(struct bt_sampler *s, struct bt_machine *machine)
{
	pthread_mutex_lock(&s->source_lock);
	s->ops = s->next_ops;
	s->options = s->next_options;
	s->state = s->next_state;
	s->next_state = NULL;
	pthread_mutex_unlock(&s->source_lock);
	pthread_mutex_lock(&s->lock);
	*machine = s->machine;
	make_frames(s, machine);
	s->status.phase = BT_SAMPLER_LIVE;
	s->deadline_ns = s->answer_ns = bt_mono_ns();
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

void bt_sampler_set_interval(struct bt_sampler *s, uint64_t interval_ns)
{
	pthread_mutex_lock(&s->lock);
	s->interval_ns = interval_ns;
	s->deadline_ns = bt_mono_ns() + interval_ns;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_lock(&s->source_lock);
	if (s->state && s->ops->set_interval)
		s->ops->set_interval(s->state, interval_ns);
	pthread_mutex_unlock(&s->source_lock);
}

void bt_sampler_pause(struct bt_sampler *s, bool pause)
{
	pthread_mutex_lock(&s->lock);
	if (s->ops->replay)
		s->ops->replay->pause(s->state, pause);
	s->paused = pause;
	s->deadline_ns = bt_mono_ns();
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	bt_sampler_poke(s);	/* for frames that wait for more of them */
}

void bt_sampler_relax(struct bt_sampler *s, bool relaxed)
{
	pthread_mutex_lock(&s->lock);
	s->relaxed = relaxed;
	pthread_mutex_unlock(&s->lock);
	if (!relaxed)
		bt_sampler_poke(s);
}

void bt_sampler_want(struct bt_sampler *s, unsigned want)
{
	pthread_mutex_lock(&s->lock);
	s->want = want;
	pthread_mutex_unlock(&s->lock);
}

void bt_sampler_request(struct bt_sampler *s, bool extra)
{
	pthread_mutex_lock(&s->lock);
	++*(extra ? &s->extra_wanted : &s->normal_wanted);
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

void bt_sampler_set_cpus(struct bt_sampler *s, const cpu_set_t *cpus, size_t size)
{
	if (s->started)
		pthread_setaffinity_np(s->thread, size, cpus);
}

int bt_sampler_publish(struct bt_sampler *s, const struct bt_config *config, uint64_t token,
		       struct bt_err *err)
{
	int rc;

	if (!s->ops->publish)
		return bt_err_set(err, EOPNOTSUPP, "source %s cannot be controlled", s->ops->name);
	pthread_mutex_lock(&s->source_lock);
	if (s->state)
		rc = s->ops->publish(s->state, config, token, err);
	else
		rc = bt_err_set(err, ENOTCONN, "the source is lost");
	pthread_mutex_unlock(&s->source_lock);
	return rc;
}

int bt_sampler_keepalive(struct bt_sampler *s)
{
	int rc = -ENOTCONN;

	pthread_mutex_lock(&s->source_lock);
	if (s->state && s->ops->keepalive)
		rc = s->ops->keepalive(s->state);
	pthread_mutex_unlock(&s->source_lock);
	return rc;
}

int bt_sampler_measure(struct bt_sampler *s, const struct bt_measure_options *options,
		       struct bt_err *err)
{
	int rc = bt_measure_check(options, err);

	if (rc)
		return rc;
	if (!s->ops->measure)
		return bt_err_set(err, EOPNOTSUPP, "source %s cannot measure", s->ops->name);
	pthread_mutex_lock(&s->source_lock);
	if (s->state)
		rc = s->ops->measure(s->state, options, err);
	else
		rc = bt_err_set(err, ENOTCONN, "the source is lost");
	pthread_mutex_unlock(&s->source_lock);
	return rc;
}

void bt_sampler_measured(struct bt_sampler *s, struct bt_measure *measure)
{
	*measure = (struct bt_measure){ .state = BT_MEASURE_NONE };
	pthread_mutex_lock(&s->source_lock);
	if (s->state && s->ops->measured)
		s->ops->measured(s->state, measure);
	pthread_mutex_unlock(&s->source_lock);
}

bool bt_sampler_no_control(struct bt_sampler *s, char *text, size_t size)
{
	const char *why = NULL;

	pthread_mutex_lock(&s->source_lock);
	if (s->state && s->ops->no_control)
		why = s->ops->no_control(s->state);
	if (!why && !s->ops->publish)
		why = "this kind of source cannot be controlled";
	if (!why && s->options.read_only)
		why = "opened read-only";
	snprintf(text, size, "%s", why ? why : "");
	pthread_mutex_unlock(&s->source_lock);
	return why != NULL;
}

/* ---- another source --------------------------------------------------------------------- */

void bt_sampler_switch(struct bt_sampler *s, const struct bt_source_ops *ops,
		       const struct bt_source_options *options)
{
	pthread_mutex_lock(&s->lock);
	/* What next_state was opened by must stay what adopts it. */
	if (s->status.phase != BT_SAMPLER_REOPENED) {
		s->next_ops = ops;
		s->next_options = *options;
		s->switching = true;
		pthread_cond_signal(&s->wake);
	}
	pthread_mutex_unlock(&s->lock);
}

const struct bt_source_ops *bt_sampler_ops(const struct bt_sampler *s)
{
	return s->ops;
}

uint64_t bt_sampler_last_peer(const struct bt_sampler *s)
{
	return s->peer.pid;
}

bool bt_sampler_peer(struct bt_sampler *s, struct bt_peer *peer)
{
	if (!s->ops->peer)
		return false;
	pthread_mutex_lock(&s->source_lock);
	if (s->state)
		s->ops->peer(s->state, &s->peer);
	*peer = s->peer;
	pthread_mutex_unlock(&s->source_lock);
	return true;
}

/* ---- a recording: its source is never lost, so its state is always there ---------------- */

const struct bt_replay_ops *bt_sampler_replay(const struct bt_sampler *s)
{
	return s->ops->replay;
}

void bt_sampler_seek(struct bt_sampler *s, uint64_t at_ns)
{
	s->ops->replay->seek(s->state, at_ns);
	pthread_mutex_lock(&s->lock);
	s->rewound = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

void bt_sampler_stop_seek(struct bt_sampler *s)
{
	s->ops->replay->stop_seek(s->state);
	wake(s);
}

bool bt_sampler_place(struct bt_sampler *s, const struct bt_event *event, uint64_t *at_ns)
{
	return s->ops->replay->place(s->state, event, at_ns);
}

void bt_sampler_set_speed(struct bt_sampler *s, double speed)
{
	s->ops->replay->set_speed(s->state, speed);
	wake(s);
}

void bt_sampler_replay_status(struct bt_sampler *s, struct bt_replay_status *status)
{
	s->ops->replay->status(s->state, status);
}

bool bt_sampler_mark(struct bt_sampler *s, size_t index, uint64_t *at_ns, struct bt_event *event)
{
	return s->ops->replay->mark(s->state, index, at_ns, event);
}

bool bt_sampler_event(struct bt_sampler *s, uint64_t number, struct bt_event *event)
{
	bool there;

	pthread_mutex_lock(&s->source_lock);
	there = s->state && s->ops->event && s->ops->event(s->state, number, event);
	pthread_mutex_unlock(&s->source_lock);
	return there;
}
