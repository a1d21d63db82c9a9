// SPDX-License-Identifier: GPL-2.0
#include "session/sampler.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/ring.h"

#define RING_FRAMES 8u
#define STACK_BYTES (512u * 1024)	/* locked memory: the default of 8 MiB would be held for nothing */
#define SILENT_NS (3 * BT_NS_PER_S)
#define RETRY_MIN_NS BT_NS_PER_S
#define RETRY_MAX_NS (30 * BT_NS_PER_S)

struct bt_sampler {
	const struct bt_source_ops *ops;
	struct bt_source_options options;
	pthread_t thread;
	bool started;
	int event_fd;
	struct bt_ring ring;
	void *slots[RING_FRAMES];	/* struct bt_frame * */

	/* Held while the source's state is used by others than read(), or exchanged. */
	pthread_mutex_t source_lock;
	void *state;			/* NULL while lost */

	pthread_mutex_t lock;		/* all below */
	pthread_cond_t wake;
	struct bt_sampler_status status;
	struct bt_machine machine;	/* REOPENED: the new one */
	uint64_t interval_ns, deadline_ns, retry_ns, answer_ns;
	unsigned normal_wanted, extra_wanted;
	bool paused, quit;
};

static void poke(struct bt_sampler *s)
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
	poke(s);
}

/* ---- the thread ------------------------------------------------------------------------ */

enum job { JOB_QUIT, JOB_NORMAL, JOB_EXTRA, JOB_REOPEN };

/* The time the next job is due, UINT64_MAX = only when asked. Under lock. */
static uint64_t next_due(const struct bt_sampler *s, enum job *job)
{
	bool wanted = s->normal_wanted || s->extra_wanted;

	if (s->quit) {
		*job = JOB_QUIT;
		return 0;
	}
	switch (s->status.phase) {
	case BT_SAMPLER_REOPENED:
	case BT_SAMPLER_ENDED:
		return UINT64_MAX;
	case BT_SAMPLER_LOST:
		*job = JOB_REOPEN;
		if (!s->interval_ns)
			return wanted ? 0 : UINT64_MAX;
		return s->retry_ns;
	default:
		*job = s->extra_wanted ? JOB_EXTRA : JOB_NORMAL;
		if (wanted)
			return 0;
		return s->interval_ns && !s->paused ? s->deadline_ns : UINT64_MAX;
	}
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / BT_NS_PER_S),
				  .tv_nsec = (long)(ns % BT_NS_PER_S) };
}

/* A job of a deadline sets the next one; deadlines that are over by then are counted, not made up. */
static void move_deadline(struct bt_sampler *s, uint64_t now)
{
	uint64_t missed = (now - s->deadline_ns) / s->interval_ns;

	s->status.late_samples += missed;
	s->deadline_ns += (missed + 1) * s->interval_ns;
}

static void take_request(struct bt_sampler *s, enum job job)
{
	if (job == JOB_REOPEN)
		s->normal_wanted = s->extra_wanted = 0;
	else if (job == JOB_EXTRA)
		s->extra_wanted--;
	else if (s->normal_wanted)
		s->normal_wanted--;
	else
		move_deadline(s, bt_mono_ns());
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
	unsigned doublings = s->status.retries < 5 ? s->status.retries : 5;
	uint64_t wait = RETRY_MIN_NS << doublings;

	s->retry_ns = bt_mono_ns() + (wait < RETRY_MAX_NS ? wait : RETRY_MAX_NS);
}

static void lose(struct bt_sampler *s, const struct bt_err *err)
{
	void *state;

	pthread_mutex_lock(&s->source_lock);
	state = s->state;
	s->state = NULL;
	pthread_mutex_unlock(&s->source_lock);
	s->ops->close(state);

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
	if (s->status.phase == BT_SAMPLER_SILENT)
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
		poke(s);
}

static void sample(struct bt_sampler *s, enum job job)
{
	struct bt_frame *frame = bt_ring_slot(&s->ring);
	struct bt_err err = { 0 };
	int rc;

	if (!frame)
		return;
	frame->extra = job == JOB_EXTRA;
	rc = s->ops->read(s->state, frame, &err);
	switch (rc) {
	case 0:
		frame->extra |= job == JOB_EXTRA; /* those of a recording may be extra by themselves */
		note_answer(s);
		bt_ring_push(&s->ring);
		poke(s);
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
	struct bt_source_options options = s->options;
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_err err = { 0 };
	void *state = NULL;
	int rc;

	options.progress = still_wanted;
	options.ask = NULL;
	options.context = s;
	pthread_mutex_lock(&s->lock);
	options.interval_ns = s->interval_ns;
	pthread_mutex_unlock(&s->lock);
	rc = s->ops->open(&state, &options, machine, &err);
	if (!rc) {
		pthread_mutex_lock(&s->source_lock);
		s->state = state;
		pthread_mutex_unlock(&s->source_lock);
	}
	pthread_mutex_lock(&s->lock);
	s->status.retries++;
	s->status.phase = rc ? BT_SAMPLER_LOST : BT_SAMPLER_REOPENED;
	if (rc) {
		s->status.error = err;
		set_retry(s);
	} else {
		s->machine = *machine;
	}
	pthread_mutex_unlock(&s->lock);
	free(machine);
	poke(s);
}

static void *run(void *context)
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
	return NULL;
}

/* ---- opening and closing --------------------------------------------------------------- */

static void make_frames(struct bt_sampler *s, const struct bt_machine *machine)
{
	for (unsigned i = 0; i < RING_FRAMES; i++) {
		bt_frame_free(s->slots[i]);
		s->slots[i] = bt_frame_create(machine);
	}
	bt_ring_init(&s->ring, s->slots, RING_FRAMES);
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
	for (unsigned i = 0; i < RING_FRAMES; i++)
		bt_frame_free(s->slots[i]);
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
	s->options = *options;
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
	rc = pthread_create(&s->thread, &attr, run, s);
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
	if (s->state)
		s->ops->close(s->state);
	free_sampler(s);
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
	for (unsigned i = 0; i < RING_FRAMES; i++) {
		if (s->slots[i] == ready)
			s->slots[i] = *frame;
	}
	*frame = ready;
	bt_ring_pop(&s->ring);
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
	s->paused = pause;
	s->deadline_ns = bt_mono_ns();
	pthread_cond_signal(&s->wake);
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

int bt_sampler_measure(struct bt_sampler *s, uint64_t limit_bytes, struct bt_err *err)
{
	int rc;

	if (!s->ops->measure)
		return bt_err_set(err, EOPNOTSUPP, "source %s cannot measure", s->ops->name);
	pthread_mutex_lock(&s->source_lock);
	if (s->state)
		rc = s->ops->measure(s->state, limit_bytes, err);
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
	if (!s->ops->publish)
		why = "this kind of source cannot be controlled";
	else if (s->options.read_only)
		why = "opened read-only";
	else if (s->state && s->ops->no_control)
		why = s->ops->no_control(s->state);
	snprintf(text, size, "%s", why ? why : "");
	pthread_mutex_unlock(&s->source_lock);
	return why != NULL;
}
