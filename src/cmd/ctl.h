/* SPDX-License-Identifier: GPL-2.0 */
/* The two ways of buddytop ctl: a client of the running session, and a session of its own. */
#ifndef BT_CTL_H
#define BT_CTL_H

#include "cmd/cmd.h"
#include "core/load.h"

enum ctl_action { CTL_GET, CTL_SET, CTL_START, CTL_STOP, CTL_LOAD, CTL_ACTIONS };

struct ctl_request {
	enum ctl_action action;
	int argc;		/* NAME=VALUE, or NAME of get */
	char **argv;
	const struct bt_load *load;	/* CTL_LOAD: that argv changes; else NULL */
};

/*
 * Load, assignments and run state into config; checked against what machine can do. note
 * (BT_ERR_TEXT bytes): what the load could not have in full, "" = nothing.
 */
int ctl_apply(const struct ctl_request *request, struct bt_config *config,
	      const struct bt_machine *machine, char *note, struct bt_err *err);
/* NAME=VALUE lines of all parameters, or of those named, and how far the config is applied. */
void ctl_print(const struct ctl_request *request, const struct bt_config *config,
	       const struct bt_machine *machine, const struct bt_frame *frame);
/* ctl_run.c: get, start and load with a source of their own. */
int ctl_run_source(const struct bt_cmd_call *call, const struct ctl_request *request,
		   struct bt_err *err);

#endif
