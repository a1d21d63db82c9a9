/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One file per subcommand, each exporting one const struct bt_cmd; main.c finds it in the table,
 * parses the options and prints the error. The options that name a machine are common to all but
 * those that measure user space here.
 */
#ifndef BT_CMD_H
#define BT_CMD_H

#include "core/opt.h"
#include "session/session.h"

/* --source, --vm, --yes, --interval and the settings of a guest. */
struct bt_cmd_source {
	const char *spec;		/* "sim:7"; NULL = not given */
	bool vm;			/* short for --source vm */
	bool yes;			/* the operator agrees to builds, loads and downloads */
	uint64_t interval_ns;		/* BT_UNKNOWN = not given */
	struct bt_opt_list settings;	/* "cpus=2", "memory=1G", "nodes=2", "accel=tcg" */
};

extern const struct bt_opt bt_cmd_source_opts[];

struct bt_cmd_call {
	struct bt_cmd_source source;
	void *values;			/* of the command's own options: cmd->values_size bytes */
	int argc;			/* operands */
	char **argv;
};

struct bt_cmd {
	const char *name;		/* "ctl"; with the command above it: "lab doctor" */
	const char *operands;		/* of the usage line, "" = none */
	const char *summary;		/* one line of the list of commands */
	const char *description;	/* more lines for --help; may be NULL */
	const struct bt_opt *opts;	/* its own options; NULL = none */
	bool no_source;			/* names no machine: the options for that are not its */
	bool single_dash;		/* their long names may have one dash alone, as Go's flags */
	size_t values_size;		/* of the struct they fill, zeroed before */
	/* 0, or -errno with err; main() prints it and makes the exit code (bt_err_exit()). */
	int (*run)(struct bt_cmd_call *call, struct bt_err *err);
	/* Each run by its own word behind this one, ended by NULL, no deeper; NULL = none. */
	const struct bt_cmd *const *commands;
};

extern const struct bt_cmd bt_cmd_top, bt_cmd_ctl, bt_cmd_snapshot, bt_cmd_record,
	bt_cmd_replay, bt_cmd_bench, bt_cmd_compare, bt_cmd_kbench;
extern const struct bt_cmd bt_cmd_loads, bt_cmd_demo;
extern const struct bt_cmd bt_cmd_plot, bt_cmd_report, bt_cmd_write, bt_cmd_lab;

/*
 * Blocks the signals that end a program; the descriptor becomes readable when one has come. The
 * second is a progress callback that then gives up; its context is the descriptor's address.
 */
int bt_cmd_catch_end(void);
bool bt_cmd_not_ended(void *end_fd, const char *text);

/* A line on standard error unless it is the one that was told last. */
#define BT_CMD_TOLD 128
void bt_cmd_tell(const char *text, char told[BT_CMD_TOLD]);

/* What a command that opens a session is to its source's callbacks, whose context it is. */
struct bt_cmd_opening {
	bool quiet;
	int stop_fd;		/* of bt_cmd_catch_end() */
	char told[BT_CMD_TOLD];
};
bool bt_cmd_opening_told(void *opening, const char *text);
/* Only on a terminal; no otherwise. */
bool bt_cmd_opening_asked(void *opening, const char *question);

/* Of standard output's terminal; 0: it is none, and what goes there is as wide as it gets. */
unsigned bt_cmd_terminal_width(void);
/* A document on standard output, and the end of its line. */
void bt_cmd_print_json(struct bt_json_writer *w);

/*
 * Asks on the terminal; only "y" is a yes. The end of the input is a no, and so is end_fd when it
 * becomes readable and ended() holds (NULL: always).
 */
bool bt_cmd_ask(const char *question, int end_fd, bool (*ended)(const void *context),
		const void *context);

/* A guest of our own and a simulation have nobody else on them. */
bool bt_cmd_is_ours(const struct bt_machine *machine);

#define BT_CMD_INTERVAL_NS BT_NS_PER_S	/* the default of --interval */

/*
 * What session to open for the options: the one place that resolves `auto` (a session that runs,
 * else kmod where its device is there for us, else user, which is told on standard error with the
 * reason) and `module` (the same with vm instead of user). fallback is the spec when none was given:
 * one of these, or NULL for commands that insist on one. Fills source, source_options, source_note and
 * interval_ns; pointers lead into call and note. -EINVAL names what is missing or contradicts.
 */
#define BT_CMD_NOTE 256
int bt_cmd_session_options(const struct bt_cmd_call *call, const char *fallback,
			   struct bt_session_options *options, char note[BT_CMD_NOTE],
			   struct bt_err *err);

#endif
