/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The commands of `buddytop lab`: each a struct bt_cmd of a file of its own, lab_NAME.c, whose name
 * is "lab NAME" and which has options of its own; lab.c lists them.
 */
#ifndef BT_CMD_LAB_H
#define BT_CMD_LAB_H

#include "cmd/cmd.h"

extern const struct bt_cmd bt_lab_doctor, bt_lab_prepare, bt_lab_restore, bt_lab_vfio;
extern const struct bt_cmd bt_lab_run_cmd, bt_lab_suite_cmd, bt_lab_modes_cmd;
extern const struct bt_cmd bt_lab_show_cmd, bt_lab_plot_cmd, bt_lab_report_cmd, bt_lab_export_cmd;
extern const struct bt_cmd bt_lab_watch_cmd, bt_lab_shell_cmd, bt_lab_build_cmd;

/* Of lines of text: the terminal's, and of what goes anywhere else 80 columns. */
unsigned lab_width(void);

#endif
