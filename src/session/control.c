// SPDX-License-Identifier: GPL-2.0
/* Publishing, the lease, and the config that controls work on. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/param.h"
#include "session/internal.h"

#define KEEPALIVES_PER_LEASE 4u

const char *bt_session_no_control(const struct bt_session *s)
{
	return s->no_control[0] ? s->no_control : NULL;
}

const struct bt_config *bt_session_config(const struct bt_session *s)
{
	return &s->config;
}

/* A module that never had a config published has nothing worth working on. */
void bt_session_first_config(struct bt_session *s, const struct bt_frame *frame)
{
	struct ant_limits limits = bt_machine_limits(&s->machine);

	if (frame && frame->has_module) {
		s->config = frame->config;
		s->config.size = sizeof(s->config);
		s->config.generation = 0;
		if (!bt_config_check(&s->config, &limits, NULL))
			return;
	}
	bt_config_default(&s->config, &limits, s->machine.memory_bytes);
}

static void start_timer(const struct bt_session *s)
{
	struct timespec period = { .tv_sec = (time_t)(s->keepalive_period_ns / BT_NS_PER_S),
				   .tv_nsec = (long)(s->keepalive_period_ns % BT_NS_PER_S) };

	timerfd_settime(s->lease_fd, 0,
			&(struct itimerspec){ .it_interval = period, .it_value = period }, NULL);
}

void bt_session_set_lease(struct bt_session *s, uint32_t lease_ms)
{
	s->keepalive_period_ns = s->options.relay_keepalive ? 0 :
				 lease_ms * BT_NS_PER_MS / KEEPALIVES_PER_LEASE;
	s->kept_alive_ns = bt_mono_ns();
	start_timer(s);
}

/* On the session's own thread, so that a client that hangs lets the lease expire. */
static void keep_alive(struct bt_session *s)
{
	s->kept_alive_ns = bt_mono_ns();
	bt_sampler_keepalive(s->sampler);
}

void bt_session_lease_due(void *context, uint32_t events)
{
	struct bt_session *s = context;
	uint64_t times;

	(void)events;
	if (read(s->lease_fd, &times, sizeof(times)) == sizeof(times))
		keep_alive(s);
}

void bt_session_keep_alive(struct bt_session *s)
{
	if (!s->keepalive_period_ns ||
	    bt_mono_ns() - s->kept_alive_ns < s->keepalive_period_ns / 2)
		return;
	keep_alive(s);
	start_timer(s);
}

static int send_config(struct bt_session *s, const struct bt_config *config, const char *who,
		       struct bt_err *err)
{
	int rc = bt_sampler_publish(s->sampler, config, s->token + 1, err);

	if (rc)
		return rc;
	s->token++;
	s->controller_pid = (uint64_t)getpid();
	s->observer.awaited_token = s->token;
	s->observer.first_event = s->last_event + 1;
	s->quiet = s->ops->event;
	bt_session_log_changes(s, &s->config, config, who);
	s->quiet = false;
	s->config = *config;
	bt_session_set_lease(s, config->lease_ms);
	bt_session_choose_cpus(s, config);
	if (s->interval_ns)
		bt_sampler_request(s->sampler, true);
	return 0;
}

static int check_control(const struct bt_session *s, struct bt_err *err)
{
	if (s->no_control[0])
		return bt_err_set(err, EPERM, "no control: %s", s->no_control);
	if (s->status.phase == BT_SAMPLER_LOST || s->status.phase == BT_SAMPLER_REOPENED)
		return bt_err_set(err, ENOTCONN, "the source is lost: %s", s->status.error.text);
	return 0;
}

int bt_session_publish(struct bt_session *s, const struct bt_config *config, const char *who,
		       struct bt_err *err)
{
	struct ant_limits limits = bt_machine_limits(&s->machine);
	struct bt_config checked = *config;
	int rc = check_control(s, err);

	checked.size = sizeof(checked);
	checked.generation = 0;
	if (!rc)
		rc = bt_config_check(&checked, &limits, err);
	return rc ? rc : send_config(s, &checked, who, err);
}

/* What the source runs now is valid for it, whatever the controls were set to since. */
int bt_session_stop_now(struct bt_session *s, const char *who, struct bt_err *err)
{
	struct bt_config draft = s->config, stop = s->config;
	int rc = check_control(s, err);

	if (rc)
		return rc;
	if (s->shown && s->shown->has_module && s->shown->config.generation)
		stop = s->shown->config;
	stop.size = sizeof(stop);
	stop.generation = 0;
	bt_config_run(&stop, BT_RUN_DRAIN);
	s->config = stop;
	s->config.run = draft.run; /* so that only the stop is logged */
	rc = send_config(s, &stop, who, err);
	s->config = draft;
	if (!rc)
		bt_config_run(&s->config, BT_RUN_DRAIN);
	return rc;
}

uint64_t bt_session_token(const struct bt_session *s)
{
	return s->token;
}

static bool is_ours(const struct bt_session *s, const struct bt_frame *now)
{
	return now->ack.token == s->token && now->ack.generation == now->config.generation;
}

void bt_session_follow_config(struct bt_session *s, const struct bt_frame *before,
			      const struct bt_frame *now)
{
	if (!now->has_module)
		return;
	if (!s->ops->publish) {
		bt_session_first_config(s, now);
		return;
	}
	if (s->observer.awaited_token)
		return; /* ours is on its way: what the source had before does not matter */
	if (now->ack.token == s->token && (now->ack.error || now->ack.text[0]) &&
	    before && before->ack.token != s->token) {
		/* Refused: the source kept what it had. Changed: it has what it can do. */
		bt_session_first_config(s, now);
	} else if (before && before->has_module && now->reason == BT_REASON_USER &&
		   now->config.generation != before->config.generation && !is_ours(s, now)) {
		bt_session_log_changes(s, &s->config, &now->config, "another client");
		s->config = now->config;
	} else if (s->config.run == BT_RUN_GO && now->run != BT_RUN_GO) {
		s->config.run = now->run; /* it stopped by itself */
	}
}

int bt_session_measure(struct bt_session *s, const struct bt_measure_options *options,
		       struct bt_err *err)
{
	int rc = bt_sampler_measure(s->sampler, options, err);

	if (!rc)
		bt_session_log(s, BT_EVENT_NOTE, 0, "user", "measuring what user space can get");
	return rc;
}

void bt_session_measured(const struct bt_session *s, struct bt_measure *measure)
{
	bt_sampler_measured(s->sampler, measure);
}
