/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands that read documents share: compare, plot and report. */
#ifndef BT_CMD_RESULTS_H
#define BT_CMD_RESULTS_H

#include "bench/plot.h"
#include "cmd/cmd.h"

struct bt_cmd_results {
	struct bt_result *result[BT_PLOT_DOCUMENTS_MAX];
	unsigned count;
};

/*
 * An output that is one of the operands, by whatever name: -EINVAL, it would replace what was read.
 * NULL, and a file that is not there yet, are neither.
 */
int bt_cmd_check_output(const struct bt_cmd_call *call, const char *output, struct bt_err *err);
/* What the operands and the output must be, before anything is read: -EINVAL as below. */
int bt_cmd_results_check(const struct bt_cmd_call *call, const char *command, const char *output,
			 struct bt_err *err);
/*
 * Reads all that the operands name, for a file that `output` names. -EINVAL: none, too many, no
 * output; else the error of the document that cannot be read. The caller frees, also after errors.
 */
int bt_cmd_results_read(const struct bt_cmd_call *call, const char *command, const char *output,
			struct bt_cmd_results *results, struct bt_err *err);
/* Only what the operands and the output are, before anything is read. */
int bt_cmd_results_check(const struct bt_cmd_call *call, const char *command, const char *output,
			 struct bt_err *err);
void bt_cmd_results_free(struct bt_cmd_results *results);

#endif
