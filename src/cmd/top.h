/* SPDX-License-Identifier: GPL-2.0 */
/* The dashboard as a command, for the commands that show it. */
#ifndef BT_CMD_TOP_H
#define BT_CMD_TOP_H

#include <stddef.h>

#include "cmd/against.h"
#include "cmd/cmd.h"
#include "ui/demo.h"

struct top_values {
	const char *glyphs, *theme;
	bool step, list_keys, read_only;
	struct against_values against;
	/* After the session was opened, before it is shown; may be NULL. */
	int (*prepare)(struct bt_session *session, void *context, struct bt_err *err);
	void *context;
	/* Opened where no --source is given; NULL: "auto". */
	const char *fallback;
	const struct bt_loads *loads;	/* the caller's; NULL: those of the program alone */
	const char *problem;		/* with loads.ini, for the event log; NULL: none */
	const struct bt_load *load;	/* to be started first, after the question; NULL: none */
	struct ui_demo_plan *demo;	/* its .agreed is filled in; NULL: none */
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

#define TOP_OPTS_AGAINST(type, member)                                        \
	{ "against", 0, BT_OPT_TEXT, "KERNEL|NAME[:ARG]",                     \
	  "compare with a second guest of this kernel, or a second source",   \
	  offsetof(type, member) + offsetof(struct top_values, against.what) }, \
	{ "against-kdir", 0, BT_OPT_TEXT, "TREE", "build tree of that kernel", \
	  offsetof(type, member) + offsetof(struct top_values, against.kdir) }

int top_run(struct bt_cmd_call *call, const struct top_values *values, struct bt_err *err);

#endif
