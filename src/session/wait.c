// SPDX-License-Identifier: GPL-2.0
/* Waiting for a frame, for those who have nothing else to do meanwhile. */
#include <errno.h>
#include <poll.h>

#include "session/session.h"

#define POLL_MS 100	/* how often a limit of time is looked at */

static int session_fault(const struct bt_session *session, struct bt_err *err)
{
	struct bt_session_status status;

	bt_session_status(session, &status);
	if (status.state == BT_SESSION_LOST) /* it was there: not "not possible here" */
		return bt_err_set(err, EIO, "source lost: %s", status.error.text);
	if (status.state == BT_SESSION_ENDED)
		return bt_err_set(err, ENODATA, "the recording is over");
	return 0;
}

int bt_session_wait_frame(struct bt_session *session, uint64_t seq, uint64_t limit_ns, int stop_fd,
			  struct bt_err *err)
{
	uint64_t start = bt_mono_ns();
	struct pollfd fds[] = {
		{ .fd = bt_session_fd(session), .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN },
	};
	int rc;

	for (;;) {
		const struct bt_frame *frame;

		bt_session_step(session);
		frame = bt_session_frame(session);
		if (frame && frame->seq > seq)
			return 0;
		rc = session_fault(session, err);
		if (rc)
			return rc;
		if (bt_mono_ns() - start >= limit_ns)
			return bt_err_set(err, ETIMEDOUT, "no answer from the source in time");
		poll(fds, BT_ARRAY_SIZE(fds), POLL_MS);
		if (fds[1].revents)
			return bt_err_set(err, EINTR, "interrupted");
	}
}
