/* SPDX-License-Identifier: GPL-2.0 */
/* A session under test: stepping it until something has happened, and looking into its event log. */
#ifndef BT_SESSION_RIG_H
#define BT_SESSION_RIG_H

#include <poll.h>
#include <string.h>

#include "core/param.h"
#include "session/session.h"

/* Of what comes at once on a quiet machine: long enough for a sanitizer on one that others use, too. */
#define RIG_LIMIT_NS (30 * BT_NS_PER_S)

/* Steps the session while it has something to do, for ns at most. */
static inline void rig_idle(struct bt_session *session, uint64_t ns)
{
	uint64_t until = bt_mono_ns() + ns, now;

	/* One look at the clock: a time left that went below zero would be waited for for ever. */
	while ((now = bt_mono_ns()) < until) {
		struct pollfd fd = { .fd = bt_session_fd(session), .events = POLLIN };

		poll(&fd, 1, (int)((until - now) / BT_NS_PER_MS) + 1);
		bt_session_step(session);
	}
}

/* Steps the session until condition holds; fails the test after RIG_LIMIT_NS. */
#define rig_until(session, condition)                                                              \
	do {                                                                                       \
		uint64_t rig_end = bt_mono_ns() + RIG_LIMIT_NS;                                    \
                                                                                                   \
		while (!(condition)) {                                                             \
			struct pollfd rig_fd = { .fd = bt_session_fd(session), .events = POLLIN }; \
                                                                                                   \
			if (bt_mono_ns() > rig_end)                                                \
				fail_msg("in vain: %s", #condition);                               \
			poll(&rig_fd, 1, 50);                                                      \
			bt_session_step(session);                                                  \
		}                                                                                  \
	} while (0)

static inline uint64_t rig_seq(const struct bt_session *session)
{
	const struct bt_frame *frame = bt_session_frame(session);

	return frame ? frame->seq : 0;
}

/* Frames of a session on demand, one after the other. */
static inline void rig_frames(struct bt_session *session, unsigned count)
{
	while (count--) {
		uint64_t seq = rig_seq(session);

		bt_session_kick(session);
		rig_until(session, rig_seq(session) > seq);
	}
}

static inline enum bt_session_state rig_state(const struct bt_session *session)
{
	struct bt_session_status status;

	bt_session_status(session, &status);
	return status.state;
}

static inline unsigned rig_clients(const struct bt_session *session)
{
	struct bt_session_status status;

	bt_session_status(session, &status);
	return status.clients;
}

/* The last event of a kind whose text contains part, or NULL. */
static inline const struct bt_event *rig_event(const struct bt_session *session,
					       enum bt_event_kind kind, const char *part)
{
	for (uint64_t n = bt_session_event_last(session); n; n--) {
		const struct bt_event *event = bt_session_event(session, n);

		if (event && event->kind == kind && strstr(event->text, part))
			return event;
	}
	return NULL;
}

static inline int rig_publish(struct bt_session *session, const char *assignments,
			      struct bt_err *err)
{
	struct ant_limits limits = bt_machine_limits(bt_session_machine(session));
	struct bt_config config = *bt_session_config(session);
	char *text = bt_xstrdup(assignments), *save = NULL;

	for (char *a = strtok_r(text, " ", &save); a; a = strtok_r(NULL, " ", &save)) {
		if (!strcmp(a, "start"))
			config.run = BT_RUN_GO;
		else if (!strcmp(a, "stop"))
			config.run = BT_RUN_DRAIN;
		else if (bt_param_assign(&config, a, &limits, err))
			fail_msg("%s", err->text);
	}
	free(text);
	return bt_session_publish(session, &config, "test", err);
}

#endif
