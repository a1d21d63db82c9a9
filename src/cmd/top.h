/* SPDX-License-Identifier: GPL-2.0 */
/* The dashboard as a command, for the commands that show it. */
#ifndef BT_CMD_TOP_H
#define BT_CMD_TOP_H

#include <stddef.h>

#include "cmd/cmd.h"

struct top_values {
	const char *glyphs, *theme;
	bool step, list_keys, read_only;
	/* After the session was opened, before it is shown; may be NULL. */
	int (*prepare)(struct bt_session *session, void *context, struct bt_err *err);
	void *context;
};

/* Rows of the options that every such command has; type.member is its struct top_values. */
#define TOP_OPT_GLYPHS(type, member)                                          \
	{ "glyphs", 'g', BT_OPT_TEXT, "full|console|ascii",                   \
	  "characters to draw with (default: what the settings say)",         \
	  offsetof(type, member) + offsetof(struct top_values, glyphs) }
#define TOP_OPT_THEME(type, member)                                           \
	{ "theme", 0, BT_OPT_TEXT, "default|light|contrast|monochrome",       \
	  "colours to draw with (default: what the settings say)",            \
	  offsetof(type, member) + offsetof(struct top_values, theme) }
#define TOP_OPT_STEP(type, member)                                            \
	{ "step", 0, BT_OPT_FLAG, NULL, "take samples only on the command ':step N'", \
	  offsetof(type, member) + offsetof(struct top_values, step) }

int top_run(struct bt_cmd_call *call, const struct top_values *values, struct bt_err *err);

#endif
