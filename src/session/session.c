// SPDX-License-Identifier: GPL-2.0
#include "session/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "session/internal.h"

#define INTERVAL_MIN_NS (20 * BT_NS_PER_MS)
#define INTERVAL_MAX_NS (60 * BT_NS_PER_S)
#define STEP_EVENTS 16

/* ---- opening and closing --------------------------------------------------------------- */

int bt_session_add_watch(struct bt_session *s, int fd, uint32_t events, struct bt_watch *watch,
			 struct bt_err *err)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	if (!epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		return 0;
	if (errno == EPERM)
		return bt_err_set(err, EINVAL,
				  "descriptor %d is a file, not a pipe, a socket or a terminal", fd);
	return bt_err_set(err, errno, "cannot wait for descriptor %d: %s", fd, strerror(errno));
}

int bt_session_check_interval(uint64_t ns, struct bt_err *err)
{
	char text[16];

	if (ns >= INTERVAL_MIN_NS && ns <= INTERVAL_MAX_NS)
		return 0;
	return bt_err_set(err, EINVAL, "interval %s: not between 20ms and 60s",
			  bt_text_ns(ns, text, sizeof(text)));
}

static int open_descriptors(struct bt_session *s, struct bt_err *err)
{
	int rc;

	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->lease_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->epoll_fd < 0 || s->lease_fd < 0)
		return bt_err_set(err, errno, "epoll or timerfd: %s", strerror(errno));
	s->lease_watch = (struct bt_watch){ bt_session_lease_due, s };
	s->sampler_watch = (struct bt_watch){ bt_session_sampler_ready, s };
	rc = bt_session_add_watch(s, s->lease_fd, EPOLLIN, &s->lease_watch, err);
	return rc ? rc : bt_session_add_watch(s, bt_sampler_fd(s->sampler), EPOLLIN,
					      &s->sampler_watch, err);
}

static int open_source(struct bt_session *s, struct bt_err *err)
{
	struct bt_source_options *options = &s->options.source_options;
	int rc;

	s->source = bt_xstrdup(s->options.source);
	s->source_note = s->options.source_note ? bt_xstrdup(s->options.source_note) : NULL;
	s->ops = bt_source_find(s->source, &options->argument, err);
	if (!s->ops)
		return -EINVAL;
	options->interval_ns = s->interval_ns;
	rc = bt_sampler_open(&s->sampler, s->ops, options, &s->machine, err);
	if (rc)
		return rc;
	/* A source that chose among means of its own says which it has. */
	if (s->machine.source_note[0] && !s->ops->replay && !s->ops->peer && !s->source_note)
		bt_session_log(s, BT_EVENT_NOTE, 0, "session", "%s", s->machine.source_note);
	if (s->source_note)
		snprintf(s->machine.source_note, sizeof(s->machine.source_note), "%s",
			 s->source_note);
	return 0;
}

int bt_session_open(struct bt_session **session, const struct bt_session_options *options,
		    struct bt_err *err)
{
	struct bt_session *s = bt_xcalloc(1, sizeof(*s));
	int rc = options->interval_ns ? bt_session_check_interval(options->interval_ns, err) : 0;

	s->options = *options;
	s->interval_ns = options->interval_ns;
	s->epoll_fd = s->lease_fd = s->listen_fd = -1;
	s->writer = bt_json_writer_create(false);
	if (!rc)
		rc = open_source(s, err);
	if (!rc)
		rc = open_descriptors(s, err);
	if (!rc)
		rc = bt_sampler_start(s->sampler, s->interval_ns, err);
	if (rc) {
		bt_session_close(s);
		return rc;
	}
	bt_session_make_frames(s);
	bt_session_first_config(s, NULL);
	bt_session_read_no_control(s);
	if (options->lock_memory && !s->ops->peer)
		bt_session_lock_memory(s);
	if (options->serve && !s->ops->peer)
		bt_session_serve(s);
	*session = s;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void bt_session_close(struct bt_session *s)
{
	if (!s)
		return;
	bt_session_stop_serving(s);
	bt_session_record_stop(s);
	while (s->links)
		bt_link_free(s->links);
	bt_sampler_close(s->sampler);
	close_fd(s->lease_fd);
	close_fd(s->epoll_fd);
	bt_session_free_frames(s);
	bt_history_free(s->history);
	bt_json_writer_free(s->writer);
	free(s->source);
	free(s->source_note);
	free(s->next_source);
	free(s);
}

/* ---- for viewers ----------------------------------------------------------------------- */

int bt_session_fd(const struct bt_session *s)
{
	return s->epoll_fd;
}

/* A client waits for frames, and a recording must not be behind when the program is killed. */
static void relax_sampler(struct bt_session *s)
{
	bool relaxed = s->relaxed && !s->links && !s->recorder;

	if (relaxed == s->sampler_relaxed)
		return;
	s->sampler_relaxed = relaxed;
	bt_sampler_relax(s->sampler, relaxed);
}

void bt_session_relax(struct bt_session *s, bool relaxed)
{
	s->relaxed = relaxed;
	relax_sampler(s);
}

bool bt_session_step(struct bt_session *s)
{
	struct epoll_event events[STEP_EVENTS];
	bool changed;
	int count = epoll_wait(s->epoll_fd, events, STEP_EVENTS, 0);

	for (int i = 0; i < count; i++) {
		const struct bt_watch *watch = events[i].data.ptr;

		watch->ready(watch->context, events[i].events);
	}
	bt_links_sweep(s);
	bt_session_record_events(s);
	bt_session_keep_alive(s);
	relax_sampler(s);
	changed = s->changed;
	s->changed = false;
	return changed;
}

const struct bt_machine *bt_session_machine(const struct bt_session *s)
{
	return &s->machine;
}

const struct bt_frame *bt_session_frame(const struct bt_session *s)
{
	return s->shown;
}

const struct bt_interval *bt_session_interval(const struct bt_session *s)
{
	return s->has_interval ? s->interval : NULL;
}

const struct bt_history *bt_session_history(const struct bt_session *s)
{
	return s->history;
}

static enum bt_session_state state_of(const struct bt_session *s)
{
	static const enum bt_session_state states[] = {
		[BT_SAMPLER_LIVE] = BT_SESSION_LIVE,
		[BT_SAMPLER_SILENT] = BT_SESSION_LOST,
		[BT_SAMPLER_LOST] = BT_SESSION_LOST,
		[BT_SAMPLER_REOPENED] = BT_SESSION_LOST,
		[BT_SAMPLER_ENDED] = BT_SESSION_ENDED,
	};
	enum bt_session_state state = states[s->status.phase];

