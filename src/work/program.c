// SPDX-License-Identifier: GPL-2.0
/* buddytop-work: standard input and output are the lines, as init of the guest sets them. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "work/work.h"

int main(void)
{
	struct bt_err err;

	signal(SIGPIPE, SIG_IGN);
	if (!bt_work_serve(STDIN_FILENO, STDOUT_FILENO, &err))
		return BT_EXIT_OK;
	fprintf(stderr, "buddytop-work: %s\n", err.text);
	return BT_EXIT_FAILED;
}
