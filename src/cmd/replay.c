// SPDX-License-Identifier: GPL-2.0
/* buddytop replay: the dashboard over a recording. */
#include <errno.h>
#include <stdlib.h>

#include "cmd/top.h"

struct replay_values {
	struct top_values top;
	const char *speed, *at;
};

static const struct bt_opt replay_opts[] = {
	{ "speed", 0, BT_OPT_TEXT, "X|max", "0.1 to 100 times as fast as it was, or as fast as it goes",
	  offsetof(struct replay_values, speed) },
	{ "at", 0, BT_OPT_TEXT, "TIME", "begin there: 5m, 12:34:56 (UTC), end, or a mark",
	  offsetof(struct replay_values, at) },
	TOP_OPT_GLYPHS(struct replay_values, top),
	TOP_OPT_THEME(struct replay_values, top),
	TOP_OPT_STEP(struct replay_values, top),
	{ 0 }
};

static int prepare(struct bt_session *session, void *context, struct bt_err *err)
{
	const struct replay_values *values = context;
	int rc = values->speed ? bt_session_speed_text(session, values->speed, err) : 0;

	if (!rc && values->at)
		rc = bt_session_seek_text(session, values->at, err);
	return rc;
}

static int run_replay(struct bt_cmd_call *call, struct bt_err *err)
{
	struct replay_values *values = call->values;
	char *spec;
	int rc;

	if (call->argc != 1 || call->source.spec || call->source.vm)
		return bt_err_set(err, EINVAL, "replay: one FILE is expected, and no --source");
	spec = bt_xasprintf("replay:%s", call->argv[0]);
	call->source.spec = spec;
	call->argc = 0;
	values->top.prepare = prepare;
	values->top.context = values;
	rc = top_run(call, &values->top, err);
	free(spec);
	return rc;
}

const struct bt_cmd bt_cmd_replay = {
	.name = "replay",
	.operands = "FILE",
	.summary = "Show a recording in the dashboard",
	.description = "The same screen over what was recorded, with its events and marks.\n"
		       "Space pauses, '+' and '-' change the speed, ',' and '.' go back and on, ':seek' goes anywhere.",
	.opts = replay_opts,
	.values_size = sizeof(struct replay_values),
	.run = run_replay,
};
