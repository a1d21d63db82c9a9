// SPDX-License-Identifier: GPL-2.0
#include "cmd/results.h"

#include <errno.h>

int bt_cmd_results_read(const struct bt_cmd_call *call, const char *command, const char *output,
			struct bt_cmd_results *results, struct bt_err *err)
{
	int rc = 0;

	*results = (struct bt_cmd_results){ .count = 0 };
	if (!call->argc)
		return bt_err_set(err, EINVAL, "%s: no result was named (%s RESULT... -o FILE)",
				  command, command);
	if (call->argc > (int)BT_PLOT_DOCUMENTS_MAX)
		return bt_err_set(err, EINVAL, "%s: %d results, at most %u are told apart", command,
				  call->argc, BT_PLOT_DOCUMENTS_MAX);
	if (!output)
		return bt_err_set(err, EINVAL, "%s: no file to write was named (-o FILE)", command);
	for (int i = 0; !rc && i < call->argc; i++) {
		rc = bt_result_read(&results->result[i], call->argv[i], err);
		results->count += !rc;
	}
	return rc;
}

void bt_cmd_results_free(struct bt_cmd_results *results)
{
	for (unsigned i = 0; i < results->count; i++)
		bt_result_free(results->result[i]);
	results->count = 0;
}
