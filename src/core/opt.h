/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Command-line options as rows: one table is parsed by getopt_long(), printed by --help and dumped
 * for the manual pages. A command's options come in groups, each with the struct its values go to.
 */
#ifndef BT_OPT_H
#define BT_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/err.h"

#define BT_OPT_LIST 32

/* Values of options that may be given several times; ends with NULL. */
struct bt_opt_list {
	char *items[BT_OPT_LIST + 1];
	unsigned count;
};

enum bt_opt_kind {
	BT_OPT_FLAG,	/* bool, takes no value */
	BT_OPT_TEXT,	/* const char *, points into argv */
	BT_OPT_NUMBER,	/* uint64_t */
	BT_OPT_BYTES,	/* uint64_t */
	BT_OPT_TIME,	/* uint64_t ns; a bare number is seconds */
	BT_OPT_SETTING,	/* struct bt_opt_list, gets "name=VALUE" */
	/*
	 * enum bt_opt_bool; the value is one of Go's words (strconv.ParseBool) and goes behind "="
	 * alone, as with Go's flags; without it the option says yes. No short form.
	 */
	BT_OPT_BOOL,
};

enum bt_opt_bool { BT_OPT_UNSAID, BT_OPT_YES, BT_OPT_NO };

struct bt_opt {
	const char *name;	/* without the dashes; NULL ends a table */
	char letter;		/* short form, 0 = none */
	enum bt_opt_kind kind;
	const char *value;	/* what --help calls the value; NULL for flags */
	const char *help;	/* one line */
	size_t offset;		/* of the field in the group's values */
};

struct bt_opt_group {
	const char *title;	/* "Source options" */
	const struct bt_opt *opts;
	void *values;		/* NULL when only printed */
};

/*
 * Parses argv[1..]; operands may stand between options and are moved behind them. Returns the index
 * of the first operand, or -EINVAL with the option named in err. A value that is not given stays as
 * it was. Not reentrant (getopt).
 */
int bt_opt_parse(const struct bt_opt_group *groups, unsigned count, int argc, char **argv,
		 struct bt_err *err);
void bt_opt_list_free(struct bt_opt_list *list);
/*
 * A copy of argv[0..argc), NULL behind the last, for bt_opt_parse(). In it a word with one dash that
 * is just the name of one of opts, or that and "=VALUE", has two, as users of Go's flags write it;
 * but not the value of an option of opts, nor what comes after "--". opts NULL: a copy, no more.
 */
char **bt_opt_words(const struct bt_opt *opts, int argc, char **argv);
/* In any order, as getopt leaves them. NULL is allowed. */
void bt_opt_words_free(char **words);
/* Lines of --help, a title above each group. */
void bt_opt_help(FILE *out, const struct bt_opt_group *groups, unsigned count);
/*
 * Lines "option TAB owner TAB name TAB letter TAB value TAB help" (empty fields stay empty); a value
 * that may be left out is "[=VALUE]".
 */
void bt_opt_dump(FILE *out, const char *owner, const struct bt_opt *opts);

#endif
