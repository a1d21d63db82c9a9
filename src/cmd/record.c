// SPDX-License-Identifier: GPL-2.0
/* buddytop record: a source into a file, without a screen. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/loads.h"

#define FIRST_NS (30 * BT_NS_PER_S)
#define PROGRESS_NS BT_NS_PER_S

struct record_values {
	const char *path, *load;
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
	{ "load", 0, BT_OPT_TEXT, "NAME",
	  "start this load (buddytop loads lists them) and record it; wants --yes",
	  offsetof(struct record_values, load) },
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
	return rc ? rc : bt_err_set(err, now.error.code, "%s", now.error.text);
}

/* A load starts behind the first frame, so that a replay has the machine before it, too. */
static int start(struct bt_session *session, const struct bt_load *load, int stop_fd,
		 struct bt_err *err)
{
	struct bt_config config;
	char note[BT_ERR_TEXT];
	int rc = bt_session_wait_frame(session, 0, FIRST_NS, stop_fd, err);

	if (rc)
		return rc;
	config = *bt_session_config(session);
	rc = bt_session_load_config(session, load, &config, note, err);
	return rc ? rc : bt_session_load(session, load, &config, note, err);
}

static int record(struct bt_session *session, const struct record_values *values,
		  const struct bt_load *load, int stop_fd, struct bt_err *err)
{
	uint64_t start_ns = bt_mono_ns();
	struct bt_recording result;
	int rc;

	rc = values->path ? bt_session_record(session, values->path, err) :
			    bt_session_record_beside(session, ".", err);
	if (rc)
		return rc;
	if (load)
		rc = start(session, load, stop_fd, err);
	if (!rc)
		rc = follow(session, values, stop_fd, err);
	bt_session_record_stop(session);
	bt_session_recording(session, &result);
	print_progress(&result, bt_mono_ns() - start_ns, "\n");
	return rc == -EINTR ? 0 : rc;
}

static int open_and_record(struct bt_cmd_call *call, const struct bt_load *load,
			   struct bt_err *err)
{
	int stop_fd = bt_cmd_catch_end(), rc;
	struct bt_session_options options = {
		.source_options = { .read_only = !load, .progress = bt_cmd_not_ended,
				    .context = &stop_fd },
		.serve = load,
		.lock_memory = load,
	};
	char note[BT_CMD_NOTE];
	struct bt_session *session;

	rc = bt_cmd_session_options(call, NULL, &options, note, err);
	if (!rc)
		rc = bt_session_open(&session, &options, err);
	if (rc)
		goto out_close;
	rc = record(session, call->values, load, stop_fd, err);
	bt_session_close(session);
out_close:
	close(stop_fd);
	return rc;
}

static int run_record(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct record_values *values = call->values;
	const struct bt_load *load;
	struct bt_loads *loads;
	int rc;

	if (call->argc)
		return bt_err_set(err, EINVAL, "record: '%s': takes no operands (-o FILE)",
				  call->argv[0]);
	rc = bt_cmd_loads_agreed(call, values->load, &loads, &load, err);
	if (rc)
		return rc;
	rc = open_and_record(call, load, err);
	bt_loads_free(loads);
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
