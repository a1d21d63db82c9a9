// SPDX-License-Identifier: GPL-2.0
/* buddytop lab: virtual machines whose memory shrinks and grows. */
#include "cmd/lab.h"

#include <errno.h>

#define PAPER_WIDTH 80u

static const struct bt_cmd *const lab_commands[] = {
	&bt_lab_run_cmd,
	&bt_lab_suite_cmd,
	&bt_lab_modes_cmd,
	&bt_lab_show_cmd,
	&bt_lab_plot_cmd,
	&bt_lab_report_cmd,
	&bt_lab_export_cmd,
	&bt_lab_watch_cmd,
	&bt_lab_shell_cmd,
	&bt_lab_build_cmd,
	&bt_lab_doctor,
	&bt_lab_prepare,
	&bt_lab_restore,
	&bt_lab_vfio,
	NULL
};

unsigned lab_width(void)
{
	unsigned width = bt_cmd_terminal_width();

	return width ? width : PAPER_WIDTH;
}

static int run_lab(struct bt_cmd_call *call, struct bt_err *err)
{
	(void)call;
	return bt_err_set(err, EINVAL, "lab: one of its commands is needed (see buddytop lab --help)");
}

const struct bt_cmd bt_cmd_lab = {
	.name = "lab",
	.operands = "COMMAND",
	.summary = "The lab of virtual machines: how fast memory leaves and enters them",
	.no_source = true,
	.run = run_lab,
	.commands = lab_commands,
};
