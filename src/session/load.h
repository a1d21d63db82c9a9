/* SPDX-License-Identifier: GPL-2.0 */
/* Named loads (core/load.h) on the machine of a session. */
#ifndef BT_SESSION_LOAD_H
#define BT_SESSION_LOAD_H

#include "core/load.h"
#include "session/session.h"

#define BT_LOAD_WHO 32	/* of an event */

/* "load fragment": who has published it, in the event log. */
const char *bt_load_who(const struct bt_load *load, char buf[BT_LOAD_WHO]);
/* bt_load_config() on a machine; config is what it starts from. note names the bound, too. */
int bt_machine_load_config(const struct bt_machine *machine, const struct bt_load *load,
			   struct bt_config *config, char *note, struct bt_err *err);
/* The same on the session's. */
int bt_session_load_config(const struct bt_session *session, const struct bt_load *load,
			   struct bt_config *config, char *note, struct bt_err *err);
/*
 * Publishes config, which the former made, as one generation; the log has it by bt_load_who(), and
 * then what the load shows, where to look, and note. The errors of bt_session_publish().
 */
int bt_session_load(struct bt_session *session, const struct bt_load *load,
		    const struct bt_config *config, const char *note, struct bt_err *err);

#endif
