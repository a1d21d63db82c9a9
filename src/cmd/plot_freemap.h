/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_CMD_PLOT_FREEMAP_H
#define BT_CMD_PLOT_FREEMAP_H

#include "bench/plot.h"
#include "cmd/cmd.h"

/*
 * Draws the maps of all operands, which are snapshots and recordings; of options title, size and
 * format count.
 */
int bt_cmd_plot_freemap(struct bt_cmd_call *call, const struct bt_plot *options,
			const char *output, struct bt_err *err);

#endif
