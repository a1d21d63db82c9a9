// SPDX-License-Identifier: GPL-2.0
/* buddytop snapshot: one document of the present state on standard output. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/cmd.h"

#define WAIT_NS (30 * BT_NS_PER_S)

static int print_snapshot(struct bt_session *session, struct bt_err *err)
{
	struct bt_json_writer *w = bt_json_writer_create(true);
	const char *text;
	size_t size;
	int rc = bt_session_snapshot(session, NULL, w, err);

	text = bt_json_writer_text(w, &size);
	if (!rc && (!text || fwrite(text, 1, size, stdout) != size))
		rc = bt_err_set(err, EIO, "snapshot: cannot write to standard output");
	bt_json_writer_free(w);
	return rc;
}

static int run_snapshot(struct bt_cmd_call *call, struct bt_err *err)
{
	int stop_fd = bt_cmd_catch_end(), rc;
	struct bt_session_options options = {
		.source_options = { .read_only = true, .progress = bt_cmd_not_ended,
				    .context = &stop_fd },
	};
	char note[BT_CMD_NOTE];
	struct bt_session *session;

	rc = call->argc ? bt_err_set(err, EINVAL, "snapshot: '%s': takes no operands",
				     call->argv[0]) :
			  bt_cmd_session_options(call, NULL, &options, note, err);
	options.interval_ns = 0;
	if (!rc)
		rc = bt_session_open(&session, &options, err);
	if (rc)
		goto out_close;
	bt_session_want(session, BT_WANT_ALL);
	bt_session_kick(session);
	rc = bt_session_wait_frame(session, 0, WAIT_NS, stop_fd, err);
	if (!rc)
		rc = print_snapshot(session, err);
	bt_session_close(session);
out_close:
	close(stop_fd);
	return rc;
}

const struct bt_cmd bt_cmd_snapshot = {
	.name = "snapshot",
	.operands = "",
	.summary = "Print the present state of a source as one JSON document",
	.run = run_snapshot,
};