	return state == BT_SESSION_LIVE && s->paused ? BT_SESSION_PAUSED : state;
}

void bt_session_status(const struct bt_session *s, struct bt_session_status *status)
{
	struct bt_sampler_status now;
	struct bt_peer peer;

	bt_session_peer(s, &peer);
	bt_sampler_status(s->sampler, &now); /* counts as of now, the phase as of the last step */
	*status = (struct bt_session_status){
		.state = state_of(s),
		.late_samples = now.late_samples,
		.lost_samples = now.lost_samples,
		.interval_ns = peer.interval_ns,
		.clients = bt_links_count(s),
		.restarts = s->restarts,
		.virtual_clock = peer.virtual_clock,
		.now_ns = s->shown ? s->shown->mono_ns : 0,
	};
	if (status->state == BT_SESSION_LOST) {
		status->error = s->status.error;
		status->lost_ns = s->status.since_ns;
		if (s->status.phase != BT_SAMPLER_SILENT)
			status->next_try = s->status.retries + 1;
	}
	if (s->shown && !status->virtual_clock)
		status->now_ns += bt_mono_ns() - s->shown_at_ns;
	snprintf(status->socket_path, sizeof(status->socket_path), "%s", s->socket_path);
}

int bt_session_set_interval(struct bt_session *s, uint64_t interval_ns, struct bt_err *err)
{
	char old[16], new[16];
	int rc = bt_session_check_interval(interval_ns, err);

	if (s->ops->peer)
		return bt_err_set(err, EPERM, "the interval is that of the session attached to");
	if (rc)
		return rc;
	bt_session_log(s, BT_EVENT_CONTROL, 0, "session", "interval %s -> %s",
		       bt_text_ns(s->interval_ns, old, sizeof(old)),
		       bt_text_ns(interval_ns, new, sizeof(new)));
	s->interval_ns = interval_ns;
	bt_sampler_set_interval(s->sampler, interval_ns);
	return 0;
}

void bt_session_pause(struct bt_session *s, bool pause)
{
	if (pause == s->paused)
		return;
	s->paused = pause;
	bt_sampler_pause(s->sampler, pause);
	if (s->ops->replay)
		return; /* the recording has no gap there */
	bt_session_break_interval(s);
	bt_session_log(s, BT_EVENT_CONTROL, 0, "session",
		       pause ? "sampling paused" : "sampling again");
}

void bt_session_sum_wants(struct bt_session *s)
{
	bt_sampler_want(s->sampler, bt_want_join(s->want, bt_links_want(s)));
}

void bt_session_want(struct bt_session *s, unsigned want)
{
	bool more = BT_WANT_READINGS(want) & ~s->want ||
		    (bt_want_cpu(want) >= 0 && bt_want_cpu(want) != bt_want_cpu(s->want));

	if (want == s->want)
		return;
	s->want = want;
	bt_session_sum_wants(s);
	if (more && s->interval_ns)
		bt_sampler_request(s->sampler, true);
}

void bt_session_kick(struct bt_session *s)
{
	bt_sampler_request(s->sampler, s->interval_ns != 0);
}

int bt_session_attach(struct bt_session *s, int in, int out, const char *who, struct bt_err *err)
{
	return bt_link_create(s, in, out, false, who, err) ? 0 : -err->code;
}
