// SPDX-License-Identifier: GPL-2.0
#include "cmd/results.h"

#include <errno.h>
#include <sys/stat.h>

int bt_cmd_check_output(const struct bt_cmd_call *call, const char *output, struct bt_err *err)
{
	struct stat there, operand;

	if (!output || stat(output, &there))
		return 0;
	for (int i = 0; i < call->argc; i++) {
		if (!stat(call->argv[i], &operand) && operand.st_dev == there.st_dev &&
		    operand.st_ino == there.st_ino)
			return bt_err_set(err, EINVAL, "-o %s: that is the document %s, which "
					  "would be replaced (name another file)", output,
					  call->argv[i]);
	}
	return 0;
}

int bt_cmd_results_check(const struct bt_cmd_call *call, const char *command, const char *output,
			 struct bt_err *err)
{
	if (!call->argc)
		return bt_err_set(err, EINVAL, "%s: no result was named (%s RESULT... -o FILE)",
				  command, command);
	if (call->argc > (int)BT_PLOT_DOCUMENTS_MAX)
		return bt_err_set(err, EINVAL, "%s: %d results, at most %u are told apart", command,
				  call->argc, BT_PLOT_DOCUMENTS_MAX);
	if (!output)
		return bt_err_set(err, EINVAL, "%s: no file to write was named (-o FILE)", command);
	return bt_cmd_check_output(call, output, err);
}

int bt_cmd_results_read(const struct bt_cmd_call *call, const char *command, const char *output,
			struct bt_cmd_results *results, struct bt_err *err)
{
	int rc = bt_cmd_results_check(call, command, output, err);

	*results = (struct bt_cmd_results){ .count = 0 };
	for (int i = 0; !rc && i < call->argc; i++) {
		rc = bt_result_read(&results->result[i], call->argv[i], err);
		/* What is no JSON is damage, not a wrong use of the command. */
		if (rc == -EINVAL)
			rc = -(err->code = EPROTO);
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
