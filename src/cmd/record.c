// SPDX-License-Identifier: GPL-2.0
/* buddytop record: a source into a file, without a screen. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"

#define PROGRESS_NS BT_NS_PER_S

struct record_values {
	const char *path;
	uint64_t seconds, frames;	/* 0: until interrupted */
};

static const struct bt_opt record_opts[] = {
	{ "output", 'o', BT_OPT_TEXT, "FILE",
	  "file to write, not there yet (default: buddytop-HOST-TIME.jsonl)",
	  offsetof(struct record_values, path) },
	{ "seconds", 0, BT_OPT_NUMBER, "N", "end after N seconds (default: when interrupted)",
	  offsetof(struct record_values, seconds) },
	{ "frames", 0, BT_OPT_NUMBER, "N", "end after N frames",
	  offsetof(struct record_values, frames) },
	{ 0 }
};

static void print_progress(const struct bt_recording *recording, uint64_t spent_ns,
			   const char *end)
{
	char size[16];

	fprintf(stderr, "\rbuddytop: %s: %llu frames, %s, %llu s%s", recording->path,
		(unsigned long long)recording->frames,
		bt_text_bytes(recording->bytes, size, sizeof(size)),
		(unsigned long long)(spent_ns / BT_NS_PER_S), end);
}

/* Until a limit, a signal, a full disk or a lost source. */
static int follow(struct bt_session *session, const struct record_values *values, int stop_fd,
		  struct bt_err *err)
{
	bool terminal = isatty(STDERR_FILENO);
	/* No program runs for the centuries that a larger number would be. */
	uint64_t limit_ns = values->seconds && values->seconds < UINT64_MAX / BT_NS_PER_S ?
			    values->seconds * BT_NS_PER_S : UINT64_MAX;
	uint64_t start_ns = bt_mono_ns(), seq = 0, told_ns = 0;
	struct bt_recording now;
	int rc = 0;

	while (!rc && bt_session_recording(session, &now)) {
		uint64_t spent_ns = bt_mono_ns() - start_ns;

		if (terminal && bt_mono_ns() - told_ns >= PROGRESS_NS) {
			print_progress(&now, spent_ns, "");
			told_ns = bt_mono_ns();
		}
		if (values->frames && now.frames >= values->frames)
			return 0;
		if (spent_ns >= limit_ns)
			return 0;
		rc = bt_session_wait_frame(session, seq, limit_ns - spent_ns, stop_fd, err);
		if (rc == -ETIMEDOUT && values->seconds)
			rc = 0;
		if (bt_session_frame(session))
			seq = bt_session_frame(session)->seq;
	}
	return rc == -EINTR ? 0 : rc ? rc : bt_err_set(err, now.error.code, "%s", now.error.text);
}

static int record(struct bt_session *session, const struct record_values *values, int stop_fd,
		  struct bt_err *err)
{
	uint64_t start_ns = bt_mono_ns();
	struct bt_recording result;
	int rc;

	rc = values->path ? bt_session_record(session, values->path, err) :
			    bt_session_record_beside(session, ".", err);
	if (rc)
		return rc;
	rc = follow(session, values, stop_fd, err);
	bt_session_record_stop(session);
	bt_session_recording(session, &result);
	print_progress(&result, bt_mono_ns() - start_ns, "\n");
	return rc;
}

static int run_record(struct bt_cmd_call *call, struct bt_err *err)
{
	int stop_fd = bt_cmd_catch_end(), rc;
	struct bt_session_options options = {
		.source_options = { .read_only = true, .progress = bt_cmd_not_ended,
				    .context = &stop_fd },
	};
	char note[BT_CMD_NOTE];
	struct bt_session *session;

	rc = call->argc ? bt_err_set(err, EINVAL, "record: '%s': takes no operands (-o FILE)",
				     call->argv[0]) :
			  bt_cmd_session_options(call, NULL, &options, note, err);
	if (!rc)
		rc = bt_session_open(&session, &options, err);
	if (rc)
		goto out_close;
	rc = record(session, call->values, stop_fd, err);
	bt_session_close(session);
out_close:
	close(stop_fd);
	return rc;
}

const struct bt_cmd bt_cmd_record = {
	.name = "record",
	.operands = "",
	.summary = "Record a source to a file without a screen",
	.description = "Ends after --seconds or --frames, or when it is interrupted.\n"
		       "'buddytop replay FILE' shows the recording.",
	.opts = record_opts,
	.values_size = sizeof(struct record_values),
	.run = run_record,
};
