/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stand for the guest scenarios: a session whose source is the real agent on the real module
 * (remote:buddytop-agent), checks that print "ok" or "FAIL" lines, and their counts.
 */
#ifndef GUEST_RIG_H
#define GUEST_RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "session/session.h"

#define RIG_AGENT "remote:/bin/buddytop-agent"

/* A plain start for rig_publish() that each scenario varies. */
#define RIG_PLAIN "order=0 cpus=0-1 node=local gfp=kernel-mayfail pattern=steady free=fifo " \
		  "touch=none batch=64 pace=0 held=64M guard=safe reserve=32M lease=20s limit=0"

struct rig {
	struct bt_session *session;
	unsigned passed, failed, skipped;
	const char *scenario;
	bool serve;	/* the session listens for others */
};

/* Prints the verdict of one requirement; format says what, with the figures. Returns ok. */
bool rig_check(struct rig *rig, bool ok, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void rig_skip(struct rig *rig, const char *reason);
/* |got - want| <= percent of want. */
bool rig_near(uint64_t got, uint64_t want, double percent);

/* Opens the session and waits for its first frame; false (with a FAIL line) when it does not come. */
bool rig_open(struct rig *rig, const char *source);
void rig_close(struct rig *rig);

/*
 * Changes parameters ("order=3 cpus=0") and the run state (enum bt_run), publishes them as one
 * generation and waits until every online CPU has adopted it. false after 20 s.
 */
bool rig_publish(struct rig *rig, const char *assignments, enum bt_run run);
/* The present configuration with these changes, checked for this machine: 0 or -EINVAL. */
int rig_config(struct rig *rig, const char *assignments, struct bt_config *config,
	       struct bt_err *err);
/* Lets the session work for ms milliseconds, longer by oracle_patience(). */
void rig_wait_ms(struct rig *rig, unsigned ms);
/* Waits until done() holds for a frame; false after limit_ms. */
bool rig_until(struct rig *rig, bool (*done)(const struct bt_frame *frame, uint64_t argument),
	       uint64_t argument, unsigned limit_ms);
/* For rig_until(): so many bytes are held. */
bool rig_holds(const struct bt_frame *frame, uint64_t bytes);
/* Drains and waits until nothing is held. */
bool rig_drain(struct rig *rig);
/* The newest frame's sums, after one more sample. */
struct bt_frame_totals rig_totals(struct rig *rig);
/* The next frame that is read after this moment. */
const struct bt_frame *rig_fresh(struct rig *rig);
/* A copy of it; the caller frees it. */
struct bt_frame *rig_copy(struct rig *rig);
/* What the session derives from two frames; the caller frees it. */
struct bt_interval *rig_interval(struct rig *rig, const struct bt_frame *older,
				 const struct bt_frame *newer);
/* insmod: 0 or -errno. */
int rig_load_module(const char *path, const char *parameters);
/* A process of this name; -1: there is none. */
pid_t rig_process(const char *name);

#endif
