/* SPDX-License-Identifier: GPL-2.0 */
/* --against: which second machine the dashboard compares with. */
#ifndef BT_CMD_AGAINST_H
#define BT_CMD_AGAINST_H

#include "cmd/cmd.h"

struct against_values {
	const char *what;	/* a kernel or a source; NULL: there is no second machine */
	const char *kdir;	/* build tree of that kernel, or NULL */
};

/*
 * What session to open for it beside one with these options: the same, but for its source and, of a
 * guest, its kernel. settings is filled for it and freed by the caller, after the session was
 * closed. -EINVAL: what is neither a kernel that a guest could boot nor a source.
 */
int against_options(const struct against_values *values, const struct bt_session_options *first,
		    struct bt_opt_list *settings, struct bt_session_options *second,
		    struct bt_err *err);

#endif
