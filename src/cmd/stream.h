/* SPDX-License-Identifier: GPL-2.0 */
/* The dashboard's numbers as lines: for screen readers and logs, and for scripts. */
#ifndef BT_CMD_STREAM_H
#define BT_CMD_STREAM_H

#include "cmd/cmd.h"

struct stream_values {
	bool plain, batch, json;	/* none of the first two: the dashboard */
	uint64_t count;			/* intervals; 0 = until the end */
	uint64_t changes_percent;	/* plain: only what has changed by as much; 0 = all */
	struct bt_opt_list set;		/* "set=order=3" */
	const char *load;		/* name of one to start first */
	bool start, read_only;
};

/* Rows of the options; type.member is the struct stream_values. */
#define STREAM_OPT(type, member, field) \
	(offsetof(type, member) + offsetof(struct stream_values, field))
#define STREAM_OPTS(type, member)                                                                  \
	{ "plain", 0, BT_OPT_FLAG, NULL, "labelled lines instead of a screen: for screen readers, logs", \
	  STREAM_OPT(type, member, plain) },                                                       \
	{ "changes", 0, BT_OPT_NUMBER, "PERCENT", "with --plain: only what changed by as much",    \
	  STREAM_OPT(type, member, changes_percent) },                                             \
	{ "batch", 0, BT_OPT_FLAG, NULL, "a line for each interval, tab-separated: for scripts",   \
	  STREAM_OPT(type, member, batch) },                                                       \
	{ "json", 0, BT_OPT_FLAG, NULL, "with --batch: a JSON object a line",                      \
	  STREAM_OPT(type, member, json) },                                                        \
	{ "intervals", 'n', BT_OPT_NUMBER, "N", "with --plain and --batch: end after N intervals", \
	  STREAM_OPT(type, member, count) },                                                       \
	{ "set", 0, BT_OPT_SETTING, "NAME=VALUE", "with --plain and --batch: set a parameter first", \
	  STREAM_OPT(type, member, set) },                                                         \
	{ "start", 0, BT_OPT_FLAG, NULL, "with --plain and --batch: start the load; wants --yes",  \
	  STREAM_OPT(type, member, start) },                                                       \
	{ "load", 0, BT_OPT_TEXT, "NAME", "start this load (see buddytop loads); with lines it wants --yes", \
	  STREAM_OPT(type, member, load) },                                                        \
	{ "read-only", 0, BT_OPT_FLAG, NULL, "take no control",                                    \
	  STREAM_OPT(type, member, read_only) }

/* Until a signal, the end of a recording, or the count. */
int stream_run(const struct bt_cmd_call *call, const struct stream_values *values,
	       struct bt_err *err);

#endif
