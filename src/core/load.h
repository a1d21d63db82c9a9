/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Named loads: presets of the parameters, each made to show one thing. A load is a list of
 * assignments of the parameter table and a few sentences; nothing else knows what it does. Those of
 * the table in load_table.c can be changed, and others added, by a file (buddytop.5).
 */
#ifndef BT_LOAD_H
#define BT_LOAD_H

#include "core/param.h"

#define BT_LOAD_NAME 24u	/* with its end: an event's "load NAME" holds it */
#define BT_LOAD_TEXT 132u	/* of a sentence, with its end: an event holds it behind the name */
#define BT_LOAD_SETTINGS 18u	/* with their end: one for each parameter */
#define BT_LOADS_MAX 64u
#define BT_LOAD_VIEWS 9u	/* of the dashboard */

struct bt_load {
	const char *name;
	const char *shows;	/* what it shows: a sentence */
	const char *look;	/* where to look, and for what; "" = not said */
	/*
	 * "order=0", as bt_param_assign() takes them, NULL behind the last; each parameter once. A
	 * size may also be "60%": of the machine's memory, in whole MiB, at most what the module
	 * may hold.
	 */
	const char *settings[BT_LOAD_SETTINGS];
	unsigned view;		/* that shows it best, 1 to BT_LOAD_VIEWS */
	unsigned nodes;		/* nodes with memory that it takes; 0 = any machine will do */
	const char *file;	/* that has it; NULL = the program */
};

/* Those of the program, in the order in which they are shown: the calm ones first. */
extern const struct bt_load bt_load_table[];
extern const unsigned bt_load_table_count;

/* All loads: those of the program, and over them those of a file. NULL is those of the program. */
struct bt_loads;

/*
 * Those of the program and, where there is such a file, those of path; "" is no file. -EINVAL names
 * file, line and what is wrong, or another -errno of reading it. *loads is NULL then; the caller
 * frees it with bt_loads_free(), which takes NULL.
 */
int bt_loads_read(struct bt_loads **loads, const char *path, struct bt_err *err);
void bt_loads_free(struct bt_loads *loads);
unsigned bt_loads_count(const struct bt_loads *loads);
/* Valid as long as loads. */
const struct bt_load *bt_loads_at(const struct bt_loads *loads, unsigned index);
/* By its whole name. -EINVAL lists the names that there are. */
int bt_loads_find(const struct bt_loads *loads, const char *name, const struct bt_load **load,
		  struct bt_err *err);

/* Whether a load may have this setting, on whatever machine. -EINVAL with what is allowed. */
int bt_load_check_setting(const struct bt_param *param, const char *value, struct bt_err *err);
/* -EOPNOTSUPP: this machine has too few nodes for it. */
int bt_load_check_machine(const struct bt_load *load, const struct ant_limits *limits,
			  struct bt_err *err);
/*
 * Makes config the load, running, on a machine with so much memory (BT_UNKNOWN: nobody knows). What
 * the load does not name is as in bt_config_default(), so that it does the same whatever ran before;
 * but where and how the operator watches stays (bt_param.stays). -EOPNOTSUPP as above;
 * -EINVAL: the machine has no such order or node, or its memory is not known; config is untouched
 * then. note (BT_ERR_TEXT bytes, or NULL): what it could not have in full, "" = nothing.
 */
int bt_load_config(const struct bt_load *load, const struct ant_limits *limits,
		   uint64_t memory_bytes, struct bt_config *config, char *note,
		   struct bt_err *err);

#endif
