/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session owns control: source, sampler thread, lease, event log and the unix socket on which it
 * speaks the agent protocol (buddytop.5). Dashboard, agent and commands are its clients. All
 * functions belong to the thread that opened it; only the sampler runs beside it.
 */
#ifndef BT_SESSION_H
#define BT_SESSION_H

#include "core/json.h"
#include "frame/event.h"
#include "frame/history.h"
#include "source/source.h"

struct bt_session;

#define BT_RECORDING_PATH 1024

enum bt_session_state { BT_SESSION_LIVE, BT_SESSION_PAUSED, BT_SESSION_LOST, BT_SESSION_ENDED };

struct bt_session_options {
	const char *source;		/* spec; "auto" is resolved by the caller */
	const char *source_note;	/* why not a better one; NULL = what the source says */
	struct bt_source_options source_options;
	uint64_t interval_ns;		/* 0: only on demand (agent, tests): bt_session_kick() */
	bool relay_keepalive;		/* agent: the lease is renewed only when a client asks */
	bool serve;			/* open the socket (source/socket.h) */
	bool lock_memory;		/* mlockall and a lower oom_score_adj where allowed */
	bool history;			/* keep one */
};

int bt_session_open(struct bt_session **session, const struct bt_session_options *options,
		    struct bt_err *err);
/* Drains, stops the sampler, closes the source and the socket. NULL is fine. */
void bt_session_close(struct bt_session *session);

/* Readable (POLLIN) when bt_session_step() has something to do: new frames, clients, keep-alive. */
int bt_session_fd(const struct bt_session *session);
/* Does it, without blocking. Returns true when something a viewer sees has changed. */
bool bt_session_step(struct bt_session *session);

/*
 * One more client of the agent protocol on a pair of stream descriptors (which may be the same;
 * they stay the caller's). clients of the status falls to 0 when it has gone.
 */
int bt_session_attach(struct bt_session *session, int in, int out, const char *who,
		      struct bt_err *err);

/*
 * Steps the session until a frame newer than seq is there (0: any). -ETIMEDOUT after limit_ns
 * (UINT64_MAX: never), -EINTR when stop_fd (-1: none) became readable, or the error of a source that
 * was lost or has ended.
 */
int bt_session_wait_frame(struct bt_session *session, uint64_t seq, uint64_t limit_ns, int stop_fd,
			  struct bt_err *err);

/* What is known now; pointers are valid until the next step. frame is NULL before the first one. */
const struct bt_machine *bt_session_machine(const struct bt_session *session);
const struct bt_frame *bt_session_frame(const struct bt_session *session);
const struct bt_interval *bt_session_interval(const struct bt_session *session);
/* Of the machine as it is now: a source that comes back with another size begins a new one. */
const struct bt_history *bt_session_history(const struct bt_session *session);
/* Why control is off (a recording, read-only, another controller); NULL = on. */
const char *bt_session_no_control(const struct bt_session *session);

struct bt_session_status {
	enum bt_session_state state;
	struct bt_err error;		/* LOST: why */
	uint64_t lost_ns;		/* since when, own monotonic clock */
	unsigned next_try;	/* LOST: to open it, the first is 1; 0 = waited for */
	uint64_t late_samples, lost_samples;
	uint64_t interval_ns;
	unsigned clients;		/* on the socket */
	char socket_path[108];		/* "" = not serving */
	bool virtual_clock;		/* sim, replay: times come from the source */
	unsigned restarts;		/* of a replay: times that history and log began anew */
	uint64_t now_ns; /* source clock: virtual, or that of the last frame plus the time since */
};
void bt_session_status(const struct bt_session *session, struct bt_session_status *status);

/*
 * Publishes config after bt_config_check(); logs the change field by field. who is for the event
 * log. 0 = sent (events tell the outcome), -EINVAL refused here, -EPERM no control.
 */
int bt_session_publish(struct bt_session *session, const struct bt_config *config,
		       const char *who, struct bt_err *err);
/* Of the last config that was sent; the frame whose ack has it says what came of it. */
uint64_t bt_session_token(const struct bt_session *session);
/* run = drain at once; never refused for a config's sake. */
int bt_session_stop_now(struct bt_session *session, const char *who, struct bt_err *err);
/* The config controls work on: the last one sent, else the source's, else bt_config_default(). */
const struct bt_config *bt_session_config(const struct bt_session *session);

/* -EINVAL outside of 20 ms to 60 s. */
int bt_session_check_interval(uint64_t interval_ns, struct bt_err *err);
int bt_session_set_interval(struct bt_session *session, uint64_t interval_ns, struct bt_err *err);
/* Pausing stops sampling and draws a gap; the lease is kept alive. */
void bt_session_pause(struct bt_session *session, bool pause);
/*
 * Nobody looks: bt_session_fd() becomes readable once a second at most for samples by the clock, none
 * of which is lost. While there are clients on the socket it stays as it is.
 */
