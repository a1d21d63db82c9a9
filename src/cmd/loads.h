/* SPDX-License-Identifier: GPL-2.0 */
/* Named loads, for the commands that can start one. */
#ifndef BT_CMD_LOADS_H
#define BT_CMD_LOADS_H

#include "cmd/cmd.h"
#include "session/load.h"

/* Those of the program and of the user's loads.ini. The errors of bt_loads_read(). */
int bt_cmd_loads_read(struct bt_loads **loads, struct bt_err *err);
/*
 * The load that --load names; NULL where name is NULL. It is valid until bt_loads_free(). -EINVAL:
 * there is none of this name, or nobody has agreed to it (--yes): it starts without a question.
 */
int bt_cmd_loads_agreed(const struct bt_cmd_call *call, const char *name, struct bt_loads **loads,
			const struct bt_load **load, struct bt_err *err);

/*
 * Those that "fragment,churn" names, in that order; chosen has room for BT_LOADS_MAX. -EINVAL: one
 * is not there, or they are more.
 */
int bt_cmd_loads_choose(const struct bt_loads *loads, const char *names,
			const struct bt_load **chosen, unsigned *count, struct bt_err *err);

#endif
