/* SPDX-License-Identifier: GPL-2.0 */
/* The command line's commands: one table, for running, completion and the manual page. */
#ifndef UI_COMMAND_H
#define UI_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "core/err.h"
#include "core/param.h"

struct ui_app;

/* What follows a command's name, for completion. */
enum ui_argument {
	UI_ARGUMENT_NONE,
	UI_ARGUMENT_TEXT,	/* anything: number, time, text; help says what */
	UI_ARGUMENT_FILE,
	UI_ARGUMENT_CHOICE,	/* one of choices */
	UI_ARGUMENT_MARK,	/* text of a mark; or anything else */
	UI_ARGUMENT_CHANGE,	/* number of a change that can be undone */
	UI_ARGUMENT_ASSIGNMENTS, /* parameters and their values */
	UI_ARGUMENT_LOAD,	/* name of a load */
};

struct ui_command {
	const char *name;
	bool controls;		/* acts on the antagonist */
	/* argument is "" when there was none. 0, or a negative errno with err. */
	int (*run)(struct ui_app *app, const char *argument, struct bt_err *err);
	enum ui_argument argument;
	const char *form;	/* the argument in the manual: "TIME", "[N]"; NULL: none */
	const char *help;	/* one line */
	const struct bt_choice *choices;
};

extern const struct ui_command ui_commands[];
extern const unsigned ui_command_count;

/* By its whole name; NULL when there is none. */
const struct ui_command *ui_command_find(const char *name, unsigned length);
/* The table for the manual page, a line each: "Commands<TAB>name form<TAB>help". */
void ui_commands_print(FILE *to);
/* One line of the command line. 0, or a negative errno with err. */
int ui_command_run(struct ui_app *app, const char *line, struct bt_err *err);

#endif