void bt_session_relax(struct bt_session *session, bool relaxed);
/* A sample out of turn (frame.extra), soon; an ordinary one in a session on demand. */
void bt_session_kick(struct bt_session *session);

/*
 * BT_WANT_*: what this session's frames hold besides, for as long as it is wanted. When more is
 * wanted than before, a sample out of turn follows soon, unless the session is on demand. What its
 * clients want comes on top.
 */
void bt_session_want(struct bt_session *session, unsigned want);

/*
 * Starts measuring what user space can get on the machine of the source. -EINVAL out of bounds,
 * -EBUSY one runs, -EOPNOTSUPP the source, its kernel or an older agent cannot; what a remote machine
 * answers later is in measured()'s state and text.
 */
int bt_session_measure(struct bt_session *session, const struct bt_measure_options *options,
		       struct bt_err *err);
void bt_session_measured(const struct bt_session *session, struct bt_measure *measure);

/* Event log, oldest kept has number bt_session_event_first(); 1024 are kept. */
uint64_t bt_session_event_first(const struct bt_session *session);
uint64_t bt_session_event_last(const struct bt_session *session);
const struct bt_event *bt_session_event(const struct bt_session *session, uint64_t number);
void bt_session_note(struct bt_session *session, enum bt_event_kind kind, const char *who,
		     const char *format, ...) __attribute__((format(printf, 4, 5)));

/*
 * A recording that is shown; false where the session shows none. Positions are times since its
 * beginning. What lies before a new position is fed to history and log without being shown.
 */
bool bt_session_replay(const struct bt_session *session, struct bt_replay_status *status);
/* Beyond the end or the beginning: there. -EOPNOTSUPP: no recording. */
int bt_session_seek(struct bt_session *session, uint64_t at_ns, struct bt_err *err);
/* To where an event of the log was. -EINVAL: the recording does not say. */
int bt_session_seek_event(struct bt_session *session, const struct bt_event *event,
			  struct bt_err *err);
/* Ends one that is under way at the position it has reached; what was fed stays. */
void bt_session_stop_seek(struct bt_session *session);
/* 0.1 to 100; 0: as fast as possible. */
int bt_session_set_speed(struct bt_session *session, double speed, struct bt_err *err);
/* The same as people say it: "5m", "+30s", "12:34:56", "mark 2"; "x10", "max". */
int bt_session_seek_text(struct bt_session *session, const char *text, struct bt_err *err);
int bt_session_speed_text(struct bt_session *session, const char *text, struct bt_err *err);
/* Its marks, by index. */
bool bt_session_replay_mark(const struct bt_session *session, size_t index, uint64_t *at_ns,
			    struct bt_event *event);

/* Who else shows this session, and who has its source open: we, or the one attached to. */
void bt_session_peer(const struct bt_session *session, struct bt_peer *peer);
/*
 * Opens the source with control: after the controller that one was attached to is gone, or where
 * another one had control when it was opened. The log says what came of it. -EBUSY: it is there.
 */
int bt_session_takeover(struct bt_session *session, struct bt_err *err);

/* Of the recording that runs, or the last one. */
struct bt_recording {
	char path[BT_RECORDING_PATH];	/* "" = none yet */
	uint64_t since_ns;		/* clock of the source: the first frame */
	uint64_t frames, bytes;
	struct bt_err error;		/* code 0, or why it ended by itself */
};
/*
 * Records everything from now on, the newest frame first, to path, which must not be there.
 * Whatever goes wrong later is told once in the event log and ends it, not the session.
 */
int bt_session_record(struct bt_session *session, const char *path, struct bt_err *err);
/* The same to buddytop-<host>-<UTC time>.jsonl in dir. */
int bt_session_record_beside(struct bt_session *session, const char *dir, struct bt_err *err);
/* Nothing to do when none runs. */
void bt_session_record_stop(struct bt_session *session);
/* Whether one runs. */
bool bt_session_recording(const struct bt_session *session, struct bt_recording *recording);

/* What a screen shows: an instant and the time before it. */
struct bt_shown {
	const struct bt_frame *frame;	/* of that instant; NULL: the history does not keep it */
	const struct bt_point *point;	/* NULL: there is none yet */
	bool frozen, past;
	enum bt_tier tier;
	unsigned age, count;		/* of the newest point of the window, and how many */
};

/*
 * The snapshot document (schema buddytop-snapshot, buddytop.5) of what is shown; NULL: of the
 * newest frame alone.
 */
int bt_session_snapshot(struct bt_session *session, const struct bt_shown *shown,
			struct bt_json_writer *w, struct bt_err *err);
/* The same to buddytop-<host>-<UTC time>.json in dir; path (PATH_MAX) is where. */
int bt_session_snapshot_file(struct bt_session *session, const struct bt_shown *shown,
			     const char *dir, char *path, size_t size, struct bt_err *err);

#endif
