/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where frames come from and configs go to: one table of functions per kind. The thread that opened
 * a source lives until it is closed; read() and close() belong to the sampler thread, once there is
 * one; publish(), keepalive() and measure() may be called by the session's thread at the same time
 * and never wait for a read.
 */
#ifndef BT_SOURCE_H
#define BT_SOURCE_H

#include "core/err.h"
#include "frame/event.h"
#include "frame/frame.h"
#include "system/measure.h"

struct bt_source;

/* A guest that whoever opens the source has started, watches and ends (source "guest"). */
struct bt_guest_link {
	int fd;			/* stream to its agent */
	const char *accel;	/* "kvm", "tcg" */
	/*
	 * Fills in what whoever runs it knows of it, for each frame; called by the thread that reads
	 * them. NULL: nothing.
	 */
	void (*host)(void *context, struct bt_frame_host *host);
	void *context;
};

struct bt_source_options {
	const char *argument;	/* after the colon of --source NAME:ARGUMENT, or NULL */
	const char *instead;	/* nobody asked for this source: why not a better one; or NULL */
	bool read_only;		/* take no control */
	bool assume_yes;	/* the operator agreed to downloads, builds and loads */
	uint64_t interval_ns;	/* the session's; a virtual clock advances by it (0 = by 1 s) */
	const char *const *extra; /* "key=value" settings of the kind (vm: cpus=2), or NULL */
	const struct bt_guest_link *guest;	/* of source "guest", while it is open */
	/* Progress of a long open ("booting, 3 s"); may be NULL. Returns false to give up. */
	bool (*progress)(void *context, const char *text);
	/* Asks the operator; may be NULL (then no). */
	bool (*ask)(void *context, const char *question);
	void *context;
};

/* Times are since the beginning of the recording. */
struct bt_replay_status {
	uint64_t position_ns, length_ns;
	int64_t begin_utc_ns;		/* of its first frame */
	double speed;			/* 1 = as it was; 0 = as fast as possible */
	bool seeking;			/* on the way to a position */
	unsigned seek_percent;		/* how far on that way */
	size_t left_out;		/* damaged lines so far */
	size_t marks;			/* in the whole recording */
};

/* Of a recording; called by the session's thread, which never waits for the file. */
struct bt_replay_ops {
	void (*pause)(void *state, bool pause);
	void (*set_speed)(void *state, double speed);
	/* Its beginning or end when at_ns is beyond them. The frames on the way are fed. */
	void (*seek)(void *state, uint64_t at_ns);
	/* Ends a seek where it is by now; what was fed until then stays. */
	void (*stop_seek)(void *state);
	/* Where an event of the log is in the recording; false: it is not of the last ones. */
	bool (*place)(void *state, const struct bt_event *event, uint64_t *at_ns);
	void (*status)(void *state, struct bt_replay_status *status);
	/* Mark of an index below status.marks. */
	bool (*mark)(void *state, size_t index, uint64_t *at_ns, struct bt_event *event);
};

/* The session that one is attached to. */
struct bt_peer {
	uint64_t pid;			/* of the program that has the source open */
	uint64_t controller_pid;	/* who published last; 0: nobody yet */
	uint64_t interval_ns;
	unsigned dashboards;		/* that show it, that program and we among them */
	bool virtual_clock, paused;
	char source[256];		/* as given to --source */
	char no_takeover[160];		/* why the source cannot be opened once it is gone; "" = can */
};

struct bt_source_ops {
	const char *name;	/* "kmod" */
	/* One line for --help, with the form of the argument; NULL: not for the command line. */
	const char *help;
	/*
	 * Opens and fills machine. 0, or -errno: ENODEV not here (err says how to get it), EBUSY,
	 * EPERM ...
	 */
	int (*open)(void **state, const struct bt_source_options *options,
		    struct bt_machine *machine, struct bt_err *err);
	/*
	 * Fills frame with the present; the caller has set frame->want, and frame->extra, by which
	 * a virtual clock advances a little instead of one interval (up to one while a step of a
	 * microbenchmark runs). 0; -EAGAIN nothing new (replay paused);
	 * -ENODATA the end (replay); -ETIMEDOUT no answer yet; another -errno: the source is lost.
	 */
	int (*read)(void *state, struct bt_frame *frame, struct bt_err *err);
	/*
	 * Sends config; never blocks. The outcome is frame.ack with the same token. 0 = sent. NULL
	 * where the kind cannot be controlled.
	 */
	int (*publish)(void *state, const struct bt_config *config, uint64_t token,
		       struct bt_err *err);
	/*
	 * Why publish() is impossible (another controller), or NULL. Owned by the state; may be
	 * absent.
	 */
	const char *(*no_control)(void *state);
	/* Renews the lease; never blocks. */
	int (*keepalive)(void *state);
	/*
	 * Starts measuring; options are within their bounds. -EBUSY one runs, -EOPNOTSUPP the other
	 * side cannot do what they ask for. measured() fills measure. NULL: impossible.
	 */
	int (*measure)(void *state, const struct bt_measure_options *options,
		       struct bt_err *err);
	void (*measured)(void *state, struct bt_measure *measure);
	/*
	 * A virtual clock (sim: the next frame's time, replay: the last one's); NULL: the clock is
	 * real.
	 */
	uint64_t (*clock_ns)(void *state);
	/* Of a virtual clock; may be NULL. */
	void (*set_interval)(void *state, uint64_t interval_ns);
	/*
	 * A source that keeps the event log itself: its event of a number (from 1 since it was
	 * opened), up to frame->events of them once that frame was read; false: not kept any more.
	 * NULL: the session finds out from the frames what happened.
	 */
	bool (*event)(void *state, uint64_t number, struct bt_event *event);
	/*
	 * A source that sets the pace itself: own clock's time of the next read(), 0 = now,
	 * UINT64_MAX = not before something is asked of it. NULL: the session's interval does.
	 */
	uint64_t (*due_ns)(void *state);
	const struct bt_replay_ops *replay;	/* NULL: no recording */
	/* Of the session that is attached to; NULL: the source is our own. */
	void (*peer)(void *state, struct bt_peer *peer);
	/* Wakes a read() in another thread so that close can follow; may be NULL. */
	void (*interrupt)(void *state);
	/* Drains what this source controls and frees everything; waits for the drain. */
	void (*close)(void *state);
};

extern const struct bt_source_ops bt_source_kmod, bt_source_sim, bt_source_replay,
	bt_source_remote, bt_source_session, bt_source_vm, bt_source_guest, bt_source_user;
/*
 * The kinds a program has; ends with NULL. The library's table (table.c) is linked unless the
 * program defines one: buddytop's has the VM besides.
 */
extern const struct bt_source_ops *const bt_sources[];

/*
 * "kmod", "sim:7", "replay:FILE", "remote:COMMAND", "vm": finds the ops, *argument points into
 * spec.
 */
const struct bt_source_ops *bt_source_find(const char *spec, const char **argument,
					   struct bt_err *err);

#endif
