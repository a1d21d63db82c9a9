/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of a session: what its files share. Everything belongs to the session's thread. */
#ifndef BT_SESSION_INTERNAL_H
#define BT_SESSION_INTERNAL_H

#include <sys/types.h>

#include "session/recorder.h"
#include "session/sampler.h"
#include "session/session.h"
#include "source/socket.h"

#define BT_EVENTS 1024u
#define BT_PROTOCOL_VERSION 1u

/* What an epoll event calls. */
struct bt_watch {
	void (*ready)(void *context, uint32_t events);
	void *context;
};

/* What the event log needs to remember between frames (events.c). */
struct bt_observer {
	uint64_t awaited_token;		/* sent, no ack seen; 0 = none */
	uint64_t awaited_generation;	/* acknowledged, not applied everywhere; 0 = none */
	uint64_t awaited_since_ns;	/* clock of the source */
	uint64_t first_event;		/* of the publication awaited */
	bool slow_told, failing, throttled, stuck;
};

struct bt_link;

struct bt_session {
	struct bt_session_options options;
	char *source, *source_note;
	const struct bt_source_ops *ops;
	struct bt_sampler *sampler;
	struct bt_sampler_status status;	/* as of the last step */
	struct bt_machine machine;

	struct bt_frame *frames[3];	/* shown, base and a spare; the first two may be one */
	struct bt_frame *shown;		/* the newest */
	struct bt_frame *base;		/* the newest not extra: start of the next interval */
	struct bt_interval *interval;
	bool has_interval, paused, changed;
	bool relaxed, sampler_relaxed;	/* asked for; in effect, as nobody else waits for frames */
	struct bt_history *history;	/* NULL: none is kept */
	uint32_t point_flags;		/* of the next point: events since the last one */
	unsigned want;			/* BT_WANT_* of its owner */
	uint64_t interval_ns, shown_at_ns, lost_ns;
	uint64_t fed_told_ns;		/* when a viewer last heard of frames that are fed */

	struct bt_config config;	/* what controls work on */
	unsigned steps;			/* of a microbenchmark, not in the log yet */
	uint64_t token;			/* of the last publication */
	uint64_t keepalive_period_ns, kept_alive_ns;	/* 0: no lease to renew; last time */
	char no_control[256];		/* "" = control is on */

	struct bt_observer observer;
	struct {
		uint64_t late, lost;	/* samples that the log has told of */
		uint64_t told_ns;	/* when it did, clock of the source */
	} samples;
	struct bt_event events[BT_EVENTS];
	uint64_t last_event;

	unsigned restarts;
	uint64_t controller_pid;	/* who published last; 0: nobody */
	char *next_source;		/* that is being opened instead, or NULL */
	uint64_t taken_event;	/* of a source that keeps the log: the last one in ours */
	bool quiet;		/* it tells itself what happened */
	struct bt_recorder *recorder;	/* NULL: none runs */
	struct bt_recording recording;
	uint64_t recorded_event;	/* the last one written */

	int epoll_fd, lease_fd, listen_fd;
	struct bt_watch sampler_watch, lease_watch, listen_watch;
	char socket_path[BT_SOCKET_PATH];
	struct bt_link *links;
	struct bt_json_writer *writer;
};

/* session.c */
int bt_session_add_watch(struct bt_session *session, int fd, uint32_t events,
			 struct bt_watch *watch, struct bt_err *err);
/* Tells the sampler what the owner and the clients that wait for a frame want together. */
void bt_session_sum_wants(struct bt_session *session);

/* frames.c: for the machine there is; the next interval has no beginning; of the watch. */
void bt_session_make_frames(struct bt_session *session);
void bt_session_free_frames(struct bt_session *session);
void bt_session_break_interval(struct bt_session *session);
void bt_session_read_no_control(struct bt_session *session);
void bt_session_sampler_ready(void *session, uint32_t events);

/* events.c */
void bt_session_log(struct bt_session *session, enum bt_event_kind kind, uint64_t generation,
		    const char *who, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* One that came from elsewhere: only its number changes. */
void bt_session_log_event(struct bt_session *session, const struct bt_event *event);
/* One event for each field that differs. */
void bt_session_log_changes(struct bt_session *session, const struct bt_config *from,
			    const struct bt_config *to, const char *who);
/* What a new frame tells, against the one shown before (NULL: the first). */
void bt_session_observe(struct bt_session *session, const struct bt_frame *before,
			const struct bt_frame *now);
/* Samples that came late, or that nobody took before the next ones: counts since the opening. */
void bt_session_observe_samples(struct bt_session *session, uint64_t late, uint64_t lost);
/* What an interval tells: failures, guards. */
void bt_session_observe_interval(struct bt_session *session);

/* control.c */
void bt_session_first_config(struct bt_session *session, const struct bt_frame *frame);
void bt_session_set_lease(struct bt_session *session, uint32_t lease_ms);
/* Renews the lease where that is half due anyway, so that the timer need not wake anybody for it. */
void bt_session_keep_alive(struct bt_session *session);
void bt_session_lease_due(void *session, uint32_t events);
/* The ack of a publication, and configs that others published. */
void bt_session_follow_config(struct bt_session *session, const struct bt_frame *before,
			      const struct bt_frame *now);

/* record.c: what is new in the log; the same and a frame behind it. */
void bt_session_record_events(struct bt_session *session);
void bt_session_record_frame(struct bt_session *session, const struct bt_frame *frame);

/* snapshot.c: <prefix>-<host>-<UTC time><suffix> in dir, of the newest frame; not there yet. */
int bt_session_choose_path(const struct bt_session *session, const char *dir, const char *prefix,
			   const char *suffix, char *path, size_t size, struct bt_err *err);

/* replay.c: events that came with a frame; a clock that was turned back. */
void bt_session_take_events(struct bt_session *session, const struct bt_frame *frame);
void bt_session_restart(struct bt_session *session);

bool bt_session_event_final(const struct bt_session *session, const struct bt_event *event);

/* follow.c: who else is there; the source that was opened now, after a switch or not. */
void bt_session_peer_encode(const struct bt_session *session, struct bt_json_writer *w);
void bt_session_events_encode(const struct bt_session *session, struct bt_json_writer *w,
			      uint64_t *sent);
void bt_session_adopt_source(struct bt_session *session);

/* survive.c: memory that stays, CPUs the antagonist leaves free. */
void bt_session_lock_memory(struct bt_session *session);
void bt_session_choose_cpus(struct bt_session *session, const struct bt_config *config);

/* server.c: the unix socket. */
void bt_session_serve(struct bt_session *session);
void bt_session_stop_serving(struct bt_session *session);

/* link.c: one client of the agent protocol. */
struct bt_link *bt_link_create(struct bt_session *session, int in, int out, bool owns,
			       const char *who, struct bt_err *err);
void bt_link_free(struct bt_link *link);
/* Answers those that wait for a frame. */
void bt_links_frame(struct bt_session *session, struct bt_frame *frame);
/* Tells those that wait that none will come. */
void bt_links_fail(struct bt_session *session, const struct bt_err *err);
/* Frees the links that are over. */
void bt_links_sweep(struct bt_session *session);
void bt_link_set_pid(struct bt_link *link, uint64_t pid);
/* Those that show every frame. */
unsigned bt_links_followers(const struct bt_session *session);
unsigned bt_links_count(const struct bt_session *session);
/* BT_WANT_* of those that wait for a frame. */
unsigned bt_links_want(const struct bt_session *session);

#endif
